//! Makes a bundle from two folders and an order.
//!
//! 1. Look at both folders and compare them (`compare`).
//! 2. Refuse whatever could not be applied later (`obstacles`): all of it at once, and before the long work begins.
//! 3. Draft one change per place (`changes`), and find out what moved (`origins`).
//! 4. Pack the contents: by lines, whole or as a delta (`pack`, `effort`, `workers`).
//! 5. Put what is told by lines into one diff (`diff`), and small contents into one member (`small`).
//! 6. Write manifest and contents to a file that gets its name when it is complete.
//!
//! The same folders, order and time give the same bytes, on one processor or on many. Files are read as streams and
//! memory is shared out among the threads, so that their size does not matter.

mod compare;
mod obstacles;

mod min_hash;
mod origins;

mod changes;
mod inside;

mod diff;
mod effort;
mod pack;
mod small;
mod workers;

mod trees;

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

pub(crate) use trees::SourceSide;

use super::container::{BlobSpool, ContainerWriter, PackedBlob};
use super::manifest::write_manifest;
use super::order::{Order, OrderedScript};
use super::{BundleError, UnverifiedBundle};
use crate::diff::pair_renames;
use crate::disk::fs::{Fs, Place, Stat};
use crate::disk::{ScanError, WalkedFolder};
use crate::model::{Code, DiffText, Digest, FileChange, Node, Patch, Step, TreePath, version_control};
use crate::named_file;
use crate::plan::why::Making;
use crate::plan::{Note, Obstacle, PatchRemark, PlaceRemark};
use crate::progress::{CancelToken, Cancelled, Phase, Progress};
use crate::trust::Keyring;
use crate::whole_file::{WholeFile, folder_of};

use changes::{Basis, Draft};
use compare::compare;
use pack::Packed;
use trees::Trees;

/// Largest content that a delta is made from or for. Deltas of any size take the same memory, but more and more time.
const MAX_DELTA_BYTES: u64 = 4 << 30;

/// Largest text whose content before is shipped. Nobody reviews or merges longer ones line by line. What is edited by key
/// brings it whatever its size.
const MAX_BASE_BYTES: u64 = 1 << 20;

/// Most content before that is shipped in all: some thousand source files.
const MAX_BASES_BYTES: u64 = 64 << 20;

/// What to make a bundle from, and where.
pub struct AuthorRequest<'a> {
    /// The folder with the product as it is.
    pub old: &'a dyn Fs,
    /// The folder with the product as it is to be.
    pub new: &'a dyn Fs,
    /// What a person says about the patch.
    pub order: &'a Order,
    /// When it is made, RFC 3339.
    pub created: &'a str,
    /// What the manifest says about the proof: whoever says `true` proves the bundle before it is published.
    pub proven: bool,
    /// Where the bundle goes.
    pub output: &'a Path,
    /// Folders it must not go into: it would become a part of what it is made from.
    pub outside_of: &'a [&'a Path],
    /// Hears how it goes.
    pub progress: &'a dyn Progress,
    /// The wish to stop.
    pub cancel: &'a CancelToken,
}

/// How many places a patch changes, each counted once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChangeCounts {
    /// New files.
    pub created: usize,
    /// Files with new content, and things that become files.
    pub replaced: usize,
    /// Files that go.
    pub deleted: usize,
    /// Files that move, with or without a change.
    pub renamed: usize,
    /// Files that get other permission bits and nothing else.
    pub mode: usize,
    /// Links that come, go or point elsewhere.
    pub links: usize,
    /// Folders that come, go or get other permission bits.
    pub folders: usize,
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authored {
    /// What the bundle says.
    pub patch: Patch,
    /// What it changes.
    pub counts: ChangeCounts,
    /// Its length.
    pub bundle_bytes: u64,
    /// SHA-256 of the file.
    pub file_digest: Digest,
    /// What the author should know.
    pub notes: Vec<Note>,
}

/// A complete bundle that does not have its name yet. Dropping it leaves nothing behind.
#[must_use = "a bundle that is not published is removed"]
#[derive(Debug)]
pub struct Unpublished {
    authored: Authored,
    file: WholeFile,
}

