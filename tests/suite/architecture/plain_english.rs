//! One word per idea, in every text that a person reads: the texts of the code, the help, the snapshots of what is
//! printed, and what is written beside the program.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::words::{reads_like_words, texts};
use super::{files_below, read, root, rust_files, without_tests};

/// What is never said, and what is said instead. A word stands for itself alone, not for a part of another one.
const NEVER: [(&str, &str); 45] = [
    ("accept the rollback", "keep for good"),
    ("at hand", "that you have"),
    ("begun", "started"),
    ("bring back", "reapply, restore"),
    ("bringing back", "reapplying, restoring"),
    ("brings", "adds, changes, has"),
    ("brought", "added, changed, applied"),
    ("brought back", "reapplied, restored"),
    ("called back", "withdrawn"),
    ("called-back", "withdrawn"),
    ("cannot continue", "can't apply this patch yet"),
    ("edition", "revision"),
    ("fall silent", "are suppressed"),
    ("folders to leave out", "folders to strip"),
    ("give up the way back", "keep for good"),
    ("go back", "roll back"),
    ("going back", "rolling back"),
    ("goes back", "is rolled back"),
    ("goes in", "is applied, is used"),
    ("heal", "repair"),
    ("held until", "on hold until"),
    ("look twice", "check, easily misread"),
    ("mended", "corrected, repaired"),
    ("nobody vouches", "isn't signed"),
    ("place(s)", "files"),
    ("places differ", "files aren't as expected"),
    ("put back", "restored"),
    ("put everything back", "restore the old files"),
    ("put right", "repair"),
    ("puts back", "restores"),
    ("putting back", "restoring"),
    ("safe copies", "backups"),
    ("safe copy", "backup"),
    ("sets no rule aside", "can't override rules"),
    ("stand in the way", "problems to resolve first"),
    ("stands in the way", "problem to resolve first"),
    ("take back", "roll back"),
    ("take out", "roll back"),
    ("taken back", "rolled back"),
    ("taken out", "rolled back"),
    ("takes back", "rolls back"),
    ("vouch", "confirm, sign, review"),
    ("vouches", "signed by, reviewed by"),
    ("way back", "backups"),
    ("worth knowing", "note"),
];
/// Beginnings of a sentence that hide who does what.
const PASSIVE_OPENINGS: [&str; 6] =
    ["Is taken ", "Was called ", "Were read ", "Is put ", "Was put ", "Is removed from "];
/// Longest sentence that is understood at the first reading, in words; those of the window are shorter still.
const LONGEST_SENTENCE: usize = 32;
/// Words for what is counted: a number in front of them has separators.
const COUNTED: [&str; 8] =
    ["bytes", "files", "lines", "hunks", "entries", "folders", "changes", "characters"];
/// Texts that only look like one, and why.
const EXCEPTIONS: [(&str, &str); 6] = [
    ("`heal` is now `repair`", "the change of names itself"),
    ("\"heal\"", "a key of the JSON contract and of histories"),
    ("E-NO-WAY-BACK", "a code"),
    ("put-back", "an outcome of the JSON contract and of histories"),
    ("alias = \"vouch\"", "the old name of a flag"),
    ("patchwright change colours", "the name of a thing inside the program"),
];
/// What is never shown, and what is shown instead; who reads the code may say so. American spelling is among it.
const NEVER_SHOWN: [(&str, &str); 17] = [
    ("a clone", "a copy"),
    ("the clone", "the copy"),
    ("colour", "color"),
    ("colours", "colors"),
    ("coloured", "colored"),
    ("behaviour", "behavior"),
    ("licence", "license"),
    ("licences", "licenses"),
    ("neighbour", "neighbor"),
    ("neighbouring", "neighboring"),
    ("neighbours", "neighbors"),
    ("recognise", "recognize"),
    ("recognised", "recognized"),
    ("put aside", "moved aside"),
    ("counted nowhere", "not counted"),
    ("counts nowhere", "isn't counted"),
    ("the very files", "the exact files"),
];
/// How a phrase begins that goes on after the name of what it is about, and stands behind no colon.
const VERBS: [&str; 9] = ["are", "aren't", "has", "have", "is", "isn't", "points", "was", "were"];
/// Words that take a second one, at most some words later, and what that pair is instead.
const SPLIT: [(&[&str], &[&str], &str); 3] = [
    (&["take", "taken", "takes", "taking", "took"], &["back", "out"], "roll back"),
    (&["put", "puts", "putting"], &["back"], "restore"),
    (&["bring", "bringing", "brings", "brought"], &["back"], "reapply, restore"),
];
/// Most words between the two of such a pair.
const SPLIT_WORDS: usize = 4;

