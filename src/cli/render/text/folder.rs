//! The state of a folder, and what was done to it.

use std::path::Path;

use super::checks;
use super::done::reapply;
use super::drift::{MAX_DRIFT_ROWS, SHOWN_NAMES, drift};
use super::list::{LabelledLines, broken, columns, columns_and_below, wrapped};
use super::plan::change_row;
use super::switches::switch_lines;
use super::unchecked::{checking, unchecked};
use super::{argument, place, safe, title};
use crate::cli::render::{Detail, Style, changes, words};
use crate::report::relations;
use crate::workbench::{
    CheckNote, ChecksDue, Entry, FolderHistory, FolderStatus, Foreign, HistoryCheck, Installed, Override,
    OverrideNote, UnfinishedWork,
};

/// `is_compared`: the differences themselves follow.
pub(in crate::cli) fn status(
    status: &FolderStatus,
    target: &Path,
    is_compared: bool,
    detail: Detail,
    style: Style,
) -> String {
    let argument = argument(target);
    let mut text = origin(status, &argument, style);
    text.push_str(&format!("{}\n\n", style.strong(&what_is_in(status, target))));
    if let Some(unfinished) = &status.unfinished {
        text.push_str(&unfinished_work(unfinished, &argument, style));
    }
    text.push_str(&scripts_in_doubt(status, style));
    if !status.unchecked.is_empty() {
        text.push_str(&format!("{}\n", unchecked(&status.unchecked, &argument, style)));
    }
    if let Some(last) = &status.taken_back {
        let line = format!("{} ({})", last.sentence(), words::moment(&last.time));
        text.push_str(&format!("{}\n\n", style.attention(&safe(&line))));
    }
    if !status.checking.is_empty() {
        text.push_str(&format!("{}\n", checking(&status.checking, style)));
    }
    if let Some(why) = &status.locked_away {
        text.push_str(&format!(
            "You can't see this folder's records: {why}.\nThey are in .patchwright. Ask the user who owns them, or run this as that user.\n"
        ));
        return text;
    }
    match status.installed.is_empty() {
        true => text.push_str("No patches are applied here.\n"),
        false => {
            text.push_str("Patches in this folder, oldest first:\n");
            text.push_str(&columns_and_below(
                &status.installed.iter().map(|patch| patch_row(patch, status)).collect::<Vec<_>>(),
            ));
        }
    }
    if let Some(problem) = &status.keys_problem {
        let line = format!("Can't check who signed them: {}", safe(problem));
        text.push_str(&format!("{}\n", style.bad(&line)));
    }
    if let Some(problem) = &status.lists_problem {
        let line = format!("Can't tell whether any of them was withdrawn: {}", safe(problem));
        text.push_str(&format!("{}\n", style.bad(&line)));
    }
    for held in &status.held {
        let line = format!("{}. {}", safe(&held.meaning()), safe(&held.hint_in(&argument).to_string()));
        text.push_str(&format!("{}\n", style.bad(&line)));
    }
    if !status.switches.is_empty() {
        text.push_str("\nSwitches:\n");
        text.extend(status.switches.iter().map(|switch| switch_lines(switch, style)));
    }
    if status.unfinished.is_none() && status.compared > 0 {
        text.push('\n');
        text.push_str(&drift(status, &argument, is_compared, detail, style));
    }
    text.push_str(&kept_edits(status));
    text.push_str(&put_aside(status, &argument, style));
    text.push_str(&how_to_undo(status, &argument));
    text
}

/// The product, its version and the folder, as far as they are known.
fn what_is_in(status: &FolderStatus, target: &Path) -> String {
    let folder = place(target);
    match (&status.product, &status.version) {
        (Some(product), Some(version)) => format!("{} {} in {folder}", safe(product), safe(version)),
        (Some(product), None) => format!("{} in {folder}", safe(product)),
        (None, Some(version)) => format!("version {} in {folder}", safe(version)),
        (None, None) => folder,
    }
}

/// How the last change can be undone, if it can.
fn how_to_undo(status: &FolderStatus, argument: &str) -> String {
    let undo = format!("patchwright rollback {argument} --undo");
    let mut text = String::new();
    // What was undone because it failed would only fail again.
    if status.taken_back.as_ref().is_some_and(|last| last.failed().is_some()) {
        return text;
    }
    if status.can_undo_rollback {
        text.push_str(&match status.brought_back {
            true => format!("\nTo roll it back again: {undo}\n"),
            false => format!("\nTo undo the last rollback: {}\n", reapply(argument, status.needs.as_ref())),
        });
    }
    if status.can_undo_toggle {
        text.push_str(&format!("\nTo turn the switch back: {undo}\n"));
    }
    if status.can_undo_repair {
        let what = if status.undid_repair { "repair the same files again" } else { "undo the last repair" };
        text.push_str(&format!("\nTo {what}: {undo}\n"));
    }
    text
}

