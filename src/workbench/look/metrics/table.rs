//! The list behind the figures as a table for spreadsheets: RFC 4180, and no cell is a formula.

use std::collections::BTreeSet;

use super::FolderMetrics;
use crate::model::Word;
use crate::plan::{Deed, EventRef, RateFigure, TimeFigure};

const HEAD: [&str; 6] = ["figure", "folder", "entry", "about", "value", "unit"];

impl FolderMetrics {
    /// One row for each value, count and share that figures are made of.
    pub(crate) fn as_csv(&self) -> String {
        let mut csv = row(&HEAD.map(str::to_owned));
        let mut add = |figure: &str, of: &EventRef, value: &str, unit: &str| {
            let folder = self.folders[of.folder].path.to_string_lossy().into_owned();
            let cells = [figure.to_owned(), folder, of.entry.to_string(), of.about.clone()];
            let cells: Vec<String> = cells.into_iter().chain([value.to_owned(), unit.to_owned()]).collect();
            csv.push_str(&row(&cells));
        };
        for (word, deed) in Deed::WORDS {
            self.all.deeds(*deed).iter().for_each(|of| add(word, of, "1", "entry"));
        }
        for (name, span) in TimeFigure::WORDS {
            let times = self.all.times(*span);
            times.values.iter().for_each(|(of, seconds)| add(name, of, &seconds.to_string(), "seconds"));
            times.no_data.iter().for_each(|of| add(name, of, "", "no data"));
        }
        for (name, share) in RateFigure::WORDS {
            let part = self.all.part(*share);
            let those: BTreeSet<&EventRef> = part.part.iter().collect();
            let is_in = |of: &EventRef| if those.contains(of) { "1" } else { "0" };
            part.whole.iter().for_each(|of| add(name, of, is_in(of), "1 or 0"));
            part.no_data.iter().for_each(|of| add(name, of, "", "no data"));
        }
        self.all.undated.iter().for_each(|of| add("undated", of, "", "no data"));
        csv
    }
}

fn row(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    format!("{}\r\n", cells.join(","))
}

/// A cell that no spreadsheet computes, whoever chose the text in it.
fn quoted(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let cell = if is_formula { format!("'{cell}") } else { cell.to_owned() };
    match cell.contains(['"', ',', '\r', '\n', '\'']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell,
    }
}
