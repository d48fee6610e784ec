//! A script on Linux and macOS: a session of its own, and an end for everything in it.
//!
//! If this program is killed, a guard that it started beside the script ends everything in the session. A process that
//! leaves the session is found again on Linux by the mark in its environment. One that also clears
//! its environment gets away; so does one that leaves the session on macOS. On Linux the user's processes are counted
//! and a limit is set a little above, which stops a fork bomb; the system does not hold the administrator to it, whose
//! fork bombs live until the time is over.

#![allow(unsafe_code, reason = "a session of its own begins between fork and exec")]

use std::ffi::OsString;
use std::fs::Permissions;
use std::io::{self, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{
    Pid, Resource, Rlimit, Signal, WaitId, WaitIdOptions, getpid, kill_process_group, setrlimit, setsid,
    waitid,
};

use tempfile::Builder;

use super::ScriptEnd;
use crate::model::Interpreter;

/// The environment variable with the mark of one run.
pub(super) const MARK: &str = "PATCHWRIGHT_RUN";

/// How long what a script has started is chased. Each round kills all that it finds, so that one is mostly enough.
const CHASE: Duration = Duration::from_secs(3);

/// Pause between two rounds of the chase.
const BREATH: Duration = Duration::from_millis(10);

pub(super) fn program_of(interpreter: Interpreter) -> Option<PathBuf> {
    match interpreter {
        Interpreter::Sh => Some(PathBuf::from("/bin/sh")),
        Interpreter::Python3 => Some(PathBuf::from("/usr/bin/python3")),
        Interpreter::PowerShell | Interpreter::Cmd => None,
    }
}

/// For a folder that nobody else can look into.
pub(super) fn private<'b, 'p, 's>(folder: &'b mut Builder<'p, 's>) -> &'b mut Builder<'p, 's> {
    folder.permissions(Permissions::from_mode(0o700))
}

/// Everything that a script sees of the environment, besides what is about its patch.
pub(super) fn environment(scratch: &Path) -> Vec<(&'static str, OsString)> {
    vec![
        ("PATH", "/usr/bin:/bin:/usr/sbin:/sbin".into()),
        ("LANG", "C.UTF-8".into()),
        ("TZ", "UTC".into()),
        ("HOME", scratch.into()),
        ("TMPDIR", scratch.into()),
    ]
}

/// Everything that a script has started.
pub(super) struct Group {
    leader: Option<Pid>,
    mark: String,
    guard: Option<Guard>,
}

/// Ends the session of a script if this program is gone before it has done so itself.
struct Guard(Child);

/// What the guard does: it is told the session, and hears the end of its input when this program is gone.
const GUARD: &str = "read session || exit; read end; kill -s KILL -- \"-$session\"";

impl Guard {
    /// In a group of its own, so that nobody ends it together with this program.
    fn new() -> io::Result<Self> {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", GUARD]).env_clear().process_group(0);
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().map(Self)
    }

    /// Where it is told the session.
    fn ear(&self) -> Option<BorrowedFd<'_>> {
        self.0.stdin.as_ref().map(AsFd::as_fd)
    }
}

/// Tells the guard which session this process is, before it becomes a script.
fn tell(ear: RawFd) -> io::Result<()> {
    let mut line = [0; 16];
    let mut rest = &mut line[..];
    writeln!(rest, "{}", getpid().as_raw_nonzero())?;
    let unused = rest.len();
    // SAFETY: it is open in the process that this one is a copy of, and closed only when the script begins.
    let ear = unsafe { BorrowedFd::borrow_raw(ear) };
    rustix::io::write(ear, &line[..line.len() - unused])?;
    Ok(())
}

