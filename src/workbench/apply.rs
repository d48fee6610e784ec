//! Applies a bundle to a folder.

use std::io::{self, Write};
use std::path::Path;

use super::merging::{EditChoices, Made, wants_merging};
use super::situation::Survey;
use super::status::read_ledger;
use super::{ApplyPreview, Error, Result, Watch, Workbench, text_patch};
use crate::bundle::{VerifiedBundle, delta};
use crate::checks::{self, Surroundings};
use crate::model::{Code, Level, Node, Patch, Payload, Step, TreePath};
use crate::plan::{ApprovedPlan, Fingerprint, Obstacle, OnDrift};
use crate::progress::{CancelToken, Quiet};
use crate::target::TargetRoot;
use crate::target::fs::{Fs, Place, StatePath};
use crate::target::ledger::{Action, CheckNote, Entry, Ledger, PatchNote};
use crate::transaction::{self, ContentError, Contents, Failure, Receipt, Request};

/// How to apply.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ApplyOptions {
    /// Go ahead although nobody trusted has signed the bundle. Written to the history.
    pub allow_unsigned: bool,
    /// Go ahead on a disk that cannot keep all promises. Written to the history.
    pub accept_weak_volume: bool,
    /// The folder must still be as it was when this was computed.
    pub expected: Option<Fingerprint>,
}

/// What applying did.
#[derive(Debug)]
#[must_use]
pub struct Applied {
    /// The patch.
    pub patch: Patch,
    /// The history entry; `None` when there was nothing to do.
    pub entry: Option<Entry>,
    /// What was worth knowing.
    pub notes: Vec<crate::plan::Note>,
    /// Health checks that ran afterwards.
    pub checks: Vec<CheckNote>,
    /// Why tidying up did not succeed, if so. The change is done.
    pub untidy: Option<String>,
}

impl Applied {
    /// Everything was as the patch leaves it already.
    fn nothing(patch: Patch) -> Self {
        Self { patch, entry: None, notes: Vec::new(), checks: Vec::new(), untidy: None }
    }
}

impl Workbench {
    /// Applies `bundle` to `target`: everything, or nothing.
    ///
    /// # Errors
    /// [`Error::Refused`] lists every obstacle; nothing changed. [`Error::Change`] says what the folder is like.
    /// [`Error::Unhealthy`]: a required health check failed, and the change was taken back.
    pub fn apply(
        &self,
        bundle: &Path,
        target: &Path,
        options: ApplyOptions,
        watch: Watch<'_>,
    ) -> Result<Applied> {
        self.apply_with(bundle, target, options, &EditChoices::new(), watch)
    }

    /// The same with wishes for files that were edited.
    ///
    /// # Errors
    /// As [`Workbench::apply`], and if a merged file cannot be read.
    pub fn apply_with(
        &self,
        bundle: &Path,
        target: &Path,
        options: ApplyOptions,
        choices: &EditChoices,
        watch: Watch<'_>,
    ) -> Result<Applied> {
        let bundle = self.open_for(bundle, target, watch)?;
        if !options.allow_unsigned {
            return Err(Error::NotTrusted);
        }
        // A folder where nothing would be done is left without a trace: no lock, no state folder.
        let fs = self.disk(target)?;
        let first_look = self.look_in_peace(
            target,
            &*fs,
            || self.preview_in_passing(&bundle, &*fs, choices, watch),
            |(seen, _)| seen.preview.obstacles.is_empty() && !seen.preview.plan.steps.is_empty(),
        )?;
        if approve(first_look.0.clone(), options, &mut Vec::new())?.steps().is_empty() {
            return Ok(Applied::nothing(bundle.patch));
        }
        let root = self.lock(target)?;
        self.apply_locked(&bundle, &root, first_look, options, choices, watch)
    }

