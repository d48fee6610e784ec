//! H34 to H51: names that lead out, hide, deceive, or are one name on another system.

use std::fs;

use patchwright::model::Code;
use serde_json::json;

use crate::support::hostile::{By, Good, Scene, folder, link, put, whole};
use crate::support::sandbox::skip;
use crate::support::trees::all_letters_work;

/// The good bundle with one more new file at each of these paths.
fn creating(paths: &[&str]) -> Vec<u8> {
    Good::with(|good| {
        for path in paths {
            let change = whole(good, path, b"hostile\n");
            good.add([change]);
        }
    })
}

/// A file at any of these paths is refused.
#[track_caller]
fn all_refused(code: Code, paths: &[&str]) {
    let scene = Scene::new();
    for path in paths {
        scene.refuses_to_read(path, &creating(&[path]), code);
    }
}

#[test]
fn h34_a_path_out_of_the_folder() {
    all_refused(Code::Path, &["../x", "..", "../canary/a.so", "../../x"]);
    type Spoil = (&'static str, fn(&mut Good));
    let scene = Scene::new();
    let elsewhere: [Spoil; 4] = [
        ("a replaced file", |good| good.at("lib/a.so")["path"] = json!("../canary/a.so")),
        ("a deleted file", |good| good.at("lib/dead.so")["path"] = json!("../canary/dead.so")),
        ("the source of a delta", |good| good.at("bin/app")["payload"]["from"] = json!("../canary/a.so")),
        ("a rule for the product", |good| {
            good.manifest["product"]["detect"] = json!([{"kind": "exists", "path": "../canary/a.so"}]);
        }),
    ];
    for (story, spoil) in elsewhere {
        scene.refuses_to_read(story, &Good::with(spoil), Code::Path);
    }
}

#[test]
fn h35_a_path_that_turns_around() {
    all_refused(Code::Path, &["a/../../x", "a/..", "lib/../../canary/a.so", "lib/..", "a/b/../c"]);
}

#[test]
fn h36_an_absolute_path() {
    all_refused(Code::Path, &["/x", "//x", r"C:\x", "C:x", "C:/x", r"1:\x", "/etc/passwd"]);
}

#[test]
fn h37_a_path_to_another_machine() {
    all_refused(
        Code::Path,
        &[
            r"\\server\share",
            r"\\?\C:\x",
            r"\\.\C:",
            r"\??\C:\x",
            r"\\?\UNC\server\share\x",
            r"a\..\..\x",
            r"lib\a.so",
        ],
    );
}

#[test]
fn h38_a_path_with_empty_names_or_dots() {
    all_refused(Code::Path, &["a//b", "./a", "a/.", "a/", "", ".", "/"]);
}

#[test]
fn h39_a_name_that_looks_encoded_is_taken_as_it_is() {
    let bundle = Good::with(|good| {
        let change = whole(good, "%2e%2e/x", b"literal\n");
        good.add([folder("%2e%2e"), change]);
    });
    let scene = Scene::new();
    let canary = scene.applies("percent signs", &bundle);
    assert_eq!(fs::read(scene.root().join("%2e%2e/x")).expect("it was created"), b"literal\n");
    assert!(!scene.beside("x").exists());
    scene.canary_looks().assert_is(&canary);
}

#[test]
fn h40_a_stream_of_another_file() {
    all_refused(Code::Path, &["app.exe:s", "a::$DATA", "d:$I30:$INDEX_ALLOCATION/x", "lib/a.so:hidden"]);
}

#[test]
fn h41_the_name_of_a_device() {
    all_refused(
        Code::Path,
        &[
            "CON",
            "nul.txt",
            "aux.c",
            "COM1 .txt",
            "COM\u{b9}",
            "lpt\u{b2}",
            "CONIN$",
            "abc/conOut$  .xyz/t",
            "PRN./abc",
            "share/lpt9",
        ],
    );
}

#[test]
fn h42_a_name_that_windows_trims() {
    all_refused(Code::Path, &["app.exe.", "app.exe ", "dir. ./x", " lead", "share/ lead", "lib/a.so."]);
}

#[test]
fn h43_a_short_name_of_another_file() {
    all_refused(Code::Path, &["PROGRA~1/x", "LIB~1", "share/DEAD~1.SO"]);
}

#[test]
fn h44_names_that_differ_in_case() {
    let scene = Scene::new();
    scene.refuses_to_read("beside a listed file", &creating(&["lib/A.so"]), Code::Collide);
    scene.refuses_to_read("a file and a folder", &creating(&["Doc", "doc/y"]), Code::Collide);
    let through = Good::with(|good| {
        let change = whole(good, "lib/z", b"hostile\n");
        good.add([link("LIB", "share"), change]);
    });
    scene.refuses_to_read("a link and a folder", &through, Code::Collide);
}

#[test]
fn h44_names_that_differ_in_case_from_what_is_there() {
    if !cfg!(target_os = "linux") {
        return eprintln!("skipped: on a disk that ignores case the place is simply taken");
    }
    let scene = Scene::new();
    put(&scene.root(), "doc/kept", "not of the patch\n", 0o644);
    put(&scene.root(), "Own/file", "not of the patch\n", 0o644);
    scene.refuses("a file", &creating(&["doc/KEPT"]), By::Planning, Code::Collide);
    let new_folder = Good::with(|good| {
        let change = whole(good, "own/file", b"hostile\n");
        good.add([folder("own"), change]);
    });
    scene.refuses("a folder", &new_folder, By::Planning, Code::Collide);
}

#[test]
fn h45_two_spellings_of_one_accent() {
    let scene = Scene::new();
    // The second spelling is none that a manifest may use, so nothing is left to collide.
    scene.refuses_to_read("both", &creating(&["share/caf\u{e9}", "share/cafe\u{301}"]), Code::Manifest);
    scene.refuses_to_read(
        "in another case",
        &creating(&["share/caf\u{e9}", "share/CAF\u{c9}"]),
        Code::Collide,
    );
}

#[test]
fn h46_letters_that_become_others() {
    let scene = Scene::new();
    for (a, b, code) in [
        ("stra\u{df}e", "STRASSE", Code::Collide),
        ("\u{17f}um", "sum", Code::Collide),
        ("\u{fb01}le", "file", Code::Collide),
        // The Kelvin sign is a second spelling of K.
        ("\u{212a}ernel", "kernel", Code::Manifest),
    ] {
        let bundle = creating(&[&format!("share/{a}"), &format!("share/{b}")]);
        scene.refuses_to_read(a, &bundle, code);
    }
    if !all_letters_work() {
        return skip("h46", "a name with a dotless i cannot be stored here");
    }
    scene.applies("a dotless i is another letter", &creating(&["share/d\u{131}r", "share/dir"]));
}

#[test]
fn h47_a_path_among_our_own_records() {
    all_refused(
        Code::Path,
        &[
            ".patchwright",
            ".patchwright/intent",
            ".patchwright/t/intent",
            ".PATCHWRIGHT/x",
            ".p\u{200c}atchwright/x",
            ".patchwright./x",
            ".patchwright /x",
            ".patchwri\u{fb01}/../.patchwright/x",
        ],
    );
}

#[test]
fn h48_names_that_are_too_long() {
    let (name, path, deep) = ("n".repeat(256), "abc/".repeat(256) + "x", "d/".repeat(299) + "x");
    all_refused(Code::Path, &[&name, &path, &deep]);
}

#[test]
fn h49_control_characters() {
    all_refused(Code::Path, &["a\nb", "a\r", "lib/a.so\r", "a\u{1b}[2J", "a\tb", "a\u{7f}", "a\u{85}"]);
}

#[test]
fn h50_characters_that_turn_or_hide_text() {
    all_refused(
        Code::Path,
        &["app\u{202e}fdp.exe", "a\u{e0041}", "a\u{2066}b", "a\u{200b}b", "a\u{feff}b", "a\u{ad}b"],
    );
}

#[test]
fn h51_characters_that_stand_for_others() {
    let scene = Scene::new();
    for path in
        ["\u{2024}\u{2024}/x", "a\u{f03a}b", "a\u{fffe}", "a\u{378}b", "a*", "a?", "a|b", "a\"b", "a<b"]
    {
        scene.refuses_to_read(path, &creating(&[path]), Code::Path);
    }
    if !all_letters_work() {
        return skip("h51", "names with such slashes cannot be stored here");
    }
    // Slashes in name only are names like others, and never separate.
    for name in ["..\u{2215}..\u{2215}x", "a\u{ff0f}b"] {
        fs::write(scene.bundle(), creating(&[&format!("share/{name}")])).expect("the bundle is written");
        if scene.try_both().is_none() {
            assert_eq!(fs::read(scene.root().join("share").join(name)).expect("it is there"), b"hostile\n");
            scene.roll_back().expect("the way back is free");
            fs::remove_dir_all(scene.root().join(".patchwright")).expect("nothing of it is needed");
        }
    }
}
