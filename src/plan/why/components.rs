//! A part that a patch needs, and what is known about it.

use super::{Wording, row};
use crate::model::{Code, PatchRef, RequiredComponent, TreePath};
use crate::text::Advice;

/// A part that isn't there as it has to be, or of which nobody knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NeedsComponent {
    pub patch: PatchRef,
    pub part: Box<RequiredComponent>,
    pub source: ComponentSource,
    pub is: ComponentState,
}

/// Who says what is known about a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ComponentSource {
    /// Nobody.
    Nobody,
    /// A file in the folder, read as the patch says.
    File(TreePath),
    /// The SBOM that somebody named.
    Sbom,
    /// An SBOM in the folder.
    SbomHere(TreePath),
}

/// What is said about a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ComponentState {
    /// There is nobody to ask.
    NotAsked,
    /// It doesn't list the part.
    Unlisted,
    /// It lists the part without a version, or in one that can't be compared.
    Unclear(Option<String>),
    /// It gives two versions for one entry.
    Torn([String; 2]),
    /// It describes another content of this file than the folder has, so it is about something else.
    Disproved(TreePath),
    /// It lists a version out of the range.
    Wrong(String),
    /// Everything that it lists is in the range.
    Right(String),
}

impl NeedsComponent {
    /// What is needed, and what is known.
    pub(crate) fn sentence(&self) -> String {
        let Self { patch, part, source, is } = self;
        let needs = format!("{patch} needs {} {}", part.purl, part.versions.phrase());
        let source = match source {
            ComponentSource::Nobody | ComponentSource::Sbom => "this SBOM".to_owned(),
            ComponentSource::File(path) => path.to_string(),
            ComponentSource::SbomHere(path) => format!("the SBOM {path} in the folder"),
        };
        match is {
            ComponentState::NotAsked => format!("{needs}; nobody knows without an SBOM"),
            ComponentState::Unlisted => format!("{needs}; {source} doesn't list it"),
            ComponentState::Unclear(None) => format!("{needs}; {source} doesn't say which version is here"),
            ComponentState::Unclear(Some(version)) => {
                format!("{needs}; {source} says {version}, which can't be compared")
            }
            ComponentState::Torn([one, two]) => {
                format!("{needs}; {source} says both {one} and {two} in one entry")
            }
            ComponentState::Disproved(path) => {
                format!(
                    "{needs}; {source} isn't believed: it describes another content of {path} than is here"
                )
            }
            ComponentState::Wrong(version) | ComponentState::Right(version) => {
                format!("{needs}; {source} says {version}")
            }
        }
    }

    pub(super) fn row(&self) -> Wording {
        let hint = match self.is {
            ComponentState::NotAsked => Advice::typed("Name an SBOM of this folder: --sbom FILE."),
            ComponentState::Wrong(_) | ComponentState::Right(_)
                if matches!(self.source, ComponentSource::File(_)) =>
            {
                Advice::from("Update it first.")
            }
            ComponentState::Disproved(_) => {
                Advice::typed("Make the SBOM again from this folder, and name it with --sbom FILE.")
            }
            ComponentState::Wrong(_) | ComponentState::Right(_) => Advice::from("Update it first.")
                .then(Advice::typed("If that's done, make the SBOM again, and name it with --sbom FILE.")),
            ComponentState::Unlisted | ComponentState::Unclear(_) | ComponentState::Torn(_) => {
                Advice::typed("Name an SBOM that says which version is here: --sbom FILE.")
            }
        };
        row(Code::Requires, self.sentence(), hint)
    }
}
