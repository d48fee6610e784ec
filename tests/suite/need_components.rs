//! A patch says which parts it needs in which versions, and an SBOM of the folder says which are there. What nobody knows is
//! told, and what an SBOM says is its maker's word.

use patchwright::model::{Detect, Digest, Purl, RequiredComponent, VersRange};
use serde_json::json;

use crate::support::build::tree_path;
use crate::support::console::{Console, Run};
use crate::support::sandbox::{Sandbox, order};

const SSL: &str = "pkg:deb/debian/libssl3";

/// A product, and a patch that needs a newer library than some have.
fn product(is_required: bool) -> Sandbox {
    product_that_reads(is_required, Vec::new())
}

/// The same with a patch that knows where the folder says which library it has.
fn product_that_reads(is_required: bool, detect: Vec<Detect>) -> Sandbox {
    let sandbox = Sandbox::with(&[("app/a", "1")]);
    let needs = RequiredComponent {
        purl: Purl::parse(SSL).expect("a purl"),
        versions: VersRange::parse("vers:deb/>=3.0.7|<4").expect("a range"),
        detect,
        is_required,
    };
    let bundle = sandbox.bundle("ACME-1").replace("a", "1", "2");
    sandbox
        .save("fix.patchbundle", &bundle.but(|patch| patch.about.requires_components = vec![needs.clone()]));
    sandbox
}

