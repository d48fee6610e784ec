//! What keeps a change from being rolled back, or a file from being repaired.

use super::{HERE, Wording, row};
use crate::model::Code;
use crate::plan::Because;
use crate::text::{Advice, capitalised};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Undo {
    /// `id` cannot stay without what is to go.
    Dependent {
        id: String,
        because: Because,
    },
    GivenUp {
        id: String,
    },
    /// The vendor says that it can't be rolled back; `ask` is whom to ask where that is known.
    Forbidden {
        patch: String,
        reason: Option<String>,
        ask: Option<String>,
    },
    Replaced {
        id: String,
        by: String,
    },
    /// Nothing is in the folder.
    Empty,
    /// Nothing was ever done here, so no rollback either.
    NothingToReapply,
    NotHere {
        id: String,
        here: Vec<String>,
    },
    RollbackAccepted {
        patch: String,
    },
    /// The last change was another one; `can_be_undone`: it can be undone itself.
    NoRollback {
        last: LastChange,
        can_be_undone: bool,
    },
    /// It came back already, by the last change.
    CameBack {
        patch: String,
    },
    /// It was edited or deleted since, and what there is of it in backups would be deleted.
    EditedBeforeKeeping(EditedSince),
    HasScripts,
}

/// How a file isn't as its patches left it, and what backups there are of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct EditedSince {
    /// It isn't there any more; otherwise it was edited.
    pub is_deleted: bool,
    pub has_original: bool,
    /// Whether it can be repaired without a patch file.
    pub has_patched: bool,
    /// A patch whose file it can be repaired with.
    pub patch_file: Option<String>,
    /// A switch in it was turned since, and it can be repaired only once that is turned back.
    pub has_moved_switch: bool,
}

/// What the last change to a folder was, where that was no rollback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LastChange {
    Applied(String),
    Reapplied(String),
    Repair,
    Switch(String),
}

impl LastChange {
    fn phrase(&self) -> String {
        match self {
            LastChange::Applied(patches) => format!("{patches} was applied"),
            LastChange::Reapplied(patches) => format!("{patches} was reapplied"),
            LastChange::Repair => "files were repaired".to_owned(),
            LastChange::Switch(switch) => format!("the switch {switch} was turned"),
        }
    }
}

impl Undo {
    pub(super) fn row(&self) -> Wording {
        match self {
            Undo::Dependent { id, because } => row(
                Code::NotNewest,
                format!("{id} depends on it: {because}"),
                Advice::typed(
                    "To roll it back as well, add --with-dependents. To roll back everything newer, use --to ID.",
                ),
            ),
            Undo::GivenUp { id } => row(
                Code::NoWayBack,
                format!("{id} was kept for good, and its backups were deleted"),
                "Ask the vendor for a patch that undoes it.",
            ),
            Undo::Forbidden { patch, reason, ask } => forbidden(patch, reason.as_deref(), ask.as_deref()),
            Undo::Replaced { id, by } => row(
                Code::NotNewest,
                format!("{id} is contained in {by} and was replaced by it"),
                format!("Roll back {by} instead; {id} then becomes active again."),
            ),
            Undo::Empty => row(
                Code::Unknown,
                "no patch is applied here, so there is nothing to roll back",
                "Check that this is the right folder.",
            ),
            Undo::NothingToReapply => row(
                Code::Unknown,
                "no patch was rolled back here, so there is nothing to reapply",
                "Check that this is the right folder.",
            ),
            Undo::NotHere { id, here } => not_here(id, here),
            Undo::RollbackAccepted { patch } => {
                row(Code::NoWayBack, format!("the rollback of {patch} was kept for good"), APPLY_AGAIN)
            }
            Undo::NoRollback { last, can_be_undone } => {
                let meaning = format!("the last change to this folder was not a rollback: {}", last.phrase());
                let hint = match can_be_undone {
                    true => Advice::by_command("Undo it", format!("patchwright rollback {HERE} --undo")),
                    false => Advice::by_command("See what is applied", format!("patchwright status {HERE}")),
                };
                row(Code::Unknown, meaning, hint)
            }
            Undo::CameBack { patch } => row(
                Code::Unknown,
                format!("{patch} was reapplied already; that was the last change to this folder"),
                Advice::by_command("See what is applied", format!("patchwright status {HERE}")),
            ),
            Undo::EditedBeforeKeeping(edited) => edited.row(),
            Undo::HasScripts => {
                row(Code::NoWayBack, "the patch has scripts, and reapplying doesn't run them", APPLY_AGAIN)
            }
        }
    }
}

impl EditedSince {
    fn row(&self) -> Wording {
        let how = if self.is_deleted { "deleted" } else { "edited" };
        let lost = match (self.has_patched, self.has_original) {
            (true, true) => "both of its backups would be deleted: the patched file and the original",
            (true, false) => "the backup of the patched file would be deleted",
            (false, true) => "the backup of its original would be deleted",
            (false, false) => "after this, the patch can't be rolled back",
        };
        let keep = Advice::typed(match self.is_deleted {
            true => "leave it deleted, and add --keep-edits.",
            false => "keep your edit, and add --keep-edits.",
        });
        let repair = match &self.patch_file {
            _ if self.has_moved_switch => Some(Advice::by_command(
                "Turn its switch back, then repair it",
                format!("patchwright toggle {HERE}"),
            )),
            _ if self.has_patched => {
                Some(Advice::by_command("Repair it first", format!("patchwright repair {HERE}")))
            }
            Some(patch) => Some(Advice::by_command(
                &format!("Repair it first, with the patch file of {patch}"),
                format!("patchwright repair {HERE} --from FILE"),
            )),
            None => None,
        };
        let hint = match repair {
            Some(repair) => repair.or(keep),
            None => keep.map(capitalised),
        };
        row(Code::Drift, format!("was {how} since, and {lost}"), hint)
    }
}

fn forbidden(patch: &str, reason: Option<&str>, ask: Option<&str>) -> Wording {
    let reason = reason.unwrap_or("no reason was given");
    let meaning = format!("the vendor says {patch} can't be rolled back: {reason}");
    row(Code::NoWayBack, meaning, format!("Ask {} what to do.", ask.unwrap_or("the vendor")))
}

fn not_here(id: &str, here: &[String]) -> Wording {
    let (here, hint) = match here {
        [] => ("no patch is".to_owned(), "Check that this is the right folder."),
        _ => (format!("applied here: {}", here.join(", ")), "Name one of these."),
    };
    row(Code::Unknown, format!("{id} isn't applied here; {here}"), hint)
}

/// What helps where nothing comes back.
pub(super) const APPLY_AGAIN: &str = "Apply the patch file instead.";
