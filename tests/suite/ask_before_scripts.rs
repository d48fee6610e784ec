//! Scripts of a bundle are shown in full and never run because somebody was in a hurry.
//!
//! What happens once a signature and a person allow them is told beside the code (`workbench::scripts`).

use patchwright::model::{Code, Digest, ScriptPhase};

use crate::support::build::Builder;
use crate::support::console::Console;
use crate::support::sandbox::{Sandbox, unwatched};
#[cfg(unix)]
use crate::support::trust::write_trusted_key;

/// A script with lines that pretend to have ended, to be others, and to be a verdict.
const SCRIPT: &str = "echo stop\n\u{1b}[2J\u{202e}evil\rTrusted: everybody\u{2028}\n# last line";

fn with_scripts(sandbox: &Sandbox) -> Builder {
    sandbox
        .bundle("ACME-HF-1")
        .replace("version.txt", "4.2\n", "4.2.1\n")
        .script(ScriptPhase::Before, SCRIPT, Some("touch $PATCHWRIGHT_TARGET/undone\n"))
        .script(ScriptPhase::After, "touch \"$PATCHWRIGHT_TARGET/ran\"\n", None)
}

fn product() -> Sandbox {
    let sandbox = Sandbox::with(&[("app/version.txt", "4.2\n")]);
    sandbox.save("fix.patchbundle", &with_scripts(&sandbox));
    sandbox
}

/// Nothing ran, and not even a lock was left.
fn is_untouched(sandbox: &Sandbox) -> bool {
    sandbox.read("app/version.txt").as_deref() == Some("4.2\n")
        && !sandbox.path("app/ran").exists()
        && !sandbox.path("app/.patchwright").exists()
}

#[test]
fn show_has_every_script_in_full_and_escaped() {
    let sandbox = product();
    let shown = Console::new(&sandbox).done("show $/fix.patchbundle").out;
    for text in [SCRIPT, "touch $PATCHWRIGHT_TARGET/undone\n", "touch \"$PATCHWRIGHT_TARGET/ran\"\n"] {
        assert!(shown.contains(&Digest::compute(text.as_bytes()).to_string()), "{shown}");
    }
    for line in ["  | echo stop\n", "  | # last line\n", "  | touch $PATCHWRIGHT_TARGET/undone\n"] {
        assert!(shown.contains(line), "{line:?} in {shown}");
    }
    assert!(shown.contains("Why: the printer keeps the fonts open"), "{shown}");
    let is_harmful = |c: char| c != '\n' && (c.is_control() || matches!(c, '\u{202e}' | '\u{2028}'));
    assert_eq!(shown.chars().find(|c| is_harmful(*c)), None, "{shown:?}");
    assert!(shown.lines().all(|line| !line.starts_with("Trusted")), "{shown}");
}

#[test]
fn programs_get_scripts_with_their_digests() {
    let sandbox = product();
    let shown = Console::new(&sandbox).done("show $/fix.patchbundle --json").json();
    assert_eq!(shown["scripts"][0]["text"], SCRIPT);
    assert_eq!(shown["scripts"][0]["undo"]["phase"], "undo-before");
    let planned = Console::new(&sandbox).run("plan $/fix.patchbundle $/app --json").json();
    assert_eq!(planned["scripts"][1]["phase"], "after");
    assert_eq!(planned["scripts"][0]["sha256"], Digest::compute(SCRIPT.as_bytes()).to_string());
    assert_eq!(planned["scripts_sha256"].as_str().map(str::len), Some(64));
    assert_eq!(
        planned["scripts_refused"],
        "the patch contains scripts, and isn't signed by anyone you trust to ship scripts"
    );
}

#[test]
fn h96_no_flag_and_no_answer_runs_the_scripts_of_an_unsigned_patch() {
    let sandbox = product();
    let apply = "apply $/fix.patchbundle $/app --allow-unsigned";
    for flags in ["--yes", "--yes --run-scripts", "--run-scripts"] {
        let run = Console::new(&sandbox).answering("y\ny\n").run(&format!("{apply} {flags}"));
        assert_eq!(run.code, 4, "{run}");
        assert!(run.err.contains("(E-POLICY)"), "{run}");
        assert!(is_untouched(&sandbox), "{flags}");
    }
    let document = Console::new(&sandbox).run(&format!("{apply} --yes --run-scripts --json")).json();
    assert_eq!((&document["outcome"], &document["code"]), (&"not-trusted".into(), &"E-POLICY".into()));
}

