//! Why a content cannot be read, whoever has it.

use std::io;

use crate::bundle::BundleError;
use crate::model::Code;
use crate::transaction::ContentError;

/// Why a content cannot be read.
#[derive(Debug)]
pub(crate) enum NotRead {
    /// The bundle that has it is damaged or hostile.
    Bundle(BundleError),
    /// The disk's.
    Disk(io::Error),
    /// What it is made from is not what it was.
    SourceDamaged,
    /// It is neither in the folder nor among the backups.
    Nowhere,
}

impl From<io::Error> for NotRead {
    fn from(error: io::Error) -> Self {
        NotRead::Disk(error)
    }
}

impl From<BundleError> for NotRead {
    fn from(error: BundleError) -> Self {
        error.into_io().map_or_else(NotRead::Bundle, NotRead::Disk)
    }
}

impl From<NotRead> for ContentError {
    fn from(error: NotRead) -> Self {
        let refused = |code, detail: &str| ContentError::Refused { code, detail: detail.to_owned() };
        match error {
            NotRead::Bundle(error) => refused(error.code(), error.problem()),
            NotRead::Disk(error) => ContentError::Io(error),
            NotRead::Nowhere => refused(Code::Store, "its content is neither in the folder nor in a backup"),
            NotRead::SourceDamaged => refused(Code::Delta, "the file its content is built from is damaged"),
        }
    }
}
