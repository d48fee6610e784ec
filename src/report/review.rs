//! Reviews in words: one line above a question, and whole ones as Markdown and HTML.
//!
//! Both whole forms are for reading; a signature covers the exact JSON. What stands in a review came from a patch and a
//! stranger, so all of it is escaped here: first what nobody would see, then what would be markup.

use super::page;
use super::phrases::{count, moment};
use crate::text::escape_line;
use crate::trust::ReviewNote;
use crate::workbench::{Opinion, Review, SpokenReview};

/// Stands below both whole forms.
const WHAT_IS_SIGNED: &str = "This text is for reading. Signatures cover the JSON form of the review.";

/// `anna approved it and looked at 2 of 3 changes`.
pub fn sentence(spoken: &SpokenReview<'_>) -> String {
    let did = match spoken.review.opinion {
        Opinion::Approved => "approved it",
        Opinion::Rejected => "rejected it",
        Opinion::Commented => "commented on it",
    };
    format!("{} {did} and looked at {}", spoken.name, looked_at(spoken.review))
}

/// `2 of 3 changes`.
pub fn looked_at(review: &Review) -> String {
    format!("{} of {}", looked_at_count(review), count(review.changes.len(), "change", "changes"))
}

/// How many changes were looked at.
pub(crate) fn looked_at_count(review: &Review) -> usize {
    review.changes.iter().filter(|change| change.looked_at).count()
}

/// Whether every change was looked at.
pub(crate) fn is_whole(review: &Review) -> bool {
    review.changes.iter().all(|change| change.looked_at)
}

/// A note with its place in front.
pub(crate) fn note_line(note: &ReviewNote) -> String {
    match &note.path {
        Some(path) => format!("{path}: {}", note.text),
        None => note.text.clone(),
    }
}

/// The review as Markdown.
pub fn markdown(review: &Review) -> String {
    let mut text = format!("# {}\n\n{}\n\n", plain(&heading(review)), plain(&review.title));
    for (name, value) in facts(review) {
        text.push_str(&format!("- {name}: {}\n", plain(&value)));
    }
    text.push_str(&format!("- SHA-256 of the manifest: `{}`\n", review.manifest));
    text.push_str(&format!("- SHA-256 of the patch file: `{}`\n", review.bundle));
    let findings = review.findings.iter().map(|finding| plain(finding));
    text.push_str(&section("What Patchwright found", findings));
    let notes = review.notes.iter().map(|note| match &note.path {
        Some(path) => format!("{}: {}", code(path), plain(&note.text)),
        None => plain(&note.text),
    });
    text.push_str(&section("Notes", notes));
    let changes = review.changes.iter().map(|change| {
        let mark = if change.looked_at { "x" } else { " " };
        format!("[{mark}] {}: {}", code(&change.path), plain(&change.change))
    });
    text.push_str(&section("Changes", changes));
    text.push_str(&format!("\n{WHAT_IS_SIGNED}\n"));
    text
}

/// The review as a page of HTML.
pub fn html(review: &Review) -> String {
    let shown = |text: &str| escape_line(text).into_owned();
    let class = match review.opinion {
        Opinion::Approved if is_whole(review) => "good",
        Opinion::Approved | Opinion::Commented => "caution",
        Opinion::Rejected => "danger",
    };
    let mut text = page::head(&shown(&heading(review)), class, review.opinion.as_str());
    text.push_str(&format!("<p>{}</p>\n", page::escape(&shown(&review.title))));
    let (manifest, bundle) = (review.manifest.to_string(), review.bundle.to_string());
    let mut facts: Vec<(&str, String)> = facts(review);
    facts.push(("SHA-256 of the manifest", manifest));
    facts.push(("SHA-256 of the patch file", bundle));
    let facts: Vec<(&str, String)> = facts.into_iter().map(|(name, value)| (name, shown(&value))).collect();
    text.push_str(&page::table("Review", facts.iter().map(|(name, value)| (*name, value.as_str()))));
    let findings: Vec<String> = review.findings.iter().map(|finding| shown(finding)).collect();
    text.push_str(&page::list("What Patchwright found", &findings));
    let notes: Vec<String> = review.notes.iter().map(|note| shown(&note_line(note))).collect();
    text.push_str(&page::list("Notes", &notes));
    let change = |change: &crate::trust::ReviewedChange| {
        let looked = if change.looked_at { "looked at" } else { "not looked at" };
        shown(&format!("{}: {}, {looked}", change.path, change.change))
    };
    let changes: Vec<String> = review.changes.iter().map(change).collect();
    text.push_str(&page::list("Changes", &changes));
    text.push_str(&page::foot(WHAT_IS_SIGNED));
    text
}

fn heading(review: &Review) -> String {
    format!("Review of {}: {}", review.patch, review.opinion.as_str())
}

fn facts(review: &Review) -> Vec<(&'static str, String)> {
    let place = &review.place;
    let channel = if place.channel.is_empty() { String::new() } else { format!(", {}", place.channel) };
    vec![
        ("Verdict", review.opinion.as_str().to_owned()),
        ("Reviewer", review.reviewer.clone()),
        ("Time", moment(&review.time)),
        ("Looked at", looked_at(review)),
        ("Product", format!("{}{channel}, number {}", place.product, place.sequence)),
        ("Signatures then", review.verdict.clone()),
    ]
}

/// A list below a heading; nothing without lines.
fn section(heading: &str, lines: impl Iterator<Item = String>) -> String {
    let lines: String = lines.map(|line| format!("- {line}\n")).collect();
    if lines.is_empty() { lines } else { format!("\n## {heading}\n\n{lines}") }
}

/// Text that is no Markdown, whatever it holds.
fn plain(text: &str) -> String {
    let shown = escape_line(text);
    let mut plain = String::with_capacity(shown.len());
    // At the start a dash, a hash or a number with a dot would begin a list or a heading.
    let digits = shown.chars().take_while(char::is_ascii_digit).count();
    for (index, c) in shown.chars().enumerate() {
        let begins = index == 0 && matches!(c, '-' | '+' | '=' | '#')
            || index == digits && digits > 0 && matches!(c, '.' | ')');
        if begins || matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&') {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain
}

/// A name as Markdown shows code: exactly as it is.
fn code(text: &str) -> String {
    let shown = escape_line(text);
    let longest = shown.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if longest > 0 || shown.starts_with(' ') { " " } else { "" };
    format!("{fence}{pad}{shown}{pad}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_is_no_markdown() {
        for (text, shown) in [
            ("<img src=x> [a](b)", "\\<img src=x\\> \\[a\\](b)"),
            ("# big", "\\# big"),
            ("12. item", "12\\. item"),
            ("v1. item", "v1. item"),
            ("- item", "\\- item"),
            ("a\n\n# big", "a\\\\u{a}\\\\u{a}# big"),
        ] {
            assert_eq!(plain(text), shown, "{text:?}");
        }
        assert_eq!(code("a b"), "`a b`");
        assert_eq!(code("a``b`"), "``` a``b` ```");
    }
}
