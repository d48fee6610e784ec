//! Why a report of a scanner is of no use.

use std::fmt;

/// Why a report is of no use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScanProblem {
    /// It is none, or more than is read.
    Unreadable(String),
    /// A list that goes with it is none.
    NoList(String),
    /// It is no bill of materials.
    NoSbom(String),
    /// The scanner can't be told.
    NotTold,
    /// It is about another folder: nothing that it names is there.
    OtherFolder {
        /// What was scanned, as the report says.
        scanned: String,
        /// One of the files that it names.
        file: String,
    },
}

impl fmt::Display for ScanProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ScanProblem::Unreadable(detail) | ScanProblem::NoList(detail) | ScanProblem::NoSbom(detail) => {
                f.write_str(detail)
            }
            ScanProblem::NotTold => f.write_str("OSV-Scanner reads no such statements"),
            ScanProblem::OtherFolder { scanned, file } => {
                write!(
                    f,
                    "it is about {scanned:?}; {file:?} and everything else it names isn't in this folder"
                )
            }
        }
    }
}
