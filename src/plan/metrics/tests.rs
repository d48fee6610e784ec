//! Figures on histories that a person can count.

use super::*;

const DAY: i64 = 86_400;

fn event(entry: u64, deed: Deed, day: i64) -> ChangeEvent {
    ChangeEvent {
        entry,
        deed,
        time: Some(day * DAY),
        begun: Some(day * DAY),
        patches: vec![format!("P-{entry}")],
        undoes: Vec::new(),
        is_fault: false,
        is_unasked: false,
        is_stopped: false,
        downtime: None,
        committed: Vec::new(),
        opened: Vec::new(),
        made: Vec::new(),
        is_rework: None,
        mends: Vec::new(),
        published: Vec::new(),
    }
}

fn undoing(entry: u64, undone: u64, day: i64) -> ChangeEvent {
    ChangeEvent { undoes: vec![undone], is_fault: true, ..event(entry, Deed::RolledBack, day) }
}

fn of(events: Vec<ChangeEvent>) -> Metrics {
    Metrics::new(&[events], Period { since: 0, until: 70 * DAY })
}

#[test]
fn a_fault_within_seven_days_is_a_failure_and_one_later_is_none() {
    let metrics = of(vec![
        event(1, Deed::Applied, 1),
        undoing(2, 1, 8),
        event(3, Deed::Applied, 10),
        undoing(4, 3, 18),
        event(5, Deed::Applied, 20),
    ]);
    let rate = metrics.part(RateFigure::ChangeFailRate);
    assert_eq!((rate.part.len(), rate.whole.len(), rate.share()), (1, 3, Some(1.0 / 3.0)));
    assert!(rate.is_few());
    assert_eq!(metrics.times(TimeFigure::Recovery).values, [(rate.part[0].clone(), 7 * DAY)]);
    assert_eq!(metrics.applied_per_week(), Some(0.3));
}

#[test]
fn a_rollback_as_planned_is_no_failure() {
    let planned = ChangeEvent { is_fault: false, ..undoing(2, 1, 2) };
    let metrics = of(vec![event(1, Deed::Applied, 1), planned]);
    assert!(metrics.part(RateFigure::ChangeFailRate).part.is_empty());
    assert_eq!(metrics.part(RateFigure::SuccessRate).share(), Some(1.0));
}

#[test]
fn what_health_checks_undid_failed_and_what_was_restored_did_not_succeed() {
    let unasked = ChangeEvent { is_fault: false, is_unasked: true, ..undoing(2, 1, 1) };
    let metrics = of(vec![event(1, Deed::Applied, 1), unasked, event(3, Deed::PutBack, 2)]);
    assert_eq!(metrics.part(RateFigure::ChangeFailRate).share(), Some(1.0));
    let success = metrics.part(RateFigure::SuccessRate);
    assert_eq!((success.part.len(), success.whole.len()), (0, 2), "its own rollback is no change by itself");
}

#[test]
fn what_health_checks_undid_is_one_failed_change_and_what_was_rolled_back_later_is_two() {
    let published = vec![("CVE-1".to_owned(), Some(6 * DAY))];
    let applied =
        ChangeEvent { published, opened: vec![("P-1".to_owned(), Some(0))], ..event(1, Deed::Applied, 9) };
    let count = |metrics: &Metrics, deeds: &[Deed]| -> Vec<usize> {
        deeds.iter().map(|deed| metrics.deeds(*deed).len()).collect()
    };
    let all = [Deed::Applied, Deed::RolledBack, Deed::PutBack];
    let unasked = ChangeEvent { is_fault: false, is_unasked: true, ..undoing(2, 1, 9) };
    let failed = of(vec![applied.clone(), unasked]);
    assert_eq!(count(&failed, &all), [0, 0, 1]);
    assert_eq!(failed.applied_per_week(), Some(0.0));
    for span in [TimeFigure::Exposure, TimeFigure::TimeToApply] {
        assert_eq!(failed.times(span), Times::default(), "the patch never came");
    }
    assert_eq!(failed.times(TimeFigure::Recovery).values.len(), 1);
    let later = of(vec![applied, undoing(2, 1, 10)]);
    assert_eq!(count(&later, &all), [1, 1, 0]);
    assert_eq!(later.times(TimeFigure::Exposure).values.len(), 1);
    assert_eq!(later.times(TimeFigure::TimeToApply).percentile(50), Some(9 * DAY), "since it was opened");
    assert_eq!(later.part(RateFigure::SuccessRate).share(), Some(1.0));
}

#[test]
fn what_somebody_stopped_is_counted_apart_and_is_in_no_share() {
    let stopped = ChangeEvent { is_fault: false, is_stopped: true, ..undoing(2, 1, 1) };
    let metrics = of(vec![event(1, Deed::Applied, 1), stopped, event(3, Deed::Applied, 2)]);
    let of_deed = |deed: Deed| metrics.deeds(deed).iter().map(|of| of.entry).collect::<Vec<_>>();
    assert_eq!((of_deed(Deed::Stopped), of_deed(Deed::Applied)), (vec![1], vec![3]));
    assert!(of_deed(Deed::PutBack).is_empty() && of_deed(Deed::RolledBack).is_empty());
    for share in [RateFigure::ChangeFailRate, RateFigure::SuccessRate] {
        let share = metrics.part(share);
        assert_eq!(share.whole.iter().map(|of| of.entry).collect::<Vec<_>>(), [3]);
    }
    assert_eq!(metrics.times(TimeFigure::Recovery), Times::default());
}

