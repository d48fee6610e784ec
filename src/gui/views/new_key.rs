//! Making a key: its name, where it goes, its password twice; and what to do with it.

use egui::{Label, Ui};

use super::rows::{field_ui, form_buttons_ui, password_ui};
use crate::gui::outbox::Outbox;
use crate::present::keys::{MadeKeyView, NewKeyForm};
use crate::present::message::{KeyMsg, Msg};
use crate::toolkit::theme::{Icon, text};
use crate::toolkit::widgets::{
    Banner, Button, FactRow, Notice, banner, button, button_row, card, facts, link_button, tick_box,
};
use crate::words::{self, fill, window};

pub(super) fn form_ui(ui: &mut Ui, form: &NewKeyForm, outbox: &mut Outbox) {
    let mut edited = form.clone();
    card(ui, Some(window::NEW_KEY_TITLE), |ui| {
        ui.add(Label::new(text::body(window::NEW_KEY_MEANING)).wrap());
        field_ui(ui, window::NEW_KEY_NAME, &mut edited.name, false);
        if let Some([secret, public]) = form.shown_places() {
            places_ui(ui, &secret, &public);
        }
        if link_button(ui, window::NEW_KEY_PLACE).clicked() {
            outbox.push(Msg::Keys(KeyMsg::PickPlace));
        }
        if !form.is_unprotected {
            password_ui(ui, window::NEW_KEY_PASSWORD, &mut edited.password.0);
            password_ui(ui, window::NEW_KEY_AGAIN, &mut edited.again.0);
        }
        tick_box(ui, &mut edited.is_unprotected, window::NEW_KEY_UNPROTECTED);
        let make = Button::primary(window::NEW_KEY_MAKE).blocked(form.reason_to_wait());
        form_buttons_ui(ui, &make, KeyMsg::Make, outbox);
    });
    if edited != *form {
        outbox.push(Msg::Keys(KeyMsg::EditNew(Box::new(edited))));
    }
}

fn places_ui(ui: &mut Ui, secret: &str, public: &str) {
    let secret = fill(window::NEW_KEY_SECRET_MEANING, &[("path", secret)]);
    facts(ui, &[FactRow::new(window::NEW_KEY_SECRET, &secret), FactRow::new(window::NEW_KEY_PUBLIC, public)]);
}

pub(super) fn made_ui(ui: &mut Ui, made: &MadeKeyView, outbox: &mut Outbox) {
    card(ui, None, |ui| {
        let title = window::NEW_KEY_MADE;
        banner(ui, &Banner { notice: Notice::Good, title, body: window::NEW_KEY_NEXT, actions: &[] });
        facts(
            ui,
            &[FactRow::new(window::KEY_WORDS, &made.words), FactRow::code(window::KEY_DIGITS, &made.digits)],
        );
        places_ui(ui, &made.shown_secret, &made.shown_public);
        if made.is_unprotected {
            ui.add(Label::new(text::body(window::NEW_KEY_UNPROTECTED)).wrap());
        }
        button_row(ui, |ui| {
            if button(ui, &Button::secondary(window::NEW_KEY_TRUST).icon(Icon::KeyRound)).clicked() {
                outbox.push(Msg::Keys(KeyMsg::TrustMade));
            }
            if button(ui, &Button::secondary(words::CLOSE)).clicked() {
                outbox.push(Msg::Keys(KeyMsg::Leave));
            }
        });
    });
}
