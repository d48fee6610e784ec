//! A hundred thousand hosts that do not exist, through the very rules that real folders go through: how many get a bad patch
//! before it is stopped, and how long a good one takes, with rings and without.
//!
//! The same seed gives the same hosts. `docs/scale.md` has the table that this prints, and the test compares them.

use super::*;

const HOSTS: usize = 100_000;
const HOUR: Seconds = 3_600;
const AT_ONCE: usize = 1_000;
/// For hosts that are not there.
const DEADLINE: Seconds = 7 * 24 * HOUR;
/// How often the rollout is called again while it waits for hosts that were not there.
const CALL_EVERY: Seconds = 10 * 60;

/// A host, and what a bad patch does to it.
#[derive(Clone, Copy)]
struct Host {
    /// How long a change takes.
    takes: Seconds,
    /// When it can be reached.
    reach: Reach,
    harm: Harm,
}

#[derive(Clone, Copy, PartialEq)]
enum Reach {
    Always,
    /// Every other hour.
    Flapping,
    Never,
}

#[derive(Clone, Copy, PartialEq)]
enum Harm {
    None,
    /// The health check right after the change fails, and the change is rolled back.
    AtOnce,
    /// It shows so long after the change.
    After(Seconds),
}

/// SplitMix64: small, and the same everywhere.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Whether something happens that happens in `per_mille` of a thousand cases.
    fn is(&mut self, per_mille: u64) -> bool {
        self.next() % 1_000 < per_mille
    }

    fn between(&mut self, least: Seconds, most: Seconds) -> Seconds {
        least + (self.next() % (most - least) as u64) as Seconds
    }
}

/// 2 % of the hosts are slow, 1 % come and go, 0.5 % cannot be reached at all. A bad patch harms `per_mille` of them, half of
/// those only within six hours.
fn hosts(per_mille: u64) -> Vec<Host> {
    let mut chance = Chance(20_261_129);
    let mut host = || {
        let takes = if chance.is(20) { chance.between(300, 900) } else { chance.between(20, 60) };
        let reach = match chance.next() % 1_000 {
            0..5 => Reach::Never,
            5..15 => Reach::Flapping,
            _ => Reach::Always,
        };
        let harm = match (chance.is(per_mille), chance.is(500)) {
            (false, _) => Harm::None,
            (true, true) => Harm::AtOnce,
            (true, false) => Harm::After(chance.between(60, 6 * HOUR)),
        };
        Host { takes, reach, harm }
    };
    (0..HOSTS).map(|_| host()).collect()
}

/// Sizes of the rings, and the rules of all of them.
struct Shape {
    name: &'static str,
    rings: &'static [usize],
    max_failed: Share,
    wait: Seconds,
}

/// What came of it.
struct Outcome {
    /// Hosts that the bad patch harmed.
    harmed: usize,
    changed: usize,
    took: Seconds,
    is_done: bool,
}

/// A ring that needs nobody's approval.
fn unapproved<'a>(rules: &'a RingRules, folders: &'a [MemberStanding], begun: Option<Seconds>) -> Ring<'a> {
    Ring { rules, folders, begun, approvals: 0, is_by_key: false }
}

