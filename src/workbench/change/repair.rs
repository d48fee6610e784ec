//! Puts places right that are not as the history says, from the safe copies or from patch files at hand.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::decision::DecisionSum;
use super::finish_checks::checks_left_out;
use super::kept_edits::KeptEdit;
use super::locked::{ChangeExtras, LockedChange, Recheckable};
use super::permission::CheckedBundles;
use crate::bundle::VerifiedBundle;
use crate::disk::fs::{Fs, Place, StatKind};
use crate::ledger::{Action, Entry, EntryFact, Ledger, Occasion};
use crate::model::{Node, Step, TreePath};
use crate::plan::why::{HistoryDoubt, Restoring};
use crate::plan::{Lost, LostFile, Note, Obstacle, PlaceRemark, Preview, plan_repair};
use crate::transaction::{Contents, SafeCopyError};
use crate::workbench::contents::{ContentOrigin, Library, SearchFirst};
use crate::workbench::look::moved_switches::notes_on_moved_switches;
use crate::workbench::look::situation::Survey;
use crate::workbench::look::stack::all_copies;
use crate::workbench::look::stack::read_ledger;
use crate::workbench::look::{product, status};
use crate::workbench::{DecisionDigest, Drift, Error, Result, Watch, Workbench};

/// What to repair, and from what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RepairOptions {
    /// Only these places, and everything below them; empty: all.
    pub paths: Vec<TreePath>,
    /// Patch files in which contents may be found that have no backup.
    pub from: Vec<PathBuf>,
    /// Repair the other files where the content of some is nowhere, and leave these as they are.
    pub leave_damaged: bool,
    /// What somebody agreed to; anything else is refused.
    pub expected: Option<DecisionDigest>,
    /// For which ticket, and by whom. Written to the history.
    pub occasion: Occasion,
}

/// What repairing would do.
#[derive(Debug, Clone)]
pub(crate) struct RepairPreview {
    /// The places that differ, as far as they were asked for.
    pub drift: Vec<Drift>,
    /// From which patch files contents come, for the history.
    pub(crate) from: Vec<EntryFact>,
    /// What would happen.
    pub preview: Preview,
}

impl RepairPreview {
    /// What somebody agrees to who repairs what this shows.
    pub(crate) fn decision(&self) -> DecisionDigest {
        let mut sum = DecisionSum::new("repair");
        for from in &self.from {
            if let EntryFact::RestoredFrom { patch, sha256 } = from {
                sum.add("from", &format!("{patch} {sha256}"));
            }
        }
        sum.add_preview(&self.preview);
        sum.finish()
    }
}

/// What repairing did.
#[derive(Debug)]
#[must_use]
pub struct Repaired {
    /// The history entry; `None` when there was nothing to do.
    pub entry: Option<Entry>,
    /// Files with something of somebody in them that were replaced, and where they are now.
    pub(crate) edits: Vec<KeptEdit>,
    /// Notes.
    pub notes: Vec<Note>,
    /// Why tidying up did not succeed, if so. The change is done.
    pub untidy: Option<String>,
}

impl Repaired {
    /// Everything was right.
    fn nothing(notes: Vec<Note>) -> Self {
        Self { entry: None, edits: Vec::new(), notes, untidy: None }
    }
}

impl Workbench {
    /// Opens the patch files that contents may be taken from.
    ///
    /// # Errors
    /// If one cannot be read.
    pub(crate) fn open_for_repair(&self, options: &RepairOptions) -> Result<CheckedBundles> {
        let bundles: Result<_> = options.from.iter().map(|file| self.open(file)).collect();
        Ok(CheckedBundles::new(options.from.clone(), bundles?))
    }

    /// What putting right would do, with contents from `bundles`. Writes nothing.
    ///
    /// # Errors
    /// If the folder or its history cannot be read, a patch file is damaged, or unfinished work has to be dealt with
    /// first.
    pub(crate) fn preview_repair(
        &self,
        target: &Path,
        options: &RepairOptions,
        bundles: &mut CheckedBundles,
        watch: Watch<'_>,
    ) -> Result<RepairPreview> {
        bundles.look_through(watch)?;
        let fs = self.disk(target)?;
        self.look_at_drift(target, &*fs, options, bundles.as_slice(), watch).map(|look| look.preview)
    }

    /// Repairs files: everything that was asked for, or nothing. What is replaced is backed up, and
    /// undoing the last change restores it.
    ///
    /// # Errors
    /// As `preview_repair`; [`Error::Refused`] lists every obstacle.
    pub fn repair(&self, target: &Path, options: &RepairOptions, watch: Watch<'_>) -> Result<Repaired> {
        self.repair_opened(target, options, self.open_for_repair(options)?, watch)
    }

