//! What was done, and what can be done next.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::checks::checks;
use super::failure::failure;
use super::list::{columns, note, note_lines};
use super::plan::restarts;
use super::repair::kept_versions;
use super::unchecked::unchecked;
use super::{argument, place, safe, title};
use crate::cli::render::{Detail, Style, changes, words};
use crate::model::{HoldPhase, Patch, TreePath};
use crate::plan::why::Override;
use crate::plan::{Note, RelationClass};
use crate::report::Report;
use crate::workbench::{
    Accepted, Applied, ApplyPreview, ComingPatch, Entry, MadeBundle, PatchNote, Recovered, RolledBack, Turn,
    are_open,
};

pub(in crate::cli) fn order_written(output: &Path) -> String {
    format!(
        "Wrote {}. Fill it in, then run:\n  patchwright make --from OLD --to NEW --order {0} --output NEW.patchbundle\n",
        place(output)
    )
}

/// Each draft of a merged file, and what is done with it next.
pub(in crate::cli) fn drafts_written(drafts: &[(TreePath, PathBuf)]) -> String {
    let line = |(path, draft): &(TreePath, PathBuf)| {
        let choice = argument(Path::new(&format!("{path}={}", draft.display())));
        format!("Wrote {}, a draft. Merge both versions in it, then add --merged {choice}\n", place(draft))
    };
    drafts.iter().map(line).collect()
}

pub(in crate::cli) fn support_saved(saved: &Path) -> String {
    format!("Saved {}\nIt contains records, checksums and file names, but no file contents.\n", place(saved))
}

pub(in crate::cli) fn made(made: &MadeBundle, style: Style) -> String {
    let lines = changes::lines(&made.patch.changes);
    let mut text = format!(
        "{} {}: {}, {}\nChanges: {}\nSHA-256: {}\n",
        style.good("Made"),
        place(&made.output),
        made.patch.about.identity,
        words::bytes(made.bundle_bytes),
        changes::summary(&lines),
        made.file_digest,
    );
    text.push_str(match made.patch.proven {
        true => "Tested: applied and rolled back on a copy, with exactly the expected files\n",
        false => "Not tested on a copy\n",
    });
    for warning in &made.warnings {
        text.push_str(&format!("{} {}\n", style.attention("Order:"), safe(&warning.to_string())));
    }
    for known in &made.notes {
        text.push_str(&format!("{} {}\n", style.attention("Note:"), note(known)));
    }
    text
}

pub(in crate::cli) fn nothing_to_apply(preview: &ApplyPreview, target: &Path) -> String {
    nothing(&preview.patches, &preview.patch, &place(target)) + &note_lines(&preview.preview.notes)
}

/// Why nothing is done: the folder is as it should be, another patch covers it, or somebody's own versions stay.
fn nothing(patches: &[ComingPatch], last: &Patch, folder: &str) -> String {
    let kept_out: Vec<String> = patches
        .iter()
        .filter(|coming| coming.is_kept_out)
        .map(|coming| coming.patch.about.identity.to_string())
        .collect();
    if !kept_out.is_empty() {
        let names = kept_out.join(", ");
        return format!(
            "Nothing of {names} was put in: the files it would change stay as they are in {folder}\n"
        );
    }
    let reasons: Vec<String> = patches
        .iter()
        .filter_map(|coming| Some((coming, coming.left_out.as_ref()?)))
        .filter(|(coming, _)| {
            coming.relations.iter().all(|relation| relation.class != RelationClass::Identical)
        })
        .map(|(coming, reason)| format!("{}: {}", coming.patch.about.identity, safe(reason)))
        .collect();
    match reasons.is_empty() {
        true => format!("Nothing to do: {} is already in place in {folder}\n", last.about.identity),
        false => format!("Nothing to do. {}\n", reasons.join(" ")),
    }
}

