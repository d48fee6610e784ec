//! What a code, a phase or a restart is called.

use super::{INTERRUPTED_TITLE, UNSIGNED};
use crate::model::{Code, HoldPhase, Restart};

/// What a code means, in a few plain words.
pub const fn heading(code: Code) -> &'static str {
    match code {
        Code::Attributes => "Can't keep owner or permissions",
        Code::Busy => "Someone else is changing this folder",
        Code::Clash => "You and the patch changed the same lines",
        Code::Collide => "Two names would be the same on some systems",
        Code::Conflicts => "Conflicts with another patch",
        Code::Container | Code::Delta | Code::Diff => "Can't open this file: it's damaged or not a patch",
        Code::Declined => "Not done: you said no",
        Code::Drift => "Files aren't what the patch expects",
        Code::Expired => "This patch has expired",
        Code::FileSystem => "Something in the folder can't be changed safely",
        Code::Foreign => "Files were changed after the interruption",
        Code::Held => "This patch was withdrawn",
        Code::Health => "A check failed after the change",
        Code::InUse => "A program is using a file",
        Code::Interrupted => "Stopped at your request",
        Code::Io => "Can't read or write a file or folder",
        Code::Limit => "This patch file is larger than allowed",
        Code::Manifest | Code::Path => "This patch file breaks a rule",
        Code::Missing => "Files that the patch needs are missing",
        Code::Moved => "The folder has changed since you looked",
        Code::Nested => "Another folder with a history counts here",
        Code::Newer => "This patch file needs a newer Patchwright",
        Code::NoWayBack => "Can't be rolled back",
        Code::NotNewest => "Other patches depend on this one",
        Code::Occupied => "A file with this name already exists",
        Code::Overlap => "Changes the same lines as another patch",
        Code::Order => "Can't use the patch order",
        Code::Platform => "This patch is for another system",
        Code::Policy => "Your trust rules don't allow this",
        Code::Script => "A script of the patch failed",
        Code::Preflight => "A check before the change failed",
        Code::Product => "This patch is for another product",
        Code::Proof => "The patch failed its test on a copy",
        Code::Requires => "Another patch is needed first",
        Code::Rights => "You don't have permission to change this folder",
        Code::Downgrade => "The patch is older than one that was here",
        Code::Key => "Can't use this key",
        Code::Signature => "The signature doesn't match",
        Code::Space => "Not enough disk space",
        Code::State => "The records in the folder are damaged",
        Code::Store => "Backups are missing or damaged",
        Code::Trust => UNSIGNED,
        Code::Undoes => "It would undo another fix",
        Code::Unfinished => INTERRUPTED_TITLE,
        Code::Unknown => "This patch isn't applied here",
        Code::Usage => "Check what you entered",
        Code::Version => "This patch is for another version",
        Code::Volume => "This disk can't guarantee recovery",
    }
}

/// When a person has to do something.
pub const fn hold(phase: HoldPhase) -> &'static str {
    match phase {
        HoldPhase::Before => "Before you apply",
        HoldPhase::After => "After you apply",
        HoldPhase::Rollback => "To do when you roll back",
    }
}

/// What has to be restarted, as a sentence; `None` when nothing has to be.
pub const fn restart(what: Restart) -> Option<&'static str> {
    Some(match what {
        Restart::Nothing => return None,
        Restart::Connected => "Afterwards, restart the patched program and everything connected to it.",
        Restart::Dependencies => "Afterwards, restart the patched program and everything that needs it.",
        Restart::Machine => "Restart the computer afterwards.",
        Restart::Parent => "Afterwards, restart the patched program and the one that starts it.",
        Restart::Service => "Restart the product's service afterwards.",
        Restart::System => "Afterwards, restart the whole system, with all of its computers.",
        Restart::VulnerableComponent => "Restart the patched program afterwards.",
        Restart::Zone => "Afterwards, restart all computers in the same security zone.",
    })
}
