//! Switches in a state file: where they stand, what a person did to them, and why one is turned off.

use super::{console, ends, scene, state};
use crate::support::sandbox::{Sandbox, order};

const ON: &str = "X=1\nFAST=1\n";
const OFF: &str = "X=1\nFAST=0\n";

/// The folder `a`, and a patch ACME-5 for it with a switch; these keys are of the order and of the switch.
fn switchable(keys: &str, of_switch: &str) -> Sandbox {
    let sandbox = scene();
    let toggle = "[[toggles]]\nid = \"faster\"\ntitle = \"faster\"\nfile = \"c.env\"\nkind = \"env\"\nkey = \"FAST\"\non = \"1\"\noff = \"0\"\ntakes_effect = \"live\"\nwhen_off = \"slow again\"\n";
    for (file, text) in [("o/c.env", "X=1\n"), ("n/c.env", ON), ("srv/a/c.env", "X=1\n")] {
        sandbox.write(file, text);
    }
    sandbox.write("order.toml", &order("ACME-5", keys, &format!("{toggle}{of_switch}")));
    console(&sandbox).done("make --from $/o --to $/n --order $/order.toml --output $/patches/5.patchbundle");
    console(&sandbox).done("sign $/patches/5.patchbundle --key $/acme.key --as author");
    sandbox
}

/// What stands where the switch is.
fn env(sandbox: &Sandbox) -> String {
    sandbox.read("srv/a/c.env").expect("the file")
}

#[test]
fn a_switch_stands_where_the_file_says_unless_a_person_moved_it() {
    let sandbox = switchable("", "");
    state(&sandbox, &[("a", "have = [\"ACME-5\"]\ntoggles = { \"ACME-5/faster\" = \"off\" }")]);
    ends(&sandbox, "--apply", 0);
    assert_eq!(env(&sandbox), OFF);
    console(&sandbox).done("toggle on faster $/srv/a --yes");
    let run = ends(&sandbox, "--apply", 7);
    assert!(
        run.in_one_line().contains("ACME-5/faster: turned by ada on 2026-11-23, so it isn't turned back"),
        "{run}"
    );
    ends(&sandbox, "--apply --again", 0);
    assert_eq!(env(&sandbox), OFF);
}

#[test]
fn a_fix_of_a_vulnerability_is_switched_off_only_with_a_reason_which_the_history_has() {
    let cve = "vulnerabilities = [\"CVE-2026-1\"]\n";
    let off = |more: &str| {
        format!("have = [\"ACME-5\"]\ntoggles = {{ \"ACME-5/faster\" = {{ to = \"off\"{more} }} }}")
    };
    for is_applied in [false, true] {
        let sandbox = switchable(cve, cve);
        if is_applied {
            state(&sandbox, &[("a", "have = [\"ACME-5\"]")]);
            ends(&sandbox, "--apply", 0);
        }
        state(&sandbox, &[("a", &off(""))]);
        let before = env(&sandbox);
        for flags in ["", "--apply"] {
            let run = ends(&sandbox, flags, 3);
            let said = run.in_one_line();
            assert!(said.contains("ACME-5/faster: while it is off, CVE-2026-1 is open again"), "{run}");
            assert!(
                said.contains("toggles = { \"ACME-5/faster\" = { to = \"off\", reason = \"TEXT\" } }"),
                "{run}"
            );
        }
        // What the hint says is what helps.
        if is_applied {
            assert_eq!(env(&sandbox), before);
        }
        state(&sandbox, &[("a", &off(", reason = \"breaks the importer\", ticket = \"OPS-4711\""))]);
        ends(&sandbox, "--apply", 0);
        assert_eq!(env(&sandbox), OFF);
        let history = console(&sandbox).done("history $/srv/a --json").json();
        let moved = history["entries"].as_array().expect("entries").last().expect("one").clone();
        assert_eq!((&moved["action"], &moved["ticket"]), (&"toggle".into(), &"OPS-4711".into()), "{history}");
        assert!(moved.to_string().contains("breaks the importer"), "{history}");
    }
}

#[test]
fn a_switch_that_keeps_nothing_closed_needs_no_reason_and_takes_one() {
    let sandbox = switchable("", "");
    let to = |to: &str| format!("have = [\"ACME-5\"]\ntoggles = {{ \"ACME-5/faster\" = {to} }}");
    state(&sandbox, &[("a", &to("{ to = \"off\" }"))]);
    ends(&sandbox, "--apply", 0);
    assert_eq!(env(&sandbox), OFF);
    state(&sandbox, &[("a", &to("{ to = \"on\", reason = \"it is fast enough\" }"))]);
    ends(&sandbox, "--apply", 0);
    assert_eq!(env(&sandbox), ON);
}

#[test]
fn a_switch_of_a_patch_that_somebody_rolled_back_is_not_said_to_be_unknown() {
    let sandbox = switchable("", "");
    let text = "have = [\"ACME-5\"]\ntoggles = { \"ACME-5/faster\" = \"off\" }";
    state(&sandbox, &[("a", text)]);
    ends(&sandbox, "--apply", 0);
    console(&sandbox).done("rollback $/srv/a ACME-5 --yes");
    let run = ends(&sandbox, "--apply", 7);
    assert!(run.out.contains("ACME-5/faster: its patch isn't here"), "{run}");
    // Twin: where the patch is there, a switch that it doesn't have is an error of the file.
    ends(&sandbox, "--apply --again", 0);
    state(&sandbox, &[("a", &text.replace("/faster", "/slower"))]);
    let run = ends(&sandbox, "--apply", 3);
    assert!(run.out.contains("there is no switch ACME-5/slower"), "{run}");
}
