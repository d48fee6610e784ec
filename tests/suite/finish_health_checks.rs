//! A change is cut short after its files are new and before its health checks have an answer. The folder says so until
//! somebody finishes it, and finishing it ends as the change would have.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use patchwright::disk::fs::{Fs, LockKind, OsFs};

use crate::support::console::{Console, Run};
use crate::support::fault_fs::{At, Errno, Fault, FaultFs, Lasting};
use crate::support::sandbox::{Sandbox, order};

const APPLY: &str = "apply $/fix.patchbundle $/app --yes --allow-unsigned";
const OTHER: &str = "apply $/other.patchbundle $/app --yes --allow-unsigned";
const FINISH: &str = "recover $/app --finish";

/// A required check that asks whether `port` says what it has to.
fn check(wanted: &str) -> String {
    format!("[[health]]\ncheck = \"text\"\npath = \"port\"\ncontains = \"{wanted}\"\n")
}

/// A product, a patch with these tables, and another one without checks.
fn product(tables: &str) -> Sandbox {
    let sandbox = Sandbox::with(&[
        ("app/web", "old\n"),
        ("app/docs", "old\n"),
        ("app/port", "8080\n"),
        ("app/conf.env", "PARSER=old\n"),
    ]);
    for (patch, file, tables) in [("fix", "web", tables), ("other", "docs", "")] {
        copy(&sandbox.path("app"), &sandbox.path(&format!("{patch}-old")));
        copy(&sandbox.path("app"), &sandbox.path(&format!("{patch}-new")));
        sandbox.write(&format!("{patch}-new/{file}"), "new\n");
        if tables.contains("[[toggles]]") {
            sandbox.write(&format!("{patch}-new/conf.env"), "PARSER=new\n");
        }
        let id = if patch == "fix" { "ACME-1" } else { "ACME-2" };
        sandbox.write(&format!("{patch}.toml"), &order(id, "", tables));
        Console::new(&sandbox).done(&format!(
            "make --from $/{patch}-old --to $/{patch}-new --order $/{patch}.toml --output $/{patch}.patchbundle"
        ));
    }
    sandbox
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let (from, to) =
            (entry.as_ref().expect("an entry").path(), to.join(entry.expect("an entry").file_name()));
        match from.is_dir() {
            true => copy(&from, &to),
            false => drop(fs::copy(&from, &to).expect("a file is copied")),
        }
    }
}

fn person(sandbox: &Sandbox) -> Console<'_> {
    Console::new(sandbox).with_keys()
}

/// Carries out `command`, with the disk gone at `at` and from then on.
fn cut_at(sandbox: &Sandbox, command: &str, at: At) -> Run {
    failing_at(sandbox, command, at, Lasting::FromThenOn)
}

fn failing_at(sandbox: &Sandbox, command: &str, at: At, lasting: Lasting) -> Run {
    let fault = Fault::Fails(Errno::Io);
    let wrap =
        move |disk: Arc<dyn Fs>| -> Arc<dyn Fs> { Arc::new(FaultFs::failing(disk, at, fault, lasting)) };
    person(sandbox).with_disks(wrap).run(command)
}

/// Carries out `command` up to the moment at which the answers of its health checks are to be written.
fn cut_short(sandbox: &Sandbox, command: &str) {
    let disks: Arc<Mutex<Vec<Arc<FaultFs>>>> = Arc::default();
    let opened = Arc::clone(&disks);
    let wrap = move |disk: Arc<dyn Fs>| -> Arc<dyn Fs> {
        let disk = Arc::new(FaultFs::watching(disk));
        opened.lock().expect("nobody panics with it in hand").push(Arc::clone(&disk));
        disk
    };
    copy(&sandbox.path("app"), &sandbox.path("copy"));
    if sandbox.path("settings").exists() {
        copy(&sandbox.path("settings"), &sandbox.path("elsewhere"));
    }
    let watched = Console::new(sandbox).with_settings("elsewhere").with_disks(wrap);
    watched.done(&command.replace("$/app", "$/copy"));
    let mut disks = disks.lock().expect("nobody panics with it in hand");
    let calls = disks.last().expect("a disk was opened").calls();
    let folders = calls.iter().filter(|call| call.kind == "make_dir").count();
    // Windows lets nobody remove a folder that is open.
    disks.clear();
    fs::remove_dir_all(sandbox.path("copy")).expect("our own folder");
    let cut = cut_at(sandbox, command, At::CallOf("make_dir", folders));
    assert_ne!(cut.code, 0, "{cut}");
}

