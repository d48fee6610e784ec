//! One run of a rollout: as far as its rules allow, and then an end. The next run goes on from there.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::approvals::people;
use super::file::{ApproveBy, OnStop, RolloutFile};
use super::folder::{Load, TurnOutcome};
use super::member::{Member, MemberState};
use super::members;
use super::state::{Attribution, FrozenPatch, RingState, RolloutState, RolloutStore};
use super::{Gate, RolloutView};
use crate::model::Code;
use crate::plan::rollout::{self, Next, Ring, Seconds};
use crate::plan::why::{BadRolloutFile, Rolling};
use crate::progress::Phase;
use crate::workbench::{ApplyOptions, Error, Result, SharedBundles, Watch, Workbench, is_text_patch};

/// How often somebody who waits is asked whether to stop, and whether anything was said meanwhile.
const LISTEN_EVERY: Duration = Duration::from_millis(500);

/// How often somebody who waits tries folders again that were refused or not there, in seconds.
const TRY_EVERY: Seconds = 30;

/// How far a run goes, and what it may do in each folder.
#[derive(Debug, Clone, Default)]
pub(crate) struct RunWish {
    /// The name of the last ring.
    pub until: Option<String>,
    /// Whether it waits until its waits are over.
    pub waits: bool,
    /// Whether a rollout that was rolled back is started again.
    pub again: bool,
    /// What is set aside in each folder.
    pub options: ApplyOptions,
}

/// Which folders this very run has seen to be good.
type SeenGood = BTreeSet<(usize, usize)>;

impl Workbench {
    /// Goes on with a rollout as far as its rules allow; the first run starts it, with the folders and patch files that are
    /// there then.
    ///
    /// # Errors
    /// If the file or its records cannot be used, or another run is under way. What goes wrong in a folder is in the view.
    pub(crate) fn run_rollout(&self, file: &Path, wish: &RunWish, watch: Watch<'_>) -> Result<RolloutView> {
        let store = self.rollout_store(file)?;
        let _alone = store.alone()?;
        let state = match store.load()? {
            Some(old) if wish.again => self.start(&store, Some(&old), true)?,
            Some(state) => state,
            None => self.start(&store, None, wish.again)?,
        };
        let opened = self.open_frozen(&state.patches, watch)?;
        let until = wish.until.as_deref().map(|name| state.ring_named(name)).transpose()?;
        store.change(|state| {
            try_again(state);
            Ok(())
        })?;
        watch.progress.begin(Phase::Changing, state.rings.iter().map(|ring| ring.members.len() as u64).sum());
        let has_changed = AtomicBool::new(false);
        let run = RolloutRun {
            bench: self,
            store: &store,
            frozen: &state,
            opened: &opened,
            wish,
            until,
            watch,
            has_changed: &has_changed,
        };
        let gone = run.go_on().and_then(|gate| self.view(&store, &store.must_load()?, gate));
        gone.map_err(|error| if has_changed.into_inner() { error.midway() } else { error })
    }

    /// How a rollout stands, as its records say; where there are none, as the histories of its folders do. Writes nothing.
    ///
    /// # Errors
    /// If the file or its records cannot be used.
    pub(crate) fn rollout_status(&self, file: &Path) -> Result<RolloutView> {
        let store = self.rollout_store(file)?;
        match store.load()? {
            Some(state) => self.view(&store, &state, self.gate(&store, &state)?),
            None => {
                let told = self.told_by_histories(store.file())?;
                let gate = if told.ours == 0 { Gate::NotStarted } else { Gate::Lost { folders: told.ours } };
                self.view(&store, &told.state, gate)
            }
        }
    }

    pub(super) fn rollout_store(&self, file: &Path) -> Result<RolloutStore> {
        Ok(RolloutStore::new(RolloutFile::read(file)?))
    }

    /// What a rollout would be about if it were started now.
    pub(super) fn state_to_be(&self, file: &RolloutFile) -> Result<RolloutState> {
        let patches = self.freeze(file)?;
        let members = members::resolve(file)?;
        Ok(RolloutState::new(file, patches, members, self.said(None)))
    }

