//! Which of the patches that are due in a folder can come: each is judged for itself. Tried without changing anything.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::bring::refusal;
use super::{FolderStand, ReconcileRun};
use crate::plan::Consequence;
use crate::plan::wanted::{DueAction, ExpectationStanding, ExpectationSubject, Left};
use crate::plan::why::{Consent, Wanted};
use crate::workbench::{ApplyPreview, Result, ScriptConsent};

/// What came of trying some patches together.
pub(super) type TrialResult = std::result::Result<ApplyPreview, Wanted>;

/// The patches that are due in one folder, by their expectations.
struct Trial<'a> {
    run: &'a ReconcileRun<'a>,
    stand: &'a FolderStand,
    /// Whether nothing is to go first, which may be what stands in the way.
    is_first: bool,
    fitting: Vec<usize>,
    /// What would happen with those that fit.
    look: Option<ApplyPreview>,
    blocked: BTreeMap<usize, Wanted>,
}

impl ReconcileRun<'_> {
    /// What would keep the patch of this expectation from coming, if it were due.
    pub(super) fn why_not_in(&self, stand: &FolderStand, at: usize) -> Result<Option<Wanted>> {
        Ok(self.try_together(stand, &[at])?.err())
    }

    /// What would come of applying the patches of these expectations in one change.
    pub(super) fn try_together(&self, stand: &FolderStand, which: &[usize]) -> Result<TrialResult> {
        let (fitting, blocked) = (Vec::new(), BTreeMap::new());
        Trial { run: self, stand, is_first: true, fitting, look: None, blocked }.try_out(which)
    }

    /// Finds out which of the patches that are due can come.
    pub(super) fn try_to_apply(&self, stand: &mut FolderStand) -> Result<()> {
        let due: Vec<usize> = stand.due(|deed| deed == DueAction::Apply).map(|(at, ..)| at).collect();
        if due.is_empty() {
            return Ok(());
        }
        let is_first = stand.due(|deed| deed == DueAction::RollBack).next().is_none();
        let (fitting, blocked) = (Vec::new(), BTreeMap::new());
        let mut trial = Trial { run: self, stand, is_first, fitting, look: None, blocked };
        trial.sort_out(&due)?;
        let Trial { fitting, look, blocked, .. } = trial;
        for at in fitting {
            let id = stand.expectations[at].about.name();
            if let Some(there) = look.as_ref().and_then(|look| there_already(look, id)) {
                stand.expectations[at].standing = there;
            }
        }
        for (at, why) in blocked {
            stand.expectations[at].standing = ExpectationStanding::Blocked(why);
        }
        Ok(())
    }
}

impl Trial<'_> {
    /// Takes all that fit. Usually these are all, and one try is enough.
    fn sort_out(&mut self, due: &[usize]) -> Result<()> {
        let mut left = due.to_vec();
        loop {
            let before = self.fitting.len();
            self.take(&left)?;
            left = self.blocked.keys().copied().collect();
            // One that is blocked may only have lacked another one that fits.
            if left.is_empty() || self.fitting.len() == before {
                break;
            }
        }
        self.part_those_that_exclude_each_other()
    }

    /// Takes those of `more` that fit beside what was taken; half of them at a time, as few of many are blocked.
    fn take(&mut self, more: &[usize]) -> Result<()> {
        let all: Vec<usize> = self.fitting.iter().chain(more).copied().collect();
        match (self.try_out(&all)?, more) {
            (Ok(look), _) => {
                self.blocked.retain(|at, _| !more.contains(at));
                (self.fitting, self.look) = (all, Some(look));
            }
            (Err(why), [one]) => drop(self.blocked.insert(*one, why)),
            (Err(_), more) => {
                let (some, others) = more.split_at(more.len() / 2);
                self.take(some)?;
                self.take(others)?;
            }
        }
        Ok(())
    }

    /// Which of two patches that exclude each other is to come is for people to say: neither does.
    fn part_those_that_exclude_each_other(&mut self) -> Result<()> {
        for (one, why) in self.blocked.clone() {
            if self.fitting.is_empty() || self.try_out(&[one])?.is_err() {
                continue;
            }
            for other in self.fitting.clone() {
                let without = |at: &usize| *at != other;
                let mut others: Vec<usize> = self.fitting.iter().copied().filter(without).collect();
                let kept = others.clone();
                others.push(one);
                if self.try_out(&others)?.is_ok() {
                    self.blocked.insert(other, why.clone());
                    self.fitting.clear();
                    self.look = None;
                    if !kept.is_empty() {
                        self.take(&kept)?;
                    }
                    break;
                }
            }
        }
        Ok(())
    }

    fn try_out(&self, which: &[usize]) -> Result<TrialResult> {
        let ReconcileRun { bench, watch, opened, .. } = self.run;
        watch.cancel.check()?;
        let about = which.iter().map(|at| &self.stand.expectations[*at].about);
        let files: Vec<PathBuf> =
            about.filter_map(|about: &ExpectationSubject| self.run.file_of(about)).collect();
        let path = &self.stand.path;
        let look = bench
            .for_this_folder(opened, files, path, *watch)
            .and_then(|mut opened| bench.preview_one_of_many(&mut opened, path, *watch))
            .and_then(|look| {
                look.permits(Consent::Missing)?;
                look.scripts.agree(ScriptConsent::None)?;
                Ok(look)
            });
        let look = match look {
            Ok(look) => look,
            Err(error) => return refusal(error).map(Err),
        };
        Ok(match self.run.first(&look.preview.obstacles).filter(|_| self.is_first) {
            Some(why) => Err(why),
            None => Ok(look),
        })
    }
}

/// How a patch that is to come stands, if it need not come: another one contains it, every file is as it leaves it, or none
/// of its files would take it.
fn there_already(look: &ApplyPreview, id: &str) -> Option<ExpectationStanding> {
    let coming = look.patches.iter().find(|one| one.patch.about.identity.id.as_str() == id)?;
    if coming.is_kept_out {
        return Some(ExpectationStanding::Left(Left::KeptOut));
    }
    if coming.left_out.is_some() {
        let by = coming.relations.iter().find(|one| one.class.consequence() == Consequence::Skip);
        return Some(by.map_or(ExpectationStanding::Met, |by| ExpectationStanding::MetBy(by.id.clone())));
    }
    look.preview.is_nothing_to_do().then_some(ExpectationStanding::Met)
}
