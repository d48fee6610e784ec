//! The command line. The window is `patchwright-gui`.

use std::process::ExitCode;

fn main() -> ExitCode {
    patchwright::cli::run(std::env::args_os())
}
