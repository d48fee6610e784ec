//! `patchwright sign`: signs a patch file.

use std::path::{Path, PathBuf};

use super::Result;
use super::flags::{is_bundle, sha256};
use super::render::{answer, text};
use super::session::{InFolder, Outcome, Session};
use crate::model::Digest;
use crate::report::Report;
use crate::workbench::{Signer, SignerRole};

/// Sign a patch file as its author or as a reviewer
///
/// Reads and checks the whole file first. Earlier signatures stay valid. Use a key from `patchwright key new` or
/// minisign, or an Ed25519 SSH key from a file, an agent or a security device (OpenSSH then signs).
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright sign fix.patchbundle --key anna
  patchwright sign fix.patchbundle --key ~/.ssh/id_ed25519 --as reviewer
  patchwright sign fix.patchbundle --comment
  patchwright sign fix.patchbundle --attach manifest.json.minisig")]
pub(super) struct Arguments {
    /// The patch file
    file: PathBuf,
    /// Your secret key: its name or its file, or the .pub file of an SSH key in an agent
    #[arg(long, value_name = "KEY", required_unless_present_any = ["attach", "comment"])]
    key: Option<PathBuf>,
    /// Your role
    #[arg(long = "as", value_name = "ROLE", value_enum, default_value = "author")]
    role: SignAs,
    /// Read the key's password from the first line of this file
    #[arg(long, value_name = "FILE", requires = "key")]
    password_file: Option<PathBuf>,
    /// Add a signature of the manifest made by minisign or ssh-keygen
    #[arg(long, value_name = "FILE", conflicts_with = "key")]
    attach: Option<PathBuf>,
    /// Continue only if the file has this SHA-256, as `show` printed it
    #[arg(long, value_name = "SHA-256", value_parser = sha256)]
    expect: Option<Digest>,
    /// Print the comment that minisign's own signature must contain, and sign nothing
    #[arg(long, conflicts_with_all = ["key", "attach"])]
    comment: bool,
}

/// As what somebody signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum SignAs {
    /// The patch's author.
    Author,
    /// Someone who reviewed it.
    Reviewer,
}

impl From<SignAs> for SignerRole {
    fn from(role: SignAs) -> Self {
        match role {
            SignAs::Author => SignerRole::Author,
            SignAs::Reviewer => SignerRole::Reviewer,
        }
    }
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let file = is_bundle(&self.file)?;
        let role = self.role.into();
        let expected = self.expect;
        let look = session.watch(|workbench, watch| workbench.look_to_sign(file, expected, watch));
        let shown = look.without_folder()?;
        if self.comment {
            let comment = session.workbench().comment_to_sign(&shown.patch, role).without_folder()?;
            return session.answer(|_| format!("{comment}\n"), || answer::Comment::new(&comment));
        }
        let signed = match (&self.attach, &self.key) {
            (Some(signature), _) => {
                session.watch(|workbench, watch| workbench.attach_signature(file, &shown, signature, watch))
            }
            (None, Some(key)) => {
                let signer = signer(session, key, self.password_file.as_deref())?;
                session.watch(|workbench, watch| workbench.sign(file, &shown, role, &signer, watch))
            }
            (None, None) => return Err(Report::usage("A key is needed: add --key KEY").into()),
        };
        let signed = signed.without_folder()?;
        session.answer(|style| text::signed(&signed, file, style), || answer::Sign::new(&signed, file))
    }
}

/// Opens the key that signs, with its password.
pub(super) fn signer(
    session: &mut Session<'_, '_>,
    key: &Path,
    password_file: Option<&Path>,
) -> Result<Signer> {
    let workbench = session.workbench();
    let key = &workbench.secret_key_file(key);
    if !workbench.is_secret_key(key).without_folder()? {
        return Ok(Signer::Ssh(key.to_owned()));
    }
    let password = match workbench.needs_password(key).without_folder()? {
        true => Some(session.password("Password of the key: ", password_file)?),
        false => None,
    };
    let key = workbench.open_secret_key(key, password.as_ref()).without_folder()?;
    Ok(Signer::Minisign(Box::new(key)))
}
