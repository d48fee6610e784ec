//! Who vouches for a patch, and whether that is enough here.
//!
//! A bundle's signatures cover the exact bytes of its manifest; reviews are signed themselves. [`mod@judge`] is the one
//! function that turns signatures, keys and rules into a [`Verdict`]. Keys are known only because somebody here decided
//! so ([`Keyring`]); nothing in a bundle is ever believed about whose key it is. Nothing here asks a network.

mod approval;
mod dsse;
mod judge;
mod key;
mod minisign;
mod misnamed;
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

pub(crate) use approval::{Approval, Approver, MAX_APPROVAL_BYTES, NoApprover, approver};
pub(crate) use dsse::{envelope, opened};
pub(crate) use judge::{Attached, SignatureSubject, key_of, signer_of};
pub use judge::{AttachedReview, judge};
#[cfg(test)]
pub(crate) use key::KeyError;
pub(crate) use key::KeyFingerprint;
pub use key::PublicKey;
pub(crate) use key::{MAX_KEY_BYTES, SignatureScheme};
pub use minisign::sign;
pub(crate) use misnamed::Misnamed;
pub use policy::Policy;
#[cfg(test)]
pub(crate) use policy::Rules;
#[cfg(test)]
pub(crate) use policy::SetBy;
#[cfg(test)]
pub(crate) use policy::Unvouched;
pub(crate) use review::{MAX_REVIEW_BYTES, ReviewNote, ReviewedChange};
pub use review::{Opinion, Review};
pub(crate) use rotation::{MAX_ROTATION_BYTES, Rotated, Rotation};
pub use secret_key::SecretKey;
#[cfg(test)]
pub(crate) use secret_key::SecretKeyError;
pub(crate) use secret_key::{MAX_SECRET_BYTES, Password};
pub(crate) use statement::SignerRole;
pub(crate) use statement::{SequencePlace, Statement, StatementKind};
pub use store::Keyring;
#[cfg(test)]
pub(crate) use store::ListState;
pub(crate) use store::{EVERY_PRODUCT, KeyStore, KeyStoreError, TrustOrigin, TrustedKey};
pub(crate) use store::{KeyPlaces, Revoked, RevokedFrom};
#[cfg(test)]
pub(crate) use verdict::UnknownKey;
pub use verdict::Verdict;
pub(crate) use verdict::{Denial, Doubt, Signatory, Standing};
