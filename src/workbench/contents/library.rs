//! Finds contents by digest: among what was put together here, in bundles, in the folder, and among the safe copies.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use super::not_read::NotRead;
use super::seen_files::SeenFiles;
use super::{ContentSpool, SideContent};
use crate::bundle::{BundleError, Direction, VerifiedBundle, delta};
use crate::diff::MAX_MERGE_BYTES;
use crate::disk::fs::{FileRead, Fs, Place, StatePath};
use crate::disk::{hash_file, read_whole};
use crate::model::{
    Digest, FileChange, FileNode, LocalEdits, Node, Payload, Role, Step, TreePath, TreeState,
};
use crate::plan::ContentByDigest;
use crate::progress::CancelToken;
use crate::transaction::{Archive, ContentError, Contents};

/// Largest content that is compared line by line for a merge, in bytes; what is larger counts as binary.
pub(crate) const MAX_COMPARED_BYTES: u64 = 16 << 20;

/// Where to look first for a content that is at more than one place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum SearchFirst {
    /// In the bundles: nobody edits them while the folder is changed.
    Bundles,
    /// Among the backups: they are the folder's own.
    SafeCopies,
}

/// Where a content comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ContentOrigin {
    /// It was put together here.
    Made,
    /// A bundle has it, or what makes it out of another content.
    Bundle(usize),
    /// It is a file in the folder, or a backup.
    Folder(Place),
}

/// How a bundle gives a content.
enum Recipe {
    Blob {
        bundle: usize,
    },
    /// Its diff makes it: out of another content, or out of nothing.
    Diff {
        bundle: usize,
        path: TreePath,
        direction: Direction,
        source: Option<Digest>,
    },
    /// One of its blobs makes it out of another content.
    Delta {
        bundle: usize,
        blob: Digest,
        source: Digest,
    },
}

impl Recipe {
    /// What it starts from, if it is another content.
    fn source(&self) -> Option<Digest> {
        match self {
            Recipe::Blob { .. } => None,
            Recipe::Diff { source, .. } => *source,
            Recipe::Delta { source, .. } => Some(*source),
        }
    }
}

/// Where a content was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentSource {
    PatchFile,
    /// A file of the folder that is exactly this content.
    Folder,
    /// One of the backups that earlier changes of the folder left.
    SafeCopy,
}

/// Every content that can be had.
pub(crate) struct Library<'a> {
    bundles: &'a [VerifiedBundle],
    fs: Option<&'a dyn Fs>,
    first: SearchFirst,
    recipes: BTreeMap<Digest, Recipe>,
    /// Files that were seen with this content.
    seen: BTreeMap<Digest, TreePath>,
    /// Places that should have it; whoever reads one compares its digest.
    supposed: BTreeMap<Digest, Vec<TreePath>>,
    copies: Archive,
    made: BTreeMap<Digest, Arc<Vec<u8>>>,
    sizes: BTreeMap<Digest, u64>,
    read: Mutex<BTreeMap<Digest, Option<Arc<Vec<u8>>>>>,
    /// What came of looking for a content in the folder: each file is hashed for it once.
    looked_up: Mutex<BTreeMap<Digest, Option<Place>>>,
}

impl<'a> Library<'a> {
    /// What these bundles bring.
    pub fn new(bundles: &'a [VerifiedBundle], first: SearchFirst) -> Self {
        let mut library = Self {
            bundles,
            fs: None,
            first,
            recipes: BTreeMap::new(),
            seen: BTreeMap::new(),
            supposed: BTreeMap::new(),
            copies: Archive::default(),
            made: BTreeMap::new(),
            sizes: BTreeMap::new(),
            read: Mutex::default(),
            looked_up: Mutex::default(),
        };
        for (index, bundle) in bundles.iter().enumerate() {
            bundle.patch.changes.iter().for_each(|change| library.add_change(index, change));
        }
        for (index, bundle) in bundles.iter().enumerate() {
            bundle.patch.changes.iter().for_each(|change| library.add_undo(index, change));
        }
        library
    }

