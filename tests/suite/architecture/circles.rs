//! No two files need each other, but for those that are listed with their reason.

use std::collections::{BTreeMap, BTreeSet};

use super::{ModulePath, read, rust_files, tokens, without_tests};

type Module = Vec<String>;

/// Files that need each other, each group with its reason.
const KNOWN: [(&[&str], &str); 4] = [
    (
        &["present/finding", "present/fit", "present/overview"],
        "what was found is said in the sections and facts of the overview, which counts what was found",
    ),
    (
        &["present/check", "present/guided", "present/outcome"],
        "the guided way carries what was checked and how it ended, and both ask what it is about",
    ),
    (
        &["present/message", "present/model", "present/review"],
        "what the window knows, and the messages that change it",
    ),
    (
        &["viewer/model/refine", "viewer/model/text"],
        "lines are paired by their words as soon as they are compared, and the words are read from what was compared",
    ),
];

#[test]
fn no_two_files_need_each_other() {
    let found = Graph::of_the_crate().circles();
    let known: BTreeSet<BTreeSet<String>> =
        KNOWN.iter().map(|(files, _)| files.iter().map(|file| (*file).to_owned()).collect()).collect();
    let new: Vec<_> = found.difference(&known).collect();
    assert!(new.is_empty(), "move what both need to a file of its own: {new:#?}");
    let gone: Vec<_> = known.difference(&found).collect();
    assert!(gone.is_empty(), "strike these from the list: {gone:#?}");
}

#[test]
fn a_circle_is_found_through_groups_and_through_what_is_handed_on() {
    let circles = |files: &[(&str, &str)]| Graph::new(files.iter().copied()).circles().len();
    assert_eq!(circles(&[("a/b", "use super::c::C;"), ("a/c", "use crate::a::{b::B, d};"), ("a/d", "")]), 1);
    let handed_on = [("a", "pub(crate) use b::B;"), ("a/b", "use super::c::C;"), ("a/c", "use crate::a::B;")];
    assert_eq!(circles(&handed_on), 1);
    assert_eq!(circles(&[("a", "mod b; use b::B;"), ("a/b", "use super::A;")]), 0, "a folder is one room");
    assert_eq!(
        circles(&[("a/b", "use super::c::C;"), ("a/c", "#[cfg(test)]\nmod tests { use super::super::b; }")]),
        0
    );
}

/// Which file uses which.
struct Graph {
    uses: BTreeMap<Module, BTreeSet<Module>>,
}

impl Graph {
    fn of_the_crate() -> Self {
        let files: Vec<(String, String)> = rust_files("src")
            .iter()
            .filter(|path| !path.ends_with("src/lib.rs") && !path.to_string_lossy().contains("tests"))
            .map(|path| (ModulePath::new(path).0.join("/"), read(path)))
            .filter(|(name, _)| !name.starts_with("bin/"))
            .collect();
        Self::new(files.iter().map(|(name, source)| (name.as_str(), source.as_str())))
    }