pub(in crate::cli) fn applied(applied: &Applied, target: &Path, style: Style) -> String {
    let patch = &applied.patch;
    let folder = place(target);
    let Some(entry) = &applied.entry else {
        return nothing(&applied.patches, patch, &folder) + &note_lines(&applied.notes);
    };
    let coming: Vec<&ComingPatch> =
        applied.patches.iter().filter(|coming| coming.left_out.is_none()).collect();
    let identities: Vec<String> =
        coming.iter().map(|coming| coming.patch.about.identity.to_string()).collect();
    let identities = identities.join(", ");
    let mut text =
        format!("{} {identities} to {folder}: {}\n", style.good("Applied"), changed(applied, entry));
    if let Some(version) = changed_version(entry) {
        text.push_str(&format!("  {} is now {}\n", safe(&patch.about.product.name), safe(version)));
    }
    if let Some(origin) = &applied.text {
        text.push_str(&format!("  {}\n", safe(&origin.reading())));
    }
    for set_aside in &entry.overrides {
        text.push_str(&format!("  {}\n", style.bad(&safe(&words::set_aside(set_aside)))));
    }
    text.push_str(&checks(&applied.checks));
    // What was to be done before is done.
    let is_due = |note: &&Note| note.hold().is_none_or(|hold| hold.phase != HoldPhase::Before);
    text.push_str(&note_lines(applied.notes.iter().filter(is_due)));
    if let Some(restart) = restarts(&applied.patches) {
        text.push_str(&format!("  Restart: {}\n", safe(&restart)));
    }
    text.push_str(&untidy(applied.untidy.as_deref()));
    text.push_str(&match coming.as_slice() {
        [first, _, ..] => {
            let first = &first.patch.about.identity.id;
            format!("To undo all of them: patchwright rollback {} --to {first}\n", argument(target))
        }
        [one] if one.is_final() => String::new(),
        _ => format!("To undo it: patchwright rollback {}\n", argument(target)),
    });
    text
}

pub(in crate::cli) fn rolled_back(done: &RolledBack, target: &Path, style: Style) -> String {
    let folder = place(target);
    let patch = match done.patches.as_slice() {
        [] => name_of(done.patch.as_ref()),
        all => names_of(all),
    };
    let did = match done.turn {
        Turn::Went => format!("{} {patch} in {folder}", style.good("Rolled back")),
        Turn::CameBack => format!("{} {patch} to {folder}", style.good("Reapplied")),
        Turn::Repaired => format!("{} the files in {folder} again", style.good("Repaired")),
        Turn::RepairUndone => format!("{} the repair in {folder}", style.good("Undid")),
        Turn::Switched => format!("{} the switch again in {folder} ({patch})", style.good("Turned")),
        Turn::SwitchedBack => format!("{} the switch back in {folder} ({patch})", style.good("Turned")),
    };
    let mut text = format!("{did}: {}\n", counted(&done.entry, &[]));
    for patch in &done.back {
        text.push_str(&format!("  {} is active again\n", safe(&patch.id)));
    }
    if !done.opens.is_empty() {
        let line = format!("{} again here", are_open(&done.opens));
        text.push_str(&format!("  {}\n", style.bad(&safe(&line))));
    }
    if let Some(version) = changed_version(&done.entry) {
        text.push_str(&format!("  The version is now {}\n", safe(version)));
    }
    text.push_str(&checks(&done.checks));
    text.push_str(&note_lines(&done.notes));
    text.push_str(&untidy(done.untidy.as_deref()));
    text.push_str(&kept_versions(&done.edits, target));
    text.push_str(&match done.turn {
        Turn::Went => match &done.needs {
            Some(needs) => format!("To undo it: {}\n", reapply(&argument(target), Some(needs))),
            // Its scripts run only with its file.
            None => format!("To apply it again: patchwright apply FILE {}\n", argument(target)),
        },
        Turn::Switched | Turn::SwitchedBack => {
            format!("To see the switches: patchwright toggle {}\n", argument(target))
        }
        _ => format!("To undo it: patchwright rollback {} --undo\n", argument(target)),
    });
    text
}

/// The command that brings back what was rolled back last; in words where there is none.
pub(super) fn reapply(folder: &str, needs: Option<&BTreeSet<Override>>) -> String {
    let Some(needs) = needs else { return "apply the patch file again".to_owned() };
    let flag = |rule: &Override| match rule.needs_reason() {
        true => format!(" --{} REASON", rule.flag()),
        false => format!(" --{}", rule.flag()),
    };
    let flags: String = needs.iter().map(flag).collect();
    format!("patchwright reapply {folder}{flags}")
}

