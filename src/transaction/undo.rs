//! Takes an interrupted transaction back.
//!
//! Undo looks at each place and at the step's object, decides from [`UndoTable`], and only then moves anything. It
//! can be cut at any point and run again.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;

use super::interrupted::InterruptedChange;
use super::observe::{Observed, Original, StepKind, StepState, find_folders_in_use, observe};
use super::originals::{Unlike, UnlikePlace, provide, unlike};
use super::places::touched_places;
use super::record::{self, EndRecord};
use super::{Contents, IoResultExt, TransactionError, finish, is_empty, layout};
use crate::disk::TargetRoot;
use crate::disk::fs::{Fs, Place, Stat, StatKind, StatePath};
use crate::environment::Environment;
use crate::ledger::{Action, Entry, EntryFact, Ledger};
use crate::model::{Node, Step, TreePath};
use crate::progress::{CancelToken, Phase, Progress};
use crate::text::said_of;

/// What to do with things of other people that hinder an undo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnForeign {
    /// Change nothing and say so, unless everything will be exactly as before.
    Stop,
    /// The change failed a moment ago. What others did to a place in that moment is left as it is, and an original that
    /// they changed is restored as it is now; anything else stops it.
    JustFailed,
    /// Move them to `.patchwright/conflict`, then restore the original.
    PutAside,
}

impl OnForeign {
    fn stops_at(self, unlike: Unlike) -> bool {
        match self {
            OnForeign::Stop => true,
            OnForeign::JustFailed => !matches!(unlike, Unlike::LeftAlone | Unlike::Newer),
            OnForeign::PutAside => false,
        }
    }
}

/// How to undo or finish.
pub struct Options<'a> {
    /// What to do with things of other people.
    pub on_foreign: OnForeign,
    /// Why it is undone, for the history.
    pub reason: EntryFact,
    /// Time and chance.
    pub environment: &'a Environment,
    /// Hears how it goes.
    pub progress: &'a dyn Progress,
    /// Heard only before the first move.
    pub cancel: &'a CancelToken,
    /// Where originals come from, by what the inverse of a step leaves, that are not whole any more. Used where the
    /// things of other people go aside.
    pub originals: Option<&'a dyn Contents>,
}

/// What an undo did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Undone {
    /// Places that had been changed and are as before again.
    pub put_back: usize,
    /// Places whose original had been changed meanwhile by somebody else; the newer content is what was restored.
    pub newer: Vec<TreePath>,
    /// New folders that somebody put something into; they stay.
    pub folders_kept: Vec<TreePath>,
    /// Places that somebody else had emptied before the change came to them.
    pub gone: Vec<TreePath>,
    /// Places that somebody had changed before the change came to them; they are left alone.
    pub left_alone: Vec<TreePath>,
    /// Places whose original is nowhere; what the change left is there.
    pub lost: Vec<TreePath>,
    /// Things of other people that were put aside, and newer contents of originals; and where they are now.
    pub put_aside: Vec<(TreePath, StatePath)>,
}

impl Undone {
    /// Whether every place is exactly as it was.
    pub fn is_exact(&self) -> bool {
        self.differences().is_empty()
    }

    /// What is not as it was, a phrase for each place.
    pub fn differences(&self) -> Vec<String> {
        let told = [
            (&self.newer, "was changed meanwhile, and the newer content is kept"),
            (&self.left_alone, "was changed by something else, and is left as it is"),
            (&self.gone, "was deleted by something else"),
            (&self.lost, "has no backup any more, so the changed file is kept"),
            (&self.folders_kept, "is kept, because it contains other files"),
        ];
        let lines =
            told.iter().flat_map(|(paths, how)| paths.iter().map(move |path| said_of(path.as_str(), how)));
        lines.collect()
    }
}

/// What undoing one step takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UndoAction {
    /// Nothing.
    Leave,
    /// The new thing returns to our folder.
    TakeOut,
    /// The new folder returns to our folder if nobody put anything into it.
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

