//! The hostile manifests: the good one with exactly one change, so that no rule hides another.

use serde_json::json;

use super::*;

/// A story, the mutation, and the code, place and words of the refusal.
pub(super) type Row = (&'static str, fn(&mut Value), Code, &'static str, &'static str);

pub(super) fn all_refused(rows: &[Row]) {
    for (story, mutate, code, at, words) in rows {
        let error = read_mutated(mutate).expect_err(story);
        assert_eq!((error.code, error.at.as_str()), (*code, *at), "{story}: {error}");
        assert!(error.message.contains(words), "{story}: {error}");
    }
}

/// The good manifest as text, with `old` replaced once by `new`.
fn replaced(old: &str, new: &str) -> Result<Patch, ManifestError> {
    let text = String::from_utf8(write_manifest(&good())).expect("UTF-8");
    assert!(text.contains(old), "{old}");
    read_manifest(text.replacen(old, new, 1).as_bytes())
}

/// The entry of `changes` at `path`.
pub(super) fn at<'a>(manifest: &'a mut Value, path: &str) -> &'a mut Value {
    let changes = manifest["changes"].as_array_mut().expect("a list");
    changes.iter_mut().find(|change| change["path"] == path).expect("a change of the good manifest")
}

/// Puts `added` where it belongs in the order of paths.
pub(super) fn add(manifest: &mut Value, added: Value) {
    let changes = manifest["changes"].as_array_mut().expect("a list");
    let place = changes.partition_point(|change| change["path"].as_str() < added["path"].as_str());
    changes.insert(place, added);
}

pub(super) fn create(path: &str) -> Value {
    let digest = Digest::compute(b"new").to_string();
    json!({
        "path": path, "op": "create",
        "after": {"kind": "file", "sha256": digest, "size": 3, "mode": "0644"},
        "payload": {"encoding": "full", "blob": digest},
    })
}

pub(super) fn create_link(path: &str, target: &str) -> Value {
    json!({"path": path, "op": "link", "after": {"kind": "link", "target": target}})
}

