//! A person stops a change while its health checks run. The change is undone, and nobody calls that a failure: not the
//! history, not the figures, and not the next run.

use serde_json::Value;

use crate::support::console::{Console, Run};
use crate::support::sandbox::{Sandbox, order};

const APPLY: &str = "apply $/fix.patchbundle $/app --yes --allow-unsigned";

/// A product, and a patch whose required check waits for what never comes: half a minute, if nobody stops it.
fn product(first: &str) -> Sandbox {
    let sandbox = Sandbox::with(&[("old/web", "old\n"), ("new/web", "new\n"), ("app/web", "old\n")]);
    let waits = "[[health]]\ncheck = \"text\"\npath = \"web\"\ncontains = \"well\"\nretries = 30\n";
    sandbox.write("order.toml", &order("ACME-1", "", &format!("{first}{waits}")));
    Console::new(&sandbox)
        .done("make --from $/old --to $/new --order $/order.toml --output $/fix.patchbundle");
    sandbox
}

fn person(sandbox: &Sandbox) -> Console<'_> {
    Console::new(sandbox).with_keys()
}

/// Applies the patch, and stops it as soon as its file is there.
fn stopped(sandbox: &Sandbox) -> Run {
    person(sandbox).interrupted_once("app/web", "new\n").run(APPLY)
}

fn figures(sandbox: &Sandbox) -> Value {
    person(sandbox).done("metrics $/app --since 2026-01-01 --json").json()
}

fn did(figures: &Value, deed: &str) -> u64 {
    let deeds = figures["deeds"].as_array().expect("a list");
    deeds.iter().find(|one| one["did"] == deed).expect("it is counted")["n"].as_u64().expect("a number")
}

fn whole(figures: &Value, share: &str) -> u64 {
    let shares = figures["shares"].as_array().expect("a list");
    shares.iter().find(|one| one["figure"] == share).expect("it is there")["of"].as_u64().expect("a number")
}

#[test]
fn a_change_whose_checks_a_person_stops_is_undone_and_is_no_failure() {
    let sandbox = product("");
    insta::assert_snapshot!(stopped(&sandbox), @r"
    -- err --
    The health checks were stopped at your request (E-INTERRUPTED)
    Your files were restored.
    Next: Make the change again, and let its health checks run to the end.
    -- exit 5
    ");
    assert_eq!(sandbox.read("app/web").as_deref(), Some("old\n"));
    let history = person(&sandbox).done("history $/app");
    assert!(history.out.contains("Health check stopped by ada: web contains \"well\""), "{history}");
    assert!(!history.out.contains("Health check failed"), "{history}");
    let entries = person(&sandbox).done("history $/app --json").json();
    assert_eq!(entries["entries"][1]["facts"][0]["kind"], "stopped-check", "{entries}");

    let status = person(&sandbox).done("status $/app");
    let said = "ada stopped the health checks of ACME-1, so that change was undone (2026-11-23 09:30:00 UTC)";
    assert!(status.out.contains(said), "{status}");
    let json = person(&sandbox).done("status $/app --json").json();
    assert_eq!((&json["stopped"]["user"], &json["stopped"]["entry"]), (&"ada".into(), &2.into()), "{json}");

    let figures = figures(&sandbox);
    let counted = ["stopped", "put-back", "applied", "rolled-back"].map(|deed| did(&figures, deed));
    assert_eq!(counted, [1, 0, 0, 0], "{figures}");
    assert_eq!([whole(&figures, "change_fail_rate"), whole(&figures, "success_rate")], [0, 0], "{figures}");
    let said = person(&sandbox).done("metrics $/app --since 2026-01-01");
    assert!(said.out.contains("Stopped; restored    1"), "{said}");

    // What was stopped can come again.
    let other = person(&sandbox).done("reapply $/app --allow-unsigned --dry-run");
    assert!(other.out.contains("ACME-1"), "{other}");
}

#[test]
fn a_check_that_fails_by_itself_is_a_failure_and_names_whom_to_ask() {
    let sandbox = product("[[health]]\ncheck = \"file\"\npath = \"gone\"\nretries = 0\n");
    // Stopped as well, and what failed has failed before.
    let run = stopped(&sandbox);
    assert_eq!(run.code, 5, "{run}");
    assert!(
        run.err.contains("A health check failed after the change") && run.err.contains("E-HEALTH"),
        "{run}"
    );
    let said = run.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("then try again. Or ask ACME (help@acme.example)."), "{run}");
    let history = person(&sandbox).done("history $/app");
    assert!(history.out.contains("Health check failed: \"gone\" doesn't exist"), "{history}");
    assert!(history.out.contains("Health check stopped by ada: web contains"), "{history}");
    assert!(person(&sandbox).done("status $/app --json").json()["stopped"].is_null());
    let figures = figures(&sandbox);
    assert_eq!((did(&figures, "stopped"), did(&figures, "put-back")), (0, 1), "{figures}");
    assert_eq!(whole(&figures, "change_fail_rate"), 1, "{figures}");
}

