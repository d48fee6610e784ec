//! Where the transaction keeps its things inside the state folder.

use crate::disk::fs::StatePath;
use crate::model::Digest;

/// Says which program generation wrote the state folder.
pub(super) fn format() -> StatePath {
    StatePath::new("format")
}

/// Keeps Git away from what is ours.
pub(super) fn ignored() -> StatePath {
    StatePath::new(".gitignore")
}

/// Held by whoever changes the folder; the disk makes it.
pub(super) fn lock() -> StatePath {
    StatePath::new("lock")
}

/// The one live transaction.
pub(super) fn live() -> StatePath {
    StatePath::new("t")
}

/// Step `n`'s other object: the new one until the step is done, the original afterwards.
pub(super) fn object(folder: &StatePath, n: usize) -> StatePath {
    folder.join("objects").join(n)
}

/// Where the original of step `n` waits on systems where two things cannot trade places in one step.
pub(super) fn aside(folder: &StatePath, n: usize) -> StatePath {
    folder.join("objects").join(format!("{n}.old"))
}

/// The original of step `n` out of another source, where the one that was kept is not whole.
pub(super) fn provided(folder: &StatePath, n: usize) -> StatePath {
    folder.join("objects").join(format!("{n}.from"))
}

/// A copy of step `n`'s original, made only when the original has other names outside, through which somebody
/// could change it later.
pub(super) fn copy(folder: &StatePath, n: usize) -> StatePath {
    folder.join("copies").join(n)
}

/// A copy of what step `n` leaves, made only where later edits are to be merged when it is taken back.
pub(super) fn left(folder: &StatePath, n: usize) -> StatePath {
    folder.join("left").join(n)
}

/// Contents between the patches of one change, by digest.
pub(super) fn between(folder: &StatePath) -> StatePath {
    folder.join("between")
}

/// What arms the transaction.
pub(super) fn intent() -> StatePath {
    live().join("intent")
}

/// The same a second time, so that nothing hangs on one file alone.
pub(super) fn second_intent() -> StatePath {
    live().join("intent.bak")
}

/// What ends it with everything new.
pub(super) fn commit() -> StatePath {
    live().join("commit")
}

/// What ends it with everything old.
pub(super) fn abort() -> StatePath {
    live().join("abort")
}

/// The history entry that the commit makes true.
pub(super) fn entry() -> StatePath {
    live().join("entry")
}

/// The history entry that the abort makes true.
pub(super) fn undone() -> StatePath {
    live().join("undone")
}

/// The safe copies that take back history entry `seq`.
pub(super) fn undo_data(seq: u64) -> StatePath {
    undo().join(format!("{seq:08}"))
}

/// Where the safe copies of all entries are.
pub(super) fn undo() -> StatePath {
    StatePath::new("undo")
}

/// What is being deleted.
pub(super) fn dead() -> StatePath {
    StatePath::new("dead")
}

/// Things of other people that stood in the way of the undo of transaction `id`.
pub(super) fn conflict(id: &str) -> StatePath {
    conflicts().join(id)
}

/// Where things are that were found in the place of ours, and backups of entries that are gone: no undo put them aside.
pub(super) const FOUND: &str = "found";

/// Where the things of other people are that stood in the way of any undo.
pub(super) fn conflicts() -> StatePath {
    StatePath::new("conflict")
}

/// Whether a thing that is to be removed can be one that we made, by its name.
pub(super) fn is_ours(name: &str) -> bool {
    const NAMES: [&str; 15] = [
        "abort",
        "abort.new",
        "between",
        "commit",
        "commit.new",
        "copies",
        "entry",
        "entry.json",
        "intent",
        "intent.bak",
        "intent.new",
        "left",
        "manifest.json",
        "objects",
        "undone",
    ];
    let (number, rest) = name.split_once('.').unwrap_or((name, ""));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_object = is_number(number) && (matches!(rest, "" | "from" | "old") || is_number(rest));
    NAMES.contains(&name)
        || is_object
        || ["document-", "edits-", "manifest-", "script-", "signatures"]
            .iter()
            .any(|start| name.starts_with(start))
        || name.parse::<Digest>().is_ok()
}

/// An entry on its way into the history.
pub(super) fn staged_entry() -> StatePath {
    StatePath::new("entry.new")
}
