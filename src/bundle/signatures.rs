//! Adds signatures and reviews to a bundle: every byte that was signed before stays as it is.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::path::Path;

use super::container::{Container, ContainerWriter};
use super::error::BundleError;
use crate::model::{Code, Digest};
use crate::trust::{Attached, AttachedReview, KeyFingerprint, SignatureScheme};
use crate::whole_file::WholeFile;

/// What is added to a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Addition {
    /// A signature over the manifest.
    Signature(Attached),
    /// A review and the signature over it.
    Review(AttachedReview),
}

/// Adds what the key `by` made to the bundle at `path`, which appears anew, whole or not at all. What the same key made
/// before is replaced. `looked_at` is the SHA-256 of the file that it was made for.
///
/// # Errors
/// If the file is another one by now, would have too many signatures, or cannot be written; it is as before then.
pub fn add(
    path: &Path,
    looked_at: Digest,
    by: KeyFingerprint,
    addition: Addition,
) -> Result<(), BundleError> {
    let old = Container::open(path)?;
    if old.file_digest()? != looked_at {
        let problem = "it is another file than the one that was looked at";
        return Err(BundleError::new(Code::Moved, problem).in_file(path));
    }
    let of_key = |(name, signature): (String, Attached)| ((name, signature.scheme), signature);
    let mut signatures: BTreeMap<(String, SignatureScheme), Attached> =
        old.signatures()?.into_iter().map(of_key).collect();
    let mut reviews: BTreeMap<String, AttachedReview> = old.reviews()?.into_iter().collect();
    match addition {
        Addition::Signature(signature) => {
            signatures.insert((by.to_string(), signature.scheme), signature);
        }
        Addition::Review(review) => {
            reviews.insert(by.to_string(), review);
        }
    }
    let cannot = |error| BundleError::io("cannot write", error).in_file(path);
    let mut file = WholeFile::create(path).map_err(cannot)?;
    let mut new = ContainerWriter::begin(BufWriter::new(file.file()), &old.manifest_bytes()?)?;
    for ((name, _), signature) in &signatures {
        new.add_signature(name, signature)?;
    }
    for (name, review) in &reviews {
        new.add_review(name, review)?;
    }
    new.copy_content(&old)?;
    new.finish()?.flush().map_err(cannot)?;
    // Windows does not replace a file that is open.
    drop(old);
    file.publish().map_err(cannot)
}