    fn add_change(&mut self, bundle: usize, change: &FileChange) {
        let file = |node: &'_ Node| node.as_file().map(|file| (file.digest, file.size_bytes));
        let after = change.after.as_ref().and_then(file);
        self.sizes.extend(change.before.iter().filter_map(file).chain(after));
        if let Some(base) = change.base {
            self.recipes.entry(base).or_insert(Recipe::Blob { bundle });
        }
        let Some((digest, _)) = after else { return };
        match change.payload {
            Some(Payload::Whole { blob }) => _ = self.recipes.insert(blob, Recipe::Blob { bundle }),
            Some(Payload::Delta { blob, source, .. }) => {
                self.recipes.entry(digest).or_insert(Recipe::Delta { bundle, blob, source });
            }
            Some(Payload::Diff { .. }) => {
                let source = self.bundles[bundle].patch.diff_source(change).map(|file| file.digest);
                let (path, direction) = (change.path.clone(), Direction::Forward);
                self.recipes.entry(digest).or_insert(Recipe::Diff { bundle, path, direction, source });
            }
            Some(Payload::Same { .. }) | None => {}
        }
    }

    /// A diff has both sides: what it makes can be unmade, and what goes away is in it as a whole.
    fn add_undo(&mut self, bundle: usize, change: &FileChange) {
        let opened = &self.bundles[bundle];
        if !opened.has_diff_of(&change.path) {
            return;
        }
        let (old, source) = match (&change.payload, &change.after) {
            (Some(Payload::Diff { .. }), Some(after)) => {
                (opened.patch.diff_source(change), after.as_file().map(|file| file.digest))
            }
            (None, None) => (change.before.first().and_then(Node::as_file), None),
            _ => return,
        };
        let Some(old) = old else { return };
        let (path, direction) = (change.path.clone(), Direction::Back);
        self.recipes.entry(old.digest).or_insert(Recipe::Diff { bundle, path, direction, source });
    }

    /// In this folder, too.
    pub fn in_folder(mut self, fs: &'a dyn Fs) -> Self {
        self.fs = Some(fs);
        self
    }

    /// And in it wherever a bundle says that a content is, before its change or after it.
    pub(crate) fn where_bundles_say(mut self) -> Self {
        for change in self.bundles.iter().flat_map(|bundle| &bundle.patch.changes) {
            for file in change.before.iter().chain(&change.after).filter_map(Node::as_file) {
                self.supposed.entry(file.digest).or_default().push(change.path.clone());
            }
        }
        self
    }

    /// With what was seen in the folder of the contents that its patches name, and where they change something.
    pub(crate) fn with_own_of(mut self, seen: &SeenFiles<'_>) -> Self {
        let sources = self.recipes.values().filter_map(Recipe::source);
        let changes = self.bundles.iter().flat_map(|bundle| &bundle.patch.changes);
        let there = changes.filter_map(|change| seen.at(&change.path));
        let own: BTreeSet<Digest> = self.sizes.keys().copied().chain(sources).chain(there).collect();
        for digest in own {
            if let Some((path, size_bytes)) = seen.find(&digest) {
                self.seen.insert(digest, path.clone());
                self.sizes.insert(digest, size_bytes);
            }
        }
        self
    }

    /// With what was seen in the folder.
    pub(crate) fn with_seen(mut self, tree: &TreeState) -> Self {
        for (path, file) in tree.iter().filter_map(|(path, node)| Some((path, node.as_file()?))) {
            self.seen.entry(file.digest).or_insert_with(|| path.clone());
            self.sizes.insert(file.digest, file.size_bytes);
        }
        self
    }

    /// With these safe copies.
    pub(crate) fn with_copies(mut self, copies: Archive) -> Self {
        self.copies = copies;
        self
    }

    /// With contents that were put together.
    pub(crate) fn with_made(mut self, made: BTreeMap<Digest, Arc<Vec<u8>>>) -> Self {
        self.made = made;
        self
    }

    /// Whether a content is kept among the backups.
    pub fn is_kept(&self, digest: &Digest) -> bool {
        !self.copies.find(digest).is_empty()
    }

    /// A safe copy of a content that was read and is what it should be.
    pub(crate) fn whole_copy(&self, digest: &Digest) -> io::Result<Option<&StatePath>> {
        let Some(fs) = self.fs else { return Ok(None) };
        for copy in self.copies.find(digest) {
            if hash_file(fs, &Place::from(copy))?.0 == *digest {
                return Ok(Some(copy));
            }
        }
        Ok(None)
    }

