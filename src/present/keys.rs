//! Keys: whose signatures count here, how somebody comes to trust another one, and signing with one's own.

use std::fmt;
use std::path::PathBuf;

use jiff::Timestamp;

use super::overview::{line, path_line};
use crate::report::phrases;
use crate::words::{self, fill, window};
use crate::workbench::{
    EVERY_PRODUCT, KeyFingerprint, KeyWish, KnownKey, MadeKey, PublicKey, Revoked, RevokedFrom, SignerRole,
    TrustedKey, is_key_name,
};

/// A key that is known here. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    pub name: String,
    /// Whose it is, what it may do and for what, since when.
    pub about: String,
    /// Its fingerprint in words and in digits, for comparing.
    pub words: String,
    pub digits: String,
    /// Why it is no longer good, if it is not.
    pub revoked: Vec<String>,
    /// Whether it can be revoked here: what the machine's own list says cannot be changed.
    pub can_revoke: bool,
    pub exact: KeyFingerprint,
}

impl KeyRow {
    /// The name that a file with the key has if nobody says otherwise.
    pub(super) fn file_name(&self) -> String {
        format!("{}.pub", if is_key_name(&self.name) { self.name.as_str() } else { "key" })
    }

    pub(super) fn new(known: &KnownKey) -> Self {
        let print = known.key.key.fingerprint();
        let owner = (known.key.owner != known.key.name).then(|| line(&known.key.owner));
        let roles: Vec<&str> = known.key.roles.iter().map(|role| role_name(*role)).collect();
        let products = match known.key.products.iter().any(|product| product == EVERY_PRODUCT) {
            true => window::KEY_EVERY_PRODUCT.to_owned(),
            false => line(&known.key.products.join(", ")),
        };
        let since = fill(window::PART_KEY_SINCE, &[("when", &phrases::moment(&known.key.added))]);
        let machine = known.is_of_machine.then(|| window::PART_KEY_OF_MACHINE.to_owned());
        let about: Vec<String> = owner
            .into_iter()
            .chain([roles.join(", "), products, since])
            .chain(machine)
            .filter(|part| !part.is_empty())
            .collect();
        Self {
            name: line(&known.key.name),
            about: about.join(" \u{b7} "),
            words: print.words(),
            digits: print.groups(),
            revoked: known.revoked.iter().map(revoked).collect(),
            can_revoke: !known.is_of_machine
                && known.revoked.iter().all(|one| one.from != RevokedFrom::Always),
            exact: print,
        }
    }
}

fn revoked(revoked: &Revoked) -> String {
    let reason = line(&revoked.reason);
    match revoked.from {
        RevokedFrom::Always => fill(window::KEY_REVOKED, &[("why", &reason)]),
        RevokedFrom::Sequence(first) => {
            fill(window::KEY_REVOKED_FROM, &[("from", &first.to_string()), ("why", &reason)])
        }
        RevokedFrom::Time(first) => {
            let from = phrases::moment(&first.to_string());
            fill(window::KEY_REVOKED_FROM, &[("from", &from), ("why", &reason)])
        }
    }
}

/// What a role is called.
pub const fn role_name(role: SignerRole) -> &'static str {
    match role {
        SignerRole::Author => window::ROLE_AUTHOR,
        SignerRole::Reviewer => window::ROLE_REVIEWER,
        SignerRole::Revoker => window::ROLE_REVOKER,
        SignerRole::Script => window::ROLE_SCRIPT,
        SignerRole::Approver => window::ROLE_APPROVER,
    }
}

/// Somebody about to trust a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustForm {
    key: PublicKey,
    pub name: String,
    pub owner: String,
    pub roles: Vec<SignerRole>,
    /// A product in each line.
    pub products: String,
    pub every_product: bool,
    /// It was met in a patch file: it is trusted for making patches for that product, and nothing else.
    pub is_first_contact: bool,
    /// From and until when it is valid; empty: always.
    pub not_before: String,
    pub not_after: String,
    /// Somebody compared its fingerprint with the owner.
    pub is_compared: bool,
}

