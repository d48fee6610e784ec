//! A review that was made.

use std::path::{Path, PathBuf};

use super::keys::verdict_line;
use super::list::LabelledLines;
use super::safe;
use crate::cli::render::{Style, words};
use crate::report::review as report;
use crate::workbench::{Opinion, Review, Signed};

/// What became of a review; the text itself where it went nowhere.
pub(in crate::cli) fn reviewed(
    review: &Review,
    file: &Path,
    written: &[PathBuf],
    signed: Option<&Signed>,
    style: Style,
) -> String {
    let is_hasty = review.opinion == Opinion::Approved && !report::is_whole(review);
    if written.is_empty() && signed.is_none() {
        let hasty = match is_hasty {
            true => "You approved it without looking at every change (--looked-at, --looked-at-all).\n",
            false => "",
        };
        let lost = "Nothing was saved. To save it, add --output FILE. To sign it, add --key KEY.\n";
        return format!("{}\n{}{}", report::markdown(review), style.attention(hasty), style.attention(lost));
    }
    let said = format!("Reviewed {}: {}", review.patch, review.opinion.as_str());
    let said = safe(&said);
    let mut sheet = LabelledLines::new();
    let rest = if is_hasty { ", and the review says so" } else { "" };
    sheet.line("Looked at", format!("{}{rest}", report::looked_at(review)));
    sheet.lines("Written", written.iter().map(|path| words::path_text(path)));
    match signed {
        Some(_) => sheet.line("Signed", format!("in {}", words::path_text(file))),
        None => sheet.line("Signed", "no; add --key KEY to sign it and add it to the patch file"),
    }
    let verdict = signed.map(|signed| format!("{}\n", verdict_line(&signed.inspection.verdict, style)));
    format!(
        "{}\n{}{}",
        if is_hasty { style.attention(&said) } else { style.good(&said) },
        sheet.into_text(),
        verdict.unwrap_or_default()
    )
}
