//! Reads edits as they are written: by people in an order, and by `make` in a patch file.

use super::condition::{Condition, ValueTest};
use super::ops::EditOperation;
use super::path::{NoPath, Path};
use super::value::Value;
use super::why::shown;
use super::words::adapted;
use super::{Edit, FileEdits, MAX_EDITED_BYTES};
use crate::diff::settings::Format;
use crate::text::json;

/// Most operations and conditions of one edit, most edits of one file, and deepest value that one brings.
const MAX_OPS: usize = 10_000;
const MAX_EDITS: usize = 1_000;
const MAX_VALUE_DEPTH: usize = 8;
/// Most bytes of an edit as it travels.
pub(crate) const MAX_EDIT_BYTES: usize = 4 << 20;

/// HCL joins texts, files and expressions to one value; no reader here tells where each part of it stands.
const HCL: &str = "HCL isn't edited by key, as no such edit can be proven; change the file with a text patch";

/// Why an edit is none, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {why}")]
pub struct BadEdit {
    /// Where, such as `do[2].set`.
    pub at: String,
    pub why: String,
}

fn bad<T>(at: impl Into<String>, why: impl Into<String>) -> Result<T, BadEdit> {
    Err(BadEdit { at: at.into(), why: why.into() })
}

type Map = [(String, Value)];

/// An entry `[[edits]]` of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OrderedEdit {
    /// The file that it edits.
    pub file: String,
    /// Whether it is not tried where the file is none of those that the author had.
    pub refuses_local_edits: bool,
    /// Files beside the order with operations as RFC 6902 and RFC 7396 have them.
    pub imports: Vec<(Import, String)>,
    /// What is in them.
    pub imported: Vec<Vec<u8>>,
    entries: Vec<(String, Value)>,
}

/// What a file beside an order holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Import {
    JsonPatch,
    MergePatch,
}

/// Why there are no edits in an order that has some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoEdits {
    /// A line cannot be read for certain, and why, as the end of a sentence.
    Unread { line: usize, why: &'static str },
    /// All that is wrong, each with the number of the edit.
    Bad(Vec<(usize, BadEdit)>),
}

/// The edits of an order.
///
/// # Errors
/// If they cannot be read, or are none.
pub(crate) fn ordered(order: &str) -> Result<Vec<OrderedEdit>, NoEdits> {
    let (_, sheet) = Format::Toml
        .read("the order", order.as_bytes())
        .map_err(|unread| NoEdits::Unread { line: unread.line, why: unread.why })?;
    let root = &Value::of_sheet(Format::Toml, &sheet)[0];
    let edits = match root.get("edits") {
        None => return Ok(Vec::new()),
        Some(Value::List(edits)) => edits,
        Some(_) => {
            let why = "is written as [[edits]]".to_owned();
            return Err(NoEdits::Bad(vec![(0, BadEdit { at: String::new(), why })]));
        }
    };
    let (mut read, mut problems) = (Vec::new(), Vec::new());
    for (index, edit) in edits.iter().enumerate() {
        match one_ordered(&edit.value) {
            Ok(edit) => read.push(edit),
            Err(problem) => problems.push((index, problem)),
        }
    }
    if problems.is_empty() { Ok(read) } else { Err(NoEdits::Bad(problems)) }
}

fn one_ordered(edit: &Value) -> Result<OrderedEdit, BadEdit> {
    let Value::Map(entries) = edit else { return bad("edits", "is a table") };
    const KNOWN: [&str; 8] =
        ["do", "file", "format", "json_patch", "local_edits", "merge_patch", "must", "where"];
    known_keys(entries, &KNOWN, "")?;
    let text = |key: &str| match edit.get(key) {
        None => Ok(None),
        Some(Value::Text(text)) if !text.is_empty() => Ok(Some(text.clone())),
        Some(_) => bad(key, "is a text"),
    };
    let Some(file) = text("file")? else { return bad("file", "says which file is edited") };
    let refuses_local_edits = match text("local_edits")?.as_deref() {
        None | Some("edit") => false,
        Some("refuse") => true,
        Some(_) => return bad("local_edits", "is \"edit\" or \"refuse\""),
    };
    let mut imports = Vec::new();
    for import in [Import::JsonPatch, Import::MergePatch] {
        imports.extend(text(import.key())?.map(|name| (import, name)));
    }
    if imports.is_empty() && edit.get("do").is_none() {
        return bad("do", "says what is done");
    }
    let entries = entries.iter().filter(|(key, _)| ["do", "format", "must", "where"].contains(&key.as_str()));
    Ok(OrderedEdit {
        file,
        refuses_local_edits,
        imports,
        imported: Vec::new(),
        entries: entries.cloned().collect(),
    })
}

