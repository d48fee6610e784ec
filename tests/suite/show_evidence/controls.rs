//! Controls in an evidence file: what the rules of a site and the patches name is compared with the record, and is met, not
//! met, or no data. A document that came with a patch is in it as it came, and nothing believes it.

use patchwright::model::Compliance;
use serde_json::{Value, json};

use super::*;
use crate::support::sandbox::order;

const PCI: &str = "PCI DSS 4.0.1 6.3.3";
/// Every word that a control can ask for.
const RULES: &str = "format = \"patchwright-trust/1\"\n[[controls]]\nframework = \"SP 800-53\"\ncontrol = \"SI-2\"\n\
    asks = [\"in-time\", \"signed\", \"reviewed\", \"tested\", \"issue\", \"ticket\"]\n";

/// A folder in which a patch was applied on 23 November that serves a rule by `due`.
fn served(due: Option<&str>, apply: &str) -> Sandbox {
    let sandbox = Sandbox::with(&[("app/a", "1")]);
    write_trusted_key(&sandbox, "anna", 1, "author");
    let bundle = sandbox.bundle(ID).replace("a", "1", "2").but(|patch| {
        patch.about.vulnerabilities = vec!["CVE-2026-1".to_owned()];
        patch.about.compliance = vec![Compliance {
            framework: "PCI DSS 4.0.1".into(),
            control: "6.3.3".into(),
            due: due.map(str::to_owned),
        }];
    });
    sandbox.save("fix.patchbundle", &bundle);
    sandbox.write("machine/trust.toml", RULES);
    console(&sandbox).done("sign $/fix.patchbundle --key $/anna.key");
    console(&sandbox).done(&format!("apply $/fix.patchbundle $/app --yes {apply}"));
    sandbox
}

/// The document of the folder's evidence.
fn document(sandbox: &Sandbox, flags: &str) -> Value {
    console(sandbox).done(&format!("evidence $/app --output $/e.zip {flags}"));
    serde_json::from_str(&text(&files(sandbox, "e.zip"), "evidence.json")).expect("JSON")
}

/// What a control comes to, and why.
fn outcome(document: &Value, control: &str, ask: &str) -> (String, String) {
    let lines = document["controls"].as_array().expect("controls");
    let is_it = |line: &&Value| line["control"] == control && line["asks"] == ask;
    let line = lines.iter().find(is_it).unwrap_or_else(|| panic!("{control} {ask} in {document}"));
    let said = |name: &str| line[name].as_str().expect("a text").to_owned();
    (said("state"), said("reason"))
}

fn in_time(sandbox: &Sandbox) -> (String, String) {
    outcome(&document(sandbox, ""), PCI, "in-time")
}

#[test]
fn a_rule_that_a_patch_serves_is_met_by_the_day_and_not_a_day_later() {
    for (due, state, said) in [
        (Some("2026-11-23"), "met", "in place since 2026-11-23, due 2026-11-23 for PCI DSS 4.0.1 6.3.3"),
        (Some("2026-11-22"), "not-met", "in place since 2026-11-23, 1 day late: due 2026-11-22"),
        (None, "no-data", "nobody says by when"),
    ] {
        let (is, reason) = in_time(&served(due, ""));
        assert!(is == state && reason.starts_with(said), "{due:?}: {is}, {reason}");
    }
}

#[test]
fn what_went_again_or_is_not_as_the_patch_left_it_is_in_time_for_nothing() {
    let sandbox = served(Some("2026-12-20"), "");
    assert_eq!(in_time(&sandbox).0, "met");
    sandbox.write("app/a", "3");
    assert_eq!(
        in_time(&sandbox),
        ("not-met".into(), "that CVE-2026-1 is fixed isn't proven by the files".into())
    );
    sandbox.write("app/a", "2");
    console(&sandbox).done("rollback $/app --yes");
    assert_eq!(in_time(&sandbox), ("not-met".into(), "the patch isn't in the folder any more".into()));
    console(&sandbox).done("reapply $/app --yes");
    assert_eq!(in_time(&sandbox).0, "met", "it is back");
    let entry = "app/.patchwright/history/00000001/entry.json";
    let record = sandbox.read(entry).expect("an entry").replace("\"ada\"", "\"eve\"");
    sandbox.write(entry, &record);
    // Nothing of a history that was changed from the first entry on is told.
    assert!(document(&sandbox, "").get("controls").is_none());
}

#[test]
fn a_day_that_nobody_who_is_trusted_names_meets_nothing() {
    let sandbox = Sandbox::with(&[("app/a", "1")]);
    let bundle = sandbox.bundle(ID).replace("a", "1", "2").but(|patch| {
        let due = Some("2026-12-20".to_owned());
        patch.about.compliance =
            vec![Compliance { framework: "PCI DSS 4.0.1".into(), control: "6.3.3".into(), due }];
    });
    sandbox.save("fix.patchbundle", &bundle);
    console(&sandbox).done("apply $/fix.patchbundle $/app --yes --allow-unsigned");
    assert_eq!(in_time(&sandbox), ("no-data".into(), "only its author says so, and wasn't trusted".into()));
}

