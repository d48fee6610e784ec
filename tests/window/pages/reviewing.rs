//! Reviewing: what was looked at is noted, known again, and passed by.

use egui::{Key, Modifiers};
use patchwright::settings::Recent;
use patchwright::words::{self, fill, window};

use super::person::{Opening, Person};

fn viewed(person: &Person) -> usize {
    person.model(|model| model.workspace.tree.as_ref().expect("a tree").viewed())
}

#[test]
fn what_was_looked_at_is_noted_and_known_again_and_the_next_comes() {
    let mut person = Person::with_sample();
    let sample = person.sample();
    person.opens_tab(words::TAB_CHANGES);
    let first = person.model(|model| model.workspace.selected);
    person.types(Modifiers::NONE, Key::V);
    person.must_see(&fill(window::VIEWED_OF, &[("n", "1"), ("all", "11")]));
    person.types(Modifiers::SHIFT, Key::V);
    assert_ne!(person.model(|model| model.workspace.selected), first, "the next one that nobody has seen");
    person.types(Modifiers::SHIFT, Key::V);
    assert_eq!(viewed(&person), 2);

    // Another day: the same contents are known again, in whatever file they come.
    let known = person.model(|model| model.recent.viewed.clone());
    let again = sample.place.join("reissued.patchbundle");
    std::fs::copy(&sample.bundles[0], &again).expect("room for a copy");
    let mut opening = Opening::with_paths([again, sample.folder.clone()]);
    opening.recent = Recent { viewed: known, ..Recent::default() };
    let mut person = opening.open();
    assert_eq!(viewed(&person), 2);
    person.opens_tab(words::TAB_CHANGES);
    person.press(&format!("{} 9", window::NOT_VIEWED));
    assert_eq!(person.model(|model| model.workspace.tree.as_ref().expect("a tree").matching()), 9);
}
