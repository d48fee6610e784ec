//! Small pieces of wording.

use std::error::Error;
use std::io::{self, ErrorKind};

/// What the system said, in words that need no manual; the system's own where there are none.
pub(super) fn in_words(error: &io::Error) -> String {
    if is_out_of_handles(error) {
        return "too many files are open (`ulimit -n` raises the limit)".to_owned();
    }
    let words = match error.kind() {
        ErrorKind::AlreadyExists => "this name already exists",
        ErrorKind::InvalidFilename => "the disk doesn't allow this name",
        ErrorKind::IsADirectory => "it's a folder",
        ErrorKind::NotADirectory => "a part of its path isn't a folder",
        ErrorKind::NotFound => "file not found",
        ErrorKind::PermissionDenied => "you don't have permission",
        ErrorKind::QuotaExceeded => "your disk quota is used up",
        ErrorKind::ReadOnlyFilesystem => "the disk is read-only",
        ErrorKind::StorageFull => "the disk is full",
        _ => return error.to_string(),
    };
    words.to_owned()
}

/// Whether the process, or the whole system, has as many files open as it may.
fn is_out_of_handles(error: &io::Error) -> bool {
    const SYSTEM: i32 = 23;
    const PROCESS: i32 = 24;
    cfg!(unix) && matches!(error.raw_os_error(), Some(SYSTEM | PROCESS))
}

/// The causes of `error`, without its own words and without repetitions.
pub(super) fn reasons(error: &dyn Error) -> Vec<String> {
    let mut reasons: Vec<String> = Vec::new();
    let mut last = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.downcast_ref::<io::Error>().map_or_else(|| cause.to_string(), in_words);
        if text != last {
            reasons.push(text.clone());
        }
        last = text;
        next = cause.source();
    }
    reasons
}

/// `word` so that it can be pasted into a shell.
pub(crate) fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/\\:._-+@%,=".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        // What both PowerShell and the shells of Unix take, as long as there is no quote in it.
        false => format!("\"{}\"", word.replace('"', "\\\"")),
    }
}
