//! Which findings of a vulnerability scanner fall silent once it is told what is fixed here, and why the others don't: the
//! scanners' own rules, worked out beforehand.

use std::collections::BTreeSet;

use super::aliases::{OtherNames, SameProblem, problems};
use super::fixed::{Claim, ClaimProof, VexStatement};
use super::problem_facts::ProblemFacts;
use crate::model::{Component, Purl, ResolvedState, TreePath, choices};

choices! {
    /// Whose report it is.
    pub(crate) enum Scanner {
        /// Of Anchore.
        Grype = "grype",
        /// Of Google.
        Osv = "osv-scanner",
        /// Of Aqua.
        Trivy = "trivy",
    }
}

/// One finding of a scanner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ScanFinding {
    /// The id that the scanner itself uses, and that it looks for.
    pub id: String,
    /// What else the problem is called, or what is in the advisory.
    pub names: OtherNames,
    pub package: String,
    pub version: String,
    /// The library, if the scanner names it so that it can be compared.
    pub purl: Option<Purl>,
    /// Where the scanner found it, as it says; empty: it doesn't.
    pub paths: Vec<String>,
    /// The versions that the scanner knows to be without it.
    pub fixed_versions: Vec<String>,
    /// How bad it is.
    pub facts: ProblemFacts,
}

impl ScanFinding {
    /// Every id that it has to do with.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &String> {
        [&self.id].into_iter().chain(&self.names.aliases).chain(&self.names.covers)
    }
}

/// What becomes of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Silence {
    /// It falls silent, by the statement of this number.
    By(usize),
    /// It stays.
    Stays(Loud),
}

/// Why a finding stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Loud {
    /// No patch here says anything about it.
    NoClaim,
    /// Nobody who is trusted has signed the patch that says so.
    NotTrusted { patch: String },
    /// The patch does not say that it is fixed.
    OtherState { patch: String, state: ResolvedState },
    /// The files don't prove it.
    NotProven { patch: String, proof: ClaimProof },
    /// The patch names no library, and scanners know nothing else.
    NoLibrary { patch: String },
    /// The patch is about other libraries.
    OtherLibrary { patch: String, names: Vec<String> },
    /// The library reports another version since.
    OtherVersion { patch: String, version: String },
    /// The scanner compares no statement with this finding.
    NotComparable,
    /// The scanner knows the statement by another id only.
    OtherId { names: Vec<String> },
    /// The same library is in the folder a second time, unpatched: a statement would silence both.
    Copies { paths: Vec<String> },
    /// The report is about an image, and Grype then compares the image only.
    Image,
}

impl Loud {
    /// The word for it in JSON.
    pub(crate) const fn as_str(&self) -> &'static str {
        match self {
            Loud::NoClaim => "no-patch",
            Loud::NotTrusted { .. } => "not-trusted",
            Loud::OtherState { .. } => "not-fixed",
            Loud::NotProven { .. } => "not-proven",
            Loud::NoLibrary { .. } => "no-library",
            Loud::OtherLibrary { .. } => "other-library",
            Loud::OtherVersion { .. } => "other-version",
            Loud::NotComparable => "not-comparable",
            Loud::OtherId { .. } => "other-id",
            Loud::Copies { .. } => "copies",
            Loud::Image => "image",
        }
    }
}

/// What becomes of each of `findings`. Where they show that a library is in the folder a second time, that is added to its
/// statement, which then holds for the whole folder no more.
pub(crate) fn silenced(
    findings: &[ScanFinding],
    claims: &[Claim],
    statements: &mut [VexStatement],
    is_image_for_grype: bool,
) -> Vec<Silence> {
    for finding in findings {
        for statement in statements.iter_mut().filter(|statement| matches(statement, finding)) {
            statement.copies.extend(elsewhere(statement, finding));
        }
    }
    for statement in statements.iter_mut() {
        statement.copies.sort();
        statement.copies.dedup();
    }
    let known = ClaimsByProblem::new(claims);
    findings
        .iter()
        .map(|finding| match statements.iter().position(|statement| matches(statement, finding)) {
            Some(_) if is_image_for_grype => Silence::Stays(Loud::Image),
            Some(number) if statements[number].copies.is_empty() => Silence::By(number),
            Some(number) => Silence::Stays(Loud::Copies { paths: statements[number].copies.clone() }),
            None => Silence::Stays(known.why_not(finding)),
        })
        .collect()
}

/// The scanners' rule: the id is one of the statement's, and the library is covered.
fn matches(statement: &VexStatement, finding: &ScanFinding) -> bool {
    let covers = |purl: &Purl| purl.kind() != "generic" && statement.purl.covers(purl);
    statement.ids.contains(&finding.id) && finding.purl.as_ref().is_some_and(covers)
}

