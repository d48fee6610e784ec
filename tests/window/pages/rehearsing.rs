//! A change is tried on a copy of the folder first, with the site's own tests; the folder is only read, and what is checked
//! before a change says how it went.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;

use egui::{Key, Modifiers};
use egui_kittest::kittest::NodeT;
use patchwright::present::Model;
use patchwright::present::message::{Effect, Event, Input};
use patchwright::progress::Phase;
use patchwright::words::{self, trying, window};

use super::guided::{goes_through, starts};
use super::person::{Desk, Opening, Person, everything};
use super::sandbox::Sandbox;

/// A patch that nobody signed, a folder, and a computer that remembers what was done.
struct Scene {
    sandbox: Sandbox,
    bundle: PathBuf,
}

impl Scene {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        sandbox.write("app/a.txt", "1\n");
        let bundle = sandbox.bundle("TRIED").replace("a.txt", "1\n", "2\n").but(|patch| {
            patch.created = "2026-03-01T12:00:00Z".to_owned();
        });
        let bundle = sandbox.save("tried.patchbundle", &bundle);
        Self { sandbox, bundle }
    }

    fn desk(&self) -> Desk {
        Desk::at_home_in(&self.sandbox.path("person"))
    }

    fn open(&self) -> Person {
        let mut opening = Opening::with_paths([self.bundle.clone(), self.folder()]);
        opening.desk = self.desk();
        opening.open()
    }

    fn folder(&self) -> PathBuf {
        self.sandbox.path("app")
    }
}

/// Opens the page, and answers for the patch.
fn at_page(scene: &Scene) -> Person {
    let mut person = scene.open();
    person.opens_tab(words::TAB_CHECKS);
    person.press(trying::REHEARSE);
    person.must_see(trying::REHEARSE_READ_ONLY);
    person
}

fn reason(person: &Person) -> Option<String> {
    person.control(trying::REHEARSE_NOW).accesskit_node().description()
}

#[test]
fn a_rehearsal_leaves_the_folder_alone_and_the_check_says_how_it_went() {
    let scene = Scene::new();
    let before = everything(&scene.folder());
    let mut person = at_page(&scene);
    assert_eq!(reason(&person).as_deref(), Some(words::CONSENT_FIRST));
    person.press(words::CONSENT_UNSIGNED);
    person.writes(trying::REHEARSE_COMMANDS, "grep -q 2 a.txt");
    person.types(Modifiers::NONE, Key::Enter);
    for letter in "echo note > left".chars() {
        person.harness.event(egui::Event::Text(letter.to_string()));
    }
    person.settle();
    person.writes(trying::REHEARSE_SECONDS, "none");
    assert_eq!(reason(&person).as_deref(), Some(trying::REHEARSE_SECONDS_FIRST));
    person.writes(trying::REHEARSE_SECONDS, "20");
    let (bundle, folder) = (scene.bundle.display().to_string(), scene.folder().display().to_string());
    let typed = format!(
        "patchwright rehearse {bundle} {folder} '--test=grep -q 2 a.txt' '--test=echo note > left' --timeout=20 --allow-unsigned"
    );
    assert_eq!(person.model(Model::page_command), Some(typed));
    person.press(trying::REHEARSE_NOW);
    person.must_see(trying::REHEARSAL_PASSED);
    person.must_see(trying::REHEARSAL_PASSED_MEANING);
    person.must_see(trying::REHEARSED_READ_ONLY);
    person.must_see("grep -q 2 a.txt");
    person.must_see("Passed: ended with 0");
    person.must_see("Your tests wrote 1 file in the copy: left");
    assert_eq!(everything(&scene.folder()), before, "the folder is only read");
    let kept: Vec<_> = fs::read_dir(scene.sandbox.path("")).expect("a folder").flatten().collect();
    assert!(kept.iter().all(|entry| !entry.file_name().to_string_lossy().starts_with(".app-rehearsal")));

    person.press(window::SETTINGS_BACK);
    person.must_see(&format!("{}: {}", window::PASSED, trying::REHEARSED));
    person.must_see("tester on testbed, with 2 tests");
    // What was rehearsed is what goes in, and once the folder is another one, nobody is told so any more.
    fs::write(scene.folder().join("b.txt"), "new").expect("our own file");
    person.press(words::CHECK_AGAIN);
    person.must_see(trying::REHEARSED_BEFORE);
    person.press(words::APPLY);
    goes_through(&mut person);
}

#[test]
fn a_rehearsal_that_fails_says_which_test_and_what_it_printed() {
    let scene = Scene::new();
    let before = everything(&scene.folder());
    let mut person = at_page(&scene);
    person.press(words::CONSENT_UNSIGNED);
    person.writes(trying::REHEARSE_COMMANDS, "echo it is the font; exit 3");
    person.press(trying::REHEARSE_NOW);
    person.must_see(trying::REHEARSAL_FAILED);
    person.must_see("Failed: ended with 3");
    person.must_see("it is the font");
    assert_eq!(everything(&scene.folder()), before);
    person.press(window::SETTINGS_BACK);
    person.must_see(trying::REHEARSED_FAILED);
    person.must_see(words::READY_WITH_WARNINGS);
    // Its button leads back, with the commands that were typed.
    let rehearse = person.try_control(trying::REHEARSE).expect("a way out");
    rehearse.click();
    person.settle();
    assert_eq!(person.model(|model| model.rehearsing.form.tests.clone()), "echo it is the font; exit 3");
}

