//! What is in a folder: product, patches, drift, unfinished work, and how it came to be so.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::drift::{Drift, DriftCause, DriftKind, differences, find_causes, patch_file_with};
use super::product::product_and_version;
use super::rollback_protection::{Foreign, OlderCopy};
use super::stack::{FolderStack, all_copies, manifests_of, read_ledger};
use super::switches::{FolderSwitch, opened_by_undoing, switches};
use super::unchecked::{TakenBackAtOnce, UncheckedChange, unchecked};
use super::undone::undone;
use super::unfinished::{UnfinishedWork, unfinished_now};
use super::vouching::{Authorship, Vouching};
use crate::disk::fs::{Fs, Place, StatePath};
use crate::disk::{Observation, observe};
use crate::ledger::{Action, Entry, Installed, Ledger, ScriptNote, Turn};
use crate::model::{Code, Digest, LayerKey, Node, Patch, TreePath, TreeState};
use crate::plan::why::Override;
use crate::plan::{FileFates, Layer, how_it_stands, says_that_it_contains};
use crate::transaction::put_aside;
use crate::workbench::contents::{Library, SearchFirst};
use crate::workbench::{Recalled, Result, Watch, Workbench};

/// How things stand in a folder.
#[derive(Debug, Clone)]
pub struct FolderStatus {
    /// The product, as the newest patch calls it.
    pub product: Option<String>,
    /// Its version: read from the folder where a patch has a rule for that, else what the history says.
    pub version: Option<String>,
    /// Patches in it, replaced ones among them, in the order in which they came in.
    pub installed: Vec<Installed>,
    /// Who made each of them, where anything is known of that.
    pub(crate) authors: Vec<(LayerKey, Authorship)>,
    /// Why nobody could be asked who that is.
    pub(crate) keys_problem: Option<String>,
    /// Entries of the history that this person did not write.
    pub foreign: Option<Foreign>,
    /// Patches that are only said to be in it: by entries that nobody has to believe, and the files don't show them.
    pub(crate) doubted: Vec<LayerKey>,
    /// That the folder is an older copy of one that this person changed since, if so.
    pub older: Option<OlderCopy>,
    /// Why nobody knows which these are.
    pub(crate) memory_problem: Option<String>,
    /// What lists of withdrawn patches say about them.
    pub held: Vec<Recalled>,
    /// Why this computer's own list couldn't be asked.
    pub(crate) lists_problem: Option<String>,
    /// What others say about containing some of them, and what the files show.
    pub contained: Vec<(LayerKey, Containment)>,
    /// Active patches of which something is undone by a change that somebody agreed to with a reason, and the files.
    pub undone: Vec<(LayerKey, Vec<TreePath>)>,
    /// How each of them can be rolled back.
    pub removal: Vec<(LayerKey, Removal)>,
    /// Places that are not as the history says.
    pub drift: Vec<Drift>,
    /// Files that are as the history says, and in which somebody's edits stayed when a patch changed them.
    pub kept_edits: Vec<TreePath>,
    /// Number of files that were compared; a renamed one is one.
    pub compared: usize,
    /// An interrupted change.
    pub unfinished: Option<UnfinishedWork>,
    /// Changes whose health checks were cut short, or failed and couldn't be rolled back.
    pub unchecked: Vec<UncheckedChange>,
    /// The last change, where it rolled another one back because somebody stopped its health checks.
    pub taken_back: Option<TakenBackAtOnce>,
    /// Changes whose health checks may be running at this moment: somebody is changing the folder.
    pub checking: Vec<UncheckedChange>,
    /// Things that were put aside because they stood in the way of a recovery, relative to the folder.
    pub put_aside: Vec<String>,
    /// Backups of entries that are gone from the history, and what else was found among the records and is nowhere else.
    pub found: Vec<String>,
    /// Why nothing is known of what was done here, where the present user may not read the records.
    pub(crate) locked_away: Option<String>,
    /// Scripts that were about to run and of which nothing was heard: they may have run, in part or in whole.
    pub(crate) scripts_in_doubt: Vec<ScriptNote>,
    /// Whether the last change was a rollback that can be undone.
    pub can_undo_rollback: bool,
    /// Whether that needs somebody's word, because nobody vouches for the patch that comes back.
    pub(crate) needs: Option<BTreeSet<Override>>,
    /// Whether the last change was one that reapplied a patch.
    pub brought_back: bool,
    /// What undoing the last rollback, or that, is about: the ids of patches.
    pub(crate) last_moved: Vec<String>,
    /// The switches of its active patches.
    pub switches: Vec<FolderSwitch>,
    /// Whether the last change turned a switch, and can be undone.
    pub can_undo_toggle: bool,
    /// Whether the last change repaired files, and can be undone.
    pub can_undo_repair: bool,
    /// Whether that change undid a repair, so that undoing it repairs again.
    pub undid_repair: bool,
}

