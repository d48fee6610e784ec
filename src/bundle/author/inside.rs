//! What a file is to the product, as far as its name and its first bytes tell.

use std::io::Read;

use super::AuthorError;
use super::trees::{SourceSide, Trees};
use crate::diff::{is_text, is_utf_16};
use crate::model::{Role, TreePath};

/// As much as [`is_text`] looks at.
const HEAD_BYTES: u64 = 8 << 10;

/// How the files of programs and libraries begin: ELF, Windows, macOS in both byte orders and for several processors,
/// WebAssembly.
const PROGRAMS: &[&[u8]] = &[
    b"\x7fELF",
    b"MZ",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"\0asm",
];

/// Settings that people edit, by the end of the name.
const CONFIG: &[&str] =
    &["cfg", "cnf", "conf", "config", "env", "ini", "json", "properties", "toml", "xml", "yaml", "yml"];

/// For people to read, by the end of the name.
const DOC: &[&str] = &["adoc", "htm", "html", "man", "md", "pdf", "rst", "rtf", "txt"];

/// What was seen in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Inside {
    pub(crate) is_text: bool,
    pub role: Role,
}

impl Inside {
    /// Looks into a file.
    pub fn new(trees: &Trees<'_>, side: SourceSide, path: &TreePath) -> Result<Self, AuthorError> {
        let mut head = Vec::new();
        let read = trees.open(side, path)?.take(HEAD_BYTES).read_to_end(&mut head);
        read.map_err(|error| trees.failed(side, path, error))?;
        Ok(Self { is_text: is_text(&head) || is_utf_16(&head), role: role_of(path, &head) })
    }
}

fn role_of(path: &TreePath, head: &[u8]) -> Role {
    let extension = path.name().rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    let is_one_of = |known: &[&str]| extension.as_ref().is_some_and(|own| known.contains(&own.as_str()));
    if PROGRAMS.iter().any(|magic| head.starts_with(magic)) {
        Role::Binary
    } else if is_one_of(CONFIG) {
        Role::Config
    } else if is_one_of(DOC) {
        Role::Doc
    } else {
        Role::Data
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_follows_from_the_first_bytes_and_then_from_the_name() {
        for (path, head, role) in [
            ("bin/app", b"\x7fELF\x02".as_slice(), Role::Binary),
            ("app.exe", b"MZ\x90", Role::Binary),
            ("etc/app.TOML", b"port = 1\n", Role::Config),
            ("README.md", b"# Read me\n", Role::Doc),
            ("share/icons.dat", b"\0\x01", Role::Data),
            ("Makefile", b"all:\n", Role::Data),
        ] {
            assert_eq!(role_of(&TreePath::parse(path).expect("a path"), head), role, "{path}");
        }
    }
}
