//! Keys: made here, got to know, trusted for something, taken back.

pub(super) mod review;
pub(super) mod sign;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::guarded::{self, make_folder};
use crate::model::Mode;
use crate::named_file;
use crate::plan::why::Keys;
use crate::trust::{
    Attached, EVERY_PRODUCT, KeyFingerprint, KeyStore, KeyStoreError, Keyring, MAX_KEY_BYTES,
    MAX_SECRET_BYTES, Misnamed, Password, PublicKey, Revoked, RevokedFrom, SecretKey, SignatureScheme,
    SignerRole, Statement, StatementKind, TrustOrigin, TrustedKey, key_of,
};
use crate::whole_file::WholeFile;
use crate::workbench::look::record::keep;
use crate::workbench::{Error, Result, Watch, Workbench};

/// A key that is known here.
#[derive(Debug, Clone)]
pub struct KnownKey {
    /// The key and what it may do.
    pub key: TrustedKey,
    /// Why it is no longer good, if it is not.
    pub revoked: Vec<Revoked>,
    /// Whether the machine's file has it; it cannot be changed from here then.
    pub(crate) is_of_machine: bool,
}

/// A key that was made.
#[derive(Debug, Clone)]
pub struct MadeKey {
    /// What others know it by.
    pub key: PublicKey,
    /// Where the secret part is.
    pub secret: PathBuf,
    /// Where the public part is.
    pub public: PathBuf,
}

/// Whether a key can be called so: its files are.
pub(crate) fn is_key_name(name: &str) -> bool {
    let is_meant = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    !name.is_empty() && !name.starts_with('.') && name.chars().all(is_meant)
}

/// A key that somebody wants to trust, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyWish {
    /// The key, as it was read.
    pub key: PublicKey,
    /// What it shall be called here.
    pub name: String,
    /// Whose it is.
    pub owner: String,
    /// What it may do.
    pub roles: Vec<SignerRole>,
    /// For which products; none: all.
    pub products: Vec<String>,
    /// From when on it counts.
    pub(crate) not_before: Option<Timestamp>,
    /// Until when it counts.
    pub(crate) not_after: Option<Timestamp>,
    /// Whether it was met in a bundle.
    pub(crate) is_first_contact: bool,
}

impl KeyWish {
    /// The same on top of what `before` says of the key. The roles of a key count for all its products, so that both can only
    /// grow at once where nothing else is trusted by that.
    ///
    /// # Errors
    /// If the key would be trusted for more than was said, now and before.
    pub(crate) fn added_to(mut self, before: &TrustedKey) -> Result<Self> {
        if self.products.is_empty() {
            self.products.push(EVERY_PRODUCT.to_owned());
        }
        let said = |role: &SignerRole, product: &String, (roles, products): (&[SignerRole], &[String])| {
            let is_it = |known: &String| known == EVERY_PRODUCT || known == product;
            roles.contains(role) && products.iter().any(is_it)
        };
        let now = (self.roles.as_slice(), self.products.as_slice());
        let then = (before.roles.as_slice(), before.products.as_slice());
        let (roles, products) = (joined(then.0, now.0), joined(then.1, now.1));
        let pairs = roles.iter().flat_map(|role| products.iter().map(move |product| (role, product)));
        let mut more =
            pairs.filter(|(role, product)| !said(role, product, now) && !said(role, product, then));
        if let Some((role, product)) = more.next() {
            let (role, product) = (role.as_str().to_owned(), product.clone());
            return Err(Error::refused(Keys::GivesMore { role, product }));
        }
        (self.roles, self.products) = (roles, products);
        self.not_before = self.not_before.or(before.not_before);
        self.not_after = self.not_after.or(before.not_after);
        Ok(self)
    }
}

/// All of both, each once.
fn joined<T: Clone + PartialEq>(first: &[T], then: &[T]) -> Vec<T> {
    let mut all = first.to_vec();
    let new = then.iter().filter(|one| !first.contains(one));
    all.extend(new.cloned());
    all
}

/// Whether a signature is an author's, as far as it says.
fn says_author(signature: &Attached) -> bool {
    let statement = match signature.scheme {
        SignatureScheme::Minisign => Statement::of_signature(StatementKind::Bundle, &signature.bytes),
        SignatureScheme::Ssh => None,
    };
    statement.is_none_or(|said| said.role == SignerRole::Author)
}

