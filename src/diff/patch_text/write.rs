//! Writes patches back as text: reading that gives the same patches again.

use std::io::{self, Write};

use super::{BinaryContent, BinaryMethod, GitMode, LineKind, stripped};
use super::{Body, FileOp, FilePatch, PatchHunk, base85, name};

/// Writes what the patches do to files, one behind the other.
///
/// # Errors
/// Those of `out`.
pub fn write_patch_text<'a>(
    out: &mut dyn Write,
    files: impl IntoIterator<Item = &'a FilePatch<'a>>,
) -> io::Result<()> {
    files.into_iter().try_for_each(|file| write_file(out, file))
}

/// The date that stands for "there is no file" where its name is said all the same.
const BEGINNING_OF_TIME: &str = "\t1970-01-01 00:00:00.000000000 +0000";

fn write_file(out: &mut dyn Write, file: &FilePatch<'_>) -> io::Result<()> {
    let mut line = |prefix: &str, tail: &[u8]| -> io::Result<()> {
        out.write_all(prefix.as_bytes())?;
        out.write_all(tail)?;
        out.write_all(b"\n")
    };
    let (old, new) = (file.old.as_deref(), file.new.as_deref());
    let quote = |name: Option<&[u8]>, side: &str| name.map(|name| name::quoted(side, name));
    let (old_side, new_side) = if file.has_side_folder { ("", "") } else { ("a/", "b/") };
    // A file that is not there has the other side's name in Git's first line.
    let (old_name, new_name) = (quote(old, old_side), quote(new, new_side));
    if file.is_git {
        let first = |name: &Option<Vec<u8>>, other: Option<&[u8]>, side: &str| {
            name.clone()
                .or_else(|| Some(name::quoted(side, stripped(other?, 1).or(other)?)))
                .unwrap_or_default()
        };
        let both = [first(&old_name, new, "a/"), first(&new_name, old, "b/")].join(&b' ');
        line("diff --git ", &both)?;
        write_header(&mut line, file)?;
    }
    match &file.body {
        Body::Same => Ok(()),
        Body::Binary(forward, back) => {
            out.write_all(b"GIT binary patch\n")?;
            write_binary(out, forward)?;
            back.as_ref().map_or(Ok(()), |back| write_binary(out, back))
        }
        Body::Hunks(hunks) => {
            let mark = |name: Option<Vec<u8>>, is_nothing: bool| match name {
                None => b"/dev/null".to_vec(),
                Some(mut name) => {
                    let tail = if is_nothing { BEGINNING_OF_TIME } else { "\t" };
                    let is_plain = !file.is_git || name.contains(&b' ');
                    let wants_tail = is_nothing || is_plain && name.first() != Some(&b'"');
                    name.extend_from_slice(if wants_tail { tail.as_bytes() } else { b"" });
                    name
                }
            };
            let is_plain = !file.is_git;
            line("--- ", &mark(old_name, is_plain && file.op == FileOp::Create))?;
            line("+++ ", &mark(new_name, is_plain && file.op == FileOp::Delete))?;
            hunks.iter().try_for_each(|hunk| write_hunk(out, hunk))
        }
    }
}

fn write_header(line: &mut dyn FnMut(&str, &[u8]) -> io::Result<()>, file: &FilePatch<'_>) -> io::Result<()> {
    let bits = |mode: Option<GitMode>| format!("{:o}", mode.unwrap_or(GitMode::File).bits()).into_bytes();
    let is_kept = file.old_mode == file.new_mode;
    match file.op {
        FileOp::Create => line("new file mode ", &bits(file.new_mode))?,
        FileOp::Delete => line("deleted file mode ", &bits(file.old_mode))?,
        FileOp::Copy | FileOp::Modify | FileOp::Rename if !is_kept => {
            line("old mode ", &bits(file.old_mode))?;
            line("new mode ", &bits(file.new_mode))?;
        }
        FileOp::Copy | FileOp::Modify | FileOp::Rename => {}
    }
    let quote = |name: &Option<super::Name<'_>>| name::quoted("", name.as_deref().unwrap_or_default());
    let words = match file.op {
        FileOp::Rename => Some(("rename from ", "rename to ")),
        FileOp::Copy => Some(("copy from ", "copy to ")),
        FileOp::Create | FileOp::Delete | FileOp::Modify => None,
    };
    if let Some((from, to)) = words {
        line(from, &quote(&file.old))?;
        line(to, &quote(&file.new))?;
    }
    let says_mode = is_kept && matches!(file.op, FileOp::Copy | FileOp::Modify | FileOp::Rename);
    match (file.ids, file.old_mode.filter(|_| says_mode)) {
        (Some((old, new)), Some(mode)) => {
            line("index ", format!("{old}..{new} {:o}", mode.bits()).as_bytes())
        }
        (Some((old, new)), None) => line("index ", format!("{old}..{new}").as_bytes()),
        (None, _) => Ok(()),
    }
}

fn write_binary(out: &mut dyn Write, content: &BinaryContent) -> io::Result<()> {
    let word = match content.method {
        BinaryMethod::Delta => "delta",
        BinaryMethod::Literal => "literal",
    };
    writeln!(out, "{word} {}", content.size)?;
    let mut lines = Vec::new();
    base85::encode(&content.packed, &mut lines);
    out.write_all(&lines)?;
    out.write_all(b"\n")
}

/// Writes a hunk as it stands in a diff.
pub(crate) fn write_hunk(out: &mut dyn Write, hunk: &PatchHunk<'_>) -> io::Result<()> {
    let range = |start: usize, len: usize| match len {
        1 => start.to_string(),
        _ => format!("{start},{len}"),
    };
    let (old, new) = (range(hunk.old_start, hunk.old_len), range(hunk.new_start, hunk.new_len));
    write!(out, "@@ -{old} +{new} @@")?;
    out.write_all(hunk.section)?;
    out.write_all(b"\n")?;
    for line in hunk.lines.iter() {
        let marker: &[u8] = match line.kind {
            LineKind::Added => b"+",
            LineKind::Context => b" ",
            LineKind::Removed => b"-",
        };
        out.write_all(marker)?;
        out.write_all(line.content)?;
        out.write_all(if line.missing_newline { b"\n\\ No newline at end of file\n" } else { b"\n" })?;
    }
    Ok(())
}