#[test]
fn the_controls_of_a_site_are_told_on_the_page_with_the_record_that_shows_them() {
    let sandbox = served(Some("2026-12-20"), "--ticket CHG-7");
    let told = document(&sandbox, "");
    let site = |ask: &str| outcome(&told, "SP 800-53 SI-2", ask);
    assert_eq!(site("in-time").0, "met");
    assert_eq!(site("signed"), ("met".into(), "enough people you trust had signed it".into()));
    assert_eq!(site("reviewed"), ("not-met".into(), "nobody you trust had reviewed it".into()));
    assert_eq!(site("tested"), ("no-data".into(), "no health check is recorded".into()));
    assert_eq!(site("issue"), ("not-met".into(), "it names no issue".into()));
    assert_eq!(site("ticket"), ("met".into(), "applied for the ticket CHG-7".into()));
    let page = text(&files(&sandbox, "e.zip"), "index.html");
    for said in [
        "SP 800-53 SI-2, ACME-1: met. Applied for the ticket CHG-7 (originals/history/00000001/entry.json)",
        "PCI DSS 4.0.1 6.3.3 (named by the patch), ACME-1: met. In place since 2026-11-23, due 2026-12-20",
        "Serves, its author says",
        "PCI DSS 4.0.1 6.3.3, due 2026-12-20",
        "The reader decides",
    ] {
        assert!(page.contains(said), "{said} is not in {page}");
    }
    assert!(!page.contains("ompliant"), "{page}");
    // A list of exploited problems names an earlier day.
    let list = json!({"dateReleased": "2026-11-20T10:00:00.0000Z", "vulnerabilities":
        [{"cveID": "CVE-2026-1", "dueDate": "2026-11-20", "knownRansomwareCampaignUse": "Known"}]});
    sandbox.write("kev.json", &list.to_string());
    let (state, reason) = outcome(&document(&sandbox, "--kev $/kev.json"), PCI, "in-time");
    assert!(state == "not-met" && reason.ends_with("by the list of exploited problems"), "{reason}");
}

#[test]
fn controls_that_ask_for_nothing_or_for_what_nobody_knows_are_refused_with_the_words() {
    let sandbox = served(None, "");
    for (asks, said) in [
        ("[]", "asks for nothing: in-time, signed"),
        ("[\"compliant\"]", "asks for \\\"compliant\\\", which is none of in-time"),
    ] {
        sandbox.write("machine/trust.toml", &format!(
            "format = \"patchwright-trust/1\"\n[[controls]]\nframework = \"F\"\ncontrol = \"1\"\nasks = {asks}\n"
        ));
        let run = console(&sandbox).run("verify $/fix.patchbundle");
        let said = said.replace("\\\"", "\"");
        assert!(run.code != 0 && run.in_one_line().contains(&said), "{run}");
    }
}

#[test]
fn a_rule_that_is_overdue_is_noted_before_the_patch_is_applied() {
    let sandbox = Sandbox::with(&[("app/a", "1"), ("twin/a", "1")]);
    write_trusted_key(&sandbox, "anna", 1, "author");
    let bundle = |due: &str| {
        let due = Some(due.to_owned());
        let rule = Compliance { framework: "PCI DSS 4.0.1".into(), control: "6.3.3".into(), due };
        sandbox.bundle(ID).replace("a", "1", "2").but(|patch| patch.about.compliance = vec![rule])
    };
    for (due, is_late) in [("2026-11-22", true), ("2026-11-23", false)] {
        sandbox.save("fix.patchbundle", &bundle(due));
        console(&sandbox).done("sign $/fix.patchbundle --key $/anna.key");
        let planned = console(&sandbox).done("plan $/fix.patchbundle $/app");
        let said = "PCI DSS 4.0.1 6.3.3 (due 2026-11-22, 1 day late)";
        assert_eq!(planned.in_one_line().contains(said), is_late, "{planned}");
        let shown = console(&sandbox).done("show $/fix.patchbundle");
        assert!(shown.in_one_line().contains(&format!("Controls PCI DSS 4.0.1 6.3.3, due {due}")), "{shown}");
    }
}

const VEX: &str = r#"{"@context":"https://openvex.dev/ns/v0.2.0","@id":"urn:x","author":"ACME","timestamp":"2026-11-01T00:00:00Z",
"version":1,"statements":[{"vulnerability":{"name":"CVE-2026-9"},"products":[{"@id":"pkg:npm/debug@3.0.1"}],"status":"not_affected",
"justification":"vulnerable_code_not_present"}]}"#;

