//! What this person has written into the histories of folders, remembered outside the folders: whoever cuts a history
//! short, writes it anew with a chain of its own, or brings one along with a folder, is found out.
//!
//! | known by | what for |
//! |---|---|
//! | the digest of an entry, which names all entries before it | whether the entry was written by this person, wherever the folder is now |
//! | device, object number and time of birth of the folder, or its path | whether its history was cut short or taken away |
//! | contents that a patch brought | whether an older patch would be a step back in a folder that nobody knows |
//!
//! Each entry is noted before it is written, so that a crash leaves none behind that nobody knows. A file that is
//! damaged, or that others could have written, is an error: an empty memory would forget what must not be forgotten.

mod copies;
mod format;
mod marks;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::disk::fs::Fs;
use crate::guarded;
use crate::ledger::{Entry, Ledger, VouchedNote};
use crate::model::{Digest, TreePath};
use crate::text::confusables::NameMatch;
use crate::text::json;
use crate::trust::{SequencePlace, Standing};
use crate::whole_file::WholeFile;
use crate::workbench::{Error, Result};
use marks::{Found, Mark, marks_of};

/// Longest file, in bytes: thousands of folders with all that is remembered of each.
const MAX_BYTES: usize = 16 << 20;

/// Most folders that are remembered; the one that was changed longest ago makes room.
const MAX_FOLDERS: usize = 2_000;

/// Most entries that are remembered of a folder. The newest names all before it; older ones are for a folder that comes
/// back from a backup.
const MAX_ENTRIES: usize = 32;

/// Everything that is remembered.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Memory {
    format: String,
    folders: Vec<SeenFolder>,
}

/// The memory as it was read last. Many folders are looked at in one run, and the file is parsed again only if its bytes are
/// other ones.
#[derive(Debug, Default)]
pub(crate) struct LastRead(Mutex<Option<(Vec<u8>, Arc<Memory>)>>);

impl LastRead {
    /// What is remembered in the file at `path` now.
    ///
    /// # Errors
    /// As [`Memory::load`].
    pub fn load(&self, path: &Path) -> Result<Arc<Memory>> {
        let Some(bytes) = guarded::read(path, MAX_BYTES as u64)? else { return Ok(Arc::default()) };
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some((read, memory)) if *read == bytes => Ok(Arc::clone(memory)),
            _ => {
                let memory = Arc::new(Memory::parse(path, &bytes)?);
                *last = Some((bytes, Arc::clone(&memory)));
                Ok(memory)
            }
        }
    }
}

/// What is remembered of one folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeenFolder {
    name: FolderName,
    time: String,
    /// What was written there, the oldest first.
    entries: Vec<SeenEntry>,
    /// The patches of the highest numbers that were trusted there.
    places: Vec<SeenPlace>,
    /// Why somebody said that what others wrote is right.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<String>,
    /// Unfinished changes that were begun in another folder, and of which somebody said that they may go on in this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    copies: Vec<String>,
}

/// A folder by its place and by what it is for the system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FolderName {
    /// Links resolved.
    path: String,
    /// Device, object number and time of birth, where the system says them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    object: Option<String>,
}

/// One entry that this person wrote, or said that it is right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeenEntry {
    entry: u64,
    digest: String,
    /// Whether all entries before it were known, too.
    whole: bool,
    /// Whether it is known to have come about.
    there: bool,
}

/// A patch that was trusted in a folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeenPlace {
    product: String,
    channel: String,
    sequence: u64,
    /// What it did, at some places.
    marks: Vec<Mark>,
}

impl FolderName {
    pub fn new(target: &Path) -> Self {
        let real = std::fs::canonicalize(target).unwrap_or_else(|_| target.to_owned());
        Self::of_real(&real)
    }

    /// Of a path whose links are resolved already.
    pub(crate) fn of_real(real: &Path) -> Self {
        Self { object: object_of(real), path: in_one_spelling(&as_typed(&real.to_string_lossy())) }
    }

    /// What it is for the system, where that says it.
    pub(crate) fn object(&self) -> Option<&str> {
        self.object.as_deref()
    }

    /// Its path, links resolved.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Whether both are the same folder, moved or not. Where the system does not say what a folder is, its path decides.
    pub(crate) fn is(&self, other: &Self) -> bool {
        match (&self.object, &other.object) {
            (Some(one), Some(another)) => one == another,
            _ => self.path == other.path,
        }
    }
}

