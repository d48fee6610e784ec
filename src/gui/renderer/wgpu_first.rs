//! Drawing on Windows and macOS: wgpu on the system's own interface, and OpenGL where that fails.

use std::sync::Arc;

use eframe::egui_wgpu::{WgpuSetup, WgpuSetupCreateNew};
use eframe::wgpu::{self, Adapter, DeviceType, Surface};
use eframe::{CreationContext, NativeOptions, Renderer};

use crate::words::{fill, widgets as words};

/// Every way to draw, best first.
pub(crate) const RENDERERS: &[Renderer] = &[Renderer::Wgpu, Renderer::Glow];

/// Has wgpu take the adapter that draws most surely.
pub(crate) fn configure(options: &mut NativeOptions) {
    let mut setup = WgpuSetupCreateNew::without_display_handle();
    setup.native_adapter_selector = Some(Arc::new(choose_adapter));
    options.wgpu_options.wgpu_setup = WgpuSetup::CreateNew(setup);
}

/// Without these, an error of the graphics driver would end the program in the middle of a picture.
pub(crate) fn watch_for_trouble(creation: &CreationContext<'_>) {
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
