//! Decides what to do about a transaction that did not finish, and does it.
//!
//! | found in `.patchwright/t` | meaning | action |
//! |---|---|---|
//! | nothing | clean | none |
//! | no intent | not armed, target untouched | discard |
//! | intent | interrupted | a person chooses: undo, or finish when everything is new |
//! | intent and abort | undone, not tidied | tidy |
//! | intent and commit | done, not tidied | tidy |
//! | anything else | impossible by design | stop; everything is kept |
//!
//! Undo looks at each place and at the step's object, decides from [`UndoTable`], and only then moves anything. It
//! can be cut at any point and run again.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::record::{self, Intent, Outcome, Read};
use super::{TransactionError, While, commit, exists, finish, is_empty, layout};
use crate::environment::Environment;
use crate::model::{Digest, Node, Step, TreePath};
use crate::progress::{CancelToken, Phase, Progress};
use crate::target::fs::{Fs, Place, StatePath};
use crate::target::ledger::{Action, Entry, Ledger, read_small};
use crate::target::{TargetRoot, node_at};

/// Longest list of steps that is read; see the ledger.
const MAX_ENTRY_BYTES: u64 = 64 << 20;

/// What the state folder says about unfinished work.
#[derive(Debug)]
pub enum Unfinished {
    /// Nothing.
    Nothing,
    /// Staging was interrupted: the target is untouched.
    NotArmed,
    /// The target may be between old and new.
    Interrupted(Box<Interrupted>),
    /// The change was undone; only tidying is left.
    Undone {
        /// Number of the history entry that says so.
        seq: u64,
    },
    /// The change is done; only tidying is left.
    Done(Tidying),
}

/// What is left to do after a commit.
#[derive(Debug)]
pub struct Tidying {
    pub(super) intent: Intent,
    /// The bytes of the committed entry, unless it is in the history already.
    pub entry: Option<Vec<u8>>,
}

/// An interrupted transaction.
#[derive(Debug)]
pub struct Interrupted {
    pub(super) id: String,
    pub(super) intent: Intent,
    pub(super) intent_digest: Digest,
    /// What it was about to do.
    pub entry: Entry,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// What to do with things of other people that stand in the way of an undo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnForeign {
    /// Change nothing and say so.
    Stop,
    /// Move them to `.patchwright/conflict`, then put the original back.
    PutAside,
}

/// How to undo or finish.
pub struct Options<'a> {
    /// What to do with things of other people.
    pub on_foreign: OnForeign,
    /// Why it is undone, for the history.
    pub reason: String,
    /// Time and chance.
    pub environment: &'a Environment,
    /// Hears how it goes.
    pub progress: &'a dyn Progress,
    /// Heard only before the first move.
    pub cancel: &'a CancelToken,
}

/// What an undo did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Undone {
    /// Places that had been changed and are as before again.
    pub put_back: usize,
    /// Places whose original had been changed meanwhile by somebody else; the newer content is what was put back.
    pub newer: Vec<TreePath>,
    /// New folders that somebody put something into; they stay.
    pub folders_kept: Vec<TreePath>,
    /// Things of other people that were put aside, and where they are now.
    pub put_aside: Vec<(TreePath, StatePath)>,
}

