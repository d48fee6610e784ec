//! What would happen, and every problem. The verdict comes last, where the eye is.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::keys::{reviews, verdict_line};
use super::list::{columns, note_lines, wrapped};
use super::scripts::scripts_in_short;
use super::{headline, place, safe, title};
use crate::cli::render::{Detail, Style, changes, words};
use crate::diff::{ChangeView, ViewContent};
use crate::model::{Node, Patch, Restart};
use crate::plan::{Note, Obstacle, Preview};
use crate::report::changes::ChangeStatus;
use crate::report::shell_path;
use crate::text::said_of;
use crate::workbench::{
    ApplyPreview, ComingPatch, Consent, KnownRehearsal, PatchNote, RebuiltPlace, RollbackPreview, ShownEdits,
    Standing, Turn, are_open,
};

/// Most lines of a list above a question: the question stays on a small screen.
const SHORT_LINES: usize = 15;

pub(in crate::cli) fn plan(
    preview: &ApplyPreview,
    target: &Path,
    saved: Option<&Path>,
    consent: Consent,
    detail: Detail,
    style: Style,
) -> String {
    let patch = &preview.patch;
    let coming = preview.patches.iter().filter(|coming| coming.left_out.is_none());
    let headlines: Vec<String> = coming.map(|coming| headline(&coming.patch, style)).collect();
    let mut text = format!(
        "{}\n{}\n{}\n",
        match headlines.as_slice() {
            [] => headline(patch, style),
            all => all.join("\n"),
        },
        for_what(preview, &place(target)),
        signers(preview, detail, style),
    );
    let patches: Vec<&Patch> = preview.patches.iter().map(|coming| &*coming.patch).collect();
    let is_nothing_to_do = preview.preview.is_nothing_to_do();
    // With something in the way the steps are only some of them, and nobody is going to take them.
    if preview.preview.obstacles.is_empty() && !is_nothing_to_do {
        text.push_str(&what_will_happen(&preview.preview, &patches, detail, style));
        text.push_str(&values(&preview.keys, detail, style));
    }
    if let Some(origin) = &preview.text {
        text.push_str(&super::patches::fits(origin, detail, style));
    }
    text.push_str(&notes(&preview.preview.notes, style));
    text.push_str(&super::hidden(&preview.hidden, detail, style));
    let is_ready = preview.preview.obstacles.is_empty() && !is_nothing_to_do;
    if let Some(restart) = restarts(&preview.patches).filter(|_| is_ready) {
        text.push_str(&format!("Restart afterwards: {}\n\n", safe(&restart)));
    }
    text.push_str(&scripts_in_short(&preview.scripts, &preview.preview.obstacles, style));
    text.push_str(&obstacles(&preview.preview.obstacles, Some(target), detail, style));
    if !preview.preview.obstacles.is_empty() {
        text.push('\n');
    }
    if let Some(rehearsal) = &preview.rehearsal {
        text.push_str(&super::rehearse::known(rehearsal, style));
    }
    text.push_str(&verdict(preview, consent, style));
    if let Some(saved) = saved {
        text.push_str(&format!("Saved the plan to {}\n", place(saved)));
    }
    text
}

/// The verdict, and what those say who reviewed one of the patches.
fn signers(preview: &ApplyPreview, detail: Detail, style: Style) -> String {
    let mut text = format!("{}\n", verdict_line(&preview.verdict, style));
    for coming in preview.patches.iter().filter(|coming| coming.left_out.is_none()) {
        let said = reviews(&coming.verdict, &coming.reviews, detail);
        if preview.patches.len() > 1 && !said.is_empty() {
            text.push_str(&format!("{}\n", style.strong(&safe(&coming.patch.about.identity.to_string()))));
        }
        text.push_str(&said);
    }
    text
}

/// What the patch is for, and where; a folder that has another version is told apart from it.
fn for_what(preview: &ApplyPreview, folder: &str) -> String {
    if preview.text.is_some() || !preview.patch.about.says_which_product() {
        return format!("in {folder}");
    }
    let product = &preview.patch.about.product;
    let (name, versions) = (safe(&product.name), &product.versions);
    match &preview.version {
        None => format!("for {name} in {folder}"),
        Some(version) if versions.is_empty() || versions.contains(version) => {
            format!("for {name} {} in {folder}", safe(version))
        }
        Some(version) => {
            format!("for {name} {}; {folder} has {name} {}", safe(&versions.join(" or ")), safe(version))
        }
    }
}

