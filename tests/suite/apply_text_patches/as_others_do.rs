//! What `git apply` and GNU patch agree on, comes out the same byte for byte.
//!
//! Trees are changed by chance; Git writes the patch; it is applied to the very tree, and to one that somebody edited.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use patchwright::workbench::TextOptions;

use super::{apply, apply_with, contents, roll_back, scene};
use crate::support::chance::{Chance, Seeded};
use crate::support::console::Console;
use crate::support::sandbox::Sandbox;
use crate::support::tools::is_here;

/// Rounds of the normal suite.
const ROUNDS: u64 = 60;

/// Runs a program that says nothing; whether it liked what it was given.
fn run(program: &str, folder: &Path, args: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(args).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    for (key, value) in [("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1"), ("LC_ALL", "C")] {
        command.env(key, value);
    }
    command.status().is_ok_and(|status| status.success())
}

fn are_both_here(story: &str) -> bool {
    is_here("git", story) && is_here("patch", story)
}

type Files = Vec<(String, Vec<u8>)>;

fn write(folder: &Path, files: &Files) {
    fs::create_dir_all(folder).expect("a folder");
    for (name, content) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
}

/// Lines of few kinds, so that many look alike.
fn line(chance: &mut Seeded) -> Vec<u8> {
    match chance.pick(8) {
        0 => b"}\n".to_vec(),
        1 => b"\n".to_vec(),
        2 => b"\xff\xfe odd \x01 bytes\n".to_vec(),
        3 => b"ends in a return\r\n".to_vec(),
        _ => format!("line {}\n", chance.pick(30)).into_bytes(),
    }
}

fn text(chance: &mut Seeded) -> Vec<u8> {
    let mut text: Vec<u8> = (0..chance.pick(60)).flat_map(|_| line(chance)).collect();
    if chance.pick(4) == 0 {
        text.extend_from_slice(b"no end of line");
    }
    text
}

fn edited(content: &[u8], edits: usize, chance: &mut Seeded) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> =
        content.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
    for _ in 0..edits {
        let at = chance.pick(lines.len() + 1);
        match chance.pick(3) {
            0 if at < lines.len() => drop(lines.remove(at)),
            1 if at < lines.len() => lines[at] = line(chance),
            _ if at < lines.len() || lines.last().is_none_or(|last| last.ends_with(b"\n")) => {
                lines.insert(at, line(chance));
            }
            _ => {}
        }
    }
    lines.concat()
}

fn trees(chance: &mut Seeded) -> (Files, Files) {
    let names = ["a.txt", "src/b.c", "src/deep/c.txt", "with blank.txt", "\u{e4}.txt", "d.bin"];
    let old: Files = names.iter().map(|name| ((*name).to_owned(), text(chance))).collect();
    let mut new: Files = Vec::new();
    for (name, content) in &old {
        match chance.pick(8) {
            0 => {}
            1 => new.push((format!("moved/{name}"), edited(content, 1, chance))),
            2 => new.push((name.clone(), content.clone())),
            _ => {
                let edits = chance.pick(6);
                new.push((name.clone(), edited(content, edits, chance)));
            }
        }
    }
    if chance.flip() {
        new.push(("new/file.txt".to_owned(), text(chance)));
    }
    if chance.flip() {
        new.push(("new.bin".to_owned(), (0..500).map(|_| chance.pick(256) as u8).collect()));
    }
    (old, new)
}

/// The diff that Git makes between two trees.
fn diff(folder: &Path, old: &Files, new: &Files, args: &[&str]) -> Vec<u8> {
    let repository = folder.join("repository");
    write(&repository, old);
    assert!(run("git", &repository, &["init", "-q"]));
    assert!(run("git", &repository, &["add", "-A"]));
    let commit =
        ["-c", "user.name=a", "-c", "user.email=a@x.example", "commit", "-q", "--allow-empty", "-m", "old"];
    assert!(run("git", &repository, &commit));
    for (name, _) in old {
        fs::remove_file(repository.join(name)).expect("ours");
    }
    write(&repository, new);
    assert!(run("git", &repository, &["add", "-A"]));
    let all: Vec<&str> =
        ["-c", "core.autocrlf=false", "diff", "--cached"].iter().chain(args).copied().collect();
    let output = Command::new("git").args(all).current_dir(&repository).output().expect("git runs");
    fs::remove_dir_all(&repository).expect("ours");
    output.stdout
}

/// Everything in a folder.
type Found = Vec<(PathBuf, Vec<u8>)>;

struct Round {
    sandbox: Sandbox,
    patch: PathBuf,
}

impl Round {
    fn new(target: &Files, patch: &[u8]) -> Self {
        let sandbox = Sandbox::in_memory();
        write(&sandbox.path("app"), target);
        let place = sandbox.path("fix.patch");
        fs::write(&place, patch).expect("a file");
        Self { sandbox, patch: place }
    }