    /// The patch files of a rollout, as they are now.
    fn freeze(&self, file: &RolloutFile) -> Result<Vec<FrozenPatch>> {
        let freeze = |path: &std::path::PathBuf| {
            if is_text_patch(path)? {
                return Err(Error::refused(BadRolloutFile::NoBundle { file: path.display().to_string() }));
            }
            let bundle = self.open(path)?;
            if file.on_stop == OnStop::SwitchOff && bundle.patch.about.toggles.is_empty() {
                return Err(Error::refused(BadRolloutFile::NoSwitch { file: path.display().to_string() }));
            }
            Ok(FrozenPatch::new(path, bundle.file_digest()?, &bundle.patch))
        };
        file.patches.iter().map(freeze).collect()
    }

    /// Fixes what the rollout is about, before the first folder is changed; again if `old` is over.
    fn start(&self, store: &RolloutStore, old: Option<&RolloutState>, again: bool) -> Result<RolloutState> {
        let state = self.state_to_be(store.file())?;
        state.refuse_large_first_ring()?;
        let mut state = match old {
            Some(old) => state.again(old)?,
            None => match self.rolled_back_by_histories(&state).filter(|_| !again) {
                Some(Attribution { by, time, .. }) => return Err(Error::refused(Rolling::Over { by, time })),
                None => state,
            },
        };
        state.tick(self.environment.timestamp().as_second());
        store.create(&state)?;
        Ok(state)
    }

    /// What keeps a rollout from going on, as its records say.
    pub(super) fn gate(&self, store: &RolloutStore, state: &RolloutState) -> Result<Gate> {
        Ok(match (&state.over, &state.stopped, &state.paused) {
            (Some(over), ..) => Gate::Over(over.clone()),
            (None, Some(stopped), _) => Gate::Stopped(stopped.clone()),
            (None, None, Some(paused)) => Gate::Paused(paused.clone()),
            (None, None, None) => Gate::Next(self.next(store, state)?),
        })
    }

    /// What the rules say about what the records say.
    fn next(&self, store: &RolloutStore, state: &RolloutState) -> Result<Next> {
        let (approvals, rules) = (self.approvals(&store.file().rings, state)?, state.rules(store.file()));
        let standings: Vec<_> = state.rings.iter().map(RingState::standings).collect();
        let rings: Vec<Ring<'_>> = std::iter::zip(&state.rings, &standings)
            .zip(std::iter::zip(&rules, &approvals))
            .zip(&store.file().rings)
            .map(|(((ring, folders), (rules, approvals)), plan)| Ring {
                rules,
                folders,
                begun: ring.begun,
                approvals: people(approvals),
                is_by_key: plan.approve_by == ApproveBy::Key,
            })
            .collect();
        Ok(rollout::decide(&rings, self.environment.timestamp().as_second()))
    }

    pub(super) fn view(&self, store: &RolloutStore, state: &RolloutState, gate: Gate) -> Result<RolloutView> {
        let approvals = self.approvals(&store.file().rings, state)?;
        Ok(RolloutView::new(store.file(), state, approvals, gate))
    }
}

/// Folders that were refused or not there may be different now.
fn try_again(state: &mut RolloutState) {
    if state.over.is_some() || state.stopped.is_some() || state.paused.is_some() {
        return;
    }
    for member in state.rings.iter_mut().flat_map(|ring| &mut ring.members) {
        if member.is_tried_again() {
            member.state = MemberState::Waiting;
        }
    }
}

/// One run, under way.
struct RolloutRun<'a> {
    bench: &'a Workbench,
    store: &'a RolloutStore,
    /// What was fixed when the rollout was started.
    frozen: &'a RolloutState,
    /// The patch files, opened once.
    opened: &'a SharedBundles,
    wish: &'a RunWish,
    /// The last ring that somebody wants.
    until: Option<usize>,
    watch: Watch<'a>,
    /// Whether any folder was changed.
    has_changed: &'a AtomicBool,
}

