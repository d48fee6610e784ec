//! Files that somebody edited and that a change replaced: where the edited versions are.
//!
//! An edit travels: a rollback puts it back, a reapplied patch replaces it once more, and a switch is moved in it. So it is
//! followed through the whole history, and not only told where somebody has just made it.

use std::collections::{BTreeMap, BTreeSet};

use crate::disk::fs::Fs;
use crate::disk::observe;
use crate::ledger::{Action, Entry, Ledger};
use crate::model::{Digest, Node, Patch, Step, TreePath};
use crate::progress::{CancelToken, Quiet};
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
    /// The safe copies of `entries` that hold an edit of somebody.
    pub(super) fn find(fs: &dyn Fs, ledger: &Ledger, entries: &[u64]) -> Result<Vec<Self>> {
        let meant = entries.iter().filter_map(|seq| ledger.entry(*seq)).flat_map(|entry| entry.steps.iter());
        let meant: BTreeSet<&TreePath> =
            meant.filter(|step| digest(step.before.as_ref()).is_some()).map(|step| &step.path).collect();
        if meant.is_empty() {
            return Ok(Vec::new());
        }
        let (mut edits, mut made_of_edits) = (EditTrail::default(), Vec::new());
        let mut kept = Vec::new();
        for entry in ledger.entries() {
            let mut patches = None;
            let steps = entry.steps.iter().enumerate().filter(|(_, step)| meant.contains(&step.path));
            for (n, step) in steps {
                let found = edits.take(step, || {
                    let patches = patches.get_or_insert_with(|| patches_of(fs, ledger, entry));
                    ToldContents::at(&step.path, patches)
                });
                if !entries.contains(&entry.seq) {
                    continue;
                }
                let (FoundEdit::Itself | FoundEdit::MadeOf(_)) = &found else { continue };
                let Some(copy) = transaction::safe_copy(fs, entry.seq, n)? else { continue };
                let edit = Self { path: step.path.clone(), copy: copy.to_string() };
                match found {
                    FoundEdit::MadeOf(them) => made_of_edits.push((kept.len(), step, them)),
                    FoundEdit::Itself | FoundEdit::None => {}
                }
                kept.push(edit);
            }
        }
        let needless = needless(fs, &edits, made_of_edits)?;
        let mut n = 0..;
        kept.retain(|_| n.next().is_some_and(|n| !needless.contains(&n)));
        Ok(kept)
    }
}

/// Which contents of which place hold edits, after the entries that were taken in.
#[derive(Default)]
struct EditTrail<'l> {
    /// What the newest change left at each place.
    left: BTreeMap<&'l TreePath, Option<Digest>>,
    /// Contents in which nobody's edit is.
    plain: BTreeSet<(&'l TreePath, Digest)>,
    /// The others, with the edited files out of which they were made: an edited file itself is its own.
    edited: BTreeMap<(&'l TreePath, Digest), BTreeSet<Digest>>,
}

/// What a change found at a place.
enum FoundEdit {
    None,
    /// What somebody wrote.
    Itself,
    /// What changes made of these edited files: a merged file, or one with a switch moved in it.
    MadeOf(BTreeSet<Digest>),
}

/// What the patches of one entry say about a place.
#[derive(Default)]
struct ToldContents {
    before: BTreeSet<Digest>,
    after: Option<Digest>,
    /// Whether any of them changes it. Without a manifest nobody can tell what was there at first.
    is_told_of: bool,
}

impl ToldContents {
    fn at(path: &TreePath, patches: &[Patch]) -> Self {
        let mut known = Self::default();
        for change in patches.iter().filter_map(|patch| patch.change_at(path)) {
            known.before.extend(change.before.iter().filter_map(|node| digest(Some(node))));
            known.after = digest(change.after.as_ref());
            known.is_told_of = true;
        }
        known
    }
}

impl<'l> EditTrail<'l> {
    /// Takes in one step of the next entry. `known`: what its patches say, asked only where that decides something.
    fn take(&mut self, step: &'l Step, known: impl FnOnce() -> ToldContents) -> FoundEdit {
        let (path, after) = (&step.path, digest(step.after.as_ref()));
        let before = self.left.insert(path, after);
        let Some(found) = digest(step.before.as_ref()) else {
            self.plain.extend(
                after.filter(|after| !self.edited.contains_key(&(path, *after))).map(|it| (path, it)),
            );
            return FoundEdit::None;
        };
        let is_left = before == Some(Some(found));
        let was_edited = self.edited.contains_key(&(path, found));
        let mut said = ToldContents::default();
        if was_edited || !is_left {
            said = known();
        }
        let is_first = before.is_none() && !said.is_told_of;
        let is_new = !was_edited && !is_left && !is_first && !said.before.contains(&found);
        if is_new && !self.plain.contains(&(path, found)) {
            self.edited.insert((path, found), BTreeSet::from([found]));
        }
        let made_of = self.edited.get(&(path, found)).cloned();
        if made_of.is_none() {
            self.plain.insert((path, found));
        }
        if let Some(after) = after.filter(|after| !self.edited.contains_key(&(path, *after))) {
            // What is neither the patch's own nor was there without an edit before still holds the one that was found.
            match &made_of {
                Some(them) if said.after != Some(after) && !self.plain.contains(&(path, after)) => {
                    self.edited.insert((path, after), them.clone());
                }
                _ => _ = self.plain.insert((path, after)),
            }
        }
        match made_of {
            Some(them) if !them.contains(&found) => FoundEdit::MadeOf(them),
            None if !is_new => FoundEdit::None,
            _ => FoundEdit::Itself,
        }
    }
}

/// Those of `made_of_edits`, by their number, without which no edit is lost: all that they were made of is in the file that
/// is at their place.
fn needless(
    fs: &dyn Fs,
    edits: &EditTrail<'_>,
    made_of_edits: Vec<(usize, &Step, BTreeSet<Digest>)>,
) -> Result<BTreeSet<usize>> {
    if made_of_edits.is_empty() {
        return Ok(BTreeSet::new());
    }
    let places = made_of_edits.iter().map(|(_, step, _)| &step.path);
    let here = observe(fs, places, &Quiet, &CancelToken::new())?.tree;
    let is_here = |(_, step, them): &(usize, &Step, BTreeSet<Digest>)| {
        let now = digest(here.at(&step.path));
        let held = now.and_then(|now| edits.edited.get(&(&step.path, now)));
        held.is_some_and(|held| them.is_subset(held))
    };
    Ok(made_of_edits.into_iter().filter(is_here).map(|(n, ..)| n).collect())
}

fn digest(node: Option<&Node>) -> Option<Digest> {
    node.and_then(Node::as_file).map(|file| file.digest)
}

/// The patches that `entry` applied.
fn patches_of(fs: &dyn Fs, ledger: &Ledger, entry: &Entry) -> Vec<Patch> {
    match entry.action {
        Action::Apply => manifests_of(fs, ledger, entry).collect(),
        _ => Vec::new(),
    }
}
