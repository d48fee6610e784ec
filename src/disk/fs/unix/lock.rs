//! The lock on a target. The kernel holds it, so that nobody has to clean up after a process that died.

use std::fs::{File, TryLockError};
use std::io::{self, Seek, Write};

use rustix::fd::OwnedFd;
use rustix::fs::{self, Mode, OFlags};
use rustix::io::Errno;

use super::super::os::{LOCK_FILE, refused};
use super::super::{LockGuard, LockKind, Place, StatePath};
use super::confine::{Resolved, Root};
use super::status::{self, ObjectKind, ObjectStatus};

/// How often to start again when the lock file, or the folder around it, goes between being found and being locked.
const RETRIES: usize = 8;

/// Bits that would let somebody else plant a file in the state folder.
const WRITABLE_BY_OTHERS: u32 = 0o022;

struct UnixLock(Option<File>);

impl LockGuard for UnixLock {}

impl Drop for UnixLock {
    fn drop(&mut self) {
        // Closing would do, if not for a child that is just being started and still has a copy of the handle.
        if let Some(file) = &self.0 {
            file.unlock().ok();
        }
    }
}

/// Takes the lock or says that somebody else has it.
pub(super) fn lock(root: &Root, keeps_modes: bool, kind: LockKind) -> io::Result<Option<Box<dyn LockGuard>>> {
    let is_gone = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
    for _ in 0..RETRIES {
        if kind == LockKind::Exclusive {
            make_state_dir(root)?;
        }
        let Some(folder) = state_dir(root)? else {
            match kind {
                LockKind::Shared => return Ok(Some(Box::new(UnixLock(None)))),
                LockKind::Exclusive => continue,
            }
        };
        check_owner(&folder, keeps_modes)?;
        let (spot, file) = match lock_file(root).and_then(|spot| Ok((open(&spot, kind)?, spot))) {
            Ok((Some(file), spot)) => (spot, file),
            Ok((None, _)) => return Ok(Some(Box::new(UnixLock(None)))),
            // Whoever came to nothing there has just removed the folder.
            Err(error) if is_gone(&error) => continue,
            Err(error) => return Err(error),
        };
        let mut file = File::from(file);
        let answer = match kind {
            LockKind::Shared => file.try_lock_shared(),
            LockKind::Exclusive => file.try_lock(),
        };
        match answer {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // Without this check two processes could hold "the" lock on two files, of which one has no name any more.
        let ours = status::of_handle(&file)?.object;
        if spot.status()?.is_some_and(|found| found.object == ours) {
            if kind == LockKind::Exclusive {
                say_who(&mut file)?;
            }
            return Ok(Some(Box::new(UnixLock(Some(file)))));
        }
    }
    Err(io::Error::new(io::ErrorKind::ResourceBusy, "the lock file is being replaced again and again"))
}

fn lock_file(root: &Root) -> io::Result<Resolved> {
    root.spot(&Place::State(StatePath::new(LOCK_FILE)))
}

fn make_state_dir(root: &Root) -> io::Result<()> {
    let spot = root.spot(&Place::State(StatePath::root()))?;
    match fs::mkdirat(&spot.dir, &spot.name, Mode::RWXU) {
        Ok(()) | Err(Errno::EXIST) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn state_dir(root: &Root) -> io::Result<Option<ObjectStatus>> {
    let folder = root.spot(&Place::State(StatePath::root()))?.status()?;
    match folder {
        Some(folder) if folder.is_mount(root.device) => Err(Errno::XDEV.into()),
        Some(folder) if folder.kind != ObjectKind::Dir => Err(Errno::NOTDIR.into()),
        folder => Ok(folder),
    }
}

/// A state folder that came with a downloaded product, or was put there by another user, is not ours.
fn check_owner(folder: &ObjectStatus, keeps_modes: bool) -> io::Result<()> {
    let me = rustix::process::geteuid().as_raw();
    let (owner, _) = folder.owner;
    if owner != me && owner != 0 {
        let why = format!("the state folder belongs to user {owner}, not to the present user {me}");
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
    }
    if keeps_modes && folder.mode.bits() & WRITABLE_BY_OTHERS != 0 {
        let why = format!("the state folder has mode {}, others could write in it", folder.mode);
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
    }
    Ok(())
}

fn open(spot: &Resolved, kind: LockKind) -> io::Result<Option<OwnedFd>> {
    match spot.open_file(access(kind)) {
        Ok(file) => return only_name(file).map(Some),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Err(_) if kind == LockKind::Shared => return Ok(None),
        Err(_) => {}
    }
    match spot.open(access(kind) | OFlags::CREATE | OFlags::EXCL, Mode::RUSR | Mode::WUSR) {
        Ok(file) => Ok(Some(file)),
        // Somebody else was faster; theirs is as good.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            only_name(spot.open_file(access(kind))?).map(Some)
        }
        Err(error) => Err(error),
    }
}

fn access(kind: LockKind) -> OFlags {
    match kind {
        LockKind::Shared => OFlags::RDONLY,
        LockKind::Exclusive => OFlags::RDWR,
    }
}

/// We write into this file, so it must not be somebody's file under a second name.
fn only_name(file: OwnedFd) -> io::Result<OwnedFd> {
    if status::of_handle(&file)?.names > 1 {
        Err(refused("the lock file has a second name"))
    } else {
        Ok(file)
    }
}

fn say_who(file: &mut File) -> io::Result<()> {
    let host = rustix::system::uname();
    let host = host.nodename().to_string_lossy();
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "process {} on {host} {}", std::process::id(), boot.trim())
}
