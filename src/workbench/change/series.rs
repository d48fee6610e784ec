//! A series of text patches whose patches are in the folder already, each by itself.

use std::collections::BTreeSet;

use crate::bundle::VerifiedBundle;
use crate::plan::{FileNote, PlanOfSeveral};
use crate::workbench::look::stack::FolderStack;

/// A series that came patch by patch is there: recorded once more, as one patch that changes nothing, it would only stand
/// in the way of rolling them back.
pub(super) fn leave_out_what_came_one_by_one(
    plan: &mut PlanOfSeveral,
    bundles: &[VerifiedBundle],
    folder: &FolderStack,
) {
    let ([bundle], [planned]) = (bundles, plan.patches.as_mut_slice()) else { return };
    let Some(series) = bundle.text.as_ref().filter(|text| text.patches.len() > 1) else { return };
    let (own, source) = (&bundle.patch.about.identity.id, &bundle.patch.about.source);
    if !plan.preview.plan.steps.is_empty() || !plan.preview.obstacles.is_empty() || source.is_none() {
        return;
    }
    let active = folder.layers.iter().filter(|layer| layer.is_active() && layer.id != own.as_str());
    // Patches that were read from one text say so, whichever of them they are.
    let of_series =
        active.filter(|layer| layer.patch.as_ref().is_some_and(|patch| patch.about.source == *source));
    let came: BTreeSet<&str> = of_series.map(|layer| layer.id.as_str()).collect();
    let is_of_series = |note: &FileNote| {
        matches!(note, FileNote::InPlace { others, whole: true, .. }
            if others.iter().all(|other| came.contains(other.as_str())))
    };
    let is_all_there = came.len() >= series.patches.len() && !planned.in_place.is_empty();
    if planned.left_out.is_some() || !is_all_there || !planned.in_place.values().all(is_of_series) {
        return;
    }
    planned.in_place.clear();
    planned.left_out = Some("Every patch of the series was applied by itself.".to_owned());
    plan.preview.is_written_down = false;
    plan.preview.notes.retain(|note| !matches!(note.file, Some(FileNote::InPlace { .. })));
}
