//! What a command needs runs out in the middle of it: open files, processes, room on the disk. Each walk begins with too
//! little and goes on with a little more until the command gets through. On every rung what is said is true, the folder is
//! as before or done, and there is a way on.

use std::path::{Path, PathBuf};
#[cfg(target_os = "linux")]
use std::process::Command;
use std::sync::{Arc, Mutex};

use patchwright::disk::fs::Fs;

use crate::support::console::Console;
use crate::support::fault_fs::{At, Call, Errno, Fault, FaultFs, Lasting};
use crate::support::sandbox::Sandbox;
#[cfg(target_os = "linux")]
use crate::support::sandbox::skip;
#[cfg(target_os = "linux")]
use crate::support::tools::is_here;
use crate::support::trees::Tree;

/// What somebody wants done, and what stands in the folder before and after.
struct Deed {
    name: &'static str,
    /// `@` is the folder, `#` the patch file.
    command: &'static str,
    before: Tree,
    after: Tree,
    /// Brings a folder that holds [`old`] to where the deed begins.
    prepare: fn(&Sandbox, &Path),
}

fn old() -> Tree {
    let files = (0..12).map(|n| (format!("d{}/f{n}", n % 3), format!("old {n}\n")));
    files.fold(Tree::new().file("gone/page", "page"), |tree, (path, text)| tree.file(&path, text))
}

fn new() -> Tree {
    let files = (0..12).map(|n| (format!("d{}/f{n}", n % 3), format!("new {n}\n")));
    files.fold(Tree::new().file("come/deep/page", "page"), |tree, (path, text)| tree.file(&path, text))
}

/// The command with its names.
fn named(sandbox: &Sandbox, folder: &Path, command: &str) -> String {
    let bundle = sandbox.path("fix.patchbundle");
    command.replace('@', &folder.display().to_string()).replace('#', &bundle.display().to_string())
}

fn apply(sandbox: &Sandbox, folder: &Path) {
    Console::new(sandbox).done(&named(sandbox, folder, "apply # @ --yes --allow-unsigned"));
}

/// Leaves a change that could neither be finished nor put back.
fn interrupt(sandbox: &Sandbox, folder: &Path) {
    let failing = Console::new(sandbox).with_disks(|disk| {
        Arc::new(FaultFs::failing(
            disk,
            At::CallOf("exchange", 5),
            Fault::Fails(Errno::Io),
            Lasting::FromThenOn,
        ))
    });
    let run = failing.run(&named(sandbox, folder, "apply # @ --yes --allow-unsigned"));
    assert!(run.code != 0 && Tree::read(folder) != old(), "{run}");
}

fn deeds() -> Vec<Deed> {
    let edited = || new().file("d1/f1", "edited\n");
    vec![
        Deed {
            name: "apply",
            command: "apply # @ --yes --allow-unsigned",
            before: old(),
            after: new(),
            prepare: |_, _| {},
        },
        Deed { name: "rollback", command: "rollback @ --yes", before: new(), after: old(), prepare: apply },
        Deed {
            name: "repair",
            command: "heal @ --yes --from #",
            before: edited(),
            after: new(),
            prepare: |sandbox, folder| {
                apply(sandbox, folder);
                std::fs::write(folder.join("d1/f1"), "edited\n").expect("it is there");
            },
        },
        Deed {
            name: "reapply",
            command: "reapply @ --yes --allow-unsigned",
            before: old(),
            after: new(),
            prepare: |sandbox, folder| {
                apply(sandbox, folder);
                Console::new(sandbox).done(&named(sandbox, folder, "rollback @ --yes"));
            },
        },
        Deed { name: "accept", command: "accept @ --yes", before: new(), after: new(), prepare: apply },
        Deed {
            name: "recover",
            command: "recover @ --undo --yes",
            before: old(),
            after: old(),
            prepare: interrupt,
        },
    ]
}

impl Deed {
    /// A folder where the deed begins.
    fn begin(&self, sandbox: &Sandbox) -> PathBuf {
        let folder = sandbox.lay_out(&old());
        (self.prepare)(sandbox, &folder);
        folder
    }

