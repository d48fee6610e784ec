//! The links a patch leaves, and whether a way leads through one of them.
//!
//! A link that leads through another link can be turned around by exchanging that one; and a way through a link may
//! lead out of the folder where none of the two links does alone.

use std::collections::{HashMap, HashSet};

use crate::model::{CollisionKey, Node, Patch, TreePath};

/// The links of the after-tree, name by name, so that the work of a look-up grows with its text only.
pub(super) struct Links {
    /// The number of a place, by the number of its folder and its name as the least discerning system sees it.
    places: HashMap<(usize, CollisionKey), usize>,
    /// The numbers of the places that are links.
    links: HashSet<usize>,
}

impl Links {
    /// The number of the product folder itself.
    const ROOT: usize = 0;

    pub fn new(patch: &Patch) -> Self {
        let mut found = Self { places: HashMap::new(), links: HashSet::new() };
        for change in &patch.changes {
            if matches!(change.after, Some(Node::Link(_))) {
                found.insert(&change.path);
            }
        }
        found
    }

    fn insert(&mut self, path: &TreePath) {
        let mut place = Self::ROOT;
        for name in path.components() {
            let next = self.places.len() + 1;
            place = *self.places.entry((place, CollisionKey::of_name(name))).or_insert(next);
        }
        self.links.insert(place);
    }

    /// The place called `name` in a folder, as far as links or their folders are there.
    fn enter(&self, folder: Option<usize>, name: &str) -> Option<usize> {
        self.places.get(&(folder?, CollisionKey::of_name(name))).copied()
    }

    /// The first link that has to be followed on the way from the folder of `at` to `points_to`. The last name may
    /// be a link itself (`lib.so` to `lib.so.1` to `lib.so.1.2`): that one is checked where it is listed.
    pub(crate) fn on_the_way(&self, at: &TreePath, points_to: &str) -> Option<String> {
        let mut walked: Vec<(&str, Option<usize>)> = Vec::new();
        let here =
            |walked: &[(&str, Option<usize>)]| walked.last().map_or(Some(Self::ROOT), |(_, place)| *place);
        for name in at.components().take(at.depth() - 1) {
            walked.push((name, self.enter(here(&walked), name)));
        }
        let mut names = points_to.split('/').peekable();
        while let Some(name) = names.next() {
            match name {
                "" | "." => {}
                ".." => drop(walked.pop()),
                name => walked.push((name, self.enter(here(&walked), name))),
            }
            let is_link = here(&walked).is_some_and(|place| self.links.contains(&place));
            if is_link && names.peek().is_some() {
                return Some(walked.iter().map(|(name, _)| *name).collect::<Vec<_>>().join("/"));
            }
        }
        None
    }
}
