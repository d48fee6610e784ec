//! From the wire to the model: each text becomes the value it stands for, or is refused.

use serde_json::Value;

use super::op::ManifestOp;
use super::problem::ManifestProblem;
use super::{resolves, wire};
use crate::model::{
    About, Approvals, CarriedSbom, Check, Code, Conflict, Detect, DiffText, Digest, Evidence, FileChange,
    FileNode, Hold, Issue, LinkNode, Mode, Node, Patch, PatchId, PatchRef, Payload, Probe, Product,
    Requirement, RequirementIf, Restart, Rollback, RolloutPace, Script, Setting, Severity, Share, Toggle,
    TreePath, Untrusted, Word, read_span,
};

pub(super) type ManifestRead<T> = Result<T, ManifestProblem>;

pub(super) fn patch(document: wire::RawDocument) -> ManifestRead<Patch> {
    let wire::RawDocument { manifest: raw, extensions } = document;
    if raw.format != wire::FORMAT {
        return Err(ManifestProblem::manifest("format", format!("the format is not {:?}", wire::FORMAT)));
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
        severity: raw.severity.map(severity).transpose()?,
        issues: raw.issues.into_iter().map(issue).collect(),
        fixes: raw.fixes,
        vulnerabilities: raw.vulnerabilities,
        resolves: each("resolves", raw.resolves, resolves::read)?,
        components: each("components", raw.components, resolves::read_component)?,
        requires_components: each("requires_components", raw.requires_components, resolves::read_required)?,
        committed: raw.committed,
        unplanned: raw.unplanned,
        mends: each("mends", raw.mends, |id| patch_id("", &id))?,
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
        conflicts: each("conflicts", raw.conflicts, |raw| {
            Ok(Conflict { id: patch_id("id", &raw.id)?, reason: raw.reason.into() })
        })?,
        supersedes: each("supersedes", raw.supersedes, |id| patch_id("", &id))?,
        notices: each("holds", raw.holds, hold)?,
        preflight: each("preflight", raw.preflight, check)?,
        health: each("health", raw.health, check)?,
        toggles: each("toggles", raw.toggles, toggle)?,
        restart: raw.restart.map_or(Ok(Restart::Nothing), |text| word("restart", &text))?,
        rollout: raw.rollout.map_or_else(|| Ok(RolloutPace::default()), rollout)?,
        rollback: rollback(raw.rollback).map_err(|problem| problem.inside("rollback"))?,
        source: raw.source.map(Into::into),
        evidence: Evidence {
            provenance: Untrusted::all(raw.provenance),
            review: Untrusted::all(raw.review),
            tests: Untrusted::all(raw.tests),
            sbom: raw.sbom.map(sbom).transpose().map_err(|problem| problem.inside("sbom"))?,
        },
        extensions: extensions.into_iter().map(|(key, value)| (key, value.to_string())).collect(),
    };
    Ok(Patch {
        about,
        created: raw.created,
        diff: raw.diff.map(diff_text).transpose().map_err(|problem| problem.inside("diff"))?,
        changes: raw.changes.0?,
        scripts: each("scripts", raw.scripts, script)?,
        proven: raw.proof.is_some_and(|proof| proof.round_trip),
    })
}

pub(super) fn each<T, U>(
    name: &str,
    raw: Vec<T>,
    read: impl Fn(T) -> ManifestRead<U>,
) -> ManifestRead<Vec<U>> {
    raw.into_iter()
        .enumerate()
        .map(|(index, raw)| read(raw).map_err(|problem| problem.inside(format_args!("{name}[{index}]"))))
        .collect()
}

fn approvals(raw: Option<wire::RawApprovals>) -> Approvals {
    let raw = raw.unwrap_or_default();
    Approvals { authors: raw.author.unwrap_or(0), reviewers: raw.reviewer.unwrap_or(0) }
}

fn issue(raw: wire::RawIssue) -> Issue {
    Issue { system: raw.system, key: raw.key, url: raw.url, kind: raw.kind }
}

pub(super) fn severity(raw: wire::RawSeverity) -> ManifestRead<Severity> {
    Ok(Severity { level: word("severity.level", &raw.level)?, cvss: raw.cvss })
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
        detect: each("detect", raw.detect, detect)?,
    })
}

