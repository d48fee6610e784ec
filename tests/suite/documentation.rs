//! What the documents say is true.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use patchwright::model::{Code, Kind};

use crate::support::files_below;
use crate::support::tools::{INSTALLED_BY_CI, Registry};

#[test]
fn the_two_commands_of_the_readme_are_what_ci_runs() {
    let install = section(&document("README.md"), "Install");
    let commands: Vec<_> = code_lines(&install).map(|line| before_comment(&line)).collect();
    assert_eq!(commands, ["cargo run --release", "cargo test"]);
    // Most people have no toolchain: packages come first.
    let [packages, toolchain] = ["| Windows |", "Rust toolchain"].map(|words| install.find(words));
    assert!(packages.is_some() && packages < toolchain, "{install}");

    let ci = document(".ci/run");
    let steps: Vec<_> = ci.lines().filter(|line| line.starts_with("step ")).collect();
    let runs = |command: &str| steps.iter().any(|step| step.ends_with(&format!("' {command}")));
    assert!(runs("cargo test"), "{steps:?}");
    // The same build as `cargo run --release`, which would open the window.
    assert!(runs("cargo build --release"), "{steps:?}");
}

#[test]
fn ci_installs_what_it_then_requires() {
    let ci = document(".ci/run");
    for program in INSTALLED_BY_CI {
        assert!(ci.contains(&format!("command -v {program} >/dev/null || packages+=(")), "{program}");
    }
    let tests = ci.find("step 'tests").expect("it tests");
    let required = ci.find("export REQUIRE_TOOLS=1").expect("it is set");
    assert!(required < tests);
    for (registry, list) in [(Registry::Npm, "FROM_NPM=("), (Registry::PyPi, "FROM_PYPI=(")] {
        let (_, list) = ci.split_once(list).expect("a list");
        let (list, _) = list.split_once("\n)").or(list.split_once(")\n")).expect("its end");
        let words: Vec<_> = list.split_whitespace().map(|word| word.trim_matches('\'')).collect();
        let name = |word: &&str| word.split(['=', '[']).next().map(str::to_owned);
        let installed: Vec<_> = words.iter().filter_map(name).collect();
        for package in registry.packages() {
            assert!(installed.iter().any(|name| name == package), "{package}: {installed:?}");
        }
        let required = ci.find(&format!("{}=1", registry.variable())).expect("it is set");
        assert!(required < tests);
    }
}

#[test]
fn no_story_skips_a_program_of_ci_by_itself() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = [root.join("tests"), root.join("src")].map(|folder| files_below(&folder, &["rs"])).concat();
    let starts = |text: &str| {
        INSTALLED_BY_CI.iter().any(|program| text.contains(&format!("Command::new(\"{program}\")")))
    };
    let without: Vec<_> = files
        .into_iter()
        .filter(|path| path.starts_with(root.join("tests")) || path.iter().any(|part| part == "tests"))
        .filter(|path| {
            let text = std::fs::read_to_string(path).expect("our own file");
            starts(&text) && !text.contains("is_here(")
        })
        .collect();
    assert!(without.is_empty(), "ask support::tools::is_here: {without:?}");
}

#[test]
fn the_readme_shows_every_verb_and_no_other() {
    let program = patchwright::cli::command();
    let verbs: BTreeSet<&str> = program.get_subcommands().map(clap::Command::get_name).collect();
    let readme = document("README.md");
    let blocks = code_lines(&readme);
    let lines: Vec<_> = blocks.chain(code_spans(&readme)).collect();
    let shown: BTreeSet<&str> = lines
        .iter()
        .filter_map(|line| line.strip_prefix("patchwright ")?.split(' ').next())
        // `patchwright COMMAND --help` stands for any of them, and a flag is no verb.
        .filter(|word| word.starts_with(|first: char| first.is_ascii_lowercase()))
        .collect();
    assert_eq!(shown, verbs);
}

#[test]
fn the_exit_codes_of_the_readme_are_those_of_the_program() {
    let table: BTreeMap<u8, String> = section(&document("README.md"), "Exit codes")
        .lines()
        .filter_map(|line| {
            let (code, meaning) = line.strip_prefix("| ")?.split_once(" | ")?;
            Some((code.parse().ok()?, meaning.to_owned()))
        })
        .collect();
    let kinds: BTreeMap<u8, Kind> = Kind::WORST_FIRST.iter().map(|kind| (kind.exit_code(), *kind)).collect();

    let documented: Vec<_> = table.keys().copied().filter(|code| *code != 0).collect();
    assert_eq!(documented, kinds.keys().copied().collect::<Vec<_>>());
    assert!(table[&0].starts_with("done"));
    for (code, kind) in kinds {
        assert!(table[&code].starts_with(first_words(kind)), "{code}: {}", table[&code]);
    }
}

