//! Carries out the diff of one file.

use super::content::{DiffResult, new_mode, thing, with_git_mode};
use super::{FileKind, FileOutcome, PatchProgress, Series, Trouble, strip};
use crate::diff::Content;
use crate::diff::patch_text::{Body, FileOp, FilePatch, GitMode, PatchHunk, StripLevel};
use crate::model::{Code, Mode, TreePath};

impl Series<'_> {
    pub(super) fn apply_file(
        &mut self,
        file: &FilePatch<'_>,
        level: StripLevel,
        progress: &mut PatchProgress,
    ) -> FileOutcome {
        let mut outcome = FileOutcome::new(file);
        let done = self.try_file(file, level, progress, &mut outcome);
        match done {
            Ok(()) => outcome,
            Err(trouble) => outcome.failed(trouble),
        }
    }

    fn try_file(
        &mut self,
        file: &FilePatch<'_>,
        level: StripLevel,
        progress: &mut PatchProgress,
        outcome: &mut FileOutcome,
    ) -> Result<(), Trouble> {
        let (old, new) = strip::paths(self, file, level)?;
        if let Some(path) = new.as_ref().or(old.as_ref()) {
            outcome.path = path.as_str().to_owned();
        }
        match (file.op, old, new) {
            (FileOp::Create, _, Some(new)) => self.create(file, &new, progress, outcome),
            (FileOp::Delete, Some(old), _) => self.delete(file, &old, progress, outcome),
            (FileOp::Modify, _, Some(path)) => self.modify(file, &path, progress, outcome),
            (FileOp::Copy | FileOp::Rename, Some(old), Some(new)) => {
                outcome.from = Some(old.as_str().to_owned());
                self.carry(file, &old, &new, progress, outcome)
            }
            _ => Err(Trouble::new(Code::Diff, "the diff doesn't name its file")),
        }
    }

    fn modify(
        &mut self,
        file: &FilePatch<'_>,
        path: &TreePath,
        progress: &mut PatchProgress,
        outcome: &mut FileOutcome,
    ) -> Result<(), Trouble> {
        let Some(found) = self.read(path)? else {
            // A plain diff may say nothing but "no lines before" of a file that appears.
            let appears =
                matches!(&file.body, Body::Hunks(hunks) if hunks.len() == 1 && hunks[0].old_start == 0);
            return match appears && !file.is_git {
                true => self.create(file, path, progress, outcome),
                false => Err(missing()),
            };
        };
        let (content, mode) = content_of(&found, file)?;
        let after = |content: Content| {
            let is_changed = file.new_mode != file.old_mode;
            let mode = if is_changed { with_git_mode(mode, file.new_mode) } else { mode };
            thing(content, file.new_mode, mode)
        };
        match self.make(file, &content, outcome)? {
            DiffResult::Nothing => Ok(()),
            DiffResult::New(new) => {
                let after = after(new)?;
                if after != found {
                    return self.put(path, Some(after), progress);
                }
                // Only its permissions were to change, and they are as they should be.
                outcome.is_there = true;
                let before = thing(content, file.old_mode, with_git_mode(mode, file.old_mode))?;
                self.is_there(path, Some(before));
                Ok(())
            }
            DiffResult::There(before) => {
                let now = after(content)?;
                if now != found {
                    return self.put(path, Some(now), progress);
                }
                outcome.is_there = true;
                if let Some(before) = before {
                    let mode = if file.new_mode == file.old_mode {
                        mode
                    } else {
                        with_git_mode(mode, file.old_mode)
                    };
                    self.is_there(path, Some(thing(before, file.old_mode, mode)?));
                }
                Ok(())
            }
        }
    }

    fn create(
        &mut self,
        file: &FilePatch<'_>,
        path: &TreePath,
        progress: &mut PatchProgress,
        outcome: &mut FileOutcome,
    ) -> Result<(), Trouble> {
        let nothing = Content::from([]);
        let content = match &file.body {
            Body::Same => nothing,
            Body::Binary(..) => match self.make_binary(file, &nothing)? {
                DiffResult::New(content) => content,
                // The new content is none.
                DiffResult::There(_) | DiffResult::Nothing => nothing,
            },
            Body::Hunks(_) => match self.make(file, &nothing, outcome)? {
                DiffResult::New(content) => content,
                DiffResult::There(_) | DiffResult::Nothing => return Ok(()),
            },
        };
        let new = thing(content, file.new_mode, new_mode(file.new_mode))?;
        // A file that this patch takes away further down makes room for a folder of its name.
        if path.ancestors().any(|folder| progress.leaving.contains(&folder) && self.has_file(&folder)) {
            self.original.entry(path.clone()).or_insert(None);
        }
        match self.read(path)? {
            None => self.put(path, Some(new), progress),
            Some(found) if is_same(&found, &new) => {
                outcome.is_there = true;
                outcome
                    .hunks
                    .iter_mut()
                    .for_each(|hunk| hunk.grade = crate::diff::place::HunkGrade::AlreadyThere);
                self.is_there(path, None);
                Ok(())
            }
            Some(_) if progress.leaving.contains(path) => self.put(path, Some(new), progress),
            Some(found) => Err(Trouble::new(
                Code::Occupied,
                format!("already exists as a {}, and isn't the one that the patch adds", found.as_str()),
            )),
        }
    }

    fn delete(
        &mut self,
        file: &FilePatch<'_>,
        path: &TreePath,
        progress: &mut PatchProgress,
        outcome: &mut FileOutcome,
    ) -> Result<(), Trouble> {
        let Some(found) = self.read(path)? else {
            outcome.is_there = true;
            if let Some(before) = whole_before(file)? {
                self.is_there(path, Some(before));
            }
            return Ok(());
        };
        let (content, _) = content_of(&found, file)?;
        let left = match self.make(file, &content, outcome)? {
            DiffResult::Nothing => return Ok(()),
            DiffResult::New(left) => left,
            DiffResult::There(_) => content,
        };
        if !left.is_empty() {
            let meaning = match file.body {
                Body::Same => "the diff deletes it without its content, and the file isn't empty",
                _ => "has more content than the patch deletes, so it isn't deleted",
            };
            return Err(Trouble::new(Code::Drift, meaning));
        }
        if progress.written.contains(path) && file.is_git {
            // Another file of this patch has taken its place already.
            return Ok(());
        }
        self.put(path, None, progress)
    }

    /// A rename or copy.
    fn carry(
        &mut self,
        file: &FilePatch<'_>,
        old: &TreePath,
        new: &TreePath,
        progress: &mut PatchProgress,
        outcome: &mut FileOutcome,
    ) -> Result<(), Trouble> {
        let source = match progress.before.get(old) {
            Some(before) => before.clone(),
            None => self.read(old)?,
        };
        let there = self.read(new)?;
        let Some(source) = source else {
            return match there {
                Some(there) if file.op == FileOp::Rename => self.is_carried(file, old, new, &there, outcome),
                _ => Err(Trouble::new(Code::Missing, format!("{old}, from which it is built, is missing"))),
            };
        };
        let (content, mode) = content_of(&source, file)?;
        let made = match self.make(file, &content, outcome)? {
            DiffResult::Nothing => return Ok(()),
            DiffResult::New(made) => made,
            DiffResult::There(_) => content,
        };
        let is_changed = file.new_mode != file.old_mode;
        let mode = if is_changed { with_git_mode(mode, file.new_mode) } else { mode };
        let is_link = matches!(source, FileKind::Link(_));
        let made = thing(made, is_link.then_some(GitMode::Link).or(file.new_mode), mode)?;
        let is_free = there.is_none() || progress.leaving.contains(new) || old == new;
        if !is_free && there.as_ref() != Some(&made) {
            let word = there.map_or("file", |there| there.as_str());
            return Err(Trouble::new(
                Code::Occupied,
                format!("already exists as a {word}, and isn't the one that the patch adds"),
            ));
        }
        self.put(new, Some(made), progress)?;
        if file.op == FileOp::Rename && !progress.written.contains(old) {
            self.put(old, None, progress)?;
        }
        Ok(())
    }

    /// The file is gone from its old place and stands at its new one: as the patch leaves it?
    fn is_carried(
        &mut self,
        file: &FilePatch<'_>,
        old: &TreePath,
        new: &TreePath,
        there: &FileKind,
        outcome: &mut FileOutcome,
    ) -> Result<(), Trouble> {
        let (content, mode) = content_of(there, file)?;
        let before = match self.make(file, &content, outcome)? {
            DiffResult::New(same) if same == content => content,
            DiffResult::There(Some(before)) => before,
            _ => {
                return Err(Trouble::new(
                    Code::Missing,
                    format!("{old}, from which it is built, is missing"),
                ));
            }
        };
        outcome.is_there = true;
        let before = thing(before, matches!(there, FileKind::Link(_)).then_some(GitMode::Link), mode)?;
        self.is_there(old, Some(before));
        self.is_there(new, None);
        Ok(())
    }
}

