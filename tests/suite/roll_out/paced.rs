//! The vendor of a patch says how slowly it should spread: a rollout may be slower, never faster.

use super::{Site, ring, typed};
use crate::support::sandbox::order;

/// Four folders, a file with these rings, and a patch whose vendor asks for this.
fn site(pace: &str, rings: &str) -> Site {
    let site = Site::new(&["a", "b", "c", "d"], "");
    site.write_rollout("", rings);
    site.sandbox.write("order.toml", &order("ACME-1", "", &format!("[rollout]\n{pace}")));
    std::fs::remove_file(site.sandbox.path("fix.patchbundle")).expect("it is there");
    site.console().done("make --from $/old --to $/new --order $/order.toml --output $/fix.patchbundle");
    site
}

fn rings(pilot: &[&str], keys: &str) -> String {
    [ring("pilot", pilot, keys), ring("rest", &["*"], "")].concat()
}

#[test]
fn the_longer_wait_counts_and_the_last_ring_waits_for_nobody() {
    for (file, until) in [("", "10:30"), ("wait = \"5m\"\n", "10:30"), ("wait = \"2h\"\n", "12:00")] {
        let site = site("min_wait = \"30m\"\n", &rings(&["a"], file));
        let run_at = |time: &str| {
            let moment = format!("2026-11-23T{time}:00Z");
            site.console().at(&moment).run(&typed("run --yes --allow-unsigned"))
        };
        let first = run_at("10:00");
        assert_eq!(first.code, 7, "{first}");
        let waits = format!("The ring \"pilot\" waits until 2026-11-23 {until}:00 UTC");
        assert!(first.out.contains(&waits), "{first}");
        assert!(!site.has_patch("b"));
        assert_eq!(run_at(until).code, 0, "nothing follows the last ring");
        assert!(site.has_patch("d"));
    }
}

#[test]
fn too_many_folders_to_begin_with_are_refused_and_one_is_never_too_many() {
    for (most, pilot, is_fine) in [
        ("25%", &["a", "b"][..], false),
        ("1", &["a", "b"], false),
        ("50%", &["a", "b"], true),
        ("2", &["a", "b"], true),
        ("1%", &["a"], true),
        ("0", &["a"], true),
    ] {
        let site = site(&format!("max_first_ring = \"{most}\"\n"), &rings(pilot, ""));
        for verb in ["plan --allow-unsigned", "run --yes --allow-unsigned"] {
            let run = site.console().run(&typed(verb));
            assert_eq!(run.code == 0, is_fine, "{most}: {run}");
            let said = "has 2 of 4 folders, and the vendor of ACME-1 wants at most";
            assert_eq!(run.printed().contains(said), !is_fine, "{run}");
        }
        assert_eq!(site.has_patch("a"), is_fine, "{most}");
    }
}

#[test]
fn what_the_vendor_asks_for_is_shown_and_what_makes_no_sense_is_refused() {
    let pace = "min_wait = \"24h\"\nmax_first_ring = \"2.50%\"\nadvice = \"begin where few people print\"\n";
    let site = site(pace, &rings(&["a"], ""));
    let shown = site.console().done("show $/fix.patchbundle").printed();
    for line in
        ["at least 1 day between two rings", "at most 2.50% of all folders in the first ring", "few people"]
    {
        assert!(shown.contains(line), "{shown}");
    }
    assert!(site.console().done(&typed("plan --allow-unsigned")).out.contains("then waits 1 day"));
    for wrong in ["min_wait = \"soon\"", "min_wait = 24", "max_first_ring = \"101%\"", "first = \"1\""] {
        site.sandbox.write("wrong.toml", &order("ACME-2", "", &format!("[rollout]\n{wrong}\n")));
        let made =
            site.console().run("make --from $/old --to $/new --order $/wrong.toml --output $/no.patchbundle");
        assert_eq!(made.code, 3, "{made}");
        assert!(made.printed().contains("rollout."), "{made}");
    }
}
