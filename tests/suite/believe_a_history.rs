//! A history is believed only as far as this machine has seen it written, and by the keys of today.

mod changed;
mod copied;
mod interrupted;
mod planted;
mod set_aside;
mod shortened;
mod spelled;

use std::path::Path;

use crate::support::console::Console;
use crate::support::sandbox::Sandbox;
use crate::support::trust::write_trusted_key;

/// A product, a patch that Anna signed, and one that nobody signed.
pub fn scene() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("app/readme.txt", "Read me.\n");
    sandbox.write("app/notes.txt", "None.\n");
    write_trusted_key(&sandbox, "anna", 1, "author");
    let save = |id: &str, sequence: u64, file: &str, before: &str, after: &str| {
        let bundle = sandbox.bundle(id).replace(file, before, after);
        let bundle = bundle.but(|patch| {
            patch.about.sequence = sequence;
            patch.about.fixes = vec![id.to_owned()];
        });
        sandbox.save(&format!("{id}.patchbundle"), &bundle);
    };
    save("signed", 1, "readme.txt", "Read me.\n", "Read me well.\n");
    save("plain", 2, "notes.txt", "None.\n", "One.\n");
    sign(&sandbox, "signed");
    sandbox
}

pub fn person(sandbox: &Sandbox) -> Console<'_> {
    Console::new(sandbox).with_keys().answering("y")
}

pub fn sign(sandbox: &Sandbox, name: &str) {
    person(sandbox).done(&format!("sign $/{name}.patchbundle --key $/anna.key --as author"));
}

#[test]
fn signatures_are_kept_beside_the_manifest_that_they_cover() {
    let sandbox = scene();
    person(&sandbox).done("apply $/signed.patchbundle $/app --yes");
    person(&sandbox).done("apply $/plain.patchbundle $/app --allow-unsigned --yes");
    let kept = |entry: u32| sandbox.path(&format!("app/.patchwright/history/{entry:08}/signatures.json"));
    let signatures = std::fs::read_to_string(kept(1)).expect("signatures");
    assert!(signatures.contains("trusted comment"), "{signatures}");
    assert!(!Path::new(&kept(2)).exists(), "nothing is kept of what nobody signed");
}

#[test]
fn who_vouches_for_a_patch_in_a_folder_is_asked_of_the_keys_of_today() {
    let sandbox = scene();
    let console = person(&sandbox);
    console.done("apply $/signed.patchbundle $/app --yes");
    console.done("apply $/plain.patchbundle $/app --allow-unsigned --yes");
    let authors = || {
        let status = console.done("status $/app --json").json();
        let of = |patch: &serde_json::Value| patch["authors"].clone();
        status["patches"].as_array().expect("patches").iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(authors(), [serde_json::json!(["anna"]), serde_json::Value::Null]);
    assert!(console.done("status $/app").out.contains("signed by anna"));

    // What the history says of its first entry stays as it was; the key does not count any more.
    console.done("key revoke anna --reason stolen --yes");
    assert_eq!(authors(), [serde_json::Value::Null, serde_json::Value::Null]);
}

#[test]
fn a_signature_moved_to_another_entry_vouches_for_nothing() {
    let sandbox = scene();
    let console = person(&sandbox);
    console.done("apply $/signed.patchbundle $/app --yes");
    console.done("apply $/plain.patchbundle $/app --allow-unsigned --yes");
    let place = |entry: u32| sandbox.path(&format!("app/.patchwright/history/{entry:08}/signatures.json"));
    std::fs::rename(place(1), place(2)).expect("moved");
    let status = console.done("status $/app --json").json();
    for patch in status["patches"].as_array().expect("patches") {
        assert_eq!(patch["authors"], serde_json::Value::Null, "{patch}");
    }
}

/// Somebody else, on another machine or with another account.
pub fn stranger(sandbox: &Sandbox) -> Console<'_> {
    Console::new(sandbox).with_settings("stranger")
}

