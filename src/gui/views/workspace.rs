//! The head that every page of the workspace has: which patch, which folder, whether both fit, and what can be done.

use egui::{Align, Frame, Label, Layout, Panel, Ui, UiBuilder, vec2};

use crate::gui::outbox::Outbox;
use crate::present::check::CheckVerdict;
use crate::present::history::FolderView;
use crate::present::message::{Destination, KeyMsg, Msg};
use crate::present::overview::{line, path_line};
use crate::present::{Model, Tab};
use crate::text::with_thousands;
use crate::toolkit::theme::{Icon, Tokens, space, text};
use crate::toolkit::widgets::{
    Badge, Button, IconButton, Notice, PathView, TabView, Tone, badge, badge_button, badge_width, button,
    head_frame, icon_button, link_button, path_label, reason, tabs,
};
use crate::words::{self, window};
use crate::workbench::Standing;

/// The one row of patch, folder and verdict.
const ROW_HEIGHT: f32 = 36.0;
/// From this width on the folder stands in the same row as the patch, in points.
const WITH_FOLDER: f32 = 1160.0;
/// From this width on the id of the patch does, too.
const WITH_ID: f32 = 860.0;
/// Lower than this, the exact names move from the head to the first page, in points.
const LOW: f32 = 480.0;
/// What the title takes at least of a row that it shares with the folder.
const SHARE_BESIDE_FOLDER: f32 = 0.32;
/// What the folder gets of that row before the title takes the rest: the end of its path, and the way to another one.
const FOLDER_ROOM: f32 = 256.0;
/// What stands behind the path of the folder at least: the way to another one, in points.
const BEHIND_PATH: f32 = 64.0;
/// Width of a menu in the head, so that no word in it breaks, in points.
const MENU_WIDTH: f32 = 180.0;
/// What the title takes at least.
const LEAST_TITLE: f32 = 120.0;

pub(crate) fn header_ui(ui: &mut Ui, model: &Model, tab: Tab, outbox: &mut Outbox) {
    Panel::top("workspace").frame(head_frame(ui, 0)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        if is_low(ui) {
            return low_ui(ui, model, tab, outbox);
        }
        ui.add_space(space::SMALL);
        let has_folder = ui.available_width() >= WITH_FOLDER;
        // What can be done stands at the right end and takes the room it needs; the words come first for the keyboard.
        let (_, row) = ui.allocate_space(vec2(ui.available_width(), ROW_HEIGHT));
        let mut right = ui.new_child(
            UiBuilder::new().id_salt("done").max_rect(row).layout(Layout::right_to_left(Align::Center)),
        );
        right.spacing_mut().item_spacing.x = space::SMALL;
        actions_ui(&mut right, model, outbox);
        let words = row.with_max_x(right.min_rect().left() - space::LARGE);
        let mut left = ui.new_child(
            UiBuilder::new().id_salt("known").max_rect(words).layout(Layout::left_to_right(Align::Center)),
        );
        left.shrink_clip_rect(words);
        left.spacing_mut().item_spacing.x = space::SMALL;
        patch_ui(&mut left, model, has_folder, outbox);
        if has_folder {
            folder_ui(&mut left, model, outbox);
        }
        ui.horizontal(|ui| {
            pages_ui(ui, model, tab, outbox);
            ui.add_space(space::MEDIUM);
            if !has_folder {
                folder_ui(ui, model, outbox);
            }
            reasons_ui(ui, model);
        });
    });
}

/// The head in one row: what it leaves out stands on the first page.
fn low_ui(ui: &mut Ui, model: &Model, tab: Tab, outbox: &mut Outbox) {
    // The first of them stands in the middle of the row, too.
    ui.spacing_mut().interact_size.y = ROW_HEIGHT;
    ui.horizontal(|ui| {
        home_ui(ui, outbox);
        pages_ui(ui, model, tab, outbox);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = space::TINY;
            others_ui(ui, model, outbox);
            // For a button that can't be pressed and the reason there is no room.
            match model.workspace.can_apply() {
                Ok(()) => apply_ui(ui, model, false, outbox),
                Err(reason) => {
                    let tokens = Tokens::from_context(ui);
                    ui.add(Label::new(text::caption(reason).color(tokens.muted)).truncate());
                }
            }
        });
    });
}

/// What else can be done, behind one button.
fn others_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let more = icon_button(ui, &IconButton { icon: Icon::Ellipsis, name: window::MORE });
    let can_go_back = model.workspace.can_go_back().is_ok();
    let all = [
        (words::GO_BACK, Msg::BeginTakeBack, can_go_back),
        (words::KEYS, Msg::ShowKeys, true),
        (words::COMMANDS, Msg::ShowPalette, true),
    ];
    egui::Popup::menu(&more).show(|ui| {
        ui.set_min_width(MENU_WIDTH);
        for (words, msg, _) in all.into_iter().filter(|(.., is_there)| *is_there) {
            if ui.button(words).clicked() {
                outbox.push(msg);
            }
        }
    });
}

