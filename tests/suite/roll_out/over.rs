//! What was rolled back is over, what was only stopped goes on, and records that are gone take nobody's way back away.

use std::fs;

use super::{CONF, HEALTH, Site, ring, typed};
use crate::support::console::Console;
use crate::support::sandbox::order;
use crate::support::trust::write_trusted_key;

/// Two rings; people have to approve the second.
fn approved() -> Site {
    let rings = [ring("pilot", &["a"], ""), ring("rest", &["b"], "approve = 1\n")].concat();
    Site::new(&["a", "b"], &rings)
}

fn approve(site: &Site) {
    let approved = site.console().run(&typed("approve rest --by-hand"));
    assert_eq!(approved.code, 0, "{approved}");
}

#[test]
fn a_rollout_that_was_rolled_back_is_over_until_somebody_starts_it_again_and_everybody_approves_again() {
    let site = approved();
    assert_eq!(site.run().code, 7);
    approve(&site);
    assert_eq!(site.run().code, 0);
    let back = site.console().run(&typed("roll-back --yes"));
    assert_eq!(back.code, 0, "{back}");
    assert!(back.out.contains("Over: rolled back by ada on server, 2026-11-23 09:30:00 UTC"), "{back}");
    assert!(back.out.contains("patchwright rollout run $/october.toml --again"), "{back}");
    assert!(!back.out.contains("resume"), "{back}");
    let status = site.console().run(&typed("status"));
    assert!(status.code == 0 && status.out.contains("Over: rolled back by"), "nothing waits: {status}");
    for _ in 0..2 {
        let run = site.run();
        assert!(run.code == 3 && run.out.contains("Over: rolled back by ada on server"), "{run}");
        for verb in ["resume", "pause", "stop", "approve rest --by-hand", "leave-out $/srv/a --reason=x"] {
            let said = site.console().run(&typed(verb));
            assert!(said.code == 3 && said.err.contains("ada on server rolled it back on"), "{verb}: {said}");
        }
        assert!(!site.has_patch("a") && !site.has_patch("b"));
    }
    let again = site.console().run(&typed("run --again --yes --allow-unsigned"));
    assert_eq!(again.code, 7, "the approval was for what is over: {again}");
    assert!(again.out.contains("1 person has to approve the ring \"rest\""), "{again}");
    assert!(site.has_patch("a") && !site.has_patch("b"));
    approve(&site);
    assert_eq!(site.run().code, 0);
    assert!(site.has_patch("b"));
    let back = site.console().run(&typed("roll-back --yes"));
    assert_eq!(back.code, 0, "{back}");
    assert!(!site.has_patch("a") && !site.has_patch("b"), "what was started again has its way back, too");
}

#[test]
fn a_rollout_that_was_only_stopped_says_both_ways_on_and_is_approved_again() {
    let site = approved();
    assert_eq!(site.run().code, 7);
    approve(&site);
    let stopped = site.console().run(&typed("stop --reason=wrong-week"));
    assert_eq!(stopped.code, 0, "{stopped}");
    assert!(stopped.out.contains("To continue: patchwright rollout resume $/october.toml"), "{stopped}");
    assert!(
        stopped.out.contains("To roll back what it applied: patchwright rollout roll-back $/october.toml"),
        "{stopped}"
    );
    site.console().run(&typed("resume"));
    assert_eq!(site.run().code, 7, "who approved did not know why it would be stopped");
    assert!(!site.has_patch("b"));
    approve(&site);
    assert_eq!(site.run().code, 0);
    assert_eq!(site.entries("a", "apply"), 1, "what was good stayed");
}

#[test]
fn a_pause_takes_no_approval_away() {
    let site = approved();
    assert_eq!(site.run().code, 7);
    approve(&site);
    site.console().run(&typed("pause"));
    site.console().run(&typed("resume"));
    assert_eq!(site.run().code, 0);
}

#[test]
fn what_a_threshold_rolled_back_is_over_and_what_it_only_stopped_is_not() {
    for (on_stop, is_over) in [("keep", false), ("roll-back-ring", true), ("roll-back-all", true)] {
        let site = Site::of_twelve(&format!("on_stop = \"{on_stop}\"\n"));
        site.sandbox.write("srv/app06/site.txt", "ill\n");
        let run = site.run();
        assert_eq!((run.code, run.out.contains("Over: ")), (3, is_over), "{on_stop}: {run}");
        assert!(run.out.contains("1 of 4 folders failed in the ring \"second\""), "{on_stop}: {run}");
        site.sandbox.write("srv/app06/site.txt", "well\n");
        site.console().run(&typed("resume"));
        assert_eq!(site.run().code, if is_over { 3 } else { 0 }, "{on_stop}");
    }
}