/// Reads what the state folder says; changes nothing and needs no lock.
///
/// # Errors
/// [`TransactionError::State`] when the records are damaged, contradict each other or belong to another folder.
pub fn inspect(fs: &dyn Fs) -> Result<Unfinished, TransactionError> {
    check_format(fs)?;
    if !exists(fs, &layout::live())? {
        return Ok(Unfinished::Nothing);
    }
    let intent = record::read::<Intent>(fs, "intent", &layout::intent()).while_("read", layout::intent())?;
    let commit = record::read::<Outcome>(fs, "commit", &layout::commit()).while_("read", layout::commit())?;
    let abort = record::read::<Outcome>(fs, "abort", &layout::abort()).while_("read", layout::abort())?;
    let (id, intent, digest) = match (intent, &commit, &abort) {
        (Read::Absent, Read::Absent, Read::Absent) => return Ok(Unfinished::NotArmed),
        (Read::Whole { id, body, digest }, ..) => (id, body, digest),
        (Read::Damaged(detail), ..) => return Err(TransactionError::State(format!("t/intent: {detail}"))),
        (Read::Absent, ..) => {
            return Err(TransactionError::State("t has an outcome without an intent".to_owned()));
        }
    };
    let root = fs.look(&Place::Root).while_("look at", "the folder")?.map_or(0, |found| found.object);
    if intent.root != root {
        return Err(TransactionError::State("the unfinished work was begun in another folder".to_owned()));
    }
    let fits = |outcome: &Outcome| outcome.intent == digest.to_string();
    match (commit, abort) {
        (Read::Absent, Read::Absent) => read_interrupted(fs, id, intent, digest),
        (Read::Whole { body, .. }, Read::Absent) if fits(&body) => {
            let entry = layout::entry().join("entry.json");
            let entry = match exists(fs, &layout::entry())? {
                true => Some(read_small(fs, &entry, MAX_ENTRY_BYTES).while_("read", &entry)?),
                false => None,
            };
            Ok(Unfinished::Done(Tidying { intent, entry }))
        }
        (Read::Absent, Read::Whole { body, .. }) if fits(&body) => Ok(Unfinished::Undone { seq: body.seq }),
        (Read::Damaged(detail), _) => Err(TransactionError::State(format!("t/commit: {detail}"))),
        (_, Read::Damaged(detail)) => Err(TransactionError::State(format!("t/abort: {detail}"))),
        _ => Err(TransactionError::State("the outcome in t does not fit its intent".to_owned())),
    }
}

fn check_format(fs: &dyn Fs) -> Result<(), TransactionError> {
    let place = layout::format();
    if !exists(fs, &place)? {
        return Ok(());
    }
    match read_small(fs, &place, 1 << 10) {
        // A cut while the very first transaction was being staged leaves an unfinished line.
        Ok(bytes) if super::prepare::FORMAT.starts_with(&bytes) || bytes.iter().all(|&byte| byte == 0) => {
            Ok(())
        }
        Ok(_) => {
            Err(TransactionError::State("they were written by another version of the program".to_owned()))
        }
        Err(source) => Err(source).while_("read", &place),
    }
}

fn read_interrupted(
    fs: &dyn Fs,
    id: String,
    intent: Intent,
    intent_digest: Digest,
) -> Result<Unfinished, TransactionError> {
    let place = layout::entry().join("entry.json");
    let bytes = read_small(fs, &place, MAX_ENTRY_BYTES).while_("read", &place)?;
    if Digest::of(&bytes).to_string() != intent.entry {
        return Err(TransactionError::State(format!("{place} is not what the intent names")));
    }
    let entry =
        Entry::from_bytes(&bytes).map_err(|detail| TransactionError::State(format!("{place}: {detail}")))?;
    let head = Ledger::read(fs)?.head();
    if (entry.seq, entry.previous, intent.seq) != (head.seq + 1, head.digest, head.seq + 1) {
        return Err(TransactionError::State("the unfinished work does not follow the history".to_owned()));
    }
    let steps = entry.steps()?;
    Ok(Unfinished::Interrupted(Box::new(Interrupted { id, intent, intent_digest, entry, steps })))
}

/// The interrupted transaction of `root`.
///
/// # Errors
/// [`TransactionError::NothingUnfinished`] if there is none; otherwise as [`inspect`].
pub fn interrupted(root: &TargetRoot) -> Result<Interrupted, TransactionError> {
    match inspect(root.fs())? {
        Unfinished::Interrupted(interrupted) => Ok(*interrupted),
        _ => Err(TransactionError::NothingUnfinished),
    }
}

