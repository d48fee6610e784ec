//! Pairs of trees as people really made them: commits of a Git repository, each led to another and back.
//!
//! The repository is this project's own checkout, or the one that `PATCHWRIGHT_PAIRS_REPO` names. A shallow clone has
//! few commits; random edits of the newest tree make up for those that are missing.

use std::any::Any;
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use rayon::prelude::*;

use crate::support::chance::{Chance, Seeded};
use crate::support::sandbox::{Sandbox, skip};
use crate::support::tools::is_here;
use crate::support::trees::{Tree, random_edits};

/// How much of a history is gone through.
struct Effort {
    /// The newest commits, each of which is a tree.
    commits: usize,
    /// Pairs of trees that follow each other closely.
    near_pairs: usize,
    /// Pairs of trees that lie far apart.
    far_pairs: usize,
}

/// How many commits may lie between neighbours: branches that were merged stand side by side in a history.
const NEIGHBOURHOOD: usize = 30;

/// The gate asks for 300 pairs.
const NORMAL: Effort = Effort { commits: 120, near_pairs: 290, far_pairs: 10 };

/// What takes its time.
const SLOW: Effort = Effort { commits: 400, near_pairs: 2_500, far_pairs: 500 };

#[test]
fn commits_lead_to_each_other_and_back() {
    go_through("commits_lead_to_each_other_and_back", &NORMAL);
}

#[test]
#[ignore = "slow: thousands of pairs"]
fn commits_lead_to_each_other_and_back_for_long() {
    go_through("commits_lead_to_each_other_and_back_for_long", &SLOW);
}

fn go_through(test: &str, effort: &Effort) {
    if !is_here("git", test) {
        return;
    }
    let begun = Instant::now();
    let mut trees = match read_history(effort.commits) {
        Ok(trees) => trees,
        Err(why) => return skip(test, &why),
    };
    let commits = trees.len();
    let mut pairs = pairs_of(&trees, effort);
    let from_history = pairs.len();
    for seed in from_history..effort.near_pairs + effort.far_pairs {
        trees.push(made_up(&trees[commits - 1], seed as u64));
        let pair = (commits - 1, trees.len() - 1);
        pairs.push(if seed % 2 == 0 { pair } else { (pair.1, pair.0) });
    }

    let sandbox = Sandbox::in_memory();
    let changes = AtomicUsize::new(0);
    let failures: Vec<String> = pairs
        .par_iter()
        .with_max_len(1)
        .filter_map(|&(old, new)| {
            let round = catch_unwind(AssertUnwindSafe(|| sandbox.round(&trees[old], &trees[new])));
            let failure = |panic: Box<dyn Any + Send>| {
                let text = panic.downcast_ref::<String>().map_or("panicked", String::as_str);
                format!("tree {old} to tree {new}: {text}")
            };
            round
                .map(|patch| changes.fetch_add(patch.changes.len(), Ordering::Relaxed))
                .map_err(failure)
                .err()
        })
        .collect();
    eprintln!(
        "{from_history} pairs out of {commits} commits and {} made-up pairs, with {} changes, in {:.1} s",
        pairs.len() - from_history,
        changes.into_inner(),
        begun.elapsed().as_secs_f64()
    );
    assert!(failures.is_empty(), "{} false alarms:\n{}", failures.len(), failures.join("\n"));
}

/// The pairs of neighbours that differ least, as commits do that follow each other, and some pairs that lie far apart;
/// a third of them backwards.
fn pairs_of(trees: &[Tree], effort: &Effort) -> Vec<(usize, usize)> {
    let count = trees.len();
    let all = (0..count).flat_map(|one| (one + 1..count).map(move |other| (one, other)));
    let (far, near): (Vec<_>, Vec<_>) = all.partition(|(one, other)| other - one > count / 2);
    let mut near: Vec<(usize, (usize, usize))> = near
        .into_par_iter()
        .filter(|(one, other)| other - one <= NEIGHBOURHOOD)
        .map(|(one, other)| (trees[one].count_differences(&trees[other]), (one, other)))
        .filter(|(differences, _)| *differences > 0)
        .collect();
    near.sort_unstable();
    let near = near.into_iter().map(|(_, pair)| pair).take(effort.near_pairs);
    let far = far.iter().step_by((far.len() / effort.far_pairs).max(1)).copied().take(effort.far_pairs);
    let differ = |(one, other): &(usize, usize)| trees[*one].count_differences(&trees[*other]) > 0;
    let turned = |(one, other)| if (one + other) % 3 == 0 { (other, one) } else { (one, other) };
    near.chain(far.filter(differ)).map(turned).collect()
}

/// Another tree than `tree`.
fn made_up(tree: &Tree, seed: u64) -> Tree {
    let mut chance = Seeded::new(seed);
    loop {
        let mut edited = tree.clone();
        for _ in 0..=chance.pick(4) {
            edited = random_edits(&edited, &mut chance);
        }
        if edited.difference(tree).is_some() {
            return edited;
        }
    }
}

/// The trees of the newest commits, oldest first; commits with the same tree count once.
fn read_history(commits: usize) -> Result<Vec<Tree>, String> {
    let repository = repository();
    let log = git(&repository, &["log", "--topo-order", "--format=%T", "HEAD"])?;
    let mut seen = HashSet::new();
    let mut trees: Vec<&str> = log.lines().filter(|tree| seen.insert(*tree)).take(commits).collect();
    trees.reverse();
    let contents = Mutex::new(HashSet::new());
    let read = |tree: &&str| {
        let mut tree = export(&repository, tree)?;
        tree.share_contents(&mut contents.lock().expect("nobody panics with it in hand"));
        Ok(tree)
    };
    trees.par_iter().map(read).collect()
}

fn repository() -> PathBuf {
    std::env::var_os("PATCHWRIGHT_PAIRS_REPO").map_or(env!("CARGO_MANIFEST_DIR").into(), PathBuf::from)
}

fn git(repository: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("git").arg("-C").arg(repository).args(arguments).output();
    let output = output.map_err(|error| format!("there is no git on this machine: {error}"))?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(format!("{repository:?} has no history to read: {text}"));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Unpacks a tree with the tools that everybody unpacks one with, and reads it.
fn export(repository: &Path, tree: &str) -> Result<Tree, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut archive = Command::new("git")
        .arg("-C")
        .arg(repository)
        .args(["-c", "tar.umask=0022", "archive", "--format=tar", tree])
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("there is no git on this machine: {error}"))?;
    let tar = Command::new("tar")
        .arg("-x")
        .current_dir(folder.path())
        .stdin(archive.stdout.take().expect("it is piped"))
        .status()
        .map_err(|error| format!("there is no tar on this machine: {error}"));
    let archived = archive.wait().map_err(|error| error.to_string())?;
    if !tar?.success() || !archived.success() {
        return Err(format!("tree {tree} could not be unpacked"));
    }
    Ok(Tree::read(folder.path()))
}
