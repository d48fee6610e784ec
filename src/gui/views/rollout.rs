//! A rollout: what it waits for, one button for what comes next, and a column for each ring.

use std::path::PathBuf;

use egui::{Label, Rect, ScrollArea, Sense, Stroke, Ui, UiBuilder, vec2};

use super::Fields;
use super::keys::head_ui;
use super::many::{first_ui, sign};
use super::overview::failure_ui;
use super::rows::files_ui;
use crate::gui::outbox::Outbox;
use crate::present::Model;
use crate::present::asked::AskedAbout;
use crate::present::message::{Input, ManyMsg, Msg};
use crate::present::rollout::{PlannedRollout, RingColumn, RingFolder, RingStage, RolloutPage, RolloutStep};
use crate::present::wanted::ExpectationMark;
use crate::toolkit::theme::{Icon, Tokens, space, text};
use crate::toolkit::widgets::{
    Badge, Banner, Button, EmptyState, Notice, PageHeader, Tone, badge, banner, button, button_row, card,
    empty_state, icon_at,
};
use crate::words::{self, fill, many};

/// The narrowest column that can be read.
const LEAST_COLUMN: f32 = 248.0;
/// The list of folders in a column.
const LIST_HEIGHT: f32 = 320.0;
/// A folder in it: its name, how it stands, and why.
const FOLDER_ROW: f32 = 56.0;

pub fn page_ui(ui: &mut Ui, model: &Model, fields: &mut Fields, outbox: &mut Outbox) {
    let header = PageHeader { title: many::ROLLOUT_TITLE, subtitle: many::ROLLOUT_MEANING };
    head_ui(ui, model, &header, outbox);
    if model.many.rollout.file.is_none() {
        let empty = EmptyState {
            icon: Icon::Rows3,
            title: many::ROLLOUT_FILE,
            body: many::ROLLOUT_FILE_MEANING,
            action: Some(Button::primary(many::INPUT_ROLLOUT_FILE)),
        };
        if empty_state(ui, &empty).is_some_and(|action| action.clicked()) {
            outbox.push(Msg::PickInput(Input::RolloutFile));
        }
        return;
    }
    let is_busy = first_ui(ui, model, fields, outbox);
    let rings = &model.many.rings;
    match (rings.failed(), rings.ready()) {
        (Some(failure), _) => failure_ui(ui, failure, outbox),
        (None, Some(page)) => {
            if !is_busy {
                gate_ui(ui, model, page, outbox);
            }
            rings_ui(ui, model, page, outbox);
        }
        (None, None) => _ = ui.label(text::body(words::CHECKING)),
    }
    super::command_ui(ui, model, outbox);
}

/// What it waits for, and what can be done.
fn gate_ui(ui: &mut Ui, model: &Model, page: &RolloutPage, outbox: &mut Outbox) {
    let mut files: Vec<PathBuf> = model.many.rollout.file.iter().cloned().collect();
    card(ui, Some(&page.name), |ui| {
        let tokens = Tokens::from_context(ui);
        let (icon, colour) = sign(page.mark, tokens);
        ui.horizontal_top(|ui| {
            let size = vec2(text::ICON + space::TINY, text::ICON + space::TINY);
            let (place, _) = ui.allocate_exact_size(size, Sense::hover());
            icon_at(ui, place, icon, text::ICON + 2.0, colour);
            ui.add(Label::new(text::strong(&page.gate)).wrap());
        });
        plan_ui(ui, model, page);
        button_row(ui, |ui| {
            if let Some(step) = &page.next {
                let label = step.label();
                if button(ui, &Button::primary(&label)).clicked() {
                    outbox.push(ask(step));
                }
            }
            if button(ui, &Button::secondary(words::CHECK_AGAIN).icon(Icon::RefreshCw)).clicked() {
                outbox.push(Msg::Many(ManyMsg::LookAgain));
            }
            others_ui(ui, page, outbox);
        });
        files_ui(ui, many::ROLLOUT_FILE, &mut files, Input::RolloutFile, outbox);
    });
    if files.is_empty() {
        outbox.push(Msg::Many(ManyMsg::EditRollout(Box::default())));
    }
}

fn plan_ui(ui: &mut Ui, model: &Model, page: &RolloutPage) {
    let plan = &model.many.plan;
    let muted = Tokens::from_context(ui).muted;
    if plan.is_waiting() {
        ui.label(text::body(many::PLAN_WAIT).color(muted));
    } else if let Some(failure) = plan.failed() {
        ui.add(Label::new(text::body(&failure.what).color(Tokens::from_context(ui).danger.text)).wrap());
    } else if let Some(plan) = plan.ready().filter(|_| page.can_run) {
        ui.add(Label::new(text::body(plan.said(None))).wrap());
        if !plan.new.is_empty() {
            let new = fill(many::ROLLOUT_NEW, &[("paths", &plan.new.join(", "))]);
            banner(ui, &Banner { notice: Notice::Information, title: &new, body: "", actions: &[] });
        }
    }
}

fn ask(step: &RolloutStep) -> Msg {
    Msg::Many(ManyMsg::Ask(AskedAbout::Rollout(step.clone())))
}

