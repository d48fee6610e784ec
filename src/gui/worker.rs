//! The process that changes a folder: this same program, started as a worker. It goes on when the window is gone.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc;
use std::thread;

use crate::present::worker::{self, WorkerLine};

/// The first argument of a worker.
pub const WORKER_FLAG: &str = "--worker";

/// A worker that was started.
pub struct Worker {
    /// Where the wish to stop goes.
    input: Option<ChildStdin>,
}

impl Worker {
    /// Starts `program` as a worker. `heard` is called with each of its lines, and with `None` when it has ended.
    ///
    /// # Errors
    /// The system's.
    pub fn start(
        program: &Path,
        arguments: Vec<OsString>,
        mut heard: impl FnMut(Option<WorkerLine>) + Send + 'static,
    ) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.arg(WORKER_FLAG).args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        on_its_own(&mut command);
        let (hand_over, handed_over) = mpsc::channel();
        let listen = move || {
            // Without a worker there is nobody to listen to.
            if let Ok(child) = handed_over.recv() {
                listen(child, |line| heard(Some(line)));
                heard(None);
            }
        };
        // Before the worker: one that nobody listens to would change the folder unseen.
        thread::Builder::new().name("worker's answers".to_owned()).spawn(listen)?;
        let mut child = command.spawn()?;
        let input = child.stdin.take();
        hand_over.send(child).map_err(io::Error::other)?;
        Ok(Self { input })
    }

    /// Tells it to stop as soon as that is safe.
    pub fn stop(&mut self) {
        if let Some(input) = &mut self.input {
            // A worker that has ended meanwhile needs no telling.
            let _ = input.write_all(b"stop\n").and_then(|()| input.flush());
        }
    }
}

fn listen(mut child: Child, mut heard: impl FnMut(WorkerLine)) {
    if let Some(output) = child.stdout.take() {
        let lines = BufReader::new(output).lines().map_while(Result::ok);
        lines.filter_map(|line| worker::parse(&line)).for_each(&mut heard);
    }
    // Its last word was heard; the exit code says the same.
    let _ = child.wait();
}

/// What ends the window's terminal must not end the worker.
#[cfg(unix)]
fn on_its_own(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

/// No console window may flash up, and Ctrl-C in ours is not for the worker.
#[cfg(windows)]
fn on_its_own(command: &mut Command) {
    use std::os::windows::process::CommandExt;
    const CREATE_NO_WINDOW: u32 = 0x0800_0000;
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x0000_0200;
    command.creation_flags(CREATE_NO_WINDOW | CREATE_NEW_PROCESS_GROUP);
}
