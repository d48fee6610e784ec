//! The guided way: one page, one question, one button.

use egui::{Label, TextEdit, Ui};

use super::Fields;
use super::findings::findings_with_choices_ui;
use super::result;
use super::workspace::notice;
use crate::gui::outbox::Outbox;
use crate::present::Model;
use crate::present::check::{CheckPage, CheckVerdict};
use crate::present::guided::{Guided, Stage, Task};
use crate::present::message::Msg;
use crate::present::overview::path_line;
use crate::progress::Phase;
use crate::toolkit::theme::{Icon, Tokens, space, text};
use crate::toolkit::widgets::{
    Banner, Button, FactRow, Notice, PageHeader, ProgressView, StepperView, banner, button, card, facts,
    link_button, page_header, progress_block, reason, stepper, tick_box,
};
use crate::words::{self, fill};
use crate::workbench::Override;

/// The names of the six pages.
const STEPS: [&str; 6] = [
    words::STEP_CHOOSE,
    words::STEP_CHECK,
    words::STEP_REVIEW,
    words::STEP_CONFIRM,
    words::STEP_WORK,
    words::STEP_RESULT,
];

pub fn page_ui(ui: &mut Ui, model: &Model, fields: &mut Fields, outbox: &mut Outbox) {
    let Some(guided) = &model.guided else { return };
    let step = guided.stage.step();
    stepper(ui, &StepperView { steps: &STEPS, current: step - 1 });
    let subject = guided.subject();
    if !subject.is_empty() {
        ui.add(Label::new(text::caption(subject).family(text::semibold())).wrap());
    }
    match guided.stage {
        Stage::Choosing => choose_ui(ui, model, guided, outbox),
        Stage::Checking => checking_ui(ui, guided, outbox),
        Stage::Checked => checked_ui(ui, guided, outbox),
        Stage::Reviewing => review_ui(ui, guided, outbox),
        Stage::Confirming => confirm_ui(ui, guided, outbox),
        Stage::Running | Stage::Verifying => working_ui(ui, guided, outbox),
        Stage::Done => result::page_ui(ui, guided, fields, outbox),
    }
}

fn title_ui(ui: &mut Ui, guided: &Guided, subtitle: &str) {
    page_header(ui, &PageHeader { title: guided.title(), subtitle }, |_| ());
}

fn choose_ui(ui: &mut Ui, model: &Model, guided: &Guided, outbox: &mut Outbox) {
    let question = if guided.task == Task::Apply { words::APPLY_CHOOSE } else { words::TAKE_BACK_CHOOSE };
    title_ui(ui, guided, question);
    card(ui, None, |ui| {
        if guided.task == Task::Apply {
            let path = guided.bundle.as_deref().map(path_line);
            chosen_ui(ui, words::PATCH, path.as_deref().unwrap_or(words::NO_PATCH));
            if button(ui, &Button::secondary(words::START_OPEN_PATCH).icon(Icon::FileInput)).clicked() {
                outbox.push(Msg::PickBundle);
            }
        }
        let path = guided.folder.as_deref().map(path_line);
        chosen_ui(ui, words::FOLDER, path.as_deref().unwrap_or(words::NO_FOLDER));
        ui.horizontal_wrapped(|ui| {
            if button(ui, &Button::secondary(words::START_CHOOSE_FOLDER).icon(Icon::FolderOpen)).clicked() {
                outbox.push(Msg::PickFolder);
            }
            if link_button(ui, words::FOLDERS_LIST).clicked() {
                outbox.push(Msg::ShowFolders(guided.folder.clone()));
            }
        });
    });
    let known = model.recent.folders();
    if guided.folder.is_none() && !known.is_empty() {
        card(ui, Some(words::START_RECENT), |ui| {
            for folder in known {
                if link_button(ui, &path_line(&folder)).clicked() {
                    outbox.push(Msg::OpenFolder(folder));
                }
            }
        });
    }
    promise_ui(ui, words::NOTHING_WRITTEN_YET);
    buttons_ui(ui, guided, words::NEXT, Msg::Forward, outbox);
}

fn chosen_ui(ui: &mut Ui, name: &str, value: &str) {
    facts(ui, &[FactRow::new(name, value)]);
}

