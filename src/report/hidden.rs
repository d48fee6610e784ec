//! What both front ends say about what a patch hides.

use crate::text::suspects::{Danger, SuspectKind, Suspects};
use crate::text::with_thousands;
use crate::workbench::{Hidden, HiddenCount, HiddenPlace};

use super::phrases::count;

/// `12 hidden characters`, `1 word that looks like another`.
pub fn what(kind: SuspectKind, number: u64) -> String {
    let (one, several) = match kind {
        SuspectKind::BlankLines => ("flood of empty lines", "floods of empty lines"),
        SuspectKind::Control => ("control character", "control characters"),
        SuspectKind::Direction => {
            ("character that turns the reading direction", "characters that turn the reading direction")
        }
        SuspectKind::FarChange => {
            ("change beyond the edge of the screen", "changes beyond the edge of the screen")
        }
        SuspectKind::Gap => ("text far behind a gap", "texts far behind a gap"),
        SuspectKind::Imitation => (
            "text that reads like a verdict of this program",
            "texts that read like a verdict of this program",
        ),
        SuspectKind::Invisible => ("hidden character", "hidden characters"),
        SuspectKind::LineBreak => {
            ("line break that most programs do not show", "line breaks that most programs do not show")
        }
        SuspectKind::LongLine => ("very long line", "very long lines"),
        SuspectKind::LookAlike => {
            ("word or name that looks like another", "words or names that look like others")
        }
        SuspectKind::Marks => ("pile of marks on one letter", "piles of marks on one letter"),
        SuspectKind::Unknown => ("character without a known shape", "characters without a known shape"),
    };
    format!("{} {}", with_thousands(number), if number == 1 { one } else { several })
}

/// `12 hidden characters in 3 files`.
pub fn sentence(kind: SuspectKind, found: HiddenCount) -> String {
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
pub fn kinds(hidden: &Hidden, danger: Danger) -> Option<String> {
    let found = hidden.counts().filter(|(found, ..)| *found == danger);
    let words: Vec<String> = found.map(|(_, kind, count)| what(kind, count.number)).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// The same of one file, both dangers.
pub fn in_file(found: &Suspects) -> Vec<(Danger, String)> {
    let words = |danger| {
        let all = found.counts().filter(move |(is, ..)| *is == danger);
        all.map(|(_, kind, number)| what(kind, number)).collect::<Vec<_>>().join(", ")
    };
    let both = [Danger::Deceiving, Danger::Unusual].map(|danger| (danger, words(danger)));
    both.into_iter().filter(|(_, words)| !words.is_empty()).collect()
}
