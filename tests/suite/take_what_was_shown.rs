//! Every other question is held to its answer as well, what is signed is what was looked at, and nobody reads how good a
//! damaged file is.

use std::fs;

use patchwright::present::message::RollbackQuestion;
use patchwright::present::worker::WorkerChange;
use patchwright::workbench::{Overrides, RollbackOptions, ScriptConsent, Which};

use crate::support::console::{Console, Run};
use crate::support::sandbox::{Sandbox, unwatched};
use crate::support::trust::{write_key, write_trusted_key};

/// A product and two patches that are not signed.
fn product() -> Sandbox {
    let sandbox = Sandbox::with(&[("app/readme.txt", "Read me.\n"), ("app/other.txt", "1\n")]);
    let fix = sandbox.bundle("ACME-HF-1").replace("readme.txt", "Read me.\n", "Read me well.\n");
    let other = sandbox.bundle("ACME-HF-2").replace("other.txt", "1\n", "2\n");
    sandbox.save("fix.patchbundle", &fix);
    sandbox.save("other.patchbundle", &other.but(|patch| patch.about.fixes = vec!["ACME-8".to_owned()]));
    // Brings the same content as the first, and is another file.
    let twin = fix.but(|patch| patch.about.title = "Another title".into());
    sandbox.save("twin.patchbundle", &twin);
    sandbox
}

/// The same with the first patch in it.
fn patched() -> Sandbox {
    let sandbox = product();
    apply(&sandbox, "fix");
    sandbox
}

fn apply(sandbox: &Sandbox, name: &str) {
    Console::new(sandbox)
        .with_keys()
        .done(&format!("apply $/{name}.patchbundle $/app --allow-unsigned --yes"));
}

fn rename(sandbox: &Sandbox, from: &str, to: &str) {
    fs::rename(sandbox.path(from), sandbox.path(to)).expect("it is moved");
}

/// Runs `command`, and `exchange` while its question waits.
fn asked(sandbox: &Sandbox, command: &str, exchange: impl Fn()) -> Run {
    Console::new(sandbox).with_keys().answering("y").meanwhile(exchange).run(command)
}

#[track_caller]
fn is_moved(run: &Run) {
    assert_eq!(run.code, 3, "{run}");
    assert!(run.printed().contains("E-MOVED"), "{run}");
}

fn readme(sandbox: &Sandbox) -> String {
    sandbox.read("app/readme.txt").expect("it is there")
}

#[test]
fn a_rollback_is_held_to_its_question() {
    let command = "rollback $/app";
    let sandbox = patched();
    is_moved(&asked(&sandbox, command, || sandbox.write("app/readme.txt", "Edited.\n")));
    assert_eq!(readme(&sandbox), "Edited.\n");

    // Another patch came in: the last one is not the one that was shown.
    let sandbox = patched();
    is_moved(&asked(&sandbox, command, || apply(&sandbox, "other")));
    assert_eq!(sandbox.read("app/other.txt").as_deref(), Some("2\n"));

    let sandbox = patched();
    let run = asked(&sandbox, command, || sandbox.write("app/another.txt", "not the patch's\n"));
    assert_eq!((run.code, readme(&sandbox).as_str()), (0, "Read me.\n"), "{run}");
}

#[test]
fn a_dry_run_changes_nothing_and_names_what_expect_takes() {
    let sandbox = patched();
    let console = Console::new(&sandbox);
    let dry = |command: &str| {
        let before = (readme(&sandbox), sandbox.read("app/other.txt"));
        let planned = console.done(&format!("{command} --dry-run --json")).json();
        assert_eq!((readme(&sandbox), sandbox.read("app/other.txt")), before, "{command}");
        assert_eq!(planned["dry_run"], true);
        planned["fingerprint"].as_str().expect("a fingerprint").to_owned()
    };
    let told = console.done("rollback $/app --dry-run");
    assert!(told.out.contains("readme.txt"), "{told}");
    let seen = dry("rollback $/app");
    apply(&sandbox, "other");
    is_moved(&console.run(&format!("rollback $/app --yes --expect {seen}")));
    for (command, left) in [
        ("rollback $/app ACME-HF-1", "Read me.\n"),
        ("reapply $/app --allow-unsigned", "Read me well.\n"),
        ("repair $/app --from $/fix.patchbundle", "Read me well.\n"),
    ] {
        if command.starts_with("repair") {
            sandbox.write("app/readme.txt", "Edited.\n");
        }
        let seen = dry(command);
        console.done(&format!("{command} --yes --expect {seen}"));
        assert_eq!(readme(&sandbox), left, "{command}");
    }
    assert_eq!(console.run("repair $/app --dry-run --json").json()["outcome"], "nothing-to-do");
}

