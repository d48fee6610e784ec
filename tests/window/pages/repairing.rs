//! Repairing and rolling back where backups lack something: a patch file is chosen, what it brings is shown, and the
//! folder, its state and its history say afterwards what the result says.

use std::fs;
use std::path::{Path, PathBuf};

use egui::{Key, Modifiers};
use patchwright::model::Code;
use patchwright::present::message::{Dialog, Effect, Event};
use patchwright::words::{self, fill, window};
use patchwright::workbench::Action;

use super::guided::{goes_through, starts};
use super::person::{Opening, Person, everything};
use super::sandbox::Sandbox;

/// A product whose patch brought a new file, which somebody broke, and changed another, which somebody edited.
struct Scene {
    sandbox: Sandbox,
    bundle: PathBuf,
    folder: PathBuf,
    /// As the patch left the folder.
    patched: Vec<(PathBuf, Vec<u8>)>,
}

impl Scene {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        sandbox.write("app/a.txt", "1\n");
        let bundle = sandbox.bundle("FIRST").replace("a.txt", "1\n", "2\n").create("new.txt", "brought\n");
        let bundle = sandbox.save("first.patchbundle", &bundle);
        let folder = sandbox.path("app");
        let mut person = Opening::with_paths([bundle.clone(), folder.clone()]).open();
        person.press(words::APPLY);
        goes_through(&mut person);
        let patched = everything(&folder);
        Self { sandbox, bundle, folder, patched }
    }

    fn at_history(&self) -> Person {
        Opening::with_paths([self.folder.clone()]).open()
    }

    /// A patch file that has nothing to do with it.
    fn another(&self) -> PathBuf {
        let bundle = self.sandbox.bundle("OTHER").create("other.txt", "other\n");
        self.sandbox.save("other.patchbundle", &bundle)
    }

    /// The backups of the patch, each with another content.
    fn damage_backups(&self) {
        let kept = self.folder.join(".patchwright/undo/00000001/objects");
        for entry in fs::read_dir(kept).expect("backups") {
            fs::write(entry.expect("a backup").path(), "damaged").expect("our own file");
        }
    }
}

#[track_caller]
fn lacks_backups(person: &Person) {
    person.must_see(words::heading(Code::Store));
    person.must_see(window::HINT_SOURCE);
    assert_eq!(starts(person), 0);
}

fn picks(person: &mut Person, file: &Path) {
    person.press(window::CHOOSE_SOURCE);
    assert_eq!(person.desk().done.last(), Some(&Effect::PickSource));
    person.hears(Event::SourcesPicked(vec![file.to_owned()]));
}

#[test]
fn what_only_the_patch_file_has_is_repaired_from_it() {
    let scene = Scene::new();
    scene.sandbox.write("app/new.txt", "broken\n");
    let mut person = scene.at_history();
    person.press(window::REPAIR);
    lacks_backups(&person);

    // A file that does not have it changes nothing, and that it was looked at is said.
    let another = scene.another();
    picks(&mut person, &another);
    lacks_backups(&person);
    person.must_see(&fill(window::LOOKED_IN, &[("file", &another.display().to_string())]));

    picks(&mut person, &scene.bundle);
    person.must_see(window::REPAIR_REPLACES);
    goes_through(&mut person);
    person.must_see(window::DONE_REPAIR);
    assert_eq!(everything(&scene.folder), scene.patched);
    let (status, history) = person.folder_as_it_is(&scene.folder);
    assert!(status.drift.is_empty() && status.can_undo_repair, "{status:?}");
    let last = history.last().expect("a repair");
    assert_eq!(last.action, Action::Repair);
    assert!(last.remarks().iter().any(|remark| remark.contains("the patch file of FIRST")), "{last:?}");
    person.press(words::CLOSE);
    person.must_see(words::AS_EXPECTED);
}

#[test]
fn without_a_dialog_the_patch_file_is_typed() {
    let scene = Scene::new();
    scene.sandbox.write("app/new.txt", "broken\n");
    let mut person = scene.at_history();
    person.press(window::REPAIR);
    person.hears(Event::NoDialog(Dialog::Source));
    person.must_see(words::NO_DIALOG);
    for letter in scene.bundle.display().to_string().chars() {
        person.harness.event(egui::Event::Text(letter.to_string()));
    }
    person.settle();
    person.types(Modifiers::NONE, Key::Enter);
    person.must_see(window::REPAIR_REPLACES);
    goes_through(&mut person);
    assert_eq!(everything(&scene.folder), scene.patched);
}

#[test]
fn the_others_are_repaired_where_nobody_has_the_patch_file() {
    let scene = Scene::new();
    // One that only lost its permissions, and one whose content nobody holds.
    fs::remove_file(scene.folder.join("new.txt")).expect("our own file");
    let mode = fs::metadata(scene.folder.join("a.txt")).expect("a file").permissions();
    let mut private = mode.clone();
    std::os::unix::fs::PermissionsExt::set_mode(&mut private, 0o600);
    fs::set_permissions(scene.folder.join("a.txt"), private).expect("our own file");

    let mut person = scene.at_history();
    person.press(window::REPAIR);
    lacks_backups(&person);
    person.press(&fill(window::REPAIR_ONLY, &[("n", "1 file")]));
    person.must_see(window::READY_TO_REPAIR);
    person.press(words::NEXT);
    person.press(words::NEXT);
    person.press("Repair 1 file");
    assert_eq!(fs::metadata(scene.folder.join("a.txt")).expect("a file").permissions(), mode);
    let (status, history) = person.folder_as_it_is(&scene.folder);
    assert_eq!(history.last().map(|entry| entry.action), Some(Action::Repair));
    // What nobody had is still missing, and the result does not hide it.
    assert_eq!(status.drift.len(), 1);
    person.must_see(words::NEEDS_ATTENTION);
}

#[test]
fn a_rollback_whose_backups_are_damaged_takes_contents_from_the_patch_file() {
    let scene = Scene::new();
    scene.damage_backups();
    let mut person = scene.at_history();
    person.press(words::GO_BACK);
    lacks_backups(&person);
    picks(&mut person, &scene.bundle);
    goes_through(&mut person);
    person.must_see(words::DONE_TAKE_BACK);
    assert_eq!(fs::read_to_string(scene.folder.join("a.txt")).expect("a file"), "1\n");
    assert!(!scene.folder.join("new.txt").exists());
}

#[test]
fn a_rollback_without_the_patch_file_restores_the_other_files_and_says_no_more() {
    let scene = Scene::new();
    scene.damage_backups();
    let mut person = scene.at_history();
    person.press(words::GO_BACK);
    lacks_backups(&person);
    person.press(window::LEAVE_DAMAGED);
    goes_through(&mut person);
    assert!(!person.sees(words::DONE_TAKE_BACK), "the folder is not as it was: {}", person.told());
    person.must_see(words::NEEDS_ATTENTION);
    person.must_see("1 file not as expected. See History.");
    assert_eq!(fs::read_to_string(scene.folder.join("a.txt")).expect("a file"), "2\n");
    assert!(!scene.folder.join("new.txt").exists());
}
