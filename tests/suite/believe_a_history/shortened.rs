//! A history from whose end entries are gone: a backup that was put back, a copy that is older, or somebody who removed them.

use super::{copy, person, scene, stranger};
use crate::support::sandbox::Sandbox;
use crate::support::trees::Tree;

#[test]
fn entries_that_are_gone_from_the_end_of_a_history_are_missed_at_once() {
    let sandbox = scene();
    person(&sandbox).done("apply $/plain.patchbundle $/app --allow-unsigned --yes");
    person(&sandbox).done("rollback $/app --yes");
    assert!(!person(&sandbox).done("status $/app").out.contains("entries were removed"));
    std::fs::remove_dir_all(sandbox.path("app/.patchwright/history/00000002")).expect("removed");
    let status = person(&sandbox).run("status $/app");
    let said = "The history of this folder ends at entry 1, and you changed the folder here up to entry 2";
    assert!(status.printed().contains(said), "{status}");
    assert!(!stranger(&sandbox).run("status $/app").printed().contains(said), "who never saw it can't know");
}

#[test]
fn entries_that_changed_no_file_are_missed_as_well() {
    let said = "The history of this folder ends at entry 1, and you changed the folder here up to entry 2";
    for last in ["accept $/app --yes", "reconcile --hold $/app --reason=ticket-4711"] {
        let sandbox = scene();
        person(&sandbox).done("apply $/plain.patchbundle $/app --allow-unsigned --yes");
        person(&sandbox).done(last);
        let whole = person(&sandbox).done("history $/app --verify");
        assert!(!whole.out.contains("ends at entry"), "{last}: {whole}");
        std::fs::remove_dir_all(sandbox.path("app/.patchwright/history/00000002")).expect("removed");
        let verified = person(&sandbox).run("history $/app --verify");
        assert_eq!(verified.code, 6, "{last}: {verified}");
        assert!(verified.out.contains("it is missing; you saw 2 entries here before"), "{last}: {verified}");
        let status = person(&sandbox).run("status $/app");
        assert!(status.printed().contains(said), "{last}: {status}");
    }
}

#[test]
fn an_older_copy_of_a_folder_is_told_as_that() {
    let sandbox = scene();
    person(&sandbox).done("apply $/plain.patchbundle $/app --allow-unsigned --yes");
    copy(&sandbox, "app", "older");
    let verified = person(&sandbox).done("history $/older --verify");
    assert!(!verified.out.contains("older copy"), "it is as new as the other: {verified}");
    person(&sandbox).done("rollback $/app --yes");
    let verified = person(&sandbox).done("history $/older --verify");
    let said = "This folder is an older copy of $/app: its history ends at entry 1, and you have changed that one up to \
                entry 2";
    assert!(verified.out.contains(said), "{verified}");
    let status = person(&sandbox).done("status $/older");
    assert!(status.out.contains(said), "{status}");
    assert_eq!(person(&sandbox).done("status $/older --json").json()["older_copy_of"], "$/app");
    // The newer one is as it should be, also when it moves, and a stranger knows of nothing.
    std::fs::rename(sandbox.path("app"), sandbox.path("moved")).expect("a move");
    let newer = person(&sandbox).done("history $/moved --verify");
    assert!(!newer.out.contains("older copy"), "{newer}");
    let other = stranger(&sandbox).done("history $/older --verify");
    assert!(!other.out.contains("older copy"), "{other}");
    // In the place of the other it is what nobody would call intact.
    copy(&sandbox, "older", "app");
    let replaced = person(&sandbox).run("history $/app --verify");
    assert_eq!(replaced.code, 6, "{replaced}");
    assert!(replaced.out.contains("you changed the folder here up to entry 2"), "{replaced}");
    assert!(!replaced.out.contains("is intact") && replaced.out.contains("--confirm=REASON"), "{replaced}");
    // Whoever knows why says so, or goes on with it.
    person(&sandbox).done("history $/app --confirm=restored");
    assert!(!person(&sandbox).done("history $/app --verify").out.contains("older copy"));
    person(&sandbox).done("rollback $/older --yes");
    assert!(
        !person(&sandbox).done("history $/older --verify").out.contains("older copy"),
        "it goes its own way"
    );
}

/// A folder with two patches, from whose history the second one is removed.
fn with_an_entry_removed() -> Sandbox {
    let sandbox = scene();
    person(&sandbox).done("apply $/signed.patchbundle $/app --yes");
    person(&sandbox).done("apply $/plain.patchbundle $/app --allow-unsigned --yes");
    std::fs::remove_dir_all(sandbox.path("app/.patchwright/history/00000002")).expect("removed");
    let more = sandbox.bundle("more").create("more.txt", "More.\n").but(|patch| patch.about.sequence = 3);
    sandbox.save("more.patchbundle", &more);
    sandbox
}

