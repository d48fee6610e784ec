//! A content that somebody looks at: in memory while it is small, otherwise in a file that is read piece by piece.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, PoisonError};

use crate::disk::fs::{FileRead, Fs, Place, Stat};
use crate::model::{Digest, Hasher};
use crate::progress::{CancelToken, Cancelled};

/// Largest content that is held in memory, in bytes: two sides of this size and their line tables fit into what any
/// machine has to spare.
pub const MAX_IN_MEMORY_BYTES: u64 = 64 << 20;

/// Bytes that are copied at a time.
const PIECE_BYTES: usize = 256 << 10;

/// The bytes of one side of a change. Clones share them.
///
/// A large one is a nameless temporary file, gone with the last clone, or the file in the target itself. That one is
/// opened for each look and closed again, so that nobody finds it in use; when it was changed since, reading fails.
#[derive(Clone)]
pub struct SideContent(Arc<ContentStore>);

enum ContentStore {
    Memory(Vec<u8>),
    Spooled { file: Mutex<File>, size_bytes: u64 },
    InTarget { disk: Arc<dyn Fs>, place: Place, found: Stat, size_bytes: u64 },
}

impl SideContent {
    /// Length in bytes.
    pub fn size_bytes(&self) -> u64 {
        match &*self.0 {
            ContentStore::Memory(bytes) => bytes.len() as u64,
            ContentStore::Spooled { size_bytes, .. } | ContentStore::InTarget { size_bytes, .. } => {
                *size_bytes
            }
        }
    }

    /// All bytes, where they are in memory: exactly for contents of at most [`MAX_IN_MEMORY_BYTES`].
    pub fn bytes(&self) -> Option<&[u8]> {
        match &*self.0 {
            ContentStore::Memory(bytes) => Some(bytes),
            ContentStore::Spooled { .. } | ContentStore::InTarget { .. } => None,
        }
    }

    /// Up to `length` bytes from `offset` on; fewer only where the content ends.
    ///
    /// # Errors
    /// The disk's, or that the file changed since.
    pub fn read_at(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let left = self.size_bytes().saturating_sub(offset);
        let length = length.min(usize::try_from(left).unwrap_or(usize::MAX));
        if let ContentStore::Memory(bytes) = &*self.0 {
            let start = (self.size_bytes() - left) as usize;
            return Ok(bytes[start..start + length].to_vec());
        }
        let mut piece = vec![0; length];
        let mut reader = self.reader()?;
        reader.seek(SeekFrom::Start(offset))?;
        reader.read_exact(&mut piece)?;
        Ok(piece)
    }

    /// Reads from the start on, for those who read everything.
    ///
    /// # Errors
    /// The disk's, or that the file changed since.
    pub fn reader(&self) -> io::Result<ContentReader> {
        let opened = match &*self.0 {
            ContentStore::Memory(_) | ContentStore::Spooled { .. } => None,
            ContentStore::InTarget { disk, place, found, .. } => {
                let opened = disk.open(place)?;
                // Looked at after opening: whatever took its place in between shows.
                if disk.look(place)?.as_ref() != Some(found) {
                    return Err(io::Error::other("the file was changed while it was looked at"));
                }
                Some(opened)
            }
        };
        Ok(ContentReader { content: self.clone(), opened, position: 0 })
    }

    /// The file at `place`, which is known to be `digest`; `Ok(None)` if it is something else.
    pub(crate) fn in_target(
        disk: &Arc<dyn Fs>,
        place: Place,
        expected: (Digest, u64),
        cancel: &CancelToken,
    ) -> io::Result<Option<Self>> {
        let (digest, size_bytes) = expected;
        let Some(found) = disk.look(&place)? else { return Ok(None) };
        let mut file = disk.open(&place)?;
        if size_bytes <= MAX_IN_MEMORY_BYTES {
            let mut spool = ContentSpool::new(size_bytes, cancel);
            io::copy(&mut file.take(size_bytes + 1), &mut spool)?;
            return spool.finish(digest);
        }
        let mut hash = HashingWriter { hasher: Hasher::new(), size_bytes: 0, cancel };
        copy(&mut *file, &mut hash)?;
        let is_expected = hash.size_bytes == size_bytes && hash.hasher.finish() == digest;
        // Nothing may have moved while it was hashed, or later looks would compare with the wrong times.
        if !is_expected || disk.look(&place)?.as_ref() != Some(&found) {
            return Ok(None);
        }
        let disk = Arc::clone(disk);
        Ok(Some(Self(Arc::new(ContentStore::InTarget { disk, place, found, size_bytes }))))
    }
}

impl From<Vec<u8>> for SideContent {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Arc::new(ContentStore::Memory(bytes)))
    }
}

impl fmt::Debug for SideContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Content({} bytes)", self.size_bytes())
    }
}

/// Reads a [`SideContent`] without holding it in memory.
pub struct ContentReader {
    content: SideContent,
    opened: Option<Box<dyn FileRead>>,
    position: u64,
}

impl Read for ContentReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.content.size_bytes().saturating_sub(self.position);
        let wanted = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let buffer = &mut buffer[..wanted];
        let length = match (&mut self.opened, &*self.content.0) {
            (Some(file), _) => file.read(buffer)?,
            (None, ContentStore::Memory(bytes)) => {
                buffer.copy_from_slice(&bytes[self.position as usize..][..wanted]);
                wanted
            }
            (None, ContentStore::Spooled { file, .. }) => {
                // The clones share one position, so it is set and used under one lock. A panic of another reader
                // leaves nothing behind that this one relies on.
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(self.position))?;
                file.read(buffer)?
            }
            (None, ContentStore::InTarget { .. }) => unreachable!("a reader of a target's file has it open"),
        };
        if length == 0 && wanted > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.position += length as u64;
        Ok(length)
    }
}

