//! Buttons: one that is filled for the one thing to do on a page, others for the rest.

use std::sync::Arc;

use egui::{
    Align, Color32, Galley, Id, Layout, Rect, Response, Role, Sense, Stroke, StrokeKind, TextStyle, Ui,
    UiBuilder, Vec2, WidgetInfo,
};

use super::paint;
use crate::toolkit::theme::{Icon, Tokens, space, text};

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
    /// What can't be undone.
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
    /// Why it cannot be pressed, if it cannot.
    pub blocked: Option<&'a str>,
    /// The reason is shown by the caller, somewhere near, rather than below the button.
    pub(crate) is_reason_elsewhere: bool,
}

impl<'a> Button<'a> {
    /// For the one thing to do on a page.
    pub fn primary(label: &'a str) -> Self {
        Self { label, icon: None, kind: ButtonKind::Primary, blocked: None, is_reason_elsewhere: false }
    }

    /// For whatever else can be done.
    pub fn secondary(label: &'a str) -> Self {
        Self { kind: ButtonKind::Secondary, ..Self::primary(label) }
    }

    /// For what can't be undone.
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

    /// Which leaves it to the caller to show the reason, with [`reason`].
    pub(crate) fn reason_elsewhere(self) -> Self {
        Self { is_reason_elsewhere: true, ..self }
    }
}

/// A button; its response is clicked by pointer, Enter and Space.
pub fn button(ui: &mut Ui, button: &Button<'_>) -> Response {
    let face = Face::measure(ui, button);
    let own = button.blocked.filter(|reason| !button.is_reason_elsewhere && !RowReasons::take(ui, reason));
    let Some(reason) = own else {
        let sense = if button.blocked.is_none() { Sense::click() } else { Sense::hover() };
        let (rect, response) = ui.allocate_exact_size(face.size, sense);
        face.show(ui, button, rect, &response);
        if let Some(reason) = button.blocked {
            ui.accesskit_node_builder(response.id, |node| node.set_description(reason));
        }
        return response;
    };
    // Both in one piece, so that a row that wraps moves them together.
    let words = text::caption(reason).color(Tokens::from_context(ui).muted);
    let width = face.size.x.max(REASON_WIDTH).min(ui.max_rect().width());
    let font = TextStyle::Small.resolve(ui.style());
    let height = ui.painter().layout(reason.to_owned(), font, Color32::PLACEHOLDER, width).size().y;
    let size = Vec2::new(width, face.size.y + space::TINY + height);
    let (id, whole) = ui.allocate_space(size);
    let rect = Rect::from_min_size(whole.min, face.size);
    let response = ui.interact(rect, id, Sense::hover());
    face.show(ui, button, rect, &response);
    ui.accesskit_node_builder(response.id, |node| node.set_description(reason));
    let below = Rect::from_min_max(whole.left_bottom() - Vec2::new(0.0, height), whole.max);
    let layout = Layout::top_down(Align::Min);
    let mut place = ui.new_child(UiBuilder::new().max_rect(below).layout(layout));
    place.add(egui::Label::new(words).wrap());
    response
}

/// Why a button cannot be pressed.
pub fn reason(ui: &mut Ui, reason: &str) {
    let colour = Tokens::from_context(ui).muted;
    ui.add(egui::Label::new(text::caption(reason).color(colour)).wrap());
}

/// A row of buttons that breaks where there is no room; below it stands why some of them cannot be pressed, so that no
/// button moves another one away.
pub fn button_row<R>(ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> R) -> R {
    let size = Vec2::new(ui.available_width(), space::CONTROL_HEIGHT);
    let layout = Layout::left_to_right(Align::Min).with_main_wrap(true);
    let around = ui.data_mut(|data| data.get_temp::<RowReasons>(RowReasons::id()));
    ui.data_mut(|data| data.insert_temp(RowReasons::id(), RowReasons::default()));
    ui.vertical(|ui| {
        let inner = ui.allocate_ui_with_layout(size, layout, contents).inner;
        let told = ui.data_mut(|data| data.remove_temp::<RowReasons>(RowReasons::id()));
        for told in told.unwrap_or_default().0 {
            reason(ui, &told);
        }
        if let Some(around) = around {
            ui.data_mut(|data| data.insert_temp(RowReasons::id(), around));
        }
        inner
    })
    .inner
}

