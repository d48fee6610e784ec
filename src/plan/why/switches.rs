//! What keeps a switch of a patch from being moved.

use super::{HERE, Wording, row};
use crate::model::{Code, Position};
use crate::text::Advice;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Switches {
    /// No patch in the folder has a switch of this name; `here` are those that there are.
    Unknown { id: String, here: Vec<String> },
    /// Several patches have a switch of this name.
    Several { id: String, names: Vec<String> },
    /// Somebody wrote a value that is neither of its two.
    Elsewhere { value: String, on: String, off: String },
    /// Where it stands cannot be told for certain, or it could not be moved without moving anything else.
    Unclear { because: String },
    /// The file belongs to another patch.
    OfAnother { patch: String },
    /// Nobody has the file that should come back.
    NoCopy,
    /// Undoing the last move would turn it off, and vulnerabilities are open then; or it would move it to where it undoes
    /// what these patches changed.
    UndoOpens { id: String, to: Position, opens: Vec<String>, undoes: Vec<String> },
    /// Its health checks failed, and other changes came after it was moved, so that this can't be undone alone; `stood_on` is
    /// where it stood.
    MovedBelow { id: String, stood_on: bool },
    /// Vulnerabilities are open while it is there, or what these patches changed is undone, and nobody said why it should be.
    NeedsReason { id: String, to: Position, opens: Vec<String>, undoes: Vec<String> },
}

impl Switches {
    pub(super) fn row(&self) -> Wording {
        match self {
            Switches::Unknown { id, here } if here.is_empty() => row(
                Code::Unknown,
                format!("there is no switch {id}: no patch in this folder has a switch"),
                super::CHECK_THE_FOLDER,
            ),
            Switches::Unknown { id, here } => row(
                Code::Unknown,
                format!("there is no switch {id} in this folder"),
                format!("Use one of these: {}", here.join(", ")),
            ),
            Switches::Several { id, names } => row(
                Code::Unknown,
                format!("several patches have a switch {id}"),
                format!("Say which one you mean: {}", names.join(", ")),
            ),
            Switches::Elsewhere { value, on, off } => row(
                Code::Drift,
                format!("the switch is set to {value}, not to {on} or {off}"),
                "Somebody edited the file. Set the value to one of them, then try again.",
            ),
            Switches::Unclear { because } => row(
                Code::Drift,
                format!("the switch can't be turned safely: {because}"),
                Advice::typed(format!(
                    "Compare the file with the patch's version: patchwright status {HERE} --diff"
                )),
            ),
            Switches::OfAnother { patch } => row(
                Code::Overlap,
                format!("the file belongs to {patch}, another patch"),
                "Ask the vendor for a patch whose switch is in a file of its own.",
            ),
            Switches::NoCopy => row(
                Code::Store,
                "there is no copy of this file in the folder",
                Advice::by_command(
                    "Restore the file from the patch file",
                    format!("patchwright repair {HERE} --from FILE"),
                ),
            ),
            Switches::UndoOpens { id, to, opens, undoes } => row(
                Code::Undoes,
                format!("undoing this would turn {id} {to}; {}", consequence(*to, opens, undoes)),
                turn_for_a_reason(*to, id),
            ),
            Switches::MovedBelow { id, stood_on } => row(
                Code::NotNewest,
                format!("the folder was changed again after {id} was turned"),
                match stood_on {
                    true => format!("Turn it back on: patchwright toggle on {id} {HERE}"),
                    false => format!("Turn it back off: patchwright toggle off {id} {HERE}"),
                },
            ),
            Switches::NeedsReason { id, to, opens, undoes } => {
                row(Code::Undoes, consequence(*to, opens, undoes), turn_for_a_reason(*to, id))
            }
        }
    }
}

fn turn_for_a_reason(to: Position, id: &str) -> Advice {
    let command = match to {
        Position::Off => format!("patchwright toggle off {id} {HERE} --reason TEXT"),
        Position::On => format!("patchwright toggle on {id} {HERE} --reason TEXT"),
    };
    Advice::by_command(&format!("To turn it {to} anyway, with a reason"), command)
}

/// What follows while a switch is `to`, as a phrase.
fn consequence(to: Position, opens: &[String], undoes: &[String]) -> String {
    let open = (!opens.is_empty()).then(|| format!("{} again", are_open(opens)));
    let undone = (!undoes.is_empty()).then(|| undoes_phrase(undoes));
    let both: Vec<String> = open.into_iter().chain(undone).collect();
    format!("while it is {to}, {}", both.join(", and "))
}

/// That what these patches brought is not there, as a phrase.
pub(crate) fn undoes_phrase(patches: &[String]) -> String {
    format!("what {} changed here is undone", patches.join(", "))
}

/// That vulnerabilities are open, as a phrase.
pub(crate) fn are_open(vulnerabilities: &[String]) -> String {
    let are = if vulnerabilities.len() == 1 { "is" } else { "are" };
    format!("{} {are} open", vulnerabilities.join(", "))
}
