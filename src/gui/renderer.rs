//! The ways to draw, best first, and what is done when one of them does not work on this machine.
//!
//! A driver that fails returns an error, and the next way is tried at once; one that takes the whole program down
//! leaves its mark behind, and the next start begins one way further down. How many ways there are depends on the
//! system that the program is built for.

use eframe::{NativeOptions, Renderer};
use egui::IconData;

use super::icon;
use crate::settings::SettingsFiles;

#[cfg_attr(any(windows, target_os = "macos"), path = "renderer/wgpu_first.rs")]
#[cfg_attr(not(any(windows, target_os = "macos")), path = "renderer/glow_alone.rs")]
mod system;

pub(crate) use system::watch_for_trouble;

/// Smallest window in which everything can be reached, in points.
const SMALLEST: [f32; 2] = [640.0, 480.0];
/// The window at its first start, in points: fits a screen of 1280×800.
const FIRST_SIZE: [f32; 2] = [1180.0, 740.0];
/// The icon of the window's frame, in pixels; larger ones are in the executable or the desktop file.
const ICON_SIDE: u32 = 64;
/// Pictures after which a way to draw counts as working.
const TRIAL_PICTURES: u32 = 2;

/// A way to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tier(Renderer);

/// The ways to try, in order: only `wish` if there is one, else all but those that took the program down last time.
pub(crate) fn tiers(wish: Option<Renderer>, memory: &SettingsFiles) -> Vec<Tier> {
    if let Some(only) = wish {
        return vec![Tier(only)];
    }
    let all: Vec<_> = system::RENDERERS.iter().copied().map(Tier).collect();
    let failed = memory.trial().and_then(|name| all.iter().position(|tier| tier.0.to_string() == name));
    without_failed(&all, failed)
}

/// The ways below the one that took the program down, which is at the place `failed`.
fn without_failed<T: Copy>(all: &[T], failed: Option<usize>) -> Vec<T> {
    match failed {
        // When the last one failed, too, it is time to begin again: drivers get mended.
        Some(index) if index + 1 < all.len() => all[index + 1..].to_vec(),
        _ => all.to_vec(),
    }
}

impl Tier {
    /// Leaves the mark that is taken away when the first pictures were drawn.
    pub fn begin(self, memory: &SettingsFiles) -> RendererTrial {
        memory.begin_trial(&self.0.to_string());
        RendererTrial { memory: memory.clone(), left: TRIAL_PICTURES }
    }

    /// How a window is opened that draws in this way.
    pub fn options(self, memory: &SettingsFiles) -> NativeOptions {
        let (settings, _) = memory.load();
        let viewport = egui::ViewportBuilder::default()
            .with_app_id("patchwright")
            .with_icon(IconData { rgba: icon::rgba(ICON_SIDE), width: ICON_SIDE, height: ICON_SIDE })
            .with_drag_and_drop(true)
            .with_inner_size(settings.window.unwrap_or(FIRST_SIZE))
            .with_maximized(settings.is_maximised)
            .with_min_inner_size(SMALLEST);
        let mut options = NativeOptions { viewport, renderer: self.0, ..NativeOptions::default() };
        system::configure(&mut options);
        options
    }
}

/// A way to draw that has not proven itself yet.
pub(crate) struct RendererTrial {
    memory: SettingsFiles,
    left: u32,
}

impl RendererTrial {
    /// A picture was drawn.
    pub fn passed(&mut self) {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 {
            self.memory.end_trial();
            // Once is enough.
            self.left = u32::MAX;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Recent, Settings};

    #[test]
    fn a_way_to_draw_that_took_the_program_down_is_left_out_once() {
        let all = ["best", "good", "last"];
        assert_eq!(without_failed(&all, None), all);
        assert_eq!(without_failed(&all, Some(0)), ["good", "last"]);
        assert_eq!(without_failed(&all, Some(1)), ["last"]);
        assert_eq!(without_failed(&all, Some(2)), all, "then from the beginning");
    }

    #[test]
    fn the_mark_of_a_way_to_draw_stays_until_pictures_were_drawn() {
        let place = tempfile::tempdir().expect("a folder");
        let memory = SettingsFiles::at(Some(place.path().to_owned()));
        let all = tiers(None, &memory);
        let best = all[0];
        let mut trial = best.begin(&memory);
        assert_eq!(memory.trial(), Some(best.0.to_string()));
        let next = if all.len() > 1 { all[1] } else { best };
        assert_eq!(tiers(None, &memory)[0], next, "as if that one had crashed");
        (0..TRIAL_PICTURES).for_each(|_| trial.passed());
        assert_eq!(memory.trial(), None);
        assert_eq!(tiers(None, &memory), all);
    }

    #[test]
    fn a_window_opens_as_large_as_it_was_closed() {
        let place = tempfile::tempdir().expect("a folder");
        let memory = SettingsFiles::at(Some(place.path().to_owned()));
        let opened = || tiers(None, &memory)[0].options(&memory).viewport;
        assert_eq!(opened().inner_size, Some(FIRST_SIZE.into()));
        let settings = Settings { window: Some([1200.0, 800.0]), is_maximised: true, ..Settings::default() };
        memory.save(&settings, &Recent::default()).expect("saved");
        assert_eq!((opened().inner_size, opened().maximized), (Some([1200.0, 800.0].into()), Some(true)));
    }

    #[test]
    fn a_wish_is_the_only_way_that_is_tried() {
        let memory = SettingsFiles::at(None);
        assert_eq!(tiers(Some(Renderer::Glow), &memory), [Tier(Renderer::Glow)]);
    }
}
