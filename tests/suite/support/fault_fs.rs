//! A disk on which one call goes wrong: it fails as the system would, writes less than it should, is the last thing
//! the process gets to, or somebody else is there just before it.
//!
//! Every call that can fail is counted, those on open files too, and is written down in [`FaultFs::calls`], so that
//! a test can first watch a run and then let each of its calls fail in each way.

use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use patchwright::disk::fs::{
    Attributes, Features, FileRead, FileWrite, FolderNames, Fs, LockGuard, LockKind, Place, Space, Stat,
    StatePath,
};
use patchwright::model::{Code, Mode, TreePath};

/// An error that systems are known to return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errno {
    /// The user may not.
    Access,
    /// In use.
    Busy,
    /// The other place is on another filesystem.
    CrossDevice,
    /// The user's share of the disk is full.
    DiskQuota,
    /// A signal came first.
    Interrupted,
    /// The device failed.
    Io,
    /// A name is too long.
    NameTooLong,
    /// The disk is full.
    NoSpace,
    /// Nobody may, or only the administrator.
    NotPermitted,
    /// Mounted read-only.
    ReadOnly,
    /// The program is running.
    TextBusy,
    /// The process has too many files open.
    TooManyOpen,
}

impl Errno {
    /// All of them.
    pub const ALL: [Errno; 12] = [
        Errno::Access,
        Errno::Busy,
        Errno::CrossDevice,
        Errno::DiskQuota,
        Errno::Interrupted,
        Errno::Io,
        Errno::NameTooLong,
        Errno::NoSpace,
        Errno::NotPermitted,
        Errno::ReadOnly,
        Errno::TextBusy,
        Errno::TooManyOpen,
    ];

    /// The error as this system reports it.
    pub fn error(self) -> io::Error {
        io::Error::from_raw_os_error(self.code())
    }

    #[cfg(unix)]
    fn code(self) -> i32 {
        use rustix::io::Errno as System;
        let errno = match self {
            Errno::Access => System::ACCESS,
            Errno::Busy => System::BUSY,
            Errno::CrossDevice => System::XDEV,
            Errno::DiskQuota => System::DQUOT,
            Errno::Interrupted => System::INTR,
            Errno::Io => System::IO,
            Errno::NameTooLong => System::NAMETOOLONG,
            Errno::NoSpace => System::NOSPC,
            Errno::NotPermitted => System::PERM,
            Errno::ReadOnly => System::ROFS,
            Errno::TextBusy => System::TXTBSY,
            Errno::TooManyOpen => System::MFILE,
        };
        errno.raw_os_error()
    }

    /// The numbers are those of `winerror.h`, by the names beside them.
    #[cfg(windows)]
    fn code(self) -> i32 {
        match self {
            Errno::Access => 5,          // ERROR_ACCESS_DENIED
            Errno::Busy => 170,          // ERROR_BUSY
            Errno::CrossDevice => 17,    // ERROR_NOT_SAME_DEVICE
            Errno::DiskQuota => 1295,    // ERROR_DISK_QUOTA_EXCEEDED
            Errno::Interrupted => 995,   // ERROR_OPERATION_ABORTED
            Errno::Io => 1117,           // ERROR_IO_DEVICE
            Errno::NameTooLong => 206,   // ERROR_FILENAME_EXCED_RANGE
            Errno::NoSpace => 112,       // ERROR_DISK_FULL
            Errno::NotPermitted => 1314, // ERROR_PRIVILEGE_NOT_HELD
            Errno::ReadOnly => 19,       // ERROR_WRITE_PROTECT
            Errno::TextBusy => 32,       // ERROR_SHARING_VIOLATION
            Errno::TooManyOpen => 4,     // ERROR_TOO_MANY_OPEN_FILES
        }
    }
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The call fails and does nothing.
    Fails(Errno),
    /// A write writes half of what it was given, and the next write fails because the disk is full; any other call
    /// fails because of that at once.
    ShortWrite,
    /// The process is killed before the call, without a chance to clean up.
    Kills,
    /// The program has a fault just before it.
    Panics,
}

/// Which call goes wrong, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// The n-th call of all.
    Call(usize),
    /// The k-th call of this name.
    CallOf(&'static str, usize),
}

/// How long it goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lasting {
    /// From that call on, every call that the choice is about.
    FromThenOn,
    /// At that call only.
    Once,
}

/// A call that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Counted from 1 over all calls.
    pub number: usize,
    /// Counted from 1 over the calls of this name.
    pub number_of_kind: usize,
    /// The name of the method of [`Fs`]; `read` and `write` for those on open files, `lock_shared` for a lock that
    /// writes nothing.
    pub kind: &'static str,
    /// Where; two places are written `from -> to`, more with commas.
    pub place: String,
}

/// A disk on which one call goes wrong.
pub struct FaultFs {
    inner: Arc<dyn Fs>,
    watch: Arc<Mutex<Watch>>,
}