/// The table of all undo decisions. [`UndoTable::default`] is the right one; a test removes single cells to prove
/// that each is needed.
#[derive(Debug, Clone, Default)]
pub struct UndoTable {
    removed: Option<(StepKind, StepState)>,
}

impl UndoTable {
    /// Every cell that asks for something to be done.
    pub const CELLS: &'static [(StepKind, StepState, UndoAction)] = &[
        (StepKind::Modify, StepState::After, UndoAction::TradeBack),
        (StepKind::Modify, StepState::Nothing, UndoAction::PutIn),
        (StepKind::Modify, StepState::OtherSince, UndoAction::Ask),
        (StepKind::Create, StepState::After, UndoAction::TakeOut),
        (StepKind::Create, StepState::OtherSince, UndoAction::Ask),
        (StepKind::CreateDir, StepState::After, UndoAction::TakeOutIfEmpty),
        (StepKind::CreateDir, StepState::OtherSince, UndoAction::Ask),
        (StepKind::Delete, StepState::After, UndoAction::PutIn),
        (StepKind::Delete, StepState::OtherSince, UndoAction::Ask),
        (StepKind::DirMode, StepState::After, UndoAction::SetMode),
        (StepKind::DirMode, StepState::OtherSince, UndoAction::Ask),
        (StepKind::DirMode, StepState::Nothing, UndoAction::Ask),
    ];

    /// The table without one cell: nothing is done there.
    pub fn without(kind: StepKind, seen: StepState) -> Self {
        Self { removed: Some((kind, seen)) }
    }

    /// What to do.
    pub fn action(&self, kind: StepKind, seen: StepState) -> UndoAction {
        let cell = Self::CELLS.iter().find(|(k, s, _)| (*k, *s) == (kind, seen));
        match cell {
            Some((_, _, action)) if self.removed != Some((kind, seen)) => *action,
            _ => UndoAction::Leave,
        }
    }
}

/// One thing to move, decided before anything is moved.
struct UndoMove<'a> {
    n: usize,
    step: &'a Step,
    action: UndoAction,
    original: Option<&'a StatePath>,
    /// The thing at the place when it was decided.
    found: Option<&'a Stat>,
    foreign_first: bool,
}

/// What an undo will do.
struct UndoPlan<'a> {
    moves: Vec<UndoMove<'a>>,
    /// Originals that were changed since and are not put back: they are kept.
    newer: Vec<(usize, &'a TreePath, &'a StatePath)>,
    report: Undone,
}

/// Everything that an undo will do, in order, or why it must not begin. Where an original is `provided`, it takes the
/// place of the one that is not whole.
fn decide<'a>(
    steps: &'a [Step],
    observed: &'a [Observed],
    table: &UndoTable,
    on_foreign: OnForeign,
    provided: &'a BTreeMap<usize, StatePath>,
) -> Result<UndoPlan<'a>, TransactionError> {
    let (mut moves, mut report, mut places, mut newer) =
        (Vec::new(), Undone::default(), Vec::new(), Vec::new());
    // Backwards: what was done last is taken back first.
    for (n, (step, Observed { seen, original, found })) in steps.iter().zip(observed).enumerate().rev() {
        let (kind, path) = (StepKind::from_step(step), &step.path);
        let unlike = unlike(step, &observed[n])
            .filter(|_| table.action(kind, *seen) != UndoAction::Leave || *seen == StepState::OtherUntouched);
        places.extend(
            unlike
                .filter(|unlike| on_foreign.stops_at(*unlike))
                .map(|unlike| UnlikePlace { path: path.clone(), unlike }),
        );
        let provided = provided.get(&n);
        if let Original::Newer(place) = original
            && (provided.is_some() || *seen == StepState::Before)
        {
            newer.push((n, path, place));
        }
        let (asks, action) = match table.action(kind, *seen) {
            UndoAction::Leave if provided.is_some() => (true, UndoAction::PutIn),
            UndoAction::Leave => {
                report.left_alone.extend(unlike.map(|_| path.clone()));
                continue;
            }
            UndoAction::Ask => (true, after_asking(kind, found.as_ref())),
            action => (false, action),
        };
        let original = provided.or(match original {
            Original::None => None,
            Original::Whole(place) | Original::Newer(place) => Some(place),
        });
        if original.is_none() && matches!(action, UndoAction::PutIn | UndoAction::TradeBack) {
            // What was to be deleted and is nowhere was taken away by somebody.
            let missing = if kind == StepKind::Delete { &mut report.gone } else { &mut report.lost };
            missing.push(path.clone());
            continue;
        }
        if (kind, action) == (StepKind::DirMode, UndoAction::Leave) {
            report.gone.push(path.clone());
            continue;
        }
        if provided.is_none() && matches!(observed[n].original, Original::Newer(_)) {
            report.newer.push(path.clone());
        }
        let foreign_first = asks && kind != StepKind::DirMode;
        moves.push(UndoMove { n, step, action, original, found: found.as_ref(), foreign_first });
    }
    if !places.is_empty() {
        places.sort_by(|a, b| a.path.cmp(&b.path));
        return Err(TransactionError::Foreign { places });
    }
    Ok(UndoPlan { moves, newer, report })
}

