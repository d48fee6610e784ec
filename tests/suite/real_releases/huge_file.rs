//! A file of two gigabytes is made into a bundle, applied and taken back in a process that never holds it.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use patchwright::model::{Digest, Hasher, Payload};
use patchwright::workbench::ProofChoice;

use crate::support::chance::Seeded;
use crate::support::sandbox::{Sandbox, UNSIGNED, order};

/// Length of the file.
const HUGE_BYTES: u64 = 2 << 30;

/// The most memory that any step may take.
const MAX_MEMORY_BYTES: u64 = 200 << 20;

/// How often a few bytes are put in: each moves everything behind it.
const EDIT_EVERY_BYTES: u64 = 100 << 20;

/// Names the folder and the step for the other half of the test.
const STEP: &str = "PATCHWRIGHT_TEST_HUGE_STEP";

#[test]
#[ignore = "slow: two gigabytes, there and back"]
fn two_gigabytes_go_there_and_back_in_little_memory() {
    let sandbox = Sandbox::new();
    let folder = |name: &str| {
        let folder = sandbox.path(name);
        std::fs::create_dir(&folder).expect("a new folder");
        folder
    };
    let (empty, old, new) = (folder("empty"), folder("old"), folder("new"));
    std::fs::write(empty.join("note"), "1").expect("our own file");
    write_huge(&old, false);
    write_huge(&new, true);

    for what in ["make whole empty old", "make delta old new", "prove delta old new"] {
        step(&sandbox, what);
    }
    std::fs::rename(&empty, sandbox.path("target")).expect("our own folder");
    let (old, new) = (digest(&old), digest(&new));
    for (what, expected) in [
        ("apply whole", Some(old)),
        ("apply delta", Some(new)),
        ("status", Some(new)),
        ("rollback", Some(old)),
        ("undo", Some(new)),
        ("rollback", Some(old)),
        ("rollback", None),
    ] {
        step(&sandbox, what);
        let target = sandbox.path("target");
        assert_eq!(target.join("huge").exists().then(|| digest(&target)), expected, "after {what}");
    }
}

/// Does one step in a process of its own, and looks at how much memory that took.
fn step(sandbox: &Sandbox, what: &str) {
    let begun = Instant::now();
    let output = Command::new(std::env::current_exe().expect("a test knows its program"))
        .args(["--exact", "real_releases::huge_file::one_step_with_the_huge_file", "--nocapture"])
        .env(STEP, format!("{}|{what}", sandbox.path("").display()))
        .output()
        .expect("a test program starts");
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{what}: {said}");
    let peak = said.lines().find_map(|line| line.split_once("peak memory in bytes: ")?.1.trim().parse().ok());
    let peak: u64 = peak.unwrap_or_else(|| panic!("{what}: {said}"));
    let note = said.lines().find_map(|line| line.split_once("note: ")).map_or("", |(_, note)| note);
    let (seconds, megabytes) = (begun.elapsed().as_secs_f64(), peak as f64 / 1e6);
    eprintln!("{what}: {seconds:.1} s, at most {megabytes:.0} MB of memory {note}");
    assert!(peak < MAX_MEMORY_BYTES, "{what} took {peak} bytes of memory");
}

/// Not a story but the other half of the one above: the process whose memory is watched.
#[test]
fn one_step_with_the_huge_file() {
    let Some(step) = std::env::var_os(STEP) else { return };
    let step = step.into_string().expect("our own names");
    let (folder, what) = step.split_once('|').expect("a folder and a step");
    let folder = Path::new(folder);
    let sandbox = Sandbox::new();
    let target = sandbox.target(folder.join("target"));
    let words: Vec<&str> = what.split(' ').collect();
    match words[..] {
        [verb @ ("make" | "prove"), bundle, from, to] => {
            let order = order(&format!("TEST-{bundle}"), "", "");
            let proof = if verb == "prove" { ProofChoice::RoundTrip } else { ProofChoice::Skip };
            let (output, from, to) = (folder.join(verb), folder.join(from), folder.join(to));
            let made = sandbox.make_at(&output, proof, &order, &from, &to).expect("a bundle");
            let huge = made.made.patch.changes.iter().find(|change| change.path.as_str() == "huge");
            let is_delta = matches!(huge.expect("it is changed").payload, Some(Payload::Delta { .. }));
            assert_eq!(is_delta, bundle == "delta");
            println!("note: for a bundle of {} bytes", made.made.bundle_bytes);
            std::fs::rename(&output, folder.join(bundle)).expect("our own file");
        }
        ["apply", bundle] => {
            let applied = target.apply_file(&folder.join(bundle), UNSIGNED).expect("it is applied");
            assert_eq!(applied.untidy, None);
        }
        ["rollback"] => drop(target.must_roll_back()),
        ["undo"] => drop(target.must_undo_the_rollback()),
        ["status"] => assert!(target.drift().is_empty()),
        _ => panic!("no such step: {what}"),
    }
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux tells");
    let kilobytes: u64 = peak.trim().trim_end_matches(" kB").parse().expect("a number");
    println!("peak memory in bytes: {}", kilobytes << 10);
}

/// Writes bytes that nobody can compress, all the same for both files but for what is put in here and there.
fn write_huge(folder: &Path, edited: bool) {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(folder.join("huge")).expect("a new file"));
    let mut chance = Seeded::new(1);
    for at in (0..HUGE_BYTES).step_by(8) {
        if edited && at % EDIT_EVERY_BYTES == 0 {
            out.write_all(b"put in").expect("room for it");
        }
        out.write_all(&chance.next_number().to_le_bytes()).expect("room for it");
    }
    out.flush().expect("room for it");
    if edited {
        std::fs::write(folder.join("note"), "3").expect("our own file");
    } else {
        std::fs::write(folder.join("note"), "2").expect("our own file");
    }
}

fn digest(folder: &Path) -> Digest {
    let mut file = BufReader::with_capacity(1 << 20, File::open(folder.join("huge")).expect("it is there"));
    let (mut hasher, mut piece) = (Hasher::new(), vec![0; 1 << 20]);
    loop {
        match file.read(&mut piece).expect("it can be read") {
            0 => return hasher.finish(),
            length => hasher.update(&piece[..length]),
        }
    }
}