/// What was called, and what is to go wrong.
struct Watch {
    calls: Vec<Call>,
    trouble: Trouble,
    /// A short write was done, the next one fails.
    is_full: bool,
}

enum Trouble {
    Fault(At, Fault, Lasting),
    Interference(At, Box<dyn FnMut() + Send>),
    None,
}

/// What a call has to do after it was counted.
enum Course {
    Normal,
    WriteHalf,
    Panic,
}

impl Watch {
    fn begin(&mut self, kind: &'static str, place: String) -> io::Result<Course> {
        let number_of_kind = 1 + self.calls.iter().filter(|call| call.kind == kind).count();
        let call = Call { number: self.calls.len() + 1, number_of_kind, kind, place };
        let fault = match &mut self.trouble {
            Trouble::Fault(at, fault, lasting) if at.hits(&call, *lasting) => Some(*fault),
            Trouble::Interference(at, interfere) if at.hits(&call, Lasting::Once) => {
                interfere();
                None
            }
            _ => None,
        };
        self.calls.push(call);
        if kind == "write" && std::mem::take(&mut self.is_full) {
            return Err(Errno::NoSpace.error());
        }
        match fault {
            None => Ok(Course::Normal),
            Some(Fault::Fails(errno)) => Err(errno.error()),
            Some(Fault::ShortWrite) if kind == "write" => {
                self.is_full = true;
                Ok(Course::WriteHalf)
            }
            Some(Fault::ShortWrite) => Err(Errno::NoSpace.error()),
            Some(Fault::Kills) => kill_this_process(),
            Some(Fault::Panics) => Ok(Course::Panic),
        }
    }
}

impl At {
    fn hits(self, call: &Call, lasting: Lasting) -> bool {
        let (number, chosen) = match self {
            At::Call(n) => (call.number, n),
            At::CallOf(kind, k) if kind == call.kind => (call.number_of_kind, k),
            At::CallOf(..) => return false,
        };
        match lasting {
            Lasting::Once => number == chosen,
            Lasting::FromThenOn => number >= chosen,
        }
    }
}

#[cfg(unix)]
fn kill_this_process() -> ! {
    use rustix::process::{Signal, getpid, kill_process};
    kill_process(getpid(), Signal::KILL).expect("a process may kill itself");
    unreachable!("nobody survives this signal")
}

#[cfg(not(unix))]
fn kill_this_process() -> ! {
    std::process::abort()
}

impl FaultFs {
    /// A disk on which nothing goes wrong; its calls are written down.
    pub fn watching(inner: Arc<dyn Fs>) -> Self {
        Self::with(inner, Trouble::None)
    }

    /// A disk on which this goes wrong.
    pub fn failing(inner: Arc<dyn Fs>, at: At, fault: Fault, lasting: Lasting) -> Self {
        Self::with(inner, Trouble::Fault(at, fault, lasting))
    }

    /// A disk on which somebody else does something just before this call. `interfere` works on the disk inside,
    /// not on this one.
    pub fn interfered(inner: Arc<dyn Fs>, at: At, interfere: impl FnMut() + Send + 'static) -> Self {
        Self::with(inner, Trouble::Interference(at, Box::new(interfere)))
    }

    fn with(inner: Arc<dyn Fs>, trouble: Trouble) -> Self {
        let watch = Watch { calls: Vec::new(), trouble, is_full: false };
        Self { inner, watch: Arc::new(Mutex::new(watch)) }
    }

    /// Every call so far, those that went wrong too.
    pub fn calls(&self) -> Vec<Call> {
        self.watch.lock().expect("nobody panics with the watch in hand").calls.clone()
    }

    fn begin(&self, kind: &'static str, place: impl fmt::Display) -> io::Result<()> {
        begin(&self.watch, kind, place).map(drop)
    }
}

fn begin(watch: &Mutex<Watch>, kind: &'static str, place: impl fmt::Display) -> io::Result<Course> {
    let course = watch.lock().expect("nobody panics with the watch in hand").begin(kind, place.to_string());
    if let Ok(Course::Panic) = course {
        panic!("a fault at {kind} {place}");
    }
    course
}

impl Fs for FaultFs {
    fn features(&self) -> Features {
        self.inner.features()
    }

    fn look(&self, at: &Place) -> io::Result<Option<Stat>> {
        self.begin("look", at)?;
        self.inner.look(at)
    }

    fn list(&self, dir: &Place) -> io::Result<FolderNames> {
        self.begin("list", dir)?;
        self.inner.list(dir)
    }

    fn read_link(&self, at: &Place) -> io::Result<String> {
        self.begin("read_link", at)?;
        self.inner.read_link(at)
    }

    fn open(&self, at: &Place) -> io::Result<Box<dyn FileRead>> {
        self.begin("open", at)?;
        let file = self.inner.open(at)?;
        Ok(Box::new(Watched { file, watch: self.watch.clone(), place: at.clone() }))
    }

    fn space(&self) -> io::Result<Space> {
        self.begin("space", Place::Root)?;
        self.inner.space()
    }