    /// What is wrong with what was said and with what stands there; then goes on without a want, to the end.
    fn judge(&self, sandbox: &Sandbox, folder: &Path, code: Option<i32>, said: &str) -> Result<(), String> {
        let now = Tree::read(folder);
        let interrupted = self.name == "recover" && code != Some(0);
        let is_whole = now == self.before || now == self.after || interrupted;
        let is_of_contract = matches!(code, Some(0 | 1 | 3..=6));
        let is_true = match code {
            Some(0) => now == self.after,
            _ => !said.contains("Nothing was changed") || now == self.before || interrupted,
        };
        // What could not be put back has to be said, and is put back later.
        let is_told = is_whole || code.is_some_and(|code| code == 5 || code == 6);
        if !(is_of_contract && is_true && is_told) {
            return Err(format!("exit {code:?}; {:?}; {said}", self.before.difference(&now)));
        }
        let run = |command: &str| Console::new(sandbox).run(&named(sandbox, folder, command));
        let recovered = run("recover @ --undo --yes");
        let back = Tree::read(folder);
        if recovered.code != 0 || back != self.before && back != self.after {
            return Err(format!("recover: {recovered}"));
        }
        let again = run(self.command);
        if Tree::read(folder) != self.after {
            return Err(format!("after {said}, once more: {again}"));
        }
        Ok(())
    }
}

fn scene() -> Sandbox {
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&old(), &new());
    std::fs::copy(&bundle.path, sandbox.path("fix.patchbundle")).expect("a copy");
    sandbox
}

#[test]
fn the_disk_is_full_at_any_call() {
    const WRITING: [&str; 11] = [
        "create",
        "exchange",
        "hard_link",
        "make_dir",
        "make_link",
        "move_in",
        "move_out",
        "reflink",
        "rename",
        "set_attributes",
        "write",
    ];
    for deed in deeds() {
        let watched = calls_of(&deed);
        assert!(watched.iter().any(|call| call.kind == "create"), "{}: {watched:?}", deed.name);
        for call in watched.iter().filter(|call| WRITING.contains(&call.kind)) {
            let faults = match call.kind {
                "write" => vec![
                    (Fault::ShortWrite, Lasting::Once),
                    (Fault::Fails(Errno::NoSpace), Lasting::FromThenOn),
                ],
                _ => [Lasting::Once, Lasting::FromThenOn]
                    .map(|lasting| (Fault::Fails(Errno::NoSpace), lasting))
                    .to_vec(),
            };
            for (fault, lasting) in faults {
                let sandbox = scene();
                let folder = deed.begin(&sandbox);
                let at = At::CallOf(call.kind, call.number_of_kind);
                let full = Console::new(&sandbox)
                    .with_disks(move |disk| Arc::new(FaultFs::failing(disk, at, fault, lasting)));
                let run = full.run(&named(&sandbox, &folder, deed.command));
                let judged = deed.judge(&sandbox, &folder, Some(run.code.into()), &run.printed());
                judged.unwrap_or_else(|problem| {
                    panic!("{}: {at:?} {fault:?} {lasting:?}: {problem}", deed.name)
                });
            }
        }
    }
}

#[test]
fn the_program_itself_fails_at_many_calls() {
    the_program_fails_at_each(12);
}

#[test]
#[ignore = "slow: the program fails at thousands of calls"]
fn slow_the_program_itself_fails_at_any_call() {
    the_program_fails_at_each(1);
}

/// A fault of the program itself leaves the folder as one of both, and a way on. Tries one call of so many.
fn the_program_fails_at_each(one_of: usize) {
    for deed in deeds() {
        let watched = calls_of(&deed);
        assert!(watched.iter().any(|call| call.kind == "sync"), "{}: {watched:?}", deed.name);
        for call in watched.into_iter().step_by(one_of) {
            let sandbox = scene();
            let folder = deed.begin(&sandbox);
            let at = At::CallOf(call.kind, call.number_of_kind);
            let faulty = Console::new(&sandbox)
                .with_disks(move |disk| Arc::new(FaultFs::failing(disk, at, Fault::Panics, Lasting::Once)));
            let run = faulty.run(&named(&sandbox, &folder, deed.command));
            let judged = deed.judge(&sandbox, &folder, Some(run.code.into()), &run.printed());
            judged.unwrap_or_else(|problem| panic!("{}: {at:?}: {problem}", deed.name));
        }
    }
}

