//! What the worker is told and what it answers. The worker is the command line in a process of its own: it speaks
//! JSON, one object per line, and goes on when nobody listens any more.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use serde_json::{Map, Value, from_value};

use super::message::{Beside, RepairQuestion, RollbackQuestion, ScriptAnswer};
use super::switches::SwitchWish;
use super::why::RollbackReason;
use crate::model::{Code, Digest, Kind};
use crate::plan::Note;
use crate::progress::HowFar;
pub use crate::report::answer::Outcome;
use crate::report::answer::{
    self, Accept, Apply, Entry, Failure, Hold, Reconcile, Recover, Recovery, Rehearse, Repair, Rollback,
    Rollout, Toggle,
};
use crate::report::shell_word;
use crate::workbench::{CheckNote, DecisionDigest, EditChoice, EditChoices, Overrides, TextOptions, Which};

/// A change of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkerChange {
    /// Patches are applied.
    Apply {
        /// The patch files.
        bundles: Vec<PathBuf>,
        /// What somebody sets aside, and why.
        overrides: Box<Overrides>,
        /// What is wished for files that were edited.
        edits: EditChoices,
        /// How text patches are read.
        reading: TextOptions,
        beside: Beside,
        /// What is said for the history.
        why: RollbackReason,
        /// What stands for the scripts that somebody agreed to.
        scripts: Option<Digest>,
        /// Whether each patch of a series is a change of its own.
        each: bool,
    },
    /// A change is tried on a copy; the folder is only read.
    Rehearse(Box<RehearsalOrder>),
    /// Patches go out.
    TakeBack(RollbackQuestion),
    /// Drifted files become what the patches left there.
    Repair(RepairQuestion),
    /// This patch and older ones stay for good.
    Keep(String),
    /// A switch of a patch is turned.
    Switch(SwitchWish),
    /// The old files of an interrupted change are restored.
    UndoInterrupted {
        /// Files that were changed since are kept aside.
        aside: bool,
        /// Patch files that may have what backups lack.
        from: Vec<PathBuf>,
    },
    FinishInterrupted,
    /// Every folder of a state file becomes what that says, as far as it may.
    BringInLine {
        only: Option<PathBuf>,
        /// Also where a person did something else.
        again: bool,
        /// Most patches that are rolled back.
        most_rolled_back: usize,
    },
    /// State files leave a folder alone, until that day if there is one.
    Hold {
        reason: String,
        until: Option<String>,
    },
    /// They do not any more.
    Release,
    /// A rollout goes on, up to a ring if one is named.
    RollOut {
        until: Option<String>,
        /// Whether it was rolled back and begins anew.
        again: bool,
        overrides: Box<Overrides>,
    },
    /// What a rollout applied is rolled back.
    /// All of it, or in this ring alone.
    TakeRolloutBack(Option<String>),
}

/// What is tried on a copy, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RehearsalOrder {
    pub(super) bundles: Vec<PathBuf>,
    pub(super) overrides: Overrides,
    pub(super) edits: EditChoices,
    pub(super) reading: TextOptions,
    pub(super) beside: Beside,
    /// The site's own tests.
    pub(super) tests: Vec<String>,
    /// How long each of them may take, in seconds, if that is said.
    pub(super) timeout: Option<u64>,
    pub(super) copy_in: Option<PathBuf>,
}

impl RehearsalOrder {
    fn words(&self, folder: OsString) -> impl Iterator<Item = OsString> {
        let files = self.bundles.iter().chain(&self.reading.further).map(|file| file.as_os_str().to_owned());
        let tests = self.tests.iter().map(|test| format!("--test={test}").into());
        let timeout = self.timeout.map(|seconds| format!("--timeout={seconds}").into());
        let copy = self.copy_in.iter().flat_map(|place| ["--copy-in".into(), place.as_os_str().to_owned()]);
        std::iter::once("rehearse".into())
            .chain(files)
            .chain([folder])
            .chain(tests)
            .chain(timeout)
            .chain(copy)
            .chain(self.overrides.flags().map(OsString::from))
            .chain(of_edits(&self.edits))
            .chain(of_reading(&self.reading))
            .chain(of_beside(&self.beside))
    }
}

