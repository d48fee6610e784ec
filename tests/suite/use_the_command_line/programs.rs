//! What programs read: JSON that keeps its promises, progress line by line, and streams that end early.

use std::io::{self, Cursor, ErrorKind, Write};
use std::sync::Arc;

use jsonschema::Validator;
use patchwright::cli::{Interrupt, Streams, Terminals, command, run_with};
use patchwright::model::{Conflict, Kind, PatchId};
use patchwright::workbench::Workbench;
use serde_json::{Value, json};

use super::{fix, product, product_and_fix, second_exchange, talkative};
use crate::support::console::{Console, fixed_environment};
use crate::support::fault_fs::{Errno, Fault, FaultFs, Lasting};
use crate::support::sandbox::Sandbox;

const SCHEMA: &str = include_str!("../../../assets/schema/cli.schema.json");

fn published() -> Value {
    serde_json::from_str(SCHEMA).expect("the schema is JSON")
}

/// The schema without its room for later fields: what this version prints, and nothing else.
fn closed(mut schema: Value) -> Value {
    fn close(schema: &mut Value) {
        if let Value::Object(fields) = schema {
            if fields.contains_key("properties") && fields.get("type") == Some(&json!("object")) {
                fields.insert("additionalProperties".to_owned(), json!(false));
            }
            fields.values_mut().for_each(close);
        }
        if let Value::Array(values) = schema {
            values.iter_mut().for_each(close);
        }
    }
    close(&mut schema["$defs"]);
    schema
}

/// The document fits the definition for its verb, or the one for failures, exactly.
fn assert_fits(document: &Value) {
    let complaints = |schema: &Value| -> Vec<String> {
        let schema: Validator = jsonschema::draft202012::new(schema).expect("the schema is a schema");
        schema.iter_errors(document).map(|error| error.to_string()).collect()
    };
    assert_eq!(complaints(&published()), Vec::<String>::new(), "{document:#}");
    let schema = closed(published());
    let definition = match (
        document["code"].is_string(),
        document["steps"].is_array() || document["patches"].is_array(),
    ) {
        (true, false) => "failure",
        _ => document["command"].as_str().expect("a verb"),
    };
    let definition = json!({ "$ref": format!("#/$defs/{definition}"), "$defs": schema["$defs"] });
    assert_eq!(complaints(&definition), Vec::<String>::new(), "{document:#}");
}

/// Runs `command` with `--json` and returns the document, which fits the schema.
fn ask(console: &Console<'_>, command: &str, outcome: &str) -> Value {
    let run = console.run(&format!("{command} --json"));
    let document = run.json();
    assert_fits(&document);
    assert_eq!(document["outcome"], outcome, "{run}");
    let code = Kind::WORST_FIRST.into_iter().find(|kind| kind.as_str() == outcome).map_or(0, Kind::exit_code);
    assert_eq!(run.code, code, "{run}");
    document
}

