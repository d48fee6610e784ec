//! Answers of the verbs that change a folder, and what its history says.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::plan::{Coming, TextFit};
use super::unchecked::Unchecked;
use super::{PatchName, all, answers, several, some};
use crate::plan::Note;
use crate::report::phrases::path_text;
use crate::workbench::ChecksLeft;
use crate::workbench::{
    Accepted, Action, Applied, ApplyPreview, CauseNote, CheckNote, DowntimeNote, Entry as LedgerEntry,
    EntryFact, KeptEdit, OverrideNote, PatchNote, PlannedStep, ReasonNote, Recovered, Repaired, RolledBack,
    ScriptNote, ScriptState, ScriptTime, ToggleNote, TriggerNote, Turn, UncheckedChange, Undone, VouchedNote,
};

answers! {
    Apply(patch: PatchName, patches: &[crate::workbench::ComingPatch], target: &Path, change: Option<Change>) {
        patch: PatchName = patch,
        patches: Vec<Coming> = all(patches, Coming::related),
        target: String = path_text(target),
        ..change: Option<Change> = change,
    }

    /// What came of it, where anything was started.
    Change(applied: &Applied) {
        notes: Vec<Note> = applied.notes.clone(),
        checks: Vec<CheckNote> = applied.checks.clone(),
        restart: String = applied.patch.about.restart.as_str().to_owned(),
        [text_patches]: TextFit = applied.text.as_ref().map(TextFit::new),
        [entry]: Entry = applied.entry.as_ref().map(Entry::new),
        [untidy]: String = applied.untidy.clone(),
    }

    /// A series that was applied patch by patch: the last one that changed something, and all.
    Series(last: Option<&Applied>, done: &[Applied], target: &Path) {
        ..last: Option<Apply> = last.map(|applied| Apply::done(applied, target)),
        each: Vec<Apply> = all(done, |applied| Apply::done(applied, target)),
    }

    Rollback(done: &RolledBack, target: &Path) {
        target: String = path_text(target),
        entry: Entry = Entry::new(&done.entry),
        notes: Vec<Note> = done.notes.clone(),
        patches: Vec<PatchNote> = done.patches.clone(),
        returned: Vec<PatchNote> = done.back.clone(),
        [checks]: Vec<CheckNote> = some(done.checks.clone()),
        [edits]: Vec<Kept> = some(all(&done.edits, Kept::new)),
        [open_again]: Vec<String> = some(done.opens.clone()),
        came_back: bool = done.turn == Turn::CameBack,
        [patch]: PatchNote = done.patch.clone(),
        [untidy]: String = done.untidy.clone(),
    }

    Repair(repaired: &Repaired, target: &Path) {
        target: String = path_text(target),
        notes: Vec<Note> = repaired.notes.clone(),
        [edits]: Vec<Kept> = some(all(&repaired.edits, Kept::new)),
        [entry]: Entry = repaired.entry.as_ref().map(Entry::new),
        [untidy]: String = repaired.untidy.clone(),
    }

    Accept(accepted: &Accepted, target: &Path) {
        target: String = path_text(target),
        patches: Vec<PatchNote> = accepted.patches.clone(),
        edits: Vec<Kept> = all(&accepted.edits, Kept::new),
        [edited_since]: Vec<String> = some(all(&accepted.edited, |(path, _)| path.to_string())),
        [rollback]: Vec<PatchNote> = some(accepted.rollback.clone()),
        [last_change]: String = accepted.last.map(|last| last_change(last).to_owned()),
        [notes]: Vec<Note> = some(accepted.notes.clone()),
    }

    Kept(edit: &KeptEdit) {
        path: String = edit.path.to_string(),
        copy: String = edit.copy.clone(),
    }

    Recover(recovered: &Recovered, target: &Path) {
        target: String = path_text(target),
        ..recovery: Recovery = Recovery::new(recovered),
    }

    Finished(entry: &LedgerEntry, checks: &[CheckNote], left: Option<&ChecksLeft>) {
        entry: Entry = Entry::new(entry),
        checks: Vec<CheckNote> = checks.to_vec(),
        [unchecked]: Vec<Unchecked> = left.map(|left| all(&left.changes, Unchecked::new)),
        [problem]: String = left.map(|left| left.problem.to_string()),
    }

    /// Health checks that were cut short, and have run.
    CheckedNow(changes: &[UncheckedChange], checks: &[CheckNote]) {
        checked: Vec<Unchecked> = all(changes, Unchecked::new),
        checks: Vec<CheckNote> = checks.to_vec(),
    }

    StillUnchecked(changes: &[UncheckedChange]) {
        unchecked: Vec<Unchecked> = all(changes, Unchecked::new),
    }

    PutBack(patches: &[PatchNote], undone: &Undone, unchecked: &[UncheckedChange]) {
        [patch]: PatchNote = patches.first().cloned(),
        [patches]: Vec<PatchNote> = several(patches),
        put_back: usize = undone.put_back,
        newer: Vec<String> = all(&undone.newer, ToString::to_string),
        differences: Vec<String> = undone.differences(),
        folders_kept: Vec<String> = all(&undone.folders_kept, ToString::to_string),
        put_aside: Vec<Aside> = all(&undone.put_aside, |(path, now)| Aside::new(path, now)),
        [unchecked]: Vec<Unchecked> = some(all(unchecked, Unchecked::new)),
    }

    /// A thing of somebody else, and where it is now.
    Aside(path: &dyn ToString, now: &dyn ToString) {
        path: String = path.to_string(),
        now: String = now.to_string(),
    }

    /// One event in the history of a folder. One whose steps cannot be read is shown without them; its chain is right
    /// all the same.
    Entry(entry: &LedgerEntry) {
        seq: u64 = entry.seq,
        previous: String = entry.previous.to_string(),
        action: Action = entry.action,
        time: String = entry.time.clone(),
        [begun]: String = entry.begun.clone(),
        user: String = entry.user.raw().to_owned(),
        host: String = entry.host.raw().to_owned(),
        tool: String = entry.tool.clone(),
        [patch]: PatchNote = entry.patch.clone(),
        [patches]: Vec<PatchNote> = some(all(&entry.parts, |part| part.patch.clone())),
        [reverses]: u64 = entry.reverses,
        [bundle_sha256]: String = entry.bundle.map(|digest| digest.to_string()),
        [manifest_sha256]: String = entry.manifest.map(|digest| digest.to_string()),
        [version_before]: String = entry.version_before.clone(),
        [version_after]: String = entry.version_after.clone(),
        [vouched]: Vec<VouchedNote> = some(entry.vouched.clone()),
        [overrides]: Vec<OverrideNote> = some(entry.overrides.clone()),
        [toggle]: ToggleNote = entry.toggle.clone(),
        [reason]: ReasonNote = entry.reason.clone(),
        [ticket]: String = entry.ticket.clone(),
        [trigger]: TriggerNote = entry.trigger.clone(),
        [cause]: CauseNote = entry.cause.clone(),
        [downtime]: DowntimeNote = entry.downtime.clone(),
        [resolved]: Vec<String> = some(entry.resolved.clone()),
        remarks: Vec<String> = entry.remarks(),
        [facts]: Vec<EntryFact> = some(entry.facts.clone()),
        checks: Vec<CheckNote> = entry.checks.clone(),
        [checks_due]: bool = entry.checks_due.then_some(true),
        steps: Vec<PlannedStep> = all(&*entry.steps, PlannedStep::from_step),
        [scripts]: Vec<ScriptOutcome> = some(all(&entry.scripts, ScriptOutcome::new)),
    }

    ScriptOutcome(note: &ScriptNote) {
        patch: String = note.patch.clone(),
        number: usize = note.number,
        phase: ScriptTime = note.time,
        sha256: String = note.sha256.to_string(),
        state: ScriptState = note.state,
        how: String = note.how.clone(),
        millis: u64 = note.millis,
        output: String = note.output.clone(),
    }
}

