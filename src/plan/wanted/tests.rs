//! What is due in a folder, and what a person did that stays: by example, and by chance against a folder of which everything
//! is known.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::model::Digest;

fn digest(word: u8) -> Digest {
    Digest::compute(&[word])
}

fn event(what: Happened, section: Option<Digest>) -> HistoryEvent {
    HistoryEvent {
        what,
        user: "ada".to_owned(),
        time: "2026-11-23T09:30:00Z".to_owned(),
        section,
        unbelieved: None,
    }
}

fn went(id: &str, section: Option<Digest>) -> HistoryEvent {
    event(Happened::Went(vec![id.to_owned()]), section)
}

fn came(id: &str, section: Option<Digest>) -> HistoryEvent {
    event(Happened::CameIn(vec![id.to_owned()]), section)
}

fn here(ids: &[&str]) -> ObservedFolder {
    let patch = |id: &&str| PatchHere { id: (*id).to_owned(), revision: 1, replaced_by: None, doubt: None };
    ObservedFolder { patches: ids.iter().map(patch).collect(), ..ObservedFolder::default() }
}

fn wish(have: &[&str], not: &[&str]) -> FolderWish {
    FolderWish {
        have: have.iter().map(|id| ((*id).to_owned(), 1)).collect(),
        not: not.iter().map(|id| (*id).to_owned()).collect(),
        ..FolderWish::default()
    }
}

fn at_hand(ids: &[&str]) -> BTreeMap<String, u32> {
    ids.iter().map(|id| ((*id).to_owned(), 1)).collect()
}

fn of(all: &[Expectation], id: &str) -> Option<ExpectationStanding> {
    let found = all.iter().find(|one| one.about == ExpectationSubject::Patch(id.to_owned()));
    found.map(|one| one.standing.clone())
}

fn decided(wish: &FolderWish, seen: &ObservedFolder, events: &[HistoryEvent]) -> Vec<Expectation> {
    decide(wish, seen, &Past::read(events, digest(1)), &at_hand(&["A", "B"]), |_| false)
}

#[test]
fn what_is_missing_comes_and_what_must_not_be_there_goes() {
    let all = decided(&wish(&["A", "C"], &["B", "D"]), &here(&["B", "X"]), &[]);
    assert_eq!(of(&all, "A"), Some(ExpectationStanding::Due(DueAction::Apply)));
    assert_eq!(of(&all, "B"), Some(ExpectationStanding::Due(DueAction::RollBack)));
    assert!(matches!(of(&all, "C"), Some(ExpectationStanding::Blocked(Wanted::NoFile { .. }))));
    assert_eq!(of(&all, "D"), None, "what is not there needs no word");
    assert_eq!(of(&all, "X"), Some(ExpectationStanding::Left(Left::NotNamed)));
}

#[test]
fn a_wanted_patch_inside_a_service_pack_is_met_and_the_pack_stays_for_it() {
    let mut seen = here(&["A", "SP", "X"]);
    seen.patches[0].replaced_by = Some("SP".to_owned());
    let wish = FolderWish { others: Others::RollBack, ..wish(&["A"], &[]) };
    let all = decided(&wish, &seen, &[]);
    assert_eq!(of(&all, "A"), Some(ExpectationStanding::MetBy("SP".to_owned())));
    assert_eq!(of(&all, "SP"), None);
    assert_eq!(of(&all, "X"), Some(ExpectationStanding::Due(DueAction::RollBack)));
}

#[test]
fn nothing_else_goes_while_what_is_wanted_cannot_come() {
    let wish = FolderWish { others: Others::RollBack, ..wish(&["A", "C"], &[]) };
    let all = decided(&wish, &here(&["X"]), &[]);
    assert_eq!(of(&all, "X"), Some(ExpectationStanding::Left(Left::NotNamed)));
}

