//! Several patches on the way at once: of several files, or of a series.

use super::{Guided, Task};

impl Guided {
    /// How many patches a series has that is applied; `None` where there is no choice.
    pub fn series(&self) -> Option<usize> {
        let check = self.check.as_ref().filter(|_| self.task == Task::Apply);
        check.map(|check| check.series).filter(|patches| *patches > 1)
    }

    /// Whether several patch files are applied together.
    pub fn has_several(&self) -> bool {
        self.bundles.len() > 1
    }

    /// Whether each patch of a series is a change of its own.
    pub fn applies_each(&self) -> bool {
        self.each && self.series().is_some()
    }
}
