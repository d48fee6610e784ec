//! The rules that keep the code readable, as checks: which module may use which, and how a file begins.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::files_below;

mod circles;
mod hints;
mod limits;
mod names;
mod plain_english;
mod words;

/// Modules that compute and do nothing else: whoever calls them gives them time, chance and news of progress.
const PURE: [&str; 4] = ["diff", "model", "plan", "text"];
/// What people see, and what makes it: all that stands in front of the workbench but `report`, which words its errors.
const FRONT_ENDS: [&str; 7] = ["bin", "cli", "gui", "present", "toolkit", "viewer", "words"];
/// The only ones that draw.
const DRAWING: [&str; 4] = ["bin", "gui", "toolkit", "viewer::paint"];
/// What a front end may not name: it asks the workbench.
const BEHIND_THE_WORKBENCH: [&str; 7] =
    ["bundle", "disk", "guarded", "ledger", "transaction", "trust", "whole_file"];

#[test]
fn no_arrow_points_left() {
    let order = Order::of_the_crate();
    let offences: Vec<_> = rust_files("src")
        .iter()
        .filter(|path| !path.ends_with("src/lib.rs") && !path.ends_with("tests.rs"))
        .flat_map(|path| order.offences(&ModulePath::new(path), &read(path)))
        .collect();
    assert!(offences.is_empty(), "\n{}", offences.join("\n"));
}

#[test]
fn the_order_has_a_place_for_every_module() {
    let order = Order::of_the_crate();
    let declared: BTreeSet<_> = read(&root().join("src/lib.rs"))
        .lines()
        .filter_map(|line| Some(line.strip_prefix("pub mod ")?.strip_suffix(';')?.to_owned()))
        .collect();
    let placed: BTreeSet<_> = order.ranks.concat().into_iter().filter(|name| name != "bin").collect();
    assert!(placed.is_subset(&declared), "{placed:?} are in the order, {declared:?} in the crate");
    let beside: Vec<_> = declared.difference(&placed).map(String::as_str).collect();
    assert_eq!(
        beside,
        ["environment", "guarded", "named_file", "progress", "threads", "whole_file"],
        "a new module needs a place in the order"
    );
}

#[test]
fn the_check_finds_what_it_should() {
    let order = Order::of_the_crate();
    let offences = |file: &str, source: &str| order.offences(&ModulePath::new(Path::new(file)), source).len();
    for (file, source) in [
        ("src/plan/mod.rs", "use crate::bundle::Bundle;"),
        ("src/plan/mod.rs", "use crate::{model::Node, disk::{fs, scan}};"),
        ("src/plan/steps.rs", "fn f() -> super::super::workbench::Workbench { todo() }"),
        ("src/report.rs", "use super::cli;"),
        ("src/bundle/mod.rs", "pub use crate::transaction::Receipt;"),
        ("src/cli/show.rs", "use crate::gui;"),
        ("src/cli/show.rs", "use crate::bundle::Reader;"),
        ("src/gui/mod.rs", "use std::{fmt, fs::File};"),
        ("src/bin/patchwright.rs", "fn main() { patchwright::transaction::recover() }"),
        ("src/viewer/model/load.rs", "use crate::ledger::Ledger;"),
        ("src/viewer/layout/rows.rs", "fn f(at: egui::Pos2) {}"),
        ("src/viewer/paint/text.rs", "use crate::present::Model;"),
        ("src/model/patch.rs", "#[derive(serde::Serialize)] struct Patch;"),
        ("src/model/patch.rs", "use std::time::Instant;"),
        ("src/text/mod.rs", "use crate::environment::Environment;"),
        ("src/progress.rs", "use crate::workbench::Workbench;"),
        // A quote in a character must not hide what follows it.
        ("src/plan/mod.rs", "const QUOTE: char = '\"'; use crate::cli;"),
    ] {
        assert_eq!(offences(file, source), 1, "{file}: {source}");
    }
    for (file, source) in [
        ("src/plan/mod.rs", "use crate::{diff::Hunk, model::{Node, Patch}}; pub(crate) fn f() {}"),
        ("src/plan/mod.rs", "// as in crate::bundle\nconst A: &str = \"crate::bundle\";"),
        ("src/plan/steps.rs", "use super::Plan; use super::super::model::Node;"),
        ("src/plan/mod.rs", "fn f() {}\n#[cfg(test)]\nmod tests { use crate::bundle::Bundle; }"),
        ("src/disk/scan.rs", "use std::fs; use crate::progress::Progress; use crate::disk::fs::Fs;"),
        ("src/bin/patchwright-gui.rs", "fn main() { patchwright::gui::run() }"),
        (
            "src/viewer/paint/text.rs",
            "use crate::{toolkit::theme::Tokens, viewer::layout::Rows}; use egui::Ui;",
        ),
    ] {
        assert_eq!(offences(file, source), 0, "{file}: {source}");
    }
}

