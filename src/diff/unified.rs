//! Writes a change as the unified diff that Git writes, so that people and programs can read it.
//!
//! What a unified diff cannot say is written so that a program refuses it instead of doing half: a binary file
//! and a file whose content is not at hand are lines that start as Git's do when it leaves a content out.
//! Folders, which Git does not know, are remarks between the diffs.

use std::fmt;
use std::io;

use encoding_rs::UTF_16LE;

use super::{
    ChangeView, Hunk, LineKind, Precision, TextDiff, ViewContent, diff_lines, hunks_of, is_text, is_utf_16,
};
use crate::model::{FileNode, Mode, Node};
use crate::text::with_thousands;

/// Unchanged lines around each change; what everybody's tools show.
const CONTEXT_LINES: usize = 3;

/// Writes `change` for a person: every line goes through `escape`, because names and contents come from a bundle
/// and could otherwise hide or move what is on the screen.
///
/// # Errors
/// Those of `out`.
pub fn unified(
    out: &mut dyn fmt::Write,
    change: &ChangeView<'_>,
    escape: fn(&[u8]) -> String,
) -> fmt::Result {
    let texts = [change.before, change.after].map(utf_16_text);
    let mut view = *change;
    if let Some([before, after]) = readable(change, &texts) {
        writeln!(out, "UTF-16, shown as UTF-8: {}", escape(change.change.path.as_str().as_bytes()))?;
        (view.before, view.after) = (before, after);
    }
    write_lines(&view, &mut |marker, line| {
        out.write_str(marker)?;
        out.write_str(&escape(line))?;
        out.write_char('\n')
    })
}

/// The text of a content in UTF-16.
fn utf_16_text(content: ViewContent<'_>) -> Option<String> {
    let ViewContent::Bytes(bytes) = content else { return None };
    if !is_utf_16(bytes) {
        return None;
    }
    // The mark says which of the two kinds it is.
    let (text, _, is_broken) = UTF_16LE.decode(bytes);
    (!is_broken).then(|| text.into_owned())
}

/// Both sides of a change as a person can read them, where they are UTF-16 and differ in more than its two kinds.
fn readable<'t>(change: &ChangeView<'_>, texts: &'t [Option<String>; 2]) -> Option<[ViewContent<'t>; 2]> {
    let side = |content: ViewContent<'_>, text: &'t Option<String>| match (content, text) {
        (ViewContent::Absent, _) => Some(ViewContent::Absent),
        (ViewContent::Bytes(_), Some(text)) => Some(ViewContent::Bytes(text.as_bytes())),
        _ => None,
    };
    let both = [side(change.before, &texts[0])?, side(change.after, &texts[1])?];
    (both[0] != both[1]).then_some(both)
}

/// Writes `change` for programs such as `git apply`: the bytes as they are.
///
/// # Errors
/// Those of `out`.
pub fn write_patch(out: &mut dyn io::Write, change: &ChangeView<'_>) -> io::Result<()> {
    write_lines(change, &mut |marker, line| {
        out.write_all(marker.as_bytes())?;
        out.write_all(line)?;
        out.write_all(b"\n")
    })
}

/// Takes the lines of the diff, without their `\n`, one after the other: the marker of a line of content apart from
/// the content, so that an accent at its start is not drawn on the marker.
type Emit<'a, E> = dyn FnMut(&str, &[u8]) -> Result<(), E> + 'a;

/// A file or link on one side: what Git keeps as a blob with a mode.
#[derive(Clone, Copy)]
struct Blob<'a> {
    mode: u32,
    content: ViewContent<'a>,
    file: Option<&'a FileNode>,
}

impl<'a> Blob<'a> {
    fn new(node: Option<&'a Node>, content: ViewContent<'a>) -> Option<Self> {
        match node? {
            Node::File(file) => {
                let mode = if file.mode.is_executable() { 0o100_755 } else { 0o100_644 };
                Some(Self { mode, content, file: Some(file) })
            }
            Node::Link(link) => {
                let content = ViewContent::Bytes(link.points_to.as_bytes());
                Some(Self { mode: 0o120_000, content, file: None })
            }
            Node::Dir(_) => None,
        }
    }

    fn is_link(&self) -> bool {
        self.file.is_none()
    }

    /// Whether both sides are known to hold the same bytes; the digests in the patch say so even where the
    /// contents are not at hand.
    fn same_content(&self, other: &Blob<'_>) -> bool {
        match (self.file, other.file) {
            (Some(file), Some(other)) => file.digest == other.digest,
            _ => self.content == other.content,
        }
    }
}

