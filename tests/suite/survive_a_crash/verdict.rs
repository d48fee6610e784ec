//! Whether a folder is wholly old or wholly new, and the records say so.

use std::collections::BTreeSet;
use std::sync::Arc;

use patchwright::disk::fs::{Fs, Place, StatePath};
use patchwright::ledger::{Action, Entry, Ledger};
use patchwright::transaction::SafeCopies;

use super::case::{Case, ways_back};
use super::driver::{recover, told};
use crate::support::explore::Outcome;
use crate::support::sim_fs::{SimFs, Tree, difference};

/// Which of the two states a folder is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// As before.
    Old,
    /// As wanted.
    New,
}

/// What may be in the state folder when nothing is under way.
const LASTING: [&str; 5] = [".gitignore", "format", "history", "lock", "undo"];

impl Case {
    /// Looks at a folder after a recovery, or after a run that needs none.
    pub fn check(&self, disk: &SimFs, outcome: Outcome) -> Result<(), String> {
        let state = self.state(&disk.tree())?;
        if (state, outcome) == (State::Old, Outcome::ClaimedDone) {
            return Err("the change was said to be done and is not".to_owned());
        }
        self.check_records(disk, state)?;
        let again = Arc::new(disk.fork());
        recover(again.clone()).map_err(|error| format!("a second recovery fails: {error}"))?;
        match difference(&without_lock(disk), &without_lock(&again)) {
            Some(change) => Err(format!("a second recovery changes something\n{change}")),
            None => Ok(()),
        }
    }

    /// Whether everything is old, in the very same objects, or everything is new.
    pub fn state(&self, tree: &Tree) -> Result<State, String> {
        if *tree == self.before {
            return Ok(State::Old);
        }
        let Some(unlike_new) = difference(&self.after, tree) else {
            return self.check_neighbours(tree).map(|()| State::New);
        };
        Err(match difference(&self.before, tree) {
            Some(unlike_old) => {
                format!("neither old nor new\nagainst the old:\n{unlike_old}\nagainst the new:\n{unlike_new}")
            }
            None => "as before, but in other objects or with other times".to_owned(),
        })
    }

    /// What no step names keeps its identity.
    fn check_neighbours(&self, tree: &Tree) -> Result<(), String> {
        let is_named = |path: &str| difference_at(&self.before, &self.after, path);
        match tree.iter().find(|(path, entry)| !is_named(path) && self.before.get(*path) != Some(entry)) {
            Some((path, _)) => Err(format!("{path}, which no step names, is another object now")),
            None => Ok(()),
        }
    }

    /// What the history tells about since the change began.
    pub fn newer_actions(&self, disk: &SimFs) -> Result<Vec<Action>, String> {
        let ledger = Ledger::read(disk).map_err(|error| told(&error))?;
        Ok(ledger.entries().iter().skip(self.head as usize).map(|entry| entry.action).collect())
    }

    /// Whether the records agree with the folder.
    fn check_records(&self, disk: &SimFs, state: State) -> Result<(), String> {
        let ledger = Ledger::read(disk).map_err(|error| told(&error))?;
        let newer = self.newer_actions(disk)?;
        let fits = matches!(
            (state, &newer[..]),
            (State::New, [Action::Apply | Action::Rollback | Action::Toggle])
                | (State::Old, [] | [Action::PutBack])
        );
        if !fits {
            return Err(format!("everything is {state:?}, but the history says {newer:?}"));
        }
        let kept = if state == State::New { &self.kept_after } else { &self.kept_before };
        if ways_back(disk) != *kept {
            return Err(format!("the safe copies are those of {:?} instead of {kept:?}", ways_back(disk)));
        }
        kept.iter().try_for_each(|seq| check_way_back(disk, ledger.entry(*seq)))?;
        check_leftovers(disk)
    }
}

fn difference_at(before: &Tree, after: &Tree, path: &str) -> bool {
    match (before.get(path), after.get(path)) {
        (Some(before), Some(after)) => !before.is_like(after),
        (before, after) => before.is_some() != after.is_some(),
    }
}

fn check_way_back(disk: &SimFs, entry: Option<&Entry>) -> Result<(), String> {
    let entry = entry.ok_or("there are safe copies of an entry that is not in the history")?;
    SafeCopies::verify(disk, entry.seq, &entry.steps).map(drop).map_err(|error| told(&error))
}

fn check_leftovers(disk: &SimFs) -> Result<(), String> {
    let names = disk.list(&Place::State(StatePath::root())).map_err(|error| told(&error))?.text;
    let left: BTreeSet<&str> =
        names.iter().map(String::as_str).filter(|name| !LASTING.contains(name)).collect();
    if left.is_empty() { Ok(()) } else { Err(format!("left behind in the state folder: {left:?}")) }
}

/// Everything but the lock, which a recovery may have made.
fn without_lock(disk: &SimFs) -> Tree {
    let mut tree = disk.whole_tree();
    tree.remove(".patchwright/lock");
    tree
}
