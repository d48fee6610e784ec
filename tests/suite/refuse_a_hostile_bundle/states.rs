//! H97 to H99: a folder that arrives with a state folder of somebody else's making. Nothing in it is believed before it
//! is proven, and nothing of it is followed.

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use patchwright::model::{Code, Digest};
use patchwright::progress::CancelToken;
use patchwright::report::Report;
use patchwright::workbench::{Choice, Error, OnForeign, Recovered};
use serde_json::{Value, json};

use crate::support::hostile::{Good, Scene, put, watch};

const ZEROS: &str = "0000000000000000000000000000000000000000000000000000000000000000";
const ID: &str = "0123456789abcdef0123456789abcdef";

/// The records of an interrupted change, right in every point: `lib/a.so` was to be replaced, and is not yet.
struct Forged {
    scene: Scene,
    entry: Value,
    intent: Value,
}

impl Forged {
    fn new() -> Self {
        let scene = Scene::new();
        fs::write(scene.bundle(), Good::new().bytes()).expect("a bundle");
        let file = |content: &str| {
            json!({
                "kind": "file", "sha256": Digest::compute(content.as_bytes()).to_string(),
                "size": content.len(), "mode": 0o644,
            })
        };
        let entry = json!({
            "seq": 1, "previous": ZEROS, "action": "apply", "time": "2026-11-23T09:30:00Z",
            "user": "mallory", "host": "elsewhere", "tool": "0.1.0",
            "patch": {"id": "ACME-HF-1042", "revision": 1, "title": "a patch", "vendor": "ACME"},
            "steps": [{"path": "lib/a.so", "before": file("a library\n"), "after": file("mended\n")}],
        });
        let intent = json!({"root": object_of(&scene.root()), "entry": "", "seq": 1, "retires": []});
        Self { scene, entry, intent }
    }

    /// Another one whose records were changed before they were written, so that every digest fits.
    fn with(change: impl FnOnce(&mut Self)) -> Self {
        let mut forged = Self::new();
        change(&mut forged);
        forged.plant();
        forged
    }

    /// Another one with something changed on the disk.
    fn but(change: impl FnOnce(&Self)) -> Self {
        let forged = Self::with(|_| {});
        change(&forged);
        forged
    }

    fn ours(&self, name: &str) -> PathBuf {
        self.scene.root().join(".patchwright").join(name)
    }

    fn plant(&mut self) {
        let entry = self.entry.to_string();
        if self.intent["entry"] == "" {
            self.intent["entry"] = json!(Digest::compute(entry.as_bytes()).to_string());
        }
        for folder in ["", "history", "undo", "t", "t/objects", "t/entry"] {
            fs::create_dir(self.ours(folder)).expect("a folder");
            fs::set_permissions(self.ours(folder), fs::Permissions::from_mode(0o700)).expect("a mode");
        }
        self.write("format", "patchwright-state/1\n");
        self.write("lock", "");
        self.write("t/objects/0", "mended\n");
        self.write("t/entry/entry.json", &entry);
        self.write("t/intent", record("intent", &self.intent));
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        put(&self.scene.root(), Path::new(".patchwright").join(name), content, 0o600);
    }

    /// An outcome that fits the intent.
    fn write_outcome(&self, kind: &str) {
        let intent = fs::read(self.ours("t/intent")).expect("the intent");
        let body = json!({"intent": Digest::compute(&intent).to_string(), "seq": 1});
        self.write(&format!("t/{kind}"), record(kind, &body));
    }

    /// Puts a link to `to` where `name` of ours is.
    fn turn_into_link(&self, name: &str, to: &Path) {
        let place = self.ours(name);
        if place.is_dir() { fs::remove_dir_all(&place) } else { fs::remove_file(&place) }
            .expect("it was there");
        symlink(to, place).expect("a link");
    }

    fn make_huge(&self, name: &str) {
        let file = File::create(self.ours(name)).expect("a file");
        file.set_len(2 << 30).expect("a hole of 2 GiB");
    }

