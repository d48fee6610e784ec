//! A patch is made in the window: from folders, a text patch or commits, with what its author says held to the rules of
//! orders as it is typed, tried on a copy, opened, signed, and the same again on the command line.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use egui::{Key, Modifiers};
use egui_kittest::kittest::NodeT;
use patchwright::present::message::{Dialog, Effect, Event, ExportWish, Input, KeyEvent};
use patchwright::words::{self, fill, trying, window};

use super::guided::goes_through;
use super::person::{Opening, Person};
use super::sandbox::Sandbox;

/// A product before and after.
fn folders() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("old/a.txt", "one\ntwo\n");
    sandbox.write("new/a.txt", "one\n2\n");
    sandbox.write("new/b.txt", "new\n");
    sandbox
}

fn at_page() -> Person {
    let mut person = Opening::new().open();
    person.press(window::MAKE);
    person.must_see(window::MAKE_MEANING);
    person
}

fn picks(person: &mut Person, button: &str, input: Input, path: &Path) {
    person.press(button);
    assert_eq!(person.desk().done.last(), Some(&Effect::PickInput(input)));
    person.hears(Event::InputPicked(input, vec![path.to_owned()]));
}

/// Why nothing is made yet.
fn waits(person: &Person) -> Option<String> {
    person.control(window::MAKE_NOW).accesskit_node().description()
}

fn describes(person: &mut Person) {
    for (field, text) in [
        (window::ORDER_ID, "ACME-HF-7"),
        (window::ORDER_SEQUENCE, "7"),
        (window::ORDER_TITLE, "Two is a number"),
        (window::ORDER_SUMMARY, "It said two. It says 2 now."),
        (window::ORDER_VENDOR, "ACME"),
        (window::ORDER_CONTACT, "help@acme.example"),
        (window::ORDER_FIXES, "KEY-7"),
        (window::ORDER_PRODUCT, "product"),
        (window::ORDER_VERSIONS, "1.0"),
    ] {
        person.writes(field, text);
    }
}

/// Makes it at `output`, as a dialog would say.
fn makes(person: &mut Person, output: &Path) {
    person.press(window::MAKE_NOW);
    assert!(matches!(person.desk().done.last(), Some(Effect::PickPlace(ExportWish::PatchFile, _))));
    person.hears(Event::PlacePicked(ExportWish::PatchFile, output.to_owned()));
}

#[test]
fn a_patch_is_described_made_tested_opened_and_applied_without_the_console() {
    let sandbox = folders();
    let mut person = at_page();
    assert_eq!(waits(&person).as_deref(), Some(window::MAKE_OLD_FIRST));
    picks(&mut person, window::INPUT_OLD, Input::OldFolder, &sandbox.path("old"));
    assert_eq!(waits(&person).as_deref(), Some(window::MAKE_NEW_FIRST));
    picks(&mut person, window::INPUT_NEW, Input::NewFolder, &sandbox.path("new"));
    // What is missing stands at its field, and goes as it is typed.
    assert_eq!(waits(&person).as_deref(), Some(window::MAKE_MEND_FIRST));
    person.writes(window::ORDER_ID, "no id!");
    person.must_see("is no patch id");
    describes(&mut person);
    assert!(!person.sees("is no patch id"), "{}", person.told());
    assert_eq!(waits(&person), None, "{}", person.told());
    let output = sandbox.path("ACME-HF-7.patchbundle");
    person.press(window::MAKE_NOW);
    let asked = Effect::PickPlace(ExportWish::PatchFile, "ACME-HF-7.patchbundle".to_owned());
    assert_eq!(person.desk().done.last(), Some(&asked));
    person.hears(Event::PlacePicked(ExportWish::PatchFile, output.clone()));
    person.must_see(&fill(window::MADE, &[("file", "ACME-HF-7.patchbundle")]));
    person.must_see(words::PROVEN);
    person.must_see("1 added, 1 modified");
    // What was typed is kept, and makes the same file on the command line.
    let order = sandbox.path("ACME-HF-7.order.toml");
    assert!(fs::read_to_string(&order).expect("an order").contains("title = \"Two is a number\""));
    person.press(words::COPY_COMMAND);
    let [old, new] = ["old", "new"].map(|name| sandbox.path(name).display().to_string());
    let command = format!(
        "patchwright make --from {old} --to {new} --order {} --output {}",
        order.display(),
        output.display()
    );
    person.must_see(words::COPIED);
    assert_eq!(person.model(patchwright::present::Model::page_command), Some(command));
    let made = fs::read(&output).expect("a patch file");
    fs::remove_file(&output).expect("our own file");
    let words: Vec<std::ffi::OsString> = ["make", "--from", &old, "--to", &new, "--order"]
        .into_iter()
        .map(Into::into)
        .chain([order.clone().into(), "--output".into(), output.clone().into()])
        .collect();
    let words: Vec<&std::ffi::OsStr> = words.iter().map(AsRef::as_ref).collect();
    person.desk().runs(&words);
    assert_eq!(fs::read(&output).expect("a patch file"), made);

    person.press(window::MADE_OPEN);
    person.must_see("Two is a number");
    person.hears(Event::FolderPicked(sandbox.path("old")));
    person.press(words::APPLY);
    goes_through(&mut person);
    assert_eq!(fs::read_to_string(sandbox.path("old/a.txt")).expect("a file"), "one\n2\n");
}

