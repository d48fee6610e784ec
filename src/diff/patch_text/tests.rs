//! Reading and writing of patch texts.

use proptest::prelude::*;

use super::*;

fn one(text: &str) -> FilePatch<'_> {
    let patches = parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    patches.into_iter().next().expect("a patch").files.into_iter().next().expect("a file")
}

fn problem(text: impl AsRef<[u8]>) -> String {
    parse(text.as_ref()).expect_err("it is broken").to_string()
}

#[track_caller]
fn comes_back(text: &[u8]) {
    let read = parse(text).expect("it can be read");
    let files: Vec<_> = read.iter().flat_map(|patch| &patch.files).collect();
    let mut written = Vec::new();
    write_patch_text(&mut written, files.iter().copied()).expect("memory");
    let again = parse(&written).unwrap_or_else(|error| panic!("{error}\n{}", written.escape_ascii()));
    let blank = |file: &FilePatch<'_>| format!("{:?}", without_lines(file));
    let again: Vec<String> = again.iter().flat_map(|patch| &patch.files).map(blank).collect();
    assert_eq!(again, files.into_iter().map(blank).collect::<Vec<_>>());
}

/// Line numbers of the text change where remarks are left out, and headers that disagree are written as one.
fn without_lines<'a>(file: &FilePatch<'a>) -> FilePatch<'a> {
    let mut file = FilePatch { line: 0, remarks: Vec::new(), agree_from: None, ..file.clone() };
    if let Body::Hunks(hunks) = &mut file.body {
        for hunk in hunks {
            hunk.line = 0;
            hunk.beyond = LinesBeyond::default();
        }
    }
    file
}

#[test]
fn a_plain_diff_is_read() {
    let file = one("Some words.\n--- old/x.c\t2020-01-01\n+++ new/x.c\n@@ -1,2 +1,3 @@ main\n a\n+b\n c\n");
    assert_eq!((file.old.as_deref(), file.new.as_deref()), (Some(&b"old/x.c"[..]), Some(&b"new/x.c"[..])));
    assert_eq!((file.op, file.is_git, file.line), (FileOp::Modify, false, 2));
    let Body::Hunks(hunks) = &file.body else { panic!("hunks") };
    assert_eq!((hunks[0].old_start, hunks[0].old_len, hunks[0].new_len), (1, 2, 3));
    assert_eq!(hunks[0].section, b" main");
}

#[test]
fn files_that_appear_and_go_away_are_known_by_null_and_by_the_beginning_of_time() {
    let create = "--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n";
    assert_eq!(one(create).op, FileOp::Create);
    let create = "--- a/x\t1970-01-01 01:00:00.0 +0100\n+++ b/x\t2020-01-01\n@@ -0,0 +1 @@\n+a\n";
    assert_eq!(one(create).op, FileOp::Create);
    assert_eq!(one("--- b/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n").op, FileOp::Delete);
    assert!(
        problem("--- /dev/null\n+++ /dev/null\n@@ -0,0 +1 @@\n+a\n")
            .contains("no file before and none after")
    );
    assert!(
        problem("--- /dev/null\n+++ b/x\n@@ -5 +5 @@\n-a\n+b\n").contains("its hunks are of another file")
    );
}

#[test]
fn everything_git_writes_is_read_and_written_again() {
    for text in [
        "diff --git a/x b/x\nold mode 100644\nnew mode 100755\n",
        "diff --git a/x b/x\nnew file mode 100644\nindex 0000000..e69de29\n",
        "diff --git a/x b/x\ndeleted file mode 100644\nindex e69de29..0000000\n",
        "diff --git a/o b/n\nsimilarity index 100%\nrename from o\nrename to n\n",
        "diff --git a/o b/n\nsimilarity index 60%\nrename from o\nrename to n\nindex 1111111..2222222 100644\n--- a/o\n+++ b/n\n@@ -1 +1 @@\n-a\n+b\n",
        "diff --git a/o b/n\ncopy from o\ncopy to n\n",
        "diff --git a/l b/l\nnew file mode 120000\nindex 0000000..1234567\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+x\n\\ No newline at end of file\n",
        "diff --git \"a/\\303\\244 \\\"q\\\"\" \"b/\\303\\244 \\\"q\\\"\"\nindex 1111111..2222222 100644\n--- \"a/\\303\\244 \\\"q\\\"\"\n+++ \"b/\\303\\244 \\\"q\\\"\"\n@@ -1 +1 @@\n-a\n+b\n",
        "diff --git a/with blank b/with blank\nindex 1111111..2222222 100644\n--- a/with blank\t\n+++ b/with blank\t\n@@ -1 +1 @@\n-a\n+b\n\\ No newline at end of file\n",
        "diff --git x x\nold mode 100755\nnew mode 100644\n",
        "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\r\n+b\r\n--- a/y\n+++ b/y\n@@ -3,0 +4 @@\n+-- x\n",
        "--- a/x\t1970-01-01 00:00:00 +0000\n+++ b/x\n@@ -0,0 +1 @@\n+a\n",
        "--- a/x\n+++ b/x\t1970-01-01 00:00:00 +0000\n@@ -1 +0,0 @@\n-a\n",
        "diff --git a/x b/x\nindex 1..2\nold mode 100644\nnew mode 100755\nindex 11111111..22222222\nGIT binary patch\nliteral 0\nHcmV?d00001\n\nliteral 0\nHcmV?d00001\n\n",
    ] {
        comes_back(text.as_bytes());
    }
}