/// The calls of the disk that the deed makes when nothing is wanting.
fn calls_of(deed: &Deed) -> Vec<Call> {
    let sandbox = scene();
    let folder = deed.begin(&sandbox);
    let disks: Arc<Mutex<Vec<Arc<FaultFs>>>> = Arc::default();
    let opened = disks.clone();
    let watching = Console::new(&sandbox).with_disks(move |disk: Arc<dyn Fs>| {
        let disk = Arc::new(FaultFs::watching(disk));
        opened.lock().expect("nobody panics here").push(disk.clone());
        disk
    });
    watching.done(&named(&sandbox, &folder, deed.command));
    let disks = disks.lock().expect("nobody panics here");
    disks.iter().flat_map(|disk| disk.calls()).collect()
}

/// The program, started by a shell that sets a limit first; not every shell knows every limit.
#[cfg(target_os = "linux")]
fn under(limit: &str, sandbox: &Sandbox, command: &str) -> Command {
    let mut shell = Command::new("bash");
    shell.arg("-c").arg(format!("ulimit {limit} && exec \"$0\" \"$@\""));
    shell.arg(env!("CARGO_BIN_EXE_patchwright")).args(command.split_whitespace());
    shell.env_clear().env("HOME", sandbox.path("home")).env("USER", "ada").current_dir(sandbox.path(""));
    shell
}

/// Runs the deed with more and more of something until it gets through.
#[cfg(target_os = "linux")]
fn walk(
    deed: &Deed,
    limits: impl Iterator<Item = String>,
    start: impl Fn(&mut Command) -> std::process::Output,
) {
    let mut rungs = 0;
    for limit in limits {
        let sandbox = scene();
        let folder = deed.begin(&sandbox);
        let output = start(&mut under(&limit, &sandbox, &named(&sandbox, &folder, deed.command)));
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        // Without its libraries it has not begun.
        let has_begun = !said.contains("shared librar") && !said.contains("bash: ");
        if has_begun {
            rungs += 1;
            let judged = deed.judge(&sandbox, &folder, output.status.code(), &said);
            judged.unwrap_or_else(|problem| panic!("{} under {limit}: {problem}", deed.name));
        }
        if output.status.success() {
            assert!(rungs > 1, "{} got through at once under {limit}", deed.name);
            return;
        }
    }
    panic!("{} never got through", deed.name);
}

#[test]
#[cfg(target_os = "linux")]
fn open_files_run_out() {
    if !is_here("bash", "open_files_run_out") {
        return;
    }
    for deed in deeds() {
        walk(&deed, (3..200).map(|files| format!("-n {files}")), |command| {
            command.output().expect("a shell")
        });
    }
}

#[test]
#[cfg(target_os = "linux")]
fn files_may_not_become_large() {
    if !is_here("bash", "files_may_not_become_large") {
        return;
    }
    for deed in deeds() {
        walk(&deed, (0..64).map(|kib| format!("-f {kib}")), |command| command.output().expect("a shell"));
    }
}

#[test]
#[cfg(target_os = "linux")]
fn an_order_that_cannot_be_written_leaves_no_empty_file() {
    if !is_here("bash", "an_order_that_cannot_be_written_leaves_no_empty_file") {
        return;
    }
    let sandbox = scene();
    let new =
        |limit: &str| under(limit, &sandbox, "new --output order.toml").output().expect("a shell").status;
    assert!(!new("-f 0").success() && !sandbox.path("order.toml").exists());
    assert!(new("-f 64").success() && sandbox.path("order.toml").exists(), "the name is free");
}

