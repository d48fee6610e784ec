//! A row of a long list or tree, of which only those in sight are made.

use egui::{
    EventFilter, FontId, Id, InnerResponse, Key, Pos2, Rect, Response, Role, Sense, TextStyle, Ui, UiBuilder,
    Vec2, WidgetInfo,
};

use super::badge::{self, Badge};
use super::paint;
use crate::toolkit::theme::{Icon, Tokens, space, text};

/// How many rows the keys for a page go.
const PAGE_ROWS: usize = 15;

/// A row.
#[derive(Clone, Copy, Debug)]
pub struct RowView<'a> {
    /// What it is called, escaped.
    pub text: &'a str,
    /// How deep it is in the tree.
    pub depth: usize,
    /// Whether what is below it is shown; `None` where there is nothing.
    pub is_open: Option<bool>,
    /// Stands before the name.
    pub icon: Option<Icon>,
    /// Stands before the name, too.
    pub badge: Option<Badge<'a>>,
    /// At the right end: a count, a size. Empty for none.
    pub note: &'a str,
    /// It is done with and steps back.
    pub is_muted: bool,
    /// It is the current one.
    pub is_selected: bool,
    /// Its place among all rows, counted from zero, and how many there are.
    pub place: (usize, usize),
    /// Whether Tab leads to it.
    pub focus: RowFocus,
}

impl<'a> RowView<'a> {
    /// A row with a name and nothing else.
    pub fn plain(text: &'a str) -> Self {
        Self {
            text,
            depth: 0,
            is_open: None,
            icon: None,
            badge: None,
            note: "",
            is_muted: false,
            is_selected: false,
            place: (0, 1),
            focus: RowFocus::Stop,
        }
    }
}

/// What happened to a row.
pub struct RowResponse {
    /// Clicked when the row was chosen.
    pub row: Response,
    /// What is below it should be shown or hidden.
    pub toggled: bool,
}

/// What the rows are in, for screen readers: a tree named `name`.
pub fn tree<R>(ui: &mut Ui, name: &str, contents: impl FnOnce(&mut Ui) -> R) -> InnerResponse<R> {
    ui.scope_builder(UiBuilder::new().accessibility_role(Role::Tree).accessibility_label(name), |ui| {
        // The caller multiplies the number of rows by their height.
        ui.spacing_mut().item_spacing.y = 0.0;
        contents(ui)
    })
}

/// Whether Tab leads to a row. In a long list it leads to one, and arrows go on from there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RowFocus {
    /// Tab leads here.
    #[default]
    Stop,
    /// The arrows have just led here.
    Comes,
    /// Tab passes it by.
    None,
}

/// Where one is in a [`long_tree`].
#[derive(Clone, Copy, Default)]
struct TreePlace {
    chosen: Option<usize>,
    /// The row that Tab leads to.
    cursor: usize,
    /// That row, as it was drawn last.
    row: Option<Id>,
}

/// A [`tree`] that scrolls: `row` makes the row of a number below `count`, and is asked for those in sight only. When
/// another row is `chosen` than before, by whatever means, it comes into sight. Tab leads to one row, the arrows to the
/// others.
pub fn long_tree(
    ui: &mut Ui,
    name: &str,
    count: usize,
    chosen: Option<usize>,
    mut row: impl FnMut(&mut Ui, usize, RowFocus) -> Id,
) {
    tree(ui, name, |ui| {
        let id = ui.make_persistent_id("place");
        let mut place = ui.data(|data| data.get_temp::<TreePlace>(id)).unwrap_or_default();
        let is_new = place.chosen != chosen;
        let mut comes = chosen.filter(|_| is_new);
        place.cursor = comes.unwrap_or(place.cursor).min(count.saturating_sub(1));
        place.chosen = chosen;
        let has_focus = place.row.is_some_and(|row| ui.memory(|memory| memory.has_focus(row)));
        let to = if has_focus { walked(ui, place.cursor, count) } else { place.cursor };
        let walks = to != place.cursor;
        if walks {
            (place.cursor, comes) = (to, Some(to));
        }
        let area = egui::ScrollArea::vertical().auto_shrink(false);
        area.show_rows(ui, space::ROW_HEIGHT, count, |ui, in_sight| {
            if let Some(number) = comes {
                let height = space::ROW_HEIGHT + ui.spacing().item_spacing.y;
                let top = ui.max_rect().top() + (number as f32 - in_sight.start as f32) * height;
                let corner = Pos2::new(ui.max_rect().left(), top);
                ui.scroll_to_rect(Rect::from_min_size(corner, Vec2::splat(space::ROW_HEIGHT)), None);
            }
            let is_seen = in_sight.contains(&place.cursor);
            let stop = if is_seen { place.cursor } else { in_sight.start };
            in_sight.for_each(|number| {
                let focus = match number == stop {
                    true if walks && is_seen => RowFocus::Comes,
                    true => RowFocus::Stop,
                    false => RowFocus::None,
                };
                // A row keeps its identity, and with it the focus, when it scrolls.
                let drawn = ui.push_id(number, |ui| row(ui, number, focus)).inner;
                if number == stop {
                    place.row = Some(drawn);
                }
            });
        });
        ui.data_mut(|data| data.insert_temp(id, place));
    });
}

/// Where the arrows lead from `row` of `count`.
fn walked(ui: &Ui, row: usize, count: usize) -> usize {
    let presses = |key| ui.input_mut(|input| input.count_and_consume_key(egui::Modifiers::NONE, key));
    let down = presses(Key::ArrowDown) + presses(Key::PageDown) * PAGE_ROWS;
    let up = presses(Key::ArrowUp) + presses(Key::PageUp) * PAGE_ROWS;
    let row = match (presses(Key::Home), presses(Key::End)) {
        (0, 0) => row,
        (_, 0) => 0,
        _ => count,
    };
    row.saturating_add(down).min(count.saturating_sub(1)).saturating_sub(up)
}

