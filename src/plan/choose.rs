//! Which of the patches at hand mend what a scan found, and in which order they are worth it: a ranking with reasons, and a
//! cover that is made step by step, because only a plan shows whether a patch can be applied.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::aliases::{best_first, problems};
use super::fixed::{Claim, ClaimGrade, all_resolved, parts_of};
use super::silence::{ScanFinding, is_around};
use crate::model::{Component, Patch, Purl, choices};
use crate::text::CvssScore;

choices! {
    /// How bad a problem is. Of some nobody has said; those stand between what can wait and what should not.
    #[derive(Default)]
    pub(crate) enum Band {
        /// Hardly anything.
        Negligible = "negligible",
        /// Something that can wait.
        Low = "low",
        /// Nobody has said.
        #[default]
        Unknown = "unknown",
        /// Something that should not wait for long.
        Medium = "medium",
        /// Something that should not wait.
        High = "high",
        /// Something that must not wait.
        Critical = "critical",
    }
}

impl Band {
    /// The band of a score, as CVSS 3 and 4 have them.
    fn new(score: CvssScore) -> Self {
        match score.tenths {
            0 => Band::Negligible,
            1..40 => Band::Low,
            40..70 => Band::Medium,
            70..90 => Band::High,
            _ => Band::Critical,
        }
    }
}

/// That a problem is exploited, by a list of such.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Exploited {
    /// Whether by ransomware.
    pub ransomware: bool,
    /// When it has to be fixed, as a date.
    pub due: Option<String>,
}

/// What is known of a problem, wherever it is from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ProblemFacts {
    pub exploited: Option<Exploited>,
    /// How likely it is exploited within a month, by a forecast, in millionths.
    pub epss: Option<u32>,
    pub cvss: Option<CvssScore>,
    /// The word of the scanner.
    pub band: Option<Band>,
    pub published: Option<String>,
}

impl ProblemFacts {
    /// Takes in what somebody else knows of the same problem; of two answers the worse one.
    fn join(&mut self, other: &ProblemFacts) {
        if let Some(found) = &other.exploited {
            let known = self.exploited.get_or_insert_with(|| found.clone());
            known.ransomware |= found.ransomware;
            known.due = [known.due.take(), found.due.clone()].into_iter().flatten().min();
        }
        self.epss = self.epss.max(other.epss);
        self.cvss = self.cvss.max(other.cvss);
        self.band = self.band.max(other.band);
        let dates = [self.published.take(), other.published.clone()];
        self.published = dates.into_iter().flatten().min();
    }

    /// How bad it is: by its score, else by the scanner's word.
    pub(crate) fn band(&self) -> Band {
        self.cvss.map(Band::new).or(self.band).unwrap_or_default()
    }

    /// Whether a forecast says that it will likely be exploited.
    pub(crate) fn is_likely(&self) -> bool {
        self.epss.is_some_and(|epss| epss >= LIKELY)
    }

    fn priority(&self) -> Priority {
        let exploited = self.exploited.as_ref();
        Priority {
            ransomware: exploited.is_some_and(|known| known.ransomware),
            exploited: exploited.is_some(),
            likely: self.is_likely(),
            band: self.band(),
            cvss: self.cvss,
            published: self.published.clone().map(Reverse),
        }
    }
}

/// One in ten within a month: few problems are above, and most that are exploited are.
const LIKELY: u32 = 100_000;

/// The rank, the most important difference first. Nothing is multiplied: what is not known cannot make the rest nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Priority {
    ransomware: bool,
    exploited: bool,
    likely: bool,
    band: Band,
    cvss: Option<CvssScore>,
    published: Option<Reverse<String>>,
}

/// One problem, by all its names.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub ids: Vec<String>,
    pub facts: ProblemFacts,
    /// Where it was found: numbers of needs.
    pub needs: Vec<usize>,
}

/// One library that has one problem.
#[derive(Debug, Clone)]
pub(crate) struct Need {
    pub problem: usize,
    pub purl: Option<Purl>,
    pub package: String,
    pub version: String,
    pub paths: Vec<String>,
    /// The versions that the scanner knows to be without it.
    pub fixed_versions: Vec<String>,
    pub fate: NeedFate,
    /// The patches that say they mend it, with how precisely.
    offers: Vec<(usize, ClaimGrade)>,
    /// Patches that change the library, and don't say that.
    pub may_help: Vec<usize>,
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
}

