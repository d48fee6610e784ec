//! Reads TOML with the place of each value. Lists, inline tables and lists of tables are one value.

use toml_edit::{Document, Item, Table};

use super::{KeyPath, KeyedText, line_end, line_start};

/// `None` if the text is no TOML.
pub(super) fn read(text: &str) -> Option<KeyedText> {
    let document = Document::parse(text).ok()?;
    let values: toml::Table = toml::from_str(text).ok()?;
    let mut sheet = KeyedText::default();
    read_table(text, document.as_table(), &values, &mut Vec::new(), &mut sheet)?;
    // Tables come in the order of their first mention; the order that counts is that of the lines.
    let start = |key: &KeyPath| sheet.place(key).map_or(usize::MAX, |(value, _)| value.start);
    let mut order = sheet.order.clone();
    order.sort_by_key(start);
    sheet.order = order;
    Some(sheet)
}

fn read_table(
    text: &str,
    table: &Table,
    values: &toml::Table,
    key: &mut KeyPath,
    sheet: &mut KeyedText,
) -> Option<()> {
    for (name, item) in table {
        key.push(name.to_owned());
        match item {
            Item::Table(table) => read_table(text, table, values.get(name)?.as_table()?, key, sheet)?,
            Item::Value(value) => {
                let span = value.span()?;
                // A key and the beginning of its value stand in one line, and nothing else does.
                let whole = line_start(text, span.start)..line_end(text, span.end);
                sheet.add(key.clone(), text.get(span.clone())?, Some((span, whole)))?;
            }
            Item::ArrayOfTables(_) => sheet.add(key.clone(), &values.get(name)?.to_string(), None)?,
            Item::None => {}
        }
        key.pop();
    }
    Some(())
}
