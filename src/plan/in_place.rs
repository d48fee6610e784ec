//! What of a patch is in the folder before it comes, because patches that are there have brought it.
//!
//! It has a say in these files from then on: whoever takes the others out keeps what it changes, or is told that it can't
//! stay without them.

use std::collections::{BTreeMap, BTreeSet};

use super::fates::Bringing;
use super::landing::{Ground, Landing};
use super::layers::{ContentByDigest, Layer, Stack};
use super::{FileNote, Situation};
use crate::model::{FileChange, FileNode, LayerKey, Node, Patch, Step, TreePath};

/// A patch that comes to a folder, and what it does there.
pub(super) struct Arrival<'a> {
    pub patch: &'a Patch,
    pub landings: &'a BTreeMap<TreePath, Landing>,
    /// Those of its own kind that it replaces: these don't go without it.
    pub replaces: &'a BTreeSet<LayerKey>,
    pub steps: &'a [Step],
}

impl Arrival<'_> {
    /// The files that have some of what the patch changes already, with what is to be told of each.
    pub(super) fn in_place(
        &self,
        stack: &Stack<'_>,
        situation: &Situation,
        contents: &dyn ContentByDigest,
    ) -> BTreeMap<TreePath, FileNote> {
        let mut found = BTreeMap::new();
        for change in self.patch.changes.iter().filter(|change| !is_folder(change)) {
            let path = &change.path;
            let others: Vec<String> = stack
                .at(path)
                .into_iter()
                .filter(|layer| !self.is_replaced(layer, stack))
                .map(|layer| layer.id.clone())
                .collect();
            let Some(whole) = self.is_here(change, stack, situation, contents).filter(|_| !others.is_empty())
            else {
                continue;
            };
            let patch = self.patch.about.identity.id.to_string();
            found.insert(path.clone(), FileNote::InPlace { patch, others, whole });
        }
        found
    }

    /// Whether all of `change` is there; `None` if nothing of it is.
    fn is_here(
        &self,
        change: &FileChange,
        stack: &Stack<'_>,
        situation: &Situation,
        contents: &dyn ContentByDigest,
    ) -> Option<bool> {
        let holds = stack.now(&change.path);
        let here = situation.tree.at(&change.path);
        let has_step = self.steps.iter().any(|step| step.path == change.path);
        // Where somebody edited it, only that nothing has to be done shows that it is there still.
        if here != holds.as_ref() && (has_step || here.is_none()) {
            return None;
        }
        if change.is_done(holds.as_ref()) {
            return Some(true);
        }
        match self.landings.get(&change.path)?.on {
            Ground::Expected | Ground::Lines => None,
            Ground::There => Some(true),
            Ground::Merged | Ground::Over => {
                let own = Bringing {
                    path: &change.path,
                    before: change.before.first(),
                    left: change.after.as_ref(),
                };
                own.is_partly_in(holds.as_ref(), contents).then_some(false)
            }
        }
    }

    /// Whether `layer` is one that the patch replaces, or what such a one has replaced.
    fn is_replaced(&self, layer: &Layer, stack: &Stack<'_>) -> bool {
        let mut layer = Some(layer);
        while let Some(one) = layer {
            if self.replaces.contains(&one.key) {
                return true;
            }
            layer = one.superseded.and_then(|(by, _)| stack.layer(by));
        }
        false
    }
}

/// What is needed to make what `patch` changes in `places` anew, on something else, as far as it is anywhere.
pub(super) fn kept_for<'a>(
    patch: &'a Patch,
    places: &'a BTreeMap<TreePath, FileNote>,
    contents: &'a dyn ContentByDigest,
) -> impl Iterator<Item = (&'a TreePath, &'a FileNode)> {
    let changes = patch.changes.iter().filter(|change| places.contains_key(&change.path));
    let files = changes.flat_map(|change| {
        let nodes = change.before.iter().chain(&change.after);
        nodes.filter_map(Node::as_file).map(|file| (&change.path, file))
    });
    files.filter(|(_, file)| contents.content(file).is_some())
}

fn is_folder(change: &FileChange) -> bool {
    change.before.iter().chain(&change.after).any(Node::is_dir)
}