    /// Where the content with this digest is. What is in the folder was read and is what it should be, but for what was
    /// seen there before.
    ///
    /// # Errors
    /// The disk's.
    pub fn find(&self, digest: &Digest) -> io::Result<Option<ContentOrigin>> {
        self.find_within(digest, self.bundles.len())
    }

    /// As [`Library::find`], made out of others at most `deltas` times. Each bundle adds one at most; more would go in a
    /// circle, as two bundles do that undo each other.
    fn find_within(&self, digest: &Digest, deltas: usize) -> io::Result<Option<ContentOrigin>> {
        if self.made.contains_key(digest) {
            return Ok(Some(ContentOrigin::Made));
        }
        if self.first == SearchFirst::SafeCopies
            && let Some(copy) = self.whole_copy(digest)?
        {
            return Ok(Some(ContentOrigin::Folder(Place::from(copy))));
        }
        match self.recipes.get(digest) {
            Some(Recipe::Blob { bundle } | Recipe::Delta { bundle, .. } | Recipe::Diff { bundle, .. })
                if self.is_brought_within(digest, deltas)? =>
            {
                return Ok(Some(ContentOrigin::Bundle(*bundle)));
            }
            _ => {}
        }
        Ok(self.here(digest)?.map(ContentOrigin::Folder))
    }

    /// A file of the product or a safe copy with this content.
    fn here(&self, digest: &Digest) -> io::Result<Option<Place>> {
        if let Some(seen) = self.seen.get(digest) {
            return Ok(Some(Place::from(seen)));
        }
        let Some(fs) = self.fs else { return Ok(None) };
        let looked_up = || self.looked_up.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = looked_up().get(digest) {
            return Ok(known.clone());
        }
        // What cannot be read is not this content.
        let holds = |place: &Place| hash_file(fs, place).is_ok_and(|(found, _)| found == *digest);
        let place = match self.supposed(digest).find(holds) {
            Some(place) => Some(place),
            None => self.whole_copy(digest)?.map(Place::from),
        };
        looked_up().insert(*digest, place.clone());
        Ok(place)
    }

    /// Where in the folder bundles say that this content is; whoever reads it compares its digest.
    fn supposed(&self, digest: &Digest) -> impl Iterator<Item = Place> {
        self.supposed.get(digest).into_iter().flatten().map(Place::from)
    }

    /// Where this content should be in the folder and among its safe copies, and which it is; whoever reads it compares its
    /// digest.
    pub(crate) fn places(&self, digest: &Digest) -> impl Iterator<Item = (Place, ContentSource)> {
        let kept = self.copies.find(digest).iter().map(Place::from);
        let in_folder = self.supposed(digest).map(|place| (place, ContentSource::Folder));
        in_folder.chain(kept.map(|place| (place, ContentSource::SafeCopy)))
    }

    /// Whether the bundles bring this content, and what it is made from can be had.
    ///
    /// # Errors
    /// The disk's.
    pub(crate) fn is_brought(&self, digest: &Digest) -> io::Result<bool> {
        self.is_brought_within(digest, self.bundles.len())
    }

    fn is_brought_within(&self, digest: &Digest, deltas: usize) -> io::Result<bool> {
        Ok(match self.recipes.get(digest) {
            None => false,
            Some(Recipe::Blob { .. } | Recipe::Diff { source: None, .. }) => true,
            Some(Recipe::Delta { source, .. } | Recipe::Diff { source: Some(source), .. }) => {
                deltas > 0
                    && (self.here(source)?.is_some() || self.find_within(source, deltas - 1)?.is_some())
            }
        })
    }

    /// The bundle that makes this content out of another one, and which that is; `None` if it is had in any other way.
    pub(crate) fn maker(&self, digest: &Digest) -> Option<(usize, Digest)> {
        match self.recipes.get(digest).filter(|_| !self.made.contains_key(digest))? {
            Recipe::Delta { bundle, source, .. } | Recipe::Diff { bundle, source: Some(source), .. } => {
                Some((*bundle, *source))
            }
            Recipe::Blob { .. } | Recipe::Diff { source: None, .. } => None,
        }
    }

