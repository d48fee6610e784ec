//! Makes an armed transaction true: swap, sync, verify, commit. Whatever fails on the way is put back at once.

use std::io;

use super::places::{taken_out, touched_places, verify};
use super::record::{self, EndRecord};
use super::recover::{self, OnForeign};
use super::{
    ArmedTransaction, ChangeFailure, FolderCondition, IoResultExt, TransactionError, caught, check_path,
    finish, is_empty, layout,
};
use crate::disk::fs::{Fs, Place, Stat, StatePath};
use crate::ledger::{Entry, EntryFact};
use crate::model::{Node, Step, TreePath};
use crate::progress::{CancelToken, Phase, Quiet};

/// Proof that a change is done: every new file was read back, and the commit record is on disk.
#[derive(Debug)]
#[must_use]
pub struct Receipt {
    /// The history entry.
    pub entry: Entry,
    /// Why tidying up afterwards did not succeed, if so. The change is done; the next start tidies.
    pub untidy: Option<TransactionError>,
}

impl ArmedTransaction<'_> {
    /// Makes the change.
    ///
    /// # Errors
    /// [`FolderCondition::PutBack`] when everything is as before; [`FolderCondition::NeedsPerson`] when undoing it failed
    /// too: then everything is kept for [`recover`]. [`FolderCondition::Changed`] when all is done, in a folder that is no
    /// more where it was.
    pub fn commit(self) -> Result<Receipt, ChangeFailure> {
        let fs = self.request.root.fs();
        match caught(|| self.swap_and_verify(fs).and_then(|()| self.make_durable(fs))) {
            Ok(()) => {
                let untidy = caught(|| finish::committed(fs, &self.intent)).err();
                check_path(fs, self.request.path).map_err(ChangeFailure::after_the_change)?;
                Ok(Receipt { entry: self.request.entry, untidy })
            }
            Err(cause) => Err(self.put_back(cause)),
        }
    }

    fn swap_and_verify(&self, fs: &dyn Fs) -> Result<(), TransactionError> {
        let steps = self.request.plan.steps();
        self.request.progress.begin(Phase::Changing, steps.len() as u64);
        let kept_open = fs.keep_folders_open();
        for (n, step) in steps.iter().enumerate() {
            self.request.cancel.check()?;
            swap(fs, n, step, self.request.observed.get(&step.path))?;
            self.request.progress.advance(1);
        }
        drop(kept_open);
        let outcome = EndRecord { intent: self.intent_digest.to_string(), seq: self.intent.seq };
        let unsynced = record::unfinished(&layout::commit());
        record::write_small(fs, &unsynced, &record::render("commit", &self.id, &outcome))
            .context("write", &unsynced)?;
        let mut touched = touched_places(steps);
        touched.extend(taken_out(fs, steps)?);
        touched.push(Place::from(&unsynced));
        fs.sync(&touched).context("write to disk", "the changed folders")?;
        self.request.progress.begin(Phase::Verifying, steps.len() as u64);
        verify(fs, steps)
    }

    /// The point of no return.
    fn make_durable(&self, fs: &dyn Fs) -> Result<(), TransactionError> {
        let (unsynced, commit) = (record::unfinished(&layout::commit()), layout::commit());
        fs.rename(&unsynced, &commit).context("commit", &commit)?;
        let live = Place::from(&layout::live());
        let synced = fs.sync(std::slice::from_ref(&live)).context("write to disk", layout::live());
        if synced.is_err() {
            // Nobody knows whether the commit is on disk. It must be gone for certain before anything is undone,
            // or a crash in the undo would be taken for a finished change.
            fs.rename(&commit, &unsynced).context("roll back", &commit)?;
            fs.sync(&[live]).context("write to disk", layout::live())?;
        }
        synced
    }

    fn put_back(&self, cause: TransactionError) -> ChangeFailure {
        let root = self.request.root;
        let committed = !matches!(
            record::read::<EndRecord>(root.fs(), "commit", &layout::commit()),
            Ok(record::RecordRead::Absent)
        );
        if committed {
            return ChangeFailure::needs_person(cause);
        }
        self.request.progress.begin(Phase::PuttingBack, self.request.plan.steps().len() as u64);
        let undone = recover::interrupted(root).and_then(|interrupted| {
            let options = recover::Options {
                on_foreign: OnForeign::JustFailed,
                reason: EntryFact::ChangeFailed { error: cause.to_string() },
                environment: self.request.environment,
                progress: &Quiet,
                cancel: &CancelToken::new(),
                originals: None,
            };
            caught(|| recover::undo(root, &interrupted, &options))
        });
        match undone {
            Ok(_) => ChangeFailure { condition: FolderCondition::PutBack, cause, undo: None },
            Err(undo) => {
                ChangeFailure { condition: FolderCondition::NeedsPerson, cause, undo: Some(Box::new(undo)) }
            }
        }
    }
}

