//! Bundles put together field by field, so that a story can have any patch that the format allows, whether `make`
//! would write it or not.

use std::fs;
use std::io::Cursor;
use std::path::PathBuf;

use patchwright::bundle::container::{BlobSpool, ContainerWriter, PackedBlob};
use patchwright::bundle::manifest::write_manifest;
use patchwright::model::{
    About, Digest, FileChange, FileNode, Interpreter, LocalEdits, Mode, Node, Patch, PatchId, Payload,
    Product, Role, Script, ScriptPhase, TreePath,
};

use super::sandbox::Sandbox;

impl Sandbox {
    /// Begins a bundle that does nothing yet.
    pub fn bundle(&self, id: &str) -> Builder {
        Builder { patch: empty_patch(id), contents: Vec::new() }
    }

    /// Writes `bundle` to a file and returns its path.
    pub fn save(&self, name: &str, bundle: &Builder) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bundle.to_bytes()).expect("a new file");
        path
    }
}

/// A bundle on its way.
#[derive(Clone)]
pub struct Builder {
    /// What it says; any field may be changed.
    pub patch: Patch,
    contents: Vec<Vec<u8>>,
}

impl Builder {
    /// Exchanges the content of a file. The old one is shipped too, as for every text.
    pub fn replace(self, path: &str, old: &str, new: &str) -> Self {
        let base = Some(Digest::compute(old.as_bytes()));
        let change = FileChange { base, ..change(path, Some(file(old)), Some(file(new)), whole(new)) };
        self.with_contents(&[old, new]).with_change(change)
    }

    /// Adds a file.
    pub fn create(self, path: &str, new: &str) -> Self {
        self.with_contents(&[new]).with_change(change(path, None, Some(file(new)), whole(new)))
    }

    /// Removes a file.
    pub fn delete(self, path: &str, old: &str) -> Self {
        let base = Some(Digest::compute(old.as_bytes()));
        self.with_contents(&[old])
            .with_change(FileChange { base, ..change(path, Some(file(old)), None, None) })
    }

    /// Moves a file.
    pub fn rename(self, from: &str, to: &str, content: &str) -> Self {
        let same = Some(Payload::Same { from: tree_path(from) });
        self.delete(from, content).with_change(change(to, None, Some(file(content)), same))
    }

    /// Adds a script for `sh`, with what takes it back.
    pub fn script(mut self, phase: ScriptPhase, text: &str, undo: Option<&str>) -> Self {
        self.patch.scripts.push(Script {
            phase,
            reason: "the printer keeps the fonts open".into(),
            blob: Digest::compute(text.as_bytes()),
            interpreter: Interpreter::Sh,
            timeout_secs: 20,
            undo: undo.map(|undo| Digest::compute(undo.as_bytes())),
        });
        let texts: Vec<&str> = [text].into_iter().chain(undo).collect();
        self.with_contents(&texts)
    }

    /// Changes any field.
    pub fn but(mut self, edit: impl FnOnce(&mut Patch)) -> Self {
        edit(&mut self.patch);
        self
    }

    /// Adds a change whose contents are in the bundle already, or that has none.
    pub fn with_change(mut self, change: FileChange) -> Self {
        self.patch.changes.push(change);
        self.patch.changes.sort_by(|a, b| a.path.cmp(&b.path));
        self
    }

    /// Adds contents that a change may name.
    pub fn with_contents(mut self, contents: &[&str]) -> Self {
        self.contents.extend(contents.iter().map(|content| content.as_bytes().to_vec()));
        self
    }

    /// The bundle.
    pub fn to_bytes(&self) -> Vec<u8> {
        let folder = tempfile::tempdir().expect("room for a temporary folder");
        let spool = BlobSpool::create_in(folder.path()).expect("a spool");
        let pack = |content: &Vec<u8>| spool.compress(&mut Cursor::new(content), 3).expect("content packs");
        let mut blobs: Vec<_> = self.contents.iter().map(pack).collect();
        blobs.sort_by_key(PackedBlob::digest);
        blobs.dedup_by_key(|blob| blob.digest());
        let mut writer =
            ContainerWriter::begin(Vec::new(), &write_manifest(&self.patch)).expect("a container");
        blobs.iter().for_each(|blob| writer.add_blob(blob).expect("a blob fits"));
        writer.finish().expect("a whole container")
    }
}

/// An ordinary file with this content.
pub fn file(content: &str) -> Node {
    let digest = Digest::compute(content.as_bytes());
    Node::File(FileNode { digest, size_bytes: content.len() as u64, mode: Mode::FILE })
}

/// A path in a product.
pub fn tree_path(path: &str) -> TreePath {
    TreePath::parse(path).expect("the stories use good paths")
}

/// A change without special wishes.
pub fn change(path: &str, before: Option<Node>, after: Option<Node>, payload: Option<Payload>) -> FileChange {
    FileChange {
        path: tree_path(path),
        before: before.into_iter().collect(),
        after,
        payload,
        base: None,
        edit: None,
        role: Role::default(),
        local_edits: LocalEdits::default(),
        fixes: Vec::new(),
    }
}

fn whole(content: &str) -> Option<Payload> {
    Some(Payload::Whole { blob: Digest::compute(content.as_bytes()) })
}

fn empty_patch(id: &str) -> Patch {
    let text = |text: &str| text.to_owned();
    let about = About {
        sequence: 1,
        title: "Umlauts in fonts".into(),
        summary: "Letters such as “ä” were cut off.\nPrinting is not affected.".into(),
        fixes: vec![text("ACME-7")],
        vendor: "ACME Ltd".into(),
        product: Product { name: text("Widget"), versions: vec![text("4.2")], ..Product::default() },
        ..About::minimal(PatchId::parse(id).expect("a good id"))
    };
    let created = text("2026-11-20T12:00:00Z");
    Patch { about, created, changes: Vec::new(), diff: None, scripts: Vec::new(), proven: true }
}
