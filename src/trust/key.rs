//! Public keys: how they are written, told apart and compared by people.

use std::fmt;

use base64ct::{Base64, Encoding};
use ed25519_dalek::{Signature, VerifyingKey};
use ssh_key::public::{Ed25519PublicKey, KeyData, SkEd25519};

use crate::model::Digest;

/// Longest text that is read as a public key, in bytes: an SSH key of a device with a long name and comment.
pub(crate) const MAX_KEY_BYTES: usize = 4 << 10;

/// How many words stand for a fingerprint: 88 bits, more than anybody can search for a second key with the same ones.
const WORDS: usize = 8;

/// How SSH keys begin that are not taken.
const OTHER_KINDS: [&str; 4] = ["ssh-rsa", "ssh-dss", "ecdsa-", "sk-ecdsa-"];

/// How a signature is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SignatureScheme {
    /// As minisign writes it.
    Minisign,
    /// As `ssh-keygen -Y sign` writes it.
    Ssh,
}

impl SignatureScheme {
    /// The format of files with this ending.
    pub(crate) fn of_extension(extension: &str) -> Option<Self> {
        [SignatureScheme::Minisign, SignatureScheme::Ssh]
            .into_iter()
            .find(|scheme| scheme.extension() == extension)
    }

    /// The ending of signature files.
    pub const fn extension(self) -> &'static str {
        match self {
            SignatureScheme::Minisign => "minisig",
            SignatureScheme::Ssh => "sshsig",
        }
    }
}

/// An Ed25519 public key (RFC 8032), with what its format says beside the 32 bytes.
///
/// Having one means that it is a point of the curve and none of the few of small order, with which anybody could sign.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    form: KeyForm,
    point: VerifyingKey,
}

/// What a key's format says beside its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum KeyForm {
    /// The number by which minisign finds keys; anybody can make another key with the same one.
    Minisign([u8; 8]),
    Ssh,
    /// In a device that asks for a touch, under this name.
    SshDevice(String),
}

/// Why a text is no public key that is taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Neither of the two formats.
    #[error("it's neither a minisign public key nor an SSH public key")]
    Unreadable,
    /// An SSH key of another kind.
    #[error("it's an SSH key of type {0}; only Ed25519 keys work, from a file or a security device")]
    OtherKind(String),
    /// Not on the curve, or of small order.
    #[error("it isn't a safe Ed25519 key")]
    Weak,
}

impl PublicKey {
    /// Reads a key as minisign or OpenSSH write it into a `.pub` file, or its one line alone.
    ///
    /// # Errors
    /// Says what the text is instead.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        if text.len() > MAX_KEY_BYTES {
            return Err(KeyError::Unreadable);
        }
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let mut line = lines.next().ok_or(KeyError::Unreadable)?;
        if line.starts_with("untrusted comment:") {
            line = lines.next().ok_or(KeyError::Unreadable)?;
        }
        if lines.next().is_some() {
            return Err(KeyError::Unreadable);
        }
        match line.contains(' ') {
            true => Self::parse_ssh(line),
            false => Self::parse_minisign(line),
        }
    }

    fn parse_minisign(line: &str) -> Result<Self, KeyError> {
        let mut bytes = [0; 42];
        let read = Base64::decode(line, &mut bytes).map_err(|_| KeyError::Unreadable)?;
        match read {
            [b'E', b'd', rest @ ..] if rest.len() == 40 => {
                let id = rest[..8].try_into().expect("eight bytes");
                Self::new(KeyForm::Minisign(id), rest[8..].try_into().expect("32 bytes"))
            }
            _ => Err(KeyError::Unreadable),
        }
    }

    fn parse_ssh(line: &str) -> Result<Self, KeyError> {
        // Keys of some other kinds are not even read; their first word says what they are.
        let unreadable = |_| match line.split(' ').next() {
            Some(kind) if OTHER_KINDS.iter().any(|other| kind.starts_with(other)) => {
                KeyError::OtherKind(kind.to_owned())
            }
            _ => KeyError::Unreadable,
        };
        let key = ssh_key::PublicKey::from_openssh(line).map_err(unreadable)?;
        Self::of_ssh(key.key_data())
    }

    pub(super) fn of_ssh(key: &KeyData) -> Result<Self, KeyError> {
        match key {
            KeyData::Ed25519(key) => Self::new(KeyForm::Ssh, &key.0),
            KeyData::SkEd25519(key) => {
                Self::new(KeyForm::SshDevice(key.application().to_owned()), &key.public_key().0)
            }
            other => Err(KeyError::OtherKind(other.algorithm().to_string())),
        }
    }

    pub(super) fn new(form: KeyForm, point: &[u8; 32]) -> Result<Self, KeyError> {
        let point = VerifyingKey::from_bytes(point).map_err(|_| KeyError::Weak)?;
        if point.is_weak() { Err(KeyError::Weak) } else { Ok(Self { form, point }) }
    }

    pub(super) fn form(&self) -> &KeyForm {
        &self.form
    }

    /// What tells it from every other key, however it is written.
    pub fn fingerprint(&self) -> KeyFingerprint {
        KeyFingerprint(Digest::compute(self.point.as_bytes()))
    }

    /// The key as the one line that its own tools read.
    pub fn line(&self) -> String {
        let ssh = |key: KeyData| {
            ssh_key::PublicKey::from(key).to_openssh().expect("a key that was read can be written")
        };
        let point = Ed25519PublicKey(*self.point.as_bytes());
        match &self.form {
            KeyForm::Minisign(id) => {
                Base64::encode_string(&[b"Ed".as_slice(), id, self.point.as_bytes()].concat())
            }
            KeyForm::Ssh => ssh(KeyData::Ed25519(point)),
            KeyForm::SshDevice(application) => {
                ssh(KeyData::SkEd25519(SkEd25519::new(point, application.as_str())))
            }
        }
    }

    /// The key as a file that its own tools read.
    pub fn file(&self) -> String {
        match &self.form {
            KeyForm::Minisign(id) => {
                let id = u64::from_le_bytes(*id);
                format!("untrusted comment: minisign public key {id:016X}\n{}\n", self.line())
            }
            KeyForm::Ssh | KeyForm::SshDevice(_) => format!("{}\n", self.line()),
        }
    }

    /// Whether `signature` covers exactly `message`. A signature that can be turned into another valid one, or that is
    /// valid for other messages too, is refused (RFC 8032, 5.1.7, and the stricter rules of "Taming the many EdDSAs",
    /// Chalkias et al. 2020).
    pub(super) fn covers(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.point.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.fingerprint())
    }
}

