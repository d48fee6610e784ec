//! The power goes at any moment of a change, and again while it is put back.

use super::case::{Case, DISKS, TWO_HUNDRED_STEPS, all_cases};
use super::driver::{recover, run};
use crate::support::explore::{Effort, Exploration, MutedSync, Outcome, Survey, Violation};

/// Cuts the power at every call of a change.
pub fn explore(case: &Case, effort: Effort, muted_sync: Option<usize>) -> Result<Survey, Violation> {
    let exploration = Exploration {
        start: &case.start,
        scenario: &|disk| match run(disk, &case.deed) {
            Ok(_) => Outcome::ClaimedDone,
            Err(_) => Outcome::Failed,
        },
        recovery: &|disk| recover(disk),
        check: &|disk, outcome| case.check(disk, outcome),
        effort,
        muted_sync: muted_sync.map(MutedSync::OfScenario),
    };
    exploration.run()
}

/// Explores the cases and returns the number of trials.
fn explore_all(cases: Vec<Case>, effort: Effort) -> u64 {
    let mut trials = 0;
    let mut violations = Vec::new();
    for case in cases {
        match explore(&case, effort, None) {
            Ok(survey) => trials += survey.trials,
            Err(violation) => violations.push((case.name, violation)),
        }
    }
    if let Some((name, first)) = violations.first() {
        let all: Vec<String> =
            violations.iter().map(|(name, violation)| format!("{name}: {}", violation.problem)).collect();
        panic!("{}\n\n{name}: {first:?}", all.join("\n"));
    }
    trials
}

#[test]
fn a_power_cut_at_any_moment_leaves_everything_old_or_everything_new() {
    let trials = explore_all(all_cases(), Effort { seeds_per_call: 1, recovery_crashes: 1 });
    assert!(trials > 3000, "only {trials} trials");
}

#[test]
#[ignore = "takes minutes"]
fn slow_a_power_cut_at_any_moment_and_more_in_the_recovery_leave_everything_old_or_everything_new() {
    let trials = explore_all(all_cases(), Effort { seeds_per_call: 30, recovery_crashes: 3 });
    println!("{trials} power cuts in changes of every kind");
    let big = DISKS.map(|(_, new_disk)| Case::first(TWO_HUNDRED_STEPS, new_disk));
    let back = big.each_ref().map(Case::then_rolled_back);
    let effort = Effort { seeds_per_call: 3, recovery_crashes: 2 };
    let trials_of_big = explore_all(big.into_iter().chain(back).collect(), effort);
    println!("{trials_of_big} power cuts in changes of two hundred steps");
    assert!(trials + trials_of_big >= 100_000);
}
