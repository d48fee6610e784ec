//! What a diff alone tells of two contents: the lines around each change, at their numbers.

use super::patch_text::{Body, PatchHunk, parse};
use super::{Hunk, LineKind};

/// Stands for each line that the diff leaves out: in every encoding of text the same.
const LEFT_OUT: &[u8] = b"...\n";

/// The hunks of `section`, the diff of one file; `None` if it has none.
pub(crate) fn hunks_of(section: &[u8]) -> Option<Vec<Hunk<'_>>> {
    let file = parse(section).ok()?.into_iter().next()?.files.into_iter().next()?;
    let Body::Hunks(hunks) = file.body else { return None };
    Some(hunks.into_iter().map(Hunk::from).collect())
}

/// Both contents as far as `section`, the diff of one file, has them; `None` if it has no lines.
pub(crate) fn excerpts(section: &[u8]) -> Option<[Vec<u8>; 2]> {
    let files = parse(section).ok()?;
    let Body::Hunks(hunks) = &files.first()?.files.first()?.body else { return None };
    let new: Vec<PatchHunk<'_>> = hunks.iter().map(PatchHunk::reversed).collect();
    Some([old_side(hunks), old_side(&new)])
}

fn old_side(hunks: &[PatchHunk<'_>]) -> Vec<u8> {
    let (mut content, mut lines) = (Vec::new(), 0);
    for hunk in hunks {
        let above = hunk.old_start - usize::from(hunk.old_len > 0);
        content.extend(LEFT_OUT.repeat(above.saturating_sub(lines)));
        lines = above + hunk.old_len;
        for line in hunk.lines.iter().filter(|line| line.kind != LineKind::Added) {
            content.extend_from_slice(line.content);
            content.extend_from_slice(if line.missing_newline { b"" } else { b"\n" });
        }
    }
    content
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_numbers() {
        let section =
            b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -3,2 +3,3 @@\n c\n-d\n+D\n+e\n@@ -7 +8 @@\n-g\n+G\n";
        let [old, new] = excerpts(section).expect("lines").map(|side| String::from_utf8(side).expect("text"));
        assert_eq!(old, "...\n...\nc\nd\n...\n...\ng\n");
        assert_eq!(new, "...\n...\nc\nD\ne\n...\n...\nG\n");
    }
}
