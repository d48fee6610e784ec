//! The contents on both sides of every change of a bundle, as far as they can be known.

mod hidden;

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::merging;
use crate::bundle::VerifiedBundle;
use crate::diff::on_tree::FileOutcome;
use crate::diff::pair_renames;
use crate::disk::fs::{Fs, Place};
use crate::disk::node_at;
use crate::model::{FileChange, FileNode, LocalEdits, Node, Payload, Role, TreePath};
use crate::progress::{CancelToken, Cancelled};
use crate::text::with_thousands;
use crate::workbench::contents::{Content, ContentSpool, First, Library, MAX_IN_MEMORY_BYTES, NotRead};
use crate::workbench::{Result, Watch, Workbench};

pub(crate) use hidden::{Hidden, HiddenCount, HiddenIn, HiddenPlace};

pub(crate) use hidden::in_patch as hidden_in;

/// What is on one side of a change.
#[derive(Debug, Clone)]
pub enum ChangeSide {
    /// Nothing.
    Absent,
    /// A folder or link: everything about it is in the change.
    NotAFile,
    Content(Content),
    /// What the patch's own diff says of both sides; the rest of the file is not at hand.
    Diff(Arc<[u8]>),
    /// It cannot be shown, and why.
    Unavailable(String),
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
    pub fn changes(
        &self,
        bundle: &Path,
        paths: &[TreePath],
        target: Option<&Path>,
        watch: Watch<'_>,
        show: &mut dyn FnMut(&ChangeContents<'_>),
    ) -> Result<()> {
        let bundle = self.open_maybe_for(bundle, target, watch)?;
        let disk = target.map(|target| self.disk(target)).transpose()?;
        let sides = Sides::new(&bundle, disk.as_ref(), watch.cancel, Large::Describe);
        let wanted =
            |path: &TreePath| paths.is_empty() || paths.iter().any(|p| p == path || path.is_below(p));
        for change in bundle.patch.changes.iter().filter(|change| wanted(&change.path)) {
            let contents = sides.of(change);
            watch.cancel.check()?;
            show(&contents);
        }
        Ok(())
    }

    /// The change at `path`, with contents of any size; `None` if the patch changes nothing there. The left side is
    /// what the patch expects or, with a `target`, what is really there.
    ///
    /// # Errors
    /// If bundle or folder cannot be read, or somebody wished to stop.
    pub fn one_change(
        &self,
        bundle: &Path,
        path: &TreePath,
        target: Option<&Path>,
        watch: Watch<'_>,
    ) -> Result<Option<OneChange>> {
        let bundle = self.open_maybe_for(bundle, target, watch)?;
        let disk = target.map(|target| self.disk(target)).transpose()?;
        let sides = Sides::new(&bundle, disk.as_ref(), watch.cancel, Large::Spool);
        let Some(change) = bundle.patch.change_at(path) else {
            let is_named = |(_, file): (&str, &FileOutcome)| file.path == path.as_str();
            let is_named = bundle.text.as_ref().is_some_and(|text| text.files().any(is_named));
            return Ok(is_named.then(|| sides.as_it_is(path)).flatten());
        };
        let pairs = pair_renames(&bundle.patch.changes);
        let old_half = pairs.iter().find(|(new, _)| new.path == *path).and_then(|(_, old)| *old);
        let contents = sides.of(change);
        let (mut left, mut before) = (contents.left, contents.before);
        let mut renamed_from = None;
        // Against a folder that has the file at its new path already, this is no rename any more.
        if let (Some(old), None, ChangeSide::Absent) = (old_half, &left, &before) {
            let old_contents = sides.of(old);
            (left, before) = (old_contents.left, old_contents.before);
            renamed_from = left.is_some().then(|| old.clone());
            // One diff says both sides of a rename.
            if let (ChangeSide::Unavailable(_), ChangeSide::Diff(section)) = (&before, &contents.after) {
                before = ChangeSide::Diff(Arc::clone(section));
            }
        }
        watch.cancel.check()?;
        let change = FileChange { after: contents.right, ..change.clone() };
        Ok(Some(OneChange { change, renamed_from, left, before, after: contents.after }))
    }
}

struct Sides<'a> {
    bundle: &'a VerifiedBundle,
    library: Library<'a>,
    disk: Option<&'a Arc<dyn Fs>>,
    cancel: &'a CancelToken,
    large: Large,
}

/// A content, or why there is none, as a phrase.
type ContentResult = std::result::Result<Content, String>;

impl<'a> Sides<'a> {
    fn new(
        bundle: &'a VerifiedBundle,
        disk: Option<&'a Arc<dyn Fs>>,
        cancel: &'a CancelToken,
        large: Large,
    ) -> Self {
        let library = Library::new(std::slice::from_ref(bundle), First::Bundles).where_bundles_say();
        let library = match disk {
            Some(disk) => library.in_folder(&**disk),
            None => library,
        };
        Self { bundle, library, disk, cancel, large }
    }

