//! What a patch may claim to resolve, and how.

use serde_json::json;

use super::hostile::{Row, all_refused};
use super::*;

#[test]
fn a_claim_that_says_nothing_true_is_refused() {
    let rows: &[Row] = &[
        (
            "a vulnerability that the list lacks",
            |m| m["vulnerabilities"] = json!(["CVE-2026-12345"]),
            Code::Manifest,
            "vulnerabilities",
            "\"GHSA-9vvw-cc9w-f27h\" is missing",
        ),
        (
            "a part that nobody described",
            |m| m["components"] = json!([]),
            Code::Manifest,
            "resolves[0].components[0]",
            "isn't among the patch's components",
        ),
        (
            "a file that the patch does not change",
            |m| m["components"][0]["paths"] = json!(["lib/b.so"]),
            Code::Manifest,
            "components[0].paths[0]",
            "doesn't change \"lib/b.so\"",
        ),
        (
            "a path out",
            |m| m["components"][0]["paths"] = json!(["../b.so"]),
            Code::Path,
            "components[0].paths[0]",
            "",
        ),
        (
            "any version",
            |m| m["components"][0]["purl"] = json!("pkg:npm/debug"),
            Code::Manifest,
            "components[0].purl",
            "no exact version",
        ),
        (
            "a name that no scan has",
            |m| m["resolves"][0]["components"] = json!(["pkg:npm/debug@3.0.1?distro=debian-12"]),
            Code::Manifest,
            "resolves[0].components[0]",
            "scanners then match nothing",
        ),
        (
            "a range that nobody can compare",
            |m| m["requires_components"][0]["versions"] = json!("vers:maven/>=1"),
            Code::Manifest,
            "requires_components[0].versions",
            "\"maven\" can't be compared",
        ),
        (
            "a range of another kind",
            |m| m["requires_components"][0]["versions"] = json!("vers:npm/>=1.0.0"),
            Code::Manifest,
            "requires_components[0].versions",
            "isn't a range of versions of pkg:deb/debian/libssl3",
        ),
        (
            "a part in one version",
            |m| m["requires_components"][0]["purl"] = json!("pkg:npm/debug@3.0.1"),
            Code::Manifest,
            "requires_components[0].purl",
            "names a version",
        ),
        (
            "a part that no rule reads the version of",
            |m| m["requires_components"][0]["detect"] = json!([{"kind": "exists", "path": "lib/ssl"}]),
            Code::Manifest,
            "requires_components[0].detect",
            "exactly one rule has to read the version",
        ),
        (
            "a rule out of the folder",
            |m| m["requires_components"][0]["detect"][0]["path"] = json!("../ssl"),
            Code::Path,
            "requires_components[0].detect[0].path",
            "",
        ),
        (
            "an issue of a day that isn't",
            |m| m["issues"][0]["opened"] = json!("2026-02-30"),
            Code::Manifest,
            "issues[0].opened",
            "is no day such as",
        ),
        (
            "a rule that wants it some day",
            |m| m["compliance"][0]["due"] = json!("soon"),
            Code::Manifest,
            "compliance[0].due",
            "is no day such as",
        ),
        (
            "a rule twice",
            |m| m["compliance"] = json!([m["compliance"][0], m["compliance"][0]]),
            Code::Manifest,
            "compliance[1]",
            "stands there twice",
        ),
        (
            "a rule without a name",
            |m| m["compliance"][0]["framework"] = json!(""),
            Code::Manifest,
            "compliance[0].framework",
            "",
        ),
        (
            "an origin that nobody knows",
            |m| m["origin"]["kind"] = json!("stolen"),
            Code::Manifest,
            "origin.kind",
            "none of authored, backport",
        ),
        (
            "a program's name of two lines",
            |m| m["origin"]["generator"] = json!("bot\nsigned by ACME"),
            Code::Manifest,
            "origin.generator",
            "",
        ),
        (
            "an attestation of no type",
            |m| m["attestations"][0]["media_type"] = json!("JSON"),
            Code::Manifest,
            "attestations[0].media_type",
            "no media type",
        ),
        (
            "an attestation twice",
            |m| m["attestations"] = json!([m["attestations"][0], m["attestations"][0]]),
            Code::Manifest,
            "attestations[1]",
            "",
        ),
        (
            "a vex as large as a product",
            |m| m["vex"]["size"] = json!(2_000_000),
            Code::Limit,
            "vex.size",
            "up to 1 MiB",
        ),
        (
            "a repair that was planned",
            |m| m["unplanned"] = json!(false),
            Code::Manifest,
            "unplanned",
            "a patch that mends another one is unplanned",
        ),
        (
            "not affected, for no reason",
            |m| m["resolves"][0]["state"] = json!("not_affected"),
            Code::Manifest,
            "resolves[0].justification",
            "needs one",
        ),
        (
            "fixed, because it is not there",
            |m| m["resolves"][0]["justification"] = json!("component_not_present"),
            Code::Manifest,
            "resolves[0].justification",
            "belongs to the state",
        ),
        (
            "a score of one's own",
            |m| m["resolves"][0]["severity"]["cvss"] = json!("11.0"),
            Code::Manifest,
            "resolves[0].severity.cvss",
            "no CVSS vector",
        ),
        (
            "an id with an escape",
            |m| m["resolves"][0]["id"] = json!("CVE-2026\u{1b}[2J"),
            Code::Manifest,
            "resolves[0].id",
            "",
        ),
        (
            "two thousand claims",
            |m| {
                let one = json!({"type": "defect", "id": "D-1", "state": "fixed"});
                let many = (0..2000).map(|number| {
                    let mut one = one.clone();
                    one["id"] = json!(format!("D-{number}"));
                    one
                });
                m["resolves"] = many.collect();
            },
            Code::Limit,
            "resolves",
            "2000 entries, 1000 are allowed",
        ),
    ];
    all_refused(rows);
}

#[test]
fn a_claim_of_every_state_is_read_as_it_was_written() {
    for (state, why) in [
        (ResolvedState::Affected, None),
        (ResolvedState::NotAffected, Some(Justification::VulnerableCodeNotPresent)),
        (ResolvedState::Fixed, None),
    ] {
        let patch = good_about(|about| {
            about.resolves[0].state = state;
            about.resolves[0].justification = why;
        });
        assert_eq!(read_manifest(&write_manifest(&patch)), Ok(patch));
    }
}

#[test]
fn a_patch_without_claims_is_written_as_it_always_was() {
    let patch = good_about(|about| {
        about.resolves.clear();
        about.components.clear();
        about.requires_components.clear();
        (about.committed, about.unplanned, about.origin) = (None, None, None);
        about.mends.clear();
        about.compliance.clear();
        about.issues[0].opened = None;
        (about.evidence.vex, about.evidence.attestations) = (None, Vec::new());
    });
    let text = String::from_utf8(write_manifest(&patch)).expect("UTF-8");
    for key in [
        "resolves",
        "components",
        "committed",
        "unplanned",
        "mends\"",
        "compliance",
        "origin",
        "opened",
        "vex",
        "attestations",
    ] {
        assert!(!text.contains(key), "{key} is in {text}");
    }
    assert_eq!(read_manifest(text.as_bytes()), Ok(patch));
}
