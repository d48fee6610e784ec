//! Who vouches and who does not: every way in which a signature must not count (H78 to H86), and the real programs.

use base64ct::{Base64, Encoding};
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::*;
use crate::model::{Approvals, Digest};
use crate::plan::why::Consent;

mod forged;
mod programs;

const MANIFEST: &[u8] = b"{\"format\":\"patchwright-bundle/1\",\"id\":\"LH-1\"}\n";
const PRODUCT: &str = "Lighthouse";

fn now() -> Timestamp {
    time("2026-03-04T05:06:07Z")
}

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// A secret key that depends on nothing but `seed`.
fn secret(seed: u8) -> SecretKey {
    SecretKey::of_random(&Zeroizing::new([seed; 40]))
}

fn place() -> SequencePlace {
    SequencePlace { product: PRODUCT.to_owned(), channel: String::new(), sequence: 42 }
}

fn statement(kind: StatementKind, role: SignerRole) -> Statement {
    Statement { kind, place: Some(place()), role, time: now().to_string() }
}

fn signed(content: &[u8], kind: StatementKind, role: SignerRole, key: &SecretKey) -> Attached {
    let text = sign(content, &statement(kind, role).comment(), key);
    Attached { scheme: SignatureScheme::Minisign, bytes: text.into_bytes() }
}

fn by(seed: u8, role: SignerRole) -> Attached {
    signed(MANIFEST, StatementKind::Bundle, role, &secret(seed))
}

/// A key that is trusted for the product.
fn trusted(seed: u8, name: &str, roles: &[SignerRole]) -> TrustedKey {
    TrustedKey {
        key: secret(seed).public(),
        name: name.to_owned(),
        owner: name.to_owned(),
        roles: roles.to_vec(),
        products: vec![PRODUCT.to_owned()],
        not_before: None,
        not_after: None,
        added: now().to_string(),
        how: TrustOrigin::ByHand,
    }
}

fn ring(keys: impl IntoIterator<Item = TrustedKey>) -> Keyring {
    Keyring {
        person: KeyStore { keys: keys.into_iter().collect(), ..KeyStore::default() },
        ..Keyring::default()
    }
}

/// Rules that ask for so many.
fn asking(mut ring: Keyring, authors: u32, reviewers: u32) -> Keyring {
    ring.person.rules = Rules { authors: Some(authors), reviewers: Some(reviewers), ..Rules::default() };
    ring
}

fn judged(signatures: &[Attached], reviews: &[AttachedReview], ring: &Keyring) -> Verdict {
    judge(&claim(), signatures, reviews, ring, now())
}

fn claim() -> SignatureSubject<'static> {
    let asks = Approvals::default();
    SignatureSubject { manifest: MANIFEST, place: place(), created: Some(now()), asks, folder: None }
}

#[track_caller]
fn expect(verdict: &Verdict, standing: Standing, sentence: &str) {
    assert_eq!((verdict.standing, verdict.sentence().as_str()), (standing, sentence), "{:?}", verdict.doubts);
}

const ANNA: u8 = 1;
const BOB: u8 = 2;
const CAROL: u8 = 3;

fn anna() -> TrustedKey {
    trusted(ANNA, "Anna", &[SignerRole::Author])
}

fn bob() -> TrustedKey {
    trusted(BOB, "Bob", &[SignerRole::Reviewer])
}

#[test]
fn one_author_who_is_known_is_enough_where_nobody_asks_for_more() {
    let verdict = judged(&[by(ANNA, SignerRole::Author)], &[], &ring([anna()]));
    expect(&verdict, Standing::Trusted, "Trusted: signed by Anna as author on 2026-03-04 05:06:07 UTC");
    assert_eq!(verdict.permits(Consent::Missing), Ok(()));
}

#[test]
fn h78_nobody_signed() {
    let verdict = judged(&[], &[], &ring([anna()]));
    expect(&verdict, Standing::Untrusted, "Not trusted: this patch isn't signed");
    assert_eq!(
        (verdict.permits(Consent::Missing), verdict.permits(Consent::Given)),
        (Err(Denial::NeedsConsent), Ok(()))
    );
    let mut strict = ring([anna()]);
    strict.machine.rules.unsigned_apply = Some(Unvouched::Refuse);
    assert_eq!(judged(&[], &[], &strict).permits(Consent::Given), Err(Denial::Policy));
}

