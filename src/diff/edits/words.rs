//! What single values mean in each form of file, and how new ones are spelled there.

use super::value::{Item, Value, key_of};
use crate::diff::settings::{Format, KeyEntry, ParsedValue, Sheet, is_special};

impl Value {
    /// What each document of a file says.
    pub(super) fn of_sheet(format: Format, sheet: &Sheet) -> Vec<Self> {
        sheet.documents.iter().map(|document| Self::of_entry(format, document)).collect()
    }

    pub(super) fn of_entry(format: Format, entry: &KeyEntry) -> Self {
        match &entry.said {
            ParsedValue::Odd(spelled) => Value::Odd(spelled.clone()),
            ParsedValue::Value(spelled) => meaning(format, spelled),
            ParsedValue::List(list) => {
                let item = |(was, element)| Item { value: Self::of_entry(format, element), was: Some(was) };
                Value::List(list.elements.iter().enumerate().map(item).collect())
            }
            ParsedValue::Group(group) => {
                let member =
                    |entry: &KeyEntry| (key_of(format, entry).to_owned(), Self::of_entry(format, entry));
                Value::Map(group.entries.iter().map(member).collect())
            }
        }
    }
}

/// What a reader's spelling of a single value means.
fn meaning(format: Format, spelled: &str) -> Value {
    match format {
        Format::Env | Format::Properties => Value::text(spelled),
        // A word alone is a key without a value.
        Format::Ini | Format::Unit => spelled.strip_prefix('=').map_or(Value::Null, Value::text),
        Format::Json => json(spelled),
        Format::Toml => toml(spelled),
        Format::Yaml => match spelled.split_once(' ') {
            Some(("text", text)) => Value::text(text),
            Some((_, plain)) => yaml_plain(plain),
            None => Value::Odd(spelled.to_owned()),
        },
    }
}

fn json(spelled: &str) -> Value {
    match spelled {
        "null" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        text if text.starts_with('"') => match serde_json::from_str(text) {
            Ok(text) => Value::Text(text),
            Err(_) => Value::Odd(text.to_owned()),
        },
        number => Value::Number(number.to_owned()),
    }
}

fn toml(spelled: &str) -> Value {
    let first = spelled.bytes().next().unwrap_or_default();
    match spelled {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ if matches!(first, b'"' | b'\'') => match spelled.parse::<toml_edit::Value>() {
            Ok(toml_edit::Value::String(text)) => Value::Text(text.into_value()),
            _ => Value::Odd(spelled.to_owned()),
        },
        date if is_toml_date(date) => Value::Plain(date.to_owned()),
        number if number.ends_with("inf") || number.ends_with("nan") => Value::Plain(number.to_owned()),
        number => Value::Number(number.to_owned()),
    }
}

fn is_toml_date(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes.get(2) == Some(&b':') || bytes.get(4) == Some(&b'-') && word.len() >= 10
}

/// What both YAML 1.1 and YAML 1.2 make of a word without quotes.
pub(super) fn yaml_plain(word: &str) -> Value {
    match word {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        "<<" | "=" => return Value::Plain(word.to_owned()),
        _ => {}
    }
    const WORDS: [&str; 6] = ["y", "n", "yes", "no", "on", "off"];
    if WORDS.contains(&word.to_lowercase().as_str()) {
        return Value::Plain(word.to_owned());
    }
    let unsigned = word.strip_prefix(['+', '-']).unwrap_or(word);
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return Value::text(word);
    }
    if is_certain_number(unsigned) {
        return Value::Number(word.to_owned());
    }
    if may_be_a_number(unsigned) { Value::Plain(word.to_owned()) } else { Value::text(word) }
}

/// `12`, `1.5`, `1.5e+3`.
fn is_certain_number(unsigned: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) =
        unsigned.split_once(['e', 'E']).map_or((unsigned, None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(w, f)| (w, Some(f)));
    let has_no_leading_zero = whole == "0" || !whole.starts_with('0');
    let is_exponent = |exponent: &str| exponent.strip_prefix(['+', '-']).is_some_and(is_digits);
    is_digits(whole)
        && has_no_leading_zero
        && fraction.is_none_or(is_digits)
        && exponent.is_none_or(|exponent| fraction.is_some() && is_exponent(exponent))
}