/// The keys in a bundle that nobody here knows, for a first contact.
#[derive(Debug, Clone)]
pub(crate) struct UnknownKeys {
    /// The keys whose signatures are valid.
    pub keys: Vec<PublicKey>,
    /// The product that the bundle is for.
    pub product: String,
}

/// Most secret keys that are offered: more than anybody tells apart.
const MAX_OWN_KEYS: usize = 20;

impl Workbench {
    /// Every key that is known here, the machine's first.
    ///
    /// # Errors
    /// If the files cannot be read.
    pub fn keys(&self) -> Result<Vec<KnownKey>> {
        let keyring = self.keyring()?;
        let known = |key: &TrustedKey| {
            let print = key.key.fingerprint();
            KnownKey {
                key: key.clone(),
                revoked: keyring.revocations(print).cloned().collect(),
                is_of_machine: keyring.machine.find(&print).is_some(),
            }
        };
        Ok(keyring.keys().map(known).collect())
    }

    /// Names in the files with keys and rules that nothing can be found under, in sentences.
    ///
    /// # Errors
    /// If the files cannot be read.
    pub(crate) fn odd_rules(&self) -> Result<Vec<String>> {
        Ok(self.keyring()?.misnamed(&[]).iter().map(Misnamed::sentence).collect())
    }

    /// The key that is called so here, or has this fingerprint.
    ///
    /// # Errors
    /// If there is none, or several.
    pub(crate) fn known_key(&self, name: &str) -> Result<KnownKey> {
        let print = KeyFingerprint::parse(name);
        let mut found: Vec<KnownKey> = self.keys()?;
        found.retain(|known| known.key.name == name || Some(known.key.key.fingerprint()) == print);
        match (found.pop(), found.is_empty()) {
            (Some(one), true) => Ok(one),
            (Some(_), false) => Err(Error::refused(Keys::SeveralAreCalled(name.to_owned()))),
            (None, _) => {
                let own = self.own_key_file(name, "pub");
                Err(Error::refused(Keys::NoneIsCalled { name: name.to_owned(), own }))
            }
        }
    }

    /// A part of a key that this person made under this name, where such keys are kept unless somebody says more.
    fn own_key_file(&self, name: &str, part: &str) -> Option<PathBuf> {
        let folder = self.environment.keys_folder.as_ref().filter(|_| is_key_name(name))?;
        Some(folder.join(format!("{name}.{part}"))).filter(|file| file.is_file())
    }

    /// The file of a secret key that is called by its file, or by the name it was made under. A file that is there is meant.
    pub(crate) fn secret_key_file(&self, called: &Path) -> PathBuf {
        let own = || called.to_str().and_then(|name| self.own_key_file(name, "key"));
        let found = if called.is_file() { None } else { own() };
        found.unwrap_or_else(|| called.to_owned())
    }

    /// Reads a public key out of a file.
    ///
    /// # Errors
    /// If there is none in it.
    pub(crate) fn read_key(&self, file: &Path) -> Result<PublicKey> {
        let text = read_text(file, MAX_KEY_BYTES, "read the key")?;
        PublicKey::parse(&text).map_err(|error| of_file(file, error, "Name the .pub file of a key."))
    }

    /// The keys that signed a bundle as its authors and that nobody here knows. Who reviewed it isn't met in a patch file.
    ///
    /// # Errors
    /// If the bundle cannot be opened.
    pub(crate) fn unknown_keys(&self, bundle: &Path, _watch: Watch<'_>) -> Result<UnknownKeys> {
        let opened = self.open(bundle)?;
        let keyring = self.keyring()?;
        let mut keys: Vec<PublicKey> = Vec::new();
        for signature in &opened.signatures {
            let key = key_of(signature, opened.manifest(), StatementKind::Bundle, &[]);
            let is_new = |key: &PublicKey| keyring.find(&key.fingerprint()).is_none() && !keys.contains(key);
            keys.extend(key.filter(is_new).filter(|_| says_author(signature)));
        }
        Ok(UnknownKeys { keys, product: opened.patch.about.product.name.clone() })
    }

