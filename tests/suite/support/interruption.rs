//! A change of a real folder that is cut short, and whether what is left of the folder is right, before and after the
//! recovery.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use patchwright::disk::fs::{Fs, OsFs, STATE_DIR};
use patchwright::ledger::Action;
use patchwright::progress::{CancelToken, Quiet};
use patchwright::workbench::Watch;

use super::child::{Answer, Deed, workbench, workbench_on};
use super::fault_fs::{Call, FaultFs};
use super::product::{Product, install};
use super::real_folder::Tree;

/// What may be in the state folder when nothing is under way. `dead` is rubbish that the next change removes.
const LASTING: [&str; 6] = [".gitignore", "dead", "format", "history", "lock", "undo"];

/// How far a change had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// Nothing in the product has changed.
    NotArmed,
    /// Every place may be old or new.
    Armed,
    /// Everything is new, for good.
    Committed,
}

/// A change, and the folder as it was before it.
pub struct Interruption<'a> {
    deed: Deed,
    product: &'a Product,
    /// As the product was delivered: what a rollback leads to.
    delivered: Tree,
    before: Tree,
}

impl<'a> Interruption<'a> {
    /// Lays everything out in the empty `folder`, up to the moment before the change.
    pub fn prepare(deed: Deed, product: &'a Product, folder: &Path) -> Self {
        install(folder);
        let delivered = Tree::new(folder);
        if matches!(deed, Deed::RollBack | Deed::TurnOff) {
            assert_eq!(start(Deed::Apply, product, folder), Answer::Done);
        }
        Self { deed, product, delivered, before: Tree::new(folder) }
    }

    /// The calls of the change when nothing cuts it short. Makes the change in `folder`.
    pub fn watch(&self, folder: &Path) -> Vec<Call> {
        let disk = OsFs::open(folder).expect("the folder is there");
        let disk = Arc::new(FaultFs::watching(Arc::new(disk)));
        let answer = self.deed.type_in(&workbench_on(disk.clone()), folder, &self.product.bundle());
        assert_eq!(answer, Answer::Done);
        disk.calls()
    }

    /// Looks at what was left, and at what is said about it. Changes nothing.
    pub fn judge_remains(&self, folder: &Path) -> Result<Reached, String> {
        let reached = self.reached(folder);
        let now = Tree::new(folder);
        let wrong = match reached {
            Reached::NotArmed => self.before.lost_in(&now),
            Reached::Armed => {
                // Where two things cannot trade places, the old one is moved out before the new one is moved in.
                let one_gap = !OsFs::open(folder).expect("the folder is there").features().exchange;
                self.before.neither_this_nor(&self.after(), &now, one_gap)
            }
            Reached::Committed => self.unfinished_part(&now),
        };
        fails_on(wrong, &format!("{reached:?}"))?;
        let watch = Watch { progress: &Quiet, cancel: &CancelToken::new() };
        let status = workbench().status(folder, watch).map_err(|error| format!("status fails: {error}"))?;
        if status.unfinished.is_some() != (reached == Reached::Armed) {
            return Err(format!("{reached:?}, and the status says {:?}", status.unfinished));
        }
        if reached == Reached::Armed {
            self.judge_refusals(folder)?;
            fails_on(now.lost_in(&Tree::new(folder)), "after the refusals")?;
        }
        Ok(reached)
    }

    /// Nothing else may be begun on top of unfinished work.
    fn judge_refusals(&self, folder: &Path) -> Result<(), String> {
        for (deed, bundle) in [
            (Deed::Apply, self.product.other_bundle()),
            (Deed::Apply, self.product.bundle()),
            (Deed::RollBack, self.product.bundle()),
        ] {
            let answer = deed.carry_out(&workbench(), folder, &bundle);
            if !answer.is_failed("E-UNFINISHED") {
                return Err(format!("{deed:?} on unfinished work: {answer}"));
            }
        }
        Ok(())
    }

    /// Recovers the folder, in which the change `reached` so far, and looks at it again. Says whether it is new.
    pub fn recover(&self, folder: &Path, reached: Reached) -> Result<bool, String> {
        let answer = start(Deed::Undo, self.product, folder);
        let fitting = if reached == Reached::Armed { Answer::Done } else { Answer::NothingToDo };
        if answer != fitting {
            return Err(format!("recovery of what was {reached:?}: {answer}"));
        }
        let is_new = reached == Reached::Committed;
        self.judge_end(folder, is_new).map(|()| is_new)
    }

    /// As [`Interruption::recover`] when an earlier recovery was cut short, too: what was armed may be put back
    /// already.
    pub fn recover_again(&self, folder: &Path) -> Result<(), String> {
        match start(Deed::Undo, self.product, folder) {
            Answer::Done | Answer::NothingToDo => {
                self.judge_end(folder, false)?;
                self.go_on(folder, false)
            }
            failed @ Answer::Failed { .. } => Err(format!("the second recovery: {failed}")),
        }
    }

