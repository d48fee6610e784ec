//! A folder that is a copy of another: of what a patch touches, for the proof of a new patch file, or of everything, for a
//! rehearsal. Nothing in it waits for the disk, because nobody keeps it, and it is gone when it has served.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, FileTimes, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;

use crate::disk::fs::{Fs, OsFs, Place, StatKind, clone_file, make_link};
use crate::disk::{TargetRoot, observe_all};
use crate::model::{Node, Patch, TreePath, TreeState};
use crate::plan::why::Making;
use crate::progress::{CancelToken, Phase, Quiet};
use crate::workbench::change::permission::ThrowawayCopy;
use crate::workbench::{Error, Result, Watch};

/// What the lock beside a clone says before the name of its folder, so that nothing else is ever taken for the remains of
/// one.
const MARK: &str = "patchwright-rehearsal/2";

/// What stands behind the folder's name in the name of its clone.
const NAMED: &str = "-rehearsal-";

/// A folder with a copy.
pub(crate) struct Copy {
    /// What goes in the end.
    holder: TempDir,
    /// The copy, which is the holder or in it.
    path: PathBuf,
    /// Tells other processes that this one is still at it.
    lock: Option<File>,
    /// What a copy can't have, and what it is: pipes, sockets and devices are those of a running product.
    pub left_out: Vec<(PathBuf, &'static str)>,
}

impl Copy {
    /// Of what `patch` touches in `old`, and the folders around it.
    pub(crate) fn of_touched(patch: &Patch, old: &dyn Fs, beside: &Path, watch: Watch<'_>) -> Result<Self> {
        let holder = tempfile::Builder::new().prefix(".").suffix(".proof").tempdir_in(beside);
        let holder = holder.map_err(|source| cannot_copy(beside, source))?;
        let copy = Self { path: holder.path().to_owned(), holder, lock: None, left_out: Vec::new() };
        let touched = patch.changes.iter().filter(|change| !change.before.is_empty());
        let around = patch.changes.iter().flat_map(|change| change.path.ancestors());
        // Sorted, so that a folder is there before what is in it.
        let places: BTreeSet<TreePath> = touched.map(|change| change.path.clone()).chain(around).collect();
        let size = |node: &Node| node.as_file().map_or(0, |file| file.size_bytes);
        let total = patch.changes.iter().filter_map(|change| change.before.first()).map(size).sum();
        watch.progress.begin(Phase::Proving, total);
        let mut folders = Vec::new();
        let _kept_open = old.keep_folders_open();
        for path in &places {
            watch.cancel.check()?;
            let to = copy.path.join(path.as_str());
            if let Some(mode) = copy_one(old, path, &to, watch).map_err(|source| cannot_copy(&to, source))? {
                folders.push((to, mode));
            }
        }
        // The innermost first: afterwards a folder may not let anybody in.
        for (folder, mode) in folders.iter().rev() {
            set_mode(folder, *mode).map_err(|source| cannot_copy(folder, source))?;
        }
        Ok(copy)
    }

    /// Of every file, link and folder in the folder at `target`, our own records among it: contents, permissions, owners,
    /// times. Blocks are shared where the disk can do that.
    pub fn of_all(target: &Path, copy_in: Option<&Path>, watch: Watch<'_>) -> Result<Self> {
        let real = target.canonicalize().map_err(|source| cannot_copy(target, source))?;
        let name =
            real.file_name().map_or_else(|| "folder".to_owned(), |name| name.to_string_lossy().into_owned());
        let beside = copy_in.or(real.parent()).unwrap_or(&real).to_owned();
        // A clone in what is cloned would have no end.
        if beside.canonicalize().map_err(|source| cannot_copy(&beside, source))?.starts_with(&real) {
            return Err(Error::refused(Making::CloneInside { clones: beside, around: target.to_owned() }));
        }
        remove_remains(&beside);
        let holder = tempfile::Builder::new().prefix(&format!(".{name}{NAMED}")).tempdir_in(&beside);
        let holder = holder.map_err(|source| cannot_copy(&beside, source))?;
        set_mode(holder.path(), 0o700).map_err(|source| cannot_copy(holder.path(), source))?;
        let lock = mark(holder.path()).map_err(|source| cannot_copy(holder.path(), source))?;
        let (path, left_out) = (holder.path().join(&name), Vec::new());
        let mut copy = Self { path, holder, lock: Some(lock), left_out };
        watch.progress.begin(Phase::Proving, 0);
        let (twins, folders, left_out) = (BTreeMap::new(), Vec::new(), Vec::new());
        let mut cloning = Cloning { watch, twins, folders, left_out };
        cloning.folder(&real, &copy.path)?;
        let inside = |path: &Path| path.strip_prefix(&real).unwrap_or(path).to_owned();
        copy.left_out = cloning.left_out.iter().map(|(path, what)| (inside(path), *what)).collect();
        copy.left_out.sort();
        // The innermost first: afterwards a folder may not let anybody in, and has its time.
        for (folder, found) in cloning.folders.iter().rev() {
            like(folder, found).map_err(|source| cannot_copy(folder, source))?;
        }
        Ok(copy)
    }

