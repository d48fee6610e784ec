//! A mark that says at a glance where a switch stands. It is turned elsewhere: turning it is a change of its own.

use egui::{Response, Sense, Stroke, StrokeKind, Ui, Vec2};

use crate::toolkit::theme::{Tokens, space};

/// How large it is.
pub(crate) const SWITCH_SIZE: Vec2 = Vec2::new(32.0, 18.0);
/// How far the knob stays away from the edge.
const GAP: f32 = 3.0;

/// Where a switch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SwitchFace {
    On,
    Off,
    /// Off, and that is dangerous.
    OffInDanger,
    /// Nobody can tell.
    Unclear,
}

/// The mark, beside words that say the same.
pub(crate) fn switch_mark(ui: &mut Ui, face: SwitchFace) -> Response {
    let (rect, response) = ui.allocate_exact_size(SWITCH_SIZE, Sense::hover());
    let tokens = Tokens::from_context(ui);
    let (fill, edge, knob, place) = match face {
        SwitchFace::On => (tokens.accent.fill, tokens.accent.fill, tokens.card(), 1.0),
        SwitchFace::Off => (tokens.raised(), tokens.edge, tokens.edge, 0.0),
        SwitchFace::OffInDanger => (tokens.danger.surface, tokens.danger.strong, tokens.danger.strong, 0.0),
        SwitchFace::Unclear => (tokens.caution.surface, tokens.caution.strong, tokens.caution.strong, 0.5),
    };
    let radius = rect.height() / 2.0;
    let edge = Stroke::new(space::HAIRLINE, edge);
    ui.painter().rect(rect, radius, fill, edge, StrokeKind::Inside);
    let (left, right) = (rect.left() + radius, rect.right() - radius);
    let centre = egui::pos2(egui::lerp(left..=right, place), rect.center().y);
    ui.painter().circle_filled(centre, radius - GAP, knob);
    response
}
