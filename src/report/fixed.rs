//! What is fixed in a folder, and what a scanner will make of it, in words.

use std::path::Path;

use super::phrases::count;
use super::{Code, Report};
use crate::model::{Component, Purl, ResolvedState};
use crate::plan::{Claim, ClaimGrade, ClaimProof, DriftedFile, Loud, Untold};
use crate::text::Advice;
use crate::workbench::{FixedHere, ScanProblem};

/// Why `claim` is told to nobody; `None` if it is.
pub(crate) fn why_not(claim: &Claim) -> Option<String> {
    if claim.authors.is_empty() {
        return Some("nobody you trust has signed it".to_owned());
    }
    match claim.resolved.state {
        ResolvedState::Fixed => proof(&claim.proof),
        ResolvedState::NotAffected => Some("the author says the product isn't affected".to_owned()),
        ResolvedState::Affected => Some("the author says the product is still affected".to_owned()),
    }
}

/// Why the files don't prove it; `None` if they do.
pub(crate) fn proof(proof: &ClaimProof) -> Option<String> {
    match proof {
        ClaimProof::Verified => None,
        ClaimProof::Drifted(files) => Some(drifted(files)),
        ClaimProof::Replaced { by } => Some(format!("replaced by {by}; what that patch says counts")),
        ClaimProof::Withdrawn { reason } => Some(format!("withdrawn: {reason}")),
        ClaimProof::Interrupted => Some("a change was interrupted, so nobody knows".to_owned()),
        ClaimProof::SwitchedOff { switch } => Some(format!("the switch {switch} isn't on")),
    }
}

fn drifted(files: &[DriftedFile]) -> String {
    let Some(first) = files.first() else { return String::new() };
    let more = match files.len() {
        1 => String::new(),
        number => format!(", and {} more", number - 1),
    };
    match &first.changed_by {
        Some(patch) => format!("{} was changed since by {patch}{more}", first.path),
        None if first.is_as_put => format!(
            "{} was edited here before the patch came, so it isn't as the author shipped it{more}",
            first.path
        ),
        None => format!("{} isn't as the patch left it{more}", first.path),
    }
}

/// What a claim rests on and what scanners are told of it, a phrase each.
pub(crate) fn grounds(claim: &Claim, here: &FixedHere) -> Vec<String> {
    let files = count(claim.paths.len(), "file", "files");
    let basis = match (claim.grade, claim.paths.len()) {
        (ClaimGrade::File, _) => format!("{files} of it"),
        (ClaimGrade::Component | ClaimGrade::Id, 1) => "the patch's only file".to_owned(),
        (ClaimGrade::Component | ClaimGrade::Id, _) => format!("all {files} of the patch"),
    };
    let mut grounds = vec![basis];
    let not_told = |why: &Untold| format!("can't be exported for scanners: {}", untold(why));
    match claim.untold() {
        Some(why) => grounds.push(not_told(&why)),
        None => {
            let renamed = |(part, purl): (&Component, Option<Purl>)| purl.filter(|purl| *purl != part.purl);
            let renamed = claim.libraries().filter_map(renamed);
            grounds.extend(renamed.map(|purl| format!("told to scanners as {purl}")));
            grounds.extend(claim.nameless().map(|(_, why)| not_told(&why)));
        }
    }
    grounds.extend(here.unchecked(claim).map(|change| change.phrase().to_owned()));
    grounds
}

/// Why something that is fixed isn't in a document.
pub(crate) fn untold(why: &Untold) -> String {
    match why {
        Untold::NoVulnerability => "it isn't a vulnerability".to_owned(),
        Untold::NoLibrary => "the patch names no library".to_owned(),
        Untold::NoName { version } => format!("no package URL can name version {version}"),
        Untold::Copies => "the same library is here a second time, unpatched".to_owned(),
        Untold::NoCve => "it has no CVE, and this format knows nothing else".to_owned(),
    }
}

/// Why a finding stays.
pub(crate) fn loud(loud: &Loud) -> String {
    match loud {
        Loud::NoClaim => "no patch in this folder says anything about it".to_owned(),
        Loud::NotTrusted { patch } => format!("nobody you trust has signed {patch}"),
        Loud::OtherState { patch, state: ResolvedState::NotAffected } => {
            format!("{patch} says the product isn't affected; that isn't passed on")
        }
        Loud::OtherState { patch, .. } => format!("{patch} says the product is still affected"),
        Loud::NotProven { patch, proof: why } => {
            format!("{patch}: {}", proof(why).unwrap_or_default())
        }
        Loud::NoLibrary { patch } => format!("{patch} fixes it, but names no library"),
        Loud::OtherLibrary { patch, names } => format!("{patch} fixes it in {}", names.join(", ")),
        Loud::OtherVersion { patch, version } => {
            format!(
                "{patch} changed the library to version {version}; the report is older, or the scanner doesn't see it"
            )
        }
        Loud::NotComparable => "the scanner gives it no name that could be compared".to_owned(),
        Loud::OtherId { names } => {
            format!("the patch knows it as {}; scanners compare their own ID only", names.join(", "))
        }
        Loud::Copies { paths } => {
            format!("the same library is here a second time, unpatched: {}", paths.join(", "))
        }
        Loud::Image => "Grype compares images by their own name only".to_owned(),
    }
}

pub(super) fn of_scan(code: Code, path: &Path, problem: &ScanProblem, folder: &str) -> Report {
    let title = match problem {
        ScanProblem::NoSbom(_) => "Can't use this SBOM",
        _ => "Can't use this report",
    };
    let report = Report::new(code, title).at(path.display()).because(problem.to_string());
    let hint = match problem {
        ScanProblem::Unreadable(_) => Advice::from("Name the JSON report of a scan.").then(Advice::typed(
            format!("To make one: trivy fs --format json --output report.json {folder}"),
        )),
        ScanProblem::NoSbom(_) => "Name an SBOM in CycloneDX or SPDX 2, as JSON.".into(),
        ScanProblem::NoList(_) => "Fetch the file again from whoever publishes it.".into(),
        ScanProblem::NotTold => Advice::by_command(
            "Write a file for it instead",
            format!("patchwright fixed {folder} --format osv-scanner"),
        ),
        ScanProblem::OtherFolder { .. } => "Scan this folder, or name the folder that was scanned.".into(),
    };
    report.about_no_files().hint(hint)
}
