//! Decides what becomes of files that somebody edited or deleted here.
//!
//! | patch changes it | here it was | policy of the patch | becomes |
//! |---|---|---|---|
//! | yes | edited alike | any | stays: it is already there |
//! | yes | edited differently | refuse | obstacle |
//! | yes | edited differently | keep-local | stays |
//! | yes | edited differently | merge | both edits, or an obstacle with choices where they clash |
//! | yes | edited differently | edit | what is here with the edits of the patch, or an obstacle where they do not fit |
//! | yes | edited differently | replace | the patch's; the edited file is kept as a safe copy |
//! | yes | deleted | edit, keep-local, merge | stays deleted; an obstacle where none of the patch's files is there |
//! | yes | deleted | refuse, replace | obstacle |
//!
//! Whatever the patch does not change is not looked at. A person's choice comes before all but "refuse".

use super::file_note::{FileNote, LocalChange};
use super::planner::{Planner, SettledPlace};
use super::resolution::Resolution;
use super::why::Edits;
use crate::model::{FileChange, LocalEdits, Node};

impl Planner<'_> {
    /// What becomes of a place that is neither as before nor as afterwards. `None`: it stays as it is, which was told.
    pub(super) fn settle(&mut self, change: &FileChange, observed: Option<&Node>) -> Option<SettledPlace> {
        let path = &change.path;
        let was = if observed.is_some() { LocalChange::Edited } else { LocalChange::Deleted };
        let theirs = |needs_source| Some(SettledPlace { after: change.after.clone(), needs_source });
        match self.situation.edits.get(path) {
            Some(Resolution::KeepMine) => {
                self.note_file(path, FileNote::Kept { was });
                return None;
            }
            Some(Resolution::TakeTheirs { is_at_hand }) => {
                let deleted = change.after.is_none();
                self.note_file(path, FileNote::PatchVersionChosen { was, deleted });
                return theirs(!is_at_hand);
            }
            Some(Resolution::Merged { file, .. }) if observed.and_then(Node::as_file) == Some(file) => {
                self.note_file(path, FileNote::HasBothAlready);
                return None;
            }
            Some(Resolution::Merged { file, by }) => {
                self.note_file(path, FileNote::Merged { was, how: by.clone() });
                return Some(SettledPlace { after: Some(Node::File(file.clone())), needs_source: false });
            }
            Some(Resolution::Switched { file, .. }) => {
                self.note_file(path, FileNote::SwitchStays);
                let after = file.clone().map(Node::File).or_else(|| change.after.clone());
                return Some(SettledPlace { after, needs_source: false });
            }
            Some(Resolution::Clashes(places)) => {
                self.refuse_at(path, Edits::Clash { path: path.clone(), places: places.clone() });
                return None;
            }
            Some(Resolution::Unfit(whys)) => {
                self.refuse_at(path, Edits::Unfit { path: path.clone(), whys: whys.clone() });
                return None;
            }
            Some(Resolution::Impossible(why)) => {
                self.refuse_at(path, Edits::Unmergeable { path: path.clone(), because: why.clone() });
                return None;
            }
            None => {}
        }
        let is_edit = matches!((observed, change.before.first()), (Some(Node::File(_)), Some(Node::File(_))));
        match change.local_edits {
            LocalEdits::KeepLocal if is_edit => {
                self.note_file(path, FileNote::Kept { was: LocalChange::Edited });
                None
            }
            LocalEdits::Edit | LocalEdits::KeepLocal | LocalEdits::Merge if was_deleted(change, observed) => {
                self.note_file(path, FileNote::StaysDeleted);
                None
            }
            LocalEdits::Replace if is_edit && change.after.is_some() => {
                self.note_file(path, FileNote::Replaced);
                theirs(true)
            }
            _ => {
                self.refuse_unexpected(change, observed);
                None
            }
        }
    }
}

/// Whether a file that the patch changes is gone.
fn was_deleted(change: &FileChange, observed: Option<&Node>) -> bool {
    let is_file = |node: Option<&Node>| matches!(node, Some(Node::File(_)));
    observed.is_none() && is_file(change.before.first()) && is_file(change.after.as_ref())
}
