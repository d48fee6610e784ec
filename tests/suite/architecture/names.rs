//! One name, one type: whoever searches for a name finds what is meant.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::{read, root, rust_files, without_tests};

/// Names that stand for several types, each with its reason.
const SHARED: [(&str, &str); 2] = [
    ("Arguments", "what a verb takes on the command line, in the file of that verb"),
    ("Result", "the usual alias with the error of a room"),
];

/// What answers programs is named after what it tells of, and everybody writes `answer::` in front.
const ANSWERS: &str = "answer::";

#[test]
fn a_name_stands_for_one_type() {
    let mut declared: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in rust_files("src").iter().filter(|path| !is_for_tests(path)) {
        for name in declared_in(without_tests(&read(path))) {
            declared.entry(name).or_default().insert(as_one_of_its_twins(path));
        }
    }
    declared.retain(|_, files| files.len() > 1);
    let shared: Vec<&str> = declared.keys().map(String::as_str).collect();
    assert_eq!(shared, SHARED.map(|(name, _)| name), "{declared:#?}");
}

#[test]
fn declarations_are_found_wherever_they_stand() {
    let source = "pub(crate) struct A<'a>;\n    enum B {\n// struct Not\ntype C = A;\n    type Value = u8;\nunsafe trait D {}\n\
                  const TEXT: &str = \"struct Not\";\nanswers! {\n    E(of: &E) {\n        name: String = of.f(),\n    }\n}\nfn f() { G(1) }\n";
    assert_eq!(declared_in(source), ["A", "B", "C", "D", "answer::E"]);
}

/// The types that a file declares.
fn declared_in(source: &str) -> Vec<String> {
    let (mut names, mut is_answer) = (Vec::new(), false);
    for line in source.lines() {
        is_answer = (is_answer || line.starts_with("answers! {")) && line != "}";
        let words = line.trim_start().trim_start_matches("pub");
        let words = words.split_once(") ").filter(|_| words.starts_with('(')).map_or(words, |(_, rest)| rest);
        let words = words.trim_start().trim_start_matches("unsafe ");
        // A type inside a trait or an implementation is a part of that.
        let is_inner = line.starts_with(' ');
        let kinds = ["struct ", "enum ", "trait ", "union ", "type "];
        let declared =
            kinds.iter().find_map(|kind| words.strip_prefix(kind).filter(|_| *kind != "type " || !is_inner));
        let answer = line.strip_prefix("    ").filter(|rest| is_answer && rest.ends_with('{'));
        let answer = answer.filter(|rest| rest.starts_with(char::is_uppercase));
        let name = |text: &str| {
            text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default().to_owned()
        };
        names.extend(declared.map(name).filter(|name| !name.is_empty()));
        names.extend(answer.map(|rest| format!("{ANSWERS}{}", name(rest))));
    }
    names
}

/// Whether only tests have it: the module that it is in says so.
fn is_for_tests(path: &Path) -> bool {
    let is_of_tests = |file: &Path| {
        let (folder, name) = (file.parent().unwrap_or(file), file.file_stem().unwrap_or_default());
        let name = name.to_string_lossy();
        let declared = format!("#[cfg(test)]\nmod {name};");
        let declares =
            |module: &Path| fs::read_to_string(module).is_ok_and(|source| source.contains(&declared));
        name == "tests" || declares(&folder.join("mod.rs")) || declares(&folder.with_extension("rs"))
    };
    path.ancestors().take_while(|place| *place != root().join("src")).any(is_of_tests)
}

/// The systems that the program runs on have files with the same names, of which each builds takes one.
fn as_one_of_its_twins(path: &Path) -> String {
    let path = path.strip_prefix(root()).unwrap_or(path).to_string_lossy().replace('\\', "/");
    path.replace("windows", "unix")
}
