//! Patches of which each is for the version that the one before leaves: applied, rolled back and brought back together; and
//! what is said of the version on the way.

use crate::support::console::Console;
use crate::support::sandbox::{Sandbox, order};

const DETECT: &str = "[[product.detect]]\nkind = \"version\"\npath = \"VERSION\"\nafter = \"\"\n";

fn console(sandbox: &Sandbox) -> Console<'_> {
    Console::new(sandbox).with_keys()
}

/// A folder with version 4.2.0, and two patches to 4.2.1 and 4.2.2. `says`: their orders say which version they leave.
fn chain(says: bool, health: [&str; 2]) -> Sandbox {
    let sandbox = Sandbox::new();
    for (folder, version) in [("app", "4.2.0"), ("v0", "4.2.0"), ("v1", "4.2.1"), ("v2", "4.2.2")] {
        sandbox.write(&format!("{folder}/VERSION"), &format!("{version}\n"));
        sandbox.write(&format!("{folder}/data"), &format!("data of {version}\n"));
    }
    for (number, (from, to)) in [("4.2.0", "4.2.1"), ("4.2.1", "4.2.2")].into_iter().enumerate() {
        let result = if says { format!("result_version = \"{to}\"\n") } else { String::new() };
        let text = order(&format!("ACME-{}", number + 1), &result, &format!("{DETECT}{}", health[number]));
        assert!(text.contains("versions = ["), "{text}");
        let begin = text.find("versions = [").expect("it is there");
        let end = begin + text[begin..].find(']').expect("a list") + 1;
        let text = format!("{}versions = [\"{from}\"]{}", &text[..begin], &text[end..]);
        sandbox.write(&format!("order{number}.toml"), &text);
        console(&sandbox).done(&format!(
            "make --from $/v{number} --to $/v{} --order $/order{number}.toml --output $/{number}.patchbundle",
            number + 1
        ));
    }
    sandbox
}

const APPLY_BOTH: &str = "apply $/0.patchbundle $/1.patchbundle $/app --yes --allow-unsigned";

#[test]
fn patches_that_follow_each_other_come_back_as_they_came() {
    for (says, together) in [(true, true), (true, false), (false, true), (false, false)] {
        let sandbox = chain(says, [""; 2]);
        if together {
            let done = console(&sandbox).done(APPLY_BOTH);
            assert!(done.out.contains("is now 4.2.2"), "{done}");
        } else {
            for number in [0, 1] {
                let apply = format!("apply $/{number}.patchbundle $/app --yes --allow-unsigned");
                let done = console(&sandbox).done(&apply);
                assert!(done.out.contains(&format!("is now 4.2.{}", number + 1)), "{done}");
            }
        }
        let back = console(&sandbox).done("rollback $/app --to ACME-1 --yes");
        assert!(back.out.contains("The version is now 4.2.0"), "{says} {together}: {back}");
        assert_eq!(sandbox.read("app/VERSION").as_deref(), Some("4.2.0\n"));
        let again = console(&sandbox).done("reapply $/app --yes --allow-unsigned");
        assert!(again.out.contains("The version is now 4.2.2"), "{says} {together}: {again}");
        assert_eq!(sandbox.read("app/VERSION").as_deref(), Some("4.2.2\n"));
        let status = console(&sandbox).done("status $/app --json").json();
        assert_eq!(status["version"], "4.2.2", "{status}");
        // What was applied here was for the version that was there then.
        let known = console(&sandbox).done("identify $/app");
        assert!(!known.out.contains("another version"), "{known}");
    }
}

#[test]
fn what_became_another_version_meanwhile_gets_none_of_them_back() {
    let sandbox = chain(true, [""; 2]);
    console(&sandbox).done(APPLY_BOTH);
    console(&sandbox).done("rollback $/app --to ACME-1 --yes");
    sandbox.write("app/VERSION", "5.0\n");
    let refused = console(&sandbox).run("reapply $/app --yes --allow-unsigned");
    assert!(refused.code != 0 && refused.printed().contains("E-VERSION"), "{refused}");
    assert_eq!(sandbox.read("app/VERSION").as_deref(), Some("5.0\n"));
}

#[test]
fn a_patch_that_leaves_the_version_as_it_is_says_nothing_of_it() {
    let sandbox = Sandbox::new();
    for folder in ["app", "old", "new"] {
        sandbox.write(&format!("{folder}/VERSION"), "1\n");
        sandbox.write(&format!("{folder}/data"), if folder == "new" { "new\n" } else { "old\n" });
    }
    sandbox.write("order.toml", &order("ACME-1", "", DETECT));
    console(&sandbox).done("make --from $/old --to $/new --order $/order.toml --output $/fix.patchbundle");
    for command in ["apply $/fix.patchbundle $/app --yes --allow-unsigned", "rollback $/app --yes"] {
        let done = console(&sandbox).done(command);
        assert!(!done.out.contains("is now"), "{done}");
    }
}

#[test]
fn a_check_that_fails_after_several_patches_says_whose_it_is() {
    let old = "[[health]]\ncheck = \"text\"\npath = \"data\"\ncontains = \"4.2.1\"\n";
    let new = "[[health]]\ncheck = \"text\"\npath = \"data\"\ncontains = \"4.2.2\"\n";
    let sandbox = chain(true, [old, new]);
    let failed = console(&sandbox).run(APPLY_BOTH);
    assert!(failed.code == 5 && failed.err.contains("ACME-1: data contains \"4.2.1\""), "{failed}");
    assert_eq!(sandbox.read("app/data").as_deref(), Some("data of 4.2.0\n"));
    // Alone, nobody asks whose it is.
    let alone = console(&sandbox).done("apply $/0.patchbundle $/app --yes --allow-unsigned");
    assert!(alone.out.contains("Health check passed: data contains"), "{alone}");
}

#[test]
fn there_is_no_rollback_to_undo_where_the_last_one_was_undone_and_kept() {
    let sandbox = chain(true, [""; 2]);
    console(&sandbox).done("apply $/0.patchbundle $/app --yes --allow-unsigned");
    console(&sandbox).done("rollback $/app --yes");
    console(&sandbox).done("reapply $/app --yes --allow-unsigned");
    console(&sandbox).done("accept $/app --yes");
    let refused = console(&sandbox).run("reapply $/app --yes --allow-unsigned");
    assert!(refused.code != 0 && !refused.printed().contains("kept for good"), "{refused}");
    // One that was kept is told as that.
    let sandbox = chain(true, [""; 2]);
    console(&sandbox).done("apply $/0.patchbundle $/app --yes --allow-unsigned");
    console(&sandbox).done("rollback $/app --yes");
    console(&sandbox).done("accept $/app --yes");
    let refused = console(&sandbox).run("reapply $/app --yes --allow-unsigned");
    assert!(refused.printed().contains("kept for good"), "{refused}");
}

#[test]
fn a_file_that_was_deleted_is_restored_and_no_version_of_it_is_backed_up() {
    let sandbox = chain(true, [""; 2]);
    console(&sandbox).done("apply $/0.patchbundle $/app --yes --allow-unsigned");
    std::fs::remove_file(sandbox.path("app/data")).expect("it is there");
    let refused = console(&sandbox).run("rollback $/app --yes");
    assert!(refused.printed().contains("To restore it and continue, add --keep-edits."), "{refused}");
    let back = console(&sandbox).done("rollback $/app --yes --keep-edits");
    assert!(back.out.contains("data was deleted after the patch was applied; it is restored"), "{back}");
    assert!(!back.out.contains("backed up"), "{back}");
    assert_eq!(sandbox.read("app/data").as_deref(), Some("data of 4.2.0\n"));
}
