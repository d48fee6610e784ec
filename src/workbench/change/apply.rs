//! Applies a bundle to a folder.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::apply_preview::Previewed;
use super::health::Health;
use super::locked::{ChangeExtras, LockedChange, LockedFolder, Recheckable};
use super::permission::{CheckedBundles, PermittedBundles, Purpose};
use super::scripts::{ScriptRun, not_recorded, unstoppable};
use super::trust_checks::{overrides, vouched_note};
use crate::bundle::VerifiedBundle;
use crate::diff::MAX_EDIT_BYTES;
use crate::diff::on_tree::TextOrigin;
use crate::disk::fs::Fs;
use crate::ledger::{
    Action, CheckNote, Entry, EntryFact, EntryPart, KeptSignatures, Ledger, PatchNote, Retires, ScriptNote,
    ScriptTime, document_name, edits_name, manifest_name, signatures_name,
};
use crate::model::{Code, Digest, Patch};
use crate::plan::{ApprovedPlan, FileNote, Note, Obstacle, OnDrift, PlannedPatch};
use crate::transaction::Intermediate;
use crate::workbench::contents::{Library, SearchFirst};
use crate::workbench::{
    ApplyOptions, ApplyPreview, ApplyRequest, ComingPatch, DecisionDigest, Error, Result, ScriptTrouble,
    Watch, Workbench, text_patch,
};

/// What applying did.
#[derive(Debug)]
#[must_use]
pub struct Applied {
    /// The patch; of several the last one.
    pub patch: Arc<Patch>,
    /// Every patch, in the order in which they came.
    pub patches: Vec<ComingPatch>,
    /// How the diffs fitted, if text patches were named.
    pub text: Option<TextOrigin>,
    /// The history entry; `None` when there was nothing to do.
    pub entry: Option<Entry>,
    /// Notes.
    pub notes: Vec<Note>,
    /// Scripts and health checks that ran, in this order.
    pub checks: Vec<CheckNote>,
    /// Why tidying up did not succeed, if so. The change is done.
    pub untidy: Option<String>,
}

impl Applied {
    /// Everything was as the patch leaves it already.
    fn nothing(preview: ApplyPreview) -> Self {
        Self {
            patch: preview.patch,
            patches: preview.patches,
            text: preview.text,
            entry: None,
            notes: preview.preview.notes,
            checks: Vec::new(),
            untidy: None,
        }
    }
}

impl Workbench {
    /// Applies these patch files to `target` in one transaction: all, or none. The history knows each of them afterwards,
    /// so that each can be rolled back later.
    ///
    /// # Errors
    /// [`Error::Refused`] lists every obstacle; nothing changed. [`Error::Change`] says what the folder is like.
    /// [`Error::Unhealthy`]: a required health check failed, and the change was rolled back; [`Error::ChecksStopped`]:
    /// somebody stopped them.
    pub fn apply(
        &self,
        request: impl Into<ApplyRequest>,
        target: &Path,
        options: ApplyOptions,
        watch: Watch<'_>,
    ) -> Result<Applied> {
        self.apply_opened(self.open_for_change(&request.into(), target, watch)?, target, &options, watch)
    }

    /// The same with patch files that are open: what [`Workbench::preview_opened`] showed is what is applied.
    ///
    /// # Errors
    /// As [`Workbench::apply`].
    pub(crate) fn apply_opened(
        &self,
        mut opened: CheckedBundles,
        target: &Path,
        options: &ApplyOptions,
        watch: Watch<'_>,
    ) -> Result<Applied> {
        // What is not as somebody agreed to is told as that, whatever else speaks against it.
        if options.expected.is_some() {
            opened.refuse_exchanged()?;
        }
        opened.purpose = Purpose::Change(options.overrides.consent());
        opened.look_through_once(watch)?;
        let remembered = self.remembered(target)?;
        // A folder where nothing would be done is left without a trace: no lock, no state folder.
        let fs = self.disk(target)?;
        let first_look = self.read_consistently(
            target,
            &*fs,
            || self.preview_unlocked(&opened, &remembered, &*fs, watch),
            |seen| {
                let preview = &seen.preview.preview;
                preview.obstacles.is_empty() && !preview.leaves_no_trace()
            },
        )?;
        DecisionDigest::refuse_other(options.expected, || first_look.preview.decision())?;
        let bundles = opened.permit(&first_look.preview)?;
        approve(&first_look.preview, options, &mut Vec::new())?;
        if first_look.preview.preview.leaves_no_trace() {
            return Ok(Applied::nothing(first_look.preview));
        }
        first_look.preview.scripts.agree(options.scripts)?;
        let see_again = |fs: &dyn Fs| self.preview_here(&bundles, &remembered, fs, watch);
        let can_change = |look: &Previewed| approve(&look.preview, options, &mut Vec::new()).is_ok();
        let (mut folder, look) = self.lock_as_seen(target, first_look, see_again, can_change)?;
        let mut applied = self.apply_locked(&bundles, &mut folder, look, options, watch)?;
        applied.notes.extend(folder.remember());
        if applied.entry.is_some() {
            folder.check_path()?;
        }
        Ok(applied)
    }

