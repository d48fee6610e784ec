//! Says which product is in a folder and which patches are in it, from the rules that patches bring and from what the
//! files hold: also where no history tells.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::memory::{FolderName, was_trusted};
use super::stack::read_ledger;
use super::stack::{FolderStack, manifest_of};
use super::switches::{SwitchStand, content_at, stand_in};
use super::vouching::{KeysOfToday, Vouching};
use crate::checks::{Identity, identify};
use crate::diff::Switch;
use crate::disk::fs::Fs;
use crate::disk::{Observation, observe};
use crate::ledger::{Action, Entry, Ledger};
use crate::model::{
    Digest, FileChange, LayerKey, LocalEdits, Node, Patch, PatchId, PatchRef, PlaceProblem, Position,
    ToggleKind, TreePath, Untrusted,
};
use crate::plan::why::Override;
use crate::plan::{FolderProduct, KnownBy};
use crate::text::confusables::NameMatch;
use crate::trust::{Keyring, Policy};
use crate::workbench::{Result, Watch, Workbench};

/// What a folder is.
#[derive(Debug, Clone)]
pub struct Identified {
    /// The product, as the first patch that recognises it calls it.
    pub product: Option<String>,
    /// Its version, where a rule finds one or the history names it.
    pub version: Option<String>,
    /// Each patch that was compared: first those that the history names, oldest first, then the files that were given.
    pub patches: Vec<IdentifiedPatch>,
}

/// How a patch and a folder compare.
#[derive(Debug, Clone)]
pub struct IdentifiedPatch {
    pub identity: PatchRef,
    pub title: Untrusted,
    pub product: String,
    /// Whether the history says that it is in the folder.
    pub in_history: bool,
    /// Whether its rules recognise the product; `None` if it has none.
    pub(crate) is_product: Option<bool>,
    /// Whether it is for the version that was found; `None` if none was, and for those that the history names.
    pub is_for_version: Option<bool>,
    /// What the files say.
    pub presence: Presence,
    /// Places that are as the patch leaves them.
    pub after: usize,
    /// Places that are as the patch expects them before.
    pub before: usize,
    /// Places that are neither, where the patch expects that people edit.
    pub edited: Vec<TreePath>,
    /// Other places that are neither.
    pub other: Vec<TreePath>,
    /// Places of which nobody can tell, each with the reason.
    pub unreadable: Vec<PlaceProblem>,
    /// Its switches that do not stand where it leaves them, in files that are as it leaves them but for that.
    pub moved: Vec<(PatchId, Position)>,
}

/// Whether a patch is in a folder, as far as files tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// Every place is as the patch leaves it.
    In,
    /// Every place is as the patch expects it before.
    NotIn,
    /// Some are so, some are so.
    Partly,
    /// The files are of another version or product, or were changed since.
    Neither,
    /// Some can't be read, and the others don't tell.
    Unknown,
}

impl Presence {
    /// In words.
    pub const fn phrase(self) -> &'static str {
        match self {
            Presence::In => "applied",
            Presence::NotIn => "not applied",
            Presence::Partly => "partly applied",
            Presence::Neither => "neither original nor patched",
            Presence::Unknown => "can't tell",
        }
    }
}

/// What is said about the product in a folder elsewhere than in the folder: nobody who can write there can change it.
#[derive(Debug, Clone, Default)]
pub(crate) struct SaidElsewhere {
    /// The products of the patches that were trusted there, as this person has seen it, the latest last.
    seen: Vec<String>,
    /// What the keeper of the machine or this person wrote down.
    stated: Option<String>,
    /// Where the folder is, links resolved.
    pub(crate) real: Option<PathBuf>,
}

impl Workbench {
    /// What is known about the product in `target` without its own records.
    ///
    /// # Errors
    /// If what this person remembers cannot be read.
    pub(crate) fn said_elsewhere(&self, target: &Path, keyring: &Keyring) -> Result<SaidElsewhere> {
        let memory = self.memory()?;
        let seen = memory.map(|memory| memory.products(&FolderName::new(target))).unwrap_or_default();
        let real = target.canonicalize().ok();
        let stated = real.as_deref().and_then(|real| stated(real, keyring));
        Ok(SaidElsewhere { seen, stated, real })
    }
}

