//! Reads files, in as few calls as can be: into memory, or only for their digest.

use std::cell::RefCell;
use std::io::{self, Read};

use super::fs::{Fs, Place, Stat, StatKind};
use crate::model::{Digest, Hasher};

/// Bytes read in one go: large enough that the disk and not the system calls set the pace, small enough that a
/// wish to stop is heard at once and that all threads together need only a few megabytes.
pub(super) const PIECE_BYTES: usize = 1024 * 1024;

/// Digest and length of a regular file.
///
/// # Errors
/// The system's.
pub(crate) fn hash_file(fs: &dyn Fs, place: &Place) -> io::Result<(Digest, u64)> {
    let read = hash_while(fs, place, &mut |_| true)?;
    Ok(read.expect("nobody asked to stop"))
}

/// As [`hash_file`], telling `go_on` the length of every piece; `None` once that says no.
pub(crate) fn hash_while(
    fs: &dyn Fs,
    place: &Place,
    go_on: &mut dyn FnMut(u64) -> bool,
) -> io::Result<Option<(Digest, u64)>> {
    hash_reader(&mut *fs.open(place)?, None, go_on)
}

/// As [`hash_file`] of a file that was just `seen` there.
pub(super) fn hash_seen(fs: &dyn Fs, place: &Place, seen: &Stat) -> io::Result<(Digest, u64)> {
    let read = hash_reader(&mut *fs.open_seen(place, seen)?, Some(size_of(seen)), &mut |_| true)?;
    Ok(read.expect("nobody asked to stop"))
}

/// Reads to the end, which is where it is `expected` if a read there brings less than it could.
pub(super) fn hash_reader(
    file: &mut dyn Read,
    expected: Option<u64>,
    go_on: &mut dyn FnMut(u64) -> bool,
) -> io::Result<Option<(Digest, u64)>> {
    thread_local! {
        /// Kept by each thread: clearing a new one takes longer than reading and hashing a small file.
        static PIECE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }
    let wanted = expected.and_then(|bytes| usize::try_from(bytes).ok()?.checked_add(1));
    let piece_bytes = wanted.map_or(PIECE_BYTES, |bytes| bytes.min(PIECE_BYTES));
    PIECE.with_borrow_mut(|kept| {
        if kept.len() < piece_bytes {
            kept.resize(piece_bytes, 0);
        }
        let piece = &mut kept[..piece_bytes];
        let mut hasher = Hasher::new();
        let mut total_bytes = 0;
        loop {
            let read = match file.read(piece) {
                Ok(0) => return Ok(Some((hasher.finish(), total_bytes))),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            hasher.update(&piece[..read]);
            total_bytes += read as u64;
            if !go_on(read as u64) {
                return Ok(None);
            }
            if read < piece_bytes && expected == Some(total_bytes) {
                return Ok(Some((hasher.finish(), total_bytes)));
            }
        }
    })
}

/// The length of a file; nothing else has one.
pub(super) fn size_of(found: &Stat) -> u64 {
    match found.kind {
        StatKind::File { size_bytes } => size_bytes,
        _ => 0,
    }
}

/// The content of a file that should be `expected_bytes` long; one byte more of one that is longer.
///
/// # Errors
/// The system's.
pub(crate) fn read_whole(file: &mut dyn Read, expected_bytes: u64) -> io::Result<Vec<u8>> {
    let limit = usize::try_from(expected_bytes.saturating_add(1)).unwrap_or(usize::MAX);
    let (mut content, mut length) = (Vec::new(), 0);
    loop {
        if length == content.len() {
            if length == limit {
                break;
            }
            // Somebody else may have said how long it is: room is made for what comes.
            content.resize(length.saturating_mul(2).max(PIECE_BYTES).min(limit), 0);
        }
        match file.read(&mut content[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        }
        // There was room for more.
        if length as u64 == expected_bytes && length < content.len() {
            break;
        }
    }
    content.truncate(length);
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_is_read_whole_and_one_that_is_too_long_is_seen_to_be() {
        let content: Vec<u8> = (0..100).collect();
        let read = |expected| read_whole(&mut content.as_slice(), expected).expect("memory can be read");
        assert_eq!(read(100), content);
        assert_eq!(read(99).len(), 100);
        assert_eq!(read(150), content);
        assert_eq!(read(0).len(), 1);
    }

    #[test]
    fn a_length_that_somebody_made_up_takes_no_memory() {
        let content = vec![7; PIECE_BYTES * 3];
        for expected in [u64::MAX, u64::MAX - 1, 1 << 60] {
            let read = read_whole(&mut content.as_slice(), expected).expect("memory can be read");
            assert!(read == content && read.capacity() <= PIECE_BYTES * 8, "{expected}");
        }
    }

    #[test]
    fn content_that_comes_in_pieces_is_whole() {
        let (one, other) = ([1; 10], [2; 20]);
        let read = read_whole(&mut one.chain(other.as_slice()), 30).expect("memory can be read");
        assert_eq!(read, [&one[..], &other[..]].concat());
    }

    #[test]
    fn content_longer_than_a_piece_has_the_digest_of_the_whole() {
        let content = vec![7; PIECE_BYTES * 2 + 1808];
        let mut pieces = Vec::new();
        let read = hash_reader(&mut content.as_slice(), None, &mut |bytes| {
            pieces.push(bytes);
            true
        });
        assert_eq!(read.unwrap(), Some((Digest::compute(&content), content.len() as u64)));
        assert_eq!(pieces, [PIECE_BYTES as u64, PIECE_BYTES as u64, 1808]);
    }

    #[test]
    fn a_file_is_read_to_its_end_whatever_length_was_expected() {
        let content = vec![7; 10_000];
        for expected in [0, 1, 9_999, 10_000, 10_001, PIECE_BYTES as u64] {
            let read = hash_reader(&mut content.as_slice(), Some(expected), &mut |_| true);
            assert_eq!(read.unwrap(), Some((Digest::compute(&content), 10_000)), "{expected}");
        }
    }

    #[test]
    fn a_file_of_the_expected_length_is_read_in_one_go() {
        struct Counted<'a>(&'a [u8], usize);
        impl Read for Counted<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                self.1 += 1;
                self.0.read(buffer)
            }
        }
        let mut file = Counted(&[7; 10_000], 0);
        assert!(hash_reader(&mut file, Some(10_000), &mut |_| true).unwrap().is_some());
        assert_eq!(file.1, 1);
    }

    #[test]
    fn a_wish_to_stop_is_heard_between_two_pieces() {
        let read = hash_reader(&mut io::repeat(1), None, &mut |_| false);
        assert_eq!(read.unwrap(), None);
    }

    #[test]
    fn an_interrupted_read_is_tried_again() {
        struct ReadStopped(bool);
        impl Read for ReadStopped {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                if std::mem::replace(&mut self.0, true) {
                    Ok(0)
                } else {
                    Err(io::ErrorKind::Interrupted.into())
                }
            }
        }
        let read = hash_reader(&mut ReadStopped(false), None, &mut |_| true);
        assert_eq!(read.unwrap(), Some((Digest::compute(b""), 0)));
    }
}