/// What one patch in a folder says about containing another one there, and what shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Containment {
    /// The id of the one that says so.
    pub by: String,
    /// Whether it has replaced the other one.
    pub has_replaced: bool,
    /// How everything that the other one changed stands in the folder.
    pub files: FileFates,
}

/// How a patch can be rolled back, as far as the history tells. Whether shared files can really be put together again
/// is known when their contents are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Removal {
    /// By itself: no newer patch shares a file.
    Alone,
    /// With the files that it shares with these newer patches put together again.
    Rebuilding(Vec<String>),
    /// Only together with these patches, which need it.
    NeededBy(Vec<String>),
    /// Only with the patch that contains it.
    Contained(String),
    /// Not at all: it was kept for good.
    GivenUp,
}

/// Everything that happened to a folder.
#[derive(Debug, Clone)]
pub struct FolderHistory {
    /// Entries, oldest first. Their chain was verified.
    pub entries: Vec<Entry>,
    /// Those of them that this person did not write.
    pub foreign: Option<Foreign>,
    /// That there were more, if so.
    pub older: Option<OlderCopy>,
    /// Those of them whose health checks were cut short, or failed and couldn't be rolled back.
    pub unchecked: Vec<UncheckedChange>,
}

impl Workbench {
    /// How things stand in `target`. Writes nothing.
    ///
    /// # Errors
    /// If the folder or its history cannot be read.
    pub fn status(&self, target: &Path, watch: Watch<'_>) -> Result<FolderStatus> {
        self.status_against(target, &[], watch)
    }

    /// The same with these lists of withdrawn patches, beside the one of this machine.
    ///
    /// # Errors
    /// As [`Workbench::status`], and if a list cannot be read.
    pub fn status_against(
        &self,
        target: &Path,
        withdrawn: &[PathBuf],
        watch: Watch<'_>,
    ) -> Result<FolderStatus> {
        let fs = self.disk(target)?;
        let look = || {
            let ledger = read_ledger(&*fs)?;
            let folder = FolderStack::read(&*fs, &ledger)?;
            let status = status_of(&*fs, &ledger, &folder, &self.environment().now(), watch)?;
            Ok((status, ledger, folder))
        };
        let is_plain = |(seen, ..): &(FolderStatus, Ledger, FolderStack)| {
            seen.unfinished.is_none() && seen.drift.is_empty()
        };
        let (mut status, ledger, folder) = match self.read_consistently(target, &*fs, look, is_plain) {
            Err(error) if error.code() == Code::Rights => match locked_away(&*fs) {
                Some(why) => return Ok(FolderStatus::unknown(why)),
                None => return Err(error),
            },
            status => status?,
        };
        match self.keys_of_today() {
            Ok(keys) => {
                status.authors = authors(&status.installed, &self.vouching(&keys, &*fs, &ledger));
            }
            // Somebody who cannot read their keys still has to see how the folder is.
            Err(error) => status.keys_problem = Some(error.to_string()),
        }
        match self.foreign(&ledger) {
            Ok(foreign) => status.foreign = foreign,
            Err(error) => status.memory_problem = Some(error.to_string()),
        }
        // During unfinished work every place may be old or new; where nothing is remembered, that was told just now.
        if status.unfinished.is_none() && status.memory_problem.is_none() {
            let folder = self.with_doubts(folder, &*fs, &ledger, watch)?;
            let doubted = folder.layers.iter().filter(|layer| layer.doubted);
            status.doubted = doubted.map(|layer| layer.key).collect();
        }
        let last = ledger.last_rollback().filter(|_| status.can_undo_rollback && !status.brought_back);
        let needed = |last| self.needed_to_return(&*fs, &ledger, last);
        status.needs = last.and_then(needed);
        status.unfinished = status.unfinished.map(|work| self.with_origin(target, &*fs, work));
        // What can't be remembered was told just now.
        status.older = self.older_copy(target, &ledger).unwrap_or_default();
        if status.older.as_ref().is_some_and(|older| older.is_this_path) {
            // What happened since is gone from the history, and with it what explains a file.
            for drift in status.drift.iter_mut().filter(|drift| drift.cause.is_of_history()) {
                drift.cause = DriftCause::Unknown;
            }
        }
        let (recalls, own) = self.recalls_to_look_at(withdrawn)?;
        status.lists_problem = own.err().map(|error| error.to_string());
        let held = |patch: &Installed| recalls.about(&patch.patch.id, patch.patch.revision).cloned();
        status.held = status.installed.iter().filter_map(held).collect();
        Ok(status)
    }