    fn open(&self) -> Result<Arc<dyn Fs>> {
        let path = self.path();
        let fs = OsFs::open(path).map_err(|error| Error::Folder { path: path.to_owned(), error })?;
        Ok(Arc::new(fs.disposable()))
    }

    pub fn lock(&self) -> Result<TargetRoot> {
        let path = self.path();
        let locked = TargetRoot::lock(self.open()?).map_err(|source| cannot_copy(path, source))?;
        locked.ok_or_else(|| Error::Busy { path: path.to_owned() })
    }

    /// Everything in it but our own records.
    pub fn state(&self, cancel: &CancelToken) -> Result<TreeState> {
        let observation = observe_all(&*self.open()?, &|_, _| false, &Quiet, cancel)?;
        match observation.problems.first() {
            None => Ok(observation.tree),
            Some(problem) => Err(Error::Proof(format!("{}: {}", problem.path, problem.detail))),
        }
    }

    /// Removes it.
    ///
    /// # Errors
    /// The system's; the copy is still there then.
    pub fn remove(self) -> Result<()> {
        let path = self.holder.path().to_owned();
        let failed = |source| Error::File { doing: "remove the copy in", path: path.clone(), source };
        let_us_in(&path).and_then(|()| fs::remove_dir_all(&path)).map_err(failed)
    }
}

impl ThrowawayCopy for Copy {
    fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        // A folder that lets nobody in cannot be emptied either; if this fails, the removal says so by failing.
        let _ = let_us_in(self.holder.path());
        drop(self.lock.take());
    }
}

fn cannot_copy(path: &Path, source: io::Error) -> Error {
    Error::File { doing: "make the copy for the test in", path: path.to_owned(), source }
}

/// The places at which two looks at a copy differ. Where the disk keeps no permissions, those do not count.
pub(crate) fn differences(one: &TreeState, other: &TreeState, fs: &dyn Fs) -> Vec<TreePath> {
    let keeps_modes = fs.features().modes;
    let as_kept = |node: &Node| match node {
        // Whether a folder shares its group depends on where it is.
        Node::Dir(mode) if keeps_modes => Node::Dir(mode.not_sharing_group()),
        _ if keeps_modes => node.clone(),
        _ => node.clone().without_mode(),
    };
    let places: BTreeSet<&TreePath> = one.iter().chain(other.iter()).map(|(path, _)| path).collect();
    let differs = |path: &&TreePath| one.at(path).map(as_kept) != other.at(path).map(as_kept);
    places.into_iter().filter(differs).cloned().collect()
}

/// Copies one thing. A folder is open to us until everything is in it; the mode it is to have comes back.
fn copy_one(old: &dyn Fs, path: &TreePath, to: &Path, watch: Watch<'_>) -> io::Result<Option<u32>> {
    let at = Place::from(path);
    let found = match old.look(&at) {
        Ok(Some(found)) => found,
        Ok(None) => return Ok(None),
        // It is in a new folder, in whose place a file or link stands so far.
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => return Ok(None),
        Err(error) => return Err(error),
    };
    match found.kind {
        StatKind::Dir => {
            fs::create_dir(to)?;
            return Ok(Some(found.mode.bits()));
        }
        StatKind::File { .. } => {
            let copied = io::copy(&mut old.open_seen(&at, &found)?, &mut File::create_new(to)?)?;
            watch.progress.advance(copied);
            set_mode(to, found.mode.bits())?;
        }
        StatKind::Link => make_link(&old.read_link(&at)?, to)?,
        StatKind::Mount | StatKind::Special(_) => return Err(no_file()),
    }
    Ok(None)
}

