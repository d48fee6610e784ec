//! What speaks against making a bundle: everything that could not be applied later, all of it at once.

use std::collections::BTreeSet;
use std::io;

use super::AuthorError;
use super::trees::{Side, Trees};
use crate::bundle::limits::MAX_MANIFEST_BYTES;
use crate::bundle::manifest::{self, Problem};
use crate::bundle::order::Order;
use crate::disk::Problem as ScanProblem;
use crate::disk::fs::{Place, StatKind};
use crate::model::{Code, Kind, Node, Patch, Step, TreePath, TreeState, collisions};
use crate::plan::Obstacle;

/// How to get on when something in a tree is in the way.
const LEAVE_IT_OUT: &str = "Rename or remove it, or leave it out with \"ignore\" in the order.";

/// Things in a tree that cannot be read or carried.
pub(super) fn of_scan(side: Side, problems: &[ScanProblem]) -> Vec<Obstacle> {
    let obstacle = |problem: &ScanProblem| {
        let hint = match problem.code {
            Code::InUse => "Stop whatever writes to the folder, then try again.",
            Code::Rights => "Run as a user who may read everything in the folder.",
            _ => LEAVE_IT_OUT,
        };
        let meaning = format!("in {side}: {}", problem.detail);
        obstacle(problem.code, Some(problem.path.clone()), meaning, hint)
    };
    problems.iter().map(obstacle).collect()
}

/// New places that some system takes for another place of the new tree. Changed places are judged with the manifest's
/// rules; this is about the many that stay as they are.
pub(super) fn of_names(steps: &[Step], new: &TreeState, leaves_windows_out: bool) -> Vec<Obstacle> {
    let created: BTreeSet<&TreePath> =
        steps.iter().filter(|step| step.before.is_none()).map(|step| &step.path).collect();
    if created.is_empty() {
        return Vec::new();
    }
    let is_file = |path: &TreePath| new.at(path).and_then(Node::as_file).is_some();
    let concerns_us = |a: &TreePath, b: &TreePath| created.contains(a) || created.contains(b);
    collisions(new.iter().map(|(path, _)| path))
        .filter(|found| concerns_us(&found.first, &found.second))
        .filter(|found| {
            !(found.case_only && leaves_windows_out && is_file(&found.first) && is_file(&found.second))
        })
        .map(|found| {
            let path = Some(found.second.as_str().to_owned());
            obstacle(Code::Collide, path, found.to_string(), "Give one of them another name.")
        })
        .collect()
}

/// New places where the old tree has something that the order ignores: there it would be in the way.
pub(super) fn of_ignored(
    steps: &[Step],
    order: &Order,
    trees: &Trees<'_>,
) -> Result<Vec<Obstacle>, AuthorError> {
    let mut found = Vec::new();
    for step in steps.iter().filter(|step| step.before.is_none()) {
        let old = match trees.old.look(&Place::from(&step.path)) {
            Ok(Some(old)) => old,
            // Below a file that becomes a folder there is nothing yet.
            Ok(None) => continue,
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => continue,
            Err(error) => return Err(trees.failed(Side::Old, &step.path, error)),
        };
        if order.is_ignored(&step.path, matches!(old.kind, StatKind::Dir | StatKind::Mount)) {
            let meaning =
                format!("the order ignores what is here in {}, so it would be in the way", Side::Old);
            let hint = "Ignore it in both folders, or in none.";
            found.push(obstacle(Code::Order, Some(step.path.as_str().to_owned()), meaning, hint));
        }
    }
    Ok(found)
}

/// Rules of the manifest that the patch would break.
pub(super) fn of_patch(patch: &Patch) -> Vec<Obstacle> {
    let obstacle = |problem: Problem| {
        let index = problem.at.strip_prefix("changes[").and_then(|rest| rest.split(']').next());
        let change = index.and_then(|index| patch.changes.get(index.parse::<usize>().ok()?));
        let hint = match problem.code {
            Code::Path | Code::Collide => LEAVE_IT_OUT,
            Code::Policy => "Change its permissions in the new folder.",
            Code::Limit => "Split the change into several patches.",
            _ => "Change the order or the new folder, then try again.",
        };
        match change {
            Some(change) => {
                obstacle(problem.code, Some(change.path.as_str().to_owned()), problem.message, hint)
            }
            None => obstacle(problem.code, None, format!("{}: {}", problem.at, problem.message), hint),
        }
    };
    manifest::problems(patch).into_iter().map(obstacle).collect()
}

/// A manifest that nobody would open.
pub(super) fn of_length(manifest_bytes: usize, changes: usize) -> Vec<Obstacle> {
    if manifest_bytes as u64 <= MAX_MANIFEST_BYTES {
        return Vec::new();
    }
    let meaning = format!(
        "{changes} changed places take a manifest of {manifest_bytes} bytes, and {MAX_MANIFEST_BYTES} are allowed"
    );
    vec![obstacle(Code::Order, None, meaning, "Split the change into several patches.")]
}

/// Both trees are the same.
pub(super) fn of_no_change() -> Obstacle {
    obstacle(
        Code::Order,
        None,
        "the two folders do not differ".to_owned(),
        "Check that these are the right folders, and that the order does not ignore too much.",
    )
}

/// Here nobody distrusts anybody: what would be a hostile bundle's code is the author's mistake.
fn obstacle(code: Code, path: Option<String>, meaning: String, hint: &str) -> Obstacle {
    let code = if code.kind() == Kind::NotTrusted { Code::Order } else { code };
    Obstacle { code, path, meaning, hint: hint.to_owned() }
}
