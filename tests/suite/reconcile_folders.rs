//! Many folders are brought to what one state file says, and nobody's decision is undone.

mod by_hand;
mod each_for_itself;
mod kept_out;
mod planted;
mod switches;
mod versions;

use std::fs;
use std::process::Command;

use crate::support::console::{Console, Run};
use crate::support::sandbox::{Sandbox, order};
use crate::support::tools::is_here;
use crate::support::trees::Tree;
use crate::support::trust::write_trusted_key;

const OLD: &str = "old\n";
const NEW: &str = "new\n";

/// Three folders, and two patches that somebody trusted has signed: ACME-1 changes `one`, ACME-2 changes `two`.
fn scene() -> Sandbox {
    let sandbox = Sandbox::new();
    write_trusted_key(&sandbox, "acme", 1, "author");
    for number in [1, 2] {
        patch(&sandbox, number, &format!("patches/{number}.patchbundle"), "");
    }
    for folder in ["a", "b", "c"] {
        sandbox.write(&format!("srv/{folder}/one"), OLD);
        sandbox.write(&format!("srv/{folder}/two"), OLD);
    }
    sandbox
}

fn patch(sandbox: &Sandbox, number: u32, output: &str, tables: &str) {
    let file = if number == 1 { "one" } else { "two" };
    for name in ["one", "two"] {
        sandbox.write(&format!("old{number}/{name}"), OLD);
        sandbox.write(&format!("new{number}/{name}"), if name == file { NEW } else { OLD });
    }
    let text = order(&format!("ACME-{number}"), "", tables);
    sandbox.write("order.toml", &text.replace("sequence = 1", &format!("sequence = {number}")));
    fs::create_dir_all(sandbox.path("patches")).expect("our own folder");
    let make =
        format!("make --from $/old{number} --to $/new{number} --order $/order.toml --output $/{output}");
    console(sandbox).done(&make);
    console(sandbox).done(&format!("sign $/{output} --key $/acme.key --as author"));
}

fn console(sandbox: &Sandbox) -> Console<'_> {
    Console::new(sandbox).with_keys()
}

/// Writes the state file: the path of each section, and what else is said in it.
fn state(sandbox: &Sandbox, sections: &[(&str, &str)]) {
    let root = sandbox.path("");
    let root = root.to_str().expect("a plain name").trim_end_matches(['/', '\\']);
    let section = |(path, rest): &(&str, &str)| format!("[[folders]]\npath = '{root}/srv/{path}'\n{rest}\n");
    let text: String = sections.iter().map(section).collect();
    sandbox.write("state.toml", &format!("format = \"patchwright-state/1\"\npatches = \"patches/\"\n{text}"));
}

fn run(sandbox: &Sandbox, flags: &str) -> Run {
    console(sandbox).run(&format!("reconcile $/state.toml {flags}"))
}

#[track_caller]
fn ends(sandbox: &Sandbox, flags: &str, code: u8) -> Run {
    let run = run(sandbox, flags);
    assert_eq!(run.code, code, "{run}");
    run
}

fn has(sandbox: &Sandbox, folder: &str) -> [bool; 2] {
    ["one", "two"].map(|name| sandbox.read(&format!("srv/{folder}/{name}")).as_deref() == Some(NEW))
}

#[test]
fn folders_are_brought_in_line_once_and_a_look_writes_nothing() {
    let sandbox = scene();
    state(&sandbox, &[("?", "have = [\"ACME-1\", \"ACME-2\"]")]);
    let before = Tree::read(&sandbox.path("srv"));
    let look = ends(&sandbox, "", 7);
    assert!(look.printed().contains("ACME-1: to be applied"), "{look}");
    assert!(look.printed().contains("3 folders: 3 different"), "{look}");
    before.assert_is(&sandbox.path("srv"), "after a look");

    let done = ends(&sandbox, "--apply --commit 0123abc", 0);
    assert!(done.printed().contains("ACME-2: applied"), "{done}");
    assert_eq!(["a", "b", "c"].map(|folder| has(&sandbox, folder)), [[true; 2]; 3]);
    let history = console(&sandbox).done("history $/srv/a --json").json();
    let cause = &history["entries"][0]["cause"];
    assert_eq!((&cause["kind"], &cause["commit"]), (&"reconcile".into(), &"0123abc".into()), "{history}");

    let after = Tree::read(&sandbox.path("srv"));
    let again = ends(&sandbox, "--apply --json", 0).json();
    assert_eq!(again["outcome"], "nothing-to-do");
    after.assert_is(&sandbox.path("srv"), "after a second run");
}

