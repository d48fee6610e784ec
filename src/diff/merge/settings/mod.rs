//! Merges files of settings by what they say: what is meant is worked out from the values on all three sides, and a
//! merged text counts only if reading it gives exactly that.
//!
//! A text that names a key twice, or that two programs may read in two ways, is not read, and not merged.

mod edit;
mod meaning;

use super::lines::{LineMerge, merge_lines};
use super::{Merge, MergedBy, Unmergeable, in_words};
use crate::diff::settings::{Format, Side};

/// Merges settings: line by line where that gives what is meant, else by key, else not.
///
/// # Errors
/// If one of them cannot be read for certain, or not be compared.
pub(super) fn merge(format: Format, base: &[u8], mine: &[u8], theirs: &[u8]) -> Result<Merge, Unmergeable> {
    let (base_text, base_sheet) = format.read_certain("the original", base)?;
    let (my_text, my_sheet) = format.read_certain("your file", mine)?;
    let (their_text, their_sheet) = format.read_certain("the patch's file", theirs)?;
    let meant = match meaning::work_out(base_sheet.root(), my_sheet.root(), their_sheet.root()) {
        Ok(meant) => meant,
        Err(keys) => return Ok(Merge::Clashes(keys)),
    };
    let says_it = |content: &[u8]| {
        format.read_certain("the result", content).is_ok_and(|(_, sheet)| meant.is(sheet.root()))
    };
    let clashes = match merge_lines(base, mine, theirs) {
        Ok(LineMerge::Clean(content)) if says_it(&content) => {
            return Ok(Merge::Clean { content, by: MergedBy::CheckedLines });
        }
        // Lines that fit together can still say what nobody meant: a key that moved to another section.
        Ok(LineMerge::Clean(_)) => vec!["the merged lines don't have the intended values".to_owned()],
        Ok(LineMerge::Clashes(clashes)) => clashes.iter().map(|clash| in_words(&clash.mine)).collect(),
        Err(reason) => vec![reason.to_string()],
    };
    let is_one_encoding = my_text.is_bytes == their_text.is_bytes;
    let sides = [
        Side { text: &base_text.text, sheet: &base_sheet },
        Side { text: &my_text.text, sheet: &my_sheet },
        Side { text: &their_text.text, sheet: &their_sheet },
    ];
    let edited = if is_one_encoding { edit::edited(format, sides, &meant) } else { None };
    Ok(match edited.and_then(|text| my_text.bytes_of(&text)).filter(|content| says_it(content)) {
        Some(content) => Merge::Clean { content, by: MergedBy::Keys(meant.taken()) },
        None => Merge::Clashes(clashes),
    })
}

#[cfg(test)]
mod tests;
