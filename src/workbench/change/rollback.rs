//! Takes a change back, and takes the taking back back.

mod last;
mod opened;
mod origin;
pub(super) mod request;
mod returning;
pub(super) mod route;
mod switched;
mod untouched;
mod versions;

use std::collections::BTreeSet;
use std::path::Path;

use super::backups::{DamagedBackups, KeptContents, OtherSources, find_elsewhere, out_of};
use super::health::Health;
use super::kept_edits::KeptEdit;
use super::locked::{ChangeExtras, LockedChange, LockedFolder, Recheckable};
use super::scripts::{ScriptConsent, ScriptPlan, ScriptRun, not_recorded};
use super::take_out::{OnDependents, only_said_final, refuse_replaced, wanted};
use super::which::{find, refuse_what_the_vendor_forbids, whole_entry};
use crate::disk::fs::Fs;
use crate::ledger::{
    Action, CheckNote, Entry, EntryFact, Gone, Ledger, Occasion, PatchNote, ScriptNote, ScriptTime, Turn,
};
use crate::model::{Code, LayerKey, Node, RollbackAdvice};
use crate::plan::why::Restoring;
use crate::plan::{Layer, Note, NoteSource, Obstacle, OnDrift, TakenBack, plan_rollback};
use crate::transaction::Contents;
use crate::workbench::contents::{Library, SearchFirst};
use crate::workbench::look::merging::resolve_edits_since;
use crate::workbench::look::moved_switches::ContentOf;
use crate::workbench::look::read_file::read_copy;
use crate::workbench::look::situation::CheckReach;
use crate::workbench::look::stack::{FolderStack, manifests_of, read_ledger};
use crate::workbench::{DecisionDigest, Error, Result, ScriptTrouble, Watch, Workbench};

pub(crate) use request::{RebuiltPlace, RollbackPreview};
pub use request::{RollbackOptions, RolledBack, Which};

use returning::hold_to_patches;
use route::{PlannedRollback, RollbackRoute};
use switched::resolve_switches;
use untouched::Untouched;
use versions::versions;

impl Workbench {
    /// What a rollback would do. The backups are read and hashed. Writes nothing.
    ///
    /// # Errors
    /// If there is nothing to roll back, it was kept for good, or backups are missing or damaged.
    pub fn preview_rollback(
        &self,
        target: &Path,
        options: &RollbackOptions,
        watch: Watch<'_>,
    ) -> Result<RollbackPreview> {
        self.preview_rollback_from(target, options, &DamagedBackups::default(), watch)
    }

    /// The same where safe copies may be damaged.
    ///
    /// # Errors
    /// As [`Workbench::preview_rollback`], and if a patch file cannot be read.
    pub(crate) fn preview_rollback_from(
        &self,
        target: &Path,
        options: &RollbackOptions,
        damaged: &DamagedBackups,
        watch: Watch<'_>,
    ) -> Result<RollbackPreview> {
        let (fs, sources) = (self.disk(target)?, self.other_sources(damaged)?);
        let asked = RollbackInquiry { options, sources: &sources, reach: CheckReach::Folder };
        self.read_unlocked(target, &*fs, asked, watch).map(|look| look.preview)
    }

    /// Rolls back a patch, several, or undoes the last rollback: everything, or nothing.
    ///
    /// # Errors
    /// As [`Workbench::preview_rollback`]; [`Error::Refused`] lists every obstacle.
    pub fn roll_back(
        &self,
        target: &Path,
        options: &RollbackOptions,
        watch: Watch<'_>,
    ) -> Result<RolledBack> {
        self.roll_back_from(target, options, &DamagedBackups::default(), watch)
    }

