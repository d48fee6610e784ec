//! The new content of one file.

use super::git_id::has_id;
use super::{FileKind, FileOutcome, Series, Trouble};
use crate::diff::patch_text::{Body, FilePatch, GitMode, PatchHunk, Remedy};
use crate::diff::place::{HunkGrade, place};
use crate::diff::{Content, WorkBudget};
use crate::model::{Code, Mode};

/// Shortest id of a content in full. Only those prove that a binary diff belongs to a content.
const FULL_ID: usize = 40;

/// What the diff makes of a content.
pub(super) enum DiffResult {
    /// Another one, or the same if it only moves.
    New(Content),
    /// It is already as the diff leaves it; and what it was before, as far as that can be told.
    There(Option<Content>),
    /// Hunks have no place; the outcome says which.
    Nothing,
}

impl Series<'_> {
    /// What `file` makes of `old`.
    pub(super) fn make(
        &mut self,
        file: &FilePatch<'_>,
        old: &Content,
        outcome: &mut FileOutcome,
    ) -> Result<DiffResult, Trouble> {
        match &file.body {
            Body::Same => Ok(DiffResult::New(old.clone())),
            Body::Binary(..) => self.make_binary(file, old),
            Body::Hunks(hunks) => {
                let mut placement = place(old, hunks, self.tolerance, &mut self.budget);
                let of_base = outcome.from.as_deref().unwrap_or(&outcome.path);
                self.correct(file, hunks, of_base, old, &mut placement);
                let is_there = placement.hunks.iter().all(|(grade, _)| *grade == HunkGrade::AlreadyThere);
                if let (Some(content), Some((old_id, new_id))) = (&placement.content, file.ids)
                    && placement.hunks.iter().all(|(grade, _)| *grade == HunkGrade::Clean)
                    && has_id(old, old_id, &self.budget) == Some(true)
                    && has_id(content, new_id, &self.budget) == Some(true)
                {
                    placement.hunks.iter_mut().for_each(|(grade, _)| *grade = HunkGrade::Exact);
                }
                outcome.take_hunks(file, placement.hunks);
                Ok(match placement.content {
                    None => DiffResult::Nothing,
                    Some(_) if is_there => {
                        let back: Vec<_> = hunks.iter().map(PatchHunk::reversed).collect();
                        DiffResult::There(place(old, &back, 0, &mut self.budget).content)
                    }
                    Some(content) => DiffResult::New(content),
                })
            }
        }
    }
}

impl Series<'_> {
    /// The whole content that a binary diff makes.
    pub(super) fn make_binary(&mut self, file: &FilePatch<'_>, old: &Content) -> Result<DiffResult, Trouble> {
        let made = make_binary(file, old, &self.budget)?;
        if let DiffResult::New(content) | DiffResult::There(Some(content)) = &made
            && !self.budget.make(content.len())
        {
            let meaning = "is one of so many and large binary contents that they are not held in memory";
            return Err(Trouble::new(Code::Limit, meaning));
        }
        Ok(made)
    }
}

/// The whole content that a diff brings for a file that appears, or takes away from one that goes.
fn make_binary(file: &FilePatch<'_>, old: &Content, budget: &WorkBudget) -> Result<DiffResult, Trouble> {
    let Body::Binary(forward, back) = &file.body else { return Ok(DiffResult::Nothing) };
    let broken = |meaning: String| Trouble::new(Code::Diff, meaning);
    let ids = file.ids.filter(|(old, new)| old.len() >= FULL_ID && new.len() >= FULL_ID);
    let Some((old_id, new_id)) = ids else {
        let meaning =
            "the binary diff doesn't have the full IDs of both contents; make it with --binary --full-index";
        return Err(broken(meaning.to_owned()).with(Remedy::FullIndex));
    };
    let is = |content: &Content, id: &str| match is_no_content(id) {
        true => Ok(content.is_empty()),
        false => has_id(content, id, budget).ok_or_else(|| {
            let meaning = "is one of so many and large binary contents that proving them takes too long";
            Trouble::new(Code::Limit, meaning)
        }),
    };
    if !is(old, old_id)? {
        if is(old, new_id)? {
            let before = back.as_ref().and_then(|back| back.make(old.bytes()).ok());
            return Ok(DiffResult::There(before.map(Content::from)));
        }
        return Err(Trouble::new(Code::Drift, "isn't the version the binary diff was made from"));
    }
    let new = forward.make(old.bytes()).map_err(|error| broken(format!("can't be built: {error}")))?;
    let new = Content::from(new);
    match is(&new, new_id)? {
        true => Ok(DiffResult::New(new)),
        false => Err(broken("the binary diff doesn't build the content it promises".to_owned())),
    }
}

/// Whether an id stands for "there is no file".
fn is_no_content(id: &str) -> bool {
    id.bytes().all(|byte| byte == b'0')
}

/// A file or link with this content, as Git's mode says.
pub(super) fn thing(content: Content, git_mode: Option<GitMode>, mode: Mode) -> Result<FileKind, Trouble> {
    if git_mode != Some(GitMode::Link) {
        return Ok(FileKind::File { content, mode });
    }
    match String::from_utf8(content.bytes().to_vec()) {
        Ok(points_to) => Ok(FileKind::Link(points_to)),
        Err(_) => Err(Trouble::new(Code::Path, "the link's target is not UTF-8")),
    }
}

/// The permissions of a file that had `mode` when Git's mode changes: only whether it may be run is Git's business.
pub(super) fn with_git_mode(mode: Mode, git_mode: Option<GitMode>) -> Mode {
    let bits = mode.bits();
    match git_mode {
        // Who may read it may run it.
        Some(GitMode::Program) => Mode::new(bits | (bits & 0o444) >> 2),
        Some(GitMode::File) => Mode::new(bits & !0o111),
        Some(GitMode::Link) | None => mode,
    }
}

/// The permissions of a new file.
pub(super) fn new_mode(git_mode: Option<GitMode>) -> Mode {
    if git_mode == Some(GitMode::Program) { Mode::PROGRAM } else { Mode::FILE }
}
