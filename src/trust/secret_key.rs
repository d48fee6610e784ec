//! Secret keys in minisign's format: made here, protected with a password, and wiped from memory after use.
//!
//! Source of the format: <https://jedisct1.github.io/minisign/>, "Secret key format", and how libsodium derives scrypt's
//! parameters from its two limits. Written here on the primitives, because the crates that know the format do not wipe
//! what they decrypt.

use base64ct::{Base64, Encoding};
use blake2::{Blake2b, Digest as _, digest::consts::U32};
use ed25519_dalek::SigningKey;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::key::{KeyForm, PublicKey};

/// Longest secret key file, in bytes.
pub(crate) const MAX_SECRET_BYTES: usize = 4 << 10;

/// The whole record: three names of two bytes, salt, two limits, number, key, checksum.
const RECORD_BYTES: usize = 6 + 32 + 16 + PROTECTED_BYTES;
const PROTECTED_BYTES: usize = 8 + 64 + 32;

/// scrypt with 2^17 blocks of 1 KiB: 128 MiB and about half a second, as OWASP's password storage sheet advises.
const OPS_LIMIT: u64 = 1 << 22;
const MEMORY_LIMIT: u64 = 128 << 20;

/// What stock minisign uses; a file that asks for more would be an attack on this machine's memory.
const MAX_MEMORY_LIMIT: u64 = 1 << 30;
const MAX_OPS_LIMIT: u64 = 1 << 26;

/// A secret key. Wiped when it is dropped, and never shown.
pub struct SecretKey {
    id: [u8; 8],
    key: SigningKey,
}

/// A password. Wiped when it is dropped, and never shown.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Password(String);

/// Why a secret key cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretKeyError {
    /// Not in the format.
    #[error("it isn't a minisign secret key")]
    Unreadable,
    /// Its parameters would take more memory or time than any key needs.
    #[error("it asks for more memory or time than any key needs")]
    Limit,
    /// It is protected.
    #[error("it's protected with a password")]
    NeedsPassword,
    /// It does not come out right.
    #[error("the password is wrong, or the file is damaged")]
    WrongPassword,
}

impl Password {
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether somebody typed the same twice.
    pub fn is_same(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(...)")
    }
}

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SecretKey of {:?}", self.public())
    }
}

impl SecretKey {
    /// A new one from 40 random bytes.
    pub fn of_random(random: &Zeroizing<[u8; 40]>) -> Self {
        let (id, seed) = random.split_at(8);
        let seed = Zeroizing::new(<[u8; 32]>::try_from(seed).expect("32 bytes"));
        Self { id: id.try_into().expect("eight bytes"), key: SigningKey::from_bytes(&seed) }
    }

    /// What others know it by.
    pub fn public(&self) -> PublicKey {
        PublicKey::new(KeyForm::Minisign(self.id), self.key.verifying_key().as_bytes())
            .expect("a key that was made from a secret is a good point")
    }

    pub(super) fn id(&self) -> [u8; 8] {
        self.id
    }

    pub(super) fn signing_key(&self) -> &SigningKey {
        &self.key
    }

    /// Whether the text of a secret key file says that it is protected.
    ///
    /// # Errors
    /// If it is no such file.
    pub(crate) fn is_protected(text: &str) -> Result<bool, SecretKeyError> {
        match &record_of(text)?[2..4] {
            b"Sc" => Ok(true),
            [0, 0] => Ok(false),
            _ => Err(SecretKeyError::Unreadable),
        }
    }

    /// Reads the text of a secret key file.
    ///
    /// # Errors
    /// [`SecretKeyError`].
    pub fn open(text: &str, password: Option<&Password>) -> Result<Self, SecretKeyError> {
        let record = record_of(text)?;
        let mut protected: Zeroizing<[u8; PROTECTED_BYTES]> =
            Zeroizing::new(record[54..].try_into().expect("the record has its length"));
        if Self::is_protected(text)? {
            let password = password.ok_or(SecretKeyError::NeedsPassword)?;
            let limit = |at: usize| u64::from_le_bytes(record[at..at + 8].try_into().expect("eight bytes"));
            let stream = key_stream(password, &record[6..38], limit(38), limit(46))?;
            protected.iter_mut().zip(stream.iter()).for_each(|(byte, mask)| *byte ^= mask);
        }
        let (id, rest) = protected.split_at(8);
        let (pair, checksum) = rest.split_at(64);
        // minisign itself leaves the checksum of an unprotected key empty.
        let is_without = !Self::is_protected(text)? && checksum.iter().all(|byte| *byte == 0);
        if !is_without && checksum_of(id, pair)[..] != *checksum {
            return Err(SecretKeyError::WrongPassword);
        }
        let pair = Zeroizing::new(<[u8; 64]>::try_from(pair).expect("64 bytes"));
        let key = SigningKey::from_keypair_bytes(&pair).map_err(|_| SecretKeyError::WrongPassword)?;
        Ok(Self { id: id.try_into().expect("eight bytes"), key })
    }

