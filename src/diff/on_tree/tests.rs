//! Patches on trees in memory.

use super::*;
use crate::diff::WorkDone;
use crate::diff::patch_text::parse;
use crate::diff::place::HunkGrade;
use crate::model::Code;

/// A tree: path, content, and whether it can be run; `->` is a link.
pub(super) struct Small(pub(super) BTreeMap<TreePath, FileKind>);

pub(super) fn at(path: &str) -> TreePath {
    TreePath::parse(path).expect("a path")
}

pub(super) fn file(content: &str) -> FileKind {
    FileKind::File { content: content.as_bytes().into(), mode: Mode::FILE }
}

fn small(files: &[(&str, &str)]) -> Small {
    Small(files.iter().map(|(path, content)| (at(path), file(content))).collect())
}

impl ReadableTree for Small {
    fn read(&self, path: &TreePath) -> Result<Option<FileKind>, Trouble> {
        Ok(self.0.get(path).cloned().or_else(|| self.has_folder(path).then_some(FileKind::Dir)))
    }

    fn has_file(&self, path: &TreePath) -> bool {
        self.0.contains_key(path)
    }

    fn has_folder(&self, path: &TreePath) -> bool {
        self.0.keys().any(|file| file.is_below(path))
    }

    fn name(&self) -> Option<&str> {
        Some("prod")
    }
}

/// What became of each file, and what differs afterwards.
fn run(tree: &Small, texts: &[&str]) -> (Vec<FileOutcome>, Vec<(String, Option<String>)>) {
    let mut series = Series::new(tree, 0);
    let mut outcomes = Vec::new();
    for text in texts {
        for patch in parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}")) {
            outcomes.extend(series.apply(&patch, PatchReading::default()).files);
        }
    }
    let show = |thing: &FileKind| match thing {
        FileKind::File { content, mode } => {
            let mode = if *mode == Mode::FILE { String::new() } else { format!(" ({mode})") };
            format!("{}{mode}", String::from_utf8_lossy(content.bytes()))
        }
        FileKind::Link(points_to) => format!("-> {points_to}"),
        FileKind::Dir => "folder".to_owned(),
    };
    let tell = |difference: TreeChange| (difference.path.to_string(), difference.after.as_ref().map(show));
    (outcomes, series.differences().into_iter().map(tell).collect())
}

fn after(tree: &Small, text: &str) -> Vec<(String, Option<String>)> {
    let (outcomes, differences) = run(tree, &[text]);
    let troubles: Vec<_> = outcomes.iter().flat_map(FileOutcome::troubles).collect();
    assert!(troubles.is_empty(), "{troubles:?}");
    differences
}

fn troubles(tree: &Small, text: &str) -> Vec<String> {
    let (outcomes, _) = run(tree, &[text]);
    outcomes
        .iter()
        .flat_map(|file| {
            file.troubles().into_iter().map(move |trouble| format!("{}: {}", file.path, trouble.meaning))
        })
        .collect()
}

fn is(path: &str, content: &str) -> (String, Option<String>) {
    (path.to_owned(), Some(content.to_owned()))
}

fn gone(path: &str) -> (String, Option<String>) {
    (path.to_owned(), None)
}

#[test]
fn the_folders_in_front_are_found_from_the_tree() {
    let text = |name: &str| format!("--- {name}\n+++ {name}\n@@ -1 +1 @@\n-a\n+b\n");
    let tree = small(&[("src/x", "a\n")]);
    // This tree is called `prod`.
    for name in ["src/x", "prod/src/x", "big/prod/src/x"] {
        assert_eq!(after(&tree, &text(name)), [is("src/x", "b\n")], "{name}");
    }
    // Whether it is a part of such a tree, or the file is missing, one file doesn't tell; two do.
    let tree = small(&[("src/x", "a\n"), ("y", "a\n")]);
    for name in ["a/src/x", "big/repository/src/x", "prod-1.0/src/x"] {
        let written = text(name);
        let patches = parse(written.as_bytes()).expect("a patch");
        let found = Series::new(&tree, 0).apply(&patches[0], PatchReading::default());
        assert!(found.readings.len() == 2 && found.readings[0].is_missing, "{found:?}");
        let both = text(name) + &text(&name.replace("src/x", "y"));
        assert_eq!(after(&tree, &both), [is("src/x", "b\n"), is("y", "b\n")], "{name}");
    }
    let tree = small(&[("src/x", "a\n")]);
    assert_eq!(troubles(&tree, &text("a/src/y")), ["a/src/y: is missing"]);
    // What `git diff --no-index old new` writes.
    let between = "diff --git a/old/src/x b/new/src/x\nindex 1111111..2222222 100644\n--- a/old/src/x\n+++ b/new/src/x\n@@ -1 +1 @@\n-a\n+b\n";
    assert_eq!(after(&tree, between), [is("src/x", "b\n")]);
    // A file of the same name at another place is not meant where the patch is about more than one folder.
    let two = text("a/lib/src/x") + &text("a/bin/y");
    assert_eq!(troubles(&tree, &two).len(), 2, "{:?}", troubles(&tree, &two));
}

