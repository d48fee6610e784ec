//! Every row of the table of relations, both directions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::fates::Bringing;
use super::landing::{ComingChange, land};
use super::relate::{Newcomer, RelatedPresence, relate, says_that_it_contains};
use super::tests::{change, file, patch};
use super::*;
use crate::diff::moves;
use crate::model::{
    Conflict, FileChange, FileNode, LayerKey, Patch, PatchId, Requirement, RequirementIf, RequirementMode,
};

/// Contents that are known because somebody wrote them down here.
pub(super) struct Texts(BTreeMap<Digest, Arc<Vec<u8>>>);

impl Texts {
    pub fn new(texts: &[&str]) -> Self {
        Self(
            texts
                .iter()
                .map(|text| (Digest::compute(text.as_bytes()), Arc::new(text.as_bytes().to_vec())))
                .collect(),
        )
    }
}

impl ContentByDigest for Texts {
    fn content(&self, file: &FileNode) -> Option<Arc<Vec<u8>>> {
        self.0.get(&file.digest).cloned()
    }
}

pub(super) fn id(text: &str) -> PatchId {
    PatchId::parse(text).expect("a good id")
}

/// A patch with this id and these fixes.
pub(super) fn named(name: &str, fixes: &[&str], changes: Vec<FileChange>) -> Patch {
    let mut patch = patch(changes);
    patch.about.identity.id = id(name);
    patch.about.fixes = fixes.iter().map(|fix| (*fix).to_owned()).collect();
    patch
}

/// The patch as it lies in a folder where it found what it was made for.
pub(super) fn layer(patch: &Patch, entry: u64) -> Layer {
    let step = |change: &FileChange| Step {
        path: change.path.clone(),
        before: change.before.first().cloned(),
        after: change.after.clone(),
    };
    Layer {
        key: LayerKey { entry, part: 0 },
        id: patch.about.identity.id.as_str().to_owned(),
        revision: patch.about.identity.revision,
        patch: Some(Arc::new(patch.clone())),
        authors: BTreeSet::new(),
        steps: patch.changes.iter().map(step).collect(),
        shares: BTreeSet::new(),
        in_place: BTreeSet::new(),
        shifted: BTreeSet::new(),
        accepted: false,
        superseded: None,
        doubted: false,
        by_key: BTreeSet::new(),
    }
}

const BASE: &str = "1\n2\n3\n4\n5\n";
const TOP: &str = "one\n2\n3\n4\n5\n";
const BOTTOM: &str = "1\n2\n3\n4\nfive\n";
const TOP_OTHERWISE: &str = "ONE\n2\n3\n4\n5\n";

fn texts() -> Texts {
    Texts::new(&[BASE, TOP, BOTTOM, TOP_OTHERWISE])
}

fn edit(at: &str, before: &str, after: &str) -> FileChange {
    change(at, Some(file(before)), Some(file(after)))
}

/// What `new` by somebody is to one of `layers`, of which everything is in the folder.
fn relation_in(
    new: &Patch,
    authors: &[&str],
    layers: &[Layer],
    number: usize,
    presence: RelatedPresence,
    contents: &dyn ContentByDigest,
) -> Relation {
    let expected: BTreeMap<TreePath, Option<Node>> = layers
        .iter()
        .flat_map(|layer| &layer.steps)
        .map(|step| (step.path.clone(), step.after.clone()))
        .collect();
    let stack = Stack { layers, expected: &expected, origins: &BTreeMap::new() };
    let contained = layers.iter().filter(|layer| says_that_it_contains(new, layer)).map(|layer| layer.key);
    let contained = contained.collect();
    let situation = Situation::default();
    let landing = |change: &FileChange| {
        Some((
            change.path.clone(),
            land(ComingChange { change, edits: None, diff: None }, &stack, &contained, &situation, contents)?,
        ))
    };
    let landings = new.changes.iter().filter_map(landing).collect();
    let stands = |change: &FileChange| {
        let bringing =
            Bringing { path: &change.path, before: change.before.first(), left: change.after.as_ref() };
        (
            change.path.clone(),
            bringing.stand_unbrought(stack.now(&change.path).as_ref(), &stack.at(&change.path), contents),
        )
    };
    let coverage = new.changes.iter().map(stands).collect();
    let authors = authors.iter().map(|owner| (*owner).to_owned()).collect();
    let moves = moves(&new.changes);
    let new = Newcomer {
        patch: new,
        authors: &authors,
        tree: &situation.tree,
        landings: &landings,
        moves: &moves,
        coverage: &coverage,
    };
    relate(&new, &layers[number], presence, &stack, contents)
}