/// What became of an interrupted change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Recovery {
    Finished(Box<Finished>),
    PutBack(Box<PutBack>),
    Checked(CheckedNow),
    Unchecked(StillUnchecked),
    NothingToDo {},
}

/// The word for a last change that was no rollback.
const fn last_change(turn: Turn) -> &'static str {
    match turn {
        Turn::Went => "rollback",
        Turn::CameBack => "reapply",
        Turn::Repaired => "repair",
        Turn::RepairUndone => "undo-repair",
        Turn::Switched | Turn::SwitchedBack => "toggle",
    }
}

impl Recovery {
    fn new(recovered: &Recovered) -> Self {
        match recovered {
            Recovered::NothingToDo => Recovery::NothingToDo {},
            Recovered::Finished { entry, checks, left, .. } => {
                Recovery::Finished(Box::new(Finished::new(entry, checks, left.as_ref())))
            }
            Recovered::Checked { changes, checks } => Recovery::Checked(CheckedNow::new(changes, checks)),
            Recovered::Unchecked(changes) => Recovery::Unchecked(StillUnchecked::new(changes)),
            Recovered::PutBack { patches, undone, unchecked, .. } => {
                Recovery::PutBack(Box::new(PutBack::new(patches, undone, unchecked)))
            }
        }
    }
}

impl Apply {
    /// There was nothing to begin.
    pub fn nothing(preview: &ApplyPreview, target: &Path) -> Self {
        Self::new(PatchName::new(&preview.patch), &preview.patches, target, None)
    }

    pub fn done(applied: &Applied, target: &Path) -> Self {
        Self::new(PatchName::new(&applied.patch), &applied.patches, target, Some(Change::new(applied)))
    }
}
