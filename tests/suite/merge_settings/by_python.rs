//! Files of settings that Python makes up as people write them, with operations on them: what comes of each edit says to
//! other people's readers what `jsonpatch` makes of the same operations.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::ops::Range;
use std::process::{Command, Stdio};
use std::thread;

use patchwright::diff::FileEdits;
use serde_json::{Value as Json, json};

use super::settings::{FORMS, Form};
use crate::support::tools::python_has;

const SCRIPT: [&str; 3] = [include_str!("judge.py"), include_str!("edits.py"), include_str!("wild.py")];
const MAIN: &str = "if __name__ == \"__main__\":\n    main()\n";

fn python(last_line: &str, arguments: &[String]) -> Command {
    let script = format!("{}\n{last_line}\n", SCRIPT.join("\n").replace(MAIN, ""));
    let mut python = Command::new("python3");
    python.arg("-c").arg(script).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
    python
}

/// What came of the pairs of one form.
#[derive(Debug, Default)]
struct Told {
    pairs: usize,
    proven: usize,
    /// Why the others were refused.
    refused: BTreeMap<String, usize>,
    /// What the readers said, or which of them found something else.
    verdict: String,
    is_right: bool,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let refused = self.pairs - self.proven;
        write!(f, "{} pairs, {} proven, {refused} refused; {}", self.pairs, self.proven, self.verdict)
    }
}

/// A value as edits have it: numbers that a strict reader of JSON does not take have a form of their own.
fn written(value: &Json) -> Json {
    match value {
        Json::Array(items) => items.iter().map(written).collect(),
        Json::Object(members) => {
            Json::Object(members.iter().map(|(key, value)| (key.clone(), written(value))).collect())
        }
        Json::Number(number) if !number.is_i64() => json!({ "=number": number.to_string() }),
        other => other.clone(),
    }
}

/// The edited text, or why there is none.
fn edited(form: Form, text: &str, ops: &Json) -> Result<String, String> {
    let format = form.name.trim_start_matches("a.").trim_end_matches('c');
    let edits = json!([{ "do": written(ops), "format": format }]).to_string();
    let edits = FileEdits::from_json(edits.as_bytes()).map_err(|bad| bad.to_string())?;
    let tried = edits.try_on(text.as_bytes()).map_err(|why| why.to_string())?;
    let clashes: Vec<_> = tried.clashes().map(ToString::to_string).collect();
    tried.content.map(|content| String::from_utf8(content).expect("text")).ok_or_else(|| clashes.join("; "))
}

/// A reason without the names and values in it.
fn kind_of(reason: &str) -> String {
    let words = reason.rsplit(": ").next().unwrap_or(reason).split_whitespace();
    words
        .filter(|word| word.chars().all(|c| c.is_ascii_lowercase() || ",'".contains(c)))
        .collect::<Vec<_>>()
        .join(" ")
}

fn ask_python(form: Form, seeds: Range<u32>) -> Told {
    let arguments = [form.name.to_owned(), seeds.start.to_string(), seeds.end.to_string()];
    let mut maker = python("make_up()", &arguments).spawn().expect("Python starts");
    let mut judge = python("judge_edits()", &[]).spawn().expect("Python starts");
    let made_up = BufReader::new(maker.stdout.take().expect("it talks"));
    let mut judged = judge.stdin.take().expect("it listens");
    let teller = thread::spawn(move || {
        let mut told = Told::default();
        for line in made_up.lines() {
            let pair: Json = serde_json::from_str(&line.expect("text")).expect("a pair");
            told.pairs += 1;
            match edited(form, pair[1].as_str().expect("a text"), &pair[2]) {
                Ok(edited) => {
                    told.proven += 1;
                    writeln!(judged, "{}", json!([form.name, pair[1], pair[2], edited])).expect("it listens");
                }
                Err(why) => *told.refused.entry(kind_of(&why)).or_default() += 1,
            }
        }
        told
    });
    let output = judge.wait_with_output().expect("Python ends");
    let mut told = teller.join().expect("all was told");
    assert!(maker.wait().expect("Python ends").success(), "the maker of {} failed", form.name);
    told.is_right = output.status.success();
    told.verdict = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
    told
}

fn ask_about_all(pairs: u32) {
    if !python_has("jsonpatch, yaml", "holding edits against Python's readers and its jsonpatch") {
        return;
    }
    let mut wrong = Vec::new();
    for form in FORMS {
        let told = ask_python(form, 0..pairs);
        println!("{}: {told}", form.name);
        told.refused.iter().for_each(|(why, count)| println!("  {count} {why}"));
        let is_enough = told.proven * 2 > told.pairs && told.pairs * 4 > pairs as usize * 3;
        if !(told.is_right && is_enough) {
            wrong.push(format!("{}: {told}", form.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_as_people_write_them_say_what_python_makes_of_the_same_operations() {
    ask_about_all(120);
}

#[test]
#[ignore = "slow: asks Python about 12000 files of each form"]
fn twelve_thousand_files_of_each_form_say_what_python_makes_of_the_same_operations() {
    ask_about_all(12_000);
}