/// What somebody said is in the folder `real`, or in the nearest folder around it, under whatever name it is reached.
fn stated(real: &Path, keyring: &Keyring) -> Option<String> {
    real.ancestors().find_map(|around| {
        let mut said = keyring.folders().filter(|(folder, _)| is_same_folder(folder, around));
        said.next().map(|(_, product)| product.to_owned())
    })
}

/// Whether two paths lead to one folder, through links or mounts as well.
fn is_same_folder(one: &Path, other: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let object = |path: &Path| path.metadata().ok().map(|found| (found.dev(), found.ino()));
        object(one).is_some_and(|found| object(other) == Some(found))
    }
    #[cfg(not(unix))]
    {
        one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
    }
}

impl Workbench {
    /// The rules that count in `target`: those for the product that is there, or for all where nobody knows which it is.
    ///
    /// # Errors
    /// If the folder or the rules cannot be read.
    pub(crate) fn policy_in(&self, target: &Path) -> Result<Policy> {
        let (fs, keys) = (self.disk(target)?, self.keys_of_today()?);
        let product = self.product_in(target, &*fs, &read_ledger(&*fs)?, &keys)?;
        Ok(match product {
            Some(product) => keys.keyring.policy(&product.name),
            None => keys.keyring.general_policy(),
        })
    }

    /// Which product is in `target`, as far as `keys` say.
    pub(crate) fn product_in(
        &self,
        target: &Path,
        fs: &dyn Fs,
        ledger: &Ledger,
        keys: &KeysOfToday,
    ) -> Result<Option<FolderProduct>> {
        let vouching = self.vouching(keys, fs, ledger);
        let stack = FolderStack::read(fs, ledger)?.vouched(&vouching);
        let said = self.said_elsewhere(target, &keys.keyring)?;
        product_of(fs, ledger, &stack, &said, &vouching)
    }
}

/// Which product is in a folder: as the history says that this person saw being written, as somebody wrote down for
/// this machine, or as patches that came before call it, if their rules do not deny it; those first that are trusted today.
/// Never as the patch says that is to come.
///
/// # Errors
/// If the folder cannot be read.
pub(crate) fn product_of(
    fs: &dyn Fs,
    ledger: &Ledger,
    folder: &FolderStack,
    said: &SaidElsewhere,
    vouching: &Vouching<'_>,
) -> Result<Option<FolderProduct>> {
    let known = |name: &str, by| Ok(Some(FolderProduct { name: name.to_owned(), by }));
    if let Some(latest) = said.seen.last() {
        let notes = ledger.entries().iter().rev().flat_map(|entry| entry.vouched.iter().rev());
        let mut names = notes.filter(|note| was_trusted(note)).map(|note| &note.product);
        let newest = names.find(|name| said.seen.iter().any(|seen| NameMatch::between(seen, name).is_same()));
        return known(newest.unwrap_or(latest), KnownBy::History);
    }
    if let Some(stated) = &said.stated {
        return known(stated, KnownBy::Statement);
    }
    // What is in the folder was read already.
    let is_trusted = |key: &LayerKey| match folder.layer(*key) {
        Some(layer) => !layer.authors.is_empty(),
        None => !vouching.authors_of(*key).is_empty(),
    };
    let patches = all_patches(ledger).filter(is_trusted).chain(agreed_patches(ledger));
    let patches = patches.filter_map(|key| match folder.layer(key) {
        Some(layer) => layer.patch.clone(),
        None => manifest_of(fs, ledger, key).map(Arc::new),
    });
    for patch in patches.filter(|patch| patch.about.says_which_product()) {
        if identify(fs, &patch.about.product)?.is_product != Some(false) {
            return known(&patch.about.product.name, KnownBy::Patches);
        }
    }
    Ok(None)
}

