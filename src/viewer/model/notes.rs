//! What a change does beside changing lines, in plain words.

use super::facts::{ContentKind, SideFacts};
use super::text::Half;
use crate::model::Mode;
use crate::report::hidden as report;
use crate::text::confusables::ConfusableSeverity;
use crate::words::{contents as words, fill};

/// A sentence about the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeNote {
    /// How much it matters.
    pub weight: NoteWeight,
    /// What it is about, in a word or two.
    pub subject: &'static str,
    /// The sentence; text of the vendor in it is escaped.
    pub sentence: String,
    /// Where to look, if it is about one place.
    pub place: Option<NotePlace>,
}

/// A place that a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotePlace {
    pub half: Half,
    /// Counted from 0.
    pub line: usize,
    /// The byte in the line, counted from 0.
    pub byte: usize,
}

/// How much a note matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteWeight {
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
            Self::Identical { verified: true } => Some(words::IDENTICAL_VERIFIED),
            Self::Identical { verified: false } => Some(words::IDENTICAL_NAMED),
            Self::SameText => Some(words::SAME_TEXT),
            Self::Different | Self::NotCompared => None,
        }
    }
}

/// Collects the notes about a change, the weightiest first.
pub(super) fn notes(before: &SideFacts, after: &SideFacts, renamed_from: Option<&str>) -> Vec<ChangeNote> {
    let mut notes = Vec::new();
    if let Some(from) = renamed_from {
        notes.push(information(words::NOTE_RENAMED, fill(words::RENAMED, &[("from", from)])));
    }
    notes.extend(kind_note(before, after));
    notes.extend(link_note(before, after));
    notes.extend(mode_note(before, after));
    notes.extend(text_notes(before, after));
    if before.is_excerpt || after.is_excerpt {
        notes.push(information(words::NOTE_EXCERPT, words::EXCERPT.to_owned()));
    }
    for (half, facts) in [(Half::Left, before), (Half::Right, after)] {
        notes.extend(facts.unavailable.as_ref().map(|reason| {
            let sentence = fill(words::NOT_SHOWN, &[("side", half.as_str()), ("why", reason)]);
            ChangeNote { weight: NoteWeight::Caution, subject: words::NOTE_NOT_SHOWN, sentence, place: None }
        }));
        notes.extend(hidden_note(half, facts));
    }
    notes.sort_by_key(|note| std::cmp::Reverse(note.weight));
    notes
}

fn information(subject: &'static str, sentence: String) -> ChangeNote {
    ChangeNote { weight: NoteWeight::Information, subject, sentence, place: None }
}

fn caution(subject: &'static str, sentence: String) -> ChangeNote {
    ChangeNote { weight: NoteWeight::Caution, ..information(subject, sentence) }
}

fn thing(kind: ContentKind) -> &'static str {
    match kind {
        ContentKind::Nothing => words::PART_NOTHING,
        ContentKind::Folder => words::PART_FOLDER,
        ContentKind::Link => words::PART_LINK,
        ContentKind::Binary | ContentKind::Picture(_) | ContentKind::Text | ContentKind::Unknown => {
            words::PART_FILE
        }
    }
}

fn kind_note(before: &SideFacts, after: &SideFacts) -> Option<ChangeNote> {
    let (old, new) = (thing(before.kind), thing(after.kind));
    Some(match (before.kind, after.kind) {
        _ if old == new => return None,
        (ContentKind::Nothing, ContentKind::Link) => {
            let to = after.points_to.as_deref().unwrap_or_default();
            information(words::NOTE_NEW, fill(words::CREATED_LINK, &[("to", to)]))
        }
        (ContentKind::Nothing, _) => information(words::NOTE_NEW, fill(words::CREATED, &[("new", new)])),
        (_, ContentKind::Nothing) => information(words::NOTE_REMOVED, fill(words::REMOVED, &[("old", old)])),
        (_, _) => caution(words::NOTE_KIND, fill(words::REPLACED, &[("new", new), ("old", old)])),
    })
}

fn link_note(before: &SideFacts, after: &SideFacts) -> Option<ChangeNote> {
    let (old, new) = (before.points_to.as_deref()?, after.points_to.as_deref()?);
    (old != new).then(|| {
        let sentence = fill(words::POINTS_ELSEWHERE, &[("new", new), ("old", old)]);
        information(words::NOTE_LINK, sentence)
    })
}

fn mode_note(before: &SideFacts, after: &SideFacts) -> Option<ChangeNote> {
    let new = after.mode?;
    let new_word = new.to_string();
    if new.is_special() && before.mode != Some(new) {
        let sentence = fill(words::SPECIAL_PERMISSION, &[("new", &new_word)]);
        return Some(caution(words::NOTE_PERMISSIONS, sentence));
    }
    let is_run = after.is_file() && new.is_executable();
    let was_run = before.is_file() && before.mode.is_some_and(Mode::is_executable);
    let Some(old) = before.mode.filter(|_| thing(before.kind) == thing(after.kind)) else {
        let note = caution(words::NOTE_PROGRAM, fill(words::PROGRAM_NEW, &[("new", &new_word)]));
        return is_run.then_some(note);
    };
    if old == new {
        return None;
    }
    let sentence = |template| fill(template, &[("old", &old.to_string()), ("new", &new_word)]);
    Some(match (was_run, is_run) {
        (false, true) => caution(words::NOTE_PROGRAM, sentence(words::PROGRAM_FROM_NOW_ON)),
        (true, false) => information(words::NOTE_PROGRAM, sentence(words::PROGRAM_NO_LONGER)),
        _ => information(words::NOTE_PERMISSIONS, sentence(words::PERMISSIONS_CHANGE)),
    })
}

