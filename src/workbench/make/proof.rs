//! Proves a finished bundle: applies it to a copy, compares, takes it back, compares again.
//!
//! The copy holds only what the patch touches and the folders around it. It is changed by the same code that changes
//! a customer's folder. What the patch says about the machine and about other patches (checks, scripts, versions, platforms,
//! requirements, expiry) is left aside: the copy is no running product, and it is the changes that are proven. Nothing
//! waits for the disk, because nobody keeps the copy.

use std::path::Path;
use std::sync::Arc;

use crate::bundle::UnverifiedBundle;
use crate::disk::fs::Fs;
use crate::model::{Patch, TreeState};
use crate::plan::OnDrift;
use crate::plan::why::{Override, Overrides};
use crate::progress::Quiet;
use crate::trust::Keyring;
use crate::workbench::change::permission::{CheckedBundles, ThrowawayCopy};
use crate::workbench::look::rollback_protection::Remembered;
use crate::workbench::rehearse::copy::{Copy, differences};
use crate::workbench::{ApplyOptions, Error, Result, Watch, Workbench};

impl Workbench {
    /// Applies `bundle` to a copy of what it touches in `old` and takes it back. The copy stands beside `output`,
    /// where there is room for a bundle, and is gone afterwards.
    pub(crate) fn prove(&self, bundle: &Path, old: &dyn Fs, output: &Path, watch: Watch<'_>) -> Result<()> {
        // Who may apply it where is asked there: the maker's rules say nothing about its changes.
        let bundle = UnverifiedBundle::open(bundle)?;
        let mut bundle = bundle.verify(&Keyring::default(), self.environment.timestamp())?;
        forget_the_machine(Arc::make_mut(&mut bundle.patch));
        let beside = output.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."));
        let copy = Copy::of_touched(&bundle.patch, old, beside, watch)?;
        let before = copy.state(watch.cancel)?;
        let mut after = before.clone();
        for change in &bundle.patch.changes {
            after.set(change.path.clone(), change.after.clone());
        }

        let quiet = Watch { progress: &Quiet, cancel: watch.cancel };
        let mut folder = self.locked(copy.lock()?, copy.path())?.unremembered();
        let bundles = CheckedBundles::new(vec![output.to_owned()], vec![bundle]);
        let bundles = bundles.for_a_proof(&copy);
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
        let taken_back = self.take_back(&mut folder, look, Vec::new(), Vec::new(), quiet);
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
    patch.about.requires_components.clear();
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
    match differences(found, expected, fs).first() {
        None => Ok(()),
        Some(path) => Err(Error::Proof(format!("{when}, {path:?} isn't as expected"))),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;

    use super::*;
    use crate::disk::fs::OsFs;
    use crate::environment::Environment;
    use crate::model::{Node, TreePath};
    use crate::progress::CancelToken;
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
            matches!(&refused, Error::Proof(why) if why.starts_with("a isn't the version")),
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
