//! Which of the patches at hand mend what a scan found, and in which order they are worth it: a ranking with reasons, and a
//! cover that is made step by step, because only a plan shows whether a patch can be applied.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::aliases::{SameProblem, is_cve, problems};
use super::due::{Due, DueDays};
use super::fixed::{Claim, ClaimGrade, VexStatement};
use super::problem_facts::{Band, ProblemFacts};
use super::silence::ScanFinding;
use crate::model::{Patch, Purl, choices};
use crate::text::CvssScore;

choices! {
    /// What problems are ranked by.
    #[derive(Default)]
    pub(crate) enum RankBy {
        /// The most important reason first, and no number made of several.
        #[default]
        Reasons = "reasons",
        /// The number that Grype makes: 0 for what has no forecast and isn't known to be exploited.
        Grype = "grype",
    }
}

/// How what was found is judged.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RiskRules {
    pub rank_by: RankBy,
    /// What the rules of the site say by when problems have to be fixed.
    pub due_days: DueDays,
}

/// The rank, the most important difference first. Nothing is multiplied: what is not known cannot make the rest nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Priority {
    /// If that is what problems are ranked by.
    grype_risk: Option<u32>,
    ransomware: bool,
    exploited: bool,
    likely: bool,
    band: Band,
    cvss: Option<CvssScore>,
    published: Option<Reverse<String>>,
}

impl Priority {
    fn new(facts: &ProblemFacts, rank_by: RankBy) -> Self {
        let exploited = facts.exploited.as_ref();
        Self {
            grype_risk: (rank_by == RankBy::Grype).then(|| facts.grype_risk()),
            ransomware: exploited.is_some_and(|known| known.ransomware),
            exploited: exploited.is_some(),
            likely: facts.is_likely(),
            band: facts.band(),
            cvss: facts.cvss,
            published: facts.published.clone().map(Reverse),
        }
    }
}

/// One problem, by all its names.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub ids: Vec<String>,
    /// The advisories that the scanner reports instead of it.
    pub advisories: Vec<String>,
    pub facts: ProblemFacts,
    /// By when it has to be fixed, if anybody says so.
    pub due: Option<Due>,
    /// Where it was found: numbers of needs.
    pub needs: Vec<usize>,
}

/// One copy of a library that has one problem.
#[derive(Debug, Clone)]
pub(crate) struct Need {
    pub problem: usize,
    pub purl: Option<Purl>,
    pub package: String,
    pub version: String,
    /// Where it is, as the scanners say; empty: none does.
    pub paths: Vec<String>,
    /// The versions that the scanner knows to be without it.
    pub fixed_versions: Vec<String>,
    pub fate: NeedFate,
    /// The patches that say they mend it, with how precisely.
    offers: Vec<(usize, ClaimGrade)>,
    /// Patches that change the library, and don't say that.
    pub may_help: Vec<usize>,
    /// The patch in the folder that has fixed another copy of the library, and where this one may be.
    pub copies: Option<(String, Vec<String>)>,
    /// Whether a document for scanners can say that it is fixed.
    pub can_be_told: bool,
}

/// What becomes of a need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NeedFate {
    /// Nobody has decided yet; in the end: no patch that is offered fixes it.
    Open,
    /// A patch in the folder has fixed it, as the files prove. The scanner doesn't know.
    FixedHere { patch: String },
    /// This patch will mend it.
    Chosen { candidate: usize, grade: ClaimGrade },
    /// Patches would mend it, and none of them can be applied.
    Blocked,
}

/// Everything that was found, and what is at hand against it.
pub(crate) struct Board {
    /// The most important first.
    pub problems: Vec<Problem>,
    pub needs: Vec<Need>,
    /// Why a candidate was put aside.
    pub blocked: BTreeMap<usize, String>,
    identities: Vec<(String, Reverse<u32>, usize)>,
    /// How many open needs each candidate would mend.
    open: Vec<usize>,
    /// The needs that each candidate would mend.
    mended_by: Vec<Vec<usize>>,
    /// No need before this one is open and has a candidate.
    first_open: usize,
}

/// Each finding with the names of the problem that it is about; one of an advisory about several is about each.
fn by_problem(findings: &[ScanFinding]) -> Vec<(usize, Vec<String>)> {
    let names = |(number, one): (usize, &ScanFinding)| -> Vec<(usize, Vec<String>)> {
        match one.names.covers.is_empty() {
            true => vec![(number, [&one.id].into_iter().chain(&one.names.aliases).cloned().collect())],
            false => one.names.covers.iter().map(|id| (number, vec![id.clone()])).collect(),
        }
    };
    findings.iter().enumerate().flat_map(names).collect()
}

