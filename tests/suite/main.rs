//! Every user story, one file each.

mod support;

mod write_diffs_for_git;

mod architecture;
mod documentation;
