//! The pages of a place: their names, how much is on each, and a dot where something wants to be seen.

use egui::{Color32, FontId, Rect, Role, Sense, Stroke, Ui, UiBuilder, Vec2, WidgetInfo, pos2};

use super::paint::{self, Notice};
use crate::toolkit::theme::{Tokens, space, text};

/// How high the row is.
const HEIGHT: f32 = 36.0;
/// Narrower than this, in points, a window has room for the names and the dots alone.
const NARROW: f32 = 560.0;
/// The dot.
const DOT: f32 = 7.0;

/// One page.
#[derive(Clone, Debug)]
pub struct TabView<'a> {
    pub name: &'a str,
    /// How much is on it; empty for nothing to count.
    pub count: String,
    /// What wants to be seen on it.
    pub dot: Option<Notice>,
}

/// A row of pages named `name`; `true` when a person chose another one.
pub fn tabs(ui: &mut Ui, name: &str, pages: &[TabView<'_>], chosen: &mut usize) -> bool {
    let before = *chosen;
    let group = UiBuilder::new().accessibility_role(Role::TabList).accessibility_label(name);
    ui.scope_builder(group, |ui| {
        ui.spacing_mut().item_spacing.x = space::TINY;
        ui.horizontal(|ui| {
            for (index, page) in pages.iter().enumerate() {
                if tab(ui, page, index == *chosen) {
                    *chosen = index;
                }
            }
        });
    });
    *chosen != before
}

fn tab(ui: &mut Ui, page: &TabView<'_>, is_chosen: bool) -> bool {
    let tokens = Tokens::from_context(ui);
    let words = |text: &str, size, family| {
        ui.painter().layout_no_wrap(text.to_owned(), FontId::new(size, family), Color32::PLACEHOLDER)
    };
    let family = if is_chosen { text::semibold() } else { egui::FontFamily::Proportional };
    let name = words(page.name, text::BODY, family);
    // As wide as when it is chosen, so that choosing moves nothing.
    let name_width = words(page.name, text::BODY, text::semibold()).size().x;
    let is_narrow = ui.ctx().content_rect().width() < NARROW;
    let padding = if is_narrow { space::SMALL } else { space::MEDIUM };
    let count = (!page.count.is_empty() && !is_narrow)
        .then(|| words(&page.count, text::CAPTION, egui::FontFamily::Proportional));
    let count_width = count.as_ref().map_or(0.0, |count| count.size().x + space::SMALL);
    let dot_width = if page.dot.is_some() { DOT + space::SMALL } else { 0.0 };
    let size = Vec2::new(name_width + count_width + dot_width + 2.0 * padding, HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let label = [page.name, &page.count].join(" ");
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, is_chosen, label.trim()));
    let colour = match (is_chosen, response.hovered()) {
        (true, _) => tokens.text,
        (false, true) => tokens.text,
        (false, false) => tokens.muted,
    };
    let mut left = rect.left() + padding;
    ui.painter().galley(paint::middle(rect, left, name.size().y), name, colour);
    left += name_width + space::SMALL;
    if let Some(count) = count {
        let place = paint::middle(rect, left, count.size().y);
        left += count.size().x + space::SMALL;
        ui.painter().galley(place, count, tokens.muted);
    }
    if let Some(notice) = page.dot {
        let middle = pos2(left + DOT / 2.0, rect.center().y);
        ui.painter().circle_filled(middle, DOT / 2.0, notice.colours(tokens).strong);
    }
    if is_chosen {
        let line = Rect::from_min_max(pos2(rect.left(), rect.bottom() - 2.0), rect.max);
        ui.painter().rect_filled(line.shrink2(Vec2::new(space::SMALL, 0.0)), 1, tokens.accent.fill);
    }
    if response.has_focus() {
        ui.painter().rect_stroke(
            rect.shrink(space::FOCUS_WIDTH),
            space::CONTROL_RADIUS,
            Stroke::new(space::FOCUS_WIDTH, tokens.focus),
            egui::StrokeKind::Inside,
        );
    }
    response.clicked()
}
