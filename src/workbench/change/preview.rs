//! What applying bundles would do, without doing any of it.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::apply_preview::Previewed;
use super::components::add_components;
use super::dangers::add_dangers;
use super::key_table::keys_that_change;
use super::made_contents::prove_made_contents;
use super::permission::{CheckedBundles, Purpose};
use super::scripts::ScriptPlan;
use super::series::leave_out_what_came_one_by_one;
use super::switch_notes::notes_on_switches;
use super::trust_checks::Floors;
use crate::bundle::VerifiedBundle;
use crate::disk::fs::Fs;
use crate::ledger::Ledger;
use crate::model::{Code, Digest, FileChange, Hasher, LocalEdits, Patch, PatchRef, TreePath};
use crate::plan::why::{Unfit, gone_history};
use crate::plan::{
    Candidate, FolderProduct, InstalledStack, Note, NoteSource, Obstacle, PatchRemark, PlaceRemark,
    PlanOfSeveral, PlannedPatch, Preview, Resolution, Scope, Situation, plan_several, resolve,
};
use crate::transaction::TransactionError;
use crate::transaction::recover::{self, Unfinished};
use crate::trust::{Denial, Keyring, Verdict};
use crate::workbench::contents::{Library, SearchFirst, SeenFiles};
use crate::workbench::hidden::Hidden;
use crate::workbench::look::changes::hidden_in;
use crate::workbench::look::edited_images::edited_images;
use crate::workbench::look::edits::edits_by_file;
use crate::workbench::look::identify::product_of;
use crate::workbench::look::inspect::readable_reviews;
use crate::workbench::look::line_ends::with_line_ends_turned;
use crate::workbench::look::merging::{ReadChoices, resolve_edits};
use crate::workbench::look::moved_switches::MovedSwitches;
use crate::workbench::look::originals::{add_diffs, restored_originals};
use crate::workbench::look::rollback_protection::Remembered;
use crate::workbench::look::situation::{CheckReach, ProductSeen, Survey};
use crate::workbench::look::stack::{FolderStack, plain, read_ledger};
use crate::workbench::look::unchecked::unchecked;
use crate::workbench::look::vouching::KeysOfToday;
use crate::workbench::{
    ApplyPreview, ApplyRequest, ComingPatch, Error, Result, UncheckedChange, Watch, Workbench, text_patch,
};

impl Workbench {
    /// What applying these patch files in one go would do. Writes nothing, not even a lock.
    ///
    /// # Errors
    /// If a file or the folder cannot be read, or unfinished work has to be dealt with first; [`Error::Refused`] if the
    /// bundles require each other in a circle. Everything that stands in a patch's own way is in the preview.
    pub fn preview(
        &self,
        request: impl Into<ApplyRequest>,
        target: &Path,
        watch: Watch<'_>,
    ) -> Result<ApplyPreview> {
        let mut opened = self.open_for_change(&request.into(), target, watch)?;
        self.preview_opened(&mut opened, target, watch)
    }

    /// The same of patch files that are open. Everything in them is read and hashed first, so that nobody reads how good
    /// a damaged file is, and it is what [`Workbench::apply_opened`] puts in.
    ///
    /// # Errors
    /// As [`Workbench::preview`], and if a file is damaged.
    pub(crate) fn preview_opened(
        &self,
        bundles: &mut CheckedBundles,
        target: &Path,
        watch: Watch<'_>,
    ) -> Result<ApplyPreview> {
        bundles.look_through(watch)?;
        let fs = self.disk(target)?;
        let Previewed { mut preview, survey, .. } = self.see_unlocked(bundles, target, &fs, watch)?;
        let seen = SeenFiles::new(&survey.situation.tree);
        for bundle in bundles.as_slice() {
            preview.hidden.merge(hidden_in(bundle, Some((&fs, &seen)), watch.cancel)?);
        }
        preview.keys = keys_that_change(bundles.as_slice(), &preview, &*fs)?;
        Ok(preview)
    }

    /// The same of one folder of many, where nobody is shown what the patch hides, nor how it was rehearsed.
    ///
    /// # Errors
    /// As [`Workbench::preview_opened`].
    pub(crate) fn preview_one_of_many(
        &self,
        bundles: &mut CheckedBundles,
        target: &Path,
        watch: Watch<'_>,
    ) -> Result<ApplyPreview> {
        bundles.look_through_once(watch)?;
        let fs = self.disk(target)?;
        self.see_unlocked(bundles, target, &fs, watch).map(|seen| seen.preview)
    }