#[test]
fn the_windows_worker_takes_back_only_what_was_checked() {
    let words = |sandbox: &Sandbox| {
        let bench = sandbox.bench();
        let options = RollbackOptions {
            overrides: Overrides::UNSIGNED,
            which: Which::Last,
            on_drift: patchwright::plan::OnDrift::Stop,
            expected: None,
            scripts: ScriptConsent::None,
            occasion: Default::default(),
            withdrawn: Vec::new(),
        };
        let folder = sandbox.path("app");
        let shown = unwatched(|watch| bench.preview_rollback(&folder, &options, watch)).expect("a look");
        let change = WorkerChange::TakeBack(RollbackQuestion::new(Which::Last));
        let words = change.arguments(&folder, Some(shown.decision()));
        words.iter().map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
    };
    let sandbox = patched();
    let command = words(&sandbox);
    apply(&sandbox, "other");
    is_moved(&Console::new(&sandbox).run(&command));
    let sandbox = patched();
    Console::new(&sandbox).done(&words(&sandbox));
    assert_eq!(readme(&sandbox), "Read me.\n");
}

#[test]
fn a_repair_is_held_to_its_question_and_to_the_patch_file_that_was_shown() {
    let command = "repair $/app --from $/fix.patchbundle";
    let drifted = || {
        let sandbox = patched();
        sandbox.write("app/readme.txt", "Drifted.\n");
        sandbox
    };
    let sandbox = drifted();
    is_moved(&asked(&sandbox, command, || rename(&sandbox, "twin.patchbundle", "fix.patchbundle")));
    assert_eq!(readme(&sandbox), "Drifted.\n");

    let sandbox = drifted();
    let write_over = || {
        let twin = fs::read(sandbox.path("twin.patchbundle")).expect("a bundle");
        fs::write(sandbox.path("fix.patchbundle"), twin).expect("our own file");
    };
    is_moved(&asked(&sandbox, command, write_over));
    assert_eq!(readme(&sandbox), "Drifted.\n");

    let sandbox = drifted();
    is_moved(&asked(&sandbox, command, || sandbox.write("app/readme.txt", "Drifted again.\n")));
    assert_eq!(readme(&sandbox), "Drifted again.\n");

    let sandbox = drifted();
    let run = asked(&sandbox, command, || {});
    assert_eq!((run.code, readme(&sandbox).as_str()), (0, "Read me well.\n"), "{run}");
}

#[test]
fn no_patch_is_kept_for_good_that_nobody_was_asked_about() {
    let sandbox = patched();
    is_moved(&asked(&sandbox, "accept $/app", || apply(&sandbox, "other")));
    for id in ["ACME-HF-2", "ACME-HF-1"] {
        Console::new(&sandbox).done(&format!("rollback $/app {id} --yes"));
    }
    assert_eq!(readme(&sandbox), "Read me.\n");

    let sandbox = patched();
    let run = asked(&sandbox, "accept $/app", || {});
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(Console::new(&sandbox).run("rollback $/app --yes").code, 3);
}

