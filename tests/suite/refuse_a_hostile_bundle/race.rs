//! H60: somebody exchanges a folder of the product for a link to their own, back and forth, while patches are applied
//! and taken back. An apply may succeed or fail; the canary may not change.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use patchwright::progress::CancelToken;
use patchwright::workbench::{Choice, OnForeign};

use crate::support::chance::{Chance, Seeded};
use crate::support::hostile::{Good, Scene, watch};

/// What the threads share.
#[derive(Default)]
struct Race {
    stop: AtomicBool,
    /// The folder is to be left in its place.
    rest: AtomicBool,
    /// It is.
    rests: AtomicBool,
    flips: AtomicU64,
}

/// A folder in memory where there is one: renaming is what counts, and a disk would spend its time on syncing.
fn quick_folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    tempfile::tempdir_in(memory).or_else(|_| tempfile::tempdir()).expect("a temporary folder")
}

/// Lets a folder of the product and a link trade places until told to stop.
fn flip(race: &Race, folder: &Path, link: &Path, seed: u64) {
    let mut chance = Seeded::new(seed);
    while !race.stop.load(Ordering::Acquire) {
        if race.rest.load(Ordering::Acquire) {
            race.rests.store(true, Ordering::Release);
            std::thread::sleep(Duration::from_micros(100));
            continue;
        }
        race.rests.store(false, Ordering::Release);
        // Mostly the folder is there, or everything would be refused at the first look.
        std::thread::sleep(Duration::from_micros(chance.pick(2_000) as u64));
        trade(folder, link);
        wait(Duration::from_micros(chance.pick(100) as u64));
        trade(folder, link);
        race.flips.fetch_add(2, Ordering::Relaxed);
    }
}

/// Spins, because the shortest sleep is far longer than what is to be hit.
fn wait(time: Duration) {
    let begin = Instant::now();
    while begin.elapsed() < time {
        std::hint::spin_loop();
    }
}

fn trade(a: &Path, b: &Path) {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE).expect("both are there");
}

/// Puts everything right after a failure; the folder rests in its place meanwhile.
fn settle(scene: &Scene, race: &Race) {
    race.rests.store(false, Ordering::Release);
    race.rest.store(true, Ordering::Release);
    while !race.rests.load(Ordering::Acquire) {
        std::thread::sleep(Duration::from_micros(100));
    }
    let choice = Choice::Undo(OnForeign::Stop);
    let settled = scene.workbench.recover(&scene.root(), choice, watch(&CancelToken::new()));
    drop(settled.expect("with the folder back in its place, everything can be put back"));
}

fn go_on(race: &Race) {
    race.rest.store(false, Ordering::Release);
}

/// Applies and takes back so many times while `flip` is at work.
fn race(rounds: usize) {
    let scene = Scene::in_folder(quick_folder());
    fs::write(scene.bundle(), Good::new().bytes()).expect("a bundle");
    let before = scene.product();
    let (folder, link) = (scene.root().join("lib"), scene.beside("flipped"));
    symlink(scene.canary(), &link).expect("a link");
    let canary = scene.canary_looks();
    let after: std::collections::BTreeMap<PathBuf, _> = {
        let other = Scene::new();
        other.applies("for comparison", &Good::new().bytes());
        other.product()
    };
    let shared = Race::default();
    let (mut done, mut failed) = (0, 0);
    std::thread::scope(|threads| {
        threads.spawn(|| flip(&shared, &folder, &link, 60));
        let _end = StopAtEnd(&shared);
        for round in 0..rounds {
            let answer = if round % 2 == 0 { scene.apply().map(drop) } else { scene.roll_back() };
            settle(&scene, &shared);
            scene.canary_looks().assert_is(&canary);
            let product = scene.product();
            assert!(product == before || product == after, "round {round}, {answer:?}: {product:#?}");
            match answer {
                Ok(()) => done += 1,
                Err(_) => failed += 1,
            }
            // The next round needs what this one was to leave.
            let wanted = if round % 2 == 0 { &after } else { &before };
            if product != *wanted {
                let again = if round % 2 == 0 { scene.apply().map(drop) } else { scene.roll_back() };
                again.expect("nobody is in the way");
            }
            go_on(&shared);
        }
    });
    let flips = shared.flips.load(Ordering::Relaxed);
    println!("{done} done, {failed} failed, {flips} flips");
    assert!(done > 0 && failed > 0, "{done} done, {failed} failed: nothing was raced");
}

/// Ends the other thread, whatever happens to this one.
struct StopAtEnd<'a>(&'a Race);

impl Drop for StopAtEnd<'_> {
    fn drop(&mut self) {
        self.0.stop.store(true, Ordering::Release);
    }
}

#[test]
fn h60_a_folder_that_is_a_link_every_other_moment() {
    race(200);
}

#[test]
#[ignore = "slow: 2,500 applies and as many rollbacks, some 100,000 flips"]
fn h60_a_folder_that_is_a_link_every_other_moment_for_long() {
    race(5_000);
}
