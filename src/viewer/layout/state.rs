//! What a pane remembers about one file, and what each command does to it.

use std::collections::HashMap;
use std::sync::Arc;

use super::action::{LayoutChoice, PaneAction, PaneRequest};
use super::copy::{Caret, Column, Selection, hunk_as_patch};
use super::marks::RulerMarks;
use super::pages::BytePages;
use super::place::{ListPlace, ListStep};
use super::rows::{EXPAND_LINES, Expand, Layout, LineRow, Opened, Rows, section_above};
use super::search::Search;
use super::shown::ShownLine;
use crate::model::TreePath;
use crate::viewer::model::{Half, LineDiff, Refined, TextSides, View, ViewedContents, WhiteSpace};
use crate::words::{contents as words, fill};

mod moving;
mod searching;

/// Width below which two columns are too narrow to read code in, in characters: two times seventy, and the numbers.
const MIN_SIDE_BY_SIDE_COLUMNS: f32 = 156.0;
/// Most lines that are kept as they are drawn: some twenty screens.
const MAX_KEPT_LINES: usize = 4_096;
/// Most hunks whose changed words are kept.
const MAX_KEPT_HUNKS: usize = 2_048;

/// What a pane remembers about one file. Make a new one for new contents.
#[derive(Default)]
pub struct PaneState {
    /// The way to look at it; `None`: the best one.
    view: Option<View>,
    layout: LayoutChoice,
    /// Whether lines that only one side has take the full width.
    pub wide_hunks: bool,
    /// Which white space counts; the contents may be compared otherwise until a job has done it.
    pub white_space: WhiteSpace,
    /// How far the gaps between changes are opened.
    pub opened: Opened,
    rows: Option<(Layout, Rows)>,
    /// Counts the times the rows changed, for what is computed from them.
    rows_version: u64,
    /// Where one is in the lines.
    pub place: ListPlace,
    /// How far the text is moved to the left, in points.
    pub shift: f32,
    /// The widest line seen so far, in points.
    pub widest: f32,
    /// What is to be scrolled into view from the side.
    pub reveals: Option<Spot>,
    /// What came into view from the side last, because somebody went there.
    pub revealed: Option<Spot>,
    /// What is marked.
    pub selection: Option<Selection>,
    /// Rows in view at the last drawing.
    pub visible: f32,
    /// What is looked for, while somebody does.
    pub search: Option<Search>,
    /// What is typed where to go, while it is asked.
    pub go_to: Option<String>,
    /// Whether all notes are shown, not only the weightiest.
    pub all_notes: bool,
    /// Where one is in the bytes.
    pub hex: HexState,
    /// How the pictures are looked at.
    pub pictures: PictureState,
    /// The changed lines are shown as a list of their own.
    pub is_listed: bool,
    /// Somebody is comparing again with more patience.
    pub is_comparing: bool,
    pub asked: RequestsSent,
    /// What was just done, for people and screen readers: "Copied", "All lines".
    pub said: String,
    /// The text that waits for the clipboard.
    pub clipboard: Option<String>,
    /// Whether the rows want the focus, as when a file is opened.
    pub takes_focus: bool,
    /// Where the changes are beside the rows.
    pub marks: RulerMarks,
    lines: HashMap<(Half, usize), Arc<Drawn>>,
    refined: HashMap<usize, Arc<Refined>>,
    sections: HashMap<(usize, usize), Option<String>>,
}

/// A place in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    pub half: Half,
    pub line: usize,
    pub byte: usize,
}

/// A line as it is drawn, or why it cannot be.
pub struct Drawn {
    /// Its characters.
    pub shown: ShownLine,
    /// Bytes of the line that are not drawn.
    pub left_out: u64,
    /// Why it cannot be drawn, if so.
    pub failure: Option<String>,
}

/// What a pane of bytes remembers.
#[derive(Default)]
pub struct HexState {
    /// Where one is in its rows.
    pub place: ListPlace,
    /// The difference that was gone to last.
    difference: Option<usize>,
    /// The bytes that came into view.
    pub pages: BytePages,
}

