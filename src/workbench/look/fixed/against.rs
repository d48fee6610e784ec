//! Compares what is fixed here with what a scanner found.

use std::path::Path;

use super::FixedHere;
use crate::disk::fs::{Fs, Place};
use crate::model::TreePath;
use crate::plan::{ScanFinding, Scanner, Silence, silenced};
use crate::workbench::look::scan::ScanReport;
use crate::workbench::{Error, Result, ScanProblem, Workbench};

/// A report, and what becomes of its findings.
#[derive(Debug, Clone)]
pub(crate) struct ComparedScan {
    pub report: ScanReport,
    /// For each finding.
    pub silences: Vec<Silence>,
}

impl Workbench {
    /// Which findings of the report at `path` fall silent once the scanner is told what is fixed `here`, in `target`. What
    /// the report shows about second copies is taken into account from then on.
    ///
    /// # Errors
    /// If it is no report, or is about another folder.
    pub(crate) fn compare_with_scan(
        &self,
        here: &mut FixedHere,
        target: &Path,
        path: &Path,
    ) -> Result<ComparedScan> {
        let report = ScanReport::read(path)?;
        let problem = |problem| Error::ScanReport { path: path.to_owned(), problem };
        if report.scanner == Scanner::Osv {
            return Err(problem(ScanProblem::NotTold));
        }
        let fs = self.disk(target)?;
        is_about(&report, &*fs).map_err(problem)?;
        let is_image = report.is_image && report.scanner == Scanner::Grype;
        let silences = silenced(&report.findings, &here.claims, &mut here.statements, is_image);
        Ok(ComparedScan { report, silences })
    }
}

/// Refuses a report that names files, none of which is there.
pub(crate) fn is_about(report: &ScanReport, fs: &dyn Fs) -> std::result::Result<(), ScanProblem> {
    let mut named = report.findings.iter().flat_map(|finding| &finding.paths);
    let Some(first) = named.next() else { return Ok(()) };
    let is_here = |name: &&String| {
        let path = TreePath::parse(name.trim_start_matches("./").trim_start_matches('/'));
        path.is_ok_and(|path| matches!(fs.look(&Place::from(&path)), Ok(Some(_))))
    };
    match report.findings.iter().flat_map(|finding| &finding.paths).any(|name| is_here(&name)) {
        true => Ok(()),
        false => Err(ScanProblem::OtherFolder { scanned: report.scanned.clone(), file: first.clone() }),
    }
}

impl ComparedScan {
    /// The findings that fall silent.
    pub(crate) fn silent(&self) -> impl Iterator<Item = &ScanFinding> {
        let both = self.report.findings.iter().zip(&self.silences);
        both.filter(|(_, silence)| matches!(silence, Silence::By(_))).map(|(finding, _)| finding)
    }
}
