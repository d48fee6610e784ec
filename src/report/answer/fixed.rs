//! Answers about what is fixed in a folder.

use std::path::Path;

use super::unchecked::Unchecked;
use super::{all, answers, some};
use crate::model::Purl;
use crate::plan::{Claim, ScanFinding, Silence, Untold, VexStatement};
use crate::report::fixed;
use crate::report::phrases::path_text;
use crate::workbench::{ComparedScan, FixedFormat, FixedHere};

answers! {
    Fixed(here: &FixedHere, target: &Path, scan: Option<(&ComparedScan, &Path)>, saved: Option<(FixedFormat, &Path)>) {
        target: String = path_text(target),
        [product]: String = here.product.clone(),
        [version]: String = here.version.clone(),
        [keys_problem]: String = here.keys_problem.clone(),
        interrupted: bool = here.unfinished.is_some(),
        [older_copy_of]: String = here.older.as_ref().map(|older| older.path.clone()),
        [unchecked]: Vec<Unchecked> = some(all(&here.unchecked, Unchecked::new)),
        claims: Vec<FixedClaim> = all(&here.claims, |claim| FixedClaim::new(claim, here)),
        statements: Vec<FixedStatement> = here.statements.iter().map(|one| FixedStatement::new(one, here)).collect(),
        [unread]: Vec<String> = some(here.unread.clone()),
        [scan]: ScanCompared = scan.map(|(scan, path)| ScanCompared::new(scan, path)),
        [saved]: SavedFixed = saved.map(|(format, path)| SavedFixed::new(here, format, path)),
    }

    /// What a patch says it resolves, and how far the files prove it.
    FixedClaim(claim: &Claim, here: &FixedHere) {
        id: String = claim.resolved.id.clone(),
        aliases: Vec<String> = claim.resolved.aliases.clone(),
        kind: String = claim.resolved.kind.to_string(),
        state: String = claim.resolved.state.to_string(),
        [severity]: String = claim.resolved.severity.as_ref().map(|severity| severity.level.to_string()),
        patch: String = claim.patch.clone(),
        revision: u32 = claim.revision,
        trusted: bool = !claim.authors.is_empty(),
        authors: Vec<String> = claim.authors.iter().cloned().collect(),
        grade: String = claim.grade.to_string(),
        components: Vec<String> = claim.components.iter().map(|part| part.purl.to_string()).collect(),
        files: usize = claim.paths.len(),
        proof: String = claim.proof.as_str().to_owned(),
        [unchecked]: String = here.unchecked(claim).map(|change| change.checks.as_str().to_owned()),
        [why_not]: String = fixed::why_not(claim),
        [untold]: String = claim.untold().map(|why| fixed::untold(&why)),
    }

    /// What scanners may be told.
    FixedStatement(statement: &VexStatement, here: &FixedHere) {
        ids: Vec<String> = statement.ids.clone(),
        purl: String = statement.purl.to_string(),
        patches: Vec<String> = patches(statement, here),
        paths: Vec<String> = statement.paths.iter().map(ToString::to_string).collect(),
        copies: Vec<String> = statement.copies.clone(),
    }

    /// A report, and what becomes of its findings.
    ScanCompared(scan: &ComparedScan, path: &Path) {
        report: String = path_text(path),
        scanner: String = scan.report.scanner.to_string(),
        scanned: String = scan.report.scanned.clone(),
        silent: usize = scan.silent().count(),
        findings: Vec<FindingFate> =
            scan.report.findings.iter().zip(&scan.silences).map(|(one, silence)| FindingFate::new(one, silence)).collect(),
    }

    FindingFate(finding: &ScanFinding, silence: &Silence) {
        id: String = finding.id.clone(),
        package: String = finding.package.clone(),
        version: String = finding.version.clone(),
        [purl]: String = finding.purl.as_ref().map(ToString::to_string),
        paths: Vec<String> = finding.paths.clone(),
        silent: bool = matches!(silence, Silence::By(_)),
        [statement]: usize = if let Silence::By(number) = silence { Some(*number) } else { None },
        [reason]: String = if let Silence::Stays(loud) = silence { Some(loud.as_str().to_owned()) } else { None },
        [why]: String = if let Silence::Stays(loud) = silence { Some(fixed::loud(loud)) } else { None },
    }

    /// A document that was written.
    SavedFixed(here: &FixedHere, format: FixedFormat, path: &Path) {
        path: String = path_text(path),
        format: String = format.to_string(),
        statements: usize = here.told_in(format).count(),
        untold: Vec<LeftOut> = here.untold(format).iter()
            .map(|(claim, purl, why)| LeftOut::new(claim, purl.as_ref(), why)).collect(),
    }

    /// What is fixed and not in the document.
    LeftOut(claim: &Claim, purl: Option<&Purl>, why: &Untold) {
        id: String = claim.resolved.id.clone(),
        patch: String = claim.patch.clone(),
        [purl]: String = purl.map(ToString::to_string),
        reason: String = why.as_str().to_owned(),
        why: String = fixed::untold(why),
    }
}

impl FixedClaim {
    /// Leaves out who vouches for it.
    pub(crate) fn forget_authors(&mut self) {
        self.authors.clear();
    }
}

fn patches(statement: &VexStatement, here: &FixedHere) -> Vec<String> {
    let mut patches: Vec<_> = here.claims_of(statement).map(|claim| claim.patch.clone()).collect();
    patches.dedup();
    patches
}