/// Removes what needs no decision: an unarmed transaction, or the remains of one that is done or undone.
///
/// # Errors
/// [`TransactionError::Unfinished`] when a person has to decide; otherwise as [`inspect`].
pub fn tidy(root: &TargetRoot) -> Result<(), TransactionError> {
    let fs = root.fs();
    match inspect(fs)? {
        Unfinished::Nothing => finish::bury(fs),
        Unfinished::NotArmed => finish::discard(fs),
        Unfinished::Undone { seq } => finish::aborted(fs, seq),
        Unfinished::Done(tidying) => finish::committed(fs, &tidying.intent),
        Unfinished::Interrupted(_) => Err(TransactionError::Unfinished),
    }
}

/// What kind of exchange a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// Something becomes something else.
    Modify,
    /// Nothing becomes something.
    Create,
    /// Nothing becomes a folder.
    CreateDir,
    /// Something becomes nothing.
    Delete,
    /// A folder gets other permissions.
    DirMode,
}

impl StepKind {
    /// The kind of `step`.
    pub fn of(step: &Step) -> Self {
        match (&step.before, &step.after) {
            (Some(Node::Dir(_)), Some(Node::Dir(_))) => StepKind::DirMode,
            (Some(_), Some(_)) => StepKind::Modify,
            (Some(_), None) => StepKind::Delete,
            (None, Some(Node::Dir(_))) => StepKind::CreateDir,
            (None, _) => StepKind::Create,
        }
    }
}

/// What is seen at a step's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// What was there before.
    Before,
    /// What the step leaves.
    After,
    /// Nothing, although neither before nor after is nothing.
    Nothing,
    /// Something else, and the step has not been done: somebody changed it before we came to it.
    OtherUntouched,
    /// Something else, and the step has been done: somebody changed it since.
    OtherSince,
}

/// What undoing one step takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UndoAction {
    /// Nothing.
    Leave,
    /// The new thing goes back to our folder.
    TakeOut,
    /// The new folder goes back to our folder if nobody put anything into it.
    TakeOutIfEmpty,
    /// The original comes back to the empty place.
    PutIn,
    /// The new thing and the original trade places.
    TradeBack,
    /// The folder gets its permissions back.
    SetMode,
    /// A person decides about somebody else's thing.
    Ask,
}

/// The table of all undo decisions. [`UndoTable::default`] is the right one; a test takes single cells out to prove
/// that each is needed.
#[derive(Debug, Clone, Default)]
pub struct UndoTable {
    removed: Option<(StepKind, Seen)>,
}

impl UndoTable {
    /// Every cell that asks for something to be done.
    pub const CELLS: &'static [(StepKind, Seen, UndoAction)] = &[
        (StepKind::Modify, Seen::After, UndoAction::TradeBack),
        (StepKind::Modify, Seen::Nothing, UndoAction::PutIn),
        (StepKind::Modify, Seen::OtherSince, UndoAction::Ask),
        (StepKind::Create, Seen::After, UndoAction::TakeOut),
        (StepKind::Create, Seen::OtherSince, UndoAction::Ask),
        (StepKind::CreateDir, Seen::After, UndoAction::TakeOutIfEmpty),
        (StepKind::CreateDir, Seen::OtherSince, UndoAction::Ask),
        (StepKind::Delete, Seen::After, UndoAction::PutIn),
        (StepKind::Delete, Seen::OtherSince, UndoAction::Ask),
        (StepKind::DirMode, Seen::After, UndoAction::SetMode),
        (StepKind::DirMode, Seen::OtherSince, UndoAction::Ask),
        (StepKind::DirMode, Seen::Nothing, UndoAction::Ask),
    ];

    /// The table without one cell: nothing is done there.
    pub fn without(kind: StepKind, seen: Seen) -> Self {
        Self { removed: Some((kind, seen)) }
    }

    /// What to do.
    pub fn action(&self, kind: StepKind, seen: Seen) -> UndoAction {
        let cell = Self::CELLS.iter().find(|(k, s, _)| (*k, *s) == (kind, seen));
        match cell {
            Some((_, _, action)) if self.removed != Some((kind, seen)) => *action,
            _ => UndoAction::Leave,
        }
    }
}

/// Where and how the original of a step is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Original {
    /// There is none, because nothing was there or the step is not done.
    None,
    /// It is whole.
    Whole(StatePath),
    /// It is not what was hashed: it was changed or replaced in the moment before the step.
    Newer(StatePath),
}

