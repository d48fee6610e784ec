//! Findings as Grype writes them.

use serde::Deserialize;
use serde_json::Value;

use super::walk::{Text, few};
use crate::model::Purl;
use crate::plan::Finding;

#[derive(Deserialize)]
pub(super) struct Match {
    vulnerability: Id,
    #[serde(rename = "relatedVulnerabilities", default, deserialize_with = "few")]
    related: Vec<Id>,
    artifact: Artifact,
}

#[derive(Deserialize)]
struct Id {
    id: Text,
}

#[derive(Deserialize)]
struct Artifact {
    name: Text,
    #[serde(default)]
    version: Option<Text>,
    #[serde(default)]
    purl: Option<Text>,
    #[serde(default, deserialize_with = "few")]
    locations: Vec<Location>,
}

#[derive(Deserialize)]
struct Location {
    path: Text,
}

/// What was scanned. Of an image there is a whole description.
#[derive(Deserialize)]
pub(super) struct Source {
    #[serde(rename = "type", default)]
    kind: Option<Text>,
    #[serde(default, deserialize_with = "name")]
    pub target: Option<String>,
}

/// A name, or whatever else stands there.
fn name<'de, D: serde::Deserializer<'de>>(reader: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(reader)? {
        Value::String(name) => Some(name),
        Value::Object(image) => image.get("userInput").and_then(Value::as_str).map(str::to_owned),
        _ => None,
    })
}

impl Source {
    pub(super) fn is_image(&self) -> bool {
        self.kind.as_ref().is_some_and(|Text(kind)| kind == "image")
    }
}

impl From<Match> for Finding {
    fn from(raw: Match) -> Self {
        let purl = raw.artifact.purl;
        let related = raw.related.into_iter().map(|one| one.id.0).filter(|id| *id != raw.vulnerability.id.0);
        Self {
            aliases: related.collect(),
            id: raw.vulnerability.id.0,
            package: raw.artifact.name.0,
            version: raw.artifact.version.unwrap_or_default().0,
            purl: purl.and_then(|Text(purl)| Purl::parse(&purl).ok()),
            paths: raw.artifact.locations.into_iter().map(|one| one.path.0).collect(),
        }
    }
}
