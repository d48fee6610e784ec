//! Reads Java's property files with the place of each value. A value that goes on in the next line is one value.

use super::{KeyedText, line_end, lines};

/// `None` if a key is named twice.
pub(super) fn read(text: &str) -> Option<KeyedText> {
    let mut sheet = KeyedText::default();
    let mut goes_on_from: Option<usize> = None;
    for (start, line) in lines(text) {
        let bare = line.trim_start_matches([' ', '\t', '\x0c']);
        if goes_on_from.is_none() && (bare.is_empty() || bare.starts_with(['#', '!'])) {
            continue;
        }
        let first = goes_on_from.unwrap_or(start);
        let is_last = start + line.len() == text.len() || line_end(text, start) == text.len();
        if ends_with_a_lone_backslash(line) && !is_last {
            goes_on_from = Some(first);
            continue;
        }
        goes_on_from = None;
        add(&mut sheet, text, first, start + line.len())?;
    }
    Some(sheet)
}

fn ends_with_a_lone_backslash(line: &str) -> bool {
    (line.len() - line.trim_end_matches('\\').len()) % 2 == 1
}

fn add(sheet: &mut KeyedText, text: &str, start: usize, end: usize) -> Option<()> {
    const SPACE: [char; 3] = [' ', '\t', '\x0c'];
    let entry = &text[start..end];
    let bare = entry.trim_start_matches(SPACE);
    let mut is_escaped = false;
    let is_end = |c: char| {
        let ends = !is_escaped && (SPACE.contains(&c) || matches!(c, '=' | ':'));
        is_escaped = !is_escaped && c == '\\';
        ends
    };
    let key_length = bare.find(is_end).unwrap_or(bare.len());
    let rest = bare[key_length..].trim_start_matches(SPACE);
    let value = rest.strip_prefix(['=', ':']).unwrap_or(rest).trim_start_matches(SPACE);
    // Without a sign between them, what comes in the place of an empty value would become part of the key.
    let place = (!rest.is_empty()).then(|| (end - value.len()..end, start..line_end(text, end)));
    sheet.add(vec![bare[..key_length].to_owned()], value, place)
}