/// A path whose links were resolved, as people write it: Windows begins such a path in a way that nobody does.
fn as_typed(path: &str) -> String {
    match (path.strip_prefix(r"\\?\UNC\"), path.strip_prefix(r"\\?\")) {
        (Some(of_network), _) => format!(r"\\{of_network}"),
        (None, of_disk) => of_disk.unwrap_or(path).to_owned(),
    }
}

/// A path as the memory can hold it, whose reader takes no text that other readers could read in another way.
fn in_one_spelling(path: &str) -> String {
    if json::has_one_spelling(path) { path.to_owned() } else { path.escape_default().to_string() }
}

/// The time of birth tells a folder from a later one that got the same number.
#[cfg(unix)]
fn object_of(folder: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    let found = std::fs::metadata(folder).ok()?;
    let born = found.created().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(format!("{} {} {}", found.dev(), found.ino(), born.as_nanos()))
}

#[cfg(not(unix))]
fn object_of(_: &Path) -> Option<String> {
    None
}

impl Memory {
    /// What is remembered in the file at `path`; a file that is not there remembers nothing.
    ///
    /// # Errors
    /// If it cannot be read, is damaged, is newer than this program, or others could have written it.
    pub fn load(path: &Path) -> Result<Self> {
        let Some(bytes) = guarded::read(path, MAX_BYTES as u64)? else { return Ok(Self::default()) };
        Self::parse(path, &bytes)
    }

    fn parse(path: &Path, bytes: &[u8]) -> Result<Self> {
        format::read(bytes).map_err(|detail| Error::Memory { path: path.to_owned(), detail })
    }

    /// Changes the file at `path`. Nobody else changes it meanwhile.
    ///
    /// # Errors
    /// As [`Memory::load`], or if it cannot be written; it is as before then.
    pub fn change(path: &Path, change: impl FnOnce(&mut Self)) -> Result<()> {
        let _lock = guarded::lock(path)?;
        let mut memory = Self::load(path)?;
        change(&mut memory);
        format::FORMAT.clone_into(&mut memory.format);
        memory.folders.sort_by(|a, b| b.time.cmp(&a.time));
        memory.folders.truncate(MAX_FOLDERS);
        let mut bytes = serde_json::to_vec_pretty(&memory).expect("a memory has text keys only");
        while bytes.len() > MAX_BYTES && memory.folders.pop().is_some() {
            bytes = serde_json::to_vec_pretty(&memory).expect("a memory has text keys only");
        }
        let failed = |source| Error::File { doing: "write the memory", path: path.to_owned(), source };
        WholeFile::write_private(path, &bytes).map_err(failed)
    }

    /// What is remembered of the folder itself, moved or not.
    pub(super) fn folder(&self, name: &FolderName) -> Option<&SeenFolder> {
        self.folders.iter().find(|folder| folder.name.is(name))
    }

    /// Whether this person has changed the folder itself, moved or not.
    pub(crate) fn has_changed(&self, name: &FolderName) -> bool {
        self.folder(name).is_some_and(|folder| folder.newest().is_some())
    }

    /// The paths of the folders that this person has changed.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.folders.iter().map(|folder| Path::new(&folder.name.path))
    }

    /// The places in a folder that hold what trusted patches brought there, as far as they are remembered.
    pub(crate) fn brought_in(&self, name: &FolderName, fs: &dyn Fs) -> Vec<TreePath> {
        let places = self.folder(name).into_iter().flat_map(|folder| &folder.places);
        let there = places
            .flat_map(|place| &place.marks)
            .filter(|mark| matches!(mark.find(fs), Some(Found::Brought)));
        there.filter_map(|mark| TreePath::parse(&mark.path).ok()).collect()
    }

    /// The products of the patches that were trusted in a folder, the latest last. A patch without an order has no
    /// number, and says of no product that it is for it.
    pub(super) fn products(&self, name: &FolderName) -> Vec<String> {
        let places = self.folder(name).into_iter().flat_map(|folder| &folder.places);
        places.filter(|place| place.sequence > 0).map(|place| place.product.clone()).collect()
    }

    fn folder_mut(&mut self, name: &FolderName, time: &str) -> &mut SeenFolder {
        let at = self.folders.iter().position(|folder| folder.name.is(name)).unwrap_or_else(|| {
            self.folders.push(SeenFolder {
                name: name.clone(),
                time: String::new(),
                entries: Vec::new(),
                places: Vec::new(),
                reasons: Vec::new(),
                copies: Vec::new(),
            });
            self.folders.len() - 1
        });
        let folder = &mut self.folders[at];
        (folder.name, folder.time) = (name.clone(), time.to_owned());
        folder
    }

    /// The entries of a history that this person neither wrote nor said to be right, wherever it is.
    pub(crate) fn unknown_entries(&self, ledger: &Ledger) -> Vec<u64> {
        let fits = |seen: &&SeenEntry| seen.fits(ledger);
        let known: Vec<&SeenEntry> =
            self.folders.iter().flat_map(|folder| &folder.entries).filter(fits).collect();
        let whole = known.iter().filter(|seen| seen.whole).map(|seen| seen.entry).max().unwrap_or_default();
        let is_known = |entry: u64| entry <= whole || known.iter().any(|seen| seen.entry == entry);
        (1..=ledger.head().seq).filter(|entry| !is_known(*entry)).collect()
    }

    /// Where this person has gone on with a history that ends earlier in the folder `name`: that folder, and the newest entry
    /// there. A history that went another way since goes on nowhere else, and neither does one that was written or said to
    /// be right as it is.
    pub(super) fn goes_on(&self, name: &FolderName, ledger: &Ledger) -> Option<(&FolderName, u64)> {
        let head = ledger.head().seq;
        let is_at_head = |seen: &SeenEntry| seen.there && seen.entry == head && seen.fits(ledger);
        let ends_here = |folder: &SeenFolder| folder.newest().is_none_or(|(entry, _)| entry <= head);
        let is_settled = |folder: &SeenFolder| {
            folder.name.is(name) && ends_here(folder) && folder.entries.iter().any(is_at_head)
        };
        if head == 0 || self.folders.iter().any(is_settled) {
            return None;
        }
        let further = self.folders.iter().filter(|folder| folder.entries.iter().any(is_at_head));
        let newest = further.filter_map(|folder| Some((&folder.name, folder.newest()?.0)));
        // What was here itself says more than what a copy elsewhere came to.
        newest
            .filter(|(_, entry)| *entry > head)
            .max_by_key(|(there, entry)| (there.path == name.path, *entry))
    }

    /// The newest entry that is known to have come about in the folder `name`, or in another one in its place.
    pub(super) fn newest_at(&self, name: &FolderName) -> Option<u64> {
        let is_here = |folder: &&SeenFolder| folder.name.is(name) || folder.name.path == name.path;
        self.folders.iter().filter(is_here).filter_map(|folder| Some(folder.newest()?.0)).max()
    }

    /// Whether this person began the change that comes to `entry`, in whatever folder.
    pub(crate) fn has_begun(&self, entry: &Entry) -> bool {
        let begun = SeenEntry::new(entry, false);
        let is_it = |seen: &SeenEntry| (seen.entry, &seen.digest) == (begun.entry, &begun.digest);
        self.folders.iter().flat_map(|folder| &folder.entries).any(is_it)
    }

    /// Notes that this person is about to write `entry` after what is in `ledger`.
    pub fn announce(&mut self, name: &FolderName, time: &str, ledger: &Ledger, entry: &Entry) {
        let whole = self.unknown_entries(ledger).is_empty();
        let folder = self.folder_mut(name, time);
        folder.forget_all_but(ledger);
        folder.entries.push(SeenEntry::new(entry, whole));
    }

    /// Notes that everything after entry `since` was written by this person, and which patches were trusted.
    pub fn settle(&mut self, name: &FolderName, time: &str, ledger: &Ledger, since: u64) {
        let unknown = self.unknown_entries(ledger);
        let is_whole = |entry: u64| unknown.iter().all(|unknown| *unknown > since || *unknown > entry);
        let folder = self.folder_mut(name, time);
        folder.forget_all_but(ledger);
        folder.entries.retain(|seen| seen.entry <= since);
        for entry in ledger.entries().iter().filter(|entry| entry.seq > since) {
            folder.add_entry(ledger, entry.seq, is_whole(entry.seq));
            folder.add_places(entry);
        }
    }

    /// Notes that somebody says that the whole history is right, with what a change that was interrupted is about to add to
    /// it, and why.
    pub fn vouch(
        &mut self,
        name: &FolderName,
        time: &str,
        (ledger, interrupted): (&Ledger, Option<&Entry>),
        reason: &str,
    ) {
        let folder = self.folder_mut(name, time);
        folder.forget_all_but(ledger);
        folder.add_entry(ledger, ledger.head().seq, true);
        ledger.entries().iter().for_each(|entry| folder.add_places(entry));
        folder.entries.extend(interrupted.map(|entry| SeenEntry::new(entry, true)));
        let reason = json::in_one_spelling(reason);
        folder.reasons.push(format!("{time}, up to entry {}: {reason}", ledger.head().seq));
    }

    /// The patches that were trusted before and whose numbers count in this folder: those that were trusted in it, and
    /// of the rows in `asked` those that it looks to have had.
    pub(super) fn floors(
        &self,
        name: &FolderName,
        fs: &dyn Fs,
        asked: &[SequencePlace],
    ) -> Vec<SequencePlace> {
        let is_asked = |place: &&SeenPlace| {
            asked.iter().any(|row| {
                let reads_the_same = |one: &str, other: &str| NameMatch::between(one, other).reads_the_same();
                row.sequence <= place.sequence
                    && reads_the_same(&row.product, &place.product)
                    && reads_the_same(&row.channel, &place.channel)
            })
        };
        let places = self.folders.iter().flat_map(|folder| {
            let is_here = folder.name.is(name);
            folder.places.iter().filter(is_asked).filter(move |place| is_here || place.is_in(fs))
        });
        places.map(SeenPlace::place).collect()
    }
}

