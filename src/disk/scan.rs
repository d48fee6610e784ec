//! Looks at a target: what stands at which place, and the digest of every file.
//!
//! A scan writes nothing, follows no link, waits for no pipe, and reports everything that is wrong at once: what
//! is wrong with one place is a [`PlaceProblem`] in the answer, never a reason to stop looking at the others.
//!
//! A file that somebody writes to during the scan is a problem too. It is noticed by looking at the file before
//! and after it is read; a writer that keeps both length and time stamp is not noticed.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::sync::OnceLock;

use rayon::prelude::*;

use super::fs::{Fs, Place, STATE_DIR, Stat, StatKind};
use super::handles::is_out_of_handles;
use super::reading::{hash_reader, size_of};
use crate::model::{Code, FileNode, LinkNode, Node, PlaceProblem, TreePath, TreeState};
use crate::progress::{CancelToken, Cancelled, Phase, Progress};
use crate::text::with_thousands;

/// Most places one scan looks at. Real products stay far below; a filesystem that invents names without end (some
/// user-space ones do) would otherwise take all memory.
const MAX_PLACES: usize = 4_000_000;

/// What a scan saw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observation {
    /// What stands at the places; a place with a problem is not in it.
    pub tree: TreeState,
    /// The look of every place where something is, problem or not.
    pub facts: BTreeMap<TreePath, Stat>,
    /// Everything that is wrong, sorted, each thing once.
    pub problems: Vec<PlaceProblem>,
}

/// Why there is no answer at all.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// Somebody wished so.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The system refused a call without which nothing can be said.
    #[error("cannot read \"{place}\"")]
    Io {
        place: Place,
        /// The system's words.
        source: io::Error,
    },
}

/// Looks at the named places only and reads the files among them.
///
/// Nothing stands at a place below a link or a file: if that link or file is itself among the named places the
/// caller sees it there, otherwise it is a problem.
///
/// # Errors
/// [`ScanError::Cancelled`]; whatever is wrong with a place is in [`Observation::problems`].
pub(crate) fn observe<'p>(
    fs: &dyn Fs,
    paths: impl IntoIterator<Item = &'p TreePath>,
    progress: &dyn Progress,
    cancel: &CancelToken,
) -> Result<Observation, ScanError> {
    let _kept_open = fs.keep_folders_open();
    let scan = Scan::new(fs, progress, cancel);
    let named: BTreeSet<&TreePath> = paths.into_iter().collect();
    let sights: Vec<_> = named
        .par_iter()
        .map(|&path| cancel.check().map(|()| (path.clone(), scan.look(path))))
        .collect::<Result<_, _>>()?;

    let mut present: Vec<(TreePath, Stat)> = Vec::new();
    let mut problems = Vec::new();
    let mut blocked = Vec::new();
    for (path, sight) in sights {
        match sight {
            Lookup::Nothing => {}
            Lookup::Thing(found) => present.push((path, found)),
            Lookup::Blocked { by, .. } if named.contains(&by) => blocked.push((path, by)),
            Lookup::Blocked { problem, .. } | Lookup::Wrong(problem) => problems.push(problem),
        }
    }
    // Somebody who exchanges a folder for a link and back may show the link on the way to a place and the folder at
    // its own: then nobody knows whether anything stands at the place.
    let is_seen_there = |by: &TreePath| {
        let found = present.binary_search_by(|(path, _)| path.cmp(by)).map(|index| &present[index].1);
        found.is_ok_and(|found| found.kind != StatKind::Dir)
    };
    problems.extend(blocked.iter().filter(|(_, by)| !is_seen_there(by)).map(|(path, _)| changed(path)));
    scan.read_all(present, problems)
}

/// Looks at the whole target without state folders of ours and reads every file.
///
/// What `ignore` accepts (the place, whether it is a folder) is left out, and so is everything below it.
///
/// # Errors
/// [`ScanError::Io`] if the target folder itself cannot be listed or holds more than a few million places.
pub fn observe_all(
    fs: &dyn Fs,
    ignore: &dyn Fn(&TreePath, bool) -> bool,
    progress: &dyn Progress,
    cancel: &CancelToken,
) -> Result<Observation, ScanError> {
    let _kept_open = fs.keep_folders_open();
    let scan = Scan::new(fs, progress, cancel);
    let (present, problems) = scan.walk(ignore)?;
    scan.read_all(present, problems)
}

