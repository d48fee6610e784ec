//! A part that a patch needs, and what is known about it.

use super::{Wording, row};
use crate::model::{Code, PatchRef, RequiredComponent};
use crate::text::Advice;

/// A part that isn't there as it has to be, or of which nobody knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NeedsComponent {
    pub patch: PatchRef,
    pub part: Box<RequiredComponent>,
    pub is: ComponentState,
}

/// What an SBOM says about a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ComponentState {
    /// Nobody named an SBOM.
    NotAsked,
    /// It doesn't list the part.
    Unlisted,
    /// It lists the part without a version, or in one that can't be compared.
    Unclear(Option<String>),
    /// It lists a version out of the range.
    Wrong(String),
    /// Everything that it lists is in the range.
    Right(String),
}

impl NeedsComponent {
    /// What is needed, and what is known.
    pub(crate) fn sentence(&self) -> String {
        let Self { patch, part, is } = self;
        let needs = format!("{patch} needs {} {}", part.purl, part.versions.phrase());
        match is {
            ComponentState::NotAsked => format!("{needs}; nobody knows without an SBOM"),
            ComponentState::Unlisted => format!("{needs}; this SBOM doesn't list it"),
            ComponentState::Unclear(None) => format!("{needs}; this SBOM doesn't say which version is here"),
            ComponentState::Unclear(Some(version)) => {
                format!("{needs}; this SBOM says {version}, which can't be compared")
            }
            ComponentState::Wrong(version) | ComponentState::Right(version) => {
                format!("{needs}; this SBOM says {version}")
            }
        }
    }

    pub(super) fn row(&self) -> Wording {
        let hint = match self.is {
            ComponentState::NotAsked => Advice::typed("Name an SBOM of this folder: --sbom FILE."),
            ComponentState::Wrong(_) | ComponentState::Right(_) => Advice::from("Update it first.")
                .then(Advice::typed("If that's done, make the SBOM again, and name it with --sbom FILE.")),
            ComponentState::Unlisted | ComponentState::Unclear(_) => {
                Advice::typed("Name an SBOM that says which version is here: --sbom FILE.")
            }
        };
        row(Code::Requires, self.sentence(), hint)
    }
}
