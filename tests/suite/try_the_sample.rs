//! The sample that the window offers: a made-up product with patches, each of them made to show one thing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use patchwright::bundle::order::lint;
use patchwright::environment::Environment;
use patchwright::model::{FileChange, Node, Patch, PatchId, Payload, Restart, Role};
use patchwright::progress::{CancelToken, Quiet};
use patchwright::workbench::{Error, Sample, Watch, Workbench};

use super::support::sandbox::{Sandbox, Target, UNSIGNED, spell, told, unwatched};
use super::support::trees::{Thing, Tree, links_work};

const HOTFIX: usize = 0;
const SERVICE_PACK: usize = 1;
const FEATURE: usize = 2;
const CONFIG: usize = 3;

/// Says what a child process does about the sample.
const CHILD: &str = "PATCHWRIGHT_TEST_SAMPLE";

/// A sample that is gone after the story.
struct LaidOut {
    sandbox: Sandbox,
    sample: Sample,
}

impl LaidOut {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        let sample = unwatched(|watch| sandbox.bench().lay_out_sample(watch)).expect("room for a sample");
        Self { sandbox, sample }
    }

    fn folder(&self) -> Target<'_> {
        self.sandbox.target(self.sample.folder.clone())
    }

    /// Everything that speaks against applying one of the patches now.
    fn obstacles(&self, which: usize) -> Vec<String> {
        let look = |watch: Watch<'_>| {
            self.sandbox.bench().preview(&self.sample.bundles[which], &self.sample.folder, watch)
        };
        let preview = unwatched(look).expect("a folder that can be looked at").preview;
        preview.obstacles.iter().map(spell).collect()
    }

    /// Applies one of the patches, and returns what was worth knowing.
    #[track_caller]
    fn must_apply(&self, which: usize) -> Vec<String> {
        let applied = self.folder().apply_file(&self.sample.bundles[which], UNSIGNED);
        let applied = applied.unwrap_or_else(|error| panic!("not applied: {error} ({error:?})"));
        assert!(applied.checks.iter().all(|check| check.passed), "{:?}", applied.checks);
        assert_eq!(applied.untidy, None, "nothing is left lying around");
        told(&applied.notes)
    }

    fn patch(&self, which: usize) -> Arc<Patch> {
        unwatched(|watch| self.sandbox.bench().inspect(&self.sample.bundles[which], watch))
            .expect("a good bundle")
            .patch
    }
}

impl Drop for LaidOut {
    fn drop(&mut self) {
        let removed = fs::remove_dir_all(&self.sample.place);
        assert!(removed.is_ok() || std::thread::panicking(), "{removed:?}");
    }
}

#[test]
fn every_try_gets_a_place_of_its_own() {
    let (one, other) = (LaidOut::new(), LaidOut::new());
    assert_ne!(one.sample.place, other.sample.place);
    one.must_apply(HOTFIX);
    assert!(!other.folder().has_state(), "what happens in one place does not happen in the other");
    for sample in [&one.sample, &other.sample] {
        assert_eq!(sample.place.parent(), Some(std::env::temp_dir().as_path()));
        let name = sample.place.file_name().and_then(|name| name.to_str()).expect("a plain name");
        assert!(name.strip_prefix("patchwright-sample-").is_some_and(|rest| rest.len() == 6), "{name}");
        assert_eq!(names_in(&sample.place), ["Lighthouse", "Patches", "Read me.txt"]);
        assert_eq!(names_in(&sample.place.join("Patches")).len(), sample.bundles.len());
    }
}

