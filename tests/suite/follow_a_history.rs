//! What a history says belongs into a folder is put there only if this person wrote it, somebody trusted signed it, or
//! somebody says that it is right; and what comes back is judged by the keys and rules of today.

use crate::believe_a_history::{person, scene, sign, stranger};
use crate::support::console::{Console, Run};
use crate::support::sandbox::Sandbox;

const BY_SOMEBODY_ELSE: &str = "which you didn't write on this computer";

fn is_doubted(run: &Run) {
    assert_eq!(run.code, 4, "{run}");
    assert!(run.err.contains(BY_SOMEBODY_ELSE) && run.err.contains("E-POLICY"), "{run}");
    assert!(
        run.err.contains("patchwright history $/") && run.err.contains("--confirm=REASON"),
        "how to go on: {run}"
    );
}

fn rule(rule: &str) -> String {
    format!("format = 'patchwright-trust/1'\n[products.Widget]\n{rule}\n")
}

/// Somebody else applied a patch, which deletes a file.
fn brought_along() -> Sandbox {
    let sandbox = scene();
    let bundle = sandbox.bundle("gone").delete("notes.txt", "None.\n");
    sandbox.save("gone.patchbundle", &bundle);
    stranger(&sandbox).done("apply $/gone.patchbundle $/app --allow-unsigned --yes");
    sandbox
}

#[test]
fn what_a_planted_history_expects_is_not_put_into_the_folder() {
    let sandbox = brought_along();
    sandbox.write("app/notes.txt", "Mine.\n");
    let console = person(&sandbox);
    is_doubted(&console.run("repair $/app --yes"));
    assert_eq!(sandbox.read("app/notes.txt").as_deref(), Some("Mine.\n"));

    // Whoever wrote it may, and so may everybody who says that it is right.
    console.done("history $/app --confirm=by-a-colleague");
    console.done("repair $/app --yes");
    assert_eq!(sandbox.read("app/notes.txt"), None);
    sandbox.write("app/notes.txt", "Mine.\n");
    stranger(&sandbox).done("history $/app --confirm=by-a-colleague");
    stranger(&sandbox).done("repair $/app --yes");
}

#[test]
fn what_a_planted_history_took_out_does_not_come_back() {
    let sandbox = brought_along();
    stranger(&sandbox).done("rollback $/app --yes");
    let console = person(&sandbox);
    for command in ["reapply $/app --yes", "rollback $/app --undo --yes", "reapply $/app --dry-run"] {
        is_doubted(&console.run(command));
    }
    assert_eq!(sandbox.read("app/notes.txt").as_deref(), Some("None.\n"));
    console.done("history $/app --confirm=by-a-colleague");
    console.done("reapply $/app --allow-unsigned --yes");
    assert_eq!(sandbox.read("app/notes.txt"), None);
}

#[test]
fn a_patch_in_a_foreign_history_can_be_rolled_back_and_that_is_said() {
    let sandbox = brought_along();
    let told = person(&sandbox).done("rollback $/app --yes");
    assert!(told.out.contains("what the history says was there"), "{told}");
    assert_eq!(sandbox.read("app/notes.txt").as_deref(), Some("None.\n"));
}

#[cfg(unix)]
#[test]
fn a_foreign_history_brings_back_no_rights_of_others() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = scene();
    let mode_of = |place: &str| {
        let found = std::fs::metadata(sandbox.path(place)).expect("it is there");
        found.permissions().mode() & 0o7777
    };
    let set = |place: &str, mode: u32| {
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(sandbox.path(place), mode).expect("ours");
    };
    for (folder, mode) in [("old", 0o4755), ("new", 0o755), ("tool", 0o4755)] {
        sandbox.write(&format!("{folder}/run"), "#!/bin/sh\n");
        set(&format!("{folder}/run"), mode);
    }
    let other = stranger(&sandbox);
    other.done("make --from $/old --to $/new --id T-1 --output $/tool.patchbundle --no-proof");
    other.done("apply $/tool.patchbundle $/tool --allow-unsigned --yes");
    assert_eq!(mode_of("tool/run"), 0o755);
    let console = person(&sandbox);
    is_doubted(&console.run("rollback $/tool --yes"));
    assert_eq!(mode_of("tool/run"), 0o755);
    console.done("history $/tool --confirm=by-a-colleague");
    console.done("rollback $/tool --yes");
    assert_eq!(mode_of("tool/run"), 0o4755);
}

#[test]
fn a_patch_that_somebody_trusted_signed_speaks_for_itself() {
    let sandbox = brought_along();
    let other = stranger(&sandbox);
    other.done("rollback $/app --yes");
    sign(&sandbox, "gone");
    other.done("apply $/gone.patchbundle $/app --allow-unsigned --yes");
    sandbox.write("app/notes.txt", "None.\n");
    person(&sandbox).done("repair $/app --yes");
    assert_eq!(sandbox.read("app/notes.txt"), None);
}

#[test]
fn a_patch_whose_key_was_revoked_since_does_not_come_back_without_a_word() {
    let sandbox = scene();
    let console = person(&sandbox);
    console.done("apply $/signed.patchbundle $/app --yes");
    console.done("rollback $/app --yes");
    console.done("reapply $/app --yes");
    console.done("rollback $/app --yes");
    console.done("key revoke anna --reason stolen --yes");
    let refused = console.run("reapply $/app --yes");
    assert_eq!(refused.code, 4, "{refused}");
    assert!(refused.err.contains("is no longer accepted") && refused.err.contains("stolen"), "{refused}");
    assert_eq!(sandbox.read("app/readme.txt").as_deref(), Some("Read me.\n"));
}

