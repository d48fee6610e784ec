//! What somebody wrote is in the folder, or in one of its backups, or they were told which file's backup was deleted.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::support::chance::{Chance, Seeded};
use crate::support::console::Console;
use crate::support::sandbox::{Sandbox, order};

/// A file of text, which can be merged, and one that can't.
const FILES: [&str; 2] = ["core.txt", "image.bin"];

fn state(n: u8) -> [(&'static str, String); 2] {
    let lines: String = (1..10).map(|line| format!("line {line}\n")).collect();
    [(FILES[0], format!("version {n}\n{lines}")), (FILES[1], format!("\0\u{1}{n}\n"))]
}

/// A product and two patches, one made on top of the other.
fn scene() -> Sandbox {
    let sandbox = Sandbox::new();
    for (folder, n) in [("app", 0), ("v0", 0), ("v1", 1), ("v2", 2)] {
        state(n).iter().for_each(|(name, text)| sandbox.write(&format!("{folder}/{name}"), text));
    }
    console(&sandbox).makes_one_on_top_of_the_other();
    sandbox
}

fn console(sandbox: &Sandbox) -> Console<'_> {
    Console::new(sandbox).with_keys()
}

/// The files below `folder` that hold this text.
fn holds(folder: &Path, text: &str) -> bool {
    fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).any(
        |path| match path.is_dir() {
            true => holds(&path, text),
            false => {
                fs::read(&path).is_ok_and(|bytes| bytes.windows(text.len()).any(|it| it == text.as_bytes()))
            }
        },
    )
}

const REPAIR: &str = "repair $/app --from $/ONE-1.patchbundle --from $/TWO-2.patchbundle --yes";
const UNDO: &str = "rollback $/app --undo --allow-unsigned --yes";

/// Edits a file, does this, and keeps everything for good: the edit is there, or its file was named.
fn must_be_told(edits: &[&str], commands: &[&str]) {
    must_be_told_in(&scene(), edits, commands);
}

fn must_be_told_in(sandbox: &Sandbox, edits: &[&str], commands: &[&str]) {
    let app = sandbox.path("app");
    for command in commands {
        match command.strip_prefix("edit ") {
            Some(file) => {
                let before = sandbox.read(&format!("app/{file}")).expect("a file");
                sandbox.write(&format!("app/{file}"), &format!("{before}MY {file}\n"));
            }
            None => drop(console(sandbox).done(command)),
        }
    }
    let asked = console(sandbox).answering("n").run("accept $/app");
    let kept = console(sandbox).done("accept $/app --yes").printed();
    for file in edits {
        assert!(!holds(&app, &format!("MY {file}")), "{commands:?}: nothing was deleted");
        assert!(asked.printed().contains(file), "{commands:?}: {asked}");
        assert!(kept.contains(&format!("Deleted the backup of your edited {file}")), "{commands:?}: {kept}");
    }
}

const ONE: &str = "apply $/ONE-1.patchbundle $/app --allow-unsigned --yes";

#[test]
fn an_edit_that_went_and_came_back_before_it_was_replaced_is_named_when_its_backup_goes() {
    let edit = "edit image.bin";
    must_be_told(&["image.bin"], &[ONE, edit, REPAIR, UNDO, "rollback $/app --yes --keep-edits"]);
    must_be_told(&["image.bin"], &[ONE, edit, REPAIR, UNDO, UNDO]);
    // One of which the vendor lets somebody choose the version.
    let tables = "[[make.policy]]\npaths = [\"/core.txt\"]\nlocal_edits = \"merge\"\n";
    let sandbox = scene();
    sandbox.write("merging.toml", &order("ONE-1", "", tables));
    console(&sandbox)
        .done("make --from $/v0 --to $/v1 --order $/merging.toml --output $/merging.patchbundle");
    let taken = "apply $/merging.patchbundle $/app --take-theirs core.txt --allow-unsigned --yes";
    let again = "reapply $/app --allow-unsigned --yes";
    must_be_told_in(&sandbox, &["core.txt"], &["edit core.txt", taken, "rollback $/app --yes", again]);
}

#[test]
fn whoever_has_an_edit_replaced_is_told_where_it_is_each_time() {
    let sandbox = scene();
    let told = |command: &str| console(&sandbox).done(command).printed();
    told(ONE);
    sandbox.write("app/image.bin", "\0\u{1}MY\n");
    assert!(told(REPAIR).contains("Your versions are kept here"), "the first time");
    told(UNDO);
    let back = told("rollback $/app --yes --keep-edits");
    assert!(back.contains("Your versions are kept here"), "{back}");
    let copy = back.lines().find_map(|line| line.split("$/app/.patchwright").nth(1)).expect("where it is");
    assert_eq!(sandbox.read(&format!("app/.patchwright{}", copy.trim())).as_deref(), Some("\0\u{1}MY\n"));
}