    fn see_unlocked(
        &self,
        bundles: &CheckedBundles,
        target: &Path,
        fs: &Arc<dyn Fs>,
        watch: Watch<'_>,
    ) -> Result<Previewed> {
        self.refuse_shortened_history(target, &**fs)?;
        let remembered = self.remembered(target)?;
        let look = || self.preview_unlocked(bundles, &remembered, &**fs, watch);
        let is_plain = |looked: &Previewed| looked.preview.preview.obstacles.is_empty();
        let mut seen = self.read_consistently(target, &**fs, look, is_plain)?;
        let Previewed { preview, survey, plan, archive, .. } = &mut seen;
        let library = Library::new(bundles.as_slice(), SearchFirst::Bundles).in_folder(&**fs);
        let library = library.with_seen(&survey.situation.tree).with_copies(archive.clone());
        let library = library.with_made(plan.made.clone());
        prove_made_contents(bundles.as_slice(), &mut preview.preview, &library, watch)?;
        self.name_bundles_at_hand(&bundles.files, &mut seen.preview);
        Ok(seen)
    }

    /// As [`Workbench::preview_here`] of a folder that is not locked.
    pub(super) fn preview_unlocked(
        &self,
        bundles: &CheckedBundles,
        remembered: &Remembered,
        fs: &dyn Fs,
        watch: Watch<'_>,
    ) -> Result<Previewed> {
        refuse_unfinished(fs)?;
        self.preview_here(bundles, remembered, fs, watch)
    }

    pub(crate) fn preview_here(
        &self,
        checked: &CheckedBundles,
        remembered: &Remembered,
        fs: &dyn Fs,
        watch: Watch<'_>,
    ) -> Result<Previewed> {
        let bundles = checked.as_slice();
        let ledger = read_ledger(fs)?;
        let keys = self.keys_for(checked)?;
        let vouching = self.vouching(&keys, fs, &ledger);
        let folder = FolderStack::read(fs, &ledger)?.vouched(&vouching);
        let folder = self.with_doubts(folder, fs, &ledger, watch)?;
        let product = product_of(fs, &ledger, &folder, &checked.said, &vouching)?;
        let verdicts = verdicts(checked, product.as_ref(), &keys)?;
        let BundleOrder { order, dropped } = order_of(bundles, &verdicts, &folder)?;
        let patches: Vec<&Patch> = order.iter().map(|index| &*bundles[*index].patch).collect();
        let reach = |one: &usize| (&*bundles[*one].patch, checked.reach_of(&verdicts[*one]));
        let reaching: Vec<(&Patch, CheckReach)> = order.iter().map(reach).collect();
        let (mut survey, seen) = self.survey_for_apply(fs, &reaching, &ledger, watch)?;
        let keeps_modes = survey.situation.keeps_modes;
        let candidate =
            |(one, seen): (&usize, _)| coming(&bundles[*one].patch, &verdicts[*one], seen, keeps_modes);
        let mut coming: Vec<Candidate> = order.iter().zip(seen).map(candidate).collect();
        self.add_recalls(&mut survey, &patches, checked)?;
        let coming_bundles: Vec<&VerifiedBundle> = order.iter().map(|index| &bundles[*index]).collect();
        add_edits(&mut coming, &coming_bundles, &folder)?;
        let moved = MovedSwitches::find(fs, &ledger, &folder)?;
        resolve_edits(&coming_bundles, fs, &mut survey, &checked.choices, &moved)?;
        survey.situation.other_line_ends =
            with_line_ends_turned(&coming_bundles, fs, &survey.situation.tree)?;
        let archive = folder.archive(fs)?;
        let library = Library::new(bundles, SearchFirst::Bundles).in_folder(fs);
        let library = library.with_seen(&survey.situation.tree).with_copies(archive.clone());
        let images = edited_images(fs, &folder, &survey.situation.tree, &patches, &library);
        let originals = restored_originals(&coming_bundles, &folder, &survey.situation.tree, &library)?;
        let known = survey.made.by_digest().chain(images).chain(originals.clone()).collect();
        let library = library.with_made(known);
        add_diffs(&mut coming, &coming_bundles, &folder, &library)?;
        let installed = InstalledStack { stack: folder.stack(), next_entry: ledger.head().seq + 1 };
        let mut plan = plan_several(&coming, &survey.situation, &installed, &library);
        plan.between.retain(|(_, file)| !library.is_kept(&file.digest));
        tell_clashes_once(&mut plan.preview.obstacles);
        leave_out_what_came_one_by_one(&mut plan, bundles, &folder);
        plan.made.extend(survey.made.by_digest().chain(originals));
        plan.preview.notes.extend(dropped);
        plan.preview.notes.extend(notes_on_idle_choices(&patches, &survey.situation.edits, &checked.choices));
        let mut preview = of_plan(checked, &verdicts, &order, &plan, &coming, &folder, &ledger);
        preview.edits.clone_from(&survey.situation.edits);
        let come = that_come(bundles, &verdicts, &order, &plan);
        let coming = come.iter().map(|(bundle, _)| &*bundle.patch);
        let then = (preview.preview.plan.steps.as_slice(), &survey.situation.tree);
        let switches = notes_on_switches(coming, then, &folder, &library);
        preview.preview.notes.extend(switches);
        preview.scripts = ScriptPlan::of_bundles(come.iter().copied(), self)?;
        preview.text = bundles.iter().find_map(|bundle| bundle.text.clone());
        if let Some(text) = &preview.text {
            text_patch::add_findings(&mut preview.preview, text);
        }
        add_dangers(&mut preview, fs, watch)?;
        let floors = Floors::new(&ledger).and(remembered.floors(fs, &patches));
        self.add_doubts(&mut preview, product.as_ref(), &floors)?;
        self.add_neighbours(&mut preview, checked, product.as_ref(), &come, &keys);
        survey.facts.extend(add_components(&mut preview, checked.sbom.as_ref(), fs)?);
        preview.preview.notes.extend(notes_on_withdrawn(&preview.preview, &survey.situation));
        self.add_rehearsal(fs, &mut preview, remembered);
        preview.preview.notes.extend(notes_on_unchecked(fs, &ledger)?);
        preview.preview.notes.extend(note_on_gone_history(remembered, &ledger));
        Ok(Previewed { preview, survey, plan, order, archive })
    }