/// Whose the history is, where it is not this person's: nothing that follows is more than what it says.
fn origin(status: &FolderStatus, folder: &str, style: Style) -> String {
    if let Some(problem) = &status.memory_problem {
        let line = format!("Can't tell who wrote this folder's history: {}", safe(problem));
        return format!("{}\n", style.bad(&line));
    }
    let older = status.older.as_ref().map(|older| format!("{}\n", style.attention(&safe(&older.sentence()))));
    let older = older.unwrap_or_default();
    let Some(foreign) = &status.foreign else { return older };
    format!(
        "{older}{}\nIts scripts don't run. {} If you know that it is right: patchwright history {folder} --confirm=REASON\n",
        style.bad(&foreign.sentence()),
        style.attention("Next:"),
    )
}

/// Scripts that were cut short. Nobody can say what they did but they themselves.
fn scripts_in_doubt(status: &FolderStatus, style: Style) -> String {
    if status.scripts_in_doubt.is_empty() {
        return String::new();
    }
    let mut text = String::new();
    for note in &status.scripts_in_doubt {
        let line = format!("A script may not have finished: {}", safe(&note.name()));
        text.push_str(&format!("{}\n", style.bad(&line)));
    }
    let advice =
        "Find out what the script did, or ask the vendor. Then apply the patch again, or roll it back.";
    format!("{text}{} {advice}\n\n", style.attention("Next:"))
}

/// The change that waits to be recovered, if there is one.
pub(in crate::cli) fn interrupted(work: Option<&UnfinishedWork>, target: &Path, style: Style) -> String {
    work.map(|work| format!("\n{}", unfinished_work(work, &argument(target), style).trim_end()) + "\n")
        .unwrap_or_default()
}

fn unfinished_work(unfinished: &UnfinishedWork, folder: &str, style: Style) -> String {
    let foreign = match unfinished {
        UnfinishedWork { is_copied: true, .. } => {
            ", in another folder, of which this one is a copy or a backup"
        }
        UnfinishedWork { is_foreign: true, .. } => ", not by you on this computer",
        _ => "",
    };
    let headline = format!(
        "{} (started {} by {}{foreign})",
        safe(&unfinished.sentence()),
        safe(&words::moment(&unfinished.begun)),
        safe(&unfinished.user)
    );
    let next = match unfinished.is_foreign {
        _ if unfinished.is_copied => format!(
            "If you copied or restored this folder as a whole, confirm it: patchwright history {folder} --confirm=REASON"
        ),
        false => format!("Restore the old files: patchwright recover {folder} --undo"),
        true => format!(
            "Ask whoever started it to recover the folder. Or if you know that it's right, confirm it: patchwright history \
             {folder} --confirm=REASON"
        ),
    };
    format!(
        "{}\nSome files may be updated and some not. Nothing has been lost.\n{} {next}\n\n",
        style.bad(&headline),
        style.attention("Next:"),
    )
}

/// A patch, with its title below.
fn patch_row(patch: &Installed, status: &FolderStatus) -> ([String; 4], Vec<String>) {
    let revision = match patch.patch.revision {
        1 => String::new(),
        revision => format!(" (revision {revision})"),
    };
    let contained = status.contained.iter().find(|(key, _)| *key == patch.key).map(|(_, told)| told);
    let is_the_same = |other: &&Installed| other.patch.id == patch.patch.id;
    let newest = status.installed.iter().rev().find(is_the_same);
    let is_here_again = newest.is_some_and(|newest| newest.key != patch.key);
    let accepted = match (patch.accepted, is_here_again) {
        (true, _) => "kept for good",
        (false, true) => "applied again later",
        (false, false) => "",
    };
    let state = match (contained, &patch.replaced_by) {
        (Some(told), Some(_)) => format!("inactive: {}", safe(&relations::contained(told))),
        (Some(told), None) if accepted.is_empty() => safe(&relations::contained(told)).into_owned(),
        (Some(told), None) => format!("{accepted}; {}", safe(&relations::contained(told))),
        (None, Some(by)) => format!("inactive: replaced by {}", safe(by)),
        (None, None) => accepted.to_owned(),
    };
    let is_doubted = status.doubted.contains(&patch.key);
    let state = match (is_doubted, state.is_empty()) {
        (false, _) => state,
        (true, true) => relations::ONLY_SAID.to_owned(),
        (true, false) => format!("{}; {state}", relations::ONLY_SAID),
    };
    let undone = status.undone.iter().find(|(key, _)| *key == patch.key);
    let state = match undone.map(|(_, files)| safe(&relations::undone(files)).into_owned()) {
        None => state,
        Some(undone) if state.is_empty() => undone,
        Some(undone) => format!("{state}; {undone}"),
    };
    let row = [
        format!("{}{revision}", safe(&patch.patch.id)),
        safe(&words::moment(&patch.time)).into_owned(),
        signed_by(patch, status),
        state,
    ];
    let title = if patch.patch.title == *patch.patch.id { String::new() } else { title(&patch.patch.title) };
    (row, broken(&title, 6))
}