    /// The same with contents from patch files that are open: those that `preview_repair` showed.
    ///
    /// # Errors
    /// As [`Workbench::repair`].
    pub(crate) fn repair_opened(
        &self,
        target: &Path,
        options: &RepairOptions,
        opened: CheckedBundles,
        watch: Watch<'_>,
    ) -> Result<Repaired> {
        if options.expected.is_some() {
            opened.refuse_exchanged()?;
        }
        let bundles = opened.as_slice();
        let fs = self.disk(target)?;
        let first_look = self.look_at_drift(target, &*fs, options, bundles, watch)?;
        DecisionDigest::refuse_other(options.expected, || first_look.preview.decision())?;
        if first_look.preview.preview.is_nothing_to_do() {
            return Ok(Repaired::nothing(first_look.preview.preview.notes));
        }
        first_look.preview.preview.clone().approve().map_err(|preview| Error::Refused(preview.obstacles))?;
        let can_change = |look: &PlannedRepair| look.preview.preview.obstacles.is_empty();
        let see_again = |fs: &dyn Fs| self.see_drift(fs, options, bundles, watch);
        let (mut folder, look) = self.lock_as_seen(target, first_look, see_again, can_change)?;
        DecisionDigest::refuse_other(options.expected, || look.preview.decision())?;
        let PlannedRepair { preview: RepairPreview { preview, from, .. }, survey, moves } = look;
        let mut notes = preview.notes.clone();
        let plan = preview.approve().map_err(|preview| Error::Refused(preview.obstacles))?;
        if plan.steps().is_empty() {
            return Ok(Repaired::nothing(notes));
        }
        let mut entry = folder.next_entry(Action::Repair).on(&options.occasion);
        let (version, says_it) = product::version_now(folder.fs(), &folder.ledger)?;
        entry.version_after = match plan.steps().iter().any(|step| says_it.contains(&step.path)) {
            true => folder.ledger.right_version().map(str::to_owned),
            false => version.clone(),
        };
        entry.version_before = version;
        entry.facts = from.into_iter().chain(moves.iter().filter_map(EntryFact::of_note)).collect();
        let contents = contents(folder.fs(), &folder.ledger, bundles)?;
        let extras = ChangeExtras::default();
        let change = LockedChange { plan, survey: &survey, entry, contents: &contents, extras };
        let receipt = folder.carry_out(change, watch)?;
        drop(contents);
        folder.note(&receipt.entry)?;
        notes.extend(folder.remember());
        folder.check_path()?;
        Ok(Repaired {
            edits: KeptEdit::find(folder.fs(), &folder.ledger, &[receipt.entry.seq])?,
            entry: Some(receipt.entry),
            notes,
            untidy: receipt.untidy.map(|error| error.to_string()),
        })
    }

    fn look_at_drift(
        &self,
        target: &Path,
        fs: &dyn Fs,
        options: &RepairOptions,
        bundles: &[VerifiedBundle],
        watch: Watch<'_>,
    ) -> Result<PlannedRepair> {
        self.refuse_shortened_history(target, fs)?;
        let is_plain = |look: &PlannedRepair| look.preview.preview.obstacles.is_empty();
        self.read_consistently(target, fs, || self.see_drift(fs, options, bundles, watch), is_plain)
    }

    fn see_drift(
        &self,
        fs: &dyn Fs,
        options: &RepairOptions,
        bundles: &[VerifiedBundle],
        watch: Watch<'_>,
    ) -> Result<PlannedRepair> {
        super::preview::refuse_unfinished(fs)?;
        let ledger = read_ledger(fs)?;
        let expected = ledger.expected();
        let status = status::status_now(fs, &ledger, &self.environment().now(), watch)?;
        let mut drift = status.drift;
        for path in &options.paths {
            if !expected.keys().any(|known| known == path || known.is_below(path)) {
                return Err(Error::refused_at(path, Restoring::Untouched));
            }
        }
        let wanted = |path: &TreePath| {
            options.paths.is_empty() || options.paths.iter().any(|p| p == path || path.is_below(p))
        };
        drift.retain(|drift| wanted(&drift.path));
        let keeps_modes = fs.features().modes;
        let should_be = |path: &TreePath| {
            let node = expected.get(path).cloned().flatten();
            node.map(|node| if keeps_modes { node } else { node.without_mode() })
        };
        // Seen again by the survey, whose looks prove that nothing moves until it is changed.
        let goals: Vec<Step> = drift.iter().map(|drift| goal(fs, drift, should_be(&drift.path))).collect();
        let survey = self.survey_for_rollback(fs, &goals, &ledger, watch)?;
        let steps = steps_to(goals, &survey);
        let library = contents(fs, &ledger, bundles)?;
        let (lost, from) = find_sources(&library, bundles, &steps)?;
        let unbelieved = self.unbelieved(fs, &ledger)?;
        let doubted = foreign_goals(&ledger, &unbelieved, &steps);
        let leaves = options.leave_damaged && steps.iter().any(|step| !lost.contains(&step.path));
        let patch_file = |path: &TreePath| drift.iter().find(|drift| drift.path == *path)?.patch_file.clone();
        let lost = lost.into_iter().map(|path| LostFile { patch_file: patch_file(&path), path });
        let lost: Vec<LostFile> = lost.collect();
        let lost = if leaves { Lost::Left(&lost) } else { Lost::InTheWay(&lost) };
        let mut preview = plan_repair(steps, lost, &survey.situation);
        preview.obstacles.extend(doubted);
        let moves = notes_on_moved_switches(&status.switches, &preview.plan.steps, &|step| {
            let mut content = Vec::new();
            library.write(step, fs, &mut content).is_ok().then_some(content)
        });
        preview.notes.extend(moves.iter().cloned());
        preview.notes.extend(checks_left_out(fs, &ledger, &preview.plan.steps)?);
        keep_carried_edits(&mut preview, &ledger, &drift, leaves);
        Ok(PlannedRepair { preview: RepairPreview { drift, from, preview }, survey, moves })
    }
}

