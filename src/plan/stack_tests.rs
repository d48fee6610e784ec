//! Patches taken out from anywhere in a stack.

use std::collections::{BTreeMap, BTreeSet};

use super::relate_tests::{Texts, id, layer, named};
use super::tests::{change, file, path};
use super::*;
use crate::model::{FileChange, LayerKey, Requirement, RequirementMode};

const BASE: &str = "1\n2\n3\n4\n5\n6\n7\n";
const X: &str = "one\n2\n3\n4\n5\n6\n7\n";
const XY: &str = "one\n2\n3\n4\n5\n6\nseven\n";
const XYZ: &str = "one\n2\n3\nfour\n5\n6\nseven\n";

fn edit(at: &str, before: &str, after: &str) -> FileChange {
    change(at, Some(file(before)), Some(file(after)))
}

fn key(entry: u64) -> LayerKey {
    LayerKey { entry, part: 0 }
}

/// What is left of `layers` without `gone`, by place; and who has to go as well.
fn without(layers: &[Layer], gone: &[u64]) -> (BTreeMap<String, Option<Node>>, Vec<u64>) {
    let expected: BTreeMap<TreePath, Option<Node>> = layers
        .iter()
        .flat_map(|layer| &layer.steps)
        .map(|step| (step.path.clone(), step.after.clone()))
        .collect();
    let stack = Stack { layers, expected: &expected, origins: &BTreeMap::new() };
    let wanted: BTreeSet<LayerKey> = gone.iter().map(|entry| key(*entry)).collect();
    let out = take_out(&stack, &wanted, &Texts::new(&[BASE, X, XY, XYZ]));
    assert_eq!(out.stuck, []);
    let places = out.places.iter().map(|place| (place.path.as_str().to_owned(), place.then.clone()));
    (places.collect(), out.dependents.iter().map(|dependent| dependent.key.entry).collect())
}

fn three() -> Vec<Layer> {
    vec![
        layer(&named("X", &["X"], vec![edit("f", BASE, X)]), 1),
        layer(&named("Y", &["Y"], vec![edit("f", X, XY)]), 2),
        layer(&named("Z", &["Z"], vec![edit("f", XY, XYZ)]), 3),
    ]
}

#[test]
fn the_topmost_patches_give_back_what_they_found() {
    let layers = three();
    for (gone, left) in [(&[3][..], XY), (&[2, 3], X), (&[1, 2, 3], BASE)] {
        assert_eq!(without(&layers, gone), (BTreeMap::from([("f".to_owned(), Some(file(left)))]), vec![]));
    }
}

#[test]
fn a_patch_below_others_goes_and_theirs_is_laid_on_what_was_there_before() {
    let layers = three();
    let rows = [
        (&[1][..], "1\n2\n3\nfour\n5\n6\nseven\n"),
        (&[2], "one\n2\n3\nfour\n5\n6\n7\n"),
        (&[1, 2], "1\n2\n3\nfour\n5\n6\n7\n"),
        (&[1, 3], "1\n2\n3\n4\n5\n6\nseven\n"),
    ];
    for (gone, left) in rows {
        assert_eq!(without(&layers, gone), (BTreeMap::from([("f".to_owned(), Some(file(left)))]), vec![]));
    }
}

#[test]
fn who_changed_the_same_lines_goes_as_well_and_nobody_else() {
    let mut layers = three();
    let other = "ONE\n2\n3\nfour\n5\n6\nseven\n";
    layers.push(layer(&named("W", &["W"], vec![edit("f", XYZ, other)]), 4));
    let expected: BTreeMap<TreePath, Option<Node>> = BTreeMap::from([(path("f"), Some(file(other)))]);
    let stack = Stack { layers: &layers, expected: &expected, origins: &BTreeMap::new() };
    let out = take_out(&stack, &BTreeSet::from([key(1)]), &Texts::new(&[BASE, X, XY, XYZ, other]));
    assert_eq!(out.out, BTreeSet::from([key(1), key(4)]));
    assert_eq!(
        out.dependents[0].because,
        Because::Lines { path: path("f"), lines: vec![crate::diff::LineRange { first: 1, last: 1 }] }
    );
    assert_eq!(out.places[0].then, Some(file("1\n2\n3\nfour\n5\n6\nseven\n")));
}

#[test]
fn without_contents_everything_above_goes_as_well() {
    let layers = three();
    let expected: BTreeMap<TreePath, Option<Node>> = BTreeMap::from([(path("f"), Some(file(XYZ)))]);
    let stack = Stack { layers: &layers, expected: &expected, origins: &BTreeMap::new() };
    let out = take_out(&stack, &BTreeSet::from([key(1)]), &NoContents);
    assert_eq!(out.out, BTreeSet::from([key(1), key(2), key(3)]));
    assert_eq!(out.places[0].then, Some(file(BASE)));
}

#[test]
fn who_needs_a_patch_goes_with_it() {
    let mut needing = named("N", &["N"], vec![edit("g", "x", "y")]);
    needing.about.requires =
        vec![Requirement { id: id("X"), min_revision: 1, mode: RequirementMode::Before }];
    let layers = vec![layer(&named("X", &["X"], vec![edit("f", BASE, X)]), 1), layer(&needing, 2)];
    let (places, with_it) = without(&layers, &[1]);
    assert_eq!(with_it, [2]);
    assert_eq!(places.len(), 2);
}

#[test]
fn what_was_replaced_returns_when_what_replaced_it_goes() {
    let mut old = layer(&named("H", &["A"], vec![edit("f", BASE, X)]), 1);
    old.superseded = Some((key(2), false));
    let new = layer(&named("SP", &["A", "B"], vec![edit("f", BASE, XYZ)]), 2);
    let (places, with_it) = without(&[old, new], &[2]);
    assert_eq!((places["f"].clone(), with_it), (Some(file(X)), vec![]));
}

#[test]
fn a_place_that_two_patches_leave_the_same_stays_while_one_of_them_stays() {
    let first = layer(&named("X", &["X"], vec![edit("f", BASE, X)]), 1);
    let mut second = layer(&named("Y", &["Y"], vec![edit("f", BASE, X)]), 2);
    second.steps.clear();
    second.shares.insert(path("f"));
    let layers = [first, second];
    assert_eq!(without(&layers, &[1]).0, BTreeMap::new());
    assert_eq!(without(&layers, &[1, 2]).0["f"], Some(file(BASE)));
}
