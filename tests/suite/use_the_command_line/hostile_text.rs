//! Nothing in a bundle or a folder can move a cursor, turn the reading direction or stand there unseen.

use patchwright::model::{
    Compliance, Conflict, Detect, Evidence, Hold, HoldKind, HoldPhase, Issue, Level, Origin, OriginKind,
    Patch, PatchId, Probe, Requirement, RequirementMode, Severity, SeverityLevel,
};

use super::{check, product};
use crate::support::build::{Builder, tree_path};
use crate::support::console::Console;
use crate::support::sandbox::Sandbox;

/// A pretended verdict behind a cleared screen, a turned reading direction, and a name that cannot be seen. Manifests
/// may hold no C0 characters in one line, so those come where paragraphs, file contents and folders allow them.
pub const EVIL: &str = "a\u{9b}2J\u{202e}gnp.\u{200b}\u{e0041}\u{7f}b";

/// Whether `c` may reach a terminal: a line feed, our own colours aside.
pub fn is_harmless(c: char) -> bool {
    let hides = matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}');
    c == '\n' || !(c.is_control() || hides)
}

/// `EVIL` as far as the rules for one line in a manifest let it through: everything but control characters.
pub fn line(label: &str) -> String {
    let evil: String = EVIL.chars().filter(|c| !c.is_control()).collect();
    format!("{label} {evil}\\u{{202e}}")
}

/// Says something evil wherever a manifest takes text.
pub fn everywhere(patch: &mut Patch) {
    patch.about.title = line("title").into();
    patch.about.summary = format!("{}\n\t{}\nReady to apply.", line("summary"), line("more")).into();
    patch.about.vendor = line("vendor").into();
    patch.about.contact = Some(line("contact").into());
    patch.about.product.name = line("product");
    patch.about.product.detect = vec![
        Detect::Exists { path: tree_path("version.txt") },
        Detect::Text { path: tree_path("version.txt"), contains: "4".to_owned() },
    ];
    patch.about.fixes = vec![line("fix")];
    patch.about.issues = vec![Issue {
        system: line("system"),
        key: line("key"),
        url: None,
        kind: Some(line("kind")),
        opened: None,
    }];
    patch.about.compliance = vec![Compliance {
        framework: line("framework").into(),
        control: line("control").into(),
        due: Some("2020-01-01".to_owned()),
    }];
    patch.about.origin = Some(Origin {
        kind: OriginKind::Generated,
        upstream: Some(line("upstream").into()),
        generator: Some(line("generator").into()),
    });
    patch.about.severity = Some(Severity { level: SeverityLevel::Low, cvss: None });
    patch.about.notices =
        vec![Hold { kind: HoldKind::Action, text: line("hold").into(), phase: HoldPhase::Before }];
    patch.about.rollback.reason = Some(line("reason").into());
    patch.about.rollback.data_warning = Some(line("warning").into());
    patch.about.rollback.steps = vec![line("step").into()];
    patch.about.source = Some(line("source").into());
    patch.about.evidence = Evidence {
        provenance: vec![line("provenance").into()],
        review: vec![line("review").into()],
        tests: vec![line("tests").into()],
        ..Evidence::default()
    };
    patch.about.result_version = Some(line("version"));
    let mut wanted = check(Probe::Text { path: tree_path("version.txt"), contains: line("contains") });
    wanted.level = Level::Wanted;
    patch.about.preflight = vec![wanted.clone()];
    patch.about.health = vec![wanted];
    patch.about.extensions =
        [("x-team".to_owned(), serde_json::Value::from(line("team")).to_string())].into();
}

pub fn evil_bundle(sandbox: &Sandbox) -> Builder {
    let evil = format!("{EVIL}\x1b[2J\r\nold\n");
    sandbox.write("app/screen.txt", &evil);
    sandbox
        .bundle("ACME-HF-1")
        .replace("version.txt", "4.2\n", "4.2.1\n")
        .replace("screen.txt", &evil, &format!("{EVIL}\x1b]0;title\x07\rnew\n"))
        .but(everywhere)
}

