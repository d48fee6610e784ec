//! The menu that comes with the right button.

use egui::{Response, Ui};

use super::Given;
use crate::viewer::layout::{PaneAction, PaneRequest, PaneState};
use crate::viewer::model::{Half, LineDiff, OldEncoding, TextSides, WhiteSpace};
use crate::words::contents as words;

/// Shows it when it is asked for.
pub(super) fn context_menu(
    response: &Response,
    given: &Given<'_>,
    diff: &LineDiff,
    state: &mut PaneState,
    out: &mut Vec<PaneRequest>,
) {
    response.context_menu(|ui: &mut Ui| {
        let old = given.contents.has_old_text().then(encodings).unwrap_or_default();
        for (words, action) in actions(diff).into_iter().chain(old) {
            if ui.button(words).clicked() {
                state.act(given.contents, action, out);
            }
        }
    });
}

/// What a text may be taken for that is in no Unicode encoding.
fn encodings() -> Vec<(&'static str, PaneAction)> {
    let named = OldEncoding::ALL.into_iter().map(|old| (old.name(), PaneAction::Decode(Some(old))));
    named.chain([(words::ENCODING_NONE, PaneAction::Decode(None))]).collect()
}

/// What it offers.
fn actions(diff: &LineDiff) -> Vec<(&'static str, PaneAction)> {
    let both = diff.sides() == TextSides::Compared;
    let all = [
        (words::COPY, PaneAction::Copy, true),
        (words::COPY_BEFORE, PaneAction::CopySide(Half::Left), both),
        (words::COPY_AFTER, PaneAction::CopySide(Half::Right), both),
        (words::COPY_AS_PATCH, PaneAction::CopyAsPatch, !diff.hunks().is_empty()),
        (words::COPY_PATH, PaneAction::CopyPath, true),
        (words::MARK_EVERYTHING, PaneAction::SelectAll, true),
        (words::FULL_WIDTH, PaneAction::ToggleWideHunks, both),
        (words::FIND, PaneAction::Find, true),
        (words::CHANGED_LINES, PaneAction::ToggleList, !diff.hunks().is_empty()),
        (words::MOVED_OTHER_END, PaneAction::OtherEnd, diff.has_moved()),
        (words::WHITE_SPACE_COUNTS, PaneAction::Count(WhiteSpace::Counts), both),
        (words::WHITE_SPACE_ENDS, PaneAction::Count(WhiteSpace::IgnoredAtLineEnds), both),
        (words::WHITE_SPACE_AMOUNT, PaneAction::Count(WhiteSpace::IgnoredInAmount), both),
        (words::WHITE_SPACE_IGNORE, PaneAction::Count(WhiteSpace::Ignored), both),
    ];
    all.into_iter().filter(|(_, _, is_there)| *is_there).map(|(words, action, _)| (words, action)).collect()
}
