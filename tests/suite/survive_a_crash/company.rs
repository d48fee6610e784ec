//! Other people work in the folder at the same moment, or between a crash and the recovery; and somebody stops a change.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use patchwright::disk::fs::Fs;
use patchwright::model::TreePath;
use patchwright::progress::{CancelToken, Phase, Progress, Quiet};
use patchwright::transaction::recover::{self, OnForeign, UndoTable, Undone};
use patchwright::transaction::{ChangeFailure, FolderCondition, Receipt, TransactionError};

use super::case::{Case, DISKS, KINDS, Kind, NewDisk};
use super::driver::{locked, recover, run, run_with, undo, undo_with};
use super::verdict::State;
use crate::support::explore::{Effort, Exploration, Outcome};
use crate::support::sim_fs::{Settled, SimFs, What, difference};

/// Does something at one of the moments of which a change tells.
struct AtMoment<'a> {
    moment: usize,
    passed: AtomicUsize,
    deed: &'a (dyn Fn() + Sync),
}

impl<'a> AtMoment<'a> {
    fn new(moment: usize, deed: &'a (dyn Fn() + Sync)) -> Self {
        Self { moment, passed: AtomicUsize::new(0), deed }
    }

    fn pass(&self) {
        if self.passed.fetch_add(1, Ordering::SeqCst) == self.moment {
            (self.deed)();
        }
    }
}

impl Progress for AtMoment<'_> {
    fn begin(&self, _: Phase, _: u64) {
        self.pass();
    }

    fn advance(&self, _: u64) {
        self.pass();
    }
}

/// Does something when a phase begins.
struct AtPhase<'a>(Phase, &'a (dyn Fn() + Sync));

impl Progress for AtPhase<'_> {
    fn begin(&self, phase: Phase, _: u64) {
        if phase == self.0 {
            (self.1)();
        }
    }

    fn advance(&self, _: u64) {}
}

fn kind(name: &str) -> Kind {
    KINDS.into_iter().find(|kind| kind.0.starts_with(name)).expect("there is such a kind")
}

fn holds(disk: &SimFs, path: &str, bytes: &str) -> bool {
    disk.tree().get(path).is_some_and(|entry| entry.what == What::File(Arc::new(bytes.into())))
}

/// Somebody does `edit` after the last look and before the first move of a change that touches `bin/app` and
/// `lib/dead.so` and makes `lib/extra.so`.
fn change_with_company(new_disk: NewDisk, edit: Edit) -> (Case, Arc<SimFs>, Result<Receipt, ChangeFailure>) {
    let case = Case::first(kind("a file comes"), new_disk);
    let disk = Arc::new(case.start.fork());
    let result = {
        let deed = || edit(&disk);
        run_with(disk.clone(), &case.deed, &AtPhase(Phase::Changing, &deed), &CancelToken::new())
    };
    (case, disk, result.expect("nothing is wrong before the change"))
}

/// Who comes between keeps what they did, and the rest is put back.
fn expect_put_back_beside(edit: Edit) {
    for (name, new_disk) in DISKS {
        let (case, disk, result) = change_with_company(new_disk, edit);
        let failure = result.expect_err("somebody came between");
        assert_eq!(failure.condition, FolderCondition::PutBack, "{name}: {failure:?}");
        assert!(matches!(failure.cause, TransactionError::ChangedMeanwhile { .. }), "{name}: {failure:?}");
        let expected = case.start.fork();
        edit(&expected);
        assert_eq!(difference(&expected.tree(), &disk.tree()), None, "{name}");
        let after = Arc::new(disk.crash(1));
        recover(after.clone()).expect("nothing is left to decide");
        let settled = difference(&expected.tree(), &after.tree());
        assert_eq!(settled, None, "{name}: after a power cut");
    }
}

#[test]
fn a_file_edited_at_the_same_moment_keeps_the_edit() {
    expect_put_back_beside(|disk| disk.outside_write("bin/app", "their app", Settled::OnDisk));
}

#[test]
fn a_file_replaced_at_the_same_moment_keeps_the_replacement() {
    expect_put_back_beside(|disk| disk.outside_replace("bin/app", "their app", 0o700, Settled::OnDisk));
}

#[test]
fn a_file_replaced_before_it_is_deleted_stays() {
    expect_put_back_beside(|disk| disk.outside_replace("lib/dead.so", "alive", 0o644, Settled::OnDisk));
}

#[test]
fn a_file_that_somebody_made_in_the_place_of_a_new_one_stays() {
    expect_put_back_beside(|disk| {
        disk.outside_replace("lib/extra.so", "their extra", 0o644, Settled::OnDisk);
    });
    // Even when it is the very same.
    expect_put_back_beside(|disk| disk.outside_replace("lib/extra.so", "extra", 0o644, Settled::OnDisk));
}

