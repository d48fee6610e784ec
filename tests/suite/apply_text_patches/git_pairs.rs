//! Commits of a real repository as patches: the tree becomes the one Git has, and goes back.
//!
//! `PATCHWRIGHT_PAIRS_REPO` names the repository; without it this project's own is taken.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rayon::prelude::*;

use patchwright::workbench::TextOptions;

use super::{apply_with, contents, reasons, roll_back};
use crate::support::sandbox::{Sandbox, skip};
use crate::support::tools::is_here;

/// Pairs of the normal suite, and of the slow one.
const NORMAL: usize = 25;
const SLOW: usize = 2_000;

#[test]
fn commits_as_patches_make_the_tree_of_git() {
    go_through("commits_as_patches_make_the_tree_of_git", NORMAL);
}

#[test]
#[ignore = "slow: two thousand commits"]
fn slow_two_thousand_commits_as_patches_make_the_tree_of_git() {
    go_through("slow_two_thousand_commits_as_patches_make_the_tree_of_git", SLOW);
}

fn git(repository: &Path, args: &[&str]) -> Option<Vec<u8>> {
    let mut command = Command::new("git");
    command.arg("-C").arg(repository).args(args).stdin(Stdio::null()).stderr(Stdio::null());
    let output = command.output().ok()?;
    output.status.success().then_some(output.stdout)
}

/// What happened with one commit.
enum Pair {
    Same,
    /// It has something that no text patch, or no folder, can have.
    NotOurs,
    Different(String),
}

fn go_through(test: &str, most: usize) {
    if !is_here("git", test) {
        return;
    }
    let repository = std::env::var_os("PATCHWRIGHT_PAIRS_REPO");
    let repository = repository.map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    let most_text = most.to_string();
    let list =
        git(&repository, &["rev-list", "--no-merges", "--min-parents=1", "--max-count", &most_text, "HEAD"]);
    let Some(list) = list.filter(|list| !list.is_empty()) else {
        return skip(test, "there is no repository with commits");
    };
    let commits: Vec<String> = String::from_utf8_lossy(&list).lines().map(str::to_owned).collect();
    let pairs: Vec<Pair> =
        commits.par_iter().with_max_len(1).map(|commit| try_commit(&repository, commit)).collect();
    let count = |wanted: fn(&Pair) -> bool| pairs.iter().filter(|pair| wanted(pair)).count();
    let (same, not_ours) =
        (count(|pair| matches!(pair, Pair::Same)), count(|pair| matches!(pair, Pair::NotOurs)));
    let different: Vec<&String> = pairs
        .iter()
        .filter_map(|pair| if let Pair::Different(why) = pair { Some(why) } else { None })
        .collect();
    eprintln!(
        "{} commits: {same} the same as Git and back, {not_ours} with what we do not take",
        pairs.len()
    );
    assert!(different.is_empty(), "{} are different:\n{different:#?}", different.len());
}

/// Lays out what the commit touches, applies it as a patch, and compares with what Git has.
fn try_commit(repository: &Path, commit: &str) -> Pair {
    let parent = format!("{commit}^");
    let (Some(patch), Some(raw)) = (
        git(repository, &["diff", "--binary", "--full-index", "-M", &parent, commit]),
        git(repository, &["diff", "--raw", "-z", "--no-renames", "--abbrev=40", &parent, commit]),
    ) else {
        return Pair::Different(format!("{commit}: git says no"));
    };
    let sandbox = Sandbox::in_memory();
    let (old, new) = (sandbox.path("app"), sandbox.path("new"));
    fs::create_dir(&old).and_then(|()| fs::create_dir(&new)).expect("new folders");
    let mut fields = raw.split(|&byte| byte == 0).map(|field| String::from_utf8_lossy(field).into_owned());
    while let (Some(facts), Some(name)) = (fields.next().filter(|facts| !facts.is_empty()), fields.next()) {
        let words: Vec<&str> = facts.trim_start_matches(':').split(' ').collect();
        for (side, mode, id) in [(&old, words[0], words[2]), (&new, words[1], words[3])] {
            match mode {
                "000000" => {}
                "100644" | "100755" => {
                    let content = git(repository, &["cat-file", "blob", id]).expect("a blob");
                    put(side, &name, &content, mode == "100755");
                }
                _ => return Pair::NotOurs,
            }
        }
    }
    let patch_file = sandbox.path("fix.patch");
    fs::write(&patch_file, &patch).expect("a new file");
    if patch.is_empty() {
        return Pair::NotOurs;
    }
    let before = contents(&old);
    match apply_with(&sandbox, TextOptions::default(), &patch_file) {
        Err(error) => {
            let why = reasons(Err(error));
            let is_name = why.iter().all(|why| why.starts_with("E-PATH") || why.starts_with("E-COLLIDE"));
            if is_name { Pair::NotOurs } else { Pair::Different(format!("{commit}: {why:?}")) }
        }
        Ok(_) if contents(&old) != contents(&new) => Pair::Different(format!("{commit}: another tree")),
        Ok(_) => {
            let _ = roll_back(&sandbox);
            if contents(&old) == before { Pair::Same } else { Pair::Different(format!("{commit}: not back")) }
        }
    }
}

fn put(folder: &Path, name: &str, content: &[u8], is_program: bool) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(&path, content).expect("a file");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = if is_program { 0o755 } else { 0o644 };
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("ours");
    }
    #[cfg(not(unix))]
    let _ = is_program;
}
