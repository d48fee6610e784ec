//! Counts what is looked through, so that no edit takes longer than a person waits.

use super::why::Why;

/// What is still allowed to be looked through.
pub(super) struct Work {
    left: usize,
}

/// Values looked at for one edit: more than ten thousand operations on a file of fifty thousand keys in groups of
/// ordinary size ever take, and done in a second.
const MAX_WORK: usize = 200_000_000;

impl Default for Work {
    fn default() -> Self {
        Self { left: MAX_WORK }
    }
}

impl Work {
    pub fn spend(&mut self, steps: usize) -> Result<(), Why> {
        self.left = self.left.checked_sub(steps + 1).ok_or(Why::TooMuch)?;
        Ok(())
    }
}