#[test]
#[cfg(target_os = "linux")]
fn what_runs_out_is_no_fault_of_a_file() {
    if !is_here("bash", "what_runs_out_is_no_fault_of_a_file") {
        return;
    }
    let deeds = deeds();
    for files in 5..24 {
        let sandbox = scene();
        let folder = deeds[0].begin(&sandbox);
        let command = named(&sandbox, &folder, deeds[0].command);
        let output = under(&format!("-n {files}"), &sandbox, &command).output().expect("a shell");
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(!said.contains("isn't part of the product"), "{files}: {said}");
        assert!(!said.contains("Too many open files"), "{files}: {said}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn processes_run_out() {
    use crate::support::ordinary_user::{as_ordinary_user, give_to_ordinary_user};
    if !is_here("bash", "processes_run_out") {
        return;
    }
    if !rustix::process::geteuid().is_root() {
        return skip("processes_run_out", "only the administrator can become a user without processes");
    }
    for deed in deeds() {
        let sandbox = scene();
        let folder = deed.begin(&sandbox);
        give_to_ordinary_user(&sandbox.path(""));
        let mut judged = 0;
        for processes in 1..12 {
            let command = named(&sandbox, &folder, deed.command);
            let output = as_ordinary_user(|| under(&format!("-u {processes}"), &sandbox, &command).output());
            let Some(Ok(output)) = output else {
                return skip("processes_run_out", "the administrator cannot become another user");
            };
            let said = [output.stdout, output.stderr].concat();
            let said = String::from_utf8_lossy(&said);
            assert!(
                matches!(output.status.code(), Some(0 | 1 | 3..=6 | 126)),
                "{}: {processes}: {said}",
                deed.name
            );
            assert!(!output.status.success() || Tree::read(&folder) == deed.after, "{}: {said}", deed.name);
            judged += 1;
            if output.status.success() {
                break;
            }
            assert!(Tree::read(&folder) == deed.before || deed.name == "recover", "{}: {said}", deed.name);
        }
        assert!(judged > 0 && Tree::read(&folder) == deed.after, "{}", deed.name);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_real_disk_is_full() {
    if !is_here("bash", "a_real_disk_is_full") {
        return;
    }
    for deed in deeds().into_iter().filter(|deed| deed.name != "recover") {
        let mut rungs = 0;
        for room_kib in (0..4_000).step_by(64) {
            let sandbox = scene();
            let disk = sandbox.path("disk");
            std::fs::create_dir_all(&disk).expect("a folder");
            let Some(mounted) = Mounted::at(&disk) else {
                return skip("a_real_disk_is_full", "a disk in memory cannot be mounted here");
            };
            let folder = disk.join("app");
            old().write_to(&folder);
            (deed.prepare)(&sandbox, &folder);
            mounted.leave(room_kib);
            let command = named(&sandbox, &folder, deed.command);
            let output = under("-n 256", &sandbox, &command).output().expect("a shell");
            let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
            let now = Tree::read(&folder);
            assert!(now == deed.before || now == deed.after, "{} with {room_kib} KiB: {said}", deed.name);
            assert!(
                !output.status.success() || now == deed.after,
                "{} with {room_kib} KiB: {said}",
                deed.name
            );
            assert!(
                matches!(output.status.code(), Some(0 | 1 | 3..=6)),
                "{} with {room_kib} KiB: {said}",
                deed.name
            );
            rungs += 1;
            if output.status.success() {
                break;
            }
        }
        assert!(rungs > 0, "{}", deed.name);
    }
}

/// A disk in memory, until it is dropped.
#[cfg(target_os = "linux")]
struct Mounted(PathBuf);

#[cfg(target_os = "linux")]
impl Mounted {
    fn at(at: &Path) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=64m", "none"]).arg(at);
        let done = mount.stderr(std::process::Stdio::null()).status().is_ok_and(|status| status.success());
        done.then(|| Self(at.to_owned()))
    }

    /// Makes it so small that no more than this is free.
    fn leave(&self, room_kib: u64) {
        let found = rustix::fs::statvfs(&self.0).expect("it is mounted");
        let used_kib = (found.f_blocks - found.f_bfree) * found.f_frsize / 1024;
        let mut mount = Command::new("mount");
        mount.args(["-o", &format!("remount,size={}k", used_kib + room_kib)]).arg(&self.0);
        assert!(mount.status().is_ok_and(|status| status.success()), "the disk becomes smaller");
    }
}

#[cfg(target_os = "linux")]
impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}
