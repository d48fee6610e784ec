//! History entries without a change, safe copies that are given up, and folders that were young when the power went.

use std::sync::Arc;

use patchwright::disk::fs::{Fs, Place, StatePath};
use patchwright::ledger::{Action, Entry, Ledger};
use patchwright::transaction::{SafeCopies, append, give_up, recover};

use super::case::{Case, DISKS, KINDS, ways_back};
use super::driver::{environment, locked, must_run, recover, run, told};
use crate::support::explore::{Effort, Exploration, MutedSync, Outcome};
use crate::support::sim_fs::{Settled, SimFs, What};

const EFFORT: Effort = Effort { seeds_per_call: 30, recovery_crashes: 1 };

fn append_entry(disk: Arc<SimFs>, action: Action) -> Result<(), String> {
    let root = locked(disk)?;
    recover::tidy(&root).map_err(|error| told(&error))?;
    let head = Ledger::read(root.fs()).map_err(|error| told(&error))?.head();
    append(&root, &Entry::after(&head, action, &environment())).map_err(|error| told(&error))
}

fn explored(
    start: &SimFs,
    scenario: &(dyn Fn(Arc<SimFs>) -> Result<(), String> + Sync),
    check: &(dyn Fn(&SimFs, Outcome) -> Result<(), String> + Sync),
    muted_sync: Option<usize>,
) -> Result<(), String> {
    let exploration = Exploration {
        start,
        scenario: &|disk| match scenario(disk) {
            Ok(()) => Outcome::ClaimedDone,
            Err(_) => Outcome::Failed,
        },
        recovery: &|disk| recover(disk),
        check,
        effort: EFFORT,
        muted_sync: muted_sync.map(MutedSync::OfScenario),
    };
    exploration.run().map(drop).map_err(|violation| format!("{violation:?}"))
}

fn after_one_change() -> Arc<SimFs> {
    let case = Case::first(KINDS[2], SimFs::new);
    let disk = Arc::new(case.start.fork());
    let _ = must_run(&disk, &case.deed);
    disk
}

fn product() -> SimFs {
    let disk = SimFs::new();
    disk.put_file("app", "app", 0o755);
    disk
}

fn check_appended(disk: &SimFs, outcome: Outcome, before: usize) -> Result<(), String> {
    let entries = Ledger::read(disk).map_err(|error| told(&error))?.entries().len();
    let names = disk.list(&Place::State(StatePath::root())).map_err(|error| told(&error))?.text;
    if names.iter().any(|name| name == "entry.new") {
        return Err("half an entry is left".to_owned());
    }
    match outcome {
        Outcome::ClaimedDone if entries != before + 1 => Err("the entry is lost".to_owned()),
        Outcome::Failed if entries > before + 1 => Err("there are too many entries".to_owned()),
        _ => Ok(()),
    }
}

#[test]
fn an_entry_is_in_the_history_wholly_or_not_at_all_and_every_sync_for_it_is_needed() {
    let scenario = |disk| append_entry(disk, Action::Checked);
    for (start, before) in [(product(), 0), (after_one_change().fork(), 1)] {
        let check = |disk: &SimFs, outcome| check_appended(disk, outcome, before);
        assert_eq!(explored(&start, &scenario, &check, None), Ok(()));
        for k in 1..=2 {
            assert!(explored(&start, &scenario, &check, Some(k)).is_err(), "nobody notices without sync {k}");
        }
    }
}

#[test]
fn giving_up_the_way_back_frees_it_and_nothing_else() {
    let first = after_one_change();
    let second = Case::next("second", first, |disk| disk.outside_write("bin/app", "newest", Settled::OnDisk));
    let disk = Arc::new(second.start.fork());
    let _ = must_run(&disk, &second.deed);
    append_entry(disk.clone(), Action::Accept).expect("nothing is in its way");
    let give_up_first = |disk: Arc<SimFs>| {
        let root = locked(disk)?;
        recover::tidy(&root).map_err(|error| told(&error))?;
        give_up(&root, &[1]).map_err(|error| told(&error))
    };
    let check = |disk: &SimFs, _| {
        let ledger = Ledger::read(disk).map_err(|error| told(&error))?;
        SafeCopies::verify(disk, 2, &ledger.entries()[1].steps).map_err(|error| told(&error))?;
        let again = Arc::new(disk.fork());
        give_up_first(again.clone())?;
        match ways_back(&again).into_iter().collect::<Vec<_>>()[..] {
            [2] => Ok(()),
            ref others => Err(format!("the ways back are {others:?}")),
        }
    };
    assert_eq!(explored(&disk, &give_up_first, &check, None), Ok(()));
}

#[test]
fn a_torn_format_file_is_written_again() {
    let disk = product();
    disk.put_file(".patchwright/format", "patchwr", 0o600);
    let disk = Arc::new(disk);
    append_entry(disk.clone(), Action::Checked).expect("nothing is in its way");
    let format = disk.whole_tree()[".patchwright/format"].what.clone();
    assert_eq!(format, What::File(Arc::new(b"patchwright-state/1\n".to_vec())));
}

#[test]
fn a_change_of_a_product_that_was_just_unpacked_survives_a_power_cut() {
    for (_, new_disk) in DISKS {
        let disk = new_disk();
        for folder in ["a", "a/b", "a/b/c"] {
            disk.outside_make_dir(folder, 0o755, Settled::NotYet);
        }
        disk.outside_replace("a/b/c/app", "old", 0o644, Settled::NotYet);
        disk.outside_replace("a/b/c/dead", "dead", 0o644, Settled::NotYet);
        let case = Case::next("young", Arc::new(disk), |disk| {
            disk.outside_write("a/b/c/app", "new", Settled::NotYet);
            disk.outside_delete("a/b/c/dead", Settled::NotYet);
        });
        let scenario = |disk: Arc<SimFs>| run(disk, &case.deed).map(drop);
        let check = |disk: &SimFs, outcome| match outcome {
            Outcome::ClaimedDone => case.check(disk, outcome),
            // What was there before may be lost, but then nothing of ours came instead.
            Outcome::Failed => Ok(()),
        };
        assert_eq!(explored(&case.start, &scenario, &check, None), Ok(()));
    }
}

#[test]
fn a_safe_copy_stays_what_it_was_when_the_original_is_edited_under_its_other_name() {
    for (_, new_disk) in DISKS {
        let kind =
            KINDS.into_iter().find(|kind| kind.0 == "files with other names").expect("there is such a kind");
        let case = Case::first(kind, new_disk);
        let scenario = |disk: Arc<SimFs>| run(disk, &case.deed).map(drop);
        let check = |disk: &SimFs, outcome| {
            if outcome == Outcome::ClaimedDone {
                disk.outside_write("lib/app-too", "edited", Settled::OnDisk);
                disk.outside_write("doc/readme", "edited, too", Settled::OnDisk);
                let ledger = Ledger::read(disk).map_err(|error| told(&error))?;
                SafeCopies::verify(disk, 1, &ledger.entries()[0].steps).map_err(|error| told(&error))?;
            }
            Ok(())
        };
        assert_eq!(explored(&case.start, &scenario, &check, None), Ok(()));
    }
}
