//! Signs bundles and reviews: with a key of our own, or with the person's SSH key through OpenSSH's own program, so that
//! passphrases, agents and security devices work as they are used to, and the secret never comes here.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::write_new;
use crate::bundle::limits::{MAX_SIGNATURE_BYTES, MAX_SIGNATURES};
use crate::bundle::place_of;
use crate::bundle::signatures::{Addition, add};
use crate::environment::find_program;
use crate::model::{Digest, Mode, Patch};
use crate::named_file;
use crate::plan::why::{Keys, Reviewing};
use crate::text::escape_line;
use crate::trust::{
    Attached, AttachedReview, KeyFingerprint, KeyPlaces, Keyring, MAX_REVIEW_BYTES, MAX_ROTATION_BYTES,
    Review, Rotated, Rotation, SecretKey, SignatureScheme, SignerRole, Statement, StatementKind, sign,
    signer_of,
};
use crate::workbench::{Error, Inspection, Result, Watch, Workbench};

/// What signs.
#[derive(Debug)]
pub enum Signer {
    /// A minisign key that was opened.
    Minisign(Box<SecretKey>),
    /// An SSH key: its file, or its `.pub` file where an agent has the secret.
    Ssh(PathBuf),
}

/// What was signed.
#[derive(Debug, Clone)]
pub struct Signed {
    pub patch: Patch,
    /// SHA-256 of the exact bytes that the signature covers.
    pub covers: Digest,
    pub key: KeyFingerprint,
    pub role: SignerRole,
    /// The signature itself, as stock programs verify it beside the bytes.
    pub signature: Attached,
    /// What the bundle is now.
    pub inspection: Inspection,
}

impl Workbench {
    /// Looks at the bundle at `file` for somebody who is about to sign it. Everything in it is read and checked. With
    /// `expected`, it has to be the file with this SHA-256, which somebody has looked at.
    ///
    /// # Errors
    /// If the bundle is not whole, or another one.
    pub fn look_to_sign(
        &self,
        file: &Path,
        expected: Option<Digest>,
        watch: Watch<'_>,
    ) -> Result<Inspection> {
        let shown = self.inspect(file, watch)?;
        match expected {
            Some(expected) if expected != shown.file_digest => Err(Error::refused(Reviewing::NotLookedAt)),
            _ => Ok(shown),
        }
    }

    /// Signs the bundle at `file`, of which `shown` was looked at, as an author or reviewer.
    ///
    /// # Errors
    /// If it is another file by now, or nothing can be signed or written; the file is as before then.
    pub fn sign(
        &self,
        file: &Path,
        shown: &Inspection,
        role: SignerRole,
        signer: &Signer,
        watch: Watch<'_>,
    ) -> Result<Signed> {
        let signature = self.signature(&shown.manifest, StatementKind::Bundle, &shown.patch, role, signer)?;
        self.attach(file, shown, StatementKind::Bundle, role, signature, None, watch)
    }

    /// Signs a review and adds both to the bundle at `file` that it is of, of which `shown` was looked at.
    ///
    /// # Errors
    /// As [`Workbench::sign`], or if the review is of another patch.
    pub fn sign_review(
        &self,
        file: &Path,
        shown: &Inspection,
        review: &[u8],
        signer: &Signer,
        watch: Watch<'_>,
    ) -> Result<Signed> {
        let read = Review::parse(review).map_err(|problem| Error::refused(Reviewing::Unreadable(problem)))?;
        if (read.manifest, read.bundle) != (shown.manifest_digest, shown.file_digest)
            || review.len() > MAX_REVIEW_BYTES
        {
            return Err(Error::refused(Reviewing::OfAnother));
        }
        let signature =
            self.signature(review, StatementKind::Review, &shown.patch, SignerRole::Reviewer, signer)?;
        self.attach(file, shown, StatementKind::Review, SignerRole::Reviewer, signature, Some(review), watch)
    }

