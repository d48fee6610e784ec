//! What the real disk means on every system: how a folder is opened, where a place lies in it, who holds the lock.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};
use std::thread::Builder;

use super::{Place, STATE_DIR};

/// So many calls wait for the disk at the same time; they can share one commit of the filesystem's journal.
const THREADS: usize = 8;

/// Name of the lock file in the state folder.
pub(super) const LOCK_FILE: &str = "lock";

/// Why a folder cannot be opened as a target.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The folder's own name is a link. Nothing is followed silently; the person may choose the real path.
    #[error("{path:?} is a link to {real:?}")]
    IsLink {
        /// The path as it was given.
        path: PathBuf,
        /// The folder it leads to.
        real: PathBuf,
    },
    /// Something else than a folder.
    #[error("{0:?} is not a folder")]
    NotAFolder(PathBuf),
    /// The system refuses.
    #[error("cannot open {path:?}")]
    System {
        /// The path as it was given.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl FolderError {
    pub(super) fn new(path: &Path, source: io::Error) -> Self {
        Self::System { path: path.to_owned(), source }
    }

    /// Refuses a link and anything that is not a folder, before the folder is opened.
    pub(super) fn check(root: &Path) -> Result<(), Self> {
        // Collecting the components drops a trailing slash, which would follow the link.
        let root = root.components().collect::<PathBuf>();
        let seen = std::fs::symlink_metadata(&root).map_err(|e| Self::new(&root, e))?;
        if seen.is_symlink() {
            let real = std::fs::canonicalize(&root).map_err(|e| Self::new(&root, e))?;
            return Err(Self::IsLink { path: root, real });
        }
        if seen.is_dir() { Ok(()) } else { Err(Self::NotAFolder(root)) }
    }
}

/// The place as a `/`-separated path below the target; empty for the target itself.
///
/// A path of the product that leads into the state folder is refused here too, although the path policy already
/// does so: this is the last gate before the disk.
pub(super) fn relative(place: &Place) -> io::Result<Cow<'_, str>> {
    match place {
        Place::Root => Ok(Cow::Borrowed("")),
        Place::Tree(path) => {
            if path.components().any(|name| name.eq_ignore_ascii_case(STATE_DIR)) {
                return Err(refused("a path of the product leads into the state folder"));
            }
            if path.components().any(|name| matches!(name, "" | "." | "..") || name.contains('\0')) {
                return Err(refused("a path of the product is not a plain path"));
            }
            Ok(Cow::Borrowed(path.as_str()))
        }
        Place::State(path) if path.as_str().is_empty() => Ok(Cow::Borrowed(STATE_DIR)),
        Place::State(path) => Ok(Cow::Owned(format!("{STATE_DIR}/{}", path.as_str()))),
    }
}

/// An error for something that must not be done, whatever the system would say.
pub(super) fn refused(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, why)
}

/// A name or link as text, or an error that spells its bytes.
pub(super) fn utf8(bytes: &[u8]) -> io::Result<String> {
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| {
        let message = format!("a name is not UTF-8: \"{}\"", bytes.escape_ascii());
        io::Error::new(io::ErrorKind::InvalidData, message)
    })
}

/// Calls `one` for every place, on several threads, and returns when all are done, with the first error if any.
pub(super) fn in_parallel(places: &[Place], one: impl Fn(&Place) -> io::Result<()> + Sync) -> io::Result<()> {
    in_parallel_on(Builder::new, places, one)
}

fn in_parallel_on(
    new_thread: impl Fn() -> Builder,
    places: &[Place],
    one: impl Fn(&Place) -> io::Result<()> + Sync,
) -> io::Result<()> {
    let one_share = &|places: &[Place]| places.iter().try_for_each(&one);
    if places.len() < 2 {
        return one_share(places);
    }
    std::thread::scope(|scope| {
        let shares = places.chunks(places.len().div_ceil(THREADS));
        // The share of a thread that the system refuses is done in this one.
        let begin =
            |share| new_thread().spawn_scoped(scope, move || one_share(share)).map_err(|_| one_share(share));
        let jobs = shares.map(begin).collect::<Vec<_>>();
        // Join all before answering: nothing may still be running when the caller goes on.
        let answers = jobs.into_iter().map(|job| match job {
            Ok(job) => job.join().unwrap_or_else(|e| std::panic::resume_unwind(e)),
            Err(done) => done,
        });
        answers.collect::<Vec<_>>().into_iter().collect()
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Mutex;

    use super::*;
    use crate::model::TreePath;
    use crate::threads::refused;

    #[test]
    fn every_place_is_reached_when_threads_are_refused() {
        let places: Vec<Place> = (0..30)
            .map(|number| Place::Tree(TreePath::parse(&number.to_string()).expect("a path")))
            .collect();
        let reached = Mutex::new(Vec::new());
        let one = |place: &Place| {
            reached.lock().expect("nothing panics").push(format!("{place:?}"));
            Ok(())
        };
        in_parallel_on(refused, &places, one).expect("none fails");
        let reached = reached.into_inner().expect("nothing panics");
        assert_eq!((reached.len(), reached.iter().collect::<BTreeSet<_>>().len()), (30, 30));

        let fail = |_: &Place| Err(io::ErrorKind::PermissionDenied.into());
        in_parallel_on(refused, &places, fail).expect_err("an error is told");
    }
}
