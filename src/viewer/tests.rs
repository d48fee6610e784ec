//! Stories about both sides of a change: what is said about them, and that no byte is lost on the way to a row.

use proptest::prelude::*;

use super::layout::*;
use super::model::*;
use crate::diff::Region;
use crate::model::{Digest, FileChange, FileNode, Mode, Node, Role, TreePath};
use crate::progress::CancelToken;
use crate::workbench::{ChangeSide, Comparison, OneChange, SideContent};

fn node(bytes: &[u8]) -> Node {
    let (digest, size_bytes) = (Digest::compute(bytes), bytes.len() as u64);
    Node::File(FileNode { digest, size_bytes, mode: Mode::FILE })
}

fn change(before: Option<&[u8]>, after: Option<&[u8]>) -> OneChange {
    let side = |bytes: Option<&[u8]>| {
        bytes.map_or(ChangeSide::Absent, |bytes| ChangeSide::Content(SideContent::from(bytes.to_vec())))
    };
    let path = TreePath::parse("conf/app.toml").expect("a path");
    OneChange {
        change: FileChange {
            role: Role::Config,
            ..FileChange::plain(path, before.map(node), after.map(node), None)
        },
        before_source: None,
        comparison: Comparison::OriginalToAfter,
        edits: None,
        renamed_from: None,
        left: before.map(node),
        before: side(before),
        after: side(after),
    }
}

fn contents(before: Option<&[u8]>, after: Option<&[u8]>) -> ViewedContents {
    ViewedContents::new(change(before, after), &CancelToken::new()).expect("nobody stops it")
}

fn sentences(contents: &ViewedContents) -> Vec<&str> {
    contents.notes.iter().map(|note| note.sentence.as_str()).collect()
}

/// The rows as a person reads them: `-left|+right`, `=both`, `~left|right`, `...` for a gap.
fn drawn(diff: &LineDiff, rows: &Rows) -> Vec<String> {
    let text = |half, line: Option<usize>| {
        PaneState::new().line(diff, half, line.expect("a line")).shown.text.clone()
    };
    (0..rows.count())
        .map(|number| {
            let row = rows.row(diff, number).expect("a row");
            match row.kind {
                LineRowKind::Same => format!("={}", text(Half::Right, row.right)),
                LineRowKind::Removed => format!("-{}", text(Half::Left, row.left)),
                LineRowKind::Added => format!("+{}", text(Half::Right, row.right)),
                LineRowKind::Changed => {
                    format!("~{}|{}", text(Half::Left, row.left), text(Half::Right, row.right))
                }
                LineRowKind::Gap(_) => format!("...{}", rows.gap(number).expect("a gap").length),
            }
        })
        .collect()
}

fn numbered(lines: usize) -> String {
    (1..=lines).map(|line| format!("line {line}\n")).collect()
}

#[test]
fn a_text_from_before_unicode_is_read_as_a_guess_that_is_said_and_can_be_changed() {
    let guessed = contents(Some(b"caf\xe9\n"), Some(b"th\xe9\n"));
    let shown = |contents: &ViewedContents| {
        let diff = contents.text().expect("text");
        ShownLine::new(&diff.lines(Half::Right).line(0).expect("it reads")).text
    };
    assert_eq!(shown(&guessed), "th\u{e9}");
    let said = guessed.after.phrases();
    assert!(said[0].contains("Windows-1252"), "{said:?}");
    assert!(guessed.has_old_text());
    let cyrillic = guessed.in_encoding(Some(OldEncoding::Windows1251), &CancelToken::new());
    assert_eq!(shown(&cyrillic.expect("nobody stops it")), "th\u{439}");
    let bytes = guessed.in_encoding(None, &CancelToken::new()).expect("nobody stops it");
    assert!(shown(&bytes).contains("xe9"), "{}", shown(&bytes));
    assert!(!contents(Some(b"plain\n"), Some("caf\u{e9}\n".as_bytes())).has_old_text());
}

