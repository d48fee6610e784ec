//! What is wrong in a rollout file, or is asked for and not in it.

use super::{Wording, row};
use crate::model::Code;
use crate::text::{Advice, with_thousands};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BadRolloutFile {
    /// The file does not say what it should, at this line and column.
    Wrong {
        line: usize,
        column: usize,
        because: String,
    },
    Empty {
        ring: String,
    },
    /// One folder under two names.
    Twice {
        one: String,
        other: String,
    },
    Nested {
        inner: String,
        outer: String,
    },
    TooMany {
        pattern: String,
        most: usize,
    },
    /// The records of a rollout are text.
    NotText {
        folder: String,
    },
    /// Only patch files say by themselves what they are.
    NoBundle {
        file: String,
    },
    /// Nothing in it can be turned off, as the file wants it where too much fails.
    NoSwitch {
        file: String,
    },
    /// The vendor of a patch wants fewer folders to begin.
    LargeFirstRing {
        ring: String,
        folders: usize,
        all: usize,
        patch: String,
        most: String,
    },
    NoRing {
        ring: String,
        rings: Vec<String>,
    },
    NoFolder {
        folder: String,
    },
}

impl BadRolloutFile {
    pub(super) fn row(&self) -> Wording {
        match self {
            BadRolloutFile::Wrong { line, column, because } => row(
                Code::Order,
                format!("line {line}, column {column}: {because}"),
                Advice::from("Correct the rollout file.")
                    .then(Advice::typed("For an example: patchwright help rollout")),
            ),
            BadRolloutFile::Empty { ring } => row(
                Code::Order,
                format!("no folder is in the ring {ring:?}"),
                "Check its patterns, and that an earlier ring doesn't have all of its folders.",
            ),
            BadRolloutFile::Twice { one, other } => row(
                Code::Order,
                format!("{one:?} and {other:?} are the same folder"),
                "Name each folder once, without links.",
            ),
            BadRolloutFile::Nested { inner, outer } => row(
                Code::Order,
                format!("{inner:?} is inside {outer:?}"),
                "Name folders that aren't inside each other.",
            ),
            BadRolloutFile::TooMany { pattern, most } => row(
                Code::Order,
                format!("{pattern:?} finds more than {} names", with_thousands(*most as u64)),
                "Use a narrower pattern.",
            ),
            BadRolloutFile::NotText { folder } => row(
                Code::Order,
                format!("the name of {folder:?} isn't UTF-8, so a rollout can't record the folder"),
                "Rename it, or use a pattern that doesn't find it.",
            ),
            BadRolloutFile::NoBundle { file } => row(
                Code::Order,
                format!("{file:?} is a text patch"),
                Advice::by_command(
                    "Make a patch file from it first",
                    "patchwright make --patch FILE --target ORIGINAL -o NEW.patchbundle",
                ),
            ),
            BadRolloutFile::NoSwitch { file } => row(
                Code::Order,
                format!("{file:?} has no switch that on_stop = \"toggle-off\" could turn off"),
                "Choose another on_stop, or a patch file with a switch.",
            ),
            BadRolloutFile::LargeFirstRing { ring, folders, all, patch, most } => row(
                Code::Order,
                format!(
                    "the ring {ring:?} has {folders} of {all} folders, and the vendor of {patch} wants at most {most} to begin with"
                ),
                "Make the first ring smaller.",
            ),
            BadRolloutFile::NoRing { ring, rings } => row(
                Code::Order,
                format!("there is no ring {ring:?}"),
                format!("Its rings are {}.", rings.join(", ")),
            ),
            BadRolloutFile::NoFolder { folder } => row(
                Code::Order,
                format!("{folder:?} isn't part of the rollout"),
                "Name a folder as the status of the rollout shows it.",
            ),
        }
    }
}
