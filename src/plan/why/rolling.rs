//! Why a rollout can't begin, go on or do what somebody asks of it.

use super::{Wording, row};
use crate::model::Code;
use crate::text::{Advice, moment, person, with_thousands};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Rolling {
    NotStarted,
    /// What it applied was rolled back.
    Over {
        by: String,
        time: String,
    },
    NotOver,
    /// Somebody rolls back what applied nothing.
    DidNothing,
    /// Somebody approves by hand what only keys approve.
    OnlyKeys {
        ring: String,
    },
    ManyApprovals {
        most: usize,
    },
    LongApproval {
        max_bytes: usize,
    },
    IsGood {
        folder: String,
    },
    UnderWay,
}

impl Rolling {
    pub(super) fn row(&self) -> Wording {
        match self {
            Rolling::NotStarted => row(
                Code::Order,
                "the rollout hasn't been started",
                Advice::by_command("Check it first", "patchwright rollout plan FILE"),
            ),
            Rolling::Over { by, time } => row(
                Code::Order,
                format!("the rollout is over: {} rolled it back on {}", person(by), moment(time)),
                Advice::typed(
                    "To start it once more, with new approvals: patchwright rollout run FILE --again",
                ),
            ),
            Rolling::NotOver => row(
                Code::Order,
                "only a rollout that was rolled back can be started again",
                Advice::by_command("See its state", "patchwright rollout status FILE"),
            ),
            Rolling::DidNothing => row(
                Code::Order,
                "the rollout hasn't applied anything there, so there is nothing to roll back",
                Advice::by_command("To stop it", "patchwright rollout stop FILE"),
            ),
            Rolling::OnlyKeys { ring } => row(
                Code::Order,
                format!("the ring {ring:?} can be approved only with a key"),
                Advice::by_command(
                    "Approve it with a key that is trusted for that",
                    "patchwright rollout approve FILE RING --key KEY",
                ),
            ),
            Rolling::ManyApprovals { most } => row(
                Code::Limit,
                format!("the ring already has {most} approvals"),
                Advice::by_command("See who approved it", "patchwright rollout status FILE"),
            ),
            Rolling::LongApproval { max_bytes } => row(
                Code::Limit,
                format!("the approval would be longer than {} bytes", with_thousands(*max_bytes as u64)),
                "Give a shorter reason.",
            ),
            Rolling::IsGood { folder } => row(
                Code::Order,
                format!("{folder:?} already has the patches"),
                "Roll the patch back there first.",
            ),
            Rolling::UnderWay => {
                row(Code::Busy, "this rollout is running right now", "Wait until it has ended, or pause it.")
            }
        }
    }
}
