//! What is chosen does not depend on the order in which things are named, and ends in time.

use std::collections::HashMap;

use super::*;
use crate::model::{About, Component, PartPatch, PatchId, ResolvedIssue, ResolvedKind, ResolvedState};
use crate::plan::OtherNames;

fn finding(id: &str, aliases: &[String], library: &str, facts: ProblemFacts) -> ScanFinding {
    let purl = Purl::parse(library).expect("a purl");
    ScanFinding {
        id: id.to_owned(),
        names: OtherNames::new(id, aliases.to_vec()),
        package: purl.full_name(),
        version: purl.version().unwrap_or_default().to_owned(),
        purl: Some(purl),
        paths: Vec::new(),
        fixed_versions: Vec::new(),
        facts,
    }
}

fn patch(id: &str, claims: &[(String, String)]) -> Patch {
    let purl = |library: &String| Purl::parse_exact(library).expect("a purl");
    let resolved = |(id, library): &(String, String)| ResolvedIssue {
        kind: ResolvedKind::Security,
        id: id.clone(),
        aliases: Vec::new(),
        source: None,
        published: None,
        severity: None,
        components: vec![purl(library)],
        state: ResolvedState::Fixed,
        justification: None,
    };
    let part = |(_, library): &(String, String)| Component {
        purl: purl(library),
        version_after: None,
        paths: Vec::new(),
        patch: PartPatch::Backport,
    };
    let about = About {
        resolves: claims.iter().map(resolved).collect(),
        components: claims.iter().map(part).collect(),
        ..About::minimal(PatchId::parse(id).expect("an id"))
    };
    let created = "2026-11-20T12:00:00Z".to_owned();
    Patch { about, created, changes: Vec::new(), diff: None, scripts: Vec::new(), proven: true }
}

/// Fifty thousand findings of twenty-five thousand problems, and two thousand patches with ten claims each.
fn many() -> (Vec<ScanFinding>, Vec<Patch>) {
    let findings = (0..50_000).map(|number| {
        let problem = number / 2;
        let library = format!("pkg:npm/library-{}@1.0.{}", problem % 5_000, problem % 7);
        let facts = ProblemFacts {
            band: [Some(Band::Low), Some(Band::High), None][number % 3],
            ..ProblemFacts::default()
        };
        match number % 2 {
            0 => finding(&format!("CVE-2026-{problem}"), &[], &library, facts),
            _ => finding(&format!("GHSA-{problem}"), &[format!("CVE-2026-{problem}")], &library, facts),
        }
    });
    let claims = |number: usize| {
        let problem = |one: usize| (number * 10 + one) % 25_000;
        let claim = |one| {
            let problem = problem(one);
            (
                format!("CVE-2026-{problem}"),
                format!("pkg:npm/library-{}@1.0.{}", problem % 5_000, problem % 7),
            )
        };
        (0..10).map(claim).collect::<Vec<_>>()
    };
    let patches = (0..2_000).map(|number| patch(&format!("HF-{number}"), &claims(number)));
    (findings.collect(), patches.collect())
}

fn decided(findings: &[ScanFinding], patches: &[Patch]) -> Vec<(Vec<String>, Vec<NeedFate>)> {
    let offered: Vec<&Patch> = patches.iter().collect();
    let mut board = Board::new(findings, &HashMap::new(), (&[], &[]), &offered, RiskRules::default());
    while let Some(candidate) = board.next_candidate() {
        match candidate % 10 {
            0 => board.block(candidate, "it doesn't fit".to_owned()),
            _ => board.take(candidate),
        }
    }
    board.close();
    let fates = |needs: &[usize]| needs.iter().map(|need| board.needs[*need].fate.clone()).collect();
    board.problems.iter().map(|problem| (problem.ids.clone(), fates(&problem.needs))).collect()
}

#[test]
fn fifty_thousand_findings_and_two_thousand_patches_are_decided_alike_in_any_order() {
    let (mut findings, patches) = many();
    let decided_first = decided(&findings, &patches);
    assert_eq!(decided_first.len(), 25_000);
    let chosen = |(_, fates): &&(Vec<String>, Vec<NeedFate>)| matches!(fates[0], NeedFate::Chosen { .. });
    assert_eq!(decided_first.iter().filter(chosen).count(), 18_000);
    findings.reverse();
    assert!(decided(&findings, &patches) == decided_first, "another order, another answer");
}

#[test]
fn what_is_not_known_is_not_nothing() {
    let low = ProblemFacts { band: Some(Band::Low), epss: Some(1_000), ..ProblemFacts::default() };
    let findings = [
        finding("CVE-1", &[], "pkg:npm/a@1", low),
        finding("GHSA-1", &[], "pkg:npm/b@1", ProblemFacts::default()),
        finding(
            "GHSA-2",
            &[],
            "pkg:npm/c@1",
            ProblemFacts { band: Some(Band::Critical), ..ProblemFacts::default() },
        ),
    ];
    let order: Vec<String> = decided(&findings, &[]).into_iter().map(|(ids, _)| ids[0].clone()).collect();
    assert_eq!(order, ["GHSA-2", "GHSA-1", "CVE-1"]);
}
