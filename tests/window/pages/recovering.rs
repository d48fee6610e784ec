//! After a crash, on real folders: what was interrupted is finished, or the old files are restored.

use std::sync::Arc;

use patchwright::disk::fs::OsFs;
use patchwright::model::{Check, Level, Probe, TreePath};
use patchwright::progress::{CancelToken, Quiet};
use patchwright::settings::{Pair, Recent};
use patchwright::words::{self, window};
use patchwright::workbench::{ApplyOptions, Overrides, UnfinishedWork, Watch, Workbench};

use super::desk::Desk;
use super::fault_fs::{At, Errno, Fault, FaultFs, Lasting};
use super::person::{Opening, Person, everything};
use super::sandbox::Sandbox;
use super::truth;

/// Longer than any small change, in calls.
const MANY_CALLS: usize = 2_000;

/// A folder in which an apply lost its disk at the first call after which `is_wanted` holds.
fn interrupted(is_wanted: impl Fn(&UnfinishedWork) -> bool) -> (Sandbox, UnfinishedWork) {
    let find = |sandbox: &Sandbox| {
        let work =
            Desk::remembering_in(&sandbox.path("")).workbench().unfinished_in_full(&sandbox.path("app"));
        work.ok().flatten().filter(|work| is_wanted(work))
    };
    let sandbox = cut_short(|sandbox| find(sandbox).is_some());
    let work = find(&sandbox).expect("it was there a moment ago");
    (sandbox, work)
}

/// A folder in which an apply with a health check lost its disk at the first call after which `is_wanted` holds.
fn cut_short(is_wanted: impl Fn(&Sandbox) -> bool) -> Sandbox {
    for call in 1..MANY_CALLS {
        let sandbox = Sandbox::new();
        sandbox.write("app/a.txt", "1\n");
        let bundle = sandbox.bundle("CUT").replace("a.txt", "1\n", "2\n").create("new.txt", "new\n");
        let bundle = bundle.but(|patch| patch.about.health = vec![new_text()]);
        let bundle = sandbox.save("cut.patchbundle", &bundle);
        let folder = sandbox.path("app");
        let cut = Workbench::with_disks(
            Desk::remembering_in(&sandbox.path("")).workbench().environment().clone(),
            Arc::new(move |path| {
                let disk = OsFs::open(path).expect("our own folder");
                let fault = Fault::Fails(Errno::Io);
                Ok(Arc::new(FaultFs::failing(Arc::new(disk), At::Call(call), fault, Lasting::FromThenOn)))
            }),
        );
        let watch = Watch { progress: &Quiet, cancel: &CancelToken::new() };
        let options = ApplyOptions { overrides: Overrides::UNSIGNED, ..ApplyOptions::default() };
        let is_done = cut.apply(&bundle, &folder, options, watch).is_ok();
        if is_wanted(&sandbox) {
            return sandbox;
        }
        assert!(!is_done, "no call before the last one leaves such a folder");
    }
    unreachable!("a small change has fewer calls")
}

/// A required check that holds once the change is made.
fn new_text() -> Check {
    let probe =
        Probe::Text { path: TreePath::parse("a.txt").expect("a good path"), contains: "2".to_owned() };
    Check { probe, level: Level::Required, timeout_secs: 5, retries: 0 }
}

fn at_interrupted_work(sandbox: &Sandbox, work: &UnfinishedWork) -> Person {
    let folder = sandbox.path("app");
    let pairs = vec![Pair { bundle: None, folder: Some(folder.clone()) }];
    let mut opening = Opening { recent: Recent { pairs, ..Recent::default() }, ..Opening::new() };
    opening.desk = Desk::remembering_in(&sandbox.path(if work.is_foreign { "elsewhere" } else { "" }));
    opening.desk.interrupted = vec![(folder, work.clone())];
    opening.open()
}

#[test]
fn a_change_whose_files_are_all_new_is_finished() {
    let (sandbox, work) = interrupted(|work| work.can_finish == Some(true));
    let mut person = at_interrupted_work(&sandbox, &work);
    person.must_see(window::CAN_FINISH);
    person.press(words::INTERRUPTED_FINISH);
    person.must_see(words::CONFIRM_FINISH);
    person.press(words::INTERRUPTED_FINISH);
    person.must_see(words::DONE_FINISH);
    truth::is_told(&person);
    let folder = sandbox.path("app");
    let contents: Vec<_> = everything(&folder).into_iter().map(|(_, content)| content).collect();
    assert_eq!(contents, [b"2\n".to_vec(), b"new\n".to_vec()]);
    let (status, _) = person.folder_as_it_is(&folder);
    assert_eq!(status.installed.len(), 1);
}

