//! The home: the folders that somebody looks after, patch files seen lately, and the ways to begin.

use std::path::{Path, PathBuf};

use egui::{Key, Label, Sense, TextEdit, Ui, UiBuilder, vec2};

use crate::gui::outbox::Outbox;
use crate::present::Model;
use crate::present::home::{KnownFolder, KnownFolderState, folder_text, name_among, patch_files};
use crate::present::message::{ChooseMsg, MakeMsg, ManyMsg, Msg, PapersMsg};
use crate::present::overview::path_line;
use crate::toolkit::theme::{Icon, Tokens, space, text};
use crate::toolkit::widgets::{
    Badge, Banner, Button, DropZoneView, IconButton, Notice, PageHeader, Tone, badge, banner, button,
    button_row, card, drop_zone, icon_at, icon_button, link_button, page_header, two_columns,
};
use crate::words::{self, fill, many, papers, window};

/// The right column's part of the width.
const RIGHT: f32 = 0.36;
/// What stands beside the field for a path.
const BESIDE_FIELD: f32 = 400.0;
/// A row of the list of folders.
const FOLDER_ROW: f32 = 52.0;
/// Most rows of each list.
const MAX_ROWS: usize = 8;
/// Folders that can be rolled back with one click.
const MAX_BACK: usize = 3;

pub fn page_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let header = PageHeader { title: words::START_TITLE, subtitle: words::START_LOOKING_IS_SAFE };
    let settings =
        |ui: &mut Ui| icon_button(ui, &IconButton { icon: Icon::Settings, name: words::KEYS }).clicked();
    if page_header(ui, &header, settings) {
        outbox.push(Msg::ShowKeys);
    }
    if let Some(folder) = &model.went_on {
        let body = fill(window::WENT_ON_MEANING, &[("folder", &path_line(folder))]);
        let actions = &[Button::primary(window::SHOW_RESULT)];
        let view = Banner { notice: Notice::Information, title: window::WENT_ON, body: &body, actions };
        if banner(ui, &view).is_some() {
            outbox.push(Msg::ShowWhatWentOn);
        }
    }
    let folders = model.recent.folders();
    drop_ui(ui, !folders.is_empty(), outbox);
    ui.scope(|ui| typed_ui(ui, model, outbox));
    two_columns(
        ui,
        RIGHT,
        outbox,
        |ui, outbox| lists_ui(ui, model, &folders, outbox),
        |ui, outbox| begin_ui(ui, model, &folders, outbox),
    );
}

fn drop_ui(ui: &mut Ui, is_line: bool, outbox: &mut Outbox) {
    let zone = DropZoneView {
        icon: Icon::FileDown,
        title: words::START_DROP,
        title_while_held: words::START_DROP_NOW,
        body: words::START_DROP_NAME,
        action: Button::primary(words::START_OPEN_PATCH).icon(Icon::FileInput),
        is_line,
    };
    if drop_zone(ui, &zone).clicked() {
        outbox.push(Msg::PickBundle);
    }
}

/// For machines whose dialog does not come up, and for who has the path on the clipboard.
fn typed_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    let mut typed = model.typed_path.clone();
    ui.spacing_mut().item_spacing.y = space::SMALL;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::SMALL;
        let is_empty = typed.trim().is_empty();
        let label = ui.label(text::caption(words::START_TYPE).color(Tokens::from_context(ui).muted));
        let room = (ui.available_size_before_wrap().x - BESIDE_FIELD).max(6.0 * space::HUGE);
        let field = TextEdit::singleline(&mut typed).desired_width(room).margin(space::SMALL as i8);
        let field = ui.add(field).labelled_by(label.id);
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let reason = is_empty.then_some(words::START_TYPE_FIRST);
        let open = Button::secondary(words::START_TYPE_BUTTON).blocked(reason).reason_elsewhere();
        let clicked = button(ui, &open).clicked();
        if field.changed() {
            outbox.push(Msg::TypePath(typed.clone()));
        }
        if !is_empty && (clicked || entered) {
            outbox.push(Msg::Open(vec![PathBuf::from(typed.trim())]));
            // The next path doesn't begin behind this one.
            outbox.push(Msg::TypePath(String::new()));
        }
        ui.add_space(space::SMALL);
        if link_button(ui, words::START_CHOOSE_FOLDER).clicked() {
            outbox.push(Msg::PickFolder);
        }
        if link_button(ui, words::FOLDERS_LIST).clicked() {
            outbox.push(Msg::ShowFolders(None));
        }
    });
}

