//! A switch that was moved by hand, or in a file that somebody edited: whoever repairs the file is told where the switch
//! stands afterwards, and whoever identifies the folder is not told that half of a patch is missing.

use std::fs;

use super::{APPLY, CVE, FILE, FLAGS, OLD, TOGGLE, applied, off};
use crate::support::console::Console;
use crate::support::sandbox::Sandbox;

/// The switch is off, as the history says, and on in the file.
fn turned_on_by_hand(keys: &str) -> Sandbox {
    let sandbox = applied(keys, TOGGLE);
    Console::new(&sandbox).done("toggle off new-parser $/app --yes --reason=slow");
    fs::write(sandbox.path(FILE), FLAGS).expect("our own file");
    sandbox
}

#[test]
fn a_repair_that_moves_a_switch_says_so_in_its_plan_its_result_and_the_history() {
    let sandbox = turned_on_by_hand("");
    let console = Console::new(&sandbox);
    let said = "turns the switch ACME-1/new-parser off";
    let plan = console.done("repair $/app --dry-run");
    assert!(plan.in_one_line().contains(said), "{plan}");
    let json = console.done("repair $/app --dry-run --json").json();
    assert!(json["notes"].to_string().contains(said), "{json}");
    let did = console.done("repair $/app --yes");
    assert!(did.in_one_line().contains(said), "{did}");
    assert_eq!(sandbox.read(FILE), Some(off()));
    let history = console.done("history $/app");
    assert!(history.printed().contains(said), "{history}");
    // Taking that back moves it, too.
    let back = console.done("rollback $/app --undo --yes");
    assert!(back.in_one_line().contains("turns the switch ACME-1/new-parser on"), "{back}");
    assert_eq!(sandbox.read(FILE).as_deref(), Some(FLAGS));
}

#[test]
fn one_that_opens_a_vulnerability_again_is_told_as_that() {
    let sandbox = turned_on_by_hand(CVE);
    let plan = Console::new(&sandbox).done("repair $/app --dry-run");
    let said = "turns the switch ACME-1/new-parser off; CVE-2026-1 is open again then";
    assert!(plan.in_one_line().contains(said), "{plan}");
}

#[test]
fn a_repair_that_leaves_the_switch_where_it_is_says_nothing_of_it() {
    let sandbox = applied("", TOGGLE);
    let console = Console::new(&sandbox);
    console.done("toggle off new-parser $/app --yes");
    let edited = off().replacen('{', "{ \"ours\": 1,", 1);
    fs::write(sandbox.path(FILE), edited).expect("our own file");
    for command in ["repair $/app --dry-run", "repair $/app --yes"] {
        let run = console.done(command);
        assert!(!run.in_one_line().contains("turns the switch"), "{run}");
    }
    assert_eq!(sandbox.read(FILE), Some(off()));
}

#[test]
fn a_patch_whose_switch_is_off_is_in_the_folder_as_a_whole() {
    let sandbox = applied("", TOGGLE);
    let console = Console::new(&sandbox);
    console.done("toggle off new-parser $/app --yes");
    let found = console.done("identify $/app");
    assert!(found.in_one_line().contains("ACME-1 applied: 2 of 2 files match"), "{found}");
    assert!(found.in_one_line().contains("its switch new-parser is off"), "{found}");
    let json = console.done("identify $/app --json").json();
    let patch = &json["patches"][0];
    assert_eq!((&patch["presence"], &patch["moved_switches"][0]["position"]), (&"in".into(), &"off".into()));
    // Anything else in that file is what it was.
    fs::write(sandbox.path(FILE), off().replacen('{', "{ \"ours\": 1,", 1)).expect("our own file");
    let json = console.done("identify $/app --json").json();
    assert_eq!(json["patches"][0]["presence"], "partly", "{json}");
    assert!(json["patches"][0]["moved_switches"].is_null(), "{json}");
    // And one that was never applied is not there.
    fs::remove_dir_all(sandbox.path("app")).expect("our own folder");
    sandbox.write(FILE, OLD);
    sandbox.write("app/bin/web", "old\n");
    let json = console.done("identify $/app $/fix.patchbundle --json").json();
    assert_eq!(json["patches"][0]["presence"], "not-in", "{json}");
    console.done(APPLY);
}

/// What isn't as expected, as `status` tells it.
fn drift(console: &Console<'_>) -> usize {
    console.done("status $/app --json").json()["drift"].as_array().expect("a list").len()
}

#[test]
fn a_switch_that_was_set_by_hand_is_no_edit_once_it_is_turned_back() {
    for (first, by_hand, back) in [("on", "off", "on"), ("off", "on", "off")] {
        let sandbox = applied("", TOGGLE);
        let console = Console::new(&sandbox);
        console.done(&format!("toggle {first} new-parser $/app --yes"));
        let left = sandbox.read(FILE).expect("it is there");
        let [from, to] = [first, by_hand].map(|value| format!("\"defaultVariant\": \"{value}\""));
        sandbox.write(FILE, &left.replace(&from, &to));
        assert_eq!(drift(&console), 1, "somebody edited it");
        console.done(&format!("toggle {back} new-parser $/app --yes"));
        assert_eq!(sandbox.read(FILE), Some(left.clone()));
        assert_eq!(drift(&console), 0, "it is what it was");
        let repair = console.done("repair $/app --yes");
        assert!(repair.out.contains("Nothing to repair"), "{repair}");
        console.done("rollback $/app ACME-1 --yes");
        assert_eq!(sandbox.read(FILE).as_deref(), Some(OLD));
    }
}

#[test]
fn a_file_with_exactly_what_the_patch_left_can_be_kept_for_good() {
    let sandbox = applied("", TOGGLE);
    sandbox.write(FILE, &off());
    let console = Console::new(&sandbox);
    console.done("toggle on new-parser $/app --yes");
    console.done("accept $/app --yes");
    assert_eq!(sandbox.read(FILE).as_deref(), Some(FLAGS));
}

#[test]
fn twin_what_else_was_edited_stays_told_when_the_switch_is_turned_back() {
    let sandbox = applied("", TOGGLE);
    let console = Console::new(&sandbox);
    sandbox.write(FILE, &off().replacen('{', "{\n  \"mine\": 1,", 1));
    console.done("toggle on new-parser $/app --yes");
    assert_eq!(drift(&console), 1);
    // And a switch that is where somebody's hand put it isn't where it was left by that it was turned back once.
    let sandbox = applied("", TOGGLE);
    let console = Console::new(&sandbox);
    sandbox.write(FILE, &off());
    console.done("toggle on new-parser $/app --yes");
    sandbox.write(FILE, &off());
    assert_eq!(drift(&console), 1);
}
