//! A list of patches that were called back is asked without a network: such a patch is not applied, and one that is
//! in a folder is named with what to use instead.

use patchwright::model::Code;
use patchwright::plan::OnDrift;
use patchwright::present::history::FolderView;
use patchwright::workbench::{Error, Overrides, RollbackOptions, Which};
use serde_json::{Value, json};

use crate::support::console::Console;
use crate::support::sandbox::{Sandbox, unwatched};
use crate::support::trees::Tree;

fn list(held: Value) -> String {
    json!({ "format": "patchwright-holds/1", "issued": "2026-11-23T00:00:00Z", "issuer": "ACME", "held": held }).to_string()
}

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let bundle = sandbox.make(&Tree::new().file("app", "1"), &Tree::new().file("app", "2"));
    std::fs::rename(&bundle.path, sandbox.path("fix.patchbundle")).expect("the same disk");
    sandbox.write("app/app", "1");
    sandbox
}

#[test]
fn a_patch_that_was_called_back_is_refused_with_its_reason_and_replacement() {
    let sandbox = sandbox();
    let held =
        json!([{ "id": "TEST-1", "revisions": [1], "reason": "it loses mail", "replacement": "TEST-2" }]);
    sandbox.write("holds.json", &list(held));
    let console = Console::new(&sandbox);
    for verb in ["plan", "apply --yes --allow-unsigned"] {
        let refused = console.run(&format!("{verb} $/fix.patchbundle $/app --withdrawn $/holds.json --json"));
        let answer = refused.json();
        assert_eq!((refused.code, &answer["code"]), (3, &"E-HELD".into()), "{answer}");
        assert_eq!(answer["obstacles"][0]["meaning"], "TEST-1 was withdrawn: it loses mail");
        assert_eq!(answer["obstacles"][0]["hint"], "Use TEST-2 instead.");
    }
    assert_eq!(sandbox.read("app/app").as_deref(), Some("1"));

    console.done("apply $/fix.patchbundle $/app --yes --allow-unsigned");
    let planned = console.done("plan $/fix.patchbundle $/app --withdrawn $/holds.json");
    assert!(planned.out.contains("TEST-1 was withdrawn: it loses mail"), "{planned}");
    assert!(!console.done("plan $/fix.patchbundle $/app").out.contains("withdrawn"), "no list says so");
    let status = console.done("status $/app --withdrawn $/holds.json");
    assert!(status.out.contains("TEST-1 was withdrawn: it loses mail. Use TEST-2 instead."), "{status}");
    let status = console.done("status $/app --withdrawn $/holds.json --json").json();
    assert_eq!(status["held"][0]["replacement"], "TEST-2");
    assert_eq!(console.done("status $/app --json").json()["held"], json!([]));

    let (bench, list) = (sandbox.bench(), sandbox.path("holds.json"));
    let seen = unwatched(|watch| bench.status_against(&sandbox.path("app"), &[list], watch));
    let status = seen.expect("a folder");
    let view = FolderView::new(status, &bench.history(&sandbox.path("app")).expect("a history"));
    assert_eq!(view.alarms.len(), 1, "the window says so, too");
    assert_eq!(view.alarms[0].what, "TEST-1 was withdrawn");
    assert_eq!(view.alarms[0].why, "It loses mail. Use TEST-2 instead.");
}

#[test]
fn other_editions_and_other_patches_are_not_meant_and_the_history_names_the_list() {
    let sandbox = sandbox();
    let held =
        json!([{ "id": "TEST-1", "revisions": [2], "reason": "x" }, { "id": "TEST-10", "reason": "y" }]);
    sandbox.write("holds.json", &list(held));
    let console = Console::new(&sandbox);
    console.done("apply $/fix.patchbundle $/app --yes --allow-unsigned --withdrawn $/holds.json");
    let history = console.done("history $/app --json").json();
    let remarks = history["entries"][0]["remarks"].to_string();
    let digest =
        patchwright::model::Digest::compute(sandbox.read("holds.json").expect("the list").as_bytes());
    assert!(remarks.contains("holds.json") && remarks.contains(&digest.to_string()), "{remarks}");
}

