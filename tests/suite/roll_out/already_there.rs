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
fn a_change_that_somebody_else_began_is_left_to_them() {
    let site = in_two_rings();
    cut_where(&site, |status| status["unfinished"].is_object());
    let before = site.tree("a");
    let run = site.run();
    assert_eq!(run.code, 6, "{run}");
    assert!(run.out.contains("E-UNFINISHED"), "{run}");
    assert!(site.tree("a") == before && !site.has_patch("b"));
}
