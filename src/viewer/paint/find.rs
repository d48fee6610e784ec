//! The bar in which a text is looked for.

use egui::{Key, Modifiers, Ui};

use super::Given;
use crate::toolkit::theme::{Icon, space, text};
use crate::toolkit::widgets::{IconButton, SearchView, closes_with_escape, icon_button, search_field};
use crate::viewer::layout::{PaneAction, PaneRequest, PaneState};
use crate::viewer::model::{Query, SearchError, View};
use crate::words::contents as words;

/// Draws the bar, if a search is open.
pub(super) fn find_ui(ui: &mut Ui, given: &Given<'_>, state: &mut PaneState, out: &mut Vec<PaneRequest>) {
    let is_text = state.view(given.contents) == View::Text && given.contents.text().is_some();
    let Some(search) = state.search.as_mut().filter(|_| is_text) else { return };
    let takes_focus = std::mem::take(&mut search.takes_focus);
    let mut query = search.query.clone();
    let found = search.position();
    let is_bad = matches!(search.error(), Some(SearchError::Pattern));
    let action = ui
        .horizontal(|ui| {
            ui.add_space(super::head::INDENT);
            let row = egui::Layout::right_to_left(egui::Align::Center);
            ui.with_layout(row, |ui| bar_ui(ui, &mut query, found, is_bad, takes_focus)).inner
        })
        .inner;
    ui.add_space(space::TINY);
    if state.search.as_ref().is_some_and(|search| search.query != query) {
        state.search_for(query);
    }
    if let Some(action) = action {
        state.act(given.contents, action, out);
    }
    state.ask_for_hits(out);
}

/// From right to left: close, next, previous, the kind of query, and the field in the room that is left.
fn bar_ui(
    ui: &mut Ui,
    query: &mut Query,
    found: Option<(usize, usize)>,
    is_bad: bool,
    takes_focus: bool,
) -> Option<PaneAction> {
    let buttons = [
        (Icon::X, words::FIND_CLOSE, PaneAction::CloseFind),
        (Icon::ArrowDown, words::FIND_NEXT, PaneAction::NextHit),
        (Icon::ArrowUp, words::FIND_PREVIOUS, PaneAction::PreviousHit),
    ];
    let mut action = None;
    ui.add_space(space::SMALL);
    for (icon, name, meant) in buttons {
        if icon_button(ui, &IconButton { icon, name }).clicked() {
            action = Some(meant);
        }
    }
    let all = egui::Button::new(text::caption(words::FIND_IN_ALL));
    if !query.text.is_empty() && ui.add(all).clicked() {
        action = Some(PaneAction::FindInAll);
    }
    let kind = egui::Button::selectable(query.is_pattern, text::caption(words::FIND_PATTERN));
    if ui.add(kind).clicked() {
        query.is_pattern = !query.is_pattern;
    }
    if is_bad {
        ui.label(text::caption(words::FIND_BAD_PATTERN));
    }
    let search = search_field(ui, &mut query.text, &SearchView { name: words::FIND, found });
    if takes_focus {
        search.field.request_focus();
    }
    // The pane leaves keys alone while somebody types; these two belong to the field.
    let is_typing = search.field.has_focus();
    let f3 = |modifiers| is_typing && ui.input_mut(|input| input.consume_key(modifiers, Key::F3));
    let is_back = search.next && ui.input(|input| input.modifiers.shift);
    if is_back || f3(Modifiers::SHIFT) {
        return Some(PaneAction::PreviousHit);
    }
    if search.next || f3(Modifiers::NONE) {
        return Some(PaneAction::NextHit);
    }
    // Wherever the keyboard is: the first Escape takes it out of the field before anything is drawn.
    if closes_with_escape(ui) { Some(PaneAction::CloseFind) } else { action }
}