    pub(super) fn apply_locked(
        &self,
        bundle: &VerifiedBundle,
        root: &TargetRoot,
        first_look: (ApplyPreview, Survey),
        options: ApplyOptions,
        choices: &EditChoices,
        watch: Watch<'_>,
    ) -> Result<Applied> {
        let mut ledger = read_ledger(root.fs())?;
        // Only under the lock does what was seen stay true. What looks different now is read again.
        let is_as_seen = first_look.1.still_holds(root.fs(), &ledger);
        let (preview, survey) = match is_as_seen {
            true => first_look,
            false => self.preview_here(bundle, root.fs(), choices, watch)?,
        };
        let (notes, version) = (preview.preview.notes.clone(), preview.version.clone());
        let mut remarks = vec![bundle.verdict.sentence()];
        remarks.extend(bundle.text.iter().flat_map(text_patch::remarks));
        remarks.extend(survey.remarks.iter().cloned());
        // What became of somebody's edits is worth knowing long after the notes have scrolled away.
        let about_edits = notes.iter().filter_map(|note| note.path.as_ref().map(|path| (path, &note.text)));
        let about_edits =
            about_edits.filter(|(path, _)| preview.edits.keys().any(|edit| edit.as_str() == *path));
        remarks.extend(about_edits.map(|(path, text)| format!("{path}: {text}")));
        let plan = approve(preview, options, &mut remarks)?;
        if !is_as_seen && !survey.still_holds(root.fs(), &ledger) {
            // Steps are proven again when they are made. What needs none is not, so it must not change while it is seen.
            return Err(super::rollback::moved());
        }
        if plan.steps().is_empty() {
            // Somebody else has just applied the same patch.
            return Ok(Applied::nothing(bundle.patch.clone()));
        }
        let mut entry = Entry::after(&ledger.head(), Action::Apply, &self.environment);
        entry.patch = Some(note_of(&bundle.patch));
        entry.bundle = Some(bundle.file_digest()?);
        entry.manifest = Some(crate::model::Digest::of(bundle.manifest()));
        entry.version_after = bundle.patch.result_version.clone().or_else(|| version.clone());
        entry.version_before = version;
        entry.remarks = remarks;
        let contents = BundleContents { bundle, made: &survey.made };
        let receipt =
            self.change(root, plan, &survey, entry, Some(bundle.manifest()), Vec::new(), &contents, watch)?;
        // Under the lock nobody else adds to the history: it need not be read again.
        ledger.push_committed(&receipt.entry.to_bytes())?;
        let checks = self.prove_health(&bundle.patch, root, &ledger, &receipt.entry, watch)?;
        Ok(Applied {
            patch: bundle.patch.clone(),
            entry: Some(receipt.entry),
            notes,
            checks,
            untidy: receipt.untidy.map(|error| error.to_string()),
        })
    }

    /// Carries out an approved plan in one transaction.
    #[expect(
        clippy::too_many_arguments,
        reason = "each is a different thing, and there is one caller per front-end verb"
    )]
    pub(super) fn change(
        &self,
        root: &TargetRoot,
        plan: ApprovedPlan,
        survey: &Survey,
        entry: Entry,
        manifest: Option<&[u8]>,
        retires: Vec<u64>,
        contents: &dyn Contents,
        watch: Watch<'_>,
    ) -> std::result::Result<Receipt, Failure> {
        let request = Request {
            root,
            plan,
            looks: &survey.looks,
            entry,
            manifest,
            retires,
            contents,
            environment: &self.environment,
            progress: watch.progress,
            cancel: watch.cancel,
        };
        transaction::prepare(request)?.commit()
    }

    /// Runs the health checks. When a required one fails, takes the change back.
    fn prove_health(
        &self,
        patch: &Patch,
        root: &TargetRoot,
        ledger: &Ledger,
        applied: &Entry,
        watch: Watch<'_>,
    ) -> Result<Vec<CheckNote>> {
        if patch.health.is_empty() {
            return Ok(Vec::new());
        }
        let surroundings = Surroundings { fs: root.fs(), product: &patch.product };
        let results = checks::run_all(&patch.health, &surroundings, watch.cancel);
        let required = patch.health.iter().map(|check| check.level == Level::Required);
        let notes: Vec<CheckNote> = patch
            .health
            .iter()
            .zip(results)
            .map(|(check, result)| CheckNote {
                check: checks::describe(&check.probe),
                passed: result.passed,
                evidence: result.evidence,
            })
            .collect();
        let failed: Vec<String> = notes
            .iter()
            .zip(required)
            .filter(|(note, required)| *required && !note.passed)
            .map(|(note, _)| format!("{}: {}", note.check, note.evidence))
            .collect();
        if failed.is_empty() {
            let mut entry = Entry::after(&ledger.head(), Action::Checked, &self.environment);
            entry.patch = applied.patch.clone();
            entry.checks.clone_from(&notes);
            transaction::append(root, &entry)?;
            return Ok(notes);
        }
        // The wish to stop is not heard any more: going back is the safe way.
        let watch = Watch { progress: &Quiet, cancel: &CancelToken::new() };
        let undo = self
            .look_at(root.fs(), ledger, applied, OnDrift::Stop, Vec::new(), watch)
            .and_then(|look| self.take_back(root, ledger, look, notes, &failed, watch))
            .err();
        Err(Error::Unhealthy { failed, undo: undo.map(Box::new) })
    }
}