#[test]
fn a_hand_made_rollback_survives_a_hundred_runs_and_a_new_word_or_again_ends_that() {
    let mut events = vec![came("A", Some(digest(1))), went("A", None)];
    for _ in 0..100 {
        let all = decided(&wish(&["A"], &[]), &here(&[]), &events);
        assert!(matches!(of(&all, "A"), Some(ExpectationStanding::Left(Left::RolledBack(_)))));
        // Something else is done for the same word.
        events.push(came("B", Some(digest(1))));
    }
    let again = Past::read(&events, digest(1)).again();
    let all = decide(&wish(&["A"], &[]), &here(&[]), &again, &at_hand(&["A"]), |_| false);
    assert_eq!(of(&all, "A"), Some(ExpectationStanding::Due(DueAction::Apply)));
    let changed = Past::read(&events, digest(2));
    let all = decide(&wish(&["A"], &[]), &here(&[]), &changed, &at_hand(&["A"]), |_| false);
    assert_eq!(of(&all, "A"), Some(ExpectationStanding::Due(DueAction::Apply)));
}

#[test]
fn a_rollback_from_before_the_first_word_counts_also_once_the_word_was_heard() {
    let mut events = vec![came("A", None), went("A", None)];
    for _ in 0..3 {
        let all = decided(&wish(&["A"], &[]), &here(&[]), &events);
        assert!(matches!(of(&all, "A"), Some(ExpectationStanding::Left(Left::RolledBack(_)))));
        events.push(event(Happened::Other, Some(digest(1))));
    }
}

#[test]
fn what_failed_its_check_is_not_tried_again_for_the_same_word() {
    let events = [came("A", Some(digest(1))), went("A", Some(digest(1)))];
    let all = decided(&wish(&["A"], &[]), &here(&[]), &events);
    assert!(matches!(of(&all, "A"), Some(ExpectationStanding::Left(Left::Failed(_)))));
}

#[test]
fn a_held_folder_is_left_alone_until_its_day_is_over_or_it_is_released() {
    let held = |until: Option<&str>| {
        event(Happened::Held { reason: "ticket".to_owned(), until: until.map(str::to_owned) }, None)
    };
    let wish = wish(&["A"], &[]);
    let mut events = vec![held(Some("2026-11-30"))];
    let on = |events: &[HistoryEvent], today: &str| {
        let past = Past::read(events, digest(1)).again();
        decide(&wish, &here(&[]), &past, &at_hand(&["A"]), |until| today > until)
    };
    assert!(of(&on(&events, "2026-11-30"), "A").is_none());
    assert_eq!(of(&on(&events, "2026-12-01"), "A"), Some(ExpectationStanding::Due(DueAction::Apply)));
    events.push(held(None));
    assert!(of(&on(&events, "2999-01-01"), "A").is_none());
    events.push(event(Happened::Released, None));
    assert_eq!(of(&on(&events, "2026-11-30"), "A"), Some(ExpectationStanding::Due(DueAction::Apply)));
}

#[test]
fn nothing_is_done_to_another_product_or_version_or_where_drift_forbids_it() {
    let named = |product: &str, version: Option<&str>, drifted| ObservedFolder {
        product: Some(product.to_owned()),
        version: version.map(str::to_owned),
        drifted,
        ..here(&[])
    };
    let wish = FolderWish {
        product: Some("Lighthouse".to_owned()),
        versions: vec!["4.2".to_owned()],
        drift: OnDrifted::Refuse,
        ..wish(&["A"], &[])
    };
    for (seen, is_fit) in [
        (named("Lighthouse", Some("4.2"), 0), true),
        (named("Widget", Some("4.2"), 0), false),
        (named("Lighthouse", Some("4.3"), 0), false),
        (named("Lighthouse", None, 0), false),
        (named("Lighthouse", Some("4.2"), 1), false),
    ] {
        let all = decided(&wish, &seen, &[]);
        assert_eq!(of(&all, "A").is_some(), is_fit, "{seen:?}");
        assert_eq!(all.iter().any(|one| matches!(one.standing, ExpectationStanding::Blocked(_))), !is_fit);
    }
}