#[test]
fn a_patch_that_the_rules_keep_out_since_does_not_come_back() {
    let sandbox = scene();
    let console = person(&sandbox);
    console.done("apply $/plain.patchbundle $/app --allow-unsigned --yes");
    console.done("rollback $/app --yes");
    console.done("reapply $/app --allow-unsigned --yes");
    console.done("rollback $/app --yes");
    sandbox.write("machine/trust.toml", &rule("unsigned_apply = 'refuse'"));
    let refused = console.run("reapply $/app --allow-unsigned --yes");
    assert_eq!(refused.code, 4, "{refused}");
    assert_eq!(sandbox.read("app/notes.txt").as_deref(), Some("None.\n"));
}

#[test]
fn a_signature_that_was_cut_off_does_not_help_below_the_lowest_number_of_the_rules() {
    let sandbox = scene();
    let bundle = |id: &str, sequence: u64| {
        let made = sandbox.bundle(id).replace("readme.txt", "Read me.\n", "Read me well.\n");
        sandbox.save(&format!("{id}.patchbundle"), &made.but(|patch| patch.about.sequence = sequence));
    };
    bundle("below", 6);
    bundle("at", 7);
    bundle("without", 0);
    sandbox.save(
        "signed-below.patchbundle",
        &sandbox.bundle("below").create("a", "a\n").but(|patch| patch.about.sequence = 6),
    );
    sign(&sandbox, "signed-below");
    sandbox.write("machine/trust.toml", &rule("floor = 7"));
    let console: Console<'_> = person(&sandbox);
    for (patch, may) in [("signed-below", false), ("below", false), ("at", true), ("without", true)] {
        let run = console.run(&format!("apply $/{patch}.patchbundle $/app --allow-unsigned --dry-run"));
        assert_eq!(run.code == 0, may, "{patch}: {run}");
        assert_eq!(run.err.contains("require patch number 7 or later"), !may, "{patch}: {run}");
    }
}

/// Root patched the folder; the product belongs to somebody else, who may not read root's records.
#[cfg(target_os = "linux")]
#[test]
fn the_records_of_another_account_are_named_and_nothing_is_changed_without_them() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    use crate::support::ordinary_user::{as_ordinary_user, give_to_ordinary_user};
    use crate::support::sandbox::skip;

    const STORY: &str = "the_records_of_another_account_are_named_and_nothing_is_changed_without_them";
    let sandbox = scene();
    person(&sandbox).done("apply $/signed.patchbundle $/app --yes");
    let state = sandbox.path("app/.patchwright");
    give_to_ordinary_user(&sandbox.path(""));
    let is_taken = std::os::unix::fs::chown(&state, Some(0), Some(0)).is_ok();
    std::fs::set_permissions(&state, std::fs::Permissions::from_mode(0o700)).expect("it is ours");
    let as_other = |command: &str| as_ordinary_user(|| person(&sandbox).run(command));
    let Some(status) = as_other("status $/app").filter(|_| is_taken) else {
        return skip(STORY, "only the administrator can be two people");
    };
    assert!(
        status.out.contains("You can't see this folder's records")
            && status.out.contains("may not read them (owner 0:0"),
        "{status}"
    );
    let told = as_other("status $/app --json").expect("it was possible before");
    assert!((status.code, told.code) == (6, 6) && told.out.contains("\"needs-person\""), "{told}");
    let history = as_other("history $/app").expect("it was possible before");
    assert!(history.in_one_line().contains("run this as that user"), "{history}");
    for command in ["rollback $/app --yes", "repair $/app --yes", "apply $/signed.patchbundle $/app --yes"] {
        let run = as_other(command).expect("it was possible before");
        assert!(run.code != 0 && run.err.contains("E-RIGHTS"), "{command}: {run}");
        assert!(run.err.contains("Nothing was changed"), "{command}: {run}");
    }
    assert_eq!(sandbox.read("app/readme.txt").as_deref(), Some("Read me well.\n"));
    assert_eq!(std::fs::metadata(&state).expect("it is there").uid(), 0);
    person(&sandbox).done("rollback $/app --yes");
}

/// Names in the entry that the signed manifest doesn't say: nobody signed those.
#[test]
fn a_name_that_the_signed_patch_does_not_have_is_shown_beside_no_signature() {
    let sandbox = scene();
    person(&sandbox).done("apply $/signed.patchbundle $/app --yes");
    assert!(person(&sandbox).done("status $/app").out.contains("signed by anna"));
    let entry = "app/.patchwright/history/00000001/entry.json";
    let text = sandbox.read(entry).expect("an entry");
    let title = |text: &str| {
        let said: serde_json::Value = serde_json::from_str(text).expect("JSON");
        said["patch"]["title"].as_str().expect("a title").to_owned()
    };
    sandbox.write(entry, &text.replace(&title(&text), "Approved by the CISO"));
    let status = person(&sandbox).run("status $/app");
    assert!(status.printed().contains("Approved by the CISO"), "it is shown: {status}");
    assert!(!status.printed().contains("signed by anna"), "and nobody signed that: {status}");
}

#[test]
fn a_manifest_that_was_changed_is_no_fault_of_the_key() {
    let sandbox = scene();
    let console = person(&sandbox);
    console.done("apply $/signed.patchbundle $/app --yes");
    let manifest = "app/.patchwright/history/00000001/manifest.json";
    let text = sandbox.read(manifest).expect("a manifest");
    sandbox.write(manifest, &text.replacen("readme.txt", "README.txt", 1));
    let status = console.run("status $/app");
    assert!(status.printed().contains("its manifest was changed since"), "{status}");
    assert!(!status.printed().contains("not today"), "anna's key counts today: {status}");
    console.done("rollback $/app --yes");
    let back = console.run("reapply $/app --yes");
    assert!(back.code == 4 && back.err.contains("its manifest was changed since"), "{back}");
}
