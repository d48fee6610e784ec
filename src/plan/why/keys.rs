//! Why a key, a signature or a review is not taken.

use std::path::PathBuf;

use super::{Wording, row};
use crate::model::Code;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Keys {
    SeveralAreCalled(String),
    NoneIsCalled(String),
    OfMachine,
    TakenBack {
        reason: String,
    },
    /// What was said about it makes no sense.
    Nonsense(String),
    NameTaken(String),
    BoldFirstContact,
    SomebodyElseIsKnown {
        product: String,
    },
    UnusableFile {
        path: PathBuf,
        because: String,
        hint: &'static str,
    },
    HiddenInProduct(String),
    ListChangesNothing {
        path: PathBuf,
        because: String,
    },
    DoesNotFit,
    NoSshKeygen,
    SshDidNotSign {
        said: String,
    },
}

/// Why a review is not written, or not signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reviewing {
    Unreadable(String),
    OfAnother,
    /// The file is not the one that somebody looked at.
    NotLookedAt,
    TooLong {
        max_bytes: usize,
    },
    NotesTooLong {
        max_bytes: usize,
    },
    /// The patch does not change what was looked at.
    NotChanged(String),
}

impl Keys {
    pub(super) fn row(&self) -> Wording {
        let key = |meaning: String, hint: &str| row(Code::Key, meaning, hint);
        match self {
            Keys::SeveralAreCalled(name) => key(
                format!("several keys are called {name:?}"),
                "Name the fingerprint instead; patchwright key list has it.",
            ),
            Keys::NoneIsCalled(name) => key(
                format!("no key here is called {name:?} or has this fingerprint"),
                "patchwright key list names the keys that are known.",
            ),
            Keys::OfMachine => row(
                Code::Key,
                "the machine's own file has this key",
                "Whoever looks after the machine can change it.",
            ),
            Keys::TakenBack { reason } => {
                key(format!("this key was taken back: {reason}"), "Ask its owner for a new key.")
            }
            Keys::Nonsense(problem) => row(Code::Key, problem, "Say it in another way."),
            Keys::NameTaken(name) => {
                key(format!("another key is called {name:?} already"), "Give it another name with --name.")
            }
            Keys::BoldFirstContact => row(
                Code::Key,
                "a key that was met in a patch file can only be the author's, for one product",
                GET_THE_KEY,
            ),
            Keys::SomebodyElseIsKnown { product } => {
                row(Code::Trust, format!("somebody else is known already for {product}"), GET_THE_KEY)
            }
            Keys::UnusableFile { path, because, hint } => {
                key(format!("{} cannot be used: {because}", path.display()), hint)
            }
            Keys::HiddenInProduct(name) => key(
                format!("the product's name hides characters: {name}"),
                "Ask its author to name the product plainly.",
            ),
            Keys::ListChangesNothing { path, because } => row(
                Code::Trust,
                format!("{} changes nothing: {because}", path.display()),
                "Ask whoever sent it for the file with all of its signatures.",
            ),
            Keys::DoesNotFit => row(
                Code::Signature,
                "the signature does not fit this patch file, or is by a key that is not known here",
                "Sign the exact manifest of this file; trust the key first.",
            ),
            Keys::NoSshKeygen => row(
                Code::Key,
                "signing with an SSH key needs the program ssh-keygen, which is not here",
                "Install OpenSSH, or use a key made with patchwright key new.",
            ),
            Keys::SshDidNotSign { said } => {
                key(format!("OpenSSH did not sign: {said}"), "Name an Ed25519 key, and try again.")
            }
        }
    }
}

const GET_THE_KEY: &str = "Get the key's own file from its owner, and give that.";

impl Reviewing {
    pub(super) fn row(&self) -> Wording {
        match self {
            Reviewing::Unreadable(problem) => {
                row(Code::Key, format!("the review cannot be read: {problem}"), "Make the review again.")
            }
            Reviewing::OfAnother => row(
                Code::Key,
                "the review is of another patch, or of another edition of it",
                "Review this patch file.",
            ),
            Reviewing::NotLookedAt => row(
                Code::Moved,
                "this is another file than the one that you looked at",
                "Look at this file, then try again with its SHA-256.",
            ),
            Reviewing::TooLong { max_bytes } => row(
                Code::Usage,
                format!("the review is longer than {max_bytes} bytes"),
                "Keep the notes shorter, and put the long ones beside the review.",
            ),
            Reviewing::NotesTooLong { max_bytes } => row(
                Code::Usage,
                format!("the notes are longer than {max_bytes} bytes"),
                "Keep the notes shorter.",
            ),
            Reviewing::NotChanged(place) => row(
                Code::Usage,
                format!("the patch does not change {place:?}"),
                "patchwright show lists what it changes.",
            ),
        }
    }
}
