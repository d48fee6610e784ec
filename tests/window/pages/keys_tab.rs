//! Edits by key are shown as a table beside the lines: which value becomes which, what must hold, and, held against a
//! folder, what they come to there.

use std::ffi::OsStr;
use std::path::PathBuf;

use egui::{Key, Modifiers, Role};
use egui_kittest::kittest::NodeT;
use patchwright::words::{self, contents};

use super::person::{Desk, Opening, Person};
use super::sandbox::Sandbox;

const VALUES: &str = "# the web tier\nimage:\n  tag: 1.4.2   # pinned\n\nreplicas: 2\n";
const ORDER: &str = "\
id = \"ACME-1\"
sequence = 1
kind = \"hotfix\"
title = \"A newer image\"
summary = \"The image tag is the one with the fix.\"
vendor = \"ACME\"
contact = \"help@acme.example\"
fixes = [\"KEY-1\"]

[product]
name = \"product\"
versions = [\"1\"]

[rollback]
possible = \"yes\"

[[edits]]
file = \"deploy/values.yaml\"
do = [
  { test = \"image.tag\", equals = \"1.4.2\" },
  { set = \"image.tag\", to = \"1.4.3\" },
  { set = \"extra\", to = \"a\\u202eb\", create = true },
]
must = [{ path = \"replicas\", one_of = [1, 2, 7] }]
";

/// A patch with edits by key, made for [`VALUES`], and a folder that has something else there.
struct Scene {
    folder: PathBuf,
    bundle: PathBuf,
    _sandbox: Sandbox,
}

impl Scene {
    fn new(here: &str) -> Self {
        let sandbox = Sandbox::new();
        sandbox.write("app/deploy/values.yaml", here);
        sandbox.write("known/deploy/values.yaml", VALUES);
        sandbox.write("order.toml", ORDER);
        let [known, order, bundle] =
            ["known", "order.toml", "fix.patchbundle"].map(|name| sandbox.path(name));
        let words: [&OsStr; 7] = [
            "make".as_ref(),
            "--from".as_ref(),
            known.as_ref(),
            "--order".as_ref(),
            order.as_ref(),
            "--output".as_ref(),
            bundle.as_ref(),
        ];
        Desk::new().runs(&words);
        Self { folder: sandbox.path("app"), bundle, _sandbox: sandbox }
    }

    fn open(&self) -> Person {
        let mut person = Opening::with_paths([self.bundle.clone(), self.folder.clone()]).open();
        person.opens_tab(words::TAB_CHANGES);
        person
    }
}

/// The rows of the table.
fn rows(person: &Person) -> Vec<String> {
    let items = person.harness.root().children_recursive().filter(|node| {
        let inner = node.accesskit_node();
        inner.role() == Role::ListItem && inner.label().is_some_and(|label| label.contains(" → "))
    });
    items.filter_map(|node| node.accesskit_node().label()).collect()
}

#[test]
fn every_value_that_changes_stands_in_a_table_with_what_must_hold() {
    let scene = Scene::new(VALUES);
    let mut person = scene.open();
    person.press(contents::VIEW_KEYS);
    assert_eq!(
        rows(&person),
        ["image.tag: \"1.4.2\" → \"1.4.3\"", "extra: not there → \"a\\u{202e}b\""],
        "{}",
        person.told()
    );
    person.must_see(contents::KEYS_HOLD_BEFORE);
    person.must_see("image.tag is \"1.4.2\"");
    person.must_see(contents::KEYS_HOLD_AFTER);
    person.must_see("replicas is one of 1, 2, 7");
    // The lines are still there, and the keyboard leads back and forth.
    person.types(Modifiers::NONE, Key::Num2);
    assert!(rows(&person).is_empty());
    person.must_see("1 of 2");
    person.types(Modifiers::NONE, Key::Num5);
    assert_eq!(rows(&person).len(), 2);
}

#[test]
fn held_against_a_folder_the_table_says_what_comes_of_it_there() {
    // Edited elsewhere in the file: the same values change.
    let scene = Scene::new("# ours\nimage: {tag: 1.4.2}\nreplicas: 7\nextra: mine\n");
    let mut person = scene.open();
    compares_with_folder(&mut person);
    person.press(contents::VIEW_KEYS);
    person.must_see(contents::KEYS_PROBLEM);
    // What the author meant is shown all the same.
    assert_eq!(rows(&person).len(), 2, "{}", person.told());

    let scene = Scene::new("# ours\nimage: {tag: 1.4.2}\nreplicas: 7\n");
    let mut person = scene.open();
    compares_with_folder(&mut person);
    person.press(contents::VIEW_KEYS);
    assert!(!person.sees(contents::KEYS_PROBLEM), "{}", person.told());
    assert_eq!(rows(&person).len(), 2, "{}", person.told());
}

#[test]
fn a_file_that_is_not_edited_by_key_has_no_table() {
    let mut person = Person::with_sample();
    person.opens_tab(words::TAB_CHANGES);
    assert!(person.try_control(contents::VIEW_KEYS).is_none());
    person.types(Modifiers::NONE, Key::Num5);
    assert!(rows(&person).is_empty());
}

#[track_caller]
fn compares_with_folder(person: &mut Person) {
    person.press(words::COMPARE_ORIGINAL_AFTER);
    person.press(words::COMPARE_FOLDER_AFTER);
}
