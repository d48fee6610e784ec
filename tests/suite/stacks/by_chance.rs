//! Random stacks against a simple model: what is in the folder is always what was there before with the active patches,
//! or it was refused and nothing changed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use patchwright::plan::OnDrift;
use patchwright::workbench::Which;

use super::{bundle, fix, lines};
use crate::support::chance::{Chance, Seeded};
use crate::support::sandbox::{Bundle, Sandbox, Target, UNSIGNED, unwatched};
use crate::support::trees::Tree;

/// Files that the patches are about.
const FILES: usize = 3;

/// Lines that a patch may change; two of them are far enough from each other to be told apart.
const PLACES: [usize; 4] = [1, 4, 7, 10];

/// Hotfixes to choose from: each changes one line of one file, made from the untouched product.
const HOTFIXES: usize = FILES * PLACES.len();

/// Everything to choose from: after the hotfixes a service pack for each file, which contains all its hotfixes.
const PATCHES: usize = HOTFIXES + FILES;

/// The file that a patch is about.
fn file_of(patch: usize) -> usize {
    if is_pack(patch) { patch - HOTFIXES } else { patch / PLACES.len() }
}

fn is_pack(patch: usize) -> bool {
    patch >= HOTFIXES
}

/// Service packs sort after hotfixes.
fn name(patch: usize) -> String {
    if is_pack(patch) { format!("SP{}", file_of(patch)) } else { format!("P{patch}") }
}

/// The product with these patches in it, of which a service pack has replaced the hotfixes of its file.
fn product(patches: &[usize]) -> Tree {
    (0..FILES).fold(Tree::new(), |tree, file| {
        let own: Vec<usize> = patches.iter().copied().filter(|patch| file_of(*patch) == file).collect();
        let pack = own.iter().copied().find(|patch| is_pack(*patch));
        let line = |at: usize, patch: usize| (PLACES[at], name(pack.unwrap_or(patch)));
        let named: Vec<(usize, String)> = match pack {
            Some(pack) => (0..PLACES.len()).map(|at| line(at, pack)).collect(),
            None => own.iter().map(|patch| line(patch % PLACES.len(), *patch)).collect(),
        };
        let changed: Vec<(usize, &str)> = named.iter().map(|(line, name)| (*line, name.as_str())).collect();
        let tree = tree.file(&format!("file{file}"), lines(&changed));
        // A hotfix also brings a file of its own, which goes with it.
        let hotfixes = own.into_iter().filter(|patch| pack.is_none() && !is_pack(*patch));
        hotfixes.fold(tree, |tree, patch| tree.file(&name(patch), name(patch)))
    })
}

/// What is in the folder by the model.
#[derive(Clone, Default)]
struct Model {
    /// The patches, and what replaced them.
    slots: Vec<(usize, Option<usize>)>,
    accepted: usize,
    /// What the last change replaced, if that can still be taken back.
    before: Option<Vec<(usize, Option<usize>)>>,
}

impl Model {
    fn active(&self) -> Vec<usize> {
        self.slots.iter().filter(|(_, by)| by.is_none()).map(|(patch, _)| *patch).collect()
    }

    fn position(&self, patch: usize) -> Option<usize> {
        self.slots.iter().position(|(there, _)| *there == patch)
    }

    /// Lets `patch` come; whether it did.
    fn come(&mut self, patch: usize) -> bool {
        let covers = |there: usize| {
            there == patch || is_pack(there) && !is_pack(patch) && file_of(there) == file_of(patch)
        };
        if self.active().into_iter().any(covers) {
            return false;
        }
        for (there, by) in &mut self.slots {
            if is_pack(patch) && file_of(*there) == file_of(patch) && by.is_none() {
                *by = Some(patch);
            }
        }
        self.slots.push((patch, None));
        true
    }

