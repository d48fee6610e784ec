//! `patchwright key`: who is trusted here.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

use super::Result;
use super::render::{answer, text};
use super::session::{InFolder, Outcome, Session};
use super::sign::signer;
use crate::report::Report;
use crate::workbench::{KeyFingerprint, KeyWish, PublicKey, Revoked, RevokedFrom, SignerRole};

/// Make keys, and decide whose keys are trusted here
///
/// A patch is trusted because of who signed it, and a key is trusted because somebody here decided so, after comparing
/// its fingerprint with the owner by another way than the one the key came, such as the telephone.
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
struct New {
    /// What the key is called; its files are NAME.key and NAME.pub
    name: String,
    /// Where the secret part goes, instead of among this person's settings
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Read the password from the first line of this file
    #[arg(long, value_name = "FILE", conflicts_with = "no_password")]
    password_file: Option<PathBuf>,
    /// Leave the key unprotected: whoever reads the file can sign
    #[arg(long)]
    no_password: bool,
}

/// List the keys that are trusted here
#[derive(Debug, clap::Args)]
struct ListedKeys {}

/// Trust a key, after its fingerprint was compared with its owner
///
/// Without a terminal the fingerprint has to be given with --fingerprint; --yes does not stand for comparing.
#[derive(Debug, clap::Args)]
struct Trust {
    /// The .pub file of the key
    #[arg(value_name = "KEYFILE", required_unless_present = "from")]
    file: Option<PathBuf>,
    /// Get to know the key that signed this patch file: as author, for its product alone
    #[arg(long, value_name = "FILE", conflicts_with_all = ["file", "role", "product", "every_product"])]
    from: Option<PathBuf>,
    /// What the key is called here
    #[arg(long)]
    name: Option<String>,
    /// Whose key it is; two keys of one owner count once [default: the name]
    #[arg(long)]
    owner: Option<String>,
    /// What the key may do; can be given several times
    #[arg(long, value_name = "ROLE", value_enum, default_value = "author")]
    role: Vec<KeyRole>,
    /// For which product; can be given several times
    #[arg(long, required_unless_present_any = ["every_product", "from"])]
    product: Vec<String>,
    /// For every product
    #[arg(long, conflicts_with = "product")]
    every_product: bool,
    /// From when on it counts, such as 2027-01-31T00:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    not_before: Option<jiff::Timestamp>,
    /// Until when it counts
    #[arg(long, value_name = "TIME", value_parser = time)]
    not_after: Option<jiff::Timestamp>,
    /// The fingerprint as the owner told it: 64 hexadecimal digits, with or without blanks
    #[arg(long, value_name = "DIGITS", value_parser = print)]
    fingerprint: Option<KeyFingerprint>,
}

/// Take a key back: nothing that it signed is trusted any more
#[derive(Debug, clap::Args)]
struct Revoke {
    /// The key's name here, or its fingerprint
    key: String,
    /// Why; it is shown wherever the key does not count
    #[arg(long)]
    reason: String,
    /// Only for patches from this number on
    #[arg(long, value_name = "NUMBER", conflicts_with = "from_time")]
    from_sequence: Option<u64>,
    /// Only for patches made at or after this time
    #[arg(long, value_name = "TIME", value_parser = time)]
    from_time: Option<jiff::Timestamp>,
}

/// Print a public key, so that others can trust it
#[derive(Debug, clap::Args)]
struct KeyExport {
    /// The key's name here, or its fingerprint
    key: String,
}

/// Take in a vendor's new list of keys, or a list of keys that are taken back
///
/// The signatures lie beside the file, as FILE.*.minisig or FILE.*.sshsig. A list needs as many of those who are trusted
/// for its product now as the last one asked for, and as many of those whom it names as it asks for.
#[derive(Debug, clap::Args)]
struct Update {
    /// The list
    file: PathBuf,
}

/// Sign a list of keys, beside the file
#[derive(Debug, clap::Args)]
struct SignList {
    /// The list
    file: PathBuf,
    /// The secret key, or the .pub file of an SSH key that an agent has
    #[arg(long, value_name = "FILE")]
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
    /// Take back keys.
    Revoker,
    /// Ship scripts.
    Script,
}

impl From<KeyRole> for SignerRole {
    fn from(role: KeyRole) -> Self {
        match role {
            KeyRole::Author => SignerRole::Author,
            KeyRole::Reviewer => SignerRole::Reviewer,
            KeyRole::Revoker => SignerRole::Revoker,
            KeyRole::Script => SignerRole::Script,
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
                session.answer(|style| text::keys(&keys, verbose, style), || answer::Keys::new(&keys))
            }
            KeyVerb::Trust(args) => args.run(session),
            KeyVerb::Revoke(args) => args.run(session),
            KeyVerb::Export(args) => {
                let known = session.workbench().known_key(&args.key).without_folder()?;
                session.answer(|_| known.key.key.file(), || answer::Key::new(&known))
            }
            KeyVerb::Update(args) => {
                let rotated = session.workbench().take_in_rotation(&args.file).without_folder()?;
                session.tell(|style| text::rotated(&rotated, style), || answer::Rotation::new(&rotated))
            }
            KeyVerb::SignList(args) => {
                let signer = signer(session, &args.key, args.password_file.as_deref())?;
                let place = session.workbench().sign_rotation(&args.file, &signer).without_folder()?;
                session.tell(|style| text::signed_list(&place, style), || answer::SignedList::new(&place))
            }
        }
    }
}

