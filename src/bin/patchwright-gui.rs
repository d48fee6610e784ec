//! Opens the window. The command line is `patchwright`; this program prints nothing unless no window comes up, or somebody
//! asks what it is.
#![cfg_attr(windows, windows_subsystem = "windows")]

use std::ffi::{OsStr, OsString};
use std::io::Write;
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
    if let Some(said) = arguments.first().and_then(|first| answer_to(first)) {
        say(&said);
        return ExitCode::SUCCESS;
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

/// What is said to whoever asks for help or the version instead of naming what to open; a file of such a name is `./--help`.
fn answer_to(argument: &OsStr) -> Option<String> {
    match argument.to_str()? {
        "--help" | "-h" => Some(
            "Open the window of Patchwright\n\nUsage: patchwright-gui [PATH]...\n\n\
             PATH: patch files and folders to open\n\n\
             The command line does the same work: patchwright --help"
                .to_owned(),
        ),
        "--version" | "-V" => Some(format!("patchwright-gui {}", env!("PATCHWRIGHT_BUILD"))),
        _ => None,
    }
}

/// Says it on the terminal; on Windows, where this program has none, in a box.
fn say(text: &str) {
    match cfg!(windows) {
        true => show(rfd::MessageLevel::Info, text),
        // Nobody is left to be told when the terminal is gone.
        false => drop(writeln!(std::io::stdout(), "{text}")),
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
    show(rfd::MessageLevel::Error, &text);
}

fn show(level: rfd::MessageLevel, text: &str) {
    rfd::MessageDialog::new().set_level(level).set_title("Patchwright").set_description(text).show();
}
