//! The way to a place: verbatim paths below the real root, each folder on the way held open.
//!
//! Windows has no `openat` for programs, but it does not rename or remove a folder that somebody holds open without
//! sharing the right to delete. So every call opens the folders on the way one after the other, refuses each that
//! is a link, junction or other reparse point, and keeps them open until it is done: in that time the path means
//! what it meant when it was checked.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use windows_sys::Win32::Foundation::{ERROR_DELETE_PENDING, ERROR_LOCK_VIOLATION, ERROR_SHARING_VIOLATION};
use windows_sys::Win32::Storage::FileSystem::{
    FILE_ATTRIBUTE_DIRECTORY, FILE_ATTRIBUTE_READONLY, FILE_ATTRIBUTE_REPARSE_POINT,
    FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT, FILE_LIST_DIRECTORY, FILE_READ_ATTRIBUTES,
    FILE_SHARE_DELETE, FILE_SHARE_READ, FILE_SHARE_WRITE, SYNCHRONIZE,
};

use super::super::os::{refused, relative};
use super::super::{Place, Stat, StatKind};
use super::sys;
use crate::model::Mode;

/// Virus scanners and indexers hold files for moments; this long a change waits for them.
pub(super) const A_WHILE: Duration = Duration::from_secs(5);

/// This long waits who only looks: a folder may hold hundreds of files that some program keeps for itself.
pub(super) const A_MOMENT: Duration = Duration::from_millis(250);

/// This long a change waits for what the system denies. It also denies a name whose file is just going away, and to
/// rename a folder while somebody holds a file in it; but most often it means what it says.
const WHEN_DENIED: Duration = Duration::from_secs(1);

/// From 1601, where Windows counts from, to 1970, in units of 100 nanoseconds.
const EPOCH: i128 = 116_444_736_000_000_000;

/// The open target folder.
pub(super) struct Root {
    /// Verbatim (`\\?\C:\…`): no other name, no length limit, no rewriting of names.
    pub(super) path: PathBuf,
    /// Holds the folder in its place.
    pub(super) handle: File,
    volume: u32,
}

/// A place whose parent folders are held open.
pub(super) struct Resolved {
    pub(super) path: PathBuf,
    volume: u32,
    _held: Vec<File>,
}

/// What a look at an open object shows.
pub(super) struct Status {
    pub(super) found: Stat,
    pub(super) flags: u32,
    volume: u32,
}

impl Root {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let path = std::fs::canonicalize(path)?;
        let handle = hold_patiently(&path)?;
        let volume = Status::new(&handle)?.volume;
        Ok(Self { path, handle, volume })
    }

    /// The place with its parents held.
    pub(super) fn spot(&self, place: &Place) -> io::Result<Resolved> {
        if let Place::Tree(path) = place
            && let Some(problem) = path.unportable()
        {
            return Err(refused(&problem.to_string()));
        }
        let relative = relative(place)?;
        let mut names = relative.split('/').filter(|name| !name.is_empty()).peekable();
        let (mut path, mut held) = (self.path.clone(), Vec::new());
        while let Some(name) = names.next() {
            path.push(name);
            if names.peek().is_some() {
                held.push(hold_patiently(&path)?);
            }
        }
        Ok(Resolved { path, volume: self.volume, _held: held })
    }
}

