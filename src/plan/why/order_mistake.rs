//! What is wrong in an order: its edits by key, its switches, and the parts that it names.

use std::path::PathBuf;

use super::{Wording, row};
use crate::model::{Code, Purl};
use crate::text::Advice;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OrderMistake {
    /// An edit by key does not fit, or does nothing.
    Edit {
        because: String,
    },
    NoEditFor {
        file: PathBuf,
    },
    /// A file of another build that the edits do not fit.
    Unfit {
        file: PathBuf,
        because: String,
    },
    /// A switch of the order is none.
    Toggle {
        id: String,
        because: String,
    },
    NoEdits,
    NoFileToEdit,
    /// The new folder has something else than the edits make of the old file.
    OtherThanEdited,
    /// The order names a part of the product otherwise than the SBOM does.
    Sbom {
        purl: Purl,
        expected: String,
        found: String,
    },
}

impl OrderMistake {
    pub(super) fn row(&self) -> Wording {
        match self {
            OrderMistake::Edit { because } => {
                row(Code::Order, format!("an edit doesn't do what it says: {because}"), edit_test())
            }
            OrderMistake::Toggle { id, because } => row(
                Code::Order,
                format!("the switch {id} can't be made: {because}"),
                "A switch has its initial value in the new folder, and changes one value of one file.",
            ),
            OrderMistake::NoEditFor { file } => row(
                Code::Order,
                format!("the order has no edits for {file:?}"),
                "Name a file as the order names it, or the product folder.",
            ),
            OrderMistake::Unfit { file, because } => {
                row(Code::Order, format!("the edits don't fit {file:?}: {because}"), edit_test())
            }
            OrderMistake::NoEdits => row(
                Code::Order,
                "the order has no edits".to_owned(),
                Advice::from("Write them as [[edits]].")
                    .then(Advice::typed("`patchwright new` writes a template.")),
            ),
            OrderMistake::NoFileToEdit => row(
                Code::Order,
                "the order edits it, and no file is here".to_owned(),
                "Check the path, which begins at the product folder.",
            ),
            OrderMistake::OtherThanEdited => row(
                Code::Order,
                "the new folder doesn't have what the edits make of the old file".to_owned(),
                Advice::from("Correct the new folder, or the edits.")
                    .or(Advice::typed("leave --to out where the edits are all that changes.")),
            ),
            OrderMistake::Sbom { purl, expected, found } => row(
                Code::Order,
                format!("the order names {purl} {expected}, and the SBOM {found}"),
                "Correct the order, or name an SBOM of the product that the patch is for.",
            ),
        }
    }
}

fn edit_test() -> Advice {
    Advice::typed("To see how each edit fits: patchwright edit test ORDER FILE --from OLD")
}
