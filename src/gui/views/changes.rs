//! Every change: the tree on the left, both sides of one change on the right.

use egui::{Align, Frame, Layout, Margin, ScrollArea, Ui};

use super::change::mark;
use super::workspace::is_low;
use crate::gui::outbox::Outbox;
use crate::gui::panes::Panes;
use crate::present::Model;
use crate::present::message::{Msg, ReviewMsg};
use crate::present::overview::{Section, SectionKind};
use crate::present::tree::{ChangeTree, Filter, RowKind, TreeItem, TreeRow};
use crate::report::changes::ChangeStatus;
use crate::text::with_thousands;
use crate::toolkit::theme::{Icon, Tokens, space, text};
use crate::toolkit::widgets::{
    Button, EmptyState, FactRow, RowFocus, RowView, SearchView, Split, card, empty_state, facts, link_button,
    list_row, long_tree, search_field, split_view,
};
use crate::words::{self, fill, window};

pub fn page_ui(ui: &mut Ui, model: &Model, panes: &mut Panes, outbox: &mut Outbox) {
    let Some(list) = &model.workspace.tree else {
        if let Some(failure) = model.workspace.patch.failed() {
            return super::overview::failure_ui(ui, failure, outbox);
        }
        if model.workspace.lacks_folder() {
            return without_folder_ui(ui, model, outbox);
        }
        let empty = EmptyState {
            icon: Icon::Files,
            title: words::NO_PATCH,
            body: words::CHANGES_EMPTY,
            action: Some(Button::primary(words::START_OPEN_PATCH)),
        };
        if empty_state(ui, &empty).is_some_and(|action| action.clicked()) {
            outbox.push(Msg::PickBundle);
        }
        return;
    };
    // Where there is little room the change needs it more than the names in the list.
    let least_left = if is_low(ui) { 160.0 } else { 220.0 };
    let split = Split { name: words::TREE_WIDTH, least_left, least_right: 320.0 };
    let mut fraction = model.settings.split;
    let [mut from_tree, mut from_pane] = [Outbox::new(), Outbox::new()];
    split_view(
        ui,
        &split,
        &mut fraction,
        |ui| tree_pane_ui(ui, model, list, &mut from_tree),
        |ui| super::change::change_ui(ui, model, list, panes, &mut from_pane),
    );
    outbox.append(&mut from_tree);
    outbox.append(&mut from_pane);
    if fraction != model.settings.split {
        let mut settings = model.settings.clone();
        settings.split = fraction;
        outbox.push(Msg::SetSettings(Box::new(settings)));
    }
}

/// What text patches say, as long as nobody knows the folder.
fn without_folder_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    ScrollArea::vertical().show(ui, |ui| {
        Frame::new().inner_margin(Margin::same(space::WIDE as i8)).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = space::LARGE;
            super::overview::folder_ui(ui, model, outbox);
            let sections = model.workspace.patch.ready().map(|patch| patch.overview.sections.as_slice());
            let of_files = |section: &&Section| section.kind == SectionKind::TextFiles;
            for section in sections.unwrap_or_default().iter().filter(of_files) {
                card(ui, Some(section.kind.heading()), |ui| {
                    let list: Vec<FactRow<'_>> =
                        section.facts.iter().map(|fact| FactRow::new(&fact.name, &fact.value)).collect();
                    facts(ui, &list);
                });
            }
        });
    });
}

fn tree_pane_ui(ui: &mut Ui, model: &Model, list: &ChangeTree, outbox: &mut Outbox) {
    let frame =
        Frame::new().fill(Tokens::from_context(ui).card()).inner_margin(Margin::same(space::SMALL as i8));
    frame.show(ui, |ui| {
        ui.scope(|ui| filter_ui(ui, list, model.workspace.selected, outbox));
        if list.rows().is_empty() {
            ui.label(text::body(words::CHANGES_NONE).color(Tokens::from_context(ui).muted));
        }
        let rows = list.rows();
        let is_chosen = |row: &TreeRow| match row.kind {
            RowKind::Change(change) => model.workspace.selected == Some(change),
            RowKind::Folder { .. } => false,
        };
        long_tree(ui, words::TREE, rows.len(), rows.iter().position(is_chosen), |ui, index, focus| {
            row_ui(ui, model, list, (index, focus), outbox)
        });
    });
}

/// Height from which on the filters may take several rows, in points.
const ROOM_FOR_SEVERAL_ROWS: f32 = 400.0;

