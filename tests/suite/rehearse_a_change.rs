//! A change is tried on a clone of the folder, with the site's own tests: the folder stays as it is, nothing is left beside
//! it, and whoever plans the same sees how it ended.
#![cfg(unix)]

#[cfg(target_os = "linux")]
mod killed;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use crate::support::console::{Console, Run};
use crate::support::sandbox::{Sandbox, order};
use crate::support::trees::Tree;

const REHEARSE: &str = "rehearse $/fix.patchbundle $/srv/app --allow-unsigned";
const PLAN: &str = "plan $/fix.patchbundle $/srv/app";

/// A product in `$/srv/app` with this program that tests it, and a patch.
fn site(health: &str, test: &str) -> Sandbox {
    let sandbox = Sandbox::with(&[
        ("old/conf/app.conf", "fonts = no\n"),
        ("new/conf/app.conf", "fonts = yes\n"),
        ("srv/app/conf/app.conf", "fonts = no\n"),
        ("srv/app/check", &format!("#!/bin/sh\n{test}\n")),
    ]);
    let check = sandbox.path("srv/app/check");
    fs::set_permissions(check, fs::Permissions::from_mode(0o755)).expect("our own file");
    sandbox.write("order.toml", &order("ACME-1", "", health));
    console(&sandbox).done("make --from $/old --to $/new --order $/order.toml --output $/fix.patchbundle");
    sandbox
}

fn console(sandbox: &Sandbox) -> Console<'_> {
    Console::new(sandbox).with_keys()
}

/// Rehearses, and makes sure that the folder is as before and alone.
fn rehearse(sandbox: &Sandbox, more: &str) -> Run {
    let folder = sandbox.path("srv/app");
    let (before, inode) =
        (Tree::read(&folder), |path: &str| fs::metadata(folder.join(path)).expect("it").ino());
    let inodes = [inode("."), inode("conf/app.conf"), inode("check")];
    let run = console(sandbox).run(&format!("{REHEARSE} {more}"));
    assert_eq!(Tree::read(&folder).difference(&before), None, "{run}");
    assert_eq!([inode("."), inode("conf/app.conf"), inode("check")], inodes, "{run}");
    assert!(!folder.join(".patchwright").exists(), "{run}");
    let beside = fs::read_dir(sandbox.path("srv")).expect("the folder").count();
    assert_eq!(beside, 1, "nothing is left beside the folder: {run}");
    run
}

#[test]
fn what_was_rehearsed_is_shown_as_long_as_folder_and_patch_are_the_same() {
    let sandbox = site("", "grep -q yes conf/app.conf && test \"$PATCHWRIGHT_TARGET\" = \"$PWD\"");
    assert!(!console(&sandbox).done(PLAN).out.contains("Rehearsed"));
    let run = rehearse(&sandbox, "--test=./check");
    assert_eq!(run.code, 0, "{run}");
    assert!(run.out.contains("✓ ./check: ended with 0"), "{run}");
    assert!(run.out.contains("Passed: applied, checked, rolled back, and every file is as before"), "{run}");
    let passed = "Rehearsed 2026-11-23 09:30:00 UTC by ada on server with 1 test: passed";
    assert!(console(&sandbox).done(PLAN).out.contains(passed));
    let asked = console(&sandbox).answering("n").run("apply $/fix.patchbundle $/srv/app --allow-unsigned");
    assert!(asked.err.contains(passed), "{asked}");
    assert_eq!(console(&sandbox).done(&format!("{PLAN} --json")).json()["rehearsal"]["state"], "passed");
    sandbox.write("srv/app/conf/app.conf", "edited\n");
    let other = console(&sandbox).run(PLAN);
    assert!(other.out.contains("out of date"), "{other}");
    let elsewhere = Console::new(&sandbox).with_settings("bob").run(PLAN);
    assert!(
        !elsewhere.out.contains("Rehearsed"),
        "nobody is told what another person rehearsed: {elsewhere}"
    );
}

