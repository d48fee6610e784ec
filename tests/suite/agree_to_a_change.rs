//! What somebody agreed to is what happens: whatever is exchanged between the question and the change, in whichever way
//! somebody agreed, ends it before anything changed; and where nothing was, it goes in.

use std::cell::RefCell;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use patchwright::cli::{self, Streams};
use patchwright::model::{LocalEdits, Patch};
use patchwright::present::message::Beside;
use patchwright::present::why::RollbackReason;
use patchwright::present::worker::WorkerChange;
use patchwright::workbench::{ApplyRequest, EditChoice, EditChoices, Overrides, TextOptions};

use crate::support::build::{Builder, tree_path};
use crate::support::console::Console;
use crate::support::sandbox::{Sandbox, skip, unwatched};
use crate::support::trees::Tree;
use crate::support::trust::{bench_with_keys, write_trusted_key};

/// How somebody agrees, and is held to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// The question on a terminal.
    Question,
    /// `plan --json`, then `--expect`.
    Expect,
    /// `plan --output`, then `--plan`.
    PlanFile,
    /// The window shows a check, and its worker is told what was agreed to.
    Worker,
}

const EVERY_WAY: [Way; 4] = [Way::Question, Way::Expect, Way::PlanFile, Way::Worker];
const APART: [Way; 3] = [Way::Expect, Way::PlanFile, Way::Worker];

/// A product, with a patch that ACME signed, and others that may come into its place.
struct Scene {
    sandbox: Sandbox,
    /// The patch files that are named.
    files: &'static str,
    /// Flags for looking.
    before: &'static str,
    /// Flags for doing.
    after: &'static str,
}

impl Scene {
    fn new() -> Self {
        let sandbox = Sandbox::with(&[
            ("app/readme.txt", "Read me.\n"),
            ("app/conf.ini", "colour = mine\n"),
            ("app/version.txt", "4.2\n"),
        ]);
        for (seed, name) in [(1, "acme"), (2, "zeta")] {
            write_trusted_key(&sandbox, name, seed, "author --role script");
        }
        let fix = fix(&sandbox, "Read me well.\n");
        for (name, bundle, key) in [
            ("fix", fix.clone(), "acme"),
            ("evil", self::fix(&sandbox, "Read me never.\n"), "acme"),
            ("resigned", fix, "zeta"),
            ("one", patch(&sandbox, "ONE", "one.txt"), "acme"),
            ("two", patch(&sandbox, "TWO", "two.txt"), "acme"),
        ] {
            sandbox.save(&format!("{name}.patchbundle"), &bundle);
            let sign = format!("sign $/{name}.patchbundle --key $/{key}.key --as author");
            Console::new(&sandbox).with_keys().done(&sign);
        }
        let keep = "--keep-mine conf.ini";
        Self { sandbox, files: "$/fix.patchbundle", before: keep, after: keep }
    }

    /// A text patch and one that may come into its place.
    fn of_text() -> Self {
        let scene = Self::new();
        let diff =
            |line: &str| format!("--- a/readme.txt\n+++ b/readme.txt\n@@ -1 +1 @@\n-Read me.\n+{line}\n");
        scene.sandbox.write("fix.patch", &diff("Read me well."));
        scene.sandbox.write("evil.patch", &diff("Read me never."));
        Self { files: "$/fix.patch", before: "", after: "--allow-unsigned", ..scene }
    }

    fn flags(self, before: &'static str, after: &'static str) -> Self {
        Self { before, after, ..self }
    }

    fn files(self, files: &'static str) -> Self {
        Self { files, ..self }
    }