impl WorkerChange {
    /// What the worker is started with, for `folder` or the file that names many; anything but what was agreed to is refused.
    pub fn arguments(&self, folder: &Path, expected: Option<DecisionDigest>) -> Vec<OsString> {
        let mut arguments = self.words(folder);
        arguments.extend(["--yes", "--progress", "json"].map(OsString::from));
        // What was agreed to is one change; a series is as many as it has patches, each checked right before it.
        let is_series = matches!(self, WorkerChange::Apply { each: true, .. });
        if let Some(DecisionDigest(digest)) = expected.filter(|_| !is_series) {
            arguments.extend(["--expect".into(), digest.to_string().into()]);
        }
        arguments
    }

    /// The same as a person would type it.
    pub fn command(&self, folder: &Path) -> String {
        let words = self.words(folder);
        let words: Vec<String> = words.iter().map(|word| shell_word(&word.to_string_lossy())).collect();
        format!("patchwright {}", words.join(" "))
    }

    fn words(&self, folder: &Path) -> Vec<OsString> {
        let folder = folder.as_os_str().to_owned();
        let mut words: Vec<OsString> = Vec::new();
        match self {
            WorkerChange::Apply { bundles, overrides, edits, reading, beside, why, scripts, each } => {
                words.push("apply".into());
                words.extend(bundles.iter().chain(&reading.further).map(|file| file.as_os_str().to_owned()));
                words.push(folder);
                words.extend(overrides.flags().map(OsString::from));
                words.extend(of_edits(edits));
                words.extend(of_reading(reading));
                words.extend(of_beside(beside));
                words.extend(why.words());
                words.extend(scripts.map(|digest| format!("--run-scripts={digest}").into()));
                words.extend(each.then(|| "--each".into()));
            }
            WorkerChange::Rehearse(order) => words.extend(order.words(folder)),
            WorkerChange::TakeBack(question) => {
                let RollbackQuestion { which, keep_edits, damaged, why, withdrawn, overrides, scripts } =
                    question;
                let verb = if *which == Which::Reapply { "reapply" } else { "rollback" };
                words.extend([verb.into(), folder]);
                words.extend(match which {
                    Which::Last | Which::Reapply => Vec::new(),
                    Which::LastRollback => vec!["--undo".into()],
                    Which::Patch(id) => vec![id.into()],
                    Which::PatchAndDependents(id) => vec![id.into(), "--with-dependents".into()],
                    Which::Before(id) => vec!["--to".into(), id.into()],
                });
                words.extend(keep_edits.then(|| "--keep-edits".into()));
                words.extend(of_sources(&damaged.from));
                words.extend(damaged.leave.then(|| "--leave-damaged".into()));
                let is_back = *which == Which::Reapply;
                words.extend(if is_back { why.words() } else { why.words_of_rollback() });
                words.extend(of_lists(withdrawn).filter(|_| is_back));
                words.extend(overrides.flags().filter(|_| is_back).map(OsString::from));
                words.extend(match scripts {
                    ScriptAnswer::None => None,
                    ScriptAnswer::Run(digest) => Some(format!("--run-scripts={digest}").into()),
                    ScriptAnswer::Without => Some("--without-scripts".into()),
                });
            }
            WorkerChange::Repair(RepairQuestion { only, from }) => {
                words.extend(["repair".into(), folder]);
                words.extend(only.iter().map(|path| path.as_str().into()));
                words.extend(of_sources(from));
            }
            WorkerChange::Keep(id) => words.extend(["accept".into(), folder, id.into()]),
            WorkerChange::Switch(wish) => {
                words.extend(["toggle".into(), wish.to.as_str().into(), (&wish.name).into(), folder]);
                words.extend(wish.said().map(|reason| format!("--reason={reason}").into()));
            }
            WorkerChange::UndoInterrupted { aside, from } => {
                words.extend(["recover".into(), folder, "--undo".into()]);
                if *aside {
                    words.extend(["--on-conflict", "aside"].map(OsString::from));
                }
                words.extend(of_sources(from));
            }
            WorkerChange::FinishInterrupted => words.extend(["recover".into(), folder, "--finish".into()]),
            of_many => words.extend(of_many.words_of_many(folder)),
        }
        words
    }