/// Every patch that ever came, the newest first, whether or not it is still there.
fn all_patches(ledger: &Ledger) -> impl Iterator<Item = LayerKey> {
    let came = ledger.entries().iter().rev().filter(|entry| entry.action == Action::Apply);
    came.flat_map(|entry| (0..entry.parts.len().max(1)).rev().map(|part| LayerKey { entry: entry.seq, part }))
}

/// The patches that are in the folder, the newest first. What came although it was for another product says nothing about
/// this one.
fn agreed_patches(ledger: &Ledger) -> Vec<LayerKey> {
    let is_for_this = |entry: &Entry| {
        entry.overrides.iter().all(|set_aside| set_aside.rule != Override::OtherProduct.rule())
    };
    let slots = ledger.layers().slots.into_iter().map(|slot| slot.key).rev();
    slots.filter(|key| ledger.entry(key.entry).is_some_and(is_for_this)).collect()
}

impl Workbench {
    /// What is in `target`, compared with the patches that its history names and with those in `bundles`. Writes
    /// nothing.
    ///
    /// # Errors
    /// If the folder, its history or a bundle cannot be read.
    pub fn identify(&self, target: &Path, bundles: &[PathBuf], watch: Watch<'_>) -> Result<Identified> {
        let given: Vec<Arc<Patch>> =
            bundles.iter().map(|file| Ok(self.open(file)?.patch)).collect::<Result<_>>()?;
        self.identify_by(target, &given, watch)
    }

    /// The same, compared with patches whose files were read already.
    ///
    /// # Errors
    /// If the folder or its history cannot be read.
    pub(crate) fn identify_by(
        &self,
        target: &Path,
        given: &[Arc<Patch>],
        watch: Watch<'_>,
    ) -> Result<Identified> {
        let fs = self.disk(target)?;
        self.read_consistently(target, &*fs, || identify_now(&*fs, given, watch), |_| true)
    }
}

fn identify_now(fs: &dyn Fs, given: &[Arc<Patch>], watch: Watch<'_>) -> Result<Identified> {
    let ledger = read_ledger(fs)?;
    let active = ledger.layers().slots.into_iter().filter(|slot| slot.superseded.is_none());
    let known: Vec<Patch> = active.filter_map(|slot| manifest_of(fs, &ledger, slot.key)).collect();
    let is_new = |patch: &&Arc<Patch>| known.iter().all(|known| known.about.identity != patch.about.identity);
    let patches: Vec<(&Patch, bool)> = known
        .iter()
        .map(|patch| (patch, true))
        .chain(given.iter().filter(is_new).map(|patch| (&**patch, false)))
        .collect();
    let paths: BTreeSet<&TreePath> =
        patches.iter().flat_map(|(patch, _)| patch.changes.iter().map(|change| &change.path)).collect();
    let seen = observe(fs, paths, watch.progress, watch.cancel)?;
    let identities: Vec<Identity> =
        patches.iter().map(|(patch, _)| Ok(identify(fs, &patch.about.product)?)).collect::<Result<_>>()?;
    // The newest patch knows best; a rule that does not recognise the product finds no version of it.
    let recognised = patches.iter().zip(&identities).rev();
    let mut recognised = recognised.filter(|(_, identity)| identity.is_product != Some(false)).peekable();
    let named = |((patch, _), identity): &(&(&Patch, bool), &Identity)| {
        (identity.is_product == Some(true) || known.contains(*patch))
            .then(|| patch.about.product.name.clone())
    };
    let product = recognised.clone().find_map(|pair| named(&pair));
    let version = recognised.find_map(|(_, identity)| identity.version.clone());
    let version = version.or_else(|| ledger.version().map(str::to_owned));
    let compared = patches.iter().zip(&identities).map(|((patch, in_history), identity)| {
        let mut compared = compare(patch, &seen, fs)?;
        compared.in_history = *in_history;
        compared.is_product = identity.is_product;
        let fits = |version: &String| {
            patch.about.product.versions.contains(version)
                || patch.about.result_version.as_ref() == Some(version)
        };
        // What was applied here was for the version that was there then.
        compared.is_for_version = version.as_ref().filter(|_| !in_history).map(fits);
        Ok(compared)
    });
    Ok(Identified { product, version: version.clone(), patches: compared.collect::<Result<_>>()? })
}

