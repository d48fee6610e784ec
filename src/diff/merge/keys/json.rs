//! Reads JSON with the place of each value. Lists are one value; so are empty objects.

use std::ops::Range;

use super::{KeyPath, KeyedText};

/// `None` if the text is no JSON object, or names a key twice.
pub(super) fn read(text: &str) -> Option<KeyedText> {
    // Whether it is JSON at all is for the reader that everybody uses, which also limits its depth.
    serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).ok()?;
    let mut reader = JsonReader { text, at: 0, sheet: KeyedText::default() };
    reader.skip_space();
    reader.object(&mut Vec::new())?;
    Some(reader.sheet)
}

/// Goes through a text that is known to be JSON.
struct JsonReader<'a> {
    text: &'a str,
    at: usize,
    sheet: KeyedText,
}

impl JsonReader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn object(&mut self, key: &mut KeyPath) -> Option<()> {
        self.at += 1;
        loop {
            self.skip_space();
            match self.peek()? {
                b'}' => break,
                b',' => self.at += 1,
                _ => {
                    let start = self.at;
                    self.skip_text();
                    key.push(serde_json::from_str(&self.text[start..self.at]).ok()?);
                    self.skip_space();
                    self.at += 1;
                    self.skip_space();
                    self.value(start, key)?;
                    key.pop();
                }
            }
        }
        self.at += 1;
        Some(())
    }

    /// A value whose key began at `start`.
    fn value(&mut self, start: usize, key: &mut KeyPath) -> Option<()> {
        let begin = self.at;
        if self.peek()? == b'{' && !self.text[begin + 1..].trim_start().starts_with('}') {
            self.object(key)?;
            let whole = start..self.at;
            return self.sheet.groups.insert(key.clone(), whole).is_none().then_some(());
        }
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.skip_text();
                    if depth == 0 {
                        break;
                    }
                    continue;
                }
                b'[' | b'{' => depth += 1,
                b']' | b'}' if depth > 0 => {
                    depth -= 1;
                    if depth == 0 {
                        self.at += 1;
                        break;
                    }
                }
                b',' | b'}' if depth == 0 => break,
                byte if depth == 0 && byte.is_ascii_whitespace() => break,
                _ => {}
            }
            self.at += 1;
        }
        let raw = &self.text[begin..self.at];
        self.sheet.add(key.clone(), &without_space(raw), Some((begin..self.at, start..self.at)))
    }

    fn skip_text(&mut self) {
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                break;
            }
        }
    }
}

/// Space between values says nothing.
fn without_space(raw: &str) -> String {
    let (mut is_text, mut is_escaped) = (false, false);
    raw.chars()
        .filter(|&c| {
            let keep = is_text || !c.is_ascii_whitespace();
            match c {
                _ if is_escaped => is_escaped = false,
                '\\' if is_text => is_escaped = true,
                '"' => is_text = !is_text,
                _ => {}
            }
            keep
        })
        .collect()
}

/// What has to go so that the entry at `whole` is gone, with one comma.
pub(super) fn without(text: &str, whole: &Range<usize>) -> Range<usize> {
    let after = &text[whole.end..];
    if let Some(rest) = after.trim_start().strip_prefix(',') {
        return whole.start..text.len() - rest.trim_start().len();
    }
    let before = text[..whole.start].trim_end();
    if before.ends_with(',') { before.len() - 1..whole.end } else { whole.clone() }
}

/// Where an entry comes to stand between its neighbours, with a comma and their space.
pub(super) fn insertion(
    text: &str,
    entry: &str,
    neighbours: (Option<Range<usize>>, Option<Range<usize>>),
) -> Option<(Range<usize>, String)> {
    let space = |at: usize| &text[text[..at].trim_end().len()..at];
    match neighbours {
        (Some(above), _) => Some((above.end..above.end, format!(",{}{entry}", space(above.start)))),
        (None, Some(below)) => Some((below.start..below.start, format!("{entry},{}", space(below.start)))),
        (None, None) => None,
    }
}