    /// Applies what `looked` shows.
    pub(crate) fn apply_locked(
        &self,
        bundles: &PermittedBundles,
        folder: &mut LockedFolder<'_>,
        looked: Previewed,
        options: &ApplyOptions,
        watch: Watch<'_>,
    ) -> Result<Applied> {
        bundles.check_place(folder.target);
        let bundles = bundles.as_slice();
        let texts = bundles.iter().filter_map(|bundle| bundle.text.as_ref());
        let mut facts: Vec<EntryFact> = texts.flat_map(text_patch::facts).collect();
        facts.extend(looked.survey.facts.iter().cloned());
        facts.extend(facts_on_edits(&looked.preview));
        facts.extend(
            coming(&looked)
                .flat_map(|(_, planned)| &planned.in_place)
                .map(|(path, note)| EntryFact::File { path: path.to_string(), became: note.clone() }),
        );
        let plan = approve(&looked.preview, options, &mut facts)?;
        if looked.preview.preview.leaves_no_trace() {
            // Somebody else has just applied the same patch.
            return Ok(Applied::nothing(looked.preview));
        }
        let scripts = &looked.preview.scripts;
        scripts.agree(options.scripts)?;
        let come = coming(&looked).map(|(bundle, _)| PatchNote::new(&bundles[bundle].patch));
        let mut patches: Vec<PatchNote> = come.collect();
        patches.reverse();
        let mut run = ScriptRun::new(folder, scripts, patches);
        run.before_the_change(&looked.survey, watch)?;
        let mut entry = entry_of(run.folder, bundles, &looked, facts)?.on(&options.occasion);
        entry.overrides = overrides(&looked.preview, options);
        entry.scripts = run.notes.iter().cloned().chain(scripts.due(ScriptTime::After)).collect();
        let contents = Library::new(bundles, SearchFirst::Bundles)
            .in_folder(run.folder.fs())
            .with_seen(&looked.survey.situation.tree)
            .with_copies(looked.archive.clone())
            .with_made(looked.plan.made.clone());
        let mut extras = ChangeExtras {
            beside: beside(coming(&looked).map(|(bundle, _)| &bundles[bundle]))?,
            between: between(&looked),
            ..ChangeExtras::default()
        };
        scripts.keep_in(&mut extras);
        let change = LockedChange { plan, survey: &looked.survey, entry, contents: &contents, extras };
        let receipt = match run.folder.carry_out(change, watch) {
            Ok(receipt) => receipt,
            Err(failure) => {
                drop(contents);
                return Err(run.change_failed(failure));
            }
        };
        drop(contents);
        run.folder.note(&receipt.entry)?;
        let before: Vec<CheckNote> = run.drain().iter().map(ScriptNote::as_check).collect();
        let patches: Vec<&Patch> = coming(&looked).map(|(bundle, _)| &*bundles[bundle].patch).collect();
        let mut checks = self.prove_health(&patches, &receipt.entry, run, watch)?;
        checks.splice(..0, before);
        Ok(Applied {
            notes: looked.preview.preview.notes.clone(),
            patch: looked.preview.patch,
            patches: looked.preview.patches,
            text: looked.preview.text,
            entry: Some(receipt.entry),
            checks,
            untidy: receipt.untidy.map(|error| error.to_string()),
        })
    }

