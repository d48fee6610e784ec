//! Findings as OSV-Scanner writes them: one per group of ids that it knows to be one problem.

use serde::Deserialize;

use super::given;
use super::walk::{KeptText, few};
use crate::model::Purl;
use crate::plan::{OtherNames, ProblemFacts, ScanFinding};
use crate::text::CvssScore;

#[derive(Deserialize)]
pub(super) struct OsvPackage {
    package: Package,
    #[serde(default, deserialize_with = "few")]
    groups: Vec<OsvGroup>,
}

#[derive(Deserialize)]
struct Package {
    name: KeptText,
    #[serde(default)]
    version: Option<KeptText>,
    #[serde(default)]
    ecosystem: Option<KeptText>,
}

#[derive(Deserialize)]
struct OsvGroup {
    #[serde(default, deserialize_with = "few")]
    ids: Vec<KeptText>,
    #[serde(default, deserialize_with = "few")]
    aliases: Vec<KeptText>,
    #[serde(default)]
    max_severity: Option<KeptText>,
}

impl OsvPackage {
    /// The findings in one library.
    pub(super) fn findings(self) -> impl Iterator<Item = ScanFinding> {
        let Package { name: KeptText(package), version, ecosystem } = self.package;
        let version = version.unwrap_or_default().0;
        let purl = purl(&ecosystem.unwrap_or_default().0, &package, &version);
        self.groups.into_iter().filter_map(move |group| {
            let mut names = group.ids.into_iter().chain(group.aliases).map(|KeptText(id)| id);
            let id = names.next()?;
            let score = group.max_severity.and_then(|KeptText(score)| score.parse().ok());
            Some(ScanFinding {
                names: OtherNames::new(&id, names),
                id,
                package: package.clone(),
                version: version.clone(),
                purl: purl.clone(),
                paths: Vec::new(),
                fixed_versions: Vec::new(),
                facts: ProblemFacts {
                    cvss: score.and_then(CvssScore::of_number).and_then(given),
                    ..ProblemFacts::default()
                },
            })
        })
    }
}

/// The package URL of a library, where its ecosystem is one that has them.
fn purl(ecosystem: &str, name: &str, version: &str) -> Option<Purl> {
    let kind = match ecosystem {
        "crates.io" => "cargo",
        "Go" => "golang",
        "Maven" => "maven",
        "NuGet" => "nuget",
        "Packagist" => "composer",
        "PyPI" => "pypi",
        "RubyGems" => "gem",
        "npm" => "npm",
        _ => return None,
    };
    let name = name.replace(':', "/").replace('@', "%40");
    Purl::parse(&format!("pkg:{kind}/{name}@{}", version.replace('+', "%2B"))).ok()
}
