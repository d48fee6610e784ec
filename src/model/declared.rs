//! What the author of a patch declares beside its changes: which rules it serves, where it comes from, and the documents that
//! travel with it. All of it is the author's word: it is shown, kept and handed on, and decides nothing.

use super::word::choices;
use super::{Digest, Untrusted};

choices! {
    /// How a patch came to be.
    pub enum OriginKind {
        /// Somebody wrote it.
        Authored = "authored",
        /// A newer version has it, and it was made for an older one.
        Backport = "backport",
        /// A part was raised to another version.
        Bump = "bump",
        /// A program made it.
        Generated = "generated",
    }
}

/// Where a patch comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub kind: OriginKind,
    /// The change that it was made after, such as a commit of the part's own makers.
    pub upstream: Option<Untrusted>,
    /// The program that made it.
    pub generator: Option<Untrusted>,
}

/// A rule of a framework that the patch serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compliance {
    /// Such as `PCI DSS 4.0.1`.
    pub framework: Untrusted,
    /// Such as `6.3.3`.
    pub control: Untrusted,
    /// The day by which the rule wants the patch applied, such as `2026-12-01`.
    pub due: Option<String>,
}

impl Compliance {
    /// Framework and control in one line.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.framework.raw(), self.control.raw())
    }
}

/// A document that travels in a patch file, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarriedFile {
    /// Such as `CycloneDX 1.6`, or a media type.
    pub format: String,
    /// SHA-256 of the file.
    pub digest: Digest,
    /// Its length.
    pub size_bytes: u64,
}