fn no_file() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "no file, link or folder")
}

/// A clone on its way.
struct Cloning<'a> {
    watch: Watch<'a>,
    /// Files with several names, by what they are for the system.
    twins: BTreeMap<(u64, u64), PathBuf>,
    /// Folders that are to get their permissions and times, each before what is in it.
    folders: Vec<(PathBuf, Metadata)>,
    /// What can't be cloned, and what it is.
    left_out: Vec<(PathBuf, &'static str)>,
}

impl Cloning<'_> {
    fn folder(&mut self, from: &Path, to: &Path) -> Result<()> {
        let mut ahead = vec![(from.to_owned(), to.to_owned())];
        while let Some((from, to)) = ahead.pop() {
            self.watch.cancel.check()?;
            let failed = |source| cannot_copy(&from, source);
            let found = fs::symlink_metadata(&from).map_err(failed)?;
            fs::create_dir(&to).map_err(|source| cannot_copy(&to, source))?;
            self.folders.push((to.clone(), found));
            for entry in fs::read_dir(&from).map_err(failed)? {
                let entry = entry.map_err(failed)?;
                let (from, to) = (entry.path(), to.join(entry.file_name()));
                let found = fs::symlink_metadata(&from).map_err(|source| cannot_copy(&from, source))?;
                match found.is_dir() {
                    true => ahead.push((from, to)),
                    false => self.thing(&from, &to, &found).map_err(|source| cannot_copy(&from, source))?,
                }
            }
        }
        Ok(())
    }

    /// Clones a file or link.
    fn thing(&mut self, from: &Path, to: &Path, found: &Metadata) -> io::Result<()> {
        self.watch.cancel.check().map_err(io::Error::other)?;
        if found.is_symlink() {
            return link_again(from, to, found);
        }
        if !found.is_file() {
            self.left_out.push((from.to_owned(), special(found)));
            return Ok(());
        }
        if let Some(twin) = twin(found) {
            match self.twins.get(&twin) {
                Some(first) => return fs::hard_link(first, to),
                None => drop(self.twins.insert(twin, to.to_owned())),
            }
        }
        let copied = clone_file(from, to, || self.watch.cancel.check().map_err(io::Error::other))?;
        self.watch.progress.advance(copied);
        like(to, found)
    }
}

/// What something is called that is neither file nor link nor folder.
#[cfg(unix)]
fn special(found: &Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    match found.file_type() {
        kind if kind.is_fifo() => "named pipe",
        kind if kind.is_socket() => "socket",
        _ => "device",
    }
}

#[cfg(not(unix))]
fn special(_: &Metadata) -> &'static str {
    "reparse point"
}

/// What a file with several names is for the system.
#[cfg(unix)]
fn twin(found: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    (found.nlink() > 1).then(|| (found.dev(), found.ino()))
}

#[cfg(not(unix))]
fn twin(_: &Metadata) -> Option<(u64, u64)> {
    None
}

#[cfg(unix)]
fn link_again(from: &Path, to: &Path, found: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, lchown, symlink};
    symlink(fs::read_link(from)?, to)?;
    match owner_of(&fs::symlink_metadata(to)?) == owner_of(found) {
        true => Ok(()),
        false => lchown(to, Some(found.uid()), Some(found.gid())),
    }
}

#[cfg(not(unix))]
fn link_again(from: &Path, to: &Path, _: &Metadata) -> io::Result<()> {
    make_link(&fs::read_link(from)?.to_string_lossy(), to)
}

