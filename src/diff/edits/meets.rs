//! What somebody changed in a file that an edit would change, too.

use super::Edit;
use super::ops::{EditOperation, merged};
use super::path::{Path, PathLookup, PathStep, at, named};
use super::value::Value;
use super::why::OpMisfit;
use super::work::EditBudget;

impl Edit {
    /// What somebody changed here that the edit would change, too: what it finds at a key is another value than in the
    /// content that it was made for, and no test of its own allows that.
    ///
    /// # Errors
    /// If one of the contents cannot be read.
    pub(super) fn meets(&self, made_for: &[u8], here: &[u8]) -> Result<Vec<OpMisfit>, OpMisfit> {
        let read = |content: &[u8]| {
            let read = self.format.read("the file", content);
            let (_, sheet) = read.map_err(|unread| OpMisfit::Unread(unread.to_string()))?;
            let mut documents = Value::of_sheet(self.format, &sheet);
            let chosen = self.document(&documents)?;
            Ok(documents.swap_remove(chosen))
        };
        let (before, here) = (read(made_for)?, read(here)?);
        let mut site = SiteChanges {
            before: &before,
            here: &here,
            tested: Vec::new(),
            met: Vec::new(),
            work: EditBudget::default(),
        };
        for op in &self.ops {
            site.meet(op)?;
        }
        Ok(site.met)
    }
}

/// The content that an edit was made for, and the one that is here.
struct SiteChanges<'a> {
    before: &'a Value,
    here: &'a Value,
    /// Where the edit's own tests say what is there.
    tested: Vec<&'a Path>,
    met: Vec<OpMisfit>,
    work: EditBudget,
}

impl<'a> SiteChanges<'a> {
    fn meet(&mut self, op: &'a EditOperation) -> Result<(), OpMisfit> {
        match op {
            EditOperation::Test(condition) => self.tested.push(&condition.path),
            EditOperation::Set { path, to, .. } | EditOperation::Put { path, value: to } => {
                self.meet_at(path, Some(to))?;
            }
            EditOperation::Remove(path) => self.meet_at(path, None)?,
            EditOperation::Move { from, path } => {
                self.meet_at(from, None)?;
                self.meet_over(from, path)?;
            }
            EditOperation::Copy { from, path } => self.meet_over(from, path)?,
            EditOperation::Merge(patch) => {
                let (before, here) = (self.before, self.here);
                self.meet_merged(&mut Vec::new(), [Some(before), Some(here)], patch)?;
            }
            // What comes behind a list runs over nothing.
            EditOperation::Add { .. } => {}
        }
        Ok(())
    }

    fn found(&mut self, path: &Path, root: &'a Value) -> Result<Option<&'a Value>, OpMisfit> {
        Ok(self.steps(path, root)?.and_then(|steps| at(root, &steps)))
    }

    /// Where a path leads, if it leads to a value.
    fn steps(&mut self, path: &Path, root: &Value) -> Result<Option<Vec<PathStep>>, OpMisfit> {
        match path.find(root, &mut self.work) {
            Err(OpMisfit::TooMuch) => Err(OpMisfit::TooMuch),
            Ok(PathLookup::Here(steps)) => Ok(Some(steps)),
            _ => Ok(None),
        }
    }

    /// The value at `path` would become `to`.
    fn meet_at(&mut self, path: &Path, to: Option<&Value>) -> Result<(), OpMisfit> {
        let both = [self.found(path, self.before)?, self.found(path, self.here)?];
        if !self.tested.iter().any(|tested| tested.is_same(path)) {
            self.hold(path.spelled(), both, to);
        }
        Ok(())
    }

    /// The value at `from` would come to `path`, where it replaces a key, and pushes an element of a list aside.
    fn meet_over(&mut self, from: &Path, path: &Path) -> Result<(), OpMisfit> {
        let to = self.found(from, self.here)?;
        let place = self.steps(path, self.here)?;
        let is_element = place.is_some_and(|steps| matches!(steps.last(), Some(PathStep::Index(_))));
        if to.is_some() && !is_element { self.meet_at(path, to) } else { Ok(()) }
    }

    /// RFC 7396: the values at these steps, before and here, and what a patch makes of them.
    fn meet_merged(
        &mut self,
        steps: &mut Vec<PathStep>,
        both: [Option<&Value>; 2],
        patch: &Value,
    ) -> Result<(), OpMisfit> {
        if let (Value::Map(entries), [_, None | Some(Value::Map(_))]) = (patch, both) {
            self.work.spend(entries.len())?;
            for (key, inner) in entries {
                steps.push(PathStep::Key(key.clone()));
                self.meet_merged(steps, both.map(|value| value.and_then(|value| value.get(key))), inner)?;
                steps.pop();
            }
            return Ok(());
        }
        let here = self.here;
        for tested in self.tested.clone() {
            if self.steps(tested, here)?.as_ref() == Some(steps) {
                return Ok(());
            }
        }
        let to = match patch {
            Value::Null if !steps.is_empty() => None,
            other => Some(merged(None, other)),
        };
        self.hold(&named(steps), both, to.as_ref());
        Ok(())
    }

    /// What was there and is something else here would become `to`.
    fn hold(&mut self, at: &str, [was, is]: [Option<&Value>; 2], to: Option<&Value>) {
        let says = |one: Option<&Value>, other: Option<&Value>| match (one, other) {
            (Some(one), Some(other)) => one.says(other),
            (one, other) => one.is_none() && other.is_none(),
        };
        if is.is_none() || says(is, to) || says(was, is) {
            return;
        }
        let spelled = |value: Option<&Value>| value.map_or("not there".to_owned(), ToString::to_string);
        self.met.push(OpMisfit::BothChanged {
            at: at.to_owned(),
            was: spelled(was),
            is: spelled(is),
            to: spelled(to),
        });
    }
}
