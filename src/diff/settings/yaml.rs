//! Reads YAML with the place of each value.
//!
//! The library below says what a text is made of; what two readers may take for two things is a doubt: anchors, tags,
//! keys that are no text to some, several documents. Scalars are compared as they are spelled, so it does not matter
//! what a reader makes of `yes` or `0123`.

use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::sheet::{
    DoubtSubject, Form, KeyEntry, KeyGroup, List, ParseBudget, ParseDoubt, ParsedValue, Sheet, TWICE,
    line_end, line_start, lone_carriage_return,
};

const CUT_OFF: &str = "has a block of text whose last line has no end";
const NAMED: &str = "has an anchor, an alias or a tag";

/// # Errors
/// If the text is no YAML, or could mean two things.
pub(super) fn read(text: &str) -> Result<Sheet, ParseDoubt> {
    lone_carriage_return(text)?;
    if let Some(at) = text.find(['\u{85}', '\u{2028}', '\u{2029}', '\u{feff}']) {
        return Err(ParseDoubt::new(at, "has a character that ends the line for some programs"));
    }
    if text.starts_with('%') || text.contains("\n%") {
        return Err(ParseDoubt::new(text.find('%').unwrap_or(0), "may be a directive"));
    }
    let bytes = (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| at).collect());
    let mut reader = YamlReader {
        text,
        events: Parser::new_from_str(text),
        bytes,
        scalars: Vec::new(),
        doubts: Vec::new(),
        budget: ParseBudget::default(),
    };
    let documents = reader.documents()?;
    let comments = comments_between(text, &reader.scalars);
    Ok(Sheet::new(text, documents, comments, reader.doubts))
}

struct YamlReader<'a> {
    text: &'a str,
    events: Parser<'a, saphyr_parser::StrInput<'a>>,
    /// Where each character begins, if that is not where it is counted.
    bytes: Option<Vec<usize>>,
    /// Where scalars stand: what looks like a comment in there is none.
    scalars: Vec<Range<usize>>,
    doubts: Vec<ParseDoubt>,
    budget: ParseBudget,
}

/// A value and where it stands.
struct YamlValue {
    said: ParsedValue,
    range: Range<usize>,
    is_inline: bool,
    doubt: Option<&'static str>,
}

/// Where a value stands: how deep, and whether in brackets.
#[derive(Clone, Copy)]
struct Depth {
    levels: usize,
    is_flow: bool,
}

impl Depth {
    fn below(self, is_flow: bool) -> Self {
        Self { levels: self.levels + 1, is_flow: self.is_flow || is_flow }
    }
}

impl<'a> YamlReader<'a> {
    fn documents(&mut self) -> Result<Vec<KeyEntry>, ParseDoubt> {
        let mut documents = Vec::new();
        self.next()?;
        loop {
            let (event, range) = self.next()?;
            if event == Event::StreamEnd {
                break;
            }
            if !documents.is_empty() {
                const ANOTHER: &str = "begins another document";
                self.doubts.push(ParseDoubt {
                    about: DoubtSubject::Document,
                    ..ParseDoubt::new(range.start, ANOTHER)
                });
            }
            let first = self.next()?;
            let value = self.value(first, Depth { levels: 0, is_flow: false })?;
            let whole = value.range.clone();
            let mut document = KeyEntry::new(String::new(), value.said, value.range, whole);
            (document.is_inline, document.doubt) = (value.is_inline, value.doubt);
            documents.push(document);
            self.next()?;
        }
        if documents.is_empty() {
            // A text without anything says "nothing", which is not an empty mapping.
            let all = 0..self.text.len();
            documents.push(KeyEntry::new(
                String::new(),
                ParsedValue::Value("plain ".to_owned()),
                all.clone(),
                all,
            ));
        }
        Ok(documents)
    }

    fn next(&mut self) -> Result<(Event<'a>, Range<usize>), ParseDoubt> {
        match self.events.next_event() {
            Some(Ok((event, span))) => {
                let range = self.byte(span.start.index())..self.byte(span.end.index());
                Ok((event, range))
            }
            Some(Err(error)) => Err(ParseDoubt::new(self.byte(error.marker().index()), "isn't YAML")),
            None => Err(ParseDoubt::new(self.text.len(), "isn't YAML")),
        }
    }

    fn byte(&self, index: usize) -> usize {
        let byte = self.bytes.as_ref().map_or(index, |bytes| bytes.get(index).copied().unwrap_or(usize::MAX));
        byte.min(self.text.len())
    }

