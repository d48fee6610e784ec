//! Takes patches out from below others, several at once, or with what they replaced coming back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::backups::OtherSources;
use super::rollback::request::{DependentPatch, RebuiltPlace, RollbackPreview};
use super::rollback::route::{PlannedRollback, RollbackRoute};
use super::scripts::ScriptPlan;
use crate::disk::fs::Fs;
use crate::ledger::{Ledger, Occasion, PatchNote, Turn};
use crate::model::{
    Digest, FileChange, FileNode, LayerKey, LocalEdits, Node, Role, Rollback, RollbackPossible, TreePath,
};
use crate::plan::why::{Restoring, Undo};
use crate::plan::{
    Because, ContentByDigest, Dependent, FileNote, Layer, Note, Obstacle, OnDrift, PatchRemark, Preview,
    TakeOut, TakenBack, plan_rollback, take_out,
};
use crate::transaction::{Archive, SafeCopyError};
use crate::workbench::contents::{Library, SearchFirst};
use crate::workbench::look::merging::resolve_edits_since;
use crate::workbench::look::moved_switches::MovedSwitches;
use crate::workbench::look::read_file::read_copy;
use crate::workbench::look::stack::FolderStack;
use crate::workbench::{Error, Result, Watch, Workbench};

/// What to do about patches that cannot stay without the ones that go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OnDependents {
    /// Name them and stop.
    Stop,
    /// They go as well.
    Include,
}

impl Workbench {
    /// What taking `wanted` out would do, every safe copy that it takes verified.
    pub(super) fn look_at_layers(
        &self,
        fs: &dyn Fs,
        ledger: &Ledger,
        folder: &FolderStack,
        wanted: &BTreeSet<LayerKey>,
        (on_dependents, on_drift, sources): (OnDependents, OnDrift, &OtherSources),
        watch: Watch<'_>,
    ) -> Result<PlannedRollback> {
        let left = copies_of_what_was_left(fs, folder)?;
        let archive = folder.archive(fs)?.and(&left);
        // What is live is told by the history; whoever reads it checks the digest.
        // But for what is copied, since that may be edited.
        let is_copied = |node: &Node| node.as_file().is_some_and(|file| !left.find(&file.digest).is_empty());
        let live = folder.expected.iter().filter_map(|(path, node)| Some((path.clone(), node.clone()?)));
        let live = live.filter(|(_, node)| !is_copied(node));
        let library = Library::new(&sources.bundles, SearchFirst::Bundles).in_folder(fs);
        let library = library.with_seen(&live.collect()).with_copies(archive.clone());
        let moved = MovedSwitches::find(fs, ledger, folder)?;
        let expected = moved.expected_without(fs, &folder.expected)?;
        let out = take_out(&folder.stack_with(&expected), wanted, &library);
        let forward = out.forward_steps();
        let mut survey = self.survey_for_rollback(fs, &forward, ledger, watch)?;
        let made: BTreeMap<Digest, Arc<Vec<u8>>> = out.places.iter().filter_map(made_at).collect();
        let library = library.with_made(made.clone());
        let original = |_: &TreePath, file: &FileNode| Ok(library.content(file).map(|found| found.to_vec()));
        let remembered = remembered_places(folder, &left);
        let left =
            |path: &TreePath, file: &FileNode| match read_copy(fs, left.find(&file.digest).first(), file)? {
                None if remembered.contains(path) => Ok(out.made_now(path, file)),
                copy => Ok(copy),
            };
        let plain = forward.iter().filter(|step| moved.at(&step.path).is_empty());
        resolve_edits_since(fs, plain, (&original, &left), &mut survey)?;
        moved.resolve(fs, &forward, &out.out, (&original, &left), &mut survey)?;
        let mut preview = plan_rollback(&forward, &survey.situation, TakenBack::Patch, on_drift);
        let told: BTreeSet<Option<String>> =
            preview.obstacles.iter().map(|obstacle| obstacle.path.clone()).collect();
        // A place that was edited cannot be put together; what else follows from that needs no telling.
        let is_new = |found: &Obstacle| found.path.is_none() || !told.contains(&found.path);
        preview.obstacles.extend(obstacles(folder, &out, on_dependents).into_iter().filter(is_new));
        let out_of_them = folder.layers.iter().filter(|layer| out.out.contains(&layer.key));
        preview.notes.extend(out_of_them.filter_map(only_said_final));
        preview.notes.extend(out.unchanged.iter().map(|place| stays_for(folder, place)));
        verify(&library, &out, &made)?;
        let preview = described((folder, ledger), wanted, &out, &library, preview);
        let made = made.into_iter().chain(survey.made.by_digest()).collect();
        let how = RollbackRoute::Layers { out: out.out.iter().copied().collect(), made, archive };
        let bundles = sources.bundles.clone();
        Ok(PlannedRollback {
            preview,
            survey,
            how,
            bundles,
            scripts: Vec::new(),
            leaves: false,
            occasion: Occasion::NONE,
            set_aside: Vec::new(),
            has_unasked: false,
        })
    }
}

