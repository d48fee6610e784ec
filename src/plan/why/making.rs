//! Why no patch file can be made.

use std::path::PathBuf;

use super::{Wording, row};
use crate::model::{Code, PatchRef, PathProblem};
use crate::text::Advice;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Making {
    /// What would be made is there already.
    NothingToDo,
    NoDifference,
    ChangedMeanwhile,
    /// The environment names a moment that is none.
    NoSourceDate,
    /// The patch file has no SBOM in it.
    NoSbom {
        patch: PatchRef,
    },
    ChangedInside {
        side: &'static str,
    },
    /// Git has a name that no folder may have.
    Name(PathProblem),
    NoContent {
        because: String,
    },
    /// A Git patch would have no change in it.
    NothingToWrite,
    Nested {
        from: PathBuf,
        to: PathBuf,
    },
    OutputInside {
        output: PathBuf,
        around: PathBuf,
    },
    /// A clone of a folder would be made in it.
    CloneInside {
        clones: PathBuf,
        around: PathBuf,
    },
    /// A file for a person would come among those of a product.
    OutputInProduct {
        output: PathBuf,
        folder: PathBuf,
    },
    /// A file that would be lost has the name of the output.
    Taken {
        output: PathBuf,
        by: Taken,
    },
}

/// The file that has the name of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// A patch file that somebody signed.
    Signed,
    OtherKind,
    /// Whatever it is: nothing is replaced by this output.
    Any,
}

impl Taken {
    const fn phrase(self) -> &'static str {
        match self {
            Taken::Signed => " and is signed; its signatures would be lost",
            Taken::OtherKind => " and is a file of another kind",
            Taken::Any => ", and existing files are never overwritten",
        }
    }
}

impl Making {
    pub(super) fn row(&self) -> Wording {
        match self {
            Making::NothingToDo => row(
                Code::Order,
                "there is nothing to do: the folder already has every change of the patch".to_owned(),
                "Use a folder, or commits, without these changes.",
            ),
            Making::NoDifference => row(
                Code::Order,
                "the two folders are the same".to_owned(),
                "Check that these are the right folders, and that the order doesn't ignore too much.",
            ),
            Making::ChangedMeanwhile => {
                row(Code::Moved, "changed while the patch file was made".to_owned(), STOP_WRITING)
            }
            Making::NoSourceDate => row(
                Code::Order,
                "SOURCE_DATE_EPOCH isn't a number of seconds since 1970".to_owned(),
                "Correct this environment variable, or remove it: the patch file then has the present time.",
            ),
            Making::NoSbom { patch } => row(
                Code::Missing,
                format!("{patch} has no SBOM"),
                "Ask the author for a patch file that was made with an SBOM of the product.",
            ),
            Making::ChangedInside { side } => {
                row(Code::InUse, format!("changed in {side} while the patch file was made"), STOP_WRITING)
            }
            Making::Name(problem) => {
                row(Code::Path, problem.to_string(), "A patch file can't contain this name.")
            }
            Making::NoContent { because } => row(
                Code::Missing,
                format!("its content is needed, and {because}"),
                Advice::by_command("Add a product folder that the patch is for", "--target DIR"),
            ),
            Making::NothingToWrite => row(
                Code::Missing,
                "there is no change to write: the folder has all of it already, or a Git patch can't say it"
                    .to_owned(),
                Advice::by_command("Name a product folder without this patch", "--target DIR"),
            ),
            Making::Nested { from, to } => row(
                Code::Order,
                format!("one of the folders {from:?} and {to:?} is inside the other"),
                "Put the old and the new product in separate folders.",
            ),
            Making::OutputInside { output, around } => row(
                Code::Order,
                format!("the output {output:?} is inside {around:?}, from which the patch is made"),
                "Choose an output outside both folders.",
            ),
            Making::CloneInside { clones, around } => row(
                Code::Usage,
                format!("the copy in {clones:?} would be inside {around:?}, which is copied"),
                Advice::by_command("Choose a folder outside the product", "--copy-in DIR"),
            ),
            Making::OutputInProduct { output, folder } => row(
                Code::Order,
                format!("the output {output:?} is inside {folder:?}, the product folder"),
                "Choose a place outside the product folder.",
            ),
            Making::Taken { output, by } => {
                row(Code::Order, format!("{output:?} already exists{}", by.phrase()), OTHER_NAME)
            }
        }
    }
}

const OTHER_NAME: &str = "Choose another name, or remove that file first.";
/// What helps where something changes meanwhile.
pub(super) const STOP_WRITING: &str = "Stop the program that writes to the folder, then try again.";
