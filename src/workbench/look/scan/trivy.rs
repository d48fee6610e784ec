//! Findings as Trivy writes them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::walk::{KeptText, few, few_named};
use super::{band, given};
use crate::model::Purl;
use crate::plan::{OtherNames, ProblemFacts, ScanFinding};
use crate::text::CvssScore;

#[derive(Deserialize)]
pub(super) struct TrivyVulnerability {
    #[serde(rename = "VulnerabilityID")]
    id: KeptText,
    #[serde(rename = "VendorIDs", default, deserialize_with = "few")]
    vendor_ids: Vec<KeptText>,
    #[serde(rename = "PkgName")]
    package: KeptText,
    #[serde(rename = "PkgPath", default)]
    path: Option<KeptText>,
    #[serde(rename = "PkgIdentifier", default)]
    identifier: Option<Identifier>,
    #[serde(rename = "InstalledVersion", default)]
    version: Option<KeptText>,
    #[serde(rename = "FixedVersion", default)]
    fixed_version: Option<KeptText>,
    #[serde(rename = "Severity", default)]
    severity: Option<KeptText>,
    #[serde(rename = "SeveritySource", default)]
    severity_source: Option<KeptText>,
    #[serde(rename = "CVSS", default, deserialize_with = "few_named")]
    scores: BTreeMap<String, Scores>,
    #[serde(rename = "PublishedDate", default)]
    published: Option<KeptText>,
}

/// What one list says about how bad it is.
#[derive(Deserialize)]
struct Scores {
    #[serde(rename = "V40Score", default)]
    v40: Option<f64>,
    #[serde(rename = "V3Score", default)]
    v3: Option<f64>,
    #[serde(rename = "V40Vector", default)]
    v40_vector: Option<KeptText>,
    #[serde(rename = "V3Vector", default)]
    v3_vector: Option<KeptText>,
}

impl Scores {
    fn score(&self) -> Option<CvssScore> {
        let number = |score: Option<f64>| score.and_then(CvssScore::of_number).and_then(given);
        let vector = |vector: &Option<KeptText>| CvssScore::of_vector(&vector.as_ref()?.0).and_then(given);
        let numbers = number(self.v40).or(number(self.v3));
        numbers.or_else(|| vector(&self.v40_vector)).or_else(|| vector(&self.v3_vector))
    }
}

#[derive(Deserialize)]
struct Identifier {
    #[serde(rename = "PURL", default)]
    purl: Option<KeptText>,
}

impl From<TrivyVulnerability> for ScanFinding {
    fn from(raw: TrivyVulnerability) -> Self {
        let scores = raw.severity_source.and_then(|KeptText(source)| raw.scores.get(&source));
        let fixed = raw.fixed_version.unwrap_or_default().0;
        let facts = ProblemFacts {
            cvss: scores.and_then(Scores::score),
            band: raw.severity.and_then(|KeptText(word)| band(&word)),
            published: raw.published.map(|KeptText(time)| time),
            ..ProblemFacts::default()
        };
        let purl = raw.identifier.and_then(|identifier| identifier.purl);
        Self {
            names: OtherNames::new(&raw.id.0, raw.vendor_ids.into_iter().map(|KeptText(id)| id)),
            id: raw.id.0,
            package: raw.package.0,
            version: raw.version.unwrap_or_default().0,
            purl: purl.and_then(|KeptText(purl)| Purl::parse(&purl).ok()),
            paths: raw.path.into_iter().map(|KeptText(path)| path).filter(|path| !path.is_empty()).collect(),
            fixed_versions: fixed.split(", ").filter(|one| !one.is_empty()).map(str::to_owned).collect(),
            facts,
        }
    }
}
