//! One run of the program: who is asked, how answers are printed, and what the exit code is.

use std::io::{self, BufRead, Write};
use std::path::Path;

use serde::Serialize;

use super::flags::Common;
use super::progress::{ProgressLines, TerminalProgress};
use super::render::{Detail, Style, answer, json, text};
use super::{Result, Streams};
use crate::progress::{Progress, Quiet};
use crate::report::Report;
use crate::workbench::{self, Error, Password, Watch, Workbench};
pub(super) use answer::Outcome;

/// One run of the program.
pub(super) struct Session<'s, 'io> {
    workbench: Workbench,
    streams: &'s mut Streams<'io>,
    common: Common,
    verb: VerbOfRun,
}

/// What a run knows of its verb.
#[derive(Debug, Clone, Copy)]
pub(super) struct VerbOfRun {
    /// As it is typed.
    pub name: &'static str,
    pub changes_a_folder: bool,
}

/// Why a command gave no answer.
#[derive(Debug)]
pub(super) enum Stop {
    /// It failed.
    Failed(Box<Report>),
    /// It ended as it says, but the answer could not be printed.
    Unheard(Outcome, io::Error),
}

impl From<Report> for Stop {
    fn from(report: Report) -> Self {
        Stop::Failed(Box::new(report))
    }
}

/// How answers are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OutputForm {
    Text,
    /// One document, over several lines.
    Json,
    /// One document on one line, the last one.
    JsonLine,
}

impl OutputForm {
    fn new(common: &Common) -> Self {
        match (common.progress.is_some(), common.json) {
            (true, _) => OutputForm::JsonLine,
            (false, true) => OutputForm::Json,
            (false, false) => OutputForm::Text,
        }
    }
}

impl<'s, 'io> Session<'s, 'io> {
    pub fn new(
        workbench: &Workbench,
        common: Common,
        verb: VerbOfRun,
        streams: &'s mut Streams<'io>,
    ) -> Self {
        Self { workbench: workbench.clone(), streams, common, verb }
    }

    /// The workbench, for questions that are answered at once.
    pub fn workbench(&self) -> Workbench {
        self.workbench.clone()
    }

    pub(crate) fn is_json(&self) -> bool {
        OutputForm::new(&self.common) != OutputForm::Text
    }

    pub(crate) fn is_verbose(&self) -> bool {
        self.common.verbose
    }

    /// How much of a long list stands above a question.
    pub(crate) fn detail(&self) -> Detail {
        if self.common.verbose { Detail::Full } else { Detail::Short }
    }

    /// Whether answers go to a person's terminal.
    pub(crate) fn is_read_on_a_terminal(&self) -> bool {
        self.streams.terminals.out
    }

    /// How text looks where the answers go.
    pub fn style(&self) -> Style {
        self.style_on(self.streams.terminals.out)
    }

    fn style_on(&self, terminal: bool) -> Style {
        Style::new(terminal && self.streams.colours && !self.common.no_color)
    }

    /// Does slow work, with progress shown and a wish to stop heard.
    pub fn watch<T>(
        &mut self,
        work: impl FnOnce(&Workbench, Watch<'_>) -> workbench::Result<T>,
    ) -> workbench::Result<T> {
        let cancel = self.streams.interrupt.cancel.clone();
        let has_bar = self.streams.terminals.err && !self.common.quiet && !self.is_json();
        let progress: Box<dyn Progress + '_> = match OutputForm::new(&self.common) {
            OutputForm::JsonLine => Box::new(ProgressLines::new(self.streams.out)),
            _ if has_bar => Box::new(TerminalProgress::new()),
            _ => Box::new(Quiet),
        };
        work(&self.workbench, Watch { progress: &*progress, cancel: &cancel })
    }

    /// Whether somebody is still to be asked.
    pub fn asks(&self) -> bool {
        !self.common.yes
    }

    /// Whether somebody is to be asked and is there.
    pub(crate) fn can_ask(&self) -> bool {
        self.asks() && self.streams.terminals.input && self.streams.terminals.err
    }

