//! Opens the window. The command line is `patchwright`; this program prints nothing unless no window comes up.
#![cfg_attr(windows, windows_subsystem = "windows")]

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use eframe::Renderer;
use patchwright::gui::worker::WORKER_FLAG;
use patchwright::{cli, gui};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os();
    let own_name = arguments.next();
    let arguments: Vec<OsString> = arguments.collect();
    if arguments.first().is_some_and(|first| first == WORKER_FLAG) {
        return cli::run_for_window(own_name.into_iter().chain(arguments.into_iter().skip(1)));
    }
    let paths: Vec<PathBuf> = arguments.into_iter().map(PathBuf::from).collect();
    match gui::run(&paths, renderer_from_env()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error);
            ExitCode::FAILURE
        }
    }
}

/// `PATCHWRIGHT_RENDERER` names the only way to draw, for machines where a driver fails in a way that cannot be
/// noticed.
fn renderer_from_env() -> Option<Renderer> {
    std::env::var("PATCHWRIGHT_RENDERER").ok()?.parse().ok()
}

/// Says why there is no window: on the terminal, and in a box for those who started it with a click.
fn report(error: &eframe::Error) {
    let text =
        format!("Can't open the window: {error}\n\nThe command line does the same work: patchwright --help");
    eprintln!("{text}");
    rfd::MessageDialog::new()
        .set_level(rfd::MessageLevel::Error)
        .set_title("Patchwright")
        .set_description(text)
        .show();
}
