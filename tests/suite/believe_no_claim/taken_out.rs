//! What a fix took out of a file stays out of the whole file: nobody puts it back at another place unseen, nobody
//! contains the fix who does, and the fix is not in place where the line only moved.

use super::{Scene, superseding};

const OPEN: &str = "a = 1\ntrust_all = yes\nb = 2\nc = 3\nd = 4\n";
const SHUT: &str = "a = 1\nb = 2\nc = 3\nd = 4\n";
/// The same with the line one further down, at the end, and indented.
const OPEN_ELSEWHERE: [&str; 3] = [
    "a = 1\nb = 2\ntrust_all = yes\nc = 3\nd = 4\n",
    "a = 1\nb = 2\nc = 3\nd = 4\ntrust_all = yes\n",
    "a = 1\nb = 2\nc = 3\n    trust_all = yes\nd = 4\n",
];

fn with(text: &str) -> Scene {
    let scene = Scene::new();
    scene.sandbox.write("app/f", text);
    scene
}

/// Ann's fix.
fn fix(scene: &Scene, before: &str, after: &str) -> String {
    scene.patch(Some("ann"), &scene.bundle("L-1", &["CVE-1"]).replace("f", before, after))
}

#[test]
fn a_line_that_a_fix_took_out_does_not_come_back_at_another_place() {
    let scene = with(OPEN);
    scene.must_apply(&fix(&scene, OPEN, SHUT));
    for (row, text) in OPEN_ELSEWHERE.iter().enumerate() {
        // Made from the file as it was delivered, and from the fixed one.
        for (kind, from) in [("old", OPEN), ("new", SHUT)] {
            for by in [None, Some("eve"), Some("ann")] {
                let bundle = scene.bundle(&format!("X-{row}-{kind}"), &["X"]).replace("f", from, text);
                scene.refuses(&scene.patch(by, &bundle), "E-UNDOES", "ndoes L-1: f");
            }
        }
    }
    assert_eq!(scene.read("f").as_deref(), Some(SHUT));
}

#[test]
fn a_text_patch_does_not_put_it_back_either() {
    let scene = with(OPEN);
    scene.must_apply(&fix(&scene, OPEN, SHUT));
    let diff = "--- a/f\n+++ b/f\n@@ -2,3 +2,4 @@\n b = 2\n c = 3\n d = 4\n+trust_all = yes\n";
    scene.sandbox.write("back.patch", diff);
    scene.refuses("back.patch", "E-UNDOES", "ndoes L-1: f");
}

#[test]
fn a_pack_in_which_the_line_is_again_does_not_contain_the_fix() {
    let scene = with(OPEN);
    scene.must_apply(&fix(&scene, OPEN, SHUT));
    for by in [None, Some("eve"), Some("ann")] {
        let pack = superseding(scene.bundle("SP", &["CVE-1", "SP"]), "L-1");
        let pack = scene.patch(by, &pack.replace("f", OPEN, OPEN_ELSEWHERE[1]));
        scene.refuses(&pack, "E-UNDOES", "ndoes L-1: f");
        assert_eq!(scene.active(), ["L-1"], "{by:?}");
    }
}

#[test]
fn the_fix_is_not_in_place_where_somebody_only_moved_the_line() {
    for (claims, text) in
        [true, false].into_iter().flat_map(|claims| OPEN_ELSEWHERE.map(|text| (claims, text)))
    {
        let scene = with(OPEN);
        let bundle = scene.bundle("X", if claims { &["CVE-1", "X"] } else { &["X"] });
        let bundle = if claims { superseding(bundle, "L-1") } else { bundle };
        scene.must_apply(&scene.patch(None, &bundle.replace("f", OPEN, text)));
        let fix = fix(&scene, OPEN, SHUT);
        scene.refuses(&fix, "E-UNDOES", "X");
        let agreed = scene.apply(&fix, "--allow-undo=ticket-7");
        assert_eq!(agreed.code, 0, "{agreed}");
        assert_eq!(scene.read("f").as_deref(), Some(SHUT), "{claims} {text}");
    }
}

#[test]
fn an_old_line_far_below_the_new_one_undoes_it() {
    let (before, after) = ("mode = no\nb = 2\nc = 3\nd = 4\n", "mode = yes\nb = 2\nc = 3\nd = 4\n");
    let scene = with(before);
    scene.must_apply(&fix(&scene, before, after));
    let twice = scene.bundle("X", &["X"]).replace("f", after, &format!("{after}mode = no\n"));
    for by in [None, Some("eve"), Some("ann")] {
        scene.refuses(&scene.patch(by, &twice), "E-UNDOES", "ndoes L-1: f (line 1)");
    }
}

#[test]
fn what_was_taken_out_stays_out_though_what_came_for_it_was_rewritten_since() {
    let text = |mode: &str| format!("mode = {mode}\nb = 2\nc = 3\nd = 4\n");
    let scene = with(&text("no"));
    scene.must_apply(&fix(&scene, &text("no"), &text("yes")));
    // Its author makes it better.
    let better = scene.bundle("L-2", &["L-2"]).replace("f", &text("yes"), &text("always"));
    scene.must_apply(&scene.patch(Some("ann"), &better));
    let twice = scene.bundle("X", &["X"]).replace("f", &text("always"), &(text("always") + "mode = no\n"));
    for by in [None, Some("eve"), Some("ann")] {
        scene.refuses(&scene.patch(by, &twice), "E-UNDOES", "ndoes L-1: f");
    }
}

