//! Hundreds of files of which the same is found: they are one finding of a few lines, and every page gives one answer.

use egui_kittest::kittest::NodeT;
use patchwright::model::{Mode, Node};
use patchwright::words::{self, fill, widgets, window};

use super::build::{change, file};
use super::guided::last_button;
use super::person::{Opening, Person};
use super::sandbox::Sandbox;

/// A patch that lets more people change each of this many files, and writes hidden text into another.
fn opens_files(sandbox: &Sandbox, number: usize) -> Person {
    let open = |node: Node| match node {
        Node::File(mut file) => {
            file.mode = Mode::new(0o664);
            Node::File(file)
        }
        other => other,
    };
    let mut bundle = sandbox.bundle("ACME-HF-1");
    for number in 0..number {
        let name = format!("data/{number:03}.txt");
        sandbox.write(&format!("app/{name}"), "1\n");
        bundle = bundle.with_change(change(&name, Some(file("1\n")), Some(open(file("1\n"))), None));
    }
    let bundle = sandbox.save("fix.patchbundle", &bundle);
    Opening::with_paths([bundle, sandbox.path("app")]).open()
}

#[test]
fn what_needs_a_reason_is_said_once_and_in_the_same_words_everywhere() {
    let sandbox = Sandbox::new();
    let mut person = opens_files(&sandbox, 300);
    person.must_see(words::CHECK_SET_ASIDE);
    assert!(!person.sees(words::CANNOT_CONTINUE), "{}", person.told());
    person.opens_tab(words::TAB_CHECKS);
    person.must_see(words::CAN_BE_SET_ASIDE);
    person.must_see(widgets::LEVEL_DECISION);
    person.must_see(window::NEEDS_REASON);
    for never in [widgets::LEVEL_BLOCKS, words::CHECK_BLOCKED, "trust rules"] {
        assert!(!person.sees(never), "{never}: {}", person.told());
    }
    // A few of the names, and the way to the others.
    person.must_see("data/000.txt");
    assert!(!person.sees("data/299.txt"));
    let height = person.control(words::CHECK_AGAIN).rect().bottom();
    assert!(height < 2.0 * 720.0, "the buttons stand at {height}");
    person.press(&fill(window::PLACES_MORE, &[("n", "292")]));
    person.must_see("data/299.txt");

    person.press(words::APPLY);
    person.must_see(words::CHECK_SET_ASIDE);
    person.must_see(widgets::LEVEL_DECISION);
    person.press(words::NEXT);
    person.press(words::NEXT);
    let button = last_button(&person);
    assert!(person.control(&button).accesskit_node().is_disabled(), "nobody has given a reason");
}

#[test]
fn a_dozen_names_are_simply_listed() {
    let sandbox = Sandbox::new();
    let mut person = opens_files(&sandbox, 12);
    person.opens_tab(words::TAB_CHECKS);
    person.must_see("data/011.txt");
}

#[test]
fn who_rolls_back_a_fix_reads_before_and_afterwards_what_is_open_again() {
    let sandbox = Sandbox::new();
    sandbox.write("app/a.txt", "1\n");
    let bundle = sandbox.bundle("ACME-HF-1").replace("a.txt", "1\n", "2\n");
    let bundle = bundle.but(|patch| patch.about.vulnerabilities = vec!["CVE-2026-12345".to_owned()]);
    let bundle = sandbox.save("fix.patchbundle", &bundle);
    let folder = sandbox.path("app");
    let mut person = Opening::with_paths([folder.clone()]).open();
    let apply = ["apply".as_ref(), bundle.as_os_str(), folder.as_os_str()];
    let apply: Vec<_> = apply.into_iter().chain(["--allow-unsigned", "--yes"].map(AsRef::as_ref)).collect();
    person.desk().runs(&apply);
    person.types(egui::Modifiers::NONE, egui::Key::F5);
    person.opens_tab(words::TAB_HISTORY);
    person.press(words::GO_BACK);
    person.must_see("CVE-2026-12345 is open again afterwards");
    super::guided::goes_through(&mut person);
    person.must_see("CVE-2026-12345 is open again in this folder.");
}
