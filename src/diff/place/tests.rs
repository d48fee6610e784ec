//! Where hunks go, and what comes out.

use proptest::prelude::*;

use super::*;
use crate::diff::patch_text::{Body, FilePatch, LinesBeyond, PatchText, parse};
use crate::diff::{LineKind, diff_lines};

fn patch(hunks: &str) -> Vec<u8> {
    format!("--- a/x\n+++ b/x\n{hunks}").into_bytes()
}

fn hunks<'a>(patches: &'a [PatchText<'a>]) -> &'a [PatchHunk<'a>] {
    match &patches[0].files[0].body {
        Body::Hunks(hunks) => hunks,
        _ => &[],
    }
}

/// Grades in words, and the new content.
fn placed(content: &str, diff: &str, fuzz: usize) -> (Vec<String>, Option<String>) {
    let text = patch(diff);
    let patches = parse(&text).unwrap_or_else(|error| panic!("{error}: {diff}"));
    let placement = place(&content.as_bytes().into(), hunks(&patches), fuzz, &mut WorkBudget::default());
    let word = |(grade, line): &(HunkGrade, Option<usize>)| match (grade, line) {
        (HunkGrade::Moved(by), Some(line)) => format!("moved {by} to {line}"),
        (HunkGrade::Loose { fuzz, moved }, Some(line)) => format!("loose {fuzz}, moved {moved}, at {line}"),
        (HunkGrade::Ambiguous(lines), None) => format!("ambiguous {lines:?}"),
        (HunkGrade::Failed(reason, _), None) => format!("failed {reason:?}"),
        (grade, Some(line)) => format!("{} at {line}", grade.as_str()),
        (grade, None) => format!("{} nowhere", grade.as_str()),
    };
    let content = placement.content.map(|content| String::from_utf8(content.bytes().to_vec()).expect("text"));
    (placement.hunks.iter().map(word).collect(), content)
}

#[track_caller]
fn grades(content: &str, diff: &str, expected: &[&str]) {
    assert_eq!(placed(content, diff, 0).0, expected, "{content:?}\n{diff}");
}

#[track_caller]
fn becomes(content: &str, diff: &str, grade: &str, after: &str) {
    assert_eq!(
        placed(content, diff, 0),
        (vec![grade.to_owned()], Some(after.to_owned())),
        "{content:?}\n{diff}"
    );
}

const SWAP: &str = "@@ -2,3 +2,3 @@\n b\n-c\n+C\n d\n";

#[test]
fn a_hunk_goes_to_its_stated_line_although_a_twin_stands_elsewhere() {
    becomes("a\nb\nc\nd\nb\nc\nd\n", SWAP, "clean at 2", "a\nb\nC\nd\nb\nc\nd\n");
}

#[test]
fn elsewhere_it_goes_only_if_no_other_place_fits() {
    becomes("1\n2\na\nb\nc\nd\n", SWAP, "moved 2 to 4", "1\n2\na\nb\nC\nd\n");
    becomes("b\nc\nd\n", SWAP, "moved -1 to 1", "b\nC\nd\n");
    grades("1\n2\nb\nc\nd\nb\nc\nd\n", SWAP, &["ambiguous [3, 6]"]);
}

#[test]
fn a_fix_that_is_there_is_left_alone() {
    becomes("a\nb\nC\nd\n", SWAP, "already there at 2", "a\nb\nC\nd\n");
    becomes("1\n2\n3\na\nb\nC\nd\n", SWAP, "already there at 5", "1\n2\n3\na\nb\nC\nd\n");
}

#[test]
fn a_twin_of_a_fix_that_is_there_is_left_alone() {
    // The mended block stands where the diff says, an unmended twin elsewhere.
    grades("a\nb\nC\nd\nx\nb\nc\nd\n", SWAP, &["already there at 2"]);
    grades("1\na\nb\nC\nd\nx\nb\nc\nd\n", SWAP, &["ambiguous [7, 3]"]);
}

#[test]
fn later_hunks_follow_the_earlier_ones_and_never_pass_them() {
    let diff = "@@ -2,3 +2,3 @@\n b\n-c\n+C\n d\n@@ -7,3 +7,3 @@\n g\n-h\n+H\n i\n";
    grades("0\na\nb\nc\nd\ne\nf\ng\nh\ni\ng\nh\ni\n", diff, &["moved 1 to 3", "moved 1 to 8"]);
    // It fits where the hunk above has moved to and at its own line: nothing tells which.
    grades(
        "0\na\nb\nc\nd\nf\ng\nh\ni\nh\ni\n",
        "@@ -2,3 +2,3 @@\n b\n-c\n+C\n d\n@@ -6,2 +6,2 @@\n-h\n+H\n i\n",
        &["moved 1 to 3", "ambiguous [8, 10]"],
    );
    let above = "@@ -4,2 +4,2 @@\n-d\n+D\n e\n@@ -6,2 +6,2 @@\n-a\n+A\n b\n";
    grades("a\nb\nc\nd\ne\n", above, &["clean at 4", "failed Lines"]);
}

#[test]
fn hunks_at_the_edges_stay_there() {
    let top = "@@ -1,3 +1,4 @@\n+0\n a\n b\n c\n";
    becomes("a\nb\nc\n", top, "clean at 1", "0\na\nb\nc\n");
    grades("x\na\nb\nc\n", top, &["failed Lines"]);
    let end = "@@ -1,3 +1,4 @@\n a\n b\n c\n+d\n";
    becomes("a\nb\nc\n", end, "clean at 1", "a\nb\nc\nd\n");
    grades("a\nb\nc\nx\n", end, &["failed Lines"]);
    becomes("x\na\nb\nc\n", "@@ -3,3 +3,4 @@\n a\n b\n c\n+d\n", "moved -1 to 2", "x\na\nb\nc\nd\n");
}

#[test]
fn without_a_line_around_it_no_place_is_proven() {
    let diff = "@@ -1,0 +2 @@\n+x\n";
    grades("a\nb\n", diff, &["failed NoContext"]);
    grades("a\nx\nb\n", diff, &["already there at 2"]);
    assert_eq!(placed("a\nb\n", diff, 1).1.as_deref(), Some("a\nx\nb\n"));
    becomes("", "@@ -0,0 +1 @@\n+x\n", "clean at 1", "x\n");
    // A removed line proves it.
    becomes("a\nb\nc\n", "@@ -2 +1,0 @@\n-b\n", "clean at 2", "a\nc\n");
}

#[test]
fn fuzz_leaves_lines_around_the_change_out_of_account_and_is_told() {
    let diff = "@@ -1,7 +1,7 @@\n a\n b\n c\n-d\n+D\n e\n f\n g\n";
    let content = "A\nb\nc\nd\ne\nf\ng\n";
    assert_eq!(placed(content, diff, 0).0, ["failed Lines"]);
    assert_eq!(
        placed(content, diff, 2),
        (vec!["loose 1, moved 0, at 2".to_owned()], Some("A\nb\nc\nD\ne\nf\ng\n".to_owned()))
    );
    assert_eq!(
        placed("1\nA\nB\nc\nd\ne\nF\ng\n", diff, 2),
        (vec!["loose 2, moved 1, at 4".to_owned()], Some("1\nA\nB\nc\nD\ne\nF\ng\n".to_owned()))
    );
    // The changed line itself always has to be there.
    assert_eq!(placed("a\nb\nc\nX\ne\nf\ng\n", diff, 3).0, ["failed Lines"]);
}

#[test]
fn line_ends_stay_as_the_file_has_them() {
    becomes("a\r\nb\r\nc\r\nd\r\n", SWAP, "clean at 2", "a\r\nb\r\nC\r\nd\r\n");
    becomes("a\nb\nc\nd\n", "@@ -2,3 +2,3 @@\n b\r\n-c\r\n+C\r\n d\r\n", "clean at 2", "a\nb\nC\nd\n");
    becomes("a\nb\r\nc\r\nd\r\n", SWAP, "clean at 2", "a\nb\r\nC\r\nd\r\n");
    grades("a\nb\nc\r\nd\n", SWAP, &["failed MixedLineEnds"]);
    // A diff that changes line ends means them.
    let ends = "@@ -2,3 +2,3 @@\n b\n-c\n+c\r\n d\n";
    becomes("a\nb\nc\nd\n", ends, "clean at 2", "a\nb\nc\r\nd\n");
    grades("a\r\nb\r\nc\r\nd\r\n", ends, &["failed WhiteSpace"]);
}

#[test]
fn the_end_of_the_file_is_where_the_diff_says() {
    let no_newline = "@@ -1,2 +1,2 @@\n a\n-b\n+B\n\\ No newline at end of file\n";
    becomes("a\nb\n", no_newline, "clean at 1", "a\nB");
    grades("a\nb\nc\n", no_newline, &["failed Lines"]);
    becomes("a\nb", "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n", "clean at 1", "a\nb\n");
    grades("a\nb\n", "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n", &["already there at 1"]);
    let inner = "@@ -1 +1 @@\n-a\n+A\n\\ No newline at end of file\n";
    grades("a\nb\n", inner, &["failed EndOfFile"]);
}

#[test]
fn a_hunk_that_fails_tells_the_nearest_place() {
    let text = patch(SWAP);
    let patches = parse(&text).expect("a diff");
    let placement = place(&b"0\na\nb\nx\nd\n"[..].into(), hunks(&patches), 0, &mut WorkBudget::default());
    let HunkGrade::Failed(Misplaced::Lines, Some(nearest)) = &placement.hunks[0].0 else {
        panic!("{placement:?}")
    };
    assert_eq!((nearest.line, nearest.matching, nearest.of, nearest.differs_at), (3, 2, 3, 4));
    assert_eq!((nearest.found.as_deref(), nearest.expected.as_slice()), (Some(&b"x\n"[..]), &b"c"[..]));
}

#[test]
fn a_hostile_file_takes_no_longer_than_a_large_one() {
    let content = "x\n".repeat(300_000);
    let diff = format!("@@ -299999,1001 +1,1001 @@\n{}-y\n+z\n", " x\n".repeat(1000));
    let (grades, content) = placed(&content, &diff, 0);
    assert!(content.is_none() && grades[0].starts_with("failed"), "{grades:?}");
}

/// Lines of few kinds, so that many look alike, with every kind of end.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        4 => prop::sample::select(vec![&b"a\n"[..], b"b\n", b"\n", b"{\n", b"}\n", b"c\r\n", b"\r\n"]).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..12).prop_map(|mut line| { line.push(b'\n'); line }),
        1 => Just({ let mut line = vec![b'l'; 3000]; line.push(b'\n'); line }),
    ];
    let last = prop::collection::vec(any::<u8>(), 0..4);
    (prop::collection::vec(line, 0..40), last).prop_map(|(lines, last)| [lines.concat(), last].concat())
}