    /// The same where safe copies may be damaged: what `damaged` says is done about those places alone.
    ///
    /// # Errors
    /// As [`Workbench::roll_back`], and if a patch file cannot be read.
    pub(crate) fn roll_back_from(
        &self,
        target: &Path,
        options: &RollbackOptions,
        damaged: &DamagedBackups,
        watch: Watch<'_>,
    ) -> Result<RolledBack> {
        let (fs, sources) = (self.disk(target)?, self.other_sources(damaged)?);
        let silently = RollbackInquiry { options, sources: &sources, reach: CheckReach::Folder };
        let asked = RollbackInquiry { reach: CheckReach::Agreed, ..silently };
        let mut first_look = self.read_unlocked(target, &*fs, silently, watch)?;
        first_look.may_go(options)?;
        // Checks leave the folder only for what nothing else keeps out.
        if first_look.has_unasked {
            first_look = self.read_unlocked(target, &*fs, asked, watch)?;
            first_look.may_go(options)?;
        }
        let entry = first_look.preview.entry;
        let can_change = |look: &PlannedRollback| look.preview.preview.obstacles.is_empty();
        let see_again = |fs: &dyn Fs| self.look(fs, asked, watch);
        let (mut folder, mut look) = self.lock_as_seen(target, first_look, see_again, can_change)?;
        DecisionDigest::refuse_other(options.expected, || look.preview.decision())?;
        if look.preview.entry != entry {
            // Somebody else was faster. What is the last patch now is not the one that was meant.
            return Err(Error::moved());
        }
        look.preview.permits(&options.overrides)?;
        look.set_aside = look.preview.set_aside(&options.overrides);
        let without = look.agree(options)?;
        look.occasion = options.occasion.clone();
        let checks = look.preview.checks.clone();
        let mut back = self.take_back_with_scripts(&mut folder, look, without, watch)?;
        let health = Health::of_checks(&checks, folder.fs(), watch);
        back.checks = self.settle_health(&mut folder, &back.entry, health, |folder, watch| {
            self.look_at(folder.fs(), &folder.ledger, &back.entry, OnDrift::Stop, Vec::new(), watch)
        })?;
        back.notes.extend(folder.remember());
        folder.check_path()?;
        if back.turn == Turn::Went {
            let can_return = !folder.ledger.is_about_scripts(&back.entry);
            let needed = || self.needed_to_return(folder.fs(), &folder.ledger, &back.entry);
            back.needs = can_return.then(needed).flatten();
        }
        Ok(back)
    }

    /// Takes back what `look` shows, with what takes back its scripts around it.
    fn take_back_with_scripts(
        &self,
        folder: &mut LockedFolder<'_>,
        mut look: PlannedRollback,
        without: Option<EntryFact>,
        watch: Watch<'_>,
    ) -> Result<RolledBack> {
        let scripts = match without {
            None => std::mem::take(&mut look.preview.scripts),
            Some(_) => ScriptPlan::default(),
        };
        // What stands in the way is told before a script runs.
        look.preview.preview.clone().approve().map_err(|preview| Error::Refused(preview.obstacles))?;
        let mut patches: Vec<PatchNote> = look.preview.patch.iter().cloned().collect();
        patches.extend(
            look.preview.patches.iter().filter(|one| Some(*one) != look.preview.patch.as_ref()).cloned(),
        );
        let mut run = ScriptRun::new(folder, &scripts, patches);
        if let Err(failed) = run.announce_and_run(ScriptTime::UndoAfter, watch)? {
            run.record()?;
            return Err(run.failure(ScriptTrouble::StillThere, vec![failed], None));
        }
        look.scripts = run.notes.iter().cloned().chain(scripts.due(ScriptTime::UndoBefore)).collect();
        let facts = without.into_iter().collect();
        let mut done = match self.take_back(run.folder, look, Vec::new(), facts, watch) {
            Ok(done) => done,
            Err(error) => {
                run.record_after_failure();
                return Err(error);
            }
        };
        let mut told = run.drain();
        let failed = run.run_all(ScriptTime::UndoBefore);
        told.extend(run.notes.iter().cloned());
        if let Some(lost) = run.lost_history() {
            return Err(run.failure(ScriptTrouble::NotRecorded, vec![lost], None));
        }
        run.record().map_err(not_recorded)?;
        if !failed.is_empty() {
            return Err(run.failure(ScriptTrouble::NotUndone, failed, None));
        }
        let note =
            |note: &ScriptNote| Note::told(NoteSource::Script, format!("{}: {}", note.name(), note.how));
        done.notes.extend(told.iter().map(note));
        Ok(done)
    }

    /// As [`Workbench::look`] in a folder that is not locked.
    fn read_unlocked(
        &self,
        target: &Path,
        fs: &dyn Fs,
        asked: RollbackInquiry<'_>,
        watch: Watch<'_>,
    ) -> Result<PlannedRollback> {
        self.refuse_shortened_history(target, fs)?;
        let is_plain = |look: &PlannedRollback| look.preview.preview.obstacles.is_empty();
        let look = self.read_consistently(target, fs, || self.look(fs, asked, watch), is_plain);
        look.map_err(|error| match error.code() {
            Code::Unknown => self.refusal_of_gone_history(target, fs).unwrap_or(error),
            _ => error,
        })
    }