impl Board {
    /// Sorts what was found by its importance. `known` has what lists say about ids; `here`: what the patches in the folder
    /// claim, and may be told of it; `offered`: the patches to choose from, whoever signed them; `rules`: how it is judged.
    pub fn new(
        findings: &[ScanFinding],
        known: &HashMap<String, ProblemFacts>,
        here: (&[Claim], &[VexStatement]),
        offered: &[&Patch],
        rules: RiskRules,
    ) -> Self {
        let told = by_problem(findings);
        let names: Vec<Vec<String>> = told.iter().map(|(_, names)| names.clone()).collect();
        let mut found: Vec<(Problem, Vec<usize>)> = Vec::new();
        for SameProblem { numbers, names: ids } in problems(&names) {
            let numbers: Vec<usize> = numbers.into_iter().map(|number| told[number].0).collect();
            let mut facts = ProblemFacts::default();
            numbers.iter().for_each(|number| facts.join(&findings[*number].facts));
            ids.iter().filter_map(|id| known.get(id)).for_each(|more| facts.join(more));
            let due = Due::new(&facts, &rules.due_days);
            let about = numbers.iter().map(|number| &findings[*number]);
            let mut advisories: Vec<String> =
                about.filter(|one| !one.names.covers.is_empty()).map(|one| one.id.clone()).collect();
            advisories.retain(|id| !ids.contains(id) && !is_cve(id));
            advisories.sort();
            advisories.dedup();
            found.push((Problem { ids, advisories, facts, due, needs: Vec::new() }, numbers));
        }
        found.sort_by_cached_key(|(problem, _)| {
            (Reverse(Priority::new(&problem.facts, rules.rank_by)), problem.ids.clone())
        });
        let mut board = Self {
            problems: Vec::with_capacity(found.len()),
            needs: Vec::new(),
            blocked: BTreeMap::new(),
            identities: offered.iter().map(|patch| identity(patch)).collect(),
            open: vec![0; offered.len()],
            mended_by: vec![Vec::new(); offered.len()],
            first_open: 0,
        };
        for (problem, numbers) in found {
            board.problems.push(problem);
            board.add_needs(numbers.into_iter().map(|number| &findings[number]));
        }
        board.settle_here(here.0, here.1);
        board.match_offers(offered);
        board
    }

    /// Says of what patch `number` fixes that it has to be fixed by then.
    pub(crate) fn add_due(&mut self, number: usize, due: Due) {
        let is_said = |need: &&Need| need.offers.iter().any(|(offer, _)| *offer == number);
        for need in self.needs.iter().filter(is_said) {
            let known = &mut self.problems[need.problem].due;
            *known = known.iter().copied().chain([due]).min_by_key(|due| due.on);
        }
    }

    /// The patch to try next: for the most important need that is open, the most precise; then the one that fixes most, then
    /// by name, the newest revision first. `None`: nothing is left.
    pub(crate) fn next_candidate(&mut self) -> Option<usize> {
        let usable = |need: &Need| -> Option<usize> {
            let free = need.offers.iter().filter(|(candidate, _)| !self.blocked.contains_key(candidate));
            let best = free.min_by_key(|(candidate, grade)| {
                (*grade, Reverse(self.open[*candidate]), &self.identities[*candidate])
            });
            best.map(|(candidate, _)| *candidate)
        };
        let open = |(number, need): (usize, &Need)| {
            let candidate = (need.fate == NeedFate::Open).then(|| usable(need))??;
            Some((number, candidate))
        };
        let found = self.needs.iter().enumerate().skip(self.first_open).find_map(open);
        self.first_open = found.map_or(self.needs.len(), |(number, _)| number);
        found.map(|(_, candidate)| candidate)
    }

    /// `candidate` is applied: what it mends is settled.
    pub fn take(&mut self, candidate: usize) {
        for number in &self.mended_by[candidate] {
            let need = &mut self.needs[*number];
            let offer = need.offers.iter().find(|(offer, _)| *offer == candidate);
            let Some((_, grade)) = offer.filter(|_| need.fate == NeedFate::Open) else { continue };
            need.fate = NeedFate::Chosen { candidate, grade: *grade };
            need.offers.iter().for_each(|(offer, _)| self.open[*offer] -= 1);
        }
    }

    /// `candidate` can't be applied. What it was to mend is open again.
    pub fn block(&mut self, candidate: usize, why: String) {
        self.blocked.insert(candidate, why);
        for number in &self.mended_by[candidate] {
            let need = &mut self.needs[*number];
            if matches!(need.fate, NeedFate::Chosen { candidate: chosen, .. } if chosen == candidate) {
                need.fate = NeedFate::Open;
                self.first_open = self.first_open.min(*number);
                need.offers.iter().for_each(|(offer, _)| self.open[*offer] += 1);
            }
        }
    }

    /// Nothing is tried any more: what is open and was offered is blocked.
    pub fn close(&mut self) {
        for need in
            self.needs.iter_mut().filter(|need| need.fate == NeedFate::Open && !need.offers.is_empty())
        {
            need.fate = NeedFate::Blocked;
        }
    }

    /// The candidates that would mend `need`, and can't be applied.
    pub(crate) fn blocked_for<'a>(&'a self, need: &'a Need) -> impl Iterator<Item = (usize, &'a str)> {
        let why = move |(candidate, _): &(usize, ClaimGrade)| {
            Some((*candidate, self.blocked.get(candidate)?.as_str()))
        };
        need.offers.iter().filter_map(why)
    }

    /// The problems that are not fixed in the folder as it is.
    pub(crate) fn unmended(&self) -> impl Iterator<Item = &Problem> {
        let is_open = move |need: &usize| !matches!(self.needs[*need].fate, NeedFate::FixedHere { .. });
        self.problems.iter().filter(move |problem| problem.needs.iter().any(is_open))
    }
}

fn identity(patch: &Patch) -> (String, Reverse<u32>, usize) {
    let identity = &patch.about.identity;
    (identity.id.to_string(), Reverse(identity.revision), patch.changes.len())
}

mod needs;
mod offers;
#[cfg(test)]
mod tests;
