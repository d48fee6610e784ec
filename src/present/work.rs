//! How far a worker has come, as the pages show it.

use std::time::Duration;

use crate::progress::{HowFar, Phase};
use crate::words;

/// How far the worker has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    /// What it is doing; `None` before its first word.
    pub phase: Option<Phase>,
    /// The bar, in thousandths; it never shrinks.
    pub thousandths: u16,
    /// Which part of work on a copy it is at, and how much of that was done.
    part: Option<(usize, u64)>,
    /// Whether a wish to stop was sent.
    pub is_stopping: bool,
    /// How long it has worked.
    pub elapsed: Duration,
}

impl Work {
    pub(super) const BEGINNING: Self =
        Self { phase: None, thousandths: 0, part: None, is_stopping: false, elapsed: Duration::ZERO };

    /// Takes a line of progress.
    pub fn advance(&mut self, HowFar { phase, done, total }: HowFar) {
        // What share of the bar a phase takes: where it begins and how long it is, in thousandths.
        let (from, length) = match phase {
            Phase::Reading => (0, 20),
            Phase::Checking => (20, 180),
            Phase::Preparing => (200, 500),
            Phase::Changing => (700, 200),
            Phase::Verifying | Phase::Comparing | Phase::Packing | Phase::Proving => (900, 100),
            Phase::PuttingBack => (700, 300),
        };
        let share = if total == 0 { 0 } else { (done.min(total) as u128 * length / total as u128) as u16 };
        self.phase = Some(phase);
        self.thousandths = self.thousandths.max(from + share);
    }

    /// The same of work on a copy, which is made first, tried, and then tested: a part that counts from the start is the
    /// next one.
    pub fn advance_on_copy(&mut self, how_far: HowFar) {
        // What share of the bar each part takes: where it begins and how long it is, in thousandths.
        const PARTS: [(u16, u16); 3] = [(100, 500), (600, 200), (800, 200)];
        let HowFar { phase, done, total } = how_far;
        if phase != Phase::Proving {
            let share = if total == 0 { 0 } else { (done.min(total) as u128 * 100 / total as u128) as u16 };
            (self.phase, self.thousandths) = (Some(phase), self.thousandths.max(share));
            return;
        }
        let begins = self.part.is_none_or(|(_, before)| done < before);
        let part = self.part.map_or(0, |(part, _)| part + usize::from(begins)).min(PARTS.len() - 1);
        let (from, length) = PARTS[part];
        let share = if total == 0 {
            0
        } else {
            (done.min(total) as u128 * u128::from(length) / total as u128) as u16
        };
        (self.phase, self.part) = (Some(phase), Some((part, done)));
        self.thousandths = self.thousandths.max(from + share);
    }

    /// Whether stopping is still heard, and what it would do.
    pub fn stopping(&self) -> Result<&'static str, &'static str> {
        match self.phase {
            _ if self.is_stopping => Err(words::STOPPING),
            Some(Phase::Changing) => Ok(words::STOP_DURING),
            Some(phase) if !phase.can_be_cancelled() => Err(words::STOP_TOO_LATE),
            _ => Ok(words::STOP_BEFORE),
        }
    }

    /// What it is doing, in words.
    pub fn sentence(&self) -> &'static str {
        self.phase.map_or(words::CHECK_WAIT, Phase::sentence)
    }
}
