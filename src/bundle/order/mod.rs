//! The patch order: the sheet a person fills in, as TOML; everything that can be computed is computed by `make`.
//!
//! Somebody who fills in a form wants to hear everything that is wrong with it at once, each with its line. So an
//! order is not read by serde, which stops at the first mistake, but key by key (`table`, `read`), and what was read
//! is then held to the manifest's own rules.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::model::{About, FileChange, LocalEdits, Patch, PatchId, Role, TreePath, choices, version_control};

mod carried;
mod checks;
mod declared;
mod detect;
mod edits;
mod finding;
mod globs;
mod lint;
mod read;
mod resolves;
mod script;
mod table;
mod toggles;

use carried::CarriedDocuments;
pub(crate) use edits::OrderEdit;
pub(crate) use edits::{by_file, for_content};
pub(crate) use finding::{FindingWeight, OrderFinding};
pub(crate) use globs::Globs;
pub(crate) use script::{OrderedScript, ReadFile};

/// An order with comments and examples, to be filled in: what `patchwright new` prints.
pub(crate) const TEMPLATE: &str = include_str!("../../../assets/order-template.toml");

/// Longest order in bytes. The filled-in template has a hundredth of it.
pub(crate) const MAX_ORDER_BYTES: usize = 1 << 20;

/// An order: what a person says about a patch, and how it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// What goes into the patch as it is.
    pub about: About,
    /// Programs that run before and after, with their texts.
    pub scripts: Vec<OrderedScript>,
    /// Edits of files by their keys.
    pub edits: Vec<OrderEdit>,
    /// The same as they travel, by file: worked out by whoever has the files.
    pub(crate) packed_edits: BTreeMap<TreePath, Vec<u8>>,
    /// Other documents that go along.
    pub(crate) carried: CarriedDocuments,
    /// The file that goes along as the SBOM which `about` describes.
    pub(crate) sbom_file: Option<PathBuf>,
    /// How the bundle is made from the two folders.
    pub make: Make,
    /// What could be better, though a bundle can be made.
    pub warnings: Vec<OrderFinding>,
}

/// How a bundle is made from two folders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Make {
    /// Files that are in the folders and no part of the product.
    pub ignore: Globs,
    /// Of which files the content before is shipped.
    pub(crate) bases: Bases,
    /// Unchanged lines around each change in the patch's diff.
    pub(crate) context: ContextLines,
    /// What is said about files by their names; a later one wins.
    pub(crate) policies: Vec<PathPolicy>,
}

/// How many unchanged lines stand around each change: as many as everybody's tools have, or more, up to the whole file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ContextLines(pub usize);

impl ContextLines {
    /// Other programs apply no diff with fewer.
    pub(crate) const LEAST: usize = 3;
}

impl Default for ContextLines {
    fn default() -> Self {
        Self(Self::LEAST)
    }
}

choices! {
    /// Of which files the content before travels in the bundle.
    #[derive(Default)]
    pub(crate) enum Bases {
        /// Of all text files that change: the whole of them can be read without the product.
        All = "all",
        /// Of text files whose local edits may have to be merged.
        #[default]
        Merge = "merge",
        /// Of none.
        None = "none",
    }
}

/// What an order says about some of the files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PathPolicy {
    /// Which files.
    pub paths: Globs,
    /// What they are to the product.
    pub role: Option<Role>,
    /// What to do where somebody edited them.
    pub local_edits: Option<LocalEdits>,
    /// Which fixes their changes belong to; empty: nothing is said.
    pub fixes: Vec<String>,
}

/// Everything that is to be said about an order, in the order of its lines.
pub fn lint(text: &str) -> Vec<OrderFinding> {
    match Order::parse(text) {
        Ok(order) => order.warnings,
        Err(findings) => findings,
    }
}

impl Order {
    /// Reads an order. Warnings do not stop it, they are in [`Order::warnings`]. The files with its scripts are not
    /// read: their texts are empty.
    ///
    /// # Errors
    /// All findings in the order of their lines, at least one of them an error.
    pub fn parse(text: &str) -> Result<Self, Vec<OrderFinding>> {
        read::order(text, None)
    }

    /// Reads an order together with the files that it names; `read_file` finds them beside it.
    ///
    /// # Errors
    /// As [`Order::parse`].
    pub(crate) fn parse_with_files(text: &str, read_file: &ReadFile<'_>) -> Result<Self, Vec<OrderFinding>> {
        read::order(text, Some(read_file))
    }

    /// The order of somebody who gave only an id, and perhaps the versions.
    pub fn minimal(id: PatchId, from_version: Option<&str>, to_version: Option<&str>) -> Self {
        let mut about = About { result_version: to_version.map(str::to_owned), ..About::minimal(id) };
        about.product.versions = vec![from_version.unwrap_or("unknown").to_owned()];
        Self::from(about)
    }

    /// Whether `path` is no part of the product.
    pub(crate) fn is_ignored(&self, path: &TreePath, is_dir: bool) -> bool {
        self.make.ignore.matches(path, is_dir) || self.leaves_version_control(path, is_dir)
    }

    /// Whether `path` belongs to version control and the order does not say that it is meant.
    pub(crate) fn leaves_version_control(&self, path: &TreePath, is_dir: bool) -> bool {
        let is_meant = |policy: &PathPolicy| policy.role == Some(Role::VersionControl);
        let can_be_around = is_dir && self.make.policies.iter().any(is_meant);
        version_control(path).is_some()
            && !can_be_around
            && self.policy_for(path).0 != Some(Role::VersionControl)
    }

    /// What the order says about the file at `path`: role, local edits, fixes. `None` or empty: nothing.
    pub(crate) fn policy_for(&self, path: &TreePath) -> (Option<Role>, Option<LocalEdits>, &[String]) {
        let matching = || self.make.policies.iter().rev().filter(|policy| policy.paths.matches(path, false));
        let fixes = matching().map(|policy| policy.fixes.as_slice()).find(|fixes| !fixes.is_empty());
        let role = matching().find_map(|policy| policy.role);
        let edited = self.edits.iter().find(|edit| edit.path == *path).map(OrderEdit::local_edits);
        let local_edits = edited.or_else(|| matching().find_map(|policy| policy.local_edits));
        (role, local_edits, fixes.unwrap_or_default())
    }

    /// The edits by key of the file at `path`, as they travel.
    pub(crate) fn edits_at(&self, path: &TreePath) -> Option<&[u8]> {
        self.packed_edits.get(path).map(Vec::as_slice)
    }

    /// The patch that this order and the computed changes make together. `proven`: it was applied and taken back on
    /// a copy.
    pub(crate) fn into_patch(self, mut changes: Vec<FileChange>, created: String, proven: bool) -> Patch {
        changes.sort_by(|a, b| a.path.cmp(&b.path));
        let scripts = self.scripts.iter().map(OrderedScript::as_script).collect();
        Patch { about: self.about, created, changes, diff: None, scripts, proven }
    }
}

impl From<About> for Order {
    fn from(about: About) -> Self {
        Self {
            about,
            scripts: Vec::new(),
            edits: Vec::new(),
            packed_edits: BTreeMap::new(),
            carried: CarriedDocuments::default(),
            sbom_file: None,
            make: Make::default(),
            warnings: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
