//! What somebody is asked before many folders are changed, or what is said about them.

use std::path::PathBuf;

use super::keys::SignForm;
use super::rollout::RolloutStep;
use crate::words::{self, many};

/// What somebody is asked before anything is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub about: AskedAbout,
    /// What was typed as the reason.
    pub reason: String,
    /// What was typed as the last day.
    pub until: String,
}

/// What it is that somebody is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AskedAbout {
    /// Folders are changed to match a state file.
    InLine,
    /// A folder is left alone from now on.
    Hold(PathBuf),
    /// It counts again.
    Release(PathBuf),
    Rollout(RolloutStep),
}

impl Asked {
    pub(super) fn new(about: AskedAbout) -> Self {
        Self { about, reason: String::new(), until: String::new() }
    }

    /// What was said as the reason, if anything was.
    pub(super) fn said(&self) -> Option<String> {
        Some(self.reason.trim().to_owned()).filter(|reason| !reason.is_empty())
    }

    /// Whether it is answered with a key.
    pub fn needs_key(&self) -> bool {
        matches!(self.about, AskedAbout::Rollout(RolloutStep::Approve { by_key: true, .. }))
    }

    /// Why it can't be answered with yes yet; `key` is the one that was chosen.
    pub fn reason_to_wait(&self, key: Option<&SignForm>) -> Option<&'static str> {
        let needs_reason = match &self.about {
            AskedAbout::Hold(_) => true,
            AskedAbout::Rollout(step) => step.reason() == Some(true),
            AskedAbout::InLine | AskedAbout::Release(_) => false,
        };
        let until = self.until.trim();
        match &self.about {
            _ if self.needs_key() && key.is_none() => Some(many::SIGN_KEY_FIRST),
            _ if self.needs_key() => key.and_then(SignForm::reason_to_wait),
            _ if needs_reason && self.said().is_none() => Some(words::REASON_FIRST),
            AskedAbout::Hold(_) if !until.is_empty() && until.parse::<jiff::civil::Date>().is_err() => {
                Some(many::HOLD_DAY_FIRST)
            }
            _ => None,
        }
    }
}
