//! Words for people stand in the tables of `words`, where they are read beside each other and checked.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use super::{read, root, rust_files, text_length, without_tests};

/// Where people are spoken to.
const SPEAKING: [&str; 5] = ["src/gui", "src/present", "src/toolkit", "src/viewer", "src/words"];
/// Where the words stand.
const TABLES: &str = "src/words";
/// What stands before a text that is read by the next reader of the code, or names something for the program.
const FOR_NOBODY: [&str; 7] = [
    ".expect(",
    "reason =",
    "Builder::new().name(",
    "Id::unique(",
    "Id::unique((",
    "_persistent_id(",
    ".with(",
];
/// Other texts that only look like words, and why they stand where they do.
const NO_WORDS: &[(&str, &[&str], &str)] = &[
    ("src/gui/app.rs", &["time alone does nothing"], "says what a debug build was built on"),
    ("src/viewer/paint/highlight.rs", &["Plain Text"], "a language's name in the set of grammars"),
    (
        "src/viewer/paint/head.rs",
        &["how wide the tools are is known now"],
        "says why a frame is laid out again",
    ),
    ("src/gui/jobs.rs", &["interrupted work", "save a file"], "names of threads"),
    ("src/gui/renderer/wgpu_first.rs", &["Basic Render Driver"], "what a driver calls itself"),
    (
        "src/toolkit/theme/fonts.rs",
        &[
            "Adwaita Sans",
            "Cantarell",
            "Hack",
            "Inter",
            "Inter SemiBold",
            "Lucide",
            "Noto Sans",
            "Source Sans 3",
            "Ubuntu",
            "Ubuntu Sans",
            "system semibold",
        ],
        "names of fonts",
    ),
    ("src/toolkit/theme/text.rs", &["small code"], "the name of a style"),
    ("src/present/commands.rs", &["Escape", "Home", "Questionmark"], "names of keys, as egui spells them"),
    ("src/viewer/layout/copy.rs", &[r"\n\\ No newline at end of file\n"], "a line of every patch for Git"),
];

#[test]
fn words_for_people_stand_in_the_tables() {
    let found: Vec<_> = words_elsewhere().into_iter().filter(|text| !text.is_known()).collect();
    assert!(found.is_empty(), "move these to {TABLES}:\n{}", list(&found));
}

#[test]
fn no_exception_outlives_its_reason() {
    let found = words_elsewhere();
    for (file, texts, why) in NO_WORDS {
        for text in *texts {
            let is_there = found.iter().any(|there| there.file == *file && there.text == *text);
            assert!(is_there, "{file} has no {text:?} any more, and {why:?} explains nothing");
        }
    }
}

#[test]
fn every_word_of_the_tables_is_said() {
    let entry = |line: &str| Some(line.trim_start().split_once(" = \"")?.0.to_owned());
    let (mut tables, mut said) = (Vec::new(), BTreeSet::new());
    for path in SPEAKING.iter().flat_map(|folder| rust_files(folder)) {
        let file = file_name(&path);
        for line in read(&path).lines() {
            match entry(line).filter(|_| file.starts_with(TABLES)) {
                Some(name) => tables.push((file.clone(), name)),
                None => said.extend(line.split(|c| !is_name(c)).map(str::to_owned)),
            }
        }
    }
    let silent: Vec<_> = tables.iter().filter(|(_, name)| !said.contains(name)).collect();
    assert!(tables.len() > 100 && silent.is_empty(), "nobody says {silent:?}");
}

#[test]
fn what_reads_like_words_is_told_from_what_does_not() {
    for text in
        ["Copy", "Copy new text", "not available", "Open…", "{n} more notes", "<p>Done</p>", "Folder: {}"]
    {
        assert!(reads_like_words(text), "{text}");
    }
    for text in [
        "",
        "ok",
        "E-IO",
        "SHA-256 {digest}",
        "{name}: {value}",
        "CloseBracket",
        "--worker",
        "<p class=\"a b\">",
    ] {
        assert!(!reads_like_words(text), "{text}");
    }
}

/// A text in the code.
struct Text {
    file: String,
    line: usize,
    text: String,
}

impl Text {
    fn is_known(&self) -> bool {
        let is_listed = |(file, texts, _): &(&str, &[&str], &str)| {
            *file == self.file && texts.contains(&self.text.as_str())
        };
        NO_WORDS.iter().any(is_listed)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.text)
    }
}

fn list(texts: &[Text]) -> String {
    texts.iter().map(|text| format!("{text}\n")).collect()
}

/// Every text outside the tables and the tests that reads like words.
fn words_elsewhere() -> Vec<Text> {
    let mut found = Vec::new();
    for path in SPEAKING.iter().flat_map(|folder| rust_files(folder)) {
        let file = file_name(&path);
        if file.starts_with(TABLES) || file.ends_with("tests.rs") {
            continue;
        }
        let source = read(&path);
        for (at, text) in texts(without_tests(&source)) {
            let before = source[..at].trim_end();
            let is_for_nobody = FOR_NOBODY.iter().any(|sign| before.ends_with(sign));
            if !is_for_nobody && reads_like_words(text) {
                let line = source[..at].matches('\n').count() + 1;
                found.push(Text { file: file.clone(), line, text: text.to_owned() });
            }
        }
    }
    found
}

/// Where a file is, as everybody writes it.
fn file_name(path: &Path) -> String {
    path.strip_prefix(root()).expect("a file of the project").to_string_lossy().replace('\\', "/")
}

/// The texts of `source` with where each begins, as they are written between their quotes.
pub(super) fn texts(source: &str) -> Vec<(usize, &str)> {
    let mut texts = Vec::new();
    let mut at = 0;
    while let Some(first) = source[at..].chars().next() {
        let rest = &source[at..];
        at += if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(length) = text_length(rest) {
            let literal = rest[..length].trim_start_matches(['b', 'c', 'r']).trim_matches('#');
            texts.extend(
                literal.strip_prefix('"').and_then(|text| text.strip_suffix('"')).map(|text| (at, text)),
            );
            length
        } else if is_name(first) {
            // As a whole: its last letter is not the prefix of a text.
            rest.find(|c| !is_name(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
    }
    texts
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether a text has a capital with small letters behind it and then a blank or the end, as sentences and labels
/// begin, or two words without capitals behind each other.
pub(super) fn reads_like_words(text: &str) -> bool {
    let text = without_markup(text);
    let words: Vec<&str> =
        text.split_whitespace().map(|word| word.trim_end_matches(['.', ',', ':', ';', '?', '…'])).collect();
    let is_small = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '\'');
    let is_capital = |word: &&str| {
        let mut letters = word.chars();
        letters.next().is_some_and(char::is_uppercase) && is_small(letters.as_str())
    };
    words.iter().any(is_capital) || words.windows(2).any(|pair| pair.iter().all(|word| is_small(word)))
}

/// What is left without the tags of a page or a drawing.
fn without_markup(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, tag)) = rest.split_once('<') {
        plain.push_str(before);
        plain.push('\n');
        rest = tag.split_once('>').map_or("", |(_, after)| after);
    }
    plain + rest
}