struct Observed {
    seen: Seen,
    original: Original,
}

fn observe(fs: &dyn Fs, n: usize, step: &Step) -> Result<Observed, TransactionError> {
    let node = |place: &Place| node_at(fs, place).while_("read", place);
    let kind = StepKind::of(step);
    let live = layout::live();
    let (object, aside) = (layout::object(&live, n), layout::aside(&live, n));
    // Our own folder tells whether the step was done, whatever other people did to the place.
    let in_object = node(&Place::from(&object))?;
    let in_aside = node(&Place::from(&aside))?;
    let original = match (kind, &in_aside) {
        (StepKind::Create | StepKind::CreateDir | StepKind::DirMode, _) => None,
        (_, Some(_)) => in_aside.map(|node| (node, aside)),
        (StepKind::Modify, None) if in_object == step.after => None,
        (_, None) => in_object.clone().map(|node| (node, object)),
    };
    let done = match kind {
        StepKind::Create | StepKind::CreateDir => in_object.is_none(),
        StepKind::DirMode => true,
        StepKind::Modify | StepKind::Delete => original.is_some(),
    };
    let at_place = node_at(fs, &Place::from(&step.path));
    let seen = match at_place {
        // A parent that is gone or replaced by something else leaves nothing at the place.
        Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => Seen::OtherUntouched,
        Err(error) if error.kind() == std::io::ErrorKind::InvalidInput => other(done),
        Err(error) => return Err(error).while_("read", &step.path),
        Ok(node) if node == step.before => Seen::Before,
        Ok(node) if node == step.after => Seen::After,
        Ok(None) => Seen::Nothing,
        Ok(Some(_)) => other(done),
    };
    let original = match original {
        None => Original::None,
        Some((node, place)) if Some(&node) == step.before.as_ref() => Original::Whole(place),
        Some((_, place)) => Original::Newer(place),
    };
    Ok(Observed { seen, original })
}

fn other(done: bool) -> Seen {
    if done { Seen::OtherSince } else { Seen::OtherUntouched }
}

/// One thing to move, decided before anything is moved.
struct Move<'a> {
    n: usize,
    step: &'a Step,
    action: UndoAction,
    original: Option<StatePath>,
    foreign_first: bool,
}

/// Everything that an undo will do, in order, or why it must not begin.
fn decide<'a>(
    steps: &'a [Step],
    observed: &[Observed],
    table: &UndoTable,
    on_foreign: OnForeign,
) -> Result<(Vec<Move<'a>>, Undone), TransactionError> {
    let (mut moves, mut report, mut foreign) = (Vec::new(), Undone::default(), Vec::new());
    // Backwards: what was done last is taken back first.
    for (n, (step, Observed { seen, original })) in steps.iter().zip(observed).enumerate().rev() {
        let kind = StepKind::of(step);
        let original = match original {
            Original::None => None,
            Original::Whole(place) => Some(place.clone()),
            Original::Newer(place) => {
                report.newer.push(step.path.clone());
                Some(place.clone())
            }
        };
        let mut action = table.action(kind, *seen);
        let foreign_first = action == UndoAction::Ask;
        if foreign_first {
            foreign.push(step.path.clone());
            action = if original.is_some() { UndoAction::PutIn } else { UndoAction::Leave };
        }
        if matches!(action, UndoAction::PutIn | UndoAction::TradeBack) && original.is_none() {
            return Err(TransactionError::OriginalLost { path: step.path.clone() });
        }
        if action != UndoAction::Leave || foreign_first {
            moves.push(Move { n, step, action, original, foreign_first });
        }
    }
    if !foreign.is_empty() && on_foreign == OnForeign::Stop {
        return Err(TransactionError::Foreign { paths: foreign });
    }
    Ok((moves, report))
}