#[test]
fn a_test_that_fails_says_why_and_the_plan_says_so() {
    let sandbox = site("", "echo fonts are broken; exit 7");
    let run = rehearse(&sandbox, "--test=./check");
    assert_eq!(run.code, 3, "{run}");
    assert!(run.out.contains("✗ ./check: ended with 7") && run.out.contains("  | fonts are broken"), "{run}");
    let plan = console(&sandbox).done(PLAN);
    assert!(plan.out.contains("failed: the test \"./check\" ended with 7"), "{plan}");
}

#[test]
fn a_health_check_that_fails_is_seen_on_the_clone_and_one_of_the_running_product_is_not_asked() {
    let check = |what: &str| format!("[[health]]\ncheck = \"{what}\"\n");
    let broken = check("text") + "path = \"check\"\ncontains = \"never\"\n";
    let run = rehearse(&site(&broken, "true"), "");
    assert_eq!(run.code, 3, "{run}");
    assert!(run.out.contains("Failed: \"check\" doesn't contain \"never\""), "{run}");
    let elsewhere = check("port") + "port = 1\n";
    let run = rehearse(&site(&elsewhere, "true"), "");
    assert_eq!(run.code, 0, "{run}");
    assert!(run.out.contains("1 check or script not run: they are for the running product"), "{run}");
}

#[test]
fn what_tests_write_is_told_and_takes_nothing_from_the_comparison() {
    let sandbox = site("", "date > log.txt; mkdir cache; date > cache/a");
    let run = rehearse(&sandbox, "--test=./check");
    assert_eq!(run.code, 0, "{run}");
    assert!(run.out.contains("Your tests wrote 3 files in the copy: cache, cache/a, log.txt"), "{run}");
}

#[test]
fn a_test_that_writes_over_the_patch_is_no_proof_of_the_way_back() {
    let sandbox = site("", "echo mine > conf/app.conf");
    let run = rehearse(&sandbox, "--test=./check");
    assert_eq!(run.code, 3, "{run}");
    assert!(run.out.contains("Failed: conf/app.conf"), "{run}");
}

#[test]
fn a_test_that_never_ends_is_ended() {
    let sandbox = site("", "sleep 600");
    let run = rehearse(&sandbox, "--test=./check --timeout=1");
    assert_eq!(run.code, 3, "{run}");
    assert!(run.out.contains("took too long and was stopped"), "{run}");
}

