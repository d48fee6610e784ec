//! What is wrong with a file that a patch changes, or with a folder on its path.

use super::{CHECK_THE_FOLDER, Wording, row};
use crate::model::{Code, Mode, TreePath, Unportable};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AtPlace {
    /// It is neither as before nor as after; and which patch changed it last, if one did.
    Unexpected {
        is: Mismatch,
        changed_by: Option<String>,
    },
    /// What stands at `path` afterwards is made from what should be here.
    NoSourceFor {
        path: TreePath,
    },
    NotTheOriginal,
    Unportable(Unportable),
    SameNameAs(TreePath),
    /// Something stands on the way to places of the patch.
    OnTheWay {
        found: &'static str,
    },
    NoFolder {
        found: Option<&'static str>,
    },
    /// It is in a folder of a version control system, and the patch does not say that this is what it is for.
    VersionControl {
        folder: TreePath,
    },
    /// A folder is to become something else, and holds what somebody else put there.
    InUse {
        becomes: &'static str,
        holds: String,
    },
}

/// How something differs from what a patch was made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mismatch {
    Missing,
    Occupied {
        found: &'static str,
    },
    Kind {
        found: &'static str,
        expected: &'static str,
    },
    Mode {
        found: Option<Mode>,
        expected: Vec<Mode>,
    },
    PointsTo(String),
    Content,
    /// Nothing but how its lines end.
    LineEnds,
}

impl AtPlace {
    pub(super) fn row(&self) -> Wording {
        match self {
            AtPlace::Unexpected { is, changed_by } => {
                let (code, meaning, hint) = is.row();
                let by = changed_by.as_ref().map(|id| format!(" (last changed by {id})"));
                row(code, meaning + &by.unwrap_or_default(), hint)
            }
            AtPlace::NoSourceFor { path } => row(
                Code::Missing,
                format!("from which {path} is built, isn't the expected file"),
                CHECK_THE_FOLDER,
            ),
            AtPlace::NotTheOriginal => {
                row(Code::Drift, "isn't the original, from which the new content is built", PUT_BACK)
            }
            AtPlace::Unportable(why) => {
                row(Code::Path, why.to_string(), "This patch can't be applied on this system.")
            }
            AtPlace::SameNameAs(twin) => row(
                Code::Collide,
                format!("has the same name as {twin} on some systems"),
                "Move the other file out of the folder if it isn't part of the product.",
            ),
            AtPlace::OnTheWay { found } => row(
                Code::FileSystem,
                format!("is a {found}, where a folder is expected"),
                "Replace it with a folder, then try again.",
            ),
            AtPlace::NoFolder { found: None } => {
                row(Code::Missing, "the folder is missing", CHECK_THE_FOLDER)
            }
            AtPlace::NoFolder { found: Some(found) } => {
                row(Code::FileSystem, format!("is a {found}, where a folder is expected"), CHECK_THE_FOLDER)
            }
            AtPlace::VersionControl { folder } => row(
                Code::Path,
                format!("is part of version control ({folder}), which can run programs"),
                "Don't use this patch unless that is its purpose. Its author must then give the file the role \"version-control\" in the order.",
            ),
            AtPlace::InUse { becomes, holds } => row(
                Code::Occupied,
                format!("becomes a {becomes}, but contains {holds:?}, which isn't part of the patch"),
                "Move its contents out of the folder, then try again.",
            ),
        }
    }
}

const PUT_BACK: &str = "Restore the original, or ask the vendor for a patch for this version.";

impl Mismatch {
    fn row(&self) -> Wording {
        match self {
            Mismatch::Missing => row(
                Code::Missing,
                "is missing",
                "Check that this is the right folder and version, or restore the file from the installer.",
            ),
            Mismatch::Occupied { found } => row(
                Code::Occupied,
                format!("already exists as a {found}, and isn't the one that the patch adds"),
                "Move it out of the folder if it isn't part of the product.",
            ),
            Mismatch::Kind { found, expected } => {
                row(Code::FileSystem, format!("is a {found} instead of a {expected}"), PUT_BACK)
            }
            Mismatch::Mode { found, expected } => {
                let found = found.map(|mode| mode.to_string()).unwrap_or_default();
                let expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
                let meaning = format!("has permissions {found} instead of {}", expected.join(" or "));
                row(Code::Drift, meaning, PUT_BACK)
            }
            Mismatch::PointsTo(place) => row(Code::Drift, format!("points to {place:?}"), PUT_BACK),
            Mismatch::Content => row(Code::Drift, "isn't the version this patch expects", PUT_BACK),
            Mismatch::LineEnds => row(
                Code::Drift,
                "has other line ends (CR LF or LF) than this patch expects, and is the same but for them",
                "Convert its line ends, then try again, or ask the vendor for a patch that merges such files.",
            ),
        }
    }
}
