//! What a message does to somebody on the guided way, and which effects follow.

use std::path::{Path, PathBuf};

use crate::model::{Code, TreePath};
use crate::present::Tab;
use crate::present::check::CheckPage;
use crate::present::failure::Failure;
use crate::present::finding::{Finding, WayOut};
use crate::present::guided::{Guided, GuidedInput, Recovering, Stage, Task};
use crate::present::history::FolderView;
use crate::present::message::{Effect, ExportWish, Msg};
use crate::present::model::{Model, Page};
use crate::present::outcome::OutcomePage;
use crate::present::overview::line;
use crate::present::slot::Ticket;
use crate::present::switches::SwitchWish;
use crate::present::worker::{Outcome, WorkerLine};
use crate::settings::Pair;
use crate::workbench::{EditChoice, Which};

impl Model {
    pub(super) fn update_guided(&mut self, msg: Msg) -> Vec<Effect> {
        match msg {
            Msg::BeginApply => self.begin_guided(Task::Apply),
            Msg::BeginTakeBack => self.begin_guided(Task::TakeBack),
            Msg::BeginTakeBackIn(folder) => {
                let effects = self.begin_guided(Task::TakeBack);
                [effects, self.open_folder(folder)].concat()
            }
            Msg::BeginTakeOut(which) => self.begin_named(Task::TakeBack, which),
            Msg::BeginRepair => self.begin_guided(Task::Repair),
            Msg::BeginKeep(id) => self.begin_named(Task::Keep, Which::Patch(id)),
            Msg::BeginBringBack => self.begin_guided(Task::BringBack),
            Msg::BeginUndoRepair => self.begin_guided(Task::UndoRepair),
            Msg::BeginAgain(patch) => self.begin_again(&patch),
            Msg::BeginSwitch(name, to) => self.begin_switch(SwitchWish::new(name, to)),
            Msg::BeginRecover(folder, how) => self.begin_recover(&folder, how),
            msg => self.go_on(msg),
        }
    }

    /// Somebody who is guided answers, goes on, or back.
    fn go_on(&mut self, msg: Msg) -> Vec<Effect> {
        let Some(guided) = &mut self.guided else { return Vec::new() };
        match msg {
            Msg::ChooseWhich(which) if guided.stage == Stage::Choosing => guided.which = which,
            Msg::SetAside(rule, reason) => guided.overrides.set(rule, reason),
            Msg::KeepEdits(yes) => {
                return self.check_otherwise(|guided| guided.keep_edits = yes);
            }
            Msg::Forward if guided.stage == Stage::Choosing && guided.go(GuidedInput::Chosen) => {
                return self.check_guided();
            }
            Msg::Forward if guided.stage == Stage::Done => return self.leave(),
            Msg::Forward => _ = guided.go(GuidedInput::Forward),
            Msg::Back if !guided.go(GuidedInput::Back) && !guided.stage.is_working() => return self.leave(),
            Msg::ChooseAgain => while guided.stage != Stage::Choosing && guided.go(GuidedInput::Back) {},
            Msg::CheckAgain if guided.go(GuidedInput::CheckAgain) => return self.check_guided(),
            Msg::Leave => return self.leave(),
            Msg::Confirm => return self.confirm(),
            Msg::Stop if guided.work.stopping().is_ok() => {
                guided.work.is_stopping = true;
                return vec![Effect::StopWorker];
            }
            Msg::ApplyEach(each) => guided.each = each,
            Msg::AnswerScripts(answer) => guided.scripts = answer,
            Msg::TypeSwitchReason(text) => guided.say_why(text),
            Msg::SayWhy(why) => guided.why = *why,
            Msg::Tick(elapsed) => guided.work.elapsed = elapsed,
            Msg::ResultAction => match guided.outcome.as_ref().and_then(|outcome| outcome.can) {
                Some(Task::Recover) => return self.take(WayOut::Recover),
                Some(Task::Switch) => return self.turn_back(),
                Some(Task::TakeBack) => return self.undo_applied(),
                Some(task) => return self.begin_guided(task),
                None => {}
            },
            Msg::SaveReport => {
                let name = guided
                    .bundles
                    .first()
                    .and_then(|bundle| bundle.file_stem())
                    .map(|stem| stem.to_string_lossy());
                let name = format!("{}-report.html", name.as_deref().unwrap_or("patchwright"));
                return vec![Effect::PickPlace(ExportWish::Report, name)];
            }
            Msg::CopyDetails => {
                let lines = |page: &OutcomePage| [page.lines(), page.printed.clone()].concat();
                let lines = guided.outcome.as_ref().map(lines).unwrap_or_default();
                return self.copy(lines.join("\n"));
            }
            Msg::CopyCommand => {
                if let (Some(change), Some(folder)) = (guided.change(), &guided.folder) {
                    let command = change.command(folder);
                    return self.copy(command);
                }
            }
            _ => {}
        }
        Vec::new()
    }