    /// The words of what is about many folders, or about what a file says of them.
    fn words_of_many(&self, place: OsString) -> Vec<OsString> {
        let mut words: Vec<OsString> = Vec::new();
        match self {
            WorkerChange::BringInLine { only, again, most_rolled_back } => {
                words.extend(["reconcile".into(), place, "--apply".into()]);
                words.extend(of_wanted(only.as_deref(), *again));
                let most = (*most_rolled_back != 1).then(|| most_rolled_back.to_string().into());
                words.extend(most.into_iter().flat_map(|most| ["--max-rolled-back".into(), most]));
            }
            WorkerChange::Hold { reason, until } => {
                words.extend([
                    "reconcile".into(),
                    "--hold".into(),
                    place,
                    format!("--reason={reason}").into(),
                ]);
                words.extend(until.iter().flat_map(|until| ["--until".into(), until.into()]));
            }
            WorkerChange::Release => words.extend(["reconcile".into(), "--release".into(), place]),
            WorkerChange::RollOut { until, again, overrides } => {
                words.extend(["rollout".into(), "run".into(), place]);
                words.extend(again.then(|| "--again".into()));
                words.extend(until.iter().map(|ring| format!("--until={ring}").into()));
                words.extend(overrides.flags().map(OsString::from));
            }
            WorkerChange::TakeRolloutBack(ring) => {
                words.extend(["rollout".into(), "roll-back".into(), place]);
                words.extend(ring.iter().flat_map(|ring| ["--ring".into(), ring.into()]));
            }
            _ => {}
        }
        words
    }
}

/// Which folders of a state file are meant, and whether people are overruled, in the words of the command line.
pub(super) fn of_wanted(only: Option<&Path>, again: bool) -> Vec<OsString> {
    let only = only.into_iter().flat_map(|folder| ["--folder".into(), folder.as_os_str().to_owned()]);
    only.chain(again.then(|| "--again".into())).collect()
}

/// Where contents come from that backups lack.
fn of_sources(files: &[PathBuf]) -> impl Iterator<Item = OsString> {
    files.iter().flat_map(|file| ["--from".into(), file.as_os_str().to_owned()])
}

/// What counts beside patch and folder, in the words of the command line.
pub(super) fn of_beside(beside: &Beside) -> impl Iterator<Item = OsString> {
    let sbom = beside.sbom.iter().flat_map(|file| ["--sbom".into(), file.as_os_str().to_owned()]);
    of_lists(&beside.withdrawn).chain(sbom)
}

/// Which lists of withdrawn patches count, in the words of the command line.
pub(super) fn of_lists(lists: &[PathBuf]) -> impl Iterator<Item = OsString> {
    lists.iter().flat_map(|list| ["--withdrawn".into(), list.as_os_str().to_owned()])
}

/// What is wished for files that were edited, in the words of the command line.
pub(super) fn of_edits(edits: &EditChoices) -> Vec<OsString> {
    let words = edits.iter().flat_map(|(path, choice)| match choice {
        EditChoice::KeepMine => ["--keep-mine".into(), path.as_str().into()],
        EditChoice::TakeTheirs => ["--take-theirs".into(), path.as_str().into()],
        EditChoice::Merged(file) => {
            let mut pair = OsString::from(format!("{path}="));
            pair.push(file);
            ["--merged".into(), pair]
        }
    });
    words.collect()
}