    /// Writes the public part of a key that is known here, by its name or fingerprint, to `path`.
    ///
    /// # Errors
    /// If none or several are called so, or nothing can be written.
    pub(crate) fn save_public_key(&self, name: &str, path: &Path) -> Result<PathBuf> {
        let known = self.known_key(name)?;
        keep(path, known.key.key.file().as_bytes(), "write the public key")
    }

    /// The secret keys where this person's keys are kept, by name. What can't be listed is nothing to offer.
    pub(crate) fn own_keys(&self) -> Vec<PathBuf> {
        let folder = self.environment.keys_folder.as_ref();
        let entries = folder.and_then(|folder| std::fs::read_dir(folder).ok()).into_iter().flatten();
        let files = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let is_secret = |file: &PathBuf| file.extension().is_some_and(|ending| ending == "key");
        let mut keys: Vec<PathBuf> = files.filter(|file| is_secret(file) && file.is_file()).collect();
        keys.sort();
        keys.truncate(MAX_OWN_KEYS);
        keys
    }

    /// Makes a key. The secret part goes to `place`, or to where this person's keys are, readable by this person alone,
    /// and never over another file; the public part beside it.
    ///
    /// # Errors
    /// If a file of the name is there, or nothing can be written.
    pub fn new_key(&self, name: &str, place: Option<&Path>, password: Option<&Password>) -> Result<MadeKey> {
        let secret = match (place, &self.environment.keys_folder) {
            (Some(place), _) => place.to_owned(),
            (None, Some(folder)) => folder.join(format!("{name}.key")),
            (None, None) => return Err(KeyStoreError::NoPlace.into()),
        };
        let public = secret.with_extension("pub");
        let (mut random, mut salt) = (Zeroizing::new([0; 40]), [0; 32]);
        let failed = |source| Error::File { doing: "make the key", path: secret.clone(), source };
        let unrandom = |error: getrandom::Error| failed(std::io::Error::other(error));
        getrandom::fill(&mut random[..]).map_err(unrandom)?;
        getrandom::fill(&mut salt).map_err(unrandom)?;
        let key = SecretKey::of_random(&random);
        if let Some(folder) = secret.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            make_folder(folder).map_err(failed)?;
        }
        write_new(&secret, key.file(password, salt).as_bytes(), Mode::new(0o600))?;
        let written = write_new(&public, key.public().file().as_bytes(), Mode::FILE);
        if written.is_err() {
            // A secret key whose other half is missing is of no use to anybody. It has just been made here.
            let _ = std::fs::remove_file(&secret);
        }
        written.map(|()| MadeKey { key: key.public(), secret, public })
    }

    /// Trusts a key. One that is known already gets what is said now.
    ///
    /// # Errors
    /// If it was taken back, belongs to the machine's file, or the wish makes no sense; nothing is trusted then.
    pub(crate) fn trust_key(&self, wish: &KeyWish) -> Result<TrustedKey> {
        let keyring = self.keyring()?;
        let print = wish.key.fingerprint();
        if keyring.machine.find(&print).is_some() {
            return Err(Error::refused(Keys::OfMachine));
        }
        if let Some(revoked) = keyring.revocations(print).find(|one| one.from == RevokedFrom::Always) {
            return Err(Error::refused(Keys::TakenBack { reason: revoked.reason.clone() }));
        }
        if wish.is_first_contact {
            self.refuse_bold_first_contact(wish, &keyring)?;
        }
        let mut products = wish.products.clone();
        if products.is_empty() {
            products.push(EVERY_PRODUCT.to_owned());
        }
        let trusted = TrustedKey {
            key: wish.key.clone(),
            name: wish.name.clone(),
            owner: wish.owner.clone(),
            roles: wish.roles.clone(),
            products,
            not_before: wish.not_before,
            not_after: wish.not_after,
            added: self.environment.now(),
            how: if wish.is_first_contact { TrustOrigin::FirstContact } else { TrustOrigin::ByHand },
        };
        trusted.check().map_err(|problem| Error::refused(Keys::Nonsense(problem)))?;
        self.change_store(|store| {
            if store.keys.iter().any(|key| key.name == trusted.name && key.key.fingerprint() != print) {
                return Err(Error::refused(Keys::NameTaken(trusted.name.clone())));
            }
            store.keys.retain(|key| key.key.fingerprint() != print);
            store.keys.push(trusted.clone());
            Ok(trusted.clone())
        })
    }

    /// What was only met in a bundle is trusted for making patches for one product, and for nothing else.
    fn refuse_bold_first_contact(&self, wish: &KeyWish, keyring: &Keyring) -> Result<()> {
        if wish.roles != [SignerRole::Author] || wish.products.len() != 1 {
            return Err(Error::refused(Keys::BoldFirstContact));
        }
        match keyring.knows_product(&wish.products[0]) {
            true => Err(Error::refused(Keys::SomebodyElseIsKnown { product: wish.products[0].clone() })),
            false => Ok(()),
        }
    }

    /// Takes a key back, whether it is known here or not.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) fn revoke_key(&self, revoked: Revoked) -> Result<Revoked> {
        self.change_store(|store| {
            store.revoked.retain(|one| one.key != revoked.key || one.from != revoked.from);
            store.revoked.push(revoked.clone());
            Ok(revoked)
        })
    }

    /// Changes this person's keys and rules.
    pub(super) fn change_store<T>(&self, change: impl FnOnce(&mut KeyStore) -> Result<T>) -> Result<T> {
        let path = self.environment.trust_file.as_deref().ok_or(KeyStoreError::NoPlace)?;
        KeyStore::change(path, change)
    }

    /// Reads a password from the first line of a file.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn read_password(&self, file: &Path) -> Result<Password> {
        let text = Zeroizing::new(read_text(file, MAX_SECRET_BYTES, "read the password")?);
        Ok(Password::new(text.lines().next().unwrap_or_default().to_owned()))
    }

    /// Whether a file is a secret key as `patchwright key new` and minisign make them. Others are OpenSSH's business.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn is_secret_key(&self, file: &Path) -> Result<bool> {
        let text = Zeroizing::new(read_text(file, MAX_SECRET_BYTES, "read the key")?);
        Ok(SecretKey::is_protected(&text).is_ok())
    }

    /// Whether a secret key is protected with a password.
    ///
    /// # Errors
    /// If it is no such file.
    pub(crate) fn needs_password(&self, file: &Path) -> Result<bool> {
        let text = Zeroizing::new(read_text(file, MAX_SECRET_BYTES, "read the key")?);
        SecretKey::is_protected(&text).map_err(|error| of_file(file, error, "Name a secret key."))
    }

    /// Opens a secret key.
    ///
    /// # Errors
    /// If it is no such file, or the password is wrong.
    pub(crate) fn open_secret_key(&self, file: &Path, password: Option<&Password>) -> Result<SecretKey> {
        let missing = || Error::File {
            doing: "read the key",
            path: file.to_owned(),
            source: std::io::ErrorKind::NotFound.into(),
        };
        let bytes = guarded::read(file, MAX_SECRET_BYTES as u64)?.ok_or_else(missing)?;
        let bytes = Zeroizing::new(bytes);
        let text =
            str::from_utf8(&bytes).map_err(|_| of_file(file, "it is not text", "Name a secret key."))?;
        SecretKey::open(text, password).map_err(|error| of_file(file, error, "Try again."))
    }
}

/// Writes a file that is not there yet.
pub(super) fn write_new(path: &Path, content: &[u8], mode: Mode) -> Result<()> {
    let failed = |source| Error::File { doing: "make the key", path: path.to_owned(), source };
    WholeFile::write_new(path, content, mode).map_err(failed)
}

fn read_text(path: &Path, max_bytes: usize, doing: &'static str) -> Result<String> {
    let failed = |source| Error::File { doing, path: path.to_owned(), source };
    let text = named_file::read_text(path, max_bytes).map_err(failed)?;
    match text.len() > max_bytes {
        true => Err(of_file(path, "it is too long", "Name the file of a key.")),
        false => Ok(text),
    }
}

fn of_file(path: &Path, because: impl ToString, hint: &'static str) -> Error {
    Error::refused(Keys::UnusableFile { path: path.to_owned(), because: because.to_string(), hint })
}
