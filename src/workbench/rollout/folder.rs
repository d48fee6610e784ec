//! One folder of a rollout: its turn, and whether it is still good. It is changed by the same calls as a folder alone.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::member::{Member, MemberState};
use super::state::FrozenPatch;
use crate::ledger::{Action, CauseNote, CheckNote, Entry, Ledger, Occasion};
use crate::model::{CauseKind, Code, Digest, Kind, Patch};
use crate::plan::why::RolloutMismatch;
use crate::plan::{Note, NoteSource};
use crate::progress::Quiet;
use crate::transaction::recover::{self, OnForeign, Unfinished};
use crate::transaction::{ChangeFailure, FolderCondition};
use crate::workbench::change::health::Health;
use crate::workbench::look::memory::FolderName;
use crate::workbench::look::stack::read_ledger;
use crate::workbench::look::unchecked::in_doubt;
use crate::workbench::{ApplyOptions, Choice, Error, Result, ScriptConsent, SharedBundles, Watch, Workbench};

/// What the folders get.
pub(super) struct Load<'a> {
    /// The rollout, as the histories name it.
    pub id: &'a str,
    /// The ring whose turn it is.
    pub ring: &'a str,
    /// The patch files, as they were when the rollout was started.
    pub patches: &'a [FrozenPatch],
    /// The same, opened once for all folders.
    pub opened: &'a SharedBundles,
    pub options: &'a ApplyOptions,
}

impl Load<'_> {
    /// What the histories say about why a folder is changed.
    pub fn occasion(&self) -> Occasion {
        cause(self.id, self.ring)
    }
}

/// That this ring of a rollout is why something is changed.
pub(super) fn cause(id: &str, ring: &str) -> Occasion {
    let (id, ring) = (id.to_owned(), Some(ring.to_owned()));
    let cause = CauseNote { kind: CauseKind::Rollout, id, ring, commit: None };
    Occasion { cause: Some(cause), ..Occasion::default() }
}

/// The rollout that made an entry, if one did.
pub(super) fn rollout_of(entry: &Entry) -> Option<&String> {
    entry.cause.as_ref().filter(|cause| cause.kind == CauseKind::Rollout).map(|cause| &cause.id)
}

/// Which rollout is rolled back in a folder, and how.
pub(super) struct RollingBack<'a> {
    pub id: &'a str,
    /// Only entries after this one.
    pub after: u64,
    pub occasion: Occasion,
    pub scripts: ScriptConsent,
}

/// What came of a folder's turn, or of a look at it.
#[derive(Debug)]
pub(super) struct TurnOutcome {
    pub state: MemberState,
    pub entry: Option<u64>,
    pub why: Option<(Code, String)>,
    /// What else somebody should know about a good folder.
    pub remark: Option<String>,
}

impl TurnOutcome {
    pub fn new(state: MemberState, entry: Option<u64>) -> Self {
        Self { state, entry, why: None, remark: None }
    }

    fn because(state: MemberState, code: Code, why: impl Into<String>) -> Self {
        Self { state, entry: None, why: Some((code, why.into())), remark: None }
    }

    /// What an error means for the folder.
    pub fn failed(error: &Error) -> Self {
        if is_missing(error) {
            return Self::because(MemberState::Missing, Code::FileSystem, "there is no such folder");
        }
        let state = match kind_of(error) {
            Kind::PutBack => MemberState::PutBack,
            Kind::NeedsPerson => MemberState::NeedsPerson,
            _ => MemberState::Refused,
        };
        let mut why = match error {
            Error::Refused(obstacles) if obstacles.len() > 1 => {
                format!("{}, and {} more", obstacles[0].sentence(), obstacles.len() - 1)
            }
            Error::Unhealthy { failed, .. } => CheckNote::lines(failed),
            error => error.to_string(),
        };
        let mut cause = std::error::Error::source(error);
        while let Some(error) = cause {
            why = format!("{why}: {error}");
            cause = error.source();
        }
        Self::because(state, error.code(), why)
    }