/// The places of a finding that are not around the patched files: another copy of the library.
fn elsewhere(statement: &VexStatement, finding: &ScanFinding) -> Vec<String> {
    finding.paths.iter().filter(|place| !is_around(&statement.paths, place)).cloned().collect()
}

/// A place that a scanner names, as this program would.
pub(crate) fn in_folder(place: &str) -> &str {
    place.trim_start_matches("./").trim_start_matches('/')
}

/// The folder of the library for which a scanner names this place: a file near its root.
pub(super) fn folder_of(place: &str) -> &str {
    let parent = |path: &'_ str| path.rsplit_once('/').map_or(0, |(folder, _)| folder.len());
    let folder = &in_folder(place)[..parent(in_folder(place))];
    // Python keeps what it knows of a library in a folder beside it.
    match folder.ends_with(".dist-info") || folder.ends_with(".egg-info") {
        true => &folder[..parent(folder)],
        false => folder,
    }
}

/// Whether `place`, which a scanner names for a library, is one of `paths` or around one: a file near the root of the library.
pub(super) fn is_around<'a>(paths: impl IntoIterator<Item = &'a TreePath>, place: &str) -> bool {
    let (folder, place) = (folder_of(place), in_folder(place));
    let is_inside =
        |path: &str| folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    paths.into_iter().any(|path| path.as_str() == place || is_inside(path.as_str()))
}

/// The claims by the problems that they are about.
struct ClaimsByProblem<'a> {
    claims: &'a [Claim],
    /// Groups of claims that are about one problem, with all its names.
    problems: Vec<(BTreeSet<&'a String>, Vec<usize>)>,
}

impl<'a> ClaimsByProblem<'a> {
    fn new(claims: &'a [Claim]) -> Self {
        let named: Vec<Vec<String>> =
            claims.iter().map(|claim| claim.resolved.ids().cloned().collect()).collect();
        let group = |one: SameProblem| {
            let names = one.numbers.iter().flat_map(|number| claims[*number].resolved.ids()).collect();
            (names, one.numbers)
        };
        Self { claims, problems: problems(&named).into_iter().map(group).collect() }
    }

    /// Why no statement is about `finding`: what is wrong with the claim that comes nearest.
    fn why_not(&self, finding: &ScanFinding) -> Loud {
        let is_named = |names: &BTreeSet<&String>| finding.ids().any(|id| names.contains(id));
        let about = self.problems.iter().filter(|(names, _)| is_named(names));
        let claims = about.flat_map(|(_, numbers)| numbers).map(|number| &self.claims[*number]);
        let nearest = claims.map(|claim| why_not(claim, finding)).max_by_key(|(nearness, _)| *nearness);
        nearest.map_or(Loud::NoClaim, |(_, why)| why)
    }
}

/// Why `claim`, which is about the same problem, is not about `finding`, and how near it comes.
fn why_not(claim: &Claim, finding: &ScanFinding) -> (u8, Loud) {
    let patch = claim.patch.clone();
    let names = || claim.components.iter().map(|component| component.purl.to_string()).collect();
    let is_about = |component: &&Component, purl: &Purl| {
        component.purl.covers(purl) || component.purl_after().is_some_and(|after| after.covers(purl))
    };
    let covered = finding
        .purl
        .as_ref()
        .and_then(|purl| claim.components.iter().find(|component| is_about(component, purl)));
    let is_seen_as = |purl: &Purl| finding.purl.as_ref().is_some_and(|found| purl.covers(found));
    match covered {
        _ if claim.components.is_empty() => (0, Loud::NoLibrary { patch }),
        None if finding.purl.is_none() => (1, Loud::NotComparable),
        None => (2, Loud::OtherLibrary { patch, names: names() }),
        Some(_) if claim.resolved.state != ResolvedState::Fixed => {
            (3, Loud::OtherState { patch, state: claim.resolved.state })
        }
        Some(_) if claim.authors.is_empty() => (4, Loud::NotTrusted { patch }),
        Some(_) if claim.proof != ClaimProof::Verified => {
            (5, Loud::NotProven { patch, proof: claim.proof.clone() })
        }
        Some(component) if !component.purl_after().is_some_and(|after| is_seen_as(&after)) => {
            let version = component.version_after.clone().unwrap_or_default();
            (6, Loud::OtherVersion { patch, version })
        }
        Some(_) if finding.purl.as_ref().is_some_and(|purl| purl.kind() == "generic") => {
            (7, Loud::NotComparable)
        }
        Some(_) => (8, Loud::OtherId { names: claim.resolved.ids().cloned().collect() }),
    }
}
