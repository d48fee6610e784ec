//! The ways to draw, best first, and what is done when one of them does not work on this machine.
//!
//! A driver that fails returns an error, and the next way is tried at once; one that takes the whole program down
//! leaves its mark behind, and the next start begins one way further down.

use std::sync::Arc;

use eframe::egui_wgpu::{WgpuSetup, WgpuSetupCreateNew};
use eframe::wgpu::{self, Adapter, DeviceType, Surface};
use eframe::{NativeOptions, Renderer};
use egui::IconData;

use super::icon;
use crate::present::words::{fill, widgets as words};
use crate::settings::Memory;

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
pub struct Tier(Renderer);

/// The ways to try, in order: only `wish` if there is one, else all but those that took the program down last time.
pub fn tiers(wish: Option<Renderer>, memory: &Memory) -> Vec<Tier> {
    if let Some(only) = wish {
        return vec![Tier(only)];
    }
    let all = [Tier(Renderer::Wgpu), Tier(Renderer::Glow)];
    let failed = memory.trial().and_then(|name| all.iter().position(|tier| tier.name() == name));
    match failed {
        // When the last one failed, too, it is time to begin again: drivers get mended.
        Some(index) if index + 1 < all.len() => all[index + 1..].to_vec(),
        _ => all.to_vec(),
    }
}

impl Tier {
    fn name(self) -> &'static str {
        match self.0 {
            Renderer::Wgpu => "wgpu",
            Renderer::Glow => "glow",
        }
    }

    /// Leaves the mark that is taken away when the first pictures were drawn.
    pub fn begin(self, memory: &Memory) -> Trial {
        memory.begin_trial(self.name());
        Trial { memory: memory.clone(), left: TRIAL_PICTURES }
    }

    /// How a window is opened that draws in this way.
    pub fn options(self) -> NativeOptions {
        let viewport = egui::ViewportBuilder::default()
            .with_app_id("patchwright")
            .with_icon(IconData { rgba: icon::rgba(ICON_SIDE), width: ICON_SIDE, height: ICON_SIDE })
            .with_drag_and_drop(true)
            .with_inner_size(FIRST_SIZE)
            .with_min_inner_size(SMALLEST);
        let mut options = NativeOptions { viewport, renderer: self.0, ..NativeOptions::default() };
        let mut setup = WgpuSetupCreateNew::without_display_handle();
        setup.native_adapter_selector = Some(Arc::new(choose_adapter));
        options.wgpu_options.wgpu_setup = WgpuSetup::CreateNew(setup);
        options
    }
}

/// A way to draw that has not proven itself yet.
pub struct Trial {
    memory: Memory,
    left: u32,
}

impl Trial {
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

/// Without these, an error of the graphics driver would end the program in the middle of a picture.
pub fn watch_for_trouble(creation: &eframe::CreationContext<'_>) {
    let Some(state) = &creation.wgpu_render_state else { return };
    let say = |what: String| eprintln!("{}", fill(words::DRIVER_TROUBLE, &[("what", &what)]));
    state.device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| say(error.to_string())));
    let context = creation.egui_ctx.clone();
    state.device.set_device_lost_callback(move |reason, message| {
        if reason != wgpu::DeviceLostReason::Destroyed {
            eprintln!("{}", fill(words::DEVICE_LOST, &[("what", &message)]));
            // Work goes on in its own process; a window that cannot draw any more is closed.
            context.send_viewport_cmd(egui::ViewportCommand::Close);
        }
    });
}

/// The adapter that draws most surely on `surface`. A window of text gains nothing from a strong graphics card, and
/// machines with two of them fail on that one.
fn choose_adapter(adapters: &[Adapter], surface: Option<&Surface<'_>>) -> Result<Adapter, String> {
    let can_draw = |adapter: &&Adapter| {
        // Some adapters of virtual machines are listed and can show nothing.
        surface.is_none_or(|surface| !surface.get_capabilities(adapter).formats.is_empty())
    };
    let best = adapters.iter().filter(can_draw).min_by_key(|adapter| rank(&adapter.get_info()));
    best.cloned().ok_or_else(|| words::PART_NO_ADAPTER.to_owned())
}

fn rank(info: &wgpu::AdapterInfo) -> u32 {
    // It says of itself that it is hardware, and is not.
    let is_software = info.name.contains("Basic Render Driver");
    match info.device_type {
        _ if is_software => 4,
        DeviceType::IntegratedGpu => 0,
        DeviceType::DiscreteGpu => 1,
        DeviceType::VirtualGpu => 2,
        DeviceType::Other => 3,
        DeviceType::Cpu => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(memory: &Memory) -> Vec<&'static str> {
        tiers(None, memory).into_iter().map(Tier::name).collect()
    }

    #[test]
    fn a_way_to_draw_that_took_the_program_down_is_left_out_once() {
        let place = tempfile::tempdir().expect("a folder");
        let memory = Memory::at(Some(place.path().to_owned()));
        assert_eq!(names(&memory), ["wgpu", "glow"]);
        let _crashed = Tier(Renderer::Wgpu).begin(&memory);
        assert_eq!(names(&memory), ["glow"]);
        let _crashed_too = Tier(Renderer::Glow).begin(&memory);
        assert_eq!(names(&memory), ["wgpu", "glow"], "then from the beginning");
        let mut trial = Tier(Renderer::Wgpu).begin(&memory);
        (0..TRIAL_PICTURES).for_each(|_| trial.passed());
        assert_eq!(names(&memory), ["wgpu", "glow"]);
        assert_eq!(memory.trial(), None);
    }
}
