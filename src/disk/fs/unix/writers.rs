//! Who has a file open for writing, as far as the system tells the present user.

use std::collections::BTreeSet;
use std::io;

use rustix::fs::{self, Mode, OFlags};

use super::confine::Root;

/// The permission of a link in /proc/…/fd that says: open for writing.
const WRITES: u32 = 0o200;

/// The objects on the target's disk that a process has open for writing. Other users' processes are seen by the
/// administrator alone.
pub(super) fn open_for_writing(root: &Root) -> io::Result<BTreeSet<u64>> {
    let device = fs::fstat(&root.handle)?.st_dev;
    let mut open = BTreeSet::new();
    // Where there is no /proc nobody can tell.
    let Ok(processes) = std::fs::read_dir("/proc") else { return Ok(open) };
    for process in processes.flatten().filter(|one| one.file_name().as_encoded_bytes()[0].is_ascii_digit()) {
        let folder = fs::open(process.path().join("fd"), OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty());
        let Ok(folder) = folder else { continue };
        for file in fs::Dir::read_from(&folder)?.flatten() {
            let link = fs::statat(&folder, file.file_name(), fs::AtFlags::SYMLINK_NOFOLLOW);
            // A process can close its file, and end, at any moment.
            if link.is_ok_and(|link| link.st_mode & WRITES != 0)
                && let Ok(found) = fs::statat(&folder, file.file_name(), fs::AtFlags::empty())
                && found.st_dev == device
            {
                open.insert(found.st_ino);
            }
        }
    }
    Ok(open)
}
