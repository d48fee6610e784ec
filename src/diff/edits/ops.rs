//! What operations make of a value, without any text: the reference that every edited file is held against.

use std::collections::HashMap;

use super::condition::Condition;
use super::member_map::MemberMap;
use super::path::{Path, PathLookup, PathStep, at, at_mut, named};
use super::value::{Item, Value};
use super::why::OpMisfit;
use super::work::EditBudget;

/// One step of an edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EditOperation {
    /// Goes behind the last element of a list, unless it is there.
    Add {
        path: Path,
        value: Value,
        unless: Option<Path>,
    },
    /// RFC 6902.
    Copy {
        from: Path,
        path: Path,
    },
    /// RFC 7396: the whole document becomes what it and the patch come to.
    Merge(Value),
    /// RFC 6902.
    Move {
        from: Path,
        path: Path,
    },
    /// RFC 6902, `add`: a new member, or another value for it, or a new element in front of the one that is there.
    Put {
        path: Path,
        value: Value,
    },
    Remove(Path),
    /// The value becomes another; with `create`, the keys that lead to it come, too.
    Set {
        path: Path,
        to: Value,
        create: bool,
    },
    Test(Condition),
}

/// How an operation fits what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grade {
    AlreadyThere,
    Clash(OpMisfit),
    Clean,
    Created,
    /// A test that holds.
    Holds,
}

/// What came of all operations.
#[derive(Debug)]
pub(super) struct OpsOutcome {
    pub value: Value,
    pub grades: Vec<Grade>,
    /// Conditions that do not hold afterwards.
    pub broken: Vec<OpMisfit>,
}

impl EditOperation {
    /// The path it is about, as it was written.
    pub fn path(&self) -> &str {
        match self {
            EditOperation::Add { path, .. }
            | EditOperation::Copy { path, .. }
            | EditOperation::Move { path, .. }
            | EditOperation::Put { path, .. }
            | EditOperation::Set { path, .. }
            | EditOperation::Remove(path) => path.spelled(),
            EditOperation::Test(condition) => condition.path.spelled(),
            EditOperation::Merge(_) => "",
        }
    }

    /// What it is called where it is written.
    pub fn name(&self) -> &'static str {
        match self {
            EditOperation::Add { .. } => "add",
            EditOperation::Copy { .. } => "copy",
            EditOperation::Merge(_) => "merge",
            EditOperation::Move { .. } => "move",
            EditOperation::Put { .. } => "put",
            EditOperation::Remove(_) => "remove",
            EditOperation::Set { .. } => "set",
            EditOperation::Test(_) => "test",
        }
    }
}

/// Carries all operations out, one after the other. Is all of it there already, nothing is tested.
///
/// # Errors
/// If that takes too much work.
pub(super) fn run(ops: &[EditOperation], must: &[Condition], before: &Value) -> Result<OpsOutcome, OpMisfit> {
    let mut work = EditBudget::default();
    if let Some(grades) = all_is_there(ops, must, before, &mut work)? {
        return Ok(OpsOutcome { value: before.clone(), grades, broken: Vec::new() });
    }
    let mut run = OpsRun { value: before.clone(), tested: Vec::new(), work };
    let mut grades = Vec::new();
    for op in ops {
        match run.op(op) {
            Err(OpMisfit::TooMuch) => return Err(OpMisfit::TooMuch),
            Err(why) => grades.push(Grade::Clash(why)),
            Ok(grade) => grades.push(grade),
        }
    }
    let mut broken = Vec::new();
    for condition in must {
        broken.extend(condition.hold(&run.value, &mut run.work).err());
    }
    Ok(OpsOutcome { value: run.value, grades, broken })
}

/// The grades, if every operation has been carried out already and all conditions hold.
fn all_is_there(
    ops: &[EditOperation],
    must: &[Condition],
    value: &Value,
    work: &mut EditBudget,
) -> Result<Option<Vec<Grade>>, OpMisfit> {
    let mut changes = 0;
    for op in ops.iter().filter(|op| !matches!(op, EditOperation::Test(_))) {
        changes += 1;
        if !is_there(op, value, work)? {
            return Ok(None);
        }
    }
    for condition in must {
        if condition.hold(value, work).is_err() {
            return Ok(None);
        }
    }
    Ok((changes > 0).then(|| vec![Grade::AlreadyThere; ops.len()]))
}