    /// Writes it down for `member`.
    pub fn record(self, member: &mut Member, since: i64) {
        (member.code, member.why) = self.why.map(|(code, why)| (code.to_string(), why)).unzip();
        member.why = member.why.take().or(self.remark);
        member.state = self.state;
        member.entry = match self.state {
            // Whatever this rollout did there before is gone.
            MemberState::AlreadyThere => None,
            _ => self.entry.or(member.entry),
        };
        member.since = member.is_good().then_some(since);
    }
}

fn is_missing(error: &Error) -> bool {
    use crate::disk::fs::FolderError;
    let is_nothing = |error: &std::io::Error| error.kind() == std::io::ErrorKind::NotFound;
    matches!(error, Error::Folder { error: FolderError::System { source, .. }, .. } if is_nothing(source))
}

/// What an error of a change means for the folder.
fn kind_of(error: &Error) -> Kind {
    match error {
        Error::Unhealthy { undo: None, .. } => Kind::PutBack,
        Error::ChecksStopped { undo: None } => Kind::PutBack,
        Error::Unhealthy { .. } | Error::ChecksStopped { .. } => Kind::NeedsPerson,
        Error::Change(ChangeFailure { condition, .. }) => match condition {
            FolderCondition::NothingChanged => Kind::Refused,
            FolderCondition::PutBack => Kind::PutBack,
            FolderCondition::NeedsPerson | FolderCondition::Changed => Kind::NeedsPerson,
        },
        Error::ScriptStopped { trouble: crate::workbench::ScriptTrouble::TakenBack, .. } => Kind::PutBack,
        Error::Script { trouble, cause, .. } => match trouble {
            crate::workbench::ScriptTrouble::NotBegun => Kind::Refused,
            crate::workbench::ScriptTrouble::TakenBack if cause.is_none() => Kind::PutBack,
            _ => Kind::NeedsPerson,
        },
        error => error.kind(),
    }
}

impl Workbench {
    /// Whether the folder at the member's path is the one that was meant.
    ///
    /// # Errors
    /// If it is another one; a folder that is not there is told when it is opened.
    pub(super) fn check_member(&self, member: &Member) -> Result<()> {
        let now = FolderName::new(Path::new(&member.path));
        let is_gone = now.object().is_none();
        match is_gone || member.folder.object().is_none() || member.folder.is(&now) {
            true => Ok(()),
            false => Err(Error::refused(RolloutMismatch::OtherFolder)),
        }
    }

    /// The history of a member's folder.
    pub(super) fn ledger_of(&self, member: &Member) -> Result<Ledger> {
        read_ledger(&*self.disk(Path::new(&member.path))?)
    }

    /// The folder's turn: it gets the patches. What a run that was cut short did there is dealt with first.
    ///
    /// # Errors
    /// Only the wish to stop; what else goes wrong is what came of it.
    pub(super) fn bring(&self, load: &Load<'_>, member: &Member, watch: Watch<'_>) -> Result<TurnOutcome> {
        let watch = Watch { progress: &Quiet, cancel: watch.cancel };
        let done = self.check_member(member).and_then(|()| {
            match member.head.filter(|_| member.state == MemberState::Started) {
                Some(head) => match self.resume_change(load, member, head, watch)? {
                    Some(found) => Ok(found),
                    None => self.apply_there(load, member, watch),
                },
                None => self.apply_there(load, member, watch),
            }
        });
        match done {
            Err(error) if error.code() == Code::Interrupted => Err(error),
            Err(error) => Ok(TurnOutcome::failed(&error)),
            Ok(found) => Ok(found),
        }
    }

