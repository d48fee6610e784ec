//! The contents on both sides of every change of a bundle, as far as they can be known.

mod hidden;

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::edits::{KeyEdits, key_edits};
use super::merging;
use super::stack::{all_copies, manifest_bytes_of, read_ledger};
use crate::bundle::VerifiedBundle;
use crate::diff::on_tree::FileOutcome;
use crate::diff::{ViewContent, pair_renames};
use crate::disk::fs::{Fs, Place};
use crate::disk::node_at;
use crate::ledger::Ledger;
use crate::model::{FileChange, FileNode, Node, Payload, TreePath};
use crate::progress::{CancelToken, Cancelled};
use crate::text::with_thousands;
use crate::transaction::Archive;
use crate::workbench::contents::{
    ContentSource, ContentSpool, Library, MAX_IN_MEMORY_BYTES, NotRead, SearchFirst, SideContent,
};
use crate::workbench::{PatchFile, Result, Watch, Workbench};

pub(crate) use hidden::in_patch as hidden_in;

/// What is on one side of a change.
#[derive(Debug, Clone)]
pub enum ChangeSide {
    /// Nothing.
    Absent,
    /// A folder or link: everything about it is in the change.
    NotAFile,
    Content(SideContent),
    /// What the patch's own diff says of both sides; the rest of the file is missing.
    Diff(Arc<[u8]>),
    /// It cannot be shown, and why.
    Unavailable(String),
}

impl ChangeSide {
    /// What a diff shows of it.
    pub(crate) fn shown(&self) -> ViewContent<'_> {
        match self {
            ChangeSide::Absent | ChangeSide::NotAFile => ViewContent::Absent,
            ChangeSide::Content(content) => match content.bytes() {
                Some(bytes) => ViewContent::Bytes(bytes),
                None => ViewContent::Unavailable("it is too large to show"),
            },
            ChangeSide::Diff(section) => ViewContent::Diff(section),
            ChangeSide::Unavailable(reason) => ViewContent::Unavailable(reason),
        }
    }
}

/// Which two states of a file are held against each other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Comparison {
    /// What the patch expects, and what it leaves.
    #[default]
    OriginalToAfter,
    /// What is really in the folder, and what the patch leaves there.
    FolderToAfter,
    /// What the patch expects, and what is really in the folder.
    OriginalToFolder,
}

/// One change with both contents.
#[derive(Debug, Clone)]
pub struct ChangeContents<'a> {
    pub change: &'a FileChange,
    /// The place's node on the left: what is expected, or what was really found in the target.
    pub left: Option<Node>,
    /// The place's node on the right: what the change leaves, or, where somebody edited the file in the target, what
    /// both edits come to.
    pub right: Option<Node>,
    pub before: ChangeSide,
    pub after: ChangeSide,
    /// Where the content before was read.
    pub(crate) before_source: Option<ContentSource>,
    /// What the patch's own diff says about the change, where nothing else is there than it expects.
    pub(crate) diff: Option<Vec<u8>>,
}

/// One change with both contents, whatever their size; a rename with what stood at the old path.
#[derive(Debug, Clone)]
pub struct OneChange {
    pub change: FileChange,
    /// The change that takes the file away from its old path, if this one puts it at its new path.
    pub renamed_from: Option<FileChange>,
    /// What is on the left: what is expected, or what was really found in the target.
    pub left: Option<Node>,
    /// The content before.
    pub before: ChangeSide,
    /// The content after.
    pub after: ChangeSide,
    /// Where the content before was read, if that is known.
    pub before_source: Option<ContentSource>,
    /// What both sides are.
    pub comparison: Comparison,
    /// Its edits by key, held against the left side.
    pub edits: Option<KeyEdits>,
}

/// What happens to contents above [`MAX_IN_MEMORY_BYTES`].
#[derive(Clone, Copy, PartialEq, Eq)]
enum Large {
    /// They are described, not shown.
    Describe,
    /// They are read from the target, or unpacked into a temporary file.
    Spool,
}

impl Workbench {
    /// Calls `show` with each change whose path is in `paths` (or below one of them; all if it is empty). The left
    /// side is what the patch expects or, with a `target`, what is really there. Contents above
    /// [`MAX_IN_MEMORY_BYTES`] are unavailable.
    ///
    /// # Errors
    /// If bundle or folder cannot be read, or somebody wished to stop.
    pub fn changes<'a>(
        &self,
        file: impl Into<PatchFile<'a>>,
        paths: &[TreePath],
        target: Option<&Path>,
        watch: Watch<'_>,
        show: &mut dyn FnMut(&ChangeContents<'_>),
    ) -> Result<()> {
        let bundle = self.open_maybe_for(file.into(), target, watch)?;
        let disk = target.map(|target| self.disk(target)).transpose()?;
        let with = (disk.as_ref(), comparison_with(disk.is_some()));
        let sides = Sides::new(&bundle, with, watch.cancel, Large::Describe);
        let wanted =
            |path: &TreePath| paths.is_empty() || paths.iter().any(|p| p == path || path.is_below(p));
        sides.each(&bundle, wanted, show)
    }

