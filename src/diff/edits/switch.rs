//! A switch in a file: a value that is one of two, read and moved with the same proof as every edit.

use super::condition::{Condition, ValueTest};
use super::ops::EditOperation;
use super::path::{Path, PathLookup, PathStep, at, named};
use super::value::Value;
use super::words::adapted;
use super::work::EditBudget;
use super::{Edit, KeyChange};
use crate::diff::settings::Format;
use crate::model::{Position, Setting, Toggle, ToggleKind};

/// What a file with sections begins with, for names that say only together with a content what form a file has.
const WITH_SECTIONS: &[u8] = b"[section]\n";

/// A switch, for a file with a certain content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Switch {
    format: Format,
    path: Path,
    on: Value,
    off: Value,
    /// The flag of flagd that it is, with the names of its variants.
    flag: Option<Flag>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Flag {
    key: String,
    variants: [String; 2],
    /// What programs get with them, if that is known.
    values: Option<[String; 2]>,
}

/// Where a switch stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stand {
    At(Position),
    /// Somebody wrote another value, which is this.
    Elsewhere(String),
}

impl Switch {
    /// The switch that `toggle` is in a file with this content; without one, as far as the file's name tells.
    ///
    /// # Errors
    /// If it is none: its key is no path, for example, or the form of the file is not known.
    pub fn new(toggle: &Toggle, content: Option<&[u8]>) -> Result<Self, String> {
        let key = toggle.key.as_deref().unwrap_or_default();
        let format = match toggle.kind {
            ToggleKind::Flagd => Some(Format::Json),
            ToggleKind::Env => Some(Format::Env),
            ToggleKind::Key => Format::of_keys(toggle.file.as_str(), content.unwrap_or(WITH_SECTIONS)),
            ToggleKind::File => None,
        };
        let format = format.ok_or("the file's name does not tell what form it has")?;
        let variant = |setting: &Setting| setting.to_string();
        let (spelled, flag) = match toggle.kind {
            ToggleKind::Flagd => {
                let steps = ["flags", key, "defaultVariant"].map(|key| PathStep::Key(key.to_owned()));
                let variants = [variant(&toggle.on), variant(&toggle.off)];
                (named(&steps), Some(Flag { key: key.to_owned(), variants, values: toggle.variants.clone() }))
            }
            _ => (key.to_owned(), None),
        };
        let path = Path::parse(&spelled, format).map_err(|problem| problem.to_string())?;
        if path.ends_behind_a_list() {
            return Err("\"[]\" is a place to add to".to_owned());
        }
        let value = |setting| adapted(format, &value_of(setting)).map_err(str::to_owned);
        let (on, off) = (value(&toggle.on)?, value(&toggle.off)?);
        match on.is_meant_by(&off) {
            true => Err("on and off are the same value".to_owned()),
            false => Ok(Self { format, path, on, off, flag }),
        }
    }

    /// What programs get with the variants in `content` of the flag that it is; `None`: it is none.
    pub(crate) fn variants(&self, content: &[u8]) -> Option<[String; 2]> {
        let flag = self.flag.as_ref()?;
        let (_, sheet) = self.format.read("the file", content).ok()?;
        match flag.in_file(Value::of_sheet(self.format, &sheet).first()?) {
            [Some(on), Some(off)] => Some([on.to_string(), off.to_string()]),
            _ => None,
        }
    }

    /// Whether moving one of them could move the other one.
    pub fn meets(&self, other: &Self) -> bool {
        self.path.is_same(&other.path) || self.path.is_below(&other.path) || other.path.is_below(&self.path)
    }

    /// Where it stands in `content`.
    ///
    /// # Errors
    /// If the content cannot be read for certain, or there is no such switch in it.
    pub fn stand(&self, content: &[u8]) -> Result<Stand, String> {
        let read = self.format.read("the file", content).map_err(|unread| unread.to_string())?;
        let documents = Value::of_sheet(self.format, &read.1);
        let [document] = &documents[..] else {
            return Err(format!("the file has {} documents", documents.len()));
        };
        if let Some(flag) = &self.flag {
            flag.check(document)?;
        }
        let found =
            match self.path.find(document, &mut EditBudget::default()).map_err(|why| why.to_string())? {
                PathLookup::Here(steps) => at(document, &steps),
                _ => None,
            };
        let name = super::why::shown(self.path.spelled());
        let found = found.ok_or(format!("{name} is not there"))?;
        Ok(if found.is_meant_by(&self.on) {
            Stand::At(Position::On)
        } else if found.is_meant_by(&self.off) {
            Stand::At(Position::Off)
        } else {
            Stand::Elsewhere(found.to_string())
        })
    }

