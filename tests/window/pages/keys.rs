//! Keys: one is trusted after its words were compared, revoked with a reason, and one's own signs a patch.

use std::path::PathBuf;

use egui_kittest::kittest::NodeT;
use patchwright::present::message::{Dialog, Effect, Event, ExportWish, Input, KeyEvent};
use patchwright::words::{self, fill, trying, window};
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

/// At the page of keys.
fn at_keys(scene: &Scene) -> Person {
    let mut person = scene.open();
    person.opens_signatures();
    person
}

#[test]
fn a_key_is_made_with_a_password_typed_twice_and_signs() {
    let scene = Scene::new();
    let mut person = at_keys(&scene);
    person.press(window::NEW_KEY);
    waits_because(&person, window::NEW_KEY_MAKE, window::NEW_KEY_NAME_FIRST);
    person.writes(window::NEW_KEY_NAME, "../anna");
    waits_because(&person, window::NEW_KEY_MAKE, window::NEW_KEY_NAME_FIRST);
    person.writes(window::NEW_KEY_NAME, "anna");
    let secret = scene.sandbox.path("person/keys/anna.key");
    person.must_see(&secret.display().to_string());
    waits_because(&person, window::NEW_KEY_MAKE, window::PASSWORD_FIRST);
    person.writes(window::NEW_KEY_PASSWORD, "correct horse");
    person.writes(window::NEW_KEY_AGAIN, "correct house");
    waits_because(&person, window::NEW_KEY_MAKE, window::PASSWORDS_DIFFER);
    assert!(!secret.exists());
    person.writes(window::NEW_KEY_AGAIN, "correct horse");
    assert!(!person.sees("correct"), "nobody sees it: {}", person.told());
    let told = person.told().replace(&scene.sandbox.path("").display().to_string(), "/tmp/");
    insta::assert_snapshot!("new_key", told);
    person.press(window::NEW_KEY_MAKE);
    person.must_see(window::NEW_KEY_MADE);
    let public = std::fs::read_to_string(secret.with_extension("pub")).expect("a public key");
    let print = PublicKey::parse(&public).expect("a good key").fingerprint();
    person.must_see(&print.words());
    person.must_see(&print.groups());
    assert_eq!(print.words().split(' ').count(), 8);
    assert!(!format!("{:?}", person.model(|model| model.new_key.clone())).contains("horse"));

    // It signs with its password, and with no other.
    person.press(words::CLOSE);
    person.press(window::SIGN);
    person.hears(Event::Keys(KeyEvent::Picked(Dialog::OwnKey, secret)));
    person.writes(window::PASSWORD, "correct house");
    person.press(window::SIGN_NOW);
    assert!(!person.sees("Signed with the key"), "{}", person.told());
    person.writes(window::PASSWORD, "correct horse");
    person.press(window::SIGN_NOW);
    person.must_see(&fill(window::SIGNED_WITH, &[("key", &print.short())]));
}

