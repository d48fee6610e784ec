//! The words of the trade as values: what cannot be wrong here is not checked again elsewhere.
//!
//! Nothing in this module reads a file, asks for the time, knows JSON or draws. Values are made at the edge
//! (a manifest, a scan of a folder) and travel inward as proof that they were checked.

mod about;
mod change;
pub(crate) mod characters;
mod code;
mod collision;
mod digest;
mod layer;
mod link;
mod name_warning;
mod node;
mod patch;
mod path;
mod place_problem;
mod portable;
mod script;
mod word;

pub use about::{
    About, Approvals, Check, Conflict, Detect, Evidence, Hold, HoldKind, HoldPhase, Issue, Level, PatchKind,
    Probe, Product, Requirement, RequirementIf, RequirementMode, Restart, Rollback, RollbackPossible,
    Severity, SeverityLevel,
};
pub use change::{FileChange, LocalEdits, Payload, Role, Step};
pub use code::{Code, Kind};
pub use collision::{Collision, CollisionKey, CollisionMap, collisions, find_collision};
pub use digest::{Digest, DigestError, Hasher};
pub use layer::LayerKey;
pub use link::{check_link, resolve_link, unportable_link};
pub use name_warning::NameWarning;
pub use node::{FileNode, LinkNode, Mode, Node, TreeState};
pub use patch::{Patch, PatchId, PatchRef};
pub use path::{PathError, PathProblem, TreePath};
pub use place_problem::PlaceProblem;
pub use portable::Unportable;
pub use script::{Interpreter, Script, ScriptPhase};
pub use word::Word;
pub(crate) use word::choices;
