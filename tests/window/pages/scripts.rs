//! Scripts of a patch are read in full and agreed to before they run, and so is what undoes them.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;

use egui_kittest::kittest::NodeT;
use patchwright::model::ScriptPhase;
use patchwright::words::{self, trying};

use super::guided::last_button;
use super::person::{Desk, Opening, Person};
use super::sandbox::Sandbox;

const DO: &str = "# it hides \u{202e} nothing\ntouch \"$PATCHWRIGHT_TARGET/ran\"\n";
const UNDO: &str = "rm \"$PATCHWRIGHT_TARGET/ran\"\n";

/// A patch with a script, signed by somebody who is trusted with this.
struct Scene {
    sandbox: Sandbox,
    bundle: PathBuf,
}

impl Scene {
    fn new(roles: &[&str]) -> Self {
        let sandbox = Sandbox::new();
        sandbox.write("app/a.txt", "1\n");
        let bundle = sandbox.bundle("SCRIPTED").replace("a.txt", "1\n", "2\n");
        let bundle = bundle.script(ScriptPhase::After, DO, Some(UNDO)).but(|patch| {
            patch.created = "2026-03-01T12:00:00Z".to_owned();
        });
        let bundle = sandbox.save("scripted.patchbundle", &bundle);
        let scene = Self { sandbox, bundle };
        let (secret, public) = (scene.sandbox.path("acme.key"), scene.sandbox.path("acme.pub"));
        let made = scene.desk().workbench().new_key("acme", Some(&secret), None).expect("a new key");
        let print = made.key.fingerprint().groups();
        let mut words = vec!["key".as_ref(), "trust".as_ref(), public.as_os_str()];
        words.extend(roles.iter().flat_map(|role| ["--role", role]).map(OsStr::new));
        words.extend(["--name=ACME", "--every-product", "--fingerprint", &print].map(OsStr::new));
        scene.desk().runs(&words);
        let sign = ["sign".as_ref(), scene.bundle.as_ref(), "--key".as_ref(), secret.as_ref()];
        scene.desk().runs(&sign);
        scene
    }

    fn desk(&self) -> Desk {
        Desk::at_home_in(&self.sandbox.path("person"))
    }

    fn open(&self) -> Person {
        let mut opening = Opening::with_paths([self.bundle.clone(), self.sandbox.path("app")]);
        opening.desk = self.desk();
        opening.open()
    }

    fn has_run(&self) -> bool {
        self.sandbox.path("app/ran").exists()
    }

    /// Applies it.
    fn applied(&self) -> Person {
        let mut person = self.open();
        person.press(words::APPLY);
        confirms(&mut person);
        person.press(trying::SCRIPTS_AGREE);
        let button = last_button(&person);
        person.press(&button);
        person.must_see(words::DONE_APPLY);
        assert!(self.has_run());
        person
    }
}

/// To the page with the question.
fn confirms(person: &mut Person) {
    person.press(words::NEXT);
    person.press(words::NEXT);
}

#[test]
fn a_script_is_shown_in_full_and_runs_only_once_somebody_agreed() {
    let scene = Scene::new(&["author", "script"]);
    let mut person = scene.open();
    // What a patch brings stands on its first page, whoever may run it.
    person.must_see("  1  # it hides \\u{202e} nothing");
    person.opens_tab(words::TAB_CHECKS);
    person.must_see("  1  # it hides \\u{202e} nothing");
    person.must_see("  2  touch \"$PATCHWRIGHT_TARGET/ran\"");
    person.must_see("  1  rm \"$PATCHWRIGHT_TARGET/ran\"");
    person.must_see("Why: the printer keeps the fonts open");
    person.must_see(words::READY_WITH_WARNINGS);
    person.press(words::APPLY);
    confirms(&mut person);
    let button = last_button(&person);
    let reason = person.control(&button).accesskit_node().description();
    assert_eq!(reason.as_deref(), Some(trying::SCRIPTS_FIRST));
    insta::assert_snapshot!(
        "scripts",
        person.told().replace(&scene.sandbox.path("").display().to_string(), "/tmp/")
    );
    assert!(!scene.has_run());
    // Somebody who looks again has agreed to nothing yet.
    person.press(trying::SCRIPTS_AGREE);
    person.press(words::BACK);
    person.press(words::BACK);
    person.press(words::BACK);
    person.press(words::NEXT);
    confirms(&mut person);
    let reason = person.control(&button).accesskit_node().description();
    assert_eq!(reason.as_deref(), Some(trying::SCRIPTS_FIRST));
    person.press(trying::SCRIPTS_AGREE);
    person.press(&button);
    person.must_see(words::DONE_APPLY);
    super::truth::is_told(&person);
    assert!(scene.has_run());
}

#[test]
fn what_undoes_a_script_is_shown_and_agreed_to_as_well() {
    let scene = Scene::new(&["author", "script"]);
    let mut person = scene.applied();
    person.press(words::UNDO_THIS);
    person.must_see(trying::SCRIPTS_UNDO_READ);
    confirms(&mut person);
    person.must_see("  1  rm \"$PATCHWRIGHT_TARGET/ran\"");
    let button = last_button(&person);
    assert!(person.control(&button).accesskit_node().is_disabled());
    person.press(trying::SCRIPTS_AGREE);
    person.press(&button);
    person.must_see(words::DONE_TAKE_BACK);
    super::truth::is_told(&person);
    assert!(!scene.has_run());
}

#[test]
fn only_the_files_are_restored_where_somebody_wants_that() {
    let scene = Scene::new(&["author", "script"]);
    let mut person = scene.applied();
    person.press(words::UNDO_THIS);
    person.press(trying::SCRIPTS_WITHOUT);
    person.must_see(trying::SCRIPTS_STAY);
    person.press(trying::SCRIPTS_UNDO);
    person.must_see(trying::SCRIPTS_UNDO_READ);
    person.press(trying::SCRIPTS_WITHOUT);
    confirms(&mut person);
    assert!(person.try_control(trying::SCRIPTS_AGREE).is_none());
    let button = last_button(&person);
    person.press(&button);
    person.must_see(words::DONE_TAKE_BACK);
    assert!(scene.has_run(), "what the script did stays");
    assert_eq!(fs::read_to_string(scene.sandbox.path("app/a.txt")).expect("a file"), "1\n");
}

#[test]
fn nobody_can_agree_to_scripts_of_somebody_who_may_ship_none() {
    let scene = Scene::new(&["author"]);
    let mut person = scene.open();
    person.opens_tab(words::TAB_CHECKS);
    person.must_see(words::CANNOT_CONTINUE);
    person.press(words::APPLY);
    let next = person.control(words::NEXT).accesskit_node().description();
    assert_eq!(next.as_deref(), Some(words::CHECK_BLOCKED));
    assert!(!scene.has_run());
}
