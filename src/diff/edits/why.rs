//! Why an edit does not fit a file.

use crate::text::one_line;

/// Why an operation does not fit. All of it is shown to people; what comes from the file is made safe to show first.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpMisfit {
    /// Somebody changed here what the patch changes, too.
    #[error("{} was {}, is {} here, and would become {}", shown(at), shown(was), shown(is), shown(to))]
    BothChanged { at: String, was: String, is: String, to: String },
    /// A test names another value.
    #[error("{} is {}, not {}", shown(at), shown(is), shown(wanted))]
    Differs { at: String, is: String, wanted: String },
    #[error("{} is not there", shown(at))]
    Missing { at: String },
    #[error("{} is there", shown(at))]
    There { at: String },
    #[error("{} has {is} entries, not {wanted}", shown(at))]
    OtherCount { at: String, is: usize, wanted: usize },
    #[error("{} is {}, which does not match {}", shown(at), shown(is), shown(wanted))]
    NoMatch { at: String, is: String, wanted: String },
    #[error("{} fits {count} elements, not one", shown(at))]
    Several { at: String, count: usize },
    #[error("{} is {is}, not {wanted}", shown(at))]
    OtherKind { at: String, is: &'static str, wanted: &'static str },
    #[error("{} has no element {index}; it has {count}", shown(at))]
    NoElement { at: String, index: usize, count: usize },
    /// An index says nothing about what stands there.
    #[error("{} is only an index; test what stands there first", shown(at))]
    Unguarded { at: String },
    #[error("programs read {} in different ways", shown(at))]
    Unsure { at: String },
    #[error("{} cannot be moved into itself", shown(at))]
    IntoItself { at: String },
    #[error("{}: {why}", shown(at))]
    Unspelled { at: String, why: &'static str },
    /// The place in the text cannot be edited alone.
    #[error("{}, line {line}: {why}", shown(at))]
    Place { at: String, line: usize, why: &'static str },
    #[error("it takes more steps than an edit may take")]
    TooMuch,
    #[error("{0}")]
    NoDocument(NoDocument),
    #[error("the file can't be read: {0}")]
    Unread(String),
    /// What came of it is not what was meant.
    #[error("could not be proven: {0}")]
    Unproven(&'static str),
}

/// Why no single document of a file is the one that is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoDocument {
    #[error("no document of the file is the one that \"where\" describes")]
    None,
    #[error("{0} documents of the file are as \"where\" describes, not one")]
    Several(usize),
    #[error("the file has {0} documents; say in \"where\" which one is meant")]
    Unsaid(usize),
}

/// A name or a value from a file, safe to show and not too long.
pub(super) fn shown(text: &str) -> String {
    one_line(text, 120)
}
