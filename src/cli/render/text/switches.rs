//! The switches that patches brought, and moving one.

use std::path::Path;

use super::checks::checks;
use super::done::untidy;
use super::list::note_lines;
use super::plan::{notes, what_will_happen};
use super::{argument, place, safe, title};
use crate::cli::render::{Detail, Style, words};
use crate::diff::KeyChange;
use crate::model::Position;
use crate::workbench::{FolderSwitch, SwitchStand, TogglePreview, Toggled, are_open};

pub(in crate::cli) fn switches(switches: &[FolderSwitch], target: &Path, style: Style) -> String {
    let folder = place(target);
    if switches.is_empty() {
        return format!("No patch in {folder} has a switch\n");
    }
    let mut text = format!("{}\n", style.strong(&format!("Switches of the patches in {folder}")));
    text.extend(switches.iter().map(|switch| switch_lines(switch, style)));
    // One that somebody set to a third value can't be turned.
    let known = switches.iter().find_map(|switch| Some((switch, switch.position()?.other())));
    if let Some((switch, to)) = known {
        text.push_str(&format!("\nTo turn one {to}: {}\n", command(switch, to, target)));
    }
    text
}

/// One switch: where it stands, and what follows from that.
pub(super) fn switch_lines(switch: &FolderSwitch, style: Style) -> String {
    let toggle = &switch.toggle;
    let stand = match &switch.stand {
        SwitchStand::At(position) => position.to_string(),
        SwitchStand::Elsewhere(value) => {
            style.bad(&format!("{}, which is neither on nor off", safe(&crate::text::one_line(value, 60))))
        }
        SwitchStand::Unclear(why) => style.bad(&format!("unclear: {}", safe(why))),
    };
    let named = format!("{} ({})", title(&toggle.title), safe(&switch.patch.id));
    let mut text = format!("  {}  {stand}  {named}\n", safe(&switch.name()));
    let mut say = |line: String| text.push_str(&format!("      {line}\n"));
    if let Some(since) = &switch.since {
        let reason = since.reason.as_ref().map(|reason| format!(": {}", safe(reason)));
        let moment = words::moment(&since.time);
        say(format!("since {} by {}{}", safe(&moment), safe(&since.user), reason.unwrap_or_default()));
    }
    if switch.position() == Some(Position::Off) {
        say(format!("while it is off: {}", toggle.when_off));
    }
    if !switch.open_again().is_empty() {
        say(style.bad(&format!("off; {} again here", safe(&are_open(switch.open_again())))));
    }
    match &toggle.until {
        Some(until) if switch.is_overdue => {
            say(style.attention(&format!(
                "the vendor planned to remove this switch after {}; ask when it will go",
                safe(until)
            )));
        }
        Some(until) => say(format!("the vendor plans to remove this switch after {}", safe(until))),
        None => {}
    }
    text
}

pub(in crate::cli) fn toggle_plan(
    look: &TogglePreview,
    target: &Path,
    detail: Detail,
    style: Style,
) -> String {
    let (switch, folder) = (&look.switch, place(target));
    if look.preview.is_nothing_to_do() {
        return already(switch, look.to, &folder);
    }
    let mut text = format!(
        "{}  {}\nwill be turned {} in {folder}\n\n",
        style.strong(&safe(&switch.full_name())),
        title(&switch.toggle.title),
        look.to,
    );
    text.push_str(&what_will_happen(&look.preview, &[], detail, style));
    text.extend(look.keys.iter().map(|key| format!("  {}\n", KeyChange::phrase(key))));
    text.push_str(&consequences(switch, look.to, style));
    text.extend(look.health_checks().map(|check| format!("  Checked afterwards: {}\n", safe(&check))));
    text.push('\n');
    text.push_str(&notes(&look.preview.notes, style));
    text
}

pub(in crate::cli) fn toggled(done: &Toggled, target: &Path, style: Style) -> String {
    let folder = place(target);
    if done.entry.is_none() {
        return already(&done.switch, done.to, &folder);
    }
    let mut text = format!(
        "{} {} in {folder}\n",
        style.good(&format!("Turned {}", done.to)),
        safe(&done.switch.full_name())
    );
    text.push_str(&consequences(&done.switch, done.to, style));
    text.push_str(&checks(&done.checks));
    text.push_str(&note_lines(&done.notes));
    text.push_str(&untidy(done.untidy.as_deref()));
    let back = done.to.other();
    text.push_str(&format!("To turn it {back} again: {}\n", command(&done.switch, back, target)));
    text
}

/// What is typed to move a switch.
fn command(switch: &FolderSwitch, to: Position, target: &Path) -> String {
    let folder = argument(target);
    let name = switch.name();
    let name = safe(&name);
    match to {
        Position::On => format!("patchwright toggle on {name} {folder}"),
        Position::Off if switch.toggle.vulnerabilities.is_empty() => {
            format!("patchwright toggle off {name} {folder}")
        }
        Position::Off => format!("patchwright toggle off {name} {folder} --reason TEXT"),
    }
}

fn already(switch: &FolderSwitch, to: Position, folder: &str) -> String {
    format!("Nothing to do: {} is already {to} in {folder}\n", safe(&switch.full_name()))
}

/// What follows from where a switch is moved: told before, and once more afterwards.
fn consequences(switch: &FolderSwitch, to: Position, style: Style) -> String {
    let toggle = &switch.toggle;
    let mut text =
        format!("  The patch's code stays.\n  It takes effect {}.\n", toggle.takes_effect.phrase());
    if to == Position::Off {
        text.push_str(&format!("  While it is off: {}\n", toggle.when_off));
        if !toggle.vulnerabilities.is_empty() {
            let line = format!("{} again here while it is off", are_open(&toggle.vulnerabilities));
            text.push_str(&format!("  {}\n", style.bad(&safe(&line))));
        }
    }
    text
}