pub(in crate::cli) fn accept_plan(plan: &Accepted, target: &Path, style: Style) -> String {
    let mut text = String::new();
    if !plan.patches.is_empty() {
        let rows: Vec<[String; 2]> =
            plan.patches.iter().map(|patch| [safe(&patch.id).into_owned(), title(&patch.title)]).collect();
        let heading =
            format!("Patches in {} to keep for good; their backups will be deleted:", place(target));
        text.push_str(&format!("{}\n{}\n", style.strong(&heading), columns(&rows)));
    }
    if !plan.rollback.is_empty() {
        let ids: Vec<_> = plan.rollback.iter().map(|patch| safe(&patch.id)).collect();
        text.push_str(&format!("After this, the rollback of {} can't be undone.\n", ids.join(", ")));
    }
    if let Some(last) = plan.last {
        text.push_str(&format!("After this, {} can't be undone.\n", last_change(last)));
    }
    if !plan.edits.is_empty() {
        let rows: Vec<[String; 2]> = plan
            .edits
            .iter()
            .map(|edit| [safe(edit.path.as_str()).into_owned(), edit.copy.clone()])
            .collect();
        let (one, many) = ("backup of an edited file", "backups of edited files");
        let heading =
            format!("Also deletes {}. Copy what you need first:", words::count(rows.len(), one, many));
        text.push_str(&format!("{}\n{}\n", style.attention(&heading), columns(&rows)));
    }
    let what_happened = [
        (false, "edited since. Your versions stay"),
        (true, "deleted since. What was deleted stays deleted"),
    ];
    for (is_deleted, what) in what_happened {
        let these = plan.edited.iter().filter(|(_, edited)| edited.is_deleted == is_deleted);
        let rows: Vec<[String; 1]> = these.map(|(path, _)| [safe(path.as_str()).into_owned()]).collect();
        if rows.is_empty() {
            continue;
        }
        let heading = format!(
            "{} {what}; after this, no backup has what the patch left there, or what was there before:",
            words::count(rows.len(), "file was", "files were")
        );
        text.push_str(&format!("{}\n{}\n", style.attention(&heading), columns(&rows)));
    }
    text
}

/// A last change that was no rollback.
const fn last_change(turn: Turn) -> &'static str {
    match turn {
        Turn::Went => "the last rollback",
        Turn::CameBack => "the last reapply",
        Turn::Repaired => "the last repair",
        Turn::RepairUndone => "undoing the last repair",
        Turn::Switched | Turn::SwitchedBack => "the last turn of a switch",
    }
}

pub(in crate::cli) fn accepted(accepted: &Accepted, target: &Path, style: Style) -> String {
    let folder = place(target);
    if accepted.is_nothing() {
        return format!("Nothing to do: {folder} has no backups to delete\n");
    }
    let ids = accepted.patches.iter().map(|patch| safe(&patch.id).into_owned());
    let rollback = accepted.rollback.iter().map(|patch| format!("the rollback of {}", safe(&patch.id)));
    let mut what: Vec<String> = ids.chain(rollback).collect();
    // Beside patches that are kept, nobody misses it.
    if let Some(last) = accepted.last.filter(|_| what.is_empty()) {
        what.push(last_change(last).to_owned());
    }
    let what = what.join(", ");
    let mut text = format!("{} {what} for good in {folder}. The backups are deleted.\n", style.good("Kept"));
    for edit in &accepted.edits {
        text.push_str(&format!("Deleted the backup of your edited {}\n", safe(edit.path.as_str())));
    }
    for (path, edited) in &accepted.edited {
        let said = match edited.is_deleted {
            true => "was deleted before: it stays deleted, and no backup here can restore it",
            false => "was edited before: your version stays, and no backup here can restore another",
        };
        text.push_str(&format!("{} {said}\n", safe(path.as_str())));
    }
    text + &note_lines(&accepted.notes)
}

