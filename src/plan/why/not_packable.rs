//! What keeps the difference of two folders from going into a patch file.

use super::Wording;
use super::making::STOP_WRITING;
use crate::model::{Code, Collision, Kind};
use crate::text::{Advice, with_thousands};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotPackable {
    /// Something in one of the folders cannot be read or carried.
    Unreadable {
        side: &'static str,
        code: Code,
        detail: String,
    },
    SameName(Collision),
    /// The order ignores what is there in one of the folders.
    Ignored {
        side: &'static str,
    },
    /// A rule of the manifest would be broken, by the value at `field` where that is no changed place.
    Rule {
        field: Option<String>,
        code: Code,
        message: String,
    },
    LongManifest {
        changes: usize,
        bytes: usize,
        max_bytes: u64,
    },
}

impl NotPackable {
    pub(super) fn row(&self) -> Wording {
        fn row(code: Code, meaning: impl Into<String>, hint: impl Into<Advice>) -> Wording {
            super::row(as_mistake(code), meaning, hint)
        }
        match self {
            NotPackable::Unreadable { side, code, detail } => {
                row(*code, format!("in {side}: {detail}"), hint_to_read(*code))
            }
            NotPackable::SameName(found) => {
                let hint = match found.case_only {
                    true => {
                        "Rename one of them, or exclude Windows: list the patch's \"platforms\" in the order."
                    }
                    false => "Rename one of them.",
                };
                row(Code::Collide, found.to_string(), hint)
            }
            NotPackable::Ignored { side } => row(
                Code::Order,
                format!("the order ignores this in {side}, but the patch would change it"),
                "Ignore it in both folders, or in none.",
            ),
            NotPackable::Rule { field, code, message } => {
                let field = field.as_ref().map(|field| format!("{field}: ")).unwrap_or_default();
                row(*code, field + message, hint_to_keep(*code))
            }
            NotPackable::LongManifest { changes, bytes, max_bytes } => row(
                Code::Order,
                format!(
                    "{} changes need a manifest of {} bytes, and {} are allowed",
                    with_thousands(*changes as u64),
                    with_thousands(*bytes as u64),
                    with_thousands(*max_bytes)
                ),
                SPLIT,
            ),
        }
    }
}

/// What to do about something that cannot be read.
const fn hint_to_read(code: Code) -> &'static str {
    match code {
        Code::InUse => STOP_WRITING,
        Code::Rights => "Run as a user who may read everything in the folder.",
        _ => LEAVE_IT_OUT,
    }
}

/// What to do about a broken rule.
const fn hint_to_keep(code: Code) -> &'static str {
    match code {
        Code::Path | Code::Collide => LEAVE_IT_OUT,
        Code::Policy => "Change its permissions in the new folder.",
        Code::Limit => SPLIT,
        _ => "Change the order or the new folder, then try again.",
    }
}

/// Here nobody distrusts anybody: what would be a hostile bundle's code is the author's mistake.
fn as_mistake(code: Code) -> Code {
    if code.kind() == Kind::NotTrusted { Code::Order } else { code }
}

const LEAVE_IT_OUT: &str = "Rename or delete it, or add it to \"ignore\" in the order.";
const SPLIT: &str = "Split the change into several patches.";
