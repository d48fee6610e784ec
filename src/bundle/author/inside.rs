//! What a file is to the product, as far as its name and its first bytes tell.

use std::io::Read;

use super::AuthorError;
use super::trees::{SourceSide, Trees};
use crate::diff::{is_text, is_utf_16};
use crate::disk::read_whole;
use crate::model::{Role, TreePath, likely_secret};

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
    /// Whether its text is UTF-16, whose lines no diff of bytes shows.
    pub is_utf_16: bool,
    pub role: Role,
    /// What secret it holds, as far as its name and beginning tell.
    pub secret: Option<&'static str>,
}

impl Inside {
    /// Looks into a file.
    pub fn new(trees: &Trees<'_>, side: SourceSide, path: &TreePath) -> Result<Self, AuthorError> {
        let head = read_whole(&mut trees.open(side, path)?.take(HEAD_BYTES), HEAD_BYTES);
        let head = head.map_err(|error| trees.failed(side, path, error))?;
        let secret = likely_secret(path).or_else(|| secret_in(&head));
        let is_utf_16 = is_utf_16(&head);
        Ok(Self { is_text: is_text(&head) || is_utf_16, is_utf_16, role: role_of(path, &head), secret })
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

/// What secret begins like this.
fn secret_in(head: &[u8]) -> Option<&'static str> {
    /// Where an ELF file says what it is, and the number for the memory of a program.
    const ELF_TYPE: usize = 16;
    const ELF_CORE: u16 = 4;
    let first_line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let is_key =
        first_line.starts_with(b"-----BEGIN ") && first_line.trim_ascii_end().ends_with(b"PRIVATE KEY-----");
    let elf_type = head.get(ELF_TYPE..ELF_TYPE + 2).filter(|_| head.starts_with(b"\x7fELF"));
    let is_core =
        elf_type.is_some_and(|kind| kind == ELF_CORE.to_le_bytes() || kind == ELF_CORE.to_be_bytes());
    match (is_key, is_core) {
        (true, _) => Some("a private key"),
        (_, true) => Some("the memory of a program (core dump)"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_how_they_begin() {
        let core = [b"\x7fELF\x02\x01\x01".as_slice(), &[0; 9], &[4, 0]].concat();
        let program = [b"\x7fELF\x02\x01\x01".as_slice(), &[0; 9], &[2, 0]].concat();
        assert!(secret_in(&core).is_some() && secret_in(&program).is_none());
        assert!(secret_in(b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl").is_some());
        assert!(secret_in(b"-----BEGIN RSA PRIVATE KEY-----\r\nMII").is_some());
        for harmless in [b"-----BEGIN CERTIFICATE-----\n".as_slice(), b"a PRIVATE KEY-----\n", b""] {
            assert_eq!(secret_in(harmless), None);
        }
    }

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
