//! The checks that look at the target: files, texts, the version, free space.

use std::io;

use super::identify::{Beginning, first_bytes, identify};
use super::{Attempt, Limits, seconds};
use crate::disk::fs::{Fs, StatKind};
use crate::disk::hash_while;
use crate::model::{Digest, MAX_TEXT_BYTES, Product, TreePath, contains};
use crate::progress::Cancelled;

pub(super) fn file(
    fs: &dyn Fs,
    path: &TreePath,
    present: bool,
    digest: Option<&Digest>,
    limits: &Limits<'_>,
) -> Result<Attempt, Cancelled> {
    let found = match fs.look(&path.into()) {
        Ok(found) => found,
        // Behind a link there may be anything, so this proves neither presence nor absence.
        Err(error) => return Ok(Attempt::No(cannot_read(path, &error))),
    };
    let Some(found) = found else {
        return Ok(Attempt::when(!present, format!("{path:?} doesn't exist")));
    };
    match (present, digest, found.kind) {
        (false, ..) => Ok(Attempt::No(format!("{path:?} exists"))),
        (true, None, _) => Ok(Attempt::Yes(format!("{path:?} exists"))),
        (true, Some(digest), StatKind::File { .. }) => content(fs, path, digest, limits),
        (true, Some(_), _) => Ok(Attempt::No(format!("{path:?} is not a file"))),
    }
}

fn content(
    fs: &dyn Fs,
    path: &TreePath,
    expected: &Digest,
    limits: &Limits<'_>,
) -> Result<Attempt, Cancelled> {
    let mut go_on = |_| !limits.cancel.is_cancelled() && !limits.is_late();
    let read = hash_while(fs, &path.into(), &mut go_on);
    limits.cancel.check()?;
    Ok(match read {
        Ok(Some((found, _))) if found == *expected => {
            Attempt::Yes(format!("{path:?} has the expected content"))
        }
        Ok(Some((found, _))) => {
            Attempt::No(format!("{path:?} has sha256 {}, not {}", found.short(), expected.short()))
        }
        Ok(None) => Attempt::No(format!("reading {path:?} took longer than {}", seconds(limits.timeout))),
        Err(error) => Attempt::No(cannot_read(path, &error)),
    })
}

pub(super) fn text(fs: &dyn Fs, path: &TreePath, text: &str) -> Attempt {
    match first_bytes(fs, path) {
        Ok(Beginning::Text(content)) if contains(&content, text.as_bytes()) => {
            Attempt::Yes(format!("{path:?} contains {text:?}"))
        }
        Ok(Beginning::Text(content)) if content.len() as u64 >= MAX_TEXT_BYTES => {
            Attempt::No(format!("the first {} KiB of {path:?} don't contain {text:?}", MAX_TEXT_BYTES / 1024))
        }
        Ok(Beginning::Text(_)) => Attempt::No(format!("{path:?} doesn't contain {text:?}")),
        Ok(Beginning::Unreadable(absence)) => Attempt::No(absence),
        Err(error) => Attempt::No(error_with_cause(&error)),
    }
}

pub(super) fn version(fs: &dyn Fs, product: &Product, expected: &str) -> Attempt {
    match identify(fs, product).map(|identity| identity.version) {
        Ok(Some(found)) if found == expected => Attempt::Yes(format!("the version is {found:?}")),
        Ok(Some(found)) => Attempt::No(format!("the version is {found:?}, not {expected:?}")),
        Ok(None) => Attempt::No(format!("no version was found where {expected:?} was expected")),
        Err(error) => Attempt::No(error_with_cause(&error)),
    }
}

pub(super) fn disk(fs: &dyn Fs, needed_bytes: u64) -> Attempt {
    match fs.space() {
        Ok(space) => Attempt::when(
            space.free_bytes >= needed_bytes,
            format!("{} free of {} needed", in_mib(space.free_bytes), in_mib(needed_bytes)),
        ),
        Err(error) => Attempt::No(format!("the free space is unknown: {error}")),
    }
}

/// Rounded down, so that what is free never looks larger than it is.
fn in_mib(bytes: u64) -> String {
    match bytes {
        0..0x10_0000 => format!("{bytes} bytes"),
        _ => format!("{} MiB", bytes >> 20),
    }
}

fn cannot_read(path: &TreePath, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::CrossesDevices => format!("{path:?} is on another filesystem"),
        io::ErrorKind::NotADirectory => format!("a parent of {path:?} is not a folder"),
        io::ErrorKind::PermissionDenied => format!("you don't have permission to read {path:?}"),
        _ => format!("can't read {path:?}: {error}"),
    }
}

fn error_with_cause(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