#[test]
fn what_must_not_be_there_goes_and_a_limit_keeps_a_slip_from_taking_out_much() {
    let sandbox = scene();
    state(&sandbox, &[("?", "have = [\"ACME-1\"]")]);
    ends(&sandbox, "--apply", 0);
    state(&sandbox, &[("?", "not = [\"ACME-1\"]")]);
    let refused = ends(&sandbox, "--apply", 3);
    assert!(
        refused.in_one_line().contains("3 patches would be rolled back in one run, and at most 1 may be")
    );
    assert_eq!(has(&sandbox, "a"), [true, false], "nothing was changed");
    ends(&sandbox, "--apply --max-rolled-back 3", 0);
    assert_eq!(["a", "b", "c"].map(|folder| has(&sandbox, folder)), [[false; 2]; 3]);
}

#[test]
fn what_a_person_rolled_back_stays_out_until_the_file_says_something_else() {
    let sandbox = scene();
    state(&sandbox, &[("a", "have = [\"ACME-1\", \"ACME-2\"]")]);
    ends(&sandbox, "--apply", 0);
    console(&sandbox).done("rollback $/srv/a ACME-2 --yes");
    for _ in 0..100 {
        let run = ends(&sandbox, "--apply", 7);
        assert!(
            run.in_one_line().contains("ACME-2: rolled back by ada on 2026-11-23, so it isn't applied again")
        );
    }
    assert_eq!(has(&sandbox, "a"), [true, false]);
    assert_eq!(
        console(&sandbox).done("history $/srv/a --json").json()["entries"].as_array().map(Vec::len),
        Some(3)
    );
    // A comment is no new word; what it says of this folder is.
    state(&sandbox, &[("a", "# see ticket 4711\nhave = [\"ACME-1\", \"ACME-2\"]")]);
    ends(&sandbox, "--apply", 7);
    state(&sandbox, &[("a", "have = [\"ACME-1\", \"ACME-2\"]\nnot = [\"ACME-3\"]")]);
    ends(&sandbox, "--apply", 0);
    assert_eq!(has(&sandbox, "a"), [true, true]);
}

#[test]
fn a_word_that_asked_for_nothing_is_heard_so_that_a_later_rollback_counts() {
    let sandbox = scene();
    state(&sandbox, &[("a", "have = [\"ACME-1\"]")]);
    ends(&sandbox, "--apply", 0);
    console(&sandbox).done("apply $/patches/2.patchbundle $/srv/a --yes");
    state(&sandbox, &[("a", "have = [\"ACME-1\", \"ACME-2\"]")]);
    ends(&sandbox, "--apply", 0);
    console(&sandbox).done("rollback $/srv/a ACME-2 --yes");
    ends(&sandbox, "--apply", 7);
    assert_eq!(has(&sandbox, "a"), [true, false]);
    ends(&sandbox, "--apply --again", 0);
    assert_eq!(has(&sandbox, "a"), [true, true]);
}

#[test]
fn a_held_folder_is_left_alone_and_says_so() {
    let sandbox = scene();
    state(&sandbox, &[("?", "have = [\"ACME-1\"]")]);
    console(&sandbox).done("reconcile --hold $/srv/a --reason=ticket-4711 --until 2026-11-30");
    let run = ends(&sandbox, "--apply", 7);
    assert!(
        run.in_one_line().contains("on hold until 2026-11-30, set by ada on 2026-11-23: ticket-4711"),
        "{run}"
    );
    assert!(run.printed().contains("To end this: patchwright reconcile --release $/srv/a"), "{run}");
    assert_eq!((has(&sandbox, "a"), has(&sandbox, "b")), ([false; 2], [true, false]));
    console(&sandbox).done("reconcile --release $/srv/a");
    let history = console(&sandbox).done("history $/srv/a").out;
    assert!(history.contains("put on hold") && history.contains("hold ended"), "{history}");
    assert!(history.contains("reason: ticket-4711") && !history.contains("checked"), "{history}");
    ends(&sandbox, "--apply", 0);
    assert_eq!(has(&sandbox, "a"), [true, false]);
}

#[test]
fn a_hold_up_to_a_day_that_is_over_is_refused_and_one_up_to_today_is_not() {
    let sandbox = scene();
    let hold = |day: &str| {
        console(&sandbox).run(&format!("reconcile --hold $/srv/a --reason=ticket-4711 --until {day}"))
    };
    let over = hold("2026-11-22");
    assert!(over.code == 3 && over.err.contains("2026-11-22 is in the past"), "{over}");
    assert!(!sandbox.path("srv/a/.patchwright").exists(), "nothing was written down");
    assert_eq!(hold("2026-11-23").code, 0, "today is the last day");
}