#[test]
fn a_switch_that_checks_moved_back_is_one_failed_change() {
    let back = ChangeEvent { is_unasked: true, undoes: vec![1], ..event(2, Deed::Switched, 1) };
    let metrics = of(vec![event(1, Deed::Switched, 1), back]);
    assert_eq!((metrics.deeds(Deed::Switched).len(), metrics.deeds(Deed::PutBack).len()), (0, 1));
    assert_eq!(metrics.part(RateFigure::SuccessRate).share(), Some(0.0));
    assert_eq!(metrics.part(RateFigure::ChangeFailRate), Proportion::default(), "no patch was applied");
}

#[test]
fn a_clock_that_goes_back_is_no_data() {
    let metrics = of(vec![event(1, Deed::Applied, 9), undoing(2, 1, 8), event(3, Deed::Applied, 9)]);
    assert_eq!(metrics.undated.iter().map(|of| of.entry).collect::<Vec<_>>(), [2]);
    let rate = metrics.part(RateFigure::ChangeFailRate);
    assert_eq!((rate.whole.len(), rate.no_data.len()), (1, 1), "nobody knows how soon it failed");
    assert_eq!(metrics.times(TimeFigure::Recovery), Times::default());
    let made = vec![("P-1".to_owned(), Some(10 * DAY)), ("P-2".to_owned(), None)];
    let metrics = of(vec![ChangeEvent { made, ..event(1, Deed::Applied, 9) }]);
    let times = metrics.times(TimeFigure::SinceMade);
    assert_eq!((times.values.len(), times.no_data.len()), (0, 2), "it was not made after it was applied");
}

#[test]
fn what_was_fixed_before_it_was_published_was_never_exposed() {
    let published = vec![("CVE-1".to_owned(), Some(12 * DAY)), ("CVE-2".to_owned(), Some(6 * DAY))];
    let metrics = of(vec![ChangeEvent { published, ..event(1, Deed::Applied, 9) }]);
    let lengths: Vec<i64> =
        metrics.times(TimeFigure::Exposure).values.iter().map(|(_, length)| *length).collect();
    assert_eq!(lengths, [0, 3 * DAY]);
}

#[test]
fn percentiles_are_values_that_were_there() {
    let values = |lengths: &[i64]| {
        let of = EventRef { folder: 0, entry: 1, about: String::new() };
        Times { values: lengths.iter().map(|length| (of.clone(), *length)).collect(), no_data: Vec::new() }
    };
    let ten = values(&[9, 1, 8, 2, 7, 3, 6, 4, 5, 10]);
    assert_eq!((ten.percentile(50), ten.percentile(90), ten.is_few()), (Some(5), Some(9), false));
    let four = values(&[4, 1, 3, 2]);
    assert_eq!((four.percentile(50), four.percentile(90), four.is_few()), (Some(2), Some(4), true));
    assert_eq!(values(&[]).percentile(50), None);
}

#[test]
fn what_lies_outside_the_period_counts_nowhere() {
    let events = vec![event(1, Deed::Applied, 1), event(2, Deed::Applied, 5), event(3, Deed::Applied, 9)];
    let metrics = Metrics::new(&[events], Period { since: 2 * DAY, until: 8 * DAY });
    assert_eq!(metrics.deeds(Deed::Applied).len(), 1);
    let nothing = of(Vec::new());
    assert_eq!((nothing.part(RateFigure::SuccessRate).share(), nothing.deeds.len()), (None, 0));
}

#[test]
fn a_patch_that_mends_another_is_rework_and_ends_the_failure_of_that_one() {
    let planned = ChangeEvent { is_rework: Some(false), ..event(1, Deed::Applied, 1) };
    let mends = vec!["P-1".to_owned(), "P-9".to_owned()];
    let repair = ChangeEvent { is_rework: Some(true), mends, ..event(2, Deed::Applied, 3) };
    let metrics = of(vec![planned, repair, event(3, Deed::Applied, 4)]);
    let rework = metrics.part(RateFigure::Rework);
    assert_eq!((rework.part.len(), rework.whole.len(), rework.no_data.len()), (1, 2, 1));
    assert!(rework.is_few());
    let failed = metrics.part(RateFigure::ChangeFailRate);
    assert_eq!(failed.part.iter().map(|of| of.entry).collect::<Vec<_>>(), [1]);
    assert_eq!(metrics.times(TimeFigure::Recovery).values[0].1, 2 * DAY);
}

#[test]
fn lead_time_is_counted_from_the_newest_commit_and_never_guessed() {
    let committed =
        vec![("P-1".to_owned(), Some(5 * DAY)), ("P-2".to_owned(), None), ("P-3".to_owned(), Some(9 * DAY))];
    let metrics = of(vec![ChangeEvent { committed, ..event(1, Deed::Applied, 8) }]);
    let lead = metrics.times(TimeFigure::LeadTime);
    assert_eq!((lead.values.len(), lead.no_data.len(), lead.percentile(50)), (1, 2, Some(3 * DAY)));
}