impl TrustForm {
    /// That of a key out of a file; `name` is the file's.
    pub(super) fn of_file(key: PublicKey, name: &str) -> Self {
        Self {
            key,
            name: name.to_owned(),
            owner: String::new(),
            roles: vec![SignerRole::Author],
            products: String::new(),
            every_product: false,
            is_first_contact: false,
            not_before: String::new(),
            not_after: String::new(),
            is_compared: false,
        }
    }

    /// The same with what is trusted of the key already: what the form shows counts afterwards, and nothing else.
    pub(super) fn known(self, known: &TrustedKey) -> Self {
        let every_product = known.products.iter().any(|product| product == EVERY_PRODUCT);
        let time = |time: Option<Timestamp>| time.map(|time| time.to_string()).unwrap_or_default();
        Self {
            name: known.name.clone(),
            owner: known.owner.clone(),
            roles: known.roles.clone(),
            products: if every_product { String::new() } else { known.products.join("\n") },
            every_product,
            not_before: time(known.not_before),
            not_after: time(known.not_after),
            ..self
        }
    }

    /// That of a key that was met in a patch file for `product`.
    pub(super) fn met(key: PublicKey, product: &str) -> Self {
        let products = product.to_owned();
        Self { products, is_first_contact: true, ..Self::of_file(key, "") }
    }

    /// The fingerprint in words.
    pub fn words(&self) -> String {
        self.key.fingerprint().words()
    }

    /// The same in digits.
    pub fn digits(&self) -> String {
        self.key.fingerprint().groups()
    }

    /// What is missing; `None` if nothing is.
    pub fn reason_to_wait(&self) -> Option<&'static str> {
        match () {
            () if self.name.trim().is_empty() => Some(window::KEY_NAME_FIRST),
            () if self.roles.is_empty() => Some(window::KEY_ROLE_FIRST),
            () if !self.every_product && self.product_names().is_empty() => Some(window::KEY_PRODUCT_FIRST),
            () if self.times().is_none() => Some(window::KEY_TIME_FIRST),
            () if !self.is_compared => Some(window::KEY_COMPARE_FIRST),
            () => None,
        }
    }

    /// From and until when it is valid; `None` if what was typed is no moment.
    fn times(&self) -> Option<[Option<Timestamp>; 2]> {
        let time = |text: &str| match text.trim() {
            "" => Some(None),
            text => text.parse().ok().map(Some),
        };
        Some([time(&self.not_before)?, time(&self.not_after)?])
    }

    fn product_names(&self) -> Vec<String> {
        let lines = self.products.lines().map(str::trim).filter(|product| !product.is_empty());
        lines.map(str::to_owned).collect()
    }

    pub(super) fn wish(&self) -> KeyWish {
        let [not_before, not_after] = self.times().unwrap_or_default();
        let name = self.name.trim().to_owned();
        let owner = self.owner.trim();
        KeyWish {
            key: self.key.clone(),
            owner: if owner.is_empty() { name.clone() } else { owner.to_owned() },
            name,
            roles: self.roles.clone(),
            products: if self.every_product { Vec::new() } else { self.product_names() },
            not_before,
            not_after,
            is_first_contact: self.is_first_contact,
        }
    }
}

/// Somebody about to revoke a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevokeForm {
    pub key: KeyFingerprint,
    pub reason: String,
    /// From which patch or moment on, if not always.
    pub from: String,
}

impl RevokeForm {
    /// What is missing; `None` if nothing is.
    pub fn reason_to_wait(&self) -> Option<&'static str> {
        match () {
            () if self.reason.trim().is_empty() => Some(words::REASON_FIRST),
            () if self.revoked_from().is_none() => Some(window::REVOKE_FROM_FIRST),
            () => None,
        }
    }

    /// From when on it is no longer good; `None` if what was typed says nothing.
    pub(super) fn revoked_from(&self) -> Option<RevokedFrom> {
        let from = self.from.trim();
        match from.parse::<u64>() {
            _ if from.is_empty() => Some(RevokedFrom::Always),
            Ok(first) => Some(RevokedFrom::Sequence(first)),
            Err(_) => from.parse().ok().map(RevokedFrom::Time),
        }
    }
}

