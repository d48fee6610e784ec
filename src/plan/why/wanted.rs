//! What keeps a folder from being brought to what a state file says.

use super::{HERE, HistoryDoubt, Obstacle, Wording, are_open, row};
use crate::model::{Code, Kind};
use crate::text::Advice;

/// Why a patch that a folder has by name isn't the one that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PatchDoubt {
    /// Only a word that nobody has to believe says that it is in: its files don't show it.
    OnlySaid,
    /// Somebody agreed to a later change that undoes it.
    Undone,
    /// It is another patch than the one whose file is here, and nothing shows that both are by one author.
    Namesake,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// One run would roll back more patches than somebody allows.
    TooMany {
        count: usize,
        most: usize,
    },
    OtherProduct {
        wanted: String,
        found: String,
    },
    /// Of no version that the file names; none: nobody can tell.
    OtherVersion {
        wanted: Vec<String>,
        found: Option<String>,
    },
    /// Files are not as expected, and the file says that nothing is changed then.
    Drifted {
        count: usize,
    },
    /// There is no patch file of it, or only of an older revision.
    NoFile {
        least: u32,
        newest: Option<u32>,
    },
    /// It is part of another patch, and can't go by itself.
    Inside {
        id: String,
        by: String,
    },
    NoSwitch {
        name: String,
    },
    /// Vulnerabilities are open while it is off, and the file does not say why it should be.
    NoReason {
        name: String,
        opens: Vec<String>,
    },
    /// Only this entry says so, and nobody has to believe it.
    Unbelieved {
        entry: u64,
    },
    /// A patch called so is in the folder, and isn't the one that is wanted.
    Doubted {
        id: String,
        doubt: PatchDoubt,
    },
    /// The engine says no.
    Refused {
        code: Code,
        kind: Kind,
        meaning: String,
        /// Whether that begins with the id of a patch, or the name of a file.
        begins_with_a_name: bool,
        hint: Advice,
    },
}

impl Wanted {
    pub(super) fn row(&self) -> Wording {
        match self {
            Wanted::TooMany { count, most } => row(
                Code::Order,
                format!("{count} patches would be rolled back in one run, and at most {most} may be"),
                Advice::typed("To allow it: --max-rolled-back N"),
            ),
            Wanted::OtherProduct { wanted, found } => row(
                Code::Product,
                format!("the product here is {found}, and {wanted} is expected"),
                super::CHECK_THE_FOLDER,
            ),
            Wanted::OtherVersion { wanted, found } => {
                let found = found.as_deref().unwrap_or("unknown");
                let wanted = wanted.join(" or ");
                let meaning = format!("the version here is {found}, and {wanted} is expected");
                row(Code::Version, meaning, super::CHECK_THE_FOLDER)
            }
            Wanted::Drifted { count } => row(
                Code::Drift,
                format!("{count} files aren't as expected"),
                Advice::typed(format!("See which: patchwright status {HERE} --diff")),
            ),
            Wanted::NoFile { newest: None, .. } => row(
                Code::Missing,
                "no patch file for it found",
                "Add it to the state file's folder of patches.",
            ),
            Wanted::NoFile { least, newest: Some(newest), .. } => row(
                Code::Missing,
                format!("the newest patch file found has revision {newest}, and {least} is expected"),
                "Add it to the state file's folder of patches.",
            ),
            Wanted::Inside { id, by } => row(
                Code::Conflicts,
                format!("{id} is part of {by}"),
                format!("It can only be rolled back together with {by}; name that one."),
            ),
            Wanted::NoSwitch { name } => row(
                Code::Unknown,
                format!("there is no switch {name} in this folder"),
                Advice::typed(format!("See the switches here: patchwright toggle {HERE}")),
            ),
            Wanted::NoReason { name, opens } => row(
                Code::Undoes,
                format!("while it is off, {} again", are_open(opens)),
                format!(
                    "If it has to be, say why in the state file: \
                     toggles = {{ {name:?} = {{ to = \"off\", reason = \"TEXT\" }} }}"
                ),
            ),
            Wanted::Unbelieved { entry } => HistoryDoubt::ForeignHistory { entries: vec![*entry] }.row(),
            Wanted::Doubted { id, doubt } => doubted(id, *doubt),
            Wanted::Refused { code, meaning, hint, .. } => row(*code, meaning.clone(), hint.clone()),
        }
    }

    pub(crate) fn as_obstacle(&self) -> Obstacle {
        Obstacle::new(self.clone())
    }
}

fn doubted(id: &str, doubt: PatchDoubt) -> Wording {
    match doubt {
        PatchDoubt::OnlySaid => row(
            Code::Drift,
            "the history says that it's in the folder, but its files don't show it",
            Advice::by_command("Put it in again", format!("patchwright apply FILE {HERE}")),
        ),
        PatchDoubt::Undone => row(
            Code::Undoes,
            format!("a later change undid {id} here, which somebody allowed"),
            Advice::by_command("See which change, and why", format!("patchwright history {HERE}"))
                .then("Roll that change back, or leave this patch out of the state file."),
        ),
        PatchDoubt::Namesake => row(
            Code::Overlap,
            format!(
                "another patch named {id} is applied here, and no key you trust shows that both are by the same author"
            ),
            format!("Roll back {id} first, or ask the vendor."),
        ),
    }
}
