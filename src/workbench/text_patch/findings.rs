//! What a person has to know about how diffs fit: obstacles for what does not, notes for what is not plain.

use crate::diff::on_tree::{FileOutcome, HunkOutcome, LeftBehind, TextOrigin};
use crate::diff::place::HunkGrade;
use crate::ledger::{EntryFact, UncertainFit};
use crate::plan::why::Edits;
use crate::plan::{Note, NoteAbout, Obstacle, Preview};

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
    let is_passed_over = |left: &LeftBehind| origin.without_uncarried || !left.kind.matters();
    for (name, left) in origin.left_behind().filter(|(_, left)| is_passed_over(left)) {
        let text = format!("{}; only the rest is applied", left.kind.phrase());
        notes.push(note(origin, name, &left.path, text));
    }
    for (name, file) in origin.files() {
        notes.extend(file.remarks.iter().map(|remark| note(origin, name, &file.path, remark.clone())));
        for (index, hunk) in file.hunks.iter().enumerate() {
            let is_plain = matches!(hunk.grade, HunkGrade::Exact | HunkGrade::Clean);
            if !is_plain && hunk.grade.is_good() {
                let text = format!("hunk {} of {} is {}", index + 1, file.hunks.len(), hunk.sentence());
                notes.push(note(origin, name, &file.path, text));
            }
        }
        if file.is_there && file.hunks.is_empty() && file.is_good() {
            notes.push(note(origin, name, &file.path, "already has the changes of this patch".to_owned()));
        }
    }
    notes
}

/// Everything that stands in the way: names that can be read in several ways, hunks and files, what is not carried.
pub(crate) fn obstacles(origin: &TextOrigin) -> Vec<Obstacle> {
    let patch_of = |name: &str| (origin.patches.len() > 1).then(|| name.to_owned());
    let unclear = origin.patches.iter().filter(|(_, patch)| !patch.readings.is_empty());
    let unclear = unclear.map(|(name, patch)| {
        Obstacle::new(Edits::Names { readings: patch.readings.clone(), patch: patch_of(name) })
    });
    let of_file = |(name, file): (&str, &FileOutcome)| -> Vec<Obstacle> {
        let patch = patch_of(name);
        let obstacle = |trouble| Obstacle::at(&file.path, Edits::Diff { trouble, patch: patch.clone() });
        file.troubles().into_iter().map(obstacle).collect()
    };
    let is_agreed = origin.without_uncarried;
    let left = origin.left_behind().filter(|(_, left)| !is_agreed && left.kind.matters());
    let left = left.map(|(name, left)| {
        Obstacle::at(&left.path, Edits::Uncarried { kind: left.kind.clone(), patch: patch_of(name) })
    });
    unclear.chain(left).chain(origin.files().flat_map(of_file)).collect()
}

/// A note on a file, with the patch that it is about if there are several.
fn note(origin: &TextOrigin, name: &str, path: &str, text: String) -> Note {
    let text = if origin.patches.len() > 1 { format!("{text} [{name}]") } else { text };
    Note::at(path, NoteAbout::Fit(text))
}

/// What the history keeps of it.
pub(crate) fn facts(origin: &TextOrigin) -> Vec<EntryFact> {
    let uncertain = origin.files().flat_map(|(name, file)| {
        let fact = move |(index, hunk): (usize, &HunkOutcome)| {
            let fits = UncertainFit::new(&hunk.grade)?;
            let (patch, path) = (name.to_owned(), file.path.clone());
            Some(EntryFact::UncertainHunk { patch, path, hunk: index + 1, line: hunk.at, fits })
        };
        file.hunks.iter().enumerate().filter_map(fact)
    });
    let read = origin.patches.iter().map(|(name, patch)| EntryFact::TextPatch {
        patch: name.clone(),
        strip: patch.strip,
        stripped: patch.stripped.clone(),
    });
    let left = origin.left_behind().map(|(name, left)| EntryFact::NotCarried {
        patch: name.to_owned(),
        path: left.path.clone(),
        what: left.kind.clone(),
        agreed: left.kind.matters(),
    });
    let fuzz = Some(EntryFact::Fuzz { lines: origin.tolerance.fuzz }).filter(|_| origin.tolerance.fuzz > 0);
    let spaced = origin.tolerance.ignores_white_space.then_some(EntryFact::WhiteSpaceIgnored);
    read.chain(fuzz).chain(spaced).chain(left).chain(uncertain).take(MAX_FACTS).collect()
}

/// Most facts about text patches in one change: a page of the history.
const MAX_FACTS: usize = 100;
