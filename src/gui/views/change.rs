//! One change: which file it is, what can be done with it, and both of its sides.

use egui::{Align, Frame, Label, Layout, Margin, ScrollArea, Ui};

use super::workspace::is_low;
use crate::gui::outbox::Outbox;
use crate::gui::panes::Panes;
use crate::present::Model;
use crate::present::fit::{FileFit, FitGrade};
use crate::present::message::{Msg, ReviewMsg};
use crate::present::review::NoteRow;
use crate::present::tree::{ChangeTree, TreeItem};
use crate::report::changes::ChangeStatus;
use crate::text::with_thousands;
use crate::toolkit::theme::{Icon, Tokens, space, text};
use crate::toolkit::widgets::{
    Badge, BadgeStatus as Mark, EmptyState, IconButton, Notice, Tone, badge, badge_width, empty_state,
    icon_button, link_button, tick_box,
};
use crate::words::{self, window};
use crate::workbench::Comparison;

pub(super) fn change_ui(
    ui: &mut Ui,
    model: &Model,
    list: &ChangeTree,
    panes: &mut Panes,
    outbox: &mut Outbox,
) {
    let workspace = &model.workspace;
    let Some(index) = workspace.selected else {
        let empty = EmptyState {
            icon: Icon::FileDiff,
            title: words::CHANGES_CHOOSE,
            body: words::CHANGES_EMPTY,
            action: None,
        };
        empty_state(ui, &empty);
        return;
    };
    let item = &list.items()[index];
    if let Some(failure) = workspace.contents.failed() {
        return super::overview::failure_ui(ui, failure, outbox);
    }
    ui.add_space(space::TINY);
    if let Some(fit) = &item.fit {
        let margin = Margin::symmetric(space::MEDIUM as i8, 0);
        Frame::new().inner_margin(margin).show(ui, |ui| fit_ui(ui, fit));
    }
    let notes: Vec<NoteRow> = model.notes().into_iter().filter(|note| note.change == index).collect();
    if let Some(at) = super::review::notes_of_change_ui(ui, model, (index, &notes), outbox) {
        panes.go_to(&item.path, at);
    }
    let noted: Vec<_> = notes.iter().filter_map(|note| Some((note.line?, note.text.clone()))).collect();
    let mut tools = FileTools::of(model, item);
    let mut title = |ui: &mut Ui| {
        ui.spacing_mut().interact_size.y = TITLE_CONTROL;
        ui.spacing_mut().button_padding = egui::vec2(space::SMALL, 0.0);
        let has_room = ui.available_width() >= ROOM_FOR_TOOLS;
        // What is done to the file stands at the right end; its name takes the rest.
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = space::SMALL;
            ui.add_space(space::SMALL);
            if has_room {
                tools.row_ui(ui);
            } else {
                tools.menu_ui(ui);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                badge(ui, &mark(item.status).badge());
                if has_room {
                    tools.compare_ui(ui);
                }
                title_ui(ui, list, index);
            });
        });
    };
    panes.pane_ui(ui, &item.path, (&model.settings, &noted), &mut title, outbox);
    tools.ask(index, item, outbox);
}

/// What can be done with the file that is shown, and what of it was asked for.
struct FileTools {
    is_viewed: bool,
    /// Notes and reviews are about patch files.
    can_review: bool,
    /// What is held against each other; `None` where there is only one way.
    comparison: Option<Comparison>,
    asked: Option<Msg>,
}

impl FileTools {
    fn of(model: &Model, item: &TreeItem) -> Self {
        let workspace = &model.workspace;
        let can_review = item.fit.is_none();
        let comparison = (can_review && workspace.folder.is_some()).then_some(workspace.comparison);
        Self { is_viewed: item.is_viewed, can_review, comparison, asked: None }
    }

    /// In words, from right to left.
    fn row_ui(&mut self, ui: &mut Ui) {
        if self.can_review && link_button(ui, window::NOTE).clicked() {
            self.asked = Some(Msg::Review(ReviewMsg::BeginNote(None)));
        }
        tick_box(ui, &mut self.is_viewed, window::VIEWED);
    }

    /// Behind one button, where the name of the file needs the room.
    fn menu_ui(&mut self, ui: &mut Ui) {
        let more = icon_button(ui, &IconButton { icon: Icon::Ellipsis, name: window::FILE_TOOLS });
        egui::Popup::menu(&more).show(|ui| {
            ui.set_min_width(MENU_WIDTH);
            // A box has no edge in a menu.
            if ui.selectable_label(self.is_viewed, window::VIEWED).clicked() {
                self.is_viewed = !self.is_viewed;
                ui.close();
            }
            if self.can_review {
                for (words, wish) in
                    [(window::NOTE, ReviewMsg::BeginNote(None)), (window::REVIEW, ReviewMsg::Show)]
                {
                    if ui.button(words).clicked() {
                        self.asked = Some(Msg::Review(wish));
                    }
                }
            }
            if self.comparison.is_some() {
                ui.separator();
                self.comparisons_ui(ui);
            }
        });
    }

    fn compare_ui(&mut self, ui: &mut Ui) {
        let Some(present) = self.comparison else { return };
        let name = COMPARISONS.iter().find(|(other, _)| *other == present).map_or("", |it| it.1);
        let label = egui::RichText::new(name).text_style(egui::TextStyle::Small);
        let menu = ui.menu_button(label, |ui| self.comparisons_ui(ui));
        menu.response.on_hover_text(words::COMPARE);
    }

