//! Random patches by random people with random claims: what a trusted fix brought never goes, and what it took out never
//! comes back, without having been shown and agreed to; nor when a patch is taken out of the middle of all. What a patch
//! takes out is not in place where somebody made something else of it. Every line that a patch writes is one of a kind and
//! says what it was made of where that can be told; among them stand lines that are all alike.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;

use super::relate_tests::{Texts, id, layer, named};
use super::tests::{change, file, folder, path};
use super::why::Override;
use super::*;
use crate::diff::Fate;
use crate::model::{LayerKey, Patch, PatchId};

const FILES: [&str; 2] = ["one", "two"];
const LINES: usize = 5;
/// What stands behind every second line.
const COMMON: &str = "return;";

/// How a line ends that several may write.
const ALIKE: &str = " as others do";

/// A file, line by line.
type Lines = Vec<String>;
type Tree = BTreeMap<&'static str, Lines>;

/// What somebody does to one line.
#[derive(Debug, Clone, Copy)]
enum Edit {
    New,
    /// A line that others may write as well.
    Alike,
    AsDelivered,
    Away,
    /// A line as it was delivered, at the end or the beginning, whether it is there or not.
    Elsewhere,
    /// One more of those that are all alike.
    Common,
}

/// A patch that somebody makes.
#[derive(Debug, Clone)]
struct Deed {
    author: usize,
    /// Made from the folder as it is, or as it was delivered.
    from_delivered: bool,
    edits: Vec<(usize, usize, Edit)>,
    supersedes: Vec<usize>,
    fixes: Vec<usize>,
    /// Under the id of an earlier one.
    reissues: Option<usize>,
    product: usize,
    allow: (bool, bool),
}

fn deed() -> impl Strategy<Value = Deed> {
    let edit = prop_oneof![
        4 => Just(Edit::New),
        1 => Just(Edit::Alike),
        2 => Just(Edit::AsDelivered),
        2 => Just(Edit::Away),
        1 => Just(Edit::Elsewhere),
        1 => Just(Edit::Common),
    ];
    (
        (0..3_usize, any::<bool>(), prop::collection::vec((0..FILES.len(), 0..LINES, edit), 1..4)),
        (prop::collection::vec(0..5_usize, 0..2), prop::collection::vec(0..4_usize, 1..3)),
        (prop::option::weighted(0.2, 0..5_usize), prop_oneof![5 => Just(0_usize), 1 => Just(1)]),
        (any::<bool>(), any::<bool>()),
    )
        .prop_map(
            |((author, from_delivered, edits), (supersedes, fixes), (reissues, product), allow)| Deed {
                author,
                from_delivered,
                edits,
                supersedes,
                fixes,
                reissues,
                product,
                allow,
            },
        )
}

fn delivered() -> Tree {
    let line = |name: &str, line: usize| {
        [format!("{name} {line}"), COMMON.to_owned()].into_iter().take(1 + line % 2).collect::<Vec<_>>()
    };
    let lines = |name: &str| (0..LINES).flat_map(|number| line(name, number)).collect();
    FILES.into_iter().map(|name| (name, lines(name))).collect()
}

fn text(lines: &Lines) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// What was delivered or is there, and what somebody made of it.
fn edited(number: usize, deed: &Deed, now: &Tree) -> (Tree, Tree) {
    let from = if deed.from_delivered { delivered() } else { now.clone() };
    let mut to = from.clone();
    for (turn, (file, line, edit)) in deed.edits.iter().enumerate() {
        let name = FILES[*file];
        let lines = to.get_mut(name).expect("a file");
        let Some(at) = line.checked_rem(lines.len()) else { continue };
        match edit {
            Edit::New if is_line_for_line(deed, *file) => {
                lines[at] = format!("{} / {turn} by {number}", origin_of(&lines[at]));
            }
            Edit::New => lines[at] = format!("{name} {line} by {number}"),
            Edit::Alike => lines[at] = format!("{name} {line}{ALIKE}"),
            Edit::AsDelivered => lines[at] = format!("{name} {line}"),
            Edit::Away => _ = lines.remove(at),
            Edit::Elsewhere if line % 2 == 0 => lines.push(format!("{name} {line}")),
            Edit::Elsewhere => lines.insert(0, format!("{name} {line}")),
            Edit::Common => lines.insert(at, COMMON.to_owned()),
        }
    }
    (from, to)
}