/// A folder with a patch that carries a VEX and an attestation.
fn carrying() -> Sandbox {
    let sandbox = Sandbox::with(&[("old/a", "1"), ("new/a", "2"), ("app/a", "1")]);
    write_trusted_key(&sandbox, "anna", 1, "author");
    sandbox.write("vex.json", VEX);
    sandbox.write("build.json", "{\"payloadType\":\"application/vnd.in-toto+json\"}\n");
    let keys = "vex = \"vex.json\"\n[origin]\nkind = \"backport\"\nupstream = \"commit c38a0166\"\ngenerator = \"bot 2\"\n";
    let tables = "[[attestations]]\nfile = \"build.json\"\nmedia_type = \"application/vnd.in-toto+json\"\n";
    sandbox.write("order.toml", &order(ID, keys, tables));
    console(&sandbox).done("make --from $/old --to $/new --order $/order.toml --output $/fix.patchbundle");
    console(&sandbox).done("sign $/fix.patchbundle --key $/anna.key");
    console(&sandbox).done("apply $/fix.patchbundle $/app --yes");
    sandbox
}

#[test]
fn a_document_that_came_with_a_patch_is_in_the_pack_as_it_came_and_nothing_believes_it() {
    let sandbox = carrying();
    let shown = console(&sandbox).done("show $/fix.patchbundle --verbose").in_one_line();
    for said in [
        "Origin backported from a newer version, after commit c38a0166, by bot 2",
        "VEX OpenVEX 0.2.0, ",
        "its author's claim, not used here",
        "Attested application/vnd.in-toto+json, ",
    ] {
        assert!(shown.contains(said), "{said} is not in {shown}");
    }
    console(&sandbox).done("evidence $/app --output $/e.zip");
    let packed = files(&sandbox, "e.zip");
    assert_eq!(text(&packed, "originals/history/00000001/vex.json"), VEX);
    assert_eq!(
        Some(text(&packed, "originals/history/00000001/attestation-1.json")),
        sandbox.read("build.json")
    );
    let page = text(&packed, "index.html");
    for said in [
        "originals/history/00000001/vex.json",
        "nothing is taken over from it",
        "Came about, its author says",
    ] {
        assert!(page.contains(said), "{said} is not in {page}");
    }
    for format in ["openvex", "cyclonedx-vex", "trivyignore"] {
        console(&sandbox).run(&format!("fixed $/app --format {format} --output $/out"));
        assert!(!sandbox.read("out").unwrap_or_default().contains("CVE-2026-9"), "{format}");
    }
    // Free words are left out with the names that may be in them.
    console(&sandbox).done("evidence $/app --output $/e.zip --redact users");
    assert!(!files(&sandbox, "e.zip").contains_key("originals/history/00000001/vex.json"));
}

#[test]
fn a_document_that_is_not_as_it_came_is_no_evidence() {
    let sandbox = carrying();
    let digest = Digest::compute(VEX.as_bytes());
    let kept = format!("app/.patchwright/history/00000001/document-{digest}");
    assert_eq!(sandbox.read(&kept).as_deref(), Some(VEX));
    sandbox.write(&kept, &VEX.replace("CVE-2026-9", "CVE-2026-8"));
    let told = document(&sandbox, "");
    let documents = told["patches"][0]["documents"].as_array().expect("documents");
    assert_eq!((&documents[0]["what"], documents[0].get("file")), (&json!("vex"), None), "{told}");
    assert_eq!(documents[1]["file"], "originals/history/00000001/attestation-1.json");
    assert!(text(&files(&sandbox, "e.zip"), "index.html").contains("missing or damaged in the folder"));
}

#[test]
fn an_order_with_a_document_that_is_none_makes_no_patch() {
    let sandbox = Sandbox::with(&[("old/a", "1"), ("new/a", "2")]);
    sandbox.write("bom.json", "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[]}");
    sandbox.write("long.json", &" ".repeat((1 << 20) + 1));
    let attested = |file: &str| {
        format!("[[attestations]]\nfile = \"{file}\"\nmedia_type = \"application/vnd.in-toto+json\"\n")
    };
    for (keys, tables, said) in [
        ("vex = \"bom.json\"", String::new(), "bom.json: is no VEX in OpenVEX, CycloneDX or CSAF"),
        ("vex = \"none.json\"", String::new(), "none.json: cannot be read"),
        ("vex = \"../bom.json\"", String::new(), "vex"),
        ("", attested("long.json"), "long.json: is longer than 1 MiB"),
    ] {
        sandbox.write("order.toml", &order(ID, keys, &tables));
        let run = console(&sandbox)
            .run("make --from $/old --to $/new --order $/order.toml --output $/fix.patchbundle");
        assert!(run.code != 0 && run.in_one_line().contains(said), "{said}: {run}");
        assert!(!sandbox.path("fix.patchbundle").exists());
    }
}
