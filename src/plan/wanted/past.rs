//! What counts of a folder's history for a state file as it is now. The word of somebody whom nobody has to believe is heard,
//! and neither followed nor gone against.

use std::collections::BTreeMap;

use crate::model::Digest;

/// One thing that the history says happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HistoryEvent {
    pub what: Happened,
    pub user: String,
    pub time: String,
    /// For which word of the file, if it was for one.
    pub section: Option<Digest>,
    /// The number of its entry, where that is the word of somebody else which nobody has to believe.
    pub unbelieved: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Happened {
    /// These patches came in.
    CameIn(Vec<String>),
    /// These patches went.
    Went(Vec<String>),
    /// This switch was moved.
    Moved(String),
    /// Somebody asked that the folder be left alone.
    Held { reason: String, until: Option<String> },
    /// Nobody does any more.
    Released,
    /// Nothing of these.
    Other,
}

/// Who did something, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub user: String,
    pub time: String,
}

/// What counts of a history for a file as it is now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Past {
    /// Patches that went last, and stay out, by id; whether a failed check of the file's own try put them out.
    pub(super) out: BTreeMap<String, (Person, bool)>,
    /// Patches that a person put in last.
    pub(super) brought: BTreeMap<String, Person>,
    /// Switches that a person moved last.
    pub(super) moved: BTreeMap<String, Person>,
    /// The wish to leave the folder alone, and whose it is.
    pub(super) held: Option<(Person, String, Option<String>)>,
    /// The entries that say, and nobody has to believe it, that a patch went or a switch was moved, by its name, and that
    /// the folder is to be left alone.
    pub(super) said: BTreeMap<String, u64>,
    pub(super) said_held: Option<u64>,
    /// Whether the folder has heard of the file as it is now.
    pub knows: bool,
}

impl Past {
    /// What `events`, oldest first, say to a file whose word on the folder is `section`.
    pub fn read(events: &[HistoryEvent], section: Digest) -> Self {
        let mut past = Self::default();
        let word = |event: &HistoryEvent| event.section.filter(|_| event.unbelieved.is_none());
        let other = events.iter().rposition(|event| word(event).is_some_and(|other| other != section));
        // The first of the last events that were for this very word: from then on people knew what it asks for.
        let behind = other.map_or(0, |at| at + 1);
        let first = (behind..events.len()).find(|at| word(&events[*at]) == Some(section));
        past.knows = first.is_some();
        let since = first.unwrap_or(events.len());
        // Of a folder's first word nobody can say that it was written against what had been rolled back before.
        let since_out = if other.is_some() { since } else { 0 };
        for (at, event) in events.iter().enumerate() {
            match event.unbelieved {
                Some(entry) => past.hear(event, entry),
                None => past.take(event, at >= since, at >= since_out),
            }
        }
        past
    }

    /// Takes down what `entry` says, which is neither followed nor gone against before somebody says that it is right.
    fn hear(&mut self, event: &HistoryEvent, entry: u64) {
        match &event.what {
            Happened::Went(ids) => self.said.extend(ids.iter().map(|id| (id.clone(), entry))),
            Happened::CameIn(ids) => ids.iter().for_each(|id| _ = self.said.remove(id)),
            Happened::Moved(name) => _ = self.said.insert(name.clone(), entry),
            Happened::Held { .. } => self.said_held = Some(entry),
            Happened::Released => self.said_held = None,
            Happened::Other => {}
        }
    }

    fn take(&mut self, event: &HistoryEvent, counts: bool, counts_out: bool) {
        let person = || Person { user: event.user.clone(), time: event.time.clone() };
        let by_hand = event.section.is_none();
        match &event.what {
            Happened::CameIn(ids) => ids.iter().for_each(|id| {
                self.said.remove(id);
                self.out.remove(id);
                match by_hand && counts {
                    true => drop(self.brought.insert(id.clone(), person())),
                    false => drop(self.brought.remove(id)),
                }
            }),
            Happened::Went(ids) => ids.iter().for_each(|id| {
                self.said.remove(id);
                self.brought.remove(id);
                match counts_out {
                    true => drop(self.out.insert(id.clone(), (person(), !by_hand))),
                    false => drop(self.out.remove(id)),
                }
            }),
            Happened::Moved(name) => {
                self.said.remove(name);
                match by_hand && counts {
                    true => drop(self.moved.insert(name.clone(), person())),
                    false => drop(self.moved.remove(name)),
                }
            }
            Happened::Held { reason, until } => self.held = Some((person(), reason.clone(), until.clone())),
            Happened::Released => (self.held, self.said_held) = (None, None),
            Happened::Other => {}
        }
    }

    /// Whether somebody wishes the folder left alone, be it up to a day that is over.
    pub fn is_held(&self) -> bool {
        self.held.is_some()
    }

    /// The same without what people did: somebody says that the file is right nevertheless. Who asked that the folder be
    /// left alone is still heard.
    pub fn again(self) -> Self {
        Self {
            held: self.held,
            knows: self.knows,
            said: self.said,
            said_held: self.said_held,
            ..Self::default()
        }
    }
}
