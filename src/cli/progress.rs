//! Shows how far work has come: as a bar for a person, as lines for a program.

use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::progress::{HowFar, Phase, Progress};

/// Work that takes less shows no bar: a flash would only unsettle.
const PATIENCE: Duration = Duration::from_millis(400);

/// Pause between two lines for a program.
const PAUSE: Duration = Duration::from_millis(100);

/// A bar on standard error.
pub(super) struct TerminalProgress {
    bar: ProgressBar,
    begun: Instant,
}

impl TerminalProgress {
    pub fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let style =
            ProgressStyle::with_template("{msg:26} [{bar:30}] {percent:>3}%").expect("a good template");
        bar.set_style(style.progress_chars("=> "));
        Self { bar, begun: Instant::now() }
    }

    fn show_if_it_takes_long(&self) {
        if self.bar.is_hidden() && self.begun.elapsed() > PATIENCE {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }
}

impl Progress for TerminalProgress {
    fn begin(&self, phase: Phase, total: u64) {
        self.bar.set_message(phase.sentence());
        self.bar.set_length(total);
        self.bar.set_position(0);
        self.show_if_it_takes_long();
    }

    fn advance(&self, amount: u64) {
        self.bar.inc(amount);
        self.show_if_it_takes_long();
    }
}

impl Drop for TerminalProgress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// One JSON object per line: `{"progress":"preparing","done":0,"total":4096}`. A phase begins with a line, and
/// further ones follow at most ten times a second.
pub(super) struct ProgressLines<'a> {
    out: Mutex<Printer<'a>>,
    done: AtomicU64,
}

struct Printer<'a> {
    out: &'a mut (dyn Write + Send),
    phase: Phase,
    total: u64,
    last: Instant,
}

impl<'a> ProgressLines<'a> {
    pub fn new(out: &'a mut (dyn Write + Send)) -> Self {
        let printer = Printer { out, phase: Phase::Reading, total: 0, last: Instant::now() };
        Self { out: Mutex::new(printer), done: AtomicU64::new(0) }
    }
}

impl Progress for ProgressLines<'_> {
    fn begin(&self, phase: Phase, total: u64) {
        let Ok(mut printer) = self.out.lock() else { return };
        self.done.store(0, Ordering::Relaxed);
        (printer.phase, printer.total) = (phase, total);
        printer.print(0);
    }

    fn advance(&self, amount: u64) {
        let done = self.done.fetch_add(amount, Ordering::Relaxed) + amount;
        // Whoever finds somebody else printing has nothing to add.
        if let Ok(mut printer) = self.out.try_lock()
            && printer.last.elapsed() >= PAUSE
        {
            printer.print(done);
        }
    }
}

impl Printer<'_> {
    fn print(&mut self, done: u64) {
        self.last = Instant::now();
        let how_far = HowFar { phase: self.phase, done: done.min(self.total), total: self.total };
        let line = serde_json::to_string(&how_far).expect("three plain fields");
        // A reader who went away must not stop a change that is under way.
        let _ = writeln!(self.out, "{line}").and_then(|()| self.out.flush());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_at_the_start_of_a_phase_and_then_seldom() {
        let mut out = Vec::new();
        let lines = ProgressLines::new(&mut out);
        lines.begin(Phase::Preparing, 1000);
        (0..1000).for_each(|_| lines.advance(1));
        lines.begin(Phase::Changing, 3);
        let text = String::from_utf8(out).expect("text");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], r#"{"progress":"preparing","done":0,"total":1000}"#);
        assert_eq!(lines.last(), Some(&r#"{"progress":"changing","done":0,"total":3}"#));
        assert!(lines.len() < 10, "{}", lines.len());
    }
}
