//! A pipe, a socket or a device in place of a file or folder: refused with words, and not waited for. Whoever runs the
//! program from a service must not find it hanging there a week later.

use std::any::TypeId;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use patchwright::cli::command;

use crate::support::sandbox::{Sandbox, order, skip};
use crate::support::trees::Tree;

/// Longer than any of these commands takes on a busy machine, and shorter than for ever.
const PATIENCE: Duration = Duration::from_secs(60);

/// Every argument that takes a file or folder, by its verb, in a command that is good but for that: `%` is no file.
const COMMANDS: &[(&str, &str)] = &[
    ("accept target", "accept % --yes"),
    ("apply base", "apply fix.patch app --yes --base %"),
    ("apply withdrawn", "apply good.patchbundle app --yes --withdrawn %"),
    ("apply merged", "apply good.patchbundle app --yes --merged bin/app=%"),
    ("apply paths", "apply % app --yes"),
    ("apply paths", "apply good.patchbundle % --yes"),
    ("apply plan", "apply good.patchbundle app --yes --plan %"),
    ("diff base", "diff fix.patch --target app --base %"),
    ("choose epss", "choose --scan scan.json --from good.patchbundle app --epss %"),
    ("choose from", "choose --scan scan.json app --from %"),
    ("choose kev", "choose --scan scan.json --from good.patchbundle app --kev %"),
    ("choose output", "choose --scan scan.json --from good.patchbundle app --output %"),
    ("choose scan", "choose --from good.patchbundle app --scan %"),
    ("choose target", "choose --scan scan.json --from good.patchbundle %"),
    ("choose withdrawn", "choose --scan scan.json --from good.patchbundle app --withdrawn %"),
    ("diff file", "diff %"),
    ("diff target", "diff good.patchbundle --target %"),
    ("edit test files", "edit test edits.toml %"),
    ("edit test from", "edit test edits.toml edited/f.json --from %"),
    ("edit test order", "edit test % edited/f.json"),
    ("evidence id", "evidence verify %"),
    ("evidence kev", "evidence patched --output e.zip --kev %"),
    ("evidence key", "evidence patched --output e.zip --key %"),
    ("evidence output", "evidence patched --output %"),
    ("evidence password_file", "evidence patched --output e.zip --key locked.key --password-file %"),
    ("evidence target", "evidence % --output e.zip"),
    ("explain withdrawn", "explain good.patchbundle app --withdrawn %"),
    ("explain paths", "explain % app"),
    ("explain paths", "explain good.patchbundle %"),
    ("export file", "export %"),
    ("export output", "export good.patchbundle --target app --output %"),
    ("export target", "export good.patchbundle --target %"),
    ("fixed against", "fixed patched --against %"),
    ("fixed output", "fixed patched --format openvex --author ACME --output %"),
    ("fixed target", "fixed %"),
    ("fixed withdrawn", "fixed patched --withdrawn %"),
    ("repair from", "repair patched --yes --from %"),
    ("repair target", "repair % --yes"),
    ("history target", "history %"),
    ("identify files", "identify app %"),
    ("identify target", "identify %"),
    ("key new output", "key new ada --no-password --output %"),
    ("key new password_file", "key new ada --output new.key --password-file %"),
    ("key sign-list file", "key sign-list % --key ada.key"),
    ("key sign-list key", "key sign-list list.json --key %"),
    ("key sign-list password_file", "key sign-list list.json --key locked.key --password-file %"),
    ("key trust file", "key trust % --every-product --yes"),
    ("key trust from", "key trust --from % --yes"),
    ("key update file", "key update %"),
    ("make from", "make --from % --to app --id T-1 --output out.patchbundle"),
    ("make git", "make --git % --range a..b --id T-1 --output out.patchbundle"),
    ("make base", "make --patch fix.patch --target app --id T-1 --output out.patchbundle --base %"),
    ("make order", "make --from app --to patched --order % --output out.patchbundle"),
    ("make tries", "make --from edited --order edits.toml --output out.patchbundle --try %"),
    ("make sbom", "make --from app --to patched --order order.toml --output out.patchbundle --sbom %"),
    ("make output", "make --from app --to app --id T-1 --output %"),
    ("make patch", "make --patch % --target app --id T-1 --output out.patchbundle"),
    ("make target", "make --patch fix.patch --target % --id T-1 --output out.patchbundle"),
    ("make to", "make --from app --to % --id T-1 --output out.patchbundle"),
    ("metrics targets", "metrics % --since 2026-01-01"),
    ("new output", "new --output %"),
    ("toggle target", "toggle %"),
    ("toggle off target", "toggle off parser %"),
    ("toggle on target", "toggle on parser %"),
    ("plan base", "plan fix.patch app --base %"),
    ("plan draft", "plan good.patchbundle edited --draft bin/app=%"),
    ("plan withdrawn", "plan good.patchbundle app --withdrawn %"),
    ("plan merged", "plan good.patchbundle app --merged bin/app=%"),
    ("plan output", "plan good.patchbundle app --output %"),
    ("plan paths", "plan % app"),
    ("plan paths", "plan good.patchbundle %"),
    ("reapply from", "reapply patched --yes --from %"),
    ("reapply target", "reapply % --yes"),
    ("reconcile folder", "reconcile state.toml --folder %"),
    ("reconcile hold", "reconcile --hold % --reason=why"),
    ("reconcile metrics", "reconcile state.toml --metrics %"),
    ("reconcile release", "reconcile --release %"),
    ("reconcile report", "reconcile state.toml --report %"),
    ("reconcile state", "reconcile %"),
    ("recover from", "recover patched --undo --yes --from %"),
    ("recover target", "recover % --undo"),
    ("review file", "review % --verdict commented"),
    ("review key", "review good.patchbundle --verdict commented --output review.json --key %"),
    ("review notes", "review good.patchbundle --verdict commented --output review.json --notes %"),
    ("review output", "review good.patchbundle --verdict commented --output %"),
    (
        "review password_file",
        "review good.patchbundle --verdict commented --output review.json --key locked.key --password-file %",
    ),
    ("rollback from", "rollback patched --yes --from %"),
    ("rollback target", "rollback % --yes"),
    ("rehearse base", "rehearse fix.patch app --base %"),
    ("rehearse copy_in", "rehearse good.patchbundle app --allow-unsigned --copy-in %"),
    ("rehearse merged", "rehearse good.patchbundle app --merged bin/app=%"),
    ("rehearse paths", "rehearse % app"),
    ("rehearse paths", "rehearse good.patchbundle %"),
    ("reapply withdrawn", "reapply patched --yes --withdrawn %"),
    ("rollback withdrawn", "rollback patched --undo --yes --withdrawn %"),
    ("rehearse withdrawn", "rehearse good.patchbundle app --withdrawn %"),
    ("rollout approve file", "rollout approve % all --by-hand"),
    ("rollout approve key", "rollout approve rollout.toml all --key %"),
    ("rollout approve password_file", "rollout approve rollout.toml all --key locked.key --password-file %"),
    ("rollout leave-out file", "rollout leave-out % app --reason=why"),
    ("rollout leave-out folder", "rollout leave-out rollout.toml % --reason=why"),
    ("rollout pause file", "rollout pause %"),
    ("rollout plan file", "rollout plan %"),
    ("rollout resume file", "rollout resume %"),
    ("rollout run file", "rollout run % --yes"),
    ("rollout status file", "rollout status %"),
    ("rollout stop file", "rollout stop %"),
    ("rollout roll-back file", "rollout roll-back % --yes"),
    ("show file", "show %"),
    ("show save_sbom", "show good.patchbundle --save-sbom %"),
    ("sign attach", "sign good.patchbundle --attach %"),
    ("sign file", "sign % --key ada.key"),
    ("sign key", "sign good.patchbundle --key %"),
    ("sign password_file", "sign good.patchbundle --key locked.key --password-file %"),
    ("status conditions", "status patched --conditions %"),
    ("status withdrawn", "status patched --withdrawn %"),
    ("status target", "status %"),
    ("support output", "support app --output %"),
    ("support target", "support % --output out.zip"),
    ("verify file", "verify %"),
    ("plan sbom", "plan good.patchbundle app --sbom %"),
    ("apply sbom", "apply good.patchbundle app --yes --sbom %"),
    ("rehearse sbom", "rehearse good.patchbundle app --sbom %"),
    ("verify rules", "verify good.patchbundle --rules %"),
];

