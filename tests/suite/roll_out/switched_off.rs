//! Too much fails, and the file says that the patches stay with their switches off.

#[cfg(unix)]
use super::ring;
use super::{HEALTH, Site, typed};
use crate::support::sandbox::order;

const SWITCH: &str = "conf/switch.properties";
const ON: &str = "parser.new=true\n";
const OFF: &str = "parser.new=false\n";
const TOGGLE: &str = "[[toggles]]\nid = \"new-parser\"\ntitle = \"the new parser\"\nfile = \"conf/switch.properties\"\nkind = \"key\"\nkey = \"parser.new\"\non = true\noff = false\ntakes_effect = \"restart\"\nwhen_off = \"names fail again\"\nvulnerabilities = [\"CVE-2026-1\"]\n";

/// Twelve folders, and a patch that brings a switch.
fn site() -> Site {
    with_switch(Site::of_twelve("on_stop = \"toggle-off\"\n"))
}

fn with_switch(site: Site) -> Site {
    site.sandbox.write(&format!("new/{SWITCH}"), ON);
    site.sandbox.write(
        "order.toml",
        &order("ACME-1", "vulnerabilities = [\"CVE-2026-1\"]", &format!("{TOGGLE}{HEALTH}")),
    );
    std::fs::remove_file(site.sandbox.path("fix.patchbundle")).expect("it is there");
    site.console().done("make --from $/old --to $/new --order $/order.toml --output $/fix.patchbundle");
    site
}

fn switch(site: &Site, folder: &str) -> Option<String> {
    site.sandbox.read(&format!("srv/{folder}/{SWITCH}"))
}

#[test]
fn folders_keep_the_patch_and_every_switch_is_off_with_the_reason_in_the_history() {
    let site = site();
    site.sandbox.write("srv/app05/site.txt", "ill\n");
    let run = site.run();
    assert_eq!(run.code, 3, "{run}");
    assert!(run.out.contains("1 of 4 folders failed in the ring \"second\""), "{run}");
    assert!(run.out.contains("$/srv/app04  good, switched off"), "{run}");
    for (number, folder) in (1..=12).map(|number| (number, format!("app{number:02}"))) {
        let should_be = if number < 5 { Some(OFF) } else { None };
        assert_eq!(switch(&site, &folder).as_deref(), should_be, "{folder}");
        assert_eq!(site.has_patch(&folder), number < 5, "{folder}");
    }
    let history = site.console().done("history $/srv/app01");
    assert!(history.printed().contains("reason: 1 of 4 folders failed"), "{history}");
    assert_eq!(site.run().code, 3, "it stays stopped");
    assert_eq!(site.entries("app01", "toggle"), 1, "nothing is turned twice");
    let back = site.console().run(&typed("roll-back --yes"));
    assert_eq!(back.code, 0, "{back}");
    assert!((1..=12).all(|number| !site.has_patch(&format!("app{number:02}"))), "{back}");
}

#[test]
fn a_folder_that_is_no_longer_good_is_switched_off_too_and_still_counts_as_failed() {
    let site = site();
    assert_eq!(site.console().run(&typed("run --yes --allow-unsigned --until pilot")).code, 0);
    site.sandbox.write("srv/app02/site.txt", "ill\n");
    assert_eq!(site.run().code, 3);
    assert_eq!(site.states()[..3], ["switched-off", "not-good-any-more", "waiting"]);
    assert_eq!(switch(&site, "app02").as_deref(), Some(OFF), "its trouble may come from the patch");
    site.sandbox.write("srv/app02/site.txt", "well\n");
    assert_eq!(site.console().run(&typed("resume")).code, 0);
    assert_eq!(site.run().code, 0);
    let switches = ["app01", "app02", "app03"].map(|folder| switch(&site, folder));
    assert_eq!(switches, [OFF, OFF, ON].map(|text| Some(text.to_owned())), "nobody turned them on again");
}

#[test]
fn a_switch_that_somebody_set_to_another_value_is_left_and_named() {
    let site = site();
    assert_eq!(site.console().run(&typed("run --yes --allow-unsigned --until pilot")).code, 0);
    site.sandbox.write(&format!("srv/app01/{SWITCH}"), "parser.new=perhaps\n");
    let run = site.run();
    assert_eq!(run.code, 6, "{run}");
    assert!(run.out.contains("$/srv/app01  needs a person"), "{run}");
    assert_eq!(switch(&site, "app01").as_deref(), Some("parser.new=perhaps\n"));
    assert_eq!(switch(&site, "app02").as_deref(), Some(OFF));
}

#[test]
fn a_patch_without_a_switch_is_refused_before_anything_is_changed() {
    let site = Site::of_twelve("on_stop = \"toggle-off\"\n");
    let run = site.run();
    assert_eq!(run.code, 3, "{run}");
    assert!(run.printed().contains("has no switch that on_stop = \"toggle-off\" could turn off"), "{run}");
    assert!((1..=12).all(|number| !site.has_patch(&format!("app{number:02}"))));
}

#[cfg(unix)]
#[test]
fn a_run_that_is_killed_while_it_turns_switches_off_goes_on_there() {
    let rings = [ring("pilot", &["a"], ""), ring("rest", &["b", "c"], "")].concat();
    let mut kills = 0;
    for at in 1.. {
        let site = with_switch(Site::new(&["a", "b", "c"], ""));
        site.write_rollout("on_stop = \"toggle-off\"\n", &rings);
        site.sandbox.write("srv/c/site.txt", "ill\n");
        if !super::killed::was_killed(&site.sandbox.path("october.toml"), at) {
            break;
        }
        kills += 1;
        let run = site.run();
        assert_eq!(run.code, 3, "killed at {at}: {run}");
        for folder in ["a", "b"] {
            assert_eq!(switch(&site, folder).as_deref(), Some(OFF), "killed at {at}: {folder}");
            assert_eq!(site.entries(folder, "toggle"), 1, "killed at {at}: {folder}");
        }
    }
    assert!(kills > 20, "{kills}");
}
