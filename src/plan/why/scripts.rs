//! Why scripts of a patch may not run, or cannot.

use super::{Wording, row};
use crate::model::{Code, Digest};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scripts {
    /// Nobody agreed to these, each with its SHA-256.
    NotAgreed {
        scripts: Vec<(String, Digest)>,
        why: NotAgreed,
    },
    /// Nobody who is trusted to ship scripts signed them.
    NotVouchedFor,
    NoProgram {
        script: String,
        because: String,
    },
    /// What takes them back is not in the history.
    NoUndo,
    /// Nobody who may ship scripts today signed the patch whose scripts are to be taken back.
    NotVouchedToday {
        patch: String,
    },
    /// Somebody else wrote into the history what the scripts of the patch did.
    ForeignHistory {
        patch: String,
    },
    /// Nothing is remembered, so it could be anybody's.
    NoMemory {
        patch: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotAgreed {
    Others,
    Nobody,
}

const ONLY_FILES: &str = "With --without-scripts only the files go back; what scripts did stays as it is.";

impl Scripts {
    pub(super) fn row(&self) -> Wording {
        match self {
            Scripts::NotAgreed { scripts, why } => {
                let named = scripts.iter().map(|(name, digest)| format!("{name} (SHA-256 {digest})"));
                let named = named.collect::<Vec<_>>().join(", ");
                let why = match why {
                    NotAgreed::Others => "these are other scripts than those that somebody agreed to",
                    NotAgreed::Nobody => "nobody has agreed to them in this run",
                };
                row(
                    Code::Policy,
                    format!("scripts would run, and {why}: {named}"),
                    "Read them, then add --run-scripts if you agree that they run on this machine.",
                )
            }
            Scripts::NotVouchedFor => row(
                Code::Policy,
                "the patch brings scripts, and nobody whom you trust to ship scripts has signed it",
                "Scripts run only if their signer may ship scripts. Ask the vendor for a signed patch file.",
            ),
            Scripts::NoProgram { script, because } => row(
                Code::Script,
                format!("{script} cannot run here: {because}"),
                "Ask the vendor for a patch for this system.",
            ),
            Scripts::NotVouchedToday { patch } => row(
                Code::Policy,
                format!(
                    "nobody whom you trust to ship scripts today has signed {patch}, so nothing of it runs"
                ),
                ONLY_FILES,
            ),
            Scripts::ForeignHistory { patch } => row(
                Code::Policy,
                format!(
                    "what scripts of {patch} did is told by a history that you did not write on this machine"
                ),
                "With --without-scripts only the files go back; what scripts did stays as it is. If you know that the \
                 history is right, say so first: patchwright history --vouch.",
            ),
            Scripts::NoMemory { patch } => row(
                Code::Policy,
                format!(
                    "this account remembers nothing, so nobody knows who wrote what scripts of {patch} did"
                ),
                ONLY_FILES,
            ),
            Scripts::NoUndo => row(
                Code::Store,
                "what takes the patch's scripts back is missing or damaged in the history",
                ONLY_FILES,
            ),
        }
    }
}
