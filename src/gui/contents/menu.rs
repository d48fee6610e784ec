//! The menu that comes with the right button.

use egui::{Response, Ui};

use super::Given;
use super::state::{PaneRequest, PaneState};
use super::text::menu_actions;
use crate::present::contents::TextDiff;

/// Shows it when it is asked for.
pub(super) fn context_menu(
    response: &Response,
    given: &Given<'_>,
    diff: &TextDiff,
    state: &mut PaneState,
    out: &mut Vec<PaneRequest>,
) {
    response.context_menu(|ui: &mut Ui| {
        for (words, action) in menu_actions(diff) {
            if ui.button(words).clicked() {
                state.act(given.contents, action, out);
            }
        }
    });
}
