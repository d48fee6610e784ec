//! What patches say about each other, in every scope, against what their files show: what counts, what is shown, and
//! what needs an override.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::relate_tests::{Texts, id, layer, named};
use super::tests::{change, file, folder, path};
use super::why::Override;
use super::*;
use crate::model::{
    Conflict, FileChange, LayerKey, LocalEdits, Patch, Requirement, RequirementIf, RequirementMode,
};

const BASE: &str = "1\n2\n3\n4\n5\n";
const FIXED: &str = "one\n2\n3\n4\n5\n";
const FIXED_AND_MORE: &str = "one\n2\n3\n4\nfive\n";
const SET_BACK: &str = "1\n2\n3\n4\nfive\n";
const UNO_FIVE: &str = "uno\n2\n3\n4\nfive\n";
const THREE_FIVE: &str = "one\n2\nthree\n4\nfive\n";
const THIRD: &str = "uno\n2\n3\n4\n5\n";

fn edit(at: &str, before: &str, after: &str) -> FileChange {
    change(at, Some(file(before)), Some(file(after)))
}

/// The fix that is there.
fn old() -> Patch {
    let extra = change("extra", None, Some(file("extra")));
    plain("OLD", &["CVE-1"], vec![edit("f", BASE, FIXED), extra])
}

fn plain(name: &str, fixes: &[&str], changes: Vec<FileChange>) -> Patch {
    let mut patch = named(name, fixes, changes);
    patch.about.result_version = None;
    patch
}

/// What the new one does with the files of the one that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Files {
    /// It keeps everything, or everything of it is there.
    Shown,
    /// It makes something third of it, or the other one did.
    Third,
    /// It sets it back, or the other one has not got it.
    Disproved,
    /// It has nothing to do with it.
    Elsewhere,
}

/// Whose the two are.
const SCOPES: [(&str, &str, &[&str], &[&str]); 5] = [
    ("own", "App", &["ann"], &["ann"]),
    ("unsigned", "App", &[], &[]),
    ("stranger, unsigned", "App", &[], &["ann"]),
    ("stranger, signed", "App", &["eve"], &["ann"]),
    ("other product", "Other", &["ann"], &["ann"]),
];

