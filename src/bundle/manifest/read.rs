//! From the wire to the model: each text becomes the value it stands for, or is refused.

use serde_json::Value;

use super::document::RawDocument;
use super::fields::{ManifestRead, digest, each, must, none_of, nothing_more, patch_id, path, word};
use super::problem::ManifestProblem;
use super::{declared, detect, document, resolves, wire};
use crate::model::{
    About, Approvals, Check, Conflict, DiffText, Evidence, Hold, Patch, PatchRef, Probe, Product,
    Requirement, RequirementIf, Restart, Rollback, RolloutPace, Script, Setting, Share, Toggle, Untrusted,
    read_span,
};

pub(super) fn patch(document: RawDocument) -> ManifestRead<Patch> {
    let RawDocument { manifest: raw, extensions } = document;
    if raw.format != document::FORMAT {
        return Err(ManifestProblem::manifest("format", format!("the format is not {:?}", document::FORMAT)));
    }
    if let Some(version) = &raw.min_tool_version {
        semver::Version::parse(version).map_err(|error| {
            ManifestProblem::manifest("min_tool_version", format!("no semantic version: {error}"))
        })?;
    }
    let about = About {
        identity: PatchRef { id: patch_id("id", &raw.id)?, revision: raw.revision },
        sequence: raw.sequence,
        channel: raw.channel,
        approvals: approvals(raw.needs_approval),
        kind: word("kind", &raw.kind)?,
        title: raw.title.into(),
        summary: raw.summary.into(),
        severity: raw.severity.map(resolves::read_severity).transpose()?,
        issues: raw.issues.into_iter().map(declared::read_issue).collect(),
        fixes: raw.fixes,
        vulnerabilities: raw.vulnerabilities,
        resolves: each("resolves", raw.resolves, resolves::read_resolved)?,
        components: each("components", raw.components, resolves::read_component)?,
        requires_components: each("requires_components", raw.requires_components, resolves::read_required)?,
        committed: raw.committed,
        unplanned: raw.unplanned,
        mends: each("mends", raw.mends, |id| patch_id("", &id))?,
        compliance: raw.compliance.into_iter().map(declared::read_compliance).collect(),
        expires: raw.expires,
        support_until: raw.support_until,
        vendor: raw.vendor.into(),
        contact: raw.contact.map(Into::into),
        license: raw.license.map(Into::into),
        product: product(raw.product).map_err(|problem| problem.inside("product"))?,
        platforms: raw.platforms,
        result_version: raw.result.map(|result| result.version),
        requires: each("requires", raw.requires, requirement)?,
        requires_if: each("requires_if", raw.requires_if, requirement_if)?,
        conflicts: each("conflicts", raw.conflicts, conflict)?,
        supersedes: each("supersedes", raw.supersedes, |id| patch_id("", &id))?,
        notices: each("holds", raw.holds, hold)?,
        preflight: each("preflight", raw.preflight, check)?,
        health: each("health", raw.health, check)?,
        toggles: each("toggles", raw.toggles, toggle)?,
        restart: raw.restart.map_or(Ok(Restart::Nothing), |text| word("restart", &text))?,
        rollout: raw.rollout.map_or_else(|| Ok(RolloutPace::default()), rollout)?,
        rollback: rollback(raw.rollback).map_err(|problem| problem.inside("rollback"))?,
        source: raw.source.map(Into::into),
        origin: inside("origin", raw.origin, declared::read_origin)?,
        evidence: Evidence {
            provenance: Untrusted::all(raw.provenance),
            review: Untrusted::all(raw.review),
            tests: Untrusted::all(raw.tests),
            sbom: inside("sbom", raw.sbom, declared::read_carried)?,
            vex: inside("vex", raw.vex, declared::read_carried)?,
            attestations: each("attestations", raw.attestations, declared::read_attestation)?,
        },
        extensions: extensions.into_iter().map(|(key, value)| (key, value.to_string())).collect(),
    };
    Ok(Patch {
        about,
        created: raw.created,
        diff: inside("diff", raw.diff, diff_text)?,
        changes: raw.changes.0?,
        scripts: each("scripts", raw.scripts, script)?,
        proven: raw.proof.is_some_and(|proof| proof.round_trip),
    })
}

fn approvals(raw: Option<wire::RawApprovals>) -> Approvals {
    let raw = raw.unwrap_or_default();
    Approvals { authors: raw.author.unwrap_or(0), reviewers: raw.reviewer.unwrap_or(0) }
}

/// A value that may be left out; problems say where they are.
fn inside<R, T>(at: &str, raw: Option<R>, read: impl Fn(R) -> ManifestRead<T>) -> ManifestRead<Option<T>> {
    raw.map(read).transpose().map_err(|problem| problem.inside(at))
}

fn hold(raw: wire::RawHold) -> ManifestRead<Hold> {
    Ok(Hold { kind: word("kind", &raw.kind)?, text: raw.text.into(), phase: word("phase", &raw.phase)? })
}

fn product(raw: wire::RawProduct) -> ManifestRead<Product> {
    Ok(Product {
        name: raw.name,
        purl: raw.purl,
        cpe: raw.cpe,
        versions: raw.versions,
        detect: each("detect", raw.detect, detect::read_detect)?,
    })
}

fn conflict(raw: wire::RawConflict) -> ManifestRead<Conflict> {
    Ok(Conflict { id: patch_id("id", &raw.id)?, reason: raw.reason.into() })
}

