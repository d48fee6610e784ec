//! A look at one object, in the same words on Linux and macOS.

use rustix::fd::AsFd;
use rustix::fs::{self, AtFlags, FileType, RawMode};
use rustix::io::Errno;

use super::super::{Stat, StatKind};
use crate::model::Mode;

/// What sort of thing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ObjectKind {
    File,
    Link,
    Dir,
    Special(&'static str),
}

/// What the system knows about an object.
pub(super) struct ObjectStatus {
    pub(super) kind: ObjectKind,
    pub(super) mode: Mode,
    pub(super) owner: (u32, u32),
    pub(super) device: u64,
    pub(super) object: u64,
    pub(super) names: u64,
    pub(super) size_bytes: u64,
    pub(super) modified_nanos: i128,
    /// Something is mounted here; macOS does not say, there the device has to do.
    mount_root: bool,
    pub(super) immutable: bool,
    pub(super) append_only: bool,
}

impl ObjectStatus {
    /// Whether the object is on another filesystem, or reached through another mount, than the folder on `device`.
    pub(super) fn is_mount(&self, device: u64) -> bool {
        self.mount_root || self.device != device
    }

    /// The public form. Without `keeps_modes` the permission bits are the stand-ins.
    pub(super) fn found(&self, device: u64, keeps_modes: bool) -> Stat {
        let kind = match self.kind {
            _ if self.is_mount(device) => StatKind::Mount,
            ObjectKind::File => StatKind::File { size_bytes: self.size_bytes },
            ObjectKind::Link => StatKind::Link,
            ObjectKind::Dir => StatKind::Dir,
            ObjectKind::Special(word) => StatKind::Special(word),
        };
        let mode = match self.kind {
            _ if keeps_modes => self.mode,
            ObjectKind::Dir => Mode::DIR,
            _ => Mode::FILE,
        };
        Stat {
            kind,
            mode,
            object: self.object,
            names: self.names,
            owner: Some(self.owner),
            modified_nanos: self.modified_nanos,
        }
    }
}

fn kind(raw: RawMode) -> ObjectKind {
    match FileType::from_raw_mode(raw) {
        FileType::RegularFile => ObjectKind::File,
        FileType::Directory => ObjectKind::Dir,
        FileType::Symlink => ObjectKind::Link,
        FileType::Fifo => ObjectKind::Special("named pipe"),
        FileType::Socket => ObjectKind::Special("socket"),
        FileType::BlockDevice | FileType::CharacterDevice => ObjectKind::Special("device"),
        FileType::Unknown => ObjectKind::Special("thing of an unknown kind"),
    }
}

fn nanos(seconds: i64, nanos: i64) -> i128 {
    i128::from(seconds) * 1_000_000_000 + i128::from(nanos)
}

/// The object called `name` in `dir`; a link is looked at, not followed.
pub(super) fn at(dir: impl AsFd, name: &str) -> Result<ObjectStatus, Errno> {
    ask(dir, name, AtFlags::SYMLINK_NOFOLLOW)
}

#[cfg(target_os = "linux")]
pub(super) fn of_handle(handle: impl AsFd) -> Result<ObjectStatus, Errno> {
    let mut status = ask(handle, "", AtFlags::EMPTY_PATH)?;
    // The root of a target may itself be a mount; what was opened below it was checked by name.
    status.mount_root = false;
    Ok(status)
}

#[cfg(target_os = "linux")]
fn ask(dir: impl AsFd, name: &str, flags: AtFlags) -> Result<ObjectStatus, Errno> {
    use rustix::fs::{StatxAttributes, StatxFlags};
    let seen = fs::statx(dir, name, flags | AtFlags::NO_AUTOMOUNT, StatxFlags::BASIC_STATS)?;
    let raw = RawMode::from(seen.stx_mode);
    let flag = |flag| seen.stx_attributes.contains(flag);
    Ok(ObjectStatus {
        kind: kind(raw),
        mode: Mode::new(raw),
        owner: (seen.stx_uid, seen.stx_gid),
        device: u64::from(seen.stx_dev_major) << 32 | u64::from(seen.stx_dev_minor),
        object: seen.stx_ino,
        names: seen.stx_nlink.into(),
        size_bytes: seen.stx_size,
        modified_nanos: nanos(seen.stx_mtime.tv_sec, seen.stx_mtime.tv_nsec.into()),
        mount_root: flag(StatxAttributes::MOUNT_ROOT),
        immutable: flag(StatxAttributes::IMMUTABLE),
        append_only: flag(StatxAttributes::APPEND),
    })
}

#[cfg(not(target_os = "linux"))]
pub(super) fn of_handle(handle: impl AsFd) -> Result<ObjectStatus, Errno> {
    Ok(from_stat(&fs::fstat(handle)?))
}

#[cfg(not(target_os = "linux"))]
fn ask(dir: impl AsFd, name: &str, flags: AtFlags) -> Result<ObjectStatus, Errno> {
    Ok(from_stat(&fs::statat(dir, name, flags)?))
}

#[cfg(not(target_os = "linux"))]
fn from_stat(seen: &fs::Stat) -> ObjectStatus {
    /// `UF_IMMUTABLE` and `SF_IMMUTABLE` of <sys/stat.h>.
    const IMMUTABLE: u32 = 0x0002_0002;
    /// `UF_APPEND` and `SF_APPEND`.
    const APPEND: u32 = 0x0004_0004;
    let raw = seen.st_mode;
    ObjectStatus {
        kind: kind(raw),
        mode: Mode::new(raw.into()),
        owner: (seen.st_uid, seen.st_gid),
        device: u64::from(seen.st_dev.cast_unsigned()),
        object: seen.st_ino,
        names: seen.st_nlink.into(),
        size_bytes: seen.st_size.cast_unsigned(),
        modified_nanos: nanos(seen.st_mtime, seen.st_mtime_nsec),
        mount_root: false,
        immutable: seen.st_flags & IMMUTABLE != 0,
        append_only: seen.st_flags & APPEND != 0,
    }
}
