//! The guided way: one page, one question, one button.

use egui::{Label, Ui};

use super::Fields;
use super::arrival::PageWithChange;
use super::findings::findings_ui;
use super::result;
use super::rows::reason_ui;
use super::workspace::notice;
use crate::gui::outbox::Outbox;
use crate::model::{ReasonKind, Word};
use crate::present::Model;
use crate::present::check::{CheckPage, CheckVerdict};
use crate::present::guided::{Guided, Recovering, Stage, Task};
use crate::present::history::FolderView;
use crate::present::message::{Msg, RehearseMsg};
use crate::present::overview::path_line;
use crate::present::why::reason_name;
use crate::progress::Phase;
use crate::text::with_thousands;
use crate::toolkit::theme::{Icon, Tokens, space, text};
use crate::toolkit::widgets::{
    Banner, Button, FactRow, PageHeader, ProgressView, StepperView, banner, button, card, choice_box, facts,
    link_button, page_title, progress_block, stepper, tick_box, with_foot_bar,
};
use crate::words::{self, fill, several, trying, window};
use crate::workbench::{Override, Overrides};

/// The names of the six pages.
const STEPS: [&str; 6] = [
    words::STEP_CHOOSE,
    words::STEP_CHECK,
    words::STEP_REVIEW,
    words::STEP_CONFIRM,
    words::STEP_WORK,
    words::STEP_RESULT,
];

/// The names of the two pages of what is asked at once.
const SHORT_STEPS: [&str; 2] = [words::STEP_REVIEW, words::STEP_RESULT];

/// The names of the pages, and which of them is shown.
fn steps(guided: &Guided) -> (&'static [&'static str], usize) {
    match guided.task.asks_at_once() {
        true => (&SHORT_STEPS, usize::from(guided.stage > Stage::Confirming)),
        false => (&STEPS, guided.stage.step() - 1),
    }
}

pub fn page_ui(ui: &mut Ui, model: &Model, fields: &mut Fields, outbox: &mut Outbox) {
    let Some(guided) = &model.guided else { return };
    let place = PageWithChange::Guided(guided.run, guided.stage);
    let begins = fields.arrival.arrive(ui.ctx(), &place);
    let mut hands = (fields, outbox, begins);
    with_foot_bar(
        ui,
        &mut hands,
        |ui, (fields, outbox, begins)| {
            super::column_ui(ui, "guided", |ui| {
                let (steps, current) = steps(guided);
                stepper(ui, &StepperView { steps, current });
                let subject = guided.subject();
                if !subject.is_empty() {
                    ui.add(Label::new(text::caption(subject).family(text::semibold())).wrap());
                }
                stage_ui(ui, model, guided, *begins, fields, outbox);
            });
        },
        |ui, (fields, ..)| said_ui(ui, guided, reason_to_look(ui, guided, fields)),
        |ui, (fields, outbox, begins)| {
            let look_first = reason_to_look(ui, guided, fields);
            buttons_ui(ui, guided, look_first, *begins, outbox);
        },
    );
}

fn stage_ui(
    ui: &mut Ui,
    model: &Model,
    guided: &Guided,
    begins: bool,
    fields: &mut Fields,
    outbox: &mut Outbox,
) {
    // Where there is nothing to press yet, or where pressing changes something, the keyboard begins at the title.
    let at_title = begins && (guided.reason_to_wait().is_some() || guided.stage == Stage::Confirming);
    match guided.stage {
        Stage::Choosing => choose_ui(ui, model, guided, at_title, outbox),
        Stage::Checking => title_ui(ui, guided, words::CHECK_WAIT, at_title),
        Stage::Checked => checked_ui(ui, guided, at_title, outbox),
        Stage::Reviewing => review_ui(ui, guided, at_title, outbox),
        Stage::Confirming => confirm_ui(ui, model, guided, at_title, outbox),
        Stage::Running | Stage::Verifying => working_ui(ui, guided, at_title),
        Stage::Done => result::page_ui(ui, guided, fields, outbox),
    }
}

fn title_ui(ui: &mut Ui, guided: &Guided, subtitle: &str, takes_focus: bool) {
    heading_ui(ui, &PageHeader { title: &guided.title(), subtitle }, takes_focus);
}