    /// Asks `question` below `preview`, unless it is answered already. Anything but a yes stops the command.
    pub fn ask(&mut self, preview: impl FnOnce(Style) -> String, question: &str) -> Result<()> {
        if !self.asks() {
            return Ok(());
        }
        let terminals = self.streams.terminals;
        if !(terminals.input && terminals.err) {
            return Err(Report::cannot_ask().into());
        }
        let style = self.style_on(true);
        let text = preview(style);
        let asked = format!("{}\n\n{question} [y/N] ", text.trim_end());
        let Streams { input, err, interrupt, .. } = &mut *self.streams;
        let answer = write!(err, "{}", style.printable(&asked))
            .and_then(|()| err.flush())
            .and_then(|()| interrupt.while_asking(|| read_answer(&mut **input)));
        match answer {
            Ok(true) => Ok(()),
            Ok(false) => Err(Report::declined().into()),
            Err(_) => Err(Report::cannot_ask().into()),
        }
    }

    /// Asks for one word, which nobody has to give: no answer is an empty one.
    pub(crate) fn ask_for_a_word(&mut self, question: &str) -> Result<String> {
        let asked = self.style_on(true).printable(question);
        let Streams { input, err, interrupt, .. } = &mut *self.streams;
        let answer = write!(err, "{asked} ")
            .and_then(|()| err.flush())
            .and_then(|()| interrupt.while_asking(|| read_word(&mut **input)));
        answer.map_err(|_| Report::cannot_ask().into())
    }

    /// Asks for a password, or reads it from the first line of `file`.
    pub fn password(&mut self, question: &str, file: Option<&Path>) -> Result<Password> {
        let terminals = self.streams.terminals;
        let read = match file {
            Some(file) => self.workbench.read_password(file).without_folder()?,
            None if terminals.input && terminals.err => {
                let asked = (self.streams.ask_secret)(question);
                Password::new(asked.map_err(|_| Report::cannot_ask_secret())?)
            }
            None => return Err(Report::cannot_ask_secret().into()),
        };
        Ok(read)
    }

    /// Tells what is there, or that work is done.
    pub fn answer<A: Serialize>(
        &mut self,
        text: impl FnOnce(Style) -> String,
        json: impl FnOnce() -> A,
    ) -> Result<Outcome> {
        self.answer_as(Outcome::Done, text, json)
    }

    /// Tells what is there, or how work ended. With `--quiet`, what is as it was asked for is told to programs only.
    pub(crate) fn answer_as<A: Serialize>(
        &mut self,
        ending: Outcome,
        text: impl FnOnce(Style) -> String,
        json: impl FnOnce() -> A,
    ) -> Result<Outcome> {
        let told = match OutputForm::new(&self.common) {
            OutputForm::Text if matches!(ending, Outcome::Not(_)) => self.print_text(text),
            OutputForm::Text => self.say(text),
            form => self.print(self.document(ending, &json(), form).as_bytes()),
        };
        told.map_err(|error| Stop::Unheard(ending, error))?;
        Ok(ending)
    }

    /// Answers a program, whatever form was asked for otherwise.
    pub(crate) fn answer_to_a_program<A: Serialize>(&mut self, answer: &A) -> Result<Outcome> {
        let form = if OutputForm::new(&self.common) == OutputForm::JsonLine {
            OutputForm::JsonLine
        } else {
            OutputForm::Json
        };
        self.hand_over(self.document(Outcome::Done, answer, form).as_bytes())
    }

    /// Prints a piece of an answer for people, unless they want to hear nothing.
    pub fn say(&mut self, text: impl FnOnce(Style) -> String) -> io::Result<()> {
        if self.common.quiet { Ok(()) } else { self.print_text(text) }
    }

