//! Who signed the patch that is open, whose signatures count here, and signing with one's own key.

use egui::{Align, Label, Ui};

use super::overview::failure_ui;
use super::rows::{field_ui, form_buttons_ui, password_ui};
use crate::gui::outbox::Outbox;
use crate::present::Model;
use crate::present::keys::{KeyRow, RevokeForm, SignForm, TrustForm, role_name};
use crate::present::message::{Input, KeyMsg, Msg};
use crate::present::overview::{SectionKind, line, path_line};
use crate::report::phrases;
use crate::toolkit::theme::{Icon, Tokens, space, text};
use crate::toolkit::widgets::{
    Badge, Banner, Button, FactRow, Notice, PageHeader, Tone, appears, badge, banner, button, button_row,
    card, choice_box, facts, link_button, page_header, tick_box,
};
use crate::words::{self, fill, trying, window};
use crate::workbench::SignerRole;

/// What one says about a review one signs is said as one of these.
const SIGNING_ROLES: [SignerRole; 2] = [SignerRole::Author, SignerRole::Reviewer];

/// The head of a page with a way back, and what came of the last thing that was done with a key.
pub(super) fn head_ui(ui: &mut Ui, model: &Model, header: &PageHeader<'_>, outbox: &mut Outbox) {
    let back = |ui: &mut Ui| {
        let back = Button::secondary(window::SETTINGS_BACK).icon(Icon::ArrowLeft);
        button(ui, &back).clicked()
    };
    if page_header(ui, header, back) {
        outbox.push(Msg::Escape);
    }
    match &model.keys_said {
        Some(Ok(said)) => {
            banner(ui, &Banner { notice: Notice::Good, title: said, body: "", actions: &[] });
        }
        Some(Err(failure)) => failure_ui(ui, failure, outbox),
        None => {}
    }
}

pub fn page_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let header = PageHeader { title: window::KEYS_PAGE, subtitle: window::KEYS_PAGE_MEANING };
    head_ui(ui, model, &header, outbox);
    signatures_ui(ui, model, outbox);
    if let Some(form) = &model.signing {
        sign_ui(ui, form, false, outbox);
    }
    if let Some(form) = &model.trusting {
        trust_ui(ui, form, outbox);
    }
    if let Some(form) = &model.new_key {
        super::new_key::form_ui(ui, form, outbox);
    }
    if let Some(made) = &model.made_key {
        super::new_key::made_ui(ui, made, outbox);
    }
    known_ui(ui, model, outbox);
}

/// Who signed the patch that is open, and what can be done about it.
fn signatures_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let Some(patch) = model.workspace.patch.ready().filter(|patch| patch.inspection.text.is_none()) else {
        return;
    };
    let id = line(patch.inspection.patch.about.identity.id.as_str());
    let title = fill(window::SIGNATURES_OF, &[("id", &id)]);
    let signatures = patch.overview.sections.iter().find(|section| section.kind == SectionKind::Signers);
    card(ui, Some(&title), |ui| {
        ui.add(Label::new(text::body(&patch.overview.trust)).wrap());
        let list = signatures.into_iter().flat_map(|section| &section.facts);
        facts(ui, &list.map(|fact| FactRow::new(&fact.name, &fact.value)).collect::<Vec<_>>());
    });
    rules_ui(ui, model, outbox);
    button_row(ui, |ui| {
        if !patch.inspection.verdict.unknown_keys.is_empty()
            && button(ui, &Button::secondary(window::TRUST_SIGNER).icon(Icon::KeyRound)).clicked()
        {
            outbox.push(Msg::Keys(KeyMsg::Meet));
        }
        if button(ui, &Button::secondary(window::SIGN).icon(Icon::PenLine)).clicked() {
            outbox.push(Msg::Keys(KeyMsg::PickOwn));
        }
        let waiting = model.papers.rules.is_waiting().then_some(words::CHECKING);
        if button(ui, &Button::secondary(trying::RULES_ASK).icon(Icon::ClipboardCheck).blocked(waiting))
            .clicked()
        {
            outbox.push(Msg::PickInput(Input::Rules));
        }
    });
    button_row(ui, |ui| {
        if link_button(ui, window::SIGNATURE_ATTACH).clicked() {
            outbox.push(Msg::PickInput(Input::Signature));
        }
        if link_button(ui, window::SIGNATURE_COMMENT).clicked() {
            outbox.push(Msg::Keys(KeyMsg::Comment));
        }
    });
}

/// Whether the patch file has what the rules in a file ask for.
fn rules_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    if let Some(failure) = model.papers.rules.failed() {
        failure_ui(ui, failure, outbox);
    }
    let asked = model.papers.rules.ready();
    if let Some(asked) = asked.filter(|asked| model.workspace.bundle.as_ref() == Some(&asked.bundle)) {
        let notice = if asked.is_met { Notice::Good } else { Notice::Caution };
        let body = asked.lines.join("\n");
        banner(ui, &Banner { notice, title: &asked.headline, body: &body, actions: &[] });
    }
}

