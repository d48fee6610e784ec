//! Which patches are in the product: every entry replayed, oldest first.
//!
//! A patch keeps its place in the order in which patches came, also when it went and came back, so that what was
//! taken back is exactly what was there before.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Action, Entry, Gone, Installed, Ledger, PatchNote};
use crate::model::{LayerKey, Step};

/// One patch in the product, without its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LayerSlot {
    /// Which patch.
    pub key: LayerKey,
    /// The entry whose backups undo it.
    pub undo_entry: u64,
    /// Whether it was kept for good.
    pub accepted: bool,
    /// What replaced it, and whether its changes stayed below that.
    pub(crate) superseded: Option<(LayerKey, bool)>,
}

impl LayerSlot {
    const fn moved_by(&self, entry: &Entry) -> MovedLayer {
        MovedLayer { key: self.key, undo_entry: self.undo_entry, at: entry.seq }
    }
}

/// What a patch changed went from below others, or came back below them, in entry `at`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MovedLayer {
    /// Which patch.
    pub key: LayerKey,
    /// The entry whose backups would have undone it.
    pub undo_entry: u64,
    /// The entry that did it.
    pub at: u64,
}

/// The patches in the product, in the order in which they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Layers {
    /// The patches, replaced ones among them.
    pub slots: Vec<LayerSlot>,
    /// Everything that moved below others since, as far as it was not undone.
    pub moved: Vec<MovedLayer>,
}

impl Ledger {
    /// The patches in the product.
    pub(crate) fn layers(&self) -> Layers {
        let mut replay = Replay::new(self);
        replay.take_through(u64::MAX);
        replay.now
    }

    /// The patches that are in the product, replaced ones among them, in the order in which they came in.
    pub fn installed(&self) -> Vec<Installed> {
        let installed = |slot: LayerSlot| {
            let entry = self.entry(slot.key.entry)?;
            Some(Installed {
                key: slot.key,
                patch: entry.patches().get(slot.key.part).copied()?.clone(),
                applied: slot.key.entry,
                undo_entry: slot.undo_entry,
                time: entry.time.clone(),
                accepted: slot.accepted,
                replaced_by: slot.superseded.and_then(|(by, _)| self.note(by)).map(|note| note.id.clone()),
            })
        };
        self.layers().slots.into_iter().filter_map(installed).collect()
    }

    /// The patch that came as `key`.
    pub fn note(&self, key: LayerKey) -> Option<&PatchNote> {
        self.entry(key.entry)?.patches().get(key.part).copied()
    }

    /// What the patch `key` alone changed, which the backups of `undo_entry` undo.
    pub(crate) fn steps_of(&self, key: LayerKey, undo_entry: u64) -> Arc<[Step]> {
        // Taken out and brought back, it left what the entry that brought it back says.
        let entry = self.entry(undo_entry).filter(|_| undo_entry != key.entry);
        let entry = entry.or_else(|| self.entry(key.entry));
        entry.map(|entry| entry.steps_of_part(key.part)).unwrap_or_default()
    }
}

/// What an entry comes to that undoes another one, which may itself have undone a third.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// A patch went.
    Went,
    /// A patch that had gone came back.
    CameBack,
    Repaired,
    RepairUndone,
    /// A switch was moved.
    Switched,
    SwitchedBack,
}

impl Turn {
    /// What taking it back comes to.
    pub(crate) const fn reversed(self) -> Self {
        match self {
            Turn::Went => Turn::CameBack,
            Turn::CameBack => Turn::Went,
            Turn::Repaired => Turn::RepairUndone,
            Turn::RepairUndone => Turn::Repaired,
            Turn::Switched => Turn::SwitchedBack,
            Turn::SwitchedBack => Turn::Switched,
        }
    }
}

/// The same of every entry of a history, each worked out from an earlier one: a patch may have gone and come back
/// thousands of times.
pub(crate) struct Turns {
    origins: BTreeMap<u64, ReversalRoot>,
}

/// Where a chain of entries begins, each of which takes back the one before.
#[derive(Clone, Copy)]
struct ReversalRoot {
    entry: u64,
    action: Action,
    is_even: bool,
}

impl ReversalRoot {
    const fn turn(self) -> Turn {
        let first = match self.action {
            Action::Repair => Turn::Repaired,
            Action::Toggle => Turn::Switched,
            Action::Rollback => Turn::Went,
            _ => Turn::CameBack,
        };
        if self.is_even { first } else { first.reversed() }
    }
}

