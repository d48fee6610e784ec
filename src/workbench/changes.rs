//! The contents on both sides of every change of a bundle, as far as they can be known.

use std::path::Path;

use super::{Result, Watch, Workbench, inspect};
use crate::bundle::{VerifiedBundle, delta};
use crate::model::{Digest, FileChange, Node, Payload, TreePath};
use crate::progress::CancelToken;
use crate::target::fs::{Fs, Place};
use crate::target::node_at;

/// Largest content that is held in memory to be shown, in bytes; larger files are described, not shown.
const MAX_SHOWN_BYTES: u64 = 64 << 20;

/// What is on one side of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    /// Nothing.
    Absent,
    /// A folder or link: everything about it is in the change.
    NotAFile,
    /// The content.
    Content(Vec<u8>),
    /// It cannot be shown, and why.
    Unavailable(String),
}

/// One change with both contents.
#[derive(Debug, Clone)]
pub struct ChangeContents<'a> {
    /// The change.
    pub change: &'a FileChange,
    /// The place's node on the left: what is expected, or what was really found in the target.
    pub left: Option<Node>,
    /// The content before.
    pub before: Side,
    /// The content after.
    pub after: Side,
}

impl Workbench {
    /// Calls `show` with each change whose path is in `paths` (or below one of them; all if it is empty). The left
    /// side is what the patch expects or, with a `target`, what is really there.
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
        let bundle = inspect::open(bundle)?;
        let disk = target.map(|target| self.disk(target)).transpose()?;
        let sides = Sides { bundle: &bundle, disk: disk.as_deref(), cancel: watch.cancel };
        let wanted =
            |path: &TreePath| paths.is_empty() || paths.iter().any(|p| p == path || path.is_below(p));
        for change in bundle.patch.changes.iter().filter(|change| wanted(&change.path)) {
            watch.cancel.check()?;
            show(&sides.of(change));
        }
        Ok(())
    }
}

struct Sides<'a> {
    bundle: &'a VerifiedBundle,
    disk: Option<&'a dyn Fs>,
    cancel: &'a CancelToken,
}

impl Sides<'_> {
    fn of<'c>(&self, change: &'c FileChange) -> ChangeContents<'c> {
        let after = match &change.after {
            None => Side::Absent,
            Some(Node::File(file)) => shown(self.after(change, file.digest, file.size_bytes)),
            Some(_) => Side::NotAFile,
        };
        let (left, before) = match self.disk {
            Some(disk) => self.found(disk, &change.path),
            None => {
                let before = match change.before.first() {
                    None => Side::Absent,
                    Some(Node::File(file)) => shown(self.before(&change.path, file.digest, file.size_bytes)),
                    Some(_) => Side::NotAFile,
                };
                (change.before.first().cloned(), before)
            }
        };
        ChangeContents { change, left, before, after }
    }

    /// What is really at `path`.
    fn found(&self, disk: &dyn Fs, path: &TreePath) -> (Option<Node>, Side) {
        match node_at(disk, &Place::from(path)) {
            Err(error) => (None, Side::Unavailable(error.to_string())),
            Ok(None) => (None, Side::Absent),
            Ok(Some(Node::File(file))) => {
                let content = read_from(disk, path, file.digest, file.size_bytes);
                (Some(Node::File(file)), shown(content))
            }
            Ok(node) => (node, Side::NotAFile),
        }
    }

    fn before(
        &self,
        path: &TreePath,
        digest: Digest,
        size_bytes: u64,
    ) -> std::result::Result<Vec<u8>, String> {
        let base = self.change(path).and_then(|change| change.base).filter(|base| *base == digest);
        match (base, self.disk) {
            (Some(base), _) => self.blob(&base, size_bytes),
            (None, Some(disk)) => read_from(disk, path, digest, size_bytes),
            (None, None) => {
                Err("the original is not in the patch file; name a folder to compare with".to_owned())
            }
        }
    }

    fn after(
        &self,
        change: &FileChange,
        digest: Digest,
        size_bytes: u64,
    ) -> std::result::Result<Vec<u8>, String> {
        self.cancel.check().map_err(|error| error.to_string())?;
        if size_bytes > MAX_SHOWN_BYTES {
            return Err(format!("{size_bytes} bytes are too many to show"));
        }
        let content = match &change.payload {
            Some(Payload::Whole { blob }) => self.blob(blob, size_bytes)?,
            Some(Payload::Same { from }) => self.before(from, digest, size_bytes)?,
            None => self.before(&change.path, digest, size_bytes)?,
            Some(Payload::Delta { blob, from, source }) => {
                let source_file = self.change(from).and_then(|change| {
                    change.before.iter().filter_map(Node::as_file).find(|file| file.digest == *source)
                });
                let source_bytes = source_file.map_or(0, |file| file.size_bytes);
                let old = self.before(from, *source, source_bytes)?;
                let mut delta = self.bundle.open_blob(blob).map_err(|error| error.to_string())?;
                let mut new = Vec::new();
                delta::decode(&mut delta, &mut std::io::Cursor::new(old), source_bytes, size_bytes, &mut new)
                    .map_err(|error| error.to_string())?;
                new
            }
        };
        if Digest::of(&content) == digest { Ok(content) } else { Err("the content is damaged".to_owned()) }
    }

    fn blob(&self, blob: &Digest, size_bytes: u64) -> std::result::Result<Vec<u8>, String> {
        if size_bytes > MAX_SHOWN_BYTES {
            return Err(format!("{size_bytes} bytes are too many to show"));
        }
        self.bundle.read_blob(blob, size_bytes).map_err(|error| error.to_string())
    }

    fn change(&self, path: &TreePath) -> Option<&FileChange> {
        self.bundle.patch.change_at(path)
    }
}

fn shown(content: std::result::Result<Vec<u8>, String>) -> Side {
    content.map_or_else(Side::Unavailable, Side::Content)
}

fn read_from(
    disk: &dyn Fs,
    path: &TreePath,
    digest: Digest,
    size_bytes: u64,
) -> std::result::Result<Vec<u8>, String> {
    use std::io::Read;
    if size_bytes > MAX_SHOWN_BYTES {
        return Err(format!("{size_bytes} bytes are too many to show"));
    }
    let mut content = Vec::new();
    let file = disk.open(&Place::from(path)).map_err(|error| error.to_string())?;
    file.take(size_bytes + 1).read_to_end(&mut content).map_err(|error| error.to_string())?;
    if Digest::of(&content) == digest {
        Ok(content)
    } else {
        Err("the folder does not hold the original".to_owned())
    }
}