/// What somebody is about to trust, and the comparing of it.
fn trust_ui(ui: &mut Ui, form: &TrustForm, outbox: &mut Outbox) {
    let mut edited = form.clone();
    card(ui, Some(window::TRUST_TITLE), |ui| {
        ui.add(Label::new(text::body(window::TRUST_MEANING)).wrap());
        let (words, digits) = (form.words(), form.digits());
        facts(ui, &[FactRow::new(window::KEY_WORDS, &words), FactRow::code(window::KEY_DIGITS, &digits)]);
        field_ui(ui, window::KEY_NAME, &mut edited.name, false);
        field_ui(ui, window::KEY_OWNER, &mut edited.owner, false);
        match form.is_first_contact {
            true => {
                facts(ui, &[FactRow::new(words::PRODUCT, &line(&form.products))]);
                ui.label(text::caption(window::KEY_FIRST_CONTACT).color(Tokens::from_context(ui).muted));
            }
            false => allowed_ui(ui, &mut edited),
        }
        tick_box(ui, &mut edited.is_compared, window::KEY_COMPARED);
        let trust = Button::primary(window::TRUST_KEY).blocked(form.reason_to_wait());
        form_buttons_ui(ui, &trust, KeyMsg::Trust, outbox);
    });
    if edited != *form {
        outbox.push(Msg::Keys(KeyMsg::EditTrust(Box::new(edited))));
    }
}

/// What the key may do, and for which products.
fn allowed_ui(ui: &mut Ui, form: &mut TrustForm) {
    ui.label(text::caption(window::KEY_ROLES).color(Tokens::from_context(ui).muted));
    for role in SignerRole::ALL {
        let mut has = form.roles.contains(&role);
        if tick_box(ui, &mut has, role_name(role)).changed() {
            form.roles.retain(|other| *other != role);
            form.roles.extend(has.then_some(role));
        }
    }
    tick_box(ui, &mut form.every_product, window::KEY_EVERY_PRODUCT);
    if !form.every_product {
        field_ui(ui, window::KEY_PRODUCTS, &mut form.products, true);
    }
    field_ui(ui, window::KEY_NOT_BEFORE, &mut form.not_before, false);
    field_ui(ui, window::KEY_NOT_AFTER, &mut form.not_after, false);
}

pub(crate) fn sign_ui(ui: &mut Ui, form: &SignForm, is_review: bool, outbox: &mut Outbox) {
    let mut edited = form.clone();
    let list = form.list.as_deref().map(path_line);
    let (title, meaning) = match list {
        Some(_) => (window::LIST_SIGN_TITLE, window::LIST_SIGN_MEANING),
        None if is_review => (window::REVIEW_SIGN_TITLE, window::REVIEW_MEANING),
        None => (window::SIGN_TITLE, window::SIGN_MEANING),
    };
    let sign = card(ui, Some(title), |ui| {
        ui.add(Label::new(text::body(meaning)).wrap());
        if let Some(list) = &list {
            facts(ui, &[FactRow::new(window::KEY_LIST, list)]);
        }
        own_keys_ui(ui, form, outbox);
        if list.is_none() && !is_review {
            ui.label(text::caption(window::SIGN_AS).color(Tokens::from_context(ui).muted));
            for role in SIGNING_ROLES {
                if choice_box(ui, form.role == role, role_name(role)).clicked() {
                    edited.role = role;
                }
            }
        }
        if form.needs_password {
            password_ui(ui, window::PASSWORD, &mut edited.password.0);
        }
        let sign = Button::primary(window::SIGN_NOW).blocked(form.reason_to_wait());
        form_buttons_ui(ui, &sign, KeyMsg::Sign, outbox);
    });
    // What was asked for comes into view, wherever there was room for it.
    if appears(ui, "sign") {
        sign.response.scroll_to_me(Some(Align::Center));
    }
    if edited != *form {
        outbox.push(Msg::Keys(KeyMsg::EditSign(Box::new(edited))));
    }
}

/// The key that signs: one of those that were found, or another.
fn own_keys_ui(ui: &mut Ui, form: &SignForm, outbox: &mut Outbox) {
    if form.own.len() < 2 || !form.own.contains(&form.key) {
        facts(ui, &[FactRow::new(window::KEY_FILE, &form.shown_key())]);
    } else {
        ui.label(text::caption(window::KEY_FILE).color(Tokens::from_context(ui).muted));
        for key in &form.own {
            let is_chosen = form.key == *key;
            if choice_box(ui, is_chosen, &path_line(key)).clicked() && !is_chosen {
                outbox.push(Msg::Keys(KeyMsg::ChooseOwn(key.clone())));
            }
        }
    }
    if !form.own.is_empty() && link_button(ui, window::KEY_OTHER).clicked() {
        outbox.push(Msg::Keys(KeyMsg::PickOther));
    }
}