    /// Calls `show` with each change as it would be made in the `target`. Where the patch is in it already, that is what was
    /// made there: the originals are among its backups.
    ///
    /// # Errors
    /// As [`Workbench::changes`].
    pub(crate) fn changes_to_write<'a>(
        &self,
        file: impl Into<PatchFile<'a>>,
        target: Option<&Path>,
        watch: Watch<'_>,
        show: &mut dyn FnMut(&ChangeContents<'_>),
    ) -> Result<()> {
        let bundle = self.open_maybe_for(file.into(), target, watch)?;
        let disk = target.map(|target| self.disk(target)).transpose()?;
        let comparison = match &disk {
            Some(disk) if !is_in(&bundle, &**disk) => Comparison::FolderToAfter,
            _ => Comparison::OriginalToAfter,
        };
        let mut sides = Sides::new(&bundle, (disk.as_ref(), comparison), watch.cancel, Large::Describe);
        if let Some(disk) = &disk {
            sides.library = sides.library.with_copies(copies_in(&**disk));
        }
        sides.each(&bundle, |_| true, show)
    }

    /// The change at `path`, with contents of any size; `None` if the patch changes nothing there. What the patch file
    /// does not bring is taken from the `target` wherever a file or a backup there is exactly that content.
    ///
    /// # Errors
    /// If bundle or folder cannot be read, or somebody wished to stop.
    pub fn one_change<'a>(
        &self,
        file: impl Into<PatchFile<'a>>,
        path: &TreePath,
        target: Option<&Path>,
        comparison: Comparison,
        watch: Watch<'_>,
    ) -> Result<Option<OneChange>> {
        let bundle = self.open_maybe_for(file.into(), target, watch)?;
        let disk = target.map(|target| self.disk(target)).transpose()?;
        // Without a folder there is one pair to compare.
        let comparison = if disk.is_some() { comparison } else { Comparison::OriginalToAfter };
        let sides = Sides::new(&bundle, (disk.as_ref(), comparison), watch.cancel, Large::Spool);
        let Some(change) = bundle.patch.change_at(path) else {
            let is_named = |(_, file): (&str, &FileOutcome)| file.path == path.as_str();
            let is_named = bundle.text.as_ref().is_some_and(|text| text.files().any(is_named));
            return Ok(is_named.then(|| sides.as_it_is(path)).flatten());
        };
        let pairs = pair_renames(&bundle.patch.changes);
        let old_half = pairs.iter().find(|(new, _)| new.path == *path).and_then(|(_, old)| *old);
        let mut contents = sides.of(change);
        let mut renamed_from = None;
        // Against a folder that has the file at its new path already, this is no rename any more.
        if let (Some(old), None, ChangeSide::Absent) = (old_half, &contents.left, &contents.before) {
            let old_contents = sides.of(old);
            (contents.left, contents.before) = (old_contents.left, old_contents.before);
            contents.before_source = old_contents.before_source;
            renamed_from = contents.left.is_some().then(|| old.clone());
            // One diff says both sides of a rename.
            if let (ChangeSide::Unavailable(_), ChangeSide::Diff(section)) =
                (&contents.before, &contents.after)
            {
                contents.before = ChangeSide::Diff(Arc::clone(section));
            }
            // A file that nobody has moved yet stands at its old path.
            if comparison == Comparison::OriginalToFolder && contents.right.is_none() {
                (contents.right, contents.after) = (old_contents.right, old_contents.after);
            }
        }
        let here = match &contents.before {
            ChangeSide::Content(content) if comparison == Comparison::FolderToAfter => content.bytes(),
            _ => None,
        };
        let edits = key_edits(&bundle, change, here)?;
        watch.cancel.check()?;
        Ok(Some(OneChange {
            change: FileChange { after: contents.right, ..change.clone() },
            renamed_from,
            left: contents.left,
            before: contents.before,
            after: contents.after,
            before_source: contents.before_source,
            comparison,
            edits,
        }))
    }
}

/// What is held against each other where nobody has chosen.
const fn comparison_with(has_folder: bool) -> Comparison {
    if has_folder { Comparison::FolderToAfter } else { Comparison::OriginalToAfter }
}

