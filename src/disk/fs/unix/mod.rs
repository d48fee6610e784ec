//! The real disk on Linux and macOS.
//!
//! Every call finds its folder from the open root ([`confine`]) and then uses the system's `*at` calls on the
//! last name, which do not follow a link there.

mod attributes;
mod clone_file;
mod confine;
mod holes;
mod kept_open;
mod lock;
mod obstacles;
mod rename;
mod size_limit;
mod status;
mod sync;
mod volume;
#[cfg(target_os = "linux")]
mod writers;

#[cfg(test)]
mod tests;

#[cfg(target_os = "linux")]
use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use rustix::fd::OwnedFd;
use rustix::fs::{self, AtFlags, Dir, OFlags};
use rustix::io::Errno;

pub(crate) use self::clone_file::clone_file;
pub(super) use self::confine::Resolver;
use self::confine::{Resolved, Root};
use self::holes::WithHoles;
pub(crate) use self::size_limit::outlive_size_limit;
use self::volume::Traits;
use super::os::{FolderError, utf8};
use super::{
    Attributes, Features, FileRead, FileWrite, FolderNames, Fs, KeepsOpen, LockGuard, LockKind, Place, Space,
    Stat, StatePath,
};
use crate::model::{Code, Mode, TreePath};

/// Permission bits of a new file of ours until its content is complete.
const PRIVATE: fs::Mode = fs::Mode::RUSR.union(fs::Mode::WUSR);

/// The real disk, confined to one folder.
pub struct OsFs {
    root: Root,
    traits: Traits,
    /// Nobody keeps what is in it.
    is_disposable: bool,
}

impl OsFs {
    /// Opens the folder. Its own name must not be a link; folders above it may be links.
    ///
    /// # Errors
    /// The folder is a link, is none, or the system refuses.
    pub fn open(root: &Path) -> Result<Self, FolderError> {
        Self::open_with(root, None)
    }

    /// As [`OsFs::open`], with a given way to resolve names or the best one.
    pub(super) fn open_with(path: &Path, resolver: Option<Resolver>) -> Result<Self, FolderError> {
        FolderError::check(path)?;
        let open = || {
            let root = Root::open(path, resolver)?;
            let traits = Traits::new(&root)?;
            Ok(Self { root, traits, is_disposable: false })
        };
        open().map_err(|e| FolderError::new(path, e))
    }

    /// For a folder that nobody keeps: what is synced does not wait for the disk, and a power cut may lose it.
    #[must_use]
    pub fn disposable(self) -> Self {
        Self { is_disposable: true, ..self }
    }

    fn ours(&self, at: &StatePath) -> io::Result<Resolved> {
        self.root.spot(&Place::from(at))
    }

    /// A thing of ours that moves or goes away.
    fn ours_to_move(&self, at: &StatePath) -> io::Result<Resolved> {
        let place = Place::from(at);
        self.root.forget(&place)?;
        self.root.spot(&place)
    }

    /// A thing of the product that moves, or the place that one moves to.
    fn theirs_to_move(&self, at: &TreePath) -> io::Result<Resolved> {
        let place = Place::from(at);
        self.root.forget(&place)?;
        self.root.spot_now(&place)
    }

    fn keeps_modes(&self) -> bool {
        self.traits.features.modes
    }
}

impl Fs for OsFs {
    fn features(&self) -> Features {
        self.traits.features.clone()
    }

    fn look(&self, at: &Place) -> io::Result<Option<Stat>> {
        let found = match at {
            Place::Root => Some(status::of_handle(&self.root.handle)?),
            _ => match self.root.spot(at) {
                Ok(spot) => spot.status()?,
                Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                Err(error) => return Err(error),
            },
        };
        Ok(found.map(|found| found.found(self.root.device, self.keeps_modes())))
    }

    fn list(&self, dir: &Place) -> io::Result<FolderNames> {
        let entries = Dir::new(self.root.open_dir(dir, OFlags::RDONLY)?)?;
        let mut names = FolderNames::default();
        for entry in entries {
            match entry?.file_name().to_bytes() {
                b"." | b".." => {}
                name => names.add(name),
            }
        }
        Ok(names)
    }

    fn read_link(&self, at: &Place) -> io::Result<String> {
        let spot = self.root.spot(at)?;
        utf8(fs::readlinkat(&spot.dir, &spot.name, Vec::new())?.as_bytes())
    }

    fn open(&self, at: &Place) -> io::Result<Box<dyn FileRead>> {
        let file = self.root.spot(at)?.open_file(OFlags::RDONLY)?;
        Ok(Box::new(File::from(file)))
    }

