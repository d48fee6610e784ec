//! What Trivy and Grype do with an OpenVEX document, written down apart from the program's own idea of it.

use serde_json::{Value, json};

/// One finding: id, library, and the file near the root of the library.
pub type Found<'a> = (&'a str, &'a str, &'a str);

/// A report as Trivy writes it.
pub fn trivy_report(found: &[Found<'_>]) -> String {
    let one = |(id, library, path): &Found<'_>| {
        let (name, version) = name_and_version(library);
        json!({
            "VulnerabilityID": id, "PkgID": format!("{name}@{version}"), "PkgName": name, "PkgPath": path,
            "PkgIdentifier": {"PURL": library, "UID": "5d2c5a3c1d1d7f6b"}, "InstalledVersion": version,
            "FixedVersion": "3.1.0, 2.6.9", "Status": "fixed", "Layer": {}, "SeveritySource": "ghsa",
            "PrimaryURL": "https://avd.example/x", "DataSource": {"ID": "ghsa", "Name": "GitHub"},
            "Title": "A title", "Description": "Some words.", "Severity": "HIGH", "CweIDs": ["CWE-1333"],
            "VendorSeverity": {"ghsa": 3}, "CVSS": {"ghsa": {"V3Vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", "V3Score": 7.5}},
            "References": ["https://github.example/1"], "PublishedDate": "2023-01-09T10:15:00Z",
        })
    };
    let all: Vec<Value> = found.iter().map(one).collect();
    json!({
        "SchemaVersion": 2, "CreatedAt": "2026-11-23T09:00:00Z", "ArtifactName": "/srv/app", "ArtifactType": "filesystem",
        "Metadata": {"ImageConfig": {"architecture": ""}},
        "Results": [
            {"Target": "Node.js", "Class": "lang-pkgs", "Type": "node-pkg", "Vulnerabilities": all},
            {"Target": "secrets", "Class": "secret"},
        ],
    })
    .to_string()
}

/// The same as Grype writes it.
pub fn grype_report(found: &[Found<'_>]) -> String {
    let one = |(id, library, path): &Found<'_>| {
        let (name, version) = name_and_version(library);
        json!({
            "vulnerability": {
                "id": id, "dataSource": "https://github.example/advisories", "namespace": "github:language:javascript",
                "severity": "High", "urls": [], "cvss": [], "epss": [], "fix": {"versions": ["3.1.0"], "state": "fixed"},
                "advisories": [], "risk": 1.5,
            },
            "relatedVulnerabilities": [],
            "matchDetails": [{"type": "exact-direct-match", "matcher": "javascript-matcher", "found": {"versionConstraint": "<3.1.0"}}],
            "artifact": {
                "id": "f3a1", "name": name, "version": version, "type": "npm",
                "locations": [{"path": format!("/{path}"), "accessPath": format!("/{path}"), "annotations": {"evidence": "primary"}}],
                "language": "javascript", "licenses": ["MIT"], "cpes": [], "purl": library, "upstreams": [],
            },
        })
    };
    let all: Vec<Value> = found.iter().map(one).collect();
    json!({
        "matches": all, "source": {"type": "directory", "target": "/srv/app"},
        "distro": {"name": "", "version": "", "idLike": null}, "descriptor": {"name": "grype", "version": "0.110.0"},
    })
    .to_string()
}

/// The findings of a Trivy report that stay when it is told `vex`: of all statements that match, the last one counts.
pub fn trivy_keeps(report: &str, vex: &Value) -> Vec<(String, String)> {
    let report: Value = serde_json::from_str(report).expect("JSON");
    let found = report["Results"][0]["Vulnerabilities"].as_array().expect("a list").iter();
    let parts = |one: &Value| (text(&one["VulnerabilityID"]), text(&one["PkgIdentifier"]["PURL"]));
    found.map(parts).filter(|(id, library)| !is_silent(matching(vex, id, library).last())).collect()
}

