//! Puts another value into the place of one.

use super::{Fits, FittedEdit};
use crate::diff::edits::print::{Behind, column};
use crate::diff::edits::value::Value;
use crate::diff::edits::words::{Quotes, may_hold_a_comment};
use crate::diff::settings::{Form, Format, KeyEntry, line_end};

impl<'a> FittedEdit<'a> {
    /// Another value comes into the place of one.
    pub(super) fn replace(&mut self, entry: &'a KeyEntry, form: Form, before: &Value, after: &Value) -> Fits {
        self.may_go(entry)?;
        self.gone.push(entry.value.clone());
        if self.format() == Format::Yaml && form == Form::Lines {
            return self.replace_in_lines(entry, after);
        }
        let text = self.side.text;
        let is_empty_list = matches!(after, Value::List(items) if items.is_empty());
        match self.format() {
            // Without one line, a key that is there several times is not there.
            Format::Unit if is_empty_list => return self.depart(entry, None, 1),
            Format::Ini if may_hold_a_comment(before.spelled().unwrap_or_default()) => {
                return self.no(entry.start(), "some programs take a part of the value for a comment");
            }
            Format::Ini | Format::Unit | Format::Properties if !entry.is_inline => {
                return self.no(entry.start(), "is not one value in one line");
            }
            Format::Toml if entry.is_section => return self.no(entry.start(), "is a table with a heading"),
            Format::Yaml if entry.value.is_empty() => {
                return self.no(entry.start(), "is a key without a value in brackets");
            }
            _ => {}
        }
        let old = &text[entry.value.clone()];
        let new = match self.format() {
            Format::Json if self.style.is_expanded => {
                self.style.expanded(after, self.side.indent(entry), Quotes::new(old))
            }
            _ => self.style.inline(after, Quotes::new(old)),
        };
        let new = self.spelled(new)?;
        self.exchange(entry.value.clone(), &new);
        Ok(())
    }

    /// In YAML, a value may follow in its line, or in lines below.
    fn replace_in_lines(&mut self, entry: &'a KeyEntry, after: &Value) -> Fits {
        let text = self.side.text;
        let old = &text[entry.value.clone()];
        let is_document = entry.name.is_empty();
        let place = match () {
            () if is_document => Behind::Nothing,
            () if text[entry.name.clone()] == *"-" && entry.key.is_empty() => Behind::Dash,
            () => Behind::Key,
        };
        let column = column(self.side, entry.name.start);
        let new = self.spelled(self.style.yaml_behind(after, column, place, Quotes::new(old)))?;
        if is_document {
            if old.is_empty() {
                return self.no(entry.start(), "is a document without a value");
            }
            self.exchange(entry.value.clone(), new.trim_start());
            return Ok(());
        }
        let end_of_line = |at: usize| text[..line_end(text, at)].trim_end_matches(['\n', '\r']).len();
        let first_line = end_of_line(entry.sign_end);
        let is_beside = entry.value.is_empty() || entry.value.start <= first_line;
        let value_end = if entry.value.is_empty() { entry.sign_end } else { entry.value.end };
        let rest = text[value_end.min(first_line)..first_line].trim();
        match (is_beside, new.starts_with('\n')) {
            // A comment behind the old value stays in its line; the new one goes on below.
            (true, true) if !rest.is_empty() && entry.value.end <= first_line => {
                self.exchange(entry.sign_end..value_end, "");
                self.exchange(first_line..first_line, &new);
            }
            (true, false) if entry.is_inline => self.exchange(entry.value.clone(), new.trim_start()),
            (true, _) => self.exchange(entry.sign_end..value_end, &new),
            (false, false) => {
                let heading = text[entry.sign_end..first_line].trim();
                let is_block = heading.starts_with(['|', '>']);
                if is_block {
                    self.exchange(entry.sign_end..value_end, &new);
                } else {
                    self.exchange(entry.sign_end..entry.sign_end, &new);
                    self.exchange(first_line..value_end, "");
                }
            }
            (false, true) => {
                let heading = text[entry.sign_end..first_line].trim();
                let from = if heading.starts_with(['|', '>']) { entry.sign_end } else { first_line };
                self.exchange(from..value_end, &new);
            }
        }
        Ok(())
    }
}
