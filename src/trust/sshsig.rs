//! Signatures as `ssh-keygen -Y sign` writes them, by Ed25519 keys in a file or in a security device.
//!
//! Source: OpenSSH's PROTOCOL.sshsig, and PROTOCOL.u2f for devices. The `ssh-key` crate reads the format; what a
//! signature covers is decided here with the same strict check as for minisign.

use ssh_key::{HashAlg, SshSig};

use super::key::{KeyError, KeyForm, PublicKey};
use super::statement::StatementKind;
use crate::model::Digest;

/// The bit by which a device says that somebody touched it (PROTOCOL.u2f, "flags").
const TOUCHED: u8 = 1;

/// A signature that was read. Nothing says yet that it is valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SshSignature {
    /// The key that it says it is by; checking it with that key proves only that they belong together.
    pub key: PublicKey,
    read: SshSig,
}

impl SshSignature {
    /// Reads the armoured text.
    ///
    /// # Errors
    /// Says what is wrong, as a phrase.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let read =
            SshSig::from_pem(bytes).map_err(|_| "it isn't an SSH signature by an Ed25519 key".to_owned())?;
        let key = PublicKey::of_ssh(read.public_key()).map_err(|error| match error {
            KeyError::OtherKind(kind) => format!("it's by a {kind} key, not an Ed25519 key"),
            other => format!("its key is not taken: {other}"),
        })?;
        if !read.reserved().is_empty() {
            return Err("it holds something of a later kind".to_owned());
        }
        Ok(Self { key, read })
    }

    /// Whether it was made with its key over exactly these bytes, for this purpose.
    ///
    /// # Errors
    /// Says why not, as a phrase.
    pub fn covers(&self, content: &[u8], kind: StatementKind) -> Result<(), &'static str> {
        if self.read.namespace() != kind.namespace() {
            return Err("it was made for another purpose");
        }
        if !matches!(self.read.hash_alg(), HashAlg::Sha256 | HashAlg::Sha512) {
            return Err("its hash is not known");
        }
        let unfit = "it doesn't match this file";
        let signed =
            SshSig::signed_data(kind.namespace(), self.read.hash_alg(), content).map_err(|_| unfit)?;
        let is_valid = match (self.key.form(), self.read.signature_bytes()) {
            (KeyForm::Ssh, signature) => {
                signature.try_into().is_ok_and(|signature| self.key.covers(&signed, signature))
            }
            (KeyForm::SshDevice(application), bytes) if bytes.len() == 64 + 5 => {
                let (signature, trailer) = bytes.split_at(64);
                if trailer[0] & TOUCHED == 0 {
                    return Err("nobody touched the device when it was made");
                }
                let (application, content) =
                    (Digest::compute(application.as_bytes()), Digest::compute(&signed));
                let message = [application.as_bytes().as_slice(), trailer, content.as_bytes()].concat();
                self.key.covers(&message, signature.try_into().expect("64 bytes"))
            }
            _ => false,
        };
        if is_valid { Ok(()) } else { Err(unfit) }
    }
}