impl RolloutRun<'_> {
    fn load(&self, ring: usize) -> Load<'_> {
        let RolloutState { id, patches, rings, .. } = self.frozen;
        Load { id, ring: &rings[ring].name, patches, opened: self.opened, options: &self.wish.options }
    }

    fn now(&self) -> Seconds {
        self.bench.environment.timestamp().as_second()
    }

    /// Does what the rules allow, until they allow nothing more.
    fn go_on(&self) -> Result<Gate> {
        let mut seen = SeenGood::new();
        loop {
            if self.watch.cancel.is_cancelled() {
                return Ok(self.interrupted());
            }
            let state = self.store.must_load()?;
            let next = match self.bench.gate(self.store, &state)? {
                Gate::Next(next) => next,
                said => return Ok(said),
            };
            let done = match next {
                Next::Change { ring, .. } if self.until.is_some_and(|until| ring > until) => {
                    return Ok(Gate::AsFarAsAsked { ring: self.until.unwrap_or_default() });
                }
                // What is built on has to hold: the records only claim that it does.
                Next::Change { ring, .. }
                    if state.rings[ring].begun.is_none() && self.is_new(&state, &seen) =>
                {
                    self.look_again(&state, &mut seen)
                }
                Next::Done if self.is_new(&state, &seen) => self.look_again(&state, &mut seen),
                Next::Wait { .. } if self.is_due(&state) => self.look_again(&state, &mut seen),
                Next::Change { ring, ref folders } => self.change(&state, ring, folders, &mut seen),
                Next::Wait { until, .. } if self.wish.waits => {
                    let until = self.until_it_tries(&state, until);
                    self.sleep(&state, until);
                    seen.clear();
                    match state.members().any(Member::is_tried_again) {
                        true => self.store.change(|state| {
                            try_again(state);
                            Ok(())
                        }),
                        false => Ok(()),
                    }
                }
                Next::Stop { ring } => self.stop(&state, ring),
                other => return Ok(Gate::Next(other)),
            };
            match done {
                Err(error) if error.code() == Code::Interrupted => {
                    self.has_changed.fetch_or(matches!(error, Error::Midway { .. }), Ordering::Relaxed);
                    return Ok(self.interrupted());
                }
                done => done?,
            }
        }
    }

    fn interrupted(&self) -> Gate {
        Gate::Interrupted { has_changed: self.has_changed.load(Ordering::Relaxed) }
    }

    /// The newest entry of a folder's history.
    fn head_of(&self, member: &Member) -> Option<u64> {
        self.bench.ledger_of(member).ok().map(|ledger| ledger.head().seq)
    }

    /// Whether a folder counts as good that this run has not seen.
    fn is_new(&self, state: &RolloutState, seen: &SeenGood) -> bool {
        good(state).any(|at| !seen.contains(&at))
    }

    /// Whether the good folders of a ring that waits are to be looked at again.
    fn is_due(&self, state: &RolloutState) -> bool {
        state.rings.iter().zip(&self.store.file().rings).any(|(ring, plan)| {
            let last = ring.checked.or(ring.begun);
            plan.recheck.zip(last).is_some_and(|(every, last)| self.now() >= last.saturating_add(every))
                && ring.members.iter().any(Member::is_good)
        })
    }

    /// Looks at every good folder again.
    fn look_again(&self, state: &RolloutState, seen: &mut SeenGood) -> Result<()> {
        for at in good(state) {
            let found = self.bench.recheck(&self.load(at.0), &state.rings[at.0].members[at.1], self.watch)?;
            match found {
                Some(found) => self.record(at, found)?,
                None => drop(seen.insert(at)),
            }
        }
        self.store.change(|state| {
            let now = state.tick(self.now());
            state
                .rings
                .iter_mut()
                .filter(|ring| ring.begun.is_some())
                .for_each(|ring| ring.checked = Some(now));
            Ok(())
        })
    }

    /// Changes these folders of a ring at the same time.
    fn change(
        &self,
        state: &RolloutState,
        ring: usize,
        folders: &[usize],
        seen: &mut SeenGood,
    ) -> Result<()> {
        let heads: Vec<Option<u64>> =
            folders.iter().map(|one| self.head_of(&state.rings[ring].members[*one])).collect();
        // Recorded before the first change: whatever a crash leaves behind is known to be ours.
        let members = self.store.change(|state| {
            let now = state.tick(self.now());
            state.rings[ring].begun.get_or_insert(now);
            let begun = folders.iter().zip(&heads).map(|(one, head)| {
                let member = state.member_mut((ring, *one));
                if member.state != MemberState::Started {
                    (member.state, member.head) = (MemberState::Started, *head);
                }
                member.clone()
            });
            Ok(begun.collect::<Vec<_>>())
        })?;
        let ends = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for ((one, member), head) in folders.iter().zip(&members).zip(&heads) {
                let ends = &ends;
                let change = move || {
                    let found = self.bench.bring(&self.load(ring), member, self.watch);
                    // Whatever came of it stands in the folder's own history.
                    if !self.has_changed.load(Ordering::Relaxed) && self.head_of(member) != *head {
                        self.has_changed.store(true, Ordering::Relaxed);
                    }
                    let was_started = state.rings[ring].members[*one].state == MemberState::Started;
                    let end = match found {
                        // Stopped, it is as before its turn.
                        Err(stopped) if !was_started => {
                            let waiting = TurnOutcome::new(MemberState::Waiting, None);
                            self.record((ring, *one), waiting).and(Err(stopped))
                        }
                        Err(stopped) => Err(stopped),
                        Ok(found) => {
                            let state = found.state;
                            self.record((ring, *one), found).map(|()| state)
                        }
                    };
                    self.watch.progress.advance(1);
                    ends.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((*one, end));
                };
                // Where the system refuses a thread, this one changes the folder.
                if std::thread::Builder::new().spawn_scoped(scope, change).is_err() {
                    change();
                }
            }
        });
        for (one, end) in ends.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
            if matches!(end?, MemberState::Good | MemberState::AlreadyThere) {
                seen.insert((ring, one));
            }
        }
        Ok(())
    }

    fn record(&self, at: (usize, usize), found: TurnOutcome) -> Result<()> {
        self.store.change(|state| {
            let since = state.tick(self.now());
            found.record(state.member_mut(at), since);
            Ok(())
        })
    }

    /// Until when it sleeps that would wait until `until`: folders that were refused or not there are tried again meanwhile, and
    /// once more right before it is too late for that.
    fn until_it_tries(&self, state: &RolloutState, until: Seconds) -> Seconds {
        let next = self.now().saturating_add(TRY_EVERY).min(until.saturating_sub(1));
        if state.members().any(Member::is_tried_again) && self.now() < next { next } else { until }
    }

    /// Waits until `until`, or until the good folders are to be looked at again, or somebody says something.
    fn sleep(&self, state: &RolloutState, until: Seconds) {
        let said = (state.paused.clone(), state.stopped.clone());
        while self.now() < until && !self.is_due(state) && !self.watch.cancel.is_cancelled() {
            std::thread::sleep(LISTEN_EVERY);
            let now = self.store.must_load();
            if now.map_or(true, |now| (now.paused, now.stopped) != said) {
                return; // Whatever it is, it is dealt with where the records are read.
            }
        }
    }

    /// Stops the rollout because too much failed in `ring`, and does what the file says about that.
    fn stop(&self, state: &RolloutState, ring: usize) -> Result<()> {
        let plan = &self.store.file().rings[ring];
        let counts = rollout::RingCounts::new(&state.rings[ring].standings());
        let reason = format!(
            "{} of {} folders failed in the ring {:?}, and more than {} stop it",
            counts.failed, counts.folders, plan.name, plan.rules.max_failed
        );
        let only = match self.store.file().on_stop {
            OnStop::Keep => return self.note_stop(reason),
            OnStop::SwitchOff => return self.switch_off(reason),
            OnStop::RollBackRing => Some(ring),
            OnStop::RollBackAll => None,
        };
        let scripts = self.wish.options.scripts;
        self.bench.take_back_all(self.store, only, Some(reason), scripts, self.watch)
    }

    fn note_stop(&self, reason: String) -> Result<()> {
        self.store.change(|state| {
            state.stopped = Some(self.bench.said(Some(reason)));
            Ok(())
        })
    }

    /// Turns the switches of the patches off wherever this rollout applied them, the last ring first. The stop is noted at
    /// the end: until then its cause still holds, and a run that is cut short here goes on here.
    fn switch_off(&self, reason: String) -> Result<()> {
        let has_settled =
            self.bench.settle_started(self.store, None, self.wish.options.scripts, self.watch)?;
        self.has_changed.fetch_or(has_settled, Ordering::Relaxed);
        let state = self.store.must_load()?;
        for (ring, one) in state.rings.iter().enumerate().rev() {
            for (at, member) in one.members.iter().enumerate().rev() {
                self.watch.cancel.check()?;
                let found = self.bench.switch_off_there(&self.load(ring), member, &reason, self.watch)?;
                self.has_changed.fetch_or(found.is_some(), Ordering::Relaxed);
                found.map(|found| self.record((ring, at), found)).transpose()?;
            }
        }
        self.note_stop(reason)
    }
}

/// The folders that count as good.
fn good(state: &RolloutState) -> impl Iterator<Item = (usize, usize)> + '_ {
    state.rings.iter().enumerate().flat_map(|(ring, one)| {
        let good = one.members.iter().enumerate().filter(|(_, member)| member.is_good());
        good.map(move |(member, _)| (ring, member))
    })
}
