//! A window without a window: the same fonts and styles, and nothing of this machine.

use egui::Vec2;
use egui_kittest::Harness;
use patchwright::gui::theme::{self, Appearance, ChangeColours, Palette, PaletteChoice};

use crate::gallery::Gallery;

/// The gallery in a window of `size` points.
pub fn window(
    size: Vec2,
    palette: Palette,
    changes: ChangeColours,
    zoom: f32,
    gallery: Gallery,
) -> Harness<'static, Gallery> {
    let appearance =
        Appearance { palette: PaletteChoice::Always(palette), changes, zoom: 1.0, calm_motion: true };
    Harness::builder()
        .with_size(size)
        .with_pixels_per_point(zoom)
        .with_theme(palette.theme())
        .with_context_setup(move |context| theme::set_up(context, &appearance))
        .build_ui_state(|ui, gallery: &mut Gallery| gallery.page_ui(ui), gallery)
}

/// The gallery, light, in a window tall enough for all of it.
pub fn tall_window() -> Harness<'static, Gallery> {
    window(egui::vec2(1024.0, 2600.0), Palette::Light, ChangeColours::Standard, 1.0, Gallery::new())
}
