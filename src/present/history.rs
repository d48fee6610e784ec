//! What is in a folder, what was done to it, and what can be taken back.

use super::overview::{Fact, line};
use super::switches::SwitchRow;
use crate::model::{LayerKey, Position, TreePath};
use crate::report::{phrases, relations};
use crate::text::capitalised;
use crate::words::{self, fill, window};
use crate::workbench::{
    Action, CheckNote, Drift, DriftKind, Entry, FolderHistory, FolderStatus, HistoryCheck, Installed,
    PatchNote, Recalled, Removal, Turn, UncheckedChange, Which,
};

/// What is known about a folder, ready to be shown.
#[derive(Debug, Clone)]
pub struct FolderView {
    /// How things stand.
    pub status: FolderStatus,
    /// Patches in the folder, newest first.
    pub stack: Vec<StackRow>,
    /// Patches that were rolled back and are not in the folder any more, the one that went last first.
    pub gone: Vec<GonePatch>,
    /// What happened, newest first.
    pub events: Vec<EventRow>,
    /// What differs from what the history says, in a line each. Escaped.
    pub differences: Vec<String>,
    /// That somebody else wrote the history, or some of it, if so. Escaped.
    pub foreign: Option<String>,
    /// That entries are gone from the end of the history, if so. Escaped.
    pub shortened: Option<String>,
    /// That health checks of its changes are due, or may be running, if so. Escaped.
    pub unchecked: Option<String>,
    /// Patches in the folder that were withdrawn, and those of which something is undone.
    pub alarms: Vec<FolderAlarm>,
    /// The switches of its patches.
    pub switches: Vec<SwitchRow>,
}

/// A patch in the folder that somebody has to look at. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderAlarm {
    pub what: String,
    /// Why, and what to do instead.
    pub why: String,
}

/// A patch in the folder, for the stack. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackRow {
    /// Its id, exactly.
    pub exact: String,
    /// Its id and revision.
    pub id: String,
    pub title: String,
    /// When it came in.
    pub since: String,
    /// Whether it can go, or why not.
    pub can_roll_back: CanRollBack,
    /// Why it was withdrawn, if it was.
    pub withdrawn: Option<String>,
    /// Ids of the patches that this concerns: they share files with it, need it, or contain it.
    pub others: Vec<String>,
}

/// A patch that was in the folder. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GonePatch {
    /// Its id and revision.
    pub id: String,
    pub title: String,
    /// When it went.
    pub when: String,
}

/// Whether a patch can be rolled back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CanRollBack {
    /// It is the newest one that can be rolled back.
    Now,
    /// It lies below others, and no newer one shares a file with it.
    Alone,
    /// It lies below others, and files that newer ones share with it are put together again.
    Rebuilding,
    /// Patches that need it would have to go as well.
    WithOthers,
    /// Another patch contains it and replaced it.
    Contained,
    /// It was kept for good.
    GivenUp,
}

impl CanRollBack {
    pub const fn sentence(self) -> &'static str {
        match self {
            CanRollBack::Now => words::BACK_NOW,
            CanRollBack::Alone => words::BACK_ALONE,
            CanRollBack::Rebuilding => words::BACK_REBUILDING,
            CanRollBack::WithOthers => words::BACK_WITH_OTHERS,
            CanRollBack::Contained => words::BACK_CONTAINED,
            CanRollBack::GivenUp => words::BACK_GIVEN_UP,
        }
    }
}

/// What came of verifying a history. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedHistory {
    /// Whether every entry is as it was written, and as it was seen before.
    pub is_whole: bool,
    pub sentence: String,
    /// The first entry that does not fit, what was looked for, and what others wrote.
    pub details: String,
}

