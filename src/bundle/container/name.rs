//! The names a member can have. They are never paths to anything.

use std::fmt;

use crate::model::Digest;
use crate::trust::SignatureScheme;

const MANIFEST: &str = "manifest.json";
const DIFF: &str = "changes.patch";
const SHARED: &str = "blobs/shared";
const SIGNATURE_DIR: &str = "signatures/";
const REVIEW_DIR: &str = "reviews/";
const REVIEW_EXTENSION: &str = "json";
const BLOB_DIR: &str = "blobs/sha256/";

/// Longest name: a blob, or a signature with a fingerprint of 64 digits.
pub(super) const MAX_NAME_BYTES: usize = 83;

/// What a member is. Ordered as members stand in a container.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum MemberName {
    Manifest,
    /// A signature over the manifest.
    Signature(SignatureName, SignatureScheme),
    /// A review; the signature over it stands behind it.
    Review(SignatureName, ReviewPart),
    /// The changes that a diff can say.
    Diff,
    /// Small contents, one behind the other.
    Shared,
    Blob(Digest),
}

/// A review or the signature over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ReviewPart {
    Report,
    Signature(SignatureScheme),
}

/// 16 to 64 lower-case hex digits that tell which key signed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SignatureName(String);

impl MemberName {
    /// Accepts exactly what [`fmt::Display`] writes.
    pub(super) fn parse(name: &[u8]) -> Option<Self> {
        let name = str::from_utf8(name).ok()?;
        match name {
            MANIFEST => return Some(Self::Manifest),
            DIFF => return Some(Self::Diff),
            SHARED => return Some(Self::Shared),
            _ => {}
        }
        if let Some(hex) = name.strip_prefix(BLOB_DIR) {
            return hex.parse().ok().map(Self::Blob);
        }
        if let Some(file) = name.strip_prefix(REVIEW_DIR) {
            let (fingerprint, extension) = file.split_once('.')?;
            let part = match extension {
                REVIEW_EXTENSION => ReviewPart::Report,
                other => ReviewPart::Signature(SignatureScheme::of_extension(other)?),
            };
            return SignatureName::parse(fingerprint).map(|fingerprint| Self::Review(fingerprint, part));
        }
        let (fingerprint, extension) = name.strip_prefix(SIGNATURE_DIR)?.split_once('.')?;
        let scheme = SignatureScheme::of_extension(extension)?;
        SignatureName::parse(fingerprint).map(|fingerprint| Self::Signature(fingerprint, scheme))
    }
}

impl SignatureName {
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
            Self::Diff => f.write_str(DIFF),
            Self::Shared => f.write_str(SHARED),
            Self::Signature(fingerprint, scheme) => {
                write!(f, "{SIGNATURE_DIR}{}.{}", fingerprint.as_str(), scheme.extension())
            }
            Self::Review(fingerprint, part) => {
                let extension = match part {
                    ReviewPart::Report => REVIEW_EXTENSION,
                    ReviewPart::Signature(scheme) => scheme.extension(),
                };
                write!(f, "{REVIEW_DIR}{}.{extension}", fingerprint.as_str())
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
            "changes.patch".to_owned(),
            "blobs/shared".to_owned(),
            format!("signatures/{}.minisig", "a".repeat(16)),
            format!("signatures/{}.minisig", "0".repeat(64)),
            format!("signatures/{}.sshsig", "0".repeat(64)),
            format!("reviews/{}.json", "0".repeat(64)),
            format!("reviews/{}.minisig", "0".repeat(64)),
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
        let wrong: [&[u8]; 14] = [
            b"",
            b"MANIFEST.JSON",
            b"manifest.json\0",
            b"./manifest.json",
            b"/manifest.json",
            b"notes.txt",
            b"blobs/sha256/",
            b"signatures/a.minisig",
            b"signatures/0123456789abcdef.json",
            b"reviews/0123456789abcdef.html",
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
