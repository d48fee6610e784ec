//! What goes in one folder: patches that need each other in one change, and so that those come back which went for patches that
//! then can't come.

use std::collections::BTreeSet;

use super::bring::{finish, refusal};
use super::{FolderStand, InspectedFolder, ReconcileRun};
use crate::plan::fixed_by;
use crate::plan::wanted::{
    DueAction, Expectation, ExpectationStanding, ExpectationSubject, Left, MadeWay, Person,
};
use crate::plan::why::{Overrides, Wanted};
use crate::plan::{Obstacle, OnDrift};
use crate::workbench::{Error, Occasion, Result, RollbackOptions, RollbackPreview, ScriptConsent, Which};

impl ReconcileRun<'_> {
    /// Finds out what stands in the way of what is due to go, and what is open again without it.
    pub(super) fn try_to_take_out(&self, looked: &mut InspectedFolder<'_>) -> Result<()> {
        let occasion = self.occasion(looked.section);
        let stand = &mut looked.stand;
        for (at, id) in due_to_go(stand) {
            let tried = self.outgoing(stand, &id, &occasion).and_then(|(_, look)| {
                look.scripts.agree(ScriptConsent::None)?;
                Ok(look)
            });
            let why = match &tried {
                Ok(look) => self.first(&look.preview.obstacles),
                Err(_) => None,
            };
            let one = &mut stand.expectations[at];
            match (why, tried) {
                (Some(why), _) => one.standing = ExpectationStanding::Blocked(why),
                (None, Err(error)) => one.standing = ExpectationStanding::Blocked(refusal(error)?),
                (None, Ok(look)) => one.opens = look.opens,
            }
        }
        Ok(())
    }

    /// How a patch that is due to go does so: with those that can't stay without it, where all of these are due to go as well.
    fn outgoing(
        &self,
        stand: &FolderStand,
        id: &str,
        occasion: &Occasion,
    ) -> Result<(RollbackOptions, RollbackPreview)> {
        let look = |which| {
            let options = rolling_back(which, occasion.clone());
            let look = self.bench.preview_rollback(&stand.path, &options, self.watch)?;
            Ok::<_, Error>((options, look))
        };
        let alone = look(Which::Patch(id.to_owned()))?;
        if !alone.1.preview.obstacles.iter().any(Obstacle::is_dependent) {
            return Ok(alone);
        }
        let due: BTreeSet<String> = due_to_go(stand).into_iter().map(|(_, id)| id).collect();
        let together = look(Which::PatchAndDependents(id.to_owned()))?;
        let is_due = together.1.patches.iter().all(|note| due.contains(&note.id));
        Ok(if is_due { together } else { alone })
    }

    /// Rolls back what is due.
    ///
    /// # Errors
    /// If something went wrong after which nothing more is to be done in the folder.
    pub(super) fn take_out(&self, looked: &mut InspectedFolder<'_>, occasion: &Occasion) -> Result<()> {
        let waiting = self.waiting(&looked.stand)?;
        for (at, id) in due_to_go(&looked.stand) {
            let stand = &mut looked.stand;
            if stand.expectations[at].standing != ExpectationStanding::Due(DueAction::RollBack) {
                // It went with another one.
                continue;
            }
            let (options, look) = self.outgoing(stand, &id, occasion)?;
            let is_named = looked.section.wish.not.contains(&id);
            let coming = self.coming_after(stand, &waiting, &look.opens, is_named);
            let occasion = Occasion { makes_way_for: coming.clone(), ..occasion.clone() };
            let options = RollbackOptions { occasion, ..options };
            let done = self.bench.roll_back(&stand.path, &options, self.watch)?;
            let gone = done.patch.iter().chain(&done.patches);
            let gone: Vec<String> = gone.map(|note| note.id.clone()).collect();
            let all = due_to_go(stand).into_iter().filter(|(_, id)| gone.contains(id));
            let all: Vec<usize> = all.map(|(at, _)| at).collect();
            all.iter().for_each(|at| stand.expectations[*at].opens.clear());
            stand.expectations[at].opens = done.opens;
            finish(stand, &all, Some(done.entry.seq));
            if !coming.is_empty() {
                looked.made_way.push(MadeWay { entry: done.entry.seq, gone, coming });
            }
        }
        Ok(())
    }

    /// The patches that are due and can't come beside those that are there now.
    fn waiting(&self, stand: &FolderStand) -> Result<Vec<usize>> {
        if due_to_go(stand).is_empty() {
            return Ok(Vec::new());
        }
        let due: Vec<usize> = stand.due(|deed| deed == DueAction::Apply).map(|(at, ..)| at).collect();
        let mut waiting = Vec::new();
        for at in &due {
            if self.try_together(stand, &self.with_needs(stand, *at, &due))?.is_err() {
                waiting.push(*at);
            }
        }
        Ok(waiting)
    }

    /// The patches without which one that goes is to come back: those that waited for that, and those that are to close
    /// what is open then. What the file doesn't name goes only for what it wants.
    fn coming_after(
        &self,
        stand: &FolderStand,
        waiting: &[usize],
        opens: &[String],
        is_named: bool,
    ) -> Vec<String> {
        let due = || stand.due(|deed| deed == DueAction::Apply).map(|(at, about, _)| (at, about.name()));
        let is_for = |at: usize, id: &str| {
            waiting.contains(&at)
                || self.fixes(id).iter().flatten().any(|name| opens.contains(name))
                || !is_named && waiting.is_empty()
        };
        due().filter(|(at, id)| is_for(*at, id)).map(|(_, id)| id.to_owned()).collect()
    }

    fn fixes(&self, id: &str) -> Vec<Vec<String>> {
        self.at_hand.get(id).map(|found| fixed_by(&found.patch)).unwrap_or_default()
    }

    /// Finds what has to come back, because none of the patches came for which it went. `is_over`: nothing more comes.
    pub(super) fn find_what_comes_back(&self, looked: &mut InspectedFolder<'_>, is_over: bool) {
        let InspectedFolder { stand, made_way, .. } = looked;
        for way in made_way.iter() {
            let coming = || stand.expectations.iter().filter(|one| is_patch_of(one, &way.coming));
            let is_due = |one: &Expectation| matches!(one.standing, ExpectationStanding::Due(_));
            let waits = !is_over && coming().any(is_due);
            if waits || coming().any(Expectation::is_met) || !coming().any(|one| is_over || one.cannot_come())
            {
                continue;
            }
            for id in &way.gone {
                let about = ExpectationSubject::Patch(id.clone());
                let due = ExpectationStanding::Due(DueAction::Reapply);
                match stand.expectations.iter_mut().find(|one| one.about == about) {
                    Some(one) => one.standing = due,
                    None => stand.expectations.push(Expectation::new(about, due)),
                }
            }
        }
    }

    /// Undoes the rollbacks for which nothing came.
    ///
    /// # Errors
    /// If somebody wished to stop.
    pub(super) fn bring_back(&self, looked: &mut InspectedFolder<'_>, occasion: &Occasion) -> Result<()> {
        // The last one that went comes back first.
        for way in looked.made_way.iter().rev() {
            let stand = &mut looked.stand;
            let is_due = |one: &Expectation| {
                one.standing == ExpectationStanding::Due(DueAction::Reapply) && is_patch_of(one, &way.gone)
            };
            if !stand.expectations.iter().any(is_due) {
                continue;
            }
            let options = rolling_back(Which::Rollback(way.entry), occasion.clone());
            let standing = match self.bench.roll_back(&stand.path, &options, self.watch) {
                Ok(done) => {
                    stand.entries.push(done.entry.seq);
                    let (user, time) = (done.entry.user.raw().to_owned(), done.entry.time);
                    ExpectationStanding::Left(Left::CameBack(Person { user, time }))
                }
                Err(Error::Cancelled(cancelled)) => return Err(cancelled.into()),
                Err(error) => ExpectationStanding::Blocked(Wanted::StaysOut {
                    coming: way.coming.clone(),
                    code: error.code(),
                    because: error.to_string(),
                }),
            };
            let is_back = matches!(standing, ExpectationStanding::Left(_));
            for one in stand.expectations.iter_mut().filter(|one| is_due(one)) {
                one.standing = standing.clone();
                one.opens.retain(|_| !is_back);
            }
        }
        Ok(())
    }

    /// Leaves out of what is open again what is closed by those that come.
    pub(super) fn forget_what_is_closed(&self, stand: &mut FolderStand) {
        let comes = |one: &&Expectation| match one.standing {
            ExpectationStanding::Due(deed) | ExpectationStanding::Done(deed) => deed == DueAction::Apply,
            _ => false,
        };
        let coming = stand.expectations.iter().filter(comes).map(|one| one.about.name());
        let closed: BTreeSet<String> = coming.flat_map(|id| self.fixes(id)).flatten().collect();
        for one in &mut stand.expectations {
            one.opens.retain(|name| !closed.contains(name));
        }
    }
}

/// The patches that are due to go, by their expectations.
fn due_to_go(stand: &FolderStand) -> Vec<(usize, String)> {
    stand
        .due(|deed| deed == DueAction::RollBack)
        .map(|(at, about, _)| (at, about.name().to_owned()))
        .collect()
}

fn is_patch_of(one: &Expectation, ids: &[String]) -> bool {
    matches!(&one.about, ExpectationSubject::Patch(id) if ids.contains(id))
}

fn rolling_back(which: Which, occasion: Occasion) -> RollbackOptions {
    RollbackOptions {
        overrides: Overrides::default(),
        which,
        on_drift: OnDrift::Stop,
        expected: None,
        scripts: ScriptConsent::None,
        occasion,
        withdrawn: Vec::new(),
    }
}