/// One thing that happens to a folder, or to the file that speaks of it.
#[derive(Debug, Clone)]
enum Step {
    Apply(usize),
    RollBack(usize),
    /// The file says something else from now on: for each patch whether it is to be there, must not be there, or neither.
    Word([Option<bool>; 3]),
    Run,
}

const IDS: [&str; 3] = ["A", "B", "C"];

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..3usize).prop_map(Step::Apply),
        (0..3usize).prop_map(Step::RollBack),
        any::<[Option<bool>; 3]>().prop_map(Step::Word),
        Just(Step::Run),
        Just(Step::Run),
    ]
}

/// A folder of which we know everything, and what a run has to make of it.
#[derive(Default)]
struct World {
    inside: BTreeSet<usize>,
    events: Vec<HistoryEvent>,
    said: [Option<bool>; 3],
    word: u8,
    /// The word that the folder heard last.
    heard: Option<u8>,
    /// Patches that a person touched last, and the word that the folder had heard then.
    by_hand: BTreeMap<usize, Option<u8>>,
}

impl World {
    fn do_by_hand(&mut self, patch: usize, comes: bool) {
        let is_new = if comes { self.inside.insert(patch) } else { self.inside.remove(&patch) };
        if is_new {
            self.events.push(if comes { came(IDS[patch], None) } else { went(IDS[patch], None) });
            self.by_hand.insert(patch, self.heard);
        }
    }

    /// Whether what a person did stands against the file: it was done when the folder had heard of this word already, or a
    /// rollback from before its first one.
    fn stands(&self, patch: usize) -> bool {
        let is_first = self.heard.is_none_or(|heard| heard == self.word)
            && self.events.iter().all(|event| event.section.is_none_or(|word| word == digest(self.word)));
        match self.by_hand.get(&patch) {
            Some(Some(heard)) => *heard == self.word && self.heard == Some(self.word),
            Some(None) => !self.inside.contains(&patch) && is_first,
            None => false,
        }
    }

    fn run(&mut self) -> Result<(), TestCaseError> {
        let said = self.said;
        let named = |which| (0..3_usize).filter(move |at| said[*at] == Some(which)).map(|at| IDS[at]);
        let (have, not): (Vec<_>, Vec<_>) = (named(true).collect(), named(false).collect());
        let inside: Vec<&str> = self.inside.iter().map(|at| IDS[*at]).collect();
        let section = digest(self.word);
        let past = Past::read(&self.events, section);
        let all = decide(&wish(&have, &not), &here(&inside), &past, &at_hand(&IDS), |_| false);
        for (at, id) in IDS.into_iter().enumerate() {
            let (is_in, stands) = (self.inside.contains(&at), self.stands(at));
            let expected = match (self.said[at], is_in) {
                (Some(true), true) => Some(ExpectationStanding::Met),
                (Some(true), false) if !stands => Some(ExpectationStanding::Due(DueAction::Apply)),
                (Some(false), true) if !stands => Some(ExpectationStanding::Due(DueAction::RollBack)),
                (Some(false), false) | (None, false) => None,
                (None, true) => Some(ExpectationStanding::Left(Left::NotNamed)),
                (Some(_), _) => {
                    prop_assert!(matches!(of(&all, id), Some(ExpectationStanding::Left(_))), "{id} {all:?}");
                    continue;
                }
            };
            prop_assert_eq!(of(&all, id), expected, "{} in {:?}", id, &self.events);
        }
        for one in &all {
            let Some(at) = IDS.iter().position(|id| *id == one.about.name()) else { continue };
            let event = match one.standing {
                ExpectationStanding::Due(DueAction::Apply) => came(IDS[at], Some(section)),
                ExpectationStanding::Due(DueAction::RollBack) => went(IDS[at], Some(section)),
                _ => continue,
            };
            let _ = if matches!(event.what, Happened::CameIn(_)) {
                self.inside.insert(at)
            } else {
                self.inside.remove(&at)
            };
            self.by_hand.remove(&at);
            self.events.push(event);
        }
        let has_to_hear = !self.events.is_empty() || wish(&have, &not).may_undo();
        if self.heard != Some(self.word) && has_to_hear {
            self.events.push(event(Happened::Other, Some(section)));
            self.heard = Some(self.word);
        }
        Ok(())
    }
}