    pub(super) fn begin_guided(&mut self, task: Task) -> Vec<Effect> {
        if self.is_working() {
            return Vec::new();
        }
        // After a result the same folder is meant; from the start page one is proposed, and somebody chooses.
        let folder = self.guided.as_ref().and_then(|guided| guided.folder.clone());
        let folder = folder.or_else(|| self.workspace.folder.clone());
        let is_first_page = self.page == Page::Start;
        let proposed = || self.recent.folders().into_iter().next();
        let folder = folder.or_else(|| proposed().filter(|_| is_first_page));
        let bundles = if task == Task::Apply { self.workspace.files() } else { Vec::new() };
        let mut guided = Guided::new(task, bundles, folder.clone());
        let has_choice = task == Task::TakeBack && !self.is_guided() && self.patches_in_folder() > 1;
        let is_chosen = guided.reason_to_wait().is_none() && !is_first_page && !has_choice;
        if is_chosen {
            guided.go(GuidedInput::Chosen);
        }
        if !self.is_guided() {
            self.page_before = self.below.first().copied().unwrap_or(self.page);
        }
        self.show_page(Page::Guided);
        (self.guided, self.overlay) = (Some(guided), None);
        match folder.filter(|folder| self.workspace.folder.as_ref() != Some(folder)) {
            _ if is_chosen => self.check_guided(),
            // What is in a folder that is proposed is looked at, so that one can choose among its patches.
            Some(folder) => self.open_folder(folder),
            None => Vec::new(),
        }
    }

    /// Patch files may have what backups lack; what they bring is looked at before anything is done with it.
    pub(super) fn take_from(&mut self, files: Vec<PathBuf>) -> Vec<Effect> {
        self.check_otherwise(|guided| {
            let is_new = |file: &PathBuf| !guided.damaged.from.contains(file);
            let new: Vec<PathBuf> = files.into_iter().filter(is_new).collect();
            guided.damaged.from.extend(new);
        })
    }

    /// Looks again at what was asked in another way. What was interrupted is only looked at when it is dealt with.
    pub(super) fn check_otherwise(&mut self, change: impl FnOnce(&mut Guided)) -> Vec<Effect> {
        let Some(guided) = self.guided.as_mut().filter(|guided| !guided.stage.is_working()) else {
            return Vec::new();
        };
        change(guided);
        match guided.task != Task::Recover && guided.go(GuidedInput::CheckAgain) {
            true => self.check_guided(),
            false => Vec::new(),
        }
    }

    /// How many patches are in the folder, as far as it was looked at.
    fn patches_in_folder(&self) -> usize {
        self.workspace.view.ready().map_or(0, |view| view.stack.len())
    }

    /// The way of these patches out of the folder of the workspace, or of what else is done with them.
    fn begin_named(&mut self, task: Task, which: Which) -> Vec<Effect> {
        self.begin_about(task, |guided| guided.which = which)
    }

    /// The way of a switch of a patch in the folder of the workspace.
    fn begin_switch(&mut self, wish: SwitchWish) -> Vec<Effect> {
        self.begin_about(Task::Switch, |guided| guided.switch = Some(wish))
    }

    /// A patch that was rolled back is to be applied again: from the file that is open, from one that was opened lately,
    /// or from one that is asked for.
    fn begin_again(&mut self, patch: &str) -> Vec<Effect> {
        let open = self.workspace.patch.ready().map(|open| open.inspection.patch.about.identity.to_string());
        if open.is_some_and(|open| line(&open) == patch) && self.workspace.can_apply().is_ok() {
            return self.begin_guided(Task::Apply);
        }
        match self.home.file_of(patch).map(Path::to_owned) {
            Some(file) => self.open_bundle(file),
            None => vec![Effect::PickBundle],
        }
    }

