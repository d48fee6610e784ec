//! How folders stand to a state file: each with what differs, what is left to people and why, and what can be done at once.

use std::path::PathBuf;

use super::home::folder_text;
use super::overview::{line, path_line};
use crate::plan::wanted::{DueAction, Expectation, ExpectationStanding, ExpectationSubject, Left};
use crate::report::{Report, phrases, wanted};
use crate::text::capitalised;
use crate::words::{self, fill, many};
use crate::workbench::{FolderStand, ReconcileWish, Reconciled};

/// Most folders that are shown, those that need something first.
const MAX_ROWS: usize = 200;

/// Which folders are compared with which file, and how far a run may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedForm {
    /// The state file.
    pub file: Option<PathBuf>,
    /// Only this folder of it.
    pub only: Option<PathBuf>,
    /// Whether what people did by hand is undone where the file says otherwise.
    pub again: bool,
    /// Most patches that one run rolls back.
    pub most_rolled_back: usize,
    /// Whether folders that are in line are listed, too.
    pub shows_all: bool,
}

impl Default for WantedForm {
    fn default() -> Self {
        Self { file: None, only: None, again: false, most_rolled_back: 1, shows_all: false }
    }
}

impl WantedForm {
    /// The comparison, which changes nothing.
    pub(super) fn wish(&self) -> ReconcileWish {
        ReconcileWish {
            state: self.file.clone().unwrap_or_default(),
            folder: self.only.clone(),
            apply: false,
            again: self.again,
            max_rolled_back: self.most_rolled_back,
            commit: None,
        }
    }
}

/// What something comes to, for its sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExpectationMark {
    /// Somebody has to look at it.
    Trouble,
    /// It is left to people, or waits for something.
    Left,
    /// It is about to be changed.
    Due,
    /// As it should be.
    Good,
}

/// One expectation. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedRow {
    pub mark: ExpectationMark,
    /// What it is about, and how that stands.
    pub said: String,
    /// What can be done where the program does not do it by itself; may be empty.
    pub way_out: String,
}

/// One folder. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedFolder {
    pub path: PathBuf,
    pub name: String,
    pub shown_path: String,
    pub mark: ExpectationMark,
    pub state: String,
    /// What is not as it should be.
    pub rows: Vec<WantedRow>,
    /// What is, in words; may be empty.
    pub met: String,
    /// Whether somebody asked that it be left alone.
    pub is_held: bool,
}

/// How all folders stand. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedPage {
    pub headline: String,
    /// Those that need something first.
    pub folders: Vec<WantedFolder>,
    /// How many there are beyond those.
    pub more: usize,
    /// What would be done, a sentence for each kind.
    pub due: Vec<String>,
    /// How many changes that are.
    pub due_changes: usize,
    /// In how many folders.
    pub due_folders: usize,
    /// How many patches would be rolled back, where that is more than one run may.
    pub too_many: Option<usize>,
    /// Why nothing would be changed anywhere.
    pub problem: Option<String>,
    /// Patch files that can't be read.
    pub warnings: Vec<String>,
}

impl WantedPage {
    pub(super) fn new(done: &Reconciled, most: usize) -> Self {
        let mut folders: Vec<WantedFolder> = done.folders.iter().map(folder).collect();
        folders.sort_by_key(|folder| folder.mark);
        let more = folders.len().saturating_sub(MAX_ROWS);
        folders.truncate(MAX_ROWS);
        let is_due = |folder: &&FolderStand| deeds(folder).next().is_some();
        let rolled_back =
            done.folders.iter().flat_map(deeds).filter(|deed| *deed == DueAction::RollBack).count();
        let unreadable = done.unreadable.iter().map(|(file, why)| {
            fill(words::window::CHOICE_UNREADABLE, &[("file", &path_line(file)), ("why", &line(why))])
        });
        Self {
            headline: wanted::summary(done),
            folders,
            more,
            due: due(done),
            due_changes: done.folders.iter().flat_map(deeds).count(),
            due_folders: done.folders.iter().filter(is_due).count(),
            too_many: (rolled_back > most).then_some(rolled_back),
            problem: done.problem.as_ref().map(|problem| line(&problem.headline())),
            warnings: unreadable.collect(),
        }
    }

    /// What is to be done at once, such as `3 changes` in `2 folders`.
    pub fn due_words(&self) -> [String; 2] {
        let changes = phrases::count(self.due_changes, "change", "changes");
        [changes, phrases::count(self.due_folders, "folder", "folders")]
    }

    /// Why there is nothing to do at once; `None` if there is something.
    pub fn reason_to_wait(&self) -> Option<&'static str> {
        match self {
            _ if self.problem.is_some() => Some(many::WANTED_TOO_MANY_FIRST),
            _ if self.due_folders > 0 => None,
            _ if self.folders.iter().all(|folder| folder.mark == ExpectationMark::Good) => {
                Some(many::WANTED_ALL_IN_LINE)
            }
            _ => Some(many::WANTED_LEFT_TO_PEOPLE),
        }
    }
}