impl Import {
    /// The key that names such a file.
    pub fn key(self) -> &'static str {
        match self {
            Import::JsonPatch => "json_patch",
            Import::MergePatch => "merge_patch",
        }
    }
}

impl OrderedEdit {
    /// The edit, for a file with this content.
    ///
    /// # Errors
    /// If it is none, or nothing tells the file's form.
    pub fn edit(&self, content: &[u8]) -> Result<Edit, BadEdit> {
        let mut entries = self.entries.clone();
        if !entries.iter().any(|(key, _)| key == "format") {
            let Some(format) = Format::of_keys(&self.file, content) else {
                if [".hcl", ".tf", ".tfvars"].iter().any(|ending| self.file.ends_with(ending)) {
                    return bad("format", HCL);
                }
                return bad("format", "says what form the file has: its name does not tell");
            };
            entries.push(("format".to_owned(), Value::text(format.key())));
        }
        for ((import, _), bytes) in self.imports.iter().zip(&self.imported) {
            let document = imported_json(*import, bytes)?;
            let ops = match (import, document) {
                (Import::JsonPatch, Value::List(items)) => items.into_iter().map(|item| item.value).collect(),
                (Import::JsonPatch, _) => return bad("json_patch", "is no list of operations"),
                (Import::MergePatch, patch) => vec![Value::Map(vec![("merge".to_owned(), patch)].into())],
            };
            let list = match entries.iter_mut().find(|(key, _)| key == "do") {
                Some((_, list)) => list,
                None => {
                    entries.push(("do".to_owned(), Value::list([])));
                    &mut entries.last_mut().ok_or(BadEdit { at: "do".into(), why: "is a list".into() })?.1
                }
            };
            let Value::List(items) = list else { return bad("do", "is a list of operations") };
            items.extend(Value::list(ops).into_items());
        }
        entries.sort_by(|one, two| one.0.cmp(&two.0));
        Edit::read(Value::Map(entries.into()).into_new())
    }
}

fn imported_json(import: Import, bytes: &[u8]) -> Result<Value, BadEdit> {
    let at = import.key();
    if bytes.len() > MAX_EDITED_BYTES {
        return bad(at, "is too large");
    }
    match Format::Json.read_certain("it", bytes) {
        Ok((_, sheet)) => Ok(Value::of_sheet(Format::Json, &sheet).remove(0).into_new()),
        Err(unread) => bad(at, unread.to_string()),
    }
}

impl FileEdits {
    /// Reads the edits of a file as they travel in a patch file.
    ///
    /// # Errors
    /// If one is none.
    pub fn from_json(bytes: &[u8]) -> Result<Self, BadEdit> {
        let document = match json::from_slice::<serde_json::Value>(bytes, MAX_EDIT_BYTES) {
            Ok(document) => document,
            Err(problem) => return bad("the edits", problem.to_string()),
        };
        match from_json(&document)? {
            Value::List(items) if !items.is_empty() && items.len() <= MAX_EDITS => {
                let edits = items.into_iter().map(|item| Edit::read(item.value));
                Ok(Self::new(edits.collect::<Result<_, _>>()?))
            }
            _ => bad("the edits", "are a list of at least one and at most 1000"),
        }
    }

    /// The edits as they travel in a patch file.
    ///
    /// # Errors
    /// If they have a text that cannot travel.
    pub fn to_json(&self) -> Result<Vec<u8>, BadEdit> {
        let all: serde_json::Value = self.edits().iter().map(|edit| to_json(&edit.written)).collect();
        let bytes = all.to_string().into_bytes();
        match Self::from_json(&bytes) {
            Ok(read) if read == *self => Ok(bytes),
            Ok(_) => bad("the edits", "cannot be written down for certain"),
            Err(problem) => Err(problem),
        }
    }
}

