//! Judges names of files: by themselves, and two by two.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;
use unicode_security::skeleton;

use super::{Confusable, ConfusableKind, ConfusableSeverity, Confusables, lines};
use crate::model::characters::is_ignorable;
use crate::model::{CollisionKey, NameWarning, TreePath};
use crate::text::one_line;

/// Longest part of a name in a list, in characters.
const MAX_NAME_CHARS: usize = 120;

/// What deceives about the name of a file, whether it may be created or not.
pub(crate) fn in_name(name: &str) -> Confusables {
    // What is not seen is found as everywhere.
    let mut confusables = lines::in_saying(name);
    let Ok(path) = TreePath::parse(name) else { return confusables };
    for name_warning in path.name_warnings() {
        let kind = match name_warning {
            NameWarning::Gap(_) => ConfusableKind::Gap,
            NameWarning::SlashLookAlike(_) | NameWarning::DotLookAlike(_) => ConfusableKind::LookAlike,
            NameWarning::MixedScripts(_) if !has(&confusables, ConfusableKind::LookAlike) => {
                ConfusableKind::LookAlike
            }
            // These deceive programs, not people, or were found above.
            NameWarning::LeadingDash(_) | NameWarning::LeadingTilde(_) | NameWarning::UnusualSpace(_) => {
                continue;
            }
            NameWarning::MixedScripts(_) => continue,
        };
        if kind == ConfusableKind::Gap && has(&confusables, kind) {
            continue;
        }
        confusables.add(ConfusableSeverity::Deceiving, kind, || {
            here(ConfusableSeverity::Deceiving, kind, name_warning.to_string())
        });
    }
    confusables
}

fn has(confusables: &Confusables, kind: ConfusableKind) -> bool {
    confusables.counts().any(|(_, found, _)| found == kind)
}

/// Names that look like another one of `names`, with that one: each with its number in the list.
pub(crate) fn look_alike_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<(usize, Confusables)> {
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
        let danger = if is_plain { ConfusableSeverity::Unusual } else { ConfusableSeverity::Deceiving };
        let mut confusables = Confusables::default();
        let shown = format!("looks like {}", one_line(other, MAX_NAME_CHARS));
        confusables.add(danger, ConfusableKind::LookAlike, || here(danger, ConfusableKind::LookAlike, shown));
        found.push((index, confusables));
    }
    found
}

/// How the names of two things that are no files, such as products, compare: the one answer to whether they are the same.
///
/// Who is given something asks [`NameMatch::is_same`]: whether what a patch says of another one counts, and which
/// patches a key may sign. Who is held to something asks [`NameMatch::reads_the_same`]: which rules and which highest
/// number count. So nobody gains anything by a name that looks like another one, and nobody escapes by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameMatch {
    /// One name: they differ at most in case, width, spaces or what is not seen.
    Same,
    /// Two names that are one to whoever reads them: letters of one alphabet stand for those of another.
    LookAlike,
    /// Two names. Letters and digits of the same plain alphabet stay apart, as in `Tool I` and `Tool 1`.
    Different,
}

impl NameMatch {
    pub(crate) fn between(one: &str, other: &str) -> Self {
        if one == other {
            return Self::Same;
        }
        let (one, other) = (spaced(one), spaced(other));
        let key = |name: &str| CollisionKey::of_name(name);
        let look = |name: &str| key(&skeleton(name).collect::<String>());
        let lower = |name: &str| look(&name.to_lowercase());
        let is_plain = one.is_ascii() && other.is_ascii();
        if key(&one) == key(&other) {
            Self::Same
        } else if !is_plain && (look(&one) == look(&other) || lower(&one) == lower(&other)) {
            Self::LookAlike
        } else {
            Self::Different
        }
    }

    /// Whether they are one name.
    pub(crate) fn is_same(self) -> bool {
        self == Self::Same
    }

    /// Whether one could be taken for the other.
    pub(crate) fn reads_the_same(self) -> bool {
        self != Self::Different
    }
}

/// The words of a name with one space between them, in the form that has no widths.
fn spaced(name: &str) -> String {
    let seen: String = name.nfkc().filter(|&c| !is_ignorable(c)).collect();
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn here(danger: ConfusableSeverity, kind: ConfusableKind, shown: String) -> Confusable {
    let shown = one_line(&shown, MAX_NAME_CHARS * 2);
    Confusable { kind, danger, line: 1, column: 1, byte: 0, shown }
}
