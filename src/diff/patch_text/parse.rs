//! Reads a text of patches from top to bottom.

use super::cursor::{Cursor, chomp};
use super::git::GitSection;
use super::mail_header::{MailHeader, MailHeaderReader};
use super::name::{IsThere, Marked, agreeing_level};
use super::remark::Remarks;
use super::{
    Body, Fault, FileOp, FilePatch, MAX_FILES, MAX_HUNKS, MAX_TEXT_BYTES, PatchText, PatchTextError,
    ReadingRemark, Remedy, foreign, git, hunk, mail_header, name, uncarried,
};
use crate::text::name_in_message;

/// Reads all patches of a text: one for each mail, or a single one.
///
/// # Errors
/// Names the first line that is broken, or the format if it is one that is not read.
pub fn parse(text: &[u8]) -> Result<Vec<PatchText<'_>>, PatchTextError> {
    let mut patches = read(text)?;
    match patches.iter_mut().find_map(|patch| patch.faults.drain(..).next()) {
        Some(fault) => Err(fault.error),
        None => Ok(patches),
    }
}

/// The same for whoever only looks: what is broken is among the faults of its patch, and the rest is read all the same.
///
/// # Errors
/// If there is no diff in it, or it is too much.
pub(crate) fn read(text: &[u8]) -> Result<Vec<PatchText<'_>>, PatchTextError> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(PatchTextError::limit(
            0,
            format!("it has {} bytes, {MAX_TEXT_BYTES} are allowed", text.len()),
        ));
    }
    if Cursor::new(text).peek() == Some(text) && text.contains(&b'\r') {
        return Err(foreign::explain(text));
    }
    let mut reader =
        PatchTextReader { cursor: Cursor::new(text), patches: Vec::new(), files: 0, hunks: 0, index: None };
    while reader.cursor.peek().is_some() {
        reader.read_patch()?;
    }
    if reader.patches.is_empty() {
        return Err(foreign::explain(text));
    }
    Ok(reader.patches)
}

struct PatchTextReader<'a> {
    cursor: Cursor<'a>,
    patches: Vec<PatchText<'a>>,
    files: usize,
    hunks: usize,
    /// The last file that an `Index:` line named.
    index: Option<&'a [u8]>,
}

impl<'a> PatchTextReader<'a> {
    /// Reads until the next mail begins or the text ends.
    fn read_patch(&mut self) -> Result<(), PatchTextError> {
        let begin = self.cursor.line;
        let (mut head, mut remarks) = (MailHeaderReader::new(), Remarks::default());
        let (mut files, mut left, mut faults) = (Vec::<FilePatch<'a>>::new(), Vec::new(), Vec::new());
        while let Some(line) = self.cursor.peek() {
            if mail_header::is_mail_separator(line) && self.cursor.line != begin {
                break;
            }
            let is_letter = files.is_empty() && left.is_empty() && faults.is_empty();
            // Most of what is hostile in size is empty lines.
            if matches!(line, b"\n" | b"\r\n") {
                remarks.pass_other();
                if is_letter {
                    head.take(line);
                }
                self.cursor.next();
                continue;
            }
            let at = self.cursor;
            match self.read_file() {
                Ok(Some(GitSection::Diff(file))) => {
                    self.count(&file)?;
                    remarks.pass_diff(&file);
                    files.push(file);
                    continue;
                }
                Ok(Some(GitSection::Uncarried(found))) => {
                    left.push(found);
                    continue;
                }
                Ok(None) => {}
                Err(error) if faults.len() < MAX_FAULTS => {
                    faults.push(Fault { name: name_near(at), error });
                    self.pass_over(at);
                    continue;
                }
                Err(error) => return Err(error),
            }
            // What a letter says in such words is no more than that.
            let can_say_so = !is_letter || head.is_over();
            if can_say_so && let Some(found) = uncarried::take(&mut self.cursor, self.index) {
                self.files += 1;
                remarks.pass_other();
                left.push(found);
                continue;
            }
            if let Err(error) = foreign::refuse(&self.cursor) {
                faults.push(Fault { name: None, error });
                self.pass_over(at);
                continue;
            }
            if let Some(index) = line.strip_prefix(b"Index: ") {
                self.index = Some(chomp(index));
            }
            match (can_say_so && remarks.take(self.cursor.line, line), is_letter) {
                (true, true) => head.take_remark(line),
                (false, true) => head.take(line),
                (_, false) => {}
            }
            self.cursor.next();
        }
        // A cover letter changes nothing.
        if !(files.is_empty() && left.is_empty() && faults.is_empty()) {
            let header = MailHeader::from(head);
            left.extend(remarks.among(&files, header.author.is_some() || header.commit.is_some()));
            self.patches.push(PatchText { header, files, uncarried: left, faults });
        }
        Ok(())
    }

    /// Reads the diff of one file, if one begins here.
    fn read_file(&mut self) -> Result<Option<GitSection<'a>>, PatchTextError> {
        let cursor = &mut self.cursor;
        if cursor.is_at("diff --git ") {
            return git::read(cursor).map(Some);
        }
        if is_header(cursor) {
            let index = self.index.take();
            return plain(cursor, index).map(GitSection::Diff).map(Some);
        }
        if hunk::is_next(cursor) {
            return Err(PatchTextError::broken(cursor.line, "a hunk without file names above it"));
        }
        if cursor.is_at("diff --cc ") || cursor.is_at("diff --combined ") || cursor.is_at("@@@ ") {
            let problem = "it's the combined diff of a merge; make a diff against one parent";
            return Err(PatchTextError::broken(cursor.line, problem).with(Remedy::OneParent));
        }
        if cursor.is_at("GIT binary patch") {
            return Err(PatchTextError::broken(cursor.line, "a binary diff without a header above it"));
        }
        Ok(None)
    }

