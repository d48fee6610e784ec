//! What is printed says what to do next, and that works; and one change is counted in one way.

use super::product_and_fix;
use super::refuse::interrupted;
use crate::support::console::{Console, Run};
use crate::support::sandbox::Sandbox;

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
    assert!(status.contains("To repair: patchwright repair $/app --from FILE\n"), "{status}");
    let repaired = console.done("repair $/app --from $/fix.patchbundle --yes").out;
    let hint = last_hint(&repaired);
    console.done(&format!("{hint} --yes"));
    assert_eq!(sandbox.read("app/version.txt").as_deref(), Some("4.2.1-ours\n"));
}

#[test]
fn a_patch_file_that_is_not_there_is_looked_for_elsewhere() {
    let sandbox = product_and_fix();
    let console = Console::new(&sandbox);
    for verb in ["show $/fx.patchbundle", "plan $/fx.patchbundle $/app", "verify $/no-folder/fix.patchbundle"]
    {
        let missing = console.run(verb);
        assert_eq!(missing.code, 1, "{missing}");
        assert!(missing.err.contains("Next: Check the path."), "{missing}");
    }
    // Twin: what is there, and nothing that opens, has another way on.
    let folder = console.run("show $/app");
    assert!(!folder.err.contains("Check the path"), "{folder}");
}

#[test]
fn only_a_rollback_can_be_reapplied() {
    let sandbox = product_and_fix();
    let console = Console::new(&sandbox);
    let refused = console.run("reapply $/app --allow-unsigned --yes");
    assert_eq!(refused.code, 3, "{refused}");
    assert!(
        refused.err.starts_with("No patch was rolled back here, so there is nothing to reapply"),
        "{refused}"
    );
    console.done(APPLY);
    let refused = console.run("reapply $/app --allow-unsigned --yes");
    assert_eq!(refused.code, 3, "{refused}");
    assert!(refused.err.contains("was not a rollback"), "{refused}");
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

/// Something that is refused, the step that is printed then, what is filled in, and what that step comes to.
struct Refusal {
    when: fn() -> Sandbox,
    typed: &'static str,
    step: &'static str,
    filled_in: (&'static str, &'static str),
    comes_to: (u8, &'static str),
}

/// What a flag of a hint is added to.
fn with_flag(refusal: &Refusal) -> String {
    match refusal.step.strip_prefix("--") {
        Some(_) => format!("{} {}", refusal.typed, refusal.step),
        None => refusal.step.to_owned(),
    }
}

fn edited() -> Sandbox {
    let sandbox = product_and_fix();
    Console::new(&sandbox).done(APPLY);
    sandbox.write("app/version.txt", "4.2.1-ours\n");
    sandbox
}

#[test]
fn each_next_step_of_a_refusal_does_what_it_says() {
    const NOTHING: (&str, &str) = ("", "");
    let refusals = [
        Refusal {
            when: product_and_fix,
            typed: "apply $/fix.patchbundle $/app --yes",
            step: "--allow-unsigned",
            filled_in: NOTHING,
            comes_to: (0, "Applied ACME-HF-1042 "),
        },
        Refusal {
            when: product_and_fix,
            typed: "verify $/fix.patchbundle",
            step: "verify $/fix.patchbundle --allow-unsigned",
            filled_in: NOTHING,
            comes_to: (0, "every checksum matches"),
        },
        Refusal {
            when: product_and_fix,
            typed: "apply $/fix.patchbundle $/app --allow-everything",
            step: "help apply",
            filled_in: NOTHING,
            comes_to: (0, "--allow-unsigned"),
        },
        Refusal {
            when: product_and_fix,
            typed: "rollout run",
            step: "help rollout run",
            filled_in: NOTHING,
            comes_to: (0, "Usage: patchwright rollout run"),
        },
        Refusal {
            when: edited,
            typed: "rollback $/app --yes",
            step: "--keep-edits",
            filled_in: NOTHING,
            comes_to: (0, "Rolled back ACME-HF-1042 "),
        },
        Refusal {
            when: edited,
            typed: "repair $/app --yes",
            step: "--from FILE",
            filled_in: ("FILE", "$/fix.patchbundle"),
            comes_to: (0, "Repaired "),
        },
        Refusal {
            when: || interrupted().0,
            typed: APPLY,
            step: "recover $/app --undo",
            filled_in: NOTHING,
            comes_to: (0, "Restored "),
        },
    ];
    for refusal in refusals {
        let sandbox = (refusal.when)();
        let console = Console::new(&sandbox);
        let refused: Run = console.run(refusal.typed);
        assert_ne!(refused.code, 0, "{}: {refused}", refusal.typed);
        let printed = format!("{}{}", refused.out, refused.err);
        assert!(printed.contains(refusal.step), "{} says {:?}: {printed}", refusal.typed, refusal.step);
        let (blank, what) = refusal.filled_in;
        let step = with_flag(&refusal);
        let step = if blank.is_empty() { step } else { step.replace(blank, what) };
        let followed = console.run(&step);
        let said = format!("{}{}", followed.out, followed.err);
        assert_eq!(followed.code, refusal.comes_to.0, "{step}: {followed}");
        assert!(said.contains(refusal.comes_to.1), "{step}: {said}");
    }
}