#[test]
fn h24_h25_a_key_written_twice_is_refused() {
    for (old, new) in [
        (r#""sequence": 1042"#, r#""sequence": 1042, "sequence": 9"#),
        (r#""sequence": 1042"#, r#""sequence": 1042, "se\u0071uence": 9"#),
        (r#""op":"rename""#, r#""op":"rename","op":"create""#),
        (r#""x-team": {"#, r#""x-team": {"name":"x","#),
    ] {
        let error = replaced(old, new).expect_err(new);
        assert_eq!(error.code, Code::Manifest);
        assert!(error.message.contains("twice") && error.position.is_some(), "{new}: {error}");
    }
}

#[test]
fn h26_unknown_keys_and_wrong_types_are_refused() {
    all_refused(&[
        ("unknown key", |m| m["rollouts"] = json!(1), Code::Manifest, "rollouts", "unknown field"),
        (
            "in a change",
            |m| m["changes"][3]["critical"] = json!(true),
            Code::Manifest,
            "changes[3].critical",
            "unknown",
        ),
        (
            "a script's own program",
            |m| m["scripts"][0]["interpreter"] = json!("/tmp/sh"),
            Code::Manifest,
            "scripts[0].interpreter",
            "none of sh, python3, powershell, cmd",
        ),
        (
            "a script inside the change",
            |m| m["scripts"][0]["phase"] = json!("during"),
            Code::Manifest,
            "scripts[0].phase",
            "none of before, after",
        ),
        (
            "arguments of a script",
            |m| m["scripts"][0]["args"] = json!(["; rm -rf /"]),
            Code::Manifest,
            "scripts[0].args",
            "unknown field",
        ),
        (
            "a script for ever",
            |m| m["scripts"][0]["timeout"] = json!(3601),
            Code::Limit,
            "scripts[0].timeout",
            "1 to 3600 seconds",
        ),
        (
            "no reason",
            |m| m["scripts"][0]["reason"] = json!(" "),
            Code::Manifest,
            "scripts[0].reason",
            "empty",
        ),
        ("hooks", |m| m["hooks"] = json!([]), Code::Manifest, "hooks", "unknown field"),
        ("capital X", |m| m["X-team"] = json!(1), Code::Manifest, "X-team", "unknown field"),
        ("number for text", |m| m["title"] = json!(1), Code::Manifest, "title", "invalid type"),
        ("null for text", |m| m["title"] = Value::Null, Code::Manifest, "title", "invalid type: null"),
        ("null for nothing", |m| m["contact"] = Value::Null, Code::Manifest, "contact", "invalid type: null"),
        ("null for no list", |m| m["issues"] = Value::Null, Code::Manifest, "issues", "invalid type: null"),
        ("text for list", |m| m["fixes"] = json!("ACME-7"), Code::Manifest, "fixes", "invalid type"),
        ("list for object", |m| m["severity"] = json!(["low"]), Code::Manifest, "severity", "invalid type"),
        (
            "missing key",
            |m| drop(m.as_object_mut().expect("object").remove("vendor")),
            Code::Manifest,
            "",
            "vendor",
        ),
        ("word of no list", |m| m["kind"] = json!("update"), Code::Manifest, "kind", "none of hotfix"),
        (
            "key of another kind",
            |m| m["changes"][1]["after"]["mode"] = json!("0777"),
            Code::Manifest,
            "changes[1].after",
            "link",
        ),
        (
            "key of another check",
            |m| m["preflight"][2]["args"]["port"] = json!(1),
            Code::Manifest,
            "preflight[2].args",
            "disk",
        ),
        (
            "unknown check",
            |m| m["preflight"][2]["check"] = json!("exec"),
            Code::Manifest,
            "preflight[2].check",
            "none of",
        ),
    ]);
}

#[test]
fn h27_deep_nesting_is_refused() {
    let nested = format!(r#""x-deep": {}{}, "sequence""#, "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(replaced(r#""sequence""#, &nested).expect_err("deep").code, Code::Manifest);
}

#[test]
fn h28_a_sequence_is_a_plain_whole_number() {
    for number in ["-1", "1042.0", "1e3", "18446744073709551616", "\"42\"", "-0"] {
        let error = replaced(r#""sequence": 1042"#, &format!(r#""sequence": {number}"#)).expect_err(number);
        assert_eq!((error.code, error.at.as_str()), (Code::Manifest, "sequence"), "{number}");
    }
}

#[test]
fn h29_odd_bytes_are_refused() {
    let good = write_manifest(&good());
    let bytes = |before: &[u8], after: &[u8]| [before, good.as_slice(), after].concat();
    for hostile in [bytes(b"\xEF\xBB\xBF", b""), bytes(b"", b"x"), bytes(b"", b"\0"), bytes(b"", b"{}")] {
        assert_eq!(read_manifest(&hostile).expect_err("odd").code, Code::Manifest);
    }
    for title in [r"\ud800", r"a\u0000b", "e\u{301}"] {
        assert_eq!(replaced("Umlauts", title).expect_err(title).code, Code::Manifest);
    }
    let invalid: Vec<u8> = good.iter().map(|byte| if *byte == b'U' { 0xff } else { *byte }).collect();
    assert_eq!(read_manifest(&invalid).expect_err("not UTF-8").code, Code::Manifest);
}

#[test]
fn h30_a_manifest_over_the_limit_is_refused() {
    let mut text = write_manifest(&good());
    text.resize(limits::MANIFEST_BYTES, b' ');
    read_manifest(&text).expect("exactly the limit");
    text.push(b' ');
    assert_eq!(read_manifest(&text).expect_err("one byte more").code, Code::Manifest);
}

#[test]
fn h31_changes_that_make_no_sense_are_refused() {
    all_refused(&[
        (
            "two at one path",
            |m| m["changes"][6]["path"] = json!("lib/a.so"),
            Code::Manifest,
            "changes[6].path",
            "two changes",
        ),
        (
            "not sorted",
            |m| m["changes"].as_array_mut().expect("list").reverse(),
            Code::Manifest,
            "changes[1].path",
            "sorted",
        ),
        ("no change", |m| m["changes"] = json!([]), Code::Manifest, "changes", "changes nothing"),
        (
            "unknown op",
            |m| at(m, "cur")["op"] = json!("exec"),
            Code::Manifest,
            "changes[1].op",
            "none of create",
        ),
        (
            "op of another change",
            |m| at(m, "doc/x")["op"] = json!("replace"),
            Code::Manifest,
            "changes[2].op",
            "say \"delete\"",
        ),
        (
            "create where a file is listed",
            |m| at(m, "bin/app")["op"] = json!("create"),
            Code::Manifest,
            "changes[0].op",
            "say",
        ),
        (
            "nothing to nothing",
            |m| drop(at(m, "doc/x").as_object_mut().expect("object").remove("before")),
            Code::Manifest,
            "changes[2]",
            "nothing stands",
        ),
        (
            "before = after",
            |m| {
                let change = at(m, "tools/run");
                change["after"] = change["before"][0].clone();
            },
            Code::Manifest,
            "changes[9].after",
            "the same",
        ),
        (
            "one before twice",
            |m| {
                let change = at(m, "lib/a.so");
                change["before"][1] = change["before"][0].clone();
            },
            Code::Manifest,
            "changes[5].before",
            "twice",
        ),
        (
            "rename from nowhere",
            |m| drop(at(m, "doc/y")["payload"].as_object_mut().expect("object").remove("from")),
            Code::Manifest,
            "changes[3].payload",
            "from",
        ),
        (
            "rename from an unlisted file",
            |m| at(m, "doc/y")["payload"]["from"] = json!("doc/z"),
            Code::Manifest,
            "changes[3].payload.from",
            "changes nothing",
        ),
        (
            "rename from other content",
            |m| at(m, "doc/y")["payload"]["from"] = json!("lib/dead.so"),
            Code::Manifest,
            "changes[3].payload.from",
            "not the source",
        ),
        (
            "rename from a new file",
            |m| at(m, "doc/y")["payload"]["from"] = json!("share/n"),
            Code::Manifest,
            "changes[3].payload.from",
            "not the source",
        ),
        (
            "delta of one build of two",
            |m| {
                at(m, "bin/app")["payload"]["from"] = json!("lib/a.so");
                at(m, "bin/app")["payload"]["source"] = at(m, "lib/a.so")["before"][0]["sha256"].clone();
                at(m, "bin/app")["op"] = json!("rename");
            },
            Code::Manifest,
            "changes[0].payload.from",
            "not the source",
        ),
        (
            "payload missing",
            |m| drop(at(m, "etc/conf").as_object_mut().expect("object").remove("payload")),
            Code::Manifest,
            "changes[4]",
            "missing",
        ),
        (
            "payload of a mode change",
            |m| {
                let digest = at(m, "tools/run")["after"]["sha256"].clone();
                at(m, "tools/run")["payload"] = json!({"encoding": "full", "blob": digest});
            },
            Code::Manifest,
            "changes[9].payload",
            "no new content",
        ),
        (
            "blob of other content",
            |m| at(m, "etc/conf")["payload"]["blob"] = json!(Digest::compute(b"?").to_string()),
            Code::Manifest,
            "changes[4].payload.blob",
            "not the content",
        ),
        (
            "unknown encoding",
            |m| at(m, "etc/conf")["payload"]["encoding"] = json!("bsdiff"),
            Code::Manifest,
            "changes[4].payload.encoding",
            "none of",
        ),
        (
            "base of other content",
            |m| at(m, "etc/conf")["base"] = json!(Digest::compute(b"?").to_string()),
            Code::Manifest,
            "changes[4].base",
            "not the content",
        ),
        (
            "base of two builds",
            |m| at(m, "lib/a.so")["base"] = at(m, "lib/a.so")["before"][0]["sha256"].clone(),
            Code::Manifest,
            "changes[5].base",
            "exactly one",
        ),
        (
            "one content, two sizes",
            |m| at(m, "doc/y")["after"]["size"] = json!(2),
            Code::Manifest,
            "changes[3].payload.from",
            "not the source",
        ),
        (
            "one before, two sizes",
            |m| {
                at(m, "lib/a.so")["before"][0]["sha256"] =
                    at(m, "lib/dead.so")["before"][0]["sha256"].clone();
            },
            Code::Manifest,
            "changes[6]",
            "two different sizes",
        ),
        (
            "size of no file",
            |m| at(m, "lib/dead.so")["before"][0]["size"] = json!(u64::MAX),
            Code::Limit,
            "changes[6]",
            "larger",
        ),
        (
            "fix of another patch",
            |m| at(m, "etc/conf")["fixes"] = json!(["ACME-8"]),
            Code::Manifest,
            "changes[4].fixes",
            "fix set",
        ),
    ]);
}

#[test]
fn h31_a_hash_has_one_spelling() {
    let digest = Digest::compute(b"conf 2").to_string();
    for wrong in
        [&digest.to_uppercase(), &digest[1..], &format!("{digest}0"), &format!("sha256:{digest}"), ""]
    {
        let error = read_mutated(|m| at(m, "etc/conf")["after"]["sha256"] = json!(wrong)).expect_err(wrong);
        assert_eq!((error.code, error.at.as_str()), (Code::Manifest, "changes[4].after.sha256"), "{error}");
    }
}

#[test]
fn texts_dates_and_lists_keep_their_limits() {
    all_refused(&[
        ("empty title", |m| m["title"] = json!(" "), Code::Manifest, "title", "empty"),
        ("two lines", |m| m["title"] = json!("a\nb"), Code::Manifest, "title", "one line"),
        ("two lines, Unicode", |m| m["title"] = json!("a\u{2028}b"), Code::Manifest, "title", "one line"),
        ("escape", |m| m["vendor"] = json!("a\u{1b}[2J"), Code::Manifest, "vendor", "control"),
        (
            "h94 a huge title",
            |m| m["title"] = json!("x".repeat(1 << 20)),
            Code::Limit,
            "title",
            "200 are allowed",
        ),
        (
            "a huge summary",
            |m| m["summary"] = json!("x".repeat(4001)),
            Code::Limit,
            "summary",
            "4000 are allowed",
        ),
        ("bell in the summary", |m| m["summary"] = json!("a\u{7}"), Code::Manifest, "summary", "control"),
        ("a bad id", |m| m["id"] = json!("../x"), Code::Manifest, "id", "no patch id"),
        ("revision 0", |m| m["revision"] = json!(0), Code::Manifest, "revision", "from 1"),
        ("no fix set", |m| m["fixes"] = json!([]), Code::Manifest, "fixes", "empty"),
        ("a fix twice", |m| m["fixes"] = json!(["ACME-7", "ACME-7"]), Code::Manifest, "fixes[1]", "twice"),
        (
            "many fixes",
            |m| m["fixes"] = (0..1001).map(|n| json!(format!("F{n}"))).chain([json!("ACME-7")]).collect(),
            Code::Limit,
            "fixes",
            "1000 are allowed",
        ),
        (
            "no version",
            |m| m["product"]["versions"] = json!([]),
            Code::Manifest,
            "product.versions",
            "no version",
        ),
        ("no date", |m| m["created"] = json!("2026-11-23"), Code::Manifest, "created", "no time"),
        (
            "no such date",
            |m| m["created"] = json!("2026-02-30T00:00:00Z"),
            Code::Manifest,
            "created",
            "no time",
        ),
        (
            "expired when made",
            |m| m["expires"] = json!("2026-11-23T09:30:00Z"),
            Code::Manifest,
            "expires",
            "before the patch was made",
        ),
        (
            "not quite Windows",
            |m| m["platforms"][1] = json!("Windows/x86_64"),
            Code::Manifest,
            "platforms[1]",
            "no platform",
        ),
        (
            "requires itself",
            |m| m["requires"][0]["id"] = m["id"].clone(),
            Code::Manifest,
            "requires[0]",
            "itself",
        ),
        (
            "requires what it refuses",
            |m| m["requires"][0]["id"] = m["conflicts"][0]["id"].clone(),
            Code::Manifest,
            "requires[0]",
            "absent",
        ),
        (
            "address of a file",
            |m| m["issues"][0]["url"] = json!("file:///etc/passwd"),
            Code::Manifest,
            "issues[0].url",
            "no address",
        ),
        (
            "no secure http",
            |m| m["health"][2]["args"]["url"] = json!("https://localhost/"),
            Code::Manifest,
            "health[2].args.url",
            "no address",
        ),
        (
            "no reason",
            |m| drop(m["rollback"].as_object_mut().expect("object").remove("reason")),
            Code::Manifest,
            "rollback.reason",
            "missing",
        ),
        (
            "endless check",
            |m| m["health"][0]["timeout"] = json!(301),
            Code::Limit,
            "health[0].timeout",
            "300",
        ),
        (
            "process with a folder",
            |m| m["preflight"][3]["args"]["name"] = json!("/bin/sh"),
            Code::Manifest,
            "preflight[3].args.name",
            "folder",
        ),
        (
            "hold of another kind",
            |m| m["holds"][0]["kind"] = json!("exec"),
            Code::Manifest,
            "holds[0].kind",
            "none of",
        ),
        ("restart word", |m| m["restart"] = json!("reboot"), Code::Manifest, "restart", "none of none"),
        ("a key of your own", |m| m["x-"] = json!(1), Code::Manifest, "x-", "key of your own"),
        ("a long value", |m| m["x-log"] = json!("x".repeat(1 << 15)), Code::Limit, "x-log", "too long"),
    ]);
}

#[test]
fn the_first_key_is_the_format() {
    let error = replaced(r#""format": "patchwright-bundle/1","#, "").expect_err("no format");
    assert!(error.message.contains("first key"), "{error}");
}

#[test]
fn a_refusal_points_at_its_line() {
    let error =
        replaced(r#""path":"lib/dead.so""#, r#""path":"lib/a.so""#).expect_err("two changes at one path");
    let text = String::from_utf8(write_manifest(&good())).expect("UTF-8");
    let line = text.lines().position(|line| line.contains("lib/dead.so")).map(|index| index + 1);
    assert_eq!(error.position.map(|position| position.line), line);
    let shown =
        format!("manifest, line {}, column 4 (changes[6].path): two changes at one path", line.unwrap_or(0));
    assert_eq!(error.to_string(), shown);
}
