//! What is fixed in a folder and how that is proven, and the form by which it is written for others.

use super::overview::line;
use crate::plan::{Claim, ClaimProof};
use crate::report::fixed;
use crate::text::capitalised;
use crate::words::{fill, window};
use crate::workbench::{FixedFormat, FixedHere, Publisher};

/// What is fixed in a folder. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixedView {
    /// What the patches say, as far as it is proven.
    pub groups: Vec<FixedGroup>,
    /// Why something can't be told, and libraries that are there a second time.
    pub warnings: Vec<String>,
    /// How many statements a document of each format has, and how many it leaves out.
    pub told: Vec<(FixedFormat, usize, usize)>,
}

/// Claims that are worth the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixedGroup {
    pub grade: ClaimWorth,
    pub rows: Vec<FixedRow>,
}

/// What a claim is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimWorth {
    /// The files prove it.
    Yes,
    /// They do not.
    No,
    /// Nobody who is trusted has signed it.
    OnlySaid,
}

impl ClaimWorth {
    pub const fn as_str(self) -> &'static str {
        match self {
            ClaimWorth::Yes => window::FIXED_PROVEN,
            ClaimWorth::No => window::FIXED_NOT_PROVEN,
            ClaimWorth::OnlySaid => window::FIXED_ONLY_SAID,
        }
    }
}

/// One claim of one patch. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixedRow {
    /// By all its names.
    pub ids: String,
    /// The libraries that had it; may be empty.
    pub parts: String,
    pub patch: String,
    /// What proves it, or why nothing does.
    pub why: String,
}

impl FixedView {
    pub(super) fn new(here: &FixedHere) -> Self {
        let graded = |claim: &&Claim| match fixed::why_not(claim) {
            None => ClaimWorth::Yes,
            Some(_) if claim.authors.is_empty() => ClaimWorth::OnlySaid,
            Some(_) => ClaimWorth::No,
        };
        let group = |grade| {
            let claims = here.claims.iter().filter(|claim| graded(claim) == grade);
            FixedGroup { grade, rows: claims.map(|claim| row(claim, here)).collect() }
        };
        let groups = [ClaimWorth::Yes, ClaimWorth::No, ClaimWorth::OnlySaid].map(group);
        let told = |format: &FixedFormat| {
            let told = here.told_in(*format).count();
            (*format, told, here.statements.len() - told)
        };
        Self {
            groups: groups.into_iter().filter(|group| !group.rows.is_empty()).collect(),
            warnings: warnings(here),
            told: FORMATS.iter().map(told).collect(),
        }
    }

    /// Whether no patch says anything about what it fixes.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.warnings.is_empty()
    }
}

fn row(claim: &Claim, here: &FixedHere) -> FixedRow {
    let ids: Vec<String> = claim.resolved.ids().map(|id| line(id)).collect();
    let parts: Vec<String> = claim.components.iter().map(|part| line(part.purl.as_str())).collect();
    let authors: Vec<&str> = claim.authors.iter().map(String::as_str).collect();
    let why = fixed::why_not(claim).unwrap_or_else(|| {
        let grounds = fixed::grounds(claim, here).join("; ");
        fill(window::PART_FIXED_SIGNED, &[("who", &authors.join(", ")), ("grounds", &grounds)])
    });
    FixedRow {
        ids: ids.join(" "),
        parts: parts.join(" "),
        patch: line(&claim.patch),
        // It begins with the name of a file, which is written as it is.
        why: match (&claim.proof, claim.authors.is_empty()) {
            (ClaimProof::Drifted(_), false) => line(&why),
            _ => line(&capitalised(&why)),
        },
    }
}

fn warnings(here: &FixedHere) -> Vec<String> {
    let interrupted = here.unfinished.as_ref().map(|_| window::FIXED_INTERRUPTED.to_owned());
    let keys = here.keys_problem.as_ref();
    let keys = keys.map(|problem| fill(window::FIXED_NO_KEYS, &[("why", &line(problem))]));
    let unread = here.unread.iter().map(|patch| fill(window::FIXED_UNREAD, &[("patch", &line(patch))]));
    let copied = here.statements.iter().filter(|statement| !statement.copies.is_empty());
    let copied = copied.map(|statement| {
        let paths: Vec<String> = statement.copies.iter().map(|path| line(path)).collect();
        let part = line(statement.purl.as_str());
        fill(window::FIXED_COPIES, &[("part", &part), ("paths", &paths.join(", "))])
    });
    let unchecked = here.unchecked.iter().map(|change| format!("{}.", line(&change.sentence())));
    interrupted.into_iter().chain(keys).chain(unchecked).chain(unread).chain(copied).collect()
}

/// The formats, those for scanners first.
pub const FORMATS: [FixedFormat; 6] = [
    FixedFormat::OpenVex,
    FixedFormat::TrivyIgnore,
    FixedFormat::OsvScanner,
    FixedFormat::CycloneDx,
    FixedFormat::CycloneDxVex,
    FixedFormat::Csaf,
];

/// What a format is for, in a sentence.
pub const fn format_sentence(format: FixedFormat) -> &'static str {
    match format {
        FixedFormat::OpenVex => window::FORMAT_OPENVEX,
        FixedFormat::CycloneDx => window::FORMAT_CYCLONEDX,
        FixedFormat::CycloneDxVex => window::FORMAT_CYCLONEDX_VEX,
        FixedFormat::Csaf => window::FORMAT_CSAF,
        FixedFormat::TrivyIgnore => window::FORMAT_TRIVYIGNORE,
        FixedFormat::OsvScanner => window::FORMAT_OSV,
    }
}

/// How what is fixed is to be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FixedForm {
    pub format: FixedFormat,
    /// Who says it; empty: this person on this computer.
    pub author: String,
    /// An address of theirs.
    pub namespace: String,
}

impl FixedForm {
    /// Why it can't be saved yet.
    pub fn reason_to_wait(&self) -> Option<&'static str> {
        let is_address = Publisher::is_address(self.namespace.trim());
        (self.format.needs_namespace() && !is_address).then_some(window::FIXED_ADDRESS_FIRST)
    }

    /// The name that a file of this format has.
    pub(super) const fn file_name(&self) -> &'static str {
        match self.format {
            FixedFormat::OpenVex => "fixed.openvex.json",
            FixedFormat::CycloneDx => "fixed.cdx.json",
            FixedFormat::CycloneDxVex => "fixed.vex.cdx.json",
            FixedFormat::Csaf => "fixed.csaf.json",
            FixedFormat::TrivyIgnore => ".trivyignore.yaml",
            FixedFormat::OsvScanner => "osv-scanner.toml",
        }
    }

    /// Who says it; `own` is this person on this computer.
    pub(super) fn publisher(&self, own: String) -> Publisher {
        let said = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Publisher { name: said(&self.author).unwrap_or(own), namespace: said(&self.namespace) }
    }
}
