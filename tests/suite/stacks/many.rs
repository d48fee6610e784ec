//! Hundreds of patches in one folder: questions about them are answered at once.

use std::time::{Duration, Instant};

use patchwright::workbench::Action;

use super::{base, fix};
use crate::support::console::Console;
use crate::support::sandbox::{Sandbox, unwatched};
use crate::support::trees::Tree;

/// Patches in the folder.
const PATCHES: usize = 500;

/// How long a question may take, beyond reading the files themselves, which are small here. A debug build on a busy
/// machine is many times slower than what people use.
const PATIENCE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 10 } else { 1 });

#[test]
#[ignore = "takes a minute"]
fn five_hundred_patches_are_planned_over_and_told_in_a_second() {
    let sandbox = Sandbox::in_memory();
    let text = |n: usize| format!("as patch {n} left it\n");
    let tree = |n: usize| {
        let newest = (0..=n).rev().take(40);
        newest.fold(base(), |tree: Tree, n| tree.file(&format!("data/{}", n % 40), text(n)))
    };
    let target = sandbox.install(&tree(40));
    for n in 41..=40 + PATCHES {
        let name = format!("data/{}", n % 40);
        let (old, new) = (Tree::new().file(&name, text(n - 40)), Tree::new().file(&name, text(n)));
        target.must_apply(&fix(&sandbox, &format!("P-{n}"), &old, &new));
    }
    assert_eq!(target.story().iter().filter(|action| **action == Action::Apply).count(), PATCHES);
    let name = format!("data/{}", (41 + PATCHES) % 40);
    let (old, new) = (Tree::new().file(&name, text(1 + PATCHES)), Tree::new().file(&name, "new\n"));
    let next = fix(&sandbox, "NEXT", &old, &new);
    let begin = Instant::now();
    let preview =
        unwatched(|watch| sandbox.bench().preview(&next.path, &target.path, watch)).expect("a plan");
    let planned = begin.elapsed();
    assert_eq!(preview.preview.obstacles, []);
    assert_eq!(preview.patches[0].relations.len(), PATCHES);
    let begin = Instant::now();
    assert_eq!(target.status().installed.len(), PATCHES);
    let told = begin.elapsed();
    eprintln!("{PATCHES} patches: plan {planned:?}, status {told:?}");
    assert!(planned < PATIENCE && told < PATIENCE, "plan {planned:?}, status {told:?}");
}

/// Of a hundred and two patches in one run, only what has to do with each other is told pair by pair; the rest is counted.
#[test]
fn of_very_many_in_one_run_those_that_meet_are_told_and_the_others_are_counted() {
    let sandbox = Sandbox::with(&[("app/shared", "1\n")]);
    let mut files = Vec::new();
    for number in 0..102_u64 {
        let bundle = sandbox.bundle(&format!("M-{number}")).but(|patch| {
            patch.about.sequence = number + 1;
            patch.about.fixes = vec![format!("M-{number}")];
        });
        let bundle = match number {
            7 => bundle.replace("shared", "1\n", "2\n"),
            101 => bundle.replace("shared", "2\n", "3\n"),
            _ => bundle.create(&format!("own-{number}"), "x\n"),
        };
        let file = format!("m-{number:03}.patchbundle");
        sandbox.save(&file, &bundle);
        files.push(format!("$/{file}"));
    }
    let console = Console::new(&sandbox);
    let files = files.join(" ");
    let told = console.run(&format!("explain {files} $/app")).out;
    assert!(told.contains("Unrelated to the 6 patches there."), "{told}");
    assert!(told.contains("Unrelated to 100 patches more."), "{told}");
    assert_eq!(told.matches("(builds-on)").count(), 1, "{told}");
    console.done(&format!("apply {files} $/app --yes --allow-unsigned"));
    assert_eq!(sandbox.read("app/shared").as_deref(), Some("3\n"));
}