/// By the keys that are trusted today; of other keys it is said that they were trusted when the patch came.
fn signed_by(patch: &Installed, status: &FolderStatus) -> String {
    let authorship = status.authors.iter().find(|(key, _)| *key == patch.key).map(|(_, authors)| authors);
    let Some(authorship) = authorship else { return String::new() };
    let former = authorship.former.iter().map(|one| format!("{} ({})", one.owner, one.key.phrase()));
    let names: Vec<String> = match authorship.former.is_empty() {
        true => authorship.owners.iter().cloned().collect(),
        false => former.collect(),
    };
    format!("signed by {}", safe(&names.join(", ")))
}

/// Edits that are where a patch left them, which is as expected, and not what its author made.
fn kept_edits(status: &FolderStatus) -> String {
    let files: Vec<_> =
        status.kept_edits.iter().take(MAX_DRIFT_ROWS).map(|path| safe(path.as_str())).collect();
    let more = status.kept_edits.len() - files.len();
    match (files.is_empty(), more) {
        (true, _) => String::new(),
        (false, 0) => format!("Files with your edits: {}\n", files.join(", ")),
        (false, more) => format!("Files with your edits: {}, and {more} more\n", files.join(", ")),
    }
}

/// What people have to look at: nothing else in the folder tells of it.
fn put_aside(status: &FolderStatus, folder: &str, style: Style) -> String {
    let told = |things: &[String], what: &str, next: &str| {
        if things.is_empty() {
            return String::new();
        }
        let files: Vec<_> = things.iter().take(SHOWN_NAMES).map(|path| safe(path)).collect();
        let more = things.len() - files.len();
        let more = if more == 0 { String::new() } else { format!(", and {more} more") };
        let line = format!("{what}: {}{more}", files.join(", "));
        format!("{}\n{} {next}\n", style.attention(&line), style.attention("Next:"))
    };
    let by_recovery = format!(
        "Take what you need, and delete the rest. To see what was moved: patchwright history {folder}"
    );
    let found = "Take what you need, and delete the rest. These are backups of changes that are missing from the history, or \
                 files that weren't Patchwright's.";
    told(&status.put_aside, "Moved aside by a recovery", &by_recovery)
        + &told(&status.found, "Kept, though nothing in the history needs it", found)
}

pub(in crate::cli) fn history(history: &FolderHistory, target: &Path, verbose: bool, style: Style) -> String {
    let older = history.older.as_ref().map(|older| style.attention(&safe(&older.sentence())) + "\n");
    let older = older.unwrap_or_default();
    if history.entries.is_empty() {
        return format!("{older}No changes to {} are recorded\n", place(target));
    }
    let events = words::events(&history.entries);
    let rows: Vec<[String; 5]> =
        history.entries.iter().zip(events).map(|(entry, event)| row(entry, event)).collect();
    let mut text = format!("{}\n", style.strong(&format!("History of {}, oldest first", place(target))));
    if let Some(foreign) = &history.foreign {
        text = format!("{}\n{text}", style.bad(&foreign.sentence()));
    }
    text = older + &text;
    for (line, entry) in columns(&rows).lines().zip(&history.entries) {
        let is_foreign = history.foreign.as_ref().is_some_and(|foreign| foreign.holds(entry.seq));
        let by = if is_foreign { "the history says: " } else { "" };
        text.push_str(line);
        text.push('\n');
        text.extend(entry.outcomes().iter().map(|note| outcome(note, entry)));
        let due = history.unchecked.iter().find(|change| change.entry == entry.seq);
        text.push_str(match due.map(|change| &change.checks) {
            Some(ChecksDue::Failed(_)) => "        A health check failed, and it couldn't be rolled back\n",
            Some(ChecksDue::CutShort) => "        Health checks didn't run to the end\n",
            Some(ChecksDue::MayRun) | None => "",
        });
        for remark in words::vouched(entry).into_iter().chain(entry.further_remarks()) {
            text.push_str(&format!("        {}\n", wrapped(&format!("{by}{}", safe(&remark)), 10)));
        }
        // That nobody trusted had signed it is told as what the signatures came to.
        let is_told = |one: &&OverrideNote| one.rule != Override::Unsigned.rule() || one.reason.is_some();
        for set_aside in entry.overrides.iter().filter(is_told) {
            text.push_str(&format!("        {}\n", safe(&words::set_aside(set_aside))));
        }
        for line in words::why_moved(entry).into_iter().chain(words::occasion(entry)) {
            text.push_str(&format!("        {}\n", safe(&line)));
        }
        if verbose {
            text.push_str(&steps(entry));
        }
    }
    text
}