#[test]
fn whoever_looked_with_show_signs_and_reviews_only_that_file() {
    for verb in ["sign $/fix.patchbundle", "review $/fix.patchbundle --verdict approved --looked-at-all"] {
        let sandbox = product();
        write_key(&sandbox, "anna", 1);
        let console = Console::new(&sandbox).with_keys();
        let shown = console.done("show $/fix.patchbundle --json").json();
        let digits = shown["file"]["sha256"].as_str().expect("digits");
        let command = format!("{verb} --key $/anna.key --expect {digits}");
        fs::copy(sandbox.path("fix.patchbundle"), sandbox.path("shown")).expect("a copy");
        rename(&sandbox, "twin.patchbundle", "fix.patchbundle");
        is_moved(&console.run(&command));
        rename(&sandbox, "shown", "fix.patchbundle");
        console.done(&command);
    }
}

#[test]
fn a_patch_file_that_is_exchanged_while_the_password_is_typed_is_not_signed() {
    for verb in ["sign $/fix.patchbundle", "review $/fix.patchbundle --verdict approved --looked-at-all"] {
        let sandbox = product();
        Console::new(&sandbox).with_keys().answering("").done("key new anna");
        let twin = fs::read(sandbox.path("twin.patchbundle")).expect("a bundle");
        let command = format!("{verb} --key $/settings/keys/anna.key");
        is_moved(&asked(&sandbox, &command, || rename(&sandbox, "twin.patchbundle", "fix.patchbundle")));
        assert_eq!(fs::read(sandbox.path("fix.patchbundle")).expect("a bundle"), twin, "{verb}");
        let run = asked(&sandbox, &command, || {});
        assert_eq!(run.code, 0, "{run}");
    }
}

#[test]
fn the_key_that_was_compared_is_the_key_that_is_trusted() {
    let sandbox = product();
    let anna = write_key(&sandbox, "anna", 1).public().fingerprint().to_string();
    write_key(&sandbox, "mallory", 2);
    let console = Console::new(&sandbox).with_keys();
    console.done("sign $/fix.patchbundle --key $/anna.key");
    console.done("sign $/twin.patchbundle --key $/mallory.key");
    let run = asked(&sandbox, "key trust --from $/fix.patchbundle --name Anna", || {
        rename(&sandbox, "twin.patchbundle", "fix.patchbundle");
    });
    assert_eq!(run.code, 0, "{run}");
    let known = console.done("key list --json").json();
    assert_eq!(known["keys"].as_array().map(Vec::len), Some(1), "{known}");
    assert_eq!(known["keys"][0]["fingerprint"]["sha256"], anna.as_str(), "{known}");
}

/// Turns a bit of the last content; everything that is read at opening stays as it is.
fn damage(sandbox: &Sandbox, name: &str) {
    let file = sandbox.path(name);
    let mut bytes = fs::read(&file).expect("a bundle");
    let end = bytes.len();
    // The end record says where the central directory begins, and the last content ends there.
    let directory: [u8; 4] = bytes[end - 6..end - 2].try_into().expect("four bytes");
    bytes[u32::from_le_bytes(directory) as usize - 1] ^= 1;
    fs::write(&file, bytes).expect("our own file");
}

#[test]
fn nobody_reads_how_good_a_damaged_patch_file_is() {
    let sandbox = product();
    write_trusted_key(&sandbox, "anna", 1, "author");
    let console = || Console::new(&sandbox).with_keys();
    console().done("sign $/fix.patchbundle --key $/anna.key");
    let looks = ["show $/fix.patchbundle", "plan $/fix.patchbundle $/app", "explain $/fix.patchbundle $/app"];
    for look in looks {
        console().done(look);
    }
    damage(&sandbox, "fix.patchbundle");
    for look in looks.iter().chain(&["apply $/fix.patchbundle $/app", "verify $/fix.patchbundle"]) {
        let run = console().answering("y").run(look);
        assert_eq!(run.code, 4, "{look}: {run}");
        assert!(run.printed().contains("E-CONTAINER"), "{look}: {run}");
        for good in ["Trusted", "Ready", "[y/N]"] {
            assert!(!run.printed().contains(good), "{look} says {good}: {run}");
        }
    }
    assert!(!sandbox.path("app/.patchwright").exists());
}
