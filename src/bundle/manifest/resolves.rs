//! What a patch says it resolves and which parts it changes: how that is written, read, and held to the rules.

use std::collections::BTreeSet;

use super::fields::{ManifestRead, each, path, word};
use super::problem::Problems;
use super::texts::{names, optional_line, rfc3339, vulnerability};
use super::wire::{RawComponent, RawRequiredComponent, RawResolved, RawSeverity};
use super::{ManifestProblem, detect, limits};
use crate::model::{
    About, Component, Detect, Patch, Purl, RequiredComponent, ResolvedIssue, ResolvedKind, ResolvedState,
    Severity, TreePath, VersRange, with_resolved,
};
use crate::text::CvssScore;

pub(super) fn read_resolved(raw: RawResolved) -> ManifestRead<ResolvedIssue> {
    Ok(ResolvedIssue {
        kind: word("type", &raw.kind)?,
        id: raw.id,
        aliases: raw.aliases,
        source: raw.source,
        published: raw.published,
        severity: raw.severity.map(read_severity).transpose()?,
        components: each("components", raw.components, |text| purl("", &text))?,
        state: word("state", &raw.state)?,
        justification: raw.justification.map(|text| word("justification", &text)).transpose()?,
    })
}

pub(super) fn read_component(raw: RawComponent) -> ManifestRead<Component> {
    Ok(Component {
        purl: purl("purl", &raw.purl)?,
        version_after: raw.version_after,
        paths: each("paths", raw.paths, |text| path("", &text))?,
        patch: word("patch_type", &raw.patch_type)?,
    })
}

pub(super) fn read_required(raw: RawRequiredComponent) -> ManifestRead<RequiredComponent> {
    let wrong = |at: &str, error: &dyn std::fmt::Display| ManifestProblem::manifest(at, error.to_string());
    Ok(RequiredComponent {
        purl: Purl::parse_any_version(&raw.purl).map_err(|error| wrong("purl", &error))?,
        versions: VersRange::parse(&raw.versions).map_err(|error| wrong("versions", &error))?,
        detect: each("detect", raw.detect, detect::read_detect)?,
        is_required: raw.required.unwrap_or(false),
    })
}

pub(super) fn read_severity(raw: RawSeverity) -> ManifestRead<Severity> {
    Ok(Severity { level: word("severity.level", &raw.level)?, cvss: raw.cvss })
}

fn purl(at: &str, text: &str) -> ManifestRead<Purl> {
    Purl::parse_exact(text).map_err(|error| ManifestProblem::manifest(at, error.to_string()))
}

pub(super) fn write_resolved(resolved: &ResolvedIssue) -> RawResolved {
    RawResolved {
        kind: resolved.kind.to_string(),
        id: resolved.id.clone(),
        aliases: resolved.aliases.clone(),
        source: resolved.source.clone(),
        published: resolved.published.clone(),
        severity: resolved.severity.as_ref().map(write_severity),
        components: resolved.components.iter().map(ToString::to_string).collect(),
        state: resolved.state.to_string(),
        justification: resolved.justification.map(|why| why.to_string()),
    }
}

pub(super) fn write_component(component: &Component) -> RawComponent {
    RawComponent {
        purl: component.purl.to_string(),
        version_after: component.version_after.clone(),
        paths: component.paths.iter().map(ToString::to_string).collect(),
        patch_type: component.patch.to_string(),
    }
}

pub(super) fn write_required(part: &RequiredComponent) -> RawRequiredComponent {
    RawRequiredComponent {
        purl: part.purl.to_string(),
        versions: part.versions.to_string(),
        detect: part.detect.iter().map(detect::write_detect).collect(),
        required: part.is_required.then_some(true),
    }
}

pub(super) fn write_severity(severity: &Severity) -> RawSeverity {
    RawSeverity { level: severity.level.to_string(), cvss: severity.cvss.clone() }
}

