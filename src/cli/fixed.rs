//! `patchwright fixed`: what is fixed in a folder, and how that is proven.

use std::path::{Path, PathBuf};

use super::Result;
use super::flags::Lists;
use super::render::{answer, text};
use super::session::{InFolder, Outcome, Session};
use crate::model::Word;
use crate::report::Report;
use crate::workbench::{FixedFormat, FixedHere, OutputKind, Publisher, refuse_taken};

/// Show what is fixed in a folder, by which patch, and the proof
///
/// A patch says what it fixes. That counts if somebody you trust signed it and every file it rests on is as the author shipped
/// it, checked on the disk now. With --format, writes it for scanners and auditors; the same folder gives the same file. With
/// --against, shows which findings of a scan will be silenced, which not, and why. Changes nothing in the folder.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright fixed /opt/app
  patchwright fixed /opt/app --format openvex --output fixed.openvex.json
  patchwright fixed /opt/app --against trivy.json")]
pub(super) struct Arguments {
    /// The product folder
    target: PathBuf,
    /// Write a document for scanners or auditors: openvex, cyclonedx, cyclonedx-vex, csaf, trivyignore or osv-scanner
    #[arg(long, value_name = "FORMAT", value_parser = format)]
    format: Option<FixedFormat>,
    /// The file to write; an earlier one of this command is replaced. Without it, the document is printed
    #[arg(short, long, value_name = "FILE", requires = "format")]
    output: Option<PathBuf>,
    /// Compare with this report of Trivy or Grype (JSON)
    #[arg(long, value_name = "REPORT")]
    against: Option<PathBuf>,
    /// The document's author; by default, your user and computer
    #[arg(long, value_name = "NAME", requires = "format")]
    author: Option<String>,
    /// The author's web address; required for csaf
    #[arg(long, value_name = "URL", requires = "format")]
    namespace: Option<String>,
    #[command(flatten)]
    lists: Lists,
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let target = &self.target;
        let publisher = self.publisher(session)?;
        if let Some(output) = &self.output {
            refuse_taken(output, OutputKind::Fixed).without_folder()?;
        }
        let (workbench, withdrawn) = (session.workbench(), &self.lists.withdrawn);
        let mut here =
            session.watch(|bench, watch| bench.fixed(target, withdrawn, watch)).in_folder(target)?;
        let against = self.against.as_deref();
        let compare = |path: &Path| workbench.compare_with_scan(&mut here, target, path).in_folder(target);
        let scan = against.map(compare).transpose()?.zip(against);
        let scan = scan.as_ref().map(|(scan, path)| (scan, *path));
        let saved = match (self.format, &self.output) {
            (Some(format), Some(output)) => {
                let document = here.document(format, &publisher);
                workbench.save_fixed(&document, output).without_folder()?;
                Some((format, output.as_path()))
            }
            (Some(format), None) if !session.is_json() => return print(session, &here, format, &publisher),
            _ => None,
        };
        session.answer(
            |style| text::fixed(&here, target, scan, saved, style),
            || answer::Fixed::new(&here, target, scan, saved),
        )
    }

    fn publisher(&self, session: &Session<'_, '_>) -> Result<Publisher> {
        let workbench = session.workbench();
        let environment = workbench.environment();
        let own = || environment.name();
        if self.author.as_deref().is_some_and(|author| !Publisher::is_name(author)) {
            let report = Report::usage("The author has no name");
            return Err(report.hint("Add: --author NAME").into());
        }
        let namespace = self.namespace.clone();
        if namespace.as_deref().is_some_and(|address| !Publisher::is_address(address)) {
            let report = Report::usage("--namespace isn't a web address");
            return Err(report.hint("Add one like this: --namespace https://YOUR-COMPANY").into());
        }
        if self.format.is_some_and(FixedFormat::needs_namespace) && namespace.is_none() {
            let report = Report::usage("A CSAF document needs a publisher and its web address");
            return Err(report.hint("Add: --author NAME --namespace https://YOUR-COMPANY").into());
        }
        if self.format.is_some() && self.output.is_none() && session.is_json() {
            let report = Report::usage("The document and the answer can't both be printed as JSON");
            return Err(report.hint("Name a file for the document: --output FILE").into());
        }
        Ok(Publisher { name: self.author.clone().unwrap_or_else(own), namespace })
    }
}

fn print(
    session: &mut Session<'_, '_>,
    here: &FixedHere,
    format: FixedFormat,
    publisher: &Publisher,
) -> Result<Outcome> {
    session.hand_over(here.document(format, publisher).as_bytes())
}

fn format(text: &str) -> std::result::Result<FixedFormat, String> {
    FixedFormat::parse(text).ok_or_else(|| format!("it's none of {}", FixedFormat::choices()))
}
