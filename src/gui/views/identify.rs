//! What a folder is, from its files; and what every code means.

use egui::{Label, TextEdit, Ui};

use super::Fields;
use super::keys::head_ui;
use super::many::sign;
use super::overview::failure_ui;
use super::rows::{files_ui, item_ui};
use crate::gui::outbox::Outbox;
use crate::model::Code;
use crate::present::Model;
use crate::present::identify::IdentifiedPage;
use crate::present::message::{Input, Msg, PapersMsg};
use crate::present::overview::path_line;
use crate::toolkit::theme::{Tokens, space, text};
use crate::toolkit::widgets::{FactRow, PageHeader, card, facts};
use crate::words::{self, papers};

pub fn page_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let header = PageHeader { title: papers::IDENTIFY_TITLE, subtitle: papers::IDENTIFY_MEANING };
    head_ui(ui, model, &header, outbox);
    let mut form = model.papers.identify.clone();
    card(ui, None, |ui| {
        facts(ui, &[FactRow::new(words::FOLDER, &path_line(&form.folder))]);
        files_ui(ui, papers::IDENTIFY_WITH, &mut form.files, Input::ComparedPatch, outbox);
    });
    if form != model.papers.identify {
        outbox.push(Msg::Papers(PapersMsg::EditIdentify(Box::new(form))));
    }
    let found = &model.papers.identified;
    if let Some(failure) = found.failed() {
        failure_ui(ui, failure, outbox);
    } else if let Some(page) = found.ready() {
        found_ui(ui, page);
    } else {
        ui.label(text::body(words::CHECK_WAIT).color(Tokens::from_context(ui).muted));
    }
    super::command_ui(ui, model, outbox);
}

fn found_ui(ui: &mut Ui, page: &IdentifiedPage) {
    ui.add(Label::new(text::heading(&page.product)).wrap());
    card(ui, None, |ui| {
        if page.rows.is_empty() {
            ui.add(Label::new(text::body(papers::IDENTIFY_NOTHING)).wrap());
        }
        for (number, row) in page.rows.iter().enumerate() {
            if number > 0 {
                ui.separator();
            }
            let said = row.said.iter().map(String::as_str);
            item_ui(ui, sign(row.mark, Tokens::from_context(ui)), (&row.patch, &row.title), said);
        }
    });
}

/// Every code with what it means, for whoever was told one on the phone.
pub(crate) fn codes_ui(ui: &mut Ui, model: &Model, fields: &mut Fields, outbox: &mut Outbox) {
    let header = PageHeader { title: papers::CODES, subtitle: papers::CODES_MEANING };
    head_ui(ui, model, &header, outbox);
    let label = ui.label(text::caption(papers::CODES_FILTER).color(Tokens::from_context(ui).muted));
    let field = TextEdit::singleline(&mut fields.code).desired_width(f32::INFINITY);
    ui.add(field.margin(space::SMALL as i8)).labelled_by(label.id);
    let wanted = fields.code.trim().to_lowercase();
    let is_wanted = |code: &Code| {
        let said = [code.as_str(), words::heading(*code), files(*code)];
        said.iter().any(|said| said.to_lowercase().contains(&wanted))
    };
    let found: Vec<Code> = Code::ALL.iter().copied().filter(is_wanted).collect();
    card(ui, None, |ui| {
        if found.is_empty() {
            ui.label(text::body(papers::CODES_NONE).color(Tokens::from_context(ui).muted));
        }
        for code in found {
            let said = format!("{}. {}", words::heading(code), files(code));
            facts(ui, &[FactRow::new(code.as_str(), &said)]);
        }
    });
}

/// What the code means for the files.
const fn files(code: Code) -> &'static str {
    use crate::model::Kind;
    match code.kind() {
        Kind::Machine | Kind::Refused | Kind::Interrupted => words::NOTHING_CHANGED,
        Kind::NotTrusted => papers::CODE_NOT_TRUSTED,
        Kind::PutBack => papers::CODE_PUT_BACK,
        Kind::NeedsPerson => papers::CODE_NEEDS_PERSON,
        Kind::Usage => papers::CODE_USAGE,
        Kind::NotYet => papers::CODE_NOT_YET,
    }
}