impl Turns {
    pub fn new(entries: &[Entry]) -> Self {
        let mut origins: BTreeMap<u64, ReversalRoot> = BTreeMap::new();
        for entry in entries {
            // Only what came before: a history can say anything.
            let reversed = entry.reverses.filter(|seq| entry.action == Action::Rollback && *seq < entry.seq);
            let origin = match reversed.and_then(|seq| origins.get(&seq)) {
                Some(before) => ReversalRoot { is_even: !before.is_even, ..*before },
                None => ReversalRoot { entry: entry.seq, action: entry.action, is_even: true },
            };
            origins.insert(entry.seq, origin);
        }
        Self { origins }
    }

    /// What `entry`, which is one of them, comes to.
    pub fn of(&self, entry: &Entry) -> Turn {
        self.origins.get(&entry.seq).map_or(Turn::Went, |origin| origin.turn())
    }

    /// The entry that `entry` undoes in the end; `None` if it reapplies that one, or undoes none.
    pub(crate) fn undone_by(&self, entry: &Entry) -> Option<u64> {
        self.origins.get(&entry.seq).filter(|origin| !origin.is_even).map(|origin| origin.entry)
    }
}

impl Entry {
    /// The patches that it brought, if it brought any.
    pub(crate) fn layer_keys(&self) -> impl Iterator<Item = LayerKey> {
        let entry = self.seq;
        (0..self.parts.len().max(1)).map(move |part| LayerKey { entry, part })
    }

    /// What one of the patches that it brought did.
    pub(crate) fn steps_of_part(&self, part: usize) -> Arc<[Step]> {
        let part = self.parts.get(part).filter(|_| self.action == Action::Apply);
        Arc::clone(part.map_or(&self.steps, |part| &part.steps))
    }

    /// What it comes to in a history of `entries`.
    pub(crate) fn turn(&self, entries: &[Entry]) -> Turn {
        let (first, is_even) = self.first_of_chain(entries);
        ReversalRoot { entry: first.seq, action: first.action, is_even }.turn()
    }

    /// The entry with which a chain begins that ends with this one, each of them taking back the one before; and whether
    /// this one makes that entry true again.
    pub(super) fn first_of_chain<'a>(&'a self, entries: &'a [Entry]) -> (&'a Self, bool) {
        let (mut at, mut is_even) = (self, true);
        while at.action == Action::Rollback
            && let Some(seq) = at.reverses
            // Only what came before: a history can say anything.
            && let Ok(before) = entries.binary_search_by_key(&seq, |other| other.seq)
            && let Some(before) = entries.get(before).filter(|_| seq < at.seq)
        {
            (at, is_even) = (before, !is_even);
        }
        (at, is_even)
    }

    /// Whom its patches name to be asked, each once.
    pub(crate) fn contacts(&self) -> Vec<String> {
        contacts_of(self.patches())
    }

    /// The patches that it is about, in the order in which they came or went.
    pub fn patches(&self) -> Vec<&PatchNote> {
        match self.parts.is_empty() {
            true => self.patch.iter().collect(),
            false => self.parts.iter().map(|part| &part.patch).collect(),
        }
    }

    /// What it is about: its patches, or the switch of one.
    pub(crate) fn subject(&self) -> String {
        let ids: Vec<&str> = self.patches().iter().map(|patch| patch.id.as_str()).collect();
        match &self.toggle {
            Some(note) => format!("{}/{}", ids.join(", "), note.id),
            None => ids.join(", "),
        }
    }

    /// Whether it says something that the first generation of programs does not understand.
    pub fn is_of_second_generation(&self) -> bool {
        !self.parts.is_empty()
            || !self.out.is_empty()
            || !self.vouched.is_empty()
            || !self.overrides.is_empty()
            || self.action == Action::Repair
    }

    /// Whether it says something that also the second generation does not understand.
    pub(crate) fn is_of_third_generation(&self) -> bool {
        !self.scripts.is_empty() || self.action == Action::Scripts
    }

    /// Whether it says something that also the third generation does not understand.
    pub(crate) fn is_of_fourth_generation(&self) -> bool {
        self.toggle.is_some() || self.action == Action::Toggle
    }
}

/// Whom `patches` name to be asked, each once.
pub(crate) fn contacts_of<'a>(patches: impl IntoIterator<Item = &'a PatchNote>) -> Vec<String> {
    let mut contacts = Vec::new();
    for note in patches {
        let Some(contact) = &note.contact else { continue };
        let whom = format!("{} ({})", note.vendor.raw(), contact.raw());
        if !contacts.contains(&whom) {
            contacts.push(whom);
        }
    }
    contacts
}

/// The patches as they are after one entry after the other.
pub(super) struct Replay<'a> {
    ledger: &'a Ledger,
    now: Layers,
    /// As they were before the newest change, which is what taking it back makes them again.
    before: Layers,
    /// The newest change.
    last: u64,
    /// How many entries were taken in.
    taken: usize,
}

