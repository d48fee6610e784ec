//! A rollout without its records: what the histories of its folders say that it did.

use super::file::RolloutFile;
use super::folder::{TurnOutcome, applied_by, is_in, rollout_of};
use super::member::{Member, MemberState};
use super::state::{Attribution, RolloutState};
use crate::ledger::{Action, Entry, Ledger};
use crate::plan::why::{Rolling, RolloutMismatch};
use crate::workbench::{Error, Result, Workbench};

/// What the histories say.
pub(super) struct ReconstructedRollout {
    /// The rollout as it would be recorded.
    pub state: RolloutState,
    /// How many folders have what it applied.
    pub ours: usize,
    /// How many have only what other rollouts applied.
    pub others: usize,
}

impl Workbench {
    /// What the histories of the folders that the file names now say about it. Writes nothing.
    ///
    /// # Errors
    /// If its patch files or its folders cannot be told.
    pub(super) fn told_by_histories(&self, file: &RolloutFile) -> Result<ReconstructedRollout> {
        let mut told = ReconstructedRollout { state: self.state_to_be(file)?, ours: 0, others: 0 };
        let id = told.state.id.clone();
        for member in told.state.rings.iter_mut().flat_map(|ring| &mut ring.members) {
            let ledger = match self.ledger_of(member) {
                Ok(ledger) => ledger,
                Err(error) => {
                    unknown(&error, member);
                    continue;
                }
            };
            match applied_by(&ledger, &id).last() {
                Some(ours) => {
                    (member.state, member.entry) = (MemberState::Good, Some(ours.seq));
                    told.ours += 1;
                }
                None => told.others += usize::from(has_any_rollouts(&ledger)),
            }
        }
        Ok(told)
    }

    /// Who rolled back what the rollout applied, as the histories of its folders say: nothing that is over begins anew
    /// because its records are gone. What health checks undid was nobody's decision.
    pub(super) fn rolled_back_by_histories(&self, state: &RolloutState) -> Option<Attribution> {
        let members = state.rings.iter().flat_map(|ring| &ring.members);
        members.filter_map(|member| self.ledger_of(member).ok()).find_map(|ledger| {
            let last = ledger.entries().iter().rev().find(|entry| rollout_of(entry) == Some(&state.id))?;
            let is_decided = last.action == Action::Rollback && last.checks.is_empty();
            let by = format!("{}@{}", last.user.raw(), last.host.raw());
            is_decided.then(|| Attribution { by, time: last.time.clone(), reason: None })
        })
    }

    /// The same, for whoever builds on it.
    ///
    /// # Errors
    /// Also if no history names the rollout.
    pub(super) fn must_be_told_by_histories(&self, file: &RolloutFile) -> Result<RolloutState> {
        match self.told_by_histories(file)? {
            ReconstructedRollout { state, ours: 1.., .. } => Ok(state),
            ReconstructedRollout { others: 0, .. } => Err(Error::refused(Rolling::NotStarted)),
            ReconstructedRollout { others, .. } => {
                Err(Error::refused(RolloutMismatch::NotThisOne { folders: others }))
            }
        }
    }
}

/// Whether something is there that a rollout applied, whichever.
fn has_any_rollouts(ledger: &Ledger) -> bool {
    let is_there =
        |entry: &Entry| entry.action == Action::Apply && rollout_of(entry).is_some() && is_in(ledger, entry);
    ledger.entries().iter().any(is_there)
}

/// Nobody can tell what is in a folder whose history can't be read; one that is not there has nothing.
fn unknown(error: &Error, member: &mut Member) {
    let found = TurnOutcome::failed(error);
    let state = match found.state {
        MemberState::Missing => MemberState::Missing,
        _ => MemberState::NeedsPerson,
    };
    TurnOutcome { state, ..found }.record(member, 0);
}
