//! A place to play in: trees, bundles and targets in a temporary folder, in a world where time stands still.
//!
//! ```text
//! let sandbox = Sandbox::new();
//! let bundle = sandbox.make(&old, &new);
//! let target = sandbox.install(&old);
//! target.must_apply(&bundle);
//! target.expect(&new);
//! ```

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use patchwright::disk::fs::OsFs;
use patchwright::environment::Environment;
use patchwright::model::Patch;
use patchwright::plan::{Note, Obstacle, OnDrift};
use patchwright::progress::{CancelToken, Quiet};
use patchwright::workbench::{
    Action, Applied, ApplyOptions, ApplyPreview, Entry, Error, FolderStatus, MadeBundle, MakeRequest,
    OrderSource, Override, Overrides, ProofChoice, RollbackOptions, RolledBack, Watch, Which, Workbench,
};
use tempfile::TempDir;

use super::fault_fs::{Call, FaultFs};
use super::real_folder::put_file;
use super::trees::Tree;

/// A temporary folder and a workbench.
pub struct Sandbox {
    root: PathBuf,
    bench: Workbench,
    names: AtomicUsize,
    _folder: TempDir,
}

/// A bundle that was made in a sandbox.
#[derive(Debug)]
pub struct Bundle {
    /// Where it is.
    pub path: PathBuf,
    /// What was made.
    pub made: MadeBundle,
}

/// A product folder in a sandbox.
pub struct Target<'a> {
    /// Where it is.
    pub path: PathBuf,
    bench: &'a Workbench,
}

