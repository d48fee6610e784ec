//! Draws both sides of one change: text, bytes, pictures.
//!
//! [`pane_ui`] draws from what jobs have made ready, [`ViewedContents`] and where they are there [`Highlights`] and
//! [`Pictures`], remembers what a person did in a [`PaneState`], and asks for what it cannot do itself with
//! [`PaneRequest`]s. It reads no file but the pieces of a large content that come into view, and waits for nothing.

mod changed;
mod edits;
mod find;
mod gap;
mod head;
mod hex;
mod highlight;
mod keys;
mod line;
mod list;
mod menu;
mod pictures;
mod rows;
mod ruler;
mod text;

use egui::Ui;

pub use highlight::{Highlights, Span, SyntaxClass, highlight};
pub use keys::{KEYS, KeyBinding};
pub use pictures::{Pictures, decode};

use crate::viewer::layout::{NotedLine, PaneRequest, PaneState};
use crate::viewer::model::{Half, View, ViewedContents};
use crate::words::contents as words;

/// What a pane draws from.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    /// Both sides of the change.
    pub contents: &'a ViewedContents,
    /// Colours of the code, as far as they are known.
    pub highlights: Option<&'a Highlights>,
    /// The decoded pictures, once they are.
    pub pictures: Option<&'a Pictures>,
    /// Lines with notes, and what the notes say, escaped.
    pub noted: &'a [(NotedLine, String)],
}

impl Given<'_> {
    /// The notes on a line.
    fn notes_on(&self, half: Half, line: usize) -> impl Iterator<Item = &str> {
        let is_here = move |at: &NotedLine| *at == NotedLine { half, line };
        self.noted.iter().filter(move |(at, _)| is_here(at)).map(|(_, text)| text.as_str())
    }
}

impl<'a> From<&'a ViewedContents> for Given<'a> {
    fn from(contents: &'a ViewedContents) -> Self {
        Self { contents, highlights: None, pictures: None, noted: &[] }
    }
}

/// Draws a change in the room that there is.
pub fn pane_ui(ui: &mut Ui, given: Given<'_>, state: &mut PaneState, out: &mut Vec<PaneRequest>) {
    titled_pane_ui(ui, given, state, &mut |_| (), out);
}

/// The same below the `title` of the file, which shares its row with the tools where there is room.
pub fn titled_pane_ui(
    ui: &mut Ui,
    given: Given<'_>,
    state: &mut PaneState,
    title: &mut dyn FnMut(&mut Ui),
    out: &mut Vec<PaneRequest>,
) {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        head::tools_ui(ui, &given, state, title, out);
        ui.add_space(4.0);
        head::notes_ui(ui, &given, state, out);
        head::go_to_ui(ui, &given, state);
        find::find_ui(ui, &given, state, out);
        match (state.view(given.contents), given.contents.text()) {
            (View::Text, Some(diff)) if state.is_listed => {
                changed::changed_ui(ui, &given, diff, state, out);
            }
            (View::Text, Some(diff)) => text::text_ui(ui, &given, diff, state, out),
            (View::Bytes, _) => hex::hex_ui(ui, &given, state, out),
            (View::Picture, _) => {
                keys_ui(ui, &given, state, out);
                pictures::pictures_ui(ui, &given, state, out);
            }
            (View::Keys, _) => {
                keys_ui(ui, &given, state, out);
                edits::edits_ui(ui, given.contents);
            }
            (View::Facts | View::Text, _) => {
                keys_ui(ui, &given, state, out);
                facts_ui(ui, given.contents);
            }
        }
    });
    if let Some(text) = state.clipboard.take() {
        ui.copy_text(text);
    }
}

/// Keys where there are no rows that could have the keyboard: on to the next file, and other ways to look.
fn keys_ui(ui: &Ui, given: &Given<'_>, state: &mut PaneState, out: &mut Vec<PaneRequest>) {
    if ui.memory(|memory| memory.focused().is_none()) {
        for action in keys::actions(ui, false) {
            state.act(given.contents, action, out);
        }
    }
}

/// What there is to say where there is nothing to see.
fn facts_ui(ui: &mut Ui, contents: &ViewedContents) {
    head::heads_ui(ui, contents, None);
    let words = match contents.notes.is_empty() {
        true => words::NOTHING_TO_COMPARE,
        false => words::NO_CONTENT,
    };
    head::waiting_ui(ui, words);
}
