//! The way to a place: always from the open root, name by name, through no link and onto no other filesystem.
//!
//! Linux has one call for it, `openat2`. Elsewhere, and where a kernel or a container does not offer that call, the
//! names are walked one after the other. Both hold the folder itself, so that renaming or replacing a folder on
//! the way can only lead to an error or to the folder as it was, never out of the target.
//!
//! The way to what belongs to the product and is changed is always a new one. Folders are kept open from one call to
//! the next ([`KeptOpen`]) only for looking, and for our own things, and only while somebody asks for it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{self, AtFlags, CWD, Mode, OFlags};
use rustix::io::Errno;

use super::super::Place;
use super::super::os::{refused, relative};
use super::kept_open::{KeepOpenGuard, KeptOpen};
use super::status::{self, ObjectKind, ObjectStatus};

/// Opens a folder only to start from it. Linux needs no right to read it for that.
#[cfg(target_os = "linux")]
const START: OFlags = OFlags::PATH.union(OFlags::DIRECTORY);
#[cfg(not(target_os = "linux"))]
const START: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY);

/// Never follow a link, never wait for a pipe's other end, never leak into a child, never become a terminal.
const ALWAYS: OFlags = OFlags::NOFOLLOW.union(OFlags::NONBLOCK).union(OFlags::CLOEXEC).union(OFlags::NOCTTY);

/// How names are resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Resolver {
    /// The kernel promises it in one call.
    #[cfg(target_os = "linux")]
    Openat2,
    /// One name at a time.
    Walk,
}

/// The open target folder.
pub(super) struct Root {
    /// Open for reading, since before anything was written: `syncfs` on it reports every error since then.
    pub(super) handle: Arc<OwnedFd>,
    pub(super) device: u64,
    resolver: Resolver,
    kept_open: KeptOpen,
}

/// An open folder inside the target and a name in it, which may or may not exist.
pub(super) struct Resolved {
    pub(super) dir: Arc<OwnedFd>,
    pub(super) name: String,
    device: u64,
    resolver: Resolver,
}

impl Root {
    pub(super) fn open(path: &Path, resolver: Option<Resolver>) -> io::Result<Self> {
        let path = path.components().collect::<PathBuf>();
        let flags = ALWAYS | OFlags::RDONLY | OFlags::DIRECTORY;
        let handle = fs::openat(CWD, &path, flags, Mode::empty())?;
        let device = status::of_handle(&handle)?.device;
        let resolver = resolver.unwrap_or_else(|| best_resolver(&handle));
        Ok(Self { handle: Arc::new(handle), device, resolver, kept_open: KeptOpen::default() })
    }

    /// Where the open folder is now.
    #[cfg(target_os = "linux")]
    pub(super) fn path(&self) -> io::Result<PathBuf> {
        use rustix::fd::AsRawFd;
        std::fs::read_link(format!("/proc/self/fd/{}", self.handle.as_raw_fd()))
    }

    /// Where the open folder is now.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn path(&self) -> io::Result<PathBuf> {
        let path = fs::getpath(&self.handle)?;
        Ok(PathBuf::from(std::os::unix::ffi::OsStringExt::from_vec(path.into_bytes())))
    }

    /// Keeps folders open until the wish is dropped.
    pub(super) fn keep_folders_open(&self) -> KeepOpenGuard<'_> {
        self.kept_open.wish()
    }

    /// The thing at `place` is about to go away or to move.
    pub(super) fn forget(&self, place: &Place) -> io::Result<()> {
        self.kept_open.forget(&relative(place)?);
        Ok(())
    }

    /// The folder that `place` is in, and its name there. The root has none. The folder may have been opened by an
    /// earlier call.
    pub(super) fn spot(&self, place: &Place) -> io::Result<Resolved> {
        self.resolve(place, |parent| {
            if let Some(open) = self.kept_open.find(parent) {
                return Ok(open);
            }
            let folder = self.folder(parent)?;
            self.kept_open.keep(parent, &folder);
            Ok(folder)
        })
    }

    /// As [`Root::spot`], by the way that leads there at this moment.
    pub(super) fn spot_now(&self, place: &Place) -> io::Result<Resolved> {
        self.resolve(place, |parent| self.folder(parent))
    }

    fn resolve(
        &self,
        place: &Place,
        folder: impl FnOnce(&str) -> io::Result<Arc<OwnedFd>>,
    ) -> io::Result<Resolved> {
        let path = relative(place)?;
        if path.is_empty() {
            return Err(refused("the target folder itself is not a place in it"));
        }
        let (dir, name) = match path.rsplit_once('/') {
            Some((parent, name)) => (folder(parent)?, name),
            None => (self.handle.clone(), &*path),
        };
        Ok(Resolved { dir, name: name.to_owned(), device: self.device, resolver: self.resolver })
    }

    /// The folder at `place`, open for `flags`.
    pub(super) fn open_dir(&self, place: &Place, flags: OFlags) -> io::Result<OwnedFd> {
        match place {
            Place::Root => {
                Ok(fs::openat(&self.handle, ".", ALWAYS | flags | OFlags::DIRECTORY, Mode::empty())?)
            }
            _ => self.spot(place)?.open_dir(flags),
        }
    }

    fn folder(&self, path: &str) -> io::Result<Arc<OwnedFd>> {
        match self.resolver {
            #[cfg(target_os = "linux")]
            Resolver::Openat2 => {
                Ok(beneath(&self.handle, path, START, Mode::empty()).map(Arc::new).map_err(not_a_dir)?)
            }
            Resolver::Walk => {
                let mut dir = self.handle.clone();
                for name in path.split('/') {
                    let next = one_step(&dir, name, START, Mode::empty(), self.device);
                    dir = Arc::new(next.map_err(not_a_dir)?);
                }
                Ok(dir)
            }
        }
    }
}

