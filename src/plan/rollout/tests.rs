//! The rules of rings, each by its smallest story, and the thresholds by chance against exact fractions.

use proptest::prelude::*;

use super::*;

const RULES: RingRules = RingRules {
    at_once: 2,
    max_failed: Share::Folders(0),
    min_good: Share::Percent(10_000),
    wait: 0,
    approvals: 0,
    deadline: None,
};

use MemberStanding::{Failed, Good, LeftOut, NotGood, Waiting};

fn ring<'a>(rules: &'a RingRules, folders: &'a [MemberStanding]) -> Ring<'a> {
    Ring { rules, folders, begun: Some(0), approvals: 0, is_by_key: false }
}

fn next(rules: &RingRules, folders: &[MemberStanding], now: Seconds) -> Next {
    decide(&[ring(rules, folders)], now)
}

#[test]
fn folders_come_in_their_order_and_so_many_at_once() {
    assert_eq!(next(&RULES, &[Waiting; 5], 0), Next::Change { ring: 0, folders: vec![0, 1] });
    let begun = [Good { since: 0 }, LeftOut, Waiting, Waiting, Waiting];
    assert_eq!(next(&RULES, &begun, 0), Next::Change { ring: 0, folders: vec![2, 3] });
}

#[test]
fn one_failure_too_many_stops_every_ring_also_one_that_is_through() {
    assert_eq!(next(&RULES, &[Waiting, Failed], 0), Next::Stop { ring: 0 });
    let (good, failed) = ([Good { since: 0 }], [Failed]);
    assert_eq!(decide(&[ring(&RULES, &good), ring(&RULES, &failed)], 9), Next::Stop { ring: 1 });
    assert_eq!(decide(&[ring(&RULES, &failed), ring(&RULES, &[Waiting])], 9), Next::Stop { ring: 0 });
    let tolerant = RingRules { max_failed: Share::Folders(1), min_good: Share::Percent(5_000), ..RULES };
    assert_eq!(next(&tolerant, &[Good { since: 0 }, Failed], 0), Next::Done);
}

#[test]
fn a_ring_is_through_when_enough_are_good_and_its_wait_is_over() {
    let rules = RingRules { wait: 60, ..RULES };
    let folders = [Good { since: 10 }, Good { since: 25 }, LeftOut];
    assert_eq!(next(&rules, &folders, 84), Next::Wait { ring: 0, until: 85 });
    assert_eq!(next(&rules, &folders, 85), Next::Done);
}

#[test]
fn a_clock_that_is_set_back_makes_a_wait_longer_and_never_shorter() {
    let rules = RingRules { wait: 60, ..RULES };
    assert_eq!(next(&rules, &[Good { since: 1_000 }], 0), Next::Wait { ring: 0, until: 1_060 });
}

#[test]
fn a_folder_that_is_not_good_hangs_nothing() {
    assert_eq!(next(&RULES, &[Good { since: 0 }, NotGood], 5), Next::Decide { ring: 0 });
    let rules = RingRules { deadline: Some(100), ..RULES };
    assert_eq!(next(&rules, &[Good { since: 0 }, NotGood], 5), Next::Wait { ring: 0, until: 100 });
    assert_eq!(next(&rules, &[Good { since: 0 }, NotGood], 100), Next::Decide { ring: 0 });
    assert_eq!(next(&rules, &[Good { since: 0 }, Waiting], 100), Next::Decide { ring: 0 });
    let most = RingRules { min_good: Share::Percent(5_000), ..rules };
    assert_eq!(next(&most, &[Good { since: 0 }, NotGood], 100), Next::Done);
}

#[test]
fn nobody_begins_a_ring_that_people_have_to_approve() {
    let rules = RingRules { approvals: 2, ..RULES };
    let of =
        |begun, approvals| Ring { rules: &rules, folders: &[Waiting], begun, approvals, is_by_key: false };
    assert_eq!(decide(&[of(None, 1)], 0), Next::Approve { ring: 0, missing: 1 });
    assert!(matches!(decide(&[of(None, 2)], 0), Next::Change { .. }));
    assert!(matches!(decide(&[of(Some(0), 0)], 0), Next::Change { .. }));
}

