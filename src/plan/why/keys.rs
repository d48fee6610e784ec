//! Why a key, a signature or a review is not taken.

use std::path::PathBuf;

use super::{Wording, row};
use crate::model::Code;
use crate::text::{Advice, with_thousands};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Keys {
    SeveralAreCalled(String),
    /// `own`: the public part of a key of this name that this person made.
    NoneIsCalled {
        name: String,
        own: Option<PathBuf>,
    },
    OfMachine,
    TakenBack {
        reason: String,
    },
    /// Its roles count for all its products, so that it would be trusted as this for that, which nobody said.
    GivesMore {
        role: String,
        product: String,
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
        fn key(meaning: String, hint: impl Into<Advice>) -> Wording {
            row(Code::Key, meaning, hint)
        }
        match self {
            Keys::SeveralAreCalled(name) => key(
                format!("several keys are named {name:?}"),
                Advice::from("Use the fingerprint instead.")
                    .then(Advice::typed("To see it: patchwright key list")),
            ),
            Keys::NoneIsCalled { name, own: Some(own) } => key(
                format!("you made a key {name:?}, and don't trust it; its public part is {own:?}"),
                make_it_trusted(),
            ),
            Keys::NoneIsCalled { name, own: None } => key(
                format!("you trust no key with the name or fingerprint {name:?}"),
                Advice::typed("To see the keys you trust: patchwright key list"),
            ),
            Keys::OfMachine => row(
                Code::Key,
                "this key is set for the whole computer",
                "Ask the computer's administrator to change it.",
            ),
            Keys::TakenBack { reason } => {
                key(format!("this key was revoked: {reason}"), "Ask its owner for a new key.")
            }
            Keys::GivesMore { role, product } => gives_more(role, product),
            Keys::Nonsense(problem) => row(Code::Key, problem, "Correct it, then try again."),
            Keys::NameTaken(name) => key(
                format!("another key already has the name {name:?}"),
                Advice::by_command("Choose another name", "--name NAME"),
            ),
            Keys::BoldFirstContact => row(
                Code::Key,
                "a key from a patch file can only be trusted as an author's key, for one product",
                get_the_key(),
            ),
            Keys::SomebodyElseIsKnown { product } => {
                row(Code::Trust, format!("you already trust someone else for {product}"), get_the_key())
            }
            Keys::UnusableFile { path, because, hint } => {
                key(format!("can't use {}: {because}", path.display()), *hint)
            }
            Keys::HiddenInProduct(name) => key(
                format!("the product's name contains invisible characters: {name}"),
                "Ask the patch's author for a plain product name.",
            ),
            Keys::ListChangesNothing { path, because } => row(
                Code::Trust,
                format!("{} changes nothing: {because}", path.display()),
                "Ask the sender for the file with all its signatures.",
            ),
            Keys::DoesNotFit => row(
                Code::Signature,
                "the signature doesn't match this patch file, or is by an unknown key",
                "Trust the key first, then sign this file's exact manifest.",
            ),
            Keys::NoSshKeygen => row(
                Code::Key,
                "signing with an SSH key needs ssh-keygen, which isn't installed",
                Advice::from("Install OpenSSH.")
                    .or(Advice::by_command("make a key", "patchwright key new NAME")),
            ),
            Keys::SshDidNotSign { said } => {
                key(format!("OpenSSH didn't sign: {said}"), "Use an Ed25519 key, then try again.")
            }
        }
    }
}

fn gives_more(role: &str, product: &str) -> Wording {
    let product = match product {
        "*" => "every product",
        product => product,
    };
    row(
        Code::Key,
        format!(
            "the roles of a key count for all its products, so this would also trust it as {role} for {product}, which you \
             didn't say"
        ),
        Advice::typed("If you mean that, name every role and every product together, and add --replace."),
    )
}

fn make_it_trusted() -> Advice {
    let by_yourself =
        Advice::by_command("To trust it yourself", "patchwright key trust KEYFILE --product NAME");
    Advice::typed("Give that file to whoever has to trust your signatures.").then(by_yourself)
}

fn get_the_key() -> Advice {
    Advice::by_command(
        "Get the key file from its owner, then use that",
        "patchwright key trust KEYFILE --product NAME",
    )
}

impl Reviewing {
    pub(super) fn row(&self) -> Wording {
        match self {
            Reviewing::Unreadable(problem) => {
                row(Code::Key, format!("can't read the review: {problem}"), "Make the review again.")
            }
            Reviewing::OfAnother => row(
                Code::Key,
                "the review is for another patch, or another revision of this one",
                "Review this patch file.",
            ),
            Reviewing::NotLookedAt => row(
                Code::Moved,
                "this isn't the file you looked at",
                "Look at this file, then try again with its SHA-256.",
            ),
            Reviewing::TooLong { max_bytes } => row(
                Code::Usage,
                format!("the review is longer than {} bytes", with_thousands(*max_bytes as u64)),
                "Shorten the notes, or keep long ones in a separate file.",
            ),
            Reviewing::NotesTooLong { max_bytes } => row(
                Code::Usage,
                format!("the notes are longer than {} bytes", with_thousands(*max_bytes as u64)),
                "Shorten the notes.",
            ),
            Reviewing::NotChanged(place) => row(
                Code::Usage,
                format!("the patch doesn't change {place:?}"),
                Advice::typed("To see what it changes: patchwright show FILE"),
            ),
        }
    }
}