#[test]
fn a_key_without_a_password_is_made_elsewhere_and_trusted_here_too() {
    let scene = Scene::new();
    let mut person = at_keys(&scene);
    person.press(window::NEW_KEY);
    person.writes(window::NEW_KEY_NAME, "build");
    person.press(window::NEW_KEY_PLACE);
    let asked = Effect::PickPlace(ExportWish::SecretKey, "build.key".to_owned());
    assert_eq!(person.desk().done.last(), Some(&asked));
    let secret = scene.sandbox.path("elsewhere/build.key");
    person.hears(Event::PlacePicked(ExportWish::SecretKey, secret.clone()));
    person.press(window::NEW_KEY_UNPROTECTED);
    assert!(person.try_control(window::NEW_KEY_PASSWORD).is_none());
    person.press(window::NEW_KEY_MAKE);
    person.must_see(&secret.display().to_string());
    assert!(secret.exists() && !scene.sandbox.path("person/keys/build.key").exists());
    // Never over another file.
    let before = std::fs::read(&secret).expect("a key");
    person.press(window::NEW_KEY);
    person.writes(window::NEW_KEY_NAME, "build");
    person.press(window::NEW_KEY_PLACE);
    person.hears(Event::PlacePicked(ExportWish::SecretKey, secret.clone()));
    person.press(window::NEW_KEY_UNPROTECTED);
    person.press(window::NEW_KEY_MAKE);
    assert!(!person.sees(window::NEW_KEY_MADE), "{}", person.told());
    assert_eq!(std::fs::read(&secret).expect("a key"), before);

    person.press(window::TRUST_FILE);
    person.hears(Event::Keys(KeyEvent::Picked(Dialog::Key, secret.with_extension("pub"))));
    person.writes(window::KEY_PRODUCTS, "Widget");
    person.press(window::KEY_COMPARED);
    person.writes(window::KEY_NOT_AFTER, "next year");
    waits_because(&person, window::TRUST_KEY, window::KEY_TIME_FIRST);
    person.writes(window::KEY_NOT_AFTER, "2027-01-31T00:00:00Z");
    person.press(window::TRUST_KEY);
    let listed = sandbox_desk(&scene.sandbox).runs(&["key".as_ref(), "list".as_ref(), "--json".as_ref()]);
    assert!(listed.contains("2027-01-31T00:00:00Z"), "{listed}");

    // Its public part is what the command line prints.
    person.press(&fill(window::KEY_SAVE_OF, &[("name", "build")]));
    let asked = Effect::PickPlace(ExportWish::PublicKey, "build.pub".to_owned());
    assert_eq!(person.desk().done.last(), Some(&asked));
    let saved = scene.sandbox.path("for-others.pub");
    person.hears(Event::PlacePicked(ExportWish::PublicKey, saved.clone()));
    let printed = sandbox_desk(&scene.sandbox).runs(&["key".as_ref(), "export".as_ref(), "build".as_ref()]);
    assert_eq!(std::fs::read_to_string(saved).expect("a key"), printed);

    // It is revoked from a patch on, and only from there.
    person.press(&fill(window::REVOKE, &[("name", "build")]));
    person.writes(window::REVOKE_WHY, "left");
    person.writes(window::REVOKE_FROM, "soon");
    waits_because(&person, window::REVOKE_NOW, window::REVOKE_FROM_FIRST);
    person.writes(window::REVOKE_FROM, "7");
    // What was saved is told at the bottom of the window.
    person.control(window::REVOKE_NOW).scroll_to_me();
    person.settle();
    person.press(window::REVOKE_NOW);
    person.must_see(&fill(window::KEY_REVOKED_FROM, &[("from", "7"), ("why", "left")]));
}

#[test]
fn a_list_of_keys_is_signed_and_taken_in() {
    let scene = Scene::new();
    let line = std::fs::read_to_string(scene.secret.with_extension("pub")).expect("a key");
    let key = serde_json::json!({
        "key": line.lines().last().expect("a line"), "name": "acme", "owner": "acme", "roles": ["author"],
    });
    let list = serde_json::json!({
        "format": "patchwright-keys/1", "product": "Widget", "version": 1, "issued": "2026-02-23T00:00:00Z",
        "threshold": 1, "keys": [key],
    });
    scene.sandbox.write("keys.json", &list.to_string());
    let list = scene.sandbox.path("keys.json");
    let mut person = at_keys(&scene);
    person.press(window::TRUST_FILE);
    person.hears(Event::Keys(KeyEvent::Picked(Dialog::Key, scene.secret.with_extension("pub"))));
    person.writes(window::KEY_PRODUCTS, "Widget");
    person.press(window::KEY_COMPARED);
    person.press(window::TRUST_KEY);
    person.press(window::LIST_SIGN);
    assert_eq!(person.desk().done.last(), Some(&Effect::PickKey(Dialog::ListToSign)));
    person.hears(Event::Keys(KeyEvent::Picked(Dialog::ListToSign, list.clone())));
    assert_eq!(person.desk().done.last(), Some(&Effect::PickKey(Dialog::OwnKey)));
    person.hears(Event::Keys(KeyEvent::Picked(Dialog::OwnKey, scene.secret.clone())));
    person.must_see(window::LIST_SIGN_TITLE);
    person.must_see(&list.display().to_string());
    assert!(person.try_control(window::ROLE_REVIEWER).is_none(), "what it counts as is what the list is");
    person.press(window::SIGN_NOW);
    person.must_see("Signed. The signature is in");
    person.press(window::KEYS_TAKE_IN);
    person.hears(Event::Keys(KeyEvent::Picked(Dialog::KeyList, list)));
    person.must_see("Imported version 1 of the key list for Widget");
    // The patch itself was not signed by the way.
    assert!(person.try_control(window::TRUST_SIGNER).is_none());
}