/// Whether the window has so little height, as it has at 200 % on a small screen, that the head must be short.
pub(crate) fn is_low(ui: &Ui) -> bool {
    ui.ctx().content_rect().height() < LOW
}

fn pages_ui(ui: &mut Ui, model: &Model, tab: Tab, outbox: &mut Outbox) {
    let views: Vec<TabView<'_>> = Tab::ALL.iter().map(|tab| tab_view(*tab, model)).collect();
    let mut chosen = Tab::ALL.iter().position(|other| *other == tab).unwrap_or_default();
    if tabs(ui, words::PAGES, &views, &mut chosen) {
        outbox.push(Msg::GoTo(Destination::Workspace(Tab::ALL[chosen])));
    }
}

/// A page, how much is on it, and whether something there wants to be seen.
fn tab_view(tab: Tab, model: &Model) -> TabView<'static> {
    let workspace = &model.workspace;
    let check = workspace.check.ready();
    let number = match tab {
        Tab::Changes => workspace.tree.as_ref().map(|tree| tree.items().len()),
        Tab::Checks => check.map(|check| check.findings.len()),
        Tab::Overview | Tab::History => None,
    };
    let number = number.filter(|number| *number > 0);
    let count = number.map(|number| with_thousands(number as u64)).unwrap_or_default();
    let dot = match tab {
        Tab::Overview => workspace.patch.failed().map(|_| Notice::Danger),
        Tab::Changes => workspace.tree.as_ref().filter(|tree| tree.differing() > 0).map(|_| Notice::Caution),
        Tab::Checks => check.map(|check| notice(check.verdict)),
        Tab::History => workspace.view.ready().and_then(folder_notice),
    };
    TabView { name: tab.name(), count, dot }
}

/// What somebody should see about a folder.
fn folder_notice(view: &FolderView) -> Option<Notice> {
    let is_odd = !view.differences.is_empty() || view.foreign.is_some();
    let is_open_again = view.switches.iter().any(|switch| switch.open_again.is_some());
    match view.alarms.is_empty() && !is_open_again && view.unchecked.is_none() {
        false => Some(Notice::Danger),
        true => is_odd.then_some(Notice::Caution),
    }
}

fn home_ui(ui: &mut Ui, outbox: &mut Outbox) {
    let home = IconButton { icon: Icon::House, name: words::TO_START };
    if icon_button(ui, &home).clicked() {
        outbox.push(Msg::GoTo(Destination::Start));
    }
}

fn apply_ui(ui: &mut Ui, model: &Model, has_icon: bool, outbox: &mut Outbox) {
    let reason = model.workspace.can_apply().err();
    // What can't be applied now isn't the one thing to do here; the button still says why, page by page.
    let is_blocked = model.workspace.verdict() == Some(CheckVerdict::Blocked);
    let apply = if is_blocked { Button::secondary(words::APPLY) } else { Button::primary(words::APPLY) };
    let apply = apply.blocked(reason);
    let apply = if has_icon { apply.icon(Icon::CheckCheck) } else { apply };
    if button(ui, &apply.reason_elsewhere()).clicked() {
        outbox.push(Msg::BeginApply);
    }
}

/// The way home, and which patch it is.
fn patch_ui(ui: &mut Ui, model: &Model, has_folder: bool, outbox: &mut Outbox) {
    home_ui(ui, outbox);
    let Some(patch) = model.workspace.patch.ready() else {
        ui.label(text::heading(words::NO_PATCH));
        if link_button(ui, words::START_OPEN_PATCH).clicked() {
            outbox.push(Msg::PickBundle);
        }
        return;
    };
    let id = line(patch.inspection.patch.about.identity.id.as_str());
    let id = Badge { text: &id, tone: Tone::Neutral, explain: &patch.overview.identity };
    let has_id = ui.ctx().content_rect().width() >= WITH_ID;
    let trust = Badge { text: &patch.overview.trust_chip, tone: Tone::Neutral, explain: "" };
    let gap = ui.spacing().item_spacing.x;
    let chips = badge_width(ui, &trust) + if has_id { badge_width(ui, &id) + gap } else { 0.0 };
    let room = match has_folder {
        true => {
            let rest = ui.available_width() - chips - 2.0 * gap - FOLDER_ROOM;
            rest.max(ui.available_width() * SHARE_BESIDE_FOLDER)
        }
        false => ui.available_width() - chips - gap,
    };
    ui.scope(|ui| {
        ui.set_max_width(room.max(LEAST_TITLE));
        ui.add(Label::new(text::heading(&patch.overview.title)).truncate());
    });
    if has_id {
        badge(ui, &id);
    }
    trust_ui(ui, model, outbox);
}

