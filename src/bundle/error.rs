//! Why a bundle cannot be read or written.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::model::Code;
use crate::whole_file::is_full;

/// A refusal or failure: which code, what is wrong, and as far as known in which file and member.
///
/// The cause from the system, where there is one, is the [`source`](std::error::Error::source) and not part of
/// the message.
#[derive(Debug)]
pub struct BundleError {
    code: Code,
    problem: String,
    member: Option<String>,
    file: Option<PathBuf>,
    source: Option<io::Error>,
}

impl BundleError {
    /// `problem` is a lower-case phrase; text from outside stands in it only as `{:?}`.
    pub fn new(code: Code, problem: impl Into<String>) -> Self {
        Self { code, problem: problem.into(), member: None, file: None, source: None }
    }

    /// The system refused to do what `attempted` says (`cannot read the central directory`). A refusal of ours that
    /// came through somebody's [`io::Read`] stays what it is.
    pub fn io(attempted: impl Into<String>, source: io::Error) -> Self {
        match source.downcast::<Self>() {
            Ok(refusal) => refusal,
            Err(source) => {
                let code = if is_full(&source) { Code::Space } else { Code::Io };
                Self { source: Some(source), ..Self::new(code, attempted) }
            }
        }
    }

    /// Says in which member it is, unless that is already known.
    #[must_use]
    pub(crate) fn in_member(mut self, name: impl fmt::Display) -> Self {
        self.member.get_or_insert_with(|| name.to_string());
        self
    }

    /// Says in which file it is, unless that is already known.
    #[must_use]
    pub(crate) fn in_file(mut self, path: &Path) -> Self {
        self.file.get_or_insert_with(|| path.to_owned());
        self
    }

    /// The code a person can quote.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The bundle file, where known.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Whether the bundle file, or a folder on its way, isn't there.
    pub(crate) fn is_missing(&self) -> bool {
        self.source.as_ref().is_some_and(|source| source.kind() == io::ErrorKind::NotFound)
    }

    /// The member, where it is about one.
    pub fn member(&self) -> Option<&str> {
        self.member.as_deref()
    }

    /// The system's error, if it is one; otherwise the refusal itself.
    ///
    /// # Errors
    /// Gives a refusal back.
    pub(crate) fn into_io(self) -> Result<io::Error, Self> {
        match self.source {
            Some(source) => Ok(source),
            None => Err(self),
        }
    }

    /// What is wrong, without the place.
    pub fn problem(&self) -> &str {
        &self.problem
    }
}

impl fmt::Display for BundleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "bundle {file:?}: ")?;
        }
        if let Some(member) = &self.member {
            write!(f, "member {member:?}: ")?;
        }
        f.write_str(&self.problem)
    }
}

impl std::error::Error for BundleError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_the_file_and_the_member_and_hides_no_character() {
        let error = BundleError::new(Code::Container, "its checksum is wrong")
            .in_member("blobs/\u{1b}[2J")
            .in_member("another")
            .in_file(Path::new("fonts.patchbundle"));
        assert_eq!(
            error.to_string(),
            "bundle \"fonts.patchbundle\": member \"blobs/\\u{1b}[2J\": its checksum is wrong"
        );
        assert_eq!(error.code(), Code::Container);
    }

    #[test]
    fn a_full_disk_is_told_from_a_file_that_cannot_be_read() {
        let code = |kind: io::ErrorKind| BundleError::io("cannot write", kind.into()).code();
        assert_eq!([io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded].map(code), [Code::Space; 2]);
        assert_eq!(code(io::ErrorKind::NotFound), Code::Io);
    }

    #[test]
    fn a_refusal_that_came_through_a_reader_stays_one() {
        let refusal = BundleError::new(Code::Container, "its checksum is wrong").in_member("blobs/x");
        let error = BundleError::io("cannot read the delta", io::Error::other(refusal));
        assert_eq!((error.code(), error.member()), (Code::Container, Some("blobs/x")));
        let error = BundleError::io("cannot read the delta", io::Error::other("the disk is gone"));
        assert_eq!((error.code(), error.problem()), (Code::Io, "cannot read the delta"));
    }
}
