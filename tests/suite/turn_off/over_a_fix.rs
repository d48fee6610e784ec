//! A patch brings a switch over a value that another patch has set: moving it undoes the other one, and that is told.

use crate::support::console::Console;
use crate::support::sandbox::{Sandbox, order};

const BEFORE: &str = "{\n  \"tls\": false,\n  \"n\": 1\n}\n";
const FIXED: &str = "{\n  \"tls\": true,\n  \"n\": 1\n}\n";
const FILE: &str = "app/s.json";

/// A folder with a fix that turns `tls` on, and with another patch that has a switch for `key`.
fn product(key: &str, on: &str, off: &str) -> Sandbox {
    let sandbox = Sandbox::with(&[(FILE, BEFORE), ("old/s.json", BEFORE), ("new/s.json", FIXED)]);
    sandbox.write("fix.toml", &order("FIX", "vulnerabilities = [\"CVE-2026-1\"]\n", ""));
    let toggle = format!(
        "[[edits]]\nfile = \"s.json\"\ndo = [{{ set = \"n\", to = 2 }}]\n[[toggles]]\nid = \"q\"\ntitle = \"q\"\n\
         file = \"s.json\"\nkind = \"key\"\nkey = \"{key}\"\non = {on}\noff = {off}\ntakes_effect = \"live\"\n\
         when_off = \"nothing\"\n"
    );
    sandbox.write("tool.toml", &order("TOOL", "", &toggle));
    let console = |command: &str| Console::new(&sandbox).done(command);
    let _ = console("make --from $/old --to $/new --order $/fix.toml --output $/fix.patchbundle");
    let _ = console("make --from $/new --order $/tool.toml --output $/tool.patchbundle");
    let _ = console("apply $/fix.patchbundle $/app --yes --allow-unsigned");
    let _ = console("apply $/tool.patchbundle $/app --yes --allow-unsigned");
    sandbox
}

#[test]
fn a_switch_that_undoes_what_another_patch_brought_needs_a_reason_and_says_so() {
    let sandbox = product("tls", "true", "false");
    let console = Console::new(&sandbox);
    let before = sandbox.read(FILE);
    let refused = console.run("toggle off q $/app --yes");
    assert!(refused.code == 3 && refused.printed().contains("E-UNDOES"), "{refused}");
    assert!(refused.printed().contains("what FIX changed here is undone"), "{refused}");
    assert_eq!(sandbox.read(FILE), before);
    let seen = console.done("toggle off q $/app --dry-run --reason=OPS-7");
    assert!(seen.printed().contains("what FIX changed here is undone"), "{seen}");
    let done = console.done("toggle off q $/app --yes --reason=OPS-7");
    assert!(done.printed().contains("what FIX changed here is undone"), "{done}");
    assert!(sandbox.read(FILE).expect("a file").contains("\"tls\": false"));
    let status = console.done("status $/app");
    assert!(status.printed().contains("undone in s.json"), "{status}");
    let status = console.done("status $/app --json").json();
    assert_eq!(status["patches"][0]["undone"], serde_json::json!(["s.json"]), "{status}");
    let history = console.done("history $/app").printed();
    assert!(history.contains("OPS-7") && history.contains("undo"), "{history}");
    // Turning it on again brings the fix back: nobody is asked why. Undoing that would not.
    console.done("toggle on q $/app --yes");
    assert_eq!(sandbox.read(FILE), before);
    assert!(!console.done("status $/app").printed().contains("undone"));
    let refused = console.run("rollback $/app --undo --yes");
    assert!(refused.code == 3 && refused.printed().contains("what FIX changed here is undone"), "{refused}");
    assert!(refused.printed().contains("toggle off TOOL/q"), "{refused}");
    assert_eq!(sandbox.read(FILE), before);
}

#[test]
fn a_switch_over_its_own_value_is_moved_without_a_word_of_others() {
    let sandbox = product("n", "2", "3");
    let console = Console::new(&sandbox);
    let done = console.done("toggle off q $/app --yes");
    assert!(!done.printed().contains("undone"), "{done}");
    assert_eq!(sandbox.read(FILE).as_deref(), Some("{\n  \"tls\": true,\n  \"n\": 3\n}\n"));
    console.done("rollback $/app --undo --yes");
    assert_eq!(sandbox.read(FILE).as_deref(), Some("{\n  \"tls\": true,\n  \"n\": 2\n}\n"));
}

#[test]
fn whoever_applies_such_a_switch_is_told_before() {
    let sandbox = product("tls", "true", "false");
    let console = Console::new(&sandbox);
    console.done("rollback $/app --yes");
    let told = "s.json: while the switch q of TOOL is off, what FIX changed here is undone";
    for command in ["plan $/tool.patchbundle $/app", "apply $/tool.patchbundle $/app --yes --allow-unsigned"]
    {
        let run = console.done(command);
        assert!(run.printed().contains(told), "{run}");
    }
    let sandbox = product("n", "2", "3");
    let console = Console::new(&sandbox);
    console.done("rollback $/app --yes");
    let run = console.done("plan $/tool.patchbundle $/app");
    assert!(!run.printed().contains("undone"), "{run}");
}
