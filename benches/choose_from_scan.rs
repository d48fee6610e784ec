//! How long it takes to choose among many patches for a scan with many findings, and to ask a large SBOM, as whole commands.
//!
//! ```text
//! cargo bench --bench choose_from_scan [-- [--findings N] [--patches N] [--components N]]
//! ```
//!
//! Prints a line for each. Every patch fits, fixes ten of the problems and gets a plan of its own; then all of them get one
//! together. The SBOM has about two kilobytes for each component.

#[allow(dead_code, reason = "each bench uses a part of what they share")]
mod support;

use std::fmt::Write as _;
use std::fs;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use patchwright::trust::SecretKey;
use support::measure::{Measure, Samples, program, run};
use support::{folders, machine};
use zeroize::Zeroizing;

/// Problems that each patch fixes.
const FIXED: usize = 10;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --all-targets` starts benchmarks too, without this word; minutes of work would surprise there.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let number = |flag: &str, otherwise: usize| {
        let given = arguments.iter().skip_while(|argument| *argument != flag).nth(1);
        given.map_or(otherwise, |given| given.parse().expect("a number"))
    };
    let (findings, patches) = (number("--findings", 50_000), number("--patches", 2_000));
    let components = number("--components", 100_000);
    let work = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("choose_from_scan");
    folders::remove(&work)?;
    fs::create_dir_all(work.join("patches"))?;
    let work = work.canonicalize()?;
    trust(&work)?;
    for number in 0..patches {
        write_patch(&work, number)?;
    }
    write_scan(&work, findings)?;
    let megabytes = write_sbom(&work, components)? / 1_000_000;

    println!("{}", machine::describe(&work));
    let choose = ["choose", "--scan=trivy.json", "--from=patches", "app"];
    told(&work, &choose, &format!("choose, {findings} findings, {patches} patches that fit"));
    let plan = ["plan", "patches/0.patchbundle", "app", "--sbom=app.cdx.json"];
    told(&work, &plan, &format!("plan --sbom, {components} components, {megabytes} MB"));
    folders::remove(&work)
}

/// Runs a command for its time, and again for its memory.
fn told(work: &Path, words: &[&str], what: &str) {
    let mut samples = Samples::default();
    for measure in [Measure::Time, Measure::Memory] {
        let mut command = patchwright(work, words);
        command.stdout(Stdio::null());
        run(vec![command], &[0], measure, &mut samples);
    }
    let seconds = samples.median().unwrap_or_default().as_secs_f64();
    let processor = samples.median_of_processor().unwrap_or_default().as_secs_f64();
    let peak = samples.peak_bytes.unwrap_or_default() / 1_000_000;
    println!("{what}: {seconds:.1} s, {processor:.1} s of the processor, {peak} MB");
}

/// A key that is trusted for everything.
fn trust(work: &Path) -> io::Result<()> {
    let key = SecretKey::of_random(&Zeroizing::new([7; 40]));
    fs::write(work.join("acme.key"), key.file(None, [0; 32]))?;
    fs::write(work.join("acme.pub"), key.public().file())?;
    let print = key.public().fingerprint().to_string();
    let trust = ["key", "trust", "acme.pub", "--name=acme", "--role=author", "--every-product", "--yes"];
    must(patchwright(work, &trust).arg(format!("--fingerprint={print}")))
}

/// A library in the folder, and a signed patch that mends it.
fn write_patch(work: &Path, number: usize) -> io::Result<()> {
    for (side, text) in [("old", "hole"), ("new", "mended"), ("app", "hole")] {
        let folder = match side {
            "app" => work.join(format!("app/lib/l{number}")),
            side => work.join(format!("{side}/{number}/lib/l{number}")),
        };
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("index.js"), format!("{text} {number}\n"))?;
    }
    fs::write(work.join(format!("app/lib/l{number}/package.json")), "{}\n")?;
    let library = library(number);
    let mut order = format!(
        "id = \"ACME-{number}\"\nsequence = {}\nkind = \"hotfix\"\ntitle = \"Holes in l{number}\"\nsummary = \"They are gone.\"\n\
         fixes = [\"ACME-{number}\"]\nvendor = \"ACME\"\n[product]\nname = \"Widget\"\nversions = [\"1\"]\n\
         [rollback]\npossible = \"yes\"\n[[components]]\npurl = \"{library}\"\npatch_type = \"backport\"\n\
         paths = [\"lib/l{number}/index.js\"]\n",
        number + 1
    );
    for problem in (0..FIXED).map(|one| number * FIXED + one) {
        let resolves = "[[resolves]]\ntype = \"security\"";
        writeln!(order, "{resolves}\nid = \"CVE-2026-{problem}\"\ncomponents = [\"{library}\"]")
            .expect("memory takes it");
    }
    fs::write(work.join("order.toml"), order)?;
    let (old, new) = (format!("--from=old/{number}"), format!("--to=new/{number}"));
    let file = format!("patches/{number}.patchbundle");
    let output = format!("--output={file}");
    must(&mut patchwright(
        work,
        &["make", &old, &new, "--order=order.toml", &output, "--no-proof", "--quiet"],
    ))?;
    must(&mut patchwright(work, &["sign", &file, "--key=acme.key", "--as=author", "--quiet"]))
}

/// A report of Trivy in which every problem is found twice.
fn write_scan(work: &Path, findings: usize) -> io::Result<()> {
    let mut out = BufWriter::new(fs::File::create(work.join("trivy.json"))?);
    write!(
        out,
        "{{\"SchemaVersion\":2,\"ArtifactName\":\"app\",\"ArtifactType\":\"filesystem\",\"Results\":[{{\"Target\":\"Node.js\",\
         \"Class\":\"lang-pkgs\",\"Type\":\"node-pkg\",\"Vulnerabilities\":["
    )?;
    let words = "words ".repeat(40);
    for number in 0..findings {
        let (problem, comma) = (number / 2, if number == 0 { "" } else { "," });
        let (at, severity) = (problem / FIXED, ["LOW", "HIGH", "MEDIUM"][problem % 3]);
        write!(
            out,
            "{comma}{{\"VulnerabilityID\":\"CVE-2026-{problem}\",\"PkgName\":\"l{at}\",\"PkgPath\":\"lib/l{at}/package.json\",\
             \"PkgIdentifier\":{{\"PURL\":\"{}\"}},\"InstalledVersion\":\"1.0.0\",\"FixedVersion\":\"1.0.1\",\
             \"Severity\":\"{severity}\",\"PublishedDate\":\"2026-10-01T00:00:00Z\",\"Description\":\"{words}\"}}",
            library(at)
        )?;
    }
    write!(out, "]}}]}}")?;
    out.flush()
}

/// An SBOM in CycloneDX; says how many bytes it has.
fn write_sbom(work: &Path, components: usize) -> io::Result<u64> {
    let path = work.join("app.cdx.json");
    let mut out = BufWriter::new(fs::File::create(&path)?);
    write!(out, "{{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[")?;
    let words = "words ".repeat(300);
    for number in 0..components {
        let comma = if number == 0 { "" } else { "," };
        write!(
            out,
            "{comma}{{\"type\":\"library\",\"bom-ref\":\"r{number}\",\"name\":\"l{number}\",\"version\":\"1.0.0\",\
             \"purl\":\"{}\",\"description\":\"{words}\",\"properties\":[{{\"name\":\"a\",\"value\":\"b\"}}]}}",
            library(number)
        )?;
    }
    write!(out, "]}}")?;
    out.flush()?;
    Ok(fs::metadata(path)?.len())
}

fn library(number: usize) -> String {
    format!("pkg:npm/l{number}@1.0.0")
}

fn patchwright(work: &Path, words: &[&str]) -> Command {
    let mut command = program(env!("CARGO_BIN_EXE_patchwright"));
    command.args(words).current_dir(work).env("HOME", work);
    command
}

fn must(command: &mut Command) -> io::Result<()> {
    let status = command.status()?;
    assert!(status.success(), "{command:?} ended with {status}");
    Ok(())
}