#[test]
fn an_order_that_somebody_kept_is_never_written_over() {
    let sandbox = folders();
    sandbox.write("x.order.toml", "mine\n");
    let mut person = at_page();
    picks(&mut person, window::INPUT_OLD, Input::OldFolder, &sandbox.path("old"));
    picks(&mut person, window::INPUT_NEW, Input::NewFolder, &sandbox.path("new"));
    describes(&mut person);
    let output = sandbox.path("x.patchbundle");
    makes(&mut person, &output);
    assert_eq!(fs::read_to_string(sandbox.path("x.order.toml")).expect("a file"), "mine\n");
    assert!(sandbox.path("x.order-2.toml").exists());
    // The same again keeps no third one.
    person.press(window::MADE_AGAIN);
    makes(&mut person, &output);
    assert!(!sandbox.path("x.order-3.toml").exists());
    // What is no patch file keeps its name.
    person.press(window::MADE_AGAIN);
    makes(&mut person, &sandbox.path("x.order.toml"));
    assert_eq!(fs::read_to_string(sandbox.path("x.order.toml")).expect("a file"), "mine\n");
    assert!(!person.sees(words::PROVEN), "{}", person.told());
}

#[test]
fn a_text_patch_brings_its_own_description() {
    let sandbox = folders();
    let text = "Say two as a number\n\n--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n";
    sandbox.write("fix.patch", text);
    let mut person = at_page();
    person.press(window::MAKE_TEXT);
    assert_eq!(waits(&person).as_deref(), Some(window::MAKE_PATCH_FIRST));
    picks(&mut person, window::INPUT_TEXT_PATCH, Input::TextPatch, &sandbox.path("fix.patch"));
    picks(&mut person, words::START_CHOOSE_FOLDER, Input::TargetFolder, &sandbox.path("old"));
    person.press(window::MAKE_BY_SOURCE);
    assert_eq!(waits(&person), None, "{}", person.told());
    // Where no dialog comes up, its place is typed.
    person.press(window::MAKE_NOW);
    let dialog = Dialog::NewFile(ExportWish::PatchFile, "fix.patchbundle".to_owned());
    person.hears(Event::NoDialog(dialog));
    for letter in sandbox.path("fix.patchbundle").display().to_string().chars() {
        person.harness.event(egui::Event::Text(letter.to_string()));
    }
    person.settle();
    person.types(Modifiers::NONE, Key::Enter);
    person.must_see(&fill(window::MADE, &[("file", "fix.patchbundle")]));
    assert!(!sandbox.path("fix.order.toml").exists(), "nobody typed one");
    assert_eq!(fs::read_to_string(sandbox.path("old/a.txt")).expect("a file"), "one\ntwo\n", "only read");
}

