//! Figures of several folders: what was done each week, how long things take, how often they go wrong.

use egui::{Grid, Label, ScrollArea, Ui};

use super::keys::head_ui;
use super::overview::failure_ui;
use super::rows::{files_ui, row_ui};
use super::{Fields, command_ui};
use crate::gui::outbox::Outbox;
use crate::present::Model;
use crate::present::figures::{CountedRow, Figure, FigurePeriod, FiguresPage};
use crate::present::message::{Input, Msg, PapersMsg};
use crate::toolkit::theme::{Icon, Tokens, space, text};
use crate::toolkit::widgets::{
    Banner, Bar, Button, Notice, PageHeader, banner, bars, button, card, disclosure, dots, segmented,
    two_columns,
};
use crate::words::{self, fill, papers};

/// Where the line of times is marked, in seconds.
const TICKS: [(i64, &str); 6] = [
    (60, papers::TICK_MINUTE),
    (3_600, papers::TICK_HOUR),
    (86_400, papers::TICK_DAY),
    (7 * 86_400, papers::TICK_WEEK),
    (30 * 86_400, papers::TICK_MONTH),
    (365 * 86_400, papers::TICK_YEAR),
];
/// The list behind a figure.
const LIST_HEIGHT: f32 = 240.0;
/// Width of a column of that list at least, so that the id of a patch does not break, in points.
const LIST_COLUMN: f32 = 120.0;

pub fn page_ui(ui: &mut Ui, model: &Model, fields: &mut Fields, outbox: &mut Outbox) {
    let header = PageHeader { title: papers::FIGURES_TITLE, subtitle: papers::FIGURES_MEANING };
    head_ui(ui, model, &header, outbox);
    form_ui(ui, model, outbox);
    let figures = &model.papers.figures;
    if let Some(failure) = figures.failed() {
        failure_ui(ui, failure, outbox);
    } else if let Some(page) = figures.ready() {
        figures_ui(ui, page, fields);
        if button(ui, &Button::secondary(papers::FIGURES_SAVE).icon(Icon::FileDown)).clicked() {
            outbox.push(Msg::Papers(PapersMsg::SaveFigures));
        }
        command_ui(ui, model, outbox);
    } else {
        let waiting = figures.is_waiting();
        let said = if waiting { papers::FIGURES_WAIT } else { papers::FIGURES_FOLDERS_FIRST };
        ui.label(text::body(said).color(Tokens::from_context(ui).muted));
    }
}

fn form_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let mut form = model.papers.figures_of.clone();
    card(ui, None, |ui| {
        files_ui(ui, papers::FIGURES_FOLDERS, &mut form.folders, Input::FiguresFolder, outbox);
        row_ui(ui, papers::FIGURES_REACH, |ui| {
            let mut chosen = FigurePeriod::ALL.iter().position(|reach| *reach == form.reach).unwrap_or(0);
            if segmented(ui, papers::FIGURES_REACH, &FigurePeriod::ALL.map(FigurePeriod::name), &mut chosen) {
                form.reach = FigurePeriod::ALL[chosen];
            }
        });
    });
    if form != model.papers.figures_of {
        outbox.push(Msg::Papers(PapersMsg::EditFigures(Box::new(form))));
    }
}

fn figures_ui(ui: &mut Ui, page: &FiguresPage, fields: &mut Fields) {
    ui.add(Label::new(text::caption(&page.headline).color(Tokens::from_context(ui).muted)).wrap());
    for warning in &page.warnings {
        banner(ui, &Banner { notice: Notice::Caution, title: warning, body: "", actions: &[] });
    }
    weeks_ui(ui, page, fields);
    let middle = page.figures.len().div_ceil(2);
    let (left, right) = page.figures.split_at(middle);
    two_columns(
        ui,
        0.5,
        fields,
        |ui, fields| left.iter().for_each(|figure| figure_ui(ui, figure, fields)),
        |ui, fields| right.iter().for_each(|figure| figure_ui(ui, figure, fields)),
    );
}

fn weeks_ui(ui: &mut Ui, page: &FiguresPage, fields: &mut Fields) {
    card(ui, Some(papers::CHANGES_PER_WEEK), |ui| {
        let labels: Vec<String> = page
            .weeks
            .iter()
            .map(|week| {
                let [applied, back] = [week.applied, week.rolled_back].map(|number| number.to_string());
                let facts = [("day", week.from.as_str()), ("applied", &applied), ("back", &back)];
                fill(papers::WEEK_OF, &facts)
            })
            .collect();
        let all: Vec<Bar<'_>> = std::iter::zip(&page.weeks, &labels)
            .map(|(week, label)| Bar { up: week.applied, down: week.rolled_back, label })
            .collect();
        if let (Some(first), Some(last)) = (page.weeks.first(), page.weeks.last()) {
            bars(
                ui,
                &format!("{}. {}", papers::CHANGES_PER_WEEK, page.per_week),
                &all,
                [&first.from, &last.from],
            );
        }
        ui.add(Label::new(text::body(&page.per_week)).wrap());
        list_ui(ui, papers::CHANGES_PER_WEEK, &page.changes, 0, fields);
    });
}

fn figure_ui(ui: &mut Ui, figure: &Figure, fields: &mut Fields) {
    let muted = Tokens::from_context(ui).muted;
    card(ui, Some(figure.name), |ui| {
        ui.add(Label::new(text::caption(figure.meaning).color(muted)).wrap());
        ui.add(Label::new(text::strong(&figure.said)).wrap());
        ui.add(Label::new(text::caption(&figure.n).color(muted)).wrap());
        if !figure.seconds.is_empty() {
            let name = format!("{}. {}. {}", figure.name, figure.said, figure.n);
            dots(ui, &name, &figure.seconds, figure.median, &TICKS);
        }
        list_ui(ui, figure.name, &figure.rows, figure.more, fields);
    });
}

/// The entries that a figure counts: closed at first.
fn list_ui(ui: &mut Ui, figure: &'static str, rows: &[CountedRow], more: usize, fields: &mut Fields) {
    if rows.is_empty() {
        return;
    }
    let mut is_open = fields.list == Some(figure);
    disclosure(ui, papers::LIST_BEHIND, &mut is_open);
    if !is_open {
        fields.list = fields.list.filter(|open| *open != figure);
        return;
    }
    fields.list = Some(figure);
    let muted = Tokens::from_context(ui).muted;
    let area = ScrollArea::vertical().id_salt(figure).max_height(LIST_HEIGHT);
    area.min_scrolled_height(LIST_HEIGHT).auto_shrink([false, true]).show(ui, |ui| {
        let grid = Grid::new(figure).num_columns(4).spacing([space::LARGE, space::TINY]);
        grid.min_col_width(LIST_COLUMN).show(ui, |ui| {
            for head in [words::FOLDER, papers::ENTRY, words::PATCH, papers::VALUE] {
                ui.label(text::caption(head).color(muted));
            }
            ui.end_row();
            for row in rows {
                ui.label(text::caption(&row.folder));
                ui.label(text::caption(row.entry.to_string()));
                ui.add(Label::new(text::caption(&row.about)).wrap());
                ui.label(text::caption(&row.value));
                ui.end_row();
            }
        });
        if more > 0 {
            ui.label(text::caption(fill(words::AND_MORE, &[("n", &more.to_string())])));
        }
    });
}