    /// Whatever is asked of this folder is refused with E-STATE, and changes nothing.
    #[track_caller]
    fn is_refused(&self, story: &str) {
        let before = self.scene.look();
        for (deed, answer) in self.try_everything() {
            let error = answer.expect_err(&format!("{story}: {deed}"));
            let exit = Report::from_error(&error, None).kind.exit_code();
            assert_eq!((error.code(), exit), (Code::State, 6), "{story}: {deed}: {error}");
            self.scene.look().assert_is(&before);
        }
        let bundle = self.scene.bundle();
        for (command, bundle) in [
            (&["status"][..], None),
            (&["apply", "--yes", "--allow-unsigned"], Some(bundle.as_path())),
            (&["recover", "--undo"], None),
        ] {
            let told = self.scene.say(command, bundle);
            assert_eq!(told, (6, "E-STATE".to_owned()), "{story}: {command:?}");
            self.scene.look().assert_is(&before);
        }
    }

    /// As [`Forged::is_refused`], for what only a change of the folder needs: the lock.
    #[track_caller]
    fn is_not_changed(&self, story: &str) {
        let before = self.scene.look();
        for (deed, answer) in self.try_everything() {
            if deed == "recover" || deed == "recover, back up" || deed == "finish" {
                let error = answer.expect_err(&format!("{story}: {deed}"));
                assert_eq!(error.code(), Code::State, "{story}: {deed}: {error}");
            }
            self.scene.look().assert_is(&before);
        }
    }

    fn try_everything(&self) -> impl Iterator<Item = (&'static str, Result<(), Error>)> {
        type Deed = fn(&Scene) -> Result<(), Error>;
        const DEEDS: [(&str, Deed); 9] = [
            ("status", |scene| scene.workbench.status(&scene.root(), watch(&CancelToken::new())).map(drop)),
            ("history", |scene| scene.workbench.history(&scene.root()).map(drop)),
            ("preview", |scene| {
                let cancel = CancelToken::new();
                scene.workbench.preview(&scene.bundle(), &scene.root(), watch(&cancel)).map(drop)
            }),
            ("apply", |scene| scene.apply().map(drop)),
            ("roll back", Scene::roll_back),
            ("accept", |scene| scene.workbench.accept(&scene.root(), None).map(drop)),
            ("recover", |scene| recover(scene, Choice::Undo(OnForeign::Stop)).map(drop)),
            ("recover, back up", |scene| recover(scene, Choice::Undo(OnForeign::PutAside)).map(drop)),
            ("finish", |scene| recover(scene, Choice::Finish).map(drop)),
        ];
        DEEDS.into_iter().map(|(name, deed)| (name, deed(&self.scene)))
    }
}

fn recover(scene: &Scene, choice: Choice) -> Result<Recovered, Error> {
    scene.workbench.recover(&scene.root(), choice, watch(&CancelToken::new()))
}

/// A record as the program writes it.
fn record(kind: &str, body: &Value) -> Vec<u8> {
    sealed(&format!("PATCHWRIGHT1 {kind} {ID}\n{body}\n"))
}

/// Any text with a hash that fits.
fn sealed(text: &str) -> Vec<u8> {
    format!("{text}END sha256:{}\n", Digest::compute(text.as_bytes())).into_bytes()
}

fn object_of(place: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(place).expect("it is there").ino()
}

#[test]
fn an_unspoiled_forgery_is_taken_for_an_interrupted_change() {
    let forged = Forged::with(|_| {});
    let status = forged.scene.workbench.status(&forged.scene.root(), watch(&CancelToken::new()));
    let unfinished = status.expect("it can be read").unfinished.expect("it is unfinished");
    assert_eq!(unfinished.user, "mallory", "whoever decides is told who began it");
    assert_eq!(forged.scene.apply().expect_err("it is unfinished").code(), Code::Unfinished);
    let before = forged.scene.product();
    let canary = forged.scene.canary_looks();
    let recovered = recover(&forged.scene, Choice::Undo(OnForeign::Stop)).expect("it can be put back");
    assert!(matches!(recovered, Recovered::PutBack { .. }), "{recovered:?}");
    assert_eq!(forged.scene.product(), before);
    forged.scene.canary_looks().assert_is(&canary);
}

