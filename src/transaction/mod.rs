//! The only code that changes a target: all of a plan becomes true, or none of it.
//!
//! # The protocol
//!
//! Everything happens in `.patchwright/t` inside the target, so that every rename stays on one filesystem. Each
//! step of the plan has one *object* there. Before the step it is the new thing, afterwards the original: the two
//! trade places in one atomic call, and nothing of the product is ever written to or removed.
//!
//! 1. *Announce* ([`fn@prepare`]): make `t`, write the history entry and the unarmed intent, twice. **Sync 0**: these.
//!    *Stage*: write every new object.
//! 2. **Sync 1**: all of that, and the originals, reach the disk. Entry and intent are read back.
//! 3. *Arm*: rename the intent to its final name. **Sync 2**: `t`. Nothing in the target has changed up to here.
//! 4. *Swap* ([`ArmedTransaction::commit`]): one move or exchange per step. Whoever traded places must be the object that
//!    was hashed; otherwise somebody replaced it meanwhile, and everything goes back.
//! 5. **Sync 3**: every folder that got or lost a name. *Verify*: read back and hash every new file.
//! 6. *Commit*: rename the commit record to its final name. **Sync 4**: `t`. Only now is anything reported done.
//! 7. *Finish*: move the entry into the history, and `t`, which now holds the originals, to `undo/<entry>`.
//!
//! A crash before 3 leaves an untouched target and rubbish; after 6, a finished change and some tidying; between
//! them, a target that [`recover`] puts back: every original is at its place or in its object, decided by hash.
//!
//! Rubbish is known by the unarmed intent, which was on disk before the first object. Where that is missing and the
//! armed one, too, a record was lost: its second copy says what to put back, and nothing is removed.
//!
//! # What is not done, and why
//!
//! The originals are not linked aside beforehand: the exchange itself leaves them in `objects`, which saves two
//! calls and a name per file and leaves no second name through which they could change. (An original that has
//! other names outside, that a program has open for writing, or that is a file of settings is copied too, into
//! `copies`.) The list of steps is not written twice: it is in the history
//! entry whose digest the intent names.

mod commit;
mod finish;
mod interrupted;
mod layout;
mod no_trace;
mod observe;
mod originals;
mod places;
mod prepare;
mod put_aside;
mod record;
pub mod recover;
mod settled;
mod staging;
mod store;
mod undo;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

pub use commit::Receipt;
pub use finish::{append, give_up};
pub(crate) use no_trace::leave_no_trace;
pub use originals::Unlike;
pub(crate) use originals::UnlikePlace;
pub(crate) use prepare::ArmedTransaction;
pub use prepare::prepare;
pub(crate) use put_aside::put_aside;
pub(crate) use settled::Settled;
pub use store::SafeCopies;
pub(crate) use store::{Archive, SafeCopyError, has_undo_data, safe_copy};

use crate::disk::TargetRoot;
use crate::disk::fs::{Fs, Place, Stat, StatePath};
use crate::environment::Environment;
use crate::ledger::{Entry, LedgerError};
use crate::model::{Code, FileNode, Step, TreePath};
use crate::plan::ApprovedPlan;
use crate::progress::{CancelToken, Cancelled, Progress};
use crate::text::with_thousands;
use crate::threads;
use crate::whole_file::is_full;

/// Everything that a change needs.
pub struct Request<'a> {
    /// The folder, locked for us alone.
    pub root: &'a TargetRoot,
    /// The path by which people know it, where it has one: it must lead there still.
    pub path: Option<&'a Path>,
    /// What to do, with nothing in its way.
    pub plan: ApprovedPlan,
    /// How each present place looked when its content was hashed.
    pub observed: &'a BTreeMap<TreePath, Stat>,
    /// The history entry that becomes true with the change. Its steps are filled in here.
    pub entry: Entry,
    /// Files to keep beside the entry, by name.
    pub beside: BTreeMap<String, Cow<'a, [u8]>>,
    /// Contents that appear nowhere in the folder, neither before nor afterwards, and that taking out one of several
    /// patches needs later. They are kept with the backups.
    pub between: Vec<Intermediate>,
    /// History entries whose backups are used up by this change.
    pub retires: Vec<u64>,
    /// Where new content comes from.
    pub contents: &'a dyn Contents,
    /// Time and chance.
    pub environment: &'a Environment,
    /// Hears how it goes.
    pub progress: &'a dyn Progress,
    /// The wish to stop.
    pub cancel: &'a CancelToken,
}

