//! Reads a text of patches from top to bottom.

use super::cursor::{Cursor, chomp};
use super::mail_header::MailHeader;
use super::{
    Body, FileOp, FilePatch, MAX_FILES, MAX_HUNKS, MAX_TEXT_BYTES, PatchText, PatchTextError, foreign, git,
    hunk, mail_header, name,
};

/// Reads all patches of a text: one for each mail, or a single one.
///
/// # Errors
/// Names the first line that is broken, or the format if it is one that is not read.
pub fn parse(text: &[u8]) -> Result<Vec<PatchText<'_>>, PatchTextError> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(PatchTextError::limit(
            0,
            format!("it has {} bytes, {MAX_TEXT_BYTES} are allowed", text.len()),
        ));
    }
    let mut reader = Reader { cursor: Cursor::new(text), patches: Vec::new(), files: 0, hunks: 0 };
    while reader.cursor.peek().is_some() {
        reader.read_patch()?;
    }
    let Reader { mut patches, .. } = reader;
    // A cover letter changes nothing.
    patches.retain(|patch| !patch.files.is_empty());
    if patches.is_empty() {
        return Err(foreign::explain(text));
    }
    Ok(patches)
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    patches: Vec<PatchText<'a>>,
    files: usize,
    hunks: usize,
}

impl<'a> Reader<'a> {
    /// Reads until the next mail begins or the text ends.
    fn read_patch(&mut self) -> Result<(), PatchTextError> {
        let begin = self.cursor.line;
        let mut head = mail_header::Reader::new();
        let mut files: Vec<FilePatch<'a>> = Vec::new();
        while let Some(line) = self.cursor.peek() {
            if mail_header::is_mail_separator(line) && self.cursor.line != begin {
                break;
            }
            if let Some(file) = self.read_file()? {
                self.count(&file)?;
                files.push(file);
                continue;
            }
            foreign::refuse(&self.cursor)?;
            if files.is_empty() {
                head.take(line, self.cursor.line)?;
            }
            self.cursor.next();
        }
        self.patches.push(PatchText { header: MailHeader::from(head), files });
        Ok(())
    }

    /// Reads the diff of one file, if one begins here.
    fn read_file(&mut self) -> Result<Option<FilePatch<'a>>, PatchTextError> {
        let cursor = &mut self.cursor;
        if cursor.is_at("diff --git ") {
            return git::read(cursor).map(Some);
        }
        if cursor.is_at("--- ") && cursor.peek_second().is_some_and(|next| next.starts_with(b"+++ ")) {
            return plain(cursor).map(Some);
        }
        if hunk::is_next(cursor) {
            return Err(PatchTextError::broken(cursor.line, "a hunk without file names above it"));
        }
        if cursor.is_at("diff --cc ") || cursor.is_at("diff --combined ") || cursor.is_at("@@@ ") {
            let problem = "it is the combined diff of a merge; make a diff against one parent";
            return Err(PatchTextError::broken(cursor.line, problem));
        }
        if cursor.is_at("GIT binary patch") {
            return Err(PatchTextError::broken(cursor.line, "a binary diff without a header above it"));
        }
        Ok(None)
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

/// Reads one file of a diff without Git's header. The cursor stands at its `---`.
fn plain<'a>(cursor: &mut Cursor<'a>) -> Result<FilePatch<'a>, PatchTextError> {
    let line = cursor.line;
    let (old, old_is_nothing) = name::marked(cursor.take("--- ").unwrap_or_default(), line)?;
    let (new, new_is_nothing) = name::marked(cursor.take("+++ ").unwrap_or_default(), line + 1)?;
    let hunks = hunk::read_all(cursor)?;
    let (Some(first), Some(last)) = (hunks.first(), hunks.last()) else {
        let found = chomp(cursor.peek().unwrap_or_default());
        let problem = match found.is_empty() {
            true => "a hunk is expected below the file names",
            false => "a hunk is expected below the file names, and something else stands there",
        };
        return Err(PatchTextError::broken(cursor.line, problem));
    };
    let is_whole = |start: usize, len: usize| hunks.len() == 1 && start == 0 && len == 0;
    let appears = old.is_none() || old_is_nothing && is_whole(first.old_start, first.old_len);
    let goes = new.is_none() || new_is_nothing && is_whole(last.new_start, last.new_len);
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
    Ok(FilePatch {
        line,
        is_git: false,
        has_side_folder: true,
        old,
        new,
        op,
        old_mode: None,
        new_mode: None,
        ids: None,
        body: Body::Hunks(hunks),
    })
}
