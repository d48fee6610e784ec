//! The command line, as a person at a terminal and a script meet it: whole outputs and exit codes.

mod change;
mod help;
pub mod hostile_text;
mod look;
mod next_steps;
mod programs;
pub mod refuse;
mod stacks;

use patchwright::disk::fs::Fs;
use patchwright::model::{Check, Issue, Level, Probe, Restart, Severity, SeverityLevel};

use crate::support::build::{Builder, tree_path};
use crate::support::console::Run;
use crate::support::fault_fs::At;
use crate::support::sandbox::Sandbox;

/// A small product in `$/app`.
pub fn product() -> Sandbox {
    Sandbox::with(&[
        ("app/conf/app.toml", "colour = \"blue\"\nsize = 12\n"),
        ("app/fonts/old.txt", "old font\n"),
        ("app/readme.txt", "Read me.\n"),
        ("app/version.txt", "4.2\n"),
    ])
}

/// A patch for it that changes, adds, moves and removes.
fn fix(sandbox: &Sandbox) -> Builder {
    sandbox
        .bundle("ACME-HF-1042")
        .replace("version.txt", "4.2\n", "4.2.1\n")
        .replace("conf/app.toml", "colour = \"blue\"\nsize = 12\n", "colour = \"blue\"\nsize = 14\n")
        .create("fonts/umlauts.txt", "äöü\n")
        .delete("fonts/old.txt", "old font\n")
        .rename("readme.txt", "doc.txt", "Read me.\n")
}

/// The fix in `$/fix.patchbundle`, for the product in `$/app`.
fn product_and_fix() -> Sandbox {
    let sandbox = product();
    sandbox.save("fix.patchbundle", &fix(&sandbox));
    sandbox
}

/// The call that the second replaced file of the fix begins with.
fn second_exchange(disk: &dyn Fs) -> At {
    // Where two things cannot trade places, the old one is moved out first; two deleted files have been by then.
    if disk.features().exchange { At::CallOf("exchange", 2) } else { At::CallOf("move_out", 4) }
}

/// What was printed, with those two steps worded as the one that they are elsewhere.
fn as_exchanged(run: &Run) -> String {
    let words =
        [("back up conf/app.toml", "exchange conf/app.toml"), ("remove version.txt", "put back version.txt")];
    words.iter().fold(run.to_string(), |text, (two, one)| {
        text.replace(&format!("cannot {two}"), &format!("cannot {one}"))
    })
}

/// The fix with everything a vendor can say about it.
fn talkative(bundle: Builder) -> Builder {
    let text = |text: &str| text.to_owned();
    bundle.but(|patch| {
        patch.about.identity.revision = 2;
        patch.about.severity =
            Some(Severity { level: SeverityLevel::Moderate, cvss: Some(text("CVSS:3.1/AV:N")) });
        let url = Some(text("https://tracker.example/ACME-7"));
        patch.about.issues =
            vec![Issue { system: text("jira"), key: text("ACME-7"), url, kind: None, opened: None }];
        patch.about.vulnerabilities = vec![text("CVE-2026-12345")];
        patch.about.contact = Some(text("support@acme.example").into());
        patch.about.result_version = Some(text("4.2.1"));
        patch.about.restart = Restart::Service;
        patch.about.product.detect = vec![patchwright::model::Detect::Version {
            path: tree_path("version.txt"),
            after: String::new(),
            until: None,
        }];
        patch.about.rollback.data_warning = Some(text("documents made since keep the new fonts").into());
        patch.about.rollback.steps = vec![text("close all documents").into()];
        patch.about.health = vec![check(Probe::Version { is: text("4.2.1") })];
        patch.about.preflight = vec![check(Probe::Disk { free_bytes: 1 })];
    })
}

fn check(probe: Probe) -> Check {
    Check { probe, level: Level::Required, timeout_secs: 1, retries: 0 }
}