    fn new<'s>(files: impl Iterator<Item = (&'s str, &'s str)>) -> Self {
        let module = |name: &str| name.split('/').map(str::to_owned).collect::<Module>();
        let files: BTreeMap<Module, Vec<&str>> =
            files.map(|(name, source)| (module(name), tokens(without_tests(source)))).collect();
        let mut handed_on: BTreeMap<Module, BTreeMap<String, Module>> = BTreeMap::new();
        let mut named: BTreeMap<Module, Vec<Module>> = BTreeMap::new();
        for (module, tokens) in &files {
            for (path, is_handed_on) in paths(tokens) {
                let Some(path) = absolute(module, &path, &files) else { continue };
                if let Some(name) = path.last().filter(|_| is_handed_on) {
                    handed_on.entry(module.clone()).or_default().insert(name.clone(), path.clone());
                } else {
                    named.entry(module.clone()).or_default().push(path);
                }
            }
        }
        let file_of = |path: &Module| {
            let mut path = path.clone();
            // What is handed on is handed on a few times at most.
            for _ in 0..8 {
                let at = (1..=path.len()).rev().find(|length| files.contains_key(&path[..*length]))?;
                let (module, rest) = path.split_at(at);
                match rest.first().and_then(|name| handed_on.get(module)?.get(name)) {
                    Some(further) => path = [further.as_slice(), &rest[1..]].concat(),
                    None => return Some(module.to_vec()),
                }
            }
            None
        };
        let uses = files.keys().map(|module| {
            let used = named.get(module).into_iter().flatten().filter_map(file_of);
            // A folder is one room: its files may use what it says at its door.
            (module.clone(), used.filter(|used| !module.starts_with(used)).collect())
        });
        Self { uses: uses.collect() }
    }

    /// Groups of files of which each needs each other.
    fn circles(&self) -> BTreeSet<BTreeSet<String>> {
        let reached: BTreeMap<&Module, BTreeSet<&Module>> =
            self.uses.keys().map(|module| (module, self.reached_from(module))).collect();
        let circle = |module: &&Module| {
            let needs_it = |other: &&&Module| reached[**other].contains(*module);
            reached[*module].iter().filter(needs_it).map(|other| other.join("/")).collect::<BTreeSet<_>>()
        };
        reached.keys().map(circle).filter(|circle| circle.len() > 1).collect()
    }

    fn reached_from(&self, module: &Module) -> BTreeSet<&Module> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<&Module> = self.uses[module].iter().collect();
        while let Some(next) = open.pop() {
            if reached.insert(next) {
                open.extend(&self.uses[next]);
            }
        }
        reached
    }
}

/// Every path that begins with `crate`, `super` or `self`, or in a `use` with any name, and whether it is handed on.
fn paths(tokens: &[&str]) -> Vec<(Module, bool)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let is_use = tokens[at] == "use";
        let is_path = ["crate", "super", "self"].contains(&tokens[at]) && tokens.get(at + 1) == Some(&"::");
        if is_use || is_path {
            let is_handed_on = is_use && at > 0 && (tokens[at - 1] == "pub" || tokens[at - 1] == ")");
            let (end, paths) = expand(tokens, at + usize::from(is_use), &[]);
            found.extend(paths.into_iter().map(|path| (path, is_handed_on)));
            at = end.max(at + 1);
        } else {
            at += 1;
        }
    }
    found
}

/// The paths of `a::{b, c::d}` behind `prefix`, and where they end.
fn expand(tokens: &[&str], mut at: usize, prefix: &[String]) -> (usize, Vec<Module>) {
    let mut path = prefix.to_vec();
    loop {
        match tokens.get(at).copied() {
            Some("{") => {
                let mut all = Vec::new();
                at += 1;
                while tokens.get(at).is_some_and(|token| *token != "}") {
                    if tokens[at] == "," {
                        at += 1;
                        continue;
                    }
                    let (end, paths) = expand(tokens, at, &path);
                    all.extend(paths);
                    at = end.max(at + 1);
                }
                return (at + 1, all);
            }
            Some(name) if name.starts_with(|c: char| c.is_alphabetic() || c == '_') => {
                path.push(name.to_owned());
                at += 1;
            }
            _ => return (at, vec![path]),
        }
        match tokens.get(at).copied() {
            Some("::") => at += 1,
            // `a as b`: who looks for `b` finds it under its first name, or not at all.
            Some("as") => return (at + 2, vec![path]),
            _ => return (at, vec![path]),
        }
    }
}

/// `path`, named in `module`, from the top of the crate on; `None` if it leads out of the crate.
fn absolute(module: &Module, path: &[String], files: &BTreeMap<Module, Vec<&str>>) -> Option<Module> {
    let (first, rest) = path.split_first()?;
    match first.as_str() {
        "crate" => Some(rest.to_vec()),
        "self" => Some([module, rest].concat()),
        "super" => {
            let ups = path.iter().take_while(|name| *name == "super").count();
            let above = &module[..module.len().checked_sub(ups)?];
            Some([above, &path[ups..]].concat())
        }
        _ => {
            let below = [module.as_slice(), path].concat();
            files.contains_key(&below[..=module.len()]).then_some(below)
        }
    }
}