/// What is to be done in a folder.
fn deeds(folder: &FolderStand) -> impl Iterator<Item = DueAction> {
    folder.expectations.iter().filter_map(|one| match one.standing {
        ExpectationStanding::Due(deed) => Some(deed),
        _ => None,
    })
}

/// What is to be done in all folders together.
fn due(done: &Reconciled) -> Vec<String> {
    let count =
        |is: fn(DueAction) -> bool| done.folders.iter().flat_map(deeds).filter(|deed| is(*deed)).count();
    let kinds: [(usize, &str, [&str; 2]); 4] = [
        (count(|deed| deed == DueAction::Apply), many::DUE_APPLIED, ["patch", "patches"]),
        (count(|deed| deed == DueAction::RollBack), many::DUE_ROLLED_BACK, ["patch", "patches"]),
        (count(|deed| deed == DueAction::Repair), many::DUE_REPAIRED, ["folder", "folders"]),
        (count(|deed| matches!(deed, DueAction::Turn(_))), many::DUE_TURNED, ["switch", "switches"]),
    ];
    let kinds = kinds.into_iter().filter(|(count, ..)| *count > 0);
    kinds
        .map(|(n, template, [one, several])| fill(template, &[("n", &phrases::count(n, one, several))]))
        .collect()
}

fn folder(stand: &FolderStand) -> WantedFolder {
    let (name, shown_path) = folder_text(&stand.path);
    let mut rows: Vec<WantedRow> =
        stand.expectations.iter().filter(|one| !one.is_met()).map(expected).collect();
    rows.extend(stand.failure.as_ref().map(|error| {
        let report = Report::from_error(error, Some(&stand.path));
        let hint = report.hints.first().map(|hint| line(&hint.pressed())).unwrap_or_default();
        WantedRow { mark: ExpectationMark::Trouble, said: line(&report.title()), way_out: hint }
    }));
    rows.extend(wanted::read_only_phrase(stand).map(|said| WantedRow {
        mark: ExpectationMark::Left,
        said: capitalised(said),
        way_out: String::new(),
    }));
    rows.sort_by_key(|row| row.mark);
    let met = stand.expectations.iter().filter(|one| one.is_met());
    let met: Vec<String> = met.map(|one| line(&wanted::subject(&one.about))).collect();
    let is_held = |one: &Expectation| matches!(one.standing, ExpectationStanding::Left(Left::Held { .. }));
    WantedFolder {
        path: stand.path.clone(),
        name,
        shown_path,
        mark: rows.iter().map(|row| row.mark).min().unwrap_or(ExpectationMark::Good),
        state: capitalised(wanted::state_phrase(stand)),
        met: if met.is_empty() { met.concat() } else { fill(many::WANTED_MET, &[("what", &met.join(", "))]) },
        is_held: stand.expectations.iter().any(is_held),
        rows,
    }
}

fn expected(one: &Expectation) -> WantedRow {
    let (subject, phrase) = (wanted::subject(&one.about), wanted::standing_phrase(&one.standing));
    let mark = match &one.standing {
        ExpectationStanding::Met | ExpectationStanding::MetBy(_) | ExpectationStanding::Done(_) => {
            ExpectationMark::Good
        }
        ExpectationStanding::Due(_) => ExpectationMark::Due,
        ExpectationStanding::Left(_) => ExpectationMark::Left,
        ExpectationStanding::Blocked(_) | ExpectationStanding::Failed(_) => ExpectationMark::Trouble,
    };
    let way_out = match &one.standing {
        ExpectationStanding::Blocked(why) | ExpectationStanding::Failed(why) => {
            line(&why.as_obstacle().hint().pressed())
        }
        ExpectationStanding::Left(left) => way_out(left).to_owned(),
        _ => String::new(),
    };
    // A patch keeps its name as it is.
    let subject = match &one.about {
        ExpectationSubject::Folder | ExpectationSubject::Files => capitalised(&subject),
        ExpectationSubject::Patch(_) | ExpectationSubject::Switch(_) => subject,
    };
    WantedRow { mark, said: line(&format!("{subject}: {phrase}")), way_out }
}

/// What a person can do about what is left to people.
const fn way_out(left: &Left) -> &'static str {
    match left {
        Left::RolledBack(_) | Left::Failed(_) | Left::Applied(_) | Left::Moved(_) => many::WANTED_BY_HAND,
        Left::TooOld(_) => many::WANTED_TOO_OLD,
        Left::NotNamed => many::WANTED_NOT_NAMED,
        Left::WithoutPatch => "",
        Left::KeptOut => many::WANTED_KEPT_OUT,
        Left::Drifted(_) => many::WANTED_DRIFTED,
        Left::Held { .. } => many::WANTED_HELD,
    }
}