#[test]
fn h97_steps_that_lead_out_of_the_folder_or_to_our_own_records() {
    for path in [
        "../canary/a.so",
        "lib/../../canary/a.so",
        "/etc/passwd",
        ".patchwright/lock",
        ".patchwright/t/intent",
        ".PATCHWRIGHT/lock",
        "lib//a.so",
        "",
        "lib/a.so\r",
    ] {
        Forged::with(|forged| forged.entry["steps"][0]["path"] = json!(path)).is_refused(path);
    }
}

#[test]
fn h97_records_of_another_history() {
    type Change = fn(&mut Forged);
    let changes: [(&str, Change); 8] = [
        ("another entry", |f| f.intent["entry"] = json!(ZEROS)),
        ("another number", |f| f.intent["seq"] = json!(2)),
        ("an entry of another number", |f| f.entry["seq"] = json!(7)),
        ("after another entry", |f| f.entry["previous"] = json!(Digest::compute(b"another").to_string())),
        ("a digest that is none", |f| f.entry["steps"][0]["before"]["sha256"] = json!("../canary")),
        ("an unknown key", |f| f.intent["run"] = json!("rm -r /")),
        ("an unknown key in the entry", |f| f.entry["run"] = json!("rm -r /")),
        ("an unknown action", |f| f.entry["action"] = json!("exec")),
    ];
    for (story, change) in changes {
        Forged::with(change).is_refused(story);
    }
    let twice = Forged::but(|forged| {
        let body = forged.intent.to_string().replacen('{', r#"{"seq":1,"#, 1);
        forged.write("t/intent", sealed(&format!("PATCHWRIGHT1 intent {ID}\n{body}\n")));
    });
    twice.is_refused("a key twice");
    Forged::but(|forged| forged.write("history/00000001/entry.json", forged.entry.to_string()))
        .is_refused("a history that has this entry already");
    Forged::but(|forged| forged.write("history/00000001/entry.json", "{}")).is_refused("a damaged history");
    Forged::but(|forged| forged.write("history/00000002/entry.json", forged.entry.to_string()))
        .is_refused("a history with a gap");
}

#[test]
fn h97_records_of_another_folder_are_shown_and_nothing_follows_from_them() {
    let forged = Forged::with(|forged| {
        let root = forged.intent["root"].as_u64().expect("a number");
        forged.intent["root"] = json!(root + 1);
    });
    forged.is_not_changed("another folder");
    for outcome in ["commit", "abort"] {
        let forged = Forged::with(|forged| {
            let root = forged.intent["root"].as_u64().expect("a number");
            forged.intent["root"] = json!(root + 1);
        });
        forged.write_outcome(outcome);
        let (product, records) =
            (forged.scene.product(), fs::read(forged.ours("t/intent")).expect("a record"));
        for (deed, answer) in forged.try_everything() {
            // Where nothing is to be given up, accepting changes nothing.
            let may_answer = ["status", "history", "preview", "accept"].contains(&deed);
            assert!(may_answer || answer.is_err(), "{outcome}: {deed}");
            assert_eq!(forged.scene.product(), product, "{outcome}: {deed}");
            assert_eq!(fs::read(forged.ours("t/intent")).expect("a record"), records, "{outcome}: {deed}");
        }
    }
}

#[test]
fn h97_a_state_folder_that_others_can_write_in() {
    let forged = Forged::but(|forged| {
        fs::set_permissions(forged.ours(""), fs::Permissions::from_mode(0o777)).expect("a mode");
    });
    forged.is_not_changed("writable by everybody");
    fs::remove_dir_all(forged.ours("t")).expect("nothing is unfinished any more");
    let before = forged.scene.look();
    assert_eq!(forged.scene.apply().expect_err("not our own folder").code(), Code::State);
    forged.scene.look().assert_is(&before);
}

#[test]
fn h97_a_state_folder_of_another_user() {
    let forged = Forged::with(|_| {});
    if std::os::unix::fs::chown(forged.ours(""), Some(12_345), Some(12_345)).is_err() {
        return eprintln!("skipped: only root gives folders away");
    }
    forged.is_not_changed("another user's");
    fs::remove_dir_all(forged.ours("t")).expect("nothing is unfinished any more");
    let before = forged.scene.look();
    assert_eq!(forged.scene.apply().expect_err("not our own folder").code(), Code::State);
    forged.scene.look().assert_is(&before);
}

#[test]
fn h97_a_step_below_a_folder_that_is_a_link_by_now() {
    let forged = Forged::but(|forged| {
        let root = forged.scene.root();
        fs::remove_dir_all(root.join("lib")).expect("it was there");
        symlink(forged.scene.canary(), root.join("lib")).expect("a link");
    });
    let canary = forged.scene.canary_looks();
    let product = forged.scene.product();
    for (deed, answer) in forged.try_everything() {
        forged.scene.canary_looks().assert_is(&canary);
        assert_eq!(forged.scene.product(), product, "{deed}: {answer:?}");
    }
}

#[test]
fn h98_the_state_folder_is_a_link() {
    for (story, to) in [("to somebody else's folder", "../canary"), ("to a real one", "../real")] {
        let forged = Forged::with(|_| {});
        let real = forged.scene.beside("real");
        fs::rename(forged.ours(""), &real).expect("it moves");
        symlink(to, forged.scene.root().join(".patchwright")).expect("a link");
        forged.is_refused(story);
    }
    let forged = Forged::with(|_| {});
    fs::remove_dir_all(forged.ours("")).expect("it goes");
    fs::write(forged.scene.root().join(".patchwright"), "a file").expect("a file");
    forged.is_refused("a file");
    fs::remove_file(forged.scene.root().join(".patchwright")).expect("it goes");
    symlink("nowhere", forged.scene.root().join(".patchwright")).expect("a link");
    forged.is_refused("to nowhere");
}

#[test]
fn h98_something_in_the_state_folder_is_a_link() {
    for name in ["lock", "format", "t/intent"] {
        Forged::but(|forged| forged.turn_into_link(name, &forged.scene.canary().join("a.so")))
            .is_refused(name);
    }
    for name in ["history", "undo", "t", "t/objects", "t/entry"] {
        Forged::but(|forged| forged.turn_into_link(name, &forged.scene.canary())).is_refused(name);
    }
    let hard = Forged::but(|forged| {
        fs::remove_file(forged.ours("lock")).expect("it was there");
        fs::hard_link(forged.scene.canary().join("a.so"), forged.ours("lock")).expect("a second name");
    });
    hard.is_not_changed("a lock that is somebody's file");
    let entry = Forged::but(|forged| {
        fs::remove_file(forged.ours("t/entry/entry.json")).expect("it was there");
        symlink(forged.scene.canary().join("a.so"), forged.ours("t/entry/entry.json")).expect("a link");
    });
    entry.is_refused("the list of steps");
}

#[test]
fn h98_a_folder_of_ours_is_a_link_and_nothing_is_unfinished() {
    for name in ["history", "undo", "conflict", "dead", "entry.new"] {
        let forged = Forged::but(|forged| {
            fs::remove_dir_all(forged.ours("t")).expect("nothing is unfinished");
            let _ = fs::remove_dir(forged.ours(name));
            symlink(forged.scene.canary(), forged.ours(name)).expect("a link");
        });
        forged.is_refused(name);
    }
}

#[test]
fn h98_an_object_is_a_link() {
    // A program that replaced the file by a link in the moment before the change leaves just this, so it is taken for
    // that: the link is moved, if at all, and never followed.
    for (story, content) in [("not started", "a library\n"), ("done", "mended\n")] {
        for choice in [Choice::Undo(OnForeign::Stop), Choice::Undo(OnForeign::PutAside), Choice::Finish] {
            let forged = Forged::but(|forged| {
                put(&forged.scene.root(), "lib/a.so", content, 0o644);
                forged.turn_into_link("t/objects/0", &forged.scene.canary().join("a.so"));
            });
            let others = |scene: &Scene| {
                let mut product = scene.product();
                product.remove(Path::new("lib/a.so"));
                product
            };
            let (product, canary) = (others(&forged.scene), forged.scene.canary_looks());
            let answer = recover(&forged.scene, choice);
            forged.scene.canary_looks().assert_is(&canary);
            assert_eq!(others(&forged.scene), product, "{story}: {answer:?}");
        }
    }
}

#[test]
fn h99_an_intent_that_is_cut_off_or_flipped() {
    let intent = {
        let forged = Forged::with(|_| {});
        fs::read(forged.ours("t/intent")).expect("the intent")
    };
    let forged = Forged::with(|_| {});
    let (scene_intent, length) = (fs::read(forged.ours("t/intent")).expect("the intent"), intent.len());
    for part in 0..16 {
        forged.write("t/intent", &scene_intent[..length * part / 16]);
        forged.is_refused(&format!("{part} of 16 parts"));
    }
    for bit in (0..length * 8).step_by(61) {
        let mut flipped = scene_intent.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        forged.write("t/intent", flipped);
        forged.is_refused(&format!("bit {bit}"));
    }
}

#[test]
fn h99_records_that_contradict_each_other() {
    Forged::but(|forged| {
        ["commit", "abort"].iter().for_each(|kind| forged.write_outcome(kind));
    })
    .is_refused("done and undone");
    for kind in ["commit", "abort"] {
        let other = Forged::but(|forged| {
            forged.write(&format!("t/{kind}"), record(kind, &json!({"intent": ZEROS, "seq": 1})));
        });
        other.is_refused("the outcome of another intent");
        Forged::but(|forged| forged.write(&format!("t/{kind}"), "done")).is_refused("a damaged outcome");
        let alone = Forged::but(|forged| {
            forged.write_outcome(kind);
            fs::remove_file(forged.ours("t/intent")).expect("it was there");
        });
        alone.is_refused("an outcome without an intent");
    }
}

#[test]
fn h99_records_that_are_huge() {
    for name in ["t/intent", "t/commit", "t/abort", "format", "t/entry/entry.json"] {
        Forged::but(|forged| forged.make_huge(name)).is_refused(name);
    }
    let history = Forged::but(|forged| {
        forged.write("history/00000001/entry.json", "");
        forged.make_huge("history/00000001/entry.json");
    });
    history.is_refused("history");
}

#[test]
fn h99_records_of_a_future_program() {
    Forged::but(|forged| forged.write("format", "patchwright-state/10\n")).is_refused("the folder");
    let intent = Forged::but(|forged| {
        forged.write("t/intent", sealed(&format!("PATCHWRIGHT2 intent {ID}\n{}\n", forged.intent)));
    });
    intent.is_refused("the intent");
    let kind = Forged::but(|forged| forged.write("t/intent", record("commit", &forged.intent)));
    kind.is_refused("a record of another kind");
}

#[test]
fn h99_records_that_are_pipes_or_folders() {
    for name in ["t/intent", "t/commit", "lock", "format"] {
        let pipe = Forged::but(|forged| {
            let _ = fs::remove_file(forged.ours(name));
            let made = Command::new("mkfifo").arg(forged.ours(name)).status();
            assert!(made.expect("part of every Unix").success());
        });
        pipe.is_refused(name);
        let folder = Forged::but(|forged| {
            let _ = fs::remove_file(forged.ours(name));
            fs::create_dir(forged.ours(name)).expect("a folder");
        });
        folder.is_refused(name);
    }
}
