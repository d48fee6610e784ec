//! Every user story, one file each.

mod support;

mod failing_disk;
mod one_writer;
mod simulated_disk;
mod survive_a_crash;
mod survive_a_kill;
mod write_diffs_for_git;

mod architecture;
mod documentation;