#[test]
fn unchanged_lines_are_folded_and_come_out_on_request() {
    let old = numbered(100);
    let contents = contents(Some(old.as_bytes()), Some(old.replace("line 50\n", "fifty\n").as_bytes()));
    let diff = contents.text().expect("text");
    let mut opened = Opened::default();
    let rows = Rows::new(diff, Layout::SideBySide, &opened);
    let seen = [
        "...46",
        "=line 47",
        "=line 48",
        "=line 49",
        "~line 50|fifty",
        "=line 51",
        "=line 52",
        "=line 53",
        "...47",
    ];
    assert_eq!(drawn(diff, &rows), seen);
    assert_eq!(rows.row_of_hunk(0), Some(4));
    assert_eq!(rows.row_of_line(diff, Half::Right, 48), Some(3));
    assert_eq!(rows.row_of_line(diff, Half::Right, 10), Some(0), "the gap that hides it");

    opened.expand(0, Expand::Bottom(EXPAND_LINES));
    opened.expand(1, Expand::All);
    let rows = Rows::new(diff, Layout::Unified, &opened);
    let seen = drawn(diff, &rows);
    assert_eq!((seen[0].as_str(), seen[1].as_str()), ("...26", "=line 27"));
    assert_eq!(&seen[23..27], ["=line 49", "-line 50", "+fifty", "=line 51"]);
    assert_eq!(seen.last().map(String::as_str), Some("=line 100"));

    opened.set_whole_file(true);
    assert_eq!(Rows::new(diff, Layout::SideBySide, &opened).count(), 100);
}

#[test]
fn lines_that_belong_together_stand_side_by_side() {
    let old = "host = \"localhost\"\nport = 8080\n";
    let new = "# where to listen\n# and how\nhost = \"0.0.0.0\"\nport = 8443\n";
    let contents = contents(Some(old.as_bytes()), Some(new.as_bytes()));
    let diff = contents.text().expect("text");
    let rows = Rows::new(diff, Layout::SideBySide, &Opened::default());
    let seen = [
        "+# where to listen",
        "+# and how",
        "~host = \"localhost\"|host = \"0.0.0.0\"",
        "~port = 8080|port = 8443",
    ];
    assert_eq!(drawn(diff, &rows), seen);
}

#[test]
fn only_the_changed_words_are_marked() {
    let contents = contents(Some(b"retries = 3 # often\n"), Some(b"retries = 30 # often\n"));
    let refined = Refined::new(contents.text().expect("text"), 0);
    assert_eq!(refined.marks(Half::Left, 0), &WordMarks::Bytes(std::iter::once(10..11).collect()));
    assert_eq!(refined.marks(Half::Right, 0), &WordMarks::Bytes(std::iter::once(10..12).collect()));
}

#[test]
fn of_a_long_line_the_words_between_its_equal_ends_are_marked() {
    let ends = "x ".repeat(MAX_REFINED_BYTES);
    let line = |middle: &str| format!("{ends}{middle} {ends}\n");
    let marks = |old: &str, new: &str| {
        let contents = contents(Some(line(old).as_bytes()), Some(line(new).as_bytes()));
        let refined = Refined::new(contents.text().expect("text"), 0);
        Half::BOTH.map(|half| refined.marks(half, 0).clone())
    };
    let at = |from: usize, to: usize| {
        WordMarks::Bytes(std::iter::once(ends.len() + from..ends.len() + to).collect())
    };
    assert_eq!(marks("retry10", "retry20"), [at(0, 7), at(0, 7)]);
    // What is still long is marked as a whole.
    let other = "y ".repeat(MAX_REFINED_BYTES);
    assert_eq!(marks("a", &format!("a {other}b"))[1], at(2, 4 + other.len()));
}

#[test]
fn where_a_long_line_begins_to_differ_is_told_however_much_of_it_does() {
    let line = |word: &str| format!("{{{}}}\n", word.repeat(2 * MAX_REFINED_BYTES));
    let contents = contents(Some(line("x").as_bytes()), Some(line("y").as_bytes()));
    let part = std::iter::once(1..1 + 2 * MAX_REFINED_BYTES).collect();
    assert_eq!(Refined::new(contents.text().expect("text"), 0).marks(Half::Left, 0), &WordMarks::Bytes(part));
}

#[test]
fn a_line_that_is_too_long_is_said_to_be_not_refined_where_nothing_stands_beside_it() {
    let long = "x ".repeat(MAX_REFINED_BYTES);
    let contents = contents(Some(format!("{long}\n").as_bytes()), Some(format!("{long}y\nz\n").as_bytes()));
    let refined = Refined::new(contents.text().expect("text"), 0);
    assert_eq!(refined.marks(Half::Left, 0), &WordMarks::NotRefined);
}

#[test]
fn lines_that_there_is_no_time_for_are_marked_between_their_equal_ends() {
    let ends = "same ".repeat(80);
    let middle = |seed: usize, line: usize| -> String {
        (0..60).map(|word| format!("w{} ", (word * 7_919 + seed + line * 104_729) % 100_003)).collect()
    };
    let text = |seed: usize| -> String {
        (0..190).map(|line| format!("{ends}{}{ends}\n", middle(seed, line))).collect()
    };
    let contents = contents(Some(text(1).as_bytes()), Some(text(50_000).as_bytes()));
    let refined = Refined::new(contents.text().expect("text"), 0);
    for (half, seed) in [(Half::Left, 1), (Half::Right, 50_000)] {
        let part = ends.len()..ends.len() + middle(seed, 100).len() - 1;
        assert_eq!(refined.marks(half, 100), &WordMarks::Bytes(std::iter::once(part).collect()));
    }
}