/// Anna may ship scripts, as far as whoever sits at `console` is concerned.
#[cfg(unix)]
fn trust_anna_with_scripts(sandbox: &Sandbox, console: &Console<'_>) {
    let print = crate::support::trust::write_key(sandbox, "anna", 1).public().fingerprint();
    console.done(&format!(
        "key trust $/anna.pub --name anna --role author --role script --every-product --fingerprint {print} --yes"
    ));
}

/// A patch with a script and what takes it back, signed by Anna.
#[cfg(unix)]
fn save_with_script(sandbox: &Sandbox) {
    let bundle = sandbox.bundle("scripted").replace("readme.txt", "Read me.\n", "Read me well.\n").script(
        patchwright::model::ScriptPhase::After,
        "touch \"$PATCHWRIGHT_TARGET/done\"\n",
        Some("touch \"$PATCHWRIGHT_TARGET/undone\"\n"),
    );
    sandbox.save("scripted.patchbundle", &bundle);
    sign(sandbox, "scripted");
}

fn copy(sandbox: &Sandbox, from: &str, to: &str) {
    copy_folder(&sandbox.path(from), &sandbox.path(to));
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("made");
    for entry in std::fs::read_dir(from).expect("listed") {
        let entry = entry.expect("an entry");
        let place = to.join(entry.file_name());
        match entry.file_type().expect("a kind").is_dir() {
            true => copy_folder(&entry.path(), &place),
            false => drop(std::fs::copy(entry.path(), place).expect("copied")),
        }
    }
    let rights = std::fs::metadata(from).expect("it is there").permissions();
    std::fs::set_permissions(to, rights).expect("set");
}

#[test]
fn a_history_that_somebody_else_wrote_is_foreign_in_the_first_line() {
    let sandbox = scene();
    person(&sandbox).done("apply $/signed.patchbundle $/app --yes");
    person(&sandbox).done("apply $/plain.patchbundle $/app --allow-unsigned --yes");
    let status = stranger(&sandbox).done("status $/app");
    let first = status.out.lines().next().expect("a line");
    assert_eq!(first, "Foreign history: none of its 2 entries was written by you on this computer");
    let status = stranger(&sandbox).done("status $/app --json").json();
    assert_eq!(status["foreign"], serde_json::json!([1, 2]));

    // What it says of who signed is what it says, and nothing more.
    let history = stranger(&sandbox).done("history $/app");
    assert!(history.out.contains("the history says: signed when applied: anna (author)"), "{history}");
    assert!(!history.out.contains("Trusted"), "{history}");

    // Going on with it makes nobody the author of what was there before.
    stranger(&sandbox).done("rollback $/app --yes");
    let status = stranger(&sandbox).done("status $/app --json").json();
    assert_eq!(status["foreign"], serde_json::json!([1, 2]));
    let status = person(&sandbox).done("status $/app");
    assert!(status.out.starts_with("Foreign history: entry 3 of 3 was not written by you"), "{status}");
}

#[test]
fn a_history_of_ones_own_is_never_foreign_wherever_its_folder_goes() {
    let sandbox = scene();
    let console = person(&sandbox);
    let is_own = |folder: &str| {
        let status = console.done(&format!("status $/{folder} --json")).json();
        assert_eq!(status["foreign"], serde_json::Value::Null, "{folder}");
    };
    is_own("app");
    console.done("apply $/signed.patchbundle $/app --yes");
    is_own("app");
    copy(&sandbox, "app", "backup");
    console.done("apply $/plain.patchbundle $/app --allow-unsigned --yes");
    console.done("rollback $/app --yes");
    console.done("accept $/app --yes");
    is_own("app");
    std::fs::rename(sandbox.path("app"), sandbox.path("moved")).expect("moved");
    is_own("moved");
    // An older state out of a backup is ones own, too, and goes on from there.
    is_own("backup");
    console.done("apply $/plain.patchbundle $/backup --allow-unsigned --yes");
    is_own("backup");
    let history = console.done("history $/backup");
    assert!(history.out.contains("        signed when applied: anna (author)"), "{history}");
    console.done("history $/backup --verify");
}