/// The rooms of a module, the highest first: a room uses only what stands behind it. A file beside the folders is a room,
/// too.
const WORKBENCH: Rooms = Rooms(
    "workbench",
    &[
        &["rollout"],
        &["make"],
        &["rehearse"],
        &["wanted"],
        &["change"],
        &["keys"],
        &["look"],
        &["text_patch"],
        &["contents"],
        &["hidden", "error"],
        &["scan_problem"],
    ],
);
const VIEWER: Rooms = Rooms("viewer", &[&["paint"], &["layout"], &["model"]]);
#[test]
fn no_room_uses_one_above_it() {
    let offences: Vec<_> = [WORKBENCH, VIEWER].iter().flat_map(Rooms::offences).collect();
    assert!(offences.is_empty(), "\n{}", offences.join("\n"));
}

#[test]
fn an_arrow_between_rooms_is_found_through_every_door() {
    let exports = "pub use change::apply::{Applied, ApplyOptions};\npub use look::Status;";
    let rooms = |source: &str| WORKBENCH.named(&tokens(source), exports).into_iter().collect::<Vec<_>>();
    assert_eq!(rooms("use crate::workbench::change::apply::More;"), ["change"]);
    assert_eq!(rooms("use crate::workbench::{ApplyOptions, Status};"), ["change", "look"]);
    assert_eq!(rooms("fn f() { crate::workbench::keys::write() }"), ["keys"]);
    assert_eq!(rooms("use super::status; // crate::workbench::change"), Vec::<String>::new());
    let door = VIEWER.named(&tokens("use super::super::paint::pane_ui; use super::text;"), "");
    assert_eq!(door.into_iter().collect::<Vec<_>>(), ["paint"]);
}

struct Rooms(&'static str, &'static [&'static [&'static str]]);

impl Rooms {
    fn rank(&self, room: &str) -> Option<usize> {
        self.1.iter().position(|rooms| rooms.contains(&room))
    }

    /// Every file that uses a room above its own.
    fn offences(&self) -> Vec<String> {
        let folder = root().join("src").join(self.0);
        let exports = read(&folder.join("mod.rs"));
        let mut offences = Vec::new();
        for path in rust_files(&format!("src/{}", self.0)) {
            let place = path.strip_prefix(&folder).expect("a file of the module");
            let place = place.to_string_lossy().replace('\\', "/");
            let Some(own) = self.rank(place.split(['/', '.']).next().expect("a room")) else { continue };
            if place.ends_with("tests.rs") {
                continue;
            }
            for used in self.named(&tokens(without_tests(&read(&path))), &exports) {
                if self.rank(&used).is_some_and(|rank| rank < own) {
                    offences.push(format!("{}/{place}: uses {used}", self.0));
                }
            }
        }
        offences
    }

