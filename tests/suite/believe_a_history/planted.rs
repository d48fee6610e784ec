//! An entry that somebody planted says that a vendor's fix is in. It is in where its files show it, and nowhere else.

use serde_json::Value;

use super::{copy, person, scene, sign, stranger};
use crate::support::console::Console;
use crate::support::sandbox::Sandbox;

const OLD: &str = "Read me.\n";
const NEW: &str = "Read me well.\n";

/// `$/planted`: somebody else applied the signed patch there, put the old file back and made the history say that this is what
/// the patch left.
fn planted() -> Sandbox {
    let sandbox = scene();
    copy(&sandbox, "app", "planted");
    stranger(&sandbox).done("apply $/signed.patchbundle $/planted --allow-unsigned --yes");
    sandbox.write("planted/readme.txt", OLD);
    let entry = "planted/.patchwright/history/00000001/entry.json";
    let digest = |text: &str| patchwright::model::Digest::compute(text.as_bytes()).to_string();
    let size = |text: &str| format!("\"size\":{}", text.len());
    let said = sandbox.read(entry).expect("an entry");
    assert!(said.contains(&digest(NEW)) && said.contains(&size(NEW)), "{said}");
    let lie = said.replace(&digest(NEW), &digest(OLD)).replace(&size(NEW), &size(OLD));
    let path = sandbox.path(entry);
    std::fs::remove_file(&path).expect("the folder is theirs");
    std::fs::write(path, lie).expect("written");
    sandbox
}

/// A patch of Anna's that needs the signed one.
fn save_what_needs_it(sandbox: &Sandbox) {
    let bundle = sandbox.bundle("needy").replace("notes.txt", "None.\n", "Two.\n").but(|patch| {
        patch.about.sequence = 3;
        patch.about.requires = vec![patchwright::model::Requirement {
            id: patchwright::model::PatchId::parse("signed").expect("an id"),
            min_revision: 1,
            mode: patchwright::model::RequirementMode::Before,
        }];
    });
    sandbox.save("needy.patchbundle", &bundle);
    sign(sandbox, "needy");
}

fn is_only_said(console: &Console<'_>, folder: &str) -> Value {
    console.done(&format!("status $/{folder} --json")).json()["patches"][0]["only_said"].clone()
}

#[test]
fn a_planted_entry_is_no_proof_that_a_signed_patch_is_in() {
    let sandbox = planted();
    save_what_needs_it(&sandbox);
    let console = person(&sandbox);
    assert_eq!(is_only_said(&console, "planted"), true);
    let status = console.done("status $/planted");
    assert!(status.out.contains("only the history says so; its files don't show it"), "{status}");
    assert!(!status.out.contains("everything is as expected"), "{status}");
    let refused = console.run("apply $/needy.patchbundle $/planted --yes");
    assert!(refused.code == 3 && refused.err.contains("E-REQUIRES"), "{refused}");
    let plan = console.done("plan $/signed.patchbundle $/planted");
    assert!(!plan.out.contains("already"), "{plan}");

    console.done("apply $/signed.patchbundle $/planted --yes");
    assert_eq!(sandbox.read("planted/readme.txt").as_deref(), Some(NEW));
    console.done("apply $/needy.patchbundle $/planted --yes");
    console.done("rollback $/planted needy --yes");
    console.done("rollback $/planted signed --yes");
    assert_eq!(sandbox.read("planted/readme.txt").as_deref(), Some(OLD));
}

#[test]
fn vouching_for_a_history_makes_no_fix_of_what_was_never_one() {
    let sandbox = planted();
    let console = person(&sandbox);
    console.done("history $/planted --confirm=it-looks-right");
    assert_eq!(is_only_said(&console, "planted"), true);
    console.done("apply $/signed.patchbundle $/planted --yes");
    assert_eq!(sandbox.read("planted/readme.txt").as_deref(), Some(NEW));
}

#[test]
fn a_planted_word_on_top_of_an_own_patch_is_no_proof_of_what_is_there() {
    let sandbox = scene();
    let console = person(&sandbox);
    console.done("apply $/signed.patchbundle $/app --yes");
    let patch = sandbox.bundle("worse").replace("readme.txt", NEW, OLD).but(|patch| {
        patch.about.sequence = 4;
        patch.about.fixes = vec!["worse".to_owned()];
    });
    sandbox.save("worse.patchbundle", &patch);
    stranger(&sandbox).done(
        "apply $/worse.patchbundle $/app --allow-unsigned --allow-undo=mine --allow-related=mine --yes",
    );
    assert_eq!(is_only_said(&console, "app"), true);
    let again = console.run("apply $/signed.patchbundle $/app --yes");
    assert!(!again.printed().contains("already in place"), "{again}");
}

#[test]
fn what_somebody_else_has_applied_and_is_there_is_in() {
    let sandbox = scene();
    save_what_needs_it(&sandbox);
    for (folder, edited) in [("whole", NEW), ("edited", "Read me well.\nAnd this.\n")] {
        copy(&sandbox, "app", folder);
        stranger(&sandbox).done(&format!("apply $/signed.patchbundle $/{folder} --allow-unsigned --yes"));
        // Only what is there whole proves itself where nothing has the patch's own content any more.
        let is_whole = edited == NEW;
        sandbox.write(&format!("{folder}/readme.txt"), edited);
        let console = person(&sandbox);
        assert_eq!(
            is_only_said(&console, folder),
            if is_whole { Value::Null } else { true.into() },
            "{folder}"
        );
        if is_whole {
            let again = console.done(&format!("apply $/signed.patchbundle $/{folder} --yes"));
            assert!(again.out.contains("already in place"), "{again}");
            console.done(&format!("apply $/needy.patchbundle $/{folder} --yes"));
        }
    }
}

#[test]
fn an_own_patch_whose_file_was_edited_since_is_in() {
    let sandbox = scene();
    save_what_needs_it(&sandbox);
    let console = person(&sandbox);
    console.done("apply $/signed.patchbundle $/app --yes");
    sandbox.write("app/readme.txt", "Read me well.\nAnd this.\n");
    assert_eq!(is_only_said(&console, "app"), Value::Null);
    console.done("apply $/needy.patchbundle $/app --yes");
}