impl Edit {
    fn read(written: Value) -> Result<Self, BadEdit> {
        let Value::Map(entries) = &written else { return bad("the edit", "is no object") };
        known_keys(entries, &["do", "format", "must", "where"], "")?;
        let format = match written.get("format") {
            Some(Value::Text(name)) => Format::named(name),
            _ => None,
        };
        let Some(format) = format else {
            if written.get("format") == Some(&Value::text("hcl")) {
                return bad("format", HCL);
            }
            return bad("format", "is one of env, ini, json, properties, toml, unit, yaml");
        };
        let reader = EditReader { format };
        let list = |key: &str| match written.get(key) {
            None => Ok(Vec::new()),
            Some(Value::List(items)) if items.len() <= MAX_OPS => Ok(items
                .iter()
                .enumerate()
                .map(|(index, item)| (format!("{key}[{index}]"), &item.value))
                .collect()),
            Some(Value::List(_)) => bad(key, "has more than 10,000 entries"),
            Some(_) => bad(key, "is a list"),
        };
        let mut ops = Vec::new();
        for (at, op) in list("do")? {
            ops.push(reader.op(&at, op)?);
        }
        if ops.iter().all(|op| matches!(op, EditOperation::Test(_))) {
            return bad("do", "changes nothing");
        }
        let mut must = Vec::new();
        for (at, condition) in list("must")? {
            must.push(reader.condition(&at, condition, "path")?);
        }
        let selector = match written.get("where") {
            None => Vec::new(),
            Some(Value::Map(entries)) if (1..=64).contains(&entries.len()) => {
                let one = |(path, value): &(String, Value)| Ok((reader.path("where", path)?, value.clone()));
                entries.iter().map(one).collect::<Result<_, BadEdit>>()?
            }
            Some(_) => return bad("where", "is a table of paths and their values"),
        };
        Ok(Self { format, selector, ops, must, written })
    }
}

fn known_keys(entries: &Map, known: &[&str], at: &str) -> Result<(), BadEdit> {
    match entries.iter().find(|(key, _)| !known.contains(&key.as_str())) {
        Some((key, _)) if at.is_empty() => bad(shown(key), "is no key of an edit"),
        Some((key, _)) => bad(at, format!("\"{}\" is no key here", shown(key))),
        None => Ok(()),
    }
}

struct EditReader {
    format: Format,
}

impl EditReader {
    fn path(&self, at: &str, spelled: &str) -> Result<Path, BadEdit> {
        Path::parse(spelled, self.format).map_err(|problem| no_path(at, spelled, &problem))
    }

    fn op(&self, at: &str, op: &Value) -> Result<EditOperation, BadEdit> {
        let Value::Map(entries) = op else { return bad(at, "is a table, such as { set = \"a.b\", to = 1 }") };
        if op.get("op").is_some() {
            return self.rfc_6902(at, op, entries);
        }
        let names = ["add", "merge", "remove", "set", "test"];
        let named: Vec<_> = names.into_iter().filter(|name| op.get(name).is_some()).collect();
        let [name] = named[..] else {
            return bad(at, "has exactly one of \"add\", \"merge\", \"remove\", \"set\" and \"test\"");
        };
        let path = |key: &str| self.path_at(at, op, key);
        match name {
            "test" => self.condition(at, op, "test").map(EditOperation::Test),
            "set" => {
                known_keys(entries, &["create", "set", "to"], at)?;
                let create = flag(at, op, "create")?;
                let path = path("set")?;
                if path.ends_behind_a_list() {
                    return bad(format!("{at}.set"), "\"[]\" is a place to add to");
                }
                Ok(EditOperation::Set { path, to: self.value(at, op, "to")?, create })
            }
            "add" => {
                known_keys(entries, &["add", "unless", "value"], at)?;
                let unless = if op.get("unless").is_some() { Some(path("unless")?) } else { None };
                let path = path("add")?;
                if !path.ends_behind_a_list() {
                    return bad(format!("{at}.add"), "ends with \"[]\", which is behind the last element");
                }
                Ok(EditOperation::Add { path, value: self.value(at, op, "value")?, unless })
            }
            "remove" => {
                known_keys(entries, &["remove"], at)?;
                path("remove").map(EditOperation::Remove)
            }
            _ => {
                known_keys(entries, &["merge"], at)?;
                self.merge(at, op)
            }
        }
    }

