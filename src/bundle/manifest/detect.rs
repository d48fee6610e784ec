//! Rules that read a folder: how they are written, read, and held to the rules of the format.

use super::fields::{ManifestRead, digest, must, none_of, nothing_more, path};
use super::limits;
use super::problem::Problems;
use super::texts::needle;
use super::wire::RawDetect;
use crate::model::{Detect, TreePath};

pub(super) fn read_detect(mut raw: RawDetect) -> ManifestRead<Detect> {
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
    let RawDetect { kind, path, .. } = &raw;
    let taken = RawDetect { kind: kind.clone(), path: path.clone(), ..Default::default() };
    nothing_more(raw == taken, &raw.kind)?;
    Ok(found)
}

pub(super) fn write_detect(detect: &Detect) -> RawDetect {
    let of = |kind: &str, path: &TreePath| RawDetect {
        kind: kind.to_owned(),
        path: path.to_string(),
        ..Default::default()
    };
    match detect {
        Detect::Exists { path } => of("exists", path),
        Detect::Hash { path, digest } => RawDetect { sha256: Some(digest.to_string()), ..of("hash", path) },
        Detect::Text { path, contains } => RawDetect { contains: Some(contains.clone()), ..of("text", path) },
        Detect::Version { path, after, until } => {
            RawDetect { after: Some(after.clone()), until: until.clone(), ..of("version", path) }
        }
    }
}

/// Ways to read a folder.
pub(super) fn check(list: &str, rules: &[Detect], problems: &mut Problems) {
    problems.entries(list, rules.len(), limits::DETECT);
    for (index, rule) in rules.iter().enumerate() {
        match rule {
            Detect::Exists { .. } | Detect::Hash { .. } => {}
            Detect::Text { contains, .. } => {
                needle(format_args!("{list}[{index}].contains"), contains, problems);
            }
            Detect::Version { after, until, .. } => {
                problems.length(format_args!("{list}[{index}].after"), after, limits::NEEDLE_CHARS);
                if let Some(until) = until {
                    needle(format_args!("{list}[{index}].until"), until, problems);
                }
            }
        }
    }
}
