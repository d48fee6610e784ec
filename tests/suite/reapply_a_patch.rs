//! Undoing a rollback puts a patch into a folder, as applying it does: the same has to hold before, and the same is checked
//! afterwards.

use crate::support::console::Console;
use crate::support::sandbox::{Sandbox, order};
use crate::support::trust::write_trusted_key;

const APPLY: &str = "apply $/fix.patchbundle $/app --yes --allow-unsigned";
const REAPPLY: &str = "reapply $/app --allow-unsigned --yes";

const VALUES: &str = "image: acme/web\ntag: 1.4.2\nreplicas: 2\n";
const EDITED: &str = "image: acme/web\ntag: 1.4.3\nreplicas: 2\n";

/// A product, and a patch with these tables for its order.
fn product(tables: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    for folder in ["app", "old", "new"] {
        sandbox.write(&format!("{folder}/web"), "one\ntwo\nthree\nfour\nfive\n");
        sandbox.write(&format!("{folder}/port"), "8080\n");
        sandbox.write(&format!("{folder}/values.yaml"), VALUES);
        sandbox.write(&format!("{folder}/conf.env"), "MANY=yes\n");
    }
    sandbox.write("new/web", "ONE\ntwo\nthree\nfour\nfive\n");
    sandbox.write("new/conf.env", if tables.contains("[[toggles]]") { "MANY=no\n" } else { "MANY=yes\n" });
    sandbox.write("order.toml", &order("ACME-1", "", tables));
    let to = if tables.contains("[[edits]]") { "" } else { "--to $/new" };
    console(&sandbox)
        .done(&format!("make --from $/old {to} --order $/order.toml --output $/fix.patchbundle"));
    sandbox
}

fn console(sandbox: &Sandbox) -> Console<'_> {
    Console::new(sandbox).with_keys()
}

const HEALTH: &str = "[[health]]\ncheck = \"text\"\npath = \"port\"\ncontains = \"8080\"\n";

