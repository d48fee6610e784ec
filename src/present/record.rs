//! The result as a page of HTML that stands alone: to save, to print, to send.

use super::check::ReviewLine;
use super::finding::Finding;
use super::guided::Guided;
use super::outcome::{Condition, Outcome};
use super::overview::Fact;
use super::words;

/// Looks the same in every browser and on paper; loads nothing.
const STYLE: &str = "\
body{font:15px/1.5 system-ui,sans-serif;color:#1c2430;background:#fff;max-width:46em;margin:3em auto;padding:0 1.5em}\
h1{font-size:26px;line-height:1.25;margin:0 0 .3em}h2{font-size:18px;margin:1.8em 0 .5em}\
.mark{display:inline-block;padding:.1em .7em;border-radius:4px;font-weight:600;margin-bottom:1em}\
.good{background:#e2f4e8;color:#14532d}.caution{background:#fdf0d5;color:#6b3d00}.danger{background:#fde2e1;color:#7f1d1d}\
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.35em 1em .35em 0;border-bottom:1px solid #d9dee6}\
th{width:11em;font-weight:600}td{overflow-wrap:anywhere}li{overflow-wrap:anywhere}footer{margin-top:3em;color:#5b6675;font-size:13px}";

/// The page about how `guided` ended, made at `moment` by `who`.
pub fn html(guided: &Guided, outcome: &Outcome, moment: &str, who: &str) -> String {
    let mut page = String::new();
    let mut add = |text: &str| page.push_str(text);
    add("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n");
    add(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n",
    );
    add(&format!("<title>{}</title>\n<style>{STYLE}</style>\n", escape(&outcome.heading)));
    let (class, word) = mark(outcome.condition);
    add(&format!("<p class=\"mark {class}\">{word}</p>\n<h1>{}</h1>\n", escape(&outcome.heading)));
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
    add(&format!("<footer>{} · {}</footer>\n</html>\n", escape(moment), escape(who)));
    page
}

fn mark(condition: Condition) -> (&'static str, &'static str) {
    match condition {
        Condition::Done => ("good", words::DONE),
        Condition::NothingToDo => ("good", words::NOTHING_TO_DO),
        Condition::NothingChanged => ("caution", words::NOT_DONE_MARK),
        Condition::PutBack => ("caution", words::PUT_BACK_MARK),
        Condition::NeedsAttention => ("danger", words::NEEDS_ATTENTION_MARK),
    }
}

fn table<'a>(heading: &str, rows: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let rows: String = rows
        .map(|(name, value)| format!("<tr><th scope=\"row\">{}<td>{}\n", escape(name), escape(value)))
        .collect();
    if rows.is_empty() { rows } else { format!("<h2>{heading}</h2>\n<table>\n{rows}</table>\n") }
}

fn list(heading: &str, lines: &[String]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let items: String = lines.iter().map(|line| format!("<li>{}\n", escape(line))).collect();
    format!("<h2>{heading}</h2>\n<ul>\n{items}</ul>\n")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::present::guided::Task;

    #[test]
    fn a_page_shows_markup_as_text_and_loads_nothing() {
        let guided = Guided::new(Task::Apply, None, None);
        let outcome = Outcome {
            condition: Condition::Done,
            heading: "The patch is in the folder".to_owned(),
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
