//! Trees that nobody thought of: whatever two folders hold, a bundle leads from one to the other and back.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::prelude::*;

use crate::support::chance::{Chance, Seeded};
use crate::support::sandbox::{Sandbox, skip};
use crate::support::trees::{Tree, all_letters_work, random_edits, random_tree};

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

/// Goes through this many pairs.
fn rounds(first_seed: u64, count: usize) {
    if !all_letters_work() {
        return skip("random pairs", "names with letters beyond ASCII cannot be stored here");
    }
    let sandbox = Sandbox::in_memory();
    let try_seed = |seed: u64| {
        let tried = catch_unwind(AssertUnwindSafe(|| {
            let (old, new) = pair(seed);
            let _ = sandbox.round(&old, &new);
        }));
        let panic = tried.err()?;
        let text = panic.downcast_ref::<String>().map_or("panicked without words", String::as_str);
        Some(format!("seed {seed}: {text}"))
    };
    // Threads of its own: whatever another story wants to do on the common ones would wait for all of this.
    let threads = rayon::ThreadPoolBuilder::new().build().expect("a few threads");
    let seeds = first_seed..first_seed + count as u64;
    let failures: Vec<String> = threads.install(|| seeds.into_par_iter().filter_map(try_seed).collect());
    assert!(failures.is_empty(), "{} pairs failed:\n{}", failures.len(), failures.join("\n"));
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
