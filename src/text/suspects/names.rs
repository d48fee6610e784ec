//! Judges names of files: by themselves, and two by two.

use std::collections::HashMap;

use unicode_security::skeleton;

use super::{Danger, Suspect, SuspectKind, Suspects, lines};
use crate::model::{Oddity, TreePath};
use crate::text::one_line;

/// Longest part of a name in a list, in characters.
const MAX_NAME_CHARS: usize = 120;

/// What deceives about the name of a file, whether it may be created or not.
pub fn in_name(name: &str) -> Suspects {
    // What is not seen is found as everywhere.
    let mut suspects = lines::in_saying(name);
    let Ok(path) = TreePath::parse(name) else { return suspects };
    for oddity in path.oddities() {
        let kind = match oddity {
            Oddity::Gap(_) => SuspectKind::Gap,
            Oddity::SlashLookAlike(_) | Oddity::DotLookAlike(_) => SuspectKind::LookAlike,
            Oddity::MixedScripts(_) if !has(&suspects, SuspectKind::LookAlike) => SuspectKind::LookAlike,
            // These deceive programs, not people, or were found above.
            Oddity::LeadingDash(_) | Oddity::LeadingTilde(_) | Oddity::UnusualSpace(_) => continue,
            Oddity::MixedScripts(_) => continue,
        };
        if kind == SuspectKind::Gap && has(&suspects, kind) {
            continue;
        }
        suspects.add(Danger::Deceiving, kind, || here(Danger::Deceiving, kind, oddity.to_string()));
    }
    suspects
}

fn has(suspects: &Suspects, kind: SuspectKind) -> bool {
    suspects.counts().any(|(_, found, _)| found == kind)
}

/// Names that look like another one of `names`, with that one: each with its number in the list.
pub fn look_alike_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<(usize, Suspects)> {
    let mut first: HashMap<String, &str> = HashMap::new();
    let mut found = Vec::new();
    for (index, name) in names.into_iter().enumerate() {
        let look: String = skeleton(name).collect();
        let other = *first.entry(look).or_insert(name);
        if other == name {
            continue;
        }
        // A digit one beside a small L is mostly chance; another alphabet is not.
        let is_plain = name.is_ascii() && other.is_ascii();
        let danger = if is_plain { Danger::Unusual } else { Danger::Deceiving };
        let mut suspects = Suspects::default();
        let shown = format!("looks like {}", one_line(other, MAX_NAME_CHARS));
        suspects.add(danger, SuspectKind::LookAlike, || here(danger, SuspectKind::LookAlike, shown));
        found.push((index, suspects));
    }
    found
}

fn here(danger: Danger, kind: SuspectKind, shown: String) -> Suspect {
    let shown = one_line(&shown, MAX_NAME_CHARS * 2);
    Suspect { kind, danger, line: 1, column: 1, byte: 0, shown }
}
