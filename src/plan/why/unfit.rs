//! Why a patch does not belong to a folder, to this machine, or to other patches.

use super::{Wording, row};
use crate::model::{Code, PatchRef};
use crate::plan::{Cycle, FailedCheck, FolderProduct, Recalled, Relation, RelationClass};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unfit {
    Product {
        name: String,
        seen: Vec<String>,
    },
    /// The patch says that it is for another product than the one in the folder.
    OtherProduct {
        patch: PatchRef,
        says: String,
        folder: FolderProduct,
    },
    Version {
        product: String,
        found: String,
        expected: Vec<String>,
    },
    Platform {
        here: String,
        expected: Vec<String>,
    },
    Expired {
        at: String,
    },
    Recalled(Recalled),
    Check(FailedCheck),
    /// Something that is needed is not here, or only an older edition; and a patch file beside that would bring it.
    Requires {
        id: String,
        min_revision: u32,
        found: Option<u32>,
        beside: Option<(String, PatchRef)>,
    },
    Excludes {
        id: String,
        reason: String,
    },
    Related(Box<Relation>),
    Circle(Cycle),
    TwoAreCalled(PatchRef),
    NoneNamed,
}

impl Unfit {
    pub(super) fn row(&self) -> Wording {
        match self {
            Unfit::Product { name, seen } => row(
                Code::Product,
                format!("this folder does not hold {name}: {}", seen.join("; ")),
                "Choose the folder that the product is installed in.",
            ),
            Unfit::OtherProduct { patch, says, folder } => row(
                Code::Product,
                format!(
                    "this folder holds {}, {}, and {patch} says it is for {says}",
                    folder.name,
                    folder.by.phrase()
                ),
                "Check that this is the right folder. If it is, add --allow-other-product with the reason; the history keeps it.",
            ),
            Unfit::Version { product, found, expected } => row(
                Code::Version,
                format!("this is {product} {found}, and the patch is for {}", expected.join(", ")),
                "Ask the vendor for the patch that belongs to this version.",
            ),
            Unfit::Platform { here, expected } => row(
                Code::Platform,
                format!("the patch is for {}, and this machine is {here}", expected.join(", ")),
                "Ask the vendor for the patch that belongs to this system.",
            ),
            Unfit::Expired { at } => row(
                Code::Expired,
                format!("the patch expired at {at}"),
                "Ask the vendor for a current edition.",
            ),
            Unfit::Recalled(recalled) => row(Code::Held, recalled.meaning(), recalled.hint()),
            Unfit::Check(failed) => {
                row(Code::Preflight, failed.to_string(), "Make this true, then try again.")
            }
            Unfit::Requires { id, min_revision, found, beside } => {
                let found =
                    found.map_or("it is not here".to_owned(), |rev| format!("revision {rev} is here"));
                let hint = match beside {
                    Some((file, patch)) => format!("{file} beside it brings {patch}; name both."),
                    None => format!("Apply {id} first."),
                };
                row(Code::Requires, format!("needs {id} from revision {min_revision} on, and {found}"), hint)
            }
            Unfit::Excludes { id, reason } => row(
                Code::Conflicts,
                format!("clashes with {id}, which is in this folder: {reason}"),
                format!("Roll back {id} first, or ask the vendor."),
            ),
            Unfit::Related(relation) => {
                let code = match relation.class {
                    RelationClass::Blocked => Code::Conflicts,
                    RelationClass::Regression => Code::Undoes,
                    _ => Code::Overlap,
                };
                row(code, &relation.phrase, &relation.way_out)
            }
            Unfit::Circle(cycle) => row(
                Code::Requires,
                format!("these patches require each other in a circle: {cycle}"),
                "Ask the vendor which of them comes first.",
            ),
            Unfit::TwoAreCalled(identity) => row(
                Code::Overlap,
                format!("two different patch files call themselves {identity}"),
                "Ask the vendor which of them is right.",
            ),
            Unfit::NoneNamed => row(Code::Usage, "no patch file was named", "Name a patch file."),
        }
    }
}
