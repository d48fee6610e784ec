//! The way back of a rollout: exactly what it did, the last ring first. What somebody changed since is left, and named.

use std::path::Path;

use super::RolloutView;
use super::folder::{Load, RollingBack, TurnOutcome, applied_by, cause, is_in, rollout_of};
use super::member::{Member, MemberState};
use super::state::{RolloutState, RolloutStore};
use crate::ledger::LayerSlot;
use crate::model::Code;
use crate::plan::OnDrift;
use crate::plan::why::Rolling;
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
        let state = store.must_load()?;
        let only = ring.map(|ring| state.ring_named(ring)).transpose()?;
        if state.over.is_none() && self.places_to_take_back(&state, only).is_empty() {
            return Err(Error::refused(Rolling::DidNothing));
        }
        self.take_back_all(&store, only, None, scripts, watch)?;
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
        // Whoever stops it before it begins has ended nothing.
        watch.cancel.check()?;
        store.change(|state| {
            state.over = Some(self.said(reason));
            Ok(())
        })?;
        let mut has_changed = self.settle_started(store, only, scripts, watch)?;
        let state = store.must_load()?;
        let places = self.places_to_take_back(&state, only);
        watch.progress.begin(Phase::PuttingBack, places.len() as u64);
        for at in places {
            self.take_back_at(store, &state, at, scripts, watch, &mut has_changed)
                .map_err(|error| if has_changed { error.midway() } else { error })?;
            watch.progress.advance(1);
        }
        Ok(())
    }

    fn take_back_at(
        &self,
        store: &RolloutStore,
        state: &RolloutState,
        at: (usize, usize),
        scripts: ScriptConsent,
        watch: Watch<'_>,
        has_changed: &mut bool,
    ) -> Result<()> {
        watch.cancel.check()?;
        let ring = &state.rings[at.0];
        let by = RollingBack { id: &state.id, after: 0, occasion: cause(&state.id, &ring.name), scripts };
        let found = self.take_back_there(&ring.members[at.1], by, watch)?;
        *has_changed |= found.state == MemberState::RolledBack;
        store.change(|state| {
            let since = state.tick(self.environment.timestamp().as_second());
            found.record(state.member_mut(at), since);
            Ok(())
        })
    }

    /// The folders in which the rollout did something, the last ring first: those of which its records say it, and those of
    /// which only the history does.
    fn places_to_take_back(&self, state: &RolloutState, only: Option<usize>) -> Vec<(usize, usize)> {
        let rings = (0..state.rings.len()).rev().filter(|ring| only.is_none_or(|only| only == *ring));
        let places =
            rings.flat_map(|ring| (0..state.rings[ring].members.len()).rev().map(move |one| (ring, one)));
        let is_ours = |at: &(usize, usize)| {
            let member = &state.rings[at.0].members[at.1];
            let is_known = member.entry.is_some() || member.state == MemberState::Started;
            let is_told =
                || self.ledger_of(member).is_ok_and(|ledger| !applied_by(&ledger, &state.id).is_empty());
            member.state != MemberState::RolledBack && (is_known || is_told())
        };
        places.filter(is_ours).collect()
    }

    /// Finds out what a run that was cut short left in the folders that it had begun, and deals with it; whether there were
    /// any.
    pub(super) fn settle_started(
        &self,
        store: &RolloutStore,
        only: Option<usize>,
        scripts: ScriptConsent,
        watch: Watch<'_>,
    ) -> Result<bool> {
        let (state, options) = (store.must_load()?, ApplyOptions { scripts, ..ApplyOptions::default() });
        let begun = |(at, _): &((usize, usize), &Member)| only.is_none_or(|only| only == at.0);
        let started: Vec<_> = state.started().filter(begun).collect();
        if started.is_empty() {
            return Ok(false);
        }
        let opened = self.open_frozen(&state.patches, watch);
        for (number, (at, member)) in started.into_iter().enumerate() {
            let midway = |error: Error| if number > 0 { error.midway() } else { error };
            let left = match &opened {
                Err(error) => TurnOutcome::failed(error),
                Ok(opened) => {
                    let (id, ring) = (&state.id, &state.rings[at.0].name);
                    let load = Load { id, ring, patches: &state.patches, opened, options: &options };
                    self.settle(&load, member, watch).map_err(midway)?
                }
            };
            store.change(|state| {
                let since = state.tick(self.environment.timestamp().as_second());
                left.record(state.member_mut(at), since);
                Ok(())
            })?;
        }
        Ok(true)
    }

    fn settle(&self, load: &Load<'_>, member: &Member, watch: Watch<'_>) -> Result<TurnOutcome> {
        let head = member.head.unwrap_or_default();
        let left =
            self.check_member(member).and_then(|()| self.resume_change(load, member, head, quiet(watch)));
        match left {
            Ok(found) => Ok(found.unwrap_or_else(|| TurnOutcome::new(MemberState::Waiting, None))),
            // Whoever stops it finds nothing out about the folder, which the next run deals with.
            Err(error) if error.code() == Code::Interrupted => Err(error),
            Err(error) => Ok(TurnOutcome::failed(&error)),
        }
    }

    /// Rolls back what the rollout did in one folder.
    ///
    /// # Errors
    /// Only the wish to stop, which leaves the folder as it was; what else goes wrong is what came of it.
    pub(super) fn take_back_there(
        &self,
        member: &Member,
        RollingBack { id, after, occasion, scripts }: RollingBack<'_>,
        watch: Watch<'_>,
    ) -> Result<TurnOutcome> {
        let left = |code: Code, why: &str| TurnOutcome {
            why: Some((code, why.to_owned())),
            ..TurnOutcome::new(MemberState::NeedsPerson, member.entry)
        };
        let done = self.check_member(member).and_then(|()| {
            let ledger = self.ledger_of(member)?;
            // What the records name is only where it began: what somebody tried again has made more.
            let mut ours = applied_by(&ledger, id);
            ours.retain(|entry| entry.seq > after);
            let is_known = |entry: u64| {
                ledger.entry(entry).is_some_and(|entry| rollout_of(entry).is_some_and(|by| by == id))
            };
            let Some(oldest) = ours.first() else {
                let claimed = member.entry.and_then(|entry| ledger.entry(entry));
                return Ok(match member.entry.is_some_and(is_known) {
                    true => TurnOutcome::new(MemberState::RolledBack, member.entry),
                    // The records took somebody else's change for the rollout's.
                    false if claimed.is_some_and(|entry| is_in(&ledger, entry)) => {
                        TurnOutcome::new(MemberState::AlreadyThere, None)
                    }
                    // Without an entry there is no way back, now or later.
                    false => TurnOutcome {
                        state: MemberState::NoWayBack,
                        ..left(Code::Unknown, "its history doesn't have what the rollout did")
                    },
                });
            };
            // A switch that was turned or a file that was repaired since is no reason to leave the patch in.
            let slots = ledger.layers().slots;
            let is_newer = |slot: &&LayerSlot| slot.key.entry > oldest.seq;
            if slots.iter().filter(is_newer).any(|slot| ours.iter().all(|entry| entry.seq != slot.key.entry))
            {
                return Ok(left(Code::NotNewest, "a patch was applied since, so it was left as it is"));
            }
            let lowest = slots.iter().find(|slot| slot.key.entry == oldest.seq);
            let lowest = lowest.and_then(|slot| ledger.note(slot.key)).map(|note| note.id.clone());
            let options = RollbackOptions {
                overrides: Overrides::default(),
                which: Which::Before(lowest.unwrap_or_default()),
                on_drift: OnDrift::Stop,
                expected: None,
                scripts,
                occasion,
                withdrawn: Vec::new(),
            };
            let _ = self.roll_back(Path::new(&member.path), &options, quiet(watch))?;
            Ok(TurnOutcome::new(MemberState::RolledBack, member.entry))
        });
        match done {
            Err(error) if error.code() == Code::Interrupted => Err(error),
            Err(error) => {
                // That is for good, and nobody's to decide any more.
                let state = match error.code() {
                    Code::NoWayBack => MemberState::NoWayBack,
                    _ => MemberState::NeedsPerson,
                };
                Ok(TurnOutcome { state, entry: member.entry, ..TurnOutcome::failed(&error) })
            }
            Ok(done) => Ok(done),
        }
    }
}

fn quiet(watch: Watch<'_>) -> Watch<'_> {
    Watch { progress: &crate::progress::Quiet, cancel: watch.cancel }
}
