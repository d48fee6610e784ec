//! A text or many small contents that were unpacked as a whole: in memory, or in a nameless temporary file.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// What is held in memory.
const MAX_IN_MEMORY_BYTES: u64 = 16 << 20;

/// While it is written and afterwards.
#[derive(Debug)]
pub(super) enum Store {
    Memory(Vec<u8>),
    /// One position for all who read.
    File(Mutex<File>),
}

impl Store {
    /// For so many bytes.
    pub(crate) fn for_size(size_bytes: u64) -> io::Result<Self> {
        match size_bytes > MAX_IN_MEMORY_BYTES {
            false => Ok(Self::Memory(Vec::new())),
            true => tempfile::tempfile().map(|file| Self::File(Mutex::new(file))),
        }
    }

    /// Adds what comes next.
    pub fn append(&mut self, piece: &[u8]) -> io::Result<()> {
        match self {
            Self::Memory(content) => content.write_all(piece),
            Self::File(file) => file.get_mut().unwrap_or_else(PoisonError::into_inner).write_all(piece),
        }
    }

    /// What stands there, all of it written.
    pub fn read(&self, place: &Range<u64>) -> io::Result<Vec<u8>> {
        match self {
            Self::Memory(content) => Ok(content[place.start as usize..place.end as usize].to_vec()),
            Self::File(file) => {
                let mut piece = vec![0; (place.end - place.start) as usize];
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(place.start))?;
                file.read_exact(&mut piece)?;
                Ok(piece)
            }
        }
    }
}
