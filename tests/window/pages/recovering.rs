//! After a crash, on real folders: what was interrupted is finished, or the old files are restored.

use std::sync::Arc;

use patchwright::disk::fs::OsFs;
use patchwright::environment::Environment;
use patchwright::progress::{CancelToken, Quiet};
use patchwright::settings::{Pair, Recent};
use patchwright::words::{self, window};
use patchwright::workbench::{ApplyOptions, Overrides, UnfinishedWork, Watch, Workbench};

use super::fault_fs::{At, Errno, Fault, FaultFs, Lasting};
use super::person::{Opening, Person, everything};
use super::sandbox::Sandbox;
use super::truth;

/// Longer than any small change, in calls.
const MANY_CALLS: usize = 2_000;

/// A folder in which an apply lost its disk at the first call after which `is_wanted` holds.
fn interrupted(is_wanted: impl Fn(&UnfinishedWork) -> bool) -> (Sandbox, UnfinishedWork) {
    for call in 1..MANY_CALLS {
        let sandbox = Sandbox::new();
        sandbox.write("app/a.txt", "1\n");
        let bundle = sandbox.bundle("CUT").replace("a.txt", "1\n", "2\n").create("new.txt", "new\n");
        let bundle = sandbox.save("cut.patchbundle", &bundle);
        let folder = sandbox.path("app");
        let this = Environment::of_this_machine();
        let environment = Environment::fixed(jiff::Timestamp::now(), "tester", "testbed", &this.platform);
        let cut = Workbench::with_disks(
            environment,
            Arc::new(move |path| {
                let disk = OsFs::open(path).expect("our own folder");
                let fault = Fault::Fails(Errno::Io);
                Ok(Arc::new(FaultFs::failing(Arc::new(disk), At::Call(call), fault, Lasting::FromThenOn)))
            }),
        );
        let watch = Watch { progress: &Quiet, cancel: &CancelToken::new() };
        let options = ApplyOptions { overrides: Overrides::UNSIGNED, ..ApplyOptions::default() };
        let is_done = cut.apply(&bundle, &folder, options, watch).is_ok();
        let sound = Workbench::new(Environment::of_this_machine());
        if let Ok(Some(work)) = sound.unfinished_in_full(&folder)
            && is_wanted(&work)
        {
            return (sandbox, work);
        }
        assert!(!is_done, "no call before the last one leaves such a folder");
    }
    unreachable!("a small change has fewer calls")
}

fn at_interrupted_work(sandbox: &Sandbox, work: &UnfinishedWork) -> Person {
    let folder = sandbox.path("app");
    let pairs = vec![Pair { bundle: None, folder: Some(folder.clone()) }];
    let mut opening = Opening { recent: Recent { pairs, ..Recent::default() }, ..Opening::new() };
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
