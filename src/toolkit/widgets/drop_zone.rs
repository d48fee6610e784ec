//! A place to let a file go, with a button for those who do not drag.

use egui::{Frame, Label, Pos2, Rect, Response, Role, Shape, Stroke, Ui, UiBuilder};

use super::button::{Button, button};
use super::paint;
use crate::toolkit::theme::{Icon, Tokens, space, text};

/// The dashes of its edge, and what is between them.
const DASH: f32 = 6.0;
/// A corner is drawn with this many straight lines.
const CORNER_STEPS: usize = 6;

/// A place to let a file go.
#[derive(Clone, Copy, Debug)]
pub struct DropZoneView<'a> {
    /// What it looks like.
    pub icon: Icon,
    /// What to let go here: "Drop a patch file here".
    pub title: &'a str,
    /// What it says while something is held over the window.
    pub title_while_held: &'a str,
    /// A line below; empty for none.
    pub body: &'a str,
    /// The same without dragging.
    pub action: Button<'a>,
    /// In one line, where other things matter as much.
    pub is_line: bool,
}

/// A place to let a file go; the response is that of its button. What is let go anywhere in the window counts:
/// taking it is the caller's, for whom it comes in `input.raw.dropped_files`.
pub fn drop_zone(ui: &mut Ui, zone: &DropZoneView<'_>) -> Response {
    let tokens = Tokens::from_context(ui);
    let is_held = ui.input(|input| !input.raw.hovered_files.is_empty());
    let (fill, edge) =
        if is_held { (tokens.accent.surface, tokens.accent.text) } else { (tokens.card(), tokens.edge) };
    let title = if is_held { zone.title_while_held } else { zone.title };
    let margin = if zone.is_line { space::LARGE } else { space::HUGE };
    let frame = Frame::new().fill(fill).corner_radius(space::CARD_RADIUS).inner_margin(margin as i8);
    let group = UiBuilder::new().accessibility_role(Role::Group).accessibility_label(title);
    let shown = ui.scope_builder(group, |ui| {
        frame.show(ui, |ui| {
            ui.set_width(ui.available_width());
            if zone.is_line {
                return line(ui, zone, title);
            }
            ui.vertical_centered(|ui| {
                let colour = if is_held { tokens.accent.text } else { tokens.muted };
                paint::icon(ui, zone.icon, text::LARGE_ICON, colour);
                ui.add_space(space::TINY);
                ui.add(Label::new(text::heading(title)).wrap());
                if !zone.body.is_empty() {
                    ui.add(Label::new(text::body(zone.body).color(tokens.muted)).wrap());
                }
                ui.add_space(space::SMALL);
                button(ui, &zone.action)
            })
            .inner
        })
    });
    let outline = rounded(shown.inner.response.rect.shrink(space::HAIRLINE), f32::from(space::CARD_RADIUS));
    let stroke = Stroke::new(space::HAIRLINE, edge);
    ui.painter().extend(Shape::dashed_line(&outline, stroke, DASH, DASH));
    shown.inner.inner
}

/// The zone as one line: what to do on the left, the button on the right.
fn line(ui: &mut Ui, zone: &DropZoneView<'_>, title: &str) -> Response {
    let muted = Tokens::from_context(ui).muted;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::MEDIUM;
        paint::icon(ui, zone.icon, text::ICON + space::SMALL, muted);
        ui.add(Label::new(text::strong(title)));
        let row = egui::Layout::right_to_left(egui::Align::Center);
        ui.with_layout(row, |ui| {
            let response = button(ui, &zone.action);
            let words = Label::new(text::caption(zone.body).color(muted)).truncate();
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| ui.add(words));
            response
        })
        .inner
    })
    .inner
}

/// The outline of `rect` with round corners, as a closed line.
fn rounded(rect: Rect, radius: f32) -> Vec<Pos2> {
    let inner = rect.shrink(radius);
    let corners = [inner.right_top(), inner.right_bottom(), inner.left_bottom(), inner.left_top()];
    let mut points = Vec::new();
    for (corner, centre) in corners.into_iter().enumerate() {
        for step in 0..=CORNER_STEPS {
            let quarters = corner as f32 - 1.0 + step as f32 / CORNER_STEPS as f32;
            let angle = quarters * std::f32::consts::FRAC_PI_2;
            points.push(centre + radius * egui::Vec2::angled(angle));
        }
    }
    points.push(points[0]);
    points
}