fn heading_ui(ui: &mut Ui, header: &PageHeader<'_>, takes_focus: bool) {
    let title = ui.vertical(|ui| page_title(ui, header)).inner;
    if takes_focus {
        title.request_focus();
    }
}

fn choose_ui(ui: &mut Ui, model: &Model, guided: &Guided, at_title: bool, outbox: &mut Outbox) {
    let question = match guided.task {
        Task::Apply => words::APPLY_CHOOSE,
        Task::TakeBack if several_here(model, guided).is_some() => window::TAKE_BACK_CHOOSE_BOTH,
        _ => words::TAKE_BACK_CHOOSE,
    };
    title_ui(ui, guided, question, at_title);
    card(ui, None, |ui| {
        if guided.task == Task::Apply {
            let paths: Vec<String> = guided.bundles.iter().map(|path| path_line(path)).collect();
            let path = if paths.is_empty() { words::NO_PATCH.to_owned() } else { paths.join("\n") };
            chosen_ui(ui, words::PATCH, &path);
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
    if guided.task == Task::TakeBack {
        which_ui(ui, model, guided, outbox);
    }
    let known: Vec<_> =
        model.recent.folders().into_iter().filter(|folder| guided.folder.as_ref() != Some(folder)).collect();
    if !known.is_empty() {
        card(ui, Some(words::START_RECENT), |ui| {
            for folder in known {
                if link_button(ui, &path_line(&folder)).clicked() {
                    outbox.push(Msg::OpenFolder(folder));
                }
            }
        });
    }
}

/// The folder, if it has several patches.
fn several_here<'a>(model: &'a Model, guided: &Guided) -> Option<&'a FolderView> {
    let view = model.workspace.view.ready().filter(|_| model.workspace.folder == guided.folder);
    view.filter(|view| view.stack.len() > 1)
}

/// How many of the patches in the folder go, where there are several: each choice says what goes and what stays.
fn which_ui(ui: &mut Ui, model: &Model, guided: &Guided, outbox: &mut Outbox) {
    let Some(view) = several_here(model, guided) else { return };
    card(ui, Some(window::WHICH_PATCHES), |ui| {
        for choice in view.ways_back() {
            let is_chosen = guided.which == choice.which;
            if choice_box(ui, is_chosen, &choice.what).clicked() && !is_chosen {
                outbox.push(Msg::ChooseWhich(choice.which));
            }
            ui.indent(&choice.what, |ui| {
                ui.label(text::caption(&choice.stays).color(Tokens::from_context(ui).muted));
            });
        }
    });
}

fn chosen_ui(ui: &mut Ui, name: &str, value: &str) {
    facts(ui, &[FactRow::new(name, value)]);
}

fn checked_ui(ui: &mut Ui, guided: &Guided, at_title: bool, outbox: &mut Outbox) {
    title_ui(ui, guided, "", at_title);
    let Some(check) = &guided.check else { return };
    let (title, meaning) = verdict_words(guided, check);
    banner(ui, &Banner { notice: notice(check.verdict), title, body: meaning, actions: &[] });
    findings_ui(ui, &check.findings, outbox);
    if let Some(view) = &check.scripts {
        super::scripts::scripts_ui(ui, &view.scripts);
    }
    super::checks::passed_ui(ui, check);
    if check.offers_rehearsal() && !check.is_rehearsed() {
        let rehearse = Button::secondary(trying::REHEARSE_FIRST).icon(Icon::FlaskConical);
        if button(ui, &rehearse).clicked() {
            outbox.push(Msg::Rehearse(RehearseMsg::Show));
        }
    }
}

fn verdict_words(guided: &Guided, check: &CheckPage) -> (&'static str, &'static str) {
    match (check.verdict, guided.task) {
        (CheckVerdict::Ready, Task::Apply) => (words::CHECK_READY, can_be_done(guided)),
        (CheckVerdict::Ready, Task::BringBack) => (words::CHECK_READY_BRING, can_be_done(guided)),
        (CheckVerdict::Ready, Task::Repair) => (window::READY_TO_REPAIR, can_be_done(guided)),
        (CheckVerdict::Ready, Task::UndoRepair) => (window::READY_TO_UNDO_REPAIR, can_be_done(guided)),
        (CheckVerdict::Ready, _) => (words::CHECK_READY_BACK, can_be_done(guided)),
        (CheckVerdict::Warnings, _) => (words::CHECK_WARN, can_be_done(guided)),
        (CheckVerdict::NeedsDecision, _) => (window::READY_AFTER_DECISION, words::CHOOSE_VERSION),
        (CheckVerdict::NeedsReason, _) => (words::CHECK_SET_ASIDE, words::CAN_BE_SET_ASIDE),
        (CheckVerdict::Blocked, _) if guided.can_go_on() => (words::CHECK_SET_ASIDE, words::CAN_BE_SET_ASIDE),
        (CheckVerdict::Blocked, _) => (words::CHECK_BLOCKED, words::NOTHING_CHANGED),
        (CheckVerdict::NothingToDo, Task::Switch) => (words::NOTHING_WAS_TO_DO, window::SWITCH_IS_THERE),
        (CheckVerdict::NothingToDo, _) if guided.has_several() => {
            (several::IN_PLACE, several::IN_PLACE_MEANING)
        }
        (CheckVerdict::NothingToDo, _) => (words::CHECK_NOTHING, words::CHECK_NOTHING_MEANING),
        (CheckVerdict::StaysAsItIs, _) => (words::NOTHING_TO_DO, words::CHECK_STAYS),
    }
}

/// What the check found that makes this possible.
fn can_be_done(guided: &Guided) -> &'static str {
    match guided.task {
        Task::Apply if guided.has_several() => several::CAN_BE_APPLIED,
        Task::Apply => words::CHECK_READY_MEANING,
        Task::BringBack => words::CHECK_READY_BRING_MEANING,
        Task::Repair => window::READY_TO_REPAIR_MEANING,
        Task::UndoRepair => window::READY_TO_UNDO_REPAIR_MEANING,
        Task::TakeBack if guided.turns_several() => several::CAN_BE_ROLLED_BACK,
        Task::TakeBack => words::CHECK_SAFE_COPIES,
        Task::Keep | Task::Recover | Task::Switch => "",
    }
}

