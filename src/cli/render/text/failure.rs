//! A failure: what happened, why, what it means for the files, what to do.

use super::list::wrapped;
use super::{plan::obstacle_lines, safe};
use crate::cli::render::{Detail, Style};
use crate::report::Report;

pub(in crate::cli) fn failure(report: &Report, detail: Detail, style: Style) -> String {
    let mut text = format!("{} ({})\n", style.bad(&safe(&report.title())), report.code);
    for cause in report.causes.iter().chain(&report.printed) {
        text.push_str(&format!("  {}\n", safe(cause)));
    }
    // A single one is the title already.
    if report.obstacles.len() > 1 {
        text.push_str(&obstacle_lines(&report.obstacles, None, detail, style));
    }
    if let Some(sentence) = report.files.sentence() {
        text.push_str(&format!("{sentence}\n"));
    }
    for (index, hint) in report.hints.iter().enumerate() {
        let label = if index == 0 { "Next:" } else { "Or:" };
        let hint = wrapped(&safe(&hint.to_string()), "Next: ".len());
        text.push_str(&format!("{} {hint}\n", style.attention(label)));
    }
    text
}