/// What `new` is to `there`, both by one author.
fn relation(new: &Patch, there: &Patch, presence: RelatedPresence) -> Relation {
    relation_in(new, &["ann"], &[by_ann(there)], 0, presence, &texts())
}

fn by_ann(patch: &Patch) -> Layer {
    Layer { authors: BTreeSet::from(["ann".to_owned()]), ..layer(patch, 1) }
}

fn class(new: &Patch, there: &Patch) -> RelationClass {
    relation(new, there, RelatedPresence::Installed).class
}

#[test]
fn every_row_of_the_table_holds_in_both_directions() {
    let of = |name: &str, fixes: &[&str], at: &str, before: &str, after: &str| {
        named(name, fixes, vec![edit(at, before, after)])
    };
    let one = of("ONE", &["A"], "f", BASE, TOP);
    let newer = {
        let mut patch = of("ONE", &["A"], "f", BASE, TOP_OTHERWISE);
        patch.about.identity.revision = 2;
        patch
    };
    let replacing = {
        let mut patch = of("NEW", &["Z"], "g", "x", "y");
        patch.about.supersedes = vec![id("ONE")];
        patch
    };
    let excluding = {
        let mut patch = of("EX", &["E"], "g", "x", "y");
        patch.about.conflicts = vec![Conflict { id: id("ONE"), reason: "both listen on port 80".into() }];
        patch
    };
    use RelationClass::*;
    let rows = [
        ("the same patch", one.clone(), one.clone(), Identical, Identical),
        ("the same under another name", one.clone(), of("TWO", &["A"], "f", BASE, TOP), Identical, Identical),
        ("a newer revision", newer.clone(), one.clone(), ReIssue, Subset),
        ("more fixes", of("SP", &["A", "B"], "f", BASE, TOP_OTHERWISE), one.clone(), Superset, Subset),
        ("declared to replace it", replacing.clone(), one.clone(), Superset, Independent),
        (
            "both fix one, each one more",
            of("X", &["A", "B"], "g", "x", "y"),
            of("Y", &["A", "C"], "h", "x", "y"),
            FixConflict,
            FixConflict,
        ),
        (
            "the same fix, otherwise",
            of("X", &["A"], "f", BASE, TOP_OTHERWISE),
            one.clone(),
            FixConflict,
            FixConflict,
        ),
        ("nothing in common", of("X", &["B"], "g", "x", "y"), one.clone(), Independent, Independent),
        ("made on top", of("X", &["B"], "f", TOP, TOP_OTHERWISE), one.clone(), BuildsOn, Regression),
        ("other lines", of("X", &["B"], "f", BASE, BOTTOM), one.clone(), Mergeable, Mergeable),
        ("the same lines", of("X", &["B"], "f", BASE, TOP_OTHERWISE), one.clone(), Regression, Regression),
        (
            "binary",
            of("X", &["B"], "f", "a\0b", "a\0c"),
            of("Y", &["C"], "f", "a\0b", "a\0d"),
            Regression,
            Regression,
        ),
        (
            "of another origin",
            of("X", &["B"], "f", "a\0b", "a\0c"),
            of("Y", &["C"], "f", "a\0x", "a\0d"),
            FileConflict,
            FileConflict,
        ),
        ("excluded", excluding, one.clone(), Blocked, Blocked),
    ];
    let mut seen = BTreeSet::new();
    for (row, new, there, expected, reversed) in rows {
        assert_eq!(class(&new, &there), expected, "{row}");
        assert_eq!(class(&there, &new), reversed, "{row}, the other way round");
        seen.extend([expected, reversed]);
        let told = relation(&new, &there, RelatedPresence::Installed);
        assert!(told.sentence.ends_with('.') && !told.sentence.is_empty(), "{row}: {}", told.sentence);
        assert_eq!(!told.obstacles().is_empty(), expected.consequence() == Consequence::Stop, "{row}");
    }
    let of_a_stranger =
        relation_in(&replacing, &["eve"], &[by_ann(&one)], 0, RelatedPresence::Installed, &texts());
    assert_eq!(of_a_stranger.class, Unproven);
    seen.insert(of_a_stranger.class);
    assert_eq!(seen.len(), RelationClass::ALL.len(), "every class has a row");
}

