//! Puts places right that are not as the history says, from the safe copies or from patch files at hand.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::apply::ChangeExtras;
use super::library::content_error;
use crate::bundle::{VerifiedBundle, delta};
use crate::disk::fs::{Fs, Place, StatKind, StatePath};
use crate::disk::hash_file;
use crate::ledger::{Action, Entry, Ledger};
use crate::model::{Code, Digest, FileNode, Node, Payload, Step, TreePath};
use crate::plan::why::Undo;
use crate::plan::{Fingerprint, Note, Preview, plan_heal};
use crate::transaction::{ContentError, Contents};
use crate::workbench::look::drift::Copies;
use crate::workbench::look::situation::Survey;
use crate::workbench::look::status::{self, read_ledger};
use crate::workbench::{Drift, Error, Result, Watch, Workbench};

/// What to put right, and from what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HealOptions {
    /// Only these places, and everything below them; empty: all.
    pub paths: Vec<TreePath>,
    /// Patch files in which contents may be found that are not among the safe copies.
    pub from: Vec<PathBuf>,
    /// The folder must still be as it was when this was computed.
    pub expected: Option<Fingerprint>,
}

/// What healing would do.
#[derive(Debug, Clone)]
pub struct HealPreview {
    /// The places that differ, as far as they were asked for.
    pub drift: Vec<Drift>,
    /// What would happen.
    pub preview: Preview,
}

/// What healing did.
#[derive(Debug)]
#[must_use]
pub struct Healed {
    /// The history entry; `None` when there was nothing to do.
    pub entry: Option<Entry>,
    /// What was worth knowing.
    pub notes: Vec<Note>,
    /// Why tidying up did not succeed, if so. The change is done.
    pub untidy: Option<String>,
}

impl Workbench {
    /// What putting right would do. Writes nothing.
    ///
    /// # Errors
    /// If the folder, its history or a patch file cannot be read, or unfinished work has to be dealt with first.
    pub fn preview_heal(
        &self,
        target: &Path,
        options: &HealOptions,
        watch: Watch<'_>,
    ) -> Result<HealPreview> {
        let fs = self.disk(target)?;
        let bundles: Vec<VerifiedBundle> =
            options.from.iter().map(|file| self.open(file)).collect::<Result<_>>()?;
        self.look_at_drift(target, &*fs, options, &bundles, watch).map(|look| look.preview)
    }

    /// Puts places right: everything that was asked for, or nothing. What is replaced is kept as safe copies, and
    /// taking the last change back brings it again.
    ///
    /// # Errors
    /// As [`Workbench::preview_heal`]; [`Error::Refused`] lists every obstacle.
    pub fn heal(&self, target: &Path, options: &HealOptions, watch: Watch<'_>) -> Result<Healed> {
        let fs = self.disk(target)?;
        let bundles: Vec<VerifiedBundle> =
            options.from.iter().map(|file| self.open(file)).collect::<Result<_>>()?;
        let first_look = self.look_at_drift(target, &*fs, options, &bundles, watch)?;
        first_look.check_fingerprint(options)?;
        if first_look.preview.preview.is_nothing_to_do() {
            return Ok(Healed { entry: None, notes: first_look.preview.preview.notes, untidy: None });
        }
        first_look.preview.preview.clone().approve().map_err(|preview| Error::Refused(preview.obstacles))?;
        let root = self.lock(target)?;
        let ledger = read_ledger(root.fs())?;
        // Only under the lock does what was seen stay true.
        let look = match first_look.survey.still_holds(root.fs(), &ledger) {
            true => first_look,
            false => self.see_drift(root.fs(), options, &bundles, watch)?,
        };
        look.check_fingerprint(options)?;
        if !look.survey.still_holds(root.fs(), &ledger) {
            return Err(Error::moved());
        }
        let PlannedHeal { preview: HealPreview { preview, .. }, survey, sources } = look;
        let notes = preview.notes.clone();
        let plan = preview.approve().map_err(|preview| Error::Refused(preview.obstacles))?;
        if plan.steps().is_empty() {
            return Ok(Healed { entry: None, notes, untidy: None });
        }
        let mut entry = Entry::after(&ledger.head(), Action::Heal, &self.environment);
        entry.version_before = ledger.version().map(str::to_owned);
        entry.version_after.clone_from(&entry.version_before);
        entry.remarks = remarks(&sources, &bundles)?;
        let contents = HealContents { sources: &sources, bundles: &bundles };
        let receipt = self.change(&root, plan, &survey, entry, ChangeExtras::default(), &contents, watch)?;
        Ok(Healed {
            entry: Some(receipt.entry),
            notes,
            untidy: receipt.untidy.map(|error| error.to_string()),
        })
    }