/// The same when it finds `yaml` as `.trivyignore.yaml`: an entry counts where its id is that of the finding, one of its
/// patterns fits what was scanned or the package's own file, and one of its purls the library.
pub fn trivy_keeps_beside(report: &str, yaml: &str) -> Vec<(String, String)> {
    let report: Value = serde_json::from_str(report).expect("JSON");
    let entries: Vec<Vec<(String, String)>> =
        yaml.split("\n  - id: ").skip(1).map(|entry| lists(&format!("id:\n      - {entry}"))).collect();
    let results = report["Results"].as_array().expect("a list").iter();
    let found = results.flat_map(|result| {
        let target = text(&result["Target"]);
        let all = result["Vulnerabilities"].as_array().into_iter().flatten();
        all.map(move |one| (target.clone(), one.clone()))
    });
    found
        .map(|(target, one)| {
            (
                target,
                text(&one["PkgPath"]),
                text(&one["VulnerabilityID"]),
                text(&one["PkgIdentifier"]["PURL"]),
            )
        })
        .filter(|(target, path, id, library)| {
            !entries.iter().any(|entry| {
                let of = |list: &str| -> Vec<&String> {
                    entry.iter().filter(|(name, _)| name == list).map(|(_, value)| value).collect()
                };
                let (paths, purls) = (of("paths"), of("purls"));
                let fits = |path: &str| paths.is_empty() || paths.iter().any(|pattern| fits(pattern, path));
                of("id").contains(&id)
                    && (fits(target) || fits(path))
                    && (purls.is_empty() || purls.iter().any(|purl| is_same(purl, library)))
            })
        })
        .map(|(_, _, id, library)| (id, library))
        .collect()
}

/// The values of an entry, each with the name of its list.
fn lists(entry: &str) -> Vec<(String, String)> {
    let (mut name, mut values) = (String::new(), Vec::new());
    for line in entry.lines() {
        match (line.trim_start().strip_prefix("- "), line.trim().strip_suffix(':')) {
            (Some(value), _) => {
                values.push((name.clone(), serde_json::from_str(value).expect("a text in quotes")));
            }
            (None, Some(list)) => name = list.to_owned(),
            _ => {}
        }
    }
    values
}

/// A pattern of this program: a name, or everything in a folder.
fn fits(pattern: &str, path: &str) -> bool {
    match pattern.strip_suffix("/**") {
        Some(folder) => {
            path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        }
        None => pattern == path,
    }
}

/// The same for Grype, which takes the first.
pub fn grype_keeps(report: &str, vex: &Value) -> Vec<(String, String)> {
    assert_eq!(vex["@context"], "https://openvex.dev/ns/v0.2.0", "Grype takes no other");
    let report: Value = serde_json::from_str(report).expect("JSON");
    let found = report["matches"].as_array().expect("a list").iter();
    let parts = |one: &Value| (text(&one["vulnerability"]["id"]), text(&one["artifact"]["purl"]));
    found.map(parts).filter(|(id, library)| !is_silent(matching(vex, id, library).first())).collect()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn is_silent(statement: Option<&&Value>) -> bool {
    statement.is_some_and(|statement| {
        ["fixed", "not_affected"].contains(&statement["status"].as_str().expect("a status"))
    })
}

fn matching<'a>(vex: &'a Value, id: &str, library: &str) -> Vec<&'a Value> {
    let names = |statement: &Value| {
        let vulnerability = &statement["vulnerability"];
        let aliases = vulnerability["aliases"].as_array().into_iter().flatten();
        [&vulnerability["name"], &vulnerability["@id"]].into_iter().chain(aliases).any(|name| name == id)
    };
    let covers = |statement: &Value| {
        let products = statement["products"].as_array().expect("products").iter();
        products
            .filter(|product| product["subcomponents"].is_null())
            .any(|product| is_same(&text(&product["@id"]), library))
    };
    vex["statements"].as_array().expect("statements").iter().filter(|one| names(one) && covers(one)).collect()
}

/// Type, namespace and name are equal, the version is unless the statement has none, and what the statement adds behind a
/// question mark the scan has, too.
fn is_same(said: &str, scanned: &str) -> bool {
    let split = |purl: &str| {
        let (head, qualifiers) = purl.split_once('?').map_or((purl, ""), |(head, rest)| (head, rest));
        let (name, version) = match head.rsplit_once('@') {
            Some((name, version)) if !version.contains('/') => (name.to_owned(), version.to_owned()),
            _ => (head.to_owned(), String::new()),
        };
        (
            name,
            version,
            qualifiers.split('&').filter(|pair| !pair.is_empty()).map(str::to_owned).collect::<Vec<_>>(),
        )
    };
    let (said, scanned) = (split(said), split(scanned));
    said.0 == scanned.0
        && (said.1.is_empty() || said.1 == scanned.1)
        && said.2.iter().all(|pair| scanned.2.contains(pair))
        && !scanned.0.starts_with("pkg:generic/")
}

fn name_and_version(library: &str) -> (String, String) {
    let head = library.split('?').next().expect("a part");
    let (name, version) = head.rsplit_once('@').expect("a version");
    (name.rsplit('/').next().expect("a name").to_owned(), version.to_owned())
}