#[test]
fn a_folder_of_patches_that_is_not_there_is_told_and_an_empty_one_is_nothing() {
    let sandbox = scene();
    state(&sandbox, &[("a", "have = []")]);
    ends(&sandbox, "", 0);
    fs::rename(sandbox.path("patches"), sandbox.path("moved")).expect("our own folder");
    let run = ends(&sandbox, "", 1);
    assert!(run.err.contains("$/patches"), "{run}");
    fs::create_dir(sandbox.path("patches")).expect("our own folder");
    ends(&sandbox, "", 0);
}

#[test]
fn a_state_file_sets_no_rule_of_the_machine_aside() {
    let sandbox = scene();
    // Somebody's pull request adds an unsigned patch, and asks for it.
    let make = "make --from $/old1 --to $/new1 --id ACME-9 --output $/patches/9.patchbundle";
    console(&sandbox).done(make);
    state(&sandbox, &[("a", "have = [\"ACME-9\"]"), ("b", "have = [\"ACME-1\"]")]);
    let before = Tree::read(&sandbox.path("srv/a"));
    let run = ends(&sandbox, "--apply", 4);
    assert!(run.printed().contains("(E-TRUST)"), "{run}");
    before.assert_is(&sandbox.path("srv/a"), "after an unsigned patch was refused");
    assert_eq!(has(&sandbox, "b"), [true, false], "the innocent neighbour gets its own");
}

#[test]
fn a_state_file_takes_no_folder_back_behind_a_patch_that_was_there() {
    let sandbox = scene();
    console(&sandbox).done("apply $/patches/2.patchbundle $/srv/a --yes");
    console(&sandbox).done("rollback $/srv/a --yes");
    state(&sandbox, &[("a", "have = [\"ACME-1\"]"), ("b", "have = [\"ACME-1\"]")]);
    let before = Tree::read(&sandbox.path("srv/a"));
    for flags in ["--apply", "--apply --again"] {
        let run = ends(&sandbox, flags, 4);
        assert!(run.printed().contains("(E-DOWNGRADE)"), "{run}");
        assert!(!run.printed().contains("--allow-downgrade"), "a state file can't say that: {run}");
        before.assert_is(&sandbox.path("srv/a"), "after a step back was refused");
    }
    assert_eq!(has(&sandbox, "b"), [true, false], "where it is no step back it comes");
}

