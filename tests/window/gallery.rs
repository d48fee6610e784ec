//! A page with every part on it, as a person would meet them: for the tests, and for the pictures.

use std::time::Duration;

use egui::{ScrollArea, Ui};
use patchwright::toolkit::theme::{Icon, Tokens, space};
use patchwright::toolkit::widgets::*;

/// Long enough that it has to be shortened.
pub const LONG_PATH: &str = "C:\\Program Files\\Northwind Kestrel Measurement Suite\\4.2\\plugins\\calibration\\colour-tables\\default.toml";

/// What a person did to the page.
#[derive(Default)]
pub struct Gallery {
    /// What was pressed, in order.
    pub pressed: Vec<String>,
    /// What is searched.
    pub query: String,
    /// The chosen layout.
    pub layout: usize,
    /// The divider.
    pub divider: f32,
    /// The details are shown.
    pub are_details_open: bool,
    /// The folder in the tree is shown.
    pub is_folder_open: bool,
    /// The chosen row.
    pub row: usize,
    /// How far the work is.
    pub done: f32,
}

impl Gallery {
    /// As a person finds it.
    pub fn new() -> Self {
        Self { divider: 0.4, is_folder_open: true, row: 1, done: 0.62, ..Self::default() }
    }

    fn press(&mut self, what: &str) {
        self.pressed.push(what.to_owned());
    }