fn is_there(op: &EditOperation, root: &Value, work: &mut EditBudget) -> Result<bool, OpMisfit> {
    let mut found = |path: &Path| match path.find(root, work) {
        Err(OpMisfit::TooMuch) => Err(OpMisfit::TooMuch),
        Ok(found) => Ok(Some(found)),
        Err(_) => Ok(None),
    };
    let value_at = |found: Option<PathLookup>| match found {
        Some(PathLookup::Here(steps)) => at(root, &steps),
        _ => None,
    };
    Ok(match op {
        EditOperation::Set { path, to, .. } => value_at(found(path)?).is_some_and(|value| value.says(to)),
        EditOperation::Put { path, value, .. } => {
            // An element that is inserted at an index says nothing about what stood there before.
            let place = found(path)?;
            let is_key = matches!(&place, Some(PathLookup::Here(steps)) if matches!(steps.last(), Some(PathStep::Key(_)) | None));
            is_key && value_at(place).is_some_and(|here| here.says(value))
        }
        EditOperation::Add { path, value, unless } => {
            let hits = match unless {
                Some(unless) => matches!(found(unless)?, Some(PathLookup::Here(_))),
                None => false,
            };
            let list = match found(path)? {
                Some(PathLookup::End(steps)) => at(root, &steps),
                _ => None,
            };
            hits || list.is_some_and(|list| has_element(list, value))
        }
        EditOperation::Remove(path) => matches!(found(path)?, Some(PathLookup::Missing { .. })),
        EditOperation::Merge(patch) => merged(Some(root), patch).says(root),
        // What was moved away cannot be compared.
        EditOperation::Move { .. } => false,
        EditOperation::Copy { from, path } => {
            let from = value_at(found(from)?);
            from.is_some() && from.zip(value_at(found(path)?)).is_some_and(|(from, to)| from.says(to))
        }
        EditOperation::Test(_) => true,
    })
}

fn has_element(list: &Value, value: &Value) -> bool {
    match list {
        Value::List(items) => items.iter().any(|item| item.value.says(value)),
        // A key that is there once is a list of one.
        one => one.says(value),
    }
}

/// Whether an element that nobody can tell may be this value.
fn may_have_element(list: &Value, value: &Value) -> bool {
    let may_be = |item: &Item| match &item.value {
        Value::Map(_) => matches!(value, Value::Map(_)) && item.value.may_have_more(),
        other => other.may_have_more(),
    };
    matches!(list, Value::List(items) if items.iter().any(may_be))
}

struct OpsRun<'a> {
    value: Value,
    /// Paths at which a test held.
    tested: Vec<&'a Path>,
    work: EditBudget,
}

impl<'a> OpsRun<'a> {
    fn op(&mut self, op: &'a EditOperation) -> Result<Grade, OpMisfit> {
        match op {
            EditOperation::Test(condition) => {
                condition.hold(&self.value, &mut self.work)?;
                self.tested.push(&condition.path);
                Ok(Grade::Holds)
            }
            EditOperation::Set { path, to, create } => self.set(path, to, *create),
            EditOperation::Add { path, value, unless } => self.add(path, value, unless.as_ref()),
            EditOperation::Put { path, value } => self.put(path, value.clone()),
            EditOperation::Remove(path) => match path.find(&self.value, &mut self.work)? {
                PathLookup::Missing { .. } => Ok(Grade::AlreadyThere),
                PathLookup::End(_) => Err(OpMisfit::Missing { at: path.spelled().to_owned() }),
                PathLookup::Here(steps) => {
                    self.guard(path, &steps)?;
                    self.take(path, &steps)?;
                    Ok(Grade::Clean)
                }
            },
            EditOperation::Move { from, path } => {
                if path.is_below(from) {
                    return Err(OpMisfit::IntoItself { at: from.spelled().to_owned() });
                }
                let steps = self.existing(from)?;
                self.guard(from, &steps)?;
                let before = self.value.clone();
                self.work.spend(before.size())?;
                let value = self.take(from, &steps)?;
                self.put(path, value).inspect_err(|_| self.value = before)
            }
            EditOperation::Copy { from, path } => {
                let steps = self.existing(from)?;
                let value = at(&self.value, &steps).cloned().unwrap_or(Value::Null);
                self.work.spend(value.size())?;
                self.put(path, value)
            }
            EditOperation::Merge(patch) => {
                let merged = merged(Some(&self.value), patch);
                self.work.spend(merged.size())?;
                let is_there = merged.says(&self.value);
                self.value = merged;
                Ok(if is_there { Grade::AlreadyThere } else { Grade::Clean })
            }
        }
    }

