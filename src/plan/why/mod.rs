//! Why a change cannot go ahead: data to decide with, and the one table that words it.
//!
//! Each family of reasons has a file with an enum and a row for each of its variants. Nothing reads a sentence back:
//! whoever has to tell reasons apart matches on them.

mod at_place;
mod bad_rollout_file;
mod bad_state_file;
mod components;
mod danger;
mod disk;
mod edits;
mod history_doubt;
mod keys;
mod making;
mod nested;
mod not_packable;
mod order_mistake;
mod overrides;
mod restoring;
mod rolling;
mod rollout_mismatch;
mod scripts;
mod signers;
mod site_rules;
mod switches;
mod undo;
mod unfit;
mod wanted;

use std::fmt::Display;

pub(crate) use at_place::{AtPlace, Mismatch};
pub(crate) use bad_rollout_file::BadRolloutFile;
pub(crate) use bad_state_file::BadStateFile;
pub(crate) use components::{ComponentSource, ComponentState, NeedsComponent};
pub(crate) use danger::Danger;
pub(crate) use disk::Disk;
pub(crate) use edits::{Edits, NoDraft};
pub(crate) use history_doubt::{HistoryDoubt, gone_history, shortened_history};
pub(crate) use keys::{Keys, Reviewing};
pub(crate) use making::{Making, Taken};
pub(crate) use nested::Nested;
pub(crate) use not_packable::NotPackable;
pub(crate) use order_mistake::OrderMistake;
pub use overrides::{Consent, Override, Overrides};
pub(crate) use restoring::{Restoring, Since};
pub(crate) use rolling::Rolling;
pub(crate) use rollout_mismatch::RolloutMismatch;
pub(crate) use scripts::{NotAgreed, Scripts};
pub(crate) use signers::{Before, Signers};
pub(crate) use site_rules::{Lacks, SiteRule};
pub(crate) use switches::{Switches, are_open, undoes_phrase};
pub(crate) use undo::{EditedSince, LastChange, Undo};
pub(crate) use unfit::Unfit;
pub(crate) use wanted::{PatchDoubt, Wanted};

use crate::model::{Code, Kind};
use crate::text::{Advice, capitalised, said_of};

/// A reason why a plan cannot go ahead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// The place it is about, if it is about one.
    pub path: Option<String>,
    /// Which patch it is about, where several come at once.
    patch: Option<String>,
    /// The folder, as a command names it; what to do says `FOLDER` where nobody told which it is.
    folder: Option<String>,
    pub(crate) why: Why,
}

/// Stands for the folder in what to do: a character that no text has.
const HERE: char = '\u{fdd0}';

/// The code to quote, what it means, and what to do about it.
type Wording = (Code, String, Advice);

fn row(code: Code, meaning: impl Into<String>, hint: impl Into<Advice>) -> Wording {
    (code, meaning.into(), hint.into())
}

macro_rules! families {
    ($($family:ident),*) => {
        /// A reason of one of the families.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub(crate) enum Why { $($family($family)),* }

        $(impl From<$family> for Why {
            fn from(why: $family) -> Self {
                Why::$family(why)
            }
        })*

        impl Why {
            fn row(&self) -> Wording {
                match self {
                    $(Why::$family(why) => why.row()),* }
            }
        }
    };
}

families!(
    AtPlace,
    BadRolloutFile,
    BadStateFile,
    Danger,
    Disk,
    Edits,
    HistoryDoubt,
    Keys,
    Making,
    NeedsComponent,
    Nested,
    NotPackable,
    OrderMistake,
    Restoring,
    Reviewing,
    Rolling,
    RolloutMismatch,
    Scripts,
    Signers,
    SiteRule,
    Switches,
    Undo,
    Unfit,
    Wanted
);

impl Why {
    /// Whether its words begin with the id of a patch, or with another name that somebody else chose.
    fn begins_with_a_name(&self) -> bool {
        match self {
            Why::NeedsComponent(_) => true,
            Why::HistoryDoubt(why) => {
                matches!(why, HistoryDoubt::NobodyVouches { .. } | HistoryDoubt::AllowedBefore { .. })
            }
            Why::Nested(why) => matches!(why, Nested::Unreadable { .. }),
            Why::Scripts(why) => matches!(why, Scripts::NotVouchedToday { .. }),
            Why::Signers(why) => matches!(why, Signers::MadeInFuture { .. } | Signers::Downgrade { .. }),
            Why::Undo(why) => matches!(
                why,
                Undo::Dependent { .. }
                    | Undo::GivenUp { .. }
                    | Undo::Replaced { .. }
                    | Undo::CameBack { .. }
                    | Undo::NotHere { .. }
            ),
            Why::Unfit(Unfit::Related(relation)) => relation.begins_with_a_name,
            Why::Unfit(why) => matches!(why, Unfit::Version { .. } | Unfit::Recalled(_)),
            Why::Wanted(why) => match why {
                Wanted::Refused { begins_with_a_name, .. } => *begins_with_a_name,
                why => matches!(why, Wanted::Inside { .. }),
            },
            _ => false,
        }
    }
}

impl Obstacle {
    pub(crate) fn new(why: impl Into<Why>) -> Self {
        Self { path: None, patch: None, folder: None, why: why.into() }
    }

    pub(crate) fn at(path: impl Display, why: impl Into<Why>) -> Self {
        Self { path: Some(path.to_string()), patch: None, folder: None, why: why.into() }
    }

    /// The code to quote.
    pub fn code(&self) -> Code {
        self.why.row().0
    }