impl VerifiedHistory {
    pub(super) fn new(check: &HistoryCheck) -> Self {
        let fitting = phrases::count(check.fitting as usize, "entry", "entries");
        let seen = check.seen.map(|entry| fill(window::VERIFIED_SEEN, &[("n", &entry.to_string())]));
        let foreign = check.foreign.as_ref().map(|foreign| line(&foreign.sentence()));
        let head = check.head.filter(|_| check.fitting > 0);
        let head = head.map(|head| fill(window::VERIFIED_HEAD, &[("digest", &head.to_string())]));
        let problem = check.problem.as_ref().map(|(entry, why)| {
            fill(window::VERIFIED_PROBLEM, &[("n", &entry.to_string()), ("why", &line(why))])
        });
        let sentence = match &problem {
            None => fill(window::VERIFIED_WHOLE, &[("n", &fitting)]),
            Some(problem) => problem.clone(),
        };
        let older = check.older.as_ref().map(|older| line(&older.sentence()));
        let details: Vec<String> = [older, seen, foreign, head].into_iter().flatten().collect();
        let is_replaced = check.older.as_ref().is_some_and(|older| older.is_this_path);
        Self { is_whole: problem.is_none() && !is_replaced, sentence, details: details.join("\n") }
    }
}

/// One way to roll back. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollbackChoice {
    pub which: Which,
    /// What goes.
    pub what: String,
    pub stays: String,
}

/// Something that happened. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    pub number: u64,
    pub sign: EventSign,
    pub when: String,
    pub what: String,
    /// Who did it, and on which computer.
    pub by: Fact,
    /// Everything else about it.
    pub facts: Vec<Fact>,
}

/// What kind of thing happened, at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventSign {
    /// A patch came and stayed, or files were repaired.
    Applied,
    Reapplied,
    RolledBack,
    Repaired,
    /// It failed, or was rolled back because a check failed.
    Failed,
    Kept,
    Checked,
    Scripts,
    TurnedOn,
    TurnedOff,
}

impl EventSign {
    fn new(entry: &Entry, history: &[Entry]) -> Self {
        let is_undone = |by: &Entry| by.reverses == Some(entry.seq) && by.has_failed_check();
        match entry.action {
            Action::Apply if history.iter().any(is_undone) => EventSign::Failed,
            Action::Apply => EventSign::Applied,
            Action::Rollback if entry.has_failed_check() => EventSign::Failed,
            Action::Rollback => match entry.turn(history) {
                Turn::CameBack => EventSign::Reapplied,
                Turn::Repaired => EventSign::Repaired,
                _ => EventSign::RolledBack,
            },
            Action::Repair => EventSign::Repaired,
            Action::PutBack => EventSign::Failed,
            Action::Accept => EventSign::Kept,
            Action::Checked if entry.checks_due => EventSign::Failed,
            Action::Checked => EventSign::Checked,
            Action::Scripts => EventSign::Scripts,
            Action::Toggle => match &entry.toggle {
                Some(note) if note.position == Position::Off.as_str() => EventSign::TurnedOff,
                _ => EventSign::TurnedOn,
            },
        }
    }
}

impl FolderView {
    /// The view of a folder with this status and history.
    pub fn new(status: FolderStatus, history: &FolderHistory) -> Self {
        Self {
            stack: stack(&status),
            gone: gone(&status, history),
            events: events(history),
            differences: status.drift.iter().map(difference).collect(),
            foreign: foreign(&status),
            shortened: shortened(&status),
            unchecked: unchecked(&status),
            alarms: alarms(&status),
            switches: status.switches.iter().map(SwitchRow::new).collect(),
            status,
        }
    }

    /// The product with its version, as far as known.
    pub fn product(&self) -> Option<String> {
        let version = self.status.version.as_deref();
        match (self.status.product.as_deref(), version) {
            (Some(product), Some(version)) => Some(format!("{} {}", line(product), line(version))),
            (Some(only), None) | (None, Some(only)) => Some(line(only)),
            (None, None) => None,
        }
    }

