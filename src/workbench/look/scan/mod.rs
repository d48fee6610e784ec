//! Reports of vulnerability scanners, read as the scanners write them.
//!
//! A report is a file of somebody else, and often larger than everything that it is about. It is read once, front to back;
//! only what is compared is kept, and there is an end to that. What is not asked for may say what it likes.

mod feeds;
mod grype;
mod osv;
mod sbom;
mod sboms_here;
mod trivy;
mod walk;

use std::fmt;
use std::fs::File;
use std::io::{BufReader, Read, Take};
use std::path::Path;

use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

pub(crate) use feeds::Feeds;
pub(crate) use sbom::Sbom;
pub(crate) use sboms_here::sboms_here;

use crate::model::Word;
use crate::named_file;
use crate::plan::{Band, ScanFinding, Scanner};
use crate::text::CvssScore;
use crate::workbench::{Error, Result, ScanProblem};
use walk::{KeptText, Walk};

/// Longest report in bytes: 50,000 findings with every reference that Trivy knows take about 300 MB.
const MAX_BYTES: u64 = 512 << 20;
/// Most findings of one report.
const MAX_FINDINGS: usize = 500_000;

/// What a scanner found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ScanReport {
    pub scanner: Scanner,
    /// What was scanned, as the scanner calls it.
    pub scanned: String,
    /// Whether that was an image.
    pub is_image: bool,
    pub findings: Vec<ScanFinding>,
}

impl ScanReport {
    /// Reads the report at `path`.
    ///
    /// # Errors
    /// [`Error::ScanReport`] if it is none, or too much.
    pub fn read(path: &Path) -> Result<Self> {
        let wrong =
            |detail| Error::ScanReport { path: path.to_owned(), problem: ScanProblem::Unreadable(detail) };
        parse(open(path, MAX_BYTES)?).map_err(wrong)
    }
}

/// Opens a file that somebody named, if it has at most `max_bytes`.
fn open(path: &Path, max_bytes: u64) -> Result<BufReader<Take<File>>> {
    let failed = |source| Error::File { doing: "read the report", path: path.to_owned(), source };
    let file = named_file::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.len() > max_bytes {
        let problem = ScanProblem::Unreadable(format!("it has more than {} MB", max_bytes >> 20));
        return Err(Error::ScanReport { path: path.to_owned(), problem });
    }
    Ok(BufReader::with_capacity(1 << 16, file.take(max_bytes)))
}

fn parse(reader: impl Read) -> std::result::Result<ScanReport, String> {
    let mut json = serde_json::Deserializer::from_reader(reader);
    let report = json.deserialize_map(ReportVisitor);
    report.and_then(|report| json.end().map(|()| report)).map_err(|error| error.to_string())
}

/// The word of a scanner for how bad something is; `None` if it says that it doesn't know.
fn band(word: &str) -> Option<Band> {
    Band::parse(&word.to_ascii_lowercase()).filter(|band| *band != Band::Unknown)
}

/// A score, if somebody gave one: reports write 0 where nobody did.
fn given(score: CvssScore) -> Option<CvssScore> {
    (score.tenths > 0).then_some(score)
}

/// The outermost object: which keys it has says whose report it is.
struct ReportVisitor;

