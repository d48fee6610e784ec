//! H24 to H31: manifests that two readers would read differently, that have no end, or that make no sense.

use patchwright::model::{Code, Digest};
use serde_json::{Value, json};

use crate::support::hostile::{Good, Scene, folder, whole};

type Spoil = (&'static str, fn(&mut Good));

/// Every one of these is the good bundle with one value of its manifest changed.
#[track_caller]
fn all_refused(code: Code, spoils: &[Spoil]) {
    let scene = Scene::new();
    for (story, spoil) in spoils {
        scene.refuses_to_read(story, &Good::with(spoil), code);
    }
}

/// Every one of these is the good bundle with `old` in its manifest's text replaced.
#[track_caller]
fn all_texts_refused(old: &str, new: &[&str]) {
    let scene = Scene::new();
    for new in new {
        let bundle = Good::with_text(|text| {
            assert!(text.contains(old), "{old} is not in {text}");
            text.replacen(old, new, 1)
        });
        scene.refuses_to_read(new, &bundle, Code::Manifest);
    }
}

#[test]
fn h24_a_key_written_twice() {
    all_texts_refused(r#""sequence":0"#, &[r#""sequence":5,"sequence":9"#, r#""sequence":0,"sequence":0"#]);
    all_texts_refused(r#""op":"replace""#, &[r#""op":"replace","op":"create""#]);
    all_texts_refused(r#""path":"lib/a.so""#, &[r#""path":"../canary/a.so","path":"lib/a.so""#]);
}

#[test]
fn h25_a_key_written_twice_in_two_spellings() {
    all_texts_refused(r#""sequence":0"#, &[r#""sequence":5,"se\u0071uence":9"#]);
    all_texts_refused(r#""path":"lib/a.so""#, &[r#""path":"lib/a.so","p\u0061th":"../canary/a.so""#]);
}

#[test]
fn h26_unknown_keys_wrong_types_and_null() {
    all_refused(
        Code::Manifest,
        &[
            ("an unknown key", |good| good.manifest["rollout"] = json!(1)),
            ("a script", |good| good.manifest["scripts"] = json!([{"phase": "after", "blob": "x"}])),
            ("an unknown key of a change", |good| good.at("lib/a.so")["critical"] = json!(true)),
            ("a number for a text", |good| good.manifest["title"] = json!(1)),
            ("a text for a list", |good| good.manifest["fixes"] = json!("all")),
            ("a list for an object", |good| good.manifest["product"] = json!([])),
            ("null for a text", |good| good.manifest["title"] = Value::Null),
            ("null for nothing", |good| good.at("lib/dead.so")["after"] = Value::Null),
        ],
    );
}

#[test]
fn h27_ten_thousand_lists_in_one_another() {
    let deep = format!(r#""x-deep":{}{},"sequence":0"#, "[".repeat(10_000), "]".repeat(10_000));
    all_texts_refused(r#""sequence":0"#, &[&deep]);
}

#[test]
fn h28_numbers_that_readers_disagree_on() {
    for number in ["-1", "1.0", "1e3", "18446744073709551616", "\"42\"", "-0", "01", "0x10", "NaN"] {
        all_texts_refused(r#""sequence":0"#, &[&format!(r#""sequence":{number}"#)]);
    }
}

#[test]
fn h29_bytes_that_readers_disagree_on() {
    let good = Good::new().text().into_bytes();
    let around =
        |before: &[u8], after: &[u8]| Good::zip_of(&[before, good.as_slice(), after].concat()).bytes();
    let invalid: Vec<u8> = good.iter().map(|&byte| if byte == b'M' { 0xff } else { byte }).collect();
    let scene = Scene::new();
    for (story, bundle) in [
        ("a byte-order mark", around(b"\xef\xbb\xbf", b"")),
        ("a byte behind", around(b"", b"x")),
        ("a NUL behind", around(b"", b"\0")),
        ("a second manifest behind", around(b"", b"{}")),
        ("no UTF-8", Good::zip_of(&invalid).bytes()),
        ("nothing", Good::zip_of(b"").bytes()),
    ] {
        scene.refuses_to_read(story, &bundle, Code::Manifest);
    }
    all_texts_refused(
        r#""title":""#,
        &[r#""title":"\ud800"#, r#""title":"a\u0000b"#, "\"title\":\"e\u{301}"],
    );
}

#[test]
fn h30_a_manifest_of_more_than_64_mib() {
    let mut text = Good::new().text();
    text.extend(std::iter::repeat_n(' ', (64 << 20) + 1 - text.len()));
    Scene::new().refuses_to_read("a byte too long", &Good::zip_of(text.as_bytes()).bytes(), Code::Limit);
    text.pop();
    Scene::new().applies("exactly as long as allowed", &Good::zip_of(text.as_bytes()).bytes());
}

#[test]
fn h31_changes_that_make_no_sense() {
    all_refused(
        Code::Manifest,
        &[
            ("two changes at one path", |good| {
                let again = good.at("lib/a.so").clone();
                good.add([again]);
            }),
            ("a file that is created where one is listed", |good| {
                good.at("lib/a.so")["op"] = json!("create");
            }),
            ("a rename from nowhere", |good| {
                let mut change = whole(good, "share/z", b"to be read\n");
                change["op"] = json!("rename");
                change["payload"] = json!({"encoding": "same", "from": "doc/nowhere"});
                good.add([change]);
            }),
            ("a rename without a source", |good| {
                let mut change = whole(good, "share/z", b"to be read\n");
                change["op"] = json!("rename");
                change["payload"] = json!({"encoding": "same"});
                good.add([change]);
            }),
            ("before is after", |good| {
                let change = good.at("doc/x");
                change["after"] = change["before"][0].clone();
            }),
            ("an unknown op", |good| good.at("lib/dead.so")["op"] = json!("exec")),
            ("a folder that is created as a file", |good| {
                let mut change = folder("share/z");
                change["op"] = json!("replace");
                good.add([change]);
            }),
            ("a digest that shouts", |good| {
                let after = &mut good.at("lib/a.so")["after"]["sha256"];
                *after = json!(after.as_str().expect("a text").to_uppercase());
            }),
            ("a short digest", |good| {
                let after = &mut good.at("lib/a.so")["after"]["sha256"];
                *after = json!(after.as_str().expect("a text")[1..]);
            }),
            ("a wrong digest", |good| {
                good.at("lib/a.so")["after"]["sha256"] =
                    json!(Digest::compute(b"something else").to_string());
            }),
        ],
    );
}

#[test]
fn h31_a_digest_of_other_content() {
    let bundle = Good::with(|good| {
        let promised = Digest::compute(b"something else").to_string();
        good.blobs.insert(promised.clone(), b"mended\n".to_vec());
        good.at("lib/a.so")["after"]["sha256"] = json!(promised);
        good.at("lib/a.so")["payload"]["blob"] = json!(promised);
    });
    Scene::new().refuses_to_read("wrong content", &bundle, Code::Container);
}