    /// How far the folder can be rolled back: how many of its newest patches go, and what stays.
    pub fn ways_back(&self) -> Vec<RollbackChoice> {
        let ids = |rows: &[StackRow]| rows.iter().map(|row| line(&row.exact)).collect::<Vec<_>>().join(", ");
        let kept = self.stack.iter().position(|row| row.can_roll_back == CanRollBack::GivenUp);
        let most = kept.unwrap_or(self.stack.len());
        let is_end = |number: &usize| self.stack[number - 1].can_roll_back != CanRollBack::Contained;
        let choice = |number: usize| {
            let (go, stay) = self.stack.split_at(number);
            let template = match number {
                1 => window::NEWEST_PATCH,
                _ if stay.is_empty() => window::ALL_PATCHES,
                _ => window::NEWEST_PATCHES,
            };
            let what = fill(template, &[("n", &number.to_string()), ("id", &ids(go)), ("ids", &ids(go))]);
            let stays = match stay {
                [] => window::NOTHING_STAYS.to_owned(),
                _ => fill(window::STAYS, &[("ids", &ids(stay))]),
            };
            let which = if number == 1 { Which::Last } else { Which::Before(go[number - 1].exact.clone()) };
            RollbackChoice { which, what, stays }
        };
        (1..=most).filter(is_end).map(choice).collect()
    }

    /// The number of the newest entry of the history; 0 before the first.
    pub fn newest(&self) -> u64 {
        self.events.first().map_or(0, |event| event.number)
    }

    /// Whether what the last repair replaced can come back.
    pub fn can_undo_repair(&self) -> bool {
        self.status.can_undo_repair && !self.status.undid_repair
    }

    /// What undoes the last rollback, or rolls back again what came back last: what it does with which patches.
    pub fn last_turn(&self) -> Option<String> {
        let template = match self.status.brought_back {
            true => window::ROLL_BACK_AGAIN,
            false => window::REAPPLY_ID,
        };
        let ids: Vec<String> = self.status.last_moved.iter().map(|id| line(id)).collect();
        self.status.can_undo_rollback.then(|| fill(template, &[("id", &ids.join(", "))]))
    }

    /// Whether a patch can be rolled back now.
    pub fn can_take_back(&self) -> bool {
        let newest = self.status.installed.iter().rev().find(|patch| patch.replaced_by.is_none());
        newest.is_some_and(|patch| !patch.accepted)
    }
}

fn foreign(status: &FolderStatus) -> Option<String> {
    let unknown = status.memory_problem.as_deref().map(line);
    unknown.or_else(|| status.foreign.as_ref().map(|foreign| line(&foreign.sentence())))
}

fn shortened(status: &FolderStatus) -> Option<String> {
    let older = status.older.as_ref().filter(|older| older.is_this_path);
    older.map(|older| line(&older.sentence()))
}

fn unchecked(status: &FolderStatus) -> Option<String> {
    let sentence = |change: &UncheckedChange| format!("{}.", line(&change.sentence()));
    let due = status.unchecked.iter().map(sentence);
    let next = (!status.unchecked.is_empty()).then(|| window::UNCHECKED_NEXT.to_owned());
    let told: Vec<String> = due.chain(next).chain(status.checking.iter().map(sentence)).collect();
    (!told.is_empty()).then(|| told.join("\n"))
}

fn stack(status: &FolderStatus) -> Vec<StackRow> {
    let newest = status.installed.iter().rposition(|patch| patch.replaced_by.is_none());
    let row = |(index, patch): (usize, &Installed)| {
        let removal = status.removal.iter().find(|(key, _)| *key == patch.key);
        let (can_roll_back, others) = how_to_roll_back(removal.map(|(_, removal)| removal));
        let is_newest = Some(index) == newest && can_roll_back != CanRollBack::GivenUp;
        StackRow {
            exact: patch.patch.id.clone(),
            id: reference(&patch.patch),
            title: patch.patch.title.to_string(),
            since: phrases::moment(&patch.time),
            can_roll_back: if is_newest { CanRollBack::Now } else { can_roll_back },
            withdrawn: withdrawn(status, patch),
            others: others.iter().map(|id| line(id)).collect(),
        }
    };
    status.installed.iter().enumerate().rev().map(row).collect()
}