impl Board {
    /// Sorts what was found by its importance. `known` has what lists say about ids; `here`: what the patches in the folder
    /// claim; `offered`: the patches to choose from, whoever signed them.
    pub fn new(
        findings: &[ScanFinding],
        known: &HashMap<String, ProblemFacts>,
        here: &[Claim],
        offered: &[&Patch],
    ) -> Self {
        let names: Vec<Vec<String>> =
            findings.iter().map(|one| [&one.id].into_iter().chain(&one.aliases).cloned().collect()).collect();
        let mut found: Vec<(Problem, Vec<usize>)> = Vec::new();
        for numbers in problems(&names) {
            let ids = best_first(numbers.iter().flat_map(|number| names[*number].clone()));
            let mut facts = ProblemFacts::default();
            numbers.iter().for_each(|number| facts.join(&findings[*number].facts));
            ids.iter().filter_map(|id| known.get(id)).for_each(|more| facts.join(more));
            found.push((Problem { ids, facts, needs: Vec::new() }, numbers));
        }
        found.sort_by_cached_key(|(problem, _)| (Reverse(problem.facts.priority()), problem.ids.clone()));
        let mut board = Self {
            problems: Vec::with_capacity(found.len()),
            needs: Vec::new(),
            blocked: BTreeMap::new(),
            identities: offered.iter().map(|patch| identity(patch)).collect(),
            open: vec![0; offered.len()],
        };
        for (problem, numbers) in found {
            board.problems.push(problem);
            board.add_needs(numbers.into_iter().map(|number| &findings[number]));
        }
        board.settle_here(here);
        board.match_offers(offered);
        board
    }

