//! What is remarked of patches, places and changes, and stops nothing: data, and the words made of them.

use super::shown_lists::shortened;
use super::why::undoes_phrase;
use crate::model::{PatchRef, Position, RollbackPossible, TreePath, Unportable, Untrusted};
use crate::text::with_thousands;

/// Why a patch doesn't come that somebody's own versions keep out.
pub(super) const KEPT_OUT: &str = "nothing of it is put in: the files it would change stay as they are here";

/// Of a patch that comes, is rolled back or is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PatchRemark {
    Skipped {
        patch: PatchRef,
        because: String,
    },
    AlsoNamed {
        old: PatchRef,
        new: PatchRef,
    },
    KeptOut {
        patch: PatchRef,
    },
    /// It contains or rewrites another one, worded with the evidence.
    Related {
        patch: PatchRef,
        how: String,
        both_stay: bool,
    },
    SaidToContain {
        by: String,
        patch: PatchRef,
    },
    /// Some of its files are as it leaves them.
    PartlyThere {
        done: u64,
        all: u64,
    },
    /// A check that reaches out, or starts something.
    CheckedOnceAgreed {
        check: String,
    },
    LimitedRollback {
        possible: RollbackPossible,
        reason: Option<Untrusted>,
    },
    Old {
        patch: PatchRef,
        days: i64,
    },
    FarAhead {
        patch: PatchRef,
        sequence: u64,
        top: u64,
    },
    LateFix {
        patch: PatchRef,
        late: Vec<String>,
    },
    OnlyItSays {
        patch: PatchRef,
        product: String,
    },
    OtherHistory {
        folder: String,
    },
    /// It says so itself, and nobody known stands behind that.
    SaysFinal {
        patch: String,
        reason: Option<Untrusted>,
    },
    /// It went because of this.
    FailedBefore {
        subject: String,
        check: String,
    },
    /// Made without the whole content before of some texts.
    WithoutTheContentBefore {
        files: usize,
        file_mib: u64,
        all_mib: u64,
    },
    NoPermissionBits,
}

/// Of one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PlaceRemark {
    BadNameOnWindows(Unportable),
    OddName(String),
    HasOtherNames,
    /// Where case doesn't count, the folder has the same name in another spelling.
    SpelledHere(TreePath),
    /// What runs it.
    RunsByItself(&'static str),
    ComparedLater,
    NoChoiceAllowed,
    NoChoiceNeeded,
    NoBackup,
    CarriedEdit,
    LikelySecret(&'static str),
    OfVersionControl,
    ReadOnlyFolder,
    /// What a Git patch can't say.
    OnlyExecutable,
    FoldersGoWithFiles,
}

/// Of a change of the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ChangeRemark {
    /// What a history says that somebody else may have written.
    OnlyTheHistorySays {
        is_switch: bool,
    },
    ChecksLeftOut {
        is_switch: bool,
    },
    NoChecksAfterRepair {
        patches: Vec<String>,
    },
    TurnsSwitch {
        switch: String,
        to: Position,
        opens: Vec<String>,
    },
    /// `switch`: its id and its patch's.
    WhileSwitchIs {
        switch: Option<(String, String)>,
        to: Position,
        undoes: Vec<String>,
    },
}

impl PatchRemark {
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            PatchRemark::Skipped { .. } | PatchRemark::AlsoNamed { .. } => "skipped",
            PatchRemark::KeptOut { .. } => "kept-out",
            PatchRemark::Related { .. } | PatchRemark::SaidToContain { .. } => "related",
            PatchRemark::PartlyThere { .. } => "partly-there",
            PatchRemark::CheckedOnceAgreed { .. } => "checked-once-agreed",
            PatchRemark::LimitedRollback { .. } | PatchRemark::SaysFinal { .. } => "limited-rollback",
            PatchRemark::Old { .. } => "old",
            PatchRemark::FarAhead { .. } => "far-ahead",
            PatchRemark::LateFix { .. } => "late",
            PatchRemark::OnlyItSays { .. } => "only-it-says",
            PatchRemark::OtherHistory { .. } => "other-history",
            PatchRemark::FailedBefore { .. } => "failed-before",
            PatchRemark::WithoutTheContentBefore { .. } => "without-the-content-before",
            PatchRemark::NoPermissionBits => "permissions",
        }
    }

    pub(super) fn phrase(&self) -> String {
        match self {
            PatchRemark::Skipped { patch, because } => {
                format!("{patch} is skipped: {}", because.trim_end_matches('.'))
            }
            PatchRemark::AlsoNamed { old, new } => format!("{old} is skipped: you also named {new}"),
            PatchRemark::KeptOut { patch } => {
                format!("{patch}: {KEPT_OUT}")
            }
            PatchRemark::Related { patch, how, both_stay } => {
                format!("{patch} {how}{}", if *both_stay { "; both are kept" } else { "" })
            }
            PatchRemark::SaidToContain { by, patch } => {
                format!("{by} says it contains {patch}, but the files don't show it")
            }
            PatchRemark::PartlyThere { done, all } => {
                format!(
                    "{} of {} files already have this patch's changes",
                    with_thousands(*done),
                    with_thousands(*all)
                )
            }
            PatchRemark::CheckedOnceAgreed { check } => {
                format!("checked only once you agree to apply: {check}")
            }
            PatchRemark::LimitedRollback { possible, reason } => {
                let until = match possible {
                    RollbackPossible::No => "can't be rolled back",
                    _ => "can be rolled back only until you keep it for good",
                };
                let reason = reason.as_ref().map_or("the vendor gives no reason", Untrusted::raw);
                format!("this patch {until}: {reason}")
            }
            PatchRemark::SaysFinal { patch, reason } => {
                let reason = reason.as_ref().map_or("it gives no reason", Untrusted::raw);
                format!(
                    "{patch} says it can't be rolled back ({reason}), but no key you trust signed it, so its word stops nobody"
                )
            }
            PatchRemark::Old { patch, days } => {
                format!("{patch} is {days} days old; check if there is a newer one")
            }
            PatchRemark::FarAhead { patch, sequence, top } => {
                format!("{patch} is number {sequence}, far above number {top}; check if that is right")
            }
            PatchRemark::LateFix { patch, late } => {
                format!("{patch} is late by your trust rules: {}", shortened(late))
            }
            PatchRemark::OnlyItSays { patch, product } => format!(
                "this folder is new to you, and only {patch} says it contains {product}; trust.toml can say what it contains"
            ),
            PatchRemark::OtherHistory { folder } => {
                format!("{folder} has a history of its own, which won't know of this change")
            }
            PatchRemark::FailedBefore { subject, check } => {
                format!("{subject} was rolled back because this failed: {check}")
            }
            PatchRemark::WithoutTheContentBefore { files, file_mib, all_mib } => format!(
                "{files} text file{} without the content before: larger than {file_mib} MiB, or more than {all_mib} MiB together",
                if *files == 1 { "" } else { "s" },
            ),
            PatchRemark::NoPermissionBits => {
                "this system keeps no permission bits, so no file is taken for a program".to_owned()
            }
        }
    }
}

