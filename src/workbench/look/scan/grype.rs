//! Findings as Grype writes them.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::walk::{KeptText, few};
use super::{band, given};
use crate::model::Purl;
use crate::plan::{Exploited, OtherNames, ProblemFacts, ScanFinding};
use crate::text::CvssScore;

/// Longest name of what was scanned, in characters.
const MAX_NAME_CHARS: usize = 4096;

#[derive(Deserialize)]
pub(super) struct Match {
    vulnerability: GrypeVulnerability,
    #[serde(rename = "relatedVulnerabilities", default, deserialize_with = "few")]
    related: Vec<Id>,
    artifact: Artifact,
}

#[derive(Deserialize)]
struct GrypeVulnerability {
    id: KeptText,
    #[serde(default)]
    severity: Option<KeptText>,
    #[serde(default, deserialize_with = "few")]
    cvss: Vec<Cvss>,
    #[serde(default, deserialize_with = "few")]
    epss: Vec<Epss>,
    #[serde(rename = "knownExploited", default, deserialize_with = "few")]
    exploited: Vec<Kev>,
    #[serde(default)]
    fix: Option<Fix>,
}

#[derive(Deserialize)]
struct Cvss {
    #[serde(default)]
    vector: Option<KeptText>,
}

#[derive(Deserialize)]
struct Epss {
    epss: f64,
}

#[derive(Deserialize)]
struct Kev {
    #[serde(rename = "dueDate", default)]
    due: Option<KeptText>,
    #[serde(rename = "knownRansomwareCampaignUse", default)]
    ransomware: Option<KeptText>,
}

#[derive(Deserialize)]
struct Fix {
    #[serde(default, deserialize_with = "few")]
    versions: Vec<KeptText>,
}

impl GrypeVulnerability {
    fn facts(&self) -> ProblemFacts {
        let score = |one: &Cvss| CvssScore::of_vector(&one.vector.as_ref()?.0).and_then(given);
        let epss = self.epss.iter().map(|one| one.epss).filter(|share| (0.0..=1.0).contains(share));
        let exploited = self.exploited.iter().map(|one| Exploited {
            ransomware: one
                .ransomware
                .as_ref()
                .is_some_and(|KeptText(word)| word.eq_ignore_ascii_case("known")),
            due: one.due.as_ref().and_then(|KeptText(time)| time.get(..10)).map(str::to_owned),
        });
        let scores: Vec<CvssScore> = self.cvss.iter().filter_map(score).collect();
        let sum: u32 = scores.iter().map(|score| u32::from(score.tenths) * 100).sum();
        ProblemFacts {
            exploited: exploited.max_by_key(|one| one.ransomware),
            epss: epss.map(|share| (share * 1e6).round() as u32).max(),
            mean_cvss: sum.checked_div(scores.len() as u32),
            cvss: scores.into_iter().max(),
            band: self.severity.as_ref().and_then(|KeptText(word)| band(word)),
            ..ProblemFacts::default()
        }
    }
}

#[derive(Deserialize)]
struct Id {
    id: KeptText,
}

#[derive(Deserialize)]
struct Artifact {
    name: KeptText,
    #[serde(default)]
    version: Option<KeptText>,
    #[serde(default)]
    purl: Option<KeptText>,
    #[serde(default, deserialize_with = "few")]
    locations: Vec<Location>,
}

#[derive(Deserialize)]
struct Location {
    path: KeptText,
}

/// What was scanned. Of an image there is a whole description.
#[derive(Deserialize)]
pub(super) struct Source {
    #[serde(rename = "type", default)]
    kind: Option<KeptText>,
    #[serde(default, deserialize_with = "name")]
    pub target: Option<String>,
}

/// A name, or the name in the description of an image.
fn name<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<String>, D::Error> {
    struct NameVisitor;
    impl<'de> Visitor<'de> for NameVisitor {
        type Value = Option<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a name or an image")
        }

        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
            Ok(Some(name.chars().take(MAX_NAME_CHARS).collect()))
        }

        fn visit_map<A: MapAccess<'de>>(self, mut image: A) -> Result<Self::Value, A::Error> {
            let mut name = None;
            while let Some(KeptText(key)) = image.next_key()? {
                match key.as_str() {
                    "userInput" => name = image.next_value::<Option<KeptText>>()?.map(|KeptText(name)| name),
                    _ => drop(image.next_value::<IgnoredAny>()?),
                }
            }
            Ok(name)
        }
    }
    reader.deserialize_any(NameVisitor)
}

impl Source {
    pub(super) fn is_image(&self) -> bool {
        self.kind.as_ref().is_some_and(|KeptText(kind)| kind == "image")
    }
}

impl From<Match> for ScanFinding {
    fn from(raw: Match) -> Self {
        let facts = raw.vulnerability.facts();
        let purl = raw.artifact.purl;
        let related = raw.related.into_iter().map(|one| one.id.0);
        Self {
            names: OtherNames::new(&raw.vulnerability.id.0, related),
            id: raw.vulnerability.id.0,
            fixed_versions: raw
                .vulnerability
                .fix
                .into_iter()
                .flat_map(|fix| fix.versions)
                .map(|KeptText(one)| one)
                .collect(),
            facts,
            package: raw.artifact.name.0,
            version: raw.artifact.version.unwrap_or_default().0,
            purl: purl.and_then(|KeptText(purl)| Purl::parse(&purl).ok()),
            paths: raw.artifact.locations.into_iter().map(|one| one.path.0).collect(),
        }
    }
}
