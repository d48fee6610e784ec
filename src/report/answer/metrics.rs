//! Answers about figures.

use serde_json::Number;

use super::folder::Unfinished;
use super::unchecked::Unchecked;
use super::{all, answers, some};
use crate::model::Word;
use crate::plan::{Deed, EventRef, Proportion, RateFigure, TimeFigure, Times};
use crate::report::phrases::path_text;
use crate::workbench::{self, FolderMetrics};

answers! {
    Metrics(measured: &FolderMetrics) {
        since: String = measured.since.clone(),
        until: String = measured.until.clone(),
        folders: Vec<MeasuredFolder> = all(&measured.folders, MeasuredFolder::new),
        [applied_per_week]: Number = measured.all.applied_per_week().and_then(rounded),
        deeds: Vec<Deeds> = Deed::WORDS.iter().filter(|(_, deed)| *deed != Deed::Other)
            .map(|(word, deed)| Deeds::new(word, measured.all.deeds(*deed), measured)).collect(),
        times: Vec<TimesOf> =
            TimeFigure::WORDS.iter().map(|(word, span)| TimesOf::new(word, &measured.all.times(*span), measured)).collect(),
        shares: Vec<ShareOf> =
            RateFigure::WORDS.iter().map(|(word, share)| ShareOf::new(word, &measured.all.part(*share), measured)).collect(),
        [undated]: Vec<CountedEntry> = some(list(&measured.all.undated, measured)),
    }

    MeasuredFolder(folder: &workbench::MeasuredFolder) {
        path: String = path_text(&folder.path),
        entries: usize = folder.entries,
        [older_copy_of]: String = folder.older.as_ref().map(|older| older.path.clone()),
        [foreign]: Vec<u64> = folder.foreign.as_ref().map(|foreign| foreign.entries.clone()),
        [unchecked]: Vec<Unchecked> = some(all(&folder.unchecked, Unchecked::new)),
        [unfinished]: Unfinished = folder.unfinished.as_ref().map(Unfinished::new),
    }

    /// Entries that did the same.
    Deeds(did: &str, entries: &[EventRef], measured: &FolderMetrics) {
        did: String = did.to_owned(),
        n: usize = entries.len(),
        list: Vec<CountedEntry> = list(entries, measured),
    }

    TimesOf(figure: &str, times: &Times, measured: &FolderMetrics) {
        figure: String = figure.to_owned(),
        n: usize = times.values.len(),
        [median_seconds]: i64 = times.percentile(50),
        [p90_seconds]: i64 = times.percentile(90),
        too_few: bool = times.is_few(),
        list: Vec<Timed> = all(&times.values, |(of, seconds)| Timed::new(of, *seconds, measured)),
        no_data: Vec<CountedEntry> = list(&times.no_data, measured),
    }

    ShareOf(figure: &str, part: &Proportion, measured: &FolderMetrics) {
        figure: String = figure.to_owned(),
        n: usize = part.part.len(),
        of: usize = part.whole.len(),
        [share]: Number = part.share().and_then(rounded),
        too_few: bool = part.is_few(),
        list: Vec<CountedEntry> = list(&part.part, measured),
        all: Vec<CountedEntry> = list(&part.whole, measured),
        no_data: Vec<CountedEntry> = list(&part.no_data, measured),
    }

    /// An entry that a figure counts, or can't.
    CountedEntry(of: &EventRef, measured: &FolderMetrics) {
        folder: String = path_text(&measured.folders[of.folder].path),
        entry: u64 = of.entry,
        about: String = of.about.clone(),
    }

    Timed(of: &EventRef, seconds: i64, measured: &FolderMetrics) {
        ..of: CountedEntry = CountedEntry::new(of, measured),
        seconds: i64 = seconds,
    }
}

fn list(of: &[EventRef], measured: &FolderMetrics) -> Vec<CountedEntry> {
    all(of, |one| CountedEntry::new(one, measured))
}

/// To three digits; `None` of what is no number.
fn rounded(number: f64) -> Option<Number> {
    Number::from_f64((number * 1_000.0).round() / 1_000.0)
}
