//! Which patches at hand mend what a scanner found: what is compared, and what came of it.

use std::path::PathBuf;

use jiff::Timestamp;

use super::overview::{line, path_line};
use crate::plan::{Need, NeedFate, RankBy};
use crate::report::{choose, phrases};
use crate::text::capitalised;
use crate::words::{fill, window};
use crate::workbench::{ChoiceWish, PatchChoice};

/// Most rows of each list.
const MAX_ROWS: usize = 200;

/// What is compared with what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChooseForm {
    /// Reports of scanners.
    pub scans: Vec<PathBuf>,
    /// Patch files, and folders with such.
    pub from: Vec<PathBuf>,
    /// A list of exploited problems.
    pub kev: Option<PathBuf>,
    /// A table of forecasts.
    pub epss: Option<PathBuf>,
    /// Lists of withdrawn patches, beside the one of this machine.
    pub withdrawn: Vec<PathBuf>,
}

impl ChooseForm {
    /// Why nothing can be compared yet.
    pub fn reason_to_wait(&self, has_folder: bool) -> Option<&'static str> {
        match self {
            _ if self.scans.is_empty() => Some(window::CHOOSE_SCAN_FIRST),
            _ if self.from.is_empty() => Some(window::CHOOSE_FROM_FIRST),
            _ => (!has_folder).then_some(window::CHOOSE_FOLDER_FIRST),
        }
    }

    pub(super) fn wish(&self) -> ChoiceWish {
        ChoiceWish {
            scans: self.scans.clone(),
            from: self.from.clone(),
            kev: self.kev.clone(),
            epss: self.epss.clone(),
            rank_by: RankBy::default(),
            withdrawn: self.withdrawn.clone(),
        }
    }
}

/// What becomes of problems that share a fate, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FateGroup {
    /// Patches to choose from fix them.
    Apply,
    /// Patches would, and can't be applied.
    Blocked,
    /// No patch does.
    NoPatch,
    /// They are fixed in the folder.
    FixedHere,
}

impl FateGroup {
    /// Its name, for so many problems.
    pub fn title(self, problems: usize) -> String {
        let template = match self {
            FateGroup::Apply => window::CHOSEN,
            FateGroup::Blocked => window::CHOICE_BLOCKED,
            FateGroup::NoPatch => window::CHOICE_NO_PATCH,
            FateGroup::FixedHere => window::CHOICE_FIXED,
        };
        fill(template, &[("n", &phrases::count(problems, "problem", "problems"))])
    }
}

/// One library with one problem. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoiceRow {
    /// The problem, by all its names.
    pub ids: String,
    pub library: String,
    /// What mends it, or why nothing does.
    pub told: String,
    /// Why it ranks where it does.
    pub rank: String,
    /// Whether it is known to be exploited.
    pub is_exploited: bool,
}

/// What came of comparing. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoicePage {
    /// How many problems were found.
    pub headline: String,
    /// Lists that are old, and patch files that can't be read.
    pub warnings: Vec<String>,
    /// Each with its rows, and how many rows there are beyond those.
    pub groups: Vec<(FateGroup, Vec<ChoiceRow>, usize)>,
    /// The patch files to apply, in their order.
    pub files: Vec<PathBuf>,
}

impl ChoicePage {
    pub(super) fn new(choice: &PatchChoice, today: Timestamp) -> Self {
        let old = choice.feeds.iter().filter_map(|(name, date)| choose::feed_age(name, date, today));
        let unreadable = choice.unreadable.iter().map(|(file, why)| {
            fill(window::CHOICE_UNREADABLE, &[("file", &path_line(file)), ("why", &line(why))])
        });
        let group = |group| {
            let mut rows = Vec::new();
            let mut all = 0;
            for need in &choice.board.needs {
                let Some(told) = told(choice, need, group) else { continue };
                all += 1;
                if rows.len() < MAX_ROWS {
                    rows.push(row(choice, need, &told, today));
                }
            }
            let more = all - rows.len();
            (group, rows, more)
        };
        let groups =
            [FateGroup::Apply, FateGroup::Blocked, FateGroup::NoPatch, FateGroup::FixedHere].map(group);
        let problems = phrases::count(choice.board.problems.len(), "problem", "problems");
        let findings = phrases::count(choice.findings, "finding", "findings");
        Self {
            headline: fill(window::CHOICE_HEADLINE, &[("problems", &problems), ("findings", &findings)]),
            warnings: old.chain(choose::undated(choice)).chain(unreadable).collect(),
            groups: groups.into_iter().filter(|(_, rows, _)| !rows.is_empty()).collect(),
            files: choice.chosen.iter().map(|number| choice.patches[*number].file.clone()).collect(),
        }
    }
}

/// What becomes of `need`, if that is what `group` is about.
fn told(choice: &PatchChoice, need: &Need, group: FateGroup) -> Option<String> {
    let id = |number: usize| choice.patches[number].patch.about.identity.to_string();
    Some(match (&need.fate, group) {
        (NeedFate::Chosen { candidate, grade }, FateGroup::Apply) => {
            fill(window::CHOICE_BY, &[("patch", &id(*candidate)), ("how", choose::grade(*grade))])
        }
        (NeedFate::Blocked, FateGroup::Blocked) => {
            let one = |(candidate, why): (usize, &str)| format!("{}: {why}", id(candidate));
            choice.board.blocked_for(need).map(one).collect::<Vec<_>>().join("; ")
        }
        (NeedFate::Open, FateGroup::NoPatch) => choose::no_patch(need, id),
        (NeedFate::FixedHere { patch }, FateGroup::FixedHere) => patch.clone(),
        _ => return None,
    })
}

fn row(choice: &PatchChoice, need: &Need, told: &str, today: Timestamp) -> ChoiceRow {
    let problem = &choice.board.problems[need.problem];
    ChoiceRow {
        ids: line(&choose::ids(problem)),
        library: line(&choose::library(&choice.board, need)),
        told: line(&capitalised(told)),
        rank: line(&capitalised(&choose::rank(problem, choice.rank_by, today))),
        is_exploited: problem.facts.exploited.is_some(),
    }
}