impl<'de> Visitor<'de> for ReportVisitor {
    type Value = ScanReport;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a report of Trivy, Grype or OSV-Scanner, as JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> std::result::Result<ScanReport, A::Error> {
        let (mut scanner, mut scanned, mut is_image) = (None, String::new(), false);
        let mut is_trivy = false;
        let mut findings = Vec::new();
        let mut add = |finding| {
            findings.push(finding);
            match findings.len() <= MAX_FINDINGS {
                true => Ok(()),
                false => Err(format!("it has more than {MAX_FINDINGS} findings")),
            }
        };
        while let Some(KeptText(key)) = object.next_key()? {
            let is_first = scanner.is_none();
            match key.as_str() {
                "ArtifactName" => scanned = object.next_value::<Option<KeptText>>()?.unwrap_or_default().0,
                "ArtifactType" => {
                    is_image = object
                        .next_value::<Option<KeptText>>()?
                        .is_some_and(|KeptText(kind)| kind == "container_image");
                }
                "Results" if is_first => {
                    scanner = Some(Scanner::Trivy);
                    let mut take = |one: trivy::TrivyVulnerability| add(one.into());
                    object.next_value_seed(Walk { path: &["Vulnerabilities"], take: &mut take })?;
                }
                "matches" if is_first => {
                    scanner = Some(Scanner::Grype);
                    let mut take = |one: grype::Match| add(one.into());
                    object.next_value_seed(Walk { path: &[], take: &mut take })?;
                }
                "results" if is_first => {
                    scanner = Some(Scanner::Osv);
                    let mut take = |one: osv::OsvPackage| one.findings().try_for_each(&mut add);
                    object.next_value_seed(Walk { path: &["packages"], take: &mut take })?;
                }
                "Results" | "matches" | "results" => {
                    return Err(A::Error::custom("it has its findings twice"));
                }
                "source" => {
                    let source: grype::Source = object.next_value()?;
                    is_image = source.is_image();
                    scanned = source.target.unwrap_or_default();
                }
                "SchemaVersion" => {
                    is_trivy = true;
                    object.next_value::<IgnoredAny>()?;
                }
                _ => drop(object.next_value::<IgnoredAny>()?),
            }
        }
        // A report of Trivy that found nothing has no list.
        let scanner = scanner.or(is_trivy.then_some(Scanner::Trivy));
        let scanner =
            scanner.ok_or_else(|| A::Error::custom("it isn't a report of Trivy, Grype or OSV-Scanner"))?;
        Ok(ScanReport { scanner, scanned, is_image, findings })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Purl;
    use crate::plan::Exploited;

    fn read(text: &str) -> std::result::Result<ScanReport, String> {
        parse(text.as_bytes())
    }

    #[test]
    fn a_report_of_each_scanner_is_read_for_what_is_compared() {
        let trivy = read(
            r#"{"SchemaVersion": 2, "ArtifactName": "/srv/app", "ArtifactType": "filesystem", "Results": [
              {"Target": "Node.js", "Class": "lang-pkgs", "Type": "node-pkg", "Vulnerabilities": [
                {"VulnerabilityID": "CVE-2017-20165", "VendorIDs": ["GHSA-9vvw-cc9w-f27h"], "PkgName": "debug",
                 "PkgPath": "web/debug/package.json", "InstalledVersion": "3.0.1", "Severity": "HIGH",
                 "PkgIdentifier": {"PURL": "pkg:npm/debug@3.0.1", "UID": "1"}}]},
              {"Target": "clean", "Vulnerabilities": null}, {"Target": "none"}]}"#,
        );
        let trivy = trivy.expect("a report");
        assert_eq!(
            (trivy.scanner, trivy.scanned.as_str(), trivy.is_image),
            (Scanner::Trivy, "/srv/app", false)
        );
        let grype = read(
            r#"{"matches": [{"vulnerability": {"id": "GHSA-9vvw-cc9w-f27h", "severity": "High"},
                "relatedVulnerabilities": [{"id": "CVE-2017-20165"}],
                "artifact": {"name": "debug", "version": "3.0.1", "purl": "pkg:npm/debug@3.0.1",
                             "locations": [{"path": "/web/debug/package.json"}]}}],
               "source": {"type": "directory", "target": "/srv/app"}}"#,
        );
        let grype = grype.expect("a report");
        assert_eq!(
            (grype.scanner, grype.scanned.as_str(), grype.is_image),
            (Scanner::Grype, "/srv/app", false)
        );
        let (one, other) = (&trivy.findings[0], &grype.findings[0]);
        assert_eq!((&one.id, &one.names.aliases), (&other.names.aliases[0], &vec![other.id.clone()]));
        assert_eq!((&one.purl, &one.version), (&other.purl, &other.version));
        assert_eq!(
            (one.paths[0].as_str(), other.paths[0].as_str()),
            ("web/debug/package.json", "/web/debug/package.json")
        );
    }

    #[test]
    fn how_bad_a_finding_is_comes_from_the_scanners_own_source() {
        let trivy = read(
            r#"{"Results": [{"Vulnerabilities": [
              {"VulnerabilityID": "CVE-1", "PkgName": "a", "Severity": "HIGH", "SeveritySource": "ghsa",
               "FixedVersion": "3.1.0, 2.6.9", "CVSS": {"nvd": {"V3Score": 9.8},
               "ghsa": {"V3Vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}}},
              {"VulnerabilityID": "CVE-2", "PkgName": "a", "Severity": "UNKNOWN", "CVSS": null}]}]}"#,
        );
        let trivy = trivy.expect("a report").findings;
        assert_eq!(trivy[0].facts.cvss, Some(CvssScore { tenths: 75 }));
        assert_eq!(trivy[0].fixed_versions, ["3.1.0", "2.6.9"]);
        assert_eq!((trivy[1].facts.cvss, trivy[1].facts.band), (None, None), "unknown is not nothing");
        let grype = read(
            r#"{"matches": [{"vulnerability": {"id": "CVE-1", "severity": "Critical", "epss": [{"epss": 0.25}],
                "knownExploited": [{"dueDate": "2026-11-11T00:00:00Z", "knownRansomwareCampaignUse": "known"}],
                "cvss": [{"vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}], "fix": {"versions": ["2"]}},
                "artifact": {"name": "a"}}]}"#,
        );
        let facts = grype.expect("a report").findings.remove(0).facts;
        assert_eq!((facts.epss, facts.cvss), (Some(250_000), Some(CvssScore { tenths: 98 })));
        let exploited = Exploited { ransomware: true, due: Some("2026-11-11".to_owned()) };
        assert_eq!(facts.exploited, Some(exploited));
        let osv = read(
            r#"{"results": [{"source": {"path": "/srv/app/package-lock.json", "type": "lockfile"}, "packages": [
              {"package": {"name": "@babel/core", "version": "7.0.0", "ecosystem": "npm"}, "vulnerabilities": [{"id": "GHSA-1"}],
               "groups": [{"ids": ["GHSA-1"], "aliases": ["CVE-1", "GHSA-1"], "max_severity": "7.5"}]}]}]}"#,
        );
        let osv = osv.expect("a report").findings.remove(0);
        assert_eq!((osv.id.as_str(), osv.names.aliases.as_slice()), ("GHSA-1", &["CVE-1".to_owned()][..]));
        assert_eq!(osv.purl, Purl::parse("pkg:npm/%40babel/core@7.0.0").ok());
        assert_eq!(osv.facts.cvss, Some(CvssScore { tenths: 75 }));
    }

    #[test]
    fn the_image_of_a_scan_is_no_folder() {
        for text in [
            r#"{"SchemaVersion": 2, "ArtifactType": "container_image", "ArtifactName": "app:1"}"#,
            r#"{"matches": [], "source": {"type": "image", "target": {"userInput": "app:1", "tags": []}}}"#,
        ] {
            assert!(read(text).expect("a report").is_image, "{text}");
        }
        assert!(
            !read(r#"{"matches": null, "source": {"type": "sbom-file", "target": "x"}}"#)
                .expect("a report")
                .is_image
        );
    }

    #[test]
    fn what_is_no_report_is_refused() {
        let deep = format!(r#"{{"x": {}}}"#, "[".repeat(100_000));
        let long = format!(
            r#"{{"Results": [{{"Vulnerabilities": [{{"VulnerabilityID": "{}", "PkgName": "x"}}]}}]}}"#,
            "x".repeat(10_000)
        );
        for bad in [
            "",
            "[]",
            "{}",
            "CVE-2026-12345",
            r#"{"Results": [], "Results": []}"#,
            r#"{"Results": [], "matches": []}"#,
            r#"{"Results": [{"Vulnerabilities": [{}]}]}"#,
            r#"{"Results": [{"Vulnerabilities": [{"VulnerabilityID": "a", "VulnerabilityID": "b", "PkgName": "c"}]}]}"#,
            r#"{"Results": "none"}"#,
            r#"{"matches": [{"vulnerability": {"id": "x"}}]}"#,
            r#"{"Results": []} {}"#,
            &deep,
            &long,
        ] {
            assert!(read(bad).is_err(), "{}", &bad[..bad.len().min(80)]);
        }
    }
}
