//! Why scripts of a patch may not run, or cannot.

use super::{HERE, Wording, row};
use crate::model::{Code, Digest};
use crate::text::Advice;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scripts {
    /// Nobody agreed to these, each with its SHA-256.
    NotAgreed {
        scripts: Vec<(String, Digest)>,
        why: NotAgreed,
    },
    /// Nobody who is trusted to ship scripts signed them; `signers`: who did, and is trusted for the patch itself.
    NotVouchedFor {
        signers: Vec<String>,
    },
    NoProgram {
        script: String,
        because: String,
    },
    /// What undoes them is not in the history.
    NoUndo,
    /// Nobody who may ship scripts today signed the patch whose scripts are to be undone.
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

fn only_files() -> Advice {
    Advice::typed("To restore only the files, without undoing scripts, add --without-scripts.")
}

impl Scripts {
    pub(super) fn row(&self) -> Wording {
        match self {
            Scripts::NotAgreed { scripts, why } => {
                let named = scripts.iter().map(|(name, digest)| format!("{name} (SHA-256 {digest})"));
                let named = named.collect::<Vec<_>>().join(", ");
                let why = match why {
                    NotAgreed::Others => "these aren't the scripts that you agreed to",
                    NotAgreed::Nobody => "nobody has agreed to them this time",
                };
                row(
                    Code::Policy,
                    format!("scripts would run, and {why}: {named}"),
                    Advice::typed("Read them, then add --run-scripts to let them run on this computer."),
                )
            }
            Scripts::NotVouchedFor { signers } if signers.is_empty() => row(
                Code::Policy,
                "the patch contains scripts, and isn't signed by anyone you trust to ship scripts",
                "Scripts run only if you trust the signer to ship scripts. Ask the vendor for a signed patch file.",
            ),
            Scripts::NotVouchedFor { signers } => {
                let signers = signers.join(" and ");
                row(
                    Code::Policy,
                    format!("the patch contains scripts, and you don't trust {signers} to ship scripts"),
                    Advice::from("Scripts run only if you trust the signer to ship scripts.").then(
                        Advice::by_command(
                            "To do so, add that role to the key's roles",
                            "patchwright key trust KEYFILE --product NAME --role author --role script",
                        ),
                    ),
                )
            }
            Scripts::NoProgram { script, because } => row(
                Code::Script,
                format!("{script} can't run here: {because}"),
                "Ask the vendor for a patch for this system.",
            ),
            Scripts::NotVouchedToday { patch } => row(
                Code::Policy,
                format!(
                    "{patch} isn't signed by anyone you trust today to ship scripts, so its scripts don't run"
                ),
                only_files(),
            ),
            Scripts::ForeignHistory { patch } => row(
                Code::Policy,
                format!(
                    "only a history that you didn't write on this computer says what scripts of {patch} did"
                ),
                Advice::typed(format!(
                    "To restore only the files, add --without-scripts. If you know that the history is right, confirm it \
                     first: patchwright history {HERE} --confirm=REASON"
                )),
            ),
            Scripts::NoMemory { patch } => row(
                Code::Policy,
                format!(
                    "this account has no memory of folders, so it can't tell who recorded what scripts of {patch} did"
                ),
                only_files(),
            ),
            Scripts::NoUndo => row(
                Code::Store,
                "the scripts that undo the patch's scripts are missing or damaged in the history",
                only_files(),
            ),
        }
    }
}
