//! Decides what to do about a transaction that did not finish, and does it.
//!
//! | found in `.patchwright/t` | meaning | action |
//! |---|---|---|
//! | nothing | clean | none |
//! | nothing but the unarmed intent, or not even objects | not armed, target untouched | discard |
//! | intent | interrupted | a person chooses: undo, or finish when everything is new |
//! | objects, and no intent of either kind | interrupted, and the intent is lost: its second copy says the same | as above |
//! | intent and abort | undone, not tidied | tidy |
//! | intent and commit | done, not tidied | tidy |
//! | anything else | impossible by design | stop; everything is kept |
//!
//! Each of these may have been begun in another folder, of which this one is a copy: [`copied`] tells. Nothing here asks
//! whether that is right; whoever is about to go on with it does.

use std::io;

use super::observe::{holds_originals, observe};
use super::places::{taken_out, touched_places, verify};
use super::record::{self, EndRecord, Intent, RecordRead};
use super::{IoResultExt, TransactionError, exists, finish, layout};
use crate::disk::TargetRoot;
use crate::disk::fs::{Fs, Place, StatKind, StatePath};
use crate::ledger::{Entry, Ledger, read_small};
use crate::model::{Digest, TreePath};

pub use super::interrupted::InterruptedChange;
pub use super::observe::{StepKind, StepState};
pub use super::undo::{OnForeign, Options, UndoAction, UndoTable, Undone, undo, undo_by};

/// Longest list of steps that is read; see the ledger.
const MAX_ENTRY_BYTES: u64 = 64 << 20;

/// What the state folder says about unfinished work.
#[derive(Debug)]
pub enum Unfinished {
    Nothing,
    /// Staging was interrupted: the target is untouched.
    NotArmed,
    /// The target may be between old and new.
    Interrupted(Box<InterruptedChange>),
    /// The change was undone; only tidying is left.
    Undone {
        /// Number of the history entry that says so.
        seq: u64,
    },
    /// The change is done; only tidying is left.
    Done(Intent),
}

/// Reads what the state folder says; changes nothing and needs no lock.
///
/// # Errors
/// [`TransactionError::State`] when the records are damaged or contradict each other.
pub fn inspect(fs: &dyn Fs) -> Result<Unfinished, TransactionError> {
    check_shape(fs)?;
    finish::read_format(fs)?;
    if !exists(fs, &layout::live())? {
        return Ok(Unfinished::Nothing);
    }
    let commit =
        record::read::<EndRecord>(fs, "commit", &layout::commit()).context("read", layout::commit())?;
    let abort = record::read::<EndRecord>(fs, "abort", &layout::abort()).context("read", layout::abort())?;
    let has_outcome = (&commit, &abort) != (&RecordRead::Absent, &RecordRead::Absent);
    let Some((id, intent, digest)) = read_intent(fs, has_outcome)? else { return Ok(Unfinished::NotArmed) };
    let fits = |outcome: &EndRecord| outcome.intent == digest.to_string();
    match (commit, abort) {
        (RecordRead::Absent, RecordRead::Absent) => read_interrupted(fs, id, intent, digest),
        (RecordRead::Whole { body, .. }, RecordRead::Absent) if fits(&body) => Ok(Unfinished::Done(intent)),
        (RecordRead::Absent, RecordRead::Whole { body, .. }) if fits(&body) => {
            Ok(Unfinished::Undone { seq: body.seq })
        }
        (RecordRead::Damaged(detail), _) => Err(TransactionError::State(format!("t/commit: {detail}"))),
        (_, RecordRead::Damaged(detail)) => Err(TransactionError::State(format!("t/abort: {detail}"))),
        _ => Err(TransactionError::State("the outcome in t does not fit its intent".to_owned())),
    }
}

/// Unfinished work that was begun in another folder than the one it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CopiedWork {
    /// What tells it from any other: the digest of its intent.
    pub change: Digest,
    /// What the folder is for the system that it is in now.
    pub here: u64,
}

/// Whether unfinished work was begun in another folder: this one is a copy of that, or was restored from a backup, or the
/// records were put here.
///
/// # Errors
/// As [`inspect`].
pub(crate) fn copied(fs: &dyn Fs) -> Result<Option<CopiedWork>, TransactionError> {
    if !exists(fs, &layout::live())? {
        return Ok(None);
    }
    let Some((_, intent, change)) = read_intent(fs, false)? else { return Ok(None) };
    let here = fs.look(&Place::Root).context("look at", "the folder")?.map_or(0, |found| found.object);
    Ok((intent.root != here).then_some(CopiedWork { change, here }))
}

