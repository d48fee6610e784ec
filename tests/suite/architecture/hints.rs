//! What a text tells somebody to type can be typed.

use std::collections::BTreeSet;

use clap::Command;
use clap::error::ErrorKind;
use patchwright::cli::command;
use patchwright::words;

use super::words::{reads_like_words, texts};
use super::{read, root, rust_files, without_tests};

/// Where a command in a sentence ends, beside the end of the sentence.
const ENDS: [&str; 8] = ["\\n", "\n", ", ", "; ", ": ", ")", "`", "\\\""];
/// Flags of other programs that texts name.
const OF_OTHERS: [&str; 6] =
    ["--binary", "--color", "--full-index", "--no-color", "--no-index", "--submodule"];
/// What begins like a command and is the name of a thing inside the program.
const NAMES: [&str; 4] = ["change colours", "fonts", "palette", "progress"];

#[test]
fn every_command_that_a_text_names_can_be_typed() {
    let (mut tried, mut refused) = (0, Vec::new());
    for Text { whence, text, .. } in texts_of_the_code() {
        for typed in commands(&text) {
            tried += 1;
            if let Some(problem) = problem(&typed) {
                refused.push(format!("{whence}: patchwright {typed}\n    {problem}"));
            }
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    assert!(tried > 80, "{tried} were tried");
}

#[test]
fn no_hint_only_shows_more_help() {
    let hints = texts_of_the_code()
        .into_iter()
        .filter(|text| HINTS.iter().any(|place| text.whence.starts_with(place)));
    let only_help = |typed: &String| typed.split_whitespace().any(|word| word == "--help");
    let found: Vec<String> = hints
        .filter(|text| commands(&text.text).iter().any(only_help))
        .map(|text| format!("{}: {}", text.whence, text.text))
        .collect();
    assert!(found.is_empty(), "a command that does something, instead of:\n{}", found.join("\n"));
}

#[test]
fn every_flag_that_a_text_names_is_one() {
    let known = flags(&command());
    let mut unknown = Vec::new();
    for Text { whence, text, .. } in
        texts_of_the_code().into_iter().filter(|text| reads_like_words(&text.text))
    {
        for word in text.split(|c: char| !(c.is_alphanumeric() || c == '-')) {
            let is_flag = word.strip_prefix("--").is_some_and(|name| name.starts_with(char::is_alphabetic));
            if is_flag && !known.contains(word) && !OF_OTHERS.contains(&word) {
                unknown.push(format!("{whence}: {word}"));
            }
        }
    }
    assert!(unknown.is_empty(), "{}", unknown.join("\n"));
}

/// Where advice stands that the window shows without what is to be typed.
const HINTS: [&str; 6] = [
    "src/diff/patch_text",
    "src/plan/relate",
    "src/plan/situation",
    "src/plan/why",
    "src/report",
    "src/workbench",
];
/// What is written large in the middle of a sentence and is no control of the window.
const PROPER_NAMES: &[&str] = &[
    "ACME-HF-1042",
    "BE",
    "BIP",
    "Bitstream",
    "CR",
    "CSAF",
    "COMMIT",
    "CSV",
    "CVE",
    "CycloneDX",
    "E-SPACE",
    "EPSS",
    "Ed25519",
    "English",
    "European",
    "F7",
    "GBK",
    "GHSA",
    "GNU",
    "Grype",
    "ISC",
    "JSON",
    "KEV",
    "LE",
    "LF",
    "NEW",
    "OLD",
    "OSV",
    "OSV-Scanner",
    "OpenSSH",
    "OpenVEX",
    "PARENT",
    "SBOM",
    "SIL",
    "SPDX",
    "Shift",
    "Shift_JIS",
    "TOML",
    "Trivy",
    "URL",
    "Unix",
    "VEX",
    "Vera",
    "Windows",
    "Windows-1250",
    "Windows-1251",
    "Windows-1252",
    "XDG_DATA_HOME",
];

#[test]
fn every_hint_in_the_window_names_what_is_there() {
    let labels = labels();
    let tables = tables();
    let of_tables = tables.into_iter().flatten().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    let is_hint = |whence: &str| HINTS.iter().any(|place| whence.starts_with(place));
    let of_engine = texts_of_the_code().into_iter().filter(|text| is_hint(&text.whence) && !text.is_typed);
    let of_engine = of_engine.map(|text| (text.whence, text.text)).filter(|(_, text)| is_advice(text));
    let of_engine: Vec<_> = of_engine.collect();
    assert!(of_engine.len() > 100, "{} texts of the engine", of_engine.len());
    let (mut tried, mut odd) = (0, Vec::new());
    for (whence, text) in of_tables.chain(of_engine) {
        tried += 1;
        let unknown = named(&text).into_iter().find(|name| !is_known(name, &labels));
        let is_for_a_console = is_advice(&text) && (has_flag(&text) || !commands(&text).is_empty());
        if unknown.is_some() || is_for_a_console {
            odd.push(format!("{whence}: {text:?} names {unknown:?}"));
        }
    }
    assert!(odd.is_empty(), "{}", odd.join("\n"));
    assert!(tried > 500, "{tried} were tried");
}

#[test]
fn a_hint_that_names_no_control_is_found() {
    assert_eq!(named("Look at History first. Then press Frobnicate."), ["History", "Frobnicate"]);
    assert!(is_known("History", &labels()) && !is_known("Frobnicate", &labels()));
}

/// Every table of the window's words.
fn tables() -> [&'static [(&'static str, &'static str)]; 8] {
    use words::{contents, many, papers, several, trying, widgets, window};
    [words::ALL, contents::ALL, many::ALL, papers::ALL, several::ALL, trying::ALL, widgets::ALL, window::ALL]
}

/// What the window calls its controls: everything in its tables that is no sentence.
fn labels() -> BTreeSet<&'static str> {
    let tables = tables();
    let is_label = |text: &&str| !text.ends_with('.') && !text.contains(". ");
    tables.into_iter().flatten().map(|(_, text)| *text).filter(is_label).collect()
}

/// Whether a text tells somebody what to do: it begins large and ends with a stop.
fn is_advice(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase()) && text.ends_with('.') && text.contains(' ')
}

