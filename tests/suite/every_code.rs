//! Every code that a person can quote on the phone is met by some story: one that nobody meets is a promise unkept.

use std::fs;
use std::path::{Path, PathBuf};

use patchwright::model::Code;

use crate::support::{ended, files_below};

/// Tests that make failures by hand, to see how they are worded. Nobody meets a code there.
const ONLY_WORDED: [&str; 3] = ["src/report", "src/present", "src/words"];

/// Codes with which no run of a story on the command line ends, each with the reason.
const NEVER_THE_END: [(Code, &str); 9] = [
    (Code::Limit, "hostile files are opened without the command line"),
    (Code::Collide, "trees with such names are made and applied without the command line"),
    (Code::Delta, "hostile files are opened without the command line"),
    (Code::Platform, "it is asked of plans without the command line"),
    (Code::Expired, "it is asked of plans without the command line"),
    (Code::Attributes, "it takes a disk that refuses owners, which only the simulated one does"),
    (Code::Volume, "it takes a disk that keeps no promises, which only the simulated one is"),
    (Code::Proof, "a proof that fails is made without the command line"),
    (Code::Newer, "files of the future are opened without the command line"),
];

#[test]
fn every_code_is_met_by_a_story() {
    let stories: Vec<String> = stories().iter().map(|path| read(path)).collect();
    let unmet: Vec<_> =
        Code::ALL.iter().filter(|code| !stories.iter().any(|story| meets(story, **code))).collect();
    assert!(unmet.is_empty(), "no story meets {unmet:?}");
}

#[test]
#[ignore = "it asks what the rest of the suite met: .ci/run comes to it when that is done"]
fn every_code_ended_a_run() {
    #[cfg(unix)]
    if !rustix::process::geteuid().is_root() {
        eprintln!("SKIPPED which codes runs ended with: some stories need an administrator");
        return;
    }
    let met = ended::codes();
    assert!(!met.is_empty(), "run the suite first");
    let known: Vec<&str> = NEVER_THE_END.iter().map(|(code, _)| code.as_str()).collect();
    let unmet: Vec<_> =
        Code::ALL.iter().map(|code| code.as_str()).filter(|code| !met.contains(code)).collect();
    assert_eq!(unmet, known, "a run of a story ends with every other code");
}

#[test]
fn the_check_takes_no_other_word_for_a_code() {
    for met in ["[Code::Key]", "Err(\"E-KEY\")", "E-KEY bin: told\n", "(code::Code::Key, 3)"] {
        assert!(meets(met, Code::Key), "{met}");
    }
    for other in ["Code::Keyring", "ExitCode::Key", "E-KEY-RING", "// Code::Key", "    /// E-KEY", "Key"] {
        assert!(!meets(other, Code::Key), "{other}");
    }
}

fn meets(story: &str, code: Code) -> bool {
    let (name, printed) = (format!("Code::{code:?}"), code.as_str());
    let is_comment = |line: &&str| line.trim_start().starts_with("//");
    story
        .lines()
        .filter(|line| !is_comment(line))
        .any(|line| has_word(line, &name) || has_word(line, printed))
}

/// Whether `word` stands in `line` and is no part of a longer one.
fn has_word(line: &str, word: &str) -> bool {
    let goes_on = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-');
    line.match_indices(word).any(|(at, _)| {
        let (before, behind) = (&line[..at], &line[at + word.len()..]);
        !before.ends_with(goes_on) && !behind.starts_with(goes_on)
    })
}

/// The files of the suite and the tests in the crate, but this one.
fn stories() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let is_test = |path: &PathBuf| {
        let inside = path.strip_prefix(root).expect("it was found there");
        let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("we name our files");
        inside.iter().any(|part| part == "tests") || stem == "tests" || stem.ends_with("_tests")
    };
    let is_other = |path: &PathBuf| {
        let elsewhere = ONLY_WORDED.iter().any(|folder| path.starts_with(root.join(folder)));
        !elsewhere && !path.ends_with(file!())
    };
    let mut found = ["tests", "src"].map(|folder| files_below(&root.join(folder), &["rs", "snap"])).concat();
    found.retain(|path| is_test(path) && is_other(path));
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
