//! What a person says about a patch: the part that an order and a finished patch share.

use std::collections::BTreeMap;

use super::word::choices;
use super::{
    CarriedFile, Check, Compliance, Component, Detect, Origin, PatchId, PatchRef, RequiredComponent,
    ResolvedIssue, RolloutPace, Severity, Toggle, Untrusted,
};

/// Everything that is written down about a patch and not computed. Names, versions and ids of others are as the vendor
/// wrote them, and must be escaped before they are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Id and revision.
    pub identity: PatchRef,
    /// Grows with every patch of a product and channel; a floor against downgrades.
    pub sequence: u64,
    /// The vendor's line of patches that `sequence` counts in, where there are several.
    pub channel: Option<String>,
    /// How many people the vendor wants to sign it; the rules of a machine can ask for more.
    pub approvals: Approvals,
    /// What sort of patch.
    pub kind: PatchKind,
    /// One line.
    pub title: Untrusted,
    /// One paragraph for people who know no expert words.
    pub summary: Untrusted,
    /// How bad what it mends is.
    pub severity: Option<Severity>,
    /// Tracked work.
    pub issues: Vec<Issue>,
    /// The fix set: ids of what it mends.
    pub fixes: Vec<String>,
    /// CVE, OSV or GHSA ids.
    pub vulnerabilities: Vec<String>,
    /// The same, each with its state, and what else it resolves.
    pub resolves: Vec<ResolvedIssue>,
    /// The parts of the product that it changes, as scanners know them.
    pub components: Vec<Component>,
    /// Parts that the product must have.
    pub requires_components: Vec<RequiredComponent>,
    /// When the newest commit in it was made, RFC 3339.
    pub committed: Option<String>,
    /// Whether it came unplanned, because something went wrong; `None`: nobody says.
    pub unplanned: Option<bool>,
    /// Patches whose faults it mends.
    pub mends: Vec<PatchId>,
    /// Rules of frameworks that it serves.
    pub compliance: Vec<Compliance>,
    /// After this time it is not applied any more, RFC 3339.
    pub expires: Option<String>,
    /// How long the vendor answers for it, RFC 3339.
    pub support_until: Option<String>,
    /// Who made it.
    pub vendor: Untrusted,
    /// Whom to call.
    pub contact: Option<Untrusted>,
    /// SPDX expression.
    pub license: Option<Untrusted>,
    /// What it patches.
    pub product: Product,
    /// `os/arch` pairs such as `linux/x86_64`; empty: everywhere.
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
    /// Switches that it has.
    pub toggles: Vec<Toggle>,
    /// What has to be restarted afterwards.
    pub restart: Restart,
    /// How slowly the vendor wants it to spread.
    pub rollout: RolloutPace,
    /// How it is rolled back.
    pub rollback: Rollback,
    /// Where it was made from, in the author's words.
    pub source: Option<Untrusted>,
    /// How it came to be.
    pub origin: Option<Origin>,
    /// How it was reviewed and tested.
    pub evidence: Evidence,
    /// Keys starting `x-`: shown, never interpreted. Values are compact JSON.
    pub extensions: BTreeMap<String, String>,
}

impl About {
    /// The description by somebody who gave only an id: it names no fix but itself, asks for no check, promises that
    /// it can be rolled back, and recognises the product by the files that change alone.
    ///
    /// The product is called as the id begins (`ACME` of `ACME-HF-1042`), its version is `unknown`, and the sequence
    /// is 0, which claims no place in the vendor's row.
    pub fn minimal(id: PatchId) -> Self {
        let product = unsaid_product(&id).to_owned();
        Self {
            sequence: 0,
            channel: None,
            approvals: Approvals::default(),
            kind: PatchKind::Hotfix,
            title: id.to_string().into(),
            summary: "No description was provided.".into(),
            severity: None,
            issues: Vec::new(),
            fixes: vec![id.to_string()],
            vulnerabilities: Vec::new(),
            resolves: Vec::new(),
            components: Vec::new(),
            requires_components: Vec::new(),
            committed: None,
            unplanned: None,
            mends: Vec::new(),
            compliance: Vec::new(),
            expires: None,
            support_until: None,
            vendor: "unknown".into(),
            contact: None,
            license: None,
            product: Product { name: product, versions: vec![UNKNOWN.to_owned()], ..Product::default() },
            platforms: Vec::new(),
            result_version: None,
            requires: Vec::new(),
            requires_if: Vec::new(),
            conflicts: Vec::new(),
            supersedes: Vec::new(),
            notices: Vec::new(),
            preflight: Vec::new(),
            health: Vec::new(),
            toggles: Vec::new(),
            restart: Restart::Nothing,
            rollout: RolloutPace::default(),
            rollback: Rollback::default(),
            source: None,
            origin: None,
            evidence: Evidence::default(),
            extensions: BTreeMap::new(),
            identity: PatchRef { id, revision: 1 },
        }
    }

