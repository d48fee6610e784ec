//! Nobody looks at what a state file has done: what only somebody else's history says is neither followed nor gone against
//! before a person says that it is right.

use super::{NEW, OLD, console, ends, has, run, scene, state};
use crate::support::console::Console;
use crate::support::sandbox::{Sandbox, order};

const SAYS_SO: &str = "only entry 1 of the history says so, which you didn't write on this computer";

fn stranger(sandbox: &Sandbox) -> Console<'_> {
    Console::new(sandbox).with_settings("stranger")
}

/// `srv/a`, where a stranger applied a patch of their own: its backup has what they wish for.
fn planted() -> Sandbox {
    let sandbox = scene();
    let toggle = "[[toggles]]\nid = \"faster\"\ntitle = \"faster\"\nfile = \"c.env\"\nkind = \"env\"\nkey = \"FAST\"\non = \"1\"\noff = \"0\"\ntakes_effect = \"live\"\nwhen_off = \"slow again\"\n";
    for (folder, run, env) in [("bad", "evil\n", "X=1\n"), ("good", "fine\n", "X=1\nFAST=1\n")] {
        sandbox.write(&format!("{folder}/run"), run);
        sandbox.write(&format!("{folder}/c.env"), env);
    }
    sandbox.write("srv/a/run", "evil\n");
    sandbox.write("srv/a/c.env", "X=1\n");
    sandbox.write("order.toml", &order("X", "", toggle));
    console(&sandbox).done("make --from $/bad --to $/good --order $/order.toml --output $/x.patchbundle");
    stranger(&sandbox).done("apply $/x.patchbundle $/srv/a --allow-unsigned --yes");
    sandbox
}

#[test]
fn what_only_others_say_is_in_is_not_rolled_back_unasked() {
    for (wish, line) in [
        ("have = [\"ACME-1\"]\nothers = \"roll-back\"", "ACME-1: applied"),
        ("have = [\"ACME-1\"]\nnot = [\"X\"]", SAYS_SO),
    ] {
        let sandbox = planted();
        state(&sandbox, &[("a", wish)]);
        let done = run(&sandbox, "--apply");
        assert_ne!(done.code, 0, "{wish}: {done}");
        assert!(done.in_one_line().contains(line), "{wish}: {done}");
        assert_eq!(sandbox.read("srv/a/run").as_deref(), Some("fine\n"), "{wish}");

        console(&sandbox).done("history $/srv/a --confirm=known");
        ends(&sandbox, "--apply", 0);
        assert_eq!(sandbox.read("srv/a/run").as_deref(), Some("evil\n"), "{wish}");
    }
}

#[test]
fn what_only_others_say_of_a_switch_is_not_written_unasked() {
    let sandbox = planted();
    state(&sandbox, &[("a", "toggles = { \"X/faster\" = \"off\" }")]);
    let refused = ends(&sandbox, "--apply", 4);
    let said = refused.in_one_line();
    assert!(said.contains(SAYS_SO), "{refused}");
    assert!(said.contains("patchwright history $/srv/a --confirm=REASON"), "{refused}");
    assert_eq!(sandbox.read("srv/a/c.env").as_deref(), Some("X=1\nFAST=1\n"));
    console(&sandbox).done("history $/srv/a --confirm=known");
    ends(&sandbox, "--apply", 7);
    assert_eq!(sandbox.read("srv/a/c.env").as_deref(), Some("X=1\nFAST=0\n"));
}

#[test]
fn a_hold_and_a_rollback_that_others_wrote_keep_no_fix_out_quietly() {
    for command in ["reconcile --hold $/srv/a --reason mine", "rollback $/srv/a --yes"] {
        let sandbox = scene();
        let others = stranger(&sandbox);
        others.done("apply $/patches/1.patchbundle $/srv/a --allow-unsigned --yes");
        others.done(command);
        state(&sandbox, &[("a", "have = [\"ACME-1\", \"ACME-2\"]")]);
        let refused = ends(&sandbox, "--apply", 4);
        let said = "only entry 2 of the history says so, which you didn't write on this computer";
        assert!(refused.in_one_line().contains(said), "{command}: {refused}");

        // A person's word counts once somebody says that it is one.
        console(&sandbox).done("history $/srv/a --confirm=known");
        ends(&sandbox, "--apply", 7);
        assert!(!has(&sandbox, "a")[1] || command.starts_with("rollback"), "{command}");
    }
}

#[test]
fn a_patch_that_others_applied_and_that_is_there_is_in_line() {
    let sandbox = scene();
    stranger(&sandbox).done("apply $/patches/1.patchbundle $/srv/a --allow-unsigned --yes");
    state(&sandbox, &[("a", "have = [\"ACME-1\"]")]);
    ends(&sandbox, "--apply", 0);
    assert_eq!(has(&sandbox, "a"), [true, false]);
    // Without its file it is what the history alone says.
    sandbox.write("srv/a/one", OLD);
    let refused = ends(&sandbox, "--apply", 3);
    assert!(refused.in_one_line().contains("but its files don't show it"), "{refused}");
    console(&sandbox).done("apply $/patches/1.patchbundle $/srv/a --yes");
    ends(&sandbox, "--apply", 0);
    assert_eq!(sandbox.read("srv/a/one").as_deref(), Some(NEW));
}

/// Another patch called ACME-1, which nobody signed.
fn save_namesake(sandbox: &Sandbox) {
    for (folder, three) in [("from", OLD), ("to", NEW)] {
        sandbox.write(&format!("{folder}/three"), three);
    }
    sandbox.write("srv/a/three", OLD);
    sandbox.write("order.toml", &order("ACME-1", "", ""));
    console(sandbox).done("make --from $/from --to $/to --order $/order.toml --output $/other.patchbundle");
}

#[test]
fn a_patch_of_the_same_name_is_not_the_wanted_one() {
    let sandbox = scene();
    save_namesake(&sandbox);
    console(&sandbox).done("apply $/other.patchbundle $/srv/a --allow-unsigned --yes");
    state(&sandbox, &[("a", "have = [\"ACME-1\"]")]);
    let refused = ends(&sandbox, "--apply", 3);
    assert!(refused.in_one_line().contains("another patch named ACME-1 is applied here"), "{refused}");
    let json = run(&sandbox, "--json").json();
    assert!(!json.to_string().contains("\"standing\":\"met\""), "{json}");
    console(&sandbox).done("rollback $/srv/a ACME-1 --yes");
    ends(&sandbox, "--apply --again", 0);
    assert_eq!(has(&sandbox, "a"), [true, false]);
}

#[test]
fn a_patch_that_nobody_signed_is_the_wanted_one_where_nobody_signs() {
    let sandbox = scene();
    save_namesake(&sandbox);
    std::fs::rename(sandbox.path("other.patchbundle"), sandbox.path("patches/1.patchbundle")).expect("moved");
    console(&sandbox).done("apply $/patches/1.patchbundle $/srv/a --allow-unsigned --yes");
    state(&sandbox, &[("a", "have = [\"ACME-1\"]")]);
    ends(&sandbox, "--apply", 0);
    // Nor does it need its file.
    std::fs::remove_file(sandbox.path("patches/1.patchbundle")).expect("gone");
    ends(&sandbox, "--apply", 0);
}
