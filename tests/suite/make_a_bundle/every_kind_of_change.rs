//! Every kind of difference that two folders can have between them goes there and back.

use patchwright::bundle::author::ChangeCounts;
use patchwright::environment::Environment;
use patchwright::model::{Patch, Payload};
use patchwright::workbench::{MakeRequest, OrderSource, ProofChoice, Workbench};

use crate::support::sandbox::{Bundle, Sandbox, obstacles, order, skip, unwatched};
use crate::support::trees::{Tree, all_letters_work, links_work, noise};

/// Files that do not look like each other.
fn core() -> Vec<u8> {
    noise(1, 5_000)
}

fn other() -> Vec<u8> {
    noise(2, 5_000)
}

/// Where the content of the file at `path` comes from, in a word.
fn origin(patch: &Patch, path: &str) -> String {
    let change = patch.changes.iter().find(|change| change.path.as_str() == path).expect("it is changed");
    match &change.payload {
        None => "nowhere".to_owned(),
        Some(Payload::Whole { .. }) => "whole".to_owned(),
        Some(Payload::Diff { from: None }) => "all lines".to_owned(),
        Some(Payload::Diff { from: Some(from) }) => format!("lines from {from}"),
        Some(Payload::Delta { from, .. }) => format!("delta from {from}"),
        Some(Payload::Same { from }) => format!("same as {from}"),
    }
}

fn counts(patch: &Patch) -> ChangeCounts {
    ChangeCounts::new(&patch.changes)
}

#[test]
fn a_moved_file_brings_no_content() {
    let old = Tree::new().file("lib/core.so.1", core());
    let new = Tree::new().file("lib/core.so.2", core());
    let patch = Sandbox::new().round(&old, &new);
    assert_eq!(origin(&patch, "lib/core.so.2"), "same as lib/core.so.1");
    assert_eq!(counts(&patch), ChangeCounts { renamed: 1, ..ChangeCounts::default() });
}

#[test]
fn a_file_that_moved_and_changed_is_a_delta_of_its_old_self() {
    let mut changed = core();
    changed[2_000] ^= 1;
    let old = Tree::new().file("lib/core.so", core());
    let new = Tree::new().file("modules/core/core.so", &changed);
    let patch = Sandbox::new().round(&old, &new);
    assert_eq!(origin(&patch, "modules/core/core.so"), "delta from lib/core.so");
}

#[test]
fn a_moved_folder_moves_with_all_that_is_in_it() {
    let product = Tree::new().file("a", core()).file("deep/b", other()).dir("empty");
    let moved = |folder: &str| {
        let start = Tree::new().file("stays", "stays");
        product
            .iter()
            .fold(start, |tree, (path, thing)| tree.with(&format!("{folder}/{path}"), thing.clone()))
    };
    let patch = Sandbox::new().round(&moved("v1"), &moved("v2"));
    assert_eq!(counts(&patch), ChangeCounts { renamed: 2, folders: 6, ..ChangeCounts::default() });
}

#[test]
fn two_files_swap_places() {
    let old = Tree::new().file("a", core()).program("b", other());
    let new = Tree::new().file("a", other()).program("b", core());
    let patch = Sandbox::new().round(&old, &new);
    assert_eq!([origin(&patch, "a"), origin(&patch, "b")], ["same as b", "same as a"]);
}

#[test]
fn three_files_go_round_in_a_ring() {
    let third = noise(3, 5_000);
    let old = Tree::new().file("a", core()).file("b", other()).file("c", &third);
    let new = Tree::new().file("a", third).file("b", core()).file("c", other());
    let patch = Sandbox::new().round(&old, &new);
    assert_eq!(origin(&patch, "b"), "same as a");
}

#[test]
fn a_copy_of_a_changed_file_brings_no_content() {
    let old = Tree::new().file("a", core());
    let new = Tree::new().file("a", other()).file("copies/1", core()).file("copies/2", core());
    let patch = Sandbox::new().round(&old, &new);
    assert_eq!(origin(&patch, "copies/1"), "same as a");
    assert_eq!(origin(&patch, "copies/2"), "same as a");
}