/// Runs `command` as a script and at a terminal, as text and as JSON, and looks at every character.
fn look_at(sandbox: &Sandbox, command: &str) {
    let wide = format!("{command} --verbose");
    let json = format!("{command} --json");
    for command in [command, &wide, &json] {
        for run in [Console::new(sandbox).run(command), Console::new(sandbox).answering("n").run(command)] {
            let printed = run.printed();
            let harm = printed.chars().find(|c| !is_harmless(*c));
            assert_eq!(harm, None, "{command}: {printed:?}");
            assert!(!printed.is_empty(), "{command}");
        }
    }
}

#[test]
fn no_text_of_a_bundle_reaches_the_terminal_raw() {
    let sandbox = product();
    sandbox.save("fix.patchbundle", &evil_bundle(&sandbox));
    for command in [
        "show $/fix.patchbundle",
        "verify $/fix.patchbundle",
        "diff $/fix.patchbundle",
        "diff $/fix.patchbundle --target $/app",
        "plan $/fix.patchbundle $/app",
        "apply $/fix.patchbundle $/app --allow-unsigned",
        "apply $/fix.patchbundle $/app --allow-unsigned --yes",
        "status $/app",
        "history $/app",
        "rollback $/app",
        "rollback $/app --yes",
        "rollback $/app --undo",
        "rollback $/app --undo --yes",
        "accept $/app",
        "accept $/app --yes",
        "status $/app",
        "history $/app",
    ] {
        look_at(&sandbox, command);
    }
}

#[test]
fn no_reason_against_a_patch_reaches_the_terminal_raw() {
    let sandbox = product();
    let id = |id: &str| PatchId::parse(id).expect("a good id");
    let bundle = evil_bundle(&sandbox).but(|patch| {
        patch.about.requires =
            vec![Requirement { id: id("B"), min_revision: 1, mode: RequirementMode::Before }];
        patch.about.conflicts = vec![Conflict { id: id("C"), reason: line("conflict").into() }];
        patch.about.preflight[0].level = Level::Required;
        patch
            .about
            .product
            .detect
            .push(Detect::Text { path: tree_path("version.txt"), contains: line("detect") });
    });
    sandbox.save("fix.patchbundle", &bundle);
    for command in [
        "plan $/fix.patchbundle $/app",
        "apply $/fix.patchbundle $/app --allow-unsigned --yes",
        "show $/fix.patchbundle",
    ] {
        look_at(&sandbox, command);
    }
}

#[cfg(unix)]
#[test]
fn no_name_in_a_folder_or_of_a_file_reaches_the_terminal_raw() {
    let sandbox = product();
    // A file system takes nearly every name, for the bundle, the product and what lies in it.
    let name = "\u{1b}[2J\u{202e}evil\u{7}";
    sandbox.write(&format!("{name}.patchbundle"), "no bundle");
    sandbox.write(&format!("app/new/{name}"), "x");
    let bundle = sandbox.bundle("ACME-HF-1").delete("version.txt", "4.2\n").create("new/a.txt", "a\n");
    sandbox.save("fix.patchbundle", &bundle);
    for command in ["show", "verify", "diff"] {
        look_at(&sandbox, &format!("{command} $/{name}.patchbundle"));
    }
    look_at(&sandbox, "plan $/fix.patchbundle $/app");
    look_at(&sandbox, &format!("plan $/fix.patchbundle $/{name}"));
    look_at(&sandbox, &format!("diff $/fix.patchbundle {name}"));
    look_at(&sandbox, &format!("rollback $/app {name}"));
}

#[test]
fn a_summary_cannot_speak_for_the_program() {
    let sandbox = product();
    let bundle = evil_bundle(&sandbox);
    sandbox.save("fix.patchbundle", &bundle);
    let shown = Console::new(&sandbox).done("show $/fix.patchbundle").out;
    assert!(shown.contains("\n  | Ready to apply.\n"), "{shown}");
    let trust = shown.lines().nth(1);
    assert_eq!(trust, Some("Not trusted: this patch isn't signed"), "our own word stands above the vendor's");
}
