//! Brings an edit made here and the change of a patch together: by lines, or, where lines clash in a file of keys and
//! values, by key. What cannot be done without a guess is left to a person.

mod keys;
mod lines;

use std::ops::Range;

pub use lines::draft;
pub(crate) use lines::{MAX_MERGE_BYTES, Unmergeable};

use keys::{KeyFormat, KeyMerge};
use lines::{LineMerge, merge_lines};

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MergedBy {
    /// Line by line: nowhere did both change the same lines.
    Lines,
    /// By the keys of a file of keys and values, because the lines clashed: these keys took the patch's value, came or
    /// went.
    Keys(Vec<String>),
}

/// Merges the edits that turned `base` into `mine` and into `theirs`; `name` is the file's, and says whether it is a
/// file of keys and values. A result in such a file has the form that it had on all three sides.
///
/// # Errors
/// If the contents are no text, or too large.
pub fn merge(name: &str, base: &[u8], mine: &[u8], theirs: &[u8]) -> Result<Merge, Unmergeable> {
    let by_lines = merge_lines(base, mine, theirs)?;
    let format = KeyFormat::from_name(name)
        .filter(|format| [base, mine, theirs].iter().all(|content| format.reads(content)));
    let clashes = match (by_lines, format) {
        (LineMerge::Clean(content), None) => return Ok(Merge::Clean { content, by: MergedBy::Lines }),
        (LineMerge::Clean(content), Some(format)) if format.reads(&content) => {
            return Ok(Merge::Clean { content, by: MergedBy::Lines });
        }
        // Lines that fit together can still make nonsense: the same key twice, or a list without a comma.
        (LineMerge::Clean(_), Some(_)) => {
            vec!["the lines fit together, but the result cannot be read".to_owned()]
        }
        (LineMerge::Clashes(clashes), _) => clashes.iter().map(|clash| in_words(&clash.mine)).collect(),
    };
    Ok(match format.map(|format| keys::merge(format, base, mine, theirs)) {
        Some(KeyMerge::Clean { content, keys }) => Merge::Clean { content, by: MergedBy::Keys(keys) },
        Some(KeyMerge::Clashes(keys)) => Merge::Clashes(keys),
        Some(KeyMerge::Impossible) | None => Merge::Clashes(clashes),
    })
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