/// How the pictures are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PictureMode {
    /// Beside each other.
    #[default]
    TwoUp,
    /// The old one on the left of a line that moves, the new one on its right.
    Swipe,
    /// The new one over the old one, as thin as one likes.
    Onion,
    Difference,
}

/// What a pane of pictures remembers.
#[derive(Default)]
pub struct PictureState {
    /// How they are shown.
    pub mode: PictureMode,
    /// Where the line of [`PictureMode::Swipe`] is, or how thick the new picture is, from 0 to 1; at first in the middle.
    pub mix: Option<f32>,
    /// Points for a pixel; `None`: as large as fits.
    pub zoom: Option<f32>,
    /// The middle of the view, from the middle of the picture, in pixels.
    pub centre: [f32; 2],
}

/// What was asked for already: a request is made once, not with every picture.
#[derive(Default)]
pub struct RequestsSent {
    /// The bytes, compared.
    pub bytes: bool,
    /// The pictures, decoded.
    pub pictures: bool,
    /// The lines, compared so that this white space counts.
    pub white_space: Option<WhiteSpace>,
}

impl PaneState {
    /// A fresh one.
    pub fn new() -> Self {
        Self { takes_focus: true, ..Self::default() }
    }

    /// One for the next file: what was chosen for all files stays, everything about this one goes.
    #[must_use]
    pub fn for_next_file(&self) -> Self {
        let mut opened = Opened::default();
        opened.set_whole_file(self.opened.is_whole_file());
        let search = self.search.as_ref().map(Search::again);
        let Self { layout, wide_hunks, white_space, is_listed, .. } = *self;
        Self { layout, wide_hunks, white_space, is_listed, opened, search, ..Self::new() }
    }

    /// How the sides of a text are laid out in every file.
    pub fn layout_choice(&self) -> LayoutChoice {
        self.layout
    }

    /// Lays them out like this.
    pub fn choose_layout(&mut self, layout: LayoutChoice) {
        self.layout = layout;
    }

    /// Says whether a longer comparison is running.
    pub fn set_comparing(&mut self, is_comparing: bool) {
        self.is_comparing = is_comparing;
    }

    /// Forgets what was computed from contents that were replaced, as after a longer comparison or when the change
    /// was read again. Where one is stays.
    pub fn contents_changed(&mut self) {
        self.rows = None;
        self.selection = None;
        self.search = self.search.as_ref().map(Search::again);
        self.is_comparing = false;
        self.lines.clear();
        self.refined.clear();
        self.sections.clear();
        self.hex.pages = BytePages::default();
        self.marks = RulerMarks::default();
        self.asked = RequestsSent::default();
    }

    /// The way in which `contents` are shown.
    pub fn view(&self, contents: &ViewedContents) -> View {
        let views = contents.views();
        self.view.filter(|view| views.contains(view)).unwrap_or(views[0])
    }

    /// The number of the present hunk or difference, counted from 1, and how many there are.
    pub fn position(&self, contents: &ViewedContents) -> (usize, usize) {
        match (self.view(contents), contents.text(), contents.bytes()) {
            (View::Text, Some(diff), _) => {
                let at = self.rows.as_ref().and_then(|(_, rows)| rows.hunk_at(self.place.row));
                (at.map_or(0, |hunk| hunk + 1), diff.hunks().len())
            }
            (View::Bytes, _, Some(bytes)) => {
                (self.hex.difference.map_or(0, |number| number + 1), bytes.differences().len())
            }
            _ => (0, 0),
        }
    }