/// Whether some reader may take it for a number, a time or a date.
fn may_be_a_number(unsigned: &str) -> bool {
    let lower = unsigned.to_lowercase();
    if matches!(lower.as_str(), ".inf" | ".nan")
        || ["0x", "0o", "0b"].iter().any(|base| lower.starts_with(base))
    {
        return true;
    }
    // Several dots are no number to anybody, but more than one colon is a time to some.
    let is_version = unsigned.matches('.').count() > 1 && !unsigned.contains([':', '-', '_']);
    !is_version
        && unsigned.len() < 64
        && lower.chars().all(|c| c.is_ascii_digit() || "+-.:_ eTtzZ".contains(c))
        && {
            let is_word = lower.contains(['e', 't', 'z'])
                && !lower.starts_with(|c: char| c.is_ascii_digit() || c == '.');
            !is_word
        }
}

/// How a text was written in the place that a new one comes into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Quotes {
    /// As short as it can be without meaning something else.
    #[default]
    Any,
    Double,
    Single,
}

impl Quotes {
    pub fn new(spelled: &str) -> Self {
        match spelled.bytes().next() {
            Some(b'"') => Quotes::Double,
            Some(b'\'') => Quotes::Single,
            _ => Quotes::Any,
        }
    }
}

/// Why a value has no spelling in a form of file.
pub(super) type Unspelled = &'static str;

/// The value as this form can hold it: where everything is text, numbers are, too.
pub(super) fn adapted(format: Format, value: &Value) -> Result<Value, Unspelled> {
    let all_is_text = matches!(format, Format::Env | Format::Ini | Format::Properties | Format::Unit);
    let is_flat = matches!(format, Format::Env | Format::Properties);
    Ok(match value {
        Value::Odd(_) => return Err("this value cannot be written for certain"),
        Value::Null if all_is_text || format == Format::Toml => return Err("this form of file has no null"),
        Value::Bool(_) | Value::Number(_) | Value::Plain(_) if all_is_text => {
            Value::text(value.spelled().unwrap_or_default())
        }
        Value::Plain(_) if format == Format::Json => return Err("JSON has no dates and no special numbers"),
        // Quoted, it is the same text for every reader; without quotes, nobody knows.
        Value::Plain(word) if format == Format::Yaml => match yaml_plain(word) {
            Value::Plain(_) => {
                return Err("readers of YAML take this word without quotes for different things");
            }
            other => other,
        },
        Value::Number(number) if format == Format::Yaml => match yaml_plain(number) {
            Value::Number(_) => value.clone(),
            _ => return Err("readers of YAML take this number for different things"),
        },
        Value::Number(number) if format == Format::Json && json_number(number).is_none() => {
            return Err("JSON cannot spell this number");
        }
        Value::List(_) if is_flat || format == Format::Ini => return Err("this form of file has no lists"),
        Value::Map(_) if is_flat => return Err("this form of file has no groups"),
        Value::List(items) => {
            let adapted: Result<Vec<_>, _> = items.iter().map(|item| adapted(format, &item.value)).collect();
            Value::list(adapted?)
        }
        Value::Map(entries) => {
            let adapt = |(key, value): &(String, Value)| Ok((key.clone(), adapted(format, value)?));
            Value::Map(entries.iter().map(adapt).collect::<Result<_, Unspelled>>()?)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Plain(_) => value.clone(),
    })
}

fn json_number(number: &str) -> Option<()> {
    let is_number = number.starts_with(|c: char| c == '-' || c.is_ascii_digit());
    serde_json::from_str::<serde::de::IgnoredAny>(number).ok().filter(|_| is_number).map(|_| ())
}

/// A single value as it is spelled in this form of file; `quotes` are those of the value that stood there.
pub(super) fn spell(
    format: Format,
    value: &Value,
    quotes: Quotes,
    is_flow: bool,
) -> Result<String, Unspelled> {
    let text = match value {
        Value::Text(text) => text,
        other => return other.spelled().map(str::to_owned).ok_or("this is no single value"),
    };
    match format {
        Format::Json => Ok(serde_json::Value::from(text.as_str()).to_string()),
        Format::Toml => Ok(toml_text(text, quotes)),
        Format::Yaml => Ok(yaml_text(text, quotes, is_flow)),
        Format::Properties => Ok(properties_text(text, false)),
        Format::Env => env_text(text, quotes),
        Format::Ini | Format::Unit => ini_text(format, text),
    }
}

fn toml_text(text: &str, quotes: Quotes) -> String {
    let is_plain = !text.contains('\'') && !text.chars().any(char::is_control);
    if quotes == Quotes::Single && is_plain {
        return format!("'{text}'");
    }
    double_quoted(text, |c| c.is_control().then(|| format!("\\u{:04X}", u32::from(c))))
}

/// A text in double quotes, with the escapes that TOML and YAML share; others as `escape` says.
fn double_quoted(text: &str, escape: impl Fn(char) -> Option<String>) -> String {
    let mut spelled = "\"".to_owned();
    for c in text.chars() {
        match c {
            '"' => spelled.push_str("\\\""),
            '\\' => spelled.push_str("\\\\"),
            '\n' => spelled.push_str("\\n"),
            '\r' => spelled.push_str("\\r"),
            '\t' => spelled.push_str("\\t"),
            c => match escape(c) {
                Some(escaped) => spelled.push_str(&escaped),
                None => spelled.push(c),
            },
        }
    }
    spelled + "\""
}

pub(super) fn yaml_text(text: &str, quotes: Quotes, is_flow: bool) -> String {
    let needs_escapes =
        |c: char| c.is_control() || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}');
    if text.contains(needs_escapes) {
        return yaml_double(text);
    }
    match quotes {
        Quotes::Double => yaml_double(text),
        Quotes::Any if is_plain_yaml(text, is_flow) => text.to_owned(),
        Quotes::Any if text.contains('\'') => yaml_double(text),
        Quotes::Any if !text.contains(['"', '\\']) => yaml_double(text),
        Quotes::Any | Quotes::Single => format!("'{}'", text.replace('\'', "''")),
    }
}