impl<'a> Replay<'a> {
    pub fn new(ledger: &'a Ledger) -> Self {
        Self { ledger, now: Layers::default(), before: Layers::default(), last: 0, taken: 0 }
    }

    /// Takes in what was not taken in yet, up to the entry `seq`.
    pub(crate) fn take_through(&mut self, seq: u64) {
        for entry in self.ledger.entries().iter().skip(self.taken).take_while(|entry| entry.seq <= seq) {
            self.step(entry);
            self.taken += 1;
        }
    }

    /// Which patches are there, replaced ones among them.
    pub fn keys(&self) -> BTreeSet<LayerKey> {
        self.now.slots.iter().map(|slot| slot.key).collect()
    }

    fn step(&mut self, entry: &Entry) {
        match entry.action {
            Action::Apply => self.came(entry),
            Action::Rollback if entry.out.is_empty() => self.taken_back(entry),
            Action::Rollback => self.went(entry),
            Action::Accept => {
                for layers in [&mut self.now, &mut self.before] {
                    accept(self.ledger, layers, entry);
                }
                return;
            }
            Action::Repair | Action::PutBack | Action::Checked | Action::Scripts | Action::Toggle => return,
        }
        self.last = entry.seq;
    }

    /// Keeps what is there, if the next change takes `entry` back: with thousands of patches that costs.
    fn keep_before(&mut self, entry: &Entry) {
        let mut following = self.ledger.entries().iter().skip(self.taken + 1);
        let next = following.find(|next| matches!(next.action, Action::Apply | Action::Rollback));
        let takes_it_back = |next: &Entry| {
            next.action == Action::Rollback && next.out.is_empty() && next.reverses == Some(entry.seq)
        };
        if next.is_some_and(takes_it_back) {
            self.before = self.now.clone();
        }
    }

    fn came(&mut self, entry: &Entry) {
        self.keep_before(entry);
        for part in 0..entry.patches().len() {
            let key = LayerKey { entry: entry.seq, part };
            for retires in entry.parts.get(part).iter().flat_map(|part| &part.retires) {
                let old = retires.key();
                for slot in self.now.slots.iter_mut().filter(|slot| slot.key == old) {
                    slot.superseded = Some((key, retires.stays));
                    if !retires.stays {
                        self.now.moved.push(slot.moved_by(entry));
                    }
                }
            }
            self.now.slots.push(LayerSlot { key, undo_entry: entry.seq, accepted: false, superseded: None });
        }
    }

    fn went(&mut self, entry: &Entry) {
        self.keep_before(entry);
        let out: BTreeSet<LayerKey> = entry.out.iter().map(|gone| Gone::key(*gone)).collect();
        let gone = self.now.slots.extract_if(.., |slot| out.contains(&slot.key));
        let mut moved: Vec<MovedLayer> = gone.map(|slot| slot.moved_by(entry)).collect();
        for slot in &mut self.now.slots {
            if let Some((by, stays)) = slot.superseded
                && out.contains(&by)
            {
                slot.superseded = None;
                if !stays {
                    moved.push(slot.moved_by(entry));
                }
            }
        }
        self.now.moved.extend(moved);
    }

    fn taken_back(&mut self, entry: &Entry) {
        let Some(reversed) = entry.reverses else { return };
        if reversed != self.last {
            self.keep_before(entry);
            self.now.slots.retain(|slot| slot.undo_entry != reversed);
            return;
        }
        std::mem::swap(&mut self.now, &mut self.before);
        // The safe copies that a simple rollback used up are live again, and what they replaced is the new way back.
        let used_up = self
            .ledger
            .entry(reversed)
            .filter(|reversed| reversed.action == Action::Rollback && reversed.out.is_empty())
            .and_then(|reversed| reversed.reverses)
            .filter(|used| self.ledger.entry(*used).is_some_and(|entry| !entry.brought_parts()));
        let slots = self.now.slots.iter_mut();
        slots.filter(|slot| Some(slot.undo_entry) == used_up).for_each(|slot| slot.undo_entry = entry.seq);
    }
}

/// Everything up to the patch that `entry` names.
fn accept(ledger: &Ledger, layers: &mut Layers, entry: &Entry) {
    let newest = entry.reverses.unwrap_or(u64::MAX);
    let is_meant =
        |slot: &LayerSlot| slot.undo_entry <= newest && ledger.note(slot.key) == entry.patch.as_ref();
    let through = layers.slots.iter().rposition(is_meant);
    for (index, slot) in layers.slots.iter_mut().enumerate() {
        slot.accepted |= match through {
            Some(through) => index <= through,
            None => slot.undo_entry <= newest,
        };
    }
}
