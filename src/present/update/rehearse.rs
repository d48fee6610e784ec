//! What a message does about a rehearsal: what is tried, the worker at it, and what is looked at again afterwards.

use super::many::heard;
use crate::present::check::CheckPage;
use crate::present::guided::{GuidedInput, Task};
use crate::present::message::{Effect, Msg, RehearseMsg};
use crate::present::model::{Model, Page};
use crate::present::rehearse::RehearseForm;
use crate::present::worker::{WorkerChange, WorkerLine};

impl Model {
    pub(super) fn update_rehearse(&mut self, msg: RehearseMsg) -> Vec<Effect> {
        if self.is_working() {
            return Vec::new();
        }
        match msg {
            RehearseMsg::Show => self.show_rehearsal(),
            RehearseMsg::Edit(form) => self.rehearsing.form = *form,
            RehearseMsg::Again => self.rehearsing.run = None,
            RehearseMsg::Begin => return self.begin_rehearsal(),
        }
        Vec::new()
    }

    /// The page for the patches and the folder that somebody is at.
    fn show_rehearsal(&mut self) {
        let guided = self.guided.as_ref().filter(|guided| guided.task == Task::Apply);
        let (files, folder) = match guided {
            Some(guided) => (guided.bundles.clone(), guided.folder.clone()),
            None => (self.workspace.files(), self.workspace.folder.clone()),
        };
        let rehearsing = &mut self.rehearsing;
        if (&rehearsing.files, &rehearsing.folder) != (&files, &folder) {
            // What somebody answers for is this patch in this folder; the tests are the site's own.
            let tests = std::mem::take(&mut rehearsing.form.tests);
            rehearsing.form = RehearseForm { tests, ..RehearseForm::default() };
        }
        (rehearsing.files, rehearsing.folder, rehearsing.run) = (files, folder, None);
        self.open_above(Page::Rehearse);
    }

    /// What the last look at the patches and the folder found that are rehearsed.
    pub fn check_to_rehearse(&self) -> Option<&CheckPage> {
        match self.guided.as_ref().filter(|guided| guided.task == Task::Apply) {
            Some(guided) => guided.check.as_ref(),
            None => self.workspace.check.ready(),
        }
    }

    /// What the worker is told to try.
    pub fn rehearsal(&self) -> WorkerChange {
        let (edits, reading) = (&self.workspace.edits, &self.workspace.reading);
        let choices = (edits, reading, &self.beside());
        WorkerChange::Rehearse(Box::new(self.rehearsing.order(self.check_to_rehearse(), choices)))
    }

    fn begin_rehearsal(&mut self) -> Vec<Effect> {
        let is_ready = self.rehearsing.form.reason_to_wait(self.check_to_rehearse()).is_none();
        let Some(folder) = self.rehearsing.folder.clone().filter(|_| is_ready) else { return Vec::new() };
        let order = self.rehearsal();
        self.rehearsing.begin();
        vec![Effect::Start(order, folder, None)]
    }

    /// The worker that is at a copy says something, or has ended.
    pub(super) fn on_rehearsal_line(&mut self, line: Option<WorkerLine>) -> Vec<Effect> {
        let Some(run) = &mut self.rehearsing.run else { return Vec::new() };
        match line {
            Some(WorkerLine::Progress(how_far)) => run.work.advance_on_copy(how_far),
            Some(WorkerLine::Answer(answer)) => run.answer = Some(*answer),
            None => {
                run.ended();
                return self.look_after_rehearsal();
            }
        }
        Vec::new()
    }

    /// What the check says of rehearsals is found out again.
    fn look_after_rehearsal(&mut self) -> Vec<Effect> {
        match self.guided.as_mut().map(|guided| guided.go(GuidedInput::CheckAgain)) {
            Some(true) => self.check_guided(),
            Some(false) => Vec::new(),
            None => self.look_again(),
        }
    }

    /// Time has passed while it works, or somebody wishes to stop it.
    pub(super) fn update_rehearsal_work(&mut self, msg: &Msg) -> Vec<Effect> {
        let Some(run) = &mut self.rehearsing.run else { return Vec::new() };
        heard(&mut run.work, msg)
    }
}