    /// The rooms that `tokens` name, themselves or by something that the module hands on.
    fn named(&self, tokens: &[&str], exports: &str) -> BTreeSet<String> {
        let room_of = |name: &String| {
            let is_handed_on = |line: &&str| {
                let words: Vec<_> = line.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
                words.contains(&name.as_str())
            };
            let statements: Vec<_> = exports.split(';').collect();
            let statement =
                statements.iter().find(|text| text.trim().starts_with("pub use") && is_handed_on(text))?;
            statement.trim().strip_prefix("pub use ")?.split("::").next().map(str::to_owned)
        };
        let mut named = named_below(tokens, &format!("crate::{}", self.0));
        named.extend(named_below(tokens, "super::super"));
        let room = |name: &String| self.rank(name).map_or_else(|| room_of(name), |_| Some(name.clone()));
        named.iter().filter_map(room).filter(|room| self.rank(room).is_some()).collect()
    }
}

#[test]
fn every_file_begins_with_its_reason() {
    let without: Vec<_> =
        all_rust_files().into_iter().filter(|path| !read(path).starts_with("//! ")).collect();
    assert!(without.is_empty(), "{without:?}");
}

#[test]
fn no_sentence_is_read_back() {
    let reads =
        |path: &PathBuf| !path.to_string_lossy().contains("tests") && reads_back(without_tests(&read(path)));
    let offences: Vec<_> = rust_files("src").into_iter().filter(reads).collect();
    assert!(offences.is_empty(), "match on the reason instead: {offences:#?}");
    assert!(reads_back("if found.meaning() == told {}"));
    assert!(reads_back("obstacle\n    .hint()\n    .starts_with(\"Apply \")"));
    assert!(reads_back("known.patches != window::NO_PATCHES") && reads_back("section.heading == told"));
    assert!(!reads_back("Some(_) => one.sentence(), None => capitalised(&one.meaning()),"));
}

/// Whether something that is worded for people is looked into, or compared with what a table of words holds.
fn reads_back(source: &str) -> bool {
    let looks = ["==", "!=", ".contains(", ".starts_with(", ".ends_with(", ".find(", ".split", ".strip_"];
    let worded = [".meaning()", ".hint()", ".sentence()", ".phrase()", ".title()", ".heading", ".headline"];
    let is_looked_into = |worded: &&str| {
        let mut rests = source.split(*worded).skip(1).map(str::trim_start);
        rests.any(|rest| looks.iter().any(|look| rest.starts_with(look)))
    };
    let tables = ["words", "window", "papers", "many", "trying"];
    let is_compared =
        |table: &&str| ["==", "!="].iter().any(|sign| source.contains(&format!("{sign} {table}::")));
    worded.iter().any(is_looked_into) || tables.iter().any(is_compared)
}

#[test]
fn code_that_the_compiler_cannot_check_stands_where_the_map_says() {
    let map = read(&root().join("ARCHITECTURE.md"));
    let has_unsafe = |path: &PathBuf| {
        let source = read(path);
        without_tests(&source).lines().any(|line| {
            let code = line.split("//").next().unwrap_or_default();
            code.contains("unsafe {") || code.contains("unsafe fn") || code.contains("unsafe impl")
        })
    };
    let found: Vec<String> = rust_files("src")
        .into_iter()
        .filter(has_unsafe)
        .map(|path| path.strip_prefix(root()).expect("it was found there").display().to_string())
        .collect();
    assert_eq!(found.len(), 4, "{found:?}");
    for file in found {
        assert!(map.contains(&format!("`{file}`")), "{file} is no part of what ARCHITECTURE.md lists");
    }
}

#[test]
fn nothing_is_put_off() {
    // In two pieces, so that this file does not find itself.
    let words = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("dbg", "!")];
    let mut found = Vec::new();
    for path in all_rust_files() {
        for (number, line) in read(&path).lines().enumerate() {
            if words.iter().any(|word| line.contains(word)) {
                found.push(format!("{}:{}: {line}", path.display(), number + 1));
            }
        }
    }
    assert!(found.is_empty(), "do it, drop it, or file it:\n{}", found.join("\n"));
}