#[test]
fn where_nobody_has_to_vouch_an_unsigned_patch_is_still_not_called_trusted() {
    let none = asking(ring([anna()]), 0, 0);
    assert_eq!(judged(&[], &[], &none).standing, Standing::Untrusted);
}

#[test]
fn a_bundle_can_ask_for_more_than_the_rules_but_not_for_less() {
    let keys = ring([anna(), bob()]);
    let claim = |authors, reviewers| SignatureSubject {
        created: None,
        asks: Approvals { authors, reviewers },
        ..claim()
    };
    let only_anna = [by(ANNA, SignerRole::Author)];
    let verdict = judge(&claim(1, 1), &only_anna, &[], &keys, now());
    expect(&verdict, Standing::NotEnough, "Not enough signatures: 1 of 1 author, 0 of 1 reviewer");
    let both = [by(ANNA, SignerRole::Author), by(BOB, SignerRole::Reviewer)];
    assert_eq!(judge(&claim(1, 1), &both, &[], &keys, now()).standing, Standing::Trusted);
    let verdict = judge(&claim(0, 0), &both[1..], &[], &keys, now());
    expect(&verdict, Standing::NotEnough, "Not enough signatures: 0 of 1 author");
}

#[test]
fn h83_the_same_key_twice_and_two_keys_of_one_owner_count_once() {
    let two = asking(ring([anna(), bob()]), 2, 0);
    let verdict = judged(&[by(ANNA, SignerRole::Author), by(ANNA, SignerRole::Author)], &[], &two);
    expect(&verdict, Standing::NotEnough, "Not enough signatures: 1 of 2 authors");
    assert_eq!(verdict.doubts[0].sentence(), "The signature by Anna counts only once: it's there twice");

    let mut second = trusted(CAROL, "Anna's laptop", &[SignerRole::Author]);
    second.owner = "Anna".to_owned();
    let two = asking(ring([anna(), second]), 2, 0);
    let verdict = judged(&[by(ANNA, SignerRole::Author), by(CAROL, SignerRole::Author)], &[], &two);
    expect(&verdict, Standing::NotEnough, "Not enough signatures: 1 of 2 authors");
    let twice = "The signature by Anna's laptop counts only once: its owner also signed with another key";
    assert_eq!(verdict.doubts[0].sentence(), twice);
}

#[test]
fn h83_an_author_is_no_reviewer_and_nobody_fills_two_roles() {
    let keys = asking(ring([anna(), bob()]), 1, 1);
    let verdict = judged(&[by(ANNA, SignerRole::Author), by(ANNA, SignerRole::Reviewer)], &[], &keys);
    expect(&verdict, Standing::NotEnough, "Not enough signatures: 1 of 1 author, 0 of 1 reviewer");
    let wrong = "The signature by Anna isn't accepted: you don't trust the key as reviewer";
    assert_eq!(verdict.doubts[0].sentence(), wrong);

    // A key that may be both is one person still.
    let both = trusted(ANNA, "Anna", &[SignerRole::Author, SignerRole::Reviewer]);
    let keys = asking(ring([both.clone()]), 1, 1);
    let verdict = judged(&[by(ANNA, SignerRole::Author), by(ANNA, SignerRole::Reviewer)], &[], &keys);
    assert_eq!(verdict.standing, Standing::NotEnough);
    // With somebody else beside, each fills one.
    let keys = asking(ring([both, anna_two()]), 1, 1);
    let verdict = judged(&[by(ANNA, SignerRole::Reviewer), by(CAROL, SignerRole::Author)], &[], &keys);
    expect(
        &verdict,
        Standing::Trusted,
        "Trusted: signed by Carol as author on 2026-03-04 05:06:07 UTC, Anna as reviewer on 2026-03-04 05:06:07 UTC",
    );
}

fn anna_two() -> TrustedKey {
    trusted(CAROL, "Carol", &[SignerRole::Author])
}

