//! Looking at patches and folders; nothing here changes either.

pub(super) mod changes;
pub(super) mod company;
pub(super) mod drift;
pub(super) mod folders;
pub(super) mod holds;
pub(super) mod identify;
pub(super) mod inspect;
pub(super) mod merging;
pub(super) mod record;
pub(super) mod seen;
pub(super) mod situation;
pub(super) mod stack;
pub(super) mod status;
pub(super) mod support;
