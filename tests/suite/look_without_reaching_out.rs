//! Looking at a patch that nobody vouches for connects nowhere, starts nothing and asks no process.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use patchwright::model::{Check, Level, Probe};
use patchwright::workbench::Workbench;

use crate::support::console::Console;
use crate::support::sandbox::{Sandbox, environment, skip, unwatched};
use crate::support::trust::write_trusted_key;

/// Somebody on this machine who counts who comes.
struct Listener {
    port: u16,
    heard: Arc<AtomicUsize>,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    fn new() -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").expect("a port");
        socket.set_nonblocking(true).expect("it does not wait");
        let port = socket.local_addr().expect("an address").port();
        let (heard, is_over) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let (count, over) = (heard.clone(), is_over.clone());
        let listen = move || {
            while !over.load(Ordering::Relaxed) {
                match socket.accept() {
                    Ok((mut visitor, _)) => {
                        count.fetch_add(1, Ordering::Relaxed);
                        visitor.set_nonblocking(false).expect("it waits for what is asked");
                        // A visitor who only knocks asks nothing.
                        let _ = visitor.read(&mut [0; 4096]);
                        let _ = visitor.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                    }
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {
                        std::thread::sleep(Duration::from_millis(2));
                    }
                    Err(error) => panic!("nobody can come: {error}"),
                }
            }
        };
        Self { port, heard, is_over, thread: Some(std::thread::spawn(listen)) }
    }

    fn heard(&self) -> usize {
        // A visitor is counted once it is let in.
        std::thread::sleep(Duration::from_millis(20));
        self.heard.swap(0, Ordering::Relaxed)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        self.thread.take().map(JoinHandle::join);
    }
}

/// A patch whose checks ask the listener, and for a process.
fn scene(port: u16) -> Sandbox {
    let sandbox = Sandbox::with(&[("app/readme.txt", "one\n")]);
    let check = |probe| Check { probe, level: Level::Required, timeout_secs: 5, retries: 0 };
    let bundle = sandbox.bundle("ACME-1").replace("readme.txt", "one\n", "two\n").but(|patch| {
        let url = format!("http://127.0.0.1:{port}/beacon");
        patch.about.preflight = vec![
            check(Probe::Http { url, status: 200, contains: None }),
            check(Probe::Port { host: "127.0.0.1".to_owned(), port, open: true }),
            check(Probe::Process { name: "a-process-that-nobody-has".to_owned(), running: false }),
            check(Probe::Disk { free_bytes: 1 }),
        ];
    });
    sandbox.save("fix.patchbundle", &bundle);
    sandbox
}

#[test]
fn a_beacon_in_a_check_hears_nothing_of_who_looks() {
    let listener = Listener::new();
    let sandbox = scene(listener.port);
    let console = Console::new(&sandbox).with_keys();
    for command in [
        "show $/fix.patchbundle",
        "verify $/fix.patchbundle",
        "diff $/fix.patchbundle",
        "plan $/fix.patchbundle $/app",
        "plan $/fix.patchbundle $/app --json",
        "explain $/fix.patchbundle $/app",
        "identify $/app $/fix.patchbundle",
        "apply $/fix.patchbundle $/app",
        "apply $/fix.patchbundle $/app --yes",
        "apply $/fix.patchbundle $/app --allow-unsigned",
    ] {
        let run = console.run(command);
        assert_eq!(listener.heard(), 0, "{command}: {run}");
    }
    let declined = Console::new(&sandbox).with_keys().answering("n");
    let run = declined.run("apply $/fix.patchbundle $/app --allow-unsigned");
    assert_eq!((run.code, listener.heard()), (3, 0), "{run}");
    // What the window shows when a patch is opened.
    let bench = Workbench::new(environment());
    let preview = unwatched(|watch| {
        bench.preview(&sandbox.path("fix.patchbundle"), &sandbox.path("app"), watch).expect("a preview")
    });
    assert_eq!(listener.heard(), 0);
    let unasked = preview
        .preview
        .notes
        .iter()
        .filter(|note| note.text.starts_with("checked only once you agree to apply: "))
        .count();
    assert_eq!(unasked, 3, "what is asked of the folder alone is asked: {:?}", preview.preview.notes);
}