pub(in crate::cli) fn rollback_plan(
    preview: &RollbackPreview,
    target: &Path,
    detail: Detail,
    style: Style,
) -> String {
    let doing = match preview.turn {
        Turn::Went => "will be rolled back in",
        Turn::CameBack => "will be reapplied to",
        Turn::Repaired => "will be repaired again in",
        Turn::RepairUndone => "was repaired; the repair will be undone in",
        Turn::Switched => "has a switch that will be turned again in",
        Turn::SwitchedBack => "has a switch that will be turned back in",
    };
    let patches = match preview.patches.as_slice() {
        [] | [_] => preview.patch.as_slice(),
        several => several,
    };
    let name = |patch: &PatchNote| format!("{}  {}\n", style.strong(&safe(&patch.id)), title(&patch.title));
    let mut text: String = patches.iter().map(name).collect();
    text.push_str(&match patches.is_empty() {
        true => format!("A patch {doing} {}\n\n", place(target)),
        false => format!("{doing} {}\n\n", place(target)),
    });
    text.push_str(&who_goes(preview, style));
    text.push_str(&open_afterwards(&preview.opens, style));
    text.push_str(&what_will_happen(&preview.preview, &[], detail, style));
    for place in &preview.rebuilt {
        text.push_str(&rebuilt(place, style));
    }
    let checked = preview.health_checks().map(|check| format!("  Checked afterwards: {}\n", safe(&check)));
    let checked: String = checked.collect();
    if !checked.is_empty() {
        text.push_str(&format!("{checked}\n"));
    }
    text.push_str(&notes(&preview.preview.notes, style));
    text.push_str(&scripts_in_short(&preview.scripts, &[], style));
    if !preview.advice.is_empty() {
        text.push_str(&heading("The vendor's advice for rolling back", style));
        for advice in &preview.advice {
            // Whose it is matters where several go.
            if preview.advice.len() > 1 {
                text.push_str(&format!("  {}\n", safe(&advice.patch)));
            }
            text.extend(advice.lines().map(|line| format!("  | {line}\n")));
        }
        text.push('\n');
    }
    text
}

/// What is asked below the plan.
pub(in crate::cli) fn rollback_question(turn: Turn, patches: usize) -> &'static str {
    match (turn, patches) {
        (Turn::Went, 0 | 1) => "Roll back this patch?",
        (Turn::Went, _) => "Roll back these patches?",
        (Turn::CameBack, 0 | 1) => "Reapply this patch?",
        (Turn::CameBack, _) => "Reapply these patches?",
        (Turn::Repaired, _) => "Repair these files again?",
        (Turn::RepairUndone, _) => "Undo this repair?",
        (Turn::Switched, _) => "Turn this switch again?",
        (Turn::SwitchedBack, _) => "Turn this switch back?",
    }
}

/// What has to be restarted for any of the patches that come.
pub(super) fn restarts(patches: &[ComingPatch]) -> Option<String> {
    let coming = patches.iter().filter(|coming| coming.left_out.is_none());
    let mut restarts: Vec<Restart> = coming.map(|coming| coming.patch.about.restart).collect();
    restarts.retain(|restart| *restart != Restart::Nothing);
    restarts.dedup();
    let words: Vec<&str> = restarts.into_iter().map(Restart::as_str).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// The patches before and after, where more than one thing changes.
fn who_goes(preview: &RollbackPreview, style: Style) -> String {
    let mut text = String::new();
    for with_it in &preview.with_it {
        text.push_str(&format!(
            "  {} is rolled back, too: {}\n",
            safe(&with_it.patch.id),
            safe(&with_it.because)
        ));
    }
    for patch in &preview.back {
        text.push_str(&format!("  {} becomes active again\n", safe(&patch.id)));
    }
    if preview.stack_before.len() > 1 {
        let list = |ids: &[String]| match ids {
            [] => "no patch".to_owned(),
            ids => safe(&ids.join(", ")).into_owned(),
        };
        text.push_str(&format!("  before: {}\n", list(&preview.stack_before)));
        text.push_str(&format!("  after:  {}\n", list(&preview.stack_after)));
    }
    match text.is_empty() {
        true => text,
        false => format!("{}{text}\n", heading("Patches in the folder", style)),
    }
}

/// What is open again once the patches are gone.
fn open_afterwards(opens: &[String], style: Style) -> String {
    if opens.is_empty() {
        return String::new();
    }
    format!("{}\n\n", style.bad(&safe(&format!("  {} again afterwards", are_open(opens)))))
}

/// A file that patches share that stay: what will be different in it.
fn rebuilt(place: &RebuiltPlace, style: Style) -> String {
    let is_file = |node: Option<&Node>| node.is_some_and(|node| node.as_file().is_some());
    let view = ChangeView {
        change: &place.change,
        renamed_from: None,
        before: side(place.before.as_ref(), is_file(place.change.before.first())),
        after: side(place.after.as_ref(), is_file(place.change.after.as_ref())),
    };
    let path = safe(place.change.path.as_str());
    let words = format!("{path} is rebuilt; it keeps the changes of {}", safe(&place.stay.join(", ")));
    format!("{}{}\n", heading(&words, style), super::diff(&view, style))
}

/// A side of a rebuilt place; what is a file without bytes is too large for a diff.
fn side(bytes: Option<&Arc<Vec<u8>>>, is_file: bool) -> ViewContent<'_> {
    match (bytes, is_file) {
        (Some(bytes), _) => ViewContent::Bytes(bytes),
        (None, true) => ViewContent::Unavailable("too large to compare"),
        (None, false) => ViewContent::Absent,
    }
}

