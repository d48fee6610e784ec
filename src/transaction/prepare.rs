//! Stages the new objects beside the old ones and arms the transaction. Changes nothing in the product.

use std::collections::BTreeSet;
use std::io::{self, Write};

use rayon::prelude::*;

use super::finish::Generation;
use super::record::{self, Intent};
use super::{
    ChangeFailure, ContentError, Intermediate, IoResultExt, Request, TransactionError, exists, finish, layout,
};
use crate::disk::fs::{Fs, Place, Stat, StatKind, StatePath};
use crate::disk::node_at;
use crate::ledger::{Entry, Ledger};
use crate::model::{Code, Digest, FileNode, Hasher, Mode, Node, Step, TreePath};
use crate::progress::Phase;

/// Mode of every folder of ours.
const OURS: Mode = Mode::new(0o700);

/// A transaction that is staged, synced and armed. Dropping it leaves an armed transaction behind, which the
/// next start offers to put back.
#[must_use = "a prepared transaction is either committed or left for recovery"]
pub struct ArmedTransaction<'a> {
    pub(super) request: Request<'a>,
    pub(super) id: String,
    pub(super) intent: Intent,
    pub(super) intent_digest: Digest,
}

impl ArmedTransaction<'_> {
    /// The history entry that the commit makes true.
    pub(crate) fn entry(&self) -> &Entry {
        &self.request.entry
    }
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
    stage_and_arm(request).map_err(|cause| {
        // What remains of the staging is rubbish that the next start removes if this fails.
        let _ = finish::discard(fs);
        ChangeFailure::nothing_changed(cause)
    })
}

