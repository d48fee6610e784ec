//! Who signed the patch that is open, whose signatures count here, and signing with one's own key.

use egui::{Label, TextEdit, Ui};

use super::overview::{failure_ui, section_ui};
use crate::gui::outbox::Outbox;
use crate::present::Model;
use crate::present::keys::{KeyRow, SignForm, TrustForm, role_name};
use crate::present::message::{KeyMsg, Msg};
use crate::present::overview::line;
use crate::report::phrases;
use crate::toolkit::theme::{Icon, Tokens, space, text};
use crate::toolkit::widgets::{
    Badge, Banner, Button, FactRow, Notice, PageHeader, Tone, badge, banner, button, button_row, card,
    choice_box, facts, link_button, page_header, tick_box,
};
use crate::words::{self, fill, window};
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
        sign_ui(ui, form, outbox);
    }
    if let Some(form) = &model.trusting {
        trust_ui(ui, form, outbox);
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
    card(ui, Some(&title), |ui| {
        ui.add(Label::new(text::body(&patch.overview.trust)).wrap());
    });
    let signatures = patch.overview.sections.iter().find(|section| section.heading == words::WHO_VOUCHES);
    if let Some(section) = signatures {
        section_ui(ui, section);
    }
    button_row(ui, |ui| {
        if !patch.inspection.verdict.unknown_keys.is_empty()
            && button(ui, &Button::secondary(window::TRUST_SIGNER).icon(Icon::KeyRound)).clicked()
        {
            outbox.push(Msg::Keys(KeyMsg::Meet));
        }
        if button(ui, &Button::secondary(window::SIGN).icon(Icon::PenLine)).clicked() {
            outbox.push(Msg::Keys(KeyMsg::PickOwn));
        }
    });
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
}

pub(crate) fn sign_ui(ui: &mut Ui, form: &SignForm, outbox: &mut Outbox) {
    let mut edited = form.clone();
    card(ui, Some(window::SIGN_TITLE), |ui| {
        ui.add(Label::new(text::body(window::SIGN_MEANING)).wrap());
        facts(ui, &[FactRow::new(window::KEY_FILE, &form.shown_key())]);
        for role in SIGNING_ROLES {
            if choice_box(ui, form.role == role, role_name(role)).clicked() {
                edited.role = role;
            }
        }
        if form.needs_password {
            let label = ui.label(text::caption(window::PASSWORD).color(Tokens::from_context(ui).muted));
            let field = TextEdit::singleline(&mut edited.password.0).password(true);
            ui.add(field.margin(space::SMALL as i8)).labelled_by(label.id);
        }
        let sign = Button::primary(window::SIGN_NOW).blocked(form.reason_to_wait());
        form_buttons_ui(ui, &sign, KeyMsg::Sign, outbox);
    });
    if edited != *form {
        outbox.push(Msg::Keys(KeyMsg::EditSign(Box::new(edited))));
    }
}

fn form_buttons_ui(ui: &mut Ui, primary: &Button<'_>, msg: KeyMsg, outbox: &mut Outbox) {
    button_row(ui, |ui| {
        if button(ui, primary).clicked() {
            outbox.push(Msg::Keys(msg));
        }
        if button(ui, &Button::secondary(words::LEAVE)).clicked() {
            outbox.push(Msg::Keys(KeyMsg::Leave));
        }
    });
}

/// A field with its name above it.
pub(crate) fn field_ui(ui: &mut Ui, name: &str, value: &mut String, has_lines: bool) {
    let label = ui.label(text::caption(name).color(Tokens::from_context(ui).muted));
    let field = match has_lines {
        true => TextEdit::multiline(value).desired_rows(2),
        false => TextEdit::singleline(value),
    };
    ui.add(field.desired_width(f32::INFINITY).margin(space::SMALL as i8)).labelled_by(label.id);
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
    match revoking {
        None if row.can_revoke => {
            let name = fill(window::REVOKE, &[("name", &row.name)]);
            if link_button(ui, &name).clicked() {
                outbox.push(Msg::Keys(KeyMsg::BeginRevoke(row.exact)));
            }
        }
        None => {}
        Some(form) => {
            let mut reason = form.reason.clone();
            ui.add(Label::new(text::body(window::REVOKE_MEANING)).wrap());
            field_ui(ui, window::REVOKE_WHY, &mut reason, false);
            let missing = form.reason.trim().is_empty().then_some(words::REASON_FIRST);
            form_buttons_ui(ui, &Button::danger(window::REVOKE_NOW).blocked(missing), KeyMsg::Revoke, outbox);
            if reason != form.reason {
                outbox.push(Msg::Keys(KeyMsg::TypeReason(reason)));
            }
        }
    }
}
