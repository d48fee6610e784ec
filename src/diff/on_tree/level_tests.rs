//! Where names begin: on trees that hold files of the same name at several depths, a patch changes the file it was made
//! for or none, whichever program wrote it.

use std::collections::BTreeMap;

use super::*;
use crate::diff::on_tree::tests::{Small, at, file};
use crate::diff::patch_text::parse;

/// How many trees are tried.
const TREES: u64 = 2000;

/// Numbers that look like chance and are the same in every run.
struct Chance(u64);

impl Chance {
    fn pick(&mut self, choices: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % choices as u64) as usize
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.pick(words.len())]
    }
}

/// Few folders and few names, so that many paths end alike, and contents that look alike.
fn tree(chance: &mut Chance) -> BTreeMap<String, String> {
    const FOLDERS: [&str; 8] = ["", "src/", "lib/", "prod/", "a/", "b/", "old/", "linux/"];
    let mut files = BTreeMap::new();
    for _ in 0..4 + chance.pick(10) {
        let folders: String = (0..chance.pick(4)).map(|_| chance.of(&FOLDERS)).collect();
        let name = folders + chance.of(&["package.json", "Makefile", "x.c"]);
        let content = format!("{{\nversion {}\n}}\n", chance.pick(2));
        files.insert(name, content);
    }
    // A file cannot be a folder, too; here none is called like one.
    files
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Form {
    Git,
    GitNoPrefix,
    DiffRecursive,
    Subversion,
    SubversionAbove,
    GitNoPrefixAbove,
    Mercurial,
    QuiltPlain,
    QuiltFolder,
}

const FORMS: [Form; 9] = [
    Form::Git,
    Form::GitNoPrefix,
    Form::DiffRecursive,
    Form::Subversion,
    Form::SubversionAbove,
    Form::GitNoPrefixAbove,
    Form::Mercurial,
    Form::QuiltPlain,
    Form::QuiltFolder,
];

/// The diff of one file as a program writes it.
fn diff(form: Form, path: &str, before: Option<&str>, after: Option<&str>) -> String {
    const EPOCH: &str = "\t1970-01-01 00:00:00.000000000 +0000";
    const NOW: &str = "\t2024-05-01 10:00:00.000000000 +0000";
    let null =
        |name: String, content: Option<&str>| if content.is_some() { name } else { "/dev/null".to_owned() };
    let (old, new) = match form {
        Form::Git => (null(format!("a/{path}"), before), null(format!("b/{path}"), after)),
        Form::GitNoPrefix => (null(path.to_owned(), before), null(path.to_owned(), after)),
        Form::GitNoPrefixAbove => (null(format!("prod/{path}"), before), null(format!("prod/{path}"), after)),
        Form::DiffRecursive => {
            let date = |content: Option<&str>| if content.is_some() { NOW } else { EPOCH };
            (format!("old/{path}{}", date(before)), format!("new/{path}{}", date(after)))
        }
        Form::Subversion | Form::SubversionAbove => {
            let said =
                |content: Option<&str>| if content.is_some() { "(working copy)" } else { "(nonexistent)" };
            let front = if form == Form::SubversionAbove { "prod/" } else { "" };
            (format!("{front}{path}\t{}", said(before)), format!("{front}{path}\t{}", said(after)))
        }
        Form::Mercurial => {
            let date = "\tTue Feb 05 17:23:40 2019 +0100";
            (null(format!("a/{path}"), before) + date, null(format!("b/{path}"), after) + date)
        }
        Form::QuiltPlain => (null(format!("{path}.orig"), before), null(path.to_owned(), after)),
        Form::QuiltFolder => {
            (null(format!("linux.orig/{path}"), before), null(format!("linux/{path}"), after))
        }
    };
    let mode = match (before, after) {
        (None, _) => "new file mode 100644\n",
        (_, None) => "deleted file mode 100644\n",
        _ => "",
    };
    let header = match form {
        Form::Git => format!("diff --git a/{path} b/{path}\n{mode}"),
        Form::GitNoPrefix => format!("diff --git {path} {path}\n{mode}"),
        Form::GitNoPrefixAbove => format!("diff --git prod/{path} prod/{path}\n{mode}"),
        Form::DiffRecursive => format!("diff -ruN old/{path} new/{path}\n"),
        Form::Mercurial => format!("diff -r 3f1b3f909813 {path}\n"),
        Form::Subversion | Form::QuiltPlain => format!("Index: {path}\n{}\n", "=".repeat(67)),
        Form::SubversionAbove => format!("Index: prod/{path}\n{}\n", "=".repeat(67)),
        Form::QuiltFolder => format!("Index: linux/{path}\n{}\n", "=".repeat(67)),
    };
    let lines =
        |sign: char, text: &str| -> String { text.lines().map(|line| format!("{sign}{line}\n")).collect() };
    let range = |content: Option<&str>| match content.map_or(0, |text| text.lines().count()) {
        0 => "0,0".to_owned(),
        count => format!("1,{count}"),
    };
    let (removed, added) = (lines('-', before.unwrap_or_default()), lines('+', after.unwrap_or_default()));
    format!("{header}--- {old}\n+++ {new}\n@@ -{} +{} @@\n{removed}{added}", range(before), range(after))
}

/// A patch on some of the files, and what it should come to.
fn change(
    form: Form,
    files: &BTreeMap<String, String>,
    chance: &mut Chance,
) -> (String, BTreeMap<String, Option<String>>) {
    let (mut text, mut after) = (String::new(), BTreeMap::new());
    let paths: Vec<&String> = files.keys().collect();
    for _ in 0..1 + chance.pick(3) {
        let path = paths[chance.pick(paths.len())].clone();
        let content = files[&path].as_str();
        let new = (chance.pick(5) > 0).then(|| content.replace("version", "edition"));
        if after.insert(path.clone(), new.clone()).is_none() {
            text.push_str(&diff(form, &path, Some(content), new.as_deref()));
        } else {
            after.insert(path.clone(), None);
            return change(form, files, chance);
        }
    }
    if chance.pick(4) == 0 {
        let folder = paths[chance.pick(paths.len())].rsplit_once('/').map_or("", |(folder, _)| folder);
        let path = format!("{folder}/new.txt").trim_start_matches('/').to_owned();
        text.push_str(&diff(form, &path, None, Some("new\n")));
        after.insert(path, Some("new\n".to_owned()));
    }
    (text, after)
}

#[test]
fn the_right_file_is_changed_or_none() {
    // Of a diff that was made above the tree one file doesn't tell whether it is another one that is missing.
    let (mut right, mut asked, mut right_above, mut asked_above) = (0, 0, 0, 0);
    for seed in 0..TREES {
        let mut chance = Chance(seed);
        let files = tree(&mut chance);
        let form = FORMS[seed as usize % FORMS.len()];
        let (text, expected) = change(form, &files, &mut chance);
        let small = Small(files.iter().map(|(path, content)| (at(path), file(content))).collect());
        let patches = parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let mut series = Series::new(&small, 0);
        let outcome = series.apply(&patches[0], PatchReading::default());
        let is_above = matches!(form, Form::SubversionAbove | Form::GitNoPrefixAbove);
        let (right, asked) =
            if is_above { (&mut right_above, &mut asked_above) } else { (&mut right, &mut asked) };
        if !outcome.is_good() {
            *asked += 1;
            continue;
        }
        let found: BTreeMap<String, Option<String>> = series
            .differences()
            .into_iter()
            .map(|change| {
                let content = change.after.map(|after| match after {
                    FileKind::File { content, .. } => String::from_utf8_lossy(content.bytes()).into_owned(),
                    other => format!("{other:?}"),
                });
                (change.path.to_string(), content)
            })
            .collect();
        assert_eq!(
            found,
            expected,
            "seed {seed}, {form:?}, -p {}\n{text}\n{:#?}",
            outcome.strip,
            files.keys()
        );
        *right += 1;
    }
    assert!(asked * 10 < right, "{asked} of {TREES} could not be told");
    assert!(asked_above < 2 * right_above, "{asked_above} and not {right_above} could not be told");
}

/// What a patch that needs no lines does to a file of the tree, and what should come of it.
fn change_without_lines(form: Form, path: &str, chance: &mut Chance) -> (String, Vec<String>) {
    let front = if form == Form::GitNoPrefixAbove { "prod/" } else { "" };
    let (old, new) = if form == Form::Git { ("a/", "b/") } else { (front, front) };
    let moved = format!("{path}.moved");
    match chance.pick(2) {
        0 => (
            format!(
                "diff --git {old}{path} {new}{moved}\nsimilarity index 100%\nrename from {front}{path}\nrename to {front}{moved}\n"
            ),
            vec![path.to_owned(), moved],
        ),
        _ => (
            format!("diff --git {old}{path} {new}{path}\nold mode 100644\nnew mode 100755\n"),
            vec![path.to_owned()],
        ),
    }
}

/// A tree of which nobody knows what its folder is called.
struct Nameless(Small);

impl ReadableTree for Nameless {
    fn read(&self, path: &TreePath) -> Result<Option<FileKind>, Trouble> {
        self.0.read(path)
    }

    fn has_file(&self, path: &TreePath) -> bool {
        self.0.has_file(path)
    }

    fn has_folder(&self, path: &TreePath) -> bool {
        self.0.has_folder(path)
    }
}

#[test]
fn where_the_right_file_is_missing_no_other_one_is_changed() {
    for seed in 0..TREES {
        let mut chance = Chance(seed);
        let mut files = tree(&mut chance);
        let form = FORMS[seed as usize % FORMS.len()];
        let is_bodiless =
            matches!(form, Form::Git | Form::GitNoPrefix | Form::GitNoPrefixAbove) && chance.pick(2) == 0;
        let paths: Vec<String> = files.keys().cloned().collect();
        let path = &paths[chance.pick(paths.len())];
        let content = files[path].clone();
        let new = (chance.pick(3) > 0).then(|| content.replace("version", "edition"));
        let (text, may_change) = match is_bodiless {
            true => change_without_lines(form, path, &mut chance),
            false => (diff(form, path, Some(&content), new.as_deref()), vec![path.clone()]),
        };
        // A diff that was made above the tree may name in full what is here.
        let in_full: Vec<String> = match form {
            Form::SubversionAbove | Form::GitNoPrefixAbove => {
                may_change.iter().map(|path| format!("prod/{path}")).collect()
            }
            _ => Vec::new(),
        };
        files.remove(path);
        let small = Nameless(Small(files.iter().map(|(path, content)| (at(path), file(content))).collect()));
        let patches = parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let mut series = Series::new(&small, 0);
        let outcome = series.apply(&patches[0], PatchReading::default());
        // What a patch takes away and is not there is as it should be.
        let is_change = |change: &TreeChange| change.after.is_some() || small.has_file(&change.path);
        let changed = series.differences().into_iter().filter(is_change);
        let changed: Vec<String> = changed.map(|change| change.path.to_string()).collect();
        let is_right = changed.iter().all(|path| may_change.contains(path) || in_full.contains(path));
        assert!(
            !outcome.is_good() || is_right,
            "seed {seed}, {form:?}, -p {}\n{text}\n{changed:?} of {:#?}",
            outcome.strip,
            files.keys()
        );
    }
}

fn outcome(files: &[(&str, &str)], text: &str) -> PatchOutcome {
    let small = Small(files.iter().map(|(path, content)| (at(path), file(content))).collect());
    let patches = parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{text}"));
    Series::new(&small, 0).apply(&patches[0], PatchReading::default())
}

const TWINS: &[(&str, &str)] =
    &[("src/package.json", "{\nversion 1\n}\n"), ("package.json", "{\nversion 1\n}\n")];

#[test]
fn two_different_sides_are_believed() {
    let text = diff(Form::Git, "src/package.json", Some("{\nversion 1\n}\n"), Some("{\nversion 2\n}\n"));
    let found = outcome(TWINS, &text);
    assert_eq!((found.strip, found.files[0].path.as_str()), (1, "src/package.json"));
    assert_eq!(found.stripped, ["a/", "b/"]);
    assert_eq!(found.reading(), "path prefix stripped: a/, b/ (-p 1)");
}

#[test]
fn without_a_prefix_two_files_that_fit_are_shown() {
    for form in [Form::GitNoPrefix, Form::Subversion, Form::QuiltPlain] {
        let text = diff(form, "src/package.json", Some("{\nversion 1\n}\n"), Some("{\nversion 2\n}\n"));
        let found = outcome(TWINS, &text);
        let readings: Vec<_> = found.readings.iter().map(|way| (way.strip, way.path.as_str())).collect();
        assert_eq!(readings, [(0, "src/package.json"), (1, "package.json")], "{form:?}");
        // Only one of them fits: there is nothing to ask.
        let other = [TWINS[0], ("package.json", "{\nversion 7\n}\n")];
        let found = outcome(&other, &text);
        assert!(found.is_good() && found.strip == 0, "{form:?} {found:?}");
    }
}

#[test]
fn a_new_file_alone_goes_where_the_header_says_or_is_asked_about() {
    let new = |form| diff(form, "src/new.c", None, Some("n\n"));
    let tree: &[(&str, &str)] = &[("src/x.c", "x\n"), ("b/y", "y\n")];
    for form in [Form::Git, Form::DiffRecursive, Form::Subversion, Form::Mercurial, Form::GitNoPrefix] {
        let found = outcome(tree, &new(form));
        assert!(found.is_good() && found.files[0].path == "src/new.c", "{form:?} {found:?}");
    }
    // Its folder is not there: nothing tells whether it comes, too.
    let elsewhere: &[(&str, &str)] = &[("lib/x.c", "x\n")];
    for form in [Form::Subversion, Form::GitNoPrefix, Form::QuiltPlain] {
        assert_eq!(outcome(elsewhere, &new(form)).readings.len(), 2, "{form:?}");
    }
    assert!(outcome(elsewhere, &new(Form::Git)).is_good());
    // A file without a folder can be meant in one way only.
    let plain = outcome(elsewhere, &diff(Form::Subversion, "new.c", None, Some("n\n")));
    assert!(plain.is_good() && plain.files[0].path == "new.c", "{plain:?}");
}
