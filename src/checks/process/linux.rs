//! Finds a process by name in `/proc` (proc(5)).

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Longest name that the kernel keeps in `comm`, in bytes.
const COMM_BYTES: usize = 15;

/// The id of a process other than this one that is called `name`.
pub(super) fn find(name: &str) -> io::Result<Option<u32>> {
    let own = std::process::id();
    for entry in fs::read_dir("/proc")? {
        let entry = entry?;
        let Some(id) = entry.file_name().to_str().and_then(|id| id.parse().ok()) else { continue };
        if id != own
            && ProcessInfo::in_folder(&entry.path()).is_some_and(|seen| seen.is_called(name.as_bytes()))
        {
            return Ok(Some(id));
        }
    }
    // The first process is always there. If it does not show, /proc is mounted so that it hides those of others.
    if Path::new("/proc/1").exists() {
        Ok(None)
    } else {
        Err(io::Error::other("the processes of other users are hidden here"))
    }
}

/// What `/proc` tells about one process.
#[derive(Default)]
struct ProcessInfo {
    /// The name it has or gave itself, cut to [`COMM_BYTES`].
    comm: Vec<u8>,
    /// The file name of its program; other users' programs cannot be seen.
    program: Option<Vec<u8>>,
    /// File names of its first two arguments: a script's name is the second one.
    arguments: Vec<Vec<u8>>,
    /// It has ended and waits to be noticed by its parent.
    has_ended: bool,
}

impl ProcessInfo {
    /// `None` if it ended while it was looked at.
    fn in_folder(folder: &Path) -> Option<Self> {
        let comm = fs::read(folder.join("comm")).ok()?.trim_ascii_end().to_vec();
        let program = fs::read_link(folder.join("exe")).ok();
        let arguments = fs::read(folder.join("cmdline")).unwrap_or_default();
        let arguments = arguments.split(|&byte| byte == 0).take(2).filter(|argument| !argument.is_empty());
        Some(Self {
            comm,
            program: program.map(|path| program_name(path.as_os_str().as_bytes()).to_vec()),
            arguments: arguments.map(|argument| file_name(argument).to_vec()).collect(),
            has_ended: fs::read(folder.join("stat")).is_ok_and(|stat| has_ended(&stat)),
        })
    }

    fn is_called(&self, name: &[u8]) -> bool {
        if self.has_ended {
            return false;
        }
        if self.program.as_deref() == Some(name) {
            return true;
        }
        if name.len() <= COMM_BYTES {
            return self.comm == name;
        }
        // Two long names may be cut to the same one; the arguments tell them apart.
        self.comm == name[..COMM_BYTES]
            && (self.arguments.is_empty() || self.arguments.iter().any(|argument| argument == name))
    }
}

/// The program's file name. The kernel marks a file that was replaced or removed since the process began, which is
/// just what a patch does.
fn program_name(path: &[u8]) -> &[u8] {
    file_name(path.strip_suffix(b" (deleted)").unwrap_or(path))
}

fn file_name(path: &[u8]) -> &[u8] {
    path.rsplit(|&byte| byte == b'/').next().unwrap_or(path)
}

/// The state follows the name, which stands in parentheses and may hold some itself.
fn has_ended(stat: &[u8]) -> bool {
    let name_end = stat.iter().rposition(|&byte| byte == b')');
    let state = name_end.and_then(|end| stat.get(end + 2));
    matches!(state, Some(b'Z' | b'X'))
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    fn seen(comm: &str, program: Option<&str>, arguments: &[&str]) -> ProcessInfo {
        ProcessInfo {
            comm: comm.into(),
            program: program.map(Into::into),
            arguments: arguments.iter().map(|&argument| argument.into()).collect(),
            has_ended: false,
        }
    }

    #[test]
    fn a_process_is_known_by_its_program_or_its_own_name() {
        let worker = seen("worker-1", Some("app"), &["app"]);
        assert!(worker.is_called(b"app") && worker.is_called(b"worker-1"));
        assert!(!worker.is_called(b"ap") && !worker.is_called(b"worker"));
        let script = seen("a-script-with-a", Some("python3"), &["python3", "a-script-with-a-long-name"]);
        assert!(script.is_called(b"a-script-with-a-long-name"));
        assert!(!script.is_called(b"a-script-with-a-longer-name"));
        assert!(seen("a-script-with-a", None, &[]).is_called(b"a-script-with-a-long-name"));
    }

    #[test]
    fn a_process_that_has_ended_does_not_run() {
        let ended = ProcessInfo { has_ended: true, ..seen("app", Some("app"), &[]) };
        assert!(!ended.is_called(b"app"));
        assert!(has_ended(b"12 (a) S (b) Z 1 12"));
        assert!(!has_ended(b"12 (a) Z (b) S 1 12"));
        assert!(!has_ended(b""));
    }

    #[test]
    fn a_program_that_was_replaced_keeps_its_name() {
        assert_eq!(program_name(b"/opt/app/bin/app (deleted)"), b"app");
        assert_eq!(program_name(b"/opt/app/bin/app"), b"app");
    }

    #[test]
    fn a_real_process_is_found_while_it_runs() {
        let name = format!("pw-test-{}", std::process::id());
        // A shell that gives itself the name and then waits for a line that never comes.
        let script = format!("printf {name} > /proc/self/comm && read line");
        let mut child = Command::new("sh").args(["-c", &script]).stdin(Stdio::piped()).spawn().unwrap();
        let mut found = None;
        for _ in 0..100 {
            found = find(&name).unwrap();
            if found.is_some() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let id = child.id();
        child.kill().unwrap();
        assert_eq!(found, Some(id));
        // Killed and not yet waited for: it shows in /proc and does not run.
        std::thread::sleep(std::time::Duration::from_millis(200));
        let after = find(&name).unwrap();
        child.wait().unwrap();
        assert_eq!(after, None);
    }
}
