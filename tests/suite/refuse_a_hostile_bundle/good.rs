//! The good bundle goes in and comes out again: only then do the refusals of its spoiled copies say anything.

use std::path::Path;

use crate::support::hostile::{Good, Scene, authored};

#[test]
fn the_good_bundle_is_applied_and_taken_back() {
    for (story, bundle) in [
        ("as it was made", authored().to_vec()),
        ("put together by hand", Good::by_lines().bytes()),
        ("all in blobs", Good::new().bytes()),
    ] {
        let scene = Scene::new();
        let before = scene.product();
        let canary = scene.applies(story, &bundle);
        let after = scene.product();
        assert!(!after.contains_key(Path::new("lib/dead.so")) && after.contains_key(Path::new("share/n")));
        assert_ne!(after[Path::new("bin/app")], before[Path::new("bin/app")]);
        scene.roll_back().expect("the way back is free");
        assert_eq!(scene.product(), before, "{story}");
        scene.canary_looks().assert_is(&canary);
    }
}

#[test]
fn the_good_bundle_has_a_change_of_every_kind() {
    let text = Good::new().text();
    let ops = ["create", "replace", "delete", "mode"].map(|op| format!("\"op\":\"{op}\""));
    let more = ["\"encoding\":\"full\"", "\"encoding\":\"zstd-delta\"", "\"kind\":\"dir\"", "\"base\":"];
    let link = cfg!(unix).then_some("\"op\":\"link\"");
    for part in ops.iter().map(String::as_str).chain(more).chain(link) {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
}
