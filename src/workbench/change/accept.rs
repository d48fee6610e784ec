//! Gives up the way back of patches, and of a rollback, and frees the space.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::decision::DecisionSum;
use super::kept_edits::KeptEdit;
use super::locked::Recheckable;
use super::which::refuse_unknown;
use crate::disk::fs::Fs;
use crate::disk::observe;
use crate::ledger::{Action, Entry, EntryFact, Ledger, PatchNote, Turn};
use crate::model::{Digest, LayerKey, Node, PlaceProblem, TreePath};
use crate::plan::why::{Disk, EditedSince, Undo};
use crate::plan::{Note, Obstacle};
use crate::progress::{CancelToken, Quiet};
use crate::transaction;
use crate::workbench::look::drift::DriftKind;
use crate::workbench::look::stack::read_ledger;
use crate::workbench::look::status::drift;
use crate::workbench::look::unchecked::in_doubt;
use crate::workbench::{DecisionDigest, Error, Result, Workbench};

/// What accepting gives up, or would give up.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Accepted {
    /// Patches that can't be rolled back any more, oldest first.
    pub patches: Vec<PatchNote>,
    /// The patches of the last rollback, if they can't be reapplied any more.
    pub rollback: Vec<PatchNote>,
    /// What the last change was, if it was something else than these, and can't be undone any more.
    pub last: Option<Turn>,
    /// Edited files that were backed up when they were replaced. The backups are deleted, too.
    pub edits: Vec<KeptEdit>,
    /// Files that somebody edited or deleted since, whose backups go: what the patches left there, and what was there before,
    /// is in no backup afterwards.
    pub(crate) edited: Vec<(TreePath, EditedSince)>,
    /// What somebody should know about how it was done.
    pub notes: Vec<Note>,
    /// The newest entry of the history when that was so.
    pub(crate) head: Digest,
}

impl Accepted {
    /// What somebody agrees to who gives this up.
    pub fn decision(&self) -> DecisionDigest {
        let mut sum = DecisionSum::new("keep for good");
        sum.add("history", &self.head.to_string());
        sum.add_notes("patch", &self.patches);
        sum.add_notes("rollback", &self.rollback);
        self.last.iter().for_each(|last| sum.add("last", &format!("{last:?}")));
        for edit in &self.edits {
            sum.add("edit", edit.path.as_str());
            sum.add("copy", &edit.copy);
        }
        for (path, edited) in &self.edited {
            sum.add(if edited.is_deleted { "deleted" } else { "edited" }, path.as_str());
        }
        sum.finish()
    }

    /// Refuses to delete the backups of edited files.
    ///
    /// # Errors
    /// If there are such, about each of them.
    pub(crate) fn refuse_edited(&self) -> Result<()> {
        let refused = |(path, edited): &(TreePath, EditedSince)| {
            Obstacle::at(path, Undo::EditedBeforeKeeping(edited.clone()))
        };
        match self.edited.is_empty() {
            true => Ok(()),
            false => Err(Error::Refused(self.edited.iter().map(refused).collect())),
        }
    }

    /// Whether somebody edited or deleted a file since, whose backups go.
    pub fn has_edited_files(&self) -> bool {
        !self.edited.is_empty()
    }

    /// Whether there is nothing to give up.
    pub fn is_nothing(&self) -> bool {
        self.patches.is_empty() && self.rollback.is_empty() && self.last.is_none()
    }
}

impl Workbench {
    /// What [`Workbench::accept`] would give up. Writes nothing.
    ///
    /// # Errors
    /// As [`Workbench::accept`].
    pub fn preview_accept(&self, target: &Path, id: Option<&str>) -> Result<Accepted> {
        let fs = self.disk(target)?;
        Ok(self.decide_unlocked(target, &*fs, id)?.given_up)
    }

    /// Accepts the patch `id` and every older one, or everything: all patches, and the last rollback. What is accepted
    /// stays for good, and its backups are deleted. With an `id`, a rollback that came later can still be undone.
    ///
    /// # Errors
    /// If there is no such patch, the folder cannot be changed, or files were edited since: nobody was told of these.
    pub fn accept(&self, target: &Path, id: Option<&str>) -> Result<Accepted> {
        self.accept_as_agreed(target, id, None)
    }

