//! What is in a folder, what was done to it, and what can be taken back.

use super::overview::{Fact, line};
use super::words;
use crate::report::phrases;
use crate::text::capitalised;
use crate::workbench::{Drift, DriftKind, Entry, History, Installed, Removal, Status};

/// What is known about a folder.
#[derive(Debug, Clone)]
pub struct FolderView {
    /// How things stand.
    pub status: Status,
    /// Everything that happened, oldest first.
    pub history: History,
}

/// A patch in the folder, for the stack. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackRow {
    /// Its id and revision.
    pub id: String,
    /// Its title.
    pub title: String,
    /// When it came in.
    pub since: String,
    /// Whether it can go, or why not.
    pub way_back: WayBack,
    /// Ids of the patches that this concerns: they share files with it, need it, or contain it.
    pub others: Vec<String>,
}

/// Whether a patch can be taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayBack {
    /// It is the newest one with a way back.
    Now,
    /// It lies below others, and no newer one shares a file with it.
    Alone,
    /// It lies below others, and files that newer ones share with it are put together again.
    Rebuilding,
    /// Patches that need it would have to go as well.
    WithOthers,
    /// Another patch contains it and replaced it.
    Contained,
    /// The way back was given up.
    GivenUp,
}

impl WayBack {
    /// As a sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            WayBack::Now => "Can be taken back now",
            WayBack::Alone => "Can be taken out by itself",
            WayBack::Rebuilding => "Can be taken out; files that newer ones share are put together again",
            WayBack::WithOthers => "Can be taken out only with those that need it",
            WayBack::Contained => "Inactive: a newer patch contains it",
            WayBack::GivenUp => "Its way back was given up",
        }
    }
}

/// Something that happened. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// Its number.
    pub number: u64,
    /// When.
    pub when: String,
    /// What.
    pub what: String,
    /// Everything else about it.
    pub facts: Vec<Fact>,
}

impl FolderView {
    /// The product with its version, as far as known.
    pub fn product(&self) -> Option<String> {
        let version = self.status.version.as_deref();
        match (self.status.product.as_deref(), version) {
            (Some(product), Some(version)) => Some(format!("{} {}", line(product), line(version))),
            (Some(only), None) | (None, Some(only)) => Some(line(only)),
            (None, None) => None,
        }
    }

    /// Patches in the folder, newest first.
    pub fn stack(&self) -> Vec<StackRow> {
        let newest = self.status.installed.iter().rposition(|patch| patch.replaced_by.is_none());
        let row = |(index, patch): (usize, &Installed)| {
            let removal = self.status.removal.iter().find(|(key, _)| *key == patch.key);
            let (way_back, others) = way_back(removal.map(|(_, removal)| removal));
            let is_newest = Some(index) == newest && way_back != WayBack::GivenUp;
            StackRow {
                id: line(&reference(&patch.patch.id, patch.patch.revision)),
                title: line(&patch.patch.title),
                since: phrases::moment(&patch.time),
                way_back: if is_newest { WayBack::Now } else { way_back },
                others: others.iter().map(|id| line(id)).collect(),
            }
        };
        self.status.installed.iter().enumerate().rev().map(row).collect()
    }

    /// Whether a patch can be taken out now.
    pub fn can_take_back(&self) -> bool {
        let newest = self.status.installed.iter().rev().find(|patch| patch.replaced_by.is_none());
        newest.is_some_and(|patch| !patch.accepted)
    }

    /// What happened, newest first.
    pub fn events(&self) -> Vec<EventRow> {
        self.history.entries.iter().rev().map(|entry| self.event(entry)).collect()
    }

    /// What differs from what the history says, in a line each.
    pub fn differences(&self) -> Vec<String> {
        self.status.drift.iter().map(difference).collect()
    }

    fn event(&self, entry: &Entry) -> EventRow {
        let reversed = entry.reverses.and_then(|seq| self.history.entries.iter().find(|e| e.seq == seq));
        let event = capitalised(phrases::event(entry, reversed));
        let patches = entry.patches();
        let ids: Vec<String> =
            patches.iter().map(|patch| line(&reference(&patch.id, patch.revision))).collect();
        let patch = (!ids.is_empty()).then(|| ids.join(", "));
        let mut facts = vec![Fact::new("By", &format!("{} on {}", entry.user, entry.host))];
        facts.extend(entry.patch.as_ref().map(|patch| Fact::new("Title", &patch.title)));
        if let (Some(before), Some(after)) = (&entry.version_before, &entry.version_after)
            && before != after
        {
            facts.push(Fact::new("Version", &format!("{before} → {after}")));
        }
        // An entry whose places cannot be read is shown without them.
        let places = entry.steps().map(|steps| steps.len()).unwrap_or_default();
        facts.push(Fact::new("Places", &phrases::count(places, "place", "places")));
        facts.extend(entry.checks.iter().map(|check| {
            let passed = if check.passed { "passed" } else { "did not pass" };
            Fact::new("Check", &format!("{} · {passed} · {}", check.check, check.evidence))
        }));
        facts.extend(entry.remarks.iter().map(|remark| Fact::new("Note", remark)));
        facts.extend(entry.bundle.map(|digest| Fact::new("Patch file, SHA-256", &digest.to_string())));
        EventRow {
            number: entry.seq,
            when: phrases::moment(&entry.time),
            what: patch.map_or_else(|| event.clone(), |patch| format!("{event}: {patch}")),
            facts,
        }
    }
}

fn way_back(removal: Option<&Removal>) -> (WayBack, &[String]) {
    match removal {
        None | Some(Removal::Alone) => (WayBack::Alone, &[]),
        Some(Removal::Rebuilding(others)) => (WayBack::Rebuilding, others),
        Some(Removal::NeededBy(others)) => (WayBack::WithOthers, others),
        Some(Removal::Contained(by)) => (WayBack::Contained, std::slice::from_ref(by)),
        Some(Removal::GivenUp) => (WayBack::GivenUp, &[]),
    }
}

fn reference(id: &str, revision: u32) -> String {
    if revision > 1 { format!("{id} (revision {revision})") } else { id.to_owned() }
}

fn difference(drift: &Drift) -> String {
    let what = match drift.kind {
        DriftKind::Missing => "is missing",
        DriftKind::Unexpected => "is there and should not be",
        DriftKind::Edited => words::DIFFERS,
        DriftKind::Permissions => "has other permissions",
    };
    let patch =
        drift.patch.as_deref().map(|id| format!(" (last changed by {})", line(id))).unwrap_or_default();
    format!("{} {what}{patch}", line(drift.path.as_str()))
}
