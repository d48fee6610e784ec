//! The disk itself: what programs see now, what a power cut is sure to leave, and the name changes in between.
//!
//! Content and permission bits are kept twice, as programs see them and as they were last synced. Names are kept
//! twice as well, but what lies between the two is a list: every call that changes names adds one *group* of
//! changes to it, which reaches the disk wholly or not at all. Syncing a folder takes its groups off the list.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, ErrorKind};
use std::sync::Arc;

use patchwright::disk::fs::{Attributes, Features, Stat, StatKind};
use patchwright::model::Mode;

/// Number of an object, the same as long as the object lives and never given to another one.
pub(super) type ObjectId = usize;

/// The target folder.
pub(super) const ROOT: ObjectId = 0;

/// A value as programs see it, and as it was when it was last synced.
#[derive(Clone)]
pub(super) struct Kept<T> {
    pub now: T,
    pub durable: T,
}

impl<T: Clone> Kept<T> {
    fn new(value: T) -> Self {
        Self { now: value.clone(), durable: value }
    }

    pub fn settle(&mut self) {
        self.durable = self.now.clone();
    }
}

/// Bytes of a file and when they last changed. The bytes are shared until somebody writes, so two equal pointers
/// mean that nothing was written in between.
#[derive(Clone)]
pub(super) struct Data {
    pub bytes: Arc<Vec<u8>>,
    pub modified_nanos: i128,
}

/// A name as it is spelled, and what it names.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub name: Arc<str>,
    pub object: ObjectId,
}

/// The entries of a folder, by name or, where case does not matter, by name in lower case.
pub(super) type Names = BTreeMap<Arc<str>, Entry>;

#[derive(Clone)]
pub(super) enum Content {
    Dir(Kept<Arc<Names>>),
    File(Kept<Data>),
    Link(Arc<str>),
    Mount,
    Special(&'static str),
}

#[derive(Clone)]
pub(super) struct Object {
    pub content: Content,
    pub mode: Kept<Mode>,
    pub attributes: Kept<Arc<Attributes>>,
    /// How many names it has, as programs see it.
    pub names: u64,
}

/// One entry of one folder before and after.
#[derive(Clone)]
pub(super) struct Change {
    pub dir: ObjectId,
    pub key: Arc<str>,
    pub old: Option<Entry>,
    pub new: Option<Entry>,
}

/// The changes of one call: all of them reach the disk or none does.
pub(super) type Group = Arc<[Change]>;

/// Where a name is or would be.
struct Slot {
    dir: ObjectId,
    key: Arc<str>,
    /// As the folder spells it, or as it was asked for when the folder has no such name.
    name: Arc<str>,
    entry: Option<Entry>,
}

impl Slot {
    /// The change that puts `object` there under this slot's spelling.
    fn becomes(&self, object: Option<ObjectId>) -> Change {
        let new = object.map(|object| Entry { name: self.name.clone(), object });
        Change { dir: self.dir, key: self.key.clone(), old: self.entry.clone(), new }
    }

    fn object(&self) -> io::Result<ObjectId> {
        self.entry.as_ref().map(|entry| entry.object).ok_or(ErrorKind::NotFound.into())
    }

    fn free(self) -> io::Result<Self> {
        if self.entry.is_some() { Err(ErrorKind::AlreadyExists.into()) } else { Ok(self) }
    }
}

/// All objects, seen from the target folder. Paths are `/`-separated; the empty path is the target folder.
///
/// Cloning one is cheap, because what does not change is shared.
#[derive(Clone)]
pub(super) struct Disk {
    /// By number; `None` for those that a power cut has left without a name.
    pub objects: Vec<Option<Arc<Object>>>,
    /// Name changes that are not durable yet, oldest first.
    pub pending: Vec<Group>,
    pub features: Features,
    /// How many bytes the files may have together.
    pub capacity_bytes: Option<u64>,
    clock_nanos: i128,
}

impl Disk {
    pub fn new(features: Features, clock_nanos: i128) -> Self {
        let mut disk =
            Self { objects: Vec::new(), pending: Vec::new(), features, capacity_bytes: None, clock_nanos };
        let root = disk.new_object(Disk::empty_dir(), Mode::DIR);
        disk.objects.push(Some(Arc::new(Object { names: 1, ..root })));
        disk
    }

