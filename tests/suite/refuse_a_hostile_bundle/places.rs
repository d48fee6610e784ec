//! H56 to H63: a good bundle meets a folder in which somebody has put links, pipes, mounts or second names.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use patchwright::model::Code;
use patchwright::workbench::{ApplyOptions, Error, Override, Overrides};
use serde_json::json;

use crate::support::hostile::{By, Good, Scene, folder, link, put, whole};
use crate::support::sandbox::{UNSIGNED, unwatched};

/// A scene in which `name` of the product was taken away.
fn without(name: &str) -> Scene {
    let scene = Scene::new();
    let place = scene.root().join(name);
    if place.is_dir() { fs::remove_dir_all(place) } else { fs::remove_file(place) }.expect("it was there");
    scene
}

/// The plan says that this place is not what it must be.
#[track_caller]
fn refused(scene: &Scene, story: &str) {
    scene.refuses(story, &Good::new().bytes(), By::Planning, Code::FileSystem);
}

#[test]
fn h56_a_link_out_that_becomes_a_full_folder() {
    let scene = Scene::new();
    symlink("../canary", scene.root().join("out")).expect("a link that was there before us");
    let bundle = Good::with(|good| {
        let mut turned = folder("out");
        (turned["op"], turned["before"]) =
            (json!("replace"), json!([{"kind": "link", "target": "../canary"}]));
        let below = whole(good, "out/a.so", b"hostile\n");
        good.add([turned, below]);
    });
    let before = scene.applies("the link goes before anything comes", &bundle);
    scene.canary_looks().assert_is(&before);
    assert_eq!(fs::read(scene.root().join("out/a.so")).expect("a new file"), b"hostile\n");
    scene.roll_back().expect("nothing was edited");
    scene.canary_looks().assert_is(&before);
    assert_eq!(fs::read_link(scene.root().join("out")).expect("the link is back"), Path::new("../canary"));
}

#[test]
fn h56_a_full_folder_for_a_link_where_a_link_out_stands_already() {
    let scene = Scene::new();
    symlink("../canary", scene.root().join("out")).expect("a link that was there before us");
    let bundle = Good::with(|good| {
        let mut turned = link("out", "doc");
        (turned["op"], turned["before"]) = (json!("link"), json!([{"kind": "dir", "mode": "0755"}]));
        let file = json!({"kind": "file", "sha256": good.blob("mine"), "size": 4, "mode": "0644"});
        let below = json!({"path": "out/a.so", "op": "delete", "before": [file]});
        good.add([turned, below]);
    });
    scene.refuses("is a link, where a folder is expected", &bundle, By::Planning, Code::FileSystem);
}

#[test]
fn h57_a_folder_that_is_a_link_to_somebody_elses() {
    let scene = without("lib");
    symlink(scene.canary(), scene.root().join("lib")).expect("a link");
    refused(&scene, "to another folder");
    let scene = without("lib");
    fs::rename(scene.root().join("doc"), scene.root().join("docs")).expect("a folder moves");
    symlink("docs", scene.root().join("doc")).expect("a link");
    symlink("docs", scene.root().join("lib")).expect("a link");
    refused(&scene, "to a folder of the product");
}

#[test]
fn h57_a_file_that_is_a_link_to_somebody_elses() {
    for name in ["lib/a.so", "lib/dead.so", "etc/conf", "doc/x"] {
        let scene = without(name);
        let same = scene.canary().join(Path::new(name).file_name().expect("a name"));
        symlink(same, scene.root().join(name)).expect("a link");
        refused(&scene, name);
    }
}

#[test]
fn h57_a_link_where_something_new_comes() {
    let scene = Scene::new();
    symlink(scene.canary(), scene.root().join("share")).expect("a link");
    scene.refuses("a folder", &Good::new().bytes(), By::Planning, Code::Occupied);
    let scene = Scene::new();
    put(&scene.root(), "share/kept", "not of the patch\n", 0o644);
    symlink(scene.canary().join("a.so"), scene.root().join("share/n")).expect("a link");
    scene.refuses("a file", &Good::new().bytes(), By::Planning, Code::Occupied);
}