    fn open_seen(&self, at: &Place, seen: &Stat) -> io::Result<Box<dyn FileRead>> {
        Ok(Box::new(File::from(self.root.spot(at)?.open_seen(seen.object)?)))
    }

    fn keep_folders_open(&self) -> Box<dyn KeepsOpen + '_> {
        Box::new(self.root.keep_folders_open())
    }

    fn space(&self) -> io::Result<Space> {
        volume::space(&self.root)
    }

    fn moved_to(&self, path: &Path) -> io::Result<Option<PathBuf>> {
        let ours = fs::fstat(&self.root.handle)?;
        match fs::stat(path) {
            Ok(found) if (found.st_dev, found.st_ino) == (ours.st_dev, ours.st_ino) => Ok(None),
            Ok(_) | Err(Errno::NOENT | Errno::NOTDIR) => Ok(Some(self.root.path()?)),
            Err(error) => Err(error.into()),
        }
    }

    #[cfg(target_os = "linux")]
    fn open_for_writing(&self) -> io::Result<BTreeSet<u64>> {
        match self.is_disposable {
            true => Ok(BTreeSet::new()),
            false => writers::open_for_writing(&self.root),
        }
    }

    fn attributes(&self, at: &Place) -> io::Result<Attributes> {
        match at {
            Place::Root => attributes::read_handle(&self.root.handle),
            _ => attributes::read(&self.root.spot(at)?),
        }
    }

    fn obstacles_to_change(&self, dir: &Place) -> io::Result<Vec<String>> {
        obstacles::to_change(&self.root, dir)
    }

    fn obstacles_to_move(&self, at: &TreePath) -> io::Result<Vec<(Code, String)>> {
        obstacles::to_move(&self.root, &Place::Tree(at.clone()))
    }

    fn lock(&self, kind: LockKind) -> io::Result<Option<Box<dyn LockGuard>>> {
        lock::lock(&self.root, self.keeps_modes(), kind)
    }

    fn make_dir(&self, at: &StatePath, mode: Mode) -> io::Result<()> {
        let spot = self.ours(at)?;
        fs::mkdirat(&spot.dir, &spot.name, fs::Mode::RWXU)?;
        // The process's mask and a folder with the set-group-id bit have a say in the first mode, not in this one.
        self.change_mode(&spot, mode)
    }

    fn create(&self, at: &StatePath) -> io::Result<Box<dyn FileWrite>> {
        Ok(Box::new(WithHoles::new(File::from(self.create_file(at)?))))
    }

    fn make_link(&self, at: &StatePath, points_to: &str) -> io::Result<()> {
        let spot = self.ours(at)?;
        Ok(fs::symlinkat(points_to, &spot.dir, &spot.name)?)
    }

    fn hard_link(&self, from: &Place, to: &StatePath) -> io::Result<()> {
        let (from, to) = (self.root.spot(from)?, self.ours(to)?);
        Ok(fs::linkat(&from.dir, &from.name, &to.dir, &to.name, AtFlags::empty())?)
    }

    fn reflink(&self, from: &Place, to: &StatePath) -> io::Result<()> {
        let from = self.root.spot(from)?.open_file(OFlags::RDONLY)?;
        self.clone_content(&from, to)
    }

    fn set_mode(&self, at: &StatePath, mode: Mode) -> io::Result<()> {
        self.change_mode(&self.ours(at)?, mode)
    }

    fn touch(&self, at: &StatePath) -> io::Result<()> {
        let spot = self.ours(at)?;
        let now = fs::Timespec { tv_sec: 0, tv_nsec: fs::UTIME_NOW };
        let unchanged = fs::Timespec { tv_sec: 0, tv_nsec: fs::UTIME_OMIT };
        let times = fs::Timestamps { last_access: unchanged, last_modification: now };
        match fs::utimensat(&spot.dir, &spot.name, &times, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::PERM | Errno::ACCESS) => Ok(()),
            answer => Ok(answer?),
        }
    }

    fn set_attributes(&self, at: &StatePath, attributes: &Attributes) -> io::Result<()> {
        attributes::write(&self.ours(at)?, attributes, None)
    }

    fn make_like(&self, at: &StatePath, attributes: &Attributes, mode: Mode) -> io::Result<()> {
        let mode = self.keeps_modes().then(|| bits(mode));
        attributes::write(&self.ours(at)?, attributes, mode)
    }

    fn rename(&self, from: &StatePath, to: &StatePath) -> io::Result<()> {
        rename::to_free_name(&self.ours_to_move(from)?, &self.ours(to)?)
    }

    fn remove_file(&self, at: &StatePath) -> io::Result<()> {
        let spot = self.ours(at)?;
        Ok(fs::unlinkat(&spot.dir, &spot.name, AtFlags::empty())?)
    }

    fn remove_dir(&self, at: &StatePath) -> io::Result<()> {
        let spot = self.ours_to_move(at)?;
        Ok(fs::unlinkat(&spot.dir, &spot.name, AtFlags::REMOVEDIR)?)
    }

    fn exchange(&self, ours: &StatePath, product: &TreePath) -> io::Result<()> {
        rename::exchange(&self.ours_to_move(ours)?, &self.theirs_to_move(product)?)
    }

    fn move_in(&self, ours: &StatePath, product: &TreePath) -> io::Result<()> {
        rename::to_free_name(&self.ours_to_move(ours)?, &self.theirs_to_move(product)?)
    }

    fn move_out(&self, product: &TreePath, ours: &StatePath) -> io::Result<()> {
        rename::to_free_name(&self.theirs_to_move(product)?, &self.ours(ours)?)
    }

    fn set_dir_mode(&self, dir: &TreePath, mode: Mode) -> io::Result<()> {
        let spot = self.root.spot_now(&Place::from(dir))?;
        if spot.existing()?.kind != status::ObjectKind::Dir {
            return Err(Errno::NOTDIR.into());
        }
        self.change_mode(&spot, mode)
    }

    fn sync(&self, places: &[Place]) -> io::Result<()> {
        match self.is_disposable {
            true => Ok(()),
            false => sync::sync(&self.root, self.traits.syncs_whole, places),
        }
    }
}