#[test]
fn a_chain_of_folders_goes_with_the_last_file_in_it() {
    let old = Tree::new().file("stays", "1").file("a/b/c/d", "deep").dir("a/b/empty");
    let new = Tree::new().file("stays", "1");
    let patch = Sandbox::new().round(&old, &new);
    assert_eq!(counts(&patch), ChangeCounts { deleted: 1, folders: 4, ..ChangeCounts::default() });
}

#[test]
fn empty_folders_come_and_go() {
    let old = Tree::new().file("f", "1").dir("cache/old").dir("logs");
    let new = Tree::new().file("f", "1").dir("cache/new/deeper").dir("logs");
    Sandbox::new().round(&old, &new);
}

#[test]
fn permissions_change_without_a_byte() {
    if cfg!(not(unix)) {
        return skip("permissions_change_without_a_byte", "this system has no permission bits");
    }
    let old = Tree::new().file("run", core()).file_with_mode("secret", other(), 0o644).dir("private");
    let new = Tree::new()
        .program("run", core())
        .file_with_mode("secret", other(), 0o600)
        .dir_with_mode("private", 0o700);
    let patch = Sandbox::new().round(&old, &new);
    assert_eq!(counts(&patch), ChangeCounts { mode: 2, folders: 1, ..ChangeCounts::default() });
    assert_eq!(origin(&patch, "run"), "nowhere");
}

#[test]
fn every_ordinary_mode_is_kept() {
    let modes = [0o400, 0o440, 0o444, 0o500, 0o555, 0o600, 0o640, 0o644, 0o666, 0o700, 0o750, 0o755, 0o777];
    let tree = |salt: &str| {
        modes.iter().fold(Tree::new(), |tree, mode| {
            let content = format!("{salt} {mode}");
            tree.file_with_mode(&format!("{mode:o}"), content, *mode)
        })
    };
    Sandbox::new().round(&tree("old"), &tree("new"));
}

#[test]
fn links_come_go_and_point_elsewhere() {
    if !links_work() {
        return skip("links_come_go_and_point_elsewhere", "this system keeps no symbolic links");
    }
    let old = Tree::new()
        .file("lib/core.so.1.0", core())
        .link("lib/core.so.1", "core.so.1.0")
        .link("lib/core.so", "core.so.1")
        .link("current", "lib")
        .link("gone", "lib/core.so");
    let new = Tree::new()
        .file("lib/core.so.1.1", other())
        .link("lib/core.so.1", "core.so.1.1")
        .link("lib/core.so", "core.so.1")
        .link("current", "./lib/")
        .link("deep/er/up", "../../lib/core.so")
        .link("dangling", "not/there/yet");
    let patch = Sandbox::new().round(&old, &new);
    assert_eq!(counts(&patch).links, 5);
}