/// What is done where a person decided that somebody else's thing goes aside.
fn after_asking(kind: StepKind, found: Option<&Stat>) -> UndoAction {
    match kind {
        StepKind::Modify | StepKind::Delete => UndoAction::PutIn,
        StepKind::Create | StepKind::CreateDir => UndoAction::Leave,
        // The folder is the product's with everything in it; only its permissions are anybody's.
        StepKind::DirMode if found.is_some_and(|found| found.kind == StatKind::Dir) => UndoAction::SetMode,
        StepKind::DirMode => UndoAction::Leave,
    }
}

/// Restores everything as it was before the interrupted transaction.
///
/// # Errors
/// [`TransactionError::Foreign`] before the first move; the system's, and
/// [`TransactionError::Foreign`] when somebody is at work at the same moment, at any point. In each case
/// everything is kept and the undo can be run again.
pub fn undo(
    root: &TargetRoot,
    interrupted: &InterruptedChange,
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
    interrupted: &InterruptedChange,
    options: &Options<'_>,
) -> Result<Undone, TransactionError> {
    let fs = root.fs();
    let steps = &interrupted.steps;
    options.cancel.check()?;
    // A process may have died between a change of the records and its sync. What they say now must be what a
    // power cut leaves of them before anything is built on it.
    fs.sync(&[Place::from(&layout::live())]).context("write to disk", layout::live())?;
    let mut observed = observe(fs, steps)?;
    find_folders_in_use(fs, steps, &mut observed)?;
    let provided = match options.on_foreign {
        OnForeign::PutAside => provide(fs, steps, &observed, options.originals)?,
        OnForeign::Stop | OnForeign::JustFailed => BTreeMap::new(),
    };
    let UndoPlan { moves, newer, mut report } =
        decide(steps, &observed, table, options.on_foreign, &provided)?;
    options.cancel.check()?;
    options.progress.begin(Phase::PuttingBack, moves.len() as u64);
    let conflicts = layout::conflict(&interrupted.id);
    if !newer.is_empty() || moves.iter().any(|step| step.foreign_first) {
        finish::make_conflict_folder(fs, &conflicts)?;
    }
    for step in &moves {
        carry_out(fs, step, &conflicts, &mut report)?;
        options.progress.advance(1);
    }
    for (n, path, place) in newer {
        let kept = finish::free_place(fs, &conflicts, n)?;
        fs.rename(place, &kept).context("keep the newer content of", path)?;
        fs.sync(&[Place::from(&conflicts)]).context("write to disk", &conflicts)?;
        report.put_aside.push((path.clone(), kept));
    }
    for (step, _) in steps.iter().zip(&observed).filter(|(_, o)| o.seen == StepState::GoneWithFolder) {
        if fs.look(&Place::from(&step.path)).context("look at", &step.path)?.is_none() {
            report.gone.push(step.path.clone());
        }
    }
    let emptied = finish::empty_new_folders(fs, steps)?;
    write_abort(fs, interrupted, options.environment, facts(&report, &options.reason))?;
    let mut touched = touched_for_undo(fs, steps, &report)?;
    touched.extend(emptied);
    touched.extend(abort_places());
    fs.sync(&touched).context("write to disk", "the restored folders")?;
    fs.rename(&record::unfinished(&layout::abort()), &layout::abort())
        .context("record in", layout::abort())?;
    fs.sync(&[Place::from(&layout::live())]).context("write to disk", layout::live())?;
    finish::aborted(fs, interrupted.intent.seq)?;
    Ok(report)
}

