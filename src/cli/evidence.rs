//! `patchwright evidence`: what to show an auditor, and whether what was shown is what somebody made.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::Result;
use super::flags::since;
use super::render::{answer, text};
use super::session::{InFolder, Outcome, Session};
use super::sign::signer;
use crate::model::{Kind, Word, choices};
use crate::report::{Report, evidence};
use crate::workbench::{EvidenceWish, Redaction};

choices! {
    /// What can be left out.
    enum LeftOut {
        /// Who changed something and who signed it.
        Users = "users",
        /// Where files are.
        Paths = "paths",
    }
}

/// Save what happened to a folder for auditors, or verify that file
///
/// The file contains a page to print, the same data as JSON, the original records and manifests, and checksums. With --key,
/// the checksums are signed, and so are statements that the tools of in-toto verify. An SSH key signs the checksums only.
/// `patchwright evidence verify FILE` needs nothing but the file and your own keys, and names every file that was changed. It
/// exits with 4 if one was, if the file is damaged, or if you don't trust the signer. If the folder's
/// history had already been changed, the page says so.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "patchwright evidence --output <FILE> <TARGET> [ID]\n       patchwright evidence verify <FILE>",
    after_help = "\
Examples:
  patchwright evidence /opt/app ACME-HF-1042 -o evidence.zip --key anna
  patchwright evidence /opt/app --since 2026-10-01 -o q4.zip --redact users
  patchwright evidence verify evidence.zip"
)]
pub(super) struct Arguments {
    /// The product folder, or the word verify
    target: PathBuf,
    /// Only this patch; after `verify`, the evidence file
    id: Option<PathBuf>,
    /// The file to write; an older evidence file there is replaced
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Only what happened since this day or moment, such as 2026-10-01; days are UTC
    #[arg(long, value_name = "DATE")]
    since: Option<String>,
    /// The list of exploited problems, as CISA publishes it (JSON): by when they have to be fixed, for the controls
    #[arg(long, value_name = "FILE")]
    kev: Option<PathBuf>,
    /// Sign with this secret key: its name or its file, or the .pub file of an SSH key in an agent
    #[arg(long, value_name = "KEY")]
    key: Option<PathBuf>,
    /// Read the key's password from the first line of this file
    #[arg(long, value_name = "FILE", requires = "key")]
    password_file: Option<PathBuf>,
    /// Leave out names: users (also computers and signers), paths, or both; the original records are left out, too
    #[arg(long, value_name = "WHAT", value_delimiter = ',', value_parser = left_out)]
    redact: Vec<LeftOut>,
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        match (&self.id, &self.output) {
            (Some(file), None) if self.target.as_os_str() == "verify" => verify(file, session),
            (_, Some(output)) => self.save(output, session),
            (_, None) => {
                let report = Report::usage("A file to write is needed");
                Err(report.hint("Add: --output FILE. To check one: patchwright evidence verify FILE").into())
            }
        }
    }

    fn save(&self, output: &Path, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let target = &self.target;
        let wish = self.wish(session.workbench().environment().timestamp())?;
        // Who has no password needs not wait for the folder to be read.
        let key = self.key.as_deref();
        let signer = key.map(|key| signer(session, key, self.password_file.as_deref())).transpose()?;
        let pack =
            session.watch(|bench, watch| bench.gather_evidence(target, &wish, watch)).in_folder(target)?;
        let (page, document) = (evidence::page(&pack), evidence::document(&pack));
        let saved = session.workbench().save_evidence(&pack, &page, &document, signer.as_ref(), output);
        let saved = saved.without_folder()?;
        session.answer(
            |style| text::evidence_saved(&pack, &saved, style),
            || answer::Evidence::new(&pack, &saved, target),
        )
    }

    fn wish(&self, now: Timestamp) -> Result<EvidenceWish> {
        let since = self.since.as_ref().map(|text| since(text, now)).transpose()?;
        let redaction = Redaction {
            users: self.redact.contains(&LeftOut::Users),
            paths: self.redact.contains(&LeftOut::Paths),
        };
        let patch = self.id.as_ref().map(|id| id.to_string_lossy().into_owned());
        Ok(EvidenceWish { patch, since, redaction, kev: self.kev.clone() })
    }
}

fn verify(file: &Path, session: &mut Session<'_, '_>) -> Result<Outcome> {
    let verified = session.workbench().verify_evidence(file).without_folder()?;
    session.answer_as(
        if verified.is_proven() { Outcome::Done } else { Outcome::Not(Kind::NotTrusted) },
        |style| text::evidence_verified(&verified, file, style),
        || answer::VerifiedEvidence::new(&verified, file),
    )
}

fn left_out(text: &str) -> std::result::Result<LeftOut, String> {
    LeftOut::parse(text).ok_or_else(|| format!("it's none of {}", LeftOut::choices()))
}
