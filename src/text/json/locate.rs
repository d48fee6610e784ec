//! Finds places in a JSON text by name and names by place, so that every refusal can point at its cause.
//!
//! Only used once something was refused; reading does not pay for it.

use std::fmt;

/// A place in a text, counted from 1 as editors do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TextPosition {
    pub line: usize,
    /// The character in the line.
    pub column: usize,
}

impl TextPosition {
    /// The place of the byte at `offset`; beyond the end means the end.
    pub fn new(bytes: &[u8], offset: usize) -> Self {
        let before = &bytes[..offset.min(bytes.len())];
        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = String::from_utf8_lossy(&before[line_start..]).chars().count() + 1;
        Self { line, column }
    }
}

impl fmt::Display for TextPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// The offset of serde_json's `line` and `column`, which name the last byte it had read (column 0: none yet).
pub(super) fn offset_of_line(bytes: &[u8], line: usize, column: usize) -> usize {
    let mut start = 0;
    for _ in 1..line {
        match bytes[start..].iter().position(|byte| *byte == b'\n') {
            Some(newline) => start += newline + 1,
            None => break,
        }
    }
    (start + column.saturating_sub(1)).min(bytes.len())
}

/// The name of the innermost value around the byte at `offset`; empty for the document itself.
pub(super) fn name_at(bytes: &[u8], offset: usize) -> String {
    let mut walk = Locator::new(bytes);
    let mut name = String::new();
    while let Some(start) = walk.step() {
        if start > offset {
            break;
        }
        name = walk.name();
    }
    name
}

/// Where the key or list entry called `name` starts.
pub(super) fn offset_of_name(bytes: &[u8], name: &str) -> Option<usize> {
    let mut walk = Locator::new(bytes);
    while let Some(start) = walk.step() {
        if walk.name() == name {
            return Some(start);
        }
    }
    None
}

/// Goes through a text token by token. Lenient: it is also shown texts that were refused half-way.
struct Locator<'a> {
    bytes: &'a [u8],
    next: usize,
    open: Vec<Nesting>,
    /// A container that the last token opened; it counts as open from the next token on.
    opened: Option<Nesting>,
}

enum Nesting {
    List { index: usize },
    Object { key: Option<String>, key_follows: bool },
}

impl<'a> Locator<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, next: 0, open: Vec::new(), opened: None }
    }

    /// Takes the next token that is part of a value and returns where it starts.
    fn step(&mut self) -> Option<usize> {
        self.open.extend(self.opened.take());
        loop {
            let start = self.next;
            let byte = *self.bytes.get(start)?;
            self.next += 1;
            match byte {
                b'{' => self.opened = Some(Nesting::Object { key: None, key_follows: true }),
                b'[' => self.opened = Some(Nesting::List { index: 0 }),
                b'}' | b']' => drop(self.open.pop()),
                b'"' => self.text(start),
                b',' => {
                    self.comma();
                    continue;
                }
                b':' | b' ' | b'\t' | b'\r' | b'\n' => continue,
                _ => self.scalar(),
            }
            return Some(start);
        }
    }

    fn comma(&mut self) {
        match self.open.last_mut() {
            Some(Nesting::List { index }) => *index += 1,
            Some(Nesting::Object { key_follows, .. }) => *key_follows = true,
            None => {}
        }
    }

    fn text(&mut self, start: usize) {
        while let Some(byte) = self.bytes.get(self.next) {
            self.next += 1;
            match byte {
                b'\\' => self.next += 1,
                b'"' => break,
                _ => {}
            }
        }
        let end = self.next.min(self.bytes.len());
        if let Some(Nesting::Object { key, key_follows }) = self.open.last_mut()
            && *key_follows
        {
            *key = serde_json::from_slice(&self.bytes[start..end]).ok();
            *key_follows = false;
        }
    }

    fn scalar(&mut self) {
        let rest = &self.bytes[self.next..];
        let ends = |byte: &u8| {
            matches!(byte, b',' | b':' | b'{' | b'}' | b'[' | b']' | b'"' | b' ' | b'\n' | b'\r' | b'\t')
        };
        self.next += rest.iter().position(ends).unwrap_or(rest.len());
    }

    fn name(&self) -> String {
        let mut name = String::new();
        for container in &self.open {
            match container {
                Nesting::List { index } => name.push_str(&format!("[{index}]")),
                Nesting::Object { key: Some(key), .. } if name.is_empty() => name.push_str(key),
                Nesting::Object { key: Some(key), .. } => name.push_str(&format!(".{key}")),
                Nesting::Object { key: None, .. } => {}
            }
        }
        name
    }
}
