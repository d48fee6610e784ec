//! How changing folders goes, in figures: reads the histories and what the patches in them say.

pub(in crate::workbench) mod exposition;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rayon::prelude::*;

use super::stack::{manifest_of, read_ledger};
use super::unchecked::unchecked;
use crate::disk::fs::Fs;
use crate::ledger::{Action, Entry, Ledger, ScriptState, Turn, Turns};
use crate::model::{About, LayerKey, Patch, ReasonKind, ResolvedIssue};
use crate::plan::{ChangeEvent, Deed, Metrics, Period};
use crate::workbench::{Error, Foreign, OlderCopy, Result, UncheckedChange, UnfinishedWork, Workbench};

/// Figures of several folders, together and one by one.
#[derive(Debug, Clone)]
pub(crate) struct FolderMetrics {
    pub folders: Vec<MeasuredFolder>,
    /// Of all folders together; a folder is told by its number in `folders`.
    pub all: Metrics,
    /// The period as moments, RFC 3339.
    pub since: String,
    pub until: String,
}

/// One folder and its figures.
#[derive(Debug, Clone)]
pub(crate) struct MeasuredFolder {
    pub path: PathBuf,
    /// How many entries its history has.
    pub entries: usize,
    /// Entries that this person did not write on this machine.
    pub foreign: Option<Foreign>,
    /// That there were more entries, if so: figures of a part.
    pub older: Option<OlderCopy>,
    /// Changes that count, and of which nobody knows whether the product works with them.
    pub unchecked: Vec<UncheckedChange>,
    /// A change that was interrupted, and counts nowhere as long as nobody has recovered it.
    pub unfinished: Option<UnfinishedWork>,
    pub metrics: Metrics,
}

impl Workbench {
    /// The figures of `folders` from `since` until now; one that is named twice, by whatever names, counts once. Writes nothing.
    ///
    /// # Errors
    /// If a history can't be read or its chain is broken: figures of a part would be figures of something else.
    pub(crate) fn metrics(&self, folders: &[PathBuf], since: Timestamp) -> Result<FolderMetrics> {
        let now = self.environment().timestamp();
        let period = Period { since: since.as_second(), until: now.as_second() };
        let mut histories = Vec::new();
        let mut measured = Vec::new();
        let mut known: BTreeSet<PathBuf> = BTreeSet::new();
        for path in folders {
            if !known.insert(path.canonicalize().unwrap_or_else(|_| path.clone())) {
                continue;
            }
            let FolderEvents { events, foreign, older, unchecked } = self.events_of(path, period)?;
            let unfinished = match self.unfinished(path) {
                // Nobody has interrupted what is going on at this moment.
                Err(Error::Busy { .. }) => None,
                found => found?,
            };
            let metrics = Metrics::new(std::slice::from_ref(&events), period);
            let (path, entries) = (path.clone(), events.len());
            measured.push(MeasuredFolder { path, entries, foreign, older, unchecked, unfinished, metrics });
            histories.push(events);
        }
        let spelled = |second| Timestamp::from_second(second).unwrap_or(now).to_string();
        Ok(FolderMetrics {
            folders: measured,
            all: Metrics::new(&histories, period),
            since: spelled(period.since),
            until: spelled(period.until),
        })
    }

    fn events_of(&self, folder: &Path, period: Period) -> Result<FolderEvents> {
        let fs = self.disk(folder)?;
        let look = || {
            let ledger = read_ledger(&*fs)?;
            // What counts nowhere need not be read.
            let counts = |entry: &Entry| {
                seconds(&entry.time).is_some_and(|time| (period.since..=period.until).contains(&time))
            };
            let patches = |entry: &Entry| match counts(entry) {
                true => patches_of(&*fs, &ledger, entry),
                false => Vec::new(),
            };
            Ok(FolderEvents {
                events: events(&ledger, &patches),
                foreign: self.foreign(&ledger)?,
                older: self.older_copy(folder, &ledger)?,
                unchecked: unchecked(&*fs, &ledger)?,
            })
        };
        self.read_consistently(folder, &*fs, look, |_| true)
    }
}

/// What is read of one folder.
struct FolderEvents {
    events: Vec<ChangeEvent>,
    foreign: Option<Foreign>,
    older: Option<OlderCopy>,
    unchecked: Vec<UncheckedChange>,
}

/// Reads a day, or a moment.
pub(crate) fn moment(text: &str) -> Option<Timestamp> {
    let of_day = |date: Date| date.to_zoned_datetime(TimeZone::UTC).ok().map(|day| day.timestamp());
    text.parse::<Timestamp>().ok().or_else(|| text.parse::<Date>().ok().and_then(of_day))
}

/// Each entry as figures need it. `patches` has the manifests of those that brought patches.
fn events(ledger: &Ledger, patches: &(dyn Fn(&Entry) -> Vec<Option<Patch>> + Sync)) -> Vec<ChangeEvent> {
    let turns = Turns::new(ledger.entries());
    ledger.entries().par_iter().map(|entry| event(&turns, entry, patches)).collect()
}