/// What the files say about a patch. Permissions are no evidence: they change when a folder is copied.
fn compare(patch: &Patch, seen: &Observation, fs: &dyn Fs) -> Result<IdentifiedPatch> {
    let (mut after, mut before, mut edited, mut other) = (0, 0, Vec::new(), Vec::new());
    let (mut moved, mut unreadable) = (Vec::new(), Vec::new());
    // Files of which only permissions change.
    let mut alike = 0;
    for change in &patch.changes {
        let here = seen.tree.at(&change.path);
        let problem = PlaceProblem::on_the_way(&seen.problems, &change.path).filter(|_| here.is_none());
        if let Some(problem) = problem {
            unreadable.push(PlaceProblem { path: change.path.to_string(), ..problem.clone() });
            continue;
        }
        if !is_like(change.after.as_ref(), here)
            && let Some(mut switches) = moved_in(patch, change, here, fs)?
        {
            after += 1;
            moved.append(&mut switches);
            continue;
        }
        match () {
            () if is_like(change.after.as_ref(), here) && was_expected(change, here) => alike += 1,
            () if is_like(change.after.as_ref(), here) => after += 1,
            () if was_expected(change, here) => before += 1,
            () if change.local_edits != LocalEdits::Refuse => edited.push(change.path.clone()),
            () => other.push(change.path.clone()),
        }
    }
    // Such files say nothing, and go with what the others say.
    if after == 0 && before > 0 {
        before += alike;
    } else {
        after += alike;
    }
    let is_unclear = !unreadable.is_empty() && other.is_empty() && (after == 0 || before == 0);
    let presence = match (after, before, other.len()) {
        _ if is_unclear => Presence::Unknown,
        (0, 0, _) => Presence::Neither,
        (_, 0, 0) => Presence::In,
        (0, _, 0) => Presence::NotIn,
        _ => Presence::Partly,
    };
    Ok(IdentifiedPatch {
        identity: patch.about.identity.clone(),
        title: patch.about.title.clone(),
        product: patch.about.product.name.clone(),
        in_history: false,
        is_product: None,
        is_for_version: None,
        presence,
        after,
        before,
        edited,
        other,
        unreadable,
        moved,
    })
}

/// The switches of `patch` that were moved in a file which is as it leaves it but for them; `None` if it is not.
fn moved_in(
    patch: &Patch,
    change: &FileChange,
    here: Option<&Node>,
    fs: &dyn Fs,
) -> Result<Option<Vec<(PatchId, Position)>>> {
    let in_file = || {
        let toggles = patch.about.toggles.iter();
        toggles.filter(|toggle| toggle.file == change.path && toggle.kind != ToggleKind::File)
    };
    let (Some(Node::File(left)), Some(Node::File(_))) = (&change.after, here) else { return Ok(None) };
    if in_file().next().is_none() {
        return Ok(None);
    }
    let Some(mut content) = content_at(fs, &change.path)? else { return Ok(None) };
    let mut moved = Vec::new();
    for toggle in in_file() {
        let SwitchStand::At(position) = stand_in(toggle, &content) else { return Ok(None) };
        if position == toggle.initially {
            continue;
        }
        let back = Switch::new(toggle, Some(&content)).and_then(|it| it.moved(&content, toggle.initially));
        let Ok((back, _)) = back else { return Ok(None) };
        content = back;
        moved.push((toggle.id.clone(), position));
    }
    Ok((Digest::compute(&content) == left.digest).then_some(moved))
}

fn was_expected(change: &FileChange, here: Option<&Node>) -> bool {
    match here {
        None => change.before.is_empty(),
        Some(_) => change.before.iter().any(|node| is_like(Some(node), here)),
    }
}

fn is_like(node: Option<&Node>, here: Option<&Node>) -> bool {
    match (node, here) {
        (None, None) => true,
        (Some(node), Some(here)) => node.same_content(here),
        _ => false,
    }
}