    pub fn empty_dir() -> Content {
        Content::Dir(Kept::new(Arc::default()))
    }

    /// A file whose bytes are there from the beginning; a new one begins empty.
    pub fn file(bytes: Vec<u8>, modified_nanos: i128) -> Content {
        Content::File(Kept::new(Data { bytes: Arc::new(bytes), modified_nanos }))
    }

    /// The time of the next write; no two writes share one.
    pub fn tick(&mut self) -> i128 {
        self.clock_nanos += 1;
        self.clock_nanos
    }

    // Looking.

    pub fn object(&self, id: ObjectId) -> &Object {
        self.objects[id].as_deref().expect("a name leads to an object")
    }

    pub fn object_mut(&mut self, id: ObjectId) -> &mut Object {
        Arc::make_mut(self.objects[id].as_mut().expect("a name leads to an object"))
    }

    /// What is at `path`; `None` when nothing is, or a parent is missing.
    pub fn find(&self, path: &str) -> io::Result<Option<ObjectId>> {
        let mut at = ROOT;
        for name in path.split('/').filter(|name| !name.is_empty()) {
            match self.names(at)?.get(&*self.key(name)) {
                Some(entry) => at = entry.object,
                None => return Ok(None),
            }
        }
        Ok(Some(at))
    }

    /// What is at `path`, which must be something.
    pub fn existing(&self, path: &str) -> io::Result<ObjectId> {
        self.find(path)?.ok_or(ErrorKind::NotFound.into())
    }

    /// The entries of a folder.
    pub fn names(&self, dir: ObjectId) -> io::Result<&Names> {
        match &self.object(dir).content {
            Content::Dir(names) => Ok(&names.now),
            Content::Mount => Err(ErrorKind::CrossesDevices.into()),
            _ => Err(ErrorKind::NotADirectory.into()),
        }
    }

    pub fn found(&self, id: ObjectId) -> Stat {
        let object = self.object(id);
        let (kind, modified_nanos) = match &object.content {
            Content::Dir(_) => (StatKind::Dir, 0),
            Content::File(data) => {
                let size_bytes = data.now.bytes.len() as u64;
                (StatKind::File { size_bytes }, data.now.modified_nanos)
            }
            Content::Link(_) => (StatKind::Link, 0),
            Content::Mount => (StatKind::Mount, 0),
            Content::Special(word) => (StatKind::Special(word), 0),
        };
        let names = object.names;
        Stat { kind, mode: object.mode.now, object: id as u64, names, owner: None, modified_nanos }
    }

    /// The bytes of a file; anything else is refused.
    pub fn bytes(&self, id: ObjectId) -> io::Result<&Arc<Vec<u8>>> {
        match &self.object(id).content {
            Content::File(data) => Ok(&data.now.bytes),
            Content::Dir(_) | Content::Mount => Err(ErrorKind::IsADirectory.into()),
            Content::Link(_) | Content::Special(_) => Err(ErrorKind::InvalidInput.into()),
        }
    }

    /// The bytes of all files that have a name.
    pub fn used_bytes(&self) -> u64 {
        let files = self.objects.iter().flatten().filter(|object| object.names > 0);
        files
            .map(|object| match &object.content {
                Content::File(data) => data.now.bytes.len() as u64,
                _ => 0,
            })
            .sum()
    }