/// The safe copies of a folder. A history that cannot be read has none to offer; other pages say what is the matter with it.
fn copies_in(fs: &dyn Fs) -> Archive {
    read_ledger(fs).and_then(|all| all_copies(fs, &all)).unwrap_or_default()
}

/// Whether the patch is in the folder: its history says so, or every file is as the patch leaves it.
fn is_in(bundle: &VerifiedBundle, fs: &dyn Fs) -> bool {
    let is_it = |ledger: &Ledger, key| {
        manifest_bytes_of(fs, ledger, key).is_some_and(|bytes| bytes[..] == *bundle.manifest())
    };
    let is_installed =
        read_ledger(fs).is_ok_and(|ledger| ledger.installed().iter().any(|patch| is_it(&ledger, patch.key)));
    let is_done = |change: &FileChange| {
        node_at(fs, &Place::from(&change.path)).is_ok_and(|found| found == change.after)
    };
    is_installed || bundle.patch.changes.iter().all(is_done)
}

struct Sides<'a> {
    bundle: &'a VerifiedBundle,
    library: Library<'a>,
    disk: Option<&'a Arc<dyn Fs>>,
    comparison: Comparison,
    cancel: &'a CancelToken,
    large: Large,
}

/// A content, or why there is none, as a phrase.
type ContentResult = std::result::Result<SideContent, String>;

/// A node, its content, and where that was read.
type LoadedSide = (Option<Node>, ChangeSide, Option<ContentSource>);

impl<'a> Sides<'a> {
    fn new(
        bundle: &'a VerifiedBundle,
        (disk, comparison): (Option<&'a Arc<dyn Fs>>, Comparison),
        cancel: &'a CancelToken,
        large: Large,
    ) -> Self {
        let library = Library::new(std::slice::from_ref(bundle), SearchFirst::Bundles).where_bundles_say();
        let library = match disk {
            Some(disk) if large == Large::Spool => library.in_folder(&**disk).with_copies(copies_in(&**disk)),
            Some(disk) => library.in_folder(&**disk),
            None => library,
        };
        Self { bundle, library, disk, comparison, cancel, large }
    }

    /// Shows the changes of `bundle` whose path is `wanted`.
    fn each(
        &self,
        bundle: &VerifiedBundle,
        wanted: impl Fn(&TreePath) -> bool,
        show: &mut dyn FnMut(&ChangeContents<'_>),
    ) -> Result<()> {
        for change in bundle.patch.changes.iter().filter(|change| wanted(&change.path)) {
            let contents = self.of(change);
            self.cancel.check()?;
            show(&contents);
        }
        Ok(())
    }

    fn of<'c>(&self, change: &'c FileChange) -> ChangeContents<'c> {
        let (left, before, before_source) = match (self.comparison, self.disk) {
            (Comparison::FolderToAfter, Some(disk)) => self.found(disk, &change.path),
            _ => self.stated(change, change.before.first()),
        };
        let (right, after, _) = match (self.comparison, self.disk) {
            (Comparison::OriginalToFolder, Some(disk)) => self.found(disk, &change.path),
            _ => self.stated(change, change.after.as_ref()),
        };
        let is_expected = left.as_ref() == change.before.first() && right == change.after;
        let diff = self.bundle.diff_of(&change.path).ok().flatten().filter(|_| is_expected);
        let mut contents = ChangeContents { change, left, right, before, after, before_source, diff };
        if let (Comparison::FolderToAfter, Some(disk)) = (self.comparison, self.disk)
            && let Some(Node::File(mine)) = &contents.left
            && let Some((file, merged)) = merging::merged_here(self.bundle, &**disk, change, mine)
        {
            (contents.right, contents.after) = (Some(Node::File(file)), ChangeSide::Content(merged.into()));
        }
        contents
    }

    /// What the patch says of one side of `change`; of a content that is nowhere, what its diff says about it.
    fn stated(&self, change: &FileChange, node: Option<&Node>) -> LoadedSide {
        let (side, source) = match node {
            None => (ChangeSide::Absent, None),
            Some(Node::File(file)) => match self.content(file) {
                Ok((content, source)) => (ChangeSide::Content(content), Some(source)),
                Err(reason) => {
                    let section = self.diff_of(change).filter(|_| self.is_of_patch_alone());
                    let told = section.map(|section| ChangeSide::Diff(section.into()));
                    (told.unwrap_or(ChangeSide::Unavailable(reason)), None)
                }
            },
            Some(_) => (ChangeSide::NotAFile, None),
        };
        (node.cloned(), side, source)
    }

    /// Whether both sides are what the patch says, and so what its diff is about.
    fn is_of_patch_alone(&self) -> bool {
        self.comparison == Comparison::OriginalToAfter
    }

