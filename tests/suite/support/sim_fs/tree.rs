//! The whole content of a simulated disk as one value that tests compare.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use patchwright::disk::fs::Attributes;
use patchwright::model::Mode;

use super::disk::{Content, Disk, ObjectId, ROOT};

/// Everything in a folder, by path.
pub type Tree = BTreeMap<String, Entry>;

/// One thing in a folder and all there is to know about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is and holds.
    pub what: What,
    /// Its permission bits.
    pub mode: Mode,
    /// Its owner and extended attributes.
    pub attributes: Arc<Attributes>,
    /// Its identity.
    pub object: u64,
    /// When its content last changed; 0 for anything but a file.
    pub modified_nanos: i128,
}

/// What a thing is and holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A folder.
    Dir,
    /// A file with these bytes.
    File(Arc<Vec<u8>>),
    /// A symbolic link to this place.
    Link(Arc<str>),
    /// A folder where another filesystem is mounted.
    Mount,
    /// A device, pipe or socket.
    Special(&'static str),
}

impl Entry {
    /// Whether a person would call them the same: type, content, mode and attributes, whatever the identity.
    pub fn is_like(&self, other: &Entry) -> bool {
        self.what == other.what && self.mode == other.mode && self.attributes == other.attributes
    }

    fn words(&self) -> String {
        let mode = self.mode;
        match &self.what {
            What::Dir => format!("a folder {mode}"),
            What::File(bytes) => {
                const SHOWN_BYTES: usize = 40;
                let beginning = String::from_utf8_lossy(&bytes[..bytes.len().min(SHOWN_BYTES)]);
                format!("a file {mode} of {} bytes {beginning:?}", bytes.len())
            }
            What::Link(points_to) => format!("a link to {points_to}"),
            What::Mount => "a mount".to_owned(),
            What::Special(word) => format!("a {word}"),
        }
    }
}

/// What differs between two trees, whatever the identity of the objects; `None` when nothing does.
pub fn difference(expected: &Tree, found: &Tree) -> Option<String> {
    let paths: BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
    let lines: Vec<String> = paths
        .into_iter()
        .filter_map(|path| match (expected.get(path), found.get(path)) {
            (Some(expected), Some(found)) if expected.is_like(found) => None,
            (expected, found) => {
                let [expected, found] =
                    [expected, found].map(|entry| entry.map_or("nothing".to_owned(), Entry::words));
                Some(format!("{path}: expected {expected}, found {found}"))
            }
        })
        .collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

impl Disk {
    /// Everything below the target folder, but what is directly in it under a name that is not wanted.
    pub fn tree(&self, is_wanted: impl Fn(&str) -> bool) -> Tree {
        let mut tree = Tree::new();
        let mut folders = vec![(String::new(), ROOT)];
        while let Some((prefix, dir)) = folders.pop() {
            for entry in self.names(dir).into_iter().flat_map(BTreeMap::values) {
                if dir == ROOT && !is_wanted(&entry.name) {
                    continue;
                }
                let path = format!("{prefix}{}", entry.name);
                let seen = self.entry(entry.object);
                if seen.what == What::Dir {
                    folders.push((format!("{path}/"), entry.object));
                }
                tree.insert(path, seen);
            }
        }
        tree
    }

    fn entry(&self, id: ObjectId) -> Entry {
        let object = self.object(id);
        let found = self.found(id);
        let what = match &object.content {
            Content::Dir(_) => What::Dir,
            Content::File(data) => What::File(data.now.bytes.clone()),
            Content::Link(points_to) => What::Link(points_to.clone()),
            Content::Mount => What::Mount,
            Content::Special(word) => What::Special(word),
        };
        Entry {
            what,
            mode: object.mode.now,
            attributes: object.attributes.now.clone(),
            object: found.object,
            modified_nanos: found.modified_nanos,
        }
    }
}
