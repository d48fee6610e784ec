//! Patches as people send them: unified and Git diffs, alone, one behind the other, or in mails.
//!
//! Reading is one pass over the text and takes nothing on trust: every count is checked against what follows, names
//! are data until somebody judges them, and what is not understood is refused rather than passed over. What is read
//! borrows from the text.

mod base85;
mod binary;
mod charset;
mod cursor;
mod decode;
mod foreign;
mod git;
mod hunk;
mod hunk_lines;
mod mail;
mod mail_header;
mod name;
mod parse;
mod remark;
mod remedy;
mod transfer;
mod uncarried;
mod write;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;

use super::{Hunk, Line, LineKind};
use crate::model::Code;

#[cfg(test)]
pub(crate) use binary::BinaryDiffError;
pub(crate) use binary::{BinaryContent, BinaryMethod};
pub(crate) use charset::utf_16;
pub use decode::decode_text;
pub(crate) use hunk_lines::HunkLines;
pub(crate) use hunk_lines::LinesBeyond;
pub(crate) use mail_header::MailHeader;
pub(crate) use name::{StripLevel, stripped};
pub use parse::parse;
pub(crate) use parse::read;
pub(crate) use remedy::Remedy;
pub(crate) use uncarried::{Uncarried, UncarriedKind};
pub(crate) use write::write_hunk;
pub use write::write_patch_text;

/// Longest text of patches, unpacked. What it is made into is held in memory several times.
pub(crate) const MAX_TEXT_BYTES: usize = 512 << 20;
/// Files in one text: as many as a bundle may change.
pub(crate) const MAX_FILES: usize = 100_000;
/// Hunks in one text; the largest kernel releases have half as many.
pub(crate) const MAX_HUNKS: usize = 1_000_000;
/// Longest name in a header, quoted: twice what any system opens.
pub(crate) const MAX_NAME_BYTES: usize = 8192;
/// Highest line number: what other programs that read diffs can count.
pub(crate) const MAX_LINE_NUMBER: usize = i32::MAX as usize;
/// Largest content that a binary diff may bring.
pub(crate) const MAX_BINARY_BYTES: usize = 512 << 20;

/// One patch: a mail or the whole of a plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchText<'a> {
    /// What stands before the first diff.
    pub header: MailHeader,
    /// What it does to each file, in the order of the text. One file may be there more than once.
    pub files: Vec<FilePatch<'a>>,
    /// What it names as different and does not bring.
    pub(crate) uncarried: Vec<Uncarried>,
    /// What of it cannot be read. Whoever applies it wants none of these; whoever looks at it wants to see them.
    pub(crate) faults: Vec<Fault>,
}

/// A part of a text that is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The file it is about as the text names it, escaped, if it names one.
    pub name: Option<String>,
    pub error: PatchTextError,
}

/// A name in a header, unquoted.
pub type Name<'a> = Cow<'a, [u8]>;

/// What a diff does to one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePatch<'a> {
    /// The line of the text where it begins, from 1.
    pub line: usize,
    /// Whether it has Git's header: its names follow Git's rules.
    pub(crate) is_git: bool,
    /// Whether the names have a folder in front that stands for a side (`a/`, `b/`). Those of a rename have none.
    pub(crate) has_side_folder: bool,
    /// How many folders have to be left out until both sides have the same name: where the header says that the
    /// tree begins. `None`: it names one side only, or two names that differ in more.
    pub(crate) agree_from: Option<StripLevel>,
    /// The name before; `None`: `/dev/null`.
    pub old: Option<Name<'a>>,
    /// The name after; `None`: `/dev/null`.
    pub new: Option<Name<'a>>,
    /// What happens to the file.
    pub op: FileOp,
    /// Git's mode before, if it is said.
    pub(crate) old_mode: Option<GitMode>,
    /// Git's mode after, if it is said.
    pub(crate) new_mode: Option<GitMode>,
    /// The beginning of Git's id of the content before and after, if they are said.
    pub ids: Option<(&'a str, &'a str)>,
    /// How the content changes.
    pub body: Body<'a>,
    /// What it says that is read as something else.
    pub(crate) remarks: Vec<ReadingRemark>,
}

/// What a diff says that is read as something else, which a person is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ReadingRemark {
    /// The name has backslashes where folders end.
    Backslashes,
    /// Permissions, as they are written, that patches do not carry.
    Mode { said: String, read: GitMode },
}

impl fmt::Display for ReadingRemark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadingRemark::Backslashes => {
                f.write_str("backslashes in its name are read as folder separators")
            }
            ReadingRemark::Mode { said, read } => {
                write!(f, "permissions {said} are read as {:o}; patches have no others", read.bits())
            }
        }
    }
}

/// What happens to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileOp {
    /// It is copied and may change.
    Copy,
    /// It appears.
    Create,
    /// It goes away.
    Delete,
    /// It changes in place.
    Modify,
    /// It moves and may change.
    Rename,
}

/// The kinds of thing that Git tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GitMode {
    /// `100644` (also the historical `100664`).
    File,
    /// `100755`.
    Program,
    /// `120000`.
    Link,
}