/// A content between two patches of one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intermediate {
    /// Where it would have been.
    pub path: TreePath,
    pub file: FileNode,
}

/// Where the new objects of a transaction come from.
pub trait Contents: Sync {
    /// A thing of ours that is exactly what `step` leaves, attributes included, and may become live.
    fn kept(&self, step: &Step) -> Option<StatePath>;

    /// Whether a copy of the file that `step` leaves is to be kept beside the safe copies: with it, edits that are
    /// made later can be merged when the step is taken back.
    fn remembers(&self, step: &Step) -> bool;

    /// Whether the original of `step` is likely to be written to by programs that have it open, as settings are.
    fn copies_original(&self, _step: &Step) -> bool {
        false
    }

    /// A thing of ours whose owner and attributes the file that `step` leaves gets, where it replaces no file.
    fn like(&self, _step: &Step) -> Option<StatePath> {
        None
    }

    /// Writes the content of the file that `step` leaves. Files of the target may be read through `fs`; they are
    /// still as they were before the transaction. What is written is hashed and compared by the caller.
    ///
    /// # Errors
    /// If the content cannot be produced.
    fn write(&self, step: &Step, fs: &dyn Fs, out: &mut dyn Write) -> Result<(), ContentError>;
}

/// Why new content cannot be produced.
#[derive(Debug, thiserror::Error)]
pub enum ContentError {
    /// The bundle is damaged or hostile.
    #[error("{detail}")]
    Refused {
        /// Which rule it breaks.
        code: Code,
        /// What is wrong.
        detail: String,
    },
    /// The system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// What the target is like after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FolderCondition {
    /// No change had started.
    NothingChanged,
    /// Some steps were done and have been undone.
    PutBack,
    /// Some steps are done, and undoing them needs a person's decision. Everything is kept.
    NeedsPerson,
    /// The change is done and in the history. What failed came after it.
    Changed,
}

/// A change that did not happen.
#[derive(Debug, thiserror::Error)]
#[error("{cause}")]
pub struct ChangeFailure {
    /// What the target is like now.
    pub condition: FolderCondition,
    /// What went wrong first.
    #[source]
    pub cause: TransactionError,
    /// What went wrong when the files were restored.
    pub undo: Option<Box<TransactionError>>,
}

impl ChangeFailure {
    fn nothing_changed(cause: impl Into<TransactionError>) -> Self {
        Self { condition: FolderCondition::NothingChanged, cause: cause.into(), undo: None }
    }

    fn needs_person(cause: impl Into<TransactionError>) -> Self {
        Self { condition: FolderCondition::NeedsPerson, cause: cause.into(), undo: None }
    }

    /// Something that failed after the change was committed.
    pub(crate) fn after_the_change(cause: impl Into<TransactionError>) -> Self {
        Self { condition: FolderCondition::Changed, cause: cause.into(), undo: None }
    }
}

