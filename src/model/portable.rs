//! Names that are fine in themselves and that Windows cannot store, or would take for something else.
//!
//! A patch whose platforms leave Windows out may use them (Perl's manual pages are called `Foo::Bar.3pm`). The
//! rules are the same on every system, so a bundle gets one verdict wherever it is read.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// What is wrong with a name on Windows only.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unportable {
    /// The path starts with a letter and a colon.
    #[error("Windows takes \"{0}:\" for a drive")]
    Drive(char),
    /// A character Windows cannot store.
    #[error("Windows cannot store {0:?} in a name")]
    Character(char),
    /// A dot at the end of a name, which Windows drops.
    #[error("Windows drops the dot at the end of {0:?}")]
    TrailingDot(String),
    /// A space at the end of a name, which Windows drops.
    #[error("Windows drops the space at the end of {0:?}")]
    TrailingSpace(String),
    /// A name Windows opens as a device, whatever its folder and extension.
    #[error("Windows takes {0:?} for a device")]
    Device(String),
    /// A name of the kind Windows makes up as a second, short name for a long one.
    #[error("Windows may use {0:?} as the short name of another file")]
    ShortName(String),
}

/// The first reason why Windows could not store a `/`-separated path.
pub(super) fn first_unportable(path: &str) -> Option<Unportable> {
    drive(path).map(Unportable::Drive).or_else(|| path.split('/').find_map(unportable_name))
}

/// The same where it is known that Windows could store `portable`: the folders that both are in need no second look.
pub(super) fn first_unportable_beside(path: &str, portable: &str) -> Option<Unportable> {
    let shared = path.bytes().zip(portable.bytes()).take_while(|(one, other)| one == other).count();
    match path.as_bytes()[..shared].iter().rposition(|byte| *byte == b'/') {
        None => first_unportable(path),
        Some(end) => path[end + 1..].split('/').find_map(unportable_name),
    }
}

fn drive(path: &str) -> Option<char> {
    let mut chars = path.chars();
    let letter = chars.next()?;
    (chars.next() == Some(':')).then_some(letter)
}

fn unportable_name(name: &str) -> Option<Unportable> {
    let forbidden = |c: char| matches!(c, ':' | '*' | '?' | '"' | '<' | '>' | '|' | '\\');
    if let Some(c) = name.chars().find(|&c| forbidden(c)) {
        return Some(Unportable::Character(c));
    }
    // Some programs fold compatible forms of Unicode (UAX 15) into plain ones before Windows sees the name.
    let plain: Cow<'_, str> = match name.is_ascii() {
        true => name.into(),
        false => name.nfkc().collect::<String>().into(),
    };
    if is_device(&plain) {
        return Some(Unportable::Device(name.to_owned()));
    }
    match name.chars().next_back() {
        Some('.') => Some(Unportable::TrailingDot(name.to_owned())),
        // An ellipsis may end a name; a space of any kind may not.
        _ if plain.ends_with(' ') => Some(Unportable::TrailingSpace(name.to_owned())),
        _ if is_short_name(name) => Some(Unportable::ShortName(name.to_owned())),
        _ => None,
    }
}

/// `NUL`, and as well `nul.txt` and `COM1 .log`: extension, case and blanks before the dot do not count. Windows reads
/// the superscripts one to three as digits, which folding makes of them.
fn is_device(name: &str) -> bool {
    const DEVICES: [&str; 7] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"];
    const PORTS: [&str; 2] = ["COM", "LPT"];
    let base = name.split('.').next().unwrap_or(name).trim_end_matches(' ');
    let is_port = || {
        let Some((port, number)) = base.split_at_checked(3) else { return false };
        let is_digit = matches!(number.as_bytes(), [digit] if digit.is_ascii_digit());
        is_digit && PORTS.iter().any(|known| known.eq_ignore_ascii_case(port))
    };
    DEVICES.iter().any(|device| device.eq_ignore_ascii_case(base)) || is_port()
}

