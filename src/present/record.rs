//! The result as a page of HTML that stands alone: to save, to print, to send.

use super::check::ReviewLine;
use super::finding::Finding;
use super::guided::Guided;
use super::outcome::{FolderEnd, OutcomePage};
use super::overview::Fact;
use crate::report::page::{escape, foot, head, list, table};
use crate::words;

/// The page about how `guided` ended, made at `moment` by `who`.
pub fn html(guided: &Guided, outcome: &OutcomePage, moment: &str, who: &str) -> String {
    let (class, word) = mark(outcome.condition);
    let mut page = head(&outcome.heading, class, word);
    let mut add = |text: &str| page.push_str(text);
    add(&format!("<p>{}</p>\n", escape(&outcome.sentence)));
    add(&table(
        words::RECORD_FACTS,
        outcome.facts.iter().map(|fact: &Fact| (fact.name.as_str(), fact.value.as_str())),
    ));
    let review = guided.check.as_ref().map(|check| check.review.as_slice()).unwrap_or_default();
    add(&table(words::RECORD_PLAN, review.iter().map(|line: &ReviewLine| (line.name, line.value.as_str()))));
    add(&list(words::RESULT_WHAT_NEXT, &outcome.next));
    let findings: Vec<String> =
        guided.check.iter().flat_map(|check| &check.findings).flat_map(Finding::lines).collect();
    add(&list(words::RECORD_FINDINGS, &findings));
    add(&list(words::RESULT_DETAILS, &outcome.details));
    page.push_str(&foot(&format!("{moment} · {who}")));
    page
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
        let guided = Guided::new(Task::Apply, None, None);
        let outcome = OutcomePage {
            condition: FolderEnd::Done,
            heading: "Patch applied".to_owned(),
            sentence: "<script src=x>".to_owned(),
            code: None,
            facts: vec![Fact::new("Folder", "/opt/<b>\"app\"")],
            next: vec!["Restart & look".to_owned()],
            details: Vec::new(),
            can: None,
        };
        let page = html(&guided, &outcome, "2026-11-23 09:30:00 UTC", "ada on host");
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
