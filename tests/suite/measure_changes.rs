//! Figures are made of what histories say, and each change counts as what became of it.

use std::sync::Arc;

use patchwright::disk::fs::Fs;
use patchwright::model::{Check, Level, Patch, PatchId, Probe, ResolvedIssue, ResolvedKind, ResolvedState};
use serde_json::Value;

use crate::support::build::tree_path;
use crate::support::console::Console;
use crate::support::fault_fs::{At, Errno, Fault, FaultFs, Lasting};
use crate::support::sandbox::Sandbox;

/// A product, and a patch with a health check that passes only where a file is.
fn product() -> Sandbox {
    product_and(|_| {})
}

/// The same with a patch that says more.
fn product_and(change: impl FnOnce(&mut Patch)) -> Sandbox {
    let sandbox = Sandbox::with(&[("app/a", "1")]);
    let bundle = sandbox.bundle("ACME-1").replace("a", "1", "2").but(|patch| {
        let probe = Probe::File { path: tree_path("is-well"), present: true, digest: None };
        patch.about.health = vec![Check { probe, level: Level::Required, timeout_secs: 1, retries: 0 }];
        patch.about.vulnerabilities = vec!["CVE-2026-1".to_owned()];
        patch.about.resolves = vec![ResolvedIssue {
            kind: ResolvedKind::Security,
            id: "CVE-2026-1".to_owned(),
            aliases: Vec::new(),
            source: None,
            published: Some("2026-11-01T00:00:00Z".to_owned()),
            severity: None,
            components: Vec::new(),
            state: ResolvedState::Fixed,
            justification: None,
        }];
        change(patch);
    });
    sandbox.save("fix.patchbundle", &bundle);
    sandbox
}

fn metrics(sandbox: &Sandbox) -> Value {
    Console::new(sandbox).done("metrics $/app --since 2026-01-01 --json").json()
}

/// How many changes did this.
fn did(metrics: &Value, deed: &str) -> u64 {
    let deeds = metrics["deeds"].as_array().expect("a list");
    deeds.iter().find(|one| one["did"] == deed).map_or(0, |one| one["n"].as_u64().expect("a number"))
}

fn figure<'a>(metrics: &'a Value, table: &str, name: &str) -> &'a Value {
    let rows = metrics[table].as_array().expect("a list");
    rows.iter().find(|row| row["figure"] == name).unwrap_or_else(|| panic!("{name} is not in {metrics}"))
}

#[test]
fn a_folder_that_is_named_twice_counts_once() {
    let sandbox = product();
    sandbox.write("app/is-well", "");
    Console::new(&sandbox).done("apply $/fix.patchbundle $/app --yes --allow-unsigned");
    std::fs::create_dir_all(sandbox.path("other")).expect("a new folder");
    for (folders, number) in [("$/app $/app/ $/other/../app $/app", 1), ("$/app $/other", 2)] {
        let measured =
            Console::new(&sandbox).done(&format!("metrics {folders} --since 2026-01-01 --json")).json();
        assert_eq!(did(&measured, "applied"), 1, "{folders}");
        assert_eq!(measured["folders"].as_array().map(Vec::len), Some(number), "{folders}");
    }
}

#[test]
fn a_patch_that_its_health_checks_undid_is_one_failed_change_and_never_came() {
    let sandbox = product();
    let run = Console::new(&sandbox).run("apply $/fix.patchbundle $/app --yes --allow-unsigned");
    assert_eq!(run.code, 5, "{run}");
    let failed = metrics(&sandbox);
    for (deed, number) in [("applied", 0), ("rolled-back", 0), ("put-back", 1)] {
        assert_eq!(did(&failed, deed), number, "{deed}: {failed}");
    }
    assert_eq!(figure(&failed, "shares", "success_rate")["share"], 0.0, "{failed}");
    assert_eq!(figure(&failed, "shares", "change_fail_rate")["share"], 1.0, "{failed}");
    assert_eq!(figure(&failed, "times", "exposure")["n"], 0, "it is open still: {failed}");
    // The next try is a change of its own.
    sandbox.write("app/is-well", "yes");
    Console::new(&sandbox).done("apply $/fix.patchbundle $/app --yes --allow-unsigned");
    let applied = metrics(&sandbox);
    assert_eq!((did(&applied, "applied"), did(&applied, "put-back")), (1, 1), "{applied}");
    assert_eq!(figure(&applied, "shares", "success_rate")["share"], 0.5, "{applied}");
    assert_eq!(figure(&applied, "times", "exposure")["n"], 1, "{applied}");
}