#[test]
fn a_patch_file_is_held_against_the_trust_rules_in_a_file() {
    let scene = Scene::signed();
    let mut person = at_keys(&scene);
    // Somebody else's rules, who trusts the vendor.
    let other = scene.sandbox.path("other");
    std::fs::create_dir_all(&other).expect("a folder");
    let (print, public) = (scene.key.fingerprint().groups(), scene.secret.with_extension("pub"));
    let words = ["key", "trust"].map(std::ffi::OsStr::new).into_iter().chain([public.as_os_str()]);
    let rest = ["--name=ACME", "--every-product", "--fingerprint", &print].map(std::ffi::OsStr::new);
    Desk::with_keys_in(&other).runs(&words.chain(rest).collect::<Vec<_>>());
    let trusted = std::fs::read_to_string(other.join("trust.toml")).expect("trusted keys");
    for (name, rules, headline) in [
        ("strict.toml", "[policy]\nissue = \"OPS-*\"\ntests = true\n", window_rules(false)),
        ("easy.toml", "[policy]\nexact_version = false\n", window_rules(true)),
    ] {
        scene.sandbox.write(name, &format!("{trusted}\n{rules}"));
        person.press(trying::RULES_ASK);
        assert_eq!(person.desk().done.last(), Some(&Effect::PickInput(Input::Rules)));
        let path = scene.sandbox.path(name);
        person.hears(Event::InputPicked(Input::Rules, vec![path.clone()]));
        person.must_see(&fill(headline, &[("file", &path.display().to_string())]));
        // The command line says the same.
        let said = sandbox_desk(&scene.sandbox).runs(&[
            "verify".as_ref(),
            scene.bundle.as_ref(),
            "--rules".as_ref(),
            path.as_ref(),
            "--json".as_ref(),
        ]);
        assert_eq!(said.contains("\"outcome\": \"done\""), headline == trying::RULES_MET, "{said}");
        assert_eq!(person.sees("OPS-*"), headline == trying::RULES_UNMET, "{}", person.told());
    }
}

const fn window_rules(is_met: bool) -> &'static str {
    if is_met { trying::RULES_MET } else { trying::RULES_UNMET }
}

#[test]
fn a_signature_that_was_made_elsewhere_is_added() {
    let scene = Scene::new();
    // Made with another copy of the same patch file, as another computer would.
    let copy = scene.sandbox.path("copy.patchbundle");
    std::fs::copy(&scene.bundle, &copy).expect("a copy");
    let desk = sandbox_desk(&scene.sandbox);
    desk.runs(&["sign".as_ref(), copy.as_ref(), "--key".as_ref(), scene.secret.as_ref()]);
    let mut zip = zip::ZipArchive::new(std::fs::File::open(&copy).expect("a file")).expect("a bundle");
    let signature = (0..zip.len()).find_map(|index| {
        let mut member = zip.by_index(index).expect("a member");
        let mut text = String::new();
        let is_it = member.name().is_ok_and(|name| name.ends_with(".minisig"));
        is_it.then(|| std::io::Read::read_to_string(&mut member, &mut text).map(|_| text).expect("text"))
    });
    let signature = signature.expect("a signature");
    scene.sandbox.write("signed.minisig", &signature);
    let mut person = at_keys(&scene);
    person.press(window::SIGNATURE_COMMENT);
    person.must_see(words::COPIED);
    person.press(window::SIGNATURE_ATTACH);
    assert_eq!(person.desk().done.last(), Some(&Effect::PickInput(Input::Signature)));
    person.hears(Event::InputPicked(Input::Signature, vec![scene.sandbox.path("signed.minisig")]));
    person.must_see(&fill(window::SIGNED_WITH, &[("key", &scene.key.fingerprint().short())]));
    person.control(window::TRUST_SIGNER);
    // What is no signature of this patch says so, and adds nothing.
    scene.sandbox.write("odd.minisig", "untrusted comment: x\n");
    person.press(window::SIGNATURE_ATTACH);
    person.hears(Event::InputPicked(Input::Signature, vec![scene.sandbox.path("odd.minisig")]));
    assert!(!person.sees("Signed with the key"), "{}", person.told());
}