impl SeenFolder {
    /// The newest entry that is known to have come about.
    pub fn newest(&self) -> Option<(u64, &str)> {
        let newest = self.entries.iter().rev().find(|seen| seen.there)?;
        Some((newest.entry, &newest.digest))
    }

    /// Every entry that is known to have been there, with its digest, the oldest first.
    pub fn known(&self) -> impl DoubleEndedIterator<Item = (u64, &str)> {
        self.entries.iter().filter(|seen| seen.there).map(|seen| (seen.entry, &*seen.digest))
    }

    /// What a history does not hold any more is of no use.
    fn forget_all_but(&mut self, ledger: &Ledger) {
        self.entries.retain(|seen| seen.fits(ledger));
        self.entries.iter_mut().for_each(|seen| seen.there = true);
        let too_many = self.entries.len().saturating_sub(MAX_ENTRIES - 1);
        self.entries.drain(..too_many);
    }

    fn add_entry(&mut self, ledger: &Ledger, entry: u64, whole: bool) {
        let Some(digest) = ledger.digest_of(entry) else { return };
        self.entries.retain(|seen| seen.entry < entry);
        self.entries.push(SeenEntry { entry, digest: digest.to_string(), whole, there: true });
    }

    fn add_places(&mut self, entry: &Entry) {
        let trusted = entry.vouched.iter().enumerate().filter(|(_, note)| was_trusted(note));
        for (part, note) in trusted {
            let steps = entry.steps_of_part(part);
            let VouchedNote { product, channel, sequence, .. } = note.clone();
            let marks = marks_of(&steps);
            let place = SeenPlace { product, channel, sequence, marks };
            let is_row =
                |other: &SeenPlace| (&other.product, &other.channel) == (&place.product, &place.channel);
            match self.places.iter_mut().find(|other| is_row(other)) {
                Some(known) if known.sequence <= place.sequence => *known = place,
                Some(_) => {}
                None => self.places.push(place),
            }
        }
    }
}

