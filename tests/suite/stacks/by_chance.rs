//! Random stacks against a simple model: what is in the folder is always what was there before with the active patches,
//! or it was refused and nothing changed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use patchwright::plan::OnDrift;
use patchwright::workbench::Which;

use super::{fix, lines};
use crate::support::chance::{Chance, Seeded};
use crate::support::sandbox::{Bundle, Sandbox, Target, UNSIGNED, unwatched};
use crate::support::trees::Tree;

/// Files that the patches are about.
const FILES: usize = 3;

/// Lines that a patch may change; two of them are far enough from each other to be told apart.
const PLACES: [usize; 4] = [1, 4, 7, 10];

/// Patches to choose from: each changes one line of one file, made from the untouched product.
const PATCHES: usize = FILES * PLACES.len();

/// What a patch changes.
fn place_of(patch: usize) -> (usize, usize) {
    (patch / PLACES.len(), PLACES[patch % PLACES.len()])
}

fn name(patch: usize) -> String {
    format!("P{patch}")
}

/// The product with these patches in it.
fn product(patches: &[usize]) -> Tree {
    (0..FILES).fold(Tree::new(), |tree, file| {
        let own = patches.iter().filter(|patch| place_of(**patch).0 == file);
        let names: Vec<(usize, String)> = own.map(|patch| (place_of(*patch).1, name(*patch))).collect();
        let changed: Vec<(usize, &str)> = names.iter().map(|(line, name)| (*line, name.as_str())).collect();
        tree.file(&format!("file{file}"), lines(&changed))
    })
}

/// What is in the folder by the model.
#[derive(Clone, Default)]
struct Model {
    active: Vec<usize>,
    accepted: usize,
    /// What the last change replaced, if that can still be taken back.
    before: Option<Vec<usize>>,
}

struct Story<'a> {
    sandbox: &'a Sandbox,
    target: Target<'a>,
    bundles: &'a [Bundle],
    model: Model,
    told: Vec<String>,
}

impl Story<'_> {
    fn step(&mut self, chance: &mut Seeded) {
        match chance.pick(10) {
            0..=2 => self.apply(chance, 1),
            3..=4 => self.apply(chance, 3),
            5..=6 => self.take_out(chance),
            7 => self.go_back_to(chance),
            8 => self.undo(),
            _ => self.accept(chance),
        }
        let expected = product(&self.model.active);
        assert_eq!(self.target.tree().difference(&expected), None, "{}", self.told.join("; "));
    }

    fn apply(&mut self, chance: &mut Seeded, most: usize) {
        let chosen: Vec<usize> = (0..most).map(|_| chance.pick(PATCHES)).collect();
        self.told.push(format!("apply {chosen:?}"));
        let files: Vec<PathBuf> = chosen.iter().map(|patch| self.bundles[*patch].path.clone()).collect();
        let applied =
            unwatched(|watch| self.sandbox.bench().apply_all(&files, &self.target.path, UNSIGNED, watch))
                .unwrap_or_else(|error| panic!("{}: {error:?}", self.told.join("; ")));
        let before = self.model.active.clone();
        let mut new: Vec<usize> = chosen.into_iter().filter(|patch| !before.contains(patch)).collect();
        new.sort_by_key(|patch| name(*patch));
        new.dedup();
        assert_eq!(applied.entry.is_some(), !new.is_empty(), "{}", self.told.join("; "));
        if !new.is_empty() {
            self.model.active.extend(new);
            self.model.before = None;
        }
    }

    fn goes(&mut self, which: Which, left: Option<Vec<usize>>) {
        let result = self.target.roll_back(which, OnDrift::Stop);
        match (result, left) {
            (Ok(_), Some(left)) => self.model.before = Some(std::mem::replace(&mut self.model.active, left)),
            (Err(_), None) => {}
            (result, left) => panic!("{}: {result:?}, expected {left:?}", self.told.join("; ")),
        }
    }

    /// Every patch changes lines of its own, so that each can go alone while its way back is there.
    fn take_out(&mut self, chance: &mut Seeded) {
        let patch = chance.pick(PATCHES);
        self.told.push(format!("take out {patch}"));
        let at = self.model.active.iter().position(|active| *active == patch);
        let left = at.filter(|at| *at >= self.model.accepted).map(|at| {
            let mut left = self.model.active.clone();
            left.remove(at);
            left
        });
        self.goes(Which::Patch(name(patch)), left);
    }

    fn go_back_to(&mut self, chance: &mut Seeded) {
        let patch = chance.pick(PATCHES);
        self.told.push(format!("back to before {patch}"));
        let at = self.model.active.iter().position(|active| *active == patch);
        let left = at.filter(|at| *at >= self.model.accepted).map(|at| self.model.active[..at].to_vec());
        self.goes(Which::Before(name(patch)), left);
    }

    fn undo(&mut self) {
        self.told.push("undo".to_owned());
        let left = self.model.before.clone();
        self.goes(Which::LastRollback, left);
    }

    fn accept(&mut self, chance: &mut Seeded) {
        // Rarely: what is accepted never goes again.
        if self.model.active.is_empty() || chance.pick(4) > 0 {
            return;
        }
        let at = chance.pick(self.model.active.len());
        self.told.push(format!("accept {}", self.model.active[at]));
        let id = name(self.model.active[at]);
        let accepted = self.sandbox.bench().accept(&self.target.path, Some(&id));
        let _ = accepted.unwrap_or_else(|error| panic!("{}: {error:?}", self.told.join("; ")));
        self.model.accepted = self.model.accepted.max(at + 1);
        let status = self.target.status();
        if !status.can_undo_rollback {
            self.model.before = None;
        }
    }
}

fn stacks(sequences: u64, first: u64) {
    let sandbox = Sandbox::in_memory();
    let bundles: Vec<Bundle> =
        (0..PATCHES).map(|patch| fix(&sandbox, &name(patch), &product(&[]), &product(&[patch]))).collect();
    let mut lengths: BTreeMap<usize, u64> = BTreeMap::new();
    for seed in first..first + sequences {
        let target = sandbox.install(&product(&[]));
        let mut story = Story {
            sandbox: &sandbox,
            target,
            bundles: &bundles,
            model: Model::default(),
            told: vec![format!("seed {seed}")],
        };
        let mut chance = Seeded::new(seed);
        let length = 3 + chance.pick(8);
        for _ in 0..length {
            story.step(&mut chance);
        }
        *lengths.entry(story.model.active.len()).or_default() += 1;
        std::fs::remove_dir_all(&story.target.path).expect("our own folder");
    }
    eprintln!("{sequences} stacks; patches left in each: {lengths:?}");
    assert!(lengths.len() > 3, "they differ: {lengths:?}");
}

#[test]
fn random_stacks_are_what_the_model_says() {
    stacks(40, 1);
}

#[test]
#[ignore = "takes minutes"]
fn ten_thousand_random_stacks_are_what_the_model_says() {
    stacks(10_000, 1_000);
}
