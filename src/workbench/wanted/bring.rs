//! What is due in one folder: tried without changing anything, and done. Both by the changes that people make.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::state_file::FolderSection;
use super::{FolderStand, InspectedFolder, ReconcileRun};
use crate::model::{Code, Position};
use crate::plan::wanted::{
    DueAction, Expectation, ExpectationStanding, ExpectationSubject, Left, WantedPosition,
};
use crate::plan::why::{Overrides, Wanted};
use crate::plan::{Obstacle, OnDrift};
use crate::workbench::{
    Error, Occasion, RepairOptions, Result, RollbackOptions, ScriptConsent, SharedBundles, ToggleOptions,
    Which,
};

impl ReconcileRun<'_> {
    /// Finds out what stands in the way of what is due. Writes nothing.
    pub(super) fn try_what_is_due(&self, looked: &mut InspectedFolder<'_>) -> Result<()> {
        let stand = &mut looked.stand;
        self.find_what_is_too_old(stand)?;
        for (at, about, deed) in due(stand) {
            let why = match deed {
                DueAction::RollBack => self.why_not_out(stand, looked.section, about.name()),
                DueAction::Repair => self.why_no_repair(stand, &looked.repair_from),
                DueAction::Turn(_) => {
                    if let Some(why) = self.why_no_turn(stand, looked.section, about.name())? {
                        stand.expectations[at].standing = ExpectationStanding::Blocked(why);
                    }
                    continue;
                }
                DueAction::Apply => continue,
            };
            if let Some(why) = self.in_the_way(why)? {
                stand.expectations[at].standing = ExpectationStanding::Blocked(why);
            }
        }
        self.try_to_apply(stand)?;
        self.leave_switches_without_patch(stand, looked.section)?;
        // Nothing that the file does not name goes while what it names can't come.
        let is_blocked = |one: &Expectation| matches!(one.standing, ExpectationStanding::Blocked(_));
        if stand.expectations.iter().any(is_blocked) {
            for one in &mut stand.expectations {
                let is_other = matches!(&one.about, ExpectationSubject::Patch(id) if !looked.section.wish.not.contains(id));
                if is_other && one.standing == ExpectationStanding::Due(DueAction::RollBack) {
                    one.standing = ExpectationStanding::Left(Left::NotNamed);
                }
            }
        }
        Ok(())
    }

    /// Finds what a person rolled back and the file can't bring back, because something newer was there since.
    fn find_what_is_too_old(&self, stand: &mut FolderStand) -> Result<()> {
        for at in 0..stand.expectations.len() {
            let ExpectationStanding::Left(Left::RolledBack(person)) = &stand.expectations[at].standing else {
                continue;
            };
            let person = person.clone();
            if self.file_of(&stand.expectations[at].about).is_some()
                && self.why_not_in(stand, at)?.is_some_and(|why| why.as_obstacle().code() == Code::Downgrade)
            {
                stand.expectations[at].standing = ExpectationStanding::Left(Left::TooOld(person));
            }
        }
        Ok(())
    }

    /// Why a switch can't be moved; one whose patch is only to come says by itself whether it needs a reason.
    fn why_no_turn(
        &self,
        stand: &FolderStand,
        section: &FolderSection,
        name: &str,
    ) -> Result<Option<Wanted>> {
        let Some(turn) = section.wish.toggles.get(name) else { return Ok(None) };
        if is_due_to_come(stand, name) {
            let opens = self.opened_by(name).filter(|_| turn.to == Position::Off && turn.reason.is_none());
            return Ok(opens.map(|opens| Wanted::NoReason { name: name.to_owned(), opens }));
        }
        let options = turning(name, turn, self.occasion(section));
        match self.bench.preview_toggle(&stand.path, &options, self.watch) {
            Ok(look) if look.preview.obstacles.iter().any(Obstacle::needs_reason) => {
                Ok(Some(Wanted::NoReason { name: name.to_owned(), opens: look.opens().to_vec() }))
            }
            look => self.in_the_way(look.map(|look| look.preview.obstacles)),
        }
    }

    /// The switches of patches that don't come can't be turned, and that is no fault of theirs.
    fn leave_switches_without_patch(&self, stand: &mut FolderStand, section: &FolderSection) -> Result<()> {
        let due = stand.due(|deed| matches!(deed, DueAction::Turn(_)));
        let due: Vec<_> = due.map(|(at, about, _)| (at, about.name().to_owned())).collect();
        for (at, name) in due {
            let Some(turn) = section.wish.toggles.get(&name).filter(|_| !may_have_its_patch(stand, &name))
            else {
                continue;
            };
            let options = turning(&name, turn, self.occasion(section));
            let look = self.bench.preview_toggle(&stand.path, &options, self.watch);
            let why = self.in_the_way(look.map(|look| look.preview.obstacles))?;
            if why.is_some_and(|why| why.as_obstacle().code() == Code::Unknown) {
                stand.expectations[at].standing = ExpectationStanding::Left(Left::WithoutPatch);
            }
        }
        Ok(())
    }

    /// Vulnerabilities that are open while a switch of a patch at hand is off, if there are any.
    fn opened_by(&self, name: &str) -> Option<Vec<String>> {
        let (patch, switch) = name.split_once('/')?;
        let toggles = &self.at_hand.get(patch)?.patch.about.toggles;
        let opens = &toggles.iter().find(|toggle| toggle.id.as_str() == switch)?.vulnerabilities;
        (!opens.is_empty()).then(|| opens.clone())
    }

    /// The first reason why something can't be done. What is no reason, but a failure, goes on as that.
    fn in_the_way(&self, tried: Result<Vec<Obstacle>>) -> Result<Option<Wanted>> {
        match tried {
            Ok(obstacles) => Ok(self.first(&obstacles)),
            Err(error) => refusal(error).map(Some),
        }
    }

    /// The reason to tell. That the disk is read-only is the last, and none for whoever only looks.
    pub(super) fn first(&self, obstacles: &[Obstacle]) -> Option<Wanted> {
        let of_folder = obstacles.iter().find(|one| !one.is_read_only());
        of_folder.or(obstacles.first().filter(|_| self.wish.apply)).map(reason)
    }

    fn why_not_out(&self, stand: &FolderStand, section: &FolderSection, id: &str) -> Result<Vec<Obstacle>> {
        let options = out(id, self.occasion(section));
        let look = self.bench.preview_rollback(&stand.path, &options, self.watch)?;
        look.scripts.agree(ScriptConsent::None)?;
        Ok(look.preview.obstacles)
    }

    fn why_no_repair(&self, stand: &FolderStand, from: &[PathBuf]) -> Result<Vec<Obstacle>> {
        let options = RepairOptions { from: from.to_vec(), ..RepairOptions::default() };
        let mut opened = self.bench.open_for_repair(&options)?;
        let look = self.bench.preview_repair(&stand.path, &options, &mut opened, self.watch)?;
        Ok(look.preview.obstacles)
    }

    /// Opens the patch files that come into any of the folders.
    pub(super) fn open_what_is_due(&self, looked: &[InspectedFolder<'_>]) -> Result<SharedBundles> {
        let files: BTreeSet<PathBuf> = looked.iter().flat_map(|one| self.files(&one.stand)).collect();
        self.bench.open_for_many(&files, self.watch)
    }

    fn files(&self, stand: &FolderStand) -> Vec<PathBuf> {
        let due = stand.due(|deed| deed == DueAction::Apply);
        due.filter_map(|(_, about, _)| self.file_of(about)).collect()
    }

    /// The patch file that brings what an expectation is about.
    pub(super) fn file_of(&self, about: &ExpectationSubject) -> Option<PathBuf> {
        Some(self.at_hand.get(about.name())?.file.clone())
    }

    /// Does what is due in one folder, and writes down that it heard of the file as it is. The first change that fails is
    /// the last; those before it stay.
    pub(super) fn bring(&self, looked: &mut InspectedFolder<'_>) -> Result<()> {
        if looked.stand.failure.is_some() {
            return Ok(());
        }
        match self.do_what_is_due(looked) {
            Err(Error::Cancelled(cancelled)) => return Err(cancelled.into()),
            done => looked.stand.failure = done.err(),
        }
        Ok(())
    }

    fn do_what_is_due(&self, looked: &mut InspectedFolder<'_>) -> Result<()> {
        let occasion = self.occasion(looked.section);
        let stand = &mut looked.stand;
        let due = due(stand);
        for (at, about, _) in due.iter().filter(|(.., deed)| *deed == DueAction::RollBack) {
            let done = self.bench.roll_back(&stand.path, &out(about.name(), occasion.clone()), self.watch)?;
            finish(stand, &[*at], Some(done.entry.seq));
        }
        if due.iter().any(|(.., deed)| *deed == DueAction::RollBack) {
            self.try_to_apply(stand)?;
        }
        self.apply_one_by_one(stand, &occasion)?;
        self.leave_switches_without_patch(stand, looked.section)?;
        for (at, about, deed) in due {
            if stand.expectations[at].standing != ExpectationStanding::Due(deed) {
                continue;
            }
            let entry = match deed {
                DueAction::RollBack | DueAction::Apply => continue,
                DueAction::Repair => {
                    let options = RepairOptions {
                        from: looked.repair_from.clone(),
                        occasion: occasion.clone(),
                        ..RepairOptions::default()
                    };
                    self.bench.repair(&stand.path, &options, self.watch)?.entry
                }
                DueAction::Turn(_) => {
                    let Some(turn) = looked.section.wish.toggles.get(about.name()) else { continue };
                    let options = turning(about.name(), turn, occasion.clone());
                    self.bench.toggle(&stand.path, &options, self.watch)?.entry
                }
            };
            finish(stand, &[at], entry.map(|entry| entry.seq));
        }
        // A folder that nobody told of a new word would take what people do from now on for older than that.
        let is_left_alone = |one: &Expectation| match &one.standing {
            ExpectationStanding::Left(Left::Held { .. }) => true,
            // What was applied and rolled back is in the history, with the word of the file.
            ExpectationStanding::Failed(_) => true,
            // Without a history it may be no folder that the file means at all.
            ExpectationStanding::Blocked(_) => one.about == ExpectationSubject::Folder && !looked.has_history,
            _ => false,
        };
        let is_left_alone = stand.expectations.iter().any(is_left_alone);
        if looked.is_news && stand.entries.is_empty() && !is_left_alone {
            let entry = self.bench.write_down(&stand.path, &occasion, Vec::new())?;
            stand.entries.push(entry);
        }
        Ok(())
    }
}

