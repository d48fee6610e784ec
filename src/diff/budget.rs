//! How much work patches may make.
//!
//! Work is counted where it is done, and never measured by a clock: what is refused here is refused everywhere.

use std::cell::Cell;

/// Work that may still be done. Whoever carries out many diffs shares one among them, so that a hostile text cannot take
/// longer than a large one.
#[derive(Debug, Clone)]
pub struct WorkBudget {
    /// Steps of comparing: a line, or 64 bytes of a long one.
    steps: u64,
    /// Bytes that are hashed to prove that a content is the one that is meant.
    hashed_bytes: Cell<u64>,
    /// Bytes of contents that are made of packed ones, and held.
    made_bytes: u64,
}

impl Default for WorkBudget {
    /// Enough for every honest diff. Each kind of work is used up in about a second.
    fn default() -> Self {
        Self { steps: 50_000_000, hashed_bytes: Cell::new(1 << 30), made_bytes: 1 << 30 }
    }
}

impl WorkBudget {
    /// Takes steps of comparing; `false`: there are not so many left, and now there are none.
    pub(super) fn step(&mut self, steps: u64) -> bool {
        #[cfg(test)]
        WorkDone::count(|work| work.steps += steps);
        let enough = self.steps >= steps;
        self.steps -= steps.min(self.steps);
        enough
    }

    /// Whether no steps are left.
    pub(super) fn is_used_up(&self) -> bool {
        self.steps == 0
    }

    /// Takes bytes to hash; `false`: so many are not left.
    pub(super) fn hash(&self, bytes: usize) -> bool {
        #[cfg(test)]
        WorkDone::count(|work| work.hashed_bytes += bytes as u64);
        let left = self.hashed_bytes.get().checked_sub(bytes as u64);
        self.hashed_bytes.set(left.unwrap_or(self.hashed_bytes.get()));
        left.is_some()
    }

    /// Takes bytes of a content that was made; `false`: so many are not left.
    pub(super) fn make(&mut self, bytes: usize) -> bool {
        #[cfg(test)]
        WorkDone::count(|work| work.made_bytes += bytes as u64);
        let left = self.made_bytes.checked_sub(bytes as u64);
        self.made_bytes = left.unwrap_or(self.made_bytes);
        left.is_some()
    }
}

#[cfg(test)]
pub(crate) use counted::WorkDone;

/// Work that was done, for tests.
#[cfg(test)]
pub(super) mod counted {
    use std::cell::Cell;
    use std::ops::Sub;

    /// How much was done of each kind, on this thread.
    #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
    pub(crate) struct WorkDone {
        /// Bytes that were gone through to find the ends of lines.
        pub read_bytes: u64,
        pub steps: u64,
        pub hashed_bytes: u64,
        pub made_bytes: u64,
        /// Parts of settings.
        pub settings: u64,
    }

    thread_local! {
        static SO_FAR: Cell<WorkDone> = Cell::default();
    }

    impl WorkDone {
        pub(crate) fn so_far() -> Self {
            SO_FAR.get()
        }

        /// Counts what `add` adds.
        pub fn count(add: impl FnOnce(&mut Self)) {
            let mut work = SO_FAR.get();
            add(&mut work);
            SO_FAR.set(work);
        }
    }

    impl Sub for WorkDone {
        type Output = Self;

        fn sub(self, before: Self) -> Self {
            Self {
                read_bytes: self.read_bytes - before.read_bytes,
                steps: self.steps - before.steps,
                hashed_bytes: self.hashed_bytes - before.hashed_bytes,
                made_bytes: self.made_bytes - before.made_bytes,
                settings: self.settings - before.settings,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_can_be_used_and_no_more() {
        let mut budget = WorkBudget { steps: 10, hashed_bytes: Cell::new(10), made_bytes: 10 };
        assert!(budget.step(8) && !budget.step(8) && budget.is_used_up());
        assert!(budget.hash(8) && !budget.hash(8) && budget.hash(2) && !budget.hash(1));
        assert!(budget.make(8) && !budget.make(8) && budget.make(2) && !budget.make(1));
    }
}