    /// Adds which of the patches were withdrawn, and which lists say so.
    fn add_recalls(&self, survey: &mut Survey, patches: &[&Patch], checked: &CheckedBundles) -> Result<()> {
        let recalls = self.recalls(&checked.withdrawn)?;
        let held = |patch: &&Patch| {
            Some((patch.about.identity.clone(), recalls.about_patch(&patch.about.identity)?.clone()))
        };
        survey.situation.held = patches.iter().filter_map(held).collect();
        survey.facts = recalls.facts().collect();
        Ok(())
    }

    /// The keys and rules that patch files are judged by.
    fn keys_for(&self, checked: &CheckedBundles) -> Result<KeysOfToday> {
        let keys = self.keys_of_today()?;
        Ok(match checked.purpose {
            Purpose::Proof => KeysOfToday { keyring: Keyring::default(), ..keys },
            Purpose::Change(_) | Purpose::Rehearsal => keys,
        })
    }
}

/// That the history which was here is gone, if so.
fn note_on_gone_history(remembered: &Remembered, ledger: &Ledger) -> Option<Note> {
    let gone = remembered.gone_history(ledger).map(gone_history);
    gone.map(|gone| Note::told(NoteSource::History, gone))
}

/// The bundles that really come, each with its verdict.
fn that_come<'a>(
    bundles: &'a [VerifiedBundle],
    verdicts: &'a [Verdict],
    order: &[usize],
    plan: &PlanOfSeveral,
) -> Vec<(&'a VerifiedBundle, &'a Verdict)> {
    let left_out = |planned: &&PlannedPatch| planned.left_out.is_none();
    let come = plan.patches.iter().filter(left_out).map(|planned| order[planned.index]);
    come.map(|one| (&bundles[one], &verdicts[one])).collect()
}

/// Who vouches for each bundle, by the rules of the product in the folder and the keys of today.
///
/// # Errors
/// If these rules let nobody look at one of them.
fn verdicts(
    checked: &CheckedBundles,
    folder: Option<&FolderProduct>,
    keys: &KeysOfToday,
) -> Result<Vec<Verdict>> {
    let product = folder.map(|folder| folder.name.as_str());
    let judged = checked.files.iter().zip(&checked.bundles).map(|(file, bundle)| {
        let verdict = bundle.verdict_in(product, &keys.keyring, keys.now);
        match verdict.may_be_seen() {
            true if checked.purpose == Purpose::Rehearsal => Ok(verdict.for_a_rehearsal()),
            true => Ok(verdict),
            false => Err(Error::not_trusted(file, Denial::Policy, &verdict)),
        }
    });
    judged.collect()
}