#[test]
fn one_word_stands_for_one_idea_in_every_text() {
    let found: Vec<String> = everything().iter().flat_map(Said::faults).collect();
    assert!(found.is_empty(), "{} texts:\n{}", found.len(), found.join("\n"));
}

/// Columns of a terminal.
const COLUMNS: usize = 80;
/// Lines of the console that may be longer, by what is in them, and why.
const WIDE: [(&str, &str); 11] = [
    ("$/", "a path is as long as it is, and is copied"),
    ("patchwright ", "a command is copied in one piece"),
    ("(E-", "a problem and its code are one line, to search for and to quote"),
    (" UTC  ", "the table of a history has a row for each entry"),
    ("[y/N] ", "the answer of a script has no line end of its own"),
    ("id: ", "a finding quotes what was written"),
    (" to $/app: ", "what was done, and where, is one line"),
    ("line 1: ", "a cause quotes the line that it is about"),
    ("didn't run to the end, so ", "what was cut short, when and by whom are one line"),
    ("(regression)", "how two patches are related is one line with their names"),
    ("Trusted: signed by ", "who signed is one line"),
];

#[test]
fn what_is_printed_fits_a_terminal() {
    let is_known = |line: &str| WIDE.iter().any(|(sign, _)| line.contains(sign));
    let lines = on_the_console();
    let wide = |said: &&Said| said.text.chars().count() > COLUMNS;
    let odd: Vec<_> = lines.iter().filter(wide).filter(|said| !is_known(&said.text)).collect();
    let odd: Vec<_> = odd.iter().map(|said| format!("{}: {}", said.whence, said.text)).collect();
    assert!(odd.is_empty(), "{} lines:\n{}", odd.len(), odd.join("\n"));
    assert!(lines.len() > 500, "{} lines were read", lines.len());
}

#[test]
fn what_is_shown_is_spelled_and_said_in_one_way() {
    let found: Vec<String> = shown().iter().filter_map(Said::odd_form).collect();
    assert!(found.is_empty(), "{} texts:\n{}", found.len(), found.join("\n"));
}

#[test]
fn an_odd_form_is_found() {
    let is_odd = |text: &str| Said { whence: "here".to_owned(), text: text.to_owned() }.odd_form().is_some();
    for odd in [
        "Print without colours",
        "put\naside by a recovery",
        "90 % of the files",
        "{percent} % done",
        "VERSION: is missing",
        "7 files: was changed here",
        "Stopped by root, 2026-11-30T18:08:17Z",
    ] {
        assert!(is_odd(odd), "{odd}");
    }
    for good in
        ["Print without colors", "90% of the files", "VERSION is missing", "such as 2027-01-31T00:00:00Z"]
    {
        assert!(!is_odd(good), "{good}");
    }
}

#[test]
fn every_place_where_texts_stand_is_read() {
    let found = |all: &[Said], text: &str| all.iter().any(|said| said.text.contains(text));
    assert!(found(&in_the_comments(), "Everything the engine wants to know"), "comments of public items");
    assert!(found(&on_the_console(), "Nothing was changed."), "what stories expect on the console");
    let all = everything();
    assert!(found(&all, "Patchwright: withdrawn patches"), "titles of schemas");
}

