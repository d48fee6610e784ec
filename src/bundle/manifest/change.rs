//! One change of a file: how it is written, and how it is read.

use super::fields::{ManifestRead, digest, each, mode, must, none_of, nothing_more, path, word};
use super::op::ManifestOp;
use super::problem::ManifestProblem;
use super::wire;
use crate::model::{FileChange, FileNode, LinkNode, Node, Payload, TreePath};

pub(super) fn read(raw: wire::RawChange) -> ManifestRead<FileChange> {
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

pub(super) fn write(change: &FileChange) -> wire::RawChange {
    wire::RawChange {
        path: change.path.to_string(),
        op: ManifestOp::from_change(change).to_string(),
        before: change.before.iter().map(written_image).collect(),
        after: change.after.as_ref().map(written_image),
        payload: change.payload.as_ref().map(|kind| written_payload(change, kind)),
        base: change.base.map(|base| base.to_string()),
        edit: change.edit.map(|edit| edit.to_string()),
        role: Some(change.role.to_string()),
        local_edits: Some(change.local_edits.to_string()),
        fixes: change.fixes.clone(),
    }
}

fn written_image(node: &Node) -> wire::RawImage {
    let of = |kind: &str| wire::RawImage { kind: kind.to_owned(), ..Default::default() };
    match node {
        Node::File(file) => wire::RawImage {
            sha256: Some(file.digest.to_string()),
            size: Some(file.size_bytes),
            mode: Some(file.mode.to_string()),
            ..of("file")
        },
        Node::Link(link) => wire::RawImage { target: Some(link.points_to.clone()), ..of("link") },
        Node::Dir(mode) => wire::RawImage { mode: Some(mode.to_string()), ..of("dir") },
    }
}

fn written_payload(change: &FileChange, payload: &Payload) -> wire::RawPayload {
    let of = |encoding: &str| wire::RawPayload { encoding: encoding.to_owned(), ..Default::default() };
    match payload {
        Payload::Whole { blob } => wire::RawPayload { blob: Some(blob.to_string()), ..of("full") },
        Payload::Delta { blob, from, source } => wire::RawPayload {
            blob: Some(blob.to_string()),
            from: Some(from.to_string()),
            source: Some(source.to_string()),
            ..of("zstd-delta")
        },
        Payload::Diff { from } => {
            let from = from.as_ref().filter(|from| **from != change.path).map(ToString::to_string);
            wire::RawPayload { from, ..of("diff") }
        }
        Payload::Same { from } => wire::RawPayload { from: Some(from.to_string()), ..of("same") },
    }
}
