//! What a person has to know about how diffs fit: obstacles for what does not, notes for what is not plain.

use crate::diff::on_tree::{FileOutcome, HunkOutcome, TextOrigin};
use crate::diff::place::HunkGrade;
use crate::plan::why::Edits;
use crate::plan::{Note, Obstacle, Preview};

/// Adds what is known of the hunks to a preview.
pub(crate) fn add_findings(preview: &mut Preview, origin: &TextOrigin) {
    preview.notes.append(&mut fit_notes(origin));
    let mut all = obstacles(origin);
    all.append(&mut preview.obstacles);
    preview.obstacles = all;
}

/// What a preview notes about how diffs fit: what is done, but not plainly where the diff says.
fn fit_notes(origin: &TextOrigin) -> Vec<Note> {
    let mut notes = Vec::new();
    for (name, file) in origin.files() {
        for (index, hunk) in file.hunks.iter().enumerate() {
            let is_plain = matches!(hunk.grade, HunkGrade::Exact | HunkGrade::Clean);
            if !is_plain && hunk.grade.is_good() {
                let text = format!("hunk {} of {} is {}", index + 1, file.hunks.len(), hunk.sentence());
                notes.push(note(origin, name, file, text));
            }
        }
        if file.is_there && file.hunks.is_empty() && file.is_good() {
            notes.push(note(origin, name, file, "is already as the patch leaves it".to_owned()));
        }
    }
    notes
}

/// Every hunk and file that stands in the way.
pub(crate) fn obstacles(origin: &TextOrigin) -> Vec<Obstacle> {
    let of_file = |(name, file): (&str, &FileOutcome)| -> Vec<Obstacle> {
        let patch = (origin.patches.len() > 1).then(|| name.to_owned());
        let obstacle = |trouble| Obstacle::at(&file.path, Edits::Diff { trouble, patch: patch.clone() });
        file.troubles().into_iter().map(obstacle).collect()
    };
    origin.files().flat_map(of_file).collect()
}

/// A note with the patch that it is about, if there are several.
fn note(origin: &TextOrigin, name: &str, file: &FileOutcome, text: String) -> Note {
    let text = if origin.patches.len() > 1 { format!("{text} [{name}]") } else { text };
    Note { is_fit: true, ..Note::at(&file.path, text) }
}

/// What the history keeps of it.
pub(crate) fn remarks(origin: &TextOrigin) -> Vec<String> {
    let not_sure = |hunk: &HunkOutcome| matches!(hunk.grade, HunkGrade::Loose { .. } | HunkGrade::Merged);
    let loose = origin.files().flat_map(|(name, file)| {
        let loose = file.hunks.iter().enumerate().filter(move |(_, hunk)| not_sure(hunk));
        loose.map(move |(index, hunk)| {
            format!("{name}: hunk {} of {} is {}", index + 1, file.path, hunk.sentence())
        })
    });
    let read =
        origin.patches.iter().map(|(name, patch)| format!("text patch {name}, read with -p {}", patch.strip));
    let fuzz = (origin.fuzz > 0)
        .then(|| format!("up to {} lines around a change were allowed to differ (--fuzz)", origin.fuzz));
    read.chain(fuzz).chain(loose).take(MAX_REMARKS).collect()
}

/// Most remarks of one change: a page of the history.
const MAX_REMARKS: usize = 100;
