//! Reading and writing at a place in a file, without the position that all users of a file share.

use std::fs::File;
use std::io::{self, BufReader, Read};

/// Bytes read from the file at a time.
const READ_BYTES: usize = 64 << 10;

/// A part of a file. Reading it does not move the file's own position, which all threads share.
#[derive(Debug)]
pub(super) struct FileSlice<'a> {
    file: &'a File,
    position: u64,
    end: u64,
}

impl<'a> FileSlice<'a> {
    /// Reads from `begin` up to `end`.
    pub(super) fn buffered(file: &'a File, begin: u64, end: u64) -> BufReader<Self> {
        // A small member is not worth a large buffer; there may be many of them.
        let capacity = usize::try_from(end - begin).unwrap_or(READ_BYTES).clamp(1, READ_BYTES);
        BufReader::with_capacity(capacity, Self { file, position: begin, end })
    }
}

impl Read for FileSlice<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.position).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        let length = read_at(self.file, &mut buffer[..wanted], self.position)?;
        if length == 0 && wanted > 0 {
            // Somebody shortened the file while it was read.
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.position += length as u64;
        Ok(length)
    }
}

/// Fills `buffer` from `offset` on.
pub(super) fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    FileSlice { file, position: offset, end: offset.saturating_add(buffer.len() as u64) }.read_exact(buffer)
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

/// Writes all of `bytes` at `offset`.
pub(super) fn write_all_at(file: &File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let length = write_at(file, bytes, offset)?;
        if length == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        bytes = &bytes[length..];
        offset += length as u64;
    }
    Ok(())
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::write_at(file, bytes, offset)
}

#[cfg(windows)]
fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_write(file, bytes, offset)
}