/// Every argument of the program that takes a file or folder: its verb and its name.
fn arguments_with_files(command: &clap::Command, verb: &str, found: &mut BTreeSet<String>) {
    for argument in command.get_arguments() {
        let is_path = argument.get_value_parser().type_id() == TypeId::of::<PathBuf>();
        let names = argument.get_value_names().unwrap_or_default();
        if is_path || names.iter().any(|name| name.ends_with("FILE") || name.ends_with("DRAFT")) {
            found.insert(format!("{verb} {}", argument.get_id()).trim().to_owned());
        }
    }
    for inner in command.get_subcommands() {
        arguments_with_files(inner, format!("{verb} {}", inner.get_name()).trim(), found);
    }
}

#[test]
fn every_argument_that_takes_a_file_has_its_story() {
    let mut arguments = BTreeSet::new();
    arguments_with_files(&command(), "", &mut arguments);
    let told: BTreeSet<String> = COMMANDS.iter().map(|(argument, _)| (*argument).to_owned()).collect();
    assert_eq!(told, arguments);
}

/// A product, one with a patch, patch files, keys: everything that the commands name.
fn scene() -> Sandbox {
    let sandbox = Sandbox::new();
    let old = Tree::new().file("bin/app", "old\n").file("f", "a\n");
    let new = Tree::new().file("bin/app", "new\n").file("f", "a\n");
    let bundle = sandbox.make(&old, &new);
    std::fs::copy(&bundle.path, sandbox.path("good.patchbundle")).expect("a copy");
    old.write_to(&sandbox.path("app"));
    old.write_to(&sandbox.path("patched"));
    Tree::new().file("bin/app", "edited\n").file("f", "a\n").write_to(&sandbox.path("edited"));
    sandbox.write("fix.patch", "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n");
    sandbox.write("list.json", "{}");
    sandbox.write(
        "scan.json",
        r#"{"SchemaVersion":2,"ArtifactName":"app","ArtifactType":"filesystem","Results":[]}"#,
    );
    let edits = "[[edits]]\nfile = \"f.json\"\ndo = [{ set = \"a\", to = 1, create = true }]\n";
    let ring = "[[rings]]\nname = \"all\"\nfolders = [\"app\"]\n";
    let rollout = "format = \"patchwright-rollout/1\"\nname = \"r\"\npatches = [\"good.patchbundle\"]\n";
    sandbox.write("rollout.toml", &format!("{rollout}{ring}"));
    let app = sandbox.path("app").display().to_string();
    let folder = format!("[[folders]]\npath = '{app}'\nhave = []\n");
    sandbox
        .write("state.toml", &format!("format = \"patchwright-state/1\"\npatches = \"patches/\"\n{folder}"));
    std::fs::create_dir(sandbox.path("patches")).expect("our own folder");
    sandbox.write("edits.toml", &order("ACME-1", "", edits));
    sandbox.write("edited/f.json", "{}\n");
    let tried = run(&sandbox, "edit test edits.toml edited/f.json");
    assert_eq!(tried.0, Some(0), "{}", tried.1);
    for (name, more) in [("ada", "--no-password"), ("locked", "--password-file word")] {
        sandbox.write("word", "correct horse\n");
        let made = run(&sandbox, &format!("key new {name} --output {name}.key {more}"));
        assert_eq!(made.0, Some(0), "{}", made.1);
    }
    let applied = run(&sandbox, "apply good.patchbundle patched --yes --allow-unsigned");
    assert_eq!(applied.0, Some(0), "{}", applied.1);
    sandbox
}

