//! From a scan to a plan: the problems in their order, each with its reason, and the patches that fix them.

use std::io::Write as _;

use serde_json::{Value, json};

use super::doubles::{Found, grype_report, trivy_report};
use super::scene::*;
use crate::support::console::Run;
use crate::support::sandbox::Sandbox;

pub const PACKAGE: &str = "web/vendor/debug/package.json";
pub const MS: &str = "pkg:npm/ms@2.0.0";
pub const MS_PACKAGE: &str = "web/vendor/ms/package.json";
const OLD_MS: &str = "{\"name\": \"ms\", \"version\": \"2.0.0\"}\n";

/// The product, a folder of patches, and a scan of Trivy that found `found`.
pub fn scanned(found: &[Found<'_>]) -> Sandbox {
    let sandbox = product();
    std::fs::create_dir(sandbox.path("patches")).expect("a new folder");
    sandbox.write("trivy.json", &trivy_report(found));
    save_signed(&sandbox, "patches/hf-1042", &hotfix(&sandbox), "acme");
    sandbox
}

pub fn run(sandbox: &Sandbox, flags: &str) -> Run {
    console(sandbox).run(&format!("choose --scan $/trivy.json --from $/patches $/app {flags}"))
}

pub fn answer(sandbox: &Sandbox, flags: &str) -> Value {
    run(sandbox, &format!("{flags} --json")).json()
}

/// Each problem with what becomes of it in its first library.
pub fn fates(answer: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let problems = answer["problems"].as_array().expect("problems").iter();
    problems.map(|one| (text(&one["ids"][0]), text(&one["libraries"][0]["fate"]))).collect()
}

fn fate_of(answer: &Value) -> (String, String) {
    let library = &answer["problems"][0]["libraries"][0];
    let why = library["blocked"][0]["why"].as_str().unwrap_or_default();
    (library["fate"].as_str().expect("a fate").to_owned(), why.to_owned())
}

#[test]
fn what_a_scan_found_becomes_a_plan_that_is_applied() {
    let sandbox = scanned(&[(CVE, DEBUG, PACKAGE), ("CVE-2026-1", MS, MS_PACKAGE)]);
    let chosen = run(&sandbox, "--output $/chosen.plan");
    assert_eq!(chosen.code, 0, "{chosen}");
    assert!(chosen.out.contains("ACME-HF-1042, which names the problem and the exact files"), "{chosen}");
    assert!(chosen.out.contains("No patch:\n  CVE-2026-1"), "{chosen}");
    assert!(!sandbox.path("app/.patchwright").exists(), "choosing leaves nothing behind");
    let next =
        chosen.out.lines().find_map(|line| line.strip_prefix("Next: patchwright ")).expect("a next step");
    console(&sandbox).done(&format!("{next} --yes"));
    let after = answer(&sandbox, "");
    assert_eq!(after["outcome"], "nothing-to-do");
    let told = run(&sandbox, "--output $/new.plan").out;
    assert!(told.contains("so no plan was saved") && !sandbox.path("new.plan").exists(), "{told}");
    let told = run(&sandbox, "--output $/chosen.plan").out;
    assert!(told.contains("chosen.plan was there before and is as it was."), "{told}");
    assert_eq!(
        fates(&after),
        [(CVE.to_owned(), "fixed-here".to_owned()), ("CVE-2026-1".to_owned(), "no-patch".to_owned())]
    );
}

#[test]
fn one_problem_under_two_names_in_two_scans_is_one_row_whatever_their_order() {
    let sandbox = scanned(&[(CVE, DEBUG, PACKAGE)]);
    let mut with_alias: Value = serde_json::from_str(&trivy_report(&[(CVE, DEBUG, PACKAGE)])).expect("JSON");
    with_alias["Results"][0]["Vulnerabilities"][0]["VendorIDs"] = json!([GHSA]);
    sandbox.write("trivy.json", &with_alias.to_string());
    sandbox.write("grype.json", &grype_report(&[(GHSA, DEBUG, PACKAGE)]));
    let told = |first: &str, second: &str| {
        let command =
            format!("choose --scan $/{first}.json --scan $/{second}.json --from $/patches $/app --json");
        console(&sandbox).done(&command).out
    };
    let one = told("trivy", "grype");
    assert_eq!(one, told("grype", "trivy"));
    let answer: Value = serde_json::from_str(&one).expect("JSON");
    assert_eq!(answer["findings"], 2);
    assert_eq!(answer["problems"].as_array().map(Vec::len), Some(1));
    assert_eq!(answer["problems"][0]["ids"], json!([CVE, GHSA]));
}

const SSL: &str = "pkg:deb/debian/openssl@3.0.2-1";
const SSL_FILE: &str = "lib/ssl.so";

/// The product with a patch in it that mends one of three problems of a library, and one that mends the others.
fn one_of_three() -> Sandbox {
    let sandbox = scanned(&[]);
    sandbox.write(&format!("app/{SSL_FILE}"), "three holes\n");
    let patch = |id, before, after, claims: &[&str]| {
        let claims: Vec<_> = claims.iter().map(|id| fixed(id, &[], &[SSL])).collect();
        let bundle = bundle(&sandbox, id).replace(SSL_FILE, before, after);
        claiming(bundle, &claims, &[part(SSL, &[SSL_FILE])])
    };
    let first = patch("ACME-HF-3001", "three holes\n", "two holes\n", &["CVE-2023-0464"]);
    save_signed(&sandbox, "patches/first", &first, "acme");
    apply(&sandbox, "patches/first");
    let second = patch("ACME-HF-3002", "two holes\n", "no hole\n", &["CVE-2023-0465", "CVE-2023-0466"]);
    save_signed(&sandbox, "rest", &second, "acme");
    sandbox
}

/// A report of Trivy in which all findings name the same advisory.
fn under_one_advisory(found: &[Found<'_>], advisory: &str) -> String {
    let mut report: Value = serde_json::from_str(&trivy_report(found)).expect("JSON");
    for one in report["Results"][0]["Vulnerabilities"].as_array_mut().expect("findings") {
        one["VendorIDs"] = json!([advisory]);
    }
    report.to_string()
}

#[test]
fn problems_that_share_an_advisory_are_fixed_one_by_one() {
    let elsa = |cves: &[&str]| {
        let mut report: Value =
            serde_json::from_str(&grype_report(&[("ELSA-2023-1", SSL, SSL_FILE)])).expect("JSON");
        report["matches"][0]["relatedVulnerabilities"] =
            cves.iter().map(|id| json!({"id": id})).collect::<Vec<_>>().into();
        report.to_string()
    };
    let all = ["CVE-2023-0464", "CVE-2023-0465", "CVE-2023-0466"];
    let by_trivy = all.map(|id| (id, SSL, SSL_FILE));
    for (name, report) in [
        ("a DSA", under_one_advisory(&by_trivy, "DSA-5417-1")),
        // Whoever gives two problems one name: they stay two.
        ("a GHSA", under_one_advisory(&by_trivy, GHSA)),
        ("an ELSA", elsa(&all)),
    ] {
        let sandbox = one_of_three();
        sandbox.write("trivy.json", &report);
        let fate = |id: &str, fate: &str| (id.to_owned(), fate.to_owned());
        let told = answer(&sandbox, "");
        let mut sorted = fates(&told);
        sorted.sort();
        assert_eq!(
            sorted,
            [fate(all[0], "fixed-here"), fate(all[1], "no-patch"), fate(all[2], "no-patch")],
            "{name}"
        );
        assert_eq!(told["findings"], if name == "an ELSA" { 1 } else { 3 });
        assert_eq!(run(&sandbox, "--fail-on any").code, 3, "{name}");
        // All of them: now the advisory is done.
        console(&sandbox).done("apply $/rest.patchbundle $/app --yes --allow-related=tried");
        assert!(fates(&answer(&sandbox, "")).iter().all(|(_, fate)| fate == "fixed-here"), "{name}");
        assert_eq!(run(&sandbox, "--fail-on any").code, 0, "{name}");
    }
    let sandbox = one_of_three();
    sandbox.write("trivy.json", &elsa(&all));
    let told = run(&sandbox, "").out;
    assert!(told.contains("CVE-2023-0465 (ELSA-2023-1)"), "{told}");
    // An author who says that the whole advisory is done is believed.
    let whole = bundle(&sandbox, "ACME-HF-3003").replace(SSL_FILE, "two holes\n", "no hole\n");
    let whole = claiming(whole, &[fixed("ELSA-2023-1", &[], &[SSL])], &[part(SSL, &[SSL_FILE])]);
    save_signed(&sandbox, "whole", &whole, "acme");
    console(&sandbox).done("apply $/whole.patchbundle $/app --yes --allow-related=tried");
    assert_eq!(run(&sandbox, "--fail-on any").code, 0);
}

#[test]
fn a_second_copy_of_a_library_needs_its_own_fix() {
    let twin = "plugins/debug/package.json";
    let sandbox = scanned(&[(CVE, DEBUG, PACKAGE), (CVE, DEBUG, twin)]);
    sandbox.write("app/plugins/debug/package.json", "{}\n");
    sandbox.write("app/plugins/debug/src/node.js", HOLE);
    let by_copy = |answer: &Value| -> Vec<(String, String)> {
        let libraries = answer["problems"][0]["libraries"].as_array().expect("a list").iter();
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        libraries.map(|one| (text(&one["paths"][0]), text(&one["fate"]))).collect()
    };
    let expected = |twin_is: &str, first_is: &str| {
        vec![(twin.to_owned(), twin_is.to_owned()), (PACKAGE.to_owned(), first_is.to_owned())]
    };
    let before = answer(&sandbox, "");
    assert_eq!(by_copy(&before), expected("no-patch", "chosen"), "nothing is promised for the other copy");
    apply(&sandbox, "patches/hf-1042");
    let after = answer(&sandbox, "");
    assert_eq!(by_copy(&after), expected("no-patch", "fixed-here"));
    assert_eq!(after["problems"][0]["libraries"][0]["unpatched_copies"], json!([twin]));
    let told = run(&sandbox, "--fail-on any");
    assert_eq!(told.code, 3, "{told}");
    let line =
        format!("ACME-HF-1042 is applied, but the same library is here a second time, unpatched: {twin}");
    assert!(told.out.contains(&line) && told.out.contains(&format!("{DEBUG} at {PACKAGE}")), "{told}");
    // Scanners know libraries by name: they can't be told of one copy.
    assert!(!told.out.contains("--format openvex"), "{told}");
    // A scan that names no place is about either.
    sandbox.write("trivy.json", &trivy_report(&[(CVE, DEBUG, "")]));
    assert_eq!(run(&sandbox, "--fail-on any").code, 3);
    sandbox.write("app/plugins/debug/src/node.js", MENDED);
    assert_eq!(run(&sandbox, "--fail-on any").code, 0);
    assert!(run(&sandbox, "").out.contains("--format openvex"));
}

#[test]
fn both_copies_of_a_library_are_mended_by_a_patch_of_both_or_by_two() {
    let (twin, second) = ("plugins/debug/package.json", "plugins/debug/src/node.js");
    let sandbox = scanned(&[(CVE, DEBUG, PACKAGE), (CVE, DEBUG, twin)]);
    sandbox.write("app/plugins/debug/package.json", "{}\n");
    sandbox.write(&format!("app/{second}"), HOLE);
    let other = bundle(&sandbox, "ACME-HF-1050").replace(second, HOLE, MENDED);
    let other = claiming(other, &[fixed(CVE, &[GHSA], &[DEBUG])], &[part(DEBUG, &[second])]);
    save_signed(&sandbox, "patches/hf-1050", &other, "acme");
    let chosen = answer(&sandbox, "");
    assert_eq!(chosen["chosen"].as_array().map(Vec::len), Some(2), "{chosen}");
    for (patch, code) in [("hf-1042", 3), ("hf-1050", 0)] {
        apply(&sandbox, &format!("patches/{patch}"));
        assert_eq!(run(&sandbox, "--fail-on any").code, code, "{patch}");
    }
}

#[test]
fn a_library_of_python_is_found_beside_what_python_knows_of_it() {
    let (module, purl) = ("lib/site-packages/yaml/loader.py", "pkg:pypi/pyyaml@5.3");
    let sandbox = scanned(&[("CVE-2020-14343", purl, "lib/site-packages/PyYAML-5.3.dist-info/METADATA")]);
    sandbox.write(&format!("app/{module}"), "def load\n");
    sandbox.write("app/lib/site-packages/PyYAML-5.3.dist-info/METADATA", "Name: PyYAML\n");
    let bundle = bundle(&sandbox, "ACME-HF-4001").replace(module, "def load\n", "def safe_load\n");
    let bundle = claiming(bundle, &[fixed("CVE-2020-14343", &[], &[purl])], &[part(purl, &[module])]);
    save_signed(&sandbox, "patches/yaml", &bundle, "acme");
    assert_eq!(answer(&sandbox, "")["problems"][0]["libraries"][0]["grade"], "file");
    apply(&sandbox, "patches/yaml");
    assert_eq!(run(&sandbox, "--fail-on any").code, 0);
    assert_eq!(ask(&sandbox, "--against $/trivy.json")["scan"]["silent"], 1);
}

#[test]
fn a_pipeline_goes_by_the_worse_of_the_scanners_word_and_the_score() {
    let found: &[Found<'_>] = &[("CVE-2026-1", MS, MS_PACKAGE)];
    let sandbox = scanned(found);
    for (word, score, rank, gates) in [
        ("CRITICAL", 6.5, "critical, as the scanner says; CVSS 6.5", [3, 3, 3]),
        ("LOW", 9.8, "critical, CVSS 9.8", [3, 3, 3]),
        ("HIGH", 7.5, "high, CVSS 7.5", [0, 3, 3]),
        ("LOW", 3.1, "low, CVSS 3.1", [0, 0, 0]),
        // Nobody scored it.
        ("HIGH", 0.0, "high", [0, 3, 3]),
        ("UNKNOWN", 0.0, "severity unknown", [0, 0, 3]),
    ] {
        let mut report: Value = serde_json::from_str(&trivy_report(found)).expect("JSON");
        let one = &mut report["Results"][0]["Vulnerabilities"][0];
        one["Severity"] = json!(word);
        one["CVSS"] = json!({"ghsa": {"V3Score": score}});
        sandbox.write("trivy.json", &report.to_string());
        assert_eq!(answer(&sandbox, "")["problems"][0]["rank"], rank);
        let codes =
            ["critical", "high", "medium"].map(|what| run(&sandbox, &format!("--fail-on {what}")).code);
        assert_eq!(codes, gates, "{rank}");
    }
}

#[test]
fn a_gate_for_low_ones_lets_only_negligible_ones_pass() {
    let found: &[Found<'_>] = &[("CVE-2026-1", MS, MS_PACKAGE)];
    let sandbox = scanned(found);
    for (word, code) in [("LOW", 3), ("UNKNOWN", 3), ("NEGLIGIBLE", 0)] {
        let mut report: Value = serde_json::from_str(&trivy_report(found)).expect("JSON");
        report["Results"][0]["Vulnerabilities"][0]["Severity"] = json!(word);
        report["Results"][0]["Vulnerabilities"][0]["CVSS"] = json!({});
        sandbox.write("trivy.json", &report.to_string());
        assert_eq!(run(&sandbox, "--fail-on low").code, code, "{word}");
        assert_eq!(run(&sandbox, "--fail-on any").code, 3);
    }
}

#[test]
fn known_exploitation_comes_first_and_a_critical_one_without_a_forecast_before_a_low_one_with() {
    let found: &[Found<'_>] = &[
        ("CVE-2026-1", MS, MS_PACKAGE),
        ("GHSA-crit-crit-crit", MS, MS_PACKAGE),
        ("CVE-2026-2", MS, MS_PACKAGE),
        ("CVE-2026-3", MS, MS_PACKAGE),
    ];
    let sandbox = scanned(found);
    let mut report: Value = serde_json::from_str(&trivy_report(found)).expect("JSON");
    for (number, (word, score)) in
        [("LOW", Some(3.1)), ("CRITICAL", None), ("LOW", Some(2.0)), ("UNKNOWN", None)].iter().enumerate()
    {
        let one = &mut report["Results"][0]["Vulnerabilities"][number];
        one["Severity"] = json!(word);
        one["CVSS"] = score.map_or(json!({}), |score| json!({"ghsa": {"V3Score": score}}));
    }
    sandbox.write("trivy.json", &report.to_string());
    sandbox.write("kev.json", &json!({"title": "x", "catalogVersion": "2026.11.20", "dateReleased": "2026-11-20T10:00:00.0000Z", "count": 1,
        "vulnerabilities": [{"cveID": "CVE-2026-2", "vendorProject": "x", "dateAdded": "2026-10-01", "dueDate": "2026-11-11",
            "requiredAction": "x", "knownRansomwareCampaignUse": "Known"}]}).to_string());
    let table = "#model_version:v2026.03.14,score_date:2026-11-10T00:00:00+0000\ncve,epss,percentile\nCVE-2026-1,0.00042,0.1\nCVE-2026-9,0.9,1\n";
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(table.as_bytes()).expect("memory");
    std::fs::write(sandbox.path("epss.csv.gz"), packed.finish().expect("memory")).expect("a new file");
    sandbox.write("epss.csv", table);
    for epss in ["epss.csv", "epss.csv.gz"] {
        let answer = answer(&sandbox, &format!("--kev $/kev.json --epss $/{epss}"));
        let order: Vec<String> = fates(&answer).into_iter().map(|(id, _)| id).collect();
        assert_eq!(order, ["CVE-2026-2", "GHSA-crit-crit-crit", "CVE-2026-3", "CVE-2026-1"]);
        let rank = |number: usize| answer["problems"][number]["rank"].as_str().expect("a reason").to_owned();
        assert_eq!(
            rank(0),
            "known to be exploited, also by ransomware, due 2026-11-11, 12 days late; low, CVSS 2.0"
        );
        assert_eq!(rank(1), "critical");
        assert_eq!(rank(2), "severity unknown");
        assert_eq!(rank(3), "not likely to be exploited soon (EPSS 0.0%); low, CVSS 3.1");
        assert_eq!(answer["feeds"][0].get("warning"), None, "three days are fresh");
        assert_eq!(answer["feeds"][1]["warning"], "The EPSS list is 13 days old. Fetch a new one.");
    }
}

#[test]
fn a_patch_that_cannot_be_applied_is_blocked_with_its_reason_and_another_one_is_taken() {
    let sandbox = scanned(&[(CVE, DEBUG, PACKAGE)]);
    sandbox.write(&format!("app/{FILE}"), "// mine\n");
    let (fate, why) = fate_of(&answer(&sandbox, ""));
    assert_eq!(fate, "blocked");
    assert!(why.contains(FILE), "{why}");
    // Less precise, and possible.
    let other = claiming(
        bundle(&sandbox, "ACME-HF-2009").create("docs/other.txt", "x\n"),
        &[fixed(CVE, &[], &[DEBUG])],
        &[part(DEBUG, &[])],
    );
    save_signed(&sandbox, "patches/hf-9", &other, "acme");
    let answer = answer(&sandbox, "");
    assert_eq!(
        (&answer["chosen"][0]["id"], answer["chosen"].as_array().map(Vec::len)),
        (&"ACME-HF-2009".into(), Some(1))
    );
    assert_eq!(answer["problems"][0]["libraries"][0]["grade"], "component");
}

#[test]
fn a_patch_by_nobody_is_never_chosen_whatever_it_claims() {
    let sandbox = scanned(&[(CVE, DEBUG, PACKAGE)]);
    std::fs::remove_file(sandbox.path("patches/hf-1042.patchbundle")).expect("it was there");
    save_signed(&sandbox, "patches/evil", &hotfix(&sandbox), "nobody");
    let (fate, why) = fate_of(&answer(&sandbox, ""));
    assert_eq!((fate.as_str(), why.as_str()), ("blocked", "nobody you trust has signed ACME-HF-1042"));
}

#[test]
fn what_a_patch_requires_comes_with_it() {
    let sandbox = scanned(&[("CVE-2026-1", MS, MS_PACKAGE)]);
    let need = patchwright::model::Requirement {
        id: patchwright::model::PatchId::parse("ACME-HF-1042").expect("an id"),
        min_revision: 1,
        mode: patchwright::model::RequirementMode::Together,
    };
    let second = bundle(&sandbox, "ACME-HF-2002").replace(MS_PACKAGE, OLD_MS, "{}\n");
    let second = claiming(second, &[fixed("CVE-2026-1", &[], &[MS])], &[part(MS, &[MS_PACKAGE])]);
    save_signed(&sandbox, "patches/hf-2", &second.but(|patch| patch.about.requires = vec![need]), "acme");
    let ids = |answer: &Value| -> Vec<String> {
        let chosen = answer["chosen"].as_array().expect("a list").iter();
        chosen.map(|one| one["id"].as_str().expect("an id").to_owned()).collect()
    };
    assert_eq!(ids(&answer(&sandbox, "")), ["ACME-HF-1042", "ACME-HF-2002"]);
    std::fs::remove_file(sandbox.path("patches/hf-1042.patchbundle")).expect("it was there");
    let without = answer(&sandbox, "");
    assert_eq!(ids(&without), Vec::<String>::new());
    assert_eq!(fate_of(&without).0, "blocked");
}

#[test]
fn a_pipeline_fails_on_what_it_must_not_pass_with() {
    let sandbox = scanned(&[(CVE, DEBUG, PACKAGE)]);
    assert_eq!(run(&sandbox, "--fail-on exploited").code, 0);
    assert_eq!(run(&sandbox, "--fail-on critical").code, 0);
    for what in ["high", "medium", "low", "any"] {
        let refused = run(&sandbox, &format!("--fail-on {what} --json"));
        assert_eq!((refused.code, &refused.json()["outcome"]), (3, &"refused".into()));
    }
    assert_eq!(run(&sandbox, "--fail-on everything").code, 2);
    apply(&sandbox, "patches/hf-1042");
    assert_eq!(run(&sandbox, "--fail-on any").code, 0, "it is fixed now, whatever the scanner says");
}

#[test]
fn a_patch_that_changes_the_library_and_does_not_say_why_may_help_and_is_not_counted() {
    let sandbox = scanned(&[("CVE-2026-1", DEBUG, PACKAGE)]);
    let answer = answer(&sandbox, "");
    let library = &answer["problems"][0]["libraries"][0];
    assert_eq!((&library["fate"], &library["may_help"]), (&"no-patch".into(), &json!(["ACME-HF-1042"])));
    assert_eq!(library["fixed_versions"], json!(["2.6.9", "3.1.0"]));
}

#[test]
fn a_folder_of_patches_that_is_not_there_is_no_choice() {
    let sandbox = scanned(&[]);
    let nowhere = console(&sandbox).run("choose --scan $/trivy.json --from $/nowhere $/app");
    assert!(nowhere.code != 0 && nowhere.err.contains("$/nowhere"), "{nowhere}");
    assert!(nowhere.err.contains("file not found"), "{nowhere}");
}

#[test]
fn lists_and_patch_files_that_are_none_are_told() {
    let sandbox = scanned(&[(CVE, DEBUG, PACKAGE)]);
    sandbox.write("patches/broken.patchbundle", "PK");
    let answer = answer(&sandbox, "");
    assert_eq!(answer["unreadable"].as_array().map(Vec::len), Some(1));
    assert_eq!(answer["chosen"][0]["id"], "ACME-HF-1042");
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let head = "#model_version:x,score_date:2026-11-10T00:00:00+0000\ncve,epss,percentile\n";
    bomb.write_all(head.as_bytes()).expect("memory");
    let zeros = vec![b'0'; 1 << 20];
    (0..200).for_each(|_| bomb.write_all(&zeros).expect("memory"));
    std::fs::write(sandbox.path("bomb.gz"), bomb.finish().expect("memory")).expect("a new file");
    sandbox.write("nothing", "cve,epss,percentile\n");
    sandbox.write("wild", "#score_date:2026-11-10\nCVE-2017-20165,NaN,1\n");
    for flags in
        ["--epss $/bomb.gz", "--epss $/nothing", "--epss $/wild", "--kev $/nothing", "--kev $/trivy.json"]
    {
        let refused = run(&sandbox, &format!("{flags} --json"));
        assert_eq!((refused.code, &refused.json()["code"]), (2, &"E-USAGE".into()), "{flags}");
    }
}
