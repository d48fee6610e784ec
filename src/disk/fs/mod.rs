//! Every call that reaches a target's disk, as one small interface.
//!
//! Three things implement [`Fs`]: [`OsFs`] (the real disk), and in the tests a disk that loses power and one whose
//! calls fail or kill the process. All differences between systems end here.
//!
//! The interface itself carries two promises. A [`Place`] is inside the target and an implementation follows no
//! link on the way to it. And only four calls touch what belongs to the product, each of which moves or exchanges
//! whole things and destroys nothing: [`Fs::exchange`], [`Fs::move_in`], [`Fs::move_out`], [`Fs::set_dir_mode`].
//! Writing, truncating and removing need a [`StatePath`], a place in our own state folder.

mod os;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(test)]
mod os_tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

pub(crate) use self::os::FolderError;
#[cfg(unix)]
pub use self::unix::OsFs;
#[cfg(unix)]
pub(crate) use self::unix::{clone_file, make_link, outlive_size_limit};
#[cfg(windows)]
pub use self::windows::OsFs;
#[cfg(windows)]
pub(crate) use self::windows::{clone_file, make_link};

use crate::model::{Code, Mode, TreePath};

/// Windows has no limit on the size of files.
#[cfg(windows)]
pub(crate) fn outlive_size_limit() {}

/// Name of the state folder, directly in the target.
pub const STATE_DIR: &str = ".patchwright";

/// A place inside the state folder, relative to it; the empty path is the state folder itself.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatePath(String);

impl StatePath {
    /// The state folder.
    pub fn root() -> Self {
        Self(String::new())
    }

    /// A place of ours. `path` is `/`-separated and made of our own names only, never of text from outside.
    ///
    /// # Panics
    /// If `path` holds anything but ASCII letters, digits, `.`, `-`, `_` and single slashes, or a name of dots.
    pub fn new(path: &str) -> Self {
        assert!(path.split('/').all(Self::is_name), "state paths are made of our own names: {path:?}");
        Self(path.to_owned())
    }

    /// Whether a place of ours can be called `name`.
    pub fn is_name(name: &str) -> bool {
        !name.is_empty()
            && name != "."
            && name != ".."
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_".contains(&b))
    }

    /// The place called `name` in it.
    pub fn join(&self, name: impl fmt::Display) -> Self {
        if self.0.is_empty() {
            Self::new(&name.to_string())
        } else {
            Self::new(&format!("{}/{name}", self.0))
        }
    }

    /// The folder it is in; `None` for the state folder itself.
    pub fn parent(&self) -> Option<Self> {
        if self.0.is_empty() {
            None
        } else {
            Some(Self(self.0.rsplit_once('/').map_or("", |(p, _)| p).to_owned()))
        }
    }

    /// Whether it is in `folder`, at any depth.
    pub(crate) fn is_below(&self, folder: &Self) -> bool {
        folder.0.is_empty() && !self.0.is_empty()
            || self.0.strip_prefix(&folder.0).is_some_and(|rest| rest.starts_with('/'))
    }

    /// Where this is when what it is, or is in, moves `from` one place `to` another.
    pub(crate) fn moved(&self, from: &Self, to: &Self) -> Self {
        Self(format!("{}{}", to.0, self.0.strip_prefix(&from.0).unwrap_or_default()))
    }

    /// Relative to the state folder.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StatePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(STATE_DIR)?;
        if self.0.is_empty() { Ok(()) } else { write!(f, "/{}", self.0) }
    }
}

impl fmt::Debug for StatePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// A place inside the target.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Place {
    /// The target folder itself.
    Root,
    /// A place of the product.
    Tree(TreePath),
    /// A place of ours.
    State(StatePath),
}

impl Place {
    /// The folder that `path` is in.
    pub(crate) fn parent_of(path: &TreePath) -> Self {
        path.parent().map_or(Place::Root, Place::Tree)
    }
}

impl From<&TreePath> for Place {
    fn from(path: &TreePath) -> Self {
        Place::Tree(path.clone())
    }
}

impl From<&StatePath> for Place {
    fn from(path: &StatePath) -> Self {
        Place::State(path.clone())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Root => f.write_str("."),
            Place::Tree(path) => path.fmt(f),
            Place::State(path) => path.fmt(f),
        }
    }
}

/// What kind of thing is at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatKind {
    /// A regular file of this many bytes.
    File {
        /// Length in bytes.
        size_bytes: u64,
    },
    /// A symbolic link (on Windows also a junction).
    Link,
    /// A folder on the same filesystem as the target.
    Dir,
    /// A folder where another filesystem is mounted.
    Mount,
    /// A device, pipe or socket; the word says which.
    Special(&'static str),
}

