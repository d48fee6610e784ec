//! Answers about what was chosen for a scan.

use std::path::Path;

use jiff::Timestamp;

use super::{all, answers, some};
use crate::plan::{Need, NeedFate, Problem, RankBy};
use crate::report::choose;
use crate::report::phrases::path_text;
use crate::workbench::{self, PatchAtHand};

answers! {
    Choose(choice: &workbench::PatchChoice, target: &Path, saved: Option<&Path>, today: Timestamp) {
        target: String = path_text(target),
        findings: usize = choice.findings,
        problems: Vec<FoundProblem> = choice.board.problems.iter().map(|one| FoundProblem::new(one, choice, today)).collect(),
        chosen: Vec<ChosenPatch> = choice.chosen.iter().map(|one| ChosenPatch::new(&choice.patches[*one])).collect(),
        [fingerprint]: String = choice.preview.as_ref().map(|preview| preview.decision().0.to_string()),
        [plan]: String = saved.map(path_text),
        feeds: Vec<Feed> = choice.feeds.iter().map(|(name, date)| Feed::new(name, date, today)).collect(),
        [unreadable]: Vec<UnreadableFile> = some(all(&choice.unreadable, |(path, why)| UnreadableFile::new(path, why))),
    }

    FoundProblem(problem: &Problem, choice: &workbench::PatchChoice, today: Timestamp) {
        ids: Vec<String> = problem.ids.clone(),
        [advisories]: Vec<String> = some(problem.advisories.clone()),
        rank: String = choose::rank(problem, choice.rank_by, today),
        severity: String = problem.facts.band().to_string(),
        exploited: bool = problem.facts.exploited.is_some(),
        [due]: String = problem.due.map(|due| due.to_string()),
        [due_by]: String = problem.due.map(|due| due.by.as_str().to_owned()),
        [days_late]: u32 = problem.due.and_then(|due| due.days_late(choose::day(today))),
        [grype_risk]: u32 = (choice.rank_by == RankBy::Grype).then(|| problem.facts.grype_risk()),
        [epss_millionths]: u32 = problem.facts.epss,
        [cvss_tenths]: u8 = problem.facts.cvss.map(|score| score.tenths),
        libraries: Vec<FoundLibrary> =
            problem.needs.iter().map(|need| FoundLibrary::new(&choice.board.needs[*need], choice)).collect(),
    }

    /// One library with the problem, and what becomes of it there.
    FoundLibrary(need: &Need, choice: &workbench::PatchChoice) {
        package: String = need.package.clone(),
        version: String = need.version.clone(),
        [purl]: String = need.purl.as_ref().map(ToString::to_string),
        paths: Vec<String> = need.paths.clone(),
        fixed_versions: Vec<String> = need.fixed_versions.clone(),
        fate: String = fate(&need.fate).to_owned(),
        [patch]: String = patch(&need.fate, choice),
        [grade]: String = if let NeedFate::Chosen { grade, .. } = &need.fate { Some(grade.to_string()) } else { None },
        [blocked]: Vec<BlockedPatch> = some(choice.board.blocked_for(need).map(|(one, why)| BlockedPatch::new(&choice.patches[one], why)).collect()),
        [unpatched_copies]: Vec<String> = need.copies.as_ref().map(|(_, places)| places.clone()),
        [may_help]: Vec<String> = some(need.may_help.iter().map(|one| choice.patches[*one].patch.about.identity.id.to_string()).collect()),
    }

    ChosenPatch(patch: &PatchAtHand) {
        id: String = patch.patch.about.identity.id.to_string(),
        revision: u32 = patch.patch.about.identity.revision,
        title: String = patch.patch.about.title.raw().to_owned(),
        file: String = path_text(&patch.file),
    }

    BlockedPatch(patch: &PatchAtHand, why: &str) {
        id: String = patch.patch.about.identity.id.to_string(),
        revision: u32 = patch.patch.about.identity.revision,
        why: String = why.to_owned(),
    }

    Feed(name: &str, date: &str, today: Timestamp) {
        name: String = name.to_owned(),
        date: String = date.to_owned(),
        [warning]: String = choose::feed_age(name, date, today),
    }

    UnreadableFile(path: &Path, why: &str) {
        path: String = path_text(path),
        why: String = why.to_owned(),
    }
}

fn fate(fate: &NeedFate) -> &'static str {
    match fate {
        NeedFate::Open => "no-patch",
        NeedFate::FixedHere { .. } => "fixed-here",
        NeedFate::Chosen { .. } => "chosen",
        NeedFate::Blocked => "blocked",
    }
}

fn patch(fate: &NeedFate, choice: &workbench::PatchChoice) -> Option<String> {
    match fate {
        NeedFate::FixedHere { patch } => Some(patch.clone()),
        NeedFate::Chosen { candidate, .. } => {
            Some(choice.patches[*candidate].patch.about.identity.id.to_string())
        }
        NeedFate::Open | NeedFate::Blocked => None,
    }
}