#[test]
fn the_schema_knows_every_verb_and_outcome() {
    let schema = published();
    assert!(jsonschema::meta::is_valid(&schema));
    let words = |pointer: &str| -> Vec<String> {
        let list = schema.pointer(pointer).and_then(Value::as_array).expect(pointer);
        list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let verbs: Vec<String> = command()
        .get_subcommands()
        .map(|verb| verb.get_name().to_owned())
        .filter(|verb| !["completions", "man"].contains(&verb.as_str()))
        .collect();
    assert_eq!(words("/properties/command/enum"), verbs);
    let mut outcomes: Vec<&str> =
        Kind::WORST_FIRST.iter().map(|kind| kind.as_str()).chain(["done", "nothing-to-do"]).collect();
    outcomes.sort_unstable();
    outcomes.dedup();
    let mut documented = words("/properties/outcome/enum");
    documented.sort_unstable();
    assert_eq!(documented, outcomes);
}

#[test]
fn the_schema_can_say_no() {
    let schema = jsonschema::draft202012::new(&published()).expect("a schema");
    let good = json!({ "schema": "patchwright/1", "command": "accept", "outcome": "done", "target": "x", "patches": [], "edits": [] });
    assert!(schema.is_valid(&good));
    for (key, value) in
        [("schema", json!("patchwright/2")), ("outcome", json!("refused")), ("patches", json!({}))]
    {
        let mut bad = good.clone();
        bad[key] = value;
        assert!(!schema.is_valid(&bad), "{bad}");
    }
}

#[test]
fn every_answer_of_a_whole_story_fits_the_schema() {
    let sandbox = product();
    let bundle = talkative(fix(&sandbox));
    sandbox.save("fix.patchbundle", &bundle);
    sandbox.write("new/version.txt", "4.3\n");
    let console = Console::new(&sandbox);
    ask(&console, "new", "done");
    ask(&console, "new --output $/order.toml", "done");
    ask(&console, "make --from $/app --to $/new --id ACME-2 --output $/2.patchbundle", "done");
    let shown = ask(&console, "show $/fix.patchbundle", "done");
    assert_eq!(shown["manifest"]["title"], bundle.patch.about.title.raw());
    assert_eq!(
        shown["changes"],
        json!({ "added": 1, "modified": 2, "type_changed": 0, "renamed": 1, "deleted": 1 })
    );
    let diff = ask(&console, "diff $/fix.patchbundle", "done");
    let renamed = diff["changes"].as_array().expect("changes").iter().find(|change| change["status"] == "R");
    assert_eq!(renamed.expect("a rename")["from"], "readme.txt");
    ask(&console, "diff $/fix.patchbundle conf --target $/app", "done");
    ask(&console, "verify $/fix.patchbundle", "not-trusted");
    ask(&console, "verify $/fix.patchbundle --allow-unsigned", "done");
    assert_eq!(ask(&console, "plan $/fix.patchbundle $/app", "done")["steps"][0]["does"], "delete");
    ask(&console, "plan $/fix.patchbundle $/app --output $/fix.plan", "done");
    ask(&console, "status $/app", "done");
    ask(&console, "history $/app", "done");
    ask(&console, "fixed $/app", "done");
    let apply = "apply $/fix.patchbundle $/app --allow-unsigned --yes";
    assert_eq!(ask(&console, apply, "done")["entry"]["seq"], 1);
    sandbox.write("scan.json", r#"{"SchemaVersion": 2, "Results": [{"Vulnerabilities": [{"VulnerabilityID": "CVE-1", "PkgName": "x"}]}]}"#);
    let fixed =
        ask(&console, "fixed $/app --against $/scan.json --format openvex --output $/vex.json", "done");
    assert_eq!((&fixed["scan"]["silent"], &fixed["saved"]["statements"]), (&json!(0), &json!(0)));
    ask(&console, "fixed $/app --against $/order.toml", "usage");
    let metrics = ask(&console, "metrics $/app --since 2026-01-01", "done");
    assert_eq!((&metrics["deeds"][0]["n"], &metrics["times"][0]["too_few"]), (&json!(1), &json!(true)));
    ask(&console, "metrics $/app --since yesterday", "usage");
    ask(&console, "evidence $/app --output $/e.zip", "done");
    let verified = ask(&console, "evidence verify $/e.zip", "not-trusted");
    assert_eq!((&verified["changed"], &verified["signer"]["standing"]), (&json!([]), &json!("nobody")));
    let choose = "choose --scan $/scan.json --from $/2.patchbundle $/app";
    ask(&console, choose, "nothing-to-do");
    ask(&console, &format!("{choose} --fail-on any"), "refused");
    ask(&console, apply, "nothing-to-do");
    ask(&console, "plan $/fix.patchbundle $/app", "nothing-to-do");
    ask(&console, "rollback $/app --yes", "done");
    ask(&console, "rollback $/app --undo --yes --allow-unsigned", "done");
    sandbox.write("app/version.txt", "mine\n");
    assert_eq!(ask(&console, "status $/app", "done")["drift"][0]["kind"], "edited");
    ask(&console, "plan $/fix.patchbundle $/app", "refused");
    assert_eq!(ask(&console, "rollback $/app --yes", "refused")["code"], "E-DRIFT");
    ask(&console, "accept $/app --yes --keep-edits", "done");
    ask(&console, "accept $/app --yes", "nothing-to-do");
    ask(&console, "recover $/app --undo", "nothing-to-do");
    ask(&console, "history $/app", "done");
}

#[test]
fn every_answer_about_patches_that_know_each_other_fits_the_schema() {
    let sandbox = super::stacks::three_patches();
    let console = Console::new(&sandbox);
    let all = "$/three.patchbundle $/one.patchbundle $/two.patchbundle $/app";
    let planned = ask(&console, &format!("plan {all}"), "done");
    let ids = |list: &Value| -> Vec<String> {
        let id = |one: &Value| one["patch"]["id"].as_str().or(one["id"].as_str()).expect("an id").to_owned();
        list.as_array().expect("a list").iter().map(id).collect()
    };
    assert_eq!(ids(&planned["patches"]), ["ONE", "TWO", "THREE"]);
    let applied = ask(&console, &format!("apply {all} --allow-unsigned --yes"), "done");
    assert_eq!(ids(&applied["entry"]["patches"]), ["ONE", "TWO", "THREE"]);
    ask(&console, &format!("explain {all}"), "nothing-to-do");
    let clash = ask(&console, "explain $/clash.patchbundle $/app", "refused");
    assert_eq!(clash["patches"][0]["relations"][0]["places"][0]["meeting"], "same-lines");
    let apart = Conflict { id: PatchId::parse("ONE").expect("an id"), reason: "two fonts".into() };
    let loner = sandbox.bundle("LONER").replace("version.txt", "4.2\n", "4.3\n");
    sandbox.save("loner.patchbundle", &loner.but(|patch| patch.about.conflicts = vec![apart]));
    let apart = ask(&console, "explain $/loner.patchbundle $/app", "refused");
    assert_eq!(
        apart["patches"][0]["relations"][0]["declared"],
        json!([{ "says": "excludes", "by": "LONER", "other": "ONE", "reason": "two fonts" }])
    );
    assert_eq!(ask(&console, "rollback $/app ONE --yes", "refused")["code"], "E-NOT-NEWEST");
    let gone = ask(&console, "rollback $/app ONE --with-dependents --yes", "done");
    assert_eq!(ids(&gone["patches"]), ["ONE", "THREE"]);
    ask(&console, "rollback $/app --undo --yes --allow-unsigned", "done");
    let status = ask(&console, "status $/app", "done");
    assert_eq!(status["patches"][0]["removal"]["how"], "rebuilding");
    ask(&console, "rollback $/app --to ONE --yes", "done");
    ask(&console, "history $/app", "done");
}

#[test]
fn every_failure_fits_the_schema() {
    let sandbox = product_and_fix();
    let console = Console::new(&sandbox);
    let apply = "apply $/fix.patchbundle $/app --allow-unsigned --yes";
    let failing = |lasting| {
        Console::new(&sandbox).with_disks(move |disk| {
            let fault = Fault::Fails(Errno::NoSpace);
            let at = second_exchange(&*disk);
            Arc::new(FaultFs::failing(disk, at, fault, lasting))
        })
    };
    ask(&console, "show $/none.patchbundle", "failed");
    assert_eq!(ask(&console, "apply", "usage")["command"], Value::Null);
    ask(&console, "show -", "usage");
    ask(&console, "apply $/fix.patchbundle $/app --allow-unsigned", "refused");
    ask(&console, "apply $/fix.patchbundle $/app --yes", "not-trusted");
    ask(&Console::new(&sandbox).interrupted(), apply, "interrupted");
    ask(&failing(Lasting::Once), apply, "put-back");
    ask(&failing(Lasting::FromThenOn), apply, "needs-person");
    assert_eq!(ask(&console, "status $/app", "done")["unfinished"]["doing"], "apply");
    let unfinished = ask(&console, "plan $/fix.patchbundle $/app", "needs-person");
    assert_eq!(unfinished["code"], "E-UNFINISHED");
    assert!(unfinished["hints"][0].as_str().is_some_and(|hint| hint.ends_with("--undo")));
    ask(&console, "recover $/app --finish", "needs-person");
    assert_eq!(ask(&console, "recover $/app --undo", "done")["newer"], json!([]));
    sandbox.write("app/conf/app.toml", "mine\n");
    let refused = ask(&console, apply, "refused");
    assert_eq!(
        (&refused["path"], refused["obstacles"].as_array().map(Vec::len)),
        (&json!("conf/app.toml"), Some(1))
    );
}

#[test]
fn progress_is_one_object_per_line_and_the_answer_is_the_last() {
    let sandbox = product_and_fix();
    let run =
        Console::new(&sandbox).done("apply $/fix.patchbundle $/app --allow-unsigned --yes --progress json");
    let lines: Vec<Value> = run.out.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let (answer, progress) = lines.split_last().expect("lines");
    assert_eq!((&answer["outcome"], &run.err), (&json!("done"), &String::new()));
    let mut phases = Vec::new();
    for line in progress {
        let keys: Vec<&String> = line.as_object().expect("an object").keys().collect();
        assert_eq!(keys, ["progress", "done", "total"]);
        assert!(line["done"].as_u64() <= line["total"].as_u64(), "{line}");
        phases.push(line["progress"].as_str().expect("a phase"));
    }
    phases.dedup();
    assert_eq!(phases, ["reading", "checking", "preparing", "changing", "verifying"]);
}

#[test]
fn a_program_is_asked_nothing_and_reads_one_stream() {
    let sandbox = product_and_fix();
    let run = Console::new(&sandbox).run("apply $/fix.patchbundle $/app --allow-unsigned --json");
    assert_eq!((run.code, run.json()["code"].as_str()), (3, Some("E-DECLINED")));
}

#[test]
fn colours_are_for_terminals() {
    let sandbox = product_and_fix();
    let colour = |run: String| run.contains("\x1b[");
    let console = || Console::new(&sandbox).in_colour();
    for command in
        ["show $/fix.patchbundle", "diff $/fix.patchbundle", "plan $/fix.patchbundle $/nowhere", "--help"]
    {
        assert!(colour(console().answering("n").run(command).printed()), "{command}");
        assert!(!colour(console().run(command).printed()), "{command}");
        let plain = format!("{command} --no-color");
        assert!(!colour(console().answering("n").run(&plain).printed()), "{command}");
        assert!(!colour(Console::new(&sandbox).answering("n").run(command).printed()), "{command}");
    }
}

/// A reader that is gone, or a disk that is full.
struct Deaf(ErrorKind);

impl Write for Deaf {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(self.0.into())
    }
}

/// Runs `args` with nobody reading the answer.
fn run_unheard(sandbox: &Sandbox, reason: ErrorKind, args: &[&str]) -> (u8, String) {
    let mut err = Vec::new();
    let mut streams = Streams {
        input: &mut Cursor::new(Vec::new()),
        out: &mut Deaf(reason),
        err: &mut err,
        terminals: Terminals::default(),
        colours: false,
        ask_secret: &|_| Err(ErrorKind::Unsupported.into()),
        interrupt: Interrupt::default(),
    };
    let place = |arg: &&str| match arg.strip_prefix("$/") {
        Some(path) => sandbox.path(path).into_os_string(),
        None => (*arg).into(),
    };
    let args = ["patchwright"].iter().chain(args).map(place);
    let code = run_with(&Workbench::new(fixed_environment()), args, &mut streams);
    (code, String::from_utf8(err).expect("text"))
}

#[test]
fn a_reader_who_has_seen_enough_is_no_failure() {
    let sandbox = product_and_fix();
    for args in [
        &["show", "$/fix.patchbundle"][..],
        &["diff", "$/fix.patchbundle"],
        &["completions", "bash"],
        &["--help"],
    ] {
        assert_eq!(run_unheard(&sandbox, ErrorKind::BrokenPipe, args), (0, String::new()), "{args:?}");
    }
}

#[test]
fn an_answer_nobody_hears_changes_nothing_about_what_was_done() {
    let sandbox = product_and_fix();
    let unheard = "Can't write the output (E-IO)\n  the disk is full\n".to_owned();
    let show = ["show", "$/fix.patchbundle"];
    assert_eq!(run_unheard(&sandbox, ErrorKind::StorageFull, &show), (1, unheard.clone()));
    let apply = ["apply", "$/fix.patchbundle", "$/app", "--allow-unsigned", "--yes"];
    assert_eq!(run_unheard(&sandbox, ErrorKind::StorageFull, &apply), (0, unheard));
    assert_eq!(sandbox.read("app/version.txt").as_deref(), Some("4.2.1\n"));
}

/// A stack that no system has room for stands in for a system without threads.
#[cfg(target_os = "linux")]
#[test]
fn work_goes_on_where_the_system_has_not_a_single_thread_left() {
    let sandbox = product_and_fix();
    let (patch, app) = (sandbox.path("fix.patchbundle"), sandbox.path("app"));
    let run = |args: &[&std::ffi::OsStr]| {
        let run = std::process::Command::new(env!("CARGO_BIN_EXE_patchwright"))
            .args(args)
            .env("RUST_MIN_STACK", (usize::MAX / 8).to_string())
            .envs(["XDG_CONFIG_HOME", "XDG_DATA_HOME"].map(|own| (own, sandbox.path("own"))))
            .output()
            .expect("the program starts");
        assert_eq!(run.status.code(), Some(0), "{args:?}: {}", String::from_utf8_lossy(&run.stderr));
    };
    run(&["apply".as_ref(), patch.as_ref(), app.as_ref(), "--yes".as_ref(), "--allow-unsigned".as_ref()]);
    assert_eq!(sandbox.read("app/version.txt").as_deref(), Some("4.2.1\n"));
    run(&["status".as_ref(), app.as_ref()]);
    run(&["rollback".as_ref(), app.as_ref(), "--yes".as_ref()]);
    assert_eq!(sandbox.read("app/version.txt").as_deref(), Some("4.2\n"));
    run(&["recover".as_ref(), app.as_ref(), "--undo".as_ref()]);
}