/// Writes an SBOM that lists these.
fn write_sbom(sandbox: &Sandbox, purls: &[String]) {
    let components: Vec<_> =
        purls.iter().map(|purl| json!({"type": "library", "name": "x", "purl": purl})).collect();
    let bom = json!({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": components});
    sandbox.write("bom.json", &bom.to_string());
}

fn ssl(version: &str) -> String {
    format!("{SSL}@{version}?arch=amd64")
}

fn run(sandbox: &Sandbox, command: &str) -> Run {
    Console::new(sandbox).run(&format!("{command} $/fix.patchbundle $/app --sbom $/bom.json"))
}

#[test]
fn a_library_that_is_too_old_stops_the_patch_and_one_that_is_new_enough_lets_it_in() {
    for is_required in [false, true] {
        let sandbox = product(is_required);
        write_sbom(&sandbox, &[ssl("3.0.2-0ubuntu1"), "pkg:npm/debug@1.0.0".to_owned()]);
        let said = format!("ACME-1 needs {SSL} >= 3.0.7 and < 4; this SBOM says 3.0.2-0ubuntu1");
        let planned = run(&sandbox, "plan");
        assert!(planned.code == 3 && planned.in_one_line().contains(&said), "{planned}");
        let refused = run(&sandbox, "apply --yes --allow-unsigned");
        assert!(refused.code == 3 && refused.in_one_line().contains("E-REQUIRES"), "{refused}");
        assert_eq!(sandbox.read("app/a").as_deref(), Some("1"));
        write_sbom(&sandbox, &[ssl("3.0.11-1~deb12u2")]);
        let planned = run(&sandbox, "plan");
        assert!(
            planned.code == 0 && planned.in_one_line().contains("this SBOM says 3.0.11-1~deb12u2"),
            "{planned}"
        );
        let applied = run(&sandbox, "apply --yes --allow-unsigned");
        assert_eq!(applied.code, 0, "{applied}");
        let history = Console::new(&sandbox).done("history $/app --json").out;
        assert!(
            history.contains("(the word of ") && history.contains("CycloneDX 1.6, SHA-256 "),
            "{history}"
        );
    }
}

#[test]
fn what_nobody_knows_is_told_and_stops_only_a_patch_that_must_know() {
    let unknown: [&[String]; 3] =
        [&[], &["pkg:deb/debian/libssl1@3.0.11".to_owned()], &[ssl("three"), ssl("3.0.11")]];
    for (purls, is_required) in unknown.into_iter().flat_map(|purls| [(purls, false), (purls, true)]) {
        let sandbox = product(is_required);
        write_sbom(&sandbox, purls);
        let planned = run(&sandbox, "plan");
        assert_eq!(planned.code, if is_required { 3 } else { 0 }, "{purls:?} {planned}");
        assert!(planned.in_one_line().contains("ACME-1 needs pkg:deb/debian/libssl3 >= 3.0.7"), "{planned}");
        let unasked = Console::new(&sandbox).run("plan $/fix.patchbundle $/app");
        assert_eq!(unasked.code, planned.code, "{unasked}");
        assert!(unasked.in_one_line().contains("nobody knows without an SBOM"), "{unasked}");
    }
}

#[test]
fn of_several_copies_the_worst_counts() {
    let sandbox = product(false);
    write_sbom(&sandbox, &[ssl("3.0.11"), ssl("3.0.2")]);
    assert_eq!(run(&sandbox, "plan").code, 3);
    write_sbom(&sandbox, &[ssl("3.0.11"), ssl("3.0.12")]);
    assert_eq!(run(&sandbox, "plan").code, 0);
}

#[test]
fn what_is_no_sbom_is_refused_and_changes_nothing() {
    let sandbox = product(false);
    for bad in ["", "<bom/>", "{}", "{\"bomFormat\":\"CycloneDX\",\"components\":["] {
        sandbox.write("bom.json", bad);
        let refused = run(&sandbox, "apply --yes --allow-unsigned");
        assert!(refused.code == 2 && refused.printed().contains("Can't use this SBOM"), "{bad}: {refused}");
        assert_eq!(sandbox.read("app/a").as_deref(), Some("1"));
    }
    // Who asks about nothing gets no answer that stops.
    let bundle = sandbox.bundle("ACME-2").replace("a", "1", "3");
    sandbox.save("fix.patchbundle", &bundle);
    write_sbom(&sandbox, &[]);
    assert_eq!(run(&sandbox, "apply --yes --allow-unsigned").code, 0);
}

#[test]
fn an_order_names_the_parts_as_the_sbom_of_its_product_does_or_no_patch_is_made() {
    let sandbox = Sandbox::with(&[("old/a", "1"), ("new/a", "2")]);
    let part = "[[components]]\npurl = \"pkg:npm/debug@3.0.1\"\npatch_type = \"backport\"\n";
    let needs = format!("[[requires_components]]\npurl = \"{SSL}\"\nversions = \"vers:deb/>=3.0.7\"\n");
    sandbox.write("order.toml", &order("ACME-1", "", &format!("{part}{needs}")));
    let make =
        "make --from $/old --to $/new --order $/order.toml --output $/fix.patchbundle --sbom $/bom.json";
    let debug = |version: &str| format!("pkg:npm/debug@{version}");
    for (purls, said) in [
        (vec![debug("3.0.2"), ssl("3.0.7")], "pkg:npm/debug 3.0.1, and the SBOM says 3.0.2"),
        (vec![ssl("3.0.7")], "and the SBOM doesn't list it"),
        (vec![debug("3.0.1"), ssl("3.0.2")], ">= 3.0.7, and the SBOM says 3.0.2"),
    ] {
        write_sbom(&sandbox, &purls);
        let refused = Console::new(&sandbox).run(make);
        assert!(refused.code == 3 && refused.in_one_line().contains(said), "{said}: {refused}");
        assert!(!sandbox.path("fix.patchbundle").exists());
    }
    write_sbom(&sandbox, &[debug("3.0.1"), ssl("3.0.7")]);
    Console::new(&sandbox).done(make);
    let shown = Console::new(&sandbox).done("show $/fix.patchbundle");
    assert!(shown.in_one_line().contains(&format!("Needs {SSL} >= 3.0.7")), "{shown}");
    // An id is as good as an order; without either, the SBOM would go nowhere.
    let make = "make --from $/old --to $/new --output $/bare.patchbundle --sbom $/bom.json";
    assert_eq!(Console::new(&sandbox).run(make).code, 2);
    Console::new(&sandbox).done(&format!("{make} --id ACME-2"));
    Console::new(&sandbox).done("show $/bare.patchbundle --save-sbom $/out.json");
    assert_eq!(sandbox.read("out.json"), sandbox.read("bom.json"));
}

/// Plans and applies without naming an SBOM.
fn plain(sandbox: &Sandbox, command: &str) -> Run {
    Console::new(sandbox).run(&format!("{command} $/fix.patchbundle $/app"))
}

#[test]
fn the_folder_itself_is_asked_first_and_believed_before_any_sbom() {
    let rules = || {
        vec![
            Detect::Exists { path: tree_path("ssl/lib") },
            Detect::Version { path: tree_path("ssl/VERSION"), after: "version=".to_owned(), until: None },
        ]
    };
    for (version, is_right) in [("3.0.2", false), ("3.0.11", true)] {
        let sandbox = product_that_reads(true, rules());
        sandbox.write("app/ssl/lib", "x");
        sandbox.write("app/ssl/VERSION", &format!("name=ssl\nversion={version}\n"));
        let planned = plain(&sandbox, "plan");
        let said = format!("ACME-1 needs {SSL} >= 3.0.7 and < 4; ssl/VERSION says {version}");
        assert!(planned.in_one_line().contains(&said), "{planned}");
        assert_eq!(planned.code, if is_right { 0 } else { 3 }, "{planned}");
        // What an SBOM says of it changes nothing, whatever that is.
        write_sbom(&sandbox, &[ssl(if is_right { "3.0.2" } else { "3.0.11" })]);
        let named = run(&sandbox, "plan");
        assert!(named.code == planned.code && named.in_one_line().contains(&said), "{named}");
        let applied = plain(&sandbox, "apply --yes --allow-unsigned");
        assert_eq!(applied.code, planned.code, "{applied}");
        let kept = Console::new(&sandbox).run("history $/app --json").out.contains("ssl/VERSION");
        assert_eq!(kept, is_right, "the history keeps who said so");
    }
    // Files that aren't where the patch looks for them answer nothing.
    let sandbox = product_that_reads(true, rules());
    sandbox.write("app/ssl/VERSION", "version=3.0.11\n");
    assert!(plain(&sandbox, "plan").in_one_line().contains("nobody knows without an SBOM"));
    write_sbom(&sandbox, &[ssl("3.0.11")]);
    assert_eq!(run(&sandbox, "plan").code, 0);
}

/// An SBOM in the folder itself that lists this library, and says this of the file `a`.
fn sbom_here(version: &str, of_a: &str, is_spdx: bool) -> (&'static str, String) {
    let sha256 = Digest::compute(of_a.as_bytes()).to_string();
    let purl = ssl(version);
    if is_spdx {
        let refs = json!([{"referenceType": "purl", "referenceLocator": purl}]);
        let files =
            json!([{"fileName": "./a", "checksums": [{"algorithm": "SHA256", "checksumValue": sha256}]}]);
        let bom = json!({"spdxVersion": "SPDX-2.3", "packages": [{"name": "x", "externalRefs": refs}], "files": files});
        return ("app/sbom/app.spdx.json", bom.to_string());
    }
    let hashes =
        json!([{"alg": "SHA-1", "content": "00"}, {"alg": "SHA-256", "content": sha256.to_uppercase()}]);
    let components = json!([{"type": "library", "name": "x", "purl": purl}, {"type": "file", "name": "/a", "hashes": hashes}]);
    (
        "app/bom.json",
        json!({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": components}).to_string(),
    )
}

#[test]
fn an_sbom_in_the_folder_is_found_by_itself_and_believed_only_if_it_describes_these_files() {
    for is_spdx in [false, true] {
        let here = |version: &str, of_a: &str| {
            let sandbox = product(true);
            let (path, text) = sbom_here(version, of_a, is_spdx);
            sandbox.write(path, &text);
            (sandbox, path.trim_start_matches("app/"))
        };
        let (sandbox, path) = here("3.0.11", "1");
        let planned = plain(&sandbox, "plan");
        let said = format!("the SBOM {path} in the folder says 3.0.11");
        assert!(planned.code == 0 && planned.in_one_line().contains(&said), "{planned}");
        let (sandbox, path) = here("3.0.2", "1");
        let planned = plain(&sandbox, "plan");
        assert!(planned.code == 3 && planned.in_one_line().contains("in the folder says 3.0.2"), "{planned}");
        // A bill of another build: nobody knows, whatever it says, also where somebody names it.
        for version in ["3.0.2", "3.0.11"] {
            let (sandbox, _) = here(version, "other");
            let said = "isn't believed: it describes another content of a than is here";
            let planned = plain(&sandbox, "plan");
            assert!(planned.code == 3 && planned.in_one_line().contains(said), "{planned}");
            let named =
                Console::new(&sandbox).run(&format!("plan $/fix.patchbundle $/app --sbom $/app/{path}"));
            assert!(named.code == 3 && named.in_one_line().contains(said), "{named}");
        }
    }
}

#[test]
fn of_several_sboms_in_the_folder_the_worst_counts_and_a_file_that_is_none_says_nothing() {
    let sandbox = product(true);
    sandbox.write("app/sbom.json", "no JSON");
    assert!(plain(&sandbox, "plan").in_one_line().contains("nobody knows without an SBOM"));
    sandbox.write("app/bom.json", &sbom_here("3.0.11", "1", false).1);
    assert_eq!(plain(&sandbox, "plan").code, 0);
    sandbox.write("app/sbom/x.cdx.json", &sbom_here("3.0.2", "1", false).1);
    let planned = plain(&sandbox, "plan");
    assert!(planned.in_one_line().contains("the SBOM sbom/x.cdx.json in the folder says 3.0.2"), "{planned}");
}

#[test]
fn an_entry_that_gives_two_versions_is_not_taken_for_either() {
    let torn = |version: &str, purl: &str| {
        let sandbox = product(true);
        let part = json!({"type": "library", "name": "x", "version": version, "purl": ssl(purl)});
        let bom = json!({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [part]});
        sandbox.write("bom.json", &bom.to_string());
        run(&sandbox, "plan")
    };
    for (version, purl) in [("3.0.1-1", "3.0.11-1"), ("3.0.11-1", "3.0.1-1")] {
        let planned = torn(version, purl);
        let said = format!("this SBOM says both {purl} and {version} in one entry");
        assert!(planned.code == 3 && planned.in_one_line().contains(&said), "{planned}");
    }
    // An epoch that only one of them spells out is no other version.
    assert_eq!(torn("0:3.0.11-1", "3.0.11-1").code, 0);
}
