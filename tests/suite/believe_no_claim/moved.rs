//! Lines of a fix that are moved, indented or quoted in another way, or go with their file, are not lost; what is set
//! back is, wherever else something is moved.

use super::{FIXED, Scene};

const LONG: &str = "fn open() {\n    log();\n}\n\nfn close() {\n    log();\n}\n";
const LONG_FIXED: &str = "fn open() {\n    if name.len() > 'limit'.len() {\n        return refused(name);\n    }\n    log();\n}\n\nfn close() {\n    log();\n}\n";

/// Ann's fix of a longer file.
fn scene() -> Scene {
    let scene = Scene::new();
    scene.sandbox.write("app/code", LONG);
    let fix = scene.bundle("L-1", &["CVE-1"]).replace("code", LONG, LONG_FIXED);
    scene.must_apply(&scene.patch(Some("ann"), &fix));
    scene
}

/// What becomes of the fix when ann makes `new` of the file.
fn next(new: &str) -> (Scene, String) {
    let scene = scene();
    let patch = scene.patch(Some("ann"), &scene.bundle("L-2", &["L-2"]).replace("code", LONG_FIXED, new));
    (scene, patch)
}

#[test]
fn twin_lines_of_a_fix_may_be_moved_indented_and_quoted_in_another_way() {
    for new in [
        // Moved below.
        "fn open() {\n    log();\n}\n\nfn check() {\n    if name.len() > 'limit'.len() {\n        return refused(name);\n    }\n}\n\nfn close() {\n    log();\n}\n",
        // Indented and quoted in another way, below something new.
        "fn open() {\n  log();\n}\n\nfn check() {\n  if name.len() > \"limit\".len() {\n    return refused(name);\n  }\n}\n\nfn close() {\n  log();\n}\n",
    ] {
        let (scene, patch) = next(new);
        scene.must_apply(&patch);
        assert_eq!(scene.read("code").as_deref(), Some(new));
    }
}

#[test]
fn a_fix_that_is_taken_out_is_seen_whatever_comes_elsewhere() {
    let more = |body: &str| format!("{LONG}\nfn more() {{\n{body}}}\n");
    // One line of the fix elsewhere is not the fix.
    for new in [more(""), more("    {\n    }\n"), more("    return refused(name);\n")] {
        let (scene, patch) = next(&new);
        let run = scene.apply(&patch, "");
        assert!(run.code == 3 && run.err.contains("E-UNDOES"), "{run}");
        assert_eq!(scene.read("code").as_deref(), Some(LONG_FIXED));
    }
}

#[test]
fn twin_the_vendor_may_move_a_file_with_its_fix() {
    let scene = Scene::new();
    scene.must_apply(&scene.hotfix());
    let moves = scene.bundle("L-2", &["L-2"]).rename("f", "g", FIXED);
    scene.must_apply(&scene.patch(Some("ann"), &moves));
    assert_eq!(scene.read("g").as_deref(), Some(FIXED));
    assert_eq!(scene.read("f"), None);
}

#[test]
fn nobody_else_moves_a_fix_away() {
    let scene = Scene::new();
    scene.must_apply(&scene.hotfix());
    let moves = scene.bundle("M-2", &["M-2"]).rename("f", "g", FIXED);
    for by in [Some("eve"), None] {
        scene.refuses(&scene.patch(by, &moves), "E-OVERLAP", "L-1");
    }
}

#[test]
fn a_file_that_is_removed_with_its_fix_is_seen_whoever_says_it() {
    let scene = Scene::new();
    scene.sandbox.write("app/f", super::VULNERABLE);
    let brings = scene.bundle("L-1", &["CVE-1"]).create("guard", "deny all\n");
    scene.must_apply(&scene.patch(Some("ann"), &brings));
    // Something else that comes is not the file.
    let removes = scene.bundle("L-2", &["L-2"]).delete("guard", "deny all\n").create("other", "allow all\n");
    scene.refuses(&scene.patch(Some("ann"), &removes), "E-UNDOES", "guard");
}
