//! A change is made for a reason, for a ticket, or as a part of something larger. The history remembers what was said, and
//! claims nothing that nobody said.

use patchwright::model::{CauseKind, ReasonKind};
use patchwright::workbench::{ApplyOptions, CauseNote, Occasion, ReasonNote};

use crate::support::console::Console;
use crate::support::sandbox::{Sandbox, UNSIGNED, order};
use crate::support::trees::Tree;

const FORMAT: &str = "app/.patchwright/format";

fn product(keys: &str, tables: &str) -> Sandbox {
    let sandbox = Sandbox::with(&[("app/a", "1"), ("old/a", "1"), ("new/a", "2")]);
    sandbox.write("order.toml", &order("ACME-1", keys, tables));
    Console::new(&sandbox)
        .done("make --from $/old --to $/new --order $/order.toml --output $/fix.patchbundle --no-proof");
    sandbox
}

fn apply(sandbox: &Sandbox, more: &str) {
    Console::new(sandbox).done(&format!("apply $/fix.patchbundle $/app --yes --allow-unsigned {more}"));
}

fn last_entry(sandbox: &Sandbox) -> serde_json::Value {
    let history = Console::new(sandbox).done("history $/app --json").json();
    history["entries"].as_array().expect("entries").last().expect("an entry").clone()
}

#[test]
fn a_rollback_says_why_and_for_which_ticket() {
    let sandbox = product("vulnerabilities = [\"CVE-2026-1\"]", "");
    apply(&sandbox, "--ticket CHG-1");
    let entry = last_entry(&sandbox);
    assert_eq!((&entry["ticket"], &entry["resolved"]), (&"CHG-1".into(), &vec!["CVE-2026-1"].into()));
    Console::new(&sandbox).done("rollback $/app --yes --because fault --reason=login-fails --ticket OPS-7");
    let entry = last_entry(&sandbox);
    assert_eq!(entry["reason"], serde_json::json!({"kind": "fault", "text": "login-fails"}));
    assert_eq!((&entry["ticket"], &entry["resolved"]), (&"OPS-7".into(), &serde_json::Value::Null));
    let told = Console::new(&sandbox).done("history $/app").printed();
    for line in
        ["because: fault (login-fails)", "ticket: OPS-7", "ticket: CHG-1", "fixes, as its author says: CVE"]
    {
        assert!(told.contains(line), "{line} is not in {told}");
    }
    assert_eq!(sandbox.read(FORMAT).as_deref(), Some("patchwright-state/5\n"));
}

#[test]
fn what_nobody_said_is_not_in_the_history() {
    let sandbox = product("", "");
    apply(&sandbox, "");
    Console::new(&sandbox).done("rollback $/app --yes");
    let history = Console::new(&sandbox).done("history $/app --json").json();
    for entry in history["entries"].as_array().expect("entries") {
        for field in ["begun", "reason", "ticket", "trigger", "cause", "downtime", "resolved"] {
            assert_eq!(entry.get(field), None, "{entry}");
        }
    }
    assert_eq!(sandbox.read(FORMAT).as_deref(), Some("patchwright-state/2\n"), "older programs can go on");
}

#[test]
fn a_person_at_a_terminal_is_asked_once() {
    for (typed, kind) in
        [("y\nfault", Some("fault")), ("y\nsup", Some("superseded")), ("y\n", None), ("y\nbad", None)]
    {
        let sandbox = product("", "");
        apply(&sandbox, "");
        let run = Console::new(&sandbox).answering(typed).done("rollback $/app");
        assert!(run.err.contains("fault, planned, superseded, test"), "{run}");
        let reason = last_entry(&sandbox)["reason"]["kind"].clone();
        assert_eq!(reason.as_str(), kind, "{typed}");
        // What comes back was asked about already.
        let run = Console::new(&sandbox).answering("y").done("reapply $/app --allow-unsigned");
        assert!(!run.err.contains("Why?"), "{run}");
    }
}

#[test]
fn whoever_has_said_it_is_not_asked() {
    let sandbox = product("", "");
    apply(&sandbox, "");
    let run = Console::new(&sandbox).answering("y\nfault").done("rollback $/app --because planned");
    assert!(!run.err.contains("Why?"), "{run}");
    assert_eq!(last_entry(&sandbox)["reason"], serde_json::json!({"kind": "planned"}));
    apply(&sandbox, "");
    let run = Console::new(&sandbox).answering("fault").done("rollback $/app --yes");
    assert!(!run.err.contains("Why?"), "{run}");
    let run = Console::new(&sandbox).run("rollback $/app --undo --reason=no-kind --yes");
    assert_eq!(run.code, 2, "{run}");
    assert_eq!(Console::new(&sandbox).run("rollback $/app --because whim --yes").code, 2);
}

#[test]
fn a_ticket_that_turns_the_line_around_is_shown_escaped() {
    let sandbox = product("", "");
    apply(&sandbox, "--ticket=CHG\u{202e}1\u{1b}[2J");
    let told = Console::new(&sandbox).done("history $/app").printed();
    assert!(told.contains("ticket: CHG"), "{told}");
    assert!(!told.contains('\u{202e}') && !told.contains('\u{1b}'), "{told:?}");
}

