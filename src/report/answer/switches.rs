//! Answers about the switches that patches brought.

use std::path::Path;

use super::change::Entry;
use super::{all, answers, some};
use crate::model::{Position, Setting};
use crate::plan::Note;
use crate::report::phrases::path_text;
use crate::workbench::{CheckNote, FolderSwitch, SwitchMove, SwitchStand, Toggled};

answers! {
    Toggles(switches: &[FolderSwitch], target: &Path) {
        target: String = path_text(target),
        switches: Vec<Switch> = all(switches, Switch::new),
    }

    /// A switch, and where it stands.
    Switch(switch: &FolderSwitch) {
        id: String = switch.toggle.id.to_string(),
        name: String = switch.full_name(),
        patch: String = switch.patch.id.clone(),
        title: String = switch.toggle.title.raw().to_owned(),
        file: String = switch.toggle.file.to_string(),
        kind: String = switch.toggle.kind.to_string(),
        [key]: String = switch.toggle.key.clone(),
        on: serde_json::Value = setting(&switch.toggle.on),
        off: serde_json::Value = setting(&switch.toggle.off),
        position: String = position(switch).to_owned(),
        [value]: String = if let SwitchStand::Elsewhere(value) = &switch.stand { Some(value.clone()) } else { None },
        [problem]: String = if let SwitchStand::Unclear(why) = &switch.stand { Some(why.clone()) } else { None },
        initially: String = switch.toggle.initially.to_string(),
        takes_effect: String = switch.toggle.takes_effect.to_string(),
        when_off: String = switch.toggle.when_off.raw().to_owned(),
        [fixes]: Vec<String> = some(switch.toggle.fixes.clone()),
        [vulnerabilities]: Vec<String> = some(switch.toggle.vulnerabilities.clone()),
        [open_again]: Vec<String> = some(switch.open_again().to_vec()),
        [since]: Since = switch.since.as_ref().map(Since::new),
        [until]: String = switch.toggle.until.clone(),
        is_overdue: bool = switch.is_overdue,
    }

    /// When a switch was moved to where it stands, by whom, and why.
    Since(moved: &SwitchMove) {
        time: String = moved.time.clone(),
        user: String = moved.user.clone(),
        entry: u64 = moved.entry,
        [reason]: String = moved.reason.clone(),
    }

    Toggle(done: &Toggled, target: &Path) {
        target: String = path_text(target),
        name: String = done.switch.full_name(),
        position: String = done.to.to_string(),
        takes_effect: String = done.switch.toggle.takes_effect.to_string(),
        when_off: String = done.switch.toggle.when_off.raw().to_owned(),
        [open_again]: Vec<String> = some(opened(done)),
        notes: Vec<Note> = done.notes.clone(),
        checks: Vec<CheckNote> = done.checks.clone(),
        [entry]: Entry = done.entry.as_ref().map(Entry::new),
        [untidy]: String = done.untidy.clone(),
    }
}

fn opened(done: &Toggled) -> Vec<String> {
    if done.to == Position::Off { done.switch.toggle.vulnerabilities.clone() } else { Vec::new() }
}

fn position(switch: &FolderSwitch) -> &'static str {
    match &switch.stand {
        SwitchStand::At(position) => position.as_str(),
        SwitchStand::Elsewhere(_) => "neither",
        SwitchStand::Unclear(_) => "unclear",
    }
}

fn setting(setting: &Setting) -> serde_json::Value {
    match setting {
        Setting::Text(text) => text.as_str().into(),
        Setting::Flag(flag) => (*flag).into(),
        Setting::Number(number) => (*number).into(),
    }
}