fn filter_ui(ui: &mut Ui, list: &ChangeTree, selected: Option<usize>, outbox: &mut Outbox) {
    let mut filter = list.filter().clone();
    let place = selected.and_then(|selected| list.position(selected)).unwrap_or(0);
    let found = (!filter.is_empty()).then_some((place, list.matching()));
    let search = search_field(ui, &mut filter.text, &SearchView { name: words::FILTER, found });
    if search.next {
        // As in every search: Enter goes to the next one, with Shift to the one before.
        outbox.push(Msg::Neighbour { forward: !ui.input(|input| input.modifiers.shift) });
    }
    let mut is_changed = search.field.changed();
    // Rows of chips are as high as chips: this is said before the first row begins.
    ui.spacing_mut().item_spacing = egui::Vec2::splat(space::TINY);
    ui.spacing_mut().button_padding = egui::vec2(space::SMALL, 0.0);
    ui.spacing_mut().interact_size.y = space::ROW_HEIGHT;
    let mut chips_ui = |ui: &mut Ui| {
        for status in ChangeStatus::ALL {
            let number = list.count(status);
            if number > 0 {
                let name = format!("{} {}", mark(status).badge().explain, with_thousands(number as u64));
                is_changed |= chip_ui(ui, &name, filter.statuses.contains(&status), |on| {
                    filter.statuses.retain(|other| *other != status);
                    filter.statuses.extend(on.then_some(status));
                });
            }
        }
        if list.risky() > 0 {
            let name = format!("{} {}", words::SECOND_LOOK, with_thousands(list.risky() as u64));
            is_changed |= chip_ui(ui, &name, filter.only_risks, |on| filter.only_risks = on);
        }
        if list.differing() > 0 {
            let name = format!("{} {}", list.differing_word(), list.differing());
            is_changed |= chip_ui(ui, &name, filter.only_differing, |on| filter.only_differing = on);
        }
        if list.found() > 0 {
            let name = format!("{} {}", window::FOUND, list.found());
            is_changed |= chip_ui(ui, &name, filter.only_found, |on| filter.only_found = on);
        }
        if list.viewed() > 0 {
            let name = format!("{} {}", window::NOT_VIEWED, list.items().len() - list.viewed());
            is_changed |= chip_ui(ui, &name, filter.only_unviewed, |on| filter.only_unviewed = on);
        }
        if !filter.is_empty() && link_button(ui, words::SHOW_ALL).clicked() {
            (filter, is_changed) = (Filter::default(), true);
        }
    };
    if ui.available_height() >= ROOM_FOR_SEVERAL_ROWS {
        ui.horizontal_wrapped(|ui| chips_ui(ui));
    } else {
        // In one row that scrolls: where there is little height, the list needs it more.
        ScrollArea::horizontal().id_salt("chips").show(ui, |ui| ui.horizontal(|ui| chips_ui(ui)));
    }
    if is_changed {
        outbox.push(Msg::SetFilter(filter));
    }
    if !list.items().is_empty() && !is_low(ui) {
        let [n, all] = [list.viewed(), list.items().len()].map(|number| with_thousands(number as u64));
        let facts = [("n", &*n), ("all", &all)];
        let words = fill(window::VIEWED_OF, &facts);
        let size = egui::vec2(ui.available_width(), space::CONTROL_HEIGHT);
        ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
            ui.label(text::caption(words).color(Tokens::from_context(ui).muted));
            if list.items().iter().all(|item| item.fit.is_none()) && link_button(ui, window::REVIEW).clicked()
            {
                outbox.push(Msg::Review(ReviewMsg::Show));
            }
        });
    }
    ui.add_space(space::TINY);
}

/// A small switch; `true` when it was turned.
fn chip_ui(ui: &mut Ui, name: &str, is_on: bool, turn: impl FnOnce(bool)) -> bool {
    let tokens = Tokens::from_context(ui);
    let edge = egui::Stroke::new(1.0, if is_on { tokens.accent.text } else { tokens.outline });
    let chip = egui::Button::selectable(is_on, text::caption(name))
        .frame_when_inactive(true)
        .stroke(edge)
        .corner_radius(space::ROW_HEIGHT / 2.0);
    let clicked = ui.add(chip).clicked();
    if clicked {
        turn(!is_on);
    }
    clicked
}

fn row_ui(
    ui: &mut Ui,
    model: &Model,
    list: &ChangeTree,
    (index, focus): (usize, RowFocus),
    outbox: &mut Outbox,
) -> egui::Id {
    let row = &list.rows()[index];
    let place = (index, list.rows().len());
    match &row.kind {
        RowKind::Folder { path, is_open, changes } => {
            let note = changes.to_string();
            let view = RowView {
                text: &row.name,
                depth: row.depth,
                is_open: Some(*is_open),
                icon: Some(if *is_open { Icon::FolderOpen } else { Icon::Folder }),
                badge: None,
                note: &note,
                is_muted: false,
                is_selected: false,
                place,
                focus,
            };
            let response = list_row(ui, &view);
            if response.toggled || response.row.clicked() {
                outbox.push(Msg::Toggle(path.clone()));
            }
            response.row.id
        }
        RowKind::Change(change) => {
            let item = &list.items()[*change];
            let is_selected = model.workspace.selected == Some(*change);
            let view = RowView {
                text: &row.name,
                depth: row.depth,
                is_open: None,
                icon: None,
                badge: Some(mark(item.status).badge()),
                note: &note(item),
                is_muted: item.is_viewed,
                is_selected,
                place,
                focus,
            };
            let row = list_row(ui, &view).row;
            if row.clicked() && !is_selected {
                outbox.push(Msg::Select(*change));
            }
            row.id
        }
    }
}

/// What somebody should see without opening the change: above all that it does not fit.
fn note(item: &TreeItem) -> String {
    let grade = item.fit.as_ref().map_or("", |fit| fit.grade.as_str());
    let seen = match item.risks.first() {
        _ if item.is_missing => window::NOT_THERE,
        _ if item.differs => words::DIFFERS,
        Some(risk) if grade.is_empty() => risk.as_str(),
        _ => grade,
    };
    let viewed = if item.is_viewed { window::VIEWED } else { "" };
    let hits = fill(window::HITS, &[("n", &item.hits.to_string())]);
    let hits = if item.hits > 0 { hits.as_str() } else { "" };
    [hits, seen, viewed].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}