#[test]
fn every_story_is_told() {
    let main = read(&root().join("tests/suite/main.rs"));
    let entries = fs::read_dir(root().join("tests/suite")).expect("the suite's folder");
    for entry in entries {
        let path = entry.expect("an entry of the suite").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let is_story = path.extension().is_some_and(|extension| extension == "rs") && name != "main";
        if is_story || path.join("mod.rs").exists() {
            assert!(main.lines().any(|line| line == format!("mod {name};")), "main.rs leaves out {name}");
        }
    }
}

/// Who may use whom: the line with the arrows in the header of `src/lib.rs`.
struct Order {
    /// From left to right; those in one rank stand side by side.
    ranks: Vec<Vec<String>>,
}

impl Order {
    fn of_the_crate() -> Self {
        let map = read(&root().join("src/lib.rs"));
        let line = map.lines().find(|line| line.contains(" → ")).expect("lib.rs has a line with the order");
        let rank = |names: &str| names.split([',', '|']).map(|name| name.trim().to_owned()).collect();
        Self { ranks: line.trim_start_matches("//!").split('→').map(rank).collect() }
    }

    /// The place of a module in the order; `None` for those beside it.
    fn place(&self, module: &str) -> Option<usize> {
        self.ranks.iter().position(|rank| rank.iter().any(|name| name == module))
    }

    fn may_use(&self, user: &str, used: &str) -> bool {
        if user == used {
            return true;
        }
        match (self.place(user), self.place(used)) {
            (Some(from), Some(to)) => from < to,
            // Those beside the order serve everybody who does something, and know only the words.
            (Some(_), None) => !PURE.contains(&user),
            (None, _) => used == "model",
        }
    }

    /// Everything `source` names that a file at `path` may not name.
    fn offences(&self, path: &ModulePath, source: &str) -> Vec<String> {
        let tokens = tokens(without_tests(source));
        let user = path.0[0].as_str();
        let is_front_end = FRONT_ENDS.contains(&user);
        let mut offences = Vec::new();
        let mut offence = |what: String| offences.push(format!("{}: {what}", path.0.join("::")));
        for used in path.modules_in(&tokens) {
            if is_front_end && BEHIND_THE_WORKBENCH.contains(&used.as_str()) {
                offence(format!("{user} is a front end and asks the workbench, not {used}"));
            } else if !self.may_use(user, &used) {
                offence(format!("{used} does not stand to the right of {user}"));
            }
        }
        let std = named_below(&tokens, "std");
        if is_front_end && std.contains("fs") {
            offence("a front end reads and writes no files".to_owned());
        }
        let outside = ["serde", "serde_json", "jiff"];
        let reaches_out =
            std.contains("fs") || std.contains("time") || tokens.iter().any(|t| outside.contains(t));
        if user == "model" && reaches_out {
            offence("the model knows no files, no clock and no JSON".to_owned());
        }
        let module = path.0.join("::") + "::";
        let is_drawing = DRAWING.iter().any(|room| module.starts_with(&format!("{room}::")));
        if !is_drawing && tokens.iter().any(|token| ["eframe", "egui"].contains(token)) {
            offence(format!("only {DRAWING:?} draw"));
        }
        offences
    }
}

/// Where a file stands in the crate: `["disk", "fs", "unix"]`.
struct ModulePath(Vec<String>);

impl ModulePath {
    fn new(file: &Path) -> Self {
        let path = file.strip_prefix(root()).unwrap_or(file).strip_prefix("src").expect("a file in src");
        let mut names: Vec<_> =
            path.with_extension("").iter().map(|name| name.to_string_lossy().into_owned()).collect();
        names.retain(|name| name != "mod");
        Self(names)
    }

