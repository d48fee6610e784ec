//! Too much fails, or somebody stops a rollout: what is left where, and the way back.

use super::{Site, ring, typed};

/// The inode of a file, and of the folder it is in.
#[cfg(unix)]
fn inodes(site: &Site, folder: &str) -> Vec<u64> {
    use std::os::unix::fs::MetadataExt;
    let inode = |path: &str| std::fs::symlink_metadata(site.sandbox.path(path)).expect("it is there").ino();
    [format!("srv/{folder}"), format!("srv/{folder}/{}", super::CONF)]
        .iter()
        .map(|path| inode(path))
        .collect()
}

#[cfg(unix)]
#[test]
fn health_that_breaks_in_the_second_ring_stops_before_the_third_and_no_folder_is_a_mixture() {
    let site = Site::of_twelve("");
    site.sandbox.write("srv/app04/site.txt", "ill\n");
    let before: Vec<_> = (1..=12).map(|number| site.tree(&format!("app{number:02}"))).collect();
    let third: Vec<_> = (7..=12).map(|number| inodes(&site, &format!("app{number:02}"))).collect();
    let run = site.run();
    assert_eq!(run.code, 3, "{run}");
    assert!(
        run.out.contains("1 of 4 folders failed in the ring \"second\", and more than 0 stop it"),
        "{run}"
    );
    assert!(run.out.contains("$/srv/app04  failed, restored  E-HEALTH"), "{run}");
    let now: Vec<_> = (7..=12).map(|number| inodes(&site, &format!("app{number:02}"))).collect();
    assert_eq!(now, third, "nobody touched the third ring");
    for number in 1..=12 {
        let folder = format!("app{number:02}");
        let is_new = site.has_patch(&folder);
        assert_eq!(is_new, number <= 3, "{folder}");
        let same = site.tree(&folder);
        assert_eq!(is_new, same.difference(&before[number - 1]).is_some(), "{folder}");
    }
    assert_eq!(site.run().code, 3, "it stays stopped");
}

#[test]
fn fewer_failures_than_the_threshold_stop_nothing() {
    let site = Site::of_twelve("max_failed = 1\nmin_good = \"75%\"\n");
    site.sandbox.write("srv/app04/site.txt", "ill\n");
    let run = site.run();
    assert_eq!(run.code, 0, "{run}");
    assert!(!site.has_patch("app04") && site.has_patch("app12"));
}

#[test]
fn on_stop_the_ring_or_everything_is_rolled_back_if_the_file_says_so() {
    for (word, pilot) in [("keep", true), ("roll-back-ring", true), ("roll-back-all", false)] {
        let site = Site::of_twelve(&format!("on_stop = \"{word}\"\n"));
        site.sandbox.write("srv/app06/site.txt", "ill\n");
        assert_eq!(site.run().code, 3, "{word}");
        assert_eq!(site.has_patch("app01"), pilot, "{word}");
        assert_eq!(site.has_patch("app03"), word == "keep", "{word}");
        assert!(!site.has_patch("app06") && !site.has_patch("app07"), "{word}");
    }
}

#[test]
fn what_failed_is_tried_again_after_it_was_mended_and_somebody_resumed() {
    let site = Site::of_twelve("");
    site.sandbox.write("srv/app04/site.txt", "ill\n");
    assert_eq!(site.run().code, 3);
    site.sandbox.write("srv/app04/site.txt", "well\n");
    assert_eq!(site.run().code, 3, "nothing is tried again by itself");
    let resumed = site.console().run(&typed("resume"));
    assert_eq!(resumed.code, 0, "{resumed}");
    assert_eq!(site.run().code, 0);
    assert!(site.has_patch("app04") && site.has_patch("app12"));
    assert_eq!(site.entries("app03", "apply"), 1);
}

