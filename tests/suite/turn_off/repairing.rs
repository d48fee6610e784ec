//! A switch that was moved by hand, or in a file that somebody edited: whoever repairs the file is told where the switch
//! stands afterwards, and whoever identifies the folder is not told that half of a patch is missing.

use std::fs;

use super::{APPLY, CVE, FILE, FLAGS, TOGGLE, applied, off};
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
    sandbox.write(FILE, super::OLD);
    sandbox.write("app/bin/web", "old\n");
    let json = console.done("identify $/app $/fix.patchbundle --json").json();
    assert_eq!(json["patches"][0]["presence"], "not-in", "{json}");
    console.done(APPLY);
}