fn checking_ui(ui: &mut Ui, guided: &Guided, outbox: &mut Outbox) {
    title_ui(ui, guided, words::CHECK_WAIT);
    buttons_ui(ui, guided, words::NEXT, Msg::Forward, outbox);
}

fn checked_ui(ui: &mut Ui, guided: &Guided, outbox: &mut Outbox) {
    title_ui(ui, guided, "");
    let Some(check) = &guided.check else { return };
    let (title, meaning) = verdict_words(guided, check);
    banner(ui, &Banner { notice: notice(check.verdict), title, body: meaning, actions: &[] });
    findings_with_choices_ui(ui, &check.findings, outbox);
    promise_ui(ui, words::NOTHING_WRITTEN_YET);
    buttons_ui(ui, guided, words::NEXT, Msg::Forward, outbox);
}

fn verdict_words(guided: &Guided, check: &CheckPage) -> (&'static str, &'static str) {
    match (check.verdict, guided.task) {
        (CheckVerdict::Ready, Task::Apply) => (words::CHECK_READY, words::CHECK_READY_MEANING),
        (CheckVerdict::Ready, Task::BringBack) => (words::CHECK_READY_BRING, words::CHECK_SAFE_COPIES),
        (CheckVerdict::Ready, _) => (words::CHECK_READY_BACK, words::CHECK_SAFE_COPIES),
        (CheckVerdict::Warnings, Task::Apply) => (words::CHECK_WARN, words::CHECK_READY_MEANING),
        (CheckVerdict::Warnings, _) => (words::CHECK_WARN, words::CHECK_SAFE_COPIES),
        (CheckVerdict::Blocked, _) if guided.can_go_on() => (words::CHECK_SET_ASIDE, words::CAN_BE_SET_ASIDE),
        (CheckVerdict::Blocked, _) => (words::CHECK_BLOCKED, words::NOTHING_CHANGED),
        (CheckVerdict::NothingToDo, _) => (words::CHECK_NOTHING, words::CHECK_NOTHING_MEANING),
    }
}

fn review_ui(ui: &mut Ui, guided: &Guided, outbox: &mut Outbox) {
    title_ui(ui, guided, words::REVIEW_TITLE);
    let Some(check) = &guided.check else { return };
    card(ui, None, |ui| {
        for line in &check.review {
            ui.horizontal_top(|ui| {
                let room = ui.available_width()
                    - if line.can_change { 2.0 * space::HUGE + space::LARGE } else { 0.0 };
                ui.scope(|ui| {
                    ui.set_max_width(room);
                    ui.vertical(|ui| {
                        if line.can_change {
                            // The link beside it is as high as a button.
                            let free = space::CONTROL_HEIGHT - ui.text_style_height(&egui::TextStyle::Body);
                            ui.add_space(free / 2.0);
                        }
                        facts(ui, &[FactRow::new(line.name, &line.value)]);
                    });
                });
                if line.can_change && link_button(ui, words::CHANGE).clicked() {
                    outbox.push(Msg::ChooseAgain);
                }
            });
        }
    });
    promise_ui(ui, words::NOTHING_WRITTEN_YET);
    buttons_ui(ui, guided, words::NEXT, Msg::Forward, outbox);
}

fn confirm_ui(ui: &mut Ui, guided: &Guided, outbox: &mut Outbox) {
    let (question, promise) = guided.question();
    title_ui(ui, guided, "");
    card(ui, Some(&question), |ui| {
        ui.label(promise);
        let folder = guided.folder.as_deref().map(path_line).unwrap_or_default();
        facts(ui, &[FactRow::new(words::FOLDER, &folder)]);
        for rule in guided.asks_for() {
            set_aside_ui(ui, guided, rule, outbox);
        }
        if guided.task == Task::Recover && !guided.finish {
            let mut is_ticked = guided.keep_edits;
            if tick_box(ui, &mut is_ticked, words::INTERRUPTED_ASIDE).changed() {
                outbox.push(Msg::KeepEdits(is_ticked));
            }
        }
    });
    buttons_ui(ui, guided, &guided.button(), Msg::Confirm, outbox);
    if link_button(ui, words::COPY_COMMAND).clicked() {
        outbox.push(Msg::CopyCommand);
    }
}