#[test]
fn only_what_is_over_is_started_again() {
    let site = approved();
    assert_eq!(site.run().code, 7);
    let again = site.console().run(&typed("run --again --yes --allow-unsigned"));
    assert!(again.code == 3 && again.err.contains("Only a rollout that was rolled back"), "{again}");
    assert_eq!(site.entries("a", "apply"), 1);
}

#[test]
fn a_folder_that_was_left_out_is_left_out_of_the_plan_too_and_says_why() {
    let site =
        Site::new(&["a", "b"], &[ring("pilot", &["a", "gone"], ""), ring("rest", &["b"], "")].concat());
    assert_eq!(site.run().code, 3, "a folder is missing");
    site.console().run(&typed("leave-out $/srv/gone --reason=retired"));
    let plan = site.console().done(&typed("plan --allow-unsigned"));
    assert!(plan.out.contains("1 left out") && plan.out.contains("$/srv/gone  left out: retired"), "{plan}");
    let json = site.console().done(&typed("plan --allow-unsigned --json")).json();
    assert_eq!(json["planned"][0]["folders"][1]["left_out"], "retired", "{json}");
    assert_eq!(site.run().code, 0);
    assert_eq!(site.console().run(&typed("roll-back --yes")).code, 0);
    let again = site.console().run(&typed("run --again --yes --allow-unsigned"));
    assert!(again.code == 0 && again.out.contains("$/srv/gone  left out  retired"), "{again}");
}

#[test]
fn a_rollout_without_its_records_is_found_in_the_histories_and_rolled_back_where_it_was() {
    let site =
        Site::new(&["a", "b", "c"], &[ring("pilot", &["a"], ""), ring("rest", &["b", "c"], "")].concat());
    site.console().done("apply $/fix.patchbundle $/srv/c --yes --allow-unsigned");
    assert_eq!(site.run().code, 0);
    fs::remove_file(site.sandbox.path("october.rollout.json")).expect("ours");
    let status = site.console().run(&typed("status"));
    assert_eq!(status.code, 7, "{status}");
    assert!(status.out.contains("By their histories, 2 folders have its patches"), "{status}");
    assert!(status.out.contains("patchwright rollout roll-back $/october.toml"), "{status}");
    assert!(!site.sandbox.path("october.rollout.json").exists(), "looking writes nothing");
    let back = site.console().run(&typed("roll-back --yes"));
    assert_eq!(back.code, 0, "{back}");
    assert!(!site.has_patch("a") && !site.has_patch("b"), "{back}");
    assert!(site.has_patch("c"), "what somebody applied by hand is not the rollout's");
    assert_eq!(site.run().code, 3, "and it is over");
}

#[test]
fn what_another_rollout_applied_is_not_taken_for_ones_own() {
    let site = Site::new(&["a"], &ring("all", &["a"], ""));
    let nothing = site.console().run(&typed("roll-back --yes"));
    assert!(nothing.code == 3 && nothing.err.contains("hasn't been started"), "{nothing}");
    assert_eq!(site.run().code, 0);
    fs::remove_file(site.sandbox.path("october.rollout.json")).expect("ours");
    let text = site.sandbox.read("october.toml").expect("the file");
    site.sandbox.write("october.toml", &(text.clone() + "# edited\n"));
    let other = site.console().run(&typed("roll-back --yes"));
    assert_eq!(other.code, 3, "{other}");
    assert!(other.err.contains("in 1 of them something is applied that another rollout applied"), "{other}");
    assert!(site.has_patch("a"));
    site.sandbox.write("october.toml", &text);
    assert_eq!(site.console().run(&typed("roll-back --yes")).code, 0);
    assert!(!site.has_patch("a"));
}