    fn merge(&self, at: &str, op: &Value) -> Result<EditOperation, BadEdit> {
        match op.get("merge") {
            Some(patch @ Value::Map(_)) => {
                self.depth(at, patch)?;
                // Null takes a key away; it does not come into the file.
                match self.format {
                    Format::Json | Format::Yaml => self.value(at, op, "merge").map(EditOperation::Merge),
                    _ => bad(at, "a merge patch is for JSON and YAML"),
                }
            }
            _ => bad(at, "a merge patch is an object here"),
        }
    }

    fn rfc_6902(&self, at: &str, op: &Value, entries: &Map) -> Result<EditOperation, BadEdit> {
        known_keys(entries, &["from", "op", "path", "value"], at)?;
        let pointer = |key: &str| match op.get(key) {
            Some(Value::Text(pointer)) => {
                Path::pointer(pointer).map_err(|problem| no_path(&format!("{at}.{key}"), pointer, &problem))
            }
            _ => bad(at, format!("\"{key}\" is a JSON pointer")),
        };
        let value = || self.value(at, op, "value");
        let path = pointer("path")?;
        Ok(match op.get("op").and_then(Value::spelled) {
            Some("add") => EditOperation::Put { path, value: value()? },
            Some("copy") => EditOperation::Copy { from: pointer("from")?, path },
            Some("move") => EditOperation::Move { from: pointer("from")?, path },
            Some("remove") => EditOperation::Remove(path),
            Some("replace") => EditOperation::Set { path, to: value()?, create: false },
            Some("test") => EditOperation::Test(Condition { path, check: ValueTest::Equals(value()?) }),
            _ => return bad(at, "\"op\" is one of add, copy, move, remove, replace, test"),
        })
    }

    fn condition(&self, at: &str, condition: &Value, key: &str) -> Result<Condition, BadEdit> {
        let Value::Map(entries) = condition else { return bad(at, "is a table") };
        const CHECKS: [&str; 6] = ["absent", "count", "equals", "exists", "matches", "one_of"];
        known_keys(entries, &[&CHECKS[..], &[key]].concat(), at)?;
        let path = self.path_at(at, condition, key)?;
        let named: Vec<_> = CHECKS.into_iter().filter(|name| condition.get(name).is_some()).collect();
        let [name] = named[..] else { return bad(at, format!("has exactly one of {}", CHECKS.join(", "))) };
        let check = match (name, condition.get(name)) {
            ("exists", Some(Value::Bool(true))) => ValueTest::Exists,
            ("absent", Some(Value::Bool(true))) => ValueTest::Absent,
            ("exists" | "absent", _) => {
                return bad(at, format!("\"{name}\" is true; use the other one for the contrary"));
            }
            ("count", Some(Value::Number(count))) => match count.parse() {
                Ok(count) => ValueTest::Count(count),
                Err(_) => return bad(at, "\"count\" is a whole number"),
            },
            ("count", _) => return bad(at, "\"count\" is a whole number"),
            ("matches", Some(Value::Text(pattern))) => ValueTest::Matches(pattern.clone()),
            ("matches", _) => return bad(at, "\"matches\" is a text with * and ?"),
            ("one_of", Some(Value::List(items))) => {
                ValueTest::OneOf(items.iter().map(|item| self.compared(&item.value)).collect())
            }
            ("one_of", _) => return bad(at, "\"one_of\" is a list"),
            (_, Some(value)) => ValueTest::Equals(self.compared(value)),
            (_, None) => return bad(at, "a value is missing"),
        };
        let condition = Condition { path, check };
        condition.checked().map_err(|why| BadEdit { at: at.to_owned(), why: why.to_owned() })
    }

    /// A value that is only held against another one: where everything is text, it is, too.
    fn compared(&self, value: &Value) -> Value {
        match self.format {
            Format::Json | Format::Toml | Format::Yaml => value.clone(),
            _ => value.spelled().map_or_else(|| value.clone(), Value::text),
        }
    }

