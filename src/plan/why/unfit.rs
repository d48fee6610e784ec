//! Why a patch does not belong to a folder, to this machine, or to other patches.

use super::{Override, Wording, row};
use crate::model::{Code, PatchRef};
use crate::plan::{Cycle, FailedCheck, FolderProduct, Loss, Recalled, Relation, RelationClass};
use crate::text::Advice;

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
        /// Whether that name could be taken for the folder's.
        looks_like_it: bool,
        folder: FolderProduct,
    },
    Version {
        patch: PatchRef,
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
    /// Something that is needed is not here, or only an older revision; and a patch file beside that has it.
    Requires {
        id: String,
        min_revision: u32,
        found: Option<u32>,
        beside: Option<(String, PatchRef)>,
        /// It is needed only because of a patch that is not known to be for the same product and by the same author.
        for_a_stranger: bool,
    },
    Excludes {
        id: String,
        reason: String,
        /// Whether it is not known to be for the same product and by the same author.
        is_strangers: bool,
    },
    Related(Box<Relation>),
    /// What the patch would take away from another one, beside what is said about the two.
    Loses(Loss),
    Circle(Cycle),
    TwoAreCalled(PatchRef),
    NoneNamed,
}

/// The causes, each of them once.
fn each_once(causes: &[String]) -> Vec<&str> {
    let mut once: Vec<&str> = Vec::new();
    for cause in causes {
        if !once.contains(&cause.as_str()) {
            once.push(cause);
        }
    }
    once
}

impl Unfit {
    pub(super) fn row(&self) -> Wording {
        match self {
            Unfit::Product { name, seen } => row(
                Code::Product,
                format!("this folder doesn't contain {name}: {}", each_once(seen).join("; ")),
                "Choose the folder where the product is installed.",
            ),
            Unfit::OtherProduct { patch, says, looks_like_it, folder } => row(
                Code::Product,
                format!(
                    "this folder contains {}, {}, and {patch} says it's for {says}{}",
                    folder.name,
                    folder.by.phrase(),
                    if *looks_like_it { ", which is another name in letters that look the same" } else { "" }
                ),
                with_override("Check that this is the right folder.", self.way_around()),
            ),
            Unfit::Version { patch, product, found, expected } => row(
                Code::Version,
                format!("{patch} is for {product} {}; this folder has {found}", expected.join(" or ")),
                "Ask the vendor for the patch for this version.",
            ),
            Unfit::Platform { here, expected } => row(
                Code::Platform,
                format!("the patch is for {}, and this computer is {here}", expected.join(", ")),
                "Ask the vendor for the patch for this system.",
            ),
            Unfit::Expired { at } => row(
                Code::Expired,
                format!("the patch expired on {at}"),
                "Ask the vendor for a current revision.",
            ),
            // It isn't applied here, so there is no switch of it to turn here.
            Unfit::Recalled(recalled) => row(Code::Held, recalled.meaning(), recalled.hint()),
            Unfit::Check(failed) => row(Code::Preflight, failed.to_string(), "Fix this, then try again."),
            Unfit::Requires { id, min_revision, found, beside, .. } => row(
                Code::Requires,
                requires(id, *min_revision, *found),
                with_override(how_to_bring(id, beside.as_ref()), self.way_around()),
            ),
            Unfit::Excludes { id, reason, .. } => row(
                Code::Conflicts,
                format!("conflicts with {id}, which is applied here: {reason}"),
                with_override(format!("Roll back {id} first, or ask the vendor."), self.way_around()),
            ),
            Unfit::Related(relation) => {
                row(code_of(relation.class), &relation.phrase, relation.way_out.clone())
            }
            Unfit::Loses(loss) => row(code_of(loss.class), &loss.phrase, loss.way_out.clone()),
            Unfit::Circle(cycle) => row(
                Code::Requires,
                format!("these patches require each other in a circle: {cycle}"),
                "Ask the vendor which comes first.",
            ),
            Unfit::TwoAreCalled(identity) => row(
                Code::Overlap,
                format!("two different patch files have the name {identity}"),
                "Ask the vendor which is right.",
            ),
            Unfit::NoneNamed => row(Code::Usage, "no patch file was named", "Name a patch file."),
        }
    }

    /// With which override it does not count, if there is one.
    pub(super) fn way_around(&self) -> Option<Override> {
        match self {
            Unfit::Related(relation) => relation.way_around,
            Unfit::Loses(loss) => loss.way_around,
            Unfit::Requires { for_a_stranger: true, .. } | Unfit::Excludes { is_strangers: true, .. } => {
                Some(Override::Related)
            }
            Unfit::OtherProduct { .. } => Some(Override::OtherProduct),
            _ => None,
        }
    }
}

fn requires(id: &str, min_revision: u32, found: Option<u32>) -> String {
    let found = found.map_or("it isn't applied here".to_owned(), |revision| {
        format!("revision {revision} is applied here")
    });
    format!("requires {id} (revision {min_revision} or later); {found}")
}

fn how_to_bring(id: &str, beside: Option<&(String, PatchRef)>) -> String {
    match beside {
        Some((file, _)) => format!("It's in {file}, next to this file. Apply both together."),
        None => format!("Apply {id} first."),
    }
}

fn code_of(class: RelationClass) -> Code {
    match class {
        RelationClass::Blocked => Code::Conflicts,
        RelationClass::Regression => Code::Undoes,
        _ => Code::Overlap,
    }
}

fn with_override(hint: impl Into<Advice>, way_around: Option<Override>) -> Advice {
    match way_around {
        Some(way) => hint.into().then(way.hint()),
        None => hint.into(),
    }
}
