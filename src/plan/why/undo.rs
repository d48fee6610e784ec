//! What keeps a change from being rolled back, or a file from being repaired.

use super::{HERE, Wording, row};
use crate::model::Code;
use crate::plan::Because;
use crate::plan::local_edits::shortened;
use crate::text::Advice;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Undo {
    /// It is not what the change left there; `can_be_kept` as a safe copy.
    ChangedSince {
        how: Since,
        can_be_kept: bool,
    },
    /// Nobody has a copy of what should be there; `patch_file` is a patch whose file has it.
    NoCopy {
        patch_file: Option<String>,
    },
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
    /// It is done, and nobody knows yet whether it works.
    Unchecked {
        subject: String,
    },
    /// Somebody else began the change that was interrupted, as far as this account remembers.
    ForeignChange {
        user: String,
        files: Vec<String>,
    },
    /// The history ends at entry `here`, and its owner wrote into it up to `newest`.
    ShortenedHistory {
        here: u64,
        newest: u64,
    },
    /// There is no place to remember who wrote a history.
    NoMemory,
    /// Only these entries, which somebody else wrote, say what would come into the folder.
    ForeignHistory {
        entries: Vec<u64>,
    },
    /// It was edited, and a switch in it moved since: what it should hold without the edit is nowhere.
    CarriedEdit,
    /// Its health checks are due, and the record of what they ask is gone.
    ChecksLost {
        subject: String,
    },
    /// It was trusted when it came in, and `now` is what became of that.
    NotTrustedNow {
        patch: String,
        now: String,
    },
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
                    true => Advice::typed("To back up your version and continue, add --keep-edits.")
                        .or("restore the file first."),
                    false => "Restore this file first, then try again.".into(),
                },
            ),
            Undo::NoCopy { patch_file } => row(
                Code::Store,
                "there is no backup of this file in the folder",
                match patch_file {
                    Some(patch) => Advice::typed(format!("Add the patch file of {patch}: --from FILE.")),
                    None => Advice::from(
                        "No patch of this folder brings the content. Get the file from another backup or the installer.",
                    ),
                }
                .or(Advice::typed("repair only the other files: --leave-damaged.")),
            ),
            Undo::BackupDamaged => row(
                Code::Store,
                "its backup is missing or damaged",
                Advice::typed("Add a patch file with the old content: --from FILE.")
                    .or(Advice::typed("restore only the other files: --leave-damaged.")),
            ),
            Undo::Untouched => row(
                Code::Missing,
                "no patch has changed this file, so its right content is unknown",
                Advice::typed(format!(
                    "To list the files that aren't as expected: patchwright status {HERE}"
                )),
            ),
            Undo::Dependent { id, because } => row(
                Code::NotNewest,
                format!("{id} depends on it: {because}"),
                Advice::typed(
                    "To roll back both, add --with-dependents. To roll back everything newer as well, use --to ID.",
                ),
            ),
            Undo::GivenUp { id } => row(
                Code::NoWayBack,
                format!("{id} was kept for good, and its backups were deleted"),
                "Ask the vendor for a patch that undoes it.",
            ),
            Undo::Forbidden { patch, reason, ask } => forbidden(patch, reason.as_deref(), ask.as_deref()),
            Undo::Stuck => row(
                Code::Drift,
                "can't be rebuilt without it: it isn't as the patches left it",
                Advice::from("Repair the file first.")
                    .or(Advice::typed("roll back everything newer as well: --to ID")),
            ),
            Undo::Replaced { id, by } => row(
                Code::NotNewest,
                format!("{id} is contained in {by} and was replaced by it"),
                format!("Roll back {by} instead; {id} then becomes active again."),
            ),
            Undo::Empty => {
                row(Code::Unknown, "no patch has been applied here", "There is nothing to roll back.")
            }
            Undo::NotHere { id, here } => not_here(id, here),
            Undo::RollbackAccepted { patch } => {
                row(Code::NoWayBack, format!("the rollback of {patch} was kept for good"), APPLY_AGAIN)
            }
            Undo::NoRollback => {
                row(Code::Unknown, "the last change to this folder was not a rollback", APPLY_AGAIN)
            }
            Undo::HasScripts => {
                row(Code::NoWayBack, "the patch has scripts, which run only when it's applied", APPLY_AGAIN)
            }
            Undo::ForeignHistory { entries } => row(
                Code::Policy,
                format!(
                    "only {} of the history says so, which you didn't write on this computer",
                    entries_in_words(entries)
                ),
                Advice::by_command("Look at it first", format!("patchwright history {HERE} --verbose")).then(
                    Advice::typed(format!(
                        "If it's right, confirm it: patchwright history {HERE} --vouch=REASON"
                    )),
                ),
            ),
            Undo::CarriedEdit => row(
                Code::Drift,
                "was edited, and a switch in it was moved since, so its right content is unknown",
                Advice::by_command("Turn its switch back, then repair it", format!("patchwright toggle {HERE}"))
                    .or(Advice::typed("repair the other files: name them, or add --leave-damaged.")),
            ),
            Undo::ChecksLost { subject } => row(
                Code::Store,
                format!(
                    "the health checks of {subject} can't run: the record of what they ask is missing or damaged"
                ),
                Advice::from("Test the product yourself.").then(Advice::by_command(
                    "If it doesn't work, see what to roll back",
                    format!("patchwright status {HERE}"),
                )),
            ),
            Undo::NotTrustedNow { patch, now } => row(
                Code::Trust,
                format!("{patch} would come back, and its signature doesn't count today: {now}"),
                APPLY_AGAIN,
            ),
            Undo::Unchecked { subject } => row(
                Code::Unfinished,
                format!("the health checks of {subject} didn't run to the end, so it isn't known whether it works"),
                Advice::by_command("Finish them first", format!("patchwright recover {HERE} --finish")),
            ),
            Undo::ForeignChange { user, files } => row(
                Code::Policy,
                format!(
                    "the interrupted change wasn't begun by you on this computer, but by {user}; it changes {}",
                    shortened(files)
                ),
                Advice::from("Ask whoever began it to do this.").or(Advice::typed(format!(
                    "if you know that it's right, confirm it: patchwright history {HERE} --vouch=REASON"
                ))),
            ),
            Undo::ShortenedHistory { here, newest } => row(
                Code::State,
                shortened_history(*here, *newest),
                Advice::by_command("Look at it first", format!("patchwright history {HERE} --verify")).then(
                    Advice::typed(format!(
                        "If you restored a backup here, confirm it: patchwright history {HERE} --vouch=REASON"
                    )),
                ),
            ),
            Undo::NoMemory => row(
                Code::Rights,
                "this account has no folder to remember who wrote a history",
                "Run this as a user with a home folder, or set XDG_DATA_HOME to a folder.",
            ),
        }
    }
}

