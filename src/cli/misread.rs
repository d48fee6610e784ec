//! What is said about a command line that can't be read: help, the version, or what is wrong with it.

use std::ffi::OsString;

use super::Streams;
use super::render::{answer, json};
use super::session::Outcome;
use crate::model::Kind;
use crate::report::Report;
use crate::text::escape_text;

/// Prints what the reader of the arguments has to say: help, the version, or what is wrong.
pub(super) fn explain(error: &clap::Error, args: &[OsString], streams: &mut Streams<'_>) -> u8 {
    let is_no_colour = |arg: &OsString| arg == "--no-color";
    let colours = streams.colours && !args.iter().any(is_no_colour);
    // It quotes what was typed, or pasted. Where that hides something, colours are of no importance.
    let plain = error.render().to_string();
    let safe = escape_text(&plain);
    let rendered = |terminal: bool| match colours && terminal && safe == plain {
        true => error.render().ansi().to_string(),
        false => safe.clone().into_owned(),
    };
    let next = help_of(args);
    // Nobody is left to be told when this fails.
    if !error.use_stderr() {
        let _ = write!(streams.out, "{}", rendered(streams.terminals.out)).and_then(|()| streams.out.flush());
        return 0;
    }
    let has = |flag: &str| args.iter().any(|arg| arg.to_str().is_some_and(|arg| arg == flag));
    if has("--json") || has("--progress") || has("--progress=json") {
        // What is missing or was meant stands in the lines up to the next empty one.
        let said: Vec<&str> = plain.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
        let report = Report::usage(said.join(" ").trim_start_matches("error: "))
            .hint(format!("See the options and examples: {next}"));
        let compact = !has("--json") || has("--progress") || has("--progress=json");
        let document =
            json::document(None, Outcome::Not(report.kind), &answer::Failure::new(&report), compact);
        let _ = streams.out.write_all(document.as_bytes()).and_then(|()| streams.out.flush());
    } else {
        let said = rendered(streams.terminals.err);
        let said = said.split(CLAPS_NEXT_STEP).next().unwrap_or_default().trim_end();
        let step = format!("Nothing was changed.\nNext: See the options and examples: {next}");
        let _ = writeln!(streams.err, "{said}\n\n{step}");
    }
    Kind::Usage.exit_code()
}

/// What clap says at the end, where a step that fits the command is better.
const CLAPS_NEXT_STEP: &str = "For more information, try";

/// The command that explains what was typed, as far as it is one.
fn help_of(args: &[OsString]) -> String {
    let mut command = super::command();
    let mut shown = "patchwright help".to_owned();
    for word in args.iter().skip(1).filter_map(|word| word.to_str()) {
        if let Some(verb) = command.find_subcommand(word) {
            shown.push_str(&format!(" {}", verb.get_name()));
            command = verb.clone();
        }
    }
    shown
}
