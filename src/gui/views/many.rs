//! What the pages about many folders have in common: their file, the question, the work, and how it ended.

use egui::{Color32, Label, Ui};

use super::Fields;
use super::arrival::PageWithChange;
use super::rows::{field_ui, reason_ui};
use crate::gui::outbox::Outbox;
use crate::present::Model;
use crate::present::asked::{Asked, AskedAbout};
use crate::present::many::{ManyRun, ManyTask};
use crate::present::message::{ManyMsg, Msg};
use crate::present::overview::path_line;
use crate::present::rollout::RolloutStep;
use crate::present::wanted::{ExpectationMark, WantedPage};
use crate::present::work::Work;
use crate::progress::Phase;
use crate::toolkit::theme::{Icon, Tokens, text};
use crate::toolkit::widgets::{
    Banner, Button, Notice, ProgressView, banner, button, button_row, card, progress_block, tick_box,
};
use crate::words::{self, fill, many};

/// What a mark looks like.
pub(super) fn sign(mark: ExpectationMark, tokens: &Tokens) -> (Icon, Color32) {
    match mark {
        ExpectationMark::Good => (Icon::CircleCheck, tokens.good.strong),
        ExpectationMark::Due => (Icon::CircleDashed, tokens.accent.text),
        ExpectationMark::Left => (Icon::Hand, tokens.muted),
        ExpectationMark::Trouble => (Notice::Caution.icon(), tokens.caution.strong),
    }
}

/// What goes before the rest of such a page; `true` where there is nothing else to show: a question, or work.
pub(super) fn first_ui(ui: &mut Ui, model: &Model, fields: &mut Fields, outbox: &mut Outbox) -> bool {
    match &model.many.run {
        Some(run) if run.end.is_none() => {
            let is_new = has_just_come(ui, fields, &PageWithChange::Work(run.number));
            working_ui(ui, run, is_new, outbox);
            return true;
        }
        Some(run) => ended_ui(ui, run),
        None => {}
    }
    match &model.many.asked {
        Some(asked) => {
            let is_new = has_just_come(ui, fields, &PageWithChange::Question(asked.about.clone()));
            question_ui(ui, model, asked, is_new, outbox);
            true
        }
        None => {
            fields.arrival.leave();
            false
        }
    }
}

/// Whether this has just come: who clicks on at one place means what was there before.
fn has_just_come(ui: &Ui, fields: &mut Fields, place: &PageWithChange) -> bool {
    fields.arrival.arrive(ui.ctx(), place);
    !fields.arrival.is_looked_at(ui.ctx())
}

fn ended_ui(ui: &mut Ui, run: &ManyRun) {
    let Some(end) = &run.end else { return };
    let notice = match end.mark {
        ExpectationMark::Good => Notice::Good,
        ExpectationMark::Left | ExpectationMark::Due => Notice::Information,
        ExpectationMark::Trouble => Notice::Caution,
    };
    let body = end.details.join(" ");
    banner(ui, &Banner { notice, title: &end.heading, body: &body, actions: &[] });
}

fn working_ui(ui: &mut Ui, run: &ManyRun, is_new: bool, outbox: &mut Outbox) {
    let title = match run.task {
        ManyTask::RollOut => many::WORKING_ROLLOUT,
        ManyTask::TakeBack => many::WORKING_TAKE_BACK,
        ManyTask::Hold => many::WORKING_HOLD,
        ManyTask::BringInLine => many::WORKING_IN_LINE,
    };
    let view = WorkView { title, meaning: words::WORKING_SURVIVES, stopping: many::STOP_MANY, is_new };
    work_ui(ui, &view, run.number, &run.work, outbox);
}

/// Words about work: what it is, what one has to know, and what stopping does.
pub(super) struct WorkView<'a> {
    pub title: &'a str,
    pub meaning: &'a str,
    pub stopping: &'a str,
    /// Whether it has just come, and nobody can mean its button yet.
    pub is_new: bool,
}

/// How far the worker is, and the button that stops it.
pub(super) fn work_ui(ui: &mut Ui, view: &WorkView<'_>, run: u64, work: &Work, outbox: &mut Outbox) {
    card(ui, Some(view.title), |ui| {
        ui.add(Label::new(text::body(view.meaning)).wrap());
        let is_changing = work.phase == Some(Phase::Changing);
        progress_block(
            ui,
            &ProgressView {
                run,
                phase: work.phase.map_or(many::PLAN_WAIT, Phase::sentence),
                files_done: 0,
                files_total: 0,
                fraction: f32::from(work.thousandths) / 1000.0,
                current: "",
                elapsed: work.elapsed,
                warning: if is_changing { words::WORKING_DO_NOT_SWITCH_OFF } else { "" },
            },
        );
        ui.add(Label::new(text::caption(view.stopping)).wrap());
        let stopping = work.is_stopping.then_some(words::STOPPING);
        let stop = Button::secondary(words::STOP).icon(Icon::Square);
        if button(ui, &not_at_once(stop, stopping, view.is_new)).clicked() {
            outbox.push(Msg::Stop);
        }
    });
}