    /// Everything that happened to `target`, its chain verified. Writes nothing.
    ///
    /// # Errors
    /// If the history cannot be read, or an entry does not fit.
    pub fn history(&self, target: &Path) -> Result<FolderHistory> {
        let fs = self.disk(target)?;
        let look = || {
            let ledger = read_ledger(&*fs)?;
            let mut unchecked = unchecked(&*fs, &ledger)?;
            unchecked.retain(|change| !change.may_run());
            let (entries, foreign) = (ledger.entries().to_vec(), self.foreign(&ledger)?);
            let older = self.older_copy(target, &ledger)?;
            Ok(FolderHistory { entries, foreign, older, unchecked })
        };
        self.read_consistently(target, &*fs, look, |_| true)
    }
}

/// How things stand at the time `now`.
pub(crate) fn status_now(fs: &dyn Fs, ledger: &Ledger, now: &str, watch: Watch<'_>) -> Result<FolderStatus> {
    status_of(fs, ledger, &FolderStack::read(fs, ledger)?, now, watch)
}

fn status_of(
    fs: &dyn Fs,
    ledger: &Ledger,
    folder: &FolderStack,
    now: &str,
    watch: Watch<'_>,
) -> Result<FolderStatus> {
    let unfinished = unfinished_now(fs)?;
    let installed = ledger.installed();
    let expected = &folder.expected;
    let observation = observe(fs, expected.keys(), watch.progress, watch.cancel)?;
    // During unfinished work every place may be old or new, and neither is drift.
    let drift = match unfinished {
        Some(_) => Vec::new(),
        None => drift(fs, ledger, expected, &observation)?,
    };
    let (product, version) = product_and_version(fs, ledger, folder)?;
    let last = ledger.last_rollback().filter(|_| unfinished.is_none());
    let turn = last.map(|last| last.turn(ledger.entries()));
    let switches = switches(fs, ledger, folder, now)?;
    let moves_a_switch = last.is_some_and(|last| ledger.moved_by(last).is_some());
    let (checking, unchecked) = unchecked(fs, ledger)?.into_iter().partition(UncheckedChange::may_run);
    let aside = put_aside(fs)?;
    let opens = last.is_some_and(|last| opened_by_undoing(&switches, ledger, last).is_some());
    Ok(FolderStatus {
        product,
        version: version.or_else(|| ledger.version().map(str::to_owned)),
        needs: None,
        can_undo_rollback: matches!(turn, Some(Turn::Went | Turn::CameBack))
            && !last.is_some_and(|last| ledger.is_about_scripts(last)),
        brought_back: turn == Some(Turn::CameBack),
        last_moved: last
            .map(|last| last.patches().iter().map(|patch| patch.id.clone()).collect())
            .unwrap_or_default(),
        undid_repair: turn == Some(Turn::RepairUndone),
        can_undo_repair: matches!(turn, Some(Turn::Repaired | Turn::RepairUndone)),
        can_undo_toggle: moves_a_switch && !opens,
        switches,
        scripts_in_doubt: ledger.scripts_in_doubt().into_iter().cloned().collect(),
        kept_edits: kept_edits(folder, &drift),
        compared: folder.files(),
        contained: contained(folder, &observation.tree, fs)?,
        undone: undone(folder, ledger, &observation.tree, fs)?,
        removal: folder.layers.iter().map(|layer| (layer.key, removal(folder, layer))).collect(),
        installed,
        authors: Vec::new(),
        keys_problem: None,
        lists_problem: None,
        foreign: None,
        doubted: Vec::new(),
        older: None,
        memory_problem: None,
        held: Vec::new(),
        drift,
        unfinished,
        unchecked,
        taken_back: TakenBackAtOnce::last(ledger),
        checking,
        put_aside: aside.by_recovery.iter().map(ToString::to_string).collect(),
        found: aside.found.iter().map(ToString::to_string).collect(),
        locked_away: None,
    })
}

