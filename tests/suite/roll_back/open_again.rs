//! Who rolls back a fix is told which vulnerabilities are open again, before and afterwards, as who turns a switch off is.

use serde_json::json;

use crate::support::console::Console;
use crate::support::sandbox::Sandbox;

/// A folder with a fix for two vulnerabilities, and with another patch that says that it fixes `too`.
fn product(too: &[&str]) -> Sandbox {
    let sandbox = Sandbox::with(&[("app/a", "old\n"), ("app/b", "old\n")]);
    let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<String>>();
    let fix = sandbox.bundle("FIX").replace("a", "old\n", "new\n");
    let fix = fix.but(|patch| {
        patch.about.fixes = ids(&["FIX-1"]);
        patch.about.vulnerabilities = ids(&["CVE-2026-1", "CVE-2026-2"]);
    });
    let other = sandbox.bundle("OTHER").replace("b", "old\n", "new\n");
    let other = other.but(|patch| {
        patch.about.fixes = ids(&["OTHER-1"]);
        patch.about.vulnerabilities = ids(too);
    });
    sandbox.save("fix.patchbundle", &fix);
    sandbox.save("other.patchbundle", &other);
    for file in ["fix", "other"] {
        let apply = format!("apply $/{file}.patchbundle $/app --yes --allow-unsigned --allow-related=both");
        Console::new(&sandbox).done(&apply);
    }
    sandbox
}

#[test]
fn what_is_open_again_is_said_before_a_rollback_and_after_it() {
    let sandbox = product(&[]);
    let console = Console::new(&sandbox);
    let said = "CVE-2026-1, CVE-2026-2 are open again";
    let plan = console.done("rollback $/app FIX --dry-run");
    assert!(plan.printed().contains(&format!("{said} afterwards")), "{plan}");
    let plan = console.done("rollback $/app FIX --dry-run --json").json();
    assert_eq!(plan["open_again"], json!(["CVE-2026-1", "CVE-2026-2"]), "{plan}");
    let done = console.done("rollback $/app FIX --yes");
    assert!(done.printed().contains(&format!("{said} here")), "{done}");
    // Coming back opens nothing; going again does.
    let back = console.done("reapply $/app --yes --allow-unsigned --json").json();
    assert_eq!(back.get("open_again"), None, "{back}");
    let again = console.done("rollback $/app --undo --yes --json").json();
    assert_eq!(again["open_again"], json!(["CVE-2026-1", "CVE-2026-2"]), "{again}");
}

#[test]
fn several_that_go_together_are_told_together() {
    let sandbox = product(&["CVE-2026-3"]);
    let plan = Console::new(&sandbox).done("rollback $/app --to FIX --dry-run --json").json();
    assert_eq!(plan["open_again"], json!(["CVE-2026-1", "CVE-2026-2", "CVE-2026-3"]), "{plan}");
}

#[test]
fn what_another_patch_fixes_too_stays_fixed() {
    let sandbox = product(&["CVE-2026-1"]);
    let console = Console::new(&sandbox);
    let plan = console.done("rollback $/app FIX --dry-run --json").json();
    assert_eq!(plan["open_again"], json!(["CVE-2026-2"]), "{plan}");
    // And who rolls back what fixes nothing of its own reads nothing of it.
    let plan = console.done("rollback $/app OTHER --dry-run");
    assert!(!plan.printed().contains("open again"), "{plan}");
}