fn carry_out(
    fs: &dyn Fs,
    step: &UndoMove<'_>,
    conflicts: &StatePath,
    report: &mut Undone,
) -> Result<(), TransactionError> {
    let path = &step.step.path;
    let object = layout::object(&layout::live(), step.n);
    if step.foreign_first && is_something_at(fs, path)? {
        let aside = finish::free_place(fs, conflicts, step.n)?;
        fs.move_out(path, &aside).context("move aside", path)?;
        // At once: a power cut could otherwise lose this and keep a later move, which takes away the folder it was in.
        fs.sync(&[Place::parent_of(path), Place::from(conflicts)]).context("write to disk", conflicts)?;
        report.put_aside.push((path.clone(), aside));
    }
    match (step.action, step.original) {
        (UndoAction::TakeOut, _) => take_out(fs, step, &object)?,
        (UndoAction::TakeOutIfEmpty, _) => {
            if !take_out_if_empty(fs, path, &object)? {
                report.folders_kept.push(path.clone());
                return Ok(());
            }
        }
        (UndoAction::PutIn, Some(original)) => fs.move_in(original, path).context("restore", path)?,
        (UndoAction::TradeBack, Some(original)) if fs.features().exchange => {
            fs.exchange(original, path).context("restore", path)?;
            if !is_what_was_found(fs, step, original)? {
                fs.exchange(original, path).context("leave", path)?;
                return Err(theirs(path));
            }
        }
        (UndoAction::TradeBack, Some(original)) => {
            // Ours may still be there, when somebody has put the very same thing into the place meanwhile.
            take_out(fs, step, &finish::free_place(fs, &layout::live().join("objects"), step.n)?)?;
            fs.move_in(original, path).context("restore", path)?;
        }
        (UndoAction::SetMode, _) => {
            let mode = step.step.before.as_ref().and_then(Node::mode);
            let mode = mode.expect("a step of this kind has a folder before");
            fs.set_dir_mode(path, mode).context("set the permissions of the folder", path)?;
        }
        (UndoAction::Leave | UndoAction::Ask | UndoAction::PutIn | UndoAction::TradeBack, _) => return Ok(()),
    }
    report.put_back += 1;
    Ok(())
}

/// Moves the new folder out, unless somebody put something into it.
fn take_out_if_empty(fs: &dyn Fs, path: &TreePath, object: &StatePath) -> Result<bool, TransactionError> {
    if !is_empty(fs, &Place::from(path)).context("list", path)? {
        return Ok(false);
    }
    fs.move_out(path, object).context("take away the folder", path)?;
    // Somebody may have come between the look and the move.
    let is_still_empty = is_empty(fs, &Place::from(object)).context("list what was at", path)?;
    if !is_still_empty {
        fs.move_in(object, path).context("leave", path)?;
    }
    Ok(is_still_empty)
}

/// Moves the new thing out, unless it is not the one that was looked at.
fn take_out(fs: &dyn Fs, step: &UndoMove<'_>, object: &StatePath) -> Result<(), TransactionError> {
    let path = &step.step.path;
    fs.move_out(path, object).context("take away", path)?;
    if is_what_was_found(fs, step, object)? {
        return Ok(());
    }
    fs.move_in(object, path).context("leave", path)?;
    Err(theirs(path))
}

