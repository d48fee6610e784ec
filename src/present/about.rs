//! What this program is, under which licenses, and what is inside it.

use std::sync::LazyLock;

use crate::environment::Environment;
use crate::text::escape_line;

/// Which build this is: version, commit where one is known, profile.
pub const BUILD: &str = env!("PATCHWRIGHT_BUILD");
/// The licenses that one may choose between.
pub const MIT: &str = include_str!("../../LICENSE-MIT");
pub const APACHE: &str = include_str!("../../LICENSE-APACHE");
/// The license of the fonts that are carried along.
pub const FONTS: &str = include_str!("../../assets/fonts/OFL.txt");

/// The licenses of all libraries, with who holds the rights. Empty unless a package was made.
const NOTICES: &str = include_str!(concat!(env!("OUT_DIR"), "/third-party.txt"));

/// The names and versions of every library that a build may have.
const LIBRARIES: &str = include_str!("../../Cargo.lock");

/// Which system this runs on.
pub fn system() -> String {
    Environment::of_this_machine().platform
}

/// The lines of the licenses of all libraries, for a screen; none in a build that isn't packed.
pub fn notices() -> &'static [String] {
    static LINES: LazyLock<Vec<String>> = LazyLock::new(|| on_a_screen(NOTICES));
    &LINES
}

fn on_a_screen(text: &str) -> Vec<String> {
    text.lines().map(|line| escape_line(&line.trim_end().replace('\t', "    ")).into_owned()).collect()
}

/// Each library with its version, a line each.
pub fn libraries() -> Vec<String> {
    let value = |line: &str, name: &str| {
        let value = line.strip_prefix(name)?.strip_prefix(" = \"")?.strip_suffix('"')?;
        Some(value.to_owned())
    };
    let mut libraries = Vec::new();
    let mut name = None;
    for line in LIBRARIES.lines() {
        name = value(line, "name").or(name);
        if let (Some(library), Some(version)) = (&name, value(line, "version"))
            && library != env!("CARGO_PKG_NAME")
        {
            libraries.push(format!("{library} {version}"));
        }
    }
    libraries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_library_is_listed_with_its_version_and_this_program_is_none() {
        let libraries = libraries();
        assert!(libraries.len() > 100, "{}", libraries.len());
        assert!(libraries.iter().any(|library| library.starts_with("serde_json 1.")), "{libraries:?}");
        assert!(!libraries.iter().any(|library| library.starts_with("patchwright ")));
    }

    #[test]
    fn licenses_are_shown_line_by_line_without_what_hides_in_them() {
        let lines = on_a_screen("MIT\n\n\tCopyright \u{a9} Jos\u{e9} \u{202e}\u{c}\r\n");
        assert_eq!(lines, ["MIT", "", "    Copyright \u{a9} Jos\u{e9} \\u{202e}"]);
        assert_eq!(on_a_screen(""), [""; 0]);
    }
}
