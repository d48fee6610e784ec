//! Puts the new content together.

use super::fit::{Fit, NewEnds};
use crate::diff::LineKind;
use crate::diff::patch_text::PatchHunk;

/// The content of `target` (which has `size_bytes`) with each hunk at its place; `None` if a line that does not end in
/// `\n` would not be the last one.
pub(super) fn build(
    target: &[&[u8]],
    size_bytes: usize,
    pieces: &[(&PatchHunk<'_>, Fit)],
) -> Option<Vec<u8>> {
    let mut out = Output { bytes: Vec::with_capacity(size_bytes), is_whole: true };
    let mut next = 0;
    for (hunk, fit) in pieces {
        for line in &target[next..fit.at] {
            out.line(line);
        }
        next = fit.at;
        let lines = &hunk.lines[fit.skipped..hunk.lines.len() - fit.skipped_behind];
        for line in lines {
            match line.kind {
                LineKind::Context => {
                    out.line(target[next]);
                    next += 1;
                }
                LineKind::Removed => next += 1,
                LineKind::Added => {
                    let bare = line.content.strip_suffix(b"\r").unwrap_or(line.content);
                    let (content, end): (&[u8], &[u8]) = match fit.ends {
                        NewEnds::AsWritten => (line.content, b"\n"),
                        NewEnds::Lf => (bare, b"\n"),
                        NewEnds::CrLf => (bare, b"\r\n"),
                    };
                    out.begin_line();
                    out.bytes.extend_from_slice(content);
                    out.bytes.extend_from_slice(if line.missing_newline { b"" } else { end });
                }
            }
        }
    }
    for line in &target[next..] {
        out.line(line);
    }
    out.is_whole.then_some(out.bytes)
}

struct Output {
    bytes: Vec<u8>,
    is_whole: bool,
}

impl Output {
    fn begin_line(&mut self) {
        self.is_whole &= self.bytes.last().is_none_or(|&byte| byte == b'\n');
    }

    fn line(&mut self, line: &[u8]) {
        self.begin_line();
        self.bytes.extend_from_slice(line);
    }
}
