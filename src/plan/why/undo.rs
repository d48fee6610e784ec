//! What keeps a change from being taken back, or a place from being put right.

use super::{Wording, row};
use crate::model::Code;
use crate::plan::Because;
use crate::plan::local_edits::shortened;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Undo {
    /// It is not what the change left there; `can_be_kept` as a safe copy.
    ChangedSince {
        how: Since,
        can_be_kept: bool,
    },
    /// Nobody has a copy of what should be there.
    NoCopy,
    /// What was there before is not kept any more, or is not what it was: a program may have gone on writing to it.
    BackupDamaged,
    /// No patch has changed anything there.
    Untouched,
    /// `id` cannot stay without what is to go.
    Dependent {
        id: String,
        because: Because,
    },
    GivenUp {
        id: String,
    },
    /// The vendor says that it cannot be taken back; `ask` is whom to ask where that is known.
    Forbidden {
        patch: String,
        reason: Option<String>,
        ask: Option<String>,
    },
    /// It is not what the patches left there, so it cannot be put together without one of them.
    Stuck,
    Replaced {
        id: String,
        by: String,
    },
    /// Nothing is in the folder.
    Empty,
    NotHere {
        id: String,
        here: Vec<String>,
    },
    RollbackAccepted {
        patch: String,
    },
    NoRollback,
    HasScripts,
    /// There is no place to remember who wrote a history.
    NoMemory,
}

/// How a place was changed since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Since {
    Removed,
    Edited,
    /// These places, which the change has changed as well.
    EditedAt(Vec<String>),
}

impl Undo {
    pub(super) fn row(&self) -> Wording {
        match self {
            Undo::ChangedSince { how, can_be_kept } => row(
                Code::Drift,
                how.meaning(),
                match can_be_kept {
                    true => {
                        "Go back with --keep-edits, which keeps your version as a safe copy, or put the file right first."
                    }
                    false => "Put this place right first, then try again.",
                },
            ),
            Undo::NoCopy => row(
                Code::Store,
                "no copy of what should be here is in the folder",
                "Name the patch file that brought it: --from FILE. Or name the other places, to heal only those.",
            ),
            Undo::BackupDamaged => row(
                Code::Store,
                "its safe copy is missing or damaged",
                "Name a patch file that has the old content: --from FILE. Or take the other places back without it: --leave-damaged.",
            ),
            Undo::Untouched => row(
                Code::Missing,
                "no patch has changed anything here, so nothing is known about it",
                "patchwright status lists the places that differ.",
            ),
            Undo::Dependent { id, because } => row(
                Code::NotNewest,
                format!("{id} cannot stay without it: {because}"),
                "Take all of them out with --with-dependents, or roll back to before the patch with --to.",
            ),
            Undo::GivenUp { id } => row(
                Code::NoWayBack,
                format!("the way back of {id} was given up with \"accept\""),
                "Ask the vendor for a patch that undoes it.",
            ),
            Undo::Forbidden { patch, reason, ask } => forbidden(patch, reason.as_deref(), ask.as_deref()),
            Undo::Stuck => row(
                Code::Drift,
                "cannot be put together without it: it is not what the patches left there",
                "Put the file right first, or roll back to before the patch.",
            ),
            Undo::Replaced { id, by } => row(
                Code::NotNewest,
                format!("{id} is contained in {by} and was replaced by it"),
                format!("Take {by} out instead; {id} returns then."),
            ),
            Undo::Empty => row(Code::Unknown, "no patch is in this folder", "There is nothing to take back."),
            Undo::NotHere { id, here } => not_here(id, here),
            Undo::RollbackAccepted { patch } => {
                row(Code::NoWayBack, format!("the rollback of {patch} was accepted and stays"), APPLY_AGAIN)
            }
            Undo::NoRollback => {
                row(Code::Unknown, "the last change of this folder was not a rollback", APPLY_AGAIN)
            }
            Undo::HasScripts => row(
                Code::NoWayBack,
                "the patch has scripts, and they run only when it is applied",
                APPLY_AGAIN,
            ),
            Undo::NoMemory => row(
                Code::Rights,
                "this account has no place where it could be remembered who wrote a history",
                "Run it as a person who has a home folder, or name a folder in XDG_DATA_HOME.",
            ),
        }
    }
}

fn forbidden(patch: &str, reason: Option<&str>, ask: Option<&str>) -> Wording {
    let reason = reason.unwrap_or("no reason is given");
    let meaning = format!("the vendor says that {patch} cannot be taken back: {reason}");
    row(Code::NoWayBack, meaning, format!("Ask {} how to go on.", ask.unwrap_or("the vendor")))
}

fn not_here(id: &str, here: &[String]) -> Wording {
    let (here, hint) = match here {
        [] => ("no patch is in it".to_owned(), "Check that this is the right folder."),
        _ => (format!("in it are {}", here.join(", ")), "Choose one of these."),
    };
    row(Code::Unknown, format!("{id} is not in this folder; {here}"), hint)
}

const APPLY_AGAIN: &str = "Apply the patch again instead.";

impl Since {
    fn meaning(&self) -> String {
        match self {
            Since::Removed => "was removed after the patch was applied".to_owned(),
            Since::Edited => "was changed after the patch was applied".to_owned(),
            Since::EditedAt(places) => {
                let places = shortened(places);
                format!("was changed after the patch was applied, where the patch changed it: {places}")
            }
        }
    }
}
