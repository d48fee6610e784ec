//! The published schema says what the program says, as far as a schema can say it.

use jsonschema::Validator;
use serde_json::json;

use super::*;

const SCHEMA: &str = include_str!("../../../../assets/schema/manifest.schema.json");

fn schema() -> Validator {
    let schema = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    jsonschema::draft202012::new(&schema).expect("the schema is a schema")
}

#[test]
fn manifests_of_this_program_fit_the_schema() {
    let schema = schema();
    for rollback in [RollbackPossible::Yes, RollbackPossible::UntilAccept, RollbackPossible::No] {
        let patch = good_about(|about| about.rollback.possible = rollback);
        let manifest: Value = serde_json::from_slice(&write_manifest(&patch)).expect("JSON");
        let complaints: Vec<_> = schema.iter_errors(&manifest).map(|error| error.to_string()).collect();
        assert_eq!(complaints, Vec::<String>::new());
    }
}

#[test]
fn the_schema_is_one_itself() {
    let value: Value = serde_json::from_str(SCHEMA).expect("JSON");
    assert!(jsonschema::meta::is_valid(&value));
}

#[test]
fn the_schema_knows_the_same_keys_and_words() {
    let schema: Value = serde_json::from_str(SCHEMA).expect("JSON");
    let words = |pointer: &str| -> Vec<&str> {
        let list = schema.pointer(pointer).and_then(Value::as_array).expect(pointer);
        list.iter().filter_map(Value::as_str).collect()
    };
    fn known<W: Word>() -> Vec<&'static str> {
        W::WORDS.iter().map(|(word, _)| *word).collect()
    }
    assert_eq!(words("/properties/kind/enum"), known::<PatchKind>());
    assert_eq!(words("/properties/restart/enum"), known::<Restart>());
    assert_eq!(words("/properties/severity/properties/level/enum"), known::<SeverityLevel>());
    assert_eq!(words("/properties/holds/items/properties/kind/enum"), known::<HoldKind>());
    assert_eq!(words("/properties/holds/items/properties/phase/enum"), known::<HoldPhase>());
    assert_eq!(words("/properties/requires/items/properties/mode/enum"), known::<RequirementMode>());
    assert_eq!(words("/properties/rollback/properties/possible/enum"), known::<RollbackPossible>());
    assert_eq!(words("/properties/resolves/items/properties/type/enum"), known::<ResolvedKind>());
    assert_eq!(words("/properties/resolves/items/properties/state/enum"), known::<ResolvedState>());
    assert_eq!(words("/properties/resolves/items/properties/justification/enum"), known::<Justification>());
    assert_eq!(words("/properties/components/items/properties/patch_type/enum"), known::<PartPatch>());
    assert_eq!(words("/properties/origin/properties/kind/enum"), known::<OriginKind>());
    assert_eq!(words("/$defs/change/properties/op/enum"), known::<op::ManifestOp>());
    assert_eq!(words("/$defs/change/properties/role/enum"), known::<Role>());
    assert_eq!(words("/$defs/change/properties/local_edits/enum"), known::<LocalEdits>());
    assert_eq!(words("/$defs/check/properties/level/enum"), known::<Level>());

    let keys = schema["properties"].as_object().expect("properties").keys();
    let written = good_json();
    let unwritten: Vec<_> = keys.filter(|key| written.get(key.as_str()).is_none()).collect();
    assert_eq!(unwritten, Vec::<&String>::new(), "the good manifest says something in every field");
}