#[test]
fn line_ends_are_told_and_not_shown_as_changed_lines() {
    let contents = contents(Some(b"a\nb\n"), Some(b"a\r\nb\r\n"));
    assert_eq!(contents.equality, Equality::SameText);
    assert_eq!(sentences(&contents), ["The line ends change from LF to CRLF."]);
    let diff = contents.text().expect("text");
    assert!(diff.hunks().is_empty() && diff.ignores_line_ends());
}

#[test]
fn returns_at_line_ends_are_shown_only_where_not_every_line_has_one() {
    let shown = |old: &str, new: &str| {
        let contents = contents(Some(old.as_bytes()), Some(new.as_bytes()));
        let diff = contents.text().expect("text");
        let rows = Rows::new(diff, Layout::SideBySide, &Opened::default());
        drawn(diff, &rows)
    };
    assert_eq!(shown("a\r\nb\r\n", "a\r\nc\r\n"), ["=a", "~b|c"]);
    assert_eq!(shown("a\nb\r\n", "a\nc\r\n"), ["=a", r"~b\r|c\r"]);
}

#[test]
fn another_encoding_is_told_and_the_text_is_compared() {
    let utf_16: Vec<u8> =
        [0xfeff_u16].into_iter().chain("Füße\n".encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let contents = contents(Some(&utf_16), Some("\u{feff}Füße\n".as_bytes()));
    assert_eq!(contents.equality, Equality::SameText);
    assert_eq!(sentences(&contents), ["The encoding changes from UTF-16 LE to UTF-8 with byte order mark."]);
    assert!(contents.text().expect("text").hunks().is_empty());
}

#[test]
fn hidden_characters_are_a_caution_with_a_place() {
    let contents = contents(Some(b"ok\n"), Some("ok\nif\u{202e} admin\u{200b}\n".as_bytes()));
    let note = contents.notes.first().expect("a note");
    assert_eq!(note.weight, NoteWeight::Caution);
    assert_eq!(
        note.sentence,
        "The new text adds 1 bidirectional control, 1 invisible character, shown as codes below."
    );
    assert_eq!(note.place.map(|place| (place.half, place.line)), Some((Half::Right, 1)));
}

#[test]
fn where_only_a_diff_is_at_hand_its_lines_are_shown_at_their_numbers() {
    let section = b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -3,2 +3,3 @@\n c\n-d\n+D\n+e\n";
    let mut change = change(Some(b"a\nb\nc\nd\nf\n"), Some(b"a\nb\nc\nD\ne\nf\n"));
    change.before = ChangeSide::Diff(section[..].into());
    change.after = change.before.clone();
    let contents = ViewedContents::new(change, &CancelToken::new()).expect("nobody stops it");
    assert_eq!(contents.views(), [View::Text, View::Facts], "there are no bytes to look at");
    let diff = contents.text().expect("text");
    let rows = Rows::new(diff, Layout::SideBySide, &Opened::default());
    assert_eq!(drawn(diff, &rows), ["=...", "=...", "=c", "~d|D", "+e"]);
    assert!(
        sentences(&contents)[0].contains("Only the lines around each change"),
        "{:?}",
        sentences(&contents)
    );
}

#[test]
fn a_side_that_is_not_at_hand_is_said_and_the_other_one_is_shown() {
    let mut change = change(Some(b"old\n"), Some(b"new\nlines\n"));
    change.before = ChangeSide::Unavailable("the original is not in the patch file".to_owned());
    let contents = ViewedContents::new(change, &CancelToken::new()).expect("nobody stops it");
    let diff = contents.text().expect("text");
    assert_eq!(diff.sides(), TextSides::Alone(Half::Right));
    let rows = Rows::new(diff, Layout::SideBySide, &Opened::default());
    assert_eq!(drawn(diff, &rows), ["=new", "=lines"]);
    assert!(sentences(&contents)[0].contains("the original is not in the patch file"));
}

#[test]
fn a_new_file_is_all_added_and_an_empty_one_has_no_row() {
    let new = contents(None, Some(b"a\nb\n"));
    let diff = new.text().expect("text");
    assert_eq!(drawn(diff, &Rows::new(diff, Layout::Unified, &Opened::default())), ["+a", "+b"]);
    let empty = contents(None, Some(b""));
    assert_eq!(Rows::new(empty.text().expect("text"), Layout::Unified, &Opened::default()).count(), 0);
}

#[test]
fn bytes_are_shown_with_the_reason_and_pictures_as_pictures() {
    let binary = contents(Some(b"\x7fELF\x02\x01\x01\0old"), Some(b"\x7fELF\x02\x01\x01\0new"));
    assert_eq!(binary.views(), [View::Bytes]);
    assert_eq!(binary.why_binary.as_deref(), Some("Shown as bytes: the file contains a zero byte at 0x7."));
    assert_eq!(binary.bytes().expect("compared at once").differences().len(), 1);
    let picture = contents(None, Some(b"\x89PNG\r\n\x1a\n"));
    assert_eq!(picture.views(), [View::Picture, View::Bytes]);
}

#[test]
fn a_hunk_is_copied_as_a_patch() {
    let contents = contents(Some(b"1\n2\n3\n4\n5\n6\nx"), Some(b"1\n2\nthree\n4\n5\n6\nx\n"));
    let diff = contents.text().expect("text");
    let patch = |hunk| {
        String::from_utf8(hunk_as_patch(diff, hunk, ["a.txt", "a.txt"]).expect("it reads")).expect("text")
    };
    insta::assert_snapshot!(patch(0), @r"
    --- a/a.txt
    +++ b/a.txt
    @@ -1,6 +1,6 @@
     1
     2
    -3
    +three
     4
     5
     6
    ");
    insta::assert_snapshot!(patch(1), @r"
    --- a/a.txt
    +++ b/a.txt
    @@ -4,4 +4,4 @@
     4
     5
     6
    -x
    \ No newline at end of file
    +x
    ");
}

#[test]
fn a_section_is_named_by_the_last_line_at_the_very_left() {
    let text = b"[server]\nhost = 1\n  deep\n\n[client]\n  name\n";
    let contents = contents(Some(text), Some(text));
    let diff = contents.text().expect("text");
    assert_eq!(section_above(diff, Half::Right, 4).as_deref(), Some("host = 1"));
    assert_eq!(section_above(diff, Half::Right, 6).as_deref(), Some("[client]"));
    assert_eq!(section_above(diff, Half::Right, 0), None);
}

#[test]
fn inserted_bytes_shift_nothing_that_follows() {
    let mut seed = 7_u32;
    let mut noise = |length: usize| -> Vec<u8> {
        let mut next = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 24) as u8
        };
        (0..length).map(|_| next()).collect()
    };
    let (head, inserted, middle, tail) = (noise(1_000), noise(37), noise(1_000), noise(1_000));
    let old = [b"\0".as_slice(), &head, &middle, b"12345", &tail].concat();
    let new = [b"\0".as_slice(), &head, &inserted, &middle, b"54x21", &tail].concat();
    let contents = contents(Some(&old), Some(&new));
    let bytes = contents.bytes().expect("compared");
    let lengths: Vec<_> =
        bytes.differences().iter().map(|place| (place.old.clone(), place.new.clone())).collect();
    assert_eq!(lengths, [(1_001..1_001, 1_001..1_038), (2_001..2_006, 2_038..2_043)]);
    let row = bytes.row_of_difference(0).expect("a row");
    assert_eq!(bytes.row(row).expect("a row").left, None);
}

/// Two texts that have much in common.
fn texts() -> impl Strategy<Value = (String, String)> {
    let line =
        || prop_oneof![Just("a"), Just("b b"), Just("b c"), Just(""), Just("x\ty\r"), Just("é\u{202e}")];
    let end = || prop_oneof![Just(""), Just("\n")];
    let text = move || {
        (proptest::collection::vec(line(), 0..30), end()).prop_map(|(lines, end)| lines.join("\n") + end)
    };
    let edited = (text(), text(), 0_usize..30).prop_map(|(text, other, at)| {
        let lines: Vec<_> = text.split('\n').collect();
        let at = at.min(lines.len());
        let edited = [lines[..at].join("\n"), other, lines[at..].join("\n")].join("\n");
        (text, edited)
    });
    prop_oneof![(text(), text()), edited]
}

/// How far gaps are opened, at random.
fn opened() -> impl Strategy<Value = Opened> {
    let step = (0_usize..4, prop_oneof![Just(Expand::Top(2)), Just(Expand::Bottom(3)), Just(Expand::All)]);
    proptest::collection::vec(step, 0..4).prop_map(|steps| {
        let mut opened = Opened::default();
        steps.into_iter().for_each(|(gap, part)| opened.expand(gap, part));
        opened
    })
}

/// The lines of one side in the order of the rows, folded ones included.
fn lines_in_rows(rows: &Rows, diff: &LineDiff, half: Half) -> Vec<usize> {
    let mut lines = Vec::new();
    for number in 0..rows.count() {
        if let Some(gap) = rows.gap(number) {
            let begin = gap.begin(half);
            lines.extend(begin..begin + gap.length);
        }
        let row = rows.row(diff, number).expect("a row");
        lines.extend(row.line(half));
    }
    lines
}

proptest! {
    #[test]
    fn the_rows_have_every_line_once_and_in_order((old, new) in texts(), opened in opened()) {
        let contents = contents(Some(old.as_bytes()), Some(new.as_bytes()));
        let diff = contents.text().expect("text");
        for layout in [Layout::SideBySide, Layout::Unified] {
            let rows = Rows::new(diff, layout, &opened);
            for half in Half::BOTH {
                let all: Vec<_> = (0..diff.lines(half).count()).collect();
                prop_assert_eq!(lines_in_rows(&rows, diff, half), all);
            }
            for number in 0..rows.count() {
                let row = rows.row(diff, number).expect("a row");
                for half in Half::BOTH {
                    if let Some(line) = row.line(half) {
                        prop_assert_eq!(rows.row_of_line(diff, half, line), Some(number));
                    }
                }
                if row.kind == LineRowKind::Same && !diff.ignores_line_ends() {
                    let line = |half| diff.lines(half).line(row.line(half).expect("both")).expect("it reads");
                    prop_assert_eq!(line(Half::Left), line(Half::Right));
                }
            }
        }
    }

    #[test]
    fn copying_everything_of_a_side_is_its_text((old, new) in texts(), opened in opened()) {
        let contents = contents(Some(old.as_bytes()), Some(new.as_bytes()));
        let diff = contents.text().expect("text");
        let rows = Rows::new(diff, Layout::SideBySide, &opened);
        let (anchor, caret) = (Caret { row: 0, byte: 0 }, Caret { row: rows.count(), byte: 0 });
        for (half, text) in Half::BOTH.into_iter().zip([&old, &new]) {
            let selection = Selection { column: Column::Side(half), anchor, caret };
            prop_assert_eq!(selection.bytes(diff, &rows).expect("it reads"), text.as_bytes());
        }
    }

    #[test]
    fn the_rows_of_bytes_have_every_byte_once(old in bytes(), insert in bytes(), at in 0_usize..400) {
        let at = at.min(old.len());
        let new = [&old[..at], &insert, &old[at..]].concat();
        let zero = [0];
        let (old, new) = ([&zero, old.as_slice()].concat(), [&zero, new.as_slice()].concat());
        let contents = contents(Some(&old), Some(&new));
        // Some of these begin like a picture, whose bytes are compared on request only.
        contents.compare_bytes(&CancelToken::new()).expect("nobody stops it");
        let diff = contents.bytes().expect("compared");
        let (mut left, mut right) = (0, 0);
        for number in 0..diff.rows() {
            let row = diff.row(number).expect("a row");
            for (range, end, half) in [(&row.left, &mut left, Half::Left), (&row.right, &mut right, Half::Right)] {
                let Some(range) = range else { continue };
                prop_assert_eq!(range.start, *end);
                prop_assert!(row.column as u64 + (range.end - range.start) <= ROW_BYTES && range.start < range.end);
                prop_assert_eq!(diff.row_of(half, range.start), Some(number));
                prop_assert_eq!(diff.row_of(half, range.end - 1), Some(number));
                *end = range.end;
            }
        }
        prop_assert_eq!((left, right), (old.len() as u64, new.len() as u64));
        prop_assert_eq!(diff.differences().is_empty(), old == new);
        // What is outside the differences is equal.
        let (mut left, mut right) = (0, 0);
        let end = Region { old: behind(&old), new: behind(&new) };
        for place in diff.differences().iter().chain([&end]) {
            let (a, b) = (left as usize..place.old.start as usize, right as usize..place.new.start as usize);
            prop_assert_eq!(&old[a], &new[b]);
            (left, right) = (place.old.end, place.new.end);
        }
    }
}

fn behind(bytes: &[u8]) -> std::ops::Range<u64> {
    bytes.len() as u64..bytes.len() as u64
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let noise = proptest::collection::vec(any::<u8>(), 0..400);
    let dull = proptest::collection::vec(0_u8..2, 0..200);
    prop_oneof![noise, dull]
}
