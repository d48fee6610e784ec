//! What is to become of a file that somebody edited here.

use super::merged_how::MergedHow;
use crate::model::FileNode;

/// What is to become of an edited file, as it was worked out or chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// Somebody chose that it stays as it is.
    KeepMine,
    /// Somebody chose the patch's version.
    TakeTheirs {
        /// Whether that is at hand already; if not, it is made from the original.
        is_at_hand: bool,
    },
    /// Both edits together.
    Merged {
        /// What they come to.
        file: FileNode,
        /// How that was found.
        by: MergedHow,
    },
    /// As it was, from a file whose switch is not where the patch left it.
    Switched {
        /// Whether one of these switches goes with its patch; otherwise all of them stay.
        goes: bool,
        /// What it comes to where switches of other patches stay as they are; nothing: exactly what was there.
        file: Option<FileNode>,
    },
    /// Both changed the same places; each in words.
    Clashes(Vec<String>),
    /// The edits of the patch do not fit what is here; each reason as a phrase.
    Unfit(Vec<String>),
    /// It cannot be merged, and why, as a phrase.
    Impossible(String),
}

impl Resolution {
    /// Everything that a plan depends on, in one spelling.
    pub(super) fn spell(&self) -> String {
        match self {
            Resolution::KeepMine => "mine".to_owned(),
            Resolution::TakeTheirs { .. } => "theirs".to_owned(),
            Resolution::Merged { file, .. } => format!("merged {} {}", file.digest, file.mode),
            Resolution::Switched { file: None, .. } => "switched".to_owned(),
            Resolution::Switched { file: Some(file), .. } => {
                format!("switched {} {}", file.digest, file.mode)
            }
            Resolution::Clashes(_) | Resolution::Unfit(_) | Resolution::Impossible(_) => "open".to_owned(),
        }
    }
}