    /// Whether what was seen in the folder with this content has it still; also of what was not seen there.
    pub(crate) fn still_has(&self, digest: &Digest) -> bool {
        let (Some(seen), Some(fs)) = (self.seen.get(digest), self.fs) else { return true };
        hash_file(fs, &Place::from(seen)).is_ok_and(|(now, _)| now == *digest)
    }

    /// Writes the content with this digest to `out`.
    ///
    /// # Errors
    /// If it is nowhere, or what it is made from is damaged.
    pub(crate) fn copy_to(&self, digest: &Digest, out: &mut dyn Write) -> Result<(), NotRead> {
        self.copy_within(digest, self.bundles.len(), out)
    }

    fn copy_within(&self, digest: &Digest, deltas: usize, out: &mut dyn Write) -> Result<(), NotRead> {
        let recipe = self.recipes.get(digest);
        match (self.find_within(digest, deltas)?, recipe) {
            (Some(ContentOrigin::Made), _) => Ok(out.write_all(&self.made[digest])?),
            (Some(ContentOrigin::Folder(place)), _) => {
                Ok(io::copy(&mut self.open_place(&place)?, out).map(drop)?)
            }
            (Some(ContentOrigin::Bundle(_)), Some(Recipe::Blob { bundle })) => {
                Ok(self.bundles[*bundle].copy_blob(digest, out).map(drop)?)
            }
            (Some(ContentOrigin::Bundle(_)), Some(Recipe::Delta { bundle, blob, source })) => {
                let size_of = |digest| self.sizes.get(digest).copied().unwrap_or_default();
                let mut delta = self.bundles[*bundle].open_blob(blob)?;
                let mut old = self.open(source, deltas - 1)?;
                Ok(delta::decode(&mut delta, &mut *old, size_of(source), size_of(digest), out)
                    .map_err(BundleError::from)?)
            }
            (Some(ContentOrigin::Bundle(_)), Some(Recipe::Diff { bundle, path, direction, source })) => {
                let mut old = Vec::new();
                if let Some(source) = source {
                    let size_bytes = self.sizes.get(source).copied().unwrap_or_default();
                    old = read_whole(&mut *self.open(source, deltas - 1)?, size_bytes)?;
                    if Digest::compute(&old) != *source {
                        return Err(NotRead::SourceDamaged);
                    }
                }
                let new = self.bundles[*bundle].apply_diff(path, *direction, &old)?;
                Ok(out.write_all(&new)?)
            }
            (Some(ContentOrigin::Bundle(_)) | None, _) => Err(NotRead::Nowhere),
        }
    }

    /// The whole content with this digest; `None` if it is nowhere.
    ///
    /// # Errors
    /// If what it is made from is damaged.
    pub fn read(&self, digest: &Digest) -> Result<Option<Vec<u8>>, NotRead> {
        let mut content = Vec::new();
        match self.copy_to(digest, &mut content) {
            Err(NotRead::Nowhere) => Ok(None),
            Err(error) => Err(error),
            Ok(()) => Ok((Digest::compute(&content) == *digest).then_some(content)),
        }
    }

    fn open_place(&self, place: &Place) -> io::Result<Box<dyn FileRead>> {
        self.fs.ok_or(io::ErrorKind::NotFound)?.open(place)
    }

    /// What a delta starts from: a file as it is, anything else as it is made.
    fn open(&self, digest: &Digest, deltas: usize) -> Result<Box<dyn FileRead>, NotRead> {
        if let Some(place) = self.here(digest)? {
            return Ok(self.open_place(&place)?);
        }
        let cancel = CancelToken::new();
        let mut spool = ContentSpool::new(self.sizes.get(digest).copied().unwrap_or_default(), &cancel);
        self.copy_within(digest, deltas, &mut spool)?;
        let content: SideContent = spool.finish(*digest)?.ok_or(NotRead::SourceDamaged)?;
        Ok(Box::new(content.reader()?))
    }
}

impl ContentByDigest for Library<'_> {
    fn content(&self, file: &FileNode) -> Option<Arc<Vec<u8>>> {
        if file.size_bytes > MAX_COMPARED_BYTES {
            return None;
        }
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        // What cannot be read cannot be compared; whoever needs it says so.
        let whole =
            read.entry(file.digest).or_insert_with(|| self.read(&file.digest).ok().flatten().map(Arc::new));
        whole.clone()
    }
}