#[test]
fn lines_that_both_change_are_named() {
    let one = named("ONE", &["A"], vec![edit("f", BASE, TOP)]);
    let other = named("X", &["B"], vec![edit("f", BASE, TOP_OTHERWISE)]);
    let told = relation(&other, &one, RelatedPresence::Installed);
    assert_eq!(told.sentence, "Applying this would undo fix ONE: both change the same lines of f.");
    assert_eq!(
        told.evidence.places[0].meeting,
        Meeting::SameLines(vec![crate::diff::LineRange { first: 1, last: 1 }])
    );
    let together = relation(&other, &one, RelatedPresence::AtHand);
    assert_eq!(
        (together.class, together.sentence.as_str()),
        (RelationClass::FileConflict, "This patch and ONE change the same lines of f.")
    );
    let obstacle = &told.obstacles()[0];
    assert_eq!((obstacle.code(), obstacle.path.as_deref()), (Code::Undoes, Some("f")));
}

#[test]
fn without_contents_nothing_is_called_mergeable() {
    let one = layer(&named("ONE", &["A"], vec![edit("f", BASE, TOP)]), 1);
    let other = named("X", &["B"], vec![edit("f", BASE, BOTTOM)]);
    let told = relation_in(&other, &[], &[one], 0, RelatedPresence::Installed, &NoContents);
    assert_eq!(told.class, RelationClass::Regression);
}

#[test]
fn what_a_vendor_declares_counts_only_where_it_is_stricter() {
    // Without a word about each other the lines decide; the word of one of them is enough to forbid.
    let one = named("ONE", &["A"], vec![edit("f", BASE, TOP)]);
    let mut other = named("X", &["B"], vec![edit("f", BASE, BOTTOM)]);
    assert_eq!(class(&other, &one), RelationClass::Mergeable);
    other.about.conflicts = vec![Conflict { id: id("ONE"), reason: "never together".into() }];
    assert_eq!(class(&other, &one), RelationClass::Blocked);
    assert_eq!(class(&one, &other), RelationClass::Blocked);
    // That it contains the other one does not help against a clash that is declared.
    other.about.fixes.push("A".to_owned());
    assert_eq!(class(&other, &one), RelationClass::Blocked);
}

#[test]
fn the_same_name_and_edition_with_another_result_is_not_the_same_patch() {
    let one = named("ONE", &["A"], vec![edit("f", BASE, TOP)]);
    let impostor = named("ONE", &["A"], vec![edit("f", BASE, TOP_OTHERWISE)]);
    assert_eq!(class(&impostor, &one), RelationClass::FixConflict);
}

#[test]
fn on_a_stack_what_the_file_holds_decides() {
    let first = named("ONE", &["A"], vec![edit("f", BASE, TOP)]);
    let both = "one\n2\n3\n4\nfive\n";
    let second = named("TWO", &["B"], vec![edit("f", TOP, both)]);
    let third = named("THREE", &["C"], vec![edit("f", both, "one\n2\nthree\n4\nfive\n")]);
    let layers = [layer(&first, 1), layer(&second, 2)];
    for number in [0, 1] {
        let told = relation_in(&third, &[], &layers, number, RelatedPresence::Installed, &texts());
        assert_eq!(told.class, RelationClass::BuildsOn, "{}", layers[number].id);
    }
}

fn requiring(name: &str, needs: &[(&str, RequirementMode)], sequence: u64) -> Patch {
    let mut patch = named(name, &[name], vec![edit(name, "x", "y")]);
    let need = |(needed, mode): &(&str, RequirementMode)| Requirement {
        id: id(needed),
        min_revision: 1,
        mode: *mode,
    };
    patch.about.requires = needs.iter().map(need).collect();
    patch.about.sequence = sequence;
    patch
}

