//! What egui's own parts (fields, scroll bars, menus) look like, so that they fit to ours.

use egui::style::{ScrollAnimation, ScrollFadeStyle, ScrollStyle, Selection, WidgetVisuals, Widgets};
use egui::{CornerRadius, Margin, Shadow, Stroke, Style, Vec2, Visuals};

use super::tokens::{ThemeTokens, Tokens};
use super::{space, text};

/// Motion that explains takes this long, in seconds; more would be waiting.
const MOTION_SECONDS: f32 = 0.1;

/// Everything but the colours.
pub(super) fn set_sizes(style: &mut Style, calm_motion: bool, code_size: f32) {
    style.text_styles = text::styles(code_size).into();
    let spacing = &mut style.spacing;
    spacing.item_spacing = Vec2::splat(space::SMALL);
    spacing.button_padding = Vec2::new(space::MEDIUM, space::TINY);
    spacing.interact_size.y = space::CONTROL_HEIGHT;
    spacing.menu_margin = Margin::same(space::TINY as i8);
    spacing.window_margin = Margin::same(space::LARGE as i8);
    spacing.indent = space::LARGE;
    spacing.tooltip_width = space::READING_WIDTH;
    spacing.scroll = scroll_style();
    // Over remote desktop every moving thing costs a picture, and each step of it looks broken.
    style.animation_time = if calm_motion { 0.0 } else { MOTION_SECONDS };
    style.scroll_animation = ScrollAnimation::none();
    style.explanation_tooltips = false;
    style.interaction.tooltip_delay = 0.3;
    style.interaction.selectable_labels = true;
}

/// A bar with a place of its own: one that floats covers the last column, and a faded edge the first and last row.
fn scroll_style() -> ScrollStyle {
    let mut scroll = ScrollStyle::solid();
    scroll.bar_width = space::SMALL + 2.0;
    scroll.handle_min_length = space::WIDE;
    scroll.bar_inner_margin = space::TINY;
    scroll.fade = ScrollFadeStyle { strength: 0.0, ..scroll.fade };
    scroll.kinetic.rubber_band = false;
    scroll
}

/// The colours.
pub(super) fn visuals(palette: ThemeTokens, tokens: &Tokens) -> Visuals {
    let mut visuals = match palette {
        ThemeTokens::Light => Visuals::light(),
        ThemeTokens::Dark | ThemeTokens::HighContrast => Visuals::dark(),
    };
    let [page, card, raised] = tokens.surfaces;
    let line = Stroke::new(space::HAIRLINE, tokens.outline);
    visuals.override_text_color = Some(tokens.text);
    visuals.weak_text_color = Some(tokens.muted);
    visuals.widgets = widgets(tokens);
    visuals.selection =
        Selection { bg_fill: tokens.selection, stroke: Stroke::new(space::FOCUS_WIDTH, tokens.focus) };
    visuals.hyperlink_color = tokens.accent.text;
    visuals.faint_bg_color = raised;
    visuals.extreme_bg_color = page;
    visuals.text_edit_bg_color = Some(card);
    visuals.code_bg_color = raised;
    visuals.warn_fg_color = tokens.caution.text;
    visuals.error_fg_color = tokens.danger.text;
    visuals.panel_fill = page;
    visuals.window_fill = card;
    visuals.window_stroke = line;
    visuals.window_corner_radius = CornerRadius::same(space::CARD_RADIUS);
    visuals.menu_corner_radius = CornerRadius::same(space::CONTROL_RADIUS);
    visuals.window_shadow = Shadow::NONE;
    visuals.popup_shadow = Shadow::NONE;
    visuals.text_cursor.stroke = Stroke::new(space::FOCUS_WIDTH, tokens.text);
    visuals.text_cursor.blink = false;
    visuals.image_loading_spinners = false;
    visuals.indent_has_left_vline = false;
    visuals
}

fn widgets(tokens: &Tokens) -> Widgets {
    let [_, card, raised] = tokens.surfaces;
    let edge = tokens.edge;
    let base = |fill, text, stroke| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: stroke,
        corner_radius: CornerRadius::same(space::CONTROL_RADIUS),
        fg_stroke: Stroke::new(space::HAIRLINE, text),
        // What grows under the pointer moves its neighbours.
        expansion: 0.0,
    };
    let line = |colour| Stroke::new(space::HAIRLINE, colour);
    Widgets {
        noninteractive: base(card, tokens.text, line(tokens.outline)),
        // Scroll bars take the fill of these three for their handle: it has to stand out from the page.
        inactive: WidgetVisuals { bg_fill: edge, ..base(raised, tokens.text, line(edge)) },
        hovered: WidgetVisuals { bg_fill: tokens.muted, ..base(raised, tokens.text, line(tokens.muted)) },
        active: WidgetVisuals {
            bg_fill: tokens.accent.fill,
            ..base(tokens.accent.surface, tokens.text, line(tokens.focus))
        },
        open: base(raised, tokens.text, line(tokens.muted)),
    }
}