/// Why buttons of a row can't be pressed: told below the row, so that none of them pushes the next one away.
#[derive(Clone, Default)]
struct RowReasons(Vec<String>);

impl RowReasons {
    fn id() -> Id {
        Id::unique("why buttons of a row can't be pressed")
    }

    /// Whether a row tells this, once.
    fn take(ui: &Ui, reason: &str) -> bool {
        ui.data_mut(|data| {
            let Some(mut row) = data.get_temp::<Self>(Self::id()) else { return false };
            if row.0.iter().all(|told| told != reason) {
                row.0.push(reason.to_owned());
            }
            data.insert_temp(Self::id(), row);
            true
        })
    }
}

/// How wide a button is, with its reason.
pub(crate) fn button_width(ui: &Ui, button: &Button<'_>) -> f32 {
    let least = if button.blocked.is_some() { REASON_WIDTH } else { 0.0 };
    Face::measure(ui, button).size.x.max(least)
}

/// What is on a button, measured.
struct Face {
    galley: Arc<Galley>,
    icon_width: f32,
    size: Vec2,
}

impl Face {
    fn measure(ui: &Ui, button: &Button<'_>) -> Self {
        let style = if button.kind == ButtonKind::Primary { text::strong_style() } else { TextStyle::Button };
        let icon_width = if button.icon.is_some() { text::ICON + space::SMALL } else { 0.0 };
        let around = Vec2::new(space::MEDIUM * 2.0 + icon_width, space::TINY * 2.0);
        // Of the whole page and not of what is left in this row: a label is rather moved to the next row than broken.
        let room = (ui.max_rect().width() - around.x).max(space::HUGE);
        let font = style.resolve(ui.style());
        let galley = ui.painter().layout(button.label.to_owned(), font, Color32::PLACEHOLDER, room);
        let size = (galley.size() + around).max(Vec2::new(0.0, space::CONTROL_HEIGHT));
        Self { galley, icon_width, size }
    }

    fn show(self, ui: &Ui, button: &Button<'_>, rect: Rect, response: &Response) {
        let is_enabled = button.blocked.is_none();
        response.widget_info(|| WidgetInfo::labeled(Role::Button, is_enabled, button.label));
        let look = ButtonStyle::new(Tokens::from_context(ui), button.kind, is_enabled, response.hovered());
        ui.painter().rect(rect, space::CONTROL_RADIUS, look.fill, look.edge, StrokeKind::Inside);
        let left = rect.left() + space::MEDIUM;
        if let Some(icon) = button.icon {
            let place = Rect::from_min_size(paint::middle(rect, left, text::ICON), Vec2::splat(text::ICON));
            paint::icon_at(ui, place, icon, text::ICON, look.text);
        }
        let words = paint::middle(rect, left + self.icon_width, self.galley.size().y);
        ui.painter().galley(words, self.galley, look.text);
        paint::focus_ring(ui, response, space::CONTROL_RADIUS);
    }
}

/// The colours of a button.
struct ButtonStyle {
    fill: Color32,
    edge: Stroke,
    text: Color32,
}

impl ButtonStyle {
    fn new(tokens: &Tokens, kind: ButtonKind, is_enabled: bool, is_hovered: bool) -> Self {
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
pub(crate) struct IconButton<'a> {
    /// What it looks like.
    pub icon: Icon,
    /// What it does, for screen readers and under the pointer.
    pub name: &'a str,
}

/// A button that is only an icon.
pub(crate) fn icon_button(ui: &mut Ui, button: &IconButton<'_>) -> Response {
    let tokens = Tokens::from_context(ui);
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
    let colour = Tokens::from_context(ui).accent.text;
    let font = TextStyle::Body.resolve(ui.style());
    let galley = ui.painter().layout(label.to_owned(), font, colour, ui.max_rect().width());
    // As high as the buttons it stands in a row with.
    let size = galley.size().max(Vec2::new(0.0, space::CONTROL_HEIGHT));
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, label));
    let words = Rect::from_min_size(paint::middle(rect, rect.left(), galley.size().y), galley.size());
    if response.hovered() || response.has_focus() {
        let line = Stroke::new(space::HAIRLINE, colour);
        ui.painter().hline(words.x_range(), words.bottom(), line);
    }
    ui.painter().galley(words.min, galley, colour);
    paint::focus_ring(ui, &response, space::CONTROL_RADIUS);
    response.on_hover_cursor(egui::CursorIcon::PointingHand)
}