    fn value(
        &mut self,
        (event, range): (Event<'a>, Range<usize>),
        depth: Depth,
    ) -> Result<YamlValue, ParseDoubt> {
        self.budget.spend(range.start, depth.levels)?;
        let is_named = match &event {
            Event::Alias(_) => true,
            Event::Scalar(_, _, anchor, tag) => *anchor > 0 || tag.is_some(),
            Event::SequenceStart(anchor, tag) | Event::MappingStart(anchor, tag) => {
                *anchor > 0 || tag.is_some()
            }
            _ => return Err(ParseDoubt::new(range.start, "isn't YAML")),
        };
        if is_named {
            self.doubts.push(ParseDoubt::new(range.start, NAMED));
        }
        let range = if is_named { self.behind_names(range) } else { range };
        let odd = |said: String, range| YamlValue {
            said: ParsedValue::Odd(said),
            range,
            is_inline: false,
            doubt: None,
        };
        let mut value = match event {
            Event::Scalar(content, style, _, tag) => {
                let value = self.scalar(&content, style, range);
                if tag.is_some() { odd(content.into_owned(), value.range) } else { value }
            }
            Event::SequenceStart(_, tag) => {
                let value = self.sequence(range, depth)?;
                if tag.is_some() { odd(value.said.spell(), value.range) } else { value }
            }
            Event::MappingStart(_, tag) => {
                let value = self.mapping(range, depth)?;
                if tag.is_some() { odd(value.said.spell(), value.range) } else { value }
            }
            _ => odd(self.text[range.clone()].trim_end().to_owned(), range),
        };
        value.doubt = value.doubt.or(is_named.then_some(NAMED));
        Ok(value)
    }

    /// The place of a value without the anchor and the tag in front of it.
    fn behind_names(&self, mut range: Range<usize>) -> Range<usize> {
        while self.text[range.start..range.end].starts_with(['&', '!']) {
            let rest = &self.text[range.start..range.end];
            let name = rest.find(char::is_whitespace).unwrap_or(rest.len());
            range.start = self.after_space(range.start + name).min(range.end);
        }
        range
    }

    fn scalar(&mut self, content: &str, style: ScalarStyle, range: Range<usize>) -> YamlValue {
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
        // Whether such a text ends with a line end depends on the program, and on what comes to stand below it.
        if is_block && !self.text[end..].contains('\n') {
            self.doubts.push(ParseDoubt::new(start, CUT_OFF));
            let said = ParsedValue::Odd(content.to_owned());
            return YamlValue { said, range: start..end, is_inline, doubt: Some(CUT_OFF) };
        }
        YamlValue {
            said: ParsedValue::Value(format!("{kind} {content}")),
            range: start..end,
            is_inline,
            doubt: None,
        }
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

    fn sequence(&mut self, range: Range<usize>, depth: Depth) -> Result<YamlValue, ParseDoubt> {
        let is_flow = self.text[range.start..range.end].starts_with('[');
        let mut list = List::default();
        if is_flow {
            (list.form, list.body) = (Form::Flow, Some(range.start + 1));
        }
        let mut end = range.start;
        loop {
            match self.next()? {
                (Event::SequenceEnd, last) => {
                    end = if is_flow { last.end } else { end };
                    break;
                }
                next => {
                    let sign = if is_flow { next.1.start } else { self.after_space(end) };
                    let value = self.value(next, depth.below(is_flow))?;
                    let element = self.element(sign, value, is_flow);
                    end = end.max(element.value.end);
                    list.elements.push(element);
                }
            }
        }
        let is_inline = is_flow && !self.text[range.start..end].contains('\n');
        Ok(YamlValue { said: ParsedValue::List(list), range: range.start..end, is_inline, doubt: None })
    }

    /// An element of a list, whose sign stands at `sign` unless it is in brackets.
    fn element(&self, sign: usize, value: YamlValue, is_flow: bool) -> KeyEntry {
        if is_flow {
            let whole = value.range.clone();
            let mut entry = KeyEntry::new(String::new(), value.said, value.range, whole);
            entry.doubt = value.doubt;
            return entry;
        }
        let sign_end = (sign + 1).min(self.text.len());
        // Nothing stands nowhere.
        let range = if value.range.is_empty() { sign_end..sign_end } else { value.range };
        let whole = line_start(self.text, sign)..line_end(self.text, range.end.max(sign_end));
        let mut entry = KeyEntry::new(String::new(), value.said, range, whole).named(sign..sign_end);
        (entry.is_inline, entry.sign_end, entry.doubt) = (value.is_inline, sign_end, value.doubt);
        entry
    }

    /// The first place from here on that is neither space nor comment.
    fn after_space(&self, mut at: usize) -> usize {
        loop {
            let rest = self.text[at..].trim_start();
            at = self.text.len() - rest.len();
            if !rest.starts_with('#') {
                return at;
            }
            at = line_end(self.text, at);
        }
    }

    fn mapping(&mut self, range: Range<usize>, depth: Depth) -> Result<YamlValue, ParseDoubt> {
        let is_flow = self.text[range.start..range.end].starts_with('{');
        let mut group = KeyGroup::default();
        if is_flow || depth.is_flow {
            group.form = Form::Flow;
            group.body = is_flow.then_some(range.start + 1);
        }
        let (mut end, mut doubtful_keys) = (range.start, 0);
        loop {
            let (event, at) = self.next()?;
            let (name, style) = match event {
                Event::MappingEnd => {
                    end = if is_flow { at.end } else { end };
                    break;
                }
                Event::Scalar(name, style, 0, None) => (name, style),
                _ => {
                    const MORE: &str = "has a key that is more than a word";
                    self.doubts.push(ParseDoubt::new(at.start, MORE));
                    group.doubt = Some(MORE);
                    let start = at.start;
                    let skipped = self.skip_complex((event, at), depth)?;
                    group.add_further(None, self.text[start..skipped.max(start)].to_owned());
                    end = end.max(skipped);
                    continue;
                }
            };
            let is_doubtful = style == ScalarStyle::Plain && is_doubtful_key(&name);
            if is_doubtful {
                const NO_TEXT: &str = "has a key that isn't text to some programs";
                self.doubts
                    .push(ParseDoubt { about: DoubtSubject::Name, ..ParseDoubt::new(at.start, NO_TEXT) });
                doubtful_keys += 1;
                if doubtful_keys > 1 || name == "<<" || name == "=" {
                    group.doubt = Some(NO_TEXT);
                }
            }
            let key = self.scalar(&name, style, at).range;
            let mut next = self.next()?;
            if let (Event::SequenceStart(..), range) = &mut next {
                range.start = self.first_sign(&key, range);
            }
            let value = self.value(next, depth.below(is_flow))?;
            let (entry, entry_end) = self.entry(name.into_owned(), key, value, group.form);
            end = end.max(entry_end);
            if group.get(&entry.key).is_some() {
                self.doubts.push(ParseDoubt::twice(entry.start()));
                group.doubt = Some(TWICE);
                group.add_further(Some(&entry.key), entry.said.spell());
            } else {
                group.push(entry);
            }
        }
        let is_inline = is_flow && !self.text[range.start..end].contains('\n');
        Ok(YamlValue { said: ParsedValue::Group(group), range: range.start..end, is_inline, doubt: None })
    }

    /// Goes over a key that is no word, and what stands behind it; says where that ends.
    fn skip_complex(&mut self, key: (Event<'a>, Range<usize>), depth: Depth) -> Result<usize, ParseDoubt> {
        let key = self.value(key, depth.below(false))?;
        let next = self.next()?;
        let value = self.value(next, depth.below(false))?;
        Ok(key.range.end.max(value.range.end))
    }

    /// Where the list behind a key begins: the library counts one that stands as far in as its key from what follows its
    /// first sign.
    fn first_sign(&self, key: &Range<usize>, range: &Range<usize>) -> usize {
        let behind = self.after_space(self.sign_end(key)).min(range.end);
        let first = self.behind_names(behind..range.end).start;
        if self.text[first..].starts_with('-') { first } else { range.start }
    }

    /// Where the sign between a key and its value ends.
    fn sign_end(&self, key: &Range<usize>) -> usize {
        let rest = &self.text[key.end..];
        (key.end + rest.len() - rest.trim_start().len() + 1).min(self.text.len())
    }

    /// An entry, and where its last value ends.
    fn entry(&self, name: String, key: Range<usize>, value: YamlValue, form: Form) -> (KeyEntry, usize) {
        let sign_end = self.sign_end(&key);
        let is_flow = form == Form::Flow;
        let end = if is_flow && value.range.is_empty() { key.end } else { value.range.end.max(sign_end) };
        let whole = match is_flow {
            true => key.start..end,
            false => line_start(self.text, key.start)..line_end(self.text, end),
        };
        let mut entry = KeyEntry::new(name, value.said, value.range, whole).named(key);
        (entry.is_inline, entry.sign_end, entry.doubt) = (value.is_inline, sign_end, value.doubt);
        (entry, end)
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

    #[test]
    fn a_block_of_text_without_a_last_line_end_is_doubtful_and_one_with_it_is_not() {
        let doubts = |text: &str| read(text).expect("it is YAML").doubts.len();
        for block in ["a: |\n  b", "a: >\n  b\n  c", "a: |+\n  b", "a:\n- x: |\n    b  "] {
            assert_eq!((doubts(block), doubts(&format!("{block}\n"))), (1, 0), "{block}");
        }
        assert_eq!(doubts("a: b"), 0);
    }
}