/// How everything in the target looks, without our state folder. Reads no file; what cannot be looked at is left out.
///
/// # Errors
/// As [`observe_all`].
pub(crate) fn look_at_all(
    fs: &dyn Fs,
    progress: &dyn Progress,
    cancel: &CancelToken,
) -> Result<Vec<(TreePath, Stat)>, ScanError> {
    let _kept_open = fs.keep_folders_open();
    let scan = Scan::new(fs, progress, cancel);
    Ok(scan.walk(&|_, _| false)?.0)
}

/// What a look at one place shows.
enum Lookup {
    Nothing,
    Thing(Stat),
    /// Something that is no folder of this filesystem stands on the way.
    Blocked {
        by: TreePath,
        problem: PlaceProblem,
    },
    Wrong(PlaceProblem),
}

pub(super) struct Scan<'a> {
    pub fs: &'a dyn Fs,
    pub progress: &'a dyn Progress,
    pub cancel: &'a CancelToken,
    /// That no more files could be opened, once that was so: no fault of any place.
    starved: OnceLock<io::Error>,
}

impl<'a> Scan<'a> {
    pub fn new(fs: &'a dyn Fs, progress: &'a dyn Progress, cancel: &'a CancelToken) -> Self {
        Self { fs, progress, cancel, starved: OnceLock::new() }
    }
}

