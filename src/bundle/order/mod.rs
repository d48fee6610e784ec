//! The patch order: the sheet a person fills in, as TOML; everything that can be computed is computed by `make`.
//!
//! Somebody who fills in a form wants to hear everything that is wrong with it at once, each with its line. So an
//! order is not read by serde, which stops at the first mistake, but key by key (`table`, `read`), and what was read
//! is then held to the manifest's own rules.

use std::collections::BTreeMap;

use super::manifest::words::Word;
use crate::model::{
    Approvals, Check, Conflict, Evidence, FileChange, Hold, Issue, LocalEdits, Patch, PatchId, PatchKind,
    PatchRef, Product, Requirement, RequirementIf, Restart, Role, Rollback, RollbackPossible, Severity,
    TreePath,
};

mod finding;
mod globs;
mod lint;
mod read;
mod script;
mod table;

pub use finding::{Finding, Weight};
pub use globs::Globs;
pub use script::{OrderedScript, ReadFile, ScriptFile};

/// An order with comments and examples, to be filled in: what `patchwright new` prints.
pub const TEMPLATE: &str = include_str!("../../../assets/order-template.toml");

/// Longest order in bytes. The filled-in template has a hundredth of it.
pub const MAX_ORDER_BYTES: usize = 1 << 20;

/// Everything that a person says about a patch. The fields are those of [`Patch`] without what `make` computes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Id and revision.
    pub identity: PatchRef,
    /// Place in the vendor's row of patches.
    pub sequence: u64,
    /// The vendor's line of patches that it counts in.
    pub channel: Option<String>,
    /// How many people have to vouch for it.
    pub approvals: Approvals,
    /// What sort of patch.
    pub kind: PatchKind,
    /// One line.
    pub title: String,
    /// One paragraph for people who know no expert words.
    pub summary: String,
    /// How bad what it mends is.
    pub severity: Option<Severity>,
    /// Tracked work.
    pub issues: Vec<Issue>,
    /// The fix set.
    pub fixes: Vec<String>,
    /// CVE, OSV or GHSA ids.
    pub vulnerabilities: Vec<String>,
    /// After this time it is not applied any more, RFC 3339.
    pub expires: Option<String>,
    /// How long the vendor answers for it, RFC 3339.
    pub support_until: Option<String>,
    /// Who makes it.
    pub vendor: String,
    /// Whom to call.
    pub contact: Option<String>,
    /// SPDX expression.
    pub license: Option<String>,
    /// What it patches.
    pub product: Product,
    /// `os/arch` pairs; empty: everywhere.
    pub platforms: Vec<String>,
    /// The version that the product reports afterwards.
    pub result_version: Option<String>,
    /// Patches that must be there.
    pub requires: Vec<Requirement>,
    /// Patches that must be there where some other one is.
    pub requires_if: Vec<RequirementIf>,
    /// Patches that must not be there.
    pub conflicts: Vec<Conflict>,
    /// Patches that this one contains and replaces.
    pub supersedes: Vec<PatchId>,
    /// What people have to do or know.
    pub notices: Vec<Hold>,
    /// Checks before.
    pub preflight: Vec<Check>,
    /// Checks after.
    pub health: Vec<Check>,
    /// Programs that run before and after, with their texts.
    pub scripts: Vec<OrderedScript>,
    /// What has to be restarted afterwards.
    pub restart: Restart,
    /// How it is taken back.
    pub rollback: Rollback,
    /// Where it is made from, in the author's words.
    pub source: Option<String>,
    /// How it was reviewed and tested.
    pub evidence: Evidence,
    /// Keys starting `x-`, their values as compact JSON.
    pub extensions: BTreeMap<String, String>,
    /// How the bundle is made from the two folders.
    pub make: Make,
    /// What could be better, though a bundle can be made.
    pub warnings: Vec<Finding>,
}

/// How a bundle is made from two folders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Make {
    /// Files that are in the folders and no part of the product.
    pub ignore: Globs,
    /// Of which files the content before is shipped.
    pub bases: Bases,
    /// What is said about files by their names; a later one wins.
    pub policies: Vec<PathPolicy>,
}

/// Of which files the content before travels in the bundle.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Bases {
    /// Of text files: the change can be read without the product, and local edits can be merged.
    #[default]
    Text,
    /// Of none: a smaller bundle that gives nothing away of the old content.
    None,
}

impl Word for Bases {
    const WORDS: &'static [(&'static str, Self)] = &[("text", Self::Text), ("none", Self::None)];
}