fn is_told(sandbox: &Sandbox) -> bool {
    let status = person(sandbox).run("status $/app");
    assert_eq!(status.code, 0, "{status}");
    let told = person(sandbox).done("status $/app --json").json();
    let is_told =
        status.out.contains("didn't run to the end") || status.out.contains("couldn't be rolled back");
    assert_eq!(is_told, told["unchecked"].is_array(), "{status}");
    let history = person(sandbox).run("history $/app");
    let lines =
        ["Health checks didn't run to the end", "A health check failed, and it couldn't be rolled back"];
    assert_eq!(is_told, lines.iter().any(|line| history.out.contains(line)), "{history}");
    is_told
}

#[test]
fn a_change_that_is_cut_short_at_any_moment_is_checked_or_told_to_be_unchecked() {
    let sandbox = product(&check("8080"));
    copy(&sandbox.path("app"), &sandbox.path("delivered"));
    let (mut unchecked, mut armed) = (0, 0);
    for call in 1.. {
        let cut = cut_at(&sandbox, APPLY, At::Call(call));
        let status = person(&sandbox).done("status $/app --json").json();
        let actions = person(&sandbox).done("history $/app --json").json()["entries"].to_string();
        if status["unfinished"].is_object() {
            armed += 1;
            assert!(!is_told(&sandbox), "call {call}: what is unfinished comes first");
        } else if status["patches"].as_array().is_some_and(|patches| !patches.is_empty()) {
            let is_checked = actions.contains("\"checked\"");
            assert_eq!(is_told(&sandbox), !is_checked, "call {call}: {actions}");
            unchecked += usize::from(!is_checked);
        } else {
            assert!(!is_told(&sandbox), "call {call}");
        }
        if cut.code == 0 {
            assert!(!is_told(&sandbox), "what ran to its end is checked");
            break;
        }
        // Finished, it is as if nothing had happened; where it had not begun, or was put back, nothing is to finish.
        let finished = person(&sandbox).run(FINISH);
        assert!(!is_told(&sandbox), "call {call}: {finished}");
        let undone = person(&sandbox).run("recover $/app --undo");
        assert_eq!(undone.code, 0, "call {call}: {undone}");
        fs::remove_dir_all(sandbox.path("app")).expect("our own folder");
        copy(&sandbox.path("delivered"), &sandbox.path("app"));
    }
    assert!(unchecked > 0 && armed > 0, "{unchecked} {armed}");
}

