//! The icon of the program.

/// The icon for the window's frame.
pub fn window_icon() -> egui::IconData {
    egui::IconData::default()
}
