//! Switches of patches: where they stand is on the page of the folder, and each is turned in two pages, through the
//! worker, with the reason where one is needed.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;

use egui::{Key, Modifiers};
use egui_kittest::kittest::NodeT;
use patchwright::model::{Code, Position, Setting, TakesEffect, Toggle, ToggleKind, TreePath};
use patchwright::words::{self, fill, window};
use patchwright::workbench::Action;

use super::guided::starts;
use super::keyboard::walks_on;
use super::person::{Desk, Opening, Person, everything};
use super::sandbox::Sandbox;
use super::truth::is_told;

const ENV: &str = "PARSER=new\n";
const CVE: &str = "CVE-2026-1";

fn toggle(vulnerabilities: &[&str]) -> Toggle {
    Toggle {
        id: patchwright::model::PatchId::parse("parser").expect("a good id"),
        title: "the new parser".into(),
        file: TreePath::parse("conf/app.env").expect("a good path"),
        kind: ToggleKind::Env,
        key: Some("PARSER".to_owned()),
        on: Setting::Text("new".to_owned()),
        off: Setting::Text("old".to_owned()),
        variants: None,
        initially: Position::On,
        takes_effect: TakesEffect::Restart,
        when_off: "names in Cyrillic fail again".into(),
        fixes: Vec::new(),
        vulnerabilities: vulnerabilities.iter().map(|&id| id.to_owned()).collect(),
        until: None,
        health: Vec::new(),
    }
}

/// A product with a patch in it that brought a switch.
struct Scene {
    sandbox: Sandbox,
    folder: PathBuf,
}

impl Scene {
    fn new(toggle: Toggle) -> Self {
        let sandbox = Sandbox::new();
        sandbox.write("app/conf/app.env", "PARSER=old\n");
        let bundle = sandbox.bundle("ACME-1").replace("conf/app.env", "PARSER=old\n", ENV);
        let bundle = bundle.but(|patch| {
            patch.about.vulnerabilities.clone_from(&toggle.vulnerabilities);
            patch.about.toggles.push(toggle);
        });
        let bundle = sandbox.save("fix.patchbundle", &bundle);
        let folder = sandbox.path("app");
        let desk = Desk::new();
        let [apply, agreed, unsigned] = ["apply", "--yes", "--allow-unsigned"].map(OsStr::new);
        desk.runs(&[apply, bundle.as_os_str(), folder.as_os_str(), agreed, unsigned]);
        Self { sandbox, folder }
    }

    fn at_history(&self) -> Person {
        Opening::with_paths([self.folder.clone()]).open()
    }

    /// The page as a screen reader is told it, wherever the folder is.
    fn told(&self, person: &Person) -> String {
        person.told().replace(&self.sandbox.path("").display().to_string(), "/tmp/scene/")
    }

    fn value(&self) -> String {
        fs::read_to_string(self.folder.join("conf/app.env")).expect("a file")
    }
}

#[test]
fn a_switch_is_turned_off_and_on_again_and_every_page_says_where_it_stands() {
    let scene = Scene::new(toggle(&[]));
    let before = everything(&scene.folder);
    let mut person = scene.at_history();
    person.must_see(window::SWITCHES);
    person.must_see("The new parser");
    person.must_see(window::SWITCH_NOBODY);
    insta::assert_snapshot!("switch_on", scene.told(&person));

    person.press(window::TURN_OFF);
    person.must_see("Step 1 of 2: Summary");
    person.must_see(&fill(window::TURN_OFF_TITLE, &[("what", "the new parser")]));
    person.must_see("PARSER \"new\" → \"old\"");
    person.must_see("Names in Cyrillic fail again");
    person.must_see(window::SWITCH_CODE_STAYS);
    insta::assert_snapshot!("switch_review", scene.told(&person));
    assert_eq!(everything(&scene.folder), before, "nothing is written before the button");
    person.writes(window::SWITCH_REASON_OPTIONAL, "it is slow");
    person.press(words::COPY_COMMAND);
    let copied = person.model(|model| {
        let guided = model.guided.as_ref()?;
        Some(guided.change()?.command(guided.folder.as_deref()?))
    });
    let command =
        format!("patchwright toggle off ACME-1/parser {} '--reason=it is slow'", scene.folder.display());
    assert_eq!(copied, Some(command));
    person.press(window::TURN_OFF_NOW);
    person.must_see("Step 2 of 2: Result");
    person.must_see(window::DONE_TURN_OFF);
    is_told(&person);
    assert_eq!(scene.value(), "PARSER=old\n");
    insta::assert_snapshot!("switch_result", scene.told(&person));

    // As the command line tells it.
    let status = person.desk().runs(&["status".as_ref(), scene.folder.as_os_str()]);
    assert!(status.contains("parser  off  the new parser (ACME-1)"), "{status}");
    assert!(status.contains("by tester: it is slow"), "{status}");

    person.press(window::SWITCH_AGAIN_ON);
    person.press(window::TURN_ON_NOW);
    person.must_see(window::DONE_TURN_ON);
    is_told(&person);
    assert_eq!(everything(&scene.folder), before);
    person.press(words::CLOSE);
    person.must_see("Turned on: ACME-1/parser");
    person.must_see("Turned off: ACME-1/parser");
    let (_, history) = person.folder_as_it_is(&scene.folder);
    let reasons = history.iter().filter_map(|entry| entry.toggle.as_ref()?.reason.clone());
    assert_eq!(reasons.collect::<Vec<_>>(), ["it is slow"]);
    person.must_see(words::AS_EXPECTED);
}