/// How much of a row its note may take at most.
const NOTE_SHARE: f32 = 0.4;

/// A row as high as [`space::ROW_HEIGHT`]. Chosen by click, Enter and Space; opened by its arrow, a double click,
/// Right and Left. Up and down move the focus.
pub fn list_row(ui: &mut Ui, view: &RowView<'_>) -> RowResponse {
    let size = Vec2::new(ui.available_width(), space::ROW_HEIGHT);
    let sense = if view.focus == RowFocus::None { Sense::CLICK } else { Sense::click() };
    let (rect, row) = ui.allocate_exact_size(size, sense);
    if view.focus == RowFocus::Comes {
        row.request_focus();
    }
    describe(&row, view);
    background(ui, &row, view);
    let mut left = rect.left() + space::SMALL + view.depth as f32 * space::LARGE;
    let mut toggled = expander(ui, &row, view, Pos2::new(left, rect.center().y));
    left += space::LARGE + space::TINY;
    let colour = Tokens::from_context(ui).muted;
    if let Some(icon) = view.icon {
        let place = Rect::from_min_size(paint::middle(rect, left, text::ICON), Vec2::splat(text::ICON));
        paint::icon_at(ui, place, icon, text::ICON, colour);
        left = place.right() + space::SMALL;
    }
    if let Some(shown) = &view.badge {
        let face = badge::BadgeFace::measure(ui, shown);
        let (place, width) = (paint::middle(rect, left, face.size.y), face.size.x);
        face.paint(ui, place);
        left += width + space::SMALL;
    }
    words(ui, rect, left, view);
    let arrows = EventFilter {
        vertical_arrows: true,
        horizontal_arrows: view.is_open.is_some(),
        ..Default::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(row.id, arrows));
    if view.is_open.is_some() {
        toggled |= row.double_clicked() || key_toggles(ui, &row, view);
    }
    if row.has_focus() {
        paint::ring(ui, rect.shrink(space::FOCUS_WIDTH), space::TINY as u8);
    }
    RowResponse { row, toggled }
}

fn describe(row: &Response, view: &RowView<'_>) {
    let meaning = view.badge.map(|badge| if badge.explain.is_empty() { badge.text } else { badge.explain });
    let parts = [Some(view.text), meaning, Some(view.note)];
    let name: Vec<_> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    row.widget_info(|| WidgetInfo::labeled(Role::TreeItem, true, name.join(", ")));
    row.ctx.accesskit_node_builder(row.id, |node| {
        node.set_selected(view.is_selected);
        node.set_level(view.depth + 1);
        node.set_position_in_set(view.place.0 + 1);
        node.set_size_of_set(view.place.1);
        if let Some(is_open) = view.is_open {
            node.set_expanded(is_open);
        }
    });
}

fn background(ui: &Ui, row: &Response, view: &RowView<'_>) {
    let tokens = Tokens::from_context(ui);
    let fill = match (view.is_selected, row.hovered()) {
        (true, _) => tokens.selection,
        (false, true) => tokens.raised(),
        (false, false) => return,
    };
    ui.painter().rect_filled(row.rect, space::TINY, fill);
}

/// The arrow; `true` when it was clicked. It takes no focus: the row has keys for it.
fn expander(ui: &Ui, row: &Response, view: &RowView<'_>, left_middle: Pos2) -> bool {
    let Some(is_open) = view.is_open else {
        return false;
    };
    let place = Rect::from_min_size(left_middle - Vec2::new(0.0, text::ICON / 2.0), Vec2::splat(text::ICON));
    let icon = if is_open { Icon::ChevronDown } else { Icon::ChevronRight };
    paint::icon_at(ui, place, icon, text::ICON, Tokens::from_context(ui).muted);
    let sense = Sense::CLICK;
    let response = ui.interact(place, row.id.with("arrow"), sense);
    response.clicked()
}

/// Right opens and Left closes; otherwise the arrows move on.
fn key_toggles(ui: &Ui, row: &Response, view: &RowView<'_>) -> bool {
    let key = if view.is_open == Some(true) { Key::ArrowLeft } else { Key::ArrowRight };
    row.has_focus() && ui.input(|input| input.key_pressed(key))
}

fn words(ui: &Ui, rect: Rect, left: f32, view: &RowView<'_>) {
    let tokens = Tokens::from_context(ui);
    let mut right = rect.right() - space::SMALL;
    if !view.note.is_empty() {
        let font = FontId::proportional(text::CAPTION);
        let mut job = egui::text::LayoutJob::simple_singleline(view.note.to_owned(), font, tokens.text);
        // What the row is about has most of it.
        job.wrap = egui::text::TextWrapping::truncate_at_width(((right - left) * NOTE_SHARE).max(0.0));
        let note = ui.painter().layout_job(job);
        right -= note.size().x;
        ui.painter().galley(paint::middle(rect, right, note.size().y), note, tokens.text);
        right -= space::SMALL;
    }
    let font = TextStyle::Body.resolve(ui.style());
    let colour = if view.is_muted { tokens.muted } else { tokens.text };
    let mut job = egui::text::LayoutJob::simple_singleline(view.text.to_owned(), font, colour);
    job.wrap = egui::text::TextWrapping::truncate_at_width((right - left).max(0.0));
    let galley = ui.painter().layout_job(job);
    ui.painter().galley(paint::middle(rect, left, galley.size().y), galley, colour);
}
