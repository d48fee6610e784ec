//! Why a rollout can't begin, go on or do what somebody asks of it.

use super::{Wording, row};
use crate::model::Code;
use crate::text::{Advice, with_thousands};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Rolling {
    /// The file does not say what it should, at this line and column.
    Wrong {
        line: usize,
        column: usize,
        because: String,
    },
    Empty {
        ring: String,
    },
    /// One folder under two names.
    Twice {
        one: String,
        other: String,
    },
    Nested {
        inner: String,
        outer: String,
    },
    TooMany {
        pattern: String,
        most: usize,
    },
    /// Only patch files say by themselves what they are.
    NoBundle {
        file: String,
    },
    /// The file is not the one that the rollout was started with.
    Edited,
    PatchChanged {
        file: String,
    },
    NotStarted,
    /// It has no records, and folders have what another rollout applied.
    NotThisOne {
        folders: usize,
    },
    /// What it applied was rolled back.
    Over {
        by: String,
        time: String,
    },
    NotOver,
    /// Somebody approves by hand what only keys approve.
    OnlyKeys {
        ring: String,
    },
    ManyApprovals {
        most: usize,
    },
    LongApproval {
        max_bytes: usize,
    },
    NoRing {
        ring: String,
        rings: Vec<String>,
    },
    NoFolder {
        folder: String,
    },
    IsGood {
        folder: String,
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
    UnderWay,
    /// Another folder has the name of the one that the rollout was started with.
    OtherFolder,
}

impl Rolling {
    pub(super) fn row(&self) -> Wording {
        match self {
            Rolling::Wrong { line, column, because } => row(
                Code::Order,
                format!("line {line}, column {column}: {because}"),
                Advice::from("Correct the rollout file.").then(Advice::typed("patchwright rollout --help has an example.")),
            ),
            Rolling::Empty { ring } => row(
                Code::Order,
                format!("no folder is in the ring {ring:?}"),
                "Check its patterns, and that an earlier ring doesn't have all of its folders.",
            ),
            Rolling::Twice { one, other } => row(
                Code::Order,
                format!("{one:?} and {other:?} are the same folder"),
                "Name each folder once, without links.",
            ),
            Rolling::Nested { inner, outer } => row(
                Code::Order,
                format!("{inner:?} is inside {outer:?}"),
                "A rollout changes folders that don't contain each other.",
            ),
            Rolling::TooMany { pattern, most } => row(
                Code::Order,
                format!("{pattern:?} finds more than {} names", with_thousands(*most as u64)),
                "Use a narrower pattern.",
            ),
            Rolling::NoBundle { file } => row(
                Code::Order,
                format!("{file:?} is a text patch"),
                Advice::by_command("Make a patch file from it first", "patchwright make --help"),
            ),
            Rolling::Edited => row(
                Code::Moved,
                "the rollout file was edited after the rollout was started",
                "Restore the file as it was. For other rings or patches, use a new file under another name.",
            ),
            Rolling::PatchChanged { file } => row(
                Code::Moved,
                format!("{file:?} isn't the patch file that the rollout was started with"),
                "Restore the patch file, or use a new rollout file for the new patch.",
            ),
            Rolling::NotStarted => row(
                Code::Order,
                "the rollout hasn't been started",
                Advice::by_command("Check it first", "patchwright rollout plan --help"),
            ),
            Rolling::NotThisOne { folders } => row(
                Code::Order,
                format!(
                    "the rollout has no records, and the histories of its folders don't name it; in {folders} of \
                     them something is applied that another rollout brought"
                ),
                Advice::from(
                    "If the rollout file or a patch file was changed since, restore it as it was, then try again.",
                )
                .then(Advice::by_command("See who applied what", "patchwright history --help")),
            ),
            Rolling::Over { by, time } => row(
                Code::Order,
                format!("the rollout is over: {by} rolled it back on {time}"),
                Advice::typed("To start it once more, with new approvals, add --again: patchwright rollout run --help"),
            ),
            Rolling::NotOver => row(
                Code::Order,
                "only a rollout that was rolled back can be started again",
                Advice::by_command("See how it stands", "patchwright rollout status --help"),
            ),
            Rolling::OnlyKeys { ring } => row(
                Code::Order,
                format!("only keys approve the ring {ring:?}"),
                Advice::by_command("Approve it with a key that is trusted for that", "patchwright rollout approve --help"),
            ),
            Rolling::ManyApprovals { most } => row(
                Code::Limit,
                format!("there are {most} approvals of this ring already"),
                Advice::by_command("See who approved it", "patchwright rollout status --help"),
            ),
            Rolling::LongApproval { max_bytes } => row(
                Code::Limit,
                format!("the approval would be longer than {} bytes", with_thousands(*max_bytes as u64)),
                "Give a shorter reason.",
            ),
            Rolling::NoRing { ring, rings } => row(
                Code::Order,
                format!("there is no ring {ring:?}"),
                format!("Its rings are {}.", rings.join(", ")),
            ),
            Rolling::NoFolder { folder } => row(
                Code::Order,
                format!("{folder:?} isn't part of the rollout"),
                "Name a folder as the status of the rollout shows it.",
            ),
            Rolling::IsGood { folder } => row(
                Code::Order,
                format!("{folder:?} already has the patches"),
                "Roll the patch back there first.",
            ),
            Rolling::Damaged { because } => row(
                Code::State,
                format!("the records of the rollout can't be used: {because}"),
                "Restore them from a backup, or move them away: the next run then looks at every folder anew.",
            ),
            Rolling::ForeignFolder { folder, ring } => row(
                Code::State,
                format!("the records of the rollout name {folder:?}, which isn't in the ring {ring:?}"),
                "Someone else wrote these records. Find out who, then move them away.",
            ),
            Rolling::UnderWay => {
                row(Code::Busy, "this rollout is running right now", "Wait until it has ended, or pause it.")
            }
            Rolling::OtherFolder => row(
                Code::Moved,
                "this isn't the folder that the rollout was started with",
                "Find out who moved it. To go on without it, leave it out of the rollout.",
            ),
        }
    }
}