#[test]
fn a_rollout_finds_its_work_again_even_where_health_checks_undid_it() {
    let sandbox = Sandbox::new();
    let (old, new) = (Tree::new().file("a", "1"), Tree::new().file("a", "2"));
    let cause = CauseNote {
        kind: CauseKind::Rollout,
        id: "autumn".to_owned(),
        ring: Some("pilot".to_owned()),
        commit: Some("0123abc".to_owned()),
    };
    let reason = ReasonNote { kind: ReasonKind::Test, text: None };
    let occasion = Occasion { cause: Some(cause.clone()), reason: Some(reason), ..Occasion::NONE };
    let health = "[[health]]\ncheck = \"file\"\npath = \"not/there\"\n";
    for (tables, entries) in [("", 1), (health, 2)] {
        let bundle = sandbox.try_to_make(&order("ACME-1", "", tables), &old, &new).expect("a bundle");
        let target = sandbox.install(&old);
        let done = target.apply_with(&bundle, ApplyOptions { occasion: occasion.clone(), ..UNSIGNED });
        assert_eq!(done.is_ok(), entries == 1);
        let history = target.history();
        assert_eq!(history.len(), entries);
        assert!(history.iter().all(|entry| entry.cause.as_ref() == Some(&cause)), "{history:?}");
        assert!(history.iter().skip(1).all(|entry| entry.reason.is_none()), "nobody gave one: {history:?}");
    }
}

#[test]
fn a_history_with_a_reason_that_is_none_is_damaged() {
    let sandbox = product("", "");
    apply(&sandbox, "");
    Console::new(&sandbox).done("rollback $/app --yes --because test");
    let place = "app/.patchwright/history/00000002/entry.json";
    let entry = sandbox.read(place).expect("an entry").replace("\"kind\":\"test\"", "\"kind\":\"whim\"");
    sandbox.write(place, &entry);
    let run = Console::new(&sandbox).run("history $/app");
    assert_eq!(run.code, 6, "{run}");
    assert!(run.printed().contains("fault, planned, superseded, test"), "{run}");
}

/// A folder that an older program told state files to leave alone: it wrote sentences.
fn held_by_an_older_program(sentence: &str) -> Sandbox {
    let sandbox = product("", "");
    apply(&sandbox, "");
    Console::new(&sandbox).done("reconcile --hold $/app --reason=database-moves");
    let place = "app/.patchwright/history/00000002/entry.json";
    let written = sandbox.read(place).expect("an entry");
    let fact = r#""facts":[{"kind":"held","reason":"database-moves"}]"#;
    assert!(written.contains(fact), "{written}");
    let sentence = serde_json::Value::from(sentence);
    sandbox.write(place, &written.replace(fact, &format!(r#""remarks":[{sentence}]"#)));
    sandbox.write(FORMAT, "patchwright-state/5\n");
    sandbox
}

#[test]
fn sentences_of_an_older_program_are_shown_and_escaped() {
    let sandbox = held_by_an_older_program("data\u{1b}[31mbase");
    let entry = last_entry(&sandbox);
    assert_eq!(entry["remarks"], serde_json::json!(["data\u{1b}[31mbase"]));
    assert_eq!(entry.get("facts"), None, "{entry}");
    let told = Console::new(&sandbox).done("history $/app").printed();
    assert!(told.contains("base") && !told.contains('\u{1b}'), "{told:?}");
    let state =
        "format = \"patchwright-state/1\"\npatches = \".\"\n[[folders]]\npath = \"FOLDER\"\nhave = []\n";
    let folder = sandbox.path("app").to_string_lossy().replace('\\', "/");
    sandbox.write("state.toml", &state.replace("FOLDER", &folder));
    let due = Console::new(&sandbox).run("reconcile $/state.toml").printed();
    assert!(due.contains("base") && !due.contains('\u{1b}'), "{due:?}");
    assert_eq!(sandbox.read(FORMAT).as_deref(), Some("patchwright-state/5\n"));
    Console::new(&sandbox).done("reconcile --hold $/app --reason=again");
    assert_eq!(sandbox.read(FORMAT).as_deref(), Some("patchwright-state/7\n"));
}

#[test]
fn what_became_of_an_edited_file_is_kept_as_data() {
    let sandbox = product("", "");
    apply(&sandbox, "");
    sandbox.write("app/a", "mine");
    Console::new(&sandbox).done("rollback $/app --yes --keep-edits");
    let entry = last_entry(&sandbox);
    let became = serde_json::json!({"kind": "file", "path": "a", "became": {"note": "edits-backed-up", "after": "patch"}});
    assert_eq!(entry["facts"], serde_json::json!([became]));
    let words = "a was changed after the patch was applied; your version is backed up";
    assert_eq!(entry["remarks"], serde_json::json!([words]));
    let told = Console::new(&sandbox).done("history $/app").printed();
    assert!(told.contains(words), "{told}");
    assert_eq!(sandbox.read(FORMAT).as_deref(), Some("patchwright-state/7\n"));
}

#[test]
fn a_fact_that_no_program_writes_is_damage() {
    let sandbox = product("", "");
    apply(&sandbox, "");
    Console::new(&sandbox).done("reconcile --hold $/app --reason=move");
    let place = "app/.patchwright/history/00000002/entry.json";
    let written = sandbox.read(place).expect("an entry");
    for (from, to) in
        [("\"held\"", "\"hold\""), ("\"reason\":\"move\"", "\"reason\":\"move\",\"until\":\"x\"")]
    {
        assert!(written.contains(from), "{written}");
        sandbox.write(place, &written.replace(from, to));
        let refused = Console::new(&sandbox).run("history $/app").printed();
        assert!(refused.contains("damaged at entry 2"), "{refused}");
    }
}