#[test]
fn what_was_rolled_back_stays_over_though_its_records_are_gone() {
    let site = Site::new(&["a", "b"], &ring("all", &["a", "b"], ""));
    assert_eq!(site.run().code, 0);
    assert_eq!(site.console().run(&typed("roll-back --yes")).code, 0);
    fs::remove_file(site.sandbox.path("october.rollout.json")).expect("ours");
    let run = site.run();
    assert!(run.code == 3 && run.err.contains("he rollout is over: ada on server rolled it back"), "{run}");
    assert!(!site.has_patch("a") && !site.has_patch("b"));
    let again = site.console().run(&typed("run --again --yes --allow-unsigned"));
    assert_eq!(again.code, 0, "{again}");
    assert!(site.has_patch("a") && site.has_patch("b"));
}

#[test]
fn a_repair_since_is_no_reason_to_leave_the_patch_in_and_another_patch_is() {
    let site = Site::new(&["a", "b"], &ring("all", &["a", "b"], ""));
    assert_eq!(site.run().code, 0);
    let console = site.console();
    fs::remove_file(site.sandbox.path(&format!("srv/a/{CONF}"))).expect("ours");
    console.done("repair $/srv/a --from $/fix.patchbundle --yes");
    let other = site.sandbox.bundle("OTHER").create("other.txt", "x\n");
    site.sandbox.save("other.patchbundle", &other.but(|patch| patch.about.fixes = vec!["OTHER".to_owned()]));
    console.done("apply $/other.patchbundle $/srv/b --yes --allow-unsigned --allow-other-product=x");
    let back = console.run(&typed("roll-back --yes"));
    assert_eq!(back.code, 6, "{back}");
    assert!(back.printed().contains("a patch was applied since, so it was left as it is"), "{back}");
    assert!(!site.has_patch("a") && site.has_patch("b"), "{back}");
}

#[test]
fn two_patches_that_were_rolled_back_together_come_again_together_and_the_older_one_alone_is_a_step_back() {
    let site = Site::new(&["a", "b"], &ring("all", &["a", "b"], ""));
    let console = Console::new(&site.sandbox).with_keys();
    write_trusted_key(&site.sandbox, "acme", 1, "author");
    console.done("sign $/fix.patchbundle --key $/acme.key --as author");
    site.sandbox.write("two/conf/app.conf", "fonts = no\n");
    site.sandbox.write("two/site.txt", "well\n");
    site.sandbox.write("two/second.txt", "second\n");
    site.sandbox.write("order.toml", &order("ACME-2", "", HEALTH).replace("sequence = 1", "sequence = 2"));
    console.done("make --from $/old --to $/two --order $/order.toml --output $/second.patchbundle");
    console.done("sign $/second.patchbundle --key $/acme.key --as author");
    let text = site.sandbox.read("october.toml").expect("the file");
    let both = "patches = [\"fix.patchbundle\", \"second.patchbundle\"]";
    site.sandbox.write("october.toml", &text.replace("patches = [\"fix.patchbundle\"]", both));

    console.done(&typed("run --yes"));
    console.done(&typed("roll-back --yes"));
    let alone = console.run("apply $/fix.patchbundle $/srv/a --yes");
    assert!(alone.code == 4 && alone.err.contains("E-DOWNGRADE"), "{alone}");
    let again = console.run(&typed("run --again --yes"));
    assert_eq!(again.code, 0, "{again}");
    assert!(site.has_patch("a") && site.has_patch("b"));
    assert!(site.sandbox.path("srv/a/second.txt").exists());
}

#[test]
fn a_rollout_of_which_one_ring_was_rolled_back_says_what_is_still_there() {
    let site = Site::new(&["a", "b"], &[ring("pilot", &["a"], ""), ring("rest", &["b"], "")].concat());
    assert_eq!(site.run().code, 0);
    let back = site.console().run(&typed("roll-back --ring rest --yes"));
    assert!(back.out.contains("Over: rolled back in part by ada on server"), "{back}");
    assert!(back.out.contains("1 folder still has what it applied"), "{back}");
    assert!(back.out.contains("patchwright rollout roll-back $/october.toml"), "{back}");
    assert!(site.has_patch("a") && !site.has_patch("b"));
    assert_eq!(site.console().run(&typed("status")).code, 3, "what is left of it is somebody's to decide");
    let rest = site.console().run(&typed("roll-back --yes"));
    assert!(rest.out.contains("Over: rolled back by ada on server"), "{rest}");
    assert!(!site.has_patch("a"));
}