pub(super) fn heading(words: &str, style: Style) -> String {
    format!("{}\n", style.strong(words))
}

pub(super) fn what_will_happen(
    preview: &Preview,
    patches: &[&Patch],
    detail: Detail,
    style: Style,
) -> String {
    let steps = changes::of_steps(&preview.plan.steps, patches);
    let lines = changes::lines(&steps);
    let shown = match detail {
        Detail::Full => lines.len(),
        Detail::Short => lines.len().min(SHORT_LINES),
    };
    let rows: Vec<[String; 2]> = lines[..shown].iter().map(change_row).collect();
    let mut text = heading(&format!("Changes: {}", changes::summary(&lines)), style);
    text.push_str(&columns(&rows));
    if shown < lines.len() {
        text.push_str(&format!("  … and {} more; --verbose lists all of them\n", lines.len() - shown));
    }
    text.push_str(&format!("  Disk space needed: {}\n\n", words::room(preview.needed_bytes)));
    text
}

/// The values that edits by key make others, below the file that they are in.
fn values(files: &[ShownEdits], detail: Detail, style: Style) -> String {
    let mut lines = Vec::new();
    for file in files {
        lines.push(format!("  {}\n", safe(file.path.as_str())));
        lines.extend(file.keys.iter().map(|key| format!("    {}\n", wrapped(&key.phrase(), 6))));
    }
    if lines.is_empty() {
        return String::new();
    }
    let shown = match detail {
        Detail::Full => lines.len(),
        Detail::Short => lines.len().min(SHORT_LINES),
    };
    let more = match lines.len() - shown {
        0 => String::new(),
        more => format!("  … and {more} more lines; --verbose lists all of them\n"),
    };
    format!("{}{}{more}\n", heading("Values that change", style), lines[..shown].concat())
}

/// What a change does, and where.
pub(super) fn change_row(line: &changes::ChangeLine<'_>) -> [String; 2] {
    let path = safe(line.path.as_str());
    let does = match (line.status, line.before, line.after) {
        (ChangeStatus::Added, ..) => "add",
        (ChangeStatus::Deleted, ..) => "delete",
        (ChangeStatus::Modified, Some(before), Some(after)) if before.same_content(after) => {
            "change permissions"
        }
        (ChangeStatus::Modified | ChangeStatus::TypeChanged, ..) => "modify",
        (ChangeStatus::Renamed, ..) => "rename",
    };
    let name = match line.from {
        Some(from) => format!("{} → {path}", safe(from.as_str())),
        None => path.into_owned(),
    };
    [does.to_owned(), name]
}

pub(super) fn notes(notes: &[Note], style: Style) -> String {
    if notes.is_empty() {
        return String::new();
    }
    let mut text = heading("Notes", style);
    text.push_str(&note_lines(notes));
    text.push('\n');
    text
}

/// Each reason with its way out, which is said once where several files have the same; empty without reasons.
pub(super) fn obstacles(
    obstacles: &[Obstacle],
    folder: Option<&Path>,
    detail: Detail,
    style: Style,
) -> String {
    if obstacles.is_empty() {
        return String::new();
    }
    heading("Problems to resolve first", style) + &obstacle_lines(obstacles, folder, detail, style)
}

