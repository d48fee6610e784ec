//! Pictures of every part, to be looked at: `cargo test --test window --features pictures pictures`.
//!
//! They are compared with those in `tests/window/pictures`; `UPDATE_SNAPSHOTS=1` takes new ones. Without any graphics driver,
//! not even one in software (lavapipe), the tests say so and pass.

use egui_kittest::{SnapshotOptions, SnapshotResults};
use patchwright::toolkit::theme::{ChangeTokens, ThemeTokens};

use crate::gallery::Gallery;
use crate::support::window;

/// The whole page in one picture.
const WHOLE_PAGE: egui::Vec2 = egui::vec2(1024.0, 2360.0);

#[test]
fn pictures_of_all_parts() {
    let options = SnapshotOptions::new().output_path("tests/window/pictures");
    let mut results = SnapshotResults::new();
    for (name, palette, changes) in [
        ("light", ThemeTokens::Light, ChangeTokens::Standard),
        ("dark", ThemeTokens::Dark, ChangeTokens::Standard),
        ("high_contrast", ThemeTokens::HighContrast, ChangeTokens::Standard),
        ("light_blue_orange", ThemeTokens::Light, ChangeTokens::BlueOrange),
    ] {
        let mut harness = window(WHOLE_PAGE, palette, changes, 1.0, Gallery::new());
        harness.state_mut().are_details_open = true;
        harness.run();
        if let Err(reason) = harness.render() {
            eprintln!("no picture was taken: {reason}");
            return;
        }
        results.add(harness.try_snapshot_options(format!("gallery_{name}"), &options));
    }
}
