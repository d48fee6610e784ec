//! One folder of a rollout, as its records have it.

use serde::{Deserialize, Serialize};

use crate::model::choices;
use crate::plan::rollout::{MemberStanding, Seconds};
use crate::workbench::look::memory::FolderName;

choices! {
    /// How one folder stands.
    #[derive(Default)]
    pub(crate) enum MemberState {
        /// Its turn is still to come.
        #[default]
        Waiting = "waiting",
        /// A run has started to change it.
        Started = "started",
        /// This rollout applied the patches, and nothing speaks against them.
        Good = "good",
        /// It had the patches already.
        AlreadyThere = "already-there",
        /// It is good, and the switches of the patches were turned off when the rollout stopped.
        SwitchedOff = "switched-off",
        /// Something speaks against the patches there; it is as before.
        Refused = "refused",
        /// There is no such folder.
        Missing = "missing",
        /// Applying failed, and its files were restored.
        PutBack = "put-back",
        /// It was good, and is not any more.
        NotGoodAnyMore = "not-good-any-more",
        /// Its state is unclear; everything is kept.
        NeedsPerson = "needs-person",
        /// Somebody decided that it does not count.
        LeftOut = "left-out",
        /// What this rollout applied was rolled back by it.
        RolledBack = "rolled-back",
        /// What this rollout applied stays there: somebody kept it for good, or its vendor says that it can't be rolled back.
        NoWayBack = "no-way-back",
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Member {
    /// As people name it.
    pub path: String,
    /// What it was for the system when the rollout was started.
    pub folder: FolderName,
    #[serde(with = "word")]
    pub state: MemberState,
    /// When it became good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Seconds>,
    /// The newest entry of its history before it was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<u64>,
    /// The entry that this rollout made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<u64>,
    /// Why it is not good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl Member {
    pub fn new(path: String, folder: FolderName) -> Self {
        let state = MemberState::Waiting;
        Self { path, folder, state, since: None, head: None, entry: None, code: None, why: None }
    }

    pub(super) fn standing(&self) -> MemberStanding {
        match self.state {
            MemberState::Waiting | MemberState::Started => MemberStanding::Waiting,
            MemberState::Good | MemberState::AlreadyThere | MemberState::SwitchedOff => {
                MemberStanding::Good { since: self.since.unwrap_or(Seconds::MAX) }
            }
            MemberState::Refused
            | MemberState::Missing
            | MemberState::RolledBack
            | MemberState::NoWayBack => MemberStanding::NotGood,
            MemberState::PutBack | MemberState::NotGoodAnyMore | MemberState::NeedsPerson => {
                MemberStanding::Failed
            }
            MemberState::LeftOut => MemberStanding::LeftOut,
        }
    }

    /// Whether the next run tries it again: it is as before, and may be different now.
    pub(super) fn is_tried_again(&self) -> bool {
        matches!(self.state, MemberState::Refused | MemberState::Missing)
    }

    pub(crate) fn is_good(&self) -> bool {
        matches!(self.state, MemberState::Good | MemberState::AlreadyThere | MemberState::SwitchedOff)
    }
}

/// A state as its word.
mod word {
    use serde::{Deserialize, Deserializer, Serializer, de};

    use super::MemberState;
    use crate::model::Word;

    pub(crate) fn serialize<S: Serializer>(state: &MemberState, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(state.as_str())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<MemberState, D::Error> {
        let word = String::deserialize(deserializer)?;
        MemberState::parse(&word)
            .ok_or_else(|| de::Error::custom(format!("{word:?} is no state of a folder")))
    }
}
