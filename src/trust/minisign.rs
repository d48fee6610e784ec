//! Signatures as minisign writes them: four lines, over a hash of the content and over a comment.
//!
//! Source: <https://jedisct1.github.io/minisign/>, "Signature format". Only prehashed signatures are taken; the older
//! kind, which signs the content itself, could be turned into one of something else.

use base64ct::{Base64, Encoding};
use blake2::{Blake2b512, Digest as _};
use ed25519_dalek::Signer;

use super::key::{KeyForm, PublicKey};
use super::secret_key::SecretKey;
use super::statement::{Statement, StatementKind};

const UNTRUSTED: &str = "untrusted comment: ";
const TRUSTED: &str = "trusted comment: ";

/// What our signatures say in their first line before the key, so that whoever does not know it can compare it.
const CARRIES_KEY: &str = "patchwright, by the key ";

/// A signature that was read. Nothing says yet that it is valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MinisignSignature {
    /// The number of the key: a hint, never a proof.
    pub(crate) key_id: [u8; 8],
    /// The key that the first line names: a claim, as good as the line itself, which nobody signs.
    pub(crate) named_key: Option<PublicKey>,
    /// What the signer says beside; covered by the second signature.
    pub comment: String,
    signature: [u8; 64],
    comment_signature: [u8; 64],
}

impl MinisignSignature {
    /// Reads the four lines.
    ///
    /// # Errors
    /// Says what is wrong, as a phrase.
    pub fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
        let text = str::from_utf8(bytes).map_err(|_| "it is not text")?;
        let lines: Vec<&str> = text.strip_suffix('\n').unwrap_or(text).split('\n').collect();
        let [first, signature, comment, comment_signature] = lines[..] else {
            return Err("it doesn't have four lines");
        };
        let untrusted = first.strip_prefix(UNTRUSTED).ok_or("its first line is no comment")?;
        let comment = comment.strip_prefix(TRUSTED).ok_or("its third line is no comment")?;
        if comment.contains('\r') {
            return Err("its lines end as on Windows");
        }
        let mut head = [0; 74];
        let (key_id, signature) = match Base64::decode(signature, &mut head) {
            Ok([b'E', b'D', rest @ ..]) if rest.len() == 72 => rest.split_at(8),
            Ok([b'E', b'd', rest @ ..]) if rest.len() == 72 => {
                return Err("it is of the older kind, which is not safe enough");
            }
            _ => return Err("its second line is damaged"),
        };
        let mut tail = [0; 64];
        let decoded = Base64::decode(comment_signature, &mut tail).map(<[u8]>::len);
        if decoded != Ok(64) {
            return Err("its fourth line is damaged");
        }
        Ok(Self {
            key_id: key_id.try_into().expect("eight bytes"),
            named_key: untrusted.strip_prefix(CARRIES_KEY).and_then(|key| PublicKey::parse(key).ok()),
            comment: comment.to_owned(),
            signature: signature.try_into().expect("64 bytes"),
            comment_signature: tail,
        })
    }

    /// Whether it was made with `key` over exactly these bytes and its comment.
    pub fn covers(&self, content: &[u8], key: &PublicKey) -> bool {
        let KeyForm::Minisign(id) = key.form() else { return false };
        let commented = [self.signature.as_slice(), self.comment.as_bytes()].concat();
        *id == self.key_id
            && key.covers(&Blake2b512::digest(content), &self.signature)
            && key.covers(&commented, &self.comment_signature)
    }
}

impl Statement {
    /// What the comment of a minisign signature says. Nothing says yet that the signature is valid.
    pub(crate) fn of_signature(kind: StatementKind, signature: &[u8]) -> Option<Self> {
        Statement::parse(kind, &MinisignSignature::parse(signature).ok()?.comment)
    }
}

/// Signs `content` and `comment`, which must be one line.
pub fn sign(content: &[u8], comment: &str, key: &SecretKey) -> String {
    assert!(!comment.contains(['\n', '\r']), "a comment is one line");
    let signature = key.signing_key().sign(&Blake2b512::digest(content)).to_bytes();
    let commented = [signature.as_slice(), comment.as_bytes()].concat();
    let comment_signature = key.signing_key().sign(&commented).to_bytes();
    let public = key.public();
    let head = Base64::encode_string(&[b"ED".as_slice(), &key.id(), &signature].concat());
    let tail = Base64::encode_string(&comment_signature);
    format!("{UNTRUSTED}{CARRIES_KEY}{}\n{head}\n{TRUSTED}{comment}\n{tail}\n", public.line())
}
