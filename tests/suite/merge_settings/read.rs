//! Reads settings back, as far as they are spelled here, without any help of the program. A key that is there twice is
//! no reading.

use super::model::{Map, Value, get};
use super::settings::Form;

pub fn read(form: Form, text: &str) -> Option<Value> {
    let text = &text.replace("\r\n", "\n");
    let map = match form.name {
        "a.json" | "a.jsonc" => {
            let mut reader = Json { rest: text };
            let value = reader.value()?;
            reader.space();
            return reader.rest.is_empty().then_some(value);
        }
        "a.toml" => toml(text)?,
        "a.ini" => ini(text)?,
        "a.properties" => properties(text)?,
        _ => yaml(text)?,
    };
    Some(Value::Map(map))
}

/// Every comment is a line of its own and has a number.
pub fn comments(text: &str) -> Vec<&str> {
    let is_comment = |line: &&str| line.contains(" comment ") && line.ends_with('.');
    text.lines().map(str::trim).filter(is_comment).collect()
}

fn add(map: &mut Map, key: &str, value: Value) -> Option<()> {
    if get(map, key).is_some() {
        return None;
    }
    map.push((key.to_owned(), value));
    Some(())
}

fn leaf(text: &str) -> Value {
    Value::Leaf(text.to_owned())
}

struct Json<'a> {
    rest: &'a str,
}

impl<'a> Json<'a> {
    fn space(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            if !self.rest.starts_with("//") {
                return;
            }
            self.rest = self.rest.split_once('\n').map_or("", |(_, rest)| rest);
        }
    }

    fn eat(&mut self, sign: char) -> Option<()> {
        self.space();
        self.rest = self.rest.strip_prefix(sign)?;
        Some(())
    }

    fn text(&mut self) -> Option<&'a str> {
        self.eat('"')?;
        let mut is_escaped = false;
        let end = self.rest.find(|c| {
            let ends = c == '"' && !is_escaped;
            is_escaped = c == '\\' && !is_escaped;
            ends
        })?;
        let text = &self.rest[..end];
        self.rest = &self.rest[end + 1..];
        Some(text)
    }

    fn value(&mut self) -> Option<Value> {
        self.space();
        if self.rest.starts_with('"') {
            return Some(leaf(&format!("\"{}\"", self.text()?)));
        }
        if self.eat('{').is_some() {
            let mut map = Map::new();
            while self.eat('}').is_none() {
                self.space();
                let key = self.text()?;
                self.eat(':')?;
                add(&mut map, key, self.value()?)?;
                if self.eat(',').is_none() {
                    self.eat('}')?;
                    break;
                }
            }
            return Some(Value::Map(map));
        }
        if self.eat('[').is_some() {
            let mut list = Vec::new();
            while self.eat(']').is_none() {
                list.push(self.value()?);
                if self.eat(',').is_none() {
                    self.eat(']')?;
                    break;
                }
            }
            return Some(Value::List(list));
        }
        let end = self.rest.find(|c: char| !c.is_alphanumeric())?;
        let number = &self.rest[..end];
        self.rest = &self.rest[end..];
        (!number.is_empty()).then(|| leaf(number))
    }
}

fn toml(text: &str) -> Option<Map> {
    // That it is TOML, and names nothing twice, is for the reader that everybody uses.
    text.parse::<toml::Table>().ok()?;
    let mut root = Map::new();
    let mut section: Vec<String> = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix('[') {
            section = name.strip_suffix(']')?.split('.').map(str::to_owned).collect();
            inside(&mut root, &section)?;
        } else if let Some((key, value)) = line.split_once(" = ").filter(|_| !line.starts_with('#')) {
            let mut value = value.to_owned();
            while value.starts_with('[') && !value.ends_with(']') {
                value.push_str(lines.next()?.trim());
            }
            let value = match value.strip_prefix('[') {
                Some(elements) => {
                    let elements = elements.trim_end_matches([']', ',']).split(',').map(str::trim);
                    Value::List(elements.filter(|element| !element.is_empty()).map(leaf).collect())
                }
                None => leaf(&value),
            };
            add(inside(&mut root, &section)?, key, value)?;
        }
    }
    Some(root)
}

