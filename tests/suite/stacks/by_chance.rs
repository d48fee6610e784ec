//! Random stacks against a simple model: what is in the folder is always what was there before with the active patches
//! and the edits made on site, or it was refused and nothing changed; also when the disk is gone in the middle.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use patchwright::plan::OnDrift;
use patchwright::workbench::{Choice, Error, OnForeign, Overrides, RollbackOptions, Which, Workbench};

use super::{bundle, fix, lines};
use crate::support::chance::{Chance, Seeded};
use crate::support::fault_fs::{At, Errno, Fault, FaultFs, Lasting};
use crate::support::sandbox::{Bundle, Sandbox, Target, UNSIGNED, bench_on, unwatched};
use crate::support::trees::Tree;

/// What somebody adds to a file by hand.
const EDIT: &str = "added by hand\n";

/// Calls of the disk after which it may be gone: a small change has about as many.
const CALLS: usize = 150;

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

/// What the service pack of this file contains.
fn hotfixes_of(file: usize) -> impl Iterator<Item = usize> {
    (0..HOTFIXES).filter(move |patch| file_of(*patch) == file)
}

/// Service packs sort after hotfixes.
fn name(patch: usize) -> String {
    if is_pack(patch) { format!("SP{}", file_of(patch)) } else { format!("P{patch}") }
}

/// A file with these patches in it, all of which are about it. A service pack contains all its hotfixes.
fn plain_text(own: &[usize], file: usize) -> String {
    debug_assert!(own.iter().all(|patch| file_of(*patch) == file));
    let pack = own.iter().copied().find(|patch| is_pack(*patch));
    let named: Vec<(usize, String)> = match pack {
        Some(pack) => {
            let hotfixes = hotfixes_of(file).map(|patch| (PLACES[patch % PLACES.len()], name(patch)));
            hotfixes.chain([(2, name(pack))]).collect()
        }
        None => own.iter().map(|patch| (PLACES[*patch % PLACES.len()], name(*patch))).collect(),
    };
    let changed: Vec<(usize, &str)> = named.iter().map(|(line, name)| (*line, name.as_str())).collect();
    lines(&changed)
}

