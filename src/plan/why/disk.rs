//! What the disk, the rights of the present user or something that moves keep from being done.

use super::{Override, Wording, row};
use crate::model::Code;
use crate::plan::VolumeProblem;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Disk {
    /// It cannot be told what is there, or must not be touched.
    Unclear {
        code: Code,
        found: String,
    },
    /// It cannot be changed.
    Locked {
        code: Code,
        because: String,
    },
    ComesLocked,
    Volume(VolumeProblem),
    Bytes {
        needed: u64,
        free: u64,
    },
    Entries {
        needed: u64,
        free: u64,
    },
    MovedSinceSeen,
    /// It would not be what somebody looked at and agreed to.
    NotAsAgreed,
}

impl Disk {
    pub(super) fn row(&self) -> Wording {
        match self {
            Disk::Unclear { code, found } => {
                let hint = match code {
                    Code::InUse => CLOSE_IT,
                    _ => "Look at this place, and move it out of the way if it is not part of the product.",
                };
                row(*code, format!("cannot be handled safely: {found}"), hint)
            }
            Disk::Locked { code, because } => {
                let hint = match code {
                    Code::InUse => CLOSE_IT,
                    Code::Attributes => "Run as the user who owns the file, or as administrator.",
                    _ => "Run as a user who may change this folder, for example as administrator.",
                };
                row(*code, because, hint)
            }
            Disk::ComesLocked => row(
                Code::Rights,
                "is a new folder that its owner may not write in, so the present user cannot put it in",
                "Run as administrator, or ask the vendor for a folder that its owner may write in.",
            ),
            Disk::Volume(problem) => row(
                Code::Volume,
                problem.to_string(),
                format!("Use a folder on a local disk. {}", Override::WeakVolume.hint()),
            ),
            Disk::Bytes { needed, free } => row(
                Code::Space,
                format!("{} must be free on this disk, and {} are", megabytes(*needed), megabytes(*free)),
                "Free some space, then try again.",
            ),
            Disk::Entries { needed, free } => row(
                Code::Space,
                format!("{needed} free file entries are needed on this disk, and {free} are left"),
                "Remove files that nobody needs, then try again.",
            ),
            Disk::MovedSinceSeen => row(
                Code::Moved,
                "the folder has changed since you looked at it",
                "Look at what would happen again.",
            ),
            Disk::NotAsAgreed => row(
                Code::Moved,
                "this is not what you looked at: the patch file, the folder, a choice or a key has changed since",
                "Look at what would happen again.",
            ),
        }
    }
}

const CLOSE_IT: &str = "Close the program that uses it, then try again.";

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