fn due(stand: &FolderStand) -> Vec<(usize, ExpectationSubject, DueAction)> {
    stand.due(|_| true).map(|(at, about, deed)| (at, about.clone(), deed)).collect()
}

pub(super) fn finish(stand: &mut FolderStand, done: &[usize], entry: Option<u64>) {
    for at in done {
        if let ExpectationStanding::Due(deed) = stand.expectations[*at].standing {
            stand.expectations[*at].standing = ExpectationStanding::Done(deed);
        }
    }
    stand.entries.extend(entry);
}

/// Whether a switch belongs to a patch that is only to come.
fn is_due_to_come(stand: &FolderStand, switch: &str) -> bool {
    let patch = switch.split_once('/').map_or(switch, |(patch, _)| patch);
    stand.due(|deed| deed == DueAction::Apply).any(|(_, about, _)| about.name() == patch)
}

/// Whether the patch of a switch is there, or is to come, as far as the expectations say.
fn may_have_its_patch(stand: &FolderStand, switch: &str) -> bool {
    let patch = switch.split_once('/').map_or(switch, |(patch, _)| patch);
    let comes = |one: &Expectation| one.is_met() || matches!(one.standing, ExpectationStanding::Due(_));
    stand
        .expectations
        .iter()
        .any(|one| matches!(&one.about, ExpectationSubject::Patch(id) if id == patch) && comes(one))
}

