//! A patch comes to a file that one changed which was kept for good, so that nobody has the original any more: it comes
//! where it can be shown that it fits, and else is refused with true words.

use patchwright::plan::OnDrift;
use patchwright::workbench::Which;

use crate::support::sandbox::{Sandbox, Target, obstacles};
use crate::support::trees::Tree;

/// A file of forty lines, some of them changed.
fn tree(changed: &[(usize, &str)]) -> Tree {
    let line = |number: usize| {
        let new = changed.iter().find(|(at, _)| *at == number).map(|(_, text)| (*text).to_owned());
        new.unwrap_or_else(|| format!("line {number}")) + "\n"
    };
    Tree::new().file("f", (1..=40).map(line).collect::<String>())
}

/// The folder after `changed` came by KEPT, which was kept for good.
fn kept<'a>(sandbox: &'a Sandbox, changed: &[(usize, &str)]) -> Target<'a> {
    let target = sandbox.install(&tree(&[]));
    target.must_apply(&sandbox.make_named("KEPT", &tree(&[]), &tree(changed)));
    let _ = sandbox.bench().accept(&target.path, None).expect("it is kept");
    target
}

const MERGED: &str = "f: is merged: NEW and KEPT both change it, in different places";
const PLACED: &str = "f: KEPT changed it, too, and its original isn't here any more; NEW changes only lines that are as it expects them";

#[test]
fn a_patch_of_other_lines_comes_and_goes_again() {
    // What KEPT changed is among the lines that NEW shows, and tells the original; or it is far from these.
    for (ours, note) in
        [(&[(5, "kept")][..], MERGED), (&[(30, "kept")], PLACED), (&[(30, "kept\nmore")], PLACED)]
    {
        let sandbox = Sandbox::new();
        let target = kept(&sandbox, ours);
        let new = sandbox.make_named("NEW", &tree(&[]), &tree(&[(3, "new")]));
        assert_eq!(target.must_apply(&new), [note]);
        let both = [ours, &[(3, "new")]].concat();
        target.expect(&tree(&both));
        assert!(target.drift().is_empty());
        let last = sandbox.make_named("LAST", &tree(&both), &tree(&[&both[..], &[(20, "last")]].concat()));
        target.must_apply(&last);
        target.must_go_back(Which::Patch("NEW".to_owned()), OnDrift::Stop);
        target.expect(&tree(&[ours, &[(20, "last")]].concat()));
        target.must_roll_back();
        target.expect(&tree(ours));
        assert_eq!(target.installed(), ["KEPT"]);
    }
}

#[test]
fn what_the_kept_patch_brought_is_there_already() {
    for ours in [&[(3, "new"), (5, "kept")][..], &[(3, "new"), (30, "kept")]] {
        let sandbox = Sandbox::new();
        let target = kept(&sandbox, ours);
        let new = sandbox.make_named("NEW", &tree(&[]), &tree(&[(3, "new")]));
        assert_eq!(target.must_apply(&new), ["f: already has what NEW changes; KEPT changed it, too"]);
        target.expect(&tree(ours));
        target.must_roll_back();
        target.expect(&tree(ours));
    }
}

#[test]
fn twin_the_same_line_changed_otherwise_is_refused() {
    let sandbox = Sandbox::new();
    let target = kept(&sandbox, &[(3, "kept")]);
    let new = sandbox.make_named("NEW", &tree(&[]), &tree(&[(3, "new")]));
    assert_eq!(
        obstacles(target.apply(&new)),
        ["E-UNDOES f: applying this would undo fix KEPT: both change the same lines of f"]
    );
    target.expect(&tree(&[(3, "kept")]));
}

#[test]
fn twin_where_nothing_shows_what_the_original_was_nobody_guesses() {
    // One of the lines that NEW shows is another one, and one that it doesn't show; or the lines stand there twice.
    let twice =
        "line 35\n".to_owned() + &(1..=6).map(|number| format!("line {number}\n")).collect::<String>();
    for ours in [vec![(5, "kept"), (30, "kept")], vec![(35, twice.trim_end())]] {
        let sandbox = Sandbox::new();
        let target = kept(&sandbox, &ours);
        let new = sandbox.make_named("NEW", &tree(&[]), &tree(&[(3, "new")]));
        let told = "E-UNDOES f: applying this could undo fix KEPT: both change f, whose original isn't here any more to combine the changes";
        assert_eq!(obstacles(target.apply(&new)), [told]);
        target.expect(&tree(&ours));
    }
}
