//! Programs that read a switch see that it was moved: what flagd's own provider and a shell make of the file.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use super::{APPLY, FILE, FLAGS, TOGGLE, make, product};
use crate::support::console::Console;
use crate::support::tools::python_has;

#[test]
fn the_provider_of_flagd_sees_the_switch_off_and_on() {
    const STORY: &str = "moving a flag under the provider of flagd";
    if !python_has("openfeature.contrib.provider.flagd", STORY) {
        return;
    }
    let sandbox = product("", TOGGLE);
    let console = Console::new(&sandbox);
    let named = FLAGS.replace("true", "\"new\"").replace("false", "\"old\"");
    sandbox.write("new/conf/flags.json", &named);
    make(&console);
    console.done(APPLY);
    let mut program = Command::new("python3")
        .args(["-c", include_str!("flagd.py")])
        .arg(sandbox.path(FILE))
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    let said = BufReader::new(program.stdout.take().expect("it can be heard")).lines();
    let (tell, heard) = channel();
    let listener = thread::spawn(move || said.map_while(Result::ok).for_each(|line| drop(tell.send(line))));
    let next = || heard.recv_timeout(Duration::from_secs(40)).unwrap_or_else(|_| "nothing".to_owned());
    assert_eq!(next(), "new");
    for (to, value) in [("off", "old"), ("on", "new")] {
        console.done(&format!("toggle {to} new-parser $/app --yes"));
        assert_eq!(next(), value);
    }
    let _ = program.kill();
    program.wait().expect("it ends");
    drop(listener.join());
}

#[test]
#[cfg(unix)]
fn a_shell_that_reads_an_environment_file_sees_the_switch() {
    use super::kinds::{product, toggle};
    let rest = "kind = \"env\"\nkey = \"PARSER\"\non = \"new\"\noff = \"the old one\"\n";
    let sandbox = product("c/app.env", "# ours\nPARSER=\"new\"\nOTHER=1\n", &toggle("c/app.env", rest));
    let console = Console::new(&sandbox);
    make(&console);
    console.done(APPLY);
    let read = || {
        let script = "set -a; . \"$0\"; printenv PARSER OTHER";
        let run = Command::new("/bin/sh").args(["-c", script]).arg(sandbox.path("app/c/app.env")).output();
        String::from_utf8(run.expect("a shell").stdout).expect("text")
    };
    assert_eq!(read(), "new\n1\n");
    console.done("toggle off s $/app --yes");
    assert_eq!(read(), "the old one\n1\n");
    console.done("toggle on s $/app --yes");
    assert_eq!(read(), "new\n1\n");
}