#[cfg(unix)]
#[test]
fn a_planted_script_that_undoes_something_does_not_run() {
    let sandbox = scene();
    save_with_script(&sandbox);
    trust_anna_with_scripts(&sandbox, &person(&sandbox));
    person(&sandbox).done("apply $/scripted.patchbundle $/app --yes --run-scripts");
    copy(&sandbox, "app", "planted");

    // Whoever gets the folder trusts nobody, and saw nothing of it.
    let refused = stranger(&sandbox).run("rollback $/planted --yes --run-scripts");
    assert_eq!(refused.code, 4, "{refused}");
    assert!(refused.err.contains("--without-scripts"), "{refused}");
    // Even where Anna may ship scripts: nobody knows what ran in this folder.
    trust_anna_with_scripts(&sandbox, &stranger(&sandbox));
    let refused = stranger(&sandbox).run("rollback $/planted --yes --run-scripts");
    assert!(refused.err.contains("a history that you didn't write"), "{refused}");
    assert!(!sandbox.path("planted/undone").exists());
    stranger(&sandbox).done("rollback $/planted --yes --without-scripts");
    assert_eq!(sandbox.read("planted/readme.txt").as_deref(), Some("Read me.\n"));
    assert!(!sandbox.path("planted/undone").exists());

    // Whoever applied it takes it back with its script, in the folder and in a copy of it.
    person(&sandbox).done("rollback $/app --yes --run-scripts");
    assert!(sandbox.path("app/undone").exists());
}

#[cfg(unix)]
#[test]
fn a_folder_that_was_brought_along_can_be_vouched_for() {
    let sandbox = scene();
    save_with_script(&sandbox);
    trust_anna_with_scripts(&sandbox, &person(&sandbox));
    person(&sandbox).done("apply $/scripted.patchbundle $/app --yes --run-scripts");
    let console = stranger(&sandbox);
    trust_anna_with_scripts(&sandbox, &console);
    assert_eq!(console.run("history $/app --confirm=").code, 2, "a reason is needed");
    let vouched = console.done("history $/app --confirm=moved-from-the-old-server");
    assert!(!vouched.out.contains("Foreign"), "{vouched}");
    let seen = sandbox.read("stranger/seen.json").expect("it is remembered");
    assert!(seen.contains("moved-from-the-old-server"), "{seen}");
    console.done("rollback $/app --yes --run-scripts");
    assert!(sandbox.path("app/undone").exists());
}

#[cfg(unix)]
#[test]
fn what_undoes_a_script_needs_a_key_that_is_good_today() {
    let sandbox = scene();
    save_with_script(&sandbox);
    let console = person(&sandbox);
    trust_anna_with_scripts(&sandbox, &console);
    console.done("apply $/scripted.patchbundle $/app --yes --run-scripts");
    console.done("key revoke anna --reason stolen --yes");
    let refused = console.run("rollback $/app --yes --run-scripts");
    assert_eq!(refused.code, 4, "{refused}");
    assert!(refused.err.contains("isn't signed by anyone you trust today to ship scripts"), "{refused}");
    assert!(!sandbox.path("app/undone").exists());
    console.done("rollback $/app --yes --without-scripts");
}

#[cfg(unix)]
#[test]
fn an_account_without_a_memory_applies_and_leaves_what_scripts_did() {
    let sandbox = scene();
    save_with_script(&sandbox);
    let console = Console::new(&sandbox).with_keys().without_memory();
    trust_anna_with_scripts(&sandbox, &console);
    console.done("apply $/scripted.patchbundle $/app --yes --run-scripts");
    assert!(console.done("status $/app").out.starts_with("Widget"));
    let refused = console.run("rollback $/app --yes --run-scripts");
    assert!(refused.err.contains("his account has no memory"), "{refused}");
    assert_eq!(console.run("history $/app --confirm=mine").code, 3);
    console.done("rollback $/app --yes --without-scripts");
}

