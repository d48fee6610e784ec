//! Two small plots: bars for each week, and dots along a line of time. What they show stands in words beside them, too.

use egui::{Align2, FontId, Rect, Role, Sense, Stroke, Ui, Vec2, WidgetInfo, pos2, vec2};

use crate::toolkit::theme::{Tokens, space, text};

/// How high a plot is.
const HEIGHT: f32 = 132.0;
/// The widest bar.
const WIDEST_BAR: f32 = 28.0;
/// What fills a plot at least: one change alone is no tower.
const LEAST_SCALE: usize = 4;
/// Half a dot.
const DOT: f32 = 3.5;

/// One bar, of which a part goes up and a part goes down.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bar<'a> {
    pub up: usize,
    pub down: usize,
    /// What it is, under the pointer.
    pub label: &'a str,
}

/// A bar for each week; `name` says to a screen reader what they come to. `first` and `last` stand below the ends.
pub(crate) fn bars(ui: &mut Ui, name: &str, bars: &[Bar<'_>], [first, last]: [&str; 2]) {
    let tokens = Tokens::from_context(ui);
    let (rect, response) = place(ui, name);
    let most = |part: fn(&Bar<'_>) -> usize| bars.iter().map(part).max().unwrap_or(0);
    let (up, down) = (most(|bar| bar.up), most(|bar| bar.down));
    let inside = rect.shrink2(vec2(space::SMALL, space::WIDE));
    let unit = inside.height() / (up + down).max(LEAST_SCALE) as f32;
    let middle = inside.bottom() - unit * down as f32;
    let step = inside.width() / bars.len().max(1) as f32;
    let width = (step - 2.0).clamp(1.0, WIDEST_BAR);
    for (at, bar) in bars.iter().enumerate() {
        let left = inside.left() + step * at as f32 + (step - width) / 2.0;
        let part = |from: f32, to: f32| Rect::from_min_max(pos2(left, from), pos2(left + width, to));
        let above = part(middle - unit * bar.up as f32, middle);
        let below = part(middle, middle + unit * bar.down as f32);
        ui.painter().rect_filled(above, 2.0, tokens.accent.fill);
        ui.painter().rect_filled(below, 2.0, tokens.caution.strong);
    }
    ui.painter().hline(inside.x_range(), middle, Stroke::new(space::HAIRLINE, tokens.edge));
    let font = FontId::proportional(text::CAPTION);
    let write = |at, align: Align2, words: &str| {
        ui.painter().text(at, align, words, font.clone(), tokens.muted);
    };
    write(pos2(inside.left(), middle - unit * up as f32), Align2::LEFT_BOTTOM, &up.to_string());
    if down > 0 {
        write(pos2(inside.left(), rect.bottom() - space::TINY), Align2::LEFT_BOTTOM, &down.to_string());
    }
    let foot = rect.bottom() - space::TINY;
    write(pos2(inside.left() + space::HUGE, foot), Align2::LEFT_BOTTOM, first);
    if bars.len() > 1 {
        write(pos2(inside.right(), foot), Align2::RIGHT_BOTTOM, last);
    }
    let pointed = response.hover_pos().map(|at| ((at.x - inside.left()) / step) as usize);
    if let Some(bar) = pointed.and_then(|at| bars.get(at)) {
        response.on_hover_text(bar.label);
    }
}

/// Dots along a line whose steps grow, between the `ticks`; those that would lie on each other are stacked. A line marks
/// the one in the middle, where there is one.
pub fn dots(ui: &mut Ui, name: &str, seconds: &[i64], median: Option<i64>, ticks: &[(i64, &str)]) {
    let tokens = Tokens::from_context(ui);
    let (rect, _) = place(ui, name);
    let inside = rect.shrink2(vec2(space::LARGE, space::WIDE));
    let [least, most] =
        [ticks.first(), ticks.last()].map(|tick| tick.map_or(1, |(seconds, _)| *seconds) as f32);
    let place_of = |seconds: i64| {
        let share = ((seconds.max(1) as f32 / least).ln() / (most / least).ln()).clamp(0.0, 1.0);
        inside.left() + inside.width() * share
    };
    let font = FontId::proportional(text::CAPTION);
    for (seconds, words) in ticks {
        let x = place_of(*seconds);
        ui.painter().vline(x, inside.y_range(), Stroke::new(space::HAIRLINE, tokens.outline));
        let at = pos2(x, rect.bottom() - space::TINY);
        ui.painter().text(at, Align2::CENTER_BOTTOM, words, font.clone(), tokens.muted);
    }
    if let Some(median) = median {
        let line = Stroke::new(space::FOCUS_WIDTH, tokens.accent.text);
        ui.painter().vline(place_of(median), inside.y_range(), line);
    }
    ui.painter().hline(inside.x_range(), inside.bottom(), Stroke::new(space::HAIRLINE, tokens.edge));
    let mut stacks: std::collections::BTreeMap<i32, u16> = std::collections::BTreeMap::new();
    for value in seconds {
        let column = (place_of(*value) / (2.0 * DOT)).round() as i32;
        let stack = stacks.entry(column).or_default();
        let y = inside.bottom() - DOT - 2.0 * DOT * f32::from(*stack);
        *stack += 1;
        if y > inside.top() {
            ui.painter().circle_filled(pos2(column as f32 * 2.0 * DOT, y), DOT - 0.5, tokens.accent.fill);
        }
    }
}

/// The place of a plot, with its name for who does not see it.
fn place(ui: &mut Ui, name: &str) -> (Rect, egui::Response) {
    let tokens = Tokens::from_context(ui);
    let size = Vec2::new(ui.available_width(), HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
    ui.painter().rect_filled(rect, space::CONTROL_RADIUS, tokens.page());
    (rect, response)
}