    fn look_at_drift(
        &self,
        target: &Path,
        fs: &dyn Fs,
        options: &HealOptions,
        bundles: &[VerifiedBundle],
        watch: Watch<'_>,
    ) -> Result<PlannedHeal> {
        let is_plain = |look: &PlannedHeal| look.preview.preview.obstacles.is_empty();
        self.read_consistently(target, fs, || self.see_drift(fs, options, bundles, watch), is_plain)
    }

    fn see_drift(
        &self,
        fs: &dyn Fs,
        options: &HealOptions,
        bundles: &[VerifiedBundle],
        watch: Watch<'_>,
    ) -> Result<PlannedHeal> {
        super::preview::refuse_unfinished(fs)?;
        let ledger = read_ledger(fs)?;
        let expected = ledger.expected()?;
        let mut drift = status::status_now(fs, watch)?.drift;
        for path in &options.paths {
            if !expected.keys().any(|known| known == path || known.is_below(path)) {
                return Err(Error::refused_at(path, Undo::Untouched));
            }
        }
        let wanted = |path: &TreePath| {
            options.paths.is_empty() || options.paths.iter().any(|p| p == path || path.is_below(p))
        };
        drift.retain(|drift| wanted(&drift.path));
        let keeps_modes = fs.features().modes;
        let should_be = |path: &TreePath| {
            let node = expected.get(path).cloned().flatten();
            node.map(|node| if keeps_modes { node } else { node.without_mode() })
        };
        // Seen again by the survey, whose looks prove that nothing moves until it is changed.
        let goals: Vec<Step> = drift
            .iter()
            .map(|drift| {
                // What is in a folder that goes has to be seen, too.
                let folder = fs.look(&Place::from(&drift.path)).ok().flatten();
                let folder = folder.filter(|found| found.kind == StatKind::Dir);
                let after = folder.map(|found| Node::Dir(found.mode));
                Step { path: drift.path.clone(), before: should_be(&drift.path), after }
            })
            .collect();
        let survey = self.survey_for_rollback(fs, &goals, &ledger, watch)?;
        let steps: Vec<Step> = goals
            .into_iter()
            .map(|goal| Step {
                before: survey.situation.tree.at(&goal.path).cloned(),
                after: goal.before,
                path: goal.path,
            })
            .filter(|step| step.before != step.after)
            .collect();
        let (sources, lost) = find_sources(fs, &ledger, bundles, &steps)?;
        let preview = plan_heal(steps, &lost, &survey.situation);
        Ok(PlannedHeal { preview: HealPreview { drift, preview }, survey, sources })
    }
}

/// A preview with what it was made from.
struct PlannedHeal {
    preview: HealPreview,
    survey: Survey,
    sources: Sources,
}

impl PlannedHeal {
    fn check_fingerprint(&self, options: &HealOptions) -> Result<()> {
        match options.expected {
            Some(expected) if expected != self.preview.preview.plan.base => Err(Error::moved()),
            _ => Ok(()),
        }
    }
}

type Sources = BTreeMap<TreePath, Source>;

/// Where the content of a file is found.
#[derive(Debug, Clone)]
enum Source {
    /// Among the safe copies.
    Copy(StatePath),
    /// In a bundle, as it is.
    Blob { bundle: usize, blob: Digest },
    /// In a bundle, as what makes it out of something that is at hand.
    Delta { bundle: usize, blob: Digest, from: Place, from_bytes: u64 },
}