#[test]
fn a_damaged_memory_is_not_taken_for_an_empty_one() {
    let sandbox = scene();
    let console = person(&sandbox);
    console.done("apply $/signed.patchbundle $/app --yes");
    for (damaged, why) in [
        ("", "line 1"),
        ("{", "line 1"),
        ("{\"format\":\"patchwright-seen/9\",\"folders\":[]}", "a newer version of this program wrote it"),
        ("{\"format\":\"notes\",\"folders\":[]}", "is no format of it"),
    ] {
        sandbox.write("settings/seen.json", damaged);
        let refused = console.run("apply $/plain.patchbundle $/app --allow-unsigned --yes");
        assert_eq!(refused.code, 4, "{refused}");
        let err = refused.err.replace('\\', "/");
        assert!(err.contains("mv $/settings/seen.json"), "{refused}");
        assert!(refused.err.contains(why), "{refused}");
        let status = console.done("status $/app");
        assert!(status.out.starts_with("Can't tell who wrote this folder's history"), "{status}");
        assert_eq!(sandbox.read("settings/seen.json").as_deref(), Some(damaged), "it is left as it is");
    }
    // Files go back all the same, and it is said that this was not remembered.
    let back = console.done("rollback $/app --yes");
    assert!(back.printed().contains("This account won't remember"), "{back}");
    std::fs::remove_file(sandbox.path("settings/seen.json")).expect("put aside");
    console.done("apply $/plain.patchbundle $/app --allow-unsigned --yes");
}

#[test]
fn a_memory_of_the_first_format_keeps_its_floors_and_what_it_says_was_written_here() {
    let sandbox = scene();
    let console = person(&sandbox);
    console.done("apply $/signed.patchbundle $/app --yes");
    let now: serde_json::Value =
        serde_json::from_str(&sandbox.read("settings/seen.json").expect("a memory")).expect("JSON");
    let folder = &now["folders"][0];
    let (entry, place) = (&folder["entries"][0], &folder["places"][0]);
    let path = folder["name"]["path"].as_str().expect("a path");
    let first = serde_json::json!({
        "format": "patchwright-seen/1",
        "folders": { path: {
            "time": folder["time"], "entry": entry["entry"], "digest": entry["digest"],
            "places": [{ "product": place["product"], "channel": place["channel"], "sequence": 9 }],
        }},
    });
    sandbox.write("settings/seen.json", &first.to_string());
    let status = console.done("status $/app");
    assert!(status.out.starts_with("Widget"), "its only entry is the one that was written down: {status}");
    let refused = console.run("apply $/plain.patchbundle $/app --allow-unsigned --yes");
    assert!(refused.err.contains("E-DOWNGRADE"), "{refused}");
    // The next change writes the present format, and forgets nothing.
    console.done("apply $/plain.patchbundle $/app --allow-unsigned --yes --allow-downgrade=known");
    let written = sandbox.read("settings/seen.json").expect("a memory");
    assert!(written.contains("patchwright-seen/2") && written.contains("\"sequence\": 9"), "{written}");
    assert!(console.done("status $/app").out.starts_with("Widget"));
}

#[cfg(unix)]
#[test]
fn where_nothing_can_be_remembered_the_change_is_made_and_that_is_said() {
    let sandbox = scene();
    sandbox.write("full", "no folder");
    let console = Console::new(&sandbox).with_settings("full");
    let done = console.done("apply $/plain.patchbundle $/app --allow-unsigned --yes");
    assert!(done.printed().contains("This account won't remember"), "{done}");
    assert!(console.done("status $/app").out.starts_with("Foreign history: its only entry"));
}

/// Two signed patches of which the older one fits on the newer one.
fn newer_and_older(sandbox: &Sandbox) {
    for (id, sequence, before, after) in
        [("newer", 9, "Read me.\n", "Read me well.\n"), ("older", 3, "Read me well.\n", "Read me badly.\n")]
    {
        let bundle = sandbox.bundle(id).replace("readme.txt", before, after).but(|patch| {
            patch.about.sequence = sequence;
            patch.about.fixes = vec![id.to_owned()];
        });
        sandbox.save(&format!("{id}.patchbundle"), &bundle);
        sandbox.save(&format!("{id}-cut.patchbundle"), &bundle);
        sign(sandbox, id);
    }
}

