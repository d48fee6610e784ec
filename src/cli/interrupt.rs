//! Ctrl-C: a wish to stop, which the work hears where stopping is safe. Nothing is ever killed in the middle.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Builder;

use crate::model::Kind;
use crate::progress::CancelToken;

/// The wish to stop, and whether there is anything that needs time to stop.
#[derive(Debug, Clone, Default)]
pub struct Interrupt {
    /// Heard by the work.
    pub cancel: CancelToken,
    /// A question waits for its answer, and nothing is under way.
    is_asking: Arc<AtomicBool>,
}

impl Interrupt {
    /// Hears Ctrl-C, and where the system has them, the requests to end of a closing terminal or a shutdown.
    pub(super) fn listen(&self) {
        let interrupt = self.clone();
        let heard = ctrlc::set_handler(move || {
            if interrupt.is_asking.load(Ordering::SeqCst) {
                // Waiting for a key cannot be called off; with nothing under way, ending is safe.
                say("");
                std::process::exit(Kind::Interrupted.exit_code().into());
            }
            let is_first = !interrupt.cancel.is_cancelled();
            interrupt.cancel.cancel();
            if is_first {
                say("Stopping safely…");
            }
        });
        // Without a handler Ctrl-C ends the process at once, which a transaction survives like a crash.
        heard.unwrap_or_else(|error| say(&format!("Ctrl-C can't stop this: {error}")));
    }

    /// Hears a line `stop` on standard input.
    pub(super) fn listen_to_input(&self) {
        self.listen_to_input_on(Builder::new().name("wish to stop".to_owned()));
    }

    fn listen_to_input_on(&self, thread: Builder) {
        let cancel = self.cancel.clone();
        let listen = move || {
            let mut lines = std::io::stdin().lines().map_while(Result::ok);
            if lines.any(|line| line.trim() == "stop") {
                cancel.cancel();
            }
        };
        // The work can be taken back when it is done; not being able to stop it is no reason to leave it undone.
        if let Err(error) = thread.spawn(listen) {
            say(&format!("This can't be stopped: {error}"));
        }
    }

    /// Waits for `answer` with nothing under way.
    pub(super) fn while_asking<T>(&self, answer: impl FnOnce() -> T) -> T {
        self.is_asking.store(true, Ordering::SeqCst);
        let answer = answer();
        self.is_asking.store(false, Ordering::SeqCst);
        answer
    }
}

/// Unlike `eprintln!` this survives a terminal that was closed, which is one of the reasons to be called.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::threads::refused;

    #[test]
    fn the_work_goes_on_when_nothing_can_listen() {
        let interrupt = Interrupt::default();
        interrupt.listen_to_input_on(refused());
        assert!(!interrupt.cancel.is_cancelled());
    }
}
