//! Keys: one is trusted after its words were compared, revoked with a reason, and one's own signs a patch.

use std::path::PathBuf;

use egui_kittest::kittest::NodeT;
use patchwright::present::message::{Dialog, Effect, Event, KeyEvent};
use patchwright::words::{self, fill, window};
use patchwright::workbench::PublicKey;

use super::person::{Desk, Opening, Person};
use super::sandbox::Sandbox;

/// A patch for a folder, and a vendor who signs with a key that nobody here knows.
struct Scene {
    sandbox: Sandbox,
    bundle: PathBuf,
    key: PublicKey,
    secret: PathBuf,
}

impl Scene {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        sandbox.write("app/a.txt", "1\n");
        // Made before the day on which all of this takes place.
        let bundle = sandbox.bundle("SIGNED").replace("a.txt", "1\n", "2\n").but(|patch| {
            patch.created = "2026-03-01T12:00:00Z".to_owned();
        });
        let bundle = sandbox.save("signed.patchbundle", &bundle);
        let secret = sandbox.path("acme.key");
        let made =
            sandbox_desk(&sandbox).workbench().new_key("acme", Some(&secret), None).expect("a new key");
        Self { sandbox, bundle, key: made.key, secret }
    }

    /// The same with the patch signed by its author.
    fn signed() -> Self {
        let scene = Self::new();
        let [bundle, secret] = [&scene.bundle, &scene.secret].map(|path| path.as_os_str());
        sandbox_desk(&scene.sandbox).runs(&["sign".as_ref(), bundle, "--key".as_ref(), secret]);
        scene
    }

    fn open(&self) -> Person {
        let mut opening = Opening::with_paths([self.bundle.clone(), self.sandbox.path("app")]);
        opening.desk = sandbox_desk(&self.sandbox);
        opening.open()
    }
}

fn sandbox_desk(sandbox: &Sandbox) -> Desk {
    let place = sandbox.path("person");
    std::fs::create_dir_all(&place).expect("a folder");
    Desk::with_keys_in(&place)
}

#[track_caller]
fn waits_because(person: &Person, button: &str, reason: &str) {
    let found = person.control(button).accesskit_node().description();
    assert_eq!(found.as_deref(), Some(reason), "{}", person.told());
}

#[test]
fn who_signed_is_one_click_away_and_a_key_is_trusted_after_its_words_were_compared() {
    let scene = Scene::signed();
    let mut person = scene.open();
    person.opens_signatures();
    person.must_see(&fill(window::SIGNATURES_OF, &[("id", "SIGNED")]));
    person.must_see(window::KEYS_NONE);
    person.press(window::TRUST_SIGNER);
    person.must_see(&scene.key.fingerprint().words());
    person.must_see(&scene.key.fingerprint().groups());
    assert_eq!(scene.key.fingerprint().words().split(' ').count(), 8);
    waits_because(&person, window::TRUST_KEY, window::KEY_NAME_FIRST);
    person.writes(window::KEY_NAME, "ACME");
    waits_because(&person, window::TRUST_KEY, window::KEY_COMPARE_FIRST);
    person.press(window::KEY_COMPARED);
    person.press(window::TRUST_KEY);
    person.must_see(&fill(window::KEY_TRUSTED, &[("name", "ACME")]));
    person.press(window::SETTINGS_BACK);
    // What that means for the patch is seen at once.
    person.must_see("Trusted");
    person.press(words::APPLY);
    person.press(words::NEXT);
    person.press(words::NEXT);
    assert!(person.try_control(words::CONSENT_UNSIGNED).is_none(), "a signed patch asks for no consent");
    person.press(words::LEAVE);

    person.opens_signatures();
    person.press(&fill(window::REVOKE, &[("name", "ACME")]));
    waits_because(&person, window::REVOKE_NOW, words::REASON_FIRST);
    person.writes(window::REVOKE_WHY, "stolen");
    person.press(window::REVOKE_NOW);
    person.must_see(&fill(window::KEY_REVOKED, &[("why", "stolen")]));
    assert!(person.try_control(&fill(window::REVOKE, &[("name", "ACME")])).is_none());
    person.press(window::SETTINGS_BACK);
    assert!(!person.sees("Trusted: "), "{}", person.told());
}

#[test]
fn a_key_out_of_a_file_is_trusted_for_what_somebody_says() {
    let scene = Scene::signed();
    let mut person = scene.open();
    person.opens_signatures();
    person.press(window::TRUST_FILE);
    assert_eq!(person.desk().done.last(), Some(&Effect::PickKey(Dialog::Key)));
    person.hears(Event::Keys(KeyEvent::Picked(Dialog::Key, scene.secret.with_extension("pub"))));
    person.press(window::KEY_COMPARED);
    waits_because(&person, window::TRUST_KEY, window::KEY_PRODUCT_FIRST);
    person.writes(window::KEY_PRODUCTS, "Widget");
    person.press(window::ROLE_AUTHOR);
    waits_because(&person, window::TRUST_KEY, window::KEY_ROLE_FIRST);
    person.press(window::ROLE_REVIEWER);
    person.press(window::TRUST_KEY);
    person.must_see(&fill(window::KEY_TRUSTED, &[("name", "acme")]));
    person.must_see("Review patches \u{b7} Widget");
}

#[test]
fn ones_own_key_signs_the_patch_that_was_looked_at() {
    let scene = Scene::new();
    let mut person = scene.open();
    person.opens_signatures();
    assert!(person.try_control(window::TRUST_SIGNER).is_none(), "nobody signed it yet");
    person.press(window::SIGN);
    person.hears(Event::Keys(KeyEvent::Picked(Dialog::OwnKey, scene.secret.clone())));
    person.press(window::SIGN_NOW);
    let signed = fill(window::SIGNED_WITH, &[("key", &scene.key.fingerprint().short())]);
    person.must_see(&signed);
    person.control(window::TRUST_SIGNER);
}

#[test]
fn what_cannot_be_read_as_a_key_says_why_and_trusts_nothing() {
    let scene = Scene::new();
    scene.sandbox.write("odd.pub", "not a key\n");
    let mut person = scene.open();
    person.opens_signatures();
    for (asked, button) in [(Dialog::Key, window::TRUST_FILE), (Dialog::KeyList, window::KEYS_TAKE_IN)] {
        person.press(button);
        person.hears(Event::Keys(KeyEvent::Picked(asked, scene.sandbox.path("odd.pub"))));
        person.must_see(words::heading(patchwright::model::Code::Key));
        assert!(person.model(|model| model.trusting.is_none()));
    }
    person.must_see(window::KEYS_NONE);
}
