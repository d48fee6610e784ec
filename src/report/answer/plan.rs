//! Answers about patches that are to come: what would happen, what stands in the way, and how they are related.

use std::path::{Path, PathBuf};

use super::parts::{Hidden, NotCarried, Script};
use super::patch::Edits;
use super::rehearse::Rehearsal;
use super::trust::{Opinion, Trust};
use super::{EditedKey, Failure, Obstacle, PatchName, all, answers, some};
use crate::diff::{Fate, LineRange, MergedBy};
use crate::model::{FileNode, TreePath};
use crate::plan::{self, Consequence, Declaration, Meeting, MergedHow, Note, RelationClass, Resolution};
use crate::report::Report;
use crate::report::phrases::path_text;
use crate::workbench::{
    ApplyPreview, ComingPatch, DecisionDigest, Error, FileOutcome, HunkOutcome, LeftBehind, NodeFacts,
    PatchOutcome, PlannedStep, RollbackPreview, ScriptPlan, TextOrigin,
};

answers! {
    /// Of obstacles the failure tells, if there are any.
    Plan(preview: &ApplyPreview, target: &Path, saved: Option<&Path>, drafts: &[(TreePath, PathBuf)]) {
        ..failure: Option<Failure> = refusal(&preview.preview.obstacles, target),
        patch: PatchName = PatchName::new(&preview.patch),
        patches: Vec<Coming> = all(&preview.patches, Coming::related),
        target: String = path_text(target),
        trust: Trust = Trust::new(&preview.verdict),
        steps: Vec<PlannedStep> = all(&preview.preview.plan.steps, PlannedStep::from_step),
        notes: Vec<Note> = preview.preview.notes.clone(),
        [obstacles]: Vec<Obstacle> = preview.preview.obstacles.is_empty().then(Vec::new),
        hidden: Hidden = Hidden::new(&preview.hidden),
        needed_bytes: u64 = preview.preview.needed_bytes,
        restart: String = preview.patch.about.restart.as_str().to_owned(),
        manifest_sha256: String = preview.manifest_digest.to_string(),
        fingerprint: String = preview.decision().0.to_string(),
        [version]: String = preview.version.clone(),
        [text_patches]: TextFit = preview.text.as_ref().map(TextFit::new),
        [key_changes]: Vec<Edits> = some(all(&preview.keys, Edits::new)),
        [edits]: Vec<Edit> = some(preview.edits.iter().map(|(path, edit)| Edit::new(path, edit)).collect()),
        ..scripts: Option<Scripts> = (!preview.scripts.is_empty()).then(|| Scripts::new(&preview.scripts)),
        [plan_file]: String = saved.map(path_text),
        [drafts]: Vec<MergeDraft> = some(all(drafts, MergeDraft::new)),
        [rehearsal]: Rehearsal = preview.rehearsal.as_ref().map(Rehearsal::new),
    }

    /// A draft that was written of one file that somebody edited.
    MergeDraft(draft: &(TreePath, PathBuf)) {
        path: String = draft.0.to_string(),
        draft: String = path_text(&draft.1),
    }

    /// What applying would do with the options that were named.
    ApplyDryRun(preview: &ApplyPreview, decision: DecisionDigest, target: &Path) {
        ..dry_run: DryRun = DryRun::new(&preview.preview, decision, Some(&preview.scripts), target),
        patch: PatchName = PatchName::new(&preview.patch),
        patches: Vec<Coming> = all(&preview.patches, Coming::related),
        restart: String = preview.patch.about.restart.as_str().to_owned(),
        [key_changes]: Vec<Edits> = some(all(&preview.keys, Edits::new)),
        [text_patches]: TextFit = preview.text.as_ref().map(TextFit::new),
    }

    /// What a change would do, and what somebody agrees to who makes it.
    DryRun(preview: &plan::Preview, decision: DecisionDigest, scripts: Option<&ScriptPlan>, target: &Path) {
        dry_run: bool = true,
        target: String = path_text(target),
        steps: Vec<PlannedStep> = all(&preview.plan.steps, PlannedStep::from_step),
        notes: Vec<Note> = preview.notes.clone(),
        needed_bytes: u64 = preview.needed_bytes,
        fingerprint: String = decision.0.to_string(),
        ..scripts: Option<Scripts> = scripts.filter(|plan| !plan.is_empty()).map(Scripts::new),
    }

    /// What a rollback or reapply would do.
    RollbackDryRun(preview: &RollbackPreview, target: &Path) {
        ..dry_run: DryRun =
            DryRun::new(&preview.preview, preview.decision(), Some(&preview.scripts), target),
        [open_again]: Vec<String> = some(preview.opens.clone()),
    }

    Explain(preview: &ApplyPreview, target: &Path) {
        ..failure: Option<Failure> = refusal(&preview.preview.obstacles, target),
        target: String = path_text(target),
        patches: Vec<Coming> = all(&preview.patches, |coming| Coming::new(coming, |_| true)),
        [obstacles]: Vec<Obstacle> = preview.preview.obstacles.is_empty().then(Vec::new),
    }

    /// The scripts of a plan, what consent to them is called, and why they may not run, if so.
    Scripts(plan: &ScriptPlan) {
        scripts: Vec<Script> = all(&plan.scripts, Script::new),
        scripts_sha256: String = plan.digest().to_string(),
        [scripts_refused]: String = plan.refused.as_ref().map(plan::Obstacle::meaning),
    }

    /// What becomes of one file that somebody edited.
    Edit(path: &TreePath, edit: &Resolution) {
        path: String = path.to_string(),
        [merged]: String = merged(edit).map(|(_, by)| by.as_str().to_owned()),
        [after]: NodeFacts = merged(edit).map(|(file, _)| NodeFacts::of_file(file)),
        [keys]: Vec<String> = merged(edit).and_then(|(_, by)| keys(by).cloned()),
        [edited]: Vec<EditedKey> = merged(edit).and_then(|(_, by)| edited(by)),
        [places]: Vec<String> = places(edit).cloned(),
        [why]: String = if let Resolution::Impossible(why) = edit { Some(why.clone()) } else { None },
        outcome: String = outcome(edit).to_owned(),
    }

    /// A patch that is to come, or came, and how it is related to those that are `shown`.
    Coming(coming: &ComingPatch, shown: impl Fn(&plan::Relation) -> bool) {
        patch: PatchName = PatchName::new(&coming.patch),
        file: String = path_text(&coming.file),
        trust: Trust = Trust::new(&coming.verdict),
        reviews: Vec<Opinion> = Opinion::all(&coming.verdict, &coming.reviews),
        replaces: Vec<String> = coming.replaces.clone(),
        relations: Vec<Relation> = all(coming.relations.iter().filter(|other| shown(other)), Relation::new),
        [left_out]: String = coming.left_out.clone(),
    }

    Relation(relation: &plan::Relation) {
        id: String = relation.id.clone(),
        revision: u32 = relation.revision,
        class: String = relation.class.as_str().to_owned(),
        scope: String = relation.scope.as_str().to_owned(),
        consequence: Consequence = relation.class.consequence(),
        sentence: String = relation.sentence.clone(),
        way_out: String = relation.way_out.to_string(),
        both_fix: Vec<String> = relation.evidence.both_fix.clone(),
        only_new_fixes: Vec<String> = relation.evidence.only_new.clone(),
        only_other_fixes: Vec<String> = relation.evidence.only_other.clone(),
        declared: Vec<Declaration> = relation.evidence.declared.clone(),
        [says_contains]: bool = relation.evidence.says_contains.then_some(true),
        files: FileFates = FileFates::new(&relation.evidence.file_fates()),
        places: Vec<SharedPlace> = all(&relation.evidence.places, SharedPlace::of),
    }

    /// What becomes, or became, of the files that a patch changed.
    FileFates(fates: &plan::FileFates) {
        all: usize = fates.all,
        kept: usize = fates.kept,
        rewritten: Vec<String> = all(&fates.rewritten, ToString::to_string),
        undone: Vec<String> = all(&fates.undone, ToString::to_string),
        untouched: Vec<String> = all(&fates.untouched, ToString::to_string),
    }

    SharedPlace(place: &plan::SharedPlace, meeting: &str, lines: &[LineRange]) {
        path: String = place.path.to_string(),
        meeting: String = meeting.to_owned(),
        lines: Vec<(usize, usize)> = all(lines, |lines| (lines.first, lines.last)),
        fate: String = fate(place.fate).to_owned(),
        [lost_lines]: Vec<(usize, usize)> = some(all(&place.lost, |lines| (lines.first, lines.last))),
    }

    /// How the hunks of each file fit.
    TextFit(origin: &TextOrigin) {
        fuzz: usize = origin.tolerance.fuzz,
        ignore_whitespace: bool = origin.tolerance.ignores_white_space,
        patches: Vec<PatchFit> = all(&origin.patches, |(name, patch)| PatchFit::new(name, patch)),
    }

    PatchFit(name: &str, patch: &PatchOutcome) {
        name: String = name.to_owned(),
        strip: usize = patch.strip,
        stripped: Vec<String> = patch.stripped.clone(),
        files: Vec<FileFit> = all(&patch.files, FileFit::new),
        [uncarried]: Vec<NotCarried> = some(all(&patch.left_behind, not_carried)),
    }

    FileFit(file: &FileOutcome) {
        path: String = file.path.clone(),
        from: Option<String> = file.from.clone(),
        already_there: bool = file.is_there,
        [remarks]: Vec<String> = some(file.remarks.clone()),
        problem: Option<String> = file.trouble.as_ref().map(|trouble| trouble.meaning.clone()),
        hunks: Vec<HunkFit> = all(&file.hunks, HunkFit::new),
    }

    HunkFit(hunk: &HunkOutcome) {
        grade: String = hunk.grade.as_str().to_owned(),
        stated: usize = hunk.stated,
        at: Option<usize> = hunk.at,
        patch_line: usize = hunk.line,
        text: String = hunk.sentence(),
    }
}