    /// What is left without some of them.
    fn without(&self, goes: impl Fn(usize, usize) -> bool) -> Vec<(usize, Option<usize>)> {
        let slots = self.slots.iter().enumerate();
        let (gone, left): (Vec<_>, Vec<_>) = slots.partition(|(at, (patch, _))| goes(*at, *patch));
        let is_gone = |patch: &usize| gone.iter().any(|(_, (other, _))| other == patch);
        left.into_iter().map(|(_, (patch, by))| (*patch, by.filter(|by| !is_gone(by)))).collect()
    }
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
        let expected = product(&self.model.active());
        assert_eq!(self.target.tree().difference(&expected), None, "{}", self.told.join("; "));
    }

    fn apply(&mut self, chance: &mut Seeded, most: usize) {
        let mut chosen: Vec<usize> = (0..most).map(|_| chance.pick(PATCHES)).collect();
        self.told.push(format!("apply {:?}", chosen.iter().map(|patch| name(*patch)).collect::<Vec<_>>()));
        let files: Vec<PathBuf> = chosen.iter().map(|patch| self.bundles[*patch].path.clone()).collect();
        let applied =
            unwatched(|watch| self.sandbox.bench().apply_all(&files, &self.target.path, UNSIGNED, watch))
                .unwrap_or_else(|error| panic!("{}: {error:?}", self.told.join("; ")));
        chosen.sort_by_key(|patch| name(*patch));
        let came = chosen.into_iter().filter(|patch| self.model.come(*patch)).count();
        assert_eq!(applied.entry.is_some(), came > 0, "{}", self.told.join("; "));
        if came > 0 {
            self.model.before = None;
        }
    }

    fn goes(&mut self, which: Which, left: Option<Vec<(usize, Option<usize>)>>) {
        let result = self.target.roll_back(which, OnDrift::Stop);
        match (result, left) {
            (Ok(_), Some(left)) => self.model.before = Some(std::mem::replace(&mut self.model.slots, left)),
            (Err(_), None) => {}
            (result, left) => panic!("{}: {result:?}, expected {left:?}", self.told.join("; ")),
        }
    }

    /// Every patch changes lines of its own, so that each can go alone while its way back is there and nothing has
    /// replaced it.
    fn take_out(&mut self, chance: &mut Seeded) {
        let patch = chance.pick(PATCHES);
        self.told.push(format!("take out {}", name(patch)));
        let at = self
            .model
            .position(patch)
            .filter(|at| *at >= self.model.accepted && self.model.slots[*at].1.is_none());
        let left = at.map(|_| self.model.without(|_, other| other == patch));
        self.goes(Which::Patch(name(patch)), left);
    }

    fn go_back_to(&mut self, chance: &mut Seeded) {
        let patch = chance.pick(PATCHES);
        self.told.push(format!("back to before {}", name(patch)));
        let at = self.model.position(patch).filter(|at| *at >= self.model.accepted);
        let left = at.map(|from| self.model.without(|at, _| at >= from));
        self.goes(Which::Before(name(patch)), left);
    }

    fn undo(&mut self) {
        self.told.push("undo".to_owned());
        let left = self.model.before.clone();
        self.goes(Which::LastRollback, left);
    }

    fn accept(&mut self, chance: &mut Seeded) {
        // Rarely: what is accepted never goes again.
        if self.model.slots.is_empty() || chance.pick(4) > 0 {
            return;
        }
        let at = chance.pick(self.model.slots.len());
        let id = name(self.model.slots[at].0);
        self.told.push(format!("accept {id}"));
        let accepted = self.sandbox.bench().accept(&self.target.path, Some(&id));
        let _ = accepted.unwrap_or_else(|error| panic!("{}: {error:?}", self.told.join("; ")));
        self.model.accepted = self.model.accepted.max(at + 1);
        if !self.target.status().can_undo_rollback {
            self.model.before = None;
        }
    }
}

fn bundles(sandbox: &Sandbox) -> Vec<Bundle> {
    let hotfix = |patch: usize| fix(sandbox, &name(patch), &product(&[]), &product(&[patch]));
    let pack = |patch: usize| {
        let contained = (0..HOTFIXES).filter(|hotfix| file_of(*hotfix) == file_of(patch));
        let fixes: Vec<String> = contained.chain([patch]).map(|fix| format!("\"{}\"", name(fix))).collect();
        bundle(sandbox, &name(patch), &fixes.join(", "), "", &product(&[]), &product(&[patch]))
    };
    (0..PATCHES).map(|patch| if is_pack(patch) { pack(patch) } else { hotfix(patch) }).collect()
}

fn stacks(sequences: u64, first: u64) {
    let sandbox = Sandbox::in_memory();
    let bundles = bundles(&sandbox);
    let mut lengths: BTreeMap<usize, u64> = BTreeMap::new();
    for seed in first..first + sequences {
        let target = sandbox.install(&product(&[]));
        let told = vec![format!("seed {seed}")];
        let mut story = Story { sandbox: &sandbox, target, bundles: &bundles, model: Model::default(), told };
        let mut chance = Seeded::new(seed);
        for _ in 0..3 + chance.pick(8) {
            story.step(&mut chance);
        }
        *lengths.entry(story.model.active().len()).or_default() += 1;
        std::fs::remove_dir_all(&story.target.path).expect("our own folder");
    }
    eprintln!("{sequences} stacks; patches left in each: {lengths:?}");
    assert!(lengths.len() > 3, "they differ: {lengths:?}");
}

#[test]
fn random_stacks_are_what_the_model_says() {
    stacks(60, 1);
}

#[test]
#[ignore = "takes minutes"]
fn ten_thousand_random_stacks_are_what_the_model_says() {
    stacks(10_000, 1_000);
}