/// Watches nothing and never stops.
pub fn unwatched<T>(work: impl FnOnce(Watch<'_>) -> T) -> T {
    work(Watch { progress: &Quiet, cancel: &CancelToken::new() })
}

/// What applying takes in a world without signatures.
pub const UNSIGNED: ApplyOptions = ApplyOptions {
    overrides: Overrides::UNSIGNED,
    expected: None,
    scripts: patchwright::workbench::ScriptConsent::None,
    occasion: patchwright::workbench::Occasion::NONE,
};

/// An order for a patch of this id, with keys for its top and tables for its end.
pub fn order(id: &str, keys: &str, tables: &str) -> String {
    format!(
        r#"
id = "{id}"
sequence = 1
kind = "hotfix"
title = "what {id} does"
summary = "What was wrong, and what is different afterwards."
vendor = "ACME"
contact = "help@acme.example"
fixes = ["{id}"]
{keys}
[product]
name = "product"
versions = ["1"]
[rollback]
possible = "yes"
{tables}
"#
    )
}

impl Sandbox {
    /// On the ordinary temporary disk.
    pub fn new() -> Self {
        Self::in_folder(tempfile::tempdir().expect("a temporary folder"))
    }

    /// In memory where the system has such a disk: the same promises, without the waiting, for many rounds.
    pub fn in_memory() -> Self {
        match tempfile::tempdir_in("/dev/shm") {
            Ok(folder) => Self::in_folder(folder),
            Err(_) => Self::new(),
        }
    }

    /// With these files, and the folders they are in.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let sandbox = Self::new();
        files.iter().for_each(|(path, content)| sandbox.write(path, content));
        sandbox
    }

    fn in_folder(folder: TempDir) -> Self {
        // The folder for temporary files is a link on some systems, and a product folder may not be reached by one.
        // On Windows it is none, and the canonical spelling of a path is one that nobody types.
        let root = match cfg!(windows) {
            true => folder.path().to_owned(),
            false => folder.path().canonicalize().expect("the folder is there"),
        };
        Self { root, bench: Workbench::new(environment()), names: AtomicUsize::new(1), _folder: folder }
    }

    /// A place that nothing else in this sandbox has.
    pub fn place(&self, name: &str) -> PathBuf {
        let number = self.names.fetch_add(1, Ordering::Relaxed);
        self.root.join(format!("{number}-{name}"))
    }

    /// A place of this name in it; the empty name is the folder that everything is in.
    pub fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Writes a file with ordinary permissions.
    pub fn write(&self, path: &str, content: &str) {
        put_file(&self.root, path, content, 0o644);
    }

    /// The content of a file; `None` if it is not there.
    pub fn read(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.path(path)).ok()
    }

    /// The workbench.
    pub fn bench(&self) -> &Workbench {
        &self.bench
    }

    /// A folder that is this tree.
    pub fn lay_out(&self, tree: &Tree) -> PathBuf {
        let place = self.place("tree");
        tree.write_to(&place);
        place
    }

    /// A product folder that is this tree.
    pub fn install(&self, tree: &Tree) -> Target<'_> {
        self.target(self.lay_out(tree))
    }

    /// The product folder at `path`.
    pub fn target(&self, path: PathBuf) -> Target<'_> {
        Target { path, bench: &self.bench }
    }

    /// A bundle that turns one tree into the other.
    #[track_caller]
    pub fn make(&self, old: &Tree, new: &Tree) -> Bundle {
        self.make_named("TEST-1", old, new)
    }

    /// The same with an id.
    #[track_caller]
    pub fn make_named(&self, id: &str, old: &Tree, new: &Tree) -> Bundle {
        match self.try_to_make(&order(id, "", ""), old, new) {
            Ok(bundle) => bundle,
            Err(error) => panic!("no bundle was made: {}", in_words(&error)),
        }
    }

    /// The same with an order, which may be refused.
    pub fn try_to_make(&self, order: &str, old: &Tree, new: &Tree) -> Result<Bundle, Error> {
        let (from, to) = (self.lay_out(old), self.lay_out(new));
        let bundle = self.make_from(order, &from, &to);
        for folder in [from, to] {
            fs::remove_dir_all(folder).expect("our own folder");
        }
        bundle
    }

    /// A bundle that turns what is in one folder into what is in the other.
    pub fn make_from(&self, order: &str, from: &Path, to: &Path) -> Result<Bundle, Error> {
        self.make_at(&self.place("made.patchbundle"), ProofChoice::Skip, order, from, to)
    }

    /// The same with a place for it, proven or not.
    pub fn make_at(
        &self,
        output: &Path,
        proof: ProofChoice,
        order: &str,
        from: &Path,
        to: &Path,
    ) -> Result<Bundle, Error> {
        let order_file = self.place("order.toml");
        fs::write(&order_file, order).expect("a new file");
        let request = MakeRequest {
            from: from.to_owned(),
            to: to.to_owned(),
            order: OrderSource::File(order_file.clone()),
            output: output.to_owned(),
            proof,
        };
        let made = unwatched(|watch| self.bench.make(&request, watch));
        fs::remove_file(order_file).expect("our own file");
        made.map(|made| Bundle { path: made.output.clone(), made })
    }

    /// Makes a bundle and goes there, back, there again and back again; each time everything is as it should be, and
    /// in the end the history tells all of it. Returns what was made.
    #[track_caller]
    pub fn round(&self, old: &Tree, new: &Tree) -> Patch {
        self.round_with(&order("TEST-1", "", ""), old, new)
    }

    /// The same with an order.
    #[track_caller]
    pub fn round_with(&self, order: &str, old: &Tree, new: &Tree) -> Patch {
        let bundle = match self.try_to_make(order, old, new) {
            Ok(bundle) => bundle,
            Err(error) => panic!("no bundle was made: {}", in_words(&error)),
        };
        let target = self.install(old);
        target.round(&bundle, old, new);
        fs::remove_dir_all(&target.path).expect("our own folder");
        fs::remove_file(&bundle.path).expect("our own file");
        bundle.made.patch
    }
}

