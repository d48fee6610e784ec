//! What has to be done so that a folder has the patches that a file says it should have, and what is left to people. Decided
//! from what was seen and from what the history says; no clock, no disk.
//!
//! What a person did last is never undone: who rolled a patch back knows something that the file does not. It counts from
//! when the folder first heard of the file as it is now. A file that was changed since is a new word.

mod past;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Position, choices};
use crate::plan::why::{PatchDoubt, Wanted};
use crate::text::confusables::NameMatch;
pub(crate) use past::{Happened, HistoryEvent, Past, Person};

choices! {
    /// What becomes of patches that the file does not name.
    #[derive(Default)]
    pub(crate) enum Others {
        /// They are told.
        #[default]
        Report = "report",
        /// They are rolled back.
        RollBack = "roll-back",
    }

    /// What becomes of files that are not as the patches left them.
    #[derive(Default)]
    pub(crate) enum OnDrifted {
        /// They are told.
        #[default]
        Report = "report",
        /// They are repaired.
        Repair = "repair",
        /// Nothing in such a folder is changed.
        Refuse = "refuse",
    }
}

/// What a file says of one folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FolderWish {
    pub product: Option<String>,
    /// The versions that it may be; empty: any.
    pub versions: Vec<String>,
    /// Patches to have, with the oldest revision that will do.
    pub have: BTreeMap<String, u32>,
    /// Patches not to have.
    pub not: BTreeSet<String>,
    pub others: Others,
    pub drift: OnDrifted,
    /// Where switches stand, by patch and switch.
    pub toggles: BTreeMap<String, WantedPosition>,
}

impl FolderWish {
    /// Whether it could undo what a person does: then a folder has to hear of it before anybody does something there.
    pub fn may_undo(&self) -> bool {
        !self.not.is_empty() || !self.toggles.is_empty() || self.others == Others::RollBack
    }
}

/// Where a switch is to stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WantedPosition {
    pub to: Position,
    /// Why, for the history; one that keeps a vulnerability closed is not turned off without.
    pub reason: Option<String>,
    /// The ticket that it belongs to.
    pub ticket: Option<String>,
}

/// A patch in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PatchHere {
    pub id: String,
    pub revision: u32,
    /// The patch that contains it and stands for it.
    pub replaced_by: Option<String>,
    /// Why it isn't the patch that it is called, if so.
    pub doubt: Option<PatchDoubt>,
}

/// What was seen in a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ObservedFolder {
    pub product: Option<String>,
    pub version: Option<String>,
    /// The version from before the patches that are there, if they alone made it what it is.
    pub version_before: Option<String>,
    pub patches: Vec<PatchHere>,
    /// How many files are not as the patches left them.
    pub drifted: usize,
    /// Where each switch stands, by patch and switch; none where it stands at neither.
    pub switches: BTreeMap<String, Option<Position>>,
}

/// What is done about something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum DueAction {
    RollBack,
    Apply,
    Repair,
    Turn(Position),
}

/// What an expectation is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ExpectationSubject {
    Folder,
    Patch(String),
    Files,
    Switch(String),
}

impl ExpectationSubject {
    /// The patch or the switch, by its name.
    pub fn name(&self) -> &str {
        match self {
            ExpectationSubject::Patch(name) | ExpectationSubject::Switch(name) => name,
            ExpectationSubject::Folder | ExpectationSubject::Files => "",
        }
    }
}

/// How an expectation stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ExpectationStanding {
    /// As it should be.
    Met,
    /// So, because this patch contains it.
    MetBy(String),
    /// It can be made so.
    Due(DueAction),
    /// It was made so.
    Done(DueAction),
    /// It differs, and that is left to people.
    Left(Left),
    /// There is a problem to resolve first.
    Blocked(Wanted),
    /// It was tried, and everything is as before.
    Failed(Wanted),
}

/// Why something that differs is not changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Left {
    /// A person rolled it back.
    RolledBack(Person),
    /// The same, and a newer patch was there since, so the file alone can't apply it again.
    TooOld(Person),
    /// It was applied, its check failed, and it was rolled back.
    Failed(Person),
    /// A person applied it.
    Applied(Person),
    /// A person moved it.
    Moved(Person),
    /// The file does not name it, and says that such are only told.
    NotNamed,
    /// This many files are not as expected, and the file says that this is only told.
    Drifted(usize),
    /// The site's own versions of its files stay, so nothing of it would be put in.
    KeptOut,
    /// The switch belongs to a patch that isn't there.
    WithoutPatch,
    /// Somebody asked that the folder be left alone.
    Held { by: Person, reason: String, until: Option<String> },
}

/// One expectation of a file, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expectation {
    pub about: ExpectationSubject,
    pub standing: ExpectationStanding,
}

impl Expectation {
    pub fn new(about: ExpectationSubject, standing: ExpectationStanding) -> Self {
        Self { about, standing }
    }