    fn existing(&mut self, path: &Path) -> Result<Vec<PathStep>, OpMisfit> {
        match path.find(&self.value, &mut self.work)? {
            PathLookup::Here(steps) => Ok(steps),
            _ => Err(OpMisfit::Missing { at: path.spelled().to_owned() }),
        }
    }

    /// An index means what it meant to the author only where a test said what stands there.
    fn guard(&self, path: &Path, steps: &[PathStep]) -> Result<(), OpMisfit> {
        let is_guarded = |index: usize| {
            let element = path.up_to(index + 1);
            self.tested.iter().any(|tested| tested.is_same(&element) || tested.is_below(&element))
        };
        match path.indices(steps).into_iter().all(is_guarded) {
            true => Ok(()),
            false => Err(OpMisfit::Unguarded { at: path.spelled().to_owned() }),
        }
    }

    fn set(&mut self, path: &Path, to: &Value, create: bool) -> Result<Grade, OpMisfit> {
        self.work.spend(to.size())?;
        match path.find(&self.value, &mut self.work)? {
            PathLookup::Here(steps) => {
                self.guard(path, &steps)?;
                let here = at_mut(&mut self.value, &steps).ok_or(OpMisfit::TooMuch)?;
                self.work.spend(here.size())?;
                if here.says(to) {
                    return Ok(Grade::AlreadyThere);
                }
                *here = to.clone();
                Ok(Grade::Clean)
            }
            PathLookup::Missing { steps, keys } if create && !keys.is_empty() => {
                self.guard(path, &steps)?;
                let (last, way) = keys.split_last().ok_or(OpMisfit::TooMuch)?;
                let mut new = (last.clone(), to.clone());
                for key in way.iter().rev() {
                    new = (key.clone(), Value::Map(vec![new].into()));
                }
                self.member(path, &steps, new)?;
                Ok(Grade::Created)
            }
            _ => Err(OpMisfit::Missing { at: path.spelled().to_owned() }),
        }
    }

    fn add(&mut self, path: &Path, value: &Value, unless: Option<&Path>) -> Result<Grade, OpMisfit> {
        self.work.spend(value.size())?;
        if let Some(unless) = unless
            && matches!(unless.find(&self.value, &mut self.work)?, PathLookup::Here(_))
        {
            return Ok(Grade::AlreadyThere);
        }
        let steps = match path.find(&self.value, &mut self.work)? {
            PathLookup::End(steps) => steps,
            // The first line with a key that may be there several times.
            PathLookup::Missing { steps, keys } if keys.len() == 1 => {
                self.member(path, &steps, (keys[0].clone(), value.clone()))?;
                return Ok(Grade::Created);
            }
            _ => return Err(OpMisfit::Missing { at: path.spelled().to_owned() }),
        };
        let list = at_mut(&mut self.value, &steps).ok_or(OpMisfit::TooMuch)?;
        self.work.spend(list.size())?;
        if has_element(list, value) {
            return Ok(Grade::AlreadyThere);
        } else if may_have_element(list, value) {
            return Err(OpMisfit::Unsure { at: named(&steps) });
        }
        let new = Item { value: value.clone(), was: None };
        match list {
            Value::List(items) => items.push(new),
            one => {
                let first = Item { value: one.clone(), was: Some(0) };
                *one = Value::List(vec![first, new]);
            }
        }
        Ok(Grade::Clean)
    }