#[test]
fn an_older_patch_is_a_step_back_also_where_the_state_folder_is_gone() {
    let sandbox = scene();
    newer_and_older(&sandbox);
    let console = person(&sandbox);
    let is_stopped = |folder: &str| {
        let refused = console.run(&format!("apply $/older.patchbundle $/{folder} --yes"));
        assert!(refused.err.contains("E-DOWNGRADE"), "{folder}: {refused}");
    };
    copy(&sandbox, "app", "fresh");
    console.done("apply $/newer.patchbundle $/app --yes");
    is_stopped("app");
    std::fs::remove_dir_all(sandbox.path("app/.patchwright")).expect("removed");
    is_stopped("app");
    std::fs::rename(sandbox.path("app"), sandbox.path("moved")).expect("moved");
    is_stopped("moved");
    // A new folder at a new place: what the newer patch brought is in it.
    copy(&sandbox, "moved", "copied");
    std::fs::remove_dir_all(sandbox.path("moved")).expect("removed");
    is_stopped("copied");

    // A folder that never had the newer one takes the older one, whatever other folders have.
    let bundle = sandbox.bundle("first").replace("readme.txt", "Read me.\n", "Read me, please.\n");
    sandbox.save("first.patchbundle", &bundle.but(|patch| patch.about.sequence = 1));
    sign(&sandbox, "first");
    console.done("apply $/first.patchbundle $/fresh --yes");
}

#[test]
fn a_folder_that_is_behind_may_have_what_another_folder_has_in_one_file() {
    let sandbox = scene();
    // Of three patches, the last contains the first.
    let both = |bundle: &str, sequence: u64| {
        let made = sandbox.bundle(bundle).replace("readme.txt", "Read me.\n", "Read me well.\n");
        let made = match sequence {
            9 => made.replace("notes.txt", "None.\n", "Nine.\n"),
            _ => made,
        };
        let made = made.but(|patch| {
            patch.about.sequence = sequence;
            patch.about.fixes = vec![bundle.to_owned()];
        });
        sandbox.save(&format!("{bundle}.patchbundle"), &made);
        sign(&sandbox, bundle);
    };
    both("first", 1);
    both("all", 9);
    let second = sandbox.bundle("second").replace("notes.txt", "None.\n", "Two.\n");
    sandbox.save("second.patchbundle", &second.but(|patch| patch.about.sequence = 2));
    sign(&sandbox, "second");
    let console = person(&sandbox);
    copy(&sandbox, "app", "behind");
    console.done("apply $/all.patchbundle $/app --yes");
    console.done("apply $/first.patchbundle $/behind --yes");
    console.done("apply $/second.patchbundle $/behind --yes");

    // A copy without its history in which somebody edited something is recognised all the same.
    copy(&sandbox, "app", "copied");
    std::fs::remove_dir_all(sandbox.path("copied/.patchwright")).expect("removed");
    sandbox.write("copied/readme.txt", "Read me. And call Ada.\n");
    let nine = sandbox.bundle("late").replace("notes.txt", "Nine.\n", "Two.\n");
    sandbox.save("late.patchbundle", &nine.but(|patch| patch.about.sequence = 2));
    sign(&sandbox, "late");
    let refused = console.run("apply $/late.patchbundle $/copied --yes");
    assert!(refused.err.contains("E-DOWNGRADE"), "{refused}");
}

#[test]
fn a_signature_that_was_cut_off_does_not_help_an_older_patch() {
    let sandbox = scene();
    newer_and_older(&sandbox);
    let console = person(&sandbox);
    console.done("apply $/newer.patchbundle $/app --yes");
    let refused =
        console.run("apply $/older-cut.patchbundle $/app --allow-unsigned --allow-related=local --yes");
    assert_eq!(refused.code, 4, "{refused}");
    assert!(refused.err.contains("E-DOWNGRADE"), "{refused}");
    // The next one is no step back, signed or not; neither is one without a number.
    console.done("apply $/plain.patchbundle $/app --allow-unsigned --allow-downgrade=local --allow-related=local --yes");
    let bundle = sandbox.bundle("local").create("local.txt", "x\n");
    let bundle =
        bundle.but(|patch| (patch.about.sequence, patch.about.fixes) = (0, vec!["local".to_owned()]));
    sandbox.save("local.patchbundle", &bundle);
    console.done("apply $/local.patchbundle $/app --allow-unsigned --yes");
}

