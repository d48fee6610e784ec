//! Folders that are tried again: after somebody resumed, while a run waits, and what of them a rollback finds.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{Site, ring, typed};
use crate::support::sandbox::order;

/// The first folder waits an hour before the second one's turn.
fn waiting() -> Site {
    let site = Site::new(
        &["a", "b"],
        &[ring("pilot", &["a"], "wait = \"1h\"\n"), ring("rest", &["b"], "")].concat(),
    );
    assert_eq!(site.run().code, 7);
    site
}

const LATER: &str = "2026-11-23T12:00:00Z";
const RUN: &str = "run --yes --allow-unsigned";

#[test]
fn what_a_rollout_applied_is_rolled_back_also_where_it_was_refused_later() {
    for is_left_out in [false, true] {
        let site = waiting();
        site.sandbox.write("srv/a/conf/app.conf", "mine\n");
        assert_eq!(site.console().at(LATER).run(&typed(RUN)).code, 3);
        assert_eq!(site.console().run(&typed("resume")).code, 0);
        let run = site.console().at(LATER).run(&typed(RUN));
        assert_eq!(run.code, 3, "{run}");
        assert!(site.states()[0] == "refused", "{run}");
        if is_left_out {
            assert_eq!(site.console().run(&typed("leave-out $/srv/a --reason=why")).code, 0);
        }
        // It can't go back, which is said, and not that it did.
        let back = site.console().run(&typed("roll-back --yes"));
        assert_eq!(back.code, 6, "{back}");
        assert!(back.out.contains("$/srv/a  needs a person"), "{back}");
        site.sandbox.write("srv/a/conf/app.conf", "fonts = yes\n");
        let back = site.console().run(&typed("roll-back --yes"));
        assert_eq!(back.code, 0, "{back}");
        assert!(!site.has_patch("a"), "{back}");
        assert_eq!(site.states()[0], "rolled-back");
    }
}

#[test]
fn resuming_mends_no_folder_and_one_that_is_not_well_holds_the_next_ring_back() {
    for has_records in [true, false] {
        let site = waiting();
        site.sandbox.write("srv/a/site.txt", "ill\n");
        if has_records {
            assert_eq!(site.console().at(LATER).run(&typed(RUN)).code, 3);
            assert_eq!(site.console().run(&typed("resume")).code, 0);
        } else {
            std::fs::remove_file(site.sandbox.path("october.rollout.json")).expect("ours");
        }
        let run = site.console().at(LATER).run(&typed(RUN));
        assert_eq!(run.code, 3, "{run}");
        assert!(run.out.contains("no longer good  E-HEALTH"), "{run}");
        assert!(!site.has_patch("b"), "{run}");
        site.sandbox.write("srv/a/site.txt", "well\n");
        assert_eq!(site.console().run(&typed("resume")).code, 0);
        assert_eq!(site.console().at(LATER).run(&typed(RUN)).code, 7, "it waits its hour from now on");
        assert_eq!(site.console().at("2026-11-23T14:00:00Z").run(&typed(RUN)).code, 0);
        assert!(site.has_patch("b"));
    }
}

#[test]
fn of_two_patches_the_one_that_is_left_is_rolled_back() {
    for by_hand in ["ACME-1", "ACME-2"] {
        let site = Site::new(&["a"], "");
        for (folder, text) in [("old2", "x\n"), ("new2", "y\n"), ("srv/a", "x\n")] {
            site.sandbox.write(&format!("{folder}/other.txt"), text);
        }
        let text = order("ACME-2", "", "").replace("sequence = 1", "sequence = 2");
        site.sandbox.write("order2.toml", &text);
        site.console()
            .done("make --from $/old2 --to $/new2 --order $/order2.toml --output $/two.patchbundle");
        site.sandbox.write(
            "october.toml",
            &format!(
                "format = \"patchwright-rollout/1\"\nname = \"Two\"\npatches = [\"fix.patchbundle\", \"two.patchbundle\"]\n{}",
                ring("all", &["a"], "")
            ),
        );
        assert_eq!(site.run().code, 0);
        site.console().done(&format!("rollback $/srv/a {by_hand} --yes"));
        let back = site.console().run(&typed("roll-back --yes"));
        assert_eq!(back.code, 0, "{by_hand}: {back}");
        assert!(!site.has_patch("a"), "{by_hand}");
        assert_eq!(site.sandbox.read("srv/a/other.txt").as_deref(), Some("x\n"), "{by_hand}");
    }
}

#[test]
fn a_rollout_that_did_nothing_is_not_over_because_somebody_wants_it_rolled_back() {
    let site = Site::new(&["a"], &ring("all", &["a"], ""));
    assert_ne!(site.console().run(&typed("run --yes")).code, 0, "nobody signed it");
    let back = site.console().run(&typed("roll-back --yes"));
    assert_eq!(back.code, 3, "{back}");
    assert!(back.err.contains("hasn't applied anything there"), "{back}");
    assert_eq!(site.run().code, 0);
    assert_eq!(site.console().run(&typed("roll-back --yes")).code, 0);
    assert!(!site.has_patch("a"));
}

#[test]
fn what_was_refused_is_to_be_tried_again_before_anybody_goes_on_without_it() {
    let site = Site::new(&["a"], &ring("all", &["a"], ""));
    let run = site.console().run(&typed("run --yes"));
    assert!(run.out.contains("To try again: patchwright rollout run $/october.toml"), "{run}");
    assert!(
        run.out.contains("To continue without it: patchwright rollout leave-out $/october.toml $/srv/a"),
        "{run}"
    );
    assert_eq!(site.run().code, 0, "it was only not signed");
}

#[test]
fn a_run_that_waits_tries_a_folder_again_that_was_not_there() {
    let site = Site::new(&["a"], &ring("all", &["a", "late"], "deadline = \"10s\"\n"));
    let mut waiting = Command::new(env!("CARGO_BIN_EXE_patchwright"))
        .args(["rollout", "run", "october.toml", "--yes", "--allow-unsigned", "--wait"])
        .current_dir(site.sandbox.path(""))
        .env("HOME", site.sandbox.path("home"))
        .env("XDG_CONFIG_HOME", site.sandbox.path("home"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let end = Instant::now() + Duration::from_secs(60);
    while !site.sandbox.read("october.rollout.json").is_some_and(|records| records.contains("missing")) {
        assert!(Instant::now() < end, "it isn't told that the folder is missing");
        std::thread::sleep(Duration::from_millis(20));
    }
    site.install("late");
    assert_eq!(waiting.wait().expect("it ends").code(), Some(0));
    assert!(site.has_patch("late"));
}
