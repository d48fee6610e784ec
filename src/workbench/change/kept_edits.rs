//! Files that somebody edited and that a change replaced: where the edited versions are.

use std::collections::BTreeMap;

use crate::disk::fs::Fs;
use crate::ledger::{Action, Entry, Ledger};
use crate::model::{Digest, Node, TreePath};
use crate::transaction;
use crate::workbench::Result;
use crate::workbench::look::stack::manifests_of;

/// An edited file that was kept as a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptEdit {
    pub path: TreePath,
    /// Where the copy is, relative to the target folder.
    pub copy: String,
}

impl KeptEdit {
    /// The safe copies of `entries` that are neither what the change before left there nor what a patch expected.
    pub(super) fn find(fs: &dyn Fs, ledger: &Ledger, entries: &[u64]) -> Result<Vec<Self>> {
        let mut left: BTreeMap<TreePath, Option<Digest>> = BTreeMap::new();
        let digest = |node: &Option<Node>| node.as_ref().and_then(Node::as_file).map(|file| file.digest);
        let mut edits = Vec::new();
        for entry in ledger.entries() {
            let steps = &entry.steps;
            if entries.contains(&entry.seq) {
                let known = known_before(fs, ledger, entry);
                for (n, step) in steps.iter().enumerate() {
                    let Some(found) = digest(&step.before) else { continue };
                    let is_left = left.get(&step.path).is_some_and(|left| *left == Some(found));
                    let is_known = known.get(&step.path).is_some_and(|known| known.contains(&found));
                    // Without a manifest nobody can tell what was there at first.
                    let is_first = !left.contains_key(&step.path) && !known.contains_key(&step.path);
                    if is_left || is_known || is_first {
                        continue;
                    }
                    if let Some(copy) = transaction::safe_copy(fs, entry.seq, n)? {
                        edits.push(Self { path: step.path.clone(), copy: copy.to_string() });
                    }
                }
            }
            left.extend(steps.iter().map(|step| (step.path.clone(), digest(&step.after))));
        }
        Ok(edits)
    }
}

/// The contents that the patches of `entry` know at each place before them.
fn known_before(fs: &dyn Fs, ledger: &Ledger, entry: &Entry) -> BTreeMap<TreePath, Vec<Digest>> {
    let mut known: BTreeMap<TreePath, Vec<Digest>> = BTreeMap::new();
    if entry.action == Action::Apply {
        for change in manifests_of(fs, ledger, entry).flat_map(|patch| patch.changes) {
            let digests = change.before.iter().filter_map(Node::as_file).map(|file| file.digest);
            known.entry(change.path).or_default().extend(digests);
        }
    }
    known
}