#[test]
fn somebody_on_the_guided_way_rehearses_first_and_goes_on() {
    let scene = Scene::new();
    let mut person = scene.open();
    person.press(words::APPLY);
    person.press(trying::REHEARSE_FIRST);
    person.press(words::CONSENT_UNSIGNED);
    super::keyboard::walks_on(&mut person, trying::REHEARSE_NOW, Key::Enter);
    person.must_see(trying::REHEARSAL_PASSED);
    person.types(Modifiers::NONE, Key::Escape);
    person.must_see(&format!("{}: {}", window::PASSED, trying::REHEARSED));
    goes_through(&mut person);
    assert_eq!(fs::read_to_string(scene.folder().join("a.txt")).expect("a file"), "2\n");
}

#[test]
fn trust_rules_that_ask_for_a_rehearsal_have_a_button_for_it() {
    let scene = Scene::new();
    let (secret, public) = (scene.sandbox.path("acme.key"), scene.sandbox.path("acme.pub"));
    let made = scene.desk().workbench().new_key("acme", Some(&secret), None).expect("a new key");
    let print = made.key.fingerprint().groups();
    let words = ["key", "trust"].map(OsStr::new).into_iter().chain([public.as_os_str()]);
    let rest = ["--name=ACME", "--every-product", "--fingerprint", &print].map(OsStr::new);
    scene.desk().runs(&words.chain(rest).collect::<Vec<_>>());
    scene.desk().runs(&["sign".as_ref(), scene.bundle.as_ref(), "--key".as_ref(), secret.as_ref()]);
    let rules = scene.sandbox.path("person/trust.toml");
    let keys = fs::read_to_string(&rules).expect("trusted keys");
    fs::write(&rules, format!("{keys}\n[policy]\nrehearsal = true\n")).expect("our own file");
    let mut person = scene.open();
    person.opens_tab(words::TAB_CHECKS);
    person.must_see("Your trust rules require a rehearsal");
    person.must_see(trying::HINT_REHEARSE);
    person.press(trying::REHEARSE);
    assert_eq!(reason(&person), None, "{}", person.told());
    person.press(trying::REHEARSE_NOW);
    person.must_see(trying::REHEARSAL_PASSED);
    person.press(window::SETTINGS_BACK);
    assert!(!person.sees("require a rehearsal"), "{}", person.told());
    person.must_see(words::READY);
}

#[test]
fn a_rehearsal_can_be_stopped_and_a_place_that_is_none_says_why() {
    let scene = Scene::new();
    let mut opening = Opening::with_paths([scene.bundle.clone(), scene.folder()]);
    opening.desk = scene.desk();
    opening.desk.is_scripted = true;
    let mut person = opening.open();
    person.opens_tab(words::TAB_CHECKS);
    person.press(trying::REHEARSE);
    person.press(words::CONSENT_UNSIGNED);
    person.press(trying::REHEARSE_CHOOSE);
    assert_eq!(person.desk().done.last(), Some(&Effect::PickInput(Input::CopyPlace)));
    person.hears(Event::InputPicked(Input::CopyPlace, vec![scene.sandbox.path("elsewhere")]));
    person.must_see("elsewhere");
    person.press(trying::REHEARSE_NOW);
    assert_eq!(starts(&person), 1);
    person.hears_progress(Phase::Proving, 1, 4);
    person.must_see(trying::REHEARSING);
    person.must_see(trying::REHEARSAL_STOP);
    // It stays in sight, nothing else begins, and closing the window says what becomes of it.
    person.types(Modifiers::NONE, Key::Escape);
    person.must_see(trying::REHEARSING);
    person.closes();
    person.must_see(trying::REHEARSAL_SURVIVES);
    person.press(words::STAY);
    insta::assert_snapshot!("rehearsing", person.told());
    person.press(words::STOP);
    assert_eq!(person.desk().done.last(), Some(&Effect::StopWorker));
    person.hears_end(
        r#"{"outcome":"interrupted","code":"E-INTERRUPTED","message":"stopped at your request","causes":[],"hints":[],"obstacles":[]}"#,
    );
    person.must_see(trying::REHEARSAL_STOPPED);
    person.press(trying::REHEARSE_AGAIN);
    person.press(trying::REHEARSE_NOW);
    person.hears(Event::WorkerEnded);
    person.must_see(trying::REHEARSAL_LOST);
    // In a real run the place has to be there.
    person.desk().is_scripted = false;
    person.press(trying::REHEARSE_AGAIN);
    person.press(trying::REHEARSE_NOW);
    person.must_see(trying::REHEARSAL_NOT_DONE);
    person.must_see("elsewhere");
}
