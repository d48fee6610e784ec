//! Long lives of a folder, made up by chance, against a model that knows what it should hold.

use std::collections::BTreeSet;
use std::sync::Arc;

use patchwright::disk::fs::Fs;
use patchwright::ledger::{Action, Entry, Ledger};
use patchwright::transaction::{append, give_up};

use super::case::{Case, DISKS, ways_back};
use super::driver::{environment, locked, recover, run};
use super::verdict::State;
use crate::support::chance::{Chance, Seeded};
use crate::support::explore::{Outcome, in_order};
use crate::support::sim_fs::{Settled, SimFs, Tree, What, difference};

/// Events in one life.
const EVENTS: usize = 12;

/// Places in which things happen; some are in others.
const PLACES: [&str; 8] = ["a", "b", "d", "d/a", "d/e", "d/e/a", "d/e/b", "f/a"];

/// One folder, and what is known about it.
struct Life {
    chance: Seeded,
    disk: Arc<SimFs>,
    /// What it should hold.
    tree: Tree,
    /// Entries that can be taken back, and what the folder was like before and after each.
    kept: Vec<(u64, Tree, Tree)>,
    story: Vec<String>,
}

impl Life {
    fn new(seed: u64) -> Self {
        let (_, new_disk) = DISKS[seed as usize % DISKS.len()];
        let disk = new_disk();
        let mut chance = Seeded::new(seed);
        (0..4).for_each(|_| change_something(&disk, &mut chance));
        disk.put_file("neighbour", "untouched", 0o600);
        Self { tree: disk.tree(), disk: Arc::new(disk), chance, kept: Vec::new(), story: Vec::new() }
    }

    fn live(&mut self) -> Result<(), String> {
        for _ in 0..EVENTS {
            match self.chance.pick(8) {
                0..=3 => self.apply()?,
                4 | 5 => self.roll_back()?,
                6 => self.edit_from_outside(),
                _ => self.accept()?,
            }
            self.check()?;
        }
        Ok(())
    }

    fn apply(&mut self) -> Result<(), String> {
        let count = 1 + self.chance.pick(4);
        let chance = &mut self.chance;
        let case = Case::next("apply", self.disk.clone(), |disk| {
            (0..count).for_each(|_| change_something(disk, chance));
        });
        if case.is_nothing() {
            return Ok(());
        }
        self.carry_out(case)
    }

    /// Takes back the newest change that can be, if nobody edited what it left.
    fn roll_back(&mut self) -> Result<(), String> {
        let Some((seq, before, after)) = self.kept.last().cloned() else { return Ok(()) };
        let is_named = |path: &&String| match (before.get(*path), after.get(*path)) {
            (Some(old), Some(new)) => !old.is_like(new),
            (old, new) => old.is_some() != new.is_some(),
        };
        let paths: BTreeSet<&String> = before.keys().chain(after.keys()).chain(self.tree.keys()).collect();
        let mut wanted = self.tree.clone();
        for path in paths.into_iter().filter(is_named) {
            let is_as_left = match (after.get(path), self.tree.get(path)) {
                (Some(left), Some(now)) => left.is_like(now),
                (left, now) => left.is_none() && now.is_none(),
            };
            if !is_as_left {
                self.story.push(format!("entry {seq} cannot be rolled back: {path} was edited"));
                return Ok(());
            }
            wanted.remove(path);
            wanted.extend(before.get(path).map(|entry| (path.clone(), entry.clone())));
        }
        if !is_a_tree(&wanted) {
            self.story.push(format!("entry {seq} cannot be rolled back: others use its folders"));
            return Ok(());
        }
        let case = Case::rollback("rollback", self.disk.clone(), seq, wanted);
        if case.is_nothing() { Ok(()) } else { self.carry_out(case) }
    }

    /// Makes the change, and lets it be interrupted two times out of three.
    fn carry_out(&mut self, case: Case) -> Result<(), String> {
        let disk = Arc::new(self.disk.fork());
        let way = self.chance.pick(3);
        let call = 1 + self.chance.pick(50);
        if way > 0 {
            disk.crash_at_call(call);
        }
        let result = run(disk.clone(), &case.deed);
        let outcome = if result.is_ok() { Outcome::ClaimedDone } else { Outcome::Failed };
        self.story.push(format!("{} {:?}: {outcome:?} (way {way}, call {call})", case.name, case.deed));
        if let (0, Err(error)) = (way, &result) {
            return Err(format!("it fails without a reason: {error}"));
        }
        self.disk = match way {
            0 => disk,
            1 => Arc::new(disk.crash(self.chance.next_number())),
            _ => Arc::new(disk.fork()),
        };
        while way > 0 && self.chance.flip() {
            self.disk.crash_at_call(1 + self.chance.pick(20));
            // Without power it fails; what matters is what is left.
            let _ = recover(self.disk.clone());
            self.disk = Arc::new(match self.chance.flip() {
                true => self.disk.crash(self.chance.next_number()),
                false => self.disk.fork(),
            });
        }
        recover(self.disk.clone())?;
        case.check(&self.disk, outcome)?;
        if case.state(&self.disk.tree())? == State::New {
            self.kept.retain(|(seq, ..)| case.kept_after.contains(seq));
            self.kept.push((case.head + 1, case.before, self.disk.tree()));
        }
        self.tree = self.disk.tree();
        Ok(())
    }

