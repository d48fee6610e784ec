//! What other programs read in merged settings: the readers of Python, which know nothing of this program.

use std::io::Write;
use std::process::{Command, Stdio};

use super::Triple;
use super::settings::FORMS;
use crate::support::tools::is_here;

#[test]
#[ignore = "slow: asks Python's readers about thousands of merges"]
fn the_readers_of_python_find_in_every_clean_merge_what_both_meant() {
    if !is_here("python3", "holding merges against the readers of Python") {
        return;
    }
    let mut python = Command::new("python3")
        .args(["-c", include_str!("judge.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    let mut input = python.stdin.take().expect("it listens");
    let writer = std::thread::spawn(move || {
        for form in FORMS {
            for triple in (0..20_000).map(|seed| Triple::make(seed, form)) {
                let Some((merged, _)) = triple.merge() else { continue };
                let [base, mine, theirs] = &triple.texts;
                let line = serde_json::json!([form.name, base, mine, theirs, merged]);
                writeln!(input, "{line}").expect("it listens");
            }
        }
    });
    let output = python.wait_with_output().expect("Python ends");
    writer.join().expect("all was told");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}");
    let seen = told.lines().last().unwrap_or_default();
    println!("{seen}");
    for form in FORMS {
        let is_missing = seen.contains(&format!("\"{}\": \"no reader\"", form.name));
        assert!(is_missing || seen.contains(form.name), "{seen}");
        if is_missing {
            eprintln!("SKIPPED {}: this Python has no reader for it", form.name);
        }
    }
}