#[test]
fn what_somebody_kept_for_good_stays_and_the_rollback_is_no_next_step_any_more() {
    let site = Site::new(&["a", "b"], &ring("all", &["a", "b"], ""));
    assert_eq!(site.run().code, 0);
    site.console().done("accept $/srv/a --yes");
    let back = site.console().run(&typed("roll-back --yes"));
    assert_eq!(back.code, 3, "not all of what was asked for is done: {back}");
    assert!(site.has_patch("a") && !site.has_patch("b"), "{back}");
    let kept = "$/srv/a  can't be rolled back  E-NO-WAY-BACK: ACME-1 was kept for good, and its backups were deleted";
    assert!(back.out.contains(kept), "{back}");
    let over = "1 folder keeps what it applied, because it can't be rolled back there any more";
    let status = site.console().run(&typed("status"));
    for told in [&back, &status] {
        assert!(told.out.contains(over) && !told.out.contains("roll-back"), "{told}");
        assert!(told.out.contains("To see what stays there: patchwright status $/srv/a"), "{told}");
    }
    assert_eq!(status.code, 0, "nothing waits: {status}");
    assert_eq!(site.states(), ["no-way-back", "rolled-back"]);
    assert!(site.console().done("status $/srv/a").out.contains("ACME-1"));
    let again = site.console().run(&typed("run --again --yes --allow-unsigned"));
    assert_eq!(again.code, 0, "{again}");
    assert_eq!(site.states(), ["good", "good"]);
}

#[test]
fn twin_what_only_waits_for_somebody_is_still_rolled_back_afterwards() {
    let site = Site::new(&["a", "b"], &ring("all", &["a", "b"], ""));
    assert_eq!(site.run().code, 0);
    site.sandbox.write("srv/a/conf/app.conf", "edited\n");
    let back = site.console().run(&typed("roll-back --yes"));
    assert!(back.code == 6 && back.out.contains("patchwright rollout roll-back $/october.toml"), "{back}");
    site.sandbox.write("srv/a/conf/app.conf", "fonts = yes\n");
    assert_eq!(site.console().run(&typed("roll-back --yes")).code, 0);
    assert!(!site.has_patch("a") && !site.has_patch("b"));
}

#[test]
fn what_only_others_say_of_a_rollout_is_not_rolled_back_unasked() {
    let site = Site::new(&["a"], &ring("one", &["a"], ""));
    let stranger = site.console().with_settings("stranger");
    stranger.done(&typed("run --yes --allow-unsigned"));
    fs::remove_file(site.sandbox.path("october.rollout.json")).expect("ours");
    let console = site.console().with_keys();
    let run = console.run(&typed("roll-back --yes"));
    assert_ne!(run.code, 0, "{run}");
    assert!(run.printed().contains("only entry 1 of the history says so"), "{run}");
    assert!(site.has_patch("a"), "{run}");
    console.done("history $/srv/a --confirm=known");
    console.done(&typed("roll-back --yes"));
    assert!(!site.has_patch("a"));
}

#[test]
fn an_edited_file_keeps_a_rollback_from_its_end_until_somebody_does_what_it_says() {
    let site = Site::new(&["a", "b"], &ring("all", &["a", "b"], ""));
    assert_eq!(site.run().code, 0);
    site.sandbox.write("srv/a/conf/app.conf", "edited\n");
    let back = site.console().run(&typed("roll-back --yes"));
    assert_eq!(back.code, 6, "{back}");
    assert!(back.out.contains("the edited files: patchwright rollback $/srv/a --keep-edits"), "{back}");
    site.console().done("rollback $/srv/a --keep-edits --yes");
    let back = site.console().run(&typed("roll-back --yes"));
    assert_eq!(back.code, 0, "{back}");
    assert_eq!(site.states(), ["rolled-back", "rolled-back"]);
}

#[test]
fn a_refused_folder_says_how_to_see_what_to_resolve_before_the_deadline() {
    let site = Site::new(&["a", "b"], &ring("all", &["a", "b"], "deadline = \"2d\"\n"));
    site.sandbox.write("srv/b/conf/app.conf", "mine\n");
    let run = site.run();
    assert_eq!(run.code, 7, "{run}");
    assert!(run.out.contains("every run tries the other folders again"), "{run}");
    assert!(run.out.contains("first: patchwright plan $/fix.patchbundle $/srv/b"), "{run}");
    assert!(run.out.contains("To try again: patchwright rollout run $/october.toml"), "{run}");
    site.sandbox.write("srv/b/conf/app.conf", "fonts = no\n");
    assert_eq!(site.run().code, 0);
}
