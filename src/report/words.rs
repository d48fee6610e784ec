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

/// `path` as [`shell_word`]; what begins with a dash is no option.
pub(crate) fn shell_path(path: &Path) -> String {
    let path = path.to_string_lossy();
    if path.starts_with('-') { shell_word(&format!("./{path}")) } else { shell_word(&path) }
}

fn unix_word(word: &str) -> String {
    let is_seen = word.chars().all(|c| unseen(c).is_none());
    match is_seen {
        true => format!("'{}'", word.replace('\'', r"'\''")),
        // As bash, zsh and ksh take it: what cannot be seen would be lost between screen and keyboard.
        false => {
            let escaped = word.chars().map(|c| match c {
                '\\' | '\'' => format!("\\{c}"),
                c if unseen(c).is_some() => {
                    c.to_string().bytes().map(|byte| format!("\\{byte:03o}")).collect()
                }
                c => c.to_string(),
            });
            format!("$'{}'", escaped.collect::<String>())
        }
    }
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
            ("new\nline", r"$'new\012line'"),
            ("a\u{202e}'b\\", r"$'a\342\200\256\'b\\'"),
        ] {
            assert_eq!(shell_word(word), shown);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_shell_takes_it_as_it_was_meant() {
        let words = ["x y", "-rf", "a;b & $(c) `d` \"e\"", "it's", "*?[a]{b,c}~!#", "new\nline", "tab\t'\\"];
        for word in words {
            let script = format!("printf %s {}", shell_path(Path::new(word)));
            let Ok(said) = std::process::Command::new("bash").args(["-c", &script]).output() else { return };
            let meant = if word.starts_with('-') { format!("./{word}") } else { word.to_owned() };
            assert_eq!(String::from_utf8_lossy(&said.stdout), meant, "{script}");
        }
    }
}