    fn print_text(&mut self, text: impl FnOnce(Style) -> String) -> io::Result<()> {
        let style = self.style();
        let text = text(style);
        let printable = style.printable(&text);
        debug_assert_eq!(printable, text, "whoever wrote this text forgot to escape a part of it");
        self.print(printable.as_bytes())
    }

    /// Hands a document to a program, as it is.
    pub(crate) fn hand_over(&mut self, document: &[u8]) -> Result<Outcome> {
        self.print(document).map_err(|error| Stop::Unheard(Outcome::Done, error))?;
        Ok(Outcome::Done)
    }

    /// Prints a piece of an answer for a program, as it is.
    pub fn print(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.streams.out.write_all(bytes)
    }

    fn document(&self, outcome: Outcome, answer: &impl Serialize, form: OutputForm) -> String {
        json::document(Some(self.verb.name), outcome, answer, form == OutputForm::JsonLine)
    }

    /// The document that programs read, for a file.
    pub(crate) fn document_for_a_file(&self, outcome: Outcome, answer: &impl Serialize) -> String {
        self.document(outcome, answer, OutputForm::Json)
    }

    /// Prints what is left to say and returns the exit code.
    pub fn end(mut self, ending: Result<Outcome>) -> u8 {
        let ending = ending.and_then(|ending| match self.streams.out.flush() {
            Ok(()) => Ok(ending),
            Err(error) => Err(Stop::Unheard(ending, error)),
        });
        match ending {
            Ok(ending) => ending.exit_code(),
            Err(Stop::Failed(report)) => self.tell_failure(&report),
            // A reader who has seen enough, such as `head`.
            Err(Stop::Unheard(ending, error)) if error.kind() == io::ErrorKind::BrokenPipe => {
                ending.exit_code()
            }
            Err(Stop::Unheard(ending, error)) => {
                let failed = self.tell_failure_as_text(&Report::output(&error));
                // What was changed stays changed, whether anybody hears of it or not.
                if self.verb.changes_a_folder { ending.exit_code() } else { failed }
            }
        }
    }

    fn tell_failure(&mut self, report: &Report) -> u8 {
        let form = OutputForm::new(&self.common);
        if form == OutputForm::Text {
            return self.tell_failure_as_text(report);
        }
        let document = self.document(Outcome::Not(report.kind), &answer::Failure::new(report), form);
        // The exit code says the same to whoever cannot be told.
        let _ = self.print(document.as_bytes()).and_then(|()| self.streams.out.flush());
        report.kind.exit_code()
    }

    fn tell_failure_as_text(&mut self, report: &Report) -> u8 {
        let style = self.style_on(self.streams.terminals.err);
        // As above.
        let told = text::failure(report, self.detail(), style);
        let _ = self.streams.err.write_all(style.printable(&told).as_bytes());
        report.kind.exit_code()
    }
}

/// A yes, or anything else. The end of the input is no answer, and no yes either.
fn read_answer(input: &mut dyn BufRead) -> io::Result<bool> {
    Ok(["y", "yes"].contains(&read_word(input)?.as_str()))
}

/// What was typed, in small letters.
fn read_word(input: &mut dyn BufRead) -> io::Result<String> {
    /// Longest answer that is read, in bytes.
    const MAX_ANSWER: u64 = 100;
    let mut answer = String::new();
    io::Read::take(input, MAX_ANSWER).read_line(&mut answer)?;
    Ok(answer.trim().to_ascii_lowercase())
}

/// Turns an error of the workbench into one that ends the command.
pub(super) trait InFolder<T> {
    /// `folder` is named in hints.
    fn in_folder(self, folder: &Path) -> Result<T>;
    /// For commands without a folder.
    fn without_folder(self) -> Result<T>;
}

impl<T> InFolder<T> for workbench::Result<T> {
    fn in_folder(self, folder: &Path) -> Result<T> {
        self.map_err(|error: Error| Report::from_error(&error, Some(folder)).into())
    }

    fn without_folder(self) -> Result<T> {
        self.map_err(|error: Error| Report::from_error(&error, None).into())
    }
}