/// What is at the place of `drift`, and what should be there.
fn goal(fs: &dyn Fs, drift: &Drift, should_be: Option<Node>) -> Step {
    // What is in a folder that goes has to be seen, too.
    let folder = fs.look(&Place::from(&drift.path)).ok().flatten();
    let folder = folder.filter(|found| found.kind == StatKind::Dir);
    Step { path: drift.path.clone(), before: should_be, after: folder.map(|found| Node::Dir(found.mode)) }
}

/// The steps from what the survey found to what each of the `goals` was before.
fn steps_to(goals: Vec<Step>, survey: &Survey) -> Vec<Step> {
    let from_here = |goal: Step| {
        let before = survey.situation.tree.at(&goal.path).cloned();
        Step { before, after: goal.before, path: goal.path }
    };
    goals.into_iter().map(from_here).filter(|step| step.before != step.after).collect()
}

/// Leaves edits that were carried along when a switch in their file moved, or stops at them.
fn keep_carried_edits(preview: &mut Preview, ledger: &Ledger, drift: &[Drift], leaves: bool) {
    let carried = ledger.carried_edits();
    for path in drift.iter().map(|drift| &drift.path).filter(|path| carried.contains_key(path)) {
        match leaves {
            true => {
                preview.notes.push(Note::at(path, PlaceRemark::CarriedEdit));
            }
            false => preview.obstacles.push(Obstacle::at(path, Restoring::CarriedEdit)),
        }
    }
}

/// A preview with what it was made from.
struct PlannedRepair {
    preview: RepairPreview,
    survey: Survey,
    /// The switches that it moves, which are among the notes.
    moves: Vec<Note>,
}

impl Recheckable for PlannedRepair {
    fn still_holds(&self, fs: &dyn Fs, ledger: &Ledger) -> bool {
        self.survey.still_holds(fs, ledger)
    }
}

/// The steps to what only an entry of somebody else left there.
fn foreign_goals(ledger: &Ledger, unbelieved: &BTreeSet<u64>, steps: &[Step]) -> Vec<Obstacle> {
    if unbelieved.is_empty() {
        return Vec::new();
    }
    let foreign = |step: &Step| {
        let touches = |entry: &&Entry| entry.steps.iter().any(|other| other.path == step.path);
        let last = ledger.entries().iter().rev().find(touches)?;
        let entries = vec![last.seq];
        unbelieved
            .contains(&last.seq)
            .then(|| Obstacle::at(&step.path, HistoryDoubt::ForeignHistory { entries }))
    };
    steps.iter().filter_map(foreign).collect()
}

/// The places that `steps` leave with a content that is nowhere, and from which patch files the others come.
fn find_sources(
    library: &Library<'_>,
    bundles: &[VerifiedBundle],
    steps: &[Step],
) -> Result<(Vec<TreePath>, Vec<EntryFact>)> {
    let (mut lost, mut used) = (Vec::new(), BTreeSet::new());
    for step in steps {
        let Some(file) = step.after.as_ref().and_then(Node::as_file) else { continue };
        // Where only permissions differ, the content is there.
        if step.before.as_ref().zip(step.after.as_ref()).is_some_and(|(now, then)| now.same_content(then)) {
            continue;
        }
        let failed = |source| SafeCopyError::Io { path: step.path.clone(), source };
        match library.find(&file.digest).map_err(failed)? {
            Some(ContentOrigin::Bundle(bundle)) => _ = used.insert(bundle),
            Some(ContentOrigin::Folder(_) | ContentOrigin::Made) => {}
            None => lost.push(step.path.clone()),
        }
    }
    let fact = |bundle: usize| {
        let (patch, digest) = (&bundles[bundle].patch.about, bundles[bundle].file_digest()?);
        Ok(EntryFact::RestoredFrom { patch: patch.identity.to_string(), sha256: digest })
    };
    Ok((lost, used.into_iter().map(fact).collect::<Result<_>>()?))
}

/// The contents that the history names, out of safe copies and bundles.
pub(super) fn contents<'a>(
    fs: &'a dyn Fs,
    ledger: &Ledger,
    bundles: &'a [VerifiedBundle],
) -> Result<Library<'a>> {
    let library = Library::new(bundles, SearchFirst::SafeCopies).in_folder(fs).where_bundles_say();
    Ok(library.with_copies(all_copies(fs, ledger)?))
}