    /// Adds a signature over the manifest that somebody made elsewhere, with minisign or `ssh-keygen -Y sign`.
    ///
    /// # Errors
    /// If it does not fit the bundle, or the bundle cannot be written.
    pub(crate) fn attach_signature(
        &self,
        file: &Path,
        shown: &Inspection,
        signature: &Path,
        watch: Watch<'_>,
    ) -> Result<Signed> {
        let failed = |source| Error::File { doing: "read the signature", path: signature.to_owned(), source };
        let bytes = named_file::read(signature, MAX_SIGNATURE_BYTES as usize).map_err(failed)?;
        let is_ssh = bytes.starts_with(b"-----BEGIN SSH SIGNATURE-----");
        let scheme = if is_ssh { SignatureScheme::Ssh } else { SignatureScheme::Minisign };
        let role = match scheme {
            SignatureScheme::Minisign => Statement::of_signature(StatementKind::Bundle, &bytes)
                .map_or(SignerRole::Author, |said| said.role),
            SignatureScheme::Ssh => SignerRole::Author,
        };
        self.attach(file, shown, StatementKind::Bundle, role, Attached { scheme, bytes }, None, watch)
    }

    /// The comment that a signature over this patch has to carry, for signing it with minisign itself.
    ///
    /// # Errors
    /// If the patch's product hides characters: nobody could copy such a comment by eye.
    pub(crate) fn comment_to_sign(&self, patch: &Patch, role: SignerRole) -> Result<String> {
        let comment = self.statement(StatementKind::Bundle, patch, role).comment();
        match comment.split('\t').all(|field| escape_line(field) == field) {
            true => Ok(comment),
            false => Err(Error::refused(Keys::HiddenInProduct(patch.about.product.name.clone()))),
        }
    }

    /// Signs a list of keys, or a list of keys that are taken back, and writes the signature beside it.
    ///
    /// # Errors
    /// If it is no such file, or the signature cannot be written; nothing is written over.
    pub(crate) fn sign_rotation(&self, file: &Path, signer: &Signer) -> Result<PathBuf> {
        let bytes = read_rotation(file)?;
        let kind = Rotation::kind_of(&bytes).map_err(|problem| unusable(file, &problem))?;
        let role = if kind == StatementKind::Revocation { SignerRole::Revoker } else { SignerRole::Author };
        let statement = Statement { kind, place: None, role, time: self.environment.now() };
        let attached = signature_over(&bytes, &statement, signer)?;
        let key = signer_of(&attached, &bytes, kind, &[])
            .ok_or_else(|| unusable(file, "the signature doesn't match"))?;
        let mut place = file.as_os_str().to_owned();
        place.push(format!(".{}.{}", &key.to_string()[..16], attached.scheme.extension()));
        write_new(Path::new(&place), &attached.bytes, Mode::FILE)?;
        Ok(place.into())
    }

    /// Takes in a list of keys, or of keys that are taken back, with the signatures that lie beside it.
    ///
    /// # Errors
    /// If it is no such file, or not enough of those who may say so have signed it; nothing is changed then.
    pub(crate) fn take_in_rotation(&self, file: &Path) -> Result<Rotated> {
        let bytes = read_rotation(file)?;
        let rotation = Rotation::parse(&bytes).map_err(|problem| unusable(file, &problem))?;
        let signatures = signatures_beside(file)?;
        let machine = Keyring::load(&KeyPlaces { person: None, ..self.trust_places() })?.machine;
        let now = self.environment.timestamp();
        self.change_store(|store| {
            let keyring = Keyring { person: store.clone(), machine };
            rotation.take_in(&bytes, &signatures, &keyring, store, now).map_err(|problem| {
                Error::refused(Keys::ListChangesNothing { path: file.to_owned(), because: problem })
            })
        })
    }

    fn statement(&self, kind: StatementKind, patch: &Patch, role: SignerRole) -> Statement {
        Statement { kind, place: Some(place_of(patch)), role, time: self.environment.now() }
    }

