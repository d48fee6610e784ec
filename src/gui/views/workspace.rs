//! The head that every page of the workspace has: which patch, which folder, whether both fit, and what can be done.

use egui::{Align, Frame, Label, Layout, Margin, Panel, Ui, vec2};

use crate::gui::outbox::Outbox;
use crate::present::check::CheckVerdict;
use crate::present::history::FolderView;
use crate::present::message::{Destination, Msg};
use crate::present::overview::path_line;
use crate::present::{Model, Tab};
use crate::toolkit::theme::{Icon, Tokens, space, text};
use crate::toolkit::widgets::{
    Badge, Button, IconButton, Notice, PathView, Tone, badge, button, icon_button, link_button, path_label,
    reason, segmented,
};
use crate::words;
use crate::workbench::Standing;

/// Narrower than this, the buttons stand below the titles.
const SIDE_BY_SIDE: f32 = 720.0;
/// Lower than this, the exact names move from the head to the first page, in points.
const LOW: f32 = 480.0;
/// What the buttons and the verdict take at most.
const ACTIONS_WIDTH: f32 = 420.0;

pub(crate) fn header_ui(ui: &mut Ui, model: &Model, tab: Tab, outbox: &mut Outbox) {
    let margin = Margin { left: space::WIDE as i8, right: space::WIDE as i8, top: 12, bottom: 8 };
    let frame = Frame::new().fill(Tokens::from_context(ui).card()).inner_margin(margin);
    Panel::top("workspace").frame(frame).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::SMALL;
        if is_low(ui) || ui.available_width() < SIDE_BY_SIDE {
            title_ui(ui, model);
            if !is_low(ui) {
                identity_ui(ui, model, outbox);
            }
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing.x = space::SMALL;
                apply_ui(ui, model, outbox);
                back_ui(ui, model, outbox);
                verdict_ui(ui, model);
                reasons_ui(ui, model);
            });
            ui.horizontal_wrapped(|ui| pages_ui(ui, model, tab, outbox));
            return;
        }
        // The words come first for the keyboard and for screen readers, too.
        ui.horizontal_top(|ui| {
            let titles = vec2(ui.available_width() - ACTIONS_WIDTH, 0.0);
            ui.allocate_ui_with_layout(titles, Layout::top_down(Align::Min), |ui| {
                ui.set_width(titles.x);
                title_ui(ui, model);
                identity_ui(ui, model, outbox);
            });
            ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                ui.spacing_mut().item_spacing.x = space::SMALL;
                apply_ui(ui, model, outbox);
                back_ui(ui, model, outbox);
                // As high as the buttons, so that the verdict stands in their middle.
                let middle = Layout::right_to_left(Align::Center);
                let size = vec2(0.0, space::CONTROL_HEIGHT);
                ui.allocate_ui_with_layout(size, middle, |ui| verdict_ui(ui, model));
            });
        });
        ui.horizontal_wrapped(|ui| {
            pages_ui(ui, model, tab, outbox);
            ui.add_space(space::LARGE);
            reasons_ui(ui, model);
        });
    });
}

/// Whether the window has so little height, as it has at 200 % on a small screen, that the head must be short.
pub(crate) fn is_low(ui: &Ui) -> bool {
    ui.ctx().content_rect().height() < LOW
}