    /// Moves on from a part that begins at `at` and is broken, to where the next one may begin.
    fn pass_over(&mut self, at: Cursor<'a>) {
        self.cursor = at;
        let mut is_in_header = at.is_at("diff --git ");
        self.cursor.next();
        let begins = |cursor: &Cursor<'_>, line: &[u8]| {
            cursor.is_at("diff ")
                || cursor.is_at("Index: ")
                || mail_header::is_mail_separator(line)
                || is_header(cursor)
        };
        while let Some(line) = self.cursor.peek() {
            // The names above its own hunks are no file of their own.
            let is_own = is_in_header && line.starts_with(b"--- ");
            if !is_own && begins(&self.cursor, line) {
                break;
            }
            is_in_header &= !line.starts_with(b"@@");
            self.cursor.next();
        }
    }

    fn count(&mut self, file: &FilePatch<'_>) -> Result<(), PatchTextError> {
        self.files += 1;
        if let Body::Hunks(hunks) = &file.body {
            self.hunks += hunks.len();
        }
        if self.files > MAX_FILES {
            return Err(PatchTextError::limit(file.line, format!("more than {MAX_FILES} files")));
        }
        if self.hunks > MAX_HUNKS {
            return Err(PatchTextError::limit(file.line, format!("more than {MAX_HUNKS} hunks")));
        }
        Ok(())
    }
}

/// Most broken parts of one patch that are told.
const MAX_FAULTS: usize = 1000;

/// Whether the names of a file and its first hunk come next. Names without a hunk say nothing: Subversion writes them
/// above properties, and people write such lines, too.
fn is_header(cursor: &Cursor<'_>) -> bool {
    if !cursor.is_at("--- ") {
        return false;
    }
    let mut ahead = *cursor;
    ahead.next();
    let names = ahead.next();
    names.is_some_and(|line| line.starts_with(b"+++ ")) && ahead.is_at("@@")
}

/// The file that a broken part is about, as its first lines name it.
fn name_near(mut cursor: Cursor<'_>) -> Option<String> {
    const HEADER_LINES: usize = 12;
    let mut name = cursor.is_at("diff --git ").then(|| cursor.peek()).flatten();
    for _ in 0..HEADER_LINES {
        let line = cursor.next()?;
        if line.starts_with(b"+++ ") || line.starts_with(b"--- ") && !line.starts_with(b"--- /dev/null") {
            name = Some(line);
        }
        if line.starts_with(b"+++ ") || cursor.is_at("@@") {
            break;
        }
    }
    let line = chomp(name?);
    let tail = [&b"diff --git "[..], b"+++ ", b"--- "].iter().find_map(|begin| line.strip_prefix(*begin))?;
    Some(name_in_message(&tail[..tail.len().min(super::MAX_NAME_BYTES)]))
}

/// Reads one file of a diff without Git's header. The cursor stands at its `---`.
/// `index`: the name on an `Index:` line above.
fn plain<'a>(cursor: &mut Cursor<'a>, index: Option<&'a [u8]>) -> Result<FilePatch<'a>, PatchTextError> {
    let line = cursor.line;
    let mut old = name::marked(cursor.take("--- ").unwrap_or_default(), line)?;
    let new = name::marked(cursor.take("+++ ").unwrap_or_default(), line + 1)?;
    let mut agree_from =
        old.name.as_ref().zip(new.name.as_ref()).and_then(|(old, new)| agreeing_level(old, new));
    if let (None, Some(gone), Some(index)) = (&new.name, &old.name, index.filter(|index| !index.is_empty()))
        && gone.as_ref() != index
    {
        // Of a file that goes away quilt names the copy that it keeps, and above that the file.
        agree_from = agreeing_level(gone, index);
        if agree_from == Some(0) {
            old.name = Some(name::whole(index, line)?);
        }
    }
    let hunks = hunk::read_all(cursor)?;
    let (Some(first), Some(last)) = (hunks.first(), hunks.last()) else {
        return Err(PatchTextError::broken(cursor.line, "a hunk is expected below the file names"));
    };
    let is_whole = |start: usize, len: usize| hunks.len() == 1 && start == 0 && len == 0;
    let is_nothing = |side: &Marked<'_>, start: usize, len: usize| match side.is_there {
        IsThere::Yes => false,
        IsThere::Perhaps => is_whole(start, len),
        IsThere::No => true,
    };
    let appears = is_nothing(&old, first.old_start, first.old_len);
    let goes = is_nothing(&new, last.new_start, last.new_len);
    let op = match (appears, goes) {
        (true, true) => {
            return Err(PatchTextError::broken(line, "there is no file before and none after"));
        }
        (true, false) => FileOp::Create,
        (false, true) => FileOp::Delete,
        (false, false) => FileOp::Modify,
    };
    let all_of = |start: usize, len: usize, word: &str| match is_whole(start, len) {
        true => Ok(()),
        false => Err(PatchTextError::broken(
            line,
            format!("the file is said to {word}, but its hunks are of another file"),
        )),
    };
    match op {
        FileOp::Create => all_of(first.old_start, first.old_len, "appear")?,
        FileOp::Delete => all_of(last.new_start, last.new_len, "go away")?,
        _ => {}
    }
    let has_backslashes = old.has_backslashes || new.has_backslashes;
    Ok(FilePatch {
        line,
        is_git: false,
        has_side_folder: true,
        agree_from,
        old: old.name,
        new: new.name,
        op,
        old_mode: None,
        new_mode: None,
        ids: None,
        body: Body::Hunks(hunks),
        remarks: has_backslashes.then_some(ReadingRemark::Backslashes).into_iter().collect(),
    })
}
