//! Findings as Trivy writes them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::band;
use super::walk::{Text, few, few_named};
use crate::model::Purl;
use crate::plan::{Facts, Finding};
use crate::text::CvssScore;

#[derive(Deserialize)]
pub(super) struct Vulnerability {
    #[serde(rename = "VulnerabilityID")]
    id: Text,
    #[serde(rename = "VendorIDs", default, deserialize_with = "few")]
    vendor_ids: Vec<Text>,
    #[serde(rename = "PkgName")]
    package: Text,
    #[serde(rename = "PkgPath", default)]
    path: Option<Text>,
    #[serde(rename = "PkgIdentifier", default)]
    identifier: Option<Identifier>,
    #[serde(rename = "InstalledVersion", default)]
    version: Option<Text>,
    #[serde(rename = "FixedVersion", default)]
    fixed_version: Option<Text>,
    #[serde(rename = "Severity", default)]
    severity: Option<Text>,
    #[serde(rename = "SeveritySource", default)]
    severity_source: Option<Text>,
    #[serde(rename = "CVSS", default, deserialize_with = "few_named")]
    scores: BTreeMap<String, Scores>,
    #[serde(rename = "PublishedDate", default)]
    published: Option<Text>,
}

/// What one list says about how bad it is.
#[derive(Deserialize)]
struct Scores {
    #[serde(rename = "V40Score", default)]
    v40: Option<f64>,
    #[serde(rename = "V3Score", default)]
    v3: Option<f64>,
    #[serde(rename = "V40Vector", default)]
    v40_vector: Option<Text>,
    #[serde(rename = "V3Vector", default)]
    v3_vector: Option<Text>,
}

impl Scores {
    fn score(&self) -> Option<CvssScore> {
        let number = self.v40.or(self.v3).and_then(CvssScore::of_number);
        let vector = self.v40_vector.as_ref().or(self.v3_vector.as_ref());
        number.or_else(|| CvssScore::of_vector(&vector?.0))
    }
}

#[derive(Deserialize)]
struct Identifier {
    #[serde(rename = "PURL", default)]
    purl: Option<Text>,
}

impl From<Vulnerability> for Finding {
    fn from(raw: Vulnerability) -> Self {
        let scores = raw.severity_source.and_then(|Text(source)| raw.scores.get(&source));
        let fixed = raw.fixed_version.unwrap_or_default().0;
        let facts = Facts {
            cvss: scores.and_then(Scores::score),
            band: raw.severity.and_then(|Text(word)| band(&word)),
            published: raw.published.map(|Text(time)| time),
            ..Facts::default()
        };
        let purl = raw.identifier.and_then(|identifier| identifier.purl);
        Self {
            id: raw.id.0,
            aliases: raw.vendor_ids.into_iter().map(|Text(id)| id).collect(),
            package: raw.package.0,
            version: raw.version.unwrap_or_default().0,
            purl: purl.and_then(|Text(purl)| Purl::parse(&purl).ok()),
            paths: raw.path.into_iter().map(|Text(path)| path).filter(|path| !path.is_empty()).collect(),
            fixed_versions: fixed.split(", ").filter(|one| !one.is_empty()).map(str::to_owned).collect(),
            facts,
        }
    }
}
