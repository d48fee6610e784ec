//! Two releases in a row, fetched with the tool that everybody fetches them with.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use patchwright::bundle::author::ChangeCounts;

use crate::support::sandbox::{Bundle, Sandbox, order, skip};
use crate::support::trees::Tree;

/// A published release, unpacked.
type Fetch = fn(folder: &Path, version: &str) -> Result<PathBuf, String>;

#[test]
#[ignore = "needs pip and the network"]
fn django_goes_there_and_back() {
    release("django_goes_there_and_back", ["4.2.10", "4.2.11"], |folder, version| {
        wheel(folder, &format!("django=={version}"))
    });
}

#[test]
#[ignore = "needs pip and the network"]
fn ruff_goes_there_and_back() {
    release("ruff_goes_there_and_back", ["0.5.0", "0.5.1"], |folder, version| {
        wheel(folder, &format!("ruff=={version}"))
    });
}

#[test]
#[ignore = "needs npm and the network"]
fn five_thousand_icons_go_there_and_back() {
    release("five_thousand_icons_go_there_and_back", ["5.15.0", "5.15.1"], |folder, version| {
        npm_package(folder, &format!("@mui/icons-material@{version}"))
    });
}

#[test]
#[ignore = "needs npm and the network"]
fn an_installed_tool_with_links_and_programs_goes_there_and_back() {
    release(
        "an_installed_tool_with_links_and_programs_goes_there_and_back",
        ["5.90.0", "5.91.0"],
        |folder, version| npm_install(folder, &format!("webpack@{version}")),
    );
}

fn release(test: &str, versions: [&str; 2], fetch: Fetch) {
    let sandbox = Sandbox::new();
    let fetched = versions.map(|version| {
        let folder = sandbox.place(version);
        std::fs::create_dir(&folder).map_err(|error| error.to_string())?;
        fetch(&folder, version)
    });
    let [from, to] = match fetched {
        [Ok(from), Ok(to)] => [from, to],
        [Err(why), _] | [_, Err(why)] => return skip(test, &why),
    };
    let [old, new] = [&from, &to].map(|folder| Tree::read(folder));
    // Packages may hold names that Windows does not know.
    let platform = format!("platforms = [\"{}\"]", sandbox.bench().environment().platform);
    let (bundle, made_in) = timed(|| sandbox.make_from(&order("TEST-1", &platform, ""), &from, &to));
    let bundle: Bundle = bundle.unwrap_or_else(|error| panic!("no bundle was made: {error:?}"));
    let target = sandbox.install(&old);
    let (_, seen_in) = timed(|| target.preview(&bundle).expect("a preview"));
    let (_, applied_in) = timed(|| target.must_apply(&bundle));
    target.expect(&new);
    let (_, back_in) = timed(|| target.must_roll_back());
    target.expect(&old);
    let (_, forth_in) = timed(|| target.must_undo_the_rollback());
    target.expect(&new);
    target.must_roll_back();
    target.expect(&old);
    eprintln!(
        "{test}: {} things, {:.1} MB; {} changes ({:?}) in {:.3} MB; made in {made_in:.2} s, looked at in {seen_in:.2} s, \
         applied in {applied_in:.2} s, back in {back_in:.2} s, forth again in {forth_in:.2} s",
        new.len(),
        new.bytes() as f64 / 1e6,
        bundle.made.patch.changes.len(),
        ChangeCounts::new(&bundle.made.patch.changes),
        bundle.made.bundle_bytes as f64 / 1e6,
    );
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let begun = Instant::now();
    let result = work();
    (result, begun.elapsed().as_secs_f64())
}

/// Unpacks a wheel as pip installs it: modules, and programs with the right to run.
fn wheel(folder: &Path, package: &str) -> Result<PathBuf, String> {
    let installed = folder.join("installed");
    let target = installed.to_str().expect("our own name");
    let arguments =
        ["install", "--quiet", "--no-deps", "--no-compile", "--only-binary=:all:", "--target", target];
    run(Command::new("pip").args(arguments).arg(package))?;
    Ok(installed)
}

fn npm_package(folder: &Path, package: &str) -> Result<PathBuf, String> {
    run(Command::new("npm").args(["pack", "--silent", package]).current_dir(folder))?;
    let archive = std::fs::read_dir(folder).map_err(|error| error.to_string())?.next();
    let archive = archive.ok_or("npm packed nothing")?.map_err(|error| error.to_string())?.path();
    run(Command::new("tar").arg("-xzf").arg(&archive).current_dir(folder))?;
    Ok(folder.join("package"))
}

fn npm_install(folder: &Path, package: &str) -> Result<PathBuf, String> {
    let quiet = ["--silent", "--no-audit", "--no-fund", "--ignore-scripts"];
    run(Command::new("npm").arg("install").args(quiet).arg("--prefix").arg(folder).arg(package))?;
    Ok(folder.join("node_modules"))
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{command:?} cannot be run: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(format!("{command:?} failed: {}", String::from_utf8_lossy(&said).trim()))
}