impl PlaceRemark {
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            PlaceRemark::BadNameOnWindows(_) | PlaceRemark::OddName(_) | PlaceRemark::SpelledHere(_) => {
                "name"
            }
            PlaceRemark::HasOtherNames => "hard-links",
            PlaceRemark::RunsByItself(_) => "runs-by-itself",
            PlaceRemark::ComparedLater => "compared-later",
            PlaceRemark::NoChoiceAllowed | PlaceRemark::NoChoiceNeeded => "no-choice",
            PlaceRemark::NoBackup => "no-backup",
            PlaceRemark::CarriedEdit => "carried-edit",
            PlaceRemark::LikelySecret(_) => "secret",
            PlaceRemark::OfVersionControl => "version-control",
            PlaceRemark::ReadOnlyFolder | PlaceRemark::OnlyExecutable => "permissions",
            PlaceRemark::FoldersGoWithFiles => "folders",
        }
    }

    pub(super) fn phrase(&self) -> String {
        let text = match self {
            PlaceRemark::BadNameOnWindows(why) => return format!("this name doesn't work on Windows: {why}"),
            PlaceRemark::RunsByItself(how) => return format!("runs automatically: {how}"),
            PlaceRemark::SpelledHere(here) => {
                return format!("is spelled {here} here; the patch's spelling stays, also after a rollback");
            }
            PlaceRemark::LikelySecret(what) => {
                return format!(
                    "is packed, and is likely to hold {what}; it is read by everybody who gets the patch"
                );
            }
            PlaceRemark::OddName(why) => why,
            PlaceRemark::HasOtherNames => "has other names (hard links); they keep the old content",
            PlaceRemark::ComparedLater => {
                "is large, so what the patch makes of it is compared while the change is prepared"
            }
            PlaceRemark::NoChoiceAllowed => "the patch allows no choice for this file",
            PlaceRemark::NoChoiceNeeded => "no choice is needed for this file",
            PlaceRemark::NoBackup => "stays as it is: there is no backup of it in the folder",
            PlaceRemark::CarriedEdit => "stays as it is: it was edited, and a switch in it moved",
            PlaceRemark::OfVersionControl => {
                "is left out: it's part of version control, and the order doesn't ask for it"
            }
            PlaceRemark::ReadOnlyFolder => {
                "only an administrator can apply a patch with a new folder that its owner can't write to"
            }
            PlaceRemark::OnlyExecutable => "the only permission is \"executable\"",
            PlaceRemark::FoldersGoWithFiles => "folders are created and deleted with their files",
        };
        text.to_owned()
    }
}

impl ChangeRemark {
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            ChangeRemark::OnlyTheHistorySays { .. } => "foreign-history",
            ChangeRemark::ChecksLeftOut { .. } | ChangeRemark::NoChecksAfterRepair { .. } => {
                "checks-left-out"
            }
            ChangeRemark::TurnsSwitch { .. } | ChangeRemark::WhileSwitchIs { .. } => "switch",
        }
    }

    pub(super) fn phrase(&self) -> String {
        match self {
            ChangeRemark::OnlyTheHistorySays { is_switch } => {
                let what = match is_switch {
                    true => "what is written is what the history says of this switch",
                    false => "what is restored is what the history says was there",
                };
                format!("{what}, and you didn't write that on this computer")
            }
            ChangeRemark::ChecksLeftOut { is_switch } => format!(
                "the {}health checks are left out: nobody you trust signed the patch, and this account has no record of \
                 applying it",
                if *is_switch { "switch's " } else { "" }
            ),
            ChangeRemark::NoChecksAfterRepair { patches } => format!(
                "the health checks of {} don't run after a repair; test the product yourself",
                patches.join(", ")
            ),
            ChangeRemark::TurnsSwitch { switch, to, opens } => match opens.is_empty() {
                true => format!("turns the switch {switch} {to}"),
                false => format!("turns the switch {switch} {to}; {} is open again then", opens.join(", ")),
            },
            ChangeRemark::WhileSwitchIs { switch, to, undoes } => {
                let which =
                    switch.as_ref().map(|(id, patch)| format!(" {id} of {patch}")).unwrap_or_default();
                format!("while the switch{which} is {to}, {}", undoes_phrase(undoes))
            }
        }
    }
}