impl SeenEntry {
    /// Of an entry that is about to be written.
    fn new(entry: &Entry, whole: bool) -> Self {
        let digest = Digest::compute(&entry.to_bytes()).to_string();
        Self { entry: entry.seq, digest, whole, there: false }
    }

    fn fits(&self, ledger: &Ledger) -> bool {
        ledger.digest_of(self.entry).is_some_and(|digest| digest.to_string() == self.digest)
    }
}

impl SeenPlace {
    fn place(&self) -> SequencePlace {
        let Self { product, channel, sequence, .. } = self.clone();
        SequencePlace { product, channel, sequence }
    }

    /// Whether a folder looks as if the patch had been in it: at least half of what it brought is there, and nothing is
    /// as it was before. One equal file is not enough, since other patches bring it, too; and a folder in which something
    /// is as before never had this patch, or lost it.
    fn is_in(&self, fs: &dyn Fs) -> bool {
        let mut brought = 0;
        for mark in &self.marks {
            match mark.find(fs) {
                Some(Found::Brought) => brought += 1,
                Some(Found::AsBefore) => return false,
                None => {}
            }
        }
        brought > 0 && 2 * brought >= self.marks.len()
    }
}

/// Whether enough people vouched for the patch when it came.
pub(crate) fn was_trusted(note: &VouchedNote) -> bool {
    Standing::from_word(&note.verdict) == Some(Standing::Trusted)
}

#[cfg(test)]
mod tests;