impl GitMode {
    /// The mode as Git writes it.
    pub const fn bits(self) -> u32 {
        match self {
            GitMode::File => 0o100_644,
            GitMode::Program => 0o100_755,
            GitMode::Link => 0o120_000,
        }
    }
}

/// How a content changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body<'a> {
    /// It does not.
    Same,
    /// Line by line.
    Hunks(Vec<PatchHunk<'a>>),
    /// As a whole; the second restores the old content.
    Binary(BinaryContent, Option<BinaryContent>),
}

/// A group of neighbouring changes with the lines around them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchHunk<'a> {
    /// The line of the text where it begins, from 1.
    pub line: usize,
    /// First line before, from 1; the line it comes behind if there are none.
    pub(crate) old_start: usize,
    /// Lines before.
    pub(crate) old_len: usize,
    /// First line after.
    pub(crate) new_start: usize,
    /// Lines after.
    pub(crate) new_len: usize,
    /// What stands behind the second `@@`.
    pub section: &'a [u8],
    pub lines: HunkLines<'a>,
    /// Unchanged lines behind those that its first line counts.
    pub(crate) beyond: LinesBeyond<'a>,
}

impl<'a> From<Hunk<'a>> for PatchHunk<'a> {
    fn from(hunk: Hunk<'a>) -> Self {
        let Hunk { old_start, old_len, new_start, new_len, lines } = hunk;
        Self {
            line: 0,
            old_start,
            old_len,
            new_start,
            new_len,
            section: b"",
            lines: lines.into(),
            beyond: LinesBeyond::default(),
        }
    }
}

impl<'a> From<PatchHunk<'a>> for Hunk<'a> {
    fn from(hunk: PatchHunk<'a>) -> Self {
        let PatchHunk { old_start, old_len, new_start, new_len, lines, .. } = hunk;
        Self { old_start, old_len, new_start, new_len, lines: lines.iter().collect() }
    }
}

impl<'a> PatchHunk<'a> {
    /// The lines that have to be there before.
    pub(crate) fn old_lines(&self) -> impl Iterator<Item = Line<'a>> {
        self.lines.iter().filter(|line| line.kind != LineKind::Added)
    }

    /// The lines that are there afterwards.
    pub(crate) fn new_lines(&self) -> impl Iterator<Item = Line<'a>> {
        self.lines.iter().filter(|line| line.kind != LineKind::Removed)
    }

    /// What takes this one back.
    #[must_use]
    pub(crate) fn reversed(&self) -> Self {
        Self {
            line: self.line,
            old_start: self.new_start,
            old_len: self.new_len,
            new_start: self.old_start,
            new_len: self.old_len,
            section: self.section,
            lines: self.lines.turned(),
            beyond: self.beyond,
        }
    }
}

impl FilePatch<'_> {
    /// What takes this one back. A copy is taken back by deleting it, which needs its content: `None`; so does a
    /// binary change that brings no way back.
    pub(crate) fn reversed(&self) -> Option<Self> {
        let body = match &self.body {
            Body::Same => Body::Same,
            Body::Hunks(hunks) => Body::Hunks(hunks.iter().map(PatchHunk::reversed).collect()),
            Body::Binary(_, None) => return None,
            Body::Binary(forward, Some(back)) => Body::Binary(back.clone(), Some(forward.clone())),
        };
        let op = match self.op {
            FileOp::Copy => return None,
            FileOp::Create => FileOp::Delete,
            FileOp::Delete => FileOp::Create,
            FileOp::Modify => FileOp::Modify,
            FileOp::Rename => FileOp::Rename,
        };
        Some(Self {
            old: self.new.clone(),
            new: self.old.clone(),
            old_mode: self.new_mode,
            new_mode: self.old_mode,
            ids: self.ids.map(|(old, new)| (new, old)),
            op,
            body,
            remarks: self.remarks.clone(),
            ..*self
        })
    }

    /// A name to speak of it by: the new one, or the old one of a file that goes away.
    pub fn name(&self) -> &[u8] {
        self.new.as_deref().or(self.old.as_deref()).unwrap_or_default()
    }
}

/// Why a text is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchTextError {
    /// What sort of problem.
    pub code: Code,
    /// The line of the text, from 1; 0: the text as a whole.
    pub line: usize,
    /// What is wrong, as a lower-case phrase. Text from outside stands in it only escaped.
    pub problem: String,
    /// What to do about it.
    pub(crate) remedy: Remedy,
}

impl PatchTextError {
    fn broken(line: usize, problem: impl Into<String>) -> Self {
        Self::new(Code::Diff, line, problem)
    }

    fn limit(line: usize, problem: impl Into<String>) -> Self {
        Self::new(Code::Limit, line, problem)
    }

    fn path(line: usize, problem: impl Into<String>) -> Self {
        Self::new(Code::Path, line, problem)
    }

    fn new(code: Code, line: usize, problem: impl Into<String>) -> Self {
        Self { code, line, problem: problem.into(), remedy: Remedy::new(code) }
    }

    /// The same with another way out.
    fn with(self, remedy: Remedy) -> Self {
        Self { remedy, ..self }
    }
}

impl fmt::Display for PatchTextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.problem),
            line => write!(f, "line {line}: {}", self.problem),
        }
    }
}

impl std::error::Error for PatchTextError {}