/// Everything else that can be done, behind one button.
fn others_ui(ui: &mut Ui, page: &RolloutPage, outbox: &mut Outbox) {
    if page.others.is_empty() {
        return;
    }
    let more = button(ui, &Button::secondary(many::ROLLOUT_MORE).icon(Icon::ChevronDown));
    egui::Popup::menu(&more).show(|ui| {
        for step in &page.others {
            if ui.button(step.label()).clicked() {
                outbox.push(ask(step));
            }
        }
    });
}

/// The rings beside each other, in their order; where there is no room for all, they scroll.
fn rings_ui(ui: &mut Ui, model: &Model, page: &RolloutPage, outbox: &mut Outbox) {
    let (count, gap) = (page.rings.len().max(1) as f32, space::MEDIUM);
    // A hair less: a column as wide as its part would push the last one out.
    let width = ((ui.available_width() - gap * (count - 1.0)) / count - 0.5).floor().max(LEAST_COLUMN);
    let plan = model.many.plan.ready().filter(|_| page.can_run);
    ScrollArea::horizontal().id_salt("rings").show(ui, |ui| {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = gap;
            for ring in &page.rings {
                ui.push_id(&ring.name, |ui| {
                    ui.vertical(|ui| {
                        ui.set_width(width);
                        card(ui, Some(&ring.name), |ui| ring_ui(ui, ring, plan, outbox));
                    });
                });
            }
        });
    });
}

fn ring_ui(ui: &mut Ui, ring: &RingColumn, plan: Option<&PlannedRollout>, outbox: &mut Outbox) {
    let tokens = Tokens::from_context(ui);
    let (words, tone) = match ring.stage {
        RingStage::Later => (many::RING_LATER, Tone::Neutral),
        RingStage::Next => (many::RING_NEXT, Tone::Accent),
        RingStage::Now => (many::RING_NOW, Tone::Accent),
        RingStage::Through => (many::RING_THROUGH, Tone::Notice(Notice::Good)),
    };
    badge(ui, &Badge { text: words, tone, explain: "" });
    ui.add(Label::new(text::strong(&ring.counts)).wrap());
    share_ui(ui, ring.good);
    for rule in ring.rules.iter().chain(&ring.approvals) {
        ui.add(Label::new(text::caption(rule).color(tokens.muted)).wrap());
    }
    ui.separator();
    ui.spacing_mut().item_spacing.y = 0.0;
    let list = ScrollArea::vertical()
        .id_salt("folders")
        .max_height(LIST_HEIGHT)
        .min_scrolled_height(LIST_HEIGHT)
        .auto_shrink([false, true]);
    list.show_rows(ui, FOLDER_ROW, ring.folders.len(), |ui, rows| {
        for folder in &ring.folders[rows] {
            folder_ui(ui, folder, plan, outbox);
        }
    });
}

/// How much of a ring is good, as a line.
fn share_ui(ui: &mut Ui, thousandths: u16) {
    let tokens = Tokens::from_context(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), space::TINY), Sense::hover());
    ui.painter().rect_filled(rect, 2.0, tokens.raised());
    let good = rect.width() * f32::from(thousandths) / 1000.0;
    ui.painter().rect_filled(
        Rect::from_min_size(rect.min, vec2(good, rect.height())),
        2.0,
        tokens.good.strong,
    );
}

/// One folder: as high as every other, so that thousands of them cost no more than a few.
fn folder_ui(ui: &mut Ui, folder: &RingFolder, plan: Option<&PlannedRollout>, outbox: &mut Outbox) {
    let tokens = Tokens::from_context(ui);
    let planned = plan.and_then(|plan| plan.folders.get(&folder.exact));
    let (mark, below) = match planned.filter(|_| folder.why.is_empty() && folder.mark == ExpectationMark::Due)
    {
        Some((what, true)) => (ExpectationMark::Trouble, what.as_str()),
        Some((what, false)) => (folder.mark, what.as_str()),
        None => (folder.mark, folder.why.as_str()),
    };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), FOLDER_ROW), Sense::hover());
    let (icon, colour) = sign(mark, tokens);
    let place = Rect::from_min_size(rect.min, vec2(text::ICON + space::TINY, FOLDER_ROW - space::LARGE));
    icon_at(ui, place, icon, text::ICON, colour);
    ui.painter().hline(rect.x_range(), rect.bottom(), Stroke::new(space::HAIRLINE, tokens.outline));
    let inside = rect.with_min_x(place.right() + space::SMALL).shrink2(vec2(0.0, space::SMALL));
    let mut row = ui.new_child(UiBuilder::new().id_salt(&folder.exact).max_rect(inside));
    row.shrink_clip_rect(rect);
    row.spacing_mut().item_spacing = vec2(space::SMALL, 0.0);
    row.spacing_mut().interact_size.y = 0.0;
    let leave_out = text::caption(many::ROLLOUT_LEAVE_OUT).color(tokens.accent.text);
    row.horizontal(|ui| {
        ui.add(Label::new(text::strong(&folder.name)).truncate().selectable(false));
        ui.add(Label::new(text::caption(&folder.state).color(colour)).truncate().selectable(false));
        if folder.is_open && ui.link(leave_out).clicked() {
            outbox.push(ask(&RolloutStep::LeaveOut { folder: folder.exact.clone() }));
        }
    });
    // Who decides about it needs to know why.
    if !below.is_empty() {
        row.add(Label::new(text::caption(below).color(tokens.muted)).truncate().selectable(false));
    }
    response.on_hover_text(format!("{}\n{below}", folder.shown_path).trim_end());
}
