//! Walks over a text line by line, once, forwards.

/// A place between two lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
    /// Number of the next line, from 1.
    pub line: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(text: &'a [u8]) -> Self {
        Self { rest: text, line: 1 }
    }

    /// The next line without moving on, with its `\n` if it has one.
    pub(crate) fn peek(&self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let end = self.rest.iter().position(|&byte| byte == b'\n').map_or(self.rest.len(), |at| at + 1);
        #[cfg(test)]
        crate::diff::WorkDone::count(|work| work.read_bytes += end as u64);
        Some(&self.rest[..end])
    }

    /// What was not walked over yet.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The line behind the next one.
    pub(crate) fn peek_second(&self) -> Option<&'a [u8]> {
        let mut ahead = *self;
        ahead.next();
        ahead.peek()
    }

    /// The next line, with its `\n` if it has one.
    pub fn next(&mut self) -> Option<&'a [u8]> {
        let line = self.peek()?;
        self.rest = &self.rest[line.len()..];
        self.line += 1;
        Some(line)
    }

    /// Moves past the next line if it starts with `prefix`; returns what follows the prefix, without the line's end.
    pub fn take(&mut self, prefix: &str) -> Option<&'a [u8]> {
        // Most lines are asked for several beginnings; their end is looked for only when one is theirs.
        self.rest.strip_prefix(prefix.as_bytes())?;
        let tail = chomp(self.peek()?.strip_prefix(prefix.as_bytes())?);
        self.next();
        Some(tail)
    }

    /// Whether the next line starts so.
    pub fn is_at(&self, prefix: &str) -> bool {
        self.rest.starts_with(prefix.as_bytes())
    }
}

/// A header line without its end, `\n` or `\r\n`.
pub(super) fn chomp(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
