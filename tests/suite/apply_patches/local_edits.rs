//! What happens to files that somebody edited is what the patch's author wrote into the order.

use crate::support::sandbox::{Sandbox, obstacles, order};
use crate::support::trees::Tree;

fn with_policy(local_edits: &str) -> String {
    let tables = format!("[[make.policy]]\npaths = [\"/conf/*\"]\nlocal_edits = \"{local_edits}\"\n");
    order("TEST-1", "", &tables)
}

fn old() -> Tree {
    Tree::new().file("app", "1").file("conf/app.toml", "port = 1\n").file("conf/gone.toml", "x = 1\n")
}

fn new() -> Tree {
    Tree::new().file("app", "2").file("conf/app.toml", "port = 2\n")
}

fn edited() -> Tree {
    old().file("conf/app.toml", "port = 1\nmine = true\n").file("conf/gone.toml", "x = 2\n")
}

#[test]
fn an_edited_file_stops_the_patch_unless_its_author_says_otherwise() {
    let sandbox = Sandbox::new();
    for order in [order("TEST-1", "", ""), with_policy("refuse")] {
        let bundle = sandbox.try_to_make(&order, &old(), &new()).expect("a bundle");
        let target = sandbox.install(&edited());
        assert_eq!(obstacles(target.apply(&bundle)).len(), 2);
        target.expect(&edited());
    }
}

#[test]
fn an_edited_file_that_is_kept_stays_as_it_is_there_and_back() {
    let sandbox = Sandbox::new();
    let bundle = sandbox.try_to_make(&with_policy("keep-local"), &old(), &new()).expect("a bundle");
    let target = sandbox.install(&edited());
    assert_eq!(
        target.must_apply(&bundle),
        [
            "conf/app.toml: was edited here; your version is kept",
            "conf/gone.toml: was edited here; your version is kept"
        ]
    );
    target.expect(&edited().file("app", "2"));
    target.must_roll_back();
    target.expect(&edited());
}

#[test]
fn a_file_that_nobody_edited_is_replaced_whatever_the_policy() {
    let sandbox = Sandbox::new();
    for policy in ["refuse", "keep-local", "replace"] {
        let bundle = sandbox.try_to_make(&with_policy(policy), &old(), &new()).expect("a bundle");
        let target = sandbox.install(&old());
        target.must_apply(&bundle);
        target.expect(&new());
        target.must_roll_back();
        target.expect(&old());
    }
}

#[test]
fn an_edited_file_that_is_replaced_comes_back_with_its_edits() {
    let sandbox = Sandbox::new();
    let bundle = sandbox.try_to_make(&with_policy("replace"), &old(), &new()).expect("a bundle");
    let edited = edited().file("conf/gone.toml", "x = 1\n");
    let target = sandbox.install(&edited);
    assert_eq!(
        target.must_apply(&bundle),
        ["conf/app.toml: was edited here; it is replaced, and your version is backed up"]
    );
    target.expect(&new());
    target.must_roll_back();
    target.expect(&edited);
}