    /// Lays out the rows for a pane that is so many characters wide.
    pub fn lay_out(&mut self, diff: &LineDiff, columns: f32) {
        let layout = match (self.layout, diff.sides()) {
            (_, TextSides::Alone(_) | TextSides::Only(_)) => Layout::Unified,
            (LayoutChoice::SideBySide, _) => Layout::SideBySide,
            (LayoutChoice::Unified, _) => Layout::Unified,
            (LayoutChoice::Auto, _) if columns >= MIN_SIDE_BY_SIDE_COLUMNS => Layout::SideBySide,
            (LayoutChoice::Auto, _) => Layout::Unified,
        };
        if self.rows.as_ref().is_some_and(|(present, _)| *present == layout) {
            return;
        }
        let rows = Rows::new(diff, layout, &self.opened);
        // The same line stays where it was.
        let place = self.rows.as_ref().and_then(|(_, old)| anchor(old, diff, self.place.row));
        let moved = place.and_then(|(half, line)| rows.row_of_line(diff, half, line));
        let is_first = self.rows.is_none() && self.rows_version == 0;
        self.rows_version += 1;
        self.selection = None;
        let mut is_opened = false;
        match (is_first, moved, rows.row_of_hunk(0)) {
            // A file opens at its first change.
            (true, _, Some(first)) => {
                self.place.show(first, rows.count(), self.visible.max(1.0));
                is_opened = true;
            }
            (_, Some(row), _) => {
                let above = self.place.row.saturating_sub(self.place.scroll.top);
                self.place.row = row;
                self.place.scroll.to(row.saturating_sub(above), rows.count(), self.visible);
            }
            _ => self.place.row = self.place.row.min(rows.count().saturating_sub(1)),
        }
        self.rows = Some((layout, rows));
        if is_opened {
            self.reveal_change(diff);
        }
    }

    /// The rows as they were laid out last.
    pub fn rows(&self) -> Option<&Rows> {
        self.rows.as_ref().map(|(_, rows)| rows)
    }

    /// Has the rows laid out anew at the next drawing, the present line staying in its place.
    fn unfold(&mut self, diff: &LineDiff, open: impl FnOnce(&mut Opened)) {
        open(&mut self.opened);
        let Some((layout, old)) = self.rows.take() else { return };
        let place = anchor(&old, diff, self.place.row);
        let rows = Rows::new(diff, layout, &self.opened);
        let above = self.place.row.saturating_sub(self.place.scroll.top);
        if let Some(row) = place.and_then(|(half, line)| rows.row_of_line(diff, half, line)) {
            self.place.row = row;
        }
        self.place.row = self.place.row.min(rows.count().saturating_sub(1));
        self.place.scroll.to(self.place.row.saturating_sub(above), rows.count(), self.visible);
        self.selection = None;
        self.rows_version += 1;
        self.rows = Some((layout, rows));
    }

    /// Asks for the lines to be compared as somebody wants, where they are not.
    pub fn ask_for_white_space(&mut self, diff: &LineDiff, out: &mut Vec<PaneRequest>) {
        if diff.white_space() != self.white_space && self.asked.white_space != Some(self.white_space) {
            self.asked.white_space = Some(self.white_space);
            out.push(PaneRequest::Ignore(self.white_space));
        }
    }

    /// Puts the hunks on the bar beside the rows.
    pub fn mark_text(&mut self, diff: &LineDiff, height: f32) {
        if let Some((_, rows)) = &self.rows {
            self.marks.show_text(diff, rows, self.rows_version, height);
        }
    }

    /// Moves the present row, or the lines to the side.
    pub fn step(&mut self, step: ListStep, is_marking: bool) {
        let Some(rows) = self.rows() else { return };
        let (count, layout) = (rows.count(), rows.layout());
        let row = self.place.row;
        match step {
            ListStep::Sideways(chars) => {
                self.shift = (self.shift + chars * 8.0).clamp(0.0, self.widest);
            }
            ListStep::LineStart => self.shift = 0.0,
            ListStep::LineEnd => self.shift = self.widest,
            _ => {}
        }
        if !self.place.step(step, count, self.visible) {
            return;
        }
        let column = if layout == Layout::Unified { Column::All } else { Column::Side(Half::Right) };
        let [anchor, caret] = [row, self.place.row].map(|row| Caret { row, byte: 0 });
        let selection = self.selection.unwrap_or(Selection { column, anchor, caret });
        self.selection = is_marking.then_some(Selection { caret, ..selection });
    }

    /// Shows a part of a gap.
    pub fn expand(&mut self, diff: &LineDiff, gap: usize, part: Expand) {
        self.unfold(diff, |opened| opened.expand(gap, part));
    }