fn review_ui(ui: &mut Ui, guided: &Guided, at_title: bool, outbox: &mut Outbox) {
    title_ui(ui, guided, words::REVIEW_TITLE, at_title);
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
}

fn confirm_ui(ui: &mut Ui, model: &Model, guided: &Guided, at_title: bool, outbox: &mut Outbox) {
    if let Some(check) = guided.check.as_ref().filter(|_| guided.task.asks_at_once()) {
        let (title, meaning) = verdict_words(guided, check);
        title_ui(ui, guided, "", at_title);
        if !guided.can_go_on() {
            banner(ui, &Banner { notice: notice(check.verdict), title, body: meaning, actions: &[] });
        }
        return super::switches::turn_ui(ui, guided, check, outbox);
    }
    let (question, promise) = guided.question();
    title_ui(ui, guided, "", at_title);
    card(ui, Some(&question), |ui| {
        ui.label(promise);
        let folder = guided.folder.as_deref().map(path_line).unwrap_or_default();
        facts(ui, &[FactRow::new(words::FOLDER, &folder)]);
        for rule in guided.asks_for() {
            let is_several = guided.has_several() || guided.series().is_some();
            if let Some(said) = set_aside_ui(ui, &guided.overrides, rule, is_several) {
                outbox.push(Msg::SetAside(rule, said));
            }
        }
        why_ui(ui, guided, outbox);
        each_ui(ui, model, guided, outbox);
        if guided.task == Task::Recover && guided.recovering == Recovering::Undo {
            let mut is_ticked = guided.keep_edits;
            explained_ui(ui, window::RECOVER_IF_CHANGED);
            if tick_box(ui, &mut is_ticked, words::INTERRUPTED_ASIDE).changed() {
                outbox.push(Msg::KeepEdits(is_ticked));
            }
            explained_ui(ui, window::RECOVER_IF_DAMAGED);
            for file in &guided.damaged.from {
                facts(ui, &[FactRow::new(window::CONTENTS_FROM, &path_line(file))]);
            }
            if link_button(ui, window::CHOOSE_SOURCE).on_hover_text(window::HINT_SOURCE).clicked() {
                outbox.push(Msg::PickSource);
            }
        }
    });
    super::scripts::agree_ui(ui, guided, outbox);
    if link_button(ui, words::COPY_COMMAND).clicked() {
        outbox.push(Msg::CopyCommand);
    }
}