    /// Runs the scripts that come after the change, then the health checks. When a script or a required check fails,
    /// takes the change back.
    fn prove_health(
        &self,
        patches: &[&Patch],
        applied: &Entry,
        mut run: ScriptRun<'_, '_>,
        watch: Watch<'_>,
    ) -> Result<Vec<CheckNote>> {
        let script_failed = run.run(ScriptTime::After, watch).err();
        let health = match script_failed {
            // Nobody asks a product how it is that was not set up to the end.
            Some(_) => Health::default(),
            None => Health::examine(patches, run.folder.fs(), watch),
        };
        let (mut failed, is_well) = (health.failed.clone(), health.is_well());
        if let Some(lost) = run.lost_history() {
            let failed = script_failed.into_iter().chain([lost]).collect();
            return Err(run.failure(ScriptTrouble::NotRecorded, failed, None));
        }
        let is_script = script_failed.is_some();
        failed.extend(script_failed);
        if is_well && failed.is_empty() {
            let mut told: Vec<CheckNote> = run.notes.iter().map(ScriptNote::as_check).collect();
            told.extend(health.notes.iter().cloned());
            if !told.is_empty() {
                let mut entry = health.entry(run.folder, applied, self.environment());
                entry.scripts = run.drain();
                run.folder.append(&entry).map_err(not_recorded)?;
            }
            return Ok(told);
        }
        // The wish to stop is not heard any more: going back is the safe way.
        unstoppable(|watch| {
            let mut not_undone = run.undo(ScriptTime::After);
            let LockedFolder { ledger, .. } = &*run.folder;
            let look = self.look_at(run.folder.fs(), ledger, applied, OnDrift::Stop, Vec::new(), watch);
            let taken_back = look.and_then(|mut look| {
                look.scripts.clone_from(&run.notes);
                look.occasion = applied.occasion_of_consequences();
                let facts = health.facts().chain(run.facts()).collect();
                self.take_back(run.folder, look, health.notes.clone(), facts, watch)
            });
            match &taken_back {
                Ok(_) => {
                    let _ = run.drain();
                    not_undone.extend(run.undo(ScriptTime::Before));
                    run.record()?;
                }
                Err(_) => {
                    run.record_after_failure();
                    health.record_failure(run.folder, applied, self.environment());
                }
            }
            let undo = taken_back.err();
            match (not_undone.is_empty(), is_script) {
                (false, _) => {
                    let failed = failed.into_iter().chain(not_undone).collect();
                    let trouble = match undo {
                        None => ScriptTrouble::NotUndone,
                        Some(_) => ScriptTrouble::TakenBack,
                    };
                    Err(run.failure(trouble, failed, undo))
                }
                (true, true) => Err(run.failure(ScriptTrouble::TakenBack, failed, undo)),
                (true, false) => Err(health.error(applied, undo.map(Box::new))),
            }
        })
    }
}

/// What the history will say.
fn entry_of(
    folder: &LockedFolder<'_>,
    bundles: &[VerifiedBundle],
    looked: &Previewed,
    facts: Vec<EntryFact>,
) -> Result<Entry> {
    let mut entry = folder.next_entry(Action::Apply);
    let fixed = coming(looked).flat_map(|(bundle, _)| &bundles[bundle].patch.about.vulnerabilities);
    for id in fixed {
        if !entry.resolved.contains(id) {
            entry.resolved.push(id.clone());
        }
    }
    let mut parts = Vec::new();
    let previews = looked.preview.patches.iter().filter(|patch| patch.left_out.is_none());
    for ((bundle, planned), preview) in coming(looked).zip(previews) {
        let bundle = &bundles[bundle];
        let (file, manifest) = (bundle.file_digest()?, Digest::compute(bundle.manifest()));
        let mut part = EntryPart::new(PatchNote::new(&bundle.patch), file, manifest, &planned.steps);
        part.retires = planned.replaces.iter().map(|(key, stays)| Retires::new(*key, *stays)).collect();
        parts.push(part);
        entry.vouched.push(vouched_note(preview));
    }
    if let Some(first) = parts.first() {
        entry.patch = Some(first.patch.clone());
        entry.bundle = Some(first.bundle);
        entry.manifest = Some(first.manifest);
    }
    // What one patch does alone is said as it always was, so that older programs can read it.
    if parts.len() > 1 || parts.iter().any(|part| !part.retires.is_empty()) {
        entry.parts = parts;
    }
    entry.checks_due = coming(looked).any(|(bundle, _)| !bundles[bundle].patch.about.health.is_empty());
    let version = looked.preview.version.clone();
    let results = coming(looked).filter_map(|(_, planned)| planned.result_version.clone());
    entry.version_after = results.last().or_else(|| version.clone());
    entry.version_before = version;
    entry.facts = facts;
    Ok(entry)
}

