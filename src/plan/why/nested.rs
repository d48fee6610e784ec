//! A folder lies in another one that has a history of its own, or one lies in it.

use super::{Wording, row};
use crate::model::Code;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Nested {
    /// A patch in `folder` has changed the file.
    Changed { folder: String },
    /// What patches in `folder` have changed can't be told.
    Unreadable { folder: String },
    /// The folder that was named holds our own records.
    OwnRecords,
    /// It is the folder of a version control system, or lies in one.
    VersionControl { folder: String },
}

impl Nested {
    pub(super) fn row(&self) -> Wording {
        match self {
            Nested::Changed { folder } => row(
                Code::Nested,
                format!("was changed by a patch in {folder}, whose history wouldn't record this change"),
                format!(
                    "Apply a patch that is made for {folder} there, or roll that patch back there first."
                ),
            ),
            Nested::Unreadable { folder } => row(
                Code::Nested,
                format!("{folder} has a history of its own that can't be read, so its fixes could be undone"),
                "Look at the status of that folder, and get permission to read its history if you have none.",
            ),
            Nested::OwnRecords => row(
                Code::Nested,
                "this folder belongs to Patchwright's own records, which no patch changes",
                "Name the product folder that the records are in.",
            ),
            Nested::VersionControl { folder } => row(
                Code::Nested,
                format!(
                    "this folder belongs to the records of version control ({folder}), which no patch changes"
                ),
                "Name the folder that contains it; a version control folder inside is fine.",
            ),
        }
    }
}