    /// What the options ask for, in this folder, and what is to be said about who wrote its history.
    fn look(&self, fs: &dyn Fs, asked: RollbackInquiry<'_>, watch: Watch<'_>) -> Result<PlannedRollback> {
        super::preview::refuse_unfinished(fs)?;
        let ledger = read_ledger(fs)?;
        let mut look = self.look_as_asked(fs, &ledger, asked, watch)?;
        self.add_origin(fs, &ledger, &mut look, &asked.options.occasion)?;
        Ok(look)
    }

    fn look_as_asked(
        &self,
        fs: &dyn Fs,
        ledger: &Ledger,
        RollbackInquiry { options, sources, reach }: RollbackInquiry<'_>,
        watch: Watch<'_>,
    ) -> Result<PlannedRollback> {
        if matches!(options.which, Which::LastRollback | Which::Reapply) {
            return self.look_at_last(fs, ledger, RollbackInquiry { options, sources, reach }, watch);
        }
        let folder = self.vouched_stack(fs, ledger)?;
        let slots = ledger.layers().slots;
        let slot = find(ledger, &slots, &options.which)?;
        let wanted = wanted(&folder, slot.key, matches!(options.which, Which::Before(_)));
        if let ([_], Some(entry)) =
            (&wanted.iter().collect::<Vec<_>>()[..], whole_entry(ledger, &folder, slot))
        {
            let layer = folder.layer(slot.key);
            refuse_what_the_vendor_forbids(layer, entry)?;
            let mut look = self.look_at_from(fs, ledger, entry, (options.on_drift, sources), watch)?;
            look.preview.preview.notes.extend(layer.and_then(only_said_final));
            if let Some(patch) = layer.and_then(|layer| layer.patch.as_ref()) {
                look.preview.restarts_for(patch);
                look.preview.advice = patch.about.rollback_advice().into_iter().collect();
            }
            look.describe(ledger, &folder, slot.key);
            self.add_opened(fs, ledger, &folder, &BTreeSet::from([slot.key]), &mut look)?;
            look.preview.scripts = self.undo_plan(fs, ledger, &[slot.key], options.scripts)?;
            return Ok(look);
        }
        if !matches!(options.which, Which::Before(_)) {
            refuse_replaced(&folder, slot.key)?;
        }
        let on_dependents = match options.which {
            Which::PatchAndDependents(_) | Which::Before(_) => OnDependents::Include,
            _ => OnDependents::Stop,
        };
        let how = (on_dependents, options.on_drift, sources);
        let mut look = self.look_at_layers(fs, ledger, &folder, &wanted, how, watch)?;
        if let RollbackRoute::Layers { out, .. } = &look.how {
            let goes = out.iter().copied().collect();
            look.preview.scripts = self.undo_plan(fs, ledger, out, options.scripts)?;
            self.add_opened(fs, ledger, &folder, &goes, &mut look)?;
        }
        Ok(look)
    }

    /// What taking back `entry` would do, its safe copies verified.
    pub(crate) fn look_at(
        &self,
        fs: &dyn Fs,
        ledger: &Ledger,
        entry: &Entry,
        on_drift: OnDrift,
        advice: Vec<RollbackAdvice>,
        watch: Watch<'_>,
    ) -> Result<PlannedRollback> {
        let mut look = self.look_at_from(fs, ledger, entry, (on_drift, &OtherSources::default()), watch)?;
        look.preview.advice = advice;
        Ok(look)
    }