#[test]
fn h57_nothing_is_written_beside_a_file_that_does_not_fit() {
    for (story, fits) in [("it fits", true), ("it does not fit", false)] {
        let scene = Scene::new();
        for extension in ["rej", "orig", "new", "tmp", "old"] {
            let link = scene.root().join(format!("lib/a.so.{extension}"));
            symlink(scene.canary().join("a.so"), link).expect("a link");
        }
        if fits {
            let canary = scene.applies(story, &Good::new().bytes());
            scene.canary_looks().assert_is(&canary);
        } else {
            put(&scene.root(), "lib/a.so", "edited here\n", 0o644);
            scene.refuses(story, &Good::new().bytes(), By::Planning, Code::Drift);
        }
    }
}

#[test]
fn h58_pipes_sockets_devices_and_folders_in_place_of_files() {
    type Make = fn(&Path) -> bool;
    let kinds: [(&str, Make); 4] = [
        ("a pipe", |at| Command::new("mkfifo").arg(at).status().expect("part of every Unix").success()),
        ("a socket", |at| std::os::unix::net::UnixListener::bind(at).is_ok()),
        ("a device", |at| {
            Command::new("mknod").arg(at).args(["c", "1", "3"]).status().is_ok_and(|made| made.success())
        }),
        ("a folder", |at| fs::create_dir(at).is_ok()),
    ];
    for (story, make) in kinds {
        for name in ["lib/a.so", "lib/dead.so", "bin/app"] {
            let scene = without(name);
            if make(&scene.root().join(name)) {
                refused(&scene, story);
            } else {
                assert_eq!(story, "a device", "{story} can be made by everybody");
                eprintln!("skipped: only root makes devices");
            }
        }
    }
}

#[test]
fn h59_a_second_name_in_somebody_elses_folder() {
    let scene = without("lib/a.so");
    fs::hard_link(scene.canary().join("a.so"), scene.root().join("lib/a.so")).expect("a second name");
    let dead = scene.root().join("lib/dead.so");
    fs::remove_file(&dead).expect("it was there");
    fs::hard_link(scene.canary().join("dead.so"), &dead).expect("a second name");
    let canary = scene.applies("both stay as they are", &Good::new().bytes()).without_names();
    assert_eq!(fs::read(scene.root().join("lib/a.so")).expect("it is there"), b"mended\n");
    scene.canary_looks().without_names().assert_is(&canary);
    scene.roll_back().expect("the way back is free");
    scene.canary_looks().without_names().assert_is(&canary);
    assert_eq!(fs::read(scene.root().join("lib/a.so")).expect("it is there"), b"a library\n");
}

#[test]
fn h61_another_disk_or_another_folder_mounted_in_the_product() {
    /// Tells the test, when it runs again in a namespace of its own, what is mounted on `lib` and where.
    const MOUNTED: &str = "PATCHWRIGHT_TEST_MOUNTED_LIB";
    const CANNOT_MOUNT: i32 = 77;
    if !cfg!(target_os = "linux") {
        return eprintln!("skipped: only Linux lets everybody mount");
    }
    if let Some(mount) = std::env::var_os(MOUNTED) {
        let scene = Scene::new();
        let lib = scene.root().join("lib");
        let mut command = Command::new("mount");
        match mount.to_str() {
            Some("bind") => command.arg("--bind").arg(scene.canary()).arg(&lib),
            _ => command.args(["-t", "tmpfs", "none"]).arg(&lib),
        };
        if !command.status().is_ok_and(|done| done.success()) {
            std::process::exit(CANNOT_MOUNT);
        }
        for name in ["a.so", "dead.so"] {
            if !lib.join(name).exists() {
                fs::copy(scene.canary().join(name), lib.join(name)).expect("a copy");
            }
        }
        refused(&scene, "mounted");
        assert!(Command::new("umount").arg(&lib).status().is_ok_and(|done| done.success()));
        return;
    }
    let this = std::env::current_exe().expect("the test program");
    let name = "refuse_a_hostile_bundle::places::h61_another_disk_or_another_folder_mounted_in_the_product";
    for mount in ["tmpfs", "bind"] {
        let run = Command::new("unshare")
            .args(["--mount", "--map-root-user"])
            .arg(&this)
            .args(["--exact", name])
            .env(MOUNTED, mount)
            .output();
        match run {
            Ok(run) if run.status.success() => {}
            Ok(run) if run.status.code() == Some(CANNOT_MOUNT) || run.stdout.is_empty() => {
                eprintln!("skipped: cannot mount here");
            }
            Ok(run) => panic!("{mount}: {}", String::from_utf8_lossy(&run.stdout)),
            Err(error) => eprintln!("skipped: cannot mount here ({error})"),
        }
    }
}

