//! H96: what a script may not do, tried by scripts that do it.

use std::fs;
use std::path::PathBuf;

use super::*;

/// Scripts here sleep 600 seconds: whoever waits for them is told from whoever ends them, however busy the machine is.
const MUCH_LESS_THAN_A_SLEEP: Duration = Duration::from_secs(120);

/// A folder that is patched.
struct Target(TempDir);

impl Target {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn job<'a>(&'a self, text: &'a str) -> Job<'a> {
        Job {
            text,
            interpreter: Interpreter::Sh,
            timeout: Duration::from_secs(20),
            target: self.path(),
            phase: "before",
            patch: "ACME-1",
            setting: LaunchContext::Scratch,
        }
    }

    fn run(&self, text: &str) -> Ran {
        run(&self.job(text), &CancelToken::new())
    }

    fn run_for(&self, text: &str, timeout: Duration) -> Ran {
        run(&Job { timeout, ..self.job(text) }, &CancelToken::new())
    }
}

fn said(text: &str) -> String {
    let ran = Target::new().run(text);
    assert!(ran.is_good(), "{}: {}", ran.how(), ran.output);
    ran.output
}

/// Whether a process with this number runs.
fn is_running(process: &str) -> bool {
    let id = process.trim().parse().ok().and_then(rustix::process::Pid::from_raw).expect("a number");
    let is_there = rustix::process::test_kill_process(id).is_ok();
    // One that has ended and was not noticed yet is still listed.
    let state = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    is_there && !state.contains(") Z ")
}

#[test]
fn a_script_runs_and_both_its_streams_are_heard() {
    let ran = Target::new().run("echo one; echo two >&2; exit 3");
    assert_eq!(ran.end, ScriptEnd::Exit(3));
    assert!(!ran.is_good());
    assert!(ran.output.contains("one\n") && ran.output.contains("two\n"), "{:?}", ran.output);
    assert!(ran.how().starts_with("ended with 3 after "), "{}", ran.how());
}

#[test]
fn a_script_that_nobody_can_listen_to_is_not_started() {
    let target = Target::new();
    let marker = target.path().join("marker");
    let text = format!("touch '{}'", marker.display());
    let prepared = StagedScript::new(&target.job(&text)).expect("there is a shell");
    let ran = prepared.run(crate::threads::refused, Duration::from_secs(20), &CancelToken::new());
    assert!(matches!(ran.end, ScriptEnd::NotStarted(_)), "{:?}", ran.end);
    assert!(!marker.exists());
}

#[test]
fn h96_the_environment_is_a_handful_of_names() {
    // A variable that every test program is started with; were it inherited, LD_PRELOAD would be, too.
    assert!(std::env::vars_os().any(|(name, _)| {
        name.to_str()
            .is_some_and(|name| name.starts_with("CARGO") || name == "LD_LIBRARY_PATH" || name == "HOME")
    }));
    let seen = said("env");
    let mut names: Vec<_> = seen.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
    names.sort_unstable();
    // The shell adds some of its own.
    names.retain(|name| !["PWD", "OLDPWD", "SHLVL", "_"].contains(name));
    let expected = [
        "HOME",
        "LANG",
        "PATCHWRIGHT_PATCH",
        "PATCHWRIGHT_PHASE",
        "PATCHWRIGHT_RUN",
        "PATCHWRIGHT_TARGET",
        "PATH",
        "TMPDIR",
        "TZ",
    ];
    assert_eq!(names, expected);
    assert!(seen.contains("PATH=/usr/bin:/bin:/usr/sbin:/sbin\n"), "{seen}");
}

#[test]
fn h96_a_program_that_is_only_in_the_folder_is_not_found() {
    let target = Target::new();
    let program = target.path().join("lookalike");
    fs::write(&program, "#!/bin/sh\necho taken in\n").expect("the file");
    set_mode(&program, 0o755);
    let ran = target.run("lookalike");
    assert_eq!(ran.end, ScriptEnd::Exit(127), "{}", ran.output);
    assert!(!ran.output.contains("taken in"));
    let place = target.run("pwd").output;
    assert!(!place.trim().starts_with(&*target.path().to_string_lossy()), "{place}");
}

fn set_mode(path: &Path, bits: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(bits)).expect("the mode");
}

#[test]
fn h96_a_folder_whose_name_is_a_command_is_only_a_name() {
    let outer = tempfile::tempdir().expect("a folder");
    let folder = outer.path().join("a;touch $(echo owned); b");
    fs::create_dir(&folder).expect("the folder");
    let job_of = |text| Job {
        text,
        interpreter: Interpreter::Sh,
        timeout: Duration::from_secs(20),
        target: &folder,
        phase: "after; touch owned",
        patch: "ACME-1",
        setting: LaunchContext::Scratch,
    };
    let ran = run(
        &job_of("printf '%s\\n' \"$PATCHWRIGHT_TARGET\" \"$PATCHWRIGHT_PHASE\"; ls"),
        &CancelToken::new(),
    );
    assert!(ran.is_good(), "{}", ran.how());
    assert_eq!(ran.output, format!("{}\nafter; touch owned\nscript.sh\n", folder.display()));
}

#[test]
fn h96_there_is_no_terminal_and_no_input() {
    let said = said(
        "cat; if (exec </dev/tty) 2>/dev/null; then echo has a terminal; else echo has none; fi; ps -o sid= -p $$; echo $$",
    );
    assert!(said.starts_with("has none\n"), "{said}");
    let mut numbers = said.split_whitespace().skip(2);
    assert_eq!(numbers.next(), numbers.next(), "it leads its own session: {said}");
}

