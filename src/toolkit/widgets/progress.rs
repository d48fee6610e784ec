//! How far the work is, without a thing that moves by itself.

use std::time::Duration;

use egui::{Frame, Id, Label, Rect, Role, Sense, Stroke, Ui, Vec2, WidgetInfo};

use super::paint::{self, Notice};
use crate::toolkit::theme::{Tokens, space, text};
use crate::words::{fill, widgets as words};

/// The bar.
const BAR_HEIGHT: f32 = space::SMALL;

/// How far the work is.
#[derive(Clone, Copy, Debug)]
pub struct ProgressView<'a> {
    /// The run this belongs to: in another run the bar may begin again.
    pub run: u64,
    /// What is being done, in words.
    pub phase: &'a str,
    /// How many files are done.
    pub files_done: u64,
    /// Of how many; zero while that is not known.
    pub files_total: u64,
    /// How much of the bytes is done, from 0 to 1.
    pub fraction: f32,
    /// The present file, escaped; empty for none.
    pub current: &'a str,
    /// Since when it runs.
    pub elapsed: Duration,
    /// What a person must not do now; empty for nothing.
    pub warning: &'a str,
}

/// How far the work is. The bar never shrinks, whatever the numbers do.
pub fn progress_block(ui: &mut Ui, progress: &ProgressView<'_>) {
    let tokens = Tokens::from_context(ui);
    let fraction = furthest(ui, progress);
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = space::SMALL;
        let phase = ui.add(Label::new(text::heading(progress.phase)).wrap());
        super::header::mark_as_heading(&phase, progress.phase, 2);
        bar(ui, progress, fraction);
        let mut counts = Vec::new();
        if progress.files_total > 0 {
            let done = progress.files_done.min(progress.files_total);
            let facts = [("n", &*done.to_string()), ("all", &progress.files_total.to_string())];
            counts.push(fill(words::FILES_DONE, &facts));
        }
        counts.push(elapsed_words(progress.elapsed));
        ui.add(Label::new(text::body(counts.join(" · "))).wrap());
        // Takes its line even when there is none, so that nothing jumps.
        let current = text::body(progress.current).text_style(text::small_code_style()).color(tokens.muted);
        ui.add(Label::new(current).truncate());
        if !progress.warning.is_empty() {
            warning(ui, progress.warning);
        }
    });
}

fn bar(ui: &mut Ui, progress: &ProgressView<'_>, fraction: f32) {
    let tokens = Tokens::from_context(ui);
    let (rect, response) =
        ui.allocate_exact_size(Vec2::new(ui.available_width(), BAR_HEIGHT), Sense::hover());
    response.widget_info(|| WidgetInfo {
        value: Some(f64::from((fraction * 100.0).round())),
        ..WidgetInfo::labeled(Role::ProgressIndicator, true, progress.phase)
    });
    ui.accesskit_node_builder(response.id, |node| {
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(100.0);
    });
    let radius = BAR_HEIGHT / 2.0;
    let edge = Stroke::new(space::HAIRLINE, tokens.edge);
    ui.painter().rect(rect, radius, tokens.raised(), edge, egui::StrokeKind::Inside);
    let done = Rect::from_min_size(rect.min, Vec2::new(rect.width() * fraction, BAR_HEIGHT));
    ui.painter().rect_filled(done, radius, tokens.accent.fill);
}

fn warning(ui: &mut Ui, warning: &str) {
    let colours = Notice::Caution.colours(Tokens::from_context(ui));
    let frame = Frame::new()
        .fill(colours.surface)
        .stroke(paint::tint_edge(ui, colours.strong))
        .corner_radius(space::CONTROL_RADIUS)
        .inner_margin(space::SMALL as i8);
    frame.show(ui, |ui| {
        ui.horizontal_top(|ui| {
            paint::icon(ui, Notice::Caution.icon(), text::ICON, colours.strong);
            ui.add(Label::new(text::body(warning).color(colours.text)).wrap());
        });
    });
}

/// The largest fraction this run has shown.
fn furthest(ui: &Ui, progress: &ProgressView<'_>) -> f32 {
    let id = Id::unique(("patchwright progress", progress.run));
    let now = if progress.fraction.is_finite() { progress.fraction.clamp(0.0, 1.0) } else { 0.0 };
    ui.data_mut(|data| {
        let furthest = data.get_temp_mut_or_insert_with(id, || now);
        *furthest = furthest.max(now);
        *furthest
    })
}

/// "42 s", "3 min 5 s", "1 h 2 min".
pub fn elapsed_words(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    let (h, min, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let template = match seconds {
        0..60 => words::ELAPSED_SECONDS,
        60..3600 => words::ELAPSED_MINUTES,
        _ => words::ELAPSED_HOURS,
    };
    fill(template, &[("h", &h.to_string()), ("min", &min.to_string()), ("s", &s.to_string())])
}