/// Gives what is at `path` the owner, permissions and times of `found`.
#[cfg(unix)]
fn like(path: &Path, found: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    if owner_of(&fs::metadata(path)?) != owner_of(found) {
        chown(path, Some(found.uid()), Some(found.gid()))?;
    }
    // Opened before its permissions may forbid that; after the owner, whose change takes special rights away.
    let file = File::open(path).or_else(|_| {
        set_mode(path, 0o700)?;
        File::open(path)
    })?;
    set_mode(path, found.permissions().mode() & 0o7777)?;
    set_times(&file, found)
}

#[cfg(not(unix))]
fn like(path: &Path, found: &Metadata) -> io::Result<()> {
    match found.is_dir() {
        true => Ok(()),
        false => set_times(&File::options().write(true).open(path)?, found),
    }
}

fn set_times(file: &File, found: &Metadata) -> io::Result<()> {
    let times = FileTimes::new().set_modified(found.modified()?);
    file.set_times(found.accessed().map_or(times, |accessed| times.set_accessed(accessed)))
}

#[cfg(unix)]
fn owner_of(found: &Metadata) -> (u32, u32) {
    use std::os::unix::fs::MetadataExt;
    (found.uid(), found.gid())
}

/// Makes the lock of a clone, which goes with this process.
fn mark(holder: &Path) -> io::Result<File> {
    let mut lock = File::create_new(holder.join("lock"))?;
    lock.try_lock().map_err(|error| io::Error::other(error.to_string()))?;
    lock.write_all(&marked(holder)?)?;
    Ok(lock)
}

/// What the lock in `holder` says: a copy that somebody made of a clone is another folder, and says this of the first one.
fn marked(holder: &Path) -> io::Result<Vec<u8>> {
    let name = holder.file_name().unwrap_or_default().to_string_lossy();
    Ok(format!("{MARK} {name} {}\n", object_of(&fs::symlink_metadata(holder)?)).into_bytes())
}

/// What a folder is for the system, as long as it is there.
#[cfg(unix)]
fn object_of(found: &Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt;
    found.ino()
}

#[cfg(not(unix))]
fn object_of(_: &Metadata) -> u64 {
    0
}

/// Removes clones, of whatever folder, whose process is gone. What cannot be removed is left: it is in nobody's way.
fn remove_remains(beside: &Path) {
    let is_named_so = |name: &str| name.starts_with('.') && name.contains(NAMED);
    for entry in fs::read_dir(beside).into_iter().flatten().flatten() {
        let is_clone = entry.file_name().to_str().is_some_and(is_named_so);
        if is_clone && entry.metadata().is_ok_and(|found| is_ours(&found)) && is_left(&entry.path()) {
            let _ = let_us_in(&entry.path()).and_then(|()| fs::remove_dir_all(entry.path()));
        }
    }
}

/// Whether nobody else can have put anything in a folder, or can exchange anything there.
#[cfg(unix)]
fn is_ours(found: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    let is_private = found.mode() & 0o077 == 0;
    found.is_dir() && is_private && found.uid() == rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
fn is_ours(found: &Metadata) -> bool {
    found.is_dir()
}

/// Whether this is a clone that nobody is at any more: its lock is free.
fn is_left(holder: &Path) -> bool {
    let place = holder.join("lock");
    let Ok(mark) = marked(holder) else { return false };
    if !fs::symlink_metadata(&place).is_ok_and(|found| found.is_file() && found.len() == mark.len() as u64) {
        return false;
    }
    let Ok(mut lock) = File::open(&place) else { return false };
    let mut said = Vec::new();
    lock.try_lock().is_ok() && lock.read_to_end(&mut said).is_ok() && said == mark
}

/// Gives a file or folder of ours these permissions, where there are such.
#[cfg(unix)]
pub(crate) fn set_mode(path: &Path, bits: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(bits))
}

#[cfg(not(unix))]
pub(crate) fn set_mode(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
}

/// Opens every folder to us, so that all of them can be removed.
#[cfg(unix)]
fn let_us_in(folder: &Path) -> io::Result<()> {
    set_mode(folder, 0o700)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            let_us_in(&entry.path())?;
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn let_us_in(_: &Path) -> io::Result<()> {
    Ok(())
}