impl Target<'_> {
    /// Goes there, back, there again and back again.
    #[track_caller]
    pub fn round(&self, bundle: &Bundle, old: &Tree, new: &Tree) {
        // Made by chance, it may show what fewer people could read.
        let overrides = Overrides::UNSIGNED.with(Override::Dangerous, "chance");
        let applied = self.apply_with(bundle, ApplyOptions { overrides: overrides.clone(), ..UNSIGNED });
        let applied = applied.unwrap_or_else(|error| panic!("not applied: {}", in_words(&error)));
        assert_eq!(applied.untidy, None, "nothing is left lying around");
        new.assert_is(&self.path, "after applying");
        self.must_roll_back();
        old.assert_is(&self.path, "after rolling back");
        let again = self.roll_back_with(overrides, Which::LastRollback, OnDrift::Stop);
        let _ = again.unwrap_or_else(|error| panic!("not reapplied: {}", in_words(&error)));
        new.assert_is(&self.path, "after undoing the rollback");
        self.must_roll_back();
        old.assert_is(&self.path, "after rolling back again");
        use Action::{Apply, Rollback};
        assert_eq!(self.story(), [Apply, Rollback, Rollback, Rollback]);
        let status = self.status();
        assert!(status.drift.is_empty(), "there is no drift: {:?}", status.drift);
        assert!(status.installed.is_empty(), "nothing is installed: {:?}", status.installed);
    }

    /// What applying would do.
    pub fn preview(&self, bundle: &Bundle) -> Result<ApplyPreview, Error> {
        unwatched(|watch| self.bench.preview(&bundle.path, &self.path, watch))
    }

    /// Applies.
    pub fn apply(&self, bundle: &Bundle) -> Result<Applied, Error> {
        self.apply_with(bundle, UNSIGNED)
    }

    /// Applies in some way.
    pub fn apply_with(&self, bundle: &Bundle, options: ApplyOptions) -> Result<Applied, Error> {
        self.apply_file(&bundle.path, options)
    }

    /// Applies a bundle that was made elsewhere.
    pub fn apply_file(&self, bundle: &Path, options: ApplyOptions) -> Result<Applied, Error> {
        unwatched(|watch| self.bench.apply(bundle, &self.path, options, watch))
    }

    /// Applies, which has to succeed, and returns what was worth knowing.
    #[track_caller]
    pub fn must_apply(&self, bundle: &Bundle) -> Vec<String> {
        let applied = self.apply(bundle).unwrap_or_else(|error| panic!("not applied: {}", in_words(&error)));
        assert_eq!(applied.untidy, None, "nothing is left lying around");
        told(&applied.notes)
    }

    /// Takes back.
    pub fn roll_back(&self, which: Which, on_drift: OnDrift) -> Result<RolledBack, Error> {
        self.roll_back_with(Overrides::UNSIGNED, which, on_drift)
    }

    /// The same with these rules set aside.
    fn roll_back_with(
        &self,
        overrides: Overrides,
        which: Which,
        on_drift: OnDrift,
    ) -> Result<RolledBack, Error> {
        let options = RollbackOptions {
            overrides,
            which,
            on_drift,
            expected: None,
            scripts: patchwright::workbench::ScriptConsent::None,
            occasion: Default::default(),
            withdrawn: Vec::new(),
        };
        unwatched(|watch| self.bench.roll_back(&self.path, &options, watch))
    }

    /// Takes the last patch back, which has to succeed, and returns what was worth knowing.
    #[track_caller]
    pub fn must_roll_back(&self) -> Vec<String> {
        self.must_go_back(Which::Last, OnDrift::Stop)
    }

    /// Takes the last rollback back, which has to succeed, and returns what was worth knowing.
    #[track_caller]
    pub fn must_undo_the_rollback(&self) -> Vec<String> {
        self.must_go_back(Which::LastRollback, OnDrift::Stop)
    }

    /// Takes this back, which has to succeed, and returns what was worth knowing.
    #[track_caller]
    pub fn must_go_back(&self, which: Which, on_drift: OnDrift) -> Vec<String> {
        let back = self.roll_back(which, on_drift);
        let back = back.unwrap_or_else(|error| panic!("not rolled back: {}", in_words(&error)));
        assert_eq!(back.untidy, None, "nothing is left lying around");
        told(&back.notes)
    }

    /// How things stand.
    pub fn status(&self) -> FolderStatus {
        unwatched(|watch| self.bench.status(&self.path, watch)).expect("a status")
    }

    /// Drift as `path: kind (patch)`.
    pub fn drift(&self) -> Vec<String> {
        let spell = |drift: &patchwright::workbench::Drift| {
            format!(
                "{}: {} ({})",
                drift.path,
                drift.kind.as_str(),
                drift.patch.as_deref().unwrap_or("nobody")
            )
        };
        self.status().drift.iter().map(spell).collect()
    }

    /// The whole history; its chain is verified by reading it.
    pub fn history(&self) -> Vec<Entry> {
        self.bench.history(&self.path).expect("a history").entries
    }

    /// What happened, in a word each.
    pub fn story(&self) -> Vec<Action> {
        self.history().iter().map(|entry| entry.action).collect()
    }

    /// The ids of the patches in it.
    pub fn installed(&self) -> Vec<String> {
        self.status().installed.into_iter().map(|installed| installed.patch.id).collect()
    }

    /// Fails with every difference if it is not this tree.
    #[track_caller]
    pub fn expect(&self, tree: &Tree) {
        tree.assert_is(&self.path, "the target");
    }

    /// Everything in it.
    pub fn tree(&self) -> Tree {
        Tree::read(&self.path)
    }

    /// Somebody edits a file.
    pub fn edit(&self, path: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path.join(path), bytes).expect("an edit");
    }

    /// Somebody removes a file.
    pub fn remove(&self, path: &str) {
        fs::remove_file(self.path.join(path)).expect("a file that goes");
    }

    /// Whether the program has left anything of its own here.
    pub fn has_state(&self) -> bool {
        self.path.join(patchwright::disk::fs::STATE_DIR).exists()
    }
}

