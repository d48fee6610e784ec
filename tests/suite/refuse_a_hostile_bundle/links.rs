//! H52 to H56 and H62: links that a bundle brings, ways through them, and permissions that nobody should get.

use patchwright::model::Code;
use serde_json::{Value, json};

use crate::support::hostile::{Good, Scene, folder, link, whole};

/// A change that gives `content` to a file below something.
fn file(good: &mut Good, path: &str) -> Value {
    whole(good, path, b"hostile\n")
}

/// A story and what is done to the good bundle.
type Trick = (&'static str, fn(&mut Good));

/// Every one of these is the good bundle with changes that belong to one trick.
#[track_caller]
fn all_refused(code: Code, tricks: &[Trick]) {
    let scene = Scene::new();
    for (story, trick) in tricks {
        scene.refuses_to_read(story, &Good::with(trick), code);
    }
}

#[test]
fn h52_a_link_out_of_the_folder_and_a_file_through_it() {
    all_refused(
        Code::Path,
        &[
            ("to the parent", |good| {
                let through = file(good, "d/x");
                good.add([link("d", ".."), through]);
            }),
            ("only the link", |good| good.add([link("d", "../canary")])),
            ("from deeper down", |good| good.add([link("doc/d", "../../canary")])),
            ("a file through a link that stays inside", |good| {
                let through = file(good, "d/x");
                good.add([link("d", "doc"), through]);
            }),
            ("an existing link turned outward", |good| good.add([link("bin/tool2", "../../canary/a.so")])),
        ],
    );
}

#[test]
fn h53_a_link_through_a_link() {
    all_refused(
        Code::Path,
        &[
            ("up from a link to here", |good| {
                let through = file(good, "par/x");
                good.add([link("cur2", "."), link("par", "cur2/.."), through]);
            }),
            ("the two links alone", |good| good.add([link("cur2", "."), link("par", "cur2/..")])),
            ("a link below a link", |good| good.add([link("cur2", "."), link("cur2/par", "..")])),
            ("two steps up through two links", |good| {
                good.add([link("doc/up", "../bin"), link("doc/way", "up/../../canary")]);
            }),
        ],
    );
}

#[test]
fn h54_a_link_to_no_place_of_the_folder() {
    all_refused(
        Code::Path,
        &[
            ("absolute", |good| good.add([link("d", "/etc/passwd")])),
            ("empty", |good| good.add([link("d", "")])),
            ("5,000 bytes", |good| good.add([link("d", &"x/".repeat(2_500))])),
            ("another machine", |good| good.add([link("d", r"\\server\share")])),
            ("another machine with slashes", |good| good.add([link("d", "//server/share")])),
            ("a drive", |good| good.add([link("d", "C:x")])),
            ("backslashes", |good| good.add([link("d", r"..\canary\a.so")])),
            ("our own records", |good| good.add([link("d", ".patchwright/history")])),
        ],
    );
    // No text of a manifest may hold a NUL, a link's target included.
    all_refused(Code::Manifest, &[("a NUL", |good| good.add([link("d", "doc\0/x")]))]);
}

#[test]
fn h55_a_way_longer_than_any_system_resolves() {
    fn deep(levels: usize) -> String {
        vec!["d".repeat(247); levels].join("/")
    }
    all_refused(
        Code::Path,
        &[
            ("16 folders of 247 bytes", |good| {
                let folders = (1..=16).map(|levels| folder(&deep(levels)));
                good.add(folders);
            }),
            ("a short link to the deepest, and out from there", |good| {
                good.add((1..=3).map(|levels| folder(&deep(levels))));
                good.add([link("s", &deep(3)), link("t", &format!("s/{}/../../canary", deep(3)))]);
            }),
        ],
    );
}

#[test]
fn h56_a_folder_that_becomes_a_link_under_its_own_files() {
    all_refused(
        Code::Path,
        &[
            ("a link out", |good| {
                let mut turned = link("lib", "../canary");
                turned["before"] = json!([{"kind": "dir", "mode": "0755"}]);
                good.add([turned]);
            }),
            ("a link inside", |good| {
                let mut turned = link("lib", "doc");
                turned["before"] = json!([{"kind": "dir", "mode": "0755"}]);
                good.add([turned]);
            }),
        ],
    );
}

#[test]
fn h62_permissions_that_nobody_should_get() {
    let with_mode = |path: &'static str, mode: &'static str| {
        Good::with(|good| good.at(path)["after"]["mode"] = json!(mode))
    };
    let scene = Scene::new();
    for mode in ["4755", "2755", "1777", "6755", "0000", "0111"] {
        scene.refuses_to_read(mode, &with_mode("lib/a.so", mode), Code::Policy);
        scene.refuses_to_read(mode, &with_mode("share/n", mode), Code::Policy);
        scene.refuses_to_read(mode, &with_mode("share", mode), Code::Policy);
    }
    for mode in ["04755", "107777", "755", "-755", "0o755", "0788"] {
        scene.refuses_to_read(mode, &with_mode("lib/a.so", mode), Code::Manifest);
    }
}
