//! Puts the new content together.

use super::fit::{HunkPlace, NewEnds};
use crate::diff::LineKind;
use crate::diff::content::{Content, ContentBuilder};
use crate::diff::patch_text::PatchHunk;

/// The content of `target` with each hunk at its place; `None` if a line that does not end in `\n` would not be the last
/// one.
pub(super) fn build(target: &Content, pieces: &[(&PatchHunk<'_>, HunkPlace)]) -> Option<Content> {
    let mut out = ContentBuilder::default();
    let mut next = 0;
    for (hunk, fit) in pieces {
        out.share(target, next..fit.at);
        next = fit.at;
        let (skipped, wanted) = (fit.skipped, fit.skipped + fit.len);
        let (mut old, mut found) = (0, target.lines_from(fit.at));
        for line in hunk.lines.iter() {
            // Lines around the change that were left out of account stay as they are.
            let is_in = if line.kind == LineKind::Added { true } else { (skipped..wanted).contains(&old) };
            old += usize::from(line.kind != LineKind::Added);
            if !is_in {
                continue;
            }
            match line.kind {
                LineKind::Context => out.line(found.next()?, b""),
                LineKind::Removed => {
                    found.next();
                }
                LineKind::Added => {
                    let bare = line.content.strip_suffix(b"\r").unwrap_or(line.content);
                    let (content, end): (&[u8], &[u8]) = match fit.ends {
                        NewEnds::AsWritten => (line.content, b"\n"),
                        NewEnds::Lf => (bare, b"\n"),
                        NewEnds::CrLf => (bare, b"\r\n"),
                    };
                    out.line(content, if line.missing_newline { b"" } else { end });
                }
            }
        }
        next += fit.len;
    }
    out.share(target, next..target.line_count());
    out.finish()
}
