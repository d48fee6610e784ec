//! Why a rollout is not the one that its file, its records and its folders tell of.

use super::{Wording, row};
use crate::model::Code;
use crate::text::Advice;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RolloutMismatch {
    /// The file is not the one that the rollout was started with.
    Edited,
    PatchChanged {
        file: String,
    },
    /// It has no records, and folders have what another rollout applied.
    NotThisOne {
        folders: usize,
    },
    /// The records of the rollout are not what this program writes.
    Damaged {
        because: String,
    },
    /// They name a folder that the file does not.
    ForeignFolder {
        folder: String,
        ring: String,
    },
    /// Another folder has the name of the one that the rollout was started with.
    OtherFolder,
}

impl RolloutMismatch {
    pub(super) fn row(&self) -> Wording {
        match self {
            RolloutMismatch::Edited => row(
                Code::Moved,
                "the rollout file was edited after the rollout was started",
                "Restore the file as it was. For other rings or patches, use a new file under another name.",
            ),
            RolloutMismatch::PatchChanged { file } => row(
                Code::Moved,
                format!("{file:?} isn't the patch file that the rollout was started with"),
                "Restore the patch file, or use a new rollout file for the new patch.",
            ),
            RolloutMismatch::NotThisOne { folders } => row(
                Code::Order,
                format!(
                    "the rollout has no records, and the histories of its folders don't name it; in {folders} of \
                     them something is applied that another rollout applied"
                ),
                Advice::from(
                    "If the rollout file or a patch file was changed since, restore it as it was, then try again.",
                )
                .then(Advice::by_command("See who applied what", "patchwright history FOLDER")),
            ),
            RolloutMismatch::Damaged { because } => row(
                Code::State,
                format!("the records of the rollout can't be used: {because}"),
                "Restore them from a backup, or move them away: the next run then checks every folder again.",
            ),
            RolloutMismatch::ForeignFolder { folder, ring } => row(
                Code::State,
                format!("the records of the rollout name {folder:?}, which isn't in the ring {ring:?}"),
                "Someone else wrote these records. Find out who, then move them away.",
            ),
            RolloutMismatch::OtherFolder => row(
                Code::Moved,
                "this isn't the folder that the rollout was started with",
                "Find out who moved it. To continue without it, leave it out of the rollout.",
            ),
        }
    }
}
