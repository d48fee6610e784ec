//! A history that this account cannot know to be right, and somebody who does.

use std::path::Path;

use egui::Ui;

use super::overview::failure_ui;
use super::rows::field_ui;
use crate::gui::outbox::Outbox;
use crate::present::Model;
use crate::present::message::Msg;
use crate::toolkit::theme::Icon;
use crate::toolkit::widgets::{Banner, Button, Notice, banner, button};
use crate::words::{self, window};

/// Says what is wrong with the history of `folder`, and takes the reason why it is right all the same.
pub(crate) fn vouch_ui(
    ui: &mut Ui,
    model: &Model,
    folder: &Path,
    (title, body): (&str, &str),
    outbox: &mut Outbox,
) {
    banner(ui, &Banner { notice: Notice::Caution, title, body, actions: &[] });
    let verified = &model.workspace.verified;
    if let Some(failure) = verified.failed() {
        failure_ui(ui, failure, outbox);
    }
    let mut reason = model.workspace.vouch_reason.clone();
    field_ui(ui, window::VOUCH_WHY, &mut reason, false);
    if reason != model.workspace.vouch_reason {
        outbox.push(Msg::TypeVouchReason(reason));
    }
    let missing = model.workspace.vouch_reason.trim().is_empty().then_some(words::REASON_FIRST);
    let waiting = verified.is_waiting().then_some(words::CHECKING);
    let vouch = Button::secondary(window::VOUCH).icon(Icon::ShieldCheck).blocked(waiting.or(missing));
    if button(ui, &vouch).clicked() {
        outbox.push(Msg::Vouch(folder.to_owned()));
    }
}