fn event(turns: &Turns, entry: &Entry, patches: &dyn Fn(&Entry) -> Vec<Option<Patch>>) -> ChangeEvent {
    let time = seconds(&entry.time);
    let deed = deed(entry, turns);
    let failed = entry.checks.iter().any(|check| !check.passed)
        || entry.scripts.iter().any(|script| script.state == ScriptState::Failed);
    let is_stopped = entry.is_of_stopped_checks();
    let is_unasked = entry.action == Action::Rollback && failed && !is_stopped && entry.reason.is_none();
    let mut event = ChangeEvent {
        entry: entry.seq,
        deed,
        time,
        begun: entry.begun.as_ref().map_or(time, |begun| seconds(begun)),
        patches: entry.patches().iter().map(|patch| patch.id.clone()).collect(),
        undoes: undone(turns, entry, is_unasked || is_stopped),
        is_fault: entry.reason.as_ref().is_some_and(|reason| reason.kind == ReasonKind::Fault),
        is_unasked,
        is_stopped,
        downtime: entry
            .downtime
            .as_ref()
            .and_then(|down| Some((seconds(&down.from)?, seconds(&down.until)?))),
        committed: Vec::new(),
        opened: Vec::new(),
        made: Vec::new(),
        is_rework: None,
        mends: Vec::new(),
        published: Vec::new(),
    };
    if deed == Deed::Applied {
        let mut told = BTreeSet::new();
        let mut rework = Vec::new();
        for (patch, id) in patches(entry).iter().zip(&event.patches) {
            let about = patch.as_ref().map(|patch| &patch.about);
            let committed = about.and_then(|about| seconds(about.committed.as_deref()?));
            event.committed.push((id.clone(), committed));
            rework.push(about.and_then(About::is_rework));
            event.mends.extend(about.iter().flat_map(|about| &about.mends).map(ToString::to_string));
            let issues = about.iter().flat_map(|about| &about.issues);
            let opened = issues.filter_map(|issue| moment(issue.opened.as_deref()?)).min();
            event.opened.push((id.clone(), opened.map(Timestamp::as_second)));
            event.made.push((id.clone(), patch.as_ref().and_then(|patch| seconds(&patch.created))));
            let resolved = patch.iter().flat_map(|patch| &patch.about.resolves);
            for one in resolved.filter(|one| one.is_fixed_vulnerability()) {
                told.extend(one.ids().cloned());
                event.published.push((one.id.clone(), published(one)));
            }
        }
        event.is_rework = match rework.contains(&Some(true)) {
            true => Some(true),
            false if rework.is_empty() || rework.contains(&None) => None,
            false => Some(false),
        };
        let untold = entry.resolved.iter().filter(|id| !told.contains(*id));
        event.published.extend(untold.map(|id| (id.clone(), None)));
    }
    event
}

fn published(resolved: &ResolvedIssue) -> Option<i64> {
    moment(resolved.published.as_deref()?).map(Timestamp::as_second)
}

fn deed(entry: &Entry, turns: &Turns) -> Deed {
    match entry.action {
        Action::Apply => Deed::Applied,
        Action::Rollback => match turns.of(entry) {
            Turn::Went => Deed::RolledBack,
            Turn::CameBack => Deed::Reapplied,
            Turn::Repaired | Turn::RepairUndone => Deed::Repaired,
            Turn::Switched | Turn::SwitchedBack => Deed::Switched,
        },
        Action::Repair => Deed::Repaired,
        Action::PutBack => Deed::PutBack,
        Action::Toggle => Deed::Switched,
        // With one that failed, it isn't over.
        Action::Checked if entry.checks_due => Deed::Other,
        Action::Checked => Deed::Checked,
        Action::Accept | Action::Scripts => Deed::Other,
    }
}

/// The entries whose changes a rollback undoes: those that brought the patches that go, or moved the switch; of one that
/// nobody asked for, the very change that failed, which may be one that brought patches back.
fn undone(turns: &Turns, entry: &Entry, is_unasked: bool) -> Vec<u64> {
    if entry.action != Action::Rollback {
        return Vec::new();
    }
    // Only what came before: a history can say anything.
    let Some(reversed) = entry.reverses.filter(|before| *before < entry.seq) else {
        let brought: BTreeSet<u64> = entry.out.iter().map(|gone| gone.entry).collect();
        return brought.into_iter().collect();
    };
    match is_unasked {
        true => vec![reversed],
        false => turns.undone_by(entry).into_iter().collect(),
    }
}

/// The manifests of the patches that `entry` brought; `None` for one that is gone or damaged.
fn patches_of(fs: &dyn Fs, ledger: &Ledger, entry: &Entry) -> Vec<Option<Patch>> {
    let parts = 0..entry.parts.len().max(1);
    parts.map(|part| manifest_of(fs, ledger, LayerKey { entry: entry.seq, part })).collect()
}

fn seconds(time: &str) -> Option<i64> {
    time.parse::<Timestamp>().ok().map(Timestamp::as_second)
}
