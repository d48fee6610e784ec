//! A patch in plain words: why, what it fixes, for whom, what it needs, how it is undone.

use std::path::Path;

use super::finding::{Finding, findings_of_hidden};
use super::scripts::ScriptView;
use crate::model::{Component, HoldPhase, Issue, Patch, RequirementMode, ResolvedIssue};
use crate::plan::{ClaimGrade, resolved_by};
use crate::report::{changes, choose, phrases};
use crate::text::{capitalised, escape_line, escape_text};
use crate::words::{self, fill};
use crate::workbench::{Inspection, Standing, Verdict};

mod text;

/// What a group of facts is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SectionKind {
    HowItFits,
    Fixes,
    ForWhom,
    Needs,
    Afterwards,
    Rollback,
    Series,
    TextFiles,
    Signers,
    Care,
    FinePrint,
}

impl SectionKind {
    pub const fn heading(self) -> &'static str {
        match self {
            SectionKind::HowItFits => words::HOW_IT_FITS,
            SectionKind::Fixes => words::FIXES,
            SectionKind::ForWhom => words::FOR_WHOM,
            SectionKind::Needs => words::NEEDS,
            SectionKind::Afterwards => words::AFTERWARDS,
            SectionKind::Rollback => words::WAY_BACK,
            SectionKind::Series => words::TEXT_PATCHES_IN_ORDER,
            SectionKind::TextFiles => words::TEXT_FILES,
            SectionKind::Signers => words::WHO_VOUCHES,
            SectionKind::Care => words::CARE,
            SectionKind::FinePrint => words::FINE_PRINT,
        }
    }
}

/// A group of facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub kind: SectionKind,
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

/// Something that a patch says it resolves. All texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixRow {
    /// By all its names.
    pub ids: String,
    /// What becomes of it, and how bad it was.
    pub state: String,
    /// The libraries that have it; may be empty.
    pub parts: String,
    /// How precisely that is said.
    pub grade: String,
}

/// What a patch says about itself. All texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// Its one-line title.
    pub title: String,
    /// Id and revision, with the sort of patch.
    pub identity: String,
    /// Who signed it, as good or bad as it is.
    pub standing: Standing,
    /// The same in a word or two.
    pub trust_word: &'static str,
    /// The same with who signed it, where somebody did who counts.
    pub trust_chip: String,
    /// Who signed it.
    pub trust: String,
    /// Its paragraph for everybody.
    pub summary: String,
    /// What it resolves, item by item.
    pub fixes: Vec<FixRow>,
    /// What it hides.
    pub hidden: Vec<Finding>,
    /// Its scripts, each in full.
    pub scripts: Vec<ScriptView>,
    /// Everything else, the most important first.
    pub sections: Vec<Section>,
}

