//! Brings an edit made here and the change of a patch together: settings by what they say, other texts by lines. What
//! cannot be done without a guess is left to a person.

mod lines;
mod settings;

use std::ops::Range;

use super::carry::{NotCarried, carry_lines};
use super::line_ends::with_line_ends_alike;
pub use lines::draft;
pub(crate) use lines::{MAX_MERGE_BYTES, Unmergeable, line_ends};
pub(crate) use lines::{MergePart, merge_parts};

use crate::diff::settings::Format;
use lines::{LineMerge, merge_lines, undisputed};

/// What came of a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Merge {
    /// Both edits fit together.
    Clean {
        /// The result.
        content: Vec<u8>,
        /// How it was found.
        by: MergedBy,
    },
    /// Both changed the same places in different ways; each place in words, as it is in the file that was edited.
    Clashes(Vec<String>),
}

/// How a merged content was found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MergedBy {
    /// Line by line: nowhere did both change the same lines. What they say to a program nobody knows.
    Lines,
    /// Line by line, and what the result says is what the values on all sides come to.
    CheckedLines,
    /// By the keys of settings, because the lines clashed or came to something else: these keys took the patch's value,
    /// came or went.
    Keys(Vec<String>),
}

/// Merges the edits that turned `base` into `mine` and into `theirs`; `name` is the file's, and tells settings whose
/// form is known from other texts.
///
/// # Errors
/// If the contents are no text, or too large, or settings that cannot be read for certain.
pub fn merge(name: &str, base: &[u8], mine: &[u8], theirs: &[u8]) -> Result<Merge, Unmergeable> {
    if let Some(one) = undisputed(base, mine, theirs)? {
        return Ok(Merge::Clean { content: one.to_vec(), by: MergedBy::Lines });
    }
    if let Some(format) = Format::detect(name, [base, mine, theirs]) {
        return settings::merge(format, base, mine, theirs);
    }
    // Such a name only tells that a file may be one of settings: what is none is a text like any other.
    if let Some(format) = Format::of_keys(name, base)
        && let Ok(merged) = settings::merge(format, base, mine, theirs)
    {
        return Ok(merged);
    }
    Ok(match merge_lines(base, mine, theirs)? {
        LineMerge::Clean(content) => Merge::Clean { content, by: MergedBy::Lines },
        LineMerge::Clashes(clashes) => {
            Merge::Clashes(clashes.iter().map(|clash| in_words(&clash.mine)).collect())
        }
    })
}

/// What keeps two changes of a file of settings apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeptApart {
    /// At least one line between them that neither touches.
    Lines,
    /// That they are of other keys, as for whoever edits by key.
    Keys,
}

/// `onto`, which came from `base`, with the change from `base` to `changed` made to it as well: the one door for whoever
/// lays one change on another. In a file of settings the result says what is meant on all sides; of other texts nobody
/// knows what they say.
///
/// # Errors
/// [`NotCarried`] where that cannot be had without a guess.
pub(crate) fn carry_over(
    name: &str,
    [base, changed, onto]: [&[u8]; 3],
    apart: KeptApart,
) -> Result<Vec<u8>, NotCarried> {
    let [base, onto, changed] = &with_line_ends_alike([base, onto, changed]);
    let (base, onto, changed) = (&**base, &**onto, &**changed);
    let carried = carry_lines(base, changed, onto);
    let is_text =
        Format::detect(name, [base, onto, changed]).or_else(|| Format::of_keys(name, base)).is_none();
    match &carried {
        _ if is_text => return carried,
        Err(NotCarried::Lines(_)) if apart == KeptApart::Keys => {}
        Err(_) => return carried,
        Ok(_) => {}
    }
    match merge(name, base, onto, changed) {
        Ok(Merge::Clean { content, by: MergedBy::CheckedLines | MergedBy::Keys(_) }) => Ok(content),
        // Both made the same change, or the name only seemed to be one of settings.
        Ok(Merge::Clean { by: MergedBy::Lines, .. }) => carried,
        Ok(Merge::Clashes(_)) | Err(_) => carried.and(Err(NotCarried::NotMeant)),
    }
}

/// Lines in the words of an editor, which counts them from 1.
fn in_words(lines: &Range<usize>) -> String {
    match lines.len() {
        0 if lines.start == 0 => "before the first line".to_owned(),
        0 => format!("after line {}", lines.start),
        1 => format!("line {}", lines.end),
        _ => format!("lines {} to {}", lines.start + 1, lines.end),
    }
}