    fn apply_there(&self, load: &Load<'_>, member: &Member, watch: Watch<'_>) -> Result<TurnOutcome> {
        let target = Path::new(&member.path);
        let opened = self.for_this_folder(load.opened, files_of(load.patches), target, watch)?;
        let options = ApplyOptions { occasion: load.occasion(), ..load.options.clone() };
        let applied = self.apply_opened(opened, target, &options, watch)?;
        let kept_out = applied.patches.iter().find(|coming| coming.is_kept_out);
        if let Some(out) = kept_out {
            let why =
                format!("{}: {}", out.patch.about.identity, out.left_out.as_deref().unwrap_or_default());
            let entry = applied.entry.map(|entry| entry.seq);
            let state = entry.map_or(MemberState::Refused, |_| MemberState::NeedsPerson);
            let why = why.trim_end_matches('.').to_owned();
            return Ok(TurnOutcome { entry, ..TurnOutcome::because(state, Code::Drift, why) });
        }
        if let Some(entry) = applied.entry {
            let remark = on_gone_history(&applied.notes);
            return Ok(TurnOutcome { remark, ..TurnOutcome::new(MemberState::Good, Some(entry.seq)) });
        }
        // Without its records a rollout still finds out what it did.
        let ledger = self.ledger_of(member)?;
        if let Some(change) = in_doubt(&ledger).first() {
            return Err(change.refusal());
        }
        let entry = applied_by(&ledger, load.id).last().map(|entry| entry.seq);
        let (good, ill) = match entry {
            Some(_) => (MemberState::Good, MemberState::NotGoodAnyMore),
            None => (MemberState::AlreadyThere, MemberState::NeedsPerson),
        };
        // That it is all there does not say that it is well: nobody may have mended why it stopped being good.
        let member = Member { entry, ..member.clone() };
        Ok(match self.speaks_against(load, &member, watch)? {
            None => TurnOutcome::new(good, entry),
            why => TurnOutcome { why, ..TurnOutcome::new(ill, entry) },
        })
    }

    /// The patch files for every folder, if they are still those that the rollout was started with.
    ///
    /// # Errors
    /// If one cannot be read, or is another one now.
    pub(super) fn open_frozen(&self, patches: &[FrozenPatch], watch: Watch<'_>) -> Result<SharedBundles> {
        let opened = self.open_for_many(patches.iter().map(|patch| &patch.file), watch)?;
        for patch in patches {
            let digest = match opened.digest_of(&patch.file) {
                Some(digest) => digest,
                None => self.open(&patch.file)?.file_digest()?,
            };
            if digest.to_string() != patch.sha256 {
                let file = patch.file.display().to_string();
                return Err(Error::refused(RolloutMismatch::PatchChanged { file }));
            }
        }
        Ok(opened)
    }

    /// Whether a change in `target` was interrupted that the rollout `id` had begun.
    fn was_begun_by(&self, id: &str, target: &Path) -> Result<bool> {
        Ok(match recover::inspect(&*self.disk(target)?)? {
            Unfinished::Interrupted(interrupted) => rollout_of(&interrupted.entry).is_some_and(|by| by == id),
            _ => false,
        })
    }

    /// Deals with a change that a run had begun and never told the end of. `None`: the folder is as before it.
    pub(super) fn resume_change(
        &self,
        load: &Load<'_>,
        member: &Member,
        head: u64,
        watch: Watch<'_>,
    ) -> Result<Option<TurnOutcome>> {
        let target = Path::new(&member.path);
        // A change that somebody else began is left to them, as applying leaves it.
        if self.was_begun_by(load.id, target)? {
            let _ = self.recover(target, Choice::Undo(OnForeign::Stop), watch)?;
            return Ok(None);
        }
        let ledger = self.ledger_of(member)?;
        let Some(ours) = ours(&ledger, load, head) else { return Ok(None) };
        if !is_in(&ledger, ours) {
            return Ok(why_it_went(&ledger, ours, load.id));
        }
        let good = TurnOutcome::new(MemberState::Good, Some(ours.seq));
        if ledger.unchecked().iter().any(|due| due.change.seq == ours.seq) {
            match self.recover(target, Choice::Finish, watch) {
                Err(Error::Cancelled(cancelled)) => return Err(cancelled.into()),
                Err(error @ Error::Unhealthy { .. }) => {
                    let found = TurnOutcome::failed(&error);
                    let entry = good.entry.filter(|_| found.state != MemberState::PutBack);
                    return Ok(Some(TurnOutcome { entry, ..found }));
                }
                // What its history can't be asked is asked of the patch files.
                Ok(_) | Err(_) => {}
            }
        }
        let begun = Member { entry: Some(ours.seq), ..member.clone() };
        let Some(why) = self.speaks_against(load, &begun, watch)? else { return Ok(Some(good)) };
        let (id, occasion, scripts) = (load.id, load.occasion(), load.options.scripts);
        let by = RollingBack { id, after: head, occasion, scripts };
        let back = self.take_back_there(&begun, by, watch)?;
        Ok(Some(match back.state {
            MemberState::RolledBack => {
                TurnOutcome { why: Some(why), ..TurnOutcome::new(MemberState::PutBack, None) }
            }
            _ => TurnOutcome { why: Some(why), ..TurnOutcome::new(MemberState::NeedsPerson, good.entry) },
        }))
    }

