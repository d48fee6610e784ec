//! Scripts of a patch: who may run them, what they are, and when they run.
//!
//! | moment | scripts | when one fails |
//! |---|---|---|
//! | apply, nothing prepared yet | `before`, in order | nothing is begun; those that ran are undone |
//! | apply, durably done | `after`, in order, then the health checks | the change is taken back as below |
//! | take back, nothing prepared yet | undo of `after`, in reverse | nothing is begun: the patch stays |
//! | take back, durably done | undo of `before`, in reverse | the files stay back; a person has to look |
//!
//! So no script ever runs between arming and commit, nor in a recovery. Each is noted in the history as due before it
//! runs and with its outcome afterwards; what is due and has no outcome was cut short, and [`Workbench::status`] says
//! so. A text that takes a script back is kept with the history entry, because the bundle is not at hand then.
//!
//! A patch that replaces another one does not run that one's undo scripts, and one that returns with its successor's
//! going has its scripts still done: they were never undone.

mod undoing;

use std::time::Duration;

use super::locked::{ChangeExtras, LockedFolder};
use crate::bundle::VerifiedBundle;
use crate::ledger::{
    Action, CheckNote, EntryFact, PatchNote, ScriptNote, ScriptState, ScriptTime, contacts_of, script_name,
};
use crate::model::{Digest, Hasher};
use crate::plan::Obstacle;
use crate::plan::why::{NotAgreed, Scripts};
use crate::progress::{CancelToken, Quiet};
use crate::scripts::{self, Job, LaunchContext};
use crate::transaction::{ChangeFailure, FolderCondition};
use crate::trust::{SignerRole, Verdict};
use crate::workbench::look::planned_scripts::{PlannedScript, planned_scripts};
use crate::workbench::look::situation::Survey;
use crate::workbench::look::stack::read_ledger;
use crate::workbench::{Error, Result, ScriptTrouble, Watch, Workbench};

pub(super) use undoing::refuse_to_bring_back;

/// Longest script that is read out of the history, in bytes: what a bundle may bring.
const MAX_SCRIPT_BYTES: u64 = crate::bundle::manifest::limits::SCRIPT_BYTES;

/// Whether somebody agreed to scripts in this run. Nobody's consent lasts longer than that.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ScriptConsent {
    /// Nobody did: what needs scripts is refused.
    #[default]
    None,
    /// To those that were shown: their digest, all in one.
    Shown(Digest),
    /// To whatever a signer ships who may ship scripts.
    All,
    /// Only for a rollback: files are restored, and what scripts did stays as it is. Written to the history.
    Without,
}

/// The scripts of one run, in the order in which they would run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScriptPlan {
    pub scripts: Vec<PlannedScript>,
    /// Why they may not run, whoever agrees.
    pub refused: Option<Obstacle>,
}

