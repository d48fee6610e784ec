//! How large bundles are, beside what a person would mail instead.
//!
//! ```text
//! cargo bench --bench bundle_sizes -- PAIRS…
//! ```
//!
//! Each of `PAIRS` is a folder with folders in it, each of which holds two: a product before and after, in the order of
//! their names. Prints a Markdown table: the bundle, `git diff --binary` packed by `zstd -19`, and the deltas of both
//! trees as one file by `zstd --patch-from` and by xdelta3. A program that is not at hand leaves its column empty.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use patchwright::diff::pair_renames;
use patchwright::environment::Environment;
use patchwright::model::{FileChange, Node};
use patchwright::progress::{CancelToken, Quiet};
use patchwright::workbench::{MakeRequest, OrderSource, ProofChoice, Watch, Workbench};

/// What a change may take beside what Git says of it: two digests, and where they belong.
const BYTES_PER_FILE: u64 = 120;
/// What a bundle may take beside its changes.
const BYTES_PER_BUNDLE: u64 = 3 << 10;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --all-targets` starts benchmarks too, without this word.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let roots = arguments.iter().filter(|argument| !argument.starts_with("--"));
    let work = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bundle_sizes");
    fs::create_dir_all(&work)?;
    println!("| pair | files | bundle | git diff, packed | allowed | zstd delta | xdelta3 |");
    println!("|---|--:|--:|--:|--:|--:|--:|");
    for root in roots {
        for pair in folders_in(Path::new(root))? {
            let [old, new] = &folders_in(&pair)?[..] else {
                eprintln!("{} does not hold two folders", pair.display());
                continue;
            };
            println!("{}", Pair { name: &pair, old, new, work: &work }.row()?);
        }
    }
    fs::remove_dir_all(&work)
}

fn folders_in(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root)? {
        let path = entry?.path();
        if path.is_dir() {
            found.push(path.canonicalize()?);
        }
    }
    found.sort();
    Ok(found)
}

struct Pair<'a> {
    name: &'a Path,
    old: &'a Path,
    new: &'a Path,
    work: &'a Path,
}

impl Pair<'_> {
    fn row(&self) -> io::Result<String> {
        let (files, bundle) = self.make();
        let git = self.git_diff()?;
        let allowed = git.map(|git| git + BYTES_PER_FILE * files + BYTES_PER_BUNDLE);
        let deltas = self.deltas()?;
        let name = self.name.file_name().unwrap_or_default().to_string_lossy();
        let number = |bytes: Option<u64>| bytes.map_or_else(|| "–".to_owned(), |bytes| bytes.to_string());
        let [git, allowed, zstd, xdelta] = [git, allowed, deltas[0], deltas[1]].map(number);
        Ok(format!("| {name} | {files} | {bundle} | {git} | {allowed} | {zstd} | {xdelta} |"))
    }

    /// How many files change, and how long the bundle is.
    fn make(&self) -> (u64, u64) {
        let request = MakeRequest {
            from: self.old.to_owned(),
            to: self.new.to_owned(),
            order: OrderSource::Id("PAIR-1".to_owned()),
            output: self.work.join("made.patchbundle"),
            proof: ProofChoice::Skip,
        };
        let cancel = CancelToken::new();
        let workbench = Workbench::new(Environment::of_this_machine());
        let made = workbench.make(&request, Watch { progress: &Quiet, cancel: &cancel });
        let made = made.unwrap_or_else(|error| panic!("{}: {error}", self.name.display()));
        let is_folder = |change: &FileChange| change.before.iter().chain(&change.after).all(Node::is_dir);
        let files =
            pair_renames(&made.patch.changes).into_iter().filter(|(change, _)| !is_folder(change)).count();
        (files as u64, made.bundle_bytes)
    }

    fn git_diff(&self) -> io::Result<Option<u64>> {
        let diff = self.work.join("git.diff");
        let mut git = Command::new("git");
        git.args(["diff", "--no-index", "--binary"]).args([self.old, self.new]);
        git.stdout(fs::File::create(&diff)?).stderr(Stdio::null());
        if git.status().is_err() {
            return Ok(None);
        }
        self.size_after(
            Command::new("zstd").args(["-19", "-q", "-f", "-o"]).arg(self.work.join("out")).arg(&diff),
        )
    }

    /// What the two deltas of the whole trees take.
    fn deltas(&self) -> io::Result<[Option<u64>; 2]> {
        let mut tars = Vec::new();
        for (name, folder) in [("old.tar", self.old), ("new.tar", self.new)] {
            let tar = self.work.join(name);
            let mut pack = Command::new("tar");
            pack.args(["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "-cf"])
                .arg(&tar)
                .arg("-C")
                .arg(folder);
            if !pack.arg(".").status().is_ok_and(|status| status.success()) {
                return Ok([None; 2]);
            }
            tars.push(tar);
        }
        let out = self.work.join("out");
        let mut zstd = Command::new("zstd");
        zstd.args(["-19", "-q", "-f", "--long=27"]).arg(format!("--patch-from={}", tars[0].display()));
        zstd.arg(&tars[1]).arg("-o").arg(&out);
        let mut xdelta = Command::new("xdelta3");
        xdelta.args(["-9", "-f", "-e", "-s"]).args([&tars[0], &tars[1], &out]);
        Ok([self.size_after(&mut zstd)?, self.size_after(&mut xdelta)?])
    }

    /// How long the file `out` is after `program` ran; `None` if it does not run.
    fn size_after(&self, program: &mut Command) -> io::Result<Option<u64>> {
        let ran = program.stderr(Stdio::null()).status().is_ok_and(|status| status.success());
        if ran { fs::metadata(self.work.join("out")).map(|found| Some(found.len())) } else { Ok(None) }
    }
}