#[test]
fn an_interrupted_change_is_told_beside_the_figures_and_counts_nowhere() {
    let sandbox = product();
    sandbox.write("app/is-well", "yes");
    let told = |folder: &str| {
        let text = Console::new(&sandbox).done(&format!("metrics $/{folder} --since 2026-01-01")).out;
        let json =
            Console::new(&sandbox).done(&format!("metrics $/{folder} --since 2026-01-01 --json")).json();
        (text, json["folders"][0]["unfinished"].clone())
    };
    for call in 1.. {
        let fault = Fault::Fails(Errno::Io);
        let wrap = move |disk: Arc<dyn Fs>| -> Arc<dyn Fs> {
            Arc::new(FaultFs::failing(disk, At::Call(call), fault, Lasting::FromThenOn))
        };
        let cut = Console::new(&sandbox).with_disks(wrap);
        assert_ne!(
            cut.run("apply $/fix.patchbundle $/app --yes --allow-unsigned").code,
            0,
            "never interrupted"
        );
        if told("app").1.is_object() {
            break;
        }
    }
    let (text, json) = told("app");
    assert!(
        text.contains("Applying ACME-1 was interrupted, and isn't counted until it is recovered"),
        "{text}"
    );
    assert_eq!((&json["doing"], &json["patch"]["id"]), (&"apply".into(), &"ACME-1".into()), "{json}");
    assert_eq!(did(&metrics(&sandbox), "applied"), 0);
    Console::new(&sandbox).done("recover $/app --undo");
    let (text, json) = told("app");
    assert!(!text.contains("interrupted") && json.is_null(), "{text}");
}

#[test]
fn a_patch_that_a_person_rolled_back_came_and_went() {
    let sandbox = product();
    sandbox.write("app/is-well", "yes");
    Console::new(&sandbox).done("apply $/fix.patchbundle $/app --yes --allow-unsigned");
    Console::new(&sandbox).done("rollback $/app --yes --because fault");
    let metrics = metrics(&sandbox);
    for (deed, number) in [("applied", 1), ("rolled-back", 1), ("put-back", 0)] {
        assert_eq!(did(&metrics, deed), number, "{deed}: {metrics}");
    }
    assert_eq!(figure(&metrics, "shares", "success_rate")["share"], 1.0, "{metrics}");
    assert_eq!(figure(&metrics, "times", "exposure")["n"], 1, "{metrics}");
}

#[test]
fn lead_time_and_rework_are_what_patches_say_and_nothing_is_guessed() {
    let measured = |change: fn(&mut Patch)| {
        let sandbox = product_and(change);
        sandbox.write("app/is-well", "yes");
        Console::new(&sandbox).done("apply $/fix.patchbundle $/app --yes --allow-unsigned");
        let metrics = metrics(&sandbox);
        let (lead, rework) = (
            figure(&metrics, "times", "change_lead_time"),
            figure(&metrics, "shares", "deployment_rework_rate"),
        );
        (lead["median_seconds"].as_i64(), rework["share"].as_f64(), lead["too_few"] == true)
    };
    assert_eq!(measured(|_| {}), (None, None, true), "nobody said so");
    assert_eq!(measured(|patch| patch.about.unplanned = Some(false)), (None, Some(0.0), true));
    let repair = |patch: &mut Patch| {
        patch.about.committed = Some("2026-11-22T09:30:00Z".to_owned());
        patch.about.mends = vec![PatchId::parse("ACME-0").expect("an id")];
    };
    assert_eq!(measured(repair), (Some(86_400), Some(1.0), true));
}

#[test]
fn a_day_that_is_still_to_come_is_refused_and_today_is_not() {
    let sandbox = product();
    let to_come = Console::new(&sandbox).run("metrics $/app --since 2026-11-24");
    assert_eq!(to_come.code, 2, "{to_come}");
    assert!(to_come.err.contains("2026-11-24 is still to come"), "{to_come}");
    assert!(to_come.err.contains("Name a day up to today, 2026-11-23 (UTC)."), "{to_come}");
    Console::new(&sandbox).done("metrics $/app --since 2026-11-23");
}
