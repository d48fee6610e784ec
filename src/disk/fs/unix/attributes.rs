//! Owner, extended attributes, access control lists and labels. Links are asked too, never followed.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
#[cfg(target_os = "linux")]
use std::sync::LazyLock;

use rustix::fd::OwnedFd;
use rustix::fs::{self, AtFlags, Gid, OFlags, Uid, XattrFlags};
use rustix::io::Errno;

use super::super::Attributes;
use super::super::os::utf8;
use super::confine::Resolved;
use super::status::{self, ObjectKind, ObjectStatus};

/// Signatures of the content by the kernel. A new content needs its own, an old one would make it unreadable.
const BOUND_TO_CONTENT: [&str; 2] = ["security.ima", "security.evm"];

/// What a new object may have got from its folder and must lose if the old one did not have it. Labels
/// (`security.selinux` …) are not among them: the system insists on one.
const REMOVABLE: [&str; 4] = ["user.", "trusted.", "system.posix_acl_", "security.capability"];

/// Whether open folders can be named by way of /proc.
#[cfg(target_os = "linux")]
static HAS_PROC: LazyLock<bool> = LazyLock::new(|| std::path::Path::new("/proc/self/fd").exists());

/// How many times to ask again when a value grows between asking for its length and asking for it.
const RETRIES: usize = 8;

/// Reads everything that the present user may read.
pub(super) fn read(spot: &Resolved) -> io::Result<Attributes> {
    let found = spot.existing()?;
    // By its name it takes one call instead of four.
    #[cfg(target_os = "linux")]
    if *HAS_PROC {
        return read_object(found.owner, &Object::by_name(spot));
    }
    read_object(found.owner, &Object::open(spot, &found)?)
}

/// The same of a thing that is open.
pub(super) fn read_handle(handle: &OwnedFd) -> io::Result<Attributes> {
    read_object(status::of_handle(handle)?.owner, &Object::Open(handle.try_clone()?))
}