/// What the program does with these arguments that could change anything: a line for each call.
#[cfg(target_os = "linux")]
fn writes(sandbox: &Sandbox, arguments: &[&str]) -> Vec<String> {
    let trace = sandbox.path("trace");
    let calls = "trace=open,openat,openat2,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,rmdir,link,linkat,\
                 symlink,symlinkat,chmod,fchmod,fchmodat,chown,fchown,fchownat,utimensat,truncate,ftruncate,fsync,fdatasync";
    let run = Command::new("strace")
        .args(["-f", "-e", calls, "-o"])
        .arg(&trace)
        .arg(env!("CARGO_BIN_EXE_patchwright"))
        .args(arguments)
        .current_dir(sandbox.path(""))
        .env("HOME", sandbox.path("home"))
        .env("XDG_CONFIG_HOME", sandbox.path("home"))
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status();
    assert_eq!(run.expect("strace starts").code(), Some(0), "{arguments:?}");
    let traced = fs::read_to_string(trace).expect("a trace");
    let only_reads = |line: &&str| {
        let opens = line.contains(" open")
            && !["O_WRONLY", "O_RDWR", "O_CREAT"].iter().any(|flag| line.contains(flag));
        opens
            || line.contains("/dev/")
            || line.contains("+++")
            || line.contains("---")
            || line.contains(" resumed>")
    };
    traced.lines().filter(|line| !only_reads(line)).map(str::to_owned).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn a_run_that_has_nothing_to_do_calls_nothing_that_writes() {
    if !is_here("strace", "watching a run that has nothing to do") {
        return;
    }
    let sandbox = scene();
    // The real program has its own settings, and trusts nobody: what is there already need not be trusted.
    state(&sandbox, &[("?", "have = [\"ACME-1\"]")]);
    ends(&sandbox, "--apply", 0);
    assert_eq!(writes(&sandbox, &["reconcile", "state.toml", "--apply"]), Vec::<String>::new());
    // Somebody who looks the same way at a run that does something sees it.
    console(&sandbox).done("rollback $/srv/a --yes");
    assert!(!writes(&sandbox, &["rollback", "srv/b", "--yes"]).is_empty());
}

#[test]
fn the_worst_folder_decides_how_the_run_ends_and_each_says_how_it_is() {
    let sandbox = scene();
    state(&sandbox, &[("a", "have = [\"ACME-1\"]"), ("b", "have = [\"ACME-7\"]"), ("nobody", "have = []")]);
    let told = ends(&sandbox, "--json", 1).json();
    let states: Vec<_> =
        told["folders"].as_array().expect("folders").iter().map(|one| &one["state"]).collect();
    assert_eq!(states, ["differs", "refused", "failed"], "{told}");
    assert_eq!(told["folders"][1]["expectations"][0]["code"], "E-MISSING");
    assert_eq!(told["folders"][2]["failure"]["code"], "E-IO");
}

#[test]
fn a_folder_that_is_meant_twice_or_lies_in_another_is_refused() {
    let sandbox = scene();
    for sections in [[("a", ""), ("?", "")], [("a", ""), ("a/one/..", "")], [("a", ""), ("a/sub", "")]] {
        fs::create_dir_all(sandbox.path("srv/a/sub")).expect("our own folder");
        state(&sandbox, &sections);
        let run = ends(&sandbox, "--apply", 3);
        let said = run.in_one_line();
        assert!(
            said.contains("are one folder, or one is inside the other") || said.contains("without .."),
            "{run}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_pattern_follows_no_link() {
    let sandbox = scene();
    std::os::unix::fs::symlink(sandbox.path("srv"), sandbox.path("srv/loop")).expect("a link");
    state(&sandbox, &[("*", "have = [\"ACME-1\"]")]);
    let told = ends(&sandbox, "--json", 7).json();
    assert_eq!(told["folders"].as_array().map(Vec::len), Some(3), "{told}");
}

#[test]
fn edited_files_are_told_repaired_or_kept_from_any_change() {
    for (drift, code, text) in [("report", 7, "edited\n"), ("repair", 0, NEW), ("refuse", 3, "edited\n")] {
        let sandbox = scene();
        state(&sandbox, &[("a", &format!("have = [\"ACME-1\"]\ndrift = \"{drift}\""))]);
        ends(&sandbox, "--apply", 0);
        sandbox.write("srv/a/one", "edited\n");
        ends(&sandbox, "", if drift == "refuse" { 3 } else { 7 });
        ends(&sandbox, "--apply", code);
        assert_eq!(sandbox.read("srv/a/one").as_deref(), Some(text), "{drift}");
    }
}

#[test]
fn other_patches_are_told_and_go_only_where_the_file_says_so() {
    let sandbox = scene();
    console(&sandbox).done("apply $/patches/1.patchbundle $/srv/a --yes");
    state(&sandbox, &[("a", "have = [\"ACME-2\"]")]);
    let run = ends(&sandbox, "--apply", 7);
    assert!(run.printed().contains("ACME-1: applied here, but not in the state file"), "{run}");
    state(&sandbox, &[("a", "have = [\"ACME-2\"]\nothers = \"roll-back\"")]);
    ends(&sandbox, "--apply", 0);
    assert_eq!(has(&sandbox, "a"), [false, true]);
}

#[test]
fn a_patch_whose_check_fails_is_restored_and_not_tried_again_and_again() {
    let sandbox = scene();
    let health = "[[health]]\ncheck = \"text\"\npath = \"two\"\ncontains = \"other\"\n";
    patch(&sandbox, 1, "patches/1b.patchbundle", health);
    fs::rename(sandbox.path("patches/1b.patchbundle"), sandbox.path("patches/1.patchbundle"))
        .expect("our own file");
    state(&sandbox, &[("a", "have = [\"ACME-1\"]")]);
    ends(&sandbox, "--apply", 5);
    let run = ends(&sandbox, "--apply", 7);
    assert!(run.in_one_line().contains("because it failed, so it isn't tried again"), "{run}");
    assert_eq!(has(&sandbox, "a"), [false; 2]);
}

#[test]
fn reports_say_the_same_for_people_tests_and_monitors_and_replace_only_reports() {
    if cfg!(windows) {
        return crate::support::sandbox::skip(
            "reports_say_the_same_for_people_tests_and_monitors_and_replace_only_reports",
            "no folder of Windows has such a name",
        );
    }
    let sandbox = scene();
    let odd = "a|b<c>&\u{202e}d";
    sandbox.write(&format!("srv/{odd}/one"), "something else\n");
    sandbox.write(&format!("srv/{odd}/two"), OLD);
    state(&sandbox, &[("*", "have = [\"ACME-1\"]")]);
    let flags = "--report $/r.json --report $/r.md --report $/r.xml --metrics $/r.prom";
    for _ in 0..2 {
        ends(&sandbox, flags, 3);
    }
    let read = |name: &str| sandbox.read(name).expect("a report");
    for name in ["r.json", "r.md", "r.xml", "r.prom"] {
        assert!(!read(name).contains('\u{202e}'), "{name}");
    }
    assert!(
        read("r.md").contains("| differs | ACME\\-1 | to be applied |")
            || read("r.md").contains("| differs | ACME-1 | to be applied |"),
        "{}",
        read("r.md")
    );
    assert!(read("r.md").contains("a\\|b\\<c\\>\\&"), "{}", read("r.md"));
    assert!(read("r.xml").contains("a|b&lt;c&gt;&amp;"), "{}", read("r.xml"));
    assert!(read("r.prom").contains("/srv/a\"} 0"), "{}", read("r.prom"));
    sandbox.write("r.md", "my notes\n");
    let before = Tree::read(&sandbox.path("srv"));
    ends(&sandbox, "--apply --report $/r.md", 3);
    assert_eq!(read("r.md"), "my notes\n");
    before.assert_is(&sandbox.path("srv"), "what can't be told isn't begun");
    ends(&sandbox, "--report $/r.txt", 2);
}

/// Runs a program of others on files of ours; says loudly if this machine lacks it.
fn judge(program: &str, flags: &[&str]) {
    if !is_here(program, "judging the templates for CI and systemd") {
        return;
    }
    let output = Command::new(program).args(flags).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    let output = output.expect("it starts");
    let told =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(output.status.success(), "{program}: {told}");
}

#[test]
fn the_templates_for_pipelines_are_what_their_readers_expect() {
    judge("check-jsonschema", &["--builtin-schema", "vendor.github-actions", "assets/ci/action.yml"]);
    judge("check-jsonschema", &["--builtin-schema", "vendor.gitlab-ci", "assets/ci/gitlab.yml"]);
    judge("zizmor", &["--offline", "assets/ci/action.yml"]);
}

#[cfg(unix)]
#[test]
fn the_units_for_systemd_are_what_it_expects() {
    let sandbox = Sandbox::new();
    let name = "patchwright-reconcile";
    let unit = include_str!("../../assets/systemd/patchwright-reconcile.service");
    let unit = unit.replace("/usr/bin/patchwright", env!("CARGO_BIN_EXE_patchwright"));
    sandbox.write(&format!("{name}.service"), &unit);
    sandbox.write(&format!("{name}.timer"), include_str!("../../assets/systemd/patchwright-reconcile.timer"));
    let files = ["service", "timer"].map(|kind| sandbox.path(&format!("{name}.{kind}")));
    let files = files.each_ref().map(|file| file.to_str().expect("a plain name"));
    judge("systemd-analyze", &["verify", "--man=no", files[0], files[1]]);
}

#[test]
fn the_action_brings_a_folder_in_line_and_takes_no_input_for_a_command() {
    if !is_here("bash", "running the script of the action") {
        return;
    }
    let sandbox = scene();
    state(&sandbox, &[("a", "have = []")]);
    let action = include_str!("../../assets/ci/action.yml");
    assert!(
        !action.split("run: |").nth(1).expect("a script").contains("${{"),
        "inputs come through the environment"
    );
    let script: String = action
        .split("run: |")
        .nth(1)
        .expect("a script")
        .lines()
        .map(|line| format!("{}\n", line.trim_start()))
        .collect();
    let run = |state: &str| {
        let mut bash = Command::new("bash");
        bash.arg("-euc").arg(&script).current_dir(sandbox.path("")).env("HOME", sandbox.path("home"));
        for (name, value) in [
            ("STATE", state),
            ("APPLY", "true"),
            ("FOLDER", ""),
            ("MAX_ROLLED_BACK", "1"),
            ("PROGRAM", env!("CARGO_BIN_EXE_patchwright")),
            ("GITHUB_SHA", "0123abc"),
            ("GITHUB_OUTPUT", "output"),
            ("GITHUB_STEP_SUMMARY", "summary"),
        ] {
            bash.env(name, value);
        }
        bash.output().expect("it starts")
    };
    assert!(run("state.toml").status.success());
    assert!(sandbox.read("summary").expect("a summary").contains("| in line |"));
    assert!(!run("x; touch evil").status.success());
    assert!(
        !sandbox.path("evil").exists() && sandbox.read("output").expect("an output").contains("exit-code=0")
    );
}