#[test]
fn h84_keys_that_are_revoked_expired_not_yet_valid_or_for_another_product_do_not_count() {
    let signature = [by(ANNA, SignerRole::Author)];
    let with = |change: fn(&mut TrustedKey)| {
        let mut key = anna();
        change(&mut key);
        ring([key])
    };
    let mut revoked = ring([anna()]);
    let from = RevokedFrom::Sequence(42);
    revoked.machine.revoked.push(Revoked { key: anna().key.fingerprint(), from, reason: "lost".into() });
    let cases = [
        (revoked, "isn't accepted: the key was revoked: lost"),
        (
            with(|key| key.not_after = Some(time("2026-03-01T00:00:00Z"))),
            "isn't accepted: the key has expired",
        ),
        (
            with(|key| key.not_before = Some(time("2026-04-01T00:00:00Z"))),
            "isn't accepted: the key isn't valid yet",
        ),
        (
            with(|key| key.products = vec!["Other".into()]),
            "isn't accepted: you trust the key for other products",
        ),
        (
            with(|key| key.roles = vec![SignerRole::Revoker]),
            "isn't accepted: you don't trust the key as author",
        ),
    ];
    for (ring, why) in cases {
        let verdict = judged(&signature, &[], &ring);
        assert_eq!(verdict.standing, Standing::Untrusted);
        assert_eq!(verdict.doubts[0].sentence(), format!("The signature by Anna {why}"));
    }
    // What was signed before the key was revoked still counts, if it was revoked from a number on.
    let mut later = ring([anna()]);
    let from = RevokedFrom::Sequence(43);
    later.person.revoked.push(Revoked { key: anna().key.fingerprint(), from, reason: "lost".into() });
    assert_eq!(judged(&signature, &[], &later).standing, Standing::Trusted);
}

#[test]
fn h84_a_key_with_the_number_of_another_is_still_another_key() {
    // Anybody can make a key that carries the number of Anna's.
    let mut random = [7; 40];
    random[..8].copy_from_slice(&[ANNA; 8]);
    let impostor = SecretKey::of_random(&Zeroizing::new(random));
    let signature = signed(MANIFEST, StatementKind::Bundle, SignerRole::Author, &impostor);
    let verdict = judged(std::slice::from_ref(&signature), &[], &ring([anna()]));
    assert_eq!(verdict.standing, Standing::Untrusted);
    assert_eq!(verdict.unknown_keys, [UnknownKey { key: impostor.public(), role: SignerRole::Author }]);
    // Both known: each signature finds its own key.
    let mut known = anna();
    known.key = impostor.public();
    known.name = "Impostor".to_owned();
    known.owner = "Impostor".to_owned();
    let verdict = judged(&[signature, by(ANNA, SignerRole::Author)], &[], &ring([known, anna()]));
    assert_eq!(verdict.vouchers.len(), 2);
}

#[test]
fn another_key_for_a_known_product_is_told_and_an_unknown_product_is_a_first_contact() {
    let verdict = judged(&[by(BOB, SignerRole::Author)], &[], &ring([anna()]));
    assert!(verdict.is_key_change);
    let unsigned = judged(&[], &[], &ring([anna()]));
    for consent in [Consent::Missing, Consent::Given] {
        assert_eq!(
            verdict.permits(consent),
            unsigned.permits(consent),
            "a stranger's signature changes nothing"
        );
    }
    let mut elsewhere = anna();
    elsewhere.products = vec!["Other".to_owned()];
    let verdict = judged(&[by(BOB, SignerRole::Author)], &[], &ring([elsewhere]));
    assert_eq!((verdict.is_key_change, verdict.unknown_keys.len()), (false, 1));
}

#[test]
fn worthless_signatures_take_nothing_away() {
    let garbage = Attached { scheme: SignatureScheme::Minisign, bytes: b"x".to_vec() };
    let verdict =
        judged(&[garbage, by(BOB, SignerRole::Author), by(ANNA, SignerRole::Author)], &[], &ring([anna()]));
    assert_eq!((verdict.standing, verdict.doubts.len()), (Standing::Trusted, 2));
}