/// Files with edits that a patch has left in them; those that differ from the history are told as that.
fn kept_edits(folder: &FolderStack, drift: &[Drift]) -> Vec<TreePath> {
    let is_told = |path: &TreePath| drift.iter().any(|drift| drift.path == *path);
    folder.kept_edits.iter().filter(|path| !is_told(path)).cloned().collect()
}

/// Whose the records are and what keeps the present user from reading them; `None` where nothing does.
fn locked_away(fs: &dyn Fs) -> Option<String> {
    let state = Place::State(StatePath::root());
    match fs.list(&state) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {}
        _ => return None,
    }
    let found = fs.look(&state).ok()??;
    let whose = found.owner.map(|(user, group)| format!("owner {user}:{group}, ")).unwrap_or_default();
    Some(format!("the present user may not read them ({whose}mode {})", found.mode))
}

impl FolderStatus {
    fn unknown(locked_away: String) -> Self {
        Self {
            product: None,
            contained: Vec::new(),
            undone: Vec::new(),
            version: None,
            installed: Vec::new(),
            held: Vec::new(),
            removal: Vec::new(),
            drift: Vec::new(),
            kept_edits: Vec::new(),
            compared: 0,
            unfinished: None,
            unchecked: Vec::new(),
            taken_back: None,
            checking: Vec::new(),
            put_aside: Vec::new(),
            found: Vec::new(),
            locked_away: Some(locked_away),
            authors: Vec::new(),
            keys_problem: None,
            lists_problem: None,
            foreign: None,
            doubted: Vec::new(),
            older: None,
            memory_problem: None,
            scripts_in_doubt: Vec::new(),
            can_undo_rollback: false,
            needs: None,
            brought_back: false,
            last_moved: Vec::new(),
            can_undo_repair: false,
            undid_repair: false,
            can_undo_toggle: false,
            switches: Vec::new(),
        }
    }
}

/// Who made those of `installed` that somebody vouches for, or has vouched for.
fn authors(installed: &[Installed], vouching: &Vouching<'_>) -> Vec<(LayerKey, Authorship)> {
    let of = |patch: &Installed| (patch.key, vouching.authorship_of(patch.key));
    installed.iter().map(of).filter(|(_, authors)| *authors != Authorship::default()).collect()
}

/// What patches in the folder say about containing others, against what the files show.
fn contained(folder: &FolderStack, tree: &TreeState, fs: &dyn Fs) -> Result<Vec<(LayerKey, Containment)>> {
    let says_so = |old: &Layer| {
        let replaced = old.superseded.and_then(|(by, _)| folder.layer(by)).map(|by| (by, true));
        let newer = folder.layers.iter().filter(|new| new.key > old.key && new.is_active());
        let says = |new: &&Layer| new.patch.as_deref().is_some_and(|patch| says_that_it_contains(patch, old));
        replaced.or_else(|| newer.rev().find(says).map(|by| (by, false)))
    };
    let pairs: Vec<(&Layer, (&Layer, bool))> =
        folder.layers.iter().filter_map(|old| Some((old, says_so(old)?))).collect();
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let library = Library::new(&[], SearchFirst::SafeCopies).in_folder(fs).with_seen(tree);
    let library = library.with_copies(folder.archive(fs)?);
    let keeps_modes = fs.features().modes;
    let plain = |node: Node| if keeps_modes { node } else { node.without_mode() };
    let told = pairs.into_iter().map(|(old, (by, has_replaced))| {
        let files = how_it_stands(old, |path| tree.at(path).cloned().map(plain), &library);
        (old.key, Containment { by: by.id.clone(), has_replaced, files })
    });
    Ok(told.collect())
}

