//! Every verb of the command line meets a bundle, a folder and files full of hostile characters, and none of them
//! reaches a stream. A verb without a case here fails.

use std::collections::{BTreeMap, BTreeSet};

use patchwright::cli;
use patchwright::model::{Check, Conflict, Level, PatchId, Probe};
use serde_json::json;

use crate::support::console::Console;
use crate::support::hostile::{Member, Zip};
use crate::support::sandbox::{Sandbox, order};
use crate::use_the_command_line::hostile_text::{EVIL, evil_bundle, is_harmless, line};
use crate::use_the_command_line::product;

/// A name that every system takes, and that nobody should see as it is. Without control characters, which Windows
/// refuses.
const NAME: &str = "a\u{202e}gnp\u{200b}\u{e0041}";

/// What is run, in this order, and whether it has hostile text to quote: otherwise it would prove nothing.
const CASES: &[(&str, &str, Quotes)] = &[
    ("new", "", Quotes::Nothing),
    ("new", "--output $/NAME.toml", Quotes::Hostile),
    (
        "make",
        "--from $/app --to $/newer --order $/order.toml --output $/NAME.patchbundle --no-proof",
        Quotes::Hostile,
    ),
    (
        "make",
        "--from $/app --to $/newer --order $/bad.toml --output $/x.patchbundle --no-proof",
        Quotes::Hostile,
    ),
    (
        "make",
        "--patch $/fix.patch --target $/app --id X --output $/made.patchbundle --no-proof",
        Quotes::Either,
    ),
    ("show", "$/fix.patchbundle", Quotes::Hostile),
    ("show", "$/fix.patchbundle --verbose", Quotes::Hostile),
    ("show", "$/fix.patch", Quotes::Hostile),
    ("show", "$/damaged.patchbundle", Quotes::Either),
    ("show", "$/NAME.patchbundle.gone", Quotes::Hostile),
    ("diff", "$/fix.patchbundle", Quotes::Hostile),
    ("diff", "$/fix.patchbundle --target $/app", Quotes::Hostile),
    ("diff", "$/fix.patch", Quotes::Hostile),
    ("diff", "$/fix.patch --target $/app", Quotes::Hostile),
    ("diff", "$/fix.patchbundle NAME", Quotes::Hostile),
    ("export", "$/fix.patchbundle --target $/app --output $/NAME.patch", Quotes::Hostile),
    ("export", "$/damaged.patchbundle", Quotes::Either),
    ("verify", "$/fix.patchbundle", Quotes::Hostile),
    ("verify", "$/damaged.patchbundle", Quotes::Either),
    ("key", "new NAME", Quotes::Either),
    ("key", "new ann --output $/ann.key", Quotes::Either),
    ("key", "trust $/fix.patch --name NAME --product NAME --yes", Quotes::Either),
    ("key", "trust $/NAME.pub --product NAME --yes", Quotes::Hostile),
    ("key", "trust --from $/fix.patchbundle --yes", Quotes::Either),
    ("key", "revoke NAME --reason NAME", Quotes::Hostile),
    ("key", "export NAME", Quotes::Hostile),
    ("key", "list", Quotes::Either),
    ("review", "$/fix.patchbundle --verdict commented --reviewer NAME", Quotes::Hostile),
    ("review", "$/fix.patchbundle --verdict approved --looked-at NAME", Quotes::Hostile),
    ("review", "$/fix.patchbundle --verdict approved --output $/NAME.html", Quotes::Hostile),
    ("key", "update $/NAME", Quotes::Hostile),
    ("key", "update $/hostile.plan", Quotes::Either),
    ("edit", "test $/NAME $/app", Quotes::Hostile),
    ("sign", "$/fix.patchbundle --comment", Quotes::Hostile),
    ("sign", "$/fix.patchbundle --key $/NAME", Quotes::Hostile),
    ("sign", "$/fix.patchbundle --attach $/hostile.plan", Quotes::Either),
    ("plan", "$/fix.patchbundle $/app", Quotes::Hostile),
    ("plan", "$/fix.patchbundle $/app --output $/reviewed.plan", Quotes::Hostile),
    ("plan", "$/fix.patchbundle $/app --withdrawn $/held.json", Quotes::Hostile),
    ("plan", "$/refused.patchbundle $/app", Quotes::Hostile),
    ("plan", "$/fix.patch $/app", Quotes::Hostile),
    ("plan", "$/unfit.patch $/app", Quotes::Hostile),
    ("explain", "$/fix.patchbundle $/app", Quotes::Hostile),
    ("rehearse", "$/fix.patchbundle $/app --allow-unsigned", Quotes::Hostile),
    ("rehearse", "$/refused.patchbundle $/app --allow-unsigned", Quotes::Hostile),
    ("rehearse", "$/fix.patchbundle $/app --allow-unsigned --copy-in $/NAME", Quotes::Hostile),
    ("apply", "$/refused.patchbundle $/app --allow-unsigned --yes", Quotes::Hostile),
    ("apply", "$/fix.patchbundle $/app --allow-unsigned --plan $/hostile.plan --yes", Quotes::Either),
    ("apply", "$/fix.patchbundle $/app --allow-unsigned --withdrawn $/held.json --yes", Quotes::Hostile),
    ("apply", "$/fix.patchbundle $/app --allow-unsigned", Quotes::Either),
    ("apply", "$/fix.patchbundle $/app --allow-unsigned --yes", Quotes::Hostile),
    ("apply", "$/fix.patchbundle $/NAME --allow-unsigned --yes", Quotes::Hostile),
    ("apply", "$/fix.patchbundle $/app --allow-unsigned --yes", Quotes::Either),
    ("status", "$/app --diff", Quotes::Hostile),
    ("status", "$/app --withdrawn $/held.json", Quotes::Hostile),
    ("status", "$/NAME", Quotes::Hostile),
    ("fixed", "$/app", Quotes::Either),
    ("fixed", "$/NAME", Quotes::Hostile),
    ("fixed", "$/app --against $/NAME", Quotes::Hostile),
    ("choose", "--scan $/hostile.plan --from $/fix.patchbundle $/app", Quotes::Either),
    ("choose", "--scan $/NAME --from $/fix.patchbundle $/app", Quotes::Hostile),
    ("toggle", "$/app", Quotes::Either),
    ("toggle", "off NAME $/app --yes", Quotes::Hostile),
    ("reconcile", "$/NAME", Quotes::Hostile),
    ("reconcile", "--hold $/app --reason NAME", Quotes::Either),
    ("reconcile", "--hold $/NAME --reason NAME", Quotes::Hostile),
    ("metrics", "$/app --since 2026-01-01 --verbose", Quotes::Either),
    ("metrics", "$/NAME --since 2026-01-01", Quotes::Hostile),
    ("evidence", "$/app --output $/NAME.zip", Quotes::Either),
    ("evidence", "$/NAME --output $/evidence.zip", Quotes::Hostile),
    ("evidence", "verify $/NAME", Quotes::Hostile),
    ("history", "$/app --verbose", Quotes::Hostile),
    ("history", "$/NAME", Quotes::Hostile),
    ("identify", "$/app $/fix.patchbundle", Quotes::Hostile),
    ("repair", "$/app --yes", Quotes::Either),
    ("repair", "$/app NAME --yes", Quotes::Hostile),
    ("repair", "$/app", Quotes::Either),
    ("rollback", "$/app NAME --yes", Quotes::Hostile),
    ("rollback", "$/app", Quotes::Either),
    ("rollback", "$/app --yes", Quotes::Either),
    ("reapply", "$/app", Quotes::Either),
    ("reapply", "$/app --yes", Quotes::Either),
    ("rollback", "$/app --undo --yes", Quotes::Either),
    ("rollout", "plan $/NAME", Quotes::Hostile),
    ("rollout", "plan $/hostile.toml", Quotes::Hostile),
    ("rollout", "run $/hostile.toml --yes", Quotes::Hostile),
    ("rollout", "status $/hostile.toml", Quotes::Hostile),
    ("rollout", "pause $/hostile.toml --reason NAME", Quotes::Hostile),
    ("rollout", "approve $/hostile.toml NAME --by-hand", Quotes::Hostile),
    ("rollout", "leave-out $/hostile.toml $/NAME --reason NAME", Quotes::Hostile),
    ("accept", "$/app", Quotes::Either),
    ("accept", "$/app --yes", Quotes::Either),
    ("recover", "$/app --yes", Quotes::Either),
    ("recover", "$/NAME --undo", Quotes::Hostile),
    ("support", "$/app --output $/NAME.zip", Quotes::Hostile),
    ("completions", "bash", Quotes::Nothing),
    ("completions", "NAME", Quotes::Hostile),
    ("man", "", Quotes::Nothing),
    ("man", "NAME", Quotes::Hostile),
];

