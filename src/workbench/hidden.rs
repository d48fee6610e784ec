//! What a patch hides, wherever it was found: in the vendor's words, in names, and in the contents it brings.

use std::collections::BTreeMap;

use crate::text::confusables::{
    Confusable, ConfusableKind, ConfusableSeverity, Confusables, in_name, look_alike_names,
};
use crate::text::escape_line;

/// Where something is hidden. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum HiddenIn {
    /// In what the vendor says, in this field of the manifest.
    Words(String),
    /// In the name of this file.
    Name(String),
    /// In the content of this file.
    File(String),
}

impl HiddenIn {
    /// `src/a.c`, `the name x`, `the field title`.
    pub fn phrase(&self) -> String {
        match self {
            HiddenIn::Words(field) => format!("the words of {field}"),
            HiddenIn::Name(name) => format!("the name {name}"),
            HiddenIn::File(path) => path.clone(),
        }
    }
}

/// One place that is worth a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HiddenPlace {
    pub at: HiddenIn,
    pub(crate) suspect: Confusable,
}

impl HiddenPlace {
    /// How bad it is.
    pub(crate) fn danger(&self) -> ConfusableSeverity {
        self.suspect.danger
    }
}

/// How often something of one kind was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HiddenCount {
    /// How often.
    pub number: u64,
    /// In how many files, names and fields.
    pub places: u64,
}

/// Everything a patch hides, or that is made to be taken for something else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hidden {
    counts: BTreeMap<(ConfusableSeverity, ConfusableKind), HiddenCount>,
    /// The first places of each kind.
    pub places: Vec<HiddenPlace>,
    /// How many more stand on lines that the old files have already, of the files in which something was found.
    pub there_before: u64,
    /// How many files may be text and were not looked through: they are too large, too many, or not at hand.
    pub(crate) not_looked_through: u64,
}

impl Hidden {
    /// How many there are of each kind that there is, the most dangerous first.
    pub fn counts(&self) -> impl Iterator<Item = (ConfusableSeverity, ConfusableKind, HiddenCount)> {
        self.counts.iter().map(|(&(danger, kind), &count)| (danger, kind, count))
    }

    /// How many matter that much.
    pub fn number(&self, danger: ConfusableSeverity) -> u64 {
        self.counts().filter(|(found, ..)| *found == danger).map(|(.., count)| count.number).sum()
    }

    /// The listed places of one kind that matter that much.
    pub(crate) fn places_of(
        &self,
        danger: ConfusableSeverity,
        kind: ConfusableKind,
    ) -> impl Iterator<Item = &HiddenPlace> {
        self.places.iter().filter(move |place| (place.suspect.danger, place.suspect.kind) == (danger, kind))
    }

    /// Takes in what was found at one place.
    pub(crate) fn add(&mut self, at: &HiddenIn, found: Confusables) {
        self.there_before += found.there_before;
        for (danger, kind, number) in found.counts() {
            let count = self.counts.entry((danger, kind)).or_default();
            count.number += number;
            count.places += 1;
        }
        for suspect in found.places {
            let listed = self.places_of(suspect.danger, suspect.kind).count() as u64;
            if listed < Confusables::MAX_PLACES {
                self.places.push(HiddenPlace { at: at.clone(), suspect });
            }
        }
    }

    /// Takes in what another patch hides.
    pub(crate) fn merge(&mut self, other: Hidden) {
        for (key, count) in other.counts {
            let sum = self.counts.entry(key).or_default();
            sum.number += count.number;
            sum.places += count.places;
        }
        for place in other.places {
            let listed = self.places_of(place.suspect.danger, place.suspect.kind).count() as u64;
            if listed < Confusables::MAX_PLACES {
                self.places.push(place);
            }
        }
        self.there_before += other.there_before;
        self.not_looked_through += other.not_looked_through;
    }

    /// Looks at the names of files, each by itself and all beside each other.
    pub(crate) fn look_at_names<'n>(&mut self, names: impl Iterator<Item = &'n str> + Clone) {
        let shown = |name: &str| HiddenIn::Name(escape_line(name).into_owned());
        for name in names.clone() {
            // Nearly all names are plain, and those of large patches are many.
            let is_plain = |byte: u8| matches!(byte, b'!'..=b'~');
            if !name.bytes().all(is_plain) {
                self.add(&shown(name), in_name(name));
            }
        }
        let all: Vec<&str> = names.collect();
        for (index, found) in look_alike_names(all.iter().copied()) {
            self.add(&shown(all[index]), found);
        }
    }
}
