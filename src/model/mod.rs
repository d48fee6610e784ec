//! The words of the trade as values: what cannot be wrong here is not checked again elsewhere.
//!
//! Nothing in this module reads a file, asks for the time, knows JSON or draws. Values are made at the edge
//! (a manifest, a scan of a folder) and travel inward as proof that they were checked.

mod about;
mod change;
pub(crate) mod characters;
mod check;
mod code;
mod collision;
mod declared;
mod detect;
mod detect_rule;
mod digest;
pub(crate) mod escape;
mod layer;
mod link;
mod name_key;
mod name_warning;
mod node;
mod occasion;
mod patch;
mod patch_id;
mod path;
mod place_problem;
mod portable;
mod purl;
mod resolves;
mod rollout_pace;
mod script;
mod severity;
mod share;
mod special_name;
mod toggle;
mod untrusted;
mod vers;
mod versions;
mod word;

pub use about::{
    About, Approvals, Conflict, Evidence, Hold, HoldKind, HoldPhase, Issue, Product, Requirement,
    RequirementMode, Restart, Rollback,
};
pub(crate) use about::{PatchKind, RequirementIf, RollbackAdvice, RollbackPossible};
pub use change::{FileChange, LocalEdits, Payload, Role, Step};
pub use check::{Check, Level, Probe};
pub use code::{Code, Kind};
pub(crate) use collision::{Collision, CollisionKey, collisions};
pub use declared::{CarriedFile, Compliance, Origin, OriginKind};
pub(crate) use detect::{MAX_TEXT_BYTES, contains, searchable, version_between};
pub use detect_rule::Detect;
pub(crate) use digest::DigestError;
pub use digest::{Digest, Hasher};
pub use layer::LayerKey;
pub(crate) use link::{check_link, unportable_link};
pub(crate) use name_warning::NameWarning;
pub(crate) use node::TreeState;
pub use node::{FileNode, LinkNode, Mode, Node};
pub(crate) use occasion::Measured;
pub use occasion::{CauseKind, ReasonKind};
pub(crate) use patch::DiffText;
pub use patch::Patch;
pub use patch_id::PatchId;
pub(crate) use patch_id::PatchRef;
pub use path::TreePath;
pub(crate) use path::{PathError, PathProblem};
pub(crate) use place_problem::PlaceProblem;
pub(crate) use portable::Unportable;
pub use purl::Purl;
pub(crate) use resolves::with_resolved;
pub use resolves::{
    Component, Justification, PartPatch, RequiredComponent, ResolvedIssue, ResolvedKind, ResolvedState,
};
pub use rollout_pace::RolloutPace;
pub(crate) use rollout_pace::{Seconds, read_span, span_text};
pub use script::{Interpreter, Script, ScriptPhase};
pub use severity::{Severity, SeverityLevel};
pub use share::Share;
pub(crate) use special_name::{executed_by, is_version_control, likely_secret, version_control};
pub(crate) use toggle::{ABSENT, PRESENT};
pub use toggle::{Position, Setting, TakesEffect, Toggle, ToggleKind};
pub use untrusted::Untrusted;
pub use vers::VersRange;
pub(crate) use word::Word;
pub(crate) use word::choices;
