//! A patch that goes so that another one can come is back where that one can't; and what is open without it is told.

use serde_json::json;

use super::{NEW, OLD, change, console, ends, run, scene, state};
use crate::support::console::Run;
use crate::support::sandbox::Sandbox;
use crate::support::trees::Tree;

const CVE: &str = "vulnerabilities = [\"CVE-2026-1\"]";
const OPEN: &str = "CVE-2026-1 is open again";
/// Both ways of saying that ACME-4 comes in place of ACME-3.
const IN_ITS_PLACE: [&str; 2] =
    ["have = [\"ACME-4\"]\nnot = [\"ACME-3\"]", "have = [\"ACME-4\"]\nothers = \"roll-back\""];

/// The folder `a` with ACME-3, which fixes a vulnerability in `fix`. ACME-4 fixes the same in another way; it is well where
/// the file `state` says so.
fn fixed() -> Sandbox {
    let sandbox = scene();
    for (file, content) in [("fix", OLD), ("state", "ill\n")] {
        sandbox.write(&format!("srv/a/{file}"), content);
    }
    change(&sandbox, 3, ("fix", OLD, NEW), CVE, "");
    let health = "[[health]]\ncheck = \"text\"\npath = \"state\"\ncontains = \"well\"\n";
    change(&sandbox, 4, ("fix", OLD, "newer\n"), CVE, health);
    state(&sandbox, &[("a", "have = [\"ACME-3\"]")]);
    ends(&sandbox, "--apply", 0);
    sandbox
}

fn fix(sandbox: &Sandbox) -> String {
    sandbox.read("srv/a/fix").unwrap_or_default()
}

fn applied(sandbox: &Sandbox) -> Vec<String> {
    let status = console(sandbox).done("status $/srv/a --json").json();
    let patches = status["patches"].as_array().expect("patches").iter();
    patches.map(|patch| patch["id"].as_str().expect("an id").to_owned()).collect()
}

fn entries(sandbox: &Sandbox) -> usize {
    let history = console(sandbox).done("history $/srv/a --json").json();
    history["entries"].as_array().map_or(0, Vec::len)
}

#[test]
fn a_patch_is_back_where_the_one_that_was_to_replace_it_fails() {
    for section in IN_ITS_PLACE {
        let sandbox = fixed();
        state(&sandbox, &[("a", section)]);
        let done = ends(&sandbox, "--apply", 5);
        assert_eq!((fix(&sandbox).as_str(), applied(&sandbox)), (NEW, vec!["ACME-3".to_owned()]), "{done}");
        let said = done.in_one_line();
        assert!(said.contains("ACME-3: rolled back and reapplied by ada on 2026-11-23"), "{done}");
        assert!(!said.contains(OPEN), "it is closed: {done}");
        // From then on it stays, and is named.
        let tree = Tree::read(&sandbox.path("srv"));
        for flags in ["", "--apply", "--apply"] {
            let later = ends(&sandbox, flags, 7);
            let said = later.in_one_line();
            assert!(said.contains("ACME-3: rolled back and reapplied by ada on 2026-11-23"), "{later}");
            assert!(said.contains("because it failed, so it isn't tried again"), "{later}");
        }
        tree.assert_is(&sandbox.path("srv"), "after more runs");
        // What the hint says goes.
        sandbox.write("srv/a/state", "well\n");
        ends(&sandbox, "--apply --again", 0);
        assert_eq!((fix(&sandbox).as_str(), applied(&sandbox)), ("newer\n", vec!["ACME-4".to_owned()]));
    }
}

#[test]
fn a_patch_that_is_back_below_one_that_came_meanwhile_goes_and_comes_as_any_other() {
    let sandbox = fixed();
    let before = Tree::read(&sandbox.path("srv/a"));
    state(&sandbox, &[("a", "have = [\"ACME-2\", \"ACME-4\"]\nnot = [\"ACME-3\"]")]);
    ends(&sandbox, "--apply", 5);
    assert_eq!(applied(&sandbox), ["ACME-3", "ACME-2"], "in the order in which they came at first");
    assert_eq!((fix(&sandbox).as_str(), super::has(&sandbox, "a")), (NEW, [false, true]));
    let console = console(&sandbox);
    console.done("history $/srv/a --verify");
    console.done("rollback $/srv/a ACME-3 --yes");
    assert_eq!((fix(&sandbox).as_str(), applied(&sandbox)), (OLD, vec!["ACME-2".to_owned()]));
    console.done("reapply $/srv/a --yes");
    console.done("rollback $/srv/a ACME-2 --yes");
    before.assert_is(&sandbox.path("srv/a"), "without the other one");
    assert_eq!(applied(&sandbox), ["ACME-3"]);
}