/// The rules that need no changes of files, for orders too.
pub(super) fn check(about: &About, problems: &mut Problems) {
    problems.entries("resolves", about.resolves.len(), limits::ENTRIES);
    problems.distinct("resolves", about.resolves.iter().map(|one| one.id.as_str()));
    let parts: BTreeSet<&Purl> = about.components.iter().map(|part| &part.purl).collect();
    for (index, resolved) in about.resolves.iter().enumerate() {
        check_one(&format!("resolves[{index}]"), resolved, &parts, problems);
    }
    let missing =
        with_resolved(about.vulnerabilities.clone(), &about.resolves).split_off(about.vulnerabilities.len());
    if let Some(id) = missing.first() {
        let message = format!("{id:?} is missing, which \"resolves\" says is fixed");
        problems.manifest("vulnerabilities", message);
    }
    problems.entries("requires_components", about.requires_components.len(), limits::ENTRIES);
    problems.distinct("requires_components", about.requires_components.iter().map(|part| part.purl.as_str()));
    for (index, part) in about.requires_components.iter().enumerate() {
        if !part.versions.is_for(part.purl.kind()) {
            let message = format!("{} isn't a range of versions of {}", part.versions, part.purl);
            problems.manifest(format_args!("requires_components[{index}].versions"), message);
        }
        let at = format!("requires_components[{index}].detect");
        detect::check(&at, &part.detect, problems);
        let reads_version = |rule: &Detect| matches!(rule, Detect::Version { .. });
        if !part.detect.is_empty() && part.detect.iter().filter(|rule| reads_version(rule)).count() != 1 {
            problems
                .manifest(&at, "exactly one rule has to read the version, which is what the range is about");
        }
    }
    problems.entries("components", about.components.len(), limits::ENTRIES);
    problems.distinct("components", about.components.iter().map(|part| part.purl.as_str()));
    for (index, part) in about.components.iter().enumerate() {
        let at = format!("components[{index}]");
        optional_line(&format!("{at}.version_after"), part.version_after.as_deref(), problems);
        problems.entries(format_args!("{at}.paths"), part.paths.len(), limits::CHANGES);
        problems.distinct(&format!("{at}.paths"), part.paths.iter().map(TreePath::as_str));
    }
}

fn check_one(at: &str, resolved: &ResolvedIssue, parts: &BTreeSet<&Purl>, problems: &mut Problems) {
    problems.line(format_args!("{at}.id"), &resolved.id, limits::NAME_CHARS);
    names(&format!("{at}.aliases"), &resolved.aliases, problems);
    problems.entries(format_args!("{at}.aliases"), resolved.aliases.len(), limits::ALIASES);
    if resolved.aliases.contains(&resolved.id) {
        problems.manifest(format_args!("{at}.aliases"), "the id itself is no other name for it");
    }
    if resolved.kind == ResolvedKind::Security {
        vulnerability(format_args!("{at}.id"), &resolved.id, problems);
        for (index, alias) in resolved.aliases.iter().enumerate() {
            vulnerability(format_args!("{at}.aliases[{index}]"), alias, problems);
        }
    }
    optional_line(&format!("{at}.source"), resolved.source.as_deref(), problems);
    if let Some(published) = resolved.published.as_deref().filter(|text| rfc3339(text).is_none()) {
        let message = format!("{published:?} is no time such as 2026-11-23T09:30:00Z");
        problems.manifest(format_args!("{at}.published"), message);
    }
    let vector = resolved.severity.as_ref().and_then(|severity| severity.cvss.as_deref());
    if let Some(vector) = vector.filter(|vector| CvssScore::of_vector(vector).is_none()) {
        problems.manifest(format_args!("{at}.severity.cvss"), format!("{vector:?} is no CVSS vector"));
    }
    problems.distinct(&format!("{at}.components"), resolved.components.iter().map(Purl::as_str));
    for (index, purl) in resolved.components.iter().enumerate() {
        if !parts.contains(purl) {
            let message = format!("{purl} isn't among the patch's components");
            problems.manifest(format_args!("{at}.components[{index}]"), message);
        }
    }
    if resolved.justification.is_some() != (resolved.state == ResolvedState::NotAffected) {
        let message = "a justification belongs to the state \"not_affected\", and that state needs one";
        problems.manifest(format_args!("{at}.justification"), message);
    }
}

/// A claim about a file that the patch does not change could be proven by anything.
pub(super) fn check_paths(patch: &Patch, problems: &mut Problems) {
    for (index, part) in patch.about.components.iter().enumerate() {
        if let Some(number) = part.paths.iter().position(|path| patch.change_at(path).is_none()) {
            let message = format!("the patch doesn't change {:?}", part.paths[number].as_str());
            problems.manifest(format_args!("components[{index}].paths[{number}]"), message);
        }
    }
}