impl ScriptPlan {
    /// The scripts of `bundles`, each with who vouches for it in the folder, in the order in which the patches come.
    pub(super) fn of_bundles<'b>(
        bundles: impl Iterator<Item = (&'b VerifiedBundle, &'b Verdict)>,
        workbench: &Workbench,
    ) -> Result<Self> {
        let mut plan = Self::default();
        for (bundle, verdict) in bundles {
            let own = planned_scripts(bundle)?;
            if let (false, Err(why)) = (own.is_empty(), workbench.may_run_scripts(verdict)) {
                plan.refused.get_or_insert(why);
            }
            plan.scripts.extend(own);
        }
        plan.refused = plan.refused.take().or_else(|| plan.not_for_this_system());
        // All before, then all after; each patch's own order stays.
        plan.scripts.sort_by_key(|script| script.time);
        Ok(plan)
    }

    /// Whether there is nothing to agree to.
    pub fn is_empty(&self) -> bool {
        self.scripts.is_empty()
    }

    /// What stands for exactly these scripts, their undoing ones, and how they are run.
    pub fn digest(&self) -> Digest {
        let mut hasher = Hasher::new();
        for script in &self.scripts {
            for one in [script].into_iter().chain(script.undo.as_deref()) {
                let PlannedScript { patch, number, time, interpreter, timeout_secs, digest, .. } = one;
                let line =
                    format!("{patch} {number} {} {interpreter:?} {timeout_secs} {digest}\n", time.as_str());
                hasher.update(line.as_bytes());
            }
        }
        hasher.finish()
    }

    /// Whether they may run now.
    ///
    /// # Errors
    /// [`Error::Refused`] says who or what is missing, and lists the scripts.
    pub(crate) fn agree(&self, consent: ScriptConsent) -> Result<()> {
        if let Some(refused) = &self.refused {
            return Err(Error::Refused(vec![refused.clone()]));
        }
        if self.is_empty() {
            return Ok(());
        }
        match consent {
            ScriptConsent::All => Ok(()),
            ScriptConsent::Shown(digest) if digest == self.digest() => Ok(()),
            ScriptConsent::Shown(_) => Err(self.not_agreed(NotAgreed::Others)),
            ScriptConsent::None | ScriptConsent::Without => Err(self.not_agreed(NotAgreed::Nobody)),
        }
    }

    /// What is said when nobody agreed.
    pub(crate) fn nobody_agreed(&self) -> Error {
        self.not_agreed(NotAgreed::Nobody)
    }

    fn not_agreed(&self, why: NotAgreed) -> Error {
        let named = |script: &PlannedScript| (script.name(), script.digest);
        Error::refused(Scripts::NotAgreed { scripts: self.scripts.iter().map(named).collect(), why })
    }

    fn not_for_this_system(&self) -> Option<Obstacle> {
        let mut programs =
            self.scripts.iter().map(|script| (script, scripts::program_of(script.interpreter)));
        let (script, why) = programs.find_map(|(script, found)| Some((script, found.err()?)))?;
        Some(Obstacle::new(Scripts::NoProgram { script: script.name(), because: why }))
    }

    fn at(&self, time: ScriptTime) -> Vec<&PlannedScript> {
        self.scripts.iter().filter(|script| script.time == time).collect()
    }

    /// The texts that have to be kept for taking back.
    pub(super) fn keep_in<'a>(&'a self, more: &mut ChangeExtras<'a>) {
        let undo = self.scripts.iter().filter_map(|script| script.undo.as_deref());
        more.beside.extend(undo.map(|undo| (script_name(&undo.digest), undo.text.as_bytes().into())));
    }

    /// What the history says about those that run after the change, in the same entry as the change.
    pub(super) fn due(&self, time: ScriptTime) -> impl Iterator<Item = ScriptNote> {
        self.at(time).into_iter().map(|script| script.note(ScriptState::Due))
    }
}

/// What ran so far in one change, and what is needed to take it back.
pub(super) struct ScriptRun<'a, 'f> {
    pub folder: &'a mut LockedFolder<'f>,
    plan: &'a ScriptPlan,
    /// The patches that it is about, the last one first.
    patches: Vec<PatchNote>,
    /// Those that ran and what takes them back, in the order in which they ran.
    ran: Vec<&'a PlannedScript>,
    /// What the history does not say yet.
    pub notes: Vec<ScriptNote>,
    /// How those ended that did not end well.
    bad: Vec<ScriptNote>,
}

impl<'a, 'f> ScriptRun<'a, 'f> {
    pub fn new(folder: &'a mut LockedFolder<'f>, plan: &'a ScriptPlan, patches: Vec<PatchNote>) -> Self {
        Self { folder, plan, patches, ran: Vec::new(), notes: Vec::new(), bad: Vec::new() }
    }

    /// Runs those of `time`, up to the first that fails; gives how that one failed. In the history they are due already.
    pub fn run(&mut self, time: ScriptTime, watch: Watch<'_>) -> std::result::Result<(), CheckNote> {
        let mut outcome = Ok(());
        for script in self.plan.at(time) {
            if outcome.is_err() {
                self.notes.push(script.note(ScriptState::Skipped));
                continue;
            }
            self.ran.push(script);
            outcome = self.run_one(script, watch.cancel);
        }
        outcome
    }

    /// As [`ScriptRun::run`], with a history entry of its own that says beforehand that they are due.
    pub(crate) fn announce_and_run(
        &mut self,
        time: ScriptTime,
        watch: Watch<'_>,
    ) -> Result<std::result::Result<(), CheckNote>> {
        let due: Vec<ScriptNote> = self.plan.due(time).collect();
        if due.is_empty() {
            return Ok(Ok(()));
        }
        self.append(due)?;
        Ok(self.run(time, watch))
    }

