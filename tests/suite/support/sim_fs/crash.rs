//! What a power cut leaves of a disk.
//!
//! Deliberately harsher than any one filesystem: name changes of different entries are lost in any combination,
//! and a file that was not synced may come back in any state that some filesystem is known to leave.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Log;
use super::disk::{Change, Content, Data, Disk, Entry, Group, Kept, Names, Object, ObjectId, ROOT};
use crate::support::chance::Chance;

/// Which of several unsynced things survive. When each is decided by itself, the extremes are rare; yet none and all
/// are what happens most on real machines, and a single exception is what finds a missing sync soonest.
#[derive(Clone, Copy)]
enum Survivors {
    All,
    AllBut(usize),
    ByChance,
    None,
    OldestFirst(usize),
    Only(usize),
}

/// What becomes of one of them.
#[derive(Clone, Copy)]
enum Fate {
    Kept,
    Lost,
    ByChance,
}

impl Disk {
    /// The disk after a power cut: what it holds is durable, and nothing else is left.
    /// What was lost goes to the log, in words.
    pub fn after_power_cut(&self, chance: &mut dyn Chance, log: &mut Log) -> Disk {
        let mut after = self.clone();
        after.lose_names(chance, log);
        after.forget_the_nameless();
        after.lose_content(chance, log);
        after
    }

    fn lose_names(&mut self, chance: &mut dyn Chance, log: &mut Log) {
        let pending = std::mem::take(&mut self.pending);
        let survivors = Survivors::new(pending.len(), chance);
        let mut lost_entries = BTreeSet::new();
        for (position, group) in pending.iter().enumerate() {
            let builds_on_lost = group.iter().any(|change| lost_entries.contains(&change.entry()));
            if survivors.fate_of(position).is_kept(chance) && !builds_on_lost {
                self.carry_out_durably(group);
            } else {
                lost_entries.extend(group.iter().map(Change::entry));
                log.add(|| format!("lost: {}", self.describe(group)));
            }
        }
        for id in 0..self.objects.len() {
            if self.objects[id].as_deref().is_some_and(Object::has_unsettled_names)
                && let Content::Dir(names) = &mut self.object_mut(id).content
            {
                names.now = names.durable.clone();
            }
        }
    }

    /// Drops every object that cannot be reached from the target folder, and counts the names of the others.
    fn forget_the_nameless(&mut self) {
        let mut counts = vec![0_u64; self.objects.len()];
        counts[ROOT] = 1;
        let mut folders = vec![ROOT];
        while let Some(dir) = folders.pop() {
            for entry in self.object(dir).names_now().into_iter().flat_map(Names::values) {
                counts[entry.object] += 1;
                if counts[entry.object] == 1 {
                    folders.push(entry.object);
                }
            }
        }
        for (id, count) in counts.into_iter().enumerate() {
            match &self.objects[id] {
                Some(_) if count == 0 => self.objects[id] = None,
                Some(object) if object.names != count => self.object_mut(id).names = count,
                _ => {}
            }
        }
    }

    fn lose_content(&mut self, chance: &mut dyn Chance, log: &mut Log) {
        let unsynced: Vec<ObjectId> = (0..self.objects.len()).filter(|&id| self.is_unsynced(id)).collect();
        let survivors = Survivors::new(unsynced.len(), chance);
        for (position, id) in unsynced.into_iter().enumerate() {
            let outcome = self.lose_content_of(id, survivors.fate_of(position), chance);
            log.add(|| format!("left: {} with {}", self.path_of(id), outcome.join(", ")));
        }
    }

    fn is_unsynced(&self, id: ObjectId) -> bool {
        self.objects[id].as_deref().is_some_and(|object| {
            object.has_unsettled_bytes() || object.mode.differs() || object.attributes.differs()
        })
    }

