//! Mails: what `git am` makes of one, comes out here with the same files, title, author and date.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::{contents, scene};
use crate::support::console::Console;
use crate::support::sandbox::Sandbox;
use crate::support::tools::is_here;

/// Mails that are tried.
const MAILS: &str = "300";

#[test]
fn every_mail_that_git_reads_is_read_in_the_same_way() {
    const STORY: &str = "every_mail_that_git_reads_is_read_in_the_same_way";
    if !(is_here("git", STORY) && is_here("python3", STORY)) {
        return;
    }
    let sandbox = Sandbox::in_memory();
    let folder = sandbox.path("mails");
    fs::create_dir_all(&folder).expect("a folder");
    let script = include_str!("mails.py");
    let made =
        Command::new("python3").args(["-c", script]).arg(&folder).arg(MAILS).output().expect("it runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let results = fs::read(folder.join("results.json")).expect("what Git made of them");
    let results: Vec<Value> = serde_json::from_slice(&results).expect("JSON");
    let mut read = 0;
    for result in results.iter().filter(|result| result["error"].is_null()) {
        let name = result["file"].as_str().expect("a name");
        is_read_so(result, &sandbox, &folder.join(name));
        read += 1;
    }
    assert!(read > 250, "Git read {read} of {MAILS}");
}

#[track_caller]
fn is_read_so(result: &Value, sandbox: &Sandbox, mail: &PathBuf) {
    let shown = fs::read(mail).expect("a mail");
    let shown = String::from_utf8_lossy(&shown);
    let app = sandbox.path("app");
    let _ = fs::remove_dir_all(&app);
    for (name, content) in old_tree() {
        sandbox.write(&format!("app/{name}"), content);
    }
    fs::copy(mail, sandbox.path("m.eml")).expect("a copy");
    let console = Console::new(sandbox);
    let run = console.run("show $/m.eml --json");
    let said: Value =
        serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {run}\n{shown}"));
    let patch = &said["patches"][0];
    assert_eq!(patch["subject"], result["subject"], "{shown}");
    assert_eq!(patch["author"], result["author"], "{shown}");
    let date = patch["date"].as_str().unwrap_or_default();
    let time = jiff::fmt::rfc2822::parse(date).map(|zoned| zoned.timestamp().as_second());
    assert_eq!(time.ok(), result["time"].as_i64(), "{date}\n{shown}");
    let run = console.run("apply $/m.eml $/app --allow-unsigned --yes");
    assert_eq!(run.code, 0, "{run}\n{shown}");
    let hex = |content: &[u8]| -> String { content.iter().map(|byte| format!("{byte:02x}")).collect() };
    let found: BTreeMap<String, Value> = contents(&app)
        .into_iter()
        .map(|(path, content)| (path.to_string_lossy().into_owned(), hex(&content).into()))
        .collect();
    assert_eq!(serde_json::to_value(found).expect("text"), result["tree"], "{shown}");
}

/// What `mails.py` begins with.
fn old_tree() -> [(&'static str, &'static str); 3] {
    const LONG: &str = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\nend\n";
    [
        ("f.txt", "one\ntwo = 2\nthree\n\nfive\nsix\n"),
        ("dir/g.txt", "Gr\u{fc}\u{df}e\nFrom here\nlast =20\n"),
        ("long.txt", LONG),
    ]
}

#[test]
fn a_mail_box_of_other_programs_is_a_series() {
    let mail = |title: &str, from: &str, to: &str| {
        format!(
            "From a@x.example Mon Sep 17 10:00:00 2001\nFrom: a <a@x.example>\nSubject: {title}\n\n---\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-{from}\n+{to}\n-- \n2.0\n\n"
        )
    };
    let sandbox = scene(&[("x", "1\n")], &(mail("one", "1", "2") + &mail("two", "2", "3")));
    let run = Console::new(&sandbox).run("show $/fix.patch");
    assert!(run.out.contains("one") && run.out.contains("two"), "{run}");
    let run = Console::new(&sandbox).run("apply $/fix.patch $/app --allow-unsigned --yes");
    assert_eq!((run.code, sandbox.read("app/x").as_deref()), (0, Some("3\n")), "{run}");
}