    fn comparisons_ui(&mut self, ui: &mut Ui) {
        for (comparison, name) in COMPARISONS {
            if ui.selectable_label(Some(comparison) == self.comparison, name).clicked() {
                self.asked = Some(Msg::Compare(comparison));
                ui.close();
            }
        }
    }

    fn ask(self, index: usize, item: &TreeItem, outbox: &mut Outbox) {
        if self.is_viewed != item.is_viewed {
            outbox.push(Msg::SetViewed(index, self.is_viewed));
        }
        if let Some(msg) = self.asked {
            outbox.push(msg);
        }
    }
}

/// Height of what can be pressed beside the file's name: lower than the tools, so that the rows stay apart.
const TITLE_CONTROL: f32 = 24.0;

/// Width from which on what can be done with the file stands beside its name in words, in points.
const ROOM_FOR_TOOLS: f32 = 400.0;

/// Width of the menu with the same, so that no word in it breaks, in points.
const MENU_WIDTH: f32 = 160.0;

/// Room that is kept for the file's name before a badge about it is drawn, in points.
const NAME_WIDTH: f32 = 150.0;

/// Room in which a fact about it can still be read, in points.
const FACT_WIDTH: f32 = 48.0;

/// Which file it is, in a row that the tools share.
fn title_ui(ui: &mut Ui, list: &ChangeTree, index: usize) {
    let item = &list.items()[index];
    let muted = Tokens::from_context(ui).muted;
    ui.spacing_mut().item_spacing.x = space::SMALL;
    let risks = if is_low(ui) { &[][..] } else { &item.risks };
    let differs = match item.is_missing {
        true => Some((window::NOT_THERE, window::NOT_THERE_MEANING)),
        false => item.differs.then_some((words::DIFFERS, words::DIFFERS_MEANING)),
    };
    let risks = risks.iter().map(|risk| (risk.as_str(), risk.explanation()));
    for (text, explain) in differs.into_iter().chain(risks) {
        let view = Badge { text, tone: Tone::Notice(Notice::Caution), explain };
        // Which file it is comes first; the list says the same of it.
        if ui.available_width() >= NAME_WIDTH + badge_width(ui, &view) {
            badge(ui, &view);
        }
    }
    let path = ui.add(Label::new(text::strong(&item.shown)).truncate());
    let mut told = vec![item.shown.clone()];
    told.extend(item.from.iter().map(|from| format!("\u{2190} {from}")));
    told.extend((!item.facts.is_empty()).then(|| item.facts.clone()));
    let is_short = is_low(ui);
    let has_room = |ui: &Ui| !is_short && ui.available_width() >= FACT_WIDTH;
    if let Some(position) = list.position(index).filter(|_| has_room(ui)) {
        let [place, all] = [position, list.matching()].map(|number| with_thousands(number as u64));
        let place = format!("{place} / {all}");
        ui.add(Label::new(text::caption(&place).color(muted)).truncate());
    }
    for fact in told.iter().skip(1) {
        if has_room(ui) {
            ui.add(Label::new(text::caption(fact).color(muted)).truncate());
        }
    }
    path.on_hover_text(told.join("\n"));
}

/// What can be held against each other.
const COMPARISONS: [(Comparison, &str); 3] = [
    (Comparison::OriginalToAfter, words::COMPARE_ORIGINAL_AFTER),
    (Comparison::FolderToAfter, words::COMPARE_FOLDER_AFTER),
    (Comparison::OriginalToFolder, words::COMPARE_ORIGINAL_FOLDER),
];

/// Height of the list of hunks at most, in points: the change itself needs the room.
const FIT_HEIGHT: f32 = 112.0;

/// How the hunks of a text patch fit this file: in a word where all is plain, else each of them.
fn fit_ui(ui: &mut Ui, fit: &FileFit) {
    let word = if fit.grade == FitGrade::Plain { words::HOW_IT_FITS } else { fit.grade.as_str() };
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::SMALL;
        badge(ui, &Badge { text: word, tone: tone(fit.grade), explain: "" });
        ui.label(text::caption(&fit.summary).color(Tokens::from_context(ui).muted));
    });
    if matches!(fit.grade, FitGrade::Plain | FitGrade::There) {
        return;
    }
    ScrollArea::vertical().id_salt("hunks").max_height(FIT_HEIGHT).show(ui, |ui| {
        for line in &fit.lines {
            let colour = match line.grade {
                FitGrade::Fails => Tokens::from_context(ui).danger.text,
                FitGrade::NotPlain => Tokens::from_context(ui).text,
                FitGrade::Plain | FitGrade::There => Tokens::from_context(ui).muted,
            };
            ui.add(Label::new(text::caption(&line.text).color(colour)).wrap());
        }
    });
}

const fn tone(grade: FitGrade) -> Tone {
    match grade {
        FitGrade::Plain | FitGrade::There => Tone::Notice(Notice::Good),
        FitGrade::NotPlain => Tone::Notice(Notice::Caution),
        FitGrade::Fails => Tone::Notice(Notice::Danger),
    }
}

/// What a change looks like in a letter.
pub(super) const fn mark(status: ChangeStatus) -> Mark {
    match status {
        ChangeStatus::Added => Mark::Added,
        ChangeStatus::Deleted => Mark::Deleted,
        ChangeStatus::Modified => Mark::Modified,
        ChangeStatus::Renamed => Mark::Renamed,
        ChangeStatus::TypeChanged => Mark::Type,
    }
}
