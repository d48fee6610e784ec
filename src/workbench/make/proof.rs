//! Proves a finished bundle: applies it to a copy, compares, takes it back, compares again.
//!
//! The copy holds only what the patch touches and the folders around it. It is changed by the same code that changes
//! a customer's folder. What the patch says about the machine and about other patches (checks, scripts, versions, platforms,
//! requirements, expiry) is left aside: the copy is no running product, and it is the changes that are proven. Nothing
//! waits for the disk, because nobody keeps the copy.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;

use crate::disk::fs::{Fs, OsFs, Place, StatKind, make_link};
use crate::disk::{TargetRoot, observe_all};
use crate::model::{Node, Patch, TreePath, TreeState};
use crate::plan::OnDrift;
use crate::plan::why::{Override, Overrides};
use crate::progress::{CancelToken, Phase, Quiet};
use crate::workbench::change::permission::CheckedBundles;
use crate::workbench::look::rollback_protection::Remembered;
use crate::workbench::{ApplyOptions, Error, Result, Watch, Workbench};

impl Workbench {
    /// Applies `bundle` to a copy of what it touches in `old` and takes it back. The copy stands beside `output`,
    /// where there is room for a bundle, and is gone afterwards.
    pub(crate) fn prove(&self, bundle: &Path, old: &dyn Fs, output: &Path, watch: Watch<'_>) -> Result<()> {
        let mut bundle = self.open(bundle)?;
        forget_the_machine(Arc::make_mut(&mut bundle.patch));
        let copy = Copy::new(&bundle.patch, old, output, watch)?;
        let before = copy.state(watch.cancel)?;
        let mut after = before.clone();
        for change in &bundle.patch.changes {
            after.set(change.path.clone(), change.after.clone());
        }

        let quiet = Watch { progress: &Quiet, cancel: watch.cancel };
        let mut folder = self.locked(copy.lock()?, copy.folder.path())?.unremembered();
        let bundles = CheckedBundles::new(vec![output.to_owned()], vec![bundle]);
        let bundles = bundles.permit_unasked_on_a_throwaway_copy();
        let look =
            self.preview_here(&bundles, &Remembered::default(), folder.fs(), quiet).map_err(not_proven)?;
        let overrides = Overrides::UNSIGNED
            .with(Override::WeakVolume, "")
            .with(Override::Dangerous, "the test on a copy");
        let options = ApplyOptions { overrides, ..ApplyOptions::default() };
        let applied = self.apply_locked(&bundles, &mut folder, look, &options, quiet).map_err(not_proven)?;
        compare("after it was applied", &copy.state(watch.cancel)?, &after, folder.fs())?;

        let entry = applied.entry.ok_or_else(|| Error::Proof("it changed nothing".to_owned()))?;
        let look = self.look_at(folder.fs(), &folder.ledger, &entry, OnDrift::Stop, Vec::new(), quiet);
        let look = look.map_err(not_proven)?;
        let taken_back = self.take_back(&mut folder, look, Vec::new(), &[], quiet);
        let _ = taken_back.map_err(not_proven)?;
        compare("after the rollback", &copy.state(watch.cancel)?, &before, folder.fs())
    }
}

/// Leaves only what the patch does to files.
fn forget_the_machine(patch: &mut Patch) {
    patch.about.product.detect.clear();
    patch.about.platforms.clear();
    patch.about.expires = None;
    patch.about.requires.clear();
    patch.about.requires_if.clear();
    patch.about.conflicts.clear();
    patch.about.supersedes.clear();
    patch.about.preflight.clear();
    patch.about.health.clear();
    // The author's machine is not what they are for, and nobody has agreed to them here.
    patch.scripts.clear();
}

/// What stopped the proof, in one text. A wish to stop stays what it is.
fn not_proven(error: Error) -> Error {
    const MOST: usize = 5;
    match error {
        Error::Cancelled(_) | Error::Proof(_) => error,
        Error::Refused(obstacles) => {
            let told = obstacles.iter().take(MOST).map(crate::plan::Obstacle::sentence);
            Error::Proof(told.collect::<Vec<_>>().join("; "))
        }
        error => {
            let mut text = error.to_string();
            let mut cause = std::error::Error::source(&error);
            while let Some(error) = cause {
                text = format!("{text}: {error}");
                cause = error.source();
            }
            Error::Proof(text)
        }
    }
}

fn compare(when: &str, found: &TreeState, expected: &TreeState, fs: &dyn Fs) -> Result<()> {
    let keeps_modes = fs.features().modes;
    let as_kept = |node: &Node| match node {
        // Whether a folder shares its group depends on where it is.
        Node::Dir(mode) if keeps_modes => Node::Dir(mode.not_sharing_group()),
        _ if keeps_modes => node.clone(),
        _ => node.clone().without_mode(),
    };
    let places: BTreeSet<&TreePath> = found.iter().chain(expected.iter()).map(|(path, _)| path).collect();
    let differs = |path: &TreePath| found.at(path).map(as_kept) != expected.at(path).map(as_kept);
    match places.into_iter().find(|path| differs(path)) {
        None => Ok(()),
        Some(path) => Err(Error::Proof(format!("{when}, {path:?} isn't as expected"))),
    }
}