/// What was opened before: folders, and patch files.
fn lists_ui(ui: &mut Ui, model: &Model, folders: &[PathBuf], outbox: &mut Outbox) {
    card(ui, Some(window::HOME_FOLDERS), |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        if folders.is_empty() {
            ui.add(
                Label::new(text::body(words::START_RECENT_EMPTY).color(Tokens::from_context(ui).muted))
                    .wrap(),
            );
        }
        for folder in folders.iter().take(MAX_ROWS) {
            if folder_row(ui, folder, model.home.folder(folder)) {
                outbox.push(Msg::OpenFolder(folder.clone()));
            }
        }
    });
    let files = patch_files(&model.recent);
    if !files.is_empty() {
        card(ui, Some(window::HOME_PATCHES), |ui| {
            files.iter().take(MAX_ROWS).for_each(|file| patch_row(ui, model, file, folders, outbox));
        });
    }
}

/// A folder with how it stands; whether it was pressed.
fn folder_row(ui: &mut Ui, folder: &Path, known: Option<&KnownFolder>) -> bool {
    let tokens = Tokens::from_context(ui);
    let (name, path) = folder_text(folder);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), FOLDER_ROW), Sense::click());
    let state = known.map_or(words::CHECKING, |known| known.state.as_str());
    let facts = known.map(|known| {
        let facts = [known.product.clone(), known.patches_in_words(), known.last.clone()];
        facts.into_iter().flatten().filter(|fact| !fact.is_empty()).collect::<Vec<_>>().join("  ·  ")
    });
    let facts = facts.unwrap_or_default();
    let label = format!("{name}, {state}, {facts}");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Link, true, &label));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(
            rect.expand2(vec2(space::SMALL, 0.0)),
            space::CONTROL_RADIUS,
            tokens.raised(),
        );
    }
    if response.has_focus() {
        let edge = egui::Stroke::new(space::FOCUS_WIDTH, tokens.focus);
        let around = rect.expand2(vec2(space::SMALL, 0.0)).shrink(space::FOCUS_WIDTH);
        ui.painter().rect_stroke(around, space::CONTROL_RADIUS, edge, egui::StrokeKind::Inside);
    }
    let mark = egui::Rect::from_min_size(rect.min, vec2(space::WIDE, FOLDER_ROW));
    let (icon, colour) = known.map_or((Icon::Folder, tokens.muted), |known| sign(known.state, tokens));
    icon_at(ui, mark, icon, text::ICON + 2.0, colour);
    let inside = rect.with_min_x(mark.right() + space::SMALL).shrink2(vec2(0.0, space::SMALL));
    let mut row = ui.new_child(UiBuilder::new().id_salt(&path).max_rect(inside));
    row.shrink_clip_rect(rect);
    row.spacing_mut().item_spacing.y = 0.0;
    row.spacing_mut().interact_size.y = 0.0;
    let plain = |words| Label::new(words).truncate().selectable(false);
    row.horizontal(|ui| {
        ui.add(plain(text::strong(&name)));
        if known.is_some_and(|known| known.state != KnownFolderState::Fine) {
            ui.add(plain(text::caption(state).color(colour)));
        }
        ui.add(plain(text::caption(&path).color(tokens.muted)));
    });
    let below = if known.is_none() { words::CHECKING } else { &facts };
    row.add(plain(text::caption(below).color(tokens.muted)));
    response.on_hover_text(&path).clicked()
}

/// What a folder's state looks like.
fn sign(state: KnownFolderState, tokens: &Tokens) -> (Icon, egui::Color32) {
    let notice = match state {
        KnownFolderState::Fine => return (Icon::CircleCheck, tokens.good.strong),
        KnownFolderState::Away => return (Icon::FolderX, tokens.muted),
        KnownFolderState::Differs => Notice::Caution,
        KnownFolderState::OpenAgain
        | KnownFolderState::Unchecked
        | KnownFolderState::Unfinished
        | KnownFolderState::Withdrawn => Notice::Danger,
    };
    (notice.icon(), notice.colours(tokens).strong)
}

/// A patch file with its title, and the folder it fits.
fn patch_row(ui: &mut Ui, model: &Model, file: &Path, folders: &[PathBuf], outbox: &mut Outbox) {
    let muted = Tokens::from_context(ui).muted;
    let name = path_line(Path::new(file.file_name().unwrap_or(file.as_os_str())));
    let known = model.home.patch(file);
    // Opened with the folder that it was opened with last, or that has its product.
    let last = model.recent.pairs.iter().find(|pair| pair.bundle.as_deref() == Some(file));
    let last = last.and_then(|pair| pair.folder.as_ref());
    let folder = last.or_else(|| model.home.fitting(file, folders));
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::SMALL;
        if link_button(ui, &name).clicked() {
            outbox.push(Msg::OpenPair(file.to_owned(), folder.cloned()));
        }
        if let Some(folder) = folder {
            let fits = fill(window::FITS, &[("folder", &name_among(folders, folder))]);
            badge(ui, &Badge { text: &fits, tone: Tone::Neutral, explain: &path_line(folder) });
        }
        if let Some(known) = known {
            ui.add(Label::new(text::caption(&known.title).color(muted)).truncate());
        }
    });
}