fn write_lines<E>(change: &ChangeView<'_>, emit: &mut Emit<'_, E>) -> Result<(), E> {
    if let Some(remark) = remark(change) {
        emit("", remark.as_bytes())?;
    }
    let before = Blob::new(change.before_node(), change.before);
    let after = Blob::new(change.after_node(), change.after);
    match (&before, &after) {
        (None, None) => Ok(()),
        // As in Git, a file that becomes a link is one diff that takes away and one that creates.
        (Some(old), Some(new)) if old.is_link() != new.is_link() => {
            write_blob(change, Some(old), None, emit)?;
            write_blob(change, None, Some(new), emit)
        }
        (Some(old), Some(new))
            if change.renamed_from.is_none() && old.mode == new.mode && old.same_content(new) =>
        {
            Ok(())
        }
        _ => write_blob(change, before.as_ref(), after.as_ref(), emit),
    }
}

/// What Git has no words for: folders, and permissions beside the one bit that makes a program.
fn remark(change: &ChangeView<'_>) -> Option<String> {
    let path = &change.change.path;
    match (change.before_node(), change.after_node()) {
        (Some(Node::Dir(old)), Some(Node::Dir(new))) => {
            (old != new).then(|| format!("Folder permissions changed: {path} ({old} → {new})"))
        }
        (Some(Node::Dir(_)), _) => Some(format!("Folder deleted: {path}")),
        (_, Some(Node::Dir(mode))) => Some(format!("Folder added: {path} ({mode})")),
        (Some(Node::File(old)), Some(Node::File(new))) => {
            let said = is_said_by_git(old.mode) && is_said_by_git(new.mode);
            let (old, new) = (old.mode, new.mode);
            (old != new && !said).then(|| format!("Permissions changed: {path} ({old} → {new})"))
        }
        (_, Some(Node::File(new))) => {
            (!is_said_by_git(new.mode)).then(|| format!("Permissions: {path} ({})", new.mode))
        }
        _ => None,
    }
}

fn is_said_by_git(mode: Mode) -> bool {
    mode == Mode::FILE || mode == Mode::PROGRAM
}

/// Writes the diff between two blobs of which at least one is there.
fn write_blob<E>(
    change: &ChangeView<'_>,
    before: Option<&Blob<'_>>,
    after: Option<&Blob<'_>>,
    emit: &mut Emit<'_, E>,
) -> Result<(), E> {
    let names = FileNames::new(change);
    let body = UnifiedBody::new(before, after);
    if matches!(&body, UnifiedBody::Text(diff) if diff.precision == Precision::Coarse) {
        emit("", b"Compared coarsely: finding the smallest difference would take too long")?;
    }
    emit("", format!("diff --git {} {}", names.old, names.new).as_bytes())?;
    match (before, after) {
        (None, Some(new)) => emit("", format!("new file mode {:o}", new.mode).as_bytes())?,
        (Some(old), None) => emit("", format!("deleted file mode {:o}", old.mode).as_bytes())?,
        (Some(old), Some(new)) if old.mode != new.mode => {
            emit("", format!("old mode {:o}", old.mode).as_bytes())?;
            emit("", format!("new mode {:o}", new.mode).as_bytes())?;
        }
        _ => {}
    }
    if change.renamed_from.is_some() {
        if let Some(percent) = body.similarity(before, after) {
            emit("", format!("similarity index {percent}%").as_bytes())?;
        }
        emit("", format!("rename from {}", quoted("", change.old_path().as_str())).as_bytes())?;
        emit("", format!("rename to {}", quoted("", change.change.path.as_str())).as_bytes())?;
    }
    let old_name = if before.is_some() { names.old.as_str() } else { "/dev/null" };
    let new_name = if after.is_some() { names.new.as_str() } else { "/dev/null" };
    match body {
        UnifiedBody::Same => Ok(()),
        // Git knows these two by their first words and the last one, and refuses to apply them.
        UnifiedBody::Binary => {
            emit("", format!("Binary files {old_name} and {new_name} differ").as_bytes())?;
            emit("", facts(before, after).as_bytes())
        }
        UnifiedBody::Unavailable(reason) => {
            emit("", format!("Files {old_name} and {new_name} differ").as_bytes())?;
            emit("", format!("{}; not shown: {reason}", facts(before, after)).as_bytes())
        }
        UnifiedBody::Text(diff) => {
            emit("", format!("--- {}", ended(old_name)).as_bytes())?;
            emit("", format!("+++ {}", ended(new_name)).as_bytes())?;
            diff.hunks.iter().try_for_each(|hunk| write_hunk(hunk, emit))
        }
    }
}

