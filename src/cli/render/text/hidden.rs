//! What a patch hides, as a warning with places.

use super::safe;
use crate::cli::render::{Detail, Style, hidden as words};
use crate::text::confusables::{ConfusableSeverity, Confusables};
use crate::workbench::Hidden;

/// Most places of one kind above a question.
const SHORT_PLACES: usize = 5;

/// The warning, with an empty line below; empty where there is nothing to warn of. With full detail also what is only
/// unusual, with its places.
pub(in crate::cli) fn hidden(hidden: &Hidden, detail: Detail, style: Style) -> String {
    let mut text = String::new();
    if hidden.number(ConfusableSeverity::Deceiving) > 0 {
        text.push_str(&format!("{}\n", style.bad("Parts of this patch may not be what they seem")));
        text.push_str(&kinds(hidden, ConfusableSeverity::Deceiving, detail, style));
    }
    if let Some(unusual) = words::kinds(hidden, ConfusableSeverity::Unusual) {
        match detail {
            Detail::Short => {
                text.push_str(&format!("Unusual, usually harmless: {unusual}; --verbose shows where\n"));
            }
            Detail::Full => {
                text.push_str(&format!("{}\n", style.strong("Unusual, usually harmless")));
                text.push_str(&kinds(hidden, ConfusableSeverity::Unusual, detail, style));
            }
        }
    }
    if detail == Detail::Full && hidden.there_before > 0 {
        text.push_str(&format!("{} more on unchanged lines of the same files\n", hidden.there_before));
    }
    if detail == Detail::Full && hidden.not_looked_through > 0 {
        let number = words::files(hidden.not_looked_through);
        text.push_str(&format!("{number} not checked: too large, or not in the patch file\n"));
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

fn kinds(hidden: &Hidden, danger: ConfusableSeverity, detail: Detail, style: Style) -> String {
    let mut text = String::new();
    for (_, kind, count) in hidden.counts().filter(|(found, ..)| *found == danger) {
        text.push_str(&format!("  {}\n", style.attention(&words::sentence(kind, count))));
        let most = if detail == Detail::Full { usize::MAX } else { SHORT_PLACES };
        let mut shown = 0;
        for place in hidden.places_of(danger, kind).take(most) {
            // It is escaped already; spelling it out again changes nothing but backslashes.
            text.push_str(&format!("    {}\n", words::place(place)));
            shown += 1;
        }
        if shown < count.number {
            text.push_str(&format!("    … and {} more\n", count.number - shown));
        }
    }
    text
}

/// A banner above the diff of one file; empty where there is nothing to say.
pub(in crate::cli) fn banner(path: &str, found: &Confusables, style: Style) -> String {
    let lines = words::in_file(found).into_iter().map(|(danger, words)| match danger {
        ConfusableSeverity::Deceiving => {
            format!("{} {}: {words}\n", style.bad("! check"), safe(path))
        }
        ConfusableSeverity::Unusual => format!("! unusual in {}: {words}\n", safe(path)),
    });
    lines.collect()
}
