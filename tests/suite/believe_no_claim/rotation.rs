//! A vendor exchanges its keys. What the old ones signed stays the vendor's; what they sign from then on is nobody's.

use super::{FIXED, FIXED_AND_MORE, FIXED_OTHERWISE, Scene, VULNERABLE, superseding};
use crate::support::console::Console;
use crate::support::trust::write_key;

/// The vendor's fix is in, and its key was exchanged for another one since.
fn after_a_rotation() -> Scene {
    let scene = Scene::new();
    scene.know("old", 5, "acme", "--product Widget");
    let fix = scene.patch(Some("old"), &scene.bundle("L-1", &["CVE-1"]).replace("f", VULNERABLE, FIXED));
    scene.must_apply(&fix);
    write_key(&scene.sandbox, "new", 6);
    scene.rotate("Widget", 1, &["new"], &["old", "new"]);
    scene
}

/// A service pack that writes the lines of the fix anew.
fn pack(scene: &Scene, key: Option<&str>) -> String {
    let pack = superseding(scene.bundle("SP", &["CVE-1", "MORE"]), "L-1");
    scene.patch(key, &pack.replace("f", FIXED, FIXED_OTHERWISE))
}

fn authors(scene: &Scene, id: &str) -> [serde_json::Value; 2] {
    let status = scene.json("status $/app");
    let mut patches = status["patches"].as_array().expect("patches").iter();
    let patch = patches.find(|patch| patch["id"] == id).expect("it is there");
    ["authors", "former_authors"].map(|field| patch[field].clone())
}

#[test]
fn a_vendor_replaces_its_own_patch_with_its_new_key_without_a_question() {
    let scene = after_a_rotation();
    let status = scene.console().done("status $/app");
    assert!(status.out.contains("signed by acme (trusted then; the key was rotated out)"), "{status}");
    let rotated = serde_json::json!([{ "owner": "acme", "key": "rotated-out" }]);
    assert_eq!(authors(&scene, "L-1"), [serde_json::json!(["acme"]), rotated]);
    let pack = pack(&scene, Some("new"));
    let done = scene.console().run(&format!("apply $/{pack} $/app --yes"));
    assert_eq!(done.code, 0, "{done}");
    assert_eq!((scene.read("f").as_deref(), scene.active()), (Some(FIXED_OTHERWISE), vec!["SP".to_owned()]));
}

#[test]
fn what_a_key_signed_that_was_rotated_out_is_not_given_to_anybody_else() {
    for key in [Some("eve"), None] {
        let scene = after_a_rotation();
        scene.refuses(&pack(&scene, key), "E-OVERLAP", "L-1");
        let silent = scene.bundle("E-1", &["E"]).replace("f", FIXED, FIXED_OTHERWISE);
        scene.refuses(&scene.patch(key, &silent), "E-OVERLAP", "Rewrites changes of L-1 (f (line 1))");
    }
}

#[test]
fn a_key_that_was_rotated_out_signs_nothing_new() {
    let scene = after_a_rotation();
    // Whoever found it signs what the vendor could have signed.
    let found = pack(&scene, Some("old"));
    let refused = scene.console().run(&format!("apply $/{found} $/app --yes"));
    assert_eq!(refused.code, 4, "{refused}");
    scene.refuses(&found, "E-OVERLAP", "no key you trust shows that both are by the same author");
    // What came in on somebody's word stays nobody's, though the key was the vendor's once.
    let found = scene.patch(Some("old"), &scene.bundle("E-1", &["E"]).create("extra", "extra\n"));
    scene.must_apply(&found);
    assert_eq!(authors(&scene, "E-1"), [serde_json::Value::Null, serde_json::Value::Null]);
    // Nor does it bring itself back.
    let back =
        scene.sandbox.read("keys-Widget-1.json").expect("the list").replace("\"version\":1", "\"version\":2");
    scene.sandbox.write("back.json", &back);
    scene.console().done("key sign-list $/back.json --key $/old.key");
    assert_eq!(scene.console().run("key update $/back.json").code, 4);
}

#[test]
fn a_key_that_was_revoked_proves_nothing_whenever_it_signed() {
    let scene = after_a_rotation();
    let print = write_key(&scene.sandbox, "old", 5).public().fingerprint();
    scene.console().done(&format!("key revoke {print} --reason stolen --yes"));
    let revoked = serde_json::json!([{ "owner": "acme", "key": "revoked", "reason": "stolen" }]);
    assert_eq!(authors(&scene, "L-1"), [serde_json::Value::Null, revoked]);
    let status = scene.console().done("status $/app");
    assert!(status.out.contains("signed by acme (trusted then; the key was revoked: stolen)"), "{status}");
    scene.refuses(
        &pack(&scene, Some("new")),
        "E-OVERLAP",
        "no key you trust shows that both are by the same author",
    );
}

#[test]
fn twin_a_key_that_was_revoked_for_later_patches_only_keeps_the_earlier_ones() {
    let scene = after_a_rotation();
    let print = write_key(&scene.sandbox, "old", 5).public().fingerprint();
    scene.console().done(&format!("key revoke {print} --reason stolen --from-sequence 7 --yes"));
    let pack = pack(&scene, Some("new"));
    assert_eq!(scene.console().run(&format!("apply $/{pack} $/app --yes")).code, 0);
}

#[test]
fn a_history_that_somebody_else_wrote_does_not_say_whose_a_patch_is() {
    let scene = after_a_rotation();
    // Another account with the same keys has not seen the patch come in.
    let keys = scene.sandbox.read("settings/trust.toml").expect("keys");
    scene.sandbox.write("stranger/trust.toml", &keys);
    let stranger = Console::new(&scene.sandbox).with_settings("stranger").answering("y");
    let status = stranger.done("status $/app");
    assert!(!status.out.contains("acme"), "{status}");
    let pack = pack(&scene, Some("new"));
    let refused = stranger.run(&format!("apply $/{pack} $/app --yes"));
    assert!(refused.code == 3 && refused.err.contains("E-OVERLAP"), "{refused}");
    // Once they say that the history is right, it counts.
    stranger.done("history $/app --confirm=moved-from-the-old-server");
    assert_eq!(stranger.run(&format!("apply $/{pack} $/app --yes")).code, 0);
}

#[test]
fn a_key_that_is_listed_again_counts_again() {
    let scene = after_a_rotation();
    scene.rotate("Widget", 2, &["old", "new"], &["new"]);
    assert_eq!(authors(&scene, "L-1"), [serde_json::json!(["acme"]), serde_json::Value::Null]);
    let more = scene.patch(Some("old"), &scene.bundle("L-2", &["L-2"]).replace("f", FIXED, FIXED_AND_MORE));
    assert_eq!(scene.console().run(&format!("apply $/{more} $/app --yes")).code, 0);
}
