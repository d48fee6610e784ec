//! What a scanner will say once it is told what is fixed in a folder: which findings will be suppressed, which stay, and why.

use super::overview::line;
use crate::plan::{ScanFinding, Silence};
use crate::report::{fixed, phrases};
use crate::text::capitalised;
use crate::words::{fill, papers};
use crate::workbench::ComparedScan;

/// Most rows of each list.
const MAX_ROWS: usize = 200;

/// What becomes of the findings of a scan. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanView {
    pub headline: String,
    /// Those that are suppressed.
    pub silent: Vec<String>,
    /// Those that stay, each with the reason.
    pub stays: Vec<(String, String)>,
    /// How many there are beyond those.
    pub more: usize,
}

impl ScanView {
    pub(super) fn new(scan: &ComparedScan) -> Self {
        let findings = &scan.report.findings;
        let both = || findings.iter().zip(&scan.silences);
        let silent = both().filter(|(_, silence)| matches!(silence, Silence::By(_)));
        let silent: Vec<String> = silent.map(|(finding, _)| named(finding)).collect();
        let stays = both().filter_map(|(finding, silence)| match silence {
            Silence::Stays(loud) => Some((named(finding), line(&capitalised(&fixed::loud(loud))))),
            Silence::By(_) => None,
        });
        let mut stays: Vec<(String, String)> = stays.collect();
        let all = phrases::count(findings.len(), "finding", "findings");
        let n = silent.len().to_string();
        let more = silent.len().saturating_sub(MAX_ROWS) + stays.len().saturating_sub(MAX_ROWS);
        stays.truncate(MAX_ROWS);
        Self {
            headline: fill(papers::SCAN_HEADLINE, &[("all", &all), ("n", &n)]),
            silent: silent.into_iter().take(MAX_ROWS).collect(),
            stays,
            more,
        }
    }
}

fn named(finding: &ScanFinding) -> String {
    let library = match &finding.purl {
        Some(purl) => purl.to_string(),
        None => format!("{} {}", finding.package, finding.version),
    };
    line(&format!("{} {library}", finding.id))
}
