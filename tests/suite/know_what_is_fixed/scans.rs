//! What scanners make of what they are told, and what is told beforehand.

use serde_json::Value;

use super::doubles::{Found, grype_keeps, grype_report, trivy_keeps, trivy_keeps_beside, trivy_report};
use super::scene::*;
use crate::support::sandbox::Sandbox;

const PACKAGE: &str = "web/vendor/debug/package.json";
const MS: Found<'static> = ("CVE-2017-20162", "pkg:npm/ms@2.0.0", "web/vendor/ms/package.json");

/// What stays of a scan that finds `found`, in Trivy and in Grype. What was told beforehand is the same.
fn stays(sandbox: &Sandbox, found: &[Found<'_>]) -> Vec<(String, String)> {
    let (trivy, grype) = (trivy_report(found), grype_report(found));
    let mut foretold = Vec::new();
    for (name, report) in [("trivy", &trivy), ("grype", &grype)] {
        sandbox.write(&format!("{name}.json"), report);
        let answer = ask(sandbox, &format!("--against $/{name}.json --format openvex --output $/told"));
        let vex: Value = serde_json::from_str(&sandbox.read("told").expect("it was written")).expect("JSON");
        let stays = if name == "trivy" { trivy_keeps(report, &vex) } else { grype_keeps(report, &vex) };
        let told = answer["scan"]["findings"].as_array().expect("findings").iter();
        let told = told.filter(|finding| finding["silent"] == false);
        let told = told.map(|one| {
            (one["id"].as_str().expect("an id").to_owned(), one["purl"].as_str().expect("a purl").to_owned())
        });
        assert_eq!(told.collect::<Vec<_>>(), stays, "{answer}");
        foretold.push(stays);
    }
    assert_eq!(foretold[0], foretold[1]);
    foretold.remove(0)
}

fn all(found: &[Found<'_>]) -> Vec<(String, String)> {
    found.iter().map(|(id, library, _)| ((*id).to_owned(), (*library).to_owned())).collect()
}

#[test]
fn exactly_the_fixed_findings_fall_silent_and_after_the_rollback_all_return() {
    let sandbox = product();
    save_signed(&sandbox, "fix", &hotfix(&sandbox), "acme");
    let found: &[Found<'_>] =
        &[(CVE, DEBUG, PACKAGE), (GHSA, DEBUG, PACKAGE), MS, ("CVE-2015-8315", DEBUG, PACKAGE)];
    assert_eq!(stays(&sandbox, found), all(found), "nothing was applied yet");
    apply(&sandbox, "fix");
    assert_eq!(stays(&sandbox, found), all(&found[2..]));
    console(&sandbox).done("rollback $/app --yes");
    assert_eq!(stays(&sandbox, found), all(found));
    console(&sandbox).done("reapply $/app --allow-unsigned --yes");
    assert_eq!(stays(&sandbox, found), all(&found[2..]));
}

#[test]
fn after_an_edit_the_finding_returns_and_after_the_repair_it_falls_silent_again() {
    let sandbox = patched();
    let found: &[Found<'_>] = &[(CVE, DEBUG, PACKAGE), MS];
    sandbox.write(&format!("app/{FILE}"), HOLE);
    assert_eq!(stays(&sandbox, found), all(found));
    console(&sandbox).done("repair $/app --from $/fix.patchbundle --yes");
    assert_eq!(stays(&sandbox, found), all(&found[1..]));
    // What the claim doesn't rest on may change.
    sandbox.write("app/docs/hotfix.txt", "My notes.\n");
    assert_eq!(stays(&sandbox, found), all(&found[1..]));
}

#[test]
fn a_second_copy_without_the_patch_keeps_both_findings() {
    let sandbox = patched();
    let twin: Found<'_> = (CVE, DEBUG, "plugins/debug/package.json");
    // As the report shows it ...
    let found: &[Found<'_>] = &[(CVE, DEBUG, PACKAGE), twin];
    assert_eq!(stays(&sandbox, found), all(found));
    // ... and as the folder shows it, whatever the report does.
    sandbox.write("app/plugins/debug/src/node.js", HOLE);
    assert_eq!(stays(&sandbox, &found[..1]), all(&found[..1]));
    let told = console(&sandbox).done("fixed $/app").out;
    assert!(told.contains("is here a second time, unpatched: plugins/debug/src/node.js"), "{told}");
    let exact = document(&sandbox, "trivyignore");
    assert!(exact.contains("paths:\n      - \"web/vendor/debug/**\"\n"), "{exact}");
    for format in ["openvex", "cyclonedx-vex", "csaf", "osv-scanner"] {
        let document = document(&sandbox, format);
        assert!(!document.contains(CVE), "{document}");
    }
    let answer = ask(&sandbox, "");
    assert_eq!(answer["statements"][0]["copies"], serde_json::json!(["plugins/debug/src/node.js"]));
}

#[test]
fn an_ignore_file_silences_the_patched_copy_and_leaves_the_other() {
    let sandbox = patched();
    let found: &[Found<'_>] = &[(CVE, DEBUG, PACKAGE), (CVE, DEBUG, "plugins/debug/package.json"), MS];
    sandbox.write("app/plugins/debug/src/node.js", HOLE);
    assert_eq!(
        trivy_keeps_beside(&trivy_report(found), &document(&sandbox, "trivyignore")),
        all(&found[1..])
    );
    console(&sandbox).done("rollback $/app --yes");
    assert_eq!(trivy_keeps_beside(&trivy_report(found), &document(&sandbox, "trivyignore")), all(found));
}

#[test]
fn an_ignore_file_names_what_python_knows_of_a_library_beside_it() {
    const YAML: &str = "pkg:pypi/pyyaml@5.3";
    let package = "site-packages/PyYAML-5.3";
    for (metadata, named) in [
        (".dist-info/METADATA", ".dist-info/METADATA"),
        ("-py3.8.egg-info/PKG-INFO", "-py3.8.egg-info/PKG-INFO"),
        ("-py3.8.egg-info", "-py3.8.egg-info"),
    ] {
        let sandbox = product();
        // Each copy brings its own; one of them is patched.
        for place in ["lib", "old"] {
            sandbox.write(&format!("app/{place}/site-packages/yaml/loader.py"), "def load\n");
            sandbox.write(&format!("app/{place}/{package}{metadata}"), "Name: PyYAML\n");
            sandbox.write(&format!("app/{place}/site-packages/PyYAML_more-5.3.dist-info/METADATA"), "x\n");
        }
        let file = "lib/site-packages/yaml/loader.py";
        let bundle = bundle(&sandbox, "ACME-HF-4001").replace(file, "def load\n", "def safe_load\n");
        let claims = [fixed("CVE-2020-14343", &[], &[YAML])];
        save_signed(&sandbox, "yaml", &claiming(bundle, &claims, &[part(YAML, &[file])]), "acme");
        apply(&sandbox, "yaml");
        let (here, there) = (format!("lib/{package}{named}"), format!("old/{package}{named}"));
        let found: &[Found<'_>] =
            &[("CVE-2020-14343", YAML, &here), ("CVE-2020-14343", YAML, &there), ("CVE-2020-1", YAML, &here)];
        let ignore = document(&sandbox, "trivyignore");
        assert_eq!(trivy_keeps_beside(&trivy_report(found), &ignore), all(&found[1..]), "{ignore}");
    }
}

#[test]
fn a_copy_inside_of_the_patched_one_is_told_apart_by_no_format() {
    for nested in
        ["web/vendor/debug/node_modules/x/node_modules/debug/src/node.js", "web/vendor/debug/old.js"]
    {
        let sandbox = patched();
        assert!(document(&sandbox, "trivyignore").contains(CVE));
        sandbox.write(&format!("app/{nested}"), HOLE);
        assert!(!document(&sandbox, "trivyignore").contains(CVE), "{nested}");
        let told = console(&sandbox).done("fixed $/app").out;
        assert!(told.contains("No format for scanners tells these copies apart."), "{told}");
    }
}

#[test]
fn a_library_in_the_root_is_told_apart_from_a_copy_by_no_format() {
    let sandbox = product();
    sandbox.write("app/node.js", HOLE);
    sandbox.write("app/plugins/debug/src/node.js", HOLE);
    let bundle = bundle(&sandbox, "ACME-HF-1").replace("node.js", HOLE, MENDED);
    save_signed(
        &sandbox,
        "fix",
        &claiming(bundle, &[fixed(CVE, &[], &[DEBUG])], &[part(DEBUG, &["node.js"])]),
        "acme",
    );
    apply(&sandbox, "fix");
    assert!(!document(&sandbox, "trivyignore").contains(CVE));
    let told = console(&sandbox).done("fixed $/app").out;
    assert!(told.contains("No format for scanners tells these copies apart."), "{told}");
    assert!(!told.contains("--format trivyignore"), "{told}");
}

#[test]
fn two_copies_that_are_both_patched_fall_silent() {
    let sandbox = product();
    let second = "plugins/debug/src/node.js";
    sandbox.write(&format!("app/{second}"), HOLE);
    let bundle = bundle(&sandbox, "ACME-HF-2").replace(FILE, HOLE, MENDED).replace(second, HOLE, MENDED);
    let bundle = claiming(bundle, &[fixed(CVE, &[GHSA], &[DEBUG])], &[part(DEBUG, &[FILE, second])]);
    save_signed(&sandbox, "fix", &bundle, "acme");
    apply(&sandbox, "fix");
    let found: &[Found<'_>] = &[(CVE, DEBUG, PACKAGE), (CVE, DEBUG, "plugins/debug/package.json"), MS];
    assert_eq!(stays(&sandbox, found), all(&found[2..]));
    // One of them without the patch: neither.
    sandbox.write(&format!("app/{second}"), HOLE);
    assert_eq!(stays(&sandbox, found), all(found));
}

#[test]
fn every_finding_that_stays_has_its_reason() {
    let sandbox = product();
    let states =
        [patchwright::model::ResolvedState::NotAffected, patchwright::model::ResolvedState::Affected];
    let [not_affected, affected] = states.map(|state| {
        let mut claim =
            fixed(&format!("CVE-2026-{}", if state == states[0] { "0001" } else { "0002" }), &[], &[DEBUG]);
        claim.state = state;
        claim.justification =
            (state == states[0]).then_some(patchwright::model::Justification::VulnerableCodeNotPresent);
        claim
    });
    let claims = [
        fixed(CVE, &[], &[DEBUG]),
        fixed("CVE-2026-0003", &[], &[]),
        fixed("CVE-2026-0004", &["PYSEC-1"], &[DEBUG]),
        not_affected,
        affected,
    ];
    let bundle = bundle(&sandbox, "ACME-HF-1").replace(FILE, HOLE, MENDED);
    let bundle = claiming(bundle, &claims, &[part(DEBUG, &[FILE])]).but(|patch| {
        patch.about.vulnerabilities =
            vec![CVE.into(), "CVE-2026-0003".into(), "CVE-2026-0004".into(), "PYSEC-1".into()];
    });
    save_signed(&sandbox, "fix", &bundle, "acme");
    apply(&sandbox, "fix");
    let found: &[Found<'_>] = &[
        (CVE, DEBUG, PACKAGE),
        ("CVE-2026-9999", DEBUG, PACKAGE),
        (CVE, "pkg:npm/debug@2.6.8", PACKAGE),
        ("CVE-2026-0001", DEBUG, PACKAGE),
        ("CVE-2026-0002", DEBUG, PACKAGE),
        ("CVE-2026-0003", DEBUG, PACKAGE),
        ("PYSEC-1", DEBUG, PACKAGE),
        (CVE, "pkg:generic/debug@3.0.1", PACKAGE),
    ];
    sandbox.write("trivy.json", &trivy_report(found));
    let answer = ask(&sandbox, "--against $/trivy.json");
    let reasons = answer["scan"]["findings"].as_array().expect("findings").iter();
    let reasons: Vec<_> = reasons.map(|one| one["reason"].as_str().unwrap_or("silent").to_owned()).collect();
    let expected = [
        "silent",
        "no-patch",
        "other-library",
        "not-fixed",
        "not-fixed",
        "no-library",
        "silent",
        "other-library",
    ];
    assert_eq!(reasons, expected, "{answer}");
    let told = console(&sandbox).done("fixed $/app --against $/trivy.json").out;
    assert!(told.contains("8 findings in $/trivy.json of /srv/app: 2 will be suppressed"), "{told}");
    assert!(told.contains("ACME-HF-1 fixes it in pkg:npm/debug@3.0.1"), "{told}");
}

#[test]
fn a_report_about_another_folder_is_refused_and_one_without_files_is_not() {
    let sandbox = patched();
    sandbox.write("other.json", &trivy_report(&[(CVE, DEBUG, "usr/lib/node_modules/debug/package.json")]));
    let refused = console(&sandbox).run("fixed $/app --against $/other.json --json");
    assert_eq!((refused.code, &refused.json()["code"]), (3, &"E-PRODUCT".into()));
    // A scan of a lock file names no place.
    sandbox.write("lock.json", &trivy_report(&[(CVE, DEBUG, "")]));
    assert_eq!(ask(&sandbox, "--against $/lock.json")["scan"]["silent"], 1);
}

#[test]
fn a_scanner_that_cannot_be_told_is_compared_with_nothing() {
    let sandbox = patched();
    sandbox.write("osv.json", r#"{"results": [{"source": {"path": "/srv/app/package-lock.json", "type": "lockfile"}, "packages": []}]}"#);
    let refused = console(&sandbox).run("fixed $/app --against $/osv.json");
    assert_eq!(refused.code, 2, "{refused}");
    assert!(refused.err.contains("--format osv-scanner"), "{refused}");
}