    /// The same; what is damaged among the safe copies comes from elsewhere, or stays as it is.
    fn look_at_from(
        &self,
        fs: &dyn Fs,
        ledger: &Ledger,
        entry: &Entry,
        (on_drift, sources): (OnDrift, &OtherSources),
        watch: Watch<'_>,
    ) -> Result<PlannedRollback> {
        let mut steps = entry.steps.to_vec();
        let turn = reversal_of(entry, ledger);
        let Untouched { goes, stays } = Untouched::find(fs, ledger, entry, turn)?;
        let lacking = goes.iter().filter(|step| matches!(step.before, Some(Node::File(_))));
        let kept = sources.copies_of(fs, entry.seq, &steps)?.lacking(lacking.map(|step| step.path.clone()));
        steps.extend(goes);
        let mut found = find_elsewhere(fs, &kept, &steps, sources)?;
        if sources.leave {
            found.leave_new_names(manifests_of(fs, ledger, entry));
            steps.retain(|step| !found.nowhere.contains(&step.path));
        }
        let mut survey = self.survey_for_rollback(fs, &steps, ledger, watch)?;
        let contents: (&ContentOf<'_>, &ContentOf<'_>) =
            (&|path, file| read_copy(fs, kept.of(path), file), &|path, file| {
                read_copy(fs, kept.left(path), file)
            });
        resolve_edits_since(fs, &steps, contents, &mut survey)?;
        // A switch that is moved back is that change itself.
        if ledger.moved_by(entry).is_none() {
            resolve_switches(fs, ledger, entry, &steps, contents, &mut survey)?;
        }
        let unfit = hold_to_patches(fs, ledger, entry, on_drift, &mut survey);
        let mut preview = plan_rollback(&steps, &survey.situation, taken_back_by(turn), on_drift);
        preview.obstacles.extend(unfit);
        preview.notes.extend(found.notes);
        preview.notes.extend(stays);
        if !sources.leave {
            let damaged = found.nowhere.iter();
            preview.obstacles.extend(damaged.map(|path| Obstacle::at(path, Restoring::BackupDamaged)));
        }
        let preview = RollbackPreview {
            patch: entry.patch.clone(),
            turn,
            entry: entry.seq,
            patches: several_of(ledger, entry),
            with_it: Vec::new(),
            back: Vec::new(),
            stack_before: Vec::new(),
            stack_after: Vec::new(),
            rebuilt: Vec::new(),
            preview,
            advice: Vec::new(),
            restarts: BTreeSet::new(),
            scripts: ScriptPlan::default(),
            checks: Vec::new(),
            asked: Vec::new(),
            opens: Vec::new(),
        };
        let (how, bundles) = (RollbackRoute::Entry(kept), sources.bundles.clone());
        let leaves = sources.leave && !found.nowhere.is_empty();
        Ok(PlannedRollback {
            preview,
            survey,
            how,
            bundles,
            scripts: Vec::new(),
            leaves,
            occasion: Occasion::NONE,
            set_aside: Vec::new(),
            has_unasked: false,
        })
    }

    /// Takes back what `look` shows, under the lock.
    pub(crate) fn take_back(
        &self,
        folder: &mut LockedFolder<'_>,
        look: PlannedRollback,
        checks: Vec<CheckNote>,
        facts: Vec<EntryFact>,
        watch: Watch<'_>,
    ) -> Result<RolledBack> {
        let PlannedRollback {
            preview: told, survey, how, bundles, scripts, leaves, occasion, set_aside, ..
        } = look;
        let RollbackPreview { entry: seq, patch, patches, back, preview, checks: due, asked, opens, .. } =
            told;
        let reversed = folder.ledger.entry(seq).expect("the look found this entry");
        let notes = preview.notes.clone();
        let plan = preview.approve().map_err(|preview| Error::Refused(preview.obstacles))?;
        let mut entry = folder.next_entry(Action::Rollback).on(&occasion);
        entry.patch.clone_from(&patch);
        entry.checks = checks;
        entry.checks_due = !due.is_empty();
        entry.scripts = scripts;
        entry.facts = facts;
        entry.facts.extend(asked.iter().map(EntryFact::accepted));
        entry.overrides = set_aside;
        entry.facts.extend(survey.facts.iter().cloned());
        entry.facts.extend(notes.iter().filter_map(EntryFact::of_note));
        entry.name_parts(folder.ledger.parts_named(&how.about(&folder.ledger, reversed)));
        let mut extras = ChangeExtras::default();
        let contents: Box<dyn Contents> = match how {
            RollbackRoute::Entry(kept) => {
                entry.reverses = Some(seq);
                // Of an entry that brought several patches the contents between them are needed when they come back.
                extras.retires.extend((!reversed.brought_parts()).then_some(seq));
                let elsewhere = out_of(&bundles, folder.fs()).with_seen(&survey.situation.tree);
                Box::new(KeptContents { kept, made: survey.made.clone(), elsewhere })
            }
            RollbackRoute::Layers { out, made, archive } => {
                entry.facts.extend(came_back_with_it(&back));
                entry.out = out.into_iter().map(Gone::from).collect();
                let library = Library::new(&bundles, SearchFirst::Bundles).in_folder(folder.fs());
                let library = library.with_seen(&survey.situation.tree).with_copies(archive);
                Box::new(library.with_made(made))
            }
        };
        (entry.version_before, entry.version_after) =
            versions(folder.fs(), &folder.ledger, reversed, &entry, plan.steps())?;
        if leaves {
            // What is left as it is may be what says the version.
            entry.version_after = None;
        }
        let change = LockedChange { plan, survey: &survey, entry, contents: &*contents, extras };
        let receipt = folder.carry_out(change, watch)?;
        drop(contents);
        folder.note(&receipt.entry)?;
        Ok(RolledBack {
            turn: receipt.entry.turn(folder.ledger.entries()),
            patch,
            patches,
            back,
            checks: Vec::new(),
            notes,
            edits: KeptEdit::find(folder.fs(), &folder.ledger, &[receipt.entry.seq])?,
            untidy: receipt.untidy.map(|error| error.to_string()),
            needs: None,
            opens,
            entry: receipt.entry,
        })
    }
}