/// Why there is no bundle. Nothing was left behind, and what had the output's name still has it.
#[derive(Debug, thiserror::Error)]
pub enum AuthorError {
    /// What speaks against it, all of it.
    #[error("{} obstacle{} to making a bundle", .0.len(), if .0.len() == 1 { "" } else { "s" })]
    Refused(Vec<Obstacle>),
    /// One of the folders cannot be listed.
    #[error("cannot look at {side}")]
    Scan {
        side: SourceSide,
        /// Why.
        source: ScanError,
    },
    /// A file cannot be read.
    #[error("cannot read {path:?} in {side}")]
    Read {
        /// Of which folder.
        side: SourceSide,
        path: TreePath,
        /// Why.
        source: io::Error,
    },
    /// Somebody writes to one of the folders.
    #[error("{path:?} in {side} changed while the patch file was made")]
    Changed {
        /// Which folder.
        side: SourceSide,
        /// Which file.
        path: TreePath,
    },
    /// The SBOM cannot be read.
    #[error("cannot read the SBOM {path:?}")]
    Sbom {
        /// Its file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The output cannot be written.
    #[error("cannot write {path:?}")]
    Output {
        /// The output.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The container cannot be written.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// Somebody wished to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// Makes the bundle and leaves it to the caller to publish it.
///
/// # Errors
/// [`AuthorError::Refused`] lists everything that speaks against it.
pub fn author(request: &AuthorRequest<'_>) -> Result<Unpublished, AuthorError> {
    let cannot_write = |source| AuthorError::Output { path: request.output.to_owned(), source };
    refuse_inside(request)?;
    // Before the long work, so that a folder nobody may write to is noticed at once.
    let mut file = WholeFile::create(request.output).map_err(cannot_write)?;
    let trees =
        Trees { old: request.old, new: request.new, progress: request.progress, cancel: request.cancel };
    let FolderDifferences { steps, seen, mut notes } = compare_trees(request, &trees)?;
    let _kept_open = [request.old.keep_folders_open(), request.new.keep_folders_open()];
    let mut draft = Draft::new(&Basis { steps: &steps, seen: &seen, order: request.order, trees: &trees })?;
    let spool = BlobSpool::create_in(folder_of(request.output))?;
    let context = request.order.make.context;
    let mut packed = Packed::pack(&draft.wanted(), context, &trees, &spool)?;
    let anew = draft.make_room(&packed);
    if !anew.is_empty() {
        packed.add(Packed::pack(&anew, context, &trees, &spool)?);
    }
    notes.extend(draft.notes.iter().cloned());
    let texts = pack_texts(request.order, &spool)?;
    let mut patch = into_patch(request, draft.finish(&packed));
    let diff = diff::write(&patch, &draft.contents(), &packed, &trees, &spool)?;
    patch.diff = diff.as_ref().map(|text| DiffText { digest: text.digest(), size_bytes: text.size_bytes() });
    refuse(obstacles::of_patch(&patch))?;
    let wanted = draft.wanted();
    let mut blobs = packed.blobs(&wanted);
    blobs.extend(texts.iter().map(|blob| (blob.digest(), blob)));
    let shared = small::share(&wanted, &packed, &mut blobs, &trees, &spool)?;
    let content = ContainerContents { diff: diff.as_ref(), shared: shared.as_ref(), blobs: &blobs };
    write_container(&patch, &content, &mut file, cannot_write)?;
    request.cancel.check()?;
    let (bundle_bytes, file_digest) = read_back(&patch, file.path())?;
    let counts = ChangeCounts::new(&patch.changes);
    Ok(Unpublished { authored: Authored { patch, counts, bundle_bytes, file_digest, notes }, file })
}

impl Unpublished {
    /// Where the bundle is until it is published.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// What was made.
    pub fn authored(&self) -> &Authored {
        &self.authored
    }

    /// Gives the bundle its name.
    ///
    /// # Errors
    /// The system's; nothing has the name then that did not have it before.
    pub fn publish(self) -> Result<Authored, AuthorError> {
        let path = self.file.target().to_owned();
        self.file.publish().map_err(|source| AuthorError::Output { path, source })?;
        Ok(self.authored)
    }
}

impl ChangeCounts {
    /// Counts `changes`.
    pub fn new(changes: &[FileChange]) -> Self {
        let mut counts = Self::default();
        for (change, renamed_from) in pair_renames(changes) {
            let before = change.before.first();
            let count = match (before, &change.after) {
                _ if renamed_from.is_some() => &mut counts.renamed,
                (_, Some(Node::Link(_))) | (Some(Node::Link(_)), None) => &mut counts.links,
                (_, Some(Node::Dir(_))) | (Some(Node::Dir(_)), None) => &mut counts.folders,
                (_, None) => &mut counts.deleted,
                (None, Some(_)) => &mut counts.created,
                (Some(_), Some(_)) if change.payload.is_none() => &mut counts.mode,
                (Some(_), Some(_)) => &mut counts.replaced,
            };
            *count += 1;
        }
        counts
    }
}

/// Refuses an output inside one of the folders, whatever links lead there.
fn refuse_inside(request: &AuthorRequest<'_>) -> Result<(), AuthorError> {
    let real = |path: &Path| path.canonicalize().ok();
    let Some(folder) = real(folder_of(request.output)) else { return Ok(()) };
    let around =
        request.outside_of.iter().find(|root| real(root).is_some_and(|root| folder.starts_with(root)));
    let Some(around) = around else { return Ok(()) };
    let (output, around) = (request.output.to_owned(), around.to_path_buf());
    Err(AuthorError::Refused(vec![Obstacle::new(Making::OutputInside { output, around })]))
}

/// What the two folders differ in.
struct FolderDifferences {
    steps: Vec<Step>,
    /// The look of the files that stand at the steps' places before.
    seen: BTreeMap<TreePath, Stat>,
    notes: Vec<Note>,
}

fn compare_trees(request: &AuthorRequest<'_>, trees: &Trees<'_>) -> Result<FolderDifferences, AuthorError> {
    let progress = Comparing(request.progress);
    let left_out = RefCell::new(BTreeSet::new());
    let mut old = walk(SourceSide::Old, request, &progress, &RefCell::default())?;
    let mut new = walk(SourceSide::New, request, &progress, &left_out)?;
    old.leave_out_alike(&mut new)?;
    let unread = |side| move |source| unscanned(side, source);
    let old = old.read().map_err(unread(SourceSide::Old))?;
    let new = new.read().map_err(unread(SourceSide::New))?;
    let root = trees.new.look(&Place::Root).ok().flatten();
    let new_shares_group = root.is_some_and(|folder| folder.mode.shares_group());
    let mut steps = compare(&old.tree, &new.tree, new_shares_group);
    retain_meant(&mut steps, request.order);
    let mut obstacles: Vec<Obstacle> = obstacles::of_scan(SourceSide::Old, &old.problems).collect();
    obstacles.extend(obstacles::of_scan(SourceSide::New, &new.problems));
    obstacles.extend(obstacles::of_ignored(&steps, request.order, trees)?);
    if steps.is_empty() {
        obstacles.push(Obstacle::new(Making::NoDifference));
    } else {
        let patch = into_patch(request, changes::bare(&steps, request.order));
        obstacles.extend(obstacles::of_names(&steps, &new.facts, patch.about.leaves_windows_out()));
        obstacles.extend(obstacles::of_patch(&patch));
    }
    refuse(obstacles)?;
    let seen = steps
        .iter()
        .filter_map(|step| Some((step.path.clone(), old.facts.get(&step.path)?.clone())))
        .collect();
    let mut notes = worth_knowing(request, &steps);
    let left_out = left_out.into_inner().into_iter();
    notes.extend(left_out.map(|folder| Note::at(folder, PlaceRemark::OfVersionControl)));
    Ok(FolderDifferences { notes, steps, seen })
}

/// Lets go of folders of version control that were only walked through to what the order means there.
fn retain_meant(steps: &mut Vec<Step>, order: &Order) {
    let is_meant = |step: &Step| !order.leaves_version_control(&step.path, false);
    let around: BTreeSet<TreePath> =
        steps.iter().filter(|step| is_meant(step)).flat_map(|step| step.path.ancestors()).collect();
    steps.retain(|step| is_meant(step) || around.contains(&step.path));
}

/// Goes through one of the folders; folders of version control systems that are passed over are added to `left_out`.
fn walk<'a>(
    side: SourceSide,
    request: &AuthorRequest<'a>,
    progress: &'a dyn Progress,
    left_out: &RefCell<BTreeSet<TreePath>>,
) -> Result<WalkedFolder<'a>, AuthorError> {
    let fs = match side {
        SourceSide::Old => request.old,
        SourceSide::New => request.new,
    };
    let ignore = |path: &TreePath, is_dir: bool| {
        if request.order.leaves_version_control(path, is_dir) {
            left_out.borrow_mut().extend(version_control(path));
        }
        request.order.is_ignored(path, is_dir)
    };
    let walked = WalkedFolder::new(fs, &ignore, progress, request.cancel);
    walked.map_err(|source| unscanned(side, source))
}

fn unscanned(side: SourceSide, source: ScanError) -> AuthorError {
    match source {
        ScanError::Cancelled(cancelled) => cancelled.into(),
        source => AuthorError::Scan { side, source },
    }
}

/// A scan calls itself checking; here it is half of a comparison.
struct Comparing<'a>(&'a dyn Progress);