#[test]
fn an_unchecked_change_is_told_by_everything_and_finished_by_recover() {
    let sandbox = product(&check("8080"));
    cut_short(&sandbox, APPLY);
    assert_eq!(sandbox.read("app/web").as_deref(), Some("new\n"));
    insta::assert_snapshot!(person(&sandbox).run("status $/app"), @r"
    product in $/app

    The health checks of ACME-1 didn't run to the end, so it isn't known whether it works (changed 2026-11-23 09:30:00 UTC by ada)
    Next: Run them, and roll back if a required one fails: patchwright recover $/app --finish

    Patches in this folder, oldest first:
      ACME-1  2026-11-23 09:30:00 UTC
          what ACME-1 does

    1 file checked: everything is as expected.
    -- exit 0
    ");
    insta::assert_snapshot!(person(&sandbox).run("recover $/app --undo"), @r"
    No file in $/app is half-changed, so there is nothing to restore.
    The health checks of ACME-1 didn't run to the end, so it isn't known whether it works (changed 2026-11-23 09:30:00 UTC by ada)
    Next: Run them, and roll back if a required one fails: patchwright recover $/app --finish
    -- exit 6
    ");
    let told = person(&sandbox).run("recover $/app --undo --json");
    assert_eq!(told.json()["unchecked"][0]["subject"], "ACME-1");
    for next in [APPLY, OTHER, &format!("{APPLY} --dry-run")] {
        let run = person(&sandbox).run(next);
        assert!(run.printed().contains("The health checks of ACME-1 didn't run to the end"), "{run}");
    }
    insta::assert_snapshot!(person(&sandbox).run(FINISH), @r#"
    Checked ACME-1 in $/app
      Health check passed: port contains "8080"
    -- exit 0
    "#);
    assert!(!is_told(&sandbox));
    let again = person(&sandbox).run(FINISH);
    assert!(again.out.starts_with("Nothing to do"), "{again}");
}

#[test]
fn an_unchecked_change_is_neither_kept_for_good_nor_in_line() {
    let sandbox = product(&check("8080"));
    fs::create_dir(sandbox.path("patches")).expect("a folder");
    fs::copy(sandbox.path("fix.patchbundle"), sandbox.path("patches/fix.patchbundle")).expect("a copy");
    let folder = sandbox.path("app").display().to_string();
    sandbox.write(
        "state.toml",
        &format!(
            "format = \"patchwright-state/1\"\npatches = \"patches/\"\n\n[[folders]]\npath = '{folder}'\nhave = [\"ACME-1\"]\n"
        ),
    );
    cut_short(&sandbox, APPLY);
    let kept = person(&sandbox).run("accept $/app --yes");
    assert!(kept.code == 3 && kept.printed().contains("E-UNFINISHED"), "{kept}");
    assert!(sandbox.path("app/.patchwright/undo/00000001").is_dir(), "its backups are still there");
    let run = person(&sandbox).run("reconcile $/state.toml --apply --yes");
    assert!(run.code != 0 && run.printed().contains("didn't run to the end"), "{run}");

    person(&sandbox).done(FINISH);
    person(&sandbox).done("accept $/app --yes");
    assert!(!sandbox.path("app/.patchwright/undo/00000001").exists());
}

#[test]
fn what_a_required_check_speaks_against_is_rolled_back_also_from_below_others() {
    let sandbox = product(&check("8080"));
    cut_short(&sandbox, APPLY);
    person(&sandbox).done(OTHER);
    assert!(is_told(&sandbox), "the other patch was checked, and not this one");
    sandbox.write("app/port", "none\n");
    insta::assert_snapshot!(person(&sandbox).run(FINISH), @r#"
    -- err --
    A health check failed after the change (E-HEALTH)
      "port" doesn't contain "8080"
    Your files were restored.
    Next: Find out why the check failed, then try again. Or ask ACME
          (help@acme.example).
    -- exit 5
    "#);
    assert_eq!(sandbox.read("app/web").as_deref(), Some("old\n"));
    assert_eq!(sandbox.read("app/docs").as_deref(), Some("new\n"));
    assert!(!is_told(&sandbox));
    assert_eq!(person(&sandbox).done(FINISH).out, "Nothing to do: no change to $/app was interrupted\n");
}

#[test]
fn what_fails_and_cannot_be_rolled_back_stays_told() {
    let sandbox = product(&check("8080"));
    cut_short(&sandbox, APPLY);
    sandbox.write("app/port", "none\n");
    sandbox.write("app/web", "mine\n");
    let run = person(&sandbox).run(FINISH);
    assert_eq!(run.code, 6, "{run}");
    assert!(run.err.contains("patchwright recover $/app --finish"), "{run}");
    assert!(is_told(&sandbox));
    insta::assert_snapshot!(person(&sandbox).run("history $/app"), @r#"
    History of $/app, oldest first
      1  2026-11-23 09:30:00 UTC  applied ACME-1              by ada on server
            A health check failed, and it couldn't be rolled back
            unsigned when applied
      2  2026-11-23 09:30:00 UTC  health check failed ACME-1  by ada on server
            Health check failed: "port" doesn't contain "8080"
    -- exit 0
    "#);
    let status = person(&sandbox).done("status $/app --json").json();
    assert_eq!(
        (&status["unchecked"][0]["checks"], &status["unchecked"][0]["entry"]),
        (&"failed".into(), &1.into())
    );
    assert_eq!(status["unchecked"][0]["failed"][0]["evidence"], "\"port\" doesn't contain \"8080\"");
    let status = person(&sandbox).run("status $/app");
    for line in [
        "A health check of ACME-1 failed, and it couldn't be rolled back",
        "\"port\" doesn't contain \"8080\"",
    ] {
        assert!(status.out.contains(line), "{status}");
    }
    let plan = person(&sandbox).run("plan $/other.patchbundle $/app --allow-unsigned");
    assert!(plan.out.contains("A health check of ACME-1 failed"), "{plan}");
    let kept = person(&sandbox).run("accept $/app --yes");
    assert!(kept.code == 3 && kept.err.contains("A health check of ACME-1 failed"), "{kept}");
    // What the hint says works once the cause is gone.
    sandbox.write("app/port", "8080\n");
    person(&sandbox).done(FINISH);
    assert!(!is_told(&sandbox));
    assert!(
        person(&sandbox).done("history $/app").out.contains("Health check failed: \"port\""),
        "it stays told"
    );
}

const TOGGLE: &str = "[[toggles]]\nid = \"parser\"\ntitle = \"the new parser\"\nfile = \"conf.env\"\nkind = \"env\"\nkey = \"PARSER\"\non = \"new\"\noff = \"old\"\ntakes_effect = \"live\"\nwhen_off = \"slow\"\n[[toggles.health]]\ncheck = \"text\"\npath = \"port\"\ncontains = \"8080\"\n";

#[test]
fn a_switch_that_was_moved_and_not_checked_is_moved_back_when_its_check_fails() {
    let sandbox = product(TOGGLE);
    person(&sandbox).done(APPLY);
    assert!(!is_told(&sandbox), "the patch itself has no checks");
    cut_short(&sandbox, "toggle off parser $/app --yes");
    assert!(is_told(&sandbox));
    assert!(person(&sandbox).run("status $/app").out.contains("The health checks of ACME-1/parser"));
    sandbox.write("app/port", "none\n");
    let run = person(&sandbox).run(FINISH);
    assert_eq!(run.code, 5, "{run}");
    assert_eq!(sandbox.read("app/conf.env").as_deref(), Some("PARSER=new\n"));
    assert!(!is_told(&sandbox));
    // One on which others lie is left, with what to do instead.
    sandbox.write("app/port", "8080\n");
    cut_short(&sandbox, "toggle off parser $/app --yes");
    person(&sandbox).done(OTHER);
    sandbox.write("app/port", "none\n");
    let run = person(&sandbox).run(FINISH);
    assert_eq!(run.code, 6, "{run}");
    assert!(is_told(&sandbox));
    sandbox.write("app/port", "8080\n");
    person(&sandbox).done("toggle on ACME-1/parser $/app --yes");
    assert!(!is_told(&sandbox), "it doesn't stand there any more");
}

#[test]
fn a_switch_that_was_not_checked_stays_told_when_moving_it_back_fails() {
    let sandbox = product(TOGGLE);
    person(&sandbox).done(APPLY);
    cut_short(&sandbox, "toggle off parser $/app --yes --reason=slow");
    sandbox.write("app/port", "none\n");
    let back = person(&sandbox).run("toggle on parser $/app --yes");
    assert_eq!(back.code, 5, "{back}");
    assert_eq!(sandbox.read("app/conf.env").as_deref(), Some("PARSER=old\n"));
    assert!(is_told(&sandbox), "it stands where nobody has checked it");
    assert!(person(&sandbox).run("status $/app").out.contains("slow"), "and why it does is known");
    sandbox.write("app/port", "8080\n");
    person(&sandbox).done(FINISH);
    assert!(!is_told(&sandbox));
}

#[test]
fn what_is_rolled_back_is_unchecked_no_more_and_again_when_it_returns() {
    let sandbox = product(&check("8080"));
    cut_short(&sandbox, APPLY);
    person(&sandbox).done("rollback $/app --yes");
    assert!(!is_told(&sandbox));
    cut_short(&sandbox, "reapply $/app --allow-unsigned --yes");
    assert!(is_told(&sandbox));
    person(&sandbox).done(FINISH);
    assert!(!is_told(&sandbox));
    // What comes back is checked at once, and then nothing of it is due any more.
    person(&sandbox).done("rollback $/app --yes");
    cut_short(&sandbox, "reapply $/app --allow-unsigned --yes");
    sandbox.write("app/port", "none\n");
    assert_eq!(person(&sandbox).run(FINISH).code, 5);
    assert_eq!(sandbox.read("app/web").as_deref(), Some("old\n"));
    sandbox.write("app/port", "8080\n");
    person(&sandbox).done("reapply $/app --allow-unsigned --yes");
    assert!(!is_told(&sandbox));
}

#[test]
fn who_restores_a_change_that_its_checks_spoke_against_is_told_that_they_are_due() {
    let sandbox = product(&check("never"));
    copy(&sandbox.path("app"), &sandbox.path("delivered"));
    for call in 1.. {
        assert_ne!(cut_at(&sandbox, APPLY, At::Call(call)).code, 0, "its rollback was never cut");
        if person(&sandbox).done("status $/app --json").json()["unfinished"]["doing"] == "rollback" {
            break;
        }
        fs::remove_dir_all(sandbox.path("app")).expect("our own folder");
        copy(&sandbox.path("delivered"), &sandbox.path("app"));
    }
    let restored = person(&sandbox).run("recover $/app --undo");
    assert_eq!(restored.code, 6, "{restored}");
    assert!(restored.out.contains("everything is as it was before ACME-1 was rolled back"), "{restored}");
    assert!(restored.out.contains("The health checks of ACME-1 didn't run to the end"), "{restored}");
    assert!(restored.out.contains("patchwright recover $/app --finish"), "{restored}");
    assert_eq!(person(&sandbox).run(FINISH).code, 5, "they speak against it still");
    assert_eq!(sandbox.read("app/web").as_deref(), Some("old\n"));
}

#[test]
fn while_somebody_changes_the_folder_its_checks_may_be_running() {
    let sandbox = product(&check("8080"));
    cut_short(&sandbox, APPLY);
    let disk = OsFs::open(&sandbox.path("app")).expect("a folder");
    let lock = disk.lock(LockKind::Exclusive).expect("it can be locked").expect("nobody else has");
    let status = person(&sandbox).run("status $/app");
    let told =
        "Someone is changing this folder right now, and the health checks of ACME-1 may still be running";
    assert!(status.code == 0 && status.out.contains(told), "{status}");
    assert!(status.out.contains("Wait until they are done") && !status.out.contains("--finish"), "{status}");
    let status = person(&sandbox).done("status $/app --json").json();
    assert!(status["checking"][0]["checks"] == "may-be-running" && status["unchecked"].is_null(), "{status}");
    let undone = person(&sandbox).run("recover $/app --undo");
    assert!(undone.code == 3 && undone.err.contains("E-BUSY"), "{undone}");
    drop(lock);
    assert!(is_told(&sandbox));
    assert!(person(&sandbox).done("status $/app --json").json()["checking"].is_null());
}

#[test]
fn what_a_history_of_somebody_else_wants_checked_is_not() {
    let sandbox = product(&check("8080"));
    cut_short(&sandbox, APPLY);
    let stranger = Console::new(&sandbox).with_settings("stranger");
    let run = stranger.run(FINISH);
    assert_eq!(run.code, 4, "{run}");
    assert!(run.err.contains("history $/app --confirm=REASON"), "{run}");
    assert_eq!(sandbox.read("app/web").as_deref(), Some("new\n"));
    stranger.done("history $/app --confirm=looked");
    stranger.done(FINISH);
}

#[test]
fn a_patch_without_checks_is_never_unchecked_and_older_programs_can_go_on() {
    let sandbox = product("");
    let cut = cut_at(&sandbox, APPLY, At::CallOf("make_dir", 1000));
    assert_eq!(cut.code, 0, "{cut}");
    assert!(!is_told(&sandbox));
    assert_ne!(sandbox.read("app/.patchwright/format").as_deref(), Some("patchwright-state/6\n"));
}

#[test]
fn what_an_unchecked_patch_fixes_is_told_as_unchecked_wherever_it_is_told() {
    let resolves = "[[resolves]]\ntype = \"security\"\nid = \"CVE-2026-12345\"\nstate = \"fixed\"\n";
    let sandbox = product(&format!("{resolves}{}", check("8080")));
    let told = |is_unchecked: bool| {
        let console = person(&sandbox);
        let fixed = console.done("fixed $/app");
        assert_eq!(fixed.out.contains("its health checks didn't run to the end"), is_unchecked, "{fixed}");
        assert_eq!(fixed.out.contains("patchwright recover $/app --finish"), is_unchecked, "{fixed}");
        let fixed = console.done("fixed $/app --json").json();
        assert_eq!(fixed["claims"][0]["unchecked"] == "cut-short", is_unchecked, "{fixed}");
        assert_eq!(fixed["unchecked"][0]["subject"] == "ACME-1", is_unchecked, "{fixed}");
        let metrics = console.done("metrics $/app --since 2026-01-01");
        assert_eq!(metrics.out.contains("The health checks of ACME-1 didn't run"), is_unchecked, "{metrics}");
        let metrics = console.done("metrics $/app --since 2026-01-01 --json").json();
        assert_eq!(metrics["folders"][0]["unchecked"][0]["entry"] == 1, is_unchecked, "{metrics}");
        let _ = fs::remove_file(sandbox.path("e.zip"));
        console.done("evidence $/app --output $/e.zip");
        let page = in_pack(&sandbox, "index.html");
        assert_eq!(page.contains("The health checks of ACME-1 didn"), is_unchecked, "{page}");
        let document = in_pack(&sandbox, "evidence.json");
        let document: serde_json::Value = serde_json::from_str(&document).expect("JSON");
        assert_eq!(document["unchecked"][0]["checks"] == "cut-short", is_unchecked, "{document}");
        assert_eq!(document["fixed"][0]["unchecked"] == "cut-short", is_unchecked, "{document}");
    };
    cut_short(&sandbox, APPLY);
    told(true);
    person(&sandbox).done(FINISH);
    told(false);
}

/// A file of the evidence in `e.zip`.
fn in_pack(sandbox: &Sandbox, name: &str) -> String {
    let file = fs::File::open(sandbox.path("e.zip")).expect("a pack");
    let mut pack = zip::ZipArchive::new(file).expect("a ZIP file");
    std::io::read_to_string(pack.by_name(name).expect("a file")).expect("text")
}

#[test]
fn a_repair_says_that_it_checks_nothing() {
    for (tables, is_said) in [(check("8080"), true), (String::new(), false)] {
        let sandbox = product(&tables);
        person(&sandbox).done(APPLY);
        sandbox.write("app/web", "mine\n");
        let said = "the health checks of ACME-1 don't run after a repair";
        for command in ["--dry-run", "--yes"] {
            let from = "--from $/fix.patchbundle";
            let repaired = person(&sandbox).done(&format!("repair $/app {from} {command}"));
            assert_eq!(repaired.out.contains(said), is_said, "{repaired}");
        }
        // Undoing it brings nothing of a patch; undoing that does.
        for is_said in [false, is_said] {
            let undone = person(&sandbox).done("rollback $/app --undo --yes");
            assert_eq!(undone.out.contains(said), is_said, "{undone}");
        }
        assert_eq!(sandbox.read("app/web").as_deref(), Some("new\n"));
    }
}

#[test]
fn checks_that_fail_are_in_the_history_wherever_rolling_back_fails_too() {
    let sandbox = product(&check("none"));
    copy(&sandbox.path("app"), &sandbox.path("delivered"));
    let mut kept = 0;
    // More folders are not made.
    for number in 1..30 {
        let run = failing_at(&sandbox, APPLY, At::CallOf("make_dir", number), Lasting::Once);
        let status = person(&sandbox).done("status $/app --json").json();
        let is_there = status["patches"].as_array().is_some_and(|patches| !patches.is_empty());
        if is_there && status["unfinished"].is_null() {
            kept += 1;
            assert_eq!(
                (run.code, &status["unchecked"][0]["checks"]),
                (6, &"failed".into()),
                "{number}: {run}"
            );
            assert!(person(&sandbox).done("history $/app").out.contains("Health check failed: \"port\""));
            // What the failure says works.
            let again = person(&sandbox).run(FINISH);
            assert!(again.code == 5 && sandbox.read("app/web").as_deref() == Some("old\n"), "{again}");
        } else {
            assert!(status["unchecked"].is_null(), "{number}: {run}");
        }
        let _ = person(&sandbox).run("recover $/app --undo");
        fs::remove_dir_all(sandbox.path("app")).expect("our own folder");
        copy(&sandbox.path("delivered"), &sandbox.path("app"));
    }
    assert!(kept > 0);
}