/// Finds the content of every file that `steps` leave, and the places for which there is none.
fn find_sources(
    fs: &dyn Fs,
    ledger: &Ledger,
    bundles: &[VerifiedBundle],
    steps: &[Step],
) -> Result<(Sources, Vec<TreePath>)> {
    let files: Vec<(&TreePath, &FileNode)> = steps
        .iter()
        // Where only permissions differ, the content is there.
        .filter(|step| !step.before.as_ref().zip(step.after.as_ref()).is_some_and(|(a, b)| a.same_content(b)))
        .filter_map(|step| Some((&step.path, step.after.as_ref()?.as_file()?)))
        .collect();
    let mut wanted: BTreeSet<Digest> = files.iter().map(|(_, file)| file.digest).collect();
    let payloads = bundles.iter().flat_map(|bundle| &bundle.patch.changes).filter_map(|c| c.payload.as_ref());
    wanted.extend(payloads.filter_map(|payload| match payload {
        Payload::Delta { source, .. } => Some(*source),
        _ => None,
    }));
    let copies = Copies::find(fs, ledger, &wanted)?;
    let (mut sources, mut lost) = (Sources::new(), Vec::new());
    for (path, file) in files {
        let copy = || copies.of(fs, file.digest).cloned().map(Source::Copy);
        let source =
            copy().or_else(|| (0..bundles.len()).find_map(|n| in_bundle(fs, bundles, n, file, &copies)));
        match source {
            Some(source) => _ = sources.insert(path.clone(), source),
            None => lost.push(path.clone()),
        }
    }
    Ok((sources, lost))
}

fn in_bundle(
    fs: &dyn Fs,
    bundles: &[VerifiedBundle],
    bundle: usize,
    file: &FileNode,
    copies: &Copies,
) -> Option<Source> {
    let changes = &bundles[bundle].patch.changes;
    if bundles[bundle].blobs().any(|(blob, _)| blob == file.digest) {
        return Some(Source::Blob { bundle, blob: file.digest });
    }
    let makes_it = |node: &Option<Node>| {
        node.as_ref().and_then(Node::as_file).is_some_and(|after| after.digest == file.digest)
    };
    changes.iter().filter(|change| makes_it(&change.after)).find_map(|change| {
        let Some(Payload::Delta { blob, from, source }) = &change.payload else { return None };
        let before = bundles[bundle].patch.change_at(from)?.before.iter().filter_map(Node::as_file);
        let from_bytes = before.into_iter().find(|before| before.digest == *source)?.size_bytes;
        let live = Place::from(from);
        let from = match copies.of(fs, *source) {
            Some(copy) => Place::from(copy),
            None if hash_file(fs, &live).is_ok_and(|(found, _)| found == *source) => live,
            None => return None,
        };
        Some(Source::Delta { bundle, blob: *blob, from, from_bytes })
    })
}

/// From which patch files something came.
fn remarks(sources: &Sources, bundles: &[VerifiedBundle]) -> Result<Vec<String>> {
    let used: BTreeSet<usize> = sources
        .values()
        .filter_map(|source| match source {
            Source::Blob { bundle, .. } | Source::Delta { bundle, .. } => Some(*bundle),
            Source::Copy(_) => None,
        })
        .collect();
    let mut remarks = Vec::new();
    for index in used {
        let bundle = &bundles[index];
        let digest = bundle.file_digest()?;
        remarks.push(format!(
            "contents were taken from the patch file of {}, SHA-256 {digest}",
            bundle.patch.identity
        ));
    }
    Ok(remarks)
}

/// The contents that the history names, out of safe copies and bundles.
struct HealContents<'a> {
    sources: &'a Sources,
    bundles: &'a [VerifiedBundle],
}

impl Contents for HealContents<'_> {
    fn kept(&self, _: &Step) -> Option<StatePath> {
        // A safe copy stays one; what becomes live is a copy of it.
        None
    }

    fn remembers(&self, _: &Step) -> bool {
        false
    }

    fn write(&self, step: &Step, fs: &dyn Fs, out: &mut dyn Write) -> std::result::Result<(), ContentError> {
        let size_after = step.after.as_ref().and_then(Node::as_file).map_or(0, |file| file.size_bytes);
        match self.sources.get(&step.path) {
            None => {
                let detail = "there is no copy of it".to_owned();
                Err(ContentError::Refused { code: Code::Store, detail })
            }
            Some(Source::Copy(place)) => Ok(io::copy(&mut fs.open(&Place::from(place))?, out).map(drop)?),
            Some(Source::Blob { bundle, blob }) => {
                self.bundles[*bundle].copy_blob(blob, out).map(drop).map_err(content_error)
            }
            Some(Source::Delta { bundle, blob, from, from_bytes }) => {
                let mut delta = self.bundles[*bundle].open_blob(blob).map_err(content_error)?;
                let mut old = fs.open(from)?;
                delta::decode(&mut delta, &mut *old, *from_bytes, size_after, out)
                    .map_err(|error| content_error(error.into()))
            }
        }
    }
}
