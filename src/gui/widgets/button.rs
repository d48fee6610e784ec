//! Buttons: one that is filled for the one thing to do on a page, others for the rest.

use egui::{
    Align, Color32, Layout, Rect, Response, Role, Sense, Stroke, StrokeKind, TextStyle, Ui, Vec2, WidgetInfo,
};

use super::paint;
use crate::gui::theme::{Icon, Tokens, space, text};

/// The reason below a button takes at least this much, so that it does not become a tower of words.
const REASON_WIDTH: f32 = 240.0;

/// How much a button matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ButtonKind {
    /// The one thing to do on a page.
    Primary,
    /// Whatever else can be done.
    #[default]
    Secondary,
    /// What cannot be taken back.
    Danger,
}

/// A button with a word on it.
#[derive(Clone, Copy, Debug)]
pub struct Button<'a> {
    /// A verb and what it acts on: "Restore 14 files".
    pub label: &'a str,
    /// Stands before the label.
    pub icon: Option<Icon>,
    /// How much it matters.
    pub kind: ButtonKind,
    /// Why it cannot be pressed, if it cannot; shown below it.
    pub blocked: Option<&'a str>,
}

impl<'a> Button<'a> {
    /// For the one thing to do on a page.
    pub fn primary(label: &'a str) -> Self {
        Self { label, icon: None, kind: ButtonKind::Primary, blocked: None }
    }

    /// For whatever else can be done.
    pub fn secondary(label: &'a str) -> Self {
        Self { kind: ButtonKind::Secondary, ..Self::primary(label) }
    }

    /// For what cannot be taken back.
    pub fn danger(label: &'a str) -> Self {
        Self { kind: ButtonKind::Danger, ..Self::primary(label) }
    }

    /// With an icon before the label.
    pub fn icon(self, icon: Icon) -> Self {
        Self { icon: Some(icon), ..self }
    }

    /// Which cannot be pressed while there is a reason.
    pub fn blocked(self, reason: Option<&'a str>) -> Self {
        Self { blocked: reason, ..self }
    }
}

/// A button; its response is clicked by pointer, Enter and Space.
pub fn button(ui: &mut Ui, button: &Button<'_>) -> Response {
    let Some(reason) = button.blocked else {
        return face(ui, button);
    };
    let layout = Layout::top_down(Align::Min);
    ui.with_layout(layout, |ui| {
        ui.spacing_mut().item_spacing.y = space::TINY;
        let response = face(ui, button);
        ui.set_max_width(response.rect.width().max(REASON_WIDTH));
        let colour = Tokens::of(ui).muted;
        ui.add(egui::Label::new(text::caption(reason).color(colour)).wrap());
        response
    })
    .inner
}

fn face(ui: &mut Ui, button: &Button<'_>) -> Response {
    let tokens = Tokens::of(ui);
    let is_enabled = button.blocked.is_none();
    let style = if button.kind == ButtonKind::Primary { text::strong_style() } else { TextStyle::Button };
    let icon_width = if button.icon.is_some() { text::ICON + space::SMALL } else { 0.0 };
    let around = Vec2::new(space::MEDIUM * 2.0 + icon_width, space::TINY * 2.0);
    // Of the whole page and not of what is left in this row: a label is rather moved to the next row than broken.
    let room = (ui.max_rect().width() - around.x).max(space::HUGE);
    let galley =
        ui.painter().layout(button.label.to_owned(), style.resolve(ui.style()), Color32::PLACEHOLDER, room);
    let size = (galley.size() + around).max(Vec2::new(0.0, space::CONTROL_HEIGHT));
    let sense = if is_enabled { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(size, sense);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, is_enabled, button.label));
    if let Some(reason) = button.blocked {
        ui.accesskit_node_builder(response.id, |node| node.set_description(reason));
    }
    let look = Look::of(tokens, button.kind, is_enabled, response.hovered());
    ui.painter().rect(rect, space::CONTROL_RADIUS, look.fill, look.edge, StrokeKind::Inside);
    let mut left = rect.left() + space::MEDIUM;
    if let Some(icon) = button.icon {
        let place = Rect::from_min_size(paint::middle(rect, left, text::ICON), Vec2::splat(text::ICON));
        paint::icon_at(ui, place, icon, text::ICON, look.text);
        left += icon_width;
    }
    ui.painter().galley(paint::middle(rect, left, galley.size().y), galley, look.text);
    paint::focus_ring(ui, &response, space::CONTROL_RADIUS);
    response
}

/// The colours of a button.
struct Look {
    fill: Color32,
    edge: Stroke,
    text: Color32,
}

impl Look {
    fn of(tokens: &Tokens, kind: ButtonKind, is_enabled: bool, is_hovered: bool) -> Self {
        let line = |colour| Stroke::new(space::HAIRLINE, colour);
        if !is_enabled {
            return Self { fill: tokens.page(), edge: line(tokens.outline), text: tokens.muted };
        }
        let accent = tokens.accent;
        match kind {
            ButtonKind::Primary => {
                let fill = if is_hovered { accent.hover } else { accent.fill };
                Self { fill, edge: Stroke::NONE, text: accent.on }
            }
            ButtonKind::Secondary => {
                let edge = if is_hovered { tokens.edge } else { tokens.outline };
                Self { fill: tokens.raised(), edge: line(edge), text: tokens.text }
            }
            ButtonKind::Danger => {
                let width = if is_hovered { space::FOCUS_WIDTH } else { space::HAIRLINE };
                let edge = Stroke::new(width, tokens.danger.strong);
                Self { fill: tokens.danger.surface, edge, text: tokens.danger.text }
            }
        }
    }
}

/// A button that is only an icon; for what everybody knows (copy, clear, close) and where a word has no room.
#[derive(Clone, Copy, Debug)]
pub struct IconButton<'a> {
    /// What it looks like.
    pub icon: Icon,
    /// What it does, for screen readers and under the pointer.
    pub name: &'a str,
}

/// A button that is only an icon.
pub fn icon_button(ui: &mut Ui, button: &IconButton<'_>) -> Response {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(space::ROW_HEIGHT), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, button.name));
    if response.hovered() {
        ui.painter().rect_filled(rect, space::CONTROL_RADIUS, tokens.raised());
    }
    let colour = if response.hovered() { tokens.text } else { tokens.muted };
    paint::icon_at(ui, rect, button.icon, text::ICON, colour);
    paint::focus_ring(ui, &response, space::CONTROL_RADIUS);
    response.on_hover_text(button.name)
}

/// Words that do something when clicked, for what is beside the point of the page.
pub fn link_button(ui: &mut Ui, label: &str) -> Response {
    let colour = Tokens::of(ui).accent.text;
    let font = TextStyle::Body.resolve(ui.style());
    let galley = ui.painter().layout(label.to_owned(), font, colour, ui.max_rect().width());
    let (rect, response) = ui.allocate_exact_size(galley.size(), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, label));
    if response.hovered() || response.has_focus() {
        let line = Stroke::new(space::HAIRLINE, colour);
        ui.painter().hline(rect.x_range(), rect.bottom() - space::HAIRLINE, line);
    }
    ui.painter().galley(rect.min, galley, colour);
    paint::focus_ring(ui, &response, space::CONTROL_RADIUS);
    response.on_hover_cursor(egui::CursorIcon::PointingHand)
}
