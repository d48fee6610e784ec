//! What keeps edits that somebody made here, and diffs, from being brought together with what is there.

use super::{Wording, row};
use crate::diff::Unmergeable;
use crate::diff::on_tree::Trouble;
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
    /// A diff does not fit; and whose it is, where there are several.
    Diff {
        trouble: Trouble,
        patch: Option<String>,
    },
    NoDraft(NoDraft),
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
            Edits::Diff { trouble, patch } => {
                let of_patch = patch.as_ref().map(|name| format!(" [{name}]")).unwrap_or_default();
                row(trouble.code, format!("{}{of_patch}", trouble.meaning), of_diff(trouble.code))
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

/// What a person can choose.
fn choices(path: &TreePath) -> String {
    format!(
        "Choose: --keep-mine {path} keeps your file, --take-theirs {path} takes the patch's and keeps yours as a safe copy, --merged {path}=FILE takes a file in which you merged both."
    )
}

fn of_diff(code: Code) -> &'static str {
    match code {
        Code::Missing => {
            "Check that this is the right folder and version; -p N says how many folders to leave out of the names."
        }
        Code::Occupied => "Move it out of the folder if it is not part of the product.",
        Code::Drift => "Ask for a patch that was made for this version of the file.",
        Code::Path => "Do not use this patch; ask its author for one with plain names.",
        _ => "Look at this place, then try again.",
    }
}