/// What goes and comes back, as it is shown.
fn described(
    (folder, ledger): (&FolderStack, &Ledger),
    wanted: &BTreeSet<LayerKey>,
    out: &TakeOut,
    library: &Library<'_>,
    preview: Preview,
) -> RollbackPreview {
    let note = |key: &LayerKey| ledger.note(*key).cloned();
    let mut preview = RollbackPreview {
        patch: wanted.first().and_then(note),
        turn: Turn::Went,
        entry: wanted.first().map_or(0, |key| key.entry),
        patches: out.out.iter().filter_map(note).collect(),
        with_it: out.dependents.iter().filter_map(|found| with_it(folder, ledger, found)).collect(),
        back: out.back.iter().filter_map(note).collect(),
        stack_before: ids(folder.layers.iter().filter(|layer| layer.is_active())),
        stack_after: ids(folder.layers.iter().filter(|layer| {
            (layer.is_active() || out.back.contains(&layer.key)) && !out.out.contains(&layer.key)
        })),
        rebuilt: rebuilt(folder, out, library),
        advice: Vec::new(),
        restarts: BTreeSet::new(),
        preview,
        scripts: ScriptPlan::default(),
        checks: Vec::new(),
        asked: Vec::new(),
        opens: Vec::new(),
    };
    for patch in out.out.iter().filter_map(|key| folder.layer(*key)?.patch.as_ref()) {
        preview.restarts_for(patch);
        preview.advice.extend(patch.about.rollback_advice());
    }
    preview
}

/// Where copies are of what patches left in files whose later edits are to be merged.
fn copies_of_what_was_left(fs: &dyn Fs, folder: &FolderStack) -> Result<Archive> {
    Ok(Archive::default().with_what_was_left(fs, folder.entries())?)
}

/// The places of which somebody kept a copy of what a patch left, since edits that come later are to be merged there.
fn remembered_places(folder: &FolderStack, left: &Archive) -> BTreeSet<TreePath> {
    let steps = folder.entries().flat_map(|(_, steps)| steps);
    let has_copy = |node: &Node| node.as_file().is_some_and(|file| !left.find(&file.digest).is_empty());
    steps.filter(|step| step.after.as_ref().is_some_and(has_copy)).map(|step| step.path.clone()).collect()
}

/// A place that stays as it is although one that had changed it goes.
fn stays_for(folder: &FolderStack, place: &crate::plan::Rebuilt) -> Note {
    let patches = ids(place.stay.iter().filter_map(|key| folder.layer(*key)));
    Note::of_file(&place.path, FileNote::StaysFor { patches })
}

fn made_at(place: &crate::plan::Rebuilt) -> Option<(Digest, Arc<Vec<u8>>)> {
    Some((place.then.as_ref()?.as_file()?.digest, place.made.clone()?))
}

fn ids<'a>(layers: impl Iterator<Item = &'a Layer>) -> Vec<String> {
    layers.map(|layer| layer.id.clone()).collect()
}

/// Every content that is to appear must be there, and be what it was.
fn verify(library: &Library<'_>, out: &TakeOut, made: &BTreeMap<Digest, Arc<Vec<u8>>>) -> Result<()> {
    let mut damaged = Vec::new();
    for place in &out.places {
        let Some(file) = place.then.as_ref().and_then(Node::as_file) else { continue };
        let is_same = place.now.as_ref().and_then(Node::as_file).is_some_and(|now| now.digest == file.digest);
        if is_same || made.contains_key(&file.digest) {
            continue;
        }
        let copy = library
            .whole_copy(&file.digest)
            .map_err(|source| SafeCopyError::Io { path: place.path.clone(), source })?;
        let is_brought = || library.is_brought(&file.digest);
        let failed = |source| SafeCopyError::Io { path: place.path.clone(), source };
        if copy.is_none() && !is_brought().map_err(failed)? {
            damaged.push(place.path.clone());
        }
    }
    if damaged.is_empty() { Ok(()) } else { Err(SafeCopyError::Damaged(damaged).into()) }
}