#[test]
fn a_folder_that_is_refused_or_missing_hangs_nothing_and_can_be_left_out() {
    let site =
        Site::new(&["a", "b"], &[ring("pilot", &["a", "gone"], ""), ring("rest", &["b"], "")].concat());
    site.sandbox.write("srv/a/conf/app.conf", "edited\n");
    let run = site.run();
    assert_eq!(run.code, 3, "{run}");
    assert!(run.out.contains("In the ring \"pilot\", 0 of 2 folders are good, and it needs 100%"), "{run}");
    assert!(run.out.contains("$/srv/a     refused  E-DRIFT"), "{run}");
    assert!(run.out.contains("$/srv/gone  missing  E-FS: there is no such folder"), "{run}");
    assert!(!site.has_patch("b"));
    let no_reason = site.console().run(&typed("leave-out $/srv/gone"));
    assert_eq!(no_reason.code, 2);
    site.console().run(&typed("leave-out $/srv/gone --reason=retired"));
    site.sandbox.write("srv/a/conf/app.conf", "fonts = no\n");
    let run = site.run();
    assert_eq!(run.code, 0, "{run}");
    assert!(run.out.contains("$/srv/gone  left out  retired"), "{run}");
    let good = site.console().run(&typed("leave-out $/srv/a --reason=why"));
    assert_eq!(good.code, 3, "it has the patches: {good}");
}

#[test]
fn a_rollback_is_exactly_of_what_the_rollout_did_and_leaves_what_was_changed_since() {
    let site = Site::of_twelve("");
    let before: Vec<_> = (1..=12).map(|number| site.tree(&format!("app{number:02}"))).collect();
    assert_eq!(site.run().code, 0);
    site.console().done("rollback $/srv/app02 --yes");
    site.console().done("rollback $/srv/app05 --yes");
    site.console().done("apply $/fix.patchbundle $/srv/app05 --yes --allow-unsigned");
    site.sandbox.write("srv/app09/conf/app.conf", "edited\n");
    let back = site.console().run(&typed("roll-back --yes"));
    assert_eq!(back.code, 6, "{back}");
    assert!(back.out.contains("$/srv/app09  needs a person  E-DRIFT"), "{back}");
    for number in (1..=12).filter(|number| ![5, 9].contains(number)) {
        let folder = format!("app{number:02}");
        assert_eq!(site.tree(&folder).difference(&before[number - 1]), None, "{folder}");
    }
    assert!(site.has_patch("app05"), "what somebody applied by hand is not the rollout's");
    assert_eq!(site.sandbox.read("srv/app09/conf/app.conf").as_deref(), Some("edited\n"));
    site.sandbox.write("srv/app09/conf/app.conf", "fonts = yes\n");
    let again = site.console().run(&typed("roll-back --yes"));
    assert_eq!(again.code, 0, "{again}");
    assert!(!site.has_patch("app09"));
}

#[test]
fn a_stop_by_hand_leaves_every_folder_as_it_is() {
    let site = Site::of_twelve("");
    assert_eq!(site.console().run(&typed("run --yes --allow-unsigned --until pilot")).code, 0);
    let stopped = site.console().run(&typed("stop --reason=wrong-week"));
    assert_eq!(stopped.code, 0, "it did what it was told: {stopped}");
    assert_eq!(site.console().run(&typed("status")).code, 3);
    assert!(site.has_patch("app01"));
    assert_eq!(site.run().code, 3);
    assert!(!site.has_patch("app03"));
}

#[cfg(unix)]
#[test]
fn a_run_that_fails_on_the_way_does_not_say_that_nothing_was_changed() {
    use std::os::unix::fs::PermissionsExt;
    use std::sync::atomic::{AtomicBool, Ordering};

    let (site, is_over) = (Site::of_twelve(""), AtomicBool::new(false));
    let records = site.sandbox.path("october.rollout.json");
    let first = site.sandbox.path("srv/app01/conf/app.conf");
    let run = std::thread::scope(|scope| {
        // Once the first folder is changed others could have written the records, so that they don't count any more.
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                if std::fs::read(&first).is_ok_and(|text| text == b"fonts = yes\n") {
                    let _ = std::fs::set_permissions(&records, std::fs::Permissions::from_mode(0o666));
                }
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
        });
        let run = site.run();
        is_over.store(true, Ordering::Relaxed);
        run
    });
    assert_eq!(run.code, 6, "{run}");
    assert!(run.err.contains("Folders were changed before that"), "{run}");
    assert!(!run.err.contains("Nothing was changed"), "{run}");
    assert!(site.has_patch("app01"));
    std::fs::set_permissions(&records, std::fs::Permissions::from_mode(0o600)).expect("ours");
    assert_eq!(site.run().code, 0);
    assert_eq!(site.entries("app01", "apply"), 1);
}
