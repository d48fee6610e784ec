//! The command line in this process: what is typed, what is printed, and the exit code.

use std::ffi::OsString;
use std::fmt;
use std::io::{self, BufRead, Cursor, Read};
use std::path::Path;
use std::sync::Arc;

use patchwright::cli::{Interrupt, Streams, Terminals, run_with};
use patchwright::disk::fs::{Fs, OsFs};
use patchwright::environment::Environment;
use patchwright::workbench::Workbench;

use super::ended;
use super::sandbox::{Sandbox, order};

/// The same moment, user and machine every time, the platform too, so that whole outputs can be compared.
pub fn fixed_environment() -> Environment {
    let now = "2026-11-23T09:30:00Z".parse().expect("a good time");
    Environment::fixed(now, "ada", "server", "linux/x86_64")
}

/// A terminal, or a script, in front of a sandbox.
pub struct Console<'a> {
    sandbox: &'a Sandbox,
    workbench: Workbench,
    terminals: Terminals,
    colours: bool,
    typed: String,
    /// What somebody else does while a question waits for its answer.
    meanwhile: Option<Box<dyn Fn() + 'a>>,
    interrupt: Interrupt,
}

/// What a command did.
pub struct Run {
    pub code: u8,
    pub out: String,
    pub err: String,
}

impl<'a> Console<'a> {
    /// A script: nobody answers, nothing is a terminal.
    pub fn new(sandbox: &'a Sandbox) -> Self {
        Self {
            sandbox,
            workbench: Workbench::new(fixed_environment()),
            terminals: Terminals::default(),
            colours: false,
            typed: String::new(),
            meanwhile: None,
            interrupt: Interrupt::default(),
        }
    }

    /// A person at a terminal, who answers a question with `typed`.
    pub fn answering(mut self, typed: &str) -> Self {
        self.terminals = Terminals { input: true, out: true, err: true };
        self.typed = format!("{typed}\n");
        self
    }

    /// Somebody else does this while the first question waits for its answer.
    pub fn meanwhile(mut self, does: impl Fn() + 'a) -> Self {
        self.meanwhile = Some(Box::new(does));
        self
    }

    /// A terminal with colours.
    pub fn in_colour(mut self) -> Self {
        self.colours = true;
        self
    }

    /// Keys, rules and what was seen of folders are kept in the sandbox.
    pub fn with_keys(self) -> Self {
        self.with_settings("settings")
    }

    /// The same in this folder: another person, or another machine.
    pub fn with_settings(mut self, folder: &str) -> Self {
        let place = |name: &str| Some(self.sandbox.path(name));
        let mut environment = fixed_environment();
        environment.trust_file = place(&format!("{folder}/trust.toml"));
        environment.machine_trust_file = place("machine/trust.toml");
        environment.keys_folder = place(&format!("{folder}/keys"));
        environment.seen_file = place(&format!("{folder}/seen.json"));
        self.workbench = Workbench::new(environment);
        self
    }

    /// Nothing is remembered, as for an account without a home.
    #[cfg(unix)]
    pub fn without_memory(mut self) -> Self {
        let mut environment = self.workbench.environment().clone();
        environment.seen_file = None;
        self.workbench = Workbench::new(environment);
        self
    }

    /// At another moment.
    pub fn at(mut self, moment: &str) -> Self {
        let now: jiff::Timestamp = moment.parse().expect("a good time");
        self.workbench = Workbench::new(self.workbench.environment().clone().with_clock(move || now));
        self
    }

    /// Somebody else at the same machine.
    pub fn by_user(mut self, name: &str) -> Self {
        let mut environment = self.workbench.environment().clone();
        name.clone_into(&mut environment.user);
        self.workbench = Workbench::new(environment);
        self
    }

    /// Ctrl-C was pressed already.
    pub fn interrupted(self) -> Self {
        self.interrupt.cancel.cancel();
        self
    }