/// What can go wrong in a transaction.
#[derive(Debug, thiserror::Error)]
pub enum TransactionError {
    /// The system refused a call.
    #[error("cannot {doing} {place}")]
    Io {
        /// What was attempted.
        doing: &'static str,
        place: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// New content could not be produced or is not what was promised.
    #[error("can't build the new content of {path}: {detail}")]
    Content {
        /// Which file.
        path: TreePath,
        /// Which rule is broken.
        code: Code,
        /// What is wrong.
        detail: String,
    },
    /// Somebody changed a place while we were working.
    #[error("{path} was changed by another program at the same moment")]
    ChangedMeanwhile { path: TreePath },
    /// A new file did not read back as it was written.
    #[error("{path} didn't read back as it was written")]
    NotVerified { path: TreePath },
    /// Places will not be as before by themselves.
    #[error("not everything can be restored: {}", list(.places))]
    Foreign { places: Vec<UnlikePlace> },
    /// An original that an undo needs is missing or damaged.
    #[error("the backup of {path} is missing or damaged")]
    OriginalLost {
        /// Whose.
        path: TreePath,
    },
    /// The records in the state folder contradict each other or are not ours.
    #[error("the records in .patchwright can't be trusted: {0}")]
    State(String),
    /// There is unfinished work.
    #[error("an earlier change was interrupted")]
    Unfinished,
    /// There is nothing to recover.
    #[error("no change was interrupted here")]
    NothingUnfinished,
    /// Not every place is new, so the change cannot be finished.
    #[error("can't finish the interrupted change: {}", not_updated(.paths))]
    NotAllNew {
        /// The places that are not.
        paths: Vec<TreePath>,
    },
    /// The history is damaged.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The path leads to another folder now, or to none.
    #[error("the folder was renamed during the change; it is now {}", .now.display())]
    FolderMoved { now: PathBuf },
    /// A fault of the program.
    #[error("the program itself failed: {0}")]
    Panicked(String),
    /// Somebody wished to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl TransactionError {
    /// The code to print.
    pub fn code(&self) -> Code {
        match self {
            TransactionError::Io { source, .. } => match source.kind() {
                _ if is_full(source) => Code::Space,
                io::ErrorKind::PermissionDenied => Code::Rights,
                io::ErrorKind::ReadOnlyFilesystem => Code::Volume,
                io::ErrorKind::ResourceBusy | io::ErrorKind::ExecutableFileBusy => Code::InUse,
                io::ErrorKind::NotADirectory | io::ErrorKind::CrossesDevices => Code::FileSystem,
                _ => Code::Io,
            },
            TransactionError::Content { code, .. } => *code,
            TransactionError::ChangedMeanwhile { .. } | TransactionError::FolderMoved { .. } => Code::Moved,
            TransactionError::NotVerified { .. } | TransactionError::Panicked(_) => Code::Io,
            TransactionError::Foreign { .. } => Code::Foreign,
            TransactionError::OriginalLost { .. } => Code::Store,
            TransactionError::State(_)
            | TransactionError::Ledger(LedgerError::Damaged { .. } | LedgerError::Unlinked { .. }) => {
                Code::State
            }
            TransactionError::Unfinished | TransactionError::NotAllNew { .. } => Code::Unfinished,
            TransactionError::NothingUnfinished => Code::Unknown,
            TransactionError::Ledger(LedgerError::Io { .. }) => Code::Io,
            TransactionError::Cancelled(_) => Code::Interrupted,
        }
    }
}

fn list(things: &[impl fmt::Display]) -> String {
    const SHOWN: usize = 5;
    let mut text: Vec<String> = things.iter().take(SHOWN).map(ToString::to_string).collect();
    if things.len() > SHOWN {
        text.push(format!("{} more", with_thousands((things.len() - SHOWN) as u64)));
    }
    text.join(", ")
}

/// How many files an interrupted change has not brought to their end.
fn not_updated(paths: &[TreePath]) -> String {
    match paths {
        [one] => format!("{one} hasn't been updated"),
        [first, second, ..] => {
            let all = with_thousands(paths.len() as u64);
            format!("{all} files haven't been updated, such as {first} and {second}")
        }
        [] => "some files haven't been updated".to_owned(),
    }
}

/// Does `work`; a fault of the program in it is an error like any other, so that what was begun is put back.
fn caught<T>(work: impl FnOnce() -> Result<T, TransactionError>) -> Result<T, TransactionError> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|fault| Err(TransactionError::Panicked(threads::said(&*fault))))
}

/// Whether `path`, where there is one, leads to the folder still.
pub(crate) fn check_path(fs: &dyn Fs, path: Option<&Path>) -> Result<(), TransactionError> {
    let Some(path) = path else { return Ok(()) };
    match fs.moved_to(path).context("look for", path.display())? {
        None => Ok(()),
        Some(now) => Err(TransactionError::FolderMoved { now }),
    }
}

/// Whether a folder holds nothing.
fn is_empty(fs: &dyn Fs, folder: &Place) -> io::Result<bool> {
    fs.list(folder).map(|names| names.is_empty())
}

/// Adds what was attempted and where to an error of the system.
trait IoResultExt<T> {
    fn context(self, doing: &'static str, place: impl fmt::Display) -> Result<T, TransactionError>;
}

impl<T> IoResultExt<T> for io::Result<T> {
    fn context(self, doing: &'static str, place: impl fmt::Display) -> Result<T, TransactionError> {
        self.map_err(|source| TransactionError::Io { doing, place: place.to_string(), source })
    }
}

/// Whether something is at a place of ours.
fn exists(fs: &dyn Fs, place: &StatePath) -> Result<bool, TransactionError> {
    Ok(fs.look(&Place::from(place)).context("look at", place)?.is_some())
}
