//! Finds what a text hides from its readers, or makes them take for something else: the one place that judges it.
//!
//! What is *deceiving* has no honest use where it stands: a turned reading direction, a character that is drawn as
//! nothing beside plain letters, a word in two alphabets that looks like one in one. What is merely *unusual* may
//! hide something and mostly does not: a long line, a mark of direction beside Arabic letters. What a writing system
//! or an emoji is made of is neither.
//!
//! Only what a text *brings* counts: a line that stood in the old text already is counted apart. Every pass is
//! linear in the length of both texts.

mod character;
mod imitation;
mod lines;
mod names;
mod words;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::text::one_line;

pub(crate) use lines::{FAR_COLUMNS, brings_plain_lines, in_content};
pub(crate) use names::{NameMatch, in_name, look_alike_names};

/// What a vendor's words hide, be it a line or a page; also whether they speak as if they were ours.
pub fn in_words(text: &str) -> Confusables {
    let mut confusables = lines::in_saying(text);
    if let Some((index, line)) = text.lines().enumerate().find(|(_, line)| imitation::imitates_verdict(line))
    {
        let (danger, kind) = (ConfusableSeverity::Deceiving, ConfusableKind::Imitation);
        let shown = one_line(line, MAX_SHOWN_CHARS);
        let line = index as u64 + 1;
        confusables.add(danger, kind, || Confusable { kind, danger, line, column: 1, byte: 0, shown });
    }
    confusables
}

/// Most characters of a find in a list.
const MAX_SHOWN_CHARS: usize = 120;

/// How much a find matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConfusableSeverity {
    /// It has no honest use where it stands.
    Deceiving,
    /// It is rare, and mostly harmless.
    Unusual,
}

impl ConfusableSeverity {
    /// The word for it in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            ConfusableSeverity::Deceiving => "deceiving",
            ConfusableSeverity::Unusual => "unusual",
        }
    }
}

/// What sort of thing was found, the most dangerous first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConfusableKind {
    /// A character that turns the reading direction.
    Direction,
    /// A character that is drawn as nothing.
    Invisible,
    /// A character that controls a terminal; also a carriage return within a line.
    Control,
    /// A character that ends a line for some programs only.
    LineBreak,
    /// A word that looks like another one.
    LookAlike,
    /// Words that read like our own verdict on a patch.
    Imitation,
    /// Marks piled on one character.
    Marks,
    /// Something far to the right, behind nothing but blanks.
    Gap,
    /// Something far below, behind nothing but empty lines.
    BlankLines,
    /// A change beyond the right edge of every screen.
    FarChange,
    /// A line longer than anybody reads.
    LongLine,
    /// A character without a known shape.
    Unknown,
}

impl ConfusableKind {
    /// Whether it is a character that is shown as its code, rather than something about the line.
    pub(crate) const fn is_spelled_out(self) -> bool {
        match self {
            ConfusableKind::Direction
            | ConfusableKind::Invisible
            | ConfusableKind::Control
            | ConfusableKind::LineBreak
            | ConfusableKind::Unknown => true,
            ConfusableKind::LookAlike
            | ConfusableKind::Imitation
            | ConfusableKind::Marks
            | ConfusableKind::Gap
            | ConfusableKind::BlankLines
            | ConfusableKind::FarChange
            | ConfusableKind::LongLine => false,
        }
    }

    /// The word for it in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            ConfusableKind::BlankLines => "blank-lines",
            ConfusableKind::Control => "control",
            ConfusableKind::Direction => "direction",
            ConfusableKind::FarChange => "far-change",
            ConfusableKind::Gap => "gap",
            ConfusableKind::Imitation => "imitation",
            ConfusableKind::Invisible => "invisible",
            ConfusableKind::LineBreak => "line-break",
            ConfusableKind::LongLine => "long-line",
            ConfusableKind::LookAlike => "look-alike",
            ConfusableKind::Marks => "marks",
            ConfusableKind::Unknown => "unknown",
        }
    }
}

/// One find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confusable {
    /// What sort of thing.
    pub kind: ConfusableKind,
    /// How much it matters.
    pub danger: ConfusableSeverity,
    /// The line, from 1.
    pub line: u64,
    /// The character in the line, from 1.
    pub column: u64,
    /// The byte in the line, from 0.
    pub byte: u64,
    /// What stands there, escaped and short.
    pub shown: String,
}

/// Everything that was found in one text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Confusables {
    counts: BTreeMap<(ConfusableSeverity, ConfusableKind), u64>,
    /// The first ones of each kind.
    pub places: Vec<Confusable>,
    /// How many more stood in the old text already, on lines that stay.
    pub there_before: u64,
}

impl Confusables {
    /// Most places of one kind that are listed; the count goes on. Who has seen twenty goes to the file itself.
    pub(crate) const MAX_PLACES: u64 = 20;

    /// Whether nothing was found, nor was there before.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty() && self.there_before == 0
    }

    /// How many there are of each kind that there is, the most dangerous first.
    pub fn counts(&self) -> impl Iterator<Item = (ConfusableSeverity, ConfusableKind, u64)> {
        self.counts.iter().map(|(&(danger, kind), &number)| (danger, kind, number))
    }

    /// Notes one; `suspect` is asked only where its place is going to be listed.
    fn add(
        &mut self,
        danger: ConfusableSeverity,
        kind: ConfusableKind,
        suspect: impl FnOnce() -> Confusable,
    ) {
        let count = self.counts.entry((danger, kind)).or_default();
        *count += 1;
        if *count <= Self::MAX_PLACES {
            self.places.push(suspect());
        }
    }

    /// Takes in those of another part of the same text.
    pub fn extend(&mut self, other: Confusables) {
        for place in other.places {
            let key = (place.danger, place.kind);
            // Of a flood nobody counts the list again.
            if self.counts.get(&key).is_none_or(|number| *number < Self::MAX_PLACES) {
                let listed = self.places.iter().filter(|one| (one.danger, one.kind) == key).count();
                if (listed as u64) < Self::MAX_PLACES {
                    self.places.push(place);
                }
            }
        }
        for (key, number) in other.counts {
            *self.counts.entry(key).or_default() += number;
        }
        self.there_before += other.there_before;
    }
}