impl Progress for Comparing<'_> {
    fn begin(&self, _: Phase, total: u64) {
        self.0.begin(Phase::Comparing, total);
    }

    fn advance(&self, amount: u64) {
        self.0.advance(amount);
    }
}

fn worth_knowing(request: &AuthorRequest<'_>, steps: &[Step]) -> Vec<Note> {
    let mut notes = Vec::new();
    if !request.old.features().modes || !request.new.features().modes {
        notes.push(Note::new(PatchRemark::NoPermissionBits));
    }
    for step in steps.iter().filter(|step| step.before.is_none()) {
        if matches!(&step.after, Some(Node::Dir(mode)) if mode.bits() & 0o200 == 0) {
            notes.push(Note::at(&step.path, PlaceRemark::ReadOnlyFolder));
        }
        for name_warning in step.path.name_warnings() {
            notes.push(Note::at(&step.path, PlaceRemark::OddName(name_warning.to_string())));
        }
    }
    notes
}

fn into_patch(request: &AuthorRequest<'_>, changes: Vec<FileChange>) -> Patch {
    request.order.clone().into_patch(changes, request.created.to_owned(), request.proven)
}

fn refuse(mut obstacles: Vec<Obstacle>) -> Result<(), AuthorError> {
    obstacles.sort_by_cached_key(|found| (found.path.clone(), found.meaning()));
    obstacles.dedup();
    if obstacles.is_empty() { Ok(()) } else { Err(AuthorError::Refused(obstacles)) }
}