    /// Whether it is rework: it came unplanned, or mends what another patch broke. `None`: nobody says.
    pub(crate) fn is_rework(&self) -> Option<bool> {
        if self.mends.is_empty() { self.unplanned } else { Some(true) }
    }

    /// Whether it says of others that they have to be there, or must not be.
    pub(crate) fn depends_on_others(&self) -> bool {
        !(self.requires.is_empty() && self.requires_if.is_empty() && self.conflicts.is_empty())
    }

    /// What it requires where the patches that `is_there` knows are in the folder or about to come.
    pub(crate) fn all_requirements(&self, is_there: impl Fn(&str) -> bool) -> Vec<&Requirement> {
        let conditional = self.requires_if.iter().filter(|only| is_there(only.when.as_str()));
        self.requires.iter().chain(conditional.map(|only| &only.then)).collect()
    }

    /// Whether somebody said which product it is for. A patch that was made without an order has a name for it that
    /// nobody chose: the beginning of its id, a folder's name, or that of any folder.
    pub(crate) fn says_which_product(&self) -> bool {
        let Product { name, versions, detect, .. } = &self.product;
        self.sequence != 0
            || !detect.is_empty()
            || *versions != [UNKNOWN] && name != unsaid_product(&self.identity.id)
    }

    /// Whether it may come where another patch has changed the same files: an earlier revision of itself, or one whose
    /// fixes it contains.
    pub(crate) fn may_replace_another(&self) -> bool {
        self.kind == PatchKind::ServicePack
            || self.identity.revision > 1
            || self.fixes.len() > 1
            || !self.supersedes.is_empty()
    }

    /// Every way in which it reads the folder: to know the product, and the parts that it needs.
    pub(crate) fn detect_rules(&self) -> impl Iterator<Item = &Detect> {
        let of_parts = self.requires_components.iter().flat_map(|part| &part.detect);
        self.product.detect.iter().chain(of_parts)
    }

    /// Whether the patch says it is never for Windows, so that names Windows cannot store are allowed.
    pub(crate) fn leaves_windows_out(&self) -> bool {
        !self.platforms.is_empty() && self.platforms.iter().all(|platform| !platform.starts_with("windows/"))
    }
}

/// What stands where nobody said anything.
const UNKNOWN: &str = "unknown";

/// The product of a patch with this id of which nobody said more.
fn unsaid_product(id: &PatchId) -> &str {
    id.as_str().split(['-', '_', '.']).next().unwrap_or(id.as_str())
}

choices! {
    /// What sort of patch it is.
    #[derive(Default)]
    pub enum PatchKind {
        /// Mends one thing.
        #[default]
        Hotfix = "hotfix",
        /// Bundles several fixes and retires the hotfixes in it.
        ServicePack = "service-pack",
        /// Adds something.
        Feature = "feature",
        /// Changes settings only.
        Config = "config",
        /// Undoes something.
        Rollback = "rollback",
    }
}

choices! {
    /// What has to be restarted afterwards: the words of CSAF 2.0, section 3.2.3.12.6.
    #[derive(Default)]
    pub enum Restart {
        /// Nothing.
        #[default]
        Nothing = "none",
        /// What was patched, and everything that talks to it.
        Connected = "connected",
        /// What was patched, and everything that needs it to work.
        Dependencies = "dependencies",
        /// The computer.
        Machine = "machine",
        /// What was patched, and the process that starts it.
        Parent = "parent",
        /// What was patched, and the background service that it uses.
        Service = "service",
        /// All computers that work together, across security zones if need be.
        System = "system",
        /// Only what was patched.
        VulnerableComponent = "vulnerable_component",
        /// All computers in the same security zone.
        Zone = "zone",
    }

    /// What a hold is about.
    pub enum HoldKind {
        /// Something to do.
        Action = "action",
        /// Something to read.
        Doc = "doc",
        /// Something to restart.
        Restart = "restart",
        /// Something that cannot be undone.
        Irreversible = "irreversible",
        /// Something else that has to be there.
        Dependency = "dependency",
    }

    /// When a hold comes up.
    pub enum HoldPhase {
        /// Before the patch is applied.
        Before = "before",
        /// Once it is in.
        After = "after",
        /// When it is rolled back.
        Rollback = "rollback",
    }
}

impl HoldPhase {
    /// What stands above what is to be done or known then.
    pub const fn heading(self) -> &'static str {
        match self {
            HoldPhase::Before => "Before you apply",
            HoldPhase::After => "After you apply",
            HoldPhase::Rollback => "To do when you roll back",
        }
    }
}

