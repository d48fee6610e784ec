//! Reads Java's property files with the place of each value. Keys and values are compared as a program sees them, with
//! nothing escaped. A value that goes on in the next line is one value.

use std::ops::Range;

use super::sheet::{
    KeyEntry, KeyGroup, ParseBudget, ParseDoubt, ParsedValue, Sheet, line_end, lines, lone_carriage_return,
};

const SPACE: [char; 3] = [' ', '\t', '\x0c'];

/// # Errors
/// If a key is named twice, or an escape is none.
pub(super) fn read(text: &str) -> Result<Sheet, ParseDoubt> {
    lone_carriage_return(text)?;
    let mut root = KeyGroup::new(Some(0));
    let (mut comments, mut budget) = (Vec::new(), ParseBudget::default());
    let mut goes_on_from: Option<usize> = None;
    for (start, line) in lines(text) {
        let bare = line.trim_start_matches(SPACE);
        let end = start + line.len();
        if goes_on_from.is_none() && bare.is_empty() {
            continue;
        }
        if goes_on_from.is_none() && bare.starts_with(['#', '!']) {
            comments.push(end - bare.len()..end);
            continue;
        }
        let first = *goes_on_from.get_or_insert(start);
        let is_last = line_end(text, start) == text.len();
        if ends_with_a_lone_backslash(line) && !is_last {
            continue;
        }
        goes_on_from = None;
        budget.spend(first, 1)?;
        root.add(entry(text, first..end)?)?;
    }
    Ok(Sheet::of_one(text, root, comments, Vec::new()))
}

fn ends_with_a_lone_backslash(line: &str) -> bool {
    (line.len() - line.trim_end_matches('\\').len()) % 2 == 1
}

fn entry(text: &str, range: Range<usize>) -> Result<KeyEntry, ParseDoubt> {
    let Range { start, end } = range;
    let bare = text[range].trim_start_matches(SPACE);
    let mut is_escaped = false;
    let is_end = |c: char| {
        let ends = !is_escaped && (SPACE.contains(&c) || matches!(c, '=' | ':'));
        is_escaped = !is_escaped && c == '\\';
        ends
    };
    let key_length = bare.find(is_end).unwrap_or(bare.len());
    let rest = bare[key_length..].trim_start_matches(SPACE);
    let value = rest.strip_prefix(['=', ':']).unwrap_or(rest).trim_start_matches(SPACE);
    let has_sign = rest.starts_with(['=', ':']);
    let before = &bare[..bare.len() - value.len()];
    if before.contains('\n') || !has_sign && (value.starts_with("\\\n") || value.starts_with("\\\r\n")) {
        return Err(ParseDoubt::new(start, "continues on the next line before its value begins"));
    }
    let said = ParsedValue::Value(unescaped(value, start)?);
    let whole = start..line_end(text, end);
    let key = unescaped(&bare[..key_length], start)?;
    let name = end - bare.len()..end - bare.len() + key_length;
    let mut entry = KeyEntry::new(key, said, end - value.len()..end, whole).named(name);
    // Without a sign between them, what comes in the place of an empty value would become part of the key.
    entry.is_inline = !rest.is_empty();
    Ok(entry)
}

/// What a program sees. Characters beyond the first 65536 are escaped in two halves.
fn unescaped(text: &str, at: usize) -> Result<String, ParseDoubt> {
    let mut units = Vec::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let seen = match if c == '\\' { chars.next() } else { Some('\\') } {
            Some('\\') => c,
            Some('u') => {
                let digits: String = chars.by_ref().take(4).collect();
                let is_hex = digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
                let unit = u16::from_str_radix(&digits, 16).ok().filter(|_| is_hex);
                units.push(unit.ok_or(ParseDoubt::new(at, "has an unknown escape"))?);
                continue;
            }
            Some('t') => '\t',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('f') => '\x0c',
            Some('\r' | '\n') => {
                while chars.next_if(|next| SPACE.contains(next) || *next == '\n').is_some() {}
                continue;
            }
            Some(other) => other,
            None => continue,
        };
        units.extend_from_slice(seen.encode_utf16(&mut [0; 2]));
    }
    String::from_utf16(&units).map_err(|_| ParseDoubt::new(at, "has half a character"))
}