fn is_known(name: &str, labels: &BTreeSet<&str>) -> bool {
    let is_label =
        |label: &&str| label.strip_prefix(name).is_some_and(|rest| !rest.starts_with(char::is_alphabetic));
    PROPER_NAMES.contains(&name) || labels.iter().any(is_label)
}

/// The words that are written large although they begin no sentence.
fn named(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for sentence in text.split_inclusive(['.', ':', '?', '\u{b7}']) {
        let words = sentence.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '{' | '}')));
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        let is_large = |word: &&&str| word.starts_with(|c: char| c.is_ascii_uppercase()) && word.len() > 1;
        found.extend(words.iter().skip(1).filter(is_large).map(|word| (*word).to_owned()));
    }
    found
}

#[test]
fn what_cannot_be_typed_is_found() {
    assert_eq!(commands("Roll back: patchwright rollback {folder}. Or not."), ["rollback {folder}"]);
    assert_eq!(problem("rollback {folder}"), None);
    assert_eq!(problem("repair"), None, "the name of a verb alone is no command");
    for wrong in ["roll back {folder}", "rollback {folder} --sideways", "key trust KEYFILE"] {
        assert!(problem(wrong).is_some(), "{wrong}");
    }
}

/// What stands behind the program's name in `text`, up to the end of the command.
fn commands(text: &str) -> Vec<String> {
    let command = |rest: &str| {
        // A stop ends it where a sentence begins; elsewhere it may be a folder.
        let stops = rest.match_indices(". ").map(|(at, _)| at);
        let stop = stops.into_iter().find(|at| rest[at + 2..].starts_with(char::is_uppercase));
        let ends = ENDS.iter().filter_map(|end| rest.find(end)).chain(stop);
        let typed = &rest[..ends.min().unwrap_or(rest.len())];
        typed.split("  ").next().unwrap_or_default().trim().trim_end_matches('.').to_owned()
    };
    let is_one = |typed: &String| {
        typed.starts_with(|first: char| first.is_ascii_lowercase() || first == '-')
            && !NAMES.contains(&typed.as_str())
    };
    // `.patchwright` is a folder.
    let named = text.match_indices("patchwright ").filter(|(at, _)| !text[..*at].ends_with('.'));
    named.map(|(at, name)| command(&text[at + name.len()..])).filter(is_one).collect()
}

/// Why it cannot be typed, if so. What is filled in later stands for itself.
fn problem(typed: &str) -> Option<String> {
    let words: Vec<&str> =
        typed.split_whitespace().take_while(|word| !["|", ">", ">>"].contains(word)).collect();
    if let [verb] = words.as_slice()
        && command().find_subcommand(verb).is_some()
    {
        return None;
    }
    let words = ["patchwright"].into_iter().chain(words);
    match command().try_get_matches_from(words) {
        Err(error) if !matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            Some(error.to_string())
        }
        _ => None,
    }
}

fn flags(command: &Command) -> BTreeSet<String> {
    let own =
        command.get_arguments().flat_map(|flag| flag.get_long_and_visible_aliases().unwrap_or_default());
    let mut all: BTreeSet<String> = own.map(|flag| format!("--{flag}")).collect();
    all.insert("--help".to_owned());
    all.extend(command.get_subcommands().flat_map(flags));
    all
}

/// A text outside of tests.
struct Text {
    /// The file and the line.
    whence: String,
    text: String,
    /// Whether it is shown only to those who type.
    is_typed: bool,
}

fn texts_of_the_code() -> Vec<Text> {
    let mut all = Vec::new();
    for path in rust_files("src").into_iter().filter(|path| !path.to_string_lossy().contains("tests")) {
        let source = read(&path);
        let file = path
            .strip_prefix(root())
            .expect("a file of this project")
            .display()
            .to_string()
            .replace('\\', "/");
        for (at, text) in texts(without_tests(&source)) {
            let line = source[..at].matches('\n').count() + 1;
            all.push(Text {
                whence: format!("{file}:{line}"),
                text: text.replace("\\\n", " "),
                is_typed: is_typed(&source[..at]),
            });
        }
    }
    all
}

/// Whether a text with this in front of it is what advice has only for those who type.
fn is_typed(before: &str) -> bool {
    let begin = before.rfind([';', '{', '}']).map_or(0, |at| at + 1);
    let statement = before[begin..].rsplit("=>").next().unwrap_or_default();
    let [typed, by_command] = ["Advice::typed(", "Advice::by_command("].map(|call| statement.rfind(call));
    let command = by_command.map(|at| statement[at..].matches('"').count() >= 2);
    match (typed, by_command) {
        (Some(typed), Some(other)) if typed > other => true,
        (Some(_), None) => true,
        _ => command == Some(true),
    }
}

/// Whether one of this program's flags is in it.
fn has_flag(text: &str) -> bool {
    let of_others = |rest: &str| OF_OTHERS.iter().any(|flag| rest.starts_with(flag));
    let mut flags = text.match_indices(" --").map(|(at, _)| &text[at + 1..]);
    flags.any(|rest| rest[2..].starts_with(char::is_alphabetic) && !of_others(rest))
}
