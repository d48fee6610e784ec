//! Why a patch is refused because of who signed it, or when it was made.

use super::{Override, Wording, row};
use crate::model::{Code, PatchRef};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Signers {
    /// What is said about who signed it, as the verdict words it.
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
                row(Code::Signature, verdict, "Get the patch file again from its author.")
            }
            Signers::Policy { verdict } => row(
                Code::Policy,
                verdict,
                "Ask the vendor for a file with more signatures, or your administrator about the rules.",
            ),
            Signers::MadeInFuture { patch, created } => row(
                Code::Policy,
                format!("{patch} says it was made on {created}, which is in the future"),
                "Check this computer's clock. If it's right, ask the vendor.",
            ),
            Signers::BelowFloor { patch, sequence, floor } => row(
                Code::Policy,
                format!(
                    "your trust rules require patch number {floor} or later, and {patch} is number {sequence}"
                ),
                "Ask the vendor for a newer patch.",
            ),
            Signers::Downgrade { patch, sequence, before } => {
                let meaning = match before {
                    Before::Higher(top) => {
                        format!(
                            "{patch} (number {sequence}) is older than number {top}, which was applied here"
                        )
                    }
                    Before::Twin => {
                        format!("{patch} has number {sequence}, as had another patch in this folder")
                    }
                };
                row(Code::Downgrade, meaning, Override::Downgrade.hint())
            }
        }
    }
}