/// Scripts, edits and documents are short: they are packed at once, at the level that any reader knows, and so is an SBOM.
fn pack_texts(order: &Order, spool: &BlobSpool) -> Result<Vec<PackedBlob>, AuthorError> {
    const LEVEL: i32 = 3;
    let files = order.scripts.iter().flat_map(OrderedScript::files).map(|file| &file.text);
    let texts = files.chain(order.packed_edits.values()).chain(order.carried.contents());
    let packed = texts.map(|text| spool.compress(&mut io::Cursor::new(text), LEVEL));
    let mut packed: Vec<PackedBlob> = packed.collect::<Result<_, _>>()?;
    if let (Some(path), Some(sbom)) = (&order.sbom_file, &order.about.evidence.sbom) {
        let failed = |source| AuthorError::Sbom { path: path.clone(), source };
        let blob = spool.compress(&mut named_file::open(path).map_err(failed)?, LEVEL)?;
        if blob.digest() != sbom.digest {
            return Err(failed(io::Error::other("it changed while the patch file was made")));
        }
        packed.push(blob);
    }
    Ok(packed)
}

/// What goes into the container behind the manifest.
struct ContainerContents<'a> {
    diff: Option<&'a PackedBlob>,
    shared: Option<&'a PackedBlob>,
    blobs: &'a BTreeMap<Digest, &'a PackedBlob>,
}

fn write_container(
    patch: &Patch,
    content: &ContainerContents<'_>,
    file: &mut WholeFile,
    cannot_write: impl Fn(io::Error) -> AuthorError,
) -> Result<(), AuthorError> {
    let manifest = write_manifest(patch);
    refuse(obstacles::of_length(manifest.len(), patch.changes.len()))?;
    let mut container = ContainerWriter::begin(BufWriter::new(file.file()), &manifest)?;
    if let Some(text) = content.diff {
        container.add_diff(text)?;
    }
    if let Some(small) = content.shared {
        container.add_shared(small)?;
    }
    for blob in content.blobs.values() {
        container.add_blob(blob)?;
    }
    container.finish()?.flush().map_err(cannot_write)
}

/// What was written must be what will be read.
fn read_back(patch: &Patch, path: &Path) -> Result<(u64, Digest), AuthorError> {
    let unreadable = |error: super::OpenError| {
        BundleError::new(error.code(), format!("the finished bundle cannot be read back: {error}"))
    };
    let bundle = UnverifiedBundle::open(path)
        // Nobody vouches for what was made a moment ago, and nobody asks.
        .and_then(|opened| opened.verify(&Keyring::default(), Timestamp::UNIX_EPOCH))
        .map_err(unreadable)?;
    if *bundle.patch != *patch {
        let problem = "the finished bundle does not say what it was made from";
        return Err(BundleError::new(Code::Manifest, problem).into());
    }
    Ok((bundle.file_bytes(), bundle.file_digest()?))
}