/// Whether a patch makes other lines of some in this file, and nothing else: only then does a line show what it was made of.
fn is_line_for_line(deed: &Deed, file: usize) -> bool {
    deed.edits.iter().filter(|edit| edit.0 == file).all(|edit| matches!(edit.2, Edit::New))
}

/// What somebody made a line of, again and again.
fn origin_of(line: &str) -> &str {
    line.split_once(" / ").map_or(line, |(origin, _)| origin)
}

/// How many lines are, or were made of, the one that `line` was made of.
fn count_of_origin(lines: &Lines, line: &str) -> usize {
    lines.iter().filter(|other| origin_of(other) == origin_of(line)).count()
}

fn patch(number: usize, deed: &Deed, from: &Tree, to: &Tree) -> Patch {
    let change = |name: &&'static str| {
        let (before, after) = (text(&from[*name]), text(&to[*name]));
        (before != after).then(|| change(name, Some(file(&before)), Some(file(&after))))
    };
    let fixes: Vec<String> = deed.fixes.iter().map(|fix| format!("FIX-{fix}")).collect();
    let fixes: Vec<&str> = fixes.iter().map(String::as_str).collect();
    let mut patch = named(&format!("P{number}"), &fixes, FILES.iter().filter_map(change).collect());
    if let Some(old) = deed.reissues {
        patch.about.identity.id = id(&format!("P{old}"));
        patch.about.identity.revision = 2 + number as u32;
    }
    let supersedes: BTreeSet<PatchId> = deed.supersedes.iter().map(|old| id(&format!("P{old}"))).collect();
    patch.about.supersedes = supersedes.into_iter().collect();
    patch.about.product.name = ["App", "Other"][deed.product].to_owned();
    patch.about.result_version = None;
    patch
}

