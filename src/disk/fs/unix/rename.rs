//! The renames that the whole program rests on: trade places, or take a free name.

use std::io;

use rustix::fs::{self, RenameFlags};
use rustix::io::Errno;

use super::confine::Resolved;

/// Lets two things trade places in one step.
pub(super) fn exchange(one: &Resolved, other: &Resolved) -> io::Result<()> {
    Ok(fs::renameat_with(&one.dir, &one.name, &other.dir, &other.name, RenameFlags::EXCHANGE)?)
}

/// Renames `from` to the free name `to`.
pub(super) fn to_free_name(from: &Resolved, to: &Resolved) -> io::Result<()> {
    match fs::renameat_with(&from.dir, &from.name, &to.dir, &to.name, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => look_then_rename(from, to),
        answer => Ok(answer?),
    }
}

/// For filesystems that cannot promise it in one call. Somebody who puts a file at `to` between the two calls
/// loses it; a second link and an unlink would close that window, but a crash could then leave two names.
fn look_then_rename(from: &Resolved, to: &Resolved) -> io::Result<()> {
    if to.status()?.is_some() {
        return Err(Errno::EXIST.into());
    }
    // "a" into "a/b" is invalid too, and this call says so itself.
    Ok(fs::renameat(&from.dir, &from.name, &to.dir, &to.name)?)
}