    /// The lines that the patch's diff says about `change`; `None` if it says none.
    fn diff_of(&self, change: &FileChange) -> Option<Vec<u8>> {
        let says_lines = matches!(change.payload, Some(Payload::Diff { .. }));
        self.bundle.diff_of(&change.path).ok().flatten().filter(|_| says_lines)
    }

    /// What stands at `path`, on both sides: a text patch names it, and does not fit or is there already.
    fn as_it_is(&self, path: &TreePath) -> Option<OneChange> {
        let (node, content, source) = self.found(self.disk?, path);
        let change = FileChange::plain(path.clone(), node.clone(), node.clone(), None);
        Some(OneChange {
            change,
            renamed_from: None,
            left: node,
            before: content.clone(),
            after: content,
            before_source: source,
            comparison: self.comparison,
            edits: None,
        })
    }

    /// What is really at `path`.
    fn found(&self, disk: &Arc<dyn Fs>, path: &TreePath) -> LoadedSide {
        match node_at(&**disk, &Place::from(path)) {
            Err(error) => (None, ChangeSide::Unavailable(error.to_string()), None),
            Ok(None) => (None, ChangeSide::Absent, None),
            Ok(Some(Node::File(file))) => {
                let content = self.allow(file.size_bytes).and_then(|()| {
                    self.at(disk, Place::from(path), &file)?.ok_or_else(|| NO_ORIGINAL.to_owned())
                });
                (Some(Node::File(file)), shown(content), Some(ContentSource::Folder))
            }
            Ok(node) => (node, ChangeSide::NotAFile, None),
        }
    }

    /// The content of `file`, wherever it is.
    fn content(&self, file: &FileNode) -> std::result::Result<(SideContent, ContentSource), String> {
        self.allow(file.size_bytes)?;
        if self.library.is_brought(&file.digest).map_err(worded)? {
            let mut spool = ContentSpool::new(file.size_bytes, self.cancel);
            self.library.copy_to(&file.digest, &mut spool).map_err(not_read)?;
            let content = spool.finish(file.digest).map_err(worded)?;
            let content = content.ok_or_else(|| "the content is damaged".to_owned())?;
            return Ok((content, ContentSource::PatchFile));
        }
        let Some(disk) = self.disk else {
            return Err(
                "the original isn't in the patch file; choose the product folder to see it".to_owned()
            );
        };
        let mut problem = None;
        for (place, source) in self.library.places(&file.digest) {
            match self.at(disk, place, file) {
                Ok(Some(content)) => return Ok((content, source)),
                Ok(None) => {}
                // What cannot be read here may be whole elsewhere.
                Err(why) => _ = problem.get_or_insert(why),
            }
        }
        Err(problem.unwrap_or_else(|| NO_ORIGINAL.to_owned()))
    }

    /// The content at `place`, if it is that of `file`.
    fn at(
        &self,
        disk: &Arc<dyn Fs>,
        place: Place,
        file: &FileNode,
    ) -> std::result::Result<Option<SideContent>, String> {
        SideContent::in_target(disk, place, (file.digest, file.size_bytes), self.cancel).map_err(worded)
    }

    fn allow(&self, size_bytes: u64) -> std::result::Result<(), String> {
        self.cancel.check().map_err(|Cancelled| Cancelled.to_string())?;
        if self.large == Large::Describe && size_bytes > MAX_IN_MEMORY_BYTES {
            return Err(format!("{} bytes are too many to show", with_thousands(size_bytes)));
        }
        Ok(())
    }
}

const NO_ORIGINAL: &str = "the folder doesn't contain the original";

fn shown(content: ContentResult) -> ChangeSide {
    content.map_or_else(ChangeSide::Unavailable, ChangeSide::Content)
}

/// A failure of the disk as a phrase; the one that a person can do something about by its meaning.
fn worded(error: io::Error) -> String {
    match error.kind() {
        io::ErrorKind::StorageFull => "there isn't enough disk space for a temporary copy".to_owned(),
        _ => error.to_string(),
    }
}

/// Why a content that is in the bundle cannot be shown.
fn not_read(error: NotRead) -> String {
    match error {
        NotRead::Bundle(error) => with_cause(&error),
        NotRead::Disk(error) => worded(error),
        NotRead::SourceDamaged | NotRead::Nowhere => "the content is damaged".to_owned(),
    }
}

/// A failure and what caused it, which the bundle's errors keep apart.
fn with_cause(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(cause) => match cause.downcast_ref::<io::Error>().map(io::Error::kind) {
            Some(io::ErrorKind::StorageFull) => {
                "there isn't enough disk space for a temporary copy".to_owned()
            }
            _ => format!("{error}: {cause}"),
        },
        None => error.to_string(),
    }
}
