//! Files of other projects as their packages have them: one value of each becomes another, nothing else of it moves, and it
//! comes back as it was. They are fetched with the tools that everybody fetches packages with, and never kept here.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use patchwright::diff::FileEdits;
use serde_json::{Value as Json, json};

use crate::support::console::Console;
use crate::support::sandbox::{Sandbox, order};
use crate::support::tools::{Registry, is_here, lacks, python_has};

const SCRIPT: [&str; 4] = [
    include_str!("../merge_settings/judge.py"),
    include_str!("../merge_settings/edits.py"),
    include_str!("../merge_settings/wild.py"),
    include_str!("public_files.py"),
];
const MAIN: &str = "if __name__ == \"__main__\":\n    main()\n";

const STORY: &str = "editing files of other projects";

/// A kind of file, and how many of it are tried at least where its packages are to be had.
struct Kind {
    name: &'static str,
    form: &'static str,
    wanted: usize,
    is_one: fn(path: &str, text: &str) -> bool,
}

const KINDS: [Kind; 11] = [
    Kind {
        name: "Kubernetes manifest",
        form: "yaml",
        wanted: 8,
        is_one: |path, text| {
            is_yaml(path)
                && text.contains("\nkind: ")
                && text.contains("apiVersion: ")
                && !text.contains("{{")
        },
    },
    Kind {
        name: "Helm values",
        form: "yaml",
        wanted: 2,
        is_one: |path, _| path.ends_with("/values.yaml") || path.ends_with("/Chart.yaml"),
    },
    Kind {
        name: "Compose file",
        form: "yaml",
        wanted: 6,
        is_one: |path, text| path.contains("compose") && is_yaml(path) && text.contains("services:"),
    },
    Kind {
        name: "GitHub workflow",
        form: "yaml",
        wanted: 8,
        is_one: |path, _| path.contains("/.github/workflows/") && is_yaml(path),
    },
    Kind {
        name: "pyproject.toml",
        form: "toml",
        wanted: 4,
        is_one: |path, _| path.ends_with("/pyproject.toml"),
    },
    Kind {
        name: "Cargo.toml",
        form: "toml",
        wanted: 8,
        is_one: |path, _| path.ends_with("/Cargo.toml.orig"),
    },
    Kind { name: "package.json", form: "json", wanted: 3, is_one: |path, _| path.ends_with("/package.json") },
    Kind {
        name: "sysctl",
        form: "properties",
        wanted: 2,
        is_one: |path, _| path.contains("sysctl") && path.ends_with(".conf"),
    },
    Kind {
        name: "systemd unit",
        form: "unit",
        wanted: 8,
        is_one: |path, _| path.contains("/systemd/system/") && path.ends_with(".service"),
    },
    Kind {
        name: "systemd.conf",
        form: "ini",
        wanted: 1,
        is_one: |path, text| {
            path.contains("/etc/systemd/") && path.ends_with(".conf") && text.contains("\n[")
        },
    },
    Kind {
        name: "properties",
        form: "properties",
        wanted: 5,
        is_one: |path, _| path.ends_with(".properties"),
    },
];

/// Most files of one kind.
const MOST: usize = 12;

fn is_yaml(path: &str) -> bool {
    path.ends_with(".yaml") || path.ends_with(".yml")
}

/// Packages that are fetched into a folder, and unpacked there.
fn fetched() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("public_files");
    let mut folders = crates();
    type Fetch = fn(&Path, &str) -> Result<(), String>;
    let registries: [(Registry, &[&str], Fetch); 2] = [
        (
            Registry::PyPi,
            &[
                "apache-airflow-providers-cncf-kubernetes",
                "dask-kubernetes",
                "jupyterhub",
                "kopf",
                "weaviate-client",
            ],
            |folder, name| {
                let pip = [
                    "-m",
                    "pip",
                    "download",
                    "--quiet",
                    "--no-deps",
                    "--no-binary",
                    ":all:",
                    "--dest",
                    ".",
                    name,
                ];
                run(folder, "python3", &pip)?;
                unpacked(folder, ".tar.gz", "tar", |archive| vec!["-xzf".to_owned(), archive])
            },
        ),
        (Registry::Npm, &["pg-boss", "node-red", "kafkajs"], |folder, name| {
            run(folder, "npm", &["pack", "--silent", name])?;
            unpacked(folder, ".tgz", "tar", |archive| vec!["-xzf".to_owned(), archive])
        }),
    ];
    for (registry, names, fetch) in registries {
        for name in names {
            match once(&root.join(name), |folder| fetch(folder, name)) {
                Ok(folder) => folders.push(folder),
                Err(why) => lacks(registry, STORY, &format!("{name} can't be fetched: {why}")),
            }
        }
    }
    for name in ["activemq", "openssh-server", "procps", "systemd", "tomcat10", "zookeeper"] {
        let package = once(&root.join(name), |folder| {
            run(folder, "apt-get", &["download", name])?;
            unpacked(folder, ".deb", "dpkg-deb", |archive| vec!["-x".to_owned(), archive, ".".to_owned()])
        });
        match package {
            Ok(folder) => folders.push(folder),
            Err(why) => eprintln!("SKIPPED {STORY}: {name} of Debian can't be fetched: {why}"),
        }
    }
    folders
}

