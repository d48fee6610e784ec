//! What new content would be allowed to do that somebody has to want.

use super::{Override, Wording, row};
use crate::model::{Code, Mode, TreePath};
use crate::text::Advice;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Danger {
    /// It runs with rights that whoever runs it does not have.
    SpecialRights { rights: String },
    /// It has the content of a file that fewer people may read.
    Revealed { of: TreePath, from: Mode, to: Mode },
}

impl Danger {
    pub(crate) fn meaning(&self) -> String {
        match self {
            Danger::SpecialRights { rights } => {
                format!("gets new content and runs with special rights ({rights})")
            }
            Danger::Revealed { of, from, to } => {
                format!("gets the content of {of}, and more people may read it ({from} → {to})")
            }
        }
    }

    pub(super) fn row(&self) -> Wording {
        row(
            Code::Policy,
            self.meaning(),
            Advice::from("Ask the vendor for a signed patch file.").then(Override::Dangerous.hint()),
        )
    }
}
