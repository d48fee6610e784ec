//! A second file like a first one, for copies of folders: blocks are shared where the disk can do that, and where it can't,
//! what is a hole in the one is a hole in the other.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use rustix::fs::{self, OFlags};
use rustix::io::Errno;

/// So much is copied before somebody is asked whether to go on.
const PIECE_BYTES: u64 = 64 << 20;

/// Copies the content of a file to a new one, which only this person may read. Says how long it is.
///
/// # Errors
/// The system's, and those of `go_on`.
pub(crate) fn clone_file(from: &Path, to: &Path, go_on: impl Fn() -> io::Result<()>) -> io::Result<u64> {
    // Neither followed nor waited for, should something else stand there by now.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let mut from = File::from(fs::open(from, flags, fs::Mode::empty())?);
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
    let mut to = File::from(fs::open(to, flags, super::PRIVATE)?);
    if !from.metadata()?.is_file() {
        return Err(super::super::os::refused("it is no file any more"));
    }
    if shares_blocks(&from, &to) {
        return Ok(from.metadata()?.len());
    }
    let mut at = 0;
    while let Some((start, end)) = next_data(&mut from, at)? {
        go_on()?;
        from.seek(SeekFrom::Start(start))?;
        to.seek(SeekFrom::Start(start))?;
        let copied = io::copy(&mut from.by_ref().take((end - start).min(PIECE_BYTES)), &mut to)?;
        if copied == 0 {
            break;
        }
        at = start + copied;
    }
    let length = from.metadata()?.len();
    to.set_len(length)?;
    Ok(length)
}

#[cfg(target_os = "linux")]
fn shares_blocks(from: &File, to: &File) -> bool {
    fs::ioctl_ficlone(to, from).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn shares_blocks(_: &File, _: &File) -> bool {
    false
}

/// From where to where the next piece of a file goes that is no hole, from `at` on; `None`: only holes are left.
fn next_data(file: &mut File, at: u64) -> io::Result<Option<(u64, u64)>> {
    let end = file.metadata()?.len();
    match fs::seek(&*file, fs::SeekFrom::Data(at)) {
        Ok(start) => Ok(Some((start, fs::seek(&*file, fs::SeekFrom::Hole(start)).unwrap_or(end)))),
        Err(Errno::NXIO) => Ok(None),
        // A disk that knows of no holes.
        Err(_) => Ok((at < end).then_some((at, end))),
    }
}