/// Puts everything back as it was before the interrupted transaction.
///
/// # Errors
/// [`TransactionError::Foreign`] and [`TransactionError::OriginalLost`] before the first move; the system's at any
/// point. In each case everything is kept and the undo can be run again.
pub fn undo(
    root: &TargetRoot,
    interrupted: &Interrupted,
    options: &Options<'_>,
) -> Result<Undone, TransactionError> {
    undo_by(&UndoTable::default(), root, interrupted, options)
}

/// [`undo`] by another table.
///
/// # Errors
/// As [`undo`].
pub fn undo_by(
    table: &UndoTable,
    root: &TargetRoot,
    interrupted: &Interrupted,
    options: &Options<'_>,
) -> Result<Undone, TransactionError> {
    let fs = root.fs();
    let steps = &interrupted.steps;
    options.cancel.check()?;
    let observed: Vec<Observed> =
        (0..steps.len()).into_par_iter().map(|n| observe(fs, n, &steps[n])).collect::<Result<_, _>>()?;
    let (moves, mut report) = decide(steps, &observed, table, options.on_foreign)?;
    options.cancel.check()?;
    options.progress.begin(Phase::PuttingBack, moves.len() as u64);
    let conflicts = layout::conflict(&interrupted.id);
    if moves.iter().any(|step| step.foreign_first) {
        finish::make_folders(fs, &[StatePath::new("conflict"), conflicts.clone()])?;
    }
    for step in &moves {
        carry_out(fs, step, &conflicts, &mut report)?;
        options.progress.advance(1);
    }
    let remarks = remarks(&report, &options.reason);
    write_abort(fs, interrupted, options.environment, remarks)?;
    let mut touched = touched_for_undo(fs, steps, &report)?;
    touched.extend(abort_places());
    fs.sync(&touched).while_("write to disk", "the folders that were put back")?;
    fs.rename(&record::unfinished(&layout::abort()), &layout::abort())
        .while_("record in", layout::abort())?;
    fs.sync(&[Place::from(&layout::live())]).while_("write to disk", layout::live())?;
    finish::aborted(fs, interrupted.intent.seq)?;
    Ok(report)
}

fn carry_out(
    fs: &dyn Fs,
    step: &Move<'_>,
    conflicts: &StatePath,
    report: &mut Undone,
) -> Result<(), TransactionError> {
    let path = &step.step.path;
    let object = layout::object(&layout::live(), step.n);
    if step.foreign_first && fs.look(&Place::from(path)).while_("look at", path)?.is_some() {
        let aside = conflicts.join(step.n);
        fs.move_out(path, &aside).while_("put aside", path)?;
        report.put_aside.push((path.clone(), aside));
    }
    match (step.action, &step.original) {
        (UndoAction::TakeOut, _) => fs.move_out(path, &object).while_("take away", path)?,
        (UndoAction::TakeOutIfEmpty, _) => {
            if !is_empty(fs, &Place::from(path)).while_("list", path)? {
                report.folders_kept.push(path.clone());
                return Ok(());
            }
            fs.move_out(path, &object).while_("take away the folder", path)?;
        }
        (UndoAction::PutIn, Some(original)) => fs.move_in(original, path).while_("put back", path)?,
        (UndoAction::TradeBack, Some(original)) if fs.features().exchange => {
            fs.exchange(original, path).while_("put back", path)?;
        }
        (UndoAction::TradeBack, Some(original)) => {
            fs.move_out(path, &object).while_("take away", path)?;
            fs.move_in(original, path).while_("put back", path)?;
        }
        (UndoAction::SetMode, _) => {
            let mode = step.step.before.as_ref().and_then(Node::mode);
            let mode = mode.expect("a step of this kind has a folder before");
            fs.set_dir_mode(path, mode).while_("set the permissions of the folder", path)?;
        }
        (UndoAction::Leave | UndoAction::Ask | UndoAction::PutIn | UndoAction::TradeBack, _) => return Ok(()),
    }
    report.put_back += 1;
    Ok(())
}

