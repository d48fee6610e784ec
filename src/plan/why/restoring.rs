//! What keeps one file from being as it was, or as it should be.

use super::{HERE, Wording, row};
use crate::model::Code;
use crate::plan::TakenBack;
use crate::plan::shown_lists::shortened;
use crate::text::Advice;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Restoring {
    /// It is not what the change left there; `can_be_kept` as a backup.
    ChangedSince { what: TakenBack, how: Since, can_be_kept: bool },
    /// It was edited since the rollback that is undone, and what the patch's edits say of it does not hold there.
    EditsUnfit { whys: Vec<String> },
    /// Nobody has a copy of what should be there; `patch_file` is a patch whose file has it. `is_alone`: no other file could
    /// be repaired without it.
    NoCopy { patch_file: Option<String>, is_alone: bool },
    /// What was there before is not kept any more, or is not what it was: a program may have gone on writing to it.
    BackupDamaged,
    /// No patch has changed anything there.
    Untouched,
    /// It is not what the patches left there, so it cannot be put together without one of them.
    Stuck,
    /// The same where several go, between which somebody edited it.
    EditedBetween,
    /// It was edited, and a switch in it moved since: what it should hold without the edit is nowhere.
    CarriedEdit,
}

/// How a place was changed since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Since {
    Removed,
    Edited,
    /// These places, which the change has changed as well.
    EditedAt(Vec<String>),
}

impl Restoring {
    pub(super) fn row(&self) -> Wording {
        match self {
            Restoring::ChangedSince { what, how, can_be_kept } => row(
                Code::Drift,
                how.meaning(*what),
                match can_be_kept {
                    true if *how == Since::Removed => {
                        Advice::typed("To restore it and continue, add --keep-edits.")
                    }
                    true => keep_edits(),
                    false => "Repair this file first, then try again.".into(),
                },
            ),
            Restoring::EditsUnfit { whys } => row(
                Code::Clash,
                format!(
                    "was edited after the patch was rolled back, and the patch's edits don't fit: {}",
                    shortened(whys)
                ),
                keep_edits(),
            ),
            Restoring::NoCopy { patch_file, is_alone } => {
                let get_it = match patch_file {
                    Some(patch) => Advice::typed(format!("Add --from FILE, the patch file of {patch}.")),
                    None => Advice::from(
                        "No patch here has this file's contents. Get it from another backup or the installer.",
                    ),
                };
                let hint = match is_alone {
                    true => get_it,
                    false => get_it.or(Advice::typed("add --leave-damaged to repair only the other files.")),
                };
                row(Code::Store, "there is no backup of this file in the folder", hint)
            }
            Restoring::BackupDamaged => row(
                Code::Store,
                "its backup is missing or damaged",
                Advice::typed("Add --from FILE, a patch file that has the old content.")
                    .or(Advice::typed("add --leave-damaged to restore only the other files.")),
            ),
            Restoring::Untouched => row(
                Code::Missing,
                "no patch has changed this file, so Patchwright doesn't know what it should contain",
                Advice::typed(format!(
                    "To list the files that aren't as expected: patchwright status {HERE}"
                )),
            ),
            Restoring::Stuck => row(
                Code::Drift,
                "can't be rebuilt without it: it isn't as the patches left it",
                Advice::from("Repair the file first.")
                    .or(Advice::typed("roll back everything newer as well: add --to ID.")),
            ),
            Restoring::EditedBetween => row(
                Code::Drift,
                "was edited after one of these patches was applied, so they can't be rolled back together",
                "Roll them back one at a time, the newest first.",
            ),
            Restoring::CarriedEdit => row(
                Code::Drift,
                "was edited before a switch in it was turned, so Patchwright doesn't know what it should contain",
                Advice::by_command(
                    "Turn its switch back, then repair it",
                    format!("patchwright toggle {HERE}"),
                )
                .or(Advice::typed("repair the other files: name them, or add --leave-damaged.")),
            ),
        }
    }
}

fn keep_edits() -> Advice {
    Advice::typed("To back up your version and continue, add --keep-edits.").or("repair the file first.")
}

impl Since {
    fn meaning(&self, what: TakenBack) -> String {
        let when = what.when();
        match self {
            Since::Removed => format!("was deleted after {when}"),
            Since::Edited => format!("was changed after {when}"),
            Since::EditedAt(places) => {
                let places = shortened(places);
                format!("was changed after {when}, in the same lines as the patch: {places}")
            }
        }
    }
}