/// Why these patches cannot go, or not alone.
fn obstacles(folder: &FolderStack, out: &TakeOut, on_dependents: OnDependents) -> Vec<Obstacle> {
    let mut obstacles = Vec::new();
    if on_dependents == OnDependents::Stop {
        for dependent in &out.dependents {
            let Some(layer) = folder.layer(dependent.key) else { continue };
            let why = Undo::Dependent { id: layer.id.clone(), because: dependent.because.clone() };
            obstacles.push(match &dependent.because {
                Because::Needs(_) => Obstacle::new(why),
                Because::Lines { path, .. } | Because::Place(path) => Obstacle::at(path, why),
            });
        }
    }
    for layer in out.out.iter().filter_map(|key| folder.layer(*key)) {
        if layer.accepted {
            obstacles.push(Obstacle::new(Undo::GivenUp { id: layer.id.clone() }));
        }
        if let (Some(rollback), true) = (says_final(layer), is_vouched(layer)) {
            let (patch, reason) =
                (layer.id.clone(), rollback.reason.as_ref().map(|reason| reason.raw().to_owned()));
            obstacles.push(Obstacle::new(Undo::Forbidden { patch, reason, ask: None }));
        }
    }
    let going = |path: &TreePath| {
        let goes = |layer: &&Layer| out.out.contains(&layer.key) && layer.step_at(path).is_some();
        folder.layers.iter().filter(goes).count()
    };
    obstacles.extend(out.stuck.iter().map(|path| match going(path) {
        0 | 1 => Obstacle::at(path, Restoring::Stuck),
        _ => Obstacle::at(path, Restoring::EditedBetween),
    }));
    obstacles
}

/// What a patch says of rolling it back that says that this is not possible.
fn says_final(layer: &Layer) -> Option<&Rollback> {
    let rollback = &layer.patch.as_ref()?.about.rollback;
    (rollback.possible == RollbackPossible::No).then_some(rollback)
}

/// Whether the word of its author counts.
fn is_vouched(layer: &Layer) -> bool {
    !layer.authors.is_empty()
}

/// That a patch says that it can't be rolled back, where its word stops nobody.
pub(super) fn only_said_final(layer: &Layer) -> Option<Note> {
    let rollback = says_final(layer).filter(|_| !is_vouched(layer))?;
    let (patch, reason) = (layer.id.clone(), rollback.reason.clone());
    Some(Note::new(PatchRemark::SaysFinal { patch, reason }))
}

fn with_it(folder: &FolderStack, ledger: &Ledger, dependent: &Dependent) -> Option<DependentPatch> {
    folder.layer(dependent.key)?;
    let patch: PatchNote = ledger.note(dependent.key)?.clone();
    Some(DependentPatch { patch, because: dependent.because.to_string() })
}

/// The places that others share, with what is there now and what will be.
fn rebuilt(folder: &FolderStack, out: &TakeOut, library: &Library<'_>) -> Vec<RebuiltPlace> {
    let content = |node: &Option<Node>| library.content(node.as_ref()?.as_file()?);
    let place = |place: &crate::plan::Rebuilt| RebuiltPlace {
        change: FileChange {
            path: place.path.clone(),
            before: place.now.iter().cloned().collect(),
            after: place.then.clone(),
            payload: None,
            base: None,
            edit: None,
            role: Role::default(),
            local_edits: LocalEdits::default(),
            fixes: Vec::new(),
        },
        before: content(&place.now),
        after: content(&place.then),
        stay: ids(place.stay.iter().filter_map(|key| folder.layer(*key))),
    };
    out.places.iter().filter(|place| !place.stay.is_empty()).map(place).collect()
}

/// The patches that go with `which`: only it, or it and everything newer.
pub(crate) fn wanted(folder: &FolderStack, first: LayerKey, and_newer: bool) -> BTreeSet<LayerKey> {
    let keys = folder.layers.iter().map(|layer| layer.key);
    keys.filter(|key| *key == first || and_newer && *key > first).collect()
}

/// What replaced a patch, if something did: then it is that one that has to go.
pub(super) fn refuse_replaced(folder: &FolderStack, key: LayerKey) -> Result<()> {
    let Some(layer) = folder.layer(key) else { return Ok(()) };
    let Some(by) = layer.superseded.and_then(|(by, _)| folder.layer(by)) else { return Ok(()) };
    Err(Error::refused(Undo::Replaced { id: layer.id.clone(), by: by.id.clone() }))
}
