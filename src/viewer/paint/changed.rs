//! Every changed line as a list of its own: the line first, then what happened to it, then its number. For screen readers, which
//! find every line there, and for whoever wants to see nothing else.

use egui::{Frame, Label, Role, ScrollArea, Sense, Ui, WidgetInfo};

use super::{Given, head, keys};
use crate::toolkit::theme::{Tokens, space, text};
use crate::viewer::layout::{PaneRequest, PaneState};
use crate::viewer::model::{Half, LineDiff};
use crate::words::{self, contents, fill};

/// Most lines that are listed.
const MAX_LINES: usize = 1_000;
/// Most of a line that is shown, in characters.
const MAX_CHARS: usize = 200;

pub(super) fn changed_ui(
    ui: &mut Ui,
    given: &Given<'_>,
    diff: &LineDiff,
    state: &mut PaneState,
    out: &mut Vec<PaneRequest>,
) {
    if ui.memory(|memory| memory.focused().is_none()) {
        for action in keys::actions(ui, false) {
            state.act(given.contents, action, out);
        }
    }
    head::heads_ui(ui, given.contents, None);
    let lines = |half: Half| {
        move |hunk: &crate::diff::Region| {
            half.of(hunk.old.clone(), hunk.new.clone()).map(move |line| (half, line))
        }
    };
    let all = diff.hunks().iter().flat_map(|hunk| lines(Half::Left)(hunk).chain(lines(Half::Right)(hunk)));
    let (added, removed) = diff.added_and_removed();
    let more = usize::try_from(added + removed).unwrap_or(usize::MAX).saturating_sub(MAX_LINES);
    let mut chosen = None;
    let frame = Frame::new().fill(Tokens::from_context(ui).card()).inner_margin(space::MEDIUM as i8);
    frame.show(ui, |ui| {
        ScrollArea::vertical().id_salt("changed_lines").auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = space::TINY;
            for (half, line) in all.take(MAX_LINES) {
                if line_ui(ui, diff, state, (half, line)) {
                    chosen = Some((half, line));
                }
            }
            if more > 0 {
                ui.label(text::caption(fill(words::AND_MORE, &[("n", &more.to_string())])));
            }
        });
    });
    if let Some((half, line)) = chosen {
        state.is_listed = false;
        state.go_to_line(given.contents, half, line);
    }
}

/// One line; whether it was pressed.
fn line_ui(ui: &mut Ui, diff: &LineDiff, state: &mut PaneState, (half, line): (Half, usize)) -> bool {
    let tokens = Tokens::from_context(ui);
    let drawn = state.line(diff, half, line);
    let said: String = drawn.shown.text.chars().take(MAX_CHARS).collect();
    let said = if said.trim().is_empty() { contents::LINE_EMPTY } else { &said };
    let moved = diff.other_end(half, line);
    let (tone, sign) = match (moved, half) {
        (Some(_), _) => (tokens.moved, "\u{bb}"),
        (None, Half::Left) => (tokens.removed, "-"),
        (None, Half::Right) => (tokens.added, "+"),
    };
    let template = half.of(contents::ROW_REMOVED, contents::ROW_ADDED);
    let mut label = fill(template, &[("line", said), ("at", &(line + 1).to_string())]);
    if let Some((_, other)) = moved {
        label = fill(contents::ROW_MOVED, &[("row", &label), ("n", &(other + 1).to_string())]);
    }
    let shown = text::code(format!("{sign} {:>5}  {said}", line + 1)).color(tone.text);
    let row = ui.add(Label::new(shown).truncate().selectable(false).sense(Sense::click()));
    row.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, &label));
    row.clicked()
}
