//! The new content of one file.

use std::sync::Arc;

use super::git_id::has_id;
use super::{FileKind, FileOutcome, Series, Trouble};
use crate::diff::patch_text::{Body, FilePatch, GitMode, PatchHunk, Remedy};
use crate::diff::place::{HunkGrade, place};
use crate::model::{Code, Mode};

/// Shortest id of a content in full. Only those prove that a binary diff belongs to a content.
const FULL_ID: usize = 40;

/// What the diff makes of a content.
pub(super) enum Made {
    /// Another one, or the same if it only moves.
    New(Arc<[u8]>),
    /// It is already as the diff leaves it; and what it was before, as far as that can be told.
    There(Option<Arc<[u8]>>),
    /// Hunks have no place; the outcome says which.
    Nothing,
}

impl Series<'_> {
    /// What `file` makes of `old`.
    pub(super) fn make(
        &mut self,
        file: &FilePatch<'_>,
        old: &Arc<[u8]>,
        outcome: &mut FileOutcome,
    ) -> Result<Made, Trouble> {
        match &file.body {
            Body::Same => Ok(Made::New(old.clone())),
            Body::Binary(..) => self.make_binary(file, old),
            Body::Hunks(hunks) => {
                self.room.go_through(old)?;
                let mut placement = place(old, hunks, self.tolerance, &mut self.effort);
                let of_base = outcome.from.as_deref().unwrap_or(&outcome.path);
                self.correct(file, hunks, of_base, old, &mut placement);
                let is_there = placement.hunks.iter().all(|(grade, _)| *grade == HunkGrade::AlreadyThere);
                if let (Some(content), Some((old_id, new_id))) = (&placement.content, file.ids)
                    && placement.hunks.iter().all(|(grade, _)| *grade == HunkGrade::Clean)
                    && has_id(old, old_id)
                    && has_id(content, new_id)
                {
                    placement.hunks.iter_mut().for_each(|(grade, _)| *grade = HunkGrade::Exact);
                }
                outcome.take_hunks(file, placement.hunks);
                Ok(match placement.content {
                    None => Made::Nothing,
                    Some(_) if is_there => {
                        let back: Vec<_> = hunks.iter().map(PatchHunk::reversed).collect();
                        Made::There(place(old, &back, 0, &mut self.effort).content.map(Arc::from))
                    }
                    Some(content) => Made::New(content.into()),
                })
            }
        }
    }
}

impl Series<'_> {
    /// The whole content that a binary diff makes.
    pub(super) fn make_binary(&mut self, file: &FilePatch<'_>, old: &[u8]) -> Result<Made, Trouble> {
        let made = make_binary(file, old)?;
        if let Made::New(content) | Made::There(Some(content)) = &made {
            self.room.make(content.len())?;
        }
        Ok(made)
    }
}

/// The whole content that a diff brings for a file that appears, or takes away from one that goes.
fn make_binary(file: &FilePatch<'_>, old: &[u8]) -> Result<Made, Trouble> {
    let Body::Binary(forward, back) = &file.body else { return Ok(Made::Nothing) };
    let broken = |meaning: String| Trouble::new(Code::Diff, meaning);
    let ids = file.ids.filter(|(old, new)| old.len() >= FULL_ID && new.len() >= FULL_ID);
    let Some((old_id, new_id)) = ids else {
        let meaning =
            "the binary diff doesn't have the full IDs of both contents; make it with --binary --full-index";
        return Err(broken(meaning.to_owned()).with(Remedy::FullIndex));
    };
    let is =
        |content: &[u8], id: &str| if is_no_content(id) { content.is_empty() } else { has_id(content, id) };
    if !is(old, old_id) {
        if is(old, new_id) {
            let before = back.as_ref().and_then(|back| back.make(old).ok());
            return Ok(Made::There(before.map(Arc::from)));
        }
        return Err(Trouble::new(Code::Drift, "isn't the version the binary diff was made from"));
    }
    let new = forward.make(old).map_err(|error| broken(format!("can't be built: {error}")))?;
    match is(&new, new_id) {
        true => Ok(Made::New(new.into())),
        false => Err(broken("the binary diff doesn't build the content it promises".to_owned())),
    }
}

/// Whether an id stands for "there is no file".
fn is_no_content(id: &str) -> bool {
    id.bytes().all(|byte| byte == b'0')
}

/// A file or link with this content, as Git's mode says.
pub(super) fn thing(content: Arc<[u8]>, git_mode: Option<GitMode>, mode: Mode) -> Result<FileKind, Trouble> {
    if git_mode != Some(GitMode::Link) {
        return Ok(FileKind::File { content, mode });
    }
    match String::from_utf8(content.to_vec()) {
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
