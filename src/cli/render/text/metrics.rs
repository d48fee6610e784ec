//! Figures, and what is behind them.

use std::collections::BTreeSet;

use super::list::columns;
use super::plan::heading;
use super::{place, safe};
use crate::cli::render::{Style, words};
use crate::model::Word;
use crate::plan::{Deed, EventRef, Proportion, RateFigure, TimeFigure, Times};
use crate::workbench::{FolderMetrics, Foreign, OlderCopy};

pub(in crate::cli) fn metrics(measured: &FolderMetrics, verbose: bool, style: Style) -> String {
    let (since, until) = (words::moment(&measured.since), words::moment(&measured.until));
    let of = match &measured.folders[..] {
        [folder] => place(&folder.path),
        folders => words::count(folders.len(), "folder", "folders"),
    };
    let mut text = format!("{}\n", style.strong(&format!("Figures of {of}, from {since} to {until}")));
    for folder in &measured.folders {
        let older = folder.older.as_ref().map(OlderCopy::sentence);
        for line in older.into_iter().chain(folder.foreign.as_ref().map(Foreign::sentence)) {
            text.push_str(&format!("{}\n", style.bad(&format!("{}: {}", place(&folder.path), safe(&line)))));
        }
    }
    for folder in &measured.folders {
        let Some(work) = &folder.unfinished else { continue };
        let said = safe(&work.sentence()).into_owned() + ", and isn't counted until it is recovered";
        text.push_str(&format!("{}\n", style.bad(&format!("{}: {said}", place(&folder.path)))));
    }
    for (folder, change) in
        measured.folders.iter().flat_map(|folder| folder.unchecked.iter().map(move |one| (folder, one)))
    {
        let line = format!("{}: {}", place(&folder.path), safe(&change.sentence()));
        text.push_str(&format!("{}\n", style.bad(&line)));
    }
    text.push_str(&deeds(measured, verbose, style));
    text.push_str(&times(measured, verbose, style));
    text.push_str(&shares(measured, verbose, style));
    let undated = &measured.all.undated;
    if !undated.is_empty() {
        let entries = words::count(undated.len(), "entry is", "entries are");
        let line = format!("{entries} not counted: dated before the entry in front");
        text.push_str(&format!("\n{}\n", style.attention(&line)));
        text.push_str(&columns(&undated.iter().map(|of| row(of, measured, "")).collect::<Vec<_>>()));
    }
    text
}

fn deeds(measured: &FolderMetrics, verbose: bool, style: Style) -> String {
    let mut text = format!("\n{}", heading("Changes", style));
    for (_, deed) in Deed::WORDS.iter().filter(|(_, deed)| is_shown(*deed)) {
        let entries = measured.all.deeds(*deed);
        let week = measured.all.applied_per_week().filter(|_| *deed == Deed::Applied);
        let week = week.map(|number| format!("  {number:.2} a week")).unwrap_or_default();
        text.push_str(format!("  {:<17}{:>5}{week}", name_of(*deed), entries.len()).trim_end());
        text.push('\n');
        if verbose {
            text.push_str(&columns(&entries.iter().map(|of| row(of, measured, "")).collect::<Vec<_>>()));
        }
    }
    text
}

fn is_shown(deed: Deed) -> bool {
    !matches!(deed, Deed::Other | Deed::Checked)
}

fn times(measured: &FolderMetrics, verbose: bool, style: Style) -> String {
    let mut text = format!("\n{}", heading("Times", style));
    for (_, span) in TimeFigure::WORDS {
        let times = measured.all.times(*span);
        let figures = match (times.percentile(50), times.percentile(90)) {
            (Some(median), Some(p90)) => format!(
                "median {}, 90% within {}, n = {}",
                words::length(median),
                words::length(p90),
                times.values.len()
            ),
            _ => "no data".to_owned(),
        };
        let few = few(times.is_few(), times.values.len());
        text.push_str(&format!(
            "  {:<22}{figures}{few}{}\n",
            title(*span),
            without(times.no_data.len(), times.values.len())
        ));
        if verbose {
            text.push_str(&behind(&times, measured));
        }
    }
    text
}

fn behind(times: &Times, measured: &FolderMetrics) -> String {
    let values = times.values.iter().map(|(of, seconds)| row(of, measured, &words::length(*seconds)));
    let no_data = times.no_data.iter().map(|of| row(of, measured, "no data"));
    columns(&values.chain(no_data).collect::<Vec<_>>())
}

fn shares(measured: &FolderMetrics, verbose: bool, style: Style) -> String {
    let mut text = format!("\n{}", heading("Shares", style));
    for (_, share) in RateFigure::WORDS {
        let Proportion { part, whole, no_data } = &measured.all.part(*share);
        let of = measured.all.part(*share);
        let figures = match of.share() {
            Some(number) => format!("{:.0}%, {} of {}", number * 100.0, part.len(), whole.len()),
            None => "no data".to_owned(),
        };
        let name = match share {
            RateFigure::Rework => "Rework rate",
            RateFigure::ChangeFailRate => "Change fail rate",
            RateFigure::SuccessRate => "Success rate",
        };
        let few = few(of.is_few(), whole.len());
        text.push_str(&format!("  {name:<22}{figures}{few}{}\n", without(no_data.len(), whole.len())));
        if verbose {
            let counting: BTreeSet<&EventRef> = part.iter().collect();
            let state = |of: &EventRef| if counting.contains(of) { "counts" } else { "" };
            let rows = whole.iter().map(|of| row(of, measured, state(of)));
            let no_data = no_data.iter().map(|of| row(of, measured, "no data"));
            text.push_str(&columns(&rows.chain(no_data).collect::<Vec<_>>()));
        }
    }
    text
}

fn few(is_few: bool, n: usize) -> &'static str {
    if is_few && n > 0 { ": too few to compare" } else { "" }
}

fn without(no_data: usize, n: usize) -> String {
    match (no_data, n) {
        (0, _) => String::new(),
        (_, 0) => format!(" ({})", words::count(no_data, "change", "changes")),
        (no_data, _) => format!("; {no_data} without data"),
    }
}

fn row(of: &EventRef, measured: &FolderMetrics, value: &str) -> [String; 4] {
    let folder = place(&measured.folders[of.folder].path);
    [format!("    {folder}"), format!("entry {}", of.entry), safe(&of.about).into_owned(), value.to_owned()]
}

fn name_of(deed: Deed) -> &'static str {
    match deed {
        Deed::Applied => "Applied",
        Deed::RolledBack => "Rolled back",
        Deed::Reapplied => "Reapplied",
        Deed::Repaired => "Repaired",
        Deed::Switched => "Switches turned",
        Deed::PutBack => "Failed; restored",
        Deed::Stopped => "Stopped; restored",
        Deed::Checked => "Checked",
        Deed::Other => "Other",
    }
}

fn title(span: TimeFigure) -> &'static str {
    match span {
        TimeFigure::LeadTime => "Change lead time",
        TimeFigure::TimeToApply => "Time to apply",
        TimeFigure::SinceMade => "Since it was made",
        TimeFigure::Exposure => "Exposure",
        TimeFigure::TimeOfChange => "Time of change",
        TimeFigure::Downtime => "Downtime",
        TimeFigure::Recovery => "Recovery time",
    }
}