#[test]
fn the_clone_has_links_permissions_times_and_second_names() {
    let test = "set -e\ntest \"$(readlink there)\" = conf/app.conf\ntest \"$(readlink gone)\" = nowhere\n\
        test \"$(stat -c %a secret)\" = 600\ntest \"$(stat -c %a closed)\" = 500\ntest \"$(stat -c %Y secret)\" = 1000000000\n\
        test one -ef two\ntest -d closed/empty";
    let sandbox = site("", test);
    let at = |name: &str| sandbox.path(&format!("srv/app/{name}"));
    symlink("conf/app.conf", at("there")).expect("a link");
    symlink("nowhere", at("gone")).expect("a link");
    fs::write(at("secret"), "s").expect("a file");
    fs::set_permissions(at("secret"), fs::Permissions::from_mode(0o600)).expect("ours");
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    fs::File::options()
        .write(true)
        .open(at("secret"))
        .and_then(|file| file.set_modified(time))
        .expect("ours");
    fs::write(at("one"), "1").expect("a file");
    fs::hard_link(at("one"), at("two")).expect("a second name");
    fs::create_dir_all(at("closed/empty")).expect("folders");
    fs::set_permissions(at("closed"), fs::Permissions::from_mode(0o500)).expect("ours");
    let run = rehearse(&sandbox, "--test=./check");
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn what_a_killed_rehearsal_left_goes_with_the_next_one_and_nothing_else_does() {
    let sandbox = site("", "true");
    let at = |name: &str| sandbox.path(&format!("srv/{name}"));
    let mark = |name: &str| {
        let object = fs::metadata(at(name)).expect("a folder").ino();
        format!("patchwright-rehearsal/2 {name} {object}\n")
    };
    let others = [
        ".app-rehearsal-running",
        ".app-rehearsal-mine",
        ".app-rehearsal-copy",
        ".app-rehearsal-open",
        "app-rehearsal-killed",
    ];
    for clone in [".app-rehearsal-killed", ".other-rehearsal-killed"].iter().chain(&others) {
        fs::create_dir_all(at(clone).join("app/sub")).expect("folders");
        let mark = match clone.rsplit('-').next() {
            Some("mine") => "my own folder, as it happens\n".to_owned(),
            // Somebody has made it of the remains of a rehearsal.
            Some("copy") => mark(".app-rehearsal-killed"),
            _ => mark(clone),
        };
        fs::write(at(clone).join("lock"), mark).expect("a file");
        let bits = if clone.ends_with("open") { 0o777 } else { 0o700 };
        fs::set_permissions(at(clone), fs::Permissions::from_mode(bits)).expect("ours");
    }
    let lock = fs::File::open(at(".app-rehearsal-running/lock")).expect("a file");
    lock.lock().expect("free");
    assert_eq!(console(&sandbox).run(REHEARSE).code, 0);
    assert!(!at(".app-rehearsal-killed").exists());
    assert!(!at(".other-rehearsal-killed").exists(), "also of another folder");
    for other in others {
        assert!(at(other).join("app/sub").exists(), "{other}");
    }
}

#[test]
fn an_empty_test_is_no_test_that_passes() {
    let sandbox = site("", "true");
    let run = console(&sandbox).run(&format!("{REHEARSE} --test="));
    assert_eq!(run.code, 2, "{run}");
    assert_eq!(rehearse(&sandbox, "--test=true").code, 0);
}

#[test]
fn what_could_not_be_applied_is_not_rehearsed() {
    let sandbox = site("", "true");
    let unsigned = console(&sandbox).run("rehearse $/fix.patchbundle $/srv/app");
    assert_eq!(unsigned.code, 4, "{unsigned}");
    sandbox.write("srv/app/conf/app.conf", "edited\n");
    let drifted = rehearse(&sandbox, "");
    assert_eq!(drifted.code, 3, "{drifted}");
    assert!(drifted.err.contains("E-DRIFT"), "{drifted}");
}

#[test]
fn a_clone_is_not_made_in_what_is_cloned() {
    let sandbox = site("", "true");
    for inside in ["$/srv/app", "$/srv/app/conf"] {
        let run = rehearse(&sandbox, &format!("--copy-in {inside}"));
        assert_eq!(run.code, 3, "{run}");
        assert!(run.err.contains("which is copied"), "{run}");
    }
    fs::create_dir(sandbox.path("app-clones")).expect("our own folder");
    assert_eq!(rehearse(&sandbox, "--copy-in $/app-clones").code, 0, "a folder elsewhere may be named");
}

#[test]
fn what_is_in_place_already_is_not_said_to_have_been_rehearsed() {
    let sandbox = site("", "true");
    console(&sandbox).done("apply $/fix.patchbundle $/srv/app --allow-unsigned --yes");
    let run = console(&sandbox).run(REHEARSE);
    assert!(run.code == 3 && run.printed().contains("the patch is already in place"), "{run}");
    assert!(!run.printed().contains("Passed"), "{run}");
}

#[test]
fn a_rehearsal_holds_as_long_as_everything_is_the_same_that_its_tests_could_see() {
    let sandbox = site("", "true");
    sandbox.write("srv/app/log", "started\n");
    sandbox.write("srv/app/limits", "10\n");
    // What the product writes while the rehearsal runs can't have been what it depended on.
    let log = sandbox.path("srv/app/log");
    let test = format!("--test=echo>>{}", log.display());
    let run = console(&sandbox).run(&format!("{REHEARSE} {test}"));
    assert_eq!(run.code, 0, "{run}");
    let plan = || console(&sandbox).done(PLAN).out;
    assert!(plan().contains("with 1 test: passed"), "{}", plan());
    sandbox.write("srv/app/log", "much more\n");
    assert!(plan().contains("with 1 test: passed"), "{}", plan());
    sandbox.write("srv/app/limits", "11\n");
    assert!(plan().contains("out of date"), "{}", plan());
    sandbox.write("srv/app/limits", "10\n");
    assert!(plan().contains("with 1 test: passed"), "{}", plan());
}

#[test]
fn without_tests_it_holds_as_long_as_what_the_checks_look_at_is_the_same() {
    let sandbox = site("[[health]]\ncheck = \"text\"\npath = \"site.txt\"\ncontains = \"well\"\n", "true");
    sandbox.write("srv/app/site.txt", "all is well\n");
    assert_eq!(rehearse(&sandbox, "").code, 0);
    let plan = || console(&sandbox).done(PLAN).out;
    sandbox.write("srv/app/other", "nobody looked at it\n");
    assert!(plan().contains(": passed"), "{}", plan());
    sandbox.write("srv/app/site.txt", "it is ill\n");
    assert!(plan().contains("out of date"), "{}", plan());
}

#[test]
fn what_the_site_lets_nobody_apply_can_be_rehearsed_and_that_is_said() {
    let sandbox = site("", "grep -q yes conf/app.conf");
    let rules = |text: &str| {
        fs::create_dir_all(sandbox.path("settings")).expect("a folder");
        fs::write(sandbox.path("settings/trust.toml"), text).expect("rules");
    };
    rules("format = \"patchwright-trust/1\"\n[policy]\nunsigned_apply = \"refuse\"\n");
    let run = rehearse(&sandbox, "--test=./check");
    assert_eq!(run.code, 0, "{run}");
    assert!(run.out.contains("Passed: applied, checked"), "{run}");
    assert!(run.out.contains("It can't be applied here: your trust rules don't allow it"), "{run}");
    let applied = console(&sandbox).run("apply $/fix.patchbundle $/srv/app --allow-unsigned --yes");
    assert!(applied.code == 4 && applied.err.contains("E-POLICY"), "{applied}");
    // Nobody said that it is wanted.
    let run = console(&sandbox).run("rehearse $/fix.patchbundle $/srv/app");
    assert_eq!(run.code, 4, "{run}");
    rules("format = \"patchwright-trust/1\"\n");
    let run = rehearse(&sandbox, "--test=./check");
    assert!(run.code == 0 && !run.out.contains("can't be applied"), "{run}");
}

#[cfg(target_os = "linux")]
#[test]
fn holes_stay_holes_in_the_clone() {
    let sandbox = site(
        "",
        "set -e; test $(du -k big | cut -f1) -lt 1000; tail -c 3 big | grep -q end; head -c 3 big | grep -q top",
    );
    let big = fs::File::create(sandbox.path("srv/app/big")).expect("a file");
    let write = |text: &[u8], at| std::os::unix::fs::FileExt::write_all_at(&big, text, at).expect("written");
    write(b"top", 0);
    write(b"middle", 150 << 20);
    write(b"end", (300 << 20) - 3);
    assert!(big.metadata().expect("it").blocks() < 1000, "this disk has holes");
    let run = rehearse(&sandbox, "--test=./check");
    assert_eq!(run.code, 0, "{run}");
}

#[test]
fn what_only_a_running_product_can_use_is_not_in_the_clone_and_is_told() {
    let sandbox = site("", "test ! -e run/ctl && test ! -e run/sock");
    fs::create_dir(sandbox.path("srv/app/run")).expect("our own folder");
    let _socket = std::os::unix::net::UnixListener::bind(sandbox.path("srv/app/run/sock")).expect("a socket");
    let pipe = std::process::Command::new("mkfifo").arg(sandbox.path("srv/app/run/ctl")).status();
    assert!(pipe.expect("mkfifo").success());
    let run = console(&sandbox).run(&format!("{REHEARSE} --test=./check"));
    assert_eq!(run.code, 0, "{run}");
    let told = "Not in the copy, because only the running product can use them: run/ctl (named pipe), run/sock (socket)";
    assert!(run.out.contains(told), "{run}");
    let json = console(&sandbox).run(&format!("{REHEARSE} --test=./check --json")).json();
    assert_eq!(json["not_cloned"], serde_json::json!(["run/ctl", "run/sock"]), "{json}");
    let planned = console(&sandbox).done(PLAN);
    assert!(planned.out.contains("passed"), "{planned}");
}