#[test]
fn anything_becomes_anything() {
    type Kind = (&'static str, fn(Tree) -> Tree);
    let things: [Kind; 5] = [
        ("nothing", |tree| tree),
        ("a file", |tree| tree.file("x", core())),
        ("an empty folder", |tree| tree.dir("x")),
        ("a full folder", |tree| tree.file("x/y/z", other()).dir("x/empty")),
        ("a link", |tree| tree.link("x", "other")),
    ];
    let sandbox = Sandbox::new();
    let base = || Tree::new().file("other", "always here");
    for (old_name, old) in things {
        for (new_name, new) in things {
            let has_link = [old_name, new_name].contains(&"a link");
            if old_name == new_name || (has_link && !links_work()) {
                continue;
            }
            eprintln!("{old_name} becomes {new_name}");
            sandbox.round(&old(base()), &new(base()));
        }
    }
}

#[test]
fn names_of_every_alphabet_are_kept() {
    if !all_letters_work() {
        return skip("names of every alphabet", "names with letters beyond ASCII cannot be stored here");
    }
    let names = [
        "größe/straße.txt",
        "名前/資料.dat",
        "имя/файл",
        "اسم/ملف",
        "한국어/가나다",
        "emoji/🦀 ❤️.txt",
        "with space/and, comma; semicolon",
        "quote's/(brackets) [and] {braces}",
        "-leading/--dashes",
        "#hash/%41/$HOME/~",
        ".hidden/..twodots",
    ];
    let tree =
        |salt: &str| names.iter().fold(Tree::new(), |tree, name| tree.file(name, format!("{salt} {name}")));
    Sandbox::new().round(&tree("old"), &tree("new"));
    Sandbox::new().round(&Tree::new().file("f", "1"), &tree("new").file("f", "2"));
}

#[test]
fn the_longest_names_and_the_deepest_folders_go_there_and_back() {
    let deepest = ["d"; 63].join("/") + "/f";
    let longest = "n".repeat(255);
    let old = Tree::new().file("f", "1").file(&longest, "old");
    let new = Tree::new().file("f", "1").file(&deepest, "deep").file(&longest, "new");
    Sandbox::new().round(&old, &new);
}

/// Linux alone, in the words of the order.
const NOT_FOR_WINDOWS: &str =
    r#"platforms = ["linux/x86_64", "linux/aarch64", "macos/x86_64", "macos/aarch64"]"#;

#[test]
fn names_that_windows_refuses_go_where_the_platforms_leave_it_out() {
    if cfg!(not(unix)) {
        return skip("names_that_windows_refuses_go_where_the_platforms_leave_it_out", "this is Windows");
    }
    let names = ["share/man/man3/File::Find.3", "lib/aux.pm", "what?", "a<b>c", "dot.", "back\\slash", "con"];
    let tree =
        |salt: &str| names.iter().fold(Tree::new(), |tree, name| tree.file(name, format!("{salt} {name}")));
    let order = order("TEST-1", NOT_FOR_WINDOWS, "");
    Sandbox::new().round_with(&order, &tree("old"), &tree("new"));
    Sandbox::new().round_with(&order, &Tree::new().file("f", "1"), &tree("new"));
}

#[test]
fn names_that_differ_only_in_case_are_two_files() {
    let sandbox = Sandbox::new();
    if !is_case_sensitive(&sandbox) {
        return skip("names_that_differ_only_in_case_are_two_files", "this disk takes them for one");
    }
    let old = Tree::new().file("include/xt_MARK.h", core()).file("include/xt_mark.h", other());
    let new = Tree::new().file("include/xt_MARK.h", "1").file("include/xt_mark.h", "2");
    sandbox.round_with(&order("TEST-1", NOT_FOR_WINDOWS, ""), &old, &new);
}

#[test]
fn the_case_of_a_name_changes() {
    let old = Tree::new().file("f", "1").file("Makefile.in", core());
    let new = Tree::new().file("f", "2").file("makefile.in", core());
    let sandbox = Sandbox::new();
    if !is_case_sensitive(&sandbox) {
        return skip("the_case_of_a_name_changes", "this disk takes them for one");
    }
    let patch = sandbox.round_with(&order("TEST-1", NOT_FOR_WINDOWS, ""), &old, &new);
    assert_eq!(origin(&patch, "makefile.in"), "same as Makefile.in");
}

fn is_case_sensitive(sandbox: &Sandbox) -> bool {
    let folder = sandbox.lay_out(&Tree::new().file("CASE", "upper"));
    !folder.join("case").exists()
}

#[test]
fn every_size_goes_there_and_back() {
    let sizes = [0, 1, (64 << 10) - 1, 64 << 10, (64 << 10) + 1, (8 << 20) - 1, 8 << 20, (8 << 20) + 1];
    let sandbox = Sandbox::in_memory();
    for (n, size) in sizes.into_iter().enumerate() {
        let content = noise(n as u64 + 1, size);
        let mut changed = content.clone();
        changed.extend(b"one line more");
        let there = Tree::new().file("f", "1").file("big", &content);
        let patch = sandbox.round(&there, &Tree::new().file("f", "1").file("big", &changed));
        if size > 1 {
            assert_eq!(origin(&patch, "big"), "delta from big", "{size} bytes");
        }
        sandbox.round(&Tree::new().file("f", "1"), &there);
    }
}

#[test]
fn a_file_longer_than_the_window_of_a_delta_goes_there_and_back() {
    let content = noise(1, 33 << 20);
    // What was at the end is now at the beginning, further away than one window.
    let turned = [&content[32 << 20..], b"-- seam --", &content[..32 << 20]].concat();
    let sandbox = Sandbox::in_memory();
    let (old, new) = (Tree::new().file("big", content), Tree::new().file("big", turned));
    let bundle = sandbox.make(&old, &new);
    let target = sandbox.install(&old);
    target.round(&bundle, &old, &new);
}

#[test]
fn a_file_of_holes_takes_no_room_in_the_bundle() {
    let sandbox = Sandbox::in_memory();
    let [from, to] = [16_u64 << 20, 48 << 20].map(|length| {
        let folder = sandbox.lay_out(&Tree::new());
        let file = std::fs::File::create(folder.join("image")).expect("a new file");
        file.set_len(length).expect("a hole");
        folder
    });
    let bundle = sandbox.make_from(&order("TEST-1", "", ""), &from, &to).expect("nothing speaks against it");
    assert!(bundle.made.bundle_bytes < 64 << 10, "{} bytes", bundle.made.bundle_bytes);
    let (old, new) = (Tree::read(&from), Tree::read(&to));
    sandbox.install(&old).round(&bundle, &old, &new);
}

#[test]
fn a_thousand_files_change_at_once() {
    let tree = |salt: &str, skip: usize| {
        let names = (0..1200).filter(|n| n % 12 != skip);
        names.fold(Tree::new(), |tree, n| tree.file(&format!("{}/{n}", n % 30), format!("{salt} {n}")))
    };
    Sandbox::in_memory().round(&tree("old", 3), &tree("new", 4));
}

#[test]
fn the_same_folders_give_the_same_bytes() {
    let old = Tree::new().file("a", core()).file("b/c", other()).file("text", "1\n2\n3\n").dir("d");
    let new =
        Tree::new().file("a2", core()).file("b/c", [other(), core()].concat()).file("text", "1\n2\nx\n");
    let bytes = |bundle: Bundle| std::fs::read(bundle.path).expect("a bundle");
    let one = bytes(Sandbox::new().make(&old, &new));
    let another = bytes(Sandbox::in_memory().make(&old, &new));
    assert!(one == another, "two bundles of the same folders differ");
}

#[test]
fn making_a_bundle_leaves_the_folders_alone() {
    let sandbox = Sandbox::new();
    let (old, new) = (Tree::new().file("a", core()), Tree::new().file("a", other()));
    let (from, to) = (sandbox.lay_out(&old), sandbox.lay_out(&new));
    let _ = sandbox.make_from(&order("TEST-1", "", ""), &from, &to).expect("nothing speaks against it");
    for (folder, tree) in [(from, old), (to, new)] {
        tree.assert_is(&folder, "what it was made from");
        assert!(!sandbox.target(folder).has_state(), "not even a state folder is made");
    }
}

#[test]
fn two_runs_with_one_source_date_make_the_same_bytes() {
    let sandbox = Sandbox::new();
    let (old, new) = (Tree::new().file("a", core()), Tree::new().file("a", other()).file("b/c", "new\n"));
    let [from, to] = [sandbox.lay_out(&old), sandbox.lay_out(&new)];
    let make = |source_date: Option<&str>, year: u32| {
        let now = format!("{year}-03-04T05:06:07Z").parse().expect("a good time");
        let mut environment = Environment::fixed(now, "tester", "testbed", "linux/x86_64");
        environment.source_date = source_date.map(str::to_owned);
        let output = sandbox.place("made.patchbundle");
        let (from, to) = (from.clone(), to.clone());
        let order = OrderSource::Id("TEST-1".to_owned());
        let request = MakeRequest { from, to, order, output, proof: ProofChoice::RoundTrip };
        unwatched(|watch| Workbench::new(environment).make(&request, watch))
    };
    let made = |source_date: Option<&str>, year: u32| {
        let made = make(source_date, year).expect("a moment");
        (made.patch.created, std::fs::read(&made.output).expect("it was made"))
    };
    let (created, first) = made(Some("1700000000"), 2026);
    assert_eq!(created, "2023-11-14T22:13:20Z");
    assert!(made(Some("1700000000"), 2027).1 == first, "nothing else is in it");
    assert!(made(None, 2027).1 != first, "without it the present time is");
    for wrong in ["soon", "1.5", "99999999999999"] {
        let told = obstacles(make(Some(wrong), 2026));
        assert!(told.len() == 1 && told[0].contains("SOURCE_DATE_EPOCH"), "{told:?}");
    }
}
