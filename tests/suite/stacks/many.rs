//! Hundreds of patches in one folder: questions about them are answered at once.

use std::time::{Duration, Instant};

use patchwright::workbench::Action;

use super::{base, fix};
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
