//! Folders with a history or a product of their own that a target lies in, or that lie in it. What their patches changed
//! and which rules count there stays true, whichever folder somebody names.
//!
//! | a file of the patch | then |
//! |---|---|
//! | was changed by a patch in such a folder | obstacle: its history would not know of this change |
//! | lies in such a folder, whose product's rules refuse the patch | obstacle, as in the folder itself |
//! | lies in such a folder | it is told |
//!
//! A folder is around the target by each path that leads to it, mounts included, and though its records were removed, if
//! this person remembers having changed it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::permission::CheckedBundles;
use super::trust_checks::denied;
use crate::bundle::VerifiedBundle;
use crate::disk::fs::STATE_DIR;
use crate::disk::other_paths;
use crate::ledger::Ledger;
use crate::model::{FileChange, Node, TreePath, is_version_control};
use crate::plan::why::Nested;
use crate::plan::{FolderProduct, KnownBy, Note, Obstacle, PatchRemark, Preview};
use crate::text::confusables::NameMatch;
use crate::trust::Verdict;
use crate::workbench::look::memory::{FolderName, Memory};
use crate::workbench::look::site_rules::unmet;
use crate::workbench::look::stack::read_ledger;
use crate::workbench::look::vouching::KeysOfToday;
use crate::workbench::{ApplyPreview, Result, Workbench};

/// Such a folder.
struct Neighbour {
    folder: PathBuf,
    /// Its place in the target; `None` for one around it.
    inside: Option<TreePath>,
    history: PastChanges,
    product: Option<FolderProduct>,
}

/// What is known of a neighbour's history.
enum PastChanges {
    /// It has none. Somebody wrote down which product it holds.
    None,
    Unreadable,
    /// The places of the target that its patches have changed.
    Changed(BTreeSet<TreePath>),
}

impl Neighbour {
    fn holds(&self, path: &TreePath) -> bool {
        self.inside.as_ref().is_none_or(|inside| path == inside || path.is_below(inside))
    }
}

impl Workbench {
    /// Adds to a preview what speaks against `coming` because of folders in and around the target, and what is worth
    /// knowing of these. `product`: that of the target itself.
    pub(super) fn add_neighbours(
        &self,
        preview: &mut ApplyPreview,
        checked: &CheckedBundles,
        product: Option<&FolderProduct>,
        coming: &[(&VerifiedBundle, &Verdict)],
        keys: &KeysOfToday,
    ) {
        // A copy, or a disk of a simulation, has none.
        let Some(target) = &checked.said.real else { return };
        let Preview { obstacles, notes, .. } = &mut preview.preview;
        if target.iter().any(|name| name.eq_ignore_ascii_case(STATE_DIR)) {
            obstacles.push(Obstacle::new(Nested::OwnRecords));
        }
        let names = target.iter().map(|name| name.to_string_lossy());
        if let Some(folder) = names.into_iter().find(|name| is_version_control(name)) {
            obstacles.push(Obstacle::new(Nested::VersionControl { folder: folder.into_owned() }));
        }
        let changes = coming.iter().flat_map(|(bundle, _)| &bundle.patch.changes);
        let touched: BTreeSet<&TreePath> = changes.clone().map(|change| &change.path).collect();
        let is_folder = |change: &FileChange| change.before.iter().chain(&change.after).any(Node::is_dir);
        let folders = changes
            .flat_map(|change| change.path.ancestors().chain(is_folder(change).then(|| change.path.clone())));
        for neighbour in self.neighbours(target, folders.collect(), keys) {
            let touched: Vec<&TreePath> =
                touched.iter().copied().filter(|path| neighbour.holds(path)).collect();
            if touched.is_empty() {
                continue;
            }
            let mut against: Vec<Obstacle> = Vec::new();
            let folder = neighbour.folder.display().to_string();
            match &neighbour.history {
                PastChanges::None => {}
                PastChanges::Unreadable => {
                    against.push(Obstacle::new(Nested::Unreadable { folder: folder.clone() }));
                }
                PastChanges::Changed(changed) => {
                    let known = touched.iter().filter(|path| changed.contains(**path));
                    let obstacle =
                        |path: &&TreePath| Obstacle::at(path, Nested::Changed { folder: folder.clone() });
                    against.extend(known.map(obstacle));
                }
            }
            let is_there = |bundle: &&VerifiedBundle| {
                bundle.patch.changes.iter().any(|change| neighbour.holds(&change.path))
            };
            for bundle in coming.iter().map(|(bundle, _)| *bundle).filter(is_there) {
                against.extend(against_its_rules(&neighbour, product, bundle, keys));
            }
            if against.is_empty() && matches!(neighbour.history, PastChanges::Changed(_)) {
                notes.push(Note::new(PatchRemark::OtherHistory { folder }));
            }
            obstacles.extend(against);
        }
    }

