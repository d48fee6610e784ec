//! Signs bundles and reviews: with a key of our own, or with the person's SSH key through OpenSSH's own program, so that
//! passphrases, agents and security devices work as they are used to, and the secret never comes here.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Error, Inspection, Result, Watch, Workbench};
use crate::bundle::place_of;
use crate::bundle::signatures::{Addition, add};
use crate::model::{Code, Digest, Patch};
use crate::trust::{
    Attached, AttachedReview, Fingerprint, Kind, MAX_REVIEW_BYTES, Review, Role, Scheme, SecretKey,
    Statement, sign, signer_of,
};

/// What signs.
#[derive(Debug)]
pub enum Signer {
    /// A minisign key that was opened.
    Minisign(SecretKey),
    /// An SSH key: its file, or its `.pub` file where an agent has the secret.
    Ssh(PathBuf),
}

/// What was signed.
#[derive(Debug, Clone)]
pub struct Signed {
    /// The patch.
    pub patch: Patch,
    /// SHA-256 of the exact bytes that the signature covers.
    pub covers: Digest,
    /// By which key.
    pub key: Fingerprint,
    /// As what.
    pub role: Role,
    /// What the bundle is now.
    pub inspection: Inspection,
}

impl Workbench {
    /// Signs the bundle at `file` as an author or reviewer. Everything in it is read and checked first.
    ///
    /// # Errors
    /// If the bundle is not whole, or nothing can be signed or written; the file is as before then.
    pub fn sign(&self, file: &Path, role: Role, signer: &Signer, watch: Watch<'_>) -> Result<Signed> {
        let shown = self.verify(file, watch)?.inspection;
        let signature = self.signature(&shown.manifest, Kind::Bundle, &shown.patch, role, signer)?;
        self.attach(file, &shown, Kind::Bundle, role, signature, None, watch)
    }

    /// Signs a review and adds both to the bundle that it is of.
    ///
    /// # Errors
    /// As [`Workbench::sign`], or if the review is of another patch.
    pub fn sign_review(
        &self,
        file: &Path,
        review: &[u8],
        signer: &Signer,
        watch: Watch<'_>,
    ) -> Result<Signed> {
        let shown = self.verify(file, watch)?.inspection;
        let read = Review::parse(review).map_err(|problem| {
            Error::refused(
                Code::Key,
                format!("the review cannot be read: {problem}"),
                "Make the review again.",
            )
        })?;
        if read.manifest != shown.manifest_digest || review.len() > MAX_REVIEW_BYTES {
            let meaning = "the review is of another patch, or of another edition of it";
            return Err(Error::refused(Code::Key, meaning, "Review this patch file."));
        }
        let signature = self.signature(review, Kind::Review, &shown.patch, Role::Reviewer, signer)?;
        self.attach(file, &shown, Kind::Review, Role::Reviewer, signature, Some(review), watch)
    }

    /// Adds a signature over the manifest that somebody made elsewhere, with minisign or `ssh-keygen -Y sign`.
    ///
    /// # Errors
    /// If it does not fit the bundle, or the bundle cannot be written.
    pub fn attach_signature(&self, file: &Path, signature: &Path, watch: Watch<'_>) -> Result<Signed> {
        let shown = self.verify(file, watch)?.inspection;
        let failed = |source| Error::File { doing: "read the signature", path: signature.to_owned(), source };
        let bytes = std::fs::read(signature).map_err(failed)?;
        let is_ssh = bytes.starts_with(b"-----BEGIN SSH SIGNATURE-----");
        let scheme = if is_ssh { Scheme::Ssh } else { Scheme::Minisign };
        let role = match scheme {
            Scheme::Minisign => {
                Statement::of_signature(Kind::Bundle, &bytes).map_or(Role::Author, |said| said.role)
            }
            Scheme::Ssh => Role::Author,
        };
        self.attach(file, &shown, Kind::Bundle, role, Attached { scheme, bytes }, None, watch)
    }

    /// The comment that a signature over this patch has to carry, for signing it with minisign itself.
    pub fn comment_to_sign(&self, patch: &Patch, role: Role) -> String {
        self.statement(Kind::Bundle, patch, role).comment()
    }

    fn statement(&self, kind: Kind, patch: &Patch, role: Role) -> Statement {
        Statement { kind, place: Some(place_of(patch)), role, time: self.environment.now() }
    }

    fn signature(
        &self,
        content: &[u8],
        kind: Kind,
        patch: &Patch,
        role: Role,
        signer: &Signer,
    ) -> Result<Attached> {
        match signer {
            Signer::Minisign(key) => {
                let comment = self.statement(kind, patch, role).comment();
                Ok(Attached { scheme: Scheme::Minisign, bytes: sign(content, &comment, key).into_bytes() })
            }
            Signer::Ssh(key) => Ok(Attached { scheme: Scheme::Ssh, bytes: ssh_keygen(content, kind, key)? }),
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "each is a different thing, and three callers have all of them"
    )]
    fn attach(
        &self,
        file: &Path,
        shown: &Inspection,
        kind: Kind,
        role: Role,
        signature: Attached,
        review: Option<&[u8]>,
        watch: Watch<'_>,
    ) -> Result<Signed> {
        let content = review.unwrap_or(&shown.manifest);
        let known: Vec<_> = self.keyring()?.keys().map(|known| known.key.clone()).collect();
        // Never add what would not verify, whoever made it.
        let key = signer_of(&signature, content, kind, &known).ok_or_else(|| {
            let meaning = "the signature does not fit this patch file, or is by a key that is not known here";
            Error::refused(
                Code::Signature,
                meaning,
                "Sign the exact manifest of this file; trust the key first.",
            )
        })?;
        let addition = match review {
            None => Addition::Signature(signature),
            Some(report) => Addition::Review(AttachedReview { report: report.to_vec(), signature }),
        };
        add(file, key, addition).map_err(crate::bundle::OpenError::from)?;
        Ok(Signed {
            patch: shown.patch.clone(),
            covers: Digest::of(content),
            key,
            role,
            inspection: self.inspect(file, watch)?,
        })
    }
}

/// Lets OpenSSH sign. It asks for passphrases and touches itself, on the person's terminal.
fn ssh_keygen(content: &[u8], kind: Kind, key: &Path) -> Result<Vec<u8>> {
    let failed = |source| Error::File { doing: "sign with the SSH key", path: key.to_owned(), source };
    let program = program("ssh-keygen").ok_or_else(|| {
        let hint = "Install OpenSSH, or use a key made with patchwright key new.";
        Error::refused(
            Code::Key,
            "signing with an SSH key needs the program ssh-keygen, which is not here",
            hint,
        )
    })?;
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
        let meaning = format!("ssh-keygen did not sign: {last}");
        return Err(Error::refused(Code::Key, meaning, "Name an Ed25519 key, and try again."));
    }
    std::fs::read(signed).map_err(failed)
}

/// The program of this name in the folders where programs are. Never one in the present folder.
fn program(name: &str) -> Option<PathBuf> {
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(&name))
        .find(|program| program.is_file())
}