fn pages_ui(ui: &mut Ui, model: &Model, tab: Tab, outbox: &mut Outbox) {
    let home = IconButton { icon: Icon::House, name: words::TO_START };
    if icon_button(ui, &home).clicked() {
        outbox.push(Msg::GoTo(Destination::Start));
    }
    let names: Vec<String> = Tab::ALL.iter().map(|tab| tab_name(*tab, model)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut chosen = Tab::ALL.iter().position(|other| *other == tab).unwrap_or_default();
    if segmented(ui, words::PAGES, &names, &mut chosen) {
        outbox.push(Msg::GoTo(Destination::Workspace(Tab::ALL[chosen])));
    }
    let keys = IconButton { icon: Icon::Keyboard, name: words::KEYS };
    if icon_button(ui, &keys).clicked() {
        outbox.push(Msg::ShowKeys);
    }
}

/// The name of a page, with how much there is on it.
fn tab_name(tab: Tab, model: &Model) -> String {
    let number = match tab {
        Tab::Changes => model.workspace.tree.as_ref().map(|tree| tree.items().len()),
        Tab::Checks => model.workspace.check.ready().map(|check| check.findings.len()),
        Tab::Overview | Tab::History => None,
    };
    match number {
        Some(number) if number > 0 => format!("{} {number}", tab.name()),
        _ => tab.name().to_owned(),
    }
}

fn title_ui(ui: &mut Ui, model: &Model) {
    let patch = model.workspace.patch.ready();
    let title = patch.map_or(words::NO_PATCH, |patch| patch.overview.title.as_str());
    ui.add(Label::new(text::heading(title)).truncate());
}

/// Which patch and which folder, exactly.
pub(crate) fn identity_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let workspace = &model.workspace;
    let muted = Tokens::from_context(ui).muted;
    ui.spacing_mut().item_spacing.y = space::TINY;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::SMALL;
        if let Some(patch) = workspace.patch.ready() {
            ui.label(text::caption(&patch.overview.identity).color(muted));
            let notice = match patch.overview.standing {
                Standing::Trusted => Notice::Good,
                Standing::NotEnough | Standing::Untrusted => Notice::Caution,
                Standing::Broken => Notice::Danger,
            };
            let trust = Badge {
                text: patch.overview.trust_word,
                tone: Tone::Notice(notice),
                explain: &patch.overview.trust,
            };
            badge(ui, &trust);
        } else if link_button(ui, words::START_OPEN_PATCH).clicked() {
            outbox.push(Msg::PickBundle);
        }
    });
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::SMALL;
        match &workspace.folder {
            Some(folder) => {
                let colour = Tokens::from_context(ui).text;
                let copied = folder.to_string_lossy();
                path_label(ui, &PathView { shown: &path_line(folder), copied: Some(&copied), colour });
                if let Some(product) = workspace.view.ready().and_then(FolderView::product) {
                    ui.label(text::caption(product).color(muted));
                }
                if let Some(foreign) = workspace.view.ready().and_then(|view| view.foreign.as_deref()) {
                    let tone = Tone::Notice(Notice::Caution);
                    badge(ui, &Badge { text: words::FOREIGN_HISTORY, tone, explain: foreign });
                }
                if link_button(ui, words::CHANGE).clicked() {
                    outbox.push(Msg::PickFolder);
                }
            }
            None => {
                ui.label(text::caption(words::NO_FOLDER).color(muted));
                if link_button(ui, words::START_CHOOSE_FOLDER).clicked() {
                    outbox.push(Msg::PickFolder);
                }
            }
        }
    });
}

fn apply_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let reason = model.workspace.can_apply().err();
    let apply = Button::primary(words::APPLY).icon(Icon::CheckCheck).blocked(reason);
    if button(ui, &apply.reason_elsewhere()).clicked() {
        outbox.push(Msg::BeginApply);
    }
}

fn back_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let reason = model.workspace.can_go_back().err();
    let back = Button::secondary(words::GO_BACK).icon(Icon::Undo2).blocked(reason);
    if button(ui, &back.reason_elsewhere()).clicked() {
        outbox.push(Msg::BeginTakeBack);
    }
}

/// Why one of the two buttons above cannot be pressed.
fn reasons_ui(ui: &mut Ui, model: &Model) {
    let workspace = &model.workspace;
    let said = |name: &str, reason: &str| format!("{} {reason}", name.replace('…', ":"));
    let reasons = [
        workspace.can_apply().err().map(|text| said(words::APPLY, text)),
        workspace.can_go_back().err().map(|text| said(words::GO_BACK, text)),
    ];
    for text in reasons.iter().flatten() {
        reason(ui, text);
    }
}

fn verdict_ui(ui: &mut Ui, model: &Model) {
    let workspace = &model.workspace;
    let (word, tone) = match workspace.verdict() {
        _ if workspace.is_checking_file() => (words::CHECKING_FILE, Tone::Neutral),
        _ if workspace.check.is_waiting() => (words::CHECKING, Tone::Neutral),
        None => return,
        Some(verdict) => (verdict.as_str(), Tone::Notice(notice(verdict))),
    };
    badge(ui, &Badge { text: word, tone, explain: "" });
}

/// What a verdict looks like.
pub fn notice(verdict: CheckVerdict) -> Notice {
    match verdict {
        CheckVerdict::Ready | CheckVerdict::NothingToDo => Notice::Good,
        CheckVerdict::Warnings => Notice::Caution,
        CheckVerdict::Blocked => Notice::Danger,
    }
}

/// Something small that was done.
pub(crate) fn notice_ui(ui: &mut Ui, notice: &str) {
    let frame = Frame::new().fill(Tokens::from_context(ui).raised()).inner_margin(space::SMALL as i8);
    Panel::bottom("notice").frame(frame).show(ui, |ui| {
        ui.label(text::caption(notice));
    });
}
