//! `patchwright key`: who is trusted here.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

use super::Result;
use super::render::{answer, text};
use super::session::{InFolder, Outcome, Session};
use super::sign::signer;
use crate::report::Report;
use crate::workbench::{
    KeyFingerprint, KeyWish, KnownKey, PublicKey, Revoked, RevokedFrom, SignerRole, TrustedKey, is_key_name,
};

/// Make keys, and decide whose keys you trust
///
/// A patch is trusted because of who signed it. A key is trusted because you decided so, after you compared its
/// fingerprint with the owner over another channel, such as a phone call.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright key new anna
  patchwright key list
  patchwright key trust acme.pub --name ACME --product Lighthouse
  patchwright key trust --from fix.patchbundle --name ACME
  patchwright key revoke ACME --reason stolen
  patchwright key export ACME
  patchwright key update keys.json")]
pub(super) struct Arguments {
    #[command(subcommand)]
    verb: KeyVerb,
}

#[derive(Debug, Subcommand)]
enum KeyVerb {
    New(New),
    List(ListedKeys),
    Trust(Box<Trust>),
    Revoke(Revoke),
    Export(KeyExport),
    Update(Update),
    SignList(SignList),
}

/// Make a key to sign with, protected by a password
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright key new anna
  patchwright key new ci --output ci.key --password-file password.txt")]
struct New {
    /// The key's name; its files are NAME.key and NAME.pub
    name: String,
    /// Write the secret key to this file instead of your settings
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Read the password from the first line of this file
    #[arg(long, value_name = "FILE", conflicts_with = "no_password")]
    password_file: Option<PathBuf>,
    /// Leave the key unprotected: whoever reads the file can sign
    #[arg(long)]
    no_password: bool,
}

/// List the keys you trust
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright key list
  patchwright key list --verbose")]
struct ListedKeys {}

/// Trust a key, after you compared its fingerprint with the owner
///
/// If you trust it already, the roles and products are added to those it has; --replace replaces them. Without a terminal,
/// pass the fingerprint with --fingerprint; --yes doesn't replace comparing it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright key trust acme.pub --name ACME --product Lighthouse
  patchwright key trust --from fix.patchbundle --name ACME
  patchwright key trust anna.pub --role reviewer --every-product
  patchwright key trust anna.pub --role author --product Lighthouse --replace")]
struct Trust {
    /// The .pub file of the key
    #[arg(value_name = "KEYFILE", required_unless_present = "from")]
    file: Option<PathBuf>,
    /// Trust the key that signed this patch file, as author and for its product only
    #[arg(long, value_name = "FILE", conflicts_with_all = ["file", "role", "product", "every_product", "replace"])]
    from: Option<PathBuf>,
    /// Your name for the key
    #[arg(long)]
    name: Option<String>,
    /// Who owns the key; two keys of one owner count once [default: the name]
    #[arg(long)]
    owner: Option<String>,
    /// What the key may do; repeat for several [default: author, or what it may do already]
    #[arg(long, value_name = "ROLE", value_enum)]
    role: Vec<KeyRole>,
    /// The product it's trusted for; repeat for several
    #[arg(long, required_unless_present_any = ["every_product", "from"])]
    product: Vec<String>,
    /// Trust it for every product
    #[arg(long, conflicts_with = "product")]
    every_product: bool,
    /// Replace what you said about this key before, instead of adding to it
    #[arg(long)]
    replace: bool,
    /// The time from which it is valid, such as 2027-01-31T00:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    not_before: Option<jiff::Timestamp>,
    /// The time until which it is valid
    #[arg(long, value_name = "TIME", value_parser = time)]
    not_after: Option<jiff::Timestamp>,
    /// The fingerprint the owner told you: 64 hexadecimal digits, spaces allowed
    #[arg(long, value_name = "DIGITS", value_parser = print)]
    fingerprint: Option<KeyFingerprint>,
}

/// Revoke a key: nothing it signed is trusted any more
///
/// This is final: no command undoes it, and the key can't be trusted again. You are asked first.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright key revoke ACME --reason stolen
  patchwright key revoke ACME --reason lost --from-time 2027-01-31T00:00:00Z")]
struct Revoke {
    /// Your name for the key, or its fingerprint
    key: String,
    /// The reason, which is shown wherever the key is rejected
    #[arg(long)]
    reason: String,
    /// Revoke it only for patches from this number on
    #[arg(long, value_name = "NUMBER", conflicts_with = "from_time")]
    from_sequence: Option<u64>,
    /// Revoke it only for patches made at or after this time
    #[arg(long, value_name = "TIME", value_parser = time)]
    from_time: Option<jiff::Timestamp>,
}