/// Whether the patches of a series are one change, or each of them is one. A saved plan is about one.
fn each_ui(ui: &mut Ui, model: &Model, guided: &Guided, outbox: &mut Outbox) {
    let Some(patches) = guided.series().filter(|_| model.workspace.plan.ready().is_none()) else { return };
    let label = fill(trying::APPLY_EACH, &[("n", &with_thousands(patches as u64))]);
    let mut is_ticked = guided.each;
    ui.add_space(space::SMALL);
    if tick_box(ui, &mut is_ticked, &label).changed() {
        outbox.push(Msg::ApplyEach(is_ticked));
    }
    let meaning = text::caption(trying::APPLY_EACH_MEANING).color(Tokens::from_context(ui).muted);
    ui.indent("each", |ui| ui.add(Label::new(meaning).wrap()));
}

/// When what follows is needed.
fn explained_ui(ui: &mut Ui, when: &str) {
    ui.add_space(space::SMALL);
    ui.add(Label::new(text::caption(when).color(Tokens::from_context(ui).muted)).wrap());
}

/// What somebody may say for the history: why a patch is rolled back, and for which ticket.
fn why_ui(ui: &mut Ui, guided: &Guided, outbox: &mut Outbox) {
    if !matches!(guided.task, Task::Apply | Task::TakeBack) {
        return;
    }
    let mut why = guided.why.clone();
    if guided.task == Task::TakeBack {
        ui.label(text::caption(window::WHY_BACK).color(Tokens::from_context(ui).muted));
        let reasons = ReasonKind::WORDS.iter().map(|(_, reason)| (Some(*reason), reason_name(*reason)));
        for (reason, name) in std::iter::once((None, window::BECAUSE_NOTHING)).chain(reasons) {
            if choice_box(ui, why.because == reason, name).clicked() {
                why.because = reason;
            }
        }
        if why.because.is_some() {
            super::rows::field_ui(ui, window::WHY_WORDS, &mut why.text, false);
        }
    }
    super::rows::field_ui(ui, window::TICKET_OPTIONAL, &mut why.ticket, false);
    if why != guided.why {
        outbox.push(Msg::SayWhy(Box::new(why)));
    }
}

/// A yes to what has to be set aside, or the reason for it, beside what was `said`; what is said now, if that
/// changed. `is_several`: it is about more than one file.
pub(super) fn set_aside_ui(
    ui: &mut Ui,
    said: &Overrides,
    rule: Override,
    is_several: bool,
) -> Option<Option<String>> {
    let sentence = match rule {
        Override::Unsigned if is_several => several::TRUST_FILES.to_owned(),
        Override::Unsigned => words::CONSENT_UNSIGNED.to_owned(),
        Override::WeakVolume => words::CONSENT_WEAK.to_owned(),
        rule => fill(words::REASON_FOR, &[("what", rule.deed())]),
    };
    if rule.needs_reason() {
        return reason_ui(ui, &sentence, said.said(rule)).map(Some);
    }
    let mut is_ticked = said.has(rule);
    tick_box(ui, &mut is_ticked, &sentence).changed().then(|| is_ticked.then(String::new))
}

fn working_ui(ui: &mut Ui, guided: &Guided, at_title: bool) {
    let title = match guided.task {
        Task::Apply if guided.has_several() => several::APPLYING,
        Task::Apply => words::WORKING_TITLE_APPLY,
        Task::TakeBack if guided.turns_several() => several::ROLLING_BACK,
        Task::TakeBack => words::WORKING_TITLE_BACK,
        Task::BringBack if guided.turns_several() => several::REAPPLYING,
        Task::BringBack => words::WORKING_TITLE_BRING,
        Task::Repair => window::WORKING_TITLE_REPAIR,
        Task::UndoRepair => window::WORKING_TITLE_UNDO_REPAIR,
        Task::Keep => window::WORKING_TITLE_KEEP,
        Task::Recover => words::WORKING_TITLE_RECOVER,
        Task::Switch => window::WORKING_TITLE_SWITCH,
    };
    heading_ui(ui, &PageHeader { title, subtitle: words::WORKING_SURVIVES }, at_title);
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
}