#[test]
fn what_was_not_asked_yet_is_said_in_words_and_in_json() {
    let listener = Listener::new();
    let sandbox = scene(listener.port);
    let console = Console::new(&sandbox).with_keys();
    let line = format!(
        "checked only once you agree to apply: http://127.0.0.1:{}/beacon answers with 200",
        listener.port
    );
    for command in ["plan $/fix.patchbundle $/app", "plan $/fix.patchbundle $/app --json"] {
        let run = console.done(command);
        assert!(run.in_one_line().contains(&line), "{run}");
    }
    let explained = console.done("explain $/fix.patchbundle $/app");
    assert!(explained.out.contains("Can be applied"), "{explained}");
}

#[test]
fn twin_who_agrees_has_everything_asked_and_a_trusted_patch_asks_at_once() {
    let listener = Listener::new();
    let sandbox = scene(listener.port);
    let agreed = Console::new(&sandbox).with_keys().answering("y");
    let run = agreed.run("apply $/fix.patchbundle $/app --allow-unsigned");
    assert_eq!(run.code, 0, "{run}");
    assert!(listener.heard() > 0, "{run}");
    agreed.done("rollback $/app --yes");

    write_trusted_key(&sandbox, "anna", 1, "author");
    agreed.done("sign $/fix.patchbundle --key $/anna.key");
    let plan = agreed.done("plan $/fix.patchbundle $/app");
    assert!(listener.heard() > 0, "{plan}");
    assert!(!plan.out.contains("not asked yet"), "{plan}");
}

#[test]
fn a_check_that_fails_once_it_is_asked_still_stops_the_change() {
    let closed = Listener::new().port;
    let sandbox = scene(closed);
    let console = Console::new(&sandbox).with_keys();
    console.done("plan $/fix.patchbundle $/app");
    let run = console.run("apply $/fix.patchbundle $/app --yes --allow-unsigned");
    assert!(run.code == 3 && run.err.contains("E-PREFLIGHT"), "{run}");
    assert_eq!(sandbox.read("app/readme.txt").as_deref(), Some("one\n"));
}

#[test]
fn where_there_is_no_network_a_look_shows_the_same() {
    const STORY: &str = "where_there_is_no_network_a_look_shows_the_same";
    let sandbox = scene(9);
    let [file, folder] = ["fix.patchbundle", "app"].map(|name| sandbox.path(name));
    let look = |mut command: Command| {
        command.args(["plan", "--json"]).args([&file, &folder]).env("HOME", sandbox.path("home"));
        command.output().map(|done| (done.status.code(), done.stdout))
    };
    let program = env!("CARGO_BIN_EXE_patchwright");
    let mut alone = Command::new("unshare");
    alone.args(["--user", "--map-root-user", "--net", program]);
    match (look(alone), look(Command::new(program))) {
        (Ok((Some(0), cut_off)), Ok((_, connected))) => assert_eq!(cut_off, connected),
        (cut_off, _) => skip(STORY, &format!("no network of its own can be had here: {cut_off:?}")),
    }
}

#[test]
fn a_reapply_that_is_refused_has_asked_nobody() {
    let listener = Listener::new();
    let sandbox = scene(listener.port);
    let console = Console::new(&sandbox).with_keys();
    console.done("apply $/fix.patchbundle $/app --allow-unsigned --yes");
    console.done("rollback $/app --yes");
    assert!(listener.heard() > 0, "somebody agreed to apply it");
    let stranger = Console::new(&sandbox).with_settings("stranger");
    for (who, command, code) in [
        (&console, "reapply $/app --yes", "E-TRUST"),
        (&console, "rollback $/app --undo --yes", "E-TRUST"),
        (&stranger, "reapply $/app --allow-unsigned --yes", "E-POLICY"),
    ] {
        let run = who.run(command);
        assert!(run.code != 0 && run.err.contains(code), "{command}: {run}");
        assert_eq!(listener.heard(), 0, "{command}: {run}");
    }
    // What nothing else keeps out is asked as when it came.
    console.done("reapply $/app --allow-unsigned --yes");
    assert!(listener.heard() > 0);
    assert_eq!(sandbox.read("app/readme.txt").as_deref(), Some("two\n"));
}