/// What an order says about some of the files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathPolicy {
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
pub fn lint(text: &str) -> Vec<Finding> {
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
    pub fn parse(text: &str) -> Result<Self, Vec<Finding>> {
        read::order(text, None)
    }

    /// Reads an order together with the files that it names; `read_file` finds them beside it.
    ///
    /// # Errors
    /// As [`Order::parse`].
    pub fn parse_with_files(text: &str, read_file: &ReadFile<'_>) -> Result<Self, Vec<Finding>> {
        read::order(text, Some(read_file))
    }

    /// The order of somebody who gave only an id: it names no fix but itself, asks for no check, promises that it
    /// can be taken back, and recognises the product by the files it changes alone.
    ///
    /// The product is called as the id begins (`ACME` of `ACME-HF-1042`), versions nobody named are `unknown`, and
    /// the sequence is 0, which claims no place in the vendor's row.
    pub fn minimal(id: PatchId, from_version: Option<&str>, to_version: Option<&str>) -> Self {
        let product = id.as_str().split(['-', '_', '.']).next().unwrap_or(id.as_str()).to_owned();
        Self {
            sequence: 0,
            channel: None,
            approvals: Approvals::default(),
            kind: PatchKind::Hotfix,
            title: id.to_string(),
            summary: "Made from two folders, without an order that says more.".to_owned(),
            severity: None,
            issues: Vec::new(),
            fixes: vec![id.to_string()],
            vulnerabilities: Vec::new(),
            expires: None,
            support_until: None,
            vendor: "unknown".to_owned(),
            contact: None,
            license: None,
            product: Product {
                name: product,
                purl: None,
                cpe: None,
                versions: vec![from_version.unwrap_or("unknown").to_owned()],
                detect: Vec::new(),
            },
            platforms: Vec::new(),
            result_version: to_version.map(str::to_owned),
            requires: Vec::new(),
            requires_if: Vec::new(),
            conflicts: Vec::new(),
            supersedes: Vec::new(),
            notices: Vec::new(),
            preflight: Vec::new(),
            health: Vec::new(),
            scripts: Vec::new(),
            restart: Restart::Nothing,
            rollback: Rollback {
                possible: RollbackPossible::Yes,
                reason: None,
                data_warning: None,
                steps: Vec::new(),
            },
            source: None,
            evidence: Evidence::default(),
            extensions: BTreeMap::new(),
            make: Make::default(),
            warnings: Vec::new(),
            identity: PatchRef { id, revision: 1 },
        }
    }

    /// Whether `path` is no part of the product.
    pub fn is_ignored(&self, path: &TreePath, is_dir: bool) -> bool {
        self.make.ignore.matches(path, is_dir)
    }

    /// What the order says about the file at `path`: role, local edits, fixes. `None` or empty: nothing.
    pub fn policy_for(&self, path: &TreePath) -> (Option<Role>, Option<LocalEdits>, &[String]) {
        let matching = || self.make.policies.iter().rev().filter(|policy| policy.paths.matches(path, false));
        let fixes = matching().map(|policy| policy.fixes.as_slice()).find(|fixes| !fixes.is_empty());
        let role = matching().find_map(|policy| policy.role);
        (role, matching().find_map(|policy| policy.local_edits), fixes.unwrap_or_default())
    }

    /// The patch that this order and the computed changes make together. `proven`: it was applied and taken back on
    /// a copy.
    pub fn into_patch(self, mut changes: Vec<FileChange>, created: String, proven: bool) -> Patch {
        changes.sort_by(|a, b| a.path.cmp(&b.path));
        Patch {
            identity: self.identity,
            sequence: self.sequence,
            channel: self.channel,
            approvals: self.approvals,
            kind: self.kind,
            title: self.title,
            summary: self.summary,
            severity: self.severity,
            issues: self.issues,
            fixes: self.fixes,
            vulnerabilities: self.vulnerabilities,
            created,
            expires: self.expires,
            support_until: self.support_until,
            vendor: self.vendor,
            contact: self.contact,
            license: self.license,
            product: self.product,
            platforms: self.platforms,
            result_version: self.result_version,
            requires: self.requires,
            requires_if: self.requires_if,
            conflicts: self.conflicts,
            supersedes: self.supersedes,
            notices: self.notices,
            changes,
            preflight: self.preflight,
            health: self.health,
            scripts: self.scripts.iter().map(OrderedScript::as_script).collect(),
            restart: self.restart,
            rollback: self.rollback,
            source: self.source,
            evidence: self.evidence,
            proven,
            extensions: self.extensions,
        }
    }
}

#[cfg(test)]
mod tests;
