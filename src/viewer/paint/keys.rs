//! Which key does what in a pane.

use egui::{Key, Modifiers, Ui};

use crate::viewer::layout::{LayoutChoice, ListStep, PaneAction};
use crate::viewer::model::View;
use crate::words::contents as words;

/// One key and what it does, for the key sheet as well.
pub struct KeyBinding {
    pub modifiers: Modifiers,
    pub key: Key,
    /// What it does.
    pub action: PaneAction,
    pub words: &'static str,
}

const fn bind(modifiers: Modifiers, key: Key, action: PaneAction, words: &'static str) -> KeyBinding {
    KeyBinding { modifiers, key, action, words }
}

/// All keys that stand for a [`PaneAction`]; those with more modifiers first, as egui ignores further ones.
pub const KEYS: [KeyBinding; 23] = [
    bind(
        Modifiers::COMMAND.plus(Modifiers::SHIFT),
        Key::C,
        PaneAction::CopyAsPatch,
        words::COPY_AS_PATCH_KEY,
    ),
    bind(Modifiers::COMMAND, Key::A, PaneAction::SelectAll, words::MARK_EVERYTHING),
    bind(Modifiers::COMMAND, Key::F, PaneAction::Find, words::FIND),
    bind(Modifiers::COMMAND, Key::G, PaneAction::GoTo, words::GO_TO),
    bind(Modifiers::SHIFT, Key::F3, PaneAction::PreviousHit, words::FIND_PREVIOUS),
    bind(Modifiers::SHIFT, Key::F7, PaneAction::PreviousHunk, words::PREVIOUS_CHANGE),
    bind(Modifiers::SHIFT, Key::X, PaneAction::ToggleWholeFile, words::LINES_WHOLE_FILE),
    bind(Modifiers::NONE, Key::F3, PaneAction::NextHit, words::FIND_NEXT),
    bind(Modifiers::NONE, Key::Space, PaneAction::Walk, words::WALK),
    bind(Modifiers::NONE, Key::F7, PaneAction::NextHunk, words::NEXT_CHANGE),
    bind(Modifiers::NONE, Key::N, PaneAction::NextHunk, words::NEXT_CHANGE),
    bind(Modifiers::NONE, Key::P, PaneAction::PreviousHunk, words::PREVIOUS_CHANGE),
    bind(Modifiers::NONE, Key::C, PaneAction::Note, words::NOTE_KEY),
    bind(Modifiers::NONE, Key::L, PaneAction::ToggleList, words::CHANGED_LINES),
    bind(Modifiers::NONE, Key::M, PaneAction::OtherEnd, words::MOVED_OTHER_END),
    bind(Modifiers::NONE, Key::W, PaneAction::NextWhiteSpace, words::WHITE_SPACE_NEXT),
    bind(Modifiers::NONE, Key::X, PaneAction::ExpandGap, words::GAP_MORE),
    bind(Modifiers::NONE, Key::Num1, PaneAction::Lay(LayoutChoice::SideBySide), words::VIEW_SIDE_BY_SIDE),
    bind(Modifiers::NONE, Key::Num2, PaneAction::Lay(LayoutChoice::Unified), words::VIEW_UNIFIED),
    bind(Modifiers::NONE, Key::Num3, PaneAction::Show(View::Bytes), words::VIEW_BYTES),
    bind(Modifiers::NONE, Key::Num4, PaneAction::Show(View::Picture), words::VIEW_PICTURE),
    bind(Modifiers::NONE, Key::Num5, PaneAction::Show(View::Keys), words::VIEW_KEYS),
    bind(Modifiers::NONE, Key::Enter, PaneAction::ExpandGap, words::GAP_MORE),
];

/// The actions whose keys were pressed. Nothing while somebody types.
pub(super) fn actions(ui: &Ui, is_on_gap: bool) -> Vec<PaneAction> {
    if ui.text_edit_focused() {
        return Vec::new();
    }
    let mut actions = Vec::new();
    ui.input_mut(|input| {
        // The system's own way to say "copy" comes as an event, not as a key.
        let copies = input.events.iter().filter(|event| matches!(event, egui::Event::Copy)).count();
        if copies > 0 {
            input.events.retain(|event| !matches!(event, egui::Event::Copy));
            // With shift held it comes the same way.
            actions.push(if input.modifiers.shift { PaneAction::CopyAsPatch } else { PaneAction::Copy });
        }
        for binding in &KEYS {
            // Enter belongs to whatever has the focus, unless that is a row which it can open.
            if binding.key == Key::Enter && !is_on_gap {
                continue;
            }
            // Keys can be faster than pictures: each press counts.
            let presses = input.count_and_consume_key(binding.modifiers, binding.key);
            actions.extend(std::iter::repeat_n(binding.action, presses));
        }
    });
    actions
}

/// The steps whose keys were pressed, each with whether it marks on the way.
pub(super) fn steps(ui: &Ui) -> Vec<(ListStep, bool)> {
    let plain = [
        (Modifiers::COMMAND, Key::Home, ListStep::First),
        (Modifiers::COMMAND, Key::End, ListStep::Last),
        (Modifiers::NONE, Key::ArrowDown, ListStep::Rows(1)),
        (Modifiers::NONE, Key::ArrowUp, ListStep::Rows(-1)),
        (Modifiers::NONE, Key::PageDown, ListStep::Pages(1)),
        (Modifiers::NONE, Key::PageUp, ListStep::Pages(-1)),
        (Modifiers::NONE, Key::ArrowRight, ListStep::Sideways(8.0)),
        (Modifiers::NONE, Key::ArrowLeft, ListStep::Sideways(-8.0)),
        (Modifiers::NONE, Key::Home, ListStep::LineStart),
        (Modifiers::NONE, Key::End, ListStep::LineEnd),
    ];
    let mut steps = Vec::new();
    ui.input_mut(|input| {
        for (modifiers, key, step) in plain {
            for (modifiers, is_marking) in [(modifiers.plus(Modifiers::SHIFT), true), (modifiers, false)] {
                let presses = input.count_and_consume_key(modifiers, key);
                steps.extend(std::iter::repeat_n((step, is_marking), presses));
            }
        }
    });
    steps
}
