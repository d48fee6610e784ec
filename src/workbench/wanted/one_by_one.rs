//! Applies what is due in one folder one patch after the other, so that what goes wrong with one keeps no other one out and is
//! said of that one. Only patches that need each other come in one change.

use super::bring::{finish, refusal};
use super::{FolderStand, ReconcileRun};
use crate::ledger::CheckNote;
use crate::model::{Code, Kind};
use crate::plan::wanted::{DueAction, ExpectationStanding, ExpectationSubject};
use crate::plan::why::Wanted;
use crate::text::Advice;
use crate::workbench::{ApplyOptions, Error, Occasion, Result};

impl ReconcileRun<'_> {
    /// Applies the patches that are due.
    ///
    /// # Errors
    /// If something went wrong after which nothing more is to be done in the folder.
    pub(super) fn apply_one_by_one(&self, stand: &mut FolderStand, occasion: &Occasion) -> Result<()> {
        let mut left = self.in_order(stand)?;
        while !left.is_empty() {
            self.watch.cancel.check()?;
            let next = self.next_change(stand, &left)?;
            left.retain(|at| !next.contains(at));
            match self.apply_together(stand, &next, occasion) {
                Ok(entry) => finish(stand, &next, entry),
                Err(error) => {
                    let standing = standing_after(error)?;
                    next.iter().for_each(|at| stand.expectations[*at].standing = standing.clone());
                    bring_what_they_contain(stand, &next);
                    // Others may have needed them.
                    self.try_to_apply(stand)?;
                    left = self.in_order(stand)?;
                }
            }
        }
        Ok(())
    }

    /// The patches that are due, in the order in which they come if they come together.
    fn in_order(&self, stand: &FolderStand) -> Result<Vec<usize>> {
        let mut due: Vec<usize> = stand.due(|deed| deed == DueAction::Apply).map(|(at, ..)| at).collect();
        if due.len() > 1
            && let Ok(look) = self.try_together(stand, &due)?
        {
            let place = |at: &usize| {
                let id = stand.expectations[*at].about.name();
                look.patches.iter().position(|one| one.patch.about.identity.id.as_str() == id)
            };
            due.sort_by_key(place);
        }
        Ok(due)
    }

    /// The first of these patches, and of the others only those without which it can't come.
    fn next_change(&self, stand: &FolderStand, left: &[usize]) -> Result<Vec<usize>> {
        let mut all = left.iter().copied();
        let mut next: Vec<usize> = all.by_ref().take(1).collect();
        while next.len() < left.len() && self.try_together(stand, &next)?.is_err() {
            next.extend(all.next());
        }
        for at in next.clone().into_iter().skip(1) {
            let without: Vec<usize> = next.iter().copied().filter(|other| *other != at).collect();
            if self.try_together(stand, &without)?.is_ok() {
                next = without;
            }
        }
        Ok(next)
    }

    fn apply_together(
        &self,
        stand: &FolderStand,
        which: &[usize],
        occasion: &Occasion,
    ) -> Result<Option<u64>> {
        let files = which.iter().filter_map(|at| self.file_of(&stand.expectations[*at].about)).collect();
        let options = ApplyOptions { occasion: occasion.clone(), ..ApplyOptions::default() };
        let opened = self.bench.for_this_folder(&self.opened, files, &stand.path, self.watch)?;
        let done = self.bench.apply_opened(opened, &stand.path, &options, self.watch)?;
        Ok(done.entry.map(|entry| entry.seq))
    }
}

/// How the patches of a change stand that did not come, if the folder is as before. What else went wrong goes on as that.
fn standing_after(error: Error) -> Result<ExpectationStanding> {
    let Error::Unhealthy { failed, undo: None, .. } = &error else {
        return refusal(error).map(ExpectationStanding::Blocked);
    };
    let checks = CheckNote::lines(failed);
    Ok(ExpectationStanding::Failed(Wanted::Refused {
        code: Code::Health,
        kind: Kind::PutBack,
        meaning: format!("applied and rolled back, because a health check failed: {checks}"),
        begins_with_a_name: false,
        hint: Advice::from("Find out why the check failed.")
            .then(Advice::typed("To try again then, add --again.")),
    }))
}

/// What only these patches would have brought has to come by itself.
fn bring_what_they_contain(stand: &mut FolderStand, failed: &[usize]) {
    let failed: Vec<ExpectationSubject> =
        failed.iter().map(|at| stand.expectations[*at].about.clone()).collect();
    for one in &mut stand.expectations {
        if matches!(&one.standing, ExpectationStanding::MetBy(by) if failed.iter().any(|about| about.name() == by))
        {
            one.standing = ExpectationStanding::Due(DueAction::Apply);
        }
    }
}
