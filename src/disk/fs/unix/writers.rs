//! Who has a file open for writing, as far as the system tells the present user.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

use rayon::prelude::*;
use rustix::fs::{self, Mode, OFlags};

use super::confine::Root;

/// The permission of a link in /proc/…/fd that says: open for writing.
const WRITES: u32 = 0o200;

/// The objects on the target's disk that a process has open for writing. Other users' processes are seen by the
/// administrator alone.
pub(super) fn open_for_writing(root: &Root) -> io::Result<BTreeSet<u64>> {
    let device = fs::fstat(&root.handle)?.st_dev;
    // Where there is no /proc nobody can tell.
    let Ok(names) = std::fs::read_dir("/proc") else { return Ok(BTreeSet::new()) };
    let is_process = |name: &OsString| name.as_encoded_bytes()[0].is_ascii_digit();
    let processes: Vec<OsString> =
        names.flatten().map(|entry| entry.file_name()).filter(is_process).collect();
    let open = processes.par_iter().map(|process| written_by(process, device));
    Ok(open.collect::<io::Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// What one process writes to on this disk.
fn written_by(process: &OsStr, device: u64) -> io::Result<Vec<u64>> {
    let path = Path::new("/proc").join(process).join("fd");
    let mut open = Vec::new();
    // A process can close its file, and end, at any moment.
    let Ok(folder) = fs::open(path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
    else {
        return Ok(open);
    };
    for file in fs::Dir::read_from(&folder)?.flatten() {
        let link = fs::statat(&folder, file.file_name(), fs::AtFlags::SYMLINK_NOFOLLOW);
        if link.is_ok_and(|link| link.st_mode & WRITES != 0)
            && let Ok(found) = fs::statat(&folder, file.file_name(), fs::AtFlags::empty())
            && found.st_dev == device
        {
            open.push(found.st_ino);
        }
    }
    Ok(open)
}