type Claim = (&'static str, fn(&mut Patch, &mut Patch));

/// The new one says that it contains the one that is there.
const CONTAINS: [Claim; 4] = [
    ("supersedes", |new, old| new.about.supersedes = vec![old.about.identity.id.clone()]),
    ("more fixes", |new, _| new.about.fixes.push("CVE-1".to_owned())),
    ("newer revision", |new, old| {
        new.about.identity = old.about.identity.clone();
        new.about.identity.revision = 99;
    }),
    ("the same fixes", |new, old| new.about.fixes.clone_from(&old.about.fixes)),
];

/// The one that is there says that it contains the new one.
const CONTAINED: [Claim; 3] = [
    ("superseded", |new, old| old.about.supersedes = vec![new.about.identity.id.clone()]),
    ("fewer fixes", |new, old| {
        old.about.fixes = vec!["CVE-1".to_owned(), "CVE-2".to_owned()];
        new.about.fixes = vec!["CVE-2".to_owned()];
    }),
    ("older revision", |new, old| {
        new.about.identity.id = old.about.identity.id.clone();
        old.about.identity.revision = 99;
    }),
];

/// Whatever else can be said.
const OTHERS: [Claim; 5] = [
    ("nothing", |_, _| {}),
    ("conflicts", |new, old| new.about.conflicts = vec![clash(old)]),
    ("is in conflict", |new, old| old.about.conflicts = vec![clash(new)]),
    ("requires if", |new, old| {
        let then = Requirement { id: id("MISSING"), min_revision: 1, mode: RequirementMode::Before };
        new.about.requires_if = vec![RequirementIf { when: old.about.identity.id.clone(), then }];
    }),
    ("sequence", |new, _| new.about.sequence = 99),
];

fn clash(with: &Patch) -> Conflict {
    Conflict { id: with.about.identity.id.clone(), reason: "both listen on port 80".into() }
}

fn coming(files: Files) -> Patch {
    let changes = match files {
        Files::Shown => vec![edit("f", FIXED, FIXED_AND_MORE)],
        Files::Third => vec![edit("f", BASE, THIRD)],
        Files::Disproved => vec![edit("f", FIXED, SET_BACK)],
        Files::Elsewhere => vec![edit("g", "g", "new g")],
    };
    plain("NEW", &["OTHER"], changes)
}

fn left_out(files: Files) -> Patch {
    let changes = match files {
        Files::Shown => vec![edit("f", BASE, FIXED)],
        Files::Third => vec![edit("f", BASE, THIRD)],
        Files::Disproved => vec![edit("f", BASE, FIXED), edit("g", "g", "new g")],
        Files::Elsewhere => vec![edit("g", "g", "new g")],
    };
    plain("NEW", &["OTHER"], changes)
}

fn owners(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn candidate(patch: Patch, authors: &[&str]) -> Candidate {
    Candidate {
        patch: std::sync::Arc::new(patch),
        authors: owners(authors),
        edits: BTreeMap::new(),
        diffs: BTreeMap::new(),
        is_product: None,
        product_evidence: Vec::new(),
        version: Some("1.0".to_owned()),
        failed_checks: Vec::new(),
        unasked_checks: Vec::new(),
    }
}

/// What would happen to a folder with `layers` in it.
fn plan(layers: &[Layer], coming: &[Candidate]) -> PlanOfSeveral {
    plan_where(layers, coming, |_| {})
}

/// The same where something in it is otherwise.
fn plan_where(layers: &[Layer], coming: &[Candidate], edit: impl Fn(&mut Situation)) -> PlanOfSeveral {
    let steps = || layers.iter().flat_map(|layer| &layer.steps);
    let mut things = BTreeMap::from([("f", file(BASE)), ("g", file("g"))]);
    things.extend(steps().filter_map(|step| Some((step.path.as_str(), step.after.clone()?))));
    let mut situation = folder(&things.into_iter().collect::<Vec<_>>());
    edit(&mut situation);
    situation.installed = layers.iter().map(|layer| (layer.id.clone(), layer.revision)).collect();
    let expected = steps().map(|step| (step.path.clone(), step.after.clone())).collect();
    let stack = Stack { layers, expected: &expected, origins: &BTreeMap::new() };
    let texts = Texts::new(&[
        BASE,
        FIXED,
        FIXED_AND_MORE,
        SET_BACK,
        THIRD,
        "g",
        "new g",
        "extra",
        UNO_FIVE,
        THREE_FIVE,
    ]);
    plan_several(coming, &situation, &InstalledStack { stack, next_entry: 9 }, &texts)
}

/// One row: how it is classed, what stands in the way and what sets that aside, and what is said.
fn row(table: &mut String, told: [&str; 3], planned: &PlanOfSeveral) -> RelationClass {
    let [patch] = planned.patches.as_slice() else { panic!("one patch comes") };
    let relation = &patch.relations[0];
    let consequence = match (&patch.left_out, planned.preview.obstacles.as_slice()) {
        (Some(_), _) => "left out".to_owned(),
        (None, []) if patch.replaces.is_empty() => "applied".to_owned(),
        (None, []) => "replaces it".to_owned(),
        (None, obstacles) => {
            let told = |one: &Obstacle| match one.way_around() {
                Some(way) => format!("{} unless --allow-{}", one.code(), way.rule()),
                None => one.code().to_string(),
            };
            obstacles.iter().map(told).collect::<Vec<_>>().join(", ")
        }
    };
    let [claim, files, scope] = told;
    let class = relation.class.as_str();
    writeln!(table, "{claim} · {files} · {scope}: {class}, {consequence}").expect("a text");
    let said = planned.preview.obstacles.iter().map(Obstacle::sentence);
    let said = said.chain(planned.preview.notes.iter().map(|note| note.text.clone()));
    said.for_each(|line| writeln!(table, "    {line}").expect("a text"));
    relation.class
}

/// Every claim of `claims` with each of `files`, in every scope.
fn table(
    claims: &[Claim],
    files: &[Files],
    make: fn(Files) -> Patch,
    check: impl Fn(&str, Files, &str, RelationClass),
) -> String {
    let mut table = String::new();
    for (claim, say) in claims {
        for shown in files {
            for (scope, product, new_authors, old_authors) in SCOPES {
                let (mut new, mut old) = (make(*shown), old());
                say(&mut new, &mut old);
                new.about.product.name = product.to_owned();
                let layer = Layer { authors: owners(old_authors), ..layer(&old, 1) };
                let planned = plan(&[layer], &[candidate(new, new_authors)]);
                let class = row(&mut table, [claim, &format!("{shown:?}").to_lowercase(), scope], &planned);
                check(claim, *shown, scope, class);
            }
        }
    }
    table
}

const ALL_FILES: [Files; 4] = [Files::Shown, Files::Third, Files::Disproved, Files::Elsewhere];

#[test]
fn a_patch_that_says_it_contains_the_installed_one() {
    let told = table(&CONTAINS, &ALL_FILES, coming, |_, files, scope, class| {
        if files == Files::Disproved {
            assert_eq!(class.consequence(), Consequence::Stop, "{scope}: whoever says so");
        }
        if class.consequence() == Consequence::Replace {
            assert!(files == Files::Shown || scope == "own", "{scope}: {files:?}");
        }
    });
    insta::assert_snapshot!(told);
}

#[test]
fn a_patch_that_the_installed_one_says_it_contains() {
    let told = table(&CONTAINED, &ALL_FILES, left_out, |claim, files, scope, class| {
        if class.consequence() == Consequence::Skip {
            let is_own = scope == "own" && (files == Files::Third || claim == "older revision");
            assert!(files == Files::Shown || is_own, "{claim}, {scope}: {files:?}");
        }
    });
    insta::assert_snapshot!(told);
}

#[test]
fn everything_else_that_patches_say_and_do() {
    let told = table(&OTHERS, &ALL_FILES, coming, |_, files, scope, class| {
        if files == Files::Disproved {
            assert_eq!(class.consequence(), Consequence::Stop, "{scope}");
        }
    });
    insta::assert_snapshot!(told);
}

#[test]
fn a_version_that_a_patch_says_it_leaves_counts_for_its_own_kind_only() {
    for (scope, product, new_authors, old_authors) in SCOPES {
        let (mut first, mut second) = (old(), coming(Files::Elsewhere));
        first.about.result_version = Some("2.0".to_owned());
        second.about.product.versions = vec!["2.0".to_owned()];
        second.about.product.name = product.to_owned();
        second.about.sequence = 2;
        let planned = plan(&[], &[candidate(first, old_authors), candidate(second, new_authors)]);
        let is_believed = ["own", "unsigned"].contains(&scope);
        let codes: Vec<Code> = planned.preview.obstacles.iter().map(Obstacle::code).collect();
        let expected = if is_believed { vec![] } else { vec![Code::Version] };
        assert_eq!(codes, expected, "{scope}");
    }
}

#[test]
fn a_product_in_another_spelling_is_the_same_and_one_that_looks_like_it_is_not() {
    for (product, scope) in [
        ("APP", Scope::Own),
        ("Ａｐｐ", Scope::Own),
        (" App", Scope::Own),
        ("\u{410}pp", Scope::OtherProduct),
        ("App 2", Scope::OtherProduct),
    ] {
        let mut new = coming(Files::Third);
        new.about.product.name = product.to_owned();
        new.about.supersedes = vec![id("OLD")];
        let layer = Layer { authors: owners(&["ann"]), ..layer(&old(), 1) };
        let planned = plan(&[layer], &[candidate(new, &["ann"])]);
        assert_eq!(planned.patches[0].relations[0].scope, scope, "{product}");
        assert_eq!(planned.preview.obstacles.is_empty(), scope == Scope::Own, "{product}");
    }
}

#[test]
fn what_a_replaced_patch_brought_is_as_safe_as_what_replaced_it() {
    let mut pack = plain("PACK", &["PACK", "CVE-1"], vec![edit("f", FIXED, FIXED_AND_MORE)]);
    pack.about.supersedes = vec![id("OLD")];
    let fix = Layer {
        authors: owners(&["ann"]),
        superseded: Some((LayerKey { entry: 2, part: 0 }, true)),
        ..layer(&old(), 1)
    };
    let pack = Layer { authors: owners(&["ann"]), ..layer(&pack, 2) };
    let rows = [
        (SET_BACK, &["ann"][..], Some(Override::Undo)),
        (UNO_FIVE, &[], Some(Override::Related)),
        (THREE_FIVE, &[], None),
    ];
    for (left, authors, needed) in rows {
        let mut new = plain("NEW", &["NEW"], vec![edit("f", FIXED_AND_MORE, left)]);
        new.about.supersedes = vec![id("PACK")];
        if authors.is_empty() {
            new.about.supersedes.clear();
        }
        let planned = plan(&[fix.clone(), pack.clone()], &[candidate(new, authors)]);
        let ways: Vec<Option<Override>> =
            planned.preview.obstacles.iter().map(Obstacle::way_around).collect();
        assert_eq!(ways, needed.map(Some).into_iter().collect::<Vec<_>>(), "{left}");
        assert_eq!(
            planned.preview.plan.steps.iter().map(|step| &step.path).collect::<Vec<_>>(),
            [&path("f")]
        );
    }
}

#[test]
fn an_id_belongs_to_who_used_it_first_though_it_was_replaced_since() {
    let mut pack = plain("PACK", &["PACK", "CVE-1"], vec![edit("f", FIXED, FIXED_AND_MORE)]);
    pack.about.supersedes = vec![id("OLD")];
    let by_ann = |layer: Layer| Layer { authors: owners(&["ann"]), ..layer };
    let superseded = Some((LayerKey { entry: 2, part: 0 }, true));
    let layers = [by_ann(Layer { superseded, ..layer(&old(), 1) }), by_ann(layer(&pack, 2))];
    for (authors, needed) in
        [(&["eve"][..], Some(Override::Related)), (&[], Some(Override::Related)), (&["ann"], None)]
    {
        let mut new = plain("OLD", &["OTHER"], vec![edit("g", "g", "new g")]);
        new.about.identity.revision = 99;
        let planned = plan(&layers, &[candidate(new, authors)]);
        let ways: BTreeSet<Option<Override>> =
            planned.preview.obstacles.iter().map(Obstacle::way_around).collect();
        assert_eq!(ways, needed.map(Some).into_iter().collect(), "{authors:?}");
    }
}

#[test]
fn an_edit_on_site_does_not_open_the_way_for_undoing_a_fix() {
    let edited = "one\n2\n3\nedited\n5\n";
    let layer = Layer { authors: owners(&["ann"]), ..layer(&old(), 1) };
    for replaces in [true, false] {
        let mut new = plain("NEW", &["OTHER"], vec![edit("f", BASE, SET_BACK)]);
        if replaces {
            new.changes[0].local_edits = LocalEdits::Replace;
        }
        let take = |situation: &mut Situation| {
            situation.tree.set(path("f"), Some(file(edited)));
            if !replaces {
                situation.edits.insert(path("f"), Resolution::TakeTheirs { is_at_hand: true });
            }
        };
        let planned = plan_where(std::slice::from_ref(&layer), &[candidate(new, &["ann"])], take);
        let ways: Vec<Option<Override>> =
            planned.preview.obstacles.iter().map(Obstacle::way_around).collect();
        assert_eq!(ways, [Some(Override::Undo)], "{replaces}");
    }
}
