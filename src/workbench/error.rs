//! Everything that can go wrong on the workbench.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::scan_problem::ScanProblem;
use crate::bundle::order::OrderFinding;
use crate::bundle::{BundleError, OpenError};
use crate::diff::patch_text::PatchTextError;
use crate::disk::ScanError;
use crate::disk::fs::FolderError;
use crate::guarded::GuardedError;
use crate::ledger::{CheckNote, LedgerError};
use crate::model::{Code, Kind, TreePath};
use crate::plan::Obstacle;
use crate::plan::why::{Disk, Why};
use crate::progress::Cancelled;
use crate::transaction::{ChangeFailure, SafeCopyError, TransactionError};
use crate::trust::{self, Denial, Verdict};
use crate::whole_file::is_full;

/// What the workbench returns.
pub type Result<T> = std::result::Result<T, Error>;

/// A failure, with everything needed to word it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The target folder cannot be opened.
    #[error("cannot open the folder {path:?}")]
    Folder {
        path: PathBuf,
        /// Why.
        #[source]
        error: FolderError,
    },
    /// A file that is not part of a target cannot be read or written.
    #[error("cannot {doing} {path:?}")]
    File {
        /// What was attempted.
        doing: &'static str,
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    #[error(transparent)]
    Bundle(#[from] OpenError),
    /// A text patch is not read.
    #[error("{source}")]
    Text {
        /// Its file.
        path: PathBuf,
        /// Why.
        source: PatchTextError,
    },
    /// There are problems to resolve first. Nothing changed.
    #[error("{}", summary(.0))]
    Refused(Vec<Obstacle>),
    /// Not enough people who are trusted signed the bundle.
    #[error("{}: {}", file.display(), verdict.sentence())]
    NotTrusted {
        file: PathBuf,
        /// Why that stops it.
        denial: Denial,
        /// Who vouches.
        verdict: Box<Verdict>,
    },
    /// Keys or rules cannot be read or written.
    #[error(transparent)]
    Keys(#[from] trust::KeyStoreError),
    /// A file that decides what is trusted cannot be looked at, or others could have written it.
    #[error(transparent)]
    Guarded(#[from] GuardedError),
    /// Somebody else is changing the folder.
    #[error("someone else is changing {path:?} right now")]
    Busy {
        /// Which folder.
        path: PathBuf,
    },
    /// A change did not happen.
    #[error(transparent)]
    Change(#[from] ChangeFailure),
    /// A required health check failed; the change was rolled back.
    #[error("a health check failed after the change, so it was rolled back: {}", CheckNote::lines(.failed))]
    Unhealthy {
        /// What was checked, and what was seen.
        failed: Vec<CheckNote>,
        /// Whom its patches name to be asked.
        contacts: Vec<String>,
        /// Why taking it back did not succeed either, if so.
        undo: Option<Box<Error>>,
    },
    /// Somebody stopped the health checks after a change, so it was rolled back.
    #[error("the health checks were stopped, so the change was rolled back")]
    ChecksStopped {
        /// Why taking it back did not succeed, if so.
        undo: Option<Box<Error>>,
    },
    /// A script did not do what it was for.
    #[error("{}: {}", .trouble.phrase(), CheckNote::lines(.failed))]
    Script {
        /// What that means for the folder.
        trouble: ScriptTrouble,
        /// Which scripts, how they ended, and what they printed.
        failed: Vec<CheckNote>,
        /// Whom their patches name to be asked.
        contacts: Vec<String>,
        /// What else went wrong, if so.
        cause: Option<Box<Error>>,
    },
    /// Somebody stopped a script, and everything is as it was before.
    #[error("{}", .trouble.phrase_of_stopped())]
    ScriptStopped {
        /// What that means for the folder.
        trouble: ScriptTrouble,
        /// Which script.
        stopped: Vec<CheckNote>,
    },
    /// Recovery, history or state.
    #[error(transparent)]
    Transaction(#[from] TransactionError),
    /// Backups are missing or damaged. Nothing changed.
    #[error(transparent)]
    Store(#[from] SafeCopyError),
    /// The folder cannot be read.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// The order cannot be made into a bundle.
    #[error("the patch order has {}", OrderFinding::counts(.findings))]
    Order {
        /// The order file, if it is one.
        path: Option<PathBuf>,
        /// What is wrong, with line numbers.
        findings: Vec<OrderFinding>,
    },
    /// The bundle that was made did not stand the proof.
    #[error("the finished patch file failed its test on a copy: {0}")]
    Proof(String),
    /// A saved plan cannot be used.
    #[error("can't use the plan {path:?}: {detail}")]
    PlanFile {
        path: PathBuf,
        /// Why.
        detail: String,
    },
    /// A list of patches that were withdrawn cannot be used.
    #[error("can't use the list of withdrawn patches {path:?}: {detail}")]
    RecallsList {
        path: PathBuf,
        /// Why.
        detail: String,
    },
    /// A scanner's report cannot be used.
    #[error("can't use the report {path:?}: {problem}")]
    ScanReport {
        path: PathBuf,
        /// Why.
        problem: ScanProblem,
    },
    /// An evidence file is damaged, or is none.
    #[error("can't use the evidence file {path:?}: {problem}")]
    EvidenceFile {
        path: PathBuf,
        /// Why.
        problem: &'static str,
    },
    /// What is remembered of folders cannot be used.
    #[error("can't use the memory {path:?}: {detail}")]
    Memory {
        path: PathBuf,
        /// Why.
        detail: String,
    },
    /// Of several folders some are changed, and then something else failed.
    #[error("{cause}")]
    Midway {
        /// What failed.
        cause: Box<Error>,
    },
    /// Somebody wished to stop before anything changed.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// What a script that failed means for the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScriptTrouble {
    /// It runs before the change, so the change was not started. What it had done was undone, as far as the patch
    /// says how.
    NotBegun,
    /// It runs after the change, so the change was rolled back; `cause` says why that did not succeed either, if so.
    TakenBack,
    /// It undoes what another script did, before files are restored: they were left as they are.
    StillThere,
    /// It undoes what another script did. The files are as they are to be, what that script did is not.
    NotUndone,
    /// The change is done, and what came after it is not in the history.
    NotRecorded,
}

impl ScriptTrouble {
    /// What happened, as a phrase.
    pub const fn phrase(self) -> &'static str {
        match self {
            ScriptTrouble::NotBegun => "a script failed before the change, so the change wasn't started",
            ScriptTrouble::TakenBack => "a script failed after the change, so the change was rolled back",
            ScriptTrouble::StillThere => "a script couldn't be undone, so the patch wasn't rolled back",
            ScriptTrouble::NotRecorded => "the change is done, but the history can't be written any more",
            ScriptTrouble::NotUndone => "the files are restored, but a script couldn't be undone",
        }
    }
}

impl ScriptTrouble {
    /// What happened where somebody stopped the script, as a phrase.
    pub(crate) const fn phrase_of_stopped(self) -> &'static str {
        match self {
            ScriptTrouble::NotBegun => {
                "a script was stopped at your request before the change, so the change wasn't started"
            }
            ScriptTrouble::TakenBack | ScriptTrouble::NotUndone | ScriptTrouble::NotRecorded => {
                "a script was stopped at your request after the change, so the change was rolled back"
            }
            ScriptTrouble::StillThere => {
                "a script was stopped at your request, so the patch wasn't rolled back"
            }
        }
    }
}

impl Error {
    /// `file` is not applied, or not even shown, because of who vouches for it.
    pub(super) fn not_trusted(file: &Path, denial: Denial, verdict: &Verdict) -> Self {
        Error::NotTrusted { file: file.to_owned(), denial, verdict: Box::new(verdict.clone()) }
    }

    /// One obstacle that is about no single place.
    pub(super) fn refused(why: impl Into<Why>) -> Self {
        Error::Refused(vec![Obstacle::new(why)])
    }

    /// One obstacle at a place.
    pub(super) fn refused_at(path: &TreePath, why: impl Into<Why>) -> Self {
        Error::Refused(vec![Obstacle::at(path, why)])
    }

    /// The folder changes while it is looked at.
    pub(crate) fn moved() -> Self {
        Self::refused(Disk::MovedSinceSeen)
    }

    /// The same, after folders were changed.
    pub(crate) fn midway(self) -> Self {
        match self {
            midway @ Error::Midway { .. } => midway,
            error => Error::Midway { cause: Box::new(error) },
        }
    }

    /// What would happen is not what somebody looked at and agreed to.
    pub(crate) fn not_as_agreed() -> Self {
        Self::refused(Disk::NotAsAgreed)
    }

    /// The code to print.
    pub fn code(&self) -> Code {
        match self {
            Error::Folder { error: FolderError::IsLink { .. } | FolderError::NotAFolder(_), .. } => {
                Code::FileSystem
            }
            Error::Folder { error: FolderError::System { source, .. }, .. } | Error::File { source, .. } => {
                match source.kind() {
                    ErrorKind::AlreadyExists => Code::Occupied,
                    ErrorKind::PermissionDenied => Code::Rights,
                    _ if is_full(source) => Code::Space,
                    _ => Code::Io,
                }
            }
            Error::Bundle(error) => error.code(),
            Error::Text { source, .. } => source.code,
            Error::Refused(obstacles) => obstacles.first().map_or(Code::Declined, Obstacle::code),
            Error::NotTrusted { denial, .. } => match denial {
                Denial::Broken => Code::Signature,
                Denial::Policy => Code::Policy,
                Denial::NeedsConsent => Code::Trust,
            },
            Error::Keys(trust::KeyStoreError::Io { source, .. })
                if source.kind() == ErrorKind::PermissionDenied =>
            {
                Code::Rights
            }
            Error::Keys(trust::KeyStoreError::Io { source, .. }) if is_full(source) => Code::Space,
            Error::Keys(trust::KeyStoreError::Guarded(error)) | Error::Guarded(error) => error.code(),
            Error::Keys(trust::KeyStoreError::Io { .. } | trust::KeyStoreError::NoPlace) => Code::Io,
            Error::Keys(trust::KeyStoreError::Wrong { .. }) => Code::Policy,
            Error::Busy { .. } => Code::Busy,
            Error::Change(failure) => failure.cause.code(),
            Error::Midway { cause } => cause.code(),
            Error::Unhealthy { .. } => Code::Health,
            Error::ChecksStopped { undo: None } => Code::Interrupted,
            Error::ChecksStopped { undo: Some(_) } => Code::Unfinished,
            Error::Script { .. } => Code::Script,
            Error::ScriptStopped { .. } => Code::Interrupted,
            Error::Transaction(error) => error.code(),
            Error::Store(_) => Code::Store,
            Error::Scan(ScanError::Cancelled(_)) | Error::Cancelled(_) => Code::Interrupted,
            Error::Scan(ScanError::Io { .. }) => Code::Io,
            Error::Order { .. } => Code::Order,
            Error::Proof(_) => Code::Proof,
            Error::PlanFile { .. } => Code::Moved,
            Error::RecallsList { .. } => Code::Held,
            Error::Memory { .. } => Code::Policy,
            Error::ScanReport { problem: ScanProblem::OtherFolder { .. }, .. } => Code::Product,
            Error::ScanReport { .. } => Code::Usage,
            Error::EvidenceFile { .. } => Code::Container,
        }
    }
}

impl Error {
    /// What it means for whoever started the run, as far as that doesn't depend on what became of the folder.
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Error::Refused(obstacles) => obstacles.first().map_or(Kind::Refused, Obstacle::kind),
            Error::Midway { cause } => match cause.kind() {
                // Each folder is as before or as it is to be, and the next run continues.
                Kind::Interrupted => Kind::NotYet,
                _ => Kind::NeedsPerson,
            },
            error => error.code().kind(),
        }
    }
}

impl From<BundleError> for Error {
    fn from(error: BundleError) -> Self {
        Error::Bundle(error.into())
    }
}

impl From<LedgerError> for Error {
    fn from(error: LedgerError) -> Self {
        Error::Transaction(error.into())
    }
}

fn summary(obstacles: &[Obstacle]) -> String {
    match obstacles {
        [one] => one.sentence(),
        many => format!("{} problems to resolve first", many.len()),
    }
}
