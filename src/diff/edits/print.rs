//! Prints new values in the style of the file that they come into.

use super::value::Value;
use super::words::{Quotes, Unspelled, properties_text, spell, yaml_block, yaml_text};
use crate::diff::settings::{Form, Format, KeyEntry, ParsedText, ParsedValue};

/// How a file is written.
pub(super) struct FileStyle {
    pub format: Format,
    /// What ends a line.
    pub ends: &'static str,
    /// How much further in each level stands.
    unit: String,
    /// How much further in than its key the list below it stands.
    list_unit: usize,
    /// What stands between a key and its value.
    sign: String,
    /// Whether JSON has lines.
    pub is_expanded: bool,
}

impl FileStyle {
    pub fn new(format: Format, side: ParsedText<'_>) -> Self {
        let ends = if side.text.contains("\r\n") { "\r\n" } else { "\n" };
        let (sign, unit) = match format {
            Format::Yaml => (": ", "  "),
            Format::Json if side.text.trim_end().contains('\n') => (": ", "  "),
            Format::Json => (":", "  "),
            Format::Toml => (" = ", ""),
            _ => ("=", ""),
        };
        let is_expanded = format == Format::Json && side.text.trim_end().contains('\n');
        let mut seen = StyleSample { side, format, sign: None, unit: None, list_unit: None };
        side.sheet.documents.iter().for_each(|document| seen.entry(document, None));
        let unit = seen.unit.unwrap_or_else(|| unit.to_owned());
        Self {
            format,
            ends,
            list_unit: seen.list_unit.unwrap_or(unit.len()),
            unit,
            sign: seen.sign.unwrap_or_else(|| sign.to_owned()),
            is_expanded,
        }
    }

    /// What follows a comma in a line.
    pub fn gap(&self) -> &'static str {
        if self.format == Format::Json && !self.sign.ends_with(' ') { "" } else { " " }
    }

    /// A key as it is spelled here.
    pub fn key(&self, key: &str, is_flow: bool) -> Result<String, Unspelled> {
        let is_bare =
            !key.is_empty() && key.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-'));
        Ok(match self.format {
            Format::Json => spell(Format::Json, &Value::text(key), Quotes::Any, true)?,
            Format::Toml if is_bare => key.to_owned(),
            Format::Toml => spell(Format::Toml, &Value::text(key), Quotes::Double, true)?,
            Format::Yaml => yaml_text(key, Quotes::Any, is_flow),
            Format::Properties => properties_text(key, true),
            Format::Env | Format::Ini | Format::Unit => {
                let is_word = |c: char| c.is_alphanumeric() || "_-.".contains(c);
                if key.is_empty() || !key.chars().all(is_word) {
                    return Err("this key cannot be written in such a file");
                }
                key.to_owned()
            }
        })
    }

    /// A key and what follows it up to the value.
    pub(crate) fn key_and_sign(&self, key: &str, is_flow: bool) -> Result<String, Unspelled> {
        let sign = if self.format == Format::Yaml && is_flow { ": " } else { &self.sign };
        Ok(self.key(key, is_flow)? + sign)
    }

    /// A value in one line, or one that stands in brackets.
    pub fn inline(&self, value: &Value, quotes: Quotes) -> Result<String, Unspelled> {
        let member = |(key, value): &(String, Value)| {
            Ok(self.key_and_sign(key, true)? + &self.inline(value, Quotes::Any)?)
        };
        let (comma, [open, close]) = match self.format {
            Format::Json if !self.sign.ends_with(' ') => (",", ["{", "}"]),
            Format::Toml => (", ", ["{ ", " }"]),
            _ => (", ", ["{", "}"]),
        };
        Ok(match value {
            Value::List(items) => {
                let items: Result<Vec<_>, _> =
                    items.iter().map(|item| self.inline(&item.value, Quotes::Any)).collect();
                format!("[{}]", items?.join(comma))
            }
            Value::Map(entries) if entries.is_empty() => "{}".to_owned(),
            Value::Map(entries) => {
                let members: Result<Vec<_>, Unspelled> = entries.iter().map(member).collect();
                format!("{open}{}{close}", members?.join(comma))
            }
            value => spell(self.format, value, quotes, true)?,
        })
    }

    /// JSON over several lines, below a line with this indent.
    pub(crate) fn expanded(&self, value: &Value, indent: &str, quotes: Quotes) -> Result<String, Unspelled> {
        let inner = format!("{indent}{}", self.unit);
        let (parts, open, close) = match value {
            Value::List(items) if !items.is_empty() => {
                let part = |item: &super::value::Item| self.expanded(&item.value, &inner, Quotes::Any);
                (items.iter().map(part).collect::<Result<Vec<_>, _>>()?, '[', ']')
            }
            Value::Map(entries) if !entries.is_empty() => {
                let part = |(key, value): &(String, Value)| {
                    Ok(self.key_and_sign(key, true)? + &self.expanded(value, &inner, Quotes::Any)?)
                };
                (entries.iter().map(part).collect::<Result<Vec<_>, Unspelled>>()?, '{', '}')
            }
            value => return self.inline(value, quotes),
        };
        let lines = parts.join(&format!(",\n{inner}"));
        Ok(format!("{open}\n{inner}{lines}\n{indent}{close}"))
    }

    /// What follows a key of YAML, or the sign of an element, that stands in this column.
    pub(crate) fn yaml_behind(
        &self,
        value: &Value,
        column: usize,
        place: Behind,
        quotes: Quotes,
    ) -> Result<String, Unspelled> {
        let inner = match (place, value) {
            // Behind the sign of an element, its first line goes on.
            (Behind::Dash, _) => column + 2,
            (Behind::Key, Value::List(_)) => column + self.list_unit,
            (Behind::Key, _) => column + self.unit.len(),
            (Behind::Nothing, _) => column,
        };
        let indent = " ".repeat(inner);
        let lines: Vec<String> = match value {
            Value::Map(entries) if !entries.is_empty() => {
                let line = |(key, value): &(String, Value)| {
                    let rest = self.yaml_behind(value, inner, Behind::Key, Quotes::Any)?;
                    Ok(format!("{}:{rest}", self.key(key, false)?))
                };
                entries.iter().map(line).collect::<Result<_, Unspelled>>()?
            }
            Value::List(items) if !items.is_empty() => {
                let line = |item: &super::value::Item| {
                    Ok(format!("-{}", self.yaml_behind(&item.value, inner, Behind::Dash, Quotes::Any)?))
                };
                items.iter().map(line).collect::<Result<_, Unspelled>>()?
            }
            Value::Map(_) => return Ok(" {}".to_owned()),
            Value::List(_) => return Ok(" []".to_owned()),
            Value::Text(text) if quotes == Quotes::Any && place != Behind::Nothing => {
                let block = yaml_block(text, &" ".repeat(column + self.unit.len()));
                return Ok(format!(
                    " {}",
                    block.map_or_else(|| spell(Format::Yaml, value, quotes, false), Ok)?
                ));
            }
            value => return Ok(format!(" {}", spell(Format::Yaml, value, quotes, false)?)),
        };
        let joined = lines.join(&format!("\n{indent}"));
        Ok(match place {
            Behind::Key => format!("\n{indent}{joined}"),
            Behind::Dash => format!(" {joined}"),
            Behind::Nothing => joined,
        })
    }

    /// All keys of a group, each in a line; for a section of TOML or INI.
    pub(crate) fn section_lines(
        &self,
        entries: &[(String, Value)],
        prefix: &str,
    ) -> Result<String, Unspelled> {
        entries.iter().map(|(key, value)| self.line(key, value, prefix)).collect()
    }

    /// A key with its value in a line of its own; several, where a list is a key that is there several times.
    pub fn line(&self, key: &str, value: &Value, prefix: &str) -> Result<String, Unspelled> {
        let name = self.key_and_sign(key, false)?;
        match value {
            Value::List(items) if self.format == Format::Unit => items
                .iter()
                .map(|item| Ok(format!("{prefix}{name}{}\n", self.inline(&item.value, Quotes::Any)?)))
                .collect(),
            Value::Map(_) | Value::List(_) if self.format != Format::Toml => Err("a section is no value"),
            value => Ok(format!("{prefix}{name}{}\n", self.inline(value, Quotes::Any)?)),
        }
    }
}

