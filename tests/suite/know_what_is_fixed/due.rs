//! By when problems have to be fixed, and other ways to rank them.

use serde_json::{Value, json};

use super::choosing::{MS, MS_PACKAGE, PACKAGE, answer, fates, run, scanned};
use super::doubles::{Found, grype_report, trivy_report};
use super::scene::*;
use crate::support::sandbox::Sandbox;

/// A list of exploited problems with this one, to be fixed by `due`.
fn write_kev(sandbox: &Sandbox, id: &str, due: &str) {
    let entry = json!({"cveID": id, "dueDate": due, "knownRansomwareCampaignUse": "Unknown"});
    let list = json!({"dateReleased": "2026-11-20T10:00:00.0000Z", "vulnerabilities": [entry]});
    sandbox.write("kev.json", &list.to_string());
}

#[test]
fn what_is_overdue_is_named_and_stops_a_pipeline_until_it_is_fixed() {
    // Both are high, and were published on 9 January 2023.
    let sandbox = scanned(&[(CVE, DEBUG, PACKAGE)]);
    let refused = run(&sandbox, "--fail-on overdue");
    assert!(refused.code == 2 && refused.printed().contains("Nothing says by when"), "{refused}");
    let rules = |days: &str| {
        let rules = format!("format = \"patchwright-trust/1\"\n[policy.due_days]\n{days}");
        sandbox.write("machine/trust.toml", &rules);
    };
    rules("high = 1400\n");
    let told = answer(&sandbox, "");
    let problem = &told["problems"][0];
    assert_eq!(
        (&problem["due"], &problem["due_by"], &problem["days_late"]),
        (&json!("2026-11-09"), &json!("rules"), &json!(14))
    );
    assert_eq!(
        problem["rank"],
        "high, CVSS 7.5; due 2026-11-09, 14 days late (1,400 days for high, by your trust rules)"
    );
    assert_eq!(run(&sandbox, "--fail-on overdue").code, 3);
    // A list that names an earlier day, and one that names a later one.
    write_kev(&sandbox, CVE, "2026-11-01");
    assert_eq!(answer(&sandbox, "--kev $/kev.json")["problems"][0]["due_by"], "kev");
    write_kev(&sandbox, CVE, "2026-11-29");
    assert_eq!(answer(&sandbox, "--kev $/kev.json")["problems"][0]["due"], "2026-11-09");
    // There is time, or nobody asks for this severity.
    for days in ["high = 1500\n", "critical = 1\n"] {
        rules(days);
        assert_eq!(run(&sandbox, "--fail-on overdue").code, 0, "{days}");
        assert_eq!(run(&sandbox, "--fail-on overdue --kev $/kev.json").code, 0, "{days}");
    }
    // The patch doesn't say what a due date is worked out from.
    rules("high = 1400\n");
    assert_eq!(fates(&answer(&sandbox, "")), [(CVE.to_owned(), "blocked".to_owned())]);
    rules("");
    apply(&sandbox, "patches/hf-1042");
    rules("high = 1400\n");
    assert_eq!(run(&sandbox, "--fail-on overdue").code, 0, "it is fixed");
}

#[test]
fn a_problem_without_a_date_is_counted_and_not_taken_for_one_with_time() {
    let sandbox = scanned(&[]);
    sandbox.write("machine/trust.toml", "format = \"patchwright-trust/1\"\n[policy.due_days]\nhigh = 30\n");
    // Grype doesn't say when.
    sandbox.write("trivy.json", &grype_report(&[("CVE-2026-1", MS, MS_PACKAGE)]));
    let told = run(&sandbox, "");
    assert!(told.out.contains("1 problem has no due date by your trust rules"), "{told}");
    sandbox.write("trivy.json", &trivy_report(&[("CVE-2026-1", MS, MS_PACKAGE)]));
    assert!(!run(&sandbox, "").out.contains("no due date"));
}

#[test]
fn whoever_wants_the_rank_of_grype_gets_it_with_its_number() {
    let found: &[Found<'_>] = &[("CVE-2026-1", MS, MS_PACKAGE), ("CVE-2026-2", MS, MS_PACKAGE)];
    let sandbox = scanned(&[]);
    let mut report: Value = serde_json::from_str(&grype_report(found)).expect("JSON");
    let vectors =
        ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L"];
    let one = &mut report["matches"][0]["vulnerability"];
    (one["severity"], one["cvss"]) = (json!("Critical"), json!([{"vector": vectors[0]}]));
    let other = &mut report["matches"][1]["vulnerability"];
    (other["severity"], other["cvss"]) =
        (json!("Low"), json!([{"vector": vectors[0]}, {"vector": vectors[1]}]));
    other["epss"] = json!([{"cve": "CVE-2026-2", "epss": 0.2, "percentile": 0.9, "date": "2026-11-20"}]);
    sandbox.write("trivy.json", &report.to_string());
    let order =
        |flags: &str| fates(&answer(&sandbox, flags)).into_iter().map(|(id, _)| id).collect::<Vec<_>>();
    assert_eq!(order(""), ["CVE-2026-2", "CVE-2026-1"], "it is likely to be exploited");
    let told = answer(&sandbox, "--rank grype");
    assert_eq!(order("--rank grype"), ["CVE-2026-2", "CVE-2026-1"]);
    // 0.2 times the mean of 3 and the mean of 9.8 and 5.3, of ten: as Grype does it.
    assert_eq!(told["problems"][0]["grype_risk"], 10_550);
    assert!(
        told["problems"][0]["rank"].as_str().is_some_and(|rank| rank.starts_with("Grype's risk 10.6;")),
        "{told}"
    );
    assert_eq!(told["problems"][1]["grype_risk"], 0, "it has no forecast");
    write_kev(&sandbox, "CVE-2026-1", "2026-12-01");
    let told = answer(&sandbox, "--rank grype --kev $/kev.json");
    assert_eq!(told["problems"][0]["ids"][0], "CVE-2026-1");
    assert_eq!(told["problems"][0]["grype_risk"], 98_700);
    assert_eq!(run(&sandbox, "--rank feeling").code, 2);
}