fn out(id: &str, occasion: Occasion) -> RollbackOptions {
    let which = Which::Patch(id.to_owned());
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

fn turning(name: &str, turn: &WantedPosition, occasion: Occasion) -> ToggleOptions {
    let occasion = Occasion { ticket: turn.ticket.clone(), ..occasion };
    ToggleOptions { id: name.to_owned(), to: turn.to, reason: turn.reason.clone(), expected: None, occasion }
}

/// What to do where a person could set a rule aside.
const NO_RULE_ASIDE: &str =
    "A state file can't override rules. If it has to be, apply the patch yourself, and say why.";

fn reason(obstacle: &Obstacle) -> Wanted {
    let hint = match obstacle.way_around() {
        Some(_) => NO_RULE_ASIDE.into(),
        None => obstacle.hint_of_any_folder(),
    };
    Wanted::Refused {
        code: obstacle.code(),
        kind: obstacle.kind(),
        meaning: obstacle.sentence(),
        begins_with_a_name: obstacle.begins_with_a_name(),
        hint,
    }
}

/// Why something was refused; what is a failure of the folder goes on as that.
pub(super) fn refusal(error: Error) -> Result<Wanted> {
    let hint = match &error {
        Error::Refused(obstacles) if !obstacles.is_empty() => return Ok(reason(&obstacles[0])),
        Error::NotTrusted { .. } => NO_RULE_ASIDE,
        // A damaged patch file says nothing about the folder, nor about other files.
        Error::Bundle(_) => "Get the patch file again from its author.",
        _ => return Err(error),
    };
    let (code, kind) = (error.code(), error.kind());
    let (meaning, begins_with_a_name) = (error.to_string(), false);
    Ok(Wanted::Refused { code, kind, meaning, begins_with_a_name, hint: hint.into() })
}
