//! A fix comes to a folder where others have brought what it changes. It counts by itself from then on: whoever takes the
//! others out keeps the fix, or is told that it goes with them.

use super::{Scene, superseding};

const OPEN: &str = "a = 1\ntrust_all = yes\nb = 2\nc = 3\nd = 4\n";
const SHUT: &str = "a = 1\nb = 2\nc = 3\nd = 4\n";
/// What a stranger makes of it, who shuts it as well.
const STRANGERS: &str = "a = 1\nb = 2\nc = 3\nd = 5\n";

fn with(text: &str) -> Scene {
    let scene = Scene::new();
    scene.sandbox.write("app/f", text);
    scene
}

/// Ann's fix.
fn fix(scene: &Scene) -> String {
    scene.patch(Some("ann"), &scene.bundle("L-1", &["CVE-1"]).replace("f", OPEN, SHUT))
}

fn unsigned(scene: &Scene, id: &str, before: &str, after: &str) -> String {
    scene.patch(None, &scene.bundle(id, &[id]).replace("f", before, after))
}

fn assert_is_clean(scene: &Scene) {
    let status = scene.json("status $/app");
    assert_eq!(status["drift"], serde_json::json!([]), "{status}");
}

#[test]
fn a_fix_that_others_had_brought_stays_when_they_go() {
    let scene = with(OPEN);
    scene.must_apply(&unsigned(&scene, "U", OPEN, STRANGERS));
    let fix = fix(&scene);
    let plan = scene.console().run(&format!("plan $/{fix} $/app"));
    assert!(plan.out.contains("f already has what L-1 changes; U changed it, too"), "{plan}");
    let done = scene.must_apply(&fix);
    assert!(done.out.contains("Applied L-1") && done.out.contains("no file changed"), "{done}");
    assert_eq!(scene.active(), ["U", "L-1"]);
    let again = scene.must_apply(&fix);
    assert!(again.out.contains("Nothing to do: L-1 is already in place"), "{again}");
    let history = scene.console().done("history $/app");
    assert!(history.out.contains("f already has what L-1 changes; U changed it, too"), "{history}");

    let seen = scene.console().done("rollback $/app U --dry-run");
    assert!(seen.out.contains("f is rebuilt; it keeps the changes of L-1"), "{seen}");
    scene.console().done("rollback $/app U --yes");
    assert_eq!(scene.read("f").as_deref(), Some(SHUT));
    assert_is_clean(&scene);
    scene.console().done("reapply $/app --yes --allow-unsigned");
    assert_eq!(scene.read("f").as_deref(), Some(STRANGERS));
    scene.console().done("rollback $/app U --yes");
    scene.console().done("rollback $/app L-1 --yes");
    assert_eq!(scene.read("f").as_deref(), Some(OPEN));
    assert_is_clean(&scene);
}

#[test]
fn it_goes_alone_and_leaves_what_the_others_brought() {
    let scene = with(OPEN);
    scene.must_apply(&unsigned(&scene, "U", OPEN, STRANGERS));
    scene.must_apply(&fix(&scene));
    scene.console().done("rollback $/app L-1 --yes");
    assert_eq!((scene.read("f").as_deref(), scene.active()), (Some(STRANGERS), vec!["U".to_owned()]));
    scene.console().done("reapply $/app --yes");
    scene.console().done("rollback $/app --to U --yes");
    assert_eq!(scene.read("f").as_deref(), Some(OPEN));
    assert_is_clean(&scene);
}

#[test]
fn so_does_a_fix_of_which_others_had_brought_a_part() {
    // In the same file, and beside another one.
    let open = format!("{OPEN}e = 5\nf = 6\n");
    let scene = with(&open);
    let (theirs, more) = (format!("{STRANGERS}e = 5\nf = 6\n"), format!("{SHUT}e = 5\nf = 7\n"));
    let left = format!("{STRANGERS}e = 5\nf = 7\n");
    scene.must_apply(&unsigned(&scene, "U", &open, &theirs));
    let bundle = scene.bundle("L-1", &["CVE-1"]).replace("f", &open, &more).replace("notes", "1\n", "2\n");
    scene.must_apply(&scene.patch(Some("ann"), &bundle));
    assert_eq!(scene.read("f"), Some(left));
    scene.console().done("rollback $/app U --yes");
    assert_eq!((scene.read("f").as_deref(), scene.read("notes").as_deref()), (Some(&*more), Some("2\n")));
    assert_is_clean(&scene);
    scene.console().done("rollback $/app --yes");
    assert_eq!((scene.read("f"), scene.read("notes").as_deref()), (Some(open), Some("1\n")));
}