/// Whether the answer has hostile text in it, spelled out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quotes {
    Hostile,
    /// That depends on what else is printed, or on the system.
    Either,
    Nothing,
}

#[derive(Debug, Clone, Copy)]
enum Reader {
    Script,
    Program,
    Worker,
    Person,
}

/// A rollout with this name for everything.
fn rollout(name: &str) -> String {
    let head = "format = \"patchwright-rollout/1\"\npatches = [\"fix.patchbundle\"]\n";
    format!("{head}name = \"{name}\"\n[[rings]]\nname = \"{name}\"\nfolders = [\"app\", \"{name}\"]\n")
}

fn lay_out() -> Sandbox {
    let sandbox = product();
    let bundle = evil_bundle(&sandbox);
    sandbox.save("fix.patchbundle", &bundle);
    let id = |id: &str| PatchId::parse(id).expect("a good id");
    let refused = evil_bundle(&sandbox).but(|patch| {
        patch.about.conflicts = vec![Conflict { id: id("C"), reason: line("conflict").into() }];
        let text = |text: &str| Some(line(text));
        let check = |probe| Check { probe, level: Level::Required, timeout_secs: 1, retries: 0 };
        patch.about.preflight = vec![
            check(Probe::Version { is: line("is") }),
            check(Probe::Process { name: "none\u{200b}\u{202e}".to_owned(), running: true }),
        ];
        patch.about.license = text("licence").map(Into::into);
        patch.about.result_version = text("after");
        patch.about.product.versions = vec![line("version")];
    });
    sandbox.save("refused.patchbundle", &refused);
    for (path, content) in [("conf/app.toml", "colour = 1\n"), ("version.txt", "4.2\n"), ("new.txt", EVIL)] {
        sandbox.write(&format!("newer/{path}"), content);
    }
    let evil: String = line("x").replace('\\', "");
    let good = order("GOOD-1", "", "").replace("what GOOD-1 does", &evil);
    sandbox.write("order.toml", &good);
    sandbox.write("bad.toml", &order("BAD-1", &format!("\"{evil}\" = 1"), ""));
    // A mail whose subject, author, text, names and lines are hostile.
    let letter =
        format!("From: {EVIL} <a@b.example>\nSubject: {EVIL}\u{1b}[2J\n\n{EVIL}\u{1b}]0;x\u{7}\n---\n");
    let diff = |old: &str| {
        format!(
            "{letter}--- a/readme.txt\n+++ b/readme.txt\n@@ -1 +1,2 @@\n {old}\n+{EVIL}\u{1b}[2J\u{8}\r\n\
             --- /dev/null\n+++ b/плохо-{EVIL}.txt\n@@ -0,0 +1 @@\n+x\n"
        )
    };
    sandbox.write("fix.patch", &diff("Read me."));
    sandbox.write("unfit.patch", &diff("Something else."));
    let held = json!({
        "format": "patchwright-holds/1", "issued": "2026-11-23T00:00:00Z", "issuer": EVIL,
        "held": [{ "id": "ACME-HF-1", "reason": line("called back"), "replacement": "X" }],
    });
    sandbox.write("held.json", &held.to_string());
    let plan = json!({
        "format": "patchwright-plan/2", "patch": EVIL, "manifest": EVIL, "created": EVIL, "fingerprint": EVIL,
        "steps": [{ "does": EVIL, "path": EVIL }],
    });
    sandbox.write("hostile.plan", &plan.to_string());
    sandbox.write("hostile.toml", &rollout(NAME));
    let damaged =
        Zip { members: vec![Member::stored(format!("\u{1b}[2J{EVIL}").as_bytes(), b"x")], ..Zip::default() };
    std::fs::write(sandbox.path("damaged.patchbundle"), damaged.bytes()).expect("a new file");
    sandbox
}