    /// The text of a secret key file; `salt` is random. Without a password whoever reads the file can sign.
    pub fn file(&self, password: Option<&Password>, salt: [u8; 32]) -> Zeroizing<String> {
        let pair = Zeroizing::new(self.key.to_keypair_bytes());
        let mut protected = Zeroizing::new([0; PROTECTED_BYTES]);
        protected[..8].copy_from_slice(&self.id);
        protected[8..72].copy_from_slice(pair.as_slice());
        protected[72..].copy_from_slice(&checksum_of(&self.id, pair.as_slice())[..]);
        let mut record = Zeroizing::new([0; RECORD_BYTES]);
        record[..2].copy_from_slice(b"Ed");
        record[4..6].copy_from_slice(b"B2");
        if let Some(password) = password {
            record[2..4].copy_from_slice(b"Sc");
            record[6..38].copy_from_slice(&salt);
            record[38..46].copy_from_slice(&OPS_LIMIT.to_le_bytes());
            record[46..54].copy_from_slice(&MEMORY_LIMIT.to_le_bytes());
            let stream =
                key_stream(password, &salt, OPS_LIMIT, MEMORY_LIMIT).expect("our own parameters are good");
            protected.iter_mut().zip(stream.iter()).for_each(|(byte, mask)| *byte ^= mask);
        }
        record[54..].copy_from_slice(&protected[..]);
        let word = if password.is_some() { "encrypted" } else { "unprotected" };
        let line = Zeroizing::new(Base64::encode_string(&record[..]));
        Zeroizing::new(format!("untrusted comment: minisign {word} secret key\n{}\n", *line))
    }
}

fn record_of(text: &str) -> Result<Zeroizing<[u8; RECORD_BYTES]>, SecretKeyError> {
    let mut lines = text.lines();
    let line = match (lines.next(), lines.next(), lines.next()) {
        (Some(first), Some(line), None) if first.starts_with("untrusted comment:") => line.trim(),
        _ => return Err(SecretKeyError::Unreadable),
    };
    let mut record = Zeroizing::new([0; RECORD_BYTES]);
    let length = Base64::decode(line, &mut record[..]).map_err(|_| SecretKeyError::Unreadable)?.len();
    let is_known = length == RECORD_BYTES && record[..2] == *b"Ed" && record[4..6] == *b"B2";
    if is_known { Ok(record) } else { Err(SecretKeyError::Unreadable) }
}

fn checksum_of(id: &[u8], pair: &[u8]) -> [u8; 32] {
    let mut hasher = Blake2b::<U32>::new();
    [b"Ed".as_slice(), id, pair].into_iter().for_each(|part| hasher.update(part));
    hasher.finalize().into()
}

/// The bytes that hide a secret key. The parameters follow from libsodium's two limits (pwhash_scryptsalsa208sha256).
fn key_stream(
    password: &Password,
    salt: &[u8],
    ops_limit: u64,
    memory_limit: u64,
) -> Result<Zeroizing<[u8; PROTECTED_BYTES]>, SecretKeyError> {
    const R: u64 = 8;
    let ops_limit = ops_limit.max(32_768);
    if ops_limit > MAX_OPS_LIMIT || memory_limit > MAX_MEMORY_LIMIT {
        return Err(SecretKeyError::Limit);
    }
    let is_fast = ops_limit < memory_limit / 32;
    let most_blocks = if is_fast { ops_limit / (R * 4) } else { memory_limit / (R * 128) };
    let log_blocks = (1..63).find(|log| 1_u64 << log > most_blocks / 2).unwrap_or(63);
    let lanes = if is_fast { 1 } else { ((ops_limit / 4) >> log_blocks).min(0x3fff_ffff) / R };
    let lanes = u32::try_from(lanes.max(1)).map_err(|_| SecretKeyError::Limit)?;
    let parameters = scrypt::Params::new(log_blocks, R as u32, lanes).map_err(|_| SecretKeyError::Limit)?;
    let mut stream = Zeroizing::new([0; PROTECTED_BYTES]);
    scrypt::scrypt(password.0.as_bytes(), salt, &parameters, &mut stream[..])
        .map_err(|_| SecretKeyError::Limit)?;
    Ok(stream)
}
