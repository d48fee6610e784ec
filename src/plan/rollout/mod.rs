//! Decides how far a rollout may go: which folders come next, what it waits for, or why it stops.
//!
//! There is no clock here and no disk. Whoever asks says what time it is and how every folder stands; the same rules hold
//! for twelve real folders and for a hundred thousand simulated ones.

#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;

pub(crate) use crate::model::{Seconds, Share};

/// What has to be true of a ring before the next one begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RingRules {
    /// How many folders are changed at the same time.
    pub at_once: usize,
    /// More failed folders than this stop everything.
    pub max_failed: Share,
    /// With fewer good folders than this somebody has to decide.
    pub min_good: Share,
    /// How long nothing may fail after the last folder became good.
    pub wait: Seconds,
    /// People who have to approve before it begins.
    pub approvals: usize,
    /// When a folder that is not good by then is not tried any more, counted from the beginning of the ring.
    pub deadline: Option<Seconds>,
}

/// How one folder of a ring stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MemberStanding {
    /// Its turn is still to come.
    Waiting,
    /// It has the patches, and nothing speaks against them.
    Good { since: Seconds },
    /// It was tried and is as before: refused, or not there. The next run tries it again.
    NotGood,
    /// It was tried and failed, or what was good is no longer good.
    Failed,
    /// Somebody decided that it does not count.
    LeftOut,
}

/// A ring as it is now.
#[derive(Debug, Clone)]
pub(crate) struct Ring<'a> {
    pub rules: &'a RingRules,
    /// How each of its folders stands.
    pub folders: &'a [MemberStanding],
    /// When its first folder was started.
    pub begun: Option<Seconds>,
    /// People who approved.
    pub approvals: usize,
    /// Whether only keys approve it. Anybody who can write records can say that it had started.
    pub is_by_key: bool,
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Next {
    /// These folders of the ring are changed.
    Change { ring: usize, folders: Vec<usize> },
    /// Nothing is done until then.
    Wait { ring: usize, until: Seconds },
    /// So many more people have to approve the ring.
    Approve { ring: usize, missing: usize },
    /// Neither good nor bad: somebody has to decide.
    Decide { ring: usize },
    /// Too much failed.
    Stop { ring: usize },
    /// Every ring is through.
    Done,
}

/// How many folders of a ring stand how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RingCounts {
    /// All that were not left out.
    pub folders: usize,
    pub good: usize,
    pub failed: usize,
    pub waiting: usize,
}

impl RingCounts {
    pub fn new(folders: &[MemberStanding]) -> Self {
        let mut counts = Self::default();
        for standing in folders {
            counts.folders += usize::from(*standing != MemberStanding::LeftOut);
            match standing {
                MemberStanding::Good { .. } => counts.good += 1,
                MemberStanding::Failed => counts.failed += 1,
                MemberStanding::Waiting => counts.waiting += 1,
                MemberStanding::NotGood | MemberStanding::LeftOut => {}
            }
        }
        counts
    }
}

/// What comes next in `rings` at the moment `now`.
pub(crate) fn decide(rings: &[Ring<'_>], now: Seconds) -> Next {
    // What fails later fails all the same: a ring that is long through can still stop the others.
    let has_failed = |ring: &Ring<'_>| {
        let counts = RingCounts::new(ring.folders);
        ring.rules.max_failed.is_exceeded(counts.failed, counts.folders)
    };
    if let Some(ring) = rings.iter().position(has_failed) {
        return Next::Stop { ring };
    }
    let mut steps = rings.iter().enumerate().map(|(index, ring)| of_ring(index, ring, now));
    steps.find_map(|step| step).unwrap_or(Next::Done)
}

/// What keeps `ring` from being through; `None` if nothing does.
fn of_ring(index: usize, ring: &Ring<'_>, now: Seconds) -> Option<Next> {
    let rules = ring.rules;
    let is_open = ring.folders.contains(&MemberStanding::Waiting);
    if (ring.begun.is_none() || ring.is_by_key && is_open) && ring.approvals < rules.approvals {
        return Some(Next::Approve { ring: index, missing: rules.approvals - ring.approvals });
    }
    let end = ring.begun.zip(rules.deadline).map(|(begun, deadline)| begun.saturating_add(deadline));
    let is_late = end.is_some_and(|end| now >= end);
    let waiting =
        ring.folders.iter().enumerate().filter(|(_, standing)| **standing == MemberStanding::Waiting);
    let folders: Vec<usize> = waiting.map(|(folder, _)| folder).take(rules.at_once.max(1)).collect();
    if !folders.is_empty() && !is_late {
        return Some(Next::Change { ring: index, folders });
    }
    let counts = RingCounts::new(ring.folders);
    if !rules.min_good.is_reached(counts.good, counts.folders) {
        // A folder that was not there may be there on the next run, as long as there is time.
        return Some(match end.filter(|_| !is_late) {
            Some(until) => Next::Wait { ring: index, until },
            None => Next::Decide { ring: index },
        });
    }
    let good_since = |standing: &MemberStanding| match standing {
        MemberStanding::Good { since } => Some(*since),
        _ => None,
    };
    let last_good = ring.folders.iter().filter_map(good_since).max()?;
    let until = last_good.saturating_add(rules.wait);
    (now < until).then_some(Next::Wait { ring: index, until })
}