#[test]
fn two_files_change_places() {
    let tree = small(&[("a", "1\n"), ("b", "2\n")]);
    let text =
        "diff --git a/a b/b\nrename from a\nrename to b\ndiff --git a/b b/a\nrename from b\nrename to a\n";
    assert_eq!(after(&tree, text), [is("a", "2\n"), is("b", "1\n")]);
}

#[test]
fn a_rename_may_change_and_a_copy_leaves_its_source() {
    let tree = small(&[("o", "1\n2\n"), ("k", "x\n")]);
    let text = "diff --git a/o b/n\nrename from o\nrename to n\n--- a/o\n+++ b/n\n@@ -1,2 +1,2 @@\n 1\n-2\n+3\ndiff --git a/k b/l\ncopy from k\ncopy to l\n";
    assert_eq!(after(&tree, text), [is("l", "x\n"), is("n", "1\n3\n"), gone("o")]);
}

#[test]
fn two_diffs_of_one_file_follow_each_other() {
    let tree = small(&[("x", "1\n")]);
    let text = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-1\n+2\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-2\n+3\n";
    assert_eq!(after(&tree, text), [is("x", "3\n")]);
}

#[test]
fn a_series_is_carried_out_patch_by_patch() {
    let tree = small(&[("x", "1\n")]);
    let (outcomes, differences) = run(
        &tree,
        &[
            "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-1\n+2\n--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+n\n",
            "--- a/new\n+++ b/new\n@@ -1 +1,2 @@\n n\n+m\n--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-2\n",
        ],
    );
    assert!(outcomes.iter().all(FileOutcome::is_good), "{outcomes:?}");
    assert_eq!(differences, [is("new", "n\nm\n"), gone("x")]);
}

#[test]
fn every_problem_of_every_file_is_told() {
    let tree = small(&[("x", "1\n"), ("y", "2\n"), ("z", "3\n")]);
    let text = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-9\n+8\n--- a/y\n+++ b/y\n@@ -1 +1 @@\n-2\n+1\n--- /dev/null\n+++ b/z\n@@ -0,0 +1 @@\n+4\n--- a/none\n+++ b/none\n@@ -1 +1 @@\n-2\n+1\n";
    assert_eq!(
        troubles(&tree, text),
        [
            "x: hunk 1 of 1 (line 3 of the patch) doesn't fit, and nothing in the file looks like it",
            "z: already exists as a file, and isn't the one that the patch adds",
            "none: is missing",
        ]
    );
}

#[test]
fn what_is_already_there_is_left_alone_and_known() {
    let tree = small(&[("x", "b\n"), ("new", "n\n"), ("to", "m\n")]);
    let text = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+n\n--- a/old\n+++ /dev/null\n@@ -1 +0,0 @@\n-o\ndiff --git a/from b/to\nrename from from\nrename to to\n";
    let (outcomes, differences) = run(&tree, &[text]);
    assert!(outcomes.iter().all(|file| file.is_good() && file.is_there), "{outcomes:?}");
    assert_eq!(differences, [gone("from"), is("new", "n\n"), gone("old"), is("to", "m\n"), is("x", "b\n")]);
}

#[test]
fn permissions_and_links_change() {
    let mut tree = small(&[("run", "r\n"), ("x", "1\n")]);
    tree.0.insert(at("private"), FileKind::File { content: b"p\n"[..].into(), mode: Mode::new(0o600) });
    tree.0.insert(at("l"), FileKind::Link("x".to_owned()));
    let text = "diff --git a/run b/run\nold mode 100644\nnew mode 100755\ndiff --git a/private b/private\nold mode 100644\nnew mode 100755\ndiff --git a/l b/l\nindex 1..2 120000\n--- a/l\n+++ b/l\n@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+run\n\\ No newline at end of file\ndiff --git a/m b/m\nnew file mode 120000\n--- /dev/null\n+++ b/m\n@@ -0,0 +1 @@\n+x\n\\ No newline at end of file\n";
    let text = text.replace("index 1..2", "index 1111..2222");
    assert_eq!(
        after(&tree, &text),
        [is("l", "-> run"), is("m", "-> x"), is("private", "p\n (0700)"), is("run", "r\n (0755)")]
    );
    let as_file = "diff --git a/l b/l\nindex 1111..2222 100644\n--- a/l\n+++ b/l\n@@ -1 +1 @@\n-x\n+y\n";
    assert_eq!(troubles(&tree, as_file), ["l: is a link instead of a file"]);
}

#[test]
fn a_file_becomes_a_link_and_a_folder() {
    let tree = small(&[("x", "1\n"), ("d", "2\n")]);
    let text = "diff --git a/x b/x\ndeleted file mode 100644\n--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-1\ndiff --git a/x b/x\nnew file mode 120000\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+d/e\n\\ No newline at end of file\ndiff --git a/d b/d\ndeleted file mode 100644\n--- a/d\n+++ /dev/null\n@@ -1 +0,0 @@\n-2\ndiff --git a/d/e b/d/e\nnew file mode 100644\n--- /dev/null\n+++ b/d/e\n@@ -0,0 +1 @@\n+3\n";
    assert_eq!(after(&tree, text), [gone("d"), is("d/e", "3\n"), is("x", "-> d/e")]);
}