/// Folders to sync after an undo: those that are still or again there.
fn touched_for_undo(fs: &dyn Fs, steps: &[Step], report: &Undone) -> Result<Vec<Place>, TransactionError> {
    let inverse: Vec<Step> = steps.iter().map(Step::inverse).collect();
    let mut places: BTreeSet<Place> = commit::touched_places(&inverse).into_iter().collect();
    places.extend(report.folders_kept.iter().map(Place::from));
    let mut present = Vec::new();
    for place in places {
        let found = fs.look(&place).or_else(|error| match error.kind() {
            std::io::ErrorKind::NotADirectory => Ok(None),
            _ => Err(error),
        });
        if found.while_("look at", &place)?.is_some() {
            present.push(place);
        }
    }
    for aside in &report.put_aside {
        present.extend(aside.1.parent().map(Place::State));
    }
    Ok(present)
}

fn remarks(report: &Undone, reason: &str) -> Vec<String> {
    let mut remarks = vec![reason.to_owned()];
    remarks.extend(report.newer.iter().map(|path| format!("kept the newer content of {path}")));
    remarks.extend(report.folders_kept.iter().map(|path| format!("kept the folder {path}, which is in use")));
    remarks.extend(report.put_aside.iter().map(|(path, aside)| format!("put {path} aside as {aside}")));
    remarks
}

fn write_abort(
    fs: &dyn Fs,
    interrupted: &Interrupted,
    environment: &Environment,
    remarks: Vec<String>,
) -> Result<(), TransactionError> {
    let mut entry = Entry::after(&Ledger::read(fs)?.head(), Action::PutBack, environment);
    entry.patch = interrupted.entry.patch.clone();
    entry.remarks = remarks;
    let outcome = Outcome { intent: interrupted.intent_digest.to_string(), seq: interrupted.intent.seq };
    let unsynced = record::unfinished(&layout::abort());
    // An undo that was cut may have left these behind.
    finish::remove_tree(fs, &layout::undone())?;
    finish::remove_tree(fs, &unsynced)?;
    finish::make_folders(fs, &[layout::undone()])?;
    let place = layout::undone().join("entry.json");
    record::write_small(fs, &place, &entry.to_bytes()).while_("write", &place)?;
    let bytes = record::render("abort", &interrupted.id, &outcome);
    record::write_small(fs, &unsynced, &bytes).while_("write", &unsynced)
}

fn abort_places() -> impl Iterator<Item = Place> {
    let undone = layout::undone();
    [undone.join("entry.json"), undone, record::unfinished(&layout::abort())].into_iter().map(Place::State)
}

/// Finishes an interrupted transaction whose every place is already new.
///
/// # Errors
/// [`TransactionError::NotAllNew`] before anything is written.
pub fn roll_forward(root: &TargetRoot, interrupted: &Interrupted) -> Result<Entry, TransactionError> {
    let fs = root.fs();
    let steps = &interrupted.steps;
    let observed: Vec<Observed> =
        (0..steps.len()).into_par_iter().map(|n| observe(fs, n, &steps[n])).collect::<Result<_, _>>()?;
    let old: Vec<TreePath> = steps
        .iter()
        .zip(&observed)
        .filter(|(_, observed)| observed.seen != Seen::After)
        .map(|(step, _)| step.path.clone())
        .collect();
    if !old.is_empty() {
        return Err(TransactionError::NotAllNew { paths: old });
    }
    let outcome = Outcome { intent: interrupted.intent_digest.to_string(), seq: interrupted.intent.seq };
    let unsynced = record::unfinished(&layout::commit());
    finish::remove_tree(fs, &unsynced)?;
    let bytes = record::render("commit", &interrupted.id, &outcome);
    record::write_small(fs, &unsynced, &bytes).while_("write", &unsynced)?;
    let mut touched = commit::touched_places(steps);
    touched.push(Place::from(&unsynced));
    fs.sync(&touched).while_("write to disk", "the changed folders")?;
    commit::verify(fs, steps)?;
    fs.rename(&unsynced, &layout::commit()).while_("commit", layout::commit())?;
    fs.sync(&[Place::from(&layout::live())]).while_("write to disk", layout::live())?;
    finish::committed(fs, &interrupted.intent)?;
    Ok(interrupted.entry.clone())
}