    /// Runs those that come before the change.
    ///
    /// # Errors
    /// When one fails, or changes what the patch is about to change. Nothing was changed then, and what they did was
    /// taken back, as far as the patch says how.
    pub(crate) fn before_the_change(&mut self, survey: &Survey, watch: Watch<'_>) -> Result<()> {
        if let Err(failed) = self.announce_and_run(ScriptTime::Before, watch)? {
            return Err(self.give_up(vec![failed], None));
        }
        if let Some(lost) = self.lost_history() {
            return Err(self.failure(ScriptTrouble::NotBegun, vec![lost], None));
        }
        if self.ran.is_empty() || survey.places_still_hold(self.folder.fs()) {
            return Ok(());
        }
        let changed = "one of them changed files that the patch is about to change";
        let failed = CheckNote::failed("scripts before the change", changed);
        Err(self.give_up(vec![failed], None))
    }

    /// The change did not come about.
    pub(crate) fn change_failed(mut self, failure: ChangeFailure) -> Error {
        // Unfinished work comes first, and what the scripts did is in doubt until then: the history says so.
        let is_as_before =
            matches!(failure.condition, FolderCondition::NothingChanged | FolderCondition::PutBack);
        if self.ran.is_empty() || !is_as_before {
            return failure.into();
        }
        // Putting back has added to the history.
        match self.folder.read_again() {
            Ok(()) => self.give_up(Vec::new(), Some(failure.into())),
            Err(_) => failure.into(),
        }
    }

    /// What a script did to the history, if any did: what follows could not be written into it.
    pub(crate) fn lost_history(&self) -> Option<CheckNote> {
        let is_as_it_was =
            || read_ledger(self.folder.fs()).is_ok_and(|ledger| ledger.head() == self.folder.ledger.head());
        let lost = "a script deleted or changed it, with the history and the backups in it";
        (!self.ran.is_empty() && !is_as_it_was()).then(|| CheckNote::failed(".patchwright", lost))
    }

    /// Which of those that came after the change failed or were stopped, for the history.
    pub(crate) fn facts(&self) -> impl Iterator<Item = EntryFact> {
        self.notes.iter().filter(|note| note.time == ScriptTime::After).filter_map(|note| match note.state {
            ScriptState::Failed => Some(EntryFact::FailedCheck { check: note.name() }),
            ScriptState::Stopped => Some(EntryFact::StoppedCheck { check: note.name() }),
            ScriptState::Due | ScriptState::Done | ScriptState::Skipped => None,
        })
    }

    /// Notes that the history has by now.
    pub fn drain(&mut self) -> Vec<ScriptNote> {
        std::mem::take(&mut self.notes)
    }

    /// Runs all of `time`, whatever fails on the way; gives how those failed that did.
    pub fn run_all(&mut self, time: ScriptTime) -> Vec<CheckNote> {
        let cancel = CancelToken::new();
        let all = self.plan.at(time);
        all.into_iter().filter_map(|script| self.run_one(script, &cancel).err()).collect()
    }

    /// Writes what ran although something else failed, which is what people are told about.
    pub(crate) fn record_after_failure(&mut self) {
        if self.folder.read_again().is_ok() {
            // Without it the scripts stay in doubt, which is not wrong.
            let _ = self.record();
        }
    }

    fn run_one(
        &mut self,
        script: &PlannedScript,
        cancel: &CancelToken,
    ) -> std::result::Result<(), CheckNote> {
        let job = Job {
            text: &script.text,
            interpreter: script.interpreter,
            timeout: Duration::from_secs(script.timeout_secs.into()),
            target: self.folder.target,
            phase: script.time.as_str(),
            patch: &script.patch,
            setting: LaunchContext::Scratch,
        };
        let note = script.noted(&scripts::run(&job, cancel));
        let check = note.as_check();
        self.bad.extend((!check.passed).then(|| note.clone()));
        self.notes.push(note);
        if check.passed { Ok(()) } else { Err(check) }
    }