impl Overview {
    pub fn new(inspection: &Inspection) -> Self {
        let patch = &inspection.patch;
        let sections = vec![
            Section { kind: SectionKind::Fixes, facts: fixes(patch) },
            Section { kind: SectionKind::ForWhom, facts: product(patch) },
            Section { kind: SectionKind::Needs, facts: needs(patch) },
            Section { kind: SectionKind::Afterwards, facts: afterwards(patch) },
            Section { kind: SectionKind::Rollback, facts: about_rollback(patch) },
            Section { kind: SectionKind::Signers, facts: vouchers(inspection) },
            Section { kind: SectionKind::Care, facts: care(patch) },
            Section { kind: SectionKind::FinePrint, facts: fine_print(inspection) },
        ];
        Self {
            title: patch.about.title.to_string(),
            identity: format!(
                "{} · {}",
                line(&patch.about.identity.to_string()),
                phrases::kind(patch.about.kind)
            ),
            standing: inspection.verdict.standing,
            trust_word: trust_word(&inspection.verdict),
            trust_chip: trust_chip(&inspection.verdict),
            trust: line(&inspection.verdict.sentence()),
            summary: patch.about.summary.in_lines().into_owned(),
            fixes: fix_rows(patch),
            hidden: findings_of_hidden(&inspection.hidden),
            scripts: ScriptView::all(&inspection.scripts),
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

/// A path of this machine, escaped.
pub fn path_line(path: &Path) -> String {
    line(&path.to_string_lossy())
}

/// `text` as one line that hides nothing.
pub fn line(text: &str) -> String {
    escape_line(text).into_owned()
}

fn fix_rows(patch: &Patch) -> Vec<FixRow> {
    let row = |(resolved, parts, grade): (ResolvedIssue, Vec<Component>, ClaimGrade)| {
        let ids: Vec<String> = resolved.ids().map(|id| line(id)).collect();
        let level = resolved.severity.as_ref().map(|severity| severity.level.to_string());
        let state = phrases::resolved_state(&resolved);
        let state = level.into_iter().chain([state]).collect::<Vec<_>>().join(" · ");
        let parts: Vec<String> = parts.iter().map(|part| line(part.purl.as_str())).collect();
        FixRow {
            ids: ids.join(" "),
            state: line(&capitalised(&state)),
            parts: parts.join(" "),
            grade: capitalised(choose::grade(grade)),
        }
    };
    resolved_by(patch).map(row).collect()
}

fn fixes(patch: &Patch) -> Vec<Fact> {
    let issue = |issue: &Issue| {
        let kind = issue.kind.as_deref().map(|kind| format!(" ({kind})")).unwrap_or_default();
        let url = issue.url.as_deref().map(|url| format!(" · {url}")).unwrap_or_default();
        let opened = issue.opened.as_deref().map(phrases::moment);
        let opened = opened.map(|opened| fill(words::OPENED, &[("time", &opened)])).unwrap_or_default();
        Fact::new(words::TICKET, &format!("{}{kind}{url}{opened}", issue.key))
    };
    let mut facts = Vec::new();
    if let Some(severity) = &patch.about.severity {
        let cvss = severity.cvss.as_deref().map(|cvss| format!(" · {cvss}")).unwrap_or_default();
        facts.push(Fact::new(words::SEVERITY, &format!("{}{cvss}", severity.level)));
    }
    facts.extend(patch.about.issues.iter().map(issue));
    // Tickets are told above, and what names nothing that it fixes stands for itself.
    let is_told = |fix: &String| {
        *fix == patch.about.identity.id.as_str() || patch.about.issues.iter().any(|issue| issue.key == *fix)
    };
    let others: Vec<String> = patch.about.fixes.iter().filter(|fix| !is_told(fix)).cloned().collect();
    facts.extend(joined(words::FIXED, &others));
    let rules = patch.about.compliance.iter();
    facts.extend(rules.map(|rule| Fact::new(words::CONTROL, &phrases::compliance(rule))));
    facts
}

fn product(patch: &Patch) -> Vec<Fact> {
    let product = &patch.about.product;
    let mut facts = vec![
        Fact::new(words::PRODUCT, &product.name),
        Fact::new(
            if product.versions.len() == 1 { words::VERSION } else { words::VERSIONS },
            &product.versions.join(", "),
        ),
    ];
    facts.extend(patch.about.result_version.as_ref().map(|version| Fact::new(words::AFTERWARDS, version)));
    facts.extend(joined(words::SYSTEMS, &patch.about.platforms));
    facts.push(Fact::new(words::FROM_WHOM, patch.about.vendor.raw()));
    facts.extend(patch.about.contact.as_ref().map(|contact| Fact::new(words::CONTACT, contact.raw())));
    facts
}

fn needs(patch: &Patch) -> Vec<Fact> {
    let requires = patch.about.requires.iter().map(|required| {
        let mut id = required.id.to_string();
        if required.min_revision > 1 {
            id = fill(words::NEEDS_REVISION, &[("id", &id), ("n", &required.min_revision.to_string())]);
        }
        let when = match required.mode {
            RequirementMode::Before => words::NEEDS_BEFORE,
            RequirementMode::Together => words::NEEDS_TOGETHER,
        };
        Fact::new(words::NEEDED, &fill(when, &[("id", &id)]))
    });
    let conflicts = patch.about.conflicts.iter().map(|conflict| {
        Fact::new(words::NOT_TOGETHER, &format!("{}: {}", conflict.id, conflict.reason.raw()))
    });
    let supersedes: Vec<String> = patch.about.supersedes.iter().map(ToString::to_string).collect();
    let holds = patch.about.notices.iter().filter(|hold| hold.phase == HoldPhase::Before);
    requires
        .chain(conflicts)
        .chain(joined(words::CONTAINS, &supersedes))
        .chain(holds.map(|hold| Fact::new(words::hold(hold.phase), hold.text.raw())))
        .collect()
}

fn afterwards(patch: &Patch) -> Vec<Fact> {
    let restart = words::restart(patch.about.restart).unwrap_or(words::NO_RESTART);
    let holds = patch.about.notices.iter().filter(|hold| hold.phase == HoldPhase::After);
    let pace = phrases::rollout_pace(&patch.about.rollout);
    std::iter::once(Fact::new(words::RESTART, restart))
        .chain(pace.iter().map(|line| Fact::new(words::ROLLOUT_PACE, &capitalised(line))))
        .chain(holds.map(|hold| Fact::new(words::hold(hold.phase), hold.text.raw())))
        .collect()
}

fn about_rollback(patch: &Patch) -> Vec<Fact> {
    let rollback = &patch.about.rollback;
    let mut facts = vec![Fact::new(words::WHEN, &capitalised(phrases::rollback(rollback.possible)))];
    facts.extend(rollback.reason.as_ref().map(|reason| Fact::new(words::BECAUSE, reason.raw())));
    facts.extend(rollback.data_warning.as_ref().map(|warning| Fact::new(words::DATA_WRITTEN, warning.raw())));
    let steps = rollback.steps.iter().enumerate();
    facts.extend(steps.map(|(index, step)| {
        Fact::new(&fill(words::STEP_N, &[("n", &(index + 1).to_string())]), step.raw())
    }));
    let holds = patch.about.notices.iter().filter(|hold| hold.phase == HoldPhase::Rollback);
    facts.extend(holds.map(|hold| Fact::new(words::hold(hold.phase), hold.text.raw())));
    facts
}

fn trust_word(verdict: &Verdict) -> &'static str {
    match verdict.standing {
        Standing::Trusted => words::TRUSTED,
        Standing::NotEnough => words::NOT_ENOUGH_SIGNATURES,
        Standing::Untrusted if verdict.doubts.is_empty() => words::NOT_SIGNED,
        Standing::Untrusted => words::NOT_TRUSTED,
        Standing::Broken => words::BROKEN,
    }
}

fn trust_chip(verdict: &Verdict) -> String {
    let word = trust_word(verdict);
    match (verdict.standing, verdict.vouchers.first()) {
        (Standing::Trusted, Some(first)) => format!("{word} · {}", line(&first.name)),
        _ => word.to_owned(),
    }
}

/// Who signed it and counts, what they said of it, and which signatures do not count.
fn vouchers(inspection: &Inspection) -> Vec<Fact> {
    let verdict = &inspection.verdict;
    let mut facts = Vec::new();
    for voucher in &verdict.vouchers {
        let time = voucher.time.as_deref().map(|time| format!(" · {}", phrases::moment(time)));
        let said = format!("{}{}", capitalised(voucher.role.as_str()), time.unwrap_or_default());
        facts.push(Fact::new(&line(&voucher.name), &said));
        let review = inspection.reviews.iter().find(|(digest, _)| Some(*digest) == voucher.review);
        for note in review.iter().flat_map(|(_, review)| &review.notes) {
            let about = note.path.as_deref().map(|path| format!("{path}: ")).unwrap_or_default();
            facts.push(Fact::new(words::NOTED, &format!("{about}{}", note.text)));
        }
    }
    facts.extend(verdict.doubts.iter().map(|doubt| Fact::new(words::DOES_NOT_COUNT, &doubt.sentence())));
    facts
}

fn care(patch: &Patch) -> Vec<Fact> {
    let evidence = &patch.about.evidence;
    let mut facts: Vec<Fact> =
        evidence.review.iter().map(|line| Fact::new(words::REVIEWED, line.raw())).collect();
    facts.extend(evidence.tests.iter().map(|line| Fact::new(words::TESTED, line.raw())));
    facts.extend(evidence.provenance.iter().map(|line| Fact::new(words::COMES_FROM, line.raw())));
    facts.extend(patch.about.source.as_ref().map(|source| Fact::new(words::MADE_FROM, source.raw())));
    let origin = patch.about.origin.as_ref();
    facts.extend(origin.map(|origin| Fact::new(words::ORIGIN, &capitalised(&phrases::origin(origin)))));
    facts.extend(evidence.sbom.as_ref().map(|sbom| Fact::new(words::SBOM, &phrases::carried_file(sbom))));
    let vex = evidence.vex.as_ref().map(phrases::carried_file);
    facts.extend(vex.map(|vex| Fact::new(words::VEX, &fill(words::AUTHORS_CLAIM, &[("what", &vex)]))));
    let attested = evidence.attestations.iter().map(phrases::carried_file);
    facts.extend(attested.map(|file| Fact::new(words::ATTESTATION, &file)));
    let proof = if patch.proven { words::PROVEN } else { words::NOT_PROVEN };
    facts.push(Fact::new(words::PROOF, proof));
    facts
}

fn fine_print(inspection: &Inspection) -> Vec<Fact> {
    let patch = &inspection.patch;
    let lines = changes::lines(&patch.changes);
    let mut facts = vec![
        Fact::new(words::CHANGES, &changes::summary(&lines)),
        Fact::new(words::MADE, &phrases::moment(&patch.created)),
    ];
    facts
        .extend(patch.about.expires.as_ref().map(|time| Fact::new(words::NOT_AFTER, &phrases::moment(time))));
    facts.extend(
        patch
            .about
            .support_until
            .as_ref()
            .map(|time| Fact::new(words::SUPPORTED_UNTIL, &phrases::moment(time))),
    );
    facts.extend(patch.about.license.as_ref().map(|license| Fact::new(words::LICENSE, license.raw())));
    facts.extend(patch.about.product.purl.as_ref().map(|purl| Fact::new(words::PURL, purl)));
    facts.extend(patch.about.product.cpe.as_ref().map(|cpe| Fact::new(words::CPE, cpe)));
    facts.push(Fact::new(words::FILE_SIZE, &phrases::bytes(inspection.file_bytes)));
    facts.push(Fact::new(words::SHA_256, &inspection.file_digest.to_string()));
    facts.extend(patch.about.extensions.iter().map(|(key, value)| Fact::new(key, value)));
    facts
}

fn joined(name: &str, values: &[String]) -> Option<Fact> {
    (!values.is_empty()).then(|| Fact::new(name, &values.join(", ")))
}