fn stage_and_arm(mut request: Request<'_>) -> Result<ArmedTransaction<'_>, TransactionError> {
    let fs = request.root.fs();
    request.cancel.check()?;
    request.entry = request.entry.with_steps(request.plan.steps());
    make_folders(&request)?;
    let total = request
        .plan
        .steps()
        .iter()
        .filter_map(|step| step.after.as_ref()?.as_file())
        .map(|file| file.size_bytes);
    request.progress.begin(Phase::Preparing, total.sum());
    (0..request.plan.steps().len()).into_par_iter().try_for_each(|n| {
        request.cancel.check()?;
        Staging { request: &request, fs, n, step: &request.plan.steps()[n] }.stage()
    })?;
    request.between.par_iter().try_for_each(|between| {
        request.cancel.check()?;
        keep_between(&request, fs, between)
    })?;

    let entry = request.entry.to_bytes();
    let intent = Intent {
        root: fs.look(&Place::Root).context("look at", "the folder")?.map_or(0, |found| found.object),
        entry: Digest::compute(&entry).to_string(),
        seq: request.entry.seq,
        retires: request.retires.clone(),
    };
    let id = request.environment.random_id();
    let intent_bytes = record::render("intent", &id, &intent);
    let write =
        |place: StatePath, bytes: &[u8]| record::write_small(fs, &place, bytes).context("write", &place);
    write(layout::entry().join("entry.json"), &entry)?;
    for (name, bytes) in &request.beside {
        write(layout::entry().join(name), bytes)?;
    }
    let unarmed = record::unfinished(&layout::intent());
    write(unarmed.clone(), &intent_bytes)?;

    request.cancel.check()?;
    fs.sync(&everything_staged(&request, fs)?)
        .context("write to disk what was prepared in", layout::live())?;
    fs.rename(&unarmed, &layout::intent()).context("arm", layout::intent())?;
    fs.sync(&[Place::from(&layout::live())]).context("write to disk", layout::live())?;
    Ok(ArmedTransaction { request, id, intent, intent_digest: Digest::compute(&intent_bytes) })
}

fn make_folders(request: &Request<'_>) -> Result<(), TransactionError> {
    let fs = request.root.fs();
    let make = |place: StatePath| fs.make_dir(&place, OURS).context("make", &place);
    finish::write_format(fs, Generation::new(&request.entry))?;
    for lasting in [Ledger::folder(), layout::undo()] {
        if !exists(fs, &lasting)? {
            make(lasting)?;
        }
    }
    make(layout::live())?;
    make(layout::live().join("objects"))?;
    make(layout::entry())?;
    if request.plan.steps().iter().any(|step| has_other_names(request, step)) {
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
    let staging = Staging { request, fs, n: 0, step: &step };
    staging.write_content(&layout::between(&layout::live()).join(between.file.digest), &between.file)
}

/// Whether the original of `step` has names besides its own, through which it could be changed later.
fn has_other_names(request: &Request<'_>, step: &Step) -> bool {
    matches!(step.before, Some(Node::File(_)))
        && request.observed.get(&step.path).is_some_and(|look| look.names > 1)
}

/// Whether a copy of what `step` leaves is kept.
fn is_remembered(request: &Request<'_>, step: &Step) -> bool {
    matches!(step.after, Some(Node::File(_))) && request.contents.remembers(step)
}

/// Everything that has to be on disk before the first swap. The originals and the folders around them are among
/// it: a product that was unpacked a moment ago may not be on disk yet, and we are about to become its safe copy.
fn everything_staged(request: &Request<'_>, fs: &dyn Fs) -> Result<Vec<Place>, TransactionError> {
    let live = layout::live();
    let state = |place: StatePath| Place::State(place);
    let mut places = vec![Place::Root, state(StatePath::root()), state(layout::format())];
    places.extend(
        [Ledger::folder(), layout::undo(), live.clone(), live.join("objects"), layout::entry()].map(state),
    );
    places.extend([record::unfinished(&layout::intent()), layout::entry().join("entry.json")].map(state));
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
        if has_other_names(request, step) {
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

/// One step being staged.
struct Staging<'a> {
    request: &'a Request<'a>,
    fs: &'a dyn Fs,
    n: usize,
    step: &'a Step,
}

impl Staging<'_> {
    fn stage(&self) -> Result<(), TransactionError> {
        let object = layout::object(&layout::live(), self.n);
        match (&self.step.before, &self.step.after) {
            (Some(Node::Dir(_)), Some(Node::Dir(_))) | (_, None) => {}
            (_, Some(Node::Dir(mode))) => self.stage_dir(&object, *mode)?,
            (_, Some(Node::Link(link))) => {
                self.fs.make_link(&object, &link.points_to).context("prepare the link", &self.step.path)?;
                self.take_over_attributes(&object)?;
            }
            (_, Some(Node::File(file))) => {
                self.stage_file(&object, file)?;
                if is_remembered(self.request, self.step) {
                    self.copy(&Place::from(&object), &layout::left(&layout::live(), self.n), file)?;
                }
            }
        }
        if has_other_names(self.request, self.step) {
            self.copy_original(&layout::copy(&layout::live(), self.n))?;
        }
        Ok(())
    }

    fn stage_dir(&self, object: &StatePath, mode: Mode) -> Result<(), TransactionError> {
        self.fs.make_dir(object, mode).context("prepare the folder", &self.step.path)?;
        self.take_over_attributes(object)?;
        self.fs.set_mode(object, mode).context("set the permissions of", &self.step.path)
    }

    fn stage_file(&self, object: &StatePath, file: &FileNode) -> Result<(), TransactionError> {
        if let Some(kept) = self.request.contents.kept(self.step) {
            return self.bring_back(&Place::from(&kept), object, file);
        }
        let unchanged =
            self.step.before.as_ref().and_then(Node::as_file).is_some_and(|b| b.digest == file.digest);
        if unchanged {
            self.copy(&Place::from(&self.step.path), object, file)?;
        } else {
            self.write_content(object, file)?;
        }
        let replaces_a_file = matches!(self.step.before, Some(Node::File(_)));
        match self.request.contents.like(self.step).filter(|_| !replaces_a_file) {
            Some(kept) => self.copy_attributes(&Place::from(&kept), object)?,
            None => self.inherit_attributes(object)?,
        }
        self.fs.set_mode(object, file.mode).context("set the permissions of", &self.step.path)
    }

    fn write_content(&self, object: &StatePath, file: &FileNode) -> Result<(), TransactionError> {
        let mut out = self.create(object)?;
        let mut sink = Checked::new(&mut *out, self, file);
        let written = self.request.contents.write(self.step, self.fs, &mut sink);
        let result = sink.finish();
        written.map_err(|error| self.content_error(error))?;
        result?;
        out.flush().context("write the new content of", &self.step.path)
    }

    /// A kept original becomes live again under its own inode where the filesystem has hard links, so that its
    /// owner, time and attributes are what they were.
    fn bring_back(&self, kept: &Place, object: &StatePath, file: &FileNode) -> Result<(), TransactionError> {
        if self.fs.hard_link(kept, object).is_ok() {
            // It was whole when somebody decided to go back. Whatever happened to it since must not become live.
            if node_at(self.fs, &Place::from(object)).context("read", kept)? != self.step.after {
                return Err(TransactionError::OriginalLost { path: self.step.path.clone() });
            }
            self.request.progress.advance(file.size_bytes);
            return Ok(());
        }
        self.copy(kept, object, file)?;
        self.copy_attributes(kept, object)?;
        self.fs.set_mode(object, file.mode).context("set the permissions of", &self.step.path)
    }

    fn copy_original(&self, copy: &StatePath) -> Result<(), TransactionError> {
        let Some(Node::File(file)) = &self.step.before else { return Ok(()) };
        self.copy(&Place::from(&self.step.path), copy, file)?;
        self.copy_attributes(&Place::from(&self.step.path), copy)?;
        self.fs.set_mode(copy, file.mode).context("set the permissions of the safe copy of", &self.step.path)
    }

    /// Copies a file and checks that it is `file`.
    fn copy(&self, from: &Place, to: &StatePath, file: &FileNode) -> Result<(), TransactionError> {
        let mut source = self.fs.open(from).context("read", from)?;
        let shares_blocks = self.fs.reflink(from, to).is_ok();
        let mut nowhere = io::sink();
        let mut out: Option<Box<dyn crate::disk::fs::FileWrite>> =
            if shares_blocks { None } else { Some(self.create(to)?) };
        let sink: &mut dyn Write = match &mut out {
            Some(out) => &mut **out,
            None => &mut nowhere,
        };
        let mut sink = Checked::new(sink, self, file);
        let copied = io::copy(&mut source, &mut sink);
        let result = sink.finish();
        if copied.is_err() {
            self.request.cancel.check()?;
        }
        copied.context("copy", from)?;
        result?;
        Ok(())
    }

    fn create(&self, object: &StatePath) -> Result<Box<dyn crate::disk::fs::FileWrite>, TransactionError> {
        self.fs.create(object).context("prepare the new content of", &self.step.path)
    }

    /// The new object gets the owner and attributes of the kept thing that it brings back, or else of what it
    /// replaces.
    fn take_over_attributes(&self, object: &StatePath) -> Result<(), TransactionError> {
        match self.request.contents.kept(self.step) {
            Some(kept) => self.copy_attributes(&Place::from(&kept), object),
            None => self.inherit_attributes(object),
        }
    }

    /// The new object takes over owner and attributes of what it replaces.
    fn inherit_attributes(&self, object: &StatePath) -> Result<(), TransactionError> {
        let same_kind = |(before, after): (&Node, &Node)| before.same_kind(after);
        if !self.step.before.as_ref().zip(self.step.after.as_ref()).is_some_and(same_kind) {
            return self.join_group_of_folder(object);
        }
        self.copy_attributes(&Place::from(&self.step.path), object)
    }

    /// What is made in a folder with the set-group-id bit belongs to the folder's group, which is how people share
    /// it. The new object was made elsewhere.
    fn join_group_of_folder(&self, object: &StatePath) -> Result<(), TransactionError> {
        const SET_GROUP_ID: u32 = 0o2000;
        let folder = Place::parent_of(&self.step.path);
        let shares = |found: &Stat| found.kind == StatKind::Dir && found.mode.bits() & SET_GROUP_ID != 0;
        let Ok(Some(_)) = self.fs.look(&folder).map(|found| found.filter(shares)) else { return Ok(()) };
        let read =
            |place: &Place| self.fs.attributes(place).context("read the owner and attributes of", place);
        let mut attributes = read(&Place::from(object))?;
        if let (Some(owner), Some(folder)) = (&mut attributes.owner, read(&folder)?.owner) {
            owner.1 = folder.1;
        }
        match self.fs.set_attributes(object, &attributes) {
            // Only members can give a group away; everybody else's files were never going to be shared.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
            result => result.context("set the group of", &self.step.path),
        }
    }

    fn copy_attributes(&self, from: &Place, to: &StatePath) -> Result<(), TransactionError> {
        let attributes = self.fs.attributes(from).context("read the owner and attributes of", from)?;
        self.fs.set_attributes(to, &attributes).context("keep the owner and attributes of", from)
    }

    fn content_error(&self, error: ContentError) -> TransactionError {
        if let Err(cancelled) = self.request.cancel.check() {
            return cancelled.into();
        }
        match error {
            ContentError::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
                TransactionError::Content {
                    path: self.step.path.clone(),
                    code: Code::Delta,
                    detail: error.to_string(),
                }
            }
            ContentError::Refused { code, detail } => {
                TransactionError::Content { path: self.step.path.clone(), code, detail }
            }
            ContentError::Io(source) => TransactionError::Io {
                doing: "prepare the new content of",
                place: self.step.path.to_string(),
                source,
            },
        }
    }
}

/// Passes content on, hashes it, and refuses one byte more than was promised.
struct Checked<'a> {
    out: &'a mut dyn Write,
    staging: &'a Staging<'a>,
    promised: &'a FileNode,
    hasher: Hasher,
    size_bytes: u64,
}

impl<'a> Checked<'a> {
    fn new(out: &'a mut dyn Write, staging: &'a Staging<'a>, promised: &'a FileNode) -> Self {
        Self { out, staging, promised, hasher: Hasher::new(), size_bytes: 0 }
    }

    fn finish(self) -> Result<(), TransactionError> {
        if self.size_bytes == self.promised.size_bytes && self.hasher.finish() == self.promised.digest {
            return Ok(());
        }
        Err(TransactionError::Content {
            path: self.staging.step.path.clone(),
            code: Code::Delta,
            detail: "it is not what the patch promises".to_owned(),
        })
    }
}

impl Write for Checked<'_> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if self.staging.request.cancel.is_cancelled() {
            return Err(io::Error::other(crate::progress::Cancelled));
        }
        if self.size_bytes + piece.len() as u64 > self.promised.size_bytes {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it is longer than the patch promises"));
        }
        let count = self.out.write(piece)?;
        self.hasher.update(&piece[..count]);
        self.size_bytes += count as u64;
        self.staging.request.progress.advance(count as u64);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