    /// Undoes what those of `time` did that have run, the last one first, whatever fails on the way. The wish to
    /// stop is not heard any more. Gives how those failed that did.
    pub fn undo(&mut self, time: ScriptTime) -> Vec<CheckNote> {
        let cancel = CancelToken::new();
        let ran = self.ran.iter().rev().filter(|script| script.time == time);
        let undo: Vec<&PlannedScript> = ran.filter_map(|script| script.undo.as_deref()).collect();
        undo.into_iter().filter_map(|undo| self.run_one(undo, &cancel).err()).collect()
    }

    /// Writes what is not in the history yet, in an entry of its own.
    pub fn record(&mut self) -> Result<()> {
        let notes = std::mem::take(&mut self.notes);
        if notes.is_empty() { Ok(()) } else { self.append(notes) }
    }

    fn append(&mut self, notes: Vec<ScriptNote>) -> Result<()> {
        let mut entry = self.folder.next_entry(Action::Scripts);
        entry.patch = self.patches.first().cloned();
        entry.scripts = notes;
        self.folder.append(&entry)
    }

    /// Nothing was changed: takes back what the scripts before the change did, and says why.
    fn give_up(&mut self, failed: Vec<CheckNote>, cause: Option<Error>) -> Error {
        let not_undone = self.undo(ScriptTime::Before);
        let unrecorded = self.record().err();
        match (not_undone.is_empty(), cause, unrecorded) {
            (true, Some(cause), None) => cause,
            (true, cause, unrecorded) => self.failure(ScriptTrouble::NotBegun, failed, cause.or(unrecorded)),
            (false, cause, _) => {
                let failed = failed.into_iter().chain(not_undone).collect();
                self.failure(ScriptTrouble::NotUndone, failed, cause)
            }
        }
    }

    /// What it means that these `failed`, and whom to ask. Where somebody stopped the only one, and nothing else went wrong,
    /// that is no failure.
    pub(super) fn failure(
        &self,
        trouble: ScriptTrouble,
        failed: Vec<CheckNote>,
        cause: Option<Error>,
    ) -> Error {
        let is_stopped = |note: &CheckNote| {
            self.bad.iter().any(|bad| bad.state == ScriptState::Stopped && bad.name() == note.check)
        };
        let is_as_before = !matches!(trouble, ScriptTrouble::NotUndone | ScriptTrouble::NotRecorded);
        if cause.is_none() && is_as_before && !failed.is_empty() && failed.iter().all(is_stopped) {
            return Error::ScriptStopped { trouble, stopped: failed };
        }
        let is_its = |patch: &&PatchNote| {
            let patch = patch.reference().map(|reference| reference.to_string());
            self.bad.iter().any(|bad| Some(&bad.patch) == patch.as_ref())
        };
        let contacts = contacts_of(self.patches.iter().filter(is_its));
        Error::Script { trouble, failed, contacts, cause: cause.map(Box::new) }
    }
}

/// The change is done, and that stays so.
pub(super) fn not_recorded(error: Error) -> Error {
    let (trouble, cause) = (ScriptTrouble::NotRecorded, Some(Box::new(error)));
    Error::Script { trouble, failed: Vec::new(), contacts: Vec::new(), cause }
}

/// For what has to go on whoever wishes to stop.
pub(super) fn unstoppable<T>(work: impl FnOnce(Watch<'_>) -> T) -> T {
    work(Watch { progress: &Quiet, cancel: &CancelToken::new() })
}

impl Workbench {
    /// Whether whoever signed a bundle may ship scripts: the one place that decides it. No flag goes around it, so an
    /// unsigned bundle's scripts never run.
    pub(super) fn may_run_scripts(&self, verdict: &Verdict) -> std::result::Result<(), Obstacle> {
        #[cfg(test)]
        if self.believes_scripts {
            return Ok(());
        }
        if verdict.may_ship_scripts {
            return Ok(());
        }
        // Who only reviewed it isn't asked to ship anything.
        let authors = verdict.vouchers.iter().filter(|one| one.role == SignerRole::Author);
        let mut signers: Vec<String> = authors.map(|one| one.name.clone()).collect();
        signers.dedup();
        Err(Obstacle::new(Scripts::NotVouchedFor { signers }))
    }
}

#[cfg(all(test, unix))]
mod tests;