/// What a look at a place shows, without following a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stat {
    pub kind: StatKind,
    /// Its permission bits, or the stand-ins of [`Mode`] where the system has none.
    pub mode: Mode,
    /// Identity of the object on its filesystem (inode number): the same object has the same one under any name.
    pub object: u64,
    /// How many names the object has.
    pub names: u64,
    /// Its user and group, where the system has them.
    pub owner: Option<(u32, u32)>,
    /// When its content last changed, in nanoseconds since 1970.
    pub modified_nanos: i128,
}

/// The names in a folder, in no order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FolderNames {
    /// Those that are text.
    pub text: Vec<String>,
    /// Those that are not UTF-8, with the bytes that are not spelled out (`caf\xe9`). No path leads there.
    pub not_text: Vec<String>,
}

impl FolderNames {
    /// Sorts one name in.
    fn add(&mut self, name: &[u8]) {
        match std::str::from_utf8(name) {
            Ok(name) => self.text.push(name.to_owned()),
            Err(_) => self.not_text.push(name.escape_ascii().to_string()),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.not_text.is_empty()
    }
}

/// What a filesystem can and cannot do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Features {
    /// Two things can trade places in one atomic step.
    pub exchange: bool,
    /// Permission bits are kept.
    pub modes: bool,
    /// The present user may change what is in a folder whatever its permission bits say: the administrator.
    pub overrides_modes: bool,
    /// A thing can have two names.
    pub hard_links: bool,
    /// `a` and `A` are different names.
    pub case_sensitive: bool,
    /// Names that Windows refuses can be stored.
    pub any_name: bool,
    /// What the volume is and whether it keeps the promises.
    pub volume: Volume,
}

/// What sort of volume a folder is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Volume {
    /// A local filesystem that keeps order and locks.
    Local,
    /// FAT or exFAT: no journal; a power cut may harm it beyond our reach.
    Fat,
    /// A network or user-space filesystem, by name: locks and the order of renames are not promised.
    Network(String),
    /// Mounted read-only.
    ReadOnly,
}

/// Room on the target's volume for the present user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    pub free_bytes: u64,
    /// Free file entries; `u64::MAX` where the filesystem has no such limit.
    pub free_entries: u64,
    /// Allocation unit in bytes.
    pub block_bytes: u64,
}

/// Everything about an object that is neither content nor permission bits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attributes {
    /// User and group that own it, where the system has them.
    pub owner: Option<(u32, u32)>,
    /// Extended attributes, access control lists and labels among them, by name. On Windows `acl` holds the
    /// security descriptor and `flags` the hidden, system and archive flags.
    pub extended: BTreeMap<String, Vec<u8>>,
}

/// An open regular file.
pub trait FileRead: Read + Seek + Send {}
impl<T: Read + Seek + Send> FileRead for T {}

/// A new file in the state folder. Dropping it closes it; it is durable only after [`Fs::sync`].
pub trait FileWrite: Write + Send {}
impl<T: Write + Send> FileWrite for T {}

/// While it lives, folders may stay open from one call to the next.
pub trait KeepsOpen {}
impl<T> KeepsOpen for T {}

/// The lock on a target; kept until dropped. The system releases it when the process dies.
pub trait LockGuard: Send + Sync {}

/// How a target is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockKind {
    /// Many readers.
    Shared,
    /// One writer.
    Exclusive,
}

/// The disk of one target.
///
/// Every call is atomic with respect to a crash, none is durable before [`Fs::sync`]. Errors are the system's;
/// callers add the place. Calls that create or move fail with [`io::ErrorKind::AlreadyExists`] rather than
/// replace something.
pub trait Fs: Send + Sync {
    /// What the filesystem can do. Asked once; does not fail: what is unknown is reported as absent.
    fn features(&self) -> Features;

    /// What is at `at`; `None` when nothing is there or a parent is missing. A parent that is a link, a file or
    /// another filesystem is an error: [`io::ErrorKind::NotADirectory`] or [`io::ErrorKind::CrossesDevices`].
    fn look(&self, at: &Place) -> io::Result<Option<Stat>>;

    fn list(&self, dir: &Place) -> io::Result<FolderNames>;

    /// Where a symbolic link points.
    fn read_link(&self, at: &Place) -> io::Result<String>;

    /// Opens a regular file for reading; anything else is refused without waiting for it.
    fn open(&self, at: &Place) -> io::Result<Box<dyn FileRead>>;

    /// Opens the regular file that was just `seen` at `at`, without another look before.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`] where another thing has taken its place, as far as that is noticed; else as
    /// [`Fs::open`].
    fn open_seen(&self, at: &Place, _seen: &Stat) -> io::Result<Box<dyn FileRead>> {
        self.open(at)
    }

