//! A patch in plain words: why, what it fixes, for whom, what it needs, how it is undone.

use super::words;
use crate::model::{Issue, Patch, RequirementMode};
use crate::report::{changes, phrases};
use crate::text::{escape_line, escape_text};
use crate::workbench::Inspection;

/// A group of facts with its heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its heading.
    pub heading: &'static str,
    /// Its facts.
    pub facts: Vec<Fact>,
}

/// A fact with the name of what it is about. All texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is about.
    pub name: String,
    /// What is known.
    pub value: String,
}

/// What a patch says about itself. All texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// Its one-line title.
    pub title: String,
    /// Id and revision, with the sort of patch.
    pub identity: String,
    /// Who vouches for it.
    pub trust: String,
    /// Its paragraph for everybody.
    pub summary: String,
    /// Everything else, the most important first.
    pub sections: Vec<Section>,
}

impl Overview {
    /// The overview of what was inspected.
    pub fn of(inspection: &Inspection) -> Self {
        let patch = &inspection.patch;
        let sections = vec![
            Section { heading: words::FIXES, facts: fixes(patch) },
            Section { heading: words::FOR_WHOM, facts: product(patch) },
            Section { heading: words::NEEDS, facts: needs(patch) },
            Section { heading: words::AFTERWARDS, facts: afterwards(patch) },
            Section { heading: words::WAY_BACK, facts: way_back(patch) },
            Section { heading: words::CARE, facts: care(patch) },
            Section { heading: words::FINE_PRINT, facts: fine_print(inspection) },
        ];
        Self {
            title: line(&patch.title),
            identity: format!("{} · {}", line(&patch.identity.to_string()), phrases::kind(patch.kind)),
            trust: inspection.verdict.sentence(),
            summary: escape_text(&patch.summary).into_owned(),
            sections: sections.into_iter().filter(|section| !section.facts.is_empty()).collect(),
        }
    }
}

impl Fact {
    /// A fact; `value` is escaped here.
    pub fn new(name: &str, value: &str) -> Self {
        Self { name: name.to_owned(), value: escape_text(value).into_owned() }
    }
}

/// `text` as one line that hides nothing.
pub fn line(text: &str) -> String {
    escape_line(text).into_owned()
}

fn fixes(patch: &Patch) -> Vec<Fact> {
    let issue = |issue: &Issue| {
        let kind = issue.kind.as_deref().map(|kind| format!(" ({kind})")).unwrap_or_default();
        let url = issue.url.as_deref().map(|url| format!(" · {url}")).unwrap_or_default();
        Fact::new("Ticket", &format!("{}{kind}{url}", issue.key))
    };
    let mut facts: Vec<Fact> =
        patch.vulnerabilities.iter().map(|id| Fact::new("Vulnerability", id)).collect();
    if let Some(severity) = &patch.severity {
        let cvss = severity.cvss.as_deref().map(|cvss| format!(" · {cvss}")).unwrap_or_default();
        facts.push(Fact::new("Severity", &format!("{}{cvss}", severity.level)));
    }
    facts.extend(patch.issues.iter().map(issue));
    facts.extend(joined("Fixes", &patch.fixes));
    facts
}

fn product(patch: &Patch) -> Vec<Fact> {
    let product = &patch.product;
    let mut facts = vec![
        Fact::new("Product", &product.name),
        Fact::new(
            if product.versions.len() == 1 { "Version" } else { "Versions" },
            &product.versions.join(", "),
        ),
    ];
    facts.extend(patch.result_version.as_ref().map(|version| Fact::new("Afterwards", version)));
    facts.extend(joined("Systems", &patch.platforms));
    facts.push(Fact::new(words::FROM_WHOM, &patch.vendor));
    facts.extend(patch.contact.as_ref().map(|contact| Fact::new("Contact", contact)));
    facts
}