#[test]
fn an_older_program_keeps_its_hands_off_a_history_that_says_it() {
    let sandbox = product("");
    drop(stopped(&sandbox));
    assert_eq!(sandbox.read("app/.patchwright/format").as_deref(), Some("patchwright-state/8\n"));
    let sandbox = product("");
    sandbox.write("new/web", "well\n");
    Console::new(&sandbox)
        .done("make --from $/old --to $/new --order $/order.toml --output $/well.patchbundle");
    person(&sandbox).done("apply $/well.patchbundle $/app --yes --allow-unsigned");
    assert_ne!(sandbox.read("app/.patchwright/format").as_deref(), Some("patchwright-state/8\n"));
}

/// A product, and a patch by somebody who may ship scripts, with this one after the change.
#[cfg(unix)]
fn scripted(script: &str) -> Sandbox {
    use crate::support::trust::write_trusted_key;
    let sandbox = Sandbox::with(&[("app/web", "old\n")]);
    let bundle = sandbox.bundle("ACME-1").replace("web", "old\n", "new\n");
    let bundle = bundle.script(patchwright::model::ScriptPhase::After, script, None);
    let bundle = bundle.but(|patch| patch.about.contact = Some("help@acme.example".into()));
    sandbox.save("fix.patchbundle", &bundle);
    write_trusted_key(&sandbox, "anna", 1, "author --role script");
    person(&sandbox).done("sign $/fix.patchbundle --key $/anna.key");
    sandbox
}

#[cfg(unix)]
#[test]
fn a_change_whose_script_a_person_stops_is_undone_and_is_no_failure() {
    let sandbox = scripted("sleep 600\n");
    let apply = "apply $/fix.patchbundle $/app --yes --run-scripts";
    let run = person(&sandbox).interrupted_once("app/web", "new\n").run(apply);
    let said = "A script was stopped at your request after the change, so the change was rolled back (E-INTERRUPTED)";
    assert!(run.code == 5 && run.err.contains(said), "{run}");
    assert!(run.err.contains("Your files were restored."), "{run}");
    assert!(run.err.contains("Make the change again, and let its scripts run to the end."), "{run}");
    assert_eq!(sandbox.read("app/web").as_deref(), Some("old\n"));
    let history = person(&sandbox).done("history $/app");
    assert!(history.out.contains("Stopped by ada: script 1 of ACME-1, after the change"), "{history}");
    let status = person(&sandbox).done("status $/app");
    assert!(status.out.contains("ada stopped a script of ACME-1, so that change was undone"), "{status}");
    let figures = figures(&sandbox);
    assert_eq!((did(&figures, "stopped"), did(&figures, "put-back")), (1, 0), "{figures}");
    assert_eq!(whole(&figures, "change_fail_rate"), 0, "{figures}");
    assert_eq!(sandbox.read("app/.patchwright/format").as_deref(), Some("patchwright-state/9\n"));
}

#[cfg(unix)]
#[test]
fn a_script_that_fails_by_itself_is_a_failure_and_names_whom_to_ask() {
    let sandbox = scripted("exit 3\n");
    let run = person(&sandbox).run("apply $/fix.patchbundle $/app --yes --run-scripts");
    assert!(run.code == 5 && run.err.contains("E-SCRIPT"), "{run}");
    let said = run.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("(help@acme.example), then try again."), "{run}");
    assert!(person(&sandbox).done("status $/app --json").json()["stopped"].is_null());
    assert_eq!(did(&figures(&sandbox), "put-back"), 1);
}
