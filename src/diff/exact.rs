//! Applies hunks exactly where they say, and nowhere else.
//!
//! [`place`](super::place) looks for the lines of a hunk, because a text patch meets folders that nobody knows. Here the
//! content is known to the last byte: whatever does not fit at its own line number is a lie.

use super::LineKind;
use super::patch_text::PatchHunk;

/// The new content; `None` if a hunk is not about `old`.
pub(crate) fn apply_exactly(old: &[u8], hunks: &[PatchHunk<'_>]) -> Option<Vec<u8>> {
    let mut made = ExactContent { rest: old, old_lines: 0, new: Vec::with_capacity(old.len()), new_lines: 0 };
    for hunk in hunks {
        let (old_above, new_above) = lines_above(hunk);
        while made.old_lines < old_above {
            let line = made.take_old()?;
            made.add(line, b"")?;
        }
        if (made.old_lines, made.new_lines) != (old_above, new_above) {
            return None;
        }
        for line in hunk.lines.iter() {
            let end: &[u8] = if line.missing_newline { b"" } else { b"\n" };
            if line.kind != LineKind::Added {
                let found = made.take_old()?;
                let is_this = found.strip_suffix(end) == Some(line.content)
                    && (!line.missing_newline || made.rest.is_empty());
                is_this.then_some(())?;
            }
            if line.kind != LineKind::Removed {
                made.add(line.content, end)?;
            }
        }
    }
    let rest = made.rest;
    if !rest.is_empty() {
        made.add(rest, b"")?;
    }
    Some(made.new)
}

/// What hunks say about the sizes of both contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SizeBounds {
    /// The old content has at least so many bytes: those of the lines in the hunks, and one for each other line.
    pub(crate) least_old_bytes: u64,
    /// How many bytes longer the new content is.
    pub(crate) growth: i64,
}

/// Measures hunks that are in order and begin on both sides where the ones above leave them; `None` if they do not, and
/// no content has such hunks.
pub(crate) fn measure(hunks: &[PatchHunk<'_>]) -> Option<SizeBounds> {
    let (mut old_end, mut new_end) = (0, 0);
    let mut measure = SizeBounds { least_old_bytes: 0, growth: 0 };
    for (index, hunk) in hunks.iter().enumerate() {
        let (old_above, new_above) = lines_above(hunk);
        let (old_gap, new_gap) = (old_above.checked_sub(old_end)?, new_above.checked_sub(new_end)?);
        let changes = hunk.lines.iter().any(|line| line.kind != LineKind::Context);
        let is_last = index + 1 == hunks.len();
        let ends_a_file = hunk.lines.iter().any(|line| line.missing_newline);
        if old_gap != new_gap || !changes || (ends_a_file && !is_last) {
            return None;
        }
        (old_end, new_end) = (old_above + hunk.old_len, new_above + hunk.new_len);
        let size = |kind| -> u64 {
            hunk.lines.iter().filter(|line| line.kind == kind).map(|line| line.size_bytes() as u64).sum()
        };
        let removed = size(LineKind::Removed);
        measure.least_old_bytes += old_gap as u64 + size(LineKind::Context) + removed;
        measure.growth += size(LineKind::Added) as i64 - removed as i64;
    }
    Some(measure)
}

/// How many lines stand above the hunk, before and after.
pub(super) fn lines_above(hunk: &PatchHunk<'_>) -> (usize, usize) {
    let above = |start: usize, len: usize| start - usize::from(len > 0);
    (above(hunk.old_start, hunk.old_len), above(hunk.new_start, hunk.new_len))
}

/// The new content as far as it is made.
struct ExactContent<'a> {
    rest: &'a [u8],
    old_lines: usize,
    new: Vec<u8>,
    new_lines: usize,
}

impl<'a> ExactContent<'a> {
    /// The next old line with its end.
    fn take_old(&mut self) -> Option<&'a [u8]> {
        let end = self.rest.iter().position(|&byte| byte == b'\n').map_or(self.rest.len(), |at| at + 1);
        let (line, rest) = self.rest.split_at(end);
        self.rest = rest;
        self.old_lines += 1;
        (!line.is_empty()).then_some(line)
    }

    /// Adds a line; nothing comes behind one that has no end.
    fn add(&mut self, line: &[u8], end: &[u8]) -> Option<()> {
        if self.new.last().is_some_and(|&byte| byte != b'\n') {
            return None;
        }
        self.new.extend_from_slice(line);
        self.new.extend_from_slice(end);
        self.new_lines += 1;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::patch_text::{Body, parse};

    fn applied(old: &str, hunks: &str) -> Option<String> {
        let text = format!("diff --git a/x b/x\n--- a/x\n+++ b/x\n{hunks}");
        let patches = parse(text.as_bytes()).expect("a diff");
        let Body::Hunks(hunks) = &patches[0].files[0].body else { panic!("hunks") };
        let new = apply_exactly(old.as_bytes(), hunks).map(|new| String::from_utf8(new).expect("text"));
        if let Some(new) = &new {
            let measure = measure(hunks).expect("hunks in order");
            assert_eq!(measure.growth, new.len() as i64 - old.len() as i64);
            assert!(measure.least_old_bytes <= old.len() as u64);
            let back: Vec<_> = hunks.iter().map(PatchHunk::reversed).collect();
            assert_eq!(apply_exactly(new.as_bytes(), &back).as_deref(), Some(old.as_bytes()));
        }
        new
    }

    #[test]
    fn a_hunk_changes_the_lines_it_names() {
        assert_eq!(applied("a\nb\nc\n", "@@ -2 +2 @@\n-b\n+B\n").as_deref(), Some("a\nB\nc\n"));
        let both = "@@ -1 +1,2 @@\n+0\n a\n@@ -3 +4 @@\n-c\n+C\n";
        assert_eq!(applied("a\nb\nc\n", both).as_deref(), Some("0\na\nb\nC\n"));
        let without_end = "@@ -2 +2 @@\n-b\n+b\n\\ No newline at end of file\n";
        assert_eq!(applied("a\nb\n", without_end).as_deref(), Some("a\nb"));
    }

    #[test]
    fn a_hunk_that_fits_elsewhere_does_not_fit() {
        for (old, hunks) in [
            ("a\nb\nb\n", "@@ -1 +1 @@\n-b\n+B\n"),
            ("a\nb\nc\n", "@@ -2 +3 @@\n-b\n+B\n"),
            ("a\nb", "@@ -2 +2 @@\n-b\n+B\n"),
            ("a\nb\n", "@@ -1,0 +2 @@\n+x\n\\ No newline at end of file\n"),
            ("a\n", "@@ -9 +9 @@\n-b\n+B\n"),
        ] {
            assert_eq!(applied(old, hunks), None, "{old:?} {hunks:?}");
        }
    }
}
