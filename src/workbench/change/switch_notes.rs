//! What the switches of patches that come would undo of patches that are there, once somebody moves them.

use std::sync::Arc;

use crate::diff::Switch;
use crate::model::{Digest, FileNode, Node, Patch, Step, Toggle, ToggleKind, TreeState};
use crate::plan::{ChangeRemark, ContentByDigest, Note, is_lost};
use crate::workbench::contents::Library;
use crate::workbench::look::stack::FolderStack;

/// A note for each switch of `coming` that lies over what others brought. Moving it will need a reason; who brings it
/// knows that before.
pub(super) fn notes_on_switches<'p>(
    coming: impl Iterator<Item = &'p Patch>,
    (steps, tree): (&[Step], &TreeState),
    folder: &FolderStack,
    library: &Library<'_>,
) -> Vec<Note> {
    let note = |patch: &Patch, toggle: &Toggle| {
        let step = steps.iter().find(|step| step.path == toggle.file);
        let now = step.map_or_else(|| tree.at(&toggle.file), |step| step.after.as_ref())?;
        let moved = MovedFile::new(toggle, now, library)?;
        let (was, will) = (Some(now), moved.node.as_ref());
        let id = patch.about.identity.id.as_str();
        let others = folder.layers.iter().filter(|layer| layer.is_active() && layer.id != id);
        let undone = others.filter(|layer| is_lost(layer, &toggle.file, (was, will), &moved));
        let undone: Vec<String> = undone.map(|layer| layer.id.clone()).collect();
        let to = toggle.initially.other();
        (!undone.is_empty()).then(|| {
            let switch = Some((toggle.id.to_string(), id.to_owned()));
            Note::at(&toggle.file, ChangeRemark::WhileSwitchIs { switch, to, undoes: undone })
        })
    };
    let toggles = coming.flat_map(|patch| patch.about.toggles.iter().map(move |toggle| (patch, toggle)));
    toggles.filter_map(|(patch, toggle)| note(patch, toggle)).collect()
}

/// The file of a switch that was moved from where it stands at first.
struct MovedFile<'a> {
    node: Option<Node>,
    content: Arc<Vec<u8>>,
    others: &'a Library<'a>,
}

impl<'a> MovedFile<'a> {
    /// `None` where the switch can't be moved in what is there.
    fn new(toggle: &Toggle, now: &Node, others: &'a Library<'a>) -> Option<Self> {
        if toggle.kind == ToggleKind::File {
            return Some(Self { node: None, content: Arc::default(), others });
        }
        let file = now.as_file()?;
        let content = others.content(file)?;
        let switch = Switch::new(toggle, Some(&content)).ok()?;
        let (content, _) = switch.moved(&content, toggle.initially.other()).ok()?;
        let (digest, size_bytes) = (Digest::compute(&content), content.len() as u64);
        let node = Node::File(FileNode { digest, size_bytes, mode: file.mode });
        Some(Self { node: Some(node), content: Arc::new(content), others })
    }
}

impl ContentByDigest for MovedFile<'_> {
    fn content(&self, file: &FileNode) -> Option<Arc<Vec<u8>>> {
        let is_it = self.node.as_ref().and_then(Node::as_file).is_some_and(|own| own.digest == file.digest);
        if is_it { Some(Arc::clone(&self.content)) } else { self.others.content(file) }
    }
}