fn inside<'a>(mut map: &'a mut Map, path: &[String]) -> Option<&'a mut Map> {
    for key in path {
        if get(map, key).is_none() {
            map.push((key.clone(), Value::Map(Map::new())));
        }
        let (_, value) = map.iter_mut().find(|(found, _)| found == key)?;
        let Value::Map(inner) = value else { return None };
        map = inner;
    }
    Some(map)
}

fn ini(text: &str) -> Option<Map> {
    let mut root = Map::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(';')) {
        if line.starts_with('[') && line.ends_with(']') {
            add(&mut root, line, Value::Map(Map::new()))?;
            continue;
        }
        let (key, value) = line.split_once(['=', ':'])?;
        let Some((_, Value::Map(section))) = root.last_mut() else { return None };
        add(section, key.trim(), leaf(value.trim()))?;
    }
    Some(root)
}

fn properties(text: &str) -> Option<Map> {
    let mut root = Map::new();
    let joined = text.replace("\\\n    ", "");
    for line in joined.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let end = line.find([' ', '=', ':'])?;
        let value = line[end..].trim_start();
        let value = value.strip_prefix(['=', ':']).unwrap_or(value).trim_start();
        let value = value.replace("\\u006e", "n").replace("\\\\", "\\");
        add(&mut root, &line[..end], leaf(&value))?;
    }
    Some(root)
}

fn yaml(text: &str) -> Option<Map> {
    let lines: Vec<&str> = text.lines().collect();
    let mut at = 0;
    if text == "{}\n" {
        return Some(Map::new());
    }
    let map = yaml_map(&lines, &mut at, 0)?;
    (at == lines.len()).then_some(map)
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn yaml_map(lines: &[&str], at: &mut usize, indent: usize) -> Option<Map> {
    let mut map = Map::new();
    while let Some(line) = lines.get(*at) {
        if line.trim().is_empty() || line.trim().starts_with('#') {
            *at += 1;
            continue;
        }
        if indent_of(line) != indent || line.trim().starts_with("- ") {
            break;
        }
        let (key, value) = line.trim().split_once(':')?;
        *at += 1;
        let value = match value.trim() {
            "|" => {
                let first = *at;
                while lines.get(*at).is_some_and(|line| indent_of(line) > indent) {
                    *at += 1;
                }
                let text: Vec<&str> = lines[first..*at].iter().map(|line| line.trim()).collect();
                leaf(&text.join("\n"))
            }
            "{}" => Value::Map(Map::new()),
            "" => yaml_below(lines, at, indent)?,
            flow if flow.starts_with('[') => {
                let elements = flow.trim_matches(['[', ']']).split(',').map(str::trim);
                Value::List(elements.filter(|element| !element.is_empty()).map(leaf).collect())
            }
            value => leaf(&unquoted(value)),
        };
        add(&mut map, key.trim_matches('"'), value)?;
    }
    Some(map)
}

fn unquoted(value: &str) -> String {
    let bare = |quote: char| value.strip_prefix(quote).and_then(|value| value.strip_suffix(quote));
    match (bare('"'), bare('\'')) {
        (Some(text), _) => format!("text {}", text.replace("\\\\", "\\")),
        (_, Some(text)) => format!("text {}", text.replace("''", "'")),
        _ => value.to_owned(),
    }
}

/// A list or a mapping below a key.
fn yaml_below(lines: &[&str], at: &mut usize, indent: usize) -> Option<Value> {
    while lines.get(*at).is_some_and(|line| line.trim().starts_with('#')) {
        *at += 1;
    }
    let deeper = indent_of(lines.get(*at)?);
    if !lines[*at].trim().starts_with("- ") {
        return if deeper > indent { Some(Value::Map(yaml_map(lines, at, deeper)?)) } else { None };
    }
    let mut list = Vec::new();
    while let Some(line) = lines.get(*at).filter(|line| line.trim().starts_with("- ")) {
        if indent_of(line) < indent {
            break;
        }
        list.push(leaf(line.trim()[2..].trim()));
        *at += 1;
    }
    Some(Value::List(list))
}
