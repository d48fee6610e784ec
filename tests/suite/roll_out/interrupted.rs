//! Somebody stops a run with Ctrl-C: what was changed until then is told, no folder is a mixture, and the next run continues.

use super::{Site, ring, typed};

const RUN: &str = "run --yes --allow-unsigned";

/// Three rings of a folder each. The health checks in `b` wait for what doesn't come: half a minute, if nobody stops them.
fn site() -> Site {
    let site = Site::new(&["a", "b", "c"], "");
    let text = site.sandbox.read("order.toml").expect("the order");
    site.sandbox.write("order.toml", &(text + "retries = 30\n"));
    std::fs::remove_file(site.sandbox.path("fix.patchbundle")).expect("ours");
    site.console().done("make --from $/old --to $/new --order $/order.toml --output $/fix.patchbundle");
    site.write_rollout("", &["a", "b", "c"].map(|name| ring(name, &[name], "")).concat());
    site.sandbox.write("srv/b/site.txt", "ill\n");
    site
}

#[test]
fn a_run_that_is_stopped_before_it_changed_anything_says_so() {
    let site = site();
    for more in ["", " --json"] {
        let run = site.console().interrupted().run(&typed(&format!("{RUN}{more}")));
        assert_eq!(run.code, 130, "{run}");
    }
    // So does one that only waited.
    let alone = Site::new(&["a"], &ring("all", &["a"], "wait = \"1h\"\n"));
    assert_eq!(alone.run().code, 7);
    let waiting = alone.console().interrupted().run(&typed(&format!("{RUN} --wait")));
    assert_eq!(waiting.code, 130, "it only waited: {waiting}");
    assert!(!["a", "b", "c"].iter().any(|folder| site.has_patch(folder)));
    site.sandbox.write("srv/b/site.txt", "well\n");
    assert_eq!(site.run().code, 0);
}

#[test]
fn a_run_that_is_stopped_on_the_way_tells_that_folders_were_changed_and_the_next_continues() {
    let site = site();
    let before = site.tree("b");
    let console = site.console().interrupted_once("srv/b/conf/app.conf", "fonts = yes\n");
    let run = console.run(&typed(RUN));
    assert_eq!(run.code, 7, "{run}");
    assert!(run.out.contains("Stopped at your request. Folders were changed before that"), "{run}");
    assert!(run.out.contains("Next: patchwright rollout run $/october.toml"), "{run}");
    assert_eq!(site.tree("b").difference(&before), None);
    assert_eq!(site.states(), ["good", "waiting", "waiting"]);
    assert!(site.has_patch("a") && !site.has_patch("b") && !site.has_patch("c"));
    site.sandbox.write("srv/b/site.txt", "well\n");
    assert_eq!(site.run().code, 0);
    assert!(site.has_patch("b") && site.has_patch("c"));
}

#[test]
fn a_rollback_that_is_stopped_before_it_began_has_ended_nothing() {
    let site = site();
    assert_eq!(site.console().run(&typed(&format!("{RUN} --until a"))).code, 0);
    let back = site.console().interrupted().run(&typed("roll-back --yes"));
    assert_eq!(back.code, 130, "{back}");
    assert!(site.has_patch("a"));
    site.sandbox.write("srv/b/site.txt", "well\n");
    assert_eq!(site.run().code, 0, "it goes on as if nobody had asked for a rollback");
}