#[test]
fn h96_a_script_that_sleeps_beyond_its_limit_is_ended_with_its_children() {
    let target = Target::new();
    let text = "sleep 600 & echo $!; setsid sleep 600 & wait";
    let started = Instant::now();
    let ran = target.run_for(text, Duration::from_secs(1));
    assert_eq!(ran.end, ScriptEnd::TimedOut);
    assert!(started.elapsed() < MUCH_LESS_THAN_A_SLEEP, "{:?}", started.elapsed());
    let child = ran.output.lines().next().expect("its number");
    assert!(!is_running(child), "the child lives");
}

#[test]
fn what_a_script_leaves_running_is_ended_and_told() {
    let ran = Target::new().run("sleep 600 >/dev/null 2>&1 & echo $!");
    assert!(ran.is_good());
    assert_eq!(ran.left_running, cfg!(target_os = "linux"));
    assert!(!is_running(&ran.output));
    assert!(!Target::new().run("true").left_running);
}

/// Without the mark, only those that leave their session would get away.
#[test]
#[cfg(target_os = "linux")]
fn h96_a_child_that_leaves_the_session_is_found_by_its_mark() {
    let ran = Target::new().run("setsid sh -c 'echo $$; exec sleep 600' & sleep 0.5");
    assert!(ran.is_good() && ran.left_running, "{ran:?}");
    assert!(!is_running(&ran.output));
}

#[test]
fn h96_a_gigabyte_of_output_is_counted_and_not_kept() {
    let ran = Target::new().run("echo first; head -c 1073741824 /dev/zero; echo; echo last");
    assert!(ran.is_good(), "{}", ran.how());
    assert!(ran.output.len() <= KEPT_OUTPUT_BYTES + 100, "{}", ran.output.len());
    assert!(ran.output.starts_with("first\n") && ran.output.ends_with("\nlast\n"));
    let total = "first\n".len() + (1 << 30) + "\nlast\n".len();
    assert_eq!(ran.dropped_bytes, (total - KEPT_OUTPUT_BYTES) as u64);
}

#[test]
fn h96_a_fork_bomb_ends_with_its_time() {
    let target = Target::new();
    // Each child starts two more, up to a depth that a machine survives should nothing hold them.
    let text = "bomb() { [ $1 -gt 9 ] || { bomb $(($1 + 1)) & bomb $(($1 + 1)) & }; sleep 600; }\nbomb 1";
    let started = Instant::now();
    let ran = target.run_for(text, Duration::from_secs(2));
    assert!(!ran.is_good());
    assert!(started.elapsed() < MUCH_LESS_THAN_A_SLEEP, "{:?}", started.elapsed());
    let left = Target::new().run("ps ax -o args | grep -c '[s]leep 600' || true").output;
    assert!(left.trim().parse::<u32>().expect("a count") < 10, "{left}");
}

#[test]
fn a_wish_to_stop_ends_a_script() {
    let (target, cancel) = (Target::new(), CancelToken::new());
    let stopper = cancel.clone();
    let waiting = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        stopper.cancel();
    });
    let ran = run(&target.job("sleep 600"), &cancel);
    waiting.join().expect("it only waits");
    assert_eq!(ran.end, ScriptEnd::Stopped);
    assert!(ran.took < Duration::from_secs(8));
}

#[test]
fn nothing_that_runs_comes_from_the_folder_that_is_patched() {
    let target = Target::new();
    let ran = run(&Job { target: Path::new("/"), ..target.job("echo") }, &CancelToken::new());
    assert!(
        matches!(&ran.end, ScriptEnd::NotStarted(why) if why.starts_with("the interpreter is inside the folder")),
        "{ran:?}"
    );
}

#[test]
fn an_interpreter_of_another_system_is_not_looked_for() {
    let target = Target::new();
    for interpreter in [Interpreter::PowerShell, Interpreter::Cmd] {
        let ran = run(&Job { interpreter, ..target.job("echo") }, &CancelToken::new());
        assert!(matches!(&ran.end, ScriptEnd::NotStarted(why) if why.ends_with("isn't part of this system")));
    }
}

#[test]
fn python_starts_without_the_persons_settings() {
    if program_of(Interpreter::Python3).is_err() {
        eprintln!("skipped: this system has no /usr/bin/python3");
        return;
    }
    let target = Target::new();
    let job = Job {
        interpreter: Interpreter::Python3,
        ..target.job("import sys; print(sys.flags.isolated, sys.argv)")
    };
    assert_eq!(run(&job, &CancelToken::new()).output, "1 ['./script.py']\n");
}

#[test]
fn the_scratch_folder_is_private_and_goes() {
    let said = said("stat -c '%a' . 2>/dev/null || stat -f '%Lp' .; pwd");
    let (mode, place) = said.split_once('\n').expect("two lines");
    assert_eq!(mode, "700");
    assert!(!PathBuf::from(place.trim()).exists(), "{place} is still there");
}

#[test]
fn no_script_runs_out_of_a_folder_in_which_others_can_exchange_it() {
    use std::os::unix::fs::PermissionsExt;
    let temporary = tempfile::tempdir().expect("a folder");
    let scratch = |mode| {
        fs::set_permissions(temporary.path(), fs::Permissions::from_mode(mode)).expect("set");
        scratch_in(temporary.path())
    };
    let refused = scratch(0o777).expect_err("anybody could rename it away");
    assert!(refused.contains("can be changed by everybody"), "{refused}");
    assert_eq!(fs::read_dir(temporary.path()).expect("listed").count(), 0, "nothing is left lying there");
    for mode in [0o1777, 0o755, 0o700] {
        scratch(mode).expect("nobody else can exchange what is in it");
    }
}
