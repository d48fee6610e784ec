//! The menu that comes with the right button.

use egui::{Response, Ui};

use super::Given;
use super::state::{PaneAction, PaneRequest, PaneState};
use crate::present::contents::{Half, Standing, TextDiff};

/// Shows it when it is asked for.
pub(super) fn context_menu(
    response: &Response,
    given: &Given<'_>,
    diff: &TextDiff,
    state: &mut PaneState,
    out: &mut Vec<PaneRequest>,
) {
    response.context_menu(|ui: &mut Ui| {
        for (words, action) in actions(diff) {
            if ui.button(words).clicked() {
                state.act(given.contents, action, out);
            }
        }
    });
}

/// What it offers.
fn actions(diff: &TextDiff) -> Vec<(&'static str, PaneAction)> {
    let both = diff.standing() == Standing::Compared;
    let all = [
        ("Copy", PaneAction::Copy, true),
        ("Copy what was before", PaneAction::CopySide(Half::Left), both),
        ("Copy what is after", PaneAction::CopySide(Half::Right), both),
        ("Copy hunk as a patch", PaneAction::CopyAsPatch, !diff.hunks().is_empty()),
        ("Copy path", PaneAction::CopyPath, true),
        ("Mark everything", PaneAction::SelectAll, true),
        ("Full width for lines of one side", PaneAction::ToggleWideHunks, both),
    ];
    all.into_iter().filter(|(_, _, is_there)| *is_there).map(|(words, action, _)| (words, action)).collect()
}
