//! Reads the header lines that Git writes above a file's hunks.

use super::cursor::Cursor;
use super::{Body, FileOp, FilePatch, GitMode, Name, PatchTextError, binary, hunk, name, stripped};

/// What the lines between `diff --git` and the first hunk say.
#[derive(Default)]
struct GitHeader<'a> {
    names: Option<(Name<'a>, Name<'a>)>,
    op: Option<FileOp>,
    from: Option<Name<'a>>,
    to: Option<Name<'a>>,
    old_mode: Option<GitMode>,
    new_mode: Option<GitMode>,
    ids: Option<(&'a str, &'a str)>,
}

/// Reads one file of a Git diff. The cursor stands at its `diff --git`.
pub(super) fn read<'a>(cursor: &mut Cursor<'a>) -> Result<FilePatch<'a>, PatchTextError> {
    let line = cursor.line;
    let mut header = GitHeader {
        names: name::pair(cursor.take("diff --git ").unwrap_or_default(), line)?,
        ..GitHeader::default()
    };
    while header.take_line(cursor)? {}
    if let Some(problem) = left_out(cursor) {
        return Err(PatchTextError::broken(cursor.line, problem));
    }
    let op = header.op.unwrap_or(FileOp::Modify);
    if let Some(binary) = binary::read(cursor)? {
        let (forward, back) = binary;
        return header.finish(line, op, Body::Binary(forward, back), None);
    }
    if !cursor.is_at("--- ") {
        if hunk::is_next(cursor) {
            return Err(PatchTextError::broken(cursor.line, "a hunk without file names above it"));
        }
        return header.finish(line, op, Body::Same, None);
    }
    let marked = markers(cursor)?;
    let hunks = hunk::read_all(cursor)?;
    if hunks.is_empty() {
        return Err(PatchTextError::broken(cursor.line, "a hunk is expected below the file names"));
    }
    header.finish(line, op, Body::Hunks(hunks), Some(marked))
}

type Marked<'a> = (Option<Name<'a>>, Option<Name<'a>>);

/// The names of `---` and `+++`; the cursor stands at the first.
fn markers<'a>(cursor: &mut Cursor<'a>) -> Result<Marked<'a>, PatchTextError> {
    let line = cursor.line;
    let (old, _) = name::marked(cursor.take("--- ").unwrap_or_default(), line)?;
    let Some(tail) = cursor.take("+++ ") else {
        return Err(PatchTextError::broken(line, "a line with +++ is expected below the one with ---"));
    };
    let (new, _) = name::marked(tail, line + 1)?;
    Ok((old, new))
}