#[test]
fn a_text_that_breaks_a_rule_is_found() {
    let faults = |text: &str| Said { whence: "here".to_owned(), text: text.to_owned() }.faults().len();
    for (never, _) in NEVER {
        assert_eq!(faults(&format!("They {never} now.")), 1, "{never}");
    }
    assert_eq!(faults("Were read and are whole"), 1);
    let long: Vec<String> = (0..=LONGEST_SENTENCE).map(|number| format!("word{number}")).collect();
    assert_eq!(faults(&long.join(" ")), 1);
    assert_eq!(faults("12345 bytes"), 1);
    for split in ["Put the file back from it", "so that anybody can take each of them out again"] {
        assert_eq!(faults(split), 1, "{split}");
    }
    assert_eq!(faults("a rollout called-back"), 1);
    assert_eq!(faults("what stands in the\nway"), 1);
    assert_eq!(faults("it was changed here and it was changed here and"), 1);
    for good in
        ["The health check passed", "Repaired 3 files", "12,345 bytes", "already in place", "2026-11-23"]
    {
        assert_eq!(faults(good), 0, "{good}");
    }
}

/// A text, and where it stands.
struct Said {
    whence: String,
    text: String,
}

impl Said {
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let plain = EXCEPTIONS.iter().fold(self.text.clone(), |text, (known, _)| text.replace(known, ""));
        // A line may end in the middle of what is never said.
        let lower = plain.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
        let without_hyphens = lower.replace('-', " ");
        // The longest first, so that one fault is told once.
        let never = NEVER
            .iter()
            .filter(|(never, _)| [&lower, &without_hyphens].iter().any(|text| holds(text, never)));
        if let Some((never, better)) = never.max_by_key(|(never, _)| never.len()) {
            faults.push(format!("{never:?} is {better}"));
        } else if let Some((pair, better)) = split_verb(&lower) {
            faults.push(format!("{pair:?} is {better}"));
        }
        faults.extend(
            PASSIVE_OPENINGS
                .iter()
                .filter(|opening| plain.starts_with(*opening))
                .map(|opening| format!("{opening:?} hides who does it")),
        );
        for sentence in sentences(&plain) {
            let words: Vec<&str> = sentence.split_whitespace().collect();
            if words.len() > LONGEST_SENTENCE {
                faults.push(format!("{} words: {sentence}", words.len()));
            }
            let mut seen = BTreeSet::new();
            if let Some(twice) = words.windows(5).find(|five| !seen.insert(*five)) {
                faults.push(format!("said twice: {}", twice.join(" ")));
            }
            let bare = |pair: &&[&str]| {
                COUNTED.contains(&pair[1]) && pair[0].len() > 3 && pair[0].bytes().all(|b| b.is_ascii_digit())
            };
            faults
                .extend(words.windows(2).find(bare).map(|pair| format!("no separators: {}", pair.join(" "))));
        }
        faults.iter().map(|fault| format!("{}: {fault}\n    {}", self.whence, self.text.trim())).collect()
    }
}

impl Said {
    /// A spelling, a unit, a time or a sentence that is written in another way elsewhere.
    fn odd_form(&self) -> Option<String> {
        let plain = EXCEPTIONS.iter().fold(self.text.clone(), |text, (known, _)| text.replace(known, ""));
        let words: Vec<&str> = plain.split_whitespace().collect();
        let lower = words.join(" ").to_lowercase();
        // What stories print may quote a product, which is spelled as it likes.
        let is_own = !self.whence.contains("tests/");
        let never = NEVER_SHOWN.iter().find(|(never, _)| is_own && holds(&lower, never));
        let never = never.map(|(never, better)| format!("{never:?} is {better}"));
        let ends_in_number = |word: &str| word.ends_with(|c: char| c.is_ascii_digit() || c == '}');
        let is_percent = |pair: &&[&str]| pair[1].starts_with('%') && ends_in_number(pair[0]);
        let percent =
            words.windows(2).find(is_percent).map(|pair| format!("{} is {}", pair.join(" "), pair.concat()));
        let is_split = |pair: &&[&str]| {
            !self.text.contains('?')
                && pair[0].len() > 1
                && pair[0].ends_with(':')
                && VERBS.contains(&pair[1])
        };
        let split =
            words.windows(2).find(is_split).map(|pair| format!("{}: no colon before a verb", pair.join(" ")));
        // What somebody types, and what programs read, is written so.
        let is_time = |word: &str| {
            let word = word.trim_matches(|c: char| !c.is_alphanumeric());
            word.len() == 20 && word.as_bytes()[10] == b'T' && word.ends_with('Z')
        };
        let is_typed =
            self.text.contains(['"', '=', '`']) || lower.contains("such as") || lower.contains(" --");
        let time = words
            .iter()
            .find(|word| !is_typed && is_time(word))
            .map(|time| format!("{time}: as people write it"));
        let odd = never.or(percent).or(split).or(time)?;
        Some(format!("{}: {odd}\n    {}", self.whence, self.text.trim()))
    }
}