fn review(opinion: Opinion, manifest: &[u8]) -> Vec<u8> {
    let review = Review {
        manifest: Digest::compute(manifest),
        bundle: Digest::compute(b"bundle"),
        patch: "LH-1 revision 1".into(),
        title: "Beam".into(),
        place: place(),
        reviewer: "bob".into(),
        time: now().to_string(),
        opinion,
        verdict: "Trusted: Anna".into(),
        findings: vec!["no invisible characters".into()],
        notes: vec![ReviewNote { path: Some("a.txt".into()), text: "fine".into() }],
        changes: vec![ReviewedChange { path: "a.txt".into(), change: "replace".into(), looked_at: true }],
    };
    let bytes = review.to_bytes();
    assert_eq!(Review::parse(&bytes).as_ref(), Ok(&review));
    bytes
}

fn reviewed(opinion: Opinion, manifest: &[u8], seed: u8) -> AttachedReview {
    let report = review(opinion, manifest);
    AttachedReview {
        signature: signed(&report, StatementKind::Review, SignerRole::Reviewer, &secret(seed)),
        report,
    }
}

#[test]
fn a_signed_review_vouches_for_the_patch_that_it_names() {
    let keys = asking(ring([anna(), bob()]), 1, 1);
    let author = [by(ANNA, SignerRole::Author)];
    let approved = reviewed(Opinion::Approved, MANIFEST, BOB);
    let verdict = judged(&author, std::slice::from_ref(&approved), &keys);
    assert_eq!(verdict.standing, Standing::Trusted);
    assert_eq!(verdict.vouchers[1].review, Some(Digest::compute(&approved.report)));

    let of_another = reviewed(Opinion::Approved, b"another", BOB);
    assert_eq!(judged(&author, &[of_another], &keys).standing, Standing::NotEnough);
    let mut edited = approved;
    edited.report = String::from_utf8(edited.report).expect("text").replace("fine", "good").into_bytes();
    let verdict = judged(&author, &[edited], &keys);
    expect(&verdict, Standing::Broken, "Broken: this isn't the file that Bob signed");
    let comment = reviewed(Opinion::Commented, MANIFEST, BOB);
    assert_eq!(judged(&author, &[comment], &keys).standing, Standing::NotEnough);
}

#[test]
fn a_reviewer_who_rejects_a_patch_stops_it_however_many_others_vouch() {
    let keys = ring([anna(), bob()]);
    let verdict =
        judged(&[by(ANNA, SignerRole::Author)], &[reviewed(Opinion::Rejected, MANIFEST, BOB)], &keys);
    expect(&verdict, Standing::NotEnough, "Not enough signatures: Bob looked at it and rejects it");
    // Only whose word counts can say no.
    let verdict =
        judged(&[by(ANNA, SignerRole::Author)], &[reviewed(Opinion::Rejected, MANIFEST, CAROL)], &keys);
    assert_eq!(verdict.standing, Standing::Trusted);
}

#[test]
fn scripts_need_somebody_who_may_ship_them() {
    let scripts = trusted(ANNA, "Anna", &[SignerRole::Author, SignerRole::Script]);
    assert!(judged(&[by(ANNA, SignerRole::Author)], &[], &ring([scripts])).may_ship_scripts);
    assert!(!judged(&[by(ANNA, SignerRole::Author)], &[], &ring([anna()])).may_ship_scripts);
}

#[test]
fn the_machine_has_the_last_word_about_keys_and_rules() {
    let mut keys = ring([anna()]);
    keys.person.rules = Rules { authors: Some(0), unsigned_apply: Some(Unvouched::Ask), ..Rules::default() };
    keys.machine.product_rules.insert(
        PRODUCT.into(),
        Rules {
            authors: Some(1),
            reviewers: Some(1),
            unsigned_apply: Some(Unvouched::Refuse),
            ..Rules::default()
        },
    );
    let policy = keys.policy(PRODUCT);
    assert_eq!((policy.needs.authors, policy.needs.reviewers, policy.set_by), (1, 1, SetBy::Machine));
    assert_eq!(keys.policy("Other").needs.authors, 0);
    // The machine's file says what a key may do, whatever the person's says.
    let mut machine = anna();
    machine.roles = vec![SignerRole::Revoker];
    keys.machine.keys.push(machine);
    assert_eq!(judged(&[by(ANNA, SignerRole::Author)], &[], &keys).standing, Standing::Untrusted);
}