/// The obstacles of a refusal, a line each: `CODE path: meaning`. Fails on any other error.
#[track_caller]
pub fn obstacles(result: Result<impl fmt::Debug, Error>) -> Vec<String> {
    match result {
        Err(Error::Refused(obstacles)) => obstacles.iter().map(spell).collect(),
        Err(error) => panic!("not refused, but: {}", in_words(&error)),
        Ok(done) => panic!("not refused, but done: {done:?}"),
    }
}

/// `CODE path: meaning`.
pub fn spell(obstacle: &Obstacle) -> String {
    match &obstacle.path {
        Some(path) => format!("{} {path}: {}", obstacle.code(), obstacle.meaning()),
        None => format!("{}: {}", obstacle.code(), obstacle.meaning()),
    }
}

/// `path: text`.
pub fn told(notes: &[Note]) -> Vec<String> {
    let spell = |note: &Note| match &note.path {
        Some(path) => format!("{path}: {}", note.text),
        None => note.text.clone(),
    };
    notes.iter().map(spell).collect()
}

/// An error with everything it knows.
fn in_words(error: &impl std::error::Error) -> String {
    format!("{error} ({error:?})")
}

/// Says loudly that a test did not happen.
pub fn skip(test: &str, why: &str) {
    eprintln!("SKIPPED {test}: {why}");
}

/// The same moment, user and machine every time; the platform is the real one.
pub fn environment() -> Environment {
    let now = "2026-03-04T05:06:07Z".parse().expect("a good time");
    let platform = Environment::of_this_machine().platform;
    Environment::fixed(now, "tester", "testbed", &platform)
}

/// A workbench whose targets are on disks of the test's making.
pub fn bench_on(
    open: impl Fn(OsFs) -> Arc<dyn patchwright::disk::fs::Fs> + Send + Sync + 'static,
) -> Workbench {
    let open = move |path: &Path| {
        let disk = OsFs::open(path).map_err(|error| Error::Folder { path: path.to_owned(), error })?;
        Ok(open(disk))
    };
    Workbench::with_disks(environment(), Arc::new(open))
}

/// A workbench that writes down every call to its disks, and a way to take what was written down so far.
pub fn watched_bench() -> (Workbench, impl Fn() -> Vec<Call>) {
    let disks: Arc<Mutex<Vec<Arc<FaultFs>>>> = Arc::default();
    let opened = disks.clone();
    let bench = bench_on(move |disk| {
        let disk = Arc::new(FaultFs::watching(Arc::new(disk)));
        opened.lock().expect("nobody panics with it in hand").push(disk.clone());
        disk
    });
    let take = move || {
        let mut disks = disks.lock().expect("nobody panics with it in hand");
        disks.drain(..).flat_map(|disk| disk.calls()).collect()
    };
    (bench, take)
}
