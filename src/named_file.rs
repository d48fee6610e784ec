//! A file that somebody named, opened without waiting.
//!
//! Opening a named pipe for reading waits until somebody writes to it, and opening a device may do something: so what
//! stands there is looked at first, and looked at again once it is open, because it may have been exchanged meanwhile.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// Opens the file at `path` for reading.
///
/// # Errors
/// The system's, or what stands there is no file: said in words.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    is_file(&fs::metadata(path)?)?;
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits();
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.cast_signed());
    }
    let file = options.open(path)?;
    is_file(&file.metadata()?)?;
    Ok(file)
}

/// What is in the file at `path`; if that is more than `max_bytes`, one byte more than that.
///
/// # Errors
/// As [`open`].
pub(crate) fn read(path: &Path, max_bytes: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.take(max_bytes as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The same of a file that has to be text.
///
/// # Errors
/// As [`read`], and [`ErrorKind::InvalidData`] if it is not UTF-8.
pub(crate) fn read_text(path: &Path, max_bytes: usize) -> io::Result<String> {
    let mut text = String::new();
    open(path)?.take(max_bytes as u64 + 1).read_to_string(&mut text)?;
    Ok(text)
}

/// Only a file can be read more than once, and without waiting.
///
/// # Errors
/// If it is something else: what to do about it.
fn is_file(found: &Metadata) -> io::Result<()> {
    let problem = match found.is_file() {
        true => return Ok(()),
        false if found.is_dir() => "it's a folder, not a file",
        false => "it's a pipe or device, not a file; save its output to a file, then name that file",
    };
    Err(io::Error::new(ErrorKind::InvalidInput, problem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn a_pipe_that_nobody_writes_to_is_refused_and_not_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0)
            .expect("a pipe");
        assert_eq!(open(&pipe).expect_err("it is no file").kind(), ErrorKind::InvalidInput);
        assert!(read(&pipe, 9).is_err() && read_text(&pipe, 9).is_err());
    }

    #[test]
    fn no_more_is_read_than_shows_that_it_is_too_much() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        fs::write(&file, "12345").expect("a file");
        assert_eq!(read(&file, 5).expect("a file"), b"12345");
        assert_eq!(read_text(&file, 3).expect("a file"), "1234");
    }
}
