//! Files of our own that decide what is trusted: each counts only if nobody but this person and the system could have
//! written it. As with `StrictModes` of OpenSSH, that is asked of the file and of every folder on the way to it.
//!
//! | asked on Unix | why |
//! |---|---|
//! | every folder and link on the way belongs to this person or to root | its owner can exchange what is in it |
//! | no folder on the way can be written by others, unless it is sticky, as `/tmp` is | they can exchange what is in it |
//! | the file belongs to this person or to root, and only its owner can write it | |
//! | a link that leads nowhere is an error | a share that is not there now is not "no file" |
//!
//! A folder of this person that only their own private group can write is no danger: many systems make such folders.
//! On Windows nobody is asked who can write a file: it gets the rights of its folder, which are the person's or the
//! administrators' where such files are kept. Only that it can be reached is checked there.

#[cfg(unix)]
#[path = "guarded/unix.rs"]
mod system;

#[cfg(windows)]
#[path = "guarded/windows.rs"]
mod system;

#[cfg(all(test, unix))]
mod tests;

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::model::Code;

/// Why such a file does not count.
#[derive(Debug, thiserror::Error)]
pub enum GuardedError {
    /// The system refused.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was attempted.
        doing: &'static str,
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others could have written it, or can exchange it.
    #[error("{} {problem}", path.display())]
    OfOthers {
        /// The file, or the folder or link on the way to it.
        path: PathBuf,
        /// What is wrong with that.
        problem: String,
        mend: Mend,
    },
}

/// What mends it: as text the program with its first argument, behind which the path comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mend {
    /// It gets this owner.
    Owner(u32),
    /// Only its owner may write.
    ReadOnly,
}

impl fmt::Display for Mend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mend::Owner(0) => f.write_str("chown root"),
            Mend::Owner(user) => write!(f, "sudo chown {user}"),
            Mend::ReadOnly => f.write_str("chmod go-w"),
        }
    }
}

impl GuardedError {
    /// The code to print.
    pub fn code(&self) -> Code {
        match self {
            GuardedError::Io { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                Code::Rights
            }
            GuardedError::Io { .. } => Code::Io,
            GuardedError::OfOthers { .. } => Code::Policy,
        }
    }
}

/// The content of the file at `path`; `None` if there is none.
///
/// # Errors
/// If others could have written it, it cannot be looked at, or it is longer than `max_bytes`.
pub(crate) fn read(path: &Path, max_bytes: u64) -> Result<Option<Vec<u8>>, GuardedError> {
    let Some(place) = system::find(path)? else { return Ok(None) };
    let failed = |source| GuardedError::Io { doing: "read", path: path.to_owned(), source };
    // Asked before it is opened, because opening a pipe waits for somebody to write to it; nobody else can exchange it.
    if !fs::metadata(&place).map_err(failed)?.is_file() {
        let problem = "it's a folder, pipe or device, not a file";
        return Err(failed(io::Error::new(io::ErrorKind::InvalidInput, problem)));
    }
    let file = File::open(&place).map_err(failed)?;
    let found = file.metadata().map_err(failed)?;
    system::check_file(&place, &found)?;
    let mut bytes = Vec::new();
    file.take(max_bytes + 1).read_to_end(&mut bytes).map_err(failed)?;
    match bytes.len() as u64 > max_bytes {
        true => Err(failed(io::Error::from(io::ErrorKind::FileTooLarge))),
        false => Ok(Some(bytes)),
    }
}

/// Makes sure that the folder of `path` is there and that a file in it will count; while the answer lives, nobody else
/// changes the file through this.
///
/// # Errors
/// As [`fn@read`], or if the folder or the lock beside the file cannot be made.
pub(crate) fn lock(path: &Path) -> Result<File, GuardedError> {
    let failed = |source| GuardedError::Io { doing: "make the folder of", path: path.to_owned(), source };
    make_folder(path.parent().unwrap_or(path)).map_err(failed)?;
    system::find(path)?;
    // Beside the file and never removed: a lock on the file itself would go with the file that is replaced.
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let place = path.with_extension("lock");
    let locked = options.open(&place).and_then(|lock| lock.lock().map(|()| lock));
    locked.map_err(|source| GuardedError::Io { doing: "lock", path: place, source })
}

/// Makes sure that nobody else can exchange what this program puts into `folder`.
///
/// # Errors
/// As [`fn@read`].
pub(crate) fn check_folder(folder: &Path) -> Result<(), GuardedError> {
    system::find(&folder.join("file")).map(drop)
}

/// Makes a folder of our own settings, and those above it that are missing, for this person alone.
///
/// # Errors
/// The system's.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
