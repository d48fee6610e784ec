//! Single values of a manifest: each text becomes what it stands for, or is refused.

use super::problem::ManifestProblem;
use crate::model::{Code, Digest, DigestError, Mode, PatchId, TreePath, Word};

pub(super) type ManifestRead<T> = Result<T, ManifestProblem>;

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

pub(super) fn must<T>(at: &str, value: Option<T>) -> ManifestRead<T> {
    value.ok_or_else(|| ManifestProblem::manifest("", format!("missing field {at:?}")))
}

pub(super) fn nothing_more(holds: bool, kind: &str) -> ManifestRead<()> {
    if holds {
        return Ok(());
    }
    Err(ManifestProblem::manifest("", format!("there is a key that {kind:?} does not have")))
}

pub(super) fn none_of(at: &str, word: &str, choices: &str) -> ManifestProblem {
    ManifestProblem::manifest(at, format!("{word:?} is none of {choices}"))
}

pub(super) fn word<W: Word>(at: &str, text: &str) -> ManifestRead<W> {
    W::parse(text).ok_or_else(|| none_of(at, text, &W::choices()))
}

pub(super) fn patch_id(at: &str, text: &str) -> ManifestRead<PatchId> {
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

pub(super) fn digest(at: &str, text: &str) -> ManifestRead<Digest> {
    text.parse().map_err(|error: DigestError| ManifestProblem::manifest(at, error.to_string()))
}

/// Four octal digits, as [`Mode`] prints them: one spelling, and no room for bits beyond the twelve.
pub(super) fn mode(at: &str, text: &str) -> ManifestRead<Mode> {
    let octal = text.len() == 4 && text.bytes().all(|digit| matches!(digit, b'0'..=b'7'));
    let bits = octal.then(|| u32::from_str_radix(text, 8).ok()).flatten();
    bits.map(Mode::new).ok_or_else(|| {
        ManifestProblem::manifest(at, format!("a mode is written as four octal digits, not {text:?}"))
    })
}