    fn patch(id: &str, standing: ExpectationStanding) -> Self {
        Self::new(ExpectationSubject::Patch(id.to_owned()), standing)
    }

    pub(crate) fn is_met(&self) -> bool {
        matches!(
            self.standing,
            ExpectationStanding::Met | ExpectationStanding::MetBy(_) | ExpectationStanding::Done(_)
        )
    }
}

/// Every expectation about a folder, in the order in which what is due is done. `at_hand` has the newest revision of every
/// patch whose file is there; `is_over` says whether a day has come.
pub(crate) fn decide(
    wish: &FolderWish,
    seen: &ObservedFolder,
    past: &Past,
    at_hand: &BTreeMap<String, u32>,
    is_over: impl Fn(&str) -> bool,
) -> Vec<Expectation> {
    if let Some((by, reason, until)) = &past.held
        && !until.as_deref().is_some_and(is_over)
    {
        let (by, reason, until) = (by.clone(), reason.clone(), until.clone());
        return vec![Expectation::new(
            ExpectationSubject::Folder,
            ExpectationStanding::Left(Left::Held { by, reason, until }),
        )];
    }
    if let Some(entry) = past.said_held {
        let why = Wanted::Unbelieved { entry };
        return vec![Expectation::new(ExpectationSubject::Folder, ExpectationStanding::Blocked(why))];
    }
    if let Some(why) = unfit(wish, seen) {
        return vec![Expectation::new(ExpectationSubject::Folder, ExpectationStanding::Blocked(why))];
    }
    let wanted: Vec<_> = wish.have.iter().map(|(id, least)| have(id, *least, seen, past, at_hand)).collect();
    // Nothing else goes as long as what should be there can't come.
    let is_complete = !wanted.is_empty()
        && wanted.iter().all(|one| !matches!(one.standing, ExpectationStanding::Blocked(_)));
    let mut all: Vec<Expectation> = wish.not.iter().filter_map(|id| not(id, seen, past)).collect();
    all.extend(others(wish, seen, past, is_complete));
    let coming = |patch: &str| {
        let comes = |one: &&Expectation| one.standing == ExpectationStanding::Due(DueAction::Apply);
        wanted.iter().filter(comes).any(|one| one.about == ExpectationSubject::Patch(patch.to_owned()))
    };
    // Of a patch that should be there and isn't, more is said where it is expected.
    let is_missing =
        |patch: &str| wish.have.contains_key(patch) && seen.patches.iter().all(|here| here.id != patch);
    let toggles = wish.toggles.iter();
    let toggles: Vec<_> =
        toggles.map(|(name, turn)| switch(name, turn.to, seen, past, coming, is_missing)).collect();
    let is_as_wanted = !wanted.is_empty() && wanted.iter().all(Expectation::is_met);
    all.extend(wanted);
    all.extend(drift(wish, seen));
    all.extend(toggles);
    let is_due = |one: &Expectation| matches!(one.standing, ExpectationStanding::Due(_));
    match other_version(wish, seen) {
        // What came in as wanted stays in line, whatever version that is now.
        Some(why) if !is_as_wanted || all.iter().any(is_due) => {
            vec![Expectation::new(ExpectationSubject::Folder, ExpectationStanding::Blocked(why))]
        }
        _ => all,
    }
}

/// Why nothing is changed in a folder of this version.
fn other_version(wish: &FolderWish, seen: &ObservedFolder) -> Option<Wanted> {
    let mut found = seen.version.iter().chain(&seen.version_before);
    match wish.versions.is_empty() || found.any(|found| wish.versions.contains(found)) {
        true => None,
        false => Some(Wanted::OtherVersion { wanted: wish.versions.clone(), found: seen.version.clone() }),
    }
}

/// Why nothing at all is done in a folder.
fn unfit(wish: &FolderWish, seen: &ObservedFolder) -> Option<Wanted> {
    if let (Some(wanted), Some(found)) = (&wish.product, &seen.product)
        && !NameMatch::between(wanted, found).is_same()
    {
        return Some(Wanted::OtherProduct { wanted: wanted.clone(), found: found.clone() });
    }
    match (wish.drift, seen.drifted) {
        (OnDrifted::Refuse, 1..) => Some(Wanted::Drifted { count: seen.drifted }),
        _ => None,
    }
}