#[test]
fn h62_permissions_that_are_there_already_are_not_passed_on() {
    let scene = Scene::new();
    put(&scene.root(), "lib/a.so", "a library\n", 0o4755);
    scene.refuses("not the permissions it should have", &Good::new().bytes(), By::Planning, Code::Drift);
    let keeps = |after: &str| {
        Good::with(|good| {
            let change = good.at("lib/a.so");
            (change["before"][0]["mode"], change["after"]["mode"]) = (json!("4755"), json!(after));
        })
    };
    scene.refuses_to_read("others than before", &keeps("6755"), Code::Policy);
    let unvouched = "the same as before, for a content that nobody vouches for";
    fs::write(scene.bundle(), keeps("4755")).expect("the bundle is written");
    let refusal = scene.refusal(unvouched);
    assert_eq!((refusal.by, refusal.code, refusal.exit), (By::Planning, Code::Policy, 4), "{}", refusal.text);
    let options =
        ApplyOptions { overrides: Overrides::UNSIGNED.with(Override::Dangerous, "a test"), ..UNSIGNED };
    let allowed = unwatched(|watch| scene.workbench.apply(&scene.bundle(), &scene.root(), options, watch));
    assert!(allowed.is_ok_and(|applied| applied.entry.is_some()), "with a reason it is applied");
    assert_eq!(scene.product()[Path::new("lib/a.so")].1, 0o4755);
}

#[test]
fn h63_a_folder_with_somebodys_files_does_not_become_a_file() {
    let scene = without("lib/a.so");
    put(&scene.root(), "lib/a.so/kept", "not of the patch\n", 0o644);
    refused(&scene, "a file is expected");

    let becomes_a_file = Good::with(|good| {
        let change = whole(good, "spool", b"a file\n");
        good.add([change]);
        let change = good.at("spool");
        (change["op"], change["before"]) = (json!("replace"), json!([{"kind": "dir", "mode": "0755"}]));
    });
    let scene = Scene::new();
    put(&scene.root(), "spool/kept", "not of the patch\n", 0o644);
    scene.refuses("a folder is expected", &becomes_a_file, By::Planning, Code::Occupied);
}

#[test]
fn h63_a_folder_with_somebodys_files_does_not_go() {
    let goes = Good::with(|good| {
        let mut change = folder("spool");
        change["op"] = json!("delete");
        change["before"] = json!([change["after"].take()]);
        change.as_object_mut().expect("an object").remove("after");
        good.add([change]);
    });
    let scene = Scene::new();
    put(&scene.root(), "spool/kept", "not of the patch\n", 0o644);
    scene.applies("the folder stays", &goes);
    assert_eq!(fs::read(scene.root().join("spool/kept")).expect("it stays"), b"not of the patch\n");
}

#[test]
fn h63_the_folder_itself_is_a_link() {
    let scene = Scene::new();
    fs::rename(scene.root(), scene.beside("real")).expect("a folder moves");
    symlink("real", scene.root()).expect("a link");
    scene.refuses("to the product", &Good::new().bytes(), By::Reading, Code::FileSystem);
    fs::remove_file(scene.root()).expect("the link goes");
    symlink("canary", scene.root()).expect("a link");
    scene.refuses("to somebody else's folder", &Good::new().bytes(), By::Reading, Code::FileSystem);
    let opened = scene.apply().expect_err("a link");
    assert!(matches!(opened, Error::Folder { .. }), "{opened}");
}
