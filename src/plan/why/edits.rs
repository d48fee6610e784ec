//! What keeps edits that somebody made here, and diffs, from being brought together with what is there.

use super::{Wording, row};
use crate::diff::Unmergeable;
use crate::diff::on_tree::{NameReading, Trouble};
use crate::diff::patch_text::{Remedy, UncarriedKind};
use crate::model::{Code, TreePath};
use crate::plan::local_edits::shortened;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Edits {
    /// Somebody and the patch changed the same `places` of a file.
    Clash {
        path: TreePath,
        places: Vec<String>,
    },
    Unmergeable {
        path: TreePath,
        because: String,
    },
    /// The edits of the patch do not fit the file that is here.
    Unfit {
        path: TreePath,
        whys: Vec<String>,
    },
    /// A diff does not fit; and whose it is, where there are several.
    Diff {
        trouble: Trouble,
        patch: Option<String>,
    },
    /// The names of a diff fit the folder in several ways.
    Names {
        readings: Vec<NameReading>,
        patch: Option<String>,
    },
    NoDraft(NoDraft),
    /// A text patch names a difference that it does not carry.
    Uncarried {
        kind: UncarriedKind,
        patch: Option<String>,
    },
}

/// Why there is nothing for a person to merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoDraft {
    NoChange,
    NoFile,
    NoOriginal,
    NoNewContent,
    Unmergeable(Unmergeable),
}

impl Edits {
    pub(super) fn row(&self) -> Wording {
        match self {
            Edits::Clash { path, places } => {
                let places = shortened(places);
                let meaning = format!("was edited here, where the patch changes it, too: {places}");
                row(Code::Clash, meaning, choices(path))
            }
            Edits::Unmergeable { path, because } => {
                let meaning = format!("was edited here and cannot be merged: {because}");
                row(Code::Clash, meaning, choices(path))
            }
            Edits::Unfit { path, whys } => {
                let meaning =
                    format!("was edited here, and the patch's edits do not fit: {}", shortened(whys));
                row(Code::Clash, meaning, choices(path))
            }
            Edits::Diff { trouble, patch } => row(
                trouble.code,
                format!("{}{}", trouble.meaning, of_patch(patch)),
                trouble.remedy.sentence(),
            ),
            Edits::Names { readings, patch } => {
                let ways: Vec<String> =
                    readings.iter().map(|way| format!("{} with -p {}", way.path, way.strip)).collect();
                let meaning = format!(
                    "the names in the patch{} can mean different files here: {}",
                    of_patch(patch),
                    ways.join(", ")
                );
                row(Code::Missing, meaning, Remedy::StripLevel.sentence())
            }
            Edits::Uncarried { kind, patch } => {
                row(Code::Missing, format!("{}{}", kind.phrase(), of_patch(patch)), kind.advice())
            }
            Edits::NoDraft(why) => {
                let meaning = match why {
                    NoDraft::NoChange => "the patch changes nothing here".to_owned(),
                    NoDraft::NoFile => "no file is here".to_owned(),
                    NoDraft::NoOriginal => {
                        "the patch file does not hold the original, or the file is too large".to_owned()
                    }
                    NoDraft::NoNewContent => "the patch file does not hold the whole new content".to_owned(),
                    NoDraft::Unmergeable(why) => why.to_string(),
                };
                row(Code::Clash, meaning, "patchwright plan lists the files that were edited here.")
            }
        }
    }
}

fn of_patch(patch: &Option<String>) -> String {
    patch.as_ref().map(|name| format!(" [{name}]")).unwrap_or_default()
}

/// What a person can choose.
fn choices(path: &TreePath) -> String {
    format!(
        "Choose: --keep-mine {path} keeps your file, --take-theirs {path} takes the patch's and keeps yours as a safe copy, --merged {path}=FILE takes a file in which you merged both."
    )
}
