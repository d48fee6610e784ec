//! Why a patch may not come here because of who vouches for it, or when it was made.

use super::{Override, Wording, row};
use crate::model::{Code, PatchRef};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Signers {
    /// What is said about who vouches for it, as the verdict words it.
    Broken {
        verdict: String,
    },
    Policy {
        verdict: String,
    },
    MadeInFuture {
        patch: PatchRef,
        created: String,
    },
    BelowFloor {
        patch: PatchRef,
        sequence: u64,
        floor: u64,
    },
    Downgrade {
        patch: PatchRef,
        sequence: u64,
        before: Before,
    },
}

/// What was in a folder before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Before {
    Higher(u64),
    /// Another patch of the same number.
    Twin,
}

impl Signers {
    pub(super) fn row(&self) -> Wording {
        match self {
            Signers::Broken { verdict } => {
                row(Code::Signature, verdict, "Get the patch file again from whoever made it.")
            }
            Signers::Policy { verdict } => row(
                Code::Policy,
                verdict,
                "Ask for a patch file that is signed, or whoever looks after the rules here.",
            ),
            Signers::MadeInFuture { patch, created } => row(
                Code::Policy,
                format!("{patch} says it was made on {created}, which is yet to come"),
                "Look at the clock of this machine; if it is right, ask the vendor.",
            ),
            Signers::BelowFloor { patch, sequence, floor } => row(
                Code::Policy,
                format!(
                    "the rules here ask for patch number {floor} or later, and {patch} is number {sequence}"
                ),
                "Ask the vendor for a newer patch.",
            ),
            Signers::Downgrade { patch, sequence, before } => {
                let before = match before {
                    Before::Higher(top) => format!("and number {top} was in this folder"),
                    Before::Twin => "as was another patch in this folder".to_owned(),
                };
                row(
                    Code::Downgrade,
                    format!("{patch} is number {sequence}, {before}"),
                    Override::Downgrade.hint(),
                )
            }
        }
    }
}