/// Tracked work that the patch belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// The tracker, such as `jira` or `github`.
    pub system: String,
    pub key: String,
    /// Where to read it.
    pub url: Option<String>,
    /// `bug`, `feature`, …
    pub kind: Option<String>,
    /// When it was opened: a day, or RFC 3339.
    pub opened: Option<String>,
}

/// The product that is patched and how it is recognised.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Product {
    pub name: String,
    /// Package URL (purl specification).
    pub purl: Option<String>,
    /// CPE 2.3 name.
    pub cpe: Option<String>,
    /// The exact versions this patch is for. At least one.
    pub versions: Vec<String>,
    /// How a folder is recognised; empty: only by the before images.
    pub detect: Vec<Detect>,
}

choices! {
    /// When a requirement must be met.
    pub enum RequirementMode {
        /// It must be in the folder already.
        Before = "before",
        /// It may come in the same run.
        Together = "together",
    }
}

/// Another patch that must be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    pub id: PatchId,
    /// From which revision on.
    pub min_revision: u32,
    pub mode: RequirementMode,
}

/// Another patch that must be there where some patch is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequirementIf {
    /// Where this patch is in the folder, or comes in the same run …
    pub when: PatchId,
    /// … this one must be there, too.
    pub then: Requirement,
}

/// Another patch that must not be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    pub id: PatchId,
    /// Why.
    pub reason: Untrusted,
}

/// Something a person has to do or know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// What it is about.
    pub kind: HoldKind,
    /// What, in the vendor's words.
    pub text: Untrusted,
    /// When it comes up.
    pub phase: HoldPhase,
}

choices! {
    /// Whether the vendor says that the patch can be rolled back.
    #[derive(Default)]
    pub enum RollbackPossible {
        /// At any time, as long as the backups exist.
        #[default]
        Yes = "yes",
        /// Until it is accepted.
        UntilAccept = "until-accept",
        /// Not at all.
        No = "no",
    }
}

/// The vendor's honest plan for rolling the patch back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rollback {
    /// Whether it can be rolled back.
    pub possible: RollbackPossible,
    /// Why not, or until when.
    pub reason: Option<Untrusted>,
    /// What happens to data written since.
    pub data_warning: Option<Untrusted>,
    /// What a person does, in order.
    pub steps: Vec<Untrusted>,
}

/// What the vendor of a patch says about rolling it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RollbackAdvice {
    /// The id of the patch.
    pub patch: String,
    /// What becomes of data.
    pub data_warning: Option<Untrusted>,
    /// What to do, in this order.
    pub steps: Vec<Untrusted>,
}

impl RollbackAdvice {
    /// Each in a line, the steps with their numbers.
    pub(crate) fn lines(&self) -> impl Iterator<Item = String> {
        let is_list = self.steps.len() > 1;
        let steps = self.steps.iter().enumerate().map(move |(at, step)| match is_list {
            true => format!("{}. {step}", at + 1),
            false => step.to_string(),
        });
        self.data_warning.iter().map(Untrusted::to_string).chain(steps)
    }
}

impl About {
    /// What somebody reads before the patch goes; `None` where nothing is said.
    pub(crate) fn rollback_advice(&self) -> Option<RollbackAdvice> {
        let Rollback { data_warning, steps, .. } = &self.rollback;
        let patch = self.identity.id.to_string();
        (data_warning.is_some() || !steps.is_empty()).then(|| RollbackAdvice {
            patch,
            data_warning: data_warning.clone(),
            steps: steps.clone(),
        })
    }
}

/// What shows that the patch was made with care: lines of text, for people to read and follow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Where the content comes from: a commit, a build, an attestation.
    pub provenance: Vec<Untrusted>,
    /// Who reviewed it, and what they looked at.
    pub review: Vec<Untrusted>,
    /// What was tested, and with which result.
    pub tests: Vec<Untrusted>,
    /// An SBOM of the product that it was made for.
    pub sbom: Option<CarriedFile>,
    /// What its author says of vulnerabilities, for scanners.
    pub vex: Option<CarriedFile>,
    /// Statements of others about it, such as how it was built; their format is a media type.
    pub attestations: Vec<CarriedFile>,
}

impl Evidence {
    /// The documents that are kept with the history: all but the SBOM, which can be as large as a product.
    pub(crate) fn kept(&self) -> impl Iterator<Item = &CarriedFile> {
        self.vex.iter().chain(&self.attestations)
    }
}

/// How many people have to sign a patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Approvals {
    pub authors: u32,
    pub reviewers: u32,
}

impl Approvals {
    /// The higher of each.
    #[must_use]
    pub(crate) fn or_more(self, other: Self) -> Self {
        Self { authors: self.authors.max(other.authors), reviewers: self.reviewers.max(other.reviewers) }
    }
}