#[test]
fn a_mailbox_is_a_series() {
    let mail = |number: u32| {
        format!(
            "From {number:040} Mon Sep 17 00:00:00 2001\nFrom: A <a@x.example>\nSubject: [PATCH {number}/2] Part {number}\n\nWords.\n---\n x | 2 +-\n\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-{number}\n+{}\n-- \n2.47.3\n\n",
            number + 1
        )
    };
    let text = mail(1) + &mail(2);
    let patches = parse(text.as_bytes()).expect("two mails");
    let subjects: Vec<_> = patches.iter().map(|patch| patch.header.subject.as_deref()).collect();
    assert_eq!(subjects, [Some("Part 1"), Some("Part 2")]);
    assert_eq!(patches[1].files.len(), 1);
}

#[test]
fn a_diff_that_came_through_windows_loses_the_carriage_returns_of_its_way() {
    let file =
        one("--- a/x\r\n+++ b/x\r\n@@ -1,2 +1,2 @@\r\n a\r\n-b\r\n+c\r\n\\ No newline at end of file\r\n");
    let Body::Hunks(hunks) = &file.body else { panic!("hunks") };
    assert_eq!(hunks[0].lines.iter().map(|line| line.content).collect::<Vec<_>>(), [b"a", b"b", b"c"]);
    assert!(hunks[0].lines.iter().last().is_some_and(|line| line.missing_newline));
}

#[test]
fn other_diffs_are_refused_by_name() {
    for (text, word) in [
        ("1,2c\nnew\n.\nr !id\n", "an ed script"),
        ("2d\n", "an ed script"),
        (
            "*** a/x\t2020\n--- b/x\t2020\n***************\n*** 1 ****\n! a\n--- 1 ----\n! b\n",
            "a context diff",
        ),
        ("2c2\n< a\n---\n> b\n", "a normal diff"),
        ("diff --cc x\nindex 1,2..3\n", "the combined diff of a merge"),
        ("hello\n", "it contains no diff"),
        ("", "it contains no diff"),
    ] {
        assert!(problem(text).contains(word), "{text}: {}", problem(text));
    }
}

#[test]
fn a_context_diff_behind_a_good_one_is_not_passed_over() {
    let text = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n*** a/y\n--- b/y\n***************\n";
    assert!(problem(text).contains("a context diff"));
}

#[test]
fn hunks_that_lie_are_refused() {
    let file = |hunk: &str| format!("--- a/x\n+++ b/x\n{hunk}");
    for (hunk, words) in [
        ("@@ -4294967296 +1 @@\n-a\n+b\n", "above 2147483647"),
        ("@@ -18446744073709551616 +1 @@\n-a\n+b\n", "above 2147483647"),
        ("@@ --1 +1 @@\n-a\n+b\n", "a line number is expected"),
        ("@@ -1 +-1 @@\n-a\n+b\n", "a line number is expected"),
        ("@@ -1,0 +1,0 @@\n", "the hunk is empty"),
        ("@@ -0,1 +1 @@\n-a\n+b\n", "begins at line 0"),
        ("@@ -1,2 +1 @@\n-a\n+b\n", "shorter than its first line says"),
        ("@@ -1,2 +1,2 @@\n a\n", "shorter than its first line says"),
        ("@@ -1 +1 @@\n-a\n+b\n+c\n", "goes on"),
        ("@@ -1 +1 @@\n-a\n-b\n+c\n", "longer than its first line says"),
        ("@@ -1 +1 @@\n-a\n+b\n c\n-d\n", "goes on"),
        ("@@ -1,2 +1,2 @@\n-a\n\\ No newline at end of file\n-b\n+c\n+d\n", "in the middle of the hunk"),
        ("@@ -5,2 +5 @@\n-a\n b\n@@ -6,2 +5 @@\n-b\n c\n", "before the one above it ends"),
        ("@@ -9 +9 @@\n-a\n+b\n@@ -1 +1 @@\n-a\n+b\n", "before the one above it ends"),
        ("@@ -1 @@\n-a\n", "is broken"),
    ] {
        let found = problem(file(hunk));
        assert!(found.contains(words), "{hunk}: {found}");
    }
    assert!(problem("@@ -1 +1 @@\n-a\n+b\n").contains("without file names"));
}