    /// Does what somebody wants.
    pub fn act(&mut self, contents: &ViewedContents, action: PaneAction, out: &mut Vec<PaneRequest>) {
        self.said.clear();
        match action {
            PaneAction::NextHunk => self.go_by_hunk(contents, true, out),
            PaneAction::PreviousHunk => self.go_by_hunk(contents, false, out),
            PaneAction::Walk => self.walk(contents, out),
            PaneAction::ToggleList => self.is_listed = !self.is_listed,
            PaneAction::OtherEnd => self.go_to_other_end(contents),
            PaneAction::Note => out.push(PaneRequest::Note(self.present_line(contents))),
            PaneAction::Show(view) => self.view = Some(view),
            PaneAction::Lay(layout) => (self.view, self.layout) = (Some(View::Text), layout),
            PaneAction::ToggleWideHunks => self.wide_hunks = !self.wide_hunks,
            PaneAction::GoTo => self.go_to = Some(String::new()),
            PaneAction::Count(white_space) => self.white_space = white_space,
            PaneAction::NextWhiteSpace => self.white_space = self.white_space.next(),
            PaneAction::Decode(old) => out.push(PaneRequest::Decode(old)),
            PaneAction::Find => self.open_search(),
            PaneAction::NextHit => self.go_by_hit(contents, true),
            PaneAction::PreviousHit => self.go_by_hit(contents, false),
            PaneAction::FindInAll => {
                let query = self.search.as_ref().map(|search| search.query.clone());
                out.extend(query.filter(|query| !query.text.is_empty()).map(PaneRequest::FindInAll));
            }
            PaneAction::CloseFind => (self.search, self.takes_focus) = (None, true),
            PaneAction::CopyPath => {
                self.clipboard = Some(contents.path.as_str().to_owned());
                self.said = words::SAID_COPIED_PATH.to_owned();
            }
            PaneAction::ExpandGap
            | PaneAction::ToggleWholeFile
            | PaneAction::Copy
            | PaneAction::CopySide(_)
            | PaneAction::CopyAsPatch
            | PaneAction::SelectAll => {
                if let Some(diff) = contents.text().filter(|_| self.view(contents) == View::Text) {
                    self.act_on_text(contents, diff, action);
                }
            }
        }
    }

    fn act_on_text(&mut self, contents: &ViewedContents, diff: &LineDiff, action: PaneAction) {
        match action {
            PaneAction::ExpandGap => {
                let gap = self.rows().and_then(|rows| {
                    (self.place.row..rows.count().min(self.place.row + 10_000)).find_map(|row| rows.gap(row))
                });
                if let Some(gap) = gap {
                    self.expand(diff, gap.number, Expand::Top(EXPAND_LINES));
                    self.expand(diff, gap.number, Expand::Bottom(EXPAND_LINES));
                }
            }
            PaneAction::ToggleWholeFile => {
                let whole = !self.opened.is_whole_file();
                self.unfold(diff, |opened| opened.set_whole_file(whole));
                self.said = if whole { words::SAID_ALL_LINES } else { words::SAID_CHANGED_LINES }.to_owned();
            }
            PaneAction::CopyAsPatch => {
                let names = [contents.renamed_from.as_ref().unwrap_or(&contents.path), &contents.path];
                let hunk = self.rows().and_then(|rows| rows.hunk_at(self.place.row)).unwrap_or(0);
                if diff.hunks().is_empty() {
                    return;
                }
                let patch = hunk_as_patch(diff, hunk, names.map(TreePath::as_str));
                self.put_on_clipboard(patch, words::SAID_COPIED_PATCH);
            }
            PaneAction::SelectAll => self.select_all(),
            PaneAction::CopySide(half) => self.copy(diff, Some(Column::Side(half))),
            _ => self.copy(diff, None),
        }
    }

