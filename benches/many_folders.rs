//! How long it takes to compare many folders with a state file, and to plan a rollout over them; all of them are without any of
//! the patches that they should have.
//!
//! ```text
//! cargo bench --bench many_folders [-- [--folders N] [--patches N]]
//! ```
//!
//! Prints a line for each. Every folder has a plan of its own, with every signature verified and the relation of every patch to
//! every other worked out; the patch files are opened and read once.

#[allow(dead_code, reason = "each bench uses a part of what they share")]
mod support;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use patchwright::trust::SecretKey;
use support::measure::{Measure, Samples, program, run};
use support::{folders, machine};
use zeroize::Zeroizing;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --all-targets` starts benchmarks too, without this word; minutes of work would surprise there.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let number = |flag: &str, otherwise: usize| {
        let given = arguments.iter().skip_while(|argument| *argument != flag).nth(1);
        given.map_or(otherwise, |given| given.parse().expect("a number"))
    };
    let (count, patches) = (number("--folders", 2_000), number("--patches", 50));
    let work = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("many_folders");
    folders::remove(&work)?;
    fs::create_dir_all(work.join("old"))?;
    let work = work.canonicalize()?;
    prepare(&work, count, patches)?;

    println!("{}", machine::describe(&work));
    // 7: every folder differs.
    let whole: [(&[&str], i32); 2] =
        [(&["reconcile", "state.toml"], 7), (&["rollout", "plan", "rollout.toml"], 0)];
    for (words, code) in whole {
        let mut samples = Samples::default();
        for measure in [Measure::Time, Measure::Memory] {
            run(vec![patchwright(&work, &[words, &["--quiet"]].concat())], &[code], measure, &mut samples);
        }
        let seconds = samples.median().unwrap_or_default().as_secs_f64();
        let processor = samples.median_of_processor().unwrap_or_default().as_secs_f64();
        let peak = samples.peak_bytes.unwrap_or_default() / 1_000_000;
        println!(
            "{}, {count} folders, {patches} patches: {seconds:.1} s, {processor:.1} s of the processor, {peak} MB",
            words[0]
        );
    }
    folders::remove(&work)
}

/// A key that is trusted, patches that it has signed, and folders for them.
fn prepare(work: &Path, count: usize, patches: usize) -> io::Result<()> {
    let key = SecretKey::of_random(&Zeroizing::new([7; 40]));
    fs::write(work.join("acme.key"), key.file(None, [0; 32]))?;
    fs::write(work.join("acme.pub"), key.public().file())?;
    let print = key.public().fingerprint().to_string();
    let trust = ["key", "trust", "acme.pub", "--name=acme", "--role=author", "--every-product", "--yes"];
    must(patchwright(work, &trust).arg(format!("--fingerprint={print}")))?;
    for number in 0..patches {
        fs::write(work.join(format!("old/{number}")), format!("old {number}\n"))?;
    }
    fs::create_dir_all(work.join("patches"))?;
    let mut have = String::new();
    for number in 0..patches {
        folders::copy(&work.join("old"), &work.join("new"))?;
        fs::write(work.join(format!("new/{number}")), format!("new {number}\n"))?;
        let (id, file) = (format!("ACME-{number}"), format!("patches/{number}.patchbundle"));
        must(&mut patchwright(
            work,
            &["make", "--from=old", "--to=new", "--id", &id, "--output", &file, "--quiet"],
        ))?;
        must(&mut patchwright(work, &["sign", &file, "--key=acme.key", "--as=author", "--quiet"]))?;
        have.push_str(&format!("\"{id}\", "));
    }
    for number in 0..count {
        folders::copy(&work.join("old"), &work.join(format!("srv/{number}")))?;
    }
    let files: Vec<String> = (0..patches).map(|number| format!("\"patches/{number}.patchbundle\"")).collect();
    let rollout = format!(
        "format = \"patchwright-rollout/1\"\nname = \"many\"\npatches = [{}]\n[[rings]]\nname = \"all\"\nfolders = [\"srv/*\"]\n",
        files.join(", ")
    );
    fs::write(work.join("rollout.toml"), rollout)?;
    let path = work.join("srv/*");
    let state = format!(
        "format = \"patchwright-state/1\"\npatches = \"patches\"\n[[folders]]\npath = '{}'\nhave = [{have}]\n",
        path.display()
    );
    fs::write(work.join("state.toml"), state)
}

fn patchwright(work: &Path, words: &[&str]) -> Command {
    let mut command = program(env!("CARGO_BIN_EXE_patchwright"));
    command.args(words).current_dir(work).env("HOME", work);
    command
}

fn must(command: &mut Command) -> io::Result<()> {
    let status = command.status()?;
    assert!(status.success(), "{command:?} ended with {status}");
    Ok(())
}