/// The folder, in which `fetch` has put something: now, or when this was run before.
fn once(folder: &Path, fetch: impl Fn(&Path) -> Result<(), String>) -> Result<PathBuf, String> {
    let done = folder.join(".fetched");
    if !done.exists() {
        let _ = fs::remove_dir_all(folder);
        fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        fetch(folder)?;
        fs::write(done, "").map_err(|error| error.to_string())?;
    }
    Ok(folder.to_owned())
}

fn run(folder: &Path, program: &str, arguments: &[&str]) -> Result<(), String> {
    let run = Command::new(program).args(arguments).current_dir(folder).stdin(Stdio::null()).output();
    let run = run.map_err(|error| format!("{program}: {error}"))?;
    let told = String::from_utf8_lossy(&run.stderr).into_owned();
    run.status.success().then_some(()).ok_or_else(|| told.lines().last().unwrap_or_default().to_owned())
}

fn unpacked(
    folder: &Path,
    ends: &str,
    program: &str,
    arguments: impl Fn(String) -> Vec<String>,
) -> Result<(), String> {
    let entries = fs::read_dir(folder).map_err(|error| error.to_string())?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let archive = names.into_iter().find(|name| name.ends_with(ends)).ok_or("there is no archive")?;
    let arguments = arguments(archive);
    run(folder, program, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The crates that this one is built of, which are on every machine that builds it.
fn crates() -> Vec<PathBuf> {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .expect("cargo starts");
    let metadata: Json = serde_json::from_slice(&metadata.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages").iter();
    let folder = |package: &Json| {
        let is_of_others = !package["source"].is_null();
        let manifest = Path::new(package["manifest_path"].as_str()?);
        is_of_others.then(|| manifest.parent().map(Path::to_owned)).flatten()
    };
    packages.filter_map(folder).collect()
}

/// One file of another project.
struct PublicFile {
    kind: &'static Kind,
    path: String,
    text: String,
    /// Which document, and operations that change one value of it; or why nobody here reads the file.
    places: Result<Vec<(Json, Json)>, String>,
}

fn files() -> Vec<PublicFile> {
    let mut python = Command::new("python3")
        .arg("-c")
        .arg(format!("{}\npick()\n", SCRIPT.join("\n").replace(MAIN, "")))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    let mut asked = python.stdin.take().expect("it listens");
    let mut answers = BufReader::new(python.stdout.take().expect("it talks")).lines();
    let mut files: Vec<PublicFile> = Vec::new();
    for folder in fetched() {
        let mut of_folder = 0;
        for path in crate::support::files_below(
            &folder,
            &["yaml", "yml", "toml", "orig", "json", "conf", "service", "properties"],
        ) {
            let Ok(text) = fs::read_to_string(&path) else { continue };
            let path = path.to_string_lossy().into_owned();
            let kind = KINDS.iter().find(|kind| (kind.is_one)(&path, &text));
            let count = |kind: &Kind| files.iter().filter(|file| file.kind.name == kind.name).count();
            let Some(kind) = kind.filter(|kind| count(kind) < MOST) else { continue };
            of_folder += 1;
            // Not all of one kind from the same author.
            if of_folder > MOST {
                break;
            }
            writeln!(asked, "{}", json!([kind.form, text])).expect("it listens");
            let told: Json =
                serde_json::from_str(&answers.next().expect("an answer").expect("text")).expect("JSON");
            let places = match told["places"].as_array() {
                Some(places) => Ok(places.iter().map(|place| (place[0].clone(), place[1].clone())).collect()),
                None => Err(told["unread"].to_string()),
            };
            files.push(PublicFile { kind, path, text, places });
        }
    }
    drop(asked);
    python.wait().expect("Python ends");
    files
}

impl PublicFile {
    /// The edited text, or why there is none.
    fn edited(&self, (document, ops): &(Json, Json)) -> Result<String, String> {
        let mut edit = json!({ "do": ops, "format": self.kind.form });
        if document.as_object().is_some_and(|document| !document.is_empty()) {
            edit["where"] = document.clone();
        }
        let edits = json!([edit]).to_string();
        let edits = FileEdits::from_json(edits.as_bytes()).map_err(|bad| bad.to_string())?;
        let tried = edits.try_on(self.text.as_bytes()).map_err(|why| why.to_string())?;
        let clashes: Vec<_> = tried.clashes().map(ToString::to_string).collect();
        let content = tried.content.ok_or_else(|| clashes.join("; "))?;
        Ok(String::from_utf8(content).expect("text"))
    }

    /// That one line alone is another one, and that its comment stays.
    fn assert_one_line(&self, edited: &str, place: &(Json, Json)) {
        let told = || format!("{} {:?}\n{edited}", self.path, place);
        let [old, new] = [self.text.as_str(), edited].map(|text| text.split('\n').collect::<Vec<_>>());
        assert_eq!(old.len(), new.len(), "{}", told());
        let moved: Vec<_> = old.iter().zip(&new).filter(|(old, new)| old != new).collect();
        let [(old, new)] = moved[..] else { panic!("{} lines moved: {}", moved.len(), told()) };
        if let Some((_, comment)) = old.rsplit_once(" #").filter(|_| !old.contains(['"', '\''])) {
            assert!(new.ends_with(comment), "{}", told());
        }
    }
}

#[test]
#[ignore = "needs pip, npm, apt-get and the network"]
fn one_value_of_public_files_becomes_another_and_nothing_else_moves() {
    if !python_has("jsonpatch, yaml, javaproperties", STORY) || !is_here("tar", STORY) {
        return;
    }
    let files = files();
    let (mut tried, mut refused) = (0, Vec::new());
    let sandbox = Sandbox::new();
    let mut edits = String::new();
    let mut changed = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let places = file.places.as_ref().map_or(&[][..], Vec::as_slice);
        let mut first = None;
        for place in places {
            tried += 1;
            match file.edited(place) {
                Ok(edited) => {
                    file.assert_one_line(&edited, place);
                    first = first.or(Some((place, edited)));
                }
                Err(why) => refused.push(format!("{}: {}: {why}", file.path, place.1)),
            }
        }
        let Some(((document, ops), edited)) = first else { continue };
        let name = format!("{index}/{}", file.path.rsplit('/').next().expect("a name"));
        for folder in ["app", "known"] {
            sandbox.write(&format!("{folder}/{name}"), &file.text);
        }
        sandbox.write(&format!("{index}.json"), &ops.to_string());
        let form = file.kind.form;
        edits.push_str(&format!(
            "[[edits]]\nfile = \"{name}\"\nformat = \"{form}\"\njson_patch = \"{index}.json\"\n"
        ));
        let names = document.as_object().expect("names");
        let names: Vec<_> = names.iter().map(|(key, value)| format!("{key:?} = {value}")).collect();
        if !names.is_empty() {
            edits.push_str(&format!("where = {{ {} }}\n", names.join(", ")));
        }
        changed.push((name, file, edited));
    }
    for kind in &KINDS {
        let count = changed.iter().filter(|(_, file, _)| file.kind.name == kind.name).count();
        println!("{}: {count}", kind.name);
    }
    for file in &files {
        if let Err(why) = &file.places {
            println!("not read by Python: {}: {why}", file.path);
        }
    }
    println!("{} files, {tried} values, {} refused", changed.len(), refused.len());
    refused.iter().for_each(|line| println!("refused {line}"));
    there_and_back(&sandbox, &edits, &changed);
    assert!(refused.len() * 20 <= tried, "{}", refused.join("\n"));
    for kind in &KINDS {
        let count = changed.iter().filter(|(_, file, _)| file.kind.name == kind.name).count();
        assert!(count >= kind.wanted, "{count} of {}", kind.name);
    }
}

/// One patch for all of the files: it makes of them what the edits come to, and on the way back what was edited since stays.
fn there_and_back(sandbox: &Sandbox, edits: &str, changed: &[(String, &PublicFile, String)]) {
    let console = Console::new(sandbox);
    sandbox.write("order.toml", &order("ACME-1", "", edits));
    console.done("make --from $/known --order $/order.toml --output $/fix.patchbundle");
    console.done("apply $/fix.patchbundle $/app --yes --allow-unsigned");
    let read = |name: &str| sandbox.read(&format!("app/{name}")).expect("a file");
    let with_a_comment = |file: &PublicFile, text: &str| match file.kind.form {
        "json" => text.to_owned(),
        _ if text.is_empty() || text.ends_with('\n') => format!("{text}# ours\n"),
        _ => text.to_owned(),
    };
    for (name, file, edited) in changed {
        assert_eq!(&read(name), edited, "{}", file.path);
        sandbox.write(&format!("app/{name}"), &with_a_comment(file, edited));
    }
    console.done("rollback $/app --yes");
    for (name, file, _) in changed {
        assert_eq!(read(name), with_a_comment(file, &file.text), "{}", file.path);
    }
}