    /// The same, and nothing but what somebody agreed to.
    ///
    /// # Errors
    /// As [`Workbench::accept`].
    pub(crate) fn accept_as_agreed(
        &self,
        target: &Path,
        id: Option<&str>,
        agreed: Option<DecisionDigest>,
    ) -> Result<Accepted> {
        let fs = self.disk(target)?;
        let first_look = self.decide_unlocked(target, &*fs, id)?;
        DecisionDigest::refuse_other(agreed, || first_look.given_up.decision())?;
        if first_look.given_up.is_nothing() && first_look.unused.is_empty() {
            return Ok(first_look.given_up);
        }
        let see_again = |fs: &dyn Fs| PlannedAcceptance::new(fs, &read_ledger(fs)?, id);
        let (mut folder, decision) = self.lock_as_seen(target, first_look, see_again, |_| true)?;
        DecisionDigest::refuse_other(agreed, || decision.given_up.decision())?;
        // What failing checks would roll back is needed until they have run.
        if let Some(change) = in_doubt(&folder.ledger).first() {
            return Err(change.refusal());
        }
        if agreed.is_none() {
            decision.given_up.refuse_edited()?;
        }
        let PlannedAcceptance { mut given_up, kept, through, unused } = decision;
        if given_up.is_nothing() {
            // A process that died while it accepted has left them.
            folder.give_up(&unused)?;
            return Ok(given_up);
        }
        let mut entry = folder.next_entry(Action::Accept);
        entry.reverses = Some(through);
        entry.patch = given_up.patches.last().cloned();
        entry.name_parts(folder.ledger.parts_named(&kept));
        let rollback = given_up.rollback.iter();
        entry.facts.extend(rollback.map(|gone| EntryFact::RollbackKept { patch: gone.id.clone() }));
        let edits = given_up.edits.iter();
        entry.facts.extend(edits.map(|edit| EntryFact::EditBackupDeleted { path: edit.path.to_string() }));
        let noted = |(path, edited): &(TreePath, EditedSince)| {
            let shown = match edited.is_deleted {
                true => "was missing when its backup was deleted; it stays deleted",
                false => "was edited when its backup was deleted; the edit stays",
            };
            EntryFact::Noted { path: path.to_string(), shown: shown.to_owned() }
        };
        entry.facts.extend(given_up.edited.iter().map(noted));
        folder.append(&entry)?;
        given_up.notes.extend(folder.remember());
        folder.give_up(&unused)?;
        Ok(given_up)
    }

    /// What there is to give up in a folder that is not locked.
    fn decide_unlocked(&self, target: &Path, fs: &dyn Fs, id: Option<&str>) -> Result<PlannedAcceptance> {
        self.refuse_shortened_history(target, fs)?;
        let look = || {
            super::preview::refuse_unfinished(fs)?;
            PlannedAcceptance::new(fs, &read_ledger(fs)?, id)
        };
        self.read_consistently(target, fs, look, |_| true)
    }
}

/// What is given up, and how.
struct PlannedAcceptance {
    given_up: Accepted,
    /// The patches that are kept.
    kept: Vec<LayerKey>,
    /// The newest entry that cannot be taken back any more.
    through: u64,
    /// Entries whose safe copies are there, and nobody can use them any more.
    unused: Vec<u64>,
}

impl Recheckable for PlannedAcceptance {
    fn still_holds(&self, _: &dyn Fs, ledger: &Ledger) -> bool {
        self.given_up.head == ledger.head().digest
    }
}

impl PlannedAcceptance {
    fn new(fs: &dyn Fs, ledger: &Ledger, id: Option<&str>) -> Result<Self> {
        let mut open = ledger.installed();
        let count = match id {
            None => open.len(),
            Some(id) => match open.iter().rposition(|patch| patch.patch.id == id) {
                Some(index) => index + 1,
                None => return Err(refuse_unknown(id, &open)),
            },
        };
        let newer = open.split_off(count);
        open.retain(|patch| !patch.accepted);
        // A rollback that brought a patch back is that patch's own way back.
        let last_rollback =
            ledger.last_rollback().filter(|last| open.iter().all(|patch| patch.undo_entry != last.seq));
        let (rollback, still_undoable) =
            if id.is_none() { (last_rollback, None) } else { (None, last_rollback) };
        let given_up = open.iter().map(|patch| patch.undo_entry).chain(rollback.map(|last| last.seq));
        let through = given_up.max().unwrap_or_default();
        let still_used: BTreeSet<u64> =
            newer.iter().map(|patch| patch.undo_entry).chain(still_undoable.map(|last| last.seq)).collect();
        let mut still_used = still_used;
        if !newer.is_empty() {
            // Files that newer patches share with one that went from below them are put together out of these.
            let moved = ledger.layers().moved;
            still_used.extend(moved.iter().flat_map(|moved| [moved.key.entry, moved.undo_entry, moved.at]));
        }
        still_used.extend(taken_away(ledger));
        let mut unused = Vec::new();
        for seq in (1..=ledger.head().seq).filter(|seq| !still_used.contains(seq)) {
            if transaction::has_undo_data(fs, seq)? {
                unused.push(seq);
            }
        }
        let kept = open.iter().map(|patch| patch.key).collect();
        let turn = rollback.map(|last| last.turn(ledger.entries()));
        let mut given_up = Accepted {
            patches: open.into_iter().map(|patch| patch.patch).collect(),
            rollback: rollback
                .filter(|_| turn == Some(Turn::Went))
                .map(|last| about(ledger, last))
                .unwrap_or_default(),
            last: turn.filter(|turn| *turn != Turn::Went),
            edits: Vec::new(),
            edited: Vec::new(),
            notes: Vec::new(),
            head: ledger.head().digest,
        };
        if given_up.is_nothing() {
            // Only what was to go already; what nobody was told of stays.
            unused.retain(|seq| *seq <= ledger.accepted_through());
        } else {
            given_up.edits = KeptEdit::find(fs, ledger, &unused)?;
            given_up.edited = edited_since(fs, ledger, &unused)?;
        }
        Ok(Self { given_up, kept, through, unused })
    }
}