#[test]
fn the_list_of_this_machine_is_asked_unasked() {
    let sandbox = sandbox();
    let mut environment = crate::support::sandbox::environment();
    environment.holds_list = Some(sandbox.path("settings/holds.json"));
    let bench = patchwright::workbench::Workbench::new(environment);
    let preview =
        || unwatched(|watch| bench.preview(&sandbox.path("fix.patchbundle"), &sandbox.path("app"), watch));
    assert!(preview().expect("no list is no reason").preview.obstacles.is_empty());
    sandbox.write("settings/holds.json", &list(json!([{ "id": "TEST-1", "reason": "x" }])));
    assert_eq!(preview().expect("a preview").preview.obstacles[0].code(), Code::Held);
    sandbox.write("settings/holds.json", "{");
    let damaged = preview();
    assert!(matches!(damaged, Err(Error::RecallsList { .. })), "{damaged:?}");
    // Whoever only looks sees the rest, and that nobody can tell.
    let app = sandbox.path("app");
    let status = unwatched(|watch| bench.status_against(&app, &[], watch)).expect("the rest is told");
    let view = FolderView::new(status, &bench.history(&app).expect("a history"));
    assert_eq!(view.alarms.len(), 1);
    assert!(view.alarms[0].what.contains("withdrawn"), "{:?}", view.alarms[0].what);
}

#[test]
fn a_patch_that_was_withdrawn_since_does_not_come_back() {
    let sandbox = sandbox();
    let console = Console::new(&sandbox);
    console.done("apply $/fix.patchbundle $/app --yes --allow-unsigned");
    let mut environment = crate::support::sandbox::environment();
    environment.holds_list = Some(sandbox.path("settings/holds.json"));
    let bench = patchwright::workbench::Workbench::new(environment);
    let back = |which: Which| {
        let (expected, scripts, occasion) = Default::default();
        let options = RollbackOptions {
            overrides: Overrides::UNSIGNED,
            which,
            on_drift: OnDrift::Stop,
            expected,
            scripts,
            occasion,
            withdrawn: Vec::new(),
        };
        unwatched(|watch| bench.roll_back(&sandbox.path("app"), &options, watch))
    };

    console.done("rollback $/app --yes");
    sandbox.write("settings/holds.json", &list(json!([{ "id": "TEST-1", "reason": "it loses mail" }])));
    let Err(Error::Refused(obstacles)) = back(Which::Reapply) else { panic!("it came back") };
    assert_eq!(obstacles[0].code(), Code::Held);
    assert_eq!(sandbox.read("app/app").as_deref(), Some("1"));
    sandbox.write("settings/holds.json", &list(json!([{ "id": "TEST-2", "reason": "it loses mail" }])));
    _ = back(Which::Reapply).expect("another patch is meant");
    assert_eq!(sandbox.read("app/app").as_deref(), Some("2"));
    sandbox.write("settings/holds.json", &list(json!([{ "id": "TEST-1", "reason": "it loses mail" }])));
    _ = back(Which::LastRollback).expect("it may go");
}

