//! Who mends a need: the patches in the folder, as the files prove, and those at hand, as they say.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Board, Need, NeedFate};
use crate::model::{Component, Patch, TreePath};
use crate::plan::fixed::{Claim, ClaimGrade, VexStatement, all_resolved, parts_of};
use crate::plan::silence::{folder_of, in_folder, is_around};

/// A patch that names an id: its number, whether it is about all of it and not only the same by another name, and the parts.
type Offer<'a> = (usize, bool, Vec<&'a Component>);

impl Board {
    /// Settles what the patches in the folder have mended already: not what is said of another copy of the library.
    pub(super) fn settle_here(&mut self, here: &[Claim], statements: &[VexStatement]) {
        let mut by_id: HashMap<&str, Vec<usize>> = HashMap::new();
        for (number, claim) in here.iter().enumerate().filter(|(_, claim)| claim.counts()) {
            claim.resolved.ids().for_each(|id| by_id.entry(id).or_default().push(number));
        }
        let mut told: HashMap<usize, Vec<&VexStatement>> = HashMap::new();
        for statement in statements {
            statement.claims.iter().for_each(|claim| told.entry(*claim).or_default().push(statement));
        }
        for need in &mut self.needs {
            let problem = &self.problems[need.problem];
            let named = problem.ids.iter().filter_map(|id| by_id.get(id.as_str())).flatten();
            // Who says that an advisory is done says it of everything in it.
            let is_own = |number: &&usize| problem.advisories.contains(&here[**number].resolved.id);
            let done = problem.advisories.iter().filter_map(|id| by_id.get(id.as_str())).flatten();
            for number in named.chain(done.filter(is_own)) {
                let claim = &here[*number];
                let statements = told.get(number).map(Vec::as_slice).unwrap_or_default();
                match copy_fate(claim, statements, need) {
                    None => {}
                    Some(CopyFate::Fixed { can_be_told }) => {
                        need.fate = NeedFate::FixedHere { patch: claim.patch.clone() };
                        (need.can_be_told, need.copies) = (can_be_told, None);
                        break;
                    }
                    Some(CopyFate::OtherCopy(places)) => need.copies = Some((claim.patch.clone(), places)),
                }
            }
        }
        self.tell_apart();
    }

    /// Scanners know libraries by name only: what is fixed in one copy and not in another can't be told to them.
    fn tell_apart(&mut self) {
        for problem in &self.problems {
            let open: HashSet<String> = problem
                .needs
                .iter()
                .map(|need| &self.needs[*need])
                .filter(|need| need.fate == NeedFate::Open)
                .filter_map(|need| need.purl.as_ref().map(ToString::to_string))
                .collect();
            for need in &problem.needs {
                let need = &mut self.needs[*need];
                need.can_be_told &= need.purl.as_ref().is_some_and(|purl| !open.contains(purl.as_str()));
            }
        }
    }

    pub(super) fn match_offers(&mut self, offered: &[&Patch]) {
        let mut by_id: HashMap<String, Vec<Offer<'_>>> = HashMap::new();
        let mut by_library: HashMap<String, Vec<usize>> = HashMap::new();
        for (candidate, patch) in offered.iter().enumerate() {
            for resolved in all_resolved(patch).iter().filter(|one| one.is_fixed_vulnerability()) {
                let parts = parts_of(patch, resolved);
                for id in resolved.ids() {
                    let named = (candidate, *id == resolved.id, parts.clone());
                    by_id.entry(id.clone()).or_default().push(named);
                }
            }
            for part in &patch.about.components {
                by_library.entry(part.purl.to_string()).or_default().push(candidate);
            }
        }
        for problem in &self.problems {
            let named = problem.ids.iter().filter_map(|id| by_id.get(id)).flatten();
            let whole = problem.advisories.iter().filter_map(|id| by_id.get(id)).flatten();
            let about: Vec<_> = named.chain(whole.filter(|(_, is_own, _)| *is_own)).collect();
            let needs: Vec<(usize, &Need)> =
                problem.needs.iter().map(|number| (*number, &self.needs[*number])).collect();
            let mut found: Vec<(usize, BTreeMap<usize, ClaimGrade>, Vec<usize>)> = Vec::new();
            for (number, need) in needs.iter().filter(|(_, need)| need.fate == NeedFate::Open) {
                let mut offers: BTreeMap<usize, ClaimGrade> = BTreeMap::new();
                let mut for_others: HashSet<usize> = HashSet::new();
                for (candidate, _, parts) in &about {
                    if is_for_others(parts, need, &needs) {
                        for_others.insert(*candidate);
                    } else if let Some(grade) = grade_of(parts, need) {
                        let best = offers.entry(*candidate).or_insert(grade);
                        *best = grade.min(*best);
                    }
                }
                let library = need.purl.as_ref().and_then(|purl| by_library.get(purl.as_str()));
                let mut may_help: Vec<usize> = library.into_iter().flatten().copied().collect();
                may_help.retain(|one| !offers.contains_key(one) && !for_others.contains(one));
                may_help.dedup();
                found.push((*number, offers, may_help));
            }
            for (number, offers, may_help) in found {
                for candidate in offers.keys() {
                    self.open[*candidate] += 1;
                    self.mended_by[*candidate].push(number);
                }
                let need = &mut self.needs[number];
                (need.offers, need.may_help) = (offers.into_iter().collect(), may_help);
            }
        }
    }
}

