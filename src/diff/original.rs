//! Puts together what a diff was made from, out of what others have made of it since.
//!
//! A diff shows some lines of its original: those that it takes out, and those around them. Where all that differs since
//! lies among these, the original is what is there now with these lines in their place again. Whether it is, only its
//! digest says.

use super::exact::lines_above;
use super::lines::split_lines;
use super::patch_text::PatchHunk;
use crate::model::{Digest, FileNode};

/// How many pieces are added up at most to see whether they have the size of the original. Each costs next to nothing.
const MAX_SUMS: usize = 1 << 20;

/// How many contents of the right size are hashed at most.
const MAX_HASHED: usize = 16;

/// The content with the digest of `original`, made of `now` and of what `hunks` show of it; `None` if it can't be.
///
/// What came or went as a whole since counts as having done so in one hunk: above it the lines stand where they stood, and
/// below it they are shifted.
pub(crate) fn original_of(now: &[u8], hunks: &[PatchHunk<'_>], original: &FileNode) -> Option<Vec<u8>> {
    let shown = ShownLines::new(now, hunks)?;
    let (mut sums, mut hashed) = (0, 0);
    for (shift, in_hunk) in shown.shifts() {
        sums += hunks.len() + 1;
        if sums > MAX_SUMS || hashed == MAX_HASHED {
            break;
        }
        if shown.size_bytes(shift, in_hunk) != Some(original.size_bytes) {
            continue;
        }
        hashed += 1;
        let content = shown.content(shift, in_hunk)?;
        if Digest::compute(&content) == original.digest {
            return Some(content);
        }
    }
    None
}

/// What hunks show of their original, and the lines that stand between.
struct ShownLines<'a> {
    now: Vec<&'a [u8]>,
    /// How many bytes stand above each line, and above the end.
    above: Vec<u64>,
    /// Where each hunk begins and ends in the original, and what stands there.
    hunks: Vec<(usize, usize, Vec<u8>)>,
}

impl<'a> ShownLines<'a> {
    /// `None` if the hunks are in no order.
    fn new(now: &'a [u8], hunks: &[PatchHunk<'_>]) -> Option<Self> {
        let now = split_lines(now);
        let mut above = vec![0];
        for line in &now {
            above.push(above[above.len() - 1] + line.len() as u64);
        }
        let mut shown: Vec<(usize, usize, Vec<u8>)> = Vec::with_capacity(hunks.len());
        for hunk in hunks {
            let (start, _) = lines_above(hunk);
            let mut text = Vec::new();
            for line in hunk.old_lines() {
                text.extend_from_slice(line.content);
                text.extend_from_slice(if line.missing_newline { b"" } else { b"\n" });
            }
            (shown.last().is_none_or(|(_, end, _)| *end <= start)).then_some(())?;
            shown.push((start, start + hunk.old_len, text));
        }
        (!shown.is_empty()).then_some(Self { now, above, hunks: shown })
    }

    /// By how many lines what stands below a hunk may be shifted, and which hunk; the likeliest first.
    fn shifts(&self) -> impl Iterator<Item = (isize, usize)> {
        let most = self.now.len().max(self.hunks[self.hunks.len() - 1].1) as isize;
        let others = (1..=most).flat_map(|shift| [shift, -shift]);
        let others = others.flat_map(|shift| (0..self.hunks.len()).map(move |hunk| (shift, hunk)));
        [(0, 0)].into_iter().chain(others)
    }

    /// The lines around the hunks, as they are now, from the first to the last gap.
    fn gaps(&self, shift: isize, in_hunk: usize) -> impl Iterator<Item = Option<std::ops::Range<usize>>> {
        (0..=self.hunks.len()).map(move |gap| {
            let shift = if gap > in_hunk { shift } else { 0 };
            let start = match gap.checked_sub(1) {
                None => 0,
                Some(hunk) => self.hunks[hunk].1.checked_add_signed(shift)?,
            };
            let end = match self.hunks.get(gap) {
                None => self.now.len(),
                Some((start, ..)) => start.checked_add_signed(shift)?,
            };
            (start <= end && end <= self.now.len()).then_some(start..end)
        })
    }

    fn size_bytes(&self, shift: isize, in_hunk: usize) -> Option<u64> {
        let hunks: u64 = self.hunks.iter().map(|(.., text)| text.len() as u64).sum();
        self.gaps(shift, in_hunk).try_fold(hunks, |sum, gap| {
            let gap = gap?;
            Some(sum + self.above[gap.end] - self.above[gap.start])
        })
    }

    fn content(&self, shift: isize, in_hunk: usize) -> Option<Vec<u8>> {
        let mut content = Vec::new();
        let mut hunks = self.hunks.iter();
        for gap in self.gaps(shift, in_hunk) {
            self.now[gap?].iter().for_each(|line| content.extend_from_slice(line));
            content.extend(hunks.next().into_iter().flat_map(|(.., text)| text));
        }
        Some(content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::patch_text::{Body, parse};
    use crate::model::Mode;

    fn restored(now: &str, hunks: &str, original: &str) -> Option<String> {
        let text = format!("diff --git a/x b/x\n--- a/x\n+++ b/x\n{hunks}");
        let patches = parse(text.as_bytes()).expect("a diff");
        let Body::Hunks(hunks) = &patches[0].files[0].body else { panic!("hunks") };
        let file = FileNode {
            digest: Digest::compute(original.as_bytes()),
            size_bytes: original.len() as u64,
            mode: Mode::new(0o644),
        };
        original_of(now.as_bytes(), hunks, &file).map(|found| String::from_utf8(found).expect("text"))
    }

    const ORIGINAL: &str = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
    const HUNKS: &str = "@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n@@ -6,3 +6,3 @@\n 6\n-7\n+seven\n 8\n";

    #[test]
    fn what_differs_where_the_diff_shows_its_original_is_told_apart() {
        for now in [
            ORIGINAL,
            "one\n2\n3\n4\n5\n6\n7\nEIGHT\n9\n",
            "1\n2\n3\n4\n5\n6\n6.5\n6.6\n7\n8\n9\n",
            "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n",
            "3\n4\n5\n6\n7\n8\n9\n",
            "1\n2\n3\n4\n5\n9\n",
        ] {
            assert_eq!(restored(now, HUNKS, ORIGINAL).as_deref(), Some(ORIGINAL), "{now:?}");
        }
    }

    #[test]
    fn twin_what_differs_elsewhere_is_not_guessed() {
        for now in ["1\n2\n3\nfour\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\n5\n6\n7\n8\nNINE\n", "", "x\n"] {
            assert_eq!(restored(now, HUNKS, ORIGINAL), None, "{now:?}");
        }
    }

    #[test]
    fn the_end_of_a_file_without_a_last_newline_is_one_of_its_lines() {
        let hunks = "@@ -2 +2 @@\n-b\n\\ No newline at end of file\n+B\n";
        assert_eq!(restored("a\nc\n", hunks, "a\nb").as_deref(), Some("a\nb"));
    }
}