#[test]
fn a_file_removed_before_it_is_changed_stays_away() {
    expect_put_back_beside(|disk| disk.outside_delete("bin/app", Settled::OnDisk));
}

#[test]
fn a_file_removed_before_it_is_deleted_needs_a_person_and_is_left_to_them() {
    for (_, new_disk) in DISKS {
        let edit: Edit = |disk| disk.outside_delete("lib/dead.so", Settled::OnDisk);
        let (case, disk, result) = change_with_company(new_disk, edit);
        let failure = result.expect_err("somebody came between");
        assert_eq!(failure.condition, FolderCondition::NeedsPerson, "{failure:?}");
        let undone = undo_aside(&disk);
        assert_eq!(undone.gone.len(), 1);
        let expected = case.start.fork();
        edit(&expected);
        assert_eq!(difference(&expected.tree(), &disk.tree()), None);
    }
}

fn undo_aside(disk: &Arc<SimFs>) -> Undone {
    let root = locked(disk.clone()).expect("nobody has the lock");
    undo(&root, &UndoTable::default(), OnForeign::PutAside).expect("somebody decided")
}

#[test]
fn a_change_can_be_stopped_until_everything_is_new() {
    for name in ["a file comes", "everything becomes", "new folders"] {
        for (disk_name, new_disk) in DISKS {
            let case = Case::first(kind(name), new_disk);
            let mut stopped = 0;
            for moment in 0.. {
                let (disk, cancel) = (Arc::new(case.start.fork()), CancelToken::new());
                let stop = || cancel.cancel();
                let progress = AtMoment::new(moment, &stop);
                let result =
                    run_with(disk.clone(), &case.deed, &progress, &cancel).expect("nothing is wrong");
                let (state, outcome) = match &result {
                    Ok(_) => (State::New, Outcome::ClaimedDone),
                    Err(failure) => {
                        assert!(matches!(failure.cause, TransactionError::Cancelled(_)), "{failure:?}");
                        assert_ne!(failure.condition, FolderCondition::NeedsPerson);
                        stopped += 1;
                        (State::Old, Outcome::Failed)
                    }
                };
                assert_eq!(case.state(&disk.tree()), Ok(state), "{name} on {disk_name}, moment {moment}");
                assert_eq!(case.check(&disk, outcome), Ok(()), "{name} on {disk_name}, moment {moment}");
                if !cancel.is_cancelled() {
                    break;
                }
            }
            assert!(stopped > 4, "{name}: stopped only {stopped} times");
        }
    }
}

#[test]
fn a_wish_to_stop_while_everything_is_verified_comes_too_late() {
    let case = Case::first(kind("a file comes"), SimFs::new);
    let (disk, cancel) = (Arc::new(case.start.fork()), CancelToken::new());
    let stop = || cancel.cancel();
    let result = run_with(disk.clone(), &case.deed, &AtPhase(Phase::Verifying, &stop), &cancel);
    let _ = result.expect("nothing is wrong").expect("it is too late");
    assert_eq!(case.check(&disk, Outcome::ClaimedDone), Ok(()));
}

/// A change that was interrupted when everything was new but not committed.
pub(super) fn interrupted(case: &Case) -> Arc<SimFs> {
    let disk = Arc::new(case.start.fork());
    disk.keep_log();
    let _ = run(disk.clone(), &case.deed).expect("nothing is in its way");
    let commit = disk.log().into_iter().find(|line| line.contains("t/commit.new to")).expect("it commits");
    let disk = Arc::new(case.start.fork());
    disk.crash_at_call(
        commit.split_whitespace().next().and_then(|n| n.parse().ok()).expect("calls are numbered"),
    );
    run(disk.clone(), &case.deed).expect_err("the power is cut");
    Arc::new(disk.crash(7))
}

/// What somebody does to a folder.
type Edit = fn(&SimFs);

/// What other people do to the folder after "everything becomes something else" was interrupted, and where what they
/// made is to be found again.
const FOREIGN: [(&str, Edit); 5] = [
    ("a new file was edited", |disk| disk.outside_write("lib/alias/inner", "theirs", Settled::OnDisk)),
    ("a file was added to a folder that was a file", |disk| {
        disk.outside_replace("lib/dead.so/more", "theirs", 0o644, Settled::OnDisk);
    }),
    ("a link was replaced", |disk| disk.outside_replace("readme", "theirs", 0o644, Settled::OnDisk)),
    ("a file that was a folder was replaced", |disk| {
        disk.outside_replace("doc", "theirs", 0o644, Settled::OnDisk);
    }),
    ("a new folder was replaced", |disk| {
        disk.outside_delete("lib/alias/inner", Settled::OnDisk);
        disk.outside_delete("lib/alias", Settled::OnDisk);
        disk.outside_replace("lib/alias", "theirs", 0o644, Settled::OnDisk);
    }),
];

