//! The real disk on Windows.
//!
//! What differs from Unix: nothing can be exchanged in one step, there are no permission bits, a folder's names are
//! made durable by the rename itself (write-through) because nobody can sync a folder, and a file that somebody
//! holds open is in the way.

mod attributes;
mod confine;
mod sys;

#[cfg(test)]
mod tests;

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::windows::fs::OpenOptionsExt;
use std::path::{Component, Path, PathBuf, Prefix};

use windows_sys::Win32::Foundation::{GENERIC_READ, GENERIC_WRITE};
use windows_sys::Win32::Storage::FileSystem::{
    DELETE, FILE_ADD_FILE, FILE_ADD_SUBDIRECTORY, FILE_ATTRIBUTE_DIRECTORY, FILE_SHARE_READ,
    FILE_SHARE_WRITE, FILE_WRITE_DATA, READ_CONTROL,
};
use windows_sys::Win32::System::SystemServices::{
    FILE_PERSISTENT_ACLS, FILE_READ_ONLY_VOLUME, FILE_SUPPORTS_HARD_LINKS,
};

use self::confine::{A_MOMENT, A_WHILE, Resolved, Root, Status, naming_holders, options};
use super::os::{FolderError, LOCK_FILE, in_parallel, refused, utf8};
use super::{
    Attributes, Features, FileRead, FileWrite, FolderNames, Fs, LockGuard, LockKind, Place, Space, Stat,
    StatKind, StatePath, Volume,
};
use crate::model::{Code, Mode, TreePath};

/// What an allocation unit of NTFS is unless somebody chose another one.
const USUAL_BLOCK_BYTES: u64 = 4096;

/// The real disk, confined to one folder.
pub struct OsFs {
    root: Root,
    features: Features,
    /// Nobody keeps what is in it.
    is_disposable: bool,
    /// Whether the filesystem knows to whom things belong; FAT says of all of them that they are everybody's.
    keeps_owners: bool,
}

struct Held(Option<File>);

impl LockGuard for Held {}

impl Drop for Held {
    fn drop(&mut self) {
        // Windows releases the lock of a closed file "at some time"; this releases it now.
        if let Some(file) = &self.0 {
            file.unlock().ok();
        }
    }
}

impl OsFs {
    /// Opens the folder. Its own name must not be a link; folders above it may be links. As long as it is open,
    /// nobody can rename or remove the folder.
    ///
    /// # Errors
    /// The folder is a link, is none, or the system refuses.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        FolderError::check(path)?;
        let open = || {
            let root = Root::open(path)?;
            let (name, flags) = sys::filesystem(&root.handle)?;
            let features = features(&root, &name, flags);
            let keeps_owners = flags & FILE_PERSISTENT_ACLS != 0;
            Ok(Self { root, features, is_disposable: false, keeps_owners })
        };
        open().map_err(|e| FolderError::new(path, e))
    }

    /// For a folder that nobody keeps: what is synced does not wait for the disk, and a power cut may lose it.
    #[must_use]
    pub fn disposable(self) -> Self {
        Self { is_disposable: true, ..self }
    }

    fn ours(&self, at: &StatePath) -> io::Result<Resolved> {
        self.root.spot(&Place::State(at.clone()))
    }

    fn theirs(&self, at: &TreePath) -> io::Result<Resolved> {
        self.root.spot(&Place::Tree(at.clone()))
    }
}

impl Fs for OsFs {
    fn features(&self) -> Features {
        self.features.clone()
    }

