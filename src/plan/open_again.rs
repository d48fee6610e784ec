//! Which vulnerabilities are open again once patches are gone: those that they say are fixed, unless one that stays says
//! so, too.

use std::collections::BTreeSet;

use super::Layer;
use super::aliases::problems;
use super::fixed::all_resolved;
use crate::model::{LayerKey, ResolvedIssue};

/// The names of vulnerabilities that `goes` leave open in the folder of `layers`; the patches of `back` are active again
/// without them.
pub(crate) fn open_without(
    layers: &[Layer],
    goes: &BTreeSet<LayerKey>,
    back: &BTreeSet<LayerKey>,
) -> Vec<String> {
    let fixed_by = |layer: &Layer| -> Vec<Vec<String>> {
        let resolved = layer.patch.as_deref().map(all_resolved).unwrap_or_default();
        let fixed = resolved.into_iter().filter(ResolvedIssue::is_fixed_vulnerability);
        fixed.map(|issue| issue.ids().cloned().collect()).collect()
    };
    let leave = layers.iter().filter(|layer| goes.contains(&layer.key) && layer.is_active());
    let is_vouched = leave.clone().any(|layer| !layer.authors.is_empty());
    // What nobody who is trusted says takes no warning away that somebody who is trusted gives.
    let stay = layers.iter().filter(|layer| !goes.contains(&layer.key));
    let stay = stay.filter(|layer| layer.is_active() || back.contains(&layer.key));
    let stay = stay.filter(|layer| !is_vouched || !layer.authors.is_empty());
    let mut named: Vec<Vec<String>> = leave.flat_map(fixed_by).collect();
    let number = named.len();
    named.extend(stay.flat_map(fixed_by));
    let is_open = |numbers: &[usize]| numbers.iter().all(|one| *one < number);
    let open = problems(&named).into_iter().filter(|problem| is_open(&problem.numbers));
    open.filter_map(|problem| problem.names.into_iter().next()).collect()
}
