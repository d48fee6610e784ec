//! Answers about what is in a folder.

use std::path::Path;

use super::change::{Entry, ScriptOutcome};
use super::plan::FileFates;
use super::switches::Switch;
use super::unchecked::Unchecked;
use super::{all, answers, several, some};
use crate::model::{PatchId, Position};
use crate::report::phrases::path_text;
use crate::workbench::{
    self, Containment, DriftCause, Identified, IdentifiedPatch, Installed, PatchNote, Presence, Recalled,
    TakenBackAtOnce, UnfinishedWork,
};

answers! {
    Status(status: &workbench::FolderStatus, conditions: &[workbench::ShownCondition], target: &Path) {
        target: String = path_text(target),
        [product]: String = status.product.clone(),
        [version]: String = status.version.clone(),
        [foreign]: Vec<u64> = status.foreign.as_ref().map(|foreign| foreign.entries.clone()),
        [older_copy_of]: String = status.older.as_ref().map(|older| older.path.clone()),
        [memory_problem]: String = status.memory_problem.clone(),
        [keys_problem]: String = status.keys_problem.clone(),
        patches: Vec<InstalledPatch> = all(&status.installed, |patch| InstalledPatch::new(patch, status)),
        compared: usize = status.compared,
        drift: Vec<Drift> = all(&status.drift, Drift::new),
        [kept_edits]: Vec<String> = some(all(&status.kept_edits, ToString::to_string)),
        [put_aside]: Vec<String> = some(status.put_aside.clone()),
        [found]: Vec<String> = some(status.found.clone()),
        can_undo_rollback: bool = status.can_undo_rollback,
        can_undo_heal: bool = status.can_undo_repair,
        held: Vec<Held> = all(&status.held, Held::new),
        [lists_problem]: String = status.lists_problem.clone(),
        can_undo_toggle: bool = status.can_undo_toggle,
        [switches]: Vec<Switch> = some(all(&status.switches, Switch::new)),
        [conditions]: Vec<Condition> = some(all(conditions, Condition::new)),
        [scripts_in_doubt]: Vec<ScriptOutcome> = some(all(&status.scripts_in_doubt, ScriptOutcome::new)),
        [locked_away]: String = status.locked_away.clone(),
        [unchecked]: Vec<Unchecked> = some(all(&status.unchecked, Unchecked::new)),
        [checking]: Vec<Unchecked> = some(all(&status.checking, Unchecked::new)),
        [unfinished]: Unfinished = status.unfinished.as_ref().map(Unfinished::new),
        [stopped]: Stopped =
            status.taken_back.as_ref().filter(|last| last.failed().is_none()).map(Stopped::new),
        [failed]: FailedChange =
            status.taken_back.as_ref().and_then(|last| Some(FailedChange::new(last, last.failed()?))),
    }

    /// Something that the edits of a patch say must be so, and whether it is.
    Condition(condition: &workbench::ShownCondition) {
        patch: String = condition.patch.clone(),
        path: String = condition.path.to_string(),
        holds: bool = condition.problem.is_none(),
        [key]: String = condition.wanted.as_ref().map(|wanted| wanted.path.clone()),
        [wanted]: String = condition.wanted.as_ref().map(|wanted| wanted.wanted.clone()),
        [problem]: String = condition.problem.clone(),
    }

    InstalledPatch(installed: &Installed, status: &workbench::FolderStatus) {
        ..patch: PatchNote = installed.patch.clone(),
        applied: String = installed.time.clone(),
        entry: u64 = installed.applied,
        accepted: bool = installed.accepted,
        state: String = if installed.replaced_by.is_some() { "inactive" } else { "active" }.to_owned(),
        [replaced_by]: String = installed.replaced_by.clone(),
        [authors]: Vec<String> = authors(installed, status),
        [former_authors]: Vec<FormerAuthor> = former_authors(installed, status),
        [contained]: Contained = contained(installed, status).map(Contained::new),
        [undone]: Vec<String> = undone(installed, status),
        [only_said]: bool = status.doubted.contains(&installed.key).then_some(true),
        [removal]: Removal = status.removal.iter().find(|(key, _)| *key == installed.key).map(|(_, how)| removal(how)),
    }

    /// Who signed a patch as its author when it was applied, with a key that does not count today.
    FormerAuthor(author: &workbench::FormerAuthor) {
        owner: String = author.owner.clone(),
        key: String = author.key.as_str().to_owned(),
        [reason]: String = author.key.reason().map(str::to_owned),
    }

    /// What another patch in the folder says about containing this one, and what the files show.
    Contained(told: &Containment) {
        by: String = told.by.clone(),
        has_replaced: bool = told.has_replaced,
        files: FileFates = FileFates::new(&told.files),
    }

    /// Whether and how a patch can go.
    Removal(how: &str, with: &[String]) {
        how: String = how.to_owned(),
        with: Vec<String> = with.to_vec(),
    }

    Drift(drift: &workbench::Drift) {
        path: String = drift.path.to_string(),
        kind: String = drift.kind.as_str().to_owned(),
        [patch]: String = drift.patch.clone(),
        [problem]: String = drift.problem.clone(),
        ..cause: DriftCause = drift.cause.clone(),
        has_backup: bool = drift.has_backup,
        [patch_file]: String = drift.patch_file.clone(),
        [has_moved_switch]: bool = drift.has_moved_switch.then_some(true),
    }

    /// What a list of withdrawn patches says.
    Held(held: &Recalled) {
        id: String = held.id.clone(),
        reason: String = held.reason.clone(),
        list: String = path_text(&held.list),
        [replacement]: String = held.replacement.clone(),
        [toggle_off]: String = held.toggle_off.clone(),
    }

    /// A change that was undone because this check of it failed.
    FailedChange(change: &TakenBackAtOnce, check: &str) {
        subject: String = change.subject.clone(),
        time: String = change.time.clone(),
        user: String = change.user.clone(),
        entry: u64 = change.entry,
        check: String = check.to_owned(),
    }

    Stopped(change: &TakenBackAtOnce) {
        subject: String = change.subject.clone(),
        time: String = change.time.clone(),
        user: String = change.user.clone(),
        entry: u64 = change.entry,
    }

    Unfinished(work: &UnfinishedWork) {
        doing: String = doing(work).to_owned(),
        begun: String = work.begun.clone(),
        user: String = work.user.clone(),
        foreign: bool = work.is_foreign,
        copied: bool = work.is_copied,
        [patch]: PatchNote = work.patches.first().cloned(),
        [patches]: Vec<PatchNote> = several(&work.patches),
    }

    MovedSwitch(moved: &(PatchId, Position)) {
        id: String = moved.0.to_string(),
        position: String = moved.1.to_string(),
    }

    Identify(found: &Identified, target: &Path) {
        target: String = path_text(target),
        [product]: String = found.product.clone(),
        [version]: String = found.version.clone(),
        patches: Vec<Compared> = all(&found.patches, Compared::new),
    }

    /// How a patch and a folder compare.
    Compared(patch: &IdentifiedPatch) {
        id: String = patch.identity.id.to_string(),
        revision: u32 = patch.identity.revision,
        title: String = patch.title.raw().to_owned(),
        product: String = patch.product.clone(),
        in_history: bool = patch.in_history,
        presence: Presence = patch.presence,
        after: usize = patch.after,
        before: usize = patch.before,
        edited: Vec<String> = all(&patch.edited, ToString::to_string),
        other: Vec<String> = all(&patch.other, ToString::to_string),
        [unreadable]: Vec<String> =
            some(all(&patch.unreadable, |problem| format!("{}: {}", problem.path, problem.detail))),
        [moved_switches]: Vec<MovedSwitch> = some(all(&patch.moved, MovedSwitch::new)),
        [is_product]: bool = patch.is_product,
        [is_for_version]: bool = patch.is_for_version,
    }

    History(history: &workbench::FolderHistory, target: &Path) {
        target: String = path_text(target),
        entries: Vec<Entry> = all(&history.entries, Entry::new),
        [foreign]: Vec<u64> = history.foreign.as_ref().map(|foreign| foreign.entries.clone()),
        [older_copy_of]: String = history.older.as_ref().map(|older| older.path.clone()),
        [unchecked]: Vec<u64> = some(all(&history.unchecked, |change| change.entry)),
    }

    HistoryCheck(check: &workbench::HistoryCheck, target: &Path) {
        target: String = path_text(target),
        fitting: u64 = check.fitting,
        [head]: String = check.head.map(|digest| digest.to_string()),
        [seen_before]: u64 = check.seen,
        [older_copy_of]: String = check.older.as_ref().map(|older| older.path.clone()),
        [newest_there]: u64 = check.older.as_ref().map(|older| older.newest),
        [foreign]: Vec<u64> = check.foreign.as_ref().map(|foreign| foreign.entries.clone()),
        [first_unfit]: u64 = check.problem.as_ref().map(|(entry, _)| *entry),
        [problem]: String = check.problem.as_ref().map(|(_, problem)| problem.clone()),
    }
}

