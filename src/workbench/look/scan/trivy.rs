//! Findings as Trivy writes them.

use serde::Deserialize;

use super::walk::{Text, few};
use crate::model::Purl;
use crate::plan::Finding;

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
}

#[derive(Deserialize)]
struct Identifier {
    #[serde(rename = "PURL", default)]
    purl: Option<Text>,
}

impl From<Vulnerability> for Finding {
    fn from(raw: Vulnerability) -> Self {
        let purl = raw.identifier.and_then(|identifier| identifier.purl);
        Self {
            id: raw.id.0,
            aliases: raw.vendor_ids.into_iter().map(|Text(id)| id).collect(),
            package: raw.package.0,
            version: raw.version.unwrap_or_default().0,
            purl: purl.and_then(|Text(purl)| Purl::parse(&purl).ok()),
            paths: raw.path.into_iter().map(|Text(path)| path).filter(|path| !path.is_empty()).collect(),
        }
    }
}
