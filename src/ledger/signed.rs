//! The signatures that came with a patch, kept beside its manifest: whoever looks at the history later asks the keys
//! that are trusted on that day, not the words that were true when the patch came.

use serde::{Deserialize, Serialize};

use crate::text::json;
use crate::trust::{Attached, AttachedReview, SignatureScheme};

/// Longest file that is read, in bytes: 32 reviews of 512 KiB, their line ends and quotes escaped.
pub(crate) const MAX_SIGNATURES_BYTES: u64 = 48 << 20;

const FORMAT: &str = "patchwright-signatures/1";

/// The signatures and reviews of one patch. A patch whose entry has none reads as one that nobody signed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct KeptSignatures {
    /// Those over the manifest.
    pub signatures: Vec<Attached>,
    /// Reviews, each with the signature over it.
    pub reviews: Vec<AttachedReview>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignaturesFile {
    format: String,
    signatures: Vec<SignatureText>,
    reviews: Vec<ReviewText>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignatureText {
    scheme: String,
    text: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReviewText {
    report: String,
    signature: SignatureText,
}

impl KeptSignatures {
    /// The bytes of the file; `None` if there is nothing to keep. What is not text is no signature and is left out.
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
        let signature = |one: &Attached| {
            Some(SignatureText { scheme: one.scheme.extension().to_owned(), text: text(&one.bytes)? })
        };
        let review = |one: &AttachedReview| {
            Some(ReviewText { report: text(&one.report)?, signature: signature(&one.signature)? })
        };
        let file = SignaturesFile {
            format: FORMAT.to_owned(),
            signatures: self.signatures.iter().filter_map(signature).collect(),
            reviews: self.reviews.iter().filter_map(review).collect(),
        };
        let is_empty = file.signatures.is_empty() && file.reviews.is_empty();
        (!is_empty).then(|| serde_json::to_vec(&file).expect("signatures have text keys only"))
    }

    /// Reads the bytes of such a file; `None` if it is none.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let limit = usize::try_from(MAX_SIGNATURES_BYTES).ok()?;
        let file: SignaturesFile = json::from_slice(bytes, limit).ok()?;
        let signature = |one: SignatureText| {
            Some(Attached {
                scheme: SignatureScheme::of_extension(&one.scheme)?,
                bytes: one.text.into_bytes(),
            })
        };
        let review = |one: ReviewText| {
            Some(AttachedReview { report: one.report.into_bytes(), signature: signature(one.signature)? })
        };
        (file.format == FORMAT).then_some(())?;
        Some(Self {
            signatures: file.signatures.into_iter().map(signature).collect::<Option<_>>()?,
            reviews: file.reviews.into_iter().map(review).collect::<Option<_>>()?,
        })
    }
}

/// The name of the signatures beside their entry.
pub(crate) fn signatures_name(part: usize) -> String {
    match part {
        0 => "signatures.json".to_owned(),
        part => format!("signatures-{part}.json"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> KeptSignatures {
        let signature = |scheme, text: &str| Attached { scheme, bytes: text.into() };
        let review = AttachedReview {
            report: b"{}\n".to_vec(),
            signature: signature(SignatureScheme::Minisign, "m\n"),
        };
        KeptSignatures {
            signatures: vec![
                signature(SignatureScheme::Ssh, "s\n"),
                signature(SignatureScheme::Minisign, "m\n"),
            ],
            reviews: vec![review],
        }
    }

    #[test]
    fn signatures_read_back_as_they_were_kept() {
        let bytes = kept().to_bytes().expect("there is something to keep");
        assert_eq!(KeptSignatures::from_bytes(&bytes), Some(kept()));
    }

    #[test]
    fn what_is_no_file_of_signatures_says_nothing() {
        let bytes = String::from_utf8(kept().to_bytes().expect("kept")).expect("text");
        for other in
            [bytes.replace("signatures/1", "signatures/2"), bytes.replace("sshsig", "pgp"), "{".into()]
        {
            assert_eq!(KeptSignatures::from_bytes(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn a_patch_without_signatures_needs_no_file() {
        assert_eq!(KeptSignatures::default().to_bytes(), None);
        let noise = Attached { scheme: SignatureScheme::Ssh, bytes: vec![0xff] };
        assert_eq!(KeptSignatures { signatures: vec![noise], reviews: Vec::new() }.to_bytes(), None);
    }
}