    /// Ctrl-C is pressed half a second after a file has this content.
    pub fn interrupted_once(self, path: &str, content: &'static str) -> Self {
        let (cancel, path) = (self.interrupt.cancel.clone(), self.sandbox.path(path));
        let wait = move || {
            for _ in 0..12_000 {
                if std::fs::read_to_string(&path).is_ok_and(|now| now == content) {
                    std::thread::sleep(std::time::Duration::from_millis(500));
                    return cancel.cancel();
                }
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
        };
        std::thread::Builder::new().name("Ctrl-C".to_owned()).spawn(wait).expect("a thread");
        self
    }

    /// Disks go through `wrap`.
    pub fn with_disks(mut self, wrap: impl Fn(Arc<dyn Fs>) -> Arc<dyn Fs> + Send + Sync + 'static) -> Self {
        let open = move |path: &Path| Ok(wrap(Arc::new(OsFs::open(path).expect("a folder of the sandbox"))));
        self.workbench = Workbench::with_disks(self.workbench.environment().clone(), Arc::new(open));
        self
    }

    /// Runs a command. Words are separated by spaces; `$` in one stands for the sandbox.
    pub fn run(&self, command: &str) -> Run {
        let root = self.root();
        self.run_words(command.split_whitespace().map(|word| word.replace('$', &root).into()))
    }

    fn root(&self) -> String {
        let root = self.sandbox.path("");
        root.to_str().expect("a plain name").trim_end_matches(['/', '\\']).to_owned()
    }

    /// Runs a command whose words may be anything that a system takes.
    pub fn run_words(&self, words: impl IntoIterator<Item = OsString>) -> Run {
        let args = std::iter::once("patchwright".into()).chain(words);
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut streams = Streams {
            input: &mut Answers {
                typed: Cursor::new(self.typed.clone()),
                meanwhile: self.meanwhile.as_deref(),
            },
            out: &mut out,
            err: &mut err,
            terminals: self.terminals,
            colours: self.colours,
            ask_secret: &|_| {
                self.meanwhile.iter().for_each(|does| does());
                Ok("correct horse".to_owned())
            },
            interrupt: self.interrupt.clone(),
        };
        let code = run_with(&self.workbench, args, &mut streams);
        let text = |bytes: Vec<u8>| as_everywhere(&String::from_utf8(bytes).expect("text"), &self.root());
        let run = Run { code, out: text(out), err: text(err) };
        ended::note(&run);
        run
    }

    /// Runs a command that has to do what it says.
    pub fn done(&self, command: &str) -> Run {
        let run = self.run(command);
        assert_eq!(run.code, 0, "{command}\n{run}");
        run
    }

    /// Makes the patch ONE-1 from `v0` to `v1`, and TWO-2 on top of it, to `v2`.
    pub fn makes_one_on_top_of_the_other(&self) {
        for (id, from, to) in [("ONE-1", "v0", "v1"), ("TWO-2", "v1", "v2")] {
            self.sandbox.write(&format!("{id}.toml"), &order(id, "", ""));
            let files = format!("--order $/{id}.toml --output $/{id}.patchbundle");
            self.done(&format!("make --from $/{from} --to $/{to} {files}"));
        }
    }
}

/// What is typed, after what somebody else does before the first key.
struct Answers<'a> {
    typed: Cursor<String>,
    meanwhile: Option<&'a dyn Fn()>,
}

impl Read for Answers<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.fill_buf()?;
        self.typed.read(buffer)
    }
}

impl BufRead for Answers<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if let Some(does) = self.meanwhile.take() {
            does();
        }
        self.typed.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        self.typed.consume(bytes);
    }
}

/// What was printed, with `$` for the sandbox, and what is in there named as on every system.
fn as_everywhere(text: &str, root: &str) -> String {
    let text = text.replace(&root.replace('\\', r"\\"), "$").replace(root, "$");
    if !cfg!(windows) {
        return text;
    }
    let mut pieces = text.split('$');
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece.find([' ', '\n', '"', '\'', ',', ')', ';']).unwrap_or(piece.len());
        plain = plain + "$" + &piece[..end].replace(r"\\", "/").replace('\\', "/") + &piece[end..];
    }
    plain
}

/// Digests of bundles differ with the version of every packer; a snapshot shows only that there is one.
fn without_digests(text: &str) -> String {
    let mut rest = text;
    let mut plain = String::new();
    while !rest.is_empty() {
        let is_hex = |c: char| matches!(c, '0'..='9' | 'a'..='f');
        let digits = rest.find(|c| !is_hex(c)).unwrap_or(rest.len());
        let length = if digits == 0 { rest.find(is_hex).unwrap_or(rest.len()) } else { digits };
        plain.push_str(if digits == 64 { "[sha256]" } else { &rest[..length] });
        rest = &rest[length..];
    }
    plain
}

impl Run {
    /// What it printed, as if nothing had been broken into lines.
    pub fn in_one_line(&self) -> String {
        self.printed().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Everything that was printed.
    pub fn printed(&self) -> String {
        format!("{}{}", self.out, self.err)
    }

    /// The one document on standard output, with `$` for the sandbox.
    pub fn json(&self) -> serde_json::Value {
        assert_eq!(self.err, "", "a program reads one stream");
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_digests(&self.out))?;
        if !self.err.is_empty() {
            write!(f, "-- err --\n{}", self.err)?;
        }
        write!(f, "-- exit {}", self.code)
    }
}
