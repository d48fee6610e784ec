//! Reads YAML with the place of each value of its block mappings. What stands in braces is one value.
//!
//! The library below says what a text is made of; what two readers may take for two things is refused: anchors, tags,
//! keys that are no text to some, several documents. Scalars are compared as they are spelled, so it does not matter
//! what a reader makes of `yes` or `0123`.

use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::sheet::{Budget, Doubt, Entry, Group, Said, Sheet, line_end, line_start, lone_carriage_return};

/// # Errors
/// If the text is no YAML, or could mean two things.
pub(super) fn read(text: &str) -> Result<Sheet, Doubt> {
    lone_carriage_return(text)?;
    if let Some(at) = text.find(['\u{85}', '\u{2028}', '\u{2029}', '\u{feff}']) {
        return Err(Doubt::new(at, "has a character that ends the line for some programs"));
    }
    if text.starts_with('%') || text.contains("\n%") {
        return Err(Doubt::new(text.find('%').unwrap_or(0), "may be a directive"));
    }
    let bytes = (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| at).collect());
    let mut reader = YamlReader {
        text,
        events: Parser::new_from_str(text),
        bytes,
        scalars: Vec::new(),
        budget: Budget::default(),
    };
    let root = reader.document()?;
    let comments = comments_between(text, &reader.scalars);
    Ok(Sheet::new(text, root, comments))
}

struct YamlReader<'a> {
    text: &'a str,
    events: Parser<'a, saphyr_parser::StrInput<'a>>,
    /// Where each character begins, if that is not where it is counted.
    bytes: Option<Vec<usize>>,
    /// Where scalars stand: what looks like a comment in there is none.
    scalars: Vec<Range<usize>>,
    budget: Budget,
}

/// A value and where it stands.
struct Value {
    said: Said,
    range: Range<usize>,
    is_inline: bool,
}

