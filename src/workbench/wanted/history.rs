//! What a folder's history says to a state file, and what is said there about it.

use std::collections::BTreeSet;

use crate::ledger::{Action, Entry, Turn};
use crate::model::{CauseKind, Digest};
use crate::plan::wanted::{Happened, HistoryEvent};
use crate::workbench::{CauseNote, Occasion};

/// The name of a cause that is no word of a file, but the wish of a person to have a folder left alone, up to a day that may
/// follow, or the end of it.
const HOLD: &str = "hold";
const RELEASE: &str = "release";

/// Why a state file, or somebody who speaks of such, is the cause of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReconcileCause<'a> {
    /// The folder is to be left alone, up to this day or until somebody ends that.
    Hold {
        until: Option<&'a str>,
    },
    Release,
    /// What a file says of it.
    Section(Option<Digest>),
}

impl<'a> ReconcileCause<'a> {
    /// What `cause` says, if it is about state files.
    pub fn parse(cause: &'a CauseNote) -> Option<Self> {
        if cause.kind != CauseKind::Reconcile {
            return None;
        }
        Some(match cause.id.split_once(' ') {
            Some((HOLD, until)) => ReconcileCause::Hold { until: Some(until) },
            None if cause.id == HOLD => ReconcileCause::Hold { until: None },
            None if cause.id == RELEASE => ReconcileCause::Release,
            _ => ReconcileCause::Section(cause.id.parse().ok()),
        })
    }
}

/// What is written where a file is the reason.
pub(super) fn by_section(section: Digest, commit: Option<&String>) -> Occasion {
    because_of(section.to_string(), commit.cloned())
}

/// What is written where somebody wants a folder left alone.
pub(super) fn by_hold(until: Option<&str>) -> Occasion {
    because_of(until.map_or(HOLD.to_owned(), |until| format!("{HOLD} {until}")), None)
}

/// What is written where nobody does any more.
pub(super) fn by_release() -> Occasion {
    because_of(RELEASE.to_owned(), None)
}

fn because_of(id: String, commit: Option<String>) -> Occasion {
    let cause = CauseNote { kind: CauseKind::Reconcile, id, ring: None, commit };
    Occasion { cause: Some(cause), ..Occasion::NONE }
}

/// What happened, as far as a state file has to know. The word of the entries in `unbelieved` is nobody's who is known.
pub(super) fn events(entries: &[Entry], unbelieved: &BTreeSet<u64>) -> Vec<HistoryEvent> {
    let event = |entry: &Entry| {
        let asked = entry.cause.as_ref().and_then(ReconcileCause::parse);
        let what = match asked {
            Some(ReconcileCause::Hold { until }) => Happened::Held {
                reason: entry.hold_reason().unwrap_or_default().to_owned(),
                until: until.map(str::to_owned),
            },
            Some(ReconcileCause::Release) => Happened::Released,
            Some(ReconcileCause::Section(_)) | None => happened(entry, entries),
        };
        let section = if let Some(ReconcileCause::Section(section)) = asked { section } else { None };
        let unbelieved = unbelieved.contains(&entry.seq).then_some(entry.seq);
        HistoryEvent {
            what,
            user: entry.user.raw().to_owned(),
            time: entry.time.clone(),
            section,
            unbelieved,
        }
    };
    entries.iter().map(event).collect()
}

fn happened(entry: &Entry, entries: &[Entry]) -> Happened {
    match entry.action {
        Action::Apply => Happened::CameIn(patches(entry, entries)),
        Action::Toggle => moved(entry),
        Action::Rollback => match entry.turn(entries) {
            Turn::Went => Happened::Went(patches(entry, entries)),
            Turn::CameBack => Happened::CameIn(patches(entry, entries)),
            Turn::Switched | Turn::SwitchedBack => moved(root(entry, entries)),
            Turn::Repaired | Turn::RepairUndone => Happened::Other,
        },
        _ => Happened::Other,
    }
}

/// What a rollback, or the undoing of one, is about in the end.
fn root<'a>(entry: &'a Entry, entries: &'a [Entry]) -> &'a Entry {
    let mut at = entry;
    // Only what came before: a history can say anything.
    while at.action == Action::Rollback
        && at.out.is_empty()
        && let Some(before) = at.reverses.filter(|seq| *seq < at.seq).and_then(|seq| numbered(entries, seq))
    {
        at = before;
    }
    at
}

fn patches(entry: &Entry, entries: &[Entry]) -> Vec<String> {
    let root = root(entry, entries);
    if root.out.is_empty() {
        return root.patches().into_iter().map(|patch| patch.id.clone()).collect();
    }
    let gone = root.out.iter().filter_map(|gone| {
        numbered(entries, gone.entry)?.patches().get(gone.part).map(|patch| patch.id.clone())
    });
    gone.collect()
}

fn moved(entry: &Entry) -> Happened {
    match (&entry.patch, &entry.toggle) {
        (Some(patch), Some(toggle)) => Happened::Moved(format!("{}/{}", patch.id, toggle.id)),
        _ => Happened::Other,
    }
}

fn numbered(entries: &[Entry], seq: u64) -> Option<&Entry> {
    entries.get(usize::try_from(seq).ok()?.checked_sub(1)?)
}