fn read_object(owner: (u32, u32), object: &Object) -> io::Result<Attributes> {
    let mut extended = BTreeMap::new();
    for name in object.names()? {
        match object.value(&name) {
            Ok(value) => {
                extended.insert(name, value);
            }
            Err(Errno::ACCESS | Errno::PERM | Errno::NOTSUP) => {}
            Err(error) if error == GONE => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Attributes { owner: Some(owner), extended })
}

/// Gives the object these attributes, the owner first and the `mode` last: changing the owner drops capabilities and
/// special bits.
pub(super) fn write(spot: &Resolved, wanted: &Attributes, mode: Option<fs::Mode>) -> io::Result<()> {
    let (object, found) = Object::of_ours(spot)?;
    if let Some((user, group)) = wanted.owner
        && found.owner != (user, group)
    {
        let (user, group) = (Uid::from_raw(user), Gid::from_raw(group));
        fs::chownat(&spot.dir, &spot.name, Some(user), Some(group), AtFlags::SYMLINK_NOFOLLOW)?;
    }
    for name in object.names()? {
        if !wanted.extended.contains_key(&name) && REMOVABLE.iter().any(|start| name.starts_with(start)) {
            object.remove(&name)?;
        }
    }
    for (name, value) in &wanted.extended {
        if BOUND_TO_CONTENT.contains(&name.as_str()) {
            continue;
        }
        // A label that is right already needs no right to be set.
        if object.value(name).as_ref() != Ok(value) {
            object.set(name, value)?;
        }
    }
    match (&object, mode) {
        (Object::Open(handle), Some(mode)) => Ok(fs::fchmod(handle, mode)?),
        _ => Ok(()),
    }
}

#[cfg(target_os = "linux")]
const GONE: Errno = Errno::NODATA;
#[cfg(not(target_os = "linux"))]
const GONE: Errno = Errno::NOATTR;

/// An object as the calls for extended attributes want it.
enum Object {
    /// A file or folder.
    Open(OwnedFd),
    /// A thing that is not open, as a link cannot be: its name in the open folder, by way of /proc.
    #[cfg(target_os = "linux")]
    Named(String, #[expect(dead_code, reason = "keeps the number in the path valid")] Arc<OwnedFd>),
    /// A thing whose attributes cannot be reached without following it.
    OutOfReach,
}

impl Object {
    /// A thing of ours, and how it looks. Opening one does nothing but open it, so it is not looked at before.
    fn of_ours(spot: &Resolved) -> io::Result<(Self, ObjectStatus)> {
        let Ok(handle) = spot.open(OFlags::RDONLY, fs::Mode::empty()) else {
            let found = spot.existing()?;
            return Ok((Self::open(spot, &found)?, found));
        };
        let found = status::of_handle(&handle)?;
        let object = match found.kind {
            ObjectKind::File | ObjectKind::Dir => Self::Open(handle),
            ObjectKind::Link | ObjectKind::Special(_) => Self::OutOfReach,
        };
        Ok((object, found))
    }

    fn open(spot: &Resolved, found: &ObjectStatus) -> io::Result<Self> {
        match found.kind {
            ObjectKind::File | ObjectKind::Dir => Ok(Self::Open(spot.open_file_or_dir_of(found)?)),
            #[cfg(target_os = "linux")]
            ObjectKind::Link => Ok(Self::by_name(spot)),
            _ => Ok(Self::OutOfReach),
        }
    }

    #[cfg(target_os = "linux")]
    fn by_name(spot: &Resolved) -> Self {
        use rustix::fd::AsRawFd;
        let path = format!("/proc/self/fd/{}/{}", spot.dir.as_raw_fd(), spot.name);
        Self::Named(path, spot.dir.clone())
    }

    fn names(&self) -> io::Result<Vec<String>> {
        let list = grow(|buffer| match self {
            Self::Open(handle) => fs::flistxattr(handle, buffer),
            #[cfg(target_os = "linux")]
            Self::Named(path, _) => fs::llistxattr(path, buffer),
            Self::OutOfReach => Ok(0),
        });
        let list = match list {
            Ok(list) => list,
            // The filesystem has none, or /proc is not mounted.
            Err(Errno::NOTSUP | Errno::NOENT) => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        list.split(|byte| *byte == 0).filter(|name| !name.is_empty()).map(utf8).collect()
    }

    fn value(&self, name: &str) -> Result<Vec<u8>, Errno> {
        grow(|buffer| match self {
            Self::Open(handle) => fs::fgetxattr(handle, name, buffer),
            #[cfg(target_os = "linux")]
            Self::Named(path, _) => fs::lgetxattr(path, name, buffer),
            Self::OutOfReach => Err(GONE),
        })
    }

    fn set(&self, name: &str, value: &[u8]) -> Result<(), Errno> {
        match self {
            Self::Open(handle) => fs::fsetxattr(handle, name, value, XattrFlags::empty()),
            #[cfg(target_os = "linux")]
            Self::Named(path, _) => fs::lsetxattr(path, name, value, XattrFlags::empty()),
            Self::OutOfReach => Err(Errno::NOTSUP),
        }
    }

    fn remove(&self, name: &str) -> Result<(), Errno> {
        match self {
            Self::Open(handle) => fs::fremovexattr(handle, name),
            #[cfg(target_os = "linux")]
            Self::Named(path, _) => fs::lremovexattr(path, name),
            Self::OutOfReach => Err(Errno::NOTSUP),
        }
    }
}

/// Calls `read` with a larger and larger buffer until the answer fits. The system's limit for one value and for
/// the list of names is 64 KiB on Linux; macOS allows more, hence the doubling.
fn grow(read: impl Fn(&mut [u8]) -> Result<usize, Errno>) -> Result<Vec<u8>, Errno> {
    let mut buffer = vec![0; 4096];
    for _ in 0..RETRIES {
        match read(&mut buffer) {
            Ok(length) => {
                buffer.truncate(length);
                return Ok(buffer);
            }
            Err(Errno::RANGE) => buffer.resize(buffer.len() * 4, 0),
            Err(error) => return Err(error),
        }
    }
    Err(Errno::RANGE)
}
