//! What an author declares for auditors (issues, rules that the patch serves, where it comes from, documents that travel with
//! it): how that is written, read, and held to the rules.

use jiff::civil::Date;

use super::fields::{ManifestRead, digest, word};
use super::limits;
use super::problem::Problems;
use super::texts::{address, rfc3339};
use super::wire::{RawAttestation, RawCarried, RawCompliance, RawIssue, RawOrigin};
use crate::model::{About, CarriedFile, Code, Compliance, Evidence, Issue, Origin};

pub(super) fn read_issue(raw: RawIssue) -> Issue {
    Issue { system: raw.system, key: raw.key, url: raw.url, kind: raw.kind, opened: raw.opened }
}

pub(super) fn write_issue(issue: &Issue) -> RawIssue {
    let Issue { system, key, url, kind, opened } = issue.clone();
    RawIssue { system, key, url, kind, opened }
}

pub(super) fn read_compliance(raw: RawCompliance) -> Compliance {
    Compliance { framework: raw.framework.into(), control: raw.control.into(), due: raw.due }
}

pub(super) fn write_compliance(rule: &Compliance) -> RawCompliance {
    RawCompliance {
        framework: rule.framework.raw().to_owned(),
        control: rule.control.raw().to_owned(),
        due: rule.due.clone(),
    }
}

pub(super) fn read_origin(raw: RawOrigin) -> ManifestRead<Origin> {
    Ok(Origin {
        kind: word("kind", &raw.kind)?,
        upstream: raw.upstream.map(Into::into),
        generator: raw.generator.map(Into::into),
    })
}

pub(super) fn write_origin(origin: &Origin) -> RawOrigin {
    RawOrigin {
        kind: origin.kind.to_string(),
        upstream: origin.upstream.as_ref().map(|text| text.raw().to_owned()),
        generator: origin.generator.as_ref().map(|text| text.raw().to_owned()),
    }
}

pub(super) fn read_carried(raw: RawCarried) -> ManifestRead<CarriedFile> {
    Ok(CarriedFile { format: raw.format, digest: digest("blob", &raw.blob)?, size_bytes: raw.size })
}

pub(super) fn write_carried(file: &CarriedFile) -> RawCarried {
    RawCarried { format: file.format.clone(), blob: file.digest.to_string(), size: file.size_bytes }
}

pub(super) fn read_attestation(raw: RawAttestation) -> ManifestRead<CarriedFile> {
    read_carried(RawCarried { format: raw.media_type, blob: raw.blob, size: raw.size })
}

pub(super) fn write_attestation(file: &CarriedFile) -> RawAttestation {
    let RawCarried { format, blob, size } = write_carried(file);
    RawAttestation { media_type: format, blob, size }
}

pub(super) fn check(about: &About, problems: &mut Problems) {
    issues(&about.issues, problems);
    problems.entries("compliance", about.compliance.len(), limits::ENTRIES);
    for (index, rule) in about.compliance.iter().enumerate() {
        let at = format!("compliance[{index}]");
        problems.line(format_args!("{at}.framework"), rule.framework.raw(), limits::NAME_CHARS);
        problems.line(format_args!("{at}.control"), rule.control.raw(), limits::NAME_CHARS);
        if let Some(due) = rule.due.as_deref().filter(|text| !is_day(text)) {
            problems.manifest(format_args!("{at}.due"), format!("{due:?} is no day such as 2026-12-01"));
        }
        if about.compliance[..index].iter().any(|other| other.name() == rule.name()) {
            problems.manifest(&at, format!("{:?} stands there twice", rule.name()));
        }
    }
    if let Some(origin) = &about.origin {
        for (at, text) in [("upstream", &origin.upstream), ("generator", &origin.generator)] {
            if let Some(text) = text {
                problems.line(format_args!("origin.{at}"), text.raw(), limits::SENTENCE_CHARS);
            }
        }
    }
    documents(&about.evidence, problems);
}

fn issues(issues: &[Issue], problems: &mut Problems) {
    problems.entries("issues", issues.len(), limits::ENTRIES);
    for (index, issue) in issues.iter().enumerate() {
        problems.line(format_args!("issues[{index}].system"), &issue.system, limits::NAME_CHARS);
        problems.line(format_args!("issues[{index}].key"), &issue.key, limits::NAME_CHARS);
        if let Some(url) = &issue.url {
            address(format_args!("issues[{index}].url"), url, &["https://", "http://"], problems);
        }
        if let Some(kind) = &issue.kind {
            problems.line(format_args!("issues[{index}].type"), kind, limits::NAME_CHARS);
        }
        let is_moment = |text: &&str| is_day(text) || rfc3339(text).is_some();
        if let Some(opened) = issue.opened.as_deref().filter(|text| !is_moment(text)) {
            let message =
                format!("{opened:?} is no day such as 2026-11-03 and no time such as 2026-11-03T09:30:00Z");
            problems.manifest(format_args!("issues[{index}].opened"), message);
        }
    }
}

fn documents(evidence: &Evidence, problems: &mut Problems) {
    let mut document = |at: &str, format: &str, file: &CarriedFile, most: u64| {
        problems.line(format_args!("{at}.{format}"), &file.format, limits::NAME_CHARS);
        if file.size_bytes > most {
            let message = format!("it may have up to {} MiB", most >> 20);
            problems.push(Code::Limit, format_args!("{at}.size"), message);
        }
    };
    if let Some(sbom) = &evidence.sbom {
        document("sbom", "format", sbom, limits::SBOM_BYTES);
    }
    if let Some(vex) = &evidence.vex {
        document("vex", "format", vex, limits::CARRIED_BYTES);
    }
    for (index, file) in evidence.attestations.iter().enumerate() {
        document(&format!("attestations[{index}]"), "media_type", file, limits::CARRIED_BYTES);
    }
    let digests: Vec<String> = evidence.attestations.iter().map(|file| file.digest.to_string()).collect();
    problems.entries("attestations", digests.len(), limits::ATTESTATIONS);
    problems.distinct("attestations", digests.iter().map(String::as_str));
    for (index, file) in evidence.attestations.iter().enumerate() {
        let is_type = |part: &str| {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte);
            !part.is_empty() && part.bytes().all(allowed)
        };
        if !file.format.split_once('/').is_some_and(|(kind, name)| is_type(kind) && is_type(name)) {
            let message = format!("{:?} is no media type such as application/vnd.in-toto+json", file.format);
            problems.manifest(format_args!("attestations[{index}].media_type"), message);
        }
    }
}

/// Whether a text is a day in the one spelling that everybody reads the same.
pub(super) fn is_day(text: &str) -> bool {
    text.len() == "2027-06-01".len() && text.parse::<Date>().is_ok()
}