    /// The whole page, in a column that scrolls.
    pub fn page_ui(&mut self, ui: &mut Ui) {
        let fill = egui::Frame::NONE.fill(Tokens::from_context(ui).page());
        egui::CentralPanel::default().frame(fill).show(ui, |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                page_column(ui, 920.0, |ui| self.column_ui(ui));
            });
        });
    }

    fn column_ui(&mut self, ui: &mut Ui) {
        self.head_ui(ui);
        self.notices_ui(ui);
        self.findings_ui(ui);
        self.facts_ui(ui);
        self.list_ui(ui);
        self.work_ui(ui);
        self.places_ui(ui);
    }

    fn head_ui(&mut self, ui: &mut Ui) {
        let steps = ["Choose", "Check", "Review", "Confirm", "Working", "Result"];
        stepper(ui, &StepperView { steps: &steps, current: 2 });
        let header = PageHeader {
            title: "Review what will change",
            subtitle: "Kestrel calibration fix 4.2.1, for the folder on this computer. Nothing is written yet.",
        };
        page_header(ui, &header, |ui| {
            badge(
                ui,
                &Badge { text: "Ready, with warnings", tone: Tone::Notice(Notice::Caution), explain: "" },
            );
            badge(
                ui,
                &Badge { text: "Signed", tone: Tone::Notice(Notice::Good), explain: "Signed by Northwind" },
            );
        });
        button_row(ui, |ui| {
            if button(ui, &Button::primary("Apply 14 changes").icon(Icon::Check)).clicked() {
                self.press("apply");
            }
            if button(ui, &Button::secondary("Save the report…").icon(Icon::Download)).clicked() {
                self.press("report");
            }
            if button(ui, &Button::danger("Give up 2 edits").icon(Icon::Trash2)).clicked() {
                self.press("give up");
            }
            let reason = Some("Close kestrel.exe first: it is using 2 of the files.");
            if button(ui, &Button::secondary("Roll back").icon(Icon::Undo2).blocked(reason)).clicked() {
                self.press("roll back");
            }
            if link_button(ui, "What does this mean?").clicked() {
                self.press("meaning");
            }
        });
    }

    fn notices_ui(&mut self, ui: &mut Ui) {
        let actions = [Button::primary("Finish"), Button::secondary("Restore the old files")];
        let interrupted = Banner {
            notice: Notice::Caution,
            title: "A change was interrupted",
            body: "3 of 14 files were replaced before the computer stopped. Their backups are complete.",
            actions: &actions,
        };
        if let Some(action) = banner(ui, &interrupted) {
            self.press(actions[action].label);
        }
        for (notice, title, body) in [
            (
                Notice::Good,
                "The patch is in place",
                "All 14 files were read again and are as they should be.",
            ),
            (
                Notice::Danger,
                "This file is not the one Northwind signed",
                "It can be looked at but not applied.",
            ),
            (Notice::Information, "Looking at a patch changes nothing", ""),
        ] {
            banner(ui, &Banner { notice, title, body, actions: &[] });
        }
    }

    fn findings_ui(&mut self, ui: &mut Ui) {
        card(ui, Some("Checks"), |ui| {
            let blocked = FindingView {
                meaning: "",
                level: FindingLevel::Blocks,
                sentence: "kestrel.exe is using 2 of the files",
                evidence: &["bin/kestrel.exe", "plugins/calibration.dll"],
                action: Some(Button::secondary("Check again").icon(Icon::RefreshCw)),
            };
            if finding_row(ui, &blocked).is_some_and(|action| action.clicked()) {
                self.press("check again");
            }
            let edited = FindingView {
                meaning: "",
                level: FindingLevel::MayBreak,
                sentence: "1 file differs from what the patch expects. It is kept unless you choose otherwise.",
                evidence: &["conf/calibration.toml: 2 lines differ"],
                action: Some(Button::secondary("Review the file")),
            };
            finding_row(ui, &edited);
            let room = FindingView {
                meaning: "",
                level: FindingLevel::Information,
                sentence: "There is room for the backups",
                evidence: &["12.4 MB of 310 GB free on C:"],
                action: None,
            };
            finding_row(ui, &room);
        });
    }

    fn facts_ui(&mut self, ui: &mut Ui) {
        card(ui, Some("About this patch"), |ui| {
            let list = [
                FactRow::new("Product", "Northwind Kestrel 4.2.0"),
                FactRow::new("Why", "The colour tables were read with the wrong byte order on two models."),
                FactRow::new("Reviewed by", "R. Okafor, 3 November 2026, 14:05 UTC"),
                FactRow::code("Content", "sha256:9f2c81d07e6a45b3"),
            ];
            if facts(ui, &list) {
                self.press("copied a fact");
            }
            let colour = Tokens::from_context(ui).text;
            path_label(ui, &PathView { shown: LONG_PATH, copied: Some(LONG_PATH), colour });
        });
    }

    fn list_ui(&mut self, ui: &mut Ui) {
        card(ui, Some("Changes"), |ui| {
            ui.horizontal(|ui| {
                segmented(ui, "Layout", &["Side by side", "Unified"], &mut self.layout);
                let view = SearchView { name: "Search the files", found: Some((2, 7)) };
                if search_field(ui, &mut self.query, &view).field.changed() {
                    self.pressed.push("searched".to_owned());
                }
            });
            let (row, is_open) = (&mut self.row, &mut self.is_folder_open);
            let split = Split { name: "Width of the file list", least_left: 200.0, least_right: 200.0 };
            ui.allocate_ui(egui::vec2(ui.available_width(), 220.0), |ui| {
                ui.set_min_height(220.0);
                split_view(ui, &split, &mut self.divider, |ui| tree_ui(ui, row, is_open), change_ui);
            });
        });
    }

    fn work_ui(&mut self, ui: &mut Ui) {
        card(ui, None, |ui| {
            let progress = ProgressView {
                run: 1,
                phase: "Replacing files",
                files_done: 9,
                files_total: 14,
                fraction: self.done,
                current: "plugins/calibration/colour-tables/default.toml",
                elapsed: Duration::from_secs(83),
                warning: "Do not switch off the computer until this step is done.",
            };
            progress_block(ui, &progress);
            let text = "E-IN-USE\nos error 32: the file is used by another process\npatchwright 0.1.0";
            let view = DetailsView { title: "Details for support", text };
            details(ui, &view, &mut self.are_details_open);
        });
    }

    fn places_ui(&mut self, ui: &mut Ui) {
        let zone = DropZoneView {
            icon: Icon::PackageOpen,
            title: "Drop a patch file here",
            title_while_held: "Drop to open",
            body: "Its name ends in .patchbundle.",
            action: Button::primary("Open a patch file…").icon(Icon::FolderOpen),
            is_line: false,
        };
        if drop_zone(ui, &zone).clicked() {
            self.press("open");
        }
        card(ui, None, |ui| {
            let empty = EmptyState {
                icon: Icon::History,
                title: "No patch has been applied here",
                body: "What is applied to this folder is listed here, and can be rolled back from here.",
                action: Some(Button::secondary("Choose another folder…")),
            };
            if empty_state(ui, &empty).is_some_and(|action| action.clicked()) {
                self.press("choose");
            }
        });
    }
}