/// What comes after the header lines.
enum UnifiedBody<'a> {
    Binary,
    Same,
    Text(TextDiff<'a>),
    Unavailable(&'a str),
}

impl<'a> UnifiedBody<'a> {
    fn new(before: Option<&Blob<'a>>, after: Option<&Blob<'a>>) -> Self {
        if let (Some(old), Some(new)) = (before, after)
            && old.same_content(new)
        {
            return Self::Same;
        }
        let bytes = |side: Option<&Blob<'a>>| match side.map(|blob| blob.content) {
            None => Ok(&[][..]),
            Some(ViewContent::Bytes(bytes)) => Ok(bytes),
            Some(ViewContent::Unavailable(reason)) => Err(reason),
            Some(ViewContent::Absent | ViewContent::Diff(_)) => Err("the content isn't available"),
        };
        for side in [before, after].into_iter().flatten() {
            if let ViewContent::Diff(section) = side.content {
                let hunks = hunks_of(section);
                return hunks
                    .map_or(Self::Same, |hunks| Self::Text(TextDiff { hunks, precision: Precision::Full }));
            }
        }
        match (bytes(before), bytes(after)) {
            (Err(reason), _) | (_, Err(reason)) => Self::Unavailable(reason),
            (Ok(old), Ok(new)) if old == new => Self::Same,
            (Ok(old), Ok(new)) if is_text(old) && is_text(new) => {
                Self::Text(diff_lines(old, new, CONTEXT_LINES))
            }
            _ => Self::Binary,
        }
    }

    /// How much of the larger side is in both, in percent; `None` where that was not looked at.
    fn similarity(&self, before: Option<&Blob<'_>>, after: Option<&Blob<'_>>) -> Option<usize> {
        let diff = match self {
            Self::Same => return Some(100),
            Self::Text(diff) => diff,
            Self::Binary | Self::Unavailable(_) => return None,
        };
        let (ViewContent::Bytes(old), ViewContent::Bytes(new)) = (before?.content, after?.content) else {
            return None;
        };
        let is_removed = |line: &&super::Line<'_>| line.kind == LineKind::Removed;
        let removed: usize = diff.lines().filter(is_removed).map(super::Line::size_bytes).sum();
        // 100 is kept for equal contents.
        Some(((old.len() - removed) * 100 / old.len().max(new.len())).min(99))
    }
}

fn write_hunk<E>(hunk: &Hunk<'_>, emit: &mut Emit<'_, E>) -> Result<(), E> {
    let range = |start: usize, len: usize| match len {
        1 => start.to_string(),
        _ => format!("{start},{len}"),
    };
    let (old, new) = (range(hunk.old_start, hunk.old_len), range(hunk.new_start, hunk.new_len));
    emit("", format!("@@ -{old} +{new} @@").as_bytes())?;
    for line in &hunk.lines {
        let marker = match line.kind {
            LineKind::Added => "+",
            LineKind::Context => " ",
            LineKind::Removed => "-",
        };
        emit(marker, line.content)?;
        if line.missing_newline {
            emit("", b"\\ No newline at end of file")?;
        }
    }
    Ok(())
}

/// `a/old` and `b/new`, quoted where needed.
struct FileNames {
    old: String,
    new: String,
}

impl FileNames {
    fn new(change: &ChangeView<'_>) -> Self {
        let (old, new) = (change.old_path().as_str(), change.change.path.as_str());
        Self { old: quoted("a/", old), new: quoted("b/", new) }
    }
}

/// A name as Git writes it with `core.quotePath` off: in quotes if it has a quote or a backslash, which are the
/// only such characters that a path in a patch can have.
fn quoted(prefix: &str, name: &str) -> String {
    if name.contains(['"', '\\']) {
        format!("\"{prefix}{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        format!("{prefix}{name}")
    }
}

/// With a tab behind a name that has a space: older tools would take the part after the space for a date.
fn ended(name: &str) -> String {
    let tab = if name.contains(' ') && !name.starts_with('"') { "\t" } else { "" };
    format!("{name}{tab}")
}

/// Size and identity of what cannot be shown as lines.
fn facts(before: Option<&Blob<'_>>, after: Option<&Blob<'_>>) -> String {
    let size = |file: &FileNode| with_thousands(file.size_bytes);
    let unit = |file: &FileNode| if file.size_bytes == 1 { "byte" } else { "bytes" };
    let sha256 = |file: &FileNode| format!("{}…", file.digest.short());
    match (before.and_then(|blob| blob.file), after.and_then(|blob| blob.file)) {
        (Some(old), Some(new)) => {
            format!("{} → {} {}, sha256 {} → {}", size(old), size(new), unit(new), sha256(old), sha256(new))
        }
        (Some(file), None) | (None, Some(file)) => {
            format!("{} {}, sha256 {}", size(file), unit(file), sha256(file))
        }
        (None, None) => "a link".to_owned(),
    }
}

#[cfg(test)]
mod tests;