fn requirement(raw: wire::RawRequirement) -> ManifestRead<Requirement> {
    Ok(Requirement {
        id: patch_id("id", &raw.id)?,
        min_revision: raw.min_revision,
        mode: word("mode", &raw.mode)?,
    })
}

fn requirement_if(raw: wire::RawRequirementIf) -> ManifestRead<RequirementIf> {
    let then = requirement(raw.then).map_err(|problem| problem.inside("then"))?;
    Ok(RequirementIf { when: patch_id("when", &raw.when)?, then })
}

fn rollout(raw: wire::RawRollout) -> ManifestRead<RolloutPace> {
    let wrong = |key: &str, example: &str| {
        ManifestProblem::manifest(format_args!("rollout.{key}"), format!("expected text such as {example}"))
    };
    let min_wait = raw.min_wait.map(|text| read_span(&text).ok_or_else(|| wrong("min_wait", "\"24h\"")));
    let most = raw.max_first_ring;
    let most = most.map(|text| Share::parse(&text).ok_or_else(|| wrong("max_first_ring", "\"10%\"")));
    Ok(RolloutPace { min_wait: min_wait.transpose()?, max_first_ring: most.transpose()?, advice: raw.advice })
}

fn rollback(raw: wire::RawRollback) -> ManifestRead<Rollback> {
    Ok(Rollback {
        possible: word("possible", &raw.possible)?,
        reason: raw.reason.map(Into::into),
        data_warning: raw.data_warning.map(Into::into),
        steps: Untrusted::all(raw.steps),
    })
}

fn check(raw: wire::RawCheck) -> ManifestRead<Check> {
    Ok(Check {
        probe: probe(&raw.check, raw.args)?,
        level: word("level", &raw.level)?,
        timeout_secs: raw.timeout,
        retries: raw.retries,
    })
}

fn script(raw: wire::RawScript) -> ManifestRead<Script> {
    Ok(Script {
        phase: word("phase", &raw.phase)?,
        reason: raw.reason.into(),
        blob: digest("blob", &raw.blob)?,
        interpreter: word("interpreter", &raw.interpreter)?,
        timeout_secs: raw.timeout,
        undo: raw.undo.map(|raw| digest("undo", &raw)).transpose()?,
    })
}

fn toggle(raw: wire::RawToggle) -> ManifestRead<Toggle> {
    Ok(Toggle {
        id: patch_id("id", &raw.id)?,
        title: raw.title.into(),
        file: path("file", &raw.file)?,
        kind: word("kind", &raw.kind)?,
        key: raw.key,
        on: setting("on", &raw.on)?,
        off: setting("off", &raw.off)?,
        variants: match raw.variants.len() {
            0 => None,
            _ => Some(raw.variants.try_into().map_err(|_| {
                ManifestProblem::manifest("variants", "it has one value for on and one for off")
            })?),
        },
        initially: word("initially", &raw.initially)?,
        takes_effect: word("takes_effect", &raw.takes_effect)?,
        when_off: raw.when_off.into(),
        fixes: raw.fixes,
        vulnerabilities: raw.vulnerabilities,
        until: raw.until,
        health: each("health", raw.health, check)?,
    })
}

fn setting(at: &str, raw: &Value) -> ManifestRead<Setting> {
    match raw {
        Value::String(text) => Ok(Setting::Text(text.clone())),
        Value::Bool(flag) => Ok(Setting::Flag(*flag)),
        other => match other.as_i64() {
            Some(number) => Ok(Setting::Number(number)),
            None => Err(ManifestProblem::manifest(at, "a setting is a text, a whole number, true or false")),
        },
    }
}

fn probe(kind: &str, mut args: wire::Args) -> ManifestRead<Probe> {
    let inside = |problem: ManifestProblem| problem.inside("args");
    let probe = match kind {
        "file" => Probe::File {
            path: must("path", args.path.take()).and_then(|raw| path("path", &raw)).map_err(inside)?,
            present: must("present", args.present.take()).map_err(inside)?,
            digest: args.sha256.take().map(|raw| digest("sha256", &raw)).transpose().map_err(inside)?,
        },
        "text" => Probe::Text {
            path: must("path", args.path.take()).and_then(|raw| path("path", &raw)).map_err(inside)?,
            contains: must("contains", args.contains.take()).map_err(inside)?,
        },
        "version" => Probe::Version { is: must("is", args.is.take()).map_err(inside)? },
        "disk" => Probe::Disk { free_bytes: must("free_bytes", args.free_bytes.take()).map_err(inside)? },
        "port" => Probe::Port {
            host: args.host.take().unwrap_or_else(|| "localhost".to_owned()),
            port: must("port", args.port.take()).map_err(inside)?,
            open: must("open", args.open.take()).map_err(inside)?,
        },
        "http" => Probe::Http {
            url: must("url", args.url.take()).map_err(inside)?,
            status: must("status", args.status.take()).map_err(inside)?,
            contains: args.contains.take(),
        },
        "process" => Probe::Process {
            name: must("name", args.name.take()).map_err(inside)?,
            running: must("running", args.running.take()).map_err(inside)?,
        },
        other => return Err(none_of("check", other, "file, text, version, disk, port, http, process")),
    };
    nothing_more(args == wire::Args::default(), kind).map_err(inside)?;
    Ok(probe)
}

fn diff_text(raw: wire::RawDiffText) -> ManifestRead<DiffText> {
    Ok(DiffText { digest: digest("sha256", &raw.sha256)?, size_bytes: raw.size })
}
