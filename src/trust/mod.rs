//! Who vouches for a patch, and whether that is enough here.
//!
//! A bundle's signatures cover the exact bytes of its manifest; reviews are signed themselves. [`judge`] is the one
//! function that turns signatures, keys and rules into a [`Verdict`]. Keys are known only because somebody here decided
//! so ([`Keyring`]); nothing in a bundle is ever believed about whose key it is. Nothing here asks a network.

mod judge;
mod key;
mod minisign;
mod policy;
mod review;
mod rotation;
mod secret_key;
mod sshsig;
mod statement;
mod store;
mod verdict;

#[cfg(test)]
mod tests;

pub use judge::{Attached, AttachedReview, Claim, judge, signer_of};
pub use key::{KeyError, KeyFingerprint, MAX_KEY_BYTES, PublicKey, Scheme};
pub use minisign::sign;
pub use policy::{Policy, Rules, SetBy, Unvouched};
pub use review::{MAX_REVIEW_BYTES, Opinion, Review, ReviewNote, ReviewedChange};
pub use rotation::{KeyList, MAX_ROTATION_BYTES, Rotated, Rotation};
pub use secret_key::{MAX_SECRET_BYTES, Password, SecretKey, SecretKeyError};
pub use statement::{SequencePlace, SignerRole, Statement, StatementKind};
pub use store::{
    EVERY_PRODUCT, KeyStore, KeyStoreError, Keyring, ListState, Places, Revoked, RevokedFrom, TrustOrigin,
    TrustedKey,
};
pub use verdict::{Denial, Doubt, Reason, Signatory, Standing, Verdict};
