//! Which kind of change a rollback takes back.

use serde::{Deserialize, Serialize};

/// What is undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TakenBack {
    /// A patch came, or came back.
    Patch,
    /// A patch went.
    Rollback,
    Repair,
    /// A switch was moved.
    Move,
}

impl TakenBack {
    /// When it was, for what came after it.
    pub(crate) const fn when(self) -> &'static str {
        match self {
            TakenBack::Patch => "the patch was applied",
            TakenBack::Rollback => "the patch was rolled back",
            TakenBack::Repair => "the repair",
            TakenBack::Move => "the switch was moved",
        }
    }
}