fn simulate(hosts: &[Host], shape: &Shape) -> Outcome {
    let rules = RingRules {
        at_once: AT_ONCE,
        max_failed: shape.max_failed,
        min_good: Share::percent("95%").expect("a share"),
        wait: shape.wait,
        approvals: 0,
        deadline: Some(DEADLINE),
    };
    let mut standings: Vec<Vec<MemberStanding>> =
        shape.rings.iter().map(|size| vec![MemberStanding::Waiting; *size]).collect();
    let firsts: Vec<usize> =
        shape.rings.iter().scan(0, |sum, size| Some(std::mem::replace(sum, *sum + size))).collect();
    let mut begun: Vec<Option<Seconds>> = vec![None; shape.rings.len()];
    let (mut now, mut changed) = (0, vec![false; HOSTS]);
    let is_done = loop {
        for (ring, first) in standings.iter_mut().zip(&firsts) {
            for (standing, host) in ring.iter_mut().zip(&hosts[*first..]) {
                // Health is asked again while it waits.
                if let (MemberStanding::Good { since }, Harm::After(span)) = (*standing, host.harm)
                    && now >= since + span
                {
                    *standing = MemberStanding::Failed;
                }
            }
        }
        let rings: Vec<Ring<'_>> = standings
            .iter()
            .zip(&begun)
            .map(|(folders, begun)| unapproved(&rules, folders, *begun))
            .collect();
        match decide(&rings, now) {
            Next::Change { ring, folders } => {
                let start = now;
                begun[ring].get_or_insert(start);
                for one in folders {
                    let host = hosts[firsts[ring] + one];
                    let is_there = match host.reach {
                        Reach::Always => true,
                        Reach::Flapping => start / HOUR % 2 == 0,
                        Reach::Never => false,
                    };
                    standings[ring][one] = match (is_there, host.harm) {
                        (false, _) => MemberStanding::NotGood,
                        (true, Harm::AtOnce) => MemberStanding::Failed,
                        (true, _) => MemberStanding::Good { since: start + host.takes },
                    };
                    changed[firsts[ring] + one] |= is_there;
                    now = now.max(start + if is_there { host.takes } else { 30 });
                }
            }
            Next::Wait { ring, until } => {
                now = until.min(now + CALL_EVERY);
                let is_open = begun[ring].is_some_and(|begun| now < begun + DEADLINE);
                let missing =
                    standings[ring].iter_mut().filter(|one| is_open && **one == MemberStanding::NotGood);
                missing.for_each(|one| *one = MemberStanding::Waiting);
            }
            Next::Stop { .. } | Next::Decide { .. } | Next::Approve { .. } => break false,
            Next::Done => break true,
        }
    };
    let harmed =
        changed.iter().zip(hosts).filter(|(changed, host)| **changed && host.harm != Harm::None).count();
    Outcome { harmed, changed: changed.iter().filter(|one| **one).count(), took: now, is_done }
}

const RINGS: &[usize] = &[100, 1_000, 10_000, 88_900];
const ALL_AT_ONCE: &[usize] = &[HOSTS];

fn shapes() -> Vec<Shape> {
    let shape = |name, rings, max_failed: &str, wait| {
        let max_failed = Share::percent(max_failed).expect("a share");
        Shape { name, rings, max_failed, wait }
    };
    vec![
        shape("no rings, no threshold", ALL_AT_ONCE, "100%", 0),
        shape("no rings, 1% stops", ALL_AT_ONCE, "1%", 0),
        shape("4 rings, no wait, 1% stops", RINGS, "1%", 0),
        shape("4 rings, wait 1 h, 5% stops", RINGS, "5%", HOUR),
        shape("4 rings, wait 1 h, 1% stops", RINGS, "1%", HOUR),
        shape("4 rings, wait 6 h, 1% stops", RINGS, "1%", 6 * HOUR),
        shape("4 rings, wait 6 h, 0.1% stops", RINGS, "0.1%", 6 * HOUR),
        shape("4 rings, wait 6 h, 0% stops", RINGS, "0%", 6 * HOUR),
    ]
}

/// The table as it stands in the page.
fn table() -> String {
    let patches = [("a good patch", 0), ("harms 0.2%", 2), ("harms 2%", 20), ("harms 20%", 200)];
    let mut table = String::from(
        "| rings | patch | hosts harmed | hosts changed | time | ended |\n|---|---|---:|---:|---:|---|\n",
    );
    for (patch, per_mille) in patches {
        let hosts = hosts(per_mille);
        for shape in shapes() {
            let Outcome { harmed, changed, took, is_done } = simulate(&hosts, &shape);
            let (hours, minutes) = (took / HOUR, took % HOUR / 60);
            let ended = if is_done { "done" } else { "stopped" };
            let (harmed, changed) = (thousands(harmed), thousands(changed));
            table.push_str(&format!(
                "| {} | {patch} | {harmed} | {changed} | {hours} h {minutes:02} min | {ended} |\n",
                shape.name
            ));
        }
    }
    table
}

fn thousands(count: usize) -> String {
    crate::text::with_thousands(count as u64)
}

#[test]
#[ignore = "takes a minute"]
fn a_hundred_thousand_hosts_go_through_the_same_rules_as_twelve_folders() {
    let table = table();
    let page = include_str!("../../../docs/scale.md").replace("\r\n", "\n");
    assert!(page.contains(&table), "docs/scale.md has other numbers; these are measured:\n{table}");
}

#[test]
fn rings_with_a_wait_keep_a_bad_patch_from_most_hosts() {
    let hosts = hosts(20);
    let [everybody, .., careful] = &shapes()[..] else { panic!("several shapes") };
    let (all, few) = (simulate(&hosts, everybody), simulate(&hosts, careful));
    assert!(all.is_done && !few.is_done && few.harmed * 50 < all.harmed, "{} of {}", few.harmed, all.harmed);
}