fn have(
    id: &str,
    least: u32,
    seen: &ObservedFolder,
    past: &Past,
    at_hand: &BTreeMap<String, u32>,
) -> Expectation {
    let mut fitting: Vec<&PatchHere> =
        seen.patches.iter().filter(|patch| patch.id == id && patch.revision >= least).collect();
    fitting.sort_by_key(|patch| (patch.doubt.is_some(), patch.replaced_by.is_some()));
    let here = fitting.first();
    let said = past.said.get(id).filter(|_| here.is_none());
    if let Some(entry) = said {
        return Expectation::patch(id, ExpectationStanding::Blocked(Wanted::Unbelieved { entry: *entry }));
    }
    let standing = match (here, past.out.get(id), at_hand.get(id)) {
        (Some(PatchHere { doubt: Some(doubt), .. }), ..) => {
            ExpectationStanding::Blocked(Wanted::Doubted { id: id.to_owned(), doubt: *doubt })
        }
        (Some(PatchHere { replaced_by: Some(by), .. }), ..) => ExpectationStanding::MetBy(by.clone()),
        (Some(_), ..) => ExpectationStanding::Met,
        (None, Some((person, true)), _) => ExpectationStanding::Left(Left::Failed(person.clone())),
        (None, Some((person, false)), _) => ExpectationStanding::Left(Left::RolledBack(person.clone())),
        (None, None, Some(revision)) if *revision >= least => ExpectationStanding::Due(DueAction::Apply),
        (None, None, newest) => {
            ExpectationStanding::Blocked(Wanted::NoFile { least, newest: newest.copied() })
        }
    };
    Expectation::patch(id, standing)
}

fn not(id: &str, seen: &ObservedFolder, past: &Past) -> Option<Expectation> {
    let mut here: Vec<&PatchHere> = seen.patches.iter().filter(|patch| patch.id == id).collect();
    here.sort_by_key(|patch| patch.replaced_by.is_some());
    let here = here.first()?;
    Some(Expectation::patch(
        id,
        match (&here.replaced_by, past.brought.get(id)) {
            (Some(by), _) => {
                ExpectationStanding::Blocked(Wanted::Inside { id: id.to_owned(), by: by.clone() })
            }
            (None, Some(person)) => ExpectationStanding::Left(Left::Applied(person.clone())),
            (None, None) => ExpectationStanding::Due(DueAction::RollBack),
        },
    ))
}

/// Patches that the file names neither as to have nor as not to have, and that stand for none that it names.
fn others<'a>(
    wish: &'a FolderWish,
    seen: &'a ObservedFolder,
    past: &'a Past,
    is_complete: bool,
) -> impl Iterator<Item = Expectation> + 'a {
    let stands_for_one = |by: &str| {
        let mut inside = seen.patches.iter().filter(|patch| patch.replaced_by.as_deref() == Some(by));
        inside.any(|patch| wish.have.contains_key(&patch.id))
    };
    let is_other = move |patch: &&PatchHere| {
        let is_named = wish.have.contains_key(&patch.id) || wish.not.contains(&patch.id);
        !is_named && patch.replaced_by.is_none() && !stands_for_one(&patch.id)
    };
    seen.patches.iter().filter(is_other).map(move |patch| {
        let standing = match past.brought.get(&patch.id) {
            _ if wish.others == Others::Report || !is_complete => ExpectationStanding::Left(Left::NotNamed),
            Some(person) => ExpectationStanding::Left(Left::Applied(person.clone())),
            None => ExpectationStanding::Due(DueAction::RollBack),
        };
        Expectation::patch(&patch.id, standing)
    })
}

fn drift(wish: &FolderWish, seen: &ObservedFolder) -> Option<Expectation> {
    let standing = match (wish.drift, seen.drifted) {
        (_, 0) => return None,
        (OnDrifted::Repair, _) => ExpectationStanding::Due(DueAction::Repair),
        (_, count) => ExpectationStanding::Left(Left::Drifted(count)),
    };
    Some(Expectation::new(ExpectationSubject::Files, standing))
}

fn switch(
    name: &str,
    to: Position,
    seen: &ObservedFolder,
    past: &Past,
    coming: impl Fn(&str) -> bool,
    is_missing: impl Fn(&str) -> bool,
) -> Expectation {
    let patch = name.split_once('/').map_or(name, |(patch, _)| patch);
    let standing = match (seen.switches.get(name), past.moved.get(name)) {
        (Some(Some(stands)), _) if *stands == to => ExpectationStanding::Met,
        (Some(_), _) if past.said.contains_key(name) => {
            ExpectationStanding::Blocked(Wanted::Unbelieved { entry: past.said[name] })
        }
        (Some(_), Some(person)) => ExpectationStanding::Left(Left::Moved(person.clone())),
        (Some(_), None) => ExpectationStanding::Due(DueAction::Turn(to)),
        (None, _) if coming(patch) => ExpectationStanding::Due(DueAction::Turn(to)),
        (None, _) if is_missing(patch) => ExpectationStanding::Left(Left::WithoutPatch),
        (None, _) => ExpectationStanding::Blocked(Wanted::NoSwitch { name: name.to_owned() }),
    };
    Expectation::new(ExpectationSubject::Switch(name.to_owned()), standing)
}

#[cfg(test)]
mod tests;