    /// Looks at a good folder again: `None` if it still is.
    ///
    /// # Errors
    /// Only the wish to stop.
    pub(super) fn recheck(
        &self,
        load: &Load<'_>,
        member: &Member,
        watch: Watch<'_>,
    ) -> Result<Option<TurnOutcome>> {
        let watch = Watch { progress: &Quiet, cancel: watch.cancel };
        let seen = self.check_member(member).and_then(|()| self.speaks_against(load, member, watch));
        let why = match seen {
            Ok(None) => return Ok(None),
            Ok(Some(why)) => why,
            Err(error) if error.code() == Code::Interrupted => return Err(error),
            Err(error) => (error.code(), error.to_string()),
        };
        Ok(Some(TurnOutcome { why: Some(why), ..TurnOutcome::new(MemberState::NotGoodAnyMore, None) }))
    }

    /// What speaks against the patches in a folder that has them: that they are not there any more, files that are not as
    /// they left them, health checks that fail.
    fn speaks_against(
        &self,
        load: &Load<'_>,
        member: &Member,
        watch: Watch<'_>,
    ) -> Result<Option<(Code, String)>> {
        let target = Path::new(&member.path);
        let status = self.status(target, watch)?;
        if status.unfinished.is_some() {
            return Ok(Some((Code::Unfinished, "a change of this folder was interrupted".to_owned())));
        }
        let is_undone =
            |one: &crate::workbench::Installed| status.undone.iter().any(|(undone, _)| *undone == one.key);
        let is_there = |patch: &&FrozenPatch| {
            status
                .installed
                .iter()
                .filter(|one| !status.doubted.contains(&one.key) && !is_undone(one))
                .any(|one| one.patch.id == patch.id.0.as_str() && one.patch.revision >= patch.revision)
        };
        let gone = load.patches.iter().find(|patch| !is_there(patch));
        let is_gone = |patch: &FrozenPatch| {
            Ok(Some((Code::Unknown, format!("{} isn't in the folder any more", patch.id.0))))
        };
        if let (Some(gone), Some(entry)) = (gone, member.entry) {
            // A patch that another one covers was never there.
            let ledger = self.ledger_of(member)?;
            let came = ledger.entry(entry);
            if came.is_some_and(|entry| bundles_of(entry).contains(&gone.sha256)) {
                return is_gone(gone);
            }
        }
        if let Some(drift) = status.drift.first() {
            return Ok(Some((Code::Drift, format!("{} is {}", drift.path, drift.kind.as_str()))));
        }
        let mut opened = self.for_this_folder(load.opened, files_of(load.patches), target, watch)?;
        // What was there before the rollout is in no entry of its own, and perhaps in none at all: the files say it.
        if let (Some(gone), None) = (gone, member.entry) {
            let preview = self.preview_one_of_many(&mut opened, target, watch)?;
            if !preview.as_allowed(load.options).preview.is_nothing_to_do() {
                return is_gone(gone);
            }
        }
        let fs = self.disk(target)?;
        let patches: Vec<&Patch> = opened.as_slice().iter().map(|bundle| &*bundle.patch).collect();
        let health = Health::examine(&patches, &*fs, watch);
        watch.cancel.check()?;
        Ok(health.failed.first().map(|failed| (Code::Health, failed.line())))
    }
}