/// What a value of YAML follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Behind {
    Dash,
    Key,
    Nothing,
}

/// Collects how a file is written from the first place that shows it.
struct StyleSample<'a> {
    side: ParsedText<'a>,
    format: Format,
    sign: Option<String>,
    unit: Option<String>,
    list_unit: Option<usize>,
}

impl StyleSample<'_> {
    fn is_enough(&self) -> bool {
        self.sign.is_some()
            && self.unit.is_some()
            && (self.format != Format::Yaml || self.list_unit.is_some())
    }

    fn entry(&mut self, entry: &KeyEntry, column: Option<usize>) {
        match &entry.said {
            ParsedValue::Group(group) => {
                for inner in &group.entries {
                    if self.is_enough() {
                        return;
                    }
                    self.member(inner, column, group.form);
                    self.entry(inner, Some(self.column(inner.name.start)));
                }
            }
            ParsedValue::List(list) => {
                if let Some((first, column)) = list.elements.first().zip(column)
                    && list.form == Form::Lines
                    && self.format == Format::Yaml
                {
                    self.list_unit.get_or_insert(self.column(first.name.start).saturating_sub(column));
                }
                for inner in &list.elements {
                    if self.is_enough() {
                        return;
                    }
                    self.entry(inner, None);
                }
            }
            _ => {}
        }
    }

    fn member(&mut self, entry: &KeyEntry, above: Option<usize>, form: Form) {
        let column = self.column(entry.name.start);
        let line = self.side.sheet.line_start(entry.name.start);
        let is_indent = self.side.text[line..entry.name.start].trim().is_empty();
        let above = above.unwrap_or(0);
        let has_lines = matches!(self.format, Format::Yaml | Format::Json) && is_indent && form != Form::Flow;
        if has_lines && column > above && self.unit.is_none() {
            self.unit =
                Some(self.side.text[line + above.min(entry.name.start - line)..entry.name.start].to_owned());
        }
        if let Some(sign) = self.side.text.get(entry.name.end..entry.value.start)
            && self.sign.is_none()
            && self.format != Format::Yaml
            && !entry.is_section
            && sign.trim().len() == 1
        {
            // More space than one is there for a column.
            let is_wide = sign.starts_with("  ") || sign.ends_with("  ") || sign.contains(['\t', '\n']);
            self.sign = Some(if is_wide { format!(" {} ", sign.trim()) } else { sign.to_owned() });
        }
    }

    fn column(&self, at: usize) -> usize {
        column(self.side, at)
    }
}

/// How many characters of its line stand before a place; none where that is no indent of anything, because the line is
/// longer than people write them.
pub(super) fn column(side: ParsedText<'_>, at: usize) -> usize {
    const LONG_LINE_BYTES: usize = 4096;
    let line = side.sheet.line_start(at);
    if at - line > LONG_LINE_BYTES { 0 } else { side.text[line..at].chars().count() }
}