/// `PROGRA~1`, `LIB~12.TXT`: at most eight characters that end in a tilde and a number, and an extension of at
/// most three. `foo.~1~`, as editors make it, is none.
fn is_short_name(name: &str) -> bool {
    let (stem, extension) = name.split_once('.').unwrap_or((name, ""));
    let Some((start, number)) = stem.rsplit_once('~') else { return false };
    !start.is_empty()
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && stem.chars().count() <= 8
        && extension.chars().count() <= 3
        && !extension.contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(name: &str) -> Option<Unportable> {
        Some(Unportable::Device(name.to_owned()))
    }

    #[test]
    fn h36_h37_drives_shares_and_backslashes_are_unportable() {
        for (path, reason) in [
            (r"C:\x", Unportable::Drive('C')),
            ("C:x", Unportable::Drive('C')),
            (r"1:\x", Unportable::Drive('1')),
            ("c:/x", Unportable::Drive('c')),
            (r"\\server\share", Unportable::Character('\\')),
            (r"\\?\C:\x", Unportable::Character('\\')),
            (r"\\.\pipe\x", Unportable::Character('\\')),
            (r"a\..\..\x", Unportable::Character('\\')),
        ] {
            assert_eq!(first_unportable(path), Some(reason), "{path}");
        }
    }

    #[test]
    fn a_name_beside_a_portable_one_gets_the_same_answer() {
        let portable = ["a", "a/b", "a/b/c", "a/bc/d", "nu/x", "C/x"];
        for path in ["a", "a/b", "a/b/nul", "a/nul/c", "nul/x", "C:/x", "a/b:/c", "a/bc/d/e.", "a/bc"] {
            for known in portable {
                assert_eq!(first_unportable_beside(path, known), first_unportable(path), "{path} {known}");
            }
        }
    }

    #[test]
    fn h40_alternate_data_streams_are_unportable() {
        for path in ["app.exe:s", "app::$DATA", "dd:$I30:$INDEX_ALLOCATION/x"] {
            assert_eq!(first_unportable(path), Some(Unportable::Character(':')), "{path}");
        }
        assert_eq!(first_unportable("d:$I30:$INDEX_ALLOCATION/x"), Some(Unportable::Drive('d')));
    }

    #[test]
    fn h41_device_names_are_unportable_in_every_spelling() {
        for name in [
            "CON",
            "nul.txt",
            "aux.c",
            "prn",
            "COM0",
            "com9",
            "LPT1.tar.gz",
            "COM1 .txt",
            "COM¹",
            "lpt².x",
            "COM⁴",
            "CON\u{a0}",
            "CON\u{a0}.x",
            "ＣＯＮ",
            "Com³ ",
            "CONIN$",
            "conOut$  .xyz",
            "clock$",
            "PRN.",
            "CON\u{2024}",
            "nul\u{ff0e}txt",
        ] {
            assert_eq!(unportable_name(name), device(name), "{name}");
        }
        assert_eq!(first_unportable("abc/conOut$  .xyz/t"), device("conOut$  .xyz"));
        assert_eq!(first_unportable("PRN./abc"), device("PRN."));
    }

    #[test]
    fn names_that_only_begin_like_a_device_are_portable() {
        for name in ["console.rs", "COM", "COM10", "com4x", "aux_in.c", "null", "lpt", "x.con"] {
            assert_eq!(unportable_name(name), None, "{name}");
        }
    }

    #[test]
    fn h42_what_windows_drops_at_the_end_is_unportable() {
        assert_eq!(unportable_name("app.exe."), Some(Unportable::TrailingDot("app.exe.".to_owned())));
        assert_eq!(unportable_name("..."), Some(Unportable::TrailingDot("...".to_owned())));
        assert_eq!(unportable_name("app.exe "), Some(Unportable::TrailingSpace("app.exe ".to_owned())));
        let folded = "app.exe\u{a0}";
        assert_eq!(unportable_name(folded), Some(Unportable::TrailingSpace(folded.to_owned())));
        assert_eq!(first_unportable("dir. ./x"), Some(Unportable::TrailingDot("dir. .".to_owned())));
    }

    #[test]
    fn h43_short_names_are_unportable_and_other_tildes_are_not() {
        for name in ["PROGRA~1", "LIB~1", "a~1.txt", "LONGN~12.C"] {
            assert_eq!(unportable_name(name), Some(Unportable::ShortName(name.to_owned())), "{name}");
        }
        for name in ["notes.txt~", "foo.~1~", "~1", "release-notes~1", "libx_1.0~1.deb", "a~b1"] {
            assert_eq!(unportable_name(name), None, "{name}");
        }
    }

    #[test]
    fn h51_characters_of_the_windows_shell_are_unportable() {
        for c in ['*', '?', '|', '"', '<', '>'] {
            assert_eq!(unportable_name(&format!("a{c}b")), Some(Unportable::Character(c)));
        }
    }

    #[test]
    fn perls_manual_pages_are_unportable() {
        assert_eq!(first_unportable("man3/Foo::Bar.3pm"), Some(Unportable::Character(':')));
    }
}