/// Lets one step's two things trade places.
fn swap(fs: &dyn Fs, n: usize, step: &Step, expected: Option<&Stat>) -> Result<(), TransactionError> {
    let object = layout::object(&layout::live(), n);
    let path = &step.path;
    match (&step.before, &step.after) {
        (None, None) => Ok(()),
        (None, Some(_)) => moved(fs.move_in(&object, path), "put the new file at", path),
        (Some(Node::Dir(_)), Some(Node::Dir(mode))) => {
            moved(fs.set_dir_mode(path, *mode), "set the permissions of the folder", path)
        }
        (Some(_), None) => {
            moved(fs.move_out(path, &object), "remove", path)?;
            keep_if_expected(fs, path, &object, step, expected)
        }
        (Some(_), Some(_)) if fs.features().exchange => {
            moved(fs.exchange(&object, path), "exchange", path)?;
            keep_if_expected(fs, path, &object, step, expected)
        }
        (Some(_), Some(_)) => {
            let aside = layout::aside(&layout::live(), n);
            moved(fs.move_out(path, &aside), "back up", path)?;
            moved(fs.move_in(&object, path), "put the new file at", path)?;
            keep_if_expected(fs, path, &aside, step, expected)
        }
    }
}

/// What a move in the product came to. It was planned for what was there a moment ago, so something that is missing
/// or in the way is somebody else's doing.
fn moved(result: io::Result<()>, doing: &'static str, path: &TreePath) -> Result<(), TransactionError> {
    match result {
        Err(error) if matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound) => {
            Err(TransactionError::ChangedMeanwhile { path: path.clone() })
        }
        result => result.context(doing, path),
    }
}

/// The thing that came out must be the one that was hashed, unchanged since; a folder must be empty. Otherwise
/// somebody else was at work: the caller puts everything back, this step included.
fn keep_if_expected(
    fs: &dyn Fs,
    path: &TreePath,
    out: &StatePath,
    step: &Step,
    expected: Option<&Stat>,
) -> Result<(), TransactionError> {
    let place = Place::from(out);
    let found = fs.look(&place).context("look at what was at", path)?;
    let unchanged = match (&found, expected) {
        // A folder's own time changes when its entries are taken out, which is what the steps before this did.
        (Some(found), Some(expected)) if matches!(step.before, Some(Node::Dir(_))) => {
            found.object == expected.object
        }
        (Some(found), Some(expected)) => {
            (found.object, found.kind, found.mode, found.modified_nanos)
                == (expected.object, expected.kind, expected.mode, expected.modified_nanos)
        }
        _ => false,
    };
    let empty = !matches!(step.before, Some(Node::Dir(_)))
        || is_empty(fs, &place).context("list what was at", path)?;
    if unchanged && empty { Ok(()) } else { Err(TransactionError::ChangedMeanwhile { path: path.clone() }) }
}