/// The bundles that come, in their order, and what is worth knowing about those that do not.
struct BundleOrder {
    order: Vec<usize>,
    dropped: Vec<Note>,
}

/// The order in which the bundles come, each patch once and in its newest edition. Which of two is newer is believed
/// only of one author, or where of neither it is known who made it.
fn order_of(bundles: &[VerifiedBundle], verdicts: &[Verdict], folder: &FolderStack) -> Result<BundleOrder> {
    let identity = |index: usize| &bundles[index].patch.about.identity;
    let (mut chosen, mut dropped): (Vec<usize>, Vec<Note>) = (Vec::new(), Vec::new());
    let mut drop = |old: usize, new: usize| {
        let (old, new) = (identity(old).clone(), identity(new).clone());
        dropped.push(Note::new(PatchRemark::AlsoNamed { old, new }));
    };
    for index in 0..bundles.len() {
        let twin = chosen.iter().position(|other| identity(*other).id == identity(index).id);
        let Some(at) = twin else {
            chosen.push(index);
            continue;
        };
        let other = chosen[at];
        if bundles[other].manifest() == bundles[index].manifest() {
            continue;
        }
        let made = |index: usize| (&*bundles[index].patch, verdicts[index].authors());
        let ((one, by), (another, by_another)) = (made(index), made(other));
        let is_foreign = Scope::new((one, &by), (another, &by_another)).is_foreign();
        match identity(other).revision.cmp(&identity(index).revision) {
            Ordering::Less if !is_foreign => {
                drop(other, index);
                chosen[at] = index;
            }
            Ordering::Greater if !is_foreign => drop(index, other),
            _ => {
                let id = identity(index).id.clone();
                return Err(Error::refused(Unfit::TwoAreCalled(PatchRef { id, revision: 1 })));
            }
        }
    }
    let patches: Vec<&Patch> = chosen.iter().map(|index| &*bundles[*index].patch).collect();
    let is_installed = |id: &str| folder.layers.iter().any(|layer| layer.id == id);
    let order = resolve(&patches, is_installed).map_err(|cycle| Error::refused(Unfit::Circle(cycle)))?;
    Ok(BundleOrder { order: order.into_iter().map(|index| chosen[index]).collect(), dropped })
}

fn coming(patch: &Arc<Patch>, verdict: &Verdict, seen: ProductSeen, keeps_modes: bool) -> Candidate {
    Candidate {
        patch: match keeps_modes {
            true => Arc::clone(patch),
            false => Arc::new(plain(Patch::clone(patch), keeps_modes)),
        },
        authors: verdict.authors(),
        edits: BTreeMap::new(),
        diffs: BTreeMap::new(),
        is_product: seen.is_product,
        product_evidence: seen.evidence,
        version: seen.version,
        failed_checks: seen.failed_checks,
        unasked_checks: seen.unasked_checks,
    }
}

/// Adds the edits by key of the bundles that come. Where no other patch is or comes, nobody else changed a file of theirs.
fn add_edits(coming: &mut [Candidate], bundles: &[&VerifiedBundle], folder: &FolderStack) -> Result<()> {
    if bundles.len() > 1 || !folder.layers.is_empty() {
        for (candidate, bundle) in coming.iter_mut().zip(bundles) {
            candidate.edits = edits_by_file(bundle)?;
        }
    }
    Ok(())
}

/// Of a file that several patches change each says the same.
fn tell_clashes_once(obstacles: &mut Vec<Obstacle>) {
    let mut told: Vec<Obstacle> = Vec::new();
    for obstacle in std::mem::take(obstacles) {
        let is_told = |told: &Obstacle| told.says_the_same_as(&obstacle);
        if obstacle.code() != Code::Clash || !told.iter().any(is_told) {
            told.push(obstacle);
        }
    }
    *obstacles = told;
}