fn needs(patch: &Patch) -> Vec<Fact> {
    let requires = patch.requires.iter().map(|required| {
        let revision = if required.min_revision > 1 {
            format!(", revision {} or later", required.min_revision)
        } else {
            String::new()
        };
        let when = match required.mode {
            RequirementMode::Before => "in the folder before",
            RequirementMode::Together => "before, or in the same run",
        };
        Fact::new("Needs", &format!("{}{revision} · {when}", required.id))
    });
    let conflicts = patch
        .conflicts
        .iter()
        .map(|conflict| Fact::new("Not together with", &format!("{}: {}", conflict.id, conflict.reason)));
    let supersedes: Vec<String> = patch.supersedes.iter().map(ToString::to_string).collect();
    let holds = patch.holds.iter().filter(|hold| hold.phase == "before");
    requires
        .chain(conflicts)
        .chain(joined("Contains", &supersedes))
        .chain(holds.map(|hold| Fact::new(words::hold(&hold.phase), &hold.text)))
        .collect()
}

fn afterwards(patch: &Patch) -> Vec<Fact> {
    let restart = words::restart(&patch.restart).unwrap_or_else(|| "Nothing has to be restarted.".to_owned());
    let holds = patch.holds.iter().filter(|hold| hold.phase == "after");
    std::iter::once(Fact::new(words::RESTART, &restart))
        .chain(holds.map(|hold| Fact::new(words::hold(&hold.phase), &hold.text)))
        .collect()
}

fn way_back(patch: &Patch) -> Vec<Fact> {
    let rollback = &patch.rollback;
    let mut facts = vec![Fact::new("Can be taken back", phrases::rollback(rollback.possible))];
    facts.extend(rollback.reason.as_ref().map(|reason| Fact::new("Because", reason)));
    facts.extend(rollback.data_warning.as_ref().map(|warning| Fact::new("Data written since", warning)));
    let steps = rollback.steps.iter().enumerate();
    facts.extend(steps.map(|(index, step)| Fact::new(&format!("Step {}", index + 1), step)));
    let holds = patch.holds.iter().filter(|hold| hold.phase == "rollback");
    facts.extend(holds.map(|hold| Fact::new(words::hold(&hold.phase), &hold.text)));
    facts
}

fn care(patch: &Patch) -> Vec<Fact> {
    let evidence = &patch.evidence;
    let mut facts: Vec<Fact> = evidence.review.iter().map(|line| Fact::new("Reviewed", line)).collect();
    facts.extend(evidence.tests.iter().map(|line| Fact::new("Tested", line)));
    facts.extend(evidence.provenance.iter().map(|line| Fact::new("Comes from", line)));
    facts.extend(patch.source.as_ref().map(|source| Fact::new("Made from", source)));
    let proof = if patch.proven {
        "It was applied and taken back on a copy before it was given out."
    } else {
        "It was not tried on a copy when it was made."
    };
    facts.push(Fact::new("Proof", proof));
    facts
}

fn fine_print(inspection: &Inspection) -> Vec<Fact> {
    let patch = &inspection.patch;
    let lines = changes::lines(&patch.changes);
    let mut facts = vec![
        Fact::new("Changes", &changes::summary(&lines)),
        Fact::new("Made", &phrases::moment(&patch.created)),
    ];
    facts.extend(patch.expires.as_ref().map(|time| Fact::new("Not after", &phrases::moment(time))));
    facts.extend(
        patch.support_until.as_ref().map(|time| Fact::new("Supported until", &phrases::moment(time))),
    );
    facts.extend(patch.license.as_ref().map(|license| Fact::new("License", license)));
    facts.extend(patch.product.purl.as_ref().map(|purl| Fact::new("Package URL", purl)));
    facts.extend(patch.product.cpe.as_ref().map(|cpe| Fact::new("CPE", cpe)));
    facts.push(Fact::new("File size", &phrases::bytes(inspection.file_bytes)));
    facts.push(Fact::new("SHA-256", &inspection.file_digest.to_string()));
    facts.extend(patch.extensions.iter().map(|(key, value)| Fact::new(key, value)));
    facts
}

fn joined(name: &str, values: &[String]) -> Option<Fact> {
    (!values.is_empty()).then(|| Fact::new(name, &values.join(", ")))
}