/// The last rollback is undone from its backups; to have any other patch again takes its patch file.
fn gone(status: &FolderStatus, history: &FolderHistory) -> Vec<GonePatch> {
    let comes_back = |id: &String| status.can_undo_rollback && status.last_moved.contains(id);
    let is_here = |id: &String| status.installed.iter().any(|patch| patch.patch.id == *id);
    let mut gone: Vec<GonePatch> = Vec::new();
    for entry in history.entries.iter().rev().filter(|entry| entry.action == Action::Rollback) {
        for patch in entry.patches() {
            let id = reference(patch);
            if !is_here(&patch.id) && !comes_back(&patch.id) && gone.iter().all(|other| other.id != id) {
                let (title, when) = (patch.title.to_string(), phrases::moment(&entry.time));
                gone.push(GonePatch { id, title, when });
            }
        }
    }
    gone
}

fn withdrawn(status: &FolderStatus, patch: &Installed) -> Option<String> {
    let is_it = |recalled: &&Recalled| {
        recalled.id == patch.patch.id
            && (recalled.revisions.is_empty() || recalled.revisions.contains(&patch.patch.revision))
    };
    status.held.iter().find(is_it).map(|recalled| line(&recalled.reason))
}

fn how_to_roll_back(removal: Option<&Removal>) -> (CanRollBack, &[String]) {
    match removal {
        None | Some(Removal::Alone) => (CanRollBack::Alone, &[]),
        Some(Removal::Rebuilding(others)) => (CanRollBack::Rebuilding, others),
        Some(Removal::NeededBy(others)) => (CanRollBack::WithOthers, others),
        Some(Removal::Contained(by)) => (CanRollBack::Contained, std::slice::from_ref(by)),
        Some(Removal::GivenUp) => (CanRollBack::GivenUp, &[]),
    }
}

fn events(history: &FolderHistory) -> Vec<EventRow> {
    let said = phrases::events(&history.entries);
    history.entries.iter().zip(said).rev().map(|(entry, said)| event(entry, said, history)).collect()
}

fn event(entry: &Entry, said: &str, history: &FolderHistory) -> EventRow {
    let event = capitalised(said);
    let ids: Vec<String> = entry.patches().into_iter().map(reference).collect();
    let patch = match &entry.toggle {
        Some(_) => Some(line(&entry.subject())),
        None => (!ids.is_empty()).then(|| ids.join(", ")),
    };
    let by = fill(words::USER_ON_HOST, &[("user", entry.user.raw()), ("host", entry.host.raw())]);
    let mut facts: Vec<Fact> =
        entry.patch.iter().map(|patch| Fact::new(words::TITLE, patch.title.raw())).collect();
    if let (Some(before), Some(after)) = (&entry.version_before, &entry.version_after)
        && before != after
    {
        facts.push(Fact::new(words::VERSION, &format!("{before} → {after}")));
    }
    // An entry whose places cannot be read is shown without them.
    let places = entry.steps.len();
    facts.push(Fact::new(words::PLACES, &phrases::count(places, "file", "files")));
    facts.extend(entry.outcomes().iter().map(|check| {
        let template = match check.passed {
            true => words::CHECK_PASSED,
            false if entry.has_stopped(check) => words::CHECK_STOPPED,
            false => words::CHECK_NOT_PASSED,
        };
        let what = fill(template, &[("check", &check.check), ("evidence", &check.evidence)]);
        Fact::new(words::CHECK, &what)
    }));
    let printed = entry.outcomes();
    facts.extend(
        printed.iter().filter_map(CheckNote::what_it_printed).map(|said| Fact::new(words::OUTPUT, &said)),
    );
    let set_aside = entry.overrides.iter().map(phrases::set_aside_here);
    let said = phrases::vouched(entry)
        .into_iter()
        .chain(phrases::why_moved(entry))
        .chain(phrases::occasion(entry))
        .chain(entry.remarks())
        .chain(set_aside);
    let is_foreign = history.foreign.as_ref().is_some_and(|foreign| foreign.holds(entry.seq));
    let name = if is_foreign { words::HISTORY_SAYS } else { words::NOTE };
    facts.extend(said.map(|said| Fact::new(name, &said)));
    facts.extend(entry.bundle.map(|digest| Fact::new(words::PATCH_FILE_SHA_256, &digest.to_string())));
    let what = patch.map_or_else(|| event.clone(), |patch| format!("{event}: {patch}"));
    EventRow {
        number: entry.seq,
        sign: EventSign::new(entry, &history.entries),
        when: phrases::moment(&entry.time),
        what: match entry.has_failed_check() {
            true => format!("{what} ({})", window::PART_CHECK_FAILED),
            false => what,
        },
        by: Fact::new(words::BY, &by),
        facts,
    }
}

