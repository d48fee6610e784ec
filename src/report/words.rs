//! Small pieces of wording.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::disk::is_out_of_handles;
use crate::model::characters::unseen;

/// What the system said, in words that need no manual; the system's own where there are none.
pub(super) fn in_words(error: &io::Error) -> String {
    if is_out_of_handles(error) {
        return "too many files are open (`ulimit -n` raises the limit)".to_owned();
    }
    if is_above_size_limit(error) {
        return "files may not become this large here (`ulimit -f` raises the limit)".to_owned();
    }
    let words = match error.kind() {
        ErrorKind::AlreadyExists => "a file with this name already exists",
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

/// Whether a file would become larger than this process may make one.
fn is_above_size_limit(error: &io::Error) -> bool {
    const FILE_TOO_LARGE: i32 = 27;
    cfg!(unix) && error.raw_os_error() == Some(FILE_TOO_LARGE)
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

/// `word` so that it can be pasted into a shell, and means that word and nothing else there.
pub(crate) fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/:._-+@,=".contains(c) || cfg!(windows) && c == '\\';
    let is_plain = !word.is_empty() && word.chars().all(plain);
    match cfg!(windows) {
        _ if is_plain => word.to_owned(),
        // No name on Windows has a quote in it; PowerShell and the command prompt both take these.
        true => format!("\"{word}\""),
        false => unix_word(word),
    }
}

/// `path` as [`shell_word`], byte for byte where the system's names are bytes; what begins with a dash is no option.
pub(crate) fn shell_path(path: &Path) -> String {
    let is_dashed = path.as_os_str().as_encoded_bytes().starts_with(b"-");
    let path = if is_dashed { &Path::new(".").join(path) } else { path };
    match path.to_str() {
        Some(path) => shell_word(path),
        None => named_by_bytes(path),
    }
}

#[cfg(unix)]
fn named_by_bytes(path: &Path) -> String {
    printed(std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()))
}

#[cfg(not(unix))]
fn named_by_bytes(path: &Path) -> String {
    shell_word(&path.to_string_lossy())
}

fn unix_word(word: &str) -> String {
    match word.chars().all(|c| unseen(c).is_none()) {
        true => format!("'{}'", word.replace('\'', r"'\''")),
        false => printed(word.as_bytes()),
    }
}

/// A word with something in it that would be lost between screen and keyboard, spelled out as every POSIX shell takes it.
fn printed(word: &[u8]) -> String {
    let mut spelled = String::new();
    for chunk in word.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                // What means something to a shell in quotes, or to printf.
                '\\' | '\'' | '%' | '!' => spelled.push_str(&octal(&[c as u8])),
                '-' if spelled.is_empty() => spelled.push_str(&octal(b"-")),
                c if unseen(c).is_some() => spelled.push_str(&octal(c.to_string().as_bytes())),
                c => spelled.push(c),
            }
        }
        spelled.push_str(&octal(chunk.invalid()));
    }
    match word.ends_with(b"\n") {
        // What a command prints loses line feeds at its end. Of these words dash knows no spelling in one line; bash,
        // ksh and zsh take this one.
        true => format!("$'{spelled}'"),
        false => format!("\"$(printf '{spelled}')\""),
    }
}

fn octal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\{byte:03o}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_for_a_shell_means_nothing_but_itself() {
        assert_eq!(shell_word("/opt/app-1.0"), "/opt/app-1.0");
        assert_eq!(shell_word("/srv/müller"), "/srv/müller");
        if cfg!(windows) {
            assert_eq!(shell_word(r"C:\Program Files\App"), r#""C:\Program Files\App""#);
            return;
        }
        for (word, shown) in [
            ("x y", "'x y'"),
            ("", "''"),
            ("--allow-unsigned", "--allow-unsigned"),
            ("a;b & $(c) `d` \"e\"", "'a;b & $(c) `d` \"e\"'"),
            ("it's", r"'it'\''s'"),
            ("new\nline", r#""$(printf 'new\012line')""#),
            ("a\u{202e}'b\\", r#""$(printf 'a\342\200\256\047b\134')""#),
            ("-\t100%", r#""$(printf '\055\011100\045')""#),
            ("end\n", r"$'end\012'"),
        ] {
            assert_eq!(shell_word(word), shown);
        }
    }

    #[cfg(unix)]
    #[test]
    fn every_shell_takes_it_as_it_was_meant() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let words: [&[u8]; 14] = [
            b"x y",
            b"-rf",
            b"a;b & $(c) `d` \"e\"",
            b"it's",
            b"*?[a]{b,c}~!#",
            b"new\nline",
            b"\n-a",
            b"tab\t'\\",
            b"-\x1b[31m %s %% \\n \\101 !x",
            b"7\n7\x01" as &[u8],
            "a\u{202e}b \u{7f}\u{e9}".as_bytes(),
            b"caf\xe9",
            b"-caf\xe9 %d 'x'",
            b"end\n",
        ];
        for shell in ["sh", "dash", "bash", "ksh", "zsh"] {
            for word in words {
                let script = format!("printf '%s' {}", shell_path(Path::new(OsStr::from_bytes(word))));
                let Ok(said) = std::process::Command::new(shell).args(["-c", &script]).output() else {
                    break;
                };
                let meant = if word.starts_with(b"-") { [b"./", word].concat() } else { word.to_owned() };
                if word.ends_with(b"\n") && ["sh", "dash"].contains(&shell) {
                    continue;
                }
                assert_eq!(said.stdout, meant, "{shell}: {script}");
            }
        }
    }
}
