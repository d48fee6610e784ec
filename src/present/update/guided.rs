//! What a message does to somebody on the guided way, and which effects follow.

use std::path::Path;

use crate::model::Code;
use crate::present::Tab;
use crate::present::check::CheckPage;
use crate::present::failure::Failure;
use crate::present::finding::WayOut;
use crate::present::guided::{Guided, GuidedInput, Stage, Task};
use crate::present::history::FolderView;
use crate::present::message::{Effect, ExportWish, Msg};
use crate::present::model::{Model, Page};
use crate::present::outcome::OutcomePage;
use crate::present::slot::Ticket;
use crate::present::worker::WorkerLine;
use crate::settings::Pair;

impl Model {
    pub(super) fn update_guided(&mut self, msg: Msg) -> Vec<Effect> {
        match msg {
            Msg::BeginApply => return self.begin_guided(Task::Apply),
            Msg::BeginTakeBack => return self.begin_guided(Task::TakeBack),
            Msg::BeginTakeOut(id) => return self.begin_take_out(id),
            Msg::BeginBringBack => return self.begin_guided(Task::BringBack),
            Msg::BeginRecover { folder, finish } => return self.begin_recover(&folder, finish),
            _ => {}
        }
        let Some(guided) = &mut self.guided else { return Vec::new() };
        match msg {
            Msg::SetAside(rule, reason) => guided.overrides.set(rule, reason),
            Msg::KeepEdits(yes) => {
                guided.keep_edits = yes;
                if guided.task != Task::Recover && guided.go(GuidedInput::CheckAgain) {
                    return self.check_guided();
                }
            }
            Msg::Decide { places, choice } => {
                guided.edits.extend(places.into_iter().map(|place| (place, choice.clone())));
                if guided.go(GuidedInput::CheckAgain) {
                    return self.check_guided();
                }
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
            Msg::Tick(elapsed) => guided.work.elapsed = elapsed,
            Msg::ResultAction => match guided.outcome.as_ref().and_then(|outcome| outcome.can) {
                Some(Task::Recover) => return self.take(WayOut::Recover),
                Some(task) => return self.begin_guided(task),
                None => {}
            },
            Msg::SaveReport => {
                let name =
                    guided.bundle.as_deref().and_then(Path::file_stem).map(|stem| stem.to_string_lossy());
                let name = format!("{}-report.html", name.as_deref().unwrap_or("patchwright"));
                return vec![Effect::PickPlace(ExportWish::Report, name)];
            }
            Msg::CopyDetails => {
                let lines = guided.outcome.as_ref().map(OutcomePage::lines).unwrap_or_default();
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
        // After a result the same folder is meant; from the start page of the guided rollback, none yet.
        let folder = self.guided.as_ref().and_then(|guided| guided.folder.clone());
        let folder = folder.or_else(|| self.workspace.folder.clone());
        let bundle = (task == Task::Apply).then(|| self.workspace.bundle.clone()).flatten();
        let mut guided = Guided::new(task, bundle, folder);
        let is_chosen = guided.reason_to_wait().is_none();
        if is_chosen {
            guided.go(GuidedInput::Chosen);
        }
        if !self.is_guided() {
            self.page_before = self.page;
        }
        (self.guided, self.page, self.overlay) = (Some(guided), Page::Guided, None);
        if is_chosen { self.check_guided() } else { Vec::new() }
    }

    /// The way of one patch out of the folder of the workspace.
    fn begin_take_out(&mut self, id: String) -> Vec<Effect> {
        let mut effects = self.begin_guided(Task::TakeBack);
        if let Some(guided) = self.guided.as_mut().filter(|guided| guided.stage == Stage::Checking) {
            guided.patch = Some(id);
            effects = self.check_guided();
        }
        effects
    }

    pub(super) fn begin_recover(&mut self, folder: &Path, finish: bool) -> Vec<Effect> {
        if self.interrupted.iter().any(|(known, _)| known == folder) && !self.is_working() {
            self.workspace.folder = Some(folder.to_owned());
            self.guided = Some(Guided::recovering(folder.to_owned(), finish));
            (self.page_before, self.page) = (Page::Interrupted, Page::Guided);
        }
        Vec::new()
    }

    pub(super) fn check_guided(&mut self) -> Vec<Effect> {
        let Some(guided) = &mut self.guided else { return Vec::new() };
        let ticket = self.tickets.draw();
        guided.awaited = Some(ticket);
        let question = Self::rollback_question(guided);
        match (guided.task, &guided.bundle, &guided.folder) {
            (Task::Apply, Some(bundle), Some(folder)) => {
                vec![Effect::Preview(ticket, bundle.clone(), folder.clone(), guided.edits.clone())]
            }
            (Task::TakeBack | Task::BringBack, _, Some(folder)) => {
                vec![Effect::PreviewBack(ticket, folder.clone(), question)]
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn checked(&mut self, ticket: Ticket, check: Result<CheckPage, Failure>) -> Vec<Effect> {
        if let Some(guided) = self.guided.as_mut().filter(|guided| guided.awaited == Some(ticket)) {
            guided.awaited = None;
            let mut check = check.unwrap_or_else(|failure| CheckPage::of_failure(&failure));
            if guided.task == Task::TakeBack && !guided.keep_edits {
                offer_to_keep_edits(&mut check);
            }
            guided.check = Some(check);
            guided.go(GuidedInput::CheckEnded);
        } else {
            let check = check.or_else(|failure| Ok(CheckPage::of_failure(&failure)));
            self.workspace.check.take(ticket, check);
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
        let view = self.workspace.view.ready().filter(|_| self.workspace.folder.as_ref() == Some(&folder));
        guided.newest = view.map(FolderView::newest);
        let expected = guided.check.as_ref().and_then(|check| check.decision);
        // The folder is remembered before the first change, so that the next start looks here.
        self.recent.remember(Pair { bundle: guided.bundle.clone(), folder: Some(folder.clone()) });
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