/// A text and one made from it by some edits.
fn pair() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    (text(), prop::collection::vec((any::<prop::sample::Index>(), 0..3u8), 0..6), text()).prop_map(
        |(old, edits, other)| {
            let mut lines: Vec<Vec<u8>> =
                old.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
            for (index, edit) in edits {
                let at = index.index(lines.len() + 1);
                match edit {
                    0 if at < lines.len() => drop(lines.remove(at)),
                    1 if at < lines.len() => lines[at] = b"edited\n".to_vec(),
                    _ => lines
                        .insert(at.min(lines.len()), other.iter().copied().take(5).chain([b'\n']).collect()),
                }
            }
            (old, lines.concat())
        },
    )
}

fn bytes(placement: &Placement) -> Option<&[u8]> {
    placement.content.as_ref().map(|content| &**content.bytes())
}

fn as_hunks<'a>(old: &'a [u8], new: &'a [u8]) -> Vec<PatchHunk<'a>> {
    let diff = diff_lines(old, new, 3);
    let hunk = |hunk: crate::diff::Hunk<'a>| PatchHunk {
        line: 0,
        old_start: hunk.old_start,
        old_len: hunk.old_len,
        new_start: hunk.new_start,
        new_len: hunk.new_len,
        section: b"",
        lines: hunk.lines.into(),
        beyond: LinesBeyond::default(),
    };
    diff.hunks.into_iter().map(hunk).collect()
}

