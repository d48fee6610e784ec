//! The way back of a rollout: exactly what it did, the last ring first. What somebody changed since is left, and named.

use std::path::Path;

use super::RolloutView;
use super::folder::{Load, TurnOutcome, cause, is_in};
use super::member::{Member, MemberState};
use super::state::{RolloutState, RolloutStore};
use crate::ledger::{Entry, Occasion};
use crate::model::Code;
use crate::plan::OnDrift;
use crate::progress::Phase;
use crate::workbench::{
    ApplyOptions, Error, Overrides, Result, RollbackOptions, ScriptConsent, Watch, Which, Workbench,
};

impl Workbench {
    /// Rolls back what the rollout did in every folder, or in those of one ring, and ends it. Without its records, what it
    /// did is what the histories of its folders say.
    ///
    /// # Errors
    /// If the rollout did nothing, or another run is under way. Folders that could not be rolled back are in the view.
    pub(crate) fn take_rollout_back(
        &self,
        file: &Path,
        ring: Option<&str>,
        scripts: ScriptConsent,
        watch: Watch<'_>,
    ) -> Result<RolloutView> {
        let store = self.rollout_store(file)?;
        let _alone = store.alone()?;
        if store.load()?.is_none() {
            store.create(&self.must_be_told_by_histories(store.file())?)?;
        }
        let only = ring.map(|ring| store.must_load().and_then(|state| state.ring_named(ring)));
        self.take_back_all(&store, only.transpose()?, None, scripts, watch)?;
        let state = store.must_load()?;
        self.view(&store, &state, self.gate(&store, &state)?)
    }

    /// Rolls back what the rollout did, in `only` that ring if one is named, and ends it.
    pub(super) fn take_back_all(
        &self,
        store: &RolloutStore,
        only: Option<usize>,
        reason: Option<String>,
        scripts: ScriptConsent,
        watch: Watch<'_>,
    ) -> Result<()> {
        store.change(|state| {
            state.over = Some(self.said(reason));
            Ok(())
        })?;
        self.settle_started(store, only, scripts, watch)?;
        let state = store.must_load()?;
        let rings = (0..state.rings.len()).rev().filter(|ring| only.is_none_or(|only| only == *ring));
        let places: Vec<(usize, usize)> = rings
            .flat_map(|ring| (0..state.rings[ring].members.len()).rev().map(move |one| (ring, one)))
            .collect();
        let ours = |state: &RolloutState, at: (usize, usize)| {
            let member = &state.rings[at.0].members[at.1];
            member.entry.is_some()
                && member.state != MemberState::RolledBack
                && member.state != MemberState::PutBack
        };
        let places: Vec<(usize, usize)> = places.into_iter().filter(|at| ours(&state, *at)).collect();
        watch.progress.begin(Phase::PuttingBack, places.len() as u64);
        for at in places {
            watch.cancel.check()?;
            let ring = &state.rings[at.0];
            let occasion = cause(&state.id, &ring.name);
            let found = self.take_back_there(&ring.members[at.1], occasion, scripts, watch);
            store.change(|state| {
                let since = state.tick(self.environment.timestamp().as_second());
                found.record(state.member_mut(at), since);
                Ok(())
            })?;
            watch.progress.advance(1);
        }
        Ok(())
    }

    /// Finds out what a run that was cut short left in the folders that it had begun.
    pub(super) fn settle_started(
        &self,
        store: &RolloutStore,
        only: Option<usize>,
        scripts: ScriptConsent,
        watch: Watch<'_>,
    ) -> Result<()> {
        let (state, options) = (store.must_load()?, ApplyOptions { scripts, ..ApplyOptions::default() });
        let begun = |(at, _): &((usize, usize), &Member)| only.is_none_or(|only| only == at.0);
        let started: Vec<_> = state.started().filter(begun).collect();
        if started.is_empty() {
            return Ok(());
        }
        let opened = self.open_frozen(&state.patches, watch);
        for (at, member) in started {
            let left = match &opened {
                Err(error) => TurnOutcome::failed(error),
                Ok(opened) => {
                    let (id, ring) = (&state.id, &state.rings[at.0].name);
                    let load = Load { id, ring, patches: &state.patches, opened, options: &options };
                    self.settle(&load, member, watch)
                }
            };
            store.change(|state| {
                let since = state.tick(self.environment.timestamp().as_second());
                left.record(state.member_mut(at), since);
                Ok(())
            })?;
        }
        Ok(())
    }

    fn settle(&self, load: &Load<'_>, member: &Member, watch: Watch<'_>) -> TurnOutcome {
        let head = member.head.unwrap_or_default();
        let left =
            self.check_member(member).and_then(|()| self.resume_change(load, member, head, quiet(watch)));
        match left {
            Ok(found) => found.unwrap_or_else(|| TurnOutcome::new(MemberState::Waiting, None)),
            Err(error) => TurnOutcome::failed(&error),
        }
    }

    /// Rolls back what the rollout did in one folder.
    pub(super) fn take_back_there(
        &self,
        member: &Member,
        occasion: Occasion,
        scripts: ScriptConsent,
        watch: Watch<'_>,
    ) -> TurnOutcome {
        let left = |code: Code, why: &str| TurnOutcome {
            state: MemberState::NeedsPerson,
            entry: member.entry,
            why: Some((code, why.to_owned())),
        };
        let done = self.check_member(member).and_then(|()| {
            let ledger = self.ledger_of(member)?;
            let Some(entry) = member.entry.and_then(|entry| ledger.entry(entry)) else {
                return Ok(left(Code::Unknown, "its history doesn't have what the rollout did"));
            };
            if !is_in(&ledger, entry) {
                return Ok(TurnOutcome::new(MemberState::RolledBack, member.entry));
            }
            // A switch that was turned or a file that was repaired since is no reason to leave the patch in.
            if ledger.layers().slots.iter().any(|slot| slot.key.entry > entry.seq) {
                return Ok(left(Code::NotNewest, "a patch was applied since, so it was left as it is"));
            }
            let options = RollbackOptions {
                overrides: Overrides::default(),
                which: Which::Before(first_patch(entry)),
                on_drift: OnDrift::Stop,
                expected: None,
                scripts,
                occasion,
                withdrawn: Vec::new(),
            };
            let _ = self.roll_back(Path::new(&member.path), &options, quiet(watch))?;
            Ok(TurnOutcome::new(MemberState::RolledBack, member.entry))
        });
        done.unwrap_or_else(|error: Error| {
            let found = TurnOutcome::failed(&error);
            TurnOutcome { state: MemberState::NeedsPerson, entry: member.entry, why: found.why }
        })
    }
}

/// The id of the first patch that an entry brought.
fn first_patch(entry: &Entry) -> String {
    let note = entry.parts.first().map(|part| &part.patch).or(entry.patch.as_ref());
    note.map(|note| note.id.clone()).unwrap_or_default()
}

fn quiet(watch: Watch<'_>) -> Watch<'_> {
    Watch { progress: &crate::progress::Quiet, cancel: watch.cancel }
}