/// A verb of two words that are apart, such as "put the file back", and what is said instead.
fn split_verb(text: &str) -> Option<(String, &'static str)> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let goes_on = |word: &&&str| word.ends_with(|c: char| c.is_alphanumeric() || c == '\'');
    words.iter().enumerate().find_map(|(at, word)| {
        let (_, seconds, better) = SPLIT.iter().find(|(firsts, ..)| firsts.contains(word))?;
        let between = words[at + 1..].iter().take(SPLIT_WORDS).take_while(goes_on).count();
        let end = at
            + 1
            + (1..=between).find(|count| {
                words.get(at + 1 + count).is_some_and(|last| seconds.contains(&bare(last).as_str()))
            })?;
        Some((words[at..=end].join(" "), *better))
    })
}

/// Whether `text` has these words, and not only as a part of others.
fn holds(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, _)| {
        let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !is_part(text[..at].chars().next_back()) && !is_part(text[at + words.len()..].chars().next())
    })
}

/// Lines are no sentences of their own: texts are wrapped. Empty ones, examples, list items and table cells end one.
fn sentences(text: &str) -> Vec<String> {
    let mut joined = text.replace("\\n", "\n").replace('|', ". ");
    for end in ["\n\n", "\n- ", "\n  "] {
        joined = joined.replace(end, ". ");
    }
    let ends = |c: char| matches!(c, '.' | '?' | '!' | ':' | ';');
    let mut sentences = Vec::new();
    let mut sentence = String::new();
    for word in joined.split_whitespace() {
        sentence.push_str(word);
        sentence.push(' ');
        if word.ends_with(ends) {
            sentences.push(std::mem::take(&mut sentence));
        }
    }
    sentences.push(sentence);
    sentences
}

fn everything() -> Vec<Said> {
    let mut all = shown();
    all.extend(in_the_comments());
    all
}

/// The same without what only those read who know the code.
fn shown() -> Vec<Said> {
    let mut all = in_the_code();
    all.extend(in_the_help(&patchwright::cli::command(), "help"));
    let beside = [
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "README.md",
        "THREATS.md",
        "assets/order-template.toml",
        "assets/sample/read-me.txt",
        "docs/scale.md",
    ];
    let snapshots = ["src", "tests"].map(|folder| files_below(&root().join(folder), &["snap"])).concat();
    for path in beside.map(|name| root().join(name)).into_iter().chain(snapshots) {
        // A snapshot has lines, and no sentences that go on in the next one.
        let is_snapshot = path.extension().is_some_and(|ending| ending == "snap");
        for paragraph in read(&path).split(if is_snapshot { "\n" } else { "\n\n" }) {
            let text = if is_snapshot { paragraph.to_owned() } else { without_code(paragraph) };
            all.push(Said { whence: path.display().to_string(), text });
        }
    }
    all.extend(on_the_console());
    for path in files_below(&root().join("assets/schema"), &["json"]) {
        let source = read(&path);
        let described = ["title", "description"].map(|key| format!("\"{key}\": \""));
        let described = described.iter().flat_map(|key| source.split(key.as_str()).skip(1));
        let text = |rest: &str| rest.split('"').next().unwrap_or_default().to_owned();
        all.extend(described.map(|rest| Said { whence: path.display().to_string(), text: text(rest) }));
    }
    all
}