#[test]
fn headers_that_disagree_are_refused() {
    for (text, words) in [
        ("diff --git a/x b/x\n--- a/y\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n", "are not those above the hunks"),
        (
            "diff --git a/o b/n\nrename from o\nrename to n\n--- a/p\n+++ b/n\n@@ -1 +1 @@\n-a\n+b\n",
            "are not those above the hunks",
        ),
        ("diff --git a/x b/x\nnew file mode 100644\ndeleted file mode 100644\n", "two different things"),
        ("diff --git a/x b/x\nnew file mode 100644\n--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+b\n", "disagree"),
        ("diff --git a/x b/x\nnew file mode 040000\n", "none that Git has"),
        ("diff --git a/x b/x\nindex 1234567..2345678 100644\n", "not followed by any change"),
        ("diff --git a/o b/n\nrename from ../x\nrename to n\n", "leads out of the folder"),
        ("diff --git a/o b/n\nrename from o\n", "needs the name before and the name after"),
        (
            "diff --git a/x b/x\nindex 1234567..2345678\nGIT binary patch\nliteral 3\nAnonsense\n\n",
            "a line of a binary content is broken",
        ),
        ("diff --git a/x b/x\nGIT binary patch\nliteral 99999999999\n", "a binary content has"),
    ] {
        let found = problem(text);
        assert!(found.contains(words), "{text}: {found}");
    }
}

#[test]
fn a_bomb_in_a_binary_diff_is_not_unpacked() {
    use std::io::Write;
    let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(&vec![0; 1 << 20]).expect("memory");
    let packed = packer.finish().expect("memory");
    let content = BinaryContent { method: BinaryMethod::Literal, size: 10, packed: packed.clone() };
    assert_eq!(content.make(b""), Err(BinaryDiffError::Packed));
    let whole = BinaryContent { method: BinaryMethod::Literal, size: 1 << 20, packed };
    assert_eq!(whole.make(b"").map(|made| made.len()), Ok(1 << 20));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = parse(&text);
    }

    #[test]
    fn no_text_that_looks_like_a_diff_makes_it_panic(lines in prop::collection::vec(0..LINES.len(), 0..25)) {
        let text: String = lines.into_iter().map(|index| LINES[index]).collect();
        if let Ok(patches) = parse(text.as_bytes()) && !patches.is_empty() {
            comes_back(text.as_bytes());
        }
    }
}

const LINES: &[&str] = &[
    "diff --git a/x b/x\n",
    "--- a/x\n",
    "+++ b/x\n",
    "--- /dev/null\n",
    "+++ /dev/null\n",
    "@@ -1 +1 @@\n",
    "@@ -0,0 +1,2 @@\n",
    "@@ -3,2 +3 @@ fn\n",
    "-a\n",
    "+b\n",
    "+b\r\n",
    " c\n",
    "\n",
    "\\ No newline at end of file\n",
    "new file mode 100644\n",
    "deleted file mode 100755\n",
    "old mode 100644\n",
    "new mode 100755\n",
    "rename from x\n",
    "rename to y\n",
    "index 1234567..89abcde 100644\n",
    "GIT binary patch\n",
    "literal 0\nHcmV?d00001\n\n",
    "From 1234567890123456789012345678901234567890 Mon Sep 17 00:00:00 2001\n",
    "Subject: x\n",
];

#[test]
fn a_line_of_ids_that_are_none_says_nothing_about_permissions_either() {
    let text = b"diff --git a/x b/x\nindex 422ad2e..a43854` 100644\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n";
    let patches = parse(text).expect("it is passed over");
    let file = &patches[0].files[0];
    assert_eq!((file.ids, file.old_mode, file.new_mode), (None, None, None));
}