/// Print a public key, so that others can trust it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright key export ACME > acme.pub")]
struct KeyExport {
    /// Your name for the key, or its fingerprint
    key: String,
}

/// Import a vendor's new list of keys, or a list of revoked keys
///
/// The signatures are next to the file, as FILE.*.minisig or FILE.*.sshsig. A list must be signed by as many keys you
/// trust for the product now as the last list required, and by as many of its own keys as it requires.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright key update keys.json")]
struct Update {
    /// The list
    file: PathBuf,
}

/// Sign a list of keys; the signature goes next to the file
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright key sign-list keys.json --key anna")]
struct SignList {
    /// The list
    file: PathBuf,
    /// Your secret key: its name or its file, or the .pub file of an SSH key in an agent
    #[arg(long, value_name = "KEY")]
    key: PathBuf,
    /// Read the key's password from the first line of this file
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum KeyRole {
    /// Make patches.
    Author,
    /// Review patches.
    Reviewer,
    /// Revoke keys.
    Revoker,
    /// Ship scripts.
    Script,
    /// Approve rings of rollouts.
    Approver,
}

impl From<KeyRole> for SignerRole {
    fn from(role: KeyRole) -> Self {
        match role {
            KeyRole::Author => SignerRole::Author,
            KeyRole::Reviewer => SignerRole::Reviewer,
            KeyRole::Revoker => SignerRole::Revoker,
            KeyRole::Script => SignerRole::Script,
            KeyRole::Approver => SignerRole::Approver,
        }
    }
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        match self.verb {
            KeyVerb::New(args) => args.run(session),
            KeyVerb::List(_) => {
                let keys = session.workbench().keys().without_folder()?;
                let verbose = session.is_verbose();
                let odd = session.workbench().odd_rules().without_folder()?;
                session.answer(
                    |style| text::keys(&keys, &odd, verbose, style),
                    || answer::Keys::new(&keys, odd.clone()),
                )
            }
            KeyVerb::Trust(args) => args.run(session),
            KeyVerb::Revoke(args) => args.run(session),
            KeyVerb::Export(args) => {
                let known = session.workbench().known_key(&args.key).without_folder()?;
                session.answer(|_| known.key.key.file(), || answer::Key::new(&known))
            }
            KeyVerb::Update(args) => {
                let rotated = session.workbench().take_in_rotation(&args.file).without_folder()?;
                session.answer(|style| text::rotated(&rotated, style), || answer::Rotation::new(&rotated))
            }
            KeyVerb::SignList(args) => {
                let signer = signer(session, &args.key, args.password_file.as_deref())?;
                let place = session.workbench().sign_rotation(&args.file, &signer).without_folder()?;
                session.answer(|style| text::signed_list(&place, style), || answer::SignedList::new(&place))
            }
        }
    }
}

impl New {
    fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        if !is_key_name(&self.name) {
            return Err(
                Report::usage("A key's name has only letters, digits, dots, dashes and underscores").into()
            );
        }
        let password = match (self.no_password, &self.password_file) {
            (true, _) => None,
            (false, Some(file)) => Some(session.password("", Some(file))?),
            (false, None) => {
                let first = session.password("Password for the new key: ", None)?;
                let second = session.password("Repeat the password: ", None)?;
                if !first.is_same(&second) {
                    return Err(Report::usage("The two passwords differ. No key was made").into());
                }
                Some(first)
            }
        };
        if password.as_ref().is_some_and(crate::workbench::Password::is_empty) {
            let report = Report::usage("The password is empty. No key was made");
            return Err(report.hint("Enter a password, or add --no-password.").into());
        }
        let made = session.workbench().new_key(&self.name, self.output.as_deref(), password.as_ref());
        let made = made.without_folder()?;
        session.answer(
            |style| text::made_key(&made, password.is_some(), style),
            || answer::MadeKey::new(&made, password.is_some()),
        )
    }
}

