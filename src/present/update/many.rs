//! What a message does about many folders at once: comparing, asking, and the worker's work.

use std::path::PathBuf;

use crate::present::asked::{Asked, AskedAbout};
use crate::present::many::{LastWord, ManyRun, ManyTask, said_failed};
use crate::present::message::{Effect, ExportWish, Input, ManyEffect, ManyEvent, ManyMsg, Msg};
use crate::present::model::{Model, Page};
use crate::present::rollout::{RolloutForm, RolloutStep};
use crate::present::slot::AnswerSlot;
use crate::present::wanted::WantedForm;
use crate::present::work::Work;
use crate::present::worker::{WorkerChange, WorkerLine};
use crate::settings::Recent;
use crate::workbench::Overrides;

impl Model {
    pub(super) fn update_many(&mut self, msg: ManyMsg) -> Vec<Effect> {
        // While the worker is at it, the page only shows how far it is.
        if self.many.is_working() {
            return Vec::new();
        }
        match msg {
            ManyMsg::ShowWanted(file) => return self.show_many(Page::Wanted, Input::StateFile, file),
            ManyMsg::ShowRollout(file) => return self.show_many(Page::Rollout, Input::RolloutFile, file),
            ManyMsg::EditWanted(form) => {
                let is_other_question = {
                    let old = &self.many.wanted;
                    (&old.only, old.again, old.most_rolled_back)
                        != (&form.only, form.again, form.most_rolled_back)
                };
                self.many.wanted = *form;
                return if is_other_question { self.look_at_many() } else { Vec::new() };
            }
            ManyMsg::EditRollout(form) => {
                self.many.rollout = *form;
                if self.many.rollout.file.is_none() {
                    (self.many.rings, self.many.plan) = Default::default();
                }
                return self.plan_rollout().into_iter().collect();
            }
            ManyMsg::LookAgain => {
                self.many.run = None;
                return self.look_at_many();
            }
            ManyMsg::Ask(about) => {
                (self.many.run, self.signing) = (None, None);
                self.many.asked = Some(Asked::new(about));
            }
            ManyMsg::EditAnswer(asked) => self.many.asked = Some(*asked),
            ManyMsg::Leave => self.many.asked = None,
            ManyMsg::Confirm => return self.confirm_many(),
            ManyMsg::SaveComparison if self.many.stands.ready().is_some() => {
                return vec![Effect::PickPlace(ExportWish::Comparison, "comparison.md".to_owned())];
            }
            ManyMsg::SaveComparison => {}
        }
        Vec::new()
    }

    /// Shows the page of such a file, and with one looks at it.
    fn show_many(&mut self, page: Page, input: Input, file: Option<PathBuf>) -> Vec<Effect> {
        (self.keys_said, self.many.asked, self.many.run) = (None, None, None);
        self.signing = None;
        self.open_above(page);
        match file {
            Some(file) => self.many_file_picked(input, file),
            None => self.look_at_many(),
        }
    }

    /// A state file or a rollout file was chosen.
    pub(super) fn many_file_picked(&mut self, input: Input, file: PathBuf) -> Vec<Effect> {
        let many = &mut self.many;
        (many.asked, many.run) = (None, None);
        match input {
            Input::StateFile => {
                many.wanted = WantedForm { file: Some(file), ..Default::default() };
                many.stands = AnswerSlot::default();
            }
            _ => {
                many.rollout = RolloutForm { file: Some(file), unsigned: false };
                (many.rings, many.plan) = Default::default();
            }
        }
        self.look_at_many()
    }

    /// Looks at what the page is about.
    fn look_at_many(&mut self) -> Vec<Effect> {
        let (many, tickets) = (&mut self.many, &mut self.tickets);
        let effect = match (self.page, &many.wanted.file, &many.rollout.file) {
            (Page::Wanted, Some(_), _) => {
                ManyEffect::Compare(many.stands.ask(tickets), Box::new(many.wanted.clone()))
            }
            (Page::Rollout, _, Some(file)) => ManyEffect::Read(many.rings.ask(tickets), file.clone()),
            _ => return Vec::new(),
        };
        vec![Effect::Many(effect)]
    }

    /// Finds out what a run would do, where one would do anything.
    fn plan_rollout(&mut self) -> Option<Effect> {
        let can_run = self.many.rings.ready().is_some_and(|page| page.can_run);
        can_run.then(|| {
            let ticket = self.many.plan.ask(&mut self.tickets);
            Effect::Many(ManyEffect::Plan(ticket, Box::new(self.many.rollout.clone())))
        })
    }

    pub(super) fn on_many_event(&mut self, event: ManyEvent) -> Vec<Effect> {
        match event {
            ManyEvent::Compared(ticket, answer) => {
                if self.many.stands.take(ticket, *answer) && self.many.stands.ready().is_some() {
                    let file = self.many.wanted.file.clone();
                    return self.remember_many(file, Input::StateFile);
                }
            }
            ManyEvent::Read(ticket, answer) => {
                if self.many.rings.take(ticket, *answer) {
                    self.many.plan = AnswerSlot::default();
                    let file = self.many.rollout.file.clone();
                    let plan = self.plan_rollout();
                    let is_read = self.many.rings.ready().is_some();
                    let kept = self.remember_many(file.filter(|_| is_read), Input::RolloutFile);
                    return kept.into_iter().chain(plan).collect();
                }
            }
            ManyEvent::Planned(ticket, answer) => _ = self.many.plan.take(ticket, answer),
            ManyEvent::Said(ticket, answer) => match *answer {
                Ok(page) => return self.on_many_event(ManyEvent::Read(ticket, Box::new(Ok(page)))),
                Err(failure) => {
                    self.note(&said_failed(&failure));
                    return self.look_at_many();
                }
            },
        }
        Vec::new()
    }