impl Recheckable for Previewed {
    fn still_holds(&self, fs: &dyn Fs, ledger: &Ledger) -> bool {
        self.survey.still_holds(fs, ledger)
    }
}

/// What became of somebody's edits: worth knowing long after the notes have scrolled away.
fn facts_on_edits(preview: &ApplyPreview) -> Vec<EntryFact> {
    let is_edit = |path: &String| preview.edits.keys().any(|edit| edit.as_str() == path);
    let notes = preview.preview.notes.iter().filter(|note| note.path.as_ref().is_some_and(is_edit));
    let is_new = |note: &&Note| !matches!(note.file, Some(FileNote::InPlace { .. }));
    notes.filter(is_new).filter_map(EntryFact::of_note).collect()
}

/// The plan, if nothing stands in its way but what `options` allow.
fn approve(
    preview: &ApplyPreview,
    options: &ApplyOptions,
    facts: &mut Vec<EntryFact>,
) -> Result<ApprovedPlan> {
    DecisionDigest::refuse_other(options.expected, || preview.decision())?;
    preview.permits(options.overrides.consent())?;
    let mut preview = preview.preview.clone();
    let (allowed, obstacles): (Vec<Obstacle>, Vec<Obstacle>) =
        preview.obstacles.into_iter().partition(|obstacle| options.allows(obstacle));
    // A downgrade is told by the numbers that the history keeps.
    let told = allowed.iter().filter(|obstacle| obstacle.code() != Code::Downgrade);
    facts.extend(told.map(EntryFact::accepted));
    preview.obstacles = obstacles;
    preview.approve().map_err(|preview| Error::Refused(preview.obstacles))
}

/// The patches that do come, each with its bundle's number.
fn coming(looked: &Previewed) -> impl Iterator<Item = (usize, &PlannedPatch)> {
    let coming = looked.plan.patches.iter().filter(|planned| planned.left_out.is_none());
    coming.map(|planned| (looked.order[planned.index], planned))
}

/// The manifest of each patch, the signatures and documents that came with it, and its edits by key.
fn beside<'b>(bundles: impl Iterator<Item = &'b VerifiedBundle>) -> Result<BTreeMap<String, Cow<'b, [u8]>>> {
    let mut files: BTreeMap<String, Cow<'b, [u8]>> = BTreeMap::new();
    for (part, bundle) in bundles.enumerate() {
        files.insert(manifest_name(part), bundle.manifest().into());
        let kept = KeptSignatures { signatures: bundle.signatures.clone(), reviews: bundle.reviews.clone() };
        files.extend(kept.to_bytes().map(|bytes| (signatures_name(part), bytes.into())));
        for edit in bundle.patch.changes.iter().filter_map(|change| change.edit) {
            files.insert(edits_name(&edit), bundle.read_blob(&edit, MAX_EDIT_BYTES as u64)?.into());
        }
        for file in bundle.patch.about.evidence.kept() {
            let content = bundle.read_blob(&file.digest, file.size_bytes)?;
            files.insert(document_name(&file.digest), content.into());
        }
    }
    Ok(files)
}

/// Contents that only the safe copies will have. What is in the folder already needs no second copy unless it goes.
fn between(looked: &Previewed) -> Vec<Intermediate> {
    let between = looked.plan.between.iter();
    between.map(|(path, file)| Intermediate { path: path.clone(), file: file.clone() }).collect()
}
