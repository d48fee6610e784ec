//! The figures for monitoring: OpenMetrics, and what the textfile collector of `node_exporter` reads.
//!
//! That collector refuses the type `info` and knows no unit, and a file of it has no end mark.

use super::{FolderMetrics, MeasuredFolder};
use crate::model::{Word, choices};
use crate::plan::{Deed, RateFigure, TimeFigure, Times};

choices! {
    /// The text that figures are exposed in.
    pub(crate) enum Exposition {
        /// OpenMetrics 1.0.
        OpenMetrics = "openmetrics",
        /// The text format of Prometheus.
        Prometheus = "prometheus",
    }
}

/// Upper bounds of the buckets, in seconds: a minute, an hour, a day, a week, a month, a quarter, a year.
const BUCKETS: [i64; 7] = [60, 3_600, 86_400, 604_800, 2_592_000, 7_776_000, 31_536_000];

impl FolderMetrics {
    /// The figures of each folder since the beginning of the period.
    pub(crate) fn exposed(&self, how: Exposition) -> String {
        let mut page = ExpositionText { how, text: String::new() };
        let is_open = how == Exposition::OpenMetrics;
        let (name, kind) = if is_open { ("changes", "counter") } else { ("changes_total", "counter") };
        page.head(name, kind, None, "Entries of the history by what they did.");
        for folder in &self.folders {
            for (word, deed) in Deed::WORDS.iter().filter(|(_, deed)| *deed != Deed::Other) {
                let labels = [("folder", &*path(folder)), ("did", word)];
                page.sample("changes_total", &labels, &folder.metrics.deeds(*deed).len().to_string());
            }
        }
        for (word, share) in RateFigure::WORDS {
            let of = |folder: &MeasuredFolder| folder.metrics.part(*share);
            for (which, help) in [("part", "Changes that count"), ("whole", "Changes that it is a share of")]
            {
                let name = format!("{word}_{which}");
                page.head(&name, "gauge", None, &format!("{help} in the figure {word}."));
                for folder in &self.folders {
                    let part = of(folder);
                    let size = if which == "part" { part.part.len() } else { part.whole.len() };
                    page.sample(&name, &[("folder", &path(folder))], &size.to_string());
                }
            }
        }
        for (word, span) in TimeFigure::WORDS {
            let name = format!("{}_seconds", word.trim_end_matches("_time"));
            page.head(&name, "histogram", Some("seconds"), about(*span));
            for folder in &self.folders {
                page.histogram(&name, &path(folder), &folder.metrics.times(*span));
            }
        }
        if is_open {
            page.text.push_str("# EOF\n");
        }
        page.text
    }
}

fn about(span: TimeFigure) -> &'static str {
    match span {
        TimeFigure::LeadTime => "From when the newest commit in a patch was made until it was applied.",
        TimeFigure::TimeToApply => "From when the first issue of a patch was opened until it was applied.",
        TimeFigure::SinceMade => "From when a patch was made until it was applied.",
        TimeFigure::Exposure => "From when a vulnerability was published until its patch was applied.",
        TimeFigure::TimeOfChange => "From when a change began until its health checks had passed.",
        TimeFigure::Downtime => "How long the product was not available, where that was measured.",
        TimeFigure::Recovery => "From a change that failed until it was rolled back or corrected.",
    }
}

fn path(folder: &MeasuredFolder) -> String {
    folder.path.to_string_lossy().into_owned()
}

struct ExpositionText {
    how: Exposition,
    text: String,
}

impl ExpositionText {
    fn head(&mut self, name: &str, kind: &str, unit: Option<&str>, help: &str) {
        self.text.push_str(&format!("# TYPE patchwright_{name} {kind}\n"));
        if let Some(unit) = unit.filter(|_| self.how == Exposition::OpenMetrics) {
            self.text.push_str(&format!("# UNIT patchwright_{name} {unit}\n"));
        }
        self.text.push_str(&format!("# HELP patchwright_{name} {help}\n"));
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: &str) {
        let labels: Vec<String> =
            labels.iter().map(|(label, text)| format!("{label}=\"{}\"", escaped(text))).collect();
        self.text.push_str(&format!("patchwright_{name}{{{}}} {value}\n", labels.join(",")));
    }

    fn histogram(&mut self, name: &str, folder: &str, times: &Times) {
        let lengths = || times.values.iter().map(|(_, seconds)| *seconds);
        let bucket = format!("{name}_bucket");
        for bound in BUCKETS {
            let count = lengths().filter(|seconds| *seconds <= bound).count();
            let labels = [("folder", folder), ("le", &*format!("{bound}.0"))];
            self.sample(&bucket, &labels, &count.to_string());
        }
        let count = times.values.len().to_string();
        self.sample(&bucket, &[("folder", folder), ("le", "+Inf")], &count);
        let sum: i128 = lengths().map(i128::from).sum();
        self.sample(&format!("{name}_sum"), &[("folder", folder)], &sum.to_string());
        self.sample(&format!("{name}_count"), &[("folder", folder)], &count);
    }
}

/// As both formats spell a label. A name that hides something stays what it is: nobody reads this on a terminal.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