#[test]
fn a_patch_that_comes_back_is_checked_as_one_that_comes() {
    let sandbox = product(HEALTH);
    console(&sandbox).done(APPLY);
    console(&sandbox).done("rollback $/app --yes");
    let shown = console(&sandbox).done("reapply $/app --allow-unsigned --dry-run");
    assert!(shown.out.contains("Checked afterwards: port contains \"8080\""), "{shown}");
    insta::assert_snapshot!(console(&sandbox).run(REAPPLY), @r#"
    Reapplied ACME-1 to $/app: 1 modified
      Health check passed: port contains "8080"
      ACME-1 isn't signed by anyone you trust
    To undo it: patchwright rollback $/app --undo
    -- exit 0
    "#);
    let history = console(&sandbox).done("history $/app --json").json();
    let entries = history["entries"].as_array().expect("a list");
    assert_eq!((&entries[3]["checks_due"], &entries[4]["action"]), (&true.into(), &"checked".into()));
    console(&sandbox).done("rollback $/app --yes");
    let told = console(&sandbox).done("reapply $/app --allow-unsigned --yes --json").json();
    assert_eq!(told["checks"][0]["passed"], true, "{told}");
}

#[test]
fn what_fails_once_it_is_back_goes_again() {
    let sandbox = product(HEALTH);
    console(&sandbox).done(APPLY);
    console(&sandbox).done("rollback $/app --yes");
    sandbox.write("app/port", "none\n");
    let run = console(&sandbox).run(REAPPLY);
    assert_eq!(run.code, 5, "{run}");
    assert!(run.err.contains("\"port\" doesn't contain \"8080\""), "{run}");
    assert!(sandbox.read("app/web").expect("a file").starts_with("one\n"));
    let status = console(&sandbox).done("status $/app --json").json();
    assert!(
        status["patches"].as_array().is_some_and(Vec::is_empty) && status["unchecked"].is_null(),
        "{status}"
    );
    sandbox.write("app/port", "8080\n");
    console(&sandbox).done(REAPPLY);
    assert!(sandbox.read("app/web").expect("a file").starts_with("ONE\n"));
}

const SWITCH: &str = "[[toggles]]\nid = \"few\"\ntitle = \"few replicas\"\nfile = \"conf.env\"\nkind = \"env\"\nkey = \"MANY\"\non = \"no\"\noff = \"yes\"\ntakes_effect = \"live\"\nwhen_off = \"slow\"\n[[toggles.health]]\ncheck = \"text\"\npath = \"port\"\ncontains = \"8080\"\n";

#[test]
fn a_switch_that_is_moved_back_is_checked_as_one_that_is_moved() {
    let sandbox = product(SWITCH);
    console(&sandbox).done(APPLY);
    console(&sandbox).done("toggle off few $/app --yes");
    let off = sandbox.read("app/conf.env");
    sandbox.write("app/port", "none\n");
    let run = console(&sandbox).run("rollback $/app --undo --yes");
    assert_eq!(run.code, 5, "{run}");
    assert_eq!(sandbox.read("app/conf.env"), off);
    sandbox.write("app/port", "8080\n");
    let run = console(&sandbox).done("rollback $/app --undo --yes");
    assert!(run.out.contains("Health check passed: port contains \"8080\""), "{run}");
    assert_eq!(sandbox.read("app/conf.env").as_deref(), Some("MANY=no\n"));
}

const EDITS: &str = "[[edits]]\nfile = \"values.yaml\"\ndo = [{ set = \"tag\", to = \"1.4.3\" }]\nmust = [{ path = \"replicas\", equals = 2 }]\n";

#[test]
fn what_edits_say_must_be_so_has_to_be_so_when_they_come_back() {
    let sandbox = product(EDITS);
    console(&sandbox).done(APPLY);
    assert_eq!(sandbox.read("app/values.yaml").as_deref(), Some(EDITED));
    console(&sandbox).done("rollback $/app --yes");
    // Beside the patch's change, and nothing that it asks for.
    sandbox.write("app/values.yaml", &VALUES.replace("acme/web", "mirror/web"));
    console(&sandbox).done(REAPPLY);
    assert_eq!(sandbox.read("app/values.yaml"), Some(EDITED.replace("acme/web", "mirror/web")));
    console(&sandbox).done("rollback $/app --yes");
    let seven = VALUES.replace("replicas: 2", "replicas: 7");
    sandbox.write("app/values.yaml", &seven);
    assert_eq!(console(&sandbox).run(APPLY).code, 3);
    for command in [REAPPLY, "reapply $/app --allow-unsigned --dry-run", "rollback $/app --undo --yes"] {
        let run = console(&sandbox).run(command);
        assert_eq!(run.code, 3, "{run}");
        let told = run.in_one_line();
        assert!(told.contains("was edited after the patch was rolled back"), "{run}");
        assert!(told.contains("replicas is 7, not 2") && told.contains("--keep-edits"), "{run}");
        assert_eq!(sandbox.read("app/values.yaml").as_deref(), Some(&*seven));
    }
    console(&sandbox).done("reapply $/app --allow-unsigned --yes --keep-edits");
    assert!(sandbox.read("app/values.yaml").expect("a file").contains("replicas: 2"));
}

#[test]
fn where_a_patch_allows_no_edits_none_is_merged_when_it_comes_back() {
    let sandbox = product("");
    console(&sandbox).done(APPLY);
    console(&sandbox).done("rollback $/app --yes");
    let mine = "one\ntwo\nthree\nfour\nMINE\n";
    sandbox.write("app/web", mine);
    assert_eq!(console(&sandbox).run(APPLY).code, 3);
    let run = console(&sandbox).run(REAPPLY);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.in_one_line().contains("web was changed after the patch was rolled back"), "{run}");
    assert_eq!(sandbox.read("app/web").as_deref(), Some(mine));
    // One that says that edits may be merged.
    let sandbox = product("[[make.policy]]\npaths = [\"web\"]\nlocal_edits = \"merge\"\n");
    console(&sandbox).done(APPLY);
    console(&sandbox).done("rollback $/app --yes");
    sandbox.write("app/web", mine);
    console(&sandbox).done(REAPPLY);
    assert_eq!(sandbox.read("app/web").as_deref(), Some("ONE\ntwo\nthree\nfour\nMINE\n"));
}

