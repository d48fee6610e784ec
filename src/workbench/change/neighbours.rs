//! Folders with a history or a product of their own that a target lies in, or that lie in it. What their patches changed
//! and which rules count there stays true, whichever folder somebody names.
//!
//! | a file of the patch | then |
//! |---|---|
//! | was changed by a patch in such a folder | obstacle: its history would not know of this change |
//! | lies in such a folder, whose product's rules refuse the patch | obstacle, as in the folder itself |
//! | lies in such a folder | it is told |

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::permission::CheckedBundles;
use super::trust_checks::denied;
use crate::bundle::VerifiedBundle;
use crate::disk::fs::STATE_DIR;
use crate::ledger::Ledger;
use crate::model::{FileChange, Node, TreePath, is_version_control};
use crate::plan::why::Nested;
use crate::plan::{FolderProduct, KnownBy, Note, Obstacle, PatchRemark, Preview};
use crate::text::confusables::NameMatch;
use crate::trust::Verdict;
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
        let around = surroundings(target).into_iter().filter(|folder| has_history(folder));
        let mut found: Vec<Neighbour> =
            around.map(|folder| self.neighbour(target, folder, None, keys)).collect();
        for inside in folders {
            let folder = target.join(inside.as_str());
            if has_history(&folder) {
                found.push(self.neighbour(target, folder, Some(inside), keys));
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

    fn neighbour(
        &self,
        target: &Path,
        folder: PathBuf,
        inside: Option<TreePath>,
        keys: &KeysOfToday,
    ) -> Neighbour {
        match self.history_of(&folder, keys) {
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

    /// What the patches that are in `folder` have changed, and which product it holds.
    fn history_of(
        &self,
        folder: &Path,
        keys: &KeysOfToday,
    ) -> Result<(BTreeSet<TreePath>, Option<FolderProduct>)> {
        let fs = self.disk(folder)?;
        let ledger = read_ledger(&*fs)?;
        let slots = ledger.layers().slots.into_iter();
        let steps = slots
            .flat_map(|slot| ledger.steps_of(slot).iter().map(|step| step.path.clone()).collect::<Vec<_>>());
        let changed = steps.collect();
        Ok((changed, self.product_in(folder, &*fs, &ledger, keys)?))
    }
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

/// The folders around `target`, the nearest first, up to one that anybody may write in, where the records could be
/// anybody's, or to another disk.
fn surroundings(target: &Path) -> Vec<PathBuf> {
    let around = target.ancestors().skip(1);
    #[cfg(unix)]
    let around = {
        use std::os::unix::fs::MetadataExt;
        const ANYBODY_WRITES: u32 = 0o002;
        let disk = target.metadata().map(|found| found.dev()).ok();
        around.take_while(move |folder| {
            folder
                .metadata()
                .is_ok_and(|found| Some(found.dev()) == disk && found.mode() & ANYBODY_WRITES == 0)
        })
    };
    around.map(Path::to_owned).collect()
}

/// The place of `path` in `target`, if it lies in it.
fn place_in(target: &Path, path: &Path) -> Option<TreePath> {
    let names =
        path.strip_prefix(target).ok()?.iter().map(|name| name.to_str()).collect::<Option<Vec<_>>>()?;
    TreePath::parse(&names.join("/")).ok()
}