#[test]
fn commits_become_a_patch_and_a_range_that_is_none_is_said() {
    if !crate::tools::is_here("git", "making a patch of commits in the window") {
        return;
    }
    let sandbox = Sandbox::new();
    sandbox.write("repo/a.txt", "one\n");
    let repository = sandbox.path("repo");
    let git = |words: &[&str]| {
        let run = Command::new("git").arg("-C").arg(&repository).args(words).output();
        assert!(run.expect("git is there").status.success(), "{words:?}");
    };
    let [name, mail] = ["user.name=tester", "user.email=tester@testbed.example"];
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["-c", name, "-c", mail, "commit", "-qm", "First"]);
    sandbox.write("repo/a.txt", "two\n");
    git(&["-c", name, "-c", mail, "commit", "-qam", "Say two"]);
    let mut person = at_page();
    person.press(window::MAKE_GIT);
    picks(&mut person, words::START_CHOOSE_FOLDER, Input::Repository, &repository);
    person.press(window::MAKE_BY_SOURCE);
    for odd in ["HEAD~1..", "HEAD~1...HEAD"] {
        person.writes(window::MAKE_RANGE, odd);
        assert_eq!(waits(&person).as_deref(), Some(window::MAKE_RANGE_FIRST), "{odd}");
    }
    person.writes(window::MAKE_RANGE, "HEAD~1..HEAD");
    makes(&mut person, &sandbox.path("fix.patchbundle"));
    person.must_see(&fill(window::MADE, &[("file", "fix.patchbundle")]));
    person.must_see("1 modified");
}

#[test]
fn what_cannot_be_made_says_every_reason_and_leaves_nothing() {
    let sandbox = folders();
    let mut person = at_page();
    picks(&mut person, window::INPUT_OLD, Input::OldFolder, &sandbox.path("old"));
    // The same folder twice: nothing changes.
    picks(&mut person, window::INPUT_NEW, Input::NewFolder, &sandbox.path("old"));
    describes(&mut person);
    let output = sandbox.path("none.patchbundle");
    makes(&mut person, &output);
    assert!(!output.exists() && !sandbox.path("none.order.toml").exists());
    assert!(!person.sees(words::PROVEN), "{}", person.told());
    // An order in a file is read when the patch is made, with all that is wrong.
    sandbox.write("order.toml", "id = 1\n");
    person.press(window::MAKE_IN_FILE);
    picks(&mut person, window::INPUT_FILE, Input::Order, &sandbox.path("order.toml"));
    makes(&mut person, &output);
    person.must_see("order.toml:1");
    assert!(!output.exists());
}

#[test]
fn what_was_made_is_signed_from_its_page() {
    let sandbox = folders();
    let mut opening = Opening::new();
    let place: PathBuf = sandbox.path("person");
    fs::create_dir_all(&place).expect("a folder");
    opening.desk = super::desk::Desk::with_keys_in(&place);
    let secret = sandbox.path("acme.key");
    opening.desk.workbench().new_key("acme", Some(&secret), None).expect("a new key");
    let mut person = opening.open();
    person.press(window::MAKE);
    picks(&mut person, window::INPUT_OLD, Input::OldFolder, &sandbox.path("old"));
    picks(&mut person, window::INPUT_NEW, Input::NewFolder, &sandbox.path("new"));
    describes(&mut person);
    makes(&mut person, &sandbox.path("fix.patchbundle"));
    person.press(window::SIGN);
    assert!(person.desk().done.contains(&Effect::PickKey(Dialog::OwnKey)));
    person.hears(Event::Keys(KeyEvent::Picked(Dialog::OwnKey, secret)));
    person.press(window::SIGN_NOW);
    person.must_see("Signed with the key");
}

#[test]
fn the_form_is_filled_in_with_the_keyboard_alone() {
    let sandbox = folders();
    let mut person = at_page();
    super::keyboard::walks_on(&mut person, window::INPUT_OLD, Key::Enter);
    person.hears(Event::InputPicked(Input::OldFolder, vec![sandbox.path("old")]));
    super::keyboard::walks_on(&mut person, window::INPUT_NEW, Key::Enter);
    person.hears(Event::InputPicked(Input::NewFolder, vec![sandbox.path("new")]));
    for (field, text) in [
        (window::ORDER_ID, "ACME-HF-7"),
        (window::ORDER_SEQUENCE, "7"),
        (window::ORDER_TITLE, "Two"),
        (window::ORDER_SUMMARY, "It says 2 now."),
        (window::ORDER_VENDOR, "ACME"),
        (window::ORDER_FIXES, "KEY-7"),
        (window::ORDER_PRODUCT, "product"),
        (window::ORDER_VERSIONS, "1.0"),
    ] {
        super::keyboard::walks_on(&mut person, field, Key::End);
        for letter in text.chars() {
            person.harness.event(egui::Event::Text(letter.to_string()));
        }
        person.settle();
    }
    super::keyboard::walks_on(&mut person, window::MAKE_NOW, Key::Enter);
    assert!(matches!(person.desk().done.last(), Some(Effect::PickPlace(ExportWish::PatchFile, _))));
    person.types(Modifiers::NONE, Key::Escape);
    person.must_see(words::START_DROP);
}