#[test]
fn twin_a_patch_stays_out_where_the_one_that_replaces_it_is_well() {
    for section in IN_ITS_PLACE {
        let sandbox = fixed();
        sandbox.write("srv/a/state", "well\n");
        state(&sandbox, &[("a", section)]);
        let look = ends(&sandbox, "", 7);
        assert!(
            look.printed().contains("ACME-3: to be rolled back") && !look.printed().contains(OPEN),
            "{look}"
        );
        let done = ends(&sandbox, "--apply", 0);
        assert!(done.printed().contains("ACME-3: rolled back\n"), "{done}");
        assert!(!done.printed().contains(OPEN), "the other one closes it: {done}");
        assert_eq!((fix(&sandbox).as_str(), entries(&sandbox)), ("newer\n", 4), "with the check");
        ends(&sandbox, "--apply", 0);
        assert_eq!(entries(&sandbox), 4);
    }
}

#[test]
fn a_patch_is_back_where_the_one_that_was_to_replace_it_does_not_fit() {
    let sandbox = fixed();
    // ACME-5 changes a file beside it that somebody edited.
    sandbox.write("srv/a/two", "mine\n");
    sandbox.write("old5/two", OLD);
    sandbox.write("new5/two", NEW);
    change(&sandbox, 5, ("fix", OLD, "newest\n"), CVE, "");
    state(&sandbox, &[("a", "have = [\"ACME-5\"]\nnot = [\"ACME-3\"]")]);
    let done = ends(&sandbox, "--apply", 3);
    assert_eq!((fix(&sandbox).as_str(), applied(&sandbox)), (NEW, vec!["ACME-3".to_owned()]), "{done}");
    assert!(done.printed().contains("ACME-3: rolled back and reapplied"), "{done}");
    let later = ends(&sandbox, "--apply", 3);
    assert!(later.printed().contains("ACME-3: rolled back and reapplied"), "{later}");
    assert_eq!(fix(&sandbox), NEW);
}

#[test]
fn where_a_patch_cannot_come_back_that_is_said_in_every_run_until_it_is() {
    let sandbox = fixed();
    state(&sandbox, &[("a", IN_ITS_PLACE[0])]);
    // Nobody's key is good any more, but for that of ACME-4.
    crate::support::trust::write_trusted_key(&sandbox, "other", 2, "author");
    std::fs::remove_file(sandbox.path("patches/4.patchbundle")).expect("ours");
    let health = "[[health]]\ncheck = \"text\"\npath = \"state\"\ncontains = \"well\"\n";
    change(&sandbox, 4, ("fix", OLD, "newer\n"), CVE, health);
    console(&sandbox).done("sign $/patches/4.patchbundle --key $/other.key --as author");
    console(&sandbox).done("key revoke acme --reason=stolen --yes");
    for _ in 0..2 {
        let done = ends(&sandbox, "--apply", 6);
        let said = done.in_one_line();
        assert!(said.contains("ACME-3: rolled back so that ACME-4 could be applied, which failed"), "{done}");
        assert!(said.contains("patchwright apply FILE $/srv/a"), "{done}");
        assert!(said.contains("needs a person"), "{done}");
        assert_eq!(fix(&sandbox), OLD);
    }
}

/// What every form of an answer says.
fn every_form(sandbox: &Sandbox, flags: &str) -> (Run, [String; 2]) {
    let run = run(sandbox, &format!("{flags} --report $/r.md --report $/r.xml"));
    let files = ["r.md", "r.xml"].map(|file| sandbox.read(file).expect("a report"));
    (run, files)
}

#[test]
fn what_is_open_again_is_told_before_and_afterwards_in_every_form() {
    let sandbox = fixed();
    state(&sandbox, &[("a", "not = [\"ACME-3\"]")]);
    let json = ends(&sandbox, "--json", 7).json();
    assert_eq!(json["folders"][0]["expectations"][0]["open_again"], json!(["CVE-2026-1"]), "{json}");
    let (look, files) = every_form(&sandbox, "");
    for said in [look.in_one_line(), files[0].replace('\\', ""), files[1].clone()] {
        assert!(said.contains(&format!("to be rolled back; {OPEN} then")), "{said}");
    }
    let (done, files) = every_form(&sandbox, "--apply");
    assert_eq!(done.code, 0, "{done}");
    for said in [done.in_one_line(), files[0].replace('\\', ""), files[1].clone()] {
        assert!(said.contains(&format!("rolled back; {OPEN}")), "{said}");
    }
    assert_eq!(fix(&sandbox), OLD);
}

#[test]
fn twin_what_has_nothing_to_do_with_the_patch_that_failed_goes_all_the_same() {
    let sandbox = scene();
    state(&sandbox, &[("a", "have = [\"ACME-1\"]")]);
    ends(&sandbox, "--apply", 0);
    sandbox.write("srv/a/fix", OLD);
    let health = "[[health]]\ncheck = \"text\"\npath = \"two\"\ncontains = \"well\"\n";
    change(&sandbox, 4, ("fix", OLD, NEW), "", health);
    state(&sandbox, &[("a", "have = [\"ACME-4\"]\nnot = [\"ACME-1\"]")]);
    let done = ends(&sandbox, "--apply", 5);
    assert!(done.printed().contains("ACME-1: rolled back\n"), "{done}");
    assert_eq!(sandbox.read("srv/a/one").as_deref(), Some(OLD));
    assert!(!ends(&sandbox, "--apply", 7).printed().contains("ACME-1"));
}
