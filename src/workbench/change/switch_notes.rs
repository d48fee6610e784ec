//! What the switches of patches that come would undo of patches that are there, once somebody moves them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diff::Switch;
use crate::model::{Digest, FileNode, Node, Patch, Step, Toggle, ToggleKind, TreeState};
use crate::plan::{ChangeRemark, ContentByDigest, KnownContents, Note, is_lost};
use crate::workbench::contents::Library;
use crate::workbench::look::stack::FolderStack;

/// Contents that were put together, by their digest.
type MadeContents = BTreeMap<Digest, Arc<Vec<u8>>>;

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
        let (moved, made) = moved_file(toggle, now, library)?;
        let moved_contents = KnownContents { made: &made, others: library };
        let (was, will) = (Some(now), moved.as_ref());
        let id = patch.about.identity.id.as_str();
        let others = folder.layers.iter().filter(|layer| layer.is_active() && layer.id != id);
        let undone = others.filter(|layer| is_lost(layer, &toggle.file, (was, will), &moved_contents));
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

/// What the file of a switch comes to when that is moved from where it stands at first, and its content; `None` where it
/// can't be moved in what is there.
fn moved_file(toggle: &Toggle, now: &Node, library: &Library<'_>) -> Option<(Option<Node>, MadeContents)> {
    if toggle.kind == ToggleKind::File {
        return Some((None, MadeContents::new()));
    }
    let file = now.as_file()?;
    let content = library.content(file)?;
    let switch = Switch::new(toggle, Some(&content)).ok()?;
    let (content, _) = switch.moved(&content, toggle.initially.other()).ok()?;
    let (digest, size_bytes) = (Digest::compute(&content), content.len() as u64);
    let node = Node::File(FileNode { digest, size_bytes, mode: file.mode });
    Some((Some(node), MadeContents::from([(digest, Arc::new(content))])))
}
