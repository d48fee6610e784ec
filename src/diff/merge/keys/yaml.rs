//! Reads the part of YAML in which a line is a key with a value: block mappings of scalars that end in their line.
//! Lists and texts of several lines are one value that is not edited; files with anything else are not read.
//!
//! Not a library's YAML: that would read anchors, tags and flows as well and forget where a value stands, and only what
//! can be edited in its place, with one possible meaning, may be merged here.

use super::{KeyPath, KeyedText, line_end, lines};

/// One line that says something.
struct YamlLine<'a> {
    start: usize,
    indent: usize,
    text: &'a str,
}

/// `None` if the text is more than such a mapping.
pub(super) fn read(text: &str) -> Option<KeyedText> {
    let mut significant = Vec::new();
    for (start, line) in lines(text) {
        let bare = line.trim_start_matches(' ');
        if bare.trim().is_empty() || bare.starts_with('#') || (line == "---" && significant.is_empty()) {
            continue;
        }
        if bare.starts_with('\t')
            || line.starts_with("---")
            || line.starts_with("...")
            || line.starts_with('%')
        {
            return None;
        }
        significant.push(YamlLine { start, indent: line.len() - bare.len(), text: bare.trim_end() });
    }
    let mut reader = YamlReader { text, lines: &significant, at: 0, sheet: KeyedText::default() };
    let indent = reader.lines.first().map_or(0, |line| line.indent);
    reader.mapping(indent, &mut Vec::new())?;
    (reader.at == reader.lines.len()).then_some(reader.sheet)
}

struct YamlReader<'a> {
    text: &'a str,
    lines: &'a [YamlLine<'a>],
    at: usize,
    sheet: KeyedText,
}

impl<'a> YamlReader<'a> {
    /// All lines of one mapping, whose keys begin at `indent`.
    fn mapping(&mut self, indent: usize, key: &mut KeyPath) -> Option<()> {
        while let Some(line) = self.lines.get(self.at).filter(|line| line.indent >= indent) {
            if line.indent > indent {
                return None;
            }
            let (name, rest) = split(line.text)?;
            self.at += 1;
            key.push(name.to_owned());
            self.value(line, rest, key)?;
            key.pop();
        }
        Some(())
    }

    /// What stands behind a key in its line, or below it.
    fn value(&mut self, line: &'a YamlLine<'a>, rest: &'a str, key: &mut KeyPath) -> Option<()> {
        let below = self.lines.get(self.at).filter(|next| next.indent > line.indent);
        let list = self.lines.get(self.at).is_some_and(|next| {
            next.indent >= line.indent && (next.text == "-" || next.text.starts_with("- "))
        });
        if rest.is_empty() || rest.starts_with('#') {
            return match below {
                Some(next) if !list => self.mapping(next.indent, key),
                None if !list => self.sheet.add(key.clone(), "", None),
                _ => self.block(line, key),
            };
        }
        if rest.starts_with(['|', '>']) {
            return self.block(line, key);
        }
        // A line that is indented more than its key goes on with the value.
        if below.is_some() {
            return None;
        }
        let value = &rest[..scalar_length(rest)?];
        let begin = line.start + line.indent + line.text.len() - rest.len();
        let place = (begin..begin + value.len(), line.start..line_end(self.text, line.start));
        self.sheet.add(key.clone(), value, Some(place))
    }

    /// Everything that belongs to a key without being a mapping, as one value.
    fn block(&mut self, line: &YamlLine<'_>, key: &KeyPath) -> Option<()> {
        let is_of_it = |next: &YamlLine<'_>| {
            next.indent > line.indent || next.indent == line.indent && next.text.starts_with('-')
        };
        while self.lines.get(self.at).is_some_and(is_of_it) {
            self.at += 1;
        }
        // Up to the next key, so that comments and empty lines, which may be part of a text, count.
        let end = self.lines.get(self.at).map_or(self.text.len(), |next| next.start);
        self.sheet.add(key.clone(), self.text[line.start..end].trim_end(), None)
    }
}

/// A plain key and what stands behind its colon.
fn split(line: &str) -> Option<(&str, &str)> {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    let length = line.find(|c| !is_plain(c))?;
    let rest = line[length..].strip_prefix(':')?;
    let is_key = length > 0 && !line.starts_with('-') && (rest.is_empty() || rest.starts_with(' '));
    is_key.then_some((&line[..length], rest.trim_start()))
}

/// How long the scalar is that `rest` begins with; nothing but a comment may follow.
fn scalar_length(rest: &str) -> Option<usize> {
    let length = match rest.chars().next()? {
        '"' => {
            let mut is_escaped = false;
            let end = rest[1..].find(|c| {
                let ends = c == '"' && !is_escaped;
                is_escaped = c == '\\' && !is_escaped;
                ends
            });
            end? + 2
        }
        '\'' => {
            let bytes = rest.as_bytes();
            let mut at = 1;
            loop {
                match (bytes.get(at)?, bytes.get(at + 1)) {
                    (b'\'', Some(b'\'')) => at += 2,
                    (b'\'', _) => break at + 1,
                    _ => at += 1,
                }
            }
        }
        // Lists and mappings in one line have no quotes or comments in them that would need reading.
        '[' | '{' => {
            let end = rest.find(" #").unwrap_or(rest.len());
            let flow = rest[..end].trim_end();
            let closes = if flow.starts_with('[') { ']' } else { '}' };
            let is_simple =
                flow.ends_with(closes) && !flow[1..flow.len() - 1].contains(['[', ']', '{', '}', '"', '\'']);
            return is_simple.then_some(flow.len());
        }
        '&' | '*' | '!' | '%' | '@' | '`' | '?' | '|' | '>' | ']' | '}' | ',' | '#' => return None,
        _ => {
            let plain = rest[..rest.find(" #").unwrap_or(rest.len())].trim_end();
            let is_one =
                !plain.contains(": ") && !plain.ends_with(':') && plain != "-" && !plain.starts_with("- ");
            return is_one.then_some(plain.len());
        }
    };
    let behind = rest[length..].trim_start();
    (behind.is_empty() || behind.starts_with('#') && rest[length..].starts_with(' ')).then_some(length)
}
