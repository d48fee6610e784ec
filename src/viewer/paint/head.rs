//! What stands above the contents: the ways to look at them, what is to be known, and the head of each column.

use egui::{Align2, Rect, Sense, Ui, pos2, vec2};

use super::Given;
use crate::text::with_thousands;
use crate::toolkit::theme::{Icon, Tokens, space};
use crate::toolkit::widgets::{IconButton, Notice, icon_at, icon_button, segmented};
use crate::viewer::layout::{Layout, LayoutChoice, PaneAction, PaneRequest, PaneState, Rows, Spot};
use crate::viewer::model::{
    ChangeNote, Coarse, Half, LineDiff, NotePlace, NoteWeight, TextSides, View, ViewedContents, WhiteSpace,
};
use crate::words::{contents as words, fill};

/// Notes that are shown at once; the others come on request.
const SHOWN_NOTES: usize = 3;
/// Room between the heads of both sides where one column shows both.
const HEAD_GAP: f32 = 24.0;
/// Height of the head of a column.
const HEAD_HEIGHT: f32 = 24.0;
/// Height of a button in the tool bar.
const TOOL_HEIGHT: f32 = space::CONTROL_HEIGHT;

/// Where less than this is left beside the tools, the title of the file has a row of its own, in points.
const TITLE_WIDTH: f32 = 460.0;
/// How wide the tools are about, until they were drawn, in points.
const TOOLS_WIDTH: f32 = 420.0;
/// A window of less height shows the rows and little else, in points.
const LOW: f32 = 480.0;
/// Where tools begin: in line with the title above the pane.
pub(super) const INDENT: f32 = space::MEDIUM;

/// The bar with the views, the layouts and the way from change to change; before them, in the same row where there is
/// room, the `title` of the file.
pub(super) fn tools_ui(
    ui: &mut Ui,
    given: &Given<'_>,
    state: &mut PaneState,
    title: &mut dyn FnMut(&mut Ui),
    out: &mut Vec<PaneRequest>,
) {
    let id = ui.make_persistent_id("tools");
    // How wide the tools are is known from the picture before; the title takes the rest.
    let tools = ui.data(|data| data.get_temp(id)).unwrap_or(TOOLS_WIDTH);
    let beside = ui.available_width() - tools - 3.0 * INDENT;
    let is_wide = beside >= TITLE_WIDTH || is_low(ui);
    ui.scope(|ui| {
        ui.spacing_mut().interact_size.y = TOOL_HEIGHT;
        ui.spacing_mut().button_padding = vec2(10.0, 4.0);
        ui.spacing_mut().item_spacing.x = 4.0;
        if !is_wide {
            ui.horizontal(|ui| {
                ui.add_space(INDENT);
                title(ui);
            });
        }
        ui.horizontal(|ui| {
            ui.add_space(INDENT);
            if is_wide {
                let room = beside.max(0.0);
                // What is too wide for it is cut; it pushes no tool out of the window.
                let (_, place) = ui.allocate_space(vec2(room, TOOL_HEIGHT));
                let row = egui::Layout::left_to_right(egui::Align::Center);
                let mut beside = ui.new_child(egui::UiBuilder::new().max_rect(place).layout(row));
                beside.shrink_clip_rect(place);
                title(&mut beside);
            }
            let begin = ui.cursor().left();
            let action = choices_ui(ui, given, state);
            if !state.said.is_empty() {
                let said = ui.weak(&state.said);
                ui.accesskit_node_builder(said.id, |node| node.set_live(egui::accesskit::Live::Polite));
            }
            let way = way_ui(ui, given, state);
            let used = ui.cursor().left() - begin;
            if (used - tools).abs() > 1.0 {
                ui.data_mut(|data| data.insert_temp(id, used));
                ui.ctx().request_discard("how wide the tools are is known now");
            }
            if let Some(action) = action.or(way) {
                state.act(given.contents, action, out);
            }
        });
    });
}

