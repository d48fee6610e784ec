//! From the model to the wire: the same patch always gives the same bytes, laid out so that people can read them and
//! line-based tools can compare them.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{change, declared, detect, document, resolves, wire};
use crate::model::{
    Approvals, Check, Conflict, DiffText, FileChange, Hold, Patch, Probe, Product, Requirement,
    RequirementIf, Rollback, RolloutPace, Script, Setting, Toggle, Untrusted, span_text,
};

/// The first version of this program that reads what [`write_manifest`] writes. Raise it together with the format.
const OLDEST_READER: &str = "0.1.0";

/// Writes `patch` as a manifest. For every patch that [`super::check`] accepts, reading gives the same patch back.
pub fn write_manifest(patch: &Patch) -> Vec<u8> {
    let manifest =
        serde_json::to_value(manifest(patch)).expect("a manifest has only texts, numbers and lists");
    let Value::Object(mut fields) = manifest else {
        unreachable!("a struct becomes an object");
    };
    for (key, value) in &patch.about.extensions {
        // A value that is no JSON is a text that somebody forgot to quote.
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.clone()));
        fields.insert(key.clone(), value);
    }
    laid_out(&fields, &patch.changes)
}

/// One field per line, and one line per object of a list (so one per change).
fn laid_out(fields: &Map<String, Value>, changes: &[FileChange]) -> Vec<u8> {
    let mut out = b"{".to_vec();
    for (index, (key, value)) in fields.iter().enumerate() {
        out.extend_from_slice(if index == 0 { b"\n " } else { b",\n " });
        append(&mut out, key);
        out.extend_from_slice(b": ");
        match value {
            Value::Array(_) if key == "changes" && !changes.is_empty() => {
                append_lines(&mut out, changes.iter().map(change::write));
            }
            Value::Array(entries) if entries.iter().any(Value::is_object) => {
                append_lines(&mut out, entries.iter());
            }
            other => append(&mut out, other),
        }
    }
    out.extend_from_slice(b"\n}\n");
    out
}

fn append_lines<T: Serialize>(out: &mut Vec<u8>, entries: impl Iterator<Item = T>) {
    out.push(b'[');
    for (index, entry) in entries.enumerate() {
        out.extend_from_slice(if index == 0 { b"\n  " } else { b",\n  " });
        append(out, &entry);
    }
    out.extend_from_slice(b"\n ]");
}

fn append<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) {
    serde_json::to_writer(out, value).expect("a manifest has only texts, numbers and lists");
}

/// As it was written.
fn raw_text(text: &Untrusted) -> String {
    text.raw().to_owned()
}

fn raw_texts(texts: &[Untrusted]) -> Vec<String> {
    texts.iter().map(raw_text).collect()
}

fn manifest(patch: &Patch) -> document::Manifest {
    let about = &patch.about;
    document::Manifest {
        format: document::FORMAT.to_owned(),
        min_tool_version: Some(OLDEST_READER.to_owned()),
        id: about.identity.id.to_string(),
        revision: about.identity.revision,
        sequence: about.sequence,
        channel: about.channel.clone(),
        needs_approval: approvals(about.approvals),
        kind: about.kind.to_string(),
        title: about.title.raw().to_owned(),
        summary: about.summary.raw().to_owned(),
        severity: about.severity.as_ref().map(resolves::write_severity),
        issues: about.issues.iter().map(declared::write_issue).collect(),
        fixes: about.fixes.clone(),
        vulnerabilities: about.vulnerabilities.clone(),
        resolves: about.resolves.iter().map(resolves::write_resolved).collect(),
        components: about.components.iter().map(resolves::write_component).collect(),
        requires_components: about.requires_components.iter().map(resolves::write_required).collect(),
        committed: about.committed.clone(),
        unplanned: about.unplanned,
        mends: about.mends.iter().map(ToString::to_string).collect(),
        compliance: about.compliance.iter().map(declared::write_compliance).collect(),
        created: patch.created.clone(),
        expires: about.expires.clone(),
        support_until: about.support_until.clone(),
        vendor: about.vendor.raw().to_owned(),
        contact: about.contact.as_ref().map(raw_text),
        license: about.license.as_ref().map(raw_text),
        product: product(&about.product),
        platforms: about.platforms.clone(),
        result: about.result_version.clone().map(|version| wire::RawOutcome { version }),
        requires: about.requires.iter().map(requirement).collect(),
        requires_if: about.requires_if.iter().map(requirement_if).collect(),
        conflicts: about.conflicts.iter().map(conflict).collect(),
        supersedes: about.supersedes.iter().map(ToString::to_string).collect(),
        holds: about.notices.iter().map(hold).collect(),
        diff: patch.diff.as_ref().map(diff_text),
        // They are written one by one.
        changes: document::Changes::default(),
        preflight: about.preflight.iter().map(check).collect(),
        health: about.health.iter().map(check).collect(),
        scripts: patch.scripts.iter().map(script).collect(),
        toggles: about.toggles.iter().map(toggle).collect(),
        restart: Some(about.restart.to_string()),
        rollout: rollout(&about.rollout),
        rollback: rollback(&about.rollback),
        source: about.source.as_ref().map(raw_text),
        origin: about.origin.as_ref().map(declared::write_origin),
        provenance: raw_texts(&about.evidence.provenance),
        tests: raw_texts(&about.evidence.tests),
        review: raw_texts(&about.evidence.review),
        sbom: about.evidence.sbom.as_ref().map(declared::write_carried),
        vex: about.evidence.vex.as_ref().map(declared::write_carried),
        attestations: about.evidence.attestations.iter().map(declared::write_attestation).collect(),
        proof: Some(wire::RawProof { round_trip: patch.proven }),
    }
}