#[test]
fn keys_and_rules_read_back_as_they_were_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("deep/trust.toml");
    assert_eq!(KeyStore::load(&path).expect("nothing there"), KeyStore::default());
    let mut store = ring([anna(), bob()]).person;
    store.keys[0].not_after = Some(time("2030-01-01T00:00:00Z"));
    store.rules = Rules { authors: Some(2), max_age_days: Some(90), ..Rules::default() };
    store.product_rules.insert("Light. \"house\"".into(), Rules { floor: Some(7), ..Rules::default() });
    store.lists.insert(PRODUCT.into(), ListState { version: 3, threshold: 2 });
    let from = RevokedFrom::Time(now());
    store.revoked.push(Revoked { key: bob().key.fingerprint(), from, reason: "left".into() });
    KeyStore::change(&path, |kept| {
        *kept = store.clone();
        Ok::<_, KeyStoreError>(())
    })
    .expect("written");
    assert_eq!(KeyStore::load(&path).expect("read"), store);
}

#[test]
fn a_file_of_keys_that_is_not_as_it_must_be_is_refused_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("trust.toml");
    let key = anna().key.line();
    let one = format!("key = '{key}'\nname = 'A'\nowner = 'A'\nroles = ['author']\nproducts = ['*']\n");
    let head = "format = 'patchwright-trust/1'\n";
    let cases = [
        ("format = 'patchwright-trust/2'".to_owned(), "its format is"),
        (format!("{head}keys = 1"), "invalid type"),
        (format!("{head}[policy]\nauthor = 1"), "unknown field"),
        (format!("{head}[[keys]]\n{one}name = 'B'"), "duplicate key"),
        (format!("{head}[[keys]]\n{one}[[keys]]\n{one}"), "twice"),
        (format!("{head}[[keys]]\n{}", one.replace("'*'", "")), "for no product"),
        (format!("{head}[[keys]]\n{}", one.replace("'author'", "'boss'")), "unknown variant"),
        (format!("{head}[[keys]]\n{}", one.replace("'A'", "'A\u{202e}B'")), "invisible characters"),
        (format!("{head}[lists.x]\nversion = 1\nthreshold = 0"), "no signature"),
        (format!("{head}[[revoked]]\nfingerprint = 'x'\nreason = ''"), "no fingerprint"),
    ];
    for (text, problem) in cases {
        std::fs::write(&path, &text).expect("written");
        let error = KeyStore::load(&path).expect_err(&text).to_string();
        assert!(error.contains(problem), "{text}: {error}");
    }
}

#[test]
fn a_secret_key_opens_with_its_password_only_and_never_shows_itself() {
    let key = secret(9);
    let password = Password::new("correct horse".to_owned());
    let file = key.file(Some(&password), [3; 32]);
    assert_eq!(SecretKey::is_protected(&file), Ok(true));
    assert_eq!(SecretKey::open(&file, Some(&password)).expect("opened").public(), key.public());
    let wrong = Password::new("wrong".to_owned());
    assert_eq!(SecretKey::open(&file, Some(&wrong)).err(), Some(SecretKeyError::WrongPassword));
    assert_eq!(SecretKey::open(&file, None).err(), Some(SecretKeyError::NeedsPassword));
    assert_eq!(format!("{password:?}"), "Password(...)");
    let seed = Digest::from([9; 32]).to_string();
    assert!(!format!("{key:?}").contains(&seed[..8]));
    // Unprotected, the same.
    let file = key.file(None, [0; 32]);
    assert_eq!(SecretKey::open(&file, None).expect("opened").public(), key.public());
}

#[test]
fn a_secret_key_file_that_asks_for_too_much_is_refused_before_any_work() {
    let file = secret(9).file(Some(&Password::new("x".to_owned())), [3; 32]);
    let (comment, line) = file.trim_end().split_once('\n').expect("two lines");
    let mut record = Base64::decode_vec(line).expect("base64");
    record[46..54].copy_from_slice(&(1_u64 << 40).to_le_bytes());
    let greedy = format!("{comment}\n{}\n", Base64::encode_string(&record));
    let opened = SecretKey::open(&greedy, Some(&Password::new("x".to_owned())));
    assert_eq!(opened.err(), Some(SecretKeyError::Limit));
    assert_eq!(SecretKey::is_protected("nothing").err(), Some(SecretKeyError::Unreadable));
}
