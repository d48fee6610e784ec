//! Reads the header lines that Git writes above a file's hunks.

use super::cursor::Cursor;
use super::name::{IsThere, agreeing_level};
use super::uncarried::{Uncarried, UncarriedKind, is_binary_remark};
use super::{
    Body, FileOp, FilePatch, GitMode, Name, PatchTextError, ReadingRemark, StripLevel, binary, foreign, hunk,
    name, stripped,
};

/// What the lines between `diff --git` and the first hunk say.
#[derive(Default)]
struct GitHeader<'a> {
    /// What stands behind `diff --git`.
    first_line: &'a [u8],
    names: Option<(Name<'a>, Name<'a>)>,
    op: Option<FileOp>,
    from: Option<Name<'a>>,
    to: Option<Name<'a>>,
    old_mode: Option<GitMode>,
    new_mode: Option<GitMode>,
    ids: Option<(&'a str, &'a str)>,
    is_submodule: bool,
    remarks: Vec<ReadingRemark>,
}

/// What one file's part of a Git diff is.
pub(super) enum GitSection<'a> {
    Diff(FilePatch<'a>),
    Uncarried(Uncarried),
}

/// Reads one file of a Git diff. The cursor stands at its `diff --git`.
pub(super) fn read<'a>(cursor: &mut Cursor<'a>) -> Result<GitSection<'a>, PatchTextError> {
    let line = cursor.line;
    let first_line = cursor.take("diff --git ").unwrap_or_default();
    let mut header = GitHeader { first_line, names: name::pair(first_line, line)?, ..GitHeader::default() };
    while header.take_line(cursor)? {}
    if cursor.peek().is_some_and(is_binary_remark) {
        cursor.next();
        return Ok(header.uncarried(line, UncarriedKind::GitBinary));
    }
    let op = header.op.unwrap_or(FileOp::Modify);
    if let Some(binary) = binary::read(cursor)? {
        let (forward, back) = binary;
        return header.finish(line, op, Body::Binary(forward, back), None).map(GitSection::Diff);
    }
    if !cursor.is_at("--- ") {
        if hunk::is_next(cursor) {
            return Err(PatchTextError::broken(cursor.line, "a hunk without file names above it"));
        }
        if header.is_submodule {
            return Ok(header.uncarried(line, UncarriedKind::Submodule));
        }
        if op == FileOp::Modify && header.old_mode == header.new_mode && !header.remarks.is_empty() {
            return Ok(header.uncarried(line, UncarriedKind::ModeBits));
        }
        return header.finish(line, op, Body::Same, None).map(GitSection::Diff);
    }
    let marked = markers(cursor)?;
    let hunks = hunk::read_all(cursor)?;
    if header.is_submodule {
        return Ok(header.uncarried(line, UncarriedKind::Submodule));
    }
    if hunks.is_empty() {
        foreign::refuse(cursor)?;
        return Err(PatchTextError::broken(cursor.line, "a hunk is expected below the file names"));
    }
    header.finish(line, op, Body::Hunks(hunks), Some(marked)).map(GitSection::Diff)
}

type MarkedNames<'a> = (Option<Name<'a>>, Option<Name<'a>>);

/// The names of `---` and `+++`; the cursor stands at the first.
fn markers<'a>(cursor: &mut Cursor<'a>) -> Result<MarkedNames<'a>, PatchTextError> {
    let line = cursor.line;
    // Subversion names both sides, and says beside the name which one is not there.
    let name = |marked: name::Marked<'a>| marked.name.filter(|_| marked.is_there != IsThere::No);
    let old = name::marked(cursor.take("--- ").unwrap_or_default(), line)?;
    let Some(tail) = cursor.take("+++ ") else {
        return Err(PatchTextError::broken(line, "a line with +++ is expected below the one with ---"));
    };
    Ok((name(old), name(name::marked(tail, line + 1)?)))
}

