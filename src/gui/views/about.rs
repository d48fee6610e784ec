//! What this program is, and what is inside it.

use egui::{Label, Ui};

use super::Fields;
use super::keys::head_ui;
use crate::gui::outbox::Outbox;
use crate::present::{Model, about};
use crate::toolkit::theme::text;
use crate::toolkit::widgets::{
    DetailsView, FactRow, PageHeader, card, details, disclosure, facts, long_lines,
};
use crate::words::{fill, papers, widgets};

/// What is carried along beside libraries.
const INSIDE: [&str; 6] = [
    papers::ABOUT_FONTS,
    papers::ABOUT_CODE_FONT,
    papers::ABOUT_OTHER_FONTS,
    papers::ABOUT_ICONS,
    papers::ABOUT_GRAMMARS,
    papers::ABOUT_WORD_LIST,
];

/// Height of the licenses of all libraries, in points.
const NOTICES_HEIGHT: f32 = 360.0;

pub fn page_ui(ui: &mut Ui, model: &Model, fields: &mut Fields, outbox: &mut Outbox) {
    let header = PageHeader { title: papers::ABOUT, subtitle: papers::ABOUT_MEANING };
    head_ui(ui, model, &header, outbox);
    card(ui, Some(widgets::PROGRAM), |ui| {
        let system = about::system();
        facts(
            ui,
            &[
                FactRow::code(papers::ABOUT_VERSION, about::BUILD),
                FactRow::new(papers::ABOUT_SYSTEM, &system),
            ],
        );
        ui.add(Label::new(text::body(papers::ABOUT_NO_NETWORK)).wrap());
    });
    card(ui, Some(papers::ABOUT_LICENSE), |ui| {
        ui.add(Label::new(text::body(papers::ABOUT_LICENSE_MEANING)).wrap());
        text_ui(ui, papers::ABOUT_MIT, about::MIT, fields);
        text_ui(ui, papers::ABOUT_APACHE, about::APACHE, fields);
    });
    card(ui, Some(papers::ABOUT_INSIDE), |ui| {
        for part in INSIDE {
            ui.add(Label::new(text::body(part)).wrap());
        }
        text_ui(ui, papers::ABOUT_FONT_LICENSE, about::FONTS, fields);
        let libraries = about::libraries();
        let title = fill(papers::ABOUT_LIBRARIES, &[("n", &libraries.len().to_string())]);
        ui.add(Label::new(text::body(title)).wrap());
        match about::notices() {
            [] => text_ui(ui, papers::ABOUT_LIBRARIES_MEANING, &libraries.join("\n"), fields),
            notices => notices_ui(ui, notices, fields),
        }
    });
}

/// A long text, closed at first; one is open at a time.
fn text_ui(ui: &mut Ui, title: &'static str, text: &str, fields: &mut Fields) {
    let mut is_open = fields.list == Some(title);
    match is_open {
        true => details(ui, &DetailsView { title, text }, &mut is_open),
        false => disclosure(ui, title, &mut is_open),
    }
    keep(title, is_open, fields);
}

/// The licenses of all libraries: thousands of lines, of which only those in sight are drawn.
fn notices_ui(ui: &mut Ui, notices: &[String], fields: &mut Fields) {
    let title = papers::ABOUT_NOTICES;
    let mut is_open = fields.list == Some(title);
    disclosure(ui, title, &mut is_open);
    if is_open {
        long_lines(ui, title, NOTICES_HEIGHT, notices);
    }
    keep(title, is_open, fields);
}

fn keep(title: &'static str, is_open: bool, fields: &mut Fields) {
    match is_open {
        true => fields.list = Some(title),
        false => fields.list = fields.list.filter(|open| *open != title),
    }
}