impl Contents for Library<'_> {
    fn kept(&self, _: &Step) -> Option<StatePath> {
        // A safe copy stays one; what becomes live is a copy of it.
        None
    }

    fn remembers(&self, step: &Step) -> bool {
        let wants = |bundle: &VerifiedBundle| {
            let has_a_switch = || bundle.patch.about.toggles.iter().any(|toggle| toggle.file == step.path);
            let change = bundle.patch.change_at(&step.path);
            change.is_some_and(|change| wants_merging(change) || is_small(change) && has_a_switch())
        };
        self.first == SearchFirst::Bundles && self.bundles.iter().any(wants)
    }

    fn copies_original(&self, step: &Step) -> bool {
        let mut changes = self.bundles.iter().filter_map(|bundle| bundle.patch.change_at(&step.path));
        changes.any(|change| change.role == Role::Config)
    }

    fn like(&self, step: &Step) -> Option<StatePath> {
        let is_rollback = self.first == SearchFirst::Bundles && self.bundles.is_empty();
        let file = step.after.as_ref().and_then(Node::as_file).filter(|_| is_rollback)?;
        self.whole_copy(&file.digest).ok().flatten().cloned()
    }

    fn write(&self, step: &Step, _: &dyn Fs, out: &mut dyn Write) -> Result<(), ContentError> {
        match step.after.as_ref().and_then(Node::as_file) {
            Some(file) => Ok(self.copy_to(&file.digest, out)?),
            None => Ok(()),
        }
    }
}

/// Whether a copy of what `change` leaves is kept beside the safe copies, so that later edits can be merged when it is
/// taken back: where the patch wants them merged.
pub(crate) fn wants_merging(change: &FileChange) -> bool {
    matches!(change.local_edits, LocalEdits::Edit | LocalEdits::Merge) && is_small(change)
}

/// Whether `change` leaves a file that can be merged.
fn is_small(change: &FileChange) -> bool {
    let file = change.after.as_ref().and_then(Node::as_file);
    file.is_some_and(|file| file.size_bytes <= MAX_MERGE_BYTES as u64)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::environment::Environment;
    use crate::progress::Quiet;
    use crate::workbench::{MakeRequest, OrderSource, ProofChoice, Watch, Workbench};

    /// What a delta is worth making for.
    fn large(last: u8) -> Vec<u8> {
        let noise = (0u32..40_000).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8);
        noise.chain([last]).collect()
    }

    fn make(folder: &Path, name: &str, from: &str, to: &str) -> VerifiedBundle {
        let workbench = Workbench::new(Environment::of_this_machine());
        let output = folder.join(format!("{name}.patchbundle"));
        let request = MakeRequest {
            from: folder.join(from),
            to: folder.join(to),
            order: OrderSource::Id(name.to_owned()),
            output: output.clone(),
            proof: ProofChoice::Skip,
        };
        let cancel = CancelToken::new();
        let _ = workbench.make(&request, Watch { progress: &Quiet, cancel: &cancel }).expect("it is made");
        workbench.open(&output).expect("a bundle")
    }

    #[test]
    fn two_bundles_that_undo_each_other_make_nothing_out_of_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        for (side, last) in [("one", 1), ("two", 2)] {
            fs::create_dir(folder.path().join(side)).expect("a folder");
            fs::write(folder.path().join(side).join("program"), large(last)).expect("a file");
        }
        let bundles =
            [("there", "one", "two"), ("back", "two", "one")].map(|(n, f, t)| make(folder.path(), n, f, t));
        let [one, two] = [1, 2].map(|last| Digest::compute(&large(last)));
        let library = || Library::new(&bundles, SearchFirst::Bundles);
        assert!(library().recipes.values().all(|recipe| matches!(recipe, Recipe::Delta { .. })));
        for digest in [one, two] {
            assert_eq!(library().find(&digest).expect("no disk is asked"), None);
            let refused = library().copy_to(&digest, &mut Vec::new());
            assert!(matches!(refused, Err(NotRead::Nowhere)), "{refused:?}");
        }
        // With either of them at hand there is the other.
        let one_is_made = BTreeMap::from([(one, Arc::new(large(1)))]);
        let made = library().with_made(one_is_made).read(&two).expect("it is made");
        assert_eq!(made, Some(large(2)));
    }
}