/// The words of a diff whose author did not ask for the content.
fn left_out(cursor: &Cursor<'_>) -> Option<&'static str> {
    let line = cursor.peek()?.trim_ascii_end();
    let is_remark =
        (line.starts_with(b"Binary files ") || line.starts_with(b"Files ")) && line.ends_with(b" differ");
    is_remark.then_some("the content of a binary file was left out; make the diff again with --binary")
}

impl<'a> GitHeader<'a> {
    /// Takes in the next line if it is one of a header.
    fn take_line(&mut self, cursor: &mut Cursor<'a>) -> Result<bool, PatchTextError> {
        let line = cursor.line;
        if let Some(tail) = cursor.take("old mode ") {
            self.old_mode = Some(mode(tail, line)?);
        } else if let Some(tail) = cursor.take("new mode ") {
            self.new_mode = Some(mode(tail, line)?);
        } else if let Some(tail) = cursor.take("deleted file mode ") {
            self.old_mode = Some(mode(tail, line)?);
            self.becomes(FileOp::Delete, line)?;
        } else if let Some(tail) = cursor.take("new file mode ") {
            self.new_mode = Some(mode(tail, line)?);
            self.becomes(FileOp::Create, line)?;
        } else if let Some(tail) = cursor.take("copy from ") {
            self.from = Some(name::whole(tail, line)?);
            self.becomes(FileOp::Copy, line)?;
        } else if let Some(tail) = cursor.take("copy to ") {
            self.to = Some(name::whole(tail, line)?);
            self.becomes(FileOp::Copy, line)?;
        } else if let Some(tail) = take_either(cursor, "rename from ", "rename old ") {
            self.from = Some(name::whole(tail, line)?);
            self.becomes(FileOp::Rename, line)?;
        } else if let Some(tail) = take_either(cursor, "rename to ", "rename new ") {
            self.to = Some(name::whole(tail, line)?);
            self.becomes(FileOp::Rename, line)?;
        } else if let Some(tail) = cursor.take("index ") {
            self.take_index(tail, line)?;
        } else if cursor.take("similarity index ").or_else(|| cursor.take("dissimilarity index ")).is_none() {
            return Ok(false);
        }
        Ok(true)
    }

    fn becomes(&mut self, op: FileOp, line: usize) -> Result<(), PatchTextError> {
        if self.op.is_some_and(|known| known != op) {
            return Err(PatchTextError::broken(line, "the header says two different things about the file"));
        }
        self.op = Some(op);
        Ok(())
    }

    /// `1234abc..5678def 100644`
    fn take_index(&mut self, tail: &'a [u8], line: usize) -> Result<(), PatchTextError> {
        let Ok(tail) = std::str::from_utf8(tail) else { return Ok(()) };
        let (ids, bits) = tail.split_once(' ').unwrap_or((tail, ""));
        let is_id =
            |id: &str| (4..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        let found = ids.split_once("..").filter(|(old, new)| is_id(old) && is_id(new));
        // Without good ids it is not this line, as for Git.
        if found.is_none() {
            return Ok(());
        }
        self.ids = found;
        if !bits.is_empty() {
            // Where the mode stays, this is the only place that says it.
            let known = mode(bits.as_bytes(), line)?;
            self.old_mode.get_or_insert(known);
            self.new_mode.get_or_insert(known);
        }
        Ok(())
    }

    fn finish(
        self,
        line: usize,
        op: FileOp,
        body: Body<'a>,
        marked: Option<Marked<'a>>,
    ) -> Result<FilePatch<'a>, PatchTextError> {
        let broken = |problem: &str| PatchTextError::broken(line, problem);
        if let Some((old, new)) = &marked {
            check_markers(op, old.as_ref(), new.as_ref()).map_err(broken)?;
            self.check_names(old.as_ref(), new.as_ref()).map_err(broken)?;
        }
        if op == FileOp::Modify && body == Body::Same && self.old_mode == self.new_mode {
            return Err(broken("the header is not followed by any change"));
        }
        let (old, new) = match op {
            FileOp::Copy | FileOp::Rename => match (self.from, self.to) {
                (Some(from), Some(to)) => (Some(from), Some(to)),
                _ => return Err(broken("a rename or copy needs the name before and the name after")),
            },
            FileOp::Create | FileOp::Delete | FileOp::Modify => {
                let (mut old, mut new) = match marked {
                    Some(marked) => marked,
                    None => {
                        let names = self.names.ok_or_else(|| broken("the file's name cannot be told"))?;
                        (Some(names.0), Some(names.1))
                    }
                };
                match op {
                    FileOp::Create => old = None,
                    FileOp::Delete => new = None,
                    _ => {}
                }
                (old, new)
            }
        };
        let has_side_folder = !matches!(op, FileOp::Copy | FileOp::Rename);
        let GitHeader { old_mode, new_mode, ids, .. } = self;
        let (old_mode, new_mode) = match op {
            FileOp::Create => (None, new_mode),
            FileOp::Delete => (old_mode, None),
            _ if old_mode.is_some() != new_mode.is_some() => {
                return Err(broken("only one of the two modes of the file is said"));
            }
            _ => (old_mode, new_mode),
        };
        Ok(FilePatch { line, is_git: true, has_side_folder, old, new, op, old_mode, new_mode, ids, body })
    }

    /// The lines of one header speak of the same files.
    fn check_names(&self, old: Option<&Name<'a>>, new: Option<&Name<'a>>) -> Result<(), &'static str> {
        const DIFFERENT: &str = "the names in the header are not those above the hunks";
        let is = |marked: Option<&Name<'a>>, said: Option<&Name<'a>>| match (marked, said) {
            (Some(marked), Some(said)) => marked == said || stripped(marked, 1) == Some(said),
            _ => true,
        };
        let (said_old, said_new) = match &self.names {
            Some((old, new)) => (Some(old), Some(new)),
            None => (None, None),
        };
        let (from, to) = (self.from.as_ref().or(said_old), self.to.as_ref().or(said_new));
        if is(old, from) && is(new, to) { Ok(()) } else { Err(DIFFERENT) }
    }
}

/// `/dev/null` stands exactly where there is no file.
fn check_markers(op: FileOp, old: Option<&Name<'_>>, new: Option<&Name<'_>>) -> Result<(), &'static str> {
    match (old, new, op) {
        (None, None, _) => Err("there is no file before and none after"),
        (None, Some(_), FileOp::Create) | (Some(_), None, FileOp::Delete) => Ok(()),
        (Some(_), Some(_), FileOp::Copy | FileOp::Modify | FileOp::Rename) => Ok(()),
        _ => Err("the header and the file names disagree whether there is a file before and after"),
    }
}

fn take_either<'a>(cursor: &mut Cursor<'a>, one: &str, other: &str) -> Option<&'a [u8]> {
    cursor.take(one).or_else(|| cursor.take(other))
}

fn mode(text: &[u8], line: usize) -> Result<GitMode, PatchTextError> {
    match text.trim_ascii() {
        b"100644" | b"100664" | b"100600" => Ok(GitMode::File),
        b"100755" | b"100775" | b"100700" => Ok(GitMode::Program),
        b"120000" => Ok(GitMode::Link),
        b"160000" => Err(PatchTextError::broken(line, "a submodule is changed, which is not a file")),
        _ => Err(PatchTextError::broken(line, "the file's mode is none that Git has")),
    }
}