#[test]
fn that_a_ring_had_begun_stands_for_no_approval_by_a_key() {
    let rules = RingRules { approvals: 1, ..RULES };
    let of = |folders, approvals| Ring { rules: &rules, folders, begun: Some(0), approvals, is_by_key: true };
    assert_eq!(decide(&[of(&[Waiting], 0)], 0), Next::Approve { ring: 0, missing: 1 });
    assert!(matches!(decide(&[of(&[Waiting], 1)], 0), Next::Change { .. }));
    // Nothing more is changed there: a key that is not trusted any more holds nobody up.
    assert_eq!(decide(&[of(&[Good { since: 0 }], 0)], 0), Next::Done);
}

#[test]
fn a_ring_whose_folders_were_all_left_out_is_through() {
    assert_eq!(next(&RULES, &[LeftOut, LeftOut], 0), Next::Done);
}

#[test]
fn shares_read_as_people_write_them() {
    for (text, shown) in
        [("0%", "0%"), ("10%", "10%"), ("0.1%", "0.10%"), ("33.33%", "33.33%"), ("100%", "100%")]
    {
        assert_eq!(Share::percent(text).map(|share| share.to_string()).as_deref(), Some(shown));
    }
    for wrong in ["", "%", "10", "-1%", "100.01%", "101%", "1e1%", "10 %", "1.234%", ".5%", "5.%", "٣%"] {
        assert_eq!(Share::percent(wrong), None, "{wrong}");
    }
}

proptest! {
    /// `count / all > part / 10000`, asked of fractions that are never rounded.
    #[test]
    fn a_threshold_is_the_exact_fraction(count in 0usize..200_000, all in 1usize..200_000, part in 0u16..=10_000) {
        let share = Share::Percent(part);
        let exact = compare((count as u64, all as u64), (u64::from(part), 10_000));
        prop_assert_eq!(share.is_exceeded(count, all), exact == std::cmp::Ordering::Greater);
        prop_assert_eq!(share.is_reached(count, all), exact != std::cmp::Ordering::Less);
    }

    #[test]
    fn what_a_ring_does_never_goes_past_a_failure_or_a_wait(
        standings in prop::collection::vec(0u8..5, 1..40),
        max_failed in 0u32..4,
        wait in 0i64..100,
        now in 0i64..200,
    ) {
        let standing = |kind: &u8| match kind {
            0 => Waiting,
            1 => Good { since: 50 },
            2 => NotGood,
            3 => Failed,
            _ => LeftOut,
        };
        let folders: Vec<MemberStanding> = standings.iter().map(standing).collect();
        let rules = RingRules { max_failed: Share::Folders(max_failed), wait, ..RULES };
        let failed = folders.iter().filter(|one| **one == Failed).count();
        match next(&rules, &folders, now) {
            Next::Stop { .. } => prop_assert!(failed > max_failed as usize),
            Next::Change { folders: chosen, .. } => {
                prop_assert!(failed <= max_failed as usize && chosen.len() <= rules.at_once);
                prop_assert!(chosen.iter().all(|folder| folders[*folder] == Waiting));
            }
            Next::Done => {
                let is_through = folders.iter().all(|one| matches!(one, Good { .. } | LeftOut));
                let is_over = now >= 50 + wait || !folders.contains(&Good { since: 50 });
                prop_assert!(is_through && is_over);
            }
            Next::Wait { until, .. } => prop_assert!(now < until && until == 50 + wait),
            Next::Decide { .. } => prop_assert!(!folders.contains(&Waiting)),
            Next::Approve { .. } => prop_assert!(false, "nobody asked for approvals"),
        }
    }
}

/// Which of two fractions is larger, by their continued fractions: no product that could overflow, no rounding.
fn compare(one: (u64, u64), other: (u64, u64)) -> std::cmp::Ordering {
    let whole = (one.0 / one.1).cmp(&(other.0 / other.1));
    let (one_rest, other_rest) = (one.0 % one.1, other.0 % other.1);
    whole.then_with(|| match (one_rest, other_rest) {
        (0, 0) => std::cmp::Ordering::Equal,
        (0, _) => std::cmp::Ordering::Less,
        (_, 0) => std::cmp::Ordering::Greater,
        _ => compare((other.1, other_rest), (one.1, one_rest)),
    })
}