#[test]
fn the_fix_of_a_vulnerability_is_turned_off_only_for_a_reason() {
    let scene = Scene::new(toggle(&[CVE]));
    let mut person = scene.at_history();
    person.press(window::TURN_OFF);
    person.must_see(&fill(window::SWITCH_OPEN, &[("what", "CVE-2026-1 is open")]));
    for blank in ["", "   "] {
        person.writes(window::SWITCH_REASON, blank);
        let button = person.control(window::TURN_OFF_NOW);
        assert_eq!(button.accesskit_node().description().as_deref(), Some(words::REASON_FIRST));
        button.click();
        person.settle();
        assert_eq!(starts(&person), 0);
    }
    person.writes(window::SWITCH_REASON, "-y; it breaks printing");
    person.press(window::TURN_OFF_NOW);
    person.must_see(window::DONE_TURN_OFF);
    is_told(&person);
    person.press(words::CLOSE);
    person.must_see(&fill(window::SWITCH_OPEN_HERE, &[("what", "CVE-2026-1 is open")]));
    person.must_see("by tester: -y; it breaks printing");
    insta::assert_snapshot!("switch_open_again", scene.told(&person));

    // Turning it on needs none.
    person.press(window::TURN_ON);
    person.press(window::TURN_ON_NOW);
    person.must_see(window::DONE_TURN_ON);
    assert!(!person.sees("is open again"), "{}", person.told());
}

#[test]
fn a_switch_that_somebody_set_to_something_else_has_no_button() {
    let scene = Scene::new(toggle(&[]));
    scene.sandbox.write("app/conf/app.env", "PARSER=other\n");
    let person = scene.at_history();
    person.must_see("Neither on nor off: \"other\"");
    for label in [window::TURN_OFF, window::TURN_ON] {
        assert!(person.try_control(label).is_none(), "{}", person.told());
    }
}

#[test]
fn a_switch_that_was_changed_after_it_was_shown_is_not_turned() {
    let scene = Scene::new(toggle(&[]));
    let mut person = scene.at_history();
    scene.sandbox.write("app/conf/app.env", "PARSER=other\n");
    person.press(window::TURN_OFF);
    person.must_see(words::CHECK_BLOCKED);
    person.must_see(words::heading(Code::Drift));
    let button = person.control(window::TURN_OFF_NOW);
    assert_eq!(button.accesskit_node().description().as_deref(), Some(words::CHECK_BLOCKED));
    assert_eq!(starts(&person), 0);

    // Between the page and its button: what was agreed to is what is done.
    scene.sandbox.write("app/conf/app.env", ENV);
    person.press(words::LEAVE);
    person.press(window::TURN_OFF);
    scene.sandbox.write("app/conf/app.env", "PARSER=new\nMORE=1\n");
    person.press(window::TURN_OFF_NOW);
    person.must_see(words::NOT_DONE);
    assert_eq!(scene.value(), "PARSER=new\nMORE=1\n");
    let (_, history) = person.folder_as_it_is(&scene.folder);
    assert!(history.iter().all(|entry| entry.action != Action::Toggle), "{history:?}");
}

#[test]
fn a_switch_that_already_stands_there_is_left_alone() {
    let scene = Scene::new(toggle(&[]));
    let mut person = scene.at_history();
    scene.sandbox.write("app/conf/app.env", "PARSER=old\n");
    person.press(window::TURN_OFF);
    person.must_see(window::SWITCH_IS_THERE);
    let button = person.control(window::TURN_OFF_NOW);
    assert_eq!(button.accesskit_node().description().as_deref(), Some(words::NOTHING_TO_DO));
    assert_eq!(starts(&person), 0);
}

#[test]
fn a_switch_past_its_day_is_reminded_of() {
    let scene = Scene::new(Toggle { until: Some("2026-01-01".to_owned()), ..toggle(&[]) });
    scene.at_history().must_see(&fill(window::SWITCH_OVERDUE, &[("until", "2026-01-01")]));
    let scene = Scene::new(Toggle { until: Some("2027-01-01".to_owned()), ..toggle(&[]) });
    let person = scene.at_history();
    person.must_see(window::SWITCH_UNTIL);
    assert!(!person.sees("Ask the vendor"), "{}", person.told());
}

#[test]
fn what_a_hostile_switch_is_called_is_shown_and_never_obeyed() {
    let hostile = Toggle {
        title: "the \u{202e}gnihtyreve\u{202c} switch".into(),
        when_off: "nothing\u{200b} at all".into(),
        ..toggle(&[])
    };
    let scene = Scene::new(hostile);
    let mut person = scene.at_history();
    person.must_see("\\u{202e}gnihtyreve\\u{202c}");
    person.press(window::TURN_OFF);
    person.press(window::TURN_OFF_NOW);
    person.must_see(window::DONE_TURN_OFF);
    is_told(&person);
}

#[test]
fn a_switch_is_turned_with_the_keyboard_alone() {
    let scene = Scene::new(toggle(&[CVE]));
    let mut person = scene.at_history();
    walks_on(&mut person, window::TURN_OFF, Key::Enter);
    // Enter that is held down turns nothing.
    for _ in 0..4 {
        person.types(Modifiers::NONE, Key::Enter);
    }
    assert_eq!(starts(&person), 0);
    walks_on(&mut person, window::SWITCH_REASON, Key::ArrowRight);
    for letter in "slow".chars() {
        person.harness.event(egui::Event::Text(letter.to_string()));
    }
    person.settle();
    walks_on(&mut person, window::TURN_OFF_NOW, Key::Enter);
    person.must_see(window::DONE_TURN_OFF);
    walks_on(&mut person, window::SWITCH_AGAIN_ON, Key::Enter);
    walks_on(&mut person, window::TURN_ON_NOW, Key::Space);
    person.must_see(window::DONE_TURN_ON);
    assert_eq!(scene.value(), ENV);
}