fn choices_ui(ui: &mut Ui, given: &Given<'_>, state: &PaneState) -> Option<PaneAction> {
    let contents = given.contents;
    let present = state.view(contents);
    let choices = choices(contents);
    let rows = state.rows().map(Rows::layout);
    let is_chosen = |action: &PaneAction| match action {
        PaneAction::Show(view) => *view == present,
        PaneAction::Lay(LayoutChoice::SideBySide) => {
            present == View::Text && rows == Some(Layout::SideBySide)
        }
        PaneAction::Lay(_) => present == View::Text && rows != Some(Layout::SideBySide),
        _ => false,
    };
    let words: Vec<_> = choices.iter().map(|(words, _)| *words).collect();
    let mut chosen = choices.iter().position(|(_, action)| is_chosen(action)).unwrap_or(0);
    if is_low(ui) {
        return choices_menu_ui(ui, &choices, chosen);
    }
    if choices.len() > 1 && segmented(ui, words::VIEWS, &words, &mut chosen) {
        return Some(choices[chosen].1);
    }
    let diff = contents.text().filter(|_| present == View::Text)?;
    if diff.sides() != TextSides::Compared || diff.hunks().is_empty() {
        return None;
    }
    ui.add_space(space::SMALL);
    let toggle = egui::Button::selectable(state.opened.is_whole_file(), words::LINES_WHOLE_FILE);
    ui.add(toggle.frame_when_inactive(true)).clicked().then_some(PaneAction::ToggleWholeFile)
}