    /// Lets folders stay open until the answer is dropped, so that looking at many things in them takes fewer calls. What
    /// is looked at meanwhile may have been there at any moment since. What belongs to the product is changed where it is
    /// at the moment of the change all the same.
    fn keep_folders_open(&self) -> Box<dyn KeepsOpen + '_> {
        Box::new(())
    }

    /// Room for the present user.
    fn space(&self) -> io::Result<Space>;

    /// Where the folder is now if `path`, by which it was opened, leads to it no more. Only real folders move.
    ///
    /// # Errors
    /// The system's.
    fn moved_to(&self, _path: &Path) -> io::Result<Option<PathBuf>> {
        Ok(None)
    }

    /// The objects that some program has open for writing, as far as that can be known: what it writes goes on going
    /// there, whatever name they have by then.
    ///
    /// # Errors
    /// The system's.
    fn open_for_writing(&self) -> io::Result<BTreeSet<u64>> {
        Ok(BTreeSet::new())
    }

    /// Owner, extended attributes, access control lists.
    fn attributes(&self, at: &Place) -> io::Result<Attributes>;

    /// Reasons why the present user could not create, rename and remove names in `dir` (a missing right, a sticky
    /// folder, an immutable flag …), as lower-case phrases. Empty: nothing speaks against it. Writes nothing.
    fn obstacles_to_change(&self, dir: &Place) -> io::Result<Vec<String>>;

    /// Reasons why the thing at `at` itself could not be replaced with everything kept: it is immutable
    /// ([`Code::Rights`]), a named program holds it ([`Code::InUse`]), the present user could not give a new one the
    /// same owner ([`Code::Attributes`]) …
    fn obstacles_to_move(&self, at: &TreePath) -> io::Result<Vec<(Code, String)>>;

    /// Takes the lock, or returns `None` if somebody else holds it. Exclusive creates the state folder
    /// (mode 0700) when it is missing; shared creates nothing and locks nothing when it is missing.
    fn lock(&self, kind: LockKind) -> io::Result<Option<Box<dyn LockGuard>>>;

    /// Makes a folder of ours.
    fn make_dir(&self, at: &StatePath, mode: Mode) -> io::Result<()>;

    /// Makes an empty file of ours, mode 0600, and opens it for writing.
    fn create(&self, at: &StatePath) -> io::Result<Box<dyn FileWrite>>;

    /// Makes a symbolic link of ours.
    fn make_link(&self, at: &StatePath, points_to: &str) -> io::Result<()>;

    /// Gives the object at `from` a second name of ours.
    fn hard_link(&self, from: &Place, to: &StatePath) -> io::Result<()>;

    /// Makes `to` share the content blocks of the file at `from`; [`io::ErrorKind::Unsupported`] where the
    /// filesystem cannot. `to` must not exist and gets mode 0600.
    fn reflink(&self, from: &Place, to: &StatePath) -> io::Result<()>;

    /// Sets permission bits of something of ours.
    fn set_mode(&self, at: &StatePath, mode: Mode) -> io::Result<()>;

    /// Makes the present the time at which a file of ours last changed, where the present user may.
    ///
    /// # Errors
    /// The system's.
    fn touch(&self, _at: &StatePath) -> io::Result<()> {
        Ok(())
    }

    /// Gives something of ours these attributes.
    fn set_attributes(&self, at: &StatePath, attributes: &Attributes) -> io::Result<()>;

    /// The same, and then these permission bits, which another owner may have taken away.
    ///
    /// # Errors
    /// The system's.
    fn make_like(&self, at: &StatePath, attributes: &Attributes, mode: Mode) -> io::Result<()> {
        self.set_attributes(at, attributes)?;
        self.set_mode(at, mode)
    }

    /// Renames something of ours to a name nobody has.
    fn rename(&self, from: &StatePath, to: &StatePath) -> io::Result<()>;

    /// Removes a file or link of ours.
    fn remove_file(&self, at: &StatePath) -> io::Result<()>;

    /// Removes an empty folder of ours.
    fn remove_dir(&self, at: &StatePath) -> io::Result<()>;

    /// Lets the two things trade places in one step. Only where [`Features::exchange`].
    fn exchange(&self, ours: &StatePath, product: &TreePath) -> io::Result<()>;

    /// Moves something of ours to a free place of the product.
    fn move_in(&self, ours: &StatePath, product: &TreePath) -> io::Result<()>;

    /// Moves something of the product to a free place of ours.
    fn move_out(&self, product: &TreePath, ours: &StatePath) -> io::Result<()>;

    /// Sets the permission bits of a folder of the product, in place.
    fn set_dir_mode(&self, dir: &TreePath, mode: Mode) -> io::Result<()>;

    /// Returns when the content and permission bits of these files, and the names in these folders, are on disk
    /// and would survive a power cut. One call is one sync point; an implementation may sync more than asked. An
    /// error means that nothing is known about any of them.
    fn sync(&self, places: &[Place]) -> io::Result<()>;
}