#[cfg(unix)]
#[test]
fn nobody_else_may_look_into_the_sample() {
    use std::os::unix::fs::PermissionsExt;
    let laid_out = LaidOut::new();
    let mode = fs::metadata(&laid_out.sample.place).expect("the place").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn every_patch_of_the_sample_is_proven_explained_and_made_from_a_full_order() {
    let laid_out = LaidOut::new();
    let read_me = fs::read_to_string(laid_out.sample.place.join("Read me.txt")).expect("a text");
    for bundle in &laid_out.sample.bundles {
        let verified =
            unwatched(|watch| laid_out.sandbox.bench().verify(bundle, watch)).expect("a good bundle");
        let patch = &verified.inspection.patch;
        assert!(patch.proven, "{} went there and back on a copy", patch.about.identity);
        let id = bundle.file_stem().and_then(|stem| stem.to_str());
        assert_eq!(id, Some(patch.about.identity.id.as_str()), "the file is named after the patch");
        assert!(read_me.contains(patch.about.identity.id.as_str()), "{} is explained", patch.about.identity);
    }
    for order in ["hotfix", "service-pack", "feature", "config"] {
        let text = fs::read_to_string(assets().join(format!("orders/{order}.toml"))).expect("an order");
        assert_eq!(lint(&text), [], "{order}");
    }
}

#[test]
fn the_hotfix_fits_and_goes_back_to_the_last_byte() {
    let laid_out = LaidOut::new();
    let folder = laid_out.folder();
    let before = folder.tree();
    assert_eq!(laid_out.obstacles(HOTFIX), [""; 0]);

    laid_out.must_apply(HOTFIX);
    folder.expect(&with_the_hotfix(&before));
    assert!(folder.status().drift.is_empty());

    folder.must_roll_back();
    folder.expect(&before);
    let settings = fs::read_to_string(folder.path.join("conf/lighthouse.toml")).expect("the settings");
    assert!(settings.contains("Ingrid"), "what was edited on site is still there: {settings}");
}

#[test]
fn the_hotfix_does_everything_that_a_patch_can_do() {
    let laid_out = LaidOut::new();
    let patch = laid_out.patch(HOTFIX);
    let paths = |wanted: &dyn Fn(&FileChange) -> bool| -> Vec<String> {
        patch.changes.iter().filter(|change| wanted(change)).map(|change| change.path.to_string()).collect()
    };
    let content_is_new = |change: &FileChange| change.payload.is_some() && !change.before.is_empty();
    let is_told_by_lines = |change: &FileChange| matches!(change.payload, Some(Payload::Diff { .. }));
    let is_moved = |change: &FileChange| matches!(change.payload, Some(Payload::Same { .. }));
    let is_link = |change: &FileChange| matches!(change.after, Some(Node::Link(_)));

    assert_eq!(
        paths(&|change| content_is_new(change) && is_told_by_lines(change)),
        if links_work() {
            vec!["app/board.py", "app/lighthouse.py", "app/tides.py"]
        } else {
            vec!["app/board.py", "app/lighthouse.py", "app/tides.py", "data/clock-changes.csv"]
        }
    );
    assert_eq!(
        paths(&|change| content_is_new(change) && !is_told_by_lines(change)),
        ["data/tides.dat", "web/icon.png"],
        "without a text to read"
    );
    assert_eq!(
        paths(&|change| change.before.is_empty()),
        ["app/clock.py", "data/clock-changes-2026.csv", "docs/LIGHTHOUSE-HF-7.md"]
    );
    assert_eq!(paths(&|change| change.after.is_none()), ["app/calendar.py", "web/debug.html"]);
    assert!(paths(&is_moved).contains(&"app/clock.py".to_owned()));
    if links_work() {
        assert_eq!(paths(&is_link), ["data/clock-changes.csv"]);
    }
    if cfg!(unix) {
        let only_mode = |change: &FileChange| change.payload.is_none() && change.after.is_some();
        assert_eq!(paths(&|change| only_mode(change) && !is_link(change)), ["bin/backup.sh"]);
    }
    for role in [Role::Binary, Role::Data, Role::Doc] {
        assert_ne!(paths(&|change| change.role == role), [""; 0], "{role:?}");
    }
}

#[test]
fn the_hotfix_says_all_that_a_patch_can_say_about_itself() {
    let patch = LaidOut::new().patch(HOTFIX);
    assert_eq!(patch.about.vulnerabilities, ["CVE-2026-99999"]);
    assert_eq!(patch.about.issues.len(), patch.about.fixes.len(), "every fix is tracked");
    assert!(!patch.about.evidence.review.is_empty() && !patch.about.evidence.tests.is_empty());
    assert!(!patch.about.evidence.provenance.is_empty() && !patch.about.rollback.steps.is_empty());
    assert!(
        !patch.about.preflight.is_empty()
            && !patch.about.health.is_empty()
            && patch.about.restart == Restart::Service
    );
}

#[test]
fn the_service_pack_fits_before_and_after_the_hotfix() {
    let (without, with) = (LaidOut::new(), LaidOut::new());
    assert_eq!(without.obstacles(SERVICE_PACK), [""; 0]);
    without.must_apply(SERVICE_PACK);
    assert_eq!(without.folder().status().version.as_deref(), Some("1.5.0"));

    with.must_apply(HOTFIX);
    let with_the_hotfix = with.folder().tree();
    assert_eq!(with.obstacles(SERVICE_PACK), [""; 0]);
    let notes = with.must_apply(SERVICE_PACK);
    let is_told =
        notes.iter().any(|note| note.contains("LIGHTHOUSE-SP-1 contains LIGHTHOUSE-HF-7: all 11 files"));
    assert!(is_told, "{notes:?}");

    with.folder().expect(&without.folder().tree());
    with.folder().must_roll_back();
    with.folder().expect(&with_the_hotfix);
    assert_eq!(with.folder().installed(), ["LIGHTHOUSE-HF-7"]);
    let patch = without.patch(SERVICE_PACK);
    let retired: Vec<_> = patch.about.supersedes.iter().map(PatchId::as_str).collect();
    assert_eq!(retired, ["LIGHTHOUSE-HF-7"]);
    let hotfix = without.patch(HOTFIX);
    assert!(
        hotfix.about.fixes.iter().all(|fix| patch.about.fixes.contains(fix)),
        "it mends what the hotfix mends"
    );
}

#[test]
fn the_feature_waits_for_the_service_pack() {
    let laid_out = LaidOut::new();
    let untouched = laid_out.folder().tree();
    let reasons = ["E-REQUIRES: requires LIGHTHOUSE-SP-1 (revision 1 or later); it isn't applied here"];
    assert_eq!(laid_out.obstacles(FEATURE), reasons);
    laid_out.must_apply(HOTFIX);
    assert_eq!(laid_out.obstacles(FEATURE), reasons, "the hotfix is not enough");
    laid_out.must_apply(SERVICE_PACK);
    assert_eq!(laid_out.obstacles(FEATURE), [""; 0]);
    laid_out.must_apply(FEATURE);
    for _ in [FEATURE, SERVICE_PACK, HOTFIX] {
        laid_out.folder().must_roll_back();
    }
    laid_out.folder().expect(&untouched);
}

#[test]
fn the_new_settings_meet_the_edit_made_on_site() {
    let laid_out = LaidOut::new();
    let reasons = ["E-DRIFT conf/lighthouse.toml: isn't the version this patch expects"];
    assert_eq!(laid_out.obstacles(CONFIG), reasons);
    laid_out.must_apply(SERVICE_PACK);
    assert_eq!(laid_out.obstacles(CONFIG), reasons, "no other patch changes that");

    let delivered = fs::read(assets().join("delivered/conf/lighthouse.toml")).expect("the settings");
    laid_out.folder().edit("conf/lighthouse.toml", delivered);
    assert_eq!(laid_out.obstacles(CONFIG), [""; 0], "where nobody edited, it fits");
}

#[test]
fn nothing_outside_the_place_is_touched() {
    let world = World::new();
    world.run("lay it out");
    let [place] = &names_in(&world.temporary)[..] else { panic!("more than one place") };
    assert!(place.starts_with("patchwright-sample-"), "{place}");
    assert_eq!(names_in(&world.elsewhere), [""; 0]);
}

#[test]
fn who_stops_the_sample_finds_nothing_of_it() {
    let world = World::new();
    world.run("stop it");
    assert_eq!(names_in(&world.temporary), [""; 0]);
}

/// Everything that a process of its own can see of the system: other temporary folders, another home.
struct World {
    _all: tempfile::TempDir,
    temporary: PathBuf,
    elsewhere: PathBuf,
}

impl World {
    fn new() -> Self {
        let all = tempfile::tempdir().expect("a temporary folder");
        let [temporary, elsewhere] = ["temporary", "elsewhere"].map(|name| all.path().join(name));
        for folder in [&temporary, &elsewhere] {
            fs::create_dir(folder).expect("a new folder");
        }
        Self { _all: all, temporary, elsewhere }
    }

    /// Does something about the sample in a process that lives in this world.
    #[track_caller]
    fn run(&self, deed: &str) {
        let mut child = Command::new(std::env::current_exe().expect("this program"));
        child.args(["--exact", "try_the_sample::this_process_is_a_child_of_the_sample"]);
        child.env(CHILD, deed).current_dir(&self.elsewhere).env("HOME", &self.elsewhere);
        for name in ["TMPDIR", "TMP", "TEMP"] {
            child.env(name, &self.temporary);
        }
        let output = child.output().expect("a process of its own");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && told.contains("1 passed"), "{told}");
    }
}

