//! What a patch hides is told where it is looked at, and looked at before it goes in.

use egui_kittest::kittest::NodeT;
use patchwright::words;

use super::person::{Opening, Person};
use super::sandbox::Sandbox;

/// Lists the places of everything that deceives on this page.
pub fn shows_every_place(person: &mut Person) {
    while person.try_control(words::SHOW_PLACES).is_some() {
        person.press(words::SHOW_PLACES);
    }
}

fn reason_to_wait(person: &Person) -> Option<String> {
    person.control(words::NEXT).accesskit_node().description()
}

#[test]
fn a_patch_that_deceives_goes_in_only_after_its_places_were_looked_at() {
    let sandbox = Sandbox::new();
    sandbox.write("app/version.txt", "4.2\n");
    let bundle = sandbox
        .bundle("ACME-HF-1")
        .replace("version.txt", "4.2\n", "4.2.1\n")
        .create("login.js", "if (\u{202e} admin) {}\nfn s\u{430}yHello() {}\n");
    let bundle = sandbox.save("fix.patchbundle", &bundle);
    let mut person = Opening::with_paths([bundle, sandbox.path("app")]).open();
    let (turned, look_alike) =
        ("login.js:1:5: if (\\u{202e} admin) {}", "login.js:2:4: s\u{430}yHello looks like sayHello: U+0430");

    person.must_see("1 bidirectional control in 1 place");
    assert!(!person.sees(turned), "places are listed when somebody wants to see them");
    person.press(words::SHOW_PLACES);
    person.must_see(turned);

    person.press(words::APPLY);
    person.must_see("1 look-alike name (mixed alphabets) in 1 place");
    assert_eq!(reason_to_wait(&person).as_deref(), Some(words::LOOK_FIRST));
    person.press(words::SHOW_PLACES);
    assert_eq!(reason_to_wait(&person).as_deref(), Some(words::LOOK_FIRST), "there is another kind");
    shows_every_place(&mut person);
    person.must_see(turned);
    person.must_see(look_alike);
    assert_eq!(reason_to_wait(&person), None);
    person.press(words::NEXT);
    person.must_see(words::REVIEW_TITLE);
}

#[test]
fn the_changes_page_warns_above_the_file() {
    let sandbox = Sandbox::new();
    sandbox.write("app/version.txt", "4.2\n");
    let bundle = sandbox.bundle("ACME-HF-1").replace("version.txt", "4.2\n", "4.2\u{202e}.1\n");
    let bundle = sandbox.save("fix.patchbundle", &bundle);
    let mut person = Opening::with_paths([bundle, sandbox.path("app")]).open();
    person.opens_tab(words::TAB_CHANGES);
    person.must_see("The new text adds 1 bidirectional control, shown as codes below.");
}