/// SHA-256 of the 32 bytes of an Ed25519 public key, so that one key has one fingerprint in every format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyFingerprint(Digest);

impl KeyFingerprint {
    /// Reads 64 hex digits in any case, with or without blanks, dashes or colons between them.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.chars().filter(|c| !matches!(c, ' ' | '-' | ':' | '\n' | '\t'));
        digits.collect::<String>().to_ascii_lowercase().parse().ok().map(Self)
    }

    /// Sixteen groups of four digits, for comparing by eye or aloud.
    pub fn groups(&self) -> String {
        let digits = self.to_string();
        let groups: Vec<&str> = (0..16).map(|n| &digits[4 * n..4 * n + 4]).collect();
        groups.join(" ")
    }

    /// Eight words that stand for its first 88 bits, from the English list of BIP-39.
    pub fn words(&self) -> String {
        let list = bip39::Language::English.word_list();
        let bit = |n: usize| usize::from(self.0.as_bytes()[n / 8] >> (7 - n % 8) & 1);
        let number = |word: usize| (11 * word..11 * (word + 1)).fold(0, |sum, n| sum << 1 | bit(n));
        let words: Vec<&str> = (0..WORDS).map(|word| list[number(word)]).collect();
        words.join(" ")
    }

    /// The first four groups: enough to tell keys apart in a list, never used to decide.
    pub fn short(&self) -> String {
        self.groups()[..19].to_owned()
    }
}

impl fmt::Display for KeyFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first test vector of RFC 8032, 7.1.
    const POINT: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

    fn point() -> [u8; 32] {
        *POINT.parse::<Digest>().expect("32 bytes in hex").as_bytes()
    }

    #[test]
    fn a_key_reads_back_in_each_of_its_formats_and_keeps_its_fingerprint() {
        let forms = [
            KeyForm::Minisign(*b"\x01\x02\x03\x04\x05\x06\x07\x08"),
            KeyForm::Ssh,
            KeyForm::SshDevice("ssh:".into()),
        ];
        let keys = forms.map(|form| PublicKey::new(form, &point()).expect("a good key"));
        for key in &keys {
            assert_eq!(PublicKey::parse(&key.line()).as_ref(), Ok(key));
            assert_eq!(PublicKey::parse(&key.file()).as_ref(), Ok(key));
            assert_eq!(key.fingerprint(), keys[0].fingerprint());
        }
    }

    #[test]
    fn a_fingerprint_is_compared_in_groups_or_words() {
        let print = PublicKey::new(KeyForm::Ssh, &point()).expect("a good key").fingerprint();
        assert_eq!(print.groups().len(), 79);
        assert_eq!(KeyFingerprint::parse(&print.groups().to_uppercase()), Some(print));
        assert_eq!(print.words().split(' ').count(), 8);
        assert_eq!(KeyFingerprint::parse(&print.groups()[..74]), None);
    }

    #[test]
    fn keys_of_small_order_and_other_kinds_are_refused() {
        // The neutral element, with which everything verifies where nobody looks.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        assert_eq!(PublicKey::new(KeyForm::Ssh, &neutral), Err(KeyError::Weak));
        let ecdsa = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBHwf2HMM5TRXvo2SQJjsNkiDD5KqiiNjrGVv3UUh+mMT5RHxiRtOnlqvjhQtBq0VpmpCV/PwUdhOig4vkbqAcEc= x";
        assert!(
            matches!(PublicKey::parse(ecdsa), Err(KeyError::OtherKind(_))),
            "{:?}",
            PublicKey::parse(ecdsa)
        );
        for wrong in ["", "RWQ", "ssh-ed25519 AAAA", "untrusted comment: x", "a b c"] {
            assert_eq!(PublicKey::parse(wrong), Err(KeyError::Unreadable), "{wrong}");
        }
    }
}
