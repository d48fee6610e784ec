//! What every word of the window has to be: short, calm, and the reader's own.

use super::*;
use crate::model::{Code, Restart, Word};

/// Words that frighten, blame, or belong to us and not to the reader.
const BANNED: &[&str] = &[
    "abort",
    "base",
    "bundle",
    "deploy",
    "drift",
    "error",
    "fatal",
    "illegal",
    "invalid",
    "journal",
    "kill",
    "manifest",
    "mod",
    "package",
    "payload",
    "purge",
    "rollback",
    "stage",
    "staging",
    "target",
    "transaction",
    "update",
];
/// Longest sentence that is understood at the first reading, in words.
const LONGEST_SENTENCE: usize = 20;

#[test]
fn no_word_is_long_loud_or_ours() {
    let headings = Code::ALL.iter().map(|&code| (code.as_str(), heading(code)));
    let tables =
        [ALL, contents::ALL, many::ALL, papers::ALL, several::ALL, trying::ALL, widgets::ALL, window::ALL]
            .into_iter()
            .flatten()
            .copied();
    let restarts = Restart::WORDS.iter().filter_map(|&(word, what)| Some((word, restart(what)?)));
    for (name, text) in tables.chain(headings).chain(restarts) {
        for sentence in text.split(['.', ';', '?']) {
            let words: Vec<String> = sentence
                .split(|c: char| !c.is_alphanumeric())
                .filter(|word| !word.is_empty())
                .map(str::to_lowercase)
                .collect();
            assert!(words.len() <= LONGEST_SENTENCE, "{name} is long: {sentence}");
            let banned = words.iter().find(|word| BANNED.contains(&word.as_str()));
            assert_eq!(banned, None, "{name}: {text}");
        }
        let first = text.chars().next().expect("a text");
        let is_part = name.starts_with("PART_");
        assert!(first.is_uppercase() || !first.is_alphabetic() || is_part, "{name}: {text}");
        assert!(!text.contains('!'), "{name} is loud: {text}");
    }
}

#[test]
fn every_place_in_a_template_is_filled_by_its_name() {
    assert_eq!(fill(REASONS_IN_FILE, &[("path", "a"), ("n", "2 reasons")]), "a: 2 reasons");
    assert_eq!(fill(BACK, &[]), "Back");
}

#[test]
fn what_is_filled_in_is_no_template_itself() {
    let facts = [("new", "{old}"), ("old", "{"), ("to", "}"), ("at", "{new}")];
    assert_eq!(fill(contents::ROW_CHANGED, &facts), "{old}, changed from {, line }, before line {new}");
}

#[test]
fn every_restart_that_a_manifest_may_ask_for_has_a_sentence_of_its_own() {
    let mut sentences: Vec<_> = Restart::WORDS.iter().filter_map(|(_, what)| restart(*what)).collect();
    assert!(sentences.iter().all(|sentence| !sentence.contains('_')), "no word of a manifest: {sentences:?}");
    assert_eq!(restart(Restart::Nothing), None);
    sentences.sort();
    sentences.dedup();
    assert_eq!(sentences.len(), Restart::WORDS.len() - 1, "{sentences:?}");
}
