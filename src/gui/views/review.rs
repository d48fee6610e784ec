//! A review: what was looked at, the notes, what somebody says, and the two ways to hand it on.

use egui::{Frame, Label, Margin, TextEdit, Ui};

use super::keys::{head_ui, sign_ui};
use super::rows::field_ui;
use crate::gui::outbox::Outbox;
use crate::present::Model;
use crate::present::message::{Destination, KeyMsg, Msg, ReviewMsg};
use crate::present::review::{NoteRow, ReviewForm, place};
use crate::present::{Tab, overview};
use crate::text::{capitalised, with_thousands};
use crate::toolkit::theme::{Icon, Tokens, space, text};
use crate::toolkit::widgets::{
    Banner, Button, Notice, PageHeader, banner, button, button_row, card, choice_box, icon_at, link_button,
};
use crate::viewer::layout::NotedLine;
use crate::words::{self, fill, window};
use crate::workbench::Opinion;

/// What can be said, and how.
const VERDICTS: [(Opinion, &str); 3] = [
    (Opinion::Approved, window::REVIEW_APPROVED),
    (Opinion::Rejected, window::REVIEW_REJECTED),
    (Opinion::Commented, window::REVIEW_COMMENTED),
];

pub fn page_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let header = PageHeader { title: window::REVIEW_TITLE, subtitle: window::REVIEW_MEANING };
    head_ui(ui, model, &header, outbox);
    let Some(patch) = model.workspace.patch.ready().filter(|patch| patch.inspection.text.is_none()) else {
        ui.label(text::body(words::NO_PATCH));
        return;
    };
    let id = overview::line(patch.inspection.patch.about.identity.id.as_str());
    card(ui, Some(&id), |ui| looked_at_ui(ui, model, outbox));
    card(ui, Some(window::NOTES), |ui| notes_ui(ui, model, outbox));
    card(ui, Some(window::REVIEW_VERDICT), |ui| {
        verdict_ui(ui, &model.review, outbox);
        unseen_ui(ui, model);
    });
    if let Some(form) = &model.signing {
        sign_ui(ui, form, true, outbox);
    }
    let missing = model.review.reason_to_wait();
    button_row(ui, |ui| {
        let sign = Button::primary(window::REVIEW_SIGN).icon(Icon::PenLine).blocked(missing);
        if button(ui, &sign).clicked() {
            outbox.push(Msg::Keys(KeyMsg::PickOwn));
        }
        let save = Button::secondary(window::REVIEW_SAVE).icon(Icon::FileDown).blocked(missing);
        if button(ui, &save).clicked() {
            outbox.push(Msg::Review(ReviewMsg::Save));
        }
        if link_button(ui, window::NEW_KEY).clicked() {
            outbox.push(Msg::Keys(KeyMsg::Show));
            outbox.push(Msg::Keys(KeyMsg::BeginNew));
        }
    });
}

/// Who approves what nobody has looked at is told so.
fn unseen_ui(ui: &mut Ui, model: &Model) {
    let Some(tree) = model.workspace.tree.as_ref() else { return };
    let (viewed, all) = (tree.viewed(), tree.items().len());
    if model.review.opinion == Some(Opinion::Approved) && viewed < all {
        let facts = [("n", &*with_thousands((all - viewed) as u64)), ("all", &with_thousands(all as u64))];
        let title = fill(window::REVIEW_UNSEEN, &facts);
        banner(
            ui,
            &Banner {
                notice: Notice::Caution,
                title: &title,
                body: window::REVIEW_UNSEEN_MEANING,
                actions: &[],
            },
        );
    }
}

/// How much of it somebody has looked at.
fn looked_at_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let Some(tree) = &model.workspace.tree else { return };
    let (viewed, all) = (tree.viewed(), tree.items().len());
    let facts = [("n", &*with_thousands(viewed as u64)), ("all", &with_thousands(all as u64))];
    ui.label(text::body(fill(window::VIEWED_OF, &facts)));
    if viewed < all && link_button(ui, window::REVIEW_GO_ON).clicked() {
        outbox.push(Msg::GoTo(Destination::Workspace(Tab::Changes)));
    }
}