/// How text patches are read, in the words of the command line.
pub(super) fn of_reading(reading: &TextOptions) -> Vec<OsString> {
    let mut words: Vec<OsString> = Vec::new();
    if let Some(level) = reading.strip {
        words.extend(["--strip".into(), level.to_string().into()]);
    }
    if reading.tolerance.fuzz > 0 {
        words.extend(["--fuzz".into(), reading.tolerance.fuzz.to_string().into()]);
    }
    words.extend(reading.tolerance.ignores_white_space.then(|| "--ignore-whitespace".into()));
    words.extend(reading.reverse.then(|| "--reverse".into()));
    words.extend(reading.without_uncarried.then(|| "--without-uncarried".into()));
    if let Some(base) = &reading.base {
        words.extend(["--base".into(), base.as_os_str().to_owned()]);
    }
    words
}

/// One line of the worker.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum WorkerLine {
    /// How far it has come.
    Progress(HowFar),
    /// It has ended.
    Answer(Box<WorkerAnswer>),
}

/// The worker's last word. Texts are as it wrote them and must be escaped before they are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerAnswer {
    /// How it ended.
    pub outcome: Outcome,
    said: VerbAnswer,
}

/// The answers of the verbs that a worker is told.
#[derive(Debug, Clone, PartialEq, Eq)]
enum VerbAnswer {
    Rehearsed(Box<Rehearse>),
    BroughtInLine(Box<Reconcile>),
    RolledOut(Box<Rollout>),
    Held(Hold),
    Failed(Failure),
    Switched(Box<Toggle>),
    RolledBack(Box<Rollback>),
    Applied(Box<Apply>),
    Repaired(Box<Repair>),
    Kept(Accept),
    Recovered(Recover),
}

impl<'de> Deserialize<'de> for WorkerAnswer {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct AnswerDocument {
            outcome: Outcome,
            command: Option<String>,
            #[serde(flatten)]
            said: Map<String, Value>,
        }
        let AnswerDocument { outcome, command, said } = AnswerDocument::deserialize(reader)?;
        let said = VerbAnswer::read(command.as_deref(), said).map_err(D::Error::custom)?;
        Ok(Self { outcome, said })
    }
}

impl VerbAnswer {
    /// What `command` said; a failure has a code, whichever command it was, even if nobody could tell that.
    fn read(command: Option<&str>, said: Map<String, Value>) -> serde_json::Result<Self> {
        let has = |key: &str| said.contains_key(key);
        let (has_folders, has_failed) = (has("folders"), has("code"));
        let said = Value::Object(said);
        Ok(match command {
            // What failed in one of the folders is told beside what became of each.
            Some("reconcile") if has_folders => Self::BroughtInLine(from_value(said)?),
            _ if has_failed => Self::Failed(from_value(said)?),
            Some("accept") => Self::Kept(from_value(said)?),
            Some("apply") => Self::Applied(from_value(said)?),
            Some("reapply" | "rollback") => Self::RolledBack(from_value(said)?),
            Some("reconcile") => Self::Held(from_value(said)?),
            Some("recover") => Self::Recovered(from_value(said)?),
            Some("rehearse") => Self::Rehearsed(from_value(said)?),
            Some("repair") => Self::Repaired(from_value(said)?),
            Some("rollout") => Self::RolledOut(from_value(said)?),
            Some("toggle") => Self::Switched(from_value(said)?),
            // No other one is told to a worker.
            _ => return Err(serde_json::Error::missing_field("command")),
        })
    }
}

impl WorkerAnswer {
    /// That of a worker that could not be started.
    pub fn not_started(message: String) -> Self {
        let (outcome, code) = (Outcome::Not(Kind::Machine), Code::Io);
        let failure = Failure { code: code.to_string(), message, ..Default::default() };
        Self { outcome, said: VerbAnswer::Failed(failure) }
    }

    /// How a rehearsal ended, if it took place.
    pub(super) fn rehearsal(&self) -> Option<&Rehearse> {
        if let VerbAnswer::Rehearsed(rehearsal) = &self.said { Some(rehearsal) } else { None }
    }