/// What is typed into a shell, and settings that are commented out, are not read as sentences.
fn without_code(paragraph: &str) -> String {
    let is_setting = |line: &&str| line.starts_with('#') && !line.starts_with("# ");
    let paragraph = &paragraph.lines().filter(|line| !is_setting(line)).collect::<Vec<_>>().join("\n");
    if paragraph.starts_with("```") || paragraph.starts_with("    ") {
        let comments = paragraph.lines().filter(|line| line.starts_with('#'));
        return comments.collect::<Vec<_>>().join("\n\n");
    }
    paragraph.clone()
}

/// Every text outside of tests that reads like words.
fn in_the_code() -> Vec<Said> {
    let mut all = Vec::new();
    let is_test = |path: &PathBuf| path.to_string_lossy().contains("tests");
    for path in rust_files("src").into_iter().filter(|path| !is_test(path)) {
        let source = read(&path);
        for (at, text) in texts(without_tests(&source)) {
            if source[..at].trim_end().ends_with(".expect(") || !reads_like_words(text) {
                continue;
            }
            let line = source[..at].matches('\n').count() + 1;
            let text = text.replace("\\\n", " ");
            all.push(Said { whence: format!("{}:{line}", path.display()), text });
        }
    }
    all
}

/// What the comments of public items say, each as one text.
fn in_the_comments() -> Vec<Said> {
    let mut all = Vec::new();
    let is_test = |path: &PathBuf| path.to_string_lossy().contains("tests");
    for path in rust_files("src").into_iter().filter(|path| !is_test(path)) {
        let source = read(&path);
        let (mut said, mut from) = (Vec::new(), 0);
        for (number, line) in without_tests(&source).lines().enumerate() {
            let line = line.trim();
            match line.strip_prefix("///") {
                Some(text) => {
                    from = if said.is_empty() { number + 1 } else { from };
                    said.push(text.trim());
                }
                // Whoever wants the short lists that follow them reads the sentences.
                None if line.starts_with("#[") => {}
                None => {
                    let is_public = line.starts_with("pub ") || line.starts_with(char::is_uppercase);
                    if is_public && !said.is_empty() {
                        let whence = format!("{}:{from}", path.display());
                        all.extend(comment_sentences(&said.join(" "), &whence));
                    }
                    said.clear();
                }
            }
        }
    }
    all
}

/// The sentences of a comment; it is read by those who know the code, so only its words are looked at.
fn comment_sentences(text: &str, whence: &str) -> Vec<Said> {
    let text = text.split('`').step_by(2).collect::<Vec<_>>().join("x");
    let short = |sentence: &String| sentence.split_whitespace().count() <= LONGEST_SENTENCE;
    let said = |text| Said { whence: whence.to_owned(), text };
    sentences(&text).into_iter().filter(short).map(said).collect()
}

/// What stories expect on the console, line by line.
fn on_the_console() -> Vec<Said> {
    let mut all = Vec::new();
    for path in rust_files("tests/suite") {
        let source = read(&path);
        for (at, text) in texts(&source) {
            let is_snapshot = source[..at].ends_with('@') || source[..at].ends_with("@r");
            let lines = || text.lines().filter(|_| is_snapshot).filter(|line| !line.trim().is_empty());
            let margin = lines().map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
            all.extend(
                lines()
                    .map(|line| Said { whence: path.display().to_string(), text: line[margin..].to_owned() }),
            );
        }
    }
    all
}

/// What a verb, its flags and its own verbs say about themselves.
fn in_the_help(command: &clap::Command, whence: &str) -> Vec<Said> {
    let whence = format!("{whence} {}", command.get_name());
    let own = [command.get_long_about().or(command.get_about()), command.get_after_help()];
    let flags = command.get_arguments().map(|flag| flag.get_long_help().or(flag.get_help()));
    let values = command.get_arguments().flat_map(clap::Arg::get_possible_values);
    let values = values.filter_map(|value| value.get_help().map(ToString::to_string));
    let said = own.into_iter().chain(flags).flatten().map(ToString::to_string);
    let mut all: Vec<Said> = said.chain(values).map(|text| Said { whence: whence.clone(), text }).collect();
    for verb in command.get_subcommands() {
        all.extend(in_the_help(verb, &whence));
    }
    all
}
