//! Says which build this is; gives the Windows executables their icon, version and manifest.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// The executables that get them. The tests go without.
const EXECUTABLES: [&str; 2] = ["patchwright", "patchwright-gui"];
const FILES: [&str; 3] =
    ["assets/windows/patchwright.rc", "assets/windows/patchwright.manifest", "assets/icon.ico"];

fn main() {
    println!("cargo::rerun-if-env-changed=PATCHWRIGHT_COMMIT");
    println!("cargo::rustc-env=PATCHWRIGHT_BUILD={}", build());
    carry_notices();
    for file in FILES {
        println!("cargo::rerun-if-changed={file}");
    }
    if env::var("CARGO_CFG_TARGET_OS").as_deref() != Ok("windows") {
        return;
    }
    let out = env::var("OUT_DIR").expect("Cargo says where to write");
    fs::write(Path::new(&out).join("version.h"), version_header()).expect("Cargo's folder can be written");
    let folders = embed_resource::ParamsIncludeDirs(["assets/windows", &out]);
    let done = embed_resource::compile_for(FILES[0], EXECUTABLES, folders);
    // A program to try on the way may go without; one that is handed out may not.
    if let Err(reason) = done.manifest_required() {
        if env::var("PROFILE").as_deref() == Ok("release") {
            panic!("the resources of the executables cannot be compiled: {reason}");
        }
        println!("cargo::warning=the executables get no icon and no manifest: {reason}");
    }
}

/// Version, commit and profile. Only who makes packages says which commit it is: with the newest one in here, every
/// commit would mean another build.
fn build() -> String {
    let out = env::var("OUT_DIR").expect("Cargo says where to write");
    // target/PROFILE/build/patchwright-HASH/out
    let profile = Path::new(&out).ancestors().nth(3).and_then(Path::file_name).unwrap_or_default();
    let source = match env::var("PATCHWRIGHT_COMMIT") {
        Ok(commit) => format!("commit {commit}"),
        Err(_) => "built from source".to_owned(),
    };
    format!("{} ({source}, profile {})", env!("CARGO_PKG_VERSION"), profile.to_string_lossy())
}

/// The licenses of all libraries, which the window shows. Only who makes packages has them collected; other builds carry
/// an empty list.
fn carry_notices() {
    println!("cargo::rerun-if-env-changed=PATCHWRIGHT_NOTICES");
    let notices = match env::var_os("PATCHWRIGHT_NOTICES").map(PathBuf::from) {
        None => String::new(),
        Some(file) => {
            println!("cargo::rerun-if-changed={}", file.display());
            fs::read_to_string(&file).unwrap_or_else(|error| panic!("can't read {}: {error}", file.display()))
        }
    };
    let out = env::var("OUT_DIR").expect("Cargo says where to write");
    fs::write(Path::new(&out).join("third-party.txt"), notices).expect("Cargo's folder can be written");
}

/// In a file, because the quotes do not survive every resource compiler's command line.
fn version_header() -> String {
    let [major, minor, patch] = ["MAJOR", "MINOR", "PATCH"]
        .map(|part| env::var(format!("CARGO_PKG_VERSION_{part}")).expect("Cargo names the version"));
    let text = env!("CARGO_PKG_VERSION");
    format!("#define VERSION_NUMBERS {major},{minor},{patch},0\n#define VERSION_TEXT \"{text}\"\n")
}
