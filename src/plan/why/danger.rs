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
    /// It is there, and more people may use it, or it runs with rights that whoever runs it does not have.
    Opened { is_folder: bool, from: Mode, to: Mode },
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
            Danger::Opened { is_folder, from, to } => {
                let added = to.bits() & !from.bits();
                let may = match (added & 0o044 != 0, added & 0o022 != 0) {
                    _ if *is_folder && added & 0o022 == 0 => "more people may list its contents",
                    (true, true) => "more people may read and change it",
                    (false, true) => "more people may change it",
                    (true, false) => "more people may read it",
                    (false, false) => "it runs with special rights",
                };
                format!("{may} ({from} → {to})")
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