    /// Decides the fate of one object and says it.
    fn lose_content_of(&mut self, id: ObjectId, fate: Fate, chance: &mut dyn Chance) -> Vec<&'static str> {
        let object = self.object_mut(id);
        let mut words = Vec::new();
        if object.has_unsettled_bytes()
            && let Content::File(data) = &mut object.content
        {
            words.push(data.decide_bytes(fate, chance));
        }
        if object.mode.differs() {
            words.push(if object.mode.decide(fate, chance) { "its new mode" } else { "its old mode" });
        }
        if object.attributes.differs() {
            let is_new = object.attributes.decide(fate, chance);
            words.push(if is_new { "its new attributes" } else { "its old attributes" });
        }
        words
    }

    fn describe(&self, group: &Group) -> String {
        let thing = |entry: &Option<Entry>| match entry {
            Some(entry) => format!("object {}", entry.object),
            None => "nothing".to_owned(),
        };
        let words = group.iter().map(|change| {
            let (old, new) = (thing(&change.old), thing(&change.new));
            format!("{}/{} from {old} to {new}", self.path_of(change.dir), change.key)
        });
        words.collect::<Vec<_>>().join(" with ")
    }

    /// One of the paths of an object, for messages.
    fn path_of(&self, id: ObjectId) -> String {
        if id == ROOT {
            return ".".to_owned();
        }
        let holder = (0..self.objects.len()).find_map(|dir| {
            let names = self.objects[dir].as_deref()?.names_now()?;
            names.values().find(|entry| entry.object == id).map(|entry| (dir, &entry.name))
        });
        match holder {
            Some((ROOT, name)) => name.to_string(),
            Some((dir, name)) => format!("{}/{name}", self.path_of(dir)),
            None => format!("(object {id})"),
        }
    }
}

impl Survivors {
    fn new(count: usize, chance: &mut dyn Chance) -> Self {
        if count <= 1 {
            return Survivors::ByChance;
        }
        match chance.pick(6) {
            0 => Survivors::All,
            1 => Survivors::AllBut(chance.pick(count)),
            2 => Survivors::None,
            3 => Survivors::OldestFirst(chance.pick(count + 1)),
            4 => Survivors::Only(chance.pick(count)),
            _ => Survivors::ByChance,
        }
    }

    fn fate_of(self, position: usize) -> Fate {
        let is_kept = match self {
            Survivors::All => true,
            Survivors::AllBut(exception) => position != exception,
            Survivors::ByChance => return Fate::ByChance,
            Survivors::None => false,
            Survivors::OldestFirst(count) => position < count,
            Survivors::Only(exception) => position == exception,
        };
        if is_kept { Fate::Kept } else { Fate::Lost }
    }
}

impl Fate {
    fn is_kept(self, chance: &mut dyn Chance) -> bool {
        match self {
            Fate::Kept => true,
            Fate::Lost => false,
            Fate::ByChance => chance.flip(),
        }
    }
}

impl Object {
    fn names_now(&self) -> Option<&Names> {
        match &self.content {
            Content::Dir(names) => Some(&names.now),
            _ => None,
        }
    }

    /// Whether its names may differ from the durable ones; two equal copies count as different, at no harm.
    fn has_unsettled_names(&self) -> bool {
        matches!(&self.content, Content::Dir(names) if !Arc::ptr_eq(&names.now, &names.durable))
    }

    /// Whether bytes were written that were not synced.
    fn has_unsettled_bytes(&self) -> bool {
        matches!(&self.content, Content::File(data) if !Arc::ptr_eq(&data.now.bytes, &data.durable.bytes))
    }
}

impl Kept<Data> {
    /// Decides what becomes of bytes that were not synced, and says it.
    fn decide_bytes(&mut self, fate: Fate, chance: &mut dyn Chance) -> &'static str {
        let new = self.now.bytes.clone();
        let outcome = match fate {
            Fate::Kept => 4,
            Fate::Lost => chance.pick(4),
            Fate::ByChance => chance.pick(5),
        };
        let (bytes, words) = match outcome {
            0 => (self.durable.bytes.clone(), "its old bytes"),
            1 => (Arc::new(new[..chance.pick(new.len() + 1)].to_vec()), "the beginning of its new bytes"),
            2 => (Arc::new(vec![0; new.len()]), "zeros"),
            3 => (Arc::default(), "no bytes"),
            _ => (new, "its new bytes"),
        };
        if Arc::ptr_eq(&bytes, &self.durable.bytes) {
            self.now = self.durable.clone();
        } else {
            self.now.bytes = bytes;
            self.settle();
        }
        words
    }
}

impl<T: Clone + PartialEq> Kept<T> {
    fn differs(&self) -> bool {
        self.now != self.durable
    }

    /// Keeps the new value or goes back to the old one, and says whether it is the new one.
    fn decide(&mut self, fate: Fate, chance: &mut dyn Chance) -> bool {
        let is_new = fate.is_kept(chance);
        if is_new {
            self.settle();
        } else {
            self.now = self.durable.clone();
        }
        is_new
    }
}
