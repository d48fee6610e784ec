//! What a change does beside changing lines, in plain words.

use super::facts::{Facts, Kind};
use super::hidden::HiddenPlace;
use super::text::Half;
use crate::model::Mode;
use crate::text::with_thousands;

/// A sentence about the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// How much it matters.
    pub weight: Weight,
    /// What it is about, in a word or two.
    pub subject: &'static str,
    /// The sentence; text of the vendor in it is escaped.
    pub sentence: String,
    /// Where to look, if it is about one place.
    pub place: Option<(Half, HiddenPlace)>,
}

/// How much a note matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Good to know.
    Information,
    /// Look at it before you go on.
    Caution,
}

/// How equal both sides are, and how that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Equality {
    /// The same bytes.
    Identical {
        /// Whether both contents were read and hashed, rather than named with the same SHA-256 by the patch.
        verified: bool,
    },
    /// The same characters, stored as other bytes: encoding, byte order mark or line ends differ.
    SameText,
    /// Different bytes.
    Different,
    /// There are not two files to compare.
    NotCompared,
}

impl Equality {
    /// The sentence for it, if there is something to say.
    pub fn sentence(self) -> Option<&'static str> {
        match self {
            Self::Identical { verified: true } => Some("Byte-identical, verified by SHA-256"),
            Self::Identical { verified: false } => {
                Some("Byte-identical: the patch names the same SHA-256 for both")
            }
            Self::SameText => Some("Same text, different bytes"),
            Self::Different | Self::NotCompared => None,
        }
    }
}

/// Collects the notes about a change, the weightiest first.
pub(super) fn notes(before: &Facts, after: &Facts, renamed_from: Option<&str>) -> Vec<Note> {
    let mut notes = Vec::new();
    if let Some(from) = renamed_from {
        notes.push(information("Renamed", format!("Was called {from} before.")));
    }
    notes.extend(kind_note(before, after));
    notes.extend(link_note(before, after));
    notes.extend(mode_note(before, after));
    notes.extend(text_notes(before, after));
    for (half, facts) in [(Half::Left, before), (Half::Right, after)] {
        notes.extend(facts.unavailable.as_ref().map(|reason| {
            let sentence = format!("The content {} cannot be shown: {reason}.", half.word());
            Note { weight: Weight::Caution, subject: "Not shown", sentence, place: None }
        }));
        notes.extend(hidden_note(half, facts));
    }
    notes.sort_by_key(|note| std::cmp::Reverse(note.weight));
    notes
}

fn information(subject: &'static str, sentence: String) -> Note {
    Note { weight: Weight::Information, subject, sentence, place: None }
}

fn caution(subject: &'static str, sentence: String) -> Note {
    Note { weight: Weight::Caution, ..information(subject, sentence) }
}

fn thing(kind: Kind) -> &'static str {
    match kind {
        Kind::Nothing => "nothing",
        Kind::Folder => "folder",
        Kind::Link => "link",
        Kind::Binary | Kind::Picture(_) | Kind::Text | Kind::Unknown => "file",
    }
}

fn kind_note(before: &Facts, after: &Facts) -> Option<Note> {
    let (old, new) = (thing(before.kind), thing(after.kind));
    Some(match (before.kind, after.kind) {
        _ if old == new => return None,
        (Kind::Nothing, Kind::Folder) => information("New", "A folder is created.".to_owned()),
        (Kind::Nothing, Kind::Link) => {
            let to = after.points_to.as_deref().unwrap_or_default();
            information("New", format!("A link to {to} is created."))
        }
        (Kind::Nothing, _) => information("New", format!("A {new} is created.")),
        (_, Kind::Nothing) => information("Removed", format!("The {old} is removed.")),
        (_, _) => caution("Kind", format!("A {new} takes the place of the {old}.")),
    })
}

fn link_note(before: &Facts, after: &Facts) -> Option<Note> {
    let (old, new) = (before.points_to.as_deref()?, after.points_to.as_deref()?);
    (old != new).then(|| information("Link", format!("Points to {new} instead of {old}.")))
}

