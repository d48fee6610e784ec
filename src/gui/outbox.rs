//! What a person did in one picture: every part of the window puts it here, and the window hands it on.

use crate::present::message::Msg;

/// Messages of one picture, in the order in which they arose.
pub(crate) type Outbox = Vec<Msg>;