impl OsFs {
    fn create_file(&self, at: &StatePath) -> io::Result<OwnedFd> {
        self.ours(at)?.open(OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL, PRIVATE)
    }

    fn change_mode(&self, spot: &Resolved, mode: Mode) -> io::Result<()> {
        if !self.keeps_modes() {
            return Ok(());
        }
        let bits = bits(mode);
        match spot.open_file_or_dir() {
            Ok(handle) => Ok(fs::fchmod(handle, bits)?),
            Err(error) if Errno::from_io_error(&error) == Some(Errno::ACCESS) => {
                change_unreadable(spot, bits)
            }
            Err(error) => Err(error),
        }
    }

    #[cfg(target_os = "linux")]
    fn clone_content(&self, from: &OwnedFd, to: &StatePath) -> io::Result<()> {
        let copy = self.create_file(to)?;
        let Err(error) = fs::ioctl_ficlone(&copy, from) else {
            return Ok(());
        };
        self.remove_file(to)?;
        match error {
            Errno::NOTSUP | Errno::NOTTY | Errno::INVAL | Errno::XDEV | Errno::NOSYS => {
                Err(io::ErrorKind::Unsupported.into())
            }
            error => Err(error.into()),
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn clone_content(&self, from: &OwnedFd, to: &StatePath) -> io::Result<()> {
        let spot = self.ours(to)?;
        match fs::fclonefileat(from, &spot.dir, &spot.name, fs::CloneFlags::NOFOLLOW) {
            Ok(()) => self.change_mode(&spot, Mode::new(0o600)),
            Err(Errno::NOTSUP | Errno::XDEV | Errno::INVAL) => Err(io::ErrorKind::Unsupported.into()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Permission bits as the system wants them. They fit in its type everywhere: there are twelve.
#[allow(clippy::unnecessary_cast, reason = "16 bits on macOS, 32 on Linux")]
fn bits(mode: Mode) -> fs::Mode {
    fs::Mode::from_raw_mode(mode.bits() as fs::RawMode)
}

/// Makes a symbolic link anywhere.
pub(crate) fn make_link(points_to: &str, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(points_to, at)
}

/// Changes the mode of something its owner may not even read. The handle holds the object itself, so the way
/// through /proc cannot lead anywhere else.
#[cfg(target_os = "linux")]
fn change_unreadable(spot: &Resolved, mode: fs::Mode) -> io::Result<()> {
    use rustix::fd::AsRawFd;
    let handle = spot.open(OFlags::PATH, fs::Mode::empty())?;
    if status::of_handle(&handle)?.kind == status::ObjectKind::Link {
        return Err(super::os::refused("a link has no permission bits"));
    }
    Ok(fs::chmod(format!("/proc/self/fd/{}", handle.as_raw_fd()), mode)?)
}

#[cfg(not(target_os = "linux"))]
fn change_unreadable(spot: &Resolved, mode: fs::Mode) -> io::Result<()> {
    Ok(fs::chmodat(&spot.dir, &spot.name, mode, AtFlags::SYMLINK_NOFOLLOW)?)
}