    /// Those around `target`, and those inside it among `folders`, or of which somebody wrote down what they hold.
    fn neighbours(&self, target: &Path, folders: BTreeSet<TreePath>, keys: &KeysOfToday) -> Vec<Neighbour> {
        // What can't be read is told elsewhere.
        let memory = self.memory().ok().flatten().unwrap_or_default();
        let mut found: Vec<Neighbour> = Vec::new();
        for path in std::iter::once(target.to_owned()).chain(other_paths(target)) {
            let is_stated =
                |folder: &Path| path != target && keys.keyring.folders().any(|(known, _)| known == folder);
            for Surrounding { folder, is_anybodys } in surroundings(&path) {
                let name = FolderName::of_real(&folder);
                let is_known = memory.has_changed(&name);
                if is_known || has_history(&folder) && !is_anybodys || is_stated(&folder) {
                    let seen = Seen { memory: &memory, name, is_anybodys };
                    found.push(self.neighbour(&path, folder, None, (seen, keys)));
                }
            }
        }
        // One whose records are gone is remembered.
        let remembered = memory.paths().filter_map(|path| place_in(target, path));
        let remembered: BTreeSet<TreePath> = remembered.filter(|inside| folders.contains(inside)).collect();
        for inside in folders {
            let folder = target.join(inside.as_str());
            if has_history(&folder) || remembered.contains(&inside) {
                let seen = Seen { memory: &memory, name: FolderName::of_real(&folder), is_anybodys: false };
                found.push(self.neighbour(target, folder, Some(inside), (seen, keys)));
            }
        }
        for (folder, product) in keys.keyring.folders() {
            let Some(inside) = folder.canonicalize().ok().and_then(|folder| place_in(target, &folder)) else {
                continue;
            };
            if found.iter().all(|known| known.inside.as_ref() != Some(&inside)) {
                let product = Some(FolderProduct { name: product.to_owned(), by: KnownBy::Statement });
                let (folder, history) = (folder.to_owned(), PastChanges::None);
                found.push(Neighbour { folder, inside: Some(inside), history, product });
            }
        }
        found
    }

    /// `target`: the path by which `folder` is around it.
    fn neighbour(
        &self,
        target: &Path,
        folder: PathBuf,
        inside: Option<TreePath>,
        (seen, keys): (Seen<'_>, &KeysOfToday),
    ) -> Neighbour {
        match self.history_of(&folder, &seen, keys) {
            Ok((changed, product)) => {
                let here = |path: &TreePath| match &inside {
                    Some(inside) => inside.join(path.as_str()).ok(),
                    None => place_in(target, &folder.join(path.as_str())),
                };
                let history = PastChanges::Changed(changed.iter().filter_map(here).collect());
                Neighbour { folder, inside, history, product }
            }
            Err(_) => Neighbour { folder, inside, history: PastChanges::Unreadable, product: None },
        }
    }

    /// What the patches that are in `folder` have changed, and which product it holds. What is remembered counts though
    /// the records say otherwise, or are gone.
    fn history_of(
        &self,
        folder: &Path,
        seen: &Seen<'_>,
        keys: &KeysOfToday,
    ) -> Result<(BTreeSet<TreePath>, Option<FolderProduct>)> {
        let fs = self.disk(folder)?;
        let ledger = read_ledger(&*fs)?;
        let is_believed = !seen.is_anybodys || seen.memory.unknown_entries(&ledger).is_empty();
        let slots = ledger.layers().slots.into_iter().filter(|_| is_believed);
        let steps = slots.flat_map(|slot| {
            ledger
                .steps_of(slot.key, slot.undo_entry)
                .iter()
                .map(|step| step.path.clone())
                .collect::<Vec<_>>()
        });
        let mut changed: BTreeSet<TreePath> = steps.collect();
        if ledger.head().seq == 0 || !is_believed {
            changed.extend(seen.memory.brought_in(&seen.name, &*fs));
        }
        Ok((changed, self.product_in(folder, &*fs, &ledger, keys)?))
    }
}

/// What this person remembers of a neighbour.
struct Seen<'a> {
    memory: &'a Memory,
    name: FolderName,
    /// Whether records there could be anybody's, so that only those count that this person wrote.
    is_anybodys: bool,
}

/// What the rules for the product of a neighbour say against a patch that changes something in it.
fn against_its_rules(
    neighbour: &Neighbour,
    product: Option<&FolderProduct>,
    bundle: &VerifiedBundle,
    keys: &KeysOfToday,
) -> Vec<Obstacle> {
    let Some(there) = &neighbour.product else { return Vec::new() };
    if product.is_some_and(|own| NameMatch::between(&own.name, &there.name).is_same()) {
        return Vec::new();
    }
    let verdict = bundle.verdict_in(Some(&there.name), &keys.keyring, keys.now);
    let mut against = unmet(&bundle.patch, &verdict, &verdict.policy, keys.now);
    against.extend(denied(&verdict));
    against
}

/// Whether patches were applied to this folder.
fn has_history(folder: &Path) -> bool {
    let records = folder.join(Ledger::folder().to_string());
    records.symlink_metadata().is_ok_and(|found| found.is_dir())
}

/// A folder around the target.
struct Surrounding {
    folder: PathBuf,
    /// Whether it lies in one that anybody may write in, or is one, or is on another disk: records there could be anybody's.
    is_anybodys: bool,
}

/// The folders around `target`, the nearest first.
fn surroundings(target: &Path) -> Vec<Surrounding> {
    let around = target.ancestors().skip(1);
    #[cfg(unix)]
    let around = {
        use std::os::unix::fs::MetadataExt;
        const ANYBODY_WRITES: u32 = 0o002;
        let disk = target.metadata().map(|found| found.dev()).ok();
        let mut is_anybodys = false;
        around.map(move |folder| {
            let is_ours =
                |found: std::fs::Metadata| Some(found.dev()) == disk && found.mode() & ANYBODY_WRITES == 0;
            is_anybodys |= !folder.metadata().is_ok_and(is_ours);
            (folder, is_anybodys)
        })
    };
    #[cfg(not(unix))]
    let around = around.map(|folder| (folder, false));
    around.map(|(folder, is_anybodys)| Surrounding { folder: folder.to_owned(), is_anybodys }).collect()
}

/// The place of `path` in `target`, if it lies in it.
fn place_in(target: &Path, path: &Path) -> Option<TreePath> {
    let names =
        path.strip_prefix(target).ok()?.iter().map(|name| name.to_str()).collect::<Option<Vec<_>>>()?;
    TreePath::parse(&names.join("/")).ok()
}