    fn console(&self) -> Console<'_> {
        Console::new(&self.sandbox).with_keys()
    }

    fn copy(&self, from: &str, to: &str) {
        fs::copy(self.sandbox.path(from), self.sandbox.path(to)).expect("a copy");
    }

    fn rename(&self, from: &str, to: &str) {
        fs::rename(self.sandbox.path(from), self.sandbox.path(to)).expect("it is moved");
    }

    /// Looks, lets `exchange` happen, and goes ahead.
    fn agree(&self, way: Way, exchange: &dyn Fn(&Self)) -> (u8, String) {
        let Self { files, before, after, .. } = self;
        match way {
            Way::Question => {
                let console = self.console().answering("y").meanwhile(|| exchange(self));
                let run = console.run(&format!("apply {files} $/app {after}"));
                (run.code, run.printed())
            }
            Way::Expect => {
                let plan = self.console().run(&format!("plan {files} $/app {before} --json")).json();
                let digits = plan["fingerprint"].as_str().expect("a fingerprint").to_owned();
                exchange(self);
                let run = self.console().run(&format!("apply {files} $/app {after} --yes --expect {digits}"));
                (run.code, run.printed())
            }
            Way::PlanFile => {
                self.console().run(&format!("plan {files} $/app {before} --output $/reviewed.plan"));
                exchange(self);
                let plan = "--yes --plan $/reviewed.plan";
                let run = self.console().run(&format!("apply {files} $/app {after} {plan}"));
                (run.code, run.printed())
            }
            Way::Worker => self.work(exchange),
        }
    }

    /// What the window does: a check in one process, the change in another.
    fn work(&self, exchange: &dyn Fn(&Self)) -> (u8, String) {
        let bench = bench_with_keys(&self.sandbox);
        let bundle = PathBuf::from(self.files.replace('$', &self.sandbox.path("").to_string_lossy()));
        let wishes = |flags: &str| match flags.split_once(' ') {
            Some(("--keep-mine", path)) => EditChoices::from([(tree_path(path), EditChoice::KeepMine)]),
            Some(("--take-theirs", path)) => EditChoices::from([(tree_path(path), EditChoice::TakeTheirs)]),
            _ => EditChoices::new(),
        };
        let folder = self.sandbox.path("app");
        let shown = unwatched(|watch| {
            let request = ApplyRequest { choices: wishes(self.before), ..(&bundle).into() };
            bench.preview(request, &folder, watch)
        });
        let agreed = shown.expect("a preview").decision();
        exchange(self);
        let is_unsigned = self.after.contains("--allow-unsigned");
        let overrides = Box::new(if is_unsigned { Overrides::UNSIGNED } else { Overrides::default() });
        let (bundles, reading) = (vec![bundle], TextOptions::default());
        let (beside, why, scripts) = (Beside::default(), RollbackReason::default(), None);
        let change = WorkerChange::Apply {
            bundles,
            overrides,
            edits: wishes(self.after),
            reading,
            beside,
            why,
            scripts,
            each: false,
        };
        let arguments =
            [OsString::from("patchwright")].into_iter().chain(change.arguments(&folder, Some(agreed)));
        let (mut input, mut out, mut err) = (std::io::empty(), Vec::new(), Vec::new());
        let code =
            cli::run_with(&bench, arguments, &mut Streams::of_a_program(&mut input, &mut out, &mut err));
        (code, String::from_utf8_lossy(&[out, err].concat()).into_owned())
    }
}

fn fix(sandbox: &Sandbox, readme: &str) -> Builder {
    let conf = |patch: &mut Patch| {
        for change in patch.changes.iter_mut().filter(|change| change.path.as_str() == "conf.ini") {
            change.local_edits = LocalEdits::Merge;
        }
    };
    let fix = sandbox.bundle("ACME-HF-1").replace("readme.txt", "Read me.\n", readme);
    fix.replace("conf.ini", "colour = red\n", "colour = blue\n").but(conf)
}

fn patch(sandbox: &Sandbox, id: &str, path: &str) -> Builder {
    sandbox.bundle(id).create(path, "new\n").but(|patch| patch.about.fixes = vec![id.to_owned()])
}

/// Fails if anything went in after `exchange` in one of `ways`.
#[track_caller]
fn ends_in_moved(ways: &[Way], scene: impl Fn() -> Scene, exchange: impl Fn(&Scene)) {
    for way in ways {
        let scene = scene();
        let before: RefCell<Option<(Tree, usize)>> = RefCell::new(None);
        let (code, told) = scene.agree(*way, &|scene| {
            exchange(scene);
            *before.borrow_mut() = Some(seen(scene));
        });
        assert_eq!(code, 3, "{way:?}: {told}");
        assert!(told.contains("E-MOVED"), "{way:?}: {told}");
        let (tree, entries) = before.into_inner().expect("the question was asked");
        tree.assert_is(&scene.sandbox.path("app"), &format!("{way:?}"));
        assert_eq!(entries, seen(&scene).1, "{way:?}: nothing is in the history");
    }
}