#[test]
fn what_the_schema_can_refuse_it_refuses() {
    let schema = schema();
    type Row = (&'static str, fn(&mut Value));
    let mutations: &[Row] = &[
        ("unknown key", |m| m["rollout"] = json!(1)),
        ("capital X", |m| m["X-team"] = json!(1)),
        ("missing key", |m| drop(m.as_object_mut().expect("object").remove("vendor"))),
        ("another format", |m| m["format"] = json!("patchwright-bundle/2")),
        ("no semantic version", |m| m["min_tool_version"] = json!("1")),
        ("a bad id", |m| m["id"] = json!("../x")),
        ("revision 0", |m| m["revision"] = json!(0)),
        ("negative sequence", |m| m["sequence"] = json!(-1)),
        ("text for number", |m| m["sequence"] = json!("42")),
        ("null", |m| m["contact"] = Value::Null),
        ("word of no list", |m| m["kind"] = json!("update")),
        ("empty title", |m| m["title"] = json!(" ")),
        ("two lines", |m| m["title"] = json!("a\nb")),
        ("a huge title", |m| m["title"] = json!("x".repeat(201))),
        ("a bell in the summary", |m| m["summary"] = json!("a\u{7}")),
        ("list for object", |m| m["severity"] = json!(["low"])),
        ("no fix set", |m| m["fixes"] = json!([])),
        ("a fix twice", |m| m["fixes"] = json!(["a", "a"])),
        ("a claim of no kind", |m| drop(m["resolves"][0].as_object_mut().expect("object").remove("type"))),
        ("a claim with a guess", |m| m["resolves"][0]["state"] = json!("probably")),
        ("a claim with more", |m| m["resolves"][0]["note"] = json!("x")),
        ("a part without a version", |m| m["components"][0]["purl"] = json!("pkg:npm/debug")),
        ("a part with ten thousand letters", |m| {
            m["components"][0]["purl"] = json!(format!("pkg:npm/{}@1", "x".repeat(10_000)));
        }),
        ("a part that turns around", |m| m["components"][0]["purl"] = json!("pkg:npm/de\u{202e}bug@3")),
        ("a part anywhere", |m| m["components"][0]["paths"][0] = json!("/etc/passwd")),
        ("no date", |m| m["created"] = json!("2026-11-23")),
        ("not quite Windows", |m| m["platforms"][1] = json!("Windows/x86_64")),
        ("address of a file", |m| m["issues"][0]["url"] = json!("file:///etc/passwd")),
        ("no reason", |m| drop(m["rollback"].as_object_mut().expect("object").remove("reason"))),
        ("no change", |m| m["changes"] = json!([])),
        ("path out", |m| m["changes"][0]["path"] = json!("../x")),
        ("path in between", |m| m["changes"][0]["path"] = json!("a/./x")),
        ("absolute path", |m| m["changes"][0]["path"] = json!("/x")),
        ("unknown op", |m| m["changes"][0]["op"] = json!("exec")),
        ("hash in capitals", |m| m["changes"][0]["after"]["sha256"] = json!("A".repeat(64))),
        ("mode as a number", |m| m["changes"][0]["after"]["mode"] = json!(420)),
        ("too many bits", |m| m["changes"][0]["after"]["mode"] = json!("107777")),
        ("mode of a link", |m| m["changes"][1]["after"]["mode"] = json!("0777")),
        ("size of no file", |m| m["changes"][0]["after"]["size"] = json!(1_u64 << 41)),
        ("delta without source", |m| {
            drop(m["changes"][0]["payload"].as_object_mut().expect("object").remove("source"));
        }),
        ("blob of a rename", |m| m["changes"][3]["payload"]["blob"] = json!("0".repeat(64))),
        ("unknown encoding", |m| m["changes"][0]["payload"]["encoding"] = json!("bsdiff")),
        ("one before twice", |m| m["changes"][5]["before"][1] = m["changes"][5]["before"][0].clone()),
        ("way to detect", |m| m["product"]["detect"][0]["kind"] = json!("guess")),
        ("key of another check", |m| m["preflight"][2]["args"]["port"] = json!(1)),
        ("endless check", |m| m["health"][0]["timeout"] = json!(301)),
        ("secure http", |m| m["health"][2]["args"]["url"] = json!("https://localhost/")),
        ("process with a folder", |m| m["preflight"][3]["args"]["name"] = json!("/bin/sh")),
    ];
    for (story, mutate) in mutations {
        let mut manifest = good_json();
        mutate(&mut manifest);
        assert!(!schema.is_valid(&manifest), "the schema lets through: {story}");
        assert!(read_manifest(manifest.to_string().as_bytes()).is_err(), "the program lets through: {story}");
    }
}