fn detect(mut raw: wire::RawDetect) -> ManifestRead<Detect> {
    let path = path("path", &raw.path)?;
    let found = match raw.kind.as_str() {
        "exists" => Detect::Exists { path },
        "hash" => Detect::Hash { path, digest: digest("sha256", &must("sha256", raw.sha256.take())?)? },
        "text" => Detect::Text { path, contains: must("contains", raw.contains.take())? },
        "version" => {
            Detect::Version { path, after: must("after", raw.after.take())?, until: raw.until.take() }
        }
        other => return Err(none_of("kind", other, "exists, hash, text, version")),
    };
    let wire::RawDetect { kind, path, .. } = &raw;
    let taken = wire::RawDetect { kind: kind.clone(), path: path.clone(), ..Default::default() };
    nothing_more(raw == taken, &raw.kind)?;
    Ok(found)
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

fn sbom(raw: wire::RawSbom) -> ManifestRead<CarriedSbom> {
    let digest = digest("blob", &raw.blob)?;
    Ok(CarriedSbom { format: raw.format, digest, size_bytes: raw.size })
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

pub(super) fn change(raw: wire::RawChange) -> ManifestRead<FileChange> {
    let place = path("path", &raw.path)?;
    let before = each("before", raw.before, image)?;
    // A diff starts from the file at its own path, if there is one, unless another is named.
    let own = (!before.is_empty()).then_some(&place);
    let payload = raw.payload.map(|raw| payload(raw, own)).transpose();
    let change = FileChange {
        payload: payload.map_err(|problem| problem.inside("payload"))?,
        path: place,
        before,
        after: raw.after.map(image).transpose().map_err(|problem| problem.inside("after"))?,
        base: raw.base.map(|raw| digest("base", &raw)).transpose()?,
        edit: raw.edit.map(|raw| digest("edit", &raw)).transpose()?,
        role: raw.role.map(|raw| word("role", &raw)).transpose()?.unwrap_or_default(),
        local_edits: raw.local_edits.map(|raw| word("local_edits", &raw)).transpose()?.unwrap_or_default(),
        fixes: raw.fixes,
    };
    let stated: ManifestOp = word("op", &raw.op)?;
    let meant = ManifestOp::from_change(&change);
    if stated != meant {
        let message =
            format!("the op is {:?}, but before, after and payload say {:?}", raw.op, meant.as_str());
        return Err(ManifestProblem::manifest("op", message));
    }
    Ok(change)
}

fn image(mut raw: wire::RawImage) -> ManifestRead<Node> {
    let node = match raw.kind.as_str() {
        "file" => Node::File(FileNode {
            digest: digest("sha256", &must("sha256", raw.sha256.take())?)?,
            size_bytes: must("size", raw.size.take())?,
            mode: mode("mode", &must("mode", raw.mode.take())?)?,
        }),
        "link" => Node::Link(LinkNode { points_to: must("target", raw.target.take())? }),
        "dir" => Node::Dir(mode("mode", &must("mode", raw.mode.take())?)?),
        other => return Err(none_of("kind", other, "file, link, dir")),
    };
    nothing_more(raw == wire::RawImage { kind: raw.kind.clone(), ..Default::default() }, &raw.kind)?;
    Ok(node)
}

fn payload(mut raw: wire::RawPayload, own: Option<&TreePath>) -> ManifestRead<Payload> {
    let blob = |raw: &mut wire::RawPayload| digest("blob", &must("blob", raw.blob.take())?);
    let from = |raw: &mut wire::RawPayload| path("from", &must("from", raw.from.take())?);
    let payload = match raw.encoding.as_str() {
        "full" => Payload::Whole { blob: blob(&mut raw)? },
        "zstd-delta" => Payload::Delta {
            blob: blob(&mut raw)?,
            from: from(&mut raw)?,
            source: digest("source", &must("source", raw.source.take())?)?,
        },
        "same" => Payload::Same { from: from(&mut raw)? },
        "diff" => {
            let other = raw.from.take().map(|from| path("from", &from)).transpose()?;
            if other.is_some() && own.is_some() {
                let message = "the diff of a file that is there starts from that file";
                return Err(ManifestProblem::manifest("from", message));
            }
            Payload::Diff { from: other.or_else(|| own.cloned()) }
        }
        other => return Err(none_of("encoding", other, "full, zstd-delta, same, diff")),
    };
    let taken = wire::RawPayload { encoding: raw.encoding.clone(), ..Default::default() };
    nothing_more(raw == taken, &raw.encoding)?;
    Ok(payload)
}

fn must<T>(at: &str, value: Option<T>) -> ManifestRead<T> {
    value.ok_or_else(|| ManifestProblem::manifest("", format!("missing field {at:?}")))
}

fn nothing_more(holds: bool, kind: &str) -> ManifestRead<()> {
    if holds {
        return Ok(());
    }
    Err(ManifestProblem::manifest("", format!("there is a key that {kind:?} does not have")))
}

fn none_of(at: &str, word: &str, choices: &str) -> ManifestProblem {
    ManifestProblem::manifest(at, format!("{word:?} is none of {choices}"))
}

pub(super) fn word<W: Word>(at: &str, text: &str) -> ManifestRead<W> {
    W::parse(text).ok_or_else(|| none_of(at, text, &W::choices()))
}

fn patch_id(at: &str, text: &str) -> ManifestRead<PatchId> {
    PatchId::parse(text).ok_or_else(|| {
        ManifestProblem::manifest(
            at,
            format!("{text:?} is no patch id: letters, digits, \".\", \"_\" and \"-\" only"),
        )
    })
}

pub(super) fn path(at: &str, text: &str) -> ManifestRead<TreePath> {
    TreePath::parse(text).map_err(|error| ManifestProblem {
        code: Code::Path,
        at: at.to_owned(),
        change: None,
        message: error.to_string(),
    })
}

fn digest(at: &str, text: &str) -> ManifestRead<Digest> {
    text.parse().map_err(|error: crate::model::DigestError| ManifestProblem::manifest(at, error.to_string()))
}

/// Four octal digits, as [`Mode`] prints them: one spelling, and no room for bits beyond the twelve.
fn mode(at: &str, text: &str) -> ManifestRead<Mode> {
    let octal = text.len() == 4 && text.bytes().all(|digit| matches!(digit, b'0'..=b'7'));
    let bits = octal.then(|| u32::from_str_radix(text, 8).ok()).flatten();
    bits.map(Mode::new).ok_or_else(|| {
        ManifestProblem::manifest(at, format!("a mode is written as four octal digits, not {text:?}"))
    })
}