    /// Whether a folder in which nothing is under way is wholly new, or wholly old in the very same objects.
    pub fn judge_end(&self, folder: &Path, is_new: bool) -> Result<(), String> {
        let now = Tree::new(folder);
        let wrong = if is_new { self.unfinished_part(&now) } else { self.before.lost_in(&now) };
        fails_on(wrong, if is_new { "not all new" } else { "not all old" })?;
        let leftovers = names_in_state_folder(folder)
            .into_iter()
            .filter(|name| !LASTING.contains(&name.as_str()))
            .collect::<Vec<_>>();
        if !leftovers.is_empty() {
            return Err(format!("left behind in the state folder: {leftovers:?}"));
        }
        self.judge_history(folder, is_new)
    }

    fn judge_history(&self, folder: &Path, is_new: bool) -> Result<(), String> {
        let history = workbench().history(folder).map_err(|error| format!("history fails: {error}"))?;
        let actions: Vec<Action> = history.entries.iter().map(|entry| entry.action).collect();
        let (earlier, own): (&[Action], Action) = match self.deed {
            Deed::RollBack => (&[Action::Apply], Action::Rollback),
            Deed::TurnOff => (&[Action::Apply], Action::Toggle),
            Deed::Apply | Deed::Undo => (&[], Action::Apply),
        };
        let fits = match actions.strip_prefix(earlier) {
            Some([]) | Some([Action::PutBack]) => !is_new,
            Some([action]) => is_new && *action == own,
            _ => false,
        };
        if fits { Ok(()) } else { Err(format!("the history says {actions:?}")) }
    }

    /// Whether a folder to which patch and rollback came in turn, `changes` times in all, is as the last one leaves it.
    pub fn judge_changes(&self, folder: &Path, changes: usize) -> Result<(), String> {
        let history = workbench().history(folder).map_err(|error| format!("history fails: {error}"))?;
        let actions: Vec<Action> = history.entries.iter().map(|entry| entry.action).collect();
        let in_turn = [Action::Apply, Action::Rollback].into_iter().cycle().take(changes);
        if !actions.iter().copied().eq(in_turn) {
            return Err(format!("{changes} changes, and the history says {actions:?}"));
        }
        let now = Tree::new(folder);
        let wrong = if changes % 2 == 1 { self.after().unlike(&now) } else { self.delivered.unlike(&now) };
        fails_on(wrong, &format!("after {changes} changes"))
    }

    /// The change that was cut short can simply be made now, or taken back if it was finished.
    pub fn go_on(&self, folder: &Path, is_new: bool) -> Result<(), String> {
        let (deed, is_new_then) = match (self.deed, is_new) {
            (Deed::Apply | Deed::TurnOff, true) => (Deed::RollBack, false),
            (Deed::RollBack, true) => (Deed::Apply, false),
            (deed, _) => (deed, true),
        };
        match start(deed, self.product, folder) {
            Answer::Done => {}
            other => return Err(format!("{deed:?} afterwards: {other}")),
        }
        let now = Tree::new(folder);
        // A rollback takes the patch out with its switch, wherever that stands.
        let old = if self.deed == Deed::TurnOff { &self.delivered } else { &self.before };
        let wrong = if is_new_then { self.unfinished_part(&now) } else { old.unlike(&now) };
        fails_on(wrong, "after going on")?;
        match names_in_state_folder(folder).iter().any(|name| name == "dead") {
            true => Err("rubbish is left behind in the state folder".to_owned()),
            false => Ok(()),
        }
    }

    fn reached(&self, folder: &Path) -> Reached {
        let state = folder.join(STATE_DIR);
        let has = |name: &str| state.join("t").join(name).exists();
        let kept = match self.deed {
            Deed::RollBack | Deed::TurnOff => "undo/00000002",
            Deed::Apply | Deed::Undo => "undo/00000001",
        };
        match () {
            () if has("abort") => Reached::NotArmed,
            () if has("commit") || state.join(kept).exists() => Reached::Committed,
            () if has("intent") => Reached::Armed,
            () => Reached::NotArmed,
        }
    }

    /// What is not yet as the change leaves it.
    fn unfinished_part(&self, now: &Tree) -> Option<String> {
        match self.deed {
            Deed::RollBack => self.delivered.not_back_in(&Tree::new(&self.product.new_edition()), now),
            Deed::Apply | Deed::Undo | Deed::TurnOff => {
                let after = self.after();
                after.unlike(now).or_else(|| self.before.bystanders_lost_in(&after, now))
            }
        }
    }

    fn after(&self) -> Tree {
        match self.deed {
            Deed::RollBack => self.delivered.clone(),
            Deed::Apply | Deed::Undo => Tree::new(&self.product.new_edition()),
            Deed::TurnOff => Tree::new(&self.product.switched_edition()),
        }
    }
}

fn start(deed: Deed, product: &Product, folder: &Path) -> Answer {
    deed.carry_out(&workbench(), folder, &product.bundle())
}

fn fails_on(wrong: Option<String>, story: &str) -> Result<(), String> {
    wrong.map_or(Ok(()), |wrong| Err(format!("{story}: {wrong}")))
}

fn names_in_state_folder(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder.join(STATE_DIR)) else { return Vec::new() };
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("a folder can be listed").file_name();
    entries.map(|entry| name(entry).to_string_lossy().into_owned()).collect()
}
