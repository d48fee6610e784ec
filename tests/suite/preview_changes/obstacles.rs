//! Everything that stands in the way is told at once, with its place, its code and what to do.

use crate::support::sandbox::{Sandbox, obstacles, order, skip, spell, told};
use crate::support::trees::{Tree, links_work, noise};

fn old() -> Tree {
    Tree::new()
        .file("edited", "before")
        .file("missing", "before")
        .file("becomes-folder", "before")
        .file("same-kind", "before")
        .file("fine", "before")
        .file("gone/away", "before")
        .file("in/here", "before")
}

fn new() -> Tree {
    Tree::new()
        .file("edited", "after")
        .file("missing", "after")
        .file("becomes-folder", "after")
        .file("same-kind", "after")
        .file("fine", "after")
        .file("in/here", "before")
        .file("in/new", "after")
        .file("occupied", "after")
}

#[test]
fn all_obstacles_are_told_at_once() {
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&old(), &new());
    let found = old()
        .file("edited", "by somebody")
        .without("missing")
        .without("becomes-folder")
        .dir("becomes-folder")
        .without("in")
        .file("occupied", "by somebody else")
        .file("gone/away", "edited as well");
    let target = sandbox.install(&found);
    let preview = target.preview(&bundle).expect("a preview").preview;
    let lines: Vec<String> = preview.obstacles.iter().map(spell).collect();
    assert_eq!(
        lines,
        [
            "E-FS becomes-folder: is a folder instead of a file",
            "E-DRIFT edited: isn't the version this patch expects",
            "E-DRIFT gone/away: isn't the version this patch expects",
            "E-MISSING missing: is missing",
            "E-OCCUPIED occupied: already exists as a file, and isn't the one that the patch adds",
            "E-MISSING in: the folder is missing",
        ]
    );
    assert!(preview.obstacles.iter().all(|obstacle| !obstacle.hint().is_empty()), "each has a way on");
    assert_eq!(obstacles(target.apply(&bundle)), lines, "applying says the same");
    target.expect(&found);
    assert!(!target.has_state());
}

#[test]
fn permissions_and_links_that_differ_are_obstacles_of_their_own() {
    if !links_work() || cfg!(not(unix)) {
        return skip(
            "permissions_and_links_that_differ_are_obstacles_of_their_own",
            "it takes links and permissions",
        );
    }
    let sandbox = Sandbox::new();
    let old = Tree::new().file("mode", "x").link("link", "mode").link("turned", "mode").file("other", "y");
    let new = Tree::new().file("mode", "2").link("link", "other").link("turned", "other").file("other", "y");
    let bundle = sandbox.make(&old, &new);
    let found = old.file_with_mode("mode", "x", 0o600).link("link", "elsewhere").file("turned", "a file");
    let lines = obstacles(sandbox.install(&found).apply(&bundle));
    assert_eq!(
        lines,
        [
            "E-DRIFT link: points to \"elsewhere\"",
            "E-DRIFT mode: has permissions 0600 instead of 0644",
            "E-FS turned: is a file instead of a link",
        ]
    );
}

#[test]
fn a_link_in_the_way_is_not_followed() {
    if !links_work() {
        return skip("a_link_in_the_way_is_not_followed", "this system keeps no symbolic links");
    }
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&old(), &new());
    let outside = sandbox.lay_out(&Tree::new().file("here", "before"));
    let found = old().without("in").link("in", outside.to_str().expect("our own name"));
    let target = sandbox.install(&found);
    let lines = obstacles(target.apply(&bundle));
    assert!(lines.iter().any(|line| line.contains("in")), "{lines:?}");
    Tree::new().file("here", "before").assert_is(&outside, "what the link points to");
    target.expect(&found);
}

#[test]
fn too_little_room_is_told_before_anything_begins() {
    let sandbox = Sandbox::new();
    let big = noise(1, 3 << 20);
    let bundle = sandbox.make(&Tree::new().file("f", "1"), &Tree::new().file("f", "1").file("big", big));
    let preview = sandbox.install(&Tree::new().file("f", "1")).preview(&bundle).expect("a preview").preview;
    assert!(preview.needed_bytes >= 5 << 20, "content and reserve: {}", preview.needed_bytes);
    assert!(preview.obstacles.is_empty());
}

#[test]
fn a_plan_is_what_is_done() {
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&old(), &new());
    let target = sandbox.install(&old());
    let planned = target.preview(&bundle).expect("a preview").preview.plan.steps;
    target.must_apply(&bundle);
    assert_eq!(target.history()[0].steps[..], planned);
}

#[test]
fn names_that_another_system_takes_for_one_are_an_obstacle_only_where_it_matters() {
    const THIS: &str = "names_that_another_system_takes_for_one_are_an_obstacle_only_where_it_matters";
    if cfg!(windows) {
        return skip(THIS, "this is that system");
    }
    let sandbox = Sandbox::new();
    let (old, new) = (Tree::new().file("f", "1"), Tree::new().file("f", "2").file("README", "ours"));
    let with_twin = old.clone().file("readme", "somebody's");
    let target = sandbox.install(&with_twin);
    if target.path.join("README").exists() {
        return skip(THIS, "this disk takes them for one");
    }
    let bundle = sandbox.make(&old, &new);
    assert_eq!(
        obstacles(target.apply(&bundle)),
        ["E-COLLIDE README: has the same name as readme on some systems"]
    );
    let platform = format!("platforms = [\"{}\"]", sandbox.bench().environment().platform);
    let bundle = sandbox.try_to_make(&order("TEST-1", &platform, ""), &old, &new).expect("a bundle");
    let preview = target.preview(&bundle).expect("a preview").preview;
    assert_eq!(told(&preview.notes), ["README: has the same name as readme on some systems"]);
    target.must_apply(&bundle);
    target.expect(&new.file("readme", "somebody's"));
}