/// The same where there is no room for all of them.
fn choices_menu_ui(ui: &mut Ui, choices: &[(&'static str, PaneAction)], chosen: usize) -> Option<PaneAction> {
    let present = choices.get(chosen)?.0;
    let mut wanted = None;
    ui.menu_button(present, |ui| {
        for (number, (words, action)) in choices.iter().enumerate() {
            if ui.selectable_label(number == chosen, *words).clicked() {
                wanted = Some(*action);
                ui.close();
            }
        }
    });
    wanted
}

/// The ways to look at the contents, in the order of their keys.
fn choices(contents: &ViewedContents) -> Vec<(&'static str, PaneAction)> {
    let views = contents.views();
    let mut choices = Vec::new();
    if views.contains(&View::Picture) {
        choices.push((words::VIEW_PICTURE, PaneAction::Show(View::Picture)));
    }
    match contents.text().map(LineDiff::sides) {
        Some(TextSides::Compared) => {
            choices.push((words::VIEW_SIDE_BY_SIDE, PaneAction::Lay(LayoutChoice::SideBySide)));
            choices.push((words::VIEW_UNIFIED, PaneAction::Lay(LayoutChoice::Unified)));
        }
        Some(TextSides::Only(_) | TextSides::Alone(_)) => {
            choices.push((words::VIEW_TEXT, PaneAction::Show(View::Text)));
        }
        None => {}
    }
    if views.contains(&View::Keys) {
        choices.push((words::VIEW_KEYS, PaneAction::Show(View::Keys)));
    }
    if views.contains(&View::Bytes) {
        choices.push((words::VIEW_BYTES, PaneAction::Show(View::Bytes)));
    }
    choices
}

/// How many lines came and went, "3 of 9", and the two buttons beside it.
fn way_ui(ui: &mut Ui, given: &Given<'_>, state: &PaneState) -> Option<PaneAction> {
    let (place, count) = state.position(given.contents);
    if count == 0 {
        return None;
    }
    ui.add_space(space::SMALL);
    let is_text = !is_low(ui) && state.view(given.contents) == View::Text;
    if let Some(diff) = given.contents.text().filter(|_| is_text) {
        let tokens = Tokens::from_context(ui);
        let (added, removed) = diff.added_and_removed();
        let count =
            |sign: &str, lines| egui::RichText::new(format!("{sign}{}", with_thousands(lines))).monospace();
        ui.label(count("+", added).color(tokens.added.text)).on_hover_text(words::LINES_ADDED);
        ui.add_space(2.0);
        ui.label(count("-", removed).color(tokens.removed.text)).on_hover_text(words::LINES_REMOVED);
        ui.add_space(space::SMALL);
    }
    let template = match place {
        0 if count == 1 => words::CHANGES_ONE,
        0 => words::CHANGES_SEVERAL,
        _ => words::CHANGES_PLACE,
    };
    let (place, count) = (with_thousands(place as u64), with_thousands(count as u64));
    let words = fill(template, &[("place", &place), ("n", &count)]);
    let response = ui.label(egui::RichText::new(words).strong());
    ui.accesskit_node_builder(response.id, |node| node.set_live(egui::accesskit::Live::Polite));
    let previous = IconButton { icon: Icon::ArrowUp, name: words::PREVIOUS_CHANGE_BUTTON };
    let next = IconButton { icon: Icon::ArrowDown, name: words::NEXT_CHANGE_BUTTON };
    if icon_button(ui, &previous).clicked() {
        return Some(PaneAction::PreviousHunk);
    }
    icon_button(ui, &next).clicked().then_some(PaneAction::NextHunk)
}

/// What is to be known before one reads the lines.
pub(super) fn notes_ui(ui: &mut Ui, given: &Given<'_>, state: &mut PaneState, out: &mut Vec<PaneRequest>) {
    let contents = given.contents;
    let all = &contents.notes;
    let at_once = if is_low(ui) { 0 } else { SHOWN_NOTES };
    let shown = if state.all_notes { all.len() } else { all.len().min(at_once) };
    for note in &all[..shown] {
        let notice = match note.weight {
            NoteWeight::Caution => Notice::Caution,
            NoteWeight::Information => Notice::Information,
        };
        if band_ui(ui, notice, note.subject, &note.sentence, note.place.map(|_| words::NOTE_SHOW)) {
            go_to_place(contents, note, state);
        }
    }
    if shown < all.len() {
        let more = match all.len() - shown {
            1 => words::NOTES_MORE_ONE.to_owned(),
            more => fill(words::NOTES_MORE, &[("n", &more.to_string())]),
        };
        if ui.button(more).clicked() {
            state.all_notes = true;
        }
    }
    if let Some(sentence) = contents.equality.sentence() {
        band_ui(ui, Notice::Good, words::NOTE_CONTENTS, sentence, None);
    }
    let view = state.view(contents);
    if let Some(coarse) = contents.text().and_then(LineDiff::coarse).filter(|_| view == View::Text) {
        let (button, request) = match (state.is_comparing, coarse) {
            (true, _) => (Some(words::COARSE_STOP), PaneRequest::StopComparing),
            (false, Coarse::OutOfTime) => (Some(words::COARSE_LONGER), PaneRequest::CompareLonger),
            (false, Coarse::TooManyLines) => (None, PaneRequest::StopComparing),
        };
        let sentence = match state.is_comparing {
            true => words::COARSE_WAIT,
            false => coarse.sentence(),
        };
        if band_ui(ui, Notice::Caution, words::NOTE_COARSE, sentence, button) {
            state.is_comparing = request == PaneRequest::CompareLonger;
            out.push(request);
        }
    }
    if let Some(diff) = contents.text().filter(|_| view == View::Text) {
        state.ask_for_white_space(diff, out);
        if let Some(ignored) = ignored(diff)
            && band_ui(ui, Notice::Information, words::WHITE_SPACE, &ignored, Some(words::WHITE_SPACE_COUNTS))
        {
            state.act(contents, PaneAction::Count(WhiteSpace::Counts), out);
        }
    }
    if let Some(why) = contents.why_binary.as_deref().filter(|_| view == View::Bytes) {
        band_ui(ui, Notice::Information, words::NOTE_BYTES, why, None);
    }
    if let Some(bytes) = contents.bytes().filter(|_| view == View::Bytes) {
        if let Some(coarse) = bytes.coarse().filter(|_| !bytes.differences().is_empty()) {
            band_ui(ui, Notice::Caution, words::NOTE_COARSE, &coarse, None);
        }
        if let Some(failure) = bytes.failure() {
            let sentence = fill(words::BYTES_NOT_COMPARED, &[("why", failure)]);
            band_ui(ui, Notice::Caution, words::NOTE_NOT_COMPARED, &sentence, None);
        }
    }
}

/// Which white space is ignored, and what is not shown because of it; `None` where all of it counts.
fn ignored(diff: &LineDiff) -> Option<String> {
    let ignored = white_space(diff.white_space())?;
    let hidden = diff.hidden();
    let what = match hidden {
        0 => words::WHITE_SPACE_NONE,
        _ if diff.hunks().is_empty() => words::WHITE_SPACE_ALL,
        1 => words::WHITE_SPACE_ONE,
        _ => words::WHITE_SPACE_SEVERAL,
    };
    Some(format!("{ignored} {}", fill(what, &[("n", &with_thousands(hidden as u64))])))
}

/// What is ignored, in a sentence.
const fn white_space(white_space: WhiteSpace) -> Option<&'static str> {
    match white_space {
        WhiteSpace::Counts => None,
        WhiteSpace::IgnoredAtLineEnds => Some(words::WHITE_SPACE_ENDS_IGNORED),
        WhiteSpace::IgnoredInAmount => Some(words::WHITE_SPACE_AMOUNT_IGNORED),
        WhiteSpace::Ignored => Some(words::WHITE_SPACE_IGNORED),
    }
}

fn go_to_place(contents: &ViewedContents, note: &ChangeNote, state: &mut PaneState) {
    if let Some(NotePlace { half, line, byte }) = note.place {
        state.go_to_spot(contents, Spot { half, line, byte });
    }
}

/// A sentence on a tinted band, perhaps with a button; whether that was pressed.
fn band_ui(ui: &mut Ui, notice: Notice, subject: &str, sentence: &str, button: Option<&str>) -> bool {
    let meaning = notice.colours(Tokens::from_context(ui));
    let frame = egui::Frame::new().fill(meaning.surface).inner_margin(egui::Margin::symmetric(12, 5));
    frame
        .show(ui, |ui| {
            ui.spacing_mut().interact_size.y = 22.0;
            ui.spacing_mut().button_padding = vec2(8.0, 2.0);
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                let icon = ui.allocate_exact_size(vec2(16.0, 16.0), Sense::hover()).0;
                icon_at(ui, icon, notice.icon(), 16.0, meaning.strong);
                ui.label(egui::RichText::new(subject).strong().color(meaning.text));
                let room = if button.is_some() { 150.0 } else { 0.0 };
                let width = (ui.available_width() - room).max(80.0);
                ui.scope(|ui| {
                    ui.set_max_width(width);
                    ui.add(egui::Label::new(egui::RichText::new(sentence).color(meaning.text)).wrap());
                });
                button.is_some_and(|words| ui.button(words).clicked())
            })
            .inner
        })
        .inner
}