/// Somebody about to make a key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewKeyForm {
    pub name: String,
    /// Where this person's keys are, if they are anywhere.
    folder: Option<PathBuf>,
    /// Where the secret part goes, if it is to be elsewhere.
    pub(super) place: Option<PathBuf>,
    pub password: Secret,
    pub again: Secret,
    /// Whoever reads the file can sign with it.
    pub is_unprotected: bool,
}

impl NewKeyForm {
    /// That of somebody whose keys are in `folder`.
    pub(super) fn new(folder: Option<PathBuf>) -> Self {
        Self { folder, ..Self::default() }
    }

    /// Where both parts will be, escaped; `None` while nobody knows.
    pub fn shown_places(&self) -> Option<[String; 2]> {
        let name = self.name.trim();
        let own = self.folder.as_ref().filter(|_| is_key_name(name));
        let own = own.map(|folder| folder.join(format!("{name}.key")));
        let secret = self.place.clone().or(own)?;
        Some([path_line(&secret), path_line(&secret.with_extension("pub"))])
    }

    /// The name of the secret part's file.
    pub(super) fn file_name(&self) -> String {
        let name = self.name.trim();
        format!("{}.key", if is_key_name(name) { name } else { "key" })
    }

    /// What is missing; `None` if nothing is.
    pub fn reason_to_wait(&self) -> Option<&'static str> {
        match () {
            () if !is_key_name(self.name.trim()) => Some(window::NEW_KEY_NAME_FIRST),
            () if self.folder.is_none() && self.place.is_none() => Some(window::NEW_KEY_PLACE_FIRST),
            () if self.is_unprotected => None,
            () if self.password.0.is_empty() => Some(window::PASSWORD_FIRST),
            () if self.password != self.again => Some(window::PASSWORDS_DIFFER),
            () => None,
        }
    }
}

/// A key that was made. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeKeyView {
    /// Where the public part is, exactly.
    pub public: PathBuf,
    pub shown_secret: String,
    pub shown_public: String,
    /// Its fingerprint in words and in digits, to be read out.
    pub words: String,
    pub digits: String,
    pub is_unprotected: bool,
}

impl MadeKeyView {
    pub(super) fn new(made: &MadeKey, is_unprotected: bool) -> Self {
        let print = made.key.fingerprint();
        Self {
            shown_secret: path_line(&made.secret),
            shown_public: path_line(&made.public),
            public: made.public.clone(),
            words: print.words(),
            digits: print.groups(),
            is_unprotected,
        }
    }
}

/// Text that is not shown, not even to who debugs.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\u{2026}")
    }
}

/// Somebody about to sign the patch that is open, or a list of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignForm {
    /// The secret key.
    pub key: PathBuf,
    /// The secret keys that are kept where this person's keys are.
    pub own: Vec<PathBuf>,
    pub needs_password: bool,
    pub password: Secret,
    pub role: SignerRole,
    /// The list of keys that is signed instead of the patch.
    pub list: Option<PathBuf>,
}

impl SignForm {
    /// With the key in this file, as author.
    pub(super) fn new(key: PathBuf, own: Vec<PathBuf>, needs_password: bool) -> Self {
        Self { key, own, needs_password, password: Secret::default(), role: SignerRole::Author, list: None }
    }

    /// The key's file, escaped.
    pub fn shown_key(&self) -> String {
        path_line(&self.key)
    }

    /// What is missing; `None` if nothing is.
    pub fn reason_to_wait(&self) -> Option<&'static str> {
        (self.needs_password && self.password.0.is_empty()).then_some(window::PASSWORD_FIRST)
    }
}
