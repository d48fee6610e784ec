//! Trees that nobody thought of: whatever two folders hold, a bundle leads from one to the other and back.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::prelude::*;

use crate::support::chance::{Chance, Seeded};
use crate::support::sandbox::{Sandbox, obstacles, order};
use crate::support::trees::{Thing, Tree, random_edits, random_tree};

/// Rounds in the normal suite. Wine takes a second and more for each of the four changes of a round.
const ROUNDS: usize = if cfg!(windows) { 40 } else { 200 };

/// Rounds in the slow suite.
const MANY_ROUNDS: usize = 5_000;

#[test]
fn any_two_trees_lead_to_each_other_and_back() {
    rounds(0, ROUNDS);
}

#[test]
#[ignore = "slow: thousands of pairs"]
fn any_two_trees_lead_to_each_other_and_back_for_long() {
    rounds(1_000_000, MANY_ROUNDS);
}

/// Goes through this many pairs that a bundle can be made for, and those in between that it cannot.
fn rounds(first_seed: u64, count: usize) {
    let sandbox = Sandbox::in_memory();
    let seeds = (first_seed..).filter(|seed| !has_full_folder_for_a_link(&pair(*seed)));
    let last = seeds.take(count).last().expect("there is at least one round");
    let try_seed = |seed: u64| {
        let tried = catch_unwind(AssertUnwindSafe(|| try_pair(&sandbox, &pair(seed))));
        let panic = tried.err()?;
        let text = panic.downcast_ref::<String>().map_or("panicked without words", String::as_str);
        Some(format!("seed {seed}: {text}"))
    };
    // Threads of its own: whatever another story wants to do on the common ones would wait for all of this.
    let threads = rayon::ThreadPoolBuilder::new().build().expect("a few threads");
    let failures: Vec<String> =
        threads.install(|| (first_seed..=last).into_par_iter().filter_map(try_seed).collect());
    assert!(failures.is_empty(), "{} pairs failed:\n{}", failures.len(), failures.join("\n"));
}

fn try_pair(sandbox: &Sandbox, trees: &(Tree, Tree)) {
    let (old, new) = trees;
    if !has_full_folder_for_a_link(trees) {
        let _ = sandbox.round(old, new);
        return;
    }
    let reasons = obstacles(sandbox.try_to_make(&order("TEST-1", "", ""), old, new));
    assert!(reasons.iter().all(|reason| reason.contains("is or becomes a link")), "{reasons:?}");
}

/// A tree and another: mostly an edited one, sometimes one that has nothing to do with it, never the same.
fn pair(seed: u64) -> (Tree, Tree) {
    let mut chance = Seeded::new(seed);
    let old = random_tree(&mut chance);
    loop {
        let new = match chance.pick(5) {
            0 => random_tree(&mut chance),
            _ => random_edits(&old, &mut chance),
        };
        if new.difference(&old).is_some() {
            return (old, new);
        }
    }
}

/// Whether something stands in a folder in one tree that is a link in the other: the one thing that is refused.
fn has_full_folder_for_a_link((old, new): &(Tree, Tree)) -> bool {
    let is_link = |tree: &Tree, path: &str| matches!(tree.at(path), Some(Thing::Link(_)));
    let meets = |full: &Tree, other: &Tree| {
        full.iter().any(|(path, _)| path.match_indices('/').any(|(at, _)| is_link(other, &path[..at])))
    };
    meets(old, new) || meets(new, old)
}
