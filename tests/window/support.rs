//! A window without a window: the same fonts and styles, and nothing of this machine.

use egui::{Role, Vec2};
use egui_kittest::kittest::NodeT;
use egui_kittest::{Harness, Node};
use patchwright::toolkit::theme::{self, Appearance, ChangeTokens, PaletteChoice, ThemeTokens};

use crate::gallery::Gallery;

/// The gallery in a window of `size` points.
pub fn window(
    size: Vec2,
    palette: ThemeTokens,
    changes: ChangeTokens,
    zoom: f32,
    gallery: Gallery,
) -> Harness<'static, Gallery> {
    let appearance = Appearance {
        palette: PaletteChoice::Always(palette),
        changes,
        calm_motion: true,
        ..Appearance::default()
    };
    Harness::builder()
        .with_size(size)
        .with_pixels_per_point(zoom)
        .with_theme(palette.theme())
        .with_context_setup(move |context| theme::set_up(context, &appearance))
        .build_ui_state(|ui, gallery: &mut Gallery| gallery.page_ui(ui), gallery)
}

/// The gallery, light, in a window tall enough for all of it.
pub fn tall_window() -> Harness<'static, Gallery> {
    window(egui::vec2(1024.0, 2600.0), ThemeTokens::Light, ChangeTokens::Standard, 1.0, Gallery::new())
}

/// What a screen reader is told, a line for each thing; what only holds others is left out.
pub fn told(node: &Node<'_>) -> String {
    let mut lines = Vec::new();
    tell(node, 0, &mut lines);
    lines.join("\n")
}

fn tell(node: &Node<'_>, depth: usize, lines: &mut Vec<String>) {
    let inner = node.accesskit_node();
    if inner.is_hidden() || inner.role() == Role::TextRun {
        return;
    }
    let label = inner.label().or(inner.value()).unwrap_or_default();
    let is_told = inner.role() != Role::GenericContainer || !label.is_empty();
    if is_told {
        let mut line = format!("{}{:?} {label:?}", "  ".repeat(depth), inner.role());
        let states = [
            (inner.is_disabled(), " disabled".to_owned()),
            (inner.toggled().is_some(), format!(" {:?}", inner.toggled())),
            (inner.numeric_value().is_some(), format!(" at {:?}", inner.numeric_value())),
            (inner.data().is_expanded().is_some(), format!(" open: {:?}", inner.data().is_expanded())),
        ];
        line.extend(states.into_iter().filter(|(applies, _)| *applies).map(|(_, words)| words));
        lines.push(line);
    }
    for child in node.children() {
        tell(&child, depth + usize::from(is_told), lines);
    }
}
