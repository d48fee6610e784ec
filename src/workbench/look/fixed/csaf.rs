//! CSAF 2.0, profile VEX. Without anything to say it is a base document, which the profile is not.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::FixedHere;
use super::format::{FixedFormat, Publisher};
use crate::model::{Purl, Restart};
use crate::plan::VexStatement;

const PRODUCT: &str = "P";

/// The CVE of a statement: what every reader of this format looks for.
pub(super) fn cve(statement: &VexStatement) -> Option<&str> {
    statement.ids.first().map(String::as_str).filter(|id| is_cve(id))
}

/// As the format's schema has it.
fn is_cve(id: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let numbers = id.strip_prefix("CVE-").and_then(|rest| rest.split_once('-'));
    numbers.is_some_and(|(year, number)| {
        year.len() == 4 && digits(year) && (4..=19).contains(&number.len()) && digits(number)
    })
}

pub(super) fn document(here: &FixedHere, publisher: &Publisher) -> Value {
    let told: Vec<&VexStatement> = here.told_in(FixedFormat::Csaf).collect();
    let mut parts: Vec<&Purl> = told.iter().map(|statement| &statement.purl).collect();
    parts.sort();
    parts.dedup();
    let tree = product_tree(here, &parts);
    let vulnerabilities = vulnerabilities(here, &told, &parts);
    let id = here.uuid(&json!([publisher.name, publisher.namespace, tree, vulnerabilities]));
    let category = if told.is_empty() { "csaf_base" } else { "csaf_vex" };
    let mut document = json!({"document": {
        "category": category,
        "csaf_version": "2.0",
        "title": format!("What is fixed in {}", product(here)),
        "lang": "en",
        "publisher": {"category": "user", "name": publisher.name, "namespace": publisher.namespace},
        "notes": [{"category": "summary", "text": summary(told.len())}],
        "tracking": {
            "id": format!("patchwright-{id}"),
            "status": "final",
            "version": "1",
            "initial_release_date": here.as_of.time,
            "current_release_date": here.as_of.time,
            "revision_history": [{"number": "1", "date": here.as_of.time, "summary": "As the files prove it"}],
            "generator": {"engine": {"name": "patchwright", "version": env!("CARGO_PKG_VERSION")}},
        },
    }});
    if !told.is_empty() {
        document["product_tree"] = tree;
        document["vulnerabilities"] = Value::from(vulnerabilities);
    }
    document
}

fn summary(statements: usize) -> &'static str {
    match statements {
        0 => "Nothing is proven to be fixed in one product folder.",
        _ => "Patches that are applied in one product folder, with every file verified.",
    }
}

fn product(here: &FixedHere) -> String {
    let name = here.product.as_deref().unwrap_or("unknown product");
    here.version.as_ref().map_or_else(|| name.to_owned(), |version| format!("{name} {version}"))
}

fn product_tree(here: &FixedHere, parts: &[&Purl]) -> Value {
    let vendor = here.patches.values().next_back().map_or("unknown", |patch| patch.vendor.as_str());
    let own = json!({"category": "product_version", "name": here.version.as_deref().unwrap_or("unknown"),
        "product": {"product_id": PRODUCT, "name": product(here)}});
    let own = json!({"category": "product_name", "name": here.product.as_deref().unwrap_or("unknown"), "branches": [own]});
    let mut branches = vec![json!({"category": "vendor", "name": vendor, "branches": [own]})];
    let mut by_name: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut relations = Vec::new();
    for (number, purl) in parts.iter().enumerate() {
        let (name, version) = (purl.full_name(), purl.version().unwrap_or_default());
        by_name.entry(name.clone()).or_default().push(json!({
            "category": "product_version", "name": version,
            "product": {
                "product_id": part_id(number),
                "name": format!("{name} {version}"),
                "product_identification_helper": {"purl": purl.as_str()},
            },
        }));
        relations.push(json!({
            "category": "default_component_of",
            "product_reference": part_id(number),
            "relates_to_product_reference": PRODUCT,
            "full_product_name": {
                "product_id": patched_id(number),
                "name": format!("{name} {version} in {}, patched", product(here)),
                "product_identification_helper": {"purl": purl.as_str()},
            },
        }));
    }
    let named = |(name, versions)| json!({"category": "product_name", "name": name, "branches": versions});
    branches.extend(by_name.into_iter().map(named));
    json!({"branches": branches, "relationships": relations})
}

fn part_id(number: usize) -> String {
    format!("C{}", number + 1)
}

fn patched_id(number: usize) -> String {
    format!("{PRODUCT}-C{}", number + 1)
}

/// One entry per CVE: a second one about the same is not allowed.
fn vulnerabilities(here: &FixedHere, told: &[&VexStatement], parts: &[&Purl]) -> Vec<Value> {
    let mut by_problem: BTreeMap<&Vec<String>, Vec<&VexStatement>> = BTreeMap::new();
    told.iter().for_each(|statement| by_problem.entry(&statement.ids).or_default().push(statement));
    let number = |statement: &VexStatement| parts.iter().position(|purl| **purl == statement.purl);
    let one = |(ids, about): (&Vec<String>, Vec<&VexStatement>)| {
        let products: Vec<String> =
            about.iter().filter_map(|statement| number(statement)).map(patched_id).collect();
        let remediations: Vec<Value> =
            about.iter().map(|statement| remediation(here, statement, number(statement))).collect();
        let mut entry = json!({"cve": ids[0]});
        let others: Vec<Value> = ids[1..]
            .iter()
            .filter(|id| !is_cve(id))
            .map(|id| json!({"system_name": "alias", "text": id}))
            .collect();
        if !others.is_empty() {
            entry["ids"] = Value::from(others);
        }
        entry["notes"] =
            json!([{"category": "description", "text": format!("Known as {}.", ids.join(", "))}]);
        entry["product_status"] = json!({"fixed": products});
        entry["remediations"] = Value::from(remediations);
        entry
    };
    by_problem.into_iter().map(one).collect()
}

fn remediation(here: &FixedHere, statement: &VexStatement, number: Option<usize>) -> Value {
    // The patch that asks for most.
    let restart =
        here.patches_of(statement).map(|patch| patch.restart).find(|needed| *needed != Restart::Nothing);
    json!({
        "category": "vendor_fix",
        "details": here.grounds(statement),
        "product_ids": number.map(patched_id).into_iter().collect::<Vec<_>>(),
        "restart_required": {"category": restart.unwrap_or(Restart::Nothing).as_str()},
    })
}