fn mode_note(before: &Facts, after: &Facts) -> Option<Note> {
    let new = after.mode?;
    if new.is_special() && before.mode != Some(new) {
        let sentence = format!("Gets a special permission ({new}): it can run with the rights of its owner.");
        return Some(caution("Permissions", sentence));
    }
    let is_run = after.is_file() && new.is_executable();
    let was_run = before.is_file() && before.mode.is_some_and(Mode::is_executable);
    match before.mode.filter(|_| thing(before.kind) == thing(after.kind)) {
        None if is_run => Some(caution("Program", format!("The new file may be run as a program ({new})."))),
        None => None,
        Some(old) if old == new => None,
        Some(old) if is_run && !was_run => {
            Some(caution("Program", format!("May be run as a program from now on ({old} → {new}).")))
        }
        Some(old) if was_run && !is_run => {
            Some(information("Program", format!("Can no longer be run as a program ({old} → {new}).")))
        }
        Some(old) => Some(information("Permissions", format!("Permissions change from {old} to {new}."))),
    }
}

fn text_notes(before: &Facts, after: &Facts) -> Vec<Note> {
    let (Some(old), Some(new)) = (&before.text, &after.text) else { return Vec::new() };
    let mut notes = Vec::new();
    // Between plain ASCII and UTF-8 there is a difference only in what is written, and that the lines show.
    let name = |text: &super::facts::TextFacts| match text.encoding {
        super::encoding::Encoding::Ascii => "UTF-8",
        other => other.words(),
    };
    if name(old) != name(new) {
        let sentence =
            format!("The encoding changes from {} to {}.", old.encoding.words(), new.encoding.words());
        notes.push(information("Encoding", sentence));
    }
    if let (Some(was), Some(is)) = (old.ends.words(), new.ends.words())
        && old.ends.kinds() != new.ends.kinds()
    {
        notes.push(information("Line ends", format!("The line ends change from {was} to {is}.")));
    }
    match (old.ends_with_newline, new.ends_with_newline) {
        _ if old.lines == 0 || new.lines == 0 => {}
        (true, false) => {
            notes.push(information("End of file", "The last line loses its line end.".to_owned()));
        }
        (false, true) => {
            notes.push(information("End of file", "The last line gets a line end.".to_owned()));
        }
        _ => {}
    }
    notes
}

fn hidden_note(half: Half, facts: &Facts) -> Option<Note> {
    let text = facts.text.as_ref()?;
    let hidden = &text.hidden;
    let first = hidden.places.first()?;
    let parts: Vec<_> =
        hidden.by_kind().map(|(kind, count)| format!("{} {}", with_thousands(count), kind.words())).collect();
    let scope = if text.is_looked_through { "" } else { " in its first part" };
    let count = hidden.count();
    let sentence = format!(
        "The text {}{scope} has {} character{} that nobody would see: {}. Each is spelled out below.",
        half.word(),
        with_thousands(count),
        if count == 1 { "" } else { "s" },
        parts.join(", "),
    );
    let weight = if half == Half::Right { Weight::Caution } else { Weight::Information };
    Some(Note { weight, subject: "Hidden characters", sentence, place: Some((half, *first)) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Digest, FileNode, LinkNode, Node};

    fn file(mode: u32) -> Facts {
        let file = FileNode { digest: Digest::of(b""), size_bytes: 0, mode: Mode::new(mode) };
        Facts::of_node(Some(&Node::File(file)))
    }

    fn sentences(before: &Facts, after: &Facts) -> Vec<String> {
        notes(before, after, None).into_iter().map(|note| note.sentence).collect()
    }

    #[test]
    fn what_is_no_change_of_lines_is_said_in_words() {
        let nothing = Facts::of_node(None);
        let folder = Facts::of_node(Some(&Node::Dir(Mode::DIR)));
        let link = |to: &str| Facts::of_node(Some(&Node::Link(LinkNode { points_to: to.to_owned() })));
        let cases = [
            (&nothing, &folder, "A folder is created."),
            (&folder, &nothing, "The folder is removed."),
            (&nothing, &link("a\u{202e}"), r"A link to a\u{202e} is created."),
            (&link("a"), &link("b"), "Points to b instead of a."),
            (&file(0o644), &link("b"), "A link takes the place of the file."),
            (&file(0o644), &file(0o755), "May be run as a program from now on (0644 → 0755)."),
            (&file(0o755), &file(0o644), "Can no longer be run as a program (0755 → 0644)."),
            (&file(0o640), &file(0o600), "Permissions change from 0640 to 0600."),
        ];
        for (before, after, sentence) in cases {
            assert_eq!(sentences(before, after), [sentence]);
        }
        assert_eq!(
            sentences(&nothing, &file(0o755)),
            ["The new file may be run as a program (0755).", "A file is created."]
        );
        assert!(sentences(&file(0o755), &file(0o4755))[0].contains("rights of its owner"));
        assert!(sentences(&file(0o644), &file(0o644)).is_empty());
    }
}
