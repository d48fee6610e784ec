//! Where on the guided way somebody is, and what leads on.
//!
//! [`next_stage`] is the whole machine: what is not in it does not happen.

/// Where on the way somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Patch and folder are chosen.
    Choosing,
    /// The folder is looked at.
    Checking,
    /// What was found is read.
    Checked,
    /// What will happen is read.
    Reviewing,
    /// The one question.
    Confirming,
    /// The worker works.
    Running,
    /// The folder is read back.
    Verifying,
    /// It is over, and how.
    Done,
}

/// What moves somebody on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuidedInput {
    /// Everything is chosen, or chosen anew.
    Chosen,
    /// The check has ended; whether it can go on.
    CheckEnded,
    /// The primary button of a page that only leads on.
    Forward,
    /// The button that leads back.
    Back,
    /// The folder is looked at once more.
    CheckAgain,
    /// The one question was answered with its button.
    Confirm,
    WorkEnded,
    /// The folder was read back.
    Verified,
}

impl Stage {
    /// The number of its page, from 1 to 6.
    pub const fn step(self) -> usize {
        match self {
            Stage::Choosing => 1,
            Stage::Checking | Stage::Checked => 2,
            Stage::Reviewing => 3,
            Stage::Confirming => 4,
            Stage::Running | Stage::Verifying => 5,
            Stage::Done => 6,
        }
    }

    /// Whether the worker is at work or its work is read back.
    pub const fn is_working(self) -> bool {
        matches!(self, Stage::Running | Stage::Verifying)
    }
}

/// Where `input` leads from `stage`; `None`: nowhere. Whoever calls has made sure that going forward is allowed.
pub const fn next_stage(stage: Stage, input: GuidedInput) -> Option<Stage> {
    use GuidedInput::{Back, CheckAgain, CheckEnded, Chosen, Confirm, Forward, Verified, WorkEnded};
    match (stage, input) {
        (Stage::Choosing, Chosen) => Some(Stage::Checking),
        (Stage::Checking, CheckEnded) => Some(Stage::Checked),
        (Stage::Checked, Forward) => Some(Stage::Reviewing),
        (Stage::Reviewing, Forward) => Some(Stage::Confirming),
        (Stage::Confirming, Confirm) => Some(Stage::Running),
        (Stage::Running, WorkEnded) => Some(Stage::Verifying),
        (Stage::Verifying, Verified) => Some(Stage::Done),
        (Stage::Checking | Stage::Checked, Back) => Some(Stage::Choosing),
        (Stage::Reviewing, Back) => Some(Stage::Checked),
        (Stage::Confirming, Back) => Some(Stage::Reviewing),
        (Stage::Checked | Stage::Reviewing | Stage::Confirming | Stage::Done, CheckAgain) => {
            Some(Stage::Checking)
        }
        _ => None,
    }
}