proptest! {
    #[test]
    fn what_differs_makes_one_of_the_other_and_back((old, new) in pair()) {
        let hunks = as_hunks(&old, &new);
        let there = place(&old.as_slice().into(), &hunks, 0, &mut WorkBudget::default());
        prop_assert_eq!(bytes(&there), Some(new.as_slice()), "{:?}", there.hunks);
        prop_assert!(there.hunks.iter().all(|(grade, _)| *grade == HunkGrade::Clean));
        let reversed: Vec<_> = hunks.iter().map(PatchHunk::reversed).collect();
        let back = place(&new.as_slice().into(), &reversed, 0, &mut WorkBudget::default());
        prop_assert_eq!(bytes(&back), Some(old.as_slice()), "{:?}", back.hunks);
    }

    #[test]
    fn what_is_written_makes_the_same((old, new) in pair()) {
        let hunks = as_hunks(&old, &new);
        if hunks.is_empty() {
            return Ok(());
        }
        let file = FilePatch {
            line: 1, is_git: true, has_side_folder: true, agree_from: Some(1), old: Some(b"a/x".into()), new: Some(b"b/x".into()),
            op: crate::diff::patch_text::FileOp::Modify, old_mode: None, new_mode: None, ids: None,
            body: Body::Hunks(hunks), remarks: Vec::new(),
        };
        let mut text = Vec::new();
        crate::diff::patch_text::write_patch_text(&mut text, [&file]).expect("memory");
        let patches = parse(&text).expect("what we write we can read");
        let Body::Hunks(read) = &patches[0].files[0].body else { panic!("hunks") };
        let there = place(&old.as_slice().into(), read, 0, &mut WorkBudget::default());
        prop_assert_eq!(bytes(&there), Some(new.as_slice()));
    }

    #[test]
    fn on_any_other_text_it_changes_whole_hunks_or_nothing((old, new) in pair(), other in text(), fuzz in 0..3usize) {
        let hunks = as_hunks(&old, &new);
        let there = place(&other.as_slice().into(), &hunks, fuzz, &mut WorkBudget::default());
        prop_assert_eq!(there.content.is_some(), there.hunks.iter().all(|(grade, _)| grade.is_good()));
        if let Some(content) = bytes(&there) {
            let added = |kind| hunks.iter().flat_map(|hunk| hunk.lines.iter()).filter(|line| line.kind == kind).count();
            let lines = |bytes: &[u8]| bytes.split_inclusive(|&byte| byte == b'\n').count();
            let grown = added(LineKind::Added) as isize - added(LineKind::Removed) as isize;
            let is_all_new = there.hunks.iter().all(|(grade, _)| *grade != HunkGrade::AlreadyThere);
            if is_all_new {
                prop_assert_eq!(lines(content) as isize - lines(&other) as isize, grown);
            }
        }
    }
}
