//! Work that was interrupted, before anything else: two plain choices.

use egui::Ui;

use super::findings::support_ui;
use super::vouch::vouch_ui;
use crate::gui::outbox::Outbox;
use crate::present::Model;
use crate::present::guided::Recovering;
use crate::present::message::Msg;
use crate::present::overview::{line, path_line};
use crate::report::phrases;
use crate::toolkit::theme::{Icon, text};
use crate::toolkit::widgets::{Button, FactRow, PageHeader, button, card, facts, link_button, page_header};
use crate::words::{self, window};

pub fn page_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let header = PageHeader { title: words::INTERRUPTED_TITLE, subtitle: words::INTERRUPTED_MEANING };
    page_header(ui, &header, |_| ());
    for (folder, work) in &model.interrupted {
        let path = path_line(folder);
        let doing = match (&work.switch, work.is_rollback) {
            (Some(_), _) => words::WAS_SWITCHING,
            (None, true) => words::WAS_GOING_BACK,
            (None, false) => words::WAS_APPLYING,
        };
        let switch = work.switch.as_deref().map(line);
        let patches = work.patches.iter().map(|patch| format!("{} ({})", patch.title, line(&patch.id)));
        let patches: Vec<String> = patches.collect();
        let patch = (!patches.is_empty()).then(|| patches.join(", "));
        let begun = format!("{}, {}", phrases::moment(&work.begun), line(&work.user));
        card(ui, Some(doing), |ui| {
            let mut list = vec![FactRow::new(words::FOLDER, &path)];
            list.extend(patch.as_ref().map(|patch| FactRow::new(words::PATCH, patch)));
            list.extend(switch.as_ref().map(|switch| FactRow::new(window::SWITCH, switch)));
            list.push(FactRow::new(words::BEGUN, &begun));
            facts(ui, &list);
            if work.is_copied || work.is_foreign {
                let why = match work.is_copied {
                    true => (window::COPIED_CHANGE, window::COPIED_CHANGE_MEANING),
                    false => (window::FOREIGN_CHANGE, window::FOREIGN_CHANGE_MEANING),
                };
                return vouch_ui(ui, model, folder, why, outbox);
            }
            let undo = Button::primary(words::INTERRUPTED_UNDO).icon(Icon::Undo2);
            if button(ui, &undo).clicked() {
                outbox.push(Msg::BeginRecover(folder.clone(), Recovering::Undo));
            }
            ui.label(text::caption(words::INTERRUPTED_UNDO_MEANING));
            let finish = Button::secondary(words::INTERRUPTED_FINISH).icon(Icon::Check);
            let meaning = match work.can_finish {
                Some(true) => window::CAN_FINISH,
                Some(false) => window::CANNOT_FINISH,
                None => words::INTERRUPTED_FINISH_MEANING,
            };
            if work.can_finish != Some(false) && button(ui, &finish).clicked() {
                outbox.push(Msg::BeginRecover(folder.clone(), Recovering::Finish));
            }
            ui.label(text::caption(meaning));
        });
    }
    support_ui(ui, outbox);
    if link_button(ui, words::INTERRUPTED_LATER).clicked() {
        outbox.push(Msg::RecoverLater);
    }
}