fn run_all(reader: Reader, told: &mut BTreeMap<(&str, &str), bool>) {
    let sandbox = lay_out();
    let flags = match reader {
        Reader::Script | Reader::Person => "",
        Reader::Program => " --json",
        Reader::Worker => " --progress json",
    };
    for (verb, rest, _) in CASES {
        let command = format!("{verb} {rest}{flags}").replace("NAME", NAME);
        let console = Console::new(&sandbox);
        let console = if matches!(reader, Reader::Person) { console.answering("n") } else { console };
        let run = console.run(&command);
        for (stream, text) in [("output", &run.out), ("errors", &run.err)] {
            let harm = text.chars().find(|c| !is_harmless(*c) && *c != '\t');
            assert_eq!(harm, None, "{reader:?}: {command} ({stream}): {text:?}");
        }
        let printed = run.printed();
        let quotes = ["\\u{202e}", "\\u202e"].iter().any(|token| printed.contains(token));
        *told.entry((verb, rest)).or_default() |= quotes;
    }
}

#[test]
fn no_hostile_character_reaches_a_stream_from_any_verb() {
    let mut told = BTreeMap::new();
    for reader in [Reader::Script, Reader::Program, Reader::Worker, Reader::Person] {
        run_all(reader, &mut told);
    }
    let wrong: Vec<_> = CASES
        .iter()
        .filter(|(verb, rest, quotes)| match quotes {
            Quotes::Hostile => !told[&(*verb, *rest)],
            Quotes::Nothing => told[&(*verb, *rest)],
            Quotes::Either => false,
        })
        .collect();
    assert!(wrong.is_empty(), "these prove nothing, or quote what they were not given: {wrong:#?}");
}

#[test]
fn every_verb_has_a_case() {
    let cases: BTreeSet<&str> = CASES.iter().map(|(verb, ..)| *verb).collect();
    let command = cli::command();
    let verbs: BTreeSet<&str> =
        command.get_subcommands().map(clap_name).filter(|name| *name != "help").collect();
    assert_eq!(cases, verbs, "show what a hostile file does to a new verb, too");
}

fn clap_name(command: &clap::Command) -> &str {
    command.get_name()
}