/// The ways to begin beside opening: taking a patch back, choosing, making, and the sample; that first at the first start.
fn begin_ui(ui: &mut Ui, model: &Model, folders: &[PathBuf], outbox: &mut Outbox) {
    if folders.is_empty() {
        sample_ui(ui, model, outbox);
    }
    card(ui, Some(words::START_GO_BACK), |ui| {
        let meaning = text::body(words::START_GO_BACK_MEANING).color(Tokens::from_context(ui).muted);
        ui.add(Label::new(meaning).wrap());
        // What is not known yet may have patches: a button that came later would move everything below it.
        let may_have_patches = |folder: &&PathBuf| {
            model.home.folder(folder).is_none_or(|known| known.patches.is_some_and(|active| active > 0))
        };
        button_row(ui, |ui| {
            ui.spacing_mut().item_spacing.x = space::SMALL;
            for folder in folders.iter().filter(may_have_patches).take(MAX_BACK) {
                let label = fill(window::ROLL_BACK_IN, &[("folder", &name_among(folders, folder))]);
                if button(ui, &Button::secondary(&label).icon(Icon::Undo2)).clicked() {
                    outbox.push(Msg::BeginTakeBackIn(folder.clone()));
                }
            }
            let choose = Button::secondary(words::START_GO_BACK_BUTTON).icon(Icon::FolderOpen);
            if button(ui, &choose).clicked() {
                outbox.push(Msg::BeginTakeBack);
            }
        });
    });
    card(ui, Some(window::CHOOSE_CARD), |ui| {
        let meaning = text::body(window::CHOOSE_CARD_MEANING).color(Tokens::from_context(ui).muted);
        ui.add(Label::new(meaning).wrap());
        if button(ui, &Button::secondary(window::CHOOSE).icon(Icon::ScanSearch)).clicked() {
            outbox.push(Msg::Choose(ChooseMsg::Show));
        }
    });
    many_ui(ui, model, outbox);
    card(ui, Some(window::MAKE_CARD), |ui| {
        let meaning = text::body(window::MAKE_CARD_MEANING).color(Tokens::from_context(ui).muted);
        ui.add(Label::new(meaning).wrap());
        if button(ui, &Button::secondary(window::MAKE).icon(Icon::PackagePlus)).clicked() {
            outbox.push(Msg::Make(MakeMsg::Show));
        }
    });
    if !folders.is_empty() {
        sample_ui(ui, model, outbox);
    }
}

/// Many folders at once, and the files about such that were opened lately.
fn many_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    card(ui, Some(many::MANY_CARD), |ui| {
        let meaning = text::body(many::MANY_CARD_MEANING).color(Tokens::from_context(ui).muted);
        ui.add(Label::new(meaning).wrap());
        button_row(ui, |ui| {
            ui.spacing_mut().item_spacing.x = space::SMALL;
            if button(ui, &Button::secondary(many::WANTED).icon(Icon::ListChecks)).clicked() {
                outbox.push(Msg::Many(ManyMsg::ShowWanted(None)));
            }
            if button(ui, &Button::secondary(many::ROLLOUT).icon(Icon::Rows3)).clicked() {
                outbox.push(Msg::Many(ManyMsg::ShowRollout(None)));
            }
            if button(ui, &Button::secondary(papers::FIGURES).icon(Icon::ChartColumn)).clicked() {
                outbox.push(Msg::Papers(PapersMsg::ShowFigures(Vec::new())));
            }
        });
        let files =
            model.recent.state_files.iter().map(|file| (file, ManyMsg::ShowWanted(Some(file.clone()))));
        let rollouts = model.recent.rollouts.iter();
        let rollouts = rollouts.map(|file| (file, ManyMsg::ShowRollout(Some(file.clone()))));
        for (file, msg) in files.chain(rollouts) {
            let name = path_line(Path::new(file.file_name().unwrap_or(file.as_os_str())));
            if link_button(ui, &name).on_hover_text(path_line(file)).clicked() {
                outbox.push(Msg::Many(msg));
            }
        }
    });
}

fn sample_ui(ui: &mut Ui, model: &Model, outbox: &mut Outbox) {
    card(ui, Some(words::START_SAMPLE_TITLE), |ui| {
        let meaning = text::body(words::START_SAMPLE_MEANING).color(Tokens::from_context(ui).muted);
        ui.add(Label::new(meaning).wrap());
        let reason = model.sample.is_waiting().then_some(words::SAMPLE_WAIT);
        let sample = Button::secondary(words::START_SAMPLE).icon(Icon::FlaskConical).blocked(reason);
        if button(ui, &sample).clicked() {
            outbox.push(Msg::TrySample);
        }
        if let Some(failure) = model.sample.failed() {
            ui.label(text::body(&failure.what).color(Tokens::from_context(ui).danger.text));
        }
    });
}
