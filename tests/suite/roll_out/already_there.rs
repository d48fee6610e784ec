//! Folders in which something was before a rollout came to them: the patch, its half, or doubt about it.

use std::sync::Arc;

use patchwright::disk::fs::Fs;

use super::{Site, ring};
use crate::support::fault_fs::{At, Errno, Fault, FaultFs, Lasting};

const APPLY: &str = "apply $/fix.patchbundle $/srv/a --yes --allow-unsigned";

fn in_two_rings() -> Site {
    Site::new(&["a", "b"], &[ring("one", &["a"], ""), ring("two", &["b"], "")].concat())
}

/// Applies the patch in the first folder, with the disk gone at the first call after which `is_wanted` holds.
fn cut_where(site: &Site, is_wanted: impl Fn(&serde_json::Value) -> bool) {
    for call in 1.. {
        let wrap = move |disk: Arc<dyn Fs>| -> Arc<dyn Fs> {
            let fault = Fault::Fails(Errno::Io);
            Arc::new(FaultFs::failing(disk, At::Call(call), fault, Lasting::FromThenOn))
        };
        assert_ne!(site.console().with_keys().with_disks(wrap).run(APPLY).code, 0, "it never was so");
        if is_wanted(&site.console().done("status $/srv/a --json").json()) {
            return;
        }
        std::fs::remove_dir_all(site.sandbox.path("srv/a")).expect("our own folder");
        site.install("a");
    }
}

#[test]
fn a_folder_whose_checks_were_cut_short_is_not_good_and_the_next_ring_does_not_begin() {
    let site = in_two_rings();
    cut_where(&site, |status| status["unchecked"].is_array());
    let run = site.run();
    assert_eq!(run.code, 6, "{run}");
    assert!(run.out.contains("E-UNFINISHED"), "{run}");
    assert!(!site.has_patch("b"), "nobody knows whether the patch is good");
    site.console().with_keys().done("recover $/srv/a --finish");
    site.console().done("rollout resume $/october.toml --yes");
    assert_eq!(site.run().code, 0);
    assert_eq!(site.states(), ["already-there", "good"]);
}

#[test]
fn a_folder_that_has_the_patch_and_is_not_well_stops_the_rollout() {
    let site = in_two_rings();
    site.console().done(APPLY);
    site.sandbox.write("srv/a/site.txt", "ill\n");
    let run = site.run();
    assert_eq!(run.code, 6, "{run}");
    assert!(run.out.contains("E-HEALTH"), "{run}");
    assert!(!site.has_patch("b"));
}

#[test]
fn a_folder_that_had_the_patch_and_lost_it_while_its_ring_waited_is_not_good_any_more() {
    let rings = [ring("one", &["a"], "wait = \"1h\"\n"), ring("two", &["b"], "")].concat();
    for is_by_hand in [true, false] {
        let site = Site::new(&["a", "b"], &rings);
        site.console().done(APPLY);
        assert_eq!(site.run().code, 7);
        if is_by_hand {
            site.console().done("rollback $/srv/a --yes");
        }
        let later = site
            .console()
            .at("2026-11-23T12:00:00Z")
            .run("rollout run $/october.toml --yes --allow-unsigned");
        assert_eq!(later.code, if is_by_hand { 3 } else { 0 }, "{later}");
        assert_eq!(site.has_patch("b"), !is_by_hand, "{later}");
        if is_by_hand {
            assert!(later.out.contains("ACME-1 isn't in the folder any more"), "{later}");
        }
    }
}

#[test]
fn files_that_were_there_without_any_history_count_as_long_as_they_are() {
    let rings = [ring("one", &["a"], "wait = \"1h\"\n"), ring("two", &["b"], "")].concat();
    for text in ["fonts = yes\n", "fonts = no\n"] {
        let site = Site::new(&["a", "b"], &rings);
        site.sandbox.write("srv/a/conf/app.conf", "fonts = yes\n");
        assert_eq!(site.run().code, 7);
        assert_eq!(site.states()[0], "already-there");
        site.sandbox.write("srv/a/conf/app.conf", text);
        let later = site
            .console()
            .at("2026-11-23T12:00:00Z")
            .run("rollout run $/october.toml --yes --allow-unsigned");
        assert_eq!(
            (later.code, site.has_patch("b")),
            if text.contains("yes") { (0, true) } else { (3, false) },
            "{later}"
        );
    }
}

#[test]
fn a_change_that_somebody_else_began_is_left_to_them() {
    let site = in_two_rings();
    cut_where(&site, |status| status["unfinished"].is_object());
    let before = site.tree("a");
    let run = site.run();
    assert_eq!(run.code, 6, "{run}");
    assert!(run.out.contains("E-UNFINISHED"), "{run}");
    assert!(site.tree("a") == before && !site.has_patch("b"));
}
