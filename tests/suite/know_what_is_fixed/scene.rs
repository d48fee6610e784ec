//! A product with a library that has a hole, and patches for it.

use patchwright::model::{Component, PartPatch, Purl, ResolvedIssue, ResolvedKind, ResolvedState};
use serde_json::Value;

use crate::support::build::Builder;
use crate::support::build::tree_path;
use crate::support::console::{Console, Run};
use crate::support::sandbox::Sandbox;
use crate::support::trust::{write_key, write_trusted_key};

pub const CVE: &str = "CVE-2017-20165";
pub const GHSA: &str = "GHSA-9vvw-cc9w-f27h";
pub const DEBUG: &str = "pkg:npm/debug@3.0.1";
pub const FILE: &str = "web/vendor/debug/src/node.js";
pub const HOLE: &str = "match(/\\s*\\n\\s*/)\n";
pub const FORMATS: [&str; 6] =
    ["openvex", "cyclonedx", "cyclonedx-vex", "csaf", "trivyignore", "osv-scanner"];
pub const MENDED: &str = "split('\\n')\n";

/// The product as it is delivered, a person who trusts ACME, and somebody who is nobody.
pub fn product() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(&format!("app/{FILE}"), HOLE);
    sandbox.write("app/web/vendor/debug/package.json", "{\"name\": \"debug\", \"version\": \"3.0.1\"}\n");
    sandbox.write("app/web/vendor/ms/package.json", "{\"name\": \"ms\", \"version\": \"2.0.0\"}\n");
    sandbox.write("app/docs/guide.txt", "Read me.\n");
    write_trusted_key(&sandbox, "acme", 1, "author");
    write_key(&sandbox, "nobody", 2);
    sandbox
}

pub fn purl(text: &str) -> Purl {
    Purl::parse_exact(text).expect("a good package URL")
}

/// A claim that `id` is gone from `libraries`.
pub fn fixed(id: &str, aliases: &[&str], libraries: &[&str]) -> ResolvedIssue {
    ResolvedIssue {
        kind: ResolvedKind::Security,
        id: id.to_owned(),
        aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        source: None,
        published: None,
        severity: None,
        components: libraries.iter().map(|library| purl(library)).collect(),
        state: ResolvedState::Fixed,
        justification: None,
    }
}

pub fn part(library: &str, paths: &[&str]) -> Component {
    Component {
        purl: purl(library),
        version_after: None,
        paths: paths.iter().map(|path| tree_path(path)).collect(),
        patch: PartPatch::Backport,
    }
}

/// Begins a bundle that has a number and a fix of its own.
pub fn bundle(sandbox: &Sandbox, id: &str) -> Builder {
    let number = id.rsplit('-').next().and_then(|digits| digits.parse().ok());
    sandbox.bundle(id).but(|patch| {
        patch.about.sequence = number.expect("the id ends with a number");
        patch.about.fixes = vec![id.to_owned()];
    })
}

/// A bundle that says so.
pub fn claiming(bundle: Builder, claims: &[ResolvedIssue], parts: &[Component]) -> Builder {
    bundle.but(|patch| {
        patch.about.vulnerabilities =
            claims.iter().flat_map(|claim| [&claim.id].into_iter().chain(&claim.aliases)).cloned().collect();
        patch.about.resolves = claims.to_vec();
        patch.about.components = parts.to_vec();
    })
}

/// The hotfix that mends the library.
pub fn hotfix(sandbox: &Sandbox) -> Builder {
    let bundle =
        bundle(sandbox, "ACME-HF-1042").replace(FILE, HOLE, MENDED).create("docs/hotfix.txt", "Mended.\n");
    claiming(bundle, &[fixed(CVE, &[GHSA], &[DEBUG])], &[part(DEBUG, &[FILE])])
}

/// Writes `$/NAME.patchbundle`, signed by `key`.
pub fn save_signed(sandbox: &Sandbox, name: &str, bundle: &Builder, key: &str) {
    sandbox.save(&format!("{name}.patchbundle"), bundle);
    console(sandbox).done(&format!("sign $/{name}.patchbundle --key $/{key}.key --as author"));
}

pub fn console(sandbox: &Sandbox) -> Console<'_> {
    Console::new(sandbox).with_keys()
}

pub fn apply(sandbox: &Sandbox, name: &str) -> Run {
    console(sandbox).done(&format!("apply $/{name}.patchbundle $/app --yes --allow-unsigned"))
}

/// The product with the hotfix in it.
pub fn patched() -> Sandbox {
    let sandbox = product();
    save_signed(&sandbox, "fix", &hotfix(&sandbox), "acme");
    apply(&sandbox, "fix");
    sandbox
}

/// What `fixed` answers, with these flags.
pub fn ask(sandbox: &Sandbox, flags: &str) -> Value {
    console(sandbox).done(&format!("fixed $/app {flags} --json")).json()
}

/// The document in this format.
pub fn document(sandbox: &Sandbox, format: &str) -> String {
    let flags = "--author ACME --namespace https://acme.example";
    console(sandbox).done(&format!("fixed $/app --format {format} {flags} --output $/told"));
    sandbox.read("told").expect("it was written")
}

pub fn openvex(sandbox: &Sandbox) -> Value {
    serde_json::from_str(&document(sandbox, "openvex")).expect("JSON")
}

/// Why the only claim of the folder is told to nobody.
pub fn why_not(sandbox: &Sandbox) -> String {
    let answer = ask(sandbox, "");
    assert_eq!(answer["statements"], serde_json::json!([]), "{answer}");
    answer["claims"][0]["why_not"].as_str().expect("a reason").to_owned()
}