/// What is asked for.
#[derive(Clone, Copy)]
struct RollbackInquiry<'a> {
    options: &'a RollbackOptions,
    sources: &'a OtherSources,
    /// How far the checks may reach of a patch that comes back and that nobody vouches for.
    reach: CheckReach,
}

/// The patches that `entry` is about, where they are several.
fn several_of(ledger: &Ledger, entry: &Entry) -> Vec<PatchNote> {
    let notes: Vec<PatchNote> =
        ledger.about(entry).into_iter().filter_map(|key| ledger.note(key)).cloned().collect();
    if notes.len() > 1 { notes } else { Vec::new() }
}

/// What taking back `entry` comes to.
fn reversal_of(entry: &Entry, ledger: &Ledger) -> Turn {
    match entry.action {
        Action::Apply => Turn::Went,
        _ => entry.turn(ledger.entries()).reversed(),
    }
}

/// What is taken back where that comes to `turn`.
const fn taken_back_by(turn: Turn) -> TakenBack {
    match turn {
        Turn::Went => TakenBack::Patch,
        Turn::CameBack => TakenBack::Rollback,
        Turn::Repaired | Turn::RepairUndone => TakenBack::Repair,
        Turn::Switched | Turn::SwitchedBack => TakenBack::Move,
    }
}

/// Who is active again because others went, for the history.
fn came_back_with_it(back: &[PatchNote]) -> Option<EntryFact> {
    let patches: Vec<String> = back.iter().map(|note| note.id.clone()).collect();
    (!patches.is_empty()).then_some(EntryFact::ActiveAgain { patches })
}

impl Recheckable for PlannedRollback {
    fn still_holds(&self, fs: &dyn Fs, ledger: &Ledger) -> bool {
        self.survey.still_holds(fs, ledger)
    }
}

impl PlannedRollback {
    /// Adds what the folder's patches are before and after one of them goes alone.
    fn describe(&mut self, ledger: &Ledger, folder: &FolderStack, key: LayerKey) {
        let note = |key: LayerKey| ledger.note(key).cloned();
        let returns = |layer: &&Layer| layer.superseded.is_some_and(|(by, _)| by == key);
        let back: Vec<LayerKey> = folder.layers.iter().filter(returns).map(|layer| layer.key).collect();
        let id = |layer: &Layer| layer.id.clone();
        let active = folder.layers.iter().filter(|layer| layer.is_active());
        self.preview.stack_before = active.map(id).collect();
        let stays = |layer: &&Layer| layer.key != key && (layer.is_active() || back.contains(&layer.key));
        self.preview.stack_after = folder.layers.iter().filter(stays).map(id).collect();
        self.preview.patch = note(key);
        self.preview.patches = note(key).into_iter().collect();
        self.preview.back = back.into_iter().filter_map(note).collect();
    }

    /// Refuses what is not as somebody agreed to, and what nobody has allowed.
    fn may_go(&self, options: &RollbackOptions) -> Result<()> {
        DecisionDigest::refuse_other(options.expected, || self.preview.decision())?;
        self.preview.preview.clone().approve().map_err(|preview| Error::Refused(preview.obstacles))?;
        self.preview.permits(&options.overrides)?;
        self.agree(options).map(drop)
    }

    /// Whether scripts may run to take it back. When only the files are to go back, gives what the history says of that.
    fn agree(&self, options: &RollbackOptions) -> Result<Option<EntryFact>> {
        let scripts = &self.preview.scripts;
        if options.scripts != ScriptConsent::Without {
            return scripts.agree(options.scripts).map(|()| None);
        }
        let is_left = !scripts.is_empty() || scripts.refused.is_some();
        Ok(is_left.then_some(EntryFact::ScriptsNotUndone))
    }
}