    fn of<'c>(&self, change: &'c FileChange) -> ChangeContents<'c> {
        let after = match &change.after {
            None => ChangeSide::Absent,
            Some(Node::File(file)) => self.side(change, file),
            Some(_) => ChangeSide::NotAFile,
        };
        let (left, before) = match self.disk {
            Some(disk) => self.found(disk, &change.path),
            None => {
                let before = match change.before.first() {
                    None => ChangeSide::Absent,
                    Some(Node::File(file)) => self.side(change, file),
                    Some(_) => ChangeSide::NotAFile,
                };
                (change.before.first().cloned(), before)
            }
        };
        let is_expected = left.as_ref() == change.before.first();
        let diff = self.bundle.diff_of(&change.path).ok().flatten().filter(|_| is_expected);
        let mut contents = ChangeContents { change, left, right: change.after.clone(), before, after, diff };
        if let (Some(disk), Some(Node::File(mine))) = (self.disk, &contents.left)
            && let Some((file, merged)) = merging::merged_here(self.bundle, &**disk, change, mine)
        {
            (contents.right, contents.after) = (Some(Node::File(file)), ChangeSide::Content(merged.into()));
        }
        contents
    }

    /// The content of `file`, or what the patch's diff says about it where there is no folder to take it from.
    fn side(&self, change: &FileChange, file: &FileNode) -> ChangeSide {
        match (self.content(file), self.disk) {
            (Err(reason), None) => match self.diff_of(change) {
                Some(section) => ChangeSide::Diff(section.into()),
                None => ChangeSide::Unavailable(reason),
            },
            (content, _) => shown(content),
        }
    }

    /// The lines that the patch's diff says about `change`; `None` if it says none.
    fn diff_of(&self, change: &FileChange) -> Option<Vec<u8>> {
        let says_lines = matches!(change.payload, Some(Payload::Diff { .. }));
        self.bundle.diff_of(&change.path).ok().flatten().filter(|_| says_lines)
    }

    /// What stands at `path`, on both sides: a text patch names it, and does not fit or is there already.
    fn as_it_is(&self, path: &TreePath) -> Option<OneChange> {
        let (node, content) = self.found(self.disk?, path);
        let change = FileChange {
            path: path.clone(),
            before: node.iter().cloned().collect(),
            after: node.clone(),
            payload: None,
            base: None,
            edit: None,
            role: Role::Data,
            local_edits: LocalEdits::Refuse,
            fixes: Vec::new(),
        };
        Some(OneChange { change, renamed_from: None, left: node, before: content.clone(), after: content })
    }

    /// What is really at `path`.
    fn found(&self, disk: &Arc<dyn Fs>, path: &TreePath) -> (Option<Node>, ChangeSide) {
        match node_at(&**disk, &Place::from(path)) {
            Err(error) => (None, ChangeSide::Unavailable(error.to_string())),
            Ok(None) => (None, ChangeSide::Absent),
            Ok(Some(Node::File(file))) => {
                let content = self.allow(file.size_bytes).and_then(|()| {
                    self.at(disk, Place::from(path), &file)?.ok_or_else(|| NO_ORIGINAL.to_owned())
                });
                (Some(Node::File(file)), shown(content))
            }
            Ok(node) => (node, ChangeSide::NotAFile),
        }
    }

    /// The content of `file`, wherever it is.
    fn content(&self, file: &FileNode) -> ContentResult {
        self.allow(file.size_bytes)?;
        if self.library.is_brought(&file.digest).map_err(worded)? {
            let mut spool = ContentSpool::new(file.size_bytes, self.cancel);
            self.library.copy_to(&file.digest, &mut spool).map_err(not_read)?;
            let content = spool.finish(file.digest).map_err(worded)?;
            return content.ok_or_else(|| "the content is damaged".to_owned());
        }
        let Some(disk) = self.disk else {
            return Err(
                "the original isn't in the patch file; choose the product folder to see it".to_owned()
            );
        };
        for place in self.library.supposed(&file.digest) {
            if let Some(content) = self.at(disk, place, file)? {
                return Ok(content);
            }
        }
        Err(NO_ORIGINAL.to_owned())
    }

    /// The content at `place`, if it is that of `file`.
    fn at(
        &self,
        disk: &Arc<dyn Fs>,
        place: Place,
        file: &FileNode,
    ) -> std::result::Result<Option<Content>, String> {
        Content::in_target(disk, place, (file.digest, file.size_bytes), self.cancel).map_err(worded)
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