const EDITS: &str = "\
id = \"ACME-9\"
sequence = 9
kind = \"config\"
title = \"A newer image\"
summary = \"The image tag is the one with the fix.\"
vendor = \"ACME\"
contact = \"help@acme.example\"
fixes = [\"KEY-9\"]

[product]
name = \"product\"
versions = [\"1\"]

[rollback]
possible = \"yes\"

[[edits]]
file = \"values.yaml\"
do = [{ set = \"image.tag\", to = \"1.4.3\" }]
must = [{ path = \"replicas\", one_of = [1, 2] }]

[[components]]
purl = \"pkg:deb/debian/libssl3@3.0.11\"
patch_type = \"backport\"
";

#[test]
fn edits_by_key_are_tried_on_every_build_before_a_patch_is_made_of_them() {
    let sandbox = Sandbox::new();
    sandbox.write("order.toml", EDITS);
    for (build, tag, replicas) in [("one", "1.4.2", 2), ("two", "1.4.3", 1), ("three", "1.4.2", 7)] {
        let values = format!("image:\n  tag: {tag}\nreplicas: {replicas}\n");
        sandbox.write(&format!("{build}/values.yaml"), &values);
    }
    let mut person = at_page();
    person.press(trying::EDITS);
    assert_eq!(waits(&person).as_deref(), Some(window::MAKE_OLD_FIRST));
    picks(&mut person, window::INPUT_OLD, Input::OldFolder, &sandbox.path("one"));
    let reason = |person: &Person| person.control(trying::EDITS_TRY).accesskit_node().description();
    assert_eq!(reason(&person).as_deref(), Some(window::MAKE_ORDER_FIRST));
    picks(&mut person, window::INPUT_FILE, Input::Order, &sandbox.path("order.toml"));
    picks(&mut person, trying::EDITS_ADD_FOLDER, Input::TriedFolder, &sandbox.path("two"));
    picks(&mut person, trying::EDITS_ADD_FILE, Input::TriedFile, &sandbox.path("three/values.yaml"));
    person.press(trying::EDITS_TRY);
    for (build, verdict) in
        [("one", trying::EDITS_FIT), ("two", trying::EDITS_THERE), ("three", trying::EDITS_UNFIT)]
    {
        let file = sandbox.path(build).join("values.yaml").display().to_string();
        let files = person.model(|model| model.tried.ready().expect("they were tried").files.clone());
        let found = files.iter().find(|tried| tried.file == file).expect("every file is told");
        assert_eq!((found.verdict, found.fits), (verdict, verdict != trying::EDITS_UNFIT));
        person.must_see(&file);
        person.must_see(verdict);
    }
    person.must_see("image.tag \"1.4.2\" → \"1.4.3\"");
    // What the command line says is the same.
    let (order, one) = (sandbox.path("order.toml"), sandbox.path("one"));
    let said = person.desk().runs(&["edit".as_ref(), "test".as_ref(), order.as_ref(), one.as_ref()]);
    assert!(said.contains("the edits fit"), "{said}");
    assert_eq!(
        fs::read_to_string(sandbox.path("one/values.yaml")).expect("a file").matches("1.4.2").count(),
        1
    );

    // What doesn't fit every build is not made.
    let output = sandbox.path("ACME-9.patchbundle");
    makes(&mut person, &output);
    assert!(!output.exists(), "{}", person.told());
    person.must_see("three/values.yaml");
    person.press(&format!("{}: values.yaml", window::LEAVE_OUT));
    // Nor what an SBOM contradicts.
    let bom = |version: &str| {
        let purl = format!("pkg:deb/debian/libssl3@{version}");
        let components = serde_json::json!([{"type": "library", "name": "x", "purl": purl}]);
        serde_json::json!({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": components})
            .to_string()
    };
    sandbox.write("bom.json", &bom("3.0.2"));
    picks(&mut person, trying::SBOM_CHOOSE, Input::OrderSbom, &sandbox.path("bom.json"));
    makes(&mut person, &output);
    person.must_see("3.0.2");
    assert!(!output.exists(), "{}", person.told());
    sandbox.write("bom.json", &bom("3.0.11"));
    makes(&mut person, &output);
    person.must_see(&fill(window::MADE, &[("file", "ACME-9.patchbundle")]));
    let command = person.model(patchwright::present::Model::page_command).expect("a command");
    let typed = format!("make --from {} --try {}", one.display(), sandbox.path("two").display());
    assert!(command.contains(&typed) && command.contains("--sbom"), "{command}");
    person.press(window::MADE_OPEN);
    person.hears(Event::FolderPicked(one));
    person.press(words::APPLY);
    goes_through(&mut person);
    assert!(fs::read_to_string(sandbox.path("one/values.yaml")).expect("a file").contains("1.4.3"));
}

#[test]
fn a_value_that_a_build_has_otherwise_is_told_before_a_patch_is_made_of_the_edits() {
    let sandbox = Sandbox::new();
    sandbox.write("order.toml", EDITS);
    let values = |tag: &str| format!("image:\n  tag: {tag}\nreplicas: 2\n");
    sandbox.write("one/values.yaml", &values("1.4.2"));
    sandbox.write("site/values.yaml", &values("1.4.1-site"));
    let tries = |original: Option<&str>| {
        let mut person = at_page();
        person.press(trying::EDITS);
        if let Some(original) = original {
            picks(&mut person, window::INPUT_OLD, Input::OldFolder, &sandbox.path(original));
        }
        picks(&mut person, window::INPUT_FILE, Input::Order, &sandbox.path("order.toml"));
        picks(&mut person, trying::EDITS_ADD_FOLDER, Input::TriedFolder, &sandbox.path("site"));
        person.press(trying::EDITS_TRY);
        person
    };
    let person = tries(Some("one"));
    person.must_see(trying::EDITS_FIT);
    person.must_see(trying::EDITS_UNFIT);
    assert!(!person.sees(trying::EDITS_NOT_COMPARED), "{}", person.told());
    // Without the original nobody can know, and that is said.
    let person = tries(None);
    person.must_see(trying::EDITS_FIT);
    person.must_see(trying::EDITS_NOT_COMPARED);
}

#[test]
fn the_conditions_of_a_patch_in_the_folder_are_checked_there() {
    let sandbox = Sandbox::new();
    sandbox.write("order.toml", EDITS);
    sandbox.write("app/values.yaml", "image:\n  tag: 1.4.2\nreplicas: 2\n");
    let (app, output) = (sandbox.path("app"), sandbox.path("ACME-9.patchbundle"));
    let mut person = at_page();
    person.press(trying::EDITS);
    picks(&mut person, window::INPUT_OLD, Input::OldFolder, &app);
    picks(&mut person, window::INPUT_FILE, Input::Order, &sandbox.path("order.toml"));
    makes(&mut person, &output);
    person.press(window::MADE_OPEN);
    person.hears(Event::FolderPicked(app.clone()));
    person.opens_tab(words::TAB_HISTORY);
    assert!(person.try_control(trying::CONDITIONS_CHECK).is_none(), "it is not here yet");
    person.press(words::APPLY);
    goes_through(&mut person);
    person.press(words::CLOSE);
    person.press(trying::CONDITIONS_CHECK);
    person.must_see("values.yaml: replicas");
    person.must_see(trying::CONDITION_MET);
    assert!(!person.sees(trying::CONDITION_NOT_MET), "{}", person.told());
    // Somebody changes the value; what was checked before says nothing about it.
    sandbox.write("app/values.yaml", "image:\n  tag: 1.4.3\nreplicas: 7\n");
    person.types(Modifiers::NONE, Key::F5);
    person.press(trying::CONDITIONS_CHECK);
    person.must_see(trying::CONDITION_NOT_MET);
    let said =
        person.desk().runs(&["status".as_ref(), app.as_ref(), "--conditions".as_ref(), output.as_ref()]);
    assert!(said.contains("broken"), "{said}");
}
