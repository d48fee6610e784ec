//! The names a member can have. They are never paths to anything.

use std::fmt;

use crate::model::Digest;

const MANIFEST: &str = "manifest.json";
const SIGNATURE_DIR: &str = "signatures/";
const SIGNATURE_EXTENSION: &str = ".minisig";
const BLOB_DIR: &str = "blobs/sha256/";

/// Longest name: a signature with a fingerprint of 64 digits.
pub(super) const MAX_NAME_BYTES: usize = 83;

/// What a member is. Ordered as members stand in a container.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum MemberName {
    Manifest,
    Signature(Fingerprint),
    Blob(Digest),
}

/// 16 to 64 lower-case hex digits that tell which key signed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fingerprint(String);

impl MemberName {
    /// Accepts exactly what [`fmt::Display`] writes.
    pub(super) fn parse(name: &[u8]) -> Option<Self> {
        let name = str::from_utf8(name).ok()?;
        if name == MANIFEST {
            return Some(Self::Manifest);
        }
        if let Some(hex) = name.strip_prefix(BLOB_DIR) {
            return hex.parse().ok().map(Self::Blob);
        }
        let file = name.strip_prefix(SIGNATURE_DIR)?;
        Fingerprint::parse(file.strip_suffix(SIGNATURE_EXTENSION)?).map(Self::Signature)
    }
}

impl Fingerprint {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let is_hex = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        (is_hex && (16..=64).contains(&text.len())).then(|| Self(text.to_owned()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MemberName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Manifest => f.write_str(MANIFEST),
            Self::Signature(fingerprint) => {
                write!(f, "{SIGNATURE_DIR}{}{SIGNATURE_EXTENSION}", fingerprint.as_str())
            }
            Self::Blob(digest) => write!(f, "{BLOB_DIR}{digest}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back_as_it_is_written() {
        let names = [
            "manifest.json".to_owned(),
            format!("signatures/{}.minisig", "a".repeat(16)),
            format!("signatures/{}.minisig", "0".repeat(64)),
            format!("blobs/sha256/{}", "7".repeat(64)),
        ];
        for name in names {
            assert_eq!(MemberName::parse(name.as_bytes()).expect(&name).to_string(), name);
            assert!(name.len() <= MAX_NAME_BYTES);
        }
    }

    #[test]
    fn any_other_name_is_refused() {
        let hex = "a".repeat(64);
        let long = format!("signatures/{hex}a.minisig");
        let upper = format!("blobs/sha256/{}", hex.to_uppercase());
        let inner = format!("blobs/sha256/../{hex}");
        let wrong: [&[u8]; 12] = [
            b"",
            b"MANIFEST.JSON",
            b"manifest.json\0",
            b"./manifest.json",
            b"/manifest.json",
            b"notes.txt",
            b"blobs/sha256/",
            b"signatures/a.minisig",
            b"\x82",
            long.as_bytes(),
            upper.as_bytes(),
            inner.as_bytes(),
        ];
        for name in wrong {
            assert_eq!(MemberName::parse(name), None, "{}", name.escape_ascii());
        }
    }
}
