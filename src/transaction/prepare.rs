//! Stages the new objects beside the old ones and arms the transaction. Changes nothing in the product.

use std::collections::BTreeSet;
use std::io;

use rayon::prelude::*;

use super::finish::Generation;
use super::record::{self, Intent};
use super::staging::{Staging, is_remembered};
use super::{ChangeFailure, Intermediate, IoResultExt, Request, TransactionError, exists, finish, layout};
use crate::disk::fs::{Fs, Place, Stat, StatePath};
use crate::ledger::{Ledger, read_small};
use crate::model::{Digest, Mode, Node, Step, TreePath};
use crate::progress::Phase;

/// Mode of every folder of ours.
const OURS: Mode = Mode::new(0o700);

/// A transaction that is staged, synced and armed. Dropping it leaves an armed transaction behind, which the
/// next start offers to restore.
#[must_use = "a prepared transaction is either committed or left for recovery"]
pub struct ArmedTransaction<'a> {
    pub(super) request: Request<'a>,
    pub(super) id: String,
    pub(super) intent: Intent,
    pub(super) intent_digest: Digest,
}

/// Stages everything and arms the transaction.
///
/// # Errors
/// Always with [`super::FolderCondition::NothingChanged`]; what was staged is removed again.
pub fn prepare(request: Request<'_>) -> Result<ArmedTransaction<'_>, ChangeFailure> {
    let fs = request.root.fs();
    if exists(fs, &layout::live()).map_err(ChangeFailure::nothing_changed)? {
        return Err(ChangeFailure::nothing_changed(TransactionError::Unfinished));
    }
    super::caught(|| stage_and_arm(request)).map_err(|cause| {
        // What remains of the staging is rubbish that the next start removes if this fails.
        let _ = finish::discard(fs);
        ChangeFailure::nothing_changed(cause)
    })
}

fn stage_and_arm(mut request: Request<'_>) -> Result<ArmedTransaction<'_>, TransactionError> {
    let fs = request.root.fs();
    request.cancel.check()?;
    request.entry = request.entry.with_steps(request.plan.steps());
    let announced = announce(&request)?;
    let copied = copied_originals(&request, fs)?;
    make_folders(&request, &copied)?;
    let total = request
        .plan
        .steps()
        .iter()
        .filter_map(|step| step.after.as_ref()?.as_file())
        .map(|file| file.size_bytes);
    request.progress.begin(Phase::Preparing, total.sum());
    let kept_open = fs.keep_folders_open();
    (0..request.plan.steps().len()).into_par_iter().try_for_each(|n| {
        request.cancel.check()?;
        let is_copied = copied.contains(&n);
        Staging { request: &request, fs, n, step: &request.plan.steps()[n], is_copied }.stage()
    })?;
    request.between.par_iter().try_for_each(|between| {
        request.cancel.check()?;
        keep_between(&request, fs, between)
    })?;
    drop(kept_open);

    for (name, bytes) in &request.beside {
        write(fs, &layout::entry().join(name), bytes)?;
    }

    request.cancel.check()?;
    fs.sync(&everything_staged(&request, fs, &copied)?)
        .context("write to disk what was prepared in", layout::live())?;
    announced.read_back(fs)?;
    super::check_path(fs, request.path)?;
    fs.rename(&announced.unarmed(), &layout::intent()).context("arm", layout::intent())?;
    fs.sync(&[Place::from(&layout::live())]).context("write to disk", layout::live())?;
    let Announced { id, intent, intent_bytes, .. } = announced;
    Ok(ArmedTransaction { request, id, intent, intent_digest: Digest::compute(&intent_bytes) })
}

/// What is known about a change before anything is staged for it.
struct Announced {
    id: String,
    intent: Intent,
    intent_bytes: Vec<u8>,
    entry_bytes: Vec<u8>,
}

/// Writes the history entry and the unarmed intent, twice, and waits until they are on disk. From now on objects
/// without either are not rubbish but a change whose records were damaged.
fn announce(request: &Request<'_>) -> Result<Announced, TransactionError> {
    let fs = request.root.fs();
    finish::write_format(fs, Generation::new(&request.entry))?;
    finish::keep_stranded(fs, request.entry.seq)?;
    for place in [layout::live(), layout::entry()] {
        fs.make_dir(&place, OURS).context("make", &place)?;
    }
    let entry_bytes = request.entry.to_bytes();
    let intent = Intent {
        root: fs.look(&Place::Root).context("look at", "the folder")?.map_or(0, |found| found.object),
        entry: Digest::compute(&entry_bytes).to_string(),
        seq: request.entry.seq,
        retires: request.retires.clone(),
    };
    let id = request.environment.random_id();
    let intent_bytes = record::render("intent", &id, &intent);
    let announced = Announced { id, intent, intent_bytes, entry_bytes };
    let records = announced.records();
    for (place, bytes) in &records {
        write(fs, place, bytes)?;
    }
    let mut places: Vec<Place> = records.iter().map(|(place, _)| Place::from(place)).collect();
    places.extend([layout::entry(), layout::live()].map(Place::State));
    fs.sync(&places).context("write to disk what is about to be prepared in", layout::live())?;
    Ok(announced)
}

impl Announced {
    fn unarmed(&self) -> StatePath {
        record::unfinished(&layout::intent())
    }

    fn records(&self) -> [(StatePath, &[u8]); 3] {
        [
            (layout::entry().join("entry.json"), &self.entry_bytes),
            (self.unarmed(), &self.intent_bytes),
            (layout::second_intent(), &self.intent_bytes),
        ]
    }

    /// Whoever puts things back relies on these bytes alone.
    fn read_back(&self, fs: &dyn Fs) -> Result<(), TransactionError> {
        for (place, bytes) in self.records() {
            let read = read_small(fs, &place, bytes.len() as u64).context("read back", &place)?;
            if read != bytes {
                let differs = io::Error::other("it is not what was written a moment ago");
                return Err(differs).context("read back", &place);
            }
        }
        Ok(())
    }
}

fn write(fs: &dyn Fs, place: &StatePath, bytes: &[u8]) -> Result<(), TransactionError> {
    record::write_small(fs, place, bytes).context("write", place)
}

fn make_folders(request: &Request<'_>, copied: &BTreeSet<usize>) -> Result<(), TransactionError> {
    let fs = request.root.fs();
    let make = |place: StatePath| fs.make_dir(&place, OURS).context("make", &place);
    for lasting in [Ledger::folder(), layout::undo()] {
        if !exists(fs, &lasting)? {
            make(lasting)?;
        }
    }
    make(layout::live().join("objects"))?;
    if !copied.is_empty() {
        make(layout::live().join("copies"))?;
    }
    if request.plan.steps().iter().any(|step| is_remembered(request, step)) {
        make(layout::live().join("left"))?;
    }
    if !request.between.is_empty() {
        make(layout::between(&layout::live()))?;
    }
    Ok(())
}

/// Writes a content that is kept and nowhere live.
fn keep_between(request: &Request<'_>, fs: &dyn Fs, between: &Intermediate) -> Result<(), TransactionError> {
    let step =
        Step { path: between.path.clone(), before: None, after: Some(Node::File(between.file.clone())) };
    let staging = Staging { request, fs, n: 0, step: &step, is_copied: false };
    staging.write_content(&layout::between(&layout::live()).join(between.file.digest), &between.file)
}

/// The steps whose originals somebody could change later: by another name, or because a program has them open and goes
/// on writing. Settings are copied in any case.
fn copied_originals(request: &Request<'_>, fs: &dyn Fs) -> Result<BTreeSet<usize>, TransactionError> {
    let steps = request.plan.steps().iter().enumerate();
    let files: Vec<(usize, &Step, &Stat)> = steps
        .filter(|(_, step)| matches!(step.before, Some(Node::File(_))))
        .filter_map(|(n, step)| Some((n, step, request.observed.get(&step.path)?)))
        .collect();
    if files.is_empty() {
        return Ok(BTreeSet::new());
    }
    let open = fs.open_for_writing().context("see who writes to", "the folder")?;
    let is_copied = |(_, step, look): &&(usize, &Step, &Stat)| {
        look.names > 1 || open.contains(&look.object) || request.contents.copies_original(step)
    };
    Ok(files.iter().filter(is_copied).map(|(n, ..)| *n).collect())
}

/// Everything that has to be on disk before the first swap. The originals and the folders around them are among
/// it: a product that was unpacked a moment ago may not be on disk yet, and we are about to become its safe copy.
fn everything_staged(
    request: &Request<'_>,
    fs: &dyn Fs,
    copied: &BTreeSet<usize>,
) -> Result<Vec<Place>, TransactionError> {
    let live = layout::live();
    let state = |place: StatePath| Place::State(place);
    let mut places =
        vec![Place::Root, state(StatePath::root()), state(layout::format()), state(layout::ignored())];
    places.extend(
        [Ledger::folder(), layout::undo(), live.clone(), live.join("objects"), layout::entry()].map(state),
    );
    places.extend(request.beside.keys().map(|name| state(layout::entry().join(name))));
    if !request.between.is_empty() {
        let folder = layout::between(&live);
        places.extend(request.between.iter().map(|between| state(folder.join(between.file.digest))));
        places.push(state(folder));
    }
    if exists(fs, &live.join("copies"))? {
        places.push(state(live.join("copies")));
    }
    if exists(fs, &live.join("left"))? {
        places.push(state(live.join("left")));
    }
    places.extend(present_folders(request.plan.steps()).into_iter().map(Place::Tree));
    for (n, step) in request.plan.steps().iter().enumerate() {
        let changes_mode_in_place =
            matches!((&step.before, &step.after), (Some(Node::Dir(_)), Some(Node::Dir(_))));
        if matches!(step.after, Some(Node::File(_) | Node::Dir(_))) && !changes_mode_in_place {
            places.push(state(layout::object(&live, n)));
        }
        if matches!(step.before, Some(Node::File(_))) {
            places.push(Place::from(&step.path));
        }
        if copied.contains(&n) {
            places.push(state(layout::copy(&live, n)));
        }
        if is_remembered(request, step) {
            places.push(state(layout::left(&live, n)));
        }
    }
    Ok(places)
}

/// The folders around all steps, but those that the steps make.
fn present_folders(steps: &[Step]) -> BTreeSet<TreePath> {
    let is_no_folder = |step: &&Step| !step.before.as_ref().is_some_and(Node::is_dir);
    let not_there: BTreeSet<&TreePath> = steps.iter().filter(is_no_folder).map(|step| &step.path).collect();
    let around = steps.iter().flat_map(|step| step.path.ancestors());
    around.filter(|folder| !not_there.contains(folder)).collect()
}
