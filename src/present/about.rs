//! What this program is, under which licenses, and what is inside it.

use crate::environment::Environment;

/// Which build this is: version, commit where one is known, profile.
pub const BUILD: &str = env!("PATCHWRIGHT_BUILD");
/// The licenses that one may choose between.
pub const MIT: &str = include_str!("../../LICENSE-MIT");
pub const APACHE: &str = include_str!("../../LICENSE-APACHE");
/// The license of the fonts that are carried along.
pub const FONTS: &str = include_str!("../../assets/fonts/OFL.txt");

/// The names and versions of every library that a build may have.
const LIBRARIES: &str = include_str!("../../Cargo.lock");

/// Which system this runs on.
pub fn system() -> String {
    Environment::of_this_machine().platform
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
}