fn entries_in_words(entries: &[u64]) -> String {
    let numbers: Vec<String> = entries.iter().map(u64::to_string).collect();
    format!("{} {}", if entries.len() == 1 { "entry" } else { "entries" }, shortened(&numbers))
}

fn forbidden(patch: &str, reason: Option<&str>, ask: Option<&str>) -> Wording {
    let reason = reason.unwrap_or("no reason was given");
    let meaning = format!("the vendor says {patch} can't be rolled back: {reason}");
    row(Code::NoWayBack, meaning, format!("Ask {} what to do.", ask.unwrap_or("the vendor")))
}

fn not_here(id: &str, here: &[String]) -> Wording {
    let (here, hint) = match here {
        [] => ("no patch has been applied here".to_owned(), "Check that this is the right folder."),
        _ => (format!("these patches are: {}", here.join(", ")), "Choose one of these."),
    };
    row(Code::Unknown, format!("{id} isn't applied here; {here}"), hint)
}

const APPLY_AGAIN: &str = "Apply the patch again instead.";

impl Since {
    fn meaning(&self) -> String {
        match self {
            Since::Removed => "was deleted after the patch was applied".to_owned(),
            Since::Edited => "was changed after the patch was applied".to_owned(),
            Since::EditedAt(places) => {
                let places = shortened(places);
                format!("was changed after the patch was applied, in the same lines as the patch: {places}")
            }
        }
    }
}

/// That entries are gone from the end of a history, without a capital letter and a full stop.
pub(crate) fn shortened_history(here: u64, newest: u64) -> String {
    format!(
        "the history of this folder ends at entry {here}, and you changed the folder here up to entry {newest}: it's an \
         older copy, or entries were removed"
    )
}
