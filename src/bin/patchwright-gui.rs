//! Opens the window. The command line is `patchwright`; this program prints nothing unless no window comes up.
#![cfg_attr(windows, windows_subsystem = "windows")]

use std::path::PathBuf;
use std::process::ExitCode;

use eframe::Renderer;

fn main() -> ExitCode {
    let bundle = std::env::args_os().nth(1).map(PathBuf::from);
    match patchwright::gui::run(bundle, &renderers()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

/// The ways to draw, best first. `PATCHWRIGHT_RENDERER` names the only one, for machines where a driver fails in
/// a way that cannot be noticed.
fn renderers() -> Vec<Renderer> {
    let wish = std::env::var("PATCHWRIGHT_RENDERER").ok();
    match wish.and_then(|name| name.parse().ok()) {
        Some(renderer) => vec![renderer],
        None => vec![Renderer::Wgpu, Renderer::Glow],
    }
}

/// Says why there is no window: on the terminal, and in a box for those who started it with a click.
fn complain(error: &eframe::Error) {
    let text = format!(
        "The window cannot be opened: {error}\n\nThe command line does the same work: patchwright --help"
    );
    eprintln!("{text}");
    rfd::MessageDialog::new()
        .set_level(rfd::MessageLevel::Error)
        .set_title("Patchwright")
        .set_description(text)
        .show();
}
