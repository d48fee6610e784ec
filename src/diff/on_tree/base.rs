//! What a diff was made from, where somebody has it: it proves the places of hunks, and edits made since are merged.
//!
//! A base is believed only where it is proven: every hunk fits it cleanly, and where the diff names Git's ids, both
//! contents have them. Then the diff is no guess any more but an exact new content, and bringing that together with
//! what was edited is a merge with three sides. So a hunk that fits at one place of the target only because its own
//! place is gone (its twin is still there) is found out.

use super::git_id::has_id;
use super::{FileKind, Series};
use crate::diff::Content;
use crate::diff::merge::{Merge, Unmergeable, merge};
use crate::diff::patch_text::{FilePatch, PatchHunk};
use crate::diff::place::{HunkGrade, Misplaced, Placement, place};
use crate::model::TreePath;

impl Series<'_> {
    /// Corrects `placement` of `file` on `old` by what is known of the base. A series goes over its base, too, so
    /// that the next patch of it has one.
    pub(super) fn correct(
        &mut self,
        file: &FilePatch<'_>,
        hunks: &[PatchHunk<'_>],
        path: &str,
        old: &Content,
        placement: &mut Placement,
    ) {
        let Ok(path) = TreePath::parse(path) else { return };
        let Some(base) = self.base_at(&path) else { return };
        let on_base = place(&base, hunks, 0, &mut self.budget);
        let is = |content: &Content, id| has_id(content, id, &self.budget) == Some(true);
        let Some(theirs) = on_base.content.filter(|theirs| {
            let has_ids = file.ids.is_none_or(|(before, after)| is(&base, before) && is(theirs, after));
            on_base.hunks.iter().all(|(grade, _)| *grade == HunkGrade::Clean) && has_ids
        }) else {
            return;
        };
        let is_there = placement.hunks.iter().all(|(grade, _)| *grade == HunkGrade::AlreadyThere);
        if !is_there && base != *old {
            match merge(path.as_str(), base.bytes(), old.bytes(), theirs.bytes()) {
                Ok(merged) => judge(placement, merged),
                // Settings that are not read for certain are never merged, but their lines tell a place from its twin.
                Err(Unmergeable::Unread(_)) => match merge("", base.bytes(), old.bytes(), theirs.bytes()) {
                    Ok(Merge::Clean { content, .. }) if makes(placement, &content) => {}
                    _ => judge(placement, Merge::Clashes(Vec::new())),
                },
                // What is too large or no text stays with what the hunks say.
                Err(_) => {}
            }
        }
        self.based.insert(path, Some(theirs));
    }

    fn base_at(&mut self, path: &TreePath) -> Option<Content> {
        if let Some(known) = self.based.get(path) {
            return known.clone();
        }
        let found = match self.base?.read(path) {
            Ok(Some(FileKind::File { content, .. })) => Some(content),
            _ => None,
        };
        self.based.insert(path.clone(), found.clone());
        found
    }
}

/// Holds what the hunks say against what the merge says.
fn judge(placement: &mut Placement, merged: Merge) {
    match merged {
        Merge::Clean { content, .. } if makes(placement, &content) => {}
        Merge::Clean { content, .. } => {
            let are_plain = placement.hunks.iter().all(|(grade, _)| is_plain(grade));
            for (grade, at) in &mut placement.hunks {
                // Where all seem plain and the merge still leads elsewhere, none of the places is certain.
                if are_plain || !is_plain(grade) {
                    (*grade, *at) = (HunkGrade::Merged, None);
                }
            }
            placement.content = Some(content.into());
        }
        Merge::Clashes(_) => {
            for (grade, at) in &mut placement.hunks {
                if matches!(grade, HunkGrade::Moved(_) | HunkGrade::Loose { .. }) {
                    (*grade, *at) = (HunkGrade::Failed(Misplaced::EditedSince, None), None);
                    placement.content = None;
                }
            }
        }
    }
}

fn makes(placement: &Placement, content: &[u8]) -> bool {
    placement.content.as_ref().is_some_and(|made| **made.bytes() == *content)
}

fn is_plain(grade: &HunkGrade) -> bool {
    matches!(grade, HunkGrade::Clean | HunkGrade::AlreadyThere)
}