/// Fails if it does not go in, in every way, although `meanwhile` happened.
#[track_caller]
fn goes_in(scene: impl Fn() -> Scene, meanwhile: impl Fn(&Scene)) {
    for way in EVERY_WAY {
        let scene = scene();
        let (code, told) = scene.agree(way, &meanwhile);
        assert_eq!(code, 0, "{way:?}: {told}");
        assert_eq!(scene.sandbox.read("app/readme.txt").as_deref(), Some("Read me well.\n"), "{way:?}");
    }
}

/// The product, and the number of entries in its history.
fn seen(scene: &Scene) -> (Tree, usize) {
    let history = fs::read_dir(scene.sandbox.path("app/.patchwright/history")).map_or(0, Iterator::count);
    (Tree::read(&scene.sandbox.path("app")), history)
}

/// Whether the system may keep the shown patch file in its place, because the question has it open; if so, says that the story does
/// not happen.
fn is_held(story: &str) -> bool {
    if cfg!(windows) {
        skip(story, "not every Windows lets a file that is open be moved or removed");
    }
    cfg!(windows)
}

#[test]
fn what_nobody_touched_goes_in() {
    goes_in(Scene::new, |_| {});
    goes_in(Scene::of_text, |_| {});
}

#[test]
fn the_same_bytes_at_another_time_or_in_another_file_are_the_same_patch() {
    if is_held("the_same_bytes_at_another_time_or_in_another_file_are_the_same_patch") {
        return;
    }
    for scene in [Scene::new, Scene::of_text] {
        goes_in(scene, |scene| {
            let name = scene.files.trim_start_matches("$/");
            scene.copy(name, "copy");
            scene.rename("copy", name);
        });
    }
}

#[test]
fn a_file_that_the_patch_does_not_touch_may_change() {
    goes_in(Scene::new, |scene| scene.sandbox.write("app/version.txt", "4.2.1\n"));
}

#[test]
fn another_patch_file_is_moved_into_the_place_of_the_shown_one() {
    if is_held("another_patch_file_is_moved_into_the_place_of_the_shown_one") {
        return;
    }
    ends_in_moved(&EVERY_WAY, Scene::new, |scene| scene.rename("evil.patchbundle", "fix.patchbundle"));
    ends_in_moved(&EVERY_WAY, Scene::of_text, |scene| scene.rename("evil.patch", "fix.patch"));
}

#[test]
fn the_shown_patch_file_is_written_over_where_it_lies() {
    ends_in_moved(&EVERY_WAY, Scene::new, |scene| scene.copy("evil.patchbundle", "fix.patchbundle"));
    ends_in_moved(&EVERY_WAY, Scene::of_text, |scene| scene.copy("evil.patch", "fix.patch"));
}

#[test]
fn the_shown_patch_file_is_gone() {
    if is_held("the_shown_patch_file_is_gone") {
        return;
    }
    let gone = |scene: &Scene| fs::remove_file(scene.sandbox.path("fix.patchbundle")).expect("our own file");
    ends_in_moved(&[Way::Question], Scene::new, gone);
}

#[cfg(unix)]
#[test]
fn a_link_leads_to_another_patch_file() {
    let link = |scene: &Scene, to: &str| {
        let (link, to) = (scene.sandbox.path("link.patchbundle"), scene.sandbox.path(to));
        let _ = fs::remove_file(&link);
        std::os::unix::fs::symlink(to, link).expect("a link");
    };
    let scene = || {
        let scene = Scene::new().files("$/link.patchbundle");
        link(&scene, "fix.patchbundle");
        scene
    };
    goes_in(scene, |_| {});
    ends_in_moved(&EVERY_WAY, scene, |scene| link(scene, "evil.patchbundle"));
}

#[test]
fn the_same_patch_is_signed_by_somebody_else() {
    if is_held("the_same_patch_is_signed_by_somebody_else") {
        return;
    }
    ends_in_moved(&EVERY_WAY, Scene::new, |scene| scene.rename("resigned.patchbundle", "fix.patchbundle"));
}