    /// What it means for whoever started the run, whichever command meets it: that a folder doesn't fit a patch says nothing
    /// against who made it, unless that is what the obstacle is about.
    pub(crate) fn kind(&self) -> Kind {
        match (&self.why, self.code()) {
            (Why::Wanted(Wanted::Refused { kind, .. }), _) => *kind,
            (_, Code::Downgrade | Code::Policy | Code::Signature | Code::Trust) => Kind::NotTrusted,
            _ => Kind::Refused,
        }
    }

    pub fn meaning(&self) -> String {
        self.why.row().1
    }

    /// Whether its sentence begins with a name that somebody else chose.
    pub(crate) fn begins_with_a_name(&self) -> bool {
        self.path.is_some() || self.why.begins_with_a_name()
    }

    /// The same as a sentence that stands by itself. A name at its beginning stays as somebody wrote it.
    pub(crate) fn headline(&self) -> String {
        match self.why.begins_with_a_name() {
            true => self.meaning(),
            false => capitalised(&self.meaning()),
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> Advice {
        let folder = self.folder.as_deref().unwrap_or("FOLDER");
        self.why.row().2.map(|text| text.replace(HERE, folder))
    }

    /// The same where the folder is still to be named: it is kept for an obstacle of a folder.
    pub(crate) fn hint_of_any_folder(&self) -> Advice {
        self.why.row().2
    }

    /// The same obstacle, met by one of several patches.
    pub(crate) fn met_by(self, patch: &str) -> Self {
        Self { patch: Some(patch.to_owned()), ..self }
    }

    /// Which of several patches it is about, unless its words say so.
    pub(crate) fn of_patch(&self) -> Option<&str> {
        self.patch.as_deref().filter(|_| !self.why.begins_with_a_name())
    }

    /// Whether both say the same of one place, whichever patch they are about.
    pub(crate) fn says_the_same_as(&self, other: &Self) -> bool {
        self.path == other.path && self.why == other.why
    }

    /// The same obstacle of this folder, which is written as a command names it.
    pub(crate) fn in_folder(&self, folder: &str) -> Self {
        Self { folder: Some(folder.to_owned()), ..self.clone() }
    }

    /// The same for somebody who only looks at the patch, and sets nothing aside.
    pub(crate) fn only_looked_at(mut self) -> Self {
        if let Why::SiteRule(rule) = &mut self.why {
            rule.is_met_on_the_way = false;
        }
        self
    }

    /// With which override it does not count, if there is one.
    pub(crate) fn way_around(&self) -> Option<Override> {
        match &self.why {
            Why::Unfit(why) => why.way_around(),
            Why::SiteRule(_) => Some(Override::SiteRules),
            Why::Danger(_) => Some(Override::Dangerous),
            Why::Disk(Disk::Volume(_)) => Some(Override::WeakVolume),
            Why::Edits(Edits::Drops { .. }) => Some(Override::Undo),
            Why::Signers(Signers::Downgrade { .. }) => Some(Override::Downgrade),
            Why::HistoryDoubt(HistoryDoubt::NobodyVouches { .. }) => Some(Override::Unsigned),
            Why::HistoryDoubt(HistoryDoubt::AllowedBefore { rule, .. }) => Some(*rule),
            _ => None,
        }
    }

    /// The patch file beside those that were named which brings what is missing, if that is it.
    pub(crate) fn file_beside(&self) -> Option<&str> {
        match &self.why {
            Why::Unfit(Unfit::Requires { beside, .. }) => beside.as_ref().map(|(file, _)| file.as_str()),
            _ => None,
        }
    }

    /// Whether it is that a rehearsal is missing, which a rehearsal ends.
    pub(crate) fn is_unrehearsed(&self) -> bool {
        matches!(&self.why, Why::SiteRule(SiteRule { lacks: Lacks::Rehearsal { .. }, .. }))
    }

    /// Whether it is that the rules of the site refuse what not enough people signed.
    pub(crate) fn is_about_signatures(&self) -> bool {
        matches!(self.why, Why::Signers(Signers::Policy { .. }))
    }

    /// Whether it is that the disk is read-only here, which says nothing about what would happen.
    pub(crate) fn is_read_only(&self) -> bool {
        matches!(self.why, Why::Disk(Disk::ReadOnly))
    }

    /// Whether it is about a part of which an SBOM could say more.
    pub(crate) fn is_about_an_sbom(&self) -> bool {
        matches!(self.why, Why::NeedsComponent(_))
    }

    /// Whether nobody said why a switch is turned off, and somebody has to.
    pub(crate) fn needs_reason(&self) -> bool {
        matches!(self.why, Why::Switches(Switches::NeedsReason { .. }))
    }

    /// Whether a patch cannot stay without what is to go.
    pub(crate) fn is_dependent(&self) -> bool {
        matches!(self.why, Why::Undo(Undo::Dependent { .. }))
    }

    /// The number of the hunk that it is about, if it is about one: what a list is sorted by.
    pub(crate) fn hunk(&self) -> Option<usize> {
        match &self.why {
            Why::Edits(Edits::Diff { trouble, .. }) => trouble.hunk,
            _ => None,
        }
    }

    /// The file, and what is said of it.
    pub fn sentence(&self) -> String {
        match &self.path {
            Some(path) => said_of(path, &self.meaning()),
            None => self.meaning(),
        }
    }
}

/// How to get on when it may be the wrong folder.
const CHECK_THE_FOLDER: &str = "Check that this is the right folder and version.";
