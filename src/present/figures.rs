//! How changing folders goes, in figures: each with how many values it has, and the list behind it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::home::name_among;
use super::overview::line;
use crate::model::Word;
use crate::plan::{Deed, EventRef, Proportion, RateFigure, TimeFigure, Times};
use crate::report::phrases;
use crate::words::{fill, papers};
use crate::workbench::{FolderMetrics, Foreign, MeasuredFolder, OlderCopy};

/// Most rows of a list.
const MAX_ROWS: usize = 200;
/// Most weeks that are drawn; of a longer time the newest.
const MAX_WEEKS: usize = 104;
const WEEK_SECS: i64 = 7 * 24 * 60 * 60;

/// How far back figures reach.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FigurePeriod {
    Month,
    #[default]
    Quarter,
    Year,
    /// As far as the histories go.
    All,
}

impl FigurePeriod {
    pub const ALL: [FigurePeriod; 4] =
        [FigurePeriod::Month, FigurePeriod::Quarter, FigurePeriod::Year, FigurePeriod::All];

    pub const fn name(self) -> &'static str {
        match self {
            FigurePeriod::Month => papers::REACH_MONTH,
            FigurePeriod::Quarter => papers::REACH_QUARTER,
            FigurePeriod::Year => papers::REACH_YEAR,
            FigurePeriod::All => papers::REACH_ALL,
        }
    }

    /// In days; `None`: all there is.
    pub(super) const fn days(self) -> Option<i64> {
        match self {
            FigurePeriod::Month => Some(30),
            FigurePeriod::Quarter => Some(90),
            FigurePeriod::Year => Some(365),
            FigurePeriod::All => None,
        }
    }
}

/// Of which folders, and since when.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FiguresForm {
    pub folders: Vec<PathBuf>,
    pub reach: FigurePeriod,
}

/// One week. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Week {
    /// The day on which it began.
    pub from: String,
    pub applied: usize,
    pub rolled_back: usize,
}

/// An entry that a figure counts. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedRow {
    pub folder: String,
    pub entry: u64,
    pub about: String,
    /// Its part of the figure, in words.
    pub value: String,
}

/// One figure. Texts are escaped.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    pub name: &'static str,
    pub meaning: &'static str,
    /// What comes out, in words.
    pub said: String,
    /// How many values it rests on, and whether they are too few to compare.
    pub n: String,
    /// The values in seconds, where it is about times.
    pub seconds: Vec<i64>,
    /// Of those the one in the middle, where there are enough.
    pub median: Option<i64>,
    pub rows: Vec<CountedRow>,
    /// How many rows there are beyond those.
    pub more: usize,
}

/// Every figure. Texts are escaped.
#[derive(Debug, Clone, PartialEq)]
pub struct FiguresPage {
    pub headline: String,
    /// From when on, as programs write it.
    pub since: String,
    /// What can't be believed, or was written by others.
    pub warnings: Vec<String>,
    pub weeks: Vec<Week>,
    /// What the weeks come to, in words.
    pub per_week: String,
    /// What was applied and rolled back.
    pub changes: Vec<CountedRow>,
    pub figures: Vec<Figure>,
}

impl FiguresPage {
    /// `moments` has when each entry of a folder was made, in seconds since 1970.
    pub(super) fn new(measured: &FolderMetrics, moments: &BTreeMap<(usize, u64), i64>) -> Self {
        let all = &measured.all;
        let folders = phrases::count(measured.folders.len(), "folder", "folders");
        let [since, until] = [&measured.since, &measured.until].map(|moment| phrases::moment(moment));
        let facts = [("n", folders.as_str()), ("since", &since), ("until", &until)];
        let times = TimeFigure::WORDS.iter().map(|(_, span)| time(*span, &all.times(*span), measured));
        let shares = RateFigure::WORDS.iter().map(|(_, share)| part(*share, &all.part(*share), measured));
        let [applied, back] = [Deed::Applied, Deed::RolledBack].map(|deed| all.deeds(deed));
        let weeks = weeks(measured, moments, [applied, back]);
        let [n, m] = [applied.len(), back.len()].map(|number| phrases::count(number, "time", "times"));
        let changes = applied.iter().map(|of| (of, papers::DID_APPLY));
        let changes = changes.chain(back.iter().map(|of| (of, papers::DID_ROLL_BACK)));
        Self {
            headline: fill(papers::FIGURES_OF, &facts),
            since: measured.since.clone(),
            warnings: warnings(measured),
            per_week: fill(papers::PER_WEEK, &[("applied", &n), ("back", &m)]),
            weeks,
            changes: changes.take(MAX_ROWS).map(|(of, did)| row(of, measured, did.to_owned())).collect(),
            figures: times.chain(shares).collect(),
        }
    }
}

