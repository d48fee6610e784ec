//! Which patches were chosen for what a scan found.

use std::path::Path;

use jiff::Timestamp;

use super::list::columns_and_below;
use super::{argument, place, safe};
use crate::cli::render::{Style, words};
use crate::plan::{Need, NeedFate};
use crate::report::choose;
use crate::workbench::PatchChoice;

/// Most rows of a list.
const MAX_ROWS: usize = 50;

pub(in crate::cli) fn choice(
    choice: &PatchChoice,
    target: &Path,
    plan: (Option<&Path>, Option<&Path>),
    today: Timestamp,
    style: Style,
) -> String {
    let problems = words::count(choice.board.problems.len(), "problem", "problems");
    let findings = words::count(choice.findings, "finding", "findings");
    let mut text = format!("{}\n", style.strong(&format!("{problems} in {findings}, for {}", place(target))));
    for (name, date) in &choice.feeds {
        if let Some(age) = choose::feed_age(name, date, today) {
            text.push_str(&format!("{}\n", style.bad(&age)));
        }
    }
    if let Some(undated) = choose::undated(choice) {
        text.push_str(&format!("{}\n", style.attention(&undated)));
    }
    for (file, why) in &choice.unreadable {
        text.push_str(&format!("{}\n", style.bad(&format!("Can't read {}: {}", place(file), safe(why)))));
    }
    section(&mut text, choice, &style.good("Fixed by patches you have:"), today, |need| match &need.fate {
        NeedFate::Chosen { candidate, grade } => {
            let patch = &choice.patches[*candidate].patch.about.identity;
            Some(format!("{patch}, which {}", choose::grade(*grade)))
        }
        _ => None,
    });
    section(&mut text, choice, &style.attention("Blocked:"), today, |need| match &need.fate {
        NeedFate::Blocked => Some(blocked(choice, need)),
        _ => None,
    });
    section(&mut text, choice, &style.attention("No patch:"), today, |need| match &need.fate {
        NeedFate::Open => {
            let name = |number: usize| choice.patches[number].patch.about.identity.to_string();
            Some(choose::no_patch(need, name))
        }
        _ => None,
    });
    let is_fixed = |need: &Need| matches!(need.fate, NeedFate::FixedHere { .. });
    if choice.board.needs.iter().any(is_fixed) {
        section(&mut text, choice, "Fixed in the folder already:", today, |need| match &need.fate {
            NeedFate::FixedHere { patch } => Some(patch.clone()),
            _ => None,
        });
        let folder = argument(target);
        text.push_str(&match choice.board.needs.iter().any(|need| need.can_be_told) {
            true => {
                format!("To tell the scanner: patchwright fixed {folder} --format openvex --output FILE\n")
            }
            false => format!("To see what scanners can be told: patchwright fixed {folder}\n"),
        });
    }
    text.push_str(&next_step(choice, target, plan, style));
    text
}

/// The needs for which `told` says something, the most important first.
fn section(
    text: &mut String,
    choice: &PatchChoice,
    title: &str,
    today: Timestamp,
    told: impl Fn(&Need) -> Option<String>,
) {
    let row = |need: &Need| {
        let (told, problem) = (told(need)?, &choice.board.problems[need.problem]);
        let cells = [
            choose::ids(problem),
            choose::library(&choice.board, need),
            choose::rank(problem, choice.rank_by, today),
        ];
        let told = told.lines().map(|line| safe(line).into_owned()).collect();
        Some((cells.map(|cell| safe(&cell).into_owned()), told))
    };
    let rows: Vec<([String; 3], Vec<String>)> = choice.board.needs.iter().filter_map(row).collect();
    if rows.is_empty() {
        return;
    }
    text.push_str(&format!("\n{title}\n{}", columns_and_below(&rows[..rows.len().min(MAX_ROWS)])));
    if rows.len() > MAX_ROWS {
        text.push_str(&format!("  and {} more; see them all with --json\n", rows.len() - MAX_ROWS));
    }
}

fn blocked(choice: &PatchChoice, need: &Need) -> String {
    let one = |(candidate, why): (usize, &str)| {
        format!("{}: {why}", choice.patches[candidate].patch.about.identity)
    };
    choice.board.blocked_for(need).map(one).collect::<Vec<_>>().join("\n")
}

/// What to do now; `plan`: where the plan was to be saved, and where it was.
fn next_step(
    choice: &PatchChoice,
    target: &Path,
    plan: (Option<&Path>, Option<&Path>),
    style: Style,
) -> String {
    let (wished, saved) = plan;
    if choice.chosen.is_empty() {
        return match wished {
            None => "\nNothing to apply.\n".to_owned(),
            Some(path) if path.exists() => {
                format!("\nNothing to apply. {} was there before and is as it was.\n", place(path))
            }
            Some(_) => "\nNothing to apply, so no plan was saved.\n".to_owned(),
        };
    }
    let shell = |path: &Path| safe(&crate::report::shell_word(&words::path_text(path))).into_owned();
    let files: Vec<String> = choice.chosen.iter().map(|one| shell(&choice.patches[*one].file)).collect();
    let (files, target) = (files.join(" "), shell(target));
    let next = style.attention("Next:");
    match saved {
        Some(plan) => {
            format!("\nSaved the plan.\n{next} patchwright apply --plan {} {files} {target}\n", shell(plan))
        }
        None => format!("\n{next} patchwright apply {files} {target}\n"),
    }
}