impl Scan<'_> {
    /// Nothing is known of places that could not be opened for want of handles.
    fn refuse_starved(&self) -> Result<(), ScanError> {
        let again = |error: &io::Error| error.raw_os_error().map(io::Error::from_raw_os_error);
        match self.starved.get().and_then(again) {
            Some(source) => Err(ScanError::Io { place: Place::Root, source }),
            None => Ok(()),
        }
    }

    /// What it means that a place cannot be looked at or read.
    fn problem_of(&self, path: impl ToString, error: &io::Error) -> PlaceProblem {
        if let Some(code) = error.raw_os_error().filter(|_| is_out_of_handles(error)) {
            self.starved.get_or_init(|| io::Error::from_raw_os_error(code));
        }
        problem_of(path, error)
    }

    fn look(&self, path: &TreePath) -> Lookup {
        match self.fs.look(&path.into()) {
            Ok(None) => Lookup::Nothing,
            Ok(Some(found)) => Lookup::Thing(found),
            Err(error) if is_blocked(&error) => self.find_blocker(path),
            Err(error) => Lookup::Wrong(self.problem_of(path, &error)),
        }
    }

    /// The outermost thing on the way to `path` that is no folder of this filesystem.
    fn find_blocker(&self, path: &TreePath) -> Lookup {
        let mut ancestors: Vec<_> = path.ancestors().collect();
        ancestors.reverse();
        for ancestor in ancestors {
            let thing = match self.fs.look(&(&ancestor).into()) {
                Ok(None) => return Lookup::Nothing,
                Ok(Some(found)) => match found.kind {
                    StatKind::Dir => continue,
                    StatKind::File { .. } => "a file is where a folder is needed".to_owned(),
                    StatKind::Link => "a link is where a folder is needed".to_owned(),
                    StatKind::Mount => "another filesystem is mounted here".to_owned(),
                    StatKind::Special(word) => format!("a {word} is where a folder is needed"),
                },
                Err(error) => return Lookup::Wrong(self.problem_of(&ancestor, &error)),
            };
            let problem = problem(&ancestor, Code::FileSystem, thing);
            return Lookup::Blocked { by: ancestor, problem };
        }
        // By now the way is free, so somebody is rebuilding the folder under our eyes.
        Lookup::Wrong(changed(path))
    }

    /// Everything in the target, level by level; each level is listed and looked at by all threads. (Recursion
    /// would let one thread stack up as many folders as it steals.)
    pub fn walk(&self, ignore: &dyn Fn(&TreePath, bool) -> bool) -> Result<Walked, ScanError> {
        let mut present = Vec::new();
        let mut problems = Vec::new();
        let mut level = vec![Place::Root];
        while !level.is_empty() {
            let names = self.list_all(&level, &mut problems)?;
            if present.len() + names.len() > MAX_PLACES {
                let source = io::Error::other(format!(
                    "it contains more than {} files and folders",
                    with_thousands(MAX_PLACES as u64)
                ));
                return Err(ScanError::Io { place: Place::Root, source });
            }
            let sights: Vec<_> = names
                .par_iter()
                .map(|(dir, name)| self.cancel.check().map(|()| self.look_in(dir, name)))
                .collect::<Result<_, _>>()?;
            level = Vec::new();
            for sight in sights {
                match sight {
                    Err(problem) => problems.push(problem),
                    Ok(None) => {}
                    Ok(Some((path, found))) => {
                        let is_dir = matches!(found.kind, StatKind::Dir | StatKind::Mount);
                        if ignore(&path, is_dir) {
                            continue;
                        }
                        if found.kind == StatKind::Dir {
                            level.push(Place::Tree(path.clone()));
                        }
                        present.push((path, found));
                    }
                }
            }
        }
        self.refuse_starved()?;
        Ok((present, problems))
    }

    /// The names in all `dirs`, each with its folder.
    fn list_all<'d>(
        &self,
        dirs: &'d [Place],
        problems: &mut Vec<PlaceProblem>,
    ) -> Result<Vec<(&'d Place, String)>, ScanError> {
        let lists: Vec<_> = dirs
            .par_iter()
            .map(|dir| self.cancel.check().map(|()| (dir, self.fs.list(dir))))
            .collect::<Result<_, _>>()?;
        let case_sensitive = self.fs.features().case_sensitive;
        // A folder in the target may have records of its own.
        let is_ours =
            |name: &str| name == STATE_DIR || (!case_sensitive && name.eq_ignore_ascii_case(STATE_DIR));
        let mut all = Vec::new();
        for (dir, names) in lists {
            match (dir, names) {
                (_, Ok(names)) => {
                    problems.extend(names.not_text.iter().map(|name| not_text(dir, name)));
                    let names = names.text.into_iter().filter(|name| !is_ours(name));
                    all.extend(names.map(|name| (dir, name)));
                }
                (Place::Root, Err(source)) => return Err(ScanError::Io { place: Place::Root, source }),
                (_, Err(error)) => problems.push(self.problem_of(dir, &error)),
            }
        }
        Ok(all)
    }

    /// What is called `name` in `dir`; `None` if it went away meanwhile.
    fn look_in(&self, dir: &Place, name: &str) -> Result<Option<(TreePath, Stat)>, PlaceProblem> {
        let path = match dir {
            Place::Tree(dir) => dir.join(name),
            _ => TreePath::parse(name),
        };
        let path = path.map_err(|refused| problem(refused.raw, Code::Path, refused.problem.to_string()))?;
        match self.look(&path) {
            Lookup::Nothing => Ok(None),
            Lookup::Thing(found) => Ok(Some((path, found))),
            Lookup::Blocked { problem, .. } | Lookup::Wrong(problem) => Err(problem),
        }
    }

    /// Reads every file and link among `present`.
    pub(crate) fn read_all(
        &self,
        present: Vec<(TreePath, Stat)>,
        mut problems: Vec<PlaceProblem>,
    ) -> Result<Observation, ScanError> {
        let total = present.iter().map(|(_, found)| size_of(found)).fold(0, u64::saturating_add);
        self.progress.begin(Phase::Checking, total);
        let nodes: Vec<_> = present
            .par_iter()
            // Small shares, so that no thread sits on several large files while the others have nothing to do.
            .with_max_len(8)
            .map(|(path, found)| self.cancel.check().and_then(|()| self.read(path, found)))
            .collect::<Result<_, _>>()?;

        let mut tree = TreeState::new();
        for ((path, _), node) in present.iter().zip(nodes) {
            match node {
                Ok(node) => tree.set(path.clone(), Some(node)),
                Err(problem) => problems.push(problem),
            }
        }
        self.refuse_starved()?;
        problems.sort();
        problems.dedup();
        Ok(Observation { tree, facts: present.into_iter().collect(), problems })
    }

    fn read(&self, path: &TreePath, found: &Stat) -> Result<Result<Node, PlaceProblem>, Cancelled> {
        Ok(match found.kind {
            StatKind::Dir => Ok(Node::Dir(found.mode)),
            StatKind::File { size_bytes } => return self.read_file(path, found, size_bytes),
            StatKind::Link => match self.fs.read_link(&path.into()) {
                Ok(points_to) => Ok(Node::Link(LinkNode { points_to })),
                Err(error) => Err(self.problem_of(path, &error)),
            },
            StatKind::Mount => {
                Err(problem(path, Code::FileSystem, "another filesystem is mounted here".to_owned()))
            }
            StatKind::Special(word) => {
                Err(problem(path, Code::FileSystem, format!("a {word}, not a file, link or folder")))
            }
        })
    }

    fn read_file(
        &self,
        path: &TreePath,
        before: &Stat,
        size_bytes: u64,
    ) -> Result<Result<Node, PlaceProblem>, Cancelled> {
        let place = Place::from(path);
        let mut go_on = |read| {
            self.progress.advance(read);
            !self.cancel.is_cancelled()
        };
        let read = self.fs.open_seen(&place, before).and_then(|file| {
            // One byte more than there should be shows that a file grows, and a file that grows as fast as it is
            // read still comes to an end.
            hash_reader(&mut file.take(size_bytes.saturating_add(1)), Some(size_bytes), &mut go_on)
        });
        let (digest, read_bytes) = match read {
            Ok(Some(read)) => read,
            Ok(None) => return Err(Cancelled),
            Err(error) => return Ok(Err(self.problem_of(path, &error))),
        };
        let after = match self.fs.look(&place) {
            Ok(after) => after,
            Err(error) => return Ok(Err(self.problem_of(path, &error))),
        };
        Ok(if is_unchanged(before, after) && read_bytes == size_bytes {
            Ok(Node::File(FileNode { digest, size_bytes, mode: before.mode }))
        } else {
            Err(changed(path))
        })
    }
}

