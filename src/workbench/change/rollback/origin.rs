//! What speaks against following a history because of who wrote it, and against a patch that comes back when a rollback is
//! undone because of what its signature, its vendor and the rules say today.

use std::collections::BTreeSet;

use super::returning::allowed_before;
use super::route::{PlannedRollback, RollbackRoute};
use crate::disk::fs::Fs;
use crate::ledger::{Entry, Ledger, Occasion, Turn};
use crate::model::{LayerKey, Mode, Node, Step, version_control};
use crate::plan::why::{HistoryDoubt, Unfit};
use crate::plan::{ChangeRemark, Note, Obstacle};
use crate::trust::Standing;
use crate::workbench::change::trust_checks::denied;
use crate::workbench::look::memory::was_trusted;
use crate::workbench::look::recalls::Recalls;
use crate::workbench::look::vouching::{FormerKey, Vouching};
use crate::workbench::{Result, Workbench};

impl Workbench {
    /// What is said today against the patches that come back when `entry` is taken back: that they were withdrawn, that
    /// their signature doesn't count any more, or that the rules don't let them in.
    pub(super) fn doubts_about_returning(
        &self,
        fs: &dyn Fs,
        ledger: &Ledger,
        entry: &Entry,
        recalls: &Recalls,
    ) -> Result<Vec<Obstacle>> {
        let back = ledger.brought_without(entry);
        if back.is_empty() {
            return Ok(Vec::new());
        }
        let notes = back.iter().filter_map(|key| ledger.note(*key));
        let recalled = notes.filter_map(|patch| recalls.about(&patch.id, patch.revision).cloned());
        let mut doubts: Vec<Obstacle> =
            recalled.map(|recalled| Obstacle::new(Unfit::Recalled(recalled))).collect();
        let keys = self.keys_of_today()?;
        let vouching = self.vouching(&keys, fs, ledger);
        doubts.extend(back.into_iter().filter_map(|key| not_trusted_now(ledger, &vouching, key)));
        Ok(doubts)
    }

    /// The patches that come back when `entry` is taken back and that nobody vouches for who is trusted today. That somebody let
    /// them in when they came was said about that change, and not about this one.
    fn unvouched(&self, fs: &dyn Fs, ledger: &Ledger, entry: &Entry) -> Result<Vec<Obstacle>> {
        let back = ledger.brought_without(entry);
        if back.is_empty() {
            return Ok(Vec::new());
        }
        let keys = self.keys_of_today()?;
        let vouching = self.vouching(&keys, fs, ledger);
        let unvouched = |key: LayerKey| {
            let is_vouched =
                vouching.verdict_of(key).is_some_and(|verdict| verdict.standing == Standing::Trusted);
            let patch = ledger.note(key).filter(|_| !is_vouched)?.id.clone();
            Some(Obstacle::new(HistoryDoubt::NobodyVouches { patch }))
        };
        Ok(back.into_iter().filter_map(unvouched).collect())
    }

    /// What somebody has to allow where something comes back when `entry` is taken back.
    pub(super) fn asked(&self, fs: &dyn Fs, ledger: &Ledger, entry: &Entry) -> Result<Vec<Obstacle>> {
        let mut asked = self.unvouched(fs, ledger, entry)?;
        asked.extend(allowed_before(ledger, entry));
        Ok(asked)
    }

    /// Adds to a look who wrote the entries that it follows, where that was somebody else. A patch can be rolled back all
    /// the same by whoever reads that; nothing comes in by their word, and nothing goes by it where nobody looks.
    pub(super) fn add_origin(
        &self,
        fs: &dyn Fs,
        ledger: &Ledger,
        look: &mut PlannedRollback,
        occasion: &Occasion,
    ) -> Result<()> {
        let unbelieved = match self.unbelieved(fs, ledger) {
            // Whoever takes a patch out gets their files back all the same.
            Err(_) if look.preview.turn == Turn::Went => return Ok(()),
            unbelieved => unbelieved?,
        };
        let followed: BTreeSet<u64> = match &look.how {
            RollbackRoute::Layers { out, .. } => out.iter().map(|key| key.entry).collect(),
            RollbackRoute::Entry(_) => {
                let entry = ledger.entry(look.preview.entry);
                entry.into_iter().flat_map(|entry| reversed(ledger, entry)).map(|entry| entry.seq).collect()
            }
        };
        let entries: Vec<u64> = followed.intersection(&unbelieved).copied().collect();
        if entries.is_empty() {
            return Ok(());
        }
        let preview = &mut look.preview.preview;
        if look.preview.turn != Turn::Went || occasion.is_unwatched() {
            preview.obstacles.insert(0, Obstacle::new(HistoryDoubt::ForeignHistory { entries }));
            return Ok(());
        }
        preview.notes.insert(0, Note::new(ChangeRemark::OnlyTheHistorySays { is_switch: false }));
        let dangerous = preview.plan.steps.iter().filter(|step| is_dangerous(step));
        let obstacle =
            |step: &Step| Obstacle::at(&step.path, HistoryDoubt::ForeignHistory { entries: entries.clone() });
        preview.obstacles.extend(dangerous.map(obstacle));
        Ok(())
    }
}

/// `entry`, what it reverses, what that reverses, and so on.
fn reversed<'a>(ledger: &'a Ledger, entry: &'a Entry) -> impl Iterator<Item = &'a Entry> {
    // Only what came before: a history can say anything.
    let before = |entry: &&'a Entry| ledger.entry(entry.reverses.filter(|seq| *seq < entry.seq)?);
    std::iter::successors(Some(entry), before)
}

/// A key that its vendor exchanged for another one proves who made what it signed before.
fn not_trusted_now(ledger: &Ledger, vouching: &Vouching<'_>, key: LayerKey) -> Option<Obstacle> {
    let patch = ledger.note(key)?.reference()?.to_string();
    let verdict = vouching.verdict_of(key);
    if let Some(obstacle) = verdict.as_ref().and_then(denied) {
        return Some(obstacle);
    }
    let then = ledger.entry(key.entry).and_then(|entry| entry.vouched.get(key.part));
    let is_trusted = verdict.as_ref().is_some_and(|verdict| verdict.standing == Standing::Trusted);
    if is_trusted || !then.is_some_and(was_trusted) {
        return None;
    }
    let authorship = vouching.authorship_of(key);
    let lost = authorship.former.iter().find(|former| former.key != FormerKey::RotatedOut);
    if lost.is_none() && !authorship.owners.is_empty() && !authorship.former.is_empty() {
        return None;
    }
    let now = match (lost, verdict) {
        (Some(former), _) => former.key.phrase(),
        (None, Some(verdict)) => verdict.sentence(),
        (None, None) => "its manifest isn't in the folder any more".to_owned(),
    };
    Some(Obstacle::new(HistoryDoubt::NotTrustedNow { patch, now }))
}

/// Whether what would come there runs by itself or with the rights of others.
fn is_dangerous(step: &Step) -> bool {
    let is_special = |node: &Node| node.mode().is_some_and(Mode::is_special);
    step.after.as_ref().is_some_and(|after| is_special(after) || version_control(&step.path).is_some())
}