/// A folder with a copy of the places that a patch touches.
struct Copy {
    folder: TempDir,
}

impl Copy {
    fn new(patch: &Patch, old: &dyn Fs, output: &Path, watch: Watch<'_>) -> Result<Self> {
        let beside = output.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."));
        let folder = tempfile::Builder::new().prefix(".").suffix(".proof").tempdir_in(beside);
        let folder = folder.map_err(|source| cannot_copy(beside, source))?;
        let copy = Self { folder };
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
            let to = copy.folder.path().join(path.as_str());
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

    fn open(&self) -> Result<Arc<dyn Fs>> {
        let path = self.folder.path();
        let fs = OsFs::open(path).map_err(|error| Error::Folder { path: path.to_owned(), error })?;
        Ok(Arc::new(fs.disposable()))
    }

    fn lock(&self) -> Result<TargetRoot> {
        let path = self.folder.path();
        let locked = TargetRoot::lock(self.open()?).map_err(|source| cannot_copy(path, source))?;
        locked.ok_or_else(|| Error::Busy { path: path.to_owned() })
    }

    fn state(&self, cancel: &CancelToken) -> Result<TreeState> {
        let observation = observe_all(&*self.open()?, &|_, _| false, &Quiet, cancel)?;
        match observation.problems.first() {
            None => Ok(observation.tree),
            Some(problem) => Err(Error::Proof(format!("{}: {}", problem.path, problem.detail))),
        }
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        // A folder that lets nobody in cannot be emptied either; if this fails, the removal says so by failing.
        let _ = let_us_in(self.folder.path());
    }
}

fn cannot_copy(path: &Path, source: io::Error) -> Error {
    Error::File { doing: "make the copy for the test in", path: path.to_owned(), source }
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
        StatKind::Mount | StatKind::Special(_) => {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "no file, link or folder"));
        }
    }
    Ok(None)
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

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::environment::Environment;
    use crate::workbench::{MakeRequest, OrderSource, ProofChoice};

    const WATCHED: fn(&CancelToken) -> Watch<'_> = |cancel| Watch { progress: &Quiet, cancel };

    #[test]
    fn a_bundle_that_does_not_fit_the_old_product_does_not_stand_the_proof() {
        let folder = tempfile::tempdir().expect("a folder");
        let put = |place: &str, content: &str| {
            let path = folder.path().join(place);
            fs::create_dir_all(path.parent().expect("a parent")).expect("the folder");
            fs::write(path, content).expect("the file");
        };
        put("old/a", "1");
        put("new/a", "2");
        put("other/a", "3");
        let workbench = Workbench::new(Environment::of_this_machine());
        let output = folder.path().join("made.patchbundle");
        let cancel = CancelToken::new();
        let request = MakeRequest {
            from: folder.path().join("old"),
            to: folder.path().join("new"),
            order: OrderSource::Id("ACME-1".to_owned()),
            output: output.clone(),
            proof: ProofChoice::Skip,
        };
        let _ = workbench.make(&request, WATCHED(&cancel)).expect("nothing speaks against it");

        let prove = |old: &str| {
            let old = OsFs::open(&folder.path().join(old)).expect("a folder");
            workbench.prove(&output, &old, &output, WATCHED(&cancel))
        };
        prove("old").expect("it fits");
        let refused = prove("other").expect_err("it does not fit");
        assert!(
            matches!(&refused, Error::Proof(why) if why.starts_with("a: isn't the version")),
            "{refused:?}"
        );
        assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 4, "no copy is left");
    }

    #[test]
    fn one_place_that_differs_is_named() {
        let path = |raw| TreePath::parse(raw).expect("a path");
        let link = |points_to: &str| Node::Link(crate::model::LinkNode { points_to: points_to.to_owned() });
        let one: TreeState = [(path("a"), link("x")), (path("b"), link("y"))].into_iter().collect();
        let other: TreeState = [(path("a"), link("x")), (path("b"), link("z"))].into_iter().collect();
        let folder = tempfile::tempdir().expect("a folder");
        let fs = OsFs::open(folder.path()).expect("a folder");
        compare("afterwards", &one, &one, &fs).expect("they are the same");
        let differs = compare("afterwards", &one, &other, &fs).expect_err("b differs");
        assert!(matches!(differs, Error::Proof(why) if why == "afterwards, \"b\" isn't as expected"));
    }
}