const SAID: &str =
    "The history of this folder ends at entry 1, and you changed the folder here up to entry 2";

#[test]
fn nothing_is_built_on_a_history_from_whose_end_entries_are_gone() {
    let sandbox = with_an_entry_removed();
    let before = Tree::read(&sandbox.path("app"));
    for line in [
        "plan $/more.patchbundle $/app --allow-unsigned",
        "apply $/more.patchbundle $/app --allow-unsigned --yes",
        "rollback $/app --dry-run",
        "rollback $/app --yes",
        "repair $/app --yes",
        "accept $/app --yes",
    ] {
        let refused = person(&sandbox).run(line);
        assert_eq!(refused.code, 3, "{line}: {refused}");
        assert!(refused.err.contains(SAID), "{line}: {refused}");
        assert!(refused.err.contains("patchwright history $/app --confirm=REASON"), "{line}: {refused}");
    }
    assert!(Tree::read(&sandbox.path("app")) == before);
    // Figures and fixes of a part are called that.
    for command in ["metrics $/app --since 2026-01-01", "fixed $/app", "history $/app"] {
        let told = person(&sandbox).run(command);
        assert!(told.out.contains(SAID), "{command}: {told}");
        let json = person(&sandbox).run(&format!("{command} --json")).json().to_string();
        assert!(json.contains("\"older_copy_of\":"), "{command}: {json}");
    }
    // It is still missed afterwards, and who never saw more than this goes on as with any history of others.
    let verified = person(&sandbox).run("history $/app --verify");
    assert!(verified.out.contains("If you restored a backup here, confirm it"), "{verified}");
    assert!(person(&sandbox).run("status $/app").printed().contains(SAID));
    stranger(&sandbox).done("apply $/more.patchbundle $/app --allow-unsigned --yes");
}

#[test]
fn after_somebody_said_that_a_shortened_history_is_right_changes_go_there_and_back() {
    let sandbox = with_an_entry_removed();
    person(&sandbox).done("history $/app --confirm=restored");
    person(&sandbox).done("history $/app --verify");
    // The backups of the entry that is gone are kept, and not in the place of those of the new one.
    let kept = || {
        let folder = sandbox.path("app/.patchwright/conflict/found/undo-00000002/objects");
        let files = std::fs::read_dir(folder).expect("a folder").map(|found| found.expect("a name").path());
        files.map(|path| std::fs::read_to_string(path).expect("a text")).collect::<Vec<_>>()
    };
    person(&sandbox).done("apply $/more.patchbundle $/app --allow-unsigned --yes");
    assert!(kept().contains(&"None.\n".to_owned()), "{:?}", kept());
    // No recovery put them aside, and none is said to have.
    let status = person(&sandbox).done("status $/app");
    assert!(status.out.contains("Kept, though nothing in the history needs it: "), "{status}");
    assert!(!status.out.contains("Put aside by a recovery"), "{status}");
    assert!(person(&sandbox).done("status $/app --json").json()["found"].is_array(), "{status}");
    assert!(sandbox.path("app/more.txt").exists());
    person(&sandbox).done("rollback $/app --yes");
    assert!(!sandbox.path("app/more.txt").exists());
    person(&sandbox).done("reapply $/app --allow-unsigned --yes");
    person(&sandbox).done("accept $/app --yes");
    assert!(kept().contains(&"None.\n".to_owned()), "{:?}", kept());
    person(&sandbox).done("history $/app --verify");
}

#[test]
fn an_older_copy_elsewhere_is_nobodys_loss_and_goes_its_own_way() {
    let sandbox = scene();
    person(&sandbox).done("apply $/signed.patchbundle $/app --yes");
    copy(&sandbox, "app", "staging");
    person(&sandbox).done("apply $/plain.patchbundle $/app --allow-unsigned --yes");
    person(&sandbox).done("apply $/plain.patchbundle $/staging --allow-unsigned --yes");
    person(&sandbox).done("rollback $/staging --yes");
    person(&sandbox).done("rollback $/app --yes");
}

#[test]
fn a_history_that_is_gone_as_a_whole_is_told_and_stops_nothing() {
    let sandbox = scene();
    person(&sandbox).done("apply $/signed.patchbundle $/app --yes");
    std::fs::remove_dir_all(sandbox.path("app/.patchwright")).expect("removed");
    let said = "This folder has no history, and you changed it up to entry 1: it was removed, or the product was installed \
                anew";
    for command in ["status $/app", "history $/app"] {
        let told = person(&sandbox).done(command);
        assert!(told.out.contains(said), "{told}");
        assert!(!stranger(&sandbox).done(command).out.contains(said), "who never saw it can't know");
    }
    assert_eq!(person(&sandbox).run("history $/app --verify").code, 6);
    // Somebody says that this is right, and nobody is reminded of it any more.
    copy(&sandbox, "app", "kept");
    let noted = person(&sandbox).done("history $/app --confirm=reinstalled");
    assert!(noted.out.contains("Confirmed what was done here up to now: reinstalled"), "{noted}");
    assert!(!person(&sandbox).done("status $/app").out.contains(said));
    person(&sandbox).done("apply $/plain.patchbundle $/app --allow-unsigned --yes");
    person(&sandbox).done("history $/app --verify");
}