/// Id and revision, escaped: an entry is only as trustworthy as the disk it is on.
fn reference(patch: &PatchNote) -> String {
    line(&patch.reference().map_or_else(|| patch.id.clone(), |reference| reference.to_string()))
}

/// Patches that were withdrawn, or of which nobody can tell, those that are only said to be in, and those of which
/// something is undone.
fn alarms(status: &FolderStatus) -> Vec<FolderAlarm> {
    let undone = |(key, files): &(LayerKey, Vec<TreePath>)| {
        let patch = status.installed.iter().find(|patch| patch.key == *key)?;
        Some(FolderAlarm {
            what: fill(words::UNDONE_HERE, &[("id", &line(&patch.patch.id))]),
            why: fill(words::UNDONE_HERE_WHY, &[("undone", &line(&capitalised(&relations::undone(files))))]),
        })
    };
    let unread = status.lists_problem.iter().map(|problem| FolderAlarm {
        what: window::LISTS_UNREAD.to_owned(),
        why: line(&capitalised(problem)),
    });
    let only_said = |key: &LayerKey| {
        let patch = status.installed.iter().find(|patch| patch.key == *key)?;
        Some(FolderAlarm {
            what: fill(words::ONLY_SAID_HERE, &[("id", &line(&patch.patch.id))]),
            why: words::ONLY_SAID_HERE_WHY.to_owned(),
        })
    };
    let known = status.held.iter().map(called_back);
    let doubted = status.doubted.iter().filter_map(only_said);
    let undone = status.undone.iter().filter_map(undone);
    unread.chain(known).chain(doubted).chain(undone).collect()
}

fn called_back(held: &Recalled) -> FolderAlarm {
    let reason = line(&capitalised(&held.reason));
    FolderAlarm {
        what: fill(words::CALLED_BACK, &[("id", &line(&held.id))]),
        why: format!("{}. {}", reason.trim_end_matches('.'), line(&held.hint().pressed())),
    }
}

fn difference(drift: &Drift) -> String {
    let template = match drift.kind {
        DriftKind::Missing => words::DIFFERS_MISSING,
        DriftKind::Unexpected => words::DIFFERS_UNEXPECTED,
        DriftKind::Edited => words::DIFFERS_EDITED,
        DriftKind::Permissions => words::DIFFERS_PERMISSIONS,
        DriftKind::Unreadable => words::DIFFERS_UNREADABLE,
    };
    let cause = line(&drift.problem.clone().unwrap_or_else(|| drift.cause.phrase()));
    let last =
        drift.patch.as_deref().map(|id| format!(" {}", fill(words::LAST_CHANGED_BY, &[("id", &line(id))])));
    fill(
        template,
        &[("path", &line(drift.path.as_str())), ("cause", &cause), ("patch", &last.unwrap_or_default())],
    )
}