/// How `layer` can be taken out, told from names and places alone.
fn removal(folder: &FolderStack, layer: &Layer) -> Removal {
    let by = layer.superseded.and_then(|(by, _)| folder.layer(by));
    if let Some(by) = by {
        return Removal::Contained(by.id.clone());
    }
    if layer.accepted {
        return Removal::GivenUp;
    }
    let needs_it = |other: &&Layer| {
        let all = |patch: &Patch| {
            patch
                .about
                .all_requirements(|id| folder.layers.iter().any(|there| there.id == id))
                .iter()
                .any(|need| need.id.as_str() == layer.id)
        };
        other.key != layer.key && other.is_active() && other.patch.as_deref().is_some_and(all)
    };
    let ids = |layers: Vec<&Layer>| layers.into_iter().map(|layer| layer.id.clone()).collect();
    let needing: Vec<&Layer> = folder.layers.iter().filter(needs_it).collect();
    if !needing.is_empty() {
        return Removal::NeededBy(ids(needing));
    }
    let places: BTreeSet<&TreePath> = layer.paths().collect();
    let shares = |other: &&Layer| {
        other.key > layer.key && other.is_active() && other.paths().any(|path| places.contains(path))
    };
    let sharing: Vec<&Layer> = folder.layers.iter().filter(shares).collect();
    if sharing.is_empty() { Removal::Alone } else { Removal::Rebuilding(ids(sharing)) }
}

/// What is not as `expected`, and what is known of each place.
///
/// # Errors
/// If the history or a file cannot be read.
pub(crate) fn drift(
    fs: &dyn Fs,
    ledger: &Ledger,
    expected: &BTreeMap<TreePath, Option<Node>>,
    seen: &Observation,
) -> Result<Vec<Drift>> {
    let (tree, carried) = (&seen.tree, ledger.carried_edits());
    let mut drift = differences(fs, expected, seen, |path| carried.contains_key(path));
    if drift.is_empty() {
        return Ok(drift);
    }
    for entry in ledger.entries().iter().rev() {
        for step in &*entry.steps {
            if let Ok(index) = drift.binary_search_by(|drift| drift.path.cmp(&step.path))
                && drift[index].patch.is_none()
            {
                drift[index].patch = ledger.changed_by(entry, &step.path).map(|patch| patch.id.clone());
            }
        }
    }
    find_causes(fs, ledger, tree, &mut drift)?;
    let is_carried = |drift: &&mut Drift| drift.problem.is_none() && carried.contains_key(&drift.path);
    for drift in drift.iter_mut().filter(is_carried) {
        // What the move of a switch left there is no proof of anything.
        drift.cause = DriftCause::LocalEdit;
        (drift.has_backup, drift.has_moved_switch) = (false, true);
    }
    let copies =
        Library::new(&[], SearchFirst::SafeCopies).in_folder(fs).with_copies(all_copies(fs, ledger)?);
    let has_content = |drift: &&mut Drift| {
        !matches!(drift.kind, DriftKind::Permissions | DriftKind::Unreadable)
            && !carried.contains_key(&drift.path)
    };
    for drift in drift.iter_mut().filter(has_content) {
        let should_be = expected.get(&drift.path).and_then(Option::as_ref).and_then(Node::as_file);
        let Some(file) = should_be else { continue };
        drift.has_backup = copies.whole_copy(&file.digest).ok().flatten().is_some();
    }
    if drift.iter().all(|drift| drift.has_backup) {
        return Ok(drift);
    }
    // The newest first: theirs are the likeliest to be at hand.
    let is_of_bundles = |entry: &&Entry| entry.action == Action::Apply && !entry.is_of_text_patches();
    let brought = ledger.entries().iter().rev().filter(is_of_bundles);
    let patches: Vec<Patch> = brought.flat_map(|entry| manifests_of(fs, ledger, entry)).collect();
    let seen: BTreeSet<Digest> = tree.iter().filter_map(|(_, node)| Some(node.as_file()?.digest)).collect();
    let is_here =
        |digest: &Digest| seen.contains(digest) || copies.whole_copy(digest).is_ok_and(|copy| copy.is_some());
    for drift in drift.iter_mut().filter(|drift| !drift.has_backup && !carried.contains_key(&drift.path)) {
        let should_be = expected.get(&drift.path).and_then(Option::as_ref).and_then(Node::as_file);
        drift.patch_file = should_be.and_then(|file| patch_file_with(&file.digest, &patches, &is_here));
    }
    Ok(drift)
}