#[test]
fn a_change_that_did_not_reach_every_file_is_not_offered_to_be_finished() {
    let (sandbox, work) = interrupted(|work| work.can_finish == Some(false));
    let mut person = at_interrupted_work(&sandbox, &work);
    person.must_see(window::CANNOT_FINISH);
    assert!(person.try_control(words::INTERRUPTED_FINISH).is_none());
    person.press(words::INTERRUPTED_UNDO);
    person.press(words::INTERRUPTED_UNDO);
    person.must_see(words::DONE_UNDO);
    truth::is_told(&person);
    let contents: Vec<_> = everything(&sandbox.path("app")).into_iter().map(|(_, content)| content).collect();
    assert_eq!(contents, [b"1\n".to_vec()]);
}

#[test]
fn what_somebody_else_began_is_undone_once_somebody_says_why_that_is_right() {
    let (sandbox, work) = interrupted(|work| work.can_finish == Some(false));
    let mut person = at_interrupted_work(&sandbox, &UnfinishedWork { is_foreign: true, ..work });
    person.must_see(window::FOREIGN_CHANGE);
    assert!(person.try_control(words::INTERRUPTED_UNDO).is_none());
    person.writes(window::VOUCH_WHY, "Ada asked me to");
    person.press(window::VOUCH);
    assert!(!person.sees(window::FOREIGN_CHANGE));
    person.press(words::INTERRUPTED_UNDO);
    person.press(words::INTERRUPTED_UNDO);
    person.must_see(words::DONE_UNDO);
    let seen = std::fs::read_to_string(sandbox.path("elsewhere/seen.json")).expect("a memory");
    assert!(seen.contains("Ada asked me to"), "{seen}");
}

#[test]
fn what_was_begun_in_another_folder_is_called_that_and_waits_for_a_word() {
    let (sandbox, work) = interrupted(|work| work.can_finish == Some(false));
    let [app, begun] = ["app", "begun"].map(|folder| sandbox.path(folder));
    std::fs::rename(&app, &begun).expect("our own folder");
    let copied = std::process::Command::new("cp").arg("-a").args([&begun, &app]).status();
    assert!(copied.expect("a program of every system").success());
    let mut person = at_interrupted_work(&sandbox, &UnfinishedWork { is_copied: true, ..work });
    person.must_see(window::COPIED_CHANGE);
    assert!(person.try_control(words::INTERRUPTED_UNDO).is_none());
    person.writes(window::VOUCH_WHY, "restored from the backup");
    person.press(window::VOUCH);
    assert!(!person.sees(window::COPIED_CHANGE));
    person.press(words::INTERRUPTED_UNDO);
    person.press(words::INTERRUPTED_UNDO);
    person.must_see(words::DONE_UNDO);
}

#[test]
fn health_checks_that_were_cut_short_are_finished_from_the_history() {
    let is_unchecked = |sandbox: &Sandbox| {
        let (desk, cancel) = (Desk::remembering_in(&sandbox.path("")), CancelToken::new());
        let watch = Watch { progress: &Quiet, cancel: &cancel };
        let status = desk.workbench().status(&sandbox.path("app"), watch);
        status.is_ok_and(|status| !status.unchecked.is_empty())
    };
    let sandbox = cut_short(is_unchecked);
    let mut opening = Opening::with_paths([sandbox.path("app")]);
    opening.desk = Desk::remembering_in(&sandbox.path(""));
    let mut person = opening.open();
    person.opens_tab(words::TAB_HISTORY);
    person.must_see(window::UNCHECKED);
    person.press(window::FINISH_CHECKS);
    person.must_see(window::CONFIRM_CHECKS);
    person.press(window::FINISH_CHECKS);
    person.must_see(window::DONE_CHECKS);
    truth::is_told(&person);
    assert!(!is_unchecked(&sandbox));
}