#[test]
fn ninety_six_first_runs_at_once_are_all_remembered() {
    let sandbox = Sandbox::in_memory();
    let bundle = sandbox.bundle("plain").replace("readme.txt", "a\n", "b\n");
    sandbox.save("plain.patchbundle", &bundle);
    (0..96).for_each(|number| sandbox.write(&format!("{number}/readme.txt"), "a\n"));
    std::thread::scope(|scope| {
        for number in 0..96 {
            let sandbox = &sandbox;
            scope.spawn(move || {
                let command = format!("apply $/plain.patchbundle $/{number} --allow-unsigned --yes");
                Console::new(sandbox).with_keys().done(&command);
            });
        }
    });
    for number in 0..96 {
        let status = person(&sandbox).done(&format!("status $/{number} --json")).json();
        assert_eq!(status["foreign"], serde_json::Value::Null, "folder {number} was forgotten");
    }
    let seen: serde_json::Value =
        serde_json::from_str(&sandbox.read("settings/seen.json").expect("a memory")).expect("JSON");
    assert_eq!(seen["folders"].as_array().expect("a list").len(), 96);
}

#[cfg(unix)]
#[test]
fn a_script_that_removes_the_history_is_told_as_what_it_is() {
    let sandbox = scene();
    let bundle = |text: &str| {
        let bundle = sandbox.bundle("cleaner").replace("readme.txt", "Read me.\n", "Read me well.\n");
        sandbox.save(
            "cleaner.patchbundle",
            &bundle.script(patchwright::model::ScriptPhase::After, text, Some("exit 0\n")),
        );
        sign(&sandbox, "cleaner");
    };
    let console = person(&sandbox);
    trust_anna_with_scripts(&sandbox, &console);
    copy(&sandbox, "app", "honest");
    bundle("rm -rf \"$PATCHWRIGHT_TARGET/.patchwright\"\n");
    let lost = console.run("apply $/cleaner.patchbundle $/app --yes --run-scripts");
    assert_eq!(sandbox.read("app/readme.txt").as_deref(), Some("Read me well.\n"));
    assert_eq!(lost.code, 6, "{lost}");
    assert!(lost.err.contains(".patchwright: a script deleted or changed it"), "{lost}");
    assert!(!lost.err.contains("Nothing was changed"), "{lost}");
    // One that looks and touches nothing is no trouble.
    bundle("ls \"$PATCHWRIGHT_TARGET/.patchwright\"\n");
    console.done("apply $/cleaner.patchbundle $/honest --yes --run-scripts");
}

#[test]
fn a_rollback_that_is_undone_twice_takes_the_patch_out_again_and_says_so() {
    let sandbox = scene();
    let console = person(&sandbox);
    console.done("apply $/signed.patchbundle $/app --yes");
    console.done("rollback $/app --yes");
    let back = console.done("rollback $/app --undo --yes");
    assert!(back.printed().contains("Reapplied signed"), "{back}");
    assert!(console.done("status $/app").out.contains("To roll it back again"));
    let again = console.done("rollback $/app --undo --yes");
    assert!(again.printed().contains("Rolled back signed"), "{again}");
    assert_eq!(sandbox.read("app/readme.txt").as_deref(), Some("Read me.\n"));
    let history = console.done("history $/app").out;
    let events: Vec<&str> =
        history.lines().filter_map(|line| line.split("UTC").nth(1)).map(str::trim_start).collect();
    let told = ["applied", "rolled back", "reapplied", "rolled back"];
    assert!(events.iter().zip(told).all(|(line, event)| line.starts_with(event)), "{history}");
    let back = console.done("rollback $/app --undo --yes --json").json();
    assert_eq!(back["came_back"], true);
}