/// What a folder is called among all that are counted.
fn name_in(measured: &FolderMetrics, folder: &MeasuredFolder) -> String {
    let all: Vec<PathBuf> = measured.folders.iter().map(|folder| folder.path.clone()).collect();
    name_among(&all, &folder.path)
}

fn warnings(measured: &FolderMetrics) -> Vec<String> {
    let name = |folder: &MeasuredFolder| name_in(measured, folder);
    let unfinished = measured.folders.iter().filter_map(|folder| {
        let said = folder.unfinished.as_ref()?.sentence();
        Some(line(&format!("{}: {said}", name(folder))))
    });
    let foreign = measured.folders.iter().filter_map(|folder| {
        let older = folder.older.as_ref().map(OlderCopy::sentence);
        let said = older.or_else(|| folder.foreign.as_ref().map(Foreign::sentence))?;
        Some(line(&format!("{}: {said}", name(folder))))
    });
    let undated = measured.all.undated.len();
    let undated =
        (undated > 0).then(|| fill(papers::UNDATED, &[("n", &phrases::count(undated, "entry", "entries"))]));
    unfinished.chain(foreign).chain(undated).collect()
}

/// The weeks from the first change that is counted until now, each with what happened in it.
fn weeks(
    measured: &FolderMetrics,
    moments: &BTreeMap<(usize, u64), i64>,
    [applied, back]: [&[EventRef]; 2],
) -> Vec<Week> {
    let moment = |of: &EventRef| moments.get(&(of.folder, of.entry)).copied();
    let Some(first) = applied.iter().chain(back).filter_map(moment).min() else { return Vec::new() };
    let until = measured.all.period.until;
    let count = usize::try_from((until - first) / WEEK_SECS).unwrap_or(0).min(MAX_WEEKS - 1) + 1;
    // Weeks are counted back from now, so that the last one is whole.
    let begin = |at: usize| until - WEEK_SECS * (count - at) as i64;
    let in_week = |list: &[EventRef], at: usize| {
        let is_in = |of: &&EventRef| moment(of).is_some_and(|time| time > begin(at) && time <= begin(at + 1));
        list.iter().filter(is_in).count()
    };
    let day =
        |second| jiff::Timestamp::from_second(second).map_or_else(|_| String::new(), |day| day.to_string());
    (0..count)
        .map(|at| Week {
            from: day(begin(at)).get(..10).unwrap_or_default().to_owned(),
            applied: in_week(applied, at),
            rolled_back: in_week(back, at),
        })
        .collect()
}

fn n_of(n: usize, is_few: bool, no_data: usize) -> String {
    let template = match (n, is_few) {
        (0, _) => papers::NO_VALUES,
        (_, true) => papers::N_TOO_FEW,
        (_, false) => papers::N_VALUES,
    };
    let said = fill(template, &[("n", &n.to_string())]);
    match no_data {
        0 => said,
        _ => format!("{said} {}", fill(papers::WITHOUT_DATA, &[("n", &no_data.to_string())])),
    }
}

