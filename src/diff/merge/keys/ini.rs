//! Reads INI files with the place of each value. There are many kinds of them; what means different things in two of
//! them is not read.

use std::collections::BTreeSet;

use super::{KeyedText, lines};

/// `None` if a line is neither a section, nor `key = value`, nor a comment, or may go on in the next one.
pub(super) fn read(text: &str) -> Option<KeyedText> {
    let mut sheet = KeyedText::default();
    let mut section: Vec<String> = Vec::new();
    let mut indent_of_section: Option<bool> = None;
    let mut seen = BTreeSet::new();
    for (start, line) in lines(text) {
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with([';', '#']) {
            continue;
        }
        if let Some(name) = bare.strip_prefix('[') {
            section = vec![name.strip_suffix(']')?.trim().to_owned()];
            indent_of_section = None;
            continue;
        }
        let (name, value) = line.split_once('=')?;
        let is_indented = line.starts_with([' ', '\t']);
        // Below a line that is not indented, an indented one goes on with its value for some programs.
        if *indent_of_section.get_or_insert(is_indented) != is_indented || value.trim_end().ends_with('\\') {
            return None;
        }
        let name = name.trim();
        // To many programs, large and small letters are the same in a key.
        let spelled: Vec<String> =
            section.iter().map(String::as_str).chain([name]).map(str::to_lowercase).collect();
        if name.is_empty() || !seen.insert(spelled) {
            return None;
        }
        let begin = start + line.len() - value.trim_start().len();
        let end = begin.max(start + line.trim_end().len());
        let key = section.iter().cloned().chain([name.to_owned()]).collect();
        let whole = start..super::line_end(text, start);
        sheet.add(key, &text[begin..end], Some((begin..end, whole)))?;
    }
    Some(sheet)
}