/// Two folders, each with a patch that this person applied; the history of `app` is gone.
fn gone() -> Sandbox {
    let sandbox = scene();
    copy(&sandbox, "app", "other");
    for folder in ["app", "other"] {
        person(&sandbox).done(&format!("apply $/signed.patchbundle $/{folder} --yes"));
    }
    std::fs::remove_dir_all(sandbox.path("app/.patchwright")).expect("removed");
    sandbox
}

const GONE: &str = "his folder has no history, and you changed it up to entry 1";

#[test]
fn whoever_plans_or_applies_in_a_folder_whose_history_is_gone_is_told_so() {
    let sandbox = gone();
    let plan = |folder: &str| {
        person(&sandbox).done(&format!("plan $/plain.patchbundle $/{folder} --allow-unsigned --json")).json()
    };
    let told = |json: &serde_json::Value| {
        let notes = json["notes"].as_array().cloned().unwrap_or_default();
        notes.iter().any(|note| note["kind"] == "history" && note["text"].to_string().contains(GONE))
    };
    assert!(told(&plan("app")), "{}", plan("app"));
    assert!(!told(&plan("other")), "its history is there");
    let elsewhere = stranger(&sandbox).done("plan $/plain.patchbundle $/app --allow-unsigned");
    assert!(!elsewhere.printed().contains(GONE), "who never saw it can't know: {elsewhere}");

    let applied = person(&sandbox).done("apply $/plain.patchbundle $/app --allow-unsigned --yes");
    assert!(applied.out.contains(GONE), "{applied}");
    let applied = person(&sandbox).done("apply $/plain.patchbundle $/other --allow-unsigned --yes");
    assert!(!applied.out.contains(GONE), "{applied}");
}

#[test]
fn what_was_done_before_a_history_was_gone_cannot_be_undone_and_that_is_why() {
    for command in ["rollback $/app --yes", "rollback $/app signed --yes", "reapply $/app --yes"] {
        let sandbox = gone();
        let refused = person(&sandbox).run(command);
        assert_eq!(refused.code, 3, "{command}: {refused}");
        assert!(refused.err.contains(GONE), "{command}: {refused}");
        assert!(refused.err.contains("--confirm=REASON"), "how to go on: {refused}");
        let other = stranger(&sandbox).run(command);
        assert_eq!(other.code, 3, "{command}: {other}");
        assert!(!other.err.contains(GONE), "who never saw it can't know: {other}");
    }
    let sandbox = gone();
    person(&sandbox).done("rollback $/other --yes");
}

#[test]
fn whoever_brings_many_folders_in_line_is_told_of_which_the_history_is_gone() {
    let sandbox = gone();
    let root = sandbox.path("");
    let root = root.to_str().expect("a plain name").trim_end_matches(['/', '\\']);
    let section = |folder: &str| format!("[[folders]]\npath = '{root}/{folder}'\nhave = [\"signed\"]\n");
    let head = "format = \"patchwright-state/1\"\npatches = \".\"\n";
    sandbox.write("state.toml", &format!("{head}{}{}", section("app"), section("other")));
    let look = person(&sandbox).run("reconcile $/state.toml --json").json();
    let gone: Vec<bool> = look["folders"]
        .as_array()
        .expect("folders")
        .iter()
        .map(|folder| folder["history_gone"].as_bool().unwrap_or_default())
        .collect();
    assert_eq!(gone, [true, false], "{look}");
    let done = person(&sandbox).run("reconcile $/state.toml --apply");
    assert_eq!(done.printed().matches(GONE).count(), 1, "{done}");

    let sandbox = self::gone();
    let ring = "[[rings]]\nname = \"all\"\nfolders = [\"app\", \"other\"]\n";
    let head = "format = \"patchwright-rollout/1\"\nname = \"Notes\"\npatches = [\"plain.patchbundle\"]\n";
    sandbox.write("october.toml", &format!("{head}{ring}"));
    for command in ["plan $/october.toml", "run $/october.toml --yes", "status $/october.toml"] {
        let command = match command.starts_with("status") {
            true => format!("rollout {command}"),
            false => format!("rollout {command} --allow-unsigned"),
        };
        let told = person(&sandbox).run(&command);
        assert_eq!(told.printed().matches(GONE).count(), 1, "{command}: {told}");
    }
}
