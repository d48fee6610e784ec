//! `patchwright review`: records a reviewer's verdict.

use std::path::{Path, PathBuf};

use super::Result;
use super::flags::{is_bundle, sha256};
use super::render::{answer, text};
use super::session::{InFolder, Outcome, Session};
use super::sign::signer;
use crate::model::Digest;
use crate::report::{Report, review as report, shell_path};
use crate::workbench::{
    Opinion, OutputKind, Review, ReviewWish, Watch, Workbench, is_text_patch, refuse_taken,
};

/// Record your review of a patch file, and sign it
///
/// Reads and checks the whole file first. The review contains the file's checksums, the program's findings, your notes,
/// your verdict, and the changes you looked at. With --key, the review is signed and added to the patch file as a
/// reviewer's signature. Everyone who trusts that key sees it before they apply the patch.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright review fix.patchbundle --verdict commented
  patchwright review fix.patchbundle --verdict approved --key anna
  patchwright review fix.patchbundle --verdict rejected --notes notes.txt
  patchwright review fix.patchbundle --verdict approved --looked-at conf")]
pub(super) struct Arguments {
    /// The patch file
    file: PathBuf,
    /// Your verdict
    #[arg(long, value_enum)]
    verdict: SpokenVerdict,
    /// A note on a changed file or, without a path, on the whole patch; repeat for several
    #[arg(long, value_name = "[PATH: ]TEXT")]
    note: Vec<String>,
    /// Read notes from a text file, one per line
    #[arg(long, value_name = "FILE")]
    notes: Option<PathBuf>,
    /// A changed file or folder that you looked at; repeat for several
    #[arg(long, value_name = "PATH", conflicts_with = "looked_at_all")]
    looked_at: Vec<String>,
    /// You looked at every change
    #[arg(long)]
    looked_at_all: bool,
    /// Your name; by default, your account on this computer
    #[arg(long, value_name = "NAME")]
    reviewer: Option<String>,
    /// Continue only if the file has this SHA-256, as `show` printed it
    #[arg(long, value_name = "SHA-256", value_parser = sha256)]
    expect: Option<Digest>,
    /// Write the review to a new .json, .md or .html file; repeat for several
    #[arg(short, long, value_name = "FILE")]
    output: Vec<PathBuf>,
    /// Sign with this secret key: its name or its file, or the .pub file of an SSH key in an agent
    #[arg(long, value_name = "KEY")]
    key: Option<PathBuf>,
    /// Read the key's password from the first line of this file
    #[arg(long, value_name = "FILE", requires = "key")]
    password_file: Option<PathBuf>,
}

/// What a reviewer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum SpokenVerdict {
    /// It may be applied.
    Approved,
    /// It must not be applied.
    Rejected,
    /// Neither.
    Commented,
}

impl From<SpokenVerdict> for Opinion {
    fn from(verdict: SpokenVerdict) -> Self {
        match verdict {
            SpokenVerdict::Approved => Opinion::Approved,
            SpokenVerdict::Rejected => Opinion::Rejected,
            SpokenVerdict::Commented => Opinion::Commented,
        }
    }
}

/// How a review is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ReviewFormat {
    /// The exact bytes that are signed.
    Json,
    Markdown,
    Html,
}

impl ReviewFormat {
    fn new(output: &Path) -> Result<Self> {
        let ending = output.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        match ending.as_deref() {
            Some("json") => Ok(ReviewFormat::Json),
            Some("md") => Ok(ReviewFormat::Markdown),
            Some("html") => Ok(ReviewFormat::Html),
            _ => Err(Report::usage(format!("A review can't be written to {output:?}"))
                .hint("Use a name that ends in .json, .md or .html.")
                .into()),
        }
    }

    fn write(self, review: &Review) -> Vec<u8> {
        match self {
            ReviewFormat::Json => review.to_bytes(),
            ReviewFormat::Markdown => report::markdown(review).into_bytes(),
            ReviewFormat::Html => report::html(review).into_bytes(),
        }
    }
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let file = is_bundle(&self.file)?;
        if is_text_patch(file).without_folder()? {
            let report = Report::usage("A text patch can't be reviewed: it can't hold a signature");
            let hint = format!(
                "Make a patch file from it: patchwright make --patch {} --target FOLDER --output NEW.patchbundle",
                shell_path(file)
            );
            return Err(report.hint(hint).into());
        }
        let forms: Vec<ReviewFormat> =
            self.output.iter().map(|output| ReviewFormat::new(output)).collect::<Result<_>>()?;
        self.refuse_taken(&forms)?;
        let wish = self.wish(session)?;
        let expected = self.expect;
        let look = session.watch(|workbench, watch| workbench.look_to_sign(file, expected, watch));
        let shown = look.without_folder()?;
        let signer = match &self.key {
            Some(key) => Some(signer(session, key, self.password_file.as_deref())?),
            None => None,
        };
        let workbench = session.workbench();
        let review = workbench.review(&shown, &wish).without_folder()?;
        let mut written = Vec::new();
        // Before anything is signed: a full disk must not leave a signed patch file and a failure.
        for (form, output) in forms.iter().zip(&self.output) {
            workbench.save_review(&form.write(&review), output).without_folder()?;
            written.push(output.clone());
        }
        let bytes = review.to_bytes();
        let signed = match &signer {
            Some(signer) => {
                let sign = |workbench: &Workbench, watch: Watch<'_>| {
                    workbench.sign_review(file, &shown, &bytes, signer, watch)
                };
                let signed = session.watch(sign);
                Some(signed.without_folder()?)
            }
            None => None,
        };
        if let Some(signed) = &signed {
            for (_, output) in forms.iter().zip(&self.output).filter(|(form, _)| **form == ReviewFormat::Json)
            {
                written.push(workbench.save_review_signature(signed, output).without_folder()?);
            }
        }
        let answer = |style| text::reviewed(&review, file, &written, signed.as_ref(), style);
        let fields = || answer::Reviewed::new(&bytes, file, &written, signed.as_ref());
        match written.is_empty() && signed.is_none() {
            true => session.answer(answer, fields),
            false => session.answer(answer, fields),
        }
    }

    /// A review that somebody wrote, and the signature beside it, are never written over.
    fn refuse_taken(&self, forms: &[ReviewFormat]) -> Result<()> {
        for (form, output) in forms.iter().zip(&self.output) {
            refuse_taken(output, OutputKind::Single).without_folder()?;
            if *form == ReviewFormat::Json && self.key.is_some() {
                for signature in Workbench::review_signatures(output) {
                    refuse_taken(&signature, OutputKind::Single).without_folder()?;
                }
            }
        }
        Ok(())
    }

    fn wish(&self, session: &Session<'_, '_>) -> Result<ReviewWish> {
        let mut notes = self.note.clone();
        if let Some(file) = &self.notes {
            notes.extend(session.workbench().read_notes(file).without_folder()?);
        }
        Ok(ReviewWish {
            opinion: self.verdict.into(),
            notes,
            looked_at: self.looked_at.clone(),
            looked_at_all: self.looked_at_all,
            reviewer: self.reviewer.clone(),
        })
    }
}