#[test]
fn a_file_that_both_leave_alike_is_as_expected_when_one_of_them_goes() {
    let scene = with(OPEN);
    scene.must_apply(&unsigned(&scene, "U", OPEN, SHUT));
    let bundle = scene.bundle("L-1", &["CVE-1"]).replace("f", OPEN, SHUT).replace("notes", "1\n", "2\n");
    scene.must_apply(&scene.patch(Some("ann"), &bundle));
    let done = scene.console().done("rollback $/app U --yes");
    assert!(done.out.contains("f stays as it is, for L-1"), "{done}");
    assert_eq!(scene.read("f").as_deref(), Some(SHUT));
    assert_is_clean(&scene);
    let repaired = scene.console().done("repair $/app --yes");
    assert!(repaired.out.contains("Nothing to"), "{repaired}");
    assert_eq!(scene.read("f").as_deref(), Some(SHUT));
}

#[test]
fn where_it_cannot_be_kept_whoever_takes_the_others_out_is_told() {
    let (shut, other) = (OPEN.replace("yes", "no"), OPEN.replace("yes", "some"));
    let scene = with(OPEN);
    scene.must_apply(&unsigned(&scene, "A", OPEN, &other));
    scene.must_apply(&unsigned(&scene, "U", &other, &shut));
    let fix = scene.bundle("L-1", &["CVE-1"]).replace("f", OPEN, &shut);
    scene.must_apply(&scene.patch(Some("ann"), &fix));
    assert_eq!(scene.active(), ["A", "U", "L-1"]);
    let refused = scene.console().run("rollback $/app U --yes");
    assert!(refused.code == 3 && refused.err.contains("L-1 depends on it"), "{refused}");
    assert_eq!(scene.read("f"), Some(shut));
    let both = scene.console().done("rollback $/app U --with-dependents --yes");
    assert!(both.out.contains("Rolled back U, L-1"), "{both}");
    assert_eq!(scene.read("f"), Some(other));
}

#[test]
fn whatever_a_stranger_says_to_contain_is_not_left_to_the_stranger() {
    let pack = |scene: &Scene, id: &str, fixes: &[&str], after: &str| {
        scene.patch(None, &superseding(scene.bundle(id, fixes), "L-1").replace("f", OPEN, after))
    };
    let copy =
        |scene: &Scene, id: &str| scene.patch(None, &scene.bundle(id, &["CVE-1"]).replace("f", OPEN, SHUT));
    // A pack that names it, and copies under another name.
    for (fixes, after) in [(&["CVE-1", "E"][..], STRANGERS), (&["CVE-1"], SHUT), (&[], SHUT)] {
        let scene = with(OPEN);
        let other = if fixes.is_empty() { copy(&scene, "UP") } else { pack(&scene, "UP", fixes, after) };
        scene.must_apply(&other);
        scene.must_apply(&fix(&scene));
        assert!(scene.active().contains(&"L-1".to_owned()), "{:?}", scene.active());
        let gone = scene.console().run("rollback $/app UP --yes");
        // It is kept, or it has replaced the other one.
        assert!(gone.code == 0 || gone.err.contains("was replaced by"), "{gone}");
        assert_eq!(scene.read("f").as_deref(), Some(SHUT), "{gone}");
        assert!(scene.active().contains(&"L-1".to_owned()), "{gone}");
    }
}

#[test]
fn what_nobody_brought_leaves_no_trace_and_what_is_apart_goes_as_ever() {
    // The product was delivered with the fix.
    let scene = with(SHUT);
    let done = scene.must_apply(&fix(&scene));
    assert!(done.out.contains("Nothing to do: L-1 is already in place"), "{done}");
    assert!(!scene.sandbox.path("app/.patchwright").exists());

    let scene = with(OPEN);
    scene.must_apply(&unsigned(&scene, "U", OPEN, "a = 1\ntrust_all = yes\nb = 2\nc = 3\nd = 5\n"));
    let done = scene.must_apply(&fix(&scene));
    assert!(!done.out.contains("already has"), "{done}");
    scene.console().done("rollback $/app U --yes");
    assert_eq!(scene.read("f").as_deref(), Some(SHUT));
}

#[test]
fn a_team_that_signs_nothing_leaves_its_fix_to_its_pack_as_ever() {
    let scene = with(OPEN);
    let pack = superseding(scene.bundle("SP", &["CVE-1", "SP"]), "L-1").replace("f", OPEN, STRANGERS);
    scene.must_apply(&scene.patch(None, &pack));
    let fix = scene.patch(None, &scene.bundle("L-1", &["CVE-1"]).replace("f", OPEN, SHUT));
    let done = scene.must_apply(&fix);
    assert!(done.out.contains("verything in this patch is already in SP"), "{done}");
    assert_eq!(scene.active(), ["SP"]);
}
