//! What is printed says what to do next, and that works; and one change is counted in one way.

use super::product_and_fix;
use crate::support::console::Console;

const APPLY: &str = "apply $/fix.patchbundle $/app --allow-unsigned --yes";

/// The command that is named at the end of what was printed.
fn last_hint(printed: &str) -> &str {
    printed.trim_end().rsplit_once("patchwright ").unwrap_or_else(|| panic!("a next step: {printed}")).1
}

#[test]
fn each_next_step_that_is_printed_works() {
    let sandbox = product_and_fix();
    let console = Console::new(&sandbox);
    let applied = console.done(APPLY).out;
    let hint = last_hint(&applied);
    assert_eq!(hint, "rollback $/app");
    let rolled_back = console.done(&format!("{hint} --yes")).out;
    let hint = last_hint(&rolled_back);
    assert_eq!(hint, "reapply $/app --allow-unsigned");
    let reapplied = console.done(&format!("{hint} --yes")).out;
    let hint = last_hint(&reapplied);
    assert_eq!(hint, "rollback $/app --undo");
    let gone_again = console.done(&format!("{hint} --yes")).out;
    assert!(gone_again.starts_with("Rolled back ACME-HF-1042 in $/app: "), "{gone_again}");
    console.done("reapply $/app --allow-unsigned --yes");
    sandbox.write("app/version.txt", "4.2.1-ours\n");
    let status = console.done("status $/app").out;
    assert!(status.contains("To repair them: patchwright repair $/app --from FILE\n"), "{status}");
    let repaired = console.done("repair $/app --from $/fix.patchbundle --yes").out;
    let hint = last_hint(&repaired);
    console.done(&format!("{hint} --yes"));
    assert_eq!(sandbox.read("app/version.txt").as_deref(), Some("4.2.1-ours\n"));
}

#[test]
fn only_a_rollback_can_be_reapplied() {
    let sandbox = product_and_fix();
    let console = Console::new(&sandbox);
    console.done(APPLY);
    let refused = console.run("reapply $/app --allow-unsigned --yes");
    assert_eq!(refused.code, 3, "{refused}");
    assert!(refused.err.contains("The last change to this folder was not a rollback"), "{refused}");
    console.done("rollback $/app --yes");
    console.done("reapply $/app --allow-unsigned --yes");
    let refused = console.run("reapply $/app --allow-unsigned --yes");
    assert_eq!(refused.code, 3, "it is reapplied already: {refused}");
}

#[test]
fn one_change_is_counted_the_same_everywhere() {
    let sandbox = product_and_fix();
    let console = Console::new(&sandbox);
    let counted = |text: &str, before: &str| {
        let line = text.lines().find_map(|line| line.split_once(before)).unwrap_or_else(|| panic!("{text}"));
        line.1.to_owned()
    };
    let shown = counted(&console.done("show $/fix.patchbundle").out, "Changes: ");
    let planned = counted(&console.done("plan $/fix.patchbundle $/app").out, "Changes: ");
    let applied = counted(&console.done(APPLY).out, "to $/app: ");
    assert_eq!((planned.as_str(), applied.as_str()), (shown.as_str(), shown.as_str()));
}
