//! What the disk, the rights of the present user or something that moves keep from being done.

use super::{Override, Wording, row};
use crate::model::Code;
use crate::plan::VolumeProblem;
use crate::text::with_thousands;

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
    ReadOnly,
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
                    Code::Rights => "Run as a user who may read it, or change its permissions.",
                    _ => "Check it, and move it away if it isn't part of the product.",
                };
                row(*code, format!("can't be changed safely: {found}"), hint)
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
                "would be a new folder that its owner can't write to, so you can't create it",
                "Run as administrator, or ask the vendor for a patch with a writable folder.",
            ),
            Disk::ReadOnly => row(
                Code::Rights,
                VolumeProblem::ReadOnly.to_string(),
                "Make the disk writable, or use a folder on another disk.",
            ),
            Disk::Volume(problem) => row(Code::Volume, problem.to_string(), Override::WeakVolume.hint()),
            Disk::Bytes { needed, free } => {
                row(Code::Space, room(*needed, *free), "Free some disk space, then try again.")
            }
            Disk::Entries { needed, free } => row(
                Code::Space,
                format!(
                    "needs {} more files on this disk, but there is room for {}",
                    with_thousands(*needed),
                    with_thousands(*free)
                ),
                "Delete files that nobody needs, then try again.",
            ),
            Disk::MovedSinceSeen => row(
                Code::Moved,
                "the folder has changed since you looked at it",
                "Check what would happen again, then continue.",
            ),
            Disk::NotAsAgreed => row(
                Code::Moved,
                "the patch file, the folder, a choice or a key has changed since you looked",
                "Check what would happen again, then continue.",
            ),
        }
    }
}

const CLOSE_IT: &str = "Close the program that uses it, then try again.";

fn room(needed: u64, free: u64) -> String {
    let megabytes = |bytes: u64| format!("{:.1} MB", bytes as f64 / 1e6);
    match free {
        0..50_000 => format!("needs {}; the disk is full", megabytes(needed)),
        _ => format!("needs {}; the disk has {} free", megabytes(needed), megabytes(free)),
    }
}
