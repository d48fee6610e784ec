//! Writes a change as a Git patch that says everything: binary contents too, and the ids that prove both sides.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::on_tree::sha1_id;
use super::patch_text::{
    BinaryContent, BinaryMethod, Body, FileOp, FilePatch, GitMode, PatchHunk, write_patch_text,
};
use super::{diff_lines, is_text};

/// Unchanged lines around each change, as everybody's tools have them.
const CONTEXT_LINES: usize = 3;

/// A file or link on one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct GitFile<'a> {
    pub mode: GitMode,
    /// Its content, or where a link points.
    pub content: &'a [u8],
}

/// Writes what turns one side into the other; nothing if they are the same.
///
/// # Errors
/// Those of `out`.
pub(crate) fn write_git_patch(
    out: &mut dyn Write,
    path: &str,
    before: Option<GitFile<'_>>,
    after: Option<GitFile<'_>>,
) -> io::Result<()> {
    match (before, after) {
        (before, after) if before == after => Ok(()),
        // As in Git, a file that becomes a link is one diff that takes away and one that creates.
        (Some(old), Some(new)) if (old.mode == GitMode::Link) != (new.mode == GitMode::Link) => {
            write_one(out, path, before, None)?;
            write_one(out, path, None, after)
        }
        _ => write_one(out, path, before, after),
    }
}

fn write_one(
    out: &mut dyn Write,
    path: &str,
    before: Option<GitFile<'_>>,
    after: Option<GitFile<'_>>,
) -> io::Result<()> {
    let id = |file: Option<GitFile<'_>>| file.map_or_else(|| "0".repeat(40), |file| sha1_id(file.content));
    let (old_id, new_id) = (id(before), id(after));
    let op = match (before, after) {
        (None, _) => FileOp::Create,
        (_, None) => FileOp::Delete,
        _ => FileOp::Modify,
    };
    let name =
        |side: &str, file: Option<GitFile<'_>>| file.map(|_| format!("{side}/{path}").into_bytes().into());
    let patch = FilePatch {
        line: 0,
        is_git: true,
        has_side_folder: true,
        agree_from: Some(1),
        old: name("a", before),
        new: name("b", after),
        op,
        old_mode: before.map(|file| file.mode),
        new_mode: after.map(|file| file.mode),
        ids: Some((&old_id, &new_id)),
        body: body(content(before), content(after))?,
        remarks: Vec::new(),
    };
    // A file whose content stays has no ids to say.
    let patch = if patch.body == Body::Same && op == FileOp::Modify {
        FilePatch { ids: None, ..patch }
    } else {
        patch
    };
    write_patch_text(out, [&patch])
}

fn content(file: Option<GitFile<'_>>) -> &[u8] {
    file.map_or(&[], |file| file.content)
}

fn body<'a>(old: &'a [u8], new: &'a [u8]) -> io::Result<Body<'a>> {
    if old == new {
        return Ok(Body::Same);
    }
    if is_text(old) && is_text(new) {
        let hunks = diff_lines(old, new, CONTEXT_LINES).hunks;
        return Ok(Body::Hunks(hunks.into_iter().map(PatchHunk::from).collect()));
    }
    Ok(Body::Binary(literal(new)?, Some(literal(old)?)))
}

fn literal(content: &[u8]) -> io::Result<BinaryContent> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::default());
    packer.write_all(content)?;
    Ok(BinaryContent { method: BinaryMethod::Literal, size: content.len(), packed: packer.finish()? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::patch_text::parse;

    fn written(before: Option<GitFile<'_>>, after: Option<GitFile<'_>>) -> String {
        let mut out = Vec::new();
        write_git_patch(&mut out, "x", before, after).expect("memory");
        String::from_utf8(out).expect("text")
    }

    fn file(content: &str) -> Option<GitFile<'_>> {
        Some(GitFile { mode: GitMode::File, content: content.as_bytes() })
    }

    #[test]
    fn a_text_is_written_as_git_writes_it() {
        assert_eq!(
            written(file("a\n"), file("b\n")),
            "diff --git a/x b/x\nindex 78981922613b2afb6025042ff6bd878ac1994e85..61780798228d17af2d34fce4cfbdf35556832472 100644\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"
        );
        assert_eq!(written(file("a\n"), file("a\n")), "");
        assert_eq!(
            written(None, file("")),
            "diff --git a/x b/x\nnew file mode 100644\nindex 0000000000000000000000000000000000000000..e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\n"
        );
        let program = Some(GitFile { mode: GitMode::Program, content: b"a\n" });
        assert_eq!(written(file("a\n"), program), "diff --git a/x b/x\nold mode 100644\nnew mode 100755\n");
    }

    #[test]
    fn a_binary_content_is_in_it_and_can_be_read_again() {
        let text = written(file("a\0b"), file("c\0d"));
        let patches = parse(text.as_bytes()).expect("what we write we can read");
        let Body::Binary(forward, Some(back)) = &patches[0].files[0].body else { panic!("{text}") };
        assert_eq!(forward.make(b""), Ok(b"c\0d".to_vec()));
        assert_eq!(back.make(b""), Ok(b"a\0b".to_vec()));
    }
}
