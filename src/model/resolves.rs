//! What a patch resolves, item by item, and the parts of the product that it changes: its author's claims.

use super::word::choices;
use super::{Detect, Purl, Severity, TreePath, VersRange};

choices! {
    /// What sort of problem is resolved.
    pub enum ResolvedKind {
        /// Something did not work.
        Defect = "defect",
        /// Something could be better.
        Enhancement = "enhancement",
        /// Somebody could do harm.
        Security = "security",
    }

    /// What the patch means for the problem.
    #[derive(Default)]
    pub enum ResolvedState {
        /// It is gone.
        #[default]
        Fixed = "fixed",
        /// The product does not have it.
        NotAffected = "not_affected",
        /// The product still has it.
        Affected = "affected",
    }

    /// Why a product does not have a problem: the words of VEX.
    pub enum Justification {
        /// The part is not in it.
        ComponentNotPresent = "component_not_present",
        /// Something else keeps the harm away.
        InlineMitigationsAlreadyExist = "inline_mitigations_already_exist",
        /// Nobody can bring it about.
        VulnerableCodeCannotBeControlledByAdversary = "vulnerable_code_cannot_be_controlled_by_adversary",
        /// The code never runs.
        VulnerableCodeNotInExecutePath = "vulnerable_code_not_in_execute_path",
        /// The part is in it without that code.
        VulnerableCodeNotPresent = "vulnerable_code_not_present",
    }

    /// How a part of the product was patched: the words of CycloneDX, and a whole new version.
    pub enum PartPatch {
        /// A change of a newer version, made for an older one.
        Backport = "backport",
        /// A change of the part's own makers, taken by itself.
        CherryPick = "cherry-pick",
        /// A change while the program runs.
        Monkey = "monkey",
        /// A change that is not by the part's makers.
        Unofficial = "unofficial",
        /// Another version as its makers published it.
        Upgrade = "upgrade",
    }
}

/// One thing that the patch says something about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedIssue {
    pub kind: ResolvedKind,
    /// The id that people know, such as `CVE-2026-12345`.
    pub id: String,
    /// Other ids of the same problem. Scanners look for one of them only.
    pub aliases: Vec<String>,
    /// Who published it, such as `NVD`.
    pub source: Option<String>,
    /// When, RFC 3339.
    pub published: Option<String>,
    pub severity: Option<Severity>,
    /// The parts of the product that have it; each is described among the patch's components.
    pub components: Vec<Purl>,
    pub state: ResolvedState,
    /// Why the product does not have it.
    pub justification: Option<Justification>,
}

/// A part of the product that the patch changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// Its name with the version that it had.
    pub purl: Purl,
    /// The version that it reports afterwards; `None`: the same.
    pub version_after: Option<String>,
    /// Where it is in the product; empty: all that the patch changes.
    pub paths: Vec<TreePath>,
    pub patch: PartPatch,
}

/// A part that the product must have in one of these versions for the patch to work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequiredComponent {
    /// Its name without a version.
    pub purl: Purl,
    pub versions: VersRange,
    /// How its version is read in the folder; empty: only an SBOM says it.
    pub detect: Vec<Detect>,
    /// Whether the patch stays out as long as nobody knows.
    pub is_required: bool,
}

impl ResolvedIssue {
    /// Whether it says that a vulnerability is gone.
    pub(crate) fn is_fixed_vulnerability(&self) -> bool {
        self.kind == ResolvedKind::Security && self.state == ResolvedState::Fixed
    }

    /// All its ids, the best known first.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &String> {
        [&self.id].into_iter().chain(&self.aliases)
    }
}

impl Component {
    /// Its name once the patch is in, by the version that it reports then; `None` if no package URL can say that.
    pub(crate) fn purl_after(&self) -> Option<Purl> {
        match &self.version_after {
            None => Some(self.purl.clone()),
            Some(version) => self.purl.in_version(version),
        }
    }
}

/// `known` with the ids of every vulnerability that `resolved` says is fixed.
pub(crate) fn with_resolved(mut known: Vec<String>, resolved: &[ResolvedIssue]) -> Vec<String> {
    for id in resolved.iter().filter(|one| one.is_fixed_vulnerability()).flat_map(ResolvedIssue::ids) {
        if !known.contains(id) {
            known.push(id.clone());
        }
    }
    known
}