    /// What was applied goes again: all of it, where several patches came together.
    fn undo_applied(&mut self) -> Vec<Effect> {
        let entry = self.guided.as_ref().and_then(|guided| Some(guided.answer.as_ref()?.entry()?.seq));
        let view = self.workspace.view.ready();
        let ours: Vec<String> = view
            .into_iter()
            .flat_map(|view| &view.status.installed)
            .filter(|patch| Some(patch.key.entry) == entry)
            .map(|patch| patch.patch.id.clone())
            .collect();
        match ours.as_slice() {
            [first, _, ..] => self.begin_named(Task::TakeBack, Which::Before(first.clone())),
            _ => self.begin_guided(Task::TakeBack),
        }
    }

    /// The same switch the other way.
    fn turn_back(&mut self) -> Vec<Effect> {
        let wish = self.guided.as_ref().and_then(|guided| guided.switch.as_ref());
        let back = wish.map(SwitchWish::turned_back);
        back.map(|wish| self.begin_switch(wish)).unwrap_or_default()
    }

    fn begin_about(&mut self, task: Task, say: impl FnOnce(&mut Guided)) -> Vec<Effect> {
        if self.is_working() {
            return Vec::new();
        }
        self.begin_guided(task);
        let Some(guided) = self.guided.as_mut() else { return Vec::new() };
        say(guided);
        if guided.stage == Stage::Choosing && !guided.go(GuidedInput::Chosen) {
            return Vec::new();
        }
        self.check_guided()
    }

    /// Somebody chooses a version of edited files, or takes that back.
    pub(super) fn decide(&mut self, places: Vec<TreePath>, choice: Option<&EditChoice>) -> Vec<Effect> {
        for place in places {
            match choice {
                Some(choice) => _ = self.workspace.edits.insert(place, choice.clone()),
                None => _ = self.workspace.edits.remove(&place),
            }
        }
        self.check_anew()
    }

    /// Whether health checks of a change in the folder were cut short, and nothing else comes first.
    pub(super) fn can_finish_checks(&self) -> bool {
        let view = self.workspace.view.ready();
        view.is_some_and(|view| !view.status.unchecked.is_empty() && view.status.unfinished.is_none())
    }

    /// Begins to finish health checks that were cut short.
    pub(super) fn begin_checks(&mut self) -> Vec<Effect> {
        if let Some(folder) = self.workspace.folder.clone().filter(|_| !self.is_working())
            && self.can_finish_checks()
        {
            self.guided = Some(Guided::recovering(folder, Recovering::Checks));
            (self.page_before, self.page) = (Page::Workspace(Tab::History), Page::Guided);
        }
        Vec::new()
    }

    pub(super) fn begin_recover(&mut self, folder: &Path, how: Recovering) -> Vec<Effect> {
        if how == Recovering::Checks {
            return self.begin_checks();
        }
        if self.interrupted.iter().any(|(known, _)| known == folder) && !self.is_working() {
            self.workspace.folder = Some(folder.to_owned());
            self.guided = Some(Guided::recovering(folder.to_owned(), how));
            (self.page_before, self.page) = (Page::Interrupted, Page::Guided);
        }
        Vec::new()
    }