#[test]
fn what_others_changed_after_a_crash_stops_the_undo_before_it_begins() {
    for (disk_name, new_disk) in DISKS {
        let case = Case::first(kind("everything becomes"), new_disk);
        for (story, edit) in FOREIGN {
            let disk = interrupted(&case);
            edit(&disk);
            let whole = disk.whole_tree();
            let root = locked(disk.clone()).expect("nobody has the lock");
            let result = undo(&root, &UndoTable::default(), OnForeign::Stop);
            assert!(
                matches!(result, Err(TransactionError::Foreign { .. })),
                "{story} on {disk_name}: {result:?}"
            );
            assert_eq!(disk.whole_tree(), whole, "{story} on {disk_name}");
        }
    }
}

#[test]
fn what_others_changed_after_a_crash_is_put_aside_and_survives_power_cuts() {
    for (disk_name, new_disk) in DISKS {
        let case = Case::first(kind("everything becomes"), new_disk);
        for (story, edit) in FOREIGN {
            let start = interrupted(&case);
            edit(&start);
            let put_aside = |disk: Arc<SimFs>| {
                let root = locked(disk)?;
                match recover::tidy(&root) {
                    Err(TransactionError::Unfinished) => {
                        undo(&root, &UndoTable::default(), OnForeign::PutAside)
                            .map(drop)
                            .map_err(|error| error.to_string())
                    }
                    result => result.map_err(|error| error.to_string()),
                }
            };
            let exploration = Exploration {
                start: &start,
                scenario: &|disk| {
                    // Without power it fails; what matters is what is left.
                    let _ = put_aside(disk);
                    Outcome::Failed
                },
                recovery: &put_aside,
                check: &|disk, _| {
                    if case.state(&disk.tree())? != State::Old {
                        return Err("not put back".to_owned());
                    }
                    let theirs = What::File(Arc::new(b"theirs".to_vec()));
                    let is_aside = disk.whole_tree().iter().any(|(path, entry)| {
                        path.starts_with(".patchwright/conflict/") && entry.what == theirs
                    });
                    if is_aside { Ok(()) } else { Err("what others made is lost".to_owned()) }
                },
                effort: Effort { seeds_per_call: 3, recovery_crashes: 1 },
                muted_sync: None,
            };
            if let Err(violation) = exploration.run() {
                panic!("{story} on {disk_name}: {violation:?}");
            }
        }
    }
}

#[test]
fn a_folder_that_others_use_stays_with_what_is_theirs() {
    for (_, new_disk) in DISKS {
        let case = Case::first(kind("new folders"), new_disk);
        let disk = interrupted(&case);
        disk.outside_replace("share/deep/theirs", "theirs", 0o644, Settled::OnDisk);
        let root = locked(disk.clone()).expect("nobody has the lock");
        let undone = undo(&root, &UndoTable::default(), OnForeign::Stop).expect("nobody has to decide");
        let kept: Vec<&str> = undone.folders_kept.iter().map(TreePath::as_str).collect();
        assert_eq!(kept, ["share/deep", "share"]);
        let mut tree = disk.crash(1).tree();
        assert!(holds(&disk, "share/deep/theirs", "theirs"));
        for path in ["share/deep/theirs", "share/deep", "share"] {
            assert!(tree.remove(path).is_some(), "{path} is gone");
        }
        assert_eq!(case.state(&tree), Ok(State::Old));
    }
}

#[test]
fn what_others_put_right_before_the_change_came_to_it_is_left_alone() {
    for (_, new_disk) in DISKS {
        let case = Case::first(kind("a file comes"), new_disk);
        let disk = Arc::new(case.start.fork());
        disk.keep_log();
        let _ = run(disk.clone(), &case.deed).expect("nothing is in its way");
        let armed = disk.log().into_iter().find(|line| line.contains("t/commit.new")).expect("it commits");
        let swaps_end: usize =
            armed.split_whitespace().next().and_then(|n| n.parse().ok()).expect("numbered");
        for call in swaps_end - 5..swaps_end {
            for edit in [
                (|disk| disk.outside_replace("bin/app", "new app", 0o755, Settled::OnDisk)) as fn(&SimFs),
                |disk| disk.outside_replace("lib/extra.so", "extra", 0o644, Settled::OnDisk),
                |disk| disk.outside_replace("lib/dead.so", "dead", 0o644, Settled::OnDisk),
            ] {
                let disk = Arc::new(case.start.fork());
                disk.crash_at_call(call);
                run(disk.clone(), &case.deed).expect_err("the power is cut");
                let disk = Arc::new(disk.crash(call as u64));
                edit(&disk);
                undo_aside_or_tidy(&disk);
                // What looks like ours counts as ours where the step was done, and as theirs where it was not.
                let theirs = case.start.fork();
                edit(&theirs);
                let unlike = [&case.before, &theirs.tree()].map(|tree| difference(tree, &disk.tree()));
                assert!(unlike.contains(&None), "call {call}: {unlike:?}");
            }
        }
    }
}