    fn signature(
        &self,
        content: &[u8],
        kind: StatementKind,
        patch: &Patch,
        role: SignerRole,
        signer: &Signer,
    ) -> Result<Attached> {
        signature_over(content, &self.statement(kind, patch, role), signer)
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "each is a different thing, and three callers have all of them"
    )]
    fn attach(
        &self,
        file: &Path,
        shown: &Inspection,
        kind: StatementKind,
        role: SignerRole,
        signature: Attached,
        review: Option<&[u8]>,
        watch: Watch<'_>,
    ) -> Result<Signed> {
        let content = review.unwrap_or(&shown.manifest);
        let known: Vec<_> = self.keyring()?.keys().map(|known| known.key.clone()).collect();
        // Never add what would not verify, whoever made it.
        let key =
            signer_of(&signature, content, kind, &known).ok_or_else(|| Error::refused(Keys::DoesNotFit))?;
        let addition = match review {
            None => Addition::Signature(signature.clone()),
            Some(report) => {
                let (report, signature) = (report.to_vec(), signature.clone());
                Addition::Review(AttachedReview { report, signature })
            }
        };
        add(file, shown.file_digest, key, addition).map_err(crate::bundle::OpenError::from)?;
        Ok(Signed {
            patch: Patch::clone(&shown.patch),
            covers: Digest::compute(content),
            key,
            role,
            signature,
            inspection: self.inspect(file, watch)?,
        })
    }
}

fn read_rotation(file: &Path) -> Result<Vec<u8>> {
    let failed = |source| Error::File { doing: "read the list of keys", path: file.to_owned(), source };
    named_file::read(file, MAX_ROTATION_BYTES).map_err(failed)
}

/// The signatures whose names begin with that of the file.
fn signatures_beside(file: &Path) -> Result<Vec<Attached>> {
    let failed = |source| Error::File { doing: "read the signatures beside", path: file.to_owned(), source };
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut places: Vec<(PathBuf, SignatureScheme)> = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let ending =
            path.extension().and_then(|ending| ending.to_str()).and_then(SignatureScheme::of_extension);
        let is_beside = path.file_name().is_some_and(|found| found.to_string_lossy().starts_with(&name));
        places.extend(ending.filter(|_| is_beside).map(|scheme| (path, scheme)));
    }
    places.sort();
    places.truncate(MAX_SIGNATURES);
    let read = |(path, scheme): (PathBuf, SignatureScheme)| {
        let bytes = named_file::read(&path, MAX_SIGNATURE_BYTES as usize).map_err(failed)?;
        Ok(Attached { scheme, bytes })
    };
    places.into_iter().map(read).collect()
}

fn unusable(file: &Path, problem: &str) -> Error {
    super::of_file(file, problem, "Get the file again.")
}

/// A signature over `content` that says `statement` beside it, as far as its format can.
pub(crate) fn signature_over(content: &[u8], statement: &Statement, signer: &Signer) -> Result<Attached> {
    Ok(match signer {
        Signer::Minisign(key) => Attached {
            scheme: SignatureScheme::Minisign,
            bytes: sign(content, &statement.comment(), key).into_bytes(),
        },
        Signer::Ssh(key) => {
            Attached { scheme: SignatureScheme::Ssh, bytes: ssh_keygen(content, statement.kind, key)? }
        }
    })
}

/// Lets OpenSSH sign. It asks for passphrases and touches itself, on the person's terminal.
fn ssh_keygen(content: &[u8], kind: StatementKind, key: &Path) -> Result<Vec<u8>> {
    let failed = |source| Error::File { doing: "sign with the SSH key", path: key.to_owned(), source };
    let program = find_program("ssh-keygen").ok_or_else(|| Error::refused(Keys::NoSshKeygen))?;
    let key = std::path::absolute(key).map_err(failed)?;
    let folder = tempfile::tempdir().map_err(failed)?;
    let (plain, signed) = (folder.path().join("content"), folder.path().join("content.sig"));
    std::fs::write(&plain, content).map_err(failed)?;
    let output = Command::new(program)
        .current_dir(folder.path())
        .args(["-Y", "sign", "-n", kind.namespace(), "-f"])
        .arg(&key)
        .arg(&plain)
        .stdin(Stdio::inherit())
        .output()
        .map_err(failed)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let last =
            said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it gave no reason").to_owned();
        return Err(Error::refused(Keys::SshDidNotSign { said: last }));
    }
    std::fs::read(signed).map_err(failed)
}
