//! Every user story, one file each.

mod support;

mod failing_disk;
mod refuse_a_hostile_bundle;
mod simulated_disk;
mod survive_a_crash;
mod write_diffs_for_git;

mod architecture;
mod documentation;
