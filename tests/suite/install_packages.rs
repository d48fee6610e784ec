//! People install packages, and what they install works, and goes again.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::support::tools::is_here;

const MAKE: &str = "assets/packages/make";

#[test]
fn every_file_that_goes_into_a_package_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = fs::read_to_string(root.join(MAKE)).expect("our own file");
    let named: Vec<&str> = script
        .split(|c: char| c.is_whitespace() || c == '"' || c == '*')
        .filter_map(|word| word.find("assets/").map(|start| &word[start..]))
        .collect();
    let gone: Vec<_> = named.iter().filter(|path| !root.join(path).exists()).collect();
    assert!(gone.is_empty() && named.len() > 12, "{gone:?}, {} named", named.len());
}

#[test]
fn the_mac_is_told_the_version_of_the_program() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let list = fs::read_to_string(root.join("assets/macos/Info.plist")).expect("our own file");
    let version = format!("<string>{}</string>", env!("CARGO_PKG_VERSION"));
    assert_eq!(list.matches(&version).count(), 2, "{version}");
}

/// Has `assets/packages/try` install, use and take off PART.
fn try_part(part: &str) {
    let Some(packages) = env::var_os("PATCHWRIGHT_PACKAGES").map(PathBuf::from) else {
        eprintln!("SKIPPED {part}: PATCHWRIGHT_PACKAGES names no folder that {MAKE} made");
        return;
    };
    if !is_here("bash", part) {
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/packages/try");
    let ended = Command::new("bash").arg(script).arg(packages).arg(part).status().expect("bash is here");
    assert!(ended.success(), "{part}: {ended}");
}

#[test]
#[ignore = "needs packages, and installs them into roots of their own"]
fn the_sums_and_their_signature_are_those_of_the_files() {
    try_part("sums");
}

#[test]
#[ignore = "needs packages, and installs them into roots of their own"]
fn the_static_program_works_where_there_is_nothing_else() {
    try_part("static");
}

#[test]
#[ignore = "needs packages, and installs them into roots of their own"]
fn debian_installs_the_console_without_graphics_and_opens_the_window() {
    try_part("deb");
}

#[test]
#[ignore = "needs packages, and installs them into roots of their own"]
fn the_rpm_asks_for_what_its_program_needs() {
    try_part("rpm");
}

#[test]
#[ignore = "needs packages, and installs them into roots of their own"]
fn the_zip_works_from_a_folder_with_blanks_and_umlauts() {
    try_part("zip");
}

#[test]
#[ignore = "needs packages, and installs them into roots of their own"]
fn the_msi_installs_works_and_leaves_nothing() {
    try_part("msi");
}