#[test]
fn what_is_asked_before_a_patch_comes_is_asked_before_it_comes_back() {
    let sandbox = product("[[preflight]]\ncheck = \"text\"\npath = \"port\"\ncontains = \"8080\"\n");
    console(&sandbox).done(APPLY);
    console(&sandbox).done("rollback $/app --yes");
    sandbox.write("app/port", "none\n");
    assert!(console(&sandbox).run(APPLY).err.contains("E-PREFLIGHT"));
    for command in [REAPPLY, "reapply $/app --allow-unsigned --dry-run"] {
        let run = console(&sandbox).run(command);
        assert!(run.code == 3 && run.err.contains("E-PREFLIGHT"), "{run}");
    }
    sandbox.write("app/port", "8080\n");
    console(&sandbox).done(REAPPLY);
}

#[test]
fn a_word_for_an_unsigned_patch_is_good_for_one_decision() {
    let sandbox = product("");
    console(&sandbox).done(APPLY);
    let gone = console(&sandbox).done("rollback $/app --yes");
    assert!(gone.out.contains("To undo it: patchwright reapply $/app --allow-unsigned"), "{gone}");
    let status = console(&sandbox).done("status $/app");
    assert!(status.out.contains("patchwright reapply $/app --allow-unsigned"), "{status}");
    for command in ["reapply $/app --yes", "reapply $/app --dry-run", "rollback $/app --undo --yes"] {
        let refused = console(&sandbox).run(command);
        assert_eq!(refused.code, 4, "{refused}");
        let said = "ACME-1 isn't signed by anyone you trust (E-TRUST)";
        assert!(refused.in_one_line().contains(said), "{refused}");
        assert!(refused.err.contains("add --allow-unsigned"), "{refused}");
        assert_eq!(sandbox.read("app/web").as_deref(), Some("one\ntwo\nthree\nfour\nfive\n"));
    }
    let plan = console(&sandbox).done("reapply $/app --allow-unsigned --dry-run");
    assert!(plan.in_one_line().contains("ACME-1 isn't signed by anyone you trust"), "{plan}");
    console(&sandbox).done(REAPPLY);
    let history = console(&sandbox).done("history $/app");
    let said = "allowed: ACME-1 isn't signed by anyone you trust";
    assert!(history.in_one_line().contains(said), "{history}");
    // A reason that somebody gives is kept.
    console(&sandbox).done("rollback $/app --yes");
    console(&sandbox).done("reapply $/app --yes --allow-unsigned=OPS-77");
    assert!(console(&sandbox).done("history $/app").in_one_line().contains("OPS-77"));
    // Taking it out again needs nobody's word.
    console(&sandbox).done("rollback $/app --undo --yes");
}

#[test]
fn a_patch_that_somebody_trusted_signed_comes_back_without_a_word() {
    let sandbox = product("");
    write_trusted_key(&sandbox, "anna", 1, "author");
    console(&sandbox).answering("y").done("sign $/fix.patchbundle --key $/anna.key --as author");
    console(&sandbox).done("apply $/fix.patchbundle $/app --yes");
    let gone = console(&sandbox).done("rollback $/app --yes");
    assert!(gone.out.ends_with("To undo it: patchwright reapply $/app\n"), "{gone}");
    console(&sandbox).done("reapply $/app --yes");
    assert_eq!(sandbox.read("app/web").as_deref(), Some("ONE\ntwo\nthree\nfour\nfive\n"));
}

#[test]
fn what_is_back_already_is_not_called_something_that_was_never_rolled_back() {
    let sandbox = product("");
    console(&sandbox).done(APPLY);
    console(&sandbox).done("rollback $/app --yes");
    console(&sandbox).done(REAPPLY);
    let again = console(&sandbox).run(REAPPLY);
    assert_eq!(again.code, 3, "{again}");
    assert!(again.err.contains("ACME-1 was reapplied already"), "{again}");
    assert!(again.err.contains("patchwright status $/app"), "{again}");
    // Where nothing was rolled back, it says so.
    let sandbox = product("");
    console(&sandbox).done(APPLY);
    let never = console(&sandbox).run(REAPPLY);
    assert!(never.err.contains("was not a rollback"), "{never}");
}

