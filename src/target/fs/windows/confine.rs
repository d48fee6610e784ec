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

use windows_sys::Win32::Foundation::ERROR_SHARING_VIOLATION;
use windows_sys::Win32::Storage::FileSystem::{
    FILE_ATTRIBUTE_DIRECTORY, FILE_ATTRIBUTE_REPARSE_POINT, FILE_FLAG_BACKUP_SEMANTICS,
    FILE_FLAG_OPEN_REPARSE_POINT, FILE_LIST_DIRECTORY, FILE_READ_ATTRIBUTES, FILE_SHARE_DELETE,
    FILE_SHARE_READ, FILE_SHARE_WRITE, SYNCHRONIZE,
};

use super::super::os::{refused, relative};
use super::super::{Found, FoundKind, Place};
use super::sys;
use crate::model::Mode;

/// Virus scanners and indexers hold files for moments; this long a call waits for them.
const PATIENCE: Duration = Duration::from_secs(5);

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
pub(super) struct Spot {
    pub(super) path: PathBuf,
    volume: u32,
    _held: Vec<File>,
}

/// What a look at an open object shows.
pub(super) struct Status {
    pub(super) found: Found,
    pub(super) flags: u32,
    volume: u32,
}

impl Root {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let path = std::fs::canonicalize(path)?;
        let handle = hold(&path)?;
        let volume = Status::of(&handle)?.volume;
        Ok(Self { path, handle, volume })
    }

    /// The place with its parents held.
    pub(super) fn spot(&self, place: &Place) -> io::Result<Spot> {
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
                let folder = patiently(|| hold(&path))?;
                if Status::of(&folder)?.volume != self.volume {
                    return Err(io::ErrorKind::CrossesDevices.into());
                }
                held.push(folder);
            }
        }
        Ok(Spot { path, volume: self.volume, _held: held })
    }
}

impl Spot {
    /// What is there, without following it.
    pub(super) fn status(&self) -> io::Result<Option<Status>> {
        match self.open(FILE_READ_ATTRIBUTES) {
            Ok(file) => Ok(Some(Status::of(&file)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What is there; nothing is an error.
    pub(super) fn existing(&self) -> io::Result<Status> {
        self.status()?.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Opens the object itself, whatever it is.
    pub(super) fn open(&self, access: u32) -> io::Result<File> {
        patiently(|| options(access).open(&self.path))
    }

    /// Opens the regular file there.
    pub(super) fn open_file(&self, access: u32) -> io::Result<File> {
        self.existing()?.only_file(self.volume)?;
        let file = self.open(access)?;
        Status::of(&file)?.only_file(self.volume)?;
        Ok(file)
    }

    pub(super) fn only_dir(&self) -> io::Result<()> {
        match self.existing()?.found_on(self.volume).kind {
            FoundKind::Dir => Ok(()),
            FoundKind::Mount => Err(io::ErrorKind::CrossesDevices.into()),
            _ => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    pub(super) fn found(&self) -> io::Result<Option<Found>> {
        Ok(self.status()?.map(|status| status.found_on(self.volume)))
    }
}

impl Status {
    pub(super) fn of(file: &File) -> io::Result<Self> {
        let seen = sys::information(file)?;
        let join = |high: u32, low: u32| u64::from(high) << 32 | u64::from(low);
        let is = |flag| seen.dwFileAttributes & flag != 0;
        let kind = if is(FILE_ATTRIBUTE_REPARSE_POINT) {
            // Links and junctions stand for another name; other reparse points (files in a cloud, deduplicated
            // files) cannot be read without their driver's help.
            let is_link = file.metadata()?.file_type().is_symlink();
            if is_link { FoundKind::Link } else { FoundKind::Special("reparse point") }
        } else if is(FILE_ATTRIBUTE_DIRECTORY) {
            FoundKind::Dir
        } else {
            FoundKind::File { size_bytes: join(seen.nFileSizeHigh, seen.nFileSizeLow) }
        };
        let written = join(seen.ftLastWriteTime.dwHighDateTime, seen.ftLastWriteTime.dwLowDateTime);
        let found = Found {
            kind,
            mode: if kind == FoundKind::Dir { Mode::DIR } else { Mode::FILE },
            object: join(seen.nFileIndexHigh, seen.nFileIndexLow),
            names: seen.nNumberOfLinks.into(),
            modified_nanos: (i128::from(written) - EPOCH) * 100,
        };
        Ok(Self { found, flags: seen.dwFileAttributes, volume: seen.dwVolumeSerialNumber })
    }

    fn found_on(&self, volume: u32) -> Found {
        let mut found = self.found.clone();
        if self.volume != volume {
            found.kind = FoundKind::Mount;
        }
        found
    }

    fn only_file(&self, volume: u32) -> io::Result<()> {
        match self.found_on(volume).kind {
            FoundKind::File { .. } => Ok(()),
            FoundKind::Dir => Err(io::ErrorKind::IsADirectory.into()),
            FoundKind::Mount => Err(io::ErrorKind::CrossesDevices.into()),
            FoundKind::Link => Err(refused("not a regular file but a link")),
            FoundKind::Special(word) => Err(refused(&format!("not a regular file but a {word}"))),
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
    if Status::of(&folder)?.found.kind == FoundKind::Dir {
        Ok(folder)
    } else {
        Err(io::ErrorKind::NotADirectory.into())
    }
}

/// Calls again while somebody else holds the file, and for no other reason.
pub(super) fn patiently<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    let (start, mut pause) = (Instant::now(), Duration::from_millis(5));
    loop {
        match call() {
            Err(error) if is_sharing_violation(&error) && start.elapsed() + pause < PATIENCE => {
                std::thread::sleep(pause);
                pause = (pause * 2).min(Duration::from_millis(250));
            }
            answer => return answer,
        }
    }
}

/// Whether the error says that somebody else holds the file.
pub(super) fn is_sharing_violation(error: &io::Error) -> bool {
    error.raw_os_error() == Some(ERROR_SHARING_VIOLATION.cast_signed())
}