fn of_plan(
    CheckedBundles { files, bundles, .. }: &CheckedBundles,
    verdicts: &[Verdict],
    order: &[usize],
    plan: &PlanOfSeveral,
    coming: &[Candidate],
    folder: &FolderStack,
    ledger: &Ledger,
) -> ApplyPreview {
    let name = |key| match folder.layer(key) {
        Some(layer) => layer.id.clone(),
        // One that comes in the same run.
        None => plan
            .patches
            .iter()
            .filter(|planned| planned.left_out.is_none())
            .nth(key.part)
            .map(|planned| coming[planned.index].patch.about.identity.id.to_string())
            .unwrap_or_default(),
    };
    let patches: Vec<ComingPatch> = plan
        .patches
        .iter()
        .map(|planned| {
            let bundle = &bundles[order[planned.index]];
            ComingPatch {
                file: files.get(order[planned.index]).cloned().unwrap_or_default(),
                patch: Arc::clone(&bundle.patch),
                verdict: verdicts[order[planned.index]].clone(),
                reviews: readable_reviews(bundle),
                manifest: Digest::compute(bundle.manifest()),
                relations: Arc::clone(&planned.relations),
                unrelated: planned.unrelated,
                left_out: planned.left_out.clone(),
                is_kept_out: planned.is_kept_out,
                replaces: planned.replaces.iter().map(|(key, _)| name(*key)).collect(),
            }
        })
        .collect();
    let last = *order.last().expect("at least one bundle is named");
    ApplyPreview {
        patch: Arc::clone(&bundles[last].patch),
        verdict: weakest(&patches).unwrap_or(&verdicts[last]).clone(),
        manifest_digest: manifest_digest(bundles, order),
        preview: plan.preview.clone(),
        text: None,
        version: coming
            .iter()
            .find_map(|one| one.version.clone())
            .or_else(|| ledger.version().map(str::to_owned)),
        patches,
        hidden: Hidden::default(),
        edits: BTreeMap::new(),
        keys: Vec::new(),
        scripts: ScriptPlan::default(),
        dangers: Vec::new(),
        rehearsal: None,
    }
}

/// The worst verdict of several.
fn weakest(patches: &[ComingPatch]) -> Option<&Verdict> {
    patches.iter().map(|patch| &patch.verdict).max_by_key(|verdict| verdict.standing)
}

fn manifest_digest(bundles: &[VerifiedBundle], order: &[usize]) -> Digest {
    let digest = |index: usize| {
        let bundle = &bundles[index];
        bundle.reading().unwrap_or_else(|| Digest::compute(bundle.manifest()))
    };
    if let [one] = order {
        return digest(*one);
    }
    let mut hasher = Hasher::new();
    order.iter().for_each(|index| hasher.update(digest(*index).as_bytes()));
    hasher.finish()
}

/// What is in the folder and may not work.
fn notes_on_unchecked(fs: &dyn Fs, ledger: &Ledger) -> Result<Vec<Note>> {
    let note = |change: &UncheckedChange| match change.may_run() {
        true => Note::told(NoteSource::Unchecked, change.sentence()),
        false => {
            let text = format!("{}; recover --finish would run them", change.sentence());
            Note::told(NoteSource::Unchecked, text)
        }
    };
    Ok(unchecked(fs, ledger)?.iter().map(note).collect())
}

/// What is in place already, and is withdrawn: it isn't refused, and whoever asks has to hear it.
fn notes_on_withdrawn(preview: &Preview, situation: &Situation) -> Vec<Note> {
    let held = situation.held.values().filter(|_| preview.is_nothing_to_do());
    held.map(|recalled| Note::told(NoteSource::Withdrawn, recalled.meaning())).collect()
}

/// Wishes for places where there is nothing to wish for: a person may have mistyped one.
fn notes_on_idle_choices(
    patches: &[&Patch],
    edits: &BTreeMap<TreePath, Resolution>,
    choices: &ReadChoices,
) -> Vec<Note> {
    let is_idle = |path: &&TreePath| !edits.contains_key(*path);
    let note = |path: &TreePath| {
        let refuses = |change: &FileChange| change.local_edits == LocalEdits::Refuse;
        let remark = match patches.iter().filter_map(|patch| patch.change_at(path)).any(refuses) {
            true => PlaceRemark::NoChoiceAllowed,
            false => PlaceRemark::NoChoiceNeeded,
        };
        Note::at(path, remark)
    };
    choices.places().filter(is_idle).map(note).collect()
}

/// Unfinished work blocks every other change of a folder, and plans for it would be wrong.
pub(super) fn refuse_unfinished(fs: &dyn Fs) -> Result<()> {
    match recover::inspect(fs)? {
        Unfinished::Interrupted(_) => Err(TransactionError::Unfinished.into()),
        _ => Ok(()),
    }
}