    fn key<'n>(&self, name: &'n str) -> Cow<'n, str> {
        if self.features.case_sensitive { Cow::Borrowed(name) } else { Cow::Owned(name.to_lowercase()) }
    }

    fn slot(&self, path: &str) -> io::Result<Slot> {
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        let dir = self.existing(parent)?;
        let key = self.key(name);
        let entry = self.names(dir)?.get(&*key).cloned();
        let name = entry.as_ref().map_or_else(|| name.into(), |entry| entry.name.clone());
        Ok(Slot { dir, key: key.into(), name, entry })
    }

    // Changing names.

    /// Gives a new object its first name.
    pub fn add(&mut self, path: &str, content: Content, mode: Mode) -> io::Result<ObjectId> {
        let slot = self.slot(path)?.free()?;
        Ok(self.add_at(&slot, content, mode))
    }

    /// Puts a new object where nothing or something else is.
    pub fn put(&mut self, path: &str, content: Content, mode: Mode) -> io::Result<ObjectId> {
        let slot = self.slot(path)?;
        Ok(self.add_at(&slot, content, mode))
    }

    fn add_at(&mut self, slot: &Slot, content: Content, mode: Mode) -> ObjectId {
        let id = self.objects.len();
        let object = self.new_object(content, mode);
        self.objects.push(Some(Arc::new(object)));
        self.change_names([slot.becomes(Some(id))]);
        id
    }

    pub fn hard_link(&mut self, from: &str, to: &str) -> io::Result<()> {
        let object = self.slot(from)?.object()?;
        if matches!(self.object(object).content, Content::Dir(_) | Content::Mount) {
            return Err(ErrorKind::PermissionDenied.into());
        }
        let to = self.slot(to)?.free()?;
        self.change_names([to.becomes(Some(object))]);
        Ok(())
    }

    pub fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        let source = self.slot(from)?;
        let object = source.object()?;
        if to.strip_prefix(from).is_some_and(|rest| rest.starts_with('/')) {
            return Err(ErrorKind::InvalidInput.into());
        }
        let target = self.slot(to)?.free()?;
        self.change_names([source.becomes(None), target.becomes(Some(object))]);
        Ok(())
    }

    pub fn exchange(&mut self, one: &str, other: &str) -> io::Result<()> {
        if !self.features.exchange {
            return Err(ErrorKind::Unsupported.into());
        }
        let (one, other) = (self.slot(one)?, self.slot(other)?);
        let (first, second) = (one.object()?, other.object()?);
        self.change_names([one.becomes(Some(second)), other.becomes(Some(first))]);
        Ok(())
    }

    /// Takes a name away from a file or link.
    pub fn remove_file(&mut self, path: &str) -> io::Result<()> {
        let slot = self.slot(path)?;
        if matches!(self.object(slot.object()?).content, Content::Dir(_) | Content::Mount) {
            return Err(ErrorKind::IsADirectory.into());
        }
        self.change_names([slot.becomes(None)]);
        Ok(())
    }

    pub fn remove_dir(&mut self, path: &str) -> io::Result<()> {
        let slot = self.slot(path)?;
        if !self.names(slot.object()?)?.is_empty() {
            return Err(ErrorKind::DirectoryNotEmpty.into());
        }
        self.change_names([slot.becomes(None)]);
        Ok(())
    }

    fn change_names<const N: usize>(&mut self, changes: [Change; N]) {
        for change in &changes {
            if let Some(new) = &change.new {
                self.object_mut(new.object).names += 1;
            }
            if let Some(old) = &change.old {
                self.object_mut(old.object).names -= 1;
            }
            change.carry_out(Arc::make_mut(&mut self.kept_names(change.dir).now));
        }
        self.pending.push(Arc::new(changes));
    }

    fn kept_names(&mut self, dir: ObjectId) -> &mut Kept<Arc<Names>> {
        match &mut self.object_mut(dir).content {
            Content::Dir(names) => names,
            _ => unreachable!("only folders have entries"),
        }
    }

    // Changing objects.

    fn new_object(&self, content: Content, mode: Mode) -> Object {
        let mode = self.storable(&content, mode);
        let owner = self.features.modes.then_some(super::OWNER);
        let attributes = Arc::new(Attributes { owner, extended: BTreeMap::new() });
        Object { content, mode: Kept::new(mode), attributes: Kept::new(attributes), names: 0 }
    }

    /// The mode, or its stand-in on a disk that has none.
    fn storable(&self, content: &Content, mode: Mode) -> Mode {
        match content {
            _ if self.features.modes => mode,
            Content::Dir(_) => Mode::DIR,
            _ => Mode::FILE,
        }
    }

    pub fn set_mode(&mut self, id: ObjectId, mode: Mode) {
        let mode = self.storable(&self.object(id).content, mode);
        self.object_mut(id).mode.now = mode;
    }

    /// Adds to the end of a file as many bytes as there is room for, but at least one.
    pub fn append(&mut self, id: ObjectId, bytes: &[u8]) -> io::Result<usize> {
        let room = self.capacity_bytes.map_or(u64::MAX, |all| all.saturating_sub(self.used_bytes()));
        let fitting = bytes.len().min(usize::try_from(room).unwrap_or(usize::MAX));
        if fitting == 0 && !bytes.is_empty() {
            return Err(ErrorKind::StorageFull.into());
        }
        let modified_nanos = self.tick();
        let Content::File(data) = &mut self.object_mut(id).content else {
            return Err(ErrorKind::InvalidInput.into());
        };
        Arc::make_mut(&mut data.now.bytes).extend_from_slice(&bytes[..fitting]);
        data.now.modified_nanos = modified_nanos;
        Ok(fitting)
    }

    /// Replaces the bytes of a file in place.
    pub fn overwrite(&mut self, id: ObjectId, bytes: Arc<Vec<u8>>) {
        let modified_nanos = self.tick();
        if let Content::File(data) = &mut self.object_mut(id).content {
            data.now = Data { bytes, modified_nanos };
        }
    }

    // Syncing.

    /// Makes what belongs to one object durable: content and mode of a file, names and mode of a folder. Nobody can
    /// open a link to sync it, so the links in a folder are synced with it.
    pub fn sync(&mut self, id: ObjectId) {
        self.settle_object(id);
        let entries = self.names(id).into_iter().flat_map(Names::values).map(|entry| entry.object);
        for entry in entries.collect::<Vec<_>>() {
            if matches!(self.object(entry).content, Content::Link(_)) {
                self.settle_object(entry);
            }
        }
        if matches!(self.object(id).content, Content::Dir(_)) {
            self.settle_names(|group| group.iter().any(|change| change.dir == id));
        }
    }

    /// Makes everything about an object durable but names.
    pub fn settle_object(&mut self, id: ObjectId) {
        let object = self.object_mut(id);
        object.mode.settle();
        object.attributes.settle();
        if let Content::File(data) = &mut object.content {
            data.settle();
        }
    }

    /// Makes durable the newest group of name changes, and what it builds on.
    pub fn settle_newest_names(&mut self) {
        let newest = self.pending.last().cloned();
        self.settle_names(|group| newest.as_ref().is_some_and(|newest| Arc::ptr_eq(newest, group)));
    }

    /// Makes the chosen groups durable, and with each the earlier ones that share an entry with it.
    pub fn settle_names(&mut self, is_chosen: impl Fn(&Group) -> bool) {
        let mut entries = BTreeSet::new();
        let mut settled = Vec::new();
        let mut waiting = Vec::new();
        for group in std::mem::take(&mut self.pending).into_iter().rev() {
            if is_chosen(&group) || group.iter().any(|change| entries.contains(&change.entry())) {
                entries.extend(group.iter().map(Change::entry));
                settled.push(group);
            } else {
                waiting.push(group);
            }
        }
        waiting.reverse();
        self.pending = waiting;
        for group in settled.iter().rev() {
            self.carry_out_durably(group);
        }
    }

    pub fn carry_out_durably(&mut self, group: &Group) {
        for change in group.iter() {
            change.carry_out(Arc::make_mut(&mut self.kept_names(change.dir).durable));
        }
    }

    /// Makes everything durable.
    pub fn settle_everything(&mut self) {
        self.settle_names(|_| true);
        for id in 0..self.objects.len() {
            if self.objects[id].is_some() {
                self.settle_object(id);
            }
        }
    }
}

impl Change {
    /// Which entry of which folder it changes.
    pub fn entry(&self) -> (ObjectId, Arc<str>) {
        (self.dir, self.key.clone())
    }

    fn carry_out(&self, names: &mut Names) {
        debug_assert!(names.get(&self.key) == self.old.as_ref(), "changes of one entry keep their order");
        match &self.new {
            Some(entry) => names.insert(self.key.clone(), entry.clone()),
            None => names.remove(&self.key),
        };
    }
}
