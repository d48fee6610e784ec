//! Lists in words: the first few of many.

use crate::diff::LineRange;

/// The first few of a list; the whole one is in the JSON answer.
pub(crate) fn shortened(list: &[String]) -> String {
    const SHOWN: usize = 6;
    let mut text = list[..list.len().min(SHOWN)].join(", ");
    if list.len() > SHOWN {
        text.push_str(&format!(" and {} more", list.len() - SHOWN));
    }
    text
}

/// Lines of a place, to stand after its name; nothing where it is not about lines.
pub(crate) fn in_brackets(lines: &[LineRange]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let told: Vec<String> = lines.iter().map(ToString::to_string).collect();
    let word = if lines.len() == 1 && lines[0].first == lines[0].last { "line" } else { "lines" };
    format!(" ({word} {})", enumerate(&told.iter().map(String::as_str).collect::<Vec<_>>()))
}

pub(super) fn enumerate(names: &[&str]) -> String {
    const SHOWN: usize = 5;
    match names.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => format!("{} and {more} more", names[..SHOWN].join(", ")),
        _ => names.join(", "),
    }
}
