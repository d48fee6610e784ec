//! Every user story, one file each.

mod support;

mod look_at_a_bundle;
mod look_at_contents;
mod look_at_large_contents;
mod make_a_bundle;
mod refuse_a_hostile_bundle;
mod show_evidence;
mod show_hidden_text;

mod preview_changes;

mod agree_to_a_change;
mod apply_patches;
mod apply_text_patches;
mod keep_existing_files;
mod keep_local_edits;
mod merge_settings;
mod rehearse_a_change;
mod remember_why;
mod roll_back;
mod roll_out;
mod say_what_is_true;
mod stacks;

mod believe_a_history;
mod believe_no_claim;
mod finish_health_checks;
mod follow_a_history;
mod follow_the_version;
mod guard_what_decides;
mod know_the_folder;
mod know_the_version;
mod look_without_reaching_out;
mod meet_the_rules_of_a_site;
mod mind_the_neighbours;
mod tell_what_content_may_do;
mod trust_a_patch;

mod call_patches_back;
mod cannot_be_read;
mod identify_a_folder;
mod know_what_is_fixed;
mod measure_changes;
mod need_components;
mod reapply_a_patch;
mod repair_a_folder;

mod ask_before_scripts;
mod failing_disk;
mod live_long;
mod one_writer;
mod reconcile_folders;
mod refuse_a_damaged_store;
mod run_out;
mod simulated_disk;
mod stop_health_checks;
mod survive_a_crash;
mod survive_a_kill;
mod survive_a_power_cut;
mod take_back_unasked;
mod take_what_was_shown;
mod turn_off;
mod unlucky_machines;
#[cfg(unix)]
mod wait_for_nobody;

mod use_the_command_line;
mod write_diffs_for_git;

mod review_a_patch;

mod ask_for_help;
#[cfg(unix)]
mod drive_by_ansible;
mod go_through_the_window;
mod install_packages;
mod try_the_sample;

mod real_releases;

mod architecture;
mod count_system_calls;
mod documentation;
mod edit_by_key;
mod every_code;