/// The plan, if nothing stands in its way but what `options` allow.
fn approve(preview: ApplyPreview, options: ApplyOptions, remarks: &mut Vec<String>) -> Result<ApprovedPlan> {
    let mut preview = preview.preview;
    if options.expected.is_some_and(|expected| expected != preview.plan.base) {
        return Err(Error::Refused(vec![Obstacle {
            code: Code::Moved,
            path: None,
            meaning: "the folder has changed since the plan was made".to_owned(),
            hint: "Make the plan again and look at it.".to_owned(),
        }]));
    }
    if options.accept_weak_volume {
        let weak = |obstacle: &Obstacle| obstacle.code == Code::Volume;
        remarks
            .extend(preview.obstacles.iter().filter(|o| weak(o)).map(|o| format!("accepted: {}", o.meaning)));
        preview.obstacles.retain(|obstacle| !weak(obstacle));
    }
    preview.approve().map_err(|preview| Error::Refused(preview.obstacles))
}

fn note_of(patch: &Patch) -> PatchNote {
    PatchNote {
        id: patch.identity.id.as_str().to_owned(),
        revision: patch.identity.revision,
        title: patch.title.clone(),
        vendor: patch.vendor.clone(),
        contact: patch.contact.clone(),
    }
}

/// New content out of a bundle.
struct BundleContents<'a> {
    bundle: &'a VerifiedBundle,
    made: &'a Made,
}

impl Contents for BundleContents<'_> {
    fn kept(&self, _: &Step) -> Option<StatePath> {
        None
    }

    fn remembers(&self, step: &Step) -> bool {
        self.bundle.patch.change_at(&step.path).is_some_and(wants_merging)
    }

    fn write(&self, step: &Step, fs: &dyn Fs, out: &mut dyn Write) -> std::result::Result<(), ContentError> {
        if let Some(merged) = self.made.of(&step.path) {
            return Ok(out.write_all(merged)?);
        }
        let refused = |code, detail: &str| ContentError::Refused { code, detail: detail.to_owned() };
        let change = self
            .bundle
            .patch
            .change_at(&step.path)
            .ok_or_else(|| refused(Code::Manifest, "the patch does not name it"))?;
        let size_of = |path: &TreePath| {
            let before =
                self.bundle.patch.change_at(path).map(|change| change.before.as_slice()).unwrap_or_default();
            move |digest| {
                before.iter().filter_map(Node::as_file).find(|f| f.digest == digest).map(|f| f.size_bytes)
            }
        };
        let size_after = step.after.as_ref().and_then(Node::as_file).map_or(0, |file| file.size_bytes);
        match &change.payload {
            None => Err(refused(Code::Manifest, "the patch brings no content for it")),
            Some(Payload::Whole { blob }) => {
                self.bundle.copy_blob(blob, out).map(drop).map_err(content_error)
            }
            Some(Payload::Same { from }) => Ok(io::copy(&mut fs.open(&Place::from(from))?, out).map(drop)?),
            Some(Payload::Delta { blob, from, source }) => {
                let source_bytes = size_of(from)(*source)
                    .ok_or_else(|| refused(Code::Manifest, "its source is not named"))?;
                let mut delta = self.bundle.open_blob(blob).map_err(content_error)?;
                let mut old = fs.open(&Place::from(from))?;
                delta::decode(&mut delta, &mut *old, source_bytes, size_after, out)
                    .map_err(|error| content_error(error.into()))
            }
        }
    }
}

pub(super) fn content_error(error: crate::bundle::BundleError) -> ContentError {
    match error.into_io() {
        Ok(source) => ContentError::Io(source),
        Err(error) => ContentError::Refused { code: error.code(), detail: error.problem().to_owned() },
    }
}
