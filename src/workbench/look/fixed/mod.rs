//! What is fixed in a folder: what its patches claim, and what the files on the disk prove of that today.

mod against;
mod copies;
mod csaf;
mod cyclonedx;
mod document;
mod format;
mod ignore_files;
mod openvex;
mod python;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub(crate) use against::{ComparedScan, is_about};
pub(super) use document::is_document;
pub(crate) use format::{FixedFormat, Publisher};

use super::product::product_and_version;
use super::stack::{FolderStack, read_ledger};
use super::switches::{FolderSwitch, switches};
use super::unchecked::unchecked;
use super::undone::undone;
use super::unfinished::unfinished_now;
use crate::disk::fs::Fs;
use crate::disk::observe;
use crate::ledger::{Installed, Ledger};
use crate::model::{
    Digest, FileNode, LayerKey, Node, Patch, Position, Product, Restart, TreePath, TreeState,
};
use crate::plan::{Claim, ClaimProof, Layer, VexStatement, claims, statements};
use crate::whole_file::WholeFile;
use crate::workbench::{Error, OlderCopy, Result, UncheckedChange, UnfinishedWork, Watch, Workbench};

/// What is fixed in a folder.
#[derive(Debug, Clone)]
pub(crate) struct FixedHere {
    /// The product, as the newest patch calls it.
    pub product: Option<String>,
    pub version: Option<String>,
    /// What the patches say, and how far it is proven.
    pub claims: Vec<Claim>,
    /// What may be told to others.
    pub statements: Vec<VexStatement>,
    /// Patches in the folder whose manifest is gone or damaged: nobody knows what they say.
    pub unread: Vec<String>,
    /// Why nobody could be asked who signed the patches; then nobody is trusted.
    pub keys_problem: Option<String>,
    /// An interrupted change: nobody knows what the files are.
    pub unfinished: Option<UnfinishedWork>,
    /// That the folder is an older copy, or that entries of its history are gone, if so.
    pub older: Option<OlderCopy>,
    /// Changes whose health checks are due: their changes are in the files, and nobody knows whether the product works.
    pub unchecked: Vec<UncheckedChange>,
    patches: BTreeMap<LayerKey, StatedPatch>,
    package: Option<Product>,
    /// Where Python keeps what it knows of patched libraries.
    python: python::Metadata,
    /// What the files hold that claims rest on.
    contents: BTreeMap<TreePath, Digest>,
    /// The newest entry of the history, on which all of this rests.
    as_of: HistoryMoment,
}

/// A patch in the folder, as far as a statement about it needs it.
#[derive(Debug, Clone)]
struct StatedPatch {
    name: String,
    vendor: String,
    /// When it came.
    time: String,
    restart: Restart,
}

/// The newest entry of a history.
#[derive(Debug, Clone)]
struct HistoryMoment {
    entry: u64,
    digest: Digest,
    time: String,
}

impl Workbench {
    /// What is fixed in `target`, by which patch, and how that is proven. Patches on the lists `withdrawn`, and on the one of
    /// this machine, prove nothing. Writes nothing.
    ///
    /// # Errors
    /// If the folder, its history or a list cannot be read, or somebody wished to stop.
    pub(crate) fn fixed(&self, target: &Path, withdrawn: &[PathBuf], watch: Watch<'_>) -> Result<FixedHere> {
        let fs = self.disk(target)?;
        let is_plain = |here: &FixedHere| {
            let is_proven = |claim: &Claim| !matches!(claim.proof, ClaimProof::Drifted(_));
            here.unfinished.is_none() && here.claims.iter().all(is_proven)
        };
        self.read_consistently(target, &*fs, || self.fixed_now(target, &*fs, withdrawn, watch), is_plain)
    }

    fn fixed_now(
        &self,
        target: &Path,
        fs: &dyn Fs,
        withdrawn: &[PathBuf],
        watch: Watch<'_>,
    ) -> Result<FixedHere> {
        let ledger = read_ledger(fs)?;
        let unfinished = unfinished_now(fs)?;
        let mut folder = FolderStack::read(fs, &ledger)?;
        let keys = self.keys_of_today();
        let keys_problem = keys.as_ref().err().map(ToString::to_string);
        if let Ok(keys) = &keys {
            folder = folder.vouched(&self.vouching(keys, fs, &ledger));
        }
        let recalls = self.recalls(withdrawn)?;
        let tree = contents_of_claims(fs, &folder.layers, watch)?;
        let recalled = |layer: &Layer| recalls.about(&layer.id, layer.revision).cloned();
        let undone = undone(&folder, &ledger, &tree, fs)?.into_iter().collect();
        let mut claims = claims(&folder.layers, (&tree, &undone), &recalled, unfinished.is_some());
        open_again(&mut claims, &switches(fs, &ledger, &folder, &self.environment().now())?);
        let mut statements = statements(&claims);
        copies::find(fs, &folder.layers, &claims, &mut statements, watch)?;
        let unlisted = |source| Error::File { doing: "list a folder in", path: target.to_owned(), source };
        let python = python::metadata(fs, &statements).map_err(unlisted)?;
        let (product, version) = product_and_version(fs, &ledger, &folder)?;
        let package = folder.layers.iter().rev().find_map(|layer| layer.patch.as_deref());
        let file = |(path, node): (&TreePath, &Node)| Some((path.clone(), node.as_file()?.digest));
        Ok(FixedHere {
            version: version.or_else(|| ledger.version().map(str::to_owned)),
            product,
            claims,
            statements,
            unread: unread(&folder.layers),
            keys_problem,
            unfinished,
            older: self.older_copy(target, &ledger)?,
            unchecked: unchecked(fs, &ledger)?,
            patches: patches_here(&ledger, &folder),
            python,
            package: package.map(|patch| patch.about.product.clone()),
            contents: tree.iter().filter_map(file).collect(),
            as_of: HistoryMoment::new(&ledger),
        })
    }