fn yaml_double(text: &str) -> String {
    double_quoted(text, |c| {
        Some(match c {
            '\u{85}' => "\\N".to_owned(),
            '\u{2028}' => "\\L".to_owned(),
            '\u{2029}' => "\\P".to_owned(),
            '\u{feff}' => "\\uFEFF".to_owned(),
            c if c.is_control() => format!("\\x{:02X}", u32::from(c)),
            _ => return None,
        })
    })
}

/// Whether a text is the same text without quotes, to every reader and wherever it stands.
fn is_plain_yaml(text: &str, is_flow: bool) -> bool {
    let is_ordinary = |c: char| c.is_alphanumeric() || "_./-+@%()~=^$;: <>!?&*|#".contains(c);
    let begins_well = text.starts_with(|c: char| c.is_alphanumeric() || "_./$(".contains(c));
    let is_cut = text.contains(": ") || text.contains(" #") || text.ends_with(':') || text.ends_with(' ');
    begins_well
        && !is_cut
        && text.chars().all(is_ordinary)
        && !(is_flow && text.contains([':', '?']))
        && matches!(yaml_plain(text), Value::Text(_))
}

/// A text of several lines as a block below `|`, if it can be one.
pub(super) fn yaml_block(text: &str, indent: &str) -> Option<String> {
    let (body, sign) = match text.strip_suffix('\n') {
        Some(body) => (body, "|"),
        None => (text, "|-"),
    };
    let is_line = |line: &str| {
        !line.chars().any(|c| c.is_control() || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}'))
            && (line.is_empty() || !line.trim().is_empty())
    };
    let begins_well = !body.starts_with([' ', '\n', '\t']) && !body.is_empty() && !body.ends_with('\n');
    if !body.contains('\n') || !begins_well || !body.split('\n').all(is_line) {
        return None;
    }
    let indented = body.split('\n').map(|line| match line {
        "" => "\n".to_owned(),
        line => format!("\n{indent}{line}"),
    });
    Some(format!("{sign}{}", indented.collect::<String>()))
}