/// A yes to what has to be set aside, or the reason for it.
fn set_aside_ui(ui: &mut Ui, guided: &Guided, rule: Override, outbox: &mut Outbox) {
    let sentence = match rule {
        Override::Unsigned => words::CONSENT_UNSIGNED.to_owned(),
        Override::WeakVolume => words::CONSENT_WEAK.to_owned(),
        rule => fill(words::REASON_FOR, &[("what", rule.deed())]),
    };
    if rule.needs_reason() {
        let label = ui.label(&sentence);
        let mut reason = guided.overrides.said(rule).to_owned();
        let field = TextEdit::singleline(&mut reason).desired_width(f32::INFINITY);
        if ui.add(field.margin(space::SMALL as i8)).labelled_by(label.id).changed() {
            outbox.push(Msg::SetAside(rule, Some(reason)));
        }
        return;
    }
    let mut is_ticked = guided.overrides.has(rule);
    if tick_box(ui, &mut is_ticked, &sentence).changed() {
        outbox.push(Msg::SetAside(rule, is_ticked.then(String::new)));
    }
}

fn working_ui(ui: &mut Ui, guided: &Guided, outbox: &mut Outbox) {
    let title = match guided.task {
        Task::Apply => words::WORKING_TITLE_APPLY,
        Task::TakeBack => words::WORKING_TITLE_BACK,
        Task::BringBack => words::WORKING_TITLE_BRING,
        Task::Recover => words::WORKING_TITLE_RECOVER,
    };
    page_header(ui, &PageHeader { title, subtitle: words::WORKING_SURVIVES }, |_| ());
    let work = &guided.work;
    let is_verifying = guided.stage == Stage::Verifying;
    let phase = if is_verifying { words::VERIFYING } else { work.sentence() };
    card(ui, None, |ui| {
        let is_changing = work.phase == Some(Phase::Changing);
        let view = ProgressView {
            run: guided.run,
            phase,
            files_done: 0,
            files_total: 0,
            fraction: if is_verifying { 1.0 } else { f32::from(work.thousandths) / 1000.0 },
            current: "",
            elapsed: work.elapsed,
            warning: if is_changing { words::WORKING_DO_NOT_SWITCH_OFF } else { "" },
        };
        progress_block(ui, &view);
    });
    let (reason, meaning) = match work.stopping() {
        _ if is_verifying => (Some(words::STOP_TOO_LATE), ""),
        Ok(meaning) => (None, meaning),
        Err(reason) => (Some(reason), ""),
    };
    if button(ui, &Button::secondary(words::STOP).icon(Icon::Square).blocked(reason)).clicked() {
        outbox.push(Msg::Stop);
    }
    if !meaning.is_empty() {
        promise_ui(ui, meaning);
    }
}

/// A sentence that calms.
fn promise_ui(ui: &mut Ui, sentence: &str) {
    ui.label(text::caption(sentence).color(Tokens::from_context(ui).muted));
}

/// The one button, with the way back and the way out beside it.
fn buttons_ui(ui: &mut Ui, guided: &Guided, label: &str, msg: Msg, outbox: &mut Outbox) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = space::SMALL;
        let primary = Button::primary(label).blocked(guided.reason_to_wait());
        if button(ui, &primary.reason_elsewhere()).clicked() {
            outbox.push(msg);
        }
        if guided.stage != Stage::Choosing
            && guided.task != Task::Recover
            && button(ui, &Button::secondary(words::BACK)).clicked()
        {
            outbox.push(Msg::Back);
        }
        if button(ui, &Button::secondary(words::LEAVE)).clicked() {
            outbox.push(Msg::Leave);
        }
    });
    if let Some(text) = guided.reason_to_wait() {
        reason(ui, text);
    }
}

/// What a condition looks like.
pub(crate) const fn condition_notice(condition: crate::present::outcome::FolderEnd) -> Notice {
    use crate::present::outcome::FolderEnd;
    match condition {
        FolderEnd::Done | FolderEnd::NothingToDo => Notice::Good,
        FolderEnd::NothingChanged | FolderEnd::PutBack => Notice::Caution,
        FolderEnd::NeedsAttention => Notice::Danger,
    }
}
