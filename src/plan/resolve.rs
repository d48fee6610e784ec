//! The order in which several patches come, whatever the order in which they were named.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Node, Patch, RequirementMode};

/// Patches that all wait for each other, in a circle: each is needed by the one after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cycle(pub Vec<String>);

impl std::fmt::Display for Cycle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join(" → "))
    }
}

/// What decides between two patches that do not depend on each other.
type TieBreak<'a> = (u64, &'a str, u32, usize);

/// The order for `patches`, as indexes: what is required comes first, then what was made earlier. `is_installed`
/// tells which patches are in the folder.
///
/// # Errors
/// [`Cycle`] when patches require each other.
pub(crate) fn resolve(patches: &[&Patch], is_installed: impl Fn(&str) -> bool) -> Result<Vec<usize>, Cycle> {
    let rank = |index: usize| -> TieBreak<'_> {
        let patch = patches[index];
        (patch.about.sequence, patch.about.identity.id.as_str(), patch.about.identity.revision, index)
    };
    let mut waits_for = waits(patches, is_installed);
    let mut ready: BTreeSet<TieBreak<'_>> =
        (0..patches.len()).filter(|index| waits_for[index].is_empty()).map(rank).collect();
    let mut order = Vec::with_capacity(patches.len());
    while let Some((.., next)) = ready.pop_first() {
        order.push(next);
        for (&index, waiting) in &mut waits_for {
            if waiting.remove(&next) && waiting.is_empty() {
                ready.insert(rank(index));
            }
        }
    }
    if order.len() == patches.len() { Ok(order) } else { Err(cycle(patches, &waits_for)) }
}

/// For each patch those that must come before it.
fn waits(patches: &[&Patch], is_installed: impl Fn(&str) -> bool) -> BTreeMap<usize, BTreeSet<usize>> {
    let at_hand = |id: &str| patches.iter().any(|patch| patch.about.identity.id.as_str() == id);
    let mut waits = BTreeMap::new();
    for (index, patch) in patches.iter().enumerate() {
        let mut before = BTreeSet::new();
        let requirements = patch.about.all_requirements(|id| is_installed(id) || at_hand(id));
        let required: BTreeSet<_> = requirements
            .iter()
            .filter(|requirement| requirement.mode == RequirementMode::Before)
            .map(|requirement| &requirement.id)
            .collect();
        for (other, candidate) in patches.iter().enumerate().filter(|(other, _)| *other != index) {
            if required.contains(&candidate.about.identity.id) || was_made_for(patch, candidate) {
                before.insert(other);
            }
        }
        waits.insert(index, before);
    }
    waits
}

/// Whether some place of `patch` expects exactly what `other` leaves there and not what `other` finds.
fn was_made_for(patch: &Patch, other: &Patch) -> bool {
    patch.changes.iter().any(|change| {
        other.change_at(&change.path).is_some_and(|theirs| {
            let finds = |node: &Node| change.expects(Some(node));
            let found = match theirs.before.is_empty() {
                true => change.expects(None),
                false => theirs.before.iter().any(finds),
            };
            change.expects(theirs.after.as_ref()) && !found
        })
    })
}

/// One circle among those that are still waiting.
fn cycle(patches: &[&Patch], waits_for: &BTreeMap<usize, BTreeSet<usize>>) -> Cycle {
    let id = |index: &usize| patches[*index].about.identity.id.as_str();
    let smallest = |indexes: &mut dyn Iterator<Item = &usize>| indexes.min_by_key(|index| id(index)).copied();
    let mut stuck = waits_for.iter().filter(|(_, waiting)| !waiting.is_empty()).map(|(index, _)| index);
    let mut way = Vec::new();
    let mut next = smallest(&mut stuck);
    while let Some(index) = next {
        if let Some(start) = way.iter().position(|seen| *seen == index) {
            // Found walking from who waits to whom it waits for; told the other way round.
            let mut circle: Vec<String> =
                way[start..].iter().rev().map(|index| id(index).to_owned()).collect();
            let first = circle.iter().enumerate().min_by(|a, b| a.1.cmp(b.1)).map_or(0, |(at, _)| at);
            circle.rotate_left(first);
            circle.extend(circle.first().cloned());
            return Cycle(circle);
        }
        way.push(index);
        next = smallest(&mut waits_for[&index].iter());
    }
    Cycle(way.iter().map(|index| id(index).to_owned()).collect())
}
