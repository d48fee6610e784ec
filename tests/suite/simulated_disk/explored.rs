//! A small protocol, cut at every call: safe as it is, and unsafe without any one of its syncs.

use std::collections::BTreeSet;
use std::io;

use patchwright::disk::fs::Fs;
use patchwright::model::Mode;

use super::{content, disk_with_app, ours, place, product, set, state, state_dir, write_new};
use crate::support::explore::{Effort, Exploration, MutedSync, Outcome};

/// Writes a record so that its name appears only with all of its bytes.
fn write_record(disk: &dyn Fs) -> io::Result<()> {
    write_new(disk, "record.tmp", "whole")?;
    disk.sync(&[ours("record.tmp")])?;
    disk.rename(&state("record.tmp"), &state("record"))?;
    disk.sync(&[state_dir()])
}

/// What is wrong with the record after a power cut.
fn fault_of_record(disk: &dyn Fs, is_promised: bool) -> Result<(), String> {
    match content(disk, &ours("record")) {
        None if is_promised => Err("the record is lost".to_owned()),
        Some(text) if text != "whole" => Err(format!("the record is torn: {text:?}")),
        _ => Ok(()),
    }
}

/// Cuts the power at every call of [`write_record`] and looks at every outcome.
fn faults_of_the_protocol(muted_sync: Option<usize>) -> BTreeSet<String> {
    let mut faults = BTreeSet::new();
    for call in 1.. {
        let disk = disk_with_app();
        muted_sync.into_iter().for_each(|k| disk.mute_sync(k));
        disk.crash_at_call(call);
        let is_promised = write_record(&disk).is_ok();
        faults
            .extend(disk.every_crash().iter().filter_map(|after| fault_of_record(after, is_promised).err()));
        if is_promised {
            break;
        }
    }
    faults
}

#[test]
fn a_record_written_with_both_syncs_is_never_torn_or_lost() {
    assert_eq!(faults_of_the_protocol(None), set([]));
}

#[test]
fn a_record_written_without_the_first_sync_may_be_torn() {
    let faults = faults_of_the_protocol(Some(1));
    assert!(faults.contains("the record is torn: \"\""), "{faults:?}");
    assert!(!faults.contains("the record is lost"), "{faults:?}");
}

#[test]
fn a_record_written_without_the_second_sync_may_be_lost() {
    assert_eq!(faults_of_the_protocol(Some(2)), set(["the record is lost".to_owned()]));
}

// The explorer.

/// Explores the small protocol. Its recovery removes the temporary file and then does the rest.
fn explore_record(
    muted_sync: Option<MutedSync>,
    rest_of_recovery: &(dyn Fn(&dyn Fs) -> io::Result<()> + Sync),
) -> String {
    let recover = |disk: &dyn Fs| {
        if disk.look(&ours("record.tmp"))?.is_some() {
            disk.remove_file(&state("record.tmp"))?;
        }
        rest_of_recovery(disk)
    };
    let start = disk_with_app();
    start.put_dir("lib", 0o755);
    let exploration = Exploration {
        start: &start,
        scenario: &|disk| match write_record(&*disk) {
            Ok(()) => Outcome::ClaimedDone,
            Err(_) => Outcome::Failed,
        },
        recovery: &|disk| recover(&*disk).map_err(|error| error.to_string()),
        check: &|disk, outcome| fault_of_record(disk, outcome == Outcome::ClaimedDone),
        effort: Effort { seeds_per_call: 100, recovery_crashes: 3 },
        muted_sync,
    };
    match exploration.run() {
        Ok(survey) => format!("{} trials of {} calls", survey.trials, survey.calls),
        Err(violation) => format!("{violation:?}"),
    }
}

fn sync_state_dir(disk: &dyn Fs) -> io::Result<()> {
    disk.sync(&[state_dir()])
}

/// Protects a folder of the product and leaves a note that this was done.
fn protect_once(disk: &dyn Fs) -> io::Result<()> {
    if disk.look(&ours("protected"))?.is_none() {
        disk.set_dir_mode(&product("lib"), Mode::new(0o700))?;
        disk.sync(&[place("lib")])?;
        disk.make_dir(&state("protected"), Mode::DIR)?;
    }
    sync_state_dir(disk)
}

#[test]
fn an_exploration_of_a_safe_protocol_finds_nothing() {
    assert_eq!(explore_record(None, &protect_once), "600 trials of 5 calls");
}

#[test]
fn an_exploration_of_an_unsafe_protocol_tells_the_story() {
    let torn = explore_record(Some(MutedSync::OfScenario(1)), &sync_state_dir);
    assert!(torn.contains("the record is torn"), "{torn}");
    let lost = explore_record(Some(MutedSync::OfScenario(2)), &sync_state_dir);
    assert!(lost.starts_with("power cut at call 6, seed "), "{lost}");
    assert!(lost.contains("the record is lost\n     1 create .patchwright/record.tmp\n"), "{lost}");
    assert!(lost.contains("\n  power cut\n  lost: "), "{lost}");
}

#[test]
fn an_exploration_reports_a_recovery_that_does_not_last() {
    let forgetful = explore_record(Some(MutedSync::OfRecovery(1)), &protect_once);
    // The note is kept, what it says is not.
    assert!(forgetful.contains("a power cut after the recovery changes something\nlib: "), "{forgetful}");
}

#[test]
fn an_exploration_reports_a_recovery_that_works_only_the_second_time() {
    let stubborn = explore_record(None, &|disk| {
        if disk.look(&ours("tried"))?.is_some() {
            return Ok(());
        }
        disk.make_dir(&state("tried"), Mode::DIR)?;
        sync_state_dir(disk)?;
        Err(io::Error::other("not today"))
    });
    assert!(stubborn.contains("not today"), "{stubborn}");
}

#[test]
fn an_exploration_reports_a_recovery_that_panics() {
    let panicking = explore_record(None, &|_| panic!("out of ideas"));
    assert!(panicking.contains("panicked: out of ideas"), "{panicking}");
}
