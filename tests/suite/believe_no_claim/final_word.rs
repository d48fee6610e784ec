//! That a patch can't be rolled back is for its author to say, if that is somebody known. A stranger who says it of
//! their own patch makes it no harder to get rid of.

use super::{Scene, VULNERABLE};
use crate::support::sandbox::order;

const MORE: &str = "check = no\n2\n3\n4\nport = 443\n";

/// A folder to which a patch that calls itself final was applied, by somebody known or not.
fn applied(signed_by: Option<&str>) -> (Scene, String) {
    let scene = Scene::new();
    let final_word = "possible = \"no\"\nreason = \"the database is converted\"";
    let order = order("N-1", "", "").replace("\"product\"", "\"Widget\"").replace("[\"1\"]", "[\"4.2\"]");
    scene.sandbox.write("order.toml", &order.replace("possible = \"yes\"", final_word));
    scene.sandbox.write("old/f", VULNERABLE);
    scene.sandbox.write("new/f", MORE);
    scene.console().done("make --from $/old --to $/new --order $/order.toml --output $/N-1.patchbundle");
    if let Some(key) = signed_by {
        scene.console().done(&format!("sign $/N-1.patchbundle --key $/{key}.key --as author"));
    }
    let shown = scene.must_apply("N-1.patchbundle");
    assert_eq!(scene.read("f").as_deref(), Some(MORE));
    (scene, shown.printed().split_whitespace().collect::<Vec<_>>().join(" "))
}

#[test]
fn a_strangers_patch_that_calls_itself_final_is_rolled_back_all_the_same() {
    let said = "says it can't be rolled back (the database is converted), but no key you trust signed it";
    for way in ["rollback $/app --yes", "rollback $/app N-1 --yes", "rollback $/app --to N-1 --yes"] {
        let (scene, shown) = applied(None);
        assert!(shown.contains(&format!("this patch {said}")), "{shown}");
        assert!(shown.contains("To undo it: patchwright rollback"), "{shown}");
        let done = scene.console().done(way);
        let told = done.printed().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(&format!("N-1 {said}")), "{told}");
        assert_eq!(scene.read("f").as_deref(), Some(VULNERABLE));
    }
}

#[test]
fn twin_what_the_vendor_calls_final_is_not_rolled_back_and_no_way_is_offered() {
    let (scene, shown) = applied(Some("ann"));
    assert!(shown.contains("this patch can't be rolled back: the database is converted"), "{shown}");
    assert!(!shown.contains("To undo it"), "{shown}");
    for way in ["rollback $/app --yes", "rollback $/app --to N-1 --yes"] {
        let refused = scene.console().run(way);
        assert!(refused.code != 0 && refused.err.contains("E-NO-WAY-BACK"), "{refused}");
        assert!(refused.printed().contains("N-1 can't be rolled back"), "{refused}");
    }
    assert_eq!(scene.read("f").as_deref(), Some(MORE));
}