/// Who stands behind the patch, in a word. That nobody signed it is no alarm by itself.
fn trust_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let Some(patch) = model.workspace.patch.ready() else { return };
    let tone = match patch.overview.standing {
        Standing::Trusted => Tone::Notice(Notice::Good),
        Standing::NotEnough => Tone::Notice(Notice::Caution),
        Standing::Untrusted if patch.inspection.verdict.is_key_change => Tone::Notice(Notice::Caution),
        Standing::Untrusted => Tone::Neutral,
        Standing::Broken => Tone::Notice(Notice::Danger),
    };
    let view = Badge { text: &patch.overview.trust_chip, tone, explain: &patch.overview.trust };
    if patch.inspection.text.is_some() {
        badge(ui, &view);
    } else if badge_button(ui, &view, window::WHO_SIGNED).clicked() {
        outbox.push(Msg::Keys(KeyMsg::Show));
    }
}

/// Which folder it is for, with what is in it.
fn folder_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let workspace = &model.workspace;
    let muted = Tokens::from_context(ui).muted;
    let Some(folder) = &workspace.folder else {
        ui.label(text::caption(words::NO_FOLDER).color(muted));
        if link_button(ui, words::START_CHOOSE_FOLDER).clicked() {
            outbox.push(Msg::PickFolder);
        }
        return;
    };
    ui.label(text::body("\u{2192}").color(muted));
    let copied = folder.to_string_lossy();
    let colour = Tokens::from_context(ui).text;
    ui.scope(|ui| {
        ui.set_max_width((ui.available_width() - BEHIND_PATH).max(LEAST_TITLE));
        path_label(ui, &PathView { shown: &path_line(folder), copied: Some(&copied), colour });
    });
    if link_button(ui, words::CHANGE).clicked() {
        outbox.push(Msg::PickFolder);
    }
    if let Some(product) = workspace.view.ready().and_then(FolderView::product) {
        let caption = egui::TextStyle::Small.resolve(ui.style());
        let width = ui.painter().layout_no_wrap(product.clone(), caption, muted).size().x;
        // A part of it says less than nothing; the history page has all of it.
        if ui.available_width() >= width {
            ui.label(text::caption(product).color(muted));
        }
    }
    if let Some(foreign) = workspace.view.ready().and_then(|view| view.foreign.as_deref()) {
        let tone = Tone::Notice(Notice::Caution);
        badge(ui, &Badge { text: words::FOREIGN_HISTORY, tone, explain: foreign });
    }
    if let Some(unchecked) = workspace.view.ready().and_then(|view| view.unchecked.as_deref()) {
        let tone = Tone::Notice(Notice::Danger);
        badge(ui, &Badge { text: window::UNCHECKED, tone, explain: unchecked });
    }
}

/// Which patch and which folder, exactly: for the first page of a window in which the head has no room for it.
pub(crate) fn identity_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    reasons_ui(ui, model);
    ui.horizontal_wrapped(|ui| {
        verdict_ui(ui, model);
        trust_ui(ui, model, outbox);
        ui.spacing_mut().item_spacing.x = space::SMALL;
        if let Some(patch) = model.workspace.patch.ready() {
            let muted = Tokens::from_context(ui).muted;
            ui.label(text::caption(&patch.overview.identity).color(muted));
        }
    });
    ui.horizontal(|ui| folder_ui(ui, model, outbox));
}

/// From right to left: what can be done, and whether it fits.
fn actions_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let keys = IconButton { icon: Icon::Settings, name: words::KEYS };
    if icon_button(ui, &keys).clicked() {
        outbox.push(Msg::ShowKeys);
    }
    apply_ui(ui, model, true, outbox);
    // Where nothing can be rolled back there is no button that would have to say so.
    if model.workspace.can_go_back().is_ok()
        && button(ui, &Button::secondary(words::GO_BACK).icon(Icon::Undo2)).clicked()
    {
        outbox.push(Msg::BeginTakeBack);
    }
    verdict_ui(ui, model);
}

/// Why the button above cannot be pressed.
fn reasons_ui(ui: &mut Ui, model: &Model) {
    let told = model.workspace.verdict().map(CheckVerdict::as_str);
    // What stands beside the button isn't said again.
    if let Some(text) = model.workspace.can_apply().err().filter(|text| told != Some(text)) {
        reason(ui, &format!("{} {text}", words::APPLY.replace('…', ":")));
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
        CheckVerdict::Warnings
        | CheckVerdict::NeedsDecision
        | CheckVerdict::NeedsReason
        | CheckVerdict::StaysAsItIs => Notice::Caution,
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