    fn look(&self, at: &Place) -> io::Result<Option<Stat>> {
        match self.root.spot(at) {
            Ok(spot) => spot.found(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn list(&self, dir: &Place) -> io::Result<FolderNames> {
        let spot = self.root.spot(dir)?;
        spot.only_dir()?;
        let mut names = FolderNames::default();
        for entry in spot.read(|folder| std::fs::read_dir(folder))? {
            names.add(entry?.file_name().as_encoded_bytes());
        }
        Ok(names)
    }

    fn read_link(&self, at: &Place) -> io::Result<String> {
        let spot = self.root.spot(at)?;
        let target = std::fs::read_link(&spot.path)?;
        // Bundles spell links with slashes, on every system, and a link to a folder with one at its end.
        let mut target = utf8(target.as_os_str().as_encoded_bytes())?.replace('\\', "/");
        if spot.existing()?.flags & FILE_ATTRIBUTE_DIRECTORY != 0 && !target.ends_with('/') {
            target.push('/');
        }
        Ok(target)
    }

    fn open(&self, at: &Place) -> io::Result<Box<dyn FileRead>> {
        Ok(Box::new(Reading::new(self.root.spot(at)?)?))
    }

    fn space(&self) -> io::Result<Space> {
        // The system wants a trailing backslash at a network folder and does not mind one elsewhere.
        let folder = self.root.path.join("");
        let block_bytes = sys::block_bytes(&folder).unwrap_or(USUAL_BLOCK_BYTES).max(1);
        Ok(Space { free_bytes: sys::free_bytes(&folder)?, free_entries: u64::MAX, block_bytes })
    }

    fn attributes(&self, at: &Place) -> io::Result<Attributes> {
        attributes::read(&self.root.spot(at)?)
    }

    fn obstacles_to_change(&self, dir: &Place) -> io::Result<Vec<String>> {
        let spot = self.root.spot(dir)?;
        spot.only_dir()?;
        let mut obstacles = Vec::new();
        if self.features.volume == Volume::ReadOnly {
            obstacles.push("the volume is read-only".to_owned());
        }
        match spot.open(FILE_ADD_FILE | FILE_ADD_SUBDIRECTORY, A_MOMENT) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                obstacles.push("the present user may not add files or folders to the folder".to_owned());
            }
            Err(error) => return Err(error),
        }
        Ok(obstacles)
    }

    fn obstacles_to_move(&self, at: &TreePath) -> io::Result<Vec<(Code, String)>> {
        let spot = self.theirs(at)?;
        let seen = spot.existing()?;
        // An original is synced before it is moved, and only who may write a file can sync it. Nobody may write a
        // program that is running.
        let is_synced = matches!(seen.found.kind, StatKind::File { .. }) && !seen.is_read_only();
        let access = if is_synced { DELETE | FILE_WRITE_DATA } else { DELETE };
        Ok(match spot.open(access, A_MOMENT) {
            Ok(_) => Vec::new(),
            Err(error) if error.kind() == io::ErrorKind::ResourceBusy => {
                vec![(Code::InUse, error.to_string())]
            }
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                vec![(Code::Rights, "the present user may not change, move or delete it".to_owned())]
            }
            Err(error) => return Err(error),
        })
    }