fn approvals(approvals: Approvals) -> Option<wire::RawApprovals> {
    let some = |number: u32| (number > 0).then_some(number);
    let raw = wire::RawApprovals { author: some(approvals.authors), reviewer: some(approvals.reviewers) };
    (approvals != Approvals::default()).then_some(raw)
}

fn product(product: &Product) -> wire::RawProduct {
    wire::RawProduct {
        name: product.name.clone(),
        purl: product.purl.clone(),
        cpe: product.cpe.clone(),
        versions: product.versions.clone(),
        detect: product.detect.iter().map(detect::write_detect).collect(),
    }
}

fn toggle(toggle: &Toggle) -> wire::RawToggle {
    let setting = |setting: &Setting| match setting {
        Setting::Text(text) => Value::from(text.as_str()),
        Setting::Flag(flag) => Value::from(*flag),
        Setting::Number(number) => Value::from(*number),
    };
    wire::RawToggle {
        id: toggle.id.to_string(),
        title: toggle.title.raw().to_owned(),
        file: toggle.file.to_string(),
        kind: toggle.kind.to_string(),
        key: toggle.key.clone(),
        on: setting(&toggle.on),
        off: setting(&toggle.off),
        variants: toggle.variants.iter().flatten().cloned().collect(),
        initially: toggle.initially.to_string(),
        takes_effect: toggle.takes_effect.to_string(),
        when_off: toggle.when_off.raw().to_owned(),
        fixes: toggle.fixes.clone(),
        vulnerabilities: toggle.vulnerabilities.clone(),
        until: toggle.until.clone(),
        health: toggle.health.iter().map(check).collect(),
    }
}

fn script(script: &Script) -> wire::RawScript {
    wire::RawScript {
        phase: script.phase.to_string(),
        reason: script.reason.raw().to_owned(),
        blob: script.blob.to_string(),
        interpreter: script.interpreter.to_string(),
        timeout: script.timeout_secs,
        undo: script.undo.map(|undo| undo.to_string()),
    }
}

fn requirement(requirement: &Requirement) -> wire::RawRequirement {
    wire::RawRequirement {
        id: requirement.id.to_string(),
        min_revision: requirement.min_revision,
        mode: requirement.mode.to_string(),
    }
}

fn requirement_if(only: &RequirementIf) -> wire::RawRequirementIf {
    wire::RawRequirementIf { when: only.when.to_string(), then: requirement(&only.then) }
}

fn conflict(conflict: &Conflict) -> wire::RawConflict {
    wire::RawConflict { id: conflict.id.to_string(), reason: conflict.reason.raw().to_owned() }
}

fn hold(hold: &Hold) -> wire::RawHold {
    wire::RawHold {
        kind: hold.kind.to_string(),
        text: hold.text.raw().to_owned(),
        phase: hold.phase.to_string(),
    }
}

fn rollout(pace: &RolloutPace) -> Option<wire::RawRollout> {
    let raw = wire::RawRollout {
        min_wait: pace.min_wait.map(span_text),
        max_first_ring: pace.max_first_ring.map(|share| share.to_string()),
        advice: pace.advice.clone(),
    };
    (*pace != RolloutPace::default()).then_some(raw)
}

fn rollback(rollback: &Rollback) -> wire::RawRollback {
    wire::RawRollback {
        possible: rollback.possible.to_string(),
        reason: rollback.reason.as_ref().map(raw_text),
        data_warning: rollback.data_warning.as_ref().map(raw_text),
        steps: raw_texts(&rollback.steps),
    }
}

fn check(check: &Check) -> wire::RawCheck {
    let (kind, args) = probe(&check.probe);
    wire::RawCheck {
        check: kind.to_owned(),
        args,
        level: check.level.to_string(),
        timeout: check.timeout_secs,
        retries: check.retries,
    }
}

fn probe(probe: &Probe) -> (&'static str, wire::Args) {
    let none = wire::Args::default();
    match probe.clone() {
        Probe::File { path, present, digest } => {
            let sha256 = digest.map(|digest| digest.to_string());
            ("file", wire::Args { path: Some(path.to_string()), present: Some(present), sha256, ..none })
        }
        Probe::Text { path, contains } => {
            ("text", wire::Args { path: Some(path.to_string()), contains: Some(contains), ..none })
        }
        Probe::Version { is } => ("version", wire::Args { is: Some(is), ..none }),
        Probe::Disk { free_bytes } => ("disk", wire::Args { free_bytes: Some(free_bytes), ..none }),
        Probe::Port { host, port, open } => {
            ("port", wire::Args { host: Some(host), port: Some(port), open: Some(open), ..none })
        }
        Probe::Http { url, status, contains } => {
            ("http", wire::Args { url: Some(url), status: Some(status), contains, ..none })
        }
        Probe::Process { name, running } => {
            ("process", wire::Args { name: Some(name), running: Some(running), ..none })
        }
    }
}

fn diff_text(text: &DiffText) -> wire::RawDiffText {
    wire::RawDiffText { sha256: text.digest.to_string(), size: text.size_bytes }
}