/// The product with these patches in it.
fn product(patches: &[usize]) -> Tree {
    (0..FILES).fold(Tree::new(), |tree, file| {
        let own: Vec<usize> = patches.iter().copied().filter(|patch| file_of(*patch) == file).collect();
        let has_pack = own.iter().any(|patch| is_pack(*patch));
        let tree = tree.file(&format!("file{file}"), plain_text(&own, file));
        // A hotfix also brings a file of its own, which goes with it.
        let hotfixes: Vec<usize> = match has_pack {
            true => hotfixes_of(file).collect(),
            false => own,
        };
        hotfixes.into_iter().fold(tree, |tree, patch| tree.file(&name(patch), name(patch)))
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
    /// Files that were edited by hand.
    edited: BTreeSet<usize>,
}

impl Model {
    fn active(&self) -> Vec<usize> {
        self.slots.iter().filter(|(_, by)| by.is_none()).map(|(patch, _)| *patch).collect()
    }

    /// What is in the folder.
    fn tree(&self) -> Tree {
        self.edited.iter().fold(product(&self.active()), |tree, file| {
            let own: Vec<usize> =
                self.active().into_iter().filter(|patch| file_of(*patch) == *file).collect();
            let path = format!("file{file}");
            let mut text = plain_text(&own, *file);
            text.push_str(EDIT);
            tree.file(&path, text)
        })
    }

    /// Whether becoming `other` would touch a file that was edited.
    fn meets_an_edit(&self, other: &Self) -> bool {
        let of_file = |model: &Self, file: usize| {
            let active = model.active();
            active.into_iter().filter(|patch| file_of(*patch) == file).collect::<Vec<_>>()
        };
        self.edited.iter().any(|file| of_file(self, *file) != of_file(other, *file))
    }

    /// Whether nobody can tell what `patch`, one of those that come, was made from, nor whether it fits: patches of its file
    /// were kept for good, and it neither shows all lines that the only one of them changed, nor only lines that nobody has.
    fn lacks_an_original(&self, patch: usize, coming: &[usize]) -> bool {
        /// How many lines a diff shows around a change.
        const SHOWN: usize = 3;
        let is_of_file = |other: &usize| file_of(*other) == file_of(patch);
        let kept: Vec<_> =
            self.slots[..self.accepted].iter().filter(|(there, _)| is_of_file(there)).collect();
        let is_replaced = |(there, by): &&(usize, Option<usize>)| is_pack(*there) || by.is_some();
        if kept.is_empty() || kept.iter().any(is_replaced) {
            return !kept.is_empty();
        }
        let place = |hotfix: usize| PLACES[hotfix % PLACES.len()];
        // A pack shows the whole file.
        let is_shown =
            |other: usize| is_pack(patch) || !is_pack(other) && place(other).abs_diff(place(patch)) <= SHOWN;
        let others = self.active().into_iter().chain(coming.iter().copied());
        let mut others = others.filter(|other| is_of_file(other) && *other != patch);
        // What was between two of these is in no backup any more.
        let is_told = kept.len() == 1 && is_shown(kept[0].0);
        !is_told && others.any(|other| is_pack(other) || is_shown(other))
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

/// Does something to a folder with this workbench.
type Act = dyn Fn(&Workbench, &Target<'_>) -> Result<(), Error>;

/// Something to do, and what the model says of it afterwards; `None`: it is refused.
struct Deed {
    told: String,
    act: Box<Act>,
    after: Option<Model>,
    /// Whether it names a patch about an edited file, or about one whose original went when another patch was kept for
    /// good and can't be told: it may be refused though it would change nothing there.
    may_be_refused: bool,
}

impl Story<'_> {
    fn step(&mut self, chance: &mut Seeded) {
        match chance.pick(14) {
            0..=8 => {
                let deed = self.deed(chance);
                self.carry_out(deed);
            }
            9..=10 => {
                let deed = self.deed(chance);
                self.carry_out_on_a_dying_disk(deed, 1 + chance.pick(CALLS));
            }
            11..=12 => self.edit(chance),
            _ => self.accept(chance),
        }
        let difference = self.target.tree().difference(&self.model.tree());
        assert_eq!(difference, None, "{}", self.told.join("; "));
    }

    fn deed(&self, chance: &mut Seeded) -> Deed {
        match chance.pick(9) {
            0..=2 => self.apply(chance, 1),
            3..=4 => self.apply(chance, 3),
            5..=6 => self.take_out(chance),
            7 => self.go_back_to(chance),
            _ => self.undo(),
        }
    }

    fn carry_out(&mut self, deed: Deed) {
        self.told.push(deed.told);
        let done = (deed.act)(self.sandbox.bench(), &self.target);
        match (done, deed.after) {
            (Ok(_), Some(after)) if !self.model.meets_an_edit(&after) => self.model = after,
            (Err(_), None) => {}
            (Err(_), Some(after)) if deed.may_be_refused || self.model.meets_an_edit(&after) => {}
            (done, after) => {
                let after = after.map(|after| after.slots);
                panic!("{}: {done:?}, expected {after:?}", self.told.join("; "))
            }
        }
    }

    /// The same on a disk of which every call from `call` on fails, and what is left is put right.
    fn carry_out_on_a_dying_disk(&mut self, deed: Deed, call: usize) {
        self.told.push(format!("{} on a disk that dies at call {call}", deed.told));
        let dying = bench_on(move |disk| {
            let fault = Fault::Fails(Errno::Io);
            Arc::new(FaultFs::failing(Arc::new(disk), At::Call(call), fault, Lasting::FromThenOn))
        });
        let done = (deed.act)(&dying, &self.target);
        let choice = Choice::Undo(OnForeign::Stop);
        let recovered = unwatched(|watch| self.sandbox.bench().recover(&self.target.path, choice, watch));
        let _ = recovered.unwrap_or_else(|error| panic!("{}: {error:?}", self.told.join("; ")));
        let is_after = |after: &Model| {
            done.is_ok() || self.target.tree() == after.tree() && after.tree() != self.model.tree()
        };
        if let Some(after) = deed.after.filter(is_after) {
            self.model = after;
        }
    }

    /// Somebody adds a line to a file, or takes it out again.
    fn edit(&mut self, chance: &mut Seeded) {
        let file = chance.pick(FILES);
        self.told.push(format!("edit file{file}"));
        if !self.model.edited.remove(&file) {
            self.model.edited.insert(file);
        }
        let own: Vec<usize> =
            self.model.active().into_iter().filter(|patch| file_of(*patch) == file).collect();
        let mut text = plain_text(&own, file);
        if self.model.edited.contains(&file) {
            text.push_str(EDIT);
        }
        fs::write(self.target.path.join(format!("file{file}")), text).expect("our own folder");
    }

    fn apply(&self, chance: &mut Seeded, most: usize) -> Deed {
        let mut chosen: Vec<usize> = (0..most).map(|_| chance.pick(PATCHES)).collect();
        let told = format!("apply {:?}", chosen.iter().map(|patch| name(*patch)).collect::<Vec<_>>());
        let files: Vec<PathBuf> = chosen.iter().map(|patch| self.bundles[*patch].path.clone()).collect();
        let is_edited = |patch: usize| self.model.edited.contains(&file_of(patch));
        let may_be_refused =
            chosen.iter().any(|patch| is_edited(*patch) || self.model.lacks_an_original(*patch, &chosen));
        chosen.sort_by_key(|patch| name(*patch));
        let mut after = self.model.clone();
        let came = chosen.into_iter().filter(|patch| after.come(*patch)).count();
        if came > 0 {
            after.before = None;
        }
        let act = move |bench: &Workbench, target: &Target<'_>| {
            let applied = unwatched(|watch| bench.apply(files.as_slice(), &target.path, UNSIGNED, watch))?;
            assert_eq!(applied.entry.is_some(), came > 0, "it does what it says");
            Ok(())
        };
        Deed { told, act: Box::new(act), after: Some(after), may_be_refused }
    }

    fn goes(&self, told: String, which: Which, left: Option<Vec<(usize, Option<usize>)>>) -> Deed {
        let act = move |bench: &Workbench, target: &Target<'_>| {
            let options = RollbackOptions {
                overrides: Overrides::UNSIGNED,
                which: which.clone(),
                on_drift: OnDrift::Stop,
                expected: None,
                scripts: Default::default(),
                occasion: Default::default(),
                withdrawn: Vec::new(),
            };
            let gone = unwatched(|watch| bench.roll_back(&target.path, &options, watch));
            gone.map(drop)
        };
        let after = left.map(|left| Model {
            before: Some(self.model.slots.clone()),
            slots: left,
            ..self.model.clone()
        });
        Deed { told, act: Box::new(act), after, may_be_refused: false }
    }

    /// Every patch changes lines of its own, so that each can go alone while its way back is there and nothing has
    /// replaced it.
    fn take_out(&self, chance: &mut Seeded) -> Deed {
        let patch = chance.pick(PATCHES);
        let at = self
            .model
            .position(patch)
            .filter(|at| *at >= self.model.accepted && self.model.slots[*at].1.is_none());
        let left = at.map(|_| self.model.without(|_, other| other == patch));
        self.goes(format!("take out {}", name(patch)), Which::Patch(name(patch)), left)
    }

    fn go_back_to(&self, chance: &mut Seeded) -> Deed {
        let patch = chance.pick(PATCHES);
        let at = self.model.position(patch).filter(|at| *at >= self.model.accepted);
        let left = at.map(|from| self.model.without(|at, _| at >= from));
        self.goes(format!("back to before {}", name(patch)), Which::Before(name(patch)), left)
    }

    fn undo(&self) -> Deed {
        self.goes("undo".to_owned(), Which::LastRollback, self.model.before.clone())
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
        // The last copies of edited files go only if somebody was told.
        let is_edited = self.sandbox.bench().preview_accept(&self.target.path, Some(&id));
        if is_edited.is_ok_and(|accepted| accepted.has_edited_files()) {
            assert!(matches!(accepted, Err(Error::Refused(_))), "{}", self.told.join("; "));
            return;
        }
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
        let contained = hotfixes_of(file_of(patch));
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
        fs::remove_dir_all(&story.target.path).expect("our own folder");
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
