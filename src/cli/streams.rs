//! Where a command reads answers from and prints to. In tests these are buffers.

use std::io::{self, BufRead, BufWriter, IsTerminal, Write};

use super::Interrupt;

/// The three streams of a program, and what is known about them.
pub struct Streams<'a> {
    /// Where a question is answered.
    pub input: &'a mut dyn BufRead,
    /// For answers.
    pub out: &'a mut (dyn Write + Send),
    /// For questions, failures and progress bars.
    pub err: &'a mut (dyn Write + Send),
    /// Which of them a person sits at.
    pub terminals: Terminals,
    /// Whether terminals may be given colours.
    pub colours: bool,
    /// Asks for something that must not be seen, such as a password.
    pub ask_secret: &'a dyn Fn(&str) -> io::Result<String>,
    /// The wish to stop.
    pub interrupt: Interrupt,
}

/// Which streams are terminals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Terminals {
    /// Somebody can answer.
    pub input: bool,
    /// Somebody reads the answers.
    pub out: bool,
    /// Somebody reads questions and failures.
    pub err: bool,
}

impl<'a> Streams<'a> {
    /// Those of a run that no person sits at.
    pub fn of_a_program(
        input: &'a mut dyn BufRead,
        out: &'a mut (dyn Write + Send),
        err: &'a mut (dyn Write + Send),
    ) -> Self {
        let (terminals, interrupt) = (Terminals::default(), Interrupt::default());
        let ask_secret = &|_: &str| Err(io::Error::from(io::ErrorKind::Unsupported));
        Self { input, out, err, terminals, colours: false, ask_secret, interrupt }
    }
}

impl Streams<'_> {
    /// Calls `work` with the streams of this process.
    pub(super) fn with_real<T>(work: impl FnOnce(&mut Streams<'_>) -> T) -> T {
        let terminals = Terminals {
            input: io::stdin().is_terminal(),
            out: io::stdout().is_terminal(),
            err: io::stderr().is_terminal(),
        };
        // On Windows a console has to be asked; a refusal shows as no support for colours.
        let asked = anstyle_query::windows::enable_ansi_colors().unwrap_or(true);
        let colours = asked && !anstyle_query::no_color() && anstyle_query::term_supports_ansi_color();
        let mut streams = Streams {
            input: &mut io::stdin().lock(),
            out: &mut BufWriter::new(io::stdout()),
            err: &mut io::stderr(),
            terminals,
            colours,
            ask_secret: &|question| rpassword::prompt_password(question),
            interrupt: Interrupt::default(),
        };
        work(&mut streams)
    }
}