    /// The content with the switch at `to`, and what moved. Moving it back gives `content` again, byte for byte.
    ///
    /// # Errors
    /// If the switch stands at neither position, or what comes of it cannot be proven.
    pub fn moved(&self, content: &[u8], to: Position) -> Result<(Vec<u8>, Vec<KeyChange>), String> {
        match self.stand(content)? {
            Stand::At(position) if position == to => return Ok((content.to_vec(), Vec::new())),
            Stand::At(_) => {}
            Stand::Elsewhere(value) => return Err(format!("it is {value}, which is neither on nor off")),
        }
        let (moved, keys) = self.edited(content, to)?;
        match self.edited(&moved, to.other())?.0 == content {
            true => Ok((moved, keys)),
            false => Err("moving it back would not give the same bytes".to_owned()),
        }
    }

    fn edited(&self, content: &[u8], to: Position) -> Result<(Vec<u8>, Vec<KeyChange>), String> {
        let value = match to {
            Position::On => &self.on,
            Position::Off => &self.off,
        };
        let edit = Edit {
            format: self.format,
            selector: Vec::new(),
            ops: vec![EditOperation::Set { path: self.path.clone(), to: value.clone(), create: false }],
            must: vec![Condition { path: self.path.clone(), check: ValueTest::Equals(value.clone()) }],
            written: value.clone(),
        };
        let tried = edit.try_on(content).map_err(|why| why.to_string())?;
        let clashes: Vec<String> = tried.clashes().map(ToString::to_string).collect();
        tried.content.map(|content| (content, tried.keys)).ok_or_else(|| clashes.join("; "))
    }
}

impl Flag {
    /// Whether the variant that stands as the default is what programs get.
    fn check(&self, document: &Value) -> Result<(), String> {
        let flag = document.get("flags").and_then(|flags| flags.get(&self.key));
        let flag = flag.ok_or("there is no such flag in the file")?;
        if flag.get("state").and_then(Value::spelled) != Some("ENABLED") {
            return Err("the flag's state is not ENABLED, so programs use their own default".to_owned());
        }
        if flag.get("targeting").is_some() {
            return Err("the flag has targeting rules, which count more than the default variant".to_owned());
        }
        match self.in_file(document) {
            [Some(on), Some(off)] if on.is_meant_by(off) => {
                Err("both variants of the flag have the same value".to_owned())
            }
            [Some(on), Some(off)] => self.refuse_others([on, off]),
            _ => Err("the flag does not have these variants".to_owned()),
        }
    }

    /// The variants as the file has them.
    fn in_file<'a>(&self, document: &'a Value) -> [Option<&'a Value>; 2] {
        let flag = document.get("flags").and_then(|flags| flags.get(&self.key));
        let variants = flag.and_then(|flag| flag.get("variants"));
        self.variants.each_ref().map(|name| variants?.get(name))
    }

    /// A variant that gives programs something else turns something else on or off.
    fn refuse_others(&self, here: [&Value; 2]) -> Result<(), String> {
        let known = self.values.iter().flatten().zip(&self.variants).zip(here);
        let other = known.map(|((value, name), here)| (value, name, here.to_string()));
        match other.into_iter().find(|(value, _, here)| *value != here) {
            None => Ok(()),
            Some((value, name, here)) => {
                Err(format!("variant {name:?} is {here} here, and {value} in the patch"))
            }
        }
    }
}

fn value_of(setting: &Setting) -> Value {
    match setting {
        Setting::Text(text) => Value::text(text),
        Setting::Flag(flag) => Value::Bool(*flag),
        Setting::Number(number) => Value::Number(number.to_string()),
    }
}