fn time(span: TimeFigure, times: &Times, measured: &FolderMetrics) -> Figure {
    let (name, meaning) = match span {
        TimeFigure::LeadTime => (papers::LEAD_TIME, papers::LEAD_TIME_MEANING),
        TimeFigure::TimeToApply => (papers::TIME_TO_APPLY, papers::TIME_TO_APPLY_MEANING),
        TimeFigure::SinceMade => (papers::SINCE_MADE, papers::SINCE_MADE_MEANING),
        TimeFigure::Exposure => (papers::EXPOSURE, papers::EXPOSURE_MEANING),
        TimeFigure::TimeOfChange => (papers::TIME_OF_CHANGE, papers::TIME_OF_CHANGE_MEANING),
        TimeFigure::Downtime => (papers::DOWNTIME, papers::DOWNTIME_MEANING),
        TimeFigure::Recovery => (papers::RECOVERY, papers::RECOVERY_MEANING),
    };
    let said = match (times.percentile(50), times.percentile(90)) {
        // Of a handful nobody says what most of them are.
        (Some(_), Some(most)) if times.is_few() => {
            let least = times.values.iter().map(|(_, seconds)| *seconds).min().unwrap_or(most);
            let [least, most] = [least, most].map(phrases::length);
            match least == most {
                true => most,
                false => fill(papers::BETWEEN, &[("least", &least), ("most", &most)]),
            }
        }
        (Some(median), Some(most)) => {
            let facts = [("median", phrases::length(median)), ("most", phrases::length(most))];
            fill(papers::MEDIAN, &facts.each_ref().map(|(name, value)| (*name, value.as_str())))
        }
        _ => papers::NO_DATA.to_owned(),
    };
    let values = times.values.iter().map(|(of, seconds)| row(of, measured, phrases::length(*seconds)));
    let unknown = times.no_data.iter().map(|of| row(of, measured, papers::NO_DATA.to_owned()));
    let all = times.values.len() + times.no_data.len();
    Figure {
        name,
        meaning,
        said,
        n: n_of(times.values.len(), times.is_few(), times.no_data.len()),
        seconds: times.values.iter().map(|(_, seconds)| *seconds).collect(),
        median: times.percentile(50).filter(|_| !times.is_few()),
        rows: values.chain(unknown).take(MAX_ROWS).collect(),
        more: all.saturating_sub(MAX_ROWS),
    }
}

fn part(share: RateFigure, part: &Proportion, measured: &FolderMetrics) -> Figure {
    let (name, meaning) = match share {
        RateFigure::Rework => (papers::REWORK_RATE, papers::REWORK_RATE_MEANING),
        RateFigure::ChangeFailRate => (papers::FAIL_RATE, papers::FAIL_RATE_MEANING),
        RateFigure::SuccessRate => (papers::SUCCESS_RATE, papers::SUCCESS_RATE_MEANING),
    };
    let said = part.share().map(|number| {
        let percent = format!("{:.0}", number * 100.0);
        let [n, all] = [part.part.len(), part.whole.len()].map(|number| number.to_string());
        match part.is_few() {
            true => fill(papers::SHARE_FEW, &[("n", &n), ("all", &all)]),
            false => fill(papers::SHARE, &[("percent", &percent), ("n", &n), ("all", &all)]),
        }
    });
    let counts = |of: &EventRef| if part.part.contains(of) { papers::COUNTS } else { papers::COUNTS_NOT };
    let values = part.whole.iter().map(|of| row(of, measured, counts(of).to_owned()));
    let unknown = part.no_data.iter().map(|of| row(of, measured, papers::NO_DATA.to_owned()));
    Figure {
        name,
        meaning,
        said: said.unwrap_or_else(|| papers::NO_DATA.to_owned()),
        n: n_of(part.whole.len(), part.is_few(), part.no_data.len()),
        seconds: Vec::new(),
        median: None,
        rows: values.chain(unknown).take(MAX_ROWS).collect(),
        more: (part.whole.len() + part.no_data.len()).saturating_sub(MAX_ROWS),
    }
}

fn row(of: &EventRef, measured: &FolderMetrics, value: String) -> CountedRow {
    let folder = name_in(measured, &measured.folders[of.folder]);
    CountedRow { folder, entry: of.entry, about: line(&of.about), value }
}