/// Whether the window has so little height that what can be asked for gives way to the rows.
fn is_low(ui: &Ui) -> bool {
    ui.ctx().content_rect().height() < LOW
}

/// How high the heads of the columns are.
pub(super) fn heads_height(ui: &Ui) -> f32 {
    if is_low(ui) { 0.0 } else { HEAD_HEIGHT }
}

/// The heads of both columns, or of the one that there is.
pub(super) fn heads_ui(ui: &mut Ui, contents: &ViewedContents, layout: Option<Layout>) {
    if is_low(ui) && layout.is_some() {
        return;
    }
    let tokens = Tokens::from_context(ui);
    let is_there = |half: &Half| contents.facts(*half).is_file() || layout.is_none();
    let halves: Vec<_> = Half::BOTH.into_iter().filter(is_there).collect();
    let (_, area) = ui.allocate_space(vec2(ui.available_width(), HEAD_HEIGHT));
    let area = Rect::from_min_max(area.min, pos2(area.right(), area.top() + HEAD_HEIGHT));
    ui.painter().rect_filled(area, 0, tokens.raised());
    ui.painter().hline(area.x_range(), area.bottom() - 0.5, (1.0, tokens.outline));
    let width = (area.width() - super::ruler::WIDTH) / halves.len().max(1) as f32;
    let mut left = area.left();
    for half in halves {
        let cell = Rect::from_min_size(pos2(left, area.top()), vec2(width, HEAD_HEIGHT));
        let right = head_ui(ui, contents, half, cell);
        // Above one column, one stands right behind the other.
        left = if layout == Some(Layout::Unified) { right + HEAD_GAP } else { cell.right() };
    }
}