    fn remember_many(&mut self, file: Option<PathBuf>, input: Input) -> Vec<Effect> {
        let Some(file) = file else { return Vec::new() };
        let list = match input {
            Input::StateFile => &mut self.recent.state_files,
            _ => &mut self.recent.rollouts,
        };
        Recent::remember_file(list, file);
        vec![Effect::SaveSettings]
    }

    /// The question is answered with its button.
    fn confirm_many(&mut self) -> Vec<Effect> {
        let key = self.signing.as_ref();
        let Some(asked) = self.many.asked.take_if(|asked| asked.reason_to_wait(key).is_none()) else {
            return Vec::new();
        };
        let (state, rollout) = (self.many.wanted.file.clone(), self.many.rollout.file.clone());
        match asked.about.clone() {
            AskedAbout::InLine => {
                let form = &self.many.wanted;
                let change = WorkerChange::BringInLine {
                    only: form.only.clone(),
                    again: form.again,
                    most_rolled_back: form.most_rolled_back,
                };
                self.begin_many(change, state)
            }
            AskedAbout::Hold(folder) => {
                let until = Some(asked.until.trim().to_owned()).filter(|until| !until.is_empty());
                let reason = asked.said().unwrap_or_default();
                self.begin_many(WorkerChange::Hold { reason, until }, Some(folder))
            }
            AskedAbout::Release(folder) => self.begin_many(WorkerChange::Release, Some(folder)),
            AskedAbout::Rollout(RolloutStep::TakeBack) => {
                self.begin_many(WorkerChange::TakeRolloutBack(None), rollout)
            }
            AskedAbout::Rollout(RolloutStep::TakeRingBack { ring }) => {
                self.begin_many(WorkerChange::TakeRolloutBack(Some(ring)), rollout)
            }
            AskedAbout::Rollout(step) if step.changes_folders() => {
                let again = step == RolloutStep::Again;
                let until = if let RolloutStep::Run { ring } = step { Some(ring) } else { None };
                let unsigned = self.many.rollout.unsigned;
                let overrides = if unsigned { Overrides::UNSIGNED } else { Overrides::default() };
                let overrides = Box::new(overrides);
                self.begin_many(WorkerChange::RollOut { until, again, overrides }, rollout)
            }
            AskedAbout::Rollout(step) => {
                let Some(file) = rollout else { return Vec::new() };
                let ticket = self.many.rings.ask(&mut self.tickets);
                let key = self.signing.take().filter(|_| asked.needs_key()).map(Box::new);
                vec![Effect::Many(ManyEffect::Say(ticket, file, step, asked.said(), key))]
            }
        }
    }

    fn begin_many(&mut self, change: WorkerChange, place: Option<PathBuf>) -> Vec<Effect> {
        let Some(place) = place else { return Vec::new() };
        self.runs += 1;
        let task = match &change {
            WorkerChange::RollOut { .. } => ManyTask::RollOut,
            WorkerChange::TakeRolloutBack(_) => ManyTask::TakeBack,
            WorkerChange::Hold { .. } | WorkerChange::Release => ManyTask::Hold,
            _ => ManyTask::BringInLine,
        };
        self.many.run = Some(ManyRun::new(task, self.runs));
        vec![Effect::Start(change, place, None)]
    }

    /// The worker that is at many folders says something, or has ended.
    pub(super) fn on_many_line(&mut self, line: Option<WorkerLine>) -> Vec<Effect> {
        let Some(run) = self.many.run.as_mut().filter(|run| run.end.is_none()) else { return Vec::new() };
        match line {
            Some(WorkerLine::Progress(how_far)) => run.work.advance(how_far),
            Some(WorkerLine::Answer(answer)) => {
                run.word = Some(LastWord {
                    outcome: answer.outcome,
                    changed: answer.folders_changed(),
                    failure: answer.failure().map(|failure| failure.message.clone()),
                });
            }
            None => {
                run.ended();
                return self.look_at_many();
            }
        }
        Vec::new()
    }

    /// Time has passed while it works, or somebody wishes to stop it.
    pub(super) fn update_many_work(&mut self, msg: &Msg) -> Vec<Effect> {
        let Some(run) = &mut self.many.run else { return Vec::new() };
        heard(&mut run.work, msg)
    }
}

/// What a message about time, or the wish to stop, does to `work`.
pub(super) fn heard(work: &mut Work, msg: &Msg) -> Vec<Effect> {
    match msg {
        Msg::Tick(elapsed) => work.elapsed = *elapsed,
        Msg::Stop if !work.is_stopping => {
            work.is_stopping = true;
            return vec![Effect::StopWorker];
        }
        _ => {}
    }
    Vec::new()
}