/// Whether the thing that came out is the one that the decision was about, as it was then.
fn is_what_was_found(fs: &dyn Fs, step: &UndoMove<'_>, out: &StatePath) -> Result<bool, TransactionError> {
    let (path, out) = (&step.step.path, Place::from(out));
    let out_found = fs.look(&out).context("look at what was at", path)?;
    let (Some(now), Some(then)) = (out_found, step.found) else { return Ok(false) };
    if now.kind == StatKind::Dir {
        // What went into it went out again before it.
        return Ok(now.object == then.object && is_empty(fs, &out).context("list what was at", path)?);
    }
    Ok((now.object, now.kind, now.mode, now.modified_nanos)
        == (then.object, then.kind, then.mode, then.modified_nanos))
}

fn theirs(path: &TreePath) -> TransactionError {
    TransactionError::Foreign { places: vec![UnlikePlace { path: path.clone(), unlike: Unlike::Theirs }] }
}

/// A parent that is no folder holds nothing.
fn is_something_at(fs: &dyn Fs, path: &TreePath) -> Result<bool, TransactionError> {
    match fs.look(&Place::from(path)) {
        Err(error) if error.kind() == ErrorKind::NotADirectory => Ok(false),
        found => Ok(found.context("look at", path)?.is_some()),
    }
}

/// Folders to sync after an undo: those that are still or again there.
fn touched_for_undo(fs: &dyn Fs, steps: &[Step], report: &Undone) -> Result<Vec<Place>, TransactionError> {
    let inverse: Vec<Step> = steps.iter().map(Step::inverse).collect();
    let mut places: BTreeSet<Place> = touched_places(&inverse).into_iter().collect();
    places.extend(report.folders_kept.iter().map(Place::from));
    let mut present = Vec::new();
    for place in places {
        let found = fs.look(&place).or_else(|error| match error.kind() {
            ErrorKind::NotADirectory => Ok(None),
            _ => Err(error),
        });
        if found.context("look at", &place)?.is_some() {
            present.push(place);
        }
    }
    Ok(present)
}

fn facts(report: &Undone, reason: &EntryFact) -> Vec<EntryFact> {
    let mut facts = vec![reason.clone()];
    let mut tell = |paths: &[TreePath], fact: fn(String) -> EntryFact| {
        facts.extend(paths.iter().map(|path| fact(path.to_string())));
    };
    tell(&report.newer, |path| EntryFact::NewerContentKept { path });
    tell(&report.folders_kept, |path| EntryFact::FolderInUse { path });
    tell(&report.gone, |path| EntryFact::DeletedByOthers { path });
    tell(&report.left_alone, |path| EntryFact::ChangedByOthers { path });
    tell(&report.lost, |path| EntryFact::OriginalMissing { path });
    let aside = report.put_aside.iter();
    facts.extend(
        aside.map(|(path, now)| EntryFact::PutAside { path: path.to_string(), now: now.to_string() }),
    );
    facts
}

fn write_abort(
    fs: &dyn Fs,
    interrupted: &InterruptedChange,
    environment: &Environment,
    facts: Vec<EntryFact>,
) -> Result<(), TransactionError> {
    let mut entry = Entry::after(&Ledger::read(fs)?.head(), Action::PutBack, environment)
        .on(&interrupted.entry.occasion_of_consequences());
    entry.is_about_those_of(&interrupted.entry);
    entry.facts = facts;
    let outcome = EndRecord { intent: interrupted.intent_digest.to_string(), seq: interrupted.intent.seq };
    let unsynced = record::unfinished(&layout::abort());
    // An undo that was cut may have left these behind.
    finish::remove_tree(fs, &layout::undone())?;
    finish::remove_tree(fs, &unsynced)?;
    finish::make_folders(fs, &[layout::undone()])?;
    let place = layout::undone().join("entry.json");
    record::write_small(fs, &place, &entry.to_bytes()).context("write", &place)?;
    let bytes = record::render("abort", &interrupted.id, &outcome);
    record::write_small(fs, &unsynced, &bytes).context("write", &unsynced)
}

/// `t` is among them: a power cut could otherwise keep the abort and lose the entry that goes with it.
fn abort_places() -> impl Iterator<Item = Place> {
    let undone = layout::undone();
    let places = [undone.join("entry.json"), undone, record::unfinished(&layout::abort()), layout::live()];
    places.into_iter().map(Place::State)
}
