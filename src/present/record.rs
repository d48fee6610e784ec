//! The result as a page of HTML that stands alone: to save, to print, to send.

use super::check::ReviewLine;
use super::finding::Finding;
use super::guided::Guided;
use super::outcome::{FolderEnd, OutcomePage};
use super::overview::{Fact, line};
use crate::model::{FileChange, Node};
use crate::report::page::{escape, foot, head, list, table};
use crate::words::{self, fill, window};
use crate::workbench::Inspection;

/// Most files that a report lists.
const MAX_FILES: usize = 5_000;

/// The page about how `guided` ended, made at `moment` by `who`.
pub fn html(
    guided: &Guided,
    outcome: &OutcomePage,
    patch: Option<&Inspection>,
    moment: &str,
    who: &str,
) -> String {
    let (class, word) = mark(outcome.condition);
    let mut page = head(&outcome.heading, class, word);
    let mut add = |text: &str| page.push_str(text);
    add(&format!("<p>{}</p>\n", escape(&outcome.sentence)));
    add(&table(
        words::RECORD_FACTS,
        outcome.facts.iter().map(|fact: &Fact| (fact.name.as_str(), fact.value.as_str())),
    ));
    let review = guided.check.as_ref().map(|check| check.review.as_slice()).unwrap_or_default();
    // What stands above is not said again.
    let is_new = |line: &&ReviewLine| outcome.facts.iter().all(|fact| fact.value != line.value);
    let plan = review.iter().filter(is_new);
    add(&table(words::RECORD_PLAN, plan.map(|line: &ReviewLine| (line.name, line.value.as_str()))));
    add(&list(window::RESULT_FAILED, &outcome.failed));
    add(&list(words::RESULT_WHAT_NEXT, &outcome.next));
    add(&list(window::CHECKED_AFTERWARDS, &outcome.passed));
    let findings: Vec<String> =
        guided.check.iter().flat_map(|check| &check.findings).flat_map(Finding::lines).collect();
    add(&list(words::RECORD_FINDINGS, &findings));
    add(&list(words::RESULT_DETAILS, &outcome.shown_details()));
    if let Some(patch) = patch {
        let facts = of_patch(patch);
        add(&table(words::PATCH, facts.iter().map(|fact| (fact.name.as_str(), fact.value.as_str()))));
        let files = of_files(patch);
        add(&table(words::FILES, files.iter().map(|fact| (fact.name.as_str(), fact.value.as_str()))));
    }
    let program = fill(window::MADE_WITH, &[("version", env!("CARGO_PKG_VERSION"))]);
    page.push_str(&foot(&format!("{moment} · {who} · {program}")));
    page
}

/// Which patch it is, what it fixes, and who signed it.
fn of_patch(inspection: &Inspection) -> Vec<Fact> {
    let about = &inspection.patch.about;
    let mut facts = vec![
        Fact::new(words::PATCH, &about.identity.to_string()),
        Fact::new(words::TITLE, about.title.raw()),
        Fact::new(words::FROM_WHOM, about.vendor.raw()),
        Fact::new(words::PATCH_FILE_SHA_256, &inspection.file_digest.to_string()),
    ];
    let issues = about.issues.iter().map(|issue| Fact::new(words::TICKET, &issue.key));
    let fixed = about.vulnerabilities.iter().chain(&about.fixes).map(|id| Fact::new(words::FIXED, id));
    let signers = inspection.verdict.vouchers.iter().map(|signer| {
        let said = format!("{} · {}", signer.name, signer.role.as_str());
        Fact::new(window::CHECKED_SIGNATURE, &said)
    });
    facts.extend(issues.chain(fixed).chain(signers));
    if inspection.verdict.vouchers.is_empty() {
        facts.push(Fact::new(window::CHECKED_SIGNATURE, &inspection.verdict.sentence()));
    }
    facts
}

/// Each file with what it was and what the patch makes of it.
fn of_files(inspection: &Inspection) -> Vec<Fact> {
    let of_change = |change: &FileChange| {
        let (before, after) = (change.before.first(), change.after.as_ref());
        let modes = before.and_then(Node::mode).zip(after.and_then(Node::mode));
        let said = match modes.filter(|(old, new)| old != new) {
            // What stays the same is said once, and what changes beside it.
            Some((old, new)) if said_of(before) == said_of(after) => {
                format!("{}, {old} \u{2192} {new}", said_of(after))
            }
            _ => format!("{} \u{2192} {}", said_of(before), said_of(after)),
        };
        Fact::new(&line(change.path.as_str()), &said)
    };
    let changes = &inspection.patch.changes;
    let more = changes.len().saturating_sub(MAX_FILES);
    let more = (more > 0).then(|| Fact::new("", &fill(words::AND_MORE, &[("n", &more.to_string())])));
    changes.iter().take(MAX_FILES).map(of_change).chain(more).collect()
}

/// What is there: a file by its SHA-256, a link by its target.
fn said_of(node: Option<&Node>) -> String {
    match node {
        None => window::PART_ABSENT.to_owned(),
        Some(Node::Dir(_)) => window::PART_A_FOLDER.to_owned(),
        Some(Node::Link(link)) => fill(window::PART_A_LINK, &[("path", &line(&link.points_to))]),
        Some(Node::File(file)) => file.digest.to_string(),
    }
}

fn mark(condition: FolderEnd) -> (&'static str, &'static str) {
    match condition {
        FolderEnd::Done => ("good", words::DONE),
        FolderEnd::NothingToDo => ("good", words::NOTHING_TO_DO),
        FolderEnd::NothingChanged => ("caution", words::NOT_DONE_MARK),
        FolderEnd::PutBack => ("caution", words::PUT_BACK_MARK),
        FolderEnd::NeedsAttention => ("danger", words::NEEDS_ATTENTION_MARK),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::present::guided::Task;

    #[test]
    fn a_page_shows_markup_as_text_and_loads_nothing() {
        let guided = Guided::new(Task::Apply, Vec::new(), None);
        let outcome = OutcomePage {
            printed: Vec::new(),
            condition: FolderEnd::Done,
            heading: "Patch applied".to_owned(),
            sentence: "<script src=x>".to_owned(),
            code: None,
            facts: vec![Fact::new("Folder", "/opt/<b>\"app\"")],
            next: vec!["Restart & look".to_owned()],
            advice: Vec::new(),
            failed: Vec::new(),
            passed: Vec::new(),
            details: Vec::new(),
            can: None,
        };
        let page = html(&guided, &outcome, None, "2026-11-23 09:30:00 UTC", "ada on host");
        assert!(!page.contains("<script"), "{page}");
        for text in [
            "&lt;script src=x&gt;",
            "/opt/&lt;b&gt;&quot;app&quot;",
            "Restart &amp; look",
            "default-src 'none'",
        ] {
            assert!(page.contains(text), "{text} is not in {page}");
        }
    }
}