fn row(entry: &Entry, event: &str) -> [String; 5] {
    let subject = entry.subject();
    let subject = safe(&subject);
    let version = match (&entry.version_before, &entry.version_after) {
        (Some(before), Some(after)) if before != after => format!("{} → {}", safe(before), safe(after)),
        _ => String::new(),
    };
    [
        entry.seq.to_string(),
        safe(&words::moment(&entry.time)).into_owned(),
        format!("{event} {subject}").trim_end().to_owned(),
        format!("by {} on {}", entry.user, entry.host),
        version,
    ]
}

fn outcome(note: &CheckNote, entry: &Entry) -> String {
    match entry.has_stopped(note) {
        true if entry.is_of_script(note) => {
            format!("        Stopped by {}: {}\n", entry.user, safe(&note.check))
        }
        true => format!("        Health check stopped by {}: {}\n", entry.user, safe(&note.check)),
        false => checks::check(note, 8),
    }
}

/// What an entry changed; an entry whose steps cannot be read is shown without them, its chain being right.
fn steps(entry: &Entry) -> String {
    let steps = changes::of_steps(&entry.steps, &[]);
    let line = |line: &changes::ChangeLine<'_>| format!("        {}\n", change_row(line).join(" "));
    changes::lines(&steps).iter().map(line).collect()
}

/// That somebody's word was noted, for what the history says and for a change that was interrupted.
pub(in crate::cli) fn vouched(reason: &str, style: Style) -> String {
    format!("{} what was done here up to now: {}\n", style.good("Confirmed"), safe(reason))
}

/// Whether a history is as it was written.
pub(in crate::cli) fn history_check(check: &HistoryCheck, target: &Path, style: Style) -> String {
    let mut text = match (&check.problem, check.fitting) {
        (None, 0) => format!("{} has no history yet\n", place(target)),
        (None, fitting) => {
            let entries = words::count(usize::try_from(fitting).unwrap_or(usize::MAX), "entry", "entries");
            let intact = format!("The history of {} is intact: {entries}", place(target));
            match &check.older {
                None => format!("{}\n", style.good(&intact)),
                Some(older) if older.is_this_path => {
                    let sentence = style.bad(&safe(&older.sentence()));
                    format!("{sentence}\nWhat is there is as it was written: {entries}\n")
                }
                Some(older) => format!("{intact}\n{}\n", style.attention(&safe(&older.sentence()))),
            }
        }
        (Some((entry, problem)), _) => format!(
            "{}\n  {}\n",
            style.bad(&format!("The history of {} was changed, from entry {entry} on", place(target))),
            safe(problem)
        ),
    };
    let mut sheet = LabelledLines::new();
    sheet.option("Last entry", check.head.filter(|_| check.fitting > 0).map(|digest| digest.to_string()));
    sheet.option("Origin", check.foreign.as_ref().map(Foreign::sentence));
    sheet.option("Matches", check.seen.map(|entry| format!("what you saw before, up to entry {entry}")));
    text.push_str(&sheet.into_text());
    text.push_str(&what_next(check, &argument(target), style));
    text
}

/// What to do about a history that is not as it was.
fn what_next(check: &HistoryCheck, folder: &str, style: Style) -> String {
    let is_older = check.older.as_ref().is_some_and(|older| older.is_this_path);
    let confirm = format!(
        "If you restored a backup here, confirm it: patchwright history {folder} --confirm=REASON. Otherwise save"
    );
    let save = match (is_older, &check.problem) {
        (true, _) => confirm.as_str(),
        (false, Some(_)) => "Save",
        (false, None) => return String::new(),
    };
    let next = style.attention("Next:");
    format!("{next} {save} the records for whoever helps you: patchwright support {folder}\n")
}