    /// What ours, Git and GNU patch make of it; `None` where one refuses.
    fn results(&self, target: &Files) -> [Option<Found>; 3] {
        let (git, gnu) = (self.sandbox.path("git"), self.sandbox.path("gnu"));
        write(&git, target);
        write(&gnu, target);
        let patch = self.patch.to_str().expect("a text");
        let git_did = run("git", &git, &["apply", "--whitespace=nowarn", patch]);
        let args = ["-p1", "-s", "-f", "-F0", "--binary", "--no-backup-if-mismatch", "-i", patch];
        let gnu_did = run("patch", &gnu, &args);
        let ours = apply_with(&self.sandbox, TextOptions::default(), &self.patch);
        let ours = match ours {
            Ok(_) => Some(contents(&self.sandbox.path("app"))),
            Err(error) => {
                eprintln!("ours: {:?}", super::reasons(Err(error)));
                None
            }
        };
        [ours, git_did.then(|| contents(&git)), gnu_did.then(|| contents(&gnu))]
    }
}

#[test]
fn a_tree_becomes_what_git_makes_of_it_and_goes_back() {
    if !are_both_here("a_tree_becomes_what_git_makes_of_it_and_goes_back") {
        return;
    }
    let mut agreed = 0;
    for seed in 0..ROUNDS {
        let mut chance = Seeded::new(seed);
        let (old, new) = trees(&mut chance);
        let scratch = Sandbox::in_memory();
        let args: &[&str] =
            if seed % 2 == 0 { &["--binary", "-M"] } else { &["--binary", "--full-index", "--no-renames"] };
        let patch = diff(&scratch.path(""), &old, &new, args);
        if patch.is_empty() {
            continue;
        }
        let round = Round::new(&old, &patch);
        let before = contents(&round.sandbox.path("app"));
        let [ours, git, gnu] = round.results(&old);
        assert!(git.is_some(), "seed {seed}: Git takes what it wrote");
        assert_eq!(ours, git, "seed {seed}");
        agreed += usize::from(gnu.is_some_and(|gnu| Some(gnu) == git));
        let _ = roll_back(&round.sandbox);
        assert_eq!(contents(&round.sandbox.path("app")), before, "seed {seed}");
    }
    eprintln!("{ROUNDS} trees, GNU patch agreed on {agreed}");
}

#[test]
fn on_an_edited_tree_it_never_differs_from_what_both_others_do() {
    if !are_both_here("on_an_edited_tree_it_never_differs_from_what_both_others_do") {
        return;
    }
    let (mut both, mut more_careful) = (0, 0);
    for seed in 1000..1000 + 2 * ROUNDS {
        let mut chance = Seeded::new(seed);
        let old: Files = vec![("x.txt".to_owned(), text(&mut chance))];
        let new: Files = vec![("x.txt".to_owned(), edited(&old[0].1, 3, &mut chance))];
        let scratch = Sandbox::in_memory();
        let patch = diff(&scratch.path(""), &old, &new, &["--binary"]);
        if patch.is_empty() || patch.windows(16).any(|window| window == b"GIT binary patch") {
            continue;
        }
        let edits = 1 + chance.pick(3);
        let target: Files = vec![("x.txt".to_owned(), edited(&old[0].1, edits, &mut chance))];
        let round = Round::new(&target, &patch);
        let [ours, git, gnu] = round.results(&target);
        if let (Some(git), Some(gnu)) = (&git, &gnu)
            && git == gnu
        {
            match ours {
                Some(ours) => {
                    assert_eq!(&ours, git, "seed {seed}");
                    both += 1;
                }
                // Where a hunk fits twice we stop.
                None => more_careful += 1,
            }
        }
    }
    eprintln!("{both} times the same as both others, {more_careful} times more careful");
    assert!(both > 10, "{both}");
}

#[test]
fn a_rename_of_the_only_file_of_a_folder_is_in_place_the_second_time() {
    for (from, to) in [("sub/q", "sub/moved"), ("q", "sub/moved"), ("sub/q", "moved")] {
        let patch = format!(
            "diff --git a/{from} b/{to}\nsimilarity index 100%\nrename from {from}\nrename to {to}\n"
        );
        let sandbox = scene(&[(from, "x\n"), ("beside", "y\n")], &patch);
        let first = apply(&sandbox).expect("it fits");
        assert!(first.entry.is_some(), "{from}");
        let again = apply(&sandbox).expect("it is in place");
        assert!(again.entry.is_none(), "{from}");
        // The same where the patch never came.
        let sandbox = scene(&[(to, "x\n"), ("beside", "y\n")], &patch);
        let planned = Console::new(&sandbox).done("plan $/fix.patch $/app");
        assert!(planned.out.contains("already in place"), "{from}: {planned}");
    }
}
