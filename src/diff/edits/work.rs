//! Counts what is looked through, so that no edit takes longer than a person waits.

use super::why::OpMisfit;

/// What is still allowed to be looked through.
pub(super) struct EditBudget {
    left: usize,
}

/// Values looked at for one edit: more than ten thousand operations on a file of fifty thousand keys in groups of
/// ordinary size ever take, and done in a second.
const MAX_WORK: usize = 200_000_000;

impl Default for EditBudget {
    fn default() -> Self {
        Self { left: MAX_WORK }
    }
}

impl EditBudget {
    pub fn spend(&mut self, steps: usize) -> Result<(), OpMisfit> {
        self.left = self.left.checked_sub(steps + 1).ok_or(OpMisfit::TooMuch)?;
        Ok(())
    }
}