    fn path_at(&self, at: &str, op: &Value, key: &str) -> Result<Path, BadEdit> {
        match op.get(key) {
            Some(Value::Text(spelled)) => self.path(&format!("{at}.{key}"), spelled),
            _ => bad(at, format!("\"{key}\" is a path, as a text")),
        }
    }

    fn value(&self, at: &str, op: &Value, key: &str) -> Result<Value, BadEdit> {
        let Some(value) = op.get(key) else { return bad(at, format!("\"{key}\" is missing")) };
        self.depth(at, value)?;
        adapted(self.format, value).map_err(|why| BadEdit { at: format!("{at}.{key}"), why: why.to_owned() })
    }

    fn depth(&self, at: &str, value: &Value) -> Result<(), BadEdit> {
        if value.depth() > MAX_VALUE_DEPTH {
            bad(at, "has a value nested deeper than 8 levels")
        } else {
            Ok(())
        }
    }
}

fn flag(at: &str, op: &Value, key: &str) -> Result<bool, BadEdit> {
    match op.get(key) {
        None => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(_) => bad(at, format!("\"{key}\" is true or false")),
    }
}

fn no_path(at: &str, spelled: &str, problem: &NoPath) -> BadEdit {
    BadEdit { at: at.to_owned(), why: format!("\"{}\": {problem}", shown(spelled)) }
}

/// What JSON has no strict spelling for stands in an object with one of these names; so does an object that could be
/// taken for one.
const NUMBER: &str = "=number";
const PLAIN: &str = "=plain";
const GROUP: &str = "=group";

fn to_json(value: &Value) -> serde_json::Value {
    use serde_json::{Value as Json, json};
    match value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::from(*value),
        Value::Number(spelled) => match spelled.parse::<i64>() {
            Ok(number) if number.to_string() == *spelled => Json::from(number),
            _ => json!({ NUMBER: spelled }),
        },
        Value::Text(text) => Json::from(text.as_str()),
        Value::Plain(spelled) | Value::Odd(spelled) => json!({ PLAIN: spelled }),
        Value::List(items) => items.iter().map(|item| to_json(&item.value)).collect(),
        Value::Map(entries) if entries.iter().any(|(key, _)| key.starts_with('=')) => {
            let pairs: Vec<_> = entries.iter().map(|(key, value)| json!([key, to_json(value)])).collect();
            json!({ GROUP: pairs })
        }
        Value::Map(entries) => {
            Json::Object(entries.iter().map(|(key, value)| (key.clone(), to_json(value))).collect())
        }
    }
}

fn from_json(json: &serde_json::Value) -> Result<Value, BadEdit> {
    use serde_json::Value as Json;
    Ok(match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => Value::Number(number.to_string()),
        Json::String(text) => Value::text(text),
        Json::Array(items) => Value::list(items.iter().map(from_json).collect::<Result<Vec<_>, _>>()?),
        Json::Object(object) => match object.iter().next() {
            Some((name, inner)) if name.starts_with('=') => match (name.as_str(), inner) {
                _ if object.len() > 1 => {
                    return bad("the edit", "an object with a name like this has only one");
                }
                (NUMBER, Json::String(spelled)) => Value::Number(spelled.clone()),
                (PLAIN, Json::String(spelled)) => Value::Plain(spelled.clone()),
                (GROUP, Json::Array(pairs)) => {
                    let pair = |pair: &Json| match pair.as_array().map(Vec::as_slice) {
                        Some([Json::String(key), value]) => Ok((key.clone(), from_json(value)?)),
                        _ => bad("the edit", "a group is a list of names and values"),
                    };
                    let entries = pairs.iter().map(pair).collect::<Result<Vec<_>, _>>()?;
                    let keys: std::collections::HashSet<_> = entries.iter().map(|(key, _)| key).collect();
                    if keys.len() < entries.len() {
                        return bad("the edit", "a group names something a second time");
                    }
                    Value::Map(entries.into())
                }
                _ => return bad("the edit", format!("\"{}\" is no kind of value", shown(name))),
            },
            _ => {
                let member = |(key, value): (&String, &Json)| Ok((key.clone(), from_json(value)?));
                Value::Map(object.iter().map(member).collect::<Result<_, BadEdit>>()?)
            }
        },
    })
}