#[test]
fn a_list_that_is_named_counts_for_a_patch_that_comes_back_too() {
    let sandbox = sandbox();
    let console = Console::new(&sandbox);
    console.done("apply $/fix.patchbundle $/app --yes --allow-unsigned");
    console.done("rollback $/app --yes");
    sandbox.write("holds.json", &list(json!([{ "id": "TEST-1", "reason": "it loses mail" }])));
    for verb in ["reapply $/app --yes", "reapply $/app --dry-run", "rollback $/app --undo --yes"] {
        let refused = console.run(&format!("{verb} --withdrawn $/holds.json"));
        assert_eq!(refused.code, 3, "{refused}");
        assert!(refused.err.contains("TEST-1 was withdrawn: it loses mail (E-HELD)"), "{refused}");
        assert_eq!(sandbox.read("app/app").as_deref(), Some("1"));
    }
    assert_eq!(
        console.run("rollback $/app --withdrawn $/holds.json --yes").code,
        2,
        "nothing comes back by it"
    );
    sandbox.write("other.json", &list(json!([{ "id": "TEST-2", "reason": "it loses mail" }])));
    console.done("reapply $/app --yes --allow-unsigned --withdrawn $/other.json");
    assert_eq!(sandbox.read("app/app").as_deref(), Some("2"));
    let history = console.done("history $/app --json").json();
    let remarks = history["entries"][2]["remarks"].to_string();
    assert!(
        remarks.contains("not in the list of withdrawn patches") && remarks.contains("other.json"),
        "{remarks}"
    );
}

#[test]
fn a_rule_that_is_set_aside_is_said_with_the_result_and_its_reason_is_kept() {
    let sandbox = sandbox();
    let console = Console::new(&sandbox);
    let plain = console.done("apply $/fix.patchbundle $/app --yes --allow-unsigned");
    assert!(
        plain.out.contains("  Applied without enough trusted signatures (--allow-unsigned)\n"),
        "{plain}"
    );
    console.done("rollback $/app --yes");
    let told = console.done("apply $/fix.patchbundle $/app --yes --allow-unsigned=OPS-77");
    assert!(
        told.out.contains("  Applied without enough trusted signatures (--allow-unsigned): OPS-77\n"),
        "{told}"
    );
    assert!(console.done("history $/app").out.contains("(--allow-unsigned): OPS-77"));
    let history = console.done("history $/app --json").json();
    assert_eq!(history["entries"][0]["overrides"][0]["rule"], "unsigned");
    assert_eq!(history["entries"][2]["overrides"][0]["reason"], "OPS-77");
    // The folder behind it is no reason.
    console.done("rollback $/app --yes");
    console.done("apply $/fix.patchbundle --yes --allow-unsigned $/app");
}

#[test]
fn a_list_is_read_strictly_and_as_its_schema_says() {
    let schema: Value =
        serde_json::from_str(include_str!("../../assets/schema/holds.schema.json")).expect("JSON");
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    let sandbox = sandbox();
    let console = Console::new(&sandbox);
    let good = list(json!([{ "id": "OTHER", "reason": "x" }]));
    let item = |item: Value| list(json!([item]));
    let both_refuse = [
        good.replace("holds/1", "holds/2"),
        good.replace("\"issued\"", "\"isued\""),
        item(json!({ "id": "a b", "reason": "x" })),
        item(json!({ "id": "A" })),
        item(json!({ "id": "A", "reason": "x", "more": 1 })),
        item(json!({ "id": "A", "reason": "x", "revisions": [0] })),
        item(json!({ "id": "A", "reason": "x", "replacement": "" })),
        item(json!({ "id": "A", "reason": "x", "replacement": null })),
    ];
    // What a schema cannot say.
    let we_refuse = [format!("{good} {good}"), good.replacen("\"format\"", "\"format\":\"x\",\"format\"", 1)];
    for (text, fits) in
        std::iter::once((&good, true)).chain(both_refuse.iter().chain(&we_refuse).map(|text| (text, false)))
    {
        sandbox.write("holds.json", text);
        let code = console.run("plan $/fix.patchbundle $/app --withdrawn $/holds.json").code;
        assert_eq!(code, if fits { 0 } else { 3 }, "{text}");
    }
    for text in &both_refuse {
        assert!(!schema.is_valid(&serde_json::from_str(text).expect("JSON")), "{text}");
    }
    assert!(schema.is_valid(&serde_json::from_str(&good).expect("JSON")));
    assert_eq!(console.run("plan $/fix.patchbundle $/app --holds $/nowhere.json").code, 1);
}