impl Resolved {
    /// What is there, without following it.
    pub(super) fn status(&self) -> io::Result<Option<Status>> {
        match self.open(FILE_READ_ATTRIBUTES, A_MOMENT) {
            Ok(file) => Ok(Some(Status::new(&file)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What is there; nothing is an error.
    pub(super) fn existing(&self) -> io::Result<Status> {
        self.status()?.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Opens the object itself, whatever it is. Waits at most `patience` for somebody else who holds it.
    pub(super) fn open(&self, access: u32, patience: Duration) -> io::Result<File> {
        let opened = patiently(patience, is_held, || options(access).open(&self.path));
        opened.map_err(|error| naming_holders(error, &self.path))
    }

    /// Opens the regular file there. Anything else is opened as itself, for which nobody has to wait, and refused.
    pub(super) fn open_file(&self, access: u32, patience: Duration) -> io::Result<File> {
        let file = self.open(access, patience)?;
        Status::new(&file)?.only_file(self.volume)?;
        Ok(file)
    }

    /// Reads what is there, as `call` does. Waits for a moment for whoever is just renaming it.
    pub(super) fn read<T>(&self, mut call: impl FnMut(&Path) -> io::Result<T>) -> io::Result<T> {
        let read = patiently(A_MOMENT, is_held, || call(&self.path));
        read.map_err(|error| naming_holders(error, &self.path))
    }

    /// Makes, renames or removes the name, as `call` does. Waits for whoever is in the way.
    pub(super) fn change<T>(&self, mut call: impl FnMut(&Path) -> io::Result<T>) -> io::Result<T> {
        let changed = patiently(WHEN_DENIED, is_denied, || patiently(A_WHILE, is_held, || call(&self.path)));
        changed.map_err(|error| naming_holders(error, &self.path))
    }

    pub(super) fn only_dir(&self) -> io::Result<()> {
        match self.existing()?.found_on(self.volume).kind {
            StatKind::Dir => Ok(()),
            StatKind::Mount => Err(io::ErrorKind::CrossesDevices.into()),
            _ => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    pub(super) fn found(&self) -> io::Result<Option<Stat>> {
        Ok(self.status()?.map(|status| status.found_on(self.volume)))
    }
}

impl Status {
    pub(super) fn new(file: &File) -> io::Result<Self> {
        let seen = sys::information(file)?;
        let join = |high: u32, low: u32| u64::from(high) << 32 | u64::from(low);
        let is = |flag| seen.dwFileAttributes & flag != 0;
        let kind = if is(FILE_ATTRIBUTE_REPARSE_POINT) {
            // Links and junctions stand for another name; other reparse points (files in a cloud, deduplicated
            // files) cannot be read without their driver's help.
            let is_link = file.metadata()?.file_type().is_symlink();
            if is_link { StatKind::Link } else { StatKind::Special("reparse point") }
        } else if is(FILE_ATTRIBUTE_DIRECTORY) {
            StatKind::Dir
        } else {
            StatKind::File { size_bytes: join(seen.nFileSizeHigh, seen.nFileSizeLow) }
        };
        let written = join(seen.ftLastWriteTime.dwHighDateTime, seen.ftLastWriteTime.dwLowDateTime);
        let found = Stat {
            kind,
            mode: if kind == StatKind::Dir { Mode::DIR } else { Mode::FILE },
            object: join(seen.nFileIndexHigh, seen.nFileIndexLow),
            names: seen.nNumberOfLinks.into(),
            owner: None,
            modified_nanos: (i128::from(written) - EPOCH) * 100,
        };
        Ok(Self { found, flags: seen.dwFileAttributes, volume: seen.dwVolumeSerialNumber })
    }

    /// Whether it has the flag that keeps a file from being written or removed.
    pub(super) fn is_read_only(&self) -> bool {
        self.flags & FILE_ATTRIBUTE_READONLY != 0
    }

    fn found_on(&self, volume: u32) -> Stat {
        let mut found = self.found.clone();
        if self.volume != volume {
            found.kind = StatKind::Mount;
        }
        found
    }

    fn only_file(&self, volume: u32) -> io::Result<()> {
        match self.found_on(volume).kind {
            StatKind::File { .. } => Ok(()),
            StatKind::Dir => Err(io::ErrorKind::IsADirectory.into()),
            StatKind::Mount => Err(io::ErrorKind::CrossesDevices.into()),
            StatKind::Link => Err(refused("not a regular file but a link")),
            StatKind::Special(word) => Err(refused(&format!("not a regular file but a {word}"))),
        }
    }
}

/// Opens whatever is at a path, folders too, and a link as itself.
pub(super) fn options(access: u32) -> OpenOptions {
    let mut options = OpenOptions::new();
    options
        .access_mode(access | FILE_READ_ATTRIBUTES | SYNCHRONIZE)
        .share_mode(FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)
        .custom_flags(FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT);
    options
}

/// Opens a folder so that nobody can rename, remove or replace it, and makes sure that it is one.
fn hold(path: &Path) -> io::Result<File> {
    // Reading attributes alone would not count: only a handle that may read or write keeps others from deleting.
    let folder = options(FILE_LIST_DIRECTORY).share_mode(FILE_SHARE_READ | FILE_SHARE_WRITE).open(path)?;
    // A disk that is mounted in a folder is a reparse point, so a plain folder is on the disk that its parent is on.
    match sys::flags(&folder)? & (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT) {
        FILE_ATTRIBUTE_DIRECTORY => Ok(folder),
        _ => Err(io::ErrorKind::NotADirectory.into()),
    }
}

fn hold_patiently(path: &Path) -> io::Result<File> {
    patiently(A_WHILE, is_held, || hold(path)).map_err(|error| naming_holders(error, path))
}

/// Calls again for at most `patience` while the call fails for a reason that passes, and for no other reason.
fn patiently<T>(
    patience: Duration,
    passes: impl Fn(&io::Error) -> bool,
    mut call: impl FnMut() -> io::Result<T>,
) -> io::Result<T> {
    let (start, mut pause) = (Instant::now(), Duration::from_millis(5));
    loop {
        match call() {
            Err(error) if passes(&error) && start.elapsed() + pause < patience => {
                std::thread::sleep(pause);
                pause = (pause * 2).min(Duration::from_millis(250));
            }
            answer => return answer,
        }
    }
}

/// Whether the error says that somebody else holds the file, or the piece of it that was asked for.
fn is_held(error: &io::Error) -> bool {
    let held = [ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION, ERROR_DELETE_PENDING];
    held.iter().any(|held| error.raw_os_error() == Some(held.cast_signed()))
}

fn is_denied(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::PermissionDenied
}

/// The same error; if it says that somebody holds the file, as [`io::ErrorKind::ResourceBusy`] that says who.
pub(super) fn naming_holders(error: io::Error, path: &Path) -> io::Error {
    if !is_held(&error) {
        return error;
    }
    let who = match sys::holders(path) {
        Ok(holders) if !holders.is_empty() => holders.join(", "),
        _ => "another program".to_owned(),
    };
    io::Error::new(io::ErrorKind::ResourceBusy, format!("it is held open by {who}"))
}