    pub(super) fn check_guided(&mut self) -> Vec<Effect> {
        let beside = self.beside();
        let Some(guided) = &mut self.guided else { return Vec::new() };
        let ticket = self.tickets.draw();
        guided.awaited = Some(ticket);
        if guided.task == Task::Apply {
            guided.edits.clone_from(&self.workspace.edits);
        }
        guided.reading.clone_from(&self.workspace.reading);
        guided.beside = beside;
        let (back, repair) = (guided.rollback_question(), guided.repair_question());
        match (guided.task, &guided.folder) {
            (Task::Apply, Some(folder)) if !guided.bundles.is_empty() => {
                let (files, edits) = (guided.bundles.clone(), guided.edits.clone());
                vec![Effect::Preview(ticket, files, folder.clone(), edits, guided.beside.clone())]
            }
            (Task::Repair, Some(folder)) => vec![Effect::PreviewRepair(ticket, folder.clone(), repair)],
            (Task::Keep, Some(folder)) => match &guided.which {
                Which::Patch(id) => vec![Effect::PreviewKeep(ticket, folder.clone(), id.clone())],
                _ => Vec::new(),
            },
            (Task::Switch, Some(folder)) => {
                let preview = |SwitchWish { name, to, .. }: &SwitchWish| {
                    Effect::PreviewSwitch(ticket, folder.clone(), name.clone(), *to)
                };
                guided.switch.iter().map(preview).collect()
            }
            (Task::TakeBack | Task::BringBack | Task::UndoRepair, Some(folder)) => {
                vec![Effect::PreviewBack(ticket, folder.clone(), back)]
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn checked(&mut self, ticket: Ticket, check: Result<CheckPage, Failure>) -> Vec<Effect> {
        if let Some(guided) = self.guided.as_mut().filter(|guided| guided.awaited == Some(ticket)) {
            guided.awaited = None;
            let mut check = check.unwrap_or_else(|failure| CheckPage::of_failure(&failure));
            check.findings.extend(guided.edits.iter().map(|(path, choice)| Finding::decided(path, choice)));
            if matches!(guided.task, Task::TakeBack | Task::UndoRepair) && !guided.keep_edits {
                offer_to_keep_edits(&mut check);
            }
            check.offer_sources(guided);
            guided.check = Some(check);
            guided.go(GuidedInput::CheckEnded);
        } else {
            let mut check = check.unwrap_or_else(|failure| CheckPage::of_failure(&failure));
            let edits = &self.workspace.edits;
            check.findings.extend(edits.iter().map(|(path, choice)| Finding::decided(path, choice)));
            self.workspace.check.take(ticket, Ok(check));
            self.mark_differing();
        }
        Vec::new()
    }

    pub(super) fn confirm(&mut self) -> Vec<Effect> {
        let Some(guided) = &mut self.guided else { return Vec::new() };
        let (Some(change), Some(folder)) = (guided.change(), guided.folder.clone()) else {
            return Vec::new();
        };
        if !guided.go(GuidedInput::Confirm) {
            return Vec::new();
        }
        self.runs += 1;
        guided.run = self.runs;
        let view = self.workspace.view.ready().filter(|_| self.workspace.folder.as_ref() == Some(&folder));
        guided.newest = view.map(FolderView::newest);
        let shown = guided.check.as_ref().and_then(|check| check.decision);
        // Who uses a saved plan agreed to that, and not to what is shown now.
        let plan = self.workspace.plan.ready().filter(|_| guided.task == Task::Apply);
        let expected = plan.map(|plan| plan.agreed).or(shown);
        // The folder is remembered before the first change, so that the next start looks here.
        self.recent.remember(Pair { bundle: guided.bundles.first().cloned(), folder: Some(folder.clone()) });
        // So is that a change was begun: it may go on without the window.
        self.recent.begun = Some(folder.clone());
        vec![Effect::SaveSettings, Effect::Start(change, folder, expected)]
    }

    pub(super) fn on_line(&mut self, line: WorkerLine) -> Vec<Effect> {
        if let Some(guided) = self.guided.as_mut().filter(|guided| guided.stage == Stage::Running) {
            match line {
                WorkerLine::Progress(how_far) => guided.work.advance(how_far),
                WorkerLine::Answer(answer) => guided.answer = Some(*answer),
            }
        }
        Vec::new()
    }

    /// The worker is gone. What it did is read from the folder, not believed.
    pub(super) fn worker_ended(&mut self) -> Vec<Effect> {
        let Some(guided) = self.guided.as_mut() else { return Vec::new() };
        if !guided.go(GuidedInput::WorkEnded) {
            return Vec::new();
        }
        self.workspace.folder.clone_from(&guided.folder);
        self.recent.begun = None;
        if guided.task == Task::Apply
            && guided.answer.as_ref().is_some_and(|answer| answer.outcome == Outcome::Done)
        {
            // What was decided about edited files is in them now, and says nothing about another change.
            self.workspace.edits.clear();
        }
        self.interrupted.retain(|(known, _)| Some(known) != guided.folder.as_ref());
        self.look_again()
    }

    pub(super) fn leave(&mut self) -> Vec<Effect> {
        if self.is_working() {
            return Vec::new();
        }
        let was_done = self.guided.take().is_some_and(|guided| guided.stage == Stage::Done);
        self.page = match (was_done, self.page_before) {
            _ if self.workspace.is_empty() => Page::Start,
            (true, _) => Page::Workspace(Tab::History),
            (false, page) => page,
        };
        if was_done { self.look_again() } else { Vec::new() }
    }
}

/// Where files were changed since, keeping them aside is the way out.
fn offer_to_keep_edits(check: &mut CheckPage) {
    for finding in &mut check.findings {
        if finding.code == Some(Code::Drift) {
            finding.way_out = Some(WayOut::KeepEdits);
        }
    }
}
