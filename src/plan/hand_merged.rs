//! What a file that somebody merged by hand leaves out of what patches brought to its place.

use super::fates::Bringing;
use super::layers::{ContentByDigest, Stack};
use super::merged_how::MergedHow;
use super::resolution::Resolution;
use super::why::Edits;
use super::{FileNote, Note, Obstacle, Situation};
use crate::diff::{Fate, LineRange};
use crate::model::{FileChange, Node, Patch};

/// What the files that were merged by hand for `patch` leave out: of patches that are there already, which stops it, and
/// of the patch itself, which is worth knowing.
pub(super) fn left_out_by_hand(
    patch: &Patch,
    situation: &Situation,
    stack: &Stack<'_>,
    contents: &dyn ContentByDigest,
) -> (Vec<Obstacle>, Vec<Note>) {
    let (mut obstacles, mut notes) = (Vec::new(), Vec::new());
    for change in &patch.changes {
        let Some(Resolution::Merged { file, by: MergedHow::Given }) = situation.edits.get(&change.path)
        else {
            continue;
        };
        let merge = HandMerge { change, file: Node::File(file.clone()), situation, contents };
        for layer in stack.at(&change.path) {
            let Some((before, left)) = layer.brought_at(&change.path) else { continue };
            if let Some(lines) = merge.drops(Bringing { path: &change.path, before, left }) {
                let why = Edits::Drops { patch: layer.id.clone(), lines };
                obstacles.push(Obstacle::at(&change.path, why));
            }
        }
        notes.extend(merge.drops_of_its_own(patch).map(|note| Note::of_file(&change.path, note)));
    }
    (obstacles, notes)
}

struct HandMerge<'a> {
    change: &'a FileChange,
    /// What somebody made.
    file: Node,
    situation: &'a Situation,
    contents: &'a dyn ContentByDigest,
}

impl HandMerge<'_> {
    /// The lines that are there now, would stay with what the patch brings, and go with what somebody made of it.
    fn drops(&self, brought: Bringing<'_>) -> Option<Vec<LineRange>> {
        let here = self.situation.tree.at(&self.change.path);
        let fate = |will: Option<&Node>| brought.fate(here, will, self.contents);
        let (by_hand, by_patch) = (fate(Some(&self.file)), fate(self.change.after.as_ref()));
        let goes_anyway = |(line, fate): &(LineRange, Fate)| {
            by_patch.lines.iter().any(|(other, by_patch)| other == line && by_patch >= fate)
        };
        let lines = by_hand.lines.iter().filter(|lost| !goes_anyway(lost)).map(|(line, _)| *line);
        let lines: Vec<LineRange> = lines.collect();
        (!lines.is_empty() || by_hand.fate > by_patch.fate).then_some(lines)
    }

    /// What the patch brings and is not in what somebody made, as a phrase.
    fn drops_of_its_own(&self, patch: &Patch) -> Option<FileNote> {
        let (before, left) = (self.change.before.first(), self.change.after.as_ref());
        let fated =
            Bringing { path: &self.change.path, before, left }.fate(left, Some(&self.file), self.contents);
        (fated.fate != Fate::Kept).then(|| {
            let lines = fated.lines.iter().map(|(line, _)| *line).collect();
            FileNote::HandMergeLacks { patch: patch.about.identity.id.to_string(), lines }
        })
    }
}
