//! Every user story, one file each.

mod support;

mod make_a_bundle;

mod failing_disk;
mod make_a_bundle;
mod simulated_disk;
mod survive_a_crash;
mod use_the_command_line;
mod one_writer;
mod survive_a_kill;
mod write_diffs_for_git;

mod architecture;
mod documentation;