fn undone(installed: &Installed, status: &workbench::FolderStatus) -> Option<Vec<String>> {
    let (_, files) = status.undone.iter().find(|(key, _)| *key == installed.key)?;
    Some(files.iter().map(ToString::to_string).collect())
}

fn contained<'a>(installed: &Installed, status: &'a workbench::FolderStatus) -> Option<&'a Containment> {
    status.contained.iter().find(|(key, _)| *key == installed.key).map(|(_, told)| told)
}

fn authorship<'a>(
    installed: &Installed,
    status: &'a workbench::FolderStatus,
) -> Option<&'a workbench::Authorship> {
    status.authors.iter().find(|(key, _)| *key == installed.key).map(|(_, authors)| authors)
}

fn authors(installed: &Installed, status: &workbench::FolderStatus) -> Option<Vec<String>> {
    let owners = &authorship(installed, status)?.owners;
    (!owners.is_empty()).then(|| owners.iter().cloned().collect())
}

fn former_authors(installed: &Installed, status: &workbench::FolderStatus) -> Option<Vec<FormerAuthor>> {
    let former = &authorship(installed, status)?.former;
    (!former.is_empty()).then(|| former.iter().map(FormerAuthor::new).collect())
}

fn doing(work: &UnfinishedWork) -> &'static str {
    match (&work.switch, work.is_rollback) {
        (Some(_), _) => "toggle",
        (None, true) => "rollback",
        (None, false) => "apply",
    }
}

fn removal(removal: &workbench::Removal) -> Removal {
    match removal {
        workbench::Removal::Alone => Removal::new("alone", &[]),
        workbench::Removal::Rebuilding(with) => Removal::new("rebuilding", with),
        workbench::Removal::NeededBy(with) => Removal::new("needed", with),
        workbench::Removal::Contained(by) => Removal::new("contained", std::slice::from_ref(by)),
        workbench::Removal::GivenUp => Removal::new("given-up", &[]),
    }
}
