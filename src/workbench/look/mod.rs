//! Looking at patches and folders; nothing here changes either.

pub(super) mod changes;
pub(super) mod consistent_read;
pub(super) mod drift;
mod drift_contents;
pub(super) mod edits;
pub(super) mod fixed;
pub(super) mod folders;
pub(super) mod identify;
pub(super) mod inspect;
pub(super) mod memory;
pub(super) mod merge_by_hand;
pub(super) mod merged_contents;
pub(super) mod merging;
pub(super) mod metrics;
pub(super) mod moved_switches;
pub(super) mod output;
pub(super) mod read_file;
pub(super) mod recalls;
pub(super) mod record;
pub(super) mod rollback_protection;
pub(super) mod scan;
pub(super) mod situation;
pub(super) mod stack;
pub(super) mod status;
pub(super) mod support;
pub(super) mod switches;
pub(super) mod vouching;