impl Trust {
    fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let (key, products, fallback) = self.key(session)?;
        let known = session.workbench().keys().without_folder()?;
        let is_it = |known: &KnownKey| known.key.key.fingerprint() == key.fingerprint();
        let before = known.into_iter().find(is_it).map(|known| known.key);
        let wish = self.wish(key, products, fallback, before.as_ref())?;
        self.compare(&wish, before.as_ref(), session)?;
        let trusted = session.workbench().trust_key(&wish).without_folder()?;
        session.answer(
            |style| text::trusted_key(&trusted, before.as_ref(), self.replace, style),
            || answer::KeyInfo::new(&trusted),
        )
    }

    /// What is to be trusted, with what is trusted of the key already, unless that is to be replaced.
    fn wish(
        &self,
        key: PublicKey,
        products: Vec<String>,
        fallback: Option<String>,
        before: Option<&TrustedKey>,
    ) -> Result<KeyWish> {
        let kept = before.filter(|_| !self.replace);
        let known_name = kept.map(|kept| kept.name.clone());
        let Some(name) = self.name.clone().or(known_name).or(fallback) else {
            return Err(Report::usage("The key needs a name: add --name NAME").into());
        };
        let known_owner = kept.map(|kept| kept.owner.clone());
        let wish = KeyWish {
            owner: self.owner.clone().or(known_owner).unwrap_or_else(|| name.clone()),
            name,
            roles: match (self.role.as_slice(), kept) {
                ([], Some(kept)) if self.from.is_none() => kept.roles.clone(),
                ([], _) => vec![SignerRole::Author],
                (roles, _) => roles.iter().map(|role| SignerRole::from(*role)).collect(),
            },
            products,
            not_before: self.not_before,
            not_after: self.not_after,
            is_first_contact: self.from.is_some(),
            key,
        };
        match kept {
            Some(kept) => wish.added_to(kept).without_folder(),
            None => Ok(wish),
        }
    }

    /// The key, what it is trusted for, and what it may be called.
    fn key(&self, session: &mut Session<'_, '_>) -> Result<(PublicKey, Vec<String>, Option<String>)> {
        if let Some(bundle) = &self.from {
            let met =
                session.watch(|workbench, watch| workbench.unknown_keys(bundle, watch)).without_folder()?;
            let [key] = met.keys.as_slice() else {
                let problem = match met.keys.len() {
                    0 => "This patch file has no signature that contains a new key",
                    _ => "This patch file is signed with several new keys",
                };
                return Err(Report::usage(problem).hint("Get the .pub file from the key's owner.").into());
            };
            return Ok((key.clone(), vec![met.product], None));
        }
        let file = self.file.as_ref().expect("clap asks for a file or a patch");
        let key = session.workbench().read_key(file).without_folder()?;
        let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        Ok((key, self.product.clone(), stem))
    }

    /// Nobody trusts what they have not compared.
    fn compare(
        &self,
        wish: &KeyWish,
        before: Option<&TrustedKey>,
        session: &mut Session<'_, '_>,
    ) -> Result<()> {
        let print = wish.key.fingerprint();
        match self.fingerprint {
            Some(told) if told == print => Ok(()),
            Some(_) => {
                let report = Report::usage("The key's fingerprint isn't the one you entered");
                Err(report.hint("Don't trust this key. Ask its owner again.").into())
            }
            None if !session.can_ask() => {
                let problem = match session.asks() {
                    true => "Compare the key's fingerprint first; there is no terminal to ask you",
                    false => "--yes doesn't replace comparing a fingerprint",
                };
                let report = Report::usage(problem);
                Err(report.hint("Add the fingerprint the owner told you: --fingerprint DIGITS").into())
            }
            None => {
                let question = "Did the owner confirm these digits or words over another channel?";
                session.ask(|style| text::key_to_compare(wish, before, style), question)
            }
        }
    }
}

impl Revoke {
    fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let print = KeyFingerprint::parse(&self.key);
        let known = session.workbench().known_key(&self.key).without_folder();
        let (key, known) = match (print, known) {
            (_, Ok(known)) => (known.key.key.fingerprint(), Some(known.key)),
            // One that nobody here trusts can be revoked before anybody does.
            (Some(print), Err(_)) => (print, None),
            (None, Err(unknown)) => return Err(unknown),
        };
        let from = match (self.from_sequence, self.from_time) {
            (Some(first), _) => RevokedFrom::Sequence(first),
            (None, Some(first)) => RevokedFrom::Time(first),
            (None, None) => RevokedFrom::Always,
        };
        let wish = Revoked { key, from, reason: self.reason };
        let question = "Revoke this key? This can't be undone.";
        session.ask(|style| text::key_to_revoke(&wish, known.as_ref(), style), question)?;
        let revoked = session.workbench().revoke_key(wish).without_folder()?;
        session.answer(|style| text::revoked_key(&revoked, style), || answer::RevokedKey::new(&revoked))
    }
}

fn time(text: &str) -> std::result::Result<jiff::Timestamp, String> {
    text.parse().map_err(|_| "expected a time such as 2027-01-31T00:00:00Z".to_owned())
}

fn print(text: &str) -> std::result::Result<KeyFingerprint, String> {
    KeyFingerprint::parse(text).ok_or_else(|| "expected 64 hexadecimal digits".to_owned())
}
