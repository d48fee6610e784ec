//! `patchwright verify`: is every byte of a patch file what it should be?

use std::path::PathBuf;

use super::Result;
use super::flags::is_bundle;
use super::render::{answer, text};
use super::session::{InFolder, Outcome, Session};
use crate::model::Kind;
use crate::report::{Report, shell_path};
use crate::workbench::{Standing, Watch, Workbench, is_text_patch};

/// Verify a patch file: its checksums and its signatures
///
/// Reads the whole file and compares every checksum. Shows who signed it, and exits with 4 if you don't trust enough of
/// the signers, or if it lacks what the trust rules ask for. With --rules, the rules and keys in a file are
/// used instead of this computer's (for pipelines). Your own keys still count.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright verify fix.patchbundle
  patchwright verify fix.patchbundle --allow-unsigned
  patchwright verify fix.patchbundle --rules site.toml")]
pub(super) struct Arguments {
    /// The patch file
    file: PathBuf,
    /// Check only the checksums, whoever signed it
    #[arg(long)]
    allow_unsigned: bool,
    /// Use the rules and keys in this file (same format as trust.toml)
    #[arg(long, value_name = "FILE", conflicts_with = "allow_unsigned")]
    rules: Option<PathBuf>,
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let file = is_bundle(&self.file)?;
        if is_text_patch(file).without_folder()? {
            let report =
                Report::usage("A text patch can't be verified: it has no checksums and no signatures");
            let hint = format!("To see how it fits a folder: patchwright plan {} FOLDER", shell_path(file));
            return Err(report.hint(hint).into());
        }
        let rules = self.rules.as_deref();
        let verify = |bench: &Workbench, watch: Watch<'_>| match rules {
            Some(rules) => bench.verify_by(rules, file, watch),
            None => bench.verify(file, watch),
        };
        let verified = session.watch(verify).without_folder()?;
        let verdict = &verified.inspection.verdict;
        let is_fine = verdict.standing == Standing::Trusted && verified.unmet.is_empty()
            || self.allow_unsigned && verdict.standing != Standing::Broken;
        session.answer_as(
            if is_fine { Outcome::Done } else { Outcome::Not(Kind::NotTrusted) },
            |style| text::verification(&verified, file, self.allow_unsigned, style),
            || answer::Verify::new(&verified, file),
        )
    }
}