fn tree_ui(ui: &mut Ui, chosen: &mut usize, is_open: &mut bool) {
    tree(ui, "Files", |ui| {
        let row = RowView {
            text: "plugins",
            depth: 0,
            is_open: Some(*is_open),
            icon: Some(if *is_open { Icon::FolderOpen } else { Icon::Folder }),
            badge: None,
            note: "7 files",
            is_muted: false,
            is_selected: *chosen == 0,
            place: (0, 8),
            focus: RowFocus::Stop,
        };
        let response = list_row(ui, &row);
        if response.toggled {
            *is_open = !*is_open;
        }
        if response.row.clicked() {
            *chosen = 0;
        }
        let files = [
            ("default.toml", BadgeStatus::Modified, "+2 −1"),
            ("models.json", BadgeStatus::Added, "+118"),
            ("old-tables.bin", BadgeStatus::Deleted, "4 kB"),
            ("render.sh", BadgeStatus::Type, ""),
            ("tables.bin", BadgeStatus::Modified, "12 MB"),
            ("units.toml", BadgeStatus::Renamed, ""),
            ("a name that is much too long for the width of this list.toml", BadgeStatus::Added, "+1"),
        ];
        for (index, (text, status, note)) in files.into_iter().enumerate().filter(|_| *is_open) {
            let place = (index + 1, 8);
            let view = RowView {
                text,
                depth: 1,
                is_open: None,
                icon: None,
                badge: Some(status.badge()),
                note,
                is_muted: false,
                is_selected: *chosen == place.0,
                place,
                focus: RowFocus::Stop,
            };
            if list_row(ui, &view).row.clicked() {
                *chosen = place.0;
            }
        }
    });
}

/// Some lines of a change, to see the colours together; the pane of differences has its own way to draw them.
fn change_ui(ui: &mut Ui) {
    let tokens = Tokens::from_context(ui);
    let syntax = tokens.syntax;
    ui.spacing_mut().item_spacing.y = 0.0;
    let lines = [
        (None, " ", vec![("# colour tables", syntax.comment, false)]),
        (None, " ", vec![("[tables]", syntax.type_, false)]),
        (
            Some(tokens.removed),
            "−",
            vec![
                ("order", syntax.keyword, false),
                (" = ", syntax.punctuation, false),
                ("\"big\"", syntax.string, true),
            ],
        ),
        (
            Some(tokens.added),
            "+",
            vec![
                ("order", syntax.keyword, false),
                (" = ", syntax.punctuation, false),
                ("\"little\"", syntax.string, true),
            ],
        ),
        (
            Some(tokens.changed),
            "~",
            vec![
                ("depth", syntax.keyword, false),
                (" = ", syntax.punctuation, false),
                ("16", syntax.number, true),
            ],
        ),
        (
            Some(tokens.moved),
            "»",
            vec![
                ("load", syntax.function, false),
                ("(", syntax.punctuation, false),
                ("true", syntax.constant, true),
                (")", syntax.punctuation, false),
            ],
        ),
        (None, " ", vec![("name = ", syntax.punctuation, false), ("\"default\"", syntax.string, false)]),
    ];
    for (number, (tone, sign, spans)) in lines.into_iter().enumerate() {
        let (rect, _) = ui.allocate_exact_size(egui::vec2(ui.available_width(), 22.0), egui::Sense::hover());
        if let Some(tone) = tone {
            ui.painter().rect_filled(rect, 0.0, tone.line);
            ui.painter().rect_filled(rect.with_max_x(rect.left() + 3.0), 0.0, tone.mark);
        }
        let font = egui::FontId::monospace(14.0);
        let mut job = egui::text::LayoutJob::default();
        let mut add = |text: &str, colour, background| {
            let format =
                egui::TextFormat { font_id: font.clone(), color: colour, background, ..Default::default() };
            job.append(text, 0.0, format);
        };
        let none = egui::Color32::TRANSPARENT;
        add(&format!("{:>3} ", number + 40), tokens.muted, none);
        add(&format!("{sign} "), tone.map_or(tokens.muted, |tone| tone.mark), none);
        for (text, colour, is_word) in spans {
            add(text, colour, tone.filter(|_| is_word).map_or(none, |tone| tone.word));
        }
        let galley = ui.painter().layout_job(job);
        ui.painter().galley(rect.min + egui::vec2(space::SMALL, 2.0), galley, tokens.text);
    }
}