/// Lines, each with the file that it is in.
type LinesByFile = BTreeSet<(&'static str, String)>;

fn count(lines: &Lines, line: &str) -> usize {
    lines.iter().filter(|other| *other == line).count()
}

/// The lines of `from` of which there `is` only so many in `to`, as `are_fewer` says of how often it is there and was.
fn fewer(from: &Tree, to: &Tree, are_fewer: fn(usize, usize) -> bool) -> LinesByFile {
    let all = from.iter().flat_map(|(name, lines)| lines.iter().map(|line| (*name, line.clone())));
    all.filter(|(name, line)| are_fewer(count(&to[name], line), count(&from[name], line))).collect()
}

#[derive(Default)]
struct Story {
    tree: Tree,
    texts: BTreeSet<String>,
    layers: Vec<Layer>,
    expected: BTreeMap<TreePath, Option<Node>>,
    /// The lines that each layer wrote, by file.
    wrote: BTreeMap<LayerKey, LinesByFile>,
    /// The lines of which it left none.
    took: BTreeMap<LayerKey, LinesByFile>,
    /// How often something went that somebody had to be asked about.
    asked: usize,
}

impl Story {
    /// Lets one patch come, if it may, and looks at what is gone afterwards.
    fn come(&mut self, number: usize, deed: &Deed) {
        let (from, to) = edited(number, deed, &self.tree);
        let patch = patch(number, deed, &from, &to);
        if patch.changes.is_empty() {
            return;
        }
        self.texts.extend(self.tree.values().chain(from.values()).chain(to.values()).map(text));
        let authors: &[&str] = [&["ann"][..], &["eve"], &[]][deed.author];
        let authors: BTreeSet<String> = authors.iter().map(|name| (*name).to_owned()).collect();
        let planned = self.plan(&patch, &authors);
        let allows = |obstacle: &Obstacle| match obstacle.way_around() {
            Some(Override::Undo) => deed.allow.0,
            Some(Override::Related) => deed.allow.1,
            _ => false,
        };
        if !planned.preview.obstacles.iter().all(allows) {
            return;
        }
        let before = self.tree.clone();
        let key = self.carry_out(&planned, number, &patch, &authors);
        let mut took = fewer(&before, &self.tree, |is, _| is == 0);
        // What is not there because others had taken it out, it took out as well.
        let is_away = |line: &&(&'static str, String)| count(&self.tree[line.0], &line.1) == 0;
        let own = fewer(&from, &to, |is, _| is == 0);
        took.extend(own.iter().filter(is_away).cloned());
        // What several may write and only went with another patch, it has nothing against.
        let is_shared = |line: &str| line == COMMON || line.ends_with(ALIKE);
        took.retain(|line| !is_shared(&line.1) || own.contains(line));
        self.took.insert(key, took);
        if let Some(wrote) = self.wrote.get_mut(&key) {
            let is_alike = |line: &&(&'static str, String)| {
                line.1.ends_with(ALIKE) && self.tree[line.0].contains(&line.1)
            };
            wrote.extend(fewer(&to, &from, |was, _| was == 0).iter().filter(is_alike).cloned());
        }
        self.check(&before, &planned, key, (&patch, &authors));
        self.check_that_it_holds(&before, &planned, (&from, &to));
    }

    /// What comes, or is said to be in place, without anybody having agreed to something, takes out what it is made to,
    /// wherever others had put it; all that may be left is one more that they had brought.
    fn check_that_it_holds(&self, before: &Tree, planned: &PlanOfSeveral, (from, to): (&Tree, &Tree)) {
        let [one] = planned.patches.as_slice() else { panic!("one patch") };
        let is_covered = || one.relations.iter().any(|relation| relation.evidence.is_covered);
        if !planned.preview.obstacles.is_empty() || one.left_out.is_some() && !is_covered() {
            return;
        }
        for (name, line) in fewer(from, to, |is, _| is == 0) {
            let (was, is) = (count(&before[name], &line), count(&self.tree[name], &line));
            assert!(is == 0 || is < was, "{line} is in {name} still");
            if line == COMMON || count_of_origin(&to[name], &line) > 0 {
                continue;
            }
            let (was, is) = (count_of_origin(&before[name], &line), count_of_origin(&self.tree[name], &line));
            assert!(is == 0 || is < was, "what was made of {line} is in {name} still");
        }
    }

    /// Takes one of the patches out, with those that cannot stay without it, and looks at those that stay.
    fn take_out(&self, one: usize) {
        let active: Vec<&Layer> = self.layers.iter().filter(|layer| layer.is_active()).collect();
        let Some(goes) = one.checked_rem(active.len()).map(|index| active[index].key) else { return };
        let (out, then) = self.without(&BTreeSet::from([goes]));
        let stays =
            |layer: &&Layer| !out.contains(&layer.key) && layer.is_active() && !layer.authors.is_empty();
        for layer in self.layers.iter().filter(stays) {
            for (name, line) in &self.wrote[&layer.key] {
                let (was, is) = (self.tree[name].contains(line), then[name].contains(line));
                assert!(is || !was, "{line} of {} goes with {goes:?}", layer.id);
            }
            for (name, line) in &self.took[&layer.key] {
                let (was, is) = (count(&self.tree[name], line), count(&then[name], line));
                // Another one of the same comes back that only those had taken out who go.
                let both = || self.without(&out.iter().copied().chain([layer.key]).collect());
                let is_theirs = || is < count(&both().1[name], line);
                assert!(
                    was > 0 || is == 0 || is_theirs(),
                    "{line}, which {} took out, comes back without {goes:?}",
                    layer.id
                );
            }
        }
    }

    /// Which patches go with `goes`, and the folder then.
    fn without(&self, goes: &BTreeSet<LayerKey>) -> (BTreeSet<LayerKey>, Tree) {
        let texts: Vec<&str> = self.texts.iter().map(String::as_str).collect();
        let stack = Stack { layers: &self.layers, expected: &self.expected, origins: &BTreeMap::new() };
        let taken = take_out(&stack, goes, &Texts::new(&texts));
        let mut then = self.tree.clone();
        for place in &taken.places {
            let Some(name) = FILES.into_iter().find(|name| *name == place.path.as_str()) else { continue };
            let made = place.made.as_ref().map(|made| String::from_utf8(made.to_vec()).expect("text"));
            let known = || self.texts.iter().find(|text| Some(&file(text)) == place.then.as_ref()).cloned();
            let text = made.or_else(known).expect("every content is known");
            then.insert(name, text.lines().map(str::to_owned).collect());
        }
        (taken.out, then)
    }

    fn plan(&self, patch: &Patch, authors: &BTreeSet<String>) -> PlanOfSeveral {
        let things: Vec<(&str, Node)> =
            self.tree.iter().map(|(name, lines)| (*name, file(&text(lines)))).collect();
        let situation = folder(&things);
        let stack = Stack { layers: &self.layers, expected: &self.expected, origins: &BTreeMap::new() };
        let candidate = Candidate {
            patch: Arc::new(patch.clone()),
            authors: authors.clone(),
            edits: BTreeMap::new(),
            diffs: BTreeMap::new(),
            is_product: None,
            product_evidence: Vec::new(),
            version: None,
            failed_checks: Vec::new(),
            unasked_checks: Vec::new(),
        };
        let texts: Vec<&str> = self.texts.iter().map(String::as_str).collect();
        let installed = InstalledStack { stack, next_entry: self.layers.len() as u64 + 1 };
        plan_several(&[candidate], &situation, &installed, &Texts::new(&texts))
    }

    fn carry_out(
        &mut self,
        planned: &PlanOfSeveral,
        number: usize,
        patch: &Patch,
        authors: &BTreeSet<String>,
    ) -> LayerKey {
        let key = LayerKey { entry: self.layers.len() as u64 + 1, part: 0 };
        let made = planned.made.values().map(|bytes| String::from_utf8(bytes.to_vec()).expect("text"));
        self.texts.extend(made);
        for step in &planned.preview.plan.steps {
            let found = self.texts.iter().find(|text| Some(&file(text)) == step.after.as_ref());
            let lines = found.expect("every content is known").lines().map(str::to_owned).collect();
            let name = FILES.into_iter().find(|name| *name == step.path.as_str()).expect("a file");
            self.tree.insert(name, lines);
            self.expected.insert(step.path.clone(), step.after.clone());
        }
        let [one] = planned.patches.as_slice() else { panic!("one patch") };
        if one.left_out.is_some() {
            return key;
        }
        for (old, stays) in &one.replaces {
            let old = self.layers.iter_mut().find(|layer| layer.key == *old).expect("it is there");
            old.superseded = Some((key, *stays));
        }
        let by_it = |line: &&String| line.ends_with(&format!(" by {number}"));
        let wrote = self
            .tree
            .iter()
            .flat_map(|(name, lines)| lines.iter().filter(by_it).map(|line| (*name, line.clone())));
        self.wrote.insert(key, wrote.collect());
        let mut steps = one.steps.clone();
        steps.sort_by(|a, b| a.path.cmp(&b.path));
        let in_place: BTreeSet<TreePath> = one.in_place.keys().cloned().collect();
        let has_step = |path: &TreePath| steps.iter().any(|step| step.path == *path);
        let shares = in_place.iter().filter(|path| !has_step(path)).cloned().collect();
        let authors = authors.clone();
        self.layers.push(Layer { authors, steps, shares, in_place, ..layer(patch, key.entry) });
        key
    }

    /// Whatever a trusted patch wrote, was there and is gone now, had a step of its own in the plan; and nobody but its
    /// own author, for its own product, took it away without a relation that said so and an override.
    fn check(
        &mut self,
        before: &Tree,
        planned: &PlanOfSeveral,
        key: LayerKey,
        (patch, authors): (&Patch, &BTreeSet<String>),
    ) {
        let [one] = planned.patches.as_slice() else { panic!("one patch") };
        let mut lost = Vec::new();
        for layer in self.layers.iter().filter(|layer| layer.key != key && !layer.authors.is_empty()) {
            let is_gone = |(name, line): &&(&'static str, String)| {
                before[name].contains(line) && !self.tree[name].contains(line)
            };
            let is_back = |(name, line): &&(&'static str, String)| {
                !before[name].contains(line) && self.tree[name].contains(line)
            };
            let gone = self.wrote[&layer.key].iter().filter(is_gone);
            for (name, line) in gone.chain(self.took[&layer.key].iter().filter(is_back)) {
                let steps = &planned.preview.plan.steps;
                assert!(steps.iter().any(|step| step.path.as_str() == *name), "{line}: a step says so");
                // Where several have brought it, or taken it out, it is told with one of them.
                let tells = |relation: &&Relation| {
                    let mut places = relation.evidence.places.iter();
                    places.any(|place| place.path == path(name) && place.fate != Fate::Kept)
                };
                let telling = || one.relations.iter().filter(tells);
                let told =
                    telling().find(|relation| relation.other == layer.key).or_else(|| telling().next());
                assert!(told.is_some(), "{line}: a relation says so");
                let is_undone = told.is_some_and(|relation| !relation.obstacles().is_empty());
                let product = |patch: &Patch| patch.about.product.name.clone();
                let is_same = layer.patch.as_deref().map(product) == Some(product(patch));
                let is_own = is_same && !layer.authors.is_disjoint(authors);
                assert!(is_own || is_undone, "{line}: somebody was asked");
                self.asked += usize::from(is_undone);
                lost.push((layer.key, (*name, line.clone())));
            }
        }
        // What somebody let go is nobody's loss any more.
        for (key, line) in lost {
            for all in [&mut self.wrote, &mut self.took] {
                all.get_mut(&key).expect("it came").remove(&line);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    #[ignore = "finds a rare case that is open: what was made of a line that is there twice stays"]
    fn nothing_that_a_trusted_fix_brought_goes_unseen(
        deeds in prop::collection::vec(deed(), 2..7),
        goes in 0..7_usize,
    ) {
        let mut story = Story { tree: delivered(), ..Story::default() };
        for (number, deed) in deeds.iter().enumerate() {
            story.come(number, deed);
        }
        story.take_out(goes);
    }
}

/// A patch of the first author, made from the folder as it is.
fn simple(edits: Vec<(usize, usize, Edit)>) -> Deed {
    Deed {
        author: 0,
        from_delivered: false,
        edits,
        supersedes: Vec::new(),
        fixes: vec![0],
        reissues: None,
        product: 0,
        allow: (false, true),
    }
}

/// A line that somebody moved, to which `then` happened there, and which a last patch deletes that was made from the folder as
/// it was delivered.
fn moved_and(then: Edit) -> Story {
    let mut story = Story { tree: delivered(), ..Story::default() };
    let moves = simple(vec![(1, 1, Edit::Elsewhere), (1, 2, Edit::New)]);
    let deletes = Deed { from_delivered: true, ..simple(vec![(1, 0, Edit::Away)]) };
    for (number, deed) in [moves, simple(vec![(1, 1, then)]), deletes].iter().enumerate() {
        story.come(number, deed);
    }
    story
}

#[test]
fn what_was_made_of_a_line_elsewhere_is_not_taken_for_deleted() {
    // The line was moved and changed there: nobody can delete it who doesn't know what became of it.
    let story = moved_and(Edit::New);
    assert_eq!(count_of_origin(&story.tree["two"], "two 0"), 1);
    assert_eq!(story.layers.len(), 2, "the last one isn't in place");
    // Moved and deleted there, it is.
    let story = moved_and(Edit::Away);
    assert_eq!(count_of_origin(&story.tree["two"], "two 0"), 0);
    assert_eq!(story.layers.len(), 3, "the last one is in place");
}
