//! Reads TOML with the place of each value. A list of tables is a list.

use std::ops::Range;

use toml_edit::{ArrayOfTables, Document, InlineTable, Item, Key, Table, Value};
use toml_parser::{Source, lexer::TokenKind};

use super::sheet::{
    Form, KeyEntry, KeyGroup, List, ParseBudget, ParseDoubt, ParsedValue, Sheet, line_end, line_start,
};

/// # Errors
/// If the text is no TOML.
pub(super) fn read(text: &str) -> Result<Sheet, ParseDoubt> {
    let document = Document::parse(text)
        .map_err(|error| ParseDoubt::new(error.span().map_or(0, |span| span.start), "isn't TOML"))?;
    let mut reader = TomlReader { text, budget: ParseBudget::default() };
    let root = reader.table(document.as_table(), 0)?;
    let is_comment = |token: &toml_parser::lexer::Token| token.kind() == TokenKind::Comment;
    let tokens = Source::new(text).lex();
    let comments = tokens.filter(is_comment).map(|token| token.span().start()..token.span().end()).collect();
    Ok(Sheet::of_one(text, root, comments, Vec::new()))
}

struct TomlReader<'a> {
    text: &'a str,
    budget: ParseBudget,
}

impl TomlReader<'_> {
    fn table(&mut self, table: &Table, depth: usize) -> Result<KeyGroup, ParseDoubt> {
        let body = match table.span() {
            _ if depth == 0 => Some(0),
            Some(heading) if has_heading(table) => Some(line_end(self.text, heading.end)),
            _ => None,
        };
        let mut group = KeyGroup::new(body);
        for (name, item) in table {
            let key = table.key(name).and_then(Key::span).unwrap_or_default();
            // A key counts with its value, as in every other form.
            if item.is_table() {
                self.budget.spend(key.start, depth)?;
            }
            if let Some(entry) = self.entry(name, &key, item, depth)? {
                group.add(entry)?;
            }
        }
        group.sort();
        Ok(group)
    }

    fn entry(
        &mut self,
        name: &str,
        key: &Range<usize>,
        item: &Item,
        depth: usize,
    ) -> Result<Option<KeyEntry>, ParseDoubt> {
        let name = name.to_owned();
        Ok(Some(match item {
            Item::None => return Ok(None),
            Item::Value(value) => {
                let span = value.span().ok_or(ParseDoubt::new(key.start, "has a value without a place"))?;
                // A key and the beginning of its value stand in one line, and nothing else does.
                let whole = line_start(self.text, span.start)..line_end(self.text, span.end);
                let said = self.value(value, &span, depth + 1)?;
                KeyEntry::new(name, said, span, whole).named(key.clone())
            }
            Item::Table(table) => {
                let group = self.table(table, depth + 1)?;
                self.section(name, group, has_heading(table).then(|| table.span()).flatten(), key)
            }
            Item::ArrayOfTables(tables) => self.tables(name, tables, key, depth)?,
        }))
    }

    fn tables(
        &mut self,
        name: String,
        tables: &ArrayOfTables,
        key: &Range<usize>,
        depth: usize,
    ) -> Result<KeyEntry, ParseDoubt> {
        let (mut elements, mut pieces) = (Vec::new(), Vec::new());
        for table in tables {
            self.budget.spend(key.start, depth)?;
            let group = self.table(table, depth + 1)?;
            let element = self.section(String::new(), group, table.span(), key);
            pieces.extend(element.pieces.clone());
            elements.push(element);
        }
        pieces.sort_by_key(|piece| piece.start);
        let mut entry = KeyEntry::new(
            name,
            ParsedValue::List(List { elements, ..List::default() }),
            key.clone(),
            key.clone(),
        );
        (entry.is_inline, entry.is_section, entry.pieces) = (false, true, pieces);
        Ok(entry)
    }

    /// A table with all that belongs to it, which may stand in several places.
    fn section(
        &self,
        name: String,
        group: KeyGroup,
        heading: Option<Range<usize>>,
        key: &Range<usize>,
    ) -> KeyEntry {
        let is_section = heading.is_some();
        let lines = heading.map(|heading| {
            let own = group.entries.iter().filter(|entry| !entry.is_section).map(KeyEntry::end);
            let end = line_end(self.text, heading.end);
            line_start(self.text, heading.start)..own.max().map_or(end, |last| last.max(end))
        });
        let apart = group.entries.iter().filter(|entry| entry.is_section || !is_section);
        let mut pieces: Vec<_> = apart.flat_map(|entry| entry.pieces.clone()).chain(lines).collect();
        pieces.sort_by_key(|piece| piece.start);
        // A table that is only named on the way to others has no lines, but they begin in lines of their own.
        let has_sections = group.entries.iter().any(|entry| entry.is_section);
        let mut entry =
            KeyEntry::new(name, ParsedValue::Group(group), key.clone(), key.clone()).named(key.clone());
        (entry.is_inline, entry.is_section, entry.pieces) = (false, is_section || has_sections, pieces);
        entry
    }

    fn value(&mut self, value: &Value, span: &Range<usize>, depth: usize) -> Result<ParsedValue, ParseDoubt> {
        self.budget.spend(span.start, depth)?;
        match value {
            Value::Array(array) => {
                let body = Some(span.start + 1);
                let mut list = List { form: Form::Flow, body, ..List::default() };
                for element in array {
                    let at = element.span().unwrap_or_else(|| span.clone());
                    let said = self.value(element, &at, depth + 1)?;
                    list.elements.push(KeyEntry::new(String::new(), said, at.clone(), at));
                }
                Ok(ParsedValue::List(list))
            }
            Value::InlineTable(table) => self.inline_table(table, span, depth).map(ParsedValue::Group),
            _ => Ok(ParsedValue::Value(self.text.get(span.clone()).unwrap_or_default().to_owned())),
        }
    }

    fn inline_table(
        &mut self,
        table: &InlineTable,
        span: &Range<usize>,
        depth: usize,
    ) -> Result<KeyGroup, ParseDoubt> {
        // What is only named on the way to another key has no brackets of its own.
        let body = (!table.is_dotted()).then_some(span.start + 1);
        let mut group = KeyGroup::new(body).written(Form::Flow);
        for (name, value) in table {
            let key = table.key(name).and_then(Key::span).unwrap_or_default();
            let at = value.span().unwrap_or_else(|| key.clone());
            let said = self.value(value, &at, depth + 1)?;
            let inner = match &said {
                ParsedValue::Group(group) if group.body.is_none() => group.entries.last().map(KeyEntry::end),
                _ => None,
            };
            let whole = key.start..inner.unwrap_or(at.end);
            group.add(KeyEntry::new(name.to_owned(), said, at, whole).named(key))?;
        }
        Ok(group)
    }
}

fn has_heading(table: &Table) -> bool {
    !table.is_implicit() && !table.is_dotted()
}