impl New {
    fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let is_file_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
        if self.name.is_empty() || self.name.starts_with('.') || !self.name.chars().all(is_file_name) {
            return Err(
                Report::usage("A key is named with letters, digits, dots, dashes and underscores").into()
            );
        }
        let password = match (self.no_password, &self.password_file) {
            (true, _) => None,
            (false, Some(file)) => Some(session.password("", Some(file))?),
            (false, None) => {
                let first = session.password("Password for the new key: ", None)?;
                let second = session.password("The same again: ", None)?;
                if !first.is_same(&second) {
                    return Err(Report::usage("The two passwords differ; no key was made").into());
                }
                Some(first)
            }
        };
        if password.as_ref().is_some_and(crate::workbench::Password::is_empty) {
            let report = Report::usage("The password is empty; no key was made");
            return Err(report.hint("Give one, or say --no-password.").into());
        }
        let made = session.workbench().new_key(&self.name, self.output.as_deref(), password.as_ref());
        let made = made.without_folder()?;
        session.tell(
            |style| text::made_key(&made, password.is_some(), style),
            || answer::MadeKey::new(&made, password.is_some()),
        )
    }
}

impl Trust {
    fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let (key, products, fallback) = self.key(session)?;
        let name = match (&self.name, fallback) {
            (Some(name), _) => name.clone(),
            (None, Some(name)) => name,
            (None, None) => {
                return Err(Report::usage("The key needs a name here; say --name").into());
            }
        };
        let wish = KeyWish {
            owner: self.owner.clone().unwrap_or_else(|| name.clone()),
            name,
            roles: match self.from {
                Some(_) => vec![SignerRole::Author],
                None => self.role.iter().map(|role| SignerRole::from(*role)).collect(),
            },
            products,
            not_before: self.not_before,
            not_after: self.not_after,
            is_first_contact: self.from.is_some(),
            key,
        };
        self.compare(&wish, session)?;
        let trusted = session.workbench().trust_key(&wish).without_folder()?;
        session.tell(|style| text::trusted_key(&trusted, style), || answer::KeyInfo::new(&trusted))
    }

    /// The key, what it is trusted for, and what it may be called.
    fn key(&self, session: &mut Session<'_, '_>) -> Result<(PublicKey, Vec<String>, Option<String>)> {
        if let Some(bundle) = &self.from {
            let met =
                session.watch(|workbench, watch| workbench.unknown_keys(bundle, watch)).without_folder()?;
            let [key] = met.keys.as_slice() else {
                let problem = match met.keys.len() {
                    0 => "No key that is new here has signed this patch file with its key in the signature",
                    _ => "Several new keys have signed this patch file",
                };
                return Err(Report::usage(problem)
                    .hint("Get the key's own .pub file from its owner.")
                    .into());
            };
            return Ok((key.clone(), vec![met.product], None));
        }
        let file = self.file.as_ref().expect("clap asks for a file or a patch");
        let key = session.workbench().read_key(file).without_folder()?;
        let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        Ok((key, self.product.clone(), stem))
    }

    /// Nobody trusts what they have not compared.
    fn compare(&self, wish: &KeyWish, session: &mut Session<'_, '_>) -> Result<()> {
        let print = wish.key.fingerprint();
        match self.fingerprint {
            Some(told) if told == print => Ok(()),
            Some(_) => {
                let report = Report::usage("The key has another fingerprint than the one that was told");
                Err(report.hint("Do not trust it. Ask its owner again.").into())
            }
            None if !session.asks() => {
                let report = Report::usage("--yes does not stand for comparing a fingerprint");
                Err(report.hint("Give the fingerprint that the owner told with --fingerprint.").into())
            }
            None => {
                let question = "Did the owner tell you these digits or words by another way?";
                session.ask(|style| text::key_to_compare(wish, style), question)
            }
        }
    }
}

impl Revoke {
    fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let workbench = session.workbench();
        let key = match KeyFingerprint::parse(&self.key) {
            Some(print) => print,
            None => workbench.known_key(&self.key).without_folder()?.key.key.fingerprint(),
        };
        let from = match (self.from_sequence, self.from_time) {
            (Some(first), _) => RevokedFrom::Sequence(first),
            (None, Some(first)) => RevokedFrom::Time(first),
            (None, None) => RevokedFrom::Always,
        };
        let revoked = workbench.revoke_key(Revoked { key, from, reason: self.reason }).without_folder()?;
        session.tell(|style| text::revoked_key(&revoked, style), || answer::RevokedKey::new(&revoked))
    }
}

fn time(text: &str) -> std::result::Result<jiff::Timestamp, String> {
    text.parse().map_err(|_| "a time such as 2027-01-31T00:00:00Z is expected".to_owned())
}

fn print(text: &str) -> std::result::Result<KeyFingerprint, String> {
    KeyFingerprint::parse(text).ok_or_else(|| "64 hexadecimal digits are expected".to_owned())
}