    fn put(&mut self, path: &Path, value: Value) -> Result<Grade, OpMisfit> {
        self.work.spend(value.size())?;
        let missing = || OpMisfit::Missing { at: path.spelled().to_owned() };
        match path.find(&self.value, &mut self.work)? {
            PathLookup::Here(steps) => match steps.split_last() {
                Some((PathStep::Index(index), list)) => {
                    self.guard(path, &steps)?;
                    let list = at_mut(&mut self.value, list).ok_or_else(missing)?;
                    let Value::List(items) = list else { return Err(missing()) };
                    self.work.spend(items.len())?;
                    items.insert(*index, Item { value, was: None });
                    Ok(Grade::Clean)
                }
                _ => {
                    self.guard(path, &steps)?;
                    let here = at_mut(&mut self.value, &steps).ok_or_else(missing)?;
                    let is_there = here.says(&value);
                    *here = value;
                    Ok(if is_there { Grade::AlreadyThere } else { Grade::Clean })
                }
            },
            PathLookup::End(steps) => {
                let list = at_mut(&mut self.value, &steps).ok_or_else(missing)?;
                let Value::List(items) = list else { return Err(missing()) };
                items.push(Item { value, was: None });
                Ok(Grade::Clean)
            }
            PathLookup::Missing { steps, keys } => match &keys[..] {
                [key] => {
                    self.guard(path, &steps)?;
                    self.member(path, &steps, (key.clone(), value))?;
                    Ok(Grade::Created)
                }
                _ => Err(missing()),
            },
        }
    }

    fn member(&mut self, path: &Path, steps: &[PathStep], new: (String, Value)) -> Result<(), OpMisfit> {
        match at_mut(&mut self.value, steps) {
            Some(Value::Map(entries)) => {
                entries.push(new);
                Ok(())
            }
            Some(other) => {
                let wanted = "a group of keys";
                Err(OpMisfit::OtherKind { at: named(steps), is: other.kind(), wanted })
            }
            None => Err(OpMisfit::Missing { at: path.spelled().to_owned() }),
        }
    }

    fn take(&mut self, path: &Path, steps: &[PathStep]) -> Result<Value, OpMisfit> {
        let missing = || OpMisfit::Missing { at: path.spelled().to_owned() };
        let (last, above) = steps.split_last().ok_or(OpMisfit::Unspelled {
            at: "the document".to_owned(),
            why: "a whole document cannot be taken away",
        })?;
        let holder = at_mut(&mut self.value, above).ok_or_else(missing)?;
        match (holder, last) {
            (Value::Map(entries), PathStep::Key(key)) => {
                self.work.spend(entries.len())?;
                let index = entries.iter().position(|(name, _)| name == key).ok_or_else(missing)?;
                Ok(entries.remove(index).1)
            }
            (Value::List(items), PathStep::Index(index)) if *index < items.len() => {
                self.work.spend(items.len())?;
                Ok(items.remove(*index).value)
            }
            _ => Err(missing()),
        }
    }
}

/// What RFC 7396 makes of a value and a patch.
pub(super) fn merged(target: Option<&Value>, patch: &Value) -> Value {
    let Value::Map(patch) = patch else { return patch.clone() };
    let mut entries = match target {
        Some(Value::Map(entries)) => entries.clone(),
        _ => MemberMap::default(),
    };
    // What is looked up stays where it stood: only what is new comes behind it, and what goes leaves last.
    let places: HashMap<String, usize> =
        entries.iter().enumerate().rev().map(|(place, (key, _))| (key.clone(), place)).collect();
    let mut gone = Vec::new();
    for (key, value) in patch {
        let place = places.get(key).copied();
        match (value, place) {
            (Value::Null, Some(place)) => gone.push(place),
            (Value::Null, None) => {}
            (value, Some(place)) => entries[place].1 = merged(Some(&entries[place].1), value),
            (value, None) => entries.push((key.clone(), merged(None, value))),
        }
    }
    gone.sort_unstable();
    gone.dedup();
    let stays = |place: &usize| gone.binary_search(place).is_err();
    let entries = entries.into_iter().enumerate().filter(|(place, _)| stays(place));
    Value::Map(entries.map(|(_, member)| member).collect())
}