fn notes_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let notes = model.notes();
    if notes.is_empty() {
        let none = text::body(window::NOTES_NONE).color(Tokens::from_context(ui).muted);
        ui.add(Label::new(none).wrap());
    }
    for note in &notes {
        ui.push_id(note.number, |ui| note_ui(ui, note, true, outbox));
    }
}

/// A note with what it is about; with its file where that is not said above.
/// Where somebody wants to go because of it.
pub(crate) fn note_ui(ui: &mut Ui, note: &NoteRow, has_path: bool, outbox: &mut Outbox) -> Option<NotedLine> {
    let tokens = Tokens::from_context(ui);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::SMALL;
        let (mark, _) = ui.allocate_exact_size(egui::Vec2::splat(text::ICON), egui::Sense::hover());
        icon_at(ui, mark, Icon::MessageSquare, text::ICON, tokens.accent.text);
        let place = if has_path { format!("{} \u{b7} {}", note.path, note.place()) } else { note.place() };
        let goes = note.line.filter(|_| !has_path);
        let goes = match goes {
            Some(_) => goes
                .filter(|_| link_button(ui, &capitalised(&place)).on_hover_text(window::NOTE_GO).clicked()),
            None => {
                ui.label(text::caption(place).color(tokens.muted));
                None
            }
        };
        ui.add(Label::new(text::body(&note.text)).wrap());
        if link_button(ui, window::NOTE_DELETE).clicked() {
            outbox.push(Msg::Review(ReviewMsg::DropNote(note.number)));
        }
        goes
    })
    .inner
}

/// The notes on the change that is shown, and the one that is being written, above its lines.
/// Where somebody wants to go.
pub(crate) fn notes_of_change_ui(
    ui: &mut Ui,
    model: &Model,
    (change, notes): (usize, &[NoteRow]),
    outbox: &mut Outbox,
) -> Option<NotedLine> {
    let noting = model.noting.as_ref().filter(|noting| noting.change == change);
    if notes.is_empty() && noting.is_none() {
        return None;
    }
    let mut goes = None;
    let margin = Margin::symmetric(space::MEDIUM as i8, space::TINY as i8);
    Frame::new().fill(Tokens::from_context(ui).accent.surface).inner_margin(margin).show(ui, |ui| {
        ui.set_width(ui.available_width());
        for note in notes {
            goes = ui.push_id(note.number, |ui| note_ui(ui, note, false, outbox)).inner.or(goes);
        }
        let Some(noting) = noting else { return };
        // In a narrow window the buttons stand below the field.
        ui.horizontal_wrapped(|ui| {
            let label = ui.label(text::caption(fill(window::NOTE_ON, &[("place", &place(noting.line))])));
            let mut typed = noting.text.clone();
            let width = (ui.available_size_before_wrap().x - 2.0 * NOTE_BUTTON).max(NOTE_BUTTON);
            let field = TextEdit::singleline(&mut typed).desired_width(width).margin(space::SMALL as i8);
            let field = ui.add(field).labelled_by(label.id);
            if noting.text.is_empty() && !field.has_focus() && !field.lost_focus() {
                field.request_focus();
            }
            if typed != noting.text {
                outbox.push(Msg::Review(ReviewMsg::TypeNote(typed)));
            }
            let entered = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            if entered || link_button(ui, window::NOTE_KEEP).clicked() {
                outbox.push(Msg::Review(ReviewMsg::KeepNote));
            }
            if link_button(ui, words::LEAVE).clicked() {
                outbox.push(Msg::Review(ReviewMsg::LeaveNote));
            }
        });
    });
    goes
}

/// How wide a button beside the field of a note is, about, in points.
const NOTE_BUTTON: f32 = 90.0;

fn verdict_ui(ui: &mut Ui, form: &ReviewForm, outbox: &mut Outbox) {
    let mut edited = form.clone();
    for (opinion, words) in VERDICTS {
        if choice_box(ui, form.opinion == Some(opinion), words).clicked() {
            edited.opinion = Some(opinion);
        }
    }
    field_ui(ui, window::REVIEW_WHOLE, &mut edited.whole, true);
    field_ui(ui, window::REVIEWER, &mut edited.reviewer, false);
    if edited != *form {
        outbox.push(Msg::Review(ReviewMsg::Edit(Box::new(edited))));
    }
}
