//! The power goes at any moment of a change, and again while it is put back.

use super::case::{Case, all_cases};
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

/// Explores every case and returns the number of trials.
fn explore_all(effort: Effort) -> u64 {
    let mut trials = 0;
    let mut violations = Vec::new();
    for case in all_cases() {
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
    let trials = explore_all(Effort { seeds_per_call: 1, recovery_crashes: 1 });
    assert!(trials > 5000, "only {trials} trials");
}
