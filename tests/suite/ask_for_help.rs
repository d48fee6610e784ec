//! The file for support: what whoever helps asks for first, and nothing that is nobody's business.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::support::console::Console;
use super::support::sandbox::Sandbox;
use super::support::trees::Tree;
use super::use_the_command_line::refuse::interrupted;

const SECRET: &str = "the password of the database";

/// The texts in a ZIP file, by name.
fn members(path: &Path) -> BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(File::open(path).expect("a file")).expect("a ZIP file");
    let mut members = BTreeMap::new();
    for index in 0..archive.len() {
        let mut member = archive.by_index(index).expect("a member");
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).expect("its content");
        members.insert(
            member.name().expect("a name").into_owned(),
            String::from_utf8_lossy(&bytes).into_owned(),
        );
    }
    members
}

#[test]
fn the_file_for_support_has_the_records_and_no_content() {
    let sandbox = Sandbox::new();
    let old = Tree::new().file("settings", SECRET).file("gone", SECRET);
    let new = Tree::new().file("settings", format!("{SECRET}!")).file("added", SECRET);
    let bundle = sandbox.make(&old, &new);
    let target = sandbox.install(&old);
    target.must_apply(&bundle);
    let before = Tree::read(&target.path);
    let file = sandbox.place("help.zip");
    let console = Console::new(&sandbox);
    let told = console.done(&format!("support {} --output {}", target.path.display(), file.display()));
    assert!(told.out.starts_with("Saved "), "{told}");
    let members = members(&file);
    let record = |name: &str| {
        let found =
            members.iter().find(|(path, _)| path.starts_with("records/history/") && path.ends_with(name));
        found.map(|(_, text)| text.as_str())
    };
    assert!(record("entry.json").is_some_and(|entry| entry.contains("settings")), "{:?}", members.keys());
    assert!(record("manifest.json").is_some());
    assert!(members["listing.txt"].contains(".patchwright/undo/"), "{}", members["listing.txt"]);
    assert!(members["machine.txt"].contains("Patchwright "));
    for (name, text) in &members {
        assert!(!text.contains(SECRET), "{name} has the content of a file");
    }
    before.assert_is(&target.path, "after the file for support was saved");
}

#[test]
fn an_interrupted_change_is_told_to_support() {
    let (sandbox, _) = interrupted();
    let file = sandbox.place("help.zip");
    Console::new(&sandbox).done(&format!("support $/app --output {}", file.display()));
    let members = members(&file);
    assert!(members["records/t/intent"].starts_with("PATCHWRIGHT1 intent"), "{:?}", members.keys());
}

#[test]
fn a_folder_that_is_gone_is_told_in_the_file() {
    let sandbox = Sandbox::new();
    let file = sandbox.place("help.zip");
    Console::new(&sandbox).done(&format!("support $/nowhere --output {}", file.display()));
    let members = members(&file);
    assert!(members["machine.txt"].contains("Can't open the folder"), "{}", members["machine.txt"]);
}