impl<'a> YamlReader<'a> {
    fn document(&mut self) -> Result<Said, Doubt> {
        self.next()?;
        let (event, range) = self.next()?;
        if event == Event::StreamEnd {
            // A text without anything says "nothing", which is not an empty mapping.
            return Ok(Said::Value("plain ".to_owned()));
        }
        let first = self.next()?;
        let root = self.value(first, 0)?.said;
        self.next()?;
        match self.next()? {
            (Event::StreamEnd, _) => Ok(root),
            (_, next) => Err(Doubt::new(next.start.max(range.start), "begins another document")),
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, Range<usize>), Doubt> {
        match self.events.next_event() {
            Some(Ok((event, span))) => {
                let range = self.byte(span.start.index())..self.byte(span.end.index());
                Ok((event, range))
            }
            Some(Err(error)) => Err(Doubt::new(self.byte(error.marker().index()), "isn't YAML")),
            None => Err(Doubt::new(self.text.len(), "isn't YAML")),
        }
    }

    fn byte(&self, index: usize) -> usize {
        let byte = self.bytes.as_ref().map_or(index, |bytes| bytes.get(index).copied().unwrap_or(usize::MAX));
        byte.min(self.text.len())
    }

    fn value(&mut self, (event, range): (Event<'a>, Range<usize>), depth: usize) -> Result<Value, Doubt> {
        self.budget.spend(range.start, depth)?;
        const REFUSED: &str = "has an anchor, an alias or a tag";
        match event {
            Event::Scalar(content, style, 0, None) => Ok(self.scalar(&content, style, range)),
            Event::SequenceStart(0, None) => self.sequence(range, depth),
            Event::MappingStart(0, None) => self.mapping(range, depth),
            _ => Err(Doubt::new(range.start, REFUSED)),
        }
    }

    fn scalar(&mut self, content: &str, style: ScalarStyle, range: Range<usize>) -> Value {
        let start = range.start;
        let end = match style {
            ScalarStyle::Plain => range.end,
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => self.end_of_quoted(start),
            // Empty lines below count only where the line above says so; they stay with it then.
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let heading = self.text[..start].trim_end();
                let keeps = heading[line_start(heading, heading.len())..].contains('+');
                let text = &self.text[start..range.end];
                start + if keeps { text } else { text.trim_end() }.trim_end_matches(['\r', '\n']).len()
            }
        };
        self.scalars.push(start..end);
        let kind = if style == ScalarStyle::Plain { "plain" } else { "text" };
        let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        let is_inline = !is_block && end > start && !self.text[start..end].contains('\n');
        Value { said: Said::Value(format!("{kind} {content}")), range: start..end, is_inline }
    }

    /// The library counts what follows a quoted text as part of it.
    fn end_of_quoted(&self, start: usize) -> usize {
        let bytes = self.text.as_bytes();
        let quote = bytes.get(start).copied().unwrap_or_default();
        let mut at = start + 1;
        while at < bytes.len() {
            match (bytes[at], bytes.get(at + 1)) {
                (b'\\', _) if quote == b'"' => at += 2,
                (b'\'', Some(b'\'')) if quote == b'\'' => at += 2,
                (byte, _) if byte == quote => return at + 1,
                _ => at += 1,
            }
        }
        bytes.len()
    }

    fn sequence(&mut self, range: Range<usize>, depth: usize) -> Result<Value, Doubt> {
        let is_flow = self.text[range.start..range.end].starts_with('[');
        let (mut elements, mut end) = (Vec::new(), range.start);
        loop {
            match self.next()? {
                (Event::SequenceEnd, last) => {
                    end = if is_flow { last.end } else { end };
                    break;
                }
                next => {
                    let element = self.value(next, depth + 1)?;
                    end = end.max(element.range.end);
                    elements.push(element.said.spell());
                }
            }
        }
        let is_inline = is_flow && !self.text[range.start..end].contains('\n');
        Ok(Value { said: Said::List(elements), range: range.start..end, is_inline })
    }

    fn mapping(&mut self, range: Range<usize>, depth: usize) -> Result<Value, Doubt> {
        let is_flow = self.text[range.start..range.end].starts_with('{');
        let (mut group, mut end) = (Group::default(), range.start);
        loop {
            let (event, at) = self.next()?;
            let (name, style) = match event {
                Event::MappingEnd => {
                    end = if is_flow { at.end } else { end };
                    break;
                }
                Event::Scalar(name, style, 0, None) => (name, style),
                _ => return Err(Doubt::new(at.start, "has a key that is more than a word")),
            };
            if style == ScalarStyle::Plain && is_doubtful_key(&name) {
                return Err(Doubt::new(at.start, "has a key that isn't text to some programs"));
            }
            let key = self.scalar(&name, style, at).range;
            let next = self.next()?;
            let value = self.value(next, depth + 1)?;
            let entry = self.entry(name.into_owned(), key, value)?;
            end = end.max(entry.1);
            group.add(entry.0)?;
        }
        let is_inline = is_flow && !self.text[range.start..end].contains('\n');
        let said = if is_flow { Said::Value(Said::Group(group).spell()) } else { Said::Group(group) };
        Ok(Value { said, range: range.start..end, is_inline })
    }

    /// An entry, and where its last value ends.
    fn entry(&self, name: String, key: Range<usize>, value: Value) -> Result<(Entry, usize), Doubt> {
        let rest = &self.text[key.end..];
        let sign_end = key.end + rest.len() - rest.trim_start().len() + 1;
        let end = value.range.end.max(sign_end.min(self.text.len()));
        let whole = line_start(self.text, key.start)..line_end(self.text, end);
        let mut entry = Entry::value(name, value.said, value.range, whole);
        (entry.is_inline, entry.sign_end) = (value.is_inline, sign_end);
        Ok((entry, end))
    }
}

/// Whether a key without quotes is no text, or a command, to a reader of YAML 1.1 or 1.2. Plain whole numbers are the
/// same to all.
fn is_doubtful_key(key: &str) -> bool {
    const WORDS: [&str; 11] = ["", "<<", "=", "~", "null", "true", "false", "yes", "no", "on", "off"];
    if WORDS.contains(&key.to_lowercase().as_str()) {
        return true;
    }
    let digits = key.trim_start_matches(['+', '-', '.']);
    let is_plain = key.len() <= 18 && key.bytes().all(|byte| byte.is_ascii_digit());
    if is_plain && (key == "0" || !key.starts_with('0')) {
        return false;
    }
    let is_version = key.split('.').count() > 2 && key.bytes().all(|c| c == b'.' || c.is_ascii_digit());
    if is_version {
        return false;
    }
    let lower = key.to_lowercase().replace('_', "");
    let is_number = lower.parse::<f64>().is_ok() && digits.starts_with(|c: char| c.is_ascii_digit());
    let is_special = matches!(digits.to_lowercase().as_str(), "inf" | "nan") && key.contains('.');
    let of_digits = |more: &str| {
        digits.starts_with(|c: char| c.is_ascii_digit())
            && lower.chars().all(|c| c.is_ascii_digit() || more.contains(c))
    };
    let is_time = of_digits("+-.: tz");
    let is_other_base =
        ["0x", "0o", "0b"].iter().any(|base| lower.trim_start_matches(['+', '-']).starts_with(base));
    is_number || is_special || is_time || is_other_base
}

/// Outside of scalars, `#` begins nothing but a comment.
fn comments_between(text: &str, scalars: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut comments = Vec::new();
    let mut at = 0;
    let end = text.len()..text.len();
    for scalar in scalars.iter().chain([&end]) {
        while at < scalar.start
            && let Some(found) = text[at..scalar.start].find('#')
        {
            let start = at + found;
            let end = line_end(text, start);
            comments.push(start..start + text[start..end].trim_end().len());
            at = end;
        }
        at = at.max(scalar.end);
    }
    comments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_some_readers_take_for_no_text_are_doubtful() {
        let doubtful = "on Yes NULL ~ << 012 0x1f 1.5 1e3 -1 +7 .inf -.Nan 12:30:45 2024-01-01 1_000 0o7 = 2024-01-01 10:00:00";
        for key in doubtful.split(' ').chain(["", "2024-01-01 10:00:00"]) {
            assert!(is_doubtful_key(key), "{key}");
        }
        for key in "a y 0 8080 onward no-cache 10.0.0.1a v1.2 k8s a1 e3 inf nan x-y".split(' ') {
            assert!(!is_doubtful_key(key), "{key}");
        }
    }
}