pub(in crate::cli) fn recovered(recovered: &Recovered, target: &Path, style: Style) -> String {
    let folder = place(target);
    let (before, undone, due) = match recovered {
        Recovered::NothingToDo => return format!("Nothing to do: no change to {folder} was interrupted\n"),
        Recovered::Finished { entry, turn, checks: notes, left } => {
            let came_to = came_to(*turn, &names_of(entry.patches()));
            let done = style.good("Finished");
            let headline = format!("{done} the interrupted change to {folder}: {came_to}\n");
            let left = left.as_ref().map(|left| {
                let report = Report::from_error(&left.problem, Some(target)).about_no_files();
                let heading = style.attention("Its health checks didn't run.");
                format!("{heading}\n{}", failure(&report, Detail::Full, style))
            });
            return headline + &checks(notes) + &left.unwrap_or_default();
        }
        Recovered::Checked { changes, checks: notes } => {
            let subjects: Vec<_> = changes.iter().map(|change| safe(&change.subject)).collect();
            let headline = format!("{} {} in {folder}\n", style.good("Checked"), subjects.join(", "));
            return headline + &checks(notes);
        }
        Recovered::Unchecked(changes) => {
            let headline = format!("No file in {folder} is half-changed, so there is nothing to restore.\n");
            return headline + &unchecked(changes, &argument(target), style);
        }
        Recovered::PutBack { patches, turn, undone, unchecked } => {
            (before(*turn, &names_of(patches)), undone, unchecked)
        }
    };
    let count = words::count(undone.put_back, "file", "files");
    let mut text = match undone.is_exact() {
        true => {
            format!("{} {count} in {folder}: everything is as {before}\n", style.good("Restored"))
        }
        false => {
            let restored = style.attention("Restored");
            format!("{restored} {count} in {folder}, but not everything is as {before}:\n")
        }
    };
    for difference in undone.differences() {
        text.push_str(&format!("  {}\n", safe(&difference)));
    }
    for (path, now) in &undone.put_aside {
        let now = place(&target.join(now.to_string()));
        text.push_str(&format!("  {}: the changed file was moved to\n    {now}\n", safe(path.as_str())));
    }
    if !due.is_empty() {
        text.push_str(&unchecked(due, &argument(target), style));
    }
    text
}

/// What an interrupted change came to when it was finished.
fn came_to(turn: Turn, patch: &str) -> String {
    match turn {
        Turn::CameBack => format!("{patch} is applied"),
        Turn::Went => format!("{patch} is rolled back"),
        Turn::Repaired => "its files are repaired".to_owned(),
        Turn::RepairUndone => "the repair is undone".to_owned(),
        Turn::Switched => format!("a switch of {patch} is turned"),
        Turn::SwitchedBack => format!("a switch of {patch} is turned back"),
    }
}

/// When that was what an interrupted change was restored to.
fn before(turn: Turn, patch: &str) -> String {
    match turn {
        Turn::CameBack => format!("it was before {patch} was applied"),
        Turn::Went => format!("it was before {patch} was rolled back"),
        Turn::Repaired => "it was before the repair".to_owned(),
        Turn::RepairUndone => "it was before the repair was undone".to_owned(),
        Turn::Switched => format!("it was before a switch of {patch} was turned"),
        Turn::SwitchedBack => format!("it was before a switch of {patch} was turned back"),
    }
}

fn name_of(patch: Option<&PatchNote>) -> String {
    names_of(patch)
}

fn names_of<'a>(patches: impl IntoIterator<Item = &'a PatchNote>) -> String {
    let ids: Vec<_> = patches.into_iter().map(|patch| safe(&patch.id)).collect();
    if ids.is_empty() { "the patch".to_owned() } else { ids.join(", ") }
}

/// How much was changed, counted as the list of changes counts. Steps that cannot be read were written by nobody of
/// ours, and are not counted.
fn changed(applied: &Applied, entry: &Entry) -> String {
    let patches: Vec<&Patch> = applied.patches.iter().map(|coming| &*coming.patch).collect();
    counted(entry, &patches)
}

/// How many files an entry changed, as counts of each kind.
fn counted(entry: &Entry, patches: &[&Patch]) -> String {
    match entry.steps.is_empty() {
        true => "no file changed".to_owned(),
        false => changes::summary(&changes::lines(&changes::of_steps(&entry.steps, patches))),
    }
}

pub(super) fn untidy(error: Option<&str>) -> String {
    error.map_or(String::new(), |error| {
        format!("  Couldn't clean up; the next command tries again: {}\n", safe(error))
    })
}

/// The version that a change left, if it is another one.
fn changed_version(entry: &Entry) -> Option<&String> {
    entry.version_after.as_ref().filter(|after| entry.version_before.as_ref() != Some(*after))
}