    /// The needs of the last problem, one for each library, whatever the order of the findings.
    fn add_needs<'f>(&mut self, findings: impl Iterator<Item = &'f ScanFinding>) {
        let problem = self.problems.len() - 1;
        let mut by_library: BTreeMap<String, Need> = BTreeMap::new();
        for finding in findings {
            let name = match &finding.purl {
                Some(purl) => purl.to_string(),
                None => format!("{} {}", finding.package, finding.version),
            };
            let need = by_library.entry(name).or_insert_with(|| Need::new(problem, finding));
            // Scanners name packages in their own ways.
            let name = (&finding.package, &finding.version);
            if name < (&need.package, &need.version) {
                (need.package, need.version) = (name.0.clone(), name.1.clone());
            }
            need.paths.extend(finding.paths.iter().cloned());
            need.fixed_versions.extend(finding.fixed_versions.iter().cloned());
        }
        for mut need in by_library.into_values() {
            for list in [&mut need.paths, &mut need.fixed_versions] {
                list.sort();
                list.dedup();
            }
            self.problems[problem].needs.push(self.needs.len());
            self.needs.push(need);
        }
    }

    /// Settles what the patches in the folder have mended already.
    fn settle_here(&mut self, here: &[Claim]) {
        let mut by_id: HashMap<&str, Vec<&Claim>> = HashMap::new();
        for claim in here.iter().filter(|claim| claim.counts()) {
            claim.resolved.ids().for_each(|id| by_id.entry(id).or_default().push(claim));
        }
        for need in &mut self.needs {
            let mut claims =
                self.problems[need.problem].ids.iter().filter_map(|id| by_id.get(id.as_str())).flatten();
            let mends =
                |claim: &&&Claim| grade_of(&claim.components.iter().collect::<Vec<_>>(), need).is_some();
            if let Some(claim) = claims.find(mends) {
                need.fate = NeedFate::FixedHere { patch: claim.patch.clone() };
            }
        }
    }

    fn match_offers(&mut self, offered: &[&Patch]) {
        let mut by_id: HashMap<String, Vec<(usize, Vec<&Component>)>> = HashMap::new();
        let mut by_library: HashMap<String, Vec<usize>> = HashMap::new();
        for (candidate, patch) in offered.iter().enumerate() {
            for resolved in all_resolved(patch).iter().filter(|one| one.is_fixed_vulnerability()) {
                let parts = parts_of(patch, resolved);
                for id in resolved.ids() {
                    by_id.entry(id.clone()).or_default().push((candidate, parts.clone()));
                }
            }
            for part in &patch.about.components {
                by_library.entry(part.purl.to_string()).or_default().push(candidate);
            }
        }
        for need in self.needs.iter_mut().filter(|need| need.fate == NeedFate::Open) {
            let mut offers: BTreeMap<usize, ClaimGrade> = BTreeMap::new();
            for (candidate, parts) in
                self.problems[need.problem].ids.iter().filter_map(|id| by_id.get(id)).flatten()
            {
                if let Some(grade) = grade_of(parts, need) {
                    let best = offers.entry(*candidate).or_insert(grade);
                    *best = grade.min(*best);
                }
            }
            offers.keys().for_each(|candidate| self.open[*candidate] += 1);
            need.offers = offers.into_iter().collect();
            let library = need.purl.as_ref().and_then(|purl| by_library.get(purl.as_str()));
            let others = library.into_iter().flatten().copied();
            need.may_help =
                others.filter(|one| !need.offers.iter().any(|(candidate, _)| candidate == one)).collect();
            need.may_help.dedup();
        }
    }

    /// The patch to try next: for the most important need that is open, the most precise; then the one that fixes most, then
    /// by name, the newest revision first. `None`: nothing is left.
    pub(crate) fn next_candidate(&self) -> Option<usize> {
        let usable = |need: &Need| -> Option<usize> {
            let free = need.offers.iter().filter(|(candidate, _)| !self.blocked.contains_key(candidate));
            let best = free.min_by_key(|(candidate, grade)| {
                (*grade, Reverse(self.open[*candidate]), &self.identities[*candidate])
            });
            best.map(|(candidate, _)| *candidate)
        };
        self.needs.iter().filter(|need| need.fate == NeedFate::Open).find_map(usable)
    }

    /// `candidate` is applied: what it mends is settled.
    pub fn take(&mut self, candidate: usize) {
        for need in self.needs.iter_mut().filter(|need| need.fate == NeedFate::Open) {
            let Some((_, grade)) = need.offers.iter().find(|(offer, _)| *offer == candidate) else {
                continue;
            };
            need.fate = NeedFate::Chosen { candidate, grade: *grade };
            need.offers.iter().for_each(|(offer, _)| self.open[*offer] -= 1);
        }
    }

    /// `candidate` can't be applied. What it was to mend is open again.
    pub fn block(&mut self, candidate: usize, why: String) {
        self.blocked.insert(candidate, why);
        for need in &mut self.needs {
            if matches!(need.fate, NeedFate::Chosen { candidate: chosen, .. } if chosen == candidate) {
                need.fate = NeedFate::Open;
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

impl Need {
    fn new(problem: usize, finding: &ScanFinding) -> Self {
        Self {
            problem,
            purl: finding.purl.clone(),
            package: finding.package.clone(),
            version: finding.version.clone(),
            paths: Vec::new(),
            fixed_versions: Vec::new(),
            fate: NeedFate::Open,
            offers: Vec::new(),
            may_help: Vec::new(),
        }
    }
}

fn identity(patch: &Patch) -> (String, Reverse<u32>, usize) {
    let identity = &patch.about.identity;
    (identity.id.to_string(), Reverse(identity.revision), patch.changes.len())
}

/// How precisely a claim about `parts` is one about `need`; `None`: it is about other libraries.
fn grade_of(parts: &[&Component], need: &Need) -> Option<ClaimGrade> {
    if parts.is_empty() {
        return Some(ClaimGrade::Id);
    }
    let Some(purl) = &need.purl else {
        // A scanner that gives no name can still name the package.
        let same = |part: &&&Component| part.purl.full_name() == need.package;
        return parts.iter().find(same).map(|_| ClaimGrade::Component);
    };
    let part = parts.iter().find(|part| part.purl.covers(purl)).copied();
    let is_file = |part: &Component| {
        let at = |place: &String| is_around(part.paths.iter(), place);
        !part.paths.is_empty() && !need.paths.is_empty() && need.paths.iter().all(at)
    };
    part.map(|part| if is_file(part) { ClaimGrade::File } else { ClaimGrade::Component })
}

#[cfg(test)]
mod tests;
