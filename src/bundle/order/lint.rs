//! What is wrong with an order that was read, and what it could say better.

use toml::Spanned;
use toml::de::DeTable;

use super::finding::{FindingWeight, Findings};
use super::table::span_of;
use super::{Bases, Order, OrderedScript};
use crate::bundle::manifest;
use crate::model::{Interpreter, LocalEdits, PatchKind};

/// Systems whose names people write in `platforms`; another name is more likely a slip than a system.
const SYSTEMS: &[&str] = &["android", "freebsd", "linux", "macos", "netbsd", "openbsd", "windows"];

pub(super) fn check(order: &Order, root: &Spanned<DeTable<'_>>, findings: &mut Findings<'_>) {
    let mut say = |weight: FindingWeight, field: &str, message: String| {
        if !findings.knows(field) {
            findings.push(weight, &span_of(root, field), field, message);
        }
    };
    let scripts: Vec<_> = order.scripts.iter().map(OrderedScript::as_script).collect();
    for problem in manifest::text_problems(&order.about, &scripts) {
        say(FindingWeight::Error, &field_of(&problem.at), problem.message);
    }
    for (field, message) in contradictions(order) {
        say(FindingWeight::Error, &field, message);
    }
    for (field, message) in advice(order) {
        say(FindingWeight::Warning, &field, message.to_owned());
    }
}

/// The order's name of a manifest's field.
fn field_of(at: &str) -> String {
    match at {
        "result.version" => "result_version".to_owned(),
        other => other.replace(".args", ""),
    }
}

fn contradictions(order: &Order) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (index, policy) in order.make.policies.iter().enumerate() {
        if let Some(unknown) = policy.fixes.iter().find(|fix| !order.about.fixes.contains(fix)) {
            found.push((format!("make.policy[{index}].fixes"), format!("{unknown:?} is not in the fix set")));
        }
        if policy.local_edits == Some(LocalEdits::Merge) && order.make.bases == Bases::None {
            let message =
                "local edits cannot be merged without the content before; bases is \"none\"".to_owned();
            found.push((format!("make.policy[{index}].local_edits"), message));
        }
    }
    found
}

fn advice(order: &Order) -> Vec<(String, &'static str)> {
    let about = &order.about;
    let mut advice = Vec::new();
    let mut unless = |good: bool, field: &str, message: &'static str| {
        if !good {
            advice.push((field.to_owned(), message));
        }
    };
    unless(about.contact.is_some(), "contact", "no contact for when something goes wrong");
    unless(about.title != about.summary, "summary", "the summary only repeats the title");
    unless(!about.product.detect.is_empty(), "product.detect", "no rule recognizes the product");
    unless(!about.issues.is_empty(), "issues", "none listed");
    unless(!about.evidence.tests.is_empty(), "tests", "none listed");
    unless(!about.evidence.review.is_empty(), "review", "none listed");
    let retires = about.kind != PatchKind::ServicePack || !about.supersedes.is_empty();
    unless(retires, "supersedes", "a service pack usually replaces the hotfixes in it");
    for (index, script) in order.scripts.iter().enumerate() {
        let is_for_windows = matches!(script.interpreter, Interpreter::PowerShell | Interpreter::Cmd);
        let fits = |platform: &String| platform.starts_with("windows/") == is_for_windows;
        let runs_somewhere = about.platforms.is_empty() || about.platforms.iter().any(fits);
        let field = format!("scripts[{index}]");
        unless(
            runs_somewhere,
            &format!("{field}.interpreter"),
            "none of the named platforms has this interpreter",
        );
        unless(script.undo.is_some(), &field, "nothing undoes the script; say so in \"reason\"");
    }
    for (index, platform) in about.platforms.iter().enumerate() {
        let system = platform.split('/').next().unwrap_or_default();
        unless(SYSTEMS.contains(&system), &format!("platforms[{index}]"), "unknown system");
    }
    advice
}
