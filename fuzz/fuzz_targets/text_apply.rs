//! Any diff on any file: it never panics, and where every hunk is clean `git apply` makes the same of it, if it takes it.
//!
//! The input is the file, a line of `=====`, and the diff of a file called `x`.

#![no_main]

use std::fs;
use std::process::{Command, Stdio};

use libfuzzer_sys::fuzz_target;
use patchwright::diff::patch_text::{Body, FileOp, parse};
use patchwright::diff::place::{HunkGrade, place};
use patchwright::diff::{Content, WorkBudget};

const BETWEEN: &[u8] = b"=====\n";

fuzz_target!(|input: &[u8]| {
    let Some(at) = input.windows(BETWEEN.len()).position(|window| window == BETWEEN) else { return };
    let (content, diff) = (&input[..at], &input[at + BETWEEN.len()..]);
    let Ok(patches) = parse(diff) else { return };
    let [patch] = patches.as_slice() else { return };
    let [file] = patch.files.as_slice() else { return };
    let Body::Hunks(hunks) = &file.body else { return };
    let placement = place(&Content::from(content), hunks, 0, &mut WorkBudget::default());
    let is_clean = placement.hunks.iter().all(|(grade, _)| *grade == HunkGrade::Clean);
    let is_of_x = file.op == FileOp::Modify
        && file.new.as_deref() == Some(b"b/x")
        && file.old.as_deref() == Some(b"a/x");
    let Some(ours) = placement.content.filter(|_| is_clean && is_of_x) else { return };
    if let Some(theirs) = git_apply(content, diff) {
        assert_eq!(ours.bytes().escape_ascii().to_string(), theirs.escape_ascii().to_string());
    }
});

/// What Git makes of it; `None` if it refuses.
fn git_apply(content: &[u8], diff: &[u8]) -> Option<Vec<u8>> {
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).ok()?;
    fs::write(folder.path().join("x"), content).ok()?;
    fs::write(folder.path().join("patch"), diff).ok()?;
    let mut git = Command::new("git");
    git.args(["apply", "--whitespace=nowarn", "patch"]).current_dir(folder.path());
    git.env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CEILING_DIRECTORIES", "/");
    let status = git.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().ok()?;
    status.success().then(|| fs::read(folder.path().join("x")).ok()).flatten()
}
