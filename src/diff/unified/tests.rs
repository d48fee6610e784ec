//! What a person and a program read of a change.

use super::*;
use crate::diff::tests::{change, file};
use crate::model::{FileChange, LinkNode};

fn program(content: &[u8]) -> Node {
    match file(content) {
        Node::File(file) => Node::File(FileNode { mode: Mode::PROGRAM, ..file }),
        other => other,
    }
}

fn link(points_to: &str) -> Node {
    Node::Link(LinkNode { points_to: points_to.to_owned() })
}

fn shown(change: &FileChange, before: ViewContent<'_>, after: ViewContent<'_>) -> String {
    let view = ChangeView { change, renamed_from: None, before, after };
    let mut text = String::new();
    unified(&mut text, &view, |line| String::from_utf8_lossy(line).replace('\u{1b}', "\\e"))
        .expect("a string takes it");
    text
}

#[test]
fn a_changed_line_reads_as_in_git() {
    let (old, new) = (b"1\n2\n3\n4\n5\n".as_slice(), b"1\n2\n3\nfour\n5".as_slice());
    let change = change("conf/app", [file(old)], Some(program(new)));
    insta::assert_snapshot!(shown(&change, ViewContent::Bytes(old), ViewContent::Bytes(new)), @r"
    diff --git a/conf/app b/conf/app
    old mode 100644
    new mode 100755
    --- a/conf/app
    +++ b/conf/app
    @@ -1,5 +1,5 @@
     1
     2
     3
    -4
    -5
    +four
    +5
    \ No newline at end of file
    ");
}

#[test]
fn a_file_that_becomes_a_link_is_taken_away_and_created() {
    let change = change("app", [file(b"x\n")], Some(link("app-2")));
    insta::assert_snapshot!(shown(&change, ViewContent::Bytes(b"x\n"), ViewContent::Absent), @r"
    diff --git a/app b/app
    deleted file mode 100644
    --- a/app
    +++ /dev/null
    @@ -1 +0,0 @@
    -x
    diff --git a/app b/app
    new file mode 120000
    --- /dev/null
    +++ b/app
    @@ -0,0 +1 @@
    +app-2
    \ No newline at end of file
    ");
}

#[test]
fn a_person_never_gets_a_control_character() {
    let change = change("a", [], Some(file(b"\x1b[2J\n")));
    let text = shown(&change, ViewContent::Absent, ViewContent::Bytes(b"\x1b[2J\n"));
    assert!(text.ends_with("\n+\\e[2J\n"), "{text}");
}

#[test]
fn a_binary_file_is_told_by_size_and_identity() {
    let (old, new) = (vec![0; 1234], vec![0; 1_300_000]);
    let change = change("bin/app", [file(&old)], Some(file(&new)));
    insta::assert_snapshot!(shown(&change, ViewContent::Bytes(&old), ViewContent::Bytes(&new)), @r"
    diff --git a/bin/app b/bin/app
    Binary files a/bin/app and b/bin/app differ
    1,234 → 1,300,000 bytes, sha256 ad47fd9e8715… → 8d3bfc8c9a4c…
    ");
}

#[test]
fn a_person_reads_utf_16_as_text_and_a_program_does_not() {
    let utf_16 = |text: &str| -> Vec<u8> {
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
    };
    let (old, new) = (utf_16("one\ntwo\n"), utf_16("one\nTWO\n"));
    let change = change("s.txt", [file(&old)], Some(file(&new)));
    insta::assert_snapshot!(shown(&change, ViewContent::Bytes(&old), ViewContent::Bytes(&new)), @r"
    UTF-16, shown as UTF-8: s.txt
    diff --git a/s.txt b/s.txt
    --- a/s.txt
    +++ b/s.txt
    @@ -1,2 +1,2 @@
     one
    -two
    +TWO
    ");
    let view = ChangeView {
        change: &change,
        renamed_from: None,
        before: ViewContent::Bytes(&old),
        after: ViewContent::Bytes(&new),
    };
    let mut raw = Vec::new();
    write_patch(&mut raw, &view).expect("memory");
    assert!(String::from_utf8_lossy(&raw).contains("Binary files"), "{raw:?}");
}

#[test]
fn a_content_that_is_not_at_hand_says_why() {
    let created = change("big", [], Some(file(b"x")));
    insta::assert_snapshot!(shown(&created, ViewContent::Absent, ViewContent::Unavailable("larger than 64 MiB")), @r"
    diff --git a/big b/big
    new file mode 100644
    Files /dev/null and b/big differ
    1 byte, sha256 2d711642b726…; not shown: larger than 64 MiB
    ");
    let mode_only = change("big", [file(b"x")], Some(program(b"x")));
    let unavailable = ViewContent::Unavailable("not in the bundle");
    insta::assert_snapshot!(shown(&mode_only, unavailable, unavailable), @r"
    diff --git a/big b/big
    old mode 100644
    new mode 100755
    ");
}

#[test]
fn folders_are_remarks() {
    let created = change("logs", [], Some(Node::Dir(Mode::new(0o750))));
    let closed = change("logs", [Node::Dir(Mode::DIR)], Some(Node::Dir(Mode::new(0o700))));
    let replaced = change("logs", [Node::Dir(Mode::DIR)], Some(file(b"x\n")));
    let nothing = ViewContent::Absent;
    let all = [
        shown(&created, nothing, nothing),
        shown(&closed, nothing, nothing),
        shown(&replaced, nothing, ViewContent::Bytes(b"x\n")),
    ];
    insta::assert_snapshot!(all.concat(), @r"
    Folder added: logs (0750)
    Folder permissions changed: logs (0755 → 0700)
    Folder deleted: logs
    diff --git a/logs b/logs
    new file mode 100644
    --- /dev/null
    +++ b/logs
    @@ -0,0 +1 @@
    +x
    ");
}

#[test]
fn permissions_that_git_does_not_keep_are_remarks() {
    let with_mode = |bits| match file(b"x\n") {
        Node::File(file) => Node::File(FileNode { mode: Mode::new(bits), ..file }),
        other => other,
    };
    let text = ViewContent::Bytes(b"x\n");
    let narrowed = change("key", [with_mode(0o640)], Some(with_mode(0o600)));
    assert_eq!(shown(&narrowed, text, text), "Permissions changed: key (0640 → 0600)\n");
    let privileged = change("su", [], Some(with_mode(0o4755)));
    let first_lines = "Permissions: su (4755)\ndiff --git a/su b/su\nnew file mode 100755\n";
    assert!(shown(&privileged, ViewContent::Absent, text).starts_with(first_lines));
}

#[test]
fn a_name_with_quotes_is_quoted() {
    assert_eq!(quoted("a/", r#"x\y"z"#), r#""a/x\\y\"z""#);
    assert_eq!(ended(&quoted("a/", "ü 1")), "a/ü 1\t");
}