/// Runs the program in the sandbox; `None` for its exit code if it had to be stopped.
fn run(sandbox: &Sandbox, command: &str) -> (Option<i32>, String) {
    let home = sandbox.path("home");
    let mut program = Command::new(env!("CARGO_BIN_EXE_patchwright"));
    program.args(command.split_whitespace()).current_dir(sandbox.path("")).env_clear();
    program.env("HOME", &home).env("PATH", std::env::var_os("PATH").unwrap_or_default());
    program.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = program.spawn().expect("the program starts");
    let begun = Instant::now();
    let is_over = loop {
        match child.try_wait().expect("it can be asked") {
            Some(_) => break true,
            None if begun.elapsed() > PATIENCE => break false,
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    if !is_over {
        child.kill().expect("it is ours");
    }
    let output = child.wait_with_output().expect("it is ours");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().filter(|_| is_over), String::from_utf8_lossy(&said).into_owned())
}

/// Runs every command with `thing` in place of a file, and says which are wrong.
fn wrong_with(sandbox: &Sandbox, thing: &str) -> Vec<String> {
    let wrong = |(argument, command): &(&str, &str)| {
        let (code, said) = run(sandbox, &command.replace('%', thing));
        let is_refused = code.is_some_and(|code| code != 0) && !said.contains("E-USAGE") && code != Some(2);
        // What is wrong with a folder is what the file for support is about.
        // What can't be read is told beside the rest, and nothing to apply is no plan to write.
        let goes_on = ["support target", "choose from", "choose output"].contains(argument);
        let is_told = goes_on && code == Some(0);
        (!is_refused && !is_told).then(|| format!("{argument}: {thing}: {code:?}: {said}"))
    };
    COMMANDS.iter().filter_map(wrong).collect()
}

#[test]
fn nobody_is_waited_for_at_a_pipe() {
    let sandbox = scene();
    let made = Command::new("mkfifo").arg(sandbox.path("pipe.json")).status();
    assert!(made.is_ok_and(|status| status.success()), "mkfifo");
    let wrong = wrong_with(&sandbox, "pipe.json");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let (_, said) = run(&sandbox, "plan good.patchbundle app --withdrawn pipe.json");
    assert!(said.contains("it's a pipe or device, not a file"), "{said}");
}

#[test]
fn nobody_is_waited_for_at_a_socket() {
    let sandbox = scene();
    let _socket = std::os::unix::net::UnixListener::bind(sandbox.path("socket.json")).expect("a socket");
    let wrong = wrong_with(&sandbox, "socket.json");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_is_read_from_a_device_without_an_end_and_no_device_is_replaced() {
    let sandbox = scene();
    // One of our own: nobody else's is risked.
    let zeros = sandbox.path("zeros.json");
    let made = Command::new("mknod").arg(&zeros).args(["c", "1", "5"]).stderr(Stdio::null()).status();
    if !made.is_ok_and(|status| status.success()) || std::fs::File::open(&zeros).is_err() {
        return skip("nothing_is_read_from_a_device_without_an_end", "a device cannot be made here");
    }
    let wrong = wrong_with(&sandbox, "zeros.json");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let found = std::fs::symlink_metadata(&zeros).expect("it is there");
    assert!(std::os::unix::fs::FileTypeExt::is_char_device(&found.file_type()), "it was replaced");
}

#[test]
fn nobody_is_waited_for_at_a_pipe_among_the_settings() {
    let sandbox = scene();
    for name in ["trust.toml", "seen.json", "holds.json"] {
        let folder = match name {
            "trust.toml" => "home/.config/patchwright",
            _ => "home/.local/share/patchwright",
        };
        std::fs::create_dir_all(sandbox.path(folder)).expect("a folder");
        let place = sandbox.path(&format!("{folder}/{name}"));
        let _ = std::fs::remove_file(&place);
        let made = Command::new("mkfifo").arg(&place).status();
        assert!(made.is_ok_and(|status| status.success()), "mkfifo");
        let (code, said) = run(&sandbox, "plan good.patchbundle app");
        assert!(
            code.is_some_and(|code| code != 0) && said.contains("not a file"),
            "{name}: {code:?}: {said}"
        );
        std::fs::remove_file(&place).expect("it is ours");
    }
}

#[test]
fn a_file_behind_a_link_is_a_file() {
    let sandbox = scene();
    sandbox.write(
        "holds.json",
        "{\"format\": \"patchwright-holds/1\", \"issued\": \"2026-01-01T00:00:00Z\", \"held\": []}",
    );
    for (link, file) in [("link.patchbundle", "good.patchbundle"), ("link.json", "holds.json")] {
        std::os::unix::fs::symlink(file, sandbox.path(link)).expect("a link");
    }
    let (code, said) = run(&sandbox, "plan link.patchbundle app --withdrawn link.json");
    assert_eq!(code, Some(0), "{said}");
}
