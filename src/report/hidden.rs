//! What both front ends say about what a patch hides.

use crate::text::confusables::{ConfusableKind, ConfusableSeverity, Confusables};
use crate::text::with_thousands;
use crate::workbench::{Hidden, HiddenCount, HiddenPlace};

use super::phrases::count;

/// `12 hidden characters`, `1 word that looks like another`.
pub fn what(kind: ConfusableKind, number: u64) -> String {
    let (one, several) = match kind {
        ConfusableKind::BlankLines => ("very long run of empty lines", "very long runs of empty lines"),
        ConfusableKind::Control => ("control character", "control characters"),
        ConfusableKind::Direction => ("bidirectional control", "bidirectional controls"),
        ConfusableKind::FarChange => {
            ("change far to the right of a long line", "changes far to the right of a long line")
        }
        ConfusableKind::Gap => ("text after a long gap", "texts after a long gap"),
        ConfusableKind::Imitation => {
            ("text that imitates a verdict of this program", "texts that imitate a verdict of this program")
        }
        ConfusableKind::Invisible => ("invisible character", "invisible characters"),
        ConfusableKind::LineBreak => {
            ("line break that most programs don't show", "line breaks that most programs don't show")
        }
        ConfusableKind::LongLine => ("very long line", "very long lines"),
        ConfusableKind::LookAlike => {
            ("look-alike name (mixed alphabets)", "look-alike names (mixed alphabets)")
        }
        ConfusableKind::Marks => ("letter with many stacked marks", "letters with many stacked marks"),
        ConfusableKind::Unknown => ("character without a known shape", "characters without a known shape"),
    };
    format!("{} {}", with_thousands(number), if number == 1 { one } else { several })
}

/// `12 hidden characters in 3 files`.
pub fn sentence(kind: ConfusableKind, found: HiddenCount) -> String {
    let places = usize::try_from(found.places).unwrap_or(usize::MAX);
    format!("{} in {}", what(kind, found.number), count(places, "place", "places"))
}

/// `src/a.c:12:8: if\u{202e} admin`. Escaped.
pub fn place(place: &HiddenPlace) -> String {
    let suspect = &place.suspect;
    match place.at {
        crate::workbench::HiddenIn::File(_) => {
            format!("{}:{}:{}: {}", place.at.phrase(), suspect.line, suspect.column, suspect.shown)
        }
        _ => format!("{}: {}", place.at.phrase(), suspect.shown),
    }
}

/// `3 files`.
pub fn files(number: u64) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), "file", "files")
}

/// All kinds of that danger, in one line; `None` if there are none.
pub fn kinds(hidden: &Hidden, danger: ConfusableSeverity) -> Option<String> {
    let found = hidden.counts().filter(|(found, ..)| *found == danger);
    let words: Vec<String> = found.map(|(_, kind, count)| what(kind, count.number)).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// The same of one file, both dangers.
pub(crate) fn in_file(found: &Confusables) -> Vec<(ConfusableSeverity, String)> {
    let words = |danger| {
        let all = found.counts().filter(move |(is, ..)| *is == danger);
        all.map(|(_, kind, number)| what(kind, number)).collect::<Vec<_>>().join(", ")
    };
    let both =
        [ConfusableSeverity::Deceiving, ConfusableSeverity::Unusual].map(|danger| (danger, words(danger)));
    both.into_iter().filter(|(_, words)| !words.is_empty()).collect()
}