#[test]
fn the_signature_is_cut_off() {
    let scene = || Scene::new().flags("--keep-mine conf.ini", "--keep-mine conf.ini --allow-unsigned");
    ends_in_moved(&[Way::Question, Way::Expect, Way::PlanFile], scene, |scene| {
        scene.sandbox.save("fix.patchbundle", &fix(&scene.sandbox, "Read me well.\n"));
    });
}

#[test]
fn two_patch_files_change_places() {
    let scene = || Scene::new().files("$/one.patchbundle $/two.patchbundle").flags("", "");
    // Each is moved into the place of the other.
    let swapped = |scene: &Scene| {
        scene.rename("one.patchbundle", "spare");
        scene.rename("two.patchbundle", "one.patchbundle");
        scene.rename("spare", "two.patchbundle");
    };
    ends_in_moved(&[Way::Question], scene, swapped);
    // Which is named first is of no importance: the same patches go in, in the same order.
    for way in [Way::Expect, Way::PlanFile] {
        let (code, told) = scene().agree(way, &swapped);
        assert_eq!(code, 0, "{way:?}: {told}");
    }
}

#[test]
fn a_series_is_put_into_another_order() {
    let scene = || {
        let scene = Scene::of_text().files("$/patches");
        let new = |name: &str| format!("--- /dev/null\n+++ b/{name}\n@@ -0,0 +1 @@\n+new\n");
        scene.sandbox.write("patches/a.patch", &new("a.txt"));
        scene.sandbox.write("patches/b.patch", &new("b.txt"));
        scene.sandbox.write("patches/series", "a.patch\nb.patch\n");
        scene
    };
    ends_in_moved(&EVERY_WAY, scene, |scene| scene.sandbox.write("patches/series", "b.patch\na.patch\n"));
    let twin = scene();
    assert_eq!(twin.agree(Way::Question, &|_| {}).0, 0);
}

#[test]
fn another_choice_is_made_for_an_edited_file() {
    let scene = || Scene::new().flags("--keep-mine conf.ini", "--take-theirs conf.ini");
    ends_in_moved(&APART, scene, |_| {});
}

#[test]
fn the_merged_file_is_another_one_by_now() {
    let merged = "--merged conf.ini=$/merged.ini";
    let scene = || {
        let scene = Scene::new().flags(merged, merged);
        scene.sandbox.write("merged.ini", "colour = violet\n");
        scene
    };
    let ways = [Way::Question, Way::Expect, Way::PlanFile];
    ends_in_moved(&ways, scene, |scene| scene.sandbox.write("merged.ini", "colour = evil\n"));
    let twin = scene();
    assert_eq!(twin.agree(Way::Question, &|_| {}).0, 0);
    assert_eq!(twin.sandbox.read("app/conf.ini").as_deref(), Some("colour = violet\n"));
}

#[cfg(unix)]
#[test]
fn the_patch_brings_another_script() {
    use patchwright::model::ScriptPhase;

    let scripted = |scene: &Scene, text: &str| {
        let bundle = fix(&scene.sandbox, "Read me well.\n").script(ScriptPhase::Before, text, None);
        scene.sandbox.save("fix.patchbundle", &bundle);
        scene.console().done("sign $/fix.patchbundle --key $/acme.key --as author");
    };
    let scene = || {
        let scene = Scene::new().flags("--keep-mine conf.ini", "--keep-mine conf.ini --run-scripts");
        scripted(&scene, "touch \"$PATCHWRIGHT_TARGET/../good\"\n");
        scene
    };
    for way in [Way::Question, Way::Expect, Way::PlanFile] {
        ends_in_moved(&[way], scene, |scene| scripted(scene, "touch \"$PATCHWRIGHT_TARGET/../evil\"\n"));
        let (twin, ran) = (scene(), |scene: &Scene, name: &str| scene.sandbox.path(name).exists());
        let (code, told) = twin.agree(way, &|_| {});
        assert_eq!((code, ran(&twin, "good"), ran(&twin, "evil")), (0, true, false), "{way:?}: {told}");
    }
}

