//! What somebody says about a change for its history: why a patch is rolled back, and for which ticket.

use std::ffi::OsString;

use crate::model::ReasonKind;
use crate::words::window;

/// What is said; all of it may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RollbackReason {
    /// Why a patch is rolled back.
    pub because: Option<ReasonKind>,
    /// The same in one's own words.
    pub text: String,
    /// The ticket that the change belongs to.
    pub ticket: String,
}

impl RollbackReason {
    /// In the words of the command line, for a rollback.
    pub(super) fn words_of_rollback(&self) -> Vec<OsString> {
        let mut words = Vec::new();
        if let Some(because) = self.because {
            words.extend(["--because".into(), because.as_str().into()]);
            let text = self.text.trim();
            words.extend((!text.is_empty()).then(|| format!("--reason={text}").into()));
        }
        words.extend(self.words());
        words
    }

    /// The same for any other change.
    pub(super) fn words(&self) -> Vec<OsString> {
        let ticket = self.ticket.trim();
        (!ticket.is_empty()).then(|| format!("--ticket={ticket}").into()).into_iter().collect()
    }
}

/// What a reason is called.
pub const fn reason_name(reason: ReasonKind) -> &'static str {
    match reason {
        ReasonKind::Fault => window::BECAUSE_FAULT,
        ReasonKind::Planned => window::BECAUSE_PLANNED,
        ReasonKind::Superseded => window::BECAUSE_SUPERSEDED,
        ReasonKind::Test => window::BECAUSE_TEST,
    }
}
