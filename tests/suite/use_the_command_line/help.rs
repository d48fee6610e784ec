//! Help, completions and the manual page know every verb.

use std::path::{Path, PathBuf};

use patchwright::cli::command;

use crate::support::console::Console;
use crate::support::sandbox::Sandbox;

const VERBS: [&str; 32] = [
    "show",
    "diff",
    "plan",
    "explain",
    "rehearse",
    "status",
    "identify",
    "fixed",
    "choose",
    "apply",
    "rollback",
    "reapply",
    "repair",
    "toggle",
    "recover",
    "accept",
    "rollout",
    "reconcile",
    "new",
    "edit",
    "make",
    "export",
    "verify",
    "review",
    "sign",
    "key",
    "history",
    "metrics",
    "evidence",
    "support",
    "completions",
    "man",
];

#[test]
fn the_verbs_are_those_of_the_contract() {
    let command = command();
    let verbs: Vec<_> = command.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
    assert_eq!(verbs, VERBS);
}

#[test]
fn the_definition_has_no_contradiction() {
    command().debug_assert();
}

#[test]
fn every_verb_explains_itself_with_examples() {
    let sandbox = Sandbox::new();
    for verb in VERBS {
        let help = Console::new(&sandbox).done(&format!("{verb} --help"));
        assert!(help.out.contains(&format!("Examples:\n  patchwright {verb}")), "{help}");
        assert_eq!(help.err, "");
    }
    let help = Console::new(&sandbox).done("--help").out;
    assert!(help.contains("130  stopped before any change"), "{help}");
    let version = Console::new(&sandbox).done("--version").out;
    let own = format!("patchwright {} (", env!("CARGO_PKG_VERSION"));
    assert!(version.starts_with(&own) && version.contains(", profile "), "which build it is: {version}");
}

#[test]
fn every_verb_of_a_verb_has_an_example_that_can_be_typed() {
    let mut examples = 0;
    for verb in command().get_subcommands() {
        for own in verb.get_subcommands().filter(|own| own.get_name() != "help") {
            let name = format!("{} {}", verb.get_name(), own.get_name());
            let said = own.get_after_help().map(ToString::to_string).unwrap_or_default();
            let typed: Vec<&str> =
                said.lines().filter_map(|line| line.strip_prefix("  patchwright ")).collect();
            assert!(typed.first().is_some_and(|first| first.starts_with(&name)), "{name}: {said}");
            for line in typed {
                let line = line.split(" > ").next().expect("a command");
                let words = ["patchwright"].into_iter().chain(line.split_whitespace());
                let read = command().try_get_matches_from(words);
                assert!(read.is_ok(), "{line}: {}", read.expect_err("checked"));
                examples += 1;
            }
        }
    }
    assert!(examples > 18, "{examples} examples");
}

/// Columns of the narrowest terminal in use.
const COLUMNS: usize = 80;

#[test]
fn help_fits_a_narrow_terminal() {
    let sandbox = Sandbox::new();
    let console = Console::new(&sandbox);
    let of_verbs = VERBS.iter().map(|verb| format!("{verb} --help"));
    for typed in of_verbs.chain(["--help".to_owned(), "key trust --help".to_owned()]) {
        let help = console.done(&typed).out;
        let wide: Vec<_> = help.lines().filter(|line| line.chars().count() > COLUMNS).collect();
        assert!(wide.is_empty(), "{typed}: {wide:#?}");
    }
}

#[test]
fn help_opens_with_a_sentence_and_examples_and_groups_the_verbs() {
    let sandbox = Sandbox::new();
    let help = Console::new(&sandbox).done("--help").out;
    let opening = "Applies patches to a product folder, and rolls any of them back later\n\nExamples:\n";
    assert!(help.starts_with(opening), "{help}");
    let headings: Vec<_> = help.lines().filter(|line| line.ends_with(':')).collect();
    let expected = [
        "Examples:",
        "Look (these change nothing):",
        "Change a folder:",
        "Change many folders:",
        "Make patch files:",
        "Trust:",
        "Records, and this program:",
        "Options of every command:",
        "Exit codes:",
    ];
    assert_eq!(headings, expected, "{help}");
    for verb in VERBS {
        assert_eq!(help.matches(&format!("\n  {verb:<11}  ")).count(), 1, "{verb} is listed once\n{help}");
    }
}

#[test]
fn what_was_called_otherwise_once_still_works() {
    for typed in ["heal app", "plan fix.patchbundle app --holds list.json", "rollback app --undo"] {
        let parsed = command().try_get_matches_from(["patchwright"].into_iter().chain(typed.split(' ')));
        assert!(parsed.is_ok(), "{typed}: {parsed:?}");
    }
    let sandbox = Sandbox::new();
    let console = Console::new(&sandbox);
    let help = ["--help", "plan --help"].map(|typed| console.done(typed).out).concat();
    assert!(!help.contains("heal ") && !help.contains("--holds"), "old names are not taught: {help}");
}

#[test]
fn every_example_can_be_typed() {
    for verb in command().get_subcommands() {
        let examples = verb.get_after_help().expect("examples").to_string();
        for line in examples.lines().filter_map(|line| line.trim().strip_prefix("patchwright ")) {
            let typed = line.split(['>', '|']).next();
            let words = ["patchwright"].into_iter().chain(typed.expect("a command").split_whitespace());
            let parsed = command().try_get_matches_from(words);
            assert!(parsed.is_ok(), "{line}: {parsed:?}");
        }
        // A line that is wrapped is two commands for whoever copies it.
        for line in examples.lines().filter(|line| line.starts_with("  patchwright ")) {
            assert!(line.chars().count() <= 78, "{} columns: {line}", line.chars().count());
        }
    }
}

#[test]
fn flags_may_stand_before_between_and_behind_the_patch_file_and_the_folder() {
    for typed in [
        "plan --output p fix.patchbundle app --json",
        "plan fix.patchbundle --output p app",
        "apply fix.patchbundle --allow-unsigned app",
        "apply --yes fix.patchbundle --plan p app --allow-unsigned",
    ] {
        let words = ["patchwright"].into_iter().chain(typed.split_whitespace());
        let parsed = command().try_get_matches_from(words).unwrap_or_else(|error| panic!("{typed}: {error}"));
        let (_, verb) = parsed.subcommand().expect("a verb");
        let paths: Vec<_> = verb.get_many::<PathBuf>("paths").expect("paths").collect();
        assert_eq!(paths, [Path::new("fix.patchbundle"), Path::new("app")], "{typed}");
    }
}

#[test]
fn usage_names_the_patch_file_and_the_folder() {
    let sandbox = Sandbox::new();
    for verb in ["plan", "apply"] {
        let help = Console::new(&sandbox).done(&format!("{verb} --help")).out;
        assert!(
            help.contains(&format!("Usage: patchwright {verb} [OPTIONS] <FILE>... <TARGET>\n")),
            "{help}"
        );
    }
}

#[test]
fn completions_know_every_verb() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = Console::new(&sandbox).done(&format!("completions {shell}")).out;
        for word in VERBS.into_iter().chain(["allow-unsigned", "on-conflict"]) {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
    }
}

#[test]
fn the_manual_page_knows_every_verb() {
    let sandbox = Sandbox::new();
    let page = Console::new(&sandbox).done("man").out;
    assert!(page.contains(".TH patchwright 1"), "{page}");
    for verb in VERBS {
        assert!(page.contains(&format!(".SH \"PATCHWRIGHT {}\"", verb.to_uppercase())), "{verb}");
    }
    assert!(page.contains("\\-\\-accept\\-weak\\-volume") && page.contains("Examples:"));
}
