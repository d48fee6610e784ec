//! Scripts of a patch, each in full, and the yes to all of them.

use egui::{Label, Ui};

use crate::gui::outbox::Outbox;
use crate::present::guided::Guided;
use crate::present::message::{Msg, ScriptAnswer};
use crate::present::scripts::ScriptView;
use crate::toolkit::theme::{Tokens, text};
use crate::toolkit::widgets::{card, code_block, tick_box};
use crate::words::trying;

/// Every script with its whole text, in the order in which they would run.
pub(super) fn scripts_ui(ui: &mut Ui, scripts: &[ScriptView]) {
    for (at, script) in scripts.iter().enumerate() {
        ui.push_id(at, |ui| script_ui(ui, script));
    }
}

fn script_ui(ui: &mut Ui, script: &ScriptView) {
    card(ui, Some(&script.name), |ui| {
        if let Some(reason) = &script.reason {
            ui.add(Label::new(text::body(reason)).wrap());
        }
        ui.add(Label::new(text::caption(&script.about).color(Tokens::from_context(ui).muted)).wrap());
        code_block(ui, &script.name, &script.numbered, &script.text);
    });
}

/// The scripts that would run, and the yes to them.
pub(super) fn agree_ui(ui: &mut Ui, guided: &Guided, outbox: &mut Outbox) {
    let Some(view) = guided.check.as_ref().and_then(|check| check.scripts.as_ref()) else { return };
    scripts_ui(ui, &view.scripts);
    let mut agrees = guided.scripts == ScriptAnswer::Run(view.digest);
    if tick_box(ui, &mut agrees, trying::SCRIPTS_AGREE).changed() {
        let answer = if agrees { ScriptAnswer::Run(view.digest) } else { ScriptAnswer::None };
        outbox.push(Msg::AnswerScripts(answer));
    }
}