/// A button that can't be pressed for this reason, or, without a word, because it has just come.
fn not_at_once<'a>(button: Button<'a>, reason: Option<&'static str>, is_new: bool) -> Button<'a> {
    match reason {
        None if is_new => button.blocked(Some(words::JUST_SHOWN)).reason_elsewhere(),
        reason => button.blocked(reason),
    }
}

/// The one question, what yes means, and the reason where one is asked for.
fn question_ui(ui: &mut Ui, model: &Model, asked: &Asked, is_new: bool, outbox: &mut Outbox) {
    let folder = |path: &std::path::Path, template| fill(template, &[("folder", &path_line(path))]);
    let stands = model.many.stands.ready();
    let [n, folders] = stands.map(WantedPage::due_words).unwrap_or_default();
    let with_n = |template| fill(template, &[("n", &n), ("folders", &folders)]);
    let (title, meaning, yes) = match &asked.about {
        AskedAbout::InLine => {
            (with_n(many::ASK_IN_LINE), many::ASK_IN_LINE_MEANING, with_n(many::DO_IN_LINE))
        }
        AskedAbout::Hold(path) => {
            (folder(path, many::ASK_HOLD), many::ASK_HOLD_MEANING, many::DO_HOLD.to_owned())
        }
        AskedAbout::Release(path) => {
            (folder(path, many::ASK_RELEASE), many::ASK_RELEASE_MEANING, many::DO_RELEASE.to_owned())
        }
        AskedAbout::Rollout(step) => {
            let (title, meaning) = step.question();
            (title, meaning, step.button().to_owned())
        }
    };
    let mut answer = asked.clone();
    card(ui, Some(&title), |ui| {
        match (&asked.about, stands) {
            (AskedAbout::InLine, Some(page)) => {
                page.due.iter().for_each(|said| _ = ui.add(Label::new(text::body(said)).wrap()));
            }
            (AskedAbout::Rollout(step), _) if step.changes_folders() => planned_ui(ui, model, step, outbox),
            _ => {}
        }
        ui.add(Label::new(text::body(meaning).color(Tokens::from_context(ui).muted)).wrap());
        fields_ui(ui, asked, &mut answer);
        if asked.needs_key() {
            super::keys::key_ui(ui, model, many::SIGN_KEY, outbox);
        }
        button_row(ui, |ui| {
            let is_final = matches!(&asked.about, AskedAbout::Rollout(step) if step.takes_back());
            let kind = if is_final { Button::danger } else { Button::primary };
            let reason = asked.reason_to_wait(model.signing.as_ref());
            if button(ui, &not_at_once(kind(&yes), reason, is_new)).clicked() {
                outbox.push(Msg::Many(ManyMsg::Confirm));
            }
            if button(ui, &Button::secondary(words::LEAVE)).clicked() {
                outbox.push(Msg::Many(ManyMsg::Leave));
            }
        });
    });
    if answer != *asked {
        outbox.push(Msg::Many(ManyMsg::EditAnswer(Box::new(answer))));
    }
}

/// What a run would do, and the rule that has to be set aside for it.
fn planned_ui(ui: &mut Ui, model: &Model, step: &RolloutStep, outbox: &mut Outbox) {
    if step.takes_back() {
        return;
    }
    let plan = &model.many.plan;
    match plan.ready() {
        _ if plan.is_waiting() => ui.add(Label::new(text::body(many::PLAN_WAIT)).wrap()),
        Some(plan) => {
            let until = if let RolloutStep::Run { ring } = step { Some(ring.as_str()) } else { None };
            ui.add(Label::new(text::body(plan.said(until))).wrap())
        }
        None => return,
    };
    let mut form = model.many.rollout.clone();
    let is_asked = form.unsigned || plan.ready().is_some_and(|plan| plan.lacks_signature);
    if is_asked && tick_box(ui, &mut form.unsigned, words::CONSENT_UNSIGNED).changed() {
        outbox.push(Msg::Many(ManyMsg::EditRollout(Box::new(form))));
    }
}

fn fields_ui(ui: &mut Ui, asked: &Asked, answer: &mut Asked) {
    let reason = match &asked.about {
        AskedAbout::Hold(_) => Some(true),
        AskedAbout::Rollout(step) => step.reason(),
        AskedAbout::InLine | AskedAbout::Release(_) => None,
    };
    if let Some(is_needed) = reason {
        let name = if is_needed { many::ASK_REASON } else { many::ASK_REASON_OPTIONAL };
        answer.reason = reason_ui(ui, name, &asked.reason).unwrap_or_else(|| asked.reason.clone());
    }
    if matches!(asked.about, AskedAbout::Hold(_)) {
        field_ui(ui, many::HOLD_UNTIL, &mut answer.until, false);
    }
}
