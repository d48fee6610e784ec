//! Answers about patch files and text patches, and what they hide.

use std::path::Path;

use serde_json::{Map, Value};

use super::parts::{Hidden, NotCarried, Script};
use super::trust::{Opinion, Trust};
use super::{EditedKey, Obstacle, PatchName, all, answers, some};
use crate::bundle::order::{FindingWeight, OrderFinding};
use crate::diff::{ChangeView, TextDiff, ViewContent, diff_lines, hunks_of, is_text};
use crate::model::{Digest, Patch};
use crate::plan::Note;
use crate::report::changes::{self, ChangeStatus};
use crate::report::phrases::path_text;
use crate::text::confusables::Confusables;
use crate::workbench::{
    Exported, FileSummary, Inspection, MadeBundle, NodeFacts, ShownEdits, TextFault, TextInspection,
    TextSummary, Verification,
};

answers! {
    /// The template of an order, or where it was written to.
    Template(template: Option<&str>, output: Option<&Path>) {
        [template]: String = template.map(str::to_owned),
        [path]: String = output.map(path_text),
    }

    Make(made: &MadeBundle) {
        patch: PatchName = PatchName::new(&made.patch),
        file: BundleFile = BundleFile::new(&made.output, made.bundle_bytes, made.file_digest),
        changes: Counts = Counts::new(&changes::lines(&made.patch.changes)),
        proven: bool = made.patch.proven,
        warnings: Vec<Warning> = all(&made.warnings, Warning::new),
        notes: Vec<Note> = made.notes.clone(),
    }

    BundleFile(path: &Path, bytes: u64, digest: Digest) {
        path: String = path_text(path),
        bytes: u64 = bytes,
        sha256: String = digest.to_string(),
    }

    Warning(finding: &OrderFinding) {
        line: usize = finding.line,
        column: usize = finding.column,
        level: String = if finding.level == FindingWeight::Error { "error" } else { "warning" }.to_owned(),
        field: String = finding.field.clone(),
        message: String = finding.message.clone(),
    }

    Counts(lines: &[changes::ChangeLine<'_>]) {
        added: usize = changes::number(lines, ChangeStatus::Added),
        modified: usize = changes::number(lines, ChangeStatus::Modified),
        type_changed: usize = changes::number(lines, ChangeStatus::TypeChanged),
        renamed: usize = changes::number(lines, ChangeStatus::Renamed),
        deleted: usize = changes::number(lines, ChangeStatus::Deleted),
    }

    /// What was read as a manifest once is JSON.
    Show(shown: &Inspection, path: &Path, saved_sbom: Option<&Path>) {
        ..about: About = About::new(shown, path),
        changes: Counts = Counts::new(&changes::lines(&shown.patch.changes)),
        hidden: Hidden = Hidden::new(&shown.hidden),
        [edits]: Vec<Edits> = some(all(&shown.edits, Edits::new)),
        manifest: Value = serde_json::from_slice(&shown.manifest).unwrap_or_default(),
        [scripts]: Vec<Script> = some(all(&shown.scripts, Script::new)),
        [saved_sbom]: String = saved_sbom.map(path_text),
    }

    /// What the edits by key of one file change.
    Edits(edits: &ShownEdits) {
        path: String = edits.path.to_string(),
        keys: Vec<EditedKey> = all(&edits.keys, EditedKey::new),
    }

    Verify(verified: &Verification, path: &Path) {
        ..about: About = About::new(&verified.inspection, path),
        contents: usize = verified.blobs,
        [unmet]: Vec<Obstacle> = some(all(&verified.unmet, Obstacle::new)),
        [rules]: Vec<String> = some(verified.rules.clone()),
        [notes]: Vec<String> = some(all(&verified.notes, |note| note.text.clone())),
    }

    About(shown: &Inspection, path: &Path) {
        patch: PatchName = PatchName::new(&shown.patch),
        file: BundleFile = BundleFile::new(path, shown.file_bytes, shown.file_digest),
        trust: Trust = Trust::new(&shown.verdict),
        reviews: Vec<Opinion> = Opinion::all(&shown.verdict, &shown.reviews),
        manifest_sha256: String = shown.manifest_digest.to_string(),
    }

    Diff(patch: &Patch, target: Option<&Path>, changes: Vec<Difference>) {
        patch: PatchName = PatchName::new(patch),
        changes: Vec<Difference> = changes,
        [target]: String = target.map(path_text),
    }

    /// One change in numbers.
    Difference(view: &ChangeView<'_>, hides: Option<&Confusables>) {
        status: String =
            ChangeStatus::new(view.before_node(), view.after_node(), view.renamed_from.is_some()).letter().to_owned(),
        path: String = view.change.path.to_string(),
        [from]: String = view.renamed_from.map(|from| from.path.to_string()),
        [before]: NodeFacts = view.before_node().map(NodeFacts::new),
        [after]: NodeFacts = view.after_node().map(NodeFacts::new),
        ..lines: Option<LineCounts> = line_counts(view),
        [hidden]: Map<String, Value> = hides.map(kinds).filter(|kinds| !kinds.is_empty()),
    }

    LineCounts(added: usize, removed: usize) {
        lines_added: usize = added,
        lines_removed: usize = removed,
    }

    Export(exported: &Exported, output: &Path) {
        path: String = path_text(output),
        bytes: usize = exported.text.len(),
        left_out: Vec<Note> = exported.left_out.clone(),
    }

    Support(saved: &Path, target: &Path) {
        target: String = path_text(target),
        path: String = path_text(saved),
    }

    TextPatches(shown: &TextInspection, path: &Path) {
        text_patch: String = path_text(path),
        patches: Vec<TextPatch> = all(&shown.patches, TextPatch::new),
        hidden: Hidden = Hidden::new(&shown.hidden),
    }

    TextPatch(patch: &TextSummary) {
        name: String = patch.name.clone(),
        subject: Option<String> = patch.header.subject.clone(),
        author: Option<String> = patch.header.author.clone(),
        date: Option<String> = patch.header.date.clone(),
        commit: Option<String> = patch.header.commit.clone(),
        message: String = patch.header.message.clone(),
        files: Vec<TextFile> = all(&patch.files, TextFile::new),
        [uncarried]: Vec<NotCarried> = some(all(&patch.uncarried, |(name, what)| NotCarried::new(name, what))),
        [problems]: Vec<TextProblem> = some(all(&patch.faults, TextProblem::new)),
    }

    /// A part of a text patch that cannot be applied.
    TextProblem(fault: &TextFault) {
        line: usize = fault.line,
        [path]: String = fault.name.clone(),
        problem: String = fault.problem.clone(),
    }

    TextFile(file: &FileSummary) {
        does: String = file.does.to_owned(),
        name: String = file.name.clone(),
        hunks: usize = file.hunks,
        lines_added: usize = file.added,
        lines_removed: usize = file.removed,
    }
}

/// How much of each kind one file hides.
fn kinds(found: &Confusables) -> Map<String, Value> {
    let mut kinds = Map::new();
    for (_, kind, number) in found.counts() {
        let sum = kinds.get(kind.as_str()).and_then(Value::as_u64).unwrap_or_default() + number;
        kinds.insert(kind.as_str().to_owned(), sum.into());
    }
    kinds
}

/// How many lines come and go; `None` where contents are no text or not at hand.
fn line_counts(view: &ChangeView<'_>) -> Option<LineCounts> {
    if let (ViewContent::Diff(section), _) | (_, ViewContent::Diff(section)) = (view.before, view.after) {
        let (added, removed) = TextDiff::added_and_removed_in(&hunks_of(section)?);
        return Some(LineCounts::new(added, removed));
    }
    let bytes = |content| match content {
        ViewContent::Absent => Some(&[][..]),
        ViewContent::Bytes(bytes) => Some(bytes),
        ViewContent::Diff(_) | ViewContent::Unavailable(_) => None,
    };
    let (old, new) = (bytes(view.before)?, bytes(view.after)?);
    let (added, removed) =
        (is_text(old) && is_text(new)).then(|| diff_lines(old, new, 0).added_and_removed())?;
    Some(LineCounts::new(added, removed))
}