    fn lock(&self, kind: LockKind) -> io::Result<Option<Box<dyn LockGuard>>> {
        let file = match kind {
            LockKind::Exclusive => Some(self.lock_file_made()?),
            LockKind::Shared => self.lock_file()?,
        };
        let Some(file) = file else {
            return Ok(Some(Box::new(Held(None))));
        };
        let answer = match kind {
            LockKind::Shared => file.try_lock_shared(),
            LockKind::Exclusive => file.try_lock(),
        };
        match answer {
            Ok(()) => Ok(Some(Box::new(Held(Some(file))))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn make_dir(&self, at: &StatePath, _mode: Mode) -> io::Result<()> {
        self.ours(at)?.change(|path| std::fs::create_dir(path))
    }

    fn create(&self, at: &StatePath) -> io::Result<Box<dyn FileWrite>> {
        let new = |path: &Path| options(GENERIC_WRITE).write(true).create_new(true).open(path);
        Ok(Box::new(self.ours(at)?.change(new)?))
    }

    fn make_link(&self, at: &StatePath, points_to: &str) -> io::Result<()> {
        make_link(points_to, &self.ours(at)?.path)
    }

    fn hard_link(&self, from: &Place, to: &StatePath) -> io::Result<()> {
        let (from, to) = (self.root.spot(from)?, self.ours(to)?);
        from.change(|from| std::fs::hard_link(from, &to.path))
    }

    fn reflink(&self, _from: &Place, _to: &StatePath) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn set_mode(&self, at: &StatePath, _mode: Mode) -> io::Result<()> {
        self.ours(at)?.existing().map(drop)
    }

    fn set_attributes(&self, at: &StatePath, attributes: &Attributes) -> io::Result<()> {
        attributes::write(&self.ours(at)?, attributes)
    }

    fn rename(&self, from: &StatePath, to: &StatePath) -> io::Result<()> {
        let (from, to) = (self.ours(from)?, self.ours(to)?);
        from.change(|from| sys::rename(from, &to.path))
    }

    fn remove_file(&self, at: &StatePath) -> io::Result<()> {
        let spot = self.ours(at)?;
        let seen = spot.existing()?;
        match seen.found.kind {
            StatKind::Dir => Err(io::ErrorKind::IsADirectory.into()),
            // To Windows a link to a folder is an empty folder of a special kind.
            _ if seen.flags & FILE_ATTRIBUTE_DIRECTORY != 0 => {
                remove(&spot, &seen, |path| std::fs::remove_dir(path))
            }
            _ => remove(&spot, &seen, |path| std::fs::remove_file(path)),
        }
    }

    fn remove_dir(&self, at: &StatePath) -> io::Result<()> {
        let spot = self.ours(at)?;
        let seen = spot.existing()?;
        match seen.found.kind {
            StatKind::Dir => remove(&spot, &seen, |path| std::fs::remove_dir(path)),
            _ => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    fn exchange(&self, _ours: &StatePath, _product: &TreePath) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn move_in(&self, ours: &StatePath, product: &TreePath) -> io::Result<()> {
        let (from, to) = (self.ours(ours)?, self.theirs(product)?);
        from.change(|from| sys::rename(from, &to.path))
    }

    fn move_out(&self, product: &TreePath, ours: &StatePath) -> io::Result<()> {
        let (from, to) = (self.theirs(product)?, self.ours(ours)?);
        from.change(|from| sys::rename(from, &to.path))
    }

    fn set_dir_mode(&self, dir: &TreePath, _mode: Mode) -> io::Result<()> {
        self.theirs(dir)?.only_dir()
    }

    fn sync(&self, places: &[Place]) -> io::Result<()> {
        match self.is_disposable {
            true => Ok(()),
            false => in_parallel(places, |place| self.sync_one(place)),
        }
    }
}

impl OsFs {
    fn sync_one(&self, place: &Place) -> io::Result<()> {
        let spot = self.root.spot(place)?;
        let seen = spot.existing()?;
        match seen.found.kind {
            // Renames are written through, and Windows has no promise to give about folders beyond that.
            StatKind::Dir | StatKind::Link => Ok(()),
            // Cannot be opened for writing, as a sync needs; was synced when it got the flag, or long ago.
            StatKind::File { .. } if seen.is_read_only() => Ok(()),
            _ => spot.open_file(GENERIC_WRITE, A_WHILE)?.sync_all(),
        }
    }

    /// The lock file in a state folder that is ours; `None` when either is missing.
    fn lock_file(&self) -> io::Result<Option<File>> {
        let Some(state) = self.state_dir()? else {
            return Ok(None);
        };
        if self.keeps_owners {
            check_owner(&state)?;
        }
        let spot = self.ours(&StatePath::new(LOCK_FILE))?;
        match spot.existing() {
            Ok(_) => spot.open_file(GENERIC_READ, A_WHILE).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn lock_file_made(&self) -> io::Result<File> {
        let state = self.ours(&StatePath::root())?;
        match std::fs::create_dir(&state.path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        if self.lock_file()?.is_none() {
            let spot = self.ours(&StatePath::new(LOCK_FILE))?;
            match options(GENERIC_WRITE).write(true).create_new(true).open(&spot.path) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            }
        }
        let spot = self.ours(&StatePath::new(LOCK_FILE))?;
        // Whoever holds the lock does not let the file be replaced, so two locks at a time cannot be.
        let file = spot.change(|path| {
            options(GENERIC_READ | GENERIC_WRITE).share_mode(FILE_SHARE_READ | FILE_SHARE_WRITE).open(path)
        })?;
        match Status::new(&file)?.found.kind {
            StatKind::File { .. } => Ok(file),
            _ => Err(refused("the lock file is not a regular file")),
        }
    }

    fn state_dir(&self) -> io::Result<Option<Resolved>> {
        let spot = self.ours(&StatePath::root())?;
        match spot.found()? {
            None => Ok(None),
            Some(_) => spot.only_dir().map(|()| Some(spot)),
        }
    }
}

/// A state folder that came with a downloaded product, or was put there by another user, is not ours.
fn check_owner(state: &Resolved) -> io::Result<()> {
    if sys::belongs_to_us(&state.open(READ_CONTROL, A_MOMENT)?)? {
        return Ok(());
    }
    let why = "the state folder does not belong to the present user";
    Err(io::Error::new(io::ErrorKind::PermissionDenied, why))
}

/// Removes a name with `call`. The flag that would prevent it is taken away only where it must be: other names of the
/// same file would lose it, too.
fn remove(spot: &Resolved, seen: &Status, call: fn(&Path) -> io::Result<()>) -> io::Result<()> {
    // Where Windows can, the standard library removes a read-only file as it is.
    match call(&spot.path) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied && seen.is_read_only() => {
            attributes::make_removable(spot)?;
        }
        Err(_) => {}
        Ok(()) => return Ok(()),
    }
    spot.change(call)
}

/// A file that is being read; somebody else may have locked pieces of it.
struct Reading {
    file: File,
    path: PathBuf,
}

impl Reading {
    fn new(spot: Resolved) -> io::Result<Self> {
        Ok(Self { file: spot.open_file(GENERIC_READ, A_MOMENT)?, path: spot.path })
    }
}

impl Read for Reading {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer).map_err(|error| naming_holders(error, &self.path))
    }
}

impl Seek for Reading {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// Copies a file to a new one. Says how long it is.
pub(crate) fn clone_file(from: &Path, to: &Path, _: impl Fn() -> io::Result<()>) -> io::Result<u64> {
    std::fs::copy(from, to)
}

/// Makes a symbolic link anywhere.
pub(crate) fn make_link(points_to: &str, at: &Path) -> io::Result<()> {
    // Windows wants to know what a link will point to. A link to a folder is told by its final slash.
    let target = points_to.replace('/', "\\");
    match target.strip_suffix('\\') {
        Some(folder) => std::os::windows::fs::symlink_dir(folder, at),
        None => std::os::windows::fs::symlink_file(target, at),
    }
}

fn features(root: &Root, name: &str, flags: u32) -> Features {
    let on_network = root.path.components().next().is_some_and(
        |first| matches!(first, Component::Prefix(prefix) if matches!(prefix.kind(), Prefix::VerbatimUNC(..))),
    );
    let volume = if flags & FILE_READ_ONLY_VOLUME != 0 {
        Volume::ReadOnly
    } else if on_network {
        Volume::Network("SMB".to_owned())
    } else if name.to_ascii_uppercase().contains("FAT") {
        Volume::Fat
    } else {
        Volume::Local
    };
    Features {
        exchange: false,
        modes: false,
        overrides_modes: false,
        hard_links: flags & FILE_SUPPORTS_HARD_LINKS != 0,
        case_sensitive: false,
        any_name: false,
        volume,
    }
}