#[test]
fn the_ids_of_git_prove_a_content() {
    let tree = small(&[("x", "hello\n")]);
    let text = |old: &str, new: &str| {
        format!(
            "diff --git a/x b/x\nindex {old}..{new} 100644\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-hello\n+hollo\n"
        )
    };
    let (new, other) = (sha1_id(b"hollo\n"), sha1_id(b"other\n"));
    let grade = |text: &str| run(&tree, &[text]).0[0].hunks[0].grade.clone();
    assert_eq!(grade(&text("ce01362", &new[..7])), HunkGrade::Exact);
    assert_eq!(grade(&text("ce01362", &other[..7])), HunkGrade::Clean);
    assert_eq!(grade(&text(&other[..7], &new[..7])), HunkGrade::Clean);
}

#[test]
fn a_file_with_more_in_it_is_not_deleted() {
    let tree = small(&[("x", "1\n2\n")]);
    let text = "--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-1\n";
    assert_eq!(troubles(&tree, text).len(), 1, "{:?}", troubles(&tree, text));
    let empty = "diff --git a/x b/x\ndeleted file mode 100644\n";
    assert_eq!(
        troubles(&tree, empty),
        ["x: the diff deletes it without its content, and the file isn't empty"]
    );
}

#[test]
fn names_that_no_folder_may_have_are_refused() {
    let tree = small(&[("x", "1\n")]);
    let text = |name: &str| format!("--- /dev/null\n+++ b/{name}\n@@ -0,0 +1 @@\n+1\n");
    for name in [".patchwright/t/intent", "a\u{202e}b"] {
        let (outcomes, _) = run(&tree, &[&text(name)]);
        assert_eq!(outcomes[0].trouble.as_ref().map(|trouble| trouble.code), Some(Code::Path), "{name}");
    }
}

#[test]
fn many_diffs_of_a_large_file_are_no_more_work_than_as_many_of_small_ones() {
    let work = |lines: usize| {
        let tree = small(&[("f", &format!("0\n{}", "a\n".repeat(lines)))]);
        let diff = |n: usize| format!("--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n-{n}\n+{}\n a\n", n + 1);
        let text: String = (0..1000).map(diff).collect();
        let patches = parse(text.as_bytes()).expect("a patch");
        let before = WorkDone::so_far();
        let mut series = Series::new(&tree, 0);
        assert!(series.apply(&patches[0], PatchReading::default()).is_good());
        let changes = series.differences();
        let Some(FileKind::File { content, .. }) = &changes[0].after else { panic!("a file") };
        assert!(content.bytes().starts_with(b"1000\na\n"));
        WorkDone::so_far() - before
    };
    assert_eq!(work(200_000), work(20));
}

#[test]
fn proving_the_same_large_content_again_and_again_ends() {
    use sha1::Digest as _;
    let content = "a".repeat(30 << 20);
    let id: String = sha1::Sha1::digest(format!("blob {}\0{content}", content.len()))
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let tree = small(&[("f", &content)]);
    // It is proven once.
    let same = format!(
        "diff --git a/f b/f\nindex {}..{id} 100644\nGIT binary patch\nliteral 0\nHcmV?d00001\n\n",
        "1".repeat(40)
    );
    let patches = same.repeat(40);
    let patches = parse(patches.as_bytes()).expect("a patch");
    let before = WorkDone::so_far();
    let mut series = Series::new(&tree, 0);
    let outcome = series.apply(&patches[0], PatchReading { strip: Some(1), reverse: false });
    assert!(outcome.is_good(), "{:?}", outcome.files[0]);
    assert_eq!((WorkDone::so_far() - before).hashed_bytes, content.len() as u64);
}

#[test]
fn a_literal_that_grows_beyond_all_likelihood_is_not_made() {
    use crate::diff::patch_text::{BinaryContent, BinaryDiffError, BinaryMethod};
    let content =
        BinaryContent { method: BinaryMethod::Literal, size: 400_000_000, packed: vec![0; 400_000] };
    assert_eq!(content.make(b""), Err(BinaryDiffError::TooLarge));
}

#[test]
fn backwards_is_the_way_back() {
    let tree = small(&[("n", "1\n3\n"), ("new", "x\n")]);
    let text = "diff --git a/o b/n\nrename from o\nrename to n\n--- a/o\n+++ b/n\n@@ -1,2 +1,2 @@\n 1\n-2\n+3\n--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+x\n";
    let patches = parse(text.as_bytes()).expect("a patch");
    let mut series = Series::new(&tree, 0);
    let outcome = series.apply(&patches[0], PatchReading { strip: None, reverse: true });
    assert!(outcome.files.iter().all(FileOutcome::is_good), "{outcome:?}");
    let paths: Vec<String> =
        series.differences().into_iter().map(|difference| difference.path.to_string()).collect();
    assert_eq!(paths, ["n", "new", "o"]);
}