fn order(patches: &[Patch]) -> Result<Vec<String>, String> {
    let references: Vec<&Patch> = patches.iter().collect();
    resolve(&references, |_| false)
        .map(|order| order.into_iter().map(|index| patches[index].about.identity.id.to_string()).collect())
        .map_err(|cycle| cycle.to_string())
}

use RequirementMode::{Before, Together};

#[test]
fn what_is_required_comes_first_and_then_what_is_older() {
    let chain =
        [requiring("C", &[("B", Before)], 1), requiring("B", &[("A", Before)], 2), requiring("A", &[], 3)];
    assert_eq!(order(&chain), Ok(vec!["A".into(), "B".into(), "C".into()]));
    let diamond = [
        requiring("TOP", &[("LEFT", Before), ("RIGHT", Before)], 1),
        requiring("RIGHT", &[("BASE", Before)], 2),
        requiring("LEFT", &[("BASE", Before)], 3),
        requiring("BASE", &[], 9),
    ];
    assert_eq!(order(&diamond), Ok(vec!["BASE".into(), "RIGHT".into(), "LEFT".into(), "TOP".into()]));
}

#[test]
fn a_circle_is_refused_and_named() {
    let circle = [
        requiring("C", &[("B", Before)], 1),
        requiring("B", &[("A", Before)], 2),
        requiring("A", &[("C", Before)], 3),
        requiring("D", &[("A", Before)], 4),
    ];
    assert_eq!(order(&circle), Err("A → B → C → A".to_owned()));
    let together = [requiring("A", &[("B", Together)], 1), requiring("B", &[("A", Together)], 2)];
    assert_eq!(order(&together), Ok(vec!["A".into(), "B".into()]));
}

#[test]
fn a_condition_counts_only_where_it_is_met() {
    let mut a = requiring("A", &[], 1);
    a.about.requires_if = vec![RequirementIf {
        when: id("C"),
        then: Requirement { id: id("B"), min_revision: 1, mode: Before },
    }];
    let b = requiring("B", &[], 2);
    assert_eq!(order(&[a.clone(), b.clone()]), Ok(vec!["A".into(), "B".into()]));
    let c = requiring("C", &[], 3);
    assert_eq!(order(&[a, b, c]), Ok(vec!["B".into(), "A".into(), "C".into()]));
}

#[test]
fn one_that_was_made_for_what_another_leaves_comes_after_it() {
    let first = named("Z", &["Z"], vec![edit("f", BASE, TOP)]);
    let second = named("A", &["A"], vec![edit("f", TOP, BOTTOM)]);
    assert_eq!(order(&[second, first]), Ok(vec!["Z".into(), "A".into()]));
}

mod by_chance {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_order_does_not_depend_on_how_the_patches_are_named(
            needs in prop::collection::vec((0_usize..7, 0_usize..7, any::<bool>()), 0..10),
            sequences in prop::collection::vec(0_u64..3, 7),
            shuffle in Just((0..7_usize).collect::<Vec<_>>()).prop_shuffle(),
        ) {
            let name = |n: usize| format!("P{n}");
            let patches: Vec<Patch> = (0..7)
                .map(|n| {
                    let own = needs.iter().filter(|(from, to, _)| *from == n && to != from);
                    let needed: Vec<(String, RequirementMode)> = own
                        .map(|(_, to, before)| (name(*to), if *before { Before } else { Together }))
                        .collect();
                    let needed: Vec<(&str, RequirementMode)> =
                        needed.iter().map(|(id, mode)| (id.as_str(), *mode)).collect();
                    requiring(&name(n), &needed, sequences[n])
                })
                .collect();
            let shuffled: Vec<Patch> = shuffle.iter().map(|n| patches[*n].clone()).collect();
            let found = order(&patches);
            prop_assert_eq!(&found, &order(&shuffled));
            if let Ok(order) = found {
                for patch in &patches {
                    let at = |id: &str| order.iter().position(|other| other == id);
                    for need in patch.about.requires.iter().filter(|need| need.mode == Before) {
                        prop_assert!(at(need.id.as_str()) < at(patch.about.identity.id.as_str()));
                    }
                }
            }
        }
    }
}