/// The key that is chosen, and the field for its password if it has one.
pub(super) fn chosen_key_ui(ui: &mut Ui, form: &SignForm, outbox: &mut Outbox) {
    own_keys_ui(ui, form, outbox);
    let mut edited = form.clone();
    if form.needs_password {
        password_ui(ui, window::PASSWORD, &mut edited.password.0);
    }
    if edited != *form {
        outbox.push(Msg::Keys(KeyMsg::EditSign(Box::new(edited))));
    }
}

/// The way to choose one's own key, and the one that was chosen.
pub(super) fn key_ui(ui: &mut Ui, model: &Model, choose: &str, outbox: &mut Outbox) {
    match &model.signing {
        Some(form) => chosen_key_ui(ui, form, outbox),
        None => {
            if button(ui, &Button::secondary(choose).icon(Icon::PenLine)).clicked() {
                outbox.push(Msg::Keys(KeyMsg::PickOwn));
            }
        }
    }
}

/// The keys that are trusted here, and the ways to more of them.
fn known_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    card(ui, Some(window::KEYS_KNOWN), |ui| {
        if let Some(failure) = model.keys.failed() {
            return failure_ui(ui, failure, outbox);
        }
        let Some(keys) = model.keys.ready() else {
            ui.label(text::body(words::CHECKING).color(Tokens::from_context(ui).muted));
            return;
        };
        if keys.is_empty() {
            ui.add(Label::new(text::body(window::KEYS_NONE).color(Tokens::from_context(ui).muted)).wrap());
        } else {
            let number = phrases::count(keys.len(), "key", "keys");
            ui.label(text::caption(number).color(Tokens::from_context(ui).muted));
        }
        for row in keys {
            ui.push_id(&row.digits, |ui| row_ui(ui, model, row, outbox));
        }
    });
    button_row(ui, |ui| {
        if button(ui, &Button::secondary(window::TRUST_FILE).icon(Icon::KeyRound)).clicked() {
            outbox.push(Msg::Keys(KeyMsg::Pick));
        }
        if button(ui, &Button::secondary(window::KEYS_TAKE_IN).icon(Icon::FileDown)).clicked() {
            outbox.push(Msg::Keys(KeyMsg::PickList));
        }
        if button(ui, &Button::secondary(window::NEW_KEY).icon(Icon::KeySquare)).clicked() {
            outbox.push(Msg::Keys(KeyMsg::BeginNew));
        }
        if link_button(ui, window::LIST_SIGN).clicked() {
            outbox.push(Msg::Keys(KeyMsg::PickListToSign));
        }
    });
}

fn row_ui(ui: &mut Ui, model: &Model, row: &KeyRow, outbox: &mut Outbox) {
    let muted = Tokens::from_context(ui).muted;
    ui.separator();
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::SMALL;
        ui.add(Label::new(text::strong(&row.name)).wrap());
        ui.add(Label::new(text::caption(&row.about).color(muted)).wrap());
    });
    ui.add(Label::new(text::body(&row.words)).wrap());
    ui.add(Label::new(text::code(&row.digits).color(muted)).wrap());
    for revoked in &row.revoked {
        badge(ui, &Badge { text: revoked, tone: Tone::Notice(Notice::Danger), explain: "" });
    }
    let revoking = model.revoking.as_ref().filter(|form| form.key == row.exact);
    button_row(ui, |ui| {
        if link_button(ui, &fill(window::KEY_SAVE_OF, &[("name", &row.name)])).clicked() {
            outbox.push(Msg::Keys(KeyMsg::Export(row.exact)));
        }
        let revoke = fill(window::REVOKE, &[("name", &row.name)]);
        if revoking.is_none() && row.can_revoke && link_button(ui, &revoke).clicked() {
            outbox.push(Msg::Keys(KeyMsg::BeginRevoke(row.exact)));
        }
    });
    if let Some(form) = revoking {
        revoke_ui(ui, form, outbox);
    }
}

fn revoke_ui(ui: &mut Ui, form: &RevokeForm, outbox: &mut Outbox) {
    let mut edited = form.clone();
    let is_always = form.from.trim().is_empty();
    let meaning = if is_always { window::REVOKE_MEANING } else { window::REVOKE_FROM_MEANING };
    ui.add(Label::new(text::body(meaning)).wrap());
    field_ui(ui, window::REVOKE_WHY, &mut edited.reason, false);
    field_ui(ui, window::REVOKE_FROM, &mut edited.from, false);
    let revoke = Button::danger(window::REVOKE_NOW).blocked(form.reason_to_wait());
    form_buttons_ui(ui, &revoke, KeyMsg::Revoke, outbox);
    if edited != *form {
        outbox.push(Msg::Keys(KeyMsg::EditRevoke(Box::new(edited))));
    }
}