fn undo_aside_or_tidy(disk: &Arc<SimFs>) {
    let root = locked(disk.clone()).expect("nobody has the lock");
    if let Err(error) = recover::tidy(&root) {
        assert!(matches!(error, TransactionError::Unfinished), "{error:?}");
        drop(root);
        undo_aside(disk);
    }
}

#[test]
fn what_others_change_while_it_is_put_back_is_never_lost() {
    for (disk_name, new_disk) in DISKS {
        let case = Case::first(kind("everything becomes"), new_disk);
        for (story, edit) in FOREIGN {
            let disk = interrupted(&case);
            let root = locked(disk.clone()).expect("nobody has the lock");
            let deed = || edit(&disk);
            let progress = AtPhase(Phase::PuttingBack, &deed);
            let result = undo_with(&root, &UndoTable::default(), OnForeign::Stop, &progress);
            assert!(result.is_err(), "{story} on {disk_name}: {result:?}");
            drop(root);
            undo_aside(&disk);
            assert_eq!(case.state(&disk.tree()), Ok(State::Old), "{story} on {disk_name}");
            let theirs = What::File(Arc::new(b"theirs".to_vec()));
            assert!(
                disk.whole_tree().values().any(|entry| entry.what == theirs),
                "{story} on {disk_name}: lost"
            );
        }
        let case = Case::first(kind("new folders"), new_disk);
        let disk = interrupted(&case);
        let root = locked(disk.clone()).expect("nobody has the lock");
        let deed = || disk.outside_replace("share/empty/theirs", "theirs", 0o644, Settled::OnDisk);
        let progress = AtPhase(Phase::PuttingBack, &deed);
        undo_with(&root, &UndoTable::default(), OnForeign::Stop, &progress).expect("the folder stays");
        assert!(holds(&disk, "share/empty/theirs", "theirs"), "{disk_name}");
    }
}

#[test]
fn an_interrupted_change_can_be_finished_when_everything_is_new() {
    for name in ["everything becomes", "a file comes", "new folders", "modes only"] {
        let case = Case::first(kind(name), SimFs::new);
        let start = interrupted(&case);
        let finish = |disk: Arc<SimFs>| {
            let root = locked(disk)?;
            match recover::tidy(&root) {
                Err(TransactionError::Unfinished) => recover::interrupted(&root)
                    .and_then(|interrupted| recover::roll_forward(&root, &interrupted))
                    .map(drop)
                    .map_err(|error| error.to_string()),
                result => result.map_err(|error| error.to_string()),
            }
        };
        let exploration = Exploration {
            start: &start,
            scenario: &|disk| match finish(disk) {
                Ok(()) => Outcome::ClaimedDone,
                Err(_) => Outcome::Failed,
            },
            recovery: &finish,
            check: &|disk, _| case.check(disk, Outcome::ClaimedDone),
            effort: Effort { seeds_per_call: 5, recovery_crashes: 1 },
            muted_sync: None,
        };
        if let Err(violation) = exploration.run() {
            panic!("{name}: {violation:?}");
        }
    }
}

#[test]
fn a_change_that_is_not_all_new_cannot_be_finished() {
    let case = Case::first(kind("a file comes"), SimFs::new);
    let disk = interrupted(&case);
    disk.outside_write("bin/app", "theirs", Settled::OnDisk);
    let whole = disk.whole_tree();
    let root = locked(disk.clone()).expect("nobody has the lock");
    let interrupted = recover::interrupted(&root).expect("it was interrupted");
    let result = recover::roll_forward(&root, &interrupted);
    assert!(matches!(result, Err(TransactionError::NotAllNew { .. })), "{result:?}");
    assert_eq!(disk.whole_tree(), whole);
}

#[test]
fn one_writer_at_a_time() {
    let case = Case::first(kind("one file"), SimFs::new);
    let disk: Arc<dyn Fs> = Arc::new(case.start.fork());
    let _writer = locked(disk.clone()).expect("nobody has the lock");
    assert!(run_with(disk, &case.deed, &Quiet, &CancelToken::new()).is_err());
}
