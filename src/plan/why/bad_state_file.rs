//! What is wrong in a state file, or is asked for and not in it.

use super::{HERE, Wording, row};
use crate::model::Code;
use crate::text::{Advice, with_thousands};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BadStateFile {
    /// The file does not say what it should, at this line and column.
    Wrong {
        line: usize,
        column: usize,
        because: String,
    },
    /// One folder under two names, or one inside another.
    Twice {
        one: String,
        other: String,
    },
    TooManyFolders {
        pattern: String,
        most: usize,
    },
    /// All patterns together look at too many names.
    TooManyLooks {
        most: usize,
    },
    /// No folder of the file has this path.
    NoFolder {
        folder: String,
    },
    /// A folder is to be left alone up to a day that is over.
    PastDay {
        until: String,
    },
    /// Nobody asked that the folder be left alone.
    NotHeld,
}

impl BadStateFile {
    pub(super) fn row(&self) -> Wording {
        match self {
            BadStateFile::Wrong { line, column, because } => row(
                Code::Order,
                format!("line {line}, column {column}: {because}"),
                "Correct the file. Nothing was done in any folder.",
            ),
            BadStateFile::Twice { one, other } => row(
                Code::Order,
                format!("{one} and {other} are one folder, or one is inside the other"),
                "Name each folder once.",
            ),
            BadStateFile::TooManyFolders { pattern, most } => row(
                Code::Order,
                format!("{pattern} finds more than {} folders", with_thousands(*most as u64)),
                "Use a narrower pattern, or several files.",
            ),
            BadStateFile::TooManyLooks { most } => row(
                Code::Order,
                format!("the patterns look at more than {} names", with_thousands(*most as u64)),
                "Use narrower patterns, or several files. Nothing was done in any folder.",
            ),
            BadStateFile::NoFolder { folder } => row(
                Code::Order,
                format!("the file has no folder {folder}"),
                "Name a folder as the file has it.",
            ),
            BadStateFile::NotHeld => row(
                Code::Order,
                "this folder isn't on hold",
                Advice::by_command("See its history", format!("patchwright history {HERE}")),
            ),
            BadStateFile::PastDay { until } => row(
                Code::Order,
                format!("{until} is in the past"),
                Advice::from("Enter a later day.")
                    .or(Advice::typed("leave out --until; then the hold lasts until you end it.")),
            ),
        }
    }
}