    fn moved_to(&self, path: &Path) -> io::Result<Option<PathBuf>> {
        self.inner.moved_to(path)
    }

    fn open_for_writing(&self) -> io::Result<BTreeSet<u64>> {
        self.inner.open_for_writing()
    }

    fn touch(&self, at: &StatePath) -> io::Result<()> {
        self.begin("touch", at)?;
        self.inner.touch(at)
    }

    fn attributes(&self, at: &Place) -> io::Result<Attributes> {
        self.begin("attributes", at)?;
        self.inner.attributes(at)
    }

    fn obstacles_to_change(&self, dir: &Place) -> io::Result<Vec<String>> {
        self.begin("obstacles_to_change", dir)?;
        self.inner.obstacles_to_change(dir)
    }

    fn obstacles_to_move(&self, at: &TreePath) -> io::Result<Vec<(Code, String)>> {
        self.begin("obstacles_to_move", at)?;
        self.inner.obstacles_to_move(at)
    }

    fn lock(&self, kind: LockKind) -> io::Result<Option<Box<dyn LockGuard>>> {
        let name = match kind {
            LockKind::Exclusive => "lock",
            LockKind::Shared => "lock_shared",
        };
        self.begin(name, StatePath::root())?;
        self.inner.lock(kind)
    }

    fn make_dir(&self, at: &StatePath, mode: Mode) -> io::Result<()> {
        self.begin("make_dir", at)?;
        self.inner.make_dir(at, mode)
    }

    fn create(&self, at: &StatePath) -> io::Result<Box<dyn FileWrite>> {
        self.begin("create", at)?;
        let file = self.inner.create(at)?;
        Ok(Box::new(Watched { file, watch: self.watch.clone(), place: Place::from(at) }))
    }

    fn make_link(&self, at: &StatePath, points_to: &str) -> io::Result<()> {
        self.begin("make_link", at)?;
        self.inner.make_link(at, points_to)
    }

    fn hard_link(&self, from: &Place, to: &StatePath) -> io::Result<()> {
        self.begin("hard_link", format_args!("{from} -> {to}"))?;
        self.inner.hard_link(from, to)
    }

    fn reflink(&self, from: &Place, to: &StatePath) -> io::Result<()> {
        self.begin("reflink", format_args!("{from} -> {to}"))?;
        self.inner.reflink(from, to)
    }

    fn set_mode(&self, at: &StatePath, mode: Mode) -> io::Result<()> {
        self.begin("set_mode", at)?;
        self.inner.set_mode(at, mode)
    }

    fn set_attributes(&self, at: &StatePath, attributes: &Attributes) -> io::Result<()> {
        self.begin("set_attributes", at)?;
        self.inner.set_attributes(at, attributes)
    }

    fn rename(&self, from: &StatePath, to: &StatePath) -> io::Result<()> {
        self.begin("rename", format_args!("{from} -> {to}"))?;
        self.inner.rename(from, to)
    }

    fn remove_file(&self, at: &StatePath) -> io::Result<()> {
        self.begin("remove_file", at)?;
        self.inner.remove_file(at)
    }

    fn remove_dir(&self, at: &StatePath) -> io::Result<()> {
        self.begin("remove_dir", at)?;
        self.inner.remove_dir(at)
    }

    fn exchange(&self, ours: &StatePath, product: &TreePath) -> io::Result<()> {
        self.begin("exchange", format_args!("{ours} -> {product}"))?;
        self.inner.exchange(ours, product)
    }

    fn move_in(&self, ours: &StatePath, product: &TreePath) -> io::Result<()> {
        self.begin("move_in", format_args!("{ours} -> {product}"))?;
        self.inner.move_in(ours, product)
    }

    fn move_out(&self, product: &TreePath, ours: &StatePath) -> io::Result<()> {
        self.begin("move_out", format_args!("{product} -> {ours}"))?;
        self.inner.move_out(product, ours)
    }

    fn set_dir_mode(&self, dir: &TreePath, mode: Mode) -> io::Result<()> {
        self.begin("set_dir_mode", dir)?;
        self.inner.set_dir_mode(dir, mode)
    }

    fn sync(&self, places: &[Place]) -> io::Result<()> {
        let listed: Vec<String> = places.iter().map(Place::to_string).collect();
        self.begin("sync", listed.join(", "))?;
        self.inner.sync(places)
    }
}

/// An open file whose reads and writes are calls, too.
struct Watched<F> {
    file: F,
    watch: Arc<Mutex<Watch>>,
    place: Place,
}

impl<F: Read> Read for Watched<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        begin(&self.watch, "read", &self.place)?;
        self.file.read(buffer)
    }
}

impl<F: Seek> Seek for Watched<F> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl<F: Write> Write for Watched<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match begin(&self.watch, "write", &self.place)? {
            Course::WriteHalf => self.file.write(&bytes[..bytes.len().div_ceil(2)]),
            Course::Normal | Course::Panic => self.file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