/// What the change is about, by its intent or, where that is lost or damaged, by the second copy; `None` when nothing
/// was armed. The unarmed intent is on disk before the folder of objects is made, so objects without it belong to a
/// change that was armed, and originals are among them.
fn read_intent(fs: &dyn Fs, has_outcome: bool) -> Result<Option<(String, Intent, Digest)>, TransactionError> {
    let read = |place: &StatePath| record::read::<Intent>(fs, "intent", place).context("read", place);
    let trouble = match read(&layout::intent())? {
        RecordRead::Whole { id, body, digest } => return Ok(Some((id, body, digest))),
        RecordRead::Damaged(detail) => format!("t/intent: {detail}"),
        RecordRead::Absent if has_outcome => "t has an outcome without an intent".to_owned(),
        RecordRead::Absent => {
            let is_unarmed = exists(fs, &record::unfinished(&layout::intent()))?;
            if is_unarmed || !exists(fs, &layout::live().join("objects"))? {
                return Ok(None);
            }
            "t holds originals, and what says where they belong is gone".to_owned()
        }
    };
    match read(&layout::second_intent())? {
        RecordRead::Whole { id, body, digest } => Ok(Some((id, body, digest))),
        RecordRead::Absent | RecordRead::Damaged(_) => Err(TransactionError::State(trouble)),
    }
}

/// Everything of ours must be the folder or file that we made. A link or pipe in its place was planted, and what
/// follows from it is not believed, though no call would follow it.
fn check_shape(fs: &dyn Fs) -> Result<(), TransactionError> {
    let live = layout::live();
    let folders = [
        Ledger::folder(),
        layout::undo(),
        layout::conflicts(),
        layout::dead(),
        layout::staged_entry(),
        live.clone(),
    ];
    let files = [layout::format(), layout::lock()];
    let parts = [
        live.join("objects"),
        live.join("copies"),
        live.join("left"),
        layout::between(&live),
        layout::entry(),
    ];
    let steps = layout::entry().join("entry.json");
    let records = [layout::intent(), layout::second_intent(), layout::commit(), layout::abort(), steps];
    let is_folder = |place: &StatePath| has_shape(fs, place, true);
    let is_file = |place: &StatePath| has_shape(fs, place, false);
    if !is_folder(&StatePath::root())? {
        return Ok(());
    }
    folders.iter().try_for_each(|place| is_folder(place).map(drop))?;
    files.iter().try_for_each(|place| is_file(place).map(drop))?;
    if exists(fs, &live)? {
        parts.iter().try_for_each(|place| is_folder(place).map(drop))?;
        records.iter().try_for_each(|place| is_file(place).map(drop))?;
    }
    Ok(())
}

/// Whether something is at `place`; an error if it is not a folder, or not a file.
fn has_shape(fs: &dyn Fs, place: &StatePath, folder: bool) -> Result<bool, TransactionError> {
    match fs.look(&Place::from(place)).context("look at", place)?.map(|found| found.kind) {
        None => Ok(false),
        Some(StatKind::Dir) if folder => Ok(true),
        Some(StatKind::File { .. }) if !folder => Ok(true),
        Some(_) if folder => Err(TransactionError::State(format!("{place} is not a folder"))),
        Some(_) => Err(TransactionError::State(format!("{place} is not a file"))),
    }
}

/// Reads a file of ours; a longer one was not written by this program.
fn read_ours(fs: &dyn Fs, place: &StatePath, max_bytes: u64) -> Result<Vec<u8>, TransactionError> {
    match read_small(fs, place, max_bytes) {
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            Err(TransactionError::State(format!("{place} is too long")))
        }
        bytes => bytes.context("read", place),
    }
}

fn read_interrupted(
    fs: &dyn Fs,
    id: String,
    intent: Intent,
    intent_digest: Digest,
) -> Result<Unfinished, TransactionError> {
    let place = layout::entry().join("entry.json");
    let bytes = read_ours(fs, &place, MAX_ENTRY_BYTES)?;
    if Digest::compute(&bytes).to_string() != intent.entry {
        return Err(TransactionError::State(format!("{place} is not what the intent names")));
    }
    let entry =
        Entry::from_bytes(&bytes).map_err(|detail| TransactionError::State(format!("{place}: {detail}")))?;
    let head = Ledger::read(fs)?.head();
    if (entry.seq, entry.previous, intent.seq) != (head.seq + 1, head.digest, head.seq + 1) {
        return Err(TransactionError::State("the unfinished work does not follow the history".to_owned()));
    }
    let steps = entry.steps.to_vec();
    Ok(Unfinished::Interrupted(Box::new(InterruptedChange { id, intent, intent_digest, entry, steps })))
}

/// The interrupted transaction of `root`.
///
/// # Errors
/// [`TransactionError::NothingUnfinished`] if there is none; otherwise as [`inspect`].
pub fn interrupted(root: &TargetRoot) -> Result<InterruptedChange, TransactionError> {
    match inspect(root.fs())? {
        Unfinished::Interrupted(interrupted) => Ok(*interrupted),
        _ => Err(TransactionError::NothingUnfinished),
    }
}

