//! The row that stands for lines left out, and its buttons.

use egui::{Align2, FontId, Painter, Rect, Sense, Ui, pos2, vec2};

use super::line::RowMetrics;
use super::list;
use crate::text::with_thousands;
use crate::toolkit::theme::{Icon, Tokens, text};
use crate::viewer::layout::{EXPAND_LINES, Expand, Gap, PaneState};
use crate::viewer::model::LineDiff;
use crate::words::{contents as words, fill};

/// Width of a button in the row.
const BUTTON_WIDTH: f32 = 32.0;
/// Size of the icon on it.
const ICON: f32 = 14.0;
/// Room between the edge, the buttons and the words.
const PADDING: f32 = 8.0;

/// Paints how many lines are left out, and in which part of the file the next ones are; the words stay in `side`.
pub(super) fn paint(
    painter: &Painter,
    rect: Rect,
    side: Rect,
    (gap, section): (Gap, Option<String>),
    tokens: &Tokens,
    metrics: &RowMetrics,
) {
    painter.rect_filled(rect, 0, tokens.gap);
    painter.hline(rect.x_range(), rect.top() + 0.5, (1.0, tokens.outline));
    painter.hline(rect.x_range(), rect.bottom() - 0.5, (1.0, tokens.outline));
    let template = if gap.length == 1 { words::GAP_ONE } else { words::GAP_SEVERAL };
    let words = fill(template, &[("n", &with_thousands(gap.length as u64))]);
    let left = pos2(rect.left() + PADDING + 3.0 * BUTTON_WIDTH + PADDING, rect.center().y);
    let said = painter.text(left, Align2::LEFT_CENTER, words, metrics.small.clone(), tokens.muted);
    if let Some(section) = section {
        let painter = painter.with_clip_rect(side.intersect(painter.clip_rect()));
        let at = pos2(said.right() + 2.0 * PADDING, rect.center().y);
        let font = metrics.number.clone();
        painter.text(at, Align2::LEFT_CENTER, section, font, tokens.text);
    }
}

/// The buttons of all gaps in view.
pub(super) fn buttons_ui(ui: &Ui, diff: &LineDiff, state: &mut PaneState, area: Rect, metrics: &RowMetrics) {
    let tokens = Tokens::from_context(ui);
    let painter = ui.painter_at(area);
    let last_gap = diff.hunks().len();
    let mut wanted = None;
    for (number, row) in list::rows_in_view(area, metrics.row_height, state.place.scroll) {
        let Some(gap) = state.rows().and_then(|rows| rows.gap(number)) else { continue };
        let parts = [
            (Icon::ChevronUp, words::GAP_ABOVE, Expand::Bottom(EXPAND_LINES), gap.number < last_gap),
            (Icon::ChevronDown, words::GAP_BELOW, Expand::Top(EXPAND_LINES), gap.number > 0),
            (Icon::UnfoldVertical, words::GAP_ALL, Expand::All, true),
        ];
        for (place, (icon, words, part, is_there)) in parts.into_iter().enumerate() {
            if !is_there {
                continue;
            }
            let left = area.left() + PADDING + place as f32 * BUTTON_WIDTH;
            let rect =
                Rect::from_min_size(pos2(left, row.top()), vec2(BUTTON_WIDTH - 4.0, metrics.row_height));
            let rect = rect.shrink2(vec2(0.0, 2.0));
            let id = ui.make_persistent_id(("gap", gap.number, place));
            let response = ui.interact(rect.intersect(area), id, Sense::click()).on_hover_text(words);
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, words));
            let is_lit = response.hovered() || response.has_focus();
            painter.rect_filled(rect, 4, if is_lit { tokens.accent.surface } else { tokens.card() });
            let colour = if is_lit { tokens.accent.text } else { tokens.muted };
            painter.text(
                rect.center(),
                Align2::CENTER_CENTER,
                char::from(icon),
                FontId::new(ICON, text::icons()),
                colour,
            );
            if response.has_focus() {
                painter.rect_stroke(rect, 4, (1.5, tokens.focus), egui::StrokeKind::Inside);
            }
            if response.clicked() {
                wanted = Some((gap.number, part));
            }
        }
    }
    if let Some((gap, part)) = wanted {
        state.expand(diff, gap, part);
    }
}