#[test]
fn what_the_last_change_was_is_said_where_it_was_no_rollback() {
    let sandbox = product(
        "[[toggles]]\nid = \"many\"\ntitle = \"many\"\nfile = \"conf.env\"\nkind = \"env\"\nkey = \"MANY\"\non = \"no\"\noff = \"yes\"\ntakes_effect = \"restart\"\nwhen_off = \"few\"\n",
    );
    std::fs::create_dir(sandbox.path("empty")).expect("a folder");
    let empty = console(&sandbox).run("rollback $/empty --undo --yes");
    assert!(empty.err.contains("No patch is applied here"), "{empty}");
    console(&sandbox).done(APPLY);
    let refused = console(&sandbox).run(REAPPLY).in_one_line();
    assert!(refused.contains("not a rollback: ACME-1 was applied"), "{refused}");
    assert!(
        refused.contains("patchwright status $/app") && !refused.contains("Apply the patch"),
        "{refused}"
    );
    console(&sandbox).done("toggle off many $/app --yes --reason=slow");
    let refused = console(&sandbox).run(REAPPLY).in_one_line();
    assert!(refused.contains("not a rollback: the switch ACME-1/many was turned"), "{refused}");
    assert!(refused.contains("patchwright rollback $/app --undo"), "{refused}");
    console(&sandbox).done("rollback $/app --undo --yes");
    // Keeping it for good tells of no rollback, because there was none.
    let kept = console(&sandbox).done("accept $/app --yes");
    assert!(kept.out.starts_with("Kept ACME-1 for good in $/app."), "{kept}");
    let history = console(&sandbox).done("history $/app");
    assert!(!history.out.contains("the rollback of"), "{history}");
    console(&sandbox).done("toggle off many $/app --yes --reason=slow");
    let kept = console(&sandbox).done("accept $/app --yes --json").json();
    assert_eq!(
        (&kept["last_change"], &kept["rollback"]),
        (&"toggle".into(), &serde_json::Value::Null),
        "{kept}"
    );
    assert_eq!(console(&sandbox).run("accept $/app --yes --json").json()["outcome"], "nothing-to-do");
}

#[test]
fn what_went_because_it_failed_is_not_offered_again() {
    let sandbox = product(HEALTH);
    sandbox.write("app/port", "none\n");
    assert_eq!(console(&sandbox).run(APPLY).code, 5);
    let status = console(&sandbox).done("status $/app");
    assert!(status.in_one_line().contains("ACME-1 failed this check, and was undone: port"), "{status}");
    assert!(!status.out.contains("reapply") && !status.out.contains("last rollback"), "{status}");
    let json = console(&sandbox).done("status $/app --json").json();
    assert_eq!(json["failed"]["subject"], "ACME-1", "{json}");
    // Whoever rolls it back themselves is offered it again.
    sandbox.write("app/port", "8080\n");
    console(&sandbox).done(APPLY);
    console(&sandbox).done("rollback $/app --yes");
    let status = console(&sandbox).done("status $/app");
    assert!(status.out.contains("patchwright reapply $/app --allow-unsigned"), "{status}");
}

#[test]
fn a_patch_that_can_not_be_reapplied_is_not_offered_so() {
    let sandbox = product("");
    write_trusted_key(&sandbox, "anna", 1, "author");
    console(&sandbox).answering("y").done("sign $/fix.patchbundle --key $/anna.key --as author");
    let console = console(&sandbox);
    console.done("apply $/fix.patchbundle $/app --yes");
    let back = console.done("rollback $/app --yes");
    assert!(back.out.contains("To undo it: patchwright reapply $/app\n"), "{back}");
    console.done("reapply $/app --yes");
    console.done("key revoke anna --reason stolen --yes");
    let back = console.done("rollback $/app --yes");
    assert!(back.out.contains("To apply it again: patchwright apply FILE $/app\n"), "{back}");
    let status = console.done("status $/app");
    assert!(!status.out.contains("patchwright reapply"), "{status}");
}
