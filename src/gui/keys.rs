//! Turns keys into messages. Which keys there are is said by the commands.

use egui::{Context, Key, KeyboardShortcut, Modifiers};

use super::outbox::Outbox;
use crate::present::Model;
use crate::present::commands::{Command, Shortcut};
use crate::present::message::Msg;
use crate::toolkit::widgets::is_escape_taken;

/// Removes the keys of commands from the input.
pub fn take(context: &Context, model: &Model, outbox: &mut Outbox) {
    let is_typing = context.text_edit_focused();
    let mut shortcuts: Vec<(Command, Shortcut)> = Command::ALL
        .into_iter()
        .flat_map(|command| command.shortcuts().iter().map(move |shortcut| (command, *shortcut)))
        .collect();
    // What has more modifiers comes first: a match ignores an additional Shift.
    shortcuts.sort_by_key(|(_, shortcut)| !shortcut.shift);
    for (command, shortcut) in shortcuts {
        // What lies on top has the keys; the page below must not move unseen.
        // A field has Escape first: it closes what one types into.
        // So does a menu that is open.
        let closes_a_menu = command == Command::Escape && egui::Popup::is_any_open(context);
        let has_escape = is_typing || is_escape_taken(context);
        let is_field = has_escape && command == Command::Escape && model.overlay.is_none() || closes_a_menu;
        let is_below = model.overlay.is_some() && command != Command::Escape;
        if is_below || is_field || (is_typing && shortcut.is_typed()) {
            continue;
        }
        let Some(keys) = of(shortcut) else { continue };
        // Keys can be faster than pictures: each press counts.
        let count =
            |input: &mut egui::InputState| input.count_and_consume_key(keys.modifiers, keys.logical_key);
        for _ in 0..context.input_mut(count) {
            command.message(model).into_iter().for_each(|msg| outbox.push(msg));
        }
    }
    if !is_typing && context.memory(egui::Memory::focused).is_none() {
        step_through_guided(context, model, outbox);
    }
}

/// Alt with the arrows goes back and on, as in a browser; Enter never starts anything.
fn step_through_guided(context: &Context, model: &Model, outbox: &mut Outbox) {
    let pressed = |key| context.input_mut(|input| input.consume_key(Modifiers::ALT, key));
    if model.is_guided() && pressed(Key::ArrowLeft) {
        outbox.push(Msg::Back);
    }
}

/// A shortcut as egui knows it.
pub fn of(shortcut: Shortcut) -> Option<KeyboardShortcut> {
    let mut modifiers = if shortcut.command { Modifiers::COMMAND } else { Modifiers::NONE };
    if shortcut.shift {
        modifiers |= Modifiers::SHIFT;
    }
    Some(KeyboardShortcut::new(modifiers, Key::from_name(shortcut.key)?))
}

/// A shortcut as this system writes it.
pub fn text(context: &Context, shortcut: Shortcut) -> String {
    match of(shortcut) {
        // What is on the key is known better than its name.
        Some(keys) if keys.modifiers.is_none() => keys.logical_key.symbol_or_name().to_owned(),
        Some(keys) => context.format_shortcut(&keys),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shortcut_names_a_key() {
        for shortcut in Command::ALL.iter().flat_map(|command| command.shortcuts()) {
            assert!(of(*shortcut).is_some(), "{shortcut:?}");
        }
    }
}