/// The places that `entries` changed and that are not as the history says any more.
fn edited_since(fs: &dyn Fs, ledger: &Ledger, entries: &[u64]) -> Result<Vec<(TreePath, EditedSince)>> {
    let steps = || entries.iter().filter_map(|seq| ledger.entry(*seq)).flat_map(|entry| entry.steps.iter());
    let changed: BTreeSet<&TreePath> = steps().map(|step| &step.path).collect();
    let (expected, carried) = (ledger.expected(), ledger.carried_edits());
    let seen = observe(fs, changed.iter().copied(), &Quiet, &CancelToken::new())?;
    let unclear = |problem: &PlaceProblem| {
        Obstacle::at(&problem.path, Disk::Unclear { code: problem.code, found: problem.detail.clone() })
    };
    let unclear: Vec<Obstacle> = seen.problems.iter().map(unclear).collect();
    if !unclear.is_empty() {
        // Whether anybody edited them is not known.
        return Err(Error::Refused(unclear));
    }
    let tree = &seen.tree;
    let is_edited = |path: &&TreePath| match (expected.get(*path).and_then(Option::as_ref), tree.at(path)) {
        // What the move of a switch left there holds an edit.
        (_, Some(_)) if carried.contains_key(*path) => true,
        (Some(expected), Some(here)) => !expected.same_content(here),
        // A folder that stayed because somebody uses it is no edit: the plan said so.
        (None, Some(Node::Dir(_))) | (None, None) => false,
        (None, Some(_)) | (Some(_), None) => true,
    };
    let edited: BTreeSet<&TreePath> = changed.into_iter().filter(is_edited).collect();
    let expected = expected.into_iter().filter(|(path, _)| edited.contains(path)).collect();
    let has_original = |path: &TreePath| {
        steps().any(|step| step.path == *path && matches!(step.before, Some(Node::File(_))))
    };
    let edited = drift(fs, ledger, &expected, &seen)?.into_iter().map(|one| {
        let edited = EditedSince {
            is_deleted: one.kind == DriftKind::Missing,
            has_original: has_original(&one.path),
            has_patched: one.has_backup,
            patch_file: one.patch_file,
            has_moved_switch: one.has_moved_switch,
        };
        (one.path, edited)
    });
    Ok(edited.collect())
}

/// The entries that have the only copies of files which a switch took away: turning it back needs them.
fn taken_away(ledger: &Ledger) -> BTreeSet<u64> {
    let mut newest: BTreeMap<TreePath, Option<u64>> = BTreeMap::new();
    for entry in ledger.lasting_changes() {
        let is_move = ledger.moved_by(entry).is_some();
        for step in &*entry.steps {
            newest.insert(step.path.clone(), (is_move && step.after.is_none()).then_some(entry.seq));
        }
    }
    newest.into_values().flatten().collect()
}

/// The patches that a rollback was about.
fn about(ledger: &Ledger, rollback: &Entry) -> Vec<PatchNote> {
    let keys = ledger.about(rollback);
    let patches: Vec<PatchNote> = keys.into_iter().filter_map(|key| ledger.note(key)).cloned().collect();
    if patches.is_empty() { rollback.patch.iter().cloned().collect() } else { patches }
}