/// What stopping would do, or why it is too late.
fn stopping(guided: &Guided) -> Result<&'static str, &'static str> {
    match guided.stage {
        Stage::Verifying => Err(words::STOP_TOO_LATE),
        _ => guided.work.stopping(),
    }
}

/// That the page has just come, where its button begins a change or stops it: who clicks on at one place, or keeps a key
/// pressed, means the page before.
fn reason_to_look(ui: &Ui, guided: &Guided, fields: &mut Fields) -> Option<&'static str> {
    let matters = guided.stage == Stage::Confirming || guided.stage.is_working();
    (matters && !fields.arrival.is_looked_at(ui.ctx())).then_some(words::JUST_SHOWN)
}

/// Beside the buttons: why one goes on or not, and that nothing is written yet.
fn said_ui(ui: &mut Ui, guided: &Guided, look_first: Option<&'static str>) {
    let (words, is_reason) = match guided.stage {
        Stage::Running | Stage::Verifying => match stopping(guided) {
            Ok(meaning) => (meaning, false),
            Err(why) => (why, true),
        },
        Stage::Done => return,
        _ => match guided.reason_to_wait().or(look_first) {
            Some(why) => (why, true),
            None if guided.stage == Stage::Confirming => return,
            None => (words::NOTHING_WRITTEN_YET, false),
        },
    };
    let tokens = Tokens::from_context(ui);
    let colour = if is_reason { tokens.text } else { tokens.muted };
    ui.add(Label::new(text::caption(words).color(colour)).wrap());
}

/// The one button at the right end, with the way back and the way out beside it.
fn buttons_ui(
    ui: &mut Ui,
    guided: &Guided,
    look_first: Option<&'static str>,
    begins: bool,
    outbox: &mut Outbox,
) {
    if guided.stage.is_working() {
        let reason = stopping(guided).err().or(look_first);
        let stop = Button::secondary(words::STOP).icon(Icon::Square).blocked(reason);
        if button(ui, &stop.reason_elsewhere()).clicked() {
            outbox.push(Msg::Stop);
        }
        return;
    }
    let label = guided.button();
    // What was left in the middle is dealt with before anything else.
    let is_left = guided.outcome.as_ref().is_some_and(|outcome| outcome.can == Some(Task::Recover));
    let (label, msg) = match guided.stage {
        Stage::Confirming => (label.as_str(), Msg::Confirm),
        Stage::Done if is_left => (words::DEAL_WITH_IT, Msg::ResultAction),
        Stage::Done => (words::CLOSE, Msg::Leave),
        _ => (words::NEXT, Msg::Forward),
    };
    let is_final = guided.task == Task::Keep && guided.stage == Stage::Confirming;
    let kind = if is_final { Button::danger(label) } else { Button::primary(label) };
    let primary = kind.blocked(guided.reason_to_wait().or(look_first));
    let response = button(ui, &primary.reason_elsewhere());
    // Enter never starts a change that nobody has looked at.
    if begins && guided.stage != Stage::Confirming && guided.reason_to_wait().is_none() {
        response.request_focus();
    }
    if response.clicked() {
        outbox.push(msg);
    }
    if guided.stage == Stage::Done {
        if is_left && button(ui, &Button::secondary(words::CLOSE)).clicked() {
            outbox.push(Msg::Leave);
        }
        result::buttons_ui(ui, guided, outbox);
        return;
    }
    if guided.stage != Stage::Choosing
        && guided.task != Task::Recover
        && !guided.task.asks_at_once()
        && button(ui, &Button::secondary(words::BACK)).clicked()
    {
        outbox.push(Msg::Back);
    }
    if button(ui, &Button::secondary(words::LEAVE)).clicked() {
        outbox.push(Msg::Leave);
    }
}