pub(super) fn properties_text(text: &str, is_key: bool) -> String {
    let mut spelled = String::new();
    for (index, c) in text.chars().enumerate() {
        match c {
            '\\' => spelled.push_str("\\\\"),
            '\n' => spelled.push_str("\\n"),
            '\r' => spelled.push_str("\\r"),
            '\t' => spelled.push_str("\\t"),
            '\x0c' => spelled.push_str("\\f"),
            ' ' if is_key || index == 0 => spelled.push_str("\\ "),
            '=' | ':' if is_key => spelled.extend(['\\', c]),
            '#' | '!' if is_key && index == 0 => spelled.extend(['\\', c]),
            // Before Java 9, such a file was Latin-1, and later it is UTF-8: escapes mean the same to both.
            c if c.is_control() || !c.is_ascii() => {
                c.encode_utf16(&mut [0; 2])
                    .iter()
                    .for_each(|unit| spelled.push_str(&format!("\\u{unit:04x}")));
            }
            c => spelled.push(c),
        }
    }
    spelled
}

fn env_text(text: &str, quotes: Quotes) -> Result<String, Unspelled> {
    let fits = |quote: char| !text.contains(|c: char| c == quote || c == '\\' || c.is_control());
    match quotes {
        Quotes::Any if !text.contains(is_special) => Ok(text.to_owned()),
        Quotes::Any | Quotes::Double if fits('"') && !text.contains(['$', '`']) => Ok(format!("\"{text}\"")),
        _ if fits('\'') => Ok(format!("'{text}'")),
        _ => Err("programs would read this value of a variable in different ways"),
    }
}

fn ini_text(format: Format, text: &str) -> Result<String, Unspelled> {
    let is_one_line = !text.chars().any(|c| c.is_control() && c != '\t') && text.trim() == text;
    if !is_one_line || text.ends_with('\\') {
        return Err("such a file has no value of several lines, and none with space around it");
    }
    if format == Format::Ini && may_hold_a_comment(text) {
        return Err("some programs would take a part of this value for a comment");
    }
    Ok(text.to_owned())
}

/// Whether some programs find a comment behind the value.
pub(super) fn may_hold_a_comment(text: &str) -> bool {
    let begins = |(at, _): (usize, &str)| at == 0 || text[..at].ends_with(char::is_whitespace);
    text.match_indices([';', '#']).any(begins)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_readers_of_yaml_take_for_two_things_is_neither() {
        for word in "yes Off y 0123 1_000 12:30:45 2024-01-01 1e3 0x1f 0o7 .inf 1.5e3 <<".split(' ') {
            assert_eq!(yaml_plain(word), Value::Plain(word.to_owned()), "{word}");
        }
        for number in "0 12 -5 +7 1.5 0.10 1.5e+3 -2.0E-1".split(' ') {
            assert_eq!(yaml_plain(number), Value::Number(number.to_owned()), "{number}");
        }
        for text in "1.2.3 10.0.0.1 v1 512Mi 3d -x a:b http://x/?a=1 1.4.3-rc1 8080:80x".split(' ') {
            assert_eq!(yaml_plain(text), Value::text(text), "{text}");
        }
    }

    #[test]
    fn new_texts_are_quoted_where_they_would_be_something_else() {
        for (text, spelled) in [
            ("512Mi", "512Mi"),
            ("1.10", "\"1.10\""),
            ("yes", "\"yes\""),
            ("", "\"\""),
            ("a: b", "\"a: b\""),
            ("it's", "\"it's\""),
            ("'", "\"'\""),
            ("say \"x\"", "'say \"x\"'"),
            ("a\nb", "\"a\\nb\""),
            ("- x", "\"- x\""),
            ("null", "\"null\""),
            ("nginx:1.25", "nginx:1.25"),
        ] {
            assert_eq!(yaml_text(text, Quotes::Any, false), spelled, "{text:?}");
        }
        assert_eq!(properties_text("a b=c\u{e9}", true), "a\\ b\\=c\\u00e9");
        assert_eq!(env_text("a b", Quotes::Any), Ok("\"a b\"".to_owned()));
        assert!(env_text("a'b\"$", Quotes::Any).is_err());
    }
}