    fn select_all(&mut self) {
        let Some(rows) = self.rows() else { return };
        let column = match (rows.layout(), self.selection) {
            (Layout::Unified, _) => Column::All,
            (Layout::SideBySide, Some(selection)) => selection.column,
            (Layout::SideBySide, None) => Column::Side(Half::Right),
        };
        // Up to the row behind the last one, so that its line end is marked as well.
        let caret = Caret { row: rows.count(), byte: 0 };
        self.selection = Some(Selection { column, anchor: Caret { row: 0, byte: 0 }, caret });
    }

    /// Copies what is marked, or else the present row.
    fn copy(&mut self, diff: &LineDiff, column: Option<Column>) {
        let Some(rows) = self.rows() else { return };
        let standard = match rows.layout() {
            Layout::Unified => Column::All,
            Layout::SideBySide => match rows.row(diff, self.place.row) {
                Some(LineRow { right: None, .. }) => Column::Side(Half::Left),
                _ => Column::Side(Half::Right),
            },
        };
        let present = Selection {
            column: standard,
            anchor: Caret { row: self.place.row, byte: 0 },
            caret: Caret { row: self.place.row + 1, byte: 0 },
        };
        let marked = self.selection.filter(|selection| !selection.is_empty()).unwrap_or(present);
        let marked = Selection { column: column.unwrap_or(marked.column), ..marked };
        let bytes = marked.bytes(diff, rows);
        self.put_on_clipboard(bytes, words::SAID_COPIED);
    }

    fn put_on_clipboard(&mut self, bytes: std::io::Result<Vec<u8>>, said: &str) {
        match bytes.map(String::from_utf8) {
            Ok(Ok(text)) => {
                self.clipboard = Some(text);
                self.said = said.to_owned();
            }
            // A clipboard holds characters. What are none is copied as it is shown.
            Ok(Err(error)) => {
                self.clipboard = Some(crate::text::escape_bytes(error.as_bytes()));
                self.said = fill(words::SAID_COPIED_SPELLED, &[("said", said)]);
            }
            Err(error) => self.said = fill(words::SAID_NOT_COPIED, &[("why", &error.to_string())]),
        }
    }

    pub fn line(&mut self, diff: &LineDiff, half: Half, line: usize) -> Arc<Drawn> {
        if self.lines.len() > MAX_KEPT_LINES {
            self.lines.clear();
        }
        let drawn = self.lines.entry((half, line)).or_insert_with(|| Arc::new(Drawn::new(diff, half, line)));
        Arc::clone(drawn)
    }

    /// What changed inside the lines of a hunk.
    pub fn refined(&mut self, diff: &LineDiff, hunk: usize) -> Arc<Refined> {
        if self.refined.len() > MAX_KEPT_HUNKS {
            self.refined.clear();
        }
        Arc::clone(self.refined.entry(hunk).or_insert_with(|| Arc::new(Refined::new(diff, hunk))))
    }

    /// The section that begins or goes on behind a gap.
    pub fn section(&mut self, diff: &LineDiff, gap: usize, line: usize) -> Option<String> {
        let section = self.sections.entry((gap, line));
        section.or_insert_with(|| section_above(diff, Half::Right, line)).clone()
    }
}

impl Drawn {
    fn new(diff: &LineDiff, half: Half, line: usize) -> Self {
        match diff.lines(half).line(line) {
            Ok(mut text) => {
                if diff.tells_returns() && text.left_out == 0 && text.bytes.ends_with(b"\r") {
                    text.bytes.to_mut().pop();
                }
                Self { shown: ShownLine::new(&text), left_out: text.left_out, failure: None }
            }
            Err(error) => {
                let failure = Some(fill(words::LINE_UNREADABLE, &[("why", &error.to_string())]));
                Self { shown: ShownLine::default(), left_out: 0, failure }
            }
        }
    }
}

/// A line that `row` shows, to find the row again when the rows change.
fn anchor(rows: &Rows, diff: &LineDiff, row: u64) -> Option<(Half, usize)> {
    if let Some(gap) = rows.gap(row) {
        return Some((Half::Right, gap.right));
    }
    let row = rows.row(diff, row)?;
    // Where one line took the place of another, the first of the two in either layout.
    row.left.map(|line| (Half::Left, line)).or(row.right.map(|line| (Half::Right, line)))
}
