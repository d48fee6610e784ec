//! Reports and names that were made to mislead.

use super::doubles::trivy_report;
use super::scene::*;

#[test]
fn a_report_cannot_write_on_the_terminal() {
    let sandbox = patched();
    let evil = "CVE-1\u{1b}[2J\u{202e}";
    let text = trivy_report(&[
        (evil, "pkg:npm/x@1\u{1b}]0;y", "web/vendor/debug/\u{9b}31m.json"),
        (CVE, DEBUG, "web/vendor/debug/package.json"),
    ]);
    sandbox.write("trivy.json", &text);
    let run = console(&sandbox).done("fixed $/app --against $/trivy.json");
    let json = console(&sandbox).done("fixed $/app --against $/trivy.json --json");
    for printed in [run.printed(), json.printed()] {
        assert!(!printed.contains(['\u{1b}', '\u{202e}', '\u{9b}']), "{printed:?}");
    }
    assert!(run.out.contains("1 will be suppressed"), "{run}");
}

#[test]
fn what_is_no_report_is_refused_and_nothing_is_written() {
    let sandbox = patched();
    let deep = format!("{{\"Results\": {}", "[".repeat(1_000_000));
    for text in ["", "{}", "not JSON", r#"{"Results": [], "Results": []}"#, "\u{feff}{}", &deep] {
        sandbox.write("bad.json", text);
        let command = "fixed $/app --against $/bad.json --format openvex --output $/vex.json --json";
        let refused = console(&sandbox).run(command);
        assert_eq!((refused.code, &refused.json()["code"]), (2, &"E-USAGE".into()), "{refused}");
        assert!(sandbox.read("vex.json").is_none());
    }
}

#[test]
fn what_an_author_writes_stays_in_its_place_in_every_document() {
    let sandbox = product();
    let mut claim = fixed(CVE, &[GHSA], &[DEBUG]);
    claim.source = Some("NVD\"}],\u{202e}<script>".to_owned());
    let bundle = claiming(hotfix(&sandbox), &[claim], &[part(DEBUG, &[FILE])]);
    let bundle = bundle.but(|patch| patch.about.product.name = "Wid\"get\u{202e}]]".to_owned());
    save_signed(&sandbox, "fix", &bundle, "acme");
    apply(&sandbox, "fix");
    for format in ["openvex", "cyclonedx", "cyclonedx-vex", "csaf"] {
        let text = document(&sandbox, format);
        assert!(!text.contains('\u{202e}'), "{text}");
        serde_json::from_str::<serde_json::Value>(&text).expect("JSON");
    }
    let toml = document(&sandbox, "osv-scanner");
    let read: toml::Table = toml.parse().expect("TOML");
    assert_eq!(read["IgnoredVulns"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_document_for_auditors_says_who_publishes_it() {
    let sandbox = patched();
    for flags in ["", "--author ACME", "--author ACME --namespace acme"] {
        let refused =
            console(&sandbox).run(&format!("fixed $/app --format csaf {flags} --output $/csaf.json"));
        assert_eq!(refused.code, 2, "{refused}");
        assert!(refused.err.contains("--namespace https://"), "{refused}");
    }
    let refused = |flags: &str| {
        let run = console(&sandbox).run(&format!("fixed $/app {flags} --output $/csaf.json"));
        assert_eq!(run.code, 2, "{flags} {run}");
        assert!(!sandbox.path("csaf.json").exists(), "{flags}");
    };
    for address in
        ["https://", "https://a|b", "https:///x", "https://a/{b}", "https://a:b", "https://a/%4", "ftp://a"]
    {
        refused(&format!("--format csaf --author ACME --namespace={address}"));
    }
    for format in FORMATS {
        refused(&format!("--format {format} --author= --namespace=https://acme.example"));
    }
    for address in
        ["https://acme.example", "http://acme.example:8080/a%20b/?c=d&e#f", "https://localhost/~acme"]
    {
        let command =
            format!("fixed $/app --format csaf --author ACME --namespace={address} --output $/good.json");
        console(&sandbox).done(&command);
    }
    assert_eq!(console(&sandbox).run("fixed $/app --format openvex --json").code, 2);
    assert_eq!(console(&sandbox).run("fixed $/app --format magic").code, 2);
}
