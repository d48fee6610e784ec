//! Several patches on the way at once: of several files, or of a series.

use super::{Guided, Task};
use crate::report::phrases;
use crate::words::{self, fill};
use crate::workbench::Which;

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

    /// Whether several patches are rolled back or reapplied at once.
    pub fn turns_several(&self) -> bool {
        let subject = self.check.as_ref().and_then(|check| check.subject.as_ref());
        match subject {
            Some(subject) => subject.patches > 1,
            None => matches!(self.which, Which::PatchAndDependents(_) | Which::Before(_)),
        }
    }

    /// The button that applies each patch of a series by itself.
    pub(super) fn button_of_series(&self) -> Option<String> {
        let patches = self.series().filter(|_| self.applies_each())?;
        let n = phrases::count(patches, "patch", "patches");
        Some(fill(words::APPLY_N, &[("n", &n)]))
    }

    /// Whether each patch of a series is a change of its own.
    pub fn applies_each(&self) -> bool {
        self.each && self.series().is_some()
    }
}
