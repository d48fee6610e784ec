//! From a scan to a plan: the problems in their order, each with its reason, and the patches that fix them.

use std::io::Write as _;

use serde_json::{Value, json};

use super::doubles::{Found, grype_report, trivy_report};
use super::scene::*;
use crate::support::console::Run;
use crate::support::sandbox::Sandbox;

const PACKAGE: &str = "web/vendor/debug/package.json";
const MS: &str = "pkg:npm/ms@2.0.0";
const MS_PACKAGE: &str = "web/vendor/ms/package.json";
const OLD_MS: &str = "{\"name\": \"ms\", \"version\": \"2.0.0\"}\n";

/// The product, a folder of patches, and a scan of Trivy that found `found`.
fn scanned(found: &[Found<'_>]) -> Sandbox {
    let sandbox = product();
    std::fs::create_dir(sandbox.path("patches")).expect("a new folder");
    sandbox.write("trivy.json", &trivy_report(found));
    save_signed(&sandbox, "patches/hf-1042", &hotfix(&sandbox), "acme");
    sandbox
}

fn run(sandbox: &Sandbox, flags: &str) -> Run {
    console(sandbox).run(&format!("choose --scan $/trivy.json --from $/patches $/app {flags}"))
}

fn answer(sandbox: &Sandbox, flags: &str) -> Value {
    run(sandbox, &format!("{flags} --json")).json()
}

/// Each problem with what becomes of it in its first library.
fn fates(answer: &Value) -> Vec<(String, String)> {
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
    assert!(chosen.out.contains("ACME-HF-1042, which names the problem and the very files"), "{chosen}");
    assert!(chosen.out.contains("No patch:\n  CVE-2026-1"), "{chosen}");
    assert!(!sandbox.path("app/.patchwright").exists(), "choosing leaves nothing behind");
    let next =
        chosen.out.lines().find_map(|line| line.strip_prefix("Next: patchwright ")).expect("a next step");
    console(&sandbox).done(&format!("{next} --yes"));
    let after = answer(&sandbox, "");
    assert_eq!(after["outcome"], "nothing-to-do");
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
        assert_eq!(rank(3), "not likely to be exploited soon (EPSS 0.0 %); low, CVSS 3.1");
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
    for what in ["high", "medium", "any"] {
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