/// No test of its own: what [`World::run`] starts.
#[test]
fn this_process_is_a_child_of_the_sample() {
    let Ok(deed) = std::env::var(CHILD) else { return };
    let cancel = CancelToken::new();
    if deed == "stop it" {
        cancel.cancel();
    }
    let workbench = Workbench::new(Environment::of_this_machine());
    let sample = workbench.lay_out_sample(Watch { progress: &Quiet, cancel: &cancel });
    match deed.as_str() {
        "stop it" => assert!(matches!(sample, Err(Error::Cancelled(_))), "{sample:?}"),
        _ => assert!(sample.is_ok(), "{sample:?}"),
    }
}

/// The product as the hotfix has to leave it, told by hand.
fn with_the_hotfix(before: &Tree) -> Tree {
    let mut tree = before.clone();
    for path in [
        "app/board.py",
        "app/lighthouse.py",
        "app/tides.py",
        "data/clock-changes-2026.csv",
        "data/tides.dat",
        "docs/LIGHTHOUSE-HF-7.md",
        "web/icon.png",
    ] {
        let bytes = fs::read(assets().join("hotfix").join(path)).expect("a file of the sample");
        tree.put(path, Thing::File(bytes.into(), 0o644));
    }
    let moved = tree.at("app/calendar.py").cloned().expect("the file that moves");
    tree.put("app/clock.py", moved);
    let Some(Thing::File(script, _)) = tree.at("bin/backup.sh").cloned() else { panic!("no script") };
    tree.put("bin/backup.sh", Thing::File(script, 0o755));
    let changes = match links_work() {
        true => Thing::Link("clock-changes-2026.csv".to_owned()),
        false => tree.at("data/clock-changes-2026.csv").cloned().expect("this year's changes"),
    };
    tree.put("data/clock-changes.csv", changes);
    tree.without("app/calendar.py").without("web/debug.html")
}

fn assets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample")
}

/// What is in a folder, sorted.
fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder that can be listed");
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
    let mut names: Vec<_> = entries.map(|entry| name(entry).into_string().expect("a plain name")).collect();
    names.sort();
    names
}