/// The same below a line that says already what they are.
pub(super) fn obstacle_lines(
    obstacles: &[Obstacle],
    folder: Option<&Path>,
    detail: Detail,
    style: Style,
) -> String {
    /// Most files of which a reason is said without `--verbose`.
    const MAX_FILES: usize = 20;
    let hint = |one: &Obstacle| match folder {
        Some(folder) => one.in_folder(&shell_path(folder)).hint().to_string(),
        None => one.hint().to_string(),
    };
    let mut text = String::new();
    let groups = alike(obstacles);
    for (index, (meaning, alike)) in groups.iter().enumerate() {
        let first = alike[0];
        let shown = match detail {
            Detail::Full => alike.len(),
            // One line is no shorter than one more file.
            Detail::Short if alike.len() == MAX_FILES + 1 => alike.len(),
            Detail::Short => alike.len().min(MAX_FILES),
        };
        let code = first.code().as_str();
        for obstacle in &alike[..shown] {
            let said = match &obstacle.path {
                Some(path) => said_of(&safe(path), &safe(meaning)),
                None => safe(meaning).into_owned(),
            };
            let said = match obstacle.of_patch() {
                Some(patch) => format!("{}: {said}", safe(patch)),
                None => said,
            };
            let line = wrapped(&format!("{said} ({code})"), 4);
            let before = line.strip_suffix(&format!("{code})")).unwrap_or(&line);
            text.push_str(&format!("  {before}{})\n", style.bad(code)));
        }
        if shown < alike.len() {
            let more = words::count(alike.len() - shown, "more file", "more files");
            text.push_str(&format!("  the same for {more} (--verbose lists them)\n"));
        }
        let next_step = hint(first);
        // Several reasons with one way out: it is said below the last of them.
        if groups.get(index + 1).is_none_or(|(_, others)| hint(others[0]) != next_step) {
            text.push_str(&format!("      {}\n", wrapped(&safe(&next_step), 6)));
        }
    }
    text
}

/// The obstacles that are there for one reason at different places, each group with what it says, the first ones first.
fn alike(obstacles: &[Obstacle]) -> Vec<(String, Vec<&Obstacle>)> {
    let mut groups: Vec<(String, Vec<&Obstacle>)> = Vec::new();
    // One reason reads in one way: only those that read alike are compared. There can be very many.
    let mut reading: HashMap<String, Vec<usize>> = HashMap::new();
    for obstacle in obstacles {
        let meaning = obstacle.meaning();
        let known = reading.entry(meaning.clone()).or_default();
        match known.iter().find(|group| groups[**group].1[0].why == obstacle.why) {
            Some(group) => groups[*group].1.push(obstacle),
            None => {
                known.push(groups.len());
                groups.push((meaning, vec![obstacle]));
            }
        }
    }
    groups
}

/// Whether it can be applied, with or without somebody's `consent`.
pub(super) fn verdict(seen: &ApplyPreview, consent: Consent, style: Style) -> String {
    let preview = &seen.preview;
    let is_permitted = seen.permits(consent).is_ok();
    let verdict = match (preview.obstacles.len(), preview.notes.len()) {
        (0, _) if preview.leaves_no_trace() => match preview.leaves_files_out() {
            false => style.good("Nothing to do: the patch is already in place."),
            true => style.attention("Nothing to do: the files it would change stay as they are here."),
        },
        (0, _) if !is_permitted && seen.permits(Consent::Given).is_ok() => {
            let but = match seen.verdict.standing {
                Standing::NotEnough => "not enough people you trust have signed it",
                _ => "isn't signed by anyone you trust",
            };
            let hint = "If you know who sent it, add --allow-unsigned.";
            style.attention(&format!("Can be applied, but {but}.\n{hint}"))
        }
        (0, _) if !is_permitted => style.bad(
            "Can't apply this patch: your trust rules don't allow it.\n\
             To see why: patchwright verify FILE",
        ),
        (0, _) if seen.rehearsal.as_ref().is_some_and(KnownRehearsal::is_failed) => {
            style.attention("Ready to apply, but its last rehearsal here failed.")
        }
        (0, 0) => style.good("Ready to apply."),
        (0, notes) => style.attention(if notes == 1 {
            "Ready to apply. Read the note first."
        } else {
            "Ready to apply. Read the notes first."
        }),
        (reasons, _) => {
            let problems = words::count(reasons, "problem", "problems");
            style.bad(&format!("Can't apply this patch yet: {problems}."))
        }
    };
    format!("{verdict}\n")
}
