//! What decides who is trusted counts only if nobody else could have written it.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use patchwright::workbench::Workbench;

use crate::support::console::{Console, fixed_environment};
use crate::support::sandbox::{Sandbox, unwatched};
use crate::support::trust::write_trusted_key;

/// A product and a patch that Anna signed, whose key is trusted here.
fn scene() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("app/readme.txt", "Read me.\n");
    write_trusted_key(&sandbox, "anna", 1, "author");
    let bundle = sandbox.bundle("ACME-1").replace("readme.txt", "Read me.\n", "Read me well.\n");
    sandbox.save("fix.patchbundle", &bundle);
    person(&sandbox).done("sign $/fix.patchbundle --key $/anna.key --as author");
    sandbox
}

fn person(sandbox: &Sandbox) -> Console<'_> {
    Console::new(sandbox).with_keys().answering("y")
}

fn set_mode(sandbox: &Sandbox, path: &str, mode: u32) {
    fs::set_permissions(sandbox.path(path), fs::Permissions::from_mode(mode)).expect("set");
}

#[test]
fn keys_that_others_could_have_written_are_nobodys_and_the_error_says_how_to_mend_it() {
    let sandbox = scene();
    let console = person(&sandbox);
    console.done("verify $/fix.patchbundle");
    for (place, wrong, right) in [
        ("settings/trust.toml", 0o666, 0o600),
        ("settings/trust.toml", 0o660, 0o600),
        ("settings", 0o777, 0o700),
    ] {
        set_mode(&sandbox, place, wrong);
        for command in ["verify $/fix.patchbundle", "apply $/fix.patchbundle $/app --yes", "key list"] {
            let refused = console.run(command);
            assert_eq!(refused.code, 4, "{refused}");
            assert!(refused.err.contains(&format!("chmod go-w $/{place}")), "{refused}");
        }
        // How a folder is can be seen without keys.
        let status = console.done("status $/app");
        assert!(status.out.contains("Can't check who signed them"), "{status}");
        set_mode(&sandbox, place, right);
    }
    // What others may read, and a folder where everybody has their own things, are as they were.
    set_mode(&sandbox, "settings/trust.toml", 0o644);
    set_mode(&sandbox, "settings", 0o1777);
    console.done("verify $/fix.patchbundle");
}

#[test]
fn the_machines_keys_are_held_to_the_same() {
    let sandbox = scene();
    let console = person(&sandbox);
    sandbox.write("machine/trust.toml", "format = 'patchwright-trust/1'\n");
    console.done("verify $/fix.patchbundle");
    set_mode(&sandbox, "machine/trust.toml", 0o666);
    let refused = console.run("verify $/fix.patchbundle");
    assert!(refused.err.contains("chmod go-w $/machine/trust.toml"), "{refused}");
}

#[test]
fn keys_behind_a_link_into_a_folder_that_everybody_can_write_do_not_count() {
    let sandbox = scene();
    let console = person(&sandbox);
    let move_to = |folder: &str| {
        fs::create_dir_all(sandbox.path(folder)).expect("made");
        let there = sandbox.path(&format!("{folder}/keys.toml"));
        let here = sandbox.path("settings/trust.toml");
        let now = fs::canonicalize(&here).expect("it is there");
        fs::rename(now, &there).expect("moved");
        let _ = fs::remove_file(&here);
        symlink(there, here).expect("linked");
    };
    move_to("dotfiles");
    console.done("verify $/fix.patchbundle");
    move_to("open");
    set_mode(&sandbox, "open", 0o777);
    let refused = console.run("verify $/fix.patchbundle");
    assert!(refused.err.contains("chmod go-w $/open"), "{refused}");
}

#[test]
fn a_secret_key_that_others_can_exchange_signs_nothing() {
    let sandbox = scene();
    let console = person(&sandbox);
    set_mode(&sandbox, "anna.key", 0o666);
    let refused = console.run("sign $/fix.patchbundle --key $/anna.key");
    assert!(refused.err.contains("chmod go-w $/anna.key"), "{refused}");
    set_mode(&sandbox, "anna.key", 0o600);
    console.done("sign $/fix.patchbundle --key $/anna.key");
}

#[test]
fn a_list_of_called_back_patches_that_cannot_be_looked_at_is_not_the_same_as_none() {
    let sandbox = scene();
    let list = sandbox.path("settings/holds.json");
    let mut environment = fixed_environment();
    environment.trust_file = Some(sandbox.path("settings/trust.toml"));
    environment.holds_list = Some(list.clone());
    let bench = Workbench::new(environment);
    let bundle = sandbox.path("fix.patchbundle");
    let look = || unwatched(|watch| bench.preview(&bundle, &sandbox.path("app"), watch));
    assert!(look().expect("there is no list").preview.obstacles.is_empty());

    symlink(sandbox.path("share/holds.json"), &list).expect("linked");
    let error = look().expect_err("the share is not there").to_string();
    assert!(error.contains("share"), "{error}");
    fs::remove_file(&list).expect("removed");
    fs::create_dir(&list).expect("a folder");
    look().expect_err("it is no file");
    fs::remove_dir(&list).expect("removed");

    let held = r#"{"format":"patchwright-holds/1","issued":"x","held":[{"id":"ACME-1","reason":"bad"}]}"#;
    sandbox.write("settings/holds.json", held);
    assert_eq!(look().expect("read").preview.obstacles.len(), 1, "the honest list counts");
    set_mode(&sandbox, "settings/holds.json", 0o666);
    assert!(look().expect_err("anybody could empty it").to_string().contains("everybody"));
}

#[test]
fn our_own_folders_are_for_this_person_alone() {
    let sandbox = Sandbox::new();
    person(&sandbox).done("key new anna --no-password");
    for place in ["settings", "settings/keys"] {
        let mode = fs::metadata(sandbox.path(place)).expect("made").permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{place}");
    }
}