    /// The modules at the top of the crate that are named: below `crate`, below the crate's own name (in the
    /// programs), or below as many `super` as lead to the top.
    fn modules_in(&self, tokens: &[&str]) -> BTreeSet<String> {
        let mut named = named_below(tokens, "crate");
        if self.0[0] == "bin" {
            named.extend(named_below(tokens, "patchwright"));
        } else {
            let to_the_top = vec!["super"; self.0.len()].join("::");
            named.extend(named_below(tokens, &to_the_top));
        }
        named
    }
}

/// The first names behind `root::` in all paths: both `a` and `b` for `root::{a::x, b}`.
fn named_below(tokens: &[&str], root: &str) -> BTreeSet<String> {
    let prefix: Vec<_> = root.split("::").flat_map(|name| [name, "::"]).collect();
    let mut named = BTreeSet::new();
    for start in 0..tokens.len() {
        let is_inner = start > 0 && tokens[start - 1] == "::";
        let Some(rest) = tokens[start..].strip_prefix(prefix.as_slice()).filter(|_| !is_inner) else {
            continue;
        };
        match rest.first() {
            Some(&"{") => named.extend(first_names_in_group(&rest[1..])),
            Some(name) => _ = named.insert((*name).to_owned()),
            None => {}
        }
    }
    named
}

/// `a` and `b` for `a::x, b}`.
fn first_names_in_group(tokens: &[&str]) -> Vec<String> {
    let (mut names, mut depth, mut is_first) = (Vec::new(), 0, true);
    for token in tokens {
        match *token {
            "{" => depth += 1,
            "}" if depth == 0 => break,
            "}" => depth -= 1,
            "," if depth == 0 => is_first = true,
            name if is_first => {
                names.push(name.to_owned());
                is_first = false;
            }
            _ => {}
        }
    }
    names
}

/// What only the tests of a file use is no arrow.
fn without_tests(source: &str) -> &str {
    source.find("#[cfg(test)]\nmod tests {").map_or(source, |at| &source[..at])
}

/// Names, `::`, and every other character alone, without comments, texts and characters.
fn tokens(source: &str) -> Vec<&str> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let mut tokens = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let (length, is_token) = if rest.starts_with("//") {
            (rest.find('\n').unwrap_or(rest.len()), false)
        } else if let Some(length) = text_length(rest) {
            (length, false)
        } else if rest.starts_with("::") {
            (2, true)
        } else if is_name(first) {
            (rest.find(|c| !is_name(c)).unwrap_or(rest.len()), true)
        } else {
            (first.len_utf8(), !first.is_whitespace())
        };
        if is_token {
            tokens.push(&rest[..length]);
        }
        rest = &rest[length..];
    }
    tokens
}

/// How long the text or character is that `source` begins with, if it begins with one.
fn text_length(source: &str) -> Option<usize> {
    let unprefixed = source.trim_start_matches(['b', 'c']);
    let prefix = source.len() - unprefixed.len();
    if let Some(raw) = unprefixed.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let text = raw[hashes..].strip_prefix('"')?;
        let end = format!("\"{}", "#".repeat(hashes));
        return Some(prefix + 1 + hashes + 1 + text.find(&end)? + end.len());
    }
    let quote = unprefixed.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let body = &unprefixed[1..];
    // A quote without its partner right behind one character is a lifetime.
    if quote == '\'' && !body.starts_with('\\') && body.chars().nth(1) != Some('\'') {
        return None;
    }
    let mut is_escaped = false;
    for (at, c) in body.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            c if c == quote => return Some(prefix + 1 + at + 1),
            _ => {}
        }
    }
    None
}

fn all_rust_files() -> Vec<PathBuf> {
    [rust_files("src"), rust_files("tests")].concat()
}

fn rust_files(folder: &str) -> Vec<PathBuf> {
    files_below(&root().join(folder), &["rs"])
}

fn read(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    // Git may have checked it out with the line ends of Windows.
    text.replace("\r\n", "\n")
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