    /// The code to quote, if it failed.
    pub fn code(&self) -> Option<&str> {
        self.failure().map(|failure| failure.code.as_str())
    }

    pub(super) fn failure(&self) -> Option<&Failure> {
        match &self.said {
            VerbAnswer::Failed(failure) => Some(failure),
            VerbAnswer::BroughtInLine(done) => done.failure.as_ref(),
            _ => None,
        }
    }

    /// In how many folders something was written into the history, where that is told.
    pub(super) fn folders_changed(&self) -> Option<usize> {
        match &self.said {
            VerbAnswer::BroughtInLine(done) => {
                Some(done.folders.iter().filter(|folder| folder.entries.is_some()).count())
            }
            _ => None,
        }
    }

    /// What came of a patch that went in.
    pub(super) fn change(&self) -> Option<&answer::Change> {
        if let VerbAnswer::Applied(apply) = &self.said { apply.change.as_ref() } else { None }
    }

    /// Vulnerabilities that are open again because patches are gone.
    pub(super) fn open_again(&self) -> &[String] {
        match &self.said {
            VerbAnswer::RolledBack(rollback) => rollback.open_again.as_deref().unwrap_or_default(),
            _ => &[],
        }
    }

    /// Health checks that ran after it.
    pub(super) fn checks(&self) -> &[CheckNote] {
        match &self.said {
            VerbAnswer::Switched(switched) => &switched.checks,
            VerbAnswer::Recovered(Recover { recovery: Recovery::Finished(finished), .. }) => &finished.checks,
            VerbAnswer::Recovered(Recover { recovery: Recovery::Checked(checked), .. }) => &checked.checks,
            _ => self.change().map_or(&[], |change| &change.checks),
        }
    }

    /// The history entry that was written.
    pub(super) fn entry(&self) -> Option<&Entry> {
        match &self.said {
            VerbAnswer::RolledBack(rollback) => Some(&rollback.entry),
            VerbAnswer::Repaired(repair) => repair.entry.as_ref(),
            VerbAnswer::Switched(switched) => switched.entry.as_ref(),
            VerbAnswer::Recovered(Recover { recovery: Recovery::Finished(finished), .. }) => {
                Some(&finished.entry)
            }
            _ => self.change()?.entry.as_ref(),
        }
    }

    /// What was worth knowing.
    pub(super) fn notes(&self) -> &[Note] {
        match &self.said {
            VerbAnswer::RolledBack(rollback) => &rollback.notes,
            VerbAnswer::Repaired(repair) => &repair.notes,
            VerbAnswer::Switched(switched) => &switched.notes,
            _ => self.change().map_or(&[], |change| &change.notes),
        }
    }

    /// What kept the health checks of a change from running that is finished.
    pub(super) fn problem(&self) -> Option<&String> {
        match &self.said {
            VerbAnswer::Recovered(Recover { recovery: Recovery::Finished(finished), .. }) => {
                finished.problem.as_ref()
            }
            _ => None,
        }
    }

    /// What a recovery could not make as it was.
    pub(super) fn differences(&self) -> &[String] {
        match &self.said {
            VerbAnswer::Recovered(Recover { recovery: Recovery::PutBack(put_back), .. }) => {
                &put_back.differences
            }
            _ => &[],
        }
    }

    /// Why tidying up did not succeed.
    pub(super) fn untidy(&self) -> Option<&String> {
        match &self.said {
            VerbAnswer::RolledBack(rollback) => rollback.untidy.as_ref(),
            VerbAnswer::Repaired(repair) => repair.untidy.as_ref(),
            VerbAnswer::Switched(switched) => switched.untidy.as_ref(),
            _ => self.change()?.untidy.as_ref(),
        }
    }
}

/// Reads one line of the worker; `None` if it is none.
pub fn parse(line: &str) -> Option<WorkerLine> {
    serde_json::from_str(line).ok()
}

#[cfg(test)]
mod tests;