impl Resolved {
    /// What is there, without following it.
    pub(super) fn status(&self) -> io::Result<Option<ObjectStatus>> {
        match status::at(&self.dir, &self.name) {
            Ok(found) => Ok(Some(found)),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// What is there; it is an error if there is nothing or another filesystem.
    pub(super) fn existing(&self) -> io::Result<ObjectStatus> {
        let found = self.status()?.ok_or(Errno::NOENT)?;
        if found.is_mount(self.device) { Err(Errno::XDEV.into()) } else { Ok(found) }
    }

    /// Opens or creates what is there, on this filesystem only. A link is never followed.
    pub(super) fn open(&self, flags: OFlags, mode: Mode) -> io::Result<OwnedFd> {
        let opened = match self.resolver {
            #[cfg(target_os = "linux")]
            Resolver::Openat2 => beneath(&self.dir, &self.name, flags, mode),
            Resolver::Walk => one_step(&self.dir, &self.name, flags, mode, self.device),
        };
        Ok(opened?)
    }

    /// Opens the folder there.
    pub(super) fn open_dir(&self, flags: OFlags) -> io::Result<OwnedFd> {
        self.open(flags | OFlags::DIRECTORY, Mode::empty()).map_err(|error| {
            match Errno::from_io_error(&error) {
                Some(Errno::LOOP) => Errno::NOTDIR.into(),
                _ => error,
            }
        })
    }

    /// Opens the regular file there. It is looked at first, because opening a device can already do something,
    /// and again afterwards, because it may have been replaced in between.
    pub(super) fn open_file(&self, flags: OFlags) -> io::Result<OwnedFd> {
        only_file(&self.existing()?)?;
        self.open_looked_at(flags).map(|(file, _)| file)
    }

    /// Opens the regular file there that somebody has just looked at: `object`, and nothing that took its place.
    pub(super) fn open_seen(&self, object: u64) -> io::Result<OwnedFd> {
        let (file, found) = self.open_looked_at(OFlags::RDONLY)?;
        if found.object == object { Ok(file) } else { Err(Errno::NOENT.into()) }
    }

    fn open_looked_at(&self, flags: OFlags) -> io::Result<(OwnedFd, ObjectStatus)> {
        let file = self.open(flags, Mode::empty())?;
        let found = status::of_handle(&file)?;
        only_file(&found)?;
        Ok((file, found))
    }

    /// Opens the file or folder there for reading.
    pub(super) fn open_file_or_dir(&self) -> io::Result<OwnedFd> {
        self.open_file_or_dir_of(&self.existing()?)
    }

    /// The same of what was just `found` there.
    pub(super) fn open_file_or_dir_of(&self, found: &ObjectStatus) -> io::Result<OwnedFd> {
        if found.kind == ObjectKind::Dir {
            return self.open_dir(OFlags::RDONLY);
        }
        only_file(found)?;
        self.open_looked_at(OFlags::RDONLY).map(|(file, _)| file)
    }
}

fn only_file(found: &ObjectStatus) -> io::Result<()> {
    match found.kind {
        ObjectKind::File => Ok(()),
        ObjectKind::Dir => Err(Errno::ISDIR.into()),
        ObjectKind::Link => Err(refused("not a regular file but a link")),
        ObjectKind::Special(word) => Err(refused(&format!("not a regular file but a {word}"))),
    }
}

/// A link where a folder should be is reported as "too many links".
fn not_a_dir(error: Errno) -> Errno {
    if error == Errno::LOOP { Errno::NOTDIR } else { error }
}

#[cfg(target_os = "linux")]
fn beneath(dir: impl AsFd, path: &str, flags: OFlags, mode: Mode) -> Result<OwnedFd, Errno> {
    use rustix::fs::ResolveFlags;
    let confined = ResolveFlags::BENEATH
        | ResolveFlags::NO_SYMLINKS
        | ResolveFlags::NO_MAGICLINKS
        | ResolveFlags::NO_XDEV;
    fs::openat2(dir, path, permitted(flags), mode, confined)
}

fn one_step(dir: impl AsFd, name: &str, flags: OFlags, mode: Mode, device: u64) -> Result<OwnedFd, Errno> {
    // The mount check by name comes first: it also sees a folder of this same filesystem mounted there.
    match status::at(&dir, name) {
        Ok(found) if found.is_mount(device) => return Err(Errno::XDEV),
        _ => {}
    }
    let opened = fs::openat(dir, name, permitted(flags), mode)?;
    if status::of_handle(&opened)?.device == device { Ok(opened) } else { Err(Errno::XDEV) }
}

/// `openat2` refuses flags that mean nothing together with `O_PATH`.
fn permitted(flags: OFlags) -> OFlags {
    #[cfg(target_os = "linux")]
    if flags.contains(OFlags::PATH) {
        return flags | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    }
    flags | ALWAYS
}

#[cfg(target_os = "linux")]
fn best_resolver(root: &OwnedFd) -> Resolver {
    // Kernels before 5.6 do not know the call and some containers forbid it; either way it fails on "." already.
    match beneath(root, ".", START, Mode::empty()) {
        Ok(_) => Resolver::Openat2,
        Err(_) => Resolver::Walk,
    }
}

#[cfg(not(target_os = "linux"))]
fn best_resolver(_: &OwnedFd) -> Resolver {
    Resolver::Walk
}

/// Whether the present user has `access` to `name` in `dir`.
pub(super) fn may(dir: impl AsFd, name: &str, access: fs::Access) -> io::Result<bool> {
    match fs::accessat(dir, name, access, AtFlags::EACCESS) {
        Ok(()) => Ok(true),
        Err(Errno::ACCESS | Errno::PERM | Errno::ROFS) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