/// What the notes of a plan say about a history that is gone.
pub(super) fn on_gone_history(notes: &[Note]) -> Option<String> {
    notes.iter().find(|note| note.is_told_by(NoteSource::History)).map(|note| note.text.clone())
}

pub(super) fn files_of(patches: &[FrozenPatch]) -> Vec<PathBuf> {
    patches.iter().map(|patch| patch.file.clone()).collect()
}

/// The entry after `head` in which this rollout brought its patches, or as many of them as were needed. That somebody else
/// brought the same ones is theirs.
fn ours<'l>(ledger: &'l Ledger, load: &Load<'_>, head: u64) -> Option<&'l Entry> {
    let meant: BTreeSet<&str> = load.patches.iter().map(|patch| patch.sha256.as_str()).collect();
    let is_ours = |entry: &&Entry| {
        let brought = bundles_of(entry);
        entry.action == Action::Apply
            && entry.seq > head
            && rollout_of(entry).is_some_and(|by| by == load.id)
            && !brought.is_empty()
            && brought.iter().all(|bundle| meant.contains(bundle.as_str()))
    };
    // Of several the newest: the others were stopped, and came to nothing.
    ledger.entries().iter().rfind(is_ours)
}

/// What it means that something is no longer in the folder which the rollout `id` brought there in `ours`. `None`: nobody has
/// found anything out about the folder, and it can be tried again.
fn why_it_went(ledger: &Ledger, ours: &Entry, id: &str) -> Option<TurnOutcome> {
    let takes_out = |entry: &&Entry| {
        entry.action == Action::Rollback
            && entry.seq > ours.seq
            && (entry.reverses == Some(ours.seq) || entry.out.iter().any(|gone| gone.entry == ours.seq))
    };
    let back = ledger.entries().iter().rfind(takes_out);
    let by_person = |why: String| TurnOutcome {
        entry: Some(ours.seq),
        ..TurnOutcome::because(MemberState::NotGoodAnyMore, Code::Unknown, why)
    };
    match back {
        Some(back) if back.has_failed_check() => {
            let why = "a health check failed, and the change was rolled back";
            Some(TurnOutcome::because(MemberState::PutBack, Code::Health, why))
        }
        // Whoever stopped its checks has stopped the run.
        Some(back) if back.is_of_stopped_checks() => None,
        Some(back) if rollout_of(back).is_some_and(|by| by == id) => None,
        Some(back) => Some(by_person(format!("{} rolled it back", back.user.raw()))),
        None => Some(by_person("what the rollout applied isn't in the folder any more".to_owned())),
    }
}

/// SHA-256 of every patch file that an entry brought.
fn bundles_of(entry: &Entry) -> BTreeSet<String> {
    let parts = entry.parts.iter().map(|part| part.bundle);
    parts.chain(entry.bundle).map(|bundle: Digest| bundle.to_string()).collect()
}

/// The entries that this rollout made and of which something is still in the folder, oldest first.
pub(super) fn applied_by<'l>(ledger: &'l Ledger, id: &str) -> Vec<&'l Entry> {
    let is_ours = |entry: &&Entry| {
        entry.action == Action::Apply && rollout_of(entry).is_some_and(|by| by == id) && is_in(ledger, entry)
    };
    ledger.entries().iter().filter(is_ours).collect()
}

/// Whether anything that an entry brought is still in the folder.
pub(super) fn is_in(ledger: &Ledger, entry: &Entry) -> bool {
    ledger.layers().slots.iter().any(|slot| slot.key.entry == entry.seq)
}
