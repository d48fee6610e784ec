//! What a code, a phase or a restart is called.

use super::{INTERRUPTED_TITLE, UNSIGNED};
use crate::model::{Code, HoldPhase, Restart};

/// What a code means, in a few plain words.
pub const fn heading(code: Code) -> &'static str {
    match code {
        Code::Attributes => "Can't keep owner or permissions",
        Code::Busy => "Someone else is changing this folder",
        Code::Clash => "Can't merge your version with the patch's",
        Code::Collide => "Two names would be the same on some systems",
        Code::Conflicts => "Conflicts with another patch",
        Code::Container | Code::Delta | Code::Diff => "Can't open this file: it's damaged or not a patch",
        Code::Declined => "Not done: you said no",
        Code::Drift => "Files aren't what the patch expects",
        Code::Expired => "This patch has expired",
        Code::FileSystem => "Something in the folder can't be changed safely",
        Code::Foreign => "Files were changed after the interruption",
        Code::Held => "This patch was withdrawn",
        Code::Health => "A health check failed",
        Code::InUse => "A program is using a file",
        Code::Interrupted => "Stopped at your request",
        Code::Io => "Can't read or write a file or folder",
        Code::Limit => "This patch file is larger than allowed",
        Code::Manifest | Code::Path => "This patch file isn't valid",
        Code::Missing => "Files are missing",
        Code::Moved => "The folder has changed since you looked",
        Code::Nested => "This file belongs to a folder with its own history",
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
        Code::Downgrade => "This patch is older than one applied here before",
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
        Restart::Connected => "Restart the patched program and everything connected to it.",
        Restart::Dependencies => "Restart the patched program and everything that depends on it.",
        Restart::Machine => "Restart the computer.",
        Restart::Parent => "Restart the patched program and the program that starts it.",
        Restart::Service => "Restart the product's service.",
        Restart::System => "Restart every computer of the system.",
        Restart::VulnerableComponent => "Restart the patched program.",
        Restart::Zone => "Restart every computer in the same security zone.",
    })
}
