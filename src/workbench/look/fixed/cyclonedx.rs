//! CycloneDX 1.6: a bill of the patched libraries with where each patch came from, and a VEX that refers to it. Scanners
//! don't ask for the former, so it is for people and as proof.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::FixedHere;
use super::format::{FixedFormat, tool};
use crate::model::{PartPatch, Purl, ResolvedIssue};
use crate::plan::VexStatement;

pub(super) fn bom(here: &FixedHere) -> Value {
    let mut by_part: BTreeMap<&Purl, Vec<&VexStatement>> = BTreeMap::new();
    for statement in here.told_in(FixedFormat::CycloneDx) {
        by_part.entry(&statement.purl).or_default().push(statement);
    }
    let components: Vec<Value> = by_part.values().map(|about| component(here, about)).collect();
    let vulnerabilities =
        vulnerabilities(here, FixedFormat::CycloneDx, "resolved_with_pedigree", Purl::to_string);
    let refs: Vec<String> = by_part.keys().map(ToString::to_string).collect();
    let product = product(here);
    let content = json!([product, components, vulnerabilities]);
    let mut bom = head(here, &content);
    bom.insert("metadata".to_owned(), metadata(here, Some(&product)));
    bom.insert("components".to_owned(), Value::from(components));
    bom.insert("dependencies".to_owned(), json!([{"ref": "product", "dependsOn": refs}]));
    // What was not patched is not in it.
    bom.insert("compositions".to_owned(), json!([{"aggregate": "incomplete", "assemblies": ["product"]}]));
    bom.insert("vulnerabilities".to_owned(), Value::from(vulnerabilities));
    Value::Object(bom)
}

pub(super) fn vex(here: &FixedHere) -> Value {
    let bom = bom(here);
    let serial = bom["serialNumber"].as_str().unwrap_or_default().trim_start_matches("urn:uuid:").to_owned();
    let link = |purl: &Purl| format!("urn:cdx:{serial}/{}#{}", here.edition(), escaped(purl.as_str()));
    let vulnerabilities = vulnerabilities(here, FixedFormat::CycloneDxVex, "resolved", link);
    let mut vex = head(here, &json!(["vex", vulnerabilities]));
    vex.insert("metadata".to_owned(), metadata(here, None));
    vex.insert("vulnerabilities".to_owned(), Value::from(vulnerabilities));
    Value::Object(vex)
}

fn head(here: &FixedHere, content: &Value) -> Map<String, Value> {
    let mut head = Map::new();
    head.insert("bomFormat".to_owned(), json!("CycloneDX"));
    head.insert("specVersion".to_owned(), json!("1.6"));
    head.insert("serialNumber".to_owned(), json!(format!("urn:uuid:{}", here.uuid(content))));
    head.insert("version".to_owned(), json!(here.edition()));
    head
}

fn metadata(here: &FixedHere, product: Option<&Value>) -> Value {
    let mut metadata = json!({
        "timestamp": here.as_of.time,
        "lifecycles": [{"phase": "operations"}],
        "tools": {"components": [tool()]},
    });
    if let Some(product) = product {
        metadata["component"] = product.clone();
    }
    metadata
}

fn product(here: &FixedHere) -> Value {
    let mut product = json!({"bom-ref": "product", "type": "application"});
    product["name"] = json!(here.product.as_deref().unwrap_or("unknown"));
    if let Some(version) = &here.version {
        product["version"] = json!(version);
    }
    if let Some(purl) = here.package.as_ref().and_then(|package| package.purl.as_deref()) {
        product["purl"] = json!(purl);
    }
    product
}

/// One library, with every statement about it.
fn component(here: &FixedHere, about: &[&VexStatement]) -> Value {
    let part = &about[0].component;
    let mut paths: Vec<_> = about.iter().flat_map(|statement| &statement.paths).collect();
    paths.sort();
    paths.dedup();
    let locations: Vec<Value> = paths.iter().map(|path| json!({"location": path.as_str()})).collect();
    let mut properties: Vec<Value> = Vec::new();
    for path in &paths {
        if let Some(digest) = here.contents.get(*path) {
            let name = format!("patchwright:sha256:{path}");
            properties.push(json!({"name": name, "value": digest.to_string()}));
        }
    }
    let notes: Vec<String> = about.iter().map(|statement| here.grounds(statement)).collect();
    let purl = &about[0].purl;
    let mut component = named(purl);
    component["bom-ref"] = json!(purl.as_str());
    component["modified"] = json!(true);
    component["evidence"] = json!({"occurrences": locations});
    component["pedigree"] = json!({
        "ancestors": [named(&part.purl)],
        "patches": about.iter().map(|statement| patch(here, statement)).collect::<Vec<_>>(),
        "notes": notes.join("\n"),
    });
    component["properties"] = Value::from(properties);
    component
}

fn named(purl: &Purl) -> Value {
    json!({
        "type": "library",
        "name": purl.full_name(),
        "version": purl.version(),
        "purl": purl.as_str(),
    })
}

fn patch(here: &FixedHere, statement: &VexStatement) -> Value {
    let kind = match statement.component.patch {
        // The format has no word for it.
        PartPatch::Upgrade => PartPatch::Unofficial,
        other => other,
    };
    let resolves: Vec<Value> = here.claims_of(statement).map(|claim| resolved(&claim.resolved)).collect();
    json!({"type": kind.as_str(), "resolves": resolves})
}

fn resolved(resolved: &ResolvedIssue) -> Value {
    json!({
        "type": resolved.kind.as_str(),
        "id": resolved.id,
        "name": resolved.id,
        "source": {"name": resolved.source.as_deref().unwrap_or_else(|| list_of(&resolved.id))},
    })
}

/// One entry per problem, with the libraries that it is gone from.
fn vulnerabilities(
    here: &FixedHere,
    format: FixedFormat,
    state: &str,
    name: impl Fn(&Purl) -> String,
) -> Vec<Value> {
    let mut by_problem: BTreeMap<&Vec<String>, Vec<&VexStatement>> = BTreeMap::new();
    for statement in here.told_in(format) {
        by_problem.entry(&statement.ids).or_default().push(statement);
    }
    let one = |(number, (ids, about)): (usize, (&Vec<String>, Vec<&VexStatement>))| {
        let since =
            about.iter().flat_map(|statement| here.patches_of(statement)).map(|patch| &patch.time).min();
        let grounds: Vec<String> = about.iter().map(|statement| here.grounds(statement)).collect();
        let references: Vec<Value> =
            ids[1..].iter().map(|id| json!({"id": id, "source": {"name": list_of(id)}})).collect();
        let affects: Vec<Value> =
            about.iter().map(|statement| json!({"ref": name(&statement.purl)})).collect();
        json!({
            "bom-ref": format!("vulnerability-{}", number + 1),
            "id": ids[0],
            "source": {"name": list_of(&ids[0])},
            "references": references,
            "analysis": {
                "state": state,
                "response": ["update"],
                "detail": grounds.join("\n"),
                "firstIssued": since,
                "lastUpdated": here.as_of.time,
            },
            "affects": affects,
        })
    };
    by_problem.into_iter().enumerate().map(one).collect()
}

/// The list that an id is from.
fn list_of(id: &str) -> &'static str {
    match id.split('-').next() {
        Some("CVE") => "NVD",
        Some("GHSA") => "GitHub",
        _ => "OSV",
    }
}

/// A reference inside a BOM-Link: those who read it take every escape back once.
fn escaped(reference: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:@".contains(&byte);
    reference
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