proptest! {
    #[test]
    fn whatever_people_and_runs_did_a_run_ends_with_what_is_wanted_or_a_true_reason(
        steps in proptest::collection::vec(step(), 1..40)
    ) {
        let mut world = World::default();
        for step in steps {
            match step {
                Step::Apply(patch) => world.do_by_hand(patch, true),
                Step::RollBack(patch) => world.do_by_hand(patch, false),
                Step::Word(said) => {
                    world.said = said;
                    world.word += 1;
                }
                Step::Run => {
                    world.run()?;
                    let events = world.events.len();
                    world.run()?;
                    prop_assert_eq!(world.events.len(), events, "a second run writes nothing");
                }
            }
        }
    }
}

#[test]
fn what_others_say_is_neither_followed_nor_gone_against() {
    let said = |what: Happened, entry: u64| HistoryEvent { unbelieved: Some(entry), ..event(what, None) };
    let gone = || said(Happened::Went(vec!["A".to_owned()]), 2);
    let blocked = |entry| Some(ExpectationStanding::Blocked(Wanted::Unbelieved { entry }));
    let wanted = wish(&["A"], &[]);
    assert_eq!(of(&decided(&wanted, &here(&[]), &[gone()]), "A"), blocked(2));
    // What is there is there, and what a person did after that counts.
    assert_eq!(of(&decided(&wanted, &here(&["A"]), &[gone()]), "A"), Some(ExpectationStanding::Met));
    let all = decided(&wanted, &here(&[]), &[gone(), went("A", None)]);
    assert!(matches!(of(&all, "A"), Some(ExpectationStanding::Left(Left::RolledBack(_)))), "{all:?}");

    let held = Happened::Held { reason: "mine".to_owned(), until: None };
    let all = decided(&wanted, &here(&[]), &[said(held.clone(), 3)]);
    let folder = Expectation::new(ExpectationSubject::Folder, blocked(3).expect("a standing"));
    assert_eq!(all, [folder]);
    // Nobody else ends a person's hold, and a person ends anybody's.
    let all = decided(&wanted, &here(&[]), &[event(held.clone(), None), said(Happened::Released, 4)]);
    assert!(matches!(all[0].standing, ExpectationStanding::Left(Left::Held { .. })), "{all:?}");
    let all = decided(&wanted, &here(&[]), &[said(held, 3), event(Happened::Released, None)]);
    assert_eq!(of(&all, "A"), Some(ExpectationStanding::Due(DueAction::Apply)));

    // Others who say that they applied it don't keep it in.
    let came = said(Happened::CameIn(vec!["B".to_owned()]), 2);
    let all = decided(&wish(&[], &["B"]), &here(&["B"]), &[came]);
    assert_eq!(of(&all, "B"), Some(ExpectationStanding::Due(DueAction::RollBack)));
}

#[test]
fn a_patch_that_is_only_called_so_or_only_said_to_be_in_is_not_had() {
    for doubt in [PatchDoubt::OnlySaid, PatchDoubt::Undone, PatchDoubt::Namesake] {
        let why = Wanted::Doubted { id: "A".to_owned(), doubt };
        let mut seen = here(&["A", "A"]);
        seen.patches[0].doubt = Some(doubt);
        assert_eq!(of(&decided(&wish(&["A"], &[]), &seen, &[]), "A"), Some(ExpectationStanding::Met));
        seen.patches.pop();
        let all = decided(&wish(&["A"], &[]), &seen, &[]);
        assert_eq!(of(&all, "A"), Some(ExpectationStanding::Blocked(why)));
    }
}