impl<'a> GitHeader<'a> {
    /// Takes in the next line if it is one of a header.
    fn take_line(&mut self, cursor: &mut Cursor<'a>) -> Result<bool, PatchTextError> {
        let line = cursor.line;
        if let Some(tail) = cursor.take("old mode ") {
            self.old_mode = self.mode(tail, line)?;
        } else if let Some(tail) = cursor.take("new mode ") {
            self.new_mode = self.mode(tail, line)?;
        } else if let Some(tail) = cursor.take("deleted file mode ") {
            self.old_mode = self.mode(tail, line)?;
            self.becomes(FileOp::Delete, line)?;
        } else if let Some(tail) = cursor.take("new file mode ") {
            self.new_mode = self.mode(tail, line)?;
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

    /// The mode that a line says; `None` for a submodule, which is noted. What Git does not keep of it is told.
    fn mode(&mut self, text: &[u8], line: usize) -> Result<Option<GitMode>, PatchTextError> {
        let text = text.trim_ascii();
        let bits = std::str::from_utf8(text).ok().and_then(|text| u32::from_str_radix(text, 8).ok());
        let Some(bits) = bits.filter(|_| (5..=6).contains(&text.len())) else {
            return Err(PatchTextError::broken(line, "the file's mode is none that Git has"));
        };
        // Older versions of Subversion left out a digit.
        let kind = if text.len() == 5 { 0o100_000 } else { bits & 0o170_000 };
        let mode = match kind {
            0o100_000 if bits & 0o100 != 0 => GitMode::Program,
            0o100_000 => GitMode::File,
            0o120_000 => GitMode::Link,
            0o160_000 => {
                self.is_submodule = true;
                return Ok(None);
            }
            _ => return Err(PatchTextError::broken(line, "the file's mode is none that Git has")),
        };
        if bits & 0o7777 != mode.bits() & 0o7777 && self.remarks.is_empty() {
            let said = String::from_utf8_lossy(text).into_owned();
            self.remarks.push(ReadingRemark::Mode { said, read: mode });
        }
        Ok(Some(mode))
    }

    /// A name to speak of the file by, for a part that is no diff.
    fn uncarried(self, line: usize, kind: UncarriedKind) -> GitSection<'a> {
        let named = self.to.or(self.names.map(|(_, new)| new));
        let name = named.map_or_else(|| self.first_line.to_vec(), Name::into_owned);
        GitSection::Uncarried(Uncarried { line, name, has_side_folder: true, kind })
    }

    /// Where the header says that the tree begins, from the two names behind `diff --git`.
    fn agree_from(&self, marked: Option<&MarkedNames<'a>>) -> Option<StripLevel> {
        if let (Some(from), Some(to)) = (&self.from, &self.to) {
            // Git leaves out the folder of the side where it says a rename.
            let of_line =
                |prefix: &[u8], other: &[u8]| [prefix, from, b" ", other, to].concat() == self.first_line;
            let is_plain = of_line(b"", b"") || self.names_are(from, to, 0);
            let sides: [(&[u8], &[u8]); 6] = [
                (b"a/", b"b/"),
                (b"i/", b"w/"),
                (b"c/", b"i/"),
                (b"c/", b"w/"),
                (b"o/", b"w/"),
                (b"w/", b"i/"),
            ];
            let is_sided = sides.iter().any(|(old, new)| of_line(old, new)) || self.names_are(from, to, 1);
            return if is_plain { Some(0) } else { is_sided.then_some(1) };
        }
        if let Some((Some(old), Some(new))) = marked {
            return agreeing_level(old, new);
        }
        let (old, new) = self.names.as_ref()?;
        agreeing_level(old, new)
    }

    /// Whether the names behind `diff --git` are these with so many folders in front.
    fn names_are(&self, from: &[u8], to: &[u8], level: StripLevel) -> bool {
        let names = self.names.as_ref();
        names.is_some_and(|(old, new)| stripped(old, level) == Some(from) && stripped(new, level) == Some(to))
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
            let known = self.mode(bits.as_bytes(), line)?;
            self.old_mode = self.old_mode.or(known);
            self.new_mode = self.new_mode.or(known);
        }
        Ok(())
    }

    fn finish(
        self,
        line: usize,
        op: FileOp,
        body: Body<'a>,
        marked: Option<MarkedNames<'a>>,
    ) -> Result<FilePatch<'a>, PatchTextError> {
        let broken = |problem: &str| PatchTextError::broken(line, problem);
        let agree_from = self.agree_from(marked.as_ref());
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
        let GitHeader { old_mode, new_mode, ids, remarks, .. } = self;
        let (old_mode, new_mode) = match op {
            FileOp::Create => (None, new_mode),
            FileOp::Delete => (old_mode, None),
            _ if old_mode.is_some() != new_mode.is_some() => {
                return Err(broken("only one of the two modes of the file is said"));
            }
            _ => (old_mode, new_mode),
        };
        let is_git = true;
        Ok(FilePatch {
            line,
            is_git,
            has_side_folder,
            agree_from,
            old,
            new,
            op,
            old_mode,
            new_mode,
            ids,
            body,
            remarks,
        })
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
