//! Small texts before a change, after it, and after others came over it.

use proptest::prelude::*;

use super::*;

fn fates(before: &str, left: &str, now: &str) -> Vec<Fate> {
    let brought = Brought::new(before.as_bytes(), left.as_bytes()).expect("texts");
    let standings = brought.standings(now.as_bytes()).expect("text");
    standings.into_iter().map(|standing| standing.fate).collect()
}

use Fate::{Kept, Rewritten, Undone};

#[test]
fn a_changed_line_is_kept_undone_or_rewritten() {
    let (before, left) = ("a\nold\nz\n", "a\nnew\nz\n");
    for (now, fate) in [
        (left, Kept),
        ("a\nnew\nz\nmore\n", Kept),
        ("top\na\nb\nnew\nz\n", Kept),
        (before, Undone),
        ("a\nold\nmore\nz\n", Undone),
        ("a\nthird\nz\n", Rewritten),
        ("a\nz\n", Rewritten),
        ("", Rewritten),
    ] {
        assert_eq!(fates(before, left, now), [fate], "{now:?}");
    }
}

#[test]
fn what_was_removed_and_comes_back_beside_the_new_line_is_not_kept() {
    assert_eq!(fates("a\nold\nz\n", "a\nnew\nz\n", "a\nnew\nold\nz\n"), [Undone]);
    assert_eq!(fates("a\nbad\nworse\nz\n", "a\nz\n", "a\nbad\nworse\nz\n"), [Undone]);
    assert_eq!(fates("a\nbad\nworse\nz\n", "a\nz\n", "a\nbad\nz\n"), [Rewritten]);
    assert_eq!(fates("a\nbad\nz\n", "a\nz\n", "a\ngood\nz\n"), [Kept], "what was removed stays removed");
}

#[test]
fn what_was_removed_is_back_wherever_it_stands() {
    for (before, left, now) in [
        ("a\nbad\nb\nz\n", "a\nb\nz\n", "a\nb\nbad\nz\n"),
        ("a\nbad\nb\nz\n", "a\nb\nz\n", "a\nb\nz\n    bad\n"),
        ("{\n'a',\n'bad',\n'b'\n}\n", "{\n'a',\n'b'\n}\n", "{\n'a',\n'b',\n'bad'\n}\n"),
        ("a\nold\nb\nz\n", "a\nnew\nb\nz\n", "a\nnew\nb\nz\nold\n"),
    ] {
        assert_eq!(fates(before, left, now), [Undone], "{now:?}");
    }
    // One of two is not all of it, and of what is there several times nobody knows which one it was.
    assert_eq!(fates("a\nbad\nworse\nb\nz\n", "a\nb\nz\n", "a\nb\nz\nbad\n"), [Rewritten]);
    assert_eq!(fates("a\nbad\nb\nbad\nz\n", "a\nb\nbad\nz\n", "a\nb\nbad\nz\nbad\n"), [Rewritten]);
    // Brackets stand everywhere, and what only moved was never taken out.
    assert_eq!(fates("a\n}\nb\nz\n", "a\nb\nz\n", "a\nb\nz\n}\n"), [Kept]);
    assert_eq!(fates("x\na\nb\nz\n", "a\nb\nx\nz\n", "a\nb\nx\nz\nmore\n"), [Kept, Kept]);
}

#[test]
fn a_change_is_in_vain_where_it_takes_out_less_than_it_was_made_to() {
    let is_in_vain = |before: &str, left: &str, ground: &str, image: &str| {
        let brought = Brought::new(before.as_bytes(), left.as_bytes()).expect("texts");
        brought.is_in_vain(ground.as_bytes(), image.as_bytes())
    };
    let (before, left) = ("a\nbad\nb\nz\n", "a\nb\nz\n");
    assert!(is_in_vain(before, left, "a\nb\nbad\nz\n", "a\nb\nbad\nz\n"), "it had been moved");
    assert!(!is_in_vain(before, left, "a\nb\nz\nmore\n", "a\nb\nz\nmore\n"), "it was gone already");
    let (before, left) = ("x\na\nx\nb\nx\n", "x\na\nb\nx\n");
    assert!(!is_in_vain(before, left, "x\na\nx\nb\nx\nx\n", "x\na\nb\nx\nx\n"), "another one came");
    assert!(is_in_vain(before, left, "x\na\nb\nx\nx\n", "x\na\nb\nx\nx\n"));
}

#[test]
fn added_lines_are_undone_only_if_they_all_go_and_nothing_comes() {
    let (before, left) = ("a\nz\n", "a\ncheck\nreturn\nz\n");
    assert_eq!(fates(before, left, before), [Undone]);
    assert_eq!(fates(before, left, "a\ncheck\nz\n"), [Rewritten]);
    assert_eq!(fates(before, left, "a\nother\nz\n"), [Rewritten]);
    assert_eq!(fates(before, left, "a\ncheck\nskip\nreturn\nz\n"), [Rewritten], "something went between");
    assert_eq!(fates(before, left, "a\nfirst\ncheck\nreturn\nlast\nz\n"), [Kept]);
}