/// What a claim that the files prove comes to for a need.
enum CopyFate {
    Fixed {
        can_be_told: bool,
    },
    /// It is about another copy of the library; this one is, or may be, at these places.
    OtherCopy(Vec<String>),
}

/// What `claim`, which is about the problem of `need`, comes to; `None`: it is about other libraries.
fn copy_fate(claim: &Claim, statements: &[&VexStatement], need: &Need) -> Option<CopyFate> {
    if claim.components.is_empty() {
        return Some(CopyFate::Fixed { can_be_told: false });
    }
    let parts: Vec<&Component> = claim.components.iter().collect();
    let part = part_for(&parts, need)?;
    let patched: &[TreePath] = if part.paths.is_empty() { &claim.paths } else { &part.paths };
    let elsewhere: Vec<String> =
        need.paths.iter().filter(|place| !is_around(patched, place)).cloned().collect();
    if !elsewhere.is_empty() {
        return Some(CopyFate::OtherCopy(elsewhere));
    }
    let mut of_part = statements.iter().filter(|statement| statement.component.purl == part.purl);
    // A copy that no scanner names may be what was found where it is all below one place.
    let may_be_meant =
        |copy: &&String| need.paths.is_empty() || need.paths.iter().any(|place| is_below(copy, place));
    let copies: Vec<String> =
        of_part.clone().flat_map(|one| &one.copies).filter(may_be_meant).cloned().collect();
    match copies.is_empty() {
        true => {
            let is_told = |one: &&VexStatement| {
                one.holds_for_the_whole_folder()
                    && need.purl.as_ref().is_some_and(|purl| one.purl.covers(purl))
            };
            Some(CopyFate::Fixed { can_be_told: of_part.any(is_told) })
        }
        false => Some(CopyFate::OtherCopy(copies)),
    }
}

/// Whether `copy` is below the folder of `place`.
fn is_below(copy: &str, place: &str) -> bool {
    let folder = folder_of(place);
    folder.is_empty() || in_folder(copy).strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// How precisely a claim about `parts` is one about `need`; `None`: it is about other libraries.
fn grade_of(parts: &[&Component], need: &Need) -> Option<ClaimGrade> {
    if parts.is_empty() {
        return Some(ClaimGrade::Id);
    }
    let part = part_for(parts, need)?;
    let is_exact = need.purl.is_some() && !need.paths.is_empty() && is_at(part, need);
    Some(if is_exact { ClaimGrade::File } else { ClaimGrade::Component })
}

/// Whether a claim about `parts` names the files of other copies of the library, and none of this one.
fn is_for_others(parts: &[&Component], need: &Need, all: &[(usize, &Need)]) -> bool {
    let Some(part) = part_for(parts, need) else { return false };
    if part.paths.is_empty() || need.paths.is_empty() || is_at(part, need) {
        return false;
    }
    // Some scanners name the list of a package manager: nothing is near that, and it tells no copies apart.
    let is_same = |other: &&Need| other.purl == need.purl && !other.paths.is_empty();
    all.iter().map(|(_, other)| *other).filter(is_same).any(|other| is_at(part, other))
}

fn is_at(part: &Component, need: &Need) -> bool {
    need.paths.iter().all(|place| is_around(&part.paths, place))
}

/// The part of a claim that is the library of `need`.
fn part_for<'a>(parts: &[&'a Component], need: &Need) -> Option<&'a Component> {
    let is_it = |part: &&&Component| match &need.purl {
        Some(purl) => part.purl.covers(purl),
        // A scanner that gives no name can still name the package.
        None => part.purl.full_name() == need.package,
    };
    parts.iter().find(is_it).copied()
}
