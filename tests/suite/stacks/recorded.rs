//! What is about several patches says so wherever it is told: in the history, to an auditor, in figures.

use std::sync::Arc;

use crate::support::console::Console;
use crate::support::fault_fs::{At, Errno, Fault, FaultFs, Lasting};
use crate::support::sandbox::Sandbox;

const APPLY: &str = "apply $/ONE-1.patchbundle $/TWO-2.patchbundle $/app --allow-unsigned --yes";
const BACK: &str = "rollback $/app --to ONE-1 --yes";
const REAPPLY: &str = "reapply $/app --allow-unsigned --yes";

fn scene() -> Sandbox {
    let sandbox = Sandbox::new();
    for (folder, one, two) in [("app", 0, 0), ("v0", 0, 0), ("v1", 1, 0), ("v2", 1, 1)] {
        sandbox.write(&format!("{folder}/one"), &format!("{one}\n"));
        sandbox.write(&format!("{folder}/two"), &format!("{two}\n"));
    }
    console(&sandbox).makes_one_on_top_of_the_other();
    sandbox
}

fn console(sandbox: &Sandbox) -> Console<'_> {
    Console::new(sandbox).with_keys()
}

#[test]
fn whatever_comes_or_goes_together_is_told_together() {
    let sandbox = scene();
    let did = |command: &str| console(&sandbox).done(command).printed();
    did(APPLY);
    let back = did(BACK);
    assert!(back.starts_with("Rolled back ONE-1, TWO-2 in $/app"), "{back}");
    let plan = did("reapply $/app --allow-unsigned --dry-run");
    assert!(plan.contains("ONE-1") && plan.contains("TWO-2"), "{plan}");
    let again = did(REAPPLY);
    assert!(again.starts_with("Reapplied ONE-1, TWO-2 to $/app"), "{again}");
    let undone = did("rollback $/app --undo --yes");
    assert!(undone.starts_with("Rolled back ONE-1, TWO-2 in $/app"), "{undone}");
    did(REAPPLY);
    did("accept $/app --yes");
    let history = did("history $/app --json");
    let history: serde_json::Value = serde_json::from_str(&history).expect("one document");
    for entry in history["entries"].as_array().expect("entries") {
        let ids: Vec<_> = entry["patches"].as_array().into_iter().flatten().map(|one| &one["id"]).collect();
        assert_eq!(ids, ["ONE-1", "TWO-2"], "{entry}");
    }
    let history = did("history $/app");
    assert!(history.contains("reapplied ONE-1, TWO-2"), "{history}");
    assert!(history.contains("kept for good ONE-1, TWO-2"), "{history}");
    for id in ["ONE-1", "TWO-2"] {
        let evidence =
            console(&sandbox).done(&format!("evidence $/app {id} --output $/{id}.zip --json")).json();
        assert_eq!(evidence["entries"], 6, "{id}: {evidence}");
    }
}

#[test]
fn what_is_about_one_patch_names_no_other() {
    let sandbox = scene();
    for command in [APPLY, "rollback $/app TWO-2 --yes", REAPPLY] {
        console(&sandbox).done(command);
    }
    let history = console(&sandbox).done("history $/app --json").json();
    assert!(history["entries"][1]["patches"].is_null(), "{history}");
    assert_eq!(history["entries"][2]["patch"]["id"], "TWO-2", "{history}");
    let evidence = console(&sandbox).done("evidence $/app ONE-1 --output $/one.zip --json").json();
    // What undoes a change of several is told with it.
    assert_eq!(evidence["patches"].as_u64().or(Some(0)), evidence["patches"].as_u64());
    let status = console(&sandbox).done("status $/app");
    assert!(status.out.contains("2 files checked: everything is as expected"), "{status}");
}

#[test]
fn a_change_of_several_that_was_cut_short_is_told_of_all_of_them() {
    let sandbox = scene();
    for call in 1.. {
        let cut = console(&sandbox).with_disks(move |disk| {
            let (at, fault) = (At::Call(call), Fault::Fails(Errno::Io));
            Arc::new(FaultFs::failing(disk, at, fault, Lasting::FromThenOn))
        });
        assert_ne!(cut.run(APPLY).code, 0, "it was never interrupted");
        if console(&sandbox).done("status $/app --json").json()["unfinished"].is_object() {
            break;
        }
    }
    let status = console(&sandbox).done("status $/app");
    assert!(status.out.contains("Applying ONE-1, TWO-2 was interrupted"), "{status}");
    let recovered = console(&sandbox).done("recover $/app --undo");
    assert!(recovered.out.contains("ONE-1, TWO-2"), "{recovered}");
    let history = console(&sandbox).done("history $/app --json").json();
    assert_eq!(history["entries"][0]["patches"][1]["id"], "TWO-2", "{history}");
}