#[test]
fn a_fix_whose_line_comes_back_by_a_rollback_below_it_is_named() {
    let scene = with(OPEN);
    // A stranger moves the line, the vendor takes it out there.
    scene.must_apply(&scene.patch(None, &scene.bundle("X", &["X"]).replace("f", OPEN, OPEN_ELSEWHERE[1])));
    let agreed = scene.apply(&fix(&scene, OPEN_ELSEWHERE[1], SHUT), "--allow-undo=ticket-7");
    assert_eq!(agreed.code, 0, "{agreed}");
    let refused = scene.console().run("rollback $/app X --yes");
    assert!(refused.code == 3 && refused.err.contains("E-NOT-NEWEST"), "{refused}");
    assert!(refused.err.contains("L-1 depends on it"), "{refused}");
    assert_eq!(scene.read("f").as_deref(), Some(SHUT));
}

#[test]
fn what_somebody_made_of_the_line_since_is_not_out_because_an_earlier_fix_took_it_out() {
    for fixes in [&["CVE-1"], &["CVE-2"]] {
        let scene = with(OPEN);
        scene.must_apply(&fix(&scene, OPEN, SHUT));
        let again = OPEN.replace("yes", "often");
        let made = scene.patch(None, &scene.bundle("M", &["M"]).replace("f", OPEN, &again));
        assert_eq!(scene.apply(&made, "--allow-undo=ticket-7").code, 0);
        assert_eq!(scene.read("f").as_deref(), Some(&*again));
        let once_more = scene.patch(Some("ann"), &scene.bundle("L-2", fixes).replace("f", OPEN, SHUT));
        scene.refuses(&once_more, "E-OVERLAP", "this patch and M change the same lines of f");
        let agreed = scene.apply(&once_more, "--allow-related=ticket-8");
        assert_eq!(agreed.code, 0, "{agreed}");
        assert_eq!(scene.read("f").as_deref(), Some(SHUT), "{fixes:?}");
    }
}

#[test]
fn twin_what_somebody_put_beside_it_since_is_not_made_of_it() {
    let scene = with(OPEN);
    scene.must_apply(&fix(&scene, OPEN, SHUT));
    let beside = SHUT.replace("b = 2", "new = 1\nb = 2");
    scene.must_apply(&scene.patch(None, &scene.bundle("M", &["M"]).replace("f", SHUT, &beside)));
    let same = scene.patch(Some("ann"), &scene.bundle("L-2", &["CVE-2"]).replace("f", OPEN, SHUT));
    scene.must_apply(&same);
    assert_eq!(scene.read("f").as_deref(), Some(&*beside));
}

#[test]
fn twin_who_takes_the_same_line_out_has_the_fix_in_place() {
    let scene = with(OPEN);
    let other = scene.bundle("X", &["X"]).replace("f", OPEN, &SHUT.replace("d = 4", "d = 5"));
    scene.must_apply(&scene.patch(None, &other));
    let done = scene.must_apply(&fix(&scene, OPEN, SHUT));
    assert!(done.out.contains("f already has what L-1 changes; X changed it, too"), "{done}");
}

#[test]
fn twin_lines_that_stand_everywhere_come_again_without_a_question() {
    let before = "fn a() {\n    check();\n    return;\n}\nfn b() {\n    return;\n}\nfn c() {\n    go();\n}\n";
    // Taken out with a line of its own, and of two that are alike.
    let fixed = "fn a() {\n    check();\n}\nfn b() {\n    return;\n}\nfn c() {\n    go();\n}\n";
    let later = "fn a() {\n    check();\n}\nfn b() {\n    return;\n}\nfn c() {\n    go();\n    return;\n}\nfn d() {\n}\n";
    let scene = with(before);
    scene.must_apply(&fix(&scene, before, fixed));
    let next = scene.patch(Some("ann"), &scene.bundle("L-2", &["L-2"]).replace("f", fixed, later));
    scene.must_apply(&next);
    assert_eq!(scene.read("f").as_deref(), Some(later));
}

#[test]
fn twin_two_hotfixes_for_the_same_original_take_out_a_line_of_two_and_bring_one() {
    let before = "a\nreturn;\nb\nc\nreturn;\nd\ne\nf\n";
    let (without, with_more) =
        ("a\nb\nc\nreturn;\nd\ne\nf\n", "a\nreturn;\nb\nc\nreturn;\nd\ne\nreturn;\nf\n");
    for is_turned in [false, true] {
        let scene = with(before);
        let mut patches = [
            fix(&scene, before, without),
            scene.patch(Some("ann"), &scene.bundle("L-2", &["L-2"]).replace("f", before, with_more)),
        ];
        if is_turned {
            patches.reverse();
        }
        patches.iter().for_each(|patch| _ = scene.must_apply(patch));
        assert_eq!(scene.read("f").as_deref(), Some("a\nb\nc\nreturn;\nd\ne\nreturn;\nf\n"));
        // Either of them goes alone.
        for (id, left) in [("L-1", with_more), ("L-2", without)] {
            scene.console().done(&format!("rollback $/app {id} --yes"));
            assert_eq!(scene.read("f").as_deref(), Some(left), "{id}");
            scene.console().done("reapply $/app --yes");
        }
    }
}