/// One head, and where its words end.
fn head_ui(ui: &Ui, contents: &ViewedContents, half: Half, cell: Rect) -> f32 {
    let tokens = Tokens::from_context(ui);
    let facts = contents.facts(half);
    let small = egui::TextStyle::Small.resolve(ui.style());
    let painter = ui.painter_at(cell);
    let at = cell.left_center() + vec2(12.0, 0.0);
    let name = painter.text(at, Align2::LEFT_CENTER, contents.title(half), small.clone(), tokens.text);
    let words = facts.phrases().join("  \u{b7}  ");
    let mut job = egui::text::LayoutJob::simple_singleline(words.clone(), small, tokens.muted);
    job.wrap = egui::text::TextWrapping::truncate_at_width((cell.right() - name.right() - 24.0).max(40.0));
    let galley = painter.layout_job(job);
    let top = pos2(name.right() + 12.0, cell.center().y - galley.size().y / 2.0);
    let right = top.x + galley.size().x;
    painter.galley(top, galley, tokens.muted);
    let response = ui.interact(cell, ui.make_persistent_id(("head", half)), Sense::hover());
    let label = format!("{}: {words}", contents.title(half));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &label));
    if let Some(digest) = facts.digest {
        let digest = fill(words::DIGEST, &[("digest", &digest.to_string())]);
        response.on_hover_text(format!("{words}\n{digest}"));
    }
    right
}

/// Where to go, asked above the contents.
pub(super) fn go_to_ui(ui: &mut Ui, given: &Given<'_>, state: &mut PaneState) {
    let Some(mut typed) = state.go_to.take() else { return };
    let is_text = state.view(given.contents) == View::Text;
    let mut is_open = true;
    ui.horizontal(|ui| {
        let words = if is_text { words::GO_TO_LINE } else { words::GO_TO_BYTE };
        let label = ui.label(words);
        let field = egui::TextEdit::singleline(&mut typed).desired_width(120.0);
        let response = ui.add(field).labelled_by(label.id);
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        let left = ui.input(|input| input.key_pressed(egui::Key::Escape));
        if entered || ui.button(words::GO).clicked() {
            is_open = !go_to(given.contents, state, &typed, is_text);
            state.takes_focus = !is_open;
        } else if left || (response.lost_focus() && !entered) {
            is_open = false;
            state.takes_focus = true;
        } else if !response.has_focus() {
            response.request_focus();
        }
    });
    if is_open {
        state.go_to = Some(typed);
    }
}

/// Goes there; whether there is such a place.
fn go_to(contents: &ViewedContents, state: &mut PaneState, typed: &str, is_text: bool) -> bool {
    let typed: String = typed.chars().filter(|c| !matches!(c, ',' | ' ' | '_')).collect();
    let number = match typed.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => typed.parse(),
    };
    match number {
        Ok(line) if is_text => {
            let half = match contents.text().map(LineDiff::sides) {
                Some(TextSides::Only(half) | TextSides::Alone(half)) => half,
                _ => Half::Right,
            };
            state.go_to_line(contents, half, usize::try_from(line.max(1) - 1).unwrap_or(usize::MAX));
            true
        }
        Ok(offset) => go_to_byte(contents, state, offset),
        Err(_) => false,
    }
}

/// Goes to the byte at `offset` of the right side, or of the left one if that is the only one.
fn go_to_byte(contents: &ViewedContents, state: &mut PaneState, offset: u64) -> bool {
    let Some(diff) = contents.bytes() else { return false };
    let Some(row) = diff.row_of(Half::Right, offset).or_else(|| diff.row_of(Half::Left, offset)) else {
        return false;
    };
    state.hex.place.show(row, diff.rows(), state.visible);
    true
}

/// What is shown while something is read.
pub(super) fn waiting_ui(ui: &mut Ui, words: &str) {
    let area = ui.available_rect_before_wrap();
    ui.advance_cursor_after_rect(area);
    let font = egui::TextStyle::Body.resolve(ui.style());
    ui.painter().text(area.center(), Align2::CENTER_CENTER, words, font, Tokens::from_context(ui).muted);
}
