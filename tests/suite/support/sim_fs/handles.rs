//! What the simulated disk hands out: open files and locks.

use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex};

use patchwright::disk::fs::{LockGuard, LockKind, StatePath};

use super::Machine;
use super::disk::ObjectId;

/// An open file. It stays with the object, whatever becomes of the name.
pub(super) struct Reader {
    pub machine: Arc<Mutex<Machine>>,
    pub file: ObjectId,
    pub position: u64,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut machine = self.machine.lock().expect("nobody panics with the disk in hand");
        machine.meter.ask(format_args!("read"))?;
        let bytes = machine.disk.bytes(self.file)?;
        let start = usize::try_from(self.position).map_or(bytes.len(), |start| start.min(bytes.len()));
        let count = (&bytes[start..]).read(buffer)?;
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for Reader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let machine = self.machine.lock().expect("nobody panics with the disk in hand");
        let (from, distance) = match to {
            SeekFrom::Start(position) => (position, 0),
            SeekFrom::Current(distance) => (self.position, distance),
            SeekFrom::End(distance) => (machine.disk.bytes(self.file)?.len() as u64, distance),
        };
        self.position = from.checked_add_signed(distance).ok_or(ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

/// A file being written.
pub(super) struct Writer {
    pub machine: Arc<Mutex<Machine>>,
    pub file: ObjectId,
    pub at: StatePath,
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut machine = self.machine.lock().expect("nobody panics with the disk in hand");
        machine.meter.change(format_args!("write {} bytes to {}", bytes.len(), self.at))?;
        machine.disk.append(self.file, bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Who holds the lock.
#[derive(Default)]
pub(super) struct LockUsers {
    readers: usize,
    has_writer: bool,
}

impl LockUsers {
    /// Lets somebody in, if that is possible now.
    pub fn admit(&mut self, kind: LockKind) -> bool {
        match kind {
            _ if self.has_writer => return false,
            LockKind::Exclusive if self.readers > 0 => return false,
            LockKind::Exclusive => self.has_writer = true,
            LockKind::Shared => self.readers += 1,
        }
        true
    }
}

/// The guard of a lock that there was nothing to put on.
pub(super) struct NothingToHold;

impl LockGuard for NothingToHold {}

/// A lock, released when dropped.
pub(super) struct Held {
    pub users: Arc<Mutex<LockUsers>>,
    pub kind: LockKind,
}

impl LockGuard for Held {}

impl Drop for Held {
    fn drop(&mut self) {
        let mut users = self.users.lock().expect("nobody panics with the lock table in hand");
        match self.kind {
            LockKind::Exclusive => users.has_writer = false,
            LockKind::Shared => users.readers -= 1,
        }
    }
}
