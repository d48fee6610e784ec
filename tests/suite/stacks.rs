//! Patches that know each other: service packs over hotfixes, several at once, and any of them taken out again.

mod by_chance;
mod folders;
mod many;
mod recorded;
mod service_packs;
mod settings;
mod several;
mod take_out;

use patchwright::workbench::{Applied, ApplyPreview, Error, Which};

use crate::support::sandbox::{Bundle, Sandbox, Target, UNSIGNED, order, unwatched};
use crate::support::trees::Tree;

/// A text of ten lines, with some of them exchanged.
fn lines(changed: &[(usize, &str)]) -> String {
    let line = |n: usize| {
        let new = changed.iter().find(|(at, _)| *at == n).map(|(_, text)| (*text).to_owned());
        new.unwrap_or_else(|| format!("line {n}")) + "\n"
    };
    (1..=10).map(line).collect()
}

/// The product before all patches.
fn base() -> Tree {
    Tree::new().file("text", lines(&[])).file("bin", "a\0base").file("other", "other\n")
}

/// A bundle of this id that mends these fixes, with more keys for its order.
#[track_caller]
fn bundle(sandbox: &Sandbox, id: &str, fixes: &str, keys: &str, old: &Tree, new: &Tree) -> Bundle {
    let order = order(id, "", keys).replace(&format!("fixes = [\"{id}\"]"), &format!("fixes = [{fixes}]"));
    sandbox.try_to_make(&order, old, new).unwrap_or_else(|error| panic!("no bundle: {error}"))
}

/// The same for a fix of its own name.
#[track_caller]
fn fix(sandbox: &Sandbox, id: &str, old: &Tree, new: &Tree) -> Bundle {
    bundle(sandbox, id, &format!("\"{id}\""), "", old, new)
}

fn files(bundles: &[&Bundle]) -> Vec<std::path::PathBuf> {
    bundles.iter().map(|bundle| bundle.path.clone()).collect()
}

fn apply_all(sandbox: &Sandbox, target: &Target<'_>, bundles: &[&Bundle]) -> Result<Applied, Error> {
    let files = files(bundles);
    unwatched(|watch| sandbox.bench().apply(files.as_slice(), &target.path, UNSIGNED, watch))
}

fn preview_all(sandbox: &Sandbox, target: &Target<'_>, bundles: &[&Bundle]) -> ApplyPreview {
    let files = files(bundles);
    unwatched(|watch| sandbox.bench().preview(files.as_slice(), &target.path, watch)).expect("a preview")
}

fn patch(id: &str) -> Which {
    Which::Patch(id.to_owned())
}

/// The ids of the patches that are active, and in brackets those that are not.
fn stack(target: &Target<'_>) -> Vec<String> {
    let spell = |installed: patchwright::workbench::Installed| match installed.replaced_by {
        None => installed.patch.id,
        Some(by) => format!("({} in {by})", installed.patch.id),
    };
    let status = target.status();
    assert!(status.drift.is_empty(), "{:?}", status.drift);
    status.installed.into_iter().map(spell).collect()
}