impl Drop for Guard {
    fn drop(&mut self) {
        // One that is gone already is no guard any more, which is what is wished for.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(super) fn start(command: &mut Command, mark: String) -> io::Result<(Child, Group)> {
    let most_processes = processes::most();
    // Without a guard the script runs all the same: only where this program is killed would it be missed.
    let guard = Guard::new().ok();
    let ear = guard.as_ref().and_then(Guard::ear).map(|ear| ear.as_raw_fd());
    let prepare = move || {
        setsid()?;
        ear.map_or(Ok(()), tell)?;
        let none = Rlimit { current: Some(0), maximum: Some(0) };
        setrlimit(Resource::Core, none)?;
        if let Some(most) = most_processes {
            setrlimit(Resource::Nproc, Rlimit { current: Some(most), maximum: Some(most) })?;
        }
        #[cfg(target_os = "linux")]
        rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
        Ok(())
    };
    // SAFETY: between fork and exec only these calls are made, none of which allocates or takes a lock.
    let child = unsafe { command.pre_exec(prepare) }.spawn()?;
    let leader = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    Ok((child, Group { leader, mark, guard }))
}

impl Group {
    /// Whether the script itself has ended. It is not taken away yet: until then nobody else can get its number, and
    /// the group can be ended by it.
    pub(crate) fn has_ended(&self, _: &mut Child) -> io::Result<bool> {
        let leader = self.leader.ok_or(io::ErrorKind::NotFound)?;
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        Ok(waitid(WaitId::Pid(leader), options)?.is_some())
    }

    /// Ends everything that is still running, and the guard. Says whether anything but the script itself was.
    pub fn end(mut self) -> bool {
        let has_others = self.end_session();
        // Before anybody else can get the number of the session.
        drop(self.guard.take());
        has_others
    }

    fn end_session(&self) -> bool {
        let Some(leader) = self.leader else { return false };
        let until = Instant::now() + CHASE;
        let mut has_others = false;
        loop {
            let marked = processes::marked(&self.mark);
            has_others |= marked.iter().any(|process| *process != leader);
            // That there is nobody to kill is what is wished for.
            let _ = kill_process_group(leader, Signal::KILL);
            for process in &marked {
                let _ = rustix::process::kill_process(*process, Signal::KILL);
            }
            if marked.is_empty() || Instant::now() >= until {
                return has_others;
            }
            std::thread::sleep(BREATH);
        }
    }
}

pub(super) fn end_of(status: ExitStatus) -> ScriptEnd {
    match (status.code(), status.signal()) {
        (Some(code), _) => ScriptEnd::Exit(code),
        (None, Some(signal)) => ScriptEnd::Signal(signal),
        (None, None) => ScriptEnd::NotStarted("how it ended is unknown".to_owned()),
    }
}

/// What `/proc` tells (proc(5)).
#[cfg(target_os = "linux")]
mod processes {
    use std::fs;
    use std::os::unix::fs::MetadataExt;
    use std::path::PathBuf;

    use rustix::process::{Pid, Resource, getrlimit, getuid};

    use super::MARK;

    /// Processes and threads that a script may add to those the user has already: far more than any setup needs, and
    /// far fewer than make a machine stand still.
    const MORE_PROCESSES: u64 = 256;

    /// How many processes and threads the user may have while the script runs; `None` where they cannot be counted.
    pub fn most() -> Option<u64> {
        let own = getuid().as_raw();
        let is_ours = |folder: &PathBuf| fs::metadata(folder).is_ok_and(|found| found.uid() == own);
        let threads = |folder: PathBuf| fs::read_dir(folder.join("task")).map_or(1, Iterator::count) as u64;
        let now: u64 = all()?.map(|(_, folder)| folder).filter(is_ours).map(threads).sum();
        let allowed = getrlimit(Resource::Nproc).maximum.unwrap_or(u64::MAX);
        Some(allowed.min(now + MORE_PROCESSES))
    }

    /// The running processes that carry this mark. Those that have ended have no environment any more.
    pub(crate) fn marked(mark: &str) -> Vec<Pid> {
        let wanted = format!("{MARK}={mark}");
        let has_it = |folder: &PathBuf| {
            let environment = fs::read(folder.join("environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|entry| entry == wanted.as_bytes())
        };
        let Some(all) = all() else { return Vec::new() };
        all.filter(|(_, folder)| has_it(folder)).map(|(process, _)| process).collect()
    }

    fn all() -> Option<impl Iterator<Item = (Pid, PathBuf)>> {
        let entries = fs::read_dir("/proc").ok()?;
        Some(entries.filter_map(|entry| {
            let entry = entry.ok()?;
            let process = entry.file_name().to_str()?.parse().ok().and_then(Pid::from_raw)?;
            Some((process, entry.path()))
        }))
    }
}

/// macOS tells it through interfaces that no crate we use wraps.
#[cfg(not(target_os = "linux"))]
mod processes {
    use rustix::process::Pid;

    pub fn most() -> Option<u64> {
        None
    }

    pub(crate) fn marked(_: &str) -> Vec<Pid> {
        Vec::new()
    }
}
