//! What keeps edits that somebody made here, and diffs, from being brought together with what is there.

use super::{HERE, Override, Wording, row};
use crate::diff::on_tree::{NameReading, Trouble};
use crate::diff::patch_text::{Remedy, UncarriedKind};
use crate::diff::{LineRange, Unmergeable};
use crate::model::{Code, TreePath};
use crate::plan::shown_lists::in_brackets;
use crate::plan::shown_lists::shortened;
use crate::text::Advice;

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
    /// The edits of the patch do not fit a file that `others` changed.
    Unmet {
        others: Vec<String>,
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
    /// The patch is not in the folder as the patch file has it.
    NotHere {
        id: String,
    },
    /// A file that somebody merged by hand leaves out these lines, which another patch added.
    Drops {
        patch: String,
        lines: Vec<LineRange>,
    },
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

impl NoDraft {
    fn meaning(&self) -> String {
        match self {
            NoDraft::NoChange => "the patch doesn't change this file".to_owned(),
            NoDraft::NoFile => "there is no file here".to_owned(),
            NoDraft::NoOriginal => {
                "the original isn't in the patch file, or the file is too large".to_owned()
            }
            NoDraft::NoNewContent => "the whole new content isn't in the patch file".to_owned(),
            NoDraft::Unmergeable(why) => why.to_string(),
        }
    }
}

impl Edits {
    pub(super) fn row(&self) -> Wording {
        match self {
            Edits::Clash { path, places } => {
                let places = shortened(places);
                let meaning = format!("your version and the patch both change {places}");
                row(Code::Clash, meaning, choices(path))
            }
            Edits::Unmergeable { path, because } => {
                let meaning = format!("isn't the version this patch expects, and can't be merged: {because}");
                row(Code::Clash, meaning, choices(path))
            }
            Edits::Unfit { path, whys } => {
                let meaning = format!(
                    "isn't the version this patch expects, and its edits don't fit: {}",
                    shortened(whys)
                );
                row(Code::Clash, meaning, choices(path))
            }
            Edits::Unmet { others, whys } => {
                let meaning = format!(
                    "{} changed it, and this patch's edits don't fit: {}",
                    others.join(", "),
                    shortened(whys)
                );
                row(Code::Drift, meaning, "Ask the vendor for a patch that fits these values.")
            }
            Edits::Diff { trouble, patch } => {
                row(trouble.code, format!("{}{}", trouble.meaning, of_patch(patch)), trouble.remedy.advice())
            }
            Edits::Names { readings, patch } => {
                let way = |way: &NameReading| {
                    let missing = if way.is_missing { ", which is missing," } else { "" };
                    format!("{}{missing} with -p {}", way.path, way.strip)
                };
                let ways: Vec<String> = readings.iter().map(way).collect();
                let patch = of_patch(patch);
                let meaning = match readings.iter().any(|way| way.is_missing) {
                    true => format!("it isn't certain which file here the patch{patch} is for: "),
                    false => format!("the names in the patch{patch} match several files here: "),
                };
                let meaning = meaning + &ways.join(", ");
                row(Code::Missing, meaning, Remedy::StripLevel.advice())
            }
            Edits::Drops { patch, lines } => row(
                Code::Undoes,
                format!("your merged file drops changes of {patch}{}", in_brackets(lines)),
                Advice::from("Add them to your merged file.").then(Override::Undo.hint()),
            ),
            Edits::Uncarried { kind, patch } => {
                row(Code::Missing, format!("{}{}", kind.phrase(), of_patch(patch)), kind.advice())
            }
            Edits::NotHere { id } => row(
                Code::Unknown,
                format!("this folder doesn't have {id} from this patch file"),
                Advice::typed(format!("To see what is applied: patchwright status {HERE}")),
            ),
            Edits::NoDraft(why) => row(
                Code::Clash,
                why.meaning(),
                Advice::typed(format!("To list the edited files: patchwright plan PATCHFILE {HERE}")),
            ),
        }
    }
}

fn of_patch(patch: &Option<String>) -> String {
    patch.as_ref().map(|name| format!(" [{name}]")).unwrap_or_default()
}

/// What a person can choose.
fn choices(path: &TreePath) -> Advice {
    Advice::typed(format!(
        "Choose one: --keep-mine {path} keeps your version, --take-theirs {path} uses the patch's (yours is backed up). To merge them yourself, add --draft {path}=DRAFT to `patchwright plan`, edit DRAFT, then add --merged {path}=DRAFT."
    ))
}
