//! What the history says about the occasion of a change: why it was made, for which ticket, and what set it off.

use serde::{Deserialize, Serialize};

use super::{Entry, as_text, as_word};
use crate::model::{CauseKind, Digest, Measured, ReasonKind};

/// Why, for which ticket and by whom something is changed, as far as somebody said so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Occasion {
    /// Why.
    pub reason: Option<ReasonNote>,
    /// The key of the ticket that it belongs to.
    pub ticket: Option<String>,
    /// What decided it; nothing: a person.
    pub trigger: Option<TriggerNote>,
    /// The larger work that it is a part of.
    pub cause: Option<CauseNote>,
}

impl Occasion {
    /// Nobody said anything.
    pub const NONE: Self = Self { reason: None, ticket: None, trigger: None, cause: None };

    /// Whether it is one of many changes, which nobody looks at one by one.
    pub(crate) fn is_unwatched(&self) -> bool {
        self.cause.is_some()
    }
}

/// Why a patch was rolled back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonNote {
    /// In one word.
    #[serde(with = "as_word")]
    pub kind: ReasonKind,
    /// In the words of whoever rolled it back.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub text: Option<String>,
}

/// A rule that decided a change, where no person did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TriggerNote {
    /// Digest of the file that the rule stands in.
    #[serde(with = "as_text")]
    pub policy: Digest,
    /// Its name there.
    pub rule: String,
}

/// The larger work that a change is a part of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CauseNote {
    /// What sort of work.
    #[serde(with = "as_word")]
    pub kind: CauseKind,
    /// Its name.
    pub id: String,
    /// The group of folders that it was done in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ring: Option<String>,
    /// The commit that asks for it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub commit: Option<String>,
}

/// How long the product was not usable. What nobody measured or said is not written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DowntimeNote {
    /// RFC 3339.
    pub from: String,
    /// RFC 3339.
    pub until: String,
    /// Who says so.
    #[serde(with = "as_word")]
    pub how: Measured,
}

impl Entry {
    /// The same entry with what somebody said about its occasion.
    pub(crate) fn on(mut self, occasion: &Occasion) -> Self {
        let Occasion { reason, ticket, trigger, cause } = occasion.clone();
        (self.reason, self.ticket, self.trigger, self.cause) = (reason, ticket, trigger, cause);
        self
    }

    /// The occasion that what follows by itself shares with it: a reason is given for one change only.
    pub(crate) fn occasion_of_consequences(&self) -> Occasion {
        Occasion {
            reason: None,
            ticket: self.ticket.clone(),
            trigger: self.trigger.clone(),
            cause: self.cause.clone(),
        }
    }

    /// Whether it says something that also the fourth generation does not understand.
    pub(crate) fn is_of_fifth_generation(&self) -> bool {
        self.begun.is_some()
            || self.reason.is_some()
            || self.ticket.is_some()
            || self.trigger.is_some()
            || self.cause.is_some()
            || self.downtime.is_some()
            || !self.resolved.is_empty()
    }

    /// Whether it says something that also the fifth generation does not understand.
    pub(crate) fn is_of_sixth_generation(&self) -> bool {
        self.checks_due
    }
}