/// Whether a process that died while it was tidying has left something that only takes up room.
///
/// # Errors
/// The system's.
pub(crate) fn has_remains(fs: &dyn Fs) -> Result<bool, TransactionError> {
    Ok(exists(fs, &layout::dead())? || exists(fs, &layout::staged_entry())?)
}

/// Removes what needs no decision: an unarmed transaction, or the remains of one that is done or undone.
///
/// # Errors
/// [`TransactionError::Unfinished`] when a person has to decide; otherwise as [`inspect`].
pub fn tidy(root: &TargetRoot) -> Result<(), TransactionError> {
    let fs = root.fs();
    match inspect(fs)? {
        Unfinished::Nothing => finish::bury_remains(fs),
        Unfinished::NotArmed => discard_unarmed(fs),
        // A process may have died between such a record and its sync.
        Unfinished::Undone { seq } => {
            fs.sync(&[Place::from(&layout::live())]).context("write to disk", layout::live())?;
            finish::aborted(fs, seq)
        }
        Unfinished::Done(intent) => {
            fs.sync(&[Place::from(&layout::live())]).context("write to disk", layout::live())?;
            finish::committed(fs, &intent)
        }
        Unfinished::Interrupted(_) => Err(TransactionError::Unfinished),
    }
}

/// Removes what was staged for a change that was not armed. A drive that lied about a sync can have kept the moves and
/// lost the arming: an original among the staged things shows it. Then the change is armed after all.
fn discard_unarmed(fs: &dyn Fs) -> Result<(), TransactionError> {
    let unarmed = record::unfinished(&layout::intent());
    let place = layout::entry().join("entry.json");
    if let RecordRead::Whole { body: intent, .. } =
        record::read::<Intent>(fs, "intent", &unarmed).context("read", &unarmed)?
        && exists(fs, &layout::live().join("objects"))?
    {
        let bytes = read_ours(fs, &place, MAX_ENTRY_BYTES)?;
        if Digest::compute(&bytes).to_string() != intent.entry {
            return Err(TransactionError::State(format!("{place} is not what the intent names")));
        }
        let damaged = |detail| TransactionError::State(format!("{place}: {detail}"));
        if holds_originals(fs, &Entry::from_bytes(&bytes).map_err(damaged)?.steps)? {
            fs.rename(&unarmed, &layout::intent()).context("arm", layout::intent())?;
            fs.sync(&[Place::from(&layout::live())]).context("write to disk", layout::live())?;
            return Err(TransactionError::Unfinished);
        }
    }
    finish::discard(fs)
}

/// Whether every place of an interrupted transaction is already new, so that it can be finished.
///
/// # Errors
/// The system's.
pub(crate) fn can_roll_forward(
    fs: &dyn Fs,
    interrupted: &InterruptedChange,
) -> Result<bool, TransactionError> {
    let observed = observe(fs, &interrupted.steps)?;
    Ok(observed.iter().all(|observed| observed.seen == StepState::After))
}

/// Finishes an interrupted transaction whose every place is already new.
///
/// # Errors
/// [`TransactionError::NotAllNew`] before anything is written.
pub fn roll_forward(root: &TargetRoot, interrupted: &InterruptedChange) -> Result<Entry, TransactionError> {
    let fs = root.fs();
    let steps = &interrupted.steps;
    let observed = observe(fs, steps)?;
    let old: Vec<TreePath> = steps
        .iter()
        .zip(&observed)
        .filter(|(_, observed)| observed.seen != StepState::After)
        .map(|(step, _)| step.path.clone())
        .collect();
    if !old.is_empty() {
        return Err(TransactionError::NotAllNew { paths: old });
    }
    let outcome = EndRecord { intent: interrupted.intent_digest.to_string(), seq: interrupted.intent.seq };
    let unsynced = record::unfinished(&layout::commit());
    finish::remove_tree(fs, &unsynced)?;
    let bytes = record::render("commit", &interrupted.id, &outcome);
    record::write_small(fs, &unsynced, &bytes).context("write", &unsynced)?;
    let mut touched = touched_places(steps);
    touched.extend(taken_out(fs, steps)?);
    touched.push(Place::from(&unsynced));
    fs.sync(&touched).context("write to disk", "the changed folders")?;
    verify(fs, steps)?;
    fs.rename(&unsynced, &layout::commit()).context("commit", layout::commit())?;
    fs.sync(&[Place::from(&layout::live())]).context("write to disk", layout::live())?;
    finish::committed(fs, &interrupted.intent)?;
    Ok(interrupted.entry.clone())
}