fn not_carried(left: &LeftBehind) -> NotCarried {
    NotCarried::new(&left.path, &left.kind.phrase())
}

fn refusal(obstacles: &[plan::Obstacle], target: &Path) -> Option<Failure> {
    let refused = || Report::from_error(&Error::Refused(obstacles.to_vec()), Some(target));
    (!obstacles.is_empty()).then(|| Failure::new(&refused()))
}

impl Coming {
    /// Without those in the folder that it has nothing to do with.
    pub fn related(coming: &ComingPatch) -> Self {
        Self::new(coming, |other| other.class != RelationClass::Independent)
    }
}

fn fate(fate: Fate) -> &'static str {
    match fate {
        Fate::Kept => "kept",
        Fate::Rewritten => "rewritten",
        Fate::Undone => "undone",
    }
}

fn outcome(edit: &Resolution) -> &'static str {
    match edit {
        Resolution::KeepMine => "kept",
        Resolution::TakeTheirs { .. } => "replaced",
        Resolution::Merged { .. } | Resolution::Switched { .. } => "merged",
        Resolution::Clashes(_) | Resolution::Unfit(_) | Resolution::Impossible(_) => "clash",
    }
}

fn places(edit: &Resolution) -> Option<&Vec<String>> {
    if let Resolution::Clashes(places) | Resolution::Unfit(places) = edit { Some(places) } else { None }
}

fn edited(by: &MergedHow) -> Option<Vec<EditedKey>> {
    if let MergedHow::Edited(keys) = by { Some(all(keys, EditedKey::new)) } else { None }
}

/// Those that took the patch's value, came or went.
fn keys(by: &MergedHow) -> Option<&Vec<String>> {
    if let MergedHow::By(MergedBy::Keys(keys)) = by { Some(keys) } else { None }
}

fn merged(edit: &Resolution) -> Option<(&FileNode, &MergedHow)> {
    if let Resolution::Merged { file, by } = edit { Some((file, by)) } else { None }
}

impl SharedPlace {
    fn of(place: &plan::SharedPlace) -> Self {
        let (meeting, lines): (_, &[LineRange]) = match &place.meeting {
            Meeting::Same => ("same", &[]),
            Meeting::OnTop => ("on-top", &[]),
            Meeting::DifferentLines => ("different-lines", &[]),
            Meeting::SameLines(lines) => ("same-lines", lines),
            Meeting::Whole => ("whole", &[]),
        };
        Self::new(place, meeting, lines)
    }
}
