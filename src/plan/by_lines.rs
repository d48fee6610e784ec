//! Places a change by the lines that its diff shows, where nobody has the file any more that it was made from: another
//! patch changed that file and was kept for good.
//!
//! Nothing can be merged then, as nobody knows what that patch did. But where every line that the diff shows stands
//! there, together and once, the change has its place, and touches nothing else.

use crate::diff::patch_text::{Body, PatchHunk, parse};
use crate::diff::place::{HunkGrade, place};
use crate::diff::{Content, LineKind, WorkBudget};

/// How a change stands by its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ByLines {
    /// All that it leaves is there.
    There,
    /// It comes to this.
    Makes(Vec<u8>),
}

/// Most bytes of hunks times bytes of a content that are gone through to see whether a hunk fits twice.
const MAX_COMPARED: usize = 1 << 30;

/// How `diff`, which is about one file, stands in what `holds`. `None` if its lines are not there, or not once.
pub(super) fn by_lines(diff: &[u8], holds: &[u8]) -> Option<ByLines> {
    let texts = parse(diff).ok()?;
    let Body::Hunks(hunks) = &texts.first()?.files.first()?.body else { return None };
    if hunks.len().saturating_mul(holds.len()) > MAX_COMPARED {
        return None;
    }
    let content = Content::from(holds.to_vec());
    let placed = place(&content, hunks, 0, &mut WorkBudget::default());
    let all = |is_so: fn(&HunkGrade) -> bool| placed.hunks.iter().all(|(grade, _)| is_so(grade));
    let once = |side: Side| hunks.iter().all(|hunk| times(&block(hunk, side), holds) == 1);
    let never = |side: Side| hunks.iter().all(|hunk| times(&block(hunk, side), holds) == 0);
    if all(|grade| *grade == HunkGrade::AlreadyThere) {
        return (once(Side::New) && never(Side::Old)).then_some(ByLines::There);
    }
    let fits = all(|grade| matches!(grade, HunkGrade::Clean | HunkGrade::Moved(_)));
    let made = placed.content.filter(|_| fits && once(Side::Old))?;
    Some(ByLines::Makes(made.bytes().to_vec()))
}

/// Before a hunk, or after it.
#[derive(Clone, Copy)]
enum Side {
    Old,
    New,
}

/// The lines of one side of a hunk, as they stand in a file.
fn block(hunk: &PatchHunk<'_>, side: Side) -> Vec<u8> {
    let other = match side {
        Side::Old => LineKind::Added,
        Side::New => LineKind::Removed,
    };
    let mut text = Vec::new();
    for line in hunk.lines.iter().filter(|line| line.kind != other) {
        text.extend_from_slice(line.content);
        text.extend_from_slice(if line.missing_newline { b"" } else { b"\n" });
    }
    text
}

/// How often these whole lines stand together in `content`. What is nothing stands nowhere.
fn times(block: &[u8], content: &[u8]) -> usize {
    let ends_a_line = block.last() == Some(&b'\n');
    let starts = std::iter::once(0)
        .chain(content.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1));
    let stands = |at: &usize| {
        let rest = &content[*at..];
        rest.starts_with(block) && (ends_a_line || rest.len() == block.len())
    };
    if block.is_empty() { 0 } else { starts.filter(stands).count() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HUNK: &str = "@@ -2,3 +2,3 @@\n 2\n-3\n+three\n 4\n";

    fn stands(holds: &str) -> Option<ByLines> {
        by_lines(format!("diff --git a/f b/f\n--- a/f\n+++ b/f\n{HUNK}").as_bytes(), holds.as_bytes())
    }

    #[test]
    fn a_change_comes_to_where_its_lines_stand_or_is_there() {
        let makes = |text: &str| Some(ByLines::Makes(text.as_bytes().to_vec()));
        assert_eq!(stands("1\n2\n3\n4\nFIVE\n"), makes("1\n2\nthree\n4\nFIVE\n"));
        assert_eq!(stands("0\n1\n2\n3\n4\nFIVE\n"), makes("0\n1\n2\nthree\n4\nFIVE\n"));
        assert_eq!(stands("1\n2\nthree\n4\nFIVE\n"), Some(ByLines::There));
    }

    #[test]
    fn twin_what_stands_twice_or_otherwise_is_not_guessed() {
        for holds in [
            "1\n2\n3\n4\n2\n3\n4\n",
            "1\ntwo\n3\n4\n",
            "1\n2\nthree\n4\n2\nthree\n4\n",
            "2\r\n3\r\n4\r\n",
            "",
        ] {
            assert_eq!(stands(holds), None, "{holds:?}");
        }
    }
}