fn missing() -> Trouble {
    Trouble::new(Code::Missing, "is missing")
}

/// The content and permissions of a file, or of a link where the diff is about one.
fn content_of(found: &FileKind, file: &FilePatch<'_>) -> Result<(Content, Mode), Trouble> {
    let is_about_link = [file.old_mode, file.new_mode].contains(&Some(GitMode::Link));
    let is_silent = file.old_mode.is_none() && file.new_mode.is_none();
    match found {
        FileKind::File { content, mode } if !is_about_link => Ok((content.clone(), *mode)),
        // A rename without a change says nothing about what it is.
        FileKind::Link(points_to) if is_about_link || is_silent && file.body == Body::Same => {
            Ok((points_to.as_bytes().into(), Mode::FILE))
        }
        FileKind::File { .. } => Err(Trouble::new(Code::FileSystem, "is a file instead of a link")),
        FileKind::Link(_) => Err(Trouble::new(Code::FileSystem, "is a link instead of a file")),
        FileKind::Dir => Err(Trouble::new(Code::FileSystem, "is a folder instead of a file")),
    }
}

/// Whether both are the same but for who may read and write them.
fn is_same(found: &FileKind, new: &FileKind) -> bool {
    match (found, new) {
        (FileKind::File { content: found, mode: a }, FileKind::File { content: new, mode: b }) => {
            found == new && a.is_executable() == b.is_executable()
        }
        _ => found == new,
    }
}

/// The file that a diff takes away, made from the diff alone.
fn whole_before(file: &FilePatch<'_>) -> Result<Option<FileKind>, Trouble> {
    let content: Vec<u8> = match &file.body {
        Body::Same => Vec::new(),
        Body::Binary(..) => return Ok(None),
        Body::Hunks(hunks) => {
            let mut content = Vec::new();
            for line in hunks.iter().flat_map(PatchHunk::old_lines) {
                content.extend_from_slice(line.content);
                content.extend_from_slice(if line.missing_newline { b"" } else { b"\n" });
            }
            content
        }
    };
    thing(content.into(), file.old_mode, new_mode(file.old_mode)).map(Some)
}