    fn edit_from_outside(&mut self) {
        change_something(&self.disk, &mut self.chance);
        self.tree = self.disk.tree();
        self.story.push("somebody edited the folder".to_owned());
    }

    fn accept(&mut self) -> Result<(), String> {
        let root = locked(self.disk.clone())?;
        let head = Ledger::read(root.fs()).map_err(|error| error.to_string())?.head();
        let entry = Entry::after(&head, Action::Accept, &environment());
        append(&root, &entry).map_err(|error| error.to_string())?;
        let kept: Vec<u64> = self.kept.drain(..).map(|(seq, ..)| seq).collect();
        self.story.push(format!("{kept:?} are accepted"));
        give_up(&root, &kept).map_err(|error| error.to_string())
    }

    fn check(&self) -> Result<(), String> {
        if let Some(difference) = difference(&self.tree, &self.disk.tree()) {
            return Err(difference);
        }
        let kept: BTreeSet<u64> = self.kept.iter().map(|(seq, ..)| *seq).collect();
        if ways_back(&self.disk) != kept {
            return Err(format!("ways back: {:?} instead of {kept:?}", ways_back(&self.disk)));
        }
        Ledger::read(&*self.disk as &dyn Fs).map(drop).map_err(|error| error.to_string())
    }
}

/// Whether everything in it is in a folder that is in it.
fn is_a_tree(tree: &Tree) -> bool {
    tree.keys().all(|path| match path.rsplit_once('/') {
        Some((parent, _)) => tree.get(parent).is_some_and(|entry| entry.what == What::Dir),
        None => true,
    })
}

/// Puts something else at some place, durably.
fn change_something(disk: &SimFs, chance: &mut Seeded) {
    let place = PLACES[chance.pick(PLACES.len())];
    for (end, _) in place.match_indices('/') {
        let around = disk.tree().get(&place[..end]).map(|entry| entry.what.clone());
        if around.is_some_and(|what| what != What::Dir) {
            disk.outside_delete(&place[..end], Settled::OnDisk);
        }
    }
    let mode = [0o644, 0o600, 0o755][chance.pick(3)];
    let what = disk.tree().get(place).map(|entry| entry.what.clone());
    let choice = chance.pick(6);
    match (choice, what) {
        (0, Some(What::Dir | What::File(_))) => {
            return disk.outside_set_mode(place, mode | 0o100, Settled::OnDisk);
        }
        (1, Some(What::File(_))) => {
            return disk.outside_write(place, format!("edit {}", chance.pick(9)), Settled::OnDisk);
        }
        _ => {}
    }
    let below = format!("{place}/");
    let inside: Vec<String> =
        disk.tree().into_keys().filter(|p| p == place || p.starts_with(&below)).collect();
    inside.iter().rev().for_each(|path| disk.outside_delete(path, Settled::OnDisk));
    match choice {
        0 | 1 => disk.put_file(place, format!("file {}", chance.pick(9)), mode),
        2 => disk.put_link(place, "somewhere"),
        3 => disk.put_dir(place, mode | 0o111),
        4 => disk.put_file(place, "", mode),
        _ => {}
    }
}

/// Lives that many lives on two threads.
fn live_through(seeds: std::ops::Range<u64>) {
    let live_some = |first: u64| {
        in_order(|| {
            for seed in seeds.clone().skip(first as usize).step_by(2) {
                let mut life = Life::new(seed);
                if let Err(problem) = life.live() {
                    panic!("life {seed}: {problem}\n{}", life.story.join("\n"));
                }
            }
        });
    };
    std::thread::scope(|scope| {
        let lives = [0, 1].map(|first| scope.spawn(move || live_some(first)));
        for life in lives {
            life.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
    });
}

#[test]
fn a_folder_with_a_long_life_is_always_what_it_should_be() {
    live_through(0..300);
}

#[test]
#[ignore = "takes minutes"]
fn slow_very_many_folders_with_long_lives_are_always_what_they_should_be() {
    live_through(1000..21_000);
}