#[test]
fn a_step_of_the_reviewed_plan_is_forged_or_left_out() {
    let forged = |forge: &dyn Fn(&mut serde_json::Value)| {
        ends_in_moved(&[Way::PlanFile], Scene::new, |scene| {
            let text = scene.sandbox.read("reviewed.plan").expect("a plan");
            let mut plan = serde_json::from_str(&text).expect("JSON");
            forge(&mut plan);
            scene.sandbox.write("reviewed.plan", &plan.to_string());
        });
    };
    forged(&|plan| _ = plan["steps"].as_array_mut().expect("steps").pop());
    forged(&|plan| {
        let steps = plan["steps"].as_array_mut().expect("steps");
        steps.push(steps[0].clone());
    });
    forged(&|plan| plan["steps"][0]["path"] = "harmless.txt".into());
    forged(&|plan| plan["steps"][0]["does"] = "mode".into());
    forged(&|plan| plan["steps"][0]["after"]["sha256"] = "0".repeat(64).into());
    forged(&|plan| plan["patch"] = "NICE-1 r1".into());
    forged(&|plan| plan["manifest"] = "0".repeat(64).into());
    forged(&|plan| plan["fingerprint"] = "0".repeat(64).into());
}

#[test]
fn somebody_edits_the_folder() {
    ends_in_moved(&EVERY_WAY, Scene::new, |scene| scene.sandbox.write("app/readme.txt", "Edited.\n"));
    ends_in_moved(&EVERY_WAY, Scene::new, |scene| scene.sandbox.write("app/conf.ini", "colour = ours\n"));
    ends_in_moved(&EVERY_WAY, Scene::of_text, |scene| {
        scene.sandbox.write("app/readme.txt", "Above.\nRead me.\n");
    });
}

#[test]
fn another_patch_comes_in_meanwhile() {
    ends_in_moved(&EVERY_WAY, Scene::new, |scene| {
        scene.console().done("apply $/two.patchbundle $/app --yes");
    });
}

#[test]
fn the_key_that_signed_is_taken_back() {
    ends_in_moved(&EVERY_WAY, Scene::new, |scene| {
        scene.console().done("key revoke acme --reason stolen --yes");
    });
}

#[test]
fn the_patch_is_called_back_meanwhile() {
    let list = |held: &str| {
        format!(r#"{{"format": "patchwright-holds/1", "issued": "2026-11-23T00:00:00Z", "held": [{held}]}}"#)
    };
    let scene = || {
        let flags = "--keep-mine conf.ini --withdrawn $/held.json";
        let scene = Scene::new().flags(flags, flags);
        scene.sandbox.write("held.json", &list(""));
        scene
    };
    let call_back = |scene: &Scene| {
        scene.sandbox.write("held.json", &list(r#"{"id": "ACME-HF-1", "reason": "it loses data"}"#));
    };
    for way in [Way::Question, Way::Expect, Way::PlanFile] {
        ends_in_moved(&[way], scene, call_back);
        let (code, told) = scene().agree(way, &|_| {});
        assert_eq!(code, 0, "{way:?}: {told}");
    }
}

/// The folder is exchanged for one that is like it.
fn exchange_the_folder(scene: &Scene) {
    let copy = Tree::read(&scene.sandbox.path("app"));
    scene.rename("app", "app-of-before");
    copy.write_to(&scene.sandbox.path("app"));
}

#[test]
fn another_folder_of_the_same_content_comes_into_its_place() {
    ends_in_moved(&EVERY_WAY, Scene::new, exchange_the_folder);
    ends_in_moved(&EVERY_WAY, Scene::of_text, exchange_the_folder);
    // Going away and coming back is nothing.
    goes_in(Scene::new, |scene| {
        scene.rename("app", "elsewhere");
        scene.rename("elsewhere", "app");
    });
}

#[cfg(unix)]
#[test]
fn a_file_that_is_changed_gets_another_name_or_owner() {
    ends_in_moved(&EVERY_WAY, Scene::new, |scene| {
        let at = |name: &str| scene.sandbox.path(name);
        fs::hard_link(at("app/readme.txt"), at("of-somebody-else")).expect("a second name");
    });
    if rustix::process::geteuid().is_root() {
        ends_in_moved(&EVERY_WAY, Scene::new, |scene| {
            std::os::unix::fs::chown(scene.sandbox.path("app/readme.txt"), Some(1234), None)
                .expect("root may");
        });
    }
    // What isn't changed may.
    goes_in(Scene::new, |scene| {
        scene.sandbox.write("app/other.txt", "x");
        let at = |name: &str| scene.sandbox.path(name);
        fs::hard_link(at("app/other.txt"), at("another-name")).expect("a second name");
    });
}