pub(super) type Walked = (Vec<(TreePath, Stat)>, Vec<PlaceProblem>);

/// Whether a file is still as it was `before`.
pub(super) fn is_unchanged(before: &Stat, after: Option<Stat>) -> bool {
    let stamp = |found: &Stat| (found.kind, found.object, found.modified_nanos);
    after.is_some_and(|after| stamp(&after) == stamp(before))
}

fn is_blocked(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotADirectory | io::ErrorKind::CrossesDevices)
}

fn problem(path: impl ToString, code: Code, detail: String) -> PlaceProblem {
    PlaceProblem { path: path.to_string(), code, detail }
}

fn changed(path: &TreePath) -> PlaceProblem {
    problem(path, Code::InUse, "changed while it was read".to_owned())
}

/// A name through which no path leads: nobody but its owner can say what is there.
fn not_text(dir: &Place, name: &str) -> PlaceProblem {
    let path = match dir {
        Place::Tree(dir) => format!("{dir}/{name}"),
        _ => name.to_owned(),
    };
    problem(path, Code::Path, "the name is not UTF-8".to_owned())
}

fn problem_of(path: impl ToString, error: &io::Error) -> PlaceProblem {
    let (code, detail) = match error.kind() {
        io::ErrorKind::NotFound => (Code::InUse, "changed while it was read".to_owned()),
        io::ErrorKind::PermissionDenied => (Code::Rights, "you don't have permission to read it".to_owned()),
        io::ErrorKind::CrossesDevices => {
            (Code::FileSystem, "is on another disk, which is mounted in the folder".to_owned())
        }
        io::ErrorKind::NotADirectory => {
            (Code::FileSystem, "a parent is not a folder of this filesystem".to_owned())
        }
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidFilename => (Code::Path, error.to_string()),
        io::ErrorKind::ResourceBusy => (Code::InUse, format!("cannot be read: {error}")),
        _ => (Code::Io, format!("cannot be read: {error}")),
    };
    problem(path, code, detail)
}
