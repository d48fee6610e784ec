//! The command line: arguments to the workbench, answers to text or JSON.
//!
//! Each command is a file. It asks the workbench, and hands the answer to `render`, which knows how it looks; what
//! goes wrong on the way is worded by `report`. Nothing here reads or writes a file.

mod edits;
mod flags;
mod interrupt;
mod misread;
mod occasion;
mod progress;
mod reading;
mod scripts;
mod session;
mod streams;
mod verbs;

mod new;

mod edit;
mod make;

mod diff;
mod export;
mod show;
mod verify;

mod key;
mod review;
mod sign;

mod accept;
mod apply;
mod choose;
mod explain;
mod plan;
mod reapply;
mod reconcile;
mod recover;
mod rehearse;
mod repair;
mod rollback;
mod rollout;
mod toggle;

mod evidence;
mod fixed;
mod history;
mod identify;
mod metrics;
mod status;
mod support;

mod completions;
mod man;

mod render;

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

pub use interrupt::Interrupt;
pub use streams::{Streams, Terminals};
pub use verbs::command;

use crate::environment::Environment;
use crate::report::Report;
use crate::threads;
use crate::workbench::{Workbench, outlive_size_limit};
use session::Session;
use verbs::Arguments;

/// Runs the program on this machine, its folders and its terminal.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    outlive_size_limit();
    let workbench = Workbench::new(Environment::of_this_machine());
    let code = Streams::with_real(|streams| {
        let arguments = match parse(args, streams) {
            Ok(arguments) => arguments,
            Err(code) => return code,
        };
        // Whatever leaves no half-done work behind may simply be killed.
        if arguments.verb.needs_a_safe_stop() {
            streams.interrupt.listen();
        }
        carry_out(&workbench, arguments, streams)
    });
    ExitCode::from(code)
}

/// Runs the program for a window: a line `stop` on standard input is a wish to stop. When the input ends, the window
/// is gone, and the work goes on without it.
pub fn run_for_window(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    outlive_size_limit();
    let workbench = Workbench::new(Environment::of_this_machine());
    let (mut input, mut out, mut err) = (io::empty(), io::stdout(), io::sink());
    let mut streams = Streams::of_a_program(&mut input, &mut out, &mut err);
    streams.interrupt.listen();
    streams.interrupt.listen_to_input();
    ExitCode::from(run_with(&workbench, args, &mut streams))
}

/// Runs one command in this process and returns its exit code. `args` begins with the program's name.
pub fn run_with(
    workbench: &Workbench,
    args: impl IntoIterator<Item = OsString>,
    streams: &mut Streams<'_>,
) -> u8 {
    match parse(args, streams) {
        Ok(arguments) => carry_out(workbench, arguments, streams),
        Err(code) => code,
    }
}

/// What was asked for; the exit code when that is only help, or nothing that makes sense.
fn parse(args: impl IntoIterator<Item = OsString>, streams: &mut Streams<'_>) -> Result<Arguments, u8> {
    let args: Vec<OsString> = args.into_iter().collect();
    verbs::read(&args).map_err(|error| misread::explain(&error, &args, streams))
}

fn carry_out(workbench: &Workbench, arguments: Arguments, streams: &mut Streams<'_>) -> u8 {
    let Arguments { common, verb } = arguments;
    let changes_a_folder = verb.changes_a_folder();
    let mut session = Session::new(workbench, common, verb.of_run(), streams);
    let run = || {
        threads::start_pool_or_work_here();
        verb.run(&mut session)
    };
    let ending = catch_unwind(AssertUnwindSafe(run))
        .unwrap_or_else(|fault| Err(Report::fault(&threads::said(&*fault), changes_a_folder).into()));
    session.end(ending)
}

type Result<T, E = session::Stop> = std::result::Result<T, E>;