#[test]
fn where_nobody_edited_anything_no_backup_is_called_an_edit() {
    let sandbox = scene();
    for command in [ONE, "rollback $/app --yes", "reapply $/app --allow-unsigned --yes", UNDO, UNDO] {
        console(&sandbox).done(command);
    }
    console(&sandbox).done("apply $/TWO-2.patchbundle $/app --allow-unsigned --yes");
    for command in ["rollback $/app --to ONE-1 --yes", "reapply $/app --allow-unsigned --yes"] {
        let run = console(&sandbox).done(command);
        assert!(!run.printed().contains("Your versions"), "{run}");
    }
    let kept = console(&sandbox).done("accept $/app --yes --json").json();
    assert_eq!((&kept["edits"], &kept["edited_since"]), (&serde_json::json!([]), &serde_json::Value::Null));
}

#[test]
fn an_edit_that_a_merge_took_over_is_in_the_file_and_the_merged_one_is_nobodys_loss() {
    let sandbox = scene();
    let before = sandbox.read("app/core.txt").expect("a file");
    sandbox.write("app/core.txt", &format!("{before}MY\n"));
    let tables = "[[make.policy]]\npaths = [\"/core.txt\"]\nlocal_edits = \"merge\"\n";
    sandbox.write("merging.toml", &order("ONE-1", "", tables));
    console(&sandbox)
        .done("make --from $/v0 --to $/v1 --order $/merging.toml --output $/merging.patchbundle");
    console(&sandbox).done("apply $/merging.patchbundle $/app --allow-unsigned --yes");
    let back = console(&sandbox).done("rollback $/app --yes");
    assert!(!back.printed().contains("Your versions"), "{back}");
    let kept = console(&sandbox).done("accept $/app --yes --json").json();
    assert_eq!(kept["edits"], serde_json::json!([]), "{kept}");
    assert!(sandbox.read("app/core.txt").is_some_and(|text| text.ends_with("MY\n")));
}

/// One thing that somebody may do next; most of it doesn't work at any given time, and then nothing happens.
fn next(chance: &mut Seeded, written: &mut usize, sandbox: &Sandbox) -> String {
    let file = FILES[chance.pick(2)];
    let commands = [
        ONE.to_owned(),
        "apply $/ONE-1.patchbundle $/TWO-2.patchbundle $/app --allow-unsigned --yes".to_owned(),
        format!("apply $/ONE-1.patchbundle $/app --take-theirs {file} --allow-unsigned --yes"),
        format!("apply $/TWO-2.patchbundle $/app --take-theirs {file} --allow-unsigned --yes"),
        REPAIR.to_owned(),
        UNDO.to_owned(),
        UNDO.to_owned(),
        "rollback $/app --undo --allow-unsigned --keep-edits --yes".to_owned(),
        "rollback $/app --yes".to_owned(),
        "rollback $/app --keep-edits --yes".to_owned(),
        "rollback $/app --to ONE-1 --keep-edits --yes".to_owned(),
        "reapply $/app --allow-unsigned --yes".to_owned(),
        "accept $/app --keep-edits --yes --json".to_owned(),
        "accept $/app ONE-1 --keep-edits --yes --json".to_owned(),
    ];
    match chance.pick(commands.len() + 4).checked_sub(4) {
        Some(n) => commands[n].clone(),
        None => {
            let path = format!("app/{file}");
            let before = sandbox.read(&path).unwrap_or_default();
            *written += 1;
            sandbox.write(&path, &format!("{before}MY {written:04}\n"));
            format!("edit {file}")
        }
    }
}

#[test]
fn by_chance_no_edit_is_lost_untold() {
    for seed in 0..40 {
        let (sandbox, mut chance) = (scene(), Seeded::new(seed));
        let app = sandbox.path("app");
        let (mut written, mut story) = (0, Vec::new());
        let mut alive: BTreeMap<String, String> = BTreeMap::new();
        for _ in 0..14 {
            let command = next(&mut chance, &mut written, &sandbox);
            story.push(command.clone());
            if let Some(file) = command.strip_prefix("edit ") {
                alive.insert(format!("MY {written:04}"), file.to_owned());
                continue;
            }
            let run = console(&sandbox).run(&command);
            let told = match command.starts_with("accept") && run.code == 0 {
                true => run.json(),
                false => serde_json::Value::Null,
            };
            alive.retain(|text, file| {
                let is_there = holds(&app, text);
                let edits = told["edits"].as_array().into_iter().flatten().map(|edit| &edit["path"]);
                let mut named = edits.chain(told["edited_since"].as_array().into_iter().flatten());
                assert!(
                    is_there || named.any(|path| path == file.as_str()),
                    "seed {seed}: {text} of {file} is lost untold\n{}\n{run}",
                    story.join("\n")
                );
                is_there
            });
        }
    }
}