    /// Writes what is fixed in a folder for others to read, whole or not at all.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) fn save_fixed(&self, document: &str, to: &Path) -> Result<PathBuf> {
        let failed = |source| Error::File { doing: "write", path: to.to_owned(), source };
        WholeFile::write(to, document.as_bytes()).map_err(failed)?;
        Ok(to.to_owned())
    }
}

/// A switch that belongs to a fix and isn't on leaves nothing of it proven, whatever the files are.
fn open_again(claims: &mut [Claim], switches: &[FolderSwitch]) {
    let mut not_on: BTreeMap<LayerKey, Vec<&FolderSwitch>> = BTreeMap::new();
    for switch in switches.iter().filter(|switch| switch.position() != Some(Position::On)) {
        not_on.entry(switch.key).or_default().push(switch);
    }
    let rests_on_files =
        |claim: &&mut Claim| matches!(claim.proof, ClaimProof::Verified | ClaimProof::Drifted(_));
    for claim in claims.iter_mut().filter(rests_on_files) {
        let is_of = |switch: &&&FolderSwitch| {
            claim.resolved.ids().any(|id| switch.toggle.vulnerabilities.contains(id))
        };
        if let Some(switch) = not_on.get(&claim.key).into_iter().flatten().find(is_of) {
            claim.proof = ClaimProof::SwitchedOff { switch: switch.full_name() };
        }
    }
}

impl FixedHere {
    /// The change that brought what `claim` is about and whose health checks are due, if so.
    pub(crate) fn unchecked(&self, claim: &Claim) -> Option<&UncheckedChange> {
        self.unchecked.iter().find(|change| change.patches.contains(&claim.key))
    }

    /// Whether the patch that came as `key` is in the folder.
    pub(crate) fn is_here(&self, key: LayerKey) -> bool {
        self.patches.contains_key(&key)
    }

    /// The ids of the patches in the folder.
    pub(crate) fn patches_here(&self) -> Vec<String> {
        self.patches.values().map(|patch| patch.name.clone()).collect()
    }
}

fn patches_here(ledger: &Ledger, folder: &FolderStack) -> BTreeMap<LayerKey, StatedPatch> {
    let layers: BTreeMap<LayerKey, &Layer> = folder.layers.iter().map(|layer| (layer.key, layer)).collect();
    let here = |installed: Installed| {
        let patch = layers.get(&installed.key).and_then(|layer| layer.patch.as_deref());
        (installed.key, StatedPatch::new(&installed, patch))
    };
    ledger.installed().into_iter().map(here).collect()
}

impl StatedPatch {
    fn new(installed: &Installed, patch: Option<&Patch>) -> Self {
        Self {
            name: match installed.patch.revision {
                1 => installed.patch.id.clone(),
                revision => format!("{} revision {revision}", installed.patch.id),
            },
            vendor: installed.patch.vendor.raw().to_owned(),
            time: installed.time.clone(),
            restart: patch.map_or(Restart::Nothing, |patch| patch.about.restart),
        }
    }
}

impl HistoryMoment {
    /// The newest entry. A folder without a history says nothing, at no time.
    fn new(ledger: &Ledger) -> Self {
        let newest = ledger.entries().last();
        Self {
            entry: ledger.head().seq,
            digest: ledger.head().digest,
            time: newest.map_or_else(|| "1970-01-01T00:00:00Z".to_owned(), |entry| entry.time.clone()),
        }
    }
}

/// What stands at every place that a patch with claims changes.
fn contents_of_claims(fs: &dyn Fs, layers: &[Layer], watch: Watch<'_>) -> Result<TreeState> {
    let about = layers.iter().filter_map(|layer| layer.patch.as_deref());
    let claiming =
        about.filter(|patch| !patch.about.resolves.is_empty() || !patch.about.vulnerabilities.is_empty());
    let places = claiming.flat_map(|patch| patch.changes.iter().map(|change| &change.path));
    let tree = observe(fs, places, watch.progress, watch.cancel)?.tree;
    let keeps_modes = fs.features().modes;
    let plain = |node: Node| if keeps_modes { node } else { node.without_mode() };
    Ok(tree.iter().map(|(path, node)| (path.clone(), plain(node.clone()))).collect())
}

fn unread(layers: &[Layer]) -> Vec<String> {
    layers.iter().filter(|layer| layer.patch.is_none()).map(|layer| layer.id.clone()).collect()
}

/// The files that a change expects: what is not fixed yet.
fn files_before<'a>(layer: &'a Layer, path: &TreePath) -> impl Iterator<Item = &'a FileNode> {
    let change = layer.patch.as_deref().and_then(|patch| patch.change_at(path));
    change.into_iter().flat_map(|change| {
        let after = change.after.as_ref();
        let is_fixed = move |file: &&FileNode| {
            after.and_then(Node::as_file).is_some_and(|after| after.digest == file.digest)
        };
        change.before.iter().filter_map(Node::as_file).filter(move |file| !is_fixed(file))
    })
}
