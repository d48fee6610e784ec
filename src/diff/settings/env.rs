//! Reads files of environment variables (`.env`, `EnvironmentFile=`), with the place of each value.
//!
//! Shells, systemd, Docker and many libraries read them, each in its own way. A value is certain where all agree: without
//! quotes if nothing in it is special to a shell, or in quotes in one line.

use std::ops::Range;

use super::sheet::{
    KeyEntry, KeyGroup, ParseBudget, ParseDoubt, ParsedValue, Sheet, TWICE, line_end, lines,
    lone_carriage_return,
};

/// # Errors
/// If a line is neither a variable nor a comment.
pub(super) fn read(text: &str) -> Result<Sheet, ParseDoubt> {
    lone_carriage_return(text)?;
    let mut root = KeyGroup::new(Some(0));
    let (mut comments, mut doubts, mut budget) = (Vec::new(), Vec::new(), ParseBudget::default());
    for (start, line) in lines(text) {
        let bare = line.trim();
        let begin = start + line.len() - line.trim_start().len();
        if bare.is_empty() {
            continue;
        }
        if bare.starts_with(['#', ';']) {
            comments.push(begin..begin + bare.len());
            continue;
        }
        budget.spend(start, 1)?;
        let entry = entry(text, begin..begin + bare.len(), start)?;
        if let ParsedValue::Odd(spelled) = &entry.said
            && may_go_on(spelled)
        {
            root.add_further(None, bare.to_owned());
        }
        if root.get(&entry.key).is_some() {
            doubts.push(ParseDoubt::twice(start));
            root.doubt = Some(TWICE);
            root.add_further(Some(&entry.key), entry.said.spell());
            continue;
        }
        root.push(entry);
    }
    Ok(Sheet::of_one(text, root, comments, doubts))
}

fn entry(text: &str, range: Range<usize>, start: usize) -> Result<KeyEntry, ParseDoubt> {
    let Range { start: begin, end } = range;
    let line = &text[begin..end];
    let bare = match line.strip_prefix("export") {
        Some(rest) if rest.starts_with([' ', '\t']) => rest.trim_start(),
        _ => line,
    };
    let name_start = end - bare.len();
    let (name, value) = bare.split_once('=').ok_or(ParseDoubt::new(start, "is no variable"))?;
    let is_name = |name: &str| !name.is_empty() && !name.contains(char::is_whitespace);
    if !is_name(name) {
        return Err(ParseDoubt::new(start, "has no name of a variable"));
    }
    let (said, doubt) = match plain(value) {
        Some(said) => (ParsedValue::Value(said.to_owned()), None),
        None => {
            (ParsedValue::Odd(value.to_owned()), Some("has a value that programs read in different ways"))
        }
    };
    let whole = start..line_end(text, end);
    let mut entry = KeyEntry::new(name.to_owned(), said, end - value.len()..end, whole);
    (entry.name, entry.doubt) = (name_start..name_start + name.len(), doubt);
    Ok(entry)
}

/// What all programs take this value for, if they agree.
fn plain(value: &str) -> Option<&str> {
    for quote in ['\'', '"'] {
        if let Some(rest) = value.strip_prefix(quote) {
            let special = |c: char| c == quote || c == '\\' || quote == '"' && matches!(c, '$' | '`');
            return rest.strip_suffix(quote).filter(|inner| !inner.contains(special));
        }
    }
    (!value.contains(is_special)).then_some(value)
}

/// Whether the lines below are part of this value for a shell.
fn may_go_on(value: &str) -> bool {
    let is_odd = |quote: char| value.matches(quote).count() % 2 == 1;
    value.ends_with('\\') || is_odd('\'') || is_odd('"') || is_odd('`') || value.contains(['(', '<'])
}

/// Whether a shell, or one of the programs, takes this for more than a character of a value without quotes.
pub(in crate::diff) fn is_special(c: char) -> bool {
    c.is_whitespace() || c.is_control() || "'\"\\$`#;&|<>()*?[]!~{}".contains(c)
}
