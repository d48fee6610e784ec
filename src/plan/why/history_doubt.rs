//! Why what a history says is no ground to go on.

use super::undo::APPLY_AGAIN;
use super::{HERE, Override, Wording, row};
use crate::model::Code;
use crate::plan::shown_lists::shortened;
use crate::text::Advice;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum HistoryDoubt {
    /// It is done, and nobody knows yet whether it works; or a health check `has_failed`, and it is still there.
    Unchecked { subject: String, has_failed: bool },
    /// Somebody else began the change that was interrupted, as far as this account remembers.
    ForeignChange { user: String, files: Vec<String> },
    /// Unfinished work was started in another folder, of which this one is a copy.
    CopiedChange { files: Vec<String> },
    /// The history ends at entry `here`, and its owner wrote into it up to `newest`.
    ShortenedHistory { here: u64, newest: u64 },
    /// There is no history, and its owner wrote into one up to `newest`.
    GoneHistory { newest: u64 },
    /// There is no place to remember who wrote a history.
    NoMemory,
    /// Only these entries, which somebody else wrote, say what would come into the folder.
    ForeignHistory { entries: Vec<u64> },
    /// Its health checks are due, and the record of what they ask is gone.
    ChecksLost { subject: String },
    /// It was trusted when it came in, and `now` is what became of that.
    NotTrustedNow { patch: String, now: String },
    /// It would come back, and nobody who is trusted today signed it.
    NobodyVouches { patch: String },
    /// It came only because somebody set `rule` aside, for what was `shown`, and it would come back.
    AllowedBefore { patch: String, rule: Override, shown: String, reason: Option<String> },
    /// It would come back, and something that is asked of patches today does not hold.
    NotAllowedNow { code: Code, meaning: String },
}

impl HistoryDoubt {
    pub(super) fn row(&self) -> Wording {
        match self {
            HistoryDoubt::ForeignHistory { entries } => row(
                Code::Policy,
                format!(
                    "only {} of the history says so, which you didn't write on this computer",
                    entries_in_words(entries)
                ),
                confirm_after(format!("patchwright history {HERE} --verbose"), "If it's right"),
            ),
            HistoryDoubt::ChecksLost { subject } => checks_lost(subject),
            HistoryDoubt::NotTrustedNow { patch, now } => row(
                Code::Trust,
                format!("the signature of {patch} is no longer accepted: {now}"),
                APPLY_AGAIN,
            ),
            HistoryDoubt::NobodyVouches { patch } => row(
                Code::Trust,
                format!("{patch} isn't signed by anyone you trust"),
                Advice::typed("If you trust its source, add --allow-unsigned; the history records it."),
            ),
            HistoryDoubt::AllowedBefore { patch, rule, shown, reason } => {
                let reason = reason.as_ref().map(|reason| format!(" (allowed before: {reason})"));
                let reason = reason.unwrap_or_default();
                let meaning = format!("{patch} needs your permission again: {shown}{reason}");
                row(code_of(*rule), meaning, rule.hint())
            }
            HistoryDoubt::NotAllowedNow { code, meaning } => row(*code, meaning.clone(), APPLY_AGAIN),
            HistoryDoubt::Unchecked { subject, has_failed } => {
                let (meaning, first) = match has_failed {
                    true => (has_failed_check(subject), "Fix the cause, then check again"),
                    false => (not_checked(subject), "Finish them first"),
                };
                let finish = Advice::by_command(first, format!("patchwright recover {HERE} --finish"));
                row(Code::Unfinished, meaning, finish)
            }
            HistoryDoubt::ForeignChange { user, files } => foreign_change(user, files),
            HistoryDoubt::CopiedChange { files } => row(
                Code::State,
                copied_change(files),
                Advice::typed(format!(
                    "If you copied or restored this folder as a whole, confirm it: patchwright history {HERE} --confirm=REASON"
                ))
                .then("Each file is then checked before it's restored."),
            ),
            HistoryDoubt::ShortenedHistory { here, newest } => row(
                Code::State,
                shortened_history(*here, *newest),
                confirm_after(format!("patchwright history {HERE} --verify"), "If you restored a backup here"),
            ),
            HistoryDoubt::GoneHistory { newest } => row(
                Code::Unknown,
                format!("{}, so nothing can be undone here", gone_history(*newest)),
                Advice::typed(format!(
                    "If it was removed by mistake, restore .patchwright from a backup. If this is right, confirm it: \
                     patchwright history {HERE} --confirm=REASON"
                )),
            ),
            HistoryDoubt::NoMemory => row(
                Code::Rights,
                "this account has no home folder, so Patchwright can't remember who wrote a history",
                "Run this as a user with a home folder, or set XDG_DATA_HOME to a folder.",
            ),
        }
    }
}

fn checks_lost(subject: &str) -> Wording {
    row(
        Code::Store,
        format!(
            "the health checks of {subject} can't run: the record of what they ask is missing or damaged"
        ),
        Advice::from("Test the product yourself.").then(Advice::by_command(
            "If it doesn't work, see what to roll back",
            format!("patchwright status {HERE}"),
        )),
    )
}

fn foreign_change(user: &str, files: &[String]) -> Wording {
    row(
        Code::Policy,
        format!(
            "the interrupted change was started by {user}, not by you on this computer; it changes {}",
            shortened(files)
        ),
        Advice::from("Ask whoever started it to do this.").or(Advice::typed(format!(
            "if you know that it's right, confirm it: patchwright history {HERE} --confirm=REASON"
        ))),
    )
}

/// To confirm a history `if_so`, after a look at it.
fn confirm_after(look: String, if_so: &str) -> Advice {
    Advice::by_command("Look at it first", look)
        .then(Advice::typed(format!("{if_so}, confirm it: patchwright history {HERE} --confirm=REASON")))
}

/// What kind of refusal it was that somebody set aside.
fn code_of(rule: Override) -> Code {
    match rule {
        Override::Undo => Code::Undoes,
        Override::Related => Code::Overlap,
        _ => Code::Policy,
    }
}

fn copied_change(files: &[String]) -> String {
    match files {
        [] => "the last change of this folder was made in another one, of which this is a copy or a backup"
            .to_owned(),
        files => format!(
            "the interrupted change was started in another folder, of which this one is a copy or a backup; it changes {}",
            shortened(files)
        ),
    }
}

fn has_failed_check(subject: &str) -> String {
    format!("a health check of {subject} failed, and it couldn't be rolled back")
}

fn not_checked(subject: &str) -> String {
    format!("the health checks of {subject} didn't run to the end, so it isn't known whether it works")
}

fn entries_in_words(entries: &[u64]) -> String {
    let numbers: Vec<String> = entries.iter().map(u64::to_string).collect();
    format!("{} {}", if entries.len() == 1 { "entry" } else { "entries" }, shortened(&numbers))
}

/// That a history is gone as a whole, without a capital letter and a full stop.
pub(crate) fn gone_history(newest: u64) -> String {
    format!(
        "this folder has no history, and you changed it up to entry {newest}: it was removed, or the product was \
         installed anew"
    )
}

/// That entries are gone from the end of a history, without a capital letter and a full stop.
pub(crate) fn shortened_history(here: u64, newest: u64) -> String {
    format!(
        "the history of this folder ends at entry {here}, and you changed the folder here up to entry {newest}: it's an \
         older copy, or entries were removed"
    )
}