impl Seek for ContentReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let moved = |base: u64, by: i64| base.checked_add_signed(by).ok_or(io::ErrorKind::InvalidInput);
        let position = match to {
            SeekFrom::Start(position) => position,
            SeekFrom::Current(by) => moved(self.position, by)?,
            SeekFrom::End(by) => moved(self.content.size_bytes(), by)?,
        };
        if let Some(file) = &mut self.opened {
            file.seek(SeekFrom::Start(position))?;
        }
        self.position = position;
        Ok(position)
    }
}

/// Takes a content as it is made: counts and hashes it, and keeps it in memory or in a temporary file.
pub(crate) struct ContentSpool<'a> {
    hash: HashingWriter<'a>,
    memory: Vec<u8>,
    file: Option<File>,
    is_large: bool,
}

impl<'a> ContentSpool<'a> {
    /// For a content of this length.
    pub(crate) fn new(size_bytes: u64, cancel: &'a CancelToken) -> Self {
        let hash = HashingWriter { hasher: Hasher::new(), size_bytes: 0, cancel };
        Self { hash, memory: Vec::new(), file: None, is_large: size_bytes > MAX_IN_MEMORY_BYTES }
    }

    /// The content, if it is the expected one.
    pub(crate) fn finish(self, digest: Digest) -> io::Result<Option<SideContent>> {
        if self.hash.hasher.finish() != digest {
            return Ok(None);
        }
        let size_bytes = self.hash.size_bytes;
        Ok(Some(match self.file {
            Some(file) => SideContent(Arc::new(ContentStore::Spooled { file: Mutex::new(file), size_bytes })),
            None => SideContent::from(self.memory),
        }))
    }
}

impl Write for ContentSpool<'_> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.hash.write_all(piece)?;
        if !self.is_large {
            self.memory.extend_from_slice(piece);
            return Ok(piece.len());
        }
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(tempfile::tempfile()?),
        };
        file.write_all(piece)?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Counts and hashes, and stops when somebody wished so.
struct HashingWriter<'a> {
    hasher: Hasher,
    size_bytes: u64,
    cancel: &'a CancelToken,
}

impl Write for HashingWriter<'_> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.cancel.check().map_err(|Cancelled| io::Error::other(Cancelled))?;
        self.hasher.update(piece);
        self.size_bytes += piece.len() as u64;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Copies everything, in pieces that let a wish to stop be heard soon.
pub(crate) fn copy(from: &mut dyn Read, to: &mut dyn Write) -> io::Result<()> {
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        match from.read(&mut piece)? {
            0 => return Ok(()),
            length => to.write_all(&piece[..length])?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spooled(bytes: &[u8], is_large: bool) -> SideContent {
        let cancel = CancelToken::new();
        let mut spool = ContentSpool { is_large, ..ContentSpool::new(0, &cancel) };
        spool.write_all(bytes).expect("there is room");
        spool.finish(Digest::compute(bytes)).expect("no error").expect("the digest is right")
    }

    #[test]
    fn a_content_reads_the_same_from_memory_and_from_a_file() {
        let bytes: Vec<u8> = (0..=255).cycle().take(1_000).collect();
        for is_large in [false, true] {
            let content = spooled(&bytes, is_large);
            assert_eq!(content.bytes().is_none(), is_large);
            assert_eq!(content.read_at(300, 20).expect("it reads"), &bytes[300..320]);
            assert_eq!(content.read_at(990, 20).expect("it reads"), &bytes[990..]);
            assert_eq!(content.read_at(5_000, 20).expect("it reads"), b"");
            let mut all = Vec::new();
            let mut reader = content.reader().expect("it opens");
            reader.read_to_end(&mut all).expect("it reads");
            assert_eq!(all, bytes);
            reader.seek(SeekFrom::End(-1)).expect("it seeks");
            let mut last = [0];
            reader.read_exact(&mut last).expect("it reads");
            assert_eq!(last[0], bytes[999]);
        }
    }

    #[test]
    fn two_readers_of_one_file_do_not_disturb_each_other() {
        let content = spooled(b"abcdef", true);
        let (mut one, mut two) = (content.reader().expect("opens"), content.reader().expect("opens"));
        let mut pair = [0; 2];
        one.read_exact(&mut pair).expect("it reads");
        two.read_exact(&mut [0; 4]).expect("it reads");
        one.read_exact(&mut pair).expect("it reads");
        assert_eq!(&pair, b"cd");
    }

    #[test]
    fn another_content_than_expected_is_not_handed_out() {
        let cancel = CancelToken::new();
        let mut spool = ContentSpool::new(1, &cancel);
        spool.write_all(b"x").expect("there is room");
        assert!(spool.finish(Digest::compute(b"y")).expect("no error").is_none());
    }

    #[test]
    fn a_wish_to_stop_ends_the_copy() {
        let cancel = CancelToken::new();
        let mut spool = ContentSpool::new(1, &cancel);
        cancel.cancel();
        assert!(copy(&mut &b"x"[..], &mut spool).is_err());
    }
}
