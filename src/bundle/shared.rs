//! `blobs/shared`: small contents in one member, so that none of them pays for records of its own.
//!
//! They stand in the order of their digests, one behind the other. Which they are needs no list: those that the manifest
//! names and that have no member of their own. Where each ends follows from its size, which the manifest says.

use std::collections::BTreeMap;
use std::io::Read;
use std::ops::Range;

use super::BundleError;
use super::store::Store;
use crate::model::{Code, Digest};

/// The contents of the member, each of which was compared with its digest.
#[derive(Debug)]
pub(super) struct SharedBlobs {
    store: Store,
    places: BTreeMap<Digest, Range<u64>>,
}

impl SharedBlobs {
    /// Reads the member, which has to hold exactly the contents `expected`.
    ///
    /// # Errors
    /// Names the first content that is not what it should be.
    pub fn read(expected: &BTreeMap<Digest, u64>, mut content: impl Read) -> Result<Self, BundleError> {
        let failed = |error| BundleError::io("cannot keep it", error);
        let size_bytes = expected.values().sum();
        let mut shared =
            Self { store: Store::for_size(size_bytes).map_err(failed)?, places: BTreeMap::new() };
        let mut at = 0;
        for (digest, size_bytes) in expected {
            let mut piece = Vec::new();
            let read = content.by_ref().take(*size_bytes).read_to_end(&mut piece);
            read.map_err(|error| BundleError::io("cannot read it", error))?;
            if Digest::compute(&piece) != *digest {
                let problem = format!("the content {digest} is not where it has to be, or damaged");
                return Err(BundleError::new(Code::Container, problem));
            }
            shared.store.append(&piece).map_err(failed)?;
            shared.places.insert(*digest, at..at + size_bytes);
            at += size_bytes;
        }
        // The end of a member is where its checksum is compared.
        match content.read(&mut [0]).map_err(|error| BundleError::io("cannot read it", error))? {
            0 => Ok(shared),
            _ => Err(BundleError::new(
                Code::Container,
                "something follows the contents that the manifest names",
            )),
        }
    }

    /// The content with this digest; `None` if it is not among them.
    pub fn blob(&self, digest: &Digest) -> Result<Option<Vec<u8>>, BundleError> {
        let Some(place) = self.places.get(digest) else { return Ok(None) };
        let read = self.store.read(place);
        read.map(Some).map_err(|error| BundleError::io("cannot read blobs/shared", error))
    }

    /// All of them with their sizes, ascending.
    pub fn blobs(&self) -> impl Iterator<Item = (Digest, u64)> {
        self.places.iter().map(|(digest, place)| (*digest, place.end - place.start))
    }
}