/// How the meaning of an exit code begins.
fn first_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Machine => "the computer failed",
        Kind::Usage => "the command line is wrong",
        Kind::Refused => "refused",
        Kind::NotTrusted => "not trusted",
        Kind::PutBack => "the change failed, and the folder was restored",
        Kind::NeedsPerson => "needs a person",
        Kind::NotYet => "not there yet",
        Kind::Interrupted => "stopped before any change",
    }
}

#[test]
fn no_two_reasons_share_a_code() {
    let codes: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(codes.len(), Code::ALL.len());
    for code in codes {
        let name = code.strip_prefix("E-").unwrap_or_else(|| panic!("{code} does not start with E-"));
        assert!(name.chars().all(|c| c.is_ascii_uppercase() || c == '-'), "{code}");
    }
}

#[test]
fn every_file_that_the_map_names_is_there() {
    let map = document("ARCHITECTURE.md");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let named: BTreeSet<String> = code_spans(&map)
        .filter(|span| ["src/", "tests/", "assets/"].iter().any(|folder| span.starts_with(folder)))
        .collect();
    let gone: Vec<_> = named.iter().filter(|path| !root.join(path).exists()).collect();
    assert!(gone.is_empty() && named.len() > 40, "{gone:?}, {} named", named.len());
    let arrows = |text: &str| {
        let line = text.lines().find(|line| line.contains("bin → cli"));
        line.expect("a map has the line with the arrows").trim_start_matches("//!").trim().to_owned()
    };
    assert_eq!(arrows(&map), arrows(&document("src/lib.rs")));
}

#[test]
fn every_threat_has_a_test_that_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = [root.join("tests"), root.join("src")].map(|folder| files_below(&folder, &["rs"])).concat();
    let tests: BTreeSet<String> = files
        .iter()
        .flat_map(|path| tests_in(&std::fs::read_to_string(path).expect("our own file")))
        .collect();
    let table = document("THREATS.md");
    let rows = table.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| Attack "));
    let mut threats = 0;
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        let [_, _, named] = cells[..] else { panic!("three cells: {row}") };
        let named: Vec<String> = code_spans(named).collect();
        assert!(!named.is_empty(), "no test is named: {row}");
        for name in named {
            assert!(tests.contains(&name), "there is no test {name}, which is to stop: {}", cells[0]);
        }
        threats += 1;
    }
    assert!(threats > 40, "{threats}");
}

/// The names of the functions that a test harness runs in `source`.
fn tests_in(source: &str) -> Vec<String> {
    let mut lines = source.lines().map(str::trim_start);
    let mut names = Vec::new();
    while lines.by_ref().any(|line| line == "#[test]") {
        let signature = lines.by_ref().find_map(|line| line.strip_prefix("fn "));
        names.extend(signature.and_then(|rest| rest.split('(').next()).map(str::to_owned));
    }
    names
}

#[test]
fn the_changelog_has_a_place_for_the_next_line() {
    let changelog = document("CHANGELOG.md");
    let first = changelog.lines().find(|line| line.starts_with("## "));
    assert_eq!(first, Some("## [Unreleased]"));
}

#[test]
fn the_licence_is_the_one_cargo_names() {
    let licence = env!("CARGO_PKG_LICENSE");
    assert!(document("LICENSE").contains(licence), "{licence}");
    for name in ["LICENSE-APACHE", "LICENSE-MIT"] {
        assert!(document("LICENSE").contains(name) && !document(name).is_empty(), "{name}");
    }
}

/// The text below the heading `title`, up to the next one.
fn section(document: &str, title: &str) -> String {
    let is_heading = |line: &&str| line.starts_with("## ") || line.starts_with("### ");
    let mut lines = document.lines().skip_while(|line| line.trim_start_matches('#').trim() != title);
    assert!(lines.next().is_some(), "there is no section {title:?}");
    lines.take_while(|line| !is_heading(line)).flat_map(|line| [line, "\n"]).collect()
}

/// The lines in the blocks of code.
fn code_lines(text: &str) -> impl Iterator<Item = String> {
    let blocks = text.split("```").skip(1).step_by(2);
    let lines: Vec<_> = blocks.flat_map(|block| block.lines().skip(1)).map(str::to_owned).collect();
    lines.into_iter().filter(|line| !line.is_empty())
}

/// The code inside of sentences.
fn code_spans(text: &str) -> impl Iterator<Item = String> {
    let prose = text.split("```").step_by(2);
    prose.flat_map(|prose| prose.split('`').skip(1).step_by(2)).map(str::to_owned)
}

fn before_comment(line: &str) -> String {
    line.split('#').next().unwrap_or_default().trim_end().to_owned()
}

fn document(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.replace("\r\n", "\n")
}