fn text_notes(before: &SideFacts, after: &SideFacts) -> Vec<ChangeNote> {
    let (Some(old), Some(new)) = (&before.text, &after.text) else { return Vec::new() };
    let mut notes = Vec::new();
    // Between plain ASCII and UTF-8 there is a difference only in what is written, and that the lines show.
    let name = |text: &super::facts::TextFacts| match text.encoding {
        super::encoding::TextEncoding::Ascii => words::ENCODING_UTF_8,
        other => other.words(),
    };
    if name(old) != name(new) {
        let facts = [("old", old.encoding.words()), ("new", new.encoding.words())];
        notes.push(information(words::NOTE_ENCODING, fill(words::ENCODING_CHANGES, &facts)));
    }
    if let (Some(was), Some(is)) = (old.ends.words(), new.ends.words())
        && old.ends.kinds() != new.ends.kinds()
    {
        let sentence = fill(words::LINE_ENDS_CHANGE, &[("old", &was), ("new", &is)]);
        notes.push(information(words::NOTE_LINE_ENDS, sentence));
    }
    match (old.ends_with_newline, new.ends_with_newline) {
        _ if old.lines == 0 || new.lines == 0 => {}
        (true, false) => {
            notes.push(information(words::NOTE_END_OF_FILE, words::LINE_END_GONE.to_owned()));
        }
        (false, true) => {
            notes.push(information(words::NOTE_END_OF_FILE, words::LINE_END_NEW.to_owned()));
        }
        _ => {}
    }
    notes
}

/// What a side hides. On the right it is what the patch brings; what stood there before is told on the left.
fn hidden_note(half: Half, facts: &SideFacts) -> Option<ChangeNote> {
    let text = facts.text.as_ref()?;
    let (danger, kinds) = report::in_file(&text.hidden).into_iter().next()?;
    // The most dangerous of them; of equal ones the first.
    let of_danger = text.hidden.places.iter().filter(|place| place.danger == danger);
    let first = of_danger.min_by_key(|place| place.kind)?;
    let part = if text.is_looked_through { "" } else { words::PART_HIDDEN_IN_FIRST };
    let template = match half {
        Half::Left => words::HIDDEN_BEFORE,
        Half::Right => words::HIDDEN_AFTER,
    };
    let mut counted = text.hidden.counts().filter(|(is, ..)| *is == danger);
    let codes = if counted.any(|(_, kind, _)| kind.is_spelled_out()) { words::PART_AS_CODES } else { "" };
    let sentence = fill(template, &[("kinds", kinds.as_str()), ("part", part), ("codes", codes)]);
    let is_warning = half == Half::Right && danger == ConfusableSeverity::Deceiving;
    let weight = if is_warning { NoteWeight::Caution } else { NoteWeight::Information };
    let [line, byte] =
        [first.line.saturating_sub(1), first.byte].map(|at| usize::try_from(at).unwrap_or(usize::MAX));
    let place = Some(NotePlace { half, line, byte });
    Some(ChangeNote { weight, subject: words::NOTE_HIDDEN, sentence, place })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Digest, FileNode, LinkNode, Node};

    fn file(mode: u32) -> SideFacts {
        let file = FileNode { digest: Digest::compute(b""), size_bytes: 0, mode: Mode::new(mode) };
        SideFacts::of_node(Some(&Node::File(file)))
    }

    fn sentences(before: &SideFacts, after: &SideFacts) -> Vec<String> {
        notes(before, after, None).into_iter().map(|note| note.sentence).collect()
    }

    #[test]
    fn what_is_no_change_of_lines_is_said_in_words() {
        let nothing = SideFacts::of_node(None);
        let folder = SideFacts::of_node(Some(&Node::Dir(Mode::DIR)));
        let link = |to: &str| SideFacts::of_node(Some(&Node::Link(LinkNode { points_to: to.to_owned() })));
        let cases = [
            (&nothing, &folder, "Adds a folder."),
            (&folder, &nothing, "Deletes the folder."),
            (&nothing, &link("a\u{202e}"), r"Adds a link to a\u{202e}."),
            (&link("a"), &link("b"), "Now points to b instead of a."),
            (&file(0o644), &link("b"), "Replaces the file with a link."),
            (&file(0o644), &file(0o755), "Becomes a program that can be run (0644 → 0755)."),
            (&file(0o755), &file(0o644), "Can no longer be run as a program (0755 → 0644)."),
            (&file(0o640), &file(0o600), "Permissions change from 0640 to 0600."),
        ];
        for (before, after, sentence) in cases {
            assert_eq!(sentences(before, after), [sentence]);
        }
        assert_eq!(
            sentences(&nothing, &file(0o755)),
            ["The new file can be run as a program (0755).", "Adds a file."]
        );
        assert!(sentences(&file(0o755), &file(0o4755))[0].contains("as its owner"));
        assert!(sentences(&file(0o644), &file(0o644)).is_empty());
    }
}