#[test]
fn the_plan_lists_scripts_without_running_them() {
    let sandbox = product();
    let plan = Console::new(&sandbox).run("plan $/fix.patchbundle $/app");
    assert!(plan.out.contains("script 1 of ACME-HF-1, before the change, by sh"), "{plan}");
    assert!(plan.out.contains("script 2 of ACME-HF-1, after the change, by sh"), "{plan}");
    assert!(is_untouched(&sandbox));
}

#[test]
fn h96_a_script_that_is_not_the_one_that_was_signed_for_is_refused() {
    let sandbox = product();
    let bundle = with_scripts(&sandbox).but(|patch| patch.scripts[0].blob = Digest::compute(b"echo other"));
    let path = sandbox.save("other.patchbundle", &bundle);
    let error = unwatched(|watch| sandbox.bench().inspect(&path, watch)).expect_err("another blob");
    assert_eq!(error.code(), Code::Container, "{error}");
}

#[test]
fn a_script_that_nobody_can_read_closes_the_bundle() {
    let sandbox = product();
    let long = "#".repeat((64 << 10) + 1);
    for (text, code) in [("echo \0", Code::Manifest), (long.as_str(), Code::Limit)] {
        let bundle = sandbox.bundle("ACME-HF-1").replace("version.txt", "4.2\n", "4.2.1\n").script(
            ScriptPhase::Before,
            text,
            None,
        );
        let path = sandbox.save("unreadable.patchbundle", &bundle);
        let error = unwatched(|watch| sandbox.bench().inspect(&path, watch)).expect_err("no text");
        assert_eq!(error.code(), code, "{error}");
    }
}

#[cfg(unix)]
#[test]
fn scripts_run_once_their_signer_may_ship_them_and_somebody_agrees_and_are_undone() {
    let sandbox = Sandbox::with(&[("app/version.txt", "4.2\n")]);
    let bundle = sandbox.bundle("ACME-HF-1").replace("version.txt", "4.2\n", "4.2.1\n").script(
        ScriptPhase::After,
        "touch \"$PATCHWRIGHT_TARGET/ran\"\n",
        Some("rm \"$PATCHWRIGHT_TARGET/ran\"\n"),
    );
    sandbox.save("fix.patchbundle", &bundle);
    let console = Console::new(&sandbox).with_keys();
    let apply = "apply $/fix.patchbundle $/app --yes";
    write_trusted_key(&sandbox, "anna", 1, "author");
    console.done("sign $/fix.patchbundle --key $/anna.key");
    // Trusted to make patches is not trusted to run programs here.
    assert_eq!(console.run(&format!("{apply} --run-scripts")).code, 4);
    assert!(is_untouched(&sandbox));
    write_trusted_key(&sandbox, "anna", 1, "author --role script");
    // And a right to ship scripts is nobody's consent.
    assert_ne!(console.run(apply).code, 0);
    assert!(is_untouched(&sandbox));
    console.done(&format!("{apply} --run-scripts"));
    assert!(sandbox.path("app/ran").exists());
    console.done("rollback $/app --yes --run-scripts");
    assert!(!sandbox.path("app/ran").exists());
    assert_eq!(sandbox.read("app/version.txt").as_deref(), Some("4.2\n"));
}

#[test]
#[cfg(unix)]
fn a_plan_says_what_apply_says_where_a_signer_may_not_ship_scripts() {
    let sandbox = product();
    let key = write_trusted_key(&sandbox, "anna", 1, "author");
    let console = Console::new(&sandbox).with_keys();
    console.done("sign $/fix.patchbundle --key $/anna.key");
    for command in ["plan $/fix.patchbundle $/app", "apply $/fix.patchbundle $/app --yes --run-scripts"] {
        let run = console.run(command);
        let told = run.in_one_line();
        assert_eq!(run.code, 4, "{run}");
        assert!(told.contains("you don't trust anna to ship scripts"), "{run}");
        assert!(told.contains("--role author --role script") && !told.contains("Ready"), "{run}");
    }
    assert!(is_untouched(&sandbox));
    let print = key.public().fingerprint();
    let trust = format!("key trust $/anna.pub --name anna --every-product --fingerprint {print}");
    let trusted = console.done(&format!("{trust} --role author --role script"));
    assert!(
        trusted.out.contains("You said before: author for every product. That still counts."),
        "{trusted}"
    );
    let planned = console.done("plan $/fix.patchbundle $/app");
    assert!(planned.out.contains("Ready to apply"), "{planned}");
}