#[test]
fn added_lines_are_known_again_although_their_place_can_be_told_in_two_ways() {
    // The empty line below them is the one above them just as well.
    let (before, left) = ("a\n\nz\n", "a\n\nfirst\nsecond\nthird\n\nz\n");
    assert_eq!(fates(before, left, "a\n\nfirst\nSECOND\nthird\n\nz\n"), [Rewritten]);
    assert_eq!(fates(before, left, "a\n\nfirst\nsecond\nthird\n\nnext\n\nz\n"), [Kept]);
    assert_eq!(fates(before, left, "a\n\n\nfirst\nsecond\nthird\n\nz\n"), [Kept]);
    assert_eq!(fates(before, left, "a\n\nother\n\nz\n"), [Rewritten], "other lines are in their place");
    // An empty line goes between them and what they followed.
    let (before, left) = ("a\n\nb\n\nz\n", "a\nfirst\nsecond\n\nb\n\nz\n");
    assert_eq!(fates(before, left, "a\n\nfirst\nsecond\n\nz\n"), [Kept]);
}

#[test]
fn added_lines_that_went_past_others_are_not_where_they_were() {
    let (before, left) = ("a\nb\nz\n", "a\nreturn\nb\nz\n");
    assert_eq!(fates(before, left, "a\nb\nreturn\nz\n"), [Rewritten]);
    assert_eq!(fates(before, left, "a\nother\nb\nreturn\nz\n"), [Rewritten]);
    assert_eq!(fates(before, left, "return\na\nb\nz\n"), [Rewritten]);
    assert_eq!(fates(before, left, "a\nb\nz\nRETURN\n"), [Undone]);
    // A line as it may stand anywhere has not moved there.
    let (before, left) = ("return\na\nb\nz\n", "return\na\nreturn\nb\nz\n");
    assert_eq!(fates(before, left, "return\na\nb\nz\nreturn\n"), [Undone]);
    let (before, left) = ("a\nz\n", "a\none\ntwo\nthree\nz\n");
    assert_eq!(fates(before, left, "a\nz\none\ntwo\n"), [Rewritten]);
    assert_eq!(fates(before, left, "a\nz\none\n"), [Undone]);
}

#[test]
fn lines_are_known_again_where_they_are_indented_or_quoted_in_another_way() {
    let (before, left) = ("a\nb\nz\n", "a\nif x == 'y' {\n  go();\n}\nb\nz\n");
    assert_eq!(fates(before, left, "a\nb\nif x == \"y\" {\n    go();\n}\nz\n"), [Rewritten]);
    assert_eq!(fates(before, left, "a\nb\nif x == \"w\" {\n    stay();\n}\nz\n"), [Undone]);
    // Quotes that are set back as they were are.
    assert_eq!(fates("x = 'y'\n", "x = \"y\"\n", "x = 'y'\nmore\n"), [Undone]);
}

#[test]
fn a_block_that_was_moved_and_is_moved_again_is_not_undone() {
    let (before, left) = ("one\ntwo\na\nb\nc\nz\n", "a\nb\none\ntwo\nc\nz\n");
    assert!(!fates(before, left, "a\nb\nc\none\ntwo\nz\n").contains(&Undone));
    assert!(fates(before, left, "one\ntwo\na\nb\nc\nmore\nz\n").contains(&Undone), "it is where it was");
}

#[test]
fn a_bracket_is_not_missed_as_long_as_there_are_as_many() {
    let (before, left) = ("f {\n}\nz\n", "f {\n  {\n    x\n  }\n}\nz\n");
    assert_eq!(fates(before, left, "f {\n}\ng {\n}\nz\n"), [Undone], "what is in them went");
    let (before, left) = ("a\nb\n}\n", "a\n}\nb\n}\n");
    assert_eq!(fates(before, left, "a\nb\n}\nc\n}\n"), [Rewritten]);
    assert_eq!(fates(before, left, "a\nb\n}\nc\n"), [Undone]);
}

#[test]
fn a_line_is_there_although_a_comparison_could_match_others() {
    let there = |now: &str| {
        let brought = Brought::new(b"0\n1\n2\n3\n4\n", b"0\n1\nfix\n3\n4\n").expect("texts");
        brought.standings(now.as_bytes()).expect("text")[0].lines.clone()
    };
    // Of "4" and "fix", which changed places, only one can be matched.
    assert_eq!(there("4\nfix\nmore\n"), [true]);
    assert_eq!(there("4\nother\nmore\n"), [false]);
    assert_eq!(there("2\n3\n4\n0\n1\n"), [false]);
}

#[test]
fn one_line_of_several_that_is_set_back_is_seen() {
    assert_eq!(
        fates("a = 1\nb = 1\nc = 1\n", "a = 2\nb = 2\nc = 2\n", "a = 2\nb = 1\nc = 3\n"),
        [Kept, Undone, Rewritten]
    );
}

proptest! {
    #[test]
    fn what_a_change_left_is_kept_and_what_was_before_is_undone(
        before in prop::collection::vec(0_u8..6, 0..12),
        left in prop::collection::vec(0_u8..6, 0..12),
    ) {
        let text = |lines: &[u8]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        let (before, left) = (text(&before), text(&left));
        prop_assert!(fates(&before, &left, &left).iter().all(|fate| *fate == Kept));
        if before != left {
            prop_assert!(fates(&before, &left, &before).iter().all(|fate| *fate == Undone));
        }
    }
}
