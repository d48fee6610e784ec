//! What a person did in a folder stays, also where the file had asked for nothing yet; and what is said about a run is true.

use std::fs;

use super::{console, ends, has, run, scene, state};
use crate::support::sandbox::Sandbox;

const NOT_TWO: &str = "not = [\"ACME-2\"]";
const APPLY_TWO: &str = "apply $/patches/2.patchbundle $/srv/a --yes";

#[test]
fn what_a_person_applied_stays_in_a_folder_that_the_file_had_found_in_line() {
    for section in [NOT_TWO, "have = [\"ACME-1\"]\nnot = [\"ACME-2\"]"] {
        let sandbox = scene();
        // ACME-1 can't come here, so nothing is done for the file.
        sandbox.write("srv/a/one", "edited\n");
        state(&sandbox, &[("a", section)]);
        let first = run(&sandbox, "--apply");
        console(&sandbox).done(APPLY_TWO);
        for _ in 0..3 {
            let later = run(&sandbox, "--apply");
            assert!(
                later.in_one_line().contains("applied by ada on 2026-11-23, so it isn't rolled back"),
                "{first} {later}"
            );
        }
        assert_eq!(has(&sandbox, "a"), [false, true]);
    }
}

#[test]
fn a_file_that_undoes_nothing_leaves_no_trace_and_neither_does_one_that_means_another_version() {
    for section in ["have = []", "versions = [\"9.9\"]\nhave = [\"ACME-1\"]\nnot = [\"ACME-2\"]"] {
        let sandbox = scene();
        state(&sandbox, &[("a", section)]);
        let _ = run(&sandbox, "--apply");
        assert!(!sandbox.path("srv/a/.patchwright").exists(), "{section}");
    }
}

#[test]
fn what_was_there_before_the_file_was_heard_goes_as_the_file_says() {
    let sandbox = scene();
    console(&sandbox).done(APPLY_TWO);
    state(&sandbox, &[("a", NOT_TWO)]);
    ends(&sandbox, "--apply", 0);
    assert_eq!(has(&sandbox, "a"), [false, false]);
}

#[test]
fn where_the_file_alone_cannot_bring_a_patch_back_the_way_that_is_said_does() {
    let sandbox = scene();
    state(&sandbox, &[("a", "have = [\"ACME-1\", \"ACME-2\"]")]);
    ends(&sandbox, "--apply", 0);
    console(&sandbox).done("rollback $/srv/a ACME-1 --yes");
    let told = ends(&sandbox, "--apply", 7);
    let said = told.in_one_line();
    assert!(said.contains("rolled back by ada on 2026-11-23, and a newer patch was here since"), "{told}");
    assert!(said.contains("patchwright apply FILE $/srv/a --allow-downgrade=TEXT"), "{told}");
    assert!(!said.contains("--again"), "{told}");
    console(&sandbox).done("apply $/patches/1.patchbundle $/srv/a --allow-downgrade=ticket --yes");
    ends(&sandbox, "--apply", 0);
    assert_eq!(has(&sandbox, "a"), [true, true]);
}

#[test]
fn a_report_that_cannot_be_written_is_told_before_anything_is_changed() {
    let sandbox = scene();
    state(&sandbox, &[("a", "have = [\"ACME-1\"]")]);
    for output in ["--report $/nowhere/r.md", "--metrics $/nowhere/m.prom"] {
        let told = ends(&sandbox, &format!("--apply {output}"), 1);
        assert!(told.err.contains("Nothing was changed."), "{told}");
        assert_eq!(has(&sandbox, "a"), [false, false], "{told}");
    }
    fs::create_dir(sandbox.path("nowhere")).expect("our own folder");
    ends(&sandbox, "--apply --report $/nowhere/r.md", 0);
    let names: Vec<_> =
        fs::read_dir(sandbox.path("nowhere")).expect("ours").flatten().map(|one| one.file_name()).collect();
    assert_eq!(names, ["r.md"], "the try leaves nothing");
}

#[test]
fn a_report_calls_nobody_and_makes_no_links() {
    let sandbox = scene();
    for name in ["@org", "https:--evil.example", "www.evil.example"] {
        fs::create_dir_all(sandbox.path(&format!("srv/{name}"))).expect("our own folder");
    }
    state(&sandbox, &[("*", "have = [\"ACME-1\"]")]);
    let _ = run(&sandbox, "--report $/r.md");
    let report = sandbox.read("r.md").expect("a report");
    assert!(report.contains("/@<!-- -->org ") && report.contains("/www<!-- -->.evil"), "{report}");
}

#[test]
fn only_a_hold_can_be_ended() {
    let sandbox = scene();
    let release = || console(&sandbox).run("reconcile --release $/srv/a");
    let told = release();
    assert!(told.code == 3 && told.err.contains("isn't on hold"), "{told}");
    assert!(!sandbox.path("srv/a/.patchwright").exists());
    console(&sandbox).done("reconcile --hold $/srv/a --reason=ticket");
    assert_eq!((release().code, release().code), (0, 3));
}

#[test]
fn behind_a_pattern_only_folders_that_are_there_are_meant_whatever_their_names() {
    let sandbox = scene();
    for name in ["x", "y"] {
        for file in ["one", "two"] {
            sandbox.write(&format!("srv/{name}/app/{file}"), super::OLD);
        }
    }
    fs::create_dir(sandbox.path("srv/lost+found")).expect("our own folder");
    state(&sandbox, &[("*/app", "have = [\"ACME-1\"]")]);
    ends(&sandbox, "--apply", 0);
    assert_eq!(["x/app", "y/app"].map(|name| has(&sandbox, name)), [[true, false]; 2]);
    odd_name(&sandbox);
}

#[cfg(target_os = "linux")]
fn odd_name(sandbox: &Sandbox) {
    use std::os::unix::ffi::OsStrExt;
    let odd = sandbox.path("srv").join(std::ffi::OsStr::from_bytes(b"caf\xe9"));
    fs::create_dir_all(odd.join("app")).expect("our own folder");
    for file in ["one", "two"] {
        fs::write(odd.join("app").join(file), super::OLD).expect("our own file");
    }
    ends(sandbox, "--apply", 0);
    assert_eq!(fs::read(odd.join("app/one")).expect("our own file"), super::NEW.as_bytes());
}

#[cfg(not(target_os = "linux"))]
fn odd_name(_: &Sandbox) {}
