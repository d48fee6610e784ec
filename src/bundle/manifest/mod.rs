//! The manifest: what a bundle says about itself, as strict JSON, and its way to and from [`Patch`].
//!
//! Reading goes from the outside in: strict JSON ([`crate::text::json`]), known names and types (`document`, `wire`), forms
//! such as digests, paths and fixed words (`read`), and then the rules that make one consistent patch (`rules` for what a
//! person wrote, `tree` for the changes). Whoever holds a [`Patch`] that came through [`read_manifest`] needs none
//! of these checks again. The same rules judge an order before a bundle is made from it.

use std::collections::BTreeMap;
use std::fmt;

use crate::model::{About, Code, Digest, Patch, Payload, Script};
use crate::text::json::{self, JsonError, TextPosition};

mod wire;

mod document;

mod change;
mod declared;
mod detect;
mod fields;
mod op;
mod read;
mod write;

pub mod limits;
mod links;
mod problem;
mod resolves;
mod rules;
mod texts;
mod toggles;
mod tree;

pub use write::write_manifest;

pub(super) use problem::ManifestProblem;
use problem::Problems;

/// Why a manifest is refused, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ManifestError {
    /// What sort of rule it breaks: manifest, path, collision, limit, policy or newer.
    pub code: Code,
    /// The place in the text, if the rule is about one.
    pub position: Option<TextPosition>,
    /// The value it is about, such as `changes[3].path`; empty: the document itself.
    pub at: String,
    /// What is wrong, without the place. Quotes the manifest: escape it before it is shown.
    pub message: String,
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("manifest")?;
        if let Some(position) = self.position {
            write!(f, ", {position}")?;
        }
        if !self.at.is_empty() {
            write!(f, " ({})", self.at)?;
        }
        write!(f, ": {}", self.message)
    }
}

impl From<JsonError> for ManifestError {
    fn from(error: JsonError) -> Self {
        let JsonError { position, at, message } = error;
        Self { code: Code::Manifest, position: Some(position), at, message }
    }
}

impl ManifestError {
    fn from_problem(problem: ManifestProblem, bytes: &[u8]) -> Self {
        let position = json::position_of(bytes, &problem.at);
        Self { code: problem.code, position, at: problem.at, message: problem.message }
    }
}

/// Reads a manifest and checks every rule that needs nothing but the manifest.
///
/// # Errors
/// Names the first rule that is broken, with line and column. A manifest of a later format is
/// [`Code::Newer`], whatever else is in it.
pub fn read_manifest(bytes: &[u8]) -> Result<Patch, ManifestError> {
    json::check(bytes, limits::MANIFEST_BYTES)?;
    check_age(bytes)?;
    let document: document::RawDocument = json::from_checked(bytes)?;
    let patch = read::patch(document).map_err(|problem| ManifestError::from_problem(problem, bytes))?;
    check(&patch)
        .map_err(|error| ManifestError { position: json::position_of(bytes, &error.at), ..error })?;
    Ok(patch)
}

/// Checks a patch that was put together by this program against the rules that [`read_manifest`] enforces, so that
/// no bundle is made that nobody can open.
///
/// # Errors
/// As [`read_manifest`], without a position.
pub fn check(patch: &Patch) -> Result<(), ManifestError> {
    match problems(patch).into_iter().next() {
        None => Ok(()),
        Some(ManifestProblem { code, at, message, .. }) => {
            Err(ManifestError { code, position: None, at, message })
        }
    }
}

/// Everything that [`check`] finds, for whoever can still mend it.
pub(super) fn problems(patch: &Patch) -> Vec<ManifestProblem> {
    let mut problems = Problems::default();
    rules::check(&patch.about, Some(&patch.created), &patch.scripts, &mut problems);
    tree::check(patch, &mut problems);
    toggles::check_files(patch, &mut problems);
    resolves::check_paths(patch, &mut problems);
    problems.into_all()
}

/// Everything that is wrong with what a person wrote about a patch that is still to be made.
pub(super) fn text_problems(about: &About, scripts: &[Script]) -> Vec<ManifestProblem> {
    let mut problems = Problems::default();
    rules::check(about, None, scripts, &mut problems);
    problems.into_all()
}

/// The blobs that a bundle with this patch must hold, no more and no fewer, each with its size where the manifest
/// says it (a delta's does not).
pub fn referenced_blobs(patch: &Patch) -> BTreeMap<Digest, Option<u64>> {
    let mut blobs = BTreeMap::new();
    let mut refer = |digest: Digest, size_bytes: Option<u64>| {
        let known = blobs.entry(digest).or_insert(None);
        *known = known.or(size_bytes);
    };
    for change in &patch.changes {
        match &change.payload {
            Some(Payload::Whole { blob }) => {
                let after = change.after.as_ref().and_then(|after| after.as_file());
                refer(*blob, after.map(|file| file.size_bytes));
            }
            Some(Payload::Delta { blob, .. }) => refer(*blob, None),
            Some(Payload::Diff { .. } | Payload::Same { .. }) | None => {}
        }
        if let Some(base) = change.base {
            let before = change.before.iter().filter_map(|before| before.as_file());
            refer(base, before.map(|file| file.size_bytes).next());
        }
        if let Some(edit) = change.edit {
            refer(edit, None);
        }
    }
    patch.scripts.iter().flat_map(Script::blobs).for_each(|blob| refer(blob, None));
    if let Some(sbom) = &patch.about.evidence.sbom {
        refer(sbom.digest, Some(sbom.size_bytes));
    }
    patch.about.evidence.kept().for_each(|file| refer(file.digest, Some(file.size_bytes)));
    blobs
}

/// A later program may know keys that this one does not. Tells that case apart before they are called unknown.
fn check_age(bytes: &[u8]) -> Result<(), ManifestError> {
    let Ok(head) = json::from_checked::<document::RawHead>(bytes) else {
        return Ok(()); // Not even these two are right: the full reading says where.
    };
    let newer = |at: &str, message: String| {
        let problem = ManifestProblem { code: Code::Newer, at: at.to_owned(), change: None, message };
        Err(ManifestError::from_problem(problem, bytes))
    };
    if head.format != document::FORMAT && head.format.starts_with(document::FORMAT_FAMILY) {
        return newer("format", format!("the format {:?} is newer than this program", head.format));
    }
    let own = semver::Version::parse(env!("CARGO_PKG_VERSION")).expect("Cargo checks its own version");
    match head.min_tool_version.map(|version| semver::Version::parse(&version)) {
        Some(Ok(needed)) if needed > own => {
            newer("min_tool_version", format!("Patchwright {needed} or newer is needed, this is {own}"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
