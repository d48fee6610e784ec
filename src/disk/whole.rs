//! Reads what has room in memory, in as few calls as can be.

use std::io::{self, Read};

/// The content of a file that should be `expected_bytes` long; one byte more of one that is longer.
///
/// # Errors
/// The system's.
pub(crate) fn read_whole(file: &mut dyn Read, expected_bytes: u64) -> io::Result<Vec<u8>> {
    let too_long = || io::Error::from(io::ErrorKind::OutOfMemory);
    let expected = usize::try_from(expected_bytes).map_err(|_| too_long())?;
    let mut content = vec![0; expected.checked_add(1).ok_or_else(too_long)?];
    let mut length = 0;
    while length < content.len() {
        match file.read(&mut content[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        }
        // There was room for more.
        if length == expected {
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
    fn content_that_comes_in_pieces_is_whole() {
        let (one, other) = ([1; 10], [2; 20]);
        let read = read_whole(&mut one.chain(other.as_slice()), 30).expect("memory can be read");
        assert_eq!(read, [&one[..], &other[..]].concat());
    }
}
